//! Random data through this crate and through lifelines, scipy and numpy, at the time of the test.
//! Needs `DIMINUENDO_PYTHON`, the path of a Python that has them.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "helpers of a test are not themselves test functions"
)]

use std::io::Write;
use std::process::{Command, Stdio};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use stats::*;

/// Answers each case of a list on standard input with a list of numbers; null for what is not finite.
const WITNESS: &str = r#"
import json, math, sys, warnings
import numpy as np, scipy.stats as st
from scipy.optimize import brentq
from lifelines.exceptions import StatError
from lifelines import KaplanMeierFitter, NelsonAalenFitter
from lifelines.statistics import multivariate_logrank_test
warnings.simplefilter("ignore")

def survival(T, E, N, G):
    T, E, N, G = map(np.array, (T, E, N, G))
    try:
        k = KaplanMeierFitter().fit(T, E, entry=N)
    except StatError:  # "There are too few early truncation times and too many events. S(t)==0 ..."
        return None
    h = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(T, E, entry=N)
    m = multivariate_logrank_test(T, G, E)  # lifelines takes no entry here
    times = sorted(set(T.tolist()))
    at = lambda frame: [float(frame.loc[t].iloc[0]) for t in times]
    low, high = k.confidence_interval_.iloc[:, [0]], k.confidence_interval_.iloc[:, [1]]
    return [at(k.survival_function_), at(low), at(high), at(h.cumulative_hazard_), [float(k.median_survival_time_)],
            [float(m.test_statistic), float(m.p_value)]]

def series(t, y):
    s = st.theilslopes(y, t, 0.95, method="joint")
    return [[float(s.slope), float(s.low_slope), float(s.high_slope), float(s.intercept)],
            [float(st.kendalltau(t, y).statistic)]]

def sample(x, p):
    w = st.wilcoxon(x, zero_method="pratt", correction=True, method="asymptotic")
    i = st.t.interval(0.95, len(x) - 1, loc=np.mean(x), scale=st.sem(x))
    return [[float(np.quantile(x, p)), float(i[0]), float(i[1])], [float(w.statistic), float(w.pvalue)]]

def counts(k, n):
    b = st.binomtest(k, n)
    c, w = b.proportion_ci(0.95, "exact"), b.proportion_ci(0.95, "wilson")
    beyond = lambda p: st.binom.sf(k, n, p) + st.binom.pmf(k, n, p) / 2
    m = [end if k == all else float(brentq(lambda p: beyond(p) - q, 0, 1, xtol=1e-16, rtol=1e-13))
         for q, end, all in ((.025, 0.0, 0), (.975, 1.0, n))]
    return [[float(c.low), float(c.high), float(w.low), float(w.high), *m],
            [float(st.gamma.ppf(.025, k)) if k else 0.0, float(st.gamma.ppf(.975, k + 1))]]

def clean(x):
    if isinstance(x, list):
        return [clean(y) for y in x]
    return x if x is not None and math.isfinite(x) else None

print(json.dumps([clean(globals()[case.pop("ask")](**case)) for case in json.load(sys.stdin)]))
"#;

/// The witness's answers; `None`, said on standard error, where there is no witness.
fn ask(cases: &[Value]) -> Option<Vec<Value>> {
    let Some(python) = std::env::var_os("DIMINUENDO_PYTHON") else {
        eprintln!("skipped: DIMINUENDO_PYTHON does not name a Python with lifelines, scipy and numpy");
        return None;
    };
    let mut child = Command::new(python)
        .args(["-c", WITNESS])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let question = serde_json::to_vec(cases).unwrap();
    child.stdin.take().unwrap().write_all(&question).unwrap();
    let answer = child.wait_with_output().unwrap();
    assert!(answer.status.success());
    let answers: Vec<Value> = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(answers.len(), cases.len());
    Some(answers)
}

fn numbers(answer: &Value) -> Vec<Option<f64>> {
    answer.as_array().unwrap().iter().map(Value::as_f64).collect()
}

#[track_caller]
fn agree(found: f64, expected: Option<f64>, case: &Value) {
    let expected = expected.unwrap();
    let scale = expected.abs().max(1e-6);
    assert!(
        (found - expected).abs() <= 1e-7 * scale,
        "found {found}, expected {expected}\n{case}"
    );
}

#[test]
fn survival() {
    let mut random = ChaCha8Rng::seed_from_u64(20);
    let data: Vec<Vec<(Spell, u64)>> = (0..40)
        .map(|_| {
            let size = random.random_range(6..60);
            (0..size)
                .map(|_| {
                    // Whole times, so that entries, events and censorings tie.
                    let entry = f64::from(random.random_range(0..10_u32));
                    let exit = entry + f64::from(random.random_range(1..20_u32));
                    (
                        Spell::entered(entry, exit, random.random_range(0..3_u32) > 0),
                        random.random_range(0..3_u64),
                    )
                })
                .collect()
        })
        .collect();
    let cases: Vec<Value> = data
        .iter()
        .map(|rows| {
            let of = |field: fn(&(Spell, u64)) -> Value| rows.iter().map(field).collect::<Vec<_>>();
            json!({"ask": "survival", "T": of(|r| json!(r.0.exit)), "E": of(|r| json!(u8::from(r.0.event))),
                   "N": of(|r| json!(r.0.late_entry())), "G": of(|r| json!(r.1))})
        })
        .collect();
    let Some(answers) = ask(&cases) else { return };
    let (mut medians, mut intervals, mut refused) = (0, 0, 0);
    for ((rows, answer), case) in data.iter().zip(&answers).zip(&cases) {
        let spells: Vec<Spell> = rows.iter().map(|row| row.0).collect();
        let curve = kaplan_meier(&spells, None, Level::P95, IntervalTransform::LogLog).unwrap();
        let hazard = nelson_aalen(&spells, Level::P95).unwrap();
        // lifelines refuses a risk set that runs empty in the first half of its table, and only there.
        let broken = |caution: &Caution| matches!(caution, Caution::RiskSetEmptied { .. } | Caution::Gap { .. });
        if answer.is_null() {
            assert!(
                curve.cautions.iter().any(broken),
                "lifelines refuses what we take without a word\n{case}"
            );
            refused += 1;
            continue;
        }
        let [survival, low, high, cumulative] = [0, 1, 2, 3].map(|part| numbers(&answer[part]));
        assert_eq!(curve.rows().count(), survival.len());
        for (i, row) in curve.rows().enumerate() {
            agree(row.survival, survival[i], case);
            agree(hazard.rows[i].cumulative_hazard, cumulative[i], case);
            if let (Some(found_low), Some(found_high)) = (row.ci_low, row.ci_high) {
                agree(found_low, low[i], case);
                agree(found_high, high[i], case);
                intervals += 1;
            }
        }
        match curve.median() {
            Ok(median) => {
                agree(median.value, answer[4][0].as_f64(), case);
                medians += 1;
            }
            Err(Reason::RiskSetEmptied { time }) => agree(time, answer[4][0].as_f64(), case),
            Err(reason) => {
                assert!(matches!(reason, Reason::NotReached { .. }), "{reason}");
                assert_eq!(answer[4][0].as_f64(), None);
            }
        }
        let groups: Vec<Vec<Spell>> = (0..3)
            .map(|group| {
                let members = rows.iter().filter(|row| row.1 == group);
                members.map(|row| Spell::from_origin(row.0.exit, row.0.event)).collect()
            })
            .filter(|spells: &Vec<Spell>| !spells.is_empty())
            .collect();
        let slices: Vec<&[Spell]> = groups.iter().map(Vec::as_slice).collect();
        let test = log_rank(&slices).unwrap();
        agree(test.chi_squared, answer[5][0].as_f64(), case);
        agree(test.p, answer[5][1].as_f64(), case);
    }
    let compared = (medians, intervals, refused);
    assert!(
        medians > 20 && intervals > 300 && refused > 0,
        "too little was compared: {compared:?}"
    );
}

#[test]
fn series_and_samples() {
    let mut random = ChaCha8Rng::seed_from_u64(21);
    let series: Vec<(Vec<f64>, Vec<f64>)> = (0..40)
        .map(|_| {
            let days = random.random_range(6..50_u32);
            let times: Vec<f64> = (0..days).map(|day| f64::from(day - day % 7 / 5)).collect();
            (
                times,
                (0..days).map(|_| f64::from(random.random_range(0..40_i32))).collect(),
            )
        })
        .collect();
    // More than fifty that are not zero, where we turn to the normal approximation.
    let samples: Vec<Vec<f64>> = (0..40)
        .map(|_| {
            (0..random.random_range(80..200))
                .map(|_| f64::from(random.random_range(-9..12_i32)))
                .collect()
        })
        .collect();
    let mut cases: Vec<Value> = series
        .iter()
        .map(|(t, y)| json!({"ask": "series", "t": t, "y": y}))
        .collect();
    cases.extend(samples.iter().map(|x| json!({"ask": "sample", "x": x, "p": 0.37})));
    let Some(answers) = ask(&cases) else { return };
    for (((times, values), answer), case) in series.iter().zip(&answers).zip(&cases) {
        let line = theil_sen(times, values, Level::P95).unwrap();
        let (low, high) = line.slope.interval().unwrap();
        for (part, found) in [line.slope.value, low, high, line.intercept].into_iter().enumerate() {
            agree(found, answer[0][part].as_f64(), case);
        }
        agree(mann_kendall(times, values).unwrap().tau, answer[1][0].as_f64(), case);
    }
    for ((values, answer), case) in samples.iter().zip(&answers[series.len()..]).zip(&cases[series.len()..]) {
        agree(quantile(values, 0.37).unwrap(), answer[0][0].as_f64(), case);
        let (low, high) = mean_t_interval(values, Level::P95).unwrap().interval().unwrap();
        agree(low, answer[0][1].as_f64(), case);
        agree(high, answer[0][2].as_f64(), case);
        let test = wilcoxon_signed_rank(values, ZeroHandling::Pratt).unwrap();
        agree(test.t_plus.min(test.t_minus), answer[1][0].as_f64(), case);
        agree(test.p, answer[1][1].as_f64(), case);
    }
}

#[test]
fn counts() {
    let mut random = ChaCha8Rng::seed_from_u64(22);
    let data: Vec<(u64, u64)> = (0..200)
        .map(|i| {
            let trials = random.random_range(1..10_u64.pow(1 + i % 6));
            (random.random_range(0..=trials), trials)
        })
        .collect();
    let cases: Vec<Value> = data
        .iter()
        .map(|(k, n)| json!({"ask": "counts", "k": k, "n": n}))
        .collect();
    let Some(answers) = ask(&cases) else { return };
    for ((&(k, n), answer), case) in data.iter().zip(&answers).zip(&cases) {
        let both = |found: Estimate| found.interval().unwrap();
        let all = [clopper_pearson, wilson, mid_p].map(|interval| both(interval(k, n, Level::P95).unwrap()));
        for (part, found) in all.into_iter().flat_map(<[f64; 2]>::from).enumerate() {
            agree(found, answer[0][part].as_f64(), case);
        }
        let rate = both(garwood(k, 1.0, Level::P95).unwrap());
        agree(rate.0, answer[1][0].as_f64(), case);
        agree(rate.1, answer[1][1].as_f64(), case);
    }
}
