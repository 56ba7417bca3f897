//! When a record was seen, and its times as it states them.

use tables::{Basis, Timestamp};

use crate::moment;
use crate::reasons;
use crate::sink::Rejection;

/// When a record was seen, and how that is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen {
    /// The collector's own time, where it noted one.
    pub stated: Option<Timestamp>,
    /// The time of the post that carried what was seen, where the collector noted none.
    pub carried: Option<Timestamp>,
}

impl Seen {
    /// The time of an account observation, with its basis.
    #[must_use]
    pub fn of_account(&self) -> (Option<Timestamp>, Basis) {
        match (self.stated, self.carried) {
            (Some(stated), _) => (Some(stated), Basis::Stated),
            (None, Some(carried)) => (Some(carried), Basis::Post),
            (None, None) => (None, Basis::None),
        }
    }
}

/// A time that a record states under `key`.
///
/// # Errors
/// When it is there and unreadable, which is a reason to reject the record.
pub fn time(key: &str, text: Option<&str>) -> Result<Option<Timestamp>, Rejection> {
    text.map(|text| {
        moment::parse(text).ok_or_else(|| Rejection::with(reasons::BAD_TIME, format!("{key} '{}'", brief(text))))
    })
    .transpose()
}

/// A text short enough for a message.
#[must_use]
pub fn brief(text: &str) -> String {
    text.chars().take(40).collect()
}
