//! The same statement over the same files in DuckDB, as an outside witness. For tests.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::database::Database;
use crate::error::Error;

/// The environment variable that holds the path of a Python with `duckdb` and `pyarrow`.
pub const PYTHON: &str = "DIMINUENDO_PYTHON";

const SCRIPT: &str = include_str!("witness.py");

/// Runs the statement here and in DuckDB and compares every row, in order, floating-point numbers bit by bit. Gives the number
/// of rows, or `None` when [`PYTHON`] is not set.
///
/// # Errors
/// When either engine fails, or the two differ: with the first row that does.
pub fn compare(database: &Database, name: &str, text: &str) -> Result<Option<usize>, Error> {
    let Some(python) = std::env::var_os(PYTHON) else {
        return Ok(None);
    };
    let failed = |difference: String| Error::Witness {
        query: name.to_owned(),
        difference,
    };
    let rows = database.query(name, text)?;
    let mut command = Command::new(&python);
    command.args(["-c", SCRIPT]);
    for (table, paths) in database.files() {
        command.arg("--table").arg(table).args(paths);
    }
    for (table, text) in database.kept() {
        command.arg("--kept").arg(table).arg(text);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(format!("cannot start '{}': {error}", python.display())))?;
    // The script reads the statement whole before it prints, so neither side waits for the other. A script that died says why
    // on its standard error.
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(text.as_bytes());
    }
    let output = child
        .wait_with_output()
        .map_err(|error| failed(format!("the witness broke off: {error}")))?;
    if !output.status.success() {
        return Err(failed(format!(
            "the witness failed: {}",
            String::from_utf8_lossy(&output.stderr)
        )));
    }
    let theirs = String::from_utf8_lossy(&output.stdout);
    let theirs: Vec<&str> = theirs.lines().collect();
    let ours = rows.lines()?;
    for (index, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        if ours != theirs {
            return Err(failed(format!(
                "row {index} differs (0 holds the names)\n  polars: {ours}\n  duckdb: {theirs}"
            )));
        }
    }
    if ours.len() != theirs.len() {
        return Err(failed(format!(
            "polars gives {} rows, duckdb {}",
            rows.len(),
            theirs.len().saturating_sub(1)
        )));
    }
    Ok(Some(rows.len()))
}

/// As [`compare`], for a test: says on standard error that it was skipped where there is no Python.
///
/// # Panics
/// When an engine fails or the two differ.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub fn assert_agrees(database: &Database, name: &str, text: &str) {
    match compare(database, name, text) {
        Ok(Some(_)) => {}
        Ok(None) => eprintln!("skipped: {name} in DuckDB, since {PYTHON} is not set"),
        Err(error) => panic!("{error}"),
    }
}
