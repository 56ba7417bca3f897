//! Ratios of paired positive quantities, such as followers before a suspension and after the return.

use crate::descriptive::{mean, mean_t_interval, median, sum};
use crate::estimate::{Estimate, Level};
use crate::reason::{Reason, at_least, finite};

/// Two values of one subject, in the same unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The earlier value.
    pub before: f64,
    /// The later value.
    pub after: f64,
}

fn checked(pairs: &[Pair]) -> Result<(), Reason> {
    for (index, pair) in pairs.iter().enumerate() {
        if !pair.before.is_finite() || !pair.after.is_finite() {
            return Err(Reason::NotFinite { what: "pair", index });
        }
        if pair.before < 0.0 || pair.after < 0.0 {
            return Err(Reason::OutOfRange {
                what: "pair",
                index,
                must: "not negative",
            });
        }
    }
    at_least(1, pairs.len())
}

/// Sum of the later values over the sum of the earlier: what became of the whole. Large subjects weigh most.
///
/// # Errors
/// [`Reason::TooFew`]; [`Reason::NotFinite`]; [`Reason::OutOfRange`] for negative values; [`Reason::ZeroDenominator`].
pub fn ratio_of_means(pairs: &[Pair]) -> Result<f64, Reason> {
    checked(pairs)?;
    let before = sum(&pairs.iter().map(|pair| pair.before).collect::<Vec<_>>())?;
    let after = sum(&pairs.iter().map(|pair| pair.after).collect::<Vec<_>>())?;
    if before == 0.0 {
        return Err(Reason::ZeroDenominator {
            what: "sum of earlier values",
        });
    }
    finite("ratio", after / before)
}

/// Median of each subject's after/before: what became of the typical one. A later value of zero is a ratio of zero.
///
/// # Errors
/// As [`ratio_of_means`]; [`Reason::OutOfRange`] when an earlier value is zero.
pub fn median_of_ratios(pairs: &[Pair]) -> Result<f64, Reason> {
    checked(pairs)?;
    if let Some(index) = pairs.iter().position(|pair| pair.before == 0.0) {
        return Err(Reason::OutOfRange {
            what: "earlier value",
            index,
            must: "positive",
        });
    }
    let ratios: Vec<f64> = pairs.iter().map(|pair| pair.after / pair.before).collect();
    median(&ratios).map_err(|_| Reason::NotRepresentable { what: "ratio" })
}

fn log_ratios(pairs: &[Pair]) -> Result<Vec<f64>, Reason> {
    checked(pairs)?;
    if let Some(index) = pairs.iter().position(|pair| pair.before == 0.0 || pair.after == 0.0) {
        return Err(Reason::OutOfRange {
            what: "pair",
            index,
            must: "positive",
        });
    }
    Ok(pairs.iter().map(|pair| pair.after.ln() - pair.before.ln()).collect())
}

/// Geometric mean of after/before, exp(mean(ln after − ln before)); halving and doubling cancel.
///
/// # Errors
/// As [`ratio_of_means`]; [`Reason::OutOfRange`] when a value is zero, whose logarithm does not exist. Adding a
/// constant to get round that changes the answer, so it is not done here.
pub fn geometric_mean_ratio(pairs: &[Pair]) -> Result<f64, Reason> {
    finite("ratio", mean(&log_ratios(pairs)?)?.exp())
}

/// [`geometric_mean_ratio`] with Student's t-interval of the logarithms, carried back by exp.
///
/// # Errors
/// As [`geometric_mean_ratio`].
pub fn geometric_mean_ratio_interval(pairs: &[Pair], level: Level) -> Result<Estimate, Reason> {
    let logs = mean_t_interval(&log_ratios(pairs)?, level)?;
    let value = finite("ratio", logs.value.exp())?;
    let interval = match logs.interval() {
        Some((low, high)) => Ok((low.exp(), high.exp())),
        None => Err(logs.no_interval.unwrap_or(Reason::Constant)),
    };
    Ok(Estimate::with_interval(
        value,
        interval,
        logs.n,
        level,
        "geometric mean ratio, Student t interval of logs",
    ))
}
