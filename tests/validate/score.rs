//! Judging an estimator by pairs of truth and estimate, one or more of each seed.

use std::collections::BTreeMap;

use stats::{Level, clopper_pearson};

/// One estimate and what it should have been.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pair {
    /// Which of the things estimated: all pairs of a subject have one expected truth.
    pub subject: i64,
    /// What was so in this run.
    pub truth: f64,
    /// What was estimated.
    pub estimate: f64,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
}

/// A share of runs with its exact 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// How many held.
    pub held: u64,
    /// Of how many.
    pub of: u64,
    /// Clopper–Pearson.
    pub interval: (f64, f64),
}

impl Share {
    /// Of a number of trials; nothing of none.
    pub fn of(held: u64, of: u64) -> Option<Self> {
        let estimate = clopper_pearson(held, of, Level::P95).ok()?;
        Some(Self {
            held,
            of,
            interval: estimate.interval()?,
        })
    }

    /// The share.
    pub fn value(&self) -> f64 {
        self.held as f64 / self.of as f64
    }
}

/// How an estimator did.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Pairs.
    pub n: u64,
    /// Mean of the truths.
    pub truth: f64,
    /// Their standard deviation about the subject's expected truth.
    pub truth_spread: f64,
    /// Mean of the estimates.
    pub estimate: f64,
    /// Mean of estimate − truth.
    pub bias: f64,
    /// Root of the mean square of estimate − truth.
    pub rmse: f64,
    /// Mean width of the intervals.
    pub width: Option<f64>,
    /// Intervals that hold the truth of their own run.
    pub holds_own: Option<Share>,
    /// Intervals that hold the expected truth, the mean over runs: what an interval for the sampling of accounts claims.
    pub holds_expected: Option<Share>,
}

/// Judges; nothing of no pairs.
pub fn score(pairs: &[Pair]) -> Option<Score> {
    if pairs.is_empty() {
        return None;
    }
    let mut by_subject: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    for pair in pairs {
        let (sum, n) = by_subject.entry(pair.subject).or_default();
        (*sum, *n) = (*sum + pair.truth, *n + 1.0);
    }
    let expected = |pair: &Pair| by_subject.get(&pair.subject).map_or(pair.truth, |(sum, n)| sum / n);
    let n = pairs.len() as f64;
    let mean = |of: &dyn Fn(&Pair) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let with_interval: Vec<(&Pair, (f64, f64))> =
        pairs.iter().filter_map(|pair| Some((pair, pair.interval?))).collect();
    let covered = |of: &dyn Fn(&Pair) -> f64| {
        let held = with_interval
            .iter()
            .filter(|(pair, (low, high))| (*low..=*high).contains(&of(pair)))
            .count();
        Share::of(held as u64, with_interval.len() as u64)
    };
    let widths: f64 = with_interval.iter().map(|(_, (low, high))| high - low).sum();
    Some(Score {
        n: pairs.len() as u64,
        truth: mean(&|pair| pair.truth),
        truth_spread: mean(&|pair| (pair.truth - expected(pair)).powi(2)).sqrt(),
        estimate: mean(&|pair| pair.estimate),
        bias: mean(&|pair| pair.estimate - pair.truth),
        rmse: mean(&|pair| (pair.estimate - pair.truth).powi(2)).sqrt(),
        width: (!with_interval.is_empty()).then(|| widths / with_interval.len() as f64),
        holds_own: covered(&|pair| pair.truth),
        holds_expected: covered(&|pair| expected(pair)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_by_hand() {
        let pair = |truth: f64, estimate: f64, half: f64| Pair {
            subject: 0,
            truth,
            estimate,
            interval: Some((estimate - half, estimate + half)),
        };
        // Truths 10 and 14, expected 12; errors +1 and −3.
        let found = score(&[pair(10.0, 11.0, 2.0), pair(14.0, 11.0, 2.0)]).unwrap();
        assert_eq!((found.n, found.truth, found.estimate), (2, 12.0, 11.0));
        assert_eq!((found.bias, found.truth_spread), (-1.0, 2.0));
        assert!((found.rmse - 5.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(found.width, Some(4.0));
        let (own, expected) = (found.holds_own.unwrap(), found.holds_expected.unwrap());
        assert_eq!((own.held, own.of, expected.held), (1, 2, 2));
        // scipy.stats.binomtest(1, 2).proportion_ci(method="exact") → low 0.012579, high 0.987421
        assert!((own.interval.0 - 0.012_579).abs() < 1e-6 && (own.interval.1 - 0.987_421).abs() < 1e-6);
        assert_eq!(score(&[]), None);
    }

    #[test]
    fn subjects_have_expectations_of_their_own() {
        let pair = |subject: i64, truth: f64| Pair {
            subject,
            truth,
            estimate: truth,
            interval: None,
        };
        let found = score(&[pair(1, 10.0), pair(1, 12.0), pair(2, 100.0), pair(2, 102.0)]).unwrap();
        assert_eq!(found.truth_spread, 1.0);
        assert_eq!((found.bias, found.width, found.holds_own), (0.0, None, None));
    }
}
