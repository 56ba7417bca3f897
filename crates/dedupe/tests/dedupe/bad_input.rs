//! Input that is not what it should be: exit code 2, a message with the place and the remedy, nothing written.

use std::path::Path;

use crate::archive::{Archive, dedupe, post};

fn refused(input: &Path) -> String {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let output = dedupe().arg(input).arg("-o").arg(&out).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!out.exists());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.starts_with("dedupe: ") && message.contains("\n  remedy: "),
        "{message}"
    );
    message
}

#[test]
fn what_is_no_stage_output() {
    let folder = tempfile::tempdir().unwrap();
    assert!(refused(folder.path()).contains("is not a stage output: it has no run.json"));
    assert!(refused(&folder.path().join("absent")).contains("does not exist"));
    let file = folder.path().join("posts.csv");
    std::fs::write(&file, "id\n1\n").unwrap();
    assert!(refused(&file).contains("is not a directory"));
}

#[test]
fn a_table_that_is_absent_broken_or_another() {
    let folder = tempfile::tempdir().unwrap();
    let input = Archive::of_posts(vec![post("1", 1)]).write(folder.path());
    let posts = input.join("posts.parquet");
    let bytes = std::fs::read(&posts).unwrap();

    std::fs::write(&posts, &bytes[..bytes.len() / 2]).unwrap();
    assert!(refused(&input).contains("posts.parquet' is not as ingest left it"));
    std::fs::write(&posts, "").unwrap();
    assert!(refused(&input).contains("posts.parquet' is not as ingest left it"));
    std::fs::copy(input.join("accounts.parquet"), &posts).unwrap();
    assert!(refused(&input).contains("posts.parquet' is not as ingest left it"));
    std::fs::remove_file(&posts).unwrap();
    assert!(refused(&input).contains("there is no table 'posts'"));
}

#[test]
fn a_pipe_that_carries_something_else() {
    let output = dedupe()
        .args(["-", "-o", "-"])
        .write_stdin("{\"id\": 1}\n")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("standard input is not the output of a stage")
    );
}

#[test]
fn an_output_of_somebody_elses_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let input = Archive::default().write(folder.path());
    let out = folder.path().join("out");
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("thesis.tex"), "years of work").unwrap();
    let output = dedupe()
        .arg(&input)
        .arg("-o")
        .arg(&out)
        .arg("--force")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        std::fs::read_to_string(out.join("thesis.tex")).unwrap(),
        "years of work"
    );
}
