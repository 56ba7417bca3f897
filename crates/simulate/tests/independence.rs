//! Streams of chance are independent: a change in one process leaves alone what does not follow from it, account by account and
//! post by post, although all who come later have other places in every list.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use simulate::Simulation;
use simulate::observer::{Lookups, Manner};
use simulate::params::Params;
use simulate::raw::shelf::Memory;
use simulate::raw::{Compress, Format};

type Files = BTreeMap<String, Vec<u8>>;

/// A world in which nobody's removal depends on followers, and one process changed.
fn run(change: impl Fn(&mut Params)) -> (Simulation, Files) {
    let mut params = Params::study(17, 0.1);
    params.observer.post_share = 0.3;
    params.pressure.by_followers = 0.0;
    params.period.days = 90;
    change(&mut params);
    let manner = Manner {
        format: Format::V11,
        compress: Compress::None,
        newest: None,
        lookups: Lookups::Daily,
    };
    let shelf = Memory::default();
    let simulation = simulate::simulate(params, manner, 2, &shelf, |_| ()).unwrap();
    (simulation, shelf.files())
}

/// Accounts by their ids, which are made of person and moment and so are the same in both worlds: when and how each ended, its pace,
/// its protection.
fn lives(simulation: &Simulation) -> BTreeMap<u64, String> {
    let accounts = simulation.world.accounts.iter();
    accounts
        .map(|a| {
            (
                a.id,
                format!("{:?} {:?} {} {:?}", a.end, a.protected_ms, a.pace, a.location),
            )
        })
        .collect()
}

/// Rows of a CSV by account id, cut to what is not a matter of when a batch had its turn.
fn rows(files: &Files, name: &str, id: usize, keep: &[usize]) -> BTreeMap<String, Vec<String>> {
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in csv::Reader::from_reader(files[name].as_slice()).records() {
        let row = row.unwrap();
        if row[id].is_empty() {
            continue;
        }
        let day = |at: usize| row[at].get(..10).unwrap_or(&row[at]).to_owned();
        let kept: Vec<String> = keep.iter().map(|at| day(*at)).collect();
        rows.entry(row[id].to_owned()).or_default().push(kept.join(","));
    }
    rows
}

/// Texts of collected posts that turn to nobody, by post id.
fn texts(files: &Files) -> BTreeMap<u64, String> {
    let streams = files.iter().filter(|(name, _)| name.starts_with("tweets-stream"));
    let posts = streams
        .flat_map(|(_, bytes)| bytes.split(|byte| *byte == b'\n'))
        .filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let alone = |post: &Value| {
        let named = post["entities"]["user_mentions"]
            .as_array()
            .is_some_and(|list| !list.is_empty());
        post["id"].is_u64() && !named && post.get("quoted_status").is_none() && post["in_reply_to_user_id"].is_null()
    };
    posts
        .filter(alone)
        .map(|post| (post["id"].as_u64().unwrap(), post["text"].as_str().unwrap().to_owned()))
        .collect()
}

/// What both know of, and in what share of it they agree.
fn agreement<K: Ord, V: PartialEq>(a: &BTreeMap<K, V>, b: &BTreeMap<K, V>) -> (usize, f64) {
    let both: Vec<bool> = a.iter().filter_map(|(key, value)| Some(b.get(key)? == value)).collect();
    let same = both.iter().filter(|same| **same).count();
    (both.len(), same as f64 / both.len() as f64)
}

#[test]
fn fewer_returns_leave_everybody_else_alone() {
    let (all, all_files) = run(|_| ());
    let (fewer, fewer_files) = run(|params| params.returns.stubbornness_kept_per_return = 0.3);
    let (lives_all, lives_fewer) = (lives(&all), lives(&fewer));
    assert!(lives_fewer.len() + 40 < lives_all.len());
    assert!(
        lives_fewer.keys().all(|id| lives_all.contains_key(id)),
        "somebody is somebody else"
    );
    let place = |simulation: &Simulation, id: u64| simulation.world.accounts.iter().position(|a| a.id == id);
    let moved = lives_fewer
        .keys()
        .filter(|id| place(&all, **id) != place(&fewer, **id))
        .count();
    assert!(
        moved > 100,
        "only {moved} accounts have another place: this would show nothing"
    );
    assert_eq!(agreement(&lives_all, &lives_fewer), (lives_fewer.len(), 1.0));

    // Who is listed when, with id or without.
    let roster = |files: &Files| rows(files, "roster.csv", 2, &[0, 3, 4]);
    let (listed, same) = agreement(&roster(&all_files), &roster(&fewer_files));
    assert!(listed > 150 && same == 1.0, "roster: {same} of {listed}");
    // Which checks failed or found what; times within the day are those of the batches.
    let checks = |files: &Files| -> BTreeMap<(String, String), String> {
        let by_account = rows(files, "availability.csv", 0, &[2, 3]);
        let checks = by_account
            .iter()
            .flat_map(|(id, checks)| checks.iter().map(move |check| (id, check)));
        let split = |(id, check): (&String, &String)| {
            let (day, state) = check.split_once(',').unwrap();
            ((id.clone(), day.to_owned()), state.to_owned())
        };
        checks.map(split).collect()
    };
    let (checked, same) = agreement(&checks(&all_files), &checks(&fewer_files));
    assert!(checked > 5_000 && same > 0.999, "checks: {same} of {checked}");
    let (roster_checks, other_checks) = (checks(&all_files), checks(&fewer_files));
    let listed = roster(&fewer_files);
    let of_listed = other_checks.keys().filter(|(id, _)| listed.contains_key(id));
    let missed = of_listed.filter(|key| !roster_checks.contains_key(*key)).count();
    assert!(missed < checked / 200, "{missed} checks failed in one world only");

    // What is written when, in which words.
    let (texts_all, texts_fewer) = (texts(&all_files), texts(&fewer_files));
    let (written, same) = agreement(&texts_all, &texts_fewer);
    // Who joins a campaign is drawn from those who are there, so that some copies of it are edited otherwise.
    assert!(written > 5_000 && same > 0.998, "texts: {same} of {written}");
    let lost = texts_fewer.keys().filter(|id| !texts_all.contains_key(id)).count();
    assert!(
        lost < texts_fewer.len() / 20,
        "{lost} of {} posts are others",
        texts_fewer.len()
    );
}

#[test]
fn one_follow_more_or_less_does_not_redraw_the_rest() {
    let (all, _) = run(|params| params.period.days = 45);
    let (fewer, _) = run(|params| {
        params.period.days = 45;
        params.returns.stubbornness_kept_per_return = 0.3;
    });
    let followers = |simulation: &Simulation| -> BTreeMap<u64, BTreeSet<u64>> {
        let id = |account: u32| simulation.world.accounts[account as usize].id;
        let accounts = simulation.world.accounts.iter().enumerate();
        accounts
            .map(|(index, account)| {
                (
                    account.id,
                    simulation.world.graph.followers(index).iter().map(|f| id(*f)).collect(),
                )
            })
            .collect()
    };
    let (all, fewer) = (followers(&all), followers(&fewer));
    let (mut shared, mut either) = (0, 0);
    for (id, set) in &fewer {
        shared += all[id].intersection(set).count();
        either += all[id].union(set).count();
    }
    // Were followers drawn by place among the living, about a sixth would be shared by chance.
    let share = shared as f64 / f64::from(u32::try_from(either).unwrap());
    assert!(
        either > 2_000 && share > 0.6,
        "{share} of {either} follows are the same"
    );
}

#[test]
fn what_a_return_keeps_changes_no_life_and_no_first_account() {
    let (kept, _) = run(|params| params.period.days = 40);
    let (changed, _) = run(|params| {
        params.period.days = 40;
        params.returns.handle_kept = 0.0;
        params.returns.name_kept = 0.0;
        params.returns.bio_kept = 0.0;
    });
    assert_eq!(lives(&kept), lives(&changed));
    let (mut firsts, mut returns, mut other) = (0, 0, 0);
    for (one, two) in kept.world.accounts.iter().zip(&changed.world.accounts) {
        let words = one.handle_words == two.handle_words;
        if one.return_number == 0 {
            firsts += 1;
            assert!(words && one.name == two.name && one.description == two.description);
        } else {
            returns += 1;
            other += i32::from(!words && one.name != two.name);
        }
        assert_eq!(one.avatar, two.avatar);
    }
    // Of 2,400 pairs of words, the same ones come up once in a while.
    assert!(
        firsts > 100 && returns > 10 && f64::from(other) > 0.95 * f64::from(returns),
        "{other} of {returns}"
    );
}

#[test]
fn the_observer_changes_nothing_that_happens() {
    let (few, _) = run(|params| params.period.days = 40);
    for change in [
        (|params: &mut Params| params.observer.follow_lists_share = 0.9) as fn(&mut Params),
        |params| params.observer.outages = vec![1, 2, 3],
        |params| params.observer.overlap_share = 0.9,
        |params| params.observer.cut_share = 0.5,
        |params| params.campaigns.per_day = 0.0,
    ] {
        let (other, _) = run(|params| {
            params.period.days = 40;
            change(params);
        });
        assert_eq!(lives(&few), lives(&other));
        assert_eq!(few.rosters.listings, other.rosters.listings);
    }
}

#[test]
fn no_thread_count_shows_in_any_file() {
    // More accounts than one thread takes at a time.
    let files = |threads| {
        let mut params = Params::study(23, 0.3);
        params.period.days = 25;
        let shelf = Memory::default();
        let simulation = simulate::simulate(params, Manner::default(), threads, &shelf, |_| ()).unwrap();
        assert!(simulation.world.accounts.len() > 500);
        (shelf.files(), simulation.days)
    };
    let alone = files(1);
    assert!(files(2) == alone && files(3) == alone && files(7) == alone);
}
