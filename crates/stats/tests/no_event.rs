//! Survival before the first event: its bound against those of shares and rates, and whether it holds the truth.

#![expect(clippy::unwrap_used, reason = "helpers of a test are not themselves test functions")]

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stats::{Estimate, IntervalTransform, KaplanMeier, Level, Reason, Spell, clopper_pearson, garwood, kaplan_meier};

fn curve(spells: &[Spell], from: Option<f64>) -> KaplanMeier {
    kaplan_meier(spells, from, Level::P95, IntervalTransform::LogLog).unwrap()
}

#[track_caller]
fn lower_is(found: &Estimate, expected: f64) {
    let (low, high) = found.interval().unwrap();
    assert_eq!((found.value, high), (1.0, 1.0));
    assert!((low - expected).abs() < 1e-12, "{low}, not {expected}");
}

#[test]
fn of_all_at_risk_all_the_time_it_is_the_exact_bound_of_no_event_among_them() {
    let mut spells = vec![Spell::from_origin(9.0, false); 19];
    spells.push(Spell::from_origin(5.0, true));
    let none = clopper_pearson(0, 20, Level::P95).unwrap().ci_high.unwrap();
    for time in [0.5, 2.0, 4.999] {
        let found = curve(&spells, None).survival_at(time).unwrap();
        lower_is(&found, 1.0 - none);
        assert!(found.method.contains("no event yet"), "{}", found.method);
    }
    // From the event on it is the curve's own.
    let later = curve(&spells, None).survival_at(5.0).unwrap();
    assert_eq!((later.value, later.method), (0.95, "Kaplan-Meier, log-log interval"));
    // Turned round it is the share suspended by then.
    let gone = curve(&spells, None).event_share_at(2.0).unwrap();
    assert_eq!((gone.value, gone.ci_low), (0.0, Some(0.0)));
    assert!((gone.ci_high.unwrap() - none).abs() < 1e-12);
    // The curve's own columns know of no interval.
    let row = curve(&[Spell::from_origin(1.0, false), Spell::from_origin(2.0, true)], None)
        .rows()
        .next()
        .unwrap();
    assert_eq!(
        (row.survival, row.std_error, row.ci_low, row.ci_high),
        (1.0, None, None, None)
    );
}

#[test]
fn of_late_entries_and_early_exits_it_is_that_of_the_time_watched() {
    let spells = [
        Spell::entered(1.0, 9.0, false),
        Spell::entered(2.0, 3.0, false),
        Spell::entered(2.5, 8.0, true),
        Spell::entered(6.0, 9.0, false),
        Spell::entered(8.5, 9.0, false),
    ];
    // Watched by 4: 3 + 1 + 1.5 days, of the 3 since the first came.
    let rate = garwood(0, 5.5, Level::P95).unwrap().ci_high.unwrap();
    lower_is(&curve(&spells, None).survival_at(4.0).unwrap(), (-3.0 * rate).exp());
    // Given survival to 2.25: 1.75 + 0.75 + 1.5, of 1.75.
    let rate = garwood(0, 4.0, Level::P95).unwrap().ci_high.unwrap();
    lower_is(
        &curve(&spells, Some(2.25)).survival_at(4.0).unwrap(),
        (-1.75 * rate).exp(),
    );
    let at_its_beginning = curve(&spells, None).survival_at(1.0).unwrap();
    assert_eq!(at_its_beginning.no_interval, Some(Reason::NoEventYet));
}

#[test]
fn the_share_by_an_age_is_not_told_of_a_curve_that_begins_late() {
    let spells = [Spell::entered(0.5, 9.0, true), Spell::entered(0.5, 3.0, false)];
    let told = |age| curve(&spells, None).event_share_at(age).map(|share| share.value);
    let (begins, age) = (0.5, 2.0);
    assert_eq!(told(age), Err(Reason::BeginsLate { begins, age }));
    assert_eq!(told(2.5), Ok(0.0));
    // Given survival to a time of one's own choice it is as late.
    let watched = [Spell::from_origin(9.0, true), Spell::from_origin(8.0, true)];
    let late = curve(&watched, Some(2.0)).event_share_at(8.0).unwrap_err();
    assert_eq!(
        late.to_string(),
        "the curve begins at 2.0, too late to tell the share by 8"
    );
}

/// Whether a survival's interval holds it, of accounts that are first seen some time after their creation.
#[test]
fn survival_at_a_time_that_few_fail_by_is_covered_with_and_without_events() {
    let (daily, time) = (0.004, 2.0);
    let truth = f64::exp(-daily * (time - 0.3));
    let (mut held, mut without, mut runs) = (0, 0, 0);
    for run in 0..1500 {
        let mut random = ChaCha8Rng::seed_from_u64(41);
        random.set_stream(run);
        let mut uniform = || random.random_range(f64::EPSILON..1.0);
        // The first is seen at 0.3, so that all curves are of survival given survival to then.
        let spells: Vec<Spell> = (0..80)
            .filter_map(|account| {
                let entry = if account == 0 { 0.3 } else { 0.3 + 4.0 * uniform() };
                let (life, end) = (-uniform().ln() / daily, 5.0 + 20.0 * uniform());
                (life > entry).then(|| Spell::entered(entry, f64::min(life, end), life < end))
            })
            .collect();
        if let Ok(found) = curve(&spells, None).survival_at(time) {
            let (low, high) = found.interval().unwrap();
            without += u32::from(found.value == 1.0);
            held += u32::from((low..=high).contains(&truth));
            runs += 1;
        }
    }
    let (covered, without) = (f64::from(held) / f64::from(runs), f64::from(without) / f64::from(runs));
    assert!((0.95..=1.0).contains(&covered), "{covered}");
    // Those without an event alone would leave nearly all out.
    assert!((0.6..0.97).contains(&without), "{without}");
}
