//! Posts: how many, when, and to whom.

use super::*;

/// Share of a person's posts by local hour, in per mille: asleep at night, busiest in the evening.
const HOURS: [u32; 24] = [
    28, 16, 9, 6, 6, 10, 20, 32, 40, 44, 46, 48, 50, 50, 48, 48, 50, 54, 60, 68, 76, 78, 66, 47,
];
/// Posts by weekday from Thursday on (1970-01-01 was one), times a usual day's: Friday and Saturday are quieter.
const WEEKDAYS: [f64; 7] = [1.0, 0.85, 0.95, 1.05, 1.05, 1.05, 1.05];
/// Accounts whose drafts one thread makes at a time.
const CHUNK: usize = 1024;

/// An hour of the day (UTC) at which somebody posts; `offset` is the time zone's, in hours.
fn hour(rng: &mut Random, offset: i64) -> i64 {
    let mut at = below(rng, HOURS.iter().sum::<u32>() as usize) as u32;
    let mut hour = 0_i64;
    for weight in HOURS {
        if at < weight {
            break;
        }
        at -= weight;
        hour += 1;
    }
    (hour - offset).rem_euclid(24)
}

/// What a post is to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Original,
    Repost,
    Quote,
    Reply,
    Mention,
}

/// A post that somebody turns to.
#[derive(Debug, Clone, Copy)]
enum Target {
    /// One of an account's remembered posts.
    Inside { account: u32, post: usize },
    /// What an outsider wrote on the day before.
    Outside { index: u32, day: u32 },
}

impl Target {
    fn party(self) -> Party {
        match self {
            Self::Inside { account, .. } => Party::Inside(account),
            Self::Outside { index, .. } => Party::Outside(index),
        }
    }
}

impl World {
    /// What will be written on a day, in the order of time, drafted by so many threads.
    #[must_use]
    pub fn drafts(&self, day: u32, threads: usize) -> Vec<Draft> {
        let mut drafts = Vec::new();
        let chunks: Vec<usize> = (0..self.accounts.len()).step_by(CHUNK).collect();
        let of = |first: &usize| self.own_drafts(*first..(first + CHUNK).min(self.accounts.len()), day);
        if threads > 1 && chunks.len() > 1 {
            let share = chunks.len().div_ceil(threads);
            std::thread::scope(|scope| {
                let parts: Vec<_> = chunks
                    .chunks(share)
                    .map(|part| scope.spawn(move || part.iter().flat_map(of).collect::<Vec<Draft>>()))
                    .collect();
                for part in parts {
                    match part.join() {
                        Ok(part) => drafts.extend(part),
                        Err(panic) => std::panic::resume_unwind(panic),
                    }
                }
            });
        } else {
            drafts.extend(chunks.iter().flat_map(of));
        }
        self.occasions(day, &mut drafts);
        drafts.sort_unstable();
        drafts
    }

    fn own_drafts(&self, accounts: std::ops::Range<usize>, day: u32) -> Vec<Draft> {
        let now = self.midnight(day);
        let rhythm = WEEKDAYS[usize::try_from((now / DAY_MS).rem_euclid(7)).unwrap_or(0)];
        let mut drafts = Vec::new();
        for index in accounts {
            let account = &self.accounts[index];
            if account.created_ms >= now + DAY_MS || account.end.is_some_and(|(end, _)| end <= now) {
                continue;
            }
            let person = &self.people[account.person];
            let rng = &mut self.streams.of(Process::Posting, self.entity(index), day);
            let mean = if person.bot {
                account.pace
            } else {
                // Some days are busy and some are silent: most of a day's mean varies as an exponential does.
                account.pace * rhythm * (0.3 + 0.7 * waiting(rng, 1.0))
            };
            let offset = i64::from(words::ZONES[person.zone].1);
            for _ in 0..count(rng, mean) {
                let hour = if person.bot {
                    below(rng, 24) as i64
                } else {
                    hour(rng, offset)
                };
                let at_ms = now + hour * HOUR_MS + (unit(rng) * HOUR_MS as f64) as i64;
                let seed = rand::RngExt::random::<u32>(rng);
                if at_ms >= account.posts_from_ms && account.alive_at(at_ms) {
                    drafts.push(Draft {
                        at_ms,
                        account: index as u32,
                        seed,
                        wording: Wording::Own,
                        names: None,
                    });
                }
            }
        }
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
            wording: draft.wording,
            mentioned: draft.names.map(|a| self.name_of(Party::Inside(a), draft.at_ms)),
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
        if draft.wording == Wording::Own {
            self.turn_to_somebody(rng, &mut post, author, day);
        } else if draft.names.is_some() {
            self.deeds[author].mentions[0] += 1;
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

    /// Makes a post a repost, a quote, a reply or one with a mention, by chance.
    fn turn_to_somebody(&mut self, rng: &mut Random, post: &mut Written, author: usize, day: u32) {
        let kind = self.kind(unit(rng));
        let inside = chance(rng, self.params.posts.inside_share);
        if kind == Kind::Original {
            return;
        }
        let Some(target) = self.target(rng, author, inside, day, post.at_ms) else {
            return;
        };
        let outside = usize::from(matches!(target, Target::Outside { .. }));
        let named = self.name_of(target.party(), post.at_ms);
        match kind {
            Kind::Original => {}
            Kind::Repost => {
                self.deeds[author].reposts[outside] += 1;
                self.react(target, true, chance(rng, 0.4));
                post.reposted = Some(Box::new(self.reacted_to(target)));
            }
            Kind::Quote => {
                self.deeds[author].quotes[outside] += 1;
                self.react(target, false, chance(rng, 0.3));
                let of = self.reacted_to(target);
                post.quotes = Some((of.id, named));
                post.quoted = Some(Box::new(of));
            }
            Kind::Reply => {
                self.deeds[author].replies[outside] += 1;
                self.react(target, false, chance(rng, 0.5));
                post.reply_to = Some((self.post_of(target), named));
            }
            Kind::Mention => {
                self.deeds[author].mentions[outside] += 1;
                post.mentioned = Some(named);
            }
        }
    }

    fn kind(&self, u: f64) -> Kind {
        let posts = &self.params.posts;
        let mut reached = 0.0;
        for (kind, share) in [
            (Kind::Repost, posts.repost_share),
            (Kind::Quote, posts.quote_share),
            (Kind::Reply, posts.reply_share),
            (Kind::Mention, posts.mention_share),
        ] {
            reached += share;
            if u < reached {
                return kind;
            }
        }
        Kind::Original
    }

    /// A post to react to: by somebody whom the author follows, or by an outsider whom the author reads.
    fn target(&self, rng: &mut Random, author: usize, inside: bool, day: u32, at_ms: i64) -> Option<Target> {
        let following = self.graph.following(author);
        if inside && !following.is_empty() {
            for _ in 0..6 {
                let account = pick(rng, following);
                let recent = &self.recent[account as usize];
                if self.accounts[account as usize].alive_at(at_ms) && !recent.is_empty() {
                    let post = below(rng, recent.len());
                    return Some(Target::Inside { account, post });
                }
            }
            return None;
        }
        let reads = &self.people[self.accounts[author].person].reads;
        (!reads.is_empty()).then(|| Target::Outside {
            index: pick(rng, reads),
            day,
        })
    }

    fn post_of(&self, target: Target) -> u64 {
        match target {
            Target::Inside { account, post } => self.recent[account as usize][post].id,
            Target::Outside { index, day } => self.yesterdays_post(index, day).0,
        }
    }

    /// The post reacted to, as it is now.
    fn reacted_to(&self, target: Target) -> Written {
        match target {
            Target::Inside { account, post } => self.recent[account as usize][post].clone(),
            Target::Outside { index, day } => {
                let (id, at_ms, words) = self.yesterdays_post(index, day);
                Written {
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
                }
            }
        }
    }

    fn yesterdays_post(&self, index: u32, day: u32) -> (u64, i64, u64) {
        self.outsiders[index as usize].yesterdays_post(&self.streams, index, day, self.midnight(day))
    }

    fn react(&mut self, target: Target, repost: bool, like: bool) {
        if let Target::Inside { account, post } = target {
            let post = &mut self.recent[account as usize][post];
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
