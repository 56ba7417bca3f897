//! What was true, by the definitions that `metrics` uses, for judging what is made of the observer's files: [`day`] is the state
//! at the end of a day, [`book`] is kept post by post, [`whole`] is told when all is over, and [`values`] are all three by id.

pub mod book;
pub mod day;
pub mod values;
pub mod whole;

pub use book::Book;
pub use day::{DayTruth, SetTruth, at_end_of};
