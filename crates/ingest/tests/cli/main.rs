//! The whole command: status, messages and files, on good input and on each kind of bad input.

#![allow(clippy::unwrap_used, reason = "a test says by panicking what it did not find")]

#[path = "../run/mod.rs"]
mod run;

mod again;
mod files;
mod lines;
mod mappings;

use run::{Bench, files_of, tweet};
use tables::Posts;

#[test]
fn a_good_run_says_what_it_did() {
    let lines = format!(
        "{}\n\n{}\n{{\"delete\":{{\"status\":{{\"id\":1}}}}}}\n",
        tweet(1, ""),
        tweet(2, "")
    );
    let ran = Bench::with("a.jsonl", lines).ingest(&["a.jsonl"]);
    assert_eq!(ran.status(), 0);
    assert!(ran.output.stdout.is_empty());
    assert_eq!(
        ran.stderr().lines().next().unwrap(),
        "ingest: 3 records read: 2 used, 1 skipped (delete notice 1)"
    );
    assert_eq!(ran.ledger(), ["read 3", "used 2", "skipped delete notice 1"]);
    let names: Vec<String> = files_of(&ran.dir).into_keys().collect();
    assert_eq!(
        names,
        [
            "accounts.parquet",
            "availability.parquet",
            "follows.parquet",
            "ledger.parquet",
            "post_ids.parquet",
            "posts.parquet",
            "rejects.parquet",
            "roster.parquet",
            "run.json"
        ]
    );
    let posts = ran.table::<Posts>();
    let places: Vec<_> = posts
        .rows()
        .unwrap()
        .map(|post| (post.source_file, post.source_line, post.source_part))
        .collect();
    assert_eq!(places, [("a.jsonl", 1, 0), ("a.jsonl", 3, 0)]);
}

#[test]
fn what_is_not_read_is_told_of() {
    let bench = Bench::with(
        "a.jsonl",
        format!(
            "{}\n{}\n{{\"nobody\":\"knows this\",\"stance\":1}}\n",
            tweet(
                1,
                r#""stance":1,"favorited":false,"quoted_status":{"id":9,"text":"x","user":{"id":3,"clan":"b"},"stance":2}"#
            ),
            tweet(2, r#""stance":null"#),
        ),
    );
    bench.put("m.toml", "unread = [\"row\"]\n[posts]\nhandle = \"who\"\n");
    bench.put("b.csv", "row,who,mood\n1,larch,calm\n2,rowan,gay\n3\n");
    let ran = bench.ingest(&["a.jsonl", "b.csv", "--mapping", "m.toml"]);
    let told = "ingest: not known and not read: tweet.stance (3), column.mood (2), user.clan (1); all with their counts under \
                unread_keys in run.json\n";
    assert!(ran.stderr().starts_with(told), "{}", ran.stderr());
    let run: serde_json::Value = serde_json::from_slice(&std::fs::read(ran.dir.join("run.json")).unwrap()).unwrap();
    let facts = &run["facts"]["unread_keys"];
    assert_eq!(
        facts.to_string(),
        r#"{"column.mood":2,"tweet.stance":3,"user.clan":1}"#,
        "{run}"
    );
}

#[test]
fn made_up_records_are_known_as_such() {
    let bench = Bench::with("a.jsonl", tweet(1, "\"simulated\":true"));
    let ran = bench.ingest(&["a.jsonl"]);
    let run = std::fs::read_to_string(ran.dir.join("run.json")).unwrap();
    assert!(run.contains("\"synthetic\": true"), "{run}");
    bench.put("a.jsonl", tweet(1, ""));
    let ran = bench.ingest(&["a.jsonl", "--force"]);
    assert!(
        !std::fs::read_to_string(ran.dir.join("run.json"))
            .unwrap()
            .contains("synthetic")
    );
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_does_not_fit_is_an_error_that_leaves_nothing() {
    let lines: String = (1..3_000)
        .map(|id| tweet(id, &format!("\"lang\":\"x{}\"", id * 7_919)) + "\n")
        .collect();
    let bench = Bench::with("a.jsonl", lines);
    // A limit on file sizes is met as a full disk is: a write fails.
    let output = assert_cmd::Command::new("sh")
        .current_dir(bench.dir.path())
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" a.jsonl -o out"])
        .arg(env!("CARGO_BIN_EXE_ingest"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("ingest: cannot write '"), "{stderr}");
    assert!(stderr.contains("remedy: check that the disk has room"), "{stderr}");
    assert_eq!(files_of(bench.dir.path()).into_keys().collect::<Vec<_>>(), ["a.jsonl"]);
}

#[test]
fn an_output_that_cannot_be_made_is_known_before_the_work_starts() {
    let bench = Bench::with("a.jsonl", tweet(1, ""));
    let ran = bench.ingest_to("a.jsonl/out", &["a.jsonl"], "");
    assert_eq!(ran.status(), 2);
    assert!(ran.stderr().contains("remedy: "), "{}", ran.stderr());
}
