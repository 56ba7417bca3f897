//! `enrich` as a person runs it, on small stage directories made by hand.
#![allow(clippy::unwrap_used, reason = "a test says by panicking what it did not find")]

mod against_brute_force;
mod by_handle;
mod command;
mod expanded;
mod given;
mod lives;
mod membership;
mod who_and_whom;
