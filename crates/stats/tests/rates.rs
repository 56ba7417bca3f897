//! Rates whose events come in bursts, their ratios and their waves, beside scipy, brute force and simulated truth.

#![expect(clippy::unwrap_used, reason = "helpers of a test are not themselves test functions")]

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stats::{
    Counted, Dispersion, Estimate, Level, Reason, WaveSearch, blaker, dispersion, garwood, overdispersed_rate,
    rate_ratio, waves,
};

fn day(events: u64, exposure: f64) -> Counted {
    Counted { events, exposure }
}

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= 1e-9 * expected.abs(),
        "{found} is not {expected}"
    );
}

#[test]
fn an_exact_ratio_is_scipys() {
    // i = scipy.stats.binomtest(30, 42).proportion_ci(.95, 'exact'); [p / (1 - p) * 200 / 150 for p in (i.low, i.high)]
    let found = rate_ratio(day(30, 150.0), day(12, 200.0), Dispersion::POISSON, Level::P95).unwrap();
    close(found.value, 30.0 / 12.0 * 200.0 / 150.0);
    let (low, high) = found.interval().unwrap();
    close(low, 1.6572841800828693);
    close(high, 7.1488913113440535);
    let none = rate_ratio(day(0, 10.0), day(5, 10.0), Dispersion::POISSON, Level::P95).unwrap();
    assert_eq!((none.value, none.ci_low), (0.0, Some(0.0)));
}

#[test]
fn dispersion_is_statsmodels() {
    let events = [3, 0, 5, 12, 9, 2, 1, 0, 4, 3];
    let exposure = [10.0, 9.0, 12.0, 11.0, 10.0, 8.0, 9.0, 10.0, 10.0, 12.0];
    let days: Vec<Counted> = events
        .iter()
        .zip(exposure)
        .map(|(&events, exposure)| day(events, exposure))
        .collect();
    // r = sm.GLM(y, np.ones(10), sm.families.Poisson(), exposure=e).fit(scale='X2'); r.scale,
    // r.params[0] -/+ st.t.ppf(.975, 9) * r.bse[0], exponentiated
    close(dispersion(&days, 1).unwrap().factor, 3.4748453192897633);
    let (low, high) = overdispersed_rate(&days, 1, Level::P95).unwrap().interval().unwrap();
    close(low, 0.19655776032065064);
    close(high, 0.7585710626309352);
}

fn uniform(random: &mut ChaCha8Rng) -> f64 {
    random.random_range(f64::EPSILON..1.0)
}

fn poisson(random: &mut ChaCha8Rng, mean: f64) -> u64 {
    let (mut count, mut product) = (0, uniform(random));
    while product > (-mean).exp() {
        count += 1;
        product *= uniform(random);
    }
    count
}

/// Gamma of integer shape, mean 1.
fn gamma(random: &mut ChaCha8Rng, shape: u32) -> f64 {
    (0..shape).map(|_| -uniform(random).ln()).sum::<f64>() / f64::from(shape)
}

fn covered(seed: u64, truth: f64, sample: impl Fn(&mut ChaCha8Rng) -> Vec<Counted>, block: Option<usize>) -> f64 {
    let runs = 800;
    let held = (0..runs).filter(|&run| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(run);
        let days = sample(&mut random);
        let found: Estimate = match block {
            Some(block) => overdispersed_rate(&days, block, Level::P95).unwrap(),
            None => {
                let events = days.iter().map(|day| day.events).sum();
                garwood(events, days.iter().map(|day| day.exposure).sum(), Level::P95).unwrap()
            }
        };
        let (low, high) = found.interval().unwrap();
        (low..=high).contains(&truth)
    });
    held.count() as f64 / runs as f64
}

#[track_caller]
fn within(share: f64, low: f64, high: f64) {
    assert!((low..=high).contains(&share), "{share} is not within {low} to {high}");
}

#[test]
fn bursts_are_covered_where_poisson_is_too_sure() {
    // Negative binomial days: mean 5, variance 5 + 25/2.
    let bursts = |random: &mut ChaCha8Rng| {
        (0..60)
            .map(|_| {
                let mean = 5.0 * gamma(random, 2);
                day(poisson(random, mean), 10.0)
            })
            .collect::<Vec<_>>()
    };
    within(covered(51, 0.5, bursts, Some(1)), 0.93, 0.97);
    within(covered(51, 0.5, bursts, None), 0.55, 0.80);
    // Waves: every day starts one with probability 0.03, which lasts seven days at nine times the rate.
    let rate = 0.02;
    let surges = |random: &mut ChaCha8Rng| {
        let mut left = 0;
        (0..240)
            .map(|_| {
                if left == 0 && random.random_bool(0.03) {
                    left = 7;
                }
                let mean = if left > 0 { 9.0 } else { 1.0 };
                left = u32::max(left, 1) - 1;
                day(poisson(random, mean), 1.0 / rate)
            })
            .collect::<Vec<_>>()
    };
    // Long-run share of days in a wave: 7/(7 + 1/0.03 − …), counted by simulation.
    let truth = {
        let mut random = ChaCha8Rng::seed_from_u64(52);
        let (mut events, mut exposure) = (0, 0.0);
        for _ in 0..4000 {
            for day in surges(&mut random) {
                events += day.events;
                exposure += day.exposure;
            }
        }
        events as f64 / exposure
    };
    let (long, short, none) = (
        covered(53, truth, surges, Some(20)),
        covered(53, truth, surges, Some(1)),
        covered(53, truth, surges, None),
    );
    within(long, 0.90, 0.97);
    assert!(none < short && short < long && none < 0.7, "{none} {short} {long}");
    // Poisson days lose little by it.
    let even = |random: &mut ChaCha8Rng| (0..60).map(|_| day(poisson(random, 5.0), 10.0)).collect::<Vec<_>>();
    within(covered(54, 0.5, even, Some(1)), 0.94, 0.99);
}

/// As in the study: ninety accounts over 153 days, of whom one in a hundred is removed a day, and five in waves of four days, of which
/// there are three on average. So few waves tell less of how often there is one than the quantile allows for.
#[test]
fn three_waves_are_covered_nearly_as_they_should() {
    let study = |random: &mut ChaCha8Rng| {
        let mut left = 0;
        (0..153)
            .map(|_| {
                if left == 0 && random.random_bool(0.021) {
                    left = 4;
                }
                let hazard = if left > 0 { 0.05 } else { 0.01 };
                left = u32::max(left, 1) - 1;
                day((0..90).filter(|_| random.random_bool(hazard)).count() as u64, 90.0)
            })
            .collect::<Vec<_>>()
    };
    let truth = {
        let mut random = ChaCha8Rng::seed_from_u64(55);
        let runs = (0..1000).map(|_| study(&mut random).iter().map(|day| day.events).sum::<u64>());
        runs.sum::<u64>() as f64 / (1000.0 * 153.0 * 90.0)
    };
    within(covered(56, truth, study, Some(14)), 0.90, 0.96);
}

const SEARCH: WaveSearch = WaveSearch {
    penalty: None,
    fewest_days: 1,
    overdispersed: false,
    permutations: 0,
    seed: 5,
    level: Level::P95,
};

/// The cheapest segmentation without pruning, from the definition.
fn cheapest(days: &[Counted], penalty: f64, fewest: usize) -> f64 {
    let cost = |days: &[Counted]| {
        let events: f64 = days.iter().map(|day| day.events as f64).sum();
        let rate = events / days.iter().map(|day| day.exposure).sum::<f64>();
        let term = |day: &Counted| {
            let mean = rate * day.exposure;
            let y = day.events as f64;
            2.0 * (mean - if y > 0.0 { y * rate.ln() } else { 0.0 })
        };
        days.iter().map(term).sum::<f64>()
    };
    let mut best = vec![f64::INFINITY; days.len() + 1];
    best[0] = -penalty;
    for to in 1..=days.len() {
        for from in 0..to {
            if to - from >= fewest {
                best[to] = f64::min(best[to], best[from] + cost(&days[from..to]) + penalty);
            }
        }
    }
    if best[days.len()].is_finite() {
        best[days.len()]
    } else {
        cost(days)
    }
}

proptest! {
    #[test]
    fn no_segmentation_is_cheaper(
        data in prop::collection::vec((0_u64..12, 1_u8..9), 2..40), penalty in 0.1..20.0, fewest_days in 1_usize..4,
    ) {
        let days: Vec<Counted> = data.iter().map(|&(events, exposure)| day(events, f64::from(exposure))).collect();
        let search = WaveSearch { penalty: Some(penalty), fewest_days, ..SEARCH };
        match waves(&days, &search) {
            Err(reason) => prop_assert_eq!(reason, Reason::ZeroDenominator { what: "number of events" }),
            Ok(found) => {
                prop_assert_eq!((found.segments[0].from, found.segments[found.segments.len() - 1].to), (0, days.len()));
                let mut cost = -penalty;
                let mut last = 0;
                for segment in &found.segments {
                    prop_assert_eq!(segment.from, last);
                    prop_assert!(segment.to - segment.from >= fewest_days.min(days.len()));
                    last = segment.to;
                    let (events, exposure) = (segment.counted.events as f64, segment.counted.exposure);
                    cost += penalty + if events > 0.0 { 2.0 * (events - events * (events / exposure).ln()) } else { 0.0 };
                }
                prop_assert!((cost - cheapest(&days, penalty, fewest_days)).abs() < 1e-6);
                for wave in &found.waves {
                    prop_assert!(wave.excess > 0.0);
                    prop_assert_eq!(wave.counted.events, days[wave.from..wave.to].iter().map(|day| day.events).sum::<u64>());
                }
            }
        }
    }
}

#[test]
fn a_wave_is_found_with_its_dates_and_size() {
    let mut events = [
        2, 1, 3, 2, 2, 1, 3, 2, 1, 2, 2, 3, 14, 17, 12, 2, 1, 2, 3, 2, 2, 1, 3, 2,
    ];
    let days = |events: &[u64]| events.iter().map(|&events| day(events, 100.0)).collect::<Vec<_>>();
    let found = waves(
        &days(&events),
        &WaveSearch {
            permutations: 199,
            overdispersed: true,
            ..SEARCH
        },
    )
    .unwrap();
    assert_eq!(found.waves.len(), 1);
    let wave = &found.waves[0];
    assert_eq!(
        (wave.from, wave.to, wave.counted.events, wave.open),
        (12, 15, 43, false)
    );
    assert_eq!(found.base_rate, 42.0 / 2100.0);
    close(wave.excess, 43.0 - 6.0);
    close(wave.ratio.as_ref().unwrap().value, 43.0 / 300.0 * 50.0);
    assert!(found.p.unwrap() <= 0.02);
    // The same counts with exposure to match are no wave.
    let mut matched = days(&events);
    for (index, day) in matched.iter_mut().enumerate() {
        day.exposure = if (12..15).contains(&index) { 700.0 } else { 100.0 };
    }
    assert!(waves(&matched, &SEARCH).unwrap().waves.is_empty());
    // Days nobody looked are no quiet days, and do not move the dates.
    let mut gaps = days(&events);
    gaps.insert(5, day(0, 0.0));
    let found = waves(&gaps, &SEARCH).unwrap();
    assert_eq!(
        (found.waves[0].from, found.waves[0].to, found.base_rate),
        (13, 16, 42.0 / 2100.0)
    );
    // One that lasts to the end.
    events[22] = 15;
    events[23] = 18;
    assert!(waves(&days(&events), &SEARCH).unwrap().waves[1].open);
}

/// The bounds of the ratio of a wave that was looked for.
#[test]
fn a_chosen_waves_lower_bound_holds_for_all_places() {
    let events = [
        2, 1, 3, 2, 2, 1, 3, 2, 1, 2, 2, 3, 14, 17, 12, 2, 1, 2, 3, 2, 2, 1, 3, 2,
    ];
    let days: Vec<Counted> = events.iter().map(|&events| day(events, 100.0)).collect();
    let found = waves(&days, &SEARCH).unwrap();
    // Eight places of three days. f = lambda p: p / (1 - p) * 2100 / 300; c = scipy.stats.binomtest(43, 85).proportion_ci
    // t = 1 - .975 ** (1 / 8); f(c(1 - 2 * t, 'exact').low), f(c(.95, 'exact').high); the pointwise lower bound is 4.575
    let ratio = found.ratio(Level::P95).unwrap();
    close(ratio.value, 43.0 / 300.0 * 50.0);
    let (low, high) = ratio.interval().unwrap();
    close(low, 3.861_217_642_155_832);
    close(high, 11.236_024_998_044_634);
    assert_eq!(found.waves[0].ratio, Ok(ratio));
    let quiet = waves(&days[..12], &SEARCH).unwrap();
    assert_eq!(quiet.ratio(Level::P95), Err(Reason::TooFew { needed: 1, found: 0 }));
}

/// The interval of the ratio mostly holds what is true of the days that were found, although they were found by their counts.
#[test]
fn a_waves_ratio_covers_what_is_true_of_its_days() {
    let search = WaveSearch {
        overdispersed: true,
        fewest_days: 2,
        ..SEARCH
    };
    // Length of the period and of three waves in days, how often at a wave, the shape of what days vary by besides; coverage at least, and
    // that of the pointwise interval at most.
    let cases = [
        (153, 5, 4.0, 1000, 95.0, 80.0),
        (153, 5, 6.0, 50, 95.0, 95.0),
        (153, 5, 4.0, 50, 95.0, 75.0),
        (153, 5, 4.0, 10, 90.0, 50.0),
        // Days that vary by half of their mean: the search takes some for waves, and what is left varies less.
        (153, 4, 8.0, 4, 88.0, 70.0),
    ];
    for (n, length, times, shape, least, most) in cases {
        let in_wave = |at: usize| {
            [n / 5, n / 2, 4 * n / 5]
                .iter()
                .any(|from| (*from..from + length).contains(&at))
        };
        let rate = |at: usize| if in_wave(at) { times } else { 1.0 };
        let (mut found, mut covered, mut pointwise) = (0, 0, 0);
        for run in 0..400 {
            let mut random = ChaCha8Rng::seed_from_u64(8);
            random.set_stream(run);
            let mut draw = |at| {
                let mean = 1.5 * rate(at) * gamma(&mut random, shape);
                day(poisson(&mut random, mean), 150.0)
            };
            let days: Vec<Counted> = (0..n).map(&mut draw).collect();
            let waves = waves(&days, &search).unwrap();
            let Ok(ratio) = waves.ratio(Level::P95) else { continue };
            let chosen = |at: &usize| waves.waves.iter().any(|wave| (wave.from..wave.to).contains(at));
            let (inside, outside): (Vec<usize>, Vec<usize>) = (0..n).partition(chosen);
            let mean = |days: &[usize]| days.iter().map(|at| rate(*at)).sum::<f64>() / days.len() as f64;
            let truth = mean(&inside) / mean(&outside);
            let counted = |days_of: &[usize]| {
                let events = days_of.iter().map(|at| days[*at].events).sum();
                day(events, 150.0 * days_of.len() as f64)
            };
            let known = rate_ratio(counted(&inside), counted(&outside), waves.dispersion, Level::P95).unwrap();
            let holds = |ratio: &Estimate| {
                ratio
                    .interval()
                    .is_some_and(|(low, high)| (low..=high).contains(&truth))
            };
            found += 1;
            covered += u32::from(holds(&ratio));
            pointwise += u32::from(holds(&known));
        }
        let percent = |of: u32| 100.0 * f64::from(of) / f64::from(found);
        let told = format!(
            "{n} {length} {times} {shape}: {found}, {:.1}, {:.1}",
            percent(covered),
            percent(pointwise)
        );
        assert!(found > 150 && percent(covered) >= least, "{told}");
        assert!(percent(pointwise) <= most, "{told}");
    }
}

#[test]
fn waves_are_seldom_seen_where_there_are_none_and_mostly_where_there_are() {
    let search = WaveSearch {
        overdispersed: true,
        permutations: 99,
        ..SEARCH
    };
    let (runs, mut seen, mut sure, mut found, mut dates) = (200, 0, 0, 0, 0);
    for run in 0..runs {
        let mut random = ChaCha8Rng::seed_from_u64(55);
        random.set_stream(run);
        let mut days: Vec<Counted> = (0..100)
            .map(|_| {
                let mean = 4.0 * gamma(&mut random, 4);
                day(poisson(&mut random, mean), 200.0)
            })
            .collect();
        let quiet = waves(&days, &search).unwrap();
        seen += u32::from(!quiet.waves.is_empty());
        sure += u32::from(quiet.p.unwrap() <= 0.05);
        for day in &mut days[60..66] {
            day.events += poisson(&mut random, 16.0);
        }
        let wave = waves(&days, &search).unwrap();
        found += u32::from(wave.p.unwrap() <= 0.05 && !wave.waves.is_empty());
        dates += u32::from(
            wave.waves
                .iter()
                .any(|wave| wave.from.abs_diff(60) <= 1 && wave.to.abs_diff(66) <= 1),
        );
    }
    let share = |count: u32| f64::from(count) / runs as f64;
    // Where no order saves anything p is 1, so that it errs to the safe side.
    within(share(sure), 0.0, 0.07);
    within(share(seen), 0.0, 0.25);
    within(share(found), 0.95, 1.0);
    within(share(dates), 0.85, 1.0);
}

#[test]
fn edges() {
    assert_eq!(waves(&[], &SEARCH), Err(Reason::TooFew { needed: 2, found: 0 }));
    assert_eq!(
        waves(&[day(1, 1.0)], &SEARCH),
        Err(Reason::TooFew { needed: 2, found: 1 })
    );
    assert!(matches!(
        waves(&[day(0, 1.0); 9], &SEARCH),
        Err(Reason::ZeroDenominator { .. })
    ));
    assert!(matches!(
        waves(&[day(1, 0.0); 9], &SEARCH),
        Err(Reason::OutOfRange { .. })
    ));
    assert!(matches!(
        waves(&[day(1, f64::NAN); 9], &SEARCH),
        Err(Reason::OutOfRange { .. })
    ));
    let constant = waves(
        &[day(3, 10.0); 9],
        &WaveSearch {
            overdispersed: true,
            permutations: 20,
            ..SEARCH
        },
    )
    .unwrap();
    assert_eq!(
        (constant.waves.len(), constant.base_rate, constant.p),
        (0, 0.3, Some(1.0))
    );
    // All events on day one.
    let mut first = [day(0, 10.0); 20];
    first[0].events = 30;
    let found = waves(&first, &SEARCH).unwrap();
    assert_eq!((found.waves[0].from, found.waves[0].to, found.base_rate), (0, 1, 0.0));
    assert!(matches!(found.waves[0].ratio, Err(Reason::ZeroDenominator { .. })));
    assert_eq!(
        overdispersed_rate(&[day(0, 5.0); 4], 1, Level::P95),
        blaker(0, 20.0, Level::P95)
    );
    assert_eq!(
        overdispersed_rate(&[day(4, 5.0)], 1, Level::P95).unwrap().no_interval,
        Some(Reason::TooFew { needed: 2, found: 1 })
    );
    assert!(matches!(
        overdispersed_rate(&[], 1, Level::P95),
        Err(Reason::ZeroDenominator { .. })
    ));
}
