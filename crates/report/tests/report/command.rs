//! Files, words to the person, errors.

use std::path::Path;

use assert_cmd::Command;

use crate::fixture::Fixture;
use crate::{make, report};

/// What a report is, by name.
const FILES: [&str; 5] = [
    "comparisons.parquet",
    "ledger.parquet",
    "report.html",
    "report.md",
    "run.json",
];

fn assert_same_bytes(one: &Path, other: &Path) {
    for name in FILES {
        let read = |report: &Path| std::fs::read(report.join(name)).unwrap();
        assert_eq!(read(one), read(other), "{name}");
    }
}

#[test]
fn writes_report_twin_and_table() {
    let made = make(&Fixture::plausible());
    let mut names: Vec<_> = std::fs::read_dir(&made.path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, FILES);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let fixture = Fixture::plausible();
    let (first, second) = (make(&fixture), make(&fixture));
    assert_same_bytes(&first.path, &second.path);
}

#[test]
fn an_unchanged_report_is_left_alone_and_a_changed_one_is_made_anew() {
    let (plausible, hostile) = (Fixture::plausible(), Fixture::hostile());
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("report");
    let run = |fixture: &Fixture| {
        let assert = report(&fixture.path())
            .arg("--if-changed")
            .arg("-o")
            .arg(&path)
            .assert()
            .success();
        String::from_utf8(assert.get_output().stderr.clone()).unwrap()
    };
    assert!(!run(&plausible).contains("up to date"));
    assert!(run(&plausible).contains("up to date"));
    assert!(!run(&hostile).contains("up to date"));
}

#[test]
fn a_missing_table_or_study_is_named_with_a_remedy() {
    for table in [
        "measures", "series", "survival", "returns", "network", "tests", "content", "samples", "windows", "ledger",
    ] {
        let fixture = Fixture::plausible().without(table);
        let out = tempfile::tempdir().unwrap();
        let path = out.path().join("report");
        let assert = report(&fixture.path()).arg("-o").arg(&path).assert().code(2);
        let said = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        assert!(said.starts_with("report: there is no table"), "{said}");
        assert!(
            said.contains(&format!("'{table}'")) && said.contains("remedy:"),
            "{said}"
        );
        assert!(!path.exists());
        assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 0);
    }
    let fixture = Fixture::plausible().without_file("study.toml");
    let assert = report(&fixture.path())
        .args(["--print", "comparisons"])
        .assert()
        .code(2);
    let said = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    assert!(said.contains("study.toml") && said.contains("remedy:"), "{said}");
}

#[test]
fn what_is_no_stage_output_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for (path, words) in [
        (dir.path().to_path_buf(), "is not a stage output"),
        (dir.path().join("absent"), "does not exist"),
    ] {
        let assert = report(&path).arg("-o").arg(dir.path().join("out")).assert().code(2);
        let said = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        assert!(said.contains(words) && said.contains("remedy:"), "{said}");
    }
}

#[test]
fn a_figures_file_without_the_figure_is_refused() {
    let fixture = Fixture::plausible();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("own.csv");
    std::fs::write(
        &file,
        "id,study,measure,definition,period,value,unit,source,note\nXX01,a,b,c,d,5,e,f,g\n",
    )
    .unwrap();
    let assert = report(&fixture.path())
        .args(["--print", "comparisons", "--published"])
        .arg(&file)
        .assert()
        .code(2);
    let said = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    assert!(
        said.contains("there is no published figure") && said.contains("remedy:"),
        "{said}"
    );
}

#[test]
fn an_input_and_something_to_print_are_needed() {
    Command::new(env!("CARGO_BIN_EXE_report")).assert().code(2);
    report(Path::new("x")).args(["--as", "csv"]).assert().code(2);
}

#[test]
fn threads_do_not_matter() {
    let fixture = Fixture::plausible();
    let dir = tempfile::tempdir().unwrap();
    for threads in ["1", "2"] {
        let out = dir.path().join(threads);
        report(&fixture.path())
            .args(["-q", "-j", threads, "-o"])
            .arg(&out)
            .assert()
            .success()
            .stderr("");
    }
    assert_same_bytes(&dir.path().join("1"), &dir.path().join("2"));
}
