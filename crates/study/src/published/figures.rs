//! `figures.csv`: reading and checking it.

use std::path::Path;

use serde::Deserialize;

use super::Value;
use crate::error::{Error, Place};

/// A published figure: what was said, by whom, where it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Short id, unique in its file, such as `BP03`.
    pub id: String,
    /// The publication, such as `Berger&Perez2016`.
    pub study: String,
    /// What was measured, in one word.
    pub measure: String,
    /// What was measured, in a sentence.
    pub definition: String,
    /// When, as the source puts it.
    pub period: String,
    /// The value.
    pub value: Value,
    /// The value's unit, with the source's hedge in brackets: `tweets per day (about)`.
    pub unit: String,
    /// Where the figure was read.
    pub source: String,
    /// Remarks; may be empty.
    pub note: String,
}

impl Figure {
    /// Whether the source gives the number only roughly: its unit ends in a bracket that begins with the word "about".
    #[must_use]
    pub fn is_approximate(&self) -> bool {
        self.unit
            .rsplit_once('(')
            .is_some_and(|(_, hedge)| hedge.trim_end_matches(')').split(' ').next() == Some("about"))
    }
}

/// Published figures in the order of their file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures(Vec<Figure>);

impl Figures {
    /// The figure of an id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Figure> {
        self.0.iter().find(|figure| figure.id == id)
    }

    /// All figures, in the order of their file.
    pub fn iter(&self) -> std::slice::Iter<'_, Figure> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks the text of a figures file; `name` is what errors call it.
    ///
    /// # Errors
    /// The text is not CSV, a column is missing, a value is not in the grammar, an id is empty or doubled.
    pub fn parse(text: &str, name: &str) -> Result<Self, Error> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headers = reader.headers().map_err(|error| unreadable(&error, name))?.clone();
        for column in COLUMNS {
            if !headers.iter().any(|header| header == column) {
                let remedy = format!("The first line must name the columns {}.", COLUMNS.join(","));
                return Err(Error::text(
                    name,
                    START,
                    format!("there is no column `{column}`"),
                    remedy,
                ));
            }
        }
        let mut figures: Vec<Figure> = Vec::new();
        let mut record = csv::StringRecord::new();
        while reader
            .read_record(&mut record)
            .map_err(|error| unreadable(&error, name))?
        {
            // A record begins where its first field does; the places of the others follow from the text.
            let start = record
                .position()
                .map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
            let row: Row = record
                .deserialize(Some(&headers))
                .map_err(|error| unreadable(&error, name))?;
            let place = |column: &str| {
                let index = headers.iter().position(|header| header == column).unwrap_or(0);
                Place::of_offset(text, field_offset(text, start, index))
            };
            let value = row.value.parse().map_err(|error: super::ValueError| {
                Error::text(
                    name,
                    place("value"),
                    format!("figure `{}`: {error}", row.id),
                    error.remedy,
                )
            })?;
            if row.id.trim().is_empty() {
                return Err(Error::text(
                    name,
                    place("id"),
                    "a figure has no id",
                    "Give each figure an id of its own.",
                ));
            }
            if figures.iter().any(|figure| figure.id == row.id) {
                let problem = format!("the id `{}` is there twice", row.id);
                return Err(Error::text(
                    name,
                    place("id"),
                    problem,
                    "Give each figure an id of its own.",
                ));
            }
            figures.push(row.with(value));
        }
        Ok(Self(figures))
    }
}

impl<'a> IntoIterator for &'a Figures {
    type Item = &'a Figure;
    type IntoIter = std::slice::Iter<'a, Figure>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

const COLUMNS: [&str; 9] = [
    "id",
    "study",
    "measure",
    "definition",
    "period",
    "value",
    "unit",
    "source",
    "note",
];
const START: Place = Place { line: 1, column: 1 };

#[derive(Deserialize)]
struct Row {
    id: String,
    study: String,
    measure: String,
    definition: String,
    period: String,
    value: String,
    unit: String,
    source: String,
    note: String,
}

impl Row {
    fn with(self, value: Value) -> Figure {
        let Self {
            id,
            study,
            measure,
            definition,
            period,
            value: _,
            unit,
            source,
            note,
        } = self;
        Figure {
            id,
            study,
            measure,
            definition,
            period,
            value,
            unit,
            source,
            note,
        }
    }
}

/// The byte at which a record's field begins: `index` separators after `start`, those in quotes not counted.
fn field_offset(text: &str, start: usize, index: usize) -> usize {
    let bytes = text.as_bytes();
    // The reader's position may be that of the line end before the record.
    let start = start
        + bytes[start.min(bytes.len())..]
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
    let (mut quoted, mut left) = (false, index);
    for (offset, byte) in bytes.iter().enumerate().skip(start) {
        if left == 0 {
            return offset;
        }
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => left -= 1,
            _ => {}
        }
    }
    text.len()
}

fn unreadable(error: &csv::Error, name: &str) -> Error {
    let line = error
        .position()
        .map_or(1, |position| usize::try_from(position.line()).unwrap_or(1));
    let problem = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("this row has {len} fields, the first line has {expected_len}")
        }
        _ => error.to_string(),
    };
    let remedy = "Put a field that holds a comma, a quote or a line end into double quotes.";
    Error::text(name, Place { line, column: 1 }, problem, remedy)
}

/// Reads and checks a figures file.
///
/// # Errors
/// The file cannot be read, or [`Figures::parse`] refuses it.
pub fn read(path: &Path) -> Result<Figures, Error> {
    let text = std::fs::read_to_string(path).map_err(|cause| Error::Io {
        path: path.to_path_buf(),
        cause,
    })?;
    Figures::parse(&text, &path.display().to_string())
}

/// The figures that come with the program: `datasets/published/figures.csv`.
///
/// # Errors
/// None in a tested build; a figures file that was edited badly before building is refused as any other.
pub fn built_in() -> Result<Figures, Error> {
    Figures::parse(
        include_str!("../../../../datasets/published/figures.csv"),
        "datasets/published/figures.csv",
    )
}
