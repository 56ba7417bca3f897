//! Whether paired differences lie to one side of zero.

use crate::distribution::two_sided_normal_p;
use crate::reason::{Reason, all_finite, at_least};

/// Up to this many non-zero differences the null distribution is counted out.
const EXACT_LIMIT: usize = 50;

/// How a p-value was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PMethod {
    /// From the whole permutation distribution.
    Exact,
    /// From the normal approximation, corrected for ties and continuity.
    NormalContinuityCorrected,
}

/// What becomes of differences that are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZeroHandling {
    /// Left out before ranking (Wilcoxon 1945).
    Drop,
    /// Ranked with the rest, then left out (Pratt 1959, JASA 54, 655–667).
    Pratt,
}

/// Result of a Wilcoxon signed-rank test.
#[derive(Debug, Clone, PartialEq)]
pub struct WilcoxonSignedRank {
    /// Sum of ranks of the positive differences.
    pub t_plus: f64,
    /// Sum of ranks of the negative differences.
    pub t_minus: f64,
    /// Two-sided p-value.
    pub p: f64,
    /// How `p` was found.
    pub p_method: PMethod,
    /// Matched-pairs rank-biserial correlation (t₊ − t₋)/(t₊ + t₋), from −1 to 1 (Kerby 2014): the size of the effect.
    pub rank_biserial: f64,
    /// Differences that are not zero.
    pub n: u64,
    /// Differences that are zero.
    pub zeros: u64,
}

/// Wilcoxon's signed-rank test (1945, Biometrics Bulletin 1, 80–83) of differences that are symmetric about zero.
///
/// Ties in size get mean ranks. Up to 50 non-zero differences p is exact given the ranks, ties and zeros included
/// (scipy's `method='exact'` covers neither); beyond, normal with mean Σr/2 and variance Σr²/4, which is the
/// tie-corrected one. Sizes are compared exactly: differences of rounded decimals may want rounding first.
///
/// # Errors
/// [`Reason::TooFew`] for no difference; [`Reason::AllZero`]; [`Reason::NotFinite`].
pub fn wilcoxon_signed_rank(differences: &[f64], zeros: ZeroHandling) -> Result<WilcoxonSignedRank, Reason> {
    all_finite("difference", differences)?;
    at_least(1, differences.len())?;
    let zero_count = differences.iter().filter(|&&d| d == 0.0).count();
    let mut ranked: Vec<f64> = match zeros {
        ZeroHandling::Drop => differences.iter().copied().filter(|&d| d != 0.0).collect(),
        ZeroHandling::Pratt => differences.to_vec(),
    };
    ranked.sort_unstable_by(|a, b| a.abs().total_cmp(&b.abs()));

    // Twice the mean rank is a whole number, which keeps the counting exact.
    let mut doubled: Vec<u64> = Vec::with_capacity(ranked.len());
    let (mut plus, mut minus, mut before) = (0_u64, 0_u64, 0_u64);
    for tied in ranked.chunk_by(|a, b| a.abs() == b.abs()) {
        let rank = 2 * before + tied.len() as u64 + 1;
        before += tied.len() as u64;
        for &difference in tied.iter().filter(|&&d| d != 0.0) {
            doubled.push(rank);
            if difference > 0.0 {
                plus += rank;
            } else {
                minus += rank;
            }
        }
    }
    if doubled.is_empty() {
        return Err(Reason::AllZero);
    }
    let (p, p_method) = if doubled.len() <= EXACT_LIMIT {
        (exact_p(&doubled, plus), PMethod::Exact)
    } else {
        let variance: f64 = doubled.iter().map(|&rank| (rank as f64 / 2.0).powi(2)).sum::<f64>() / 4.0;
        let distance = (plus.abs_diff(minus) as f64 / 4.0 - 0.5).max(0.0);
        (
            two_sided_normal_p(distance / variance.sqrt())?,
            PMethod::NormalContinuityCorrected,
        )
    };
    let (t_plus, t_minus) = (plus as f64 / 2.0, minus as f64 / 2.0);
    let rank_biserial = (t_plus - t_minus) / (t_plus + t_minus);
    let (n, zeros) = (doubled.len() as u64, zero_count as u64);
    Ok(WilcoxonSignedRank {
        t_plus,
        t_minus,
        p,
        p_method,
        rank_biserial,
        n,
        zeros,
    })
}

/// Two-sided p over all signs of the given ranks: the rank sum of the positives as a sum of independent terms, 0 or r.
fn exact_p(doubled: &[u64], plus: u64) -> f64 {
    let most = doubled.iter().sum::<u64>() as usize;
    let mut probability = vec![0.0_f64; most + 1];
    probability[0] = 1.0;
    let mut reached = 0;
    for &rank in doubled {
        let rank = rank as usize;
        for sum in (0..=reached).rev() {
            let half = probability[sum] / 2.0;
            probability[sum] = half;
            probability[sum + rank] += half;
        }
        reached += rank;
    }
    // The distribution is symmetric, so the smaller tail is doubled.
    let smaller = (plus as usize).min(most - plus as usize);
    (2.0 * probability[..=smaller].iter().sum::<f64>()).min(1.0)
}
