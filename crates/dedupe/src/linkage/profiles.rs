//! What the tables say of each account: one profile an account, gathered in one pass over each table.
//!
//! Texts are kept only where their letters are compared (newest handle and display name); all else are sets of numbers, so a
//! profile takes some hundred bytes and four more for every distinct follower, followed account, hashtag, … of it.

mod reader;

use std::collections::HashMap;
use std::path::Path;

use super::features::Features;

/// A kind of what accounts show or who they are tied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub(super) enum Kind {
    Stem,
    Name,
    Token,
    Bio,
    BioShingle,
    Picture,
    Place,
    Language,
    Topic,
    /// Who follows or addresses the account.
    Follower,
    /// Whom it follows or addresses. One kind: lists of follows are seldom fetched, and who is followed is addressed.
    Followed,
}

const KINDS: usize = 11;

/// The kinds that are ties to other accounts.
pub(super) const TIES: [Kind; 2] = [Kind::Follower, Kind::Followed];

/// When an account lived, as far as the data say. Milliseconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Life {
    /// When it was made.
    pub(super) created: Option<i64>,
    /// First sign of it.
    pub(super) first_seen: Option<i64>,
    /// Last sign of life: an observation, a post, a check that it answered.
    pub(super) last_alive: Option<i64>,
    /// First check after that which it did not answer.
    pub(super) first_gone: Option<i64>,
    /// Whether anybody ever checked it.
    pub(super) checked: bool,
}

impl Life {
    /// When it began: made, or first seen where nobody says when it was made.
    pub(super) fn start(&self) -> Option<i64> {
        self.created.or(self.first_seen)
    }

    fn alive(&mut self, at: i64) {
        self.first_seen = Some(self.first_seen.map_or(at, |seen| seen.min(at)));
        self.last_alive = Some(self.last_alive.map_or(at, |seen| seen.max(at)));
    }

    /// Its end, midway between the last sign of life and the first check that it did not answer.
    pub(super) fn end(&self) -> Option<i64> {
        let gone = self.first_gone?;
        Some(self.last_alive.map_or(gone, |alive| alive + (gone - alive) / 2))
    }
}

/// Hours of the day (UTC) of an account's posts.
pub(super) type Hours = [u16; 24];

/// All profiles, in the order of platform and account id.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    /// Platform and id.
    pub(super) keys: Vec<(Box<str>, Box<str>)>,
    pub(super) lives: Vec<Life>,
    /// The newest handle's stem.
    pub(super) stems: Vec<Box<str>>,
    pub(super) handles: Vec<Box<str>>,
    pub(super) names: Vec<Box<str>>,
    pub(super) hours: Vec<Hours>,
    /// Its first posts or its self-description speak of a return.
    pub(super) announces: Vec<bool>,
    /// Whether there is anything of it that could.
    pub(super) wrote: Vec<bool>,
    /// Others speak of a return and name it within its first days.
    pub(super) welcomed: Vec<bool>,
    features: [Features; KINDS],
    /// Whose an account is, as far as is known: the number of the person's first account. Its own to begin with.
    pub(super) persons: Vec<u32>,
    /// Of the kinds that are ties, the account behind each feature.
    ties: Vec<(Kind, Vec<u32>)>,
    /// Pairs of accounts (earlier number first) that one text names in the words of a return.
    pub(super) named_together: Vec<(u32, u32)>,
}

impl Profiles {
    /// Reads the tables in `dir`.
    pub(super) fn read(dir: &Path) -> anyhow::Result<Self> {
        reader::read(dir)
    }

    /// How many accounts there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The sets of a kind.
    pub(super) fn features(&self, kind: Kind) -> &Features {
        &self.features[kind as usize]
    }

    /// Takes note of whose accounts are: what many show is counted in persons from now on, and a tie to any account of a person
    /// is a tie to the person.
    pub(super) fn learn(&mut self, persons: Vec<u32>) {
        for (kind, accounts) in &self.ties {
            // The least feature of each person.
            let mut least: HashMap<u32, u32> = HashMap::new();
            let same: Vec<u32> = (0..)
                .zip(accounts)
                .map(|(feature, account)| match persons.get(*account as usize) {
                    Some(person) => *least.entry(*person).or_insert(feature),
                    None => feature,
                })
                .collect();
            self.features[*kind as usize].unite(&same);
        }
        for features in &mut self.features {
            features.count_persons(&persons);
        }
        self.persons = persons;
    }

    /// How many persons show by chance what two accounts both show, besides the later one's: the least over what they share;
    /// `None` where they share nothing.
    pub(super) fn by_chance(&self, kind: Kind, a: u32, b: u32) -> Option<f32> {
        let others = if self.persons[a as usize] == self.persons[b as usize] {
            0
        } else {
            1
        };
        let features = self.features(kind);
        let persons = features.rarest_shared(a, b)?;
        Some(features.expected(persons.saturating_sub(others).max(1)) as f32)
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        let texts = self.keys.iter().map(|(platform, id)| platform.len() + id.len() + 32);
        let names = [&self.stems, &self.handles, &self.names]
            .into_iter()
            .flatten()
            .map(|text| text.len() + 16);
        let fixed = size_of::<Life>() + size_of::<Hours>() + 3;
        texts.sum::<usize>()
            + names.sum::<usize>()
            + fixed * self.len()
            + self.features.iter().map(Features::bytes).sum::<usize>()
            + 8 * self.named_together.len()
            + 4 * self.persons.len()
            + self.ties.iter().map(|(_, accounts)| 4 * accounts.len()).sum::<usize>()
    }
}
