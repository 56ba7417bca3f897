//! The product-limit estimate of survival, with left truncation and right censoring.

use std::fmt;

use rayon::prelude::*;

use crate::distribution::two_sided_z;
use crate::estimate::Level;
use crate::reason::Reason;
use crate::risk_table::{RiskRow, RiskTable, Spell};

mod answers;

pub use answers::AtRisk;

/// Rows that one thread is enough for.
const ROWS_BY_ONE_THREAD: usize = 4096;

/// The scale on which the interval is symmetric (Kalbfleisch & Prentice 2002, section 1.4; R's `conf.type`). With z the
/// normal quantile, S the survival and g Greenwood's sum Σ d/(n(n − d)):
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalTransform {
    /// S ± z·S·√g, cut to [0, 1].
    Plain,
    /// S·exp(±z·√g), cut at 1; the default of R's `survfit`.
    Log,
    /// S^exp(±z·√g / ln S); what lifelines gives.
    LogLog,
}

impl IntervalTransform {
    /// A name to show beside the numbers.
    pub fn name(self) -> &'static str {
        match self {
            IntervalTransform::Plain => "Kaplan-Meier, plain interval",
            IntervalTransform::Log => "Kaplan-Meier, log interval",
            IntervalTransform::LogLog => "Kaplan-Meier, log-log interval",
        }
    }

    fn interval(self, survival: f64, greenwood: f64, z: f64) -> (f64, f64) {
        let root = greenwood.sqrt();
        let (low, high) = match self {
            IntervalTransform::Plain => (survival - z * survival * root, survival + z * survival * root),
            IntervalTransform::Log => (survival * (-z * root).exp(), survival * (z * root).exp()),
            IntervalTransform::LogLog => {
                let log = survival.ln();
                let factor = (z * root / log.abs()).exp();
                ((log * factor).exp(), (log / factor).exp())
            }
        };
        (low.clamp(0.0, survival), high.clamp(survival, 1.0))
    }
}

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

/// A Kaplan–Meier curve.
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
    table: RiskTable,
    /// One a row of the table.
    levels: Vec<CurveLevel>,
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
    let cautions = cautions(&table, spells, origin);
    // Nothing is known before the first entry, so the curve's own time begins there.
    let origin = table.first_entry.unwrap_or(origin);
    Ok(KaplanMeier {
        levels: levels(&table, transform, z),
        spells: table.spells,
        events: table.events,
        table,
        level,
        transform,
        cautions,
        origin,
    })
}

/// The curve after one row of the risk table. Error and bounds are not numbers where there are none.
#[derive(Debug, Clone, Copy)]
struct CurveLevel {
    survival: f64,
    std_error: f64,
    ci_low: f64,
    ci_high: f64,
}

impl PartialEq for CurveLevel {
    fn eq(&self, other: &Self) -> bool {
        // What is not a number is the same as another here.
        let bits = |level: &Self| [level.survival, level.std_error, level.ci_low, level.ci_high].map(f64::to_bits);
        bits(self) == bits(other)
    }
}

/// The curve beside each row of its risk table.
fn levels(table: &RiskTable, transform: IntervalTransform, z: f64) -> Vec<CurveLevel> {
    // What each time takes of survival and adds to Greenwood's sum, then the products and sums, in their order, then errors and bounds,
    // whose powers take most of the time where there are many rows.
    let step = |row: &RiskRow| {
        let (at_risk, events) = (row.at_risk as f64, row.events as f64);
        let (share, variance) = match row.events {
            0 => (1.0, 0.0),
            all if all == row.at_risk => (0.0, 0.0),
            _ => ((at_risk - events) / at_risk, events / (at_risk * (at_risk - events))),
        };
        CurveLevel {
            survival: share,
            std_error: variance,
            ci_low: f64::NAN,
            ci_high: f64::NAN,
        }
    };
    let rows = table.rows.par_iter().with_min_len(ROWS_BY_ONE_THREAD);
    let mut levels: Vec<CurveLevel> = rows.map(step).collect();
    let (mut survival, mut greenwood) = (1.0, 0.0);
    for level in &mut levels {
        survival *= level.survival;
        greenwood += level.std_error;
        (level.survival, level.std_error) = (survival, greenwood);
    }
    let bounds = |levels: &mut [CurveLevel]| {
        // A row without events has the bounds of the row before.
        let mut last = (1.0, 0.0, [f64::NAN; 3]);
        for level in levels {
            let (survival, greenwood) = (level.survival, level.std_error);
            if (last.0, last.1) != (survival, greenwood) {
                let moved = survival > 0.0 && greenwood > 0.0;
                let (low, high) = transform.interval(survival, greenwood, z);
                let found = [survival * greenwood.sqrt(), low, high];
                last = (survival, greenwood, if moved { found } else { [f64::NAN; 3] });
            }
            [level.std_error, level.ci_low, level.ci_high] = last.2;
        }
    };
    levels.par_chunks_mut(ROWS_BY_ONE_THREAD).for_each(bounds);
    levels
}

fn cautions(table: &RiskTable, spells: &[Spell], origin: f64) -> Vec<Caution> {
    let mut found = Vec::new();
    if let Some(time) = table.first_entry.filter(|&entry| entry > origin) {
        found.push(Caution::LateStart { time });
    }
    // Sorted only where somebody asks for them.
    let mut sorted: Option<Vec<f64>> = None;
    let mut gone = 0;
    let mut emptied = false;
    for row in &table.rows {
        gone += row.events + row.censored;
        let later_spells = table.spells - gone;
        if later_spells == 0 {
            break;
        }
        if !emptied && row.events == row.at_risk {
            emptied = true;
            found.push(Caution::RiskSetEmptied {
                time: row.time,
                later_spells,
            });
        }
        if row.at_risk == row.events + row.censored {
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
    }
    found
}

impl KaplanMeier {
    /// The curve at every distinct exit time, ascending.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = SurvivalRow> + ExactSizeIterator {
        (0..self.levels.len()).map(|index| self.row(index))
    }

    fn row(&self, index: usize) -> SurvivalRow {
        let (at, level) = (self.table.rows[index], self.levels[index]);
        let number = |value: f64| (!value.is_nan()).then_some(value);
        SurvivalRow {
            time: at.time,
            at_risk: at.at_risk,
            events: at.events,
            censored: at.censored,
            survival: level.survival,
            std_error: number(level.std_error),
            ci_low: number(level.ci_low),
            ci_high: number(level.ci_high),
        }
    }
}
