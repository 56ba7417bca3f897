//! From the tables of `enrich` to the evidence: the SQL files run here, small tables are read as they are.
//!
//! The order of what is read fixes the numbers of accounts; rows of the evidence come in the order of the statements.

mod accounts;
mod content;
mod network;
mod statements;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Context;
use sql::{Database, Rows};
use stage::{Failure, Remedy, StageDir};
use study::Study;
use tables::{
    Accounts, Availability, Follows, Interactions, Members, Personas, PostingDays, Posts, Rejects, Roster, Samples,
    SetName, Spells, Stays, TableError, Terms, Timestamp, Windows,
};

use crate::evidence::{Evidence, SizeRow, TimesRow};
use crate::family::{Families, Family};
use crate::parts::{Attributes, Part};
use statements::{OBSERVATIONS, ON_LIST, SIZES, TIMES};

pub use statements::{KEPT, Kept, QUERIES, Query, TABLES};

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
        numbers: BTreeMap::new(),
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
    let by_day = families.any(&[Family::TweetsPerDay, Family::Volume, Family::Duration]);
    if by_day {
        loader.posts()?;
        // While little else stands in memory; whose posts these are is known then, so that it changes no account's number.
        if families.has(Family::Language) {
            loader.languages()?;
        }
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
    // Follows, interactions and observations, one after the other: the tables that statements of each ask in common are forgotten
    // before those of the next are made, so that they never stand in memory together.
    if families.any(&[Family::Insularity, Family::Structure]) {
        loader.everybody()?;
        loader.follows(families.has(Family::Insularity))?;
    }
    if families.has(Family::Insularity) {
        loader.stays()?;
    }
    loader.addressed(families)?;
    if families.has(Family::TweetsPerDay) {
        loader.paces()?;
    }
    loader.personas()?;
    // Whether an account is a return, and whose, is asked of its hazard as well.
    if families.any(&[Family::Returns, Family::Survival]) {
        loader.persons()?;
    }
    if families.has(Family::Survival) {
        loader.first_seen()?;
    }
    if families.has(Family::Contrast) {
        loader.last_seen()?;
    }
    loader.forget(&[OBSERVATIONS]);
    if families.has(Family::Location) {
        loader.locations()?;
    }
    if families.has(Family::Language) && !by_day {
        loader.languages()?;
    }
    if families.any(&[Family::Insularity, Family::Influence, Family::Structure]) {
        loader.interactions()?;
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
    /// Accounts by their numbers in `numbers.sql`, once everybody is met.
    numbers: BTreeMap<i64, u32>,
    tallies: Vec<Tally>,
    evidence: Evidence,
}

impl Loader<'_> {
    fn ask(&self, query: Query) -> anyhow::Result<Rows> {
        let rows = self.database.query(query.name, query.text).or_failure(
            || format!("cannot ask the tables of '{}'", self.dir.path().display()),
            ASK_AGAIN,
        );
        // What a statement read came in many small pieces, which stay with the process otherwise.
        stage::heap::give_back();
        rows
    }

    /// Has tables made that statements ask, unless they are there.
    fn keep(&mut self, tables: &[Kept]) -> anyhow::Result<()> {
        for kept in tables {
            if self.kept.insert(kept.table) {
                let shown = || format!("cannot ask the tables of '{}'", self.dir.path().display());
                self.database
                    .keep(kept.table, kept.query.name, kept.query.text)
                    .or_failure(shown, ASK_AGAIN)?;
                stage::heap::give_back();
            }
        }
        Ok(())
    }

    /// Forgets tables that no statement to come asks.
    fn forget(&mut self, tables: &[Kept]) {
        for kept in tables {
            if self.kept.remove(kept.table) {
                self.database.forget(kept.table);
                stage::heap::give_back();
            }
        }
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
