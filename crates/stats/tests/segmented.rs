//! Segmented regression beside statsmodels and simulated truth.

#![expect(clippy::unwrap_used, reason = "helpers of a test are not themselves test functions")]

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stats::{
    Bandwidth, Coefficient, Level, Reason, UnitPart, segment_slopes, segment_slopes_by_unit, segmented_regression,
};

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

/// Means over units of their values at some times, and what each unit adds to them.
fn means(units: &[Vec<f64>]) -> (Vec<f64>, Vec<UnitPart>) {
    let n = units.len() as f64;
    let means: Vec<f64> = (0..units[0].len())
        .map(|at| units.iter().map(|unit| unit[at]).sum::<f64>() / n)
        .collect();
    let parts = units.iter().enumerate().flat_map(|(unit, values)| {
        let parts = values.iter().zip(&means).enumerate();
        parts.map(move |(value, (own, mean))| UnitPart {
            unit,
            value,
            part: (own - mean) / n,
        })
    });
    let parts = parts.collect();
    (means, parts)
}

#[test]
fn slopes_by_unit_are_statsmodels_with_clusters() {
    let times = [0.0, 1.0, 2.0, 4.0, 5.0, 7.0, 8.0, 11.0];
    let units = [
        [3.0, 4.0, 4.0, 2.0, 2.0, 1.0, 3.0, 5.0],
        [10.0, 9.0, 12.0, 8.0, 7.0, 9.0, 8.0, 9.0],
        [1.0, 1.0, 0.0, 1.0, 2.0, 2.0, 4.0, 3.0],
        [5.0, 7.0, 6.0, 6.0, 5.0, 3.0, 2.0, 2.0],
        [2.0, 2.0, 3.0, 1.0, 0.0, 1.0, 1.0, 2.0],
    ];
    let (values, parts) = means(&units.map(Vec::from));
    let found = segment_slopes_by_unit(&times, &values, &[4.0], &parts, Level::P95).unwrap();
    // D = t >= 4; X = np.column_stack([np.ones(8), t, D, np.where(D, t - 4, 0)]); r = sm.OLS(y.ravel(), np.tile(X, (5, 1))).fit(
    //     cov_type='cluster', cov_kwds=dict(groups=np.repeat(range(5), 8), use_correction=False))
    // c = np.array([0, 1, 0, 1]); b = c @ r.params; e = np.sqrt(5/4 * c @ r.cov_params() @ c); q = st.t.ppf(.975, 4)
    // b, b - q*e, b + q*e, b/e, 2*st.t.sf(abs(b/e), 4)
    let (low, high) = found[0].slope.interval().unwrap();
    let numbers = [
        found[0].slope.value,
        low,
        high,
        found[0].t.unwrap(),
        found[0].p.clone().unwrap(),
    ];
    let expected = [
        0.10666666666666585,
        -0.39803916001253187,
        0.6113724933458635,
        0.5867856658264246,
        0.5888672478888063,
    ];
    for (found, expected) in numbers.into_iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }
    // In any order, and with times twice.
    let mut mixed = parts.clone();
    mixed.reverse();
    let again = segment_slopes_by_unit(&times, &values, &[4.0], &mixed, Level::P95).unwrap();
    assert!((again[0].t.unwrap() - numbers[3]).abs() < 1e-12);
    let twice = |numbers: &[f64]| [numbers, numbers].concat();
    let also = parts.iter().map(|part| UnitPart {
        value: part.value + times.len(),
        ..*part
    });
    let both: Vec<UnitPart> = parts.iter().copied().chain(also).collect();
    let of_twice = segment_slopes_by_unit(&twice(&times), &twice(&values), &[4.0], &both, Level::P95).unwrap();
    assert!((of_twice[0].t.unwrap() - numbers[3]).abs() < 1e-12);
}

#[test]
fn slopes_without_units_enough_say_so() {
    let times = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
    let slopes = |units: &[Vec<f64>]| {
        let (values, parts) = means(units);
        segment_slopes_by_unit(&times, &values, &[3.0], &parts, Level::P95)
            .unwrap()
            .remove(0)
    };
    let one = slopes(&[vec![1.0, 2.0, 3.0, 5.0, 5.0, 6.0]]);
    let too_few = Reason::TooFew { needed: 2, found: 1 };
    assert_eq!(
        (one.slope.no_interval, one.t, one.p),
        (Some(too_few.clone()), None, Err(too_few))
    );
    // Of units that are alike nobody adds anything.
    let alike = slopes(&[vec![0.1; 6], vec![0.1; 6], vec![0.1; 6]]);
    assert_eq!(
        (alike.slope.no_interval, alike.p),
        (Some(Reason::Constant), Err(Reason::Constant))
    );
    let of = |part| segment_slopes_by_unit(&times, &times, &[3.0], &[part], Level::P95);
    let part = UnitPart {
        unit: 0,
        value: 6,
        part: 1.0,
    };
    assert!(matches!(of(part), Err(Reason::OutOfRange { index: 0, .. })));
    let not_finite = UnitPart {
        value: 5,
        part: f64::NAN,
        ..part
    };
    assert!(matches!(of(not_finite), Err(Reason::NotFinite { index: 0, .. })));
    assert!(segment_slopes_by_unit(&times, &times, &[99.0], &[], Level::P95).is_err());
}

/// A set that a wave halves and that fills up again: three come a day, and who is there leaves with a chance of 1 in 50.
#[test]
fn slopes_of_a_set_that_fills_up_are_covered_by_unit() {
    let times: Vec<f64> = (0..100).map(f64::from).collect();
    let runs = 400;
    let mut found = Vec::new();
    for run in 0..runs {
        let mut random = ChaCha8Rng::seed_from_u64(63);
        random.set_stream(run);
        let mut chance = || random.random_range(0.0..1.0_f64);
        let mut there: Vec<usize> = (0..150).collect();
        let mut met = there.len();
        let (mut sizes, mut parts) = (Vec::new(), Vec::new());
        for day in 0..times.len() {
            there.retain(|_| chance() >= if day == 30 { 0.5 } else { 0.02 });
            // Binomial of thirty with mean 3.
            let new = (0..30).filter(|_| chance() < 0.1).count();
            there.extend(met..met + new);
            met += new;
            sizes.push(there.len() as f64);
            parts.extend(there.iter().map(|unit| UnitPart {
                unit: *unit,
                value: day,
                part: 1.0,
            }));
        }
        let by_unit = segment_slopes_by_unit(&times, &sizes, &[30.0], &parts, Level::P95).unwrap();
        let with_memory = segment_slopes(&times, &sizes, &[30.0], Level::P95).unwrap();
        found.push([by_unit, with_memory].map(|slopes| slopes[0].slope.clone()));
    }
    let expected = found.iter().map(|[slope, _]| slope.value).sum::<f64>() / runs as f64;
    let [by_unit, with_memory] = [0, 1].map(|which| {
        let held = found.iter().filter(|slopes| {
            let (low, high) = slopes[which].interval().unwrap();
            (low..=high).contains(&expected)
        });
        held.count() as f64 / runs as f64
    });
    assert!((0.925..=0.975).contains(&by_unit), "{by_unit}");
    assert!(with_memory > 0.985, "{with_memory}");
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
