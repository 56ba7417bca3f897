//! Whether a series is flat: an equivalence test, not a failure to find a trend.

use std::fmt;

use crate::descriptive::mean;
use crate::estimate::{Estimate, Level};
use crate::reason::{Reason, finite};
use crate::theil_sen::{TheilSen, theil_sen};
use crate::trend_interval::theil_sen_autocorrelated;

/// The largest relative change over the window that still counts as flat, such as 0.1 for ±10 % of the mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margin(f64);

impl Margin {
    /// A margin as a share of the mean.
    ///
    /// # Errors
    /// [`Reason::OutOfRange`] unless positive and finite.
    pub fn new(share_of_mean: f64) -> Result<Self, Reason> {
        if share_of_mean.is_finite() && share_of_mean > 0.0 {
            Ok(Margin(share_of_mean))
        } else {
            Err(Reason::OutOfRange {
                what: "margin",
                index: 0,
                must: "positive and finite",
            })
        }
    }

    /// The margin as a share of the mean.
    pub fn share_of_mean(self) -> f64 {
        self.0
    }
}

/// What the test found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrendVerdict {
    /// The 90 % interval lies within the margin: the change is shown to be small, even if it is not zero.
    Flat,
    /// The interval lies above zero and reaches beyond the margin.
    Up,
    /// The interval lies below zero and reaches beyond the margin.
    Down,
    /// The interval holds zero and reaches beyond the margin: the data cannot tell.
    Inconclusive,
}

impl fmt::Display for TrendVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrendVerdict::Flat => "flat",
            TrendVerdict::Up => "up",
            TrendVerdict::Down => "down",
            TrendVerdict::Inconclusive => "inconclusive",
        })
    }
}

/// Result of the test for a flat series.
#[derive(Debug, Clone, PartialEq)]
pub struct FlatTest {
    /// What the test found.
    pub verdict: TrendVerdict,
    /// Change over the window as a share of the mean (slope·span/|mean|), with Sen's interval at 90 %.
    pub change: Estimate,
    /// The margin that the change was held against.
    pub margin: Margin,
    /// Lag-1 autocorrelation of what the line leaves, in time order; `None` where the line leaves nothing. Well above
    /// zero (say 2/√n) it means that the interval is too narrow and the verdict too sure.
    pub residual_autocorrelation: Option<f64>,
}

/// Two one-sided tests at 5 % each (Schuirmann 1987, J. Pharmacokinetics 15, 657–680) of the Theil–Sen change over the
/// window against ± margin: flat when Sen's 90 % interval lies strictly within. A direction is claimed from the same
/// interval.
///
/// The mean is taken as known. Autocorrelation makes the interval too narrow, and with it both "flat" and a direction
/// too easy to claim: see [`flat_test_autocorrelated`].
///
/// # Errors
/// As [`theil_sen`]; [`Reason::ZeroDenominator`] when the mean is zero; [`Reason::IntervalUnattainable`] below four
/// points.
pub fn flat_test(times: &[f64], values: &[f64], margin: Margin) -> Result<FlatTest, Reason> {
    let line = theil_sen(times, values, Level::P90)?;
    let method = "Theil-Sen change over the window relative to the mean, Sen interval, two one-sided tests";
    verdict(times, values, margin, &line, method)
}

/// [`flat_test`] with the interval of [`theil_sen_autocorrelated`], for series whose neighbours are alike. It says "flat", "up"
/// and "down" more seldom, and means it.
///
/// # Errors
/// As [`flat_test`], but five distinct times are needed.
pub fn flat_test_autocorrelated(times: &[f64], values: &[f64], margin: Margin) -> Result<FlatTest, Reason> {
    let line = theil_sen_autocorrelated(times, values, Level::P90)?.line;
    let method = "Theil-Sen change over the window relative to the mean, interval for autocorrelated errors, two one-sided tests";
    verdict(times, values, margin, &line, method)
}

fn verdict(
    times: &[f64],
    values: &[f64],
    margin: Margin,
    line: &TheilSen,
    method: &'static str,
) -> Result<FlatTest, Reason> {
    let centre = mean(values)?.abs();
    if centre == 0.0 {
        return Err(Reason::ZeroDenominator { what: "mean" });
    }
    let relative = |slope: f64| finite("relative change", slope * line.span / centre);
    let Some((low, high)) = line.slope.interval() else {
        return Err(line.slope.no_interval.clone().unwrap_or(Reason::IntervalUnattainable));
    };
    let (low, high) = (relative(low)?, relative(high)?);
    let bound = margin.share_of_mean();
    let verdict = if low > -bound && high < bound {
        TrendVerdict::Flat
    } else if low > 0.0 {
        TrendVerdict::Up
    } else if high < 0.0 {
        TrendVerdict::Down
    } else {
        TrendVerdict::Inconclusive
    };
    let value = relative(line.slope.value)?;
    let change = Estimate::with_interval(value, Ok((low, high)), line.slope.n, Level::P90, method);
    let residual_autocorrelation = lag_1_autocorrelation(times, values, line.slope.value);
    Ok(FlatTest {
        verdict,
        change,
        margin,
        residual_autocorrelation,
    })
}

/// r₁ = Σ (eₜ − ē)(eₜ₊₁ − ē) / Σ (eₜ − ē)² (Box & Jenkins 1976, section 2.1.5) of the residuals, by position in time.
fn lag_1_autocorrelation(times: &[f64], values: &[f64], slope: f64) -> Option<f64> {
    let mut residuals: Vec<(f64, f64)> = times.iter().zip(values).map(|(&t, v)| (t, v - slope * t)).collect();
    residuals.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let residuals: Vec<f64> = residuals.into_iter().map(|(_, residual)| residual).collect();
    let centre = mean(&residuals).ok()?;
    let whole: f64 = residuals.iter().map(|e| (e - centre) * (e - centre)).sum();
    let lagged: f64 = residuals.windows(2).map(|e| (e[0] - centre) * (e[1] - centre)).sum();
    Some(lagged / whole).filter(|r| r.is_finite())
}
