//! Slopes and trend tests.

use stats::{
    Level, Margin, PMethod, Reason, TrendCorrection, TrendVerdict, flat_test, flat_test_autocorrelated, mann_kendall,
    mann_kendall_corrected, theil_sen, theil_sen_autocorrelated,
};

use crate::{close, interval_close};

const T: [f64; 10] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
const Y: [f64; 10] = [350.0, 342.0, 351.0, 338.0, 330.0, 335.0, 330.0, 321.0, 325.0, 310.0];

#[test]
fn theil_sen_is_scipys() {
    // st.theilslopes(y, t, 0.95, method='joint')
    let found = theil_sen(&T, &Y, Level::P95).unwrap();
    close(found.slope.value, -4.0, 1e-15);
    close(found.intercept, 350.0, 1e-14);
    interval_close(&found.slope, (-5.5, -2.5), 1e-14);
    // st.theilslopes(y, t, 0.90)
    interval_close(
        &theil_sen(&T, &Y, Level::P90).unwrap().slope,
        (-5.333333333333333, -2.6),
        1e-14,
    );
}

#[test]
fn mann_kendall_with_ties() {
    // S, var = n(n-1)(2n+5)/18 - sum of tie terms, z = (S - sign(S))/sqrt(var), 2*st.norm.sf(abs(z)), written out in
    // numpy
    let found = mann_kendall(&T, &Y).unwrap();
    assert_eq!((found.s, found.variance), (-36.0, 124.0));
    close(found.z, -3.143092785468561, 1e-12);
    close(found.p, 0.0016717283964848024, 1e-9);
    assert_eq!(found.p_method, PMethod::NormalContinuityCorrected);
    close(found.tau, -0.8090398349558905, 1e-12); // st.kendalltau(t, y).statistic
}

#[test]
fn mann_kendall_without_ties_is_exact() {
    // st.kendalltau(t, [5, 3, 4, 6, 8, 7, 9, 2, 10, 12], method='exact')
    let found = mann_kendall(&T, &[5.0, 3.0, 4.0, 6.0, 8.0, 7.0, 9.0, 2.0, 10.0, 12.0]).unwrap();
    close(found.tau, 0.5555555555555555, 1e-12);
    close(found.p, 0.02860945767195767, 1e-12);
    assert_eq!(found.p_method, PMethod::Exact);
}

#[test]
fn residual_autocorrelation_by_hand() {
    // e = y - st.theilslopes(y, t).slope * t; e -= e.mean(); (e[:-1] * e[1:]).sum() / (e * e).sum()
    let found = flat_test(&T, &Y, Margin::new(0.1).unwrap()).unwrap();
    close(found.residual_autocorrelation.unwrap(), -0.4651750972762643, 1e-12);
}

#[test]
fn flat_is_shown_not_assumed() {
    let verdict = |values: &[f64], margin: f64| {
        let times: Vec<f64> = (0..values.len()).map(|day| day as f64).collect();
        flat_test(&times, values, Margin::new(margin).unwrap()).map(|test| test.verdict)
    };
    let rising: Vec<f64> = Y.iter().rev().copied().collect();
    assert_eq!(verdict(&Y, 0.05), Ok(TrendVerdict::Down));
    assert_eq!(verdict(&rising, 0.05), Ok(TrendVerdict::Up));
    // A fall of a tenth is flat to a reader who asked for a quarter.
    assert_eq!(verdict(&Y, 0.25), Ok(TrendVerdict::Flat));
    // Noise without a trend: too wide for a narrow margin, which a failure to reject would have called flat.
    let noise = [300.0, 400.0, 310.0, 390.0, 330.0, 380.0, 305.0, 395.0];
    assert_eq!(verdict(&noise, 0.05), Ok(TrendVerdict::Inconclusive));
    assert_eq!(verdict(&[350.0; 30], 0.01), Ok(TrendVerdict::Flat));
    assert_eq!(verdict(&[350.0, 351.0, 352.0], 0.5), Err(Reason::IntervalUnattainable));
    assert_eq!(verdict(&[0.0; 10], 0.5), Err(Reason::ZeroDenominator { what: "mean" }));
}

#[test]
fn corrected_mann_kendall_is_pymannkendalls() {
    // pymannkendall 1.4.3: hamed_rao_modification_test(y), yue_wang_modification_test(y, lag=k): (var_s, z, p)
    let long = [
        3.0, 4.0, 6.0, 5.0, 7.0, 9.0, 8.0, 8.0, 6.0, 5.0, 4.0, 4.0, 3.0, 5.0, 6.0, 8.0, 9.0, 11.0, 10.0, 9.0, 8.0, 9.0,
        10.0, 12.0,
    ];
    let times: Vec<f64> = (0..24).map(f64::from).collect();
    let check = |times: &[f64], values: &[f64], correction, lags, expected: (f64, f64, f64)| {
        let found = mann_kendall_corrected(times, values, correction, lags).unwrap();
        close(found.test.variance, expected.0, 1e-11);
        close(found.test.z, expected.1, 1e-11);
        close(found.test.p, expected.2, 1e-9);
    };
    let (rao, wang) = (TrendCorrection::HamedRao, TrendCorrection::YueWang);
    check(&T, &Y, rao, 9, (124.0, -3.143092785468561, 0.001671728396484884));
    check(
        &times,
        &long,
        rao,
        23,
        (1910.7540997989227, 2.9282460734152806, 0.003408801438429254),
    );
    check(
        &times,
        &long,
        rao,
        3,
        (3597.1007853403144, 2.134192879102292, 0.032826995371599166),
    );
    check(
        &times,
        &long,
        wang,
        1,
        (3825.3886129506996, 2.0695322059844634, 0.03849617236718106),
    );
    check(
        &times,
        &long,
        wang,
        3,
        (5149.315738988752, 1.7837550209127278, 0.07446348128577429),
    );
    // Order of input is order of time.
    let backwards = |values: &[f64]| values.iter().rev().copied().collect::<Vec<f64>>();
    check(
        &backwards(&times),
        &backwards(&long),
        rao,
        3,
        (3597.1007853403144, 2.134192879102292, 0.032826995371599166),
    );
    assert_eq!(
        mann_kendall_corrected(&T, &[1.0; 10], rao, 3).unwrap_err(),
        Reason::Constant
    );
}

#[test]
fn the_interval_with_memory_by_brute_force() {
    // Dense matrices in numpy for these times (X = [1, t]; for every tau and independent error of the doc comment R, P = R^-1 -
    // R^-1 X (X' R^-1 X)^-1 X' R^-1, log weight = log prior - (log|R| + log|X' R^-1 X| + 5 log y'Py)/2, se^2 = y'Py/5 a'Ra) and
    // scipy.optimize.brentq(lambda h: (w * st.t.cdf(-h / se, 5)).sum() - 0.025, 1e-9, 1e3)
    let times = [0.0, 1.0, 3.0, 4.0, 8.0, 9.0, 13.0];
    let values = [5.0, 6.0, 4.0, 7.0, 9.0, 8.0, 12.0];
    let found = theil_sen_autocorrelated(&times, &values, Level::P95).unwrap();
    let (low, high) = found.line.slope.interval().unwrap();
    close((high - low) / 2.0, 0.8745731318417725, 1e-9);
    let slope = theil_sen(&times, &values, Level::P95).unwrap().slope.value;
    close(f64::midpoint(low, high), slope, 1e-12);
    close(found.random_walk_weight.unwrap(), 0.7560036288430559, 1e-9);
}

#[test]
fn edges_of_the_interval_with_memory() {
    // A perfect line leaves nothing to estimate errors from.
    let line = theil_sen_autocorrelated(&T, &T, Level::P95).unwrap();
    assert_eq!(line.line.slope.interval(), Some((1.0, 1.0)));
    assert_eq!(line.random_walk_weight, None);
    let too_few = Some(Reason::TooFew { needed: 5, found: 4 });
    let four = theil_sen_autocorrelated(&T[..4], &Y[..4], Level::P95).unwrap();
    assert_eq!(four.line.slope.no_interval, too_few);
    // Twice the same time is one moment.
    let twice = theil_sen_autocorrelated(&[0.0, 0.0, 1.0, 2.0, 3.0], &Y[..5], Level::P95).unwrap();
    assert_eq!(twice.line.slope.no_interval, too_few);
    let verdict = |values: &[f64], margin| {
        flat_test_autocorrelated(&T, values, Margin::new(margin).unwrap()).map(|test| test.verdict)
    };
    assert_eq!(verdict(&[350.0; 10], 0.01), Ok(TrendVerdict::Flat));
    assert_eq!(verdict(&Y, 0.5), Ok(TrendVerdict::Flat));
    // What is short of a fall to be sure of may be a walk.
    assert_eq!(verdict(&Y[..7].repeat(2)[..10], 0.01), Ok(TrendVerdict::Inconclusive));
    assert_eq!(verdict(&[0.0; 10], 0.5), Err(Reason::ZeroDenominator { what: "mean" }));
}
