//! A small file of every format in every container, cut off at every byte: nothing panics, what stood whole before the cut is used, the
//! ledger balances, and the status tells.

#![allow(clippy::unwrap_used, reason = "a test says by panicking what it did not find")]

mod run;

use std::collections::BTreeMap;
use std::io::Read;

use run::pack::{bzip2, gzip, tar, xz, zip, zstd};
use run::{Bench, Ran};
use tables::{Flow, LedgerEntries};

/// A small file: what it holds, and where each of its records ends.
struct Sample {
    name: &'static str,
    text: String,
    ends: Vec<usize>,
    /// Below this length it does not say what it is.
    known_from: usize,
    /// Whether the last record before a cut can be told from a whole one.
    tells: bool,
    /// Whether its own end can be missed.
    breaks: bool,
    options: &'static [&'static str],
}

/// Three records with what stands before, between and after them.
fn sample(name: &'static str, parts: [&str; 3], records: [&str; 3]) -> Sample {
    let [before, between, after] = parts;
    let mut text = before.to_owned();
    let mut ends = Vec::new();
    for (index, record) in records.iter().enumerate() {
        text += if index == 0 { "" } else { between };
        text += record;
        ends.push(text.len());
    }
    text += after;
    Sample {
        name,
        text,
        ends,
        known_from: 0,
        tells: true,
        breaks: after.trim_ascii() != "",
        options: &[],
    }
}

fn samples() -> Vec<Sample> {
    let lines = ["", "\n", "\n"];
    let tweet = |id: u8| format!(r#"{{"id":{id},"text":"tea","user":{{"id":7,"screen_name":"Larch"}}}}"#);
    let tweets = [tweet(1), tweet(2), tweet(3)];
    let tweets = [&*tweets[0], &*tweets[1], &*tweets[2]];
    let exported = |id: u8| format!(r#"{{"tweet":{{"id_str":"{id}","full_text":"fog"}}}}"#);
    let exported = [exported(1), exported(2), exported(3)];
    let activity = |id: u8| {
        format!(
            r#"{{"id":"tag:x,2005:{id}","objectType":"activity","verb":"post","body":"tea","actor":{{"id":"id:twitter.com:1"}}}}"#
        )
    };
    let activities = [activity(1), activity(2), activity(3)];
    let bluesky = r#"{"did":"did:plc:a","time_us":1433325600123456,"kind":"commit","commit":{"operation":"create","collection":"app.bsky.feed.post","rkey":"a","record":{"text":"tea"}}}"#;
    let mastodon = r#"{"id":"1","uri":"https://s.example/1","content":"<p>tea</p>","account":{"id":"1","acct":"larch","url":"https://s.example/@larch"}}"#;
    let message = |id: u8| {
        format!(r#"{{"id":{id},"type":"message","date_unixtime":"1619863200","from_id":"user1","text":"te\"a}}"}}"#)
    };
    let messages = [message(1), message(2), message(3)];
    let reddit = r#"{"id":"c1","author":"Larch","subreddit":"trees","created_utc":1433325600,"body":"tea"}"#;
    let flat = r#"{"id":"11","author_id":"1","created_at":"2021-04-08T10:00:00.000Z","text":"tea"}"#;
    let check = r#"{"handle":"larch","observed_at":"2015-06-03","state":"active"}"#;
    let follows = "follower_id,followed_id\n";
    let export = "window.YTD.tweets.part0 = [ ";
    vec![
        sample("v1 lines", lines, tweets),
        sample("v1 list", ["[\n ", ",\n ", "\n]\n"], tweets),
        sample("v2", lines, [flat, flat, flat]),
        Sample {
            known_from: export.trim_end().len(),
            ..sample(
                "export",
                [export, ", ", " ]"],
                [&exported[0], &exported[1], &exported[2]],
            )
        },
        sample("activity", lines, [&activities[0], &activities[1], &activities[2]]),
        sample("bluesky", lines, [bluesky; 3]),
        sample("mastodon", lines, [mastodon; 3]),
        sample(
            "telegram",
            [
                "{\"type\":\"public_channel\",\"id\":7,\"messages\":[\n ",
                ",\n ",
                "]\n}",
            ],
            [&messages[0], &messages[1], &messages[2]],
        ),
        sample("reddit", lines, [reddit; 3]),
        sample("checks", lines, [check; 3]),
        Sample {
            known_from: follows.len(),
            tells: false,
            ..sample("follows", [follows, "", ""], ["1,2\n", "3,4\n", "5,6\n"])
        },
        Sample {
            known_from: "who,what\n".len(),
            tells: false,
            options: &["--mapping", "m.toml"],
            ..sample(
                "csv",
                ["who,what\n", "", ""],
                ["larch,tea\n", "oak,\"fog,\nrain\"\n", "elm,sun\n"],
            )
        },
    ]
}

/// What comes out of the first bytes of something packed, by the unpacker alone.
fn unpacked(reader: impl Read) -> usize {
    let mut reader = reader;
    let mut bytes = 0;
    let mut buffer = [0; 64];
    while let Ok(read @ 1..) = reader.read(&mut buffer) {
        bytes += read;
    }
    bytes
}

struct Container {
    name: &'static str,
    pack: fn(&[u8]) -> Vec<u8>,
    /// How much of the content the first bytes hold.
    holds: fn(&[u8]) -> usize,
    /// Below so many bytes it does not say what it is.
    known_from: usize,
}

const CONTAINERS: [Container; 7] = [
    Container {
        name: "plain",
        pack: <[u8]>::to_vec,
        holds: <[u8]>::len,
        known_from: 0,
    },
    Container {
        name: "gz",
        pack: gzip,
        holds: |bytes| unpacked(flate2::bufread::MultiGzDecoder::new(bytes)),
        known_from: 2,
    },
    Container {
        name: "bz2",
        pack: bzip2,
        holds: |bytes| unpacked(::bzip2::bufread::MultiBzDecoder::new(bytes)),
        known_from: 3,
    },
    Container {
        name: "xz",
        pack: xz,
        holds: |bytes| unpacked(liblzma::bufread::XzDecoder::new_multi_decoder(bytes)),
        known_from: 6,
    },
    Container {
        name: "zst",
        pack: zstd,
        holds: |bytes| unpacked(::zstd::stream::read::Decoder::with_buffer(bytes).unwrap()),
        known_from: 4,
    },
    Container {
        name: "zip",
        pack: |content| zip(&[("a", content)]),
        holds: in_local_file,
        known_from: 4,
    },
    Container {
        name: "tar",
        pack: |content| tar(&[("a", content)]),
        holds: |bytes| bytes.len().saturating_sub(512),
        // Its mark stands behind the name.
        known_from: 262,
    },
];

/// Bytes that the first file of a zip holds, by its local header, since what a zip holds stands at its end.
fn in_local_file(bytes: &[u8]) -> usize {
    let number = |at: usize| {
        bytes
            .get(at..at + 2)
            .map(|two| usize::from(u16::from_le_bytes([two[0], two[1]])))
    };
    let (Some(method), Some(name), Some(extra)) = (number(8), number(26), number(28)) else {
        return 0;
    };
    let Some(content) = bytes.get(30 + name + extra..) else {
        return 0;
    };
    match method {
        8 => unpacked(flate2::bufread::DeflateDecoder::new(content)),
        _ => panic!("the tests pack by deflate"),
    }
}

/// Records read, used and rejected of each file, and whether it breaks off.
fn by_file(ran: &Ran) -> BTreeMap<usize, (i64, i64, i64, bool)> {
    let mut found = BTreeMap::new();
    for entry in ran.table::<LedgerEntries>().rows().unwrap() {
        let length = entry.source.split('/').next().unwrap().parse().unwrap();
        let (read, used, others, broken) = found.entry(length).or_insert((0, 0, 0, false));
        match entry.flow {
            Flow::Read => *read += entry.records,
            Flow::Used => *used += entry.records,
            _ => *others += entry.records,
        }
        *broken |= entry.reason == "file cannot be read to its end";
    }
    found
}

fn try_all(container: &Container, samples: &[Sample]) {
    for sample in samples {
        let what = format!("{} {}", sample.name, container.name);
        let packed = (container.pack)(sample.text.as_bytes());
        let bench = Bench::new();
        bench.put("m.toml", "[posts]\nhandle = \"who\"\ntext = \"what\"\n");
        // A CSV that lost its header ends the run, and says so; see below.
        let needs_header = |length: usize| !sample.tells && (container.holds)(&packed[..length]) < sample.known_from;
        let mut folder = 0;
        for length in 0..=packed.len() {
            if length > 3 && container.name != "plain" || !needs_header(length) {
                bench.put(&format!("d/{length:05}"), &packed[..length]);
                folder += 1;
            }
        }
        let arguments: Vec<&str> = [&["d"], sample.options].concat();
        let ran = bench.ingest(&arguments);
        assert!(ran.status() <= 1, "{what}: {}", ran.stderr());
        let found = by_file(&ran);
        assert_eq!(found.len(), folder, "{what}: {}", ran.stderr());
        let mut broken_off = 0;
        for (length, (read, used, others, broken)) in found {
            let what = format!("{what}, {length} of {} bytes", packed.len());
            assert_eq!(read, used + others, "{what}");
            let whole = length == packed.len();
            let holds = if whole {
                sample.text.len()
            } else {
                (container.holds)(&packed[..length])
            };
            let before = sample.ends.iter().filter(|end| **end <= holds).count() as i64;
            let slack = i64::from(!sample.tells && !whole);
            if length < container.known_from {
                assert_eq!(used, 0, "{what}");
                continue;
            }
            assert!(
                (before..=before + slack).contains(&used),
                "{what}: {used} of {before} records used"
            );
            // Whether a tar lacks but what fills it up cannot always be told.
            let filled_up = container.name == "tar" && length >= 512 + sample.text.len();
            let breaks = match container.name {
                "plain" => sample.breaks && length >= sample.known_from && holds < sample.text.trim_ascii_end().len(),
                _ => !whole,
            };
            broken_off += i64::from(broken);
            if filled_up {
                assert!(!broken || breaks, "{what}");
            } else if container.name != "plain" {
                assert_eq!(broken, breaks, "{what}");
            } else if broken {
                assert!(breaks, "{what}");
            } else if !breaks {
                // A record that was begun is told of, too.
                let last = sample
                    .ends
                    .iter()
                    .rfind(|end| **end <= holds)
                    .copied()
                    .unwrap_or(sample.known_from.min(holds));
                let begun = !sample.text[last..holds].trim_ascii().is_empty() && !sample.breaks;
                let unknown = (1..sample.known_from).contains(&length);
                assert_eq!(read, before + i64::from(begun || unknown), "{what}");
            }
        }
        assert_eq!(ran.status(), i32::from(broken_off > 0), "{what}");
        // Alone, what breaks off is an error, and leaves nothing.
        for length in [packed.len() - 1, packed.len() * 3 / 5, packed.len() / 5] {
            if length < container.known_from.max(512 * usize::from(container.name == "tar")) || needs_header(length) {
                continue;
            }
            let (name, content) = (format!("alone-{length}"), &packed[..length]);
            bench.put(&name, content);
            let arguments: Vec<&str> = [&[&*name, "--force"], sample.options].concat();
            let alone = bench.ingest_to("alone", &arguments, "");
            let is_broken = by_file_of(&ran, length);
            let expected = if is_broken && container.name != "tar" {
                2
            } else {
                i32::from(is_broken)
            };
            if container.name == "tar" {
                assert!(alone.status() <= 2, "{what}, {length}: {}", alone.stderr());
            } else if container.name == "zip" {
                // Of a zip that lost its end the file within may be whole; then there is something to write.
                let told = if is_broken { 1..=2 } else { 0..=0 };
                assert!(told.contains(&alone.status()), "{what}, {length}: {}", alone.stderr());
            } else {
                assert_eq!(alone.status(), expected, "{what}, {length}: {}", alone.stderr());
            }
        }
    }
}

fn by_file_of(ran: &Ran, length: usize) -> bool {
    by_file(ran).get(&length).is_some_and(|(_, _, _, broken)| *broken)
}

macro_rules! containers {
    ($($name:ident $index:literal)+) => {
        $(#[test]
        fn $name() {
            try_all(&CONTAINERS[$index], &samples());
        })+
    };
}
containers! { in_plain_files 0 in_gz 1 in_bz2 2 in_xz 3 in_zst 4 in_zip 5 in_tar 6 }

#[test]
fn a_csv_that_lost_its_header_ends_the_run_and_says_so() {
    let header = "follower_id,followed_id";
    for length in 1..header.len() {
        let ran = Bench::with("x.csv", &header[..length]).ingest(&["x.csv"]);
        assert_eq!(ran.status(), 2, "{length}");
        assert!(ran.stderr().contains("\n  remedy: "), "{}", ran.stderr());
    }
}
