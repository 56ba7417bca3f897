//! Two groups of numbers, told apart by ranks: by Mann and Whitney's test, and by Brunner and Munzel's.

use stats::{Level, brunner_munzel, hodges_lehmann, mann_whitney};

use crate::hypotheses::Outcome;

/// Unit of the effect that Brunner and Munzel's test has.
const PROBABILITY: &str = "probability";

/// Neither test, and why; `methods` say what is compared and how.
#[must_use]
pub fn untested(unit: &'static str, [one, other]: [String; 2], reason: &str) -> [Outcome; 2] {
    [
        Outcome::untested(unit, one, reason),
        Outcome::untested(PROBABILITY, other, reason),
    ]
}

/// Both tests of two groups of numbers in `unit`: the first with Hodges and Lehmann's shift, the second with the probability that one
/// of the first group has more than one of the second, each with its 95 % interval.
#[must_use]
pub fn of_two(unit: &'static str, [one, other]: [String; 2], first: &[f64], second: &[f64]) -> [Outcome; 2] {
    let ranks = match mann_whitney(first, second) {
        Ok(found) => {
            Outcome::tested(unit, one, Some(found.u), found.p).with_effect(hodges_lehmann(first, second, Level::P95))
        }
        Err(reason) => Outcome::untested(unit, one, reason.to_string()),
    };
    let placements = match brunner_munzel(first, second, Level::P95) {
        Ok(found) => Outcome::tested(PROBABILITY, other, Some(found.t), found.p)
            .noting(&format!("{:.1} degrees of freedom", found.df))
            .with_effect(Ok(found.superiority)),
        Err(reason) => Outcome::untested(PROBABILITY, other, reason.to_string()),
    };
    [ranks, placements].map(|outcome| outcome.of_two(first.len() as u64, second.len() as u64))
}
