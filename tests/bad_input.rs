//! Bad input gets one clear message with place and remedy, the promised exit code, and nothing half-written.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pipeline_tests::{balanced_ledger, binary, root, run, run_ok, stderr};
use tables::{Flow, Measures, Rejects, TableFile, Tests};
use tempfile::TempDir;

const TWEET: &str = r#"{"created_at":"Wed Jun 10 12:00:00 +0000 2015","id":608600000000000001,"id_str":"608600000000000001","text":"rain over the orchard","user":{"id":42,"id_str":"42","screen_name":"maple_river_1","followers_count":3,"friends_count":2,"statuses_count":10,"created_at":"Mon Jun 01 00:00:00 +0000 2015"}}"#;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), bytes).unwrap();
        self.text(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Nothing but what the test put there: no output, and nothing hidden left beside it.
    fn assert_holds_only(&self, names: &[&str]) {
        let mut found: Vec<String> = std::fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        found.sort();
        assert_eq!(found, names);
    }
}

/// The message names the tool and the place, gives a remedy, and the exit code is 2.
fn assert_refused(output: &Output, tool: &str, says: &[&str]) {
    let message = stderr(output);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.starts_with(&format!("{tool}: ")), "{message}");
    for part in says {
        assert!(message.contains(part), "«{part}» is not in: {message}");
    }
    assert!(message.contains("remedy: "), "no remedy in: {message}");
    assert!(!message.contains("panicked"), "{message}");
}

fn gzip(text: &str) -> Vec<u8> {
    let mut child = Command::new("gzip")
        .args(["-n", "-c"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap().stdout
}

#[test]
fn an_empty_file_is_no_error_and_is_seen() {
    let folder = Folder::new();
    let input = folder.write("empty.jsonl", "");
    let output = run_ok("ingest", [&input, "-o", &folder.text("out")]);
    assert!(stderr(&output).contains("0 records read"), "{}", stderr(&output));
    let ledger = balanced_ledger(&folder.path("out"));
    assert!(
        ledger.counts().any(|count| count.source == "empty.jsonl"),
        "the empty file is not in the ledger"
    );
}

#[test]
fn a_truncated_gzip_is_refused_with_its_place() {
    let folder = Folder::new();
    let whole = gzip(&format!("{TWEET}\n").repeat(1000));
    let input = folder.write("x.jsonl.gz", &whole[..whole.len() - 20]);
    let output = run("ingest", [&input, "-o", &folder.text("out")]);
    assert_refused(&output, "ingest", &["cannot read", "x.jsonl.gz", "line ", "byte "]);
    folder.assert_holds_only(&["x.jsonl.gz"]);
}

#[test]
fn what_is_not_utf8_or_not_a_tweet_is_rejected_line_by_line_and_the_rest_is_kept() {
    let folder = Folder::new();
    let mut bytes = format!("{TWEET}\n").into_bytes();
    bytes.extend(b"{\"id\": 1, \"text\": \"\xff\xfe\"}\n{\"weather\": \"fine\"}\nnot json at all\n");
    bytes.extend(TWEET.replace("608600000000000001", "608600000000000002").bytes());
    let input = folder.write("mixed.jsonl", bytes);
    run_ok("ingest", [&input, "-o", &folder.text("out")]);
    let ledger = balanced_ledger(&folder.path("out"));
    assert_eq!(
        [Flow::Read, Flow::Used, Flow::Rejected].map(|flow| ledger.total("ingest", flow)),
        [5, 2, 3]
    );
    let rejects = TableFile::<Rejects>::open(&folder.path("out")).unwrap().read().unwrap();
    let places: Vec<(i64, i64)> = rejects
        .rows()
        .unwrap()
        .map(|row| (row.source_line, row.byte_offset))
        .collect();
    let first = i64::try_from(TWEET.len()).unwrap() + 1;
    assert_eq!(places.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(places[0].1, first);
    let limited = run("ingest", [&input, "--max-rejects", "2", "-o", &folder.text("limited")]);
    assert_eq!(limited.status.code(), Some(1), "{}", stderr(&limited));
}

#[test]
fn a_line_of_50_mb_is_read() {
    let folder = Folder::new();
    let long = TWEET.replace("rain over the orchard", &"rain ".repeat(10 << 20));
    let input = folder.write("long.jsonl", format!("{long}\n{}\n", TWEET.replace("000001", "000002")));
    run_ok("ingest", [&input, "-o", &folder.text("out")]);
    let ledger = balanced_ledger(&folder.path("out"));
    assert_eq!(ledger.total("ingest", Flow::Read), 2);
    assert_eq!(ledger.total("ingest", Flow::Used), 2);
}

#[test]
fn a_missing_column_and_an_unknown_csv_are_named() {
    let folder = Folder::new();
    let input = folder.write("list.csv", "roster,listed_at\nmain,2015-06-01\n");
    let output = run("ingest", [&input, "--format", "roster", "-o", &folder.text("out")]);
    assert_refused(&output, "ingest", &["list.csv", "handle"]);
    let input = folder.write("odd.csv", "a,b,c\n1,2,3\n");
    let output = run("ingest", [&input, "-o", &folder.text("out")]);
    assert_refused(&output, "ingest", &["odd.csv", "--mapping"]);
    folder.assert_holds_only(&["list.csv", "odd.csv"]);
}

#[test]
fn a_directory_that_no_stage_wrote_is_refused_by_every_stage() {
    let folder = Folder::new();
    for stage in ["dedupe", "enrich", "metrics", "report"] {
        std::fs::create_dir_all(folder.path("photos")).unwrap();
        let output = run(stage, [&folder.text("photos"), "-o", &folder.text("out")]);
        assert_refused(&output, stage, &["photos", "not a stage output"]);
        let output = run(stage, [&folder.text("nowhere"), "-o", &folder.text("out")]);
        assert_refused(&output, stage, &["nowhere", "does not exist"]);
    }
    folder.assert_holds_only(&["photos"]);
}

#[test]
fn a_stage_is_refused_the_output_of_a_wrong_stage() {
    let folder = Folder::new();
    let input = folder.write("a.jsonl", TWEET);
    run_ok("ingest", [&input, "-o", &folder.text("ingested")]);
    for stage in ["metrics", "report"] {
        let output = run(stage, [&folder.text("ingested"), "-o", &folder.text("out")]);
        assert_refused(&output, stage, &["study.toml"]);
    }
    let study = root()
        .join("datasets/diminishing-returns-2016/study.toml")
        .display()
        .to_string();
    let output = run(
        "enrich",
        [&folder.text("ingested"), "--study", &study, "-o", &folder.text("out")],
    );
    assert_refused(&output, "enrich", &["there is no table", "which ingest wrote"]);
    folder.assert_holds_only(&["a.jsonl", "ingested"]);
}

#[test]
fn roster_names_that_the_data_do_not_hold_are_counted_not_lost() {
    let folder = Folder::new();
    let tweets = folder.write("a.jsonl", TWEET);
    let roster = folder.write(
        "roster.csv",
        "roster,handle\nmain,MAPLE_river_1\nmain,nobody_knows_me\n",
    );
    run_ok("ingest", [&tweets, &roster, "-o", &folder.text("1")]);
    run_ok("dedupe", [&folder.text("1"), "-o", &folder.text("2")]);
    let output = run_ok("enrich", [&folder.text("2"), "-o", &folder.text("3")]);
    let ledger = balanced_ledger(&folder.path("3"));
    let skipped: i64 = ledger
        .counts()
        .filter(|count| count.stage == "enrich" && count.source == "roster" && count.flow == Flow::Skipped)
        .map(|count| count.records)
        .sum();
    assert_eq!(skipped, 1, "{}", stderr(&output));
}

#[test]
fn a_typo_in_study_toml_is_named_with_its_line() {
    let folder = Folder::new();
    let tweets = folder.write("a.jsonl", TWEET);
    run_ok("ingest", [&tweets, "-o", &folder.text("1")]);
    run_ok("dedupe", [&folder.text("1"), "-o", &folder.text("2")]);
    let text = std::fs::read_to_string(root().join("datasets/diminishing-returns-2016/study.toml")).unwrap();
    let study = folder.write("study.toml", text.replace("[samples]", "[smaples]"));
    let output = run(
        "enrich",
        [&folder.text("2"), "--study", &study, "-o", &folder.text("3")],
    );
    assert_refused(&output, "enrich", &["study.toml", "line ", "smaples", "samples"]);
    folder.assert_holds_only(&["1", "2", "a.jsonl", "study.toml"]);
}

#[test]
fn an_unwritable_output_is_known_before_the_work_starts() {
    let folder = Folder::new();
    let tweets = folder.write("a.jsonl", TWEET);
    let output = run("ingest", [&tweets, "-o", &folder.text("a.jsonl/out")]);
    assert_refused(&output, "ingest", &["a.jsonl"]);
    let output = run("ingest", [&tweets, "-o", &folder.text("a.jsonl")]);
    assert_refused(&output, "ingest", &["it is a file"]);
    folder.write("thesis.tex", "years of work");
    let output = run("ingest", [&tweets, "--force", "-o", &folder.text("")]);
    assert_refused(&output, "ingest", &["no stage wrote"]);
    folder.assert_holds_only(&["a.jsonl", "thesis.tex"]);
}

#[test]
fn an_output_that_runs_full_leaves_nothing_and_the_old_one_untouched() {
    let folder = Folder::new();
    let tweets: String = (0..20_000_u32)
        .map(|i| {
            let words: Vec<String> = (0..12_u32)
                .map(|k| format!("{:x}", i.wrapping_mul(2_654_435_761).rotate_left(k * 3)))
                .collect();
            TWEET
                .replace("000000001", &format!("{i:09}"))
                .replace("rain over the orchard", &words.join(" "))
                + "\n"
        })
        .collect();
    let input = folder.write("a.jsonl", tweets);
    let small = folder.write("b.jsonl", TWEET);
    run_ok("ingest", [&small, "-o", &folder.text("out")]);
    let before = pipeline_tests::files(&folder.path("out"));
    // A file-size limit of 64 KiB stands for a full disk; the signal that would kill is ignored, so that the write fails.
    let script = r#"trap '' XFSZ; ulimit -f 128; exec "$0" "$1" --force -o "$2""#;
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(binary("ingest"))
        .args([&input, &folder.text("out")])
        .output()
        .unwrap();
    assert_refused(&output, "ingest", &["cannot write"]);
    assert_eq!(pipeline_tests::files(&folder.path("out")), before);
    folder.assert_holds_only(&["a.jsonl", "b.jsonl", "out"]);
}

#[test]
fn a_killed_run_leaves_the_old_output_and_can_be_repeated() {
    let folder = Folder::new();
    let small = folder.write("a.jsonl", TWEET);
    run_ok("ingest", [&small, "-o", &folder.text("out")]);
    let before = pipeline_tests::files(&folder.path("out"));
    // Standard input stays open, so the run is surely still going on when it is killed.
    let mut child = Command::new(binary("ingest"))
        .args(["-", "--force", "-o", &folder.text("out")])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let partial = |dir: &Path| {
        std::fs::read_dir(dir)
            .unwrap()
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with(".out.partial"))
    };
    while !partial(folder.0.path()) {
        assert_eq!(
            child.try_wait().unwrap(),
            None,
            "the run ended although its input is still open"
        );
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(pipeline_tests::files(&folder.path("out")), before);
    run_ok("ingest", [&small, "--force", "-o", &folder.text("out")]);
    assert_eq!(pipeline_tests::files(&folder.path("out")), before);
    folder.assert_holds_only(&["a.jsonl", "out"]);
}

#[cfg(unix)]
#[test]
fn a_stopped_run_leaves_nothing_half_written() {
    use std::os::unix::process::ExitStatusExt;
    let folder = Folder::new();
    let small = folder.write("a.jsonl", TWEET);
    run_ok("ingest", [&small, "-o", &folder.text("out")]);
    let before = pipeline_tests::files(&folder.path("out"));
    for (signal, number) in [("-INT", 2), ("-TERM", 15)] {
        // What is spooled and what is not kept lies in the temporary folder; the other run writes beside its output.
        for to in [folder.text("out"), "-".to_owned()] {
            std::fs::create_dir(folder.path("tmp")).unwrap();
            let mut child = Command::new(binary("ingest"))
                .args(["-", "--force", "-o", &to])
                .env("TMPDIR", folder.path("tmp"))
                .stdin(std::process::Stdio::piped())
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            let input = child.stdin.take();
            let begun = || {
                let beside = std::fs::read_dir(folder.0.path()).unwrap().flatten();
                let partial = |name: std::ffi::OsString| name.to_string_lossy().starts_with(".out.partial");
                let in_tmp = std::fs::read_dir(folder.path("tmp")).unwrap().count() > 0;
                in_tmp || beside.map(|entry| entry.file_name()).any(partial)
            };
            while !begun() {
                assert_eq!(
                    child.try_wait().unwrap(),
                    None,
                    "the run ended although its input is open"
                );
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            let pid = child.id().to_string();
            assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
            let output = child.wait_with_output().unwrap();
            drop(input);
            assert_eq!(output.status.signal(), Some(number), "{}", stderr(&output));
            assert_eq!(stderr(&output), "ingest: stopped; nothing was written\n");
            assert_eq!(pipeline_tests::files(&folder.path("out")), before);
            std::fs::remove_dir(folder.path("tmp")).expect("something was left in the temporary folder");
            folder.assert_holds_only(&["a.jsonl", "out"]);
        }
    }
}

#[test]
fn a_table_whose_bytes_changed_is_refused_although_it_is_parquet() {
    let folder = Folder::new();
    let input = folder.write("a.jsonl", TWEET);
    run_ok("ingest", [&input, "-o", &folder.text("ingested")]);
    let path = folder.path("ingested/posts.parquet");
    let mut bytes = std::fs::read(&path).unwrap();
    // Within the first column chunk, past the leading magic number.
    bytes[40] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let output = run("dedupe", [&folder.text("ingested"), "-o", &folder.text("out")]);
    assert_refused(&output, "dedupe", &["posts.parquet", "is not as ingest left it"]);
    folder.assert_holds_only(&["a.jsonl", "ingested"]);
}

#[test]
fn a_reader_that_closes_the_pipe_is_success() {
    let folder = Folder::new();
    let tweets = folder.write("a.jsonl", TWEET);
    let script = r#""$0" "$1" -o - | head -c 10 > /dev/null; "#;
    let output = Command::new("bash")
        .args(["-c", &format!("{script} exit ${{PIPESTATUS[0]}}")])
        .arg(binary("ingest"))
        .arg(&tweets)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

/// Tweets of some accounts on every other day of June 2015, one look at its author with each.
fn tweets(accounts: u32, change: impl Fn(&mut serde_json::Value, u32, u32)) -> Vec<String> {
    let days = (0..15_u32).flat_map(|half| (0..accounts).map(move |account| (2 * half + 1, account)));
    days.map(|(day, account)| {
        let mut tweet: serde_json::Value = serde_json::from_str(TWEET).unwrap();
        tweet["created_at"] = format!("Wed Jun {day:02} 12:00:00 +0000 2015").into();
        tweet["id_str"] = format!("6086{day:02}00000000{account:02}").into();
        tweet["user"]["id_str"] = format!("{}", 100 + account).into();
        tweet["user"]["screen_name"] = format!("maple_river_{account}").into();
        tweet["user"]["followers_count"] = (50 + 7 * account + day).into();
        tweet["user"]["statuses_count"] = (10 + 3 * day).into();
        tweet["user"]["created_at"] = format!("Mon Jun {:02} 00:00:00 +0000 2014", 1 + account).into();
        change(&mut tweet, day, account);
        // The numbers would contradict their texts.
        tweet.as_object_mut().unwrap().remove("id");
        tweet["user"].as_object_mut().unwrap().remove("id");
        tweet.to_string()
    })
    .collect()
}

/// From raw files to the report: no stage fails, ledgers balance, every number is one or has its reason.
#[test]
fn archives_at_the_edge_go_through_every_stage() {
    let nothing = |_: &mut serde_json::Value, _: u32, _: u32| {};
    let mut backwards = tweets(8, |tweet, day, _| {
        tweet["user"]["statuses_count"] = (900 - 5 * day).into()
    });
    backwards.reverse();
    let roster: String = (0..8).map(|account| format!("main,maple_river_{account}\n")).collect();
    let one = "main,maple_river_3\n".to_owned();
    let checks: String = (0..8)
        .flat_map(|account| {
            let row = move |day: u32, state: &str| format!("{},2015-06-{day:02}T18:00:00Z,{state}\n", 100 + account);
            [row(1, "suspended"), row(9, "suspended")]
        })
        .collect();
    let future = |tweet: &mut serde_json::Value, _: u32, _: u32| {
        tweet["user"]["created_at"] = "Mon Jan 01 00:00:00 +0000 2035".into();
    };
    let constant = |tweet: &mut serde_json::Value, _: u32, _: u32| {
        (tweet["user"]["followers_count"], tweet["user"]["statuses_count"]) = (0.into(), 0.into());
    };
    let early = |tweet: &mut serde_json::Value, day: u32, _: u32| {
        tweet["created_at"] = format!("Wed Jun {day:02} 12:00:00 +0000 2012").into();
        tweet["user"]["created_at"] = "Mon Jun 01 00:00:00 +0000 2009".into();
    };
    let of_day_one = |lines: Vec<String>| -> Vec<String> {
        lines
            .into_iter()
            .filter(|line| line.contains("Jun 01 12:00:00 +0000 2015"))
            .collect()
    };
    let cases: [(&str, Vec<String>, &str, &str); 7] = [
        ("ordinary, all censored, no follows", tweets(8, nothing), &roster, ""),
        ("one member", tweets(8, nothing), &one, ""),
        (
            "all suspended on day one",
            of_day_one(tweets(8, nothing)),
            &roster,
            &checks,
        ),
        ("samples outside the data", tweets(8, early), &roster, ""),
        ("created_at in the future", tweets(8, future), &roster, ""),
        ("time running backwards", backwards, &roster, ""),
        ("a constant series", tweets(8, constant), &roster, ""),
    ];
    let study = root()
        .join("datasets/diminishing-returns-2016/study.toml")
        .display()
        .to_string();
    let mut usual: Option<std::collections::BTreeSet<(String, String, String)>> = None;
    for (what, lines, roster, checks) in cases {
        let folder = Folder::new();
        let mut inputs = vec![
            folder.write("a.jsonl", lines.join("\n")),
            folder.write("roster.csv", format!("roster,handle\n{roster}")),
        ];
        if !checks.is_empty() {
            inputs.push(folder.write("checks.csv", format!("account_id,observed_at,state\n{checks}")));
        }
        inputs.extend(["-o".to_owned(), folder.text("1")]);
        run_ok("ingest", inputs);
        run_ok("dedupe", [&folder.text("1"), "-o", &folder.text("2")]);
        run_ok(
            "enrich",
            [&folder.text("2"), "--study", &study, "-o", &folder.text("3")],
        );
        run_ok("metrics", [&folder.text("3"), "-o", &folder.text("4")]);
        run_ok("report", [&folder.text("4"), "-o", &folder.text("5")]);
        let _ = balanced_ledger(&folder.path("5"));
        let mut keys = std::collections::BTreeSet::new();
        let mut add = |kind: &str, row: (&str, &str, &str), there: bool, reason: Option<&str>| {
            assert_eq!(there, reason.is_none(), "{what}: {kind} {row:?} {reason:?}");
            if !row.1.contains('/') {
                keys.insert((format!("{kind} {}", row.0), row.1.to_owned(), row.2.to_owned()));
            }
        };
        let measures = TableFile::<Measures>::open(&folder.path("4")).unwrap().read().unwrap();
        for row in measures.rows().unwrap() {
            let bounds = [row.value, row.ci_low, row.ci_high];
            assert!(
                bounds.iter().flatten().all(|number| number.is_finite()),
                "{what}: {}",
                row.measure
            );
            add(
                "measure",
                (row.measure, row.group, row.window),
                row.value.is_some(),
                row.reason,
            );
        }
        let tests = TableFile::<Tests>::open(&folder.path("4")).unwrap().read().unwrap();
        for row in tests.rows().unwrap() {
            let numbers = [
                row.statistic,
                row.p_value,
                row.p_holm,
                row.effect,
                row.ci_low,
                row.ci_high,
            ];
            assert!(
                numbers.iter().flatten().all(|number| number.is_finite()),
                "{what}: {}",
                row.test
            );
            let test = format!("{} {}", row.family, row.test);
            add(
                "test",
                (&test, row.group, row.window),
                row.p_value.is_some(),
                row.reason,
            );
        }
        let usual = usual.get_or_insert_with(|| keys.clone());
        assert!(usual.len() > 200);
        let missing: Vec<_> = usual.difference(&keys).collect();
        assert!(missing.is_empty(), "{what}: {missing:?}");
        let report = std::fs::read_to_string(folder.path("5/report.html")).unwrap();
        assert!(!report.contains("NaN"), "{what}");
    }
}
