//! The contract between the stages: every table's schema, how it is written and read, and the ledger.
//!
//! A table is declared once, in [`schema`], as a row whose fields are its columns. [`write::TableWriter`] writes rows to a
//! Parquet file that holds only what the rows and the footer say, so that the same rows give the same bytes;
//! [`read::TableFile`] reads one back and refuses a file of another table, a newer version, or other columns.
//!
//! No stage's logic lives here, and no directory of a stage: see the crate `stage` for that.

pub mod cell;
pub mod dictionary;
pub mod error;
pub mod footer;
pub mod language;
pub mod ledger;
mod order;
pub mod read;
pub mod schema;
pub mod select;
pub mod table;
pub mod write;

pub use cell::{DAY_MS, Day, Timestamp};
pub use error::TableError;
pub use footer::{Footer, Input};
pub use language::language_of_tag;
pub use ledger::{Ledger, LedgerCount};
pub use read::{Batch, TableFile};
pub use schema::*;
pub use select::Selected;
pub use table::Table;
pub use write::{BATCH_ROWS, Encoder, GroupEncoder, ROW_GROUP_ROWS, RowGroup, TableWriter, Written};
