//! Spells: what signs of life and of its end come to.

use tables::{Basis, Post, Spells, State, Timestamp};

use crate::given::{STUDY, World, account, at, check, post};

type Life = (String, [Option<Timestamp>; 4], State, bool, String, Option<String>);

fn spells(world: &World) -> Vec<Life> {
    world.enriched(Some(STUDY)).rows::<Spells, _>(|row| {
        (
            row.account_id.to_owned(),
            [row.created_at, row.entered_at, row.last_alive_at, row.first_gone_at],
            row.end_state,
            row.censored,
            row.alive_basis.to_owned(),
            row.gone_basis.map(str::to_owned),
        )
    })
}

#[test]
fn a_life_goes_from_the_first_sign_of_it_to_the_first_check_after_the_last() {
    let mut seen = account("1", at(1, 0));
    seen.created_at = Some(at(-9, 0));
    let world = World {
        accounts: vec![seen],
        posts: vec![
            post("1", at(5, 3)),
            post("2", at(2, 0)),
            Post {
                posted_at: None,
                ..post("5", at(0, 0))
            },
        ],
        checks: vec![
            check("1", at(4, 0), State::Active),
            check("1", at(6, 0), State::Suspended),
            check("1", at(7, 0), State::Suspended),
            // Found gone, and back: another life.
            check("2", at(3, 0), State::Suspended),
            check("2", at(4, 0), State::Active),
            check("3", at(3, 0), State::NotFound),
            check("4", at(3, 0), State::Unknown),
        ],
        ..World::default()
    };
    let none = [None; 4];
    assert_eq!(
        spells(&world),
        [
            (
                "1".to_owned(),
                [Some(at(-9, 0)), Some(at(1, 0)), Some(at(5, 3)), Some(at(6, 0))],
                State::Suspended,
                false,
                "post".to_owned(),
                Some("check".to_owned()),
            ),
            (
                "2".to_owned(),
                [None, Some(at(2, 0)), Some(at(2, 0)), Some(at(3, 0))],
                State::Suspended,
                false,
                "post".to_owned(),
                Some("check".to_owned()),
            ),
            (
                "2".to_owned(),
                [None, Some(at(4, 0)), Some(at(4, 0)), None],
                State::Active,
                true,
                "check".to_owned(),
                None,
            ),
            (
                "3".to_owned(),
                [None, None, None, Some(at(3, 0))],
                State::NotFound,
                false,
                "none".to_owned(),
                Some("check".to_owned()),
            ),
            ("4".to_owned(), none, State::Active, true, "none".to_owned(), None),
            ("5".to_owned(), none, State::Active, true, "none".to_owned(), None),
        ]
    );
    let stderr = world.enriched(Some(STUDY)).stderr;
    assert!(
        stderr.contains("answered after they had been found gone, and live another spell: 1"),
        "{stderr}"
    );
}

#[test]
fn what_was_fetched_later_is_watched_only_from_then_on() {
    let fetched = |id, written, seen| Post {
        observed_at: Some(seen),
        ..post(id, written)
    };
    let nested = |id, written| Post {
        source_part: 1,
        ..post(id, written)
    };
    // Its profile came with the repost, whose time is all that is known of when.
    let mut carried = account("4", at(6, 0));
    (carried.observed_basis, carried.source_part) = (Basis::Post, 1);
    let world = World {
        accounts: vec![account("2", at(5, 0)), carried],
        posts: vec![
            // Seen as it was written, though fetched again later.
            post("1", at(1, 0)),
            fetched("1", at(2, 0), at(9, 0)),
            // Two of its posts were fetched with its profile on day 5, and one of them once more.
            fetched("2", at(1, 0), at(5, 0)),
            fetched("2", at(3, 0), at(8, 0)),
            // Collected after its last sign of life.
            fetched("3", at(1, 0), at(4, 0)),
            nested("4", at(1, 0)),
            // Nothing tells when it was collected.
            nested("5", at(1, 0)),
        ],
        ..World::default()
    };
    let lives = world.enriched(Some(STUDY)).rows::<Spells, _>(|row| {
        let times = [row.first_alive_at, row.entered_at, row.last_alive_at];
        (row.account_id.to_owned(), times, row.entered_basis.to_owned())
    });
    let life =
        |id: &str, days: [i64; 3], basis: &str| (id.to_owned(), days.map(|day| Some(at(day, 0))), basis.to_owned());
    assert_eq!(
        lives,
        [
            life("1", [1, 1, 2], "post"),
            life("2", [1, 5, 5], "observation"),
            life("3", [1, 4, 1], "post"),
            life("4", [1, 6, 1], "post"),
            life("5", [1, 1, 1], "post"),
        ]
    );
}

#[test]
fn when_its_creation_was_told_stands_with_a_life() {
    let told = |id, seen, created_at| tables::Account {
        created_at,
        ..account(id, seen)
    };
    let mut undated = told("3", at(0, 0), Some(at(-9, 0)));
    (undated.observed_at, undated.observed_basis) = (None, Basis::None);
    let world = World {
        accounts: vec![
            told("1", at(1, 0), None),
            told("1", at(5, 0), Some(at(-9, 0))),
            told("1", at(3, 0), Some(at(-8, 0))),
            // An observation from before the creation that it tells of tells nothing.
            told("2", at(2, 0), Some(at(3, 0))),
            undated,
        ],
        ..World::default()
    };
    let lives = world
        .enriched(Some(STUDY))
        .rows::<Spells, _>(|row| (row.account_id.to_owned(), row.created_at, row.creation_told_at));
    let expected = [
        ("1".to_owned(), Some(at(-9, 0)), Some(at(3, 0))),
        ("2".to_owned(), None, None),
        ("3".to_owned(), Some(at(-9, 0)), None),
    ];
    assert_eq!(lives, expected);
}

#[test]
fn an_account_not_found_first_and_then_suspended_was_suspended_when_it_was_first_not_found() {
    let world = World {
        posts: vec![post("1", at(0, 10))],
        checks: vec![
            check("1", at(2, 6), State::NotFound),
            check("1", at(3, 6), State::Suspended),
            check("1", at(4, 6), State::NotFound),
        ],
        ..World::default()
    };
    let ends = world
        .enriched(Some(STUDY))
        .rows::<Spells, _>(|row| (row.first_gone_at, row.end_state));
    assert_eq!(ends, [(Some(at(2, 6)), State::Suspended)]);
}

#[test]
fn however_often_it_was_found_gone_a_later_post_opens_another_life() {
    let mut world = World {
        posts: vec![
            post("1", at(0, 10)),
            post("1", at(9, 10)),
            post("2", at(0, 10)),
            post("2", at(4, 10)),
        ],
        checks: vec![
            check("1", at(20, 6), State::Suspended),
            // Once, and denied by a post of the next day.
            check("2", at(3, 6), State::Suspended),
        ],
        ..World::default()
    };
    for day in 2..8 {
        world.checks.push(check("1", at(day, 6), State::Suspended));
    }
    let enriched = world.enriched(Some(STUDY));
    let lives = enriched.rows::<Spells, _>(|row| {
        let times = [row.entered_at, row.last_alive_at, row.first_gone_at];
        (
            row.account_id.to_owned(),
            times,
            row.entered_basis.to_owned(),
            row.denied_ends,
        )
    });
    let life =
        |id: &str, from, to, gone, denied| (id.to_owned(), [Some(from), Some(to), gone], "post".to_owned(), denied);
    assert_eq!(
        lives,
        [
            life("1", at(0, 10), at(0, 10), Some(at(2, 6)), 0),
            life("1", at(9, 10), at(9, 10), Some(at(20, 6)), 0),
            life("2", at(0, 10), at(4, 10), None, 1),
        ]
    );
}

#[test]
fn a_post_from_the_future_is_no_sign_of_life_and_does_not_draw_the_study_out() {
    let seen = |posted_at, observed_at| Post {
        observed_at: Some(observed_at),
        ..post("1", posted_at)
    };
    let world = World {
        posts: vec![
            seen(at(0, 10), at(0, 11)),
            // A clock that is some hours wrong is none from the future.
            seen(at(1, 10), at(0, 11)),
            seen(at(12_000, 0), at(0, 11)),
        ],
        checks: vec![
            check("1", at(4, 6), State::Suspended),
            check("1", at(8, 6), State::Suspended),
        ],
        ..World::default()
    };
    let enriched = world.enriched(None);
    let lives = enriched.rows::<Spells, _>(|row| (row.last_alive_at, row.first_gone_at));
    assert_eq!(lives, [(Some(at(1, 10)), Some(at(4, 6)))]);
    for words in [
        "derived one for 2015-06-01 to 2015-06-09",
        "written more than a day after they were collected, taken as without a time: 1\n",
    ] {
        assert!(enriched.stderr.contains(words), "{}", enriched.stderr);
    }
    let posted = enriched.rows::<tables::Posts, _>(|row| row.posted_at);
    assert_eq!(posted[2], Some(at(12_000, 0)), "written as it was read");
}

#[test]
fn a_post_nested_in_a_repost_shows_its_author_alive_when_it_was_written_and_not_when_it_was_passed_on() {
    let mut carried = account("9", at(12, 0));
    carried.observed_basis = Basis::Post;
    carried.source_part = 1;
    let mut carrier = account("8", at(12, 0));
    carrier.observed_basis = Basis::Post;
    let mut nested = post("9", at(2, 0));
    nested.source_part = 1;
    let world = World {
        accounts: vec![carrier, carried],
        posts: vec![nested],
        ..World::default()
    };
    let lives = spells(&world);
    assert_eq!(lives[0].1[2], Some(at(12, 0)), "the author of the carrying post");
    assert_eq!(lives[1].1[2], Some(at(2, 0)), "the nested author");
}
