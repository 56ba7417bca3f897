//! A number of each member at each sample: its mean and quantiles by sample, and its mean over the samples of a window.

use std::collections::BTreeMap;

use stats::{Estimate, Reason, mean};
use tables::SetName;

use crate::evidence::{Evidence, MemberRow};
use crate::figure::{Figure, Quantity};
use crate::results::Results;

/// How the numbers of a sample become one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Summary {
    /// Arithmetic mean.
    Mean,
    /// Quantile of type 7.
    Quantile(f64),
}

/// Summaries of values of accounts that are sorted, each with its interval by resampling persons: the same resamples for all.
fn summarise<const K: usize>(
    evidence: &Evidence,
    accounts: &[u32],
    sorted: &[f64],
    summaries: [Summary; K],
) -> [Result<Estimate, Reason>; K] {
    evidence.resampled_each(accounts, |drawn| {
        let times = times_drawn(sorted.len(), drawn.iter().copied());
        summaries.map(|summary| match summary {
            Summary::Mean => mean_of_drawn(sorted, drawn),
            Summary::Quantile(share) => quantile_of_times(sorted, &times, drawn.len(), share),
        })
    })
}

/// The mean of the values drawn.
pub(crate) fn mean_of_drawn(values: &[f64], drawn: &[usize]) -> Result<f64, Reason> {
    mean(&drawn.iter().map(|unit| values[*unit]).collect::<Vec<_>>())
}

/// The quantile of type 7 of the values drawn, by counting how often each was: a resample need not be sorted again.
pub(crate) fn quantile_of_drawn(sorted: &[f64], drawn: &[usize], share: f64) -> Result<f64, Reason> {
    quantile_of_times(
        sorted,
        &times_drawn(sorted.len(), drawn.iter().copied()),
        drawn.len(),
        share,
    )
}

/// How often each position was drawn.
pub(crate) fn times_drawn(positions: usize, drawn: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut times = vec![0; positions];
    for position in drawn {
        times[position] += 1;
    }
    times
}

/// The quantile of type 7 of values, each as many times as it was drawn.
pub(crate) fn quantile_of_times(sorted: &[f64], times: &[u32], drawn: usize, share: f64) -> Result<f64, Reason> {
    let Some(last) = drawn.checked_sub(1) else {
        return Err(Reason::TooFew { needed: 1, found: 0 });
    };
    let rank = share * last as f64;
    let below = (rank.floor() as usize).min(last);
    let above = (below + 1).min(last);
    let (mut passed, mut low) = (0, None);
    for (value, times) in sorted.iter().zip(times) {
        passed += *times as usize;
        if passed > below {
            let low = *low.get_or_insert(*value);
            if passed > above {
                let weight = rank - below as f64;
                return Ok((low * (1.0 - weight) + value * weight).clamp(low, *value));
            }
        }
    }
    Err(Reason::TooFew { needed: 1, found: 0 })
}

/// Accounts and their values, in ascending order of the values.
pub(crate) fn sorted_by_value(mut of_accounts: Vec<(u32, f64)>) -> (Vec<u32>, Vec<f64>) {
    of_accounts.sort_unstable_by(|(a, x), (b, y)| x.total_cmp(y).then(a.cmp(b)));
    of_accounts.into_iter().unzip()
}

/// A number of the members that were alive, by set and sample.
#[derive(Debug, Clone, Default)]
pub struct PerSample {
    values: BTreeMap<(SetName, usize), Vec<(u32, f64)>>,
}

impl PerSample {
    /// Takes the number from each member that was alive and has one.
    pub fn new(evidence: &Evidence, number: impl Fn(&MemberRow) -> Option<f64>) -> Self {
        let mut values: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for member in evidence.members.iter().filter(|member| member.alive) {
            if let Some(value) = number(member).filter(|value| value.is_finite()) {
                values
                    .entry((member.set, member.sample))
                    .or_default()
                    .push((member.account, value));
            }
        }
        Self { values }
    }

    /// Accounts and their numbers at a sample.
    #[must_use]
    pub fn at(&self, set: SetName, sample: usize) -> &[(u32, f64)] {
        self.values.get(&(set, sample)).map_or(&[], Vec::as_slice)
    }

    /// Whether no member of any set has a number at any sample.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The mean over a window's samples of the samples' means. Persons are resampled, each with all samples of all accounts, since a
    /// sample shares most of its accounts with the next.
    #[must_use]
    pub fn mean_over_window(&self, evidence: &Evidence, quantity: &Quantity, set: SetName, window: usize) -> Figure {
        let Some(window) = evidence.study.windows().get(window) else {
            return Figure::absent(quantity, "no such window");
        };
        let samples = evidence.study.samples();
        let inside = (0..samples.len()).filter(|sample| window.contains_sample(samples[*sample]));
        let mut by_account: BTreeMap<u32, Vec<(u32, f64)>> = BTreeMap::new();
        let mut used = 0;
        for sample in inside {
            let values = self.at(set, sample);
            for (account, value) in values {
                by_account.entry(*account).or_default().push((used, *value));
            }
            used += u32::from(!values.is_empty());
        }
        // One after the other in one list: drawn accounts are read many million times.
        let mut ends = vec![0];
        let mut numbers: Vec<(u32, f64)> = Vec::new();
        let mut accounts = Vec::new();
        for (account, of_account) in by_account {
            accounts.push(account);
            numbers.extend(of_account);
            ends.push(numbers.len());
        }
        if accounts.is_empty() {
            return Figure::absent(quantity, "no sample of this window has a number");
        }
        let statistic = |drawn: &[usize]| {
            let mut sums = vec![(0.0_f64, 0_u32); used as usize];
            for account in drawn {
                for (sample, value) in &numbers[ends[*account]..ends[*account + 1]] {
                    let sum = &mut sums[*sample as usize];
                    sum.0 += value;
                    sum.1 += 1;
                }
            }
            let means: Vec<f64> = sums
                .into_iter()
                .filter(|(_, n)| *n > 0)
                .map(|(sum, n)| sum / f64::from(n))
                .collect();
            mean(&means)
        };
        Figure::of(quantity, evidence.resampled(&accounts, statistic)).noting(&format!("{used} samples"))
    }
}

/// Adds a series of each summary over the members of `set` at each sample. `needs` is the reason where the archive holds no such
/// number at all.
pub fn series<const K: usize>(
    evidence: &Evidence,
    numbers: &PerSample,
    set: SetName,
    summaries: &[(Quantity, Summary); K],
    needs: &'static str,
    results: &mut Results,
) {
    for sample in 0..evidence.study.samples().len() {
        let (accounts, values) = sorted_by_value(numbers.at(set, sample).to_vec());
        let alive = evidence.sizes.get(&(set, sample)).map_or(0, |size| size.alive);
        let reason = match evidence.sample_unknown(set, sample) {
            Some(reason) => Some(reason),
            None if alive == 0 => Some("no member was alive"),
            None if values.is_empty() && numbers.is_empty() => Some(needs),
            None => values.is_empty().then_some("seen of no member by this sample"),
        };
        let figures = match reason {
            Some(reason) => summaries
                .each_ref()
                .map(|(quantity, _)| Figure::absent(quantity, reason)),
            None => {
                let unseen = alive.saturating_sub(values.len() as u64);
                let mut estimates =
                    summarise(evidence, &accounts, &values, summaries.map(|(_, summary)| summary)).into_iter();
                summaries.each_ref().map(|(quantity, _)| {
                    let figure = Figure::of(
                        quantity,
                        estimates.next().unwrap_or(Err(Reason::TooFew { needed: 1, found: 0 })),
                    );
                    match unseen {
                        0 => figure,
                        unseen => figure.noting(&format!("{unseen} members alive without the number")),
                    }
                })
            }
        };
        for ((quantity, _), figure) in summaries.iter().zip(figures) {
            results.point(quantity, set.word(), evidence.sample_ms(sample), figure);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_of_what_was_drawn_is_that_of_the_values() {
        let sorted = [-2.0, 0.0, 0.5, 0.5, 3.0, 10.0];
        for drawn in [
            &[0][..],
            &[5, 5],
            &[0, 1, 2, 3, 4, 5],
            &[4, 1, 1, 0, 5, 4],
            &[2, 3, 2, 3, 3, 2],
        ] {
            let values: Vec<f64> = drawn.iter().map(|position| sorted[*position]).collect();
            for share in [0.0, 0.1, 0.25, 0.5, 0.75, 1.0] {
                assert_eq!(
                    quantile_of_drawn(&sorted, drawn, share),
                    stats::quantile(&values, share)
                );
            }
        }
        assert!(quantile_of_drawn(&sorted, &[], 0.5).is_err());
    }
}
