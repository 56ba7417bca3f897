//! The observer: what is seen of the network, when, and how it is written down. Everything an observer misses (posts not
//! collected, accounts not listed, days without checks) is missed here, and only here.

use std::collections::BTreeMap;
use std::io;

use crate::clock::{DAY_MS, HOUR_MS, rfc3339, year_month};
use crate::people::End;
use crate::raw::shelf::{PERSONAS, RawFile, Shelf};
use crate::raw::v11::{Captured, Lookup, Post};
use crate::roster::{ROSTERS, Rosters};
use crate::streams::{Process, below, chance};
use crate::text::Composed;
use crate::words;
use crate::world::{Party, World, Written};
mod entry;
mod lists;
mod requests;
mod show;

pub use entry::Entry;
use show::show;

#[derive(Debug, Clone)]
enum Task {
    Check(Vec<Party>),
    Lookup(Vec<Party>),
    FetchLists(usize),
    Refetch,
}

struct Open {
    name: String,
    file: Box<dyn RawFile>,
}

/// Days after which an account known to be gone is no longer asked for.
const PATIENCE_DAYS: i64 = 10;
/// Accounts per request.
const BATCH: usize = 100;
/// Times an account must stand in fetched lists before the observer takes an interest in it.
const CANDIDATE_MENTIONS: u32 = 3;

/// The observer at work.
pub struct Observer<'a> {
    shelf: &'a dyn Shelf,
    stream: Option<Open>,
    lookups: Option<Open>,
    overlap: Open,
    refetched: Open,
    checks: Open,
    follows: Open,
    tasks: Vec<(i64, Task)>,
    /// First moment an account was seen to be gone.
    gone: BTreeMap<Party, i64>,
    seen_in_lists: BTreeMap<Party, u32>,
    collected_today: Vec<Written>,
    collected_yesterday: Vec<Written>,
    line: Vec<u8>,
    written: BTreeMap<(String, Entry), u64>,
    collected: BTreeMap<u32, u64>,
}

/// What the observer holds in the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Entries by file.
    pub written: BTreeMap<(String, Entry), u64>,
    /// Posts collected by account, copies not counted.
    pub collected: BTreeMap<u32, u64>,
}

impl<'a> Observer<'a> {
    /// Opens the files that span the whole period.
    ///
    /// # Errors
    /// What the shelf says.
    pub fn new(shelf: &'a dyn Shelf) -> io::Result<Self> {
        let open = |name: &str| {
            shelf.create(name).map(|file| Open {
                name: name.to_owned(),
                file,
            })
        };
        let mut observer = Self {
            shelf,
            stream: None,
            lookups: None,
            overlap: open("tweets-overlap.jsonl.gz")?,
            refetched: open("tweets-refetched.jsonl.gz")?,
            checks: open("availability.csv")?,
            follows: open("follows.csv")?,
            tasks: Vec::new(),
            gone: BTreeMap::new(),
            seen_in_lists: BTreeMap::new(),
            collected_today: Vec::new(),
            collected_yesterday: Vec::new(),
            line: Vec::new(),
            written: BTreeMap::new(),
            collected: BTreeMap::new(),
        };
        observer
            .checks
            .file
            .write_all(b"account_id,handle,observed_at,state,detail\n")?;
        observer
            .follows
            .file
            .write_all(b"follower_id,followed_id,observed_at\n")?;
        Ok(observer)
    }

    fn note(&mut self, file: &str, entry: Entry) {
        *self.written.entry((file.to_owned(), entry)).or_default() += 1;
    }

    /// Plans the day: what is asked, and when.
    ///
    /// # Errors
    /// What the shelf says.
    pub fn begin_day(&mut self, world: &World, rosters: &Rosters, day: u32) -> io::Result<()> {
        let now = world.midnight(day);
        self.turn_month(now)?;
        self.collected_yesterday = std::mem::take(&mut self.collected_today);
        self.tasks.clear();
        self.tasks.push((now + 18 * HOUR_MS, Task::Refetch));
        if !world.params.observer.outages.contains(&day) {
            self.plan_requests(world, rosters, day, now);
        }
        // Popped from the end.
        self.tasks.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        Ok(())
    }

    /// The stream and the lookups begin a new file with each month.
    fn turn_month(&mut self, now: i64) -> io::Result<()> {
        let month = year_month(now);
        for (slot, prefix) in [(&mut self.stream, "tweets-stream"), (&mut self.lookups, "users")] {
            let name = format!("{prefix}-{month}.jsonl.gz");
            if slot.as_ref().is_none_or(|open| open.name != name) {
                if let Some(open) = slot.take() {
                    open.file.finish()?;
                }
                *slot = Some(Open {
                    file: self.shelf.create(&name)?,
                    name,
                });
            }
        }
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
            }
        }
        Ok(())
    }

    /// A post was written; perhaps it is collected.
    ///
    /// # Errors
    /// What the shelf says.
    pub fn see(&mut self, world: &World, listed: &[usize], post: &Written, day: u32) -> io::Result<()> {
        let Party::Inside(author) = post.author else {
            return Ok(());
        };
        let author = author as usize;
        if world.accounts[author].protected_at(post.at_ms) {
            return Ok(());
        }
        let share = if listed.binary_search(&author).is_ok() {
            1.0
        } else {
            world.params.observer.unlisted_post_share
        };
        let rng = &mut world.streams.of(Process::Collection, post.id, 0);
        if !chance(rng, share * world.params.observer.post_share) {
            return Ok(());
        }
        let shown = show(world, post, post.at_ms);
        self.line.clear();
        let captured = Captured {
            post: &shown,
            timestamp_ms: post.at_ms.to_string(),
            observed_at: None,
            simulated: true,
        };
        serde_json::to_writer(&mut self.line, &captured)?;
        self.line.push(b'\n');
        let Some(name) = self.stream.as_ref().map(|open| open.name.clone()) else {
            return Ok(());
        };
        if let Some(open) = &mut self.stream {
            open.file.write_all(&self.line)?;
        }
        self.note(&name, Entry::Post);
        *self.collected.entry(author as u32).or_default() += 1;
        // A second collection ran beside the first during the daily window and saw part of the same stream.
        let (from, length) = world.params.period.quiet;
        if (from..from + length).contains(&day) && chance(rng, 0.15) {
            self.overlap.file.write_all(&self.line)?;
            self.note("tweets-overlap.jsonl.gz", Entry::Copy);
        }
        if chance(rng, 0.06) {
            self.collected_today.push(post.clone());
        }
        self.disturb(world, post, &name)
    }

    /// What else a stream carries: notices, cut lines, things that are no posts.
    fn disturb(&mut self, world: &World, post: &Written, name: &str) -> io::Result<()> {
        let rng = &mut world.streams.of(Process::Damage, post.id, 0);
        let Some(open) = &mut self.stream else { return Ok(()) };
        let entry = match below(rng, 8000) {
            0..=19 => {
                let (id, user) = (post.id, world.profile(post.author, post.at_ms).id);
                writeln!(
                    open.file,
                    "{{\"delete\":{{\"status\":{{\"id\":{id},\"id_str\":\"{id}\",\"user_id\":{user},\"user_id_str\":\"{user}\"}},\
                     \"timestamp_ms\":\"{}\"}},\"simulated\":true}}",
                    post.at_ms + 40_000
                )?;
                // Who deletes a post takes it from a later fetch too.
                self.collected_today.retain(|kept| kept.id != post.id);
                Entry::Deletion
            }
            20..=29 => {
                let track = 1 + below(rng, 500);
                let at = post.at_ms;
                writeln!(
                    open.file,
                    "{{\"limit\":{{\"track\":{track},\"timestamp_ms\":\"{at}\"}},\"simulated\":true}}"
                )?;
                Entry::Limit
            }
            30..=33 => {
                let cut = self.line.len() / 2;
                // A cut in the middle of a character would make two faults of one.
                let cut = (0..=cut).rev().find(|at| self.line[*at].is_ascii()).unwrap_or(0);
                open.file.write_all(&self.line[..cut])?;
                open.file.write_all(b"\n")?;
                Entry::Cut
            }
            34..=36 => {
                writeln!(open.file, "{{\"note\":\"the kettle is on\",\"simulated\":true}}")?;
                Entry::Foreign
            }
            37..=38 => {
                open.file
                    .write_all(b"{\"text\":\"tea \xff\xfe and bread\",\"simulated\":true}\n")?;
                Entry::Mojibake
            }
            _ => return Ok(()),
        };
        self.note(name, entry);
        Ok(())
    }

    /// Closes all files, after writing the roster and the hand-checked personas.
    ///
    /// # Errors
    /// What the shelf says.
    pub fn finish(mut self, world: &World, rosters: &Rosters) -> io::Result<Holdings> {
        self.write_rosters(world, rosters)?;
        self.write_personas(world)?;
        for open in [self.stream, self.lookups].into_iter().flatten() {
            open.file.finish()?;
        }
        for open in [self.overlap, self.refetched, self.checks, self.follows] {
            open.file.finish()?;
        }
        Ok(Holdings {
            written: self.written,
            collected: self.collected,
        })
    }
}

/// The name of a person in truth tables and persona files.
#[must_use]
pub fn person_id(index: usize) -> String {
    format!("p{:06}", index + 1)
}

fn party_key(party: Party) -> u64 {
    match party {
        Party::Inside(a) => u64::from(a),
        Party::Outside(o) => u64::from(o) | 1 << 40,
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
