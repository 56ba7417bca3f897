//! Posts: those that are collected as they come, and the newest of an account at a look-up.

use super::*;
use crate::world::Wording;

impl Observer<'_> {
    /// A post was written; perhaps it is collected.
    ///
    /// # Errors
    /// What the shelf says.
    pub fn see(&mut self, world: &World, listed: &[usize], post: &Written, day: u32) -> io::Result<()> {
        let Party::Inside(author) = post.author else {
            return Ok(());
        };
        if let Some(newest) = self.manner.newest {
            self.remember(author, post, newest);
            return Ok(());
        }
        if world.accounts[author as usize].protected_at(post.at_ms)
            || world.params.observer.stream_outages.contains(&day)
        {
            return Ok(());
        }
        let share = if listed.binary_search(&(author as usize)).is_ok() {
            1.0
        } else {
            world.params.observer.unlisted_post_share
        };
        let rng = &mut world.streams.of(Process::Collection, post.id, 0);
        if !chance(rng, share * world.params.observer.post_share) {
            return Ok(());
        }
        let record = Record::Post {
            post: Box::new(capture(world, post, post.at_ms)),
            observed_ms: None,
        };
        self.collected(post);
        // A second collection ran beside the first during the daily window and saw part of the same stream.
        let (from, length) = world.params.period.quiet;
        if (from..from + length).contains(&day) && chance(rng, 0.15) {
            self.put(self.files.overlap, Entry::Copy, record.clone())?;
        }
        self.put(self.files.stream, Entry::Post, record)?;
        if chance(rng, 0.06) {
            self.collected_today.push(post.clone());
        }
        self.disturb(world, post)
    }

    /// A post is held for the first time.
    fn collected(&mut self, post: &Written) {
        if let Some(seen) = self.seen(post.author) {
            seen.posts += 1;
        }
        if matches!(post.wording, Wording::Campaign { .. }) {
            self.campaign_posts.push(post.id);
        }
    }

    fn remember(&mut self, author: u32, post: &Written, newest: usize) {
        let timeline = self.timelines.entry(author).or_default();
        if timeline.posts.len() == newest {
            timeline.posts.pop_front();
        }
        timeline.posts.push_back(post.clone());
    }

    /// The newest posts of an account, as a look-up of its timeline gives them; what was taken before comes again.
    pub(super) fn take_newest(&mut self, world: &World, account: u32, at: i64) -> io::Result<()> {
        let Some(timeline) = self.timelines.get_mut(&account) else {
            return Ok(());
        };
        let (posts, taken) = (timeline.posts.clone(), timeline.taken);
        timeline.taken = posts.back().map_or(taken, |post| post.id);
        for mut post in posts {
            if let Some((reposts, likes)) = world.reactions(&post) {
                (post.reposts, post.likes) = (reposts, likes);
            }
            let entry = if post.id > taken { Entry::Post } else { Entry::Refetch };
            if entry == Entry::Post {
                self.collected(&post);
            }
            let record = Record::Post {
                post: Box::new(capture(world, &post, at)),
                observed_ms: Some(at),
            };
            self.put(self.files.stream, entry, record)?;
        }
        Ok(())
    }

    /// What else a stream carries: notices, cut lines, things that are no posts.
    fn disturb(&mut self, world: &World, post: &Written) -> io::Result<()> {
        let rng = &mut world.streams.of(Process::Damage, post.id, 0);
        let format = self.manner.format;
        let (entry, record) = match below(rng, 8000) {
            0..=19 if format.has_lines() => {
                // Who deletes a post takes it from a later fetch too.
                self.collected_today.retain(|kept| kept.id != post.id);
                let deletion = Record::Deletion {
                    id: post.id,
                    account_id: world.id_of(post.author),
                    at_ms: post.at_ms + 40_000,
                };
                (Entry::Deletion, deletion)
            }
            20..=29 if format == Format::V11 => {
                let (track, at) = (1 + below(rng, 500), post.at_ms);
                let notice =
                    format!("{{\"limit\":{{\"track\":{track},\"timestamp_ms\":\"{at}\"}},\"simulated\":true}}\n");
                (Entry::Limit, Record::Line(notice.into_bytes()))
            }
            30..=33 if format.has_lines() => (Entry::Cut, Record::Cut(Box::new(capture(world, post, post.at_ms)))),
            34..=36 if format.has_lines() => {
                let line = b"{\"note\":\"the kettle is on\",\"simulated\":true}\n".to_vec();
                (Entry::Foreign, Record::Line(line))
            }
            37..=38 if format.has_lines() => {
                let line = b"{\"text\":\"tea \xff\xfe and bread\",\"simulated\":true}\n".to_vec();
                (Entry::Mojibake, Record::Line(line))
            }
            _ => return Ok(()),
        };
        self.put(self.files.stream, entry, record)
    }

    /// An account's end or new handle, at its moment.
    pub(super) fn event(&mut self, world: &World, account: usize, at_ms: i64) -> io::Result<()> {
        let shown = &world.accounts[account];
        let ended = shown.end.filter(|(end, _)| *end == at_ms);
        let record = match ended {
            Some((_, how)) => Record::Ended {
                id: shown.id,
                taken_down: how == End::Suspended,
                at_ms,
            },
            None => Record::Renamed {
                id: shown.id,
                handle: shown.handle_at(at_ms).to_owned(),
                at_ms,
            },
        };
        self.put(self.files.stream, Entry::Event, record)
    }

    /// Yesterday's sample is fetched again by id: counts have grown, and what is gone stays missing.
    pub(super) fn refetch(&mut self, world: &World, at: i64) -> io::Result<()> {
        for mut post in std::mem::take(&mut self.collected_yesterday) {
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
            if post.quoted.as_ref().is_some_and(|of| lost(of.author)) {
                post.quoted = None;
            }
            if let Some((reposts, likes)) = world.reactions(&post) {
                (post.reposts, post.likes) = (reposts, likes);
            }
            let record = Record::Post {
                post: Box::new(capture(world, &post, at)),
                observed_ms: Some(at),
            };
            self.put(self.files.refetched, Entry::Refetch, record)?;
        }
        Ok(())
    }
}
