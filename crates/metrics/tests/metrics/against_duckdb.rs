//! Every statement gives the same rows in DuckDB, over the same Parquet.

use metrics::load::{KEPT, QUERIES, TABLES};
use sql::Database;

use crate::given::{STUDY, World};

fn agree(world: &World) {
    let dir = tempfile::tempdir().unwrap();
    world.write(dir.path(), STUDY);
    let mut database = Database::open(dir.path(), &TABLES).unwrap();
    for kept in KEPT {
        database.keep(kept.table, kept.query.name, kept.query.text).unwrap();
    }
    for query in QUERIES {
        sql::witness::assert_agrees(&database, query.name, query.text);
    }
}

fn small_network() -> World {
    let mut world = World::rich();
    world.expanded = vec![(None, None), (Some(crate::given::at(3, 0)), None)];
    world
}

/// Each table that is made in Rust is what its statement gives.
fn made_as_defined(world: &World) {
    /// All columns of each, in an order that no two rows share; rows that may be the same are counted.
    const MADE: [(&str, &str); 6] = [
        (
            "numbers",
            "SELECT platform, account_id, account FROM numbers ORDER BY account",
        ),
        ("words", "SELECT word, number FROM words ORDER BY number"),
        (
            "dated_posts",
            "SELECT account, posted_at, posted_on, own, collected, tagged, detected, COUNT(*) AS posts FROM dated_posts \
             GROUP BY account, posted_at, posted_on, own, collected, tagged, detected \
             ORDER BY account, posted_at, posted_on, own, collected, tagged, detected",
        ),
        (
            "observations",
            "SELECT account, observed_at, followers, following, statuses, tweets_per_day FROM observations \
             ORDER BY account, observed_at",
        ),
        (
            "ties",
            "SELECT follower, followed, seen_at FROM ties ORDER BY follower, followed, seen_at",
        ),
        (
            "addressed",
            "SELECT source, target, kind, on_day, times FROM addressed ORDER BY source, target, kind, on_day",
        ),
    ];
    let dir = tempfile::tempdir().unwrap();
    world.write(dir.path(), STUDY);
    let study = study::Study::parse(STUDY, "study.toml").unwrap();
    let made = metrics::load::made(&stage::StageDir::open(dir.path()).unwrap(), study).unwrap();
    let mut defined = Database::open(dir.path(), &TABLES).unwrap();
    for kept in KEPT {
        defined.keep(kept.table, kept.query.name, kept.query.text).unwrap();
    }
    for (table, all) in MADE {
        let [made, defined] = [&made, &defined].map(|database| database.query(table, all).unwrap().lines().unwrap());
        assert_eq!(made, defined, "{table}");
    }
}

#[test]
fn on_a_small_network() {
    agree(&small_network());
}

#[test]
fn what_is_made_in_rust_is_what_its_statement_gives() {
    let mut world = small_network();
    // Of one account at one moment twice, and without a time; whoever follows or addresses himself.
    world
        .seen
        .extend([(3, crate::given::at(4, 9), 999, 1), (3, crate::given::at(4, 9), 1, 999)]);
    // Many times a day.
    world
        .seen
        .extend((0..24).map(|hour| (4, crate::given::at(5, hour), hour, 30 + hour)));
    // Records that tell no counts: first and last of a day, beside those that do, alone on one, and without a time.
    world.hardly_seen = vec![
        (4, Some(crate::given::at(5, -1))),
        (4, Some(crate::given::at(5, 0) - 1)),
        (4, Some(crate::given::at(5, 12) + 1)),
        (4, Some(crate::given::at(6, 0) - 1)),
        (5, Some(crate::given::at(1, 2))),
        (5, Some(crate::given::at(1, 3))),
        (5, Some(crate::given::at(1, 4))),
        (3, Some(crate::given::at(4, 9))),
        (6, None),
    ];
    world.posts.extend([
        (2, None),
        (3, Some(crate::given::at(2, 1))),
        (3, Some(crate::given::at(2, 1))),
    ]);
    world.follows.extend([(4, 4, None), (5, 6, None), (5, 6, None)]);
    made_as_defined(&world);
    made_as_defined(&World::default());
}

#[test]
fn on_empty_tables() {
    agree(&World::default());
}

#[test]
fn every_file_is_used() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sql");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut used: Vec<&str> = KEPT.iter().map(|kept| kept.query.name).collect();
    used.extend(QUERIES.iter().map(|query| query.name));
    used.sort_unstable();
    assert_eq!(files, used);
}
