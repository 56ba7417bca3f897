//! What the observer asks for: checks, lookups, follower lists.

use super::*;
use crate::streams::{Random, mixed};

/// A day beyond all periods, for what is drawn once and for all.
const BEYOND: u32 = 1 << 20;

impl Observer<'_> {
    /// Listed accounts that were not seen gone for long, in order.
    pub(super) fn watched(&self, rosters: &Rosters, now: i64) -> Vec<Party> {
        let mut watched: Vec<Party> = rosters
            .listings
            .iter()
            .filter(|l| l.listed_ms <= now + 5 * HOUR_MS)
            .map(|l| Party::Inside(l.account as u32))
            .collect();
        watched.sort_unstable();
        watched.dedup();
        watched.retain(|party| self.patient(*party, now));
        watched
    }

    fn patient(&self, party: Party, now: i64) -> bool {
        self.gone
            .get(&party)
            .is_none_or(|since| now - since < PATIENCE_DAYS * DAY_MS)
    }

    pub(super) fn plan_requests(&mut self, world: &World, watched: &[Party], day: u32, now: i64) {
        let (from, length) = world.params.period.quiet;
        let in_window = (from..from + length).contains(&day);
        let fetch_days = [
            3,
            from / 2,
            from,
            (from + length).saturating_sub(1),
            world.params.period.days.saturating_sub(6),
        ];
        if fetch_days.contains(&day) {
            let mut at = now + 14 * HOUR_MS;
            for party in watched {
                let rng = &mut world.streams.of(Process::FollowLists, party_key(world, *party), day);
                if let Party::Inside(account) = party
                    && chance(rng, world.params.observer.follow_lists_share)
                {
                    self.tasks.push((at, Task::FetchLists(*account as usize)));
                    // Lists of thousands take a while; no more than a night is spent on all.
                    at += (8 * HOUR_MS / watched.len().max(1) as i64).min(20_000);
                }
            }
        }
        let mut asked = watched.to_vec();
        if day % 14 == 4 || day == from + 1 {
            let known: Vec<Party> = self
                .seen_in_lists
                .iter()
                .filter(|(party, n)| {
                    **n >= CANDIDATE_MENTIONS && watched.binary_search(party).is_err() && self.patient(**party, now)
                })
                .map(|(party, _)| *party)
                .collect();
            asked.extend(known.into_iter().take(3 * world.params.people.at_first as usize / 2));
        }
        // Two seconds a request, or faster where there are many: all are done within four hours.
        let pace = |requests: usize| (4 * HOUR_MS / requests.max(1) as i64).min(2000);
        let batches = asked.chunks(BATCH);
        let gap = pace(batches.len());
        for (n, batch) in batches.enumerate() {
            self.tasks
                .push((now + 6 * HOUR_MS + gap * n as i64, Task::Check(batch.to_vec())));
        }
        let every = world.params.observer.lookup_every_days;
        let due = day % every == 1 % every;
        if in_window || due || self.manner.lookups == Lookups::Daily {
            for (n, batch) in asked.chunks(BATCH).enumerate() {
                self.tasks
                    .push((now + 12 * HOUR_MS + gap * n as i64, Task::Lookup(batch.to_vec())));
            }
        }
    }

    /// Ends and new handles of watched accounts on a day, as a stream of events tells them.
    pub(super) fn plan_events(&mut self, world: &World, watched: &[Party], day: u32, now: i64) {
        if world.params.observer.stream_outages.contains(&day) {
            return;
        }
        let today = now..now + DAY_MS;
        for party in watched {
            let Party::Inside(a) = party else { continue };
            let account = &world.accounts[*a as usize];
            let end = account.end.map(|(at, _)| at);
            let renamed = account.handles.iter().skip(1).map(|(since, _)| *since);
            for at in end.into_iter().chain(renamed).filter(|at| today.contains(at)) {
                self.tasks.push((at, Task::Event(*a as usize)));
            }
        }
    }

    pub(super) fn check(&mut self, world: &World, batch: &[Party], at: i64, day: u32) -> io::Result<()> {
        let format = self.manner.format;
        for party in batch {
            let rng = &mut world.streams.of(Process::Lookups, party_key(world, *party), day);
            if chance(rng, 0.01) {
                continue;
            }
            let named = world.name_of(*party, at);
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
                        if before != named.handle && account.created_ms < at - DAY_MS {
                            (state, detail) = ("renamed", format!("was {}", format.handle(before)));
                        }
                    }
                }
            }
            if chance(rng, 0.003) {
                (state, detail) = ("unknown", "130 Over capacity".to_owned());
            } else if matches!(state, "suspended" | "deactivated" | "not_found") {
                self.gone.entry(*party).or_insert(at);
            }
            if let Some(seen) = self.seen(*party) {
                seen.checks += u64::from(state != "unknown");
            }
            let (id, handle) = (format.account_id(named.id), format.handle(&named.handle));
            let row = format!("{id},{handle},{},{state},{detail}\n", rfc3339(at));
            self.put_row(self.files.checks, Entry::Check, row)?;
        }
        let rng = &mut world.streams.of(Process::Damage, 1, day);
        if chance(rng, 0.01) {
            self.put_row(self.files.checks, Entry::BadRow, format!(",,{},active,\n", rfc3339(at)))?;
        }
        Ok(())
    }

    pub(super) fn look_up(&mut self, world: &World, batch: &[Party], at: i64, day: u32) -> io::Result<()> {
        let file = self.files.lookups;
        for party in batch {
            let rng = &mut world
                .streams
                .of(Process::Lookups, party_key(world, *party) | 1 << 48, day);
            let end = match party {
                Party::Inside(a) => world.accounts[*a as usize].end.filter(|(end, _)| *end <= at),
                Party::Outside(_) => None,
            };
            if chance(rng, 0.02) {
                continue;
            }
            if let Some((_, how)) = end {
                // The newer interface says who did not answer; the older leaves them out.
                if self.manner.format == Format::V2 {
                    let record = Record::Missing {
                        id: world.id_of(*party),
                        suspended: how == End::Suspended,
                        observed_ms: at,
                    };
                    self.put(file, Entry::Missing, record)?;
                }
                continue;
            }
            let record = Record::Account {
                profile: Box::new(world.profile(*party, at)),
                observed_ms: at,
            };
            if chance(rng, 0.002) {
                self.put(file, Entry::Copy, record.clone())?;
            }
            self.put(file, Entry::Lookup, record)?;
            if let Some(seen) = self.seen(*party) {
                seen.lookups += 1;
            }
            if let (Some(_), Party::Inside(a)) = (self.manner.newest, *party)
                && !world.accounts[a as usize].protected_at(at)
            {
                self.take_newest(world, a, at)?;
            }
        }
        Ok(())
    }

    pub(super) fn fetch_lists(&mut self, world: &World, account: usize, at: i64) -> io::Result<()> {
        if !world.accounts[account].alive_at(at) || world.accounts[account].protected_at(at) {
            return Ok(());
        }
        let format = self.manner.format;
        let own = Party::Inside(account as u32);
        let id = |party: Party| format.account_id(world.id_of(party));
        let (own_id, when) = (id(own), rfc3339(at));
        let inside = |list: &[u32]| list.iter().map(|a| Party::Inside(*a)).collect::<Vec<Party>>();
        let outside = |list: &[u32]| list.iter().map(|o| Party::Outside(*o)).collect::<Vec<Party>>();
        let mut followers = inside(world.graph.followers(account));
        followers.extend(outside(world.graph.outside_followers(account)));
        let mut following = inside(world.graph.following(account));
        following.extend(outside(&world.people[world.accounts[account].person].reads));
        let most = world.params.observer.follow_list_most as usize;
        for (list, direction) in [(&mut followers, 1), (&mut following, 2)] {
            let lists = Process::FollowLists;
            let rng = &mut world.streams.of(lists, world.entity(account) << 2 | direction, BEYOND);
            shorten(world, list, most, rng);
        }
        let rows = (followers.into_iter().map(|f| (f, true))).chain(following.into_iter().map(|f| (f, false)));
        let mut fetched = 0;
        for (other, follows) in rows {
            let other_id = id(other);
            let row = if follows {
                format!("{other_id},{own_id},{when}\n")
            } else {
                format!("{own_id},{other_id},{when}\n")
            };
            self.put_row(self.files.follows, Entry::Follow, row)?;
            *self.seen_in_lists.entry(other).or_default() += 1;
            fetched += u64::from(follows);
        }
        if let Some(seen) = self.seen(own) {
            seen.followers_fetched += fetched;
        }
        if world.entity(account) % 97 == 5 {
            self.put_row(self.files.follows, Entry::BadRow, format!("{own_id},,{when}\n"))?;
        }
        Ok(())
    }
}

/// Leaves no more than `most` of a list, in its order; which, its stream of chance says, whatever else the list holds.
fn shorten(world: &World, list: &mut Vec<Party>, most: usize, rng: &mut Random) {
    if list.len() <= most {
        return;
    }
    let salt: u64 = rand::RngExt::random(rng);
    let lot = |party: &Party| mixed(salt ^ mixed(party_key(world, *party)));
    let mut lots: Vec<u64> = list.iter().map(lot).collect();
    let (_, last, _) = lots.select_nth_unstable(most);
    let last = *last;
    list.retain(|party| lot(party) < last);
}
