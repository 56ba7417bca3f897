//! Means, rates and shares of units that are drawn whole: against scipy, against the same done slowly, and whether their intervals hold
//! the truth as often as they say.

#![expect(clippy::unwrap_used, reason = "helpers of a test are not themselves test functions")]

use std::cell::RefCell;

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stats::{
    Bootstrap, BootstrapInterval, CountInterval, Estimate, Level, Reason, UnitSums, clopper_pearson, korn_graubard,
    mean, mean_t_interval, mid_p, quantile,
};

fn bootstrap(resamples: u32) -> Bootstrap {
    Bootstrap {
        resamples,
        seed: 7,
        level: Level::P95,
        interval: BootstrapInterval::ExpandedPercentile,
    }
}

/// Units of one part, each a total and a weight.
fn one_part(units: &[(f64, f64)]) -> UnitSums {
    UnitSums::new(units.iter().map(|(total, weight)| [(0, *total, *weight)])).unwrap()
}

#[track_caller]
fn interval_close(found: &Estimate, (low, high): (f64, f64), relative: f64) {
    let bounds = found.interval().unwrap();
    let near = |found: f64, expected: f64| (found - expected).abs() <= relative * expected.abs().max(1e-300);
    assert!(
        near(bounds.0, low) && near(bounds.1, high),
        "{found:?}, not {low} to {high}"
    );
}

#[test]
fn korn_graubard_is_scipys() {
    // def kg(y, x, n, a=.05):  # y, x: lists of units, each a list of parts
    //     y, x = np.array(y, float), np.array(x, float); G = len(y); r = y.sum(0)/x.sum(0); p = r.mean()
    //     z, w = ((y-r*x)/x.sum(0)).mean(1), (x/x.sum(0)).mean(1); v = G/(G-1)*np.sum(z**2)
    //     def effect(left):  # of the units that are left, as if there were one part
    //         s = 1-w[~left].sum(); d = z[~left].sum()/s; q = p-d
    //         return np.sum((z[left]+d*w[left])**2)/s/q/(1-q)*n if 1e-12 < q < 1-1e-12 else 1
    //     e = np.array([effect(np.arange(G) != i) for i in range(G)])/effect(np.arange(G) >= 0)
    //     f = np.clip(2/((G-1)/G*np.sum((e-e.mean())**2)), 1, G-1)
    //     m = min(n, n*p*(1-p)/(n-1)/v*(st.t.ppf(1-a/2,n-1)/st.t.ppf(1-a/2,f))**2)
    //     exact = st.beta.ppf(a/2, p*m, m-p*m+1), st.beta.ppf(1-a/2, p*m+1, m-p*m)
    //     m = min(n, n*p*(1-p)/(n-1)/v*(st.t.ppf(1-a/2,n-1)/st.t.ppf(1-a/2,G-1))**2)
    //     k = p*m; beyond = lambda p: (st.beta.cdf(p, k, m-k+1) + st.beta.cdf(p, k+1, m-k)) / 2
    //     low, high = (brentq(lambda p: beyond(p)-q, 0, 1, xtol=1e-16, rtol=1e-13) for q in (a/2, 1-a/2))
    //     return exact, (min(low, a**(1/G)), max(high, 1 - a**(1/G)))
    let check = |sums: &UnitSums, elements, exact, mid_p| {
        let found = |interval| korn_graubard(sums, elements, interval, Level::P95).unwrap();
        interval_close(&found(CountInterval::ClopperPearson), exact, 1e-9);
        let half = found(CountInterval::MidP);
        interval_close(&half, mid_p, 1e-9);
        half
    };
    let found = |totals: &[f64], weights: &[f64], elements, exact, mid_p| {
        let units: Vec<(f64, f64)> = totals.iter().copied().zip(weights.iter().copied()).collect();
        check(&one_part(&units), elements, exact, mid_p)
    };
    // kg([[v] for v in totals], [[v] for v in weights], elements)
    let accounts = found(
        &[2.0, 0.0, 1.0, 0.0, 3.0, 0.0, 1.0, 0.0, 2.0, 1.0, 2.0, 1.0, 1.0, 1.0],
        &[3.0, 1.0, 1.0, 2.0, 3.0, 2.0, 2.0, 1.0, 3.0, 2.0, 2.0, 2.0, 1.0, 1.0],
        26,
        (0.3537039587262717, 0.7792496724932498),
        (0.3700865579672473, 0.7651270684039195),
    );
    assert_eq!((accounts.value, accounts.n), (15.0 / 26.0, 14));
    found(
        &[40.0, 12.0, 7.0, 90.0, 3.0, 55.0],
        &[40.0, 12.0, 9.0, 90.0, 3.0, 60.0],
        214,
        (0.8338045192242813, 0.9990949222418015),
        (0.6069622310029172, 0.9982466752955346),
    );
    let (mut totals, mut weights) = ([0.0; 10], [1.0; 10]);
    (totals[0], weights[0]) = (1.0, 4.0);
    found(
        &totals,
        &weights,
        13,
        (0.0019456284973467482, 0.3602974352678775),
        (0.003847382899971485, 0.3248426516678411),
    );
    // One of thirty persons has one of four: of accounts, no less is possible than where none has.
    let mut totals = [0.0; 30];
    totals[7] = 1.0;
    found(
        &totals,
        &[4.0; 30],
        120,
        (0.0001706876862425121, 0.047599108969493584),
        (0.0003537004487283122, 0.09503385285530419),
    );
    // Three have any, one of them all four: 4.2 degrees of freedom, if they have posts.
    (totals[2], totals[3]) = (4.0, 1.0);
    found(
        &totals,
        &[4.0; 30],
        120,
        (0.0014352487779895164, 0.24282080156945898),
        (0.007723773206594116, 0.16098116083728253),
    );
    // kg([[1,1],[0,0],[0,1],[2,0],[0,0]], [[1,1],[1,2],[0,1],[2,1],[1,1]], 8)
    let units = [
        [(0, 1.0, 1.0), (1, 1.0, 1.0)],
        [(0, 0.0, 1.0), (1, 0.0, 2.0)],
        [(0, 0.0, 0.0), (1, 1.0, 1.0)],
        [(0, 2.0, 2.0), (1, 0.0, 1.0)],
        [(0, 0.0, 1.0), (1, 0.0, 1.0)],
    ];
    check(
        &UnitSums::new(units).unwrap(),
        8,
        (0.06969917790413022, 0.9013131016608332),
        (0.09497828594533203, 0.8707659529166456),
    );
}

/// An interval of counts, and that of Korn & Graubard which goes by it.
type Alike = (fn(u64, u64, Level) -> Result<Estimate, Reason>, CountInterval);
const ALIKE: [Alike; 2] = [
    (clopper_pearson, CountInterval::ClopperPearson),
    (mid_p, CountInterval::MidP),
];

#[test]
fn where_every_unit_is_one_element_it_is_that_of_counts() {
    for n in [1_u64, 2, 3, 10, 57, 400] {
        for k in [0, 1, n / 3, n / 2, n - 1, n] {
            let units: Vec<(f64, f64)> = (0..n).map(|unit| (f64::from(u8::from(unit < k)), 1.0)).collect();
            for (of_counts, interval) in ALIKE {
                let found = korn_graubard(&one_part(&units), n, interval, Level::P95).unwrap();
                let alone = of_counts(k, n, Level::P95).unwrap();
                assert_eq!((found.value, found.n), (alone.value, n));
                interval_close(&found, alone.interval().unwrap(), 1e-9);
            }
        }
    }
}

#[test]
fn shares_of_all_or_none_rest_on_the_units() {
    for (totals, k) in [(0.0, 0), (5.0, 12)] {
        let units = [(totals, 5.0); 12];
        for (of_counts, interval) in ALIKE {
            let found = korn_graubard(&one_part(&units), 60, interval, Level::P95).unwrap();
            let alone = of_counts(k, 12, Level::P95).unwrap();
            assert_eq!(found.value, alone.value);
            interval_close(&found, alone.interval().unwrap(), 1e-9);
        }
    }
}

#[test]
fn what_has_no_interval_or_no_number_says_why() {
    let one = one_part(&[(2.0, 5.0)]);
    let too_few = Some(Reason::TooFew { needed: 2, found: 1 });
    let of_one = korn_graubard(&one, 5, CountInterval::MidP, Level::P95).unwrap();
    assert_eq!(of_one.no_interval, too_few);
    assert_eq!(bootstrap(100).studentised(&one).unwrap().no_interval, too_few);
    let alike = one_part(&[(0.1, 1.0), (0.3, 3.0), (0.2, 2.0), (0.7, 7.0)]);
    let found = bootstrap(100).studentised(&alike).unwrap();
    assert_eq!(found.no_interval, Some(Reason::Constant));
    let beyond = Err(Reason::OutOfRange {
        what: "total",
        index: 0,
        must: "from 0 to its weight",
    });
    assert_eq!(
        korn_graubard(&one_part(&[(1.0, 2.0), (3.0, 2.0)]), 4, CountInterval::MidP, Level::P95),
        beyond
    );
    assert_eq!(
        UnitSums::new([[(0, 1.0, 1.0)], [(0, f64::NAN, 1.0)]]),
        Err(Reason::NotFinite {
            what: "total",
            index: 1
        })
    );
    assert!(UnitSums::new([[(0, 1.0, -1.0)]]).is_err());
    assert!(UnitSums::new([[(0, 1.0, 0.0)]]).is_err());
    assert!(UnitSums::new(Vec::<[(usize, f64, f64); 1]>::new()).is_err());
    assert!(bootstrap(99).studentised(&alike).is_err());
}

/// The interval by its definition, from the positions that the bootstrap draws: parts, totals and weights of each unit.
fn slowly(units: &[Vec<(usize, f64, f64)>], bootstrap: &Bootstrap) -> (f64, f64) {
    let parts = units.iter().flatten().map(|sum| sum.0 + 1).max().unwrap();
    let of = |unit: usize, part: usize| {
        let sums = units[unit].iter().filter(|sum| sum.0 == part);
        sums.fold((0.0, 0.0), |(y, x), sum| (y + sum.1, x + sum.2))
    };
    let all = |part: usize| (0..units.len()).fold((0.0, 0.0), |(y, x), at| (y + of(at, part).0, x + of(at, part).1));
    let mean_of_parts = |number: &dyn Fn(usize) -> f64| (0..parts).map(number).sum::<f64>() / parts as f64;
    let value = mean_of_parts(&|part| all(part).0 / all(part).1);
    // What a unit adds, as if its totals were this and there were one part.
    let total = |unit: usize| {
        mean_of_parts(&|part| {
            let ((y, x), (all_y, all_x)) = (of(unit, part), all(part));
            (y - all_y / all_x * x) / all_x
        })
    };
    let weight = |unit: usize| mean_of_parts(&|part| of(unit, part).1 / all(part).1);
    let number_and_error = |drawn: &[usize]| {
        let all = drawn.iter().map(|unit| weight(*unit)).sum::<f64>();
        let ratio = drawn.iter().map(|unit| total(*unit)).sum::<f64>() / all;
        let square = |unit: &usize| ((total(*unit) - ratio * weight(*unit)) / all).powi(2);
        let n = drawn.len() as f64;
        let error = (n / (n - 1.0) * drawn.iter().map(square).sum::<f64>()).sqrt();
        (ratio, error)
    };
    let whole: Vec<usize> = (0..units.len()).collect();
    let (_, error) = number_and_error(&whole);
    let drawn = RefCell::new(Vec::new());
    let listed = bootstrap.of_units(units.len(), |positions| {
        drawn.borrow_mut().push(positions.to_vec());
        mean(&positions.iter().map(|at| *at as f64).collect::<Vec<_>>())
    });
    listed.unwrap();
    // The first is the whole sample; st.t.ppf(.975, 1) → 12.706204736174694
    let ts: Vec<f64> = drawn.borrow()[1..]
        .iter()
        .map(|positions| {
            let (resampled, its_error) = number_and_error(positions);
            (resampled / its_error).clamp(-12.706204736174694, 12.706204736174694)
        })
        .collect();
    (
        value - quantile(&ts, 0.975).unwrap() * error,
        value - quantile(&ts, 0.025).unwrap() * error,
    )
}

#[test]
fn the_studentised_interval_is_that_of_its_definition() {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    for (units, parts) in [(9, 1), (30, 1), (30, 4), (12, 2)] {
        let units: Vec<Vec<(usize, f64, f64)>> = (0..units)
            .map(|_| {
                let sums = random.random_range(1..=6);
                (0..sums)
                    .map(|_| {
                        let total = 40.0 + normal(&mut random).exp();
                        (random.random_range(0..parts), total, random.random_range(0.5..3.0))
                    })
                    .collect()
            })
            .collect();
        let found = bootstrap(300)
            .studentised(&UnitSums::new(units.clone()).unwrap())
            .unwrap();
        interval_close(&found, slowly(&units, &bootstrap(300)), 1e-9);
    }
}

#[test]
fn of_two_values_the_studentised_interval_is_students() {
    let values = [9.0, 10.0];
    let found = bootstrap(1000)
        .studentised(&one_part(&values.map(|value| (value, 1.0))))
        .unwrap();
    let students = mean_t_interval(&values, Level::P95).unwrap();
    interval_close(&found, students.interval().unwrap(), 1e-9);
    // Nothing is negative, nor is the bound.
    let counts = bootstrap(1000)
        .studentised(&one_part(&[(0.0, 1.0), (8.0, 1.0)]))
        .unwrap();
    assert_eq!(counts.ci_low, Some(0.0));
}

fn uniform(random: &mut ChaCha8Rng) -> f64 {
    random.random_range(f64::EPSILON..1.0)
}

/// Box & Muller.
fn normal(random: &mut ChaCha8Rng) -> f64 {
    (-2.0 * uniform(random).ln()).sqrt() * (std::f64::consts::TAU * uniform(random)).cos()
}

/// Share of runs in which an interval holds the truth, and the mean width.
fn covered(runs: u64, seed: u64, truth: f64, mut interval: impl FnMut(&mut ChaCha8Rng) -> Estimate) -> (f64, f64) {
    let (mut held, mut width) = (0, 0.0);
    for run in 0..runs {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(run);
        let (low, high) = interval(&mut random).interval().unwrap();
        held += u32::from((low..=high).contains(&truth));
        width += high - low;
    }
    (f64::from(held) / runs as f64, width / runs as f64)
}

#[track_caller]
fn within(share: f64, low: f64, high: f64) {
    assert!((low..=high).contains(&share), "{share} is not within {low} to {high}");
}

/// Paces of persons with one to four accounts: skewed, and alike within a person. Their mean is 1.
fn paces(random: &mut ChaCha8Rng, persons: usize) -> Vec<Vec<f64>> {
    const SIGMAS: [f64; 2] = [0.8, 0.4];
    (0..persons)
        .map(|_| {
            let accounts = random.random_range(1..=4);
            let person = SIGMAS[0] * normal(random);
            let squares: f64 = SIGMAS.iter().map(|sigma| sigma * sigma).sum();
            (0..accounts)
                .map(|_| (person + SIGMAS[1] * normal(random) - squares / 2.0).exp())
                .collect()
        })
        .collect()
}

#[test]
fn means_of_skewed_values_of_persons_are_covered() {
    for (persons, least, of_percentiles) in [(15, 0.895, 0.89), (40, 0.92, 0.925), (100, 0.93, 0.94)] {
        let sums = |random: &mut ChaCha8Rng| {
            let paces = paces(random, persons);
            UnitSums::new(
                paces
                    .into_iter()
                    .map(|of_person| of_person.into_iter().map(|pace| (0, pace, 1.0))),
            )
            .unwrap()
        };
        let (studentised, _) = covered(800, 31, 1.0, |random| {
            bootstrap(300).studentised(&sums(random)).unwrap()
        });
        within(studentised, least, 0.965);
        let (percentiles, _) = covered(800, 31, 1.0, |random| {
            let paces = paces(random, persons);
            let statistic = |drawn: &[usize]| mean(&drawn.iter().flat_map(|at| paces[*at].clone()).collect::<Vec<_>>());
            bootstrap(300).of_units(persons, statistic).unwrap()
        });
        within(percentiles, 0.8, of_percentiles);
        assert!(studentised > percentiles + 0.005, "{studentised}, {percentiles}");
    }
}

/// Of each person: accounts that count, and all, up to `most`. Four in five accounts write as their person does.
fn accounts_of_persons(random: &mut ChaCha8Rng, share: f64, persons: usize, most: u32) -> Vec<(f64, f64)> {
    (0..persons)
        .map(|_| {
            let (person, accounts) = (uniform(random) < share, random.random_range(1..=most));
            let counted = (0..accounts).filter(|_| {
                if uniform(random) < 0.8 {
                    person
                } else {
                    uniform(random) < share
                }
            });
            (counted.count() as f64, f64::from(accounts))
        })
        .collect()
}

fn elements(units: &[(f64, f64)]) -> u64 {
    units.iter().map(|unit| unit.1 as u64).sum()
}

#[test]
fn shares_of_accounts_of_persons_are_covered_only_by_person() {
    for (share, persons) in [(0.02, 60), (0.1, 60), (0.6, 30), (0.97, 100)] {
        let (by_person, _) = covered(2000, 32, share, |random| {
            let units = accounts_of_persons(random, share, persons, 5);
            korn_graubard(&one_part(&units), elements(&units), CountInterval::MidP, Level::P95).unwrap()
        });
        // At a single share it may fall short, since whole numbers count.
        within(by_person, 0.88, 0.99);
        let (by_account, _) = covered(2000, 32, share, |random| {
            let units = accounts_of_persons(random, share, persons, 5);
            let counted = units.iter().map(|unit| unit.0 as u64).sum();
            clopper_pearson(counted, elements(&units), Level::P95).unwrap()
        });
        within(by_account, 0.7, 0.93);
    }
}

#[test]
fn shares_of_accounts_of_persons_are_covered_at_their_level_on_average_by_mid_p() {
    let shares = [0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15, 0.25, 0.4];
    for (persons, most) in [(60, 1), (60, 2), (60, 5), (100, 1), (100, 2), (100, 5)] {
        let held = shares.map(|share| {
            let (held, _) = covered(500, 33, share, |random| {
                let units = accounts_of_persons(random, share, persons, most);
                korn_graubard(&one_part(&units), elements(&units), CountInterval::MidP, Level::P95).unwrap()
            });
            held
        });
        within(mean(&held).unwrap(), 0.93, 0.965);
    }
}

/// How often an interval of the share of posts holds it: posts, of which persons have very different numbers, and of whom some have a share of
/// their own that is 0 or 1, and on average that of all.
fn posts_covered(share: f64, all_or_nothing: f64) -> f64 {
    let (held, _) = covered(800, 34, share, |random| {
        let units: Vec<(f64, f64)> = (0..60)
            .map(|_| {
                let posts = (1.2 + normal(random)).exp().ceil();
                let own = if uniform(random) < all_or_nothing {
                    f64::from(u8::from(uniform(random) < share))
                } else {
                    share
                };
                let counted = (0..posts as u64).filter(|_| uniform(random) < own).count();
                (counted as f64, posts)
            })
            .collect();
        korn_graubard(
            &one_part(&units),
            elements(&units),
            CountInterval::ClopperPearson,
            Level::P95,
        )
        .unwrap()
    });
    held
}

#[test]
fn shares_of_posts_of_persons_are_covered_unless_rare_and_of_few() {
    let shares = [0.03, 0.06, 0.1, 0.2, 0.4, 0.7, 0.9];
    for (all_or_nothing, least) in [(0.6, 0.905), (0.2, 0.94)] {
        let held = shares.map(|share| posts_covered(share, all_or_nothing));
        within(mean(&held).unwrap(), least, 0.965);
    }
    within(posts_covered(0.04, 0.6), 0.82, 0.91);
    within(posts_covered(0.04, 0.2), 0.93, 0.98);
}

proptest! {
    #[test]
    fn no_sums_break_anything(
        units in prop::collection::vec(
            prop::collection::vec((0_usize..3, prop_oneof![4 => -1e3..1e3, 1 => Just(0.0), 1 => Just(1e300)], 0.0..9.0), 0..4),
            0..12,
        ),
        elements in any::<u64>(),
    ) {
        if let Ok(sums) = UnitSums::new(units.clone()) {
            let by_unit = ALIKE.map(|(_, interval)| korn_graubard(&sums, elements, interval, Level::P95));
            for found in by_unit.iter().chain([&bootstrap(100).studentised(&sums)]).flatten() {
                prop_assert!(found.value.is_finite());
                prop_assert_eq!(found.no_interval.is_some(), found.interval().is_none());
                if let Some((low, high)) = found.interval() {
                    prop_assert!(low <= found.value && found.value <= high, "{:?}", found);
                }
            }
        }
    }

    #[test]
    fn shares_have_bounds_that_hold_them(
        units in prop::collection::vec((0_u8..6, 1_u8..6), 1..20),
        more in 0_u64..50,
    ) {
        let units: Vec<(f64, f64)> = units.iter().map(|(k, n)| (f64::from(*k.min(n)), f64::from(*n))).collect();
        let elements = units.iter().map(|unit| unit.1 as u64).sum::<u64>() + more;
        for (_, interval) in ALIKE {
            let found = korn_graubard(&one_part(&units), elements, interval, Level::P95).unwrap();
            if let Some((low, high)) = found.interval() {
                prop_assert!(0.0 <= low && low <= found.value && found.value <= high && high <= 1.0 && low < high);
            }
        }
    }
}
