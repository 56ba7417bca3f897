//! The observer: what is seen of the network, when, and how it is written down. Everything an observer misses (posts not
//! collected, accounts not listed, days without checks) is missed here, and only here.

use std::collections::{BTreeMap, VecDeque};
use std::io;

use crate::clock::{DAY_MS, HOUR_MS, rfc3339, year_month};
use crate::people::End;
use crate::raw::press::{FileId, Press, Setting};
use crate::raw::shelf::{PERSONAS, Shelf};
use crate::raw::{Compress, Format, Holds, Record};
use crate::roster::{ROSTERS, Rosters};
use crate::streams::{Process, below, chance};
use crate::truth::book::{KINDS, addressed};
use crate::world::{Party, Single, World, Written};

mod capture;
mod entry;
mod lists;
mod requests;
mod stream;

pub use capture::Capture;
pub use entry::Entry;

use capture::capture;

/// How the observer works: what an option says of it, where the parameters say what it meets.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Manner {
    /// Format of posts and looked-up accounts.
    pub format: Format,
    /// Compression of their files.
    pub compress: Compress,
    /// Instead of a share of posts as they come: so many newest posts of each watched account at each look-up.
    pub newest: Option<usize>,
    /// When watched accounts are looked up.
    pub lookups: Lookups,
}

/// When watched accounts are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Lookups {
    /// Daily in the quiet window, every few days outside it, as the parameters say.
    #[default]
    Sampled,
    /// Every day.
    Daily,
}

impl Lookups {
    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sampled => "sampled",
            Self::Daily => "daily",
        }
    }
}

#[derive(Debug, Clone)]
enum Task {
    Check(Vec<Party>),
    Lookup(Vec<Party>),
    FetchLists(usize),
    Refetch,
    Event(usize),
}

/// Days after which an account known to be gone is no longer asked for.
const PATIENCE_DAYS: i64 = 10;
/// Accounts per request.
const BATCH: usize = 100;
/// Times an account must stand in fetched lists before the observer takes an interest in it.
const CANDIDATE_MENTIONS: u32 = 3;

/// The files that are written all the time.
struct Files {
    stream: FileId,
    lookups: FileId,
    overlap: FileId,
    refetched: FileId,
    checks: FileId,
    follows: FileId,
}

/// What was seen of one account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Posts collected, copies not counted.
    pub posts: u64,
    /// Of them, those that address somebody, by kind in the order of [`KINDS`].
    pub addressed: [u64; KINDS.len()],
    /// Followers in lists that were fetched.
    pub followers_fetched: u64,
    /// Look-ups that found it.
    pub lookups: u64,
    /// Checks that answered.
    pub checks: u64,
    /// First moment it was seen to be gone, milliseconds since 1970.
    pub gone_ms: Option<i64>,
}

/// An account's latest posts, for an observer who takes the newest.
#[derive(Debug, Clone, Default)]
struct Timeline {
    posts: VecDeque<Written>,
    /// The newest that was taken before.
    taken: u64,
}

/// The observer at work.
pub struct Observer<'a> {
    press: Press<'a>,
    manner: Manner,
    files: Files,
    tasks: Vec<(i64, Task)>,
    /// First moment an account was seen to be gone.
    gone: BTreeMap<Party, i64>,
    seen_in_lists: BTreeMap<Party, u32>,
    /// Collected posts that are to be fetched again, by day.
    refetches: BTreeMap<u32, Vec<Written>>,
    timelines: BTreeMap<u32, Timeline>,
    written: BTreeMap<(FileId, Entry), u64>,
    accounts: BTreeMap<u32, Seen>,
    /// Collected posts that have an occasion (copies of campaigns, announcements, shout-outs): their ids.
    occasions: Vec<u64>,
}

/// What the observer holds in the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Entries by file.
    pub written: BTreeMap<(String, Entry), u64>,
    /// What was seen of each account of the network.
    pub accounts: BTreeMap<u32, Seen>,
    /// Ids of the collected posts that have an occasion (copies of campaigns, announcements, shout-outs), in order.
    pub occasions: Vec<u64>,
    /// Format, which says how ids are written.
    pub format: Format,
}

fn monthly(press: &mut Press<'_>, manner: Manner, holds: Holds, at_ms: i64) -> io::Result<FileId> {
    let prefix = match holds {
        Holds::Posts => "tweets-stream",
        Holds::Accounts => "users",
    };
    let name = file_name(manner, &format!("{prefix}-{}", year_month(at_ms)));
    match press.file(&name) {
        Some(file) => Ok(file),
        None => press.open(&name, manner.format.header(holds)),
    }
}

/// A file of posts or accounts, named for its platform, format and compression.
fn file_name(manner: Manner, stem: &str) -> String {
    let stem = match manner.format {
        Format::Bluesky => stem.replace("tweets", "posts"),
        Format::V11 | Format::V2 | Format::Csv => stem.to_owned(),
    };
    format!("{stem}.{}{}", manner.format.ending(), manner.compress.suffix())
}

impl<'a> Observer<'a> {
    /// Opens the files that span the whole period.
    ///
    /// # Errors
    /// What the shelf says.
    pub fn new(world: &World, manner: Manner, shelf: &'a dyn Shelf, threads: usize) -> io::Result<Self> {
        let setting = Setting {
            format: manner.format,
            compress: manner.compress,
            streams: world.streams,
        };
        let mut press = Press::new(shelf, setting, threads);
        let posts = manner.format.header(Holds::Posts);
        let files = Files {
            stream: monthly(&mut press, manner, Holds::Posts, world.start_ms)?,
            lookups: monthly(&mut press, manner, Holds::Accounts, world.start_ms)?,
            overlap: press.open(&file_name(manner, "tweets-overlap"), posts)?,
            refetched: press.open(&file_name(manner, "tweets-refetched"), posts)?,
            checks: press.open("availability.csv", "account_id,handle,observed_at,state,detail\n")?,
            follows: press.open("follows.csv", "follower_id,followed_id,observed_at\n")?,
        };
        Ok(Self {
            press,
            manner,
            files,
            tasks: Vec::new(),
            gone: BTreeMap::new(),
            seen_in_lists: BTreeMap::new(),
            refetches: BTreeMap::new(),
            timelines: BTreeMap::new(),
            written: BTreeMap::new(),
            accounts: BTreeMap::new(),
            occasions: Vec::new(),
        })
    }

    fn put(&mut self, file: FileId, entry: Entry, record: Record) -> io::Result<()> {
        *self.written.entry((file, entry)).or_default() += 1;
        self.press.put(file, record)
    }

    fn put_row(&mut self, file: FileId, entry: Entry, row: String) -> io::Result<()> {
        self.put(file, entry, Record::Line(row.into_bytes()))
    }

    fn seen(&mut self, party: Party) -> Option<&mut Seen> {
        match party {
            Party::Inside(a) => Some(self.accounts.entry(a).or_default()),
            Party::Outside(_) => None,
        }
    }

    /// Plans the day: what is asked, and when.
    ///
    /// # Errors
    /// What the shelf says.
    pub fn begin_day(&mut self, world: &World, rosters: &Rosters, day: u32) -> io::Result<()> {
        let now = world.midnight(day);
        self.files.stream = monthly(&mut self.press, self.manner, Holds::Posts, now)?;
        self.files.lookups = monthly(&mut self.press, self.manner, Holds::Accounts, now)?;
        // What has ended shows its posts no more.
        self.timelines
            .retain(|account, _| world.accounts[*account as usize].alive_at(now));
        self.tasks.clear();
        self.tasks.push((now + 18 * HOUR_MS, Task::Refetch));
        let watched = self.watched(rosters, now);
        if self.manner.format.has_account_events() {
            self.plan_events(world, &watched, day, now);
        }
        if !world.params.observer.outages.contains(&day) {
            self.plan_requests(world, &watched, day, now);
        }
        // Popped from the end.
        self.tasks.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        Ok(())
    }

    /// Does everything planned up to a moment.
    ///
    /// # Errors
    /// What the shelf says.
    pub fn until(&mut self, world: &World, at_ms: i64, day: u32) -> io::Result<()> {
        while self.tasks.last().is_some_and(|(at, _)| *at <= at_ms) {
            let Some((at, task)) = self.tasks.pop() else { break };
            match task {
                Task::Check(batch) => self.check(world, &batch, at, day)?,
                Task::Lookup(batch) => self.look_up(world, &batch, at, day)?,
                Task::FetchLists(account) => self.fetch_lists(world, account, at)?,
                Task::Refetch => self.refetch(world, at, day)?,
                Task::Event(account) => self.event(world, account, at)?,
            }
        }
        Ok(())
    }

    /// Closes all files, after writing the roster and the hand-checked personas.
    ///
    /// # Errors
    /// What the shelf says.
    pub fn finish(mut self, world: &World, rosters: &Rosters) -> io::Result<Holdings> {
        self.write_rosters(world, rosters)?;
        self.write_personas(world)?;
        for (party, at) in std::mem::take(&mut self.gone) {
            if let Some(seen) = self.seen(party) {
                seen.gone_ms = Some(at);
            }
        }
        let name = |file: FileId| self.press.name(file).to_owned();
        let written = self
            .written
            .iter()
            .map(|((file, entry), n)| ((name(*file), *entry), *n))
            .collect();
        self.occasions.sort_unstable();
        self.press.finish()?;
        Ok(Holdings {
            written,
            accounts: self.accounts,
            occasions: self.occasions,
            format: self.manner.format,
        })
    }
}

/// The name of a person in truth tables and persona files.
#[must_use]
pub fn person_id(index: usize) -> String {
    format!("p{:06}", index + 1)
}

/// A party's place in streams of chance.
fn party_key(world: &World, party: Party) -> u64 {
    match party {
        Party::Inside(account) => world.entity(account as usize),
        Party::Outside(outsider) => u64::from(outsider) | 1 << 40,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn person_ids_sort_as_they_count() {
        assert_eq!(person_id(0), "p000001");
        assert!(person_id(9) < person_id(10));
    }
}
