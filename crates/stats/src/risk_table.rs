//! Who was under observation when: the table under every survival estimate.

use rayon::prelude::*;

use crate::reason::{Reason, at_least};

/// One subject's time under observation, in any one unit (days, say), counted from its own origin (creation).
///
/// A subject is at risk on (entry, exit]: somebody who enters at t is not yet at risk at t, somebody who leaves at t
/// still is. `entry` is `None` for a subject watched from its origin on; it may then leave at 0, which (0, 0] could not
/// express.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spell {
    /// When observation began, after the origin (left truncation).
    pub entry: Option<f64>,
    /// When the event came, or observation ended.
    pub exit: f64,
    /// Whether the exit was the event (`true`) or the end of observation (`false`, right censoring).
    pub event: bool,
}

impl Spell {
    /// A spell watched from its origin on.
    pub fn from_origin(exit: f64, event: bool) -> Self {
        Spell {
            entry: None,
            exit,
            event,
        }
    }

    /// A spell watched from `entry` on.
    pub fn entered(entry: f64, exit: f64, event: bool) -> Self {
        Spell {
            entry: Some(entry),
            exit,
            event,
        }
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
    match spell.entry {
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

/// What happened on a day.
#[derive(Clone, Copy, Default)]
struct Day {
    exits: u32,
    events: u32,
    entries: u32,
}

/// Spells that one thread looks at in one go; fewer are not worth a second one.
const SPELLS_AT_ONCE: usize = 1 << 16;

/// Exits, events and entries by day, when all times are whole numbers no larger than a few times the number of spells, and no spell
/// is unsound. One pass, since at a million spells reading them takes most of the time.
fn by_day(spells: &[Spell]) -> Option<Vec<Day>> {
    let limit = (4 * spells.len()).clamp(1024, u32::MAX as usize / 4);
    let count = |mut days: Vec<Day>, spells: &[Spell]| {
        for spell in spells {
            // What is negative, a fraction, too large or not a number is another number afterwards.
            let exit = spell.exit as u32;
            if f64::from(exit) != spell.exit || exit as usize > limit {
                return None;
            }
            if exit as usize >= days.len() {
                days.resize(exit as usize + 1, Day::default());
            }
            let day = &mut days[exit as usize];
            day.exits += 1;
            day.events += u32::from(spell.event);
            if let Some(time) = spell.entry {
                let entry = time as u32;
                if f64::from(entry) != time || entry >= exit {
                    return None;
                }
                days[entry as usize].entries += 1;
            }
        }
        Some(days)
    };
    let both = |mut one: Vec<Day>, mut other: Vec<Day>| {
        if one.len() < other.len() {
            std::mem::swap(&mut one, &mut other);
        }
        for (day, more) in one.iter_mut().zip(&other) {
            day.exits += more.exits;
            day.events += more.events;
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

impl RiskTable {
    /// Counts risk sets in O(n log n). Times are compared exactly: round them before, if they come from arithmetic.
    ///
    /// # Errors
    /// [`Reason::TooFew`] without spells; [`Reason::NotFinite`] and [`Reason::OutOfRange`] for times that are NaN,
    /// infinite or negative, or an entry that is not before its exit.
    pub fn new(spells: &[Spell]) -> Result<Self, Reason> {
        at_least(1, spells.len())?;
        if let Some(days) = by_day(spells) {
            return Ok(Self::by_counting(spells, &days));
        }
        for (index, spell) in spells.iter().enumerate() {
            check_spell(index, spell)?;
        }
        // Adding 0.0 turns −0 into +0, which the total order would keep apart.
        let mut exits: Vec<(f64, bool)> = spells.iter().map(|s| (s.exit + 0.0, s.event)).collect();
        // Which of two equal times comes first shows nowhere.
        exits.par_sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut entries: Vec<f64> = spells.iter().filter_map(|s| s.entry).map(|entry| entry + 0.0).collect();
        entries.par_sort_unstable_by(f64::total_cmp);
        let from_origin = spells.len() - entries.len();

        let mut rows: Vec<RiskRow> = Vec::new();
        let (mut entered, mut gone, mut events_in_all) = (0, 0, 0);
        while gone < exits.len() {
            let time = exits[gone].0;
            while entered < entries.len() && entries[entered] < time {
                entered += 1;
            }
            let leaving = exits[gone..].iter().take_while(|exit| exit.0 == time).count();
            let events = exits[gone..gone + leaving].iter().filter(|exit| exit.1).count();
            rows.push(RiskRow {
                time,
                at_risk: (from_origin + entered - gone) as u64,
                events: events as u64,
                censored: (leaving - events) as u64,
            });
            gone += leaving;
            events_in_all += events;
        }
        let first_entry = if from_origin == 0 {
            entries.first().copied()
        } else {
            None
        };
        Ok(RiskTable {
            rows,
            spells: spells.len() as u64,
            events: events_in_all as u64,
            first_entry,
        })
    }

    /// The same for times that are small whole numbers, such as days: counted instead of sorted, in O(n).
    fn by_counting(spells: &[Spell], days: &[Day]) -> Self {
        let entered: u64 = days.iter().map(|day| u64::from(day.entries)).sum();
        let from_origin = spells.len() as u64 - entered;
        let first_entry = days.iter().position(|day| day.entries > 0).filter(|_| from_origin == 0);
        let (mut at_risk, mut events, mut rows) = (from_origin, 0, Vec::new());
        for (time, day) in days.iter().enumerate() {
            if day.exits > 0 {
                rows.push(RiskRow {
                    time: time as f64,
                    at_risk,
                    events: u64::from(day.events),
                    censored: u64::from(day.exits - day.events),
                });
            }
            events += u64::from(day.events);
            at_risk = at_risk - u64::from(day.exits) + u64::from(day.entries);
        }
        RiskTable {
            rows,
            spells: spells.len() as u64,
            events,
            first_entry: first_entry.map(|time| time as f64),
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
