//! Sums over independent units, such as persons with several accounts: what means, rates and shares of all of them rest on, and how far
//! those are from what other units would have given.

use crate::bootstrap::Bootstrap;
use crate::descriptive::quantile_of_sorted;
use crate::distribution::two_sided_t;
use crate::estimate::Estimate;
use crate::jackknife::jackknife_error;
use crate::reason::{Reason, at_least, finite};

/// A residual smaller than this share of what it is the difference of is rounding, and no spread.
const ROUNDING: f64 = 1e-12;

/// Of one unit in one part, a total and its weight.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sum {
    part: usize,
    total: f64,
    weight: f64,
}

/// Totals y and weights x of independent units, each in one or more parts (samples of a window; where there are none, part 0).
///
/// Their number is the mean over parts of Σ y / Σ x: a mean where weights count values, a rate where they are time, a share where totals
/// count some of what weights count.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitSums {
    /// One after the other, each unit's by part.
    sums: Vec<Sum>,
    /// Where each unit's sums end.
    ends: Vec<usize>,
    parts: usize,
}

/// What a unit adds to the number: its residual and its weight, each as a share of all weight, the mean over parts.
#[derive(Debug, Clone, Copy)]
struct Influence {
    /// y − x·Σ y / Σ x, over Σ x.
    residual: f64,
    /// x over Σ x.
    weight: f64,
}

/// The number of some units, what each of them adds to it, and its standard error.
pub(crate) struct Linearised {
    /// Mean over the parts of Σ y / Σ x.
    pub(crate) value: f64,
    /// By unit.
    influences: Vec<Influence>,
    /// Root of G/(G − 1)·Σ z² for residuals z of G units.
    pub(crate) std_error: f64,
}

impl UnitSums {
    /// Takes part, total and weight of each unit, as often as it has any; those of one part are added up. A part without weight counts for
    /// nothing.
    ///
    /// # Errors
    /// [`Reason::NotFinite`] and [`Reason::OutOfRange`] for totals and weights that are not finite, or weights that are negative, `index`
    /// being the unit's position; [`Reason::TooFew`] without units; [`Reason::ZeroDenominator`] where no part has a weight.
    pub fn new<U>(units: impl IntoIterator<Item = U>) -> Result<Self, Reason>
    where
        U: IntoIterator<Item = (usize, f64, f64)>,
    {
        let (mut sums, mut ends): (Vec<Sum>, Vec<usize>) = (Vec::new(), Vec::new());
        for (index, unit) in units.into_iter().enumerate() {
            let start = sums.len();
            for (part, total, weight) in unit {
                for (what, number) in [("total", total), ("weight", weight)] {
                    if !number.is_finite() {
                        return Err(Reason::NotFinite { what, index });
                    }
                }
                if weight < 0.0 {
                    return Err(Reason::OutOfRange {
                        what: "weight",
                        index,
                        must: "not negative",
                    });
                }
                sums.push(Sum { part, total, weight });
            }
            // Stable: what is added up is added in the order given.
            sums[start..].sort_by_key(|sum| sum.part);
            let mut kept = start;
            for at in start..sums.len() {
                if kept > start && sums[kept - 1].part == sums[at].part {
                    sums[kept - 1].total += sums[at].total;
                    sums[kept - 1].weight += sums[at].weight;
                } else {
                    sums[kept] = sums[at];
                    kept += 1;
                }
            }
            sums.truncate(kept);
            ends.push(kept);
        }
        at_least(1, ends.len())?;
        let parts = sums.iter().map(|sum| sum.part + 1).max().unwrap_or_default();
        if sums.iter().all(|sum| sum.weight == 0.0) {
            return Err(Reason::ZeroDenominator { what: "the weight" });
        }
        Ok(Self { sums, ends, parts })
    }

    /// Number of units.
    #[must_use]
    pub fn units(&self) -> usize {
        self.ends.len()
    }

    /// Whether totals are nowhere negative.
    fn not_negative(&self) -> bool {
        self.sums.iter().all(|sum| sum.total >= 0.0)
    }

    /// Whether totals are nowhere negative nor above their weights.
    pub(crate) fn within_weights(&self) -> bool {
        self.sums.iter().all(|sum| (0.0..=sum.weight).contains(&sum.total))
    }

    fn of(&self, unit: usize) -> std::ops::Range<usize> {
        let start = unit.checked_sub(1).map_or(0, |before| self.ends[before]);
        start..self.ends[unit]
    }

    /// The number and its standard error by the linearised ratio (Taylor series; Cochran 1977, Sampling Techniques, section 6.3 and, of
    /// clusters, 9A.1).
    pub(crate) fn linearised(&self) -> Result<Linearised, Reason> {
        let mut whole = vec![(0.0, 0.0); self.parts];
        for sum in &self.sums {
            let (total, weight) = &mut whole[sum.part];
            *total += sum.total;
            *weight += sum.weight;
        }
        let ratios: Vec<f64> = whole.iter().map(|(total, weight)| ratio(*total, *weight)).collect();
        let present = whole.iter().filter(|(_, weight)| *weight > 0.0).count() as f64;
        let value = finite("mean", ratios.iter().sum::<f64>() / present)?;
        let residual = |sum: &Sum| {
            let expected = ratios[sum.part] * sum.weight;
            let residual = sum.total - expected;
            let rounding = residual.abs() <= ROUNDING * (sum.total.abs() + expected.abs());
            if rounding { 0.0 } else { residual }
        };
        let influence = |unit: usize| {
            let mean_share = |number: &dyn Fn(&Sum) -> f64| {
                let sums = self.sums[self.of(unit)].iter();
                sums.map(|sum| ratio(number(sum), whole[sum.part].1)).sum::<f64>() / present
            };
            Influence {
                residual: mean_share(&residual),
                weight: mean_share(&|sum| sum.weight),
            }
        };
        let influences: Vec<Influence> = (0..self.units()).map(influence).collect();
        let squares: f64 = influences.iter().map(|unit| unit.residual.powi(2)).sum();
        let units = self.units() as f64;
        Ok(Linearised {
            value,
            std_error: finite("standard error", (squares * units / (units - 1.0).max(1.0)).sqrt())?,
            influences,
        })
    }
}

impl Linearised {
    /// Degrees of freedom of the design effect of a share of `elements` (its variance by unit over that of as many independent ones): 2 over
    /// the square of its relative error (Satterthwaite 1946, Biometrics Bulletin 2, 110–114), which is that of the effect without each unit in
    /// turn (jackknife). From 1 to one less than there are units. Of several parts, the effect is that of what units add to their mean.
    ///
    /// Where few units have what is rare, and one of them much of it, they are few; where every unit is one element, the effect is 1 whoever
    /// is left out.
    pub(crate) fn design_freedom(&self, elements: f64) -> Result<f64, Reason> {
        let most = (self.influences.len() as f64 - 1.0).max(1.0);
        let sum = |product: &dyn Fn(&Influence) -> f64| self.influences.iter().map(product).sum::<f64>();
        let squares = sum(&|unit| unit.residual.powi(2));
        let products = sum(&|unit| unit.residual * unit.weight);
        let weights = sum(&|unit| unit.weight.powi(2));
        let whole = squares / (self.value * (1.0 - self.value));
        let without = |unit: &Influence| {
            let rest = 1.0 - unit.weight;
            // How much lower the share is without it.
            let lower = unit.residual / rest;
            let share = self.value - lower;
            let squares = squares - unit.residual.powi(2)
                + 2.0 * lower * (products - unit.residual * unit.weight)
                + lower.powi(2) * (weights - unit.weight.powi(2));
            let effect = squares / (share * (1.0 - share) * rest) / whole;
            // Where what is rare was of this unit alone, all that is left is alike: as if elements were independent.
            let left = share > ROUNDING && 1.0 - share > ROUNDING && rest > ROUNDING && effect.is_finite();
            if left { effect } else { 1.0 / (whole * elements) }
        };
        let without: Vec<f64> = self.influences.iter().map(without).collect();
        let error = jackknife_error(&without)?;
        Ok((2.0 / error.powi(2)).clamp(1.0, most))
    }
}

fn ratio(total: f64, weight: f64) -> f64 {
    if weight > 0.0 { total / weight } else { 0.0 }
}

impl Bootstrap {
    /// The number of some units with the studentised (bootstrap-t) interval: value − t·s from the upper to the lower tail of
    /// t = (resampled − value)/s, each resample with its own linearised standard error s (Efron & Tibshirani 1993, section 12.5; Hesterberg
    /// 2015, The American Statistician 69, 371–386, section 5.3.3). Of skewed numbers a resample that happens to be low has a small s, which
    /// quantiles of resampled values know nothing of. Units are drawn whole; `interval` is not asked.
    ///
    /// Of several parts, t is that of the ratio of units' residuals to their weights, each the mean over parts of what it adds to them.
    ///
    /// A t is held within Student's for one degree of freedom: a resample in which all units drawn are nearly alike says no more than that
    /// two values do. So intervals of very few units are wide and finite, and that of two is Student's. Where no total is negative the
    /// lower bound is not either. `n` counts units.
    ///
    /// # Errors
    /// [`Reason::TooFew`] with fewer than 100 resamples; [`Reason::NotRepresentable`] for numbers too large. One unit, units that are all
    /// alike, and more than 1 % of resamples without weight give the value without interval.
    pub fn studentised(&self, sums: &UnitSums) -> Result<Estimate, Reason> {
        self.check(sums.units())?;
        let whole = sums.linearised()?;
        let interval = match sums.units() {
            1 => Err(Reason::TooFew { needed: 2, found: 1 }),
            _ if whole.std_error == 0.0 => Err(Reason::Constant),
            _ => two_sided_t(self.level, 1.0).and_then(|most| {
                let ts = self.sorted(self.resampled_ts(&whole.influences, most))?;
                let at = |share: f64| whole.value - quantile_of_sorted(&ts, share) * whole.std_error;
                let (low, high) = (at(1.0 - self.level.tail()), at(self.level.tail()));
                let low = if sums.not_negative() { low.max(0.0) } else { low };
                Ok((low.min(whole.value), high.max(whole.value)))
            }),
        };
        let method = "bootstrap, studentised interval";
        Ok(Estimate::with_interval(
            whole.value,
            interval,
            sums.units() as u64,
            self.level,
            method,
        ))
    }

    /// The t of every resample that has weight, within ± `most`: that of the ratio of its residuals to its weights.
    fn resampled_ts(&self, influences: &[Influence], most: f64) -> Vec<f64> {
        let units = influences.len() as f64;
        let mut ts = Vec::with_capacity(self.resamples as usize);
        self.resample_times(influences.len(), |times| {
            let (mut residuals, mut weights) = (0.0, 0.0);
            let (mut squares, mut products, mut squared_weights) = (0.0, 0.0, 0.0);
            for (Influence { residual, weight }, times) in influences.iter().zip(times) {
                let times = f64::from(*times);
                residuals += times * residual;
                weights += times * weight;
                squares += times * residual * residual;
                products += times * residual * weight;
                squared_weights += times * weight * weight;
            }
            if weights > 0.0 {
                let shift = residuals / weights;
                // Σ (z − shift·w)², which rounding may carry below zero where all units drawn are alike.
                let spread = (squares - 2.0 * shift * products + shift * shift * squared_weights).max(0.0);
                let t = residuals / (spread * units / (units - 1.0)).sqrt();
                ts.push(if residuals == 0.0 { 0.0 } else { t.clamp(-most, most) });
            }
        });
        ts
    }
}
