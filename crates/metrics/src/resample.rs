//! Intervals by resampling persons, each with all accounts.
//!
//! Accounts of one person are alike in followers, pace, language and ties, so that they are no independent draws: resampling accounts
//! makes an interval too narrow wherever a person comes twice, which over a long window most do. Where no table of personas tells
//! otherwise, every account is a person of its own.

use std::cell::RefCell;
use std::collections::BTreeMap;

use stats::{Estimate, Reason};

use crate::evidence::Evidence;
use crate::figure::{Figure, Quantity};

/// How it is told beside a number in which persons come more than once.
const BY_PERSON: &str = "bootstrap by person, expanded percentile interval";

impl Evidence {
    /// The statistic of units that belong to accounts, with its interval. The statistic is given the positions of units drawn;
    /// units of one person are drawn together. `n` counts units.
    ///
    /// # Errors
    /// As [`stats::Bootstrap::of_units`].
    pub fn resampled(
        &self,
        accounts: &[u32],
        statistic: impl Fn(&[usize]) -> Result<f64, Reason>,
    ) -> Result<Estimate, Reason> {
        let [estimate] = self.resampled_each(accounts, |drawn| [statistic(drawn)]);
        estimate
    }

    /// Several statistics of the same resamples, each as [`Evidence::resampled`] gives it.
    pub(crate) fn resampled_each<const K: usize>(
        &self,
        accounts: &[u32],
        statistics: impl Fn(&[usize]) -> [Result<f64, Reason>; K],
    ) -> [Result<Estimate, Reason>; K] {
        let persons = Persons::of(accounts, &self.person_of);
        if persons.len() == accounts.len() {
            return self.bootstrap().of_units_each(accounts.len(), statistics);
        }
        // One buffer for all resamples: a new one each time is memory that must be had and given back thousands of times.
        let units = RefCell::new(Vec::with_capacity(2 * accounts.len()));
        let of_persons = |drawn: &[usize]| {
            let mut units = units.borrow_mut();
            units.clear();
            drawn
                .iter()
                .for_each(|person| units.extend_from_slice(persons.units(*person)));
            statistics(&units)
        };
        let estimates = self.bootstrap().of_units_each(persons.len(), of_persons);
        estimates.map(|estimate| {
            Ok(Estimate {
                n: accounts.len() as u64,
                method: BY_PERSON,
                ..estimate?
            })
        })
    }

    /// A share of posts: of each account, those that count and all. Accounts without any are left out; `none` is the reason where
    /// none is left.
    pub(crate) fn share_of_posts(
        &self,
        quantity: &Quantity,
        of_accounts: impl Iterator<Item = (u32, u64, u64)>,
        none: &'static str,
    ) -> Figure {
        let (accounts, posts): (Vec<u32>, Vec<(u64, u64)>) = of_accounts
            .filter(|(_, _, whole)| *whole > 0)
            .map(|(account, part, whole)| (account, (part, whole)))
            .unzip();
        if accounts.is_empty() {
            return Figure::absent(quantity, none);
        }
        let all: u64 = posts.iter().map(|(_, whole)| whole).sum();
        let statistic = |drawn: &[usize]| {
            let drawn = drawn.iter().filter_map(|at| posts.get(*at));
            let (part, whole) = drawn.fold((0, 0), |(part, whole), (p, w)| (part + p, whole + w));
            match whole {
                0 => Err(Reason::ZeroDenominator {
                    what: "the number of posts",
                }),
                _ => Ok(part as f64 / whole as f64),
            }
        };
        Figure::of(quantity, self.resampled(&accounts, statistic)).noting(&format!("{all} posts"))
    }
}

/// Positions of units by person, persons in the order in which they are met; one after the other in one list, since drawn persons are
/// read many million times.
struct Persons {
    units: Vec<usize>,
    ends: Vec<usize>,
}

impl Persons {
    fn of(accounts: &[u32], person_of: &BTreeMap<u32, u32>) -> Self {
        let mut places: BTreeMap<u32, usize> = BTreeMap::new();
        let mut count = 0;
        let of_units: Vec<usize> = accounts
            .iter()
            .map(|account| {
                let place = match person_of.get(account) {
                    Some(person) => *places.entry(*person).or_insert(count),
                    None => count,
                };
                count = count.max(place + 1);
                place
            })
            .collect();
        let mut units: Vec<usize> = (0..accounts.len()).collect();
        // Stable: units of a person keep their order.
        units.sort_by_key(|unit| of_units[*unit]);
        let mut ends = vec![0; count + 1];
        of_units.iter().for_each(|place| ends[place + 1] += 1);
        for place in 0..count {
            ends[place + 1] += ends[place];
        }
        Self { units, ends }
    }

    fn len(&self) -> usize {
        self.ends.len() - 1
    }

    fn units(&self, person: usize) -> &[usize] {
        &self.units[self.ends[person]..self.ends[person + 1]]
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn evidence(person_of: &[(u32, u32)]) -> Evidence {
        let study = "title = 't'\nperiod = { from = 2015-06-01, to = 2015-06-10 }\nsamples = { dates = [2015-06-04] }";
        let mut evidence = Evidence::none(study::Study::parse(study, "t").unwrap(), 2016);
        evidence.person_of = Arc::new(person_of.iter().copied().collect());
        evidence
    }

    const VALUES: [f64; 8] = [1.0, 1.0, 1.0, 1.0, 9.0, 9.0, 9.0, 9.0];

    fn mean_of(evidence: &Evidence, accounts: &[u32]) -> Estimate {
        let statistic = |drawn: &[usize]| stats::mean(&drawn.iter().map(|unit| VALUES[*unit]).collect::<Vec<_>>());
        evidence.resampled(accounts, statistic).unwrap()
    }

    #[test]
    fn accounts_of_two_persons_tell_no_more_than_two_persons() {
        let accounts = [10, 11, 12, 13, 20, 21, 22, 23];
        let alone = mean_of(&evidence(&[]), &accounts);
        let persons: Vec<(u32, u32)> = accounts.iter().map(|account| (*account, account / 10)).collect();
        let together = mean_of(&evidence(&persons), &accounts);
        assert_eq!((alone.value, together.value, together.n), (5.0, 5.0, 8));
        // Both draws are of the same person in half of the resamples.
        assert_eq!(together.interval(), Some((1.0, 9.0)));
        let (low, high) = alone.interval().unwrap();
        assert!(low > 1.0 && high < 9.0, "{alone:?}");
        assert!(together.method != alone.method);
    }

    #[test]
    fn persons_with_one_account_each_are_accounts() {
        let accounts = [10, 11, 12, 13, 20, 21, 22, 23];
        let persons: Vec<(u32, u32)> = accounts.iter().map(|account| (*account, *account)).collect();
        assert_eq!(
            mean_of(&evidence(&persons), &accounts),
            mean_of(&evidence(&[]), &accounts)
        );
    }

    #[test]
    fn one_person_has_no_interval() {
        let persons: Vec<(u32, u32)> = (0..8).map(|account| (account, 0)).collect();
        let accounts: Vec<u32> = (0..8).collect();
        let found = mean_of(&evidence(&persons), &accounts);
        assert_eq!(found.no_interval, Some(Reason::TooFew { needed: 2, found: 1 }));
    }
}
