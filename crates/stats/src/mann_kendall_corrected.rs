//! Whether a series with memory moves in one direction: the variance of Kendall's S enlarged for autocorrelation.

use crate::descriptive::mean;
use crate::distribution::{normal_quantile, two_sided_normal_p};
use crate::mann_kendall::{MannKendall, mann_kendall};
use crate::reason::{Reason, at_least};
use crate::theil_sen::theil_sen;
use crate::wilcoxon::PMethod;

/// How the variance of S is corrected for autocorrelation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrendCorrection {
    /// Hamed & Rao (1998, Journal of Hydrology 204, 182–196, equation 15): autocorrelation of the ranks of what Sen's line
    /// leaves, at the lags where it is significant at 5 %.
    HamedRao,
    /// Yue & Wang (2004, Water Resources Management 18, 201–218, equation 12): autocorrelation of what Sen's line leaves, at
    /// all lags up to the one of [`mann_kendall_corrected`].
    YueWang,
}

/// A Mann–Kendall test corrected for autocorrelation.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectedMannKendall {
    /// The test, its variance multiplied by `inflation`; `z` and `p` follow from it, p always by the normal approximation.
    pub test: MannKendall,
    /// Factor by which autocorrelation enlarges the variance of S (below 1 for negative autocorrelation).
    pub inflation: f64,
    /// Highest lag considered.
    pub lags: u64,
}

/// [`mann_kendall`] with the variance of S corrected for autocorrelation up to lag `lags`. Lags count observations, so the
/// series should be near evenly spaced; it is taken in order of time.
///
/// With every lag this is `pymannkendall`'s default for Hamed & Rao. Yue & Wang's sum over every lag has little sense (all
/// sample autocorrelations sum to −½); give it few lags. Both corrections are approximate: in short series with strong memory
/// the test still rejects too often, for which
/// [`theil_sen_autocorrelated`](crate::theil_sen_autocorrelated) is the remedy.
///
/// # Errors
/// As [`mann_kendall`]; [`Reason::TooFew`] below four points or without lags; [`Reason::NotRepresentable`] when the corrected
/// variance is not positive.
pub fn mann_kendall_corrected(
    times: &[f64],
    values: &[f64],
    correction: TrendCorrection,
    lags: usize,
) -> Result<CorrectedMannKendall, Reason> {
    let plain = mann_kendall(times, values)?;
    at_least(4, values.len())?;
    at_least(1, lags)?;
    let lags = lags.min(values.len() - 1);
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| times[a].total_cmp(&times[b]).then(values[a].total_cmp(&values[b])));
    // Positions in place of times, as both papers have it.
    let positions: Vec<f64> = (0..values.len()).map(|position| position as f64).collect();
    let series: Vec<f64> = order.iter().map(|&index| values[index]).collect();
    let slope = theil_sen(&positions, &series, crate::Level::P95)?.slope.value;
    let rest: Vec<f64> = series
        .iter()
        .zip(&positions)
        .map(|(v, t)| v - slope * (t + 1.0))
        .collect();
    let n = values.len() as f64;
    let inflation = match correction {
        TrendCorrection::HamedRao => {
            let bound = normal_quantile(0.975)? / n.sqrt();
            let correlations = autocorrelations(&ranks(&rest), lags);
            let significant = correlations.iter().enumerate().filter(|(_, r)| r.abs() > bound);
            let term = |(lag, r): (usize, &f64)| {
                let left = n - (lag + 1) as f64;
                left * (left - 1.0) * (left - 2.0) * r
            };
            1.0 + 2.0 / (n * (n - 1.0) * (n - 2.0)) * significant.map(term).sum::<f64>()
        }
        TrendCorrection::YueWang => {
            let term = |(lag, r): (usize, &f64)| (1.0 - (lag + 1) as f64 / n) * r;
            1.0 + 2.0 * autocorrelations(&rest, lags).iter().enumerate().map(term).sum::<f64>()
        }
    };
    let variance = plain.variance * inflation;
    if !(variance.is_finite() && variance > 0.0) {
        return Err(Reason::NotRepresentable {
            what: "variance corrected for autocorrelation",
        });
    }
    let z = (plain.s.abs() - 1.0).max(0.0) * plain.s.signum() / variance.sqrt();
    let z = if plain.s == 0.0 { 0.0 } else { z };
    let test = MannKendall {
        variance,
        z,
        p: two_sided_normal_p(z)?,
        p_method: PMethod::NormalContinuityCorrected,
        ..plain
    };
    Ok(CorrectedMannKendall {
        test,
        inflation,
        lags: lags as u64,
    })
}

/// Mean ranks, ties shared.
pub(crate) fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| (values[a] + 0.0).total_cmp(&(values[b] + 0.0)));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        for &index in tied {
            ranks[index] = before as f64 + (tied.len() + 1) as f64 / 2.0;
        }
        before += tied.len();
    }
    ranks
}

/// Sample autocorrelations at lags 1..=lags; zeros for a constant series.
fn autocorrelations(values: &[f64], lags: usize) -> Vec<f64> {
    let centre = mean(values).unwrap_or(0.0);
    let whole: f64 = values.iter().map(|v| (v - centre) * (v - centre)).sum();
    let at = |lag: usize| {
        let lagged = values
            .iter()
            .zip(&values[lag..])
            .map(|(a, b)| (a - centre) * (b - centre));
        let r = lagged.sum::<f64>() / whole;
        if r.is_finite() { r } else { 0.0 }
    };
    (1..=lags).map(at).collect()
}
