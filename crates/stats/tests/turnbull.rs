//! Turnbull's estimate beside published numbers, lifelines, Kaplan–Meier, brute force and simulated truth.

#![expect(clippy::unwrap_used, reason = "helpers of a test are not themselves test functions")]

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stats::{
    Bootstrap, BootstrapInterval, IntervalSpell, IntervalTransform, Level, Reason, Spell, Turnbull, kaplan_meier,
    turnbull, turnbull_median,
};

fn between(last_alive: f64, first_gone: f64) -> IntervalSpell {
    IntervalSpell {
        entry: None,
        last_alive,
        first_gone: first_gone.is_finite().then_some(first_gone),
    }
}

#[track_caller]
fn close(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} is not {expected}");
}

/// Breast retraction under radiotherapy (Finkelstein & Wolfe 1985, Biometrics 41, 933–945), months.
fn radiotherapy() -> Vec<IntervalSpell> {
    let left = "45 6 0 46 46 7 17 7 37 0 4 15 11 22 46 46 25 46 26 46 27 36 46 36 37 40 17 46 11 38 5 37 0 18 24 36 5 19 17 24 \
                32 33 19 37 34 36";
    let right =
        "- 10 7 - - 16 - 14 44 8 11 - 15 - - - 37 - 40 - 34 44 - 48 - - 25 - 18 - 12 - 5 - - - 11 35 25 - - - 26 - - -";
    left.split_whitespace()
        .zip(right.split_whitespace())
        .map(|(left, right)| between(left.parse().unwrap(), right.parse().unwrap_or(f64::INFINITY)))
        .collect()
}

#[test]
fn breast_retraction_is_lifelines_and_rs() {
    // lifelines 0.30.3 takes intervals as closed, so (L, R] of whole months is [L + 0.5, R]:
    // npmle.npmle([l + .5 for l in L], R, tol=1e-14, max_iter=100000). R's interval::icfit prints the same to four digits.
    let expected = [
        (4.0, 5.0, 0.046346773992894136),
        (6.0, 7.0, 0.033363370934642096),
        (7.0, 8.0, 0.08866736806270832),
        (11.0, 12.0, 0.07075292179236421),
        (24.0, 25.0, 0.09264583658501285),
        (33.0, 34.0, 0.08178576490254916),
        (38.0, 40.0, 0.12087982735373694),
        (46.0, 48.0, 0.4655581363759892),
    ];
    let found = turnbull(&radiotherapy()).unwrap();
    assert_eq!((found.spells, found.events), (46, 21));
    assert_eq!(found.intervals.len(), expected.len());
    for (interval, (from, to, mass)) in found.intervals.iter().zip(expected) {
        assert_eq!((interval.from, interval.to), (from, Some(to)));
        close(interval.mass, mass, 1e-9);
    }
    // Linear within (38, 40]: 38 + 2 (0.5864… − 0.5)/0.1208…
    close(found.time_to_survival(0.5).unwrap(), 39.43014704, 1e-7);
    assert_eq!(
        found.survival_between(36.0).unwrap().0,
        found.survival_between(36.0).unwrap().1
    );
    let within = found.survival_between(39.0).unwrap();
    close(within.1 - within.0, 0.12087982735373694, 1e-9);
}

/// log Π P(interval)/P(beyond entry), from the estimate alone; a mass counts where its whole interval lies inside.
fn log_likelihood(estimate: &[(f64, f64, f64)], spells: &[IntervalSpell]) -> f64 {
    let inside = |after: f64, until: f64, exact: bool| -> f64 {
        let holds = |from: f64, to: f64| {
            if exact {
                from == until && to == until
            } else {
                from >= after && to <= until
            }
        };
        // A point mass at `after` itself is not in (after, until].
        let point = |from: f64, to: f64| from == to && from == after && !exact;
        estimate
            .iter()
            .filter(|m| holds(m.0, m.1) && !point(m.0, m.1))
            .map(|m| m.2)
            .sum()
    };
    let term = |spell: &IntervalSpell| {
        let until = spell.first_gone.unwrap_or(f64::INFINITY);
        let held = inside(spell.last_alive, until, spell.first_gone == Some(spell.last_alive));
        let all = estimate.iter().map(|m| m.2).sum();
        let entered = spell.entry.map_or(all, |entry| inside(entry, f64::INFINITY, false));
        (held / entered).ln()
    };
    spells.iter().map(term).sum()
}

fn masses(estimate: &Turnbull) -> Vec<(f64, f64, f64)> {
    estimate
        .intervals
        .iter()
        .map(|i| (i.from, i.to.unwrap_or(f64::INFINITY), i.mass))
        .collect()
}

fn spell() -> impl Strategy<Value = IntervalSpell> {
    (0_u8..6, 0_u8..8, 0_u8..6, any::<bool>(), any::<bool>()).prop_map(|(entry, seen, gap, watched, gone)| {
        let entry = (!watched).then_some(f64::from(entry));
        let last_alive = entry.unwrap_or(0.0) + f64::from(seen);
        let gap = if gap == 0 && entry == Some(last_alive) { 1 } else { gap };
        IntervalSpell {
            entry,
            last_alive,
            first_gone: gone.then_some(last_alive + f64::from(gap)),
        }
    })
}

proptest! {
    #[test]
    fn nothing_near_is_more_likely(spells in prop::collection::vec(spell(), 2..30), seed in any::<u64>()) {
        match turnbull(&spells) {
            Ok(found) => {
                let total: f64 = found.intervals.iter().map(|i| i.mass).sum();
                prop_assert!((total - 1.0).abs() < 1e-9);
                let best = log_likelihood(&masses(&found), &spells);
                prop_assert!((best - found.log_likelihood).abs() < 1e-6, "{best} {}", found.log_likelihood);
                let mut random = ChaCha8Rng::seed_from_u64(seed);
                for _ in 0..30 {
                    let mut other = masses(&found);
                    // Some mass moved to a place anywhere.
                    let from = f64::from(random.random_range(0..14_u8));
                    let to = from + f64::from(random.random_range(0..3_u8));
                    other.push((from, to, random.random_range(0.0..0.2)));
                    for mass in &mut other { mass.2 *= random.random_range(0.8..1.2); }
                    prop_assert!(log_likelihood(&other, &spells) <= log_likelihood(&masses(&found), &spells) + 1e-6);
                }
                let mut backwards = spells.clone();
                backwards.reverse();
                prop_assert_eq!(turnbull(&backwards), Ok(found));
            }
            Err(Reason::RiskSetEmptied { time }) => {
                // Nobody who entered before is known to have lived on, and others entered later.
                let until = |spell: &IntervalSpell| if spell.first_gone == Some(spell.last_alive) { spell.last_alive - 0.5 } else { spell.last_alive };
                let entry = |spell: &IntervalSpell| spell.entry.unwrap_or(-1.0);
                prop_assert!(spells.iter().all(|spell| entry(spell) >= time || until(spell) < time), "{time}");
                prop_assert!(spells.iter().any(|spell| entry(spell) >= time), "{time}");
                prop_assert!(spells.iter().any(|spell| until(spell) < time && spell.first_gone.is_some()), "{time}");
            }
            Err(reason) => prop_assert_eq!(reason, Reason::AllCensored),
        }
    }

    #[test]
    fn exact_times_give_kaplan_meier(
        data in prop::collection::vec((0_u8..4, 1_u8..20, any::<bool>()), 2..40),
    ) {
        let exact: Vec<IntervalSpell> = data.iter().map(|&(entry, length, event)| {
            let exit = f64::from(entry) + f64::from(length);
            IntervalSpell { entry: Some(f64::from(entry)), last_alive: exit, first_gone: event.then_some(exit) }
        }).collect();
        let spells: Vec<Spell> = data.iter().map(|&(entry, length, event)|
            Spell::entered(f64::from(entry), f64::from(entry) + f64::from(length), event)).collect();
        let curve = kaplan_meier(&spells, None, Level::P95, IntervalTransform::Log).unwrap();
        if let (Ok(found), true) = (turnbull(&exact), curve.cautions.iter().all(|c| c.to_string().contains("before"))) {
            for row in curve.rows().filter(|row| row.events > 0) {
                let (least, most) = found.survival_between(row.time).unwrap();
                prop_assert!((least - row.survival).abs() < 1e-6 && (most - row.survival).abs() < 1e-6);
            }
        }
    }
}

#[test]
fn late_entry_is_kaplan_meiers_to_nine_digits() {
    let data = [
        (0.0, 5.0, true),
        (2.0, 6.0, true),
        (1.0, 6.0, false),
        (0.0, 2.5, true),
        (3.0, 8.0, true),
        (1.0, 4.0, false),
        (0.0, 3.0, true),
        (4.0, 9.0, false),
        (6.0, 10.0, true),
        (5.0, 7.0, true),
        (2.0, 12.0, false),
        (7.0, 12.0, true),
    ];
    let exact = data.map(|(entry, exit, event)| IntervalSpell {
        entry: Some(entry),
        last_alive: exit,
        first_gone: event.then_some(exit),
    });
    let found = turnbull(&exact).unwrap();
    // KaplanMeierFitter().fit(T, E, entry=N).survival_function_ of lifelines 0.30.3 (golden/survival.rs)
    for (time, survival) in [
        (2.5, 0.8571428571428572),
        (5.0, 0.5952380952380952),
        (8.0, 0.31746031746031744),
        (12.0, 0.10582010582010579),
    ] {
        let (least, most) = found.survival_between(time).unwrap();
        close(least, survival, 1e-9);
        close(most, survival, 1e-9);
    }
}

/// Everybody at risk had the event by 1, as likely as can be, while two are known to have lived beyond 3: what share lived on may be as small
/// as one likes, so that there is no maximum.
#[test]
fn mass_that_vanishes_before_later_entries_is_no_estimate() {
    let spell = |entry: f64, last_alive: f64, first_gone: Option<f64>| IntervalSpell {
        entry: Some(entry),
        last_alive,
        first_gone,
    };
    let spells = [
        spell(3.0, 3.0, None),
        spell(0.0, 0.0, Some(4.0)),
        spell(0.0, 1.0, Some(1.0)),
        spell(4.0, 4.0, None),
    ];
    assert_eq!(turnbull(&spells), Err(Reason::RiskSetEmptied { time: 1.0 }));
    // Nothing makes the survival of the first four vanish at once: each pass takes it nearer to none, and a fit that ends on the way would
    // tell of some 1e-13 of them, to whom everybody who entered later belonged.
    let gradually = [
        spell(0.0, 0.0, Some(2.0)),
        spell(0.0, 0.0, Some(2.0)),
        spell(0.0, 0.0, Some(2.0)),
        spell(0.0, 1.0, Some(6.0)),
        spell(4.0, 5.0, Some(6.0)),
        spell(2.0, 6.0, None),
        spell(2.0, 6.0, None),
        spell(3.0, 6.0, None),
    ];
    assert_eq!(turnbull(&gradually), Err(Reason::RiskSetEmptied { time: 2.0 }));
    // One who was there and is known to have lived on makes it a share.
    let known = [gradually.as_slice(), &[spell(0.0, 7.0, None)]].concat();
    let found = turnbull(&known).unwrap();
    // Where both derivatives are zero: of those at risk 15/19 are gone by 2, of those left then 5/24 by 6.
    close(found.survival_between(2.0).unwrap().0, 4.0 / 19.0, 1e-9);
    close(found.survival_between(6.0).unwrap().0, 1.0 / 6.0, 1e-9);
}

/// Of two at risk in each step one is lost, 42 times: who is left is next to nothing, and all to those who entered last.
#[test]
fn what_little_is_left_is_told_of_those_who_entered_late() {
    let exact = |entry: i32, gone: bool| IntervalSpell {
        entry: Some(f64::from(entry)),
        last_alive: f64::from(entry + 1),
        first_gone: gone.then_some(f64::from(entry + 1)),
    };
    let steps = (0..42).flat_map(|step| [exact(step, true), exact(step, false)]);
    let spells: Vec<IntervalSpell> = steps.chain((0..10).map(|which| exact(42, which == 0))).collect();
    let found = turnbull(&spells).unwrap();
    let until = |time: f64| {
        found
            .intervals
            .iter()
            .filter(move |i| i.to == Some(time))
            .map(|i| i.mass)
    };
    // Kaplan–Meier's: halved at each step; of the last ten one in ten.
    for step in 1..=42 {
        close(until(f64::from(step)).sum::<f64>() / 0.5_f64.powi(step), 1.0, 1e-9);
    }
    close(until(43.0).sum::<f64>() / (0.1 * 0.5_f64.powi(42)), 1.0, 1e-9);
}

#[test]
fn edges() {
    assert_eq!(turnbull(&[]), Err(Reason::TooFew { needed: 1, found: 0 }));
    assert_eq!(turnbull(&[between(3.0, f64::INFINITY); 4]), Err(Reason::AllCensored));
    let day_one = turnbull(&[between(0.0, 1.0); 5]).unwrap();
    assert_eq!(day_one.intervals.len(), 1);
    assert_eq!(day_one.intervals[0].mass, 1.0);
    assert_eq!(day_one.time_to_survival(0.5), Ok(0.5));
    let one = turnbull(&[between(2.0, 2.0)]).unwrap();
    assert_eq!(one.time_to_survival(0.5), Ok(2.0));
    assert!(matches!(
        turnbull(&[between(f64::NAN, 2.0)]),
        Err(Reason::NotFinite { .. })
    ));
    assert!(matches!(turnbull(&[between(3.0, 2.0)]), Err(Reason::OutOfRange { .. })));
    // Two die before the others enter, and nobody else was there: no maximum.
    let early = |entry, gone| IntervalSpell {
        entry: Some(entry),
        last_alive: gone,
        first_gone: Some(gone),
    };
    let emptied = turnbull(&[early(0.0, 1.0), early(0.0, 1.0), early(2.0, 3.0), early(2.0, 4.0)]);
    assert!(matches!(emptied, Err(Reason::RiskSetEmptied { .. })), "{emptied:?}");
    let half = turnbull(&[
        between(1.0, 2.0),
        between(5.0, f64::INFINITY),
        between(5.0, f64::INFINITY),
    ])
    .unwrap();
    assert_eq!(half.time_to_survival(0.5), Err(Reason::NotReached { level: 0.5 }));
}

/// Exponential lives of mean 100 that enter late and are looked at every 5 to 25 days for up to 300.
fn looked_at(random: &mut ChaCha8Rng, subjects: usize) -> Vec<IntervalSpell> {
    let mut spells = Vec::new();
    while spells.len() < subjects {
        let life = -100.0 * random.random_range(f64::EPSILON..1.0_f64).ln();
        let entry = if random.random_bool(0.5) {
            0.0
        } else {
            random.random_range(0.0..100.0)
        };
        if entry >= life {
            continue;
        }
        let end = entry + 300.0;
        let (mut last_alive, mut look) = (entry, entry);
        let mut first_gone = None;
        while first_gone.is_none() && look < end {
            look += random.random_range(5.0..25.0);
            if look < life {
                last_alive = look;
            } else {
                first_gone = Some(look);
            }
        }
        spells.push(IntervalSpell {
            entry: (entry > 0.0).then_some(entry),
            last_alive,
            first_gone,
        });
    }
    spells
}

#[test]
fn lives_of_one_person_are_drawn_together() {
    let bootstrap = Bootstrap {
        resamples: 200,
        seed: 3,
        level: Level::P95,
        interval: BootstrapInterval::Percentile,
    };
    let lives = looked_at(&mut ChaCha8Rng::seed_from_u64(32), 150);
    let ten_times: Vec<IntervalSpell> = lives.iter().flat_map(|life| [*life; 10]).collect();
    let persons: Vec<u64> = (0..1_500).map(|life| 1_000 - life / 10).collect();
    let alone: Vec<u64> = (0..1_500).collect();
    let width = |clusters: &[u64]| {
        let median = turnbull_median(&ten_times, clusters, &bootstrap).unwrap();
        let (low, high) = median.interval().unwrap();
        (median.value, median.n, high - low)
    };
    let (together, apart) = (width(&persons), width(&alone));
    assert_eq!((together.0, together.1, apart.1), (apart.0, 150, 1_500));
    // Ten lives that are the same tell no more than one.
    assert!(together.2 > 1.5 * apart.2, "{together:?} {apart:?}");
    assert!(turnbull_median(&ten_times, &alone[1..], &bootstrap).is_err());
}

#[test]
fn the_median_is_covered() {
    let bootstrap = Bootstrap {
        resamples: 120,
        seed: 3,
        level: Level::P95,
        interval: BootstrapInterval::Percentile,
    };
    let truth = 100.0 * std::f64::consts::LN_2;
    let (runs, mut covered, mut error) = (120, 0, 0.0);
    for run in 0..runs {
        let mut random = ChaCha8Rng::seed_from_u64(31);
        random.set_stream(run);
        let lives = looked_at(&mut random, 150);
        let each_on_its_own: Vec<u64> = (0..lives.len() as u64).collect();
        let median = turnbull_median(&lives, &each_on_its_own, &bootstrap).unwrap();
        let (low, high) = median.interval().unwrap();
        covered += u32::from(low <= truth && truth <= high);
        error += median.value - truth;
    }
    let share = f64::from(covered) / runs as f64;
    assert!((0.90..=1.0).contains(&share), "{share}");
    assert!((error / runs as f64).abs() < 3.0, "{}", error / runs as f64);
}
