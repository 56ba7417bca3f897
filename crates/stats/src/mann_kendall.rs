//! Whether a series moves in one direction.

use crate::distribution::two_sided_normal_p;
use crate::reason::Reason;
use crate::theil_sen::{check_series, tie_sizes};
use crate::wilcoxon::PMethod;

/// Longest series without ties for which the distribution of S is counted out.
const EXACT_LIMIT: usize = 30;

/// Result of a Mann–Kendall test.
#[derive(Debug, Clone, PartialEq)]
pub struct MannKendall {
    /// Pairs that rise less pairs that fall.
    pub s: f64,
    /// Variance of `s` without a trend, corrected for ties.
    pub variance: f64,
    /// (s ∓ 1)/√variance, continuity-corrected; 0 when s is 0.
    pub z: f64,
    /// Two-sided p-value.
    pub p: f64,
    /// How `p` was found.
    pub p_method: PMethod,
    /// Kendall's τ-b.
    pub tau: f64,
    /// Number of observations.
    pub n: u64,
}

/// Mann–Kendall test for a monotone trend (Mann 1945; Kendall 1975, chapter 4 for ties).
///
/// Without ties and up to 30 observations the p-value is exact; else it is normal with continuity correction.
/// Observations are taken as independent: positive autocorrelation makes p too small. Quadratic in time, so at most
/// 5,000 points.
///
/// # Errors
/// [`Reason::TooFew`] below three points; [`Reason::Constant`] when all values, or all times, are equal;
/// [`Reason::TooMany`]; [`Reason::LengthMismatch`]; [`Reason::NotFinite`].
pub fn mann_kendall(times: &[f64], values: &[f64]) -> Result<MannKendall, Reason> {
    check_series(times, values, 3)?;
    let mut s = 0_i64;
    for (i, (t, v)) in times.iter().zip(values).enumerate() {
        for (later_t, later_v) in times[i + 1..].iter().zip(&values[i + 1..]) {
            s += direction(*t, *later_t) * direction(*v, *later_v);
        }
    }
    let n = values.len() as f64;
    let (time_ties, value_ties) = (tie_sizes(times), tie_sizes(values));
    let over = |ties: &[f64], term: fn(f64) -> f64| ties.iter().map(|&size| term(size)).sum::<f64>();
    let pairs = |size: f64| size * (size - 1.0);
    let triples = |size: f64| size * (size - 1.0) * (size - 2.0);
    let spread = |size: f64| size * (size - 1.0) * (2.0 * size + 5.0);
    let variance = (spread(n) - over(&time_ties, spread) - over(&value_ties, spread)) / 18.0
        + over(&time_ties, triples) * over(&value_ties, triples) / (9.0 * triples(n))
        + over(&time_ties, pairs) * over(&value_ties, pairs) / (2.0 * pairs(n));
    let (time_pairs, value_pairs) = (pairs(n) - over(&time_ties, pairs), pairs(n) - over(&value_ties, pairs));
    if time_pairs <= 0.0 || value_pairs <= 0.0 || variance <= 0.0 {
        return Err(Reason::Constant);
    }
    let score = s as f64;
    let z = (score.abs() - 1.0).max(0.0) * score.signum() / variance.sqrt();
    let z = if s == 0 { 0.0 } else { z };
    let exact = time_ties.is_empty() && value_ties.is_empty() && values.len() <= EXACT_LIMIT;
    let (p, p_method) = if exact {
        (exact_p(values.len(), s), PMethod::Exact)
    } else {
        (two_sided_normal_p(z)?, PMethod::NormalContinuityCorrected)
    };
    let tau = (2.0 * score / (time_pairs.sqrt() * value_pairs.sqrt())).clamp(-1.0, 1.0);
    Ok(MannKendall {
        s: score,
        variance,
        z,
        p,
        p_method,
        tau,
        n: values.len() as u64,
    })
}

fn direction(from: f64, to: f64) -> i64 {
    i64::from(to > from) - i64::from(to < from)
}

/// P(|S| ≥ |s|) over all orders of n distinct values; the number of falling pairs in a random order is a sum of
/// independent uniform counts 0..i (Kendall 1975, chapter 5).
fn exact_p(n: usize, s: i64) -> f64 {
    let mut probability = vec![1.0_f64];
    for size in 2..=n {
        let mut next = vec![0.0; probability.len() + size - 1];
        for (falls, share) in probability.iter().enumerate() {
            for more in 0..size {
                next[falls + more] += share / size as f64;
            }
        }
        probability = next;
    }
    let most = (n * (n - 1) / 2) as i64;
    let extreme = |falls: usize| (most - 2 * falls as i64).abs() >= s.abs();
    let p: f64 = probability
        .iter()
        .enumerate()
        .filter(|(falls, _)| extreme(*falls))
        .map(|(_, share)| share)
        .sum();
    p.min(1.0)
}
