//! Slopes and trend tests.

use stats::{Level, Margin, PMethod, Reason, TrendVerdict, flat_test, mann_kendall, theil_sen};

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
