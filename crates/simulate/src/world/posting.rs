//! Posts: how many, when, and to whom.

use super::*;

/// Share of a person's posts by local hour, in per mille: asleep at night, busiest in the evening.
const HOURS: [u32; 24] = [
    28, 16, 9, 6, 6, 10, 20, 32, 40, 44, 46, 48, 50, 50, 48, 48, 50, 54, 60, 68, 76, 78, 66, 47,
];
/// Posts by weekday from Thursday on (1970-01-01 was one), times a usual day's: Friday and Saturday are quieter.
const WEEKDAYS: [f64; 7] = [1.0, 0.85, 0.95, 1.05, 1.05, 1.05, 1.05];
/// Accounts whose drafts one thread makes at a time.
const CHUNK: usize = 128;

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

/// What a post that turns to somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Repost,
    Quote,
    Reply,
    Mention,
}

/// How a draft turns to somebody. It is settled when the draft is made, by as many threads as there are, and not when the post is
/// written: whom to turn to depends on follows, which change at midnight, and only which of their posts on what came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    kind: Kind,
    to: Party,
    /// Which of the remembered posts of an insider, modulo their number.
    post: u32,
    /// Whether the author likes it, too.
    likes: bool,
}

impl Turn {
    /// Names an insider in passing.
    pub(super) const fn naming(account: u32) -> Self {
        Self {
            kind: Kind::Mention,
            to: Party::Inside(account),
            post: 0,
            likes: false,
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
                        turn: self.turn(index, seed, day, at_ms),
                    });
                }
            }
        }
        drafts
    }

    /// Whether and how a draft turns to somebody: an insider whom its author follows, or an outsider whom the author reads.
    fn turn(&self, author: usize, seed: u32, day: u32, at_ms: i64) -> Option<Turn> {
        let rng = &mut self.streams.of(Process::Turns, self.post_key(author, seed), day);
        let kind = self.kind(unit(rng))?;
        let inside = chance(rng, self.params.posts.inside_share);
        let following = self.graph.following(author);
        let to = if inside && !following.is_empty() {
            let mut tries = (0..6).map(|_| pick(rng, following));
            let speaks = |a: &u32| self.accounts[*a as usize].alive_at(at_ms) && !self.recent[*a as usize].is_empty();
            Party::Inside(tries.find(speaks)?)
        } else {
            let reads = &self.people[self.accounts[author].person].reads;
            if reads.is_empty() {
                return None;
            }
            Party::Outside(pick(rng, reads))
        };
        let liked = match kind {
            Kind::Repost => 0.4,
            Kind::Quote => 0.3,
            Kind::Reply => 0.5,
            Kind::Mention => 0.0,
        };
        Some(Turn {
            kind,
            to,
            post: rand::RngExt::random(rng),
            likes: chance(rng, liked),
        })
    }

    /// A post's place in streams of chance (below 2^56).
    fn post_key(&self, author: usize, seed: u32) -> u64 {
        mixed(self.entity(author) << 32 | u64::from(seed)) >> 8
    }

    fn kind(&self, u: f64) -> Option<Kind> {
        let posts = &self.params.posts;
        let shares = [
            (Kind::Repost, posts.repost_share),
            (Kind::Quote, posts.quote_share),
            (Kind::Reply, posts.reply_share),
            (Kind::Mention, posts.mention_share),
        ];
        let mut reached = 0.0;
        let reach = |(kind, share)| {
            reached += share;
            (u < reached).then_some(kind)
        };
        shares.into_iter().find_map(reach)
    }

    /// The moment of a draft has come: the post is written, and counts change.
    pub fn write(&mut self, draft: Draft, day: u32) -> Written {
        let author = draft.account as usize;
        let words = self.post_key(author, draft.seed);
        let sequence = if self.last_post.0 == draft.at_ms {
            self.last_post.1 + 1
        } else {
            0
        };
        self.last_post = (draft.at_ms, sequence);
        let mut written = Written {
            post: Single {
                id: snowflake(draft.at_ms, POST_MACHINE, sequence),
                at_ms: draft.at_ms,
                author: Party::Inside(draft.account),
                words,
                wording: draft.wording,
                relation: Relation::Nobody,
                reposts: 0,
                likes: 0,
            },
            inside: None,
        };
        let account = &mut self.accounts[author];
        account.statuses += 1;
        account.favourites += u64::from(words % 10 < 3);
        let open = !account.protected_at(draft.at_ms);
        self.deeds[author].posts += 1;
        if let Some(turn) = draft.turn {
            self.take_turn(turn, &mut written, author, day);
            if draft.wording == Wording::ShoutOut
                && let Party::Inside(named) = turn.to
            {
                // Whom friends tell of, others will look at.
                self.told_of.insert(named as usize);
            }
        }
        if open && !matches!(written.post.relation, Relation::Reposts(_)) {
            let recent = &mut self.recent[author];
            if recent.len() == REMEMBERED {
                recent.pop_front();
            }
            // What others pass on carries no further post inside it.
            recent.push_back(written.post);
        }
        written
    }

    fn take_turn(&mut self, turn: Turn, written: &mut Written, author: usize, day: u32) {
        let outside = usize::from(matches!(turn.to, Party::Outside(_)));
        let deeds = &mut self.deeds[author];
        let counts = match turn.kind {
            Kind::Repost => &mut deeds.reposts,
            Kind::Quote => &mut deeds.quotes,
            Kind::Reply => &mut deeds.replies,
            Kind::Mention => &mut deeds.mentions,
        };
        counts[outside] += 1;
        if turn.kind == Kind::Mention {
            written.post.relation = Relation::Mentions(turn.to);
            return;
        }
        let of = self.reacted_to(turn, day);
        written.post.relation = match turn.kind {
            Kind::Repost => Relation::Reposts(turn.to),
            Kind::Quote => Relation::Quotes(of.id, turn.to),
            _ => Relation::Answers(of.id, turn.to),
        };
        written.inside = Some(of).filter(|_| turn.kind != Kind::Reply);
    }

    /// The post reacted to, as it is now, the reaction counted.
    fn reacted_to(&mut self, turn: Turn, day: u32) -> Single {
        match turn.to {
            Party::Inside(account) => {
                let recent = &mut self.recent[account as usize];
                let index = turn.post as usize % recent.len();
                let of = &mut recent[index];
                of.reposts += u32::from(turn.kind == Kind::Repost);
                of.likes += u32::from(turn.likes);
                *of
            }
            Party::Outside(index) => {
                let outsider = &self.outsiders[index as usize];
                let (id, at_ms, words) = outsider.yesterdays_post(&self.streams, index, day, self.midnight(day));
                Single {
                    id,
                    at_ms,
                    author: turn.to,
                    words,
                    wording: Wording::Own,
                    relation: Relation::Nobody,
                    reposts: index % 90,
                    likes: index % 140,
                }
            }
        }
    }

    /// A post with its counts as they are now, if it is still remembered.
    #[must_use]
    pub fn with_reactions(&self, post: Single) -> Single {
        let Party::Inside(author) = post.author else {
            return post;
        };
        let mut remembered = self.recent[author as usize].iter();
        remembered.find(|now| now.id == post.id).copied().unwrap_or(post)
    }
}
