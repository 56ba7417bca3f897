//! What can be wrong with a query or with what it reads.

use std::path::PathBuf;

use thiserror::Error;

/// Why there are no rows, or not the expected ones.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A table cannot be listed.
    #[error(transparent)]
    Table(#[from] tables::TableError),
    /// A wanted table is not in the directory.
    #[error("there is no table '{table}' in '{}'", dir.display())]
    Absent {
        /// The table.
        table: String,
        /// Where it was looked for.
        dir: PathBuf,
    },
    /// A table's file cannot be scanned.
    #[error("cannot read '{}': {reason}", path.display())]
    Scan {
        /// The file.
        path: PathBuf,
        /// What polars, or the path, says.
        reason: String,
    },
    /// The statement breaks one of the rules that keep results the same everywhere.
    #[error("{query}: {rule}")]
    Rule {
        /// The query's name.
        query: String,
        /// The rule and how it was broken.
        rule: String,
    },
    /// The engine refused the statement or failed while running it.
    #[error("{query}: {reason}")]
    Engine {
        /// The query's name.
        query: String,
        /// What the engine said.
        reason: String,
    },
    /// Two rows share the key that orders the result, so their order means nothing.
    #[error("{query}: rows {row} and {} have the same ORDER BY key ({key})", row + 1)]
    SameKey {
        /// The query's name.
        query: String,
        /// The first of the two rows, from 0.
        row: usize,
        /// The key's columns.
        key: String,
    },
    /// The result has no such column.
    #[error("{query}: there is no column '{column}' (there are: {columns})")]
    NoColumn {
        /// The query's name.
        query: String,
        /// The column asked for.
        column: String,
        /// Those that exist.
        columns: String,
    },
    /// A column is not of the type asked for.
    #[error("{query}: column '{column}' is {found}, not {expected}")]
    Type {
        /// The query's name.
        query: String,
        /// The column.
        column: String,
        /// The type asked for.
        expected: &'static str,
        /// The type it has.
        found: String,
    },
    /// A column asked for without nulls holds one.
    #[error("{query}: column '{column}' is null in row {row}")]
    Null {
        /// The query's name.
        query: String,
        /// The column.
        column: String,
        /// The row, from 0.
        row: usize,
    },
    /// The witness disagrees, or could not be asked.
    #[error("{query}: {difference}")]
    Witness {
        /// The query's name.
        query: String,
        /// The first row that differs, as both engines give it; or why the witness gave none.
        difference: String,
    },
}
