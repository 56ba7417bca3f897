//! Quantiles and tails of the reference distributions, as `statrs` computes them, with NaN and panics kept out.
//!
//! `statrs` panics on probabilities outside [0, 1] and on invalid parameters; every caller here passes through a check.

use statrs::distribution::{Beta, ChiSquared, Continuous, ContinuousCDF, Gamma, Normal, StudentsT};

use crate::estimate::Level;
use crate::reason::{Reason, finite};

const BAD_PARAMETER: Reason = Reason::NotRepresentable {
    what: "distribution parameter",
};

fn probability(p: f64) -> Result<f64, Reason> {
    if (0.0..=1.0).contains(&p) {
        Ok(p)
    } else {
        Err(BAD_PARAMETER)
    }
}

/// Quantile of the standard normal distribution at `p` in (0, 1).
pub(crate) fn normal_quantile(p: f64) -> Result<f64, Reason> {
    finite("normal quantile", Normal::standard().inverse_cdf(probability(p)?))
}

/// The positive normal quantile that bounds a two-sided interval (1.96 at 95 %).
pub(crate) fn two_sided_z(level: Level) -> Result<f64, Reason> {
    Ok(-normal_quantile(level.tail())?)
}

/// Standard normal distribution function.
pub(crate) fn normal_cdf(z: f64) -> Result<f64, Reason> {
    finite("normal probability", Normal::standard().cdf(z))
}

/// Two-sided p-value of a standard normal statistic.
///
/// # Errors
/// [`Reason::NotRepresentable`] of what is no number.
pub fn two_sided_normal_p(z: f64) -> Result<f64, Reason> {
    Ok((2.0 * normal_cdf(-z.abs())?).min(1.0))
}

/// The positive Student quantile that bounds a two-sided interval with `df` degrees of freedom.
///
/// As with the beta quantile, `statrs` gives some five digits for many degrees of freedom; Newton steps give the rest.
pub(crate) fn two_sided_t(level: Level, df: f64) -> Result<f64, Reason> {
    let t = StudentsT::new(0.0, 1.0, df).map_err(|_| BAD_PARAMETER)?;
    let mut x = finite("t quantile", t.inverse_cdf(level.tail()))?;
    for _ in 0..4 {
        x = finite("t quantile", x - (t.cdf(x) - level.tail()) / t.pdf(x))?;
    }
    Ok(-x)
}

/// Quantile of the beta distribution with shapes `a` and `b`.
///
/// `statrs` stops its search at five digits where the quantile is small, so its answer only starts a Newton search that
/// keeps a bracket.
pub(crate) fn beta_quantile(a: f64, b: f64, p: f64) -> Result<f64, Reason> {
    let beta = Beta::new(a, b).map_err(|_| BAD_PARAMETER)?;
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    let mut x = finite("beta quantile", beta.inverse_cdf(probability(p)?))?;
    for _ in 0..100 {
        let excess = finite("beta probability", beta.cdf(x))? - p;
        if excess > 0.0 {
            high = high.min(x);
        } else {
            low = low.max(x);
        }
        let newton = x - excess / beta.pdf(x);
        let next = if newton > low && newton < high {
            newton
        } else {
            f64::midpoint(low, high)
        };
        if (next - x).abs() <= 4.0 * f64::EPSILON * x {
            return Ok(next);
        }
        x = next;
    }
    finite("beta quantile", x)
}

/// Quantile of the gamma distribution with the given shape and scale 1.
pub(crate) fn gamma_quantile(shape: f64, p: f64) -> Result<f64, Reason> {
    let gamma = Gamma::new(shape, 1.0).map_err(|_| BAD_PARAMETER)?;
    finite("gamma quantile", gamma.inverse_cdf(probability(p)?))
}

/// Upper tail of the chi-squared distribution.
pub(crate) fn chi_squared_upper(x: f64, df: u32) -> Result<f64, Reason> {
    let chi_squared = ChiSquared::new(f64::from(df)).map_err(|_| BAD_PARAMETER)?;
    finite("chi-squared probability", chi_squared.sf(x.max(0.0)))
}

/// Student's distribution function with `df` degrees of freedom.
pub(crate) fn student_cdf(t: f64, df: f64) -> Result<f64, Reason> {
    let student = StudentsT::new(0.0, 1.0, df).map_err(|_| BAD_PARAMETER)?;
    finite("t probability", student.cdf(t))
}

/// P(X ≤ k) for n fair coins, k < n, from the beta distribution.
pub(crate) fn binomial_half_lower(k: u64, n: u64) -> Result<f64, Reason> {
    let beta = Beta::new((n - k) as f64, k as f64 + 1.0).map_err(|_| BAD_PARAMETER)?;
    finite("binomial probability", beta.cdf(0.5))
}
