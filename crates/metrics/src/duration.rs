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
                 window; n is accounts",
};

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
    let (accounts, days) = sorted_by_value(durations);
    let median = evidence.resampled(&accounts, |times| quantile_of_times(&days, times, 0.5));
    Ok([
        Figure::of(&MEDIAN_DAYS, median).noting(&note),
        Figure::of(&SHARE, evidence.share_of_accounts(&short)).noting(&note),
    ])
}
