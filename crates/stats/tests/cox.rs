//! Cox's model beside lifelines on public data, brute force, the log-rank test and simulated truth.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "helpers of a test are not themselves test functions"
)]

use std::path::Path;

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stats::{CoxData, Level, Reason, Spell, TimeScale, cox, log_rank, proportional_hazards};

#[track_caller]
fn close(found: f64, expected: f64, relative: f64) {
    assert!(
        (found - expected).abs() <= relative * expected.abs().max(1e-3),
        "{found} is not {expected}"
    );
}

/// Columns of a CSV of numbers below `DIMINUENDO_DATA`, in the order asked for.
fn columns(file: &str, names: &[&str]) -> Option<Vec<Vec<f64>>> {
    let root = std::env::var_os("DIMINUENDO_DATA")?;
    let text = std::fs::read_to_string(Path::new(&root).join("survival").join(file)).ok()?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next()?.split(',').collect();
    let places: Vec<usize> = names
        .iter()
        .map(|name| header.iter().position(|found| found == name).unwrap())
        .collect();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    Some(
        places
            .iter()
            .map(|&place| rows.iter().map(|row| row[place].parse().unwrap()).collect())
            .collect(),
    )
}

fn skipped() {
    eprintln!("skipped: DIMINUENDO_DATA does not name a folder with survival data");
}

fn rossi(covariates: &[&str]) -> Option<(Vec<Spell>, Vec<Vec<f64>>)> {
    let names: Vec<&str> = ["week", "arrest"].iter().chain(covariates).copied().collect();
    let mut columns = columns("lifelines/rossi.csv", &names)?;
    let rest = columns.split_off(2);
    let spells = columns[0]
        .iter()
        .zip(&columns[1])
        .map(|(&week, &arrest)| Spell::from_origin(week, arrest == 1.0));
    Some((spells.collect(), rest))
}

fn slices(columns: &[Vec<f64>]) -> Vec<&[f64]> {
    columns.iter().map(Vec::as_slice).collect()
}

fn plain<'a>(spells: &'a [Spell], covariates: &'a [&'a [f64]]) -> CoxData<'a> {
    CoxData {
        spells,
        covariates,
        strata: None,
        clusters: None,
    }
}

#[test]
fn rossi_with_ties_is_lifelines() {
    let Some((spells, columns)) = rossi(&["fin", "age", "race", "wexp", "mar", "paro", "prio"]) else {
        return skipped();
    };
    let covariates = slices(&columns);
    let found = cox(&plain(&spells, &covariates), Level::P95).unwrap();
    // lifelines 0.30.3: CoxPHFitter().fit(rossi, 'week', 'arrest', fit_options=dict(precision=1e-16, r_precision=1e-18,
    // step_size=1.0)) (its defaults stop five digits short of this): params_, standard_errors_, log_likelihood_, concordance_index_, log_likelihood_ratio_test()
    let beta = [
        -0.3794221668712075,
        -0.057437743013761214,
        0.3138997859492933,
        -0.149795697222785,
        -0.4337038766902521,
        -0.08487108299083596,
        0.0914970793511208,
    ];
    let error = [
        0.19137948071280916,
        0.02199947062795378,
        0.30799277639293704,
        0.21222429615816352,
        0.3818680574649218,
        0.19575667192092322,
        0.02864855007347061,
    ];
    for ((found, beta), error) in found.coefficients.iter().zip(beta).zip(error) {
        close(found.log_hazard_ratio.value, beta, 1e-9);
        close(found.std_error, error, 1e-9);
    }
    close(found.log_likelihood, -658.7476594460859, 1e-12);
    close(found.concordance.unwrap(), 0.6403292470997135, 1e-12);
    close(found.likelihood_ratio.chi_squared, 33.26594580156916, 1e-9);
    // R: summary(coxph(Surv(week, arrest) ~ ., Rossi)): Wald test = 32.11 on 7 df, Score (logrank) test = 33.53 on 7 df
    assert!((found.wald.chi_squared - 32.11).abs() < 0.005 && (found.score.chi_squared - 33.53).abs() < 0.005);
    // proportional_hazard_test(c, rossi, time_transform=…).test_statistic
    let identity = [
        0.0561707848022233,
        12.061382877300346,
        1.4860878644333313,
        6.934835170046989,
        0.7544014443967534,
        0.12204158302120381,
        0.010891715117951326,
    ];
    let log = [
        0.4913645303976155,
        13.073811409811759,
        1.0311240355944613,
        5.53975384672864,
        1.0292742184749215,
        0.010496109937667768,
        0.3840188079320722,
    ];
    let km = [
        0.01913002746132559,
        11.030294039721179,
        1.4374561534808836,
        7.475471403854689,
        0.6008742022551904,
        0.11572097154230798,
        0.02254554550651721,
    ];
    for (scale, expected) in [
        (TimeScale::Identity, identity),
        (TimeScale::Log, log),
        (TimeScale::KaplanMeier, km),
    ] {
        let check = proportional_hazards(&plain(&spells, &covariates), scale).unwrap();
        for (test, expected) in check.covariates.iter().zip(expected) {
            close(test.chi_squared, expected, 1e-9);
        }
    }
}

#[test]
fn strata_and_clusters_are_lifelines() {
    let Some((spells, columns)) = rossi(&["fin", "age", "paro", "prio", "wexp"]) else {
        return skipped();
    };
    let strata: Vec<u64> = columns[4].iter().map(|&wexp| wexp as u64).collect();
    let covariates = slices(&columns[..4]);
    let found = cox(
        &CoxData {
            strata: Some(&strata),
            ..plain(&spells, &covariates)
        },
        Level::P95,
    )
    .unwrap();
    // CoxPHFitter().fit(rossi without race and mar, 'week', 'arrest', strata=['wexp'], …)
    let expected = [
        (-0.3559208096104753, 0.19061376092545115),
        (-0.061021672046176825, 0.022149182488439518),
        (-0.0907641401073732, 0.19521908278772215),
        (0.08585671346819734, 0.028650320138241342),
    ];
    for (found, (beta, error)) in found.coefficients.iter().zip(expected) {
        close(found.log_hazard_ratio.value, beta, 1e-9);
        close(found.std_error, error, 1e-9);
    }
    close(found.log_likelihood, -582.3658080685332, 1e-12);
    close(found.concordance.unwrap(), 0.601768219832736, 1e-12);
    // Times made distinct (week + row/1000), since lifelines' robust errors take no account of ties; clusters of four rows:
    // CoxPHFitter().fit(d[['week', 'arrest', 'fin', 'age', 'prio', 'cl']], 'week', 'arrest', cluster_col='cl', …)
    let distinct: Vec<Spell> = spells
        .iter()
        .enumerate()
        .map(|(row, s)| Spell::from_origin(s.exit + row as f64 / 1000.0, s.event))
        .collect();
    let clusters: Vec<u64> = (0..spells.len() as u64).map(|row| row / 4).collect();
    let covariates = [&columns[0][..], &columns[1][..], &columns[3][..]];
    let found = cox(
        &CoxData {
            clusters: Some(&clusters),
            ..plain(&distinct, &covariates)
        },
        Level::P95,
    )
    .unwrap();
    let expected = [
        (-0.34480864126827565, 0.19351523461699618),
        (-0.06654549665169342, 0.024611161544453912),
        (0.09964534132353003, 0.02521258392392504),
    ];
    for (found, (beta, error)) in found.coefficients.iter().zip(expected) {
        close(found.log_hazard_ratio.value, beta, 1e-9);
        close(found.robust_std_error.unwrap(), error, 1e-9);
    }
}

#[test]
fn late_entry_is_lifelines() {
    let Some(columns) = columns(
        "r-csv/heart.csv",
        &["start", "stop", "event", "age", "surgery", "transplant"],
    ) else {
        return skipped();
    };
    let spells: Vec<Spell> = (0..columns[0].len())
        .map(|row| Spell::entered(columns[0][row], columns[1][row], columns[2][row] == 1.0))
        .collect();
    let covariates = slices(&columns[3..]);
    let found = cox(&plain(&spells, &covariates), Level::P95).unwrap();
    // CoxPHFitter().fit(heart[['start', 'stop', 'event', 'age', 'surgery', 'transplant']], 'stop', 'event', entry_col='start', …)
    let expected = [
        (0.030536314914171823, 0.01389278663087225),
        (-0.7733276453004768, 0.3596679881106924),
        (0.016095605296522875, 0.3085858042285203),
    ];
    for (found, (beta, error)) in found.coefficients.iter().zip(expected) {
        close(found.log_hazard_ratio.value, beta, 1e-9);
        close(found.std_error, error, 1e-9);
    }
    close(found.log_likelihood, -292.76202553240347, 1e-10);
    close(found.likelihood_ratio.chi_squared, 10.718660281161533, 1e-8);
}

/// Efron's log-likelihood and each spell's part in the score, from the definition, in quadratic time.
fn by_definition(spells: &[Spell], x: &[f64], beta: f64) -> (f64, Vec<f64>) {
    let mut times: Vec<f64> = spells.iter().filter(|s| s.event).map(|s| s.exit).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let risk = |i: usize| (beta * x[i]).exp();
    let (mut log_likelihood, mut residuals) = (0.0, vec![0.0; spells.len()]);
    for time in times {
        let at_risk: Vec<usize> = (0..spells.len())
            .filter(|&i| spells[i].entry < time && spells[i].exit >= time)
            .collect();
        let dying: Vec<usize> = at_risk
            .iter()
            .copied()
            .filter(|&i| spells[i].exit == time && spells[i].event)
            .collect();
        for step in 0..dying.len() {
            let share = step as f64 / dying.len() as f64;
            let weight = |i: usize| if dying.contains(&i) { 1.0 - share } else { 1.0 };
            let total: f64 = at_risk.iter().map(|&i| weight(i) * risk(i)).sum();
            let centre = at_risk.iter().map(|&i| weight(i) * risk(i) * x[i]).sum::<f64>() / total;
            log_likelihood += beta * x[dying[step]] - total.ln();
            for &i in &dying {
                residuals[i] += (x[i] - centre) / dying.len() as f64;
            }
            for &i in &at_risk {
                residuals[i] -= weight(i) * risk(i) * (x[i] - centre) / total;
            }
        }
    }
    (log_likelihood, residuals)
}

fn rows() -> impl Strategy<Value = Vec<(Spell, f64, u64)>> {
    let row = (0_u8..6, 1_u8..8, any::<bool>(), any::<bool>(), 0_u8..4, 0_u64..5).prop_map(
        |(entry, length, event, origin, x, c)| {
            let exit = f64::from(entry) + f64::from(length);
            (
                Spell::new((!origin).then_some(f64::from(entry)), exit, event),
                f64::from(x),
                c,
            )
        },
    );
    prop::collection::vec(row, 3..40)
}

proptest! {
    #[test]
    fn one_covariate_by_definition(rows in rows()) {
        let spells: Vec<Spell> = rows.iter().map(|row| row.0).collect();
        let x: Vec<f64> = rows.iter().map(|row| row.1).collect();
        let clusters: Vec<u64> = rows.iter().map(|row| row.2).collect();
        let covariates = [&x[..]];
        let data = CoxData { clusters: Some(&clusters), ..plain(&spells, &covariates) };
        match cox(&data, Level::P95) {
            Err(reason) => prop_assert!(matches!(
                reason, Reason::AllCensored | Reason::Collinear { .. } | Reason::Separated { .. } | Reason::TooFew { .. }), "{reason}"),
            Ok(found) => {
                let beta = found.coefficients[0].log_hazard_ratio.value;
                let (best, residuals) = by_definition(&spells, &x, beta);
                prop_assert!((best - found.log_likelihood).abs() < 1e-8);
                // Where the likelihood is flat for ever, "best" is a matter of taste.
                if beta.abs() < 6.0 {
                    for near in [beta - 0.01, beta + 0.01] {
                        prop_assert!(by_definition(&spells, &x, near).0 <= best + 1e-9);
                    }
                    prop_assert!(residuals.iter().sum::<f64>().abs() < 1e-6);
                    let mut sums = [0.0; 5];
                    for (cluster, residual) in clusters.iter().zip(&residuals) { sums[*cluster as usize] += residual; }
                    let meat: f64 = sums.iter().map(|sum| sum * sum).sum();
                    let expected = found.coefficients[0].std_error.powi(2) * meat.sqrt();
                    let robust = found.coefficients[0].robust_std_error.unwrap();
                    prop_assert!((robust - expected).abs() <= 1e-6 * expected.max(1e-3), "{robust} {expected}");
                }
                // Pairs, counted one by one.
                let (mut good, mut pairs) = (0.0, 0.0);
                for one in rows.iter().filter(|row| row.0.event) {
                    for other in &rows {
                        let later = other.0.exit > one.0.exit || (other.0.exit == one.0.exit && !other.0.event);
                        if later && other.0.entry < one.0.exit {
                            pairs += 1.0;
                            let lead = beta * (one.1 - other.1);
                            good += if one.1 == other.1 || beta == 0.0 { 0.5 } else if lead > 0.0 { 1.0 } else { 0.0 };
                        }
                    }
                }
                match found.concordance {
                    Some(c) if beta.abs() > 1e-9 => prop_assert!((c - good / pairs).abs() < 1e-12),
                    Some(_) => {}
                    None => prop_assert_eq!(pairs, 0.0),
                }
                let mut backwards = rows.clone();
                backwards.reverse();
                let spells: Vec<Spell> = backwards.iter().map(|row| row.0).collect();
                let x: Vec<f64> = backwards.iter().map(|row| row.1).collect();
                let covariates = [&x[..]];
                let again = cox(&plain(&spells, &covariates), Level::P95).unwrap().coefficients[0].log_hazard_ratio.value;
                prop_assert!((again - beta).abs() <= 1e-6 * beta.abs().max(1.0));
            }
        }
    }
}

fn uniform(random: &mut ChaCha8Rng) -> f64 {
    random.random_range(f64::EPSILON..1.0)
}

/// Lives whose hazard doubles with a unit of the first covariate and is unmoved by the second; late entry, censoring.
fn lives(random: &mut ChaCha8Rng, subjects: usize, whole_days: bool) -> (Vec<Spell>, Vec<Vec<f64>>) {
    let (mut spells, mut columns) = (Vec::new(), vec![Vec::new(), Vec::new()]);
    while spells.len() < subjects {
        let (x, y) = (uniform(random) * 2.0, f64::from(random.random_bool(0.5)));
        let mut life = -100.0 / 2.0_f64.powf(x) * uniform(random).ln();
        if whole_days {
            life = life.ceil();
        }
        let entry = if random.random_bool(0.5) {
            0.0
        } else {
            (uniform(random) * 60.0).floor()
        };
        let end = (entry + 20.0 + uniform(random) * 150.0).ceil();
        if entry < life {
            spells.push(Spell::new(
                Some(entry).filter(|&entry| entry > 0.0),
                life.min(end),
                life <= end,
            ));
            columns[0].push(x);
            columns[1].push(y);
        }
    }
    (spells, columns)
}

#[test]
fn coefficients_are_covered() {
    let (runs, mut covered, mut false_alarms) = (600, 0, 0);
    for run in 0..runs {
        let mut random = ChaCha8Rng::seed_from_u64(41);
        random.set_stream(run);
        let (spells, columns) = lives(&mut random, 150, true);
        let covariates = slices(&columns);
        let found = cox(&plain(&spells, &covariates), Level::P95).unwrap();
        let (low, high) = found.coefficients[0].log_hazard_ratio.interval().unwrap();
        covered += u32::from((low..=high).contains(&std::f64::consts::LN_2));
        false_alarms += u32::from(found.coefficients[1].p < 0.05);
    }
    let (covered, alarms) = (f64::from(covered) / runs as f64, f64::from(false_alarms) / runs as f64);
    assert!(
        (0.93..=0.97).contains(&covered) && (0.03..=0.07).contains(&alarms),
        "{covered} {alarms}"
    );
}

#[test]
fn clusters_are_covered_only_when_they_are_named() {
    let share = |by_cluster: bool| {
        let runs = 300;
        let held = (0..runs).filter(|&run| {
            let mut random = ChaCha8Rng::seed_from_u64(42);
            random.set_stream(run);
            let (mut spells, mut x, mut clusters) = (Vec::new(), Vec::new(), Vec::new());
            for person in 0..60_u64 {
                let (frailty, covariate) = (0.2 + 2.0 * uniform(&mut random), f64::from(random.random_bool(0.5)));
                for _ in 0..5 {
                    spells.push(Spell::from_origin(-100.0 / frailty * uniform(&mut random).ln(), true));
                    x.push(covariate);
                    clusters.push(person);
                }
            }
            let covariates = [&x[..]];
            let data = CoxData {
                clusters: by_cluster.then_some(&clusters[..]),
                ..plain(&spells, &covariates)
            };
            let found = cox(&data, Level::P95).unwrap();
            let (low, high) = found.coefficients[0].log_hazard_ratio.interval().unwrap();
            (low..=high).contains(&0.0)
        });
        held.count() as f64 / runs as f64
    };
    assert!((0.91..=0.98).contains(&share(true)), "{}", share(true));
    assert!(share(false) < 0.88, "{}", share(false));
}

#[test]
fn the_score_test_of_an_indicator_is_the_log_rank_test() {
    let mut random = ChaCha8Rng::seed_from_u64(43);
    let (spells, columns) = lives(&mut random, 200, false);
    let covariates = [&columns[1][..]];
    let found = cox(&plain(&spells, &covariates), Level::P95).unwrap();
    let of = |value: f64| -> Vec<Spell> {
        spells
            .iter()
            .zip(&columns[1])
            .filter(|(_, y)| **y == value)
            .map(|(spell, _)| *spell)
            .collect()
    };
    close(
        found.score.chi_squared,
        log_rank(&[&of(0.0), &of(1.0)]).unwrap().chi_squared,
        1e-9,
    );
}

#[test]
fn a_million_spells() {
    let mut random = ChaCha8Rng::seed_from_u64(44);
    let (spells, columns) = lives(&mut random, 1_000_000, true);
    let covariates = slices(&columns);
    let found = cox(&plain(&spells, &covariates), Level::P95).unwrap();
    assert!((found.coefficients[0].log_hazard_ratio.value - std::f64::consts::LN_2).abs() < 0.02);
}

#[test]
fn edges() {
    let events = [
        Spell::from_origin(1.0, true),
        Spell::from_origin(2.0, true),
        Spell::from_origin(3.0, true),
    ];
    let fit = |spells: &[Spell], x: &[f64]| cox(&plain(spells, &[x]), Level::P95).map(|found| found.coefficients[0].z);
    assert_eq!(fit(&[], &[]), Err(Reason::TooFew { needed: 1, found: 0 }));
    assert_eq!(fit(&events, &[1.0]), Err(Reason::LengthMismatch { left: 3, right: 1 }));
    assert_eq!(fit(&events, &[1.0; 3]), Err(Reason::Collinear { index: 0 }));
    assert_eq!(fit(&events, &[3.0, 2.0, 1.0]), Err(Reason::Separated { index: 0 }));
    // Whoever had the event was the lowest, tied with another: the likelihood rises for ever and flattens.
    let lowest = [
        Spell::from_origin(6.0, false),
        Spell::entered(4.0, 6.0, true),
        Spell::entered(5.0, 6.0, false),
    ];
    assert_eq!(fit(&lowest, &[0.0, 0.0, 1.0]), Err(Reason::Separated { index: 0 }));
    assert_eq!(fit(&events[..1], &[1.0]), Err(Reason::Collinear { index: 0 }));
    assert!(matches!(
        fit(&events, &[1.0, f64::NAN, 0.0]),
        Err(Reason::NotFinite { .. })
    ));
    assert_eq!(
        fit(&[Spell::from_origin(1.0, false); 3], &[1.0, 2.0, 3.0]),
        Err(Reason::AllCensored)
    );
    // Who left before anybody had the event was compared with nobody, whatever the covariate.
    let mixed = [1.0, 2.0, 3.0, 4.0, 5.0].map(|exit| Spell::from_origin(exit, exit < 4.5));
    let values = [2.0, 5.0, 1.0, 3.0, 2.5];
    let with_extreme = [
        &mixed[..],
        &[Spell::from_origin(0.5, false), Spell::entered(4.5, 9.0, false)],
    ]
    .concat();
    assert_eq!(
        fit(&with_extreme, &[&values[..], &[1e15, -1e15]].concat()),
        fit(&mixed, &values)
    );
    // All on day one: nobody outlives anybody, so nothing is learnt.
    assert_eq!(
        fit(&[Spell::from_origin(1.0, true); 3], &[1.0, 2.0, 3.0]).map(f64::abs),
        Ok(0.0)
    );
    let (x, twice) = ([1.0, 3.0, 2.0, 5.0], [2.0, 6.0, 4.0, 10.0]);
    let spells = [1.0, 2.0, 3.0, 4.0].map(|exit| Spell::from_origin(exit, true));
    assert_eq!(
        cox(&plain(&spells, &[&x, &twice]), Level::P95).unwrap_err(),
        Reason::Collinear { index: 1 }
    );
    assert_eq!(
        proportional_hazards(
            &plain(&[Spell::from_origin(1.0, true); 3], &[&[1.0, 2.0, 4.0]]),
            TimeScale::Identity
        )
        .unwrap_err(),
        Reason::Constant
    );
    let huge = cox(&plain(&spells, &[&[1e300, 3e300, 2e300, 5e299]]), Level::P95);
    assert!(
        huge.is_ok() || matches!(huge, Err(Reason::NotRepresentable { .. })),
        "{huge:?}"
    );
}
