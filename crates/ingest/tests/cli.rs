//! The whole command: status, messages and files, on good input and on each kind of bad input.

#![allow(clippy::unwrap_used, reason = "a test says by panicking what it did not find")]

mod run;

use run::pack::gzip;
use run::{Bench, files_of, tweet};
use tables::{Posts, Rejects, Roster};

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
fn an_empty_file_is_no_error_and_is_told_of() {
    for content in ["", "\n \n", "\u{feff}"] {
        let ran = Bench::with("empty.jsonl", content).ingest(&["empty.jsonl"]);
        assert_eq!(ran.status(), 0);
        assert!(
            ran.stderr().starts_with("ingest: 'empty.jsonl' is empty\n"),
            "{}",
            ran.stderr()
        );
        assert_eq!(ran.ledger(), ["read 0"]);
        assert_eq!(ran.table::<Posts>().len(), 0);
    }
}

#[test]
fn a_truncated_gzip_ends_the_run_and_leaves_the_old_output() {
    let lines: String = (1..2_000).map(|id| tweet(id, "") + "\n").collect();
    let whole = gzip(lines.as_bytes());
    let bench = Bench::with("x.jsonl.gz", &whole[..whole.len() / 2]);
    bench.put("y.jsonl", tweet(1, ""));
    let before = bench.ingest(&["y.jsonl"]);
    let old = files_of(&before.dir);
    let ran = bench.ingest(&["x.jsonl.gz", "--force"]);
    assert_eq!(ran.status(), 2);
    let stderr = ran.stderr();
    let mut told = stderr.lines();
    let (line, byte) = told
        .next()
        .unwrap()
        .strip_prefix("ingest: cannot read 'x.jsonl.gz': unexpected end of file (line ")
        .and_then(|rest| rest.strip_suffix(')'))
        .and_then(|rest| rest.split_once(", byte "))
        .unwrap();
    let byte: usize = byte.parse().unwrap();
    // The place is where the content that could be unpacked ends.
    assert_eq!(line.parse::<usize>().unwrap(), 1 + lines[..byte].matches('\n').count());
    assert_eq!(told.next().unwrap(), "  remedy: fetch the file again, or leave it out");
    assert_eq!(files_of(&ran.dir), old);
    let leftovers: Vec<_> = std::fs::read_dir(bench.dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("partial"))
        .collect();
    assert!(leftovers.is_empty(), "{leftovers:?}");
}

#[test]
fn a_file_that_breaks_off_does_not_cost_the_others() {
    let lines: String = (1..2_000).map(|id| tweet(id, "") + "\n").collect();
    let elements: Vec<String> = (1..2_000).map(|id| tweet(id, "")).collect();
    let rows: String = (1..2_000).map(|id| format!("r,{id},2015-06-01\n")).collect();
    for (name, content) in [
        ("b.jsonl.gz", lines),
        ("b.json.gz", format!("[{}]", elements.join(","))),
        ("b.csv.gz", format!("roster,account_id,listed_at\n{rows}")),
    ] {
        let whole = gzip(content.as_bytes());
        let bench = Bench::with(name, &whole[..whole.len() / 2]);
        bench.put("a.jsonl", tweet(10_001, ""));
        bench.put("c.jsonl", tweet(10_002, ""));
        let ran = bench.ingest(&["a.jsonl", name, "c.jsonl"]);
        assert_eq!(ran.status(), 1, "{}", ran.stderr());
        let told = "1 of 3 files could not be read, or not to their end";
        assert!(
            ran.stderr().contains(told) && ran.stderr().contains(name),
            "{}",
            ran.stderr()
        );
        // What the file holds before the break is there, record by record, and the break has its place.
        let rejects = ran.table::<Rejects>();
        let places: Vec<(String, i64, &str)> = rejects
            .rows()
            .unwrap()
            .map(|row| (row.source_file.to_owned(), row.byte_offset, row.reason))
            .collect();
        let [(file, byte, "file cannot be read to its end")] = &places[..] else {
            panic!("{places:?}");
        };
        assert_eq!(file, name);
        let before = &content[..usize::try_from(*byte).unwrap()];
        let kept = match name {
            "b.csv.gz" => before.matches('\n').count() - 1,
            "b.json.gz" => before.matches("}},").count(),
            _ => before.matches('\n').count(),
        };
        let (posts, roster) = (ran.table::<Posts>(), ran.table::<tables::Roster>());
        let of_broken = posts.rows().unwrap().filter(|post| post.source_file == name).count() + roster.len();
        assert!(
            kept.abs_diff(of_broken) <= 1 && of_broken > 0,
            "{name}: {of_broken} of {kept} records"
        );
        let others = posts.rows().unwrap().filter(|post| post.source_file != name).count();
        assert_eq!(others, 2);
        let again = bench.ingest_to("again", &["a.jsonl", name, "c.jsonl", "-j", "1"], "");
        assert_eq!(files_of(&again.dir), files_of(&ran.dir));
    }
}

#[test]
fn bytes_that_are_not_utf8_and_lines_that_are_not_json_are_rejected_with_their_place() {
    let mut content = tweet(1, "").into_bytes();
    content.extend_from_slice(b"\n{\"text\":\"\xff\"}\r\n{\"id\":3\nnot json\n{\"id\":5}\n[1]\n7\n\"x\"");
    let ran = Bench::with("a.jsonl", &content).ingest(&["a.jsonl"]);
    assert_eq!(ran.status(), 0);
    let rejects = ran.table::<Rejects>();
    let found: Vec<_> = rejects
        .rows()
        .unwrap()
        .map(|reject| {
            let from = usize::try_from(reject.byte_offset).unwrap();
            let to = from + usize::try_from(reject.byte_length).unwrap();
            // What is kept of the record is what stands at the place that is told.
            assert_eq!(String::from_utf8_lossy(&content[from..to]), reject.first_bytes);
            (reject.source_line, reject.reason)
        })
        .collect();
    assert_eq!(
        found,
        [
            (2, "not UTF-8"),
            (3, "not JSON"),
            (4, "not JSON"),
            (5, "not a known record"),
            (6, "not a known record"),
            (7, "not a known record"),
            (8, "not a known record"),
        ]
    );
    ran.ledger();
}

#[test]
fn too_many_rejects_end_with_status_1_and_the_output_is_there() {
    let bench = Bench::with("a.jsonl", format!("{}\nnot json\n", tweet(1, "")));
    for (allowed, status) in [("0", 1), ("1", 0), ("49.9%", 1), ("50%", 0)] {
        let ran = bench.ingest(&["a.jsonl", "--max-rejects", allowed, "--force"]);
        assert_eq!(ran.status(), status, "{allowed}");
        assert_eq!(ran.table::<Posts>().len(), 1);
        if status == 1 {
            let last = ran.stderr().lines().last().unwrap().to_owned();
            assert_eq!(
                last,
                format!(
                    "ingest: 1 of 2 records were rejected, more than --max-rejects {allowed} allows (see the table rejects)"
                )
            );
        }
    }
    let ran = bench.ingest(&["a.jsonl", "--max-rejects", "few", "--force"]);
    assert_eq!(ran.status(), 2);
    assert!(ran.stderr().contains("neither a count (20) nor a share (0.5%)"));
}

#[test]
fn a_line_of_50_mb_is_read_and_one_beyond_the_limit_is_rejected() {
    let bench = Bench::new();
    let long = tweet(1, &format!(r#""full_text":"{}""#, "x".repeat(50_000_000)));
    bench.put("long.jsonl", format!("{}\n{long}\n{}\n", tweet(2, ""), tweet(3, "")));
    let ran = bench.ingest(&["long.jsonl"]);
    assert_eq!(ran.ledger(), ["read 3", "used 3"]);
    let lengths: Vec<usize> = ran
        .table::<Posts>()
        .rows()
        .unwrap()
        .map(|post| post.text.unwrap().len())
        .collect();
    assert_eq!(lengths, [19, 50_000_000, 19]);
    let ran = bench.ingest(&["long.jsonl", "--max-line", "1M", "--force"]);
    assert_eq!(ran.ledger(), ["read 3", "used 2", "rejected line too long 1"]);
    let rejects = ran.table::<Rejects>();
    let reject = rejects.rows().unwrap().next().unwrap();
    assert_eq!(usize::try_from(reject.byte_length).unwrap(), long.len());
    assert_eq!(reject.first_bytes.len(), 256);
    assert_eq!(reject.source_line, 2);
}

#[test]
fn the_limit_falls_the_same_wherever_blocks_end() {
    // Lines around a block's edge, and limits around a line's length.
    for filler in [1_048_000, 1_048_500, 1_048_570, 1_048_576] {
        let first = tweet(
            1,
            &format!(
                r#""full_text":"{}""#,
                "x".repeat(filler - tweet(1, r#""full_text":"""#).len())
            ),
        );
        assert_eq!(first.len(), filler);
        let bench = Bench::with("a.jsonl", format!("{first}\n{}\n{first}", tweet(2, "")));
        for limit in [filler - 1, filler] {
            let ran = bench.ingest(&["a.jsonl", "--max-line", &limit.to_string(), "--force"]);
            let (used, rejected) = if limit < filler { (1, 2) } else { (3, 0) };
            assert_eq!(ran.table::<Posts>().len(), used);
            assert_eq!(ran.table::<Rejects>().len(), rejected);
            ran.ledger();
        }
    }
}

#[test]
fn a_missing_column_names_place_and_remedy() {
    let bench = Bench::with(
        "posts.csv",
        "name,usernam,description,location,followers,numberstatuses,time,tweets\n",
    );
    let ran = bench.ingest(&["posts.csv", "--mapping", "fifth-tribe"]);
    assert_eq!(ran.status(), 2);
    assert_eq!(
        ran.stderr(),
        "ingest: cannot read 'posts.csv': column 'username' is missing (mapping 'fifth-tribe', line 11; the file has: name, \
         usernam, description, location, followers, numberstatuses, time, tweets)\n  remedy: did you mean 'usernam'? Correct \
         the mapping, or mark the field optional = true\n"
    );
    bench.put("checks.csv", "handle,state\nlarch,active\n");
    let ran = bench.ingest(&["checks.csv", "--format", "availability"]);
    assert_eq!(ran.status(), 2);
    assert_eq!(
        ran.stderr(),
        "ingest: cannot read 'checks.csv': column 'observed_at' is missing (line 1; the file has: handle, state)\n  remedy: \
         rename the column, or describe the file in a mapping (--mapping)\n"
    );
}

#[test]
fn what_nobody_knows_is_an_error_with_a_remedy() {
    let bench = Bench::new();
    for (name, content, told) in [
        (
            "a.csv",
            &b"a,b\n1,2\n"[..],
            "no mapping for a CSV with these columns: a, b",
        ),
        ("a.txt", b"hello\n", "its format is not known"),
        (
            "a.bin",
            b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09",
            "its format is not known",
        ),
        ("a.zip", b"PK\x03\x04abcdefgh", "invalid Zip archive"),
        ("a.bz2", b"BZh91AY&SY", "unexpected end of file"),
        ("a.rar", b"Rar!\x1a\x07\x01\x00", "it is a RAR archive"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c\x00\x04", "it is a 7z archive"),
        ("a.parquet", b"PAR1aaaaaaaa", "it is a Parquet file"),
    ] {
        bench.put(name, content);
        let ran = bench.ingest(&[name]);
        assert_eq!(ran.status(), 2, "{name}");
        let stderr = ran.stderr();
        assert!(
            stderr.starts_with(&format!("ingest: cannot read '{name}': {told}")),
            "{stderr}"
        );
        assert!(stderr.contains("\n  remedy: "), "{stderr}");
        assert!(!ran.dir.exists());
    }
}

#[test]
fn a_csv_without_a_mapping_does_not_cost_the_others() {
    let bench = Bench::with("d/a.jsonl", tweet(1, ""));
    bench.put("d/b.csv", "hue,size\nred,2\nblue,3\n");
    bench.put("d/c.csv", "handle,state\n");
    bench.put("d/d.jsonl", tweet(2, ""));
    bench.put("d/README.md", "# Notes, and more\n\nCollected by hand.\n");
    let ran = bench.ingest(&["d", "--mapping", "fifth-tribe"]);
    assert_eq!(ran.status(), 1, "{}", ran.stderr());
    assert_eq!(
        ran.ledger(),
        [
            "read 5",
            "used 2",
            "rejected file cannot be read as anything known 2",
            "skipped file of no known format 1"
        ]
    );
    let end = ran.stderr();
    let end = &end[end
        .find("ingest: 2 of 4 files could not be read, or not to their end")
        .unwrap()..];
    for told in [
        "\n  cannot read 'd/b.csv': column 'username' is missing (mapping 'fifth-tribe', line 11; the file has: hue, size)\n",
        "\n  cannot read 'd/c.csv': column 'username' is missing (mapping 'fifth-tribe', line 11; the file has: handle, state)\n",
        "\n  remedy: correct the mapping, mark the field optional = true, or leave the file out\n",
        "\ningest: mapping 'fifth-tribe' fits none of the files\n  remedy: ",
    ] {
        assert!(end.contains(told), "{end}");
    }
    assert_eq!(
        end.matches("remedy: correct the mapping").count(),
        1,
        "said once: {end}"
    );
    // Nothing could be read at all: an error, and nothing is written.
    let ran = bench.ingest_to("none", &["d/b.csv"], "");
    assert_eq!((ran.status(), ran.dir.exists()), (2, false));
    let ran = bench.ingest_to("none", &["d/b.csv", "d/c.csv"], "");
    assert_eq!((ran.status(), ran.dir.exists()), (2, false));
    assert!(ran.stderr().starts_with(
        "ingest: cannot read 'd/b.csv': no mapping for a CSV with these columns: hue, size\n  remedy: say what they mean"
    ));
    // Named on the command line among others, it does not cost them either.
    let ran = bench.ingest_to("some", &["d/b.csv", "d/a.jsonl"], "");
    assert_eq!((ran.status(), ran.table::<Posts>().len()), (1, 1));
}

#[test]
fn a_mapping_that_fits_nothing_is_told_of() {
    let bench = Bench::with("a.jsonl", tweet(1, ""));
    for _ in 0..2 {
        let ran = bench.ingest(&["a.jsonl", "--mapping", "fifth-tribe", "--if-changed"]);
        assert_eq!((ran.status(), ran.table::<Posts>().len()), (1, 1));
        assert!(
            ran.stderr().ends_with(
                "ingest: mapping 'fifth-tribe' fits none of the files\n  remedy: compare its columns with the files' headers, or \
                 leave it out\n"
            ),
            "{}",
            ran.stderr()
        );
    }
}

#[test]
fn mistakes_in_a_mapping_name_file_line_and_key() {
    let bench = Bench::with("a.csv", "who,when,what\nlarch,2015-06-03,rain\n");
    for (mapping, told) in [
        (
            "[posts]\nhandel = \"who\"\n",
            "unknown key 'handel' (line 2)\n  remedy: did you mean 'handle'?",
        ),
        (
            "[post]\n",
            "unknown key 'post' (line 1)\n  remedy: did you mean 'posts'?",
        ),
        (
            "[posts]\nhandle = { colum = \"who\" }\n",
            "unknown key 'colum' (line 2)\n  remedy: did you mean 'column'?",
        ),
        (
            "[posts]\nhandle = \"who\"\nposted_at = \"when\"\n",
            "posted_at is a time, and no format is given (line 3)\n  remedy: add times",
        ),
        (
            "times = [\"%Y-%m-%d\"]\n[posts]\nhandle = \"who\"\nposted_at = \"when\"\n",
            "the times of posted_at name no zone (line 4)\n  remedy: state it: zone = \"UTC\"",
        ),
        (
            "zone = \"CET\"\n[posts]\nhandle = \"who\"\n",
            "zone 'CET' is not known (line 1)",
        ),
        (
            "[posts]\ntext = \"what\"\n",
            "[posts] lacks account_id or handle (line 2)",
        ),
        (
            "[posts]\nhandle = \"who\"\nkind = { constant = \"repots\" }\n",
            "unknown key 'repots' (line 3)\n  remedy: did you mean 'repost'?",
        ),
        ("[posts\n", "(line 1)"),
        (
            "zone = \"UTC\"\n[posts]\nhandle = \"who\"\nposted_at = { column = \"when\", times = [\"%Y-%m-%Q\"] }\n",
            "the format '%Y-%m-%Q' of posted_at has '%Q', which is no directive (line 4)\n  remedy: they are those of strftime",
        ),
        (
            "zone = \"UTC\"\ntimes = [\"%H:%M\"]\n[posts]\nhandle = \"who\"\nposted_at = \"when\"\n",
            "the format '%H:%M' of posted_at makes no whole date (line 5)",
        ),
        (
            "encoding = \"latin1x\"\n[posts]\nhandle = \"who\"\n",
            "unknown key 'latin1x' (line 1)\n  remedy: did you mean 'latin-1'?",
        ),
        (
            "[posts]\nhandle = { path = \"who..x\" }\n",
            "path 'who..x' has an empty key (line 2)\n  remedy: write it like user.name",
        ),
        (
            "format = \"csv\"\n[posts]\nhandle = { path = \"who\" }\n",
            "a path leads into JSON, and format is \"csv\" (line 3)",
        ),
        (
            "format = \"json\"\ndelimiter = \";\"\n[posts]\nhandle = \"who\"\n",
            "'delimiter' makes no sense for JSON (line 2)",
        ),
        (
            "[posts]\nrecords = \"who\"\nhandle = \"who\"\n",
            "records 'who' is no list (line 2)\n  remedy: write records = \"who[]\"",
        ),
        (
            "header = [\"a\"]\n[posts]\nhandle = \"who\"\n",
            "column 'who' is none of header (line 3)\n  remedy: header says: a",
        ),
        (
            "header = false\n[posts]\nhandle = \"who\"\n",
            "column 'who' is no number (line 3)",
        ),
        ("", "it fills no table (line 1)"),
    ] {
        bench.put("m.toml", mapping);
        let ran = bench.ingest(&["a.csv", "--mapping", "m.toml"]);
        assert_eq!(ran.status(), 2, "{mapping}");
        let stderr = ran.stderr();
        assert!(stderr.starts_with("ingest: cannot use mapping 'm.toml': "), "{stderr}");
        assert!(stderr.contains(told), "{stderr}");
    }
    let ran = bench.ingest(&["a.csv", "--mapping", "fith-tribe"]);
    assert_eq!(ran.status(), 2);
    assert!(ran.stderr().contains(
        "remedy: did you mean 'fifth-tribe'? Or give a mapping file, or one of: account-lookups, coortweet, "
    ));
}

#[test]
fn standard_input_may_be_lines_csv_or_compressed() {
    let bench = Bench::new();
    let line = tweet(1, "") + "\n";
    let roster = "handle,listed_at\nlarch,2015-06-01\n";
    let lines = bench.ingest_to("lines", &["-"], line.clone());
    assert_eq!(lines.table::<Posts>().rows().unwrap().next().unwrap().source_file, "-");
    let packed = bench.ingest_to("packed", &["-"], gzip(line.as_bytes()));
    assert_eq!(packed.table::<Posts>().len(), 1);
    let listed = bench.ingest_to("roster", &["-"], roster);
    let batch = listed.table::<Roster>();
    let entry = batch.rows().unwrap().next().unwrap();
    assert_eq!((entry.roster, entry.handle), ("-", Some("larch")));
}

#[test]
fn the_container_is_told_by_content_and_not_by_name() {
    let bench = Bench::new();
    let lines = [tweet(1, "") + "\n", tweet(2, "") + "\n"];
    bench.put(
        "gzip.csv",
        [gzip(lines[0].as_bytes()), gzip(lines[1].as_bytes())].concat(),
    );
    bench.put("plain.gz", &lines[0]);
    bench.put(
        "zstd.txt",
        [
            zstd::encode_all(lines[0].as_bytes(), 3).unwrap(),
            zstd::encode_all(lines[1].as_bytes(), 3).unwrap(),
        ]
        .concat(),
    );
    let ran = bench.ingest(&["gzip.csv", "plain.gz", "zstd.txt"]);
    assert_eq!(ran.status(), 0, "{}", ran.stderr());
    let posts = ran.table::<Posts>();
    let places: Vec<_> = posts
        .rows()
        .unwrap()
        .map(|post| (post.source_file, post.source_line))
        .collect();
    assert_eq!(
        places,
        [
            ("gzip.csv", 1),
            ("gzip.csv", 2),
            ("plain.gz", 1),
            ("zstd.txt", 1),
            ("zstd.txt", 2)
        ]
    );
    let cut = zstd::encode_all(lines[0].as_bytes(), 3).unwrap();
    bench.put("cut.zst", &cut[..cut.len() - 3]);
    let ran = bench.ingest(&["cut.zst", "--force"]);
    assert_eq!(ran.status(), 2);
    assert!(
        ran.stderr()
            .starts_with("ingest: cannot read 'cut.zst': unexpected end of file (line "),
        "{}",
        ran.stderr()
    );
}

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
fn too_many_rejects_are_told_again_although_nothing_has_changed() {
    let bench = Bench::with("a.jsonl", format!("{}\nnot json\n", tweet(1, "")));
    for _ in 0..2 {
        let ran = bench.ingest(&["a.jsonl", "--if-changed", "--max-rejects", "0"]);
        assert_eq!(ran.status(), 1, "{}", ran.stderr());
    }
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

#[test]
fn an_absent_input_is_named() {
    let ran = Bench::new().ingest(&["nowhere.jsonl"]);
    assert_eq!(ran.status(), 2);
    assert!(
        ran.stderr().starts_with("ingest: cannot read 'nowhere.jsonl': "),
        "{}",
        ran.stderr()
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

#[test]
fn help_names_every_built_in_mapping() {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_ingest"))
        .arg("--help")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let words: Vec<String> = String::from_utf8(output.stdout)
        .unwrap()
        .split_whitespace()
        .map(|word| word.trim_end_matches([',', '.']).to_owned())
        .collect();
    for name in ingest::mapping::builtin_names() {
        assert!(words.iter().any(|word| word == name), "{name}");
    }
}

#[test]
fn the_help_s_pipelines_run() {
    let page = r#"{"data":[{"id":"1","author_id":"2","text":"fog"}],"meta":{}}"#;
    let bench = Bench::with("archive/a.jsonl", tweet(1, ""));
    bench.put("roster.csv", "handle\nlarch\n");
    assert_eq!(
        bench.ingest_to("1", &["archive/", "roster.csv"], "").ledger(),
        ["read 2", "used 2"]
    );
    let ran = bench.ingest_to("-", &["-", "--format", "twitter-v2", "--max-rejects", "0.1%"], page);
    assert_eq!(ran.status(), 0);
    // A tar stream for the next stage: its first entry's name stands at its start.
    assert!(ran.output.stdout.len() > 1_000);
    assert!(!ran.dir.exists());
}

#[test]
fn a_length_before_each_record_is_no_record() {
    // Streams told their readers how many bytes to wait for; some counted the line's end.
    for counted in [0, 2] {
        let (one, two) = (tweet(1, ""), tweet(2, ""));
        let length = |line: &str| line.len() + counted;
        let stream = format!("{}\r\n{one}\r\n\r\n{}\r\n{two}\r\n", length(&one), length(&two));
        let ran = Bench::with("stream", &stream).ingest(&["stream"]);
        assert_eq!(ran.ledger(), ["read 2", "used 2"], "{}", ran.stderr());
        let posts = ran.table::<Posts>();
        let lines: Vec<i64> = posts.rows().unwrap().map(|post| post.source_line).collect();
        assert_eq!(lines, [2, 5]);
    }
}

#[test]
fn a_piece_of_a_split_file_begins_anywhere() {
    let lines: String = (1..4).map(|id| tweet(id, "") + "\n").collect();
    // `split -b` cuts in the middle of a text, of a number, before a brace, in a list.
    for (from, used) in [(40, 2), (1, 2), (tweet(1, "").len() + 1, 2), (tweet(1, "").len(), 2)] {
        let ran = Bench::with("part-ab", &lines[from..]).ingest(&["part-ab"]);
        assert_eq!(ran.status(), 0, "{}", ran.stderr());
        assert_eq!(ran.table::<Posts>().len(), used);
        let rejected = usize::from(from < tweet(1, "").len());
        let rejects = ran.table::<Rejects>();
        assert_eq!(rejects.len(), rejected);
        assert!(
            rejects
                .rows()
                .unwrap()
                .all(|row| (row.source_line, row.byte_offset) == (1, 0))
        );
    }
    let list = format!("[12,15]}}}}\n{}\n", tweet(1, ""));
    let ran = Bench::with("part-ab", list).ingest(&["part-ab"]);
    assert_eq!(ran.ledger(), ["read 2", "used 1", "rejected not a known record 1"]);
}

#[test]
fn records_without_a_line_feed_between_them_are_cut_apart() {
    let (one, two, three) = (tweet(1, r#""x":"}{""#), tweet(2, ""), tweet(3, ""));
    let content = format!("{one}{two}\n{three}{{\"id\":4,\n{one}\r{two}\n");
    let ran = Bench::with("a.jsonl", &content).ingest(&["a.jsonl"]);
    assert_eq!(ran.ledger(), ["read 6", "used 5", "rejected not JSON 1"]);
    let posts = ran.table::<Posts>();
    let places: Vec<_> = posts
        .rows()
        .unwrap()
        .map(|post| (post.source_line, post.source_part))
        .collect();
    assert_eq!(places, [(1, 0), (1, 1), (2, 0), (3, 0), (3, 1)]);
    let rejects = ran.table::<Rejects>();
    let reject = rejects.rows().unwrap().next().unwrap();
    let from = usize::try_from(reject.byte_offset).unwrap();
    assert_eq!(
        &content[from..from + usize::try_from(reject.byte_length).unwrap()],
        "{\"id\":4,"
    );
}

#[test]
fn marks_and_zeros_between_records_cost_none() {
    let (one, two, three) = (tweet(1, ""), tweet(2, ""), tweet(3, ""));
    let bom = "\u{feff}";
    for content in [
        format!("{bom}{one}\n{bom}{two}\n\0\0\0{three}\n"),
        format!("\0\0{one}\n{two}\n\0\0{bom}{three}"),
        format!("{bom}[{one},{two}]\n{bom}[{three}]"),
        format!("{bom}{{\n{}\n{bom}{two}\0\0{three}", &one[1..]),
    ] {
        let ran = Bench::with("a.json", &content).ingest(&["a.json"]);
        assert_eq!(ran.ledger(), ["read 3", "used 3"], "{content:?}: {}", ran.stderr());
    }
    let ran =
        Bench::with("a.jsonl", format!("{one}\n\0\0\0\n{}\n", two.replace("rain", "ra\0in"))).ingest(&["a.jsonl"]);
    assert_eq!(ran.ledger(), ["read 3", "used 1", "rejected not JSON 2"]);
}

#[test]
fn a_missing_quotation_mark_costs_one_record_of_a_list_over_many_lines() {
    let pretty = |id: u64| {
        let value: serde_json::Value = serde_json::from_str(&tweet(id, "")).unwrap();
        let text = serde_json::to_string_pretty(&value).unwrap();
        text.replace('\n', "\n  ")
    };
    let list = |records: &[String]| format!("[\n  {}\n]\n", records.join(",\n  "));
    let hurt = |id: u64| pretty(id).replacen("\"rain", "rain", 1);
    for hurt_at in 1..=5 {
        let records: Vec<String> = (1..=5)
            .map(|id| if id == hurt_at { hurt(id) } else { pretty(id) })
            .collect();
        let content = list(&records);
        let ran = Bench::with("a.json", &content).ingest(&["a.json"]);
        assert_eq!(ran.status(), 0, "{}", ran.stderr());
        assert_eq!(ran.ledger(), ["read 5", "used 4", "rejected not JSON 1"], "{hurt_at}");
        let rejects = ran.table::<Rejects>();
        let reject = rejects.rows().unwrap().next().unwrap();
        let from = usize::try_from(reject.byte_offset).unwrap();
        let there = &content[from..from + usize::try_from(reject.byte_length).unwrap()];
        assert_eq!(there, records[usize::try_from(hurt_at).unwrap() - 1]);
    }
    // The same of one object after another.
    let records: Vec<String> = (1..=3)
        .map(|id| (if id == 2 { hurt(id) } else { pretty(id) }).replace("\n  ", "\n"))
        .collect();
    let ran = Bench::with("a.json", records.join("\n")).ingest(&["a.json"]);
    assert_eq!(ran.ledger(), ["read 3", "used 2", "rejected not JSON 1"]);
    // And of the messages of a chat.
    let message = |id: u64, text: &str| {
        format!(
            "{{\n   \"id\": {id},\n   \"type\": \"message\",\n   \"from_id\": \"user1\",\n   \"text\": {text},\n   \"date_unixtime\": \"1619863200\"\n  }}"
        )
    };
    let content = format!(
        "{{\n \"type\": \"public_channel\",\n \"id\": 7,\n \"messages\": [\n  {},\n  {},\n  {}\n ]\n}}",
        message(1, "\"tea\""),
        message(2, "\"fog"),
        message(3, "\"sun\"")
    );
    let ran = Bench::with("result.json", content).ingest(&["result.json"]);
    assert_eq!(
        ran.ledger(),
        ["read 3", "used 2", "rejected not JSON 1"],
        "{}",
        ran.stderr()
    );
}

#[test]
fn a_note_beside_csv_files_does_not_end_the_run() {
    let bench = Bench::with("d/a.csv", "who,what\nlarch,tea\n");
    bench.put("d/NOTES", "Collected by hand\n");
    bench.put("m.toml", "[posts]\nhandle = \"who\"\ntext = \"what\"\n");
    let ran = bench.ingest(&["d", "--mapping", "m.toml"]);
    assert_eq!(
        ran.ledger(),
        ["read 2", "used 1", "skipped file of no known format 1"],
        "{}",
        ran.stderr()
    );
}
