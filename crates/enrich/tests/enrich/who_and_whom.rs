//! Interactions; languages and places on the rows they belong to.

use tables::{Accounts, InteractionKind, Interactions, Members, Post, PostKind, Posts};

use crate::given::{STUDY, World, account, at, entry, post, sample};

#[test]
fn each_way_of_addressing_counts_once_a_post() {
    let base = |id, day| Post {
        kind: PostKind::Reply,
        ..post(id, at(day, 1))
    };
    let world = World {
        posts: vec![
            // A reply names whom it answers; the platform repeats the handle among the mentions. The other mention counts once.
            Post {
                in_reply_to_account_id: Some("2"),
                in_reply_to_handle: Some("Two"),
                mentioned_ids: Some(vec!["2", "3", "3"]),
                mentioned_handles: Some(vec!["Two", "Three", "Three"]),
                ..base("1", 0)
            },
            // Known by handle only: 2 bore it.
            Post {
                in_reply_to_handle: Some("tWO"),
                mentioned_handles: Some(vec!["two", "nobody"]),
                ..base("1", 0)
            },
            // A repost addresses the reposted account alone.
            Post {
                kind: PostKind::Repost,
                reposted_account_id: Some("2"),
                mentioned_ids: Some(vec!["2", "4"]),
                ..base("1", 1)
            },
            // A quoted account that is also named was named by hand.
            Post {
                kind: PostKind::Quote,
                quoted_account_id: Some("3"),
                mentioned_ids: Some(vec!["3"]),
                ..base("1", 1)
            },
            // Oneself.
            Post {
                in_reply_to_account_id: Some("1"),
                ..base("1", 1)
            },
            // An answer to a post of whose author nothing is known addresses nobody.
            Post {
                in_reply_to_post_id: Some("900"),
                ..base("1", 1)
            },
            Post {
                posted_at: None,
                in_reply_to_account_id: Some("2"),
                ..base("1", 1)
            },
        ],
        ..World::default()
    };
    let enriched = world.enriched(Some(STUDY));
    let rows = enriched.rows::<Interactions, _>(|row| {
        (
            row.day,
            row.source.to_owned(),
            row.target.to_owned(),
            row.kind,
            row.count,
        )
    });
    let expected = [
        (0, "2", InteractionKind::Reply, 2),
        (0, "3", InteractionKind::Mention, 1),
        (0, "@nobody", InteractionKind::Mention, 1),
        (1, "1", InteractionKind::Reply, 1),
        (1, "2", InteractionKind::Repost, 1),
        (1, "3", InteractionKind::Mention, 1),
        (1, "3", InteractionKind::Quote, 1),
    ]
    .map(|(day, target, kind, count)| (at(day, 0).day(), "1".to_owned(), target.to_owned(), kind, count));
    assert_eq!(rows, expected);
    assert!(
        enriched.stderr.contains("have no time, left out of interactions: 1"),
        "{}",
        enriched.stderr
    );
}

#[test]
fn when_an_account_was_created_is_known_whichever_record_told_of_it() {
    let mut created = account("1", at(0, 0));
    created.observed_at = None;
    created.created_at = Some(at(-8, 0));
    let mut counted = account("1", at(2, 0));
    counted.statuses = Some(50);
    let mut told_later = account("2", at(2, 0));
    told_later.statuses = Some(30);
    let mut later = account("2", at(9, 0));
    later.created_at = Some(at(-1, 0));
    let mut impossible = account("3", at(2, 0));
    impossible.created_at = Some(at(9_000, 0));
    let world = World {
        accounts: vec![created, counted, told_later, later, impossible],
        roster: ["1", "2", "3"].map(|id| entry(Some(id), None)).to_vec(),
        ..World::default()
    };
    let enriched = world.enriched(Some(STUDY));
    assert_eq!(
        enriched.rows::<Accounts, _>(|row| (row.age_days, row.tweets_per_day)),
        [
            (None, None),
            (Some(10.0), Some(5.0)),
            (Some(3.0), Some(10.0)),
            (Some(10.0), None),
            (None, None),
        ]
    );
    let first: Vec<_> = enriched
        .rows::<Members, _>(|row| (row.sample_at, row.created_at, row.tweets_per_day))
        .into_iter()
        .filter(|row| row.0 == sample(3))
        .collect();
    let row = |created, pace| (sample(3), created, pace);
    assert_eq!(
        first,
        [
            row(Some(at(-8, 0)), Some(5.0)),
            row(Some(at(-1, 0)), Some(10.0)),
            row(None, None),
        ]
    );
}

#[test]
fn language_place_age_and_pace_stand_on_their_rows() {
    let mut shown = account("1", at(2, 0));
    shown.location = Some("Raqqa, Syria");
    shown.created_at = Some(at(-8, 0));
    shown.statuses = Some(50);
    let mut young = account("1", at(-8, 6));
    young.created_at = Some(at(-8, 0));
    young.statuses = Some(3);
    let mut backwards = account("2", at(2, 0));
    backwards.created_at = Some(at(3, 0));
    backwards.statuses = Some(3);
    let mut elsewhere = account("3", at(2, 0));
    elsewhere.source_file = "without-places.csv";
    let english = Post {
        text: Some("the lamp in the small window was still burning when we came home https://example.org @someone"),
        ..post("1", at(2, 0))
    };
    let world = World {
        accounts: vec![shown, young, backwards, elsewhere],
        posts: vec![english, post("2", at(2, 0)), post("3", at(2, 0))],
        roster: ["1", "2", "3"].map(|id| entry(Some(id), None)).to_vec(),
        ..World::default()
    };
    let enriched = world.enriched(Some(STUDY));
    assert_eq!(
        enriched.rows::<Posts, _>(|row| row.detected_lang.map(str::to_owned)),
        [Some("en".to_owned()), None, None]
    );
    assert_eq!(
        enriched.rows::<Accounts, _>(|row| (
            row.location_country.map(str::to_owned),
            row.age_days,
            row.tweets_per_day
        )),
        [
            (Some("SY".to_owned()), Some(10.0), Some(5.0)),
            (None, Some(0.25), Some(3.0)),
            (None, None, None),
            (None, None, None),
        ]
    );
    let members = enriched.rows::<Members, _>(|row| {
        (
            row.sample_at,
            row.account_id.to_owned(),
            row.location_shown,
            row.location_country.map(str::to_owned),
            row.tweets_per_day,
        )
    });
    let at_first: Vec<_> = members.into_iter().filter(|row| row.0 == sample(3)).collect();
    assert_eq!(at_first.len(), 3);
    assert_eq!(
        (at_first[0].2, at_first[0].3.as_deref(), at_first[0].4),
        (Some(true), Some("SY"), Some(5.0))
    );
    assert_eq!(at_first[1].2, Some(false), "others of its file show a place");
    assert_eq!(at_first[2].2, None, "its file shows no places at all");
}
