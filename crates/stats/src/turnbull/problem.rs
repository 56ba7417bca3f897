//! What the data say of the likelihood: the intervals that can hold mass, and the kinds of spells over them.

use super::{IntervalSpell, MassInterval, Turnbull};
use crate::reason::{Reason, at_least};

/// A mass below this share is none, and where fewer are left, none are.
pub(super) const NO_MASS: f64 = 1e-13;

fn check(index: usize, spell: &IntervalSpell) -> Result<(), Reason> {
    let times = [spell.entry, Some(spell.last_alive), spell.first_gone];
    if times.iter().flatten().any(|time| !time.is_finite()) {
        return Err(Reason::NotFinite { what: "time", index });
    }
    if times.iter().flatten().any(|&time| time < 0.0) {
        return Err(Reason::OutOfRange {
            what: "time",
            index,
            must: "not negative",
        });
    }
    let gone = spell.first_gone;
    let exact = gone == Some(spell.last_alive);
    let entry = spell.entry.unwrap_or(f64::NEG_INFINITY);
    if entry > spell.last_alive || (exact && entry >= spell.last_alive) {
        return Err(Reason::OutOfRange {
            what: "entry time",
            index,
            must: "before the event and no later than last alive",
        });
    }
    if gone.is_some_and(|gone| gone < spell.last_alive) {
        return Err(Reason::OutOfRange {
            what: "first gone",
            index,
            must: "no earlier than last alive",
        });
    }
    Ok(())
}

/// A cut of the time axis: just before a time (0) or just after it (1).
pub(super) type Cut = (f64, u8);

fn order(a: &Cut, b: &Cut) -> std::cmp::Ordering {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}

/// Spells with the same sets of intervals.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
pub(super) struct Kind {
    /// Intervals `first..end` where the event may lie.
    pub(super) first: usize,
    pub(super) end: usize,
    /// First interval beyond the entry.
    pub(super) entered: usize,
}

pub(super) struct Problem {
    pub(super) cells: Vec<(Cut, Option<Cut>)>,
    pub(super) kinds: Vec<(Kind, f64)>,
    pub(super) spells: usize,
    events: usize,
}

impl Problem {
    pub(super) fn new(spells: &[IntervalSpell]) -> Result<Self, Reason> {
        at_least(1, spells.len())?;
        for (index, spell) in spells.iter().enumerate() {
            check(index, spell)?;
        }
        let events = spells.iter().filter(|spell| spell.first_gone.is_some()).count();
        if events == 0 {
            return Err(Reason::AllCensored);
        }
        // Adding 0.0 turns −0 into +0.
        let left = |s: &IntervalSpell| (s.last_alive + 0.0, u8::from(s.first_gone != Some(s.last_alive)));
        let right = |s: &IntervalSpell| s.first_gone.map(|gone| (gone + 0.0, 1));
        let entry = |s: &IntervalSpell| s.entry.map(|entry| (entry + 0.0, 1));
        let sorted = |mut cuts: Vec<Cut>| {
            cuts.sort_unstable_by(order);
            cuts.dedup();
            cuts
        };
        let lefts = sorted(spells.iter().map(left).collect());
        let ends = sorted(
            spells
                .iter()
                .filter_map(right)
                .chain(spells.iter().filter_map(entry))
                .collect(),
        );
        // Mass gains by moving right up to the last left end and left up to the first right end or entry: an interval begins at
        // a left end that no other left end follows before the next such cut.
        let mut cells: Vec<(Cut, Option<Cut>)> = Vec::new();
        for (index, cut) in lefts.iter().enumerate() {
            let next = ends.partition_point(|end| order(end, cut).is_le());
            let end = ends.get(next).copied();
            let follower = lefts.get(index + 1);
            let last = follower.is_none_or(|follower| end.is_some_and(|end| order(follower, &end).is_ge()));
            if last {
                cells.push((*cut, end));
            }
        }
        let starting_at = |cut: Cut| cells.partition_point(|cell| order(&cell.0, &cut).is_lt());
        let mut kinds: Vec<Kind> = spells
            .iter()
            .map(|spell| Kind {
                first: starting_at(left(spell)),
                end: right(spell).map_or(cells.len(), starting_at),
                entered: entry(spell).map_or(0, starting_at),
            })
            .collect();
        kinds.sort_unstable();
        let kinds = kinds
            .chunk_by(|a, b| a == b)
            .map(|same| (same[0], same.len() as f64))
            .collect();
        Ok(Problem {
            cells,
            kinds,
            spells: spells.len(),
            events,
        })
    }

    /// Subjects known to be at risk in each cell, their event later.
    pub(super) fn known(&self) -> Vec<f64> {
        let mut known = vec![0.0; self.cells.len() + 1];
        for &(kind, count) in &self.kinds {
            if kind.entered < kind.first {
                known[kind.entered] += count;
                known[kind.first] -= count;
            }
        }
        known.pop();
        let mut running = 0.0;
        for value in &mut known {
            running += *value;
            *value = running;
        }
        known
    }

    /// Where nobody is known to have lived on and an event may lie, the likelihood grows until everybody is gone there. No fit tells that from a
    /// small survival; unless it is the last cell, those who entered later are then beyond everybody's end, and there is no maximum.
    pub(super) fn emptied(&self) -> Option<Reason> {
        let last = self.cells.len() - 1;
        let known = self.known();
        // How far the events reach that may lie in a cell or before it; kinds are in the order of their first cells.
        let mut kinds = self
            .kinds
            .iter()
            .map(|(kind, _)| kind)
            .filter(|kind| kind.end <= last)
            .peekable();
        let mut reached = 0;
        (0..last).find_map(|cell| {
            while let Some(kind) = kinds.next_if(|kind| kind.first <= cell) {
                reached = reached.max(kind.end);
            }
            (known[cell] == 0.0 && reached > cell).then(|| self.emptied_in(cell))
        })
    }

    /// That nobody is left beyond a cell.
    pub(super) fn emptied_in(&self, cell: usize) -> Reason {
        let (from, to) = self.cells[cell];
        Reason::RiskSetEmptied {
            time: to.unwrap_or(from).0,
        }
    }

    /// The masses as they are told.
    pub(super) fn estimate(&self, mass: &[f64], log_likelihood: f64, passes: usize) -> Turnbull {
        let total: f64 = mass.iter().sum();
        let mut survival: f64 = 1.0;
        let mut intervals = Vec::new();
        for (&(from, to), mass) in self.cells.iter().zip(mass.iter().map(|mass| mass / total)) {
            if mass == 0.0 {
                continue;
            }
            survival = (survival - mass).max(0.0);
            intervals.push(MassInterval {
                from: from.0,
                to: to.map(|to| to.0),
                mass,
                survival,
            });
        }
        if let Some(last) = intervals.last_mut() {
            last.survival = 0.0;
        }
        Turnbull {
            intervals,
            spells: self.spells as u64,
            events: self.events as u64,
            log_likelihood,
            passes: passes as u64,
        }
    }
}
