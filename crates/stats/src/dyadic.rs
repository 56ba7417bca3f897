//! A share of ties with an interval that knows that ties which have an account in common are alike.

use crate::distribution::two_sided_t;
use crate::estimate::{Estimate, Level};
use crate::network::TieCounts;
use crate::reason::{Reason, at_least, finite};

/// Ties between two accounts, added one ordered pair at a time.
///
/// The share is inside / all, R. Ties of one account are alike, whichever end it stands at: who follows insiders follows many of them,
/// and an outsider whom many follow adds to the outside of each. With z the part of a pair in the error of the share, (inside − R·ties)
/// over all ties, the variance adds z·z′ over all pairs of ordered pairs that have an account in common: Σ over accounts of (Σ z of the
/// pairs that it is in)² − Σ z² (Fafchamps & Gubert 2007, Journal of Development Economics 83, 326–350; Aronow, Samii & Assenova 2015,
/// Political Analysis 23, 564–577). Two pairs that are each other's return have both accounts in common and count for both, which makes
/// the interval somewhat wider.
///
/// Memory: some 24 bytes for each number below the largest account's.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DyadicShare {
    /// By account: ties inside and in all, at either end; whether it owns any.
    accounts: Vec<([u64; 2], bool)>,
    /// Sums over pairs of inside², inside·ties and ties².
    squares: [u128; 3],
    inside: u64,
    ties: u64,
}

impl DyadicShare {
    /// Adds the ties of an ordered pair: `owner` is the account whose ties are asked about, `other` where they lead. Accounts are
    /// numbered from 0.
    pub fn add(&mut self, owner: u32, other: u32, ties: TieCounts) {
        let (inside, all) = (ties.inside, ties.inside.saturating_add(ties.outside));
        let accounts = owner.max(other) as usize + 1;
        if self.accounts.len() < accounts {
            self.accounts.resize(accounts, ([0; 2], false));
        }
        for account in [owner, other] {
            let (of, _) = &mut self.accounts[account as usize];
            *of = [of[0].saturating_add(inside), of[1].saturating_add(all)];
        }
        self.accounts[owner as usize].1 = true;
        let (part, whole) = (u128::from(inside), u128::from(all));
        for (sum, term) in self.squares.iter_mut().zip([part * part, part * whole, whole * whole]) {
            *sum = sum.saturating_add(term);
        }
        self.inside = self.inside.saturating_add(inside);
        self.ties = self.ties.saturating_add(all);
    }

    /// Ties by where they lead.
    #[must_use]
    pub fn counts(&self) -> TieCounts {
        TieCounts {
            inside: self.inside,
            outside: self.ties - self.inside,
        }
    }

    /// The share inside, its interval symmetric on the scale of ln(R/(1 − R)), by Student's t with one degree of freedom fewer than there
    /// are owners. `n` counts owners.
    ///
    /// The value stands without interval, with a reason, for one owner ([`Reason::TooFew`]), and where all ties lead inside, or none
    /// does, or their parts cancel out ([`Reason::Constant`]).
    ///
    /// # Errors
    /// [`Reason::ZeroDenominator`] without ties.
    pub fn estimate(&self, level: Level) -> Result<Estimate, Reason> {
        if self.ties == 0 {
            return Err(Reason::ZeroDenominator { what: "number of ties" });
        }
        let share = self.inside as f64 / self.ties as f64;
        Ok(Estimate::with_interval(
            share,
            self.interval(share, level),
            self.owners() as u64,
            level,
            "dyadic-robust, logit interval",
        ))
    }

    fn owners(&self) -> usize {
        self.accounts.iter().filter(|(_, owner)| *owner).count()
    }

    fn interval(&self, share: f64, level: Level) -> Result<(f64, f64), Reason> {
        let owners = self.owners();
        at_least(2, owners)?;
        if self.inside == 0 || self.inside == self.ties {
            return Err(Reason::Constant);
        }
        let by_account: f64 = self
            .accounts
            .iter()
            .map(|([inside, ties], _)| (*inside as f64 - share * *ties as f64).powi(2))
            .sum();
        let [part, both, whole] = self.squares.map(|sum| sum as f64);
        let by_pair = part - 2.0 * share * both + share * share * whole;
        let variance = finite("variance", (by_account - by_pair) / (self.ties as f64).powi(2))?;
        if variance <= 0.0 {
            return Err(Reason::Constant);
        }
        let logit = (share / (1.0 - share)).ln();
        let half = two_sided_t(level, owners as f64 - 1.0)? * variance.sqrt() / (share * (1.0 - share));
        let back = |logit: f64| 1.0 / (1.0 + (-logit).exp());
        Ok((back(logit - half), back(logit + half)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(u32, u32, u64, u64)]) -> DyadicShare {
        let mut share = DyadicShare::default();
        for (owner, other, inside, outside) in pairs {
            share.add(
                *owner,
                *other,
                TieCounts {
                    inside: *inside,
                    outside: *outside,
                },
            );
        }
        share
    }

    const PAIRS: [(u32, u32, u64, u64); 7] = [
        (0, 1, 3, 0),
        (0, 8, 0, 2),
        (1, 0, 1, 0),
        (1, 9, 0, 4),
        (2, 0, 2, 1),
        (2, 1, 5, 0),
        (2, 9, 0, 1),
    ];

    #[test]
    fn the_variance_is_the_sum_over_all_pairs_with_an_account_in_common() {
        let share = of(&PAIRS);
        let found = share.estimate(Level::P95).unwrap();
        let (inside, ties) = (11.0, 19.0);
        let r = inside / ties;
        assert_eq!((found.value, found.n), (r, 3));
        // As it is defined: every two ordered pairs, by the accounts that they have in common (a pair has itself once).
        let z = |(_, _, inside, outside): (u32, u32, u64, u64)| (inside as f64 - r * (inside + outside) as f64) / ties;
        let mut variance = 0.0;
        for (i, one) in PAIRS.iter().enumerate() {
            for (j, other) in PAIRS.iter().enumerate() {
                let common = [one.0, one.1]
                    .iter()
                    .filter(|end| [other.0, other.1].contains(end))
                    .count();
                variance += z(*one) * z(*other) * if i == j { 1.0 } else { common as f64 };
            }
        }
        // scipy.stats.t.ppf(0.975, 2)
        let half = 4.302_652_729_749_462 * variance.sqrt() / (r * (1.0 - r));
        let logit = (r / (1.0 - r)).ln();
        let back = |logit: f64| 1.0 / (1.0 + (-logit).exp());
        let (low, high) = found.interval().unwrap();
        assert!((low - back(logit - half)).abs() < 1e-12 && (high - back(logit + half)).abs() < 1e-12);
    }

    #[test]
    fn the_order_in_which_pairs_come_changes_nothing() {
        let mut turned = PAIRS;
        turned.reverse();
        assert_eq!(of(&PAIRS).estimate(Level::P95), of(&turned).estimate(Level::P95));
    }

    #[test]
    fn what_has_no_interval_says_why() {
        assert_eq!(
            of(&[]).estimate(Level::P95),
            Err(Reason::ZeroDenominator { what: "number of ties" })
        );
        let one = of(&PAIRS[..2]).estimate(Level::P95).unwrap();
        assert_eq!((one.value, one.interval()), (0.6, None));
        assert_eq!(one.no_interval, Some(Reason::TooFew { needed: 2, found: 1 }));
        let all_inside = of(&[(0, 1, 2, 0), (1, 2, 3, 0)]).estimate(Level::P95).unwrap();
        assert_eq!(
            (all_inside.value, all_inside.no_interval),
            (1.0, Some(Reason::Constant))
        );
    }

    /// Popular outsiders make ties of different owners alike: an interval that resamples owners does not know, this one does.
    #[test]
    fn it_covers_where_ties_share_their_far_ends() {
        use rand::{RngExt, SeedableRng};
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(2016);
        let (mut held, runs) = (0, 400);
        for _ in 0..runs {
            // Forty owners; a hundred others, each inside with chance 0.4 and chosen by every owner with a chance of its own.
            let others: Vec<(bool, f64)> = (0..100)
                .map(|_| (random.random::<f64>() < 0.4, random.random::<f64>().powi(2)))
                .collect();
            let mut share = DyadicShare::default();
            for owner in 0..40 {
                for (place, (inside, popularity)) in (100..).zip(&others) {
                    if random.random::<f64>() < *popularity {
                        share.add(
                            owner,
                            place,
                            TieCounts {
                                inside: u64::from(*inside),
                                outside: u64::from(!inside),
                            },
                        );
                    }
                }
            }
            let (low, high) = share.estimate(Level::P95).unwrap().interval().unwrap();
            held += u32::from((low..=high).contains(&0.4));
        }
        // 95 % but for three standard errors.
        assert!((367..=395).contains(&held), "{held} of {runs}");
    }
}
