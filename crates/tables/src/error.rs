//! What can be wrong with a table.

use std::path::PathBuf;

use arrow::datatypes::DataType;
use thiserror::Error;

/// How a file's columns differ from its table's schema.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SchemaMismatch {
    /// The column is not there.
    #[error("column '{column}' is missing")]
    Missing {
        /// The column.
        column: &'static str,
    },
    /// The column has another type.
    #[error("column '{column}' is {found}, not {expected}")]
    Type {
        /// The column.
        column: &'static str,
        /// The type of the contract.
        expected: DataType,
        /// The file's type.
        found: DataType,
    },
    /// The column holds a null although it may not.
    #[error("column '{column}' holds a null, which it may not")]
    Null {
        /// The column.
        column: &'static str,
    },
    /// The column holds a word that its enumeration does not know.
    #[error("column '{column}' holds the unknown word '{word}'")]
    Word {
        /// The column.
        column: &'static str,
        /// The word.
        word: String,
    },
}

fn told(written_by: Option<&str>) -> String {
    written_by.map_or_else(String::new, |stage| format!(", which {stage} wrote"))
}

/// What went wrong with a table file.
#[derive(Debug, Error)]
pub enum TableError {
    /// There is no such table.
    #[error("there is no table '{table}' in '{}'{}", dir.display(), told(written_by.as_deref()))]
    Absent {
        /// The table.
        table: &'static str,
        /// Where it was looked for.
        dir: PathBuf,
        /// The stage that wrote the folder, where that is known.
        written_by: Option<String>,
    },
    /// The file cannot be read or written.
    #[error("cannot {action} '{}'", path.display())]
    Io {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is not sound Parquet, or could not be written as such.
    #[error("cannot {action} '{}' as Parquet", path.display())]
    Parquet {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// The rows could not be turned into columns, or back.
    #[error("cannot {action} '{}'", path.display())]
    Arrow {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: arrow::error::ArrowError,
    },
    /// The file carries no footer of ours, or that of another table.
    #[error("'{}' is not a table '{expected}' (found: {found})", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The table wanted.
        expected: &'static str,
        /// What the footer says.
        found: String,
    },
    /// The file has another schema version.
    #[error("'{}' has schema version {found} of table '{table}', this program reads version {expected}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The table.
        table: &'static str,
        /// The version that this program reads.
        expected: u32,
        /// The version in the footer.
        found: u32,
    },
    /// The file's columns are not the table's.
    #[error("'{}' does not fit table '{table}'", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// The table.
        table: &'static str,
        /// How it differs.
        #[source]
        source: SchemaMismatch,
    },
    /// Rows were written out of the order that the contract promises. Always a bug of the stage that wrote them.
    #[error("rows of table '{table}' are not in the order of its key ({key})")]
    OutOfOrder {
        /// The table.
        table: &'static str,
        /// Its key.
        key: String,
    },
}

impl TableError {
    /// What the person who sees this error can do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Absent { .. } => "give the directory that the stage before this one wrote with -o",
            Self::Io { action: "write", .. } | Self::Parquet { action: "write", .. } => {
                "check that the disk has room and that the folder may be written to; the old output is untouched"
            }
            Self::Io { .. } => "check that the file exists and may be read",
            Self::Parquet { .. } | Self::Schema { .. } => "rerun the stage that wrote it",
            Self::Foreign { .. } => {
                "give the directory that a diminuendo stage wrote; other Parquet files are not read"
            }
            Self::Version { expected, found, .. } if found > expected => "upgrade this program, or rerun the stage",
            Self::Version { .. } => "rerun the stage that wrote it with this version",
            Self::Arrow { .. } | Self::OutOfOrder { .. } => {
                "please report this as a bug, with the command that you ran"
            }
        }
    }
}
