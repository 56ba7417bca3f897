//! Which pairs of accounts are compared: for every account, by each blocking rule, the few earlier accounts that share the
//! rarest features with it.
//!
//! Nothing here grows with the square of the accounts. A feature that more than [`LARGEST`] accounts show (a default picture)
//! blocks nothing, and is told of; of one that fewer show, the [`Rule::nearest`] accounts are looked at that were last alive soonest
//! before the later account began; of all those found by a rule the best of [`Rule::keeps`] stay.

use std::collections::BTreeMap;

use tables::DAY_MS;

use super::compare::{Relation, TOLERANCE_MS};
use super::parallel::mapped;
use super::profiles::{Kind, Profiles, TIES};

/// Accounts that may show a feature by which pairs are found.
pub(super) const LARGEST: u32 = 1000;

/// How pairs are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Rule {
    Stem,
    Name,
    Word,
    Picture,
    Bio,
    Topics,
    Network,
    NamedTogether,
}

pub(super) const RULES: [Rule; 8] = [
    Rule::Stem,
    Rule::Name,
    Rule::Word,
    Rule::Picture,
    Rule::Bio,
    Rule::Topics,
    Rule::Network,
    Rule::NamedTogether,
];

impl Rule {
    /// Its name in `run.json`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Stem => "handle stem",
            Self::Name => "display name",
            Self::Word => "rare words of names",
            Self::Picture => "picture",
            Self::Bio => "self-description",
            Self::Topics => "rare hashtags and links",
            Self::Network => "rare neighbours",
            Self::NamedTogether => "named in one text",
        }
    }

    fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Stem => &[Kind::Stem],
            Self::Name => &[Kind::Name],
            Self::Word => &[Kind::Token],
            Self::Picture => &[Kind::Picture],
            Self::Bio => &[Kind::Bio, Kind::BioShingle],
            Self::Topics => &[Kind::Topic],
            Self::Network => &TIES,
            Self::NamedTogether => &[],
        }
    }

    /// Accounts looked at for one feature.
    fn nearest(self) -> usize {
        match self {
            Self::Network => 300,
            _ => 48,
        }
    }

    /// Earlier accounts that the rule keeps for a later one.
    fn keeps(self) -> usize {
        match self {
            Self::Stem | Self::Name | Self::Picture => 16,
            Self::Network => 24,
            _ => 8,
        }
    }
}

/// A pair that is compared: the earlier account, the later one, and the rules that found it, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) earlier: u32,
    pub(super) later: u32,
    pub(super) rules: u8,
}

/// The pairs, and what the rules did.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    /// Possible returns, by earlier and later account.
    pub(super) returns: Vec<Pair>,
    /// Accounts that were there at one time, likewise.
    pub(super) parallel: Vec<Pair>,
    /// By rule: pairs found, features that too many accounts show.
    pub(super) told: BTreeMap<&'static str, (u64, u64)>,
}

/// For each feature of a kind the accounts that show it: those with a last sign of life, in its order.
struct Postings {
    starts: Vec<usize>,
    accounts: Vec<u32>,
}

impl Postings {
    fn of(profiles: &Profiles, kind: Kind, order: &[u32]) -> Self {
        let set = profiles.features(kind);
        let mut starts = vec![0_usize; set.distinct() + 1];
        for account in order {
            for feature in set.of(*account) {
                starts[*feature as usize + 1] += usize::from(set.accounts_with(*feature) <= LARGEST);
            }
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut accounts = vec![0; starts.last().copied().unwrap_or(0)];
        for account in order {
            for feature in set.of(*account) {
                if set.accounts_with(*feature) <= LARGEST {
                    accounts[next[*feature as usize]] = *account;
                    next[*feature as usize] += 1;
                }
            }
        }
        Self { starts, accounts }
    }

    fn showing(&self, feature: u32) -> &[u32] {
        let at = feature as usize;
        &self.accounts[self.starts[at]..self.starts[at + 1]]
    }
}

impl Candidates {
    /// Finds them, with so many threads; the answer is the same with any number.
    pub(super) fn find(profiles: &Profiles, threads: usize) -> Self {
        let n = u32::try_from(profiles.len()).unwrap_or(u32::MAX);
        let all: Vec<u32> = (0..n).collect();
        let last = |account: u32| profiles.lives[account as usize].last_alive.unwrap_or(i64::MIN);
        let mut by_last = all.clone();
        by_last.sort_by_key(|account| last(*account));
        let mut by_start = all.clone();
        by_start.sort_by_key(|account| profiles.lives[*account as usize].start());
        let mut found = Self::default();
        let (mut returns, mut parallel): (Vec<Pair>, Vec<Pair>) = (Vec::new(), Vec::new());
        for rule in RULES {
            let mut too_many = 0;
            let mut of_rule: Vec<(Pair, Relation)> = Vec::new();
            if rule == Rule::NamedTogether {
                of_rule.extend(
                    profiles
                        .named_together
                        .iter()
                        .filter_map(|(a, b)| pair(profiles, rule, *a, *b)),
                );
            } else {
                let postings: Vec<(Kind, Postings)> = rule
                    .kinds()
                    .iter()
                    .map(|kind| (*kind, Postings::of(profiles, *kind, &by_last)))
                    .collect();
                for kind in rule.kinds() {
                    let set = profiles.features(*kind);
                    too_many += (0..set.distinct())
                        .filter(|feature| set.accounts_with(u32::try_from(*feature).unwrap_or(u32::MAX)) > LARGEST)
                        .count() as u64;
                }
                let near = mapped(&all, threads, |later| earlier_for(profiles, rule, &postings, *later));
                of_rule.extend(
                    near.into_iter()
                        .flatten()
                        .filter_map(|(a, b)| pair(profiles, rule, a, b)),
                );
                if matches!(rule, Rule::Stem | Rule::Name | Rule::Picture | Rule::Bio) {
                    let kind = rule.kinds()[0];
                    let postings = Postings::of(profiles, kind, &by_start);
                    let beside = mapped(&all, threads, |later| beside(profiles, kind, &postings, *later));
                    of_rule.extend(
                        beside
                            .into_iter()
                            .flatten()
                            .filter_map(|(a, b)| pair(profiles, rule, a, b))
                            .filter(|(_, relation)| *relation == Relation::Parallel),
                    );
                }
            }
            of_rule.sort_unstable_by_key(|(pair, _)| *pair);
            of_rule.dedup_by_key(|(pair, _)| *pair);
            found.told.insert(rule.name(), (of_rule.len() as u64, too_many));
            for (pair, relation) in of_rule {
                match relation {
                    Relation::Return => returns.push(pair),
                    Relation::Parallel => parallel.push(pair),
                }
            }
        }
        found.returns = united(returns);
        found.parallel = united(parallel);
        found
    }
}

/// Each pair once, with all rules that found it.
fn united(mut pairs: Vec<Pair>) -> Vec<Pair> {
    pairs.sort_unstable();
    pairs.dedup_by(|next, kept| {
        let same = (next.earlier, next.later) == (kept.earlier, kept.later);
        if same {
            kept.rules |= next.rules;
        }
        same
    });
    pairs
}

fn pair(profiles: &Profiles, rule: Rule, a: u32, b: u32) -> Option<(Pair, Relation)> {
    let (earlier, later) = if profiles.is_before(a, b) { (a, b) } else { (b, a) };
    if profiles.keys[earlier as usize].0 != profiles.keys[later as usize].0 {
        return None;
    }
    let relation = profiles.relation(earlier, later)?;
    let rules = 1 << rule as u8;
    Some((Pair { earlier, later, rules }, relation))
}

/// How soon after an account's end another one began, in bits: a rough order only, by which the best of many candidates are kept.
fn nearness(profiles: &Profiles, earlier: u32, start: i64) -> f64 {
    let last = profiles.lives[earlier as usize].last_alive.unwrap_or(i64::MIN);
    let days = start.saturating_sub(last) as f64 / DAY_MS as f64;
    (30.0 / days.max(1.0)).log2().max(-3.0)
}

/// The earlier accounts that a rule keeps for a later one.
fn earlier_for(profiles: &Profiles, rule: Rule, postings: &[(Kind, Postings)], later: u32) -> Vec<(u32, u32)> {
    let Some(start) = profiles.lives[later as usize].start() else {
        return Vec::new();
    };
    let until = start + TOLERANCE_MS;
    let mut scores: Vec<(u32, f64)> = Vec::new();
    for (kind, postings) in postings {
        let set = profiles.features(*kind);
        for feature in set.of(later) {
            if set.accounts_with(*feature) > LARGEST {
                continue;
            }
            let showing = postings.showing(*feature);
            let ended = showing
                .partition_point(|account| profiles.lives[*account as usize].last_alive.unwrap_or(i64::MIN) <= until);
            for earlier in &showing[ended.saturating_sub(rule.nearest())..ended] {
                if profiles.is_before(*earlier, later) {
                    scores.push((*earlier, profiles.bits_of(*kind, *feature, *earlier, later)));
                }
            }
        }
    }
    scores.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut sums: Vec<(f64, u32)> = scores
        .chunk_by(|a, b| a.0 == b.0)
        .map(|of_one| {
            let shared: f64 = of_one.iter().map(|(_, bits)| bits).sum();
            (shared + nearness(profiles, of_one[0].0, start), of_one[0].0)
        })
        .collect();
    sums.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    sums.truncate(rule.keeps());
    sums.into_iter().map(|(_, earlier)| (earlier, later)).collect()
}

/// Accounts that show the same as a later one and were still there when it began: the few that began soonest before it.
fn beside(profiles: &Profiles, kind: Kind, postings: &Postings, later: u32) -> Vec<(u32, u32)> {
    let set = profiles.features(kind);
    let start = profiles.lives[later as usize].start();
    let mut pairs = Vec::new();
    for feature in set.of(later) {
        if set.accounts_with(*feature) > LARGEST {
            continue;
        }
        let showing = postings.showing(*feature);
        let before = showing.partition_point(|account| profiles.lives[*account as usize].start() <= start);
        for other in showing[before.saturating_sub(9)..before]
            .iter()
            .filter(|other| **other != later)
        {
            pairs.push((*other, later));
        }
    }
    pairs
}
