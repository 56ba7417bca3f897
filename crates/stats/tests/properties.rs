//! What must hold whatever the data.

use proptest::prelude::*;
use stats::*;

fn spell() -> impl Strategy<Value = Spell> {
    // Small whole times, so that ties of every kind are common.
    (0_u8..12, 1_u8..12, any::<bool>(), any::<bool>()).prop_map(|(entry, length, event, from_origin)| {
        let (entry, length) = (f64::from(entry), f64::from(length));
        Spell::new((!from_origin).then_some(entry), entry + length, event)
    })
}

fn transform() -> impl Strategy<Value = IntervalTransform> {
    prop_oneof![
        Just(IntervalTransform::Plain),
        Just(IntervalTransform::Log),
        Just(IntervalTransform::LogLog)
    ]
}

/// Numbers of every kind, the awkward ones often.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -1e3..1e3,
        1 => prop_oneof![
            Just(0.0), Just(-0.0), Just(1.0), Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY),
            Just(f64::MAX), Just(f64::MIN), Just(f64::MIN_POSITIVE), Just(5e-324), Just(1e300),
        ],
    ]
}

fn sound(estimate: &Estimate) {
    assert!(estimate.value.is_finite());
    assert!(estimate.ci_low.is_none_or(f64::is_finite) && estimate.ci_high.is_none_or(f64::is_finite));
    assert_eq!(estimate.no_interval.is_some(), estimate.interval().is_none());
}

/// Sound, and the interval holds the estimate.
fn holds(estimate: &Estimate) {
    sound(estimate);
    assert!(estimate.ci_low.is_none_or(|low| low <= estimate.value), "{estimate:?}");
    assert!(
        estimate.ci_high.is_none_or(|high| estimate.value <= high),
        "{estimate:?}"
    );
}

/// Something and the same in another order.
fn shuffled<T: Clone + std::fmt::Debug + 'static>(
    item: impl Strategy<Value = T>,
) -> impl Strategy<Value = (Vec<T>, Vec<T>)> {
    prop::collection::vec(item, 1..40).prop_flat_map(|items| (Just(items.clone()), Just(items).prop_shuffle()))
}

proptest! {
    #[test]
    fn survival_falls_within_bounds(spells in prop::collection::vec(spell(), 1..40), transform in transform()) {
        let curve = kaplan_meier(&spells, None, Level::P95, transform).unwrap();
        let mut last = 1.0;
        for row in curve.rows() {
            prop_assert!((0.0..=1.0).contains(&row.survival) && row.survival <= last);
            prop_assert!(row.at_risk >= row.events + row.censored && row.events + row.censored > 0);
            if let (Some(low), Some(high)) = (row.ci_low, row.ci_high) {
                prop_assert!(0.0 <= low && low <= row.survival && row.survival <= high && high <= 1.0);
            }
            last = row.survival;
        }
        if let Ok(median) = curve.median() { holds(&median); }
        for time in 0..24 {
            if let Ok(at) = curve.survival_at(f64::from(time)) { holds(&at); }
        }
    }

    #[test]
    fn survival_is_the_brute_force_product(spells in prop::collection::vec(spell(), 1..40)) {
        let curve = kaplan_meier(&spells, None, Level::P95, IntervalTransform::Log).unwrap();
        let mut survival = 1.0;
        for row in curve.rows() {
            let at_risk =
                spells.iter().filter(|s| s.entry < row.time && row.time <= s.exit).count();
            let events = spells.iter().filter(|s| s.exit == row.time && s.event).count();
            prop_assert_eq!((row.at_risk, row.events), (at_risk as u64, events as u64));
            survival *= 1.0 - events as f64 / at_risk as f64;
            prop_assert!((row.survival - survival).abs() < 1e-12);
        }
    }

    #[test]
    fn counting_whole_times_and_sorting_others_agree(spells in prop::collection::vec(spell(), 1..40)) {
        // Halves take the way that sorts.
        let halves: Vec<Spell> = spells
            .iter()
            .map(|s| Spell::entered(s.entry + 0.5, s.exit + 0.5, s.event))
            .collect();
        let (whole, half) = (RiskTable::new(&spells).unwrap(), RiskTable::new(&halves).unwrap());
        prop_assert_eq!((whole.spells, whole.events, whole.rows().count()), (half.spells, half.events, half.rows().count()));
        prop_assert_eq!(whole.first_entry.map(|entry| entry + 0.5), half.first_entry);
        for (one, other) in whole.rows().zip(half.rows()) {
            prop_assert_eq!(one, RiskRow { time: other.time - 0.5, ..other });
        }
    }

    #[test]
    fn the_order_of_spells_does_not_matter((spells, shuffled) in shuffled(spell())) {
        let curve = |spells: &[Spell]| kaplan_meier(spells, None, Level::P95, IntervalTransform::Log);
        prop_assert_eq!(curve(&spells), curve(&shuffled));
        prop_assert_eq!(nelson_aalen(&spells, Level::P95), nelson_aalen(&shuffled, Level::P95));
    }

    #[test]
    fn log_rank_of_relabelled_groups(
        a in prop::collection::vec(spell(), 1..20),
        b in prop::collection::vec(spell(), 1..20),
    ) {
        if let (Ok(one), Ok(other)) = (log_rank(&[&a, &b]), log_rank(&[&b, &a])) {
            prop_assert!((one.chi_squared - other.chi_squared).abs() <= 1e-9 * one.chi_squared.max(1.0));
            prop_assert!((0.0..=1.0).contains(&one.p));
            // The O − E of all groups cancel.
            let rest: f64 = one.groups.iter().map(|g| g.observed as f64 - g.expected).sum();
            prop_assert!(rest.abs() < 1e-9);
        }
        if let Ok(same) = log_rank(&[&a, &a]) {
            prop_assert!(same.chi_squared < 1e-9);
        }
    }

    #[test]
    fn the_order_of_values_does_not_matter((values, shuffled) in shuffled(-1e3..1e3)) {
        // Compensated sums differ in the last bits at most.
        prop_assert!((mean(&values).unwrap() - mean(&shuffled).unwrap()).abs() <= 1e-12);
        let test = |values: &[f64]| wilcoxon_signed_rank(values, ZeroHandling::Pratt);
        prop_assert_eq!(test(&values), test(&shuffled));
    }

    #[test]
    fn the_order_of_a_series_does_not_matter(values in prop::collection::vec((-50_i8..50).prop_map(f64::from), 4..25)) {
        let times: Vec<f64> = (0..values.len()).map(|day| day as f64).collect();
        let back_times: Vec<f64> = times.iter().rev().copied().collect();
        let back_values: Vec<f64> = values.iter().rev().copied().collect();
        let one = theil_sen(&times, &values, Level::P90).unwrap();
        let other = theil_sen(&back_times, &back_values, Level::P90).unwrap();
        holds(&one.slope);
        prop_assert_eq!(one, other);
        prop_assert_eq!(mann_kendall(&times, &values), mann_kendall(&back_times, &back_values));
        // Turned upside down, the trend turns.
        let turned: Vec<f64> = values.iter().map(|v| -v).collect();
        if let (Ok(up), Ok(down)) = (mann_kendall(&times, &values), mann_kendall(&times, &turned)) {
            prop_assert_eq!((up.s, up.p), (-down.s, down.p));
        }
    }

    #[test]
    fn counts_give_intervals_that_hold_the_share(
        (k, n) in (1_u64..5000).prop_flat_map(|n| (0..=n, Just(n))),
        exposure in 1e-3..1e6,
    ) {
        let bounds = |found: &Estimate| found.interval().unwrap();
        let (exact, mid) = (clopper_pearson(k, n, Level::P95).unwrap(), mid_p(k, n, Level::P95).unwrap());
        for found in [&exact, &mid, &wilson(k, n, Level::P95).unwrap()] {
            holds(found);
            let (low, high) = bounds(found);
            prop_assert!(0.0 <= low && high <= 1.0);
        }
        let ((low, high), (exact_low, exact_high)) = (bounds(&mid), bounds(&exact));
        prop_assert!(exact_low <= low && high <= exact_high, "mid-P lies within");
        let (central, shorter) = (garwood(k, exposure, Level::P95).unwrap(), blaker(k, exposure, Level::P95).unwrap());
        holds(&central);
        holds(&shorter);
        let ((low, high), (central_low, central_high)) = (bounds(&shorter), bounds(&central));
        prop_assert!(central_low <= low && high <= central_high, "Blaker's lies within");
    }

    #[test]
    fn no_counts_break_anything(
        k in any::<u64>(), n in any::<u64>(), exposure in any_number(), level in 0.001..0.9999,
    ) {
        let level = Level::new(level).unwrap();
        for found in [clopper_pearson(k, n, level), mid_p(k, n, level), wilson(k, n, level), garwood(k, exposure, level), blaker(k, exposure, level)].iter().flatten() {
            holds(found);
        }
        let ties = TieCounts { inside: k, outside: n };
        if let Ok(share) = inside_share(ties, level) { holds(&share); }
        if let Ok(share) = reciprocity(k, n) { prop_assert!((0.0..=1.0).contains(&share)); }
    }

    #[test]
    fn no_level_breaks_anything(
        tail in 1_i32..10, low in any::<bool>(),
        values in prop::collection::vec(-1e3..1e3, 2..6),
        (k, n) in (1_u64..5000).prop_flat_map(|n| (0..=n, Just(n))),
    ) {
        let share = 10_f64.powi(-tail);
        let level = Level::new(if low { share } else { 1.0 - share }).unwrap();
        holds(&mean_t_interval(&values, level).unwrap());
        for found in [clopper_pearson(k, n, level), mid_p(k, n, level), wilson(k, n, level), garwood(k, 1.0, level), blaker(k, 1.0, level)] {
            holds(&found.unwrap());
        }
        for level in [0.0, 1.0, -1.0, f64::NAN, f64::INFINITY] {
            prop_assert!(Level::new(level).is_err());
        }
    }

    #[test]
    fn no_numbers_break_anything(
        values in prop::collection::vec(any_number(), 0..12),
        others in prop::collection::vec(any_number(), 0..12),
        flags in prop::collection::vec(any::<bool>(), 12),
        interval in prop_oneof![
            Just(BootstrapInterval::Percentile),
            Just(BootstrapInterval::ExpandedPercentile),
            Just(BootstrapInterval::Bca),
        ],
        from in prop::option::of(any_number()),
        transform in transform(),
    ) {
        let values_found =
            [sum(&values), mean(&values), median(&values), standard_deviation(&values), quantile(&values, 0.3)];
        for found in values_found.iter().flatten() {
            prop_assert!(found.is_finite());
        }
        let quantiles: Vec<f64> = [0.0, 0.25, 0.5, 0.75, 1.0].iter().filter_map(|&p| quantile(&values, p).ok()).collect();
        prop_assert!(quantiles.is_sorted());
        if let Ok(found) = mean_t_interval(&values, Level::P95) { holds(&found); }
        if let Ok(found) = theil_sen(&others, &values, Level::P95) {
            holds(&found.slope);
            prop_assert!(found.intercept.is_finite() && found.span.is_finite());
        }
        if let Ok(found) = mann_kendall(&others, &values) {
            prop_assert!((0.0..=1.0).contains(&found.p) && found.z.is_finite());
        }
        if let Ok(found) = flat_test(&others, &values, Margin::new(0.1).unwrap()) {
            holds(&found.change);
            prop_assert!(found.residual_autocorrelation.is_none_or(f64::is_finite));
        }
        for zeros in [ZeroHandling::Drop, ZeroHandling::Pratt] {
            if let Ok(found) = wilcoxon_signed_rank(&values, zeros) { prop_assert!((0.0..=1.0).contains(&found.p)); }
        }
        let bootstrap = Bootstrap { resamples: 100, seed: 1, level: Level::P95, interval };
        if let Ok(found) = bootstrap.of_values(&values, mean) { sound(&found); }

        let spells: Vec<Spell> = values.iter().zip(&others).zip(&flags)
            .map(|((&entry, &exit), &event)| Spell::new(event.then_some(entry), exit, event))
            .collect();
        if let Ok(curve) = kaplan_meier(&spells, from, Level::P95, transform) {
            for row in curve.rows() { prop_assert!((0.0..=1.0).contains(&row.survival)); }
            if let Ok(median) = curve.median() { holds(&median); }
        }
        if let Ok(curve) = nelson_aalen(&spells, Level::P95) {
            for row in &curve.rows { prop_assert!(row.cumulative_hazard.is_finite()); }
        }
        if let Ok(test) = log_rank(&[&spells, &spells]) { prop_assert!(test.p.is_finite()); }
    }

    #[test]
    fn a_shift_is_found_as_by_listing_all_differences(
        first in prop::collection::vec(prop_oneof![(-9_i8..9).prop_map(f64::from), -1e3..1e3, Just(-0.0), Just(1e300)], 1..30),
        second in prop::collection::vec(prop_oneof![(-9_i8..9).prop_map(f64::from), -1e3..1e3, Just(5e-324), Just(-1e300)], 1..30),
    ) {
        let mut listed: Vec<f64> = first.iter().flat_map(|a| second.iter().map(move |b| a - b)).collect();
        listed.sort_by(f64::total_cmp);
        let found = hodges_lehmann(&first, &second, Level::P95).unwrap();
        holds(&found);
        prop_assert_eq!(found.value, median(&listed).unwrap());
        if let Some((low, high)) = found.interval() {
            let at = |value: f64| listed.iter().filter(|other| **other < value).count();
            // Both bounds are differences, as far from the lower end as from the upper, ties apart.
            prop_assert!(listed.contains(&low) && listed.contains(&high));
            let above = |value: f64| listed.iter().filter(|other| **other > value).count();
            prop_assert!(at(low) <= listed.len() / 2 && above(high) <= listed.len() / 2);
        }
    }

    #[test]
    fn flatness_is_found_where_its_p_is_low(values in prop::collection::vec(90.0..110.0, 5..25), percent in 1_u8..40) {
        let times: Vec<f64> = (0..values.len()).map(|day| day as f64).collect();
        let margin = Margin::new(f64::from(percent) / 100.0).unwrap();
        let test = flat_test_autocorrelated(&times, &values, margin).unwrap();
        let bound = margin.share_of_mean() * mean(&values).unwrap() / (values.len() - 1) as f64;
        let p = slope_equivalence_p(&times, &values, bound).unwrap();
        prop_assert!((0.0..=1.0).contains(&p));
        prop_assert_eq!(p < 0.05, test.verdict == TrendVerdict::Flat, "p {}, {:?}", p, test);
    }

    #[test]
    fn a_slope_has_a_low_p_where_its_interval_leaves_zero_out(values in prop::collection::vec(90.0..110.0, 5..25), drift in -3.0..3.0) {
        let times: Vec<f64> = (0..values.len()).map(|day| day as f64).collect();
        let values: Vec<f64> = values.iter().zip(&times).map(|(value, day)| value + drift * day).collect();
        let p = slope_p(&times, &values).unwrap();
        let slope = theil_sen_autocorrelated(&times, &values, Level::P95).unwrap().line.slope;
        let (low, high) = slope.interval().unwrap();
        prop_assert!((0.0..=1.0).contains(&p));
        prop_assert_eq!(p < 0.05, low > 0.0 || high < 0.0, "p {}, {:?}", p, slope);
    }
}
