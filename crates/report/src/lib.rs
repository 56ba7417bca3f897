//! `report`: published figures beside reproduced ones, as one HTML file, its Markdown twin and the table `comparisons`.
//!
//! In the order in which data flows: `cli` (arguments and the order of work), `input` (the tables of `metrics`),
//! `privacy` (no small group is shown), `compare` (verdicts), `plots` and `chart` (what is drawn, and how),
//! `summary` and `notes` (what is said), `page` (all of it as plain data), `render` (the templates), `print`
//! (the comparisons in a pipe). No statistic is computed here: a number comes from a row, or it is not there.

mod catalogue;
mod chart;
mod cli;
mod compare;
mod input;
mod methods;
mod notes;
mod number;
mod page;
mod plots;
mod print;
mod privacy;
mod render;
mod summary;
mod table;
mod text;
mod words;

pub use cli::{Opened, Report};
