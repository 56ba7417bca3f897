//! The truth tables' numbers against raw files that miss nothing, and against counting by hand.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::collections::BTreeMap;

use serde_json::Value;
use simulate::Simulation;
use simulate::clock::DAY_MS;
use simulate::observer::{Lookups, Manner};
use simulate::params::Params;
use simulate::people::End;
use simulate::raw::Compress;
use simulate::raw::shelf::Memory;
use simulate::truth::values::values;

const SEES_ALL: Manner = Manner {
    format: simulate::raw::Format::V11,
    compress: Compress::None,
    newest: None,
    lookups: Lookups::Daily,
};

/// An observer who misses no post: all are collected, nothing fails, nobody hides.
fn all_seen() -> (Simulation, BTreeMap<String, Vec<u8>>) {
    let mut params = Params::study(31, 0.04);
    params.observer.post_share = 1.0;
    params.observer.unlisted_post_share = 1.0;
    params.observer.stream_outages.clear();
    params.observer.outages.clear();
    params.observer.cut_share = 0.0;
    params.pressure.protection = 0.0;
    params.campaigns.per_day = 1.0;
    let shelf = Memory::default();
    let simulation = simulate::simulate(params, SEES_ALL, 2, &shelf, |_| ()).unwrap();
    (simulation, shelf.files())
}

fn lines<'a>(files: &'a BTreeMap<String, Vec<u8>>, prefix: &'a str) -> impl Iterator<Item = Value> + 'a {
    let named = files.iter().filter(move |(name, _)| name.starts_with(prefix));
    named
        .flat_map(|(_, bytes)| bytes.split(|b| *b == b'\n'))
        .filter_map(|line| serde_json::from_slice(line).ok())
}

#[test]
fn counts_equal_those_of_raw_files_that_miss_nothing() {
    let (simulation, files) = all_seen();
    let world = &simulation.world;
    let by_id: BTreeMap<u64, usize> = world
        .accounts
        .iter()
        .enumerate()
        .map(|(a, account)| (account.id, a))
        .collect();
    let inside = |id: &Value| id.as_u64().is_some_and(|id| by_id.contains_key(&id));
    // By account: posts, then mentions, quotes, replies and reposts to the network and outside.
    let mut counted: BTreeMap<usize, (u64, [[u64; 2]; 4])> = BTreeMap::new();
    let mut at: BTreeMap<u64, i64> = BTreeMap::new();
    for post in lines(&files, "tweets-stream").filter(|post| post["user"].is_object()) {
        let author = by_id[&post["user"]["id"].as_u64().unwrap()];
        at.insert(
            post["id"].as_u64().unwrap(),
            post["timestamp_ms"].as_str().unwrap().parse().unwrap(),
        );
        let (posts, kinds) = counted.entry(author).or_default();
        *posts += 1;
        let mut add = |kind: usize, target: &Value| kinds[kind][usize::from(!inside(target))] += 1;
        if let Some(of) = post.get("retweeted_status") {
            add(3, &of["user"]["id"]);
        } else if let Some(of) = post.get("quoted_status") {
            add(1, &of["user"]["id"]);
        } else if post["in_reply_to_status_id"].is_u64() {
            add(2, &post["in_reply_to_user_id"]);
        } else {
            let whole = post.get("extended_tweet").unwrap_or(&post);
            for mention in whole["entities"]["user_mentions"].as_array().unwrap() {
                add(0, &mention["id"]);
            }
        }
    }
    for (index, page) in simulation.book.pages.iter().enumerate() {
        let (posts, kinds) = counted.remove(&index).unwrap_or_default();
        assert_eq!(world.accounts[index].statuses, posts, "posts of account {index}");
        assert_eq!(u64::from(page.posted[0].posts), posts);
        assert_eq!(page.weeks.iter().map(|n| u64::from(*n)).sum::<u64>(), posts);
        let told = page.addressed.map(|counts| [counts.network, counts.outside]);
        assert_eq!(told, kinds, "interactions of account {index}");
        let seen = simulation
            .holdings
            .accounts
            .get(&(index as u32))
            .copied()
            .unwrap_or_default();
        assert_eq!(seen.posts, posts);
    }
    // Every copy of a campaign was collected, at its moment.
    assert!(simulation.book.copies.len() > 500);
    assert_eq!(
        simulation.holdings.occasions.len(),
        simulation.book.copies.len() + simulation.book.signs.len()
    );
    for copy in &simulation.book.copies {
        assert_eq!(at[&copy.post], copy.at_ms);
    }
}

#[test]
fn what_the_observer_saw_of_each_account_equals_its_files() {
    let (simulation, files) = all_seen();
    let mut lookups: BTreeMap<u64, u64> = BTreeMap::new();
    let mut last = (0, String::new());
    for user in lines(&files, "users") {
        let now = (
            user["id"].as_u64().unwrap(),
            user["observed_at"].as_str().unwrap().to_owned(),
        );
        // A look-up that was stored twice is one.
        if now != last {
            *lookups.entry(now.0).or_default() += 1;
        }
        last = now;
    }
    let mut checks: BTreeMap<u64, (u64, Option<String>)> = BTreeMap::new();
    for row in csv::Reader::from_reader(files["availability.csv"].as_slice()).records() {
        let row = row.unwrap();
        let Ok(id) = row[0].parse::<u64>() else { continue };
        let entry = checks.entry(id).or_default();
        entry.0 += u64::from(&row[3] != "unknown");
        if ["suspended", "deactivated", "not_found"].contains(&&row[3]) {
            entry.1.get_or_insert_with(|| row[2].to_owned());
        }
    }
    for (index, account) in simulation.world.accounts.iter().enumerate() {
        let seen = simulation
            .holdings
            .accounts
            .get(&(index as u32))
            .copied()
            .unwrap_or_default();
        assert_eq!(seen.lookups, lookups.get(&account.id).copied().unwrap_or(0));
        let (checked, gone) = checks.get(&account.id).cloned().unwrap_or_default();
        assert_eq!(seen.checks, checked);
        assert_eq!(seen.gone_ms.map(simulate::clock::rfc3339), gone);
        if let (Some(gone), Some((end, _))) = (seen.gone_ms, account.end) {
            assert!(end <= gone, "seen gone before its end");
        }
    }
}

#[test]
fn rates_are_events_over_account_days() {
    let (simulation, _) = all_seen();
    let world = &simulation.world;
    let values = values(&simulation);
    let key = |measure: &str, group: &str, window: &'static str| (measure.to_owned(), group.to_owned(), window, None);
    for (window, (from, to)) in [("all", (0, 153)), ("quiet", (84, 114))] {
        let (from, to) = (world.midnight(from), world.midnight(to));
        // Account by account, hour by hour would do; the exact overlap is as simple.
        let (mut suspended, mut days) = (0.0, 0.0);
        for account in &world.accounts {
            let end = account.end.map_or(i64::MAX, |(at, _)| at);
            days += ((end.min(to) - account.created_ms.max(from)).max(0)) as f64 / DAY_MS as f64;
            let in_time = account.created_ms < to && (from..to).contains(&end);
            suspended += f64::from(u8::from(
                in_time && account.end.is_some_and(|(_, how)| how == End::Suspended),
            ));
        }
        let (value, unit) = values[&key("suspension.rate", "network", window)];
        assert_eq!(unit, "percent per day");
        assert!((value.unwrap() - 100.0 * suspended / days).abs() < 1e-9);
        let listed = values[&key("suspension.rate", "listed", window)].0.unwrap();
        assert!(listed > 0.0 && listed < 5.0);
    }
    // A series at the end of a day is the state then.
    let day = &simulation.days[100];
    let at = |measure: &str| values[&(measure.to_owned(), "network".to_owned(), "all", Some(day.at_ms))].0;
    let alive: Vec<usize> = (0..world.accounts.len())
        .filter(|a| world.accounts[*a].alive_at(day.at_ms))
        .collect();
    assert_eq!(at("size"), Some(alive.len() as f64));
    let posted: u64 = alive
        .iter()
        .map(|a| u64::from(simulation.book.pages[*a].weeks.iter().sum::<u32>()))
        .sum();
    assert!(posted > 0 && at("tweets_per_day.window.mean").unwrap() > 0.0);
}

#[test]
fn the_chance_of_suspension_is_what_suspensions_come_from() {
    let (simulation, _) = all_seen();
    let values = values(&simulation);
    let chance = |day: usize| {
        let at = Some(simulation.days[day].at_ms);
        values[&("suspension.chance".to_owned(), "listed".to_owned(), "all", at)]
            .0
            .unwrap()
    };
    // From the last day before a wave to its first: by the wave's hazard beside the routine one, of much the same accounts.
    let params = &simulation.world.params;
    let (wave, routine) = (params.waves[0], params.pressure.routine_hazard);
    let first = wave.from_day as usize;
    let (rises, expected) = (chance(first) / chance(first - 1), 1.0 + wave.hazard / routine);
    assert!((rises / expected - 1.0).abs() < 0.1, "{rises} is not {expected}");
    // What came of it: the daily rates, of events that are Poisson's.
    let days = 0..simulation.days.len();
    let mean = days.clone().map(chance).sum::<f64>() / days.len() as f64;
    let key = ("suspension.rate".to_owned(), "listed".to_owned(), "all", None);
    let rate = values[&key].0.unwrap();
    let account_days: f64 = simulation.days.iter().map(|day| day.listed.size as f64).sum();
    let error = 100.0 * (rate / 100.0 / account_days).sqrt();
    assert!(
        (mean - rate).abs() < 4.0 * error,
        "{mean} and {rate}, which errs by {error}"
    );
}

#[test]
fn returns_and_survival_are_told_for_all_who_returned() {
    let (simulation, _) = all_seen();
    let world = &simulation.world;
    let values = values(&simulation);
    let value = |measure: &str, group: &str| values[&(measure.to_owned(), group.to_owned(), "all", None)].0.unwrap();
    let returned = world.people.iter().filter(|person| person.accounts.len() > 1).count();
    assert_eq!(value("returns.persons", "network"), returned as f64);
    let mut gaps: Vec<f64> = Vec::new();
    for person in &world.people {
        for pair in person.accounts.windows(2) {
            let ended = world.accounts[pair[0]].end.unwrap().0;
            gaps.push((world.accounts[pair[1]].created_ms - ended) as f64 / DAY_MS as f64);
        }
    }
    gaps.sort_by(f64::total_cmp);
    let middle = f64::midpoint(gaps[(gaps.len() - 1) / 2], gaps[gaps.len() / 2]);
    assert!((value("returns.gap_days", "network") - middle).abs() < 1e-9);
    // Fewer are alive later.
    let (at_30, at_90) = (
        value("survival.at_30_days", "network"),
        value("survival.at_90_days", "network"),
    );
    assert!(at_90 < at_30 && at_30 < 1.0 && value("survival.median_days", "network") > 0.0);
}
