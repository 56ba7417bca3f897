//! Suspended accounts beside those that were not: followers, following, posts written, pace.
//!
//! Who was suspended in a window is compared, as last seen, with who outlived it. Those who outlived it were seen later, when they
//! had had more time to grow; the pace, which is per day of life, is less touched by that than counts are.

use std::collections::{BTreeMap, BTreeSet};

use stats::Reason;
use tables::State;

use crate::evidence::{Evidence, Group, LastSeenRow, bounds_ms};
use crate::figure::{Figure, Quantity};
use crate::hypotheses;
use crate::per_sample::{quantile_of_times, sorted_by_value};
use crate::results::Results;

const MEDIAN: f64 = 0.5;
/// Why nothing is known of who was suspended.
const NO_CHECKS: &str = "needs availability checks that found a suspension";

/// Something that an observation counts, and the three numbers that are made of it.
struct Counted {
    of: fn(&LastSeenRow) -> Option<f64>,
    needs: &'static str,
    /// Its name, and what is counted in words: what the tests of it are called.
    name: &'static str,
    words: &'static str,
    suspended: Quantity,
    standing: Quantity,
    ratio: Quantity,
}

macro_rules! counted {
    ($of:expr, $needs:literal, $name:literal, $unit:literal, $words:literal, $given:literal) => {
        Counted {
            of: $of,
            needs: $needs,
            name: $name,
            words: $words,
            suspended: Quantity {
                id: concat!("contrast.", $name, ".suspended"),
                unit: $unit,
                definition: concat!(
                    "median ",
                    $words,
                    " of accounts suspended in the window, as last seen; n is accounts, resampled",
                    $given
                ),
            },
            standing: Quantity {
                id: concat!("contrast.", $name, ".standing"),
                unit: $unit,
                definition: concat!(
                    "median ",
                    $words,
                    " of accounts that were seen by the window's end and outlived it, as last seen by then; \
                     n is accounts, resampled",
                    $given
                ),
            },
            ratio: Quantity {
                id: concat!("contrast.", $name, ".ratio"),
                unit: "ratio",
                definition: concat!(
                    "median ",
                    $words,
                    " of accounts suspended in the window over that of accounts that outlived it, each as \
                     last seen; n is accounts, resampled",
                    $given
                ),
            },
        }
    };
}

const COUNTED: [Counted; 4] = [
    counted!(
        |row| row.followers.map(|count| count as f64),
        "needs accounts.followers",
        "followers",
        "followers",
        "followers",
        ""
    ),
    counted!(
        |row| row.following.map(|count| count as f64),
        "needs accounts.following",
        "following",
        "accounts",
        "followed accounts",
        ", whom there is to follow being given"
    ),
    counted!(
        |row| row.statuses.map(|count| count as f64),
        "needs accounts.statuses",
        "statuses",
        "posts",
        "posts written",
        ""
    ),
    counted!(
        |row| row.tweets_per_day,
        "needs accounts.statuses and accounts.created_at",
        "pace",
        "tweets per day",
        "lifetime pace",
        ""
    ),
];

/// How an account came out of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Suspended,
    Standing,
}

/// Measures them.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    for (position, window) in evidence.study.windows().iter().enumerate() {
        let fates = fates(evidence, bounds_ms(window));
        for group in Group::ALL {
            for counted in &COUNTED {
                let seen = seen(evidence, counted, group, position, &fates);
                let outcomes = match &seen {
                    Ok(((_, suspended), (_, standing))) => hypotheses::contrast::of_two(
                        counted.suspended.unit,
                        counted.words,
                        suspended,
                        standing,
                        u64::from(evidence.study.min_group_size()),
                    ),
                    Err(reason) => hypotheses::contrast::untested(counted.suspended.unit, counted.words, reason),
                };
                for (family, outcome) in hypotheses::contrast::FAMILIES.into_iter().zip(outcomes) {
                    results.test(family, counted.name, group.name(), window.name(), outcome);
                }
                let [suspended, standing, ratio] = figures(evidence, counted, seen);
                results.measure(&counted.suspended, group.name(), window.name(), suspended);
                results.measure(&counted.standing, group.name(), window.name(), standing);
                results.measure(&counted.ratio, group.name(), window.name(), ratio);
            }
        }
    }
}

/// Who was suspended within `[from, to)`, and who lived on past it. Whoever ended otherwise, or had ended before, is neither.
fn fates(evidence: &Evidence, (from, to): (i64, i64)) -> BTreeMap<u32, Fate> {
    let mut fates = BTreeMap::new();
    for spell in &evidence.spells {
        match spell.ended_at() {
            Some(end) if (from..to).contains(&end) && spell.end_state == State::Suspended => {
                fates.insert(spell.account, Fate::Suspended);
            }
            Some(end) if end < to => {}
            // Lived on; an account that was suspended in the window and came back to life stays among the suspended.
            _ if spell.first_alive_at.is_some_and(|alive| alive < to) => {
                fates.entry(spell.account).or_insert(Fate::Standing);
            }
            _ => {}
        }
    }
    fates
}

/// The accounts that were suspended within `[from, to)`.
///
/// # Errors
/// Why that is not known.
pub(crate) fn suspended(evidence: &Evidence, bounds: (i64, i64)) -> Result<BTreeSet<u32>, &'static str> {
    if !knows_suspensions(evidence) {
        return Err(NO_CHECKS);
    }
    let fates = fates(evidence, bounds).into_iter();
    Ok(fates
        .filter(|(_, fate)| *fate == Fate::Suspended)
        .map(|(account, _)| account)
        .collect())
}

fn knows_suspensions(evidence: &Evidence) -> bool {
    let mut lives = evidence.spells.iter();
    lives.any(|life| life.end_state == State::Suspended && !life.censored)
}

/// Accounts and their numbers, in ascending order of the numbers.
type Seen = (Vec<u32>, Vec<f64>);
/// Accounts of a group: those suspended in a window, and those that outlived it.
type TwoGroups = (Seen, Seen);

fn seen(
    evidence: &Evidence,
    counted: &Counted,
    group: Group,
    window: usize,
    fates: &BTreeMap<u32, Fate>,
) -> Result<TwoGroups, &'static str> {
    let accounts = evidence.belonging(group, window)?;
    if evidence.last_seen.iter().all(|row| (counted.of)(row).is_none()) {
        return Err(counted.needs);
    }
    if !knows_suspensions(evidence) {
        return Err(NO_CHECKS);
    }
    let seen: Vec<(Fate, u32, f64)> = evidence
        .last_seen
        .iter()
        .filter(|row| row.window == window && accounts.holds(row.account))
        .filter_map(|row| Some((*fates.get(&row.account)?, row.account, (counted.of)(row)?)))
        .collect();
    let of = |fate: Fate| -> Seen {
        let own = seen.iter().filter(|(own, ..)| *own == fate);
        sorted_by_value(own.map(|(_, account, value)| (*account, *value)).collect())
    };
    Ok((of(Fate::Suspended), of(Fate::Standing)))
}

fn figures(evidence: &Evidence, counted: &Counted, seen: Result<TwoGroups, &'static str>) -> [Figure; 3] {
    let (suspended, standing) = match seen {
        Ok(groups) => groups,
        Err(reason) => {
            return [&counted.suspended, &counted.standing, &counted.ratio]
                .map(|quantity| Figure::absent(quantity, reason));
        }
    };
    let one = |quantity: &Quantity, (accounts, sorted): &Seen, none: &'static str| match sorted.is_empty() {
        true => Figure::absent(quantity, none),
        false => {
            let statistic = |times: &[u32]| quantile_of_times(sorted, times, MEDIAN);
            Figure::of(quantity, evidence.resampled(accounts, statistic))
        }
    };
    let none_suspended = "no account of the group that was seen was suspended in this window";
    let none_standing = "no account of the group that was seen outlived this window";
    let ratio = match (suspended.0.is_empty(), standing.0.is_empty()) {
        (true, _) => Figure::absent(&counted.ratio, none_suspended),
        (_, true) => Figure::absent(&counted.ratio, none_standing),
        _ => ratio(evidence, &counted.ratio, &suspended, &standing).noting(&format!(
            "{} suspended, {} not",
            suspended.0.len(),
            standing.0.len()
        )),
    };
    [
        one(&counted.suspended, &suspended, none_suspended),
        one(&counted.standing, &standing, none_standing),
        ratio,
    ]
}

/// The ratio of the two medians, persons resampled.
fn ratio(evidence: &Evidence, quantity: &Quantity, suspended: &Seen, standing: &Seen) -> Figure {
    let accounts = [suspended.0.as_slice(), &standing.0].concat();
    let (suspended, standing) = (&suspended.1, &standing.1);
    let statistic = |times: &[u32]| {
        let (above, below) = times.split_at(suspended.len());
        let above = quantile_of_times(suspended, above, MEDIAN)?;
        let below = quantile_of_times(standing, below, MEDIAN)?;
        if below == 0.0 {
            return Err(Reason::ZeroDenominator {
                what: "the median of those not suspended",
            });
        }
        Ok(above / below)
    };
    Figure::of(quantity, evidence.resampled(&accounts, statistic))
}
