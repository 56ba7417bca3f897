//! Segmented regression beside statsmodels and simulated truth.

#![expect(clippy::unwrap_used, reason = "helpers of a test are not themselves test functions")]

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stats::{Bandwidth, Coefficient, Level, Reason, segment_slopes, segmented_regression};

const T: [f64; 20] = [
    0.0, 1.0, 2.0, 4.0, 5.0, 6.0, 7.0, 9.0, 10.0, 11.0, 12.0, 13.0, 15.0, 16.0, 17.0, 18.0, 20.0, 21.0, 22.0, 25.0,
];
const Y: [f64; 20] = [
    350.0, 352.0, 349.0, 351.0, 355.0, 353.0, 350.0, 352.0, 331.0, 329.0, 325.0, 326.0, 321.0, 322.0, 318.0, 317.0,
    325.0, 327.0, 326.0, 333.0,
];

#[track_caller]
fn agrees(found: &Coefficient, expected: [f64; 5]) {
    let (low, high) = found.estimate.interval().unwrap();
    for (found, expected) in [found.estimate.value, found.std_error, low, high, found.p.unwrap()]
        .into_iter()
        .zip(expected)
    {
        assert!(
            (found - expected).abs() <= 1e-9 * expected.abs().max(1e-3),
            "{found} is not {expected}"
        );
    }
}

#[test]
fn two_breaks_are_statsmodels() {
    let found = segmented_regression(&T, &Y, &[10.0, 19.5], Bandwidth::Lags(3), Level::P95).unwrap();
    // D = lambda b: [(t >= b) * 1.0, np.where(t >= b, t - b, 0)]; X = np.column_stack([np.ones(20), t, *D(10), *D(19.5)])
    // r = sm.OLS(y, X).fit(cov_type='HAC', cov_kwds=dict(maxlags=3, use_correction=True), use_t=True);
    // params, bse, conf_int(), pvalues
    agrees(
        &found.start,
        [
            350.61851851851844,
            0.5833260044264275,
            349.36740866950834,
            351.86962836752855,
            2.747792727834461e-32,
        ],
    );
    agrees(
        &found.slope,
        [
            0.20740740740743213,
            0.13904360441829358,
            -0.09081146438903309,
            0.5056262792038974,
            0.157972217588109,
        ],
    );
    agrees(
        &found.breaks[0].level_change,
        [
            -22.40092592592609,
            1.2878277575640487,
            -25.163041756680496,
            -19.63881009517168,
            7.069240487330972e-11,
        ],
    );
    agrees(
        &found.breaks[0].slope_change,
        [
            -1.8740740740740884,
            0.13071824432224227,
            -2.1544368243644207,
            -1.5937113237837561,
            9.244286097899334e-10,
        ],
    );
    agrees(
        &found.breaks[1].level_change,
        [
            9.36309523809524,
            0.723532472974882,
            7.811272421782466,
            10.914918054408016,
            3.529164199093432e-09,
        ],
    );
    agrees(
        &found.breaks[1].slope_change,
        [
            3.238095238095262,
            0.1626877579663813,
            2.889164700521774,
            3.5870257756687502,
            1.1480077390539193e-11,
        ],
    );
    // r.t_test([0, 1, 0, 1, 0, 0])
    agrees(
        &found.breaks[0].slope_after,
        [
            -1.6666666666666563,
            0.07973160652139609,
            -1.837673954940047,
            -1.4956593783932657,
            5.903031744861708e-12,
        ],
    );
    assert_eq!((found.lags, found.df), (3, 14));
    let rule = segmented_regression(&T, &Y, &[10.0], Bandwidth::RuleOfThumb, Level::P95).unwrap();
    assert_eq!(rule.lags, 2);
}

/// 120 days, memory 0.5, a fall of 20 at day 60.
fn covered(bandwidth: Bandwidth, memory: f64) -> f64 {
    let runs = 400;
    let held = (0..runs).filter(|&run| {
        let mut random = ChaCha8Rng::seed_from_u64(61);
        random.set_stream(run);
        let mut normal = || {
            (-2.0 * random.random_range(f64::EPSILON..1.0_f64).ln()).sqrt()
                * (std::f64::consts::TAU * random.random_range(0.0..1.0_f64)).cos()
        };
        let times: Vec<f64> = (0..120).map(f64::from).collect();
        let mut error = normal();
        let values: Vec<f64> = times
            .iter()
            .map(|day| {
                error = memory * error + (1.0 - memory * memory).sqrt() * normal();
                300.0 + 0.1 * day - if *day >= 60.0 { 20.0 } else { 0.0 } + 5.0 * error
            })
            .collect();
        let found = segmented_regression(&times, &values, &[60.0], bandwidth, Level::P95).unwrap();
        let (low, high) = found.breaks[0].level_change.estimate.interval().unwrap();
        (low..=high).contains(&-20.0)
    });
    held.count() as f64 / runs as f64
}

#[test]
fn changes_are_covered_as_well_as_newey_and_west_can() {
    let shares =
        [Bandwidth::Lags(0), Bandwidth::RuleOfThumb, Bandwidth::Andrews].map(|bandwidth| covered(bandwidth, 0.5));
    assert!(shares[0] < 0.78 && shares[1] > 0.80 && shares[2] > 0.80, "{shares:?}");
    let independent = covered(Bandwidth::Andrews, 0.0);
    assert!((0.92..=0.97).contains(&independent), "{independent}");
}

#[test]
fn slopes_between_dates_are_those_of_the_segmented_line() {
    let breaks = [8.0, 15.0];
    let line = segmented_regression(&T, &Y, &breaks, Bandwidth::Lags(0), Level::P95).unwrap();
    let slopes = segment_slopes(&T, &Y, &breaks, Level::P95).unwrap();
    assert_eq!(slopes.len(), 2);
    for (slope, expected) in slopes.iter().zip(&line.breaks) {
        let (expected, p) = (expected.slope_after.estimate.value, slope.p.clone().unwrap());
        let slope = &slope.slope;
        assert!((slope.value - expected).abs() < 1e-9, "{} {expected}", slope.value);
        let (low, high) = slope.interval().unwrap();
        assert!(low < expected && expected < high);
        assert_eq!(p < 0.05, low > 0.0 || high < 0.0, "{p} {low} {high}");
    }
    let backwards = |values: &[f64]| values.iter().rev().copied().collect::<Vec<f64>>();
    assert_eq!(
        segment_slopes(&backwards(&T), &backwards(&Y), &breaks, Level::P95),
        Ok(slopes)
    );
    // A line that fits exactly, a stretch without a slope, and hardly any observations.
    let exact = segment_slopes(&T, &T, &[10.0], Level::P95).unwrap();
    assert_eq!(
        (
            exact[0].slope.value,
            exact[0].slope.no_interval.clone(),
            exact[0].p.clone()
        ),
        (1.0, Some(Reason::ExactFit), Err(Reason::ExactFit))
    );
    assert_eq!(
        segment_slopes(&T, &Y, &[99.0], Level::P95),
        Err(Reason::Collinear { index: 1 })
    );
    let few = segment_slopes(&T[..6], &Y[..6], &[T[3]], Level::P95).unwrap();
    assert_eq!(few[0].slope.no_interval, Some(Reason::TooFew { needed: 7, found: 6 }));
    assert!(segment_slopes(&T, &Y, &[9.0, 5.0], Level::P95).is_err());
}

/// Of runs of forty days with a wave after the tenth, and errors that keep `memory` of the day before, how many have the slope after it
/// within the interval: of all stretches together, and Newey and West's.
fn slopes_covered(memory: f64) -> [f64; 2] {
    let runs = 400;
    let mut held = [0; 2];
    for run in 0..runs {
        let mut random = ChaCha8Rng::seed_from_u64(62);
        random.set_stream(run);
        let mut normal = || {
            (-2.0 * random.random_range(f64::EPSILON..1.0_f64).ln()).sqrt()
                * (std::f64::consts::TAU * random.random_range(0.0..1.0_f64)).cos()
        };
        let times: Vec<f64> = (0..40).map(f64::from).collect();
        let mut error = 0.0;
        let mut values = Vec::new();
        for day in &times {
            error = memory * error + normal();
            values.push(300.0 - 0.5 * day - if *day >= 10.0 { 20.0 } else { 0.0 } + error);
        }
        let slope = segment_slopes(&times, &values, &[10.0], Level::P95)
            .unwrap()
            .remove(0)
            .slope;
        let line = segmented_regression(&times, &values, &[10.0], Bandwidth::Andrews, Level::P95).unwrap();
        for (held, estimate) in held.iter_mut().zip([&slope, &line.breaks[0].slope_after.estimate]) {
            *held += u32::from(
                estimate
                    .interval()
                    .is_some_and(|(low, high)| low <= -0.5 && -0.5 <= high),
            );
        }
    }
    held.map(|held| f64::from(held) / runs as f64)
}

#[test]
fn slopes_after_a_wave_are_covered_whatever_the_memory() {
    let [walk, newey_west_of_walk] = slopes_covered(1.0);
    let [strong, newey_west_of_strong] = slopes_covered(0.8);
    let [none, _] = slopes_covered(0.0);
    assert!(walk > 0.90 && strong > 0.93 && none > 0.95, "{walk} {strong} {none}");
    assert!(
        newey_west_of_walk < 0.75 && newey_west_of_strong < 0.85,
        "{newey_west_of_walk} {newey_west_of_strong}"
    );
}

#[test]
fn edges() {
    let fit = |times: &[f64], values: &[f64], breaks: &[f64]| {
        segmented_regression(times, values, breaks, Bandwidth::RuleOfThumb, Level::P95)
    };
    assert_eq!(fit(&[], &[], &[]), Err(Reason::TooFew { needed: 4, found: 0 }));
    assert_eq!(
        fit(&T, &Y[..3], &[]),
        Err(Reason::LengthMismatch { left: 20, right: 3 })
    );
    assert_eq!(fit(&[1.0; 20], &Y, &[]), Err(Reason::Constant));
    // A break before or after everything changes nothing that could be told.
    assert_eq!(fit(&T, &Y, &[-5.0]), Err(Reason::Collinear { index: 2 }));
    assert_eq!(fit(&T, &Y, &[99.0]), Err(Reason::Collinear { index: 2 }));
    assert_eq!(fit(&T, &Y, &[25.0]), Err(Reason::Collinear { index: 3 }));
    assert!(matches!(fit(&T, &Y, &[9.0, 5.0]), Err(Reason::OutOfRange { .. })));
    assert!(matches!(fit(&T, &Y, &[f64::NAN]), Err(Reason::NotFinite { .. })));
    let line = fit(&T, &T, &[10.0]).unwrap();
    assert!((line.slope.estimate.value - 1.0).abs() < 1e-12);
    assert_eq!(line.slope.estimate.no_interval, Some(Reason::ExactFit));
    assert_eq!(fit(&T, &[7.0; 20], &[10.0]).unwrap().slope.p, None);
    assert_eq!(fit(&T, &[0.0; 20], &[10.0]).unwrap().start.estimate.value, 0.0);
    // Order of input is no matter.
    let backwards = |values: &[f64]| values.iter().rev().copied().collect::<Vec<f64>>();
    assert_eq!(fit(&T, &Y, &[10.0]), fit(&backwards(&T), &backwards(&Y), &[10.0]));
}
