//! The fit in masses: self-consistency, squared steps along it, and Newton steps over the intervals that hold mass.

use super::problem::{NO_MASS, Problem};
use super::{Turnbull, Until, leap};
use crate::reason::Reason;

/// Most passes over the data; some hundred are usual.
const MOST_PASSES: usize = 20_000;
/// Squared steps between two Newton steps.
const SQUARED_STEPS: usize = 10;
/// Most intervals that a Newton step moves, at the price of their number's cube.
const MOST_NEWTON: usize = 400;

impl Problem {
    /// The log-likelihood, the score of every interval and the expected number of subjects, unseen ones included.
    fn score(&self, mass: &[f64], score: &mut [f64], sums: &mut Sums) -> Option<(f64, f64)> {
        sums.of(mass);
        score.fill(0.0);
        let (mut log_likelihood, mut subjects) = (0.0, 0.0);
        for &(kind, count) in &self.kinds {
            let (held, entered) = (
                sums.between(kind.first, kind.end),
                sums.between(kind.entered, mass.len()),
            );
            if !(held > 0.0 && entered > 1e-300) {
                return None;
            }
            log_likelihood += count * (held / entered).ln();
            subjects += count / entered;
            score[kind.first] += count / held;
            if let Some(end) = score.get_mut(kind.end) {
                *end -= count / held;
            }
            score[kind.entered] -= count / entered;
        }
        let mut running = 0.0;
        for value in score {
            running += *value;
            *value = running;
        }
        (log_likelihood.is_finite() && subjects.is_finite()).then_some((log_likelihood, subjects))
    }

    pub(super) fn solve(&self, until: Until) -> Result<Turnbull, Reason> {
        let tolerance = until.tolerance();
        if let Some(emptied) = self.emptied() {
            return Err(emptied);
        }
        // Where hazards settle too slowly (wide intervals), masses may not.
        if self.kinds.iter().any(|(kind, _)| kind.entered > 0) {
            match self.solve_by_hazards(until) {
                Err(Reason::NotConverged { .. }) => {}
                settled => return settled,
            }
        }
        let m = self.cells.len();
        let (mut mass, mut score, mut sums) = (vec![1.0 / m as f64; m], vec![0.0; m], Sums::default());
        let emptied = |mass: &[f64]| self.emptied_in(mass.iter().rposition(|&mass| mass > NO_MASS).unwrap_or(0));
        let spells = self.spells as f64;
        let mut passes = 0;
        let log_likelihood = loop {
            let Some((log_likelihood, subjects)) = self.score(&mass, &mut score, &mut sums) else {
                return Err(emptied(&mass));
            };
            passes += 1;
            let gain = score.iter().copied().fold(0.0, f64::max);
            let uneven = mass
                .iter()
                .zip(&score)
                .map(|(mass, score)| mass * score.abs())
                .fold(0.0, f64::max);
            if gain <= tolerance * spells && uneven <= tolerance * spells {
                break log_likelihood;
            }
            if subjects > spells * 1e6 || (passes >= MOST_PASSES && subjects > spells * 100.0) {
                return Err(emptied(&mass));
            }
            if passes >= MOST_PASSES {
                return Err(Reason::NotConverged { passes: passes as u64 });
            }
            // An interval that a Newton step emptied too soon comes back.
            for (mass, score) in mass.iter_mut().zip(&score) {
                if *mass < NO_MASS && *score > 0.0 {
                    *mass = 1e-7;
                }
            }
            for _ in 0..SQUARED_STEPS {
                match self.squared_step(&mass, &mut score, &mut sums) {
                    Some(next) => mass = next,
                    None => return Err(emptied(&mass)),
                }
                passes += 3;
            }
            if let Some(next) = self.newton_step(&mass, &mut score, &mut sums) {
                mass = next;
            }
        };
        // A mass on its way to zero: tiny, and a score that says so.
        let gone = |mass: f64, score: f64| mass <= NO_MASS || (mass < 1e-8 && score < -1e-4 * spells);
        for (mass, score) in mass.iter_mut().zip(&score) {
            *mass = if gone(*mass, *score) { 0.0 } else { *mass };
        }
        Ok(self.estimate(&mass, log_likelihood, passes))
    }

    /// Two self-consistency steps and a leap along them, kept only where it is no worse.
    fn squared_step(&self, mass: &[f64], score: &mut [f64], sums: &mut Sums) -> Option<Vec<f64>> {
        let (_, subjects) = self.score(mass, score, sums)?;
        let once = step(mass, score, subjects);
        let (_, subjects) = self.score(&once, score, sums)?;
        let twice = step(&once, score, subjects);
        let (reached, _) = self.score(&twice, score, sums)?;
        // No mass is taken away altogether by a leap, since a step cannot bring it back.
        let leap = normalised(leap([mass, &once, &twice], |leapt, after| leapt.max(after * 0.01)));
        match self.score(&leap, score, sums) {
            Some((found, _)) if found >= reached => Some(leap),
            _ => Some(twice),
        }
    }

    /// A Newton step over the intervals with mass, the sum held at one; `None` where it does not help.
    fn newton_step(&self, mass: &[f64], score: &mut [f64], sums: &mut Sums) -> Option<Vec<f64>> {
        let (before, _) = self.score(mass, score, sums)?;
        // What is next to nothing is let go (it comes back if that was wrong); of too many the smaller ones are held as they are.
        let mut alive: Vec<usize> = (0..mass.len()).filter(|&cell| mass[cell] > 1e-9).collect();
        let mut held = vec![0.0; mass.len()];
        if alive.len() > MOST_NEWTON {
            alive.sort_by(|&a, &b| mass[b].total_cmp(&mass[a]).then(a.cmp(&b)));
            alive.drain(MOST_NEWTON..).for_each(|cell| held[cell] = mass[cell]);
            alive.sort_unstable();
        }
        let m = alive.len();
        if m < 2 {
            return None;
        }
        // Each spell adds a constant to a square block of second derivatives: corners first, then sums over both directions.
        let rank = |cell: usize| alive.partition_point(|&other| other < cell);
        let width = m + 1;
        let mut corners = vec![0.0_f64; width * width];
        for &(kind, count) in &self.kinds {
            let (inside, entered) = (
                sums.between(kind.first, kind.end),
                sums.between(kind.entered, mass.len()),
            );
            let mut block = |first: usize, end: usize, value: f64| {
                corners[first * width + first] += value;
                corners[first * width + end] -= value;
                corners[end * width + first] -= value;
                corners[end * width + end] += value;
            };
            block(rank(kind.first), rank(kind.end), -count / (inside * inside));
            block(rank(kind.entered), m, count / (entered * entered));
        }
        for row in 0..width {
            for column in 1..width {
                corners[row * width + column] += corners[row * width + column - 1];
            }
        }
        for index in width..width * width {
            corners[index] += corners[index - width];
        }
        // Bordered by the condition that the changes sum to zero.
        let mut system: Vec<Vec<f64>> = (0..m)
            .map(|row| {
                let mut line = corners[row * width..row * width + m].to_vec();
                line.extend([1.0, -score[alive[row]]]);
                line
            })
            .collect();
        let mut border = vec![1.0; m];
        border.extend([0.0, 0.0]);
        system.push(border);
        let change = solve_square(system)?;
        let mut share = 1.0;
        for _ in 0..12 {
            let mut next = held.clone();
            for (&cell, change) in alive.iter().zip(&change) {
                next[cell] = (mass[cell] + share * change).max(0.0);
            }
            let next = normalised(next);
            if self.score(&next, score, sums).is_some_and(|found| found.0 > before) {
                return Some(next);
            }
            share *= 0.4;
        }
        None
    }
}

/// Solves a square system whose lines end in the right-hand side, by elimination with partial pivoting.
fn solve_square(mut lines: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let n = lines.len();
    for column in 0..n {
        let pivot = (column..n).max_by(|&a, &b| lines[a][column].abs().total_cmp(&lines[b][column].abs()))?;
        lines.swap(column, pivot);
        let (done, rest) = lines.split_at_mut(column + 1);
        let top = done.last()?;
        if top[column] == 0.0 || !top[column].is_finite() {
            return None;
        }
        for line in rest {
            let factor = line[column] / top[column];
            if factor != 0.0 {
                for index in column..=n {
                    line[index] -= factor * top[index];
                }
            }
        }
    }
    let mut solution = vec![0.0; n];
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|column| lines[row][column] * solution[column]).sum();
        solution[row] = (lines[row][n] - known) / lines[row][row];
    }
    solution.iter().all(|value: &f64| value.is_finite()).then_some(solution)
}

fn normalised(mut mass: Vec<f64>) -> Vec<f64> {
    let total: f64 = mass.iter().sum();
    mass.iter_mut().for_each(|mass| *mass /= total);
    mass
}

/// One self-consistency step: p(1 + score/subjects), which keeps the sum at one.
fn step(mass: &[f64], score: &[f64], subjects: f64) -> Vec<f64> {
    let stepped = |(mass, score): (&f64, &f64)| (mass * (1.0 + score / subjects)).max(0.0);
    normalised(mass.iter().zip(score).map(stepped).collect())
}

/// Running sums of mass from both ends, so that what little lies beyond a late entry keeps its digits.
#[derive(Default)]
struct Sums {
    from_left: Vec<f64>,
    from_right: Vec<f64>,
}

impl Sums {
    fn of(&mut self, mass: &[f64]) {
        self.from_left.clear();
        self.from_left.push(0.0);
        let mut total = 0.0;
        for mass in mass {
            total += mass;
            self.from_left.push(total);
        }
        self.from_right.clear();
        self.from_right.resize(mass.len() + 1, 0.0);
        total = 0.0;
        for (index, mass) in mass.iter().enumerate().rev() {
            total += mass;
            self.from_right[index] = total;
        }
    }

    fn between(&self, first: usize, end: usize) -> f64 {
        if self.from_left[first] < self.from_right[end] {
            self.from_left[end] - self.from_left[first]
        } else {
            self.from_right[first] - self.from_right[end]
        }
    }
}
