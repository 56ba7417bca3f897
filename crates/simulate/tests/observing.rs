//! What the observer sees and misses is what the parameters say, and the truth tells of it.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use simulate::Simulation;
use simulate::clock::DAY_MS;
use simulate::observer::{Lookups, Manner};
use simulate::params::Params;
use simulate::raw::shelf::Memory;
use simulate::raw::{Compress, Format};

type Files = BTreeMap<String, Vec<u8>>;

fn run(scale: f64, change: impl Fn(&mut Params)) -> (Simulation, Files) {
    run_as(None, scale, change)
}

fn run_as(newest: Option<usize>, scale: f64, change: impl Fn(&mut Params)) -> (Simulation, Files) {
    let mut params = Params::study(41, scale);
    params.observer.post_share = 0.0;
    change(&mut params);
    let manner = Manner {
        format: Format::V11,
        compress: Compress::None,
        newest,
        lookups: Lookups::Sampled,
    };
    let shelf = Memory::default();
    let simulation = simulate::simulate(params, manner, 2, &shelf, |_| ()).unwrap();
    (simulation, shelf.files())
}

/// A share lies within four standard errors of what it should be.
fn assert_share(what: &str, hits: usize, of: usize, p: f64) {
    let (n, share) = (of as f64, hits as f64 / of as f64);
    let error = (p * (1.0 - p) / n).sqrt();
    assert!(
        (share - p).abs() < 4.0 * error,
        "{what}: {share} of {of} instead of {p}"
    );
}

fn rows(files: &Files, name: &str) -> Vec<csv::StringRecord> {
    let reader = csv::Reader::from_reader(files[name].as_slice());
    reader.into_records().map(Result::unwrap).collect()
}

fn objects(files: &Files, prefix: &str) -> Vec<Value> {
    let of = files.iter().filter(|(name, _)| name.starts_with(prefix));
    of.flat_map(|(_, bytes)| bytes.split(|byte| *byte == b'\n'))
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect()
}

#[test]
fn rosters_cover_delay_and_unlist_as_said() {
    // Nobody is removed in time to matter for listing, and all of whom it can be told are asked for.
    let (simulation, files) = run(1.0, |params| {
        params.observer.roster_coverage = 0.8;
        params.observer.roster_delay_days = 5.0;
    });
    let world = &simulation.world;
    // New accounts that lived for long: whether listed, and after how many days.
    let (from, to) = (world.start_ms + DAY_MS, world.midnight(100));
    let lasting: Vec<usize> = (0..world.accounts.len())
        .filter(|a| {
            let account = &world.accounts[*a];
            let lived = account
                .end
                .is_none_or(|(end, _)| end - account.created_ms > 45 * DAY_MS);
            world.people[account.person].core && lived && (from..to).contains(&account.created_ms)
        })
        .collect();
    let on_main: BTreeMap<usize, i64> = simulation
        .rosters
        .listings
        .iter()
        .filter(|listing| listing.roster == 0)
        .map(|listing| (listing.account, listing.listed_ms))
        .collect();
    let listed = lasting.iter().filter(|a| on_main.contains_key(a)).count();
    assert_share("listed on the main roster", listed, lasting.len(), 0.8);
    let delays = lasting
        .iter()
        .filter_map(|a| Some((on_main.get(a)? - world.accounts[*a].created_ms) as f64 / DAY_MS as f64));
    let delays: Vec<f64> = delays.collect();
    let mean = delays.iter().sum::<f64>() / delays.len() as f64;
    // An exponential delay, 0.2 days at least, and up to the next reading: half a day on average.
    let (expected, error) = (5.0 + 0.2 + 0.5, 5.0 / (delays.len() as f64).sqrt());
    assert!(
        (mean - expected).abs() < 4.0 * error,
        "{mean} days instead of {expected}"
    );
    // Whoever is gone is crossed off, after some days, and not before.
    for listing in simulation.rosters.listings.iter().filter(|l| l.unlisted_ms.is_some()) {
        let (end, _) = world.accounts[listing.account].end.unwrap();
        assert!(listing.unlisted_ms.unwrap() > end.max(listing.listed_ms));
    }
    let with_id = rows(&files, "roster.csv")
        .iter()
        .filter(|row| !row[2].is_empty())
        .count();
    assert_share(
        "listed with their id",
        with_id,
        rows(&files, "roster.csv").len() - 1,
        0.9,
    );
}

#[test]
fn checks_and_lookups_have_gaps_and_outages() {
    let (simulation, files) = run(0.5, |params| params.observer.outages = vec![20, 21]);
    let world = &simulation.world;
    let day = |time: &str| {
        let at = chrono::DateTime::parse_from_rfc3339(time).unwrap().timestamp_millis();
        (at - world.start_ms).div_euclid(DAY_MS)
    };
    let mut checked: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for row in rows(&files, "availability.csv") {
        checked.entry(row[0].to_owned()).or_default().insert(day(&row[2]));
    }
    assert!(checked.values().all(|days| !days.contains(&20) && !days.contains(&21)));
    // An account that is listed and alive is checked every day but for one in a hundred.
    let (mut due, mut done) = (0, 0);
    for listing in simulation
        .rosters
        .listings
        .iter()
        .filter(|l| l.roster == 0 && l.listed_ms < world.midnight(150))
    {
        let account = &world.accounts[listing.account];
        let from = (listing.listed_ms - world.start_ms).div_euclid(DAY_MS) + 1;
        let until = account
            .end
            .map_or(153, |(end, _)| (end - world.start_ms).div_euclid(DAY_MS))
            .min(153);
        let days = checked.get(&account.id.to_string());
        for day in (from.max(0)..until).filter(|day| ![20, 21].contains(day)) {
            due += 1;
            done += usize::from(days.is_some_and(|days| days.contains(&day)));
        }
    }
    assert_share("checks that were made", done, due, 0.99);
    assert!(
        objects(&files, "users")
            .iter()
            .all(|user| ![20, 21].contains(&day(user["observed_at"].as_str().unwrap())))
    );
}

#[test]
fn lists_of_follows_are_of_some_and_no_longer_than_asked_for() {
    let (simulation, files) = run(0.5, |params| {
        params.observer.follow_lists_share = 0.4;
        params.observer.follow_list_most = 30;
    });
    let by_id: BTreeMap<String, usize> = simulation
        .world
        .accounts
        .iter()
        .enumerate()
        .map(|(at, account)| (account.id.to_string(), at))
        .collect();
    let mut lists: BTreeMap<(usize, String, bool), usize> = BTreeMap::new();
    for row in rows(&files, "follows.csv").iter().filter(|row| !row[1].is_empty()) {
        for (owner, followers) in [(&row[1], true), (&row[0], false)] {
            if let Some(at) = by_id.get(owner) {
                *lists.entry((*at, row[2].to_owned(), followers)).or_default() += 1;
            }
        }
    }
    // A follow stands in its owner's list; the other end may have been asked at the same moment only by being the owner.
    let fetched: u64 = simulation
        .holdings
        .accounts
        .values()
        .map(|seen| seen.followers_fetched)
        .sum();
    let longest = lists.values().max().unwrap();
    assert!(
        fetched > 1_000 && *longest <= 30,
        "{fetched} followers, a list of {longest}"
    );
    let watched_on_first: usize = simulation
        .rosters
        .listings
        .iter()
        .filter(|l| l.listed_ms <= simulation.world.midnight(3) + 5 * 3_600_000)
        .map(|l| l.account)
        .collect::<BTreeSet<usize>>()
        .into_iter()
        .filter(|a| simulation.world.accounts[*a].alive_at(simulation.world.midnight(4)))
        .count();
    let fourth_day: BTreeSet<usize> = lists
        .iter()
        // A follow by a watched account of another stands in the other's list alone; five do not by chance.
        .filter(|((_, at, _), n)| at.starts_with("2015-06-04") && **n > 5)
        .map(|((owner, ..), _)| *owner)
        .collect();
    let share = fourth_day.len() as f64 / watched_on_first as f64;
    assert!((0.3..0.5).contains(&share), "lists of {share} of the watched");
}

#[test]
fn a_second_collection_holds_much_of_the_first_and_some_that_it_missed() {
    let (simulation, files) = run(0.1, |params| {
        params.observer.post_share = 0.3;
        params.observer.overlap_share = 0.5;
        params.observer.stream_outages = vec![90];
    });
    let ids = |prefix: &str| -> BTreeSet<u64> {
        objects(&files, prefix)
            .iter()
            .filter_map(|post| post["id"].as_u64())
            .collect()
    };
    let (first, second) = (ids("tweets-stream"), ids("tweets-overlap"));
    let quiet = simulation.world.midnight(84)..simulation.world.midnight(114);
    let moment = |id: u64| i64::try_from(id >> 22).unwrap() + 1_288_834_974_657;
    assert!(second.iter().all(|id| quiet.contains(&moment(*id))));
    let in_window = first.iter().filter(|id| quiet.contains(&moment(**id))).count();
    assert_share("held by both", second.intersection(&first).count(), in_window, 0.5);
    let alone = second.difference(&first).count();
    assert!(alone > 20, "{alone} posts in the second only");
    // On the day on which the first stood still, the second went on.
    let still = simulation.world.midnight(90)..simulation.world.midnight(91);
    assert!(!first.iter().any(|id| still.contains(&moment(*id))));
    assert!(second.iter().any(|id| still.contains(&moment(*id))));
}

#[test]
fn a_line_that_breaks_off_costs_the_post() {
    let (simulation, files) = run(0.02, |params| {
        params.observer.post_share = 1.0;
        params.observer.unlisted_post_share = 1.0;
        params.observer.overlap_share = 0.0;
        params.observer.stream_outages.clear();
        params.observer.cut_share = 0.2;
        params.pressure.protection = 0.0;
    });
    let written: u64 = simulation.world.deeds.iter().map(|deeds| deeds.posts).sum();
    let collected: u64 = simulation.holdings.accounts.values().map(|seen| seen.posts).sum();
    let held = objects(&files, "tweets-stream")
        .iter()
        .filter(|post| post["id"].is_u64())
        .count();
    assert_eq!(held as u64, collected);
    assert_share("posts held", held, usize::try_from(written).unwrap(), 0.8);
}

#[test]
fn signs_of_return_are_written_as_often_as_said_and_known() {
    let (simulation, files) = run(0.25, |params| {
        params.observer.post_share = 0.3;
        params.returns.announced = 0.6;
        params.people.bot_share = 0.0;
    });
    let world = &simulation.world;
    let returned: Vec<u32> = (0..world.accounts.len())
        // Who has three days to speak.
        .filter(|a| {
            let account = &world.accounts[*a];
            let until = account.end.map_or(world.midnight(153), |(end, _)| end);
            account.return_number > 0 && account.posts_from_ms < i64::MAX && until - account.posts_from_ms > 3 * DAY_MS
        })
        .map(|a| a as u32)
        .collect();
    let announced: BTreeSet<u32> = simulation
        .book
        .signs
        .iter()
        .filter(|sign| sign.account == sign.returned)
        .map(|sign| sign.account)
        .collect();
    let spoke = returned.iter().filter(|account| announced.contains(account)).count();
    assert_share("announced", spoke, returned.len(), 0.6);
    let told = simulation
        .book
        .signs
        .iter()
        .filter(|sign| sign.account != sign.returned)
        .count();
    assert!(
        told > returned.len() / 2,
        "{told} shout-outs for {} returns",
        returned.len()
    );
    // A shout-out that was collected names the new account.
    let posts: BTreeMap<u64, Value> = objects(&files, "tweets-stream")
        .into_iter()
        .filter_map(|post| Some((post["id"].as_u64()?, post)))
        .collect();
    let mut seen = 0;
    for sign in simulation
        .book
        .signs
        .iter()
        .filter(|sign| sign.account != sign.returned)
    {
        let Some(post) = posts.get(&sign.post) else { continue };
        seen += 1;
        assert!(simulation.holdings.occasions.binary_search(&sign.post).is_ok());
        let whole = post.get("extended_tweet").unwrap_or(post);
        let names = whole["entities"]["user_mentions"].as_array().unwrap();
        let id = world.accounts[sign.returned as usize].id;
        assert!(names.iter().any(|name| name["id"].as_u64() == Some(id)));
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn the_newest_posts_are_those_of_accounts_that_still_show_them() {
    let (simulation, files) = run_as(Some(5), 0.1, |_| ());
    let by_id: BTreeMap<u64, usize> = simulation
        .world
        .accounts
        .iter()
        .enumerate()
        .map(|(at, account)| (account.id, at))
        .collect();
    let mut at_once: BTreeMap<(u64, String), usize> = BTreeMap::new();
    for post in objects(&files, "tweets-stream")
        .iter()
        .filter(|post| post["id"].is_u64())
    {
        let (author, seen) = (
            post["user"]["id"].as_u64().unwrap(),
            post["observed_at"].as_str().unwrap(),
        );
        let at = chrono::DateTime::parse_from_rfc3339(seen).unwrap().timestamp_millis();
        let account = &simulation.world.accounts[by_id[&author]];
        assert!(account.alive_at(at) && !account.protected_at(at));
        *at_once.entry((author, seen.to_owned())).or_default() += 1;
    }
    assert_eq!(at_once.values().max(), Some(&5));
}
