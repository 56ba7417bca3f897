//! Judging an estimator by pairs of truth and estimate, one or more of each seed.

use std::collections::{BTreeMap, BTreeSet};

use stats::{Level, clopper_pearson};

/// One estimate and what it should have been.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pair {
    /// Which run: what comes of one run is alike.
    pub run: usize,
    /// Which of the things estimated: all pairs of a subject have one expected truth.
    pub subject: i64,
    /// What was so in this run; nothing where the simulation cannot tell.
    pub truth: Option<f64>,
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

    /// The same of trials that come in fewer runs: the interval is that of as many trials as there are runs, since those of one run may
    /// all be alike.
    fn of_runs(held: u64, of: u64, runs: u64) -> Option<Self> {
        let whole = Self::of(held, of)?;
        let alike = Self::of((whole.value() * runs as f64).round() as u64, runs)?;
        Some(Self {
            interval: alike.interval,
            ..whole
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
    /// Mean of the estimates.
    pub estimate: f64,
    /// Standard deviation of the estimates about the mean of their subject's.
    pub estimate_spread: f64,
    /// Mean width of the intervals.
    pub width: Option<f64>,
    /// Intervals that hold the mean of the estimates over runs: whether they are as wide as the estimator's own spread asks for,
    /// apart from its bias.
    pub holds_repeated: Option<Share>,
    /// How it did beside the truth, where there is one.
    pub beside: Option<Beside>,
}

impl Score {
    /// Whether runs do not differ in the estimate: its intervals then hold it in all of them or in none, whatever their width.
    pub fn constant(&self) -> bool {
        self.estimate_spread <= 1e-12 * self.estimate.abs()
    }
}

/// An estimator beside the truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// Mean of the truths.
    pub truth: f64,
    /// Their standard deviation about the subject's expected truth.
    pub truth_spread: f64,
    /// Mean of estimate − truth.
    pub bias: f64,
    /// Root of the mean square of estimate − truth.
    pub rmse: f64,
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
    let estimate = |pair: &Pair| pair.estimate;
    let repeated = expectation(pairs, estimate);
    let with_interval: Vec<(f64, f64)> = pairs.iter().filter_map(|pair| pair.interval).collect();
    let widths: f64 = with_interval.iter().map(|(low, high)| high - low).sum();
    let mean_square = mean(pairs, |pair| (pair.estimate - repeated(pair)).powi(2));
    Some(Score {
        n: pairs.len() as u64,
        estimate: mean(pairs, estimate),
        estimate_spread: mean_square.sqrt(),
        width: (!with_interval.is_empty()).then(|| widths / with_interval.len() as f64),
        holds_repeated: held(pairs, &repeated),
        beside: beside(pairs),
    })
}

fn beside(pairs: &[Pair]) -> Option<Beside> {
    let pairs: Vec<Pair> = pairs.iter().filter(|pair| pair.truth.is_some()).cloned().collect();
    if pairs.is_empty() {
        return None;
    }
    let truth = |pair: &Pair| pair.truth.unwrap_or(pair.estimate);
    let expected = expectation(&pairs, truth);
    Some(Beside {
        truth: mean(&pairs, truth),
        truth_spread: mean(&pairs, |pair| (truth(pair) - expected(pair)).powi(2)).sqrt(),
        bias: mean(&pairs, |pair| pair.estimate - truth(pair)),
        rmse: mean(&pairs, |pair| (pair.estimate - truth(pair)).powi(2)).sqrt(),
        holds_own: held(&pairs, &truth),
        holds_expected: held(&pairs, &expected),
    })
}

/// Of pairs that are there; what is not finite has no mean.
fn mean(pairs: &[Pair], of: impl Fn(&Pair) -> f64) -> f64 {
    stats::mean(&pairs.iter().map(of).collect::<Vec<_>>()).unwrap_or(f64::NAN)
}

/// The mean of something over the runs, for the subject of a pair.
fn expectation(pairs: &[Pair], of: impl Fn(&Pair) -> f64) -> impl Fn(&Pair) -> f64 {
    let mut by_subject: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    for pair in pairs {
        let (sum, n) = by_subject.entry(pair.subject).or_default();
        (*sum, *n) = (*sum + of(pair), *n + 1.0);
    }
    move |pair| by_subject.get(&pair.subject).map_or(f64::NAN, |(sum, n)| sum / n)
}

/// Of the intervals, those that hold a value.
fn held(pairs: &[Pair], value: &impl Fn(&Pair) -> f64) -> Option<Share> {
    let (mut held, mut of, mut runs) = (0, 0, BTreeSet::new());
    for pair in pairs {
        if let Some((low, high)) = pair.interval {
            of += 1;
            held += u64::from((low..=high).contains(&value(pair)));
            runs.insert(pair.run);
        }
    }
    Share::of_runs(held, of, runs.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_by_hand() {
        let pair = |run: usize, truth: f64, estimate: f64, half: f64| Pair {
            run,
            subject: 0,
            truth: Some(truth),
            estimate,
            interval: Some((estimate - half, estimate + half)),
        };
        // Truths 10 and 14, expected 12; errors +1 and −3.
        let found = score(&[pair(1, 10.0, 11.0, 2.0), pair(2, 14.0, 11.0, 2.0)]).unwrap();
        let beside = found.beside.unwrap();
        assert_eq!((found.n, beside.truth, found.estimate), (2, 12.0, 11.0));
        assert_eq!((beside.bias, beside.truth_spread), (-1.0, 2.0));
        assert!((beside.rmse - 5.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!((found.width, found.estimate_spread), (Some(4.0), 0.0));
        let (own, expected) = (beside.holds_own.unwrap(), beside.holds_expected.unwrap());
        assert_eq!((own.held, own.of, expected.held), (1, 2, 2));
        // scipy.stats.binomtest(1, 2).proportion_ci(method="exact") → low 0.012579, high 0.987421
        assert!((own.interval.0 - 0.012_579).abs() < 1e-6 && (own.interval.1 - 0.987_421).abs() < 1e-6);
        assert_eq!(score(&[]), None);
    }

    #[test]
    fn without_a_truth_the_width_is_judged_by_the_spread() {
        let pair = |run: usize, estimate: f64, half: f64| Pair {
            run,
            subject: 0,
            truth: None,
            estimate,
            interval: Some((estimate - half, estimate + half)),
        };
        // The estimates' mean is 4; the second interval ends at 5.
        let found = score(&[pair(1, 2.0, 2.5), pair(2, 6.0, 1.0)]).unwrap();
        assert_eq!((found.estimate, found.estimate_spread), (4.0, 2.0));
        let repeated = found.holds_repeated.unwrap();
        assert_eq!((repeated.held, repeated.of, found.beside), (1, 2, None));
    }

    #[test]
    fn what_is_the_same_in_every_run_is_constant() {
        let runs = |estimates: [f64; 2]| {
            let pairs = estimates.map(|estimate| Pair {
                estimate,
                ..Pair::default()
            });
            score(&pairs).unwrap()
        };
        assert!(runs([1.0, 1.0]).constant() && runs([0.0, 0.0]).constant() && !runs([1.0, 0.999]).constant());
    }

    #[test]
    fn subjects_have_expectations_of_their_own() {
        let pair = |subject: i64, truth: f64| Pair {
            run: 0,
            subject,
            truth: Some(truth),
            estimate: truth,
            interval: None,
        };
        let found = score(&[pair(1, 10.0), pair(1, 12.0), pair(2, 100.0), pair(2, 102.0)]).unwrap();
        let beside = found.beside.unwrap();
        assert_eq!((beside.truth_spread, found.estimate_spread), (1.0, 1.0));
        assert_eq!((beside.bias, found.width, beside.holds_own), (0.0, None, None));
    }
}
