//! `enrich` as a person runs it, on small stage directories made by hand.

mod against_brute_force;
mod command;
mod given;
mod lives;
mod who_and_whom;
