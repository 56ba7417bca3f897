//! Waves of suspensions: stretches of days at a higher rate than the rest.

use stats::{Counted, Level, Wave, WaveSearch, Waves, waves};
use tables::DAY_MS;

use crate::evidence::{Evidence, Group, bounds_ms};
use crate::figure::{Figure, Quantity};
use crate::hypotheses::Outcome;
use crate::persistence;
use crate::results::{Results, WaveRow};
use crate::suspension::{AtRisk, End, by_day, days_between_looks, intervals};

const COUNT: Quantity = Quantity {
    id: "suspension.waves",
    unit: "waves",
    definition: "stretches of days with more suspensions than the rest of the period: change points of the daily rate (Poisson \
                 likelihood with exposure, dispersion within stretches, penalty 3 ln(days)), counted; where looks lie further apart, of \
                 the rate from look to look; n is suspensions",
};
const SHARE: Quantity = Quantity {
    id: "suspension.wave_share",
    unit: "share",
    definition: "share of the suspensions that fell into waves; n is suspensions",
};
const RATIO: Quantity = Quantity {
    id: "suspension.wave_ratio",
    unit: "ratio",
    definition: "suspension rate in waves over that of all other days; the lower bound allows for the choice of the days with the \
                 highest rates; n is suspensions",
};
/// That suspensions come evenly.
const IN_WAVES: &str = "suspension.waves";
/// Why there is nothing of a window.
pub(crate) const WHOLE_PERIOD: &str = "looked for over the whole period only";
/// Why there is nothing of a group.
pub(crate) const NO_WAVE: &str = "no wave of suspensions was found";
/// Fewest days of a wave where accounts are looked at daily: what happened within one day may be one look at the accounts.
const FEWEST_DAYS: usize = 2;
/// Farthest apart, in days, that looks may lie for waves to be looked for: those that the studies tell of last some days, of which counts by
/// two weeks show nothing, nor that there was none.
const FARTHEST_APART: usize = 7;
/// Permutations of days behind the p-value.
const PERMUTATIONS: u32 = 499;

/// Waves, in days of the period.
pub(crate) struct Found {
    waves: Waves,
    /// How many days one of `waves` stands for.
    step: usize,
    /// Days of the period.
    days: usize,
}

impl Found {
    /// First day of a wave, and the one after its last.
    fn bounds(&self, wave: &Wave) -> (usize, usize) {
        (wave.from * self.step, (wave.to * self.step).min(self.days))
    }

    /// The same of all waves, in days since 1970, of a period that begins with day `first`.
    pub(crate) fn spans(&self, first: i64) -> Vec<(f64, f64)> {
        let at = |day: usize| (first + day as i64) as f64;
        let bounds = self.waves.waves.iter().map(|wave| self.bounds(wave));
        bounds.map(|(from, to)| (at(from), at(to))).collect()
    }
}

/// Measures them, and what came after.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    for group in Group::ALL {
        let found = found(evidence, group);
        for (position, window) in evidence.study.windows().iter().enumerate() {
            let unknown = match &found {
                _ if position > 0 => Some(WHOLE_PERIOD.to_owned()),
                found => found.as_ref().err().cloned(),
            };
            let (figures, outcome) = match (unknown, &found) {
                (None, Ok(found)) => (figures(found), together(found)),
                (reason, _) => {
                    let reason = reason.unwrap_or_default();
                    (
                        [COUNT, SHARE, RATIO].map(|quantity| Figure::absent(&quantity, reason.clone())),
                        Outcome::untested(RATIO.unit, IN_WAVES_METHOD, reason),
                    )
                }
            };
            for (quantity, figure) in [COUNT, SHARE, RATIO].iter().zip(figures) {
                results.measure(quantity, group.name(), window.name(), figure);
            }
            results.test(IN_WAVES, "suspensions", group.name(), window.name(), outcome);
        }
        let begun = bounds_ms(evidence.study.period()).0;
        if let Ok(found) = &found {
            let rows = found.waves.waves.iter().map(|wave| row(wave, found, begun)).collect();
            results.waves.insert(group.name().to_owned(), rows);
        }
        persistence::measure(evidence, group, found.as_ref(), results);
    }
}

fn found(evidence: &Evidence, group: Group) -> Result<Found, String> {
    if let Some(reason) = evidence.group_unknown(group) {
        return Err(reason.to_owned());
    }
    if evidence.checks.is_empty() {
        return Err("needs availability checks".to_owned());
    }
    let intervals = intervals(evidence, group);
    look_for(&intervals, bounds_ms(evidence.study.period()), evidence.seed)
}

fn look_for(intervals: &[AtRisk], bounds: (i64, i64), seed: u64) -> Result<Found, String> {
    let days = by_day(intervals, bounds, End::Suspended);
    // A suspension lies midway between two looks. Where many accounts are looked at together every few days, daily counts are a comb that
    // hides any wave, so one count has to reach from look to look.
    let step = days_between_looks(intervals, bounds).unwrap_or(1);
    if step > FARTHEST_APART {
        return Err(format!(
            "one in ten suspensions lies between looks at the account that are {step} days apart or more, so that nobody knows the day"
        ));
    }
    let counts: Vec<Counted> = days.chunks(step).map(|days| days.iter().copied().sum()).collect();
    let search = WaveSearch {
        penalty: None,
        fewest_days: if step == 1 { FEWEST_DAYS } else { 1 },
        overdispersed: true,
        permutations: PERMUTATIONS,
        seed,
        level: Level::P95,
    };
    let waves = waves(&counts, &search).map_err(|reason| reason.to_string())?;
    Ok(Found {
        waves,
        step,
        days: days.len(),
    })
}

/// How counts are made where looks lie further apart than a day.
fn coarse(found: &Found) -> String {
    match found.step {
        1 => String::new(),
        step => format!("counted by {step} days, as far apart as looks at nine in ten of the suspended accounts"),
    }
}

fn events(found: &Found) -> u64 {
    found.waves.segments.iter().map(|segment| segment.counted.events).sum()
}

fn figures(found: &Found) -> [Figure; 3] {
    let (all, waves) = (events(found), &found.waves);
    let inside: u64 = waves.waves.iter().map(|wave| wave.counted.events).sum();
    let count = Figure::plain(&COUNT, waves.waves.len() as f64, all);
    let count = match waves.p {
        Some(p) => count.noting(&format!(
            "p {p:.3} that the days' order is chance ({PERMUTATIONS} permutations); dispersion {:.2}",
            waves.dispersion.factor
        )),
        None => count,
    };
    let ratio = match waves.waves.is_empty() {
        true => Figure::absent(&RATIO, NO_WAVE).resting_on(all),
        false => Figure::of(&RATIO, waves.ratio(Level::P95)).resting_on(all),
    };
    [count, Figure::plain(&SHARE, inside as f64 / all as f64, all), ratio].map(|figure| figure.noting(&coarse(found)))
}

const IN_WAVES_METHOD: &str = "order of the days' counts of suspensions; permutation test of what change points of the rate save, one-sided, so \
                               there is no statistic; effect: suspension rate in the waves that were found over that of other days; n is \
                               suspensions";

/// Whether the order of days is no chance.
fn together(found: &Found) -> Outcome {
    let outcome = match found.waves.p {
        Some(p) => Outcome::tested(RATIO.unit, IN_WAVES_METHOD, None, p),
        None => Outcome::untested(RATIO.unit, IN_WAVES_METHOD, "no permutation was asked for"),
    };
    let outcome = outcome.resting_on(events(found)).noting(&coarse(found));
    match found.waves.waves.is_empty() {
        true => outcome.noting(&format!("no effect: {NO_WAVE}")),
        false => outcome.with_effect(found.waves.ratio(Level::P95)),
    }
}

fn row(wave: &Wave, found: &Found, begun: i64) -> WaveRow {
    let at = |day: usize| begun + day as i64 * DAY_MS;
    let (from, to) = found.bounds(wave);
    let ratio = wave.ratio.as_ref().ok();
    WaveRow {
        from_at: at(from),
        to_at: at(to) - 1,
        suspensions: wave.counted.events,
        account_days: wave.counted.exposure,
        excess: wave.excess,
        base_percent_per_day: 100.0 * found.waves.base_rate,
        ratio: ratio.map(|ratio| ratio.value),
        ratio_interval: ratio.and_then(stats::Estimate::interval),
        open: wave.open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::CheckRow;
    use crate::suspension::at_risk;
    use tables::State;

    /// Looks at 600 accounts every few days, all on the same days or each on its own, of whom every two-hundredth goes on a day and ten
    /// times as many on days 60 to 69 of 120.
    fn looks(every: i64, together: bool) -> Vec<AtRisk> {
        let mut intervals = Vec::new();
        for account in 0..600_i64 {
            let phase = if together { 0 } else { account % every };
            // As if by chance, the same on every design of looks.
            let goes = |day: i64| {
                let mut bits = (account * 1_000 + day) as u64;
                for _ in 0..3 {
                    bits = (bits ^ (bits >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                }
                (bits >> 32) % 1_000 < if (60..70).contains(&day) { 50 } else { 5 }
            };
            let mut look = phase;
            while look + every <= 120 {
                let gone = (look..look + every).any(goes);
                let state = if gone { State::Suspended } else { State::Active };
                let check = CheckRow {
                    account: account as u32,
                    checked_at: (look + every) * DAY_MS,
                    state,
                    previous: Some((look * DAY_MS, State::Active)),
                    before_in: Vec::new(),
                };
                intervals.extend(at_risk(&check));
                if gone {
                    break;
                }
                look += every;
            }
        }
        intervals
    }

    #[test]
    fn a_wave_is_found_however_far_apart_the_looks_lie() {
        for (every, together) in [(1, true), (2, true), (3, true), (7, true), (7, false)] {
            let found = look_for(&looks(every, together), (0, 120 * DAY_MS), 1).unwrap();
            let bounds: Vec<(usize, usize)> = found.waves.waves.iter().map(|wave| found.bounds(wave)).collect();
            assert_eq!(bounds.len(), 1, "every {every} days, together {together}: {bounds:?}");
            let (from, to) = bounds[0];
            // As well as one look tells from the next.
            let slack = every as usize;
            assert!(
                from.abs_diff(60) <= slack && to.abs_diff(70) <= slack,
                "every {every}: {from} to {to}"
            );
            assert_eq!(found.step, slack);
        }
        let reason = look_for(&looks(14, true), (0, 120 * DAY_MS), 1)
            .map(|_| ())
            .unwrap_err();
        assert!(reason.contains("14 days apart"), "{reason}");
    }
}
