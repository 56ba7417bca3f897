//! The rows of a curve with their bounds.

use super::{IntervalTransform, Stand, Steps, SurvivalRow};
use crate::risk_table::RiskRow;

/// Rows that are worked out in one go.
const BATCH: usize = 128;

/// The rows of the curve in a part of the risk table.
///
/// Rows with events come among others without a pattern. So first the rows are worked out, then the bounds wherever the curve stood: in turn
/// with the rows, the bounds of one would wait for those before.
pub(super) struct Rows<'a> {
    steps: Steps<'a>,
    transform: IntervalTransform,
    z: f64,
    /// Rows, each with the place in `stands` of where the curve stands then.
    rows: Vec<(RiskRow, usize)>,
    /// Where the curve stood before these rows, and after each with events.
    stands: Vec<Stand>,
    /// Their bounds.
    bounds: Vec<(f64, f64)>,
    /// How many of the rows have been given.
    given: usize,
}

impl<'a> Rows<'a> {
    /// With bounds on the scale of `transform`, `z` standard deviations away.
    pub(super) fn new(steps: Steps<'a>, transform: IntervalTransform, z: f64) -> Self {
        Self {
            steps,
            transform,
            z,
            rows: Vec::new(),
            stands: Vec::new(),
            bounds: Vec::new(),
            given: 0,
        }
    }

    /// Works out the next rows; afterwards there are none if no more came.
    #[inline(never)]
    fn refill(&mut self) {
        self.given = 0;
        self.rows.clear();
        self.stands.clear();
        self.stands.push(self.steps.before.then(self.steps.within));
        for (row, stand) in self.steps.by_ref().take(BATCH) {
            // Written in any case and kept if there were events, which takes no branch.
            let place = self.stands.len() - usize::from(row.events == 0);
            self.stands.push(stand);
            self.stands.truncate(place + 1);
            self.rows.push((row, place));
        }
        self.transform.intervals(&self.stands, self.z, &mut self.bounds);
    }
}

impl Iterator for Rows<'_> {
    type Item = SurvivalRow;

    #[inline]
    fn next(&mut self) -> Option<SurvivalRow> {
        if self.given == self.rows.len() {
            self.refill();
        }
        let (row, place) = *self.rows.get(self.given)?;
        self.given += 1;
        let (stand, (low, high)) = (self.stands[place], self.bounds[place]);
        let known = |number: f64| stand.has_bounds().then_some(number);
        Some(SurvivalRow {
            time: row.time,
            at_risk: row.at_risk,
            events: row.events,
            censored: row.censored,
            survival: stand.survival,
            std_error: known(stand.survival * stand.greenwood.sqrt()),
            ci_low: known(low),
            ci_high: known(high),
        })
    }
}
