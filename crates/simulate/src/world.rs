//! The network and its days: what happens, whether or not anybody looks.
//!
//! Follows change at midnight (UTC); accounts begin and end, and posts are written, at exact moments within the day.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::clock::{DAY_MS, HOUR_MS, POST_MACHINE, midnight_ms, snowflake};
use crate::graph::Graph;
use crate::outsiders::{Outsider, outsiders};
use crate::params::Params;
use crate::people::{self, Account, CIRCLES, End, Handles, Person};
use crate::raw::v11::Profile;
use crate::streams::{Process, Streams, below, chance, count, lognormal, pick, unit, waiting};
use crate::words;

/// Posts of an account that others may pass on, answer or quote.
const REMEMBERED: usize = 4;

/// Somebody at one end of an interaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// An account of the network.
    Inside(u32),
    /// An outsider.
    Outside(u32),
}

/// A post that happened: enough to tell its text and whom it addresses at any later moment.
#[derive(Debug, Clone)]
pub struct Written {
    /// Post id.
    pub id: u64,
    /// When.
    pub at_ms: i64,
    /// Who.
    pub author: Party,
    /// Seed of its words.
    pub words: u64,
    /// Who is named in passing: id and handle at that moment.
    pub mentioned: Option<(u64, String)>,
    /// The answered post, its author's id and handle at that moment.
    pub reply_to: Option<(u64, u64, String)>,
    /// The post passed on.
    pub reposted: Option<Box<Written>>,
    /// The post quoted.
    pub quoted: Option<Box<Written>>,
    /// Times it was passed on until seen.
    pub reposts: u64,
    /// Times it was liked until seen.
    pub likes: u64,
}

/// What somebody is about to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Draft {
    /// When.
    pub at_ms: i64,
    /// Which account.
    pub account: u32,
    /// Seed of everything else about it.
    pub seed: u32,
}

/// True counts of what was written during the period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deeds {
    /// All posts.
    pub posts: u64,
    /// Replies to insiders and to outsiders.
    pub replies: [u64; 2],
    /// Mentions of insiders and of outsiders.
    pub mentions: [u64; 2],
    /// Reposts of insiders and of outsiders.
    pub reposts: [u64; 2],
    /// Quotes of insiders and of outsiders.
    pub quotes: [u64; 2],
}

struct Refollow {
    follower: usize,
    followed: usize,
    outsider: Option<u32>,
}

/// The network.
pub struct World {
    /// Parameters.
    pub params: Params,
    /// Random streams.
    pub streams: Streams,
    /// First moment of the period, milliseconds since 1970.
    pub start_ms: i64,
    /// People in the order of their coming.
    pub people: Vec<Person>,
    /// Accounts in the order of their coming.
    pub accounts: Vec<Account>,
    /// Follows as of the last midnight.
    pub graph: Graph,
    /// Outsiders.
    pub outsiders: Vec<Outsider>,
    /// True counts by account.
    pub deeds: Vec<Deeds>,
    /// Most followers by account, at any midnight, and followers when it ended or now.
    pub followers: Vec<(u64, u64)>,
    handles: Handles,
    recent: Vec<VecDeque<Written>>,
    births: BTreeSet<(i64, usize)>,
    ending: BTreeMap<u32, Vec<usize>>,
    refollows: BTreeMap<u32, Vec<Refollow>>,
    born_today: Vec<usize>,
    last_post: (i64, u64),
}

impl World {
    /// The network on the first day's midnight.
    #[must_use]
    pub fn new(params: Params) -> Self {
        let streams = Streams::new(params.seed);
        let start_ms = midnight_ms(params.first_day);
        let mut handles = Handles::default();
        let outsiders = outsiders(&params, &streams, &mut handles, start_ms);
        let mut world = Self {
            start_ms,
            people: Vec::new(),
            accounts: Vec::new(),
            graph: Graph::default(),
            outsiders,
            deeds: Vec::new(),
            followers: Vec::new(),
            handles,
            recent: Vec::new(),
            births: BTreeSet::new(),
            ending: BTreeMap::new(),
            refollows: BTreeMap::new(),
            born_today: Vec::new(),
            last_post: (0, 0),
            params,
            streams,
        };
        for index in 0..world.params.people as usize {
            let created = start_ms - people::age_before(&world.params, &world.streams, index);
            world
                .people
                .push(people::person(&world.params, &world.streams, index, None));
            let at = world.open_account(index, created);
            let age_days = (start_ms - created) as f64 / DAY_MS as f64;
            let account = &mut world.accounts[at];
            account.statuses_before =
                (world.people[index].pace_before.unwrap_or(0.0) * age_days.max(1.0)).round() as u64;
            account.favourites = account.statuses_before / 5;
        }
        world.born_today.clear();
        world.first_follows();
        world
    }

    /// Midnight of a day of the period.
    #[must_use]
    pub fn midnight(&self, day: u32) -> i64 {
        self.start_ms + i64::from(day) * DAY_MS
    }

    fn open_account(&mut self, person: usize, created_ms: i64) -> usize {
        let number = u32::try_from(self.people[person].accounts.len()).unwrap_or(u32::MAX);
        let account = people::account(
            &self.params,
            &self.streams,
            &mut self.handles,
            person,
            &self.people[person],
            number,
            created_ms,
        );
        let at = self.accounts.len();
        self.accounts.push(account);
        self.people[person].accounts.push(at);
        self.graph.add_account();
        self.recent.push(VecDeque::with_capacity(REMEMBERED));
        self.deeds.push(Deeds::default());
        self.followers.push((0, 0));
        self.born_today.push(at);
        at
    }

    /// A person's account if it is alive.
    fn current(&self, person: usize, at_ms: i64) -> Option<usize> {
        self.people[person]
            .accounts
            .last()
            .copied()
            .filter(|a| self.accounts[*a].alive_at(at_ms))
    }

    fn entity(&self, account: usize) -> u64 {
        (self.accounts[account].person as u64) << 12 | u64::from(self.accounts[account].return_number)
    }

    fn first_follows(&mut self) {
        let crowd = Crowd::of(self, self.start_ms);
        for account in 0..self.accounts.len() {
            let rng = &mut self.streams.of(Process::InitialGraph, account as u64, 0);
            let age_days = (self.start_ms - self.accounts[account].created_ms) as f64 / DAY_MS as f64;
            // The pressure did not begin with the period: nobody has quite what age alone would give.
            let grown = 0.9 * (1.0 - libm::exp(-age_days / self.params.growth_days));
            let inside = count(rng, self.accounts[account].capacity_inside * grown);
            let outside = count(rng, self.accounts[account].capacity_outside * grown);
            self.gain_followers(rng, &crowd, account, inside, outside);
        }
    }

    fn gain_followers(
        &mut self,
        rng: &mut rand_chacha::ChaCha8Rng,
        crowd: &Crowd,
        account: usize,
        inside: u32,
        outside: u32,
    ) {
        let circle = self.people[self.accounts[account].person].circle;
        for _ in 0..inside {
            let followers = self.graph.followers(account);
            let near = if !followers.is_empty() && chance(rng, 0.25) {
                // Triadic closure: somebody who follows one of my followers.
                let friend = pick(rng, followers) as usize;
                let theirs = self.graph.followers(friend);
                if theirs.is_empty() {
                    None
                } else {
                    Some(pick(rng, theirs))
                }
            } else {
                None
            };
            let Some(follower) = near.or_else(|| crowd.draw(rng, circle)) else {
                break;
            };
            let new = self.graph.follow(follower, u32::try_from(account).unwrap_or(u32::MAX));
            if new && chance(rng, 0.25) {
                self.graph.follow(u32::try_from(account).unwrap_or(u32::MAX), follower);
            }
        }
        for _ in 0..outside {
            let u = unit(rng);
            let index = (u * u * f64::from(self.params.outsiders)) as u32;
            self.graph
                .follow_from_outside(index, u32::try_from(account).unwrap_or(u32::MAX));
        }
    }

    /// Midnight and what is already settled about the day: edges go and come, accounts will end and begin.
    pub fn begin_day(&mut self, day: u32) {
        let now = self.midnight(day);
        self.take_out_ended(day);
        self.plan_refollows(day);
        self.refollow(day, now);
        self.grow(day, now);
        self.count_followers(now);
        self.settle_ends(day, now);
        self.settle_births(day, now);
    }

    fn take_out_ended(&mut self, day: u32) {
        while let Some(entry) = self.ending.first_entry() {
            if *entry.key() >= day {
                break;
            }
            for account in entry.remove() {
                let (followers, following, outside) = self.graph.take_out(u32::try_from(account).unwrap_or(u32::MAX));
                let owners = |list: Vec<u32>| list.into_iter().map(|a| self.accounts[a as usize].person).collect();
                let (followers, following): (Vec<usize>, Vec<usize>) = (owners(followers), owners(following));
                let person = &mut self.people[self.accounts[account].person];
                if followers.is_empty() && following.is_empty() && outside.is_empty() {
                    continue;
                }
                person.former_followers = followers;
                person.former_following = following;
                person.former_outside = outside;
            }
        }
    }

    /// Those who came back yesterday are found again by some, and look for those they followed.
    fn plan_refollows(&mut self, day: u32) {
        for account in std::mem::take(&mut self.born_today) {
            let (person, number) = (self.accounts[account].person, self.accounts[account].return_number);
            // Who was removed again within the day keeps the old audience in mind.
            if number == 0 || !self.accounts[account].alive_at(self.midnight(day)) {
                continue;
            }
            let rng = &mut self.streams.of(Process::Refollow, self.entity(account), 0);
            // One person's return is noticed more than another's.
            let luck = 0.5 + unit(rng);
            let again =
                luck * self.params.refollow * libm::pow(self.params.refollow_kept_per_return, f64::from(number - 1));
            let followers = std::mem::take(&mut self.people[person].former_followers);
            let following = std::mem::take(&mut self.people[person].former_following);
            let outside = std::mem::take(&mut self.people[person].former_outside);
            let planned = followers
                .iter()
                .map(|f| (*f, person, None, again))
                .chain(following.iter().map(|f| (person, *f, None, 0.6)))
                .chain(outside.iter().map(|o| (0, person, Some(*o), again * 0.6)));
            for (follower, followed, outsider, p) in planned {
                if chance(rng, p) {
                    let wait = waiting(rng, self.params.refollow_days) as u32;
                    self.refollows.entry(day + wait).or_default().push(Refollow {
                        follower,
                        followed,
                        outsider,
                    });
                }
            }
        }
    }

    fn refollow(&mut self, day: u32, now: i64) {
        for plan in self.refollows.remove(&day).unwrap_or_default() {
            let Some(followed) = self.current(plan.followed, now) else {
                continue;
            };
            let followed = u32::try_from(followed).unwrap_or(u32::MAX);
            if let Some(outsider) = plan.outsider {
                self.graph.follow_from_outside(outsider, followed);
            } else if let Some(follower) = self.current(plan.follower, now) {
                self.graph.follow(u32::try_from(follower).unwrap_or(u32::MAX), followed);
            }
        }
    }

    fn grow(&mut self, day: u32, now: i64) {
        if day == 0 {
            return;
        }
        let crowd = Crowd::of(self, now);
        for account in 0..self.accounts.len() {
            if !self.accounts[account].alive_at(now) {
                continue;
            }
            let rng = &mut self.streams.of(Process::Growth, self.entity(account), day);
            let lack = |capacity: f64, have: usize| (capacity - have as f64).max(0.0) / self.params.growth_days;
            let inside = lack(
                self.accounts[account].capacity_inside,
                self.graph.followers(account).len(),
            );
            let outside = lack(
                self.accounts[account].capacity_outside,
                self.graph.outside_followers(account).len(),
            );
            let (inside, outside) = (count(rng, inside), count(rng, outside));
            self.gain_followers(rng, &crowd, account, inside, outside);
        }
    }

    fn count_followers(&mut self, now: i64) {
        for (index, (peak, last)) in self.followers.iter_mut().enumerate() {
            if self.accounts[index].alive_at(now) {
                *last = self.graph.follower_count(index);
                *peak = (*peak).max(*last);
            }
        }
    }

    /// The chance that an account is removed on a day: (routine, wave).
    fn hazard(&self, account: usize, day: u32) -> (f64, f64) {
        let followers = self.graph.follower_count(account) as f64 + 20.0;
        let visibility = libm::pow(followers / 300.0, self.params.hazard_by_followers)
            * libm::pow((self.accounts[account].pace + 0.2) / 5.0, self.params.hazard_by_pace);
        let visibility = visibility.clamp(0.2, 4.0);
        let wave: f64 = self
            .params
            .waves
            .iter()
            .filter(|wave| (wave.from_day..wave.from_day + wave.days).contains(&day))
            .map(|wave| wave.hazard)
            .sum();
        (self.params.routine_hazard * visibility, wave * visibility)
    }

    fn settle_ends(&mut self, day: u32, now: i64) {
        for account in 0..self.accounts.len() {
            if !self.accounts[account].alive_at(now) || self.accounts[account].end.is_some() {
                continue;
            }
            let rng = &mut self.streams.of(Process::Pressure, self.entity(account), day);
            let at = now + (unit(rng) * DAY_MS as f64) as i64;
            let (routine, wave) = self.hazard(account, day);
            let u = unit(rng);
            if u < routine + wave {
                self.accounts[account].in_wave = u >= routine;
                self.close(account, at, End::Suspended);
            } else if chance(rng, self.params.deactivation) {
                self.close(account, at, End::Deactivated);
            } else if chance(rng, self.params.rename) {
                let number = self.accounts[account].return_number + 1;
                let name = self.people[self.accounts[account].person].name;
                let handle = self.handles.mint(rng, name, number);
                self.accounts[account].handles.push((at, handle));
            } else if self.accounts[account].protected_ms.is_none() && chance(rng, self.params.protection) {
                self.accounts[account].protected_ms = Some(at);
            }
        }
    }

    /// Ends an account and settles whether and when its owner returns.
    fn close(&mut self, account: usize, at_ms: i64, end: End) {
        self.accounts[account].end = Some((at_ms, end));
        let day = u32::try_from((at_ms - self.start_ms) / DAY_MS).unwrap_or(0);
        self.ending.entry(day).or_default().push(account);
        let (person, number) = (self.accounts[account].person, self.accounts[account].return_number);
        let rng = &mut self.streams.of(Process::Returns, self.entity(account), 0);
        let returns = match end {
            End::Suspended => {
                self.people[person].stubbornness
                    * libm::pow(self.params.stubbornness_kept_per_return, f64::from(number))
            }
            End::Deactivated => 0.2,
        };
        if chance(rng, returns) {
            let sigma: f64 = 1.1;
            let days = lognormal(rng, self.params.return_days * libm::exp(sigma * sigma / 2.0), sigma);
            self.births.insert((at_ms + 1 + (days * DAY_MS as f64) as i64, person));
        }
    }

    fn settle_births(&mut self, day: u32, now: i64) {
        let rng = &mut self.streams.of(Process::Arrivals, 0, day);
        for _ in 0..count(rng, self.params.arrivals_per_day) {
            let index = self.people.len();
            self.people
                .push(people::person(&self.params, &self.streams, index, Some(day)));
            self.births.insert((now + (unit(rng) * DAY_MS as f64) as i64, index));
        }
        let midnight = now + DAY_MS;
        while let Some((at, person)) = self.births.first().copied().filter(|(at, _)| *at < midnight) {
            self.births.remove(&(at, person));
            let account = self.open_account(person, at);
            let rng = &mut self.streams.of(Process::Pressure, self.entity(account), day);
            if chance(rng, self.params.stillborn) {
                let end = at + 1 + (unit(rng) * 8.0 * HOUR_MS as f64) as i64;
                self.accounts[account].posts_from_ms = i64::MAX;
                self.close(account, end, End::Suspended);
            }
        }
    }

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

    /// Id and handle of a party at a moment.
    fn name_of(&self, party: Party, at_ms: i64) -> (u64, String) {
        match party {
            Party::Inside(a) => {
                let account = &self.accounts[a as usize];
                (account.id, account.handle_at(at_ms).to_owned())
            }
            Party::Outside(o) => {
                let outsider = &self.outsiders[o as usize];
                (outsider.id, outsider.handle.clone())
            }
        }
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
            mentioned: None,
            reply_to: None,
            reposted: None,
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
                post.quoted = Some(Box::new(of));
            }
            (k, Some(of)) if k < 0.56 => {
                self.deeds[author].replies[usize::from(matches!(of.author, Party::Outside(_)))] += 1;
                self.react(&of, false, chance(rng, 0.5));
                let (id, handle) = self.name_of(of.author, draft.at_ms);
                post.reply_to = Some((of.id, id, handle));
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
        rng: &mut rand_chacha::ChaCha8Rng,
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
            mentioned: None,
            reply_to: None,
            reposted: None,
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

    /// What a party shows of itself now.
    #[must_use]
    pub fn profile(&self, party: Party, at_ms: i64) -> Profile {
        let index = match party {
            Party::Outside(o) => return self.outsiders[o as usize].profile(at_ms, self.start_ms),
            Party::Inside(a) => a as usize,
        };
        let account = &self.accounts[index];
        let person = &self.people[account.person];
        let followers = self.graph.follower_count(index);
        Profile {
            id: account.id,
            handle: account.handle_at(at_ms).to_owned(),
            name: account.name.clone(),
            location: account.location.clone(),
            description: account.description.clone(),
            lang: person.tongue.setting(),
            avatar: account.avatar,
            created_ms: account.created_ms,
            followers,
            friends: (self.graph.following(index).len() + person.reads.len()) as u64,
            statuses: account.statuses_before + account.statuses,
            listed: followers / 60,
            favourites: account.favourites,
            protected: account.protected_at(at_ms),
            zone: (account.avatar & 3 != 0).then(|| words::ZONES[person.zone]),
        }
    }
}

/// Who may follow today: accounts by circle, and how readily.
struct Crowd {
    all: Vec<(u32, f64)>,
    circles: Vec<Vec<(u32, f64)>>,
}

impl Crowd {
    fn of(world: &World, now: i64) -> Self {
        let mut crowd = Self {
            all: Vec::new(),
            circles: vec![Vec::new(); CIRCLES],
        };
        for (index, account) in world.accounts.iter().enumerate() {
            if account.alive_at(now) {
                let person = &world.people[account.person];
                let entry = (u32::try_from(index).unwrap_or(u32::MAX), person.appetite);
                crowd.all.push(entry);
                crowd.circles[person.circle].push(entry);
            }
        }
        crowd
    }

    /// Somebody, of the same circle more often than not, the eager more often.
    fn draw(&self, rng: &mut rand_chacha::ChaCha8Rng, circle: usize) -> Option<u32> {
        let list = if chance(rng, 0.45) && !self.circles[circle].is_empty() {
            &self.circles[circle]
        } else {
            &self.all
        };
        if list.is_empty() {
            return None;
        }
        for _ in 0..12 {
            let (account, appetite) = pick(rng, list);
            if chance(rng, appetite) {
                return Some(account);
            }
        }
        Some(pick(rng, list).0)
    }
}
