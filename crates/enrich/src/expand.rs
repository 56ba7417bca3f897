//! The expanded set: the listed accounts, and those that network analysis admits.
//!
//! At each sample it starts from the accounts listed then. A candidate is an account tied to a member, either way: one follows or
//! has addressed the other by then. Its in-network score is
//!
//! ```text
//! score      = w · attention + (1 − w) · insularity
//! attention  = i / (i + h)                         i: members that follow or address it
//! insularity = o / (o + h) · min(1, (o / n) / r)   o: members that it follows or addresses
//! ```
//!
//! where n is how many accounts it is known to follow or address, or follows by its profile's own count (at the newest observation,
//! or the first where there is none by the sample) where that is more; r the
//! median of o / n over the listed accounts that have any tie of their own, members being the listed then; h and w options of
//! the study. Lists of follows are seldom collected of everybody, so that a share of one's own ties means little by itself: r tells
//! what share a listed account reaches in the same archive.
//!
//! Who reaches the threshold is admitted, and a member from the next round on, until nothing changes. Since more members can only
//! raise a score (r stays), the outcome does not depend on the order in which candidates are met.
//!
//! Accounts that had been found gone by the sample have no say and are not admitted; who is listed and gone stays in the set, as
//! in `listed`. Otherwise old ties to accounts that are gone would draw in more strangers from sample to sample. How many are
//! admitted rightly: `datasets/validation/expanded.md`.
//!
//! What is known of ties jumps when lists of follows are fetched. Members who are found gone afterwards take their ties with them,
//! and accounts that are new have none until lists are fetched again; so the set is largest on the day of a fetch and shrinks until
//! the next. That is how the archive was collected, not how the network changed: compare samples that are as long after a fetch.
//!
//! From one sample to the next only what changed is counted anew: ties that became known, accounts that were listed or left, or
//! were found gone.

use study::Admission;

use crate::accounts::AccountNumber;
use crate::ties::Ties;

/// What an account's in-network score is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Parts {
    /// Members that follow or address it.
    pub ties_in: u32,
    /// Members that it follows or addresses.
    pub ties_out: u32,
    /// All accounts that it follows or addresses, as far as is known.
    pub ties_own: u32,
    /// The part of attention, 0 to 1.
    pub attention: f64,
    /// The part of its own ties, 0 to 1.
    pub insularity: f64,
    /// Both, weighted.
    pub score: f64,
}

/// The expanded set at a sample.
#[derive(Debug, Default)]
pub(crate) struct Expansion {
    /// Admitted accounts and the round that admitted them, from 1; in no order.
    pub admitted: Vec<(AccountNumber, u32)>,
    /// Rounds that admitted somebody.
    pub rounds: u32,
    /// Whether nothing would have changed in a further round.
    pub settled: bool,
    counts: Counts,
    reference: f64,
}

/// Ties of each account to members.
#[derive(Debug, Default, Clone)]
struct Counts {
    /// Members that follow or address it.
    inward: Vec<u32>,
    /// Members that it follows or addresses.
    outward: Vec<u32>,
}

impl Counts {
    /// Counts an account as a member, or no longer, in the accounts tied to it by a sample; tells each of them.
    fn change(
        &mut self,
        ties: &Ties,
        account: AccountNumber,
        sample: u32,
        enters: bool,
        mut told: impl FnMut(AccountNumber),
    ) {
        let step = |count: &mut u32| *count = if enters { *count + 1 } else { count.saturating_sub(1) };
        for other in ties.outward.known(account, sample) {
            step(&mut self.inward[other.index()]);
            told(other);
        }
        for other in ties.inward.known(account, sample) {
            step(&mut self.outward[other.index()]);
            told(other);
        }
    }
}

/// The network as it grows from sample to sample.
#[derive(Debug)]
pub(crate) struct Network<'t> {
    ties: &'t Ties,
    accounts: Vec<AccountNumber>,
    admission: Admission,
    /// Ties to the accounts that were listed and not found gone.
    counts: Counts,
    /// Whether an account is listed and not found gone.
    seed: Vec<bool>,
    seeds: Vec<AccountNumber>,
    /// How many accounts each is known to follow or address.
    own: Vec<u32>,
    /// How many each follows by its profile.
    following: Vec<u32>,
    next: u32,
}

impl<'t> Network<'t> {
    /// Before the first sample; `accounts` are all of them, in the order of their numbers.
    pub(crate) fn new(ties: &'t Ties, accounts: Vec<AccountNumber>, admission: Admission) -> Self {
        let nothing = vec![0; accounts.len()];
        Self {
            ties,
            admission,
            counts: Counts {
                inward: nothing.clone(),
                outward: nothing.clone(),
            },
            seed: vec![false; accounts.len()],
            seeds: Vec::new(),
            own: nothing.clone(),
            following: nothing,
            accounts,
            next: 0,
        }
    }

    /// Whether any tie is known by the samples gone through.
    pub(crate) fn has_ties(&self) -> bool {
        self.own.iter().any(|ties| *ties > 0)
    }

    /// Notes how many accounts an account follows by its newest observation.
    pub(crate) fn observe_following(&mut self, account: AccountNumber, following: i64) {
        let following = following.clamp(0, i64::from(u32::MAX));
        self.following[account.index()] = u32::try_from(following).unwrap_or(u32::MAX);
    }

    /// Goes on to the next sample, at which `listed` are the accounts on the list, and expands them.
    pub(crate) fn expand(&mut self, listed: &[AccountNumber], gone: impl Fn(AccountNumber) -> bool) -> Expansion {
        let seeds: Vec<AccountNumber> = listed.iter().copied().filter(|account| !gone(*account)).collect();
        self.go_on(seeds);
        let sample = self.next - 1;
        let reference = self.reference();

        let mut expansion = Expansion {
            counts: self.counts.clone(),
            reference,
            ..Expansion::default()
        };
        // Nobody is looked at twice: the listed are in, and so is who was admitted; who was found gone stays out.
        let mut closed = vec![false; self.accounts.len()];
        for account in listed {
            closed[account.index()] = true;
        }
        let mut candidates: Vec<AccountNumber> = self.accounts.clone();
        let mut waiting = vec![0; self.accounts.len()];
        while expansion.rounds < self.admission.most_rounds {
            let round = expansion.rounds + 1;
            let mut admitted = Vec::new();
            for account in candidates.drain(..) {
                if closed[account.index()] || self.parts(&expansion, account).score < self.admission.threshold {
                    continue;
                }
                closed[account.index()] = true;
                if !gone(account) {
                    admitted.push(account);
                }
            }
            if admitted.is_empty() {
                expansion.settled = true;
                break;
            }
            for account in &admitted {
                expansion.counts.change(self.ties, *account, sample, true, |other| {
                    if waiting[other.index()] < round {
                        waiting[other.index()] = round;
                        candidates.push(other);
                    }
                });
            }
            expansion
                .admitted
                .extend(admitted.into_iter().map(|account| (account, round)));
            expansion.rounds = round;
        }
        expansion
    }

    /// Takes in what changed since the sample before.
    fn go_on(&mut self, seeds: Vec<AccountNumber>) {
        let sample = self.next;
        self.next += 1;
        let before = std::mem::replace(&mut self.seeds, seeds);
        let mut stays = vec![false; self.accounts.len()];
        for account in &self.seeds {
            stays[account.index()] = true;
        }
        if let Some(known) = sample.checked_sub(1) {
            for account in before.iter().filter(|account| !stays[account.index()]) {
                self.counts.change(self.ties, *account, known, false, |_| {});
            }
            for account in self.seeds.iter().filter(|account| !self.seed[account.index()]) {
                self.counts.change(self.ties, *account, known, true, |_| {});
            }
        }
        self.seed = stays;
        for account in &self.accounts {
            for other in self.ties.outward.new_at(*account, sample) {
                self.own[account.index()] += 1;
                self.counts.inward[other.index()] += u32::from(self.seed[account.index()]);
                self.counts.outward[account.index()] += u32::from(self.seed[other.index()]);
            }
        }
    }

    fn own(&self, account: AccountNumber) -> u32 {
        self.own[account.index()].max(self.following[account.index()])
    }

    /// The median over the listed of the share of one's own ties that goes to the listed; 1 where that is nothing.
    fn reference(&self) -> f64 {
        let mut shares: Vec<f64> = (self.seeds.iter())
            .filter(|account| self.own(**account) > 0)
            .map(|account| f64::from(self.counts.outward[account.index()]) / f64::from(self.own(*account)))
            .collect();
        shares.sort_unstable_by(f64::total_cmp);
        let middle = match shares.len() {
            0 => 0.0,
            odd if odd % 2 == 1 => shares[odd / 2],
            even => (shares[even / 2 - 1] + shares[even / 2]) / 2.0,
        };
        if middle > 0.0 { middle } else { 1.0 }
    }

    /// What an account's score comes to in an expansion of this sample.
    pub(crate) fn parts(&self, expansion: &Expansion, account: AccountNumber) -> Parts {
        let Admission {
            half_at,
            attention_weight,
            ..
        } = self.admission;
        let part = |members: u32| f64::from(members) / (f64::from(members) + half_at);
        let ties_in = expansion.counts.inward[account.index()];
        let ties_out = expansion.counts.outward[account.index()];
        let ties_own = self.own(account);
        let attention = part(ties_in);
        let insularity = if ties_out == 0 {
            0.0
        } else {
            part(ties_out) * (f64::from(ties_out) / f64::from(ties_own) / expansion.reference).min(1.0)
        };
        Parts {
            ties_in,
            ties_out,
            ties_own,
            attention,
            insularity,
            score: attention_weight * attention + (1.0 - attention_weight) * insularity,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::accounts::AccountNumbers;
    use crate::ties::Gathered;
    use tables::Timestamp;

    const ADMISSION: Admission = Admission {
        threshold: 0.3,
        half_at: 2.0,
        attention_weight: 0.5,
        most_rounds: 100,
    };

    /// Numbers that look random and are the same everywhere.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: u64) -> u64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % sides
        }
    }

    fn share(count: usize) -> f64 {
        count as f64 / (count as f64 + ADMISSION.half_at)
    }

    /// The definition, taken literally, from scratch: accounts, ties as sets, one candidate after the other until nothing changes.
    fn literally(
        ties: &BTreeSet<(usize, usize)>,
        following: &BTreeMap<usize, u32>,
        listed: &[usize],
        gone: &BTreeSet<usize>,
        accounts: usize,
    ) -> BTreeMap<usize, f64> {
        let own = |a: usize| {
            let known = ties.iter().filter(|(from, _)| *from == a).count();
            known.max(following.get(&a).copied().unwrap_or(0) as usize)
        };
        let count = |members: &BTreeSet<usize>, a: usize, inward: bool| {
            members
                .iter()
                .filter(|m| ties.contains(&if inward { (**m, a) } else { (a, **m) }))
                .count()
        };
        let seeds: BTreeSet<usize> = listed.iter().copied().filter(|a| !gone.contains(a)).collect();
        let mut shares: Vec<f64> = (seeds.iter())
            .filter(|a| own(**a) > 0)
            .map(|a| count(&seeds, *a, false) as f64 / own(*a) as f64)
            .collect();
        shares.sort_by(f64::total_cmp);
        let r = if shares.is_empty() {
            0.0
        } else {
            (shares[(shares.len() - 1) / 2] + shares[shares.len() / 2]) / 2.0
        };
        let r = if r > 0.0 { r } else { 1.0 };
        let score = |members: &BTreeSet<usize>, a: usize| {
            let (i, o) = (count(members, a, true), count(members, a, false));
            let insularity = if o == 0 {
                0.0
            } else {
                share(o) * (o as f64 / own(a) as f64 / r).min(1.0)
            };
            0.5 * share(i) + 0.5 * insularity
        };
        let mut members = seeds.clone();
        loop {
            let outside = (0..accounts).find(|a| {
                !members.contains(a)
                    && !listed.contains(a)
                    && !gone.contains(a)
                    && score(&members, *a) >= ADMISSION.threshold
            });
            let Some(next) = outside else { break };
            members.insert(next);
        }
        members
            .iter()
            .filter(|a| !seeds.contains(a))
            .map(|a| (*a, score(&members, *a)))
            .collect()
    }

    #[test]
    fn what_is_carried_from_sample_to_sample_is_what_a_search_from_scratch_finds() {
        let mut admissions = 0;
        for seed in 0..40 {
            let mut dice = Dice(seed);
            let accounts = 30;
            let mut numbers = AccountNumbers::default();
            let names: Vec<AccountNumber> = (0..accounts)
                .map(|a| numbers.number("t", &a.to_string()).unwrap())
                .collect();
            let samples = 6;
            let mut gathered = Gathered::new((0..samples).map(Timestamp).collect());
            let mut seen: Vec<(usize, usize, i64)> = Vec::new();
            for _ in 0..150 {
                let (from, to) = (dice.roll(30) as usize, dice.roll(18) as usize);
                let at = dice.roll(7) as i64;
                gathered.add(names[from], names[to], Timestamp(at));
                seen.push((from, to, at));
            }
            let ties = gathered.ties(accounts);
            let mut network = Network::new(&ties, names.clone(), ADMISSION);
            let mut following = BTreeMap::new();
            let mut gone = BTreeSet::new();
            for sample in 0..samples {
                for _ in 0..4 {
                    let (account, number) = (dice.roll(30) as usize, dice.roll(25) as u32);
                    network.observe_following(names[account], i64::from(number));
                    following.insert(account, number);
                    // Found gone, or back.
                    if !gone.insert(dice.roll(30) as usize) {
                        gone.remove(&(dice.roll(30) as usize));
                    }
                }
                let listed: Vec<usize> = (0..12).filter(|_| dice.roll(3) > 0).collect();
                let listed_names: Vec<AccountNumber> = listed.iter().map(|a| names[*a]).collect();
                let expansion = network.expand(&listed_names, |account| gone.contains(&account.index()));
                assert!(expansion.settled);
                let found: BTreeMap<usize, f64> = (expansion.admitted.iter())
                    .map(|(account, _)| (account.index(), network.parts(&expansion, *account).score))
                    .collect();
                let known: BTreeSet<(usize, usize)> = (seen.iter())
                    .filter(|(from, to, at)| from != to && *at <= sample)
                    .map(|(from, to, _)| (*from, *to))
                    .collect();
                let expected = literally(&known, &following, &listed, &gone, accounts);
                assert_eq!(
                    found.keys().collect::<Vec<_>>(),
                    expected.keys().collect::<Vec<_>>(),
                    "seed {seed}, sample {sample}"
                );
                for (account, score) in &expected {
                    assert!((found[account] - score).abs() < 1e-12);
                    assert!(*score >= ADMISSION.threshold);
                }
                admissions += expected.len();
            }
        }
        assert!(admissions > 300, "{admissions}");
    }

    #[test]
    fn a_set_of_one_and_no_ties_at_all_admit_nobody() {
        let mut numbers = AccountNumbers::default();
        let one = numbers.number("t", "1").unwrap();
        let ties = Gathered::new(vec![Timestamp(0)]).ties(1);
        let mut network = Network::new(&ties, vec![one], ADMISSION);
        let expansion = network.expand(&[one], |_| false);
        assert!(expansion.settled && expansion.admitted.is_empty() && expansion.rounds == 0);
        assert!(network.parts(&expansion, one).score == 0.0 && !network.has_ties());
        assert!(ties.is_empty());
    }

    #[test]
    fn rounds_can_be_limited_and_who_is_admitted_late_says_so() {
        let mut numbers = AccountNumbers::default();
        let names: Vec<AccountNumber> = (0..8).map(|a| numbers.number("t", &a.to_string()).unwrap()).collect();
        let mut gathered = Gathered::new(vec![Timestamp(0)]);
        // 0 and 1 are listed; 2 is tied to them; 3 to 2 and one of them; 4 to 3 and 2, …
        for account in 2..8 {
            for other in [account - 1, account - 2] {
                gathered.add(names[account], names[other], Timestamp(0));
                gathered.add(names[other], names[account], Timestamp(0));
            }
        }
        let ties = gathered.ties(8);
        let run = |most_rounds| {
            let admission = Admission {
                most_rounds,
                ..ADMISSION
            };
            let expansion = Network::new(&ties, names.clone(), admission).expand(&names[..2], |_| false);
            let mut rounds: Vec<(usize, u32)> = expansion
                .admitted
                .iter()
                .map(|(a, round)| (a.index(), *round))
                .collect();
            rounds.sort_unstable();
            (rounds, expansion.settled)
        };
        assert_eq!(run(100), (vec![(2, 1), (3, 2), (4, 3), (5, 4), (6, 5), (7, 6)], true));
        assert_eq!(run(2), (vec![(2, 1), (3, 2)], false));
    }
}
