//! What statements give, row by row: facts about accounts and ties, by the numbers of the accounts.

use std::sync::Arc;

use tables::{SetName, State};

/// A member of a set at a sample, as last seen before it.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberRow {
    /// The set.
    pub set: SetName,
    /// Position of the sample in the study.
    pub sample: usize,
    /// The account.
    pub account: u32,
    /// Whether it answered.
    pub alive: bool,
    /// Whether its state was known.
    pub state_known: bool,
    /// When it was last seen, in milliseconds.
    pub observed_at: Option<i64>,
    /// When it was created.
    pub created_at: Option<i64>,
    /// Followers then.
    pub followers: Option<i64>,
    /// Posts written until then.
    pub statuses: Option<i64>,
    /// Posts per day of its life until then.
    pub tweets_per_day: Option<f64>,
    /// Whether it declared any location; none where no profile was seen.
    pub location_shown: Option<bool>,
    /// The countries that it may mean (ISO 3166-1 alpha-2), a space between, where any could be read.
    pub country: Option<String>,
}

/// How large a set was at a sample.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SizeRow {
    /// Accounts on its list.
    pub on_list: u64,
    /// Those that answered.
    pub alive: u64,
    /// Those whose state was not known.
    pub not_known: u64,
}

/// Members of a set at a sample that answered, by country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationRow {
    /// The countries that the location may mean (ISO 3166-1 alpha-2), a space between; empty where none could be read.
    pub country: String,
    /// Whose profile was seen.
    pub observed: u64,
    /// Who declared any location.
    pub shown: u64,
}

/// An account's posts of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostDay {
    /// Days since 1970.
    pub day: i32,
    /// How many.
    pub posts: u64,
    /// Of how many the archive has a record of its own; the others were seen nested in records of whoever passed them on.
    pub collected: u64,
    /// The first, in milliseconds.
    pub first_at: i64,
    /// The last.
    pub last_at: i64,
}

/// A check that had one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRow {
    /// The account.
    pub account: u32,
    /// When it was made, in milliseconds.
    pub checked_at: i64,
    /// What came of it.
    pub state: State,
    /// The check before it.
    pub previous: Option<(i64, State)>,
    /// The sets on whose lists the account was at the check before.
    pub before_in: Vec<SetName>,
}

/// An account's first and last count of posts written, of those seen in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaceRow {
    /// The set.
    pub set: SetName,
    /// Position of the window in the study.
    pub window: usize,
    /// The account.
    pub account: u32,
    /// The first moment, in milliseconds, and the count then.
    pub first: (i64, i64),
    /// The last.
    pub last: (i64, i64),
}

/// A member's ties of a relation in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TieRow {
    /// The set.
    pub set: SetName,
    /// Position of the window in the study.
    pub window: usize,
    /// The member.
    pub account: u32,
    /// The relation.
    pub relation: Relation,
    /// Whether the whole of it is known to have been collected; of follows, a list that was not shows little.
    pub collected: bool,
    /// From when to when the list that counts was seen, in milliseconds; of interactions, none.
    pub seen: Option<(i64, i64)>,
    /// Ties to members (interactions: times that members were addressed).
    pub inside: u64,
    /// Ties to others.
    pub outside: u64,
    /// Distinct members that it is tied to.
    pub pairs_inside: u64,
    /// Those of them that are tied to it as well.
    pub reciprocated: u64,
}

/// From when, and up to when, in milliseconds; open where that is not known.
pub type Stay = (Option<i64>, Option<i64>);

/// A tie between two different accounts, whoever they are, as it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TieSeen {
    /// Who follows, or addresses.
    pub source: u32,
    /// Who is followed, or addressed.
    pub target: u32,
    /// When, in milliseconds; of interactions the first moment of the day.
    pub at: i64,
    /// Times that it was seen then.
    pub times: u32,
}

/// How accounts are tied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// Members and whom they follow.
    FollowsOut,
    /// Members and who follows them.
    FollowsIn,
    /// Members and whom they address, in whatever way.
    Interactions,
    /// One way of addressing.
    Kind(tables::InteractionKind),
}

impl Relation {
    /// The name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FollowsOut => "follows_out",
            Self::FollowsIn => "follows_in",
            Self::Interactions => "interactions",
            Self::Kind(kind) => kind.word(),
        }
    }
}

/// An account's life as far as it was observed; times in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpellRow {
    /// The account.
    pub account: u32,
    /// 1 is its first life, 2 the one after its first reinstatement.
    pub number: i64,
    /// When it was created.
    pub created_at: Option<i64>,
    /// When that was first told, where the record has a time.
    pub creation_told_at: Option<i64>,
    /// When it is first known to have lived.
    pub first_alive_at: Option<i64>,
    /// From when on it was watched: what was learnt afterwards tells of an earlier life of those only who lived until then.
    pub entered_at: Option<i64>,
    /// When it was last seen alive.
    pub last_alive_at: Option<i64>,
    /// When it was first seen gone.
    pub first_gone_at: Option<i64>,
    /// How it was found then.
    pub end_state: State,
    /// Whether its end was not seen.
    pub censored: bool,
}

impl SpellRow {
    /// When it ended, as far as is known: midway between last seen alive and first seen gone; none where no end was seen. What
    /// was never seen alive is gone when first seen so.
    #[must_use]
    pub fn ended_at(&self) -> Option<i64> {
        let gone = self.first_gone_at.filter(|_| !self.censored)?;
        Some(self.last_alive_at.map_or(gone, |alive| alive + (gone - alive) / 2))
    }
}

/// An account in a person's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonaRow {
    /// The person.
    pub person_id: String,
    /// 0 is the first account.
    pub return_number: i64,
    /// The account.
    pub account: u32,
    /// Its id.
    pub account_id: String,
    /// Id of the account before it.
    pub predecessor: Option<String>,
}

/// An account of a person seen at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SightingRow {
    /// When, in milliseconds.
    pub observed_at: i64,
    /// Followers then.
    pub followers: Option<i64>,
    /// Posts per day of its life until then.
    pub tweets_per_day: Option<f64>,
}

/// What was last seen of an account by the end of a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LastSeenRow {
    /// Position of the window in the study.
    pub window: usize,
    /// The account.
    pub account: u32,
    /// When, in milliseconds.
    pub observed_at: i64,
    /// Followers then.
    pub followers: Option<i64>,
    /// Followed accounts then.
    pub following: Option<i64>,
    /// Posts written until then.
    pub statuses: Option<i64>,
    /// Posts per day of its life until then.
    pub tweets_per_day: Option<f64>,
}

/// What was first seen of an account.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FirstSeenRow {
    /// When, in milliseconds.
    pub observed_at: i64,
    /// Followers then.
    pub followers: Option<i64>,
    /// Posts per day of its life until then.
    pub tweets_per_day: Option<f64>,
}

/// Reactions of an account among the members of a set in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReactionRow {
    /// The set.
    pub set: SetName,
    /// Position of the window in the study.
    pub window: usize,
    /// The account.
    pub account: u32,
    /// Its platform.
    pub platform: String,
    /// Its id.
    pub account_id: String,
    /// Times that it addressed others on the list.
    pub given: u64,
    /// Times that others on the list addressed it.
    pub drawn: u64,
}

/// An account's own posts of a window in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageRow {
    /// Position of the window in the study.
    pub window: usize,
    /// The account.
    pub account: u32,
    /// The platform's tag; empty where there is none. Few are different, of millions of rows.
    pub tagged: Arc<str>,
    /// The language detected (ISO 639-1); empty where none could be told.
    pub detected: Arc<str>,
    /// How many.
    pub posts: u64,
}

/// What a table of observations holds in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimesRow {
    /// Records.
    pub records: u64,
    /// Records with a time.
    pub timed: u64,
    /// Records that say nothing that is measured.
    pub empty_records: u64,
    /// First and last moment, in milliseconds.
    pub span: Option<(i64, i64)>,
}
