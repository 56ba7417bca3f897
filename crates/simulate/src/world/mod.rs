//! The network and its days: what happens, whether or not anybody looks.
//!
//! Follows change at midnight (UTC); accounts begin and end, and posts are written, at exact moments within the day.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::clock::{DAY_MS, HOUR_MS, POST_MACHINE, midnight_ms, snowflake};
use crate::graph::Graph;
use crate::outsiders::{Outsider, outsiders};
use crate::params::Params;
use crate::people::{self, Account, CIRCLES, End, Handles, Person};
use crate::raw::shown::Profile;
use crate::streams::{Process, Random, Streams, below, chance, count, lognormal, mixed, pick, unit, waiting};
use crate::words;

mod follows;
mod posting;
mod pressure;
mod voices;

use follows::{Crowd, Refollow};
use voices::Planned;

pub use posting::Turn;

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

/// Somebody named in a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Account id.
    pub id: u64,
    /// Handle at that moment.
    pub handle: String,
}

/// What the words of a post are about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wording {
    /// The author's own.
    #[default]
    Own,
    /// A copy of a campaign's text.
    Campaign {
        /// Which campaign.
        number: u32,
        /// Whether it differs from the text that the campaign began with.
        edited: bool,
    },
    /// The author is back on a new account.
    Announcement,
    /// Somebody else is back on a new account, who is named.
    ShoutOut,
}

/// How a post turns to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Not at all.
    Nobody,
    /// It names somebody in passing.
    Mentions(Party),
    /// It answers a post of somebody.
    Answers(u64, Party),
    /// It passes on a post of somebody.
    Reposts(Party),
    /// It quotes a post of somebody: the link in its text stays when that post is gone.
    Quotes(u64, Party),
}

impl Relation {
    /// Whom it turns to.
    #[must_use]
    pub fn party(self) -> Option<Party> {
        match self {
            Self::Nobody => None,
            Self::Mentions(party) | Self::Answers(_, party) | Self::Reposts(party) | Self::Quotes(_, party) => {
                Some(party)
            }
        }
    }
}

/// A post without the one that stands inside it: enough to tell its text and whom it addresses at any later moment.
#[derive(Debug, Clone, Copy)]
pub struct Single {
    /// Post id.
    pub id: u64,
    /// When.
    pub at_ms: i64,
    /// Who.
    pub author: Party,
    /// Seed of its words.
    pub words: u64,
    /// What they are about.
    pub wording: Wording,
    /// How it turns to others.
    pub relation: Relation,
    /// Times it was passed on until seen.
    pub reposts: u32,
    /// Times it was liked until seen.
    pub likes: u32,
}

/// A post that happened. Millions are written and few are collected, so one holds no text and owns no memory.
#[derive(Debug, Clone, Copy)]
pub struct Written {
    /// The post.
    pub post: Single,
    /// The post that it passes on or quotes, as it was then; none where a quoted one is gone.
    pub inside: Option<Single>,
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
    /// What its words are about.
    pub wording: Wording,
    /// How it turns to somebody.
    pub turn: Option<Turn>,
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

/// Counts of follows of an account: the most at any midnight, and those at its end or now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Audience {
    /// Most followers.
    pub peak: u64,
    /// Followers last.
    pub last: u64,
    /// Of them, those within the network.
    pub last_inside: u64,
    /// Accounts followed within the network last.
    pub following_inside: u64,
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
    /// Followers and followed by account.
    pub followers: Vec<Audience>,
    handles: Handles,
    recent: Vec<VecDeque<Single>>,
    births: BTreeSet<(i64, usize)>,
    ending: BTreeMap<u32, Vec<usize>>,
    refollows: BTreeMap<u32, Vec<Refollow>>,
    born_today: Vec<usize>,
    planned: BTreeMap<u32, Vec<Planned>>,
    /// Campaigns begun so far.
    campaigns: u32,
    /// Accounts that the main roster has told of since the last midnight.
    told_of: BTreeSet<usize>,
    last_post: (i64, u64),
}

impl World {
    /// The network on the first day's midnight.
    #[must_use]
    pub fn new(params: Params) -> Self {
        let streams = Streams::seen(params.seed, params.observer_seed.unwrap_or(params.seed));
        let start_ms = midnight_ms(params.period.first_day);
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
            planned: BTreeMap::new(),
            campaigns: 0,
            told_of: BTreeSet::new(),
            last_post: (0, 0),
            params,
            streams,
        };
        for index in 0..world.params.people.at_first as usize {
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
        self.followers.push(Audience::default());
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

    /// An account's place in streams of chance: its person's and which of the person's it is, never how many came before it.
    #[must_use]
    pub fn entity(&self, account: usize) -> u64 {
        (self.accounts[account].person as u64) << 12 | u64::from(self.accounts[account].return_number)
    }

    /// People who will return, after the period if not within it.
    #[must_use]
    pub fn awaited(&self) -> BTreeSet<usize> {
        self.births.iter().map(|(_, person)| *person).collect()
    }

    /// Midnight and what is already settled about the day: edges go and come, accounts will end and begin.
    pub fn begin_day(&mut self, day: u32) {
        let now = self.midnight(day);
        self.take_out_ended(day);
        self.plan_refollows(day);
        self.refollow(day, now);
        let crowd = Crowd::of(self, now);
        self.grow(&crowd, day, now);
        self.count_followers(now);
        self.settle_ends(day, now);
        self.settle_births(day, now);
        self.begin_campaigns(&crowd, day);
        self.planned.retain(|planned_for, _| *planned_for >= day);
    }

    /// A roster has listed accounts: its readers will look at them.
    pub fn hear_of(&mut self, accounts: impl IntoIterator<Item = usize>) {
        self.told_of.extend(accounts);
    }

    /// A party's account id.
    #[must_use]
    pub fn id_of(&self, party: Party) -> u64 {
        match party {
            Party::Inside(a) => self.accounts[a as usize].id,
            Party::Outside(o) => self.outsiders[o as usize].id,
        }
    }

    /// A party as it is named at a moment.
    #[must_use]
    pub fn name_of(&self, party: Party, at_ms: i64) -> Named {
        let (id, handle) = match party {
            Party::Inside(a) => {
                let account = &self.accounts[a as usize];
                (account.id, account.handle_at(at_ms).to_owned())
            }
            Party::Outside(o) => {
                let outsider = &self.outsiders[o as usize];
                (outsider.id, outsider.handle.clone())
            }
        };
        Named { id, handle }
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
