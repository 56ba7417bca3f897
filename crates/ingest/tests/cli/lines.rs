//! Records that are damaged, too long or badly parted: what is kept, what is rejected, and where that stands.

use tables::{Posts, Rejects};

use crate::run::{Bench, tweet};

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
