//! The fit in hazards, for spells that entered late.

use super::problem::{NO_MASS, Problem};
use super::{Turnbull, Until, leap};
use crate::reason::Reason;

/// Most passes over the data before masses are tried.
const MOST_HAZARD_PASSES: usize = 4_000;
/// The share of the number of spells that a hazard may still gain where they settle slowly; [`Until::tolerance`] otherwise.
const SLOW_TOLERANCE: f64 = 1e-6;
/// A resample's fit ends when a squared step raises the log-likelihood by less: its estimate is then within a small part of a standard error
/// of the maximum, while hazards on their way to zero would take many times as long.
const LEAST_RISE: f64 = 1e-4;
/// Below this survival a difference of two would lose its digits.
const LEAST_SURVIVAL: f64 = 1e-100;

impl Problem {
    /// With late entry, in hazards: a spell that entered late speaks of the hazards after its entry only, so that nothing is ever
    /// divided by a survival close to zero, as masses would be. Expected events over expected subjects at risk, cell by cell (the EM
    /// algorithm of the same likelihood), in squared steps.
    pub(super) fn solve_by_hazards(&self, until: Until) -> Result<Turnbull, Reason> {
        let m = self.cells.len();
        let (spells, tolerance) = (self.spells as f64, until.tolerance());
        let mut hazards: Vec<f64> = (0..m).map(|cell| 1.0 / (m - cell) as f64).collect();
        let mut expected = Expected::new(self, until == Until::Settled);
        let mut log_likelihood = expected.of(self, &hazards)?;
        let (mut passes, mut risen) = (1, f64::INFINITY);
        loop {
            let (gain, uneven) = expected.distance(&hazards);
            let settled = until == Until::Settled && risen < LEAST_RISE;
            if (settled || gain <= tolerance * spells) && uneven <= tolerance * spells {
                break;
            }
            // Hazards on their way to zero get there ever more slowly; what they still could gain is far below any standard error.
            if passes >= MOST_HAZARD_PASSES && gain.max(uneven) <= SLOW_TOLERANCE * spells {
                break;
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
            let found = match expected.of(self, &leap) {
                Ok(found) if found >= reached => {
                    hazards = leap;
                    found
                }
                _ => {
                    hazards = twice;
                    passes += 1;
                    expected.of(self, &hazards)?
                }
            };
            passes += 1;
            (risen, log_likelihood) = (found - log_likelihood, found);
        }
        let mut survival = 1.0;
        let mut mass = vec![0.0; m];
        for (cell, hazard) in hazards.iter().enumerate() {
            // Of those who are left, however few: to one who entered late they are all.
            if *hazard > NO_MASS {
                mass[cell] = survival * hazard;
            }
            survival *= 1.0 - hazard;
            // No spells are so many that a smaller share of them could be left.
            if survival <= NO_MASS && cell + 1 < m {
                return Err(self.emptied_in(cell));
            }
        }
        Ok(self.estimate(&mass, log_likelihood, passes))
    }
}

/// Events and subjects at risk in each cell, as expected under some hazards.
struct Expected {
    /// Whether running sums will do.
    by_sums: bool,
    /// Survival up to each cell, and beyond the last; of what is added from a cell on the sums of 1/(difference of survival) and of
    /// survival at the end over that difference. Room for both.
    survival: Vec<f64>,
    sums: Vec<[f64; 2]>,
    /// Subjects known to be at risk, their event later: of entered..first.
    known: Vec<f64>,
    events: Vec<f64>,
    at_risk: Vec<f64>,
}

impl Expected {
    fn new(problem: &Problem, by_sums: bool) -> Self {
        let m = problem.cells.len();
        Expected {
            by_sums,
            survival: vec![1.0; m + 1],
            sums: vec![[0.0; 2]; m + 1],
            known: problem.known(),
            events: vec![0.0; m],
            at_risk: vec![0.0; m],
        }
    }

    /// What is expected, and the log-likelihood.
    fn of(&mut self, problem: &Problem, hazards: &[f64]) -> Result<f64, Reason> {
        let mut log_likelihood = 0.0;
        for (known, hazard) in self.known.iter().zip(hazards) {
            if *known > 0.0 {
                log_likelihood += known * (-hazard).ln_1p();
            }
        }
        let mut survival = 1.0;
        for (after, hazard) in self.survival[1..].iter_mut().zip(hazards) {
            survival *= 1.0 - hazard;
            *after = survival;
        }
        let before_last = self.survival[hazards.len() - 1];
        let held = match self.by_sums && before_last > LEAST_SURVIVAL {
            true => self.of_sums(problem, hazards),
            false => self.of_each(problem, hazards),
        };
        Ok(log_likelihood + held?)
    }

    /// What is expected, by running sums over the cells: a spell whose event lies in cells a..b adds (S(c) − S(b))/(S(a) − S(b)) at risk and
    /// (S(c) − S(c + 1))/(S(a) − S(b)) events to each cell c of them, S(c) being survival up to c.
    fn of_sums(&mut self, problem: &Problem, hazards: &[f64]) -> Result<f64, Reason> {
        let m = hazards.len();
        self.sums.fill([0.0; 2]);
        let mut held = LogProduct::default();
        for &(kind, count) in problem.kinds.iter().filter(|(kind, _)| kind.end < m) {
            let (before, beyond) = (self.survival[kind.first], self.survival[kind.end]);
            let difference = before - beyond;
            if difference <= 0.0 {
                return Err(Reason::NotRepresentable { what: "likelihood" });
            }
            held.times(difference / before, count);
            let weight = count / difference;
            for (at, sign) in [(kind.first, 1.0), (kind.end, -1.0)] {
                self.sums[at][0] += sign * weight;
                self.sums[at][1] += sign * weight * beyond;
            }
        }
        let mut running = [0.0; 2];
        for (cell, hazard) in hazards.iter().enumerate() {
            running = [running[0] + self.sums[cell][0], running[1] + self.sums[cell][1]];
            let survival = self.survival[cell];
            self.events[cell] = (survival * hazard * running[0]).max(0.0);
            self.at_risk[cell] = self.known[cell] + (survival * running[0] - running[1]).max(0.0);
        }
        Ok(held.ln())
    }

    /// What is expected, spell by spell, to the last digit.
    fn of_each(&mut self, problem: &Problem, hazards: &[f64]) -> Result<f64, Reason> {
        let m = hazards.len();
        self.events.fill(0.0);
        self.at_risk.copy_from_slice(&self.known);
        let mut log_likelihood = 0.0;
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

/// The logarithm of a product of many numbers between zero and one.
#[derive(Debug)]
struct LogProduct {
    product: f64,
    sum: f64,
}

impl Default for LogProduct {
    fn default() -> Self {
        Self { product: 1.0, sum: 0.0 }
    }
}

impl LogProduct {
    fn times(&mut self, number: f64, count: f64) {
        // Logarithms take longer than all else here, and most kinds are of one spell.
        if count == 1.0 {
            self.product *= number;
        } else {
            self.sum += count * number.ln();
        }
        if self.product < 1e-200 {
            self.sum += self.product.ln();
            self.product = 1.0;
        }
    }

    fn ln(&self) -> f64 {
        self.sum + self.product.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::super::IntervalSpell;
    use super::*;

    /// Looks every so many days, some beginning late.
    fn spells() -> Vec<IntervalSpell> {
        (0..300_u32)
            .map(|subject| {
                let (entry, gap) = (f64::from(subject * 7 % 40), 1.0 + f64::from(subject % 5));
                let event = entry + 1.0 + f64::from(subject * 13 % 90);
                let looks = ((event - entry) / gap).floor();
                IntervalSpell {
                    entry: Some(entry),
                    last_alive: entry + looks * gap,
                    first_gone: (subject % 6 > 0).then_some(entry + (looks + 1.0) * gap),
                }
            })
            .collect()
    }

    #[test]
    fn running_sums_are_the_sums_spell_by_spell() {
        let problem = Problem::new(&spells()).unwrap();
        let m = problem.cells.len();
        let mut hazards: Vec<f64> = (0..m)
            .map(|cell| 0.001 + 0.4 * ((cell * 37) % 11) as f64 / 11.0)
            .collect();
        hazards[m - 1] = 1.0;
        let (mut by_sums, mut each) = (Expected::new(&problem, true), Expected::new(&problem, false));
        let found = [
            by_sums.of(&problem, &hazards).unwrap(),
            each.of(&problem, &hazards).unwrap(),
        ];
        assert!((found[0] - found[1]).abs() < 1e-9 * found[1].abs(), "{found:?}");
        for (found, expected) in [(&by_sums.events, &each.events), (&by_sums.at_risk, &each.at_risk)] {
            for (found, expected) in found.iter().zip(expected) {
                assert!(
                    (found - expected).abs() <= 1e-9 * expected.max(1.0),
                    "{found} {expected}"
                );
            }
        }
        assert!(each.events.iter().sum::<f64>() > 200.0);
    }

    #[test]
    fn a_rough_fit_is_near_the_fine_one() {
        let problem = Problem::new(&spells()).unwrap();
        let [fine, rough] = [Until::Maximum, Until::Settled].map(|until| problem.solve(until).unwrap());
        assert!(fine.log_likelihood >= rough.log_likelihood - 1e-9);
        assert!(fine.log_likelihood - rough.log_likelihood < 1e-2);
        let medians = [&fine, &rough].map(|fit| fit.time_to_survival(0.5).unwrap());
        assert!((medians[0] - medians[1]).abs() < 0.1, "{medians:?}");
    }

    #[test]
    fn a_product_too_small_to_be_held_has_a_logarithm() {
        let mut product = LogProduct::default();
        (0..10_000).for_each(|_| product.times(0.01, 1.0));
        product.times(0.5, 3.0);
        assert!((product.ln() - (10_000.0 * 0.01_f64.ln() + 3.0 * 0.5_f64.ln())).abs() < 1e-6);
    }
}
