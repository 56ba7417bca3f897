//! Intervals by resampling persons, each with all accounts.
//!
//! Accounts of one person are alike in followers, pace, language and ties, so that they are no independent draws: resampling accounts
//! makes an interval too narrow wherever a person comes twice, which over a long window most do. Where no table of personas tells
//! otherwise, every account is a person of its own.

use std::cell::RefCell;
use std::collections::BTreeMap;

use stats::{CountInterval, Estimate, Level, Reason, UnitSums, korn_graubard, mid_p};

use crate::evidence::Evidence;
use crate::figure::{Figure, Quantity};

/// How it is told beside a number in which persons come more than once.
const BY_PERSON: &str = "bootstrap by person, expanded percentile interval";
const STUDENTISED_BY_PERSON: &str = "bootstrap by person, studentised interval";
const SHARE_BY_PERSON: &str = "Korn-Graubard interval by person";
const ACCOUNTS_BY_PERSON: &str = "Korn-Graubard interval by person, mid-P";

impl Evidence {
    /// The statistic of units that belong to accounts, with its interval. The statistic is given how many times each unit was drawn;
    /// units of one person are drawn together. `n` counts units.
    ///
    /// # Errors
    /// As [`stats::Bootstrap::of_units`].
    pub fn resampled(
        &self,
        accounts: &[u32],
        statistic: impl Fn(&[u32]) -> Result<f64, Reason>,
    ) -> Result<Estimate, Reason> {
        let [estimate] = self.resampled_each(accounts, |times| [statistic(times)]);
        estimate
    }

    /// Several statistics of the same resamples, each as [`Evidence::resampled`] gives it.
    pub(crate) fn resampled_each<const K: usize>(
        &self,
        accounts: &[u32],
        statistics: impl Fn(&[u32]) -> [Result<f64, Reason>; K],
    ) -> [Result<Estimate, Reason>; K] {
        let persons = Persons::of(accounts, &self.person_of);
        if persons.come_once() {
            return self.bootstrap().of_times_each(accounts.len(), statistics);
        }
        let whose = persons.whose();
        // One buffer for all resamples: a new one each time is memory that must be had and given back thousands of times.
        let of_units = RefCell::new(vec![0; accounts.len()]);
        let of_persons = |of_persons: &[u32]| {
            let mut of_units = of_units.borrow_mut();
            for (times, person) in of_units.iter_mut().zip(&whose) {
                *times = of_persons[*person as usize];
            }
            statistics(&of_units)
        };
        let estimates = self.bootstrap().of_times_each(persons.len(), of_persons);
        estimates.map(|estimate| {
            Ok(Estimate {
                n: accounts.len() as u64,
                method: BY_PERSON,
                ..estimate?
            })
        })
    }

    /// An estimate from 0 to 1 of how attention is shared out, resampled by who draws it, when who gives it is chance, too: with others there, some
    /// would have drawn more and some less. Each tie is given as its giver and what it adds to the number, its times at the number's derivative;
    /// all of them add up to nothing. The error that they make is √(G/(G − 1) Σ s² − Σ z²) over the sums s of G persons and single ties z,
    /// whose chance is in what is drawn already.
    ///
    /// # Errors
    /// As [`Estimate::with_independent_error`].
    pub(crate) fn allowing_for_givers(
        &self,
        estimate: Estimate,
        ties: impl Iterator<Item = (u32, f64)>,
    ) -> Result<Estimate, Reason> {
        let (mut of_givers, mut of_ties): (BTreeMap<u32, f64>, f64) = (BTreeMap::new(), 0.0);
        for (giver, part) in ties {
            *of_givers.entry(giver).or_default() += part;
            of_ties += part * part;
        }
        let (givers, parts): (Vec<u32>, Vec<f64>) = of_givers.into_iter().unzip();
        let persons = Persons::of(&givers, &self.person_of);
        let sum = |person: usize| persons.units(person).iter().map(|unit| parts[*unit]).sum::<f64>();
        let squares: f64 = (0..persons.len()).map(|person| sum(person).powi(2)).sum();
        let count = persons.len() as f64;
        let variance = match persons.len() {
            0 | 1 => 0.0,
            _ => (squares * count / (count - 1.0) - of_ties).max(0.0),
        };
        let estimate = estimate.with_independent_error(variance.sqrt())?;
        Ok(Estimate {
            ci_low: estimate.ci_low.map(|low| low.max(0.0)),
            ci_high: estimate.ci_high.map(|high| high.min(1.0)),
            ..estimate
        })
    }

    /// The mean of the values of accounts, with the studentised interval, persons resampled. `n` counts accounts.
    ///
    /// # Errors
    /// As [`stats::mean`] and [`stats::Bootstrap::studentised`].
    pub(crate) fn mean(&self, accounts: &[u32], values: &[f64]) -> Result<Estimate, Reason> {
        let of_units = |units: &[usize]| stats::mean(&units.iter().map(|unit| values[*unit]).collect::<Vec<_>>());
        self.mean_of_ratios(accounts, |unit| [(0, values[unit], 1.0)], of_units)
    }

    /// A mean, or a rate, of units that belong to accounts, with the studentised interval, persons resampled: part, total and weight of
    /// each unit, as [`UnitSums`] takes them, and the number that they make, of the positions of units. `n` counts units.
    ///
    /// # Errors
    /// Those of the number, and as [`stats::Bootstrap::studentised`].
    pub(crate) fn mean_of_ratios<S: IntoIterator<Item = (usize, f64, f64)>>(
        &self,
        accounts: &[u32],
        sums_of: impl Fn(usize) -> S,
        number: impl Fn(&[usize]) -> Result<f64, Reason>,
    ) -> Result<Estimate, Reason> {
        let persons = Persons::of(accounts, &self.person_of);
        let value = number(&persons.units)?;
        let estimate = self.bootstrap().studentised(&persons.sums(sums_of)?)?;
        Ok(Estimate {
            value,
            n: accounts.len() as u64,
            method: match persons.come_once() {
                true => estimate.method,
                false => STUDENTISED_BY_PERSON,
            },
            ..estimate
        })
    }

    /// The share of accounts that are something: of each, whether it is. The mid-P interval where no person comes twice, else Korn &
    /// Graubard's by it. `n` counts accounts.
    ///
    /// # Errors
    /// [`Reason::TooFew`] without accounts.
    pub(crate) fn share_of_accounts(&self, of_accounts: &[(u32, bool)]) -> Result<Estimate, Reason> {
        let accounts: Vec<u32> = of_accounts.iter().map(|(account, _)| *account).collect();
        let counted = of_accounts.iter().filter(|(_, counts)| *counts).count() as u64;
        let n = accounts.len() as u64;
        let alone = mid_p(counted, n, Level::P95)?;
        if Persons::of(&accounts, &self.person_of).come_once() {
            return Ok(alone);
        }
        let sums_of = |unit: usize| [(0, f64::from(u8::from(of_accounts[unit].1)), 1.0)];
        self.share_by_person(&accounts, (n, CountInterval::MidP), sums_of, alone.value)
    }

    /// A share with Korn & Graubard's interval by person: the number of things that it is a share of, and what they are counted by; part,
    /// what counts and all there is of each unit, as [`UnitSums`] takes them, and the share that they make. `n` counts units.
    ///
    /// # Errors
    /// As [`korn_graubard`].
    pub(crate) fn share_by_person<S: IntoIterator<Item = (usize, f64, f64)>>(
        &self,
        accounts: &[u32],
        (things, interval): (u64, CountInterval),
        sums_of: impl Fn(usize) -> S,
        share: f64,
    ) -> Result<Estimate, Reason> {
        let persons = Persons::of(accounts, &self.person_of);
        let estimate = korn_graubard(&persons.sums(sums_of)?, things, interval, Level::P95)?;
        Ok(Estimate {
            value: share,
            ci_low: estimate.ci_low.map(|low| low.min(share)),
            ci_high: estimate.ci_high.map(|high| high.max(share)),
            n: accounts.len() as u64,
            method: match (persons.come_once(), interval) {
                (true, _) => estimate.method,
                (false, CountInterval::ClopperPearson) => SHARE_BY_PERSON,
                (false, CountInterval::MidP) => ACCOUNTS_BY_PERSON,
            },
            ..estimate
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
        let (part, all) = posts.iter().fold((0, 0), |(part, all), (p, w)| (part + p, all + w));
        let sums_of = |unit: usize| [(0, posts[unit].0 as f64, posts[unit].1 as f64)];
        let things = (all, CountInterval::ClopperPearson);
        let share = self.share_by_person(&accounts, things, sums_of, part as f64 / all as f64);
        Figure::of(quantity, share).noting(&format!("{all} posts"))
    }
}

/// Positions of units by person, persons in the order in which they are met; one after the other in one list, since drawn persons are
/// read many million times.
pub(crate) struct Persons {
    units: Vec<usize>,
    ends: Vec<usize>,
}

impl Persons {
    pub(crate) fn of(accounts: &[u32], person_of: &BTreeMap<u32, u32>) -> Self {
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

    pub(crate) fn len(&self) -> usize {
        self.ends.len() - 1
    }

    /// Whether no person has more than one unit.
    fn come_once(&self) -> bool {
        self.len() == self.units.len()
    }

    /// Of each unit its person.
    pub(crate) fn whose(&self) -> Vec<u32> {
        let mut whose = vec![0; self.units.len()];
        // Accounts, and so persons, have numbers of 32 bits.
        for (person, number) in (0..self.len()).zip(0..) {
            self.units(person).iter().for_each(|unit| whose[*unit] = number);
        }
        whose
    }

    /// What the units of each person come to.
    fn sums<S: IntoIterator<Item = (usize, f64, f64)>>(
        &self,
        sums_of: impl Fn(usize) -> S,
    ) -> Result<UnitSums, Reason> {
        UnitSums::new((0..self.len()).map(|person| self.units(person).iter().flat_map(|unit| sums_of(*unit))))
    }

    fn units(&self, person: usize) -> &[usize] {
        &self.units[self.ends[person]..self.ends[person + 1]]
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;

    use super::*;

    /// A study of nothing but persons.
    pub(crate) fn evidence(person_of: &[(u32, u32)]) -> Evidence {
        let study = "title = 't'\nperiod = { from = 2015-06-01, to = 2015-06-10 }\nsamples = { dates = [2015-06-04] }";
        let mut evidence = Evidence::none(study::Study::parse(study, "t").unwrap(), 2016);
        evidence.person_of = Arc::new(person_of.iter().copied().collect());
        evidence
    }

    const VALUES: [f64; 8] = [1.0, 1.0, 1.0, 1.0, 9.0, 9.0, 9.0, 9.0];

    fn mean_of(evidence: &Evidence, accounts: &[u32]) -> Estimate {
        let statistic = |times: &[u32]| {
            let each = VALUES.iter().zip(times);
            let drawn = each.flat_map(|(value, times)| std::iter::repeat_n(*value, *times as usize));
            stats::mean(&drawn.collect::<Vec<_>>())
        };
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

    #[test]
    fn shares_of_accounts_are_of_persons_where_these_come_twice() {
        let accounts: Vec<(u32, bool)> = (0..40).map(|account| (account, account % 10 < 6)).collect();
        let alone = evidence(&[]).share_of_accounts(&accounts).unwrap();
        assert_eq!(alone, mid_p(24, 40, Level::P95).unwrap());
        let persons: Vec<(u32, u32)> = (0..40).map(|account| (account, account % 10)).collect();
        let together = evidence(&persons).share_of_accounts(&accounts).unwrap();
        assert_eq!(
            (together.value, together.n, together.method),
            (0.6, 40, ACCOUNTS_BY_PERSON)
        );
        // All four accounts of a person are alike: six of ten, whose variance is known with nine degrees of freedom.
        let (low, high) = together.interval().unwrap();
        let of_ten = mid_p(6, 10, Level::P95).unwrap().interval().unwrap();
        assert!(low < of_ten.0 && high > of_ten.1, "{together:?}");
        assert!(evidence(&persons).share_of_accounts(&[]).is_err());
    }

    #[test]
    fn who_gives_counts_by_person_and_single_ties_once() {
        let estimate = Estimate {
            value: 0.9,
            ci_low: Some(0.85),
            ci_high: Some(0.95),
            ..mid_p(9, 10, Level::P95).unwrap()
        };
        // Accounts 1 and 2 are one person, who adds 0.06; the other two add -0.04 and -0.02.
        let ties = [(1, 0.05), (1, -0.01), (2, 0.02), (3, -0.04), (4, -0.03), (4, 0.01)];
        let found = evidence(&[(1, 1), (2, 1)])
            .allowing_for_givers(estimate.clone(), ties.into_iter())
            .unwrap();
        let squares = (0.06_f64.powi(2) + 0.04_f64.powi(2) + 0.02_f64.powi(2)) * 1.5;
        let single: f64 = ties.iter().map(|(_, part)| part * part).sum();
        let expected = estimate
            .clone()
            .with_independent_error((squares - single).sqrt())
            .unwrap();
        let (low, high) = found.interval().unwrap();
        assert!((low - expected.ci_low.unwrap()).abs() < 1e-12 && low < 0.85);
        assert_eq!(high, 1.0, "{expected:?} would lie above 1");
        // Of one person, of none, and of persons with one tie each nothing more is known than of single ties.
        for ties in [vec![(1, 0.5), (2, -0.5)], vec![], vec![(3, 1e-9), (4, -1e-9)]] {
            let found = evidence(&[(1, 1), (2, 1)])
                .allowing_for_givers(estimate.clone(), ties.into_iter())
                .unwrap();
            let (low, high) = found.interval().unwrap();
            assert!((low - 0.85).abs() < 1e-12 && (high - 0.95).abs() < 1e-12, "{found:?}");
        }
    }

    #[test]
    fn a_mean_is_that_of_accounts_and_its_interval_of_persons() {
        let accounts = [10, 11, 12, 13, 20, 21, 22, 23];
        let mut values = VALUES;
        values[3] = 0.3;
        let alone = evidence(&[]).mean(&accounts, &values).unwrap();
        let persons: Vec<(u32, u32)> = accounts.iter().map(|account| (*account, account / 5)).collect();
        let together = evidence(&persons).mean(&accounts, &values).unwrap();
        assert_eq!(alone.value, stats::mean(&values).unwrap());
        assert_eq!((together.value, together.n), (alone.value, 8));
        assert_eq!(alone.method, "bootstrap, studentised interval");
        assert_eq!(together.method, STUDENTISED_BY_PERSON);
        let width = |estimate: &Estimate| estimate.interval().map(|(low, high)| high - low).unwrap();
        assert!(width(&together) > width(&alone));
        let one: Vec<(u32, u32)> = accounts.iter().map(|account| (*account, 1)).collect();
        let of_one = evidence(&one).mean(&accounts, &values).unwrap();
        assert_eq!(of_one.no_interval, Some(Reason::TooFew { needed: 2, found: 1 }));
    }
}
