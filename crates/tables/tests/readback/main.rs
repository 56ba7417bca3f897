//! What is written here is read back: by our reader, by pyarrow and by DuckDB; and what was not written here is refused.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking; clippy exempts only the test functions themselves"
)]

mod boundary;
mod every_table;
mod refused;
mod sizes;
