//! Checks and follows that name accounts by handle; that the order of records does not matter to what handles mean.

use tables::{
    Account, Availability, AvailabilityCheck, Follow, Follows, Interactions, Members, Post, PostKind, Roster, Spells,
    State, Stays, Timestamp,
};

use crate::given::{Enriched, STUDY, World, account, at, check, entry, post};

fn seen_as(id: &'static str, handle: &'static str, at: Timestamp) -> Account<'static> {
    Account {
        handle: Some(handle),
        ..account(id, at)
    }
}

fn follow(from: &'static str, to: &'static str, seen_at: Timestamp) -> Follow<'static> {
    Follow {
        platform: "twitter",
        follower_id: from,
        followed_id: to,
        observed_at: Some(seen_at),
        source_file: "follows.csv",
        source_line: 0,
        source_part: 0,
    }
}

fn checks(enriched: &Enriched) -> Vec<(i64, String, Option<String>, State)> {
    enriched.rows::<Availability, _>(|row| {
        (
            row.source_line,
            row.account_id.to_owned(),
            row.handle.map(str::to_owned),
            row.state,
        )
    })
}

/// First and last life, end and state of each account's spells.
fn lives(enriched: &Enriched) -> Vec<(String, Option<Timestamp>, Option<Timestamp>, State)> {
    enriched.rows::<Spells, _>(|row| {
        (
            row.account_id.to_owned(),
            row.last_alive_at,
            row.first_gone_at,
            row.end_state,
        )
    })
}

#[test]
fn checks_and_follows_by_handle_are_written_with_the_ids_of_the_accounts_that_bore_it() {
    let asked = AvailabilityCheck {
        handle: Some("LAMP"),
        ..check("@lamp", at(2, 0), State::Active)
    };
    let world = World {
        accounts: vec![seen_as("1", "Lamp", at(1, 0)), seen_as("2", "wick", at(1, 0))],
        checks: vec![
            asked,
            check("@lamp", at(6, 0), State::Suspended),
            check("2", at(6, 0), State::Active),
            check("@nobody", at(6, 0), State::NotFound),
        ],
        follows: vec![
            follow("@lamp", "@wick", at(2, 0)),
            follow("2", "@lamp", at(2, 0)),
            follow("1", "@nobody", at(2, 0)),
        ],
        ..World::default()
    };
    let enriched = world.enriched(Some(STUDY));
    let row = |line, id: &str, handle: Option<&str>, state| (line, id.to_owned(), handle.map(str::to_owned), state);
    assert_eq!(
        checks(&enriched),
        [
            row(1, "1", Some("LAMP"), State::Active),
            row(2, "1", Some("lamp"), State::Suspended),
            row(3, "2", None, State::Active),
            row(4, "@nobody", None, State::NotFound),
        ]
    );
    let follows = enriched.rows::<Follows, _>(|row| (row.follower_id.to_owned(), row.followed_id.to_owned()));
    let expected = [("1", "2"), ("2", "1"), ("1", "@nobody")].map(|(from, to)| (from.to_owned(), to.to_owned()));
    assert_eq!(follows, expected);
    for words in [
        "checks by handle that found the account that bore it: 2\n",
        "follows by handle that found the accounts that bore them: 2\n",
    ] {
        assert!(enriched.stderr.contains(words), "{}", enriched.stderr);
    }
}

#[test]
fn authors_known_by_handle_only_are_counted_where_an_account_with_an_id_bore_the_handle() {
    let world = World {
        accounts: vec![seen_as("23", "Oil", at(1, 0))],
        posts: vec![post("@oil", at(2, 0)), post("@lamp", at(2, 0))],
        ..World::default()
    };
    let stderr = world.enriched(Some(STUDY)).stderr;
    let words = "kept apart from the account with an id that was seen under the handle: 1\n";
    assert!(stderr.contains(words), "{stderr}");
}

#[test]
fn tables_that_name_nobody_by_handle_are_carried_as_they_are() {
    let world = World {
        accounts: vec![seen_as("1", "lamp", at(1, 0))],
        checks: vec![
            check("1", at(2, 0), State::Active),
            check("@nobody", at(2, 0), State::Active),
        ],
        follows: vec![follow("1", "2", at(2, 0))],
        ..World::default()
    };
    let input = world.write();
    let enriched = world.enriched(Some(STUDY));
    for name in ["availability.parquet", "follows.parquet"] {
        let bytes = |dir: &std::path::Path| std::fs::read(dir.join(name)).unwrap();
        assert_eq!(bytes(&enriched.dir()), bytes(input.path()), "{name}");
    }
}

#[test]
fn a_check_of_a_handle_given_up_by_then_ends_nothing_and_brings_nobody_back() {
    let world = World {
        accounts: vec![
            seen_as("11", "lamp", at(0, 0)),
            seen_as("11", "wick", at(4, 0)),
            seen_as("11", "wick", at(9, 0)),
            // Only that it was renamed is known.
            seen_as("12", "oil", at(0, 0)),
            seen_as("12", "flame", at(4, 0)),
        ],
        checks: vec![
            check("@lamp", at(5, 0), State::NotFound),
            check("@oil", at(5, 0), State::Suspended),
            check("@oil", at(15, 0), State::Active),
            check("@oil", at(6, 0), State::Renamed),
            check("@flame", at(7, 0), State::Suspended),
        ],
        ..World::default()
    };
    let enriched = world.enriched(Some(STUDY));
    assert_eq!(
        lives(&enriched),
        [
            ("11".to_owned(), Some(at(9, 0)), None, State::Active),
            ("12".to_owned(), Some(at(6, 0)), Some(at(7, 0)), State::Suspended),
        ]
    );
    let ids: Vec<String> = checks(&enriched).into_iter().map(|row| row.1).collect();
    assert_eq!(ids, ["@lamp", "@oil", "@oil", "12", "12"]);
    let words = "checks of a handle that its bearer had given up by then, which say nothing of the account: 3\n";
    assert!(enriched.stderr.contains(words), "{}", enriched.stderr);
}

/// A world in which names change hands, with records enough for their order to matter.
fn handles_in_many_hands() -> World {
    const HANDLES: [&str; 3] = ["Lamp", "wick", "oil"];
    const IDS: [&str; 4] = ["1", "2", "3", "4"];
    const ASKED: [&str; 5] = ["@lamp", "@wick", "@oil", "3", "4"];
    const STATES: [State; 4] = [State::Active, State::Suspended, State::NotFound, State::Renamed];
    let mut world = World::default();
    for i in 0..24_usize {
        let day = (i * 7 % 20) as i64;
        // Each at a time of its own: of two observations at one moment the later line counts.
        let hour = (i % 23) as i64;
        world
            .accounts
            .push(seen_as(IDS[i * 5 % 4], HANDLES[i * 2 % 3], at(day, hour)));
        world.checks.push(AvailabilityCheck {
            handle: (i % 3 == 0).then_some(HANDLES[i % 3]),
            ..check(ASKED[i * 3 % 5], at((i * 11 % 20) as i64, hour), STATES[i * 7 % 4])
        });
        world.posts.push(Post {
            kind: PostKind::Reply,
            handle: Some(HANDLES[i % 2]),
            in_reply_to_handle: Some(HANDLES[i % 3]),
            ..post(IDS[i % 4], at((i * 3 % 20) as i64, 4))
        });
    }
    world.roster = vec![
        entry(None, Some("lamp")),
        entry(None, Some("wick")),
        entry(Some("3"), None),
    ];
    world.follows = vec![follow("@lamp", "@oil", at(3, 0)), follow("@oil", "3", at(9, 0))];
    world
}

/// All that is derived, as text.
fn derived(enriched: &Enriched) -> Vec<Vec<String>> {
    let mut checks = enriched.rows::<Availability, _>(|row| {
        format!(
            "{} {:?} {:?} {:?}",
            row.account_id, row.handle, row.observed_at, row.state
        )
    });
    checks.sort();
    vec![
        enriched.rows::<Spells, _>(|row| format!("{row:?}")),
        enriched.rows::<Members, _>(|row| format!("{row:?}")),
        enriched.rows::<Stays, _>(|row| format!("{row:?}")),
        enriched.rows::<Interactions, _>(|row| format!("{row:?}")),
        enriched.rows::<Roster, _>(|row| format!("{row:?}")),
        checks,
    ]
}

#[test]
fn the_order_of_records_does_not_matter() {
    // The first check is by handle, and only a later one tells who bore it.
    let told_later = |order: [usize; 2]| {
        let told = AvailabilityCheck {
            handle: Some("lampQ"),
            ..check("31", at(4, 0), State::Active)
        };
        let rows = [check("@lampq", at(5, 0), State::Suspended), told];
        World {
            checks: order.map(|place| rows[place].clone()).to_vec(),
            ..World::default()
        }
        .enriched(Some(STUDY))
    };
    assert_eq!(derived(&told_later([0, 1])), derived(&told_later([1, 0])));
    assert_eq!(lives(&told_later([0, 1])).len(), 1);

    let world = handles_in_many_hands();
    let expected = derived(&world.enriched(Some(STUDY)));
    for turn in 1..6 {
        let mut shuffled = world.clone();
        shuffled.accounts.rotate_left(turn * 3 % 24);
        shuffled.posts.rotate_left(turn * 5 % 24);
        shuffled.checks.rotate_left(turn * 7 % 24);
        if turn % 2 == 0 {
            shuffled.accounts.reverse();
            shuffled.checks.reverse();
        } else {
            shuffled.posts.reverse();
        }
        assert_eq!(derived(&shuffled.enriched(Some(STUDY))), expected, "{turn}");
    }
}
