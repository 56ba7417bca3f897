//! Input at the edge of what means anything: every row that ordinary input gives is there, each null has its reason, and no table holds
//! what is not a number.

use std::collections::BTreeSet;
use std::path::Path;

use tables::{AtRisk, Influence, Measures, Network, Returns, Series, State, Survival, TableFile, Tests, Waves};

use crate::command::metrics;
use crate::given::{DAY, STUDY, World, at, name};

/// A row's table, its ids joined, and its group.
type Key = (&'static str, String, String);

/// What a run wrote.
struct Written {
    /// Of the tables that have a row for everything that is asked.
    keys: BTreeSet<Key>,
    nulls: usize,
}

/// Words of a text that a number that is none would be written as.
fn is_no_number(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_ascii_alphabetic());
    words.into_iter().any(|word| matches!(word, "NaN" | "nan" | "inf"))
}

fn run(world: &World, more: &[&str]) -> Written {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    world.write(from.path(), STUDY);
    let dir = to.path().join("measured");
    metrics()
        .arg(from.path())
        .args(["-q", "-o"])
        .arg(&dir)
        .args(more)
        .assert()
        .success()
        .stderr("");
    read(&dir)
}

fn read(dir: &Path) -> Written {
    let mut written = Written {
        keys: BTreeSet::new(),
        nulls: 0,
    };
    macro_rules! rows {
        ($table:ident, $row:ident => $each:expr) => {
            let batch = TableFile::<$table>::open(dir).unwrap().read().unwrap();
            for $row in batch.rows().unwrap() {
                let text = format!("{:?}", $row);
                assert!(!is_no_number(&text), "{text}");
                $each
            }
        };
    }
    let mut add = |table, ids: String, group: &str, there: bool, reason: Option<&str>| {
        let row = format!("{table} {ids} {group}");
        assert!(
            there || reason.is_some_and(|reason| !reason.is_empty()),
            "{row}: null without a reason"
        );
        assert!(!there || reason.is_none(), "{row}: a number and a reason");
        written.nulls += usize::from(!there);
        assert!(
            written.keys.insert((table, ids, group.to_owned())),
            "{row} stands twice"
        );
    };
    rows!(Measures, row => {
        assert!(row.value.is_some() || row.ci_low.or(row.ci_high).is_none(), "{} has an interval of nothing", row.measure);
        add("measures", format!("{} {}", row.measure, row.window), row.group, row.value.is_some(), row.reason);
    });
    rows!(Series, row => {
        add("series", format!("{} {}", row.measure, row.at.0), row.group, row.value.is_some(), row.reason);
    });
    rows!(AtRisk, row => {
        let ids = format!("{:?} {}", row.time_days, row.window);
        add("at_risk", ids, row.group, row.at_risk.is_some(), row.reason);
    });
    rows!(Tests, row => {
        assert_eq!(row.p_value.is_some(), row.p_holm.is_some());
        assert!(row.p_value.is_none_or(|p| (0.0..=1.0).contains(&p)));
        assert!(row.p_holm.is_none_or(|holm| row.p_value.is_some_and(|p| (p..=1.0).contains(&holm))));
        assert!(!row.method.is_empty());
        let ids = format!("{} {} {}", row.family, row.test, row.window);
        add("tests", ids, row.group, row.p_value.is_some(), row.reason);
    });
    // These have a row for what there is.
    rows!(Survival, row => assert!(row.survival.is_some_and(|share| (0.0..=1.0).contains(&share))));
    rows!(Returns, row => assert!(row.return_number >= 0));
    rows!(Network, row => assert!(row.inside >= 0 && row.outside >= 0));
    rows!(Waves, row => assert!(row.suspensions >= 0));
    rows!(Influence, row => assert!(row.rank > 0));
    written
}

/// What ordinary input gives, but for parts of groups, which only the data tell.
fn ordinary() -> BTreeSet<Key> {
    let mut world = World::rich();
    world.expanded = vec![(None, None); 14];
    let keys = run(&world, &[]).keys;
    keys.into_iter().filter(|(_, _, group)| !group.contains('/')).collect()
}

fn holds(what: &str, written: &Written, expected: &BTreeSet<Key>) {
    let missing: Vec<&Key> = expected.difference(&written.keys).collect();
    assert!(
        missing.is_empty(),
        "{what}: {} rows are missing: {missing:?}",
        missing.len()
    );
}

#[test]
fn no_row_is_missing_and_no_null_without_its_reason() {
    let expected = ordinary();
    assert!(expected.len() > 500, "{}", expected.len());
    let rich = || World {
        expanded: vec![(None, None); 14],
        ..World::rich()
    };
    let mut worlds: Vec<(&str, World)> = Vec::new();

    let mut world = rich();
    world.listed = 1;
    world.stays.truncate(1);
    world.expanded.truncate(1);
    worlds.push(("a set with one member", world));

    let mut world = rich();
    world.follows.clear();
    world.interactions.clear();
    worlds.push(("no follows at all", world));

    let mut world = rich();
    world.suspended.fill(None);
    for check in &mut world.checks {
        check.2 = State::Active;
    }
    worlds.push(("all censored", world));

    let mut world = rich();
    world.suspended.fill(Some(at(0, 13)));
    world.seen.retain(|row| row.1 < at(0, 13));
    world.posts.retain(|row| row.1.is_none_or(|moment| moment < at(0, 13)));
    for check in &mut world.checks {
        check.2 = if check.1 < at(0, 13) {
            State::Active
        } else {
            State::Suspended
        };
    }
    worlds.push(("all suspended on day one", world));

    // Seen only when it was gone, so never alive.
    let mut world = rich();
    world.suspended.fill(Some(at(0, 0)));
    world.seen.clear();
    world.posts.clear();
    for check in &mut world.checks {
        check.2 = State::Suspended;
    }
    worlds.push(("all gone before anything was seen", world));

    for (what, days) in [("samples before the data", 300), ("samples after the data", -300)] {
        let mut world = rich();
        let moved = |moment: i64| moment + days * DAY;
        world.created.iter_mut().for_each(|moment| *moment = moved(*moment));
        world.suspended.iter_mut().for_each(|end| *end = end.map(moved));
        world.posts.iter_mut().for_each(|row| row.1 = row.1.map(moved));
        world.checks.iter_mut().for_each(|row| row.1 = moved(row.1));
        world.follows.iter_mut().for_each(|row| row.2 = row.2.map(moved));
        world.interactions.iter_mut().for_each(|row| row.0 += days);
        world.seen.iter_mut().for_each(|row| row.1 = moved(row.1));
        worlds.push((what, world));
    }

    let mut world = rich();
    world.created.fill(at(400, 0));
    worlds.push(("created_at in the future", world));

    let mut world = rich();
    for (place, row) in world.seen.iter_mut().enumerate() {
        // Counts fall from one look to the next.
        row.3 = 5_000 - place as i64;
    }
    world.seen.reverse();
    world.checks.reverse();
    world.posts.reverse();
    worlds.push(("observations in the order of falling time", world.clone()));
    world.backwards = true;
    worlds.push(("lives that end before they begin", world));
    let mut world = rich();
    world.aged_late = true;
    worlds.push(("ages that nobody knew in time", world));

    let mut world = rich();
    for row in &mut world.seen {
        (row.2, row.3) = (100, 50);
    }
    worlds.push(("a constant series", world.clone()));
    for row in &mut world.seen {
        (row.2, row.3) = (0, 0);
    }
    worlds.push(("a series of zeros", world));

    let mut world = rich();
    for row in &mut world.seen {
        (row.2, row.3) = (i64::MAX, i64::MAX);
    }
    worlds.push(("counts as large as can be", world));

    let mut world = rich();
    world.stays.fill((Some(at(400, 0)), None));
    world.expanded.fill((Some(at(400, 0)), None));
    worlds.push(("sets that nobody is in yet", world));

    worlds.push(("nothing at all", World::default()));

    let usual = run(&rich(), &[]).nulls;
    for (what, world) in &worlds {
        let written = run(world, &[]);
        holds(what, &written, &expected);
        if *what != "observations in the order of falling time" {
            assert!(
                written.nulls > usual,
                "{what} tests nothing: {} nulls, usually {usual}",
                written.nulls
            );
        }
    }
}

#[test]
fn a_part_that_nobody_of_the_group_belongs_to_has_every_row() {
    let expected = ordinary();
    let dir = tempfile::tempdir().unwrap();
    let attributes = dir.path().join("people.csv");
    // The last account is on no list.
    let rows = format!("account_id,role\n{},outsider\n{},member\n", name(15), name(2));
    std::fs::write(&attributes, rows).unwrap();
    let mut world = World::rich();
    world.expanded = vec![(None, None); 14];
    let path = attributes.display().to_string();
    let written = run(&world, &["--attributes", &path, "--by", "role"]);
    for part in ["outsider", "member"] {
        let of_part = expected
            .iter()
            .map(|(table, ids, group)| (*table, ids.clone(), format!("{group}/role={part}")));
        holds(part, &written, &of_part.collect());
    }
    let between: Vec<&Key> = written
        .keys
        .iter()
        .filter(|(_, ids, _)| ids.contains("parts_by_role"))
        .collect();
    // Three groups and two windows: survival within months of creation and not; by ranks in two ways followers and pace; suspensions,
    // and the share that returned.
    assert_eq!(between.len(), 6 * (2 + 4 + 2), "{between:?}");
}

#[test]
fn a_column_of_one_value_has_nothing_to_compare_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let attributes = dir.path().join("people.csv");
    let rows: String = (0..16).map(|account| format!("{},all\n", name(account))).collect();
    std::fs::write(&attributes, format!("account_id,role\n{rows}")).unwrap();
    let path = attributes.display().to_string();
    let written = run(&World::rich(), &["--attributes", &path, "--by", "role"]);
    for test in ["followers", "pace", "returned", "suspension"] {
        let id = format!("{test}.parts_by_role");
        let keys = written.keys.iter().filter(|(_, ids, _)| ids.contains(&id));
        assert!(keys.count() >= 6, "{id}");
    }
}
