//! The whole tool on small networks made by hand: its numbers against brute force, its SQL against DuckDB, its manners.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod against_brute_force;
mod against_duckdb;
mod bad_input;
mod command;
mod given;
mod insularity;
mod parts;
mod properties;
mod structure;
