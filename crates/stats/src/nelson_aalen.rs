//! The cumulative hazard.

use crate::distribution::two_sided_z;
use crate::estimate::Level;
use crate::reason::Reason;
use crate::risk_table::{RiskTable, Spell};

/// The cumulative hazard at one distinct exit time; it holds from `time` up to the next row's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HazardRow {
    /// The time, in the unit of the spells.
    pub time: f64,
    /// Subjects at risk just before `time`.
    pub at_risk: u64,
    /// Events at `time`.
    pub events: u64,
    /// Censorings at `time`.
    pub censored: u64,
    /// Expected events per subject up to `time`.
    pub cumulative_hazard: f64,
    /// Standard error; `None` before the first event.
    pub std_error: Option<f64>,
    /// Lower bound, pointwise; `None` before the first event.
    pub ci_low: Option<f64>,
    /// Upper bound, pointwise; `None` before the first event.
    pub ci_high: Option<f64>,
}

/// A Nelson–Aalen curve.
#[derive(Debug, Clone, PartialEq)]
pub struct NelsonAalen {
    /// One row per distinct exit time, ascending.
    pub rows: Vec<HazardRow>,
    /// Spells behind the curve.
    pub spells: u64,
    /// Events behind the curve.
    pub events: u64,
    /// Coverage of the pointwise intervals.
    pub level: Level,
}

/// Nelson–Aalen (Aalen 1978, Annals of Statistics 6, 701–726): H(t) = Σ d/n with variance Σ d/n², tied events counted
/// as one jump. The interval is symmetric on the log scale, H·exp(±z·se/H). O(n log n).
///
/// Unlike survival it recovers from an emptied risk set: an early jump of 1 stays in the sum, but later hazard still
/// shows.
///
/// # Errors
/// As [`RiskTable::new`].
pub fn nelson_aalen(spells: &[Spell], level: Level) -> Result<NelsonAalen, Reason> {
    let table = RiskTable::new(spells)?;
    let z = two_sided_z(level)?;
    let (mut hazard, mut variance) = (0.0_f64, 0.0_f64);
    let rows = table
        .rows()
        .map(|row| {
            let (at_risk, events) = (row.at_risk as f64, row.events as f64);
            hazard += events / at_risk;
            variance += events / (at_risk * at_risk);
            let moved = hazard > 0.0;
            let error = moved.then(|| variance.sqrt());
            let factor = error
                .map(|error| (z * error / hazard).exp())
                .filter(|factor| factor.is_finite());
            HazardRow {
                time: row.time,
                at_risk: row.at_risk,
                events: row.events,
                censored: row.censored,
                cumulative_hazard: hazard,
                std_error: error,
                ci_low: factor.map(|factor| hazard / factor),
                ci_high: factor.map(|factor| hazard * factor),
            }
        })
        .collect();
    Ok(NelsonAalen {
        rows,
        spells: table.spells,
        events: table.events,
        level,
    })
}
