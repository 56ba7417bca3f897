//! Whether suspended accounts differ from those that outlived the window: two groups, told apart by ranks.

use crate::hypotheses::{Outcome, two_groups};

/// That both groups have one distribution.
pub const MANN_WHITNEY: &str = "contrast.mann_whitney";
/// That neither group tends to larger numbers, whatever their spreads.
pub const BRUNNER_MUNZEL: &str = "contrast.brunner_munzel";
/// Both, in the order of [`of_two`]'s outcomes.
pub const FAMILIES: [&str; 2] = [MANN_WHITNEY, BRUNNER_MUNZEL];

fn methods(words: &str) -> [String; 2] {
    let compared = format!(
        "{words} of accounts suspended in the window against accounts that outlived it, each as last seen; n is those suspended, \
         n_other those not"
    );
    [
        format!(
            "{compared}; Mann-Whitney test, normal, corrected for ties and continuity, two-sided; the statistic is U of those suspended; \
             effect: Hodges-Lehmann shift, suspended less not, with its rank interval"
        ),
        format!(
            "{compared}; Brunner-Munzel test, t approximation, two-sided; the statistic is positive where those suspended tend to more; \
             effect: probability that one suspended has more than one not, equal ones counted half, with its t interval"
        ),
    ]
}

/// Neither test, and why.
#[must_use]
pub fn untested(unit: &'static str, words: &str, reason: &str) -> [Outcome; 2] {
    two_groups::untested(unit, methods(words), reason)
}

/// Both tests of two groups of numbers, of which neither may be smaller than `fewest`.
#[must_use]
pub fn of_two(unit: &'static str, words: &str, suspended: &[f64], standing: &[f64], fewest: u64) -> [Outcome; 2] {
    let (n, n_other) = (suspended.len() as u64, standing.len() as u64);
    if n.min(n_other) < fewest {
        let reason = format!("fewer than {fewest} accounts in a group ({n} suspended, {n_other} not)");
        return untested(unit, words, &reason).map(|outcome| outcome.of_two(n, n_other));
    }
    two_groups::of_two(unit, methods(words), suspended, standing)
}
