//! The directory as a whole: what is carried, repeated runs, pipes.

use std::path::Path;

use serde_json::Value;
use tables::{Flow, LedgerEntries, Posts};

use crate::archive::{Archive, account, dedupe, follow, post, read, run};

fn small() -> Archive {
    Archive {
        posts: vec![post("1", 1), post("1", 2), post("2", 3)],
        accounts: vec![account("11", Some("stone"), 1)],
        follows: vec![follow("11", "12", None, 1)],
        ..Archive::default()
    }
}

fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                std::fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

#[test]
fn the_directory_is_all_that_the_next_stage_needs() {
    let ran = run(&small(), None);
    let names: Vec<String> = files(&ran.dir).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "accounts.parquet",
            "availability.parquet",
            "campaigns.parquet",
            "cluster_members.parquet",
            "clusters.parquet",
            "duplicates.parquet",
            "follows.parquet",
            "ledger.parquet",
            "linkage.json",
            "links.parquet",
            "personas.parquet",
            "post_ids.parquet",
            "posts.parquet",
            "rejects.parquet",
            "review.csv",
            "roster.parquet",
            "run.json",
        ]
    );
    let run: Value = serde_json::from_slice(&std::fs::read(ran.dir.join("run.json")).unwrap()).unwrap();
    assert_eq!(run["facts"]["synthetic"], true);
    assert_eq!(run["upstream"]["stage"], "ingest");
    assert_eq!(run["options"]["personas"], Value::Null);
    assert_eq!(ran.summary["tables"]["posts"], 2);
    // What ingest counted is carried along.
    let ledger = read::<LedgerEntries>(&ran.dir);
    assert!(
        ledger
            .rows()
            .unwrap()
            .any(|entry| entry.stage == "ingest" && entry.flow == Flow::Read && entry.records == 3)
    );
}

#[test]
fn same_bytes_at_any_thread_count_and_through_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let input = small().write(folder.path());
    for (name, threads) in [("one", "1"), ("two", "2")] {
        let out = folder.path().join(name);
        dedupe()
            .arg(&input)
            .arg("-o")
            .arg(&out)
            .args(["-j", threads])
            .assert()
            .success();
    }
    assert_eq!(files(&folder.path().join("one")), files(&folder.path().join("two")));

    let stream = dedupe().arg(&input).args(["-o", "-"]).output().unwrap();
    assert!(stream.status.success());
    let again = folder.path().join("again");
    dedupe()
        .arg("-")
        .arg("-o")
        .arg(&again)
        .write_stdin(stream.stdout)
        .assert()
        .success();
    assert_eq!(read::<Posts>(&again).len(), 2);
}

#[test]
fn if_changed_does_nothing_until_the_hand_checked_table_changes() {
    let folder = tempfile::tempdir().unwrap();
    let input = small().write(folder.path());
    let (people, out) = (folder.path().join("people.csv"), folder.path().join("out"));
    let run = || {
        let output = dedupe()
            .arg(&input)
            .arg("--personas")
            .arg(&people)
            .arg("-o")
            .arg(&out)
            .arg("--if-changed")
            .output()
            .unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    std::fs::write(&people, "handle,person_id,return_number\nstone,p1,0\n").unwrap();
    assert!(run().contains("wrote"));
    let first = files(&out);
    assert!(run().contains("is up to date"));
    assert_eq!(files(&out), first);
    std::fs::write(&people, "handle,person_id,return_number\nstone,p2,0\n").unwrap();
    assert!(run().contains("wrote"));
    assert_ne!(files(&out), first);
    let provenance = std::fs::read_to_string(out.join("run.json")).unwrap();
    assert!(provenance.contains("\"people.csv\""));
    assert!(
        !provenance.contains(folder.path().to_str().unwrap()),
        "a path of this machine stands in the output"
    );
}

#[test]
fn tables_without_copies_are_handed_on_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::of_posts(vec![post("1", 1), post("2", 2)]);
    let input = archive.write(folder.path());
    let out = folder.path().join("out");
    dedupe().arg(&input).arg("-o").arg(&out).assert().success();
    for name in ["posts", "accounts", "availability", "follows", "roster", "rejects"] {
        let file = format!("{name}.parquet");
        assert_eq!(
            std::fs::read(input.join(&file)).unwrap(),
            std::fs::read(out.join(&file)).unwrap(),
            "{name}"
        );
    }
}

/// More rows than the smallest limit holds, copies of every kind among them.
#[test]
fn same_bytes_at_any_limit_of_memory_and_no_file_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = Archive::default();
    for line in 1..3_000 {
        let id: &'static str = Box::leak((line * 7 % 1_100).to_string().into_boxed_str());
        let mut record = post(if line % 9 == 0 { "" } else { id }, line);
        record.likes = (line % 4 > 0).then_some(line * 31 % 17);
        record.handle = (line % 5 == 0).then_some("stone");
        record.hashtags = (line % 3 == 0).then(|| vec!["water", "tea"]);
        record.text = [Some("grey river stone"), Some("grey ri…"), None][usize::try_from(line % 3).unwrap()];
        archive.posts.push(record);
        archive
            .accounts
            .push(account(if line % 2 == 0 { id } else { "11" }, Some("stone"), line));
        archive.follows.push(follow(id, "12", None, line));
    }
    let input = archive.write(folder.path());
    let out = |memory: &str, threads: &str| {
        let out = folder.path().join(memory);
        let options = ["-j", threads, "--memory", memory];
        dedupe()
            .arg(&input)
            .arg("-o")
            .arg(&out)
            .args(options)
            .assert()
            .success();
        files(&out)
    };
    let all = out("1GB", "2");
    for (memory, threads) in [("1kB", "1"), ("2kB", "3"), ("100kB", "2")] {
        assert!(out(memory, threads) == all, "{memory}");
    }
    let refused = dedupe()
        .arg(&input)
        .args(["-o", "x", "--memory", "much"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        String::from_utf8(refused.stderr)
            .unwrap()
            .contains("write a number with kB, MB or GB")
    );
}
