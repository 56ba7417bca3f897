//! One error type: what is wrong, where it stands, and what to do about it.

use std::fmt;
use std::path::PathBuf;

/// A place in a text: line and column, both counted from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Place {
    /// The place of a byte offset in a text. An offset past the end is the end.
    pub(crate) fn of_offset(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Why a study file or a figures file could not be used. `Display` is the whole message in two lines, the
/// second being the remedy, as every tool here prints it; so there is no `source` that would be printed once more.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be opened or read, or is not UTF-8.
    #[error("cannot read '{}': {cause}\n  remedy: {remedy}", path.display(), remedy = io_remedy(cause))]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Something in the text is wrong.
    #[error("cannot read '{name}': {problem} ({place})\n  remedy: {remedy}")]
    Text {
        /// The file's name as the user gave it.
        name: String,
        /// What is wrong.
        problem: String,
        /// Where.
        place: Place,
        /// What to do.
        remedy: String,
    },
}

fn io_remedy(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::NotFound => "Check the path; a relative one starts at the current folder.",
        std::io::ErrorKind::InvalidData => "Save the file as UTF-8 text.",
        _ => "Check that the file can be read.",
    }
}

impl Error {
    pub(crate) fn text(name: &str, place: Place, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Text {
            name: name.to_owned(),
            problem: problem.into(),
            place,
            remedy: remedy.into(),
        }
    }

    /// Where in the text the problem stands, if it stands in one.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Io { .. } => None,
            Self::Text { place, .. } => Some(*place),
        }
    }
}

/// The known word most like `typed`, if one is near enough to be what was meant (the measure and bound that clap uses).
pub(crate) fn did_you_mean<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|word| (strsim::jaro(typed, word), word))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}
