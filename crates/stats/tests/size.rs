//! Inputs far larger than the other tests', which only an algorithm of the promised order gets through.

use rayon::prelude::*;
use stats::{
    IntervalTransform, KaplanMeier, Level, Reason, Spell, SurvivalRow, kaplan_meier, log_rank, mann_kendall,
    nelson_aalen, theil_sen,
};

/// Spells with as many distinct times as spells, in no order, by a fixed stride through 0..n.
fn many(n: u64) -> Vec<Spell> {
    (0..n)
        .map(|i| {
            let exit = 2.0 + ((i * 7_919 + 13) % n) as f64;
            let entry = if i % 3 == 0 { None } else { Some(exit * 0.3) };
            Spell::new(entry, exit, i % 4 != 0)
        })
        .collect()
}

#[test]
fn a_million_spells() {
    let spells = many(1_000_003);
    let curve = kaplan_meier(&spells, None, Level::P95, IntervalTransform::LogLog).unwrap();
    assert_eq!((curve.rows().count(), curve.spells), (1_000_003, 1_000_003));
    assert!(curve.median().unwrap().interval().is_some());
    assert_eq!(nelson_aalen(&spells, Level::P95).unwrap().rows.len(), 1_000_003);
    let (one, other) = spells.split_at(400_000);
    assert!(log_rank(&[one, other]).unwrap().p > 0.0);
}

#[test]
fn bounds_near_the_curve_and_far_from_it_are_those_of_the_formulas() {
    let z = 1.959_963_984_540_054;
    for spells in [many(1_000_003), many(503), many(7)] {
        for transform in [IntervalTransform::Log, IntervalTransform::LogLog] {
            let curve = kaplan_meier(&spells, None, Level::P95, transform).unwrap();
            for row in curve.rows() {
                let Some((error, (low, high))) = row.std_error.zip(row.ci_low.zip(row.ci_high)) else {
                    continue;
                };
                let (survival, half) = (row.survival, z * error / row.survival);
                let expected = match transform {
                    IntervalTransform::LogLog => {
                        let factor = (half / survival.ln()).exp();
                        (survival.powf(1.0 / factor), survival.powf(factor))
                    }
                    _ => (survival * (-half).exp(), (survival * half.exp()).min(1.0)),
                };
                let is_near = |bound: f64, expected: f64| (bound - expected).abs() <= 1e-12 * expected + 1e-15;
                assert!(
                    is_near(low, expected.0) && is_near(high, expected.1),
                    "{row:?} {expected:?}"
                );
            }
        }
    }
}

#[test]
fn a_group_of_one_among_very_many_is_compared() {
    // One goes at 1, beside one of the first of two groups that take turns; so it is at risk then and never again.
    let of_parity = |odd: u64| -> Vec<Spell> {
        let times = (1..=400_000_u64).filter(|time| time % 2 == odd);
        times.map(|time| Spell::from_origin(time as f64, true)).collect()
    };
    let (first, second) = (of_parity(1), of_parity(0));
    let found = log_rank(&[&[Spell::from_origin(1.0, true)], &first, &second]).unwrap();
    assert_eq!(found.df, 2);
    // Observed less expected of the one and of the first group, and their covariances, from the definition.
    let n = 400_001.0;
    let at_first = 2.0 * (n - 2.0) / (n - 1.0);
    let (mut surplus, mut variance) = (
        1.0 - 2.0 * 200_000.0 / n,
        at_first * (200_000.0 / n) * (1.0 - 200_000.0 / n),
    );
    for time in 2..=400_000_u32 {
        let at_risk = f64::from(400_001 - time);
        let share = f64::from((400_001 - time) / 2) / at_risk;
        surplus += f64::from(time % 2) - share;
        variance += share * (1.0 - share);
    }
    let (one, of_one) = (1.0 - 2.0 / n, at_first / n * (1.0 - 1.0 / n));
    let with = -at_first / n * (200_000.0 / n);
    // What the one adds to the rest, and what it adds by itself.
    let rest = surplus - with / of_one * one;
    let expected = one * one / of_one + rest * rest / (variance - with * with / of_one);
    assert!(
        (found.chi_squared / expected - 1.0).abs() < 1e-9,
        "{} {expected}",
        found.chi_squared
    );
}

/// Long curves are worked out in parts; nothing of that may show.
#[test]
fn a_curve_in_parts_is_one_curve() {
    // Times of one, of few and of many spells.
    for (n, ties) in [(30_011, 1.0), (30_011, 4.0), (20_011, 6_000.0)] {
        let tied = |time: f64| (time / ties).ceil() * ties + 0.5;
        let spells: Vec<Spell> = many(n)
            .iter()
            .map(|spell| Spell::new(spell.late_entry(), tied(spell.exit), spell.event))
            .collect();
        for transform in [
            IntervalTransform::Plain,
            IntervalTransform::Log,
            IntervalTransform::LogLog,
        ] {
            let curve = kaplan_meier(&spells, None, Level::P95, transform).unwrap();
            let rows: Vec<_> = curve.rows().collect();
            let mut survival = 1.0;
            for row in &rows {
                survival *= 1.0 - row.events as f64 / row.at_risk as f64;
                assert!((row.survival - survival).abs() < 1e-12, "{transform:?} at {}", row.time);
            }
            assert!(rows.is_sorted_by(|one, next| one.time < next.time && one.survival >= next.survival));
            let times: Vec<f64> = rows.iter().map(|row| row.time).collect();
            let at_risk = KaplanMeier::at_risk_table(&spells, &times).unwrap();
            assert!(at_risk.iter().zip(&rows).all(|(one, row)| one.at_risk == row.at_risk));
            let on_all_cores: Vec<_> = curve.parts().into_par_iter().flat_map_iter(|part| part).collect();
            assert_eq!(on_all_cores, rows);

            let first = |bound: &dyn Fn(&SurvivalRow) -> Option<f64>, level: f64| {
                let reached = |row: &&SurvivalRow| bound(row).is_some_and(|bound| bound <= level + 1e-9);
                rows.iter().find(reached).map(|row| row.time)
            };
            for percent in 1..100 {
                let level = f64::from(percent) / 100.0;
                let Some(time) = first(&|row| Some(row.survival), level) else {
                    assert!(curve.time_to_survival(level).is_err());
                    continue;
                };
                let found = curve.time_to_survival(level).unwrap();
                assert_eq!(found.value, time, "{transform:?}, {level}");
                assert_eq!(found.ci_low, first(&|row| row.ci_low, level), "{transform:?}, {level}");
                assert_eq!(
                    found.ci_high,
                    first(&|row| row.ci_high, level),
                    "{transform:?}, {level}"
                );
                let later = (time + 0.25).min(times[times.len() - 1]);
                let row = rows.iter().rfind(|row| row.time <= later).unwrap();
                assert_eq!(curve.survival_at(later).unwrap().value, row.survival);
            }
        }
    }
}

#[test]
fn a_series_too_long_for_pairs_is_refused() {
    let series: Vec<f64> = (0..5_001).map(f64::from).collect();
    let refused = Reason::TooMany {
        limit: 5_000,
        found: 5_001,
    };
    assert_eq!(theil_sen(&series, &series, Level::P95), Err(refused.clone()));
    assert_eq!(mann_kendall(&series, &series), Err(refused));
    let allowed = &series[..5_000];
    assert_eq!(theil_sen(allowed, allowed, Level::P95).unwrap().slope.value, 1.0);
}
