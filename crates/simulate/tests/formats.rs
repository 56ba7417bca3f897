//! Every format holds what the observer saw, names whom it names where it stands, and has the same bytes at any thread count.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use serde_json::Value;
use simulate::Simulation;
use simulate::observer::{Entry, Lookups, Manner};
use simulate::params::Params;
use simulate::people::End;
use simulate::raw::shelf::Memory;
use simulate::raw::{Compress, Format};

type Files = BTreeMap<String, Vec<u8>>;

fn run(manner: Manner, threads: usize, change: impl Fn(&mut Params)) -> (Simulation, Files) {
    let mut params = Params::study(21, 0.03);
    params.observer.post_share = 0.3;
    change(&mut params);
    let shelf = Memory::default();
    let simulation = simulate::simulate(params, manner, threads, &shelf, |_| ()).unwrap();
    (simulation, shelf.files())
}

fn plain(format: Format) -> Manner {
    Manner {
        format,
        compress: Compress::None,
        ..Manner::default()
    }
}

fn json_lines(bytes: &[u8]) -> Vec<Value> {
    bytes
        .split(|b| *b == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect()
}

/// All entries of some kinds in the files whose names begin so.
fn told(simulation: &Simulation, prefix: &str, kinds: &[Entry]) -> usize {
    let of = simulation.holdings.written.iter();
    let matching = of.filter(|((file, entry), _)| file.starts_with(prefix) && kinds.contains(entry));
    matching.map(|(_, n)| usize::try_from(*n).unwrap()).sum()
}

fn files<'a>(all: &'a Files, prefix: &str) -> Vec<&'a [u8]> {
    all.iter()
        .filter(|(name, _)| name.starts_with(prefix))
        .map(|(_, bytes)| bytes.as_slice())
        .collect()
}

fn characters(text: &str, from: &Value, to: &Value) -> String {
    let (from, to) = (from.as_u64().unwrap() as usize, to.as_u64().unwrap() as usize);
    text.chars().skip(from).take(to - from).collect()
}

#[test]
fn bytes_do_not_depend_on_threads() {
    for format in [Format::V11, Format::V2, Format::Csv, Format::Bluesky] {
        for compress in [Compress::Gz, Compress::Zst, Compress::None] {
            let manner = Manner {
                compress,
                ..plain(format)
            };
            let (_, alone) = run(manner, 1, |_| ());
            for threads in [2, 3] {
                let (_, together) = run(manner, threads, |_| ());
                assert!(alone == together, "{format:?} {compress:?} with {threads} threads");
            }
        }
    }
}

#[test]
fn compressed_files_unpack_to_the_plain_ones() {
    let (_, expected) = run(plain(Format::V11), 2, |_| ());
    for (compress, suffix) in [(Compress::Gz, ".gz"), (Compress::Zst, ".zst")] {
        let manner = Manner {
            compress,
            ..plain(Format::V11)
        };
        let (_, packed) = run(manner, 2, |_| ());
        for (name, bytes) in &expected {
            let packed = packed.get(&format!("{name}{suffix}")).or(packed.get(name)).unwrap();
            let mut unpacked = Vec::new();
            match compress {
                _ if name.ends_with(".csv") => unpacked.clone_from(packed),
                Compress::Gz => {
                    flate2::read::MultiGzDecoder::new(packed.as_slice())
                        .read_to_end(&mut unpacked)
                        .unwrap();
                }
                _ => zstd::stream::copy_decode(packed.as_slice(), &mut unpacked).unwrap(),
            }
            assert!(unpacked == *bytes, "{name}");
        }
    }
}

#[test]
fn version_2_pages_hold_what_was_seen() {
    let (simulation, all) = run(plain(Format::V2), 2, |_| ());
    let (mut posts, mut missing, mut accounts) = (0, 0, 0);
    let refetched = files(&all, "tweets-refetched").into_iter().flat_map(json_lines);
    for page in refetched {
        let data = page["data"].as_array().unwrap();
        assert!(data.len() <= 100 && page["meta"]["result_count"] == data.len());
    }
    for page in files(&all, "tweets-stream").into_iter().flat_map(json_lines) {
        assert_eq!(page["simulated"], true);
        // A stream sends one post at a time, and was there when it was written.
        let data = std::slice::from_ref(&page["data"]);
        assert_eq!(page["data"]["created_at"], page["__twarc"]["retrieved_at"]);
        let listed = |of: &str, key: &str| -> BTreeSet<String> {
            let objects = page["includes"][of].as_array().unwrap();
            objects
                .iter()
                .map(|object| object[key].as_str().unwrap().to_owned())
                .collect()
        };
        let (users, tweets) = (listed("users", "id"), listed("tweets", "id"));
        for tweet in data.iter().chain(page["includes"]["tweets"].as_array().unwrap()) {
            assert!(
                users.contains(tweet["author_id"].as_str().unwrap()),
                "an author is missing"
            );
            let text = tweet["text"].as_str().unwrap();
            for (kind, name, mark) in [
                ("mentions", "username", "@"),
                ("hashtags", "tag", "#"),
                ("urls", "url", ""),
            ] {
                for entity in tweet["entities"][kind].as_array().into_iter().flatten() {
                    let there = characters(text, &entity["start"], &entity["end"]);
                    assert_eq!(there, format!("{mark}{}", entity[name].as_str().unwrap()));
                }
            }
        }
        for tweet in data {
            for reference in tweet["referenced_tweets"].as_array().into_iter().flatten() {
                let carried = tweets.contains(reference["id"].as_str().unwrap());
                assert!(
                    carried || reference["type"] != "retweeted",
                    "a repost without its original"
                );
            }
        }
        posts += data.len();
    }
    for page in files(&all, "users").into_iter().flat_map(json_lines) {
        accounts += page["data"].as_array().unwrap().len();
        missing += page["errors"].as_array().map_or(0, Vec::len);
    }
    assert_eq!(posts, told(&simulation, "tweets-stream", &[Entry::Post]));
    assert_eq!(accounts, told(&simulation, "users", &[Entry::Lookup, Entry::Copy]));
    assert_eq!(missing, told(&simulation, "users", &[Entry::Missing]));
    assert!(missing > 0 && told(&simulation, "tweets", &[Entry::Cut, Entry::Foreign, Entry::Mojibake]) == 0);
}

#[test]
fn csv_rows_hold_what_was_seen() {
    let (simulation, all) = run(plain(Format::Csv), 2, |_| ());
    let rows = |prefix: &str| -> usize {
        let count = |bytes: &[u8]| {
            let mut reader = csv::Reader::from_reader(bytes);
            let widths: BTreeSet<usize> = reader.records().map(|row| row.unwrap().len()).collect();
            assert!(widths.len() <= 1, "rows of different widths");
            csv::Reader::from_reader(bytes).records().count()
        };
        files(&all, prefix).into_iter().map(count).sum()
    };
    assert_eq!(
        rows("tweets-stream"),
        told(&simulation, "tweets-stream", &[Entry::Post])
    );
    assert_eq!(rows("users"), told(&simulation, "users", &[Entry::Lookup, Entry::Copy]));
    assert!(files(&all, "tweets-overlap")[0].starts_with(b"tweetid,userid,"));
}

#[test]
fn bluesky_events_hold_what_was_seen() {
    let (simulation, all) = run(plain(Format::Bluesky), 2, |params| params.pressure.rename = 0.01);
    let world = &simulation.world;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut ended: BTreeMap<String, (i64, String)> = BTreeMap::new();
    let mut before = 0;
    for event in files(&all, "posts-stream").into_iter().flat_map(json_lines) {
        let Some(kind) = event["kind"].as_str() else { continue };
        let (at, did) = (
            event["time_us"].as_i64().unwrap() / 1000,
            event["did"].as_str().unwrap(),
        );
        assert_eq!(did.len(), "did:plc:".len() + 24);
        let note = match kind {
            "commit" => event["commit"]["operation"].as_str().unwrap(),
            other => other,
        };
        *counts.entry(note.to_owned()).or_default() += 1;
        if note != "delete" {
            assert!(before <= at, "events are out of order");
            before = at;
        }
        if kind == "account" {
            let status = event["account"]["status"].as_str().unwrap().to_owned();
            ended.insert(did.to_owned(), (at, status));
        }
        let record = &event["commit"]["record"];
        let text = record["text"].as_str().unwrap_or_default();
        for facet in record["facets"].as_array().into_iter().flatten() {
            let byte = |name: &str| facet["index"][name].as_u64().unwrap() as usize;
            let there = &text[byte("byteStart")..byte("byteEnd")];
            let feature = &facet["features"][0];
            match feature["$type"].as_str().unwrap() {
                "app.bsky.richtext.facet#tag" => assert_eq!(there, format!("#{}", feature["tag"].as_str().unwrap())),
                "app.bsky.richtext.facet#mention" => assert!(there.starts_with('@')),
                _ => assert!(there.starts_with("https://")),
            }
        }
    }
    let stream = |kinds: &[Entry]| told(&simulation, "posts-stream", kinds);
    assert_eq!(counts["create"], stream(&[Entry::Post]));
    assert_eq!(counts["account"] + counts["identity"], stream(&[Entry::Event]));
    assert!(counts["identity"] > 0);
    // Whoever is told to have ended did, at that moment and in that way.
    assert!(ended.len() > 20);
    let by_did: BTreeMap<String, usize> = (0..world.accounts.len())
        .map(|a| (Format::Bluesky.account_id(world.accounts[a].id), a))
        .collect();
    assert_eq!(by_did.len(), world.accounts.len(), "two accounts share a DID");
    for (did, (at, status)) in &ended {
        let (end, how) = world.accounts[by_did[did]].end.unwrap();
        assert_eq!((end, how == End::Suspended), (*at, status == "takendown"));
    }
    let handles: BTreeSet<String> = world
        .accounts
        .iter()
        .flat_map(|account| &account.handles)
        .map(|(_, handle)| Format::Bluesky.handle(handle))
        .collect();
    assert!(
        handles
            .iter()
            .all(|handle| !handle.contains('_') && handle.ends_with(".social.example"))
    );
}

#[test]
fn the_newest_posts_are_taken_at_each_look_up() {
    let manner = Manner {
        newest: Some(3),
        ..plain(Format::V11)
    };
    let (simulation, all) = run(manner, 2, |_| ());
    let mut by_sight: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut ids = BTreeSet::new();
    let mut seen = 0;
    for post in files(&all, "tweets-stream").into_iter().flat_map(json_lines) {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        *by_sight
            .entry((text(&post["user"]["id_str"]), text(&post["observed_at"])))
            .or_default() += 1;
        ids.insert(text(&post["id_str"]));
        seen += 1;
    }
    assert!(by_sight.values().all(|n| *n <= 3) && by_sight.values().any(|n| *n == 3));
    assert_eq!(ids.len(), told(&simulation, "tweets-stream", &[Entry::Post]));
    assert_eq!(seen, told(&simulation, "tweets-stream", &[Entry::Post, Entry::Refetch]));
    let held: u64 = simulation.holdings.accounts.values().map(|seen| seen.posts).sum();
    assert_eq!(held, ids.len() as u64);
}

#[test]
fn daily_look_ups_come_every_day_but_outages() {
    let days = |lookups: Lookups| -> BTreeSet<String> {
        let manner = Manner {
            lookups,
            ..plain(Format::V11)
        };
        let (_, all) = run(manner, 2, |_| ());
        let seen = files(&all, "users").into_iter().flat_map(json_lines);
        seen.map(|user| user["observed_at"].as_str().unwrap()[..10].to_owned())
            .collect()
    };
    let params = Params::study(1, 1.0);
    let all = params.period.days as usize;
    // Nobody is listed before the first reading of the roster, which is early on the first day.
    assert_eq!(days(Lookups::Daily).len(), all - params.observer.outages.len());
    let sampled = days(Lookups::Sampled).len();
    assert!(sampled > all / 3 && sampled < all * 2 / 3, "{sampled} days");
}

#[test]
fn an_outage_of_the_stream_loses_its_days() {
    let (_, all) = run(plain(Format::V11), 2, |params| {
        params.observer.stream_outages = vec![40, 41]
    });
    let days: BTreeSet<i64> = files(&all, "tweets-stream")
        .into_iter()
        .flat_map(json_lines)
        .filter_map(|post| post["timestamp_ms"].as_str()?.parse::<i64>().ok())
        .map(|at| at / 86_400_000 - 16_587)
        .collect();
    // 2015-06-01 is day 16,587 since 1970.
    assert!(days.contains(&39) && !days.contains(&40) && !days.contains(&41) && days.contains(&42));
}
