//! Who was under observation when: the table under every survival estimate.

use rayon::prelude::*;

use crate::order::{part_size, sorted, time_key, time_of};
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

/// Risk sets at every distinct exit time.
///
/// Of times that are no small whole numbers it holds the sorted times alone, 8 bytes each, and the rows are worked out as they are asked
/// for: at a million spells, fetching memory for the rows takes longer than working them out.
#[derive(Debug, Clone)]
pub struct RiskTable {
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
    /// The rows, where spells were counted by time.
    counted: Vec<RiskRow>,
    /// Otherwise the sorted exits, a time's key above a bit that says whether it was the event.
    exits: Vec<u64>,
    /// And the sorted keys of the late entries.
    entries: Vec<u64>,
}

/// Rows of a risk table, ascending.
#[derive(Debug, Clone)]
pub struct RiskRows<'a> {
    counted: std::slice::Iter<'a, RiskRow>,
    exits: &'a [u64],
    entries: &'a [u64],
    /// Those who are at risk after the rows that were given.
    at_risk: u64,
}

impl RiskRows<'_> {
    /// The time of the next row; infinite when there is none.
    pub(crate) fn begin(&self) -> f64 {
        let counted = self.counted.as_slice().first().map(|row| row.time);
        let sorted = self.exits.first().map(|exit| time_of(exit >> 1));
        counted.or(sorted).unwrap_or(f64::INFINITY)
    }
}

impl Iterator for RiskRows<'_> {
    type Item = RiskRow;

    // A row handed on in memory costs as much as it takes to work out.
    #[inline(always)]
    fn next(&mut self) -> Option<RiskRow> {
        if let Some(row) = self.counted.next() {
            return Some(*row);
        }
        let (first, mut later) = self.exits.split_first()?;
        let time = first >> 1;
        let (mut leaving, mut events) = (1, first & 1);
        while let Some((exit, rest)) = later.split_first().filter(|(exit, _)| **exit >> 1 == time) {
            leaving += 1;
            events += exit & 1;
            later = rest;
        }
        let mut entered = 0;
        while self.entries.get(entered).is_some_and(|entry| *entry < time) {
            entered += 1;
        }
        let row = RiskRow {
            time: time_of(time),
            at_risk: self.at_risk + entered as u64,
            events,
            censored: leaving - events,
        };
        self.entries = &self.entries[entered..];
        self.exits = later;
        self.at_risk = row.at_risk - leaving;
        Some(row)
    }
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

/// Rows, or exits, that one thread looks at in one go.
const ROWS_AT_ONCE: usize = 4096;

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

/// Keys of the times of some spells.
struct TimeKeys {
    /// A key of each exit above a bit that says whether it was the event; which of two equal ones comes first shows nowhere.
    exits: Vec<u64>,
    /// A key of each late entry.
    entries: Vec<u64>,
    /// Whether all spells were sound.
    sound: bool,
}

impl TimeKeys {
    /// In one pass and without a branch on whether a spell began late or ended with the event, which come without a pattern.
    fn of(spells: &[Spell]) -> Self {
        let mut sound = true;
        let (mut entries, mut entered) = (vec![0; spells.len()], 0);
        let exit = |spell: &Spell| {
            let late = spell.entry != f64::NEG_INFINITY;
            entries[entered] = time_key(spell.entry);
            entered += usize::from(late);
            sound &= !late | (0.0 <= spell.entry) & (spell.entry < spell.exit);
            sound &= (0.0 <= spell.exit) & (spell.exit < f64::INFINITY);
            time_key(spell.exit) << 1 | u64::from(spell.event)
        };
        let exits = spells.iter().map(exit).collect();
        entries.truncate(entered);
        TimeKeys { exits, entries, sound }
    }
}

impl PartialEq for RiskTable {
    fn eq(&self, other: &Self) -> bool {
        let alike = (self.spells, self.events, self.from_origin) == (other.spells, other.events, other.from_origin)
            && (self.first_entry, &self.early_entries) == (other.first_entry, &other.early_entries);
        alike && self.rows().eq(other.rows())
    }
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
        let parts = spells.par_chunks(part_size(spells.len()));
        let parts: Vec<TimeKeys> = parts.map(TimeKeys::of).collect();
        if parts.iter().any(|part| !part.sound) {
            let mut numbered = spells.iter().enumerate();
            numbered.try_for_each(|(index, spell)| check_spell(index, spell))?;
        }
        let (exits, entries) = parts.into_iter().map(|part| (part.exits, part.entries)).unzip();
        let (exits, entries) = (sorted(exits), sorted(entries));
        let from_origin = spells.len() - entries.len();

        let first_event = exits.iter().find(|exit| **exit & 1 == 1);
        let until = first_event.map_or(u64::MAX, |exit| exit >> 1);
        let early = &entries[..entries.partition_point(|entry| *entry < until)];
        let early_entries = early.chunk_by(|one, next| one == next);
        Ok(RiskTable {
            early_entries: early_entries
                .map(|same| (time_of(same[0]), same.len() as u64))
                .collect(),
            spells: spells.len() as u64,
            events: exits.par_iter().map(|exit| exit & 1).sum(),
            first_entry: entries.first().copied().filter(|_| from_origin == 0).map(time_of),
            from_origin: from_origin as u64,
            counted: Vec::new(),
            exits,
            entries,
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
            spells,
            events,
            first_entry: first_entry.map(|time| time as f64),
            from_origin,
            early_entries,
            counted: rows,
            exits: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// One row per distinct exit time, ascending.
    pub fn rows(&self) -> RiskRows<'_> {
        RiskRows {
            counted: self.counted.iter(),
            exits: &self.exits,
            entries: &self.entries,
            at_risk: self.from_origin,
        }
    }

    /// The rows in parts that one thread looks at in one go. Where they are cut depends on the table alone.
    pub(crate) fn parts(&self) -> Vec<RiskRows<'_>> {
        let counted = self.counted.chunks(ROWS_AT_ONCE).map(|rows| RiskRows {
            counted: rows.iter(),
            exits: &[],
            entries: &[],
            at_risk: 0,
        });
        // A time belongs to the part in which its first exit is.
        let cut = |place: usize| match place.checked_sub(1).map(|before| self.exits[before] >> 1) {
            None => 0,
            Some(time) => place + self.exits[place..].partition_point(|exit| exit >> 1 == time),
        };
        let mut cuts: Vec<usize> = (0..self.exits.len()).step_by(ROWS_AT_ONCE).map(cut).collect();
        cuts.push(self.exits.len());
        cuts.dedup();
        let sorted = cuts.windows(2).map(|ends| {
            let time = self.exits[ends[0]] >> 1;
            let entered = self.entries.partition_point(|entry| *entry < time);
            RiskRows {
                counted: [].iter(),
                exits: &self.exits[ends[0]..ends[1]],
                entries: &self.entries[entered..],
                at_risk: self.from_origin + entered as u64 - ends[0] as u64,
            }
        });
        counted.chain(sorted).collect()
    }

    /// Until when late entry keeps the risk set thin: the last event time, before the risk set is at its largest, at which
    /// fewer than `fewest` were at risk; `None` when there is none.
    ///
    /// An event among few takes a large and lasting share off a curve that most spells had no part in. Starting the curve
    /// here ([`kaplan_meier`](crate::kaplan_meier)'s `from`) avoids it, at the price of speaking only of those who got so far.
    pub fn thin_until(&self, fewest: u64) -> Option<f64> {
        let largest = self.rows().map(|row| row.at_risk).max()?;
        let rising = self.rows().take_while(|row| row.at_risk < largest);
        rising
            .filter(|row| row.events > 0 && row.at_risk < fewest)
            .last()
            .map(|row| row.time)
    }
}
