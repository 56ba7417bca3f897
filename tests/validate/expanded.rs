//! Who is admitted to the expanded set, and who of them really is of the network: by threshold, over seeds of which the first
//! choose the threshold and the others report it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context;
use tables::{Members, SetName, TableFile, Timestamp, TruthAccounts};

use crate::Runs;
use crate::chain::{Chain, each, progress, stage};
use crate::write::{Sheet, number, percent, print, text};

const THRESHOLDS: [f64; 7] = [0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5];
/// Of the highest scores among the admitted, how many are looked at.
const TOP: [usize; 4] = [50, 100, 200, 400];
const SAMPLES: &str = "dates = [2015-06-24, 2015-07-22, 2015-08-24, 2015-09-22, 2015-10-31]";

/// An account of the network as it really was.
struct Real {
    created_at: Timestamp,
    ended_at: Option<Timestamp>,
}

impl Real {
    fn lives(&self, at: Timestamp) -> bool {
        self.created_at <= at && self.ended_at.is_none_or(|ended| at < ended)
    }
}

/// What came of one sample of one run.
struct Seen {
    admitted: usize,
    /// Of the admitted, the share that is of the network.
    precision: Option<f64>,
    /// Of the network's living accounts that were not listed, the share admitted.
    recall: Option<f64>,
    /// Accounts of the expanded set taken for alive, over the network's living accounts.
    size_ratio: Option<f64>,
    top: [Option<f64>; TOP.len()],
}

impl Seen {
    fn f1(&self) -> Option<f64> {
        let (precision, recall) = (self.precision?, self.recall?);
        (precision + recall > 0.0).then(|| 2.0 * precision * recall / (precision + recall))
    }
}

/// Answers the question.
pub fn run(asked: &Runs) -> anyhow::Result<()> {
    std::fs::create_dir_all(&asked.output).with_context(|| format!("cannot make '{}'", asked.output.display()))?;
    let seeds = asked.seeds();
    let runs = each(&seeds, usize::from(asked.jobs), progress("seeds"), |seed| {
        one(*seed, &asked.options())
    })?;
    // Four of ten choose, the others report.
    let (choose, report) = runs.split_at((runs.len() * 2).div_ceil(5));
    let best = (0..THRESHOLDS.len())
        .max_by(|a, b| {
            let f1 = |threshold: usize| mean(choose, threshold, Seen::f1).unwrap_or(0.0);
            f1(*a).total_cmp(&f1(*b))
        })
        .context("there is no threshold")?;
    let mut sheet = Sheet {
        header: vec![
            "seeds",
            "threshold",
            "admitted",
            "precision",
            "recall",
            "f1",
            "size_ratio",
            "at_50",
            "at_100",
            "at_200",
            "at_400",
        ],
        rows: Vec::new(),
    };
    for (name, runs) in [("choosing", choose), ("reporting", report)] {
        for (place, threshold) in THRESHOLDS.iter().enumerate() {
            let share =
                |of: &dyn Fn(&Seen) -> Option<f64>| mean(runs, place, of).map_or_else(|| "-".to_owned(), percent);
            let mut row = vec![
                name.to_owned(),
                threshold.to_string(),
                mean(runs, place, |seen| Some(seen.admitted as f64)).map_or_else(|| "-".to_owned(), number),
                share(&|seen| seen.precision),
                share(&|seen| seen.recall),
                share(&Seen::f1),
                share(&|seen| seen.size_ratio),
            ];
            row.extend((0..TOP.len()).map(|k| share(&|seen| seen.top[k])));
            sheet.rows.push(row);
        }
    }
    sheet.csv(&asked.output.join("expanded.csv"))?;
    let table = sheet.markdown(&sheet.header);
    let page = format!(
        "# Who is admitted to the expanded set\n\n{} seeds from {} on, at scale {}: the first {} choose the threshold by F1, the \
         others report. Best on those that choose: {}.\n\nMeans over seeds and five samples, in percent. *precision*: of the \
         admitted (the listed not counted), those that are accounts of the network; *recall*: of the network's accounts that \
         live at the sample and are not listed, those admitted; *size ratio*: accounts of the expanded set taken for alive over \
         the network's living accounts; *at k*: of the k admitted with the highest scores, those that are of the network (of \
         samples with so many).\n\n{table}",
        asked.seeds,
        asked.first_seed,
        asked.scale,
        choose.len(),
        THRESHOLDS[best],
    );
    text(&asked.output.join("expanded.md"), &page)?;
    print(&table);
    Ok(())
}

/// The mean over runs and samples of what can be told.
fn mean(runs: &[Vec<Vec<Seen>>], threshold: usize, of: impl Fn(&Seen) -> Option<f64>) -> Option<f64> {
    let values: Vec<f64> = runs.iter().flat_map(|run| &run[threshold]).filter_map(of).collect();
    stats::mean(&values).ok()
}

/// One simulation, enriched with each threshold.
fn one(seed: u64, options: &[String]) -> anyhow::Result<Vec<Vec<Seen>>> {
    let chain = Chain::simulate(seed, options)?;
    chain.prepare()?;
    let mut real = BTreeMap::new();
    let truth = TableFile::<TruthAccounts>::open(&chain.path("simulated/truth"))?.read()?;
    for row in truth.rows()? {
        let account = Real {
            created_at: row.created_at,
            ended_at: row.ended_at,
        };
        real.insert(row.account_id.to_owned(), account);
    }
    let enriched = chain.path("enriched");
    THRESHOLDS
        .iter()
        .map(|threshold| {
            let study = chain.path("study.toml");
            let design = format!(
                "title = \"A threshold\"\n[period]\nfrom = 2015-06-01\nto = 2015-10-31\n[samples]\n{SAMPLES}\n[expanded]\n\
                 threshold = {threshold}\n"
            );
            text(&study, &design)?;
            let (dedupe, study) = (chain.path("dedupe"), study.display().to_string());
            let [dedupe, output] = [&dedupe, &enriched].map(|path| path.display().to_string());
            stage("enrich", [&dedupe, "--study", &study, "-o", &output, "--force"])?;
            look(&enriched, &real)
        })
        .collect()
}

fn look(dir: &Path, real: &BTreeMap<String, Real>) -> anyhow::Result<Vec<Seen>> {
    #[derive(Default)]
    struct At {
        listed: BTreeSet<String>,
        /// Score and account.
        admitted: Vec<(f64, String)>,
        alive: usize,
    }
    let mut samples: BTreeMap<i64, At> = BTreeMap::new();
    let members = TableFile::<Members>::open(dir)?.read()?;
    for row in members.rows()?.filter(|row| row.set == SetName::Expanded) {
        let at = samples.entry(row.sample_at.0).or_default();
        at.alive += usize::from(row.alive);
        if row.admitted_in_round == Some(0) {
            at.listed.insert(row.account_id.to_owned());
        } else {
            at.admitted
                .push((row.score.unwrap_or_default(), row.account_id.to_owned()));
        }
    }
    let share = |part: usize, whole: usize| (whole > 0).then(|| part as f64 / whole as f64);
    let seen = samples.into_iter().map(|(sample_at, mut at)| {
        let sample_at = Timestamp(sample_at);
        at.admitted
            .sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let right = |(_, account): &&(f64, String)| real.contains_key(account);
        let lives = |account: &str| real.get(account).is_some_and(|real| real.lives(sample_at));
        let living = real.iter().filter(|(_, real)| real.lives(sample_at)).count();
        let listed = at.listed.iter().filter(|account| lives(account)).count();
        let found = at.admitted.iter().filter(|(_, account)| lives(account)).count();
        Seen {
            admitted: at.admitted.len(),
            precision: share(at.admitted.iter().filter(right).count(), at.admitted.len()),
            recall: share(found, living - listed),
            size_ratio: share(at.alive, living),
            top: TOP.map(|k| {
                at.admitted
                    .get(..k)
                    .and_then(|top| share(top.iter().filter(right).count(), k))
            }),
        }
    });
    Ok(seen.collect())
}
