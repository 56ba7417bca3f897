//! What stands behind the numbers, as tables of the page: the ledger, the study's design, ties, content, definitions and methods,
//! and provenance. Measures, comparisons and charts are not here.

mod content;
mod design;
mod ledger;
mod methods;
mod provenance;
mod ties;

pub(crate) use content::content;
pub(crate) use design::{choices, windows};
pub(crate) use ledger::ledger;
pub(crate) use methods::{definitions, methods};
pub(crate) use provenance::{facts, inputs, runs};
pub(crate) use ties::ties;
