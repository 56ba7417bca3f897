//! Intervals by resampling persons, each with all accounts.
//!
//! Accounts of one person are alike in followers, pace, language and ties, so that they are no independent draws: resampling accounts
//! makes an interval too narrow wherever a person comes twice, which over a long window most do. Where no table of personas tells
//! otherwise, every account is a person of its own.

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
        let mut of_person: BTreeMap<u32, usize> = BTreeMap::new();
        let mut persons: Vec<Vec<usize>> = Vec::new();
        for (position, account) in accounts.iter().enumerate() {
            let alone = persons.len();
            let place = match self.person_of.get(account) {
                Some(person) => *of_person.entry(*person).or_insert(alone),
                None => alone,
            };
            match persons.get_mut(place) {
                Some(units) => units.push(position),
                None => persons.push(vec![position]),
            }
        }
        if persons.len() == accounts.len() {
            return self.bootstrap().of_units_each(accounts.len(), statistics);
        }
        let of_persons = |drawn: &[usize]| {
            let units = drawn.iter().flat_map(|person| persons[*person].iter().copied());
            statistics(&units.collect::<Vec<_>>())
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
