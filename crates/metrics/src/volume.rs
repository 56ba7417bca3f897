//! Volume: posts and posting accounts, by week and by window.

use std::collections::BTreeMap;
use std::ops::Range;

use tables::{DAY_MS, Timestamp};

use crate::evidence::{Belonging, Evidence, Group, PostDay, bounds_ms, day_number};
use crate::figure::{Figure, Quantity};
use crate::results::Results;

const WEEK_DAYS: i32 = 7;
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
            let figures = match (evidence.belonging(group, position), missing(evidence, from, to)) {
                (Err(reason), _) | (Ok(_), Some(reason)) => [0, 1].map(|which| Figure::absent(&TOTAL[which], reason)),
                (Ok(accounts), None) => {
                    let (first, last) = (day_number(window.from()), day_number(window.to()));
                    let bins = bins(evidence, accounts, |day| (first..=last).contains(&day).then_some(0));
                    counted(&TOTAL, bins.get(&0).copied().unwrap_or_default())
                }
            };
            for (quantity, figure) in TOTAL.iter().zip(figures) {
                results.measure(quantity, group.name(), window.name(), figure);
            }
        }
        weekly(evidence, group, results);
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
