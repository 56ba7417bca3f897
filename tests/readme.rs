//! The README's pipelines run as they stand there.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::process::Command;

use pipeline_tests::{assert_same_files, binary, root, stderr};
use tables::{Comparisons, TableFile};

#[test]
fn the_readmes_shell_block_runs() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let blocks: Vec<&str> = readme
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(!blocks.is_empty(), "the README shows no pipeline");
    let dir = tempfile::tempdir().unwrap();
    copy(&root().join("datasets/sample"), &dir.path().join("sample"));
    let bin = binary("ingest").parent().unwrap().to_path_buf();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    for block in blocks {
        let script = format!("set -eu\n{block}");
        let output = Command::new("sh")
            .arg("-c")
            .arg(&script)
            .current_dir(dir.path())
            .env("PATH", &path)
            .output()
            .unwrap();
        assert!(output.status.success(), "{block}\n{}", stderr(&output));
    }
    assert!(dir.path().join("report/report.html").is_file());
    let lines = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap().lines().count();
    assert!(lines("followers.csv") > 1, "no follower series");
    assert_eq!(lines("first.json"), 1);
    assert_eq!(lines("ledger.json"), 1);
    // The pipe read the tweets from standard input and so calls their source `-`; the footers differ, every row is the same.
    let stages = TableFile::<Comparisons>::open(&dir.path().join("report"))
        .unwrap()
        .read()
        .unwrap();
    let piped = TableFile::<Comparisons>::open(&dir.path().join("report-from-pipe"))
        .unwrap()
        .read()
        .unwrap();
    assert!(
        stages.rows().unwrap().any(|row| row.reproduced.is_some()),
        "nothing was compared"
    );
    assert_eq!(
        stages.rows().unwrap().collect::<Vec<_>>(),
        piped.rows().unwrap().collect::<Vec<_>>()
    );
}

#[test]
fn a_pipe_of_stages_writes_what_the_stages_write() {
    let dir = tempfile::tempdir().unwrap();
    let sample = root().join("datasets/sample");
    let bin = binary("ingest").parent().unwrap().to_path_buf();
    let script = format!(
        "set -eu; PATH='{}':\"$PATH\"; S='{}'
         ingest \"$S/raw\" -o a1 && dedupe a1 -o a2 && enrich a2 --study \"$S/study.toml\" -o a3 && metrics a3 -o a4
         ingest \"$S/raw\" -o - | dedupe - -o - | enrich - --study \"$S/study.toml\" -o - | metrics - -o b4",
        bin.display(),
        sample.display()
    );
    let output = Command::new("sh")
        .arg("-c")
        .arg(script)
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_same_files(&dir.path().join("a4"), &dir.path().join("b4"));
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
