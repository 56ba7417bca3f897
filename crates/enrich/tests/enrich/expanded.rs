//! The set `expanded`: who is admitted, what is known of them, when they are on its list.

use std::collections::BTreeMap;

use tables::{Follow, Members, Post, PostKind, SetName, State, Stays, Timestamp};
use tempfile::TempDir;

use crate::given::{SAMPLE_DAYS, STUDY, World, account, at, check, enrich, entry, post, sample};

fn follow(from: &'static str, to: &'static str, seen_at: Option<Timestamp>) -> Follow<'static> {
    Follow {
        platform: "twitter",
        follower_id: from,
        followed_id: to,
        observed_at: seen_at,
        source_file: "follows.csv",
        source_line: 0,
        source_part: 0,
    }
}

fn study() -> String {
    format!("{STUDY}[expanded]\nthreshold = 0.5\nhalf_at = 1\n")
}

/// 1 and 2 are listed and follow each other; 3 follows both and is followed by both from day 5 on; 4 is tied to 3 and 1.
fn world() -> World {
    let mut follows = vec![follow("1", "2", Some(at(1, 0))), follow("2", "1", Some(at(1, 0)))];
    for (from, to) in [("1", "3"), ("2", "3"), ("3", "1"), ("3", "2")] {
        follows.push(follow(from, to, Some(at(5, 0))));
    }
    for (from, to) in [("3", "4"), ("1", "4"), ("4", "3"), ("4", "1")] {
        follows.push(follow(from, to, Some(at(5, 0))));
    }
    // A stranger whom one of them follows, and somebody who follows many.
    follows.push(follow("1", "5", Some(at(5, 0))));
    follows.push(follow("6", "1", Some(at(5, 0))));
    let mut follows_many = account("6", at(2, 0));
    follows_many.following = Some(900);
    World {
        accounts: vec![follows_many],
        posts: vec![
            post("1", at(1, 0)),
            post("2", at(1, 0)),
            post("3", at(1, 0)),
            post("1", at(20, 0)),
            post("2", at(20, 0)),
        ],
        checks: vec![check("3", at(18, 0), State::Suspended)],
        roster: vec![entry(Some("1"), None), entry(Some("2"), None)],
        follows,
    }
}

#[test]
fn an_account_looked_up_after_its_follows_were_fetched_is_judged_by_all_that_it_follows_from_the_start() {
    let mut world = world();
    world.checks.clear();
    let admitted = |world: &World| -> Vec<Vec<String>> {
        let found = expanded(world, &study());
        let at = |day| found.iter().filter(move |row| row.0 == sample(day) && row.4 != Some(0));
        [7, 19].map(|day| at(day).map(|row| row.1.clone()).collect()).to_vec()
    };
    assert_eq!(admitted(&world), [["3", "4"], ["3", "4"]]);
    let mut looked_up = account("3", at(9, 0));
    looked_up.following = Some(900);
    world.accounts.push(looked_up);
    assert_eq!(admitted(&world), [["4"], ["4"]]);
    let stderr = world.enriched(Some(&study())).stderr;
    let words = "the newest follow known at a sample is 3 to 15 days old; the expanded set grows";
    assert!(stderr.contains(words), "{stderr}");
}

#[test]
fn follows_without_a_time_are_known_at_the_last_sample_and_a_set_that_is_not_there_says_why() {
    let mut world = world();
    for follow in &mut world.follows {
        follow.observed_at = None;
    }
    let found = expanded(&world, &study());
    let at_last: Vec<(Timestamp, &str)> = found.iter().map(|row| (row.0, row.1.as_str())).collect();
    assert_eq!(at_last, ["1", "2", "4"].map(|id| (sample(19), id)));
    world.checks.clear();
    let admitted: Vec<String> = expanded(&world, &study()).into_iter().map(|row| row.1).collect();
    assert_eq!(admitted, ["1", "2", "3", "4"]);

    let stderr = world.enriched(Some(&study())).stderr;
    assert!(!stderr.contains("there is no expanded set"), "{stderr}");
    let said = |world: &World, why: &str| {
        let stderr = world.enriched(Some(&study())).stderr;
        assert!(
            stderr.contains(&format!("there is no expanded set: {why}\n")),
            "{stderr}"
        );
    };
    let nobody = World {
        roster: Vec::new(),
        ..world.clone()
    };
    said(
        &nobody,
        "nobody is listed at a sample by which a follow or an interaction is known",
    );
    world.follows.clear();
    said(&world, "no follow and no interaction is known by the last sample");
}

type Row = (Timestamp, String, State, bool, Option<i64>, [Option<i64>; 3]);

fn expanded(world: &World, study: &str) -> Vec<Row> {
    let rows = world.enriched(Some(study)).rows::<Members, _>(|row| {
        let kept = (
            row.sample_at,
            row.account_id.to_owned(),
            row.state,
            row.alive,
            row.admitted_in_round,
            [row.ties_in, row.ties_out, row.ties_own],
        );
        (row.set == SetName::Expanded).then_some(kept)
    });
    rows.into_iter().flatten().collect()
}

#[test]
fn who_is_tied_to_the_listed_is_admitted_with_what_was_known_then_and_leaves_when_found_gone() {
    let found = expanded(&world(), &study());
    let row = |day, id: &str, state, alive, round, ties: [i64; 3]| {
        (sample(day), id.to_owned(), state, alive, Some(round), ties.map(Some))
    };
    let (active, unknown) = (State::Active, State::Unknown);
    assert_eq!(
        found,
        [
            // Nothing is known of 3 yet.
            row(3, "1", active, true, 0, [1, 1, 1]),
            row(3, "2", active, true, 0, [1, 1, 1]),
            row(7, "1", active, true, 0, [3, 3, 4]),
            row(7, "2", active, true, 0, [2, 2, 2]),
            row(7, "3", active, true, 1, [3, 3, 3]),
            row(7, "4", unknown, false, 1, [2, 2, 2]),
            // 3 was found suspended. 4 still has its ties to 1.
            row(19, "1", active, true, 0, [2, 2, 4]),
            row(19, "2", active, true, 0, [1, 1, 2]),
            row(19, "4", unknown, false, 1, [1, 1, 2]),
        ]
    );
    let stays = world()
        .enriched(Some(&study()))
        .rows::<Stays, _>(|row| (row.set, row.account_id.to_owned(), row.from_at, row.to_at));
    let stay = |set, id: &str, from, to| (set, id.to_owned(), from, to);
    assert_eq!(
        stays,
        [
            stay(SetName::Expanded, "1", None, None),
            stay(SetName::Expanded, "2", None, None),
            stay(SetName::Expanded, "3", Some(sample(7)), Some(sample(19))),
            stay(SetName::Expanded, "4", Some(sample(7)), None),
            stay(SetName::Listed, "1", None, None),
            stay(SetName::Listed, "2", None, None),
        ]
    );
}

#[test]
fn addressing_ties_as_following_does_and_a_follow_without_a_time_counts_at_the_end() {
    let mut world = world();
    world.follows.truncate(2);
    // Day 7 is a sample's own day.
    for (from, to) in [("1", "3"), ("2", "3"), ("3", "1"), ("3", "2")] {
        world.posts.push(Post {
            kind: PostKind::Reply,
            in_reply_to_account_id: Some(to),
            ..post(from, at(7, 23))
        });
    }
    world.follows.push(follow("1", "4", None));
    world.follows.push(follow("4", "1", None));
    let last = format!("{}\n", study().replace("2015-06-20]", "2015-06-20, 2015-06-21]"));
    let admitted: Vec<(Timestamp, String)> = (expanded(&world, &last).into_iter())
        .filter(|row| row.4 > Some(0))
        .map(|row| (row.0, row.1))
        .collect();
    assert_eq!(admitted, [(sample(7), "3".to_owned()), (sample(20), "4".to_owned())]);
}

#[test]
fn every_row_has_the_newest_observation_and_every_sample_agrees_with_the_stays() {
    let mut world = world();
    for (i, day) in [-3, 2, 7, 8, 15, 25].into_iter().enumerate() {
        for id in ["1", "3", "4"] {
            let mut seen = account(id, at(day, 12));
            seen.followers = Some(i as i64);
            // One was created after it was seen.
            seen.created_at = Some(at(if id == "4" { 30 } else { -100 }, 0));
            world.accounts.push(seen);
        }
    }
    world.accounts.reverse();
    let enriched = world.enriched(Some(&study()));
    let rows = enriched.rows::<Members, _>(|row| {
        let kept = (row.observed_at, row.followers, row.observation_age_days, row.age_days);
        (row.set, row.sample_at, row.account_id.to_owned(), kept)
    });
    let mut on_list: BTreeMap<(SetName, Timestamp), Vec<String>> = BTreeMap::new();
    for (set, sample_at, id, (observed_at, followers, observation_age, age)) in rows {
        let newest = (world.accounts.iter())
            .filter(|row| row.account_id == id && row.observed_at.is_some_and(|at| at <= sample_at))
            .max_by_key(|row| row.observed_at);
        assert_eq!(
            observed_at,
            newest.and_then(|row| row.observed_at),
            "{id} at {sample_at:?}"
        );
        assert_eq!(followers, newest.and_then(|row| row.followers));
        assert_eq!(observation_age, observed_at.map(|seen| sample_at.days_since(seen)));
        let created = newest.and_then(|row| row.created_at);
        let expected = created.zip(observed_at).map(|(created, seen)| seen.days_since(created));
        assert_eq!(age, expected.filter(|age| *age >= 0.0), "no age before creation");
        on_list.entry((set, sample_at)).or_default().push(id);
    }
    let stays = enriched.rows::<Stays, _>(|row| (row.set, row.account_id.to_owned(), row.from_at, row.to_at));
    for set in [SetName::Expanded, SetName::Listed] {
        for day in SAMPLE_DAYS {
            let at = sample(day);
            let holds = |from: &Option<Timestamp>, to: &Option<Timestamp>| {
                from.is_none_or(|from| from <= at) && to.is_none_or(|to| to > at)
            };
            let staying: Vec<String> = (stays.iter())
                .filter(|(of, _, from, to)| *of == set && holds(from, to))
                .map(|(_, id, ..)| id.clone())
                .collect();
            assert_eq!(staying, on_list[&(set, at)], "{set:?} on day {day}");
        }
    }
}

#[test]
fn without_ties_or_without_anybody_listed_there_is_no_expanded_set() {
    let mut untied = world();
    untied.follows.clear();
    assert_eq!(expanded(&untied, &study()), []);
    let mut unlisted = world();
    unlisted.roster.clear();
    assert_eq!(expanded(&unlisted, &study()), []);
    // One member, tied to nobody but itself.
    let mut alone = untied.clone();
    alone.roster.truncate(1);
    alone.follows.push(follow("1", "1", Some(at(1, 0))));
    assert_eq!(expanded(&alone, &study()), []);
    // Samples before any observation: nothing is known by then.
    let early = study().replace("2015-06-04, 2015-06-08, 2015-06-20", "2015-06-01");
    let mut late = world();
    late.follows
        .iter_mut()
        .for_each(|follow| follow.observed_at = Some(at(5, 0)));
    assert_eq!(expanded(&late, &early), []);
}

/// 3 and 4 are admitted on day 7, 4 alone on day 19.
#[test]
fn labels_give_the_precision_of_those_admitted() {
    let input = world().write();
    let work = TempDir::new().unwrap();
    std::fs::write(work.path().join("study.toml"), study()).unwrap();
    let run = |labels: &str| {
        std::fs::write(work.path().join("labels.csv"), labels).unwrap();
        enrich()
            .arg(input.path())
            .args(["--force", "--study"])
            .arg(work.path().join("study.toml"))
            .arg("--labels")
            .arg(work.path().join("labels.csv"))
            .arg("-o")
            .arg(work.path().join("out"))
            .assert()
    };
    let told = |labels: &str| {
        let said = String::from_utf8(run(labels).success().get_output().stderr.clone()).unwrap();
        (
            std::fs::read_to_string(work.path().join("out/precision.csv")).unwrap(),
            said,
        )
    };
    let (table, said) = told("account_id,label\n3,in\n4,out\n9,in\n");
    assert_eq!(
        table,
        "sample_at,k,admitted,labelled,unlabelled,in,precision\n2015-06-08T23:59:59.999Z,2,2,2,0,1,0.5\n\
         2015-06-20T23:59:59.999Z,1,1,1,0,0,0\n"
    );
    assert!(said.contains("by score: 0.00 at 1 (0 of 1 labelled)"), "{said}");
    let (table, said) = told("platform,account_id,label\ntwitter,3,In\nbluesky,4,out\n");
    assert!(
        table.contains("2,2,1,1,1,1\n") && table.ends_with(",1,1,0,1,0,\n"),
        "{table}"
    );
    assert!(said.contains("none at 1, where nothing is labelled"), "{said}");

    for (labels, why) in [
        ("account_id,label\n3,in\n3,out\n", "in lines 2 and 3"),
        (
            "account_id,label\n3,maybe\n",
            "has neither in nor out as label in line 2",
        ),
        ("account_id\n3\n", "lacks the columns label and account_id or handle"),
        ("account_id,handle,label\n,,in\n", "names no account in line 2"),
    ] {
        let said = String::from_utf8(run(labels).code(2).get_output().stderr.clone()).unwrap();
        assert!(said.contains(why) && said.contains("remedy: "), "{said}");
    }
}
