//! What values look like.

use std::collections::BTreeSet;

use super::columns::Column;
use crate::moment;

/// Formats that are tried, the likelier first; of two alike the one with the month first, as most exports have it.
const FORMATS: [&str; 27] = [
    "%a %b %d %H:%M:%S %z %Y",
    "%Y-%m-%dT%H:%M:%S%.fZ",
    "%Y-%m-%dT%H:%M:%S%.f%:z",
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f %z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f UTC",
    "%a, %d %b %Y %H:%M:%S %z",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M",
    "%m/%d/%y %H:%M",
    "%d/%m/%y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%b %d, %Y",
];

/// How times are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Times {
    /// Formats that together read all values.
    pub(super) formats: Vec<&'static str>,
    /// Another format that reads all values as well: day and month cannot be told apart.
    pub(super) or_else: Option<&'static str>,
}

/// What all values of a column look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Look {
    /// There is no value.
    Nothing,
    /// Times.
    Times(Times),
    /// `true` or `false`, in whatever words.
    Booleans,
    /// Whole numbers.
    Counts,
    /// Numbers with fraction.
    Numbers,
    /// Identifiers, handles, words: no white space.
    Names,
    /// Addresses.
    Links,
    /// Everything else.
    Texts,
}

impl Look {
    /// In words, for a comment.
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::Nothing => "always empty",
            Self::Times(_) => "times",
            Self::Booleans => "yes or no",
            Self::Counts => "whole numbers",
            Self::Numbers => "numbers",
            Self::Names => "words or identifiers",
            Self::Links => "addresses",
            Self::Texts => "texts",
        }
    }
}

/// What a column looks like.
pub(super) fn look(column: &Column) -> Look {
    let all = |is: &dyn Fn(&str) -> bool| column.values.iter().all(|value| is(value));
    if column.values.is_empty() {
        return Look::Nothing;
    }
    if let Some(times) = times(column) {
        return Look::Times(times);
    }
    let is_whole = |value: &str| value.strip_suffix(".0").unwrap_or(value).parse::<u64>().is_ok();
    let is_boolean = |value: &str| {
        let value = value.to_ascii_lowercase();
        matches!(value.as_str(), "true" | "false" | "yes" | "no" | "t" | "f")
    };
    let is_number = |value: &str| value.parse::<f64>().is_ok_and(f64::is_finite);
    match () {
        () if all(&is_boolean) => Look::Booleans,
        () if all(&is_whole) => Look::Counts,
        () if all(&is_number) => Look::Numbers,
        () if all(&|value| value.contains("://") && !value.contains(' ')) => Look::Links,
        () if all(&|value| !value.contains(char::is_whitespace)) => Look::Names,
        () => Look::Texts,
    }
}

fn times(column: &Column) -> Option<Times> {
    let values = &column.values;
    let reads = |format: &str, value: &str| moment::parse_as(value, &[format.to_owned()]).is_some();
    if values.iter().all(|value| value.parse::<f64>().is_ok()) {
        return number_times(column);
    }
    let mut left: Vec<&String> = values.iter().collect();
    let mut formats = Vec::new();
    while !left.is_empty() && formats.len() < 3 {
        // The first of those that read the most.
        let best = FORMATS
            .iter()
            .rev()
            .max_by_key(|format| left.iter().filter(|value| reads(format, value)).count())?;
        let before = left.len();
        left.retain(|value| !reads(best, value));
        if left.len() == before {
            return None;
        }
        formats.push(*best);
    }
    if !left.is_empty() {
        return None;
    }
    let swapped = |format: &str| {
        FORMATS.iter().find(|other| {
            **other != format && other.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m") == format
        })
    };
    let or_else = formats.first().and_then(|format| swapped(format)).copied();
    let or_else = or_else.filter(|other| formats.len() == 1 && values.iter().all(|value| reads(other, value)));
    Some(Times { formats, or_else })
}

/// Numbers are times where their column's name says so, and their size.
fn number_times(column: &Column) -> Option<Times> {
    let name = column.keys.last().map(|name| name.to_lowercase()).unwrap_or_default();
    let named = [
        "time",
        "date",
        "created",
        "utc",
        "_at",
        "epoch",
        "stamp",
        "posted",
        "retrieved",
    ];
    if !named.iter().any(|word| name.contains(word)) {
        return None;
    }
    let within = |from: f64, to: f64| {
        let numbers = column.values.iter().map(|value| value.parse::<f64>().unwrap_or(0.0));
        numbers.into_iter().all(|number| (from..to).contains(&number))
    };
    // 2001 to 2050.
    let format = if within(978e6, 2_525e6) {
        moment::EPOCH
    } else if within(978e9, 2_525e9) {
        moment::EPOCH_MS
    } else if within(36_892.0, 54_789.0) {
        moment::EXCEL
    } else {
        return None;
    };
    Some(Times {
        formats: vec![format],
        or_else: None,
    })
}

/// Whether a text is no name of a column: a number, a time, an address, or nothing.
pub(super) fn is_no_name(text: &str) -> bool {
    let text = text.trim();
    text.parse::<f64>().is_ok()
        || text.contains("://")
        || text.starts_with(['@', '#'])
        || text.len() > 80
        || FORMATS
            .iter()
            .any(|format| moment::parse_as(text, &[(*format).to_owned()]).is_some())
}

/// Whether lists stand in the values, and what stands between their items.
pub(super) fn split(column: &Column) -> Option<&'static str> {
    [", ", ",", "; ", ";", "|", " "]
        .into_iter()
        .find(|split| column.values.iter().any(|value| value.contains(split)))
}

/// How many different values there are.
pub(super) fn different(column: &Column) -> usize {
    column.values.iter().collect::<BTreeSet<_>>().len()
}

/// Whether the values are texts as people write them: long, with spaces.
pub(super) fn are_prose(column: &Column) -> bool {
    let length: usize = column.values.iter().map(String::len).sum();
    let spaced = column.values.iter().filter(|value| value.contains(' ')).count();
    !column.values.is_empty() && length > 25 * column.values.len() && 2 * spaced > column.values.len()
}
