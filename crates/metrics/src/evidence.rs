//! What the measures work on: plain rows in a fixed order, with accounts as small numbers. No files here; see `load`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use stats::{Bootstrap, BootstrapInterval, Level};
use study::{Listed, Study, Window};
use tables::SetName;

mod rows;

pub use rows::{
    CheckRow, FirstSeenRow, LanguageRow, LastSeenRow, LocationRow, MemberRow, PaceRow, PersonaRow, PostDay,
    ReactionRow, Relation, SightingRow, SizeRow, SpellRow, Stay, TieRow, TieSeen, TimesRow,
};

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
    /// When an account was first seen alive on the list of a set, in milliseconds, of those that were not on it from the start; `None`
    /// where it never was.
    pub seen_in_set: BTreeMap<(SetName, u32), Option<i64>>,
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
    /// Accounts said to have been created after they were first seen: when they were is not known.
    pub created_later: BTreeSet<u32>,
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
    /// Which accounts a researcher's own table tells of each column that groups are split by.
    pub told: Arc<BTreeMap<String, crate::parts::Told>>,
    /// The part that this is of; none of the whole.
    pub part: Option<Arc<crate::parts::PartOf>>,
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
            seen_in_set: BTreeMap::new(),
            stays: Arc::default(),
            posts: BTreeMap::new(),
            checks: Vec::new(),
            paces: Vec::new(),
            ties: Vec::new(),
            spells: Vec::new(),
            created_later: BTreeSet::new(),
            persona_records: 0,
            personas: Vec::new(),
            person_of: Arc::default(),
            sightings: BTreeMap::new(),
            first_seen: BTreeMap::new(),
            reactions: Vec::new(),
            last_seen: Vec::new(),
            languages: Vec::new(),
            content: crate::content_tally::Contents::new(),
            told: Arc::default(),
            part: None,
        }
    }

    /// Takes back what rests on a creation that cannot be, after the account was first seen: when members were created, and every pace
    /// over a life. Lives keep what was said, so that whoever uses it can count how often it cannot be.
    pub fn doubt_creations(&mut self) {
        let seen = |life: &SpellRow| life.first_alive_at.or(life.first_gone_at);
        let later = |life: &&SpellRow| {
            life.created_at
                .zip(seen(life))
                .is_some_and(|(created, seen)| created > seen)
        };
        let first_lives = self.spells.iter().filter(|life| life.number == 1);
        self.created_later = first_lives.filter(later).map(|life| life.account).collect();
        let doubted = &self.created_later;
        for member in self.members.iter_mut().filter(|row| doubted.contains(&row.account)) {
            (member.created_at, member.tweets_per_day) = (None, None);
        }
        for row in self.last_seen.iter_mut().filter(|row| doubted.contains(&row.account)) {
            row.tweets_per_day = None;
        }
        for account in doubted {
            if let Some(row) = self.first_seen.get_mut(account) {
                row.tweets_per_day = None;
            }
            for row in self.sightings.get_mut(account).into_iter().flatten() {
                row.tweets_per_day = None;
            }
        }
    }

    /// When an account was created, as a life of it says, where that can be.
    #[must_use]
    pub fn created(&self, life: &SpellRow) -> Option<i64> {
        life.created_at.filter(|_| !self.created_later.contains(&life.account))
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
