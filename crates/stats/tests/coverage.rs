//! Whether intervals hold the truth, and tests reject, as often as they say: on data whose truth is known, with fixed
//! seeds.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stats::{
    Bootstrap, BootstrapInterval, Estimate, IntervalTransform, Level, Margin, Reason, Spell, TrendCorrection,
    TrendVerdict, ZeroHandling, blaker, brunner_munzel, clopper_pearson, flat_test, flat_test_autocorrelated, garwood,
    hodges_lehmann, kaplan_meier, log_rank, mann_kendall, mann_kendall_corrected, mann_whitney, mean, mean_t_interval,
    mid_p, slope_p, theil_sen, theil_sen_autocorrelated, wilcoxon_signed_rank, wilson,
};

/// One simulated study per run, each from its own stream.
fn share_of_runs(runs: u64, seed: u64, mut holds: impl FnMut(&mut ChaCha8Rng) -> bool) -> f64 {
    let held = (0..runs)
        .filter(|&run| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(run);
            holds(&mut random)
        })
        .count();
    held as f64 / runs as f64
}

fn uniform(random: &mut ChaCha8Rng) -> f64 {
    random.random_range(f64::EPSILON..1.0)
}

fn exponential(random: &mut ChaCha8Rng, mean: f64) -> f64 {
    -mean * uniform(random).ln()
}

/// Box & Muller.
fn normal(random: &mut ChaCha8Rng) -> f64 {
    (-2.0 * uniform(random).ln()).sqrt() * (std::f64::consts::TAU * uniform(random)).cos()
}

fn holds(estimate: &Estimate, truth: f64) -> bool {
    estimate.ci_low.is_none_or(|low| low <= truth) && estimate.ci_high.is_none_or(|high| truth <= high)
}

#[track_caller]
fn within(share: f64, low: f64, high: f64) {
    assert!((low..=high).contains(&share), "{share} is not within {low} to {high}");
}

/// Binomial probabilities of 0..=n successes.
fn binomial(n: u32, p: f64) -> Vec<f64> {
    let mut shares = vec![1.0];
    for _ in 0..n {
        let mut next = vec![0.0; shares.len() + 1];
        for (k, share) in shares.iter().enumerate() {
            next[k] += share * (1.0 - p);
            next[k + 1] += share * p;
        }
        shares = next;
    }
    shares
}

/// How often an interval holds a share, by summing over what may be counted.
fn share_covered(interval: fn(u64, u64, Level) -> Result<Estimate, Reason>, n: u32, p: f64) -> f64 {
    let outcomes = binomial(n, p);
    let hit = |k: &usize| interval(*k as u64, u64::from(n), Level::P95).is_ok_and(|found| holds(&found, p));
    (0..outcomes.len()).filter(hit).map(|k| outcomes[k]).sum()
}

/// Of about one account among 130 what may be counted is 0 to 4, and an interval holds in steps. Wilson's comes near its level there, and far from
/// it where a sixth of an account is to be expected. Of four to six among 825, as in the study at full size, mid-P's comes near its level.
#[test]
fn shares_of_an_account_or_two_are_held_more_often_than_said() {
    let [half, exact, wilsons] = [mid_p, clopper_pearson, wilson].map(|interval| {
        let shares = (80..=120).map(|each| f64::from(each) / 10_000.0);
        let each: Vec<f64> = shares.map(|p| share_covered(interval, 130, p)).collect();
        mean(&each).unwrap()
    });
    within(half, 0.975, 0.985);
    let of_the_study: Vec<f64> = (50..=70)
        .map(|each| share_covered(mid_p, 825, f64::from(each) / 10_000.0))
        .collect();
    within(mean(&of_the_study).unwrap(), 0.945, 0.96);
    within(exact, 0.985, 0.99);
    within(wilsons, 0.95, 0.96);
    within(share_covered(wilson, 130, 0.17 / 130.0), 0.84, 0.85);
    within(share_covered(mid_p, 130, 0.17 / 130.0), 0.95, 1.0);
}

#[test]
fn clopper_pearson_never_covers_less_and_others_do_on_average() {
    let (n, mut wilson_sum, mut mid_p_sum) = (25, 0.0, 0.0);
    for percent in 1..100 {
        let p = f64::from(percent) / 100.0;
        let covered = |interval| share_covered(interval, n, p);
        within(covered(clopper_pearson), 0.95, 1.0);
        wilson_sum += covered(wilson);
        mid_p_sum += covered(mid_p);
        // Not as far below as Wilson's may be at a single share.
        within(covered(mid_p), 0.925, 1.0);
    }
    within(mid_p_sum / 99.0, 0.95, 0.97);
    within(wilson_sum / 99.0, 0.94, 0.96);
}

/// How often an interval holds the events to expect, by summing over what may be seen.
fn rate_covered(interval: fn(u64, f64, Level) -> Result<Estimate, Reason>, expected: f64) -> f64 {
    let mut share = (-expected).exp();
    let mut covered = 0.0;
    for events in 0..200_u32 {
        if interval(u64::from(events), 1.0, Level::P95).is_ok_and(|found| holds(&found, expected)) {
            covered += share;
        }
        share *= expected / f64::from(events + 1);
    }
    covered
}

#[test]
fn exact_rates_never_cover_less() {
    let mut sums = [0.0; 2];
    for tenths in 1..300 {
        let expected = f64::from(tenths) / 10.0;
        let [central, shorter] = [garwood, blaker].map(|interval| rate_covered(interval, expected));
        within(central, 0.95, 1.0);
        within(shorter, 0.95, central + 1e-12);
        if (10..=20).contains(&tenths) {
            sums[0] += central / 11.0;
            sums[1] += shorter / 11.0;
        }
    }
    // Of one to two events.
    within(sums[0], 0.982, 0.99);
    within(sums[1], 0.965, 0.976);
}

/// Exponential lives of mean 100, watched from a random entry, censored at random; those gone before entry are never
/// seen.
fn watched(random: &mut ChaCha8Rng, subjects: usize, mean_life: f64) -> Vec<Spell> {
    let mut spells = Vec::new();
    while spells.len() < subjects {
        let life = exponential(random, mean_life);
        let entry = if uniform(random) < 0.4 {
            None
        } else {
            Some(uniform(random) * 120.0)
        };
        let end = entry.unwrap_or(0.0) + 20.0 + uniform(random) * 200.0;
        if entry.is_none_or(|entry| entry < life) {
            spells.push(Spell::new(entry, life.min(end), life <= end));
        }
    }
    spells
}

#[test]
fn kaplan_meier_covers_under_truncation_and_censoring() {
    let median = 100.0 * std::f64::consts::LN_2;
    for transform in [
        IntervalTransform::Log,
        IntervalTransform::LogLog,
        IntervalTransform::Plain,
    ] {
        let curve =
            |random: &mut ChaCha8Rng| kaplan_meier(&watched(random, 120, 100.0), None, Level::P95, transform).unwrap();
        let at_a_time = share_of_runs(1000, 1, |random| {
            holds(&curve(random).survival_at(80.0).unwrap(), (-0.8_f64).exp())
        });
        within(at_a_time, 0.93, 0.97);
        let of_the_median = share_of_runs(1000, 2, |random| holds(&curve(random).median().unwrap(), median));
        within(of_the_median, 0.93, 0.97);
    }
}

#[test]
fn ignoring_late_entry_would_be_wrong() {
    // The same data with entries forgotten overstate survival: the test above can fail.
    let covered = share_of_runs(300, 1, |random| {
        let forgotten: Vec<Spell> = watched(random, 120, 100.0)
            .iter()
            .map(|spell| Spell::from_origin(spell.exit, spell.event))
            .collect();
        let curve = kaplan_meier(&forgotten, None, Level::P95, IntervalTransform::LogLog).unwrap();
        holds(&curve.survival_at(80.0).unwrap(), (-0.8_f64).exp())
    });
    within(covered, 0.0, 0.5);
}

#[test]
fn log_rank_rejects_as_often_as_it_says() {
    let rejects = |other_mean: f64| {
        share_of_runs(1000, 3, |random| {
            let (one, other) = (watched(random, 60, 100.0), watched(random, 60, other_mean));
            log_rank(&[&one, &other]).unwrap().p < 0.05
        })
    };
    within(rejects(100.0), 0.03, 0.07);
    within(rejects(250.0), 0.8, 1.0);
}

#[test]
fn means_are_covered() {
    let sample = |random: &mut ChaCha8Rng| (0..40).map(|_| 5.0 + normal(random)).collect::<Vec<f64>>();
    let t = share_of_runs(1000, 4, |random| {
        holds(&mean_t_interval(&sample(random), Level::P95).unwrap(), 5.0)
    });
    within(t, 0.935, 0.965);
    for (interval, size, least, most) in [
        (BootstrapInterval::Percentile, 40, 0.915, 0.965),
        (BootstrapInterval::Bca, 40, 0.915, 0.965),
        // Of ten values the plain percentile interval covers in some nine of ten.
        (BootstrapInterval::Percentile, 10, 0.85, 0.925),
        (BootstrapInterval::ExpandedPercentile, 10, 0.93, 0.97),
    ] {
        let bootstrap = Bootstrap {
            resamples: 500,
            seed: 11,
            level: Level::P95,
            interval,
        };
        let covered = share_of_runs(600, 5, |random| {
            holds(&bootstrap.of_values(&sample(random)[..size], mean).unwrap(), 5.0)
        });
        within(covered, least, most);
    }
}

#[test]
fn clusters_are_covered_only_when_they_are_resampled() {
    let bootstrap = Bootstrap {
        resamples: 400,
        seed: 12,
        level: Level::P95,
        interval: BootstrapInterval::Percentile,
    };
    let people = |random: &mut ChaCha8Rng| {
        let mut values = Vec::new();
        for _ in 0..40 {
            let level = 3.0 + normal(random);
            values.extend((0..6).map(|_| level + 0.3 * normal(random)));
        }
        values
    };
    let by_person = share_of_runs(400, 6, |random| {
        let values = people(random);
        let of_persons = |persons: &[usize]| {
            let drawn = persons.iter().flat_map(|&person| &values[6 * person..6 * person + 6]);
            mean(&drawn.copied().collect::<Vec<f64>>())
        };
        holds(&bootstrap.of_units(40, of_persons).unwrap(), 3.0)
    });
    within(by_person, 0.91, 0.97);
    let by_value = share_of_runs(400, 6, |random| {
        holds(&bootstrap.of_values(&people(random), mean).unwrap(), 3.0)
    });
    within(by_value, 0.3, 0.75);
}

fn series(random: &mut ChaCha8Rng, days: usize, change: f64) -> (Vec<f64>, Vec<f64>) {
    let times: Vec<f64> = (0..days).map(|day| day as f64).collect();
    // The mean is 350 whatever the change, which runs over the whole window as a share of it.
    let at = |day: f64| 350.0 * (1.0 + change * (day / (days - 1) as f64 - 0.5));
    let values = times.iter().map(|&day| at(day) + 20.0 * normal(random)).collect();
    (times, values)
}

#[test]
fn sens_interval_covers_and_mann_kendall_rejects_as_often_as_it_says() {
    let slope = 350.0 * 0.2 / 29.0;
    let covered = share_of_runs(1000, 7, |random| {
        let (times, values) = series(random, 30, 0.2);
        holds(&theil_sen(&times, &values, Level::P95).unwrap().slope, slope)
    });
    within(covered, 0.935, 0.97);
    for days in [8, 30, 40] {
        let rejected = share_of_runs(1000, 8, |random| {
            let (times, values) = series(random, days, 0.0);
            mann_kendall(&times, &values).unwrap().p < 0.05
        });
        within(rejected, 0.025, 0.065);
    }
}

#[test]
fn flat_is_seldom_said_of_what_is_not() {
    let says = |change: f64, verdict: TrendVerdict| {
        share_of_runs(1000, 9, |random| {
            let (times, values) = series(random, 30, change);
            flat_test(&times, &values, Margin::new(0.1).unwrap()).unwrap().verdict == verdict
        })
    };
    // At the margin itself a flat verdict is the error of the first kind: 5 %.
    within(says(0.1, TrendVerdict::Flat), 0.02, 0.07);
    within(says(-0.1, TrendVerdict::Flat), 0.02, 0.07);
    // Its power on a truly flat series: near the 0.75 of normal theory for this noise, short window and margin.
    within(says(0.0, TrendVerdict::Flat), 0.6, 0.8);
    within(says(0.3, TrendVerdict::Up), 0.99, 1.0);
    within(says(-0.3, TrendVerdict::Down), 0.99, 1.0);
}

#[test]
fn paired_tests_hold_their_level() {
    for subjects in [12, 80] {
        let rejected = share_of_runs(2000, 10, |random| {
            // Rounded, so that ties and zeros occur.
            let differences: Vec<f64> = (0..subjects).map(|_| (4.0 * normal(random)).round()).collect();
            wilcoxon_signed_rank(&differences, ZeroHandling::Pratt).unwrap().p < 0.05
        });
        within(rejected, 0.03, 0.06);
    }
}

/// Followers of suspended and other accounts: skewed counts with ties, and spreads that differ where asked.
#[test]
fn tests_of_two_groups_hold_their_level_and_shifts_are_covered() {
    let counts = |random: &mut ChaCha8Rng, n: usize, spread: f64, shift: f64| -> Vec<f64> {
        (0..n).map(|_| (spread * normal(random) + shift).round()).collect()
    };
    let alike = share_of_runs(2000, 21, |random| {
        let (one, other) = (counts(random, 15, 6.0, 0.0), counts(random, 50, 6.0, 0.0));
        mann_whitney(&one, &other).unwrap().p < 0.05
    });
    within(alike, 0.03, 0.06);
    // The smaller group spreads more: Mann-Whitney rejects too often what Brunner-Munzel is asked.
    let unlike = |test: fn(&[f64], &[f64]) -> f64| {
        share_of_runs(2000, 22, |random| {
            let (one, other) = (counts(random, 20, 30.0, 0.0), counts(random, 80, 6.0, 0.0));
            test(&one, &other) < 0.05
        })
    };
    within(
        unlike(|one, other| brunner_munzel(one, other, Level::P95).unwrap().p),
        0.03,
        0.07,
    );
    within(unlike(|one, other| mann_whitney(one, other).unwrap().p), 0.07, 0.3);
    let covered = share_of_runs(2000, 23, |random| {
        let (one, other) = (counts(random, 25, 200.0, 90.0), counts(random, 60, 200.0, 0.0));
        holds(&hodges_lehmann(&one, &other, Level::P95).unwrap(), 90.0)
    });
    within(covered, 0.935, 0.965);
}

/// A series with a slope of 0.3 and Gaussian errors of this correlation a day apart (1 for a random walk) and independent
/// errors of this variance; days one to four apart when uneven.
fn remembering(
    random: &mut ChaCha8Rng,
    length: usize,
    uneven: bool,
    correlation: f64,
    independent: f64,
) -> (Vec<f64>, Vec<f64>) {
    let (mut time, mut error) = (0.0, if correlation < 1.0 { normal(random) } else { 0.0 });
    let (mut times, mut values) = (Vec::new(), Vec::new());
    for index in 0..length {
        if index > 0 {
            let gap = if uneven {
                (1.0 + 4.0 * uniform(random)).floor()
            } else {
                1.0
            };
            time += gap;
            let kept = correlation.powf(gap);
            let fresh = if correlation < 1.0 { 1.0 - kept * kept } else { gap };
            error = kept * error + fresh.sqrt() * normal(random);
        }
        times.push(time);
        values.push(10.0 + 0.3 * time + error + independent.sqrt() * normal(random));
    }
    (times, values)
}

#[test]
fn the_trend_of_a_series_with_memory_is_covered() {
    for (length, uneven) in [(8, true), (15, false), (30, true), (60, false)] {
        // Neighbour correlation, independent error, and what the interval must cover at least.
        for (correlation, independent, least) in [
            (0.0, 0.0, 0.95),
            (0.5, 0.0, 0.95),
            (0.8, 0.0, 0.94),
            (0.95, 0.0, 0.93),
            (1.0, 0.0, 0.87),
            (1.0, 1.0, 0.92),
        ] {
            let covered = |interval: fn(&[f64], &[f64]) -> Estimate| {
                share_of_runs(400, 14, |random| {
                    let (times, values) = remembering(random, length, uneven, correlation, independent);
                    holds(&interval(&times, &values), 0.3)
                })
            };
            let with_memory = covered(|t, v| theil_sen_autocorrelated(t, v, Level::P95).unwrap().line.slope);
            within(with_memory, least, 1.0);
            if correlation > 0.9 {
                within(covered(|t, v| theil_sen(t, v, Level::P95).unwrap().slope), 0.1, 0.8);
            }
        }
    }
}

#[test]
fn without_a_trend_its_p_is_seldom_low_whatever_the_memory() {
    // Neighbour correlation, and how often p may be below 0.05 at most.
    for (correlation, most) in [(0.0, 0.01), (0.5, 0.01), (0.8, 0.01), (0.95, 0.02), (1.0, 0.13)] {
        let low = |test: fn(&[f64], &[f64]) -> f64| {
            share_of_runs(400, 16, |random| {
                let (times, values) = remembering(random, 39, false, correlation, 0.0);
                let level: Vec<f64> = values.iter().zip(&times).map(|(v, t)| v - 0.3 * t).collect();
                test(&times, &level) < 0.05
            })
        };
        within(low(|times, values| slope_p(times, values).unwrap()), 0.0, most);
        // Why the p of a trend does not come from Mann and Kendall's test.
        let corrected = low(|times, values| {
            mann_kendall_corrected(times, values, TrendCorrection::HamedRao, times.len())
                .map_or(1.0, |found| found.test.p)
        });
        let (least, most) = match correlation {
            0.0 => (0.03, 0.12),
            0.5 => (0.12, 0.28),
            _ => (0.28, 0.75),
        };
        within(corrected, least, most);
    }
    // A trend is seen all the same: of 0.3 a day under weak memory.
    let seen = share_of_runs(200, 17, |random| {
        let (times, values) = remembering(random, 39, false, 0.5, 0.0);
        slope_p(&times, &values).unwrap() < 0.05
    });
    within(seen, 0.75, 0.95);
}

#[test]
fn a_random_walk_is_seldom_given_a_direction() {
    type Test = fn(&[f64], &[f64], Margin) -> Result<stats::FlatTest, Reason>;
    let directed = |test: Test| {
        share_of_runs(400, 15, |random| {
            let (times, values) = remembering(random, 30, false, 1.0, 0.0);
            let level: Vec<f64> = values.iter().zip(&times).map(|(v, t)| 300.0 + v - 0.3 * t).collect();
            let verdict = test(&times, &level, Margin::new(0.001).unwrap()).unwrap().verdict;
            matches!(verdict, TrendVerdict::Up | TrendVerdict::Down)
        })
    };
    within(directed(flat_test_autocorrelated), 0.05, 0.18);
    within(directed(flat_test), 0.6, 0.9);
}
