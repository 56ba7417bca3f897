//! Which study the run is for: the one given, or one derived from the data.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate};
use stage::{Failure, Remedy, Run, StageDir, hash_file};
use study::{Listed, Study};
use tables::{Input, Roster, Sample, Samples, Timestamp, WindowRow, Windows};

use crate::known::Span;

/// The name of the study within inputs and output.
pub(crate) const STUDY_FILE: &str = "study.toml";

/// A study given on the command line, with its text.
#[derive(Debug)]
pub(crate) struct Given {
    /// The study.
    pub study: Study,
    /// Its file, as written.
    pub text: Vec<u8>,
    /// The file as an input.
    pub input: Input,
    path: PathBuf,
}

impl Given {
    /// Reads and checks the file.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let study = Study::read(path)?;
        let text = std::fs::read(path).or_failure(
            || format!("cannot read '{}'", path.display()),
            "check that the file can be read",
        )?;
        let input = hash_file(path, STUDY_FILE)?;
        Ok(Self {
            study,
            text,
            input,
            path: path.to_owned(),
        })
    }

    /// Refuses a study that means a roster which is not there.
    pub(crate) fn check_roster(&self, dir: &StageDir) -> anyhow::Result<()> {
        let Some(wanted) = self.study.roster() else {
            return Ok(());
        };
        let mut names = BTreeSet::new();
        for batch in dir.table::<Roster>()?.batches() {
            for row in batch?.rows()? {
                if !names.contains(row.roster) {
                    names.insert(row.roster.to_owned());
                }
            }
        }
        if names.is_empty() || names.contains(wanted) {
            return Ok(());
        }
        let names: Vec<String> = names.into_iter().map(|name| format!("'{name}'")).collect();
        Err(Failure::new(format!(
            "'{}' names the roster '{wanted}', which the data do not hold",
            self.path.display()
        ))
        .remedy(format!(
            "set sets.roster to one of {}, or leave it out to use all",
            names.join(", ")
        ))
        .into())
    }
}

/// The most samples of a derived study, at one a month: thirty years, more than any of the platforms has stood. A span that asks
/// for more has a wrong time at one of its ends.
const MOST_SAMPLES: usize = 360;

/// The study of data that came without one: their span, and everyone when no roster says who is listed.
pub(crate) fn derived(span: Option<&Span>, has_roster: bool) -> anyhow::Result<Study> {
    let span = span.ok_or_else(|| {
        Failure::new("no study given, and no record carries a time from which to derive one")
            .remedy("give --study study.toml; datasets/README.md explains it")
    })?;
    let (first, last) = (date(span.first.at)?, date(span.last.at)?);
    let study = Study::derived(first, last);
    if study.samples().len() > MOST_SAMPLES {
        return Err(Failure::new(format!(
            "no study given, and the data span {first} ('{}' line {}) to {last} ('{}' line {}), which asks for {} samples; at \
             most {MOST_SAMPLES} are derived",
            span.first.file,
            span.first.line,
            span.last.file,
            span.last.line,
            study.samples().len()
        ))
        .remedy("give --study study.toml with the period that is meant, or correct the record; datasets/README.md explains it")
        .into());
    }
    Ok(if has_roster {
        study
    } else {
        study.with_listed(Listed::Everyone)
    })
}

fn date(at: Timestamp) -> anyhow::Result<NaiveDate> {
    let moment = DateTime::from_timestamp_millis(at.0).ok_or_else(|| {
        Failure::new(format!(
            "a record carries a time beyond the calendar ({} ms since 1970)",
            at.0
        ))
        .remedy("correct the record, or give --study study.toml")
    })?;
    Ok(moment.date_naive())
}

/// What a finished run has to say about the study, in a few words.
pub(crate) fn in_words(study: &Study) -> String {
    let period = study.period();
    let listed = match study.listed() {
        Listed::Roster => "listed are the accounts of the roster",
        Listed::Everyone => "listed is every account that posted, since there is no roster",
    };
    format!(
        "no --study given: derived one for {} to {} with {} samples; {listed}; it stands in {STUDY_FILE} to be edited",
        period.from(),
        period.to(),
        study.samples().len()
    )
}

/// Writes `study.toml`, `samples` and `windows`.
pub(crate) fn write(run: &mut Run, study: &Study, given: Option<&Given>) -> anyhow::Result<()> {
    match given {
        Some(given) => run.write_file(STUDY_FILE, &given.text)?,
        None => run.write_file(STUDY_FILE, study.to_toml()?.as_bytes())?,
    }
    run.state_fact("study_derived", given.is_none());
    let names: Vec<String> = study.samples().iter().map(|sample| sample.date().to_string()).collect();
    run.write::<Samples>(study.samples().iter().zip(&names).map(|(sample, name)| {
        let sample_at = sample_at(sample);
        Sample {
            sample_at,
            day: sample_at.day(),
            name,
        }
    }))?;
    let mut windows: Vec<WindowRow<'_>> = study
        .windows()
        .iter()
        .map(|window| WindowRow {
            window: window.name(),
            from_at: Timestamp(window.start().timestamp_millis()),
            to_at: Timestamp(window.end().timestamp_millis() - 1),
        })
        .collect();
    windows.sort_by_key(|window| window.window);
    run.write::<Windows>(windows)
}

/// The moment of a sample.
pub(crate) fn sample_at(sample: &study::Sample) -> Timestamp {
    Timestamp(sample.last_moment().timestamp_millis())
}
