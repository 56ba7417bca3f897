//! Figures that others published: one row each, with its definition, its source and a value in a small grammar.

mod figures;
mod value;

pub use figures::{Figure, Figures, built_in, read};
pub use value::{Value, ValueError};
