//! Every statement gives the same rows in DuckDB, over the same Parquet.

use std::collections::BTreeMap;

use metrics::load::{QUERIES, TABLES};
use sql::Database;

use crate::against_brute_force::Output;
use crate::given::{STUDY, World, at};

fn agree(world: &World) {
    let dir = tempfile::tempdir().unwrap();
    world.write(dir.path(), STUDY);
    let database = Database::open(dir.path(), &TABLES).unwrap();
    for query in QUERIES {
        sql::witness::assert_agrees(&database, query.name, query.text);
    }
}

#[test]
fn on_a_small_network() {
    let mut world = World::rich();
    world.expanded = vec![(None, None), (Some(crate::given::at(3, 0)), None)];
    agree(&world);
}

#[test]
fn on_empty_tables() {
    agree(&World::default());
}

/// The statements that say what a tie is, beside what is counted without them.
#[test]
fn ties_are_counted_as_the_statements_say() {
    let mut world = World::rich();
    world.expanded = (0..13)
        .map(|account| (Some(at(account % 5, 3)), (account % 4 == 1).then(|| at(9 + account, 7))))
        .collect();
    let dir = tempfile::tempdir().unwrap();
    world.write(dir.path(), STUDY);
    let database = Database::open(dir.path(), &TABLES).unwrap();
    let mut stated: BTreeMap<(String, String, String), [i64; 4]> = BTreeMap::new();
    for (file, relation) in [
        ("follows_out.sql", Some("follows_out")),
        ("follows_in.sql", Some("follows_in")),
        ("interactions.sql", None),
    ] {
        let query = QUERIES.iter().find(|query| query.name == file).unwrap();
        let rows = database.query(query.name, query.text).unwrap();
        let (sets, windows) = (
            rows.all_text("set_name").unwrap(),
            rows.all_text("window_name").unwrap(),
        );
        let columns = ["inside", "outside", "reciprocated"].map(|column| rows.all_integers(column).unwrap());
        for i in 0..rows.len() {
            if relation.is_some() && rows.all_integers("collected").unwrap()[i] == 0 {
                continue;
            }
            let relation = relation.unwrap_or_else(|| rows.all_text("kind").unwrap()[i]);
            let key = (sets[i].to_owned(), windows[i].to_owned(), relation.to_owned());
            let totals = stated.entry(key).or_default();
            totals[0] += 1;
            for (total, column) in totals[1..].iter_mut().zip(&columns) {
                *total += column[i];
            }
        }
    }
    assert_eq!(stated.len(), 2 * 2 * 7, "{stated:?}");
    let output = Output::of(&world, STUDY);
    for (set, network) in [("listed", &output.network), ("expanded", &output.expanded_network)] {
        for ((window, relation), counted) in network {
            let key = (set.to_owned(), window.clone(), relation.clone());
            assert_eq!(stated[&key], *counted, "{key:?}");
        }
        assert_eq!(network.len(), 14);
    }
}

#[test]
fn every_file_is_used() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sql");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, QUERIES.iter().map(|query| query.name).collect::<Vec<_>>());
}
