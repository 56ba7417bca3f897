//! Every true value by measure, group, window and moment, with the ids and units of `metrics`.

use std::collections::{BTreeMap, BTreeSet};

use super::book::WINDOWS;
use super::whole::{self, Stay};
use super::{Book, SetTruth};
use crate::Simulation;
use crate::clock::DAY_MS;

/// Measure, group, window and moment.
pub type Key = (String, String, &'static str, Option<i64>);

/// True values with their units.
pub type Values = BTreeMap<Key, (Option<f64>, &'static str)>;

const PACE: &str = "tweets per day";
const PERCENT: &str = "percent of accounts";
const RATE: &str = "percent per day";

/// All true values.
#[must_use]
pub fn values(simulation: &Simulation) -> Values {
    let world = &simulation.world;
    let mut values = Values::new();
    for day in &simulation.days {
        state(&mut values, "listed", day.at_ms, &day.listed);
        state(&mut values, "network", day.at_ms, &day.network);
    }
    for (group, stays) in [
        ("listed", whole::listed(simulation)),
        ("network", whole::network(world)),
    ] {
        daily_rates(&mut values, simulation, group, &stays);
        weekly_volumes(&mut values, simulation, group, &stays);
        for (position, window) in WINDOWS.into_iter().enumerate() {
            of_window(&mut values, simulation, group, window, position, &stays);
        }
        returns(&mut values, simulation, group, &stays);
        suspended_share(&mut values, simulation, group, &stays);
    }
    for (position, window) in WINDOWS.into_iter().enumerate() {
        insularity(&mut values, simulation, window, position);
    }
    values
}

/// Adds rows of one group, window and moment.
fn put(
    values: &mut Values,
    group: &str,
    window: &'static str,
    at: Option<i64>,
    rows: impl IntoIterator<Item = (&'static str, Option<f64>, &'static str)>,
) {
    for (measure, value, unit) in rows {
        values.insert((measure.to_owned(), group.to_owned(), window, at), (value, unit));
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn state(values: &mut Values, group: &str, at_ms: i64, set: &SetTruth) {
    let some = |value: f64| (set.size > 0).then_some(value);
    let [mean, q1, median, q3] = set.followers.map(some);
    let [pace_mean, pace_median] = set.lifetime_posts_per_day.map(some);
    let [under_1, under_5, over_50] = set.activity.map(some);
    let rows = [
        ("size", Some(set.size as f64), "accounts"),
        ("followers.mean", mean, "followers"),
        ("followers.q1", q1, "followers"),
        ("followers.median", median, "followers"),
        ("followers.q3", q3, "followers"),
        ("followers.share_under_500", some(set.under_500_followers), PERCENT),
        ("tweets_per_day.lifetime.mean", pace_mean, PACE),
        ("tweets_per_day.lifetime.median", pace_median, PACE),
        ("tweets_per_day.lifetime.share_under_1", under_1, PERCENT),
        ("tweets_per_day.lifetime.share_under_5", under_5, PERCENT),
        ("tweets_per_day.lifetime.share_over_50", over_50, PERCENT),
        ("tweets_per_day.window.mean", some(set.posts_today), PACE),
        ("tweets_per_day.posts.mean", some(set.posts_trailing), PACE),
        ("suspension.chance", set.suspension_chance, RATE),
        ("location.focus", Some(set.claims_theatre as f64), "accounts"),
        ("location.focus_share", share(set.claims_theatre, set.declares), "share"),
        ("location.none_share", share(set.size - set.declares, set.size), "share"),
        ("location.truth", Some(set.in_theatre as f64), "accounts"),
        (
            "insularity.followers_inside_network",
            share(set.into[1], set.into[0]),
            "share",
        ),
        (
            "insularity.followers_inside_set",
            share(set.into[2], set.into[0]),
            "share",
        ),
    ];
    put(values, group, "all", Some(at_ms), rows);
}

fn daily_rates(values: &mut Values, simulation: &Simulation, group: &str, stays: &[Stay]) {
    let world = &simulation.world;
    for day in 0..world.params.period.days {
        let from = world.midnight(day);
        let risk = whole::risk(world, stays, (from, from + DAY_MS));
        put(
            values,
            group,
            "all",
            Some(from),
            [("suspension.rate", risk.rate(risk.suspended), RATE)],
        );
    }
}

fn weekly_volumes(values: &mut Values, simulation: &Simulation, group: &str, stays: &[Stay]) {
    let world = &simulation.world;
    for week in 0..world.params.period.days / 7 {
        let posts = stays
            .iter()
            .filter_map(|stay| simulation.book.pages.get(stay.account)?.weeks.get(week as usize));
        let (total, accounts) = posts.fold((0_u64, 0_u64), |(total, accounts), posts| {
            (total + u64::from(*posts), accounts + u64::from(*posts > 0))
        });
        let rows = [
            ("volume.posts", Some(total as f64), "posts per week"),
            ("volume.accounts", Some(accounts as f64), "accounts per week"),
        ];
        put(values, group, "all", Some(world.midnight(7 * week)), rows);
    }
}

fn of_window(
    values: &mut Values,
    simulation: &Simulation,
    group: &str,
    window: &'static str,
    position: usize,
    stays: &[Stay],
) {
    let world = &simulation.world;
    let (from, to) = Book::bounds(world, position);
    let stays = whole::within(world, stays, (from, to));
    let risk = whole::risk(world, &stays, (from, to));
    let (mut posts, mut lived_days, mut paces, mut durations) = (0, 0.0, Vec::new(), Vec::new());
    for stay in &stays {
        let account = &world.accounts[stay.account];
        let posted = simulation.book.pages[stay.account].posted[position];
        let alive_from = account.created_ms.max(from);
        let alive_to = account.end.map_or(to, |(at, _)| at.min(to));
        let lived = (alive_to - alive_from) as f64 / DAY_MS as f64;
        if lived > 0.0 || posted.posts > 0 {
            posts += posted.posts;
            lived_days += lived.max(1.0);
        }
        if lived >= 1.0 {
            paces.push(f64::from(posted.posts) / lived);
        }
        if let Some((first, last)) = posted.span {
            durations.push((last - first) as f64 / DAY_MS as f64);
        }
    }
    let short = durations.iter().filter(|days| **days < 50.0).count() as u64;
    let accounts = durations.len() as u64;
    let rows = [
        ("suspension.rate", risk.rate(risk.suspended), RATE),
        ("suspension.other_ends", risk.rate(risk.other), RATE),
        (
            "tweets_per_day.posts.mean",
            (lived_days > 0.0).then(|| f64::from(posts) / lived_days),
            PACE,
        ),
        ("tweets_per_day.window.mean", stats::mean(&paces).ok(), PACE),
        ("volume.posts", Some(f64::from(posts)), "posts"),
        ("volume.accounts", Some(accounts as f64), "accounts"),
        ("duration.share_under_50_days", share(short, accounts), "share"),
        ("duration.median_days", whole::median_of(durations.into_iter()), "days"),
    ];
    put(values, group, window, None, rows);
    put(values, group, window, None, whole::survival(world, &stays, (from, to)));
}

fn insularity(values: &mut Values, simulation: &Simulation, window: &'static str, position: usize) {
    let (from, to) = Book::bounds(&simulation.world, position);
    let inside = simulation.days.iter().filter(|day| (from..to).contains(&day.at_ms));
    let walked: Vec<_> = inside.filter_map(|day| day.listed.ties).collect();
    let total = |of: fn(&super::day::Ties) -> u64| walked.iter().map(of).sum::<u64>();
    let out = share(total(|t| t.out_inside), total(|t| t.out));
    let [within, beyond] = simulation.book.listed_interactions[position];
    let rows = [
        ("insularity.follows_out", out, "share"),
        (
            "insularity.follows_in",
            share(total(|t| t.into_inside), total(|t| t.into)),
            "share",
        ),
        ("insularity.interactions", share(within, within + beyond), "share"),
        (
            "insularity.reciprocity",
            share(total(|t| t.returned), total(|t| t.out_inside)),
            "share",
        ),
        (
            "insularity.ei_index",
            out.map(|share| 1.0 - 2.0 * share),
            "index from -1 (all inside) to 1 (all outside)",
        ),
    ];
    put(values, "listed", window, None, rows);
}

fn returns(values: &mut Values, simulation: &Simulation, group: &str, stays: &[Stay]) {
    let world = &simulation.world;
    let stays = whole::within(world, stays, Book::bounds(world, 0));
    let returned = whole::returns(world, &stays);
    let persons: BTreeSet<usize> = returned.iter().map(|row| row.person).collect();
    let counts = [
        ("returns.persons", Some(persons.len() as f64), "persons"),
        ("returns.accounts", Some(returned.len() as f64), "accounts"),
    ];
    put(values, group, "all", None, counts);
    let numbers: BTreeSet<u32> = returned.iter().map(|row| row.number).collect();
    for wanted in numbers.into_iter().map(Some).chain([None]) {
        let chosen = || {
            returned
                .iter()
                .filter(move |row| wanted.is_none_or(|number| row.number == number))
        };
        let rows = [
            (
                "returns.followers_ratio",
                whole::median_of(chosen().filter_map(|row| row.followers_ratio)),
                "ratio",
            ),
            (
                "returns.gap_days",
                whole::median_of(chosen().map(|row| row.gap_days)),
                "days",
            ),
            (
                "returns.pace_ratio",
                whole::median_of(chosen().filter_map(|row| row.pace_ratio)),
                "ratio",
            ),
        ];
        let group = wanted.map_or_else(|| group.to_owned(), |number| format!("{group}/return_{number}"));
        put(values, &group, "all", None, rows);
    }
}

/// Of the accounts there on the first day, those suspended by the end, in percent.
fn suspended_share(values: &mut Values, simulation: &Simulation, group: &str, stays: &[Stay]) {
    let world = &simulation.world;
    let end = Book::bounds(world, 0).1;
    let there = stays
        .iter()
        .filter(|stay| world.accounts[stay.account].created_ms < world.start_ms);
    let (suspended, all) = there.fold((0, 0), |(suspended, all), stay| {
        let how = world.accounts[stay.account].end.filter(|(at, _)| *at < end);
        (
            suspended + u64::from(how.is_some_and(|(_, how)| how == crate::people::End::Suspended)),
            all + 1,
        )
    });
    let percent = share(suspended, all).map(|share| 100.0 * share);
    put(values, group, "all", None, [("suspension.share", percent, PERCENT)]);
}
