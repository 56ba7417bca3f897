//! Errors as a person reads them: what went wrong, where, why, and what to do.

use std::fmt;
use std::io;

use tables::TableError;

/// An error with a remedy. What went wrong is its message, why is its source.
#[derive(Debug)]
pub struct Failure {
    what: String,
    remedy: Option<String>,
    source: Option<anyhow::Error>,
}

impl Failure {
    /// An error that says what went wrong (`cannot read 'x.jsonl.gz'`).
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: None,
            source: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.remedy.as_deref()
    }

    /// Adds why.
    #[must_use]
    pub fn because(mut self, source: impl Into<anyhow::Error>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_ref()
            .map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}

/// Adds what went wrong and what to do to a result, at the edge where a library's error becomes a person's.
pub trait Remedy<T> {
    /// Wraps the error: `what` went wrong because of it, `remedy` helps.
    ///
    /// # Errors
    /// The wrapped error.
    fn or_failure(self, what: impl FnOnce() -> String, remedy: &str) -> anyhow::Result<T>;
}

impl<T, E: Into<anyhow::Error>> Remedy<T> for Result<T, E> {
    fn or_failure(self, what: impl FnOnce() -> String, remedy: &str) -> anyhow::Result<T> {
        self.map_err(|source| Failure::new(what()).remedy(remedy).because(source).into())
    }
}

/// Whether an error comes from a reader that closed the pipe; that is the reader's right, and success.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// The error as it is printed: one line of what and why, one line of remedy for each remedy known.
pub(crate) fn render(stage: &str, error: &anyhow::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut remedies: Vec<String> = Vec::new();
    for cause in error.chain() {
        let text = cause.to_string();
        // Some libraries repeat their source in their own message.
        if !parts.last().is_some_and(|last| last.ends_with(&text)) {
            parts.push(text);
        }
        let remedy = match (cause.downcast_ref::<Failure>(), cause.downcast_ref::<TableError>()) {
            (Some(failure), _) => failure.remedy.clone(),
            (None, Some(table)) => Some(table.remedy().to_owned()),
            (None, None) => None,
        };
        remedies.extend(remedy.filter(|remedy| !remedies.contains(remedy)));
    }
    let mut text = format!("{stage}: {}", parts.join(": "));
    for remedy in remedies {
        text.push_str("\n  remedy: ");
        text.push_str(&remedy);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_why_and_what_to_do() {
        let error = Err::<(), _>(io::Error::new(io::ErrorKind::UnexpectedEof, "unexpected end of file"))
            .or_failure(|| "cannot read 'x.jsonl.gz'".to_owned(), "fetch the file again")
            .unwrap_err();
        assert_eq!(
            render("ingest", &error),
            "ingest: cannot read 'x.jsonl.gz': unexpected end of file\n  remedy: fetch the file again"
        );
    }

    #[test]
    fn a_closed_pipe_is_found_under_any_wrapping() {
        let error = Err::<(), _>(io::Error::from(io::ErrorKind::BrokenPipe))
            .or_failure(|| "cannot write".to_owned(), "")
            .unwrap_err()
            .context("more");
        assert!(is_broken_pipe(&error));
    }
}
