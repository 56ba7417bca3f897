//! Numbers counted out from the records, one by one.

mod lives;
mod networks;
mod posts;

use std::collections::BTreeMap;
use std::path::Path;

use tables::{Measures, Network, Series, TableFile};

use crate::command::metrics;
use crate::given::{DAY, SAMPLE_DAYS, STUDY, WINDOWS, World, at};

type Bounds = (Option<f64>, Option<f64>);
/// Value, bounds, n, finding, reason.
type Row = (Option<f64>, Bounds, i64, Option<String>, Option<String>);
/// Value, n, reason.
type Point = (Option<f64>, i64, Option<String>);
/// Measure, group, window.
type Key = (String, String, String);

/// What was written: value, bounds, n by key.
pub struct Output {
    dirs: [tempfile::TempDir; 2],
    pub measures: BTreeMap<Key, Row>,
    pub series: BTreeMap<(String, String, i64), Point>,
    pub network: BTreeMap<(String, String), [i64; 4]>,
    pub expanded_network: BTreeMap<(String, String), [i64; 4]>,
}

impl Output {
    pub fn of(world: &World, study: &str) -> Self {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        world.write(from.path(), study);
        let dir = to.path().join("measured");
        metrics()
            .arg(from.path())
            .args(["-q", "-o"])
            .arg(&dir)
            .assert()
            .success()
            .stdout("")
            .stderr("");
        Self {
            measures: measures(&dir),
            series: series(&dir),
            network: network(&dir, "listed"),
            expanded_network: network(&dir, "expanded"),
            dirs: [from, to],
        }
    }

    /// Where the stage wrote.
    pub fn dir(&self) -> std::path::PathBuf {
        self.dirs[1].path().join("measured")
    }

    /// How a number was made.
    fn method(&self, (measure, group, window): &Key) -> String {
        let batch = TableFile::<Measures>::open(&self.dir()).unwrap().read().unwrap();
        let mut rows = batch.rows().unwrap();
        let found = rows.find(|row| (row.measure, row.group, row.window) == (measure, group, window));
        found.unwrap().method.to_owned()
    }

    fn value(&self, measure: &str, group: &str, window: &str) -> Option<f64> {
        self.measures[&(measure.into(), group.into(), window.into())].0
    }

    fn point(&self, measure: &str, group: &str, at: i64) -> (Option<f64>, i64) {
        let (value, n, _) = self.series[&(measure.into(), group.into(), at)];
        (value, n)
    }
}

fn measures(dir: &Path) -> BTreeMap<Key, Row> {
    let batch = TableFile::<Measures>::open(dir).unwrap().read().unwrap();
    let rows = batch.rows().unwrap();
    rows.map(|row| {
        let key = (row.measure.to_owned(), row.group.to_owned(), row.window.to_owned());
        let words = (row.finding.map(str::to_owned), row.reason.map(str::to_owned));
        (key, (row.value, (row.ci_low, row.ci_high), row.n, words.0, words.1))
    })
    .collect()
}

fn series(dir: &Path) -> BTreeMap<(String, String, i64), Point> {
    let batch = TableFile::<Series>::open(dir).unwrap().read().unwrap();
    let rows = batch.rows().unwrap();
    rows.map(|row| {
        let key = (row.measure.to_owned(), row.group.to_owned(), row.at.0);
        (key, (row.value, row.n, row.reason.map(str::to_owned)))
    })
    .collect()
}

fn network(dir: &Path, group: &str) -> BTreeMap<(String, String), [i64; 4]> {
    let batch = TableFile::<Network>::open(dir).unwrap().read().unwrap();
    let rows = batch.rows().unwrap().filter(|row| row.group == group);
    rows.map(|row| {
        let key = (row.window.to_owned(), row.relation.to_owned());
        (key, [row.accounts, row.inside, row.outside, row.reciprocated])
    })
    .collect()
}

fn close(found: Option<f64>, expected: f64, what: &str) {
    let found = found.unwrap_or_else(|| panic!("{what} is null, expected {expected}"));
    assert!(
        (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
        "{what}: {found}, expected {expected}"
    );
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn middle(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 {
        values[half]
    } else {
        (values[half - 1] + values[half]) / 2.0
    }
}

#[test]
fn samples() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    let (mut sizes, mut means) = (Vec::new(), Vec::new());
    for day in SAMPLE_DAYS {
        let at = at(day + 1, 0) - 1;
        let on_list: Vec<usize> = (0..world.listed)
            .filter(|account| world.on_list(*account, at))
            .collect();
        let alive: Vec<usize> = on_list
            .iter()
            .copied()
            .filter(|account| world.alive(*account, at))
            .collect();
        assert_eq!(
            output.point("size", "listed", at),
            (Some(alive.len() as f64), on_list.len() as i64)
        );
        let mut followers: Vec<f64> = alive
            .iter()
            .map(|account| world.newest(*account, at).unwrap().1 as f64)
            .collect();
        let (found, n) = output.point("followers.mean", "listed", at);
        close(found, mean(&followers), "mean followers");
        assert_eq!(n, followers.len() as i64);
        close(
            output.point("followers.median", "listed", at).0,
            middle(&mut followers),
            "median followers",
        );
        let paces: Vec<f64> = alive
            .iter()
            .map(|account| {
                let (seen, _, statuses) = world.newest(*account, at).unwrap();
                statuses as f64 / ((seen - world.created[*account]) as f64 / DAY as f64).max(1.0)
            })
            .collect();
        close(
            output.point("tweets_per_day.lifetime.mean", "listed", at).0,
            mean(&paces),
            "lifetime pace",
        );
        let under = |bound: f64| 100.0 * paces.iter().filter(|pace| **pace < bound).count() as f64 / paces.len() as f64;
        for (measure, expected) in [
            ("tweets_per_day.lifetime.share_under_1", under(1.0)),
            ("tweets_per_day.lifetime.share_under_5", under(5.0)),
            ("tweets_per_day.lifetime.share_over_50", 0.0),
        ] {
            close(output.point(measure, "listed", at).0, expected, measure);
        }
        let focus = alive.iter().filter(|account| *account % 4 == 0).count();
        assert_eq!(
            output.point("location.focus", "listed", at),
            (Some(focus as f64), alive.len() as i64)
        );
        let shown = alive.iter().filter(|account| *account % 2 == 0).count();
        close(
            output.point("location.focus_share", "listed", at).0,
            focus as f64 / shown as f64,
            "share",
        );
        sizes.push(alive.len() as f64);
        means.push(mean(&followers));
    }
    close(
        output.value("followers.mean", "listed", "all"),
        mean(&means),
        "mean of means",
    );
    close(
        output.value("followers.mean", "listed", "second-week"),
        mean(&means[1..3]),
        "mean of means",
    );
    close(
        output.value("size.max", "listed", "all"),
        sizes.iter().copied().fold(0.0, f64::max),
        "largest",
    );
    close(
        output.value("size.median", "listed", "all"),
        middle(&mut sizes),
        "median size",
    );
}

#[test]
fn an_account_not_found_at_first_and_then_suspended_is_one_suspension_when_it_was_not_found() {
    use tables::State;
    let plain = World::rich();
    let (mut hidden, mut never_told) = (plain.clone(), plain.clone());
    let account = (0..plain.listed)
        .find(|account| plain.suspended[*account].is_some())
        .unwrap();
    let mut gone: Vec<usize> = (0..plain.checks.len())
        .filter(|check| plain.checks[*check].0 == account && plain.checks[*check].2 == State::Suspended)
        .collect();
    gone.sort_by_key(|check| plain.checks[*check].1);
    assert!(gone.len() > 2, "the test would say nothing");
    hidden.checks[gone[0]].2 = State::NotFound;
    hidden.checks[gone[2]].2 = State::Deactivated;
    for check in gone {
        never_told.checks[check].2 = State::NotFound;
    }
    let rate = |world: &World| {
        let output = Output::of(world, STUDY);
        ["suspension.rate", "suspension.other_ends"].map(|id| output.value(id, "listed", "all"))
    };
    assert_eq!(rate(&hidden), rate(&plain));
    let [suspended, other] = rate(&never_told);
    assert!(suspended < rate(&plain)[0] && other > rate(&plain)[1]);
}

#[test]
fn suspensions() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    for (window, from, to) in WINDOWS {
        let (from, to) = (at(from, 0), at(to + 1, 0));
        let (mut events, mut exposure) = (0, 0);
        for account in 0..world.listed {
            let mut checks: Vec<(i64, bool)> = world
                .checks
                .iter()
                .filter(|check| check.0 == account && check.2 != tables::State::Unknown)
                .map(|check| (check.1, check.2 == tables::State::Active))
                .collect();
            checks.sort_unstable();
            // Minute by minute would be the same: a stretch of time at risk, cut to the window.
            for pair in checks
                .windows(2)
                .filter(|pair| pair[0].1 && world.on_list(account, pair[0].0))
            {
                let end = if pair[1].1 {
                    pair[1].0
                } else {
                    pair[0].0 + (pair[1].0 - pair[0].0) / 2
                };
                exposure += (end.min(to) - pair[0].0.max(from)).max(0);
                events += i64::from(!pair[1].1 && from <= end && end < to);
            }
        }
        assert!(events > 0 || window != "all", "the test would say nothing");
        let expected = 100.0 * events as f64 / (exposure as f64 / DAY as f64);
        close(output.value("suspension.rate", "listed", window), expected, window);
        let (value, (low, high), ..) =
            output.measures[&("suspension.rate".into(), "listed".into(), window.into())].clone();
        let exact = stats::blaker(events as u64, exposure as f64 / DAY as f64, stats::Level::P95).unwrap();
        let (exact_low, exact_high) = exact.interval().unwrap();
        close(low, 100.0 * exact_low, window);
        close(high, 100.0 * exact_high, window);
        assert!(low <= value && value < high);
    }
    for day in 0..21 {
        let reason = &output.series[&("suspension.rate".into(), "listed".into(), at(day, 0))].2;
        match day {
            0 => assert!(reason.as_ref().unwrap().contains("alive at a check before")),
            5 | 6 => assert_eq!(reason.as_deref(), Some("no account was checked on this day")),
            _ => assert_eq!(*reason, None, "day {day}"),
        }
    }
}
