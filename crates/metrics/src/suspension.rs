//! Suspensions among accounts that were alive when last checked, per day.
//!
//! Two checks of an account that follow each other, the first of which found it alive, are an interval at risk. A suspension is
//! placed midway between the two, since nothing more is known of it; so is any other end, which ends the time at risk without
//! being a suspension. Time that was not checked is spanned by an interval or by nothing; it is never filled.

use std::collections::{BTreeMap, BTreeSet};

use stats::{Counted, Level, blaker, overdispersed_rate};
use tables::{DAY_MS, State, Timestamp};

use crate::evidence::{CheckRow, Evidence, Group, as_days, bounds_ms};
use crate::figure::{Figure, Quantity};
use crate::results::Results;

const RATE: Quantity = Quantity {
    id: "suspension.rate",
    unit: "percent per day",
    definition: "accounts newly suspended per day of an account at risk, among those alive at the check before (of a \
                 set: and on its list then); a suspension lies midway between two checks; n is intervals between \
                 checks",
};
const OTHER_ENDS: Quantity = Quantity {
    id: "suspension.other_ends",
    unit: "percent per day",
    definition: "accounts newly found deactivated or not found, without word of a suspension, per day of an account \
                 at risk, among those alive at the check before (of a set: and on its list then); n is intervals \
                 between checks",
};
const DAILY: Quantity = Quantity {
    id: "suspension.rate",
    unit: "percent per day",
    definition: "of the accounts checked on the day that were alive at their check before (of a set: and on its list \
                 then): newly suspended, per day at risk since then; a suspension lies midway between two checks; n \
                 is intervals between checks",
};
const PERCENT: f64 = 100.0;

/// Time at risk between two checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AtRisk {
    from: i64,
    to: i64,
    found_at: i64,
    end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Survived,
    Suspended,
    Other,
}

pub(crate) fn at_risk(check: &CheckRow) -> Option<AtRisk> {
    let (from, before) = check.previous?;
    if before.alive() != Some(true) || check.checked_at <= from {
        return None;
    }
    let end = match check.state {
        State::Suspended => End::Suspended,
        state if state.alive()? => End::Survived,
        _ => End::Other,
    };
    let to = match end {
        End::Survived => check.checked_at,
        End::Suspended | End::Other => from + (check.checked_at - from) / 2,
    };
    Some(AtRisk {
        from,
        to,
        found_at: check.checked_at,
        end,
    })
}

/// Counts over intervals at risk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    intervals: u64,
    suspended: u64,
    other_ends: u64,
    exposure_ms: i64,
}

impl Tally {
    /// Adds the part of an interval that lies in `[from, to)`.
    fn add(&mut self, interval: &AtRisk, (from, to): (i64, i64)) {
        let (start, stop) = (interval.from.max(from), interval.to.min(to));
        let ends_here = interval.end != End::Survived && (from..to).contains(&interval.to);
        if start >= stop && !ends_here {
            return;
        }
        self.intervals += 1;
        self.exposure_ms += (stop - start).max(0);
        self.suspended += u64::from(ends_here && interval.end == End::Suspended);
        self.other_ends += u64::from(ends_here && interval.end == End::Other);
    }

    fn rate(&self, quantity: &Quantity, events: u64) -> Figure {
        Figure::of(quantity, blaker(events, as_days(self.exposure_ms), Level::P95))
            .resting_on(self.intervals)
            .times(PERCENT)
    }
}

/// Longest block of days over which counts are summed to see how they vary: two to three times as long as a wave.
const LONGEST_BLOCK: usize = 14;
/// Fewest blocks wanted.
const BLOCKS: usize = 10;

/// Within how many whole days nine in ten of the suspensions of a window are known to have come: as far apart as the looks before and after
/// lie; nothing without one.
pub(crate) fn days_between_looks(intervals: &[AtRisk], (from, to): (i64, i64)) -> Option<usize> {
    let suspended = intervals
        .iter()
        .filter(|interval| interval.end == End::Suspended && (from..to).contains(&interval.to));
    let mut widths: Vec<i64> = suspended.map(|interval| interval.found_at - interval.from).collect();
    widths.sort_unstable();
    let ninth_tenth = widths.get((widths.len() * 9).div_ceil(10).checked_sub(1)?)?;
    // Looks a day apart are not so to the minute.
    let days = (ninth_tenth + DAY_MS / 2).div_euclid(DAY_MS).max(1);
    usize::try_from(days).ok()
}

/// Events and time at risk of each day of a window, in days.
pub(crate) fn by_day(intervals: &[AtRisk], (from, to): (i64, i64), event: End) -> Vec<Counted> {
    let days = usize::try_from((to - from).max(0) / DAY_MS).unwrap_or(0);
    let mut exposure = vec![0_i64; days];
    let mut events = vec![0_u64; days];
    let day_of = |at: i64| {
        usize::try_from((at - from).div_euclid(DAY_MS))
            .ok()
            .filter(|day| *day < days)
    };
    for interval in intervals {
        let mut at = interval.from.max(from);
        let stop = interval.to.min(to);
        while let Some(day) = day_of(at).filter(|_| at < stop) {
            let midnight = from + (day as i64 + 1) * DAY_MS;
            let until = midnight.min(stop);
            exposure[day] += until - at;
            at = until;
        }
        if interval.end == event
            && let Some(day) = day_of(interval.to)
        {
            events[day] += 1;
        }
    }
    events
        .into_iter()
        .zip(exposure)
        // An event exactly at midnight has its time at risk on the day before.
        .map(|(events, exposure)| Counted {
            events,
            exposure: as_days(exposure.max(i64::from(events > 0))),
        })
        .collect()
}

/// Tells beside the exact interval, which takes the pressure of these days as it was, how far the rate of other days like them may lie:
/// suspensions come in bursts.
fn noting_other_days(exact: Figure, days: &[Counted]) -> Figure {
    let block = (days.len() / BLOCKS).clamp(1, LONGEST_BLOCK);
    let Ok(estimate) = overdispersed_rate(days, block, Level::P95) else {
        return exact;
    };
    let Some((low, high)) = estimate.interval().filter(|_| exact.value.is_some()) else {
        return exact;
    };
    exact.noting(&format!(
        "of other days, if bursts may fall anew: {:.3} to {:.3} ({}, blocks of {block} days)",
        low * PERCENT,
        high * PERCENT,
        estimate.method
    ))
}

/// Measures it.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    for group in Group::ALL {
        let intervals = intervals(evidence, group);
        for window in evidence.study.windows() {
            let figures = match evidence.group_unknown(group) {
                Some(reason) => [RATE, OTHER_ENDS].map(|quantity| Figure::absent(&quantity, reason)),
                None => of_window(evidence, &intervals, bounds_ms(window)),
            };
            for (quantity, figure) in [RATE, OTHER_ENDS].iter().zip(figures) {
                results.measure(quantity, group.name(), window.name(), figure);
            }
        }
        daily(evidence, &intervals, group, results);
    }
}

/// The intervals at risk of a group.
pub(crate) fn intervals(evidence: &Evidence, group: Group) -> Vec<AtRisk> {
    watched(evidence, group).map(|(_, interval)| interval).collect()
}

/// Each interval at risk of a group with its account, by account, then time.
fn watched(evidence: &Evidence, group: Group) -> impl Iterator<Item = (u32, AtRisk)> {
    // A member is at risk as such only while it is on the set's list; whom the list named later was not yet watched.
    let checks = evidence.checks.iter().filter(move |check| match group {
        Group::Set(set) => check.before_in.contains(&set),
        Group::Everyone => true,
    });
    checks.filter_map(|check| Some((check.account, at_risk(check)?)))
}

/// Time at risk of an account without a break, in milliseconds, and whether it ended with a suspension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) account: u32,
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) suspended: bool,
}

/// The intervals at risk of a group, those of an account that follow each other as one; by account, then time.
pub(crate) fn stretches(evidence: &Evidence, group: Group) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (account, interval) in watched(evidence, group) {
        let suspended = interval.end == End::Suspended;
        match stretches.last_mut() {
            // An interval that ended otherwise ended midway, before the next can begin.
            Some(last) if last.account == account && last.to == interval.from => {
                (last.to, last.suspended) = (interval.to, suspended);
            }
            _ => stretches.push(Stretch {
                account,
                from: interval.from,
                to: interval.to,
                suspended,
            }),
        }
    }
    stretches
}

fn of_window(evidence: &Evidence, intervals: &[AtRisk], bounds: (i64, i64)) -> [Figure; 2] {
    if evidence.checks.is_empty() {
        return [RATE, OTHER_ENDS].map(|quantity| Figure::absent(&quantity, "needs availability checks"));
    }
    let mut tally = Tally::default();
    for interval in intervals {
        tally.add(interval, bounds);
    }
    if tally.intervals == 0 {
        let reason = "no account was checked twice around this window and alive the first time";
        return [RATE, OTHER_ENDS].map(|quantity| Figure::absent(&quantity, reason));
    }
    let note = format!(
        "{} suspended and {} ended otherwise in {:.1} account-days",
        tally.suspended,
        tally.other_ends,
        as_days(tally.exposure_ms)
    );
    let of_ends = |quantity: &Quantity, end: End, events: u64| {
        noting_other_days(
            tally.rate(quantity, events).noting(&note),
            &by_day(intervals, bounds, end),
        )
    };
    [
        of_ends(&RATE, End::Suspended, tally.suspended),
        of_ends(&OTHER_ENDS, End::Other, tally.other_ends),
    ]
}

/// One point a day of the period, at its first moment.
fn daily(evidence: &Evidence, intervals: &[AtRisk], group: Group, results: &mut Results) {
    let checked: BTreeSet<i32> = evidence
        .checks
        .iter()
        .map(|check| Timestamp(check.checked_at).day().0)
        .collect();
    let mut tallies: BTreeMap<i32, Tally> = BTreeMap::new();
    for interval in intervals {
        let day = Timestamp(interval.found_at).day().0;
        tallies.entry(day).or_default().add(interval, (i64::MIN, i64::MAX));
    }
    let (start, end) = bounds_ms(evidence.study.period());
    let mut at = start;
    while at < end {
        let day = Timestamp(at).day().0;
        let figure = match (evidence.group_unknown(group), tallies.get(&day)) {
            (Some(reason), _) => Figure::absent(&DAILY, reason),
            (None, Some(tally)) => tally.rate(&DAILY, tally.suspended),
            (None, None) if evidence.checks.is_empty() => Figure::absent(&DAILY, "needs availability checks"),
            (None, None) if checked.contains(&day) => Figure::absent(
                &DAILY,
                "no account of the group that was checked on this day was alive at a check before",
            ),
            (None, None) => Figure::absent(&DAILY, "no account was checked on this day"),
        };
        results.point(&DAILY, group.name(), at, figure);
        at += DAY_MS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(previous: Option<(i64, State)>, checked_at: i64, state: State) -> CheckRow {
        CheckRow {
            account: 0,
            checked_at,
            state,
            previous,
            before_in: vec![tables::SetName::Listed],
        }
    }

    #[test]
    fn only_time_after_a_sign_of_life_is_at_risk() {
        assert_eq!(at_risk(&check(None, 10, State::Suspended)), None);
        assert_eq!(at_risk(&check(Some((0, State::Suspended)), 10, State::Active)), None);
        let gone = at_risk(&check(Some((0, State::Protected)), 10, State::Suspended)).unwrap();
        assert_eq!((gone.from, gone.to, gone.end), (0, 5, End::Suspended));
        let other = at_risk(&check(Some((0, State::Active)), 10, State::NotFound)).unwrap();
        assert_eq!((other.to, other.end), (5, End::Other));
    }

    #[test]
    fn days_share_an_interval_without_loss_or_doubling() {
        let day = DAY_MS;
        let mut intervals = Vec::new();
        for (from, found, state) in [
            (3 * day / 2, 9 * day / 2, State::Suspended),
            (-day, 2 * day, State::Active),
            (day, 3 * day, State::Suspended),
            (4 * day, 20 * day, State::Active),
            (0, 7 * day, State::NotFound),
        ] {
            intervals.push(at_risk(&check(Some((from, State::Active)), found, state)).unwrap());
        }
        let window = (0, 6 * day);
        let mut tally = Tally::default();
        intervals.iter().for_each(|interval| tally.add(interval, window));
        let days = by_day(&intervals, window, End::Suspended);
        assert_eq!(days.len(), 6);
        assert_eq!(days.iter().map(|day| day.events).sum::<u64>(), tally.suspended);
        let exposure: f64 = days.iter().map(|day| day.exposure).sum();
        assert!((exposure - as_days(tally.exposure_ms)).abs() < 1e-9);
        let events: Vec<u64> = days.iter().map(|day| day.events).collect();
        assert_eq!(
            events,
            [0, 0, 1, 1, 0, 0],
            "midway: at the beginning of day 2, and at day 3"
        );
        assert_eq!(days[0].exposure, 2.0, "the second and the last");
    }

    #[test]
    fn how_well_days_are_known_is_told_by_the_looks_around_suspensions() {
        let (day, window) = (DAY_MS, (0, 30 * DAY_MS));
        let looked = |from: i64, apart: i64, state: State| {
            at_risk(&check(Some((from, State::Active)), from + apart, state)).unwrap()
        };
        let daily = (0..18).map(|at| looked(at * day, day + day / 10, State::Suspended));
        let mut intervals: Vec<AtRisk> = daily.collect();
        assert_eq!(days_between_looks(&intervals, window), Some(1));
        // Those that lived on do not count, nor those outside the window.
        intervals.push(looked(0, 14 * day, State::Active));
        intervals.push(looked(40 * day, 14 * day, State::Suspended));
        // Two of twenty are a tenth, three of twenty-one are more.
        intervals.extend([looked(0, 14 * day, State::Suspended); 2]);
        assert_eq!(days_between_looks(&intervals, window), Some(1));
        intervals.push(looked(day, 14 * day, State::Suspended));
        assert_eq!(days_between_looks(&intervals, window), Some(14));
        assert_eq!(days_between_looks(&[], window), None);
    }

    #[test]
    fn other_days_are_told_beside_the_exact_interval() {
        let quiet = Counted {
            events: 1,
            exposure: 100.0,
        };
        let mut days = vec![quiet; 60];
        days[20..24].fill(Counted { events: 12, ..quiet });
        let events: u64 = days.iter().map(|day| day.events).sum();
        let exact = Figure::of(&RATE, blaker(events, 6000.0, Level::P95)).times(PERCENT);
        let noted = noting_other_days(exact.clone(), &days);
        assert_eq!((noted.value, noted.interval()), (exact.value, exact.interval()));
        let (low, high) = overdispersed_rate(&days, 6, Level::P95).unwrap().interval().unwrap();
        let expected = format!(
            "other days, if bursts may fall anew: {:.3} to {:.3}",
            low * PERCENT,
            high * PERCENT
        );
        assert!(noted.method.contains(&expected), "{}", noted.method);
        let (exact_low, exact_high) = exact.interval().unwrap();
        assert!(
            low * PERCENT < exact_low && exact_high < high * PERCENT,
            "bursts make it wider"
        );
    }

    #[test]
    fn windows_share_an_interval_without_loss_or_doubling() {
        let mut whole = Tally::default();
        let mut parts = [Tally::default(), Tally::default(), Tally::default()];
        for end in [State::Active, State::Suspended, State::Deactivated] {
            let interval = at_risk(&check(Some((3, State::Active)), 101, end)).unwrap();
            whole.add(&interval, (i64::MIN, i64::MAX));
            for (part, bounds) in parts.iter_mut().zip([(i64::MIN, 20), (20, 52), (52, i64::MAX)]) {
                part.add(&interval, bounds);
            }
        }
        let total = |number: fn(&Tally) -> i64| parts.iter().map(number).sum::<i64>();
        assert_eq!(total(|part| part.exposure_ms), whole.exposure_ms);
        assert_eq!(total(|part| part.suspended as i64), 1);
        assert_eq!(total(|part| part.other_ends as i64), 1);
        assert_eq!(parts[2].suspended, 1, "the midpoint 52 lies in the third part");
    }
}
