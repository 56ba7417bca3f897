//! Why a number could not be computed.

use thiserror::Error;

/// Why there is no value, or no interval. Its `Display` is a short phrase that fits a table cell.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Reason {
    /// Fewer observations than the method needs.
    #[error("too few observations: {found}, needs {needed}")]
    TooFew {
        /// The least number that the method needs.
        needed: u64,
        /// The number that was given.
        found: u64,
    },
    /// More observations than a method of quadratic cost accepts.
    #[error("too many observations for this method: {found}, at most {limit}")]
    TooMany {
        /// The most that the method accepts.
        limit: u64,
        /// The number that was given.
        found: u64,
    },
    /// A value was NaN or infinite.
    #[error("{what} at position {index} is not a finite number")]
    NotFinite {
        /// What the value was meant to be.
        what: &'static str,
        /// Its zero-based position.
        index: usize,
    },
    /// A value lay outside the range that has a meaning.
    #[error("{what} at position {index} must be {must}")]
    OutOfRange {
        /// What the value was meant to be.
        what: &'static str,
        /// Its zero-based position (0 for a single argument).
        index: usize,
        /// The range, in words.
        must: &'static str,
    },
    /// Two slices that belong together differ in length.
    #[error("lengths differ: {left} and {right}")]
    LengthMismatch {
        /// Length of the first slice.
        left: usize,
        /// Length of the second slice.
        right: usize,
    },
    /// Every value is the same, so there is no variation to work with.
    #[error("all values are equal")]
    Constant,
    /// A ratio with zero below the line.
    #[error("{what} is zero")]
    ZeroDenominator {
        /// What is zero.
        what: &'static str,
    },
    /// Survival data without a single event.
    #[error("no events: all spells are censored")]
    AllCensored,
    /// The curve had not yet moved at the time asked for.
    #[error("no event yet, so no variance estimate")]
    NoEventYet,
    /// The curve stands at zero, where its variance estimate is undefined.
    #[error("survival is zero, where the variance estimate is undefined")]
    SurvivalZero,
    /// The survival curve, or a bound of its interval, never falls to the level asked for.
    #[error("the curve never falls to {level}")]
    NotReached {
        /// The survival level.
        level: f64,
    },
    /// The time asked for lies outside the time that was observed.
    #[error("time lies outside the observed span, {from} to {to}")]
    OutsideObservation {
        /// First time at which somebody was at risk.
        from: f64,
        /// Last exit.
        to: f64,
    },
    /// Nobody was watched for so much of the first time that the share with the event by then is not told.
    #[error("the curve begins at {begins:.1}, too late to tell the share by {age}")]
    BeginsLate {
        /// When the curve begins.
        begins: f64,
        /// The time by which the share was asked for.
        age: f64,
    },
    /// Left truncation emptied the risk set, so the curve fell to zero although later spells exist.
    #[error("the risk set emptied at {time} although later spells exist (left truncation)")]
    RiskSetEmptied {
        /// When the curve fell to zero.
        time: f64,
    },
    /// No order statistic reaches the level: the sample is too small for a distribution-free interval.
    #[error("too few observations for an interval at this level")]
    IntervalUnattainable,
    /// Too many bootstrap resamples had no value.
    #[error("{failed} of {resamples} resamples had no value")]
    UnstableResamples {
        /// Resamples without a value.
        failed: u32,
        /// Resamples drawn.
        resamples: u32,
    },
    /// Every difference is zero.
    #[error("all differences are zero")]
    AllZero,
    /// Every value of one group lies beyond every value of the other.
    #[error("the groups do not overlap: no variance to be estimated")]
    NoOverlap,
    /// The groups share no time at which they can be compared.
    #[error("no event time at which two groups are at risk")]
    NoComparison,
    /// A line fits exactly, which leaves nothing to judge its error by.
    #[error("the line fits exactly: nothing is left to estimate errors from")]
    ExactFit,
    /// An iterative fit did not settle.
    #[error("the fit did not settle within {passes} passes")]
    NotConverged {
        /// Passes made.
        passes: u64,
    },
    /// Covariates that say the same, or say nothing.
    #[error("covariate {index} is constant or a combination of others")]
    Collinear {
        /// Zero-based position of the covariate.
        index: usize,
    },
    /// A covariate orders the events perfectly, so its coefficient has no finite estimate.
    #[error("covariate {index} orders the events perfectly: no finite coefficient")]
    Separated {
        /// Zero-based position of the covariate.
        index: usize,
    },
    /// A result too large for a double, or a quantile that did not converge.
    #[error("the result is not representable ({what})")]
    NotRepresentable {
        /// Which quantity.
        what: &'static str,
    },
}

/// Passes a finite number on and turns anything else into a reason.
pub(crate) fn finite(what: &'static str, value: f64) -> Result<f64, Reason> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Reason::NotRepresentable { what })
    }
}

/// Checks that every value is finite, naming the first that is not.
pub(crate) fn all_finite(what: &'static str, values: &[f64]) -> Result<(), Reason> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(Reason::NotFinite { what, index }),
        None => Ok(()),
    }
}

/// Checks the number of observations.
pub(crate) fn at_least(needed: usize, found: usize) -> Result<(), Reason> {
    if found >= needed {
        Ok(())
    } else {
        Err(Reason::TooFew {
            needed: needed as u64,
            found: found as u64,
        })
    }
}
