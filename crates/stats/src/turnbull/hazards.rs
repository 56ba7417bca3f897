//! The fit in hazards, for spells that entered late.

use super::problem::{NO_MASS, Problem};
use super::{Turnbull, leap};
use crate::reason::Reason;

/// Most passes over the data before masses are tried.
const MOST_HAZARD_PASSES: usize = 4_000;
/// The share of the number of spells that a hazard may still gain where they settle slowly; `TOLERANCE` otherwise.
const SLOW_TOLERANCE: f64 = 1e-6;

impl Problem {
    /// With late entry, in hazards: a spell that entered late speaks of the hazards after its entry only, so that nothing is ever
    /// divided by a survival close to zero, as masses would be. Expected events over expected subjects at risk, cell by cell (the EM
    /// algorithm of the same likelihood), in squared steps.
    pub(super) fn solve_by_hazards(&self, tolerance: f64) -> Result<Turnbull, Reason> {
        let m = self.cells.len();
        let spells = self.spells as f64;
        let mut hazards: Vec<f64> = (0..m).map(|cell| 1.0 / (m - cell) as f64).collect();
        let mut expected = Expected::new(self);
        let mut passes = 0;
        let log_likelihood = loop {
            let log_likelihood = expected.of(self, &hazards)?;
            passes += 1;
            let (gain, uneven) = expected.distance(&hazards);
            if gain <= tolerance * spells && uneven <= tolerance * spells {
                break log_likelihood;
            }
            // Hazards on their way to zero get there ever more slowly; what they still could gain is far below any standard error.
            if passes >= MOST_HAZARD_PASSES && gain.max(uneven) <= SLOW_TOLERANCE * spells {
                break log_likelihood;
            }
            if passes >= MOST_HAZARD_PASSES {
                return Err(Reason::NotConverged { passes: passes as u64 });
            }
            let once = expected.hazards();
            expected.of(self, &once)?;
            let twice = expected.hazards();
            let reached = expected.of(self, &twice)?;
            passes += 2;
            // Neither to zero nor to one, from which a step does not come back.
            let mut leap = leap([&hazards, &once, &twice], |leapt, after| {
                leapt.clamp(after * 0.01, 0.5 + 0.5 * after)
            });
            leap[m - 1] = 1.0;
            hazards = match expected.of(self, &leap) {
                Ok(found) if found >= reached => leap,
                _ => twice,
            };
            passes += 1;
        };
        let mut survival = 1.0;
        let mut mass = vec![0.0; m];
        for (cell, hazard) in hazards.iter().enumerate() {
            mass[cell] = survival * hazard;
            survival *= 1.0 - hazard;
            // No spells are so many that a smaller share of them could be left; the masses beyond would be taken for none.
            if survival <= NO_MASS && cell + 1 < m {
                let (from, to) = self.cells[cell];
                return Err(Reason::RiskSetEmptied {
                    time: to.unwrap_or(from).0,
                });
            }
        }
        let score = vec![0.0; m];
        Ok(self.estimate(mass, &score, log_likelihood, passes))
    }
}

/// Events and subjects at risk in each cell, as expected under some hazards.
struct Expected {
    /// Subjects known to be at risk, their event later: of entered..first.
    known: Vec<f64>,
    events: Vec<f64>,
    at_risk: Vec<f64>,
}

impl Expected {
    fn new(problem: &Problem) -> Self {
        let m = problem.cells.len();
        let mut known = vec![0.0; m + 1];
        for &(kind, count) in &problem.kinds {
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
        Expected {
            known,
            events: vec![0.0; m],
            at_risk: vec![0.0; m],
        }
    }

    /// What is expected, and the log-likelihood.
    fn of(&mut self, problem: &Problem, hazards: &[f64]) -> Result<f64, Reason> {
        let m = hazards.len();
        self.events.fill(0.0);
        self.at_risk.copy_from_slice(&self.known);
        let mut log_likelihood = 0.0;
        for (known, hazard) in self.known.iter().zip(hazards) {
            if *known > 0.0 {
                log_likelihood += known * (-hazard).ln_1p();
            }
        }
        for &(kind, count) in &problem.kinds {
            // Whose event comes at no known time: the cells after `first` are all that is left, and say nothing.
            if kind.end == m {
                continue;
            }
            let inside = &hazards[kind.first..kind.end];
            let held = 1.0 - inside.iter().map(|hazard| 1.0 - hazard).product::<f64>();
            if held <= 0.0 {
                return Err(Reason::NotRepresentable { what: "likelihood" });
            }
            log_likelihood += count * held.ln();
            let (mut standing, mut left) = (1.0, held);
            for (cell, hazard) in (kind.first..kind.end).zip(inside) {
                self.at_risk[cell] += count * (left / held).clamp(0.0, 1.0);
                self.events[cell] += count * standing * hazard / held;
                left -= standing * hazard;
                standing *= 1.0 - hazard;
            }
        }
        Ok(log_likelihood)
    }

    /// The hazards that what is expected makes; the last cell holds what is left.
    fn hazards(&self) -> Vec<f64> {
        let mut hazards: Vec<f64> = self
            .events
            .iter()
            .zip(&self.at_risk)
            .map(|(events, at_risk)| {
                if *at_risk > 0.0 {
                    (events / at_risk).min(1.0)
                } else {
                    0.0
                }
            })
            .collect();
        if let Some(last) = hazards.last_mut() {
            *last = 1.0;
        }
        hazards
    }

    /// How much a hazard could gain by growing, and how far the hazards are from what they make, at most.
    fn distance(&self, hazards: &[f64]) -> (f64, f64) {
        let last = hazards.len() - 1;
        let cells = self.events.iter().zip(&self.at_risk).zip(hazards).take(last);
        cells.fold((0.0, 0.0), |(gain, uneven): (f64, f64), ((events, at_risk), hazard)| {
            let slope = if *hazard > 0.0 { events / hazard - at_risk } else { 0.0 };
            (gain.max(slope), uneven.max((events - hazard * at_risk).abs()))
        })
    }
}
