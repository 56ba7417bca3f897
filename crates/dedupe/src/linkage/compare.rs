//! Two accounts side by side: for every field a level of agreement, or nothing where one of them does not show the field.
//!
//! Fields that say the same thing twice are one field here, since evidence is added up as if fields were independent: handle and
//! display name; hashtags and links; all ties.

use tables::DAY_MS;

use super::names;
use super::profiles::{Kind, Profiles, TIES};

/// A field that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub(super) enum Field {
    Names,
    Picture,
    Bio,
    Place,
    Language,
    Hours,
    Topics,
    Network,
    Report,
    Time,
}

pub(super) const FIELDS: usize = 10;
/// Most levels that a field has.
pub(super) const LEVELS: usize = 12;
/// The field cannot be compared.
pub(super) const MISSING: u8 = u8::MAX;

/// What is fixed about a field: its name in evidence, its levels from least to most alike, what matches are thought to look like
/// before any data speak, and from which level on a rare value says more than a frequent one.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) field: Field,
    pub(super) name: &'static str,
    pub(super) levels: &'static [&'static str],
    /// Shares of the levels among matches, as a prior for EM.
    pub(super) among_matches: &'static [f64],
    /// Levels whose weight follows how many accounts show the value.
    pub(super) by_frequency: &'static [usize],
}

pub(super) const DEFINITIONS: [Definition; FIELDS] = [
    Definition {
        field: Field::Names,
        name: "names",
        levels: &[
            "different",
            "a word shared",
            "near",
            "handle stem or display name the same",
            "both the same",
            "handle stem the same, counter goes on",
        ],
        among_matches: &[0.35, 0.1, 0.1, 0.2, 0.1, 0.15],
        by_frequency: &[1, 3, 4, 5],
    },
    Definition {
        field: Field::Picture,
        name: "picture",
        levels: &["different", "the same"],
        among_matches: &[0.6, 0.4],
        by_frequency: &[1],
    },
    Definition {
        field: Field::Bio,
        name: "bio",
        levels: &["nothing shared", "some shared", "half shared", "the same"],
        among_matches: &[0.3, 0.2, 0.25, 0.25],
        by_frequency: &[3],
    },
    Definition {
        field: Field::Place,
        name: "place",
        levels: &["different", "the same"],
        among_matches: &[0.5, 0.5],
        by_frequency: &[1],
    },
    Definition {
        field: Field::Language,
        name: "language",
        levels: &["different", "the same"],
        among_matches: &[0.1, 0.9],
        by_frequency: &[1],
    },
    Definition {
        field: Field::Hours,
        name: "hours",
        levels: &[
            "up to 0.45",
            "up to 0.7",
            "up to 0.85",
            "up to 0.92",
            "up to 0.96",
            "up to 0.98",
            "over 0.98",
        ],
        among_matches: &[0.08, 0.15, 0.2, 0.2, 0.17, 0.12, 0.08],
        by_frequency: &[],
    },
    Definition {
        field: Field::Topics,
        name: "topics",
        levels: &["nothing shared", "up to 5 bits", "up to 12 bits", "over 12 bits"],
        among_matches: &[0.3, 0.3, 0.2, 0.2],
        by_frequency: &[],
    },
    Definition {
        field: Field::Network,
        name: "network",
        levels: &[
            "none of many shared",
            "none shared",
            "no more than by chance",
            "up to 2 bits",
            "up to 4 bits",
            "up to 7 bits",
            "up to 11 bits",
            "up to 16 bits",
            "up to 24 bits",
            "up to 36 bits",
            "up to 55 bits",
            "over 55 bits",
        ],
        among_matches: &[0.04, 0.12, 0.08, 0.11, 0.13, 0.12, 0.1, 0.09, 0.07, 0.06, 0.04, 0.04],
        by_frequency: &[],
    },
    Definition {
        field: Field::Report,
        name: "report",
        levels: &[
            "nobody speaks of a return",
            "somebody speaks of a return",
            "a text names both",
        ],
        among_matches: &[0.65, 0.3, 0.05],
        by_frequency: &[],
    },
    Definition {
        field: Field::Time,
        name: "time",
        levels: &[
            "not seen gone",
            "gone over 90 days before",
            "gone over 30 days before",
            "gone over 7 days before",
            "gone over 3 days before",
            "gone over 1 day before",
            "gone at most 1 day before",
        ],
        among_matches: &[0.05, 0.05, 0.08, 0.17, 0.2, 0.2, 0.25],
        by_frequency: &[],
    },
];

/// How two accounts stand in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// The later one was made when the earlier one was last alive, or after.
    Return,
    /// Both were there at one time.
    Parallel,
}

/// How long before the last sign of life of the account before a return may have been made: people make the next account when
/// the first warning comes.
pub(super) const TOLERANCE_MS: i64 = DAY_MS;

/// Levels by field, and how many other persons show by chance what both show, where the level goes by frequency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Compared {
    pub(super) levels: [u8; FIELDS],
    pub(super) by_chance: [f32; 5],
}

impl Profiles {
    /// Whether `a` is the earlier of two accounts; by number where the data do not say.
    pub(super) fn is_before(&self, a: u32, b: u32) -> bool {
        let start = |account: u32| (self.lives[account as usize].start(), account);
        start(a) < start(b)
    }

    /// How two accounts, the earlier first, stand in time; `None` where nobody knows.
    pub(super) fn relation(&self, earlier: u32, later: u32) -> Option<Relation> {
        let start = self.lives[later as usize].start()?;
        let life = &self.lives[earlier as usize];
        let last = life.last_alive.or(life.first_gone)?;
        // Of a short life no more than half, lest two that were made together follow one another.
        let half = life.start().map_or(0, |start| (last - start).max(0) / 2);
        Some(if last - TOLERANCE_MS.min(half) <= start {
            Relation::Return
        } else {
            Relation::Parallel
        })
    }

    /// Days from the end of the earlier account to the making of the later one; `None` where one is not known. An end is known
    /// only as lying between two moments, and is taken midway: a gap may be negative.
    pub(super) fn gap_days(&self, earlier: u32, later: u32) -> Option<f64> {
        let (end, start) = (self.lives[earlier as usize].end()?, self.lives[later as usize].created?);
        Some((start - end) as f64 / DAY_MS as f64)
    }

    /// Compares two accounts of the same platform, the earlier first.
    pub(super) fn compare(&self, a: u32, b: u32) -> Compared {
        let mut by_chance = [0.0; 5];
        let mut levels = [MISSING; FIELDS];
        (levels[Field::Names as usize], by_chance[Field::Names as usize]) = self.names_level(a, b);
        for (field, kind) in [
            (Field::Picture, Kind::Picture),
            (Field::Place, Kind::Place),
            (Field::Language, Kind::Language),
        ] {
            let set = self.features(kind);
            if !set.of(a).is_empty() && !set.of(b).is_empty() {
                let rarest = self.by_chance(kind, a, b);
                levels[field as usize] = u8::from(rarest.is_some());
                by_chance[field as usize] = rarest.unwrap_or(0.0);
            }
        }
        (levels[Field::Bio as usize], by_chance[Field::Bio as usize]) = self.bio_level(a, b);
        levels[Field::Hours as usize] = self.hours_level(a, b);
        levels[Field::Topics as usize] = self.topics_level(a, b);
        levels[Field::Network as usize] = self.network_level(a, b);
        levels[Field::Report as usize] = self.report_level(a, b);
        levels[Field::Time as usize] = self.time_level(a, b);
        Compared { levels, by_chance }
    }

    fn names_level(&self, a: u32, b: u32) -> (u8, f32) {
        let (stems, displays) = (self.features(Kind::Stem), self.features(Kind::Name));
        let both = |set: &super::features::Features| !set.of(a).is_empty() && !set.of(b).is_empty();
        let tokens = self.features(Kind::Token);
        if !both(stems) && !both(displays) && !both(tokens) {
            return (MISSING, 0.0);
        }
        match (self.by_chance(Kind::Stem, a, b), self.by_chance(Kind::Name, a, b)) {
            (Some(stem), name) if names::counts_on(&self.handles[a as usize], &self.handles[b as usize]) => {
                return (5, name.map_or(stem, |name| name.min(stem)));
            }
            (Some(stem), Some(name)) => return (4, stem.min(name)),
            (Some(by_chance), None) | (None, Some(by_chance)) => return (3, by_chance),
            (None, None) => {}
        }
        let (left, right) = (&*self.stems[a as usize], &*self.stems[b as usize]);
        let near_stems = left.len().min(right.len()) >= 5 && strsim::jaro_winkler(left, right) >= 0.93;
        let words = |account: u32| -> Vec<String> {
            let mut words: Vec<String> = names::tokens(&self.names[account as usize]).collect();
            words.sort_unstable();
            words.dedup();
            words
        };
        let shared = self.by_chance(Kind::Token, a, b);
        let near_names = shared.is_some() && {
            let (left, right) = (words(a), words(b));
            let (few, many) = if left.len() <= right.len() {
                (left, right)
            } else {
                (right, left)
            };
            few.len() >= 2 && few.iter().all(|word| many.contains(word))
        };
        if near_stems || near_names {
            return (2, 0.0);
        }
        shared.map_or((0, 0.0), |by_chance| (1, by_chance))
    }

    fn bio_level(&self, a: u32, b: u32) -> (u8, f32) {
        let (whole, shingles) = (self.features(Kind::Bio), self.features(Kind::BioShingle));
        if whole.of(a).is_empty() || whole.of(b).is_empty() {
            return (MISSING, 0.0);
        }
        if let Some(by_chance) = self.by_chance(Kind::Bio, a, b) {
            return (3, by_chance);
        }
        // Of the shorter one: what returns often has a few words more.
        let shared = shingles.shared(a, b).count();
        let fewest = shingles.of(a).len().min(shingles.of(b).len());
        let level = if shared == 0 {
            0
        } else {
            1 + u8::from(2 * shared >= fewest)
        };
        (level, 0.0)
    }

    fn hours_level(&self, a: u32, b: u32) -> u8 {
        let (left, right) = (&self.hours[a as usize], &self.hours[b as usize]);
        let posts = |hours: &[u16; 24]| hours.iter().map(|n| u32::from(*n)).sum::<u32>();
        if posts(left) < 10 || posts(right) < 10 {
            return MISSING;
        }
        // Each hour with its neighbours, so that one post more does not decide.
        let smooth = |hours: &[u16; 24]| -> [f64; 24] {
            std::array::from_fn(|at| {
                let hour = |at: usize| f64::from(hours[at % 24]);
                hour(at + 23) + 2.0 * hour(at) + hour(at + 1)
            })
        };
        let (left, right) = (smooth(left), smooth(right));
        let dot = |x: &[f64; 24], y: &[f64; 24]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
        let cosine = dot(&left, &right) / (dot(&left, &left) * dot(&right, &right)).sqrt();
        [0.45, 0.7, 0.85, 0.92, 0.96, 0.98]
            .iter()
            .map(|from| u8::from(cosine >= *from))
            .sum()
    }

    fn topics_level(&self, a: u32, b: u32) -> u8 {
        let topics = self.features(Kind::Topic);
        if topics.of(a).is_empty() || topics.of(b).is_empty() {
            return MISSING;
        }
        let bits = self.shared_bits(Kind::Topic, a, b);
        if bits <= 0.0 {
            return 0;
        }
        1 + [5.0, 12.0].iter().map(|over| u8::from(bits > *over)).sum::<u8>()
    }

    /// How surprising what two accounts share of a kind is: over shared features, log2 of 0.3 (what a match shares, roughly) over
    /// the chance that as large a set drawn at random, by how many accounts show each feature, holds it; never below 0. Only
    /// the order of these sums is used: what they are worth as evidence EM tells.
    fn shared_bits(&self, kind: Kind, a: u32, b: u32) -> f64 {
        let shared = self.features(kind).shared(a, b);
        shared.map(|feature| self.bits_of(kind, feature, a, b)).sum()
    }

    /// The share of one feature in [`Self::shared_bits`].
    pub(super) fn bits_of(&self, kind: Kind, feature: u32, a: u32, b: u32) -> f64 {
        let set = self.features(kind);
        let size = (set.of(a).len() as f64 * set.of(b).len() as f64).sqrt();
        set.bits_shared(feature, size)
    }

    /// How much more of their ties two accounts share than accounts of their sizes share by chance: over all kinds, S bits shared
    /// where S0 are expected, as the deviance of a Poisson count of S / 6 where S0 / 6 is expected (6 bits: what a shared tie is
    /// worth, about).
    fn network_level(&self, a: u32, b: u32) -> u8 {
        const TIE_BITS: f64 = 6.0;
        let (mut bits, mut expected) = (0.0, 0.0);
        let (mut shared, mut comparable) = (0, 0);
        for kind in TIES {
            let set = self.features(kind);
            let (left, right) = (set.of(a).len(), set.of(b).len());
            if left.min(right) > 0 {
                comparable += left.min(right);
                shared += set.shared(a, b).count();
                bits += self.shared_bits(kind, a, b);
                expected += set.expected_bits(left, right);
            }
        }
        match (comparable, shared) {
            (0, _) => MISSING,
            (20.., 0) => 0,
            (_, 0) => 1,
            _ if bits <= expected => 2,
            _ => {
                let expected = expected.max(1e-6);
                let surprise =
                    (bits * (bits / expected).log2() - (bits - expected) / std::f64::consts::LN_2) / TIE_BITS;
                let over = [2.0, 4.0, 7.0, 11.0, 16.0, 24.0, 36.0, 55.0];
                3 + over.iter().map(|over| u8::from(surprise > *over)).sum::<u8>()
            }
        }
    }

    fn report_level(&self, a: u32, b: u32) -> u8 {
        if self.named_together.binary_search(&(a.min(b), a.max(b))).is_ok() {
            return 2;
        }
        let later = b as usize;
        if self.announces[later] || self.welcomed[later] {
            1
        } else if self.wrote[later] {
            0
        } else {
            MISSING
        }
    }

    fn time_level(&self, a: u32, b: u32) -> u8 {
        let (earlier, later) = (&self.lives[a as usize], &self.lives[b as usize]);
        if !earlier.checked || later.created.is_none() {
            return MISSING;
        }
        match self.gap_days(a, b) {
            None => 0,
            Some(gap) => {
                1 + [90.0, 30.0, 7.0, 3.0, 1.0]
                    .iter()
                    .map(|most| u8::from(gap <= *most))
                    .sum::<u8>()
            }
        }
    }
}
