//! The whole command on hand-made directories: status, messages, tables.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking; clippy exempts only the test functions themselves"
)]

mod archive;
mod bad_input;
mod copies;
mod linkage;
mod near;
mod personas;
mod posts;
mod properties;
mod whole;
mod witness;
