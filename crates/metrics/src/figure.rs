//! A number with its meaning, or the reason why there is none: what a row of `measures` or `series` holds beside its key.

use stats::{Estimate, Reason};

/// Something that is measured: what stands in its rows whatever its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity {
    /// Its id, such as `followers.mean`.
    pub id: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// How it is made, before anything that depends on the data.
    pub definition: &'static str,
}

/// The value of a quantity for one group and window or moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The number; finite.
    pub value: Option<f64>,
    /// Lower bound of its 95 % interval.
    pub ci_low: Option<f64>,
    /// Upper bound of its 95 % interval.
    pub ci_high: Option<f64>,
    /// Units it rests on.
    pub n: u64,
    /// Its unit.
    pub unit: &'static str,
    /// How number and interval were made.
    pub method: String,
    /// What was found, as a word.
    pub finding: Option<&'static str>,
    /// Why there is no number.
    pub reason: Option<String>,
}

impl Figure {
    /// No number, and why.
    #[must_use]
    pub fn absent(quantity: &Quantity, reason: impl Into<String>) -> Self {
        Self {
            value: None,
            ci_low: None,
            ci_high: None,
            n: 0,
            unit: quantity.unit,
            method: quantity.definition.to_owned(),
            finding: None,
            reason: Some(reason.into()),
        }
    }

    /// The same without its number, and why.
    #[must_use]
    pub fn without_number(self, reason: &str) -> Self {
        Self {
            value: None,
            ci_low: None,
            ci_high: None,
            n: 0,
            finding: None,
            reason: Some(reason.to_owned()),
            ..self
        }
    }

    /// A number without interval, such as a count; one that is not finite becomes a reason.
    #[must_use]
    pub fn plain(quantity: &Quantity, value: f64, n: u64) -> Self {
        if !value.is_finite() {
            return Self::absent(quantity, "the result is not a finite number").resting_on(n);
        }
        Self {
            value: Some(value),
            reason: None,
            ..Self::absent(quantity, "")
        }
        .resting_on(n)
    }

    /// An estimate, or why it could not be made.
    #[must_use]
    pub fn of(quantity: &Quantity, estimate: Result<Estimate, Reason>) -> Self {
        let estimate = match estimate {
            Ok(estimate) => estimate,
            Err(reason) => return Self::absent(quantity, reason.to_string()),
        };
        let mut figure = Self::plain(quantity, estimate.value, estimate.n).noting(estimate.method);
        if figure.value.is_some() {
            figure.ci_low = estimate.ci_low.filter(|bound| bound.is_finite());
            figure.ci_high = estimate.ci_high.filter(|bound| bound.is_finite());
        }
        match estimate.no_interval {
            Some(reason) => figure.noting(&format!("interval not complete: {reason}")),
            None => figure,
        }
    }

    /// Adds to how it was made.
    #[must_use]
    pub fn noting(mut self, note: &str) -> Self {
        if !note.is_empty() {
            self.method.push_str("; ");
            self.method.push_str(note);
        }
        self
    }

    /// The same resting on `n` units.
    #[must_use]
    pub fn resting_on(mut self, n: u64) -> Self {
        self.n = n;
        self
    }

    /// The same with what was found.
    #[must_use]
    pub fn finding(mut self, word: &'static str) -> Self {
        self.finding = Some(word);
        self
    }

    /// The same as `factor` times the number: a share as percent.
    #[must_use]
    pub fn times(mut self, factor: f64) -> Self {
        for number in [&mut self.value, &mut self.ci_low, &mut self.ci_high] {
            *number = number.map(|number| number * factor);
        }
        self
    }

    /// The same with its finding taken back, where there is a ground to doubt it.
    #[must_use]
    pub fn doubting(self, ground: Option<String>) -> Self {
        match ground {
            Some(ground) if self.finding.is_some() => self.noting(&ground).finding(crate::trend::INCONCLUSIVE),
            _ => self,
        }
    }

    /// Both bounds, where both stand.
    #[must_use]
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.ci_low.zip(self.ci_high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: Quantity = Quantity {
        id: "count",
        unit: "things",
        definition: "counted",
    };

    #[test]
    fn what_is_not_finite_becomes_a_reason() {
        let figure = Figure::plain(&COUNT, f64::NAN, 3);
        assert_eq!((figure.value, figure.n), (None, 3));
        assert!(figure.reason.is_some());
        assert_eq!(Figure::plain(&COUNT, 0.0, 3).reason, None);
    }

    #[test]
    fn a_missing_interval_is_explained() {
        let figure = Figure::of(&COUNT, stats::mean_t_interval(&[2.0], stats::Level::P95));
        assert_eq!((figure.value, figure.interval(), figure.n), (Some(2.0), None, 1));
        assert!(
            figure.method.contains("interval not complete: too few"),
            "{}",
            figure.method
        );
    }
}
