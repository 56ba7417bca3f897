//! How what was seen is written down: records, the formats that platforms and collectors use, and the press that renders and
//! compresses blocks of records on several threads.

mod bluesky;
mod format;
pub mod press;
mod release;
pub mod shelf;
pub mod shown;
mod v11;
mod v2;

pub use format::{Compress, Format, Holds};

use crate::observer::Capture;
use shown::Profile;

/// Something seen, on its way into a file.
#[derive(Debug, Clone)]
pub enum Record {
    /// A post.
    Post {
        /// What was captured of it.
        post: Box<Capture>,
        /// When a later fetch saw it, milliseconds since 1970; a stream says nothing.
        observed_ms: Option<i64>,
    },
    /// A looked-up account.
    Account {
        /// What it shows.
        profile: Box<Profile>,
        /// When, milliseconds since 1970.
        observed_ms: i64,
    },
    /// An account that was looked up and did not answer.
    Missing {
        /// Account id.
        id: u64,
        /// Whether the platform says that it was suspended; otherwise it says that there is none.
        suspended: bool,
        /// When, milliseconds since 1970.
        observed_ms: i64,
    },
    /// A post was deleted.
    Deletion {
        /// Post id.
        id: u64,
        /// Its author's.
        account_id: u64,
        /// When, milliseconds since 1970.
        at_ms: i64,
    },
    /// An account ended, as a stream of account events tells it.
    Ended {
        /// Account id.
        id: u64,
        /// Whether the platform took it down; otherwise its owner closed it.
        taken_down: bool,
        /// When, milliseconds since 1970.
        at_ms: i64,
    },
    /// An account has a new handle, as a stream of account events tells it.
    Renamed {
        /// Account id.
        id: u64,
        /// The new handle.
        handle: String,
        /// When, milliseconds since 1970.
        at_ms: i64,
    },
    /// A post's line that arrived cut in the middle.
    Cut(Box<Capture>),
    /// A line as it is, with its end.
    Line(Vec<u8>),
}
