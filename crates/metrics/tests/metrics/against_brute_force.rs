//! Numbers counted out from the records, one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tables::{Content, Influence, Measures, Network, Returns, Series, Survival, TableFile, TermKind};

use crate::command::metrics;
use crate::given::{DAY, SAMPLE_DAYS, STUDY, WINDOWS, World, at, detected, following, held, kind, name, tagged};

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
        let follows: BTreeSet<(usize, usize, i64)> = world
            .follows
            .iter()
            .filter(|(a, b, _)| a != b)
            .map(|(a, b, moment)| (*a, *b, moment.unwrap_or(at(21, 0) - 1)))
            .filter(|tie| (at(from, 0)..at(to + 1, 0)).contains(&tie.2))
            .collect();
        let pairs: BTreeSet<(usize, usize)> = world.follows.iter().map(|(a, b, _)| (*a, *b)).collect();
        for (relation, turned) in [("follows_out", false), ("follows_in", true)] {
            let mut found = [0; 4];
            for member in 0..world.listed {
                let others_at = |moment: i64| -> BTreeSet<usize> {
                    let here = follows.iter().filter(|tie| tie.2 == moment);
                    let ends = here.map(|(a, b, _)| if turned { (*b, *a) } else { (*a, *b) });
                    ends.filter(|(own, _)| *own == member).map(|(_, other)| other).collect()
                };
                let moments: BTreeSet<i64> = follows.iter().map(|tie| tie.2).collect();
                let last = moments.into_iter().rev().find(|moment| {
                    world.on_list(member, *moment)
                        && others_at(*moment).iter().any(|other| !world.on_list(*other, *moment))
                });
                let Some(moment) = last else { continue };
                let others = others_at(moment);
                let inside: Vec<&usize> = others.iter().filter(|other| world.on_list(**other, moment)).collect();
                let back = |other: &usize| if turned { (member, *other) } else { (*other, member) };
                found[0] += 1;
                found[1] += inside.len() as i64;
                found[2] += (others.len() - inside.len()) as i64;
                found[3] += inside.iter().filter(|other| pairs.contains(&back(other))).count() as i64;
            }
            assert!(
                found.iter().all(|count| *count > 0),
                "the test would say nothing: {found:?}"
            );
            assert_eq!(output.network[&(window.to_owned(), relation.to_owned())], found);
            let share = found[1] as f64 / (found[1] + found[2]) as f64;
            close(
                output.value(&format!("insularity.{relation}"), "listed", window),
                share,
                relation,
            );
            if !turned {
                close(
                    output.value("insularity.ei_index", "listed", window),
                    1.0 - 2.0 * share,
                    "E-I",
                );
                let reciprocity = found[3] as f64 / found[1] as f64;
                close(
                    output.value("insularity.reciprocity", "listed", window),
                    reciprocity,
                    "reciprocity",
                );
            }
        }

        let on_list = |account: usize, day: i64| {
            world.stays.get(account).is_some_and(|(from, to)| {
                from.is_none_or(|from| from < at(day + 1, 0)) && to.is_none_or(|to| to >= at(day, 0))
            })
        };
        let number = |name_: &str| (0..world.accounts).find(|account| name(*account) == name_);
        let events: Vec<_> = world
            .interactions
            .iter()
            .filter(|row| (from..=to).contains(&row.0) && row.2 != name(row.1) && on_list(row.1, row.0))
            .map(|row| {
                (
                    row.1,
                    &row.2,
                    number(&row.2).is_some_and(|target| on_list(target, row.0)),
                    row.4,
                )
            })
            .collect();
        let inside: i64 = events.iter().filter(|row| row.2).map(|row| row.3).sum();
        let all: i64 = events.iter().map(|row| row.3).sum();
        let pairs: BTreeSet<(String, String)> = events
            .iter()
            .filter(|row| row.2)
            .map(|row| (name(row.0), row.1.clone()))
            .collect();
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

/// The set is a matter of who is on its list when: what is measured of `expanded` is what is measured of `listed` where that has
/// the same list.
#[test]
fn the_expanded_set_is_measured_as_the_listed_is() {
    let mut world = World::rich();
    world.expanded = world.stays.clone();
    world.expanded[3] = (Some(at(2, 0)), Some(at(13, 0)));
    world.expanded.extend([
        (Some(at(8, 0) - 1), None),
        (Some(at(4, 0)), Some(at(16, 0))),
        (None, None),
    ]);
    let mut renamed = World::rich();
    renamed.stays = world.expanded.clone();
    renamed.listed = renamed.stays.len();
    let (output, renamed) = (Output::of(&world, STUDY), Output::of(&renamed, STUDY));
    let mut compared = 0;
    for ((measure, group, window), (value, bounds, n, finding, _)) in &output.measures {
        let Some(rest) = group.strip_prefix("expanded") else {
            continue;
        };
        let key = (measure.clone(), format!("listed{rest}"), window.clone());
        let (as_listed, as_bounds, as_n, as_finding, _) = &renamed.measures[&key];
        assert_eq!(
            (value, bounds, n, finding),
            (as_listed, as_bounds, as_n, as_finding),
            "{key:?}"
        );
        compared += u32::from(value.is_some());
    }
    assert!(compared > 40, "{compared}");
    let mut points = 0;
    for ((measure, group, at), (value, n, _)) in output.series.iter().filter(|((_, group, _), _)| group == "expanded") {
        let (as_listed, as_n, _) = &renamed.series[&(measure.clone(), group.replace("expanded", "listed"), *at)];
        assert_eq!((value, n), (as_listed, as_n), "{measure} at {at}");
        points += u32::from(value.is_some());
    }
    assert!(points > 40, "{points}");
    assert_eq!(output.expanded_network, renamed.network);
    assert_ne!(output.expanded_network, output.network);
}

#[test]
fn posts() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    for group in ["everyone", "listed"] {
        let belongs =
            |account: usize, from: i64, to: i64| group == "everyone" || world.on_list_within(account, from, to);
        for (window, from, to) in WINDOWS {
            let mut by_account: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
            for (account, moment) in &world.posts {
                if let Some(moment) = moment.filter(|moment| (at(from, 0)..at(to + 1, 0)).contains(moment))
                    && belongs(*account, from, to)
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
            belongs(*account, 0, 20) && moment.is_some_and(|moment| (at(7, 0)..at(14, 0)).contains(&moment))
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
        for account in (0..world.listed).filter(|account| world.on_list_within(*account, from, to)) {
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
    // Ends are seen half a day late, and placed midway between that and the last look that found the account.
    let last_look = |account: usize| world.seen.iter().filter(|row| row.0 == account).map(|row| row.1).max();
    let gap = |before: usize, after: usize| {
        let seen_gone = world.suspended[before]? + DAY / 2;
        Some((2 * world.created[after] - seen_gone - last_look(before)?) as f64 / (2 * DAY) as f64)
    };
    let mut gaps: Vec<f64> = [gap(1, 2), gap(4, 5), gap(5, 6)].into_iter().flatten().collect();
    close(
        output.value("returns.gap_days", "listed", "all"),
        middle(&mut gaps),
        "gap",
    );
}

#[test]
fn influence() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    let batch = TableFile::<Influence>::open(&output.dir()).unwrap().read().unwrap();
    for (window, from, to) in WINDOWS {
        let on_list = |account: usize, day: i64| {
            world.stays.get(account).is_some_and(|(from, to)| {
                from.is_none_or(|from| from < at(day + 1, 0)) && to.is_none_or(|to| to >= at(day, 0))
            })
        };
        let members = (0..world.accounts)
            .filter(|account| world.on_list_within(*account, from, to))
            .count();
        let (mut drawn, mut given) = (vec![0; world.accounts], vec![0; world.accounts]);
        for (day, source, target, _, times) in &world.interactions {
            let Some(target) = (0..world.accounts).find(|account| name(*account) == *target) else {
                continue;
            };
            if (from..=to).contains(day) && *source != target && on_list(*source, *day) && on_list(target, *day) {
                drawn[target] += times;
                given[*source] += times;
            }
        }
        let mut expected: Vec<(i64, i64, String)> = (0..world.accounts)
            .filter(|account| drawn[*account] + given[*account] > 0)
            .map(|account| (-drawn[account] - given[account], -drawn[account], name(account)))
            .collect();
        expected.sort();
        assert!(expected.len() > 5, "the test would say nothing");
        let rows: Vec<_> = batch.rows().unwrap().filter(|row| row.window == window).collect();
        let found: Vec<_> = rows
            .iter()
            .map(|row| (-row.interactivity, -row.influence, row.account_id.to_owned()))
            .collect();
        assert_eq!(found, expected);
        assert!(rows.iter().zip(1..).all(|(row, rank)| row.rank == rank));
        assert!(rows.iter().all(|row| row.exposure + row.influence == row.interactivity));
        let share = |of: &[i64]| of.iter().filter(|times| **times > 0).count() as f64 / members as f64;
        close(
            output.value("influence.drawing_share", "listed", window),
            share(&drawn),
            window,
        );
        close(
            output.value("influence.giving_share", "listed", window),
            share(&given),
            window,
        );
        let top: i64 = *drawn.iter().max().unwrap();
        let all: i64 = drawn.iter().sum();
        assert!(members <= 10, "the top tenth is one account");
        close(
            output.value("influence.top_tenth_share", "listed", window),
            top as f64 / all as f64,
            window,
        );
    }
}

/// A post of one's own: account, tag, language detected.
type Own = (usize, Option<&'static str>, Option<&'static str>);

#[test]
fn languages() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    let mut told = BTreeSet::new();
    for group in ["everyone", "listed"] {
        for (window, from, to) in WINDOWS {
            let mut own: Vec<Own> = Vec::new();
            for ((account, moment), line) in world.posts.iter().zip(1..) {
                let inside = moment.is_some_and(|moment| (at(from, 0)..at(to + 1, 0)).contains(&moment));
                let belongs = group == "everyone" || world.on_list_within(*account, from, to);
                if inside && belongs && kind(line) != tables::PostKind::Repost {
                    let tag = tagged(line).filter(|tag| *tag != "und");
                    own.push((*account, tag.map(|tag| &tag[..2]), detected(line)));
                }
            }
            let share = |part: &dyn Fn(&Own) -> Option<bool>| {
                let known: Vec<bool> = own.iter().filter_map(part).collect();
                known.iter().filter(|yes| **yes).count() as f64 / known.len() as f64
            };
            let mut mostly: BTreeMap<usize, i64> = BTreeMap::new();
            for (account, _, detected) in &own {
                if let Some(language) = detected {
                    *mostly.entry(*account).or_default() += if *language == "en" { 1 } else { -1 };
                }
            }
            let english = mostly.values().filter(|balance| **balance > 0).count();
            for (measure, expected) in [
                (
                    "language.english.posts",
                    share(&|row| row.2.map(|language| language == "en")),
                ),
                (
                    "language.english.tagged_posts",
                    share(&|row| row.1.map(|tag| tag == "en")),
                ),
                ("language.english.accounts", english as f64 / mostly.len() as f64),
                ("language.agreement", share(&|row| Some(row.1? == row.2?))),
                ("language.detected", share(&|row| Some(row.2.is_some()))),
            ] {
                close(output.value(measure, group, window), expected, measure);
                told.insert((expected * 1e6) as i64);
            }
        }
    }
    assert!(told.len() > 10, "the test would say little");
}

#[test]
fn content() {
    let mut world = World::rich();
    world.posts.push((3, None));
    let output = Output::of(&world, STUDY);
    let batch = TableFile::<Content>::open(&output.dir()).unwrap().read().unwrap();
    let rows: Vec<tables::ContentTerm<'_>> = batch.rows().unwrap().collect();
    let mut told = 0;
    // Group, name of the span in the table, its days, who belongs.
    type Belongs<'w> = Box<dyn Fn(usize) -> bool + 'w>;
    let mut spans: Vec<(&str, String, i64, i64, Belongs<'_>)> = Vec::new();
    for (window, from, to) in WINDOWS {
        spans.push(("everyone", window.to_owned(), from, to, Box::new(|_| true)));
        let world = &world;
        let listed = move |account| world.on_list_within(account, from, to);
        spans.push(("listed", window.to_owned(), from, to, Box::new(listed)));
    }
    for day in SAMPLE_DAYS {
        let then = at(day + 1, 0) - 1;
        let world = &world;
        let alive = move |account| account < world.listed && world.on_list(account, then) && world.alive(account, then);
        spans.push((
            "listed",
            format!("week to 2015-06-{:02}", day + 1),
            day - 6,
            day,
            Box::new(alive),
        ));
    }
    for (group, span, from, to, belongs) in &spans {
        let inside = |moment: &Option<i64>| moment.is_some_and(|at_| (at(*from, 0)..at(to + 1, 0)).contains(&at_));
        let own: Vec<(usize, i64)> = world
            .posts
            .iter()
            .zip(1..)
            .filter(|((account, moment), line)| {
                inside(moment) && belongs(*account) && kind(*line) != tables::PostKind::Repost
            })
            .map(|((account, _), line)| (*account, line))
            .collect();
        for of in [TermKind::Client, TermKind::Domain, TermKind::Hashtag] {
            let mut uses: BTreeMap<&str, (i64, BTreeSet<usize>)> = BTreeMap::new();
            let mut posts_of_group = 0;
            for (account, line) in &own {
                let Some(terms) = held(*line, of) else { continue };
                posts_of_group += 1;
                for term in terms {
                    let uses = uses.entry(term).or_default();
                    uses.0 += 1;
                    uses.1.insert(*account);
                }
            }
            let mut expected: Vec<(&str, i64, i64, i64)> = uses
                .iter()
                .map(|(term, (posts, accounts))| (*term, *posts, accounts.len() as i64, posts_of_group))
                .collect();
            expected.sort_by_key(|(term, posts, accounts, _)| (-posts, -accounts, *term));
            let found: Vec<(&str, i64, i64, i64)> = rows
                .iter()
                .filter(|row| row.group == *group && row.window == *span && row.kind == of)
                .map(|row| (row.term, row.posts, row.accounts, row.posts_of_group))
                .collect();
            assert_eq!(found, expected, "{group} {span} {of}");
            told += found.len();
            let total: i64 = expected.iter().map(|row| row.1).sum();
            let squares: i64 = expected.iter().map(|row| row.1 * row.1).sum();
            if total > 0 && !span.starts_with("week") {
                let value = |id: &str| output.value(&format!("content.{id}"), group, span);
                let concentration = squares as f64 / (total * total) as f64;
                close(value(&format!("{of}_concentration")), concentration, "concentration");
                close(value(&format!("{of}s")), expected.len() as f64, "distinct");
                if of == TermKind::Client {
                    close(
                        value("top_client_share"),
                        expected[0].1 as f64 / posts_of_group as f64,
                        "top client",
                    );
                    let automated = uses.get("IFTTT").map_or(0, |uses| uses.0);
                    close(
                        value("automation_share"),
                        automated as f64 / posts_of_group as f64,
                        "automation",
                    );
                } else {
                    let with = own
                        .iter()
                        .filter(|(_, line)| held(*line, of).is_some_and(|held| !held.is_empty()));
                    let measure = if of == TermKind::Domain {
                        "link_share"
                    } else {
                        "hashtag_share"
                    };
                    close(value(measure), with.count() as f64 / posts_of_group as f64, measure);
                }
            }
        }
    }
    assert!(told > 60, "the test would say little: {told}");
}

#[test]
fn suspended_beside_standing() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    for group in ["everyone", "listed"] {
        for (window, from, to) in WINDOWS {
            let (mut suspended, mut standing) = (Vec::new(), Vec::new());
            for account in 0..world.accounts {
                if group == "listed" && !world.on_list_within(account, from, to) {
                    continue;
                }
                let Some((seen, followers, statuses)) = world.newest(account, at(to + 1, 0) - 1) else {
                    continue;
                };
                // Seen gone half a day after the end; placed midway between that and the last look that found it.
                let last = world
                    .seen
                    .iter()
                    .filter(|row| row.0 == account)
                    .map(|row| row.1)
                    .max()
                    .unwrap();
                let end = world.suspended[account].map(|end| last + (end + DAY / 2 - last) / 2);
                let pace = statuses as f64 / ((seen - world.created[account]) as f64 / DAY as f64).max(1.0);
                let numbers = [followers as f64, following(account, seen) as f64, statuses as f64, pace];
                match end {
                    Some(end) if end < at(from, 0) => {}
                    Some(end) if end < at(to + 1, 0) => suspended.push(numbers),
                    _ => standing.push(numbers),
                }
            }
            assert!(
                !suspended.is_empty() && standing.len() > 1,
                "the test would say nothing"
            );
            for (which, name) in ["followers", "following", "statuses", "pace"].iter().enumerate() {
                let of = |rows: &[[f64; 4]]| middle(&mut rows.iter().map(|row| row[which]).collect::<Vec<_>>());
                let (above, below) = (of(&suspended), of(&standing));
                for (what, expected) in [("suspended", above), ("standing", below), ("ratio", above / below)] {
                    let measure = format!("contrast.{name}.{what}");
                    close(output.value(&measure, group, window), expected, &measure);
                }
            }
        }
    }
}

#[test]
fn accounts_of_a_person() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    let batch = TableFile::<Returns>::open(&output.dir()).unwrap().read().unwrap();
    let rows: Vec<_> = batch.rows().unwrap().collect();
    assert_eq!(rows.len(), world.personas.len());
    for (row, (person, number, account)) in rows.iter().zip(&world.personas) {
        assert_eq!(
            (row.person_id, row.return_number, row.account_id),
            (*person, *number, name(*account).as_str())
        );
        let mut seen: Vec<(i64, i64)> = world
            .seen
            .iter()
            .filter(|seen| seen.0 == *account)
            .map(|seen| (seen.1, seen.2))
            .collect();
        seen.sort_unstable();
        assert_eq!(row.followers_peak, seen.iter().map(|seen| seen.1).max());
        assert_eq!(row.followers_last, seen.last().map(|seen| seen.1));
        let week_old = world.created[*account] + 7 * DAY;
        assert_eq!(
            row.followers_after,
            seen.iter().find(|seen| seen.0 >= week_old).map(|seen| seen.1)
        );
        assert_eq!(row.created_at.map(|at| at.0), Some(world.created[*account]));
        assert_eq!(
            row.gone_at.map(|at| at.0),
            world.suspended[*account].map(|end| end + DAY / 2)
        );
    }
}

/// Survival by the definition: at each end, the share of those under watch just before who did not end.
#[test]
fn survival() {
    let world = World::rich();
    // A smallest group of one, so that the curve begins at birth.
    let output = Output::of(&world, &STUDY.replace("min_group_size = 2", "min_group_size = 1"));
    let batch = TableFile::<Survival>::open(&output.dir()).unwrap().read().unwrap();
    for group in ["everyone", "listed"] {
        let mut lives: Vec<(f64, f64, bool)> = Vec::new();
        for account in 0..world.accounts {
            if group == "listed" && account >= world.listed {
                continue;
            }
            let moments = world.seen.iter().filter(|row| row.0 == account).map(|row| row.1);
            let Some((first, last)) = moments.clone().min().zip(moments.max()) else {
                continue;
            };
            let listed = world
                .stays
                .get(account)
                .and_then(|stay| stay.0)
                .filter(|_| group == "listed");
            let entry = first.max(listed.unwrap_or(first));
            let (exit, event) = match world.suspended[account] {
                Some(end) => (last + (end + DAY / 2 - last) / 2, true),
                None => (last, false),
            };
            if entry < exit {
                let age = |moment: i64| (moment - world.created[account]) as f64 / DAY as f64;
                lives.push((age(entry), age(exit), event));
            }
        }
        let mut times: Vec<f64> = lives.iter().map(|life| life.1).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        let rows: Vec<_> = batch.rows().unwrap().filter(|row| row.group == group).collect();
        assert_eq!(rows.len(), times.len());
        assert!(rows.iter().any(|row| row.events > 0), "the test would say nothing");
        let mut standing = 1.0;
        for (row, time) in rows.iter().zip(times) {
            let at_risk = lives.iter().filter(|life| life.0 < time && time <= life.1).count();
            let events = lives.iter().filter(|life| life.1 == time && life.2).count();
            standing *= 1.0 - events as f64 / at_risk as f64;
            assert_eq!(
                (row.time_days, row.at_risk, row.events),
                (Some(time), at_risk as i64, events as i64)
            );
            close(row.survival, standing, "survival");
        }
    }
}
