//! Persistence: whether a decline went on when a wave of suspensions was over.

use stats::{Bandwidth, Level, SegmentedRegression, segment_slopes, segmented_regression};
use tables::DAY_MS;

use crate::evidence::{Evidence, Group, bounds_ms};
use crate::figure::{Figure, Quantity};
use crate::hypotheses::Outcome;
use crate::results::Results;
use crate::waves::{Found, NO_WAVE, WHOLE_PERIOD};

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
/// That what is measured stays where it is once a wave is over.
const PERSISTENCE: &str = "trend.persistence";
/// Fewest samples after a wave that a slope is told from.
const FEWEST_SAMPLES: usize = 4;
/// Fewest samples before it, for a line to change from.
const FEWEST_BEFORE: usize = 2;

/// The slopes between waves of a set's size and mean followers.
pub(crate) fn measure(
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
                (_, Ok(found)) => {
                    let first = bounds_ms(evidence.study.period()).0.div_euclid(DAY_MS);
                    match &*found.spans(first) {
                        [] => Err(NO_WAVE.to_owned()),
                        waves => slopes(&quantity, &points, waves),
                    }
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
}
