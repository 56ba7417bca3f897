//! What must hold of the rows whatever the study: the order of records is nothing, halves of a period add up to it, and an edge seen twice
//! is one edge.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;
use tables::{InteractionKind, State};

use crate::command::metrics;
use crate::given::{Dice, STUDY, World, at, name};

const TABLES: [&str; 10] = [
    "measures",
    "series",
    "survival",
    "at_risk",
    "returns",
    "network",
    "waves",
    "influence",
    "tests",
    "content",
];
/// Days of the two halves of the period, both ends included.
const HALVES: [(&str, i64, i64); 2] = [("first", 0, 9), ("second", 10, 20)];

/// Few cases, since each is a run of the tool or three; always the same ones.
fn few(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(2016),
        ..ProptestConfig::default()
    }
}

/// The rows of a study, table by table.
struct Rows(BTreeMap<&'static str, Vec<Value>>);

impl Rows {
    fn of(world: &World, study: &str) -> Self {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        world.write(from.path(), study);
        let out = to.path().join("m");
        let rows = TABLES.map(|table| {
            let assert = metrics()
                .arg(from.path())
                .args(["-q", "--if-changed", "--print", table, "--as", "json", "-o"])
                .arg(&out)
                .assert()
                .success();
            let text = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
            (
                table,
                text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
            )
        });
        Self(rows.into())
    }

    /// The rows of a table whose columns hold these words.
    fn find<const N: usize>(&self, table: &str, wanted: [(&'static str, &str); N]) -> Vec<&Value> {
        let rows = self.0[table].iter();
        rows.filter(|row| wanted.iter().all(|(column, value)| row[*column] == *value))
            .collect()
    }

    fn measure(&self, measure: &str, group: &str, window: &str) -> &Value {
        self.find("measures", [("measure", measure), ("group", group), ("window", window)])[0]
    }

    fn value(&self, measure: &str, group: &str, window: &str) -> Option<f64> {
        self.measure(measure, group, window)["value"].as_f64()
    }
}

/// Places of a list in another order.
fn order(len: usize, seed: u64) -> Vec<usize> {
    let mut dice = Dice::new(seed);
    let mut places: Vec<usize> = (0..len).collect();
    for place in (1..len).rev() {
        places.swap(place, dice.roll(place as u64 + 1) as usize);
    }
    places
}

fn shuffled<T: Clone>(list: &[T], seed: u64) -> Vec<T> {
    order(list.len(), seed)
        .into_iter()
        .map(|place| list[place].clone())
        .collect()
}

/// Everybody who is listed is so all the time, so that who belongs does not change from one window to the next.
fn always_listed(seed: u64) -> World {
    let mut world = World::rolled(seed);
    world.stays.fill((None, None));
    world
}

/// How many accounts are found suspended in a window, by their checks.
fn suspensions(world: &World, (from, to): (i64, i64)) -> u64 {
    let mut found = 0;
    for account in 0..world.listed {
        let checks = world
            .checks
            .iter()
            .filter(|check| check.0 == account && check.2 != State::Unknown);
        let mut checks: Vec<(i64, bool)> = checks.map(|check| (check.1, check.2 == State::Active)).collect();
        checks.sort_unstable();
        let ends = checks.windows(2).filter(|pair| pair[0].1 && !pair[1].1);
        let midway = ends.map(|pair| pair[0].0 + (pair[1].0 - pair[0].0) / 2);
        found += midway.filter(|end| (at(from, 0)..at(to + 1, 0)).contains(end)).count() as u64;
    }
    found
}

proptest! {
    #![proptest_config(few(4))]

    #[test]
    fn the_order_of_records_changes_no_row(seed in any::<u64>(), turn in any::<u64>()) {
        let world = World::rolled(seed);
        let mut turned = world.clone();
        turned.seen = shuffled(&world.seen, turn);
        turned.checks = shuffled(&world.checks, turn + 1);
        turned.follows = shuffled(&world.follows, turn + 2);
        turned.interactions = shuffled(&world.interactions, turn + 3);
        turned.personas = shuffled(&world.personas, turn + 4);
        // A post takes along what it is.
        let places = order(world.posts.len(), turn + 5);
        turned.posts = places.iter().map(|place| world.posts[*place]).collect();
        turned.lines = places.iter().map(|place| world.line(*place)).collect();
        let [told, again] = [&world, &turned].map(|world| Rows::of(world, STUDY));
        for table in TABLES {
            prop_assert!(table == "waves" || !told.0[table].is_empty(), "{table} has no row");
            prop_assert_eq!(&told.0[table], &again.0[table], "{}", table);
        }
    }

    #[test]
    fn halves_of_the_period_add_up(seed in any::<u64>()) {
        let mut world = always_listed(seed);
        world.windows = vec![("all", 0, 20), HALVES[0], HALVES[1]];
        let halves = "windows = [{ name = 'first', from = 2015-06-01, to = 2015-06-10 }, \
                      { name = 'second', from = 2015-06-11, to = 2015-06-21 }]";
        let study = STUDY.replace("windows = [{ name = 'second-week', from = 2015-06-08, to = 2015-06-14 }]", halves);
        let rows = Rows::of(&world, &study);
        let [first, second] = HALVES.map(|half| half.0);

        // Posts, and those of them that the pace counts.
        for group in ["everyone", "listed"] {
            let posts = |window: &str| rows.value("volume.posts", group, window).unwrap();
            prop_assert_eq!(posts(first) + posts(second), posts("all"));
            let weeks = rows.find("series", [("measure", "volume.posts"), ("group", group)]);
            prop_assert_eq!(weeks.iter().map(|week| week["value"].as_f64().unwrap()).sum::<f64>(), posts("all"));
            let per_day = |window: &str| rows.value("volume.posts_per_day", group, window).unwrap();
            let both = (10.0 * per_day(first) + 11.0 * per_day(second)) / 21.0;
            prop_assert!((both - per_day("all")).abs() < 1e-9);
        }
        let counted = |window: &str| -> u64 {
            let method = rows.measure("tweets_per_day.posts.mean", "listed", window)["method"].as_str().unwrap();
            let (before, _) = method.split_once(" posts in ").unwrap();
            before.rsplit(' ').next().unwrap().parse().unwrap()
        };
        prop_assert_eq!(counted(first) + counted(second), counted("all"));

        // Uses of each term.
        let uses = |window: &str| -> BTreeMap<String, i64> {
            let terms = rows.find("content", [("group", "everyone"), ("window", window)]);
            let of_terms = terms.iter().map(|row| (format!("{} {}", row["kind"], row["term"]), row["posts"].as_i64().unwrap()));
            of_terms.collect()
        };
        let mut both = uses(first);
        for (term, posts) in uses(second) {
            *both.entry(term).or_default() += posts;
        }
        prop_assert!(!both.is_empty());
        prop_assert_eq!(both, uses("all"));

        // Times that members addressed each other and others.
        for relation in ["interactions", "mention", "quote", "reply", "repost"] {
            for column in ["inside", "outside"] {
                let times = |window: &str| -> i64 {
                    let wanted = [("group", "listed"), ("relation", relation), ("window", window)];
                    let found = rows.find("network", wanted);
                    found.iter().map(|row| row[column].as_i64().unwrap()).sum()
                };
                prop_assert_eq!(times(first) + times(second), times("all"), "{} {}", relation, column);
            }
        }

        // Suspensions: of lives, and between checks; there, the time at risk as well.
        for group in ["everyone", "listed"] {
            let events = |window: &str| -> i64 {
                let at_risk = rows.find("at_risk", [("group", group), ("window", window)]);
                at_risk.iter().filter_map(|row| row["events"].as_i64()).max().unwrap_or(0)
            };
            prop_assert_eq!(events(first) + events(second), events("all"));
        }
        let found = [(0, 20), (0, 9), (10, 20)].map(|days| suspensions(&world, days));
        prop_assert_eq!(found[0], found[1] + found[2]);
        let account_days: Vec<f64> = found
            .iter()
            .zip(["all", first, second])
            .filter_map(|(events, window)| {
                let rate = rows.value("suspension.rate", "listed", window).unwrap();
                assert!((*events == 0) == (rate == 0.0), "{window}: {events} at {rate}");
                (*events > 0).then(|| 100.0 * *events as f64 / rate)
            })
            .collect();
        if let [all, first, second] = account_days[..] {
            prop_assert!((first + second - all).abs() < 1e-6, "{first} and {second} account-days, in all {all}");
        }
    }

    #[test]
    fn an_edge_seen_again_is_one_edge(seed in any::<u64>(), turn in any::<u64>()) {
        let world = World::rolled(seed);
        let mut again = world.clone();
        // A follow seen twice at a moment is one, and nobody follows himself.
        again.follows.extend(world.follows.iter().copied());
        again.follows.extend((0..world.accounts).map(|account| (account, account, Some(at(3, 5)))));
        again.follows = shuffled(&again.follows, turn);
        // Nobody addresses himself.
        let kind = InteractionKind::Mention;
        again.interactions.retain(|row| row.2 != name(row.1));
        again.interactions.extend((0..world.accounts).map(|account| (4, account, name(account), kind, 7)));
        let [told, of_again] = [&world, &again].map(|world| Rows::of(world, STUDY));
        for table in TABLES {
            prop_assert_eq!(&told.0[table], &of_again.0[table], "{}", table);
        }

        // Who is addressed twice as often counts twice: shares stay, and so does who is tied to whom.
        let mut twice = world;
        twice.interactions.iter_mut().for_each(|row| row.4 *= 2);
        let of_twice = Rows::of(&twice, STUDY);
        for (row, doubled) in told.0["network"].iter().zip(&of_twice.0["network"]) {
            let follows = row["relation"].as_str().unwrap().starts_with("follows");
            let factor = if follows { 1 } else { 2 };
            for column in ["inside", "outside"] {
                prop_assert_eq!(factor * row[column].as_i64().unwrap(), doubled[column].as_i64().unwrap(), "{}", row);
            }
            for column in ["accounts", "reciprocated"] {
                prop_assert_eq!(&row[column], &doubled[column], "{}", row);
            }
        }
        for (row, doubled) in told.0["measures"].iter().zip(&of_twice.0["measures"]) {
            prop_assert_eq!([&row["measure"], &row["group"], &row["window"]], [&doubled["measure"], &doubled["group"], &doubled["window"]]);
            let measure = row["measure"].as_str().unwrap();
            let of_times = measure == "insularity.interactions" || measure.starts_with("influence.");
            let of_pairs = measure.starts_with("structure.interactions.") && !measure.contains("attention");
            let of_follows = measure.starts_with("insularity.follows") || measure.starts_with("structure.follows.");
            if of_times || of_pairs || of_follows {
                prop_assert_eq!(&row["value"], &doubled["value"], "{}", row);
            }
        }
        for (row, doubled) in told.0["influence"].iter().zip(&of_twice.0["influence"]) {
            prop_assert_eq!(2 * row["interactivity"].as_i64().unwrap(), doubled["interactivity"].as_i64().unwrap());
        }
    }
}
