//! Location and spread of a sample.

use crate::distribution::two_sided_t;
use crate::estimate::{Estimate, Level};
use crate::reason::{Reason, all_finite, at_least, finite};

/// Sum in slice order with Neumaier's compensation (Neumaier 1974, ZAMM 54, 39–51), so that the error does not grow
/// with n.
///
/// # Errors
/// [`Reason::NotFinite`] for NaN or infinite input; [`Reason::NotRepresentable`] when the sum overflows. An empty slice
/// sums to 0.
pub fn sum(values: &[f64]) -> Result<f64, Reason> {
    all_finite("value", values)?;
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for &value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() {
            (total - next) + value
        } else {
            (value - next) + total
        };
        total = next;
    }
    finite("sum", total + lost)
}

/// Arithmetic mean, in the unit of the input.
///
/// # Errors
/// As [`sum`], and [`Reason::TooFew`] for an empty slice.
pub fn mean(values: &[f64]) -> Result<f64, Reason> {
    at_least(1, values.len())?;
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
    // Rounding may carry the quotient a last bit beyond the data; a mean never lies there.
    Ok((sum(values)? / values.len() as f64).clamp(low, high))
}

/// Standard deviation with divisor n − 1, in the unit of the input; two passes, so that a large mean costs no digits.
///
/// # Errors
/// As [`mean`], and [`Reason::TooFew`] for fewer than two values.
pub fn standard_deviation(values: &[f64]) -> Result<f64, Reason> {
    at_least(2, values.len())?;
    let centre = mean(values)?;
    let largest = finite(
        "deviation",
        values.iter().map(|v| (v - centre).abs()).fold(0.0, f64::max),
    )?;
    if largest == 0.0 {
        return Ok(0.0);
    }
    // Scaled, so that squares of tiny deviations do not vanish and those of huge ones do not overflow.
    let squares: Vec<f64> = values.iter().map(|v| ((v - centre) / largest).powi(2)).collect();
    finite(
        "standard deviation",
        largest * (sum(&squares)? / (values.len() - 1) as f64).sqrt(),
    )
}

/// Mean with Student's t-interval, mean ± t(n−1)·s/√n.
///
/// Sound when the mean's sampling distribution is near normal; follower counts are heavy-tailed, so prefer the
/// [bootstrap](crate::Bootstrap) there. With one value, or a constant sample, the value stands and the interval has a
/// reason.
///
/// # Errors
/// As [`mean`].
pub fn mean_t_interval(values: &[f64], level: Level) -> Result<Estimate, Reason> {
    let value = mean(values)?;
    let interval = standard_deviation(values).and_then(|s| {
        if s == 0.0 {
            return Err(Reason::Constant);
        }
        let half = two_sided_t(level, (values.len() - 1) as f64)? * s / (values.len() as f64).sqrt();
        Ok((value - half, value + half))
    });
    Ok(Estimate::with_interval(
        value,
        interval,
        values.len() as u64,
        level,
        "mean, Student t interval",
    ))
}

/// Sorts a copy after checking it; −0 and +0 become one value, so that the order of equal values cannot show.
fn sorted(values: &[f64]) -> Result<Vec<f64>, Reason> {
    all_finite("value", values)?;
    at_least(1, values.len())?;
    let mut sorted: Vec<f64> = values.iter().map(|v| v + 0.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    Ok(sorted)
}

/// Quantile of type 7 (Hyndman & Fan 1996, American Statistician 50, 361–365): linear interpolation at (n − 1)p, as
/// numpy and R do by default.
///
/// # Errors
/// [`Reason::OutOfRange`] unless 0 ≤ p ≤ 1; [`Reason::TooFew`] for an empty slice; [`Reason::NotFinite`].
pub fn quantile(values: &[f64], p: f64) -> Result<f64, Reason> {
    Ok(quantile_of_sorted(&sorted(values)?, checked_probability(p)?))
}

fn checked_probability(p: f64) -> Result<f64, Reason> {
    if (0.0..=1.0).contains(&p) {
        Ok(p)
    } else {
        Err(Reason::OutOfRange {
            what: "probability",
            index: 0,
            must: "between 0 and 1",
        })
    }
}

/// Type 7 on values that are sorted, finite and not empty.
pub(crate) fn quantile_of_sorted(sorted: &[f64], p: f64) -> f64 {
    let last = sorted.len() - 1;
    let position = p * last as f64;
    let below = (position.floor() as usize).min(last);
    let above = (below + 1).min(last);
    let weight = position - below as f64;
    let (low, high) = (sorted[below], sorted[above]);
    // low·(1 − w) + high·w cannot overflow, unlike low + (high − low)·w; the clamp undoes its last-bit error.
    (low * (1.0 - weight) + high * weight).clamp(low, high)
}

/// Median, the type 7 [`quantile`] at one half.
///
/// # Errors
/// As [`quantile`].
pub fn median(values: &[f64]) -> Result<f64, Reason> {
    quantile(values, 0.5)
}
