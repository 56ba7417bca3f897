//! The README's pipelines run as they stand there.

use pipeline_tests::{assert_same_files, copy_folder, root, run_script};
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
    copy_folder(&root().join("datasets/sample"), &dir.path().join("sample"));
    for block in blocks {
        run_script(block, dir.path());
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
    let script = format!(
        "S='{}'
         ingest \"$S/raw\" -o a1 && dedupe a1 -o a2 && enrich a2 --study \"$S/study.toml\" -o a3 && metrics a3 -o a4
         ingest \"$S/raw\" -o - | dedupe - -o - | enrich - --study \"$S/study.toml\" -o - | metrics - -o b4",
        root().join("datasets/sample").display()
    );
    run_script(&script, dir.path());
    assert_same_files(&dir.path().join("a4"), &dir.path().join("b4"));
}
