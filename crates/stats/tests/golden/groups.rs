//! Groups held against each other, families of tests, concentration, and what a survival curve is asked.

use stats::{
    Bootstrap, BootstrapInterval, IntervalTransform, KaplanMeier, Level, Reason, Spell, brunner_munzel, gini,
    hodges_lehmann, holm, kaplan_meier, log_rank, mann_whitney, sign_test, stratified_log_rank,
};

use crate::{close, interval_close};

const A: [f64; 9] = [310.0, 25.0, 90.0, 410.0, 55.0, 800.0, 90.0, 120.0, 60.0];
const B: [f64; 11] = [12.0, 40.0, 90.0, 33.0, 20.0, 61.0, 15.0, 300.0, 25.0, 18.0, 44.0];

#[test]
fn two_samples_are_scipys() {
    // m = st.mannwhitneyu(a, b, method='asymptotic'); m.statistic, m.pvalue
    let found = mann_whitney(&A, &B).unwrap();
    close(found.u, 82.5, 1e-14);
    close(found.p, 0.013368443629306765, 1e-9);
    close(found.superiority, 82.5 / 99.0, 1e-14);
    // m = st.brunnermunzel(a, b); -m.statistic, m.pvalue
    let found = brunner_munzel(&A, &B, Level::P95).unwrap();
    close(found.t, 3.613794587084817, 1e-12);
    close(found.p, 0.001998043018925813, 1e-9);
    close(found.superiority.value, 82.5 / 99.0, 1e-12);
    // np.median(np.subtract.outer(a, b)); d = np.sort(np.subtract.outer(a, b), None); r = round(99/2 - 1.959963984540054 *
    // np.sqrt(99/12 * (21 - ties/380))); d[r - 1], d[99 - r] with ties = sum(t**3 - t)
    let found = hodges_lehmann(&A, &B, Level::P95).unwrap();
    close(found.value, 65.0, 1e-14);
    interval_close(&found, (13.0, 292.0), 1e-14);
    // st.binomtest(3, 11).pvalue
    let differences = [1.0, -2.0, 3.0, 4.0, 0.0, 2.5, 1.5, -0.5, 7.0, -1.0, 2.0, 3.5];
    close(sign_test(&differences).unwrap(), 0.2265625, 1e-9);
    // st.binomtest(k, n).pvalue
    for (k, n, p) in [
        (3, 12, 0.14599609375),
        (1000, 2001, 1.0),
        (125_000, 250_000, 1.0),
        (124_600, 250_000, 0.11004279291867831),
        (124_000, 250_000, 6.387456356024897e-05),
        (120_000, 250_000, 5.434771312722521e-89),
        (499_000, 1_000_001, 0.04550031788736289),
        (4_997_000, 10_000_000, 0.057821285315843185),
    ] {
        let signs: Vec<f64> = (0..n).map(|i| if i < k { -1.0 } else { 1.0 }).collect();
        close(sign_test(&signs).unwrap(), p, 1e-11);
    }
}

#[test]
fn holm_is_statsmodels() {
    // statsmodels.stats.multitest.multipletests([0.01, 0.04, 0.03, 0.005, 0.8], method='holm')[1]
    let found = holm(&[0.01, 0.04, 0.03, 0.005, 0.8]).unwrap();
    for (found, expected) in found.into_iter().zip([0.04, 0.09, 0.09, 0.025, 0.8]) {
        close(found, expected, 1e-12);
    }
    assert!(matches!(
        holm(&[0.1, f64::NAN]),
        Err(Reason::OutOfRange { index: 1, .. })
    ));
}

#[test]
fn concentration_by_hand() {
    // np.abs(np.subtract.outer(a, a)).mean() / (2 * a.mean())
    close(gini(&A).unwrap(), 0.532312925170068, 1e-12);
    assert_eq!(gini(&[3.0; 7]), Ok(0.0));
    assert_eq!(gini(&[0.0, 0.0, 0.0, 5.0]), Ok(0.75));
    assert!(matches!(gini(&[0.0; 3]), Err(Reason::ZeroDenominator { .. })));
    assert!(matches!(gini(&[1.0, -1.0]), Err(Reason::OutOfRange { index: 1, .. })));
    let bootstrap = Bootstrap {
        resamples: 500,
        seed: 2,
        level: Level::P95,
        interval: BootstrapInterval::Percentile,
    };
    assert!(bootstrap.of_values(&A, gini).unwrap().interval().is_some());
}

fn spells() -> Vec<(Spell, usize, usize)> {
    let times = [5, 6, 6, 2, 8, 4, 3, 9, 10, 7, 12, 12, 1, 3, 5, 8, 11, 4, 6, 9];
    let row = |(index, time): (usize, i32)| {
        (
            Spell::from_origin(f64::from(time), index % 3 != 2),
            index % 2,
            index / 7,
        )
    };
    times.into_iter().enumerate().map(row).collect()
}

#[test]
fn a_stratified_log_rank_test_is_statsmodels() {
    // from statsmodels.duration.survfunc import survdiff; survdiff(t, e, group, strata=strata)
    let of = |stratum: usize, group: usize| -> Vec<Spell> {
        spells()
            .iter()
            .filter(|(_, g, s)| *g == group && *s == stratum)
            .map(|row| row.0)
            .collect()
    };
    let all: Vec<[Vec<Spell>; 2]> = (0..3).map(|stratum| [of(stratum, 0), of(stratum, 1)]).collect();
    let groups: Vec<[&[Spell]; 2]> = all.iter().map(|[a, b]| [&a[..], &b[..]]).collect();
    let strata: Vec<&[&[Spell]]> = groups.iter().map(|groups| &groups[..]).collect();
    let found = stratified_log_rank(&strata).unwrap();
    close(found.chi_squared, 0.4712804361923273, 1e-9);
    close(found.p, 0.49239869708770356, 1e-9);
    assert_eq!(found.df, 1);
    // One stratum is no stratum; an empty group in one of several is no error, in all of them it is.
    assert_eq!(stratified_log_rank(&strata[..1]), log_rank(strata[0]));
    assert!(stratified_log_rank(&[strata[0], &[&all[1][0], &[]]]).is_ok());
    assert_eq!(
        stratified_log_rank(&[&[&all[0][0], &[]]]),
        Err(Reason::TooFew { needed: 1, found: 0 })
    );
}

#[test]
fn what_a_curve_is_asked() {
    let spells: Vec<Spell> = spells().iter().map(|row| row.0).collect();
    let curve = kaplan_meier(&spells, None, Level::P95, IntervalTransform::LogLog).unwrap();
    // lifelines.utils.restricted_mean_survival_time(KaplanMeierFitter().fit(t, e), t=10); the variance, sum of (area right of each event
    // time)**2 d/(n(n - d)), written out in numpy
    let mean = curve.restricted_mean(10.0).unwrap();
    close(mean.value, 7.050000000000001, 1e-12);
    let (low, high) = mean.interval().unwrap();
    close((high - low) / (2.0 * 1.959963984540054), 0.6609175106261747, 1e-9);
    close(curve.restricted_mean(0.5).unwrap().value, 0.5, 1e-14);
    assert!(matches!(
        curve.restricted_mean(13.0),
        Err(Reason::OutsideObservation { .. })
    ));
    let (share, survival) = (curve.event_share_at(6.0).unwrap(), curve.survival_at(6.0).unwrap());
    close(share.value, 1.0 - survival.value, 1e-14);
    interval_close(
        &share,
        (1.0 - survival.ci_high.unwrap(), 1.0 - survival.ci_low.unwrap()),
        1e-14,
    );
    let table = KaplanMeier::at_risk_table(&spells, &[0.0, 3.0, 12.0, 13.0]).unwrap();
    let counts: Vec<(u64, u64, u64)> = table
        .iter()
        .map(|row| (row.at_risk, row.events, row.censored))
        .collect();
    assert_eq!(counts, [(20, 0, 0), (18, 4, 0), (2, 14, 6), (0, 14, 6)]);
    for row in curve.rows() {
        assert_eq!(
            KaplanMeier::at_risk_table(&spells, &[row.time]).unwrap()[0].at_risk,
            row.at_risk
        );
    }
}

#[test]
fn shifts_of_groups_whose_pairs_could_not_be_listed() {
    // A hundred thousand million pairs; both groups evenly spaced, so that the shift is that of their middles.
    let first: Vec<f64> = (0..200_000).map(|i| 1e6 + f64::from(i)).collect();
    let second: Vec<f64> = (0..500_000).map(f64::from).collect();
    let found = hodges_lehmann(&first, &second, Level::P95).unwrap();
    close(found.value, 1e6 + 99_999.5 - 249_999.5, 1e-14);
    let (low, high) = found.interval().unwrap();
    assert!(
        low < found.value && found.value < high && high - low < 3000.0,
        "{low} {high}"
    );
}

#[test]
fn edges_of_groups() {
    assert_eq!(mann_whitney(&[], &A), Err(Reason::TooFew { needed: 1, found: 0 }));
    assert_eq!(mann_whitney(&[2.0; 4], &[2.0; 3]), Err(Reason::Constant));
    assert_eq!(
        brunner_munzel(&[1.0, 2.0], &[3.0, 4.0], Level::P95),
        Err(Reason::NoOverlap)
    );
    assert_eq!(
        brunner_munzel(&[1.0, 1.0], &[1.0, 1.0], Level::P95),
        Err(Reason::Constant)
    );
    assert_eq!(
        brunner_munzel(&[1.0], &A, Level::P95),
        Err(Reason::TooFew { needed: 2, found: 1 })
    );
    assert_eq!(
        hodges_lehmann(&[1.0], &[2.0], Level::P95).unwrap().no_interval,
        Some(Reason::IntervalUnattainable)
    );
    assert_eq!(sign_test(&[0.0; 3]), Err(Reason::AllZero));
    assert_eq!(sign_test(&[1.0]), Ok(1.0));
    assert!(matches!(mann_whitney(&[f64::NAN], &A), Err(Reason::NotFinite { .. })));
}
