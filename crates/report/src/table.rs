//! A table of the page, the same for HTML and Markdown: the first cell of a row is its header.

use std::borrow::Cow;

use serde::Serialize;

use crate::number;
use crate::text::{clean, guarded, pieces};

/// A table.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct PageTable {
    pub(crate) id: String,
    pub(crate) caption: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
}

/// A column's heading.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Column {
    pub(crate) name: Cow<'static, str>,
    pub(crate) numeric: bool,
}

/// A row.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Row {
    /// What a link leads to; most rows have none.
    pub(crate) id: Option<String>,
    pub(crate) cells: Vec<Cell>,
    /// Whether it sums up the rows before it.
    pub(crate) is_total: bool,
}

/// A cell.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Cell {
    pub(crate) parts: Vec<Part>,
    /// Columns that it spans.
    pub(crate) span: usize,
    pub(crate) numeric: bool,
}

/// A piece of a cell's text.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) link: Option<String>,
    pub(crate) style: Style,
    /// Whether it begins a line of its own.
    pub(crate) breaks: bool,
}

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Style {
    Plain,
    Strong,
    Small,
    Code,
    Agrees,
    Differs,
    Open,
}

/// Columns from their names; those that end in `#` hold numbers.
pub(crate) fn columns(names: &[&'static str]) -> Vec<Column> {
    names
        .iter()
        .map(|name| Column {
            name: Cow::Borrowed(name.trim_end_matches('#')),
            numeric: name.ends_with('#'),
        })
        .collect()
}

impl Column {
    /// A column of numbers with a name that is known only now.
    pub(crate) fn of_numbers(name: &str) -> Self {
        Self {
            name: Cow::Owned(guarded(&clean(name))),
            numeric: true,
        }
    }
}

impl Cell {
    fn empty() -> Self {
        Self {
            span: 1,
            ..Self::default()
        }
    }

    /// Words, ours or others'.
    pub(crate) fn text(text: &str) -> Self {
        Self::empty().with(Style::Plain, &guarded(&clean(text)))
    }

    /// Words in another style.
    pub(crate) fn styled(style: Style, text: &str) -> Self {
        Self::empty().with(style, &guarded(&clean(text)))
    }

    /// A number that is shown already.
    pub(crate) fn shown(text: String) -> Self {
        let mut cell = Self::empty().with(Style::Plain, &text);
        cell.numeric = true;
        cell
    }

    /// A count.
    pub(crate) fn count(count: i64) -> Self {
        Self::shown(number::count(count))
    }

    /// Nothing to be said.
    pub(crate) fn none() -> Self {
        Self::empty().with(Style::Small, "–")
    }

    /// No number where numbers stand.
    pub(crate) fn no_number() -> Self {
        let mut cell = Self::none();
        cell.numeric = true;
        cell
    }

    /// A link within the page.
    pub(crate) fn of_link(text: &str, to: &str) -> Self {
        Self::empty().link(text, to)
    }

    /// Spanning several columns.
    pub(crate) fn spanning(mut self, columns: usize) -> Self {
        self.span = columns;
        self
    }

    fn with(mut self, style: Style, text: &str) -> Self {
        self.parts.push(Part {
            text: text.to_owned(),
            link: None,
            style,
            breaks: false,
        });
        self
    }

    /// More words on the same line; none where there are no words.
    pub(crate) fn and(self, style: Style, text: &str) -> Self {
        let text = clean(text);
        if text.is_empty() { self } else { self.with(style, &text) }
    }

    /// More words on a line of their own; none where there are no words.
    pub(crate) fn line(mut self, style: Style, text: &str) -> Self {
        let text = clean(text);
        if !text.is_empty() {
            self = self.with(style, &text);
            if let Some(part) = self.parts.last_mut() {
                part.breaks = true;
            }
        }
        self
    }

    /// A link within the page, or one to a web address, on the same line.
    pub(crate) fn link(mut self, text: &str, to: &str) -> Self {
        self.parts.push(Part {
            text: clean(text),
            link: Some(to.to_owned()),
            style: Style::Plain,
            breaks: false,
        });
        self
    }
}

impl Row {
    pub(crate) fn of(cells: Vec<Cell>) -> Self {
        Self {
            cells,
            ..Self::default()
        }
    }
}

/// Words of others in which web addresses are links.
pub(crate) fn linked(text: &str) -> Vec<Part> {
    let text = clean(text);
    pieces(&text)
        .into_iter()
        .map(|piece| Part {
            text: piece.text.to_owned(),
            link: piece.is_address.then(|| piece.text.to_owned()),
            style: Style::Plain,
            breaks: false,
        })
        .collect()
}
