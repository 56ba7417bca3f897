//! Volume: posts and posting accounts, by week and by window; what could be read on a day.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use tables::{DAY_MS, Timestamp};

use crate::evidence::{Belonging, Evidence, Group, PostDay, bounds_ms, day_number};
use crate::figure::{Figure, Quantity};
use crate::results::Results;

const WEEK_DAYS: i32 = 7;
/// Why nobody's count of posts is known.
const NEEDS_STATUSES: &str = "needs accounts.statuses";
const WEEKLY: [Quantity; 2] = [
    Quantity {
        id: "volume.posts",
        unit: "posts per week",
        definition: "posts held by the archive in the 7 days from this moment, counted; n is accounts that posted",
    },
    Quantity {
        id: "volume.accounts",
        unit: "accounts per week",
        definition: "distinct accounts with a post held by the archive in the 7 days from this moment, counted",
    },
];
const PER_DAY: Quantity = Quantity {
    id: "volume.posts_per_day",
    unit: "posts per day",
    definition: "posts held by the archive in the window / days of the window between the archive's first and last post; n is \
                 accounts that posted",
};
const AVAILABLE: Quantity = Quantity {
    id: "volume.available_posts",
    unit: "posts",
    definition: "posts that the members alive at the sample had written, by the platform's own count in the newest observation at or \
                 before it, summed: what could be read of the set on that day (posts deleted since are in it); n is accounts",
};
const AVAILABLE_MEAN: Quantity = Quantity {
    id: "volume.available_posts",
    unit: "posts",
    definition: "mean over the samples of the window of the posts that the members alive had written, by the platform's own count in \
                 the newest observation at or before the sample, summed: what could be read of the set on a day; n is accounts",
};
const TOTAL: [Quantity; 2] = [
    Quantity {
        id: "volume.posts",
        unit: "posts",
        definition: "posts held by the archive in the window, counted; n is accounts that posted",
    },
    Quantity {
        id: "volume.accounts",
        unit: "accounts",
        definition: "distinct accounts with a post held by the archive in the window, counted",
    },
];

/// Measures it.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    for group in Group::ALL {
        for (position, window) in evidence.study.windows().iter().enumerate() {
            let (from, to) = bounds_ms(window);
            let (figures, per_day) = match (evidence.belonging(group, position), missing(evidence, from, to)) {
                (Err(reason), _) | (Ok(_), Some(reason)) => (
                    [0, 1].map(|which| Figure::absent(&TOTAL[which], reason)),
                    Figure::absent(&PER_DAY, reason),
                ),
                (Ok(accounts), None) => {
                    let (first, last) = (day_number(window.from()), day_number(window.to()));
                    let bins = bins(evidence, accounts, |day| (first..=last).contains(&day).then_some(0));
                    let counts = bins.get(&0).copied().unwrap_or_default();
                    let days = days_covered(evidence, first..last.saturating_add(1));
                    (counted(&TOTAL, counts), per_day(counts, days))
                }
            };
            for (quantity, figure) in TOTAL.iter().zip(figures) {
                results.measure(quantity, group.name(), window.name(), figure);
            }
            results.measure(&PER_DAY, group.name(), window.name(), per_day);
        }
        weekly(evidence, group, results);
    }
    available(evidence, results);
}

fn per_day((posts, accounts): (u64, u64), days: i32) -> Figure {
    let figure = match days {
        0 => Figure::absent(&PER_DAY, "the archive holds no day of this window"),
        days => Figure::plain(&PER_DAY, posts as f64 / f64::from(days), accounts),
    };
    figure.noting(&format!("{posts} posts in {days} days"))
}

/// What could be read of the members alive at each sample, and its mean over the samples of each window.
fn available(evidence: &Evidence, results: &mut Results) {
    let none_at_all = evidence.members.iter().all(|member| member.statuses.is_none());
    for set in Group::SETS {
        let mut written: BTreeMap<usize, BTreeMap<u32, i64>> = BTreeMap::new();
        for member in evidence
            .members
            .iter()
            .filter(|member| member.set == set && member.alive)
        {
            if let Some(statuses) = member.statuses {
                written
                    .entry(member.sample)
                    .or_default()
                    .insert(member.account, statuses);
            }
        }
        // In order of accounts; beyond 2^53 posts nobody counts.
        let sum = |of: &BTreeMap<u32, i64>| of.values().map(|statuses| *statuses as f64).sum::<f64>();
        for sample in 0..evidence.study.samples().len() {
            let alive = evidence.sizes.get(&(set, sample)).map_or(0, |size| size.alive);
            let figure = match (evidence.sample_unknown(set, sample), written.get(&sample)) {
                (Some(reason), _) => Figure::absent(&AVAILABLE, reason),
                (None, _) if alive == 0 => Figure::absent(&AVAILABLE, "no member was alive"),
                (None, None) if none_at_all => Figure::absent(&AVAILABLE, NEEDS_STATUSES),
                (None, None) => Figure::absent(&AVAILABLE, "seen of no member by this sample"),
                (None, Some(of)) => {
                    let figure = Figure::plain(&AVAILABLE, sum(of), of.len() as u64);
                    match alive.saturating_sub(of.len() as u64) {
                        0 => figure,
                        unseen => figure.noting(&format!("{unseen} members alive without the number")),
                    }
                }
            };
            results.point(&AVAILABLE, set.word(), evidence.sample_ms(sample), figure);
        }
        for window in evidence.study.windows() {
            let samples = evidence.study.samples().iter().zip(0..);
            let inside = samples.filter(|(sample, _)| window.contains_sample(**sample));
            let inside: Vec<&BTreeMap<u32, i64>> = inside.filter_map(|(_, at)| written.get(&at)).collect();
            let accounts: BTreeSet<u32> = inside.iter().flat_map(|of| of.keys().copied()).collect();
            let sums: Vec<f64> = inside.iter().map(|of| sum(of)).collect();
            let figure = match (evidence.set_unknown(set), stats::mean(&sums)) {
                (Some(reason), _) => Figure::absent(&AVAILABLE_MEAN, reason),
                (None, Err(_)) if none_at_all => Figure::absent(&AVAILABLE_MEAN, NEEDS_STATUSES),
                (None, Err(_)) => Figure::absent(&AVAILABLE_MEAN, "no sample of this window has a number"),
                (None, Ok(mean)) => Figure::plain(&AVAILABLE_MEAN, mean, accounts.len() as u64)
                    .noting(&format!("{} samples", sums.len())),
            };
            results.measure(&AVAILABLE_MEAN, set.word(), window.name(), figure);
        }
    }
    for window in evidence.study.windows() {
        let figure = Figure::absent(&AVAILABLE_MEAN, crate::size::NEEDS_A_SET);
        results.measure(&AVAILABLE_MEAN, Group::Everyone.name(), window.name(), figure);
    }
}

fn weekly(evidence: &Evidence, group: Group, results: &mut Results) {
    let period = evidence.study.period();
    let (first, last) = (day_number(period.from()), day_number(period.to()));
    let accounts = evidence.belonging(group, 0);
    let bins = accounts.map_or_else(
        |_| BTreeMap::new(),
        |accounts| {
            bins(evidence, accounts, |day| {
                (first..=last).contains(&day).then(|| (day - first) / WEEK_DAYS)
            })
        },
    );
    for week in 0..=(last - first) / WEEK_DAYS {
        let start = first + week * WEEK_DAYS;
        let held = (last - start + 1).min(WEEK_DAYS);
        let at = i64::from(start) * DAY_MS;
        let reason = accounts
            .err()
            .or_else(|| missing(evidence, at, at + i64::from(WEEK_DAYS) * DAY_MS))
            .map(str::to_owned)
            .or_else(|| (held < WEEK_DAYS).then(|| format!("only {held} of the 7 days lie in the period")))
            .or_else(|| {
                let covered = days_covered(evidence, start..start + WEEK_DAYS);
                (covered < WEEK_DAYS).then(|| format!("only {covered} of the 7 days lie in the archive"))
            });
        let figures = match reason {
            Some(reason) => [0, 1].map(|which| Figure::absent(&WEEKLY[which], reason.clone())),
            None => counted(&WEEKLY, bins.get(&week).copied().unwrap_or_default()),
        };
        for (quantity, figure) in WEEKLY.iter().zip(figures) {
            results.point(quantity, group.name(), at, figure);
        }
    }
}

/// How many of these days lie between the archive's first post and its last, both days included: before and after, silence says
/// nothing.
fn days_covered(evidence: &Evidence, days: Range<i32>) -> i32 {
    let Some((first, last)) = evidence.table("posts").span else {
        return 0;
    };
    let (first, last) = (Timestamp(first).day().0, Timestamp(last).day().0);
    (days.end.min(last.saturating_add(1)) - days.start.max(first)).max(0)
}

fn counted([of_posts, of_accounts]: &[Quantity; 2], (posts, accounts): (u64, u64)) -> [Figure; 2] {
    [
        Figure::plain(of_posts, posts as f64, accounts),
        Figure::plain(of_accounts, accounts as f64, accounts),
    ]
}

/// Posts and posting accounts by bin.
fn bins(evidence: &Evidence, accounts: Belonging<'_>, bin: impl Fn(i32) -> Option<i32>) -> BTreeMap<i32, (u64, u64)> {
    let mut bins: BTreeMap<i32, (u64, u64)> = BTreeMap::new();
    for (_, days) in evidence.posts.iter().filter(|(account, _)| accounts.holds(**account)) {
        // The days of an account are in order, so those of a bin are neighbours.
        for same in days.chunk_by(|a: &PostDay, b: &PostDay| bin(a.day) == bin(b.day)) {
            if let Some(bin) = same.first().and_then(|day| bin(day.day)) {
                let counts = bins.entry(bin).or_default();
                counts.0 += same.iter().map(|day| day.posts).sum::<u64>();
                counts.1 += 1;
            }
        }
    }
    bins
}

/// Why nothing can be said of posts in `[from, to)`; `None` when something can.
pub fn missing(evidence: &Evidence, from: i64, to: i64) -> Option<&'static str> {
    let posts = evidence.table("posts");
    match posts.span {
        None if posts.records > 0 => Some("needs posts.posted_at"),
        None => Some("needs posts"),
        Some((first, last)) => (to <= first || from > last).then_some("the archive holds no post as early or as late"),
    }
}
