//! Whether a series is flat: an equivalence test, not a failure to find a trend.

use std::fmt;

use crate::descriptive::mean;
use crate::estimate::{Estimate, Level};
use crate::reason::{Reason, finite};
use crate::theil_sen::theil_sen;

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
}

/// Two one-sided tests at 5 % each (Schuirmann 1987, J. Pharmacokinetics 15, 657–680) of the Theil–Sen change over the window
/// against ± margin: flat when Sen's 90 % interval lies strictly within. A direction is claimed from the same interval.
///
/// The mean is taken as known. Autocorrelation makes the interval too narrow, and with it both "flat" and a direction too
/// easy to claim; say so beside daily series.
///
/// # Errors
/// As [`theil_sen`]; [`Reason::ZeroDenominator`] when the mean is zero; [`Reason::IntervalUnattainable`] below four points.
pub fn flat_test(times: &[f64], values: &[f64], margin: Margin) -> Result<FlatTest, Reason> {
    let line = theil_sen(times, values, Level::P90)?;
    let centre = mean(values)?.abs();
    if centre == 0.0 {
        return Err(Reason::ZeroDenominator { what: "mean" });
    }
    let relative = |slope: f64| finite("relative change", slope * line.span / centre);
    let Some((low, high)) = line.slope.interval() else {
        return Err(line.slope.no_interval.unwrap_or(Reason::IntervalUnattainable));
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
    let method = "Theil-Sen change over the window relative to the mean, Sen interval, two one-sided tests";
    let change = Estimate::with_interval(value, Ok((low, high)), line.slope.n, Level::P90, method);
    Ok(FlatTest {
        verdict,
        change,
        margin,
    })
}
