//! The slope of a series by the median of its pairwise slopes.

use crate::descriptive::quantile_of_sorted;
use crate::distribution::two_sided_z;
use crate::estimate::{Estimate, Level};
use crate::reason::{Reason, all_finite, at_least, finite};

/// Longest series that the quadratic trend methods take: 12.5 million pairs, 100 MB.
pub(crate) const LONGEST_SERIES: usize = 5_000;

/// A Theil–Sen line.
#[derive(Debug, Clone, PartialEq)]
pub struct TheilSen {
    /// Change of y per unit of time, with Sen's interval.
    pub slope: Estimate,
    /// Median of y − slope·t, the line's value at time 0 (`method='joint'` of scipy).
    pub intercept: f64,
    /// Latest time less earliest, in the unit of the times.
    pub span: f64,
}

/// Checks a series for the trend methods.
pub(crate) fn check_series(times: &[f64], values: &[f64], needed: usize) -> Result<(), Reason> {
    if times.len() != values.len() {
        return Err(Reason::LengthMismatch {
            left: times.len(),
            right: values.len(),
        });
    }
    all_finite("time", times)?;
    all_finite("value", values)?;
    at_least(needed, values.len())?;
    if values.len() > LONGEST_SERIES {
        return Err(Reason::TooMany {
            limit: LONGEST_SERIES as u64,
            found: values.len() as u64,
        });
    }
    Ok(())
}

/// Sizes of the groups of equal values, those of one left out.
pub(crate) fn tie_sizes(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().map(|v| v + 0.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
        .chunk_by(|a, b| a == b)
        .filter(|group| group.len() > 1)
        .map(|group| group.len() as f64)
        .collect()
}

/// Theil–Sen slope (Theil 1950; Sen 1968, JASA 63, 1379–1389) with Sen's interval from the variance of Kendall's S
/// corrected for ties in times and values (Sen 1968, section 3; as `scipy.stats.theilslopes`).
///
/// Unlike scipy, which cuts the interval to the extreme slopes when the sample is too small for the level, this gives
/// no interval there (below 5 points at 95 %, below 4 at 90 %). Observations are taken as independent: positive
/// autocorrelation, as daily means have, makes the interval too narrow. Quadratic in time and memory, so at most 5,000
/// points.
///
/// # Errors
/// [`Reason::TooFew`] below two points; [`Reason::TooMany`]; [`Reason::LengthMismatch`]; [`Reason::NotFinite`];
/// [`Reason::Constant`] when all times are equal; [`Reason::NotRepresentable`] when a slope overflows.
pub fn theil_sen(times: &[f64], values: &[f64], level: Level) -> Result<TheilSen, Reason> {
    check_series(times, values, 2)?;
    let (first, last) = times
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &t| (l.min(t), h.max(t)));
    let span = finite("span", last - first)?;
    let mut slopes = Vec::with_capacity(values.len() * (values.len() - 1) / 2);
    for (i, (t, v)) in times.iter().zip(values).enumerate() {
        for (later_t, later_v) in times[i + 1..].iter().zip(&values[i + 1..]) {
            if later_t != t {
                // + 0.0 turns −0 into 0, so that a flat pair has one sign.
                slopes.push((later_v - v) / (later_t - t) + 0.0);
            }
        }
    }
    if slopes.is_empty() {
        return Err(Reason::Constant);
    }
    if slopes.iter().any(|slope| !slope.is_finite()) {
        return Err(Reason::NotRepresentable { what: "slope" });
    }
    slopes.sort_unstable_by(f64::total_cmp);
    let value = quantile_of_sorted(&slopes, 0.5);
    let interval = sen_ranks(times, values, slopes.len(), level).map(|(low, high)| (slopes[low], slopes[high]));
    let slope = Estimate::with_interval(
        value,
        interval,
        values.len() as u64,
        level,
        "Theil-Sen slope, Sen interval",
    );

    let residuals: Vec<f64> = times.iter().zip(values).map(|(t, v)| v - value * t).collect();
    let intercept =
        crate::descriptive::median(&residuals).map_err(|_| Reason::NotRepresentable { what: "intercept" })?;
    Ok(TheilSen { slope, intercept, span })
}

/// Zero-based ranks of the slopes that bound the interval.
fn sen_ranks(times: &[f64], values: &[f64], pairs: usize, level: Level) -> Result<(usize, usize), Reason> {
    let n = values.len() as f64;
    let z = two_sided_z(level)?;
    let term = |size: f64| size * (size - 1.0) * (2.0 * size + 5.0);
    let ties: f64 = tie_sizes(times).into_iter().chain(tie_sizes(values)).map(term).sum();
    let ranks = |variance: f64| {
        let half = z * variance.max(0.0).sqrt();
        let low = ((pairs as f64 - half) / 2.0).round_ties_even() - 1.0;
        let high = ((pairs as f64 + half) / 2.0).round_ties_even();
        (low >= 0.0 && high <= pairs as f64 - 1.0).then_some((low as usize, high as usize))
    };
    // Ties narrow the interval; they must not make it attainable for a sample that is too small without them.
    ranks(term(n) / 18.0).ok_or(Reason::IntervalUnattainable)?;
    ranks((term(n) - ties) / 18.0).ok_or(Reason::IntervalUnattainable)
}
