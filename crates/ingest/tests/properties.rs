//! What holds for any bytes: no panic, no record unaccounted for, and nothing that depends on how the bytes arrive.

#![allow(clippy::unwrap_used, reason = "a test says by panicking what it did not find")]

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use ingest::detect::{Detector, Mappings};
use ingest::frame::{Block, Feed};
use ingest::mapping;
use ingest::parse::{Rules, parse};
use ingest::settings::Kind;
use proptest::prelude::*;
use tables::Flow;

/// Hands out a few bytes at a time.
struct Trickle<'b> {
    bytes: &'b [u8],
    step: usize,
}

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let take = self.step.min(buffer.len()).min(self.bytes.len());
        buffer[..take].copy_from_slice(&self.bytes[..take]);
        self.bytes = &self.bytes[take..];
        Ok(take)
    }
}

type Counts = BTreeMap<(Flow, &'static str), u64>;

/// What became of the records, and the rows of each table; `None` when the format is not known.
fn read(bytes: &[u8], step: usize, max_line: usize) -> Option<(Counts, [usize; 7])> {
    let builtin = mapping::builtin_names()
        .map(|name| mapping::read(mapping::builtin(name).unwrap(), name).unwrap())
        .collect();
    let mappings = Mappings {
        asked: Vec::new(),
        builtin,
    };
    let mut feed = Feed::new(Trickle { bytes, step });
    let plan = Detector::new(Kind::Any, &mappings, false)
        .detect(&mut feed, "x", "x")
        .ok()?;
    // A mapping of JSON that few texts have the keys of.
    let text = "[accounts]\nhandle = \"who\"\n[posts]\nrecords = \"rows[].in[]\"\nhandle = \"who\"\ntext = \"rows[].in[].a\"\npost_id = \"rows[].x\"\n";
    let json = mapping::read(text, "m").unwrap();
    let json_asked = vec![Arc::new(mapping::BoundJson::new(&json, Arc::default()))];
    let mut counts = Counts::new();
    let mut rows = [0; 7];
    let mut take = |block: Block| {
        let rules = Rules {
            kind: Kind::Any,
            max_line,
            whose: None,
            observed_at: None,
            json_asked: json_asked.clone(),
            json_builtin: Vec::new(),
        };
        let chunk = parse(&block, &plan, "x", &rules).unwrap();
        for (sum, rows) in rows.iter_mut().zip(chunk.rows()) {
            *sum += rows;
        }
        for (key, records) in chunk.counts {
            *counts.entry(key).or_insert(0) += records;
        }
        true
    };
    // Content that breaks off is told of; what stood before it counts all the same.
    let _ = plan.cut(&mut feed, max_line, &mut take);
    let sum = |wanted: &dyn Fn(Flow) -> bool| -> u64 {
        counts
            .iter()
            .filter(|((flow, _), _)| wanted(*flow))
            .map(|(_, records)| records)
            .sum()
    };
    assert_eq!(
        sum(&|flow| flow == Flow::Read),
        sum(&|flow| flow != Flow::Read),
        "{counts:?}"
    );
    assert_eq!(sum(&|flow| flow == Flow::Rejected), rows[5] as u64);
    Some((counts, rows))
}

/// Pieces of real formats, so that chance meets more than rubbish.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\u{feff}",
    "\0",
    "null",
    "7",
    "-1",
    "9.06E+17",
    "1e999",
    "\"id\":",
    "\"id_str\":\"5\"",
    "\"text\":\"fog\"",
    "\"user\":{\"id\":1,\"screen_name\":\"Oak\"}",
    "\"retweeted_status\":{",
    "\"quoted_status\":",
    "\"data\":[",
    "\"includes\":{\"users\":[",
    "\"errors\":[{\"resource_type\":\"user\",\"value\":\"3\"}]",
    "\"statuses\":[",
    "\"users\":[",
    "\"delete\":{}",
    "\"meta\":{}",
    "\"state\":\"active\"",
    "\"handle\":\"Oak\"",
    "\"created_at\":\"Wed Jun 03 10:00:00 +0000 2015\"",
    "\"observed_at\":\"2015-06-03\"",
    "\"author_id\":\"1\"",
    "\"referenced_tweets\":[{\"type\":\"retweeted\",\"id\":\"2\"}]",
    "\"\\ud83d\"",
    "\"\\u0000\"",
    "{\"who\":",
    "\"rows\":[{\"in\":[",
    "{\"who\":\"Oak\",\"rows\":[{\"x\":1,\"in\":[{\"a\":1.5e9},null,7]},3]}",
    "handle,observed_at,state\n",
    "Oak,2015-06-03,active\n",
    "follower_id,followed_id\n",
    "1,2\n",
    "\"a\"\"b\",c\n",
    "name,username,description,location,followers,numberstatuses,time,tweets\n",
    "a,b,c,d,1,2,1/6/2015 21:07,RT @x: #y\n",
    "{\"id\":1,\"text\":\"fog\",\"user\":{\"id\":1}}\n",
    "é",
    "\u{1f327}",
];

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        9 => prop::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_bytes_are_accounted_for(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read(&bytes, 1 << 20, 1 << 20);
    }

    #[test]
    fn pieces_of_formats_are_accounted_for_however_they_arrive(bytes in pieces(), step in 1_usize..40, max_line in 1_usize..300) {
        let whole = read(&bytes, 1 << 20, max_line);
        prop_assert_eq!(whole, read(&bytes, step, max_line));
    }

    #[test]
    fn a_lone_line_is_the_same_record_as_in_an_array(id in 1_u64.., text in "[a-z #@&;]{0,40}") {
        let record = format!("{{\"id\":{id},\"text\":\"{text}\",\"user\":{{\"id\":1,\"screen_name\":\"Oak\"}}}}");
        prop_assert_eq!(read(record.as_bytes(), 7, 1 << 20), read(format!("[{record}]").as_bytes(), 7, 1 << 20));
    }
}

#[test]
fn nesting_without_end_neither_crashes_nor_costs_what_is_around_it() {
    // What is not asked for is passed over, however deep; what is asked for is followed so far and no further.
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let (open, close) = (open.repeat(10_000), close.repeat(10_000));
        let deep = format!(
            "{{\"id\":1,\"text\":\"x\",\"user\":{{\"id\":1}},\"more\":{open}1{close},\"entities\":{open}1{close}}}"
        );
        let (counts, _) = read(deep.as_bytes(), 1 << 20, 1 << 20).unwrap();
        assert_eq!(counts.get(&(Flow::Used, "")), Some(&1), "{counts:?}");
    }
    let open = "{\"id\":1,\"text\":\"x\",\"user\":{\"id\":1},\"retweeted_status\":".repeat(10_000);
    let deep = format!("{open}1{}", "}".repeat(10_000));
    let (counts, _) = read(deep.as_bytes(), 1 << 20, 1 << 20).unwrap();
    assert_eq!(counts.get(&(Flow::Rejected, "not JSON")), Some(&1), "{counts:?}");
}
