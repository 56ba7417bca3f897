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

/// Derivatives of [`gini`] by each value, in the order given: (c − G) / Σ x with c = (2r − n − 1)/n for a value of rank r among n. Values that
/// tie have their mean rank, the mean of the derivatives to either side. What part of a value each of its contributors has, times these, is
/// what the coefficient owes to that contributor (its empirical influence).
///
/// # Errors
/// As [`gini`]; [`Reason::NotRepresentable`] of a total so small that a derivative overflows.
pub fn gini_gradient(values: &[f64]) -> Result<Vec<f64>, Reason> {
    let (total, whole) = (checked(values)?, gini(values)?);
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let of_value = |value: &f64| {
        let below = sorted.partition_point(|other| other < value);
        let until = sorted.partition_point(|other| other <= value);
        finite("derivative", (((below + until) as f64 - n) / n - whole) / total)
    };
    values.iter().map(of_value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_is_what_small_changes_make() {
        let values = [3.0, 0.0, 8.0, 3.0, 21.0, 1.0];
        let found = gini_gradient(&values).unwrap();
        let step = 1e-6;
        for (place, derivative) in found.iter().enumerate() {
            let moved = |by: f64| {
                let mut moved = values;
                moved[place] = f64::max(moved[place] + by, 0.0);
                gini(&moved).unwrap()
            };
            let expected = match values[place] {
                // Nothing can be taken from nothing.
                0.0 => (moved(step) - moved(0.0)) / step,
                _ => (moved(step) - moved(-step)) / (2.0 * step),
            };
            assert!((derivative - expected).abs() < 1e-7, "{place}: {derivative} {expected}");
        }
        // All values times a factor leave it as it is.
        let along: f64 = found
            .iter()
            .zip(values)
            .map(|(derivative, value)| derivative * value)
            .sum();
        assert!(along.abs() < 1e-12);
        assert!(gini_gradient(&[0.0, 0.0]).is_err());
    }
}
