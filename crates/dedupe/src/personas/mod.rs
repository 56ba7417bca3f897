//! Who is the same person: a hand-checked table, read and checked ([`hand_table`]), found in the data ([`census`]) and turned
//! into chains of accounts ([`chains`]). Returns that nobody has checked are found by `linkage`.

mod census;
mod chains;
mod hand_table;

pub(crate) use census::Census;
pub(crate) use chains::{Chains, Placed, UNKNOWN};
pub(crate) use hand_table::{HandTable, file_name};
