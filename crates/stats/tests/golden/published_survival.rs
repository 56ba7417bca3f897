//! Public survival data with published results, where `DIMINUENDO_DATA` names the folder that holds them.

#![expect(
    clippy::unwrap_used,
    reason = "a test file whose reader is not itself a test function"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use stats::{IntervalTransform, KaplanMeier, Level, Reason, Spell, kaplan_meier, log_rank, stratified_log_rank};

use crate::close;

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("DIMINUENDO_DATA").map(|root| Path::new(&root).join("survival"))?;
    folder.join("expected.json").is_file().then_some(folder)
}

/// Spells from a CSV without quoted fields, by the values of grouping columns.
fn read_by(file: &Path, time: &str, status: &str, by: &[&str]) -> BTreeMap<Vec<String>, Vec<Spell>> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines
        .next()
        .unwrap()
        .split(',')
        .map(|name| name.trim_matches('"'))
        .collect();
    let column = |name: &str| header.iter().position(|found| *found == name).unwrap();
    let (time, status) = (column(time), column(status));
    let by: Vec<usize> = by.iter().map(|name| column(name)).collect();
    let mut groups: BTreeMap<Vec<String>, Vec<Spell>> = BTreeMap::new();
    for line in lines.filter(|line| !line.is_empty()) {
        let fields: Vec<&str> = line.split(',').collect();
        let spell = Spell::from_origin(
            fields[time].parse().unwrap(),
            fields[status].parse::<f64>().unwrap() == 1.0,
        );
        let key = by.iter().map(|&column| fields[column].trim_matches('"').to_owned());
        groups.entry(key.collect()).or_default().push(spell);
    }
    groups
}

/// The same by one column.
fn read(file: &Path, time: &str, status: &str, by: &str) -> BTreeMap<String, Vec<Spell>> {
    let groups = read_by(file, time, status, &[by]).into_iter();
    groups.map(|(mut key, spells)| (key.remove(0), spells)).collect()
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

#[test]
fn a_stratified_test_of_lung_is_statsmodels() {
    let Some(folder) = folder() else {
        eprintln!("skipped: DIMINUENDO_DATA does not name a folder with survival/expected.json");
        return;
    };
    // d = pd.read_csv("lung.csv").dropna(subset=["ph.ecog"])
    // statsmodels 0.15.0: statsmodels.duration.survfunc.survdiff(d.time, d.status, d.sex, strata=d["ph.ecog"])
    let expected = (10.795059633496418, 0.0010177133447241138);
    // Mantel's sums of the same in pandas, sex 1: sum of D*n1/n and of D*(n - D)/(n - 1)*n1/n*(1 - n1/n) over event times and strata
    let of_sex_1 = (111, 90.64102266365485);
    let file = folder.join("lifelines/lung.csv");
    let by = |sex: &str| {
        let rows = read_by(&file, "time", "status", &["sex", "ph.ecog"]);
        let rows = rows.into_iter().filter(|(key, _)| key[0] == sex && !key[1].is_empty());
        rows.map(|(key, spells)| (key[1].clone(), spells))
            .collect::<BTreeMap<_, _>>()
    };
    let (men, women) = (by("1"), by("2"));
    let of = |groups: &BTreeMap<String, Vec<Spell>>, stratum: &str| groups.get(stratum).cloned().unwrap_or_default();
    let strata: Vec<[Vec<Spell>; 2]> = ["0.0", "1.0", "2.0", "3.0"]
        .iter()
        .map(|stratum| [of(&men, stratum), of(&women, stratum)])
        .collect();
    let groups: Vec<[&[Spell]; 2]> = strata.iter().map(|[men, women]| [&men[..], &women[..]]).collect();
    let slices: Vec<&[&[Spell]]> = groups.iter().map(|groups| &groups[..]).collect();
    let test = stratified_log_rank(&slices).unwrap();
    close(test.chi_squared, expected.0, 1e-12);
    close(test.p, expected.1, 1e-9);
    assert_eq!((test.groups[0].n, test.groups[1].n, test.df), (137, 90, 1));
    assert_eq!(test.groups[0].observed, of_sex_1.0);
    close(test.groups[0].expected, of_sex_1.1, 1e-12);
}

#[test]
fn what_is_asked_of_lung_is_lifelines_and_r() {
    let Some(folder) = folder() else {
        eprintln!("skipped: DIMINUENDO_DATA does not name a folder with survival/expected.json");
        return;
    };
    let groups = read(&folder.join("lifelines/lung.csv"), "time", "status", "sex");
    let curve = |sex: &str| kaplan_meier(&groups[sex], None, Level::P95, IntervalTransform::Log).unwrap();
    // k = KaplanMeierFitter().fit(g.time, g.status) of each sex; lifelines.utils.restricted_mean_survival_time(k, t=365), t=500
    let expected = [
        ("1", 365.0, 241.49508519205685),
        ("1", 500.0, 278.76323152999413),
        ("2", 365.0, 297.4654095320365),
        ("2", 500.0, 360.9109541954663),
    ];
    for (sex, until, mean) in expected {
        close(curve(sex).restricted_mean(until).unwrap().value, mean, 1e-12);
    }
    // R: summary(survfit(Surv(time, status) ~ sex, data = lung))$table, as published output shows it in seven digits (R was not run here): the
    // row sex=1, whose curve ends at the common limit of 1022, has rmean 326.0841 and se(rmean) 22.91156. The row sex=2 R carries on beyond
    // its last exit at 965, which is refused here.
    let mean = curve("1").restricted_mean(1022.0).unwrap();
    let (low, high) = mean.interval().unwrap();
    assert_eq!(format!("{:.4}", mean.value), "326.0841");
    assert_eq!(format!("{:.5}", (high - low) / (2.0 * 1.959963984540054)), "22.91156");
    assert!(matches!(
        curve("2").restricted_mean(1022.0),
        Err(Reason::OutsideObservation { .. })
    ));
    // [(g.time >= t).sum() for t in (0, 250, 500, 750, 1000)] of each sex in pandas
    for (sex, expected) in [("1", [138, 62, 20, 7, 2]), ("2", [90, 53, 21, 3, 0])] {
        let table = KaplanMeier::at_risk_table(&groups[sex], &[0.0, 250.0, 500.0, 750.0, 1000.0]).unwrap();
        assert_eq!(table.iter().map(|row| row.at_risk).collect::<Vec<u64>>(), expected);
    }
}
