//! Inputs far larger than the other tests', which only an algorithm of the promised order gets through.

use stats::{IntervalTransform, Level, Reason, Spell, kaplan_meier, log_rank, mann_kendall, nelson_aalen, theil_sen};

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
    assert_eq!((curve.rows().len(), curve.spells), (1_000_003, 1_000_003));
    assert!(curve.median().unwrap().interval().is_some());
    assert_eq!(nelson_aalen(&spells, Level::P95).unwrap().rows.len(), 1_000_003);
    let (one, other) = spells.split_at(400_000);
    assert!(log_rank(&[one, other]).unwrap().p > 0.0);
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
