//! The same input again, with other threads or unchanged.

use crate::run::pack::gzip;
use crate::run::{Bench, files_of, tweet};

/// Mixed inputs, large enough for many blocks.
fn mixed() -> Bench {
    let bench = Bench::new();
    let mut lines = String::new();
    for id in 1..=9_000 {
        lines.push_str(&tweet(id, ""));
        lines.push('\n');
        if id % 1_000 == 0 {
            lines.push_str("not json\n{\"limit\":{\"track\":3}}\n");
        }
    }
    bench.put("b/stream.jsonl.gz", gzip(lines.as_bytes()));
    let array: Vec<String> = (1..=9_000).map(|id| tweet(id, "\"lang\":\"en\"")).collect();
    bench.put("a/array.json", format!("[{}]", array.join(",\n ")));
    let mut follows = String::from("follower_id,followed_id,observed_at\n");
    for id in 0..50_000 {
        follows.push_str(&format!("{id},\"{}\",2015-06-03T00:00:00Z\n", id + 1));
    }
    follows.push_str("1\n");
    bench.put("c/follows.csv", follows);
    bench.put("roster.csv", "roster,handle\nmain,larch\n");
    bench
}

#[test]
fn any_thread_count_gives_the_same_bytes() {
    let bench = mixed();
    let one = bench.ingest_to("one", &["a", "b", "c", "roster.csv", "-j1"], "");
    assert_eq!(one.status(), 0, "{}", one.stderr());
    assert_eq!(
        one.ledger(),
        [
            "read 68020",
            "used 68001",
            "rejected not JSON 9",
            "rejected wrong number of fields 1",
            "skipped limit notice 9"
        ]
    );
    for threads in ["-j2", "-j4", "-j7"] {
        let more = bench.ingest_to(
            threads.trim_start_matches('-'),
            &["roster.csv", "c", "b", "a", threads],
            "",
        );
        assert_eq!(files_of(&one.dir), files_of(&more.dir), "{threads}");
    }
}

#[test]
fn nothing_is_done_when_nothing_has_changed() {
    let bench = Bench::with("a.jsonl", tweet(1, ""));
    bench.ingest(&["a.jsonl"]);
    let again = bench.ingest(&["a.jsonl", "--if-changed"]);
    assert_eq!(again.stderr(), "ingest: 'out' is up to date\n");
    bench.put("a.jsonl", tweet(2, ""));
    let changed = bench.ingest(&["a.jsonl", "--if-changed"]);
    assert!(
        changed.stderr().contains("1 records read: 1 used"),
        "{}",
        changed.stderr()
    );
}

#[test]
fn what_a_program_made_that_was_built_before_this_one_is_made_anew() {
    let bench = Bench::with("a.jsonl", tweet(1, ""));
    let made = bench.ingest(&["a.jsonl"]);
    let run = std::fs::File::options()
        .write(true)
        .open(made.dir.join("run.json"))
        .unwrap();
    run.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let again = bench.ingest(&["a.jsonl", "--if-changed"]);
    assert!(again.stderr().contains("1 records read: 1 used"), "{}", again.stderr());
}

#[test]
fn too_many_rejects_are_told_again_although_nothing_has_changed() {
    let bench = Bench::with("a.jsonl", format!("{}\nnot json\n", tweet(1, "")));
    for _ in 0..2 {
        let ran = bench.ingest(&["a.jsonl", "--if-changed", "--max-rejects", "0"]);
        assert_eq!(ran.status(), 1, "{}", ran.stderr());
    }
}
