//! Whether later accounts of a person come up to earlier ones: paired tests over persons.
//!
//! A person is one unit, however many accounts: the tests take a person's median ratio over the accounts in question, so that those
//! who came back most often do not speak most, and intervals are of persons resampled.

use std::collections::BTreeSet;

use stats::{PMethod, Reason, ZeroHandling, median, sign_test, wilcoxon_signed_rank};

use crate::evidence::{Evidence, Group};
use crate::hypotheses::Outcome;
use crate::per_sample::quantile_of_times;
use crate::results::{Results, ReturnRow};
use crate::returns::{WHOLE_PERIOD, persons_of};

/// The families of these tests.
pub const SIGNED_RANK: &str = "returns.signed_rank";
/// The check on it that asks nothing of the shape.
pub const SIGN: &str = "returns.sign";

type Number = fn(&ReturnRow) -> Option<f64>;

/// A number of a later account and one of an earlier.
struct Compared {
    id: &'static str,
    later: Number,
    earlier: Number,
    words: &'static str,
}

const fn alike(id: &'static str, number: Number, words: &'static str) -> Compared {
    Compared {
        id,
        later: number,
        earlier: number,
        words,
    }
}

const COMPARED: [Compared; 5] = [
    alike(
        "followers_peak",
        |row| row.followers_peak.map(|count| count as f64),
        "most followers seen",
    ),
    alike(
        "followers_last",
        |row| row.followers_last.map(|count| count as f64),
        "followers when last seen",
    ),
    alike(
        "followers_after",
        |row| row.followers_after.map(|count| count as f64),
        "followers some days after creation (returns.days_after)",
    ),
    Compared {
        id: "followers_regained",
        later: |row| row.followers_after.map(|count| count as f64),
        earlier: |row| row.followers_last.map(|count| count as f64),
        words: "followers some days after creation (returns.days_after) over followers when last seen",
    },
    alike(
        "pace",
        |row| row.tweets_per_day,
        "lifetime tweets per day when last seen",
    ),
];

/// Which earlier account a later one is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Against {
    First,
    Previous,
}

impl Against {
    const ALL: [Self; 2] = [Self::First, Self::Previous];

    fn id(self) -> &'static str {
        match self {
            Self::First => "against_first",
            Self::Previous => "against_previous",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::First => "the person's first account",
            Self::Previous => "the account before it",
        }
    }

    fn of<'a>(self, chain: &'a [ReturnRow], later: &ReturnRow) -> Option<&'a ReturnRow> {
        match self {
            Self::First => chain.iter().find(|row| row.return_number == 0),
            Self::Previous => later
                .predecessor
                .as_ref()
                .and_then(|id| chain.iter().find(|row| row.account_id == *id)),
        }
    }
}

/// A test of one comparison; both families have each.
struct Test<'a> {
    compared: &'a Compared,
    against: Against,
}

impl Test<'_> {
    fn id(&self) -> String {
        format!("{}.{}", self.compared.id, self.against.id())
    }

    fn words(&self, kind: &str) -> String {
        format!(
            "{} of a later account, over that of {}; a person's median ratio over later accounts; {kind}; two-sided, that ratios are as \
             often and as far below 1 as above; effect: median ratio over persons, percentile interval of persons resampled; n is \
             persons",
            self.compared.words,
            self.against.words()
        )
    }
}

const SIGNED_RANK_KIND: &str = "Wilcoxon signed-rank test of log ratios (a ratio of 0 ranks as the largest fall; ratios of 1 ranked, \
                                then left out: Pratt); the statistic is the rank sum of the rises";
const SIGN_KIND: &str = "sign test, exact, ratios of 1 left out; the statistic is how many rose";

/// Makes them.
pub fn test(evidence: &Evidence, results: &mut Results) {
    let tests: Vec<Test<'_>> = COMPARED
        .iter()
        .flat_map(|compared| Against::ALL.map(|against| Test { compared, against }))
        .collect();
    // Rows are read while outcomes are added.
    let rows = std::mem::take(&mut results.returns);
    for (position, window) in evidence.study.windows().iter().enumerate() {
        for group in Group::ALL {
            let chains = match position {
                0 => persons_of(evidence, group, &rows),
                _ => Err(WHOLE_PERIOD),
            };
            let numbers: BTreeSet<i64> = chains
                .iter()
                .flatten()
                .flat_map(|chain| chain.iter().map(|row| row.return_number))
                .collect();
            for test in &tests {
                let mut add = |group: &str, outcomes: [Outcome; 2]| {
                    for (family, outcome) in [SIGNED_RANK, SIGN].into_iter().zip(outcomes) {
                        results.test(family, &test.id(), group, window.name(), outcome);
                    }
                };
                match &chains {
                    Err(reason) => {
                        let untested = |kind| Outcome::untested("ratio", test.words(kind), *reason);
                        add(group.name(), [untested(SIGNED_RANK_KIND), untested(SIGN_KIND)]);
                    }
                    Ok(chains) => {
                        add(group.name(), of_persons(evidence, test, chains, None));
                        // The account before a first return is the first account: that test is made already.
                        let fewest = 1 + i64::from(test.against == Against::Previous);
                        for number in numbers.range(fewest..).copied() {
                            let part = format!("{}/return_{number}", group.name());
                            add(&part, of_persons(evidence, test, chains, Some(number)));
                        }
                    }
                }
            }
        }
    }
    results.returns = rows;
}

/// Both tests over persons: of all their later accounts, or of the one with this number.
fn of_persons(evidence: &Evidence, test: &Test<'_>, chains: &[&[ReturnRow]], number: Option<i64>) -> [Outcome; 2] {
    let mut over_zero = 0_u64;
    let mut ratios: Vec<f64> = Vec::new();
    for chain in chains {
        let later = chain
            .iter()
            .filter(|row| number.map_or(row.return_number > 0, |number| row.return_number == number));
        let mut own: Vec<f64> = Vec::new();
        for row in later {
            let Some(before) = test.against.of(chain, row) else {
                continue;
            };
            match (test.compared.later)(row).zip((test.compared.earlier)(before)) {
                Some((later, earlier)) if earlier > 0.0 && (later / earlier).is_finite() => own.push(later / earlier),
                Some(_) => over_zero += 1,
                None => {}
            }
        }
        ratios.extend(median(&own));
    }
    let n = ratios.len() as u64;
    let fewest = u64::from(evidence.study.min_group_size());
    let note = match over_zero {
        0 => String::new(),
        accounts => format!("{accounts} accounts left out, whose earlier number is 0"),
    };
    if n < fewest {
        let reason = format!("fewer than {fewest} persons with both numbers ({n})");
        return [SIGNED_RANK_KIND, SIGN_KIND]
            .map(|kind| Outcome::untested("ratio", test.words(kind), reason.clone()).resting_on(n));
    }
    ratios.sort_unstable_by(f64::total_cmp);
    let [effect] = evidence
        .bootstrap()
        .of_times_each(ratios.len(), |times| [quantile_of_times(&ratios, times, 0.5)]);
    let logs = log_ratios(&ratios);
    let signed_rank = wilcoxon_signed_rank(&logs, ZeroHandling::Pratt).map(|found| {
        let how = match found.p_method {
            PMethod::Exact => "exact given the ranks, ties included",
            PMethod::NormalContinuityCorrected => "normal, corrected for ties and continuity",
        };
        (
            found.t_plus,
            found.p,
            format!("{how}; rank-biserial correlation {:.2}", found.rank_biserial),
        )
    });
    let rose = ratios.iter().filter(|ratio| **ratio > 1.0).count();
    let sign = sign_test(&logs).map(|p| (rose as f64, p, String::new()));
    [(SIGNED_RANK_KIND, signed_rank), (SIGN_KIND, sign)].map(
        |(kind, found): (&str, Result<(f64, f64, String), Reason>)| {
            let outcome = match found {
                Ok((statistic, p, how)) => Outcome::tested("ratio", test.words(kind), Some(statistic), p).noting(&how),
                Err(reason) => Outcome::untested("ratio", test.words(kind), reason.to_string()),
            };
            outcome.resting_on(n).noting(&note).with_effect(effect.clone())
        },
    )
}

/// Logarithms of ratios; a ratio of 0, which has none, lies below all others.
fn log_ratios(ratios: &[f64]) -> Vec<f64> {
    let logs: Vec<f64> = ratios.iter().map(|ratio| ratio.ln()).collect();
    let farthest = logs
        .iter()
        .filter(|log| log.is_finite())
        .map(|log| log.abs())
        .fold(0.0, f64::max);
    logs.into_iter()
        .map(|log| if log.is_finite() { log } else { -(farthest + 1.0) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_of_nothing_is_the_largest_fall() {
        assert_eq!(log_ratios(&[1.0, 0.0, 1.0]), [0.0, -1.0, 0.0]);
        let logs = log_ratios(&[0.1, 0.0, 20.0]);
        assert!(logs[1] < logs[0] && logs[1].abs() > logs[2].abs());
    }
}
