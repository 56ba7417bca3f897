//! The observer: what is seen of the network, when, and how it is written down. Everything an observer misses (posts not
//! collected, accounts not listed, days without checks) is missed here, and only here.

use std::collections::BTreeMap;
use std::io;

use crate::clock::{DAY_MS, HOUR_MS, rfc3339, year_month};
use crate::people::End;
use crate::raw::shelf::{RawFile, Shelf};
use crate::raw::v11::{Captured, Lookup, Post};
use crate::roster::{ROSTERS, Rosters};
use crate::streams::{Process, below, chance};
use crate::text::{Composed, compose};
use crate::words;
use crate::world::{Party, World, Written};

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
            Self::Check => "availability_check",
            Self::Follow => "follow",
            Self::Roster => "roster_row",
            Self::Persona => "persona_row",
        }
    }
}

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
        if !world.params.outages.contains(&day) {
            self.plan_requests(world, rosters, day, now);
        }
        // Popped from the end.
        self.tasks.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        Ok(())
    }

    fn plan_requests(&mut self, world: &World, rosters: &Rosters, day: u32, now: i64) {
        let patient = |gone: &BTreeMap<Party, i64>, party: &Party| {
            gone.get(party).is_none_or(|since| now - since < PATIENCE_DAYS * DAY_MS)
        };
        let mut watched: Vec<Party> = rosters
            .listings
            .iter()
            .filter(|l| l.listed_ms <= now + 5 * HOUR_MS)
            .map(|l| Party::Inside(u32::try_from(l.account).unwrap_or(u32::MAX)))
            .collect();
        watched.sort_unstable();
        watched.dedup();
        watched.retain(|party| patient(&self.gone, party));
        let (from, length) = world.params.daily_lookups;
        let in_window = (from..from + length).contains(&day);
        let fetch_days = [
            3,
            from / 2,
            from,
            from + length - 1,
            world.params.days.saturating_sub(6),
        ];
        if fetch_days.contains(&day) {
            let rng = &mut world.streams.of(Process::FollowLists, 0, day);
            let mut at = now + 14 * HOUR_MS;
            for party in &watched {
                if let Party::Inside(account) = party
                    && chance(rng, 0.16)
                {
                    self.tasks.push((at, Task::FetchLists(*account as usize)));
                    at += 20_000;
                }
            }
        }
        let mut asked = watched.clone();
        if day % 14 == 4 || day == from + 1 {
            let known: Vec<Party> = self
                .seen_in_lists
                .iter()
                .filter(|(party, n)| {
                    **n >= CANDIDATE_MENTIONS && watched.binary_search(party).is_err() && patient(&self.gone, party)
                })
                .map(|(party, _)| *party)
                .collect();
            asked.extend(known.into_iter().take(3 * world.params.people as usize / 2));
        }
        for (n, batch) in asked.chunks(BATCH).enumerate() {
            self.tasks
                .push((now + 6 * HOUR_MS + 2000 * n as i64, Task::Check(batch.to_vec())));
        }
        if in_window || day % 3 == 1 {
            for (n, batch) in asked.chunks(BATCH).enumerate() {
                self.tasks
                    .push((now + 12 * HOUR_MS + 2000 * n as i64, Task::Lookup(batch.to_vec())));
            }
        }
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

    fn check(&mut self, world: &World, batch: &[Party], at: i64, day: u32) -> io::Result<()> {
        for party in batch {
            let rng = &mut world.streams.of(Process::Lookups, party_key(*party), day);
            if chance(rng, 0.01) {
                continue;
            }
            let profile = world.profile(*party, at);
            let (mut state, mut detail) = ("active", String::new());
            if let Party::Inside(a) = party {
                let account = &world.accounts[*a as usize];
                match account.end.filter(|(end, _)| *end <= at) {
                    Some((_, End::Suspended)) => {
                        (state, detail) = ("suspended", "63 User has been suspended.".to_owned())
                    }
                    Some((_, End::Deactivated)) => {
                        let by_handle = account.id >> 22 & 3 == 0;
                        state = if by_handle { "not_found" } else { "deactivated" };
                        detail = "50 User not found.".to_owned();
                    }
                    None if account.protected_at(at) => {
                        (state, detail) = ("protected", "179 Not authorized.".to_owned())
                    }
                    None => {
                        // A handle changed since yesterday's check.
                        let before = account.handle_at(at - DAY_MS);
                        if before != profile.handle && account.created_ms < at - DAY_MS {
                            (state, detail) = ("renamed", format!("was {before}"));
                        }
                    }
                }
            }
            if chance(rng, 0.003) {
                (state, detail) = ("unknown", "130 Over capacity".to_owned());
            } else if matches!(state, "suspended" | "deactivated" | "not_found") {
                self.gone.entry(*party).or_insert(at);
            }
            writeln!(
                self.checks.file,
                "{},{},{},{state},{detail}",
                profile.id,
                profile.handle,
                rfc3339(at)
            )?;
            self.note("availability.csv", Entry::Check);
        }
        let rng = &mut world.streams.of(Process::Damage, 1, day);
        if chance(rng, 0.01) {
            writeln!(self.checks.file, ",,{},active,", rfc3339(at))?;
            self.note("availability.csv", Entry::BadRow);
        }
        Ok(())
    }

    fn look_up(&mut self, world: &World, batch: &[Party], at: i64, day: u32) -> io::Result<()> {
        let Some(name) = self.lookups.as_ref().map(|open| open.name.clone()) else {
            return Ok(());
        };
        for party in batch {
            let rng = &mut world.streams.of(Process::Lookups, party_key(*party) | 1 << 48, day);
            let alive = match party {
                Party::Inside(a) => world.accounts[*a as usize].alive_at(at),
                Party::Outside(_) => true,
            };
            if !alive || chance(rng, 0.02) {
                continue;
            }
            let profile = world.profile(*party, at);
            self.line.clear();
            let lookup = Lookup {
                profile: &profile,
                observed_at: rfc3339(at),
                simulated: true,
            };
            serde_json::to_writer(&mut self.line, &lookup)?;
            self.line.push(b'\n');
            let copies = if chance(rng, 0.002) { 2 } else { 1 };
            for copy in 0..copies {
                if let Some(open) = &mut self.lookups {
                    open.file.write_all(&self.line)?;
                }
                self.note(&name, if copy == 0 { Entry::Lookup } else { Entry::Copy });
            }
        }
        let rng = &mut world.streams.of(Process::Damage, 2, day);
        if chance(rng, 0.004)
            && let Some(open) = &mut self.lookups
        {
            let cut = self.line.len() / 3;
            open.file.write_all(&self.line[..cut])?;
            open.file.write_all(b"\n")?;
            self.note(&name, Entry::Cut);
        }
        Ok(())
    }

    fn fetch_lists(&mut self, world: &World, account: usize, at: i64) -> io::Result<()> {
        if !world.accounts[account].alive_at(at) || world.accounts[account].protected_at(at) {
            return Ok(());
        }
        let own = Party::Inside(u32::try_from(account).unwrap_or(u32::MAX));
        let id = |party: Party| match party {
            Party::Inside(a) => world.accounts[a as usize].id,
            Party::Outside(o) => world.outsiders[o as usize].id,
        };
        let when = rfc3339(at);
        let followers = world.graph.followers(account).iter().map(|a| Party::Inside(*a)).chain(
            world
                .graph
                .outside_followers(account)
                .iter()
                .map(|o| Party::Outside(*o)),
        );
        let following = world.graph.following(account).iter().map(|a| Party::Inside(*a)).chain(
            world.people[world.accounts[account].person]
                .reads
                .iter()
                .map(|o| Party::Outside(*o)),
        );
        let mut rows = 0;
        for (follower, followed) in followers.map(|f| (f, own)).chain(following.map(|f| (own, f))) {
            writeln!(self.follows.file, "{},{},{when}", id(follower), id(followed))?;
            let other = if follower == own { followed } else { follower };
            *self.seen_in_lists.entry(other).or_default() += 1;
            rows += 1;
        }
        *self
            .written
            .entry(("follows.csv".to_owned(), Entry::Follow))
            .or_default() += rows;
        if account % 97 == 5 {
            writeln!(self.follows.file, "{},,{when}", id(own))?;
            self.note("follows.csv", Entry::BadRow);
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
            world.params.unlisted_post_share
        };
        let rng = &mut world.streams.of(Process::Collection, post.id, 0);
        if !chance(rng, share * world.params.post_share) {
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
        let (from, length) = world.params.daily_lookups;
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

    /// Yesterday's sample is fetched again by id: counts have grown, and what is gone stays missing.
    fn refetch(&mut self, world: &World, at: i64, _day: u32) -> io::Result<()> {
        for post in std::mem::take(&mut self.collected_yesterday) {
            let lost = |party: Party| match party {
                Party::Inside(a) => {
                    let account = &world.accounts[a as usize];
                    !account.alive_at(at) || account.protected_at(at)
                }
                Party::Outside(_) => false,
            };
            if lost(post.author) || post.reposted.as_ref().is_some_and(|of| lost(of.author)) {
                continue;
            }
            let mut post = post;
            if let Some(quoted) = post.quoted.take_if(|of| !lost(of.author)) {
                post.quoted = Some(quoted);
            }
            if let Some((reposts, likes)) = world.reactions(&post) {
                (post.reposts, post.likes) = (reposts, likes);
            }
            let shown = show(world, &post, at);
            self.line.clear();
            let captured = Captured {
                post: &shown,
                timestamp_ms: post.at_ms.to_string(),
                observed_at: Some(rfc3339(at)),
                simulated: true,
            };
            serde_json::to_writer(&mut self.line, &captured)?;
            self.line.push(b'\n');
            self.refetched.file.write_all(&self.line)?;
            self.note("tweets-refetched.jsonl.gz", Entry::Refetch);
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

    fn write_rosters(&mut self, world: &World, rosters: &Rosters) -> io::Result<()> {
        let mut file = self.shelf.create("roster.csv")?;
        file.write_all(b"roster,handle,account_id,listed_at,unlisted_at\n")?;
        let end = world.midnight(world.params.days);
        let mut listings: Vec<_> = rosters.listings.iter().filter(|l| l.listed_ms < end).collect();
        listings.sort_by_key(|l| (l.roster, l.listed_ms, l.account));
        for listing in listings {
            let id = if listing.with_id {
                world.accounts[listing.account].id.to_string()
            } else {
                String::new()
            };
            let unlisted = listing
                .unlisted_ms
                .filter(|at| *at < end)
                .map(rfc3339)
                .unwrap_or_default();
            let roster = ROSTERS[listing.roster].0;
            writeln!(
                file,
                "{roster},{},{id},{},{unlisted}",
                listing.handle,
                rfc3339(listing.listed_ms)
            )?;
            self.note("roster.csv", Entry::Roster);
        }
        writeln!(file, "second,,,{},", rfc3339(world.start_ms))?;
        self.note("roster.csv", Entry::BadRow);
        file.finish()
    }

    /// Who is whose next account, as somebody who knew would write it down by hand.
    fn write_personas(&mut self, world: &World) -> io::Result<()> {
        let mut file = self.shelf.create("personas.csv")?;
        file.write_all(b"account_id,person_id,return_number\n")?;
        for (index, person) in world.people.iter().enumerate() {
            for account in &person.accounts {
                let account = &world.accounts[*account];
                writeln!(file, "{},{},{}", account.id, person_id(index), account.return_number)?;
                self.note("personas.csv", Entry::Persona);
            }
        }
        file.finish()
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

/// A post as it shows at a moment.
fn show(world: &World, post: &Written, at_ms: i64) -> Post {
    // A day far beyond the period: the words of a post never share numbers with its making.
    let rng = &mut world.streams.of(Process::Words, post.words, 1 << 20);
    let tongue = match post.author {
        Party::Inside(a) => world.people[world.accounts[a as usize].person].tongue,
        Party::Outside(_) => crate::text::Tongue::English,
    };
    let client = {
        let mut at = u32::try_from(below(rng, 100)).unwrap_or(0);
        let mut client = words::CLIENTS[0];
        for candidate in words::CLIENTS {
            client = *candidate;
            if at < candidate.2 {
                break;
            }
            at -= candidate.2;
        }
        (client.0, client.1)
    };
    let place = if chance(rng, 0.006) {
        let home = match post.author {
            Party::Inside(a) => world.people[world.accounts[a as usize].person].in_theatre,
            Party::Outside(_) => false,
        };
        let ((lat, lon), spread) = if home { ((34.5, 41.5), 1.5) } else { ((51.5, -0.5), 1.0) };
        let mut near = |at: f64| ((at + spread * (crate::streams::unit(rng) - 0.5)) * 1e5).round() / 1e5;
        Some((near(lat), near(lon)))
    } else {
        None
    };
    let nested = |of: &Option<Box<Written>>| of.as_ref().map(|of| Box::new(show(world, of, at_ms)));
    let (reposted, quoted) = (nested(&post.reposted), nested(&post.quoted));
    let body = if let Some(of) = &reposted {
        passed_on(of)
    } else {
        let addressed = post.reply_to.as_ref().map(|(_, id, handle)| (*id, handle.as_str()));
        let mentioned = post.mentioned.as_ref().map(|(id, handle)| (*id, handle.as_str()));
        let mut body = compose(rng, tongue, addressed, mentioned);
        if let Some(of) = &quoted {
            let full = format!("https://twitter.example/{}/status/{}", of.author.handle, of.id);
            body.link(format!("https://t.example/q{:07x}", of.id & 0xfff_ffff), full);
        }
        body
    };
    Post {
        id: post.id,
        at_ms: post.at_ms,
        body,
        author: world.profile(post.author, at_ms),
        client: if reposted.is_some() {
            pick_client(client)
        } else {
            client
        },
        reply_to: post.reply_to.clone(),
        reposted,
        quoted,
        reposts: post.reposts,
        likes: post.likes,
        place,
    }
}

/// Scheduling clients do not pass on what others wrote.
fn pick_client(client: (&'static str, &'static str)) -> (&'static str, &'static str) {
    if client.0 == words::CLIENTS[3].0 {
        (words::CLIENTS[0].0, words::CLIENTS[0].1)
    } else {
        client
    }
}

/// `RT @handle: text`, with the entities moved behind the prefix.
fn passed_on(of: &Post) -> Composed {
    let mut body = Composed {
        lang: of.body.lang,
        text: "RT".to_owned(),
        length: 2,
        ..Composed::default()
    };
    body.mention(of.author.id, &of.author.handle);
    let shift = body.length + 2;
    body.text.push_str(": ");
    body.text.push_str(&of.body.text);
    body.length = shift + of.body.length;
    let moved = |from: usize, to: usize| (from + shift, to + shift);
    for span in &of.body.hashtags {
        let (from, to) = moved(span.from, span.to);
        body.hashtags.push(crate::text::Span {
            value: span.value,
            from,
            to,
        });
    }
    for span in &of.body.urls {
        let (from, to) = moved(span.from, span.to);
        body.urls.push(crate::text::Span {
            value: span.value.clone(),
            from,
            to,
        });
    }
    for span in &of.body.mentions {
        let (from, to) = moved(span.from, span.to);
        body.mentions.push(crate::text::Span {
            value: span.value.clone(),
            from,
            to,
        });
    }
    body
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
