//! Every table of the contract, with edge values in every column.

use std::process::Command;

use arrow::array::RecordBatch;
use tables::{Table, TableError, TableFile};

use crate::boundary::{batch, footer, in_order, plain, write};

/// Calls a function for every table.
macro_rules! for_every_table {
    ($function:ident($($argument:expr),*)) => {
        for_every_table!($function($($argument),*):
            Posts PostIds Accounts Availability Follows Roster Rejects LedgerEntries Duplicates Clusters ClusterMembers
            Campaigns Personas Links Samples Windows Spells Members Stays AccountLanguages AccountSigns Terms PostingDays Interactions Measures Series Survival Returns Network
            Waves Influence AtRisk Tests Content Comparisons Counterparts TruthPersons
            TruthAccounts TruthInteractions TruthCopies TruthSigns TruthMeasures TruthInjected)
    };
    ($function:ident($argument:expr): $($table:ident)+) => {
        $($function::<tables::$table>($argument);)+
    };
}

#[test]
fn no_table_is_left_out() {
    fn name<T: Table>(names: &mut Vec<&str>) {
        names.push(T::NAME);
    }
    let mut names = Vec::new();
    for_every_table!(name(&mut names));
    let all: Vec<&str> = tables::all().iter().map(|table| table.name).collect();
    assert_eq!(names, all);
}

#[test]
fn our_reader_gives_back_what_was_written() {
    fn check<T: Table>(dir: &std::path::Path) {
        let rows = batch::<T>();
        let written = write::<T>(dir, &rows, &in_order(&rows)).unwrap();
        assert_eq!((written.table, written.rows), (T::NAME, rows.num_rows() as u64));
        let table = TableFile::<T>::open(dir).unwrap();
        assert_eq!(table.rows(), written.rows);
        assert_eq!(table.footer(), &footer());
        let read = table.read().unwrap();
        assert_eq!(read.arrow(), &rows, "{}", T::NAME);
        // And once more through the rows' own type, so that the way back is the way there.
        let again = tempfile::tempdir().unwrap();
        let rewritten = write::<T>(again.path(), read.arrow(), &in_order(read.arrow())).unwrap();
        assert_eq!(rewritten, written, "{}", T::NAME);
    }
    let dir = tempfile::tempdir().unwrap();
    for_every_table!(check(dir.path()));
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    fn check<T: Table>(dir: &std::path::Path) {
        let rows = batch::<T>();
        let mut files = Vec::new();
        for folder in ["first", "second"] {
            let folder = dir.join(folder);
            std::fs::create_dir_all(&folder).unwrap();
            let written = write::<T>(&folder, &rows, &in_order(&rows)).unwrap();
            let bytes = std::fs::read(folder.join(format!("{}.parquet", T::NAME))).unwrap();
            assert_eq!(written.blake3, blake3::hash(&bytes).to_hex().to_string());
            files.push(bytes);
        }
        assert!(files[0] == files[1], "{}", T::NAME);
    }
    let dir = tempfile::tempdir().unwrap();
    for_every_table!(check(dir.path()));
}

#[test]
fn rows_out_of_order_are_refused() {
    fn check<T: Table>(dir: &std::path::Path) {
        let rows = batch::<T>();
        let mut backwards = in_order(&rows);
        backwards.reverse();
        let error = write::<T>(dir, &rows, &backwards).unwrap_err();
        assert!(matches!(error, TableError::OutOfOrder { .. }), "{}: {error}", T::NAME);
        let key = T::KEY.join(", ");
        assert_eq!(
            error.to_string(),
            format!("rows of table '{}' are not in the order of its key ({key})", T::NAME)
        );
    }
    let dir = tempfile::tempdir().unwrap();
    for_every_table!(check(dir.path()));
}

/// The script holds every file against the plain JSON beside it, once with pyarrow and once with DuckDB.
#[test]
fn pyarrow_and_duckdb_read_the_same() {
    fn put<T: Table>(dir: &std::path::Path) {
        let rows: RecordBatch = batch::<T>();
        write::<T>(dir, &rows, &in_order(&rows)).unwrap();
        let plain = serde_json::to_string(&plain::<T>(&rows)).unwrap();
        std::fs::write(dir.join(format!("{}.json", T::NAME)), plain).unwrap();
    }
    let Some(python) = std::env::var_os("DIMINUENDO_PYTHON") else {
        eprintln!("skipped: DIMINUENDO_PYTHON is not set, so no pyarrow and no DuckDB to read with");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    for_every_table!(put(dir.path()));
    let compare = || {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/readback/readback.py");
        Command::new(&python).arg(script).arg(dir.path()).output().unwrap()
    };
    let output = compare();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(told.trim(), format!("{} tables", tables::all().len()));

    // The script would have told of a difference.
    let path = dir.path().join("follows.json");
    let changed = std::fs::read_to_string(&path)
        .unwrap()
        .replacen("grey river", "grey rivers", 1);
    std::fs::write(&path, changed).unwrap();
    let output = compare();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("pyarrow, table follows"));
}
