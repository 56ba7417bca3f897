//! What a curve is asked: when, how many by a time, how long on average, and who was left.

use std::ops::Range;

use super::{Caution, KaplanMeier, Stand, SurvivalRow};
use crate::distribution::two_sided_z;
use crate::estimate::Estimate;
use crate::reason::Reason;
use crate::risk_table::{Spell, check_spell};

/// Two survival levels closer than this are the same; the product of n fractions carries rounding errors of this kind.
const LEVEL_TOLERANCE: f64 = 1e-9;

/// Of the time until an age, the most that may not have been watched where the share with the event by that age is told.
const LATEST_BEGINNING: f64 = 0.2;

/// How an interval before the first event is made.
const NO_EVENT: &str = "Kaplan-Meier, no event yet: exact bound for an even hazard";

impl KaplanMeier {
    /// When an emptied risk set sent the curve to zero, if it did.
    fn emptied_at(&self) -> Option<f64> {
        self.cautions.iter().find_map(|caution| match caution {
            Caution::RiskSetEmptied { time, .. } => Some(*time),
            _ => None,
        })
    }

    /// Refuses times before the first entry or after the last exit, unless the curve has reached zero by then.
    fn observed_until(&self, time: f64) -> Result<(), Reason> {
        let died_out = self.stands.last().is_some_and(|last| last.survival == 0.0);
        if time.is_finite() && time >= self.origin && (time <= self.end || died_out) {
            return Ok(());
        }
        Err(Reason::OutsideObservation {
            from: self.origin,
            to: self.end,
        })
    }

    /// The last row up to a time, it included.
    fn row_at(&self, time: f64) -> Option<SurvivalRow> {
        let mut steps = self.steps();
        let later = steps.partition_point(|part| part.rows.begin() <= time);
        let part = steps.drain(..later).next_back()?;
        self.rows_of(part).take_while(|row| row.time <= time).last()
    }

    /// The first time by which survival has fallen to one half, with its interval.
    ///
    /// # Errors
    /// As [`KaplanMeier::time_to_survival`].
    pub fn median(&self) -> Result<Estimate, Reason> {
        self.time_to_survival(0.5)
    }

    /// The first time t with S(t) ≤ `survival`. The interval is read off the pointwise bounds in the same way
    /// (Brookmeyer & Crowley 1982, Biometrics 38, 29–41), as R's `survfit` does: low where the lower bound crosses,
    /// high where the upper does.
    ///
    /// Where the curve stands at `survival` exactly, R takes the middle of that step and we its beginning, as lifelines
    /// does. A bound that never crosses is `None`, with [`Reason::NotReached`].
    ///
    /// # Errors
    /// [`Reason::AllCensored`] without events; [`Reason::NotReached`] when the curve stays above;
    /// [`Reason::RiskSetEmptied`] when only the emptying of a left-truncated risk set took it there;
    /// [`Reason::OutOfRange`] unless 0 < `survival` < 1.
    pub fn time_to_survival(&self, survival: f64) -> Result<Estimate, Reason> {
        if !(survival > 0.0 && survival < 1.0) {
            return Err(Reason::OutOfRange {
                what: "survival",
                index: 0,
                must: "strictly between 0 and 1",
            });
        }
        if self.events == 0 {
            return Err(Reason::AllCensored);
        }
        let not_reached = Reason::NotReached { level: survival };
        let reached = |value: f64| value <= survival + LEVEL_TOLERANCE;
        let steps = self.steps();
        // The curve does not rise, so the part in which it gets there can be told by where it stands after the parts.
        let part = self.stands[1..].partition_point(|after| !reached(after.survival));
        let Some(crossed) = steps.get(part).cloned() else {
            return Err(not_reached);
        };
        let mut crossed = crossed.filter(|(_, stand)| reached(stand.survival));
        let value = crossed.next().map(|(row, _)| row.time).ok_or(not_reached.clone())?;
        if let Some(time) = self.emptied_at().filter(|&time| value >= time) {
            return Err(Reason::RiskSetEmptied { time });
        }
        // The lower bound gets there no later than the curve, the upper one no earlier.
        let low = self.bound_reaches(survival, |(low, _)| low, 0..part + 1);
        let high = self.bound_reaches(survival, |(_, high)| high, part..steps.len());
        Ok(Estimate {
            value,
            // The lower bound has crossed by the time the curve has, unless the curve jumped to zero, where it has no
            // bound.
            ci_low: low.filter(|&low| low <= value),
            ci_high: high,
            n: self.spells,
            level: self.level,
            method: self.transform.name(),
            no_interval: (low.is_none_or(|low| low > value) || high.is_none()).then_some(not_reached),
        })
    }

    /// When a bound first is as low as `survival`, within these parts of the table. Where there is no bound, nothing is reached.
    fn bound_reaches(&self, survival: f64, bound: fn((f64, f64)) -> f64, parts: Range<usize>) -> Option<f64> {
        let at = |stand: Stand| bound(self.transform.interval(stand, self.z));
        // Within a part survival falls and Greenwood's sum grows, and on every scale a bound over all such pairs is least at one of three
        // corners. So parts without a chance are told by these, with a little more for the rounding; what is not a number tells nothing.
        let is_above = |part: usize| {
            let (before, after) = (self.stands[part], self.stands[part + 1]);
            let corners = [
                Stand {
                    greenwood: after.greenwood,
                    ..before
                },
                Stand {
                    greenwood: before.greenwood,
                    ..after
                },
                after,
            ];
            corners
                .map(at)
                .iter()
                .all(|least| *least > survival + 2.0 * LEVEL_TOLERANCE)
        };
        let mut steps = self.steps();
        let mut steps = steps
            .drain(parts.clone())
            .zip(parts)
            .filter(|(_, part)| !is_above(*part));
        let reached = |stand: Stand| stand.has_bounds() && at(stand) <= survival + LEVEL_TOLERANCE;
        steps.find_map(|(mut steps, _)| steps.find(|(_, stand)| reached(*stand)).map(|(row, _)| row.time))
    }

    /// Survival beyond `time`, with its pointwise interval. `n` counts the spells behind the whole curve.
    ///
    /// Before the first event there is no variance to go by. The lower bound then is the survival under which as much time without an event
    /// would be seen with the probability of one tail, were the hazard even from the curve's beginning on: tail^(1/n), n the mean number at
    /// risk until `time`. With everybody at risk all the time it is [`clopper_pearson`](crate::clopper_pearson)'s of no event among n; for
    /// a rate, [`garwood`](crate::garwood)'s. (With no assumption n is the smallest risk set; Fay, Brittain & Proschan 2013, Biostatistics
    /// 14, 723–736. Where subjects enter late, one by one, that is the first of them.) The method says so.
    ///
    /// # Errors
    /// [`Reason::OutsideObservation`] before the first entry or after the last exit (unless the curve has reached zero
    /// by then); [`Reason::RiskSetEmptied`] from the time at which a left-truncated risk set emptied.
    pub fn survival_at(&self, time: f64) -> Result<Estimate, Reason> {
        self.observed_until(time)?;
        if let Some(emptied) = self.emptied_at().filter(|&emptied| time >= emptied) {
            return Err(Reason::RiskSetEmptied { time: emptied });
        }
        let row = self.row_at(time);
        let value = row.map_or(1.0, |row| row.survival);
        let (bounds, method) = match row.and_then(|row| row.ci_low.zip(row.ci_high)) {
            Some(bounds) => (Ok(bounds), self.transform.name()),
            None if value == 0.0 => (Err(Reason::SurvivalZero), self.transform.name()),
            None => (self.no_event_by(time), NO_EVENT),
        };
        Ok(Estimate::with_interval(value, bounds, self.spells, self.level, method))
    }

    /// The bounds of survival beyond a time before the first event.
    fn no_event_by(&self, time: f64) -> Result<(f64, f64), Reason> {
        let since = |other: f64| (time - other).max(0.0);
        let entered: f64 = self
            .table
            .early_entries
            .iter()
            .map(|&(entry, count)| count as f64 * since(entry))
            .sum();
        let left: f64 = self
            .table
            .rows()
            .take_while(|row| row.time < time)
            .map(|row| row.censored as f64 * since(row.time))
            .sum();
        let watched = self.table.from_origin as f64 * since(self.origin) + entered - left;
        if watched <= 0.0 {
            return Err(Reason::NoEventYet);
        }
        Ok((self.level.tail().powf(since(self.origin) / watched), 1.0))
    }

    /// How many are at risk just before each time, have had the event by then (at it included), and were censored by then: the table
    /// under a plotted curve. Times need no order.
    ///
    /// # Errors
    /// [`Reason::NotFinite`] and [`Reason::OutOfRange`] for spells as of [`RiskTable::new`](crate::RiskTable::new).
    pub fn at_risk_table(spells: &[Spell], times: &[f64]) -> Result<Vec<AtRisk>, Reason> {
        spells
            .iter()
            .enumerate()
            .try_for_each(|(index, spell)| check_spell(index, spell))?;
        let sorted = |mut times: Vec<f64>| {
            times.sort_unstable_by(f64::total_cmp);
            times
        };
        let entries = sorted(spells.iter().map(|spell| spell.entry).collect());
        let exits = |event: bool| sorted(spells.iter().filter(|s| s.event == event).map(|s| s.exit).collect());
        let (events, censored) = (exits(true), exits(false));
        let row = |&time: &f64| {
            let before = |times: &[f64]| times.partition_point(|&other| other < time) as u64;
            let until = |times: &[f64]| times.partition_point(|&other| other <= time) as u64;
            AtRisk {
                time,
                at_risk: before(&entries) - before(&events) - before(&censored),
                events: until(&events),
                censored: until(&censored),
            }
        };
        Ok(times.iter().map(row).collect())
    }

    /// Restricted mean survival time: the area under the curve from its origin to `until`, the mean time lived up to then, with the normal
    /// interval of its variance Σ (area right of t)²·d/(n(n − d)) over event times t up to `until` (Klein & Moeschberger 2003, section 4.5;
    /// R's `print.survfit(rmean = )`).
    ///
    /// # Errors
    /// [`Reason::OutsideObservation`] for a time before the first entry or after the last exit; [`Reason::RiskSetEmptied`] when left
    /// truncation sent the curve to zero before. Without events before `until` the value stands without interval.
    pub fn restricted_mean(&self, until: f64) -> Result<Estimate, Reason> {
        self.observed_until(until)?;
        if let Some(time) = self.emptied_at().filter(|&time| time < until) {
            return Err(Reason::RiskSetEmptied { time });
        }
        // Areas of the steps, then the sums of those to the right of each event.
        let within: Vec<SurvivalRow> = self.rows().take_while(|row| row.time <= until).collect();
        let ends = within.iter().map(|row| row.time).skip(1).chain([until]);
        let steps: Vec<f64> = within
            .iter()
            .zip(ends)
            .map(|(row, end)| row.survival * (end - row.time))
            .collect();
        let first = within.first().map_or(until, |row| row.time) - self.origin;
        let (mut right, mut variance) = (0.0, 0.0);
        for (row, step) in within.iter().zip(&steps).rev() {
            right += step;
            if row.events > 0 && row.events < row.at_risk {
                let (at_risk, events) = (row.at_risk as f64, row.events as f64);
                variance += right * right * events / (at_risk * (at_risk - events));
            }
        }
        let value = first + right;
        let interval = if variance > 0.0 {
            two_sided_z(self.level).map(|z| {
                let half = z * f64::sqrt(variance);
                ((value - half).max(0.0), (value + half).min(until - self.origin))
            })
        } else {
            Err(Reason::NoEventYet)
        };
        Ok(Estimate::with_interval(
            value,
            interval,
            self.spells,
            self.level,
            "restricted mean survival, normal interval",
        ))
    }

    /// Share with the event by `age`, 1 − S(age), with the pointwise interval turned round: the share suspended by an age in days
    /// (Conway et al. 2017).
    ///
    /// A curve that begins late tells of those who got so far, which hardly touches survival and makes a small share much smaller: by half, when
    /// half of the time until `age` was not watched and the hazard is even.
    ///
    /// # Errors
    /// As [`KaplanMeier::survival_at`]; [`Reason::BeginsLate`] where the curve begins after a fifth of the time until `age`.
    pub fn event_share_at(&self, age: f64) -> Result<Estimate, Reason> {
        let survival = self.survival_at(age)?;
        if self.origin > LATEST_BEGINNING * age {
            return Err(Reason::BeginsLate {
                begins: self.origin,
                age,
            });
        }
        Ok(Estimate {
            value: 1.0 - survival.value,
            ci_low: survival.ci_high.map(|high| 1.0 - high),
            ci_high: survival.ci_low.map(|low| 1.0 - low),
            ..survival
        })
    }
}

/// Who is left at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AtRisk {
    /// The time.
    pub time: f64,
    /// At risk just before it.
    pub at_risk: u64,
    /// Events up to it, it included.
    pub events: u64,
    /// Censorings up to it, it included.
    pub censored: u64,
}
