//! Files as such: empty, cut off, packed, absent, through a pipe, or of a kind that nobody knows.

use tables::{Posts, Rejects, Roster};

use crate::run::pack::gzip;
use crate::run::{Bench, files_of, tweet};

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
