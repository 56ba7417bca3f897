//! `metrics`: the measures of the study family, from what `enrich` wrote.
//!
//! The order of things: [`load`] asks the tables by SQL (one statement a file, in `src/sql`) and gives plain [`evidence`]; each
//! family of measures ([`family`]) is a module that turns evidence into [`results`] with the estimators of `stats`; [`write`]
//! writes ten tables, and [`print`] prints one of them. Every number is a [`figure::Figure`]: with n, unit, method and interval,
//! or with the reason why there is none. What an archive cannot support never fails the run and never loses its row.
//!
//! Sums of floating-point numbers are made here, in the fixed order of the evidence; the SQL reduces to counts, integer sums and
//! picked rows only. So no thread count can change a byte.

pub mod activity;
pub mod content;
pub mod content_tally;
pub mod contrast;
pub mod duration;
mod dyads;
pub mod evidence;
pub mod family;
pub mod figure;
pub mod followers;
pub mod hazard;
pub mod hypotheses;
pub mod influence;
pub mod insularity;
pub mod language;
mod lives;
pub mod load;
pub mod location;
pub mod null;
pub mod observed_graph;
pub mod pace;
pub mod parts;
pub mod per_sample;
pub mod persistence;
pub mod print;
mod resample;
pub mod results;
pub mod returns;
pub mod size;
pub mod structure;
pub mod survival;
pub mod suspension;
pub mod trend;
pub mod volume;
pub mod waves;
mod with_ties;
pub mod write;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Parser;
use serde_json::{Value, json};
use stage::{Common, Failure, Outcome, Run, Stage, StageDir};
use study::Study;
use tables::{Flow, Input, Members, Personas, Rejects, Roster, Samples, Spells, Windows};

use crate::evidence::Evidence;
use crate::family::{Families, Family};
use crate::load::Loaded;
use crate::parts::Attributes;
use crate::print::{Format, Printed};
use crate::results::Results;

/// The file of a stage directory that holds the study's design.
const STUDY_FILE: &str = "study.toml";

/// Whose inputs what came after waves of suspensions is measured from.
const WAVES_NEED: [Family; 2] = [Family::Size, Family::Followers];

const AFTER_HELP: &str = "\
Reads what enrich wrote: study.toml and its tables. Writes measures, series, survival, at_risk, returns, network, waves, influence, tests \
and content; hands on study.toml, members, personas, rejects, roster, samples, spells and windows. No post goes further.

Takes some 40 bytes of memory for each post, 100 for each observation of an account and 60 for each follow, one table after the other; texts \
of posts are not read. Ten million posts, fourteen million observations and five million follows take 2.0 GB, and 98 seconds on two cores \
(datasets/bench/metrics.md).

Examples:
  metrics work/3-enrich -o work/4-metrics
  metrics work/3-enrich -q --print measures --as csv | head
  metrics work/3-enrich -o work/4-metrics --measure size,followers --print series --as json
  metrics work/3-enrich -o work/4-metrics --attributes accounts.csv --by role,region";

/// Measures a network under suspension pressure: sizes, followers, pace, suspensions, insularity, returns, survival, volume,
/// duration, location, suspended beside not suspended, language, influence, content, structure. What the input cannot support is null, with the reason
#[derive(Debug, Clone, Parser)]
#[command(name = "metrics", version, after_help = format!("{AFTER_HELP}\n\n{}", stage::help_footer(None)))]
pub struct Metrics {
    /// Directory that enrich wrote; `-` takes it from standard input
    #[arg(value_name = "INPUT_DIR")]
    input: PathBuf,

    /// Measure only these [default: all]
    #[arg(long, value_name = "FAMILY", value_delimiter = ',')]
    measure: Vec<Family>,

    /// Table of account attributes (CSV): account_id and/or handle, platform if wanted, and columns to split by
    #[arg(long, value_name = "FILE", requires = "by")]
    attributes: Option<PathBuf>,

    /// Split every measure by these columns of the attributes as well: `listed/COLUMN=VALUE` beside `listed`
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', requires = "attributes")]
    by: Vec<String>,

    /// Print this table to standard output
    #[arg(long, value_name = "TABLE")]
    print: Option<Printed>,

    /// How to print it
    #[arg(long = "as", value_name = "FORMAT", default_value = "table", requires = "print")]
    format: Format,

    /// Seed of the resampling behind intervals [default: the study's]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    #[command(flatten)]
    common: Common,
}

/// What `metrics` reads, opened.
#[derive(Debug)]
pub struct Inputs {
    dir: StageDir,
    attributes: Option<Attributes>,
}

impl Stage for Metrics {
    const NAME: &'static str = "metrics";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Input = Inputs;

    fn common(&self) -> &Common {
        &self.common
    }

    fn options(&self) -> Value {
        json!({"by": self.by, "measure": Families::new(&self.measure).names(), "seed": self.seed})
    }

    fn open(&self) -> anyhow::Result<Inputs> {
        // The small file first: a slip in it is told before an archive is spooled from a pipe.
        let attributes = self.attributes.as_deref();
        let attributes = attributes.map(|path| Attributes::read(path, &self.by)).transpose()?;
        let dir = StageDir::open(&self.input)?;
        // A study or table that cannot be read is told of before the work starts.
        read_study(&dir)?;
        load::check(&dir)?;
        Ok(Inputs { dir, attributes })
    }

    fn inputs(&self, input: &Inputs) -> anyhow::Result<Option<Vec<Input>>> {
        let mut inputs = input.dir.inputs()?;
        inputs.extend(input.attributes.as_ref().map(|attributes| attributes.input().clone()));
        Ok(Some(inputs))
    }

    fn run(&self, input: Inputs, run: &mut Run) -> anyhow::Result<Outcome> {
        let Inputs { dir: input, attributes } = input;
        run.take_upstream(&input)?;
        if let Some(attributes) = &attributes {
            run.add_input(attributes.input().clone());
        }
        let (text, study) = read_study(&input)?;
        let families = Families::new(&self.measure);
        let needed = match attributes {
            Some(_) => hypotheses::parts::also_needed(&families),
            None => families.clone(),
        };
        let needed = match families.has(Family::Suspension) {
            true => needed.and(&WAVES_NEED),
            false => needed,
        };
        let seed = self.seed.unwrap_or(study.seed());
        let Loaded {
            evidence,
            parts,
            tallies,
        } = load::load(&input, study, seed, &needed, attributes.as_ref())?;
        let mut results = measure(&evidence, &families, run.threads());
        for part in &parts {
            results.add_part(part, measure(&evidence.of_part(part), &families, run.threads()));
        }
        if families.has(Family::Survival) {
            hypotheses::survival::test_parts(&evidence, &parts, &mut results);
        }
        hypotheses::parts::test(&evidence, &parts, &families, &mut results);
        for tally in tallies {
            count(&tally, &results, run);
        }
        write::write(&results, run)?;
        run.carry::<Members>(&input)?;
        run.carry::<Personas>(&input)?;
        run.carry::<Rejects>(&input)?;
        run.carry::<Roster>(&input)?;
        run.carry::<Samples>(&input)?;
        run.carry::<Spells>(&input)?;
        run.carry::<Windows>(&input)?;
        run.write_file(STUDY_FILE, &text)?;
        Ok(Outcome::Done)
    }

    fn prints(&self) -> bool {
        self.print.is_some()
    }

    fn print(&self, dir: &Path) -> anyhow::Result<()> {
        match self.print {
            Some(table) => print::print(dir, table, self.format),
            None => Ok(()),
        }
    }
}

fn read_study(dir: &StageDir) -> anyhow::Result<(Vec<u8>, Study)> {
    let shown = dir.path().join(STUDY_FILE).display().to_string();
    let bytes = dir.file(STUDY_FILE)?.ok_or_else(|| {
        Failure::new(format!("there is no '{shown}'"))
            .remedy("give the directory that enrich wrote; it puts study.toml there")
    })?;
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        Failure::new(format!("cannot read '{shown}'"))
            .because(error)
            .remedy("rerun enrich with a study.toml in UTF-8")
    })?;
    let study = Study::parse(text, &shown)?;
    Ok((bytes, study))
}

/// Measures the families asked for, by as many threads as given; no number depends on how many these are.
#[must_use]
pub fn measure(evidence: &Evidence, families: &Families, threads: usize) -> Results {
    type Measure = fn(&Evidence, &mut Results);
    // What takes longest comes first, so that the others fill the time beside it.
    let all: [(Family, Measure); 18] = [
        (Family::Survival, survival::measure),
        (Family::Contrast, contrast::measure),
        (Family::Followers, followers::measure),
        (Family::Size, size::measure),
        (Family::TweetsPerDay, pace::measure),
        (Family::TweetsPerDay, activity::measure),
        (Family::Suspension, suspension::measure),
        (Family::Insularity, insularity::measure),
        (Family::Insularity, null::measure),
        (Family::Returns, returns::measure),
        (Family::Survival, hazard::measure),
        (Family::Volume, volume::measure),
        (Family::Duration, duration::measure),
        (Family::Location, location::measure),
        (Family::Language, language::measure),
        (Family::Influence, influence::measure),
        (Family::Content, content::measure),
        (Family::Structure, structure::measure),
    ];
    let wanted: Vec<Measure> = all
        .into_iter()
        .filter(|(family, _)| families.has(*family))
        .map(|(_, measure)| measure)
        .collect();
    let alone = |measure: &Measure| {
        let mut results = Results::default();
        measure(evidence, &mut results);
        results
    };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut measured = Vec::new();
        while let Some(measure) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
            measured.push(alone(measure));
        }
        measured
    };
    let mut results = Results::default();
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(wanted.len())).map(|_| scope.spawn(work)).collect();
        for measured in work() {
            results.add(measured);
        }
        for other in others {
            match other.join() {
                Ok(measured) => measured.into_iter().for_each(|measured| results.add(measured)),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    if families.has(Family::Suspension) {
        waves::measure(evidence, &mut results);
    }
    if families.has(Family::Returns) {
        hypotheses::returns::test(evidence, &mut results);
        returns::tell_ages(evidence, &mut results);
    }
    if families.has(Family::Survival) {
        hypotheses::survival::test(evidence, &mut results);
    }
    hypotheses::trend::test(evidence, families, &mut results);
    results
}

/// Records read = records used + records left out, for a table.
fn count(tally: &load::Tally, results: &Results, run: &mut Run) {
    run.count(tally.table, Flow::Read, "", tally.read);
    let found = results.left_out.iter().filter(|((table, _), _)| *table == tally.table);
    let skipped: Vec<(&str, u64)> = tally
        .skipped
        .iter()
        .copied()
        .chain(found.map(|((_, reason), records)| (*reason, *records)))
        .filter(|(_, records)| *records > 0)
        .collect();
    let mut left = tally.read;
    for (reason, records) in skipped {
        run.count(tally.table, Flow::Skipped, reason, records);
        left = left.saturating_sub(records);
    }
    run.count(tally.table, Flow::Used, "", left);
}
