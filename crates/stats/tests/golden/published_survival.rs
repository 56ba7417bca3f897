//! Public survival data with published results, where `DIMINUENDO_DATA` names the folder that holds them.

#![expect(
    clippy::unwrap_used,
    reason = "a test file whose reader is not itself a test function"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use stats::{IntervalTransform, Level, Reason, Spell, kaplan_meier, log_rank};

use crate::close;

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("DIMINUENDO_DATA").map(|root| Path::new(&root).join("survival"))?;
    folder.join("expected.json").is_file().then_some(folder)
}

/// Spells from a CSV without quoted fields, by the value of a grouping column.
fn read(file: &Path, time: &str, status: &str, by: &str) -> BTreeMap<String, Vec<Spell>> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines
        .next()
        .unwrap()
        .split(',')
        .map(|name| name.trim_matches('"'))
        .collect();
    let column = |name: &str| header.iter().position(|found| *found == name).unwrap();
    let (time, status, by) = (column(time), column(status), column(by));
    let mut groups: BTreeMap<String, Vec<Spell>> = BTreeMap::new();
    for line in lines.filter(|line| !line.is_empty()) {
        let fields: Vec<&str> = line.split(',').collect();
        let spell = Spell::from_origin(
            fields[time].parse().unwrap(),
            fields[status].parse::<f64>().unwrap() == 1.0,
        );
        groups
            .entry(fields[by].trim_matches('"').to_owned())
            .or_default()
            .push(spell);
    }
    groups
}

#[test]
fn agrees_with_published_results() {
    let Some(folder) = folder() else {
        eprintln!("skipped: DIMINUENDO_DATA does not name a folder with survival/expected.json");
        return;
    };
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    // Python's json writes Infinity for a median that is not reached.
    let expected: serde_json::Value = serde_json::from_str(&text.replace("Infinity", "null")).unwrap();
    let sets = [
        ("lung", "time", "status"),
        ("rossi", "week", "arrest"),
        ("waltons", "T", "E"),
        ("leukemia", "t", "status"),
        ("gbsg2", "time", "cens"),
        ("lymphoma", "Time", "Censor"),
    ];
    for (name, time, status) in sets {
        let expected = &expected[name];
        let by = expected["by"].as_str().unwrap();
        let groups = read(&folder.join("lifelines").join(format!("{name}.csv")), time, status, by);
        let all: Vec<Spell> = groups.values().flatten().copied().collect();
        let curve = kaplan_meier(&all, None, Level::P95, IntervalTransform::LogLog).unwrap();
        assert_eq!(
            (curve.spells, curve.events),
            (expected["n"].as_u64().unwrap(), expected["events"].as_u64().unwrap())
        );
        let median = curve.median();
        match expected["median"].as_f64() {
            None => assert_eq!(median, Err(Reason::NotReached { level: 0.5 }), "{name}"),
            Some(value) => {
                let median = median.unwrap();
                assert_eq!(median.value, value, "{name}");
                let bounds = &expected["median_ci_lo_hi"];
                assert_eq!(
                    (median.ci_low, median.ci_high),
                    (bounds[0].as_f64(), bounds[1].as_f64()),
                    "{name}"
                );
            }
        }
        for (time, survival) in expected["S_at"].as_object().unwrap() {
            close(
                curve.survival_at(time.parse().unwrap()).unwrap().value,
                survival.as_f64().unwrap(),
                1e-12,
            );
        }
        let slices: Vec<&[Spell]> = groups.values().map(Vec::as_slice).collect();
        let test = log_rank(&slices).unwrap();
        close(test.chi_squared, expected["chi2"].as_f64().unwrap(), 1e-9);
        close(test.p, expected["p"].as_f64().unwrap(), 1e-6);
        assert_eq!(u64::from(test.df), expected["df"].as_u64().unwrap());
    }
}

#[test]
fn lung_is_what_r_prints() {
    let Some(folder) = folder() else {
        eprintln!("skipped: DIMINUENDO_DATA does not name a folder with survival/expected.json");
        return;
    };
    let groups = read(&folder.join("lifelines/lung.csv"), "time", "status", "sex");
    let all: Vec<Spell> = groups.values().flatten().copied().collect();
    // R: survfit(Surv(time, status) ~ 1, lung)  n=228 events=165 median=310 0.95LCL=285 0.95UCL=363
    let median = kaplan_meier(&all, None, Level::P95, IntervalTransform::Log)
        .unwrap()
        .median()
        .unwrap();
    assert_eq!(
        (median.n, median.value, median.interval()),
        (228, 310.0, Some((285.0, 363.0)))
    );
}
