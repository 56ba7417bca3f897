//! CSV and JSON of any shape through a mapping file: which column or path is which field of which table, how times are written, what is
//! constant.
//!
//! A mapping is read once ([`read`]), bound to a file's header ([`Mapping::bind`]) and then applied row by row ([`apply`]); one of JSON
//! is bound once ([`BoundJson`]) and then tried on each record.

mod apply;
mod bound;
mod builtin;
mod check;
mod encoding;
mod fields;
mod json;
mod path;
mod read;
mod tree;

pub use apply::apply;
pub use bound::Bound;
pub use builtin::{builtin, builtin_like, builtin_names};
pub use encoding::Encoding;
pub use fields::{Field, Target};
pub use json::{BoundJson, Fit};
pub use path::{Path, Step};
pub use read::read;

use std::collections::BTreeMap;

use thiserror::Error;

/// What is wrong with a mapping file.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("cannot use mapping '{mapping}': {problem} (line {line})")]
pub struct MappingError {
    /// The mapping's file or name.
    pub mapping: String,
    /// What is wrong.
    pub problem: String,
    /// Where, from 1.
    pub line: usize,
    /// What to do.
    pub remedy: String,
}

/// A column that a mapping names and a file does not have.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("column '{column}' is missing (mapping '{mapping}', line {line}; the file has: {found})")]
pub struct MissingColumn {
    /// The column.
    pub column: String,
    /// The mapping.
    pub mapping: String,
    /// Where the mapping names it.
    pub line: usize,
    /// The columns that the file has.
    pub found: String,
    /// What stands between them.
    pub delimiter: u8,
    /// The column that may have been meant.
    pub meant: Option<String>,
}

/// Where a field's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A column of the file, or a path into the record.
    Column(String),
    /// The same value in every row.
    Constant(String),
}

/// How a field is filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Where its value comes from.
    pub origin: Origin,
    /// Values that other columns must have for this rule to count.
    pub when: BTreeMap<String, String>,
    /// Whether a file without the column is fine.
    pub optional: bool,
    /// What stands for what; a value not listed stays as it is.
    pub words: BTreeMap<String, String>,
    /// What stands between the items of a list.
    pub split: Option<String>,
    /// Time formats, if not the mapping's.
    pub times: Option<Vec<String>>,
    /// Whether it was written as a path, which only JSON has.
    pub is_path: bool,
    /// The rule's line in the mapping.
    pub line: usize,
}

impl Rule {
    /// The columns or paths that it reads.
    pub fn columns(&self) -> impl Iterator<Item = &String> {
        let value = match &self.origin {
            Origin::Column(column) => Some(column),
            Origin::Constant(_) => None,
        };
        value.into_iter().chain(self.when.keys())
    }
}

/// How one table is filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRules {
    /// The table.
    pub target: Target,
    /// JSON only: the path of the list whose items are the rows; without it a row is the record itself.
    pub records: Option<String>,
    /// Its fields. Of several rules of a field the first that gives a value counts.
    pub rules: Vec<(Field, Rule)>,
    /// Posts only: what the text tells (repost, reply, mentions, hashtags, links) is read off it where no column gives it.
    pub read_text: bool,
    /// Accounts only: the time of observation is that of the post in the same row.
    pub observed_with_post: bool,
}

/// What a mapping describes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// Rows of CSV, by column.
    #[default]
    Csv,
    /// JSON records, by path.
    Json,
}

/// Where a CSV's columns have their names from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Names {
    /// The first row.
    #[default]
    FirstRow,
    /// The mapping: the file has no header.
    Given(Vec<String>),
    /// Their numbers, from 1: the file has no header.
    Numbers,
}

/// A mapping file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Its name in messages: the file as given, or the built-in's name.
    pub name: String,
    /// Platform of all rows.
    pub platform: String,
    /// What it describes.
    pub format: Format,
    /// What stands between fields.
    pub delimiter: u8,
    /// How the file's bytes stand for characters.
    pub encoding: Encoding,
    /// Whether quotes around a field belong to it no more than the delimiters do.
    pub quote: bool,
    /// Where columns have their names from.
    pub names: Names,
    /// Whether a file with further columns is another archive.
    pub exact: bool,
    /// Whether white space around values is dropped.
    pub trim: bool,
    /// Texts that mean: no value.
    pub null: Vec<String>,
    /// Time formats, tried in order.
    pub times: Vec<String>,
    /// Columns by which a file is recognised, besides those the rules name.
    pub columns: Vec<String>,
    /// Columns that are left unread on purpose.
    pub unread: Vec<String>,
    /// The tables that a row fills.
    pub tables: Vec<TableRules>,
}

/// The known word nearest to what was typed, if one is near.
fn did_you_mean<'w>(typed: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let typed = typed.to_lowercase();
    known
        .map(|word| (strsim::damerau_levenshtein(&typed, &word.to_lowercase()), word))
        .filter(|(distance, word)| *distance <= 1 + word.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}
