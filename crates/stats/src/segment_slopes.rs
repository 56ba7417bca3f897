//! Slopes of a line that changes at given dates, when its errors have memory.

use crate::descriptive::mean;
use crate::estimate::{Estimate, Level};
use crate::memory::{Mixture, Series};
use crate::reason::{Reason, finite};
use crate::segmented::check_dates;
use crate::theil_sen::check_series;

/// The slope of a line between two dates.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentSlope {
    /// Change of the value per unit of time.
    pub slope: Estimate,
    /// p-value, two-sided, that it is 0; below one less the level exactly where the interval leaves 0 out.
    pub p: Result<f64, Reason>,
}

/// Slopes of least-squares lines after each of `breaks`, up to the next: of a line that may change level and slope at each, as
/// [`segmented_regression`](crate::segmented_regression) fits it, with intervals as [`theil_sen_autocorrelated`]'s. All stretches together tell
/// how long the errors' memory is. Newey and West's errors, which that has, count lags in observations, evenly spaced or not, and are for
/// many of them.
///
/// # Errors
/// [`Reason::LengthMismatch`]; [`Reason::NotFinite`]; [`Reason::TooFew`] without observations; [`Reason::TooMany`] beyond 5,000;
/// [`Reason::OutOfRange`] for dates that do not ascend; [`Reason::Collinear`], with the stretch's position, where one has fewer than two
/// distinct times. The slopes stand without interval, with [`Reason::TooFew`], below three distinct times more than coefficients and, with
/// [`Reason::ExactFit`], where the lines fit exactly.
pub fn segment_slopes(
    times: &[f64],
    values: &[f64],
    breaks: &[f64],
    level: Level,
) -> Result<Vec<SegmentSlope>, Reason> {
    check_series(times, values, 1)?;
    check_dates(breaks)?;
    let mut points: Vec<(f64, f64)> = times.iter().copied().zip(values.iter().copied()).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let points: Vec<(f64, f64)> = points
        .chunk_by(|a, b| a.0 == b.0)
        .map(|tied| (tied[0].0, tied.iter().map(|p| p.1).sum::<f64>() / tied.len() as f64))
        .collect();
    let stretch_of = |time: f64| breaks.partition_point(|at| *at <= time);
    let stretches = (0..=breaks.len()).map(|stretch| {
        let inside: Vec<(f64, f64)> = points
            .iter()
            .copied()
            .filter(|(time, _)| stretch_of(*time) == stretch)
            .collect();
        if inside.len() < 2 {
            return Err(Reason::Collinear { index: stretch });
        }
        Fitted::of(&inside)
    });
    let stretches: Vec<Fitted> = stretches.collect::<Result<_, _>>()?;
    let (first, span) = (points[0].0, points[points.len() - 1].0 - points[0].0);
    let residuals = points.iter().map(|&(time, value)| {
        let line = &stretches[stretch_of(time)];
        (time, value - line.middle - line.slope * (time - line.centre))
    });
    let scale = values.iter().map(|v| v.abs()).fold(0.0, f64::max);
    let series = Series::of(residuals, first, span, scale)?;
    // One moment each, since points at the same time are one by now.
    let columns = |&(time, _): &(f64, f64)| {
        let stretch = stretch_of(time);
        let mut columns = vec![0.0; 2 * stretches.len()];
        columns[2 * stretch] = 1.0;
        columns[2 * stretch + 1] = (time - stretches[stretch].centre) / span;
        columns
    };
    let columns: Vec<Vec<f64>> = points.iter().map(columns).collect();
    let of_stretch = |stretch: usize| {
        let line = &stretches[stretch];
        let weight = |&(time, _): &(f64, f64)| match stretch_of(time) == stretch {
            true => (time - line.centre) / line.spread,
            false => 0.0,
        };
        let weights: Vec<f64> = points.iter().map(weight).collect();
        let mixture = Mixture::of(&series, &columns, &weights);
        let mixture = mixture.and_then(|mixture| match mixture.parts.is_empty() {
            true => Err(Reason::ExactFit),
            false => Ok(mixture),
        });
        let interval = mixture.as_ref().map_err(Reason::clone).and_then(|mixture| {
            let half = mixture.half_width(level)?;
            Ok((line.slope - half, line.slope + half))
        });
        let method = "least squares with breaks, interval for autocorrelated errors";
        SegmentSlope {
            slope: Estimate::with_interval(line.slope, interval, times.len() as u64, level, method),
            p: mixture.and_then(|mixture| mixture.p(line.slope)),
        }
    };
    Ok((1..stretches.len()).map(of_stretch).collect())
}

/// A least-squares line through points of which at least two have different times.
struct Fitted {
    centre: f64,
    middle: f64,
    /// Σ (t − t̄)².
    spread: f64,
    slope: f64,
}

impl Fitted {
    fn of(points: &[(f64, f64)]) -> Result<Self, Reason> {
        let (times, values): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
        let (centre, middle) = (mean(&times)?, mean(&values)?);
        let spread: f64 = times.iter().map(|t| (t - centre) * (t - centre)).sum();
        let products = points.iter().map(|(t, y)| (t - centre) * (y - middle));
        Ok(Fitted {
            centre,
            middle,
            spread,
            slope: finite("slope", products.sum::<f64>() / spread)?,
        })
    }
}
