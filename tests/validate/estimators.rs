//! Many seeds through all stages; every estimator beside the truth.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, bail};
use clap::Args;
use pipeline_tests::root;
use tables::{Personas, TableFile, TruthAccounts};

use crate::Runs;
use crate::chain::{Chain, each, progress};
use crate::judged::{HEADER, Row, SHOWN, count_reason, note};
use crate::numbers::{Key, Measured, Truth};
use crate::score::{Pair, Share};
use crate::truth::{is_probability, of_measure, of_point};
use crate::write::{Sheet, number, print, text};

/// The set whose numbers are judged.
const GROUP: &str = "listed";
/// The design of the runs.
const STUDY: &str = "datasets/diminishing-returns-2016/study.toml";

/// What is asked.
#[derive(Debug, Clone, Args)]
pub struct Asked {
    #[command(flatten)]
    runs: Runs,

    /// One world, of this seed, in all runs: the seeds then decide who of it is listed and what is collected
    #[arg(long, value_name = "SEED")]
    world: Option<u64>,

    /// Share of the core's accounts that are listed [default: the parameters']
    #[arg(long, value_name = "SHARE")]
    roster_coverage: Option<f64>,
}

impl Asked {
    /// The simulation of a run.
    fn simulate(&self, seed: u64) -> anyhow::Result<Chain> {
        let mut options = self.runs.options();
        if let Some(share) = self.roster_coverage {
            options.extend(["--roster-coverage".to_owned(), share.to_string()]);
        }
        match self.world {
            None => Chain::simulate(seed, &options),
            Some(world) => {
                options.extend(["--observer-seed".to_owned(), seed.to_string()]);
                Chain::simulate(world, &options)
            }
        }
    }

    /// What the runs are, in words.
    fn words(&self) -> String {
        let runs = &self.runs;
        let (seeds, first, scale) = (runs.seeds, runs.first_seed, runs.scale);
        let percent = |share: f64| number(100.0 * share);
        let mut words = match self.world {
            None => format!("{seeds} seeds from {first} on, at scale {scale}"),
            Some(world) => {
                format!("One world (seed {world}) at scale {scale}, seen by {seeds} observers (seeds from {first} on)")
            }
        };
        if let Some(share) = self.roster_coverage {
            words += &format!(", {} % of the core's accounts on the main roster", percent(share));
        }
        if let Some(share) = runs.post_share {
            words += &format!(", {} % of posts collected", percent(share));
        }
        words
    }
}

/// A run's numbers and truth.
struct Outcome {
    measured: Measured,
    truth: Truth,
    /// Pairs of accounts: said to be one person's, really so among them, and really so in all.
    pairs: [u64; 3],
}

/// Answers the question.
pub fn run(asked: &Asked) -> anyhow::Result<()> {
    let Runs { output, jobs, .. } = &asked.runs;
    std::fs::create_dir_all(output).with_context(|| format!("cannot make '{}'", output.display()))?;
    let outcomes = each(&asked.runs.seeds(), usize::from(*jobs), progress("seeds"), |seed| {
        outcome(&asked.simulate(*seed)?)
    })?;
    check_units(&outcomes)?;
    let mut sheet = Sheet {
        header: HEADER.to_vec(),
        rows: measures(&outcomes),
    };
    sheet.rows.extend(series(&outcomes));
    sheet.rows.extend(personas(&outcomes));
    sheet.csv(&output.join("estimators.csv"))?;
    let table = sheet.markdown(&SHOWN);
    let page = format!(
        "# Estimators beside the truth\n\n{}, every number of the set `{GROUP}`. README.md of `datasets/validation` tells what the columns \
         are.\n\n{table}",
        asked.words()
    );
    text(&output.join("estimators.md"), &page)?;
    print(&table);
    Ok(())
}

fn outcome(chain: &Chain) -> anyhow::Result<Outcome> {
    chain.prepare()?;
    let measured = chain.measure("study", &root().join(STUDY), None)?;
    Ok(Outcome {
        measured: Measured::read(&measured)?,
        truth: Truth::read(&chain.path("simulated/truth"))?,
        pairs: persona_pairs(&chain.path("simulated/truth"), &chain.path("dedupe"))?,
    })
}

/// What fewer than half of the runs have a number of is judged if there are as many numbers as this.
const FEWEST: usize = 40;

/// A measure and its truth are of one unit, or one of the two is not what it seems.
fn check_units(outcomes: &[Outcome]) -> anyhow::Result<()> {
    for outcome in outcomes {
        for (key, (_, unit)) in &outcome.truth.measures {
            if let Some(measured) = outcome.measured.measures.get(key)
                && measured.unit != *unit
            {
                bail!(
                    "the unit of {} is '{}', that of its truth '{unit}'",
                    key.0,
                    measured.unit
                );
            }
        }
        for ((measure, _), points) in &outcome.measured.series {
            if let (Some(unit), Some(point)) = (outcome.truth.units.get(measure), points.values().next())
                && point.unit != *unit
            {
                bail!(
                    "the unit of the series {measure} is '{}', that of its truth '{unit}'",
                    point.unit
                );
            }
        }
    }
    Ok(())
}

/// Where some runs have a truth, leaves out those that have none.
fn without_truth(pairs: &mut Vec<Pair>, reasons: &mut BTreeMap<String, u64>) {
    if pairs.iter().all(|pair| pair.truth.is_none()) {
        return;
    }
    let all = pairs.len();
    pairs.retain(|pair| pair.truth.is_some());
    if pairs.len() < all {
        *reasons.entry("no truth".to_owned()).or_default() += (all - pairs.len()) as u64;
    }
}

/// Neither a truth to set beside it nor an interval.
fn has_nothing_to_judge(pairs: &[Pair]) -> bool {
    pairs.iter().all(|pair| pair.truth.is_none() && pair.interval.is_none())
}

fn measures(outcomes: &[Outcome]) -> Vec<Vec<String>> {
    let of_group = |key: &&Key| key.1 == GROUP || key.1.starts_with("listed/");
    let keys: BTreeSet<&Key> = outcomes
        .iter()
        .flat_map(|outcome| outcome.measured.measures.keys())
        .filter(of_group)
        .collect();
    let mut rows = Vec::new();
    for key in keys {
        let (mut pairs, mut reasons, mut unit) = (Vec::new(), BTreeMap::<String, u64>::new(), "");
        let (mut right, mut judged) = (0, 0);
        for (run, outcome) in outcomes.iter().enumerate() {
            let Some(ours) = outcome.measured.measures.get(key) else {
                continue;
            };
            unit = &ours.unit;
            // What a window has by design no number of is no estimator of it.
            if ours.reason.as_deref() == Some("measured over the whole period only") {
                continue;
            }
            let really = of_measure(&outcome.truth, &outcome.measured, key);
            if let (Some(finding), Some(ours)) = (really.finding, &ours.finding) {
                judged += 1;
                right += u64::from(finding == ours);
            }
            match (really.value, ours.value) {
                (truth, Some(estimate)) => pairs.push(Pair {
                    run,
                    subject: 0,
                    truth,
                    estimate,
                    interval: ours.interval,
                }),
                (_, None) => count_reason(&mut reasons, ours.reason.as_deref()),
            }
        }
        without_truth(&mut pairs, &mut reasons);
        if pairs.is_empty() && reasons.is_empty() {
            continue;
        }
        let absent = reasons.values().sum();
        // The rarest return numbers, say.
        let few = 2 * pairs.len() < outcomes.len() && pairs.len() < FEWEST;
        if is_probability(&key.0) || few || has_nothing_to_judge(&pairs) {
            continue;
        }
        let note = note(&key.0, &pairs, &reasons);
        let place = key.1.strip_prefix("listed/").unwrap_or("measures");
        let right = Share::of(right, judged);
        rows.push(
            Row {
                measure: &key.0,
                place,
                window: &key.2,
                unit,
                pairs,
                right,
                absent,
                note,
            }
            .cells(),
        );
    }
    rows
}

fn series(outcomes: &[Outcome]) -> Vec<Vec<String>> {
    let keys: BTreeSet<&(String, String)> = outcomes
        .iter()
        .flat_map(|outcome| outcome.measured.series.keys())
        .filter(|(_, group)| group == GROUP)
        .collect();
    let mut rows = Vec::new();
    for key in keys {
        let (mut pairs, mut reasons, mut unit) = (Vec::new(), BTreeMap::<String, u64>::new(), "");
        for (run, outcome) in outcomes.iter().enumerate() {
            for (at, ours) in outcome.measured.series.get(key).into_iter().flatten() {
                unit = &ours.unit;
                match (
                    of_point(&outcome.truth, &outcome.measured, &key.0, GROUP, *at),
                    ours.value,
                ) {
                    (truth, Some(estimate)) => pairs.push(Pair {
                        run,
                        subject: *at,
                        truth,
                        estimate,
                        interval: ours.interval,
                    }),
                    (_, None) => count_reason(&mut reasons, ours.reason.as_deref()),
                }
            }
        }
        without_truth(&mut pairs, &mut reasons);
        if has_nothing_to_judge(&pairs) {
            continue;
        }
        let absent = reasons.values().sum();
        let note = note(&key.0, &pairs, &reasons);
        rows.push(
            Row {
                measure: &key.0,
                place: "series",
                window: "all",
                unit,
                pairs,
                right: None,
                absent,
                note,
            }
            .cells(),
        );
    }
    rows
}

/// Pairs of accounts that `dedupe` takes for one person's, those of them that are, and all that are.
fn persona_pairs(truth: &Path, dedupe: &Path) -> anyhow::Result<[u64; 3]> {
    let accounts = TableFile::<TruthAccounts>::open(truth)?.read()?;
    let person: BTreeMap<String, String> = accounts
        .rows()?
        .map(|row| (row.account_id.to_owned(), row.person_id.to_owned()))
        .collect();
    let together = |n: u64| n * n.saturating_sub(1) / 2;
    let mut really: BTreeMap<&str, u64> = BTreeMap::new();
    person
        .values()
        .for_each(|person| *really.entry(person).or_default() += 1);
    let personas = TableFile::<Personas>::open(dedupe)?.read()?;
    let mut said: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in personas.rows()? {
        said.entry(row.persona_id.to_owned())
            .or_default()
            .push(row.account_id.to_owned());
    }
    let mut right = 0;
    for accounts in said.values() {
        let mut same: BTreeMap<&String, u64> = BTreeMap::new();
        accounts
            .iter()
            .filter_map(|account| person.get(account))
            .for_each(|p| *same.entry(p).or_default() += 1);
        right += same.values().map(|n| together(*n)).sum::<u64>();
    }
    let all_said = said.values().map(|accounts| together(accounts.len() as u64)).sum();
    Ok([all_said, right, really.values().map(|n| together(*n)).sum()])
}

/// Precision and recall of personas, as rows.
fn personas(outcomes: &[Outcome]) -> Vec<Vec<String>> {
    let of = |what: &'static str, whole: usize, note: &str| {
        let pairs: Vec<Pair> = outcomes
            .iter()
            .enumerate()
            .filter(|(_, outcome)| outcome.pairs[whole] > 0)
            .map(|(run, outcome)| Pair {
                run,
                subject: 0,
                truth: Some(1.0),
                estimate: outcome.pairs[1] as f64 / outcome.pairs[whole] as f64,
                interval: None,
            })
            .collect();
        let unit = "share of pairs of accounts";
        let note = note.to_owned();
        Row {
            measure: what,
            place: "personas",
            window: "all",
            unit,
            pairs,
            right: None,
            absent: 0,
            note,
        }
        .cells()
    };
    vec![
        of(
            "personas.precision",
            0,
            "a count of pairs, no interval; the true table of persons was given, so this tests how it is passed on",
        ),
        of(
            "personas.recall",
            2,
            "a count of pairs, no interval; the true table of persons was given: what is missing are accounts never seen",
        ),
    ]
}
