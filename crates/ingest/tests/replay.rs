//! Rejected records once more: byte for byte what stood in the source, whatever that is packed in.

#![allow(clippy::unwrap_used, reason = "a test says by panicking what it did not find")]

mod run;

use run::pack::{bzip2, gzip, tar, utf16, xz, zip, zstd};
use run::{Bench, tweet};
use tables::Rejects;

/// What `--replay out` prints, its status, and what it says.
fn replay(bench: &Bench, inputs: &[&str]) -> (Vec<u8>, i32, String) {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_ingest"))
        .current_dir(bench.dir.path())
        .args(inputs)
        .args(["--replay", "out"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.stdout, output.status.code().unwrap(), said)
}

/// Lines of which three cannot be used, one of them longer than what the table keeps, and those three.
fn lines() -> (Vec<u8>, Vec<u8>) {
    let rejected = [
        b"{\"id\":2,\"text\":\"fog \xff\"}".to_vec(),
        format!("{{\"id\":3,\"text\":\"{}\"", "tea ".repeat(400_000)).into_bytes(),
        "no record مطر".as_bytes().to_vec(),
    ];
    let mut content = Vec::new();
    let mut expected = Vec::new();
    for (number, reject) in rejected.iter().enumerate() {
        content.extend_from_slice(tweet(number as u64 + 10, "").as_bytes());
        content.extend_from_slice(b"\r\n\n");
        content.extend_from_slice(reject);
        content.push(b'\n');
        expected.extend_from_slice(reject);
        expected.push(b'\n');
    }
    content.pop();
    (content, expected)
}

#[test]
fn what_was_rejected_comes_back_byte_for_byte_from_every_container() {
    let (content, expected) = lines();
    let tarred = tar(&[("d/a.jsonl", &content), ("b.jsonl.gz", &gzip(b"{\n"))]);
    let with_second = [b"{\n", &expected[..]].concat();
    for (name, packed, expected) in [
        ("x", content.clone(), &expected),
        ("x.gz", gzip(&content), &expected),
        ("x.bz2", bzip2(&content), &expected),
        ("x.xz", xz(&content), &expected),
        ("x.zst", zstd(&content), &expected),
        ("x.tar", tarred.clone(), &with_second),
        ("x.tar.gz", gzip(&tarred), &with_second),
        ("x.zip", zip(&[("b", b"{\n"), ("d/a", &content)]), &with_second),
    ] {
        let bench = Bench::with(name, packed);
        let ran = bench.ingest(&[name]);
        assert_eq!(ran.status(), 0, "{name}: {}", ran.stderr());
        let (printed, status, said) = replay(&bench, &[name]);
        assert_eq!((status, &*said), (0, ""), "{name}");
        assert!(printed == **expected, "{name}: {} bytes", printed.len());
    }
}

#[test]
fn offsets_in_utf16_are_those_of_the_text_as_utf8() {
    let content = format!("{}\nno record مطر\n", tweet(1, r#""full_text":"ضباب""#));
    let bench = Bench::with("x", utf16(&content, true));
    bench.ingest(&["x"]);
    let (printed, status, _) = replay(&bench, &["x"]);
    assert_eq!(
        (String::from_utf8(printed).unwrap(), status),
        ("no record مطر\n".to_owned(), 0)
    );
}

#[test]
fn mended_records_can_be_read_again() {
    // Elements of a list, rows under their header, a page for each of its records.
    let bench = Bench::with(
        "in/list.json",
        format!("[\n {},\n {{\"id\":2,\n  \"text\":tea}}\n]", tweet(1, "")),
    );
    bench.put(
        "in/checks.csv",
        "handle,observed_at,state\r\nlarch,2015-06-03,active\r\noak,soon,\"act\r\nive\"\r\nelm,late,active\r\n",
    );
    let page = r#"{"data":[{"id":"1","text":"a","author_id":"9","created_at":"soon"},{"id":"2","text":"b","author_id":"9","created_at":"soon"}],"meta":{}}"#;
    bench.put("in/pages.jsonl", page);
    let ran = bench.ingest(&["in"]);
    assert_eq!(ran.table::<Rejects>().len(), 5, "{}", ran.stderr());
    let (printed, status, said) = replay(&bench, &["in"]);
    assert_eq!((status, &*said), (0, ""));
    let printed = String::from_utf8(printed).unwrap();
    let rows = "handle,observed_at,state\noak,soon,\"act\r\nive\"\nelm,late,active\n";
    let element = "{\"id\":2,\n  \"text\":tea}\n";
    assert_eq!(printed, format!("{rows}{element}{page}\n"));
    bench.put(
        "mended.csv",
        rows.replace("soon", "2015-06-03")
            .replace("late", "2015-06-04")
            .replace("act\r\nive", "active"),
    );
    assert_eq!(bench.ingest(&["mended.csv", "--force"]).ledger(), ["read 2", "used 2"]);
}

#[test]
fn what_cannot_be_replayed_is_told_of() {
    let bench = Bench::with("in/a.jsonl", "not json\n{}\n");
    bench.put("in/b.jsonl", "{\"a\":1}\n");
    bench.put("in/c.jsonl", tweet(1, ""));
    assert_eq!(bench.ingest(&["in"]).status(), 0);
    bench.put("in/b.jsonl", "{\"a\":2}\n");
    let (printed, status, said) = replay(&bench, &["in"]);
    assert_eq!(
        (String::from_utf8(printed).unwrap(), status),
        ("not json\n{}\n".to_owned(), 1)
    );
    assert!(
        said.contains("1 of 'b.jsonl': 'b.jsonl' is no longer what was read"),
        "{said}"
    );
    std::fs::remove_file(bench.path("in/a.jsonl")).unwrap();
    let (printed, status, said) = replay(&bench, &["in"]);
    assert_eq!((printed.len(), status), (0, 1));
    assert!(
        said.contains("2 of 'a.jsonl': it is not among the INPUTs") && said.contains("remedy: "),
        "{said}"
    );

    let unmapped = Bench::with("in/a.csv", "colour,size\nred,1\nblue,2\n");
    unmapped.put("in/b.jsonl", tweet(1, ""));
    assert_eq!(unmapped.ingest(&["in/a.csv", "in/b.jsonl"]).status(), 1);
    let (printed, status, said) = replay(&unmapped, &["in/a.csv", "in/b.jsonl"]);
    assert_eq!((printed.len(), status), (0, 1));
    assert!(
        said.contains("could not be read as anything known") && !said.contains("breaks off"),
        "{said}"
    );

    let piped = Bench::with("a", "");
    piped.ingest_to("out", &["-"], "{}\n");
    let (_, status, said) = replay(&piped, &["a"]);
    assert_eq!(status, 1);
    assert!(
        said.contains("it was standard input, which cannot be read again"),
        "{said}"
    );

    // Where a file breaks off, what stands before is there.
    let packed = gzip(format!("{}\nnot json\n{}", tweet(1, ""), "{}\n".repeat(9)).as_bytes());
    let cut = Bench::with("in/a.gz", &packed[..packed.len() - 4]);
    cut.put("in/b.jsonl", tweet(1, ""));
    assert_eq!(cut.ingest(&["in"]).status(), 1);
    let (printed, status, said) = replay(&cut, &["in"]);
    assert!(
        printed.starts_with(b"not json\n{}\n") && status == 1 && said.contains("'a.gz' breaks off"),
        "{said}"
    );

    let both = bench.ingest(&["in", "--replay", "out"]);
    assert_eq!(both.status(), 2);
    assert!(both.stderr().contains("remedy: leave out -o"), "{}", both.stderr());
    let nowhere = replay(&Bench::with("a", ""), &["a"]);
    assert_eq!(nowhere.1, 2, "{}", nowhere.2);
}
