//! Numbers counted out from the records, one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tables::{Measures, Network, Series, TableFile};

use crate::command::metrics;
use crate::given::{DAY, SAMPLE_DAYS, STUDY, WINDOWS, World, at, name};

type Bounds = (Option<f64>, Option<f64>);

/// What was written: value, bounds, n by key.
pub struct Output {
    _dirs: [tempfile::TempDir; 2],
    pub measures: BTreeMap<(String, String, String), (Option<f64>, Bounds, i64, Option<String>, Option<String>)>,
    pub series: BTreeMap<(String, String, i64), (Option<f64>, i64, Option<String>)>,
    pub network: BTreeMap<(String, String), [i64; 4]>,
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
            network: network(&dir),
            _dirs: [from, to],
        }
    }

    fn value(&self, measure: &str, group: &str, window: &str) -> Option<f64> {
        self.measures[&(measure.into(), group.into(), window.into())].0
    }

    fn point(&self, measure: &str, group: &str, at: i64) -> (Option<f64>, i64) {
        let (value, n, _) = self.series[&(measure.into(), group.into(), at)];
        (value, n)
    }
}

fn measures(
    dir: &Path,
) -> BTreeMap<(String, String, String), (Option<f64>, Bounds, i64, Option<String>, Option<String>)> {
    let batch = TableFile::<Measures>::open(dir).unwrap().read().unwrap();
    let rows = batch.rows().unwrap();
    rows.map(|row| {
        let key = (row.measure.to_owned(), row.group.to_owned(), row.window.to_owned());
        let words = (row.finding.map(str::to_owned), row.reason.map(str::to_owned));
        (key, (row.value, (row.ci_low, row.ci_high), row.n, words.0, words.1))
    })
    .collect()
}

fn series(dir: &Path) -> BTreeMap<(String, String, i64), (Option<f64>, i64, Option<String>)> {
    let batch = TableFile::<Series>::open(dir).unwrap().read().unwrap();
    let rows = batch.rows().unwrap();
    rows.map(|row| {
        let key = (row.measure.to_owned(), row.group.to_owned(), row.at.0);
        (key, (row.value, row.n, row.reason.map(str::to_owned)))
    })
    .collect()
}

fn network(dir: &Path) -> BTreeMap<(String, String), [i64; 4]> {
    let batch = TableFile::<Network>::open(dir).unwrap().read().unwrap();
    let rows = batch.rows().unwrap();
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
        let alive: Vec<usize> = (0..world.listed).filter(|account| world.alive(*account, at)).collect();
        assert_eq!(
            output.point("size", "listed", at),
            (Some(alive.len() as f64), world.listed as i64)
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
            for pair in checks.windows(2).filter(|pair| pair[0].1) {
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

#[test]
fn ties() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    for (window, from, to) in WINDOWS {
        let follows: BTreeSet<(usize, usize)> = world
            .follows
            .iter()
            .filter(|(a, b, _)| a != b)
            .filter(|(_, _, moment)| match moment {
                Some(moment) => (at(from, 0)..at(to + 1, 0)).contains(moment),
                None => window == "all",
            })
            .map(|(a, b, _)| (*a, *b))
            .collect();
        let member = |account: &usize| *account < world.listed;
        let inside = follows.iter().filter(|(a, b)| member(a) && member(b));
        let returned = inside.clone().filter(|(a, b)| follows.contains(&(*b, *a))).count() as i64;
        let inside = inside.count() as i64;
        let out: Vec<_> = follows.iter().filter(|(a, _)| member(a)).collect();
        let active = out.iter().map(|(a, _)| a).collect::<BTreeSet<_>>().len() as i64;
        let key = (window.to_owned(), "follows_out".to_owned());
        assert_eq!(
            output.network[&key],
            [active, inside, out.len() as i64 - inside, returned]
        );
        let coming: Vec<_> = follows.iter().filter(|(_, b)| member(b)).collect();
        let active = coming.iter().map(|(_, b)| b).collect::<BTreeSet<_>>().len() as i64;
        let key = (window.to_owned(), "follows_in".to_owned());
        assert_eq!(
            output.network[&key],
            [active, inside, coming.len() as i64 - inside, returned]
        );
        let share = inside as f64 / out.len() as f64;
        close(
            output.value("insularity.follows_out", "listed", window),
            share,
            "follows out",
        );
        close(
            output.value("insularity.ei_index", "listed", window),
            1.0 - 2.0 * share,
            "E-I",
        );
        let reciprocity = returned as f64 / inside as f64;
        close(
            output.value("insularity.reciprocity", "listed", window),
            reciprocity,
            "reciprocity",
        );

        let events = world
            .interactions
            .iter()
            .filter(|row| (from..=to).contains(&row.0) && row.1 < world.listed && row.2 != name(row.1));
        let names: Vec<String> = (0..world.listed).map(name).collect();
        let inside: i64 = events
            .clone()
            .filter(|row| names.contains(&row.2))
            .map(|row| row.4)
            .sum();
        let all: i64 = events.clone().map(|row| row.4).sum();
        let pairs: BTreeSet<(String, String)> = events.map(|row| (name(row.1), row.2.clone())).collect();
        let returned = pairs
            .iter()
            .filter(|(a, b)| pairs.contains(&(b.clone(), a.clone())))
            .count() as i64;
        let found = output.network[&(window.to_owned(), "interactions".to_owned())];
        assert_eq!(found[1..], [inside, all - inside, returned]);
        close(
            output.value("insularity.interactions", "listed", window),
            inside as f64 / all as f64,
            "interactions",
        );
    }
}

#[test]
fn posts() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    for (group, accounts) in [("everyone", world.accounts), ("listed", world.listed)] {
        for (window, from, to) in WINDOWS {
            let mut by_account: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
            for (account, moment) in &world.posts {
                if let Some(moment) = moment.filter(|moment| (at(from, 0)..at(to + 1, 0)).contains(moment))
                    && *account < accounts
                {
                    by_account.entry(*account).or_default().push(moment);
                }
            }
            let total: usize = by_account.values().map(Vec::len).sum();
            close(output.value("volume.posts", group, window), total as f64, "posts");
            close(
                output.value("volume.accounts", group, window),
                by_account.len() as f64,
                "accounts",
            );
            let mut durations: Vec<f64> = by_account
                .values()
                .map(|moments| (moments.iter().max().unwrap() - moments.iter().min().unwrap()) as f64 / DAY as f64)
                .collect();
            close(
                output.value("duration.median_days", group, window),
                middle(&mut durations),
                "duration",
            );
            close(
                output.value("duration.share_under_50_days", group, window),
                1.0,
                "share",
            );
        }
        let week = world.posts.iter().filter(|(account, moment)| {
            *account < accounts && moment.is_some_and(|moment| (at(7, 0)..at(14, 0)).contains(&moment))
        });
        assert_eq!(
            output.point("volume.posts", group, at(7, 0)).0,
            Some(week.count() as f64)
        );
    }
}

#[test]
fn paces() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    for (window, from, to) in WINDOWS {
        let mut paces = Vec::new();
        for account in 0..world.listed {
            let mut seen: Vec<(i64, i64)> = world
                .seen
                .iter()
                .filter(|row| row.0 == account && (at(from, 0)..at(to + 1, 0)).contains(&row.1))
                .map(|row| (row.1, row.3))
                .collect();
            seen.sort_unstable();
            if let (Some(first), Some(last)) = (seen.first(), seen.last())
                && last.0 > first.0
            {
                paces.push((last.1 - first.1) as f64 / ((last.0 - first.0) as f64 / DAY as f64));
            }
        }
        close(
            output.value("tweets_per_day.window.mean", "listed", window),
            mean(&paces),
            window,
        );
    }
}

#[test]
fn returns() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    let peak = |account: usize| {
        world
            .seen
            .iter()
            .filter(|row| row.0 == account)
            .map(|row| row.2)
            .max()
            .unwrap() as f64
    };
    let mut ratios = [peak(2) / peak(1), peak(5) / peak(4), peak(6) / peak(4)];
    close(output.value("returns.persons", "everyone", "all"), 2.0, "persons");
    close(output.value("returns.accounts", "everyone", "all"), 3.0, "accounts");
    close(
        output.value("returns.followers_ratio", "listed", "all"),
        middle(&mut ratios),
        "ratio",
    );
    let first = middle(&mut [peak(2) / peak(1), peak(5) / peak(4)]);
    close(
        output.value("returns.followers_ratio", "listed/return_1", "all"),
        first,
        "ratio",
    );
    let second = &output.measures[&("returns.followers_ratio".into(), "listed/return_2".into(), "all".into())];
    assert_eq!(
        (second.0, second.2),
        (None, 1),
        "one person is fewer than the study's smallest group"
    );
    // The first accounts were created before, the predecessors' ends seen half a day late.
    let gap = |before: usize, after: usize| {
        Some((world.created[after] - world.suspended[before]? - DAY / 2) as f64 / DAY as f64)
    };
    let mut gaps: Vec<f64> = [gap(1, 2), gap(4, 5), gap(5, 6)].into_iter().flatten().collect();
    close(
        output.value("returns.gap_days", "listed", "all"),
        middle(&mut gaps),
        "gap",
    );
}
