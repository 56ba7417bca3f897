//! The product-limit estimate of survival, with left truncation and right censoring.

use std::fmt;

use rayon::prelude::*;

use crate::distribution::two_sided_z;
use crate::estimate::Level;
use crate::reason::Reason;
use crate::risk_table::{RiskRow, RiskRows, RiskTable, Spell};

mod answers;
mod rows;
mod transform;

pub use answers::AtRisk;
pub use transform::IntervalTransform;

use rows::Rows;

/// The curve at one distinct exit time; it holds from `time` up to the next row's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurvivalRow {
    /// The time, in the unit of the spells.
    pub time: f64,
    /// Subjects at risk just before `time`.
    pub at_risk: u64,
    /// Events at `time`.
    pub events: u64,
    /// Censorings at `time`, counted as after the events.
    pub censored: u64,
    /// Estimated share that survives beyond `time`.
    pub survival: f64,
    /// Greenwood's standard error of `survival` (1926); `None` before the first event and at zero, where it says
    /// nothing.
    pub std_error: Option<f64>,
    /// Lower bound, pointwise; `None` as for `std_error`.
    pub ci_low: Option<f64>,
    /// Upper bound, pointwise; `None` as for `std_error`.
    pub ci_high: Option<f64>,
}

/// What left truncation does to a curve that the reader should know of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Caution {
    /// All who were at risk had the event, so the curve fell to zero for good, although later spells exist. Small early
    /// risk sets do this to left-truncated data (Klein & Moeschberger 2003, section 4.6). Start the curve later.
    RiskSetEmptied {
        /// When the curve fell to zero.
        time: f64,
        /// Spells that exit later.
        later_spells: u64,
    },
    /// Nobody was at risk for a while: what happened in the gap is unknown, and the curve takes it that nothing did.
    Gap {
        /// Last exit before the gap.
        from: f64,
        /// First entry after it.
        to: f64,
    },
    /// Nobody was watched before this time: the curve is of survival beyond it, given survival to it.
    LateStart {
        /// The first entry.
        time: f64,
    },
}

impl fmt::Display for Caution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Caution::RiskSetEmptied { time, later_spells } => {
                write!(
                    f,
                    "the risk set emptied at {time}: the curve is zero from there, yet {later_spells} spells are later"
                )
            }
            Caution::Gap { from, to } => write!(f, "nobody was at risk between {from} and {to}"),
            Caution::LateStart { time } => {
                write!(f, "nobody was at risk before {time}: survival is given survival to it")
            }
        }
    }
}

/// A Kaplan–Meier curve. Its rows are worked out from the risk table as they are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct KaplanMeier {
    /// Spells behind the curve.
    pub spells: u64,
    /// Events behind the curve.
    pub events: u64,
    /// Coverage of the pointwise intervals.
    pub level: Level,
    /// Scale of the pointwise intervals.
    pub transform: IntervalTransform,
    /// What to say beside the curve.
    pub cautions: Vec<Caution>,
    origin: f64,
    /// The last exit.
    end: f64,
    /// The normal quantile of `level`.
    z: f64,
    table: RiskTable,
    /// Where the curve stands before each part of the table, and after the last one.
    stands: Vec<Stand>,
}

/// Where a curve stands.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stand {
    survival: f64,
    /// Greenwood's sum.
    greenwood: f64,
}

impl Stand {
    const BEGINNING: Stand = Stand {
        survival: 1.0,
        greenwood: 0.0,
    };

    /// Whether there is a variance to go by: not before the first event, nor at zero.
    #[inline(always)]
    fn has_bounds(self) -> bool {
        self.survival > 0.0 && self.greenwood > 0.0
    }

    /// After a row.
    #[inline(always)]
    fn after(self, row: &RiskRow) -> Self {
        let (at_risk, events) = (row.at_risk as f64, row.events as f64);
        let left = at_risk - events;
        // A row without events changes nothing, and takes no branch, since such rows come without a pattern.
        let (factor, variance) = match row.events == row.at_risk {
            true => (0.0, 0.0),
            false => (left / at_risk, events / (at_risk * left)),
        };
        Stand {
            survival: self.survival * factor,
            greenwood: self.greenwood + variance,
        }
    }

    /// After a part, given where a curve would stand that began with it. So a part begins exactly where the one before ended.
    fn then(self, part: Stand) -> Self {
        Stand {
            survival: self.survival * part.survival,
            greenwood: self.greenwood + part.greenwood,
        }
    }
}

/// Kaplan–Meier (1958, JASA 53, 457–481) with delayed entry: S(t) = Π (1 − d/n) over event times up to t, where n
/// counts those at risk on (entry, exit]. O(n log n).
///
/// `from` asks for survival given survival to that time: exits up to it are left out, and earlier entries count as
/// entries at it. It is the usual remedy for an early risk set too small to carry the curve.
///
/// # Errors
/// As [`RiskTable::new`]; [`Reason::TooFew`] when no spell reaches beyond `from`; [`Reason::OutOfRange`] for a `from`
/// that is negative or not finite. Data without events give a curve of ones, not an error.
pub fn kaplan_meier(
    spells: &[Spell],
    from: Option<f64>,
    level: Level,
    transform: IntervalTransform,
) -> Result<KaplanMeier, Reason> {
    let whole = RiskTable::new(spells)?;
    let (table, origin) = match from {
        None => (whole, 0.0),
        Some(start) if start.is_finite() && start >= 0.0 => {
            let later: Vec<Spell> = spells
                .iter()
                .filter(|spell| spell.exit > start)
                .map(|spell| match spell.entry > start {
                    true => *spell,
                    false => Spell::from_origin(spell.exit, spell.event),
                })
                .collect();
            (RiskTable::new(&later)?, start)
        }
        Some(_) => {
            return Err(Reason::OutOfRange {
                what: "start",
                index: 0,
                must: "finite and not negative",
            });
        }
    };
    let z = two_sided_z(level)?;
    let parts: Vec<Part> = table.parts().into_par_iter().map(Part::of).collect();
    let mut stands = vec![Stand::BEGINNING];
    stands.extend(parts.iter().scan(Stand::BEGINNING, |stand, part| {
        *stand = stand.then(part.stand);
        Some(*stand)
    }));
    let cautions = cautions(&table, &parts, spells, origin);
    Ok(KaplanMeier {
        // Nothing is known before the first entry, so the curve's own time begins there.
        origin: table.first_entry.unwrap_or(origin),
        end: parts.last().map_or(origin, |part| part.end),
        spells: table.spells,
        events: table.events,
        table,
        level,
        transform,
        cautions,
        z,
        stands,
    })
}

/// What happens in a part of the risk table.
struct Part {
    /// Where a curve would stand after it that began with it.
    stand: Stand,
    /// Spells that exit in it.
    gone: u64,
    /// Its last time.
    end: f64,
    /// Rows at which everybody left who was at risk, and how many spells had exited in this part by then.
    emptied: Vec<(RiskRow, u64)>,
}

impl Part {
    fn of(rows: RiskRows<'_>) -> Self {
        let mut part = Part {
            stand: Stand::BEGINNING,
            gone: 0,
            end: 0.0,
            emptied: Vec::new(),
        };
        for row in rows {
            let leaving = row.events + row.censored;
            part.stand = part.stand.after(&row);
            part.gone += leaving;
            part.end = row.time;
            if row.at_risk == leaving {
                part.emptied.push((row, part.gone));
            }
        }
        part
    }
}

fn cautions(table: &RiskTable, parts: &[Part], spells: &[Spell], origin: f64) -> Vec<Caution> {
    let mut found = Vec::new();
    if let Some(time) = table.first_entry.filter(|&entry| entry > origin) {
        found.push(Caution::LateStart { time });
    }
    // Sorted only where somebody asks for them.
    let mut sorted: Option<Vec<f64>> = None;
    let mut died_out = false;
    let mut before = 0;
    for part in parts {
        for (row, gone) in &part.emptied {
            let later_spells = table.spells - before - gone;
            if later_spells == 0 {
                return found;
            }
            if !died_out && row.events == row.at_risk {
                died_out = true;
                found.push(Caution::RiskSetEmptied {
                    time: row.time,
                    later_spells,
                });
            }
            let entries = sorted.get_or_insert_with(|| {
                let mut entries: Vec<f64> = spells.iter().filter_map(Spell::late_entry).collect();
                entries.sort_unstable_by(f64::total_cmp);
                entries
            });
            // Everybody left, so whoever exits later entered no earlier than now.
            let next = entries.partition_point(|&entry| entry < row.time);
            if let Some(&to) = entries.get(next).filter(|&&entry| entry > row.time) {
                found.push(Caution::Gap { from: row.time, to });
            }
        }
        before += part.gone;
    }
    found
}

/// The curve in a part of the risk table: rows and where it stands after them.
#[derive(Clone)]
struct Steps<'a> {
    rows: RiskRows<'a>,
    before: Stand,
    within: Stand,
}

impl Iterator for Steps<'_> {
    type Item = (RiskRow, Stand);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let row = self.rows.next()?;
        self.within = self.within.after(&row);
        Some((row, self.before.then(self.within)))
    }
}

impl KaplanMeier {
    /// The curve at every distinct exit time, ascending.
    pub fn rows(&self) -> impl Iterator<Item = SurvivalRow> {
        self.parts().into_iter().flatten()
    }

    /// The same in a row of parts, to be read on all cores: with a million rows their bounds take longer than the curve.
    pub fn parts(&self) -> Vec<impl Iterator<Item = SurvivalRow> + Send> {
        self.steps().into_iter().map(|steps| self.rows_of(steps)).collect()
    }

    fn rows_of<'a>(&self, steps: Steps<'a>) -> Rows<'a> {
        Rows::new(steps, self.transform, self.z)
    }

    /// The curve in the parts of the risk table.
    fn steps(&self) -> Vec<Steps<'_>> {
        let parts = self.table.parts().into_iter().zip(&self.stands);
        let steps = parts.map(|(rows, &before)| Steps {
            rows,
            before,
            within: Stand::BEGINNING,
        });
        steps.collect()
    }
}
