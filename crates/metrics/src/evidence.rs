//! What the measures work on: plain rows in a fixed order, with accounts as small numbers. No files here; see `load`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use stats::{Bootstrap, BootstrapInterval, Level};
use study::{Listed, Study, Window};
use tables::{SetName, State};

/// The accounts that a number is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The members of a set.
    Set(SetName),
    /// All accounts that the archive holds.
    Everyone,
}

impl Group {
    /// The groups in the order of their names.
    pub const ALL: [Self; 3] = [Self::Everyone, Self::Set(SetName::Expanded), Self::Set(SetName::Listed)];
    /// The sets.
    pub const SETS: [SetName; 2] = [SetName::Expanded, SetName::Listed];

    /// The name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Set(set) => set.word(),
            Self::Everyone => "everyone",
        }
    }
}

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
    /// When the list that counts was seen, in milliseconds; of interactions, none.
    pub seen_at: Option<i64>,
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
    /// When it was first seen alive.
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

/// Everything that the measures work on.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The design.
    pub study: Study,
    /// Seed of the resampling.
    pub seed: u64,
    /// Names on rosters.
    pub roster_names: u64,
    /// By table name: posts, accounts, availability, follows.
    pub times: BTreeMap<String, TimesRow>,
    /// Rows of `interactions`.
    pub interaction_records: u64,
    /// By set, sample, account.
    pub members: Vec<MemberRow>,
    /// By set and position of the sample.
    pub sizes: BTreeMap<(SetName, usize), SizeRow>,
    /// By set and position of the sample.
    pub locations: BTreeMap<(SetName, usize), Vec<LocationRow>>,
    /// Who was on a set's list at any time within a window.
    pub on_list: BTreeMap<(SetName, usize), BTreeSet<u32>>,
    /// The same, of the whole set where `on_list` holds only a part of it.
    pub in_set: Arc<BTreeMap<(SetName, usize), BTreeSet<u32>>>,
    /// Every follow of the archive, by platform, ids, then moment.
    pub follows_seen: Arc<Vec<TieSeen>>,
    /// Who addressed whom in the archive, by platform, ids, then day.
    pub addressed: Arc<Vec<TieSeen>>,
    /// First moment on the list of a set, in milliseconds, of accounts that were not on it from the start.
    pub in_set_from: BTreeMap<(SetName, u32), i64>,
    /// When an account was on the list of a set: from and up to, in milliseconds, in order of time; open where it is not known.
    pub stays: Arc<BTreeMap<(SetName, u32), Vec<Stay>>>,
    /// By account, then day.
    pub posts: BTreeMap<u32, Vec<PostDay>>,
    /// By account, then time.
    pub checks: Vec<CheckRow>,
    /// By set, window, account.
    pub paces: Vec<PaceRow>,
    /// By relation, set, window, account.
    pub ties: Vec<TieRow>,
    /// By account, then entry.
    pub spells: Vec<SpellRow>,
    /// Accounts in the table of personas.
    pub persona_records: u64,
    /// By person, then return number.
    pub personas: Vec<PersonaRow>,
    /// The persons of the accounts that personas tell of, numbered.
    pub person_of: Arc<BTreeMap<u32, u32>>,
    /// By account, in order of time.
    pub sightings: BTreeMap<u32, Vec<SightingRow>>,
    /// By account.
    pub first_seen: BTreeMap<u32, FirstSeenRow>,
    /// By set, window, account.
    pub reactions: Vec<ReactionRow>,
    /// By window, then account.
    pub last_seen: Vec<LastSeenRow>,
    /// By window, account, tag and language.
    pub languages: Vec<LanguageRow>,
    /// By group and span.
    pub content: crate::content_tally::Contents,
}

/// Which accounts belong to a group.
#[derive(Debug, Clone, Copy)]
pub enum Belonging<'a> {
    /// All.
    Everyone,
    /// These.
    These(&'a BTreeSet<u32>),
}

impl Belonging<'_> {
    /// Whether the account belongs.
    #[must_use]
    pub fn holds(self, account: u32) -> bool {
        match self {
            Self::Everyone => true,
            Self::These(accounts) => accounts.contains(&account),
        }
    }
}

/// Why there is nothing for `expanded`.
const NOT_EXPANDED: &str = "needs follows or interactions, and accounts that are listed";
/// Why there is nothing for `expanded` at a sample.
const NOT_EXPANDED_THEN: &str = "no follow or interaction was known by this sample, or nobody was listed";
static NOBODY: BTreeSet<u32> = BTreeSet::new();

impl Evidence {
    /// A study without any observation.
    #[must_use]
    pub fn none(study: Study, seed: u64) -> Self {
        Self {
            study,
            seed,
            roster_names: 0,
            times: BTreeMap::new(),
            interaction_records: 0,
            members: Vec::new(),
            sizes: BTreeMap::new(),
            locations: BTreeMap::new(),
            on_list: BTreeMap::new(),
            in_set: Arc::default(),
            follows_seen: Arc::default(),
            addressed: Arc::default(),
            in_set_from: BTreeMap::new(),
            stays: Arc::default(),
            posts: BTreeMap::new(),
            checks: Vec::new(),
            paces: Vec::new(),
            ties: Vec::new(),
            spells: Vec::new(),
            persona_records: 0,
            personas: Vec::new(),
            person_of: Arc::default(),
            sightings: BTreeMap::new(),
            first_seen: BTreeMap::new(),
            reactions: Vec::new(),
            last_seen: Vec::new(),
            languages: Vec::new(),
            content: crate::content_tally::Contents::new(),
        }
    }

    /// How intervals are resampled.
    #[must_use]
    pub fn bootstrap(&self) -> Bootstrap {
        Bootstrap {
            resamples: self.study.resamples(),
            seed: self.seed,
            level: Level::P95,
            interval: BootstrapInterval::ExpandedPercentile,
        }
    }

    /// Records of a table of observations.
    #[must_use]
    pub fn table(&self, name: &str) -> TimesRow {
        self.times.get(name).copied().unwrap_or_default()
    }

    /// Why a set is not known at all; `None` when it is.
    #[must_use]
    pub fn set_unknown(&self, set: SetName) -> Option<&'static str> {
        if self.sizes.keys().any(|(known, _)| *known == set) || self.on_list.keys().any(|(known, _)| *known == set) {
            return None;
        }
        Some(match set {
            SetName::Expanded => NOT_EXPANDED,
            SetName::Listed if self.study.listed() == Listed::Roster && self.roster_names == 0 => "needs a roster",
            SetName::Listed if self.study.listed() == Listed::Roster => "no name of the roster is on it at any sample",
            SetName::Listed => "no account was observed by any sample",
        })
    }

    /// Why a group is not known at all; `None` when it is.
    #[must_use]
    pub fn group_unknown(&self, group: Group) -> Option<&'static str> {
        match group {
            Group::Everyone => None,
            Group::Set(set) => self.set_unknown(set),
        }
    }

    /// Who belongs to a group in a window, at its position in the study.
    ///
    /// # Errors
    /// Why that is not known.
    pub fn belonging(&self, group: Group, window: usize) -> Result<Belonging<'_>, &'static str> {
        let set = match group {
            Group::Everyone => return Ok(Belonging::Everyone),
            Group::Set(set) => set,
        };
        if let Some(reason) = self.set_unknown(set) {
            return Err(reason);
        }
        Ok(Belonging::These(self.on_list.get(&(set, window)).unwrap_or(&NOBODY)))
    }

    /// The moment that labels a sample, in milliseconds.
    #[must_use]
    pub fn sample_ms(&self, sample: usize) -> i64 {
        self.study
            .samples()
            .get(sample)
            .map_or(0, |sample| sample.last_moment().timestamp_millis())
    }

    /// Why nothing can be said of a set at a sample; `None` when something can.
    #[must_use]
    pub fn sample_unknown(&self, set: SetName, sample: usize) -> Option<&'static str> {
        if let Some(reason) = self.set_unknown(set) {
            return Some(reason);
        }
        let spans = self.times.iter().filter(|(table, _)| *table != "follows");
        let (first, last) = spans
            .filter_map(|(_, times)| times.span)
            .reduce(|(first, last), (from, to)| (first.min(from), last.max(to)))?;
        let at = self.sample_ms(sample);
        if at < first {
            Some("before the first observation")
        } else if at - tables::DAY_MS >= last {
            Some("after the last observation")
        } else if set == SetName::Expanded && !self.sizes.contains_key(&(set, sample)) {
            Some(NOT_EXPANDED_THEN)
        } else {
            None
        }
    }

    /// Why the samples of a window cannot show a direction although they have numbers: most members that stand in two of them or
    /// more were observed only once, so that their numbers could not move.
    #[must_use]
    pub fn cannot_move(&self, set: SetName, window: &Window) -> Option<String> {
        let samples = self.study.samples();
        let inside = |sample: usize| {
            samples
                .get(sample)
                .is_some_and(|sample| window.contains_sample(*sample))
        };
        let mut seen: BTreeMap<u32, (u32, BTreeSet<i64>)> = BTreeMap::new();
        for member in self
            .members
            .iter()
            .filter(|member| member.set == set && member.alive && inside(member.sample))
        {
            if let Some(observed_at) = member.observed_at {
                let (samples, moments) = seen.entry(member.account).or_default();
                *samples += 1;
                moments.insert(observed_at);
            }
        }
        let stayed: Vec<_> = seen.values().filter(|(samples, _)| *samples > 1).collect();
        let again = stayed.iter().filter(|(_, moments)| moments.len() > 1).count();
        (2 * again < stayed.len()).then(|| {
            format!(
                "no direction is claimed: of {} members at more than one sample only {again} were observed anew",
                stayed.len()
            )
        })
    }

    /// The points of a series that lie in a window: days since 1970 and the value.
    #[must_use]
    pub fn in_window<'a>(
        &self,
        window: &Window,
        points: impl Iterator<Item = (i64, &'a crate::figure::Figure)>,
    ) -> Vec<(f64, f64)> {
        points
            .filter(|(at, _)| moment(*at).is_some_and(|at| window.contains(at)))
            .filter_map(|(at, figure)| Some((at.div_euclid(tables::DAY_MS) as f64, figure.value?)))
            .collect()
    }
}

/// A moment of milliseconds as chrono has it; `None` beyond its calendar.
fn moment(ms: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(ms)
}

/// Days since 1970.
#[must_use]
pub fn day_number(date: NaiveDate) -> i32 {
    let epoch = DateTime::<Utc>::UNIX_EPOCH.date_naive();
    i32::try_from((date - epoch).num_days()).unwrap_or(i32::MAX)
}

/// First moment of a window and the first moment after it, in milliseconds.
#[must_use]
pub fn bounds_ms(window: &Window) -> (i64, i64) {
    (window.start().timestamp_millis(), window.end().timestamp_millis())
}

/// Milliseconds as days.
#[must_use]
pub fn as_days(ms: i64) -> f64 {
    ms as f64 / tables::DAY_MS as f64
}
