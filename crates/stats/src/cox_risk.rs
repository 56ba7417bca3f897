//! Risk sets of Cox's model: sums over who is at risk, and what follows from them.

use std::borrow::Cow;

use rayon::prelude::*;

use crate::descriptive::{mean, standard_deviation};
use crate::order::{number_key, positions, sorted, time_key};
use crate::reason::Reason;
use crate::risk_table::Spell;
use crate::symmetric::{Cholesky, Symmetric};

/// Spells and covariates, sorted for passes from the last exit to the first within each stratum.
pub(crate) struct Design {
    /// Standardised covariates, a row a spell.
    rows: Vec<f64>,
    width: usize,
    exits: Vec<f64>,
    entries: Vec<f64>,
    events: Vec<bool>,
    /// Ranges of the strata, and within each the positions by entry from the last to the first, those watched from the origin
    /// left out.
    strata: Vec<(std::ops::Range<usize>, Vec<u32>)>,
    /// Position in the caller's slices.
    origin: Vec<u32>,
    /// What each covariate was divided by.
    pub(crate) scales: Vec<f64>,
}

/// The model at one set of coefficients (of standardised covariates).
pub(crate) struct Evaluation {
    pub(crate) log_likelihood: f64,
    pub(crate) gradient: Vec<f64>,
    pub(crate) information: Symmetric,
    events: f64,
}

impl Evaluation {
    /// The factor of the information; the first covariate that the risk sets say nothing of, where there is one.
    pub(crate) fn factor(&self) -> Result<Cholesky, usize> {
        // Sums from which late entries were taken away keep their rounding: in units of the standard deviation and per event, less
        // than this is nothing.
        let silent = |&index: &usize| self.information.get(index, index) <= 1e-12 * self.events;
        match (0..self.gradient.len()).find(silent) {
            Some(index) => Err(index),
            None => self.information.cholesky(),
        }
    }
}

/// Sums over a risk set, or over those whose event ties there.
struct Sums {
    risk: f64,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Sums {
    fn zero(width: usize, squares: bool) -> Self {
        Sums {
            risk: 0.0,
            first: vec![0.0; width],
            second: vec![0.0; if squares { width * (width + 1) / 2 } else { 0 }],
        }
    }

    /// Adds a spell. The few covariates that most models have are worth loops of a known length.
    #[inline]
    fn add(&mut self, risk: f64, row: &[f64]) {
        match row.len() {
            1 => self.add_wide::<1>(risk, row),
            2 => self.add_wide::<2>(risk, row),
            3 => self.add_wide::<3>(risk, row),
            4 => self.add_wide::<4>(risk, row),
            5 => self.add_wide::<5>(risk, row),
            6 => self.add_wide::<6>(risk, row),
            width => self.add_row(risk, row, width),
        }
    }

    #[inline(always)]
    fn add_wide<const WIDTH: usize>(&mut self, risk: f64, row: &[f64]) {
        self.add_row(risk, row, WIDTH);
    }

    // By index: zipped iterators take far longer in the profile in use.
    #[inline(always)]
    fn add_row(&mut self, risk: f64, row: &[f64], width: usize) {
        self.risk += risk;
        let (row, first) = (&row[..width], &mut self.first[..width]);
        for index in 0..width {
            first[index] += risk * row[index];
        }
        if !self.second.is_empty() {
            let second = &mut self.second[..width * (width + 1) / 2];
            let mut start = 0;
            for index in 0..width {
                let left = risk * row[index];
                for other in 0..index + 1 {
                    second[start + other] += left * row[other];
                }
                start += index + 1;
            }
        }
    }

    fn clear(&mut self) {
        self.risk = 0.0;
        self.first.fill(0.0);
        self.second.fill(0.0);
    }
}

/// What each event time adds, for residuals: ascending within its stratum.
pub(crate) struct Moments {
    strata: Vec<Vec<Moment>>,
}

struct Moment {
    time: f64,
    /// Sums up to and with this time of 1/φ and of z/φ, where φ is the (Efron-weighted) sum of risks and z the mean covariate.
    hazard: f64,
    weighted: Vec<f64>,
    /// What those with the event here are spared of it.
    spared: f64,
    spared_weighted: Vec<f64>,
    /// Mean covariate over Efron's steps.
    centre: Vec<f64>,
}

/// Of the spells in order of stratum and then from the last exit to the first, those at risk at some event of their stratum: the likelihood
/// does not see the others, whose covariates, however extreme, must not make those of the rest look all alike.
fn compared(mut order: Vec<u32>, spells: &[Spell], stratum: impl Fn(u32) -> u64) -> Vec<u32> {
    let spell = |index: u32| &spells[index as usize];
    let mut is_compared = vec![false; spells.len()];
    for same in order.chunk_by(|&a, &b| stratum(a) == stratum(b)) {
        // The last event up to an exit.
        let mut last_event = f64::NEG_INFINITY;
        for tied in same.chunk_by(|&a, &b| spell(a).exit == spell(b).exit).rev() {
            if tied.iter().any(|&index| spell(index).event) {
                last_event = spell(tied[0]).exit;
            }
            for &index in tied {
                is_compared[index as usize] = last_event > spell(index).entry;
            }
        }
    }
    order.retain(|&index| is_compared[index as usize]);
    order
}

impl Design {
    pub(crate) fn new(spells: &[Spell], covariates: &[&[f64]], strata: Option<&[u64]>) -> Result<Self, Reason> {
        let width = covariates.len();
        let stratum = |index: u32| strata.map_or(0, |strata| strata[index as usize]);
        let key = |index: u32| spells[index as usize].exit + 0.0;
        let origin: Vec<u32> = match strata {
            None => positions(spells, |spell| !time_key(spell.exit)),
            Some(strata) => {
                let keys = strata.par_iter().zip(spells).enumerate();
                let key = |(index, (&stratum, spell)): (usize, (&u64, &Spell))| {
                    (stratum, (!time_key(spell.exit), index as u32))
                };
                let keys: Vec<(u64, (u64, u32))> = keys.map(key).collect();
                sorted(vec![keys]).iter().map(|key| key.1.1).collect()
            }
        };
        let origin = compared(origin, spells, stratum);
        let (mut centres, mut scales) = (Vec::new(), Vec::new());
        for (index, values) in covariates.iter().enumerate() {
            let values = match origin.len() == values.len() {
                true => Cow::Borrowed(*values),
                false => origin.iter().map(|&index| values[index as usize]).collect(),
            };
            let spread = if values.len() > 1 {
                standard_deviation(&values)?
            } else {
                0.0
            };
            if spread == 0.0 {
                return Err(Reason::Collinear { index });
            }
            centres.push(mean(&values)?);
            scales.push(spread);
        }
        let mut rows = vec![0.0; origin.len() * width];
        let standardise = |(row, &index): (&mut [f64], &u32)| {
            for (column, x) in row.iter_mut().enumerate() {
                *x = (covariates[column][index as usize] - centres[column]) / scales[column];
            }
        };
        rows.par_chunks_exact_mut(width).zip(&origin).for_each(standardise);
        let entry = |index: u32| spells[index as usize].entry + 0.0;
        let entries: Vec<f64> = origin.par_iter().map(|&index| entry(index)).collect();
        let mut ranges = Vec::new();
        let mut start = 0;
        for same in origin.chunk_by(|&a, &b| stratum(a) == stratum(b)) {
            let range = start..start + same.len();
            start = range.end;
            let entered = entries[range.clone()].iter().zip(range.start as u32..);
            let late: Vec<(u64, u32)> = entered
                .filter(|(entry, _)| **entry > f64::NEG_INFINITY)
                .map(|(&entry, position)| (!time_key(entry), position))
                .collect();
            let late = sorted(vec![late]);
            ranges.push((range, late.into_iter().map(|(_, position)| position).collect()));
        }
        Ok(Design {
            rows,
            width,
            exits: origin.par_iter().map(|&index| key(index)).collect(),
            entries,
            events: origin.par_iter().map(|&index| spells[index as usize].event).collect(),
            strata: ranges,
            origin,
            scales,
        })
    }

    fn row(&self, position: usize) -> &[f64] {
        &self.rows[position * self.width..(position + 1) * self.width]
    }

    fn predictors(&self, beta: &[f64]) -> Vec<f64> {
        let predictor = |row: &[f64]| row.iter().zip(beta).map(|(x, b)| x * b).sum::<f64>();
        let mut predictors: Vec<f64> = self.rows.par_chunks_exact(self.width).map(predictor).collect();
        // The likelihood does not see a common shift; without it exp could overflow.
        let highest = predictors.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        predictors.par_iter_mut().for_each(|predictor| *predictor -= highest);
        predictors
    }

    /// Visits every event time from last to first with its stratum, the spells whose event it is, and both sums.
    fn walk(&self, risks: &[f64], squares: bool, mut visit: impl FnMut(usize, f64, &[usize], &Sums, &Sums)) {
        let mut dying: Vec<usize> = Vec::new();
        for (stratum, (range, late)) in self.strata.iter().enumerate() {
            let mut at_risk = Sums::zero(self.width, squares);
            let mut tied = Sums::zero(self.width, squares);
            let mut leaving = late.as_slice();
            let mut next = range.start;
            while next < range.end {
                let time = self.exits[next];
                dying.clear();
                tied.clear();
                while next < range.end && self.exits[next] == time {
                    let (risk, row) = (risks[next], self.row(next));
                    at_risk.add(risk, row);
                    if self.events[next] {
                        dying.push(next);
                        tied.add(risk, row);
                    }
                    next += 1;
                }
                if dying.is_empty() {
                    continue;
                }
                while let [position, rest @ ..] = leaving
                    && self.entries[*position as usize] >= time
                {
                    let position = *position as usize;
                    at_risk.add(-risks[position], self.row(position));
                    leaving = rest;
                }
                visit(stratum, time, &dying, &at_risk, &tied);
            }
        }
    }

    // By index: zipped iterators take far longer in the profile in use.
    pub(crate) fn evaluate(&self, beta: &[f64]) -> Evaluation {
        let predictors = self.predictors(beta);
        let risks: Vec<f64> = predictors.par_iter().map(|predictor| predictor.exp()).collect();
        let mut log_likelihood = 0.0;
        let mut gradient = vec![0.0; self.width];
        let mut information = Symmetric::zero(self.width);
        let width = self.width;
        let squares = information.lower.len();
        let mut centre = vec![0.0; width];
        self.walk(&risks, true, |_, _, dying, at_risk, tied| {
            for &position in dying {
                log_likelihood += predictors[position];
                for (sum, x) in gradient.iter_mut().zip(self.row(position)) {
                    *sum += x;
                }
            }
            let (first, tied_first) = (&at_risk.first[..width], &tied.first[..width]);
            let (second, tied_second) = (&at_risk.second[..squares], &tied.second[..squares]);
            for step in 0..dying.len() {
                let share = step as f64 / dying.len() as f64;
                let risk = at_risk.risk - share * tied.risk;
                log_likelihood -= risk.ln();
                for index in 0..width {
                    centre[index] = (first[index] - share * tied_first[index]) / risk;
                    gradient[index] -= centre[index];
                }
                let sums = &mut information.lower[..squares];
                for index in 0..squares {
                    sums[index] += (second[index] - share * tied_second[index]) / risk;
                }
                information.add_outer(&centre, -1.0);
            }
        });
        Evaluation {
            log_likelihood,
            gradient,
            information,
            events: self.events.iter().filter(|&&event| event).count() as f64,
        }
    }

    pub(crate) fn moments(&self, beta: &[f64]) -> Moments {
        let risks: Vec<f64> = self
            .predictors(beta)
            .par_iter()
            .map(|predictor| predictor.exp())
            .collect();
        let mut strata: Vec<Vec<Moment>> = self.strata.iter().map(|_| Vec::new()).collect();
        let width = self.width;
        self.walk(&risks, false, |stratum, time, dying, at_risk, tied| {
            let mut moment = Moment {
                time,
                hazard: 0.0,
                weighted: vec![0.0; width],
                spared: 0.0,
                spared_weighted: vec![0.0; width],
                centre: vec![0.0; width],
            };
            for step in 0..dying.len() {
                let share = step as f64 / dying.len() as f64;
                let risk = at_risk.risk - share * tied.risk;
                moment.hazard += 1.0 / risk;
                moment.spared += share / risk;
                for index in 0..width {
                    let centre = (at_risk.first[index] - share * tied.first[index]) / risk;
                    moment.weighted[index] += centre / risk;
                    moment.spared_weighted[index] += share * centre / risk;
                    moment.centre[index] += centre / dying.len() as f64;
                }
            }
            strata[stratum].push(moment);
        });
        for moments in &mut strata {
            moments.reverse();
            let (mut hazard, mut weighted) = (0.0, vec![0.0; width]);
            for moment in moments {
                hazard += moment.hazard;
                moment.hazard = hazard;
                for (sum, value) in weighted.iter_mut().zip(&mut moment.weighted) {
                    *sum += *value;
                    *value = *sum;
                }
            }
        }
        Moments { strata }
    }

    /// What each spell adds to the score, given to `visit` with the spell's place in the caller's slices.
    pub(crate) fn score_residuals(&self, beta: &[f64], moments: &Moments, mut visit: impl FnMut(usize, &[f64])) {
        let risks: Vec<f64> = self
            .predictors(beta)
            .par_iter()
            .map(|predictor| predictor.exp())
            .collect();
        let mut residual = vec![0.0; self.width];
        for ((range, _), moments) in self.strata.iter().zip(&moments.strata) {
            for position in range.clone() {
                let until = |time: f64| moments.partition_point(|moment| moment.time <= time).checked_sub(1);
                let (left, reached) = (until(self.entries[position]), until(self.exits[position]));
                let own = reached.map(|index| &moments[index]).filter(|_| self.events[position]);
                for (index, (out, x)) in residual.iter_mut().zip(self.row(position)).enumerate() {
                    let total =
                        |at: Option<usize>| at.map_or(0.0, |at| x * moments[at].hazard - moments[at].weighted[index]);
                    let mut cost = total(reached) - total(left);
                    *out = 0.0;
                    if let Some(own) = own {
                        *out = x - own.centre[index];
                        cost -= x * own.spared - own.spared_weighted[index];
                    }
                    *out -= risks[position] * cost;
                }
                visit(self.origin[position] as usize, &residual);
            }
        }
    }

    /// Time and covariates less their mean in the risk set, for each event.
    pub(crate) fn schoenfeld(&self, moments: &Moments) -> Vec<(f64, Vec<f64>)> {
        let mut residuals = Vec::new();
        for ((range, _), moments) in self.strata.iter().zip(&moments.strata) {
            for position in range.clone().rev().filter(|&position| self.events[position]) {
                let time = self.exits[position];
                let moment = moments.partition_point(|moment| moment.time < time);
                let own = self.row(position).iter().zip(&moments[moment].centre);
                residuals.push((time, own.map(|(x, centre)| x - centre).collect()));
            }
        }
        residuals
    }

    /// Harrell's C over pairs within strata, by counts in a Fenwick tree over ranks of the predictor.
    pub(crate) fn concordance(&self, beta: &[f64]) -> Option<f64> {
        let predictors = self.predictors(beta);
        let ascending = positions(&predictors, |&predictor| number_key(predictor));
        let mut ranks = vec![0_u32; predictors.len()];
        let mut distinct = 0;
        for same in ascending.chunk_by(|&a, &b| predictors[a as usize] == predictors[b as usize]) {
            same.iter().for_each(|&position| ranks[position as usize] = distinct);
            distinct += 1;
        }
        let rank = |position: usize| ranks[position] as usize;
        let (mut concordant, mut tied, mut pairs) = (0_u64, 0_u64, 0_u64);
        for (range, late) in &self.strata {
            let mut counts = Fenwick::new(distinct as usize);
            let mut leaving = late.iter().map(|&position| position as usize).peekable();
            let mut next = range.start;
            while next < range.end {
                let time = self.exits[next];
                let end = next
                    + self.exits[next..range.end]
                        .iter()
                        .take_while(|&&exit| exit == time)
                        .count();
                for position in (next..end).filter(|&position| !self.events[position]) {
                    counts.add(rank(position), 1);
                }
                while let Some(position) = leaving.next_if(|&position| self.entries[position] >= time) {
                    counts.add(rank(position), -1);
                }
                for position in (next..end).filter(|&position| self.events[position]) {
                    let (below, up_to) = (counts.below(rank(position)), counts.below(rank(position) + 1));
                    concordant += below;
                    tied += up_to - below;
                    pairs += counts.total;
                }
                for position in (next..end).filter(|&position| self.events[position]) {
                    counts.add(rank(position), 1);
                }
                next = end;
            }
        }
        (pairs > 0).then(|| (concordant as f64 + tied as f64 / 2.0) / pairs as f64)
    }
}

/// Counts by rank, with running sums in logarithmic time (Fenwick 1994).
struct Fenwick {
    sums: Vec<i64>,
    total: u64,
}

impl Fenwick {
    fn new(size: usize) -> Self {
        Fenwick {
            sums: vec![0; size + 1],
            total: 0,
        }
    }

    fn add(&mut self, rank: usize, change: i64) {
        self.total = self.total.saturating_add_signed(change);
        let mut index = rank + 1;
        while index < self.sums.len() {
            self.sums[index] += change;
            index += index & index.wrapping_neg();
        }
    }

    /// Counted ranks below `rank`.
    fn below(&self, rank: usize) -> u64 {
        let (mut index, mut sum) = (rank, 0);
        while index > 0 {
            sum += self.sums[index];
            index &= index - 1;
        }
        sum.max(0) as u64
    }
}
