//! Posts: those that are collected as they come, and the newest of an account at a look-up.

use super::*;
use crate::world::{Relation, Wording};

/// Of collected posts, shares that are fetched again, and after how many days.
const REFETCHES: [(f64, u32); 2] = [(0.06, 1), (0.02, 30)];
/// Of what the first collection missed, the second holds so many times what chance alone would give.
const SEEN_BY_THE_SECOND_ALONE: f64 = 0.2;

impl Observer<'_> {
    /// A post was written; perhaps it is collected. `listed` says of each account whether a roster names it by the end of the day.
    ///
    /// # Errors
    /// What the shelf says.
    pub fn see(&mut self, world: &World, listed: &[bool], post: &Written, day: u32) -> io::Result<()> {
        let Party::Inside(author) = post.post.author else {
            return Ok(());
        };
        if let Some(newest) = self.manner.newest {
            self.remember(author, post, newest);
            return Ok(());
        }
        if world.accounts[author as usize].protected_at(post.post.at_ms) {
            return Ok(());
        }
        let share = world.params.observer.post_share
            * if listed[author as usize] {
                1.0
            } else {
                world.params.observer.unlisted_post_share
            };
        let id = post.post.id;
        let rng = &mut world.streams.of(Process::Collection, id, 0);
        let taken = chance(rng, share) && !world.params.observer.stream_outages.contains(&day);
        // A second collection runs beside the first in the quiet window: of the same stream, so that it holds much of the same, and
        // some of what the first missed.
        let (from, length) = world.params.period.quiet;
        let overlap = world.params.observer.overlap_share * if taken { 1.0 } else { SEEN_BY_THE_SECOND_ALONE * share };
        let taken_twice = chance(rng, overlap) && (from..from + length).contains(&day);
        if !taken && !taken_twice {
            return Ok(());
        }
        let damage = if taken { self.damage(world, post) } else { None };
        let cut = matches!(damage, Some((Entry::Cut, _)));
        let held = taken && !cut;
        if held || taken_twice {
            self.collected(&post.post);
            let record = Record::Post {
                post: Box::new(capture(world, post, post.post.at_ms)),
                observed_ms: None,
            };
            if taken_twice {
                let entry = if held { Entry::Copy } else { Entry::Post };
                self.put(self.files.overlap, entry, record.clone())?;
            }
            if held {
                self.put(self.files.stream, Entry::Post, record)?;
            }
        }
        // Who deletes a post takes it from a later fetch too.
        if held && !matches!(damage, Some((Entry::Deletion, _))) {
            let mut later = |share: f64, days: u32| {
                if chance(rng, share) {
                    self.refetches.entry(day + days).or_default().push(*post);
                }
            };
            REFETCHES.iter().for_each(|(share, days)| later(*share, *days));
        }
        match damage {
            Some((entry, record)) => self.put(self.files.stream, entry, record),
            None => Ok(()),
        }
    }

    /// A post is held for the first time.
    fn collected(&mut self, post: &Single) {
        if post.wording != Wording::Own {
            self.occasions.push(post.id);
        }
        if let Some(seen) = self.seen(post.author) {
            seen.posts += 1;
            if let Some((kind, _)) = addressed(post.relation) {
                seen.addressed[kind] += 1;
            }
        }
    }

    fn remember(&mut self, author: u32, post: &Written, newest: usize) {
        let timeline = self.timelines.entry(author).or_default();
        if timeline.posts.len() == newest {
            timeline.posts.pop_front();
        }
        timeline.posts.push_back(*post);
    }

    /// The newest posts of an account, as a look-up of its timeline gives them; what was taken before comes again.
    pub(super) fn take_newest(&mut self, world: &World, account: u32, at: i64) -> io::Result<()> {
        let Some(timeline) = self.timelines.get_mut(&account) else {
            return Ok(());
        };
        let (posts, taken) = (timeline.posts.clone(), timeline.taken);
        timeline.taken = posts.back().map_or(taken, |post| post.post.id);
        for mut post in posts {
            post.post = world.with_reactions(post.post);
            let entry = if post.post.id > taken {
                Entry::Post
            } else {
                Entry::Refetch
            };
            if entry == Entry::Post {
                self.collected(&post.post);
            }
            let record = Record::Post {
                post: Box::new(capture(world, &post, at)),
                observed_ms: Some(at),
            };
            self.put(self.files.stream, entry, record)?;
        }
        Ok(())
    }

    /// What else a stream carries: notices, things that are no posts, and lines that broke off, which cost the post.
    fn damage(&self, world: &World, post: &Written) -> Option<(Entry, Record)> {
        let (id, at_ms) = (post.post.id, post.post.at_ms);
        let rng = &mut world.streams.of(Process::Damage, id, 0);
        let format = self.manner.format;
        let line = |line: &[u8]| Record::Line(line.to_vec());
        if format.has_lines() && chance(rng, world.params.observer.cut_share) {
            return Some((Entry::Cut, Record::Cut(Box::new(capture(world, post, at_ms)))));
        }
        Some(match below(rng, 8000) {
            0..=19 if format.has_lines() => {
                let deletion = Record::Deletion {
                    id,
                    account_id: world.id_of(post.post.author),
                    at_ms: at_ms + 40_000,
                };
                (Entry::Deletion, deletion)
            }
            20..=29 if format == Format::V11 => {
                let track = 1 + below(rng, 500);
                let notice =
                    format!("{{\"limit\":{{\"track\":{track},\"timestamp_ms\":\"{at_ms}\"}},\"simulated\":true}}\n");
                (Entry::Limit, line(notice.as_bytes()))
            }
            30..=32 if format.has_lines() => (
                Entry::Foreign,
                line(b"{\"note\":\"the kettle is on\",\"simulated\":true}\n"),
            ),
            33..=34 if format.has_lines() => (
                Entry::Mojibake,
                line(b"{\"text\":\"tea \xff\xfe and bread\",\"simulated\":true}\n"),
            ),
            _ => return None,
        })
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

    /// Collected posts are fetched again by id: counts have grown, and what is gone stays missing.
    pub(super) fn refetch(&mut self, world: &World, at: i64, day: u32) -> io::Result<()> {
        for mut post in self.refetches.remove(&day).unwrap_or_default() {
            let lost = |party: Party| match party {
                Party::Inside(a) => {
                    let account = &world.accounts[a as usize];
                    !account.alive_at(at) || account.protected_at(at)
                }
                Party::Outside(_) => false,
            };
            // A repost goes with what it passes on; of a quote, the words stay.
            let inside_lost = post.inside.is_some_and(|of| lost(of.author));
            if lost(post.post.author) || inside_lost && matches!(post.post.relation, Relation::Reposts(_)) {
                continue;
            }
            if inside_lost {
                post.inside = None;
            }
            post.post = world.with_reactions(post.post);
            let record = Record::Post {
                post: Box::new(capture(world, &post, at)),
                observed_ms: Some(at),
            };
            self.put(self.files.refetched, Entry::Refetch, record)?;
        }
        Ok(())
    }
}
