//! What must hold whatever the seed: the world is consistent, and the raw files say what the truth says.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::Value;
use simulate::Simulation;
use simulate::observer::{Entry, Manner};
use simulate::params::Params;
use simulate::people::End;
use simulate::raw::Compress;
use simulate::raw::shelf::Memory;

const MANNER: Manner = Manner {
    format: simulate::raw::Format::V11,
    compress: Compress::None,
    newest: None,
    lookups: simulate::observer::Lookups::Sampled,
};

fn run(seed: u64, scale: f64, change: impl Fn(&mut Params)) -> (Simulation, BTreeMap<String, Vec<u8>>) {
    let mut params = Params::study(seed, scale);
    params.observer.post_share = 0.2;
    change(&mut params);
    let shelf = Memory::default();
    let simulation = simulate::simulate(params, MANNER, 2, &shelf, |_| ()).unwrap();
    (simulation, shelf.files())
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|b| *b == b'\n')
}

/// Moment of a snowflake id, milliseconds since 1970.
fn moment(id: u64) -> i64 {
    i64::try_from(id >> 22).unwrap() + 1_288_834_974_657
}

/// Checks the accounts against themselves: one at a time per person, every return after a removal.
fn lives_are_in_order(simulation: &Simulation) {
    for person in &simulation.world.people {
        for pair in person.accounts.windows(2) {
            let (before, after) = (&simulation.world.accounts[pair[0]], &simulation.world.accounts[pair[1]]);
            let (end, _) = before.end.expect("a returned person's earlier account has ended");
            assert!(end < after.created_ms);
            assert_eq!(before.return_number + 1, after.return_number);
        }
    }
    let ids: BTreeSet<u64> = simulation.world.accounts.iter().map(|a| a.id).collect();
    assert_eq!(ids.len(), simulation.world.accounts.len(), "account ids repeat");
    let mut handles = BTreeSet::new();
    for handle in simulation.world.accounts.iter().flat_map(|a| &a.handles) {
        assert!(handles.insert(&handle.1), "handle {} repeats", handle.1);
    }
}

/// Reads every JSON line back; returns what was found in each file, by the observer's own words.
fn posts_are_sound(simulation: &Simulation, files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<(String, Entry), u64> {
    let by_id: BTreeMap<u64, usize> = simulation
        .world
        .accounts
        .iter()
        .enumerate()
        .map(|(index, account)| (account.id, index))
        .collect();
    let mut found: BTreeMap<(String, Entry), u64> = BTreeMap::new();
    let mut first_seen: BTreeMap<u64, String> = BTreeMap::new();
    let mut statuses: BTreeMap<u64, (i64, u64)> = BTreeMap::new();
    let mut stream: BTreeSet<&[u8]> = BTreeSet::new();
    let mut deleted: BTreeSet<u64> = BTreeSet::new();
    for (name, bytes) in files.iter().filter(|(name, _)| name.starts_with("tweets-stream")) {
        for line in lines(bytes) {
            let mut note = |entry| *found.entry((name.clone(), entry)).or_default() += 1;
            if std::str::from_utf8(line).is_err() {
                note(Entry::Mojibake);
                continue;
            }
            let Ok(value) = serde_json::from_slice::<Value>(line) else {
                note(Entry::Cut);
                continue;
            };
            assert_eq!(value["simulated"], true);
            if let Some(notice) = value.get("delete") {
                deleted.insert(notice["status"]["id"].as_u64().unwrap());
                note(Entry::Deletion);
                continue;
            }
            if value.get("limit").is_some() {
                note(Entry::Limit);
                continue;
            }
            let Some(id) = value["id"].as_u64() else {
                note(Entry::Foreign);
                continue;
            };
            note(Entry::Post);
            stream.insert(line);
            assert_eq!(value["id_str"], id.to_string());
            assert!(
                first_seen.insert(id, whole_text(&value)).is_none(),
                "post id {id} repeats"
            );
            let at = moment(id);
            assert_eq!(value["timestamp_ms"], at.to_string());
            let author = value["user"]["id"].as_u64().unwrap();
            let account = &simulation.world.accounts[by_id[&author]];
            assert!(account.created_ms <= at, "a post before its account");
            assert!(account.end.is_none_or(|(end, _)| at < end), "a post after the end");
            assert!(
                account.protected_ms.is_none_or(|since| at < since),
                "a protected post was collected"
            );
            // Counts of posts only grow, in the order in which they were written.
            let count = value["user"]["statuses_count"].as_u64().unwrap();
            let (last_at, last_count) = statuses.insert(author, (at, count)).unwrap_or((0, 0));
            assert!(last_at <= at && last_count < count);
            spans_fit(&value);
            for nested in ["retweeted_status", "quoted_status"] {
                if let Some(inner) = value.get(nested) {
                    let inner_id = inner["id"].as_u64().unwrap();
                    assert!(inner_id < id, "a post reacts to a later one");
                    assert!(inner["user"]["screen_name"].is_string());
                    spans_fit(inner);
                }
            }
        }
    }
    // The second collection holds the same lines, and some posts that the first missed.
    for line in lines(&files["tweets-overlap.jsonl"]) {
        let entry = if stream.contains(line) {
            Entry::Copy
        } else {
            let value: Value = serde_json::from_slice(line).unwrap();
            let missed = first_seen.insert(value["id"].as_u64().unwrap(), whole_text(&value));
            assert!(missed.is_none(), "a post differs between two collections");
            Entry::Post
        };
        *found.entry(("tweets-overlap.jsonl".to_owned(), entry)).or_default() += 1;
    }
    for line in lines(&files["tweets-refetched.jsonl"]) {
        let value: Value = serde_json::from_slice(line).unwrap();
        let id = value["id"].as_u64().unwrap();
        if value.get("retweeted_status").is_none() {
            assert_eq!(
                first_seen[&id],
                whole_text(&value),
                "a post's text changed between two looks"
            );
        }
        assert!(first_seen.contains_key(&id));
        assert!(!deleted.contains(&id), "a deleted post was fetched again");
        // Whoever was gone or hidden by then is not among them.
        let seen_at = milliseconds(value["observed_at"].as_str().unwrap());
        let author = &simulation.world.accounts[by_id[&value["user"]["id"].as_u64().unwrap()]];
        assert!(author.alive_at(seen_at) && !author.protected_at(seen_at));
        // At six in the evening, one day later or thirty.
        let days = seen_at.div_euclid(86_400_000) - moment(id).div_euclid(86_400_000);
        assert!([1, 30].contains(&days), "fetched again after {days} days");
        *found
            .entry(("tweets-refetched.jsonl".to_owned(), Entry::Refetch))
            .or_default() += 1;
    }
    found
}

fn milliseconds(time: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(time).unwrap().timestamp_millis()
}

fn whole_text(post: &Value) -> String {
    let extended = post.get("extended_tweet").map(|e| &e["full_text"]);
    extended.unwrap_or(&post["text"]).as_str().unwrap().to_owned()
}

/// Entities lie within the text and say what stands there; a cut text carries the whole beside it.
fn spans_fit(post: &Value) {
    let check = |text: &Value, entities: &Value| {
        let chars: Vec<char> = text.as_str().unwrap().chars().collect();
        for mention in entities["user_mentions"].as_array().unwrap() {
            let span = |i: usize| usize::try_from(mention["indices"][i].as_u64().unwrap()).unwrap();
            let there: String = chars[span(0)..span(1)].iter().collect();
            assert_eq!(there, format!("@{}", mention["screen_name"].as_str().unwrap()));
        }
    };
    check(&post["text"], &post["entities"]);
    assert!(post["text"].as_str().unwrap().chars().count() <= 140);
    if let Some(extended) = post.get("extended_tweet") {
        assert_eq!(post["truncated"], true);
        assert!(extended["full_text"].as_str().unwrap().chars().count() > 140);
        check(&extended["full_text"], &extended["entities"]);
    }
}

/// Counts of looked-up accounts and of CSV rows.
fn count_the_rest(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, u64> {
    let rest = |name: &&String| name.starts_with("users-") || name.ends_with(".csv");
    let count = |name: &String| {
        let header = u64::from(name.ends_with(".csv"));
        lines(&files[name]).count() as u64 - header
    };
    files
        .keys()
        .filter(rest)
        .map(|name| (name.clone(), count(name)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_raw_files_say_what_the_truth_says(seed in any::<u64>(), people in 4_u32..120, days in 1_u32..153) {
        let (simulation, files) = run(seed, 0.02, |params| {
            params.people.at_first = people;
            params.period.days = days;
        });
        lives_are_in_order(&simulation);
        let found = posts_are_sound(&simulation, &files);
        let written = &simulation.holdings.written;
        let of_tweets: BTreeMap<_, _> =
            written.iter().filter(|((file, _), _)| file.starts_with("tweets-")).map(|(k, v)| (k.clone(), *v)).collect();
        prop_assert_eq!(&found, &of_tweets);
        for (name, count) in count_the_rest(&files) {
            let told: u64 = written.iter().filter(|((file, _), _)| *file == name).map(|(_, n)| n).sum();
            prop_assert_eq!(count, told, "{}", name);
        }
        let collected: u64 = simulation.holdings.accounts.values().map(|seen| seen.posts).sum();
        let posts: u64 = found.iter().filter(|((_, entry), _)| *entry == Entry::Post).map(|(_, n)| n).sum();
        prop_assert_eq!(collected, posts);
        for (index, seen) in &simulation.holdings.accounts {
            prop_assert!(seen.posts <= simulation.world.deeds[*index as usize].posts);
        }
    }

    #[test]
    fn posts_add_up_and_nothing_follows_the_dead(seed in any::<u64>()) {
        let (simulation, _) = run(seed, 0.03, |params| params.period.days = 60);
        let world = &simulation.world;
        let end = world.midnight(world.params.period.days);
        for (index, account) in world.accounts.iter().enumerate() {
            prop_assert_eq!(account.statuses, world.deeds[index].posts);
            // Ended yesterday or earlier: no edge is left.
            if account.end.is_some_and(|(at, _)| at < end - 86_400_000) {
                prop_assert_eq!(world.graph.follower_count(index), 0);
                prop_assert!(world.graph.following(index).is_empty());
            }
            for follower in world.graph.followers(index) {
                let other = *follower as usize;
                let mutual = u32::try_from(index).unwrap();
                prop_assert!(world.graph.following(other).binary_search(&mutual).is_ok());
            }
        }
    }
}

#[test]
fn ids_and_handles_are_nobody_elses_at_any_size() {
    let world = simulate::world::World::new(Params::study(1, 5.0));
    let ids = world
        .accounts
        .iter()
        .map(|a| a.id)
        .chain(world.outsiders.iter().map(|o| o.id));
    let all = world.accounts.len() + world.outsiders.len();
    assert_eq!(ids.collect::<BTreeSet<u64>>().len(), all);
    let handles = world
        .accounts
        .iter()
        .map(|a| a.handle_at(0))
        .chain(world.outsiders.iter().map(|o| o.handle.as_str()));
    assert_eq!(handles.collect::<BTreeSet<&str>>().len(), all);
}

#[test]
fn without_pressure_nobody_is_removed_and_what_people_are_does_not_change() {
    let (under_pressure, _) = run(5, 0.03, |_| ());
    let (left_alone, _) = run(5, 0.03, |params| {
        params.pressure.routine_hazard = 0.0;
        params.waves.clear();
        params.pressure.stillborn = 0.0;
    });
    let suspended = |s: &Simulation| {
        s.world
            .accounts
            .iter()
            .filter(|a| a.end.is_some_and(|(_, how)| how == End::Suspended))
            .count()
    };
    assert!(suspended(&under_pressure) > 20);
    assert_eq!(suspended(&left_alone), 0);
    // Streams are independent: the same people come on the same days with the same habits.
    assert_eq!(under_pressure.world.people.len(), left_alone.world.people.len());
    for (a, b) in under_pressure.world.people.iter().zip(&left_alone.world.people) {
        assert_eq!(
            (a.name, a.core, a.pace.to_bits(), a.zone),
            (b.name, b.core, b.pace.to_bits(), b.zone)
        );
        let first = |s: &Simulation, p: &simulate::people::Person| s.world.accounts[p.accounts[0]].created_ms;
        assert_eq!(first(&under_pressure, a), first(&left_alone, b));
    }
}

#[test]
fn collecting_more_posts_changes_nothing_that_happens() {
    let (few, few_files) = run(9, 0.02, |params| params.observer.post_share = 0.01);
    let (all, all_files) = run(9, 0.02, |params| params.observer.post_share = 1.0);
    assert_eq!(few.days, all.days);
    assert_eq!(few.world.deeds, all.world.deeds);
    for name in ["roster.csv", "availability.csv", "follows.csv", "users-2015-08.jsonl"] {
        assert_eq!(few_files[name], all_files[name], "{name}");
    }
    let held = |simulation: &Simulation| {
        simulation
            .holdings
            .accounts
            .values()
            .map(|seen| seen.posts)
            .sum::<u64>()
    };
    assert!(held(&all) > 20 * held(&few));
}
