//! The design of a study, the figures that others published, and the comparison of the two with ours.
//!
//! * [`Study`] is a checked `study.toml`: period, samples, windows, sets and the choices behind the estimators.
//! * [`published`] reads published figures and their value grammar (`<1000`, `300-400`, `qualitative:flat`).
//! * [`verdict`] says whether a reproduced number agrees with a published one, and by which rule.
//!
//! No tables, no statistics and no output live here: this crate is small words and dates in, decisions out.

mod dates;
mod derived;
mod design;
mod error;
mod file;
pub mod published;
mod read;
pub mod verdict;

pub use dates::{Sample, Window};
pub use design::{Admission, Comparison, IntervalTransform, Listed, Reading, Reduce, Study};
pub use error::{Error, Place};
