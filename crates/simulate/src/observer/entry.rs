//! What stands in the raw files, kind by kind.

/// What was put into a raw file on purpose or in passing, so that every stage's counts can be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    /// A post seen for the first time.
    Post,
    /// A line that repeats an earlier line byte for byte.
    Copy,
    /// A post seen before, fetched again later.
    Refetch,
    /// A deletion notice.
    Deletion,
    /// A rate-limit notice.
    Limit,
    /// A line cut short.
    Cut,
    /// JSON that is no record.
    Foreign,
    /// A line that is not UTF-8.
    Mojibake,
    /// A CSV row that cannot be used.
    BadRow,
    /// A looked-up account.
    Lookup,
    /// A look-up that was told that there is no such account, or that it was suspended.
    Missing,
    /// An account's end or new handle, in a stream of account events.
    Event,
    /// An availability check.
    Check,
    /// A follow.
    Follow,
    /// A roster row.
    Roster,
    /// A persona row.
    Persona,
}

impl Entry {
    /// The name in the truth tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Copy => "exact_copy",
            Self::Refetch => "refetched_post",
            Self::Deletion => "deletion_notice",
            Self::Limit => "limit_notice",
            Self::Cut => "cut_line",
            Self::Foreign => "foreign_json",
            Self::Mojibake => "invalid_utf8",
            Self::BadRow => "unusable_row",
            Self::Lookup => "lookup",
            Self::Missing => "lookup_error",
            Self::Event => "account_event",
            Self::Check => "availability_check",
            Self::Follow => "follow",
            Self::Roster => "roster_row",
            Self::Persona => "persona_row",
        }
    }
}
