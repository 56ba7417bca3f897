//! What the observer asks for: checks, lookups, follower lists, posts a second time.

use super::*;

impl Observer<'_> {
    pub(super) fn plan_requests(&mut self, world: &World, rosters: &Rosters, day: u32, now: i64) {
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
        let (from, length) = world.params.period.quiet;
        let in_window = (from..from + length).contains(&day);
        let fetch_days = [
            3,
            from / 2,
            from,
            from + length - 1,
            world.params.period.days.saturating_sub(6),
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
            asked.extend(known.into_iter().take(3 * world.params.people.at_first as usize / 2));
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

    pub(super) fn check(&mut self, world: &World, batch: &[Party], at: i64, day: u32) -> io::Result<()> {
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

    pub(super) fn look_up(&mut self, world: &World, batch: &[Party], at: i64, day: u32) -> io::Result<()> {
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

    pub(super) fn fetch_lists(&mut self, world: &World, account: usize, at: i64) -> io::Result<()> {
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

    /// Yesterday's sample is fetched again by id: counts have grown, and what is gone stays missing.
    pub(super) fn refetch(&mut self, world: &World, at: i64, _day: u32) -> io::Result<()> {
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
            if post.quoted.as_ref().is_some_and(|of| lost(of.author)) {
                post.quoted = None;
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
}
