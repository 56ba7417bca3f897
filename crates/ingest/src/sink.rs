//! Where parsers put what they read: rows by table, and what became of each record.
//!
//! A sink serves one piece of one source. Rows become Arrow batches in the parsing thread; the writer only passes them on.

use std::collections::BTreeMap;

use arrow::array::{Array, RecordBatch};
use arrow::error::ArrowError;
use tables::{
    Account, Accounts, Availability, AvailabilityCheck, Basis, Flow, Follow, Follows, Post, PostId, PostIds, Posts,
    Reject, Rejects, Roster, RosterEntry, Table, Timestamp,
};

use crate::json::unread::Unread;
use crate::seen::time;

/// Bytes of a rejected record that are kept.
const FIRST_BYTES: usize = 256;
/// Bytes of what is said of it; a reader of JSON may quote a text of any length.
const DETAIL_BYTES: usize = 256;

/// Where a record stands in its source.
#[derive(Debug, Clone, Copy)]
pub struct RecordPlace<'r> {
    /// The line or record, from 1.
    pub line: u64,
    /// Offset of its first byte in the decompressed input.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u64,
    /// Its bytes, or the first of them.
    pub bytes: &'r [u8],
}

impl<'r> RecordPlace<'r> {
    /// The place of a part of the record.
    #[must_use]
    pub fn within(&self, at: usize, part: &'r str) -> Self {
        Self {
            line: self.line,
            offset: self.offset + at as u64,
            length: part.len() as u64,
            bytes: part.as_bytes(),
        }
    }
}

/// Why a record is rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// One of [`crate::reasons`].
    pub reason: &'static str,
    /// What exactly.
    pub detail: Option<String>,
}

impl Rejection {
    /// A rejection that its reason says all about.
    #[must_use]
    pub fn new(reason: &'static str) -> Self {
        Self { reason, detail: None }
    }

    /// A rejection with particulars.
    #[must_use]
    pub fn with(reason: &'static str, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: Some(detail.into()),
        }
    }
}

struct Rows<T: Table> {
    builders: T::Builders,
    rows: usize,
}

impl<T: Table> Default for Rows<T> {
    fn default() -> Self {
        Self {
            builders: T::Builders::default(),
            rows: 0,
        }
    }
}

impl<T: Table> Rows<T> {
    fn push(&mut self, row: &T::Row<'_>) {
        T::append(row, &mut self.builders);
        self.rows += 1;
    }

    fn finish(mut self) -> Result<Option<RecordBatch>, ArrowError> {
        if self.rows == 0 {
            return Ok(None);
        }
        let (schema, mut columns, _) = T::finish(&mut self.builders)?.into_parts();
        // The rows wait for others to make a group with; what the builders left room for is given back.
        for column in &mut columns {
            Array::shrink_to_fit(column);
        }
        RecordBatch::try_new(schema, columns).map(Some)
    }
}

/// What one piece of a source held.
#[derive(Debug, Default)]
pub struct Chunk {
    /// Posts.
    pub posts: Option<RecordBatch>,
    /// Posts of which only the identifier is known.
    pub post_ids: Option<RecordBatch>,
    /// Account observations.
    pub accounts: Option<RecordBatch>,
    /// Availability checks.
    pub availability: Option<RecordBatch>,
    /// Follows.
    pub follows: Option<RecordBatch>,
    /// Roster entries.
    pub roster: Option<RecordBatch>,
    /// Rejected records.
    pub rejects: Option<RecordBatch>,
    /// What became of the records, by flow and reason.
    pub counts: BTreeMap<(Flow, &'static str), u64>,
    /// Keys of records that were not read, with how often they stood there.
    pub unread: BTreeMap<Unread, u64>,
    /// Whether a record says of itself that it was made up.
    pub simulated: bool,
}

impl Chunk {
    /// Rows of posts, accounts, availability, follows, roster, rejects and post_ids.
    #[must_use]
    pub fn rows(&self) -> [usize; 7] {
        [
            &self.posts,
            &self.accounts,
            &self.availability,
            &self.follows,
            &self.roster,
            &self.rejects,
            &self.post_ids,
        ]
        .map(|batch| batch.as_ref().map_or(0, RecordBatch::num_rows))
    }
}

/// Parts that a record has filled so far, by table.
#[derive(Debug, Clone, Copy, Default)]
struct Parts {
    posts: i64,
    post_ids: i64,
    accounts: i64,
    availability: i64,
    follows: i64,
}

/// Takes rows and outcomes of one piece of a source.
pub struct Sink<'s> {
    source: &'s str,
    /// When records were seen that do not say so themselves, where that is known.
    observed_at: Option<Timestamp>,
    line: i64,
    parts: Parts,
    posts: Rows<Posts>,
    post_ids: Rows<PostIds>,
    accounts: Rows<Accounts>,
    availability: Rows<Availability>,
    follows: Rows<Follows>,
    roster: Rows<Roster>,
    rejects: Rows<Rejects>,
    /// Records read and used, as nearly each one is.
    read: u64,
    used: u64,
    counts: BTreeMap<(Flow, &'static str), u64>,
    unread: BTreeMap<Unread, u64>,
    simulated: bool,
}

impl std::fmt::Debug for Sink<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sink")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl<'s> Sink<'s> {
    /// A sink for a piece of `source`.
    #[must_use]
    pub fn new(source: &'s str) -> Self {
        Self {
            source,
            observed_at: None,
            line: 0,
            parts: Parts::default(),
            posts: Rows::default(),
            post_ids: Rows::default(),
            accounts: Rows::default(),
            availability: Rows::default(),
            follows: Rows::default(),
            roster: Rows::default(),
            rejects: Rows::default(),
            read: 0,
            used: 0,
            counts: BTreeMap::new(),
            unread: BTreeMap::new(),
            simulated: false,
        }
    }

    /// A sink for records that were seen at a moment where they do not say so themselves.
    #[must_use]
    pub const fn seen_at(mut self, observed_at: Option<Timestamp>) -> Self {
        self.observed_at = observed_at;
        self
    }

    /// When a record was observed that does not say so itself.
    #[must_use]
    pub const fn otherwise_observed_at(&self) -> Option<Timestamp> {
        self.observed_at
    }

    /// When a record was seen: as it says under `observed_at`, otherwise as is known of all.
    ///
    /// # Errors
    /// When what it says is unreadable.
    pub fn observed(&self, text: Option<&str>) -> Result<Option<Timestamp>, Rejection> {
        self.observed_or(text, None)
    }

    /// The same, of a record that says so in a second way, too.
    ///
    /// # Errors
    /// When what it says is unreadable.
    pub fn observed_or(&self, text: Option<&str>, other: Option<Timestamp>) -> Result<Option<Timestamp>, Rejection> {
        Ok(time("observed_at", text)?.or(other).or(self.observed_at))
    }

    /// The source's name.
    #[must_use]
    pub fn source(&self) -> &'s str {
        self.source
    }

    fn count(&mut self, flow: Flow, reason: &'static str) {
        *self.counts.entry((flow, reason)).or_insert(0) += 1;
    }

    /// Begins a line, CSV row or array element. Its rows are numbered from part 0.
    pub fn begin_line(&mut self, line: u64) {
        self.line = i64::try_from(line).unwrap_or(i64::MAX);
        self.parts = Parts::default();
    }

    /// Counts a record that was read. A page counts each of the records it holds, every other line is one.
    ///
    /// Each call is answered by exactly one of [`Sink::used`], [`Sink::skip`] and [`Sink::reject`]; the ledger tells when not.
    pub fn read(&mut self) {
        self.read += 1;
    }

    /// The record is in the tables.
    pub fn used(&mut self) {
        self.used += 1;
    }

    /// The record was understood and left out on purpose.
    pub fn skip(&mut self, reason: &'static str) {
        self.count(Flow::Skipped, reason);
    }

    /// The record could not be used.
    pub fn reject(&mut self, place: &RecordPlace<'_>, rejection: &Rejection) {
        self.count(Flow::Rejected, rejection.reason);
        let first = &place.bytes[..place.bytes.len().min(FIRST_BYTES)];
        let first_bytes = String::from_utf8_lossy(first);
        self.rejects.push(&Reject {
            source_file: self.source,
            source_line: i64::try_from(place.line).unwrap_or(i64::MAX),
            byte_offset: i64::try_from(place.offset).unwrap_or(i64::MAX),
            byte_length: i64::try_from(place.length).unwrap_or(i64::MAX),
            reason: rejection.reason,
            detail: rejection
                .detail
                .as_deref()
                .map(|detail| &detail[..detail.floor_char_boundary(DETAIL_BYTES)]),
            first_bytes: &first_bytes,
        });
    }

    /// Counts keys of a used record that were not read.
    pub fn unread(&mut self, keys: impl IntoIterator<Item = Unread>) {
        for key in keys {
            *self.unread.entry(key).or_insert(0) += 1;
        }
    }

    /// Counts columns that were not read, of so many used rows.
    pub fn unread_columns(&mut self, columns: Vec<String>, rows: u64) {
        if rows > 0 {
            for column in columns {
                *self.unread.entry(("column", column)).or_insert(0) += rows;
            }
        }
    }

    /// Notes that a record says of itself that it was made up.
    pub fn note_simulated(&mut self) {
        self.simulated = true;
    }

    /// Adds a post; the sink fills in where it came from.
    pub fn post<'a>(&mut self, post: Post<'a>)
    where
        's: 'a,
    {
        self.posts.push(&Post {
            source_file: self.source,
            source_line: self.line,
            source_part: self.parts.posts,
            observed_at: post.observed_at.or(self.observed_at),
            ..post
        });
        self.parts.posts += 1;
    }

    /// Adds a post of which only the identifier is known.
    pub fn post_id<'a>(&mut self, post: PostId<'a>)
    where
        's: 'a,
    {
        self.post_ids.push(&PostId {
            source_file: self.source,
            source_line: self.line,
            source_part: self.parts.post_ids,
            ..post
        });
        self.parts.post_ids += 1;
    }

    /// Adds an account observation.
    pub fn account<'a>(&mut self, account: Account<'a>)
    where
        's: 'a,
    {
        self.accounts.push(&Account {
            source_file: self.source,
            source_line: self.line,
            source_part: self.parts.accounts,
            observed_at: account.observed_at.or(self.observed_at),
            observed_basis: match (account.observed_at, self.observed_at) {
                (None, Some(_)) => Basis::Stated,
                _ => account.observed_basis,
            },
            ..account
        });
        self.parts.accounts += 1;
    }

    /// Adds an availability check.
    pub fn availability<'a>(&mut self, check: AvailabilityCheck<'a>)
    where
        's: 'a,
    {
        self.availability.push(&AvailabilityCheck {
            source_file: self.source,
            source_line: self.line,
            source_part: self.parts.availability,
            ..check
        });
        self.parts.availability += 1;
    }

    /// Adds a follow.
    pub fn follow<'a>(&mut self, follow: Follow<'a>)
    where
        's: 'a,
    {
        self.follows.push(&Follow {
            source_file: self.source,
            source_line: self.line,
            source_part: self.parts.follows,
            observed_at: follow.observed_at.or(self.observed_at),
            ..follow
        });
        self.parts.follows += 1;
    }

    /// Adds a roster entry.
    pub fn roster<'a>(&mut self, entry: RosterEntry<'a>)
    where
        's: 'a,
    {
        self.roster.push(&RosterEntry {
            source_file: self.source,
            source_line: self.line,
            source_part: 0,
            ..entry
        });
    }

    /// Everything taken, as batches.
    ///
    /// # Errors
    /// When rows do not make a batch, which is a bug.
    pub fn finish(mut self) -> Result<Chunk, ArrowError> {
        for (flow, records) in [(Flow::Read, self.read), (Flow::Used, self.used)] {
            if records > 0 {
                self.counts.insert((flow, ""), records);
            }
        }
        Ok(Chunk {
            posts: self.posts.finish()?,
            post_ids: self.post_ids.finish()?,
            accounts: self.accounts.finish()?,
            availability: self.availability.finish()?,
            follows: self.follows.finish()?,
            roster: self.roster.finish()?,
            rejects: self.rejects.finish()?,
            counts: self.counts,
            unread: self.unread,
            simulated: self.simulated,
        })
    }
}
