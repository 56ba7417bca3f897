//! The common shape of a result: a value, its interval, and how many observations it rests on.

use crate::distribution::two_sided_z;
use crate::reason::Reason;

/// A value with its interval, in the unit of the input.
///
/// `value` is always finite. A missing bound is `None`, and `no_interval` then says why; a one-sided absence is
/// possible (the upper bound of a median survival time that was not reached).
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The point estimate.
    pub value: f64,
    /// Lower bound of the interval.
    pub ci_low: Option<f64>,
    /// Upper bound of the interval.
    pub ci_high: Option<f64>,
    /// Number of observations behind the value.
    pub n: u64,
    /// Coverage that the interval aims at.
    pub level: Level,
    /// Name of the method that gave value and interval.
    pub method: &'static str,
    /// Why a bound is missing; `None` when both stand.
    pub no_interval: Option<Reason>,
}

impl Estimate {
    /// An estimate with both bounds; a bound that is not finite turns into a reason instead.
    pub(crate) fn with_interval(
        value: f64,
        interval: Result<(f64, f64), Reason>,
        n: u64,
        level: Level,
        method: &'static str,
    ) -> Self {
        let (ci_low, ci_high, no_interval) = match interval {
            Ok((low, high)) if low.is_finite() && high.is_finite() => (Some(low), Some(high), None),
            Ok(_) => (None, None, Some(Reason::NotRepresentable { what: "interval" })),
            Err(reason) => (None, None, Some(reason)),
        };
        Estimate {
            value,
            ci_low,
            ci_high,
            n,
            level,
            method,
            no_interval,
        }
    }

    /// The estimate when its value has another error, of which the interval knows nothing and which is independent of what it knows: each
    /// bound's distance from the value d becomes √(d² + (z·s)²) for that error's standard deviation s (method of variance estimates
    /// recovery; Zou & Donner 2008, Statistics in Medicine 27, 1693–1702).
    ///
    /// # Errors
    /// [`Reason::OutOfRange`] for a standard deviation that is negative or not finite.
    pub fn with_independent_error(self, std_error: f64) -> Result<Self, Reason> {
        if !(std_error.is_finite() && std_error >= 0.0) {
            return Err(Reason::OutOfRange {
                what: "standard error",
                index: 0,
                must: "finite and not negative",
            });
        }
        let more = two_sided_z(self.level)? * std_error;
        let value = self.value;
        Ok(Estimate {
            ci_low: self.ci_low.map(|low| value - (value - low).hypot(more)),
            ci_high: self.ci_high.map(|high| value + (high - value).hypot(more)),
            ..self
        })
    }

    /// Both bounds, when both stand.
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.ci_low.zip(self.ci_high)
    }
}

/// The coverage that a two-sided interval aims at, strictly between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level(f64);

impl Level {
    /// 95 %.
    pub const P95: Level = Level(0.95);
    /// 90 %; the interval that belongs to two one-sided tests at 5 %.
    pub const P90: Level = Level(0.90);

    /// A level such as 0.95.
    ///
    /// # Errors
    /// [`Reason::OutOfRange`] unless 0 < level < 1 (and far enough from both ends for a tail to be a number).
    pub fn new(level: f64) -> Result<Self, Reason> {
        if (1e-9..=1.0 - 1e-9).contains(&level) {
            Ok(Level(level))
        } else {
            Err(Reason::OutOfRange {
                what: "level",
                index: 0,
                must: "strictly between 0 and 1",
            })
        }
    }

    /// The coverage as a number, such as 0.95.
    pub fn coverage(self) -> f64 {
        self.0
    }

    /// The probability left out on each side, such as 0.025.
    pub fn tail(self) -> f64 {
        (1.0 - self.0) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn independent_errors_add_up_by_their_squares() {
        let known = |low, high| Estimate::with_interval(1.0, Ok((low, high)), 9, Level::P95, "by hand");
        // scipy.stats.norm.ppf(0.975)
        let z = 1.959_963_984_540_054;
        let found = known(1.0 - 3.0 * z, 1.0 + 1.5 * z).with_independent_error(2.0).unwrap();
        let (low, high) = found.interval().unwrap();
        assert!((low - (1.0 - 13.0_f64.sqrt() * z)).abs() < 1e-12);
        assert!((high - (1.0 + 2.5 * z)).abs() < 1e-12);
        assert_eq!(known(0.5, 2.0).with_independent_error(0.0).unwrap(), known(0.5, 2.0));
        assert!(known(0.5, 2.0).with_independent_error(f64::NAN).is_err());
    }
}
