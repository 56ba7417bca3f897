//! Other runs beside this one: their numbers, in what they differ, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[expect(dead_code, reason = "the other tests use the rest of it")]
mod fixture;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use fixture::Fixture;
use tables::{Counterparts, TableFile};
use tempfile::TempDir;

fn report(input: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_report"));
    command.arg(input);
    command
}

fn beside(name: &str, fixture: &Fixture) -> String {
    format!("{name}={}", fixture.path().display())
}

fn make(own: &Fixture, others: &[String]) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("report");
    let mut command = report(&own.path());
    command.args(["--name", "study", "-o"]).arg(&path);
    for other in others {
        command.args(["--beside", other]);
    }
    command.assert().success();
    (dir, path)
}

fn read(path: &Path, name: &str) -> String {
    std::fs::read_to_string(path.join(name)).unwrap()
}

#[test]
fn every_number_of_every_run_stands_beside_that_of_the_first() {
    let (own, same, none) = (Fixture::plausible(), Fixture::plausible(), Fixture::without_rows());
    let (_dir, path) = make(&own, &[beside("same", &same), beside("nothing", &none)]);
    let batch = TableFile::<Counterparts>::open(&path).unwrap().read().unwrap();
    let rows: Vec<_> = batch.rows().unwrap().collect();
    let of = |run: &str| rows.iter().filter(|row| row.run == run).collect::<Vec<_>>();
    let (first, second) = (of("study"), of("same"));
    assert!(first.len() > 10 && of("nothing").is_empty());
    assert_eq!(first.len(), second.len());
    for (first, second) in first.iter().zip(&second) {
        assert_eq!((first.measure, first.value), (second.measure, second.value));
        assert_eq!((first.position, second.position), (0, 1));
        assert_eq!((first.difference, first.ratio), (None, None));
        assert_eq!(second.difference, second.value.map(|_| 0.0), "{}", second.measure);
        let has_ratio = second.value.is_some_and(|value| value > 0.0)
            && !second.measure.ends_with(".trend")
            && !second.unit.starts_with("index");
        assert_eq!(second.ratio, has_ratio.then_some(1.0), "{}", second.measure);
    }
    for name in ["report.html", "report.md"] {
        let page = read(&path, name);
        assert!(page.contains("Side by side") && page.contains("× 1.00"), "{name}");
        assert!(
            page.contains("not measured"),
            "{name}: a run without rows is there all the same"
        );
    }
    assert!(read(&path, "report.html").contains("chart-side-size-listed"));
}

#[test]
fn what_is_hidden_in_one_run_is_hidden_beside_it() {
    let (own, other) = (Fixture::plausible(), Fixture::plausible());
    let (_dir, path) = make(&own, &[beside("same", &other)]);
    let batch = TableFile::<Counterparts>::open(&path).unwrap().read().unwrap();
    let mut hidden: BTreeSet<(String, i64)> = BTreeSet::new();
    for row in batch.rows().unwrap() {
        if row.reason.is_some_and(|reason| reason.starts_with("not shown")) {
            assert_eq!(
                (row.value, row.ci_low, row.difference, row.ratio),
                (None, None, None, None)
            );
            hidden.insert((format!("{} {}", row.measure, row.group), row.position));
        }
    }
    let of = |position: i64| hidden.iter().filter(move |row| row.1 == position).map(|row| &row.0);
    assert!(of(0).count() > 0);
    assert!(of(0).eq(of(1)));
}

#[test]
fn runs_that_differ_by_design_are_told_apart() {
    let (own, other) = (Fixture::plausible(), Fixture::hostile());
    let (_dir, path) = make(&own, &[beside("other", &other)]);
    let html = read(&path, "report.html");
    assert!(html.contains("other is of another study"));
    assert!(html.contains("is synthetic"), "one is, the other is not");
    assert!(
        !html.contains("<script"),
        "words of another run are as harmless as our own"
    );
    let same = Fixture::plausible();
    let (_dir, alike) = make(&own, &[beside("same", &same)]);
    assert!(!read(&alike, "report.html").contains("is of another study"));
}

#[test]
fn the_same_runs_give_the_same_bytes_and_another_is_noticed() {
    let (own, first, second) = (Fixture::plausible(), Fixture::plausible(), Fixture::hostile());
    let (_one, one) = make(&own, &[beside("a", &first)]);
    let (_two, two) = make(&own, &[beside("a", &first)]);
    for name in [
        "report.html",
        "report.md",
        "counterparts.parquet",
        "ledger.parquet",
        "run.json",
    ] {
        let bytes = |path: &Path| std::fs::read(path.join(name)).unwrap();
        assert_eq!(bytes(&one), bytes(&two), "{name}");
    }
    let again = |other: &Fixture| {
        let mut command = report(&own.path());
        command.args(["--name", "study", "--beside", &beside("a", other), "--if-changed", "-o"]);
        let assert = command.arg(&one).assert().success();
        String::from_utf8_lossy(&assert.get_output().stderr).contains("up to date")
    };
    assert!(again(&first));
    assert!(!again(&second));
}

#[test]
fn counterparts_go_into_a_pipe() {
    let (own, other) = (Fixture::plausible(), Fixture::plausible());
    let printed = |format: &str| {
        let mut command = report(&own.path());
        command.args([
            "--beside",
            &beside("none", &other),
            "--print",
            "counterparts",
            "--as",
            format,
        ]);
        let assert = command.assert().success();
        String::from_utf8(assert.get_output().stdout.clone()).unwrap()
    };
    let csv = printed("csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let column = reader.headers().unwrap().iter().position(|name| name == "run").unwrap();
    let runs: BTreeSet<String> = reader.records().map(|row| row.unwrap()[column].to_owned()).collect();
    assert_eq!(runs, BTreeSet::from(["none".to_owned(), "this run".to_owned()]));
    let first: serde_json::Value = serde_json::from_str(printed("json").lines().next().unwrap()).unwrap();
    assert_eq!(first["position"], 0);
    assert!(printed("table").lines().count() > 10);
}

#[test]
fn what_cannot_be_put_beside_is_refused_with_a_remedy() {
    let (own, other) = (Fixture::plausible(), Fixture::plausible());
    let dir = tempfile::tempdir().unwrap();
    let refused = |arguments: &[&str], code: i32, told: &[&str]| {
        let mut command = report(&own.path());
        let path = dir.path().join("report");
        let assert = command.args(arguments).arg("-o").arg(&path).assert().code(code);
        let words = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        for word in told {
            assert!(words.contains(word), "{arguments:?}: {words}");
        }
        assert!(!path.exists(), "{arguments:?} left something");
    };
    let good = beside("a", &other);
    let empty = format!("b={}", dir.path().display());
    refused(&["--beside", "nothing"], 2, &["NAME=DIR"]);
    refused(&["--beside", "a=/nowhere"], 2, &["/nowhere", "does not exist"]);
    refused(&["--beside", &empty], 2, &["is not a stage output"]);
    refused(
        &["--beside", &good, "--beside", &good],
        2,
        &["two runs are called 'a'", "--name"],
    );
    refused(&["--beside", &good, "--name", "a"], 2, &["two runs are called 'a'"]);
    refused(&["--name", ""], 2, &["1 to 24 characters"]);
    let many: Vec<String> = (0..6).map(|n| beside(&n.to_string(), &other)).collect();
    let many: Vec<&str> = many.iter().flat_map(|run| ["--beside", run.as_str()]).collect();
    refused(&many, 2, &["6 runs", "5 apart"]);
    let without = Fixture::plausible().without("series");
    refused(&["--beside", &beside("a", &without)], 2, &["series"]);
    let alone = report(&own.path()).args(["--print", "counterparts"]).assert().code(2);
    let words = String::from_utf8_lossy(&alone.get_output().stderr).into_owned();
    assert!(words.contains("--beside NAME=DIR"), "{words}");
}
