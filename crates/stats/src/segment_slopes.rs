//! Slopes of a line that changes at given dates, when its errors have memory.

use crate::descriptive::mean;
use crate::distribution::{student_cdf, two_sided_t};
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
    /// The slope over its standard error, where there is one such.
    pub t: Option<f64>,
    /// p-value, two-sided, that it is 0; below one less the level exactly where the interval leaves 0 out.
    pub p: Result<f64, Reason>,
}

/// What a unit, such as a person, adds to one of the values: of a sum its own part, of a mean its distance from the mean over the number of
/// all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitPart {
    /// The unit's number, from 0 on: there is room for as many as the greatest.
    pub unit: usize,
    /// Position of the value.
    pub value: usize,
    /// How much.
    pub part: f64,
}

/// Slopes of least-squares lines after each of `breaks`, up to the next: of a line that may change level and slope at each, as
/// [`segmented_regression`](crate::segmented_regression) fits it, with intervals as [`theil_sen_autocorrelated`](crate::theil_sen_autocorrelated)'s. All stretches together tell
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
    let Stretches { points, lines } = Stretches::of(times, values, breaks)?;
    let stretch_of = |time: f64| breaks.partition_point(|at| *at <= time);
    let (first, span) = (points[0].0, points[points.len() - 1].0 - points[0].0);
    let residuals = points.iter().map(|&(time, value)| {
        let line = &lines[stretch_of(time)];
        (time, value - line.middle - line.slope * (time - line.centre))
    });
    let scale = values.iter().map(|v| v.abs()).fold(0.0, f64::max);
    let series = Series::of(residuals, first, span, scale)?;
    // One moment each, since points at the same time are one by now.
    let columns = |&(time, _): &(f64, f64)| {
        let stretch = stretch_of(time);
        let mut columns = vec![0.0; 2 * lines.len()];
        columns[2 * stretch] = 1.0;
        columns[2 * stretch + 1] = (time - lines[stretch].centre) / span;
        columns
    };
    let columns: Vec<Vec<f64>> = points.iter().map(columns).collect();
    let of_stretch = |stretch: usize| {
        let line = &lines[stretch];
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
            t: None,
            p: mixture.and_then(|mixture| mixture.p(line.slope)),
        }
    };
    Ok((1..lines.len()).map(of_stretch).collect())
}

/// The slopes of [`segment_slopes`], of values that are made of units, with standard errors by unit: √(G/(G − 1) Σ s²) over what each of the G
/// units that are in the stretch adds to its slope in all, and Student's t for G − 1 degrees of freedom (of least squares with observations
/// in clusters: Liang & Zeger 1986, Biometrika 73, 13–22; Arellano 1987, Oxford Bulletin of Economics and Statistics 49, 431–434).
///
/// Whatever memory units have is in what they add in all, however long a line is fitted to what is not one: a set that fills up after a wave,
/// fast and then slowly, leaves errors about a line that are no chance. What befalls many units at the same time by chance is not in it.
///
/// # Errors
/// As [`segment_slopes`], and [`Reason::OutOfRange`] for a part of no value, [`Reason::NotFinite`] for one that is not finite. The slopes stand
/// without interval, with [`Reason::TooFew`], below two units and, with [`Reason::Constant`], where none of them adds anything.
pub fn segment_slopes_by_unit(
    times: &[f64],
    values: &[f64],
    breaks: &[f64],
    parts: &[UnitPart],
    level: Level,
) -> Result<Vec<SegmentSlope>, Reason> {
    let Stretches { points, lines } = Stretches::of(times, values, breaks)?;
    for (index, part) in parts.iter().enumerate() {
        if part.value >= values.len() {
            return Err(Reason::OutOfRange {
                what: "value of a part",
                index,
                must: "one of the values",
            });
        }
        if !part.part.is_finite() {
            return Err(Reason::NotFinite { what: "part", index });
        }
    }
    let most = parts.iter().map(|part| part.unit + 1).max().unwrap_or_default();
    // Values at the same time count as their average.
    let alike = |time: f64| times.iter().filter(|other| **other == time).count() as f64;
    let alike: Vec<f64> = match points.len() == times.len() {
        true => vec![1.0; times.len()],
        false => times.iter().map(|time| alike(*time)).collect(),
    };
    let of_stretch = |stretch: usize| {
        let line = &lines[stretch];
        let mut sums = vec![None; most];
        for part in parts {
            let time = times[part.value];
            if breaks.partition_point(|at| *at <= time) == stretch {
                let added = (time - line.centre) / line.spread / alike[part.value] * part.part;
                let (sum, size): &mut (f64, f64) = sums[part.unit].get_or_insert_default();
                *sum += added;
                *size += added.abs();
            }
        }
        let sums: Vec<(f64, f64)> = sums.into_iter().flatten().collect();
        let units = sums.len();
        let rounding = |(sum, size): &(f64, f64)| sum.abs() <= ROUNDING * size;
        let squares = sums.iter().filter(|sum| !rounding(sum)).map(|(sum, _)| sum * sum);
        let error = match (units, squares.sum::<f64>()) {
            (0 | 1, _) => Err(Reason::TooFew {
                needed: 2,
                found: units as u64,
            }),
            (_, 0.0) => Err(Reason::Constant),
            (_, squares) => finite("standard error", (squares * units as f64 / (units as f64 - 1.0)).sqrt()),
        };
        let df = units as f64 - 1.0;
        let interval = error.clone().and_then(|error| {
            let half = two_sided_t(level, df)? * error;
            Ok((line.slope - half, line.slope + half))
        });
        let t = error.and_then(|error| finite("t", line.slope / error));
        let method = "least squares with breaks, errors by unit";
        SegmentSlope {
            slope: Estimate::with_interval(line.slope, interval, times.len() as u64, level, method),
            p: t.clone().and_then(|t| Ok((2.0 * student_cdf(-t.abs(), df)?).min(1.0))),
            t: t.ok(),
        }
    };
    Ok((1..lines.len()).map(of_stretch).collect())
}

/// A sum smaller than this share of what it is the sum of is rounding.
const ROUNDING: f64 = 1e-12;

/// The lines between dates.
struct Stretches {
    /// Times in their order, those that are alike as one, and values.
    points: Vec<(f64, f64)>,
    /// Before the first date, and after each.
    lines: Vec<Fitted>,
}

impl Stretches {
    fn of(times: &[f64], values: &[f64], breaks: &[f64]) -> Result<Self, Reason> {
        check_series(times, values, 1)?;
        check_dates(breaks)?;
        let mut points: Vec<(f64, f64)> = times.iter().copied().zip(values.iter().copied()).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let points: Vec<(f64, f64)> = points
            .chunk_by(|a, b| a.0 == b.0)
            .map(|tied| (tied[0].0, tied.iter().map(|p| p.1).sum::<f64>() / tied.len() as f64))
            .collect();
        let lines = (0..=breaks.len()).map(|stretch| {
            let inside: Vec<(f64, f64)> = points
                .iter()
                .copied()
                .filter(|(time, _)| breaks.partition_point(|at| *at <= *time) == stretch)
                .collect();
            if inside.len() < 2 {
                return Err(Reason::Collinear { index: stretch });
            }
            Fitted::of(&inside)
        });
        let lines = lines.collect::<Result<_, _>>()?;
        Ok(Self { points, lines })
    }
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
