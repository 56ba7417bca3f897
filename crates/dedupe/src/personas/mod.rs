//! Who is the same person: a hand-checked table, read and checked ([`hand_table`]), found in the data ([`census`]) and turned
//! into chains of accounts ([`chains`]). Finding returns that nobody has checked is not done here yet.

mod census;
mod chains;
mod hand_table;

pub(crate) use census::Census;
pub(crate) use chains::UNKNOWN;
pub(crate) use hand_table::{HandTable, file_name};
