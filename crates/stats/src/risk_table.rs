//! Who was under observation when: the table under every survival estimate.

use rayon::prelude::*;

use crate::order::{sort, time_key, time_of};
use crate::reason::{Reason, at_least};

/// One subject's time under observation, in any one unit (days, say), counted from its own origin (creation).
///
/// A subject is at risk on (entry, exit]: somebody who enters at t is not yet at risk at t, somebody who leaves at t
/// still is. A subject watched from its origin on may leave at 0, which (0, 0] could not express: its entry is −∞.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spell {
    /// When observation began, after the origin (left truncation); −∞ when it began there.
    pub entry: f64,
    /// When the event came, or observation ended.
    pub exit: f64,
    /// Whether the exit was the event (`true`) or the end of observation (`false`, right censoring).
    pub event: bool,
}

impl Spell {
    /// A spell watched from `entry` on, or from its origin.
    pub fn new(entry: Option<f64>, exit: f64, event: bool) -> Self {
        Self::entered(entry.unwrap_or(f64::NEG_INFINITY), exit, event)
    }

    /// A spell watched from its origin on.
    pub fn from_origin(exit: f64, event: bool) -> Self {
        Self::entered(f64::NEG_INFINITY, exit, event)
    }

    /// A spell watched from `entry` on.
    pub fn entered(entry: f64, exit: f64, event: bool) -> Self {
        Spell { entry, exit, event }
    }

    /// When observation began, unless it was at the origin.
    pub fn late_entry(&self) -> Option<f64> {
        (self.entry != f64::NEG_INFINITY).then_some(self.entry)
    }
}

/// What happened at one distinct exit time. Events come before censorings at equal times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RiskRow {
    /// The time, in the unit of the spells.
    pub time: f64,
    /// Subjects at risk just before `time`: entered before it, not gone before it.
    pub at_risk: u64,
    /// Events at `time`.
    pub events: u64,
    /// Censorings at `time`.
    pub censored: u64,
}

/// Risk sets at every distinct exit time, ascending.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskTable {
    /// One row per distinct exit time.
    pub rows: Vec<RiskRow>,
    /// Number of spells.
    pub spells: u64,
    /// Number of events.
    pub events: u64,
    /// Earliest entry, when no spell was watched from its origin: what happened before is not known.
    pub first_entry: Option<f64>,
    /// How many were watched from their origin on.
    pub(crate) from_origin: u64,
    /// When others came under watch before the first event, ascending, and how many.
    pub(crate) early_entries: Vec<(f64, u64)>,
}

/// Checks one spell; `index` is its position for the message.
pub(crate) fn check_spell(index: usize, spell: &Spell) -> Result<(), Reason> {
    if !spell.exit.is_finite() {
        return Err(Reason::NotFinite {
            what: "exit time",
            index,
        });
    }
    if spell.exit < 0.0 {
        return Err(Reason::OutOfRange {
            what: "exit time",
            index,
            must: "not negative",
        });
    }
    match spell.late_entry() {
        Some(entry) if !entry.is_finite() => Err(Reason::NotFinite {
            what: "entry time",
            index,
        }),
        Some(entry) if entry < 0.0 => Err(Reason::OutOfRange {
            what: "entry time",
            index,
            must: "not negative",
        }),
        Some(entry) if entry >= spell.exit => Err(Reason::OutOfRange {
            what: "entry time",
            index,
            must: "before the exit time",
        }),
        _ => Ok(()),
    }
}

/// What happened on a day: exits in the lower half and those of them that were events in the upper, so that a spell is counted by one
/// addition; and entries. The first in a list stands for the time before all days, when those enter who are watched from the origin on.
#[derive(Clone, Copy, Default)]
struct Day {
    exits: u64,
    entries: u64,
}

impl Day {
    fn exits(self) -> u64 {
        self.exits & u64::from(u32::MAX)
    }

    fn events(self) -> u64 {
        self.exits >> 32
    }
}

/// Spells that one thread looks at in one go; fewer are not worth a second one.
const SPELLS_AT_ONCE: usize = 1 << 16;

/// The day of a time, and whether that is exact. A time that is negative, not a number or 2³² or more has a day above all that can be
/// counted.
#[inline(always)]
fn day_of(time: f64) -> (u64, bool) {
    // Doubles from 2⁵² on have no fraction: adding it rounds, and leaves the whole number in the lowest bits. What is negative, too
    // large or not a number has other bits above them.
    const SHIFT: f64 = 4_503_599_627_370_496.0;
    let shifted = time + SHIFT;
    (shifted.to_bits().wrapping_sub(SHIFT.to_bits()), shifted - SHIFT == time)
}

/// Counts spells into days, which grow with the latest; `None` when there is a spell that days cannot hold or that is unsound. Entry is
/// late or not without a pattern, so no branch is taken on it.
#[inline(never)]
fn count_days(mut days: Vec<Day>, spells: &[Spell], limit: u64) -> Option<Vec<Day>> {
    let mut sound = true;
    for spell in spells {
        let (exit, exact) = day_of(spell.exit);
        if exit > limit {
            return None;
        }
        let place = exit as usize + 1;
        if place >= days.len() {
            days.resize(place + 1, Day::default());
        }
        let day = &mut days[place];
        day.exits = day.exits.wrapping_add(u64::from(spell.event) << 32 | 1);
        let (entry, exact_entry) = day_of(spell.entry);
        let late = entry < exit;
        let day = &mut days[if late { entry as usize + 1 } else { 0 }];
        day.entries = day.entries.wrapping_add(1);
        sound &= exact & ((late & exact_entry) | (spell.entry == f64::NEG_INFINITY));
    }
    sound.then_some(days)
}

/// Exits, events and entries by day, when all times are whole numbers no larger than a few times the number of spells, and no spell
/// is unsound. One pass, since at a million spells reading them takes most of the time.
fn by_day(spells: &[Spell]) -> Option<Vec<Day>> {
    let limit = (4 * spells.len()).clamp(1024, u32::MAX as usize / 4) as u64;
    let count = |days: Vec<Day>, spells: &[Spell]| count_days(days, spells, limit);
    let both = |mut one: Vec<Day>, mut other: Vec<Day>| {
        if one.len() < other.len() {
            std::mem::swap(&mut one, &mut other);
        }
        for (day, more) in one.iter_mut().zip(&other) {
            day.exits += more.exits;
            day.entries += more.entries;
        }
        Some(one)
    };
    match spells.len() {
        0..=SPELLS_AT_ONCE => count(Vec::new(), spells),
        few if few < u32::MAX as usize => {
            let parts = spells.par_chunks(SPELLS_AT_ONCE);
            parts.try_fold(Vec::new, count).try_reduce(Vec::new, both)
        }
        _ => None,
    }
}

/// The first unsound spell, which is looked for once it is known that there is one.
fn check_all(spells: &[Spell]) -> Result<(), Reason> {
    // All in one go, without a branch a spell.
    let sound = |sound: bool, spell: &Spell| {
        let entered = (0.0 <= spell.entry) & (spell.entry < spell.exit) | (spell.entry == f64::NEG_INFINITY);
        sound & entered & (0.0 <= spell.exit) & (spell.exit < f64::INFINITY)
    };
    let parts = spells.par_chunks(SPELLS_AT_ONCE);
    if parts.all(|spells| spells.iter().fold(true, sound)) {
        return Ok(());
    }
    let mut numbered = spells.iter().enumerate();
    numbered.try_for_each(|(index, spell)| check_spell(index, spell))
}

impl RiskTable {
    /// Counts risk sets in O(n log n). Times are compared exactly: round them before, if they come from arithmetic.
    ///
    /// # Errors
    /// [`Reason::TooFew`] without spells; [`Reason::NotFinite`] and [`Reason::OutOfRange`] for times that are NaN,
    /// infinite or negative, or an entry that is not before its exit.
    pub fn new(spells: &[Spell]) -> Result<Self, Reason> {
        at_least(1, spells.len())?;
        if let Some(days) = by_day(spells) {
            return Ok(Self::by_counting(&days));
        }
        check_all(spells)?;
        // The lowest bit says whether the exit was the event; which of two equal keys comes first shows nowhere.
        let sorted_exits = || {
            let key = |spell: &Spell| time_key(spell.exit) << 1 | u64::from(spell.event);
            let mut exits: Vec<u64> = spells.par_iter().map(key).collect();
            sort(&mut exits);
            exits
        };
        let sorted_entries = || {
            let entries = spells.iter().filter_map(Spell::late_entry);
            let mut entries: Vec<u64> = entries.map(time_key).collect();
            sort(&mut entries);
            entries
        };
        let (exits, entries) = rayon::join(sorted_exits, sorted_entries);
        let from_origin = spells.len() - entries.len();

        // Where each distinct time begins among the exits, and where the last one ends.
        let mut starts: Vec<usize> = Vec::with_capacity(exits.len() + 1);
        starts.push(0);
        starts.extend((1..exits.len()).filter(|&exit| exits[exit - 1] >> 1 != exits[exit] >> 1));
        starts.push(exits.len());
        let row = |entered: &mut usize, bounds: &[usize]| {
            let leaving = &exits[bounds[0]..bounds[1]];
            let time = leaving[0] >> 1;
            if *entered == 0 {
                *entered = entries.partition_point(|&entry| entry < time);
            }
            // The next time of the same thread is mostly a little later.
            while *entered < entries.len() && entries[*entered] < time {
                *entered += 1;
            }
            let events: u64 = leaving.iter().map(|exit| exit & 1).sum();
            RiskRow {
                time: time_of(time),
                at_risk: (from_origin + *entered - bounds[0]) as u64,
                events,
                censored: leaving.len() as u64 - events,
            }
        };
        let rows: Vec<RiskRow> = starts.par_windows(2).map_init(|| 0, row).collect();
        let events_in_all: u64 = rows.iter().map(|row| row.events).sum();
        let first_entry = if from_origin == 0 {
            entries.first().copied().map(time_of)
        } else {
            None
        };
        let first_event = rows.iter().find(|row| row.events > 0);
        let until = first_event.map_or(u64::MAX, |row| time_key(row.time));
        let early = &entries[..entries.partition_point(|entry| *entry < until)];
        let early_entries = early.chunk_by(|one, next| one == next);
        Ok(RiskTable {
            early_entries: early_entries
                .map(|same| (time_of(same[0]), same.len() as u64))
                .collect(),
            rows,
            spells: spells.len() as u64,
            events: events_in_all,
            first_entry,
            from_origin: from_origin as u64,
        })
    }

    /// The same for times that are small whole numbers, such as days: counted instead of sorted, in O(n).
    fn by_counting(days: &[Day]) -> Self {
        let (from_origin, days) = days
            .split_first()
            .map_or((0, days), |(before, days)| (before.entries, days));
        let first_entry = days.iter().position(|day| day.entries > 0).filter(|_| from_origin == 0);
        let (mut spells, mut at_risk, mut events, mut rows) = (0, from_origin, 0, Vec::new());
        let mut early_entries = Vec::new();
        for (time, day) in days.iter().enumerate() {
            if day.exits() > 0 {
                rows.push(RiskRow {
                    time: time as f64,
                    at_risk,
                    events: day.events(),
                    censored: day.exits() - day.events(),
                });
            }
            spells += day.exits();
            events += day.events();
            if events == 0 && day.entries > 0 {
                early_entries.push((time as f64, day.entries));
            }
            at_risk = at_risk - day.exits() + day.entries;
        }
        RiskTable {
            rows,
            spells,
            events,
            first_entry: first_entry.map(|time| time as f64),
            from_origin,
            early_entries,
        }
    }

    /// Until when late entry keeps the risk set thin: the last event time, before the risk set is at its largest, at which
    /// fewer than `fewest` were at risk; `None` when there is none.
    ///
    /// An event among few takes a large and lasting share off a curve that most spells had no part in. Starting the curve
    /// here ([`kaplan_meier`](crate::kaplan_meier)'s `from`) avoids it, at the price of speaking only of those who got so far.
    pub fn thin_until(&self, fewest: u64) -> Option<f64> {
        let largest = self.rows.iter().map(|row| row.at_risk).max()?;
        let rising = self.rows.iter().take_while(|row| row.at_risk < largest);
        rising
            .filter(|row| row.events > 0 && row.at_risk < fewest)
            .last()
            .map(|row| row.time)
    }
}
