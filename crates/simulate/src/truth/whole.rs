//! What can be told only when all is over: rates, survival, returns, durations, volumes.

use stats::{IntervalTransform, Level, RiskTable, Spell, kaplan_meier, median};

use super::Book;
use crate::Simulation;
use crate::clock::DAY_MS;
use crate::people::End;
use crate::world::World;

/// Fewest accounts that a curve begins with, as reports have it.
const FEWEST: u64 = 5;

/// A stay of an account in a set: from when to when, milliseconds since 1970, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// Which account.
    pub account: usize,
    /// From when.
    pub from: i64,
    /// Until when.
    pub to: i64,
}

fn days(ms: i64) -> f64 {
    ms as f64 / DAY_MS as f64
}

/// Stays on any roster, one of an account: from its first listing to its last unlisting.
#[must_use]
pub fn listed(simulation: &Simulation) -> Vec<Stay> {
    let mut stays: std::collections::BTreeMap<usize, (i64, i64)> = std::collections::BTreeMap::new();
    for listing in &simulation.rosters.listings {
        let to = listing.unlisted_ms.unwrap_or(i64::MAX);
        let stay = stays.entry(listing.account).or_insert((listing.listed_ms, to));
        *stay = (stay.0.min(listing.listed_ms), stay.1.max(to));
    }
    stays
        .into_iter()
        .map(|(account, (from, to))| Stay { account, from, to })
        .collect()
}

/// Stays in the network: whole lives.
#[must_use]
pub fn network(world: &World) -> Vec<Stay> {
    let stay = |account| Stay {
        account,
        from: i64::MIN,
        to: i64::MAX,
    };
    (0..world.accounts.len()).map(stay).collect()
}

/// Events and account-days at risk.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Risk {
    /// Suspensions.
    pub suspended: u64,
    /// Other ends.
    pub other: u64,
    /// Account-days.
    pub days: f64,
}

impl Risk {
    /// Percent per day of events of such a number.
    #[must_use]
    pub fn rate(&self, events: u64) -> Option<f64> {
        (self.days > 0.0).then(|| 100.0 * events as f64 / self.days)
    }
}

/// What happened to stays within `[from, to)`.
#[must_use]
pub fn risk(world: &World, stays: &[Stay], (from, to): (i64, i64)) -> Risk {
    let mut risk = Risk::default();
    for stay in stays {
        let account = &world.accounts[stay.account];
        let start = account.created_ms.max(stay.from).max(from);
        let limit = stay.to.min(to);
        let end = account.end.filter(|(at, _)| (start..limit).contains(at));
        let stop = account.end.map_or(limit, |(at, _)| at.min(limit));
        if start < stop {
            risk.days += days(stop - start);
        }
        match end {
            Some((_, End::Suspended)) => risk.suspended += 1,
            Some((_, End::Deactivated)) => risk.other += 1,
            None => {}
        }
    }
    risk
}

/// The stays that touch a window.
#[must_use]
pub fn within(world: &World, stays: &[Stay], (from, to): (i64, i64)) -> Vec<Stay> {
    let touches = |stay: &&Stay| {
        let created = world.accounts[stay.account].created_ms;
        stay.from.max(created) < to && stay.to > from
    };
    stays.iter().filter(touches).copied().collect()
}

/// What is told of the time from creation to suspension, by id and unit.
const OF_SURVIVAL: [(&str, &str); 9] = [
    ("survival.median_days", "days since creation"),
    ("survival.turnbull_median_days", "days since creation"),
    ("survival.restricted_mean_90_days", "days"),
    ("survival.at_30_days", "share"),
    ("survival.at_90_days", "share"),
    ("survival.suspended_by_2_days", "share"),
    ("survival.suspended_by_7_days", "share"),
    ("survival.suspended_by_30_days", "share"),
    ("survival.suspended_by_90_days", "share"),
];

/// Survival by id, with its unit: Kaplan–Meier on the exact lives, each watched from the later of the window's beginning and the beginning
/// of its stay.
#[must_use]
pub fn survival(
    world: &World,
    stays: &[Stay],
    (from, to): (i64, i64),
) -> [(&'static str, Option<f64>, &'static str); 9] {
    let mut spells = Vec::new();
    for stay in stays {
        let account = &world.accounts[stay.account];
        let entry = account.created_ms.max(stay.from).max(from);
        let (exit, event) = match account.end {
            Some((at, how)) if at < to => (at, how == End::Suspended),
            _ => (to, false),
        };
        if entry < exit {
            let since = |at: i64| days(at - account.created_ms);
            spells.push(Spell::entered(since(entry), since(exit), event));
        }
    }
    let curve = RiskTable::new(&spells)
        .and_then(|table| kaplan_meier(&spells, table.thin_until(FEWEST), Level::P95, IntervalTransform::LogLog));
    let told = curve.map(|curve| {
        let shares = [2.0, 7.0, 30.0, 90.0].map(|age| curve.event_share_at(age));
        let others = [30.0, 90.0].map(|age| curve.survival_at(age));
        let medians = [curve.median(), curve.median(), curve.restricted_mean(90.0)];
        medians.into_iter().chain(others).chain(shares)
    });
    let mut values = told
        .into_iter()
        .flatten()
        .map(|estimate| estimate.ok().map(|estimate| estimate.value));
    OF_SURVIVAL.map(|(id, unit)| (id, values.next().flatten(), unit))
}

/// A later account beside the first of the same person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Returned {
    /// Whose.
    pub person: usize,
    /// 1 is the first return.
    pub number: u32,
    /// Most followers by those of the first account.
    pub followers_ratio: Option<f64>,
    /// Days since the account before ended.
    pub gap_days: f64,
    /// Lifetime posts per day by those of the first account.
    pub pace_ratio: Option<f64>,
}

/// Later accounts of the persons of whom an account stays in the set, and how many such persons there are.
#[must_use]
pub fn returns(world: &World, stays: &[Stay]) -> Vec<Returned> {
    let end_of_period = Book::bounds(world, 0).1;
    let mut of_set = vec![false; world.people.len()];
    stays
        .iter()
        .for_each(|stay| of_set[world.accounts[stay.account].person] = true);
    let pace = |index: usize| {
        let account = &world.accounts[index];
        let until = account.end.map_or(end_of_period, |(at, _)| at.min(end_of_period));
        (account.statuses_before + account.statuses) as f64 / days(until - account.created_ms).max(1.0)
    };
    let over = |later: f64, first: f64| (first > 0.0).then(|| later / first);
    let mut returned = Vec::new();
    for (person, chain) in world.people.iter().enumerate().filter(|(person, _)| of_set[*person]) {
        for (number, pair) in chain.accounts.windows(2).enumerate() {
            let (first, account) = (chain.accounts[0], pair[1]);
            let Some((ended, _)) = world.accounts[pair[0]].end else {
                continue;
            };
            returned.push(Returned {
                person,
                number: number as u32 + 1,
                followers_ratio: over(world.followers[account].peak as f64, world.followers[first].peak as f64),
                gap_days: days(world.accounts[account].created_ms - ended),
                pace_ratio: over(pace(account), pace(first)),
            });
        }
    }
    returned
}

/// The median of what is there.
#[must_use]
pub fn median_of(values: impl Iterator<Item = f64>) -> Option<f64> {
    median(&values.collect::<Vec<_>>()).ok()
}
