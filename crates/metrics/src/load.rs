//! From the tables of `enrich` to the evidence: the SQL files run here, small tables are read as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Context;
use sql::{Database, Rows};
use stage::{Failure, Remedy, StageDir};
use study::Study;
use tables::{
    Accounts, Availability, Follows, InteractionKind, Interactions, Members, Personas, PostingDays, Posts, Rejects,
    Roster, Samples, SetName, Spells, State, Stays, TableError, Terms, Timestamp, Windows,
};

use crate::content_tally::{Belongings, Counted, DAYS_TO_SAMPLE, Span, Tally as ContentTally};
use crate::evidence::{
    CheckRow, Evidence, FirstSeenRow, Group, LanguageRow, LastSeenRow, LocationRow, MemberRow, PaceRow, PersonaRow,
    PostDay, ReactionRow, Relation, SightingRow, SizeRow, SpellRow, TieRow, TieSeen, TimesRow,
};
use crate::family::{Families, Family};
use crate::parts::{Attributes, Named, Part};

/// A statement and the name of its file.
#[derive(Debug, Clone, Copy)]
pub struct Query {
    /// The file's name.
    pub name: &'static str,
    /// What it says.
    pub text: &'static str,
}

macro_rules! queries {
    ($($constant:ident = $file:literal),+ $(,)?) => {
        $(const $constant: Query = Query { name: $file, text: include_str!(concat!("sql/", $file)) };)+
        /// Every statement of this stage.
        pub const QUERIES: &[Query] = &[$($constant),+];
    };
}

queries! {
    ADDRESSED_IN_ORDER = "addressed_in_order.sql",
    CHAINED = "chained.sql",
    CHECKS = "checks.sql",
    FIRST_SEEN = "first_seen.sql",
    FOLLOWS_IN = "follows_in.sql",
    FOLLOWS_OUT = "follows_out.sql",
    INTERACTIONS = "interactions.sql",
    LANGUAGES = "languages.sql",
    LAST_SEEN = "last_seen.sql",
    LOCATIONS = "locations.sql",
    NUMBERED = "numbered.sql",
    ON_LIST = "on_list.sql",
    PACES = "paces.sql",
    PERSONS = "persons.sql",
    POSTS_BY_DAY = "posts_by_day.sql",
    REACTIONS = "reactions.sql",
    SIZES = "sizes.sql",
    TIES_IN_ORDER = "ties_in_order.sql",
    TIMES = "times.sql",
    TO_ONESELF = "to_oneself.sql",
}

/// A table that a statement makes for others to ask: ids are numbers in it, without which joins of millions of follows and
/// observations take several times as long, and as much memory.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// The table's name.
    pub table: &'static str,
    /// The statement that makes it.
    pub query: Query,
}

macro_rules! kept {
    ($($constant:ident = $table:literal),+ $(,)?) => {
        $(const $constant: Kept = Kept {
            table: $table,
            query: Query { name: concat!($table, ".sql"), text: include_str!(concat!("sql/", $table, ".sql")) },
        };)+
        /// Every such table; each asks only those before it.
        pub const KEPT: &[Kept] = &[$($constant),+];
    };
}

kept! {
    NUMBERS = "numbers",
    LISTINGS = "listings",
    ADDRESSED = "addressed",
    OBSERVATIONS = "observations",
    INNER_PAIRS = "inner_pairs",
    TIES = "ties",
    INNER_TIES = "inner_ties",
}

/// The tables that the statements ask.
pub const TABLES: [&str; 9] = [
    "accounts",
    "availability",
    "follows",
    "interactions",
    "members",
    "personas",
    "posts",
    "stays",
    "windows",
];

/// How many records of a table were read, used, and left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The table.
    pub table: &'static str,
    /// Records read.
    pub read: u64,
    /// Records left out, and why.
    pub skipped: Vec<(&'static str, u64)>,
}

/// Checks that the tables that are asked or handed on are what their names say; the SQL engine would not notice.
///
/// # Errors
/// When one is absent, unreadable, foreign or of another version.
pub fn check(dir: &StageDir) -> Result<(), TableError> {
    dir.table::<Accounts>()?;
    dir.table::<Availability>()?;
    dir.table::<Follows>()?;
    dir.table::<Interactions>()?;
    dir.table::<Members>()?;
    dir.table::<Personas>()?;
    dir.table::<Posts>()?;
    dir.table::<Rejects>()?;
    dir.table::<Roster>()?;
    dir.table::<Samples>()?;
    dir.table::<Spells>()?;
    dir.table::<PostingDays>()?;
    dir.table::<Stays>()?;
    dir.table::<Terms>()?;
    dir.table::<Windows>()?;
    Ok(())
}

/// What was read.
#[derive(Debug)]
pub struct Loaded {
    /// What the measures work on.
    pub evidence: Evidence,
    /// Parts that every group is split into as well.
    pub parts: Vec<Part>,
    /// What was read of each table.
    pub tallies: Vec<Tally>,
}

/// Reads what the families need.
///
/// # Errors
/// When a table is absent or not what it should be, a statement fails, or the attributes do not fit the data.
pub fn load(
    dir: &StageDir,
    study: Study,
    seed: u64,
    families: &Families,
    attributes: Option<&Attributes>,
) -> anyhow::Result<Loaded> {
    let mut loader = Loader {
        dir,
        database: Database::open(dir.path(), &TABLES)
            .with_context(|| format!("cannot ask the tables of '{}'", dir.path().display()))?,
        kept: BTreeSet::new(),
        windows: study
            .windows()
            .iter()
            .enumerate()
            .map(|(i, w)| (w.name().to_owned(), i))
            .collect(),
        samples: study
            .samples()
            .iter()
            .enumerate()
            .map(|(i, sample)| (sample.last_moment().timestamp_millis(), i))
            .collect(),
        accounts: BTreeMap::new(),
        tallies: Vec::new(),
        evidence: Evidence::none(study, seed),
    };
    loader.times(families)?;
    loader.sets()?;
    // Parts are counted anew from the members.
    if attributes.is_some()
        || families.any(&[
            Family::Followers,
            Family::TweetsPerDay,
            Family::Location,
            Family::Content,
        ])
    {
        loader.members()?;
    }
    if families.any(&[Family::TweetsPerDay, Family::Volume, Family::Duration]) {
        loader.posts()?;
    }
    if families.has(Family::TweetsPerDay) {
        loader.paces()?;
    }
    if families.any(&[
        Family::TweetsPerDay,
        Family::Returns,
        Family::Survival,
        Family::Duration,
        Family::Contrast,
    ]) {
        loader.spells()?;
    }
    if families.has(Family::Suspension) {
        loader.checks()?;
    }
    if families.any(&[Family::Insularity, Family::Structure]) {
        loader.everybodys_ties()?;
    }
    if families.has(Family::Insularity) {
        loader.ties()?;
    }
    // Whether an account is a return, and whose, is asked of its hazard as well.
    if families.any(&[Family::Returns, Family::Survival]) {
        loader.persons()?;
    }
    if families.has(Family::Survival) {
        loader.first_seen()?;
    }
    if families.has(Family::Location) {
        loader.locations()?;
    }
    if families.has(Family::Contrast) {
        loader.last_seen()?;
    }
    if families.has(Family::Language) {
        loader.languages()?;
    }
    if families.any(&[Family::Insularity, Family::Influence, Family::Structure]) {
        loader.interactions()?;
    }
    if families.has(Family::Influence) {
        loader.reactions()?;
    }
    let parts = attributes.map(|attributes| loader.parts(attributes)).transpose()?;
    let mut parts = parts.unwrap_or_default();
    if families.has(Family::Content) {
        loader.content(&mut parts)?;
    }
    Ok(Loaded {
        evidence: loader.evidence,
        parts,
        tallies: loader.tallies,
    })
}

/// What to do where a statement fails.
const ASK_AGAIN: &str = "rerun the stage that wrote them; if that does not help, report it with the file's name";

struct Loader<'a> {
    dir: &'a StageDir,
    database: Database,
    kept: BTreeSet<&'static str>,
    windows: BTreeMap<String, usize>,
    samples: BTreeMap<i64, usize>,
    accounts: BTreeMap<String, BTreeMap<String, u32>>,
    tallies: Vec<Tally>,
    evidence: Evidence,
}

impl Loader<'_> {
    fn ask(&self, query: Query) -> anyhow::Result<Rows> {
        self.database.query(query.name, query.text).or_failure(
            || format!("cannot ask the tables of '{}'", self.dir.path().display()),
            ASK_AGAIN,
        )
    }

    /// Has tables made that statements ask, unless they are there.
    fn keep(&mut self, tables: &[Kept]) -> anyhow::Result<()> {
        for kept in tables {
            if self.kept.insert(kept.table) {
                let shown = || format!("cannot ask the tables of '{}'", self.dir.path().display());
                self.database
                    .keep(kept.table, kept.query.name, kept.query.text)
                    .or_failure(shown, ASK_AGAIN)?;
            }
        }
        Ok(())
    }

    /// The number of an account; numbers are given in the order in which accounts are met, which the queries fix.
    fn account(&mut self, platform: &str, id: &str) -> anyhow::Result<u32> {
        let ids = match self.accounts.get_mut(platform) {
            Some(ids) => ids,
            None => self.accounts.entry(platform.to_owned()).or_default(),
        };
        if let Some(number) = ids.get(id) {
            return Ok(*number);
        }
        let count = self.accounts.values().map(BTreeMap::len).sum::<usize>();
        let number = u32::try_from(count).context("more accounts than can be numbered")?;
        self.accounts
            .entry(platform.to_owned())
            .or_default()
            .insert(id.to_owned(), number);
        Ok(number)
    }

    fn window(&self, name: &str) -> anyhow::Result<usize> {
        self.windows
            .get(name)
            .copied()
            .ok_or_else(|| self.other_study(&format!("a window '{name}'")))
    }

    fn sample(&self, at: Timestamp) -> anyhow::Result<usize> {
        self.samples
            .get(&at.0)
            .copied()
            .ok_or_else(|| self.other_study("a sample"))
    }

    fn other_study(&self, what: &str) -> anyhow::Error {
        Failure::new(format!(
            "the tables of '{}' have {what} that their study.toml does not have",
            self.dir.path().display()
        ))
        .remedy("rerun enrich with the study that is meant")
        .into()
    }

    fn tally(&mut self, table: &'static str, read: u64, skipped: Vec<(&'static str, u64)>) {
        self.tallies.push(Tally { table, read, skipped });
    }

    fn times(&mut self, families: &Families) -> anyhow::Result<()> {
        let rows = self.ask(TIMES)?;
        let sources = rows.all_text("source")?;
        let (records, timed) = (counts(&rows, "records")?, counts(&rows, "timed")?);
        let empty = counts(&rows, "empty_records")?;
        let (first, last) = (rows.moments("first_at")?, rows.moments("last_at")?);
        for (i, source) in sources.into_iter().enumerate() {
            let times = TimesRow {
                records: records[i],
                timed: timed[i],
                empty_records: empty[i],
                span: first[i].zip(last[i]).map(|(first, last)| (first.0, last.0)),
            };
            self.evidence.times.insert(source.to_owned(), times);
        }
        let tables = [
            (
                "posts",
                "no posted_at",
                &[Family::TweetsPerDay, Family::Volume, Family::Duration, Family::Language][..],
            ),
            (
                "accounts",
                "no observed_at",
                &[
                    Family::TweetsPerDay,
                    Family::Returns,
                    Family::Survival,
                    Family::Contrast,
                ],
            ),
        ];
        for (table, reason, users) in tables {
            let times = self.evidence.table(table);
            if families.any(users) {
                self.tally(table, times.records, vec![(reason, times.records - times.timed)]);
            }
        }
        if families.has(Family::Suspension) {
            let times = self.evidence.table("availability");
            self.tally(
                "availability",
                times.records,
                vec![("the answer tells no state", times.empty_records)],
            );
        }
        if families.any(&[Family::Insularity, Family::Structure]) {
            let times = self.evidence.table("follows");
            self.tally("follows", times.records, vec![("follows itself", times.empty_records)]);
        }
        Ok(())
    }

    fn sets(&mut self) -> anyhow::Result<()> {
        self.evidence.roster_names = self.dir.table::<Roster>()?.rows();
        let rows = self.ask(SIZES)?;
        let (sets, at) = (sets(&rows)?, rows.all_moments("sample_at")?);
        let (on_list, alive) = (counts(&rows, "on_list")?, counts(&rows, "alive")?);
        let not_known = counts(&rows, "not_known")?;
        for i in 0..rows.len() {
            let row = SizeRow {
                on_list: on_list[i],
                alive: alive[i],
                not_known: not_known[i],
            };
            let sample = self.sample(at[i])?;
            self.evidence.sizes.insert((sets[i], sample), row);
        }
        self.tally("members", on_list.iter().sum(), Vec::new());
        let rows = self.ask(ON_LIST)?;
        let key = WindowedKey::of(&rows)?;
        for i in 0..rows.len() {
            let window = self.window(key.windows[i])?;
            let account = self.account(key.platforms[i], key.accounts[i])?;
            let accounts: &mut BTreeSet<u32> = self.evidence.on_list.entry((key.sets[i], window)).or_default();
            accounts.insert(account);
        }
        self.evidence.in_set = Arc::new(self.evidence.on_list.clone());
        Ok(())
    }

    fn members(&mut self) -> anyhow::Result<()> {
        for batch in self.dir.table::<Members>()?.batches() {
            for row in batch?.rows()? {
                let member = MemberRow {
                    set: row.set,
                    sample: self.sample(row.sample_at)?,
                    account: self.account(row.platform, row.account_id)?,
                    alive: row.alive,
                    state_known: row.state != State::Unknown,
                    observed_at: row.observed_at.map(ms),
                    created_at: row.created_at.map(ms),
                    followers: row.followers,
                    statuses: row.statuses,
                    tweets_per_day: row.tweets_per_day,
                    location_shown: row.location_shown,
                    country: row.location_candidates.map(str::to_owned),
                };
                self.evidence.members.push(member);
            }
        }
        Ok(())
    }

    fn posts(&mut self) -> anyhow::Result<()> {
        let rows = self.ask(POSTS_BY_DAY)?;
        let (platforms, accounts) = (rows.all_text("platform")?, rows.all_text("account_id")?);
        let (days, posts) = (rows.all_days("posted_on")?, counts(&rows, "posts")?);
        let (first, last) = (rows.all_moments("first_at")?, rows.all_moments("last_at")?);
        for i in 0..rows.len() {
            let account = self.account(platforms[i], accounts[i])?;
            self.evidence.posts.entry(account).or_default().push(PostDay {
                day: days[i].0,
                posts: posts[i],
                first_at: first[i].0,
                last_at: last[i].0,
            });
        }
        Ok(())
    }

    fn paces(&mut self) -> anyhow::Result<()> {
        self.keep(&[NUMBERS, LISTINGS, OBSERVATIONS])?;
        let rows = self.ask(PACES)?;
        let key = WindowedKey::of(&rows)?;
        let (first_at, last_at) = (rows.all_moments("first_at")?, rows.all_moments("last_at")?);
        let (first, last) = (
            rows.all_integers("first_statuses")?,
            rows.all_integers("last_statuses")?,
        );
        for i in 0..rows.len() {
            let row = PaceRow {
                set: key.sets[i],
                window: self.window(key.windows[i])?,
                account: self.account(key.platforms[i], key.accounts[i])?,
                first: (first_at[i].0, first[i]),
                last: (last_at[i].0, last[i]),
            };
            self.evidence.paces.push(row);
        }
        Ok(())
    }

    fn spells(&mut self) -> anyhow::Result<()> {
        let table = self.dir.table::<Spells>()?;
        for batch in table.batches() {
            for row in batch?.rows()? {
                let spell = SpellRow {
                    account: self.account(row.platform, row.account_id)?,
                    number: row.spell_number,
                    created_at: row.created_at.map(ms),
                    entered_at: row.entered_at.map(ms),
                    last_alive_at: row.last_alive_at.map(ms),
                    first_gone_at: row.first_gone_at.map(ms),
                    end_state: row.end_state,
                    censored: row.censored,
                };
                self.evidence.spells.push(spell);
            }
        }
        self.tally("spells", table.rows(), Vec::new());
        // Stays are in order of time: an account's first tells when it came on the list, if it was not on it from the start.
        let mut met = BTreeSet::new();
        for batch in self.dir.table::<Stays>()?.batches() {
            for row in batch?.rows()? {
                let account = self.account(row.platform, row.account_id)?;
                if met.insert((row.set, account))
                    && let Some(from_at) = row.from_at
                {
                    self.evidence.in_set_from.insert((row.set, account), from_at.0);
                }
            }
        }
        Ok(())
    }

    fn checks(&mut self) -> anyhow::Result<()> {
        let rows = self.ask(CHECKS)?;
        let (platforms, accounts) = (rows.all_text("platform")?, rows.all_text("account_id")?);
        let (at, states) = (rows.all_moments("checked_at")?, rows.all_text("state")?);
        let (before_at, before) = (rows.moments("previous_at")?, rows.text("previous_state")?);
        let before_in = [
            (SetName::Expanded, counts(&rows, "expanded_before")?),
            (SetName::Listed, counts(&rows, "listed_before")?),
        ];
        for i in 0..rows.len() {
            let previous = match (before_at[i], before[i]) {
                (Some(at), Some(state)) => Some((at.0, self.state(state)?)),
                _ => None,
            };
            let check = CheckRow {
                account: self.account(platforms[i], accounts[i])?,
                checked_at: at[i].0,
                state: self.state(states[i])?,
                previous,
                before_in: before_in
                    .iter()
                    .filter(|(_, stays)| stays[i] > 0)
                    .map(|(set, _)| *set)
                    .collect(),
            };
            self.evidence.checks.push(check);
        }
        Ok(())
    }

    fn state(&self, word: &str) -> anyhow::Result<State> {
        State::from_word(word).with_context(|| format!("availability holds the state '{word}', which is none of ours"))
    }

    fn ties(&mut self) -> anyhow::Result<()> {
        self.keep(&[NUMBERS, LISTINGS, ADDRESSED, INNER_PAIRS, TIES, INNER_TIES])?;
        for (query, relation) in [(FOLLOWS_OUT, Relation::FollowsOut), (FOLLOWS_IN, Relation::FollowsIn)] {
            let rows = self.ask(query)?;
            let key = WindowedKey::of(&rows)?;
            let (inside, outside) = (counts(&rows, "inside")?, counts(&rows, "outside")?);
            let reciprocated = counts(&rows, "reciprocated")?;
            let collected = counts(&rows, "collected")?;
            for i in 0..rows.len() {
                let row = TieRow {
                    set: key.sets[i],
                    window: self.window(key.windows[i])?,
                    account: self.account(key.platforms[i], key.accounts[i])?,
                    relation,
                    collected: collected[i] > 0,
                    inside: inside[i],
                    outside: outside[i],
                    pairs_inside: inside[i],
                    reciprocated: reciprocated[i],
                };
                self.evidence.ties.push(row);
            }
        }
        let rows = self.ask(INTERACTIONS)?;
        let key = WindowedKey::of(&rows)?;
        let kinds = rows.all_text("kind")?;
        let (inside, outside) = (counts(&rows, "inside")?, counts(&rows, "outside")?);
        let (reciprocated, pairs) = (counts(&rows, "reciprocated")?, counts(&rows, "pairs_inside")?);
        for i in 0..rows.len() {
            let relation = match InteractionKind::from_word(kinds[i]) {
                Some(kind) => Relation::Kind(kind),
                None => Relation::Interactions,
            };
            let row = TieRow {
                set: key.sets[i],
                window: self.window(key.windows[i])?,
                account: self.account(key.platforms[i], key.accounts[i])?,
                relation,
                collected: true,
                inside: inside[i],
                outside: outside[i],
                pairs_inside: pairs[i],
                reciprocated: reciprocated[i],
            };
            self.evidence.ties.push(row);
        }
        Ok(())
    }

    /// Every tie of everybody, in the order of ids, so that no order of records shows in a graph.
    fn everybodys_ties(&mut self) -> anyhow::Result<()> {
        self.keep(&[NUMBERS, ADDRESSED, TIES])?;
        let rows = self.ask(NUMBERED)?;
        let (platforms, ids) = (rows.all_text("platform")?, rows.all_text("account_id")?);
        let mut accounts = BTreeMap::new();
        for (i, number) in rows.all_integers("account")?.into_iter().enumerate() {
            accounts.insert(number, self.account(platforms[i], ids[i])?);
        }
        drop(rows);
        let rows = self.ask(TIES_IN_ORDER)?;
        let at = rows.all_moments("seen_at")?;
        self.evidence.follows_seen = ties_seen(&rows, &accounts, |i| (at[i].0, 1))?;
        drop(rows);
        let rows = self.ask(ADDRESSED_IN_ORDER)?;
        let (days, times) = (rows.all_days("on_day")?, counts(&rows, "times")?);
        self.evidence.addressed = ties_seen(&rows, &accounts, |i| (i64::from(days[i].0) * tables::DAY_MS, times[i]))?;
        Ok(())
    }

    fn persons(&mut self) -> anyhow::Result<()> {
        let table = self.dir.table::<Personas>()?;
        for batch in table.batches() {
            for row in batch?.rows()? {
                let persona = PersonaRow {
                    person_id: row.persona_id.to_owned(),
                    return_number: row.return_number,
                    account: self.account(row.platform, row.account_id)?,
                    account_id: row.account_id.to_owned(),
                    predecessor: row.predecessor.map(str::to_owned),
                };
                self.evidence.personas.push(persona);
            }
        }
        self.evidence.persona_records = table.rows();
        self.tally("personas", table.rows(), Vec::new());
        self.keep(&[NUMBERS, OBSERVATIONS])?;
        let rows = self.ask(CHAINED)?;
        let (platforms, accounts) = (rows.all_text("platform")?, rows.all_text("account_id")?);
        let mut chained = BTreeMap::new();
        for (i, number) in rows.all_integers("account")?.into_iter().enumerate() {
            chained.insert(number, self.account(platforms[i], accounts[i])?);
        }
        let rows = self.ask(PERSONS)?;
        let numbers = rows.all_integers("account")?;
        let at = rows.all_moments("observed_at")?;
        let (followers, paces) = (rows.integers("followers")?, rows.numbers("tweets_per_day")?);
        for i in 0..rows.len() {
            // Both statements ask the same chains.
            let Some(account) = chained.get(&numbers[i]).copied() else {
                continue;
            };
            self.evidence.sightings.entry(account).or_default().push(SightingRow {
                observed_at: at[i].0,
                followers: followers[i],
                tweets_per_day: paces[i],
            });
        }
        Ok(())
    }

    fn first_seen(&mut self) -> anyhow::Result<()> {
        self.keep(&[NUMBERS, OBSERVATIONS])?;
        let rows = self.ask(FIRST_SEEN)?;
        let (platforms, accounts) = (rows.all_text("platform")?, rows.all_text("account_id")?);
        let (followers, paces) = (rows.integers("followers")?, rows.numbers("tweets_per_day")?);
        for i in 0..rows.len() {
            let row = FirstSeenRow {
                followers: followers[i],
                tweets_per_day: paces[i],
            };
            let account = self.account(platforms[i], accounts[i])?;
            self.evidence.first_seen.insert(account, row);
        }
        Ok(())
    }

    fn last_seen(&mut self) -> anyhow::Result<()> {
        self.keep(&[NUMBERS, OBSERVATIONS])?;
        let rows = self.ask(LAST_SEEN)?;
        let windows = rows.all_text("window_name")?;
        let (platforms, accounts) = (rows.all_text("platform")?, rows.all_text("account_id")?);
        let at = rows.all_moments("observed_at")?;
        let (followers, following) = (rows.integers("followers")?, rows.integers("following")?);
        let (statuses, paces) = (rows.integers("statuses")?, rows.numbers("tweets_per_day")?);
        for i in 0..rows.len() {
            let row = LastSeenRow {
                window: self.window(windows[i])?,
                account: self.account(platforms[i], accounts[i])?,
                observed_at: at[i].0,
                followers: followers[i],
                following: following[i],
                statuses: statuses[i],
                tweets_per_day: paces[i],
            };
            self.evidence.last_seen.push(row);
        }
        Ok(())
    }

    fn interactions(&mut self) -> anyhow::Result<()> {
        let rows = self.ask(TO_ONESELF)?;
        let records: u64 = counts(&rows, "records")?.iter().sum();
        let to_oneself: u64 = counts(&rows, "to_oneself")?.iter().sum();
        self.evidence.interaction_records = records;
        self.tally("interactions", records, vec![("addresses itself", to_oneself)]);
        Ok(())
    }

    fn reactions(&mut self) -> anyhow::Result<()> {
        self.keep(&[NUMBERS, LISTINGS, ADDRESSED, INNER_PAIRS])?;
        let rows = self.ask(REACTIONS)?;
        let key = WindowedKey::of(&rows)?;
        let (given, drawn) = (counts(&rows, "given")?, counts(&rows, "drawn")?);
        for i in 0..rows.len() {
            let row = ReactionRow {
                set: key.sets[i],
                window: self.window(key.windows[i])?,
                account: self.account(key.platforms[i], key.accounts[i])?,
                platform: key.platforms[i].to_owned(),
                account_id: key.accounts[i].to_owned(),
                given: given[i],
                drawn: drawn[i],
            };
            self.evidence.reactions.push(row);
        }
        Ok(())
    }

    fn languages(&mut self) -> anyhow::Result<()> {
        let rows = self.ask(LANGUAGES)?;
        let windows = rows.all_text("window_name")?;
        let (platforms, accounts) = (rows.all_text("platform")?, rows.all_text("account_id")?);
        let (tagged, detected) = (rows.all_text("tagged")?, rows.all_text("detected")?);
        let posts = counts(&rows, "posts")?;
        for i in 0..rows.len() {
            let row = LanguageRow {
                window: self.window(windows[i])?,
                account: self.account(platforms[i], accounts[i])?,
                tagged: tagged[i].to_owned(),
                detected: detected[i].to_owned(),
                posts: posts[i],
            };
            self.evidence.languages.push(row);
        }
        Ok(())
    }

    /// What the posts of each group hold, and of each part of it.
    fn content(&mut self, parts: &mut [Part]) -> anyhow::Result<()> {
        let mut belongings = Belongings {
            spans: Vec::new(),
            parts: parts.iter().map(|part| part.accounts.clone()).collect(),
        };
        for (position, window) in self.evidence.study.windows().iter().enumerate() {
            let (from, to) = crate::evidence::bounds_ms(window);
            let of = |set: SetName| self.evidence.on_list.get(&(set, position)).cloned().unwrap_or_default();
            let groups = Group::ALL.map(|group| match group {
                Group::Everyone => (group, None),
                Group::Set(set) => (group, Some(of(set))),
            });
            let days = (Timestamp(from).day().0, Timestamp(to - 1).day().0);
            belongings.spans.push(Counted {
                span: Span::Window(position),
                days,
                groups: groups.to_vec(),
            });
        }
        for position in 0..self.evidence.study.samples().len() {
            let last = Timestamp(self.evidence.sample_ms(position)).day().0;
            let of = |set: SetName| {
                let members = self.evidence.members.iter();
                let here = members.filter(|row| row.set == set && row.sample == position && row.alive);
                here.map(|row| row.account).collect::<BTreeSet<u32>>()
            };
            let groups = Group::SETS.map(|set| (Group::Set(set), Some(of(set))));
            let first = last - (DAYS_TO_SAMPLE - 1);
            belongings.spans.push(Counted {
                span: Span::Sample(position),
                days: (first, last),
                groups: groups.to_vec(),
            });
        }
        let mut tally = ContentTally::new(belongings);
        let table = self.dir.table::<Terms>()?;
        for batch in table.batches() {
            for row in batch?.rows()? {
                let account = self.account(row.platform, row.account_id)?;
                tally.term(&row, account);
            }
        }
        self.tally("terms", table.rows(), Vec::new());
        let table = self.dir.table::<PostingDays>()?;
        for batch in table.batches() {
            for row in batch?.rows()? {
                let account = self.account(row.platform, row.account_id)?;
                tally.day(&row, account);
            }
        }
        self.tally("posting_days", table.rows(), Vec::new());
        let mut contents = tally.finish().into_iter();
        self.evidence.content = contents.next().unwrap_or_default();
        for (part, content) in parts.iter_mut().zip(contents) {
            part.content = content;
        }
        Ok(())
    }

    /// The parts of a researcher's own table; an account's handle is its newest.
    fn parts(&mut self, attributes: &Attributes) -> anyhow::Result<Vec<Part>> {
        let mut by_handle: BTreeMap<String, BTreeSet<(String, u32)>> = BTreeMap::new();
        for batch in self.dir.table::<Spells>()?.batches() {
            for row in batch?.rows()? {
                let account = self.account(row.platform, row.account_id)?;
                if let Some(handle) = row.handle {
                    let borne = by_handle.entry(handle.to_lowercase()).or_default();
                    borne.insert((row.platform.to_owned(), account));
                }
            }
        }
        let find = |named: &Named| -> BTreeSet<u32> {
            let fits = |platform: &str| named.platform.as_deref().is_none_or(|wanted| wanted == platform);
            match (&named.account_id, &named.handle) {
                (Some(id), _) => {
                    let known = self.accounts.iter().filter(|(platform, _)| fits(platform));
                    known.filter_map(|(_, ids)| ids.get(id).copied()).collect()
                }
                (None, Some(handle)) => {
                    let borne = by_handle.get(handle).into_iter().flatten();
                    borne
                        .filter(|(platform, _)| fits(platform))
                        .map(|(_, account)| *account)
                        .collect()
                }
                (None, None) => BTreeSet::new(),
            }
        };
        let (parts, unknown) = attributes.parts(&find)?;
        self.tally(
            "attributes",
            attributes.len(),
            vec![("account not in the data", unknown)],
        );
        Ok(parts)
    }

    fn locations(&mut self) -> anyhow::Result<()> {
        let rows = self.ask(LOCATIONS)?;
        let (sets, at) = (sets(&rows)?, rows.all_moments("sample_at")?);
        let countries = rows.all_text("country")?;
        let (observed, shown) = (counts(&rows, "observed")?, counts(&rows, "shown")?);
        for i in 0..rows.len() {
            let sample = self.sample(at[i])?;
            self.evidence
                .locations
                .entry((sets[i], sample))
                .or_default()
                .push(LocationRow {
                    country: countries[i].to_owned(),
                    observed: observed[i],
                    shown: shown[i],
                });
        }
        Ok(())
    }
}

/// Ties by numbers, as ties of accounts: when each was seen, and how many times, is told by its row.
fn ties_seen(
    rows: &Rows,
    accounts: &BTreeMap<i64, u32>,
    seen: impl Fn(usize) -> (i64, u64),
) -> anyhow::Result<Arc<Vec<TieSeen>>> {
    let (sources, targets) = (rows.all_integers("source")?, rows.all_integers("target")?);
    let account = |number: &i64| {
        accounts
            .get(number)
            .copied()
            .context("a tie of an account without a number")
    };
    let ties = sources.iter().zip(&targets).enumerate();
    let ties = ties.map(|(i, (source, target))| {
        let (at, times) = seen(i);
        Ok(TieSeen {
            source: account(source)?,
            target: account(target)?,
            at,
            times: u32::try_from(times).unwrap_or(u32::MAX),
        })
    });
    ties.collect::<anyhow::Result<_>>().map(Arc::new)
}

/// The columns by which most results are keyed.
struct WindowedKey<'a> {
    sets: Vec<SetName>,
    windows: Vec<&'a str>,
    platforms: Vec<&'a str>,
    accounts: Vec<&'a str>,
}

impl<'a> WindowedKey<'a> {
    fn of(rows: &'a Rows) -> anyhow::Result<Self> {
        Ok(Self {
            sets: sets(rows)?,
            windows: rows.all_text("window_name")?,
            platforms: rows.all_text("platform")?,
            accounts: rows.all_text("account_id")?,
        })
    }
}

fn sets(rows: &Rows) -> anyhow::Result<Vec<SetName>> {
    rows.all_text("set_name")?
        .into_iter()
        .map(|word| {
            SetName::from_word(word).with_context(|| format!("members holds the set '{word}', which is none of ours"))
        })
        .collect()
}

fn counts(rows: &Rows, column: &str) -> anyhow::Result<Vec<u64>> {
    rows.all_integers(column)?
        .into_iter()
        .map(|count| {
            u64::try_from(count).with_context(|| format!("column '{column}' holds the negative count {count}"))
        })
        .collect()
}

fn ms(moment: Timestamp) -> i64 {
    moment.0
}
