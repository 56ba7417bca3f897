//! A number of each member at each sample: its mean and quantiles by sample, and its mean over the samples of a window.

use std::collections::BTreeMap;

use stats::{CountInterval, Estimate, Reason, mean};
use tables::SetName;

use crate::evidence::{Evidence, MemberRow};
use crate::figure::{Figure, Quantity};
use crate::results::Results;

/// Quantiles of values of accounts that are sorted, each with its interval by resampling persons: the same resamples for all.
fn quantiles<const K: usize>(
    evidence: &Evidence,
    accounts: &[u32],
    sorted: &[f64],
    shares: [f64; K],
) -> [Result<Estimate, Reason>; K] {
    evidence.resampled_each(accounts, |times| {
        shares.map(|share| quantile_of_times(sorted, times, share))
    })
}

/// The quantile of type 7 of values, each as many times as it was drawn: a resample need not be sorted again.
pub(crate) fn quantile_of_times(sorted: &[f64], times: &[u32], share: f64) -> Result<f64, Reason> {
    let drawn: usize = times.iter().map(|times| *times as usize).sum();
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
        let inside = match self.inside(evidence, set, window) {
            Ok(inside) => inside,
            Err(reason) => return Figure::absent(quantity, reason),
        };
        let sums_of = |account: usize| inside.of(account).iter().map(|(sample, value)| (*sample, *value, 1.0));
        let mean = evidence.mean_of_ratios(&inside.accounts, sums_of, |whole| inside.mean(whole));
        Figure::of(quantity, mean).noting(&format!("{} samples", inside.samples))
    }

    /// The same of numbers that are 0 or `whole`: the mean over the samples of a share, in parts of `whole`, with the interval of a share.
    #[must_use]
    pub fn share_over_window(
        &self,
        evidence: &Evidence,
        quantity: &Quantity,
        set: SetName,
        window: usize,
        whole: f64,
    ) -> Figure {
        let inside = match self.inside(evidence, set, window) {
            Ok(inside) => inside,
            Err(reason) => return Figure::absent(quantity, reason),
        };
        let every: Vec<usize> = (0..inside.accounts.len()).collect();
        let sums_of = |account: usize| {
            let numbers = inside.of(account).iter();
            numbers.map(|(sample, value)| (*sample, value / whole, 1.0))
        };
        let n = inside.accounts.len() as u64;
        let share = inside.mean(&every).and_then(|mean| {
            let share = evidence.share_by_person(&inside.accounts, (n, CountInterval::MidP), sums_of, mean / whole)?;
            Ok(Estimate {
                value: mean,
                ci_low: share.ci_low.map(|low| (low * whole).min(mean)),
                ci_high: share.ci_high.map(|high| (high * whole).max(mean)),
                ..share
            })
        });
        Figure::of(quantity, share).noting(&format!("{} samples", inside.samples))
    }

    /// The numbers of a window's samples, by account; the reason where there are none.
    fn inside(&self, evidence: &Evidence, set: SetName, window: usize) -> Result<Inside, &'static str> {
        let window = evidence.study.windows().get(window).ok_or("no such window")?;
        let samples = evidence.study.samples();
        let inside = (0..samples.len()).filter(|sample| window.contains_sample(samples[*sample]));
        let mut by_account: BTreeMap<u32, Vec<(usize, f64)>> = BTreeMap::new();
        let mut used = 0;
        for sample in inside {
            let values = self.at(set, sample);
            for (account, value) in values {
                by_account.entry(*account).or_default().push((used, *value));
            }
            used += usize::from(!values.is_empty());
        }
        if by_account.is_empty() {
            return Err("no sample of this window has a number");
        }
        let mut inside = Inside {
            accounts: Vec::with_capacity(by_account.len()),
            numbers: Vec::new(),
            ends: Vec::with_capacity(by_account.len()),
            samples: used,
        };
        for (account, of_account) in by_account {
            inside.accounts.push(account);
            inside.numbers.extend(of_account);
            inside.ends.push(inside.numbers.len());
        }
        Ok(inside)
    }
}

/// The numbers of a window's samples.
struct Inside {
    accounts: Vec<u32>,
    /// Sample and number, one account after the other.
    numbers: Vec<(usize, f64)>,
    /// Where those of each account end.
    ends: Vec<usize>,
    /// How many samples there are.
    samples: usize,
}

impl Inside {
    fn of(&self, account: usize) -> &[(usize, f64)] {
        let start = account.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.numbers[start..self.ends[account]]
    }

    /// The mean over the samples of the means of these accounts.
    fn mean(&self, accounts: &[usize]) -> Result<f64, Reason> {
        let mut sums = vec![(0.0_f64, 0_u32); self.samples];
        for account in accounts {
            for (sample, value) in self.of(*account) {
                let (sum, n) = &mut sums[*sample];
                *sum += value;
                *n += 1;
            }
        }
        let there = sums.into_iter().filter(|(_, n)| *n > 0);
        mean(&there.map(|(sum, n)| sum / f64::from(n)).collect::<Vec<_>>())
    }
}

/// Adds a series of the mean and one of each quantile over the members of `set` at each sample. `needs` is the reason where the archive
/// holds no such number at all.
pub fn series<const K: usize>(
    evidence: &Evidence,
    numbers: &PerSample,
    set: SetName,
    (mean, of_quantiles): (&Quantity, &[(Quantity, f64); K]),
    needs: &'static str,
    results: &mut Results,
) {
    let all = || std::iter::once(mean).chain(of_quantiles.iter().map(|(quantity, _)| quantity));
    for sample in 0..evidence.study.samples().len() {
        let (accounts, values) = sorted_by_value(numbers.at(set, sample).to_vec());
        let alive = evidence.sizes.get(&(set, sample)).map_or(0, |size| size.alive);
        let reason = match evidence.sample_unknown(set, sample) {
            Some(reason) => Some(reason),
            None if alive == 0 => Some("no member was alive"),
            None if values.is_empty() && numbers.is_empty() => Some(needs),
            None => values.is_empty().then_some("seen of no member by this sample"),
        };
        let figures: Vec<Figure> = match reason {
            Some(reason) => all().map(|quantity| Figure::absent(quantity, reason)).collect(),
            None => {
                let unseen = alive.saturating_sub(values.len() as u64);
                let quantiles = quantiles(evidence, &accounts, &values, of_quantiles.map(|(_, share)| share));
                let estimates = std::iter::once(evidence.mean(&accounts, &values)).chain(quantiles);
                let figures = all()
                    .zip(estimates)
                    .map(|(quantity, estimate)| Figure::of(quantity, estimate));
                match unseen {
                    0 => figures.collect(),
                    unseen => {
                        let note = format!("{unseen} members alive without the number");
                        figures.map(|figure| figure.noting(&note)).collect()
                    }
                }
            }
        };
        for (quantity, figure) in all().zip(figures) {
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
        for times in [
            [1, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 2],
            [1, 1, 1, 1, 1, 1],
            [1, 2, 0, 0, 2, 1],
            [0, 0, 3, 3, 0, 0],
        ] {
            let drawn = sorted.iter().zip(times);
            let values: Vec<f64> = drawn
                .flat_map(|(value, times)| std::iter::repeat_n(*value, times as usize))
                .collect();
            for share in [0.0, 0.1, 0.25, 0.5, 0.75, 1.0] {
                assert_eq!(
                    quantile_of_times(&sorted, &times, share),
                    stats::quantile(&values, share)
                );
            }
        }
        assert!(quantile_of_times(&sorted, &[0; 6], 0.5).is_err());
    }
}
