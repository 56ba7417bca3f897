//! Survival with delayed entry.

use stats::{Caution, IntervalTransform, Level, Reason, RiskTable, Spell, kaplan_meier, log_rank, nelson_aalen};

use crate::close;

const T: [f64; 12] = [5.0, 6.0, 6.0, 2.5, 8.0, 4.0, 3.0, 9.0, 10.0, 7.0, 12.0, 12.0];
const E: [bool; 12] = [
    true, true, false, true, true, false, true, false, true, true, false, true,
];
const N: [f64; 12] = [0.0, 2.0, 1.0, 0.0, 3.0, 1.0, 0.0, 4.0, 6.0, 5.0, 2.0, 7.0];

fn spells() -> Vec<Spell> {
    (0..12).map(|i| Spell::entered(N[i], T[i], E[i])).collect()
}

#[test]
fn kaplan_meier_with_entry_is_lifelines() {
    let curve = kaplan_meier(&spells(), None, Level::P95, IntervalTransform::LogLog).unwrap();
    // k = KaplanMeierFitter().fit(T, E, entry=N); k.survival_function_, k.confidence_interval_ (log-log); lifelines
    // also has rows for entry times, left out here. At risk: k.event_table.at_risk - k.event_table.entrance
    let expected = [
        (2.5, 7, 0.8571428571428572, 0.3340538792922218, 0.9785610585261756),
        (3.0, 6, 0.7142857142857143, 0.2581536654587949, 0.9197974560448583),
        (4.0, 6, 0.7142857142857143, 0.2581536654587949, 0.9197974560448583),
        (5.0, 6, 0.5952380952380952, 0.19863758179922258, 0.8466031775269506),
        (6.0, 6, 0.496031746031746, 0.15337013067268432, 0.7693720491932875),
        (7.0, 5, 0.3968253968253968, 0.10673522757341557, 0.682627397522965),
        (8.0, 5, 0.31746031746031744, 0.07620026769929948, 0.5996579917317807),
        (9.0, 4, 0.31746031746031744, 0.07620026769929948, 0.5996579917317807),
        (10.0, 3, 0.21164021164021157, 0.03280638389947277, 0.4937732950026452),
        (12.0, 2, 0.10582010582010579, 0.005992231875317375, 0.3731437727863289),
    ];
    assert_eq!(curve.rows().count(), expected.len());
    for (row, (time, at_risk, survival, low, high)) in curve.rows().zip(expected) {
        assert_eq!((row.time, row.at_risk), (time, at_risk));
        close(row.survival, survival, 1e-12);
        close(row.ci_low.unwrap(), low, 1e-9);
        close(row.ci_high.unwrap(), high, 1e-9);
    }
    // k.median_survival_time_, median_survival_times(k.confidence_interval_)
    let median = curve.median().unwrap();
    assert_eq!(
        (median.value, median.interval(), median.n),
        (6.0, Some((2.5, 10.0)), 12)
    );
    assert!(curve.cautions.is_empty());
}

#[test]
fn greenwood_and_the_other_transforms_by_hand() {
    // S *= 1-d/n; g += d/(n*(n-d)); S*sqrt(g); S -+ z*S*sqrt(g); S*exp(-+ z*sqrt(g)), written out in numpy at t = 8
    let at_8 = |transform| {
        kaplan_meier(&spells(), None, Level::P95, transform)
            .unwrap()
            .rows()
            .nth(6)
            .unwrap()
    };
    close(
        at_8(IntervalTransform::Plain).std_error.unwrap(),
        0.1501857500471026,
        1e-12,
    );
    close(
        at_8(IntervalTransform::Plain).ci_high.unwrap(),
        0.6118189785437735,
        1e-9,
    );
    close(
        at_8(IntervalTransform::Plain).ci_low.unwrap(),
        0.023101656376861734,
        1e-9,
    );
    close(at_8(IntervalTransform::Log).ci_low.unwrap(), 0.12560261121316313, 1e-9);
    close(at_8(IntervalTransform::Log).ci_high.unwrap(), 0.8023802386637308, 1e-9);
}

#[test]
fn nelson_aalen_is_lifelines() {
    // na = NelsonAalenFitter().fit(T, E, entry=N); na.cumulative_hazard_, na._cumulative_sq, na.confidence_interval_;
    // the events are untied, so lifelines' smoothing changes nothing
    let expected = [
        (
            0.1428571428571428,
            0.020408163265306145,
            0.02012335629903102,
            1.0141530548901923,
        ),
        (
            0.3095238095238093,
            0.048185941043083824,
            0.07709488487246739,
            1.2426893018987548,
        ),
        (
            0.3095238095238093,
            0.048185941043083824,
            0.07709488487246739,
            1.2426893018987548,
        ),
        (
            0.47619047619047583,
            0.0759637188208615,
            0.15314830463199963,
            1.480639110954495,
        ),
        (
            0.6428571428571423,
            0.10374149659863918,
            0.2407902399473702,
            1.716287612873247,
        ),
        (
            0.8428571428571425,
            0.14374149659863922,
            0.3490341730015756,
            2.0353541808128304,
        ),
        (
            1.0428571428571427,
            0.18374149659863925,
            0.46596274314102615,
            2.333987076041849,
        ),
        (
            1.0428571428571427,
            0.18374149659863925,
            0.46596274314102615,
            2.333987076041849,
        ),
        (
            1.376190476190476,
            0.2948526077097504,
            0.6350677375976864,
            2.982201920572368,
        ),
        (
            1.876190476190476,
            0.5448526077097504,
            0.8677456980548681,
            4.056592514187569,
        ),
    ];
    let curve = nelson_aalen(&spells(), Level::P95).unwrap();
    assert_eq!(curve.rows.len(), expected.len());
    for (row, (hazard, variance, low, high)) in curve.rows.iter().zip(expected) {
        close(row.cumulative_hazard, hazard, 1e-12);
        close(row.std_error.unwrap().powi(2), variance, 1e-12);
        close(row.ci_low.unwrap(), low, 1e-9);
        close(row.ci_high.unwrap(), high, 1e-9);
    }
}

fn from_origin(times: &[f64], events: &[u8]) -> Vec<Spell> {
    times
        .iter()
        .zip(events)
        .map(|(&time, &event)| Spell::from_origin(time, event == 1))
        .collect()
}

#[test]
fn log_rank_is_lifelines() {
    let a = from_origin(&[6.0, 7.0, 10.0, 15.0, 19.0, 25.0], &[1, 0, 1, 1, 0, 1]);
    let b = from_origin(&[1.0, 2.0, 3.0, 4.0, 5.0, 8.0, 8.0], &[1, 1, 1, 1, 1, 0, 1]);
    let c = from_origin(&[2.0, 9.0, 11.0, 12.0, 20.0], &[1, 1, 0, 1, 1]);
    // logrank_test(A, B, event_observed_A, event_observed_B)
    let two = log_rank(&[&a, &b]).unwrap();
    close(two.chi_squared, 6.289043625062805, 1e-10);
    close(two.p, 0.012148658703026364, 1e-9);
    // multivariate_logrank_test(A + B + C, [0]*6 + [1]*7 + [2]*5, events)
    let three = log_rank(&[&a, &b, &c]).unwrap();
    close(three.chi_squared, 9.11708558182158, 1e-10);
    close(three.p, 0.010477315464081576, 1e-9);
    assert_eq!(three.df, 2);
}

#[test]
fn log_rank_with_entry() {
    let all = spells();
    let group = |g: usize| all.iter().skip(g).step_by(3).copied().collect::<Vec<_>>();
    // The textbook sums in numpy: X += D*r/n; V += D*(n-D)/(n-1)*(np.diag(r/n) - np.outer(r, r)/n**2);
    // (O-X) @ np.linalg.pinv(V) @ (O-X); st.chi2.sf(_, 2)
    let found = log_rank(&[&group(0), &group(1), &group(2)]).unwrap();
    close(found.chi_squared, 8.132696482581435, 1e-9);
    close(found.p, 0.017139865014834946, 1e-9);
    // A group nobody meets costs a degree of freedom and changes nothing.
    let late = [Spell::entered(100.0, 110.0, true)];
    let with_late = log_rank(&[&group(0), &group(1), &group(2), &late]).unwrap();
    assert_eq!(with_late.df, 2);
    close(with_late.chi_squared, 8.132696482581435, 1e-9);
}

#[test]
fn an_emptied_risk_set_is_said() {
    // The first subject is alone at risk when it dies: the curve drops to zero at 2 and the rest cannot bring it back.
    let spells = [
        Spell::entered(0.0, 2.0, true),
        Spell::entered(5.0, 9.0, true),
        Spell::entered(5.0, 12.0, false),
        Spell::entered(6.0, 11.0, true),
    ];
    let curve = kaplan_meier(&spells, None, Level::P95, IntervalTransform::Log).unwrap();
    assert_eq!(
        curve.cautions,
        [
            Caution::RiskSetEmptied {
                time: 2.0,
                later_spells: 3
            },
            Caution::Gap { from: 2.0, to: 5.0 }
        ]
    );
    assert_eq!(curve.median(), Err(Reason::RiskSetEmptied { time: 2.0 }));
    assert_eq!(curve.survival_at(10.0), Err(Reason::RiskSetEmptied { time: 2.0 }));
    assert_eq!(curve.survival_at(1.0).unwrap().value, 1.0);
    // The last event among fewer than three, before the risk set is at its largest, is that one.
    assert_eq!(RiskTable::new(&spells).unwrap().thin_until(3), Some(2.0));
    assert_eq!(RiskTable::new(&spells).unwrap().thin_until(1), None);
    // Survival given survival to 5 is well defined.
    let later = kaplan_meier(&spells, Some(5.0), Level::P95, IntervalTransform::Log).unwrap();
    assert!(later.cautions.is_empty());
    close(later.survival_at(10.0).unwrap().value, 2.0 / 3.0, 1e-15);
    assert_eq!(later.median().unwrap().value, 11.0);
}

#[test]
fn ties_between_entry_event_and_censoring() {
    // Entering at 3 is not being at risk at 3; a censoring at 3 still is, after the event there.
    let spells = [
        Spell::from_origin(3.0, true),
        Spell::from_origin(3.0, false),
        Spell::entered(3.0, 4.0, false),
    ];
    let table = RiskTable::new(&spells).unwrap();
    let found: Vec<_> = table
        .rows()
        .map(|row| (row.time, row.at_risk, row.events, row.censored))
        .collect();
    assert_eq!(found, [(3.0, 2, 1, 1), (4.0, 1, 0, 1)]);
}

#[test]
fn an_unsound_spell_is_refused_whether_days_are_counted_or_times_sorted() {
    for fraction in [0.0, 0.5] {
        let sound = Spell::from_origin(7.0 + fraction, true);
        let refusal = |spell| RiskTable::new(&[sound, spell, sound]).unwrap_err().to_string();
        for spell in [
            Spell::entered(-3.0, 5.0, true),
            Spell::entered(5.0, 5.0, true),
            Spell::entered(6.0, 5.0, true),
            Spell::entered(f64::NAN, 5.0, true),
            Spell::entered(f64::INFINITY, 5.0, true),
            Spell::from_origin(-1.0, true),
            Spell::from_origin(f64::NAN, true),
            Spell::from_origin(f64::INFINITY, true),
        ] {
            let message = refusal(spell);
            let place = if spell.exit == 5.0 { "entry time" } else { "exit time" };
            assert!(message.contains(place), "{message}");
        }
        assert!(RiskTable::new(&[sound, Spell::entered(-0.0, 5.0, true)]).is_ok());
    }
}
