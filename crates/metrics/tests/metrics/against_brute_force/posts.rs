//! Numbers of posts, their languages and what they hold.

use std::collections::{BTreeMap, BTreeSet};

use tables::{Content, TableFile, TermKind};

use super::{Output, close, middle};
use crate::given::{
    DAY, SAMPLE_DAYS, STUDY, WINDOWS, World, at, detected, held, kind, own_record_dropped, part, tagged,
};

#[test]
fn posts() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    for group in ["everyone", "listed"] {
        let belongs =
            |account: usize, from: i64, to: i64| group == "everyone" || world.on_list_within(account, from, to);
        for (window, from, to) in WINDOWS {
            let mut by_account: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
            for (account, moment) in &world.posts {
                if let Some(moment) = moment.filter(|moment| (at(from, 0)..at(to + 1, 0)).contains(moment))
                    && belongs(*account, from, to)
                {
                    by_account.entry(*account).or_default().push(moment);
                }
            }
            let total: usize = by_account.values().map(Vec::len).sum();
            close(output.value("volume.posts", group, window), total as f64, "posts");
            close(
                output.value("volume.accounts", group, window),
                by_account.len() as f64,
                "accounts",
            );
            close(
                output.value("volume.posts_per_day", group, window),
                total as f64 / (to - from + 1) as f64,
                "posts a day",
            );
            let mut durations: Vec<f64> = by_account
                .values()
                .map(|moments| (moments.iter().max().unwrap() - moments.iter().min().unwrap()) as f64 / DAY as f64)
                .collect();
            close(
                output.value("duration.median_days", group, window),
                middle(&mut durations),
                "duration",
            );
            // In three weeks nobody lasts for 50 days.
            let share = (
                "duration.share_under_50_days".to_owned(),
                group.to_owned(),
                window.to_owned(),
            );
            let (value, _, n, _, reason) = &output.measures[&share];
            assert_eq!((*value, *n), (None, by_account.len() as i64));
            assert_eq!(reason.as_deref(), Some("the window is no longer than 50 days"));
        }
        let week = world.posts.iter().filter(|(account, moment)| {
            belongs(*account, 0, 20) && moment.is_some_and(|moment| (at(7, 0)..at(14, 0)).contains(&moment))
        });
        assert_eq!(
            output.point("volume.posts", group, at(7, 0)).0,
            Some(week.count() as f64)
        );
    }
}

#[test]
fn a_week_that_the_archive_does_not_hold_whole_is_no_week() {
    let mut world = World::rich();
    let held = at(2, 5)..at(16, 7);
    world
        .posts
        .retain(|(_, moment)| moment.is_some_and(|moment| held.contains(&moment)));
    world.posts.extend([(0, Some(at(2, 5))), (0, Some(at(16, 6)))]);
    let output = Output::of(&world, STUDY);
    for measure in ["volume.posts", "volume.accounts"] {
        for group in ["everyone", "listed"] {
            let week = |day: i64| &output.series[&(measure.to_owned(), group.to_owned(), at(day, 0))];
            for (day, days) in [(0, 5), (14, 3)] {
                let (value, n, reason) = week(day);
                assert_eq!((*value, *n), (None, 0));
                assert_eq!(
                    reason.as_deref(),
                    Some(format!("only {days} of the 7 days lie in the archive").as_str())
                );
            }
            assert!(week(7).0.is_some_and(|posts| posts > 0.0));
            // What there is of a window is counted all the same.
            assert!(output.value(measure, group, "all") > week(7).0);
        }
    }
    close(
        output.value("volume.posts_per_day", "everyone", "all"),
        world.posts.len() as f64 / 15.0,
        "posts a day",
    );
}

#[test]
fn what_could_be_read_is_what_the_living_wrote() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    let mut sums = Vec::new();
    for day in SAMPLE_DAYS {
        let then = at(day + 1, 0) - 1;
        let alive = (0..world.listed).filter(|account| world.on_list(*account, then) && world.alive(*account, then));
        let written: Vec<i64> = alive
            .filter_map(|account| Some(world.newest(account, then)?.2))
            .collect();
        let sum = written.iter().sum::<i64>() as f64;
        assert_eq!(
            output.point("volume.available_posts", "listed", then),
            (Some(sum), written.len() as i64)
        );
        sums.push(sum);
    }
    close(
        output.value("volume.available_posts", "listed", "all"),
        sums.iter().sum::<f64>() / 5.0,
        "mean of samples",
    );
    close(
        output.value("volume.available_posts", "listed", "second-week"),
        (sums[1] + sums[2]) / 2.0,
        "mean of samples",
    );
    let mut uncounted = world.clone();
    for (account, moment, ..) in uncounted.seen.drain(..).collect::<Vec<_>>() {
        uncounted.hardly_seen.push((account, Some(moment)));
    }
    let row = &Output::of(&uncounted, STUDY).measures[&(
        "volume.available_posts".to_owned(),
        "listed".to_owned(),
        "all".to_owned(),
    )];
    assert!(row.0.is_none() && row.4.is_some(), "{row:?}");
}

#[test]
fn the_pace_in_the_archive_is_of_posts_with_a_record_of_their_own() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    let collected = |line: i64| part(line) == 0 || own_record_dropped(line);
    let (mut nested, mut told) = (0, 0);
    for day in SAMPLE_DAYS.into_iter().filter(|day| *day >= 7) {
        let end = at(day + 1, 0);
        let members: Vec<usize> = (0..world.listed)
            .filter(|account| world.on_list(*account, end - 1) && world.alive(*account, end - 1))
            .filter(|account| world.posts.iter().any(|(author, at)| author == account && at.is_some()))
            .collect();
        let lately = |(account, moment): &(usize, Option<i64>)| {
            members.contains(account) && moment.is_some_and(|moment| (at(day - 6, 0)..end).contains(&moment))
        };
        let lines = world.posts.iter().zip(1..).filter(|(post, _)| lately(post));
        let (counted, others): (Vec<i64>, Vec<i64>) = lines.map(|(_, line)| line).partition(|line| collected(*line));
        nested += others.len();
        let (value, ..) = output.point("tweets_per_day.posts.mean", "listed", end - 1);
        if value.is_some() {
            told += 1;
            close(value, counted.len() as f64 / (7.0 * members.len() as f64), "pace");
        }
    }
    assert!(nested > 0 && told > 0, "{nested} {told}");
}

/// A post of one's own: account, tag, language detected.
type Own = (usize, Option<&'static str>, Option<&'static str>);

#[test]
fn languages() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    let mut told = BTreeSet::new();
    for group in ["everyone", "listed"] {
        for (window, from, to) in WINDOWS {
            let mut own: Vec<Own> = Vec::new();
            for ((account, moment), line) in world.posts.iter().zip(1..) {
                let inside = moment.is_some_and(|moment| (at(from, 0)..at(to + 1, 0)).contains(&moment));
                let belongs = group == "everyone" || world.on_list_within(*account, from, to);
                if inside && belongs && kind(line) != tables::PostKind::Repost {
                    let tag = tagged(line).filter(|tag| *tag != "und");
                    own.push((*account, tag.map(|tag| &tag[..2]), detected(line)));
                }
            }
            let share = |part: &dyn Fn(&Own) -> Option<bool>| {
                let known: Vec<bool> = own.iter().filter_map(part).collect();
                known.iter().filter(|yes| **yes).count() as f64 / known.len() as f64
            };
            let mut mostly: BTreeMap<usize, i64> = BTreeMap::new();
            for (account, _, detected) in &own {
                if let Some(language) = detected {
                    *mostly.entry(*account).or_default() += if *language == "en" { 1 } else { -1 };
                }
            }
            let english = mostly.values().filter(|balance| **balance > 0).count();
            for (measure, expected) in [
                (
                    "language.english.posts",
                    share(&|row| row.2.map(|language| language == "en")),
                ),
                (
                    "language.english.tagged_posts",
                    share(&|row| row.1.map(|tag| tag == "en")),
                ),
                ("language.english.accounts", english as f64 / mostly.len() as f64),
                ("language.agreement", share(&|row| Some(row.1? == row.2?))),
                ("language.detected", share(&|row| Some(row.2.is_some()))),
            ] {
                close(output.value(measure, group, window), expected, measure);
                told.insert((expected * 1e6) as i64);
            }
        }
    }
    assert!(told.len() > 10, "the test would say little");
}

#[test]
fn content() {
    let mut world = World::rich();
    world.posts.push((3, None));
    let output = Output::of(&world, STUDY);
    let batch = TableFile::<Content>::open(&output.dir()).unwrap().read().unwrap();
    let rows: Vec<tables::ContentTerm<'_>> = batch.rows().unwrap().collect();
    let mut told = 0;
    // Group, name of the span in the table, its days, who belongs.
    type Belongs<'w> = Box<dyn Fn(usize) -> bool + 'w>;
    let mut spans: Vec<(&str, String, i64, i64, Belongs<'_>)> = Vec::new();
    for (window, from, to) in WINDOWS {
        spans.push(("everyone", window.to_owned(), from, to, Box::new(|_| true)));
        let world = &world;
        let listed = move |account| world.on_list_within(account, from, to);
        spans.push(("listed", window.to_owned(), from, to, Box::new(listed)));
    }
    for day in SAMPLE_DAYS {
        let then = at(day + 1, 0) - 1;
        let world = &world;
        let alive = move |account| account < world.listed && world.on_list(account, then) && world.alive(account, then);
        spans.push((
            "listed",
            format!("week to 2015-06-{:02}", day + 1),
            day - 6,
            day,
            Box::new(alive),
        ));
    }
    for (group, span, from, to, belongs) in &spans {
        let inside = |moment: &Option<i64>| moment.is_some_and(|at_| (at(*from, 0)..at(to + 1, 0)).contains(&at_));
        let own: Vec<(usize, i64)> = world
            .posts
            .iter()
            .zip(1..)
            .filter(|((account, moment), line)| {
                inside(moment) && belongs(*account) && kind(*line) != tables::PostKind::Repost
            })
            .map(|((account, _), line)| (*account, line))
            .collect();
        for of in [TermKind::Client, TermKind::Domain, TermKind::Hashtag] {
            let mut uses: BTreeMap<&str, (i64, BTreeSet<usize>)> = BTreeMap::new();
            let mut posts_of_group = 0;
            for (account, line) in &own {
                let Some(terms) = held(*line, of) else { continue };
                posts_of_group += 1;
                for term in terms {
                    let uses = uses.entry(term).or_default();
                    uses.0 += 1;
                    uses.1.insert(*account);
                }
            }
            let mut expected: Vec<(&str, i64, i64, i64)> = uses
                .iter()
                .map(|(term, (posts, accounts))| (*term, *posts, accounts.len() as i64, posts_of_group))
                .collect();
            expected.sort_by_key(|(term, posts, accounts, _)| (-posts, -accounts, *term));
            let found: Vec<(&str, i64, i64, i64)> = rows
                .iter()
                .filter(|row| row.group == *group && row.window == *span && row.kind == of)
                .map(|row| (row.term, row.posts, row.accounts, row.posts_of_group))
                .collect();
            assert_eq!(found, expected, "{group} {span} {of}");
            told += found.len();
            let total: i64 = expected.iter().map(|row| row.1).sum();
            let squares: i64 = expected.iter().map(|row| row.1 * row.1).sum();
            if total > 0 && !span.starts_with("week") {
                let value = |id: &str| output.value(&format!("content.{id}"), group, span);
                let concentration = squares as f64 / (total * total) as f64;
                close(value(&format!("{of}_concentration")), concentration, "concentration");
                close(value(&format!("{of}s")), expected.len() as f64, "distinct");
                if of == TermKind::Client {
                    close(
                        value("top_client_share"),
                        expected[0].1 as f64 / posts_of_group as f64,
                        "top client",
                    );
                    let automated = uses.get("IFTTT").map_or(0, |uses| uses.0);
                    close(
                        value("automation_share"),
                        automated as f64 / posts_of_group as f64,
                        "automation",
                    );
                } else {
                    let with = own
                        .iter()
                        .filter(|(_, line)| held(*line, of).is_some_and(|held| !held.is_empty()));
                    let measure = if of == TermKind::Domain {
                        "link_share"
                    } else {
                        "hashtag_share"
                    };
                    close(value(measure), with.count() as f64 / posts_of_group as f64, measure);
                }
            }
        }
    }
    assert!(told > 60, "the test would say little: {told}");
}
