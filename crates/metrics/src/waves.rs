//! Waves of suspensions: stretches of days at a higher rate than the rest; and persistence: whether a decline went on when a wave
//! was over.

use stats::{
    Bandwidth, Counted, Level, SegmentedRegression, Wave, WaveSearch, Waves, segment_slopes, segmented_regression,
    waves,
};
use tables::DAY_MS;

use crate::evidence::{Evidence, Group, bounds_ms};
use crate::figure::{Figure, Quantity};
use crate::hypotheses::Outcome;
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
const SIZE_AFTER: Quantity = Quantity {
    id: "persistence.size",
    unit: "accounts per day",
    definition: "slope of the set's size from the end of a wave to the next wave (of the set itself: after the last that has samples \
                 enough), least squares with a change of level and slope at each, samples within waves left out, errors with memory; \
                 n is samples",
};
const FOLLOWERS_AFTER: Quantity = Quantity {
    id: "persistence.followers",
    unit: "followers per day",
    definition: "slope of the members' mean followers from the end of a wave to the next wave (of the set itself: after the last that \
                 has samples enough), least squares with a change of level and slope at each, samples within waves left out, errors \
                 with memory; n is samples",
};
/// That suspensions come evenly.
const IN_WAVES: &str = "suspension.waves";
/// That what is measured stays where it is once a wave is over.
const PERSISTENCE: &str = "trend.persistence";
const WHOLE_PERIOD: &str = "looked for over the whole period only";
const NO_WAVE: &str = "no wave of suspensions was found";
/// Fewest days of a wave where accounts are looked at daily: what happened within one day may be one look at the accounts.
const FEWEST_DAYS: usize = 2;
/// Farthest apart, in days, that looks may lie for waves to be looked for: those that the studies tell of last some days, of which counts by
/// two weeks show nothing, nor that there was none.
const FARTHEST_APART: usize = 7;
/// Permutations of days behind the p-value.
const PERMUTATIONS: u32 = 499;
/// Fewest samples after a wave that a slope is told from.
const FEWEST_SAMPLES: usize = 4;
/// Fewest samples before it, for a line to change from.
const FEWEST_BEFORE: usize = 2;

/// Waves, in days of the period.
struct Found {
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
}

/// Measures them. Persistence looks at the sizes and the mean followers in `series`.
pub fn measure(evidence: &Evidence, series: Option<&Results>, results: &mut Results) {
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
        persistence(evidence, group, found.as_ref(), series, results);
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

/// The slopes between waves of a set's size and mean followers.
fn persistence(
    evidence: &Evidence,
    group: Group,
    found: Result<&Found, &String>,
    series: Option<&Results>,
    results: &mut Results,
) {
    let size = Quantity {
        id: "size",
        ..SIZE_AFTER
    };
    let followers = Quantity {
        id: "followers.mean",
        ..FOLLOWERS_AFTER
    };
    for (quantity, of) in [(SIZE_AFTER, size), (FOLLOWERS_AFTER, followers)] {
        for (position, window) in evidence.study.windows().iter().enumerate() {
            let points = series.unwrap_or(&*results).points(&of, group.name());
            let points: Vec<(f64, f64)> = evidence.in_window(window, points);
            let slopes = match (group, found) {
                (Group::Everyone, _) => Err(crate::size::NEEDS_A_SET.to_owned()),
                _ if position > 0 => Err(WHOLE_PERIOD.to_owned()),
                (_, Err(reason)) => Err(reason.clone()),
                (_, Ok(found)) if found.waves.waves.is_empty() => Err(NO_WAVE.to_owned()),
                (_, Ok(found)) => {
                    let first = bounds_ms(evidence.study.period()).0.div_euclid(DAY_MS);
                    let at = |day: usize| (first + day as i64) as f64;
                    let waves = found.waves.waves.iter().map(|wave| found.bounds(wave));
                    let waves: Vec<(f64, f64)> = waves.map(|(from, to)| (at(from), at(to))).collect();
                    slopes(&quantity, &points, &waves)
                }
            };
            let method = format!("{}; test that it is 0, two-sided, {MIXTURE}", quantity.definition);
            let outcome = match slopes {
                Err(reason) => {
                    let figure = Figure::absent(&quantity, reason.clone()).resting_on(points.len() as u64);
                    results.measure(&quantity, group.name(), window.name(), figure);
                    Outcome::untested(quantity.unit, method, reason).resting_on(points.len() as u64)
                }
                Ok(slopes) => {
                    let mut outcome = Outcome::untested(quantity.unit, method, NO_WAVE);
                    if let Some(last) = slopes.last() {
                        outcome = last.outcome(outcome);
                        results.measure(&quantity, group.name(), window.name(), last.figure.clone());
                    }
                    for slope in slopes {
                        let part = format!("{}/wave_{}", group.name(), slope.wave + 1);
                        results.measure(&quantity, &part, window.name(), slope.figure);
                    }
                    outcome
                }
            };
            results.test(PERSISTENCE, quantity.id, group.name(), window.name(), outcome);
        }
    }
}

const MIXTURE: &str = "p from a mixture of t distributions over what memory the errors may have, so there is no statistic; the effect's \
                       interval leaves 0 out where p is under 0.05";

/// What came after a wave.
#[derive(Debug)]
struct After {
    /// Position of the wave.
    wave: usize,
    figure: Figure,
    /// That the slope is 0, or why that was not tested.
    p: Result<f64, String>,
}

impl After {
    /// The test of the slope; `untested` has its unit and method.
    fn outcome(&self, untested: Outcome) -> Outcome {
        let outcome = match &self.p {
            Ok(p) => Outcome::tested(untested.unit, untested.method, None, *p),
            Err(reason) => Outcome::untested(untested.unit, untested.method, reason.clone()),
        };
        Outcome {
            effect: self.figure.value,
            ci_low: self.figure.ci_low,
            ci_high: self.figure.ci_high,
            ..outcome.resting_on(self.figure.n)
        }
    }
}

/// The slope after each wave, from its first day to the one after its last, that has samples enough before and after it.
fn slopes(quantity: &Quantity, points: &[(f64, f64)], waves: &[(f64, f64)]) -> Result<Vec<After>, String> {
    // What falls while a wave lasts tells nothing of what came after.
    let within = |at: f64| waves.iter().any(|(from, to)| (*from..*to).contains(&at));
    let outside = |from: f64, to: f64| {
        let points = points.iter().copied();
        points.filter(move |(at, _)| (from..to).contains(at) && !within(*at))
    };
    // A line ends where the next wave begins, whether or not that has one of its own.
    let ends = |wave: usize| waves.get(wave + 1).map_or(f64::INFINITY, |(next, _)| *next);
    let enough = |wave: &usize| {
        let start = waves[*wave].0;
        outside(start, ends(*wave)).count() >= FEWEST_SAMPLES
            && outside(f64::NEG_INFINITY, start).count() >= FEWEST_BEFORE
    };
    let used: Vec<usize> = (0..waves.len()).filter(enough).collect();
    let Some(first) = used.first() else {
        return Err(format!(
            "no wave has {FEWEST_BEFORE} samples with a number before it and {FEWEST_SAMPLES} between it and the next"
        ));
    };
    let before = outside(f64::NEG_INFINITY, waves[*first].0);
    let after = used.iter().flat_map(|wave| outside(waves[*wave].0, ends(*wave)));
    let (times, values): (Vec<f64>, Vec<f64>) = before.chain(after).unzip();
    let breaks: Vec<f64> = used.iter().map(|wave| waves[*wave].0).collect();
    let line: SegmentedRegression = segmented_regression(&times, &values, &breaks, Bandwidth::Andrews, Level::P95)
        .map_err(|reason| reason.to_string())?;
    let after = segment_slopes(&times, &values, &breaks, Level::P95).map_err(|reason| reason.to_string())?;
    let slopes = used.iter().zip(&line.breaks).zip(after).map(|((wave, at), after)| {
        let figure = Figure::of(quantity, Ok(after.slope)).noting(&format!(
            "the level changed by {:.4} at the wave",
            at.level_change.estimate.value
        ));
        let word = match figure.interval() {
            Some((_, high)) if high < 0.0 => "down",
            Some((low, _)) if low > 0.0 => "up",
            _ => crate::trend::INCONCLUSIVE,
        };
        After {
            wave: *wave,
            figure: figure.resting_on(times.len() as u64).finding(word),
            p: after.p.map_err(|reason| reason.to_string()),
        }
    });
    Ok(slopes.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::CheckRow;
    use crate::suspension::at_risk;
    use tables::State;

    fn points(value: impl Fn(f64) -> f64, days: u32, step: usize) -> Vec<(f64, f64)> {
        let wiggle = |day: u32| 0.01 * f64::from(day % 3);
        let days = (0..days).step_by(step);
        days.map(|day| (f64::from(day), value(f64::from(day)) + wiggle(day)))
            .collect()
    }

    #[test]
    fn the_slope_after_a_wave_is_found() {
        let size = |day: f64| match day {
            day if day < 20.0 => 1000.0,
            day if day < 60.0 => 800.0 - 2.0 * (day - 20.0),
            day => 500.0 + (day - 60.0),
        };
        let waves = [(20.0, 21.0), (60.0, 61.0), (98.0, 99.0)];
        // The last has one sample after it, far off, which is of no other line.
        let mut points = points(size, 100, 2);
        points.push((99.5, 0.0));
        let slopes = slopes(&SIZE_AFTER, &points, &waves).unwrap();
        assert_eq!(slopes.len(), 2);
        for (after, (expected, slope, word)) in slopes.iter().zip([(0, -2.0, "down"), (1, 1.0, "up")]) {
            assert_eq!((after.wave, after.figure.finding), (expected, Some(word)));
            assert!((after.figure.value.unwrap() - slope).abs() < 0.01, "{after:?}");
            assert!(after.p.as_ref().is_ok_and(|p| *p < 0.05), "{after:?}");
        }
    }

    #[test]
    fn the_fall_within_a_wave_is_none_after_it() {
        // Five a day for twenty days, and a tenth of one a day when that is over.
        let size = |day: f64| match day {
            day if day < 20.0 => 1000.0,
            day if day < 40.0 => 1000.0 - 5.0 * (day - 20.0),
            day => 900.0 - 0.1 * (day - 40.0),
        };
        let slopes = slopes(&SIZE_AFTER, &points(size, 100, 3), &[(20.0, 40.0)]).unwrap();
        assert!((slopes[0].figure.value.unwrap() + 0.1).abs() < 0.01, "{slopes:?}");
    }

    #[test]
    fn a_wave_without_samples_around_it_is_told() {
        let points: Vec<(f64, f64)> = (0..7).map(|day| (f64::from(day), 1.0)).collect();
        let reason = slopes(&SIZE_AFTER, &points, &[(3.0, 4.0)]).unwrap_err();
        assert!(reason.contains("no wave has 2 samples"), "{reason}");
    }

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
