//! Waves of suspensions: stretches of days at a higher rate than the rest; and persistence: whether a decline went on when a wave
//! was over.

use stats::{
    Bandwidth, Level, SegmentedRegression, Wave, WaveSearch, Waves, segment_slopes, segmented_regression, waves,
};
use tables::DAY_MS;

use crate::evidence::{Evidence, Group, bounds_ms};
use crate::figure::{Figure, Quantity};
use crate::results::{Results, WaveRow};
use crate::suspension::{End, by_day, intervals};

const COUNT: Quantity = Quantity {
    id: "suspension.waves",
    unit: "waves",
    definition: "stretches of days with more suspensions than the rest of the period: change points of the daily rate (Poisson \
                 likelihood with exposure, dispersion within stretches, penalty 3 ln(days)), counted; n is suspensions",
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
    definition: "slope of the set's size from a wave to the next (of the set itself: after its last wave), least squares with a \
                 change of level and slope at the first day of each wave, errors with memory; n is samples",
};
const FOLLOWERS_AFTER: Quantity = Quantity {
    id: "persistence.followers",
    unit: "followers per day",
    definition: "slope of the members' mean followers from a wave to the next (of the set itself: after its last wave), least \
                 squares with a change of level and slope at the first day of each wave, errors with memory; n is samples",
};
const WHOLE_PERIOD: &str = "looked for over the whole period only";
const NO_WAVE: &str = "no wave of suspensions was found";
/// Fewest days of a wave: what happened within one day may be one look at the accounts.
const FEWEST_DAYS: usize = 2;
/// Permutations of days behind the p-value.
const PERMUTATIONS: u32 = 499;
/// Fewest samples after a wave that a slope is told from.
const FEWEST_SAMPLES: usize = 4;
/// Fewest samples before it, for a line to change from.
const FEWEST_BEFORE: usize = 2;

/// Measures them.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    for group in Group::ALL {
        let found = found(evidence, group);
        for (position, window) in evidence.study.windows().iter().enumerate() {
            let figures = match &found {
                _ if position > 0 => [COUNT, SHARE, RATIO].map(|quantity| Figure::absent(&quantity, WHOLE_PERIOD)),
                Err(reason) => [COUNT, SHARE, RATIO].map(|quantity| Figure::absent(&quantity, reason.clone())),
                Ok(waves) => figures(waves),
            };
            for (quantity, figure) in [COUNT, SHARE, RATIO].iter().zip(figures) {
                results.measure(quantity, group.name(), window.name(), figure);
            }
        }
        let begun = bounds_ms(evidence.study.period()).0;
        if let Ok(waves) = &found {
            let rows = waves.waves.iter().map(|wave| row(wave, waves, begun)).collect();
            results.waves.insert(group.name().to_owned(), rows);
        }
        persistence(evidence, group, found.as_ref(), results);
    }
}

fn found(evidence: &Evidence, group: Group) -> Result<Waves, String> {
    if let Some(reason) = evidence.group_unknown(group) {
        return Err(reason.to_owned());
    }
    if evidence.checks.is_empty() {
        return Err("needs availability checks".to_owned());
    }
    let days = by_day(
        &intervals(evidence, group),
        bounds_ms(evidence.study.period()),
        End::Suspended,
    );
    let search = WaveSearch {
        penalty: None,
        fewest_days: FEWEST_DAYS,
        overdispersed: true,
        permutations: PERMUTATIONS,
        seed: evidence.seed,
        level: Level::P95,
    };
    waves(&days, &search).map_err(|reason| reason.to_string())
}

fn figures(found: &Waves) -> [Figure; 3] {
    let events: u64 = found.segments.iter().map(|segment| segment.counted.events).sum();
    let inside: u64 = found.waves.iter().map(|wave| wave.counted.events).sum();
    let count = Figure::plain(&COUNT, found.waves.len() as f64, events);
    let count = match found.p {
        Some(p) => count.noting(&format!(
            "p {p:.3} that the days' order is chance ({PERMUTATIONS} permutations); dispersion {:.2}",
            found.dispersion.factor
        )),
        None => count,
    };
    let ratio = match found.waves.is_empty() {
        true => Figure::absent(&RATIO, NO_WAVE).resting_on(events),
        false => Figure::of(&RATIO, found.ratio(Level::P95)).resting_on(events),
    };
    [
        count,
        Figure::plain(&SHARE, inside as f64 / events as f64, events),
        ratio,
    ]
}

fn row(wave: &Wave, found: &Waves, begun: i64) -> WaveRow {
    let at = |day: usize| begun + day as i64 * DAY_MS;
    let ratio = wave.ratio.as_ref().ok();
    WaveRow {
        from_at: at(wave.from),
        to_at: at(wave.to) - 1,
        suspensions: wave.counted.events,
        account_days: wave.counted.exposure,
        excess: wave.excess,
        base_percent_per_day: 100.0 * found.base_rate,
        ratio: ratio.map(|ratio| ratio.value),
        ratio_interval: ratio.and_then(stats::Estimate::interval),
        open: wave.open,
    }
}

/// The slopes between waves of a set's size and mean followers.
fn persistence(evidence: &Evidence, group: Group, found: Result<&Waves, &String>, results: &mut Results) {
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
            let points: Vec<(f64, f64)> = evidence.in_window(window, results.points(&of, group.name()));
            let slopes = match (group, found) {
                (Group::Everyone, _) => Err(crate::size::NEEDS_A_SET.to_owned()),
                _ if position > 0 => Err(WHOLE_PERIOD.to_owned()),
                (_, Err(reason)) => Err(reason.clone()),
                (_, Ok(found)) if found.waves.is_empty() => Err(NO_WAVE.to_owned()),
                (_, Ok(found)) => {
                    let first = bounds_ms(evidence.study.period()).0.div_euclid(DAY_MS);
                    let starts = found.waves.iter().map(|wave| (first + wave.from as i64) as f64);
                    slopes(&quantity, &points, &starts.collect::<Vec<_>>())
                }
            };
            match slopes {
                Err(reason) => {
                    let figure = Figure::absent(&quantity, reason).resting_on(points.len() as u64);
                    results.measure(&quantity, group.name(), window.name(), figure);
                }
                Ok(slopes) => {
                    if let Some((_, last)) = slopes.last() {
                        results.measure(&quantity, group.name(), window.name(), last.clone());
                    }
                    for (wave, slope) in slopes {
                        let part = format!("{}/wave_{}", group.name(), wave + 1);
                        results.measure(&quantity, &part, window.name(), slope);
                    }
                }
            }
        }
    }
}

/// The slope after each wave that has samples enough before and after it, with the wave's position.
fn slopes(quantity: &Quantity, points: &[(f64, f64)], starts: &[f64]) -> Result<Vec<(usize, Figure)>, String> {
    let between = |from: f64, to: f64| points.iter().filter(|(at, _)| (from..to).contains(at)).count();
    // From the last to the first, so that the slope after the last wave has the most to rest on.
    let mut used: Vec<usize> = Vec::new();
    let mut until = f64::INFINITY;
    for (wave, start) in starts.iter().enumerate().rev() {
        if between(*start, until) >= FEWEST_SAMPLES && between(f64::NEG_INFINITY, *start) >= FEWEST_BEFORE {
            used.insert(0, wave);
            until = *start;
        }
    }
    if used.is_empty() {
        return Err(format!(
            "no wave has {FEWEST_BEFORE} samples with a number before it and {FEWEST_SAMPLES} after it"
        ));
    }
    let (times, values): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let breaks: Vec<f64> = used.iter().map(|wave| starts[*wave]).collect();
    let line: SegmentedRegression = segmented_regression(&times, &values, &breaks, Bandwidth::Andrews, Level::P95)
        .map_err(|reason| reason.to_string())?;
    let after = segment_slopes(&times, &values, &breaks, Level::P95).map_err(|reason| reason.to_string())?;
    let slopes = used.iter().zip(&line.breaks).zip(after).map(|((wave, at), slope)| {
        let figure = Figure::of(quantity, Ok(slope)).noting(&format!(
            "the level changed by {:.4} at the wave",
            at.level_change.estimate.value
        ));
        let word = match figure.interval() {
            Some((_, high)) if high < 0.0 => "down",
            Some((low, _)) if low > 0.0 => "up",
            _ => crate::trend::INCONCLUSIVE,
        };
        (*wave, figure.resting_on(points.len() as u64).finding(word))
    });
    Ok(slopes.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_after_a_wave_is_found() {
        let point = |day: u32| {
            let (day, wiggle) = (f64::from(day), 0.01 * f64::from(day % 3));
            let value = match day {
                day if day < 20.0 => 1000.0 + wiggle,
                day if day < 60.0 => 800.0 - 2.0 * (day - 20.0) + wiggle,
                day => 500.0 + (day - 60.0) + wiggle,
            };
            (day, value)
        };
        let points: Vec<(f64, f64)> = (0..100).step_by(2).map(point).collect();
        let slopes = slopes(&SIZE_AFTER, &points, &[20.0, 60.0, 98.0]).unwrap();
        assert_eq!(slopes.len(), 2, "the last wave has one sample after it");
        for ((wave, figure), (expected, slope, word)) in slopes.iter().zip([(0, -2.0, "down"), (1, 1.0, "up")]) {
            assert_eq!((*wave, figure.finding), (expected, Some(word)));
            assert!((figure.value.unwrap() - slope).abs() < 0.01, "{figure:?}");
        }
    }

    #[test]
    fn a_wave_without_samples_around_it_is_told() {
        let points: Vec<(f64, f64)> = (0..6).map(|day| (f64::from(day), 1.0)).collect();
        let reason = slopes(&SIZE_AFTER, &points, &[3.0]).unwrap_err();
        assert!(reason.contains("no wave has 2 samples"), "{reason}");
    }
}
