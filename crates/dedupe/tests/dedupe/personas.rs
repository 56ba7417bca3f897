//! The hand-checked table of people who came back.

use tables::{Flow, Personas, RosterEntry, State};

use crate::archive::{AT, Archive, Ran, account, check, post, refused, run};

/// Four accounts by id and handle, one known by handle only, one known from a check only, one from the roster only.
fn archive() -> Archive {
    let mut mentions = post("1", 1);
    (mentions.in_reply_to_account_id, mentions.in_reply_to_handle) = (Some("14"), Some("Pebble"));
    let mut by_handle = post("2", 2);
    by_handle.account_id = "@sand";
    Archive {
        posts: vec![mentions, by_handle],
        accounts: vec![
            account("11", Some("Stone"), 1),
            account("12", Some("stone_2"), 2),
            account("13", Some("river"), 3),
            account("15", Some("river"), 4),
            account("15", Some("lake"), 5),
        ],
        availability: vec![check("16", AT, State::Suspended, 1)],
        roster: vec![RosterEntry {
            roster: "list",
            platform: "twitter",
            account_id: None,
            handle: Some("Gravel"),
            listed_at: None,
            unlisted_at: None,
            source_file: "roster.csv",
            source_line: 1,
            source_part: 0,
        }],
        ..Archive::default()
    }
}

/// Person, return number, account, predecessor, probability.
type Link = (String, i64, String, Option<String>, Option<f64>);

fn chains(ran: &Ran) -> Vec<Link> {
    let batch = ran.read::<Personas>();
    batch
        .rows()
        .unwrap()
        .inspect(|row| assert_eq!((row.platform, row.method), ("twitter", "hand-checked")))
        .map(|row| {
            (
                row.persona_id.to_owned(),
                row.return_number,
                row.account_id.to_owned(),
                row.predecessor.map(str::to_owned),
                row.match_probability,
            )
        })
        .collect()
}

fn link(person: &str, number: i64, account: &str, predecessor: Option<&str>) -> Link {
    let probability = (number > 0).then_some(1.0);
    (
        person.to_owned(),
        number,
        account.to_owned(),
        predecessor.map(str::to_owned),
        probability,
    )
}

#[test]
fn chains_by_id_and_by_handle_in_any_order_of_lines() {
    let table = "handle,account_id,person_id,return_number\n\
                 @STONE_2,,p1,1\nstone,,p1,0\npebble,14,p1,2\n,16,p2,0\nsand,,p3,0\ngravel,,p3,1\nlake,,p4,0\n";
    let ran = run(&archive(), Some(table));
    assert_eq!(
        chains(&ran),
        [
            link("p1", 0, "11", None),
            link("p1", 1, "12", Some("11")),
            link("p1", 2, "14", Some("12")),
            link("p2", 0, "16", None),
            link("p3", 0, "@sand", None),
            link("p3", 1, "@gravel", Some("@sand")),
            link("p4", 0, "15", None),
        ]
    );
    assert_eq!(ran.records("people.csv", Flow::Read), 7);
    assert_eq!(ran.records("people.csv", Flow::Used), 7);
}

#[test]
fn an_account_that_the_data_does_not_know_is_counted_and_leaves_its_number_free() {
    let table =
        "account_id,handle,person_id,return_number\n11,,p1,0\n99,,p1,1\n12,,p1,2\n13,,p2,0\n,nobody,p2,1\n14,,p2,2\n";
    let ran = run(&archive(), Some(table));
    assert_eq!(
        chains(&ran),
        [
            link("p1", 0, "11", None),
            // The account between is not in the data, but the table says which it was.
            link("p1", 2, "12", Some("99")),
            link("p2", 0, "13", None),
            link("p2", 2, "14", None),
        ]
    );
    assert_eq!(ran.records("people.csv", Flow::Skipped), 2);
    assert!(
        ran.stderr.contains("2 skipped (account not in the data 2)"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_note_is_kept_as_evidence() {
    let table = "account_id,person_id,return_number,note\n11,p1,0,\n12,p1,1,\"said so, \"\"again\"\"\"\n";
    let ran = run(&archive(), Some(table));
    let batch = ran.read::<Personas>();
    let evidence: Vec<Option<&str>> = batch.rows().unwrap().map(|row| row.evidence).collect();
    assert_eq!(evidence, [None, Some(r#"{"note":"said so, \"again\""}"#)]);
}

#[test]
fn a_header_alone_is_a_table_of_nobody() {
    let ran = run(&archive(), Some("account_id,person_id,return_number\r\n"));
    assert!(chains(&ran).is_empty());
    assert_eq!(
        ran.ledger()
            .iter()
            .filter(|(source, ..)| source == "people.csv")
            .count(),
        2
    );
}

#[test]
fn a_chain_of_two_hundred_returns() {
    let ids: Vec<&'static str> = (0..201).map(|i| &*format!("a{i}").leak()).collect();
    let accounts = (1..).zip(&ids).map(|(line, id)| account(id, None, line)).collect();
    let mut table = "account_id,person_id,return_number\n".to_owned();
    for (i, id) in ids.iter().enumerate().rev() {
        table.push_str(&format!("{id},p,{i}\n"));
    }
    let ran = run(
        &Archive {
            accounts,
            ..Archive::default()
        },
        Some(&table),
    );
    let chain = chains(&ran);
    assert_eq!(chain.len(), 201);
    assert_eq!(chain[200], link("p", 200, "a200", Some("a199")));
}

/// Every contradiction is told with the lines it stands on and what to do about it.
#[test]
fn contradictions_are_refused() {
    const HEAD: &str = "account_id,handle,person_id,return_number\n";
    for (rows, message) in [
        (
            "11,,p1,0\n11,,p2,0\n",
            "account '11' is claimed by two persons, 'p1' (line 2) and 'p2' (line 3)",
        ),
        (
            "11,,p1,0\n,stone,p2,0\n",
            "account '11' is claimed by two persons, 'p1' (line 2) and 'p2' (line 3)",
        ),
        (
            ",NOBODY,p1,0\n,@nobody,p2,0\n",
            "handle 'nobody' is claimed by two persons, 'p1' (line 2) and 'p2' (line 3)",
        ),
        (
            "11,,p1,0\n12,,p1,1\n11,,p1,2\n",
            "account '11' stands twice in the chain of person 'p1' (lines 2 and 4)",
        ),
        (
            "11,,p1,0\n12,,p1,2\n",
            "person 'p1' has return_number 2 (line 3) but no 1",
        ),
        ("11,,p1,1\n", "person 'p1' has return_number 1 (line 2) but no 0"),
        (
            "11,,p1,0\n12,,p1,1\n14,,p1,1\n",
            "person 'p1' has two accounts with return_number 1 (lines 3 and 4)",
        ),
        (
            "11,,p1,first\n",
            "return_number 'first' is not a whole number from 0 (line 2)",
        ),
        (
            "11,,p1,-1\n",
            "return_number '-1' is not a whole number from 0 (line 2)",
        ),
        ("11,,,0\n", "line 2 has no person_id"),
        ("11,,p1,\n", "line 2 has no return_number"),
        (",,p1,0\n", "line 2 has no account_id and no handle"),
        ("11,p1,0\n", "line 2 has 3 fields, the header has 4"),
        (
            ",river,p1,0\n",
            "handle 'river' (line 2) is that of several accounts: '13' (twitter) and '15' (twitter)",
        ),
        (
            "11,pebble,p1,0\n",
            "account '11' (line 2) was never seen with the handle 'pebble', which is that of '14' (twitter)",
        ),
    ] {
        let told = refused(&archive(), &format!("{HEAD}{rows}"));
        let expected = format!("dedupe: cannot use 'people.csv': {message}\n  remedy: ");
        assert!(told.starts_with(&expected), "expected {expected}\nfound    {told}");
    }
}

#[test]
fn headers_that_are_not_ours_are_refused() {
    for (table, message) in [
        ("", "it is empty"),
        (
            "account_id,person,order\n",
            "its header (line 1) names a column 'person', which is none of account_id, handle, person_id, return_number, platform, note",
        ),
        (
            "person_id,return_number\n",
            "its header (line 1) has no 'account_id' or 'handle'",
        ),
        ("handle,return_number\n", "its header (line 1) has no 'person_id'"),
        ("handle,person_id\n", "its header (line 1) has no 'return_number'"),
        (
            "handle,handle,person_id,return_number\n",
            "its header (line 1) names 'handle' twice",
        ),
    ] {
        let told = refused(&archive(), table);
        assert!(
            told.starts_with(&format!("dedupe: cannot use 'people.csv': {message}\n  remedy: ")),
            "{told}"
        );
    }
}

#[test]
fn a_file_that_is_absent_or_not_text() {
    let folder = tempfile::tempdir().unwrap();
    let input = archive().write(folder.path());
    let path = folder.path().join("people.csv");
    let run = || {
        let output = crate::archive::dedupe()
            .arg(&input)
            .arg("--personas")
            .arg(&path)
            .arg("-o")
            .arg(folder.path().join("out"))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(run().contains("people.csv': No such file or directory"));
    std::fs::write(&path, b"account_id,person_id,return_number\n11,p\xff,0\n").unwrap();
    assert!(run().contains("it is not UTF-8 (line 2, byte 39)"));
}

#[test]
fn the_same_id_on_two_platforms_needs_the_platform() {
    let mut elsewhere = account("11", Some("granite"), 9);
    elsewhere.platform = "mastodon";
    let mut archive = archive();
    archive.accounts.push(elsewhere);
    let told = refused(&archive, "account_id,person_id,return_number\n11,p1,0\n");
    assert!(
        told.contains("account '11' (line 2) is that of several accounts: '11' (mastodon) and '11' (twitter)"),
        "{told}"
    );
    let ran = run(
        &archive,
        Some("account_id,platform,person_id,return_number\n11,Twitter,p1,0\n"),
    );
    assert_eq!(chains(&ran), [link("p1", 0, "11", None)]);
}
