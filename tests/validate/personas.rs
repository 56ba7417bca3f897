//! How well `dedupe` finds the people who came back, where returning people keep more or less of what they showed.
//!
//! Seeds of their own tune what has to be tuned (the threshold of the baseline); all figures are of other seeds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::Args;
use tables::{Accounts, Availability, Links, Personas, Posts, Relation, Roster, TableFile, TruthAccounts};

use crate::chain::{Chain, each, progress, stage};
use crate::write::Sheet;

/// What is asked.
#[derive(Debug, Clone, Args)]
pub struct Asked {
    /// Seeds that are reported on
    #[arg(long, value_name = "K", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,

    /// Seeds on which the baseline is tuned
    #[arg(long, value_name = "K", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    tuning_seeds: u64,

    /// The first seed that is reported on; tuning seeds are 9001, 9002, …
    #[arg(long, value_name = "SEED", default_value_t = 201)]
    first_seed: u64,

    /// Times the people of the study
    #[arg(long, value_name = "X", default_value_t = 0.3)]
    scale: f64,

    /// Seeds that run at the same time
    #[arg(short, long, value_name = "N", default_value_t = 2)]
    jobs: usize,

    /// Pairwise F1 that the setting "names changed" must reach
    #[arg(long, value_name = "F1", default_value_t = 0.90)]
    least_f1: f64,

    /// Pairwise precision that it must reach
    #[arg(long, value_name = "P", default_value_t = 0.95)]
    least_precision: f64,

    /// Folder of the results
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

/// A world in which returning people keep so much, seen by an observer.
struct Setting {
    name: &'static str,
    /// Chances that a return keeps handle, display name, self-description and picture.
    kept: [f64; 4],
    /// Share of listed accounts' posts collected; `None`: the study's few.
    post_share: Option<f64>,
    /// Share of watched accounts whose lists of follows are fetched on the five days of fetching; `None`: the study's.
    follow_lists: Option<f64>,
}

/// An observer who is after returns streams the posts of listed accounts and fetches lists of half of them; the last setting has
/// the middle one seen by the study's observer, who has 3 % of the posts and lists of 16 %.
const SETTINGS: [Setting; 4] = [
    Setting {
        name: "similar",
        kept: [0.9, 0.9, 0.9, 0.6],
        post_share: Some(1.0),
        follow_lists: Some(0.5),
    },
    Setting {
        name: MIDDLE,
        kept: [0.3, 0.4, 0.8, 0.6],
        post_share: Some(1.0),
        follow_lists: Some(0.5),
    },
    Setting {
        name: "network only",
        kept: [0.03, 0.03, 0.1, 0.05],
        post_share: Some(1.0),
        follow_lists: Some(0.5),
    },
    Setting {
        name: "names changed, sparse",
        kept: [0.3, 0.4, 0.8, 0.6],
        post_share: None,
        follow_lists: None,
    },
];

const MIDDLE: &str = "names changed";

impl Setting {
    /// The study's parameters with what is kept in place.
    fn parameters(&self) -> anyhow::Result<String> {
        let path = Path::new("datasets/diminishing-returns-2016/parameters.toml");
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read '{}'", path.display()))?;
        let [handle, name, bio, picture] = self.kept;
        let kept =
            format!("[returns]\nhandle_kept = {handle}\nname_kept = {name}\nbio_kept = {bio}\navatar_kept = {picture}");
        let lines = text
            .lines()
            .map(|line| match (line.split(' ').next(), self.follow_lists) {
                (Some("[returns]"), _) => kept.clone(),
                (Some("follow_lists_share"), Some(share)) => format!("follow_lists_share = {share}"),
                _ => line.to_owned(),
            });
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }
}

type Pair = (String, String);

/// A candidate pair as the links have it.
#[derive(Debug)]
struct Candidate {
    pair: Pair,
    probability: f64,
    accepted: bool,
    rules: Vec<String>,
    similarity: f64,
}

/// A run.
#[derive(Debug, Default)]
struct Seen {
    /// Person by account.
    person: BTreeMap<String, String>,
    /// All returns, whatever was seen of them.
    returns: u64,
    /// Each person's accounts that have a profile in the data, in order.
    chains: Vec<Vec<String>>,
    /// Persons that `dedupe` found.
    found: Vec<Vec<String>>,
    candidates: Vec<Candidate>,
    /// Accounts with any trace.
    traced: u64,
}

fn look(setting: &Setting, seed: u64, scale: f64) -> anyhow::Result<Seen> {
    let folder = tempfile::TempDir::new()?;
    let parameters = folder.path().join("parameters.toml");
    std::fs::write(&parameters, setting.parameters()?)?;
    let mut options = vec!["--params".to_owned(), parameters.display().to_string()];
    options.extend(["--scale".to_owned(), scale.to_string()]);
    if let Some(share) = setting.post_share {
        options.extend(["--post-share".to_owned(), share.to_string()]);
    }
    let chain = Chain::simulate(seed, &options)?;
    let text = |name: &str| chain.path(name).display().to_string();
    stage("ingest", [text("simulated/raw"), "-o".to_owned(), text("ingest")])?;
    stage(
        "dedupe",
        [
            text("ingest"),
            "--all-links".to_owned(),
            "-o".to_owned(),
            text("dedupe"),
        ],
    )?;
    read(&chain.path("simulated/truth"), &chain.path("dedupe"))
}

fn read(truth: &Path, dedupe: &Path) -> anyhow::Result<Seen> {
    let mut seen = Seen::default();
    let mut handles: BTreeMap<String, (i64, String)> = BTreeMap::new();
    for row in TableFile::<Accounts>::open(dedupe)?.read()?.rows()? {
        let at = row.observed_at.map_or(i64::MIN, |at| at.0);
        let newest = handles
            .entry(row.account_id.to_owned())
            .or_insert((i64::MIN, String::new()));
        if at >= newest.0 {
            *newest = (at, row.handle.unwrap_or_default().to_lowercase());
        }
    }
    let mut traced: BTreeSet<String> = handles.keys().cloned().collect();
    for row in TableFile::<Availability>::open(dedupe)?.read()?.rows()? {
        traced.insert(row.account_id.to_owned());
    }
    for row in TableFile::<Roster>::open(dedupe)?.read()?.rows()? {
        traced.extend(row.account_id.map(str::to_owned));
    }
    for batch in TableFile::<Posts>::open(dedupe)?.batches() {
        for row in batch?.rows()? {
            if !traced.contains(row.account_id) {
                traced.insert(row.account_id.to_owned());
            }
        }
    }
    let mut chains: BTreeMap<String, BTreeMap<i64, String>> = BTreeMap::new();
    for row in TableFile::<TruthAccounts>::open(truth)?.read()?.rows()? {
        seen.person.insert(row.account_id.to_owned(), row.person_id.to_owned());
        seen.returns += u64::from(row.return_number > 0);
        seen.traced += u64::from(traced.contains(row.account_id));
        let chain = chains.entry(row.person_id.to_owned()).or_default();
        if handles.contains_key(row.account_id) {
            chain.insert(row.return_number, row.account_id.to_owned());
        }
    }
    seen.chains = chains
        .into_values()
        .map(|chain| chain.into_values().collect())
        .collect();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in TableFile::<Personas>::open(dedupe)?.read()?.rows()? {
        found
            .entry(row.persona_id.to_owned())
            .or_default()
            .push(row.account_id.to_owned());
    }
    seen.found = found.into_values().collect();
    for batch in TableFile::<Links>::open(dedupe)?.batches() {
        for row in batch?.rows()?.filter(|row| row.relation == Relation::Return) {
            let handle = |account: &str| handles.get(account).map_or("", |(_, handle)| handle.as_str());
            let (one, other) = (handle(row.predecessor), handle(row.account_id));
            seen.candidates.push(Candidate {
                pair: (row.predecessor.to_owned(), row.account_id.to_owned()),
                probability: row.match_probability.unwrap_or(0.0),
                accepted: row.accepted,
                rules: row.found_by.split(", ").map(str::to_owned).collect(),
                similarity: if one.is_empty() || other.is_empty() {
                    0.0
                } else {
                    strsim::jaro_winkler(one, other)
                },
            });
        }
    }
    Ok(seen)
}

/// True and false in what was said, and all that is true.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    right: f64,
    said: f64,
    true_ones: f64,
    right_for_recall: f64,
}

impl Counts {
    fn precision(self) -> f64 {
        if self.said > 0.0 { self.right / self.said } else { 1.0 }
    }

    fn recall(self) -> f64 {
        self.right_for_recall / self.true_ones.max(1.0)
    }

    fn f1(self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 }
    }
}

fn pairs_of(accounts: &[String]) -> impl Iterator<Item = (&String, &String)> {
    accounts
        .iter()
        .enumerate()
        .flat_map(|(at, one)| accounts[at + 1..].iter().map(move |other| (one, other)))
}

impl Seen {
    fn same(&self, one: &str, other: &str) -> bool {
        self.person
            .get(one)
            .is_some_and(|person| self.person.get(other) == Some(person))
    }

    /// Pairs of accounts: those said to be one person's, against those with profiles that are.
    fn pairwise(&self, found: &[Vec<String>]) -> Counts {
        let profiled: BTreeSet<&String> = self.chains.iter().flatten().collect();
        let mut counts = Counts::default();
        for (one, other) in found.iter().flat_map(|accounts| pairs_of(accounts)) {
            counts.said += 1.0;
            if self.same(one, other) {
                counts.right += 1.0;
                counts.right_for_recall += f64::from(u8::from(profiled.contains(one) && profiled.contains(other)));
            }
        }
        counts.true_ones = self.chains.iter().map(|chain| pairs_of(chain).count() as f64).sum();
        counts
    }

    /// Bagga and Baldwin's B-cubed, over the accounts of the network that have profiles.
    fn b_cubed(&self, found: &[Vec<String>]) -> Counts {
        let of: BTreeMap<&String, &Vec<String>> = found
            .iter()
            .flat_map(|accounts| accounts.iter().map(move |account| (account, accounts)))
            .collect();
        let mut counts = Counts::default();
        for chain in &self.chains {
            let truth: BTreeSet<&String> = chain.iter().collect();
            for account in chain {
                let alone = vec![account.clone()];
                let said = of.get(account).copied().unwrap_or(&alone);
                let right = said.iter().filter(|other| self.same(account, other)).count() as f64;
                let shared = said.iter().filter(|other| truth.contains(other)).count() as f64;
                counts.right += right / said.len() as f64;
                counts.right_for_recall += shared / chain.len() as f64;
                counts.said += 1.0;
                counts.true_ones += 1.0;
            }
        }
        counts
    }

    /// Returns with profiles on both sides: an account and the person's next.
    fn returns(&self) -> BTreeSet<(&String, &String)> {
        self.chains
            .iter()
            .flat_map(|chain| chain.iter().zip(chain.iter().skip(1)))
            .collect()
    }

    /// The baseline: of the pairs that blocking found and that time allows, the most similar handles first, each account with
    /// one predecessor and one successor.
    fn by_handles(&self, threshold: f64) -> Vec<Vec<String>> {
        let mut order: Vec<&Candidate> = self
            .candidates
            .iter()
            .filter(|one| one.similarity >= threshold)
            .collect();
        order.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then_with(|| a.pair.cmp(&b.pair)));
        let (mut next, mut before): (BTreeMap<&str, &str>, BTreeSet<&str>) = Default::default();
        for Candidate { pair: (a, b), .. } in order {
            if !next.contains_key(a.as_str()) && !before.contains(b.as_str()) {
                next.insert(a, b);
                before.insert(b);
            }
        }
        let heads = next.keys().filter(|account| !before.contains(*account));
        heads
            .map(|head| {
                let rest = std::iter::successors(Some(*head), |account| next.get(account).copied());
                rest.map(str::to_owned).collect()
            })
            .collect()
    }
}

/// The mean over runs; of none there is no answer.
fn mean<'a>(runs: &'a [Seen], of: impl Fn(&'a Seen) -> f64) -> anyhow::Result<f64> {
    let values: Vec<f64> = runs.iter().map(of).collect();
    stats::mean(&values).map_err(|reason| anyhow!("no mean over {} seeds: {reason}", runs.len()))
}

fn shown(runs: &[Seen], of: &dyn Fn(&Seen) -> f64) -> anyhow::Result<[String; 3]> {
    let values: Vec<f64> = runs.iter().map(of).collect();
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Ok([mean(runs, of)?, least, most].map(|value| format!("{value:.3}")))
}

/// Runs all settings, writes `personas.csv` and `personas.md`, and tells whether the middle setting reaches its bar.
pub fn run(asked: &Asked) -> anyhow::Result<bool> {
    std::fs::create_dir_all(&asked.output)?;
    let mut sheet = Sheet {
        header: vec!["setting", "measure", "mean", "least", "most"],
        rows: Vec::new(),
    };
    let mut reliability = Sheet {
        header: vec![
            "setting",
            "probability",
            "pairs",
            "mean_probability",
            "same_person",
            "direct_return",
        ],
        rows: Vec::new(),
    };
    let mut reached = true;
    for setting in &SETTINGS {
        let look = |seed: &u64| look(setting, *seed, asked.scale);
        let tuning: Vec<u64> = (0..asked.tuning_seeds).map(|n| 9001 + n).collect();
        let seeds: Vec<u64> = (0..asked.seeds).map(|n| asked.first_seed + n).collect();
        let tuned_on = each(&tuning, asked.jobs, progress(setting.name), look)?;
        let thresholds = (0..40).map(|step| 0.6 + 0.01 * f64::from(step));
        let tuned = thresholds
            .map(|threshold| {
                let f1 = mean(&tuned_on, |run| run.pairwise(&run.by_handles(threshold)).f1())?;
                Ok((f1, threshold))
            })
            .collect::<anyhow::Result<Vec<_>>>()?;
        let best = tuned.iter().max_by(|(a, _), (b, _)| a.total_cmp(b));
        let threshold = best.map_or(0.9, |(_, threshold)| *threshold);
        let runs = each(&seeds, asked.jobs, progress(setting.name), look)?;
        let mut tell = |measure: String, value: &dyn Fn(&Seen) -> f64| {
            let [mean, least, most] = shown(&runs, value)?;
            sheet
                .rows
                .push(vec![setting.name.to_owned(), measure, mean, least, most]);
            anyhow::Ok(())
        };
        tell("returns".to_owned(), &|run| run.returns as f64)?;
        tell("returns with profiles on both sides".to_owned(), &|run| {
            run.returns().len() as f64
        })?;
        tell("accounts with any trace".to_owned(), &|run| run.traced as f64)?;
        type Judge = fn(&Seen, &[Vec<String>]) -> Counts;
        for (name, judge) in [
            ("pairwise", Seen::pairwise as Judge),
            ("B-cubed", Seen::b_cubed as Judge),
        ] {
            tell(format!("{name} precision"), &|run| judge(run, &run.found).precision())?;
            tell(format!("{name} recall"), &|run| judge(run, &run.found).recall())?;
            tell(format!("{name} F1"), &|run| judge(run, &run.found).f1())?;
        }
        let taken = |run: &Seen| {
            let returns = run.returns();
            let taken: Vec<bool> = run
                .candidates
                .iter()
                .filter(|one| one.accepted)
                .map(|one| returns.contains(&(&one.pair.0, &one.pair.1)))
                .collect();
            (taken.iter().filter(|right| **right).count() as f64, taken.len() as f64)
        };
        tell("links that are the direct return".to_owned(), &|run| {
            let (right, all) = taken(run);
            right / all.max(1.0)
        })?;
        tell("returns found, of those with profiles".to_owned(), &|run| {
            taken(run).0 / run.returns().len().max(1) as f64
        })?;
        tell("returns found, of all".to_owned(), &|run| {
            taken(run).0 / (run.returns as f64).max(1.0)
        })?;
        let rules: BTreeSet<&String> = runs
            .iter()
            .flat_map(|run| run.candidates.iter().flat_map(|one| &one.rules))
            .collect();
        let blocked = |run: &Seen, rule: Option<&String>| {
            let returns = run.returns();
            let found = run
                .candidates
                .iter()
                .filter(|one| returns.contains(&(&one.pair.0, &one.pair.1)));
            let by_rule = found.filter(|one| rule.is_none_or(|rule| one.rules.contains(rule)));
            by_rule.count() as f64 / returns.len().max(1) as f64
        };
        tell("blocking recall".to_owned(), &|run| blocked(run, None))?;
        for rule in rules {
            tell(format!("blocking recall, {rule}"), &|run| blocked(run, Some(rule)))?;
        }
        tell("pairs compared".to_owned(), &|run| run.candidates.len() as f64)?;
        tell(
            format!("handles alone (similarity {threshold:.2}), pairwise precision"),
            &|run| run.pairwise(&run.by_handles(threshold)).precision(),
        )?;
        tell("handles alone, pairwise recall".to_owned(), &|run| {
            run.pairwise(&run.by_handles(threshold)).recall()
        })?;
        tell("handles alone, pairwise F1".to_owned(), &|run| {
            run.pairwise(&run.by_handles(threshold)).f1()
        })?;
        tell("handles alone, B-cubed F1".to_owned(), &|run| {
            run.b_cubed(&run.by_handles(threshold)).f1()
        })?;
        for bounds in [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999, 1.1].windows(2) {
            let (mut pairs, mut sum, mut same, mut direct) = (0_u32, 0.0, 0_u32, 0_u32);
            for run in &runs {
                let returns = run.returns();
                for one in run
                    .candidates
                    .iter()
                    .filter(|one| (bounds[0]..bounds[1]).contains(&one.probability))
                {
                    pairs += 1;
                    sum += one.probability;
                    same += u32::from(run.same(&one.pair.0, &one.pair.1));
                    direct += u32::from(returns.contains(&(&one.pair.0, &one.pair.1)));
                }
            }
            let share = |n: f64| format!("{:.3}", n / f64::from(pairs.max(1)));
            reliability.rows.push(vec![
                setting.name.to_owned(),
                format!("{} to {}", bounds[0], bounds[1].min(1.0)),
                pairs.to_string(),
                share(sum),
                share(same.into()),
                share(direct.into()),
            ]);
        }
        if setting.name == MIDDLE {
            let of = |value: fn(Counts) -> f64| mean(&runs, |run| value(run.pairwise(&run.found)));
            reached = of(Counts::f1)? >= asked.least_f1 && of(Counts::precision)? >= asked.least_precision;
        }
    }
    sheet.csv(&asked.output.join("personas.csv"))?;
    reliability.csv(&asked.output.join("personas-reliability.csv"))?;
    let verdict = if reached { "reached" } else { "NOT reached" };
    let text = format!(
        "# How well returning people are found\n\n\
         {} seeds from {} at {} times the people of the study; the baseline's threshold is the best on {} other seeds. Settings and \
         measures: `docs/personas.md`. Asked of the setting `{MIDDLE}`: pairwise F1 of {:.2} at a precision of {:.2}, \
         {verdict}.\n\n{}\n## Reliability of probabilities\n\nPairs of all seeds by the probability that they were given.\n\n{}",
        asked.seeds,
        asked.first_seed,
        asked.scale,
        asked.tuning_seeds,
        asked.least_f1,
        asked.least_precision,
        sheet.markdown(&sheet.header),
        reliability.markdown(&reliability.header),
    );
    std::fs::write(asked.output.join("personas.md"), text)?;
    Ok(reached)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn counts_of_a_small_case() {
        let mut seen = Seen {
            chains: vec![texts(&["a", "b", "c"]), texts(&["d"])],
            ..Seen::default()
        };
        for (account, person) in [("a", "1"), ("b", "1"), ("c", "1"), ("d", "2")] {
            seen.person.insert(account.to_owned(), person.to_owned());
        }
        let found = [texts(&["a", "b", "d"])];
        let pairwise = seen.pairwise(&found);
        assert!((pairwise.precision() - 1.0 / 3.0).abs() < 1e-12 && (pairwise.recall() - 1.0 / 3.0).abs() < 1e-12);
        // a, b: 2/3 right, 2/3 found; c alone: 1, 1/3; d: 1/3, 1.
        let b_cubed = seen.b_cubed(&found);
        assert!((b_cubed.precision() - (2.0 / 3.0 + 2.0 / 3.0 + 1.0 + 1.0 / 3.0) / 4.0).abs() < 1e-12);
        assert!((b_cubed.recall() - (2.0 / 3.0 + 2.0 / 3.0 + 1.0 / 3.0 + 1.0) / 4.0).abs() < 1e-12);
    }
}
