//! Numbers of lives, persons and pace.

use tables::{Returns, Survival, TableFile, Tests};

use super::{Output, close, mean, middle};
use crate::given::{DAY, STUDY, WINDOWS, World, at, following, name};

#[test]
fn paces() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    for (window, from, to) in WINDOWS {
        let mut paces = Vec::new();
        for account in (0..world.listed).filter(|account| world.on_list_within(*account, from, to)) {
            let mut seen: Vec<(i64, i64)> = world
                .seen
                .iter()
                .filter(|row| row.0 == account && (at(from, 0)..at(to + 1, 0)).contains(&row.1))
                .map(|row| (row.1, row.3))
                .collect();
            seen.sort_unstable();
            if let (Some(first), Some(last)) = (seen.first(), seen.last())
                && last.0 > first.0
            {
                paces.push((last.1 - first.1) as f64 / ((last.0 - first.0) as f64 / DAY as f64));
            }
        }
        close(
            output.value("tweets_per_day.window.mean", "listed", window),
            mean(&paces),
            window,
        );
    }
}

#[test]
fn returns() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    let peak = |account: usize| {
        world
            .seen
            .iter()
            .filter(|row| row.0 == account)
            .map(|row| row.2)
            .max()
            .unwrap() as f64
    };
    let mut ratios = [peak(2) / peak(1), peak(5) / peak(4), peak(6) / peak(4)];
    close(output.value("returns.persons", "everyone", "all"), 2.0, "persons");
    close(output.value("returns.accounts", "everyone", "all"), 3.0, "accounts");
    close(
        output.value("returns.followers_ratio", "listed", "all"),
        middle(&mut ratios),
        "ratio",
    );
    let first = middle(&mut [peak(2) / peak(1), peak(5) / peak(4)]);
    close(
        output.value("returns.followers_ratio", "listed/return_1", "all"),
        first,
        "ratio",
    );
    let second = &output.measures[&("returns.followers_ratio".into(), "listed/return_2".into(), "all".into())];
    assert_eq!(
        (second.0, second.2),
        (None, 1),
        "one person is fewer than the study's smallest group"
    );
    // Ends are seen half a day late, and placed midway between that and the last look that found the account.
    let last_look = |account: usize| world.seen.iter().filter(|row| row.0 == account).map(|row| row.1).max();
    let gap = |before: usize, after: usize| {
        let seen_gone = world.suspended[before]? + DAY / 2;
        Some((2 * world.created[after] - seen_gone - last_look(before)?) as f64 / (2 * DAY) as f64)
    };
    let mut gaps: Vec<f64> = [gap(1, 2), gap(4, 5), gap(5, 6)].into_iter().flatten().collect();
    close(
        output.value("returns.gap_days", "listed", "all"),
        middle(&mut gaps),
        "gap",
    );
}

#[test]
fn suspended_beside_standing() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    for group in ["everyone", "listed"] {
        for (window, from, to) in WINDOWS {
            let (mut suspended, mut standing) = (Vec::new(), Vec::new());
            for account in 0..world.accounts {
                if group == "listed" && !world.on_list_within(account, from, to) {
                    continue;
                }
                let Some((seen, followers, statuses)) = world.newest(account, at(to + 1, 0) - 1) else {
                    continue;
                };
                // Seen gone half a day after the end; placed midway between that and the last look that found it.
                let last = world
                    .seen
                    .iter()
                    .filter(|row| row.0 == account)
                    .map(|row| row.1)
                    .max()
                    .unwrap();
                let end = world.suspended[account].map(|end| last + (end + DAY / 2 - last) / 2);
                let pace = statuses as f64 / ((seen - world.created[account]) as f64 / DAY as f64).max(1.0);
                let numbers = [followers as f64, following(account, seen) as f64, statuses as f64, pace];
                match end {
                    Some(end) if end < at(from, 0) => {}
                    Some(end) if end < at(to + 1, 0) => suspended.push(numbers),
                    _ => standing.push(numbers),
                }
            }
            assert!(
                !suspended.is_empty() && standing.len() > 1,
                "the test would say nothing"
            );
            for (which, name) in ["followers", "following", "statuses", "pace"].iter().enumerate() {
                let of = |rows: &[[f64; 4]]| middle(&mut rows.iter().map(|row| row[which]).collect::<Vec<_>>());
                let (above, below) = (of(&suspended), of(&standing));
                for (what, expected) in [("suspended", above), ("standing", below), ("ratio", above / below)] {
                    let measure = format!("contrast.{name}.{what}");
                    close(output.value(&measure, group, window), expected, &measure);
                }
            }
        }
    }
}

#[test]
fn accounts_of_a_person() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    let batch = TableFile::<Returns>::open(&output.dir()).unwrap().read().unwrap();
    let rows: Vec<_> = batch.rows().unwrap().collect();
    assert_eq!(rows.len(), world.personas.len());
    for (row, (person, number, account)) in rows.iter().zip(&world.personas) {
        assert_eq!(
            (row.person_id, row.return_number, row.account_id),
            (*person, *number, name(*account).as_str())
        );
        let mut seen: Vec<(i64, i64)> = world
            .seen
            .iter()
            .filter(|seen| seen.0 == *account)
            .map(|seen| (seen.1, seen.2))
            .collect();
        seen.sort_unstable();
        assert_eq!(row.followers_peak, seen.iter().map(|seen| seen.1).max());
        assert_eq!(row.followers_last, seen.last().map(|seen| seen.1));
        let created = world.created[*account];
        let one_to_two_weeks_old = created + 7 * DAY..=created + 14 * DAY;
        assert_eq!(
            row.followers_after,
            seen.iter()
                .find(|seen| one_to_two_weeks_old.contains(&seen.0))
                .map(|seen| seen.1)
        );
        assert_eq!(row.created_at.map(|at| at.0), Some(world.created[*account]));
        assert_eq!(
            row.gone_at.map(|at| at.0),
            world.suspended[*account].map(|end| end + DAY / 2)
        );
    }
}

/// Persons whose first account is old when it is first looked at, and whose return is looked at when it is as young as can be.
fn returned_to_less(first_created: i64) -> World {
    let mut world = World::rich();
    world.personas.clear();
    world.seen.clear();
    for (first, person) in [(0, "p1"), (2, "p2"), (4, "p3"), (6, "p4"), (8, "p5")] {
        world.created[first] = at(first_created, 0);
        world.created[first + 1] = at(2, 0);
        world.personas.extend([(person, 0, first), (person, 1, first + 1)]);
        for day in 0..20 {
            // Of the same age the return has half as many followers; the first had fewer still when it was young.
            let grown = |created: i64| 10 * (day - created + 1);
            world.seen.push((first, at(day, 9), grown(first_created), 10));
            if day >= 2 {
                world.seen.push((first + 1, at(day, 9), grown(2) / 2, 10));
            }
        }
    }
    world
}

#[test]
fn followers_some_days_after_creation_are_of_like_ages() {
    let test = |first_created: i64, name: &str| {
        let output = Output::of(&returned_to_less(first_created), STUDY);
        let batch = TableFile::<Tests>::open(&output.dir()).unwrap().read().unwrap();
        let found = batch.rows().unwrap().find(|row| {
            (row.family, row.test, row.group, row.window) == ("returns.signed_rank", name, "everyone", "all")
        });
        let found = found.unwrap();
        (
            found.effect,
            found.n,
            found.method.to_owned(),
            found.reason.map(str::to_owned),
        )
    };
    // Seen from the first day on, both at the age of a week.
    let (effect, n, method, _) = test(0, "followers_after.against_first");
    assert_eq!((effect, n), (Some(0.5), 5), "{method}");
    assert!(
        method.contains("at the first observation 7 to 14 days after it"),
        "{method}"
    );
    assert!(
        method.contains("of first accounts 7.4 days (5 accounts), of later ones 7.4 days (5 accounts)"),
        "{method}"
    );
    // Made long before anybody looked: of what it had at the age of a week nothing is known.
    for name in ["followers_after.against_first", "followers_after.against_previous"] {
        let (effect, n, method, reason) = test(-50, name);
        assert_eq!((effect, n), (None, 0), "{method}");
        assert!(
            method.contains("of first accounts none, of later ones 7.4 days (5 accounts)"),
            "{method}"
        );
        assert!(
            method.contains("5 accounts without an observation at that age"),
            "{method}"
        );
        assert_eq!(reason.as_deref(), Some("fewer than 2 persons with both numbers (0)"));
    }
    // What the first had last is held against the return's at that age, whatever the first's age.
    let (_, n, method, _) = test(-50, "followers_regained.against_first");
    assert_eq!(n, 5, "{method}");
    let (_, _, method, reason) = test(0, "followers_peak.against_first");
    assert!(
        reason.is_none() && !method.contains("some days after creation"),
        "{method}"
    );
}

#[test]
fn a_creation_after_the_first_sign_of_life_is_not_known() {
    let first_look = at(0, 9);
    let with_creation = |created: i64| {
        let mut world = World::rich();
        // On the list all the time, never suspended, and the second account of a person.
        world.created[2] = created;
        Output::of(&world, STUDY)
    };
    let (from_then, ahead) = (with_creation(first_look), with_creation(at(400, 0)));
    for (window, ..) in WINDOWS {
        let key = (
            "tweets_per_day.posts.mean".to_owned(),
            "listed".to_owned(),
            window.to_owned(),
        );
        assert_eq!(ahead.measures[&key].0, from_then.measures[&key].0, "{window}");
        assert!(
            ahead
                .method(&key)
                .contains("1 accounts created after they were first seen, counted from then on")
        );
        assert!(!from_then.method(&key).contains("created after"));
    }
    let paces = |output: &Output| {
        let series = output.series.iter();
        let paces =
            series.filter(|((measure, group, _), _)| measure == "tweets_per_day.posts.mean" && group == "listed");
        paces.map(|(key, point)| (key.2, point.0)).collect::<Vec<_>>()
    };
    assert_eq!(paces(&ahead), paces(&from_then));
    // Nor is a pace over its life, in samples or when last seen, nor a gap before it.
    let key = |measure: &str| (measure.to_owned(), "everyone".to_owned(), "all".to_owned());
    let rows = |output: &Output, measure: &str| output.measures[&key(measure)].2;
    assert_eq!(
        rows(&ahead, "contrast.pace.standing") + 1,
        rows(&from_then, "contrast.pace.standing")
    );
    assert_eq!(
        rows(&ahead, "contrast.followers.standing"),
        rows(&from_then, "contrast.followers.standing")
    );
    let sample = |output: &Output| output.point("tweets_per_day.lifetime.mean", "listed", at(20, 0) - 1).1;
    assert_eq!(sample(&ahead) + 1, sample(&from_then));
    let batch = TableFile::<Returns>::open(&ahead.dir()).unwrap().read().unwrap();
    let row = batch.rows().unwrap().find(|row| row.account_id == name(2)).unwrap();
    assert_eq!(
        (row.created_at, row.gap_days, row.followers_after, row.tweets_per_day),
        (None, None, None, None)
    );
    assert!(row.followers_peak.is_some());
    assert!(
        ahead
            .method(&key("survival.median_days"))
            .contains("1 lives left out: created after it was first seen")
    );
}

/// Survival by the definition: at each end, the share of those under watch just before who did not end.
#[test]
fn survival() {
    let world = World::rich();
    // A smallest group of one, so that the curve begins at birth.
    let output = Output::of(&world, &STUDY.replace("min_group_size = 2", "min_group_size = 1"));
    let batch = TableFile::<Survival>::open(&output.dir()).unwrap().read().unwrap();
    for group in ["everyone", "listed"] {
        let mut lives: Vec<(f64, f64, bool)> = Vec::new();
        for account in 0..world.accounts {
            if group == "listed" && account >= world.listed {
                continue;
            }
            let moments = world.seen.iter().filter(|row| row.0 == account).map(|row| row.1);
            let Some((first, last)) = moments.clone().min().zip(moments.max()) else {
                continue;
            };
            let listed = world
                .stays
                .get(account)
                .and_then(|stay| stay.0)
                .filter(|_| group == "listed");
            let Some(entry) = world.seen_from(account, listed.unwrap_or(first)) else {
                continue;
            };
            let (exit, event) = match world.suspended[account] {
                Some(end) => (last + (end + DAY / 2 - last) / 2, true),
                None => (last, false),
            };
            if entry < exit {
                let age = |moment: i64| (moment - world.created[account]) as f64 / DAY as f64;
                lives.push((age(entry), age(exit), event));
            }
        }
        let mut times: Vec<f64> = lives.iter().map(|life| life.1).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        let rows: Vec<_> = batch.rows().unwrap().filter(|row| row.group == group).collect();
        assert_eq!(rows.len(), times.len());
        assert!(rows.iter().any(|row| row.events > 0), "the test would say nothing");
        let mut standing = 1.0;
        for (row, time) in rows.iter().zip(times) {
            let at_risk = lives.iter().filter(|life| life.0 < time && time <= life.1).count();
            let events = lives.iter().filter(|life| life.1 == time && life.2).count();
            standing *= 1.0 - events as f64 / at_risk as f64;
            assert_eq!(
                (row.time_days, row.at_risk, row.events),
                (Some(time), at_risk as i64, events as i64)
            );
            close(row.survival, standing, "survival");
        }
    }
}
