//! Errors with memory: neighbouring observations, evenly spaced or not, err alike, and a short series does not tell for how long.

use crate::bisection::first_where;
use crate::distribution::student_cdf;
use crate::estimate::Level;
use crate::reason::{Reason, at_least, finite};
use crate::symmetric::Symmetric;

/// Fewest distinct times more than there are coefficients: that many degrees of freedom.
const FEWEST_MORE: usize = 3;
/// How many correlation times are weighed beside the random walk.
const MEMORIES: usize = 11;
/// Shortest correlation time as a share of the mean gap: practically none.
const SHORTEST_IN_GAPS: f64 = 0.3;
/// Longest correlation time as a multiple of the span.
const LONGEST_IN_SPANS: f64 = 2.0;
/// A correlation time, in spans, that cannot be told from a random walk.
const RANDOM_WALK_IN_SPANS: f64 = 300.0;
/// Weight, before the data speak, of a random walk.
const RANDOM_WALK_PRIOR: f64 = 0.8;
/// Independent error of each observation, as a multiple of the variance of the change over a mean gap, with its weight.
const NUGGETS: [(f64, f64); 3] = [(0.0, 0.6), (0.5, 0.25), (2.0, 0.15)];

/// One possible memory of the errors.
pub(crate) struct Part {
    pub(crate) weight: f64,
    std_error: f64,
    /// Correlation of the errors of two observations a mean gap apart.
    pub(crate) neighbour: f64,
    pub(crate) random_walk: bool,
}

/// All of them; empty where the line fits exactly.
pub(crate) struct Mixture {
    pub(crate) parts: Vec<Part>,
    df: f64,
}

/// One time with its average, and the gap to the time before.
pub(crate) struct Moment {
    gap: f64,
    pub(crate) time: f64,
    value: f64,
}

/// What is left of a fit, from the first time to the last.
pub(crate) struct Series {
    pub(crate) moments: Vec<Moment>,
    /// What a value of 1 is in the unit of the input; nothing where the fit leaves nothing.
    unit: Option<f64>,
}

impl Series {
    /// Of residuals in the order of their times, tied ones averaged; `scale` is the size of what was fitted. Times come in units of the span
    /// and values in units of the largest, so that no square overflows or vanishes.
    pub(crate) fn of(
        residuals: impl Iterator<Item = (f64, f64)>,
        first: f64,
        span: f64,
        scale: f64,
    ) -> Result<Self, Reason> {
        let points: Vec<(f64, f64)> = residuals.collect();
        let largest = finite("residual", points.iter().map(|p| p.1.abs()).fold(0.0, f64::max))?;
        let mut moments: Vec<Moment> = Vec::new();
        for tied in points.chunk_by(|a, b| a.0 == b.0) {
            let time = (tied[0].0 - first) / span;
            let gap = moments.last().map_or(0.0, |before| time - before.time);
            let value = tied.iter().map(|p| p.1 / largest.max(f64::MIN_POSITIVE)).sum::<f64>() / tied.len() as f64;
            moments.push(Moment { gap, time, value });
        }
        Ok(Series {
            moments,
            unit: (largest > 1e-12 * scale).then_some(largest),
        })
    }
}

impl Mixture {
    /// The errors of Σ weight·value, for errors about a fit by `columns`, a row of them a moment.
    pub(crate) fn of(series: &Series, columns: &[Vec<f64>], weights: &[f64]) -> Result<Self, Reason> {
        let moments = &series.moments;
        let fitted = columns.first().map_or(0, Vec::len);
        at_least(fitted + FEWEST_MORE, moments.len())?;
        let df = (moments.len() - fitted) as f64;
        let Some(unit) = series.unit else {
            return Ok(Mixture { parts: Vec::new(), df });
        };
        let mean_gap = 1.0 / (moments.len() - 1) as f64;
        let (shortest, longest) = (SHORTEST_IN_GAPS * mean_gap, LONGEST_IN_SPANS);
        let memory = |step: usize| shortest * (longest / shortest).powf(step as f64 / (MEMORIES - 1) as f64);
        let share = (1.0 - RANDOM_WALK_PRIOR) / MEMORIES as f64;
        let memories = (0..MEMORIES).map(|step| (memory(step), share, false)).chain([(
            RANDOM_WALK_IN_SPANS,
            RANDOM_WALK_PRIOR,
            true,
        )]);
        let mut found: Vec<(f64, Part)> = Vec::new();
        for (tau, prior, random_walk) in memories {
            for (multiple, share) in NUGGETS {
                let neighbour = (-mean_gap / tau).exp();
                let nugget = multiple * 2.0 * -(-mean_gap / tau).exp_m1();
                let Some(fit) = RestrictedFit::new(moments, columns, tau, nugget) else {
                    continue;
                };
                let log_weight = (prior * share).ln() + fit.log_likelihood(df);
                let variance = fit.quadratic / df * variance_of_sum(moments, weights, tau, nugget);
                let part = Part {
                    weight: 0.0,
                    std_error: variance.sqrt() * unit,
                    neighbour: neighbour / (1.0 + nugget),
                    random_walk,
                };
                if log_weight.is_finite() && part.std_error.is_finite() && part.std_error > 0.0 {
                    found.push((log_weight, part));
                }
            }
        }
        let highest = found.iter().map(|part| part.0).fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = found.iter().map(|part| (part.0 - highest).exp()).sum();
        let parts = found.into_iter().map(|(log_weight, part)| Part {
            weight: (log_weight - highest).exp() / total,
            ..part
        });
        let parts: Vec<Part> = parts.collect();
        if parts.is_empty() {
            return Err(Reason::NotRepresentable { what: "interval" });
        }
        Ok(Mixture { parts, df })
    }

    /// Probability that the estimate errs by more than `distance` to one side.
    pub(crate) fn tail_beyond(&self, distance: f64) -> Result<f64, Reason> {
        let mut tail = 0.0;
        for part in &self.parts {
            tail += part.weight * student_cdf(-distance / part.std_error, self.df)?;
        }
        Ok(tail)
    }

    /// p-value, two-sided, that what was estimated is 0.
    pub(crate) fn p(&self, estimate: f64) -> Result<f64, Reason> {
        if self.parts.is_empty() {
            return Err(Reason::ExactFit);
        }
        finite("p-value", (2.0 * self.tail_beyond(estimate.abs())?).clamp(0.0, 1.0))
    }

    /// The half-width that leaves the level's tail on each side, by bisection.
    pub(crate) fn half_width(&self, level: Level) -> Result<f64, Reason> {
        if self.parts.is_empty() {
            return Ok(0.0);
        }
        let outside = |half: f64| self.tail_beyond(half);
        let mut high = self.parts.iter().map(|part| part.std_error).fold(0.0, f64::max);
        while outside(high)? > level.tail() {
            high = finite("interval", high * 2.0)?;
        }
        first_where(0.0, high, |half| Ok(outside(half)? <= level.tail()))
    }
}

/// Generalised least squares under one correlation, by prediction errors (a Kalman filter), in one pass.
struct RestrictedFit {
    log_determinants: f64,
    quadratic: f64,
}

impl RestrictedFit {
    /// Nothing where the columns, or what they leave, cannot be told apart under this correlation.
    fn new(moments: &[Moment], columns: &[Vec<f64>], tau: f64, nugget: f64) -> Option<Self> {
        let fitted = columns.first().map_or(0, Vec::len);
        // Predictions of the columns and the value; their common variance.
        let (mut predicted, mut variance) = (vec![0.0_f64; fitted + 1], 1.0_f64);
        let mut errors = vec![0.0; fitted + 1];
        let mut log_determinant = 0.0;
        let mut products = Symmetric::zero(fitted + 1);
        for (moment, row) in moments.iter().zip(columns) {
            let kept = (-moment.gap / tau).exp();
            variance = kept * kept * variance - (-2.0 * moment.gap / tau).exp_m1();
            let whole = variance + nugget;
            let gain = variance / whole;
            errors[..fitted].copy_from_slice(row);
            errors[fitted] = moment.value;
            for (error, prediction) in errors.iter_mut().zip(&mut predicted) {
                *prediction *= kept;
                *error -= *prediction;
                *prediction += gain * *error;
            }
            variance *= 1.0 - gain;
            log_determinant += whole.ln();
            products.add_outer(&errors, 1.0 / whole);
        }
        // The value comes last, so that the last of the factor's diagonal is what the columns leave of it.
        let diagonal = products.cholesky().ok()?.diagonal();
        let (left, of_columns) = diagonal.split_last()?;
        let log_of_columns: f64 = of_columns.iter().map(|root| 2.0 * root.ln()).sum();
        Some(RestrictedFit {
            log_determinants: log_determinant + log_of_columns,
            quadratic: left * left,
        })
    }

    fn log_likelihood(&self, df: f64) -> f64 {
        -0.5 * self.log_determinants - 0.5 * df * self.quadratic.ln()
    }
}

/// Variance of Σ weight·error per unit of error variance, in one pass.
fn variance_of_sum(moments: &[Moment], weights: &[f64], tau: f64, nugget: f64) -> f64 {
    let (mut before, mut total) = (0.0, 0.0);
    for (moment, weight) in moments.iter().zip(weights) {
        before *= (-moment.gap / tau).exp();
        total += weight * weight * (1.0 + nugget) + 2.0 * weight * before;
        before += weight;
    }
    total
}
