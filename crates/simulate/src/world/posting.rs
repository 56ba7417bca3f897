//! Posts: how many, when, and to whom.

use super::*;

impl World {
    /// What will be written on a day, in the order of time.
    #[must_use]
    pub fn drafts(&self, day: u32) -> Vec<Draft> {
        // Share of a person's posts by local hour, in per mille: asleep at night, busiest in the evening.
        const HOURS: [u32; 24] = [
            28, 16, 9, 6, 6, 10, 20, 32, 40, 44, 46, 48, 50, 50, 48, 48, 50, 54, 60, 68, 76, 78, 66, 47,
        ];
        let total: u32 = HOURS.iter().sum();
        let now = self.midnight(day);
        // 1970-01-01 was a Thursday; Friday and Saturday are quieter.
        let weekday = (now / DAY_MS + 4) % 7;
        let rhythm = [1.05, 1.05, 1.05, 1.05, 1.0, 0.85, 0.95][usize::try_from(weekday).unwrap_or(0)];
        let mut drafts = Vec::new();
        for (index, account) in self.accounts.iter().enumerate() {
            if account.created_ms >= now + DAY_MS || account.end.is_some_and(|(end, _)| end <= now) {
                continue;
            }
            let rng = &mut self.streams.of(Process::Posting, self.entity(index), day);
            // Some days are busy and some are silent: a day's mean varies like a gamma of shape 1 (an exponential).
            let mean = account.pace * rhythm * (0.3 + 0.7 * waiting(rng, 1.0));
            let offset = i64::from(words::ZONES[self.people[account.person].zone].1);
            for _ in 0..count(rng, mean) {
                let mut at = u32::try_from(below(rng, total as usize)).unwrap_or(0);
                let mut hour = 0_i64;
                for weight in HOURS {
                    if at < weight {
                        break;
                    }
                    at -= weight;
                    hour += 1;
                }
                let hour = (hour - offset).rem_euclid(24);
                let at_ms = now + hour * HOUR_MS + (unit(rng) * HOUR_MS as f64) as i64;
                let seed = rand::RngExt::random::<u32>(rng);
                if at_ms >= account.posts_from_ms && account.alive_at(at_ms) {
                    drafts.push(Draft {
                        at_ms,
                        account: u32::try_from(index).unwrap_or(u32::MAX),
                        seed,
                    });
                }
            }
        }
        drafts.sort_unstable();
        drafts
    }

    /// The moment of a draft has come: the post is written, and counts change.
    pub fn write(&mut self, draft: Draft, day: u32) -> Written {
        let author = draft.account as usize;
        let seed = u64::from(draft.account) << 32 | u64::from(draft.seed);
        let rng = &mut self.streams.of(Process::Words, seed, day);
        let sequence = if self.last_post.0 == draft.at_ms {
            self.last_post.1 + 1
        } else {
            0
        };
        self.last_post = (draft.at_ms, sequence);
        let mut post = Written {
            id: snowflake(draft.at_ms, POST_MACHINE, sequence),
            at_ms: draft.at_ms,
            author: Party::Inside(draft.account),
            words: seed,
            wording: Wording::Own,
            mentioned: None,
            reply_to: None,
            reposted: None,
            quotes: None,
            quoted: None,
            reposts: 0,
            likes: 0,
        };
        self.accounts[author].statuses += 1;
        self.accounts[author].favourites += u64::from(chance(rng, 0.3));
        self.deeds[author].posts += 1;
        let kind = unit(rng);
        let inside = chance(rng, 0.82);
        let target = self.target(rng, author, inside, day, draft.at_ms);
        match (kind, target) {
            (k, Some(of)) if k < 0.32 => {
                self.deeds[author].reposts[usize::from(matches!(of.author, Party::Outside(_)))] += 1;
                self.react(&of, true, chance(rng, 0.4));
                post.reposted = Some(Box::new(of));
            }
            (k, Some(of)) if k < 0.40 => {
                self.deeds[author].quotes[usize::from(matches!(of.author, Party::Outside(_)))] += 1;
                self.react(&of, false, chance(rng, 0.3));
                post.quotes = Some((of.id, self.name_of(of.author, draft.at_ms).handle));
                post.quoted = Some(Box::new(of));
            }
            (k, Some(of)) if k < 0.56 => {
                self.deeds[author].replies[usize::from(matches!(of.author, Party::Outside(_)))] += 1;
                self.react(&of, false, chance(rng, 0.5));
                post.reply_to = Some((of.id, self.name_of(of.author, draft.at_ms)));
            }
            (k, Some(of)) if k < 0.68 => {
                self.deeds[author].mentions[usize::from(matches!(of.author, Party::Outside(_)))] += 1;
                post.mentioned = Some(self.name_of(of.author, draft.at_ms));
            }
            _ => {}
        }
        if post.reposted.is_none() && !self.accounts[author].protected_at(draft.at_ms) {
            let recent = &mut self.recent[author];
            if recent.len() == REMEMBERED {
                recent.pop_front();
            }
            // What others pass on carries no further post inside it.
            recent.push_back(Written {
                quoted: None,
                ..post.clone()
            });
        }
        post
    }

    /// A post to react to: by somebody whom the author follows, or by an outsider whom the author reads.
    fn target(
        &self,
        rng: &mut crate::streams::Random,
        author: usize,
        inside: bool,
        day: u32,
        at_ms: i64,
    ) -> Option<Written> {
        let following = self.graph.following(author);
        if inside && !following.is_empty() {
            for _ in 0..6 {
                let other = pick(rng, following) as usize;
                if self.accounts[other].alive_at(at_ms) && !self.recent[other].is_empty() {
                    return self.recent[other].get(below(rng, self.recent[other].len())).cloned();
                }
            }
            return None;
        }
        let reads = &self.people[self.accounts[author].person].reads;
        if reads.is_empty() {
            return None;
        }
        let index = pick(rng, reads);
        let outsider = &self.outsiders[index as usize];
        let (id, at_ms, words) = outsider.yesterdays_post(&self.streams, index, day, self.midnight(day));
        Some(Written {
            id,
            at_ms,
            author: Party::Outside(index),
            words,
            wording: Wording::Own,
            mentioned: None,
            reply_to: None,
            reposted: None,
            quotes: None,
            quoted: None,
            reposts: u64::from(index % 90),
            likes: u64::from(index % 140),
        })
    }

    fn react(&mut self, of: &Written, repost: bool, like: bool) {
        if let Party::Inside(a) = of.author
            && let Some(post) = self.recent[a as usize].iter_mut().find(|p| p.id == of.id)
        {
            post.reposts += u64::from(repost);
            post.likes += u64::from(like);
        }
    }

    /// A remembered post's counts now, if it is still remembered.
    #[must_use]
    pub fn reactions(&self, post: &Written) -> Option<(u64, u64)> {
        let Party::Inside(a) = post.author else { return None };
        self.recent[a as usize]
            .iter()
            .find(|p| p.id == post.id)
            .map(|p| (p.reposts, p.likes))
    }
}
