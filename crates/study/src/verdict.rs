//! Whether a reproduced number agrees with a published one, and by which rule.
//!
//! | published | agrees when |
//! |---|---|
//! | `<n`, `<=n`, `>n`, `>=n`, `lo-hi` | our point lies within the bound as written |
//! | `n` with "(about)" in its unit | our point lies within 10 % of it, or within the tolerance that the study states |
//! | `n` | our point rounds to the digits published, or lies within the tolerance that the study states |
//! | `qualitative:word` | our finding is the same word, or the one that the study says means it |
//! | a bound, with `reduce = "share_within"` | more than half of the series lies within the bound |
//!
//! Otherwise it differs; the outcome then tells whether our interval reaches the published value. What we could not
//! compute, and a finding of ours that is `inconclusive`, is not measurable: it speaks neither for nor against.

use std::fmt;

use crate::design::{Comparison, Reduce};
use crate::published::{Figure, Value};

/// A published figure and ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Ours is what was published.
    Agrees,
    /// Ours is something else.
    Differs,
    /// Ours could not be computed or decided, or the two are of different kinds.
    NotMeasurable,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Agrees => "agrees",
            Self::Differs => "differs",
            Self::NotMeasurable => "not measurable",
        })
    }
}

/// How far a published single number may be missed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// Half a unit of the last digit published.
    Rounding,
    /// This many percent of the published number.
    Percent(f64),
}

impl Tolerance {
    /// What "about" allows where a study states nothing else.
    pub const ABOUT: Self = Self::Percent(10.0);

    /// The tolerance for a figure: the one stated, else 10 % for "(about)", else rounding.
    #[must_use]
    pub fn of(figure: &Figure, stated_percent: Option<f64>) -> Self {
        match stated_percent {
            Some(percent) => Self::Percent(percent),
            None if figure.is_approximate() => Self::ABOUT,
            None => Self::Rounding,
        }
    }

    /// The numbers that count as `published`, both ends included.
    fn around(self, published: f64) -> (f64, f64) {
        let half = match self {
            Self::Percent(percent) => published * percent / 100.0,
            Self::Rounding => {
                let digits = published
                    .to_string()
                    .split_once('.')
                    .map_or(0, |(_, fraction)| fraction.len());
                0.5 * 10f64.powi(-i32::try_from(digits).unwrap_or(i32::MAX))
            }
        };
        (published - half, published + half)
    }
}

/// What we have: a row of measures, or a series reduced to a row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reproduced {
    /// The number, in the published unit. Not finite counts as absent.
    pub value: Option<f64>,
    /// The ends of its interval.
    pub interval: Option<(f64, f64)>,
    /// The finding in a word, such as `flat`.
    pub finding: Option<String>,
    /// Why there is no number or finding.
    pub reason: Option<String>,
}

/// Where our interval lies as seen from the published value with its tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalPosition {
    /// We have no interval, or the published value is a word.
    None,
    /// All of it is within.
    Within,
    /// A part of it is within.
    Overlaps,
    /// None of it is within.
    Outside,
}

/// A verdict with its ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// Where our interval lies.
    pub interval: IntervalPosition,
    /// The rule that was applied and what it found, in a sentence without a full stop.
    pub because: String,
}

/// Compares a published value with ours, by the rules above.
#[must_use]
pub fn compare(published: &Value, tolerance: Tolerance, ours: &Reproduced) -> Outcome {
    if let Value::Qualitative(word) = published {
        return compare_finding(word, word, ours);
    }
    let Some(point) = ours.value.filter(|value| value.is_finite()) else {
        return not_measurable(ours.reason.as_deref().unwrap_or("no number and no reason were given"));
    };
    let admitted = Admitted::by(published, tolerance);
    let agrees = admitted.holds(point);
    let interval = ours
        .interval
        .map_or(IntervalPosition::None, |(low, high)| admitted.position(low, high));
    let mut because = format!("{} {admitted}", if agrees { "within" } else { "not within" });
    match (agrees, interval) {
        (true, IntervalPosition::Overlaps | IntervalPosition::Outside) => because += "; the interval reaches beyond it",
        (false, IntervalPosition::Overlaps | IntervalPosition::Within) => because += ", but the interval reaches it",
        (false, IntervalPosition::Outside) => because += ", nor does the interval reach it",
        _ => {}
    }
    Outcome {
        verdict: if agrees { Verdict::Agrees } else { Verdict::Differs },
        interval,
        because,
    }
}

impl Comparison {
    /// Compares a published value with a measure of ours, as the study asks for: with its tolerance, and its word for the finding.
    #[must_use]
    pub fn judge(&self, figure: &Figure, ours: &Reproduced) -> Outcome {
        match (&figure.value, self.finding()) {
            (Value::Qualitative(word), Some(same)) => compare_finding(word, same, ours),
            (value, _) => compare(value, Tolerance::of(figure, self.tolerance_percent()), ours),
        }
    }
}

/// A finding of ours that decides nothing.
const INCONCLUSIVE: &str = "inconclusive";

/// `same` is the finding of ours that means the published word.
fn compare_finding(word: &str, same: &str, ours: &Reproduced) -> Outcome {
    let outcome = |verdict, because| Outcome {
        verdict,
        interval: IntervalPosition::None,
        because,
    };
    match ours.finding.as_deref() {
        None => not_measurable(ours.reason.as_deref().unwrap_or("no finding and no reason were given")),
        Some(INCONCLUSIVE) => not_measurable("inconclusive: this input decides neither for nor against it"),
        Some(finding) if finding == word && finding == same => {
            outcome(Verdict::Agrees, format!("found `{finding}` as published"))
        }
        Some(finding) if finding == same => {
            outcome(Verdict::Agrees, format!("found `{finding}`, published as `{word}`"))
        }
        Some(finding) => outcome(Verdict::Differs, format!("found `{finding}`, published `{word}`")),
    }
}

fn not_measurable(reason: &str) -> Outcome {
    Outcome {
        verdict: Verdict::NotMeasurable,
        interval: IntervalPosition::None,
        because: reason.to_owned(),
    }
}

/// The numbers that agree with a published one: a bound or range as written, or a single number with its tolerance.
struct Admitted {
    low: f64,
    high: f64,
    /// Whether the ends themselves agree.
    closed: bool,
    words: String,
}

impl Admitted {
    fn by(published: &Value, tolerance: Tolerance) -> Self {
        let (low, high, closed) = match *published {
            Value::Number(n) => {
                let (low, high) = tolerance.around(n);
                (low, high, true)
            }
            Value::Below(n) => (f64::NEG_INFINITY, n, false),
            Value::AtMost(n) => (f64::NEG_INFINITY, n, true),
            Value::Above(n) => (n, f64::INFINITY, false),
            Value::AtLeast(n) => (n, f64::INFINITY, true),
            Value::Range(low, high) => (low, high, true),
            // Words admit no number; `compare` never asks.
            Value::Qualitative(_) => (f64::INFINITY, f64::NEG_INFINITY, false),
        };
        let words = match (published, tolerance) {
            (Value::Number(n), Tolerance::Percent(percent)) => format!("{percent} % of {n}"),
            (Value::Number(n), Tolerance::Rounding) => format!("rounding of {n}"),
            _ => published.to_string(),
        };
        Self {
            low,
            high,
            closed,
            words,
        }
    }

    fn holds(&self, number: f64) -> bool {
        if self.closed {
            self.low <= number && number <= self.high
        } else {
            self.low < number && number < self.high
        }
    }

    fn position(&self, low: f64, high: f64) -> IntervalPosition {
        let apart = if self.closed {
            high < self.low || self.high < low
        } else {
            high <= self.low || self.high <= low
        };
        if low.is_nan() || high.is_nan() || high < low {
            IntervalPosition::None
        } else if apart {
            IntervalPosition::Outside
        } else if self.holds(low) && self.holds(high) {
            IntervalPosition::Within
        } else {
            IntervalPosition::Overlaps
        }
    }
}

impl fmt::Display for Admitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

/// One value of a series, with the ends of its interval.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Point {
    /// The value; absent values take no part.
    pub value: Option<f64>,
    /// The ends of its interval.
    pub interval: Option<(f64, f64)>,
}

/// Reduces a series, in order of time, to the number that is compared, and compares it.
///
/// Absent values take no part; without any value the outcome is not measurable. `first` and `last` keep the interval of
/// their value, the others have none. `share_within` gives the share of values within the published bound (0 to 1; a
/// single number with its tolerance) and agrees when that is more than half.
#[must_use]
pub fn compare_series(
    published: &Value,
    tolerance: Tolerance,
    series: &[Point],
    reduce: Reduce,
) -> (Reproduced, Outcome) {
    let present: Vec<(f64, Point)> = series
        .iter()
        .filter_map(|point| {
            point
                .value
                .filter(|value| value.is_finite())
                .map(|value| (value, *point))
        })
        .collect();
    let (Some(first), Some(last)) = (present.first(), present.last()) else {
        let ours = Reproduced {
            reason: Some("the series has no value".to_owned()),
            ..Reproduced::default()
        };
        let outcome = not_measurable("the series has no value");
        return (ours, outcome);
    };
    let at = |(value, point): &(f64, Point)| Reproduced {
        value: Some(*value),
        interval: point.interval,
        ..Reproduced::default()
    };
    let plain = |value: f64| Reproduced {
        value: Some(value),
        ..Reproduced::default()
    };
    let values = present.iter().map(|(value, _)| *value);
    let ours = match reduce {
        Reduce::Max => plain(values.fold(f64::NEG_INFINITY, f64::max)),
        Reduce::Median => plain(median(values.collect())),
        Reduce::First => at(first),
        Reduce::Last => at(last),
        Reduce::ShareWithin => return share_within(published, tolerance, &values.collect::<Vec<_>>()),
    };
    let outcome = compare(published, tolerance, &ours);
    (ours, outcome)
}

/// Of a list that is not empty.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}

/// Of a list that is not empty.
fn share_within(published: &Value, tolerance: Tolerance, values: &[f64]) -> (Reproduced, Outcome) {
    if let Value::Qualitative(word) = published {
        let reason = format!("`{word}` is no bound, so no share of a series lies within it");
        let outcome = not_measurable(&reason);
        return (
            Reproduced {
                reason: Some(reason),
                ..Reproduced::default()
            },
            outcome,
        );
    }
    let admitted = Admitted::by(published, tolerance);
    let within = values.iter().filter(|value| admitted.holds(**value)).count();
    let outcome = Outcome {
        verdict: if 2 * within > values.len() {
            Verdict::Agrees
        } else {
            Verdict::Differs
        },
        interval: IntervalPosition::None,
        because: format!(
            "{within} of {} values within {admitted}; more than half are needed",
            values.len()
        ),
    };
    // Counts of samples are far below 2^52, where f64 is exact.
    let share = within as f64 / values.len() as f64;
    (
        Reproduced {
            value: Some(share),
            ..Reproduced::default()
        },
        outcome,
    )
}
