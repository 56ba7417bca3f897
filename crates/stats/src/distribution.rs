//! Quantiles and tails of the reference distributions, as `statrs` computes them, with NaN and panics kept out.
//!
//! `statrs` panics on probabilities outside [0, 1] and on invalid parameters; every caller here passes through a check.

use statrs::distribution::{
    Beta, ChiSquared, Continuous, ContinuousCDF, DiscreteCDF, Gamma, Normal, Poisson, StudentsT,
};

use crate::estimate::Level;
use crate::reason::{Reason, finite};

const BAD_PARAMETER: Reason = Reason::NotRepresentable {
    what: "distribution parameter",
};

/// Degrees of freedom from which a t quantile comes from its series.
const MANY_DEGREES: f64 = 1e4;
/// Shapes of a beta distribution beyond which `statrs` may search for a quantile without end.
const LARGE_SHAPE: f64 = 1e6;

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
/// As with the beta quantile, `statrs` gives some five digits for many degrees of freedom; Newton steps give the rest. Its search does not
/// end for more than some 14 million, where the series about the normal quantile (Abramowitz & Stegun 1964, 26.7.5) is right to the last digit.
pub(crate) fn two_sided_t(level: Level, df: f64) -> Result<f64, Reason> {
    if df >= MANY_DEGREES {
        let z = two_sided_z(level)?;
        let first = (z.powi(3) + z) / 4.0;
        let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
        let third = (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0;
        return finite("t quantile", z + (first + (second + third / df) / df) / df);
    }
    let t = StudentsT::new(0.0, 1.0, df).map_err(|_| BAD_PARAMETER)?;
    let mut x = finite("t quantile", t.inverse_cdf(level.tail()))?;
    for _ in 0..4 {
        x = finite("t quantile", x - (t.cdf(x) - level.tail()) / t.pdf(x))?;
    }
    Ok(-x)
}

/// Quantile of the beta distribution with shapes `a` and `b`.
///
/// `statrs` stops its search at five digits where the quantile is small, and may not end it for large shapes, so its answer only starts a
/// Newton search that keeps a bracket; for large shapes the mean does.
pub(crate) fn beta_quantile(a: f64, b: f64, p: f64) -> Result<f64, Reason> {
    let beta = Beta::new(a, b).map_err(|_| BAD_PARAMETER)?;
    let p = probability(p)?;
    let start = match a.max(b) < LARGE_SHAPE {
        true => beta.inverse_cdf(p),
        false => a / (a + b),
    };
    search(|x| beta.cdf(x), |x| beta.pdf(x), p, start)
}

/// Quantile of what is distributed as one beta distribution or another, as likely the one as the other.
pub(crate) fn either_beta_quantile(one: (f64, f64), other: (f64, f64), p: f64) -> Result<f64, Reason> {
    let beta = |(a, b)| Beta::new(a, b).map_err(|_| BAD_PARAMETER);
    let (first, second) = (beta(one)?, beta(other)?);
    search(
        |x| f64::midpoint(first.cdf(x), second.cdf(x)),
        |x| f64::midpoint(first.pdf(x), second.pdf(x)),
        probability(p)?,
        one.0 / (one.0 + one.1),
    )
}

/// Where a distribution function on [0, 1] reaches `p`: Newton steps that keep a bracket.
fn search(cdf: impl Fn(f64) -> f64, pdf: impl Fn(f64) -> f64, p: f64, start: f64) -> Result<f64, Reason> {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    let mut x = finite("beta quantile", start)?;
    for _ in 0..100 {
        let excess = finite("beta probability", cdf(x))? - p;
        if excess > 0.0 {
            high = high.min(x);
        } else {
            low = low.max(x);
        }
        let newton = x - excess / pdf(x);
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

/// x/(1 − x) of the quantile x of the beta distribution with shapes `a` and `b`, from whichever end of 0 to 1 is the nearer, so that no digit
/// of a share near 1 is lost.
pub(crate) fn beta_odds_quantile(a: f64, b: f64, p: f64) -> Result<f64, Reason> {
    if a <= b {
        let share = beta_quantile(a, b, p)?;
        return Ok(share / (1.0 - share));
    }
    let rest = beta_quantile(b, a, 1.0 - p)?;
    finite("odds", (1.0 - rest) / rest)
}

/// Quantile of the gamma distribution with the given shape and scale 1.
pub(crate) fn gamma_quantile(shape: f64, p: f64) -> Result<f64, Reason> {
    let gamma = Gamma::new(shape, 1.0).map_err(|_| BAD_PARAMETER)?;
    finite("gamma quantile", gamma.inverse_cdf(probability(p)?))
}

/// P(X ≤ k) of a Poisson distribution.
pub(crate) fn poisson_cdf(k: u64, mean: f64) -> Result<f64, Reason> {
    let poisson = Poisson::new(mean).map_err(|_| BAD_PARAMETER)?;
    finite("Poisson probability", poisson.cdf(k))
}

/// P(X > k) of a Poisson distribution.
pub(crate) fn poisson_upper(k: u64, mean: f64) -> Result<f64, Reason> {
    let poisson = Poisson::new(mean).map_err(|_| BAD_PARAMETER)?;
    finite("Poisson probability", poisson.sf(k))
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

/// P(X ≤ k) for n fair coins, k no more than half of n: the sum of the terms, each from the next greater one, from the middle one on. (The
/// beta distribution of `statrs` has six digits for n of a quarter of a million.)
pub(crate) fn binomial_half_lower(k: u64, n: u64) -> f64 {
    let below = |at: u64, term: f64| term * at as f64 / (n - at + 1) as f64;
    let middle = n / 2;
    let mut term = (k + 1..=middle)
        .rev()
        .fold(middle_term(n.div_ceil(2)), |term, at| below(at, term));
    let mut sum = term;
    for at in (1..=k).rev() {
        term = below(at, term);
        sum += term;
        if term <= sum * f64::EPSILON / 1024.0 {
            break;
        }
    }
    sum
}

/// C(2h, h)/4^h, the middle term of 2h fair coins, and of 2h − 1; for many by Stirling's series (DLMF 5.11.1).
fn middle_term(half: u64) -> f64 {
    const MANY: u64 = 1000;
    if half <= MANY {
        return (1..=half).map(|i| (2 * i - 1) as f64 / (2 * i) as f64).product();
    }
    let h = half as f64;
    let series = -1.0 / (8.0 * h) + 1.0 / (192.0 * h.powi(3)) - 1.0 / (640.0 * h.powi(5));
    series.exp() / (std::f64::consts::PI * h).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_very_many_degrees_of_freedom_are_found() {
        // scipy.stats.t.ppf(0.975, df)
        for (df, expected) in [
            (1e4, 1.960_201_239_890_626),
            (1e6, 1.959_966_356_814_107),
            (3e7, 1.959_964_063_615_764_7),
            (1e12, 1.959_963_984_542_426_2),
        ] {
            let found = two_sided_t(Level::P95, df).unwrap();
            assert!((found - expected).abs() < 1e-12, "{df}: {found} {expected}");
        }
        // The series takes over from the search without a step.
        let step =
            two_sided_t(Level::P90, MANY_DEGREES - 1.0).unwrap() - two_sided_t(Level::P90, MANY_DEGREES).unwrap();
        assert!((0.0..1e-7).contains(&step), "{step}");
    }
}
