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
