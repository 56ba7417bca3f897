//! Tests of hypotheses: every p-value of this stage in one table, adjusted within its family.
//!
//! A family is one question put by one kind of test, such as `returns.signed_rank`; its members are all p-values of one window,
//! whatever their group (`listed`, `expanded`, `everyone`, and their parts). Two kinds of test of one question are two families:
//! the second is a check on the first and no further claim. What was not asked for (`--measure`, `--by`) is no member, so a family
//! grows with the groups that are tested. A test that could not be made counts for nothing in it, but keeps its row.
//!
//! Here live the rows and their adjustment, and the tests that no measure makes on its way; Cox's come from
//! [`hazard`](crate::hazard).

pub mod contrast;
pub mod parts;
pub mod returns;
pub mod survival;
pub mod trend;
pub mod two_groups;

use std::collections::BTreeMap;

use stats::{Estimate, Reason, holm};

/// Family, test, group and window: what orders the rows.
pub type Key = (&'static str, String, String, String);

/// What came of a test, or why it could not be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The statistic that `method` names.
    pub statistic: Option<f64>,
    /// Its p-value, from 0 to 1.
    pub p_value: Option<f64>,
    /// The size of what is tested.
    pub effect: Option<f64>,
    /// Lower bound of its interval.
    pub ci_low: Option<f64>,
    /// Upper bound.
    pub ci_high: Option<f64>,
    /// The effect's unit.
    pub unit: &'static str,
    /// Units behind the test; of two groups, those in the first.
    pub n: u64,
    /// Those in the second, or in all others.
    pub n_other: Option<u64>,
    /// What is compared and how.
    pub method: String,
    /// Why there is no p-value.
    pub reason: Option<String>,
}

impl Outcome {
    /// No p-value, and why.
    #[must_use]
    pub fn untested(unit: &'static str, method: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            statistic: None,
            p_value: None,
            effect: None,
            ci_low: None,
            ci_high: None,
            unit,
            n: 0,
            n_other: None,
            method: method.into(),
            reason: Some(reason.into()),
        }
    }

    /// A p-value with its statistic, where the test has one; none that is no probability.
    #[must_use]
    pub fn tested(unit: &'static str, method: impl Into<String>, statistic: Option<f64>, p_value: f64) -> Self {
        if !(0.0..=1.0).contains(&p_value) {
            return Self::untested(unit, method, "the p-value is not representable");
        }
        Self {
            statistic: statistic.filter(|statistic| statistic.is_finite()),
            p_value: Some(p_value),
            reason: None,
            ..Self::untested(unit, method, "")
        }
    }

    /// The same resting on `n` units.
    #[must_use]
    pub fn resting_on(mut self, n: u64) -> Self {
        self.n = n;
        self
    }

    /// The same resting on two groups.
    #[must_use]
    pub fn of_two(mut self, n: u64, n_other: u64) -> Self {
        (self.n, self.n_other) = (n, Some(n_other));
        self
    }

    /// The same with the size of what is tested; where there is none, `method` says why.
    #[must_use]
    pub fn with_effect(mut self, effect: Result<Estimate, Reason>) -> Self {
        let estimate = match effect {
            Ok(estimate) if estimate.value.is_finite() => estimate,
            Ok(_) => return self.noting("no effect: not a finite number"),
            Err(reason) => return self.noting(&format!("no effect: {reason}")),
        };
        self.effect = Some(estimate.value);
        self.ci_low = estimate.ci_low.filter(|bound| bound.is_finite());
        self.ci_high = estimate.ci_high.filter(|bound| bound.is_finite());
        match estimate.no_interval {
            Some(reason) => self.noting(&format!("interval not complete: {reason}")),
            None => self,
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
}

/// The adjusted p-value of each row and the size of its family, in the order of the rows.
#[must_use]
pub fn adjusted(tests: &BTreeMap<Key, Outcome>) -> Vec<(Option<f64>, u64)> {
    let mut families: BTreeMap<(&str, &str), Vec<(usize, f64)>> = BTreeMap::new();
    for (row, ((family, _, _, window), outcome)) in tests.iter().enumerate() {
        let members = families.entry((family, window)).or_default();
        members.extend(outcome.p_value.map(|p| (row, p)));
    }
    let mut found = vec![(None, 0); tests.len()];
    for (row, (family, _, _, window)) in tests.keys().enumerate() {
        let members = families.get(&(*family, window.as_str())).map_or(0, Vec::len);
        found[row].1 = members as u64;
    }
    for members in families.values() {
        let p_values: Vec<f64> = members.iter().map(|(_, p)| *p).collect();
        for ((row, _), p) in members.iter().zip(holm(&p_values).unwrap_or_default()) {
            found[*row].0 = Some(p);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_adjusted_within_its_window() {
        let mut tests = BTreeMap::new();
        let mut add = |family, test: &str, group: &str, window: &str, p: Option<f64>| {
            let outcome = match p {
                Some(p) => Outcome::tested("", "", Some(1.0), p),
                None => Outcome::untested("", "", "too few"),
            };
            tests.insert((family, test.to_owned(), group.to_owned(), window.to_owned()), outcome);
        };
        add("a", "x", "everyone", "all", Some(0.01));
        add("a", "x", "listed", "all", Some(0.04));
        add("a", "y", "everyone", "all", Some(0.03));
        add("a", "y", "listed", "all", None);
        add("a", "x", "listed", "quiet", Some(0.04));
        add("b", "x", "listed", "all", Some(0.04));
        // statsmodels.stats.multitest.multipletests([0.01, 0.04, 0.03], method='holm')[1]
        let expected = [
            (Some(0.03), 3),
            (Some(0.06), 3),
            (Some(0.04), 1),
            (Some(0.06), 3),
            (None, 3),
            (Some(0.04), 1),
        ];
        assert_eq!(adjusted(&tests), expected);
        assert_eq!(adjusted(&BTreeMap::new()), []);
    }

    #[test]
    fn what_is_no_probability_is_a_reason() {
        for p in [f64::NAN, -0.1, 1.1] {
            let outcome = Outcome::tested("", "", Some(f64::INFINITY), p);
            assert!(outcome.p_value.is_none() && outcome.reason.is_some());
        }
        assert_eq!(Outcome::tested("", "", Some(f64::INFINITY), 0.5).statistic, None);
    }
}
