//! Who is a member at a sample, by the roster or without one, and from when on its life was watched.

use tables::{LedgerEntries, Members, Post, RosterEntry, State};

use crate::given::{STUDY, World, account, at, check, entry, post, sample};

#[test]
fn membership_follows_the_roster_and_the_state_the_signs() {
    let mut created = account("3", at(30, 0));
    created.created_at = Some(at(5, 0));
    let world = World {
        accounts: vec![created],
        posts: vec![
            post("1", at(1, 0)),
            post("2", at(1, 0)),
            post("4", at(0, 0)),
            post("4", at(19, 0)),
        ],
        checks: vec![
            check("1", at(6, 0), State::Suspended),
            check("2", at(7, 0), State::Protected),
        ],
        roster: vec![
            entry(Some("1"), None),
            // On the list exactly at the second sample, off exactly at the third.
            RosterEntry {
                listed_at: Some(sample(7)),
                unlisted_at: Some(sample(19)),
                ..entry(Some("2"), None)
            },
            entry(Some("3"), None),
            // Twice on the list is one member; off it in between.
            RosterEntry {
                unlisted_at: Some(at(5, 0)),
                ..entry(Some("4"), None)
            },
            RosterEntry {
                listed_at: Some(at(10, 0)),
                ..entry(Some("4"), None)
            },
            RosterEntry {
                listed_at: Some(at(3, 0)),
                unlisted_at: Some(at(4, 0)),
                ..entry(Some("4"), None)
            },
        ],
        ..World::default()
    };
    let members = world
        .enriched(Some(STUDY))
        .rows::<Members, _>(|row| (row.sample_at, row.account_id.to_owned(), row.state, row.alive));
    let expected = [
        (3, "1", State::Active, true),
        (3, "3", State::Unknown, false),
        (3, "4", State::Active, true),
        (7, "1", State::Suspended, false),
        (7, "2", State::Protected, true),
        (7, "3", State::Active, true),
        (19, "1", State::Suspended, false),
        (19, "3", State::Active, true),
        (19, "4", State::Active, true),
    ]
    .map(|(day, id, state, alive)| (sample(day), id.to_owned(), state, alive));
    assert_eq!(members, expected);
}

#[test]
fn who_is_listed_is_watched_from_the_first_look_that_finds_it_alive() {
    let fetched = |id, written, seen| Post {
        observed_at: Some(seen),
        ..post(id, written)
    };
    let listed = |id, day| RosterEntry {
        listed_at: Some(at(day, 6)),
        ..entry(Some(id), None)
    };
    let world = World {
        accounts: vec![account("2", at(9, 0))],
        posts: vec![
            post("1", at(1, 0)),
            post("1", at(4, 0)),
            post("1", at(5, 0)),
            // Posts fetched on day 30 tell of those alone who lived until then.
            post("2", at(1, 0)),
            fetched("2", at(4, 0), at(30, 0)),
            post("3", at(1, 0)),
            // Carried by a repost of nobody knows when.
            Post {
                source_part: 1,
                ..post("3", at(3, 12))
            },
            post("4", at(1, 0)),
        ],
        checks: vec![
            // Gone before anybody looked.
            check("3", at(4, 0), State::Suspended),
            check("5", at(3, 6), State::Active),
            check("6", at(2, 0), State::Active),
        ],
        roster: vec![
            listed("1", 3),
            listed("2", 3),
            listed("3", 3),
            entry(Some("4"), None),
            listed("5", 3),
            listed("6", 3),
        ],
        ..World::default()
    };
    let seen = (world.enriched(Some(STUDY))).rows::<tables::Stays, _>(|row| (row.account_id.to_owned(), row.seen_at));
    let expected = [
        ("1", Some(at(4, 0))),
        ("2", Some(at(9, 0))),
        ("3", None),
        ("4", None),
        ("5", Some(at(3, 6))),
        ("6", None),
    ];
    assert_eq!(seen, expected.map(|(id, seen)| (id.to_owned(), seen)));
}

#[test]
fn without_a_roster_everyone_who_posted_is_a_member_from_the_first_sign_of_life_on() {
    let mut nested = post("3", at(1, 0));
    nested.source_part = 1;
    let world = World {
        accounts: vec![account("4", at(1, 0))],
        posts: vec![post("1", at(1, 0)), post("2", at(9, 0)), nested, post("1", at(20, 0))],
        ..World::default()
    };
    let enriched = world.enriched(None);
    assert!(
        enriched.stderr.contains(
            "enrich: no --study given: derived one for 2015-06-02 to 2015-06-21 with 3 samples; listed is every account that \
             posted, since there is no roster"
        ),
        "{}",
        enriched.stderr
    );
    let members = enriched.rows::<Members, _>(|row| (row.sample_at, row.account_id.to_owned()));
    let expected = [(1, "1"), (8, "1"), (15, "1"), (15, "2")].map(|(day, id)| (sample(day), id.to_owned()));
    assert_eq!(members, expected);
    // The derived study gives the same tables when it is given back.
    let text = std::fs::read_to_string(enriched.dir().join("study.toml")).unwrap();
    let again = world.enriched(Some(&text));
    assert_eq!(
        again.rows::<Members, _>(|row| (row.sample_at, row.account_id.to_owned())),
        members
    );
}

#[test]
fn names_on_the_roster_find_their_accounts_and_unknown_ones_are_counted() {
    let seen_as = |id, handle, day| {
        let mut seen = account(id, at(day, 0));
        seen.handle = Some(handle);
        seen
    };
    let mut by_handle_only = post("@wick", at(2, 0));
    by_handle_only.handle = Some("Wick");
    let world = World {
        accounts: vec![seen_as("1", "Lamp", 0), seen_as("2", "LAMP", 10)],
        posts: vec![by_handle_only],
        roster: vec![
            RosterEntry {
                listed_at: Some(at(1, 0)),
                ..entry(None, Some("lAmp"))
            },
            RosterEntry {
                listed_at: Some(at(9, 0)),
                ..entry(None, Some("lamp"))
            },
            entry(None, Some("wick")),
            entry(None, Some("nobody")),
            entry(Some("77"), Some("lamp")),
        ],
        ..World::default()
    };
    let enriched = world.enriched(Some(STUDY));
    let roster = enriched.rows::<tables::Roster, _>(|row| row.account_id.map(str::to_owned));
    let expected = [Some("1"), Some("2"), Some("@wick"), None, Some("77")].map(|id| id.map(str::to_owned));
    assert_eq!(roster, expected);
    let last: Vec<String> = enriched
        .rows::<Members, _>(|row| (row.sample_at, row.account_id.to_owned()))
        .into_iter()
        .filter(|row| row.0 == sample(19))
        .map(|row| row.1)
        .collect();
    assert_eq!(last, ["1", "2", "@wick"]);
    assert!(
        enriched
            .stderr
            .contains("2 skipped (roster name not seen in the data 2)"),
        "{}",
        enriched.stderr
    );
    let skipped = enriched.rows::<LedgerEntries, _>(|row| (row.source.to_owned(), row.reason.to_owned(), row.records));
    assert!(skipped.contains(&("roster".to_owned(), "roster name not seen in the data".to_owned(), 2)));
}

#[test]
fn of_several_rosters_the_studys_own_is_used_and_a_check_by_handle_finds_its_account() {
    let mut seen = account("1", at(0, 0));
    seen.handle = Some("Lamp");
    seen.protected = Some(true);
    let world = World {
        accounts: vec![seen, account("2", at(0, 0))],
        checks: vec![check("@lamp", at(6, 0), State::Suspended)],
        roster: vec![
            entry(Some("1"), None),
            RosterEntry {
                roster: "another",
                ..entry(Some("2"), None)
            },
        ],
        ..World::default()
    };
    let enriched = world.enriched(Some(&format!("{STUDY}sets = {{ roster = 'list' }}\n")));
    let members = enriched.rows::<Members, _>(|row| (row.sample_at, row.account_id.to_owned(), row.state));
    let expected = [(3, State::Protected), (7, State::Suspended), (19, State::Suspended)]
        .map(|(day, state)| (sample(day), "1".to_owned(), state));
    assert_eq!(members, expected);
    assert_eq!(
        enriched.rows::<tables::Roster, _>(|row| row.roster.to_owned()),
        ["list"]
    );
    assert!(
        enriched
            .stderr
            .contains("1 skipped (on a roster that the study does not use 1)"),
        "{}",
        enriched.stderr
    );
}
