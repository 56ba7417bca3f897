//! The truth in the form in which it was measured: at the samples of the run, reduced as the measure is.

use stats::{Level, segment_slopes, theil_sen};

use crate::numbers::{Key, Measured, Truth};

/// Change over a window, in percent of its mean, that still is flat: the default of study.toml.
const FLAT_MARGIN_PERCENT: f64 = 10.0;
const DAY_MS: f64 = 86_400_000.0;

/// What was true of a measure.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct True {
    /// The value.
    pub value: Option<f64>,
    /// What a finding should be.
    pub finding: Option<&'static str>,
}

/// How the truth of a measure is had.
enum Way {
    /// It is told as it is.
    Told,
    /// By reducing a series over the samples of the window.
    Reduced(&'static str, fn(&[(f64, f64)]) -> Option<f64>),
    /// By the chances of the days in and outside of the waves that were found.
    WaveRatio,
    /// By the chances of all days: how many stretches of them stand out.
    WaveCount,
    /// The slope of a series from a wave that was found to the next.
    AfterWave(&'static str),
    /// It has none: the probability of a test says nothing of the world.
    Probability,
}

fn mean(points: &[(f64, f64)]) -> Option<f64> {
    stats::mean(&values(points)).ok()
}

fn values(points: &[(f64, f64)]) -> Vec<f64> {
    points.iter().map(|(_, value)| *value).collect()
}

fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let times: Vec<f64> = points.iter().map(|(at, _)| *at).collect();
    theil_sen(&times, &values(points), Level::P95)
        .ok()
        .map(|trend| trend.slope.value)
}

fn way(measure: &str) -> Way {
    match measure {
        "size.max" => Way::Reduced("size", |points| values(points).into_iter().reduce(f64::max)),
        "size.min" => Way::Reduced("size", |points| values(points).into_iter().reduce(f64::min)),
        "size.median" => Way::Reduced("size", |points| stats::median(&values(points)).ok()),
        "followers.mean" => Way::Reduced("followers.mean", mean),
        "followers.trend" => Way::Reduced("followers.mean", slope),
        "followers.trend_p" => Way::Probability,
        "suspension.wave_ratio" => Way::WaveRatio,
        "suspension.waves" => Way::WaveCount,
        "persistence.size" => Way::AfterWave("size"),
        "persistence.followers" => Way::AfterWave("followers.mean"),
        "tweets_per_day.lifetime.share_under_1" => Way::Reduced("tweets_per_day.lifetime.share_under_1", mean),
        "tweets_per_day.lifetime.share_under_5" => Way::Reduced("tweets_per_day.lifetime.share_under_5", mean),
        "tweets_per_day.lifetime.share_over_50" => Way::Reduced("tweets_per_day.lifetime.share_over_50", mean),
        "location.focus" => Way::Reduced("location.focus", mean),
        "tweets_per_day.lifetime.first" => Way::Reduced("tweets_per_day.lifetime.mean", |points| {
            points.first().map(|(_, value)| *value)
        }),
        "tweets_per_day.lifetime.last" => Way::Reduced("tweets_per_day.lifetime.mean", |points| {
            points.last().map(|(_, value)| *value)
        }),
        "tweets_per_day.lifetime.trend" => Way::Reduced("tweets_per_day.lifetime.mean", slope),
        _ => Way::Told,
    }
}

/// Whether a measure is the probability of a test, which has no truth.
pub fn is_probability(measure: &str) -> bool {
    matches!(way(measure), Way::Probability)
}

/// Points of a true series at the samples within a window: days since 1970, and values.
pub fn points(truth: &Truth, measured: &Measured, series: &str, group: &str, window: &str) -> Vec<(f64, f64)> {
    let Some(of) = truth.series.get(&(series.to_owned(), group.to_owned())) else {
        return Vec::new();
    };
    let (from, to) = measured.window(window).unwrap_or((i64::MAX, i64::MIN));
    let inside = measured.samples.iter().filter(|at| (from..=to).contains(at));
    inside
        .filter_map(|at| Some((*at as f64 / DAY_MS, *of.get(at)?)))
        .collect()
}

/// Where a series goes: the slope over its span, in percent of its mean.
pub fn change_percent(points: &[(f64, f64)]) -> Option<f64> {
    let (first, last) = (points.first()?.0, points.last()?.0);
    let level = mean(points).filter(|mean| *mean > 0.0)?;
    Some(100.0 * slope(points)? * (last - first) / level)
}

fn direction(points: &[(f64, f64)]) -> Option<&'static str> {
    Some(match change_percent(points)? {
        change if change.abs() <= FLAT_MARGIN_PERCENT => "flat",
        change if change > 0.0 => "up",
        _ => "down",
    })
}

fn side(share: f64) -> &'static str {
    if share > 0.5 { "mostly inside" } else { "mostly outside" }
}

/// The chance of suspension on the days that were found to be waves over that on the other days.
fn wave_ratio(truth: &Truth, measured: &Measured, group: &str, window: &str) -> Option<f64> {
    let (from, to) = measured.window(window)?;
    let chances = truth.series.get(&("suspension.chance".to_owned(), group.to_owned()))?;
    let waves = measured.waves.get(group)?;
    let in_wave = |at: &i64| waves.iter().any(|(from, to)| (from..=to).contains(&at));
    let days = chances.range(from..=to);
    let (inside, outside): (Vec<_>, Vec<_>) = days.partition(|(at, _)| in_wave(at));
    let mean = |days: &[(&i64, &f64)]| stats::mean(&days.iter().map(|(_, chance)| **chance).collect::<Vec<_>>()).ok();
    Some(mean(&inside)? / mean(&outside).filter(|outside| *outside > 0.0)?)
}

/// Days of a wave have a chance of suspension of this many times that of the median day at least: the parameters' waves have four times
/// that and more, and who is there on a day moves it by far less.
const STANDS_OUT: f64 = 2.0;

/// How many stretches of days have a chance of suspension that stands out.
fn wave_count(truth: &Truth, measured: &Measured, group: &str, window: &str) -> Option<f64> {
    let (from, to) = measured.window(window)?;
    let chances = truth.series.get(&("suspension.chance".to_owned(), group.to_owned()))?;
    let days: Vec<f64> = chances.range(from..=to).map(|(_, chance)| *chance).collect();
    let usual = stats::median(&days).ok()?;
    let stretches = days.chunk_by(|a, b| (*a > STANDS_OUT * usual) == (*b > STANDS_OUT * usual));
    Some(stretches.filter(|days| days[0] > STANDS_OUT * usual).count() as f64)
}

/// The slope of a true series after a wave that was found: after the one that the group is named by, or after the last that has a slope.
fn slope_after_wave(truth: &Truth, measured: &Measured, key: &Key, series: &str) -> Option<f64> {
    let (measure, group, window) = key;
    let whole = group.split_once('/').map_or(group.as_str(), |(whole, _)| whole);
    let waves = measured.waves.get(whole)?;
    // Those that the measured line breaks at have a slope of their own.
    let used: Vec<String> = (1..=waves.len())
        .map(|wave| format!("{whole}/wave_{wave}"))
        .filter(|part| {
            measured
                .measures
                .contains_key(&(measure.clone(), part.clone(), window.clone()))
        })
        .collect();
    let places = used
        .iter()
        .filter_map(|part| part.rsplit_once('_')?.1.parse::<usize>().ok());
    let places: Vec<usize> = places.map(|wave| wave - 1).collect();
    let breaks: Vec<f64> = places.iter().map(|place| waves[*place].0 as f64 / DAY_MS).collect();
    // What lies within a wave, or after one that no line begins at, is of no line. A sample may be the last moment of a wave, to the
    // millisecond.
    let of_a_line = |at: f64| {
        let at = (at * DAY_MS).round() as i64;
        let begun = waves.partition_point(|(from, _)| *from <= at).checked_sub(1);
        begun.is_none_or(|wave| waves[wave].1 < at && (places.contains(&wave) || Some(&wave) < places.first()))
    };
    let points = points(truth, measured, series, whole, window).into_iter();
    let (times, values): (Vec<f64>, Vec<f64>) = points.filter(|(at, _)| of_a_line(*at)).unzip();
    let slopes = segment_slopes(&times, &values, &breaks, Level::P95).ok()?;
    let of = used
        .iter()
        .position(|part| part == group)
        .or(used.len().checked_sub(1))?;
    Some(slopes.get(of)?.slope.value)
}

/// What was true of a measure, for the samples and windows of a run.
pub fn of_measure(truth: &Truth, measured: &Measured, key: &Key) -> True {
    let (measure, group, window) = key;
    let valued = |value| True { value, finding: None };
    match way(measure) {
        Way::Probability => True::default(),
        Way::WaveRatio => valued(wave_ratio(truth, measured, group, window)),
        Way::WaveCount => valued(wave_count(truth, measured, group, window)),
        Way::AfterWave(series) => valued(slope_after_wave(truth, measured, key, series)),
        Way::Reduced(series, reduce) => {
            let points = points(truth, measured, series, group, window);
            let told = ["followers.trend", "tweets_per_day.lifetime.trend", "location.focus"];
            True {
                value: reduce(&points),
                finding: direction(&points).filter(|_| told.contains(&measure.as_str())),
            }
        }
        Way::Told => {
            let told = |measure: &str| {
                let key = (measure.to_owned(), group.clone(), window.clone());
                truth.measures.get(&key).and_then(|(value, _)| *value)
            };
            let finding = match measure.as_str() {
                "insularity.follows_out" | "insularity.follows_in" | "insularity.interactions" => {
                    told(measure).map(side)
                }
                "insularity.ei_index" => {
                    let shares = [
                        "insularity.follows_out",
                        "insularity.follows_in",
                        "insularity.interactions",
                    ];
                    let sides: Vec<&str> = shares.into_iter().filter_map(told).map(side).collect();
                    let alike = sides.windows(2).all(|pair| pair[0] == pair[1]);
                    if alike {
                        sides.first().copied()
                    } else {
                        Some("inconclusive")
                    }
                }
                _ => None,
            };
            True {
                value: told(measure),
                finding,
            }
        }
    }
}

/// What was true of a point. The pace since the sample before is the mean of the days since then.
pub fn of_point(truth: &Truth, measured: &Measured, measure: &str, group: &str, at: i64) -> Option<f64> {
    let of = truth.series.get(&(measure.to_owned(), group.to_owned()))?;
    if measure == "tweets_per_day.window.mean" {
        let before = measured.samples.iter().rev().find(|sample| **sample < at)?;
        let days: Vec<f64> = of.range(before + 1..=at).map(|(_, value)| *value).collect();
        return stats::mean(&days).ok();
    }
    of.get(&at).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(n: u32, start: f64, step: f64) -> Vec<(f64, f64)> {
        (0..n)
            .map(|day| (f64::from(day), start + step * f64::from(day)))
            .collect()
    }

    #[test]
    fn the_ratio_of_waves_is_of_the_days_that_were_found() {
        let day = DAY_MS as i64;
        let chances: std::collections::BTreeMap<i64, f64> = (0..10)
            .map(|at| ((at + 1) * day - 1, if (4..6).contains(&at) { 5.0 } else { 1.0 }))
            .collect();
        let mut truth = Truth::default();
        truth
            .series
            .insert(("suspension.chance".to_owned(), "listed".to_owned()), chances);
        let mut measured = Measured::default();
        measured.windows.push(("all".to_owned(), 0, 10 * day - 1));
        assert_eq!(wave_ratio(&truth, &measured, "listed", "all"), None);
        // Three days, of which two were of the wave.
        measured.waves.insert("listed".to_owned(), vec![(4 * day, 7 * day - 1)]);
        assert_eq!(wave_ratio(&truth, &measured, "listed", "all"), Some(11.0 / 3.0));
    }

    #[test]
    fn waves_are_stretches_of_days_that_stand_out() {
        let day = DAY_MS as i64;
        // Days 2 and 3, and day 7; day 5 has not twice the usual chance.
        let chances = [1.0, 1.1, 5.0, 4.0, 1.0, 1.9, 1.0, 4.0, 0.9, 1.0];
        let chances = chances.iter().zip(0_i64..).map(|(chance, at)| (at * day, *chance));
        let mut truth = Truth::default();
        truth
            .series
            .insert(("suspension.chance".to_owned(), "listed".to_owned()), chances.collect());
        let mut measured = Measured::default();
        measured.windows.push(("all".to_owned(), 0, 10 * day - 1));
        assert_eq!(wave_count(&truth, &measured, "listed", "all"), Some(2.0));
        measured.windows.push(("early".to_owned(), 0, 2 * day - 1));
        assert_eq!(wave_count(&truth, &measured, "listed", "early"), Some(0.0));
    }

    #[test]
    fn the_slope_after_a_wave_is_that_of_the_true_series_from_there() {
        let day = DAY_MS as i64;
        // Falls by 1 a day up to day 5, by 2 up to day 12, then rises by 3.
        let size = |at: i64| match at {
            at if at < 5 => 100 - at,
            at if at < 12 => 90 - 2 * (at - 5),
            at => 60 + 3 * (at - 12),
        };
        let mut truth = Truth::default();
        // At the last moment of each day, of which that of day 7, in a wave, is far off the line.
        let points = (0..20)
            .map(|at| ((at + 1) * day - 1, if at == 7 { 1e6 } else { size(at) as f64 }))
            .collect();
        truth.series.insert(("size".to_owned(), "listed".to_owned()), points);
        let mut measured = Measured {
            samples: (0..20).map(|at| (at + 1) * day - 1).collect(),
            ..Measured::default()
        };
        measured.windows.push(("all".to_owned(), 0, 20 * day - 1));
        // The first wave found has no slope of its own.
        let waves = [(2, 2), (5, 7), (12, 12)].map(|(from, to)| (from * day, (to + 1) * day - 1));
        measured.waves.insert("listed".to_owned(), waves.to_vec());
        let key = |group: &str| ("persistence.size".to_owned(), group.to_owned(), "all".to_owned());
        for used in ["listed/wave_2", "listed/wave_3"] {
            measured.measures.insert(key(used), crate::numbers::Number::default());
        }
        for (group, slope) in [("listed/wave_2", -2.0), ("listed/wave_3", 3.0), ("listed", 3.0)] {
            let found = slope_after_wave(&truth, &measured, &key(group), "size").unwrap();
            assert!((found - slope).abs() < 1e-9, "{group}: {found}");
        }
    }

    #[test]
    fn a_change_is_measured_over_the_span_by_the_mean() {
        // From 100 to 129 in 29 days: 29 of a mean of 114.5.
        let change = change_percent(&line(30, 100.0, 1.0)).unwrap();
        assert!((change - 100.0 * 29.0 / 114.5).abs() < 1e-9);
        assert_eq!(direction(&line(30, 100.0, 1.0)), Some("up"));
        assert_eq!(direction(&line(30, 100.0, -1.0)), Some("down"));
        assert_eq!(direction(&line(30, 100.0, 0.1)), Some("flat"));
        assert_eq!(direction(&[]), None);
    }
}
