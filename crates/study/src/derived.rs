//! A study for an archive that came without one, and how a study is written out to be edited.

use chrono::{Datelike as _, NaiveDate};
use toml::value::{Date, Datetime};
use toml::{Spanned, Value};

use crate::dates::{Sample, Window};
use crate::design::{Admission, Comparison, IntervalTransform, Listed, Reading, Study};
use crate::file::{
    BootstrapFile, CompareFile, ExpandedFile, FollowersFile, LocationFile, PeriodFile, PrivacyFile, ReturnsFile,
    SamplesFile, SetsFile, StudyFile, SurvivalFile, WindowFile, nowhere,
};

/// A period of fewer days than this is sampled every week, a longer one every month.
const WEEKLY_BELOW_DAYS: i64 = 120;

/// The samples of a period for which nobody named any: every 7 days from its first day, or the first day of each month
/// where the period is 120 days or longer.
pub(crate) fn usual_samples(from: NaiveDate, to: NaiveDate) -> Vec<Sample> {
    let weekly = Study::all(from, to).days() < WEEKLY_BELOW_DAYS;
    let days = from.iter_days().take_while(|day| *day <= to);
    if weekly {
        days.step_by(7).map(Sample::on).collect()
    } else {
        days.filter(|day| day.day() == 1).map(Sample::on).collect()
    }
}

/// How accounts are admitted where the study does not say.
fn usual_admission() -> Admission {
    let usual = ExpandedFile::default();
    Admission {
        threshold: usual.threshold.into_inner(),
        half_at: usual.half_at.into_inner(),
        attention_weight: usual.attention_weight.into_inner(),
        most_rounds: usual.most_rounds.into_inner(),
    }
}

const HEADER: &str = "\
# The design of a study: what was observed when, and the choices behind the estimators.
# Days are UTC and both ends are included; a sample is the end of its day. datasets/README.md explains every key.

";

impl Study {
    /// The study of an archive whose first and last observations fall on these days (in either order): one window `all`,
    /// samples every 7 days where that is fewer than 120 days, else on the first of each month, and every default.
    #[must_use]
    pub fn derived(first: NaiveDate, last: NaiveDate) -> Self {
        let (from, to) = (first.min(last), first.max(last));
        Self {
            name: "derived study".to_owned(),
            title: format!("Observations from {from} to {to}"),
            samples: usual_samples(from, to),
            windows: vec![Self::all(from, to)],
            listed: Listed::default(),
            roster: None,
            admission: usual_admission(),
            flat_margin_percent: FollowersFile::default().flat_margin_percent.into_inner(),
            interval_transform: IntervalTransform::default(),
            return_days_after: ReturnsFile::default().days_after,
            focus_countries: LocationFile::default()
                .focus_countries
                .into_iter()
                .map(Spanned::into_inner)
                .collect(),
            min_group_size: PrivacyFile::default().min_group_size.into_inner(),
            resamples: BootstrapFile::default().resamples.into_inner(),
            seed: BootstrapFile::default().seed,
            synthetic: false,
            comparisons: Vec::new(),
        }
    }

    /// The study as the text of a `study.toml`, with every key and every sample spelled out. Reading it gives the same
    /// study.
    ///
    /// # Errors
    /// TOML cannot hold one of the values: a seed above 2^63 - 1.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        let file = StudyFile {
            title: self.title.clone(),
            synthetic: self.synthetic,
            period: PeriodFile {
                from: toml_date(self.period().from),
                to: toml_date(self.period().to),
            },
            samples: Some(nowhere(SamplesFile {
                dates: Some(self.samples.iter().map(|sample| toml_date(sample.date())).collect()),
                ..SamplesFile::default()
            })),
            windows: self.windows[1..].iter().map(window_file).collect(),
            sets: SetsFile {
                listed: self.listed,
                roster: self.roster.clone().map(nowhere),
            },
            expanded: ExpandedFile {
                threshold: nowhere(self.admission.threshold),
                half_at: nowhere(self.admission.half_at),
                attention_weight: nowhere(self.admission.attention_weight),
                most_rounds: nowhere(self.admission.most_rounds),
            },
            followers: FollowersFile {
                flat_margin_percent: nowhere(self.flat_margin_percent),
            },
            survival: SurvivalFile {
                interval: self.interval_transform,
            },
            returns: ReturnsFile {
                days_after: self.return_days_after,
            },
            location: LocationFile {
                focus_countries: self.focus_countries.iter().cloned().map(nowhere).collect(),
            },
            privacy: PrivacyFile {
                min_group_size: nowhere(self.min_group_size),
            },
            bootstrap: BootstrapFile {
                resamples: nowhere(self.resamples),
                seed: self.seed,
            },
            compare: self.comparisons.iter().map(compare_file).map(nowhere).collect(),
        };
        Ok(HEADER.to_owned() + &toml::to_string_pretty(&file)?)
    }
}

/// A study's dates come from TOML or from observed posts, whose years have four digits; others are written as text.
fn toml_date(date: NaiveDate) -> Spanned<Value> {
    let parts = (
        u16::try_from(date.year()),
        u8::try_from(date.month()),
        u8::try_from(date.day()),
    );
    nowhere(match parts {
        (Ok(year), Ok(month), Ok(day)) if year <= 9999 => Value::Datetime(Datetime {
            date: Some(Date { year, month, day }),
            time: None,
            offset: None,
        }),
        _ => Value::String(date.to_string()),
    })
}

fn window_file(window: &Window) -> WindowFile {
    WindowFile {
        name: nowhere(window.name.clone()),
        from: toml_date(window.from),
        to: toml_date(window.to),
    }
}

fn compare_file(comparison: &Comparison) -> CompareFile {
    let (measure, series, reduce) = match &comparison.reading {
        Reading::Measure(measure) => (Some(measure.clone()), None, None),
        Reading::Series(series, reduce) => (None, Some(series.clone()), Some(*reduce)),
    };
    CompareFile {
        figure: nowhere(comparison.figure.clone()),
        measure,
        series,
        reduce,
        group: comparison.group.clone(),
        window: nowhere(comparison.window.clone()),
        tolerance_percent: comparison.tolerance_percent.map(nowhere),
        finding: comparison.finding().map(|finding| nowhere(finding.to_owned())),
        note: comparison.note.clone(),
    }
}
