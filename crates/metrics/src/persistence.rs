//! Persistence: whether a decline went on when a wave of suspensions was over.

use stats::{
    Bandwidth, Estimate, Level, Reason, UnitPart, segment_slopes, segment_slopes_by_unit, segmented_regression,
};
use tables::{DAY_MS, SetName};

use crate::evidence::{Evidence, Group, MemberRow, bounds_ms};
use crate::figure::{Figure, Quantity};
use crate::hypotheses::Outcome;
use crate::results::Results;
use crate::waves::{Found, NO_WAVE, WHOLE_PERIOD};

const SIZE_AFTER: Quantity = Quantity {
    id: "persistence.size",
    unit: "accounts per day",
    definition: "slope of the set's size from the end of a wave to the next wave (of the set itself: after the last that has samples \
                 enough), least squares with a change of level and slope at each, samples within waves left out, errors by person, whatever \
                 memory they have; n is samples",
};
const FOLLOWERS_AFTER: Quantity = Quantity {
    id: "persistence.followers",
    unit: "followers per day",
    definition: "slope of the members' mean followers from the end of a wave to the next wave (of the set itself: after the last that \
                 has samples enough), least squares with a change of level and slope at each, samples within waves left out, errors \
                 by person, whatever memory they have; n is samples",
};
/// That what is measured stays where it is once a wave is over.
const PERSISTENCE: &str = "trend.persistence";
/// Fewest samples after a wave that a slope is told from.
const FEWEST_SAMPLES: usize = 4;
/// Fewest samples before it, for a line to change from.
const FEWEST_BEFORE: usize = 2;

/// The slopes between waves of a set's size and mean followers.
pub(crate) fn measure(evidence: &Evidence, group: Group, found: Result<&Found, &String>, results: &mut Results) {
    for (quantity, samples_of) in [
        (SIZE_AFTER, sizes as fn(&Evidence, SetName) -> Vec<Sample>),
        (FOLLOWERS_AFTER, followers),
    ] {
        let samples = match group {
            Group::Everyone => Vec::new(),
            Group::Set(set) => samples_of(evidence, set),
        };
        for (position, window) in evidence.study.windows().iter().enumerate() {
            let within = |sample: &&Sample| window.contains_sample(evidence.study.samples()[sample.position]);
            let samples: Vec<&Sample> = samples.iter().filter(within).collect();
            let n = samples.len() as u64;
            let slopes = match (group, found) {
                (Group::Everyone, _) => Err(crate::size::NEEDS_A_SET.to_owned()),
                _ if position > 0 => Err(WHOLE_PERIOD.to_owned()),
                (_, Err(reason)) => Err(reason.clone()),
                (_, Ok(found)) => {
                    let first = bounds_ms(evidence.study.period()).0.div_euclid(DAY_MS);
                    match &*found.spans(first) {
                        [] => Err(NO_WAVE.to_owned()),
                        waves => slopes(&quantity, &samples, waves),
                    }
                }
            };
            let method = format!("{}; test that it is 0, two-sided, {STUDENTS}", quantity.definition);
            let outcome = match slopes {
                Err(reason) => {
                    let figure = Figure::absent(&quantity, reason.clone()).resting_on(n);
                    results.measure(&quantity, group.name(), window.name(), figure);
                    Outcome::untested(quantity.unit, method, reason).resting_on(n)
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

const STUDENTS: &str = "Student's t of the slope over its error by person";

/// A set at a sample.
#[derive(Debug, Clone)]
struct Sample {
    /// Which sample of the study it is.
    position: usize,
    /// Its day, since 1970.
    at: f64,
    value: f64,
    /// What each person adds to the value, for each of his accounts.
    parts: Vec<(usize, f64)>,
}

/// Of each sample the members of a set that were alive and have a number: whose account it is, and the number.
fn of_members(
    evidence: &Evidence,
    set: SetName,
    number: impl Fn(&MemberRow) -> Option<f64>,
) -> impl Iterator<Item = (usize, Vec<(usize, f64)>)> {
    let persons = evidence.person_of.values().max().map_or(0, |last| *last as usize + 1);
    // Who is in no table of personas comes after the persons that are.
    let person = |account: u32| match evidence.person_of.get(&account) {
        Some(person) => *person as usize,
        None => persons + account as usize,
    };
    let mut samples = vec![Vec::new(); evidence.study.samples().len()];
    let alive = evidence
        .members
        .iter()
        .filter(|member| member.set == set && member.alive);
    for (member, number) in alive.filter_map(|member| Some((member, number(member)?))) {
        if let Some(sample) = samples.get_mut(member.sample) {
            sample.push((person(member.account), number));
        }
    }
    samples.into_iter().enumerate()
}

fn day(evidence: &Evidence, sample: usize) -> f64 {
    evidence.sample_ms(sample).div_euclid(DAY_MS) as f64
}

/// The sizes of a set that are known.
fn sizes(evidence: &Evidence, set: SetName) -> Vec<Sample> {
    let samples = of_members(evidence, set, |_| Some(1.0));
    let known = samples.filter_map(|(position, parts)| {
        Some(Sample {
            position,
            at: day(evidence, position),
            value: crate::size::at_sample(evidence, set, position).value?,
            parts,
        })
    });
    known.collect()
}

/// The mean followers of members that are known.
fn followers(evidence: &Evidence, set: SetName) -> Vec<Sample> {
    let samples = of_members(evidence, set, |member| member.followers.map(|count| count as f64));
    let known =
        samples.filter(|(position, members)| evidence.sample_unknown(set, *position).is_none() && !members.is_empty());
    let sample = |(position, mut parts): (usize, Vec<(usize, f64)>)| {
        let n = parts.len() as f64;
        let mean = parts.iter().map(|(_, followers)| followers).sum::<f64>() / n;
        for (_, part) in &mut parts {
            *part = (*part - mean) / n;
        }
        Sample {
            position,
            at: day(evidence, position),
            value: mean,
            parts,
        }
    };
    known.map(sample).collect()
}

/// What came after a wave.
#[derive(Debug)]
struct After {
    /// Position of the wave.
    wave: usize,
    figure: Figure,
    /// That the slope is 0: t and p-value, or why that was not tested.
    test: Result<(Option<f64>, f64), String>,
}

impl After {
    /// The test of the slope; `untested` has its unit and method.
    fn outcome(&self, untested: Outcome) -> Outcome {
        let outcome = match &self.test {
            Ok((t, p)) => Outcome::tested(untested.unit, untested.method, *t, *p),
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
fn slopes(quantity: &Quantity, samples: &[&Sample], waves: &[(f64, f64)]) -> Result<Vec<After>, String> {
    // What falls while a wave lasts tells nothing of what came after.
    let within = |at: f64| waves.iter().any(|(from, to)| (*from..*to).contains(&at));
    let outside = |from: f64, to: f64| {
        samples
            .iter()
            .filter(move |sample| (from..to).contains(&sample.at) && !within(sample.at))
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
    let samples: Vec<&&Sample> = before.chain(after).collect();
    let (times, values): (Vec<f64>, Vec<f64>) = samples.iter().map(|sample| (sample.at, sample.value)).unzip();
    let parts = samples.iter().enumerate().flat_map(|(value, sample)| {
        let parts = sample.parts.iter();
        parts.map(move |&(unit, part)| UnitPart { unit, value, part })
    });
    let parts: Vec<UnitPart> = parts.collect();
    let breaks: Vec<f64> = used.iter().map(|wave| waves[*wave].0).collect();
    let told = |reason: Reason| reason.to_string();
    let line = segmented_regression(&times, &values, &breaks, Bandwidth::Andrews, Level::P95).map_err(told)?;
    let about_line = segment_slopes(&times, &values, &breaks, Level::P95).map_err(told)?;
    let by_person = segment_slopes_by_unit(&times, &values, &breaks, &parts, Level::P95).map_err(told)?;
    let slopes = used.iter().zip(&line.breaks).zip(about_line).zip(by_person);
    let slopes = slopes.map(|(((wave, at), about_line), by_person)| {
        let slope = Estimate {
            method: BY_PERSON,
            ..by_person.slope
        };
        let figure = Figure::of(quantity, Ok(slope)).noting(&format!(
            "the level changed by {:.4} at the wave",
            at.level_change.estimate.value
        ));
        let figure = match about_line.slope.interval() {
            Some((low, high)) => figure.noting(&format!(
                "if what is not the line is chance with a memory of any length: {low:.4} to {high:.4}"
            )),
            None => figure,
        };
        let word = match figure.interval() {
            Some((_, high)) if high < 0.0 => "down",
            Some((low, _)) if low > 0.0 => "up",
            _ => crate::trend::INCONCLUSIVE,
        };
        After {
            wave: *wave,
            figure: figure.resting_on(times.len() as u64).finding(word),
            test: by_person.p.map(|p| (by_person.t, p)).map_err(told),
        }
    });
    Ok(slopes.collect())
}

const BY_PERSON: &str = "least squares with breaks, errors by person";

#[cfg(test)]
mod tests {
    use super::*;

    /// A set of so many persons, who came one after the other; the last to come is the first to go.
    fn sample(at: f64, size: f64) -> Sample {
        let size = size.round();
        Sample {
            position: 0,
            at,
            value: size,
            parts: (0..size as usize).map(|person| (person, 1.0)).collect(),
        }
    }

    fn samples(size: impl Fn(f64) -> f64, days: u32, step: usize) -> Vec<Sample> {
        let days = (0..days).step_by(step).map(f64::from);
        days.map(|day| sample(day, size(day))).collect()
    }

    fn slopes_of(samples: &[Sample], waves: &[(f64, f64)]) -> Result<Vec<After>, String> {
        slopes(&SIZE_AFTER, &samples.iter().collect::<Vec<_>>(), waves)
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
        let mut samples = samples(size, 100, 2);
        samples.push(sample(99.5, 0.0));
        let slopes = slopes_of(&samples, &waves).unwrap();
        assert_eq!(slopes.len(), 2);
        for (after, (expected, slope, word)) in slopes.iter().zip([(0, -2.0, "down"), (1, 1.0, "up")]) {
            assert_eq!((after.wave, after.figure.finding), (expected, Some(word)));
            assert!((after.figure.value.unwrap() - slope).abs() < 0.01, "{after:?}");
            let (t, p) = after.test.clone().unwrap();
            assert!(p < 0.05 && t.unwrap() * slope > 0.0, "{after:?}");
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
        let slopes = slopes_of(&samples(size, 100, 3), &[(20.0, 40.0)]).unwrap();
        assert!((slopes[0].figure.value.unwrap() + 0.1).abs() < 0.01, "{slopes:?}");
    }

    #[test]
    fn a_wave_without_samples_around_it_is_told() {
        let reason = slopes_of(&samples(|_| 1.0, 7, 1), &[(3.0, 4.0)]).unwrap_err();
        assert!(reason.contains("no wave has 2 samples"), "{reason}");
    }

    #[test]
    fn errors_are_by_person_and_those_about_the_line_stand_beside() {
        // A set that fills up, ever more slowly, without any chance about it but who the persons are.
        let size = |day: f64| match day {
            day if day < 20.0 => 300.0,
            day => 300.0 - 100.0 * (-(day - 20.0) / 30.0).exp(),
        };
        let samples = samples(size, 100, 1);
        let slopes = slopes_of(&samples, &[(20.0, 21.0)]).unwrap();
        let figure = &slopes[0].figure;
        assert_eq!((figure.finding, figure.n), (Some("up"), 99));
        let outside = samples.iter().filter(|sample| sample.at != 20.0);
        let (times, sizes): (Vec<f64>, Vec<f64>) = outside.map(|sample| (sample.at, sample.value)).unzip();
        let about_line = segment_slopes(&times, &sizes, &[20.0], Level::P95).unwrap().remove(0);
        let (low, high) = about_line.slope.interval().unwrap();
        assert_ne!(figure.interval(), Some((low, high)));
        let told = format!("with a memory of any length: {low:.4} to {high:.4}");
        assert!(figure.method.contains(&told), "{}", figure.method);
    }

    #[test]
    fn nobody_who_comes_or_goes_is_told() {
        let slopes = slopes_of(&samples(|_| 5.0, 40, 2), &[(10.0, 11.0)]).unwrap();
        assert_eq!((slopes[0].figure.value, slopes[0].figure.interval()), (Some(0.0), None));
        assert!(slopes[0].test.is_err());
    }
}
