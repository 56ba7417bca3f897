//! How unevenly something is shared out, such as attention among accounts.

use crate::descriptive::sum;
use crate::reason::{Reason, at_least, finite};

fn checked(values: &[f64]) -> Result<f64, Reason> {
    at_least(1, values.len())?;
    let total = sum(values)?;
    if let Some(index) = values.iter().position(|&value| value < 0.0) {
        return Err(Reason::OutOfRange {
            what: "value",
            index,
            must: "not negative",
        });
    }
    if total == 0.0 {
        return Err(Reason::ZeroDenominator { what: "sum of values" });
    }
    Ok(total)
}

/// Gini's coefficient of a whole population, Σ (2i − n − 1)xᵢ / (n Σ x) over ascending values: 0 when all have the same, (n − 1)/n when one
/// has everything. For an interval give it to [`Bootstrap::of_values`](crate::Bootstrap::of_values).
///
/// # Errors
/// [`Reason::TooFew`] without values; [`Reason::NotFinite`]; [`Reason::OutOfRange`] for negative ones; [`Reason::ZeroDenominator`] when all
/// are zero.
pub fn gini(values: &[f64]) -> Result<f64, Reason> {
    let total = checked(values)?;
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let weighted: Vec<f64> = sorted
        .iter()
        .enumerate()
        .map(|(rank, value)| (2.0 * rank as f64 + 1.0 - n) * (value / total))
        .collect();
    Ok((finite("Gini coefficient", sum(&weighted)?)? / n).clamp(0.0, 1.0))
}

/// Herfindahl & Hirschman's index, the sum of squared shares: 1/n when all have the same, 1 when one has everything.
///
/// # Errors
/// As [`gini`].
pub fn herfindahl(values: &[f64]) -> Result<f64, Reason> {
    let total = checked(values)?;
    let squares: Vec<f64> = values.iter().map(|value| (value / total) * (value / total)).collect();
    sum(&squares)
}
