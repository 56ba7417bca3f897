//! An interval for a trend whose neighbouring observations are alike, evenly spaced or not.

use crate::descriptive::mean;
use crate::distribution::student_cdf;
use crate::estimate::{Estimate, Level};
use crate::reason::{Reason, at_least, finite};
use crate::theil_sen::{TheilSen, theil_sen};

/// Fewest distinct times: below it, three degrees of freedom would be fewer.
const FEWEST_TIMES: usize = 5;
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

/// A Theil–Sen line with an interval that allows for memory in the errors.
#[derive(Debug, Clone, PartialEq)]
pub struct AutocorrelatedTrend {
    /// The line of [`theil_sen`], its interval replaced by the one that allows for memory.
    pub line: TheilSen,
    /// Correlation of the errors of two observations a mean gap apart, averaged over what the data leave possible; `None`
    /// where the interval is missing or the line leaves nothing.
    pub neighbour_correlation: Option<f64>,
    /// Weight of a random walk after the data have spoken (0.8 before). Where it is not small, what looks like a trend may be
    /// a walk, and the interval is wide for it.
    pub random_walk_weight: Option<f64>,
}

/// Theil–Sen slope with an interval for series with memory, such as the mean followers of samples that share most of their
/// accounts.
///
/// The errors are taken as Gaussian with correlation exp(−Δt/τ) between observations Δt apart (a continuous-time
/// autoregression, so uneven spacing needs no interpolation; τ → ∞ is a random walk), with or without an independent error
/// on top. τ is not known and a short series says little of it, so it is not estimated and then believed: each of eleven τ
/// from 0.3 mean gaps to twice the span, and the random walk, is weighed by its restricted likelihood (Harville 1974,
/// Biometrika 61, 383–385) with the error variance integrated out. Given τ, (estimate − slope)/se is Student's t with n − 2
/// degrees of freedom, where se² is the variance of the least-squares slope under that correlation; the interval holds all
/// but the tails of the weighted mixture, and lies about the Theil–Sen slope.
///
/// Held against simulation (`tests/coverage.rs`; 8 to 60 observations, evenly and unevenly spaced), a 95 % interval covers in
/// 89 to 93 % of pure random walks, in 94 to 99 % of random walks observed with error and of series with strong memory
/// (neighbour correlation 0.95), and in 97 to 100 %, so that it is two to five times wider than it need be, where memory is
/// weak or absent: a short series cannot show that it has none. Sen's own interval covers 17 to 66 % in the first two cases.
/// No interval covers everything: a step (a wave of suspensions) is no random error and wants
/// [`segmented_regression`](crate::segmented_regression); memory much longer than the span, whose drift never shows its turn,
/// looks like a trend to every method.
///
/// Observations at equal times are averaged for the interval. Where a line fits exactly, the bounds equal the value.
///
/// # Errors
/// As [`theil_sen`]. The value stands without interval, with [`Reason::TooFew`], below five distinct times.
pub fn theil_sen_autocorrelated(times: &[f64], values: &[f64], level: Level) -> Result<AutocorrelatedTrend, Reason> {
    let mut line = theil_sen(times, values, level)?;
    let slope = line.slope.value;
    let mixture = Mixture::of(times, values, &line);
    let interval = mixture.as_ref().map_err(Reason::clone).and_then(|mixture| {
        let half = mixture.half_width(level)?;
        Ok((slope - half, slope + half))
    });
    line.slope = Estimate::with_interval(
        slope,
        interval,
        line.slope.n,
        level,
        "Theil-Sen slope, interval for autocorrelated errors",
    );
    let mixture = mixture.ok().filter(|mixture| !mixture.parts.is_empty());
    let average = |of: fn(&Part) -> f64| mixture.as_ref().map(|m| m.parts.iter().map(|p| p.weight * of(p)).sum());
    Ok(AutocorrelatedTrend {
        line,
        neighbour_correlation: average(|part| part.neighbour),
        random_walk_weight: average(|part| if part.random_walk { 1.0 } else { 0.0 }),
    })
}

/// p-value of two one-sided tests (Schuirmann 1987) that the slope of [`theil_sen_autocorrelated`] lies strictly within ± `bound`, in the
/// unit of the slope: the larger of both. Below one half of one less the level exactly where the interval of that level lies within.
///
/// # Errors
/// As [`theil_sen`]; [`Reason::TooFew`] below five distinct times; [`Reason::ExactFit`] where a line fits exactly;
/// [`Reason::OutOfRange`] unless the bound is positive.
pub fn slope_equivalence_p(times: &[f64], values: &[f64], bound: f64) -> Result<f64, Reason> {
    if !(bound.is_finite() && bound > 0.0) {
        return Err(Reason::OutOfRange {
            what: "bound of the slope",
            index: 0,
            must: "positive and finite",
        });
    }
    let line = theil_sen(times, values, Level::P90)?;
    let mixture = Mixture::of(times, values, &line)?;
    if mixture.parts.is_empty() {
        return Err(Reason::ExactFit);
    }
    // The nearer bound is the harder to tell from.
    finite(
        "p-value",
        mixture.tail_beyond(bound - line.slope.value.abs())?.clamp(0.0, 1.0),
    )
}

/// One possible memory of the errors.
struct Part {
    weight: f64,
    std_error: f64,
    neighbour: f64,
    random_walk: bool,
}

/// All of them; empty where the line fits exactly.
struct Mixture {
    parts: Vec<Part>,
    df: f64,
}

/// One time with its average, and the gap to the time before.
struct Moment {
    gap: f64,
    time: f64,
    value: f64,
}

impl Mixture {
    fn of(times: &[f64], values: &[f64], line: &TheilSen) -> Result<Self, Reason> {
        let residual = |(&t, &v): (&f64, &f64)| (t, v - line.slope.value * t - line.intercept);
        let mut points: Vec<(f64, f64)> = times.iter().zip(values).map(residual).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let largest = finite("residual", points.iter().map(|p| p.1.abs()).fold(0.0, f64::max))?;
        let first = points.first().map_or(0.0, |point| point.0);
        // In units of the span and of the largest residual, so that no square overflows or vanishes.
        let mut moments: Vec<Moment> = Vec::new();
        for tied in points.chunk_by(|a, b| a.0 == b.0) {
            let time = (tied[0].0 - first) / line.span;
            let gap = moments.last().map_or(0.0, |before| time - before.time);
            let value = tied.iter().map(|p| p.1 / largest.max(f64::MIN_POSITIVE)).sum::<f64>() / tied.len() as f64;
            moments.push(Moment { gap, time, value });
        }
        at_least(FEWEST_TIMES, moments.len())?;
        let df = (moments.len() - 2) as f64;
        let scale = values.iter().map(|v| v.abs()).fold(0.0, f64::max);
        if largest <= 1e-12 * scale {
            return Ok(Mixture { parts: Vec::new(), df });
        }
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
                let fit = RestrictedFit::new(&moments, tau, nugget);
                let log_weight = (prior * share).ln() + fit.log_likelihood(df);
                let variance = fit.quadratic / df * least_squares_variance(&moments, tau, nugget);
                let part = Part {
                    weight: 0.0,
                    std_error: variance.sqrt() * (largest / line.span),
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
    fn tail_beyond(&self, distance: f64) -> Result<f64, Reason> {
        let mut tail = 0.0;
        for part in &self.parts {
            tail += part.weight * student_cdf(-distance / part.std_error, self.df)?;
        }
        Ok(tail)
    }

    /// The half-width that leaves the level's tail on each side, by bisection.
    fn half_width(&self, level: Level) -> Result<f64, Reason> {
        if self.parts.is_empty() {
            return Ok(0.0);
        }
        let outside = |half: f64| self.tail_beyond(half);
        let (mut low, mut high) = (0.0, self.parts.iter().map(|part| part.std_error).fold(0.0, f64::max));
        while outside(high)? > level.tail() {
            high = finite("interval", high * 2.0)?;
        }
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if middle <= low || middle >= high {
                break;
            }
            if outside(middle)? > level.tail() {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(high)
    }
}

/// Generalised least squares of the line under one correlation, by prediction errors (a Kalman filter), in one pass.
struct RestrictedFit {
    log_determinants: f64,
    quadratic: f64,
}

impl RestrictedFit {
    fn new(moments: &[Moment], tau: f64, nugget: f64) -> Self {
        // Predictions of the value, the constant and the time; their common variance.
        let (mut predicted, mut variance) = ([0.0_f64; 3], 1.0_f64);
        let mut log_determinant = 0.0;
        let mut products = [[0.0_f64; 3]; 3];
        for moment in moments {
            let kept = (-moment.gap / tau).exp();
            variance = kept * kept * variance - (-2.0 * moment.gap / tau).exp_m1();
            let whole = variance + nugget;
            let gain = variance / whole;
            let mut errors = [moment.value, 1.0, moment.time - 0.5];
            for (error, prediction) in errors.iter_mut().zip(&mut predicted) {
                *prediction *= kept;
                *error -= *prediction;
                *prediction += gain * *error;
            }
            variance *= 1.0 - gain;
            log_determinant += whole.ln();
            for (row, left) in products.iter_mut().zip(errors) {
                for (sum, right) in row.iter_mut().zip(errors) {
                    *sum += left * right / whole;
                }
            }
        }
        let [[yy, y1, yt], [_, one, cross], [_, _, tt]] = products;
        // The constant taken out first, then the time.
        let (yy, yt, tt) = (yy - y1 * y1 / one, yt - y1 * cross / one, tt - cross * cross / one);
        RestrictedFit {
            log_determinants: log_determinant + one.ln() + tt.ln(),
            quadratic: yy - yt * yt / tt,
        }
    }

    fn log_likelihood(&self, df: f64) -> f64 {
        -0.5 * self.log_determinants - 0.5 * df * self.quadratic.ln()
    }
}

/// Variance of the least-squares slope per unit of error variance, aᵀRa with a = (t − t̄)/Σ(t − t̄)², in one pass.
fn least_squares_variance(moments: &[Moment], tau: f64, nugget: f64) -> f64 {
    let times: Vec<f64> = moments.iter().map(|moment| moment.time).collect();
    let centre = mean(&times).unwrap_or(0.5);
    let spread: f64 = times.iter().map(|t| (t - centre) * (t - centre)).sum();
    let (mut before, mut total) = (0.0, 0.0);
    for moment in moments {
        let weight = (moment.time - centre) / spread;
        before *= (-moment.gap / tau).exp();
        total += weight * weight * (1.0 + nugget) + 2.0 * weight * before;
        before += weight;
    }
    total
}
