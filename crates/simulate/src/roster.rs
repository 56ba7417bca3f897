//! Rosters: lists of accounts that supporters keep, late and with gaps. The observer reads them once a day.

use std::collections::BTreeSet;

use crate::clock::{DAY_MS, HOUR_MS};
use crate::streams::{Process, chance, unit, waiting};
use crate::world::World;

/// Hour of the day (UTC) at which rosters are read.
pub const READ_HOUR: i64 = 4;

/// The rosters, and the chance that a core account gets on each, relative to the main one's coverage.
pub const ROSTERS: [(&str, f64); 2] = [("main", 1.0), ("second", 0.25)];

/// An account on a roster, as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Index into [`ROSTERS`].
    pub roster: usize,
    /// Which account.
    pub account: usize,
    /// Handle at the time of listing.
    pub handle: String,
    /// Whether the roster gives the account's id and not the handle alone.
    pub with_id: bool,
    /// First reading that shows it.
    pub listed_ms: i64,
    /// First reading that shows it no longer.
    pub unlisted_ms: Option<i64>,
}

/// All rosters over the period.
#[derive(Debug, Default)]
pub struct Rosters {
    /// Listings in the order of their coming.
    pub listings: Vec<Listing>,
    pending: BTreeSet<(i64, usize, usize)>,
    planned: usize,
    open: Vec<usize>,
}

/// The first reading at or after a moment.
fn next_reading(at_ms: i64) -> i64 {
    let hour = READ_HOUR * HOUR_MS;
    (at_ms - hour).div_euclid(DAY_MS) * DAY_MS
        + hour
        + if (at_ms - hour).rem_euclid(DAY_MS) == 0 {
            0
        } else {
            DAY_MS
        }
}

/// An account's turn on a roster, as streams of chance know it.
fn turn(world: &World, account: usize, roster: usize) -> u64 {
    world.entity(account) << 2 | roster as u64
}

impl Rosters {
    /// What is settled about a day: new accounts get their turn, due ones are listed, gone ones are crossed off. Returns the
    /// accounts that the main roster now lists.
    pub fn begin_day(&mut self, world: &World, day: u32) -> Vec<usize> {
        self.plan(world);
        let first_new = self.listings.len();
        let reading = world.midnight(day) + READ_HOUR * HOUR_MS;
        while let Some((at, roster, account)) = self.pending.first().copied().filter(|(at, ..)| *at <= reading) {
            self.pending.remove(&(at, roster, account));
            let rng = &mut world.streams.of(Process::Roster, turn(world, account, roster), 1);
            let with_id = chance(rng, 0.9);
            // Some who are gone before their turn are listed all the same: a roster lags.
            if !world.accounts[account].alive_at(at) && !chance(rng, 0.3) {
                continue;
            }
            let handle = world.accounts[account].handle_at(at).to_owned();
            let listed_ms = next_reading(at);
            self.open.push(self.listings.len());
            self.listings.push(Listing {
                roster,
                account,
                handle,
                with_id,
                listed_ms,
                unlisted_ms: None,
            });
        }
        let listings = &mut self.listings;
        self.open.retain(|index| {
            let listing = &mut listings[*index];
            let Some((end, _)) = world.accounts[listing.account].end else {
                return true;
            };
            let rng = &mut world
                .streams
                .of(Process::Roster, turn(world, listing.account, listing.roster), 2);
            let due = end.max(listing.listed_ms)
                + (waiting(rng, world.params.observer.unlist_delay_days) * DAY_MS as f64) as i64;
            if due > reading {
                return true;
            }
            listing.unlisted_ms = Some(next_reading(due).max(listing.listed_ms + DAY_MS));
            false
        });
        let new = self.listings[first_new..].iter();
        new.filter(|listing| listing.roster == 0)
            .map(|listing| listing.account)
            .collect()
    }

    fn plan(&mut self, world: &World) {
        for account in self.planned..world.accounts.len() {
            let shown = &world.accounts[account];
            if !world.people[shown.person].core {
                continue;
            }
            for (roster, (_, share)) in ROSTERS.iter().enumerate() {
                let rng = &mut world.streams.of(Process::Roster, turn(world, account, roster), 0);
                if chance(rng, world.params.observer.roster_coverage * share) {
                    let delay = 0.2 + waiting(rng, world.params.observer.roster_delay_days);
                    let mut at = shown.created_ms + (delay * DAY_MS as f64) as i64;
                    // Rosters are some months old when the period begins.
                    let oldest = world.start_ms - (unit(rng) * 90.0 * DAY_MS as f64) as i64;
                    at = at.max(oldest.min(world.start_ms));
                    self.pending.insert((at, roster, account));
                }
            }
        }
        self.planned = world.accounts.len();
    }

    /// Accounts that stand on some roster at any time of the day that begins at a midnight; an account may come twice.
    pub fn on_day(&self, midnight_ms: i64) -> impl Iterator<Item = usize> {
        let next = midnight_ms + DAY_MS;
        let on = move |l: &&Listing| l.listed_ms < next && l.unlisted_ms.is_none_or(|gone| midnight_ms <= gone);
        self.listings.iter().filter(on).map(|l| l.account)
    }

    /// Accounts that stand on some roster at a moment, each once, in order.
    #[must_use]
    pub fn listed_at(&self, at_ms: i64) -> Vec<usize> {
        let on = |l: &&Listing| l.listed_ms <= at_ms && l.unlisted_ms.is_none_or(|gone| at_ms < gone);
        let set: BTreeSet<usize> = self.listings.iter().filter(on).map(|l| l.account).collect();
        set.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_come_at_four() {
        let four = READ_HOUR * HOUR_MS;
        assert_eq!(next_reading(four), four);
        assert_eq!(next_reading(four + 1), four + DAY_MS);
        assert_eq!(next_reading(0), four);
    }
}
