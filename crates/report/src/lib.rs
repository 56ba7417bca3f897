//! `report`: published figures beside reproduced ones, as one HTML file, its Markdown twin and the table `comparisons`;
//! other runs beside this one in the table `counterparts`.
//!
//! In the order in which data flows: `cli` (arguments and the order of work), `input` (the tables of `metrics`),
//! `privacy` (no small group is shown), `compare` (verdicts), `beside` (other runs), `collected` (what part of the posts the
//! archive holds), `plots` and `chart` (what is drawn, and how),
//! `summary` and `notes` (what is said), `page` (all of it as plain data), `render` (the templates), `print`
//! (tables in a pipe). No statistic is computed here: a number comes from a row, or it is not there.

mod beside;
mod catalogue;
mod chart;
mod cli;
mod collected;
mod compare;
mod hypotheses;
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
mod unmeasured;
mod words;

pub use cli::{Opened, Report};
