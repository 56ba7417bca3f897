//! Duration: days from an account's first to its last post.

use std::collections::BTreeSet;

use crate::evidence::{Evidence, Group, as_days, bounds_ms, day_number};
use crate::figure::{Figure, Quantity};
use crate::per_sample::{quantile_of_times, sorted_by_value};
use crate::results::Results;
use crate::volume;

/// The bound that "Digital Decay" (Alexander 2017) reports a majority below.
const SHORT_DAYS: f64 = 50.0;
const MEDIAN_DAYS: Quantity = Quantity {
    id: "duration.median_days",
    unit: "days",
    definition: "median over accounts of the days from first to last post held by the archive within the window; n \
                 is accounts, resampled",
};
const SHARE: Quantity = Quantity {
    id: "duration.share_under_50_days",
    unit: "share",
    definition: "share of accounts with fewer than 50 days from first to last post held by the archive within the \
                 window, which must leave room for more; n is accounts",
};
/// Why there is no share of a window in which no account could last for as long.
const SHORT_WINDOW: &str = "the window is no longer than 50 days";
const SHORT_ARCHIVE: &str = "the archive's posts of this window span no more than 50 days";

/// Measures it.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    // An account with several lives counts as gone when the last of them ended.
    let mut gone: BTreeSet<u32> = BTreeSet::new();
    for spell in &evidence.spells {
        if spell.censored {
            gone.remove(&spell.account);
        } else {
            gone.insert(spell.account);
        }
    }
    for group in Group::ALL {
        for (position, window) in evidence.study.windows().iter().enumerate() {
            let figures = of_window(evidence, group, position, &gone)
                .unwrap_or_else(|reason| [MEDIAN_DAYS, SHARE].map(|quantity| Figure::absent(&quantity, reason)));
            for (quantity, figure) in [MEDIAN_DAYS, SHARE].iter().zip(figures) {
                results.measure(quantity, group.name(), window.name(), figure);
            }
        }
    }
}

fn of_window(
    evidence: &Evidence,
    group: Group,
    position: usize,
    gone: &BTreeSet<u32>,
) -> Result<[Figure; 2], &'static str> {
    let accounts = evidence.belonging(group, position)?;
    let window = evidence.study.windows().get(position).ok_or("no such window")?;
    let (from, to) = bounds_ms(window);
    if let Some(reason) = volume::missing(evidence, from, to) {
        return Err(reason);
    }
    let inside = day_number(window.from())..=day_number(window.to());
    let mut durations = Vec::new();
    let mut going_on = 0_u64;
    for (account, days) in evidence.posts.iter().filter(|(account, _)| accounts.holds(**account)) {
        let mut within = days.iter().filter(|day| inside.contains(&day.day));
        if let Some(first) = within.next() {
            let last = within.next_back().unwrap_or(first);
            durations.push((*account, as_days(last.last_at - first.first_at)));
            going_on += u64::from(!gone.contains(account));
        }
    }
    if durations.is_empty() {
        return Err("no account of the group posted in this window");
    }
    let n = durations.len() as u64;
    let note = format!("{going_on} of {n} were not seen gone, so their durations may go on; they count as they stand");
    let is_short = |(account, days): &(u32, f64)| (*account, *days < SHORT_DAYS);
    let short: Vec<(u32, bool)> = durations.iter().map(is_short).collect();
    let share = match too_short((from, to), evidence.table("posts").span) {
        Some(reason) => Figure::absent(&SHARE, reason).resting_on(n),
        None => Figure::of(&SHARE, evidence.share_of_accounts(&short)).noting(&note),
    };
    let (accounts, days) = sorted_by_value(durations);
    let median = evidence.resampled(&accounts, |times| quantile_of_times(&days, times, 0.5));
    Ok([Figure::of(&MEDIAN_DAYS, median).noting(&note), share])
}

/// Why every duration in `[from, to)` is short, whoever posted how long: there is no room for a long one.
fn too_short((from, to): (i64, i64), span: Option<(i64, i64)>) -> Option<&'static str> {
    let (first, last) = span?;
    if as_days(to - from) <= SHORT_DAYS {
        Some(SHORT_WINDOW)
    } else {
        (as_days(last.min(to) - first.max(from)) < SHORT_DAYS).then_some(SHORT_ARCHIVE)
    }
}

#[cfg(test)]
mod tests {
    use tables::DAY_MS;

    use super::*;
    use crate::evidence::{PostDay, TimesRow};

    /// Accounts that posted on their first and last day, of posts that begin on a day and end on another, in a window of so many days.
    fn share(accounts: &[(i32, i32)], (first, last): (i32, i32), window_days: u32) -> Figure {
        let from = chrono::NaiveDate::from_ymd_opt(2015, 6, 1).unwrap();
        let to = from + chrono::Days::new(u64::from(window_days) - 1);
        let text =
            format!("title = 't'\nperiod = {{ from = {from}, to = {to} }}\nsamples = {{ dates = [2015-06-04] }}");
        let mut evidence = Evidence::none(study::Study::parse(&text, "t").unwrap(), 1);
        let day = |day: i32| day_number(from) + day;
        let moment = |of: i32| i64::from(day(of)) * DAY_MS;
        for ((begins, ends), account) in accounts.iter().zip(0..) {
            let posts = [*begins, *ends].map(|of| PostDay {
                day: day(of),
                posts: 1,
                collected: 1,
                first_at: moment(of),
                last_at: moment(of),
            });
            evidence.posts.insert(account, posts.to_vec());
        }
        let posts = TimesRow {
            records: 2,
            timed: 2,
            empty_records: 0,
            span: Some((moment(first), moment(last))),
        };
        evidence.times.insert("posts".to_owned(), posts);
        let mut results = Results::default();
        measure(&evidence, &mut results);
        results.measures[&(SHARE.id, "everyone".to_owned(), "all".to_owned())].clone()
    }

    #[test]
    fn a_share_is_told_only_where_a_longer_duration_fits() {
        let accounts = [(0, 10), (0, 49), (5, 49), (0, 50)];
        for (within, window_days, expected) in [
            ((0, 60), 61, Ok(0.75)),
            ((0, 50), 51, Ok(0.75)),
            ((0, 49), 50, Err(SHORT_WINDOW)),
            ((0, 20), 21, Err(SHORT_WINDOW)),
            ((0, 49), 61, Err(SHORT_ARCHIVE)),
            ((11, 60), 61, Err(SHORT_ARCHIVE)),
        ] {
            let found = share(&accounts, within, window_days);
            let told = found.value.ok_or(found.reason.as_deref().unwrap_or_default());
            assert_eq!(told, expected, "{within:?} of {window_days} days");
            assert_eq!(found.n, 4, "who posted is counted all the same");
        }
    }
}
