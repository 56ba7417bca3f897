//! The command as a whole: files, words, harmlessness, errors.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod command;
#[path = "../fixture/mod.rs"]
mod fixture;
mod hostile;
mod page;
mod verdicts;

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use fixture::Fixture;
use tempfile::TempDir;

/// A finished report.
struct Made {
    _dir: TempDir,
    path: PathBuf,
    html: String,
    markdown: String,
}

fn report(input: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_report"));
    command.arg(input);
    command
}

fn make(fixture: &Fixture) -> Made {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("report");
    report(&fixture.path())
        .arg("-o")
        .arg(&path)
        .assert()
        .success()
        .stdout("");
    Made {
        html: std::fs::read_to_string(path.join("report.html")).unwrap(),
        markdown: std::fs::read_to_string(path.join("report.md")).unwrap(),
        path,
        _dir: dir,
    }
}

/// What a reader sees of the page, without its style and charts' shapes: entities decoded, spaces joined.
fn words(html: &str) -> String {
    let body = &html[html.find("<body>").unwrap()..];
    let mut text = String::new();
    let mut inside = false;
    for c in body.chars() {
        match c {
            '<' => (inside, text) = (true, text + " "),
            '>' if inside => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    for (entity, c) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, c);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The numbers in a text, in order: runs of digits with their commas and points.
fn numbers(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_ascii_digit() || matches!(c, ',' | '.' | '\u{2212}')))
        .map(|number| number.trim_matches(['.', ',']).to_owned())
        .filter(|number| number.chars().any(|c| c.is_ascii_digit()))
        .collect()
}

/// Not a test of anything: leaves reports to be looked at in a browser.
#[test]
#[ignore = "writes reports to the folder that REPORT_LOOK names"]
fn leaves_reports_to_look_at() {
    let Some(folder) = std::env::var_os("REPORT_LOOK").map(PathBuf::from) else {
        return;
    };
    for (name, fixture) in [
        ("plausible", Fixture::plausible()),
        ("hostile", Fixture::hostile()),
        ("empty", Fixture::without_rows()),
    ] {
        report(&fixture.path())
            .arg("--force")
            .arg("-o")
            .arg(folder.join(name))
            .assert()
            .success();
    }
}
