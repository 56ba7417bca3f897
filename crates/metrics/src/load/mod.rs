//! From the tables of `enrich` to the evidence: the SQL files run here, small tables are read as they are.
//!
//! Accounts have their numbers in the order of platform and id, whatever is asked for; rows of the evidence come in the order of the
//! statements.

mod accounts;
mod content;
mod dated_posts;
mod lists;
mod network;
mod numbering;
mod numbers;
mod observations;
mod statements;
mod ties;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Context;
use sql::{Database, Rows};
use stage::{Failure, Remedy, StageDir};
use study::Study;
use tables::{
    Accounts, Availability, Duplicates, Follows, Interactions, Members, Personas, PostingDays, Posts, Rejects, Roster,
    Samples, SetName, Spells, Stays, TableError, Terms, Timestamp, Windows,
};

use crate::evidence::{Evidence, SizeRow, TimesRow};
use crate::family::{Families, Family};
use crate::parts::{Attributes, Part};
use numbers::{Names, OfRows};
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
    dir.table::<Duplicates>()?;
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
    let mut loader = Loader::new(dir, study, seed)?;
    loader.times(families)?;
    loader.number(families)?;
    loader.lists()?;
    loader.sets()?;
    // Parts are counted anew from the members.
    if attributes.is_some()
        || families.any(&[
            Family::Followers,
            Family::TweetsPerDay,
            Family::Volume,
            Family::Location,
            Family::Content,
        ])
    {
        loader.members()?;
    }
    let by_day = families.any(&[Family::TweetsPerDay, Family::Volume, Family::Duration]);
    if by_day {
        loader.posts()?;
        // While little else stands in memory.
        if families.has(Family::Language) {
            loader.languages()?;
        }
    }
    loader.forget_posts();
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
        loader.followed(families.has(Family::Insularity))?;
    }
    if families.any(&[Family::Insularity, Family::Influence]) {
        loader.stays()?;
    }
    loader.interacted(families)?;
    if families.any(&OBSERVED) {
        loader.observations(families)?;
    }
    if families.has(Family::TweetsPerDay) {
        loader.paces()?;
    }
    loader.personas()?;
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
        loader.forget_posts();
    }
    if families.any(&[Family::Insularity, Family::Influence, Family::Structure]) {
        loader.interactions()?;
    }
    loader.evidence.doubt_creations();
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

/// The database as [`load`] asks it, with all tables that are made in Rust and not by the statements that define them: for tests,
/// which hold them to those statements.
///
/// # Errors
/// As [`load`].
pub fn made(dir: &StageDir, study: Study) -> anyhow::Result<Database> {
    let families = Families::new(&[]);
    let mut loader = Loader::new(dir, study, 0)?;
    loader.number(&families)?;
    loader.dated_posts()?;
    loader.observations(&families)?;
    let (ties, addressed) = (loader.ties()?, loader.addressed()?);
    loader.give_ties(ties.all())?;
    loader.give_addressed(&addressed)?;
    Ok(loader.database)
}

/// What to do where a statement fails.
const ASK_AGAIN: &str = "rerun the stage that wrote them; if that does not help, report it with the file's name";

/// Families that ask observations of accounts.
const OBSERVED: [Family; 4] = [
    Family::TweetsPerDay,
    Family::Returns,
    Family::Survival,
    Family::Contrast,
];

struct Loader<'a> {
    dir: &'a StageDir,
    database: Database,
    kept: BTreeSet<&'static str>,
    /// Positions of the windows in the study, by their numbers in the statements, of which the first is 1.
    windows: Vec<usize>,
    samples: BTreeMap<i64, usize>,
    /// Every account by its number, first those that statements have by number, in the order of platform and id.
    names: Names,
    of_rows: OfRows,
    tallies: Vec<Tally>,
    evidence: Evidence,
}

impl<'a> Loader<'a> {
    fn new(dir: &'a StageDir, study: Study, seed: u64) -> anyhow::Result<Self> {
        let samples = study.samples().iter().enumerate();
        Ok(Self {
            dir,
            database: Database::open(dir.path(), &TABLES)
                .with_context(|| format!("cannot ask the tables of '{}'", dir.path().display()))?,
            kept: BTreeSet::new(),
            windows: Vec::new(),
            samples: samples
                .map(|(i, sample)| (sample.last_moment().timestamp_millis(), i))
                .collect(),
            names: Names::default(),
            of_rows: OfRows::default(),
            tallies: Vec::new(),
            evidence: Evidence::none(study, seed),
        })
    }

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

    /// Notes a table that was made in Rust among those that statements ask, unless the database refused it.
    fn given(&mut self, table: Kept, given: Result<(), sql::Error>) -> anyhow::Result<()> {
        self.kept.insert(table.table);
        given.or_failure(
            || format!("cannot ask the tables of '{}'", self.dir.path().display()),
            ASK_AGAIN,
        )
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
        let key = self.key(&rows)?;
        for i in 0..rows.len() {
            let account = self.numbered(key.accounts[i])?;
            let accounts: &mut BTreeSet<u32> = self.evidence.on_list.entry((key.sets[i], key.windows[i])).or_default();
            accounts.insert(account);
        }
        self.evidence.in_set = Arc::new(self.evidence.on_list.clone());
        Ok(())
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
