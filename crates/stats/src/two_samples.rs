//! Whether one group's values tend to be larger than another's, and by how much.

use crate::descriptive::{mean, quantile_of_sorted};
use crate::distribution::{student_cdf, two_sided_normal_p, two_sided_t, two_sided_z};
use crate::estimate::{Estimate, Level};
use crate::mann_kendall_corrected::ranks;
use crate::reason::{Reason, all_finite, at_least, finite};
use crate::theil_sen::tie_sizes;

/// Result of a Mann–Whitney test.
#[derive(Debug, Clone, PartialEq)]
pub struct MannWhitney {
    /// Pairs in which the first group's value is larger, equal ones counted half.
    pub u: f64,
    /// Two-sided p-value, normal with correction for ties and continuity.
    pub p: f64,
    /// Share of pairs in which the first is larger, equal ones counted half: the size of the effect, one half for none.
    pub superiority: f64,
    /// Values in both groups.
    pub n: u64,
}

/// Result of a Brunner–Munzel test.
#[derive(Debug, Clone, PartialEq)]
pub struct BrunnerMunzel {
    /// P(first > second) + P(equal)/2, with its t-interval, cut to 0 to 1.
    pub superiority: Estimate,
    /// The statistic; positive when the first tends to be larger.
    pub t: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Two-sided p-value.
    pub p: f64,
}

fn checked(first: &[f64], second: &[f64], fewest: usize) -> Result<(), Reason> {
    all_finite("value of the first group", first)?;
    all_finite("value of the second group", second)?;
    at_least(fewest, first.len())?;
    at_least(fewest, second.len())
}

/// Mann & Whitney's test (1947, Annals of Mathematical Statistics 18, 50–60), as `scipy.stats.mannwhitneyu(method='asymptotic')`. It tests
/// that both groups have one distribution; where their spreads may differ, [`brunner_munzel`] tests what is meant.
///
/// # Errors
/// [`Reason::TooFew`] for an empty group; [`Reason::NotFinite`]; [`Reason::Constant`] when all values are equal.
pub fn mann_whitney(first: &[f64], second: &[f64]) -> Result<MannWhitney, Reason> {
    checked(first, second, 1)?;
    let all = [first, second].concat();
    let (a, b, n) = (first.len() as f64, second.len() as f64, all.len() as f64);
    let rank_sum: f64 = ranks(&all)[..first.len()].iter().sum();
    let u = rank_sum - a * (a + 1.0) / 2.0;
    let ties: f64 = tie_sizes(&all).iter().map(|t| t * t * t - t).sum();
    let variance = a * b / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)));
    if variance <= 0.0 || !variance.is_finite() {
        return Err(Reason::Constant);
    }
    let distance = ((u - a * b / 2.0).abs() - 0.5).max(0.0);
    Ok(MannWhitney {
        u,
        p: two_sided_normal_p(distance / variance.sqrt())?,
        superiority: u / (a * b),
        n: all.len() as u64,
    })
}

/// Brunner & Munzel's test (2000, Biometrical Journal 42, 17–25) that neither group tends to larger values, which asks nothing of their
/// spreads; as `scipy.stats.brunnermunzel` (whose statistic has the other sign).
///
/// # Errors
/// [`Reason::TooFew`] below two values in a group; [`Reason::NotFinite`]; [`Reason::Constant`] when all values are equal, and
/// [`Reason::NoOverlap`] when the groups do not overlap, so that no variance can be estimated.
pub fn brunner_munzel(first: &[f64], second: &[f64], level: Level) -> Result<BrunnerMunzel, Reason> {
    checked(first, second, 2)?;
    let all = ranks(&[first, second].concat());
    let (of_first, of_second) = all.split_at(first.len());
    let (a, b) = (first.len() as f64, second.len() as f64);
    let spread = |own: &[f64], in_all: &[f64]| -> Result<f64, Reason> {
        let placements: Vec<f64> = in_all.iter().zip(ranks(own)).map(|(all, own)| all - own).collect();
        let centre = mean(&placements)?;
        Ok(placements.iter().map(|p| (p - centre) * (p - centre)).sum::<f64>() / (placements.len() - 1) as f64)
    };
    let (s_first, s_second) = (a * spread(first, of_first)?, b * spread(second, of_second)?);
    let whole = s_first + s_second;
    if whole <= 0.0 || !whole.is_finite() {
        let equal = all.iter().all(|rank| *rank == all[0]);
        return Err(if equal { Reason::Constant } else { Reason::NoOverlap });
    }
    let lead = mean(of_first)? - mean(of_second)?;
    let t = a * b * lead / ((a + b) * whole.sqrt());
    let df = whole * whole / (s_first * s_first / (a - 1.0) + s_second * s_second / (b - 1.0));
    let value = lead / (a + b) + 0.5;
    let interval = two_sided_t(level, df).map(|quantile| {
        let half = quantile * whole.sqrt() / (a * b);
        ((value - half).max(0.0), (value + half).min(1.0))
    });
    Ok(BrunnerMunzel {
        superiority: Estimate::with_interval(value, interval, (a + b) as u64, level, "Brunner-Munzel, t interval"),
        t,
        df,
        p: (2.0 * student_cdf(-t.abs(), df)?).min(1.0),
    })
}

/// Hodges & Lehmann's shift (1963, Annals of Mathematical Statistics 34, 598–611): the median of all differences first − second, with the
/// interval that belongs to the Mann–Whitney test (normal approximation, corrected for ties).
///
/// The differences are never listed: an order statistic among them is found by halving the doubles between their extremes, each time
/// counting how many lie below in one pass over the sorted groups. O(n log n), however many pairs there are.
///
/// # Errors
/// [`Reason::TooFew`] for an empty group; [`Reason::NotFinite`]; [`Reason::NotRepresentable`] for differences beyond a double. The value
/// stands without interval when the groups are too small for the level.
pub fn hodges_lehmann(first: &[f64], second: &[f64], level: Level) -> Result<Estimate, Reason> {
    checked(first, second, 1)?;
    let differences = Differences::new(first, second)?;
    let pairs = first.len() as u64 * second.len() as u64;
    let all = [first, second].concat();
    let (a, b, n) = (first.len() as f64, second.len() as f64, all.len() as f64);
    let ties: f64 = tie_sizes(&all).iter().map(|t| t * t * t - t).sum();
    let variance = a * b / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)));
    let interval = two_sided_z(level).and_then(|z| {
        let rank = (a * b / 2.0 - z * variance.max(0.0).sqrt()).round_ties_even();
        if rank < 1.0 {
            return Err(Reason::IntervalUnattainable);
        }
        let low = rank as u64;
        Ok((differences.smallest(low), differences.smallest(pairs + 1 - low)))
    });
    let middle = [
        differences.smallest(pairs.div_ceil(2)),
        differences.smallest(pairs / 2 + 1),
    ];
    Ok(Estimate::with_interval(
        quantile_of_sorted(&middle, 0.5),
        interval,
        n as u64,
        level,
        "Hodges-Lehmann shift, rank interval",
    ))
}

/// All differences between two groups' values, by order.
struct Differences {
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Differences {
    fn new(first: &[f64], second: &[f64]) -> Result<Self, Reason> {
        let sorted = |values: &[f64]| {
            let mut values = values.to_vec();
            values.sort_unstable_by(f64::total_cmp);
            values
        };
        let differences = Differences {
            first: sorted(first),
            second: sorted(second),
        };
        let (least, most) = differences.extremes();
        finite("difference", least)?;
        finite("difference", most)?;
        Ok(differences)
    }

    /// Least and greatest. Adding 0.0 turns −0 into +0, which the order of doubles would keep apart.
    fn extremes(&self) -> (f64, f64) {
        let ends = |values: &[f64]| values.first().copied().zip(values.last().copied()).unwrap_or_default();
        let ((first_low, first_high), (second_low, second_high)) = (ends(&self.first), ends(&self.second));
        (first_low - second_high + 0.0, first_high - second_low + 0.0)
    }

    /// How many are at most `bound`. A difference grows with its first value and falls with its second, rounding included.
    fn at_most(&self, bound: f64) -> u64 {
        let (mut above, mut count) = (0, 0);
        for first in &self.first {
            while self
                .second
                .get(above)
                .is_some_and(|second| first - second + 0.0 > bound)
            {
                above += 1;
            }
            count += (self.second.len() - above) as u64;
        }
        count
    }

    /// The `rank`-th smallest, counted from 1.
    fn smallest(&self, rank: u64) -> f64 {
        let (least, most) = self.extremes();
        let (mut low, mut high) = (place(least), place(most));
        while low < high {
            // Rounded down, also where the sum would not fit.
            let middle = (low & high) + ((low ^ high) >> 1);
            if self.at_most(at_place(middle)) >= rank {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        at_place(low)
    }
}

/// A whole number that is larger for the larger double.
fn place(value: f64) -> i64 {
    let bits = value.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// The double at a place.
fn at_place(place: i64) -> f64 {
    f64::from_bits((place ^ ((place >> 63).cast_unsigned() >> 1).cast_signed()).cast_unsigned())
}

/// Sign test: two-sided exact p-value that positive and negative differences are equally likely; zeros left out.
///
/// # Errors
/// [`Reason::NotFinite`]; [`Reason::TooFew`] without differences; [`Reason::AllZero`].
pub fn sign_test(differences: &[f64]) -> Result<f64, Reason> {
    all_finite("difference", differences)?;
    at_least(1, differences.len())?;
    let positive = differences.iter().filter(|&&d| d > 0.0).count() as u64;
    let negative = differences.iter().filter(|&&d| d < 0.0).count() as u64;
    if positive + negative == 0 {
        return Err(Reason::AllZero);
    }
    let tail = crate::distribution::binomial_half_lower(positive.min(negative), positive + negative);
    Ok((2.0 * tail).min(1.0))
}
