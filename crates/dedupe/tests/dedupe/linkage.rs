//! People who came back, found by what they keep; and the word of people about it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tables::{Account, Links, Personas, Relation, State, Timestamp};
use tempfile::TempDir;

use crate::archive::{AT, Archive, account, check, dedupe, read};

const DAY: i64 = 86_400_000;

fn leak(text: String) -> &'static str {
    &*text.leak()
}

/// Two syllable words, the same for the same number.
fn word(n: usize) -> String {
    const SYLLABLES: [&str; 16] = [
        "mo", "re", "ta", "lu", "ni", "so", "ka", "pe", "du", "vi", "ba", "gor", "hem", "jin", "fal", "wes",
    ];
    let mixed = n.wrapping_mul(0x9e37_79b9) >> 3;
    (0..4).map(|at| SYLLABLES[(mixed >> (4 * at)) & 15]).collect()
}

/// An account of person `person`, made on a day and seen alive on that day and the next.
fn shows(id: &'static str, person: usize, number: usize, day: i64, line: i64) -> [Account<'static>; 2] {
    let seen = |at: i64, line: i64| Account {
        display_name: Some(leak(format!("{} {}", word(person), word(person + 5000)))),
        avatar_url: Some(leak(format!("https://img.example/{person}/face.png"))),
        description: Some(leak(format!("{} and {} tea", word(person + 900), word(person + 77)))),
        lang: Some("en"),
        created_at: Some(Timestamp(AT + day * DAY)),
        observed_at: Some(Timestamp(AT + day * DAY + at)),
        ..account(id, Some(leak(format!("{}_{number}", word(person)))), line)
    };
    [seen(3_600_000, 2 * line), seen(DAY, 2 * line + 1)]
}

/// So many people, every third of whom is removed after some days and returns the day after.
fn world(people: usize) -> Archive {
    let mut archive = Archive::default();
    for person in 0..people {
        let day = i64::try_from(person * 7 % 60).unwrap();
        let line = i64::try_from(10 * person).unwrap();
        let first = leak(format!("{}", 1000 + person));
        archive.accounts.extend(shows(first, person, 1, day, line));
        let gone = person.is_multiple_of(3);
        let state = if gone { State::Suspended } else { State::Active };
        archive
            .availability
            .push(check(first, AT + (day + 2) * DAY, state, line));
        if gone {
            let second = leak(format!("{}", 9000 + person));
            archive.accounts.extend(shows(second, person, 2, day + 2, line + 5));
        }
    }
    archive
}

struct Linked {
    out: PathBuf,
    folder: TempDir,
}

fn link(archive: &Archive, arguments: &[&str]) -> Linked {
    let folder = tempfile::tempdir().unwrap();
    let input = archive.write(folder.path());
    let out = folder.path().join("out");
    dedupe()
        .arg(input)
        .args(arguments)
        .arg("-o")
        .arg(&out)
        .assert()
        .success();
    Linked { out, folder }
}

impl Linked {
    /// Run once more on the same input, with files beside it.
    fn again(&self, files: &[(&str, &str)], arguments: &[&str]) -> assert_cmd::assert::Assert {
        for (name, text) in files {
            std::fs::write(self.folder.path().join(name), text).unwrap();
        }
        let mut command = dedupe();
        command.current_dir(self.folder.path()).arg("ingest").args(arguments);
        command.args(["--force", "-o", "out"]).assert()
    }

    /// Predecessor and method by account.
    fn personas(&self) -> BTreeMap<String, (Option<String>, String, i64)> {
        let batch = read::<Personas>(&self.out);
        let row = |row: tables::Persona<'_>| {
            let predecessor = row.predecessor.map(str::to_owned);
            (
                row.account_id.to_owned(),
                (predecessor, row.method.to_owned(), row.return_number),
            )
        };
        batch.rows().unwrap().map(row).collect()
    }

    fn told(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.out.join("linkage.json")).unwrap()).unwrap()
    }
}

fn rows(out: &Path) -> Vec<String> {
    let links = read::<Links>(out);
    let personas = read::<Personas>(out);
    let mut rows: Vec<String> = links.rows().unwrap().map(|row| format!("{row:?}")).collect();
    rows.extend(personas.rows().unwrap().map(|row| format!("{row:?}")));
    rows
}

#[test]
fn who_keeps_much_is_found_and_nobody_else() {
    let linked = link(&world(300), &[]);
    let personas = linked.personas();
    assert_eq!(personas.len(), 200);
    for person in (0..300).step_by(3) {
        let (predecessor, method, number) = &personas[&format!("{}", 9000 + person)];
        assert_eq!(
            (predecessor.as_deref(), &**method, *number),
            (Some(&*format!("{}", 1000 + person)), "linked", 1)
        );
    }
    let batch = read::<Personas>(&linked.out);
    for row in batch.rows().unwrap().filter(|row| row.return_number > 0) {
        // The end lies midway between the last sign of life and the check a day later.
        assert_eq!(row.gap_days, Some(0.5));
        assert!(row.match_probability.unwrap() > 0.99);
        let evidence: Vec<Value> = serde_json::from_str(row.evidence.unwrap()).unwrap();
        let sum: f64 = evidence.iter().map(|field| field["bits"].as_f64().unwrap()).sum();
        assert!((sum - row.match_weight.unwrap()).abs() < 0.1, "evidence adds up");
        assert!(
            evidence.iter().all(|field| field["field"] != "place"),
            "what nobody shows is no evidence"
        );
    }
}

#[test]
fn neither_order_of_rows_nor_threads_show() {
    let mut archive = world(120);
    let one = link(&archive, &["-j", "1"]);
    let two = link(&archive, &["-j", "2"]);
    assert_eq!(rows(&one.out), rows(&two.out));
    let same = |name: &str| std::fs::read(one.out.join(name)).unwrap() == std::fs::read(two.out.join(name)).unwrap();
    assert!(
        ["links.parquet", "personas.parquet", "review.csv", "linkage.json"]
            .into_iter()
            .all(same)
    );
    let lines: Vec<i64> = archive.accounts.iter().map(|row| row.source_line).collect();
    archive.accounts.reverse();
    archive
        .accounts
        .iter_mut()
        .zip(lines)
        .for_each(|(row, line)| row.source_line = line);
    assert_eq!(rows(&one.out), rows(&link(&archive, &[]).out));
}

#[test]
fn a_column_that_says_nothing_changes_nothing() {
    let with = |change: fn(&mut Account<'static>)| {
        let mut archive = world(120);
        archive.accounts.iter_mut().for_each(change);
        rows(&link(&archive, &[]).out)
    };
    let plain = with(|_| {});
    // An empty text is no value; a place without letters neither.
    assert_eq!(plain, with(|row| row.location = Some("")));
    assert_eq!(plain, with(|row| row.location = Some("☀️")));
    assert_eq!(plain, with(|row| row.url = None));
}

#[test]
fn accounts_without_handles_names_and_bios() {
    let mut archive = world(90);
    for row in &mut archive.accounts {
        (row.handle, row.display_name, row.description) = (None, None, Some(""));
    }
    // The picture is left.
    let linked = link(&archive, &[]);
    assert_eq!(linked.personas().len(), 60);
    for row in &mut archive.accounts {
        (row.avatar_url, row.lang, row.created_at, row.observed_at) = (None, None, None, None);
    }
    archive.availability.clear();
    assert!(link(&archive, &[]).personas().is_empty());
    assert!(link(&Archive::default(), &[]).personas().is_empty());
}

#[test]
fn what_everybody_shows_is_never_compared_pair_by_pair() {
    let mut archive = Archive::default();
    for person in 0..4000_usize {
        let line = i64::try_from(person).unwrap();
        let id = leak(format!("{person:05}"));
        for mut row in shows(id, 1, 1, line % 150, line) {
            row.handle = None;
            archive.accounts.push(row);
        }
        archive
            .availability
            .push(check(id, AT + (line % 150 + 2) * DAY, State::Suspended, line));
    }
    let linked = link(&archive, &[]);
    let told = linked.told();
    assert_eq!(
        told["pairs_compared"], 0,
        "one name, one picture, one bio for all: nothing to go by"
    );
    let rules = told["rules"].as_array().unwrap();
    assert!(
        rules
            .iter()
            .any(|rule| rule["features_that_too_many_show"].as_u64() > Some(0)),
        "and it is told"
    );
    assert!(linked.personas().is_empty());
    // Of a value that some hundreds show, so many accounts are looked at and no more.
    archive.accounts.retain(|row| row.account_id < "00900");
    archive.availability.retain(|row| row.account_id < "00900");
    let compared = link(&archive, &[]).told()["pairs_compared"].as_u64().unwrap();
    assert!((1..900 * 120).contains(&compared), "{compared}");
}

#[test]
fn a_chain_of_a_hundred_and_fifty_returns() {
    let mut archive = world(60);
    let ids: Vec<&'static str> = (0..151).map(|n| leak(format!("c{n:03}"))).collect();
    for (number, id) in ids.iter().enumerate() {
        let (day, line) = (
            i64::try_from(3 * number).unwrap(),
            50_000 + i64::try_from(number).unwrap(),
        );
        archive.accounts.extend(shows(id, 4000, number, day, line));
        archive
            .availability
            .push(check(id, AT + (day + 2) * DAY, State::Suspended, line));
    }
    let personas = link(&archive, &[]).personas();
    for (number, id) in ids.iter().enumerate() {
        let (predecessor, _, found) = &personas[*id];
        assert_eq!(*found, i64::try_from(number).unwrap());
        assert_eq!(predecessor.as_deref(), number.checked_sub(1).map(|before| ids[before]));
    }
}

#[test]
fn side_by_side_is_no_return() {
    let mut archive = world(150);
    // Person 1 has a second account while the first is there.
    archive.accounts.extend(shows("aside", 1, 2, 8, 40_000));
    archive
        .availability
        .push(check("1001", AT + 40 * DAY, State::Active, 40_000));
    let linked = link(&archive, &[]);
    assert!(!linked.personas().contains_key("aside"));
    let links = read::<Links>(&linked.out);
    let aside = links.rows().unwrap().find(|row| row.account_id == "aside").unwrap();
    assert_eq!(
        (aside.predecessor, aside.relation, aside.accepted),
        ("1001", Relation::Parallel, true)
    );
    assert_eq!(aside.gap_days, None);
}

#[test]
fn without_linkage_the_table_alone_speaks() {
    let linked = link(&world(30), &["--no-linkage"]);
    assert!(linked.personas().is_empty());
    assert!(!linked.out.join("review.csv").exists());
    assert_eq!(read::<Links>(&linked.out).len(), 0);
    let message = linked
        .again(&[], &["--match-threshold", "1.5"])
        .failure()
        .code(2)
        .get_output()
        .stderr
        .clone();
    assert!(String::from_utf8(message).unwrap().contains("not over 0 and at most 1"));
}

#[test]
fn the_word_of_people_wins() {
    let linked = link(&world(90), &[]);
    assert_eq!(linked.personas()["9003"].0.as_deref(), Some("1003"));
    let table = "account_id,person_id,return_number\n1003,p,0\n9006,p,1\n";
    let answers = "same_person,platform,predecessor,account_id\nno,twitter,1009,9009\nyes,twitter,1012,9015\n\
                   yes,twitter,9006,9024\n,twitter,1021,9021\n";
    let files = [("people.csv", table), ("answered.csv", answers)];
    linked
        .again(&files, &["--personas", "people.csv", "--reviewed", "answered.csv"])
        .success();
    let personas = linked.personas();
    let says = |account: &str| {
        let (predecessor, method, number) = &personas[account];
        (predecessor.as_deref(), method.as_str(), *number)
    };
    // What the table names is settled, and carried on where an answer says so.
    assert_eq!(says("9006"), (Some("1003"), "hand-checked", 1));
    assert_eq!(says("9024"), (Some("9006"), "reviewed", 2));
    assert!(!personas.contains_key("9003") && !personas.contains_key("1006"));
    assert!(!personas.contains_key("9009"));
    assert_eq!(says("9015"), (Some("1012"), "reviewed", 1));
    assert!(!personas.contains_key("9012"), "its predecessor was given to another");
    assert_eq!(says("9021"), (Some("1021"), "linked", 1));
}

/// Every contradiction is told with the lines it stands on.
#[test]
fn contradicting_answers_are_refused() {
    let linked = link(&world(60), &[]);
    let table = "account_id,person_id,return_number\n1003,p,0\n9003,p,1\n";
    for (rows, message) in [
        (
            "yes,twitter,1000,9000\nno,twitter,1000,9000\n",
            "'9000' as the return of '1000' is answered yes and no (lines 2 and 3)",
        ),
        (
            "yes,twitter,1000,9006\nyes,twitter,1000,9009\n",
            "two accounts are the return of '1000' (lines 2 and 3)",
        ),
        (
            "yes,twitter,1000,9006\nyes,twitter,1012,9006\n",
            "two accounts came before '9006' (lines 2 and 3)",
        ),
        (
            "yes,twitter,9000,1000\n",
            "'1000' was there before its predecessor '9000' (line 2)",
        ),
        ("maybe,twitter,1000,9000\n", "same_person is 'maybe' (line 2)"),
        ("yes,twitter,1000,1e18\n", "account '1e18' (line 2) is not in the data"),
        (
            "no,twitter,1003,9003\n",
            "the answer on '1003' and '9003' (line 2) contradicts the hand-checked table of people",
        ),
        (
            "yes,twitter,1003,9006\n",
            "the answer on '1003' and '9006' (line 2) contradicts the hand-checked table of people",
        ),
        (
            "yes,twitter,1000\n",
            "line 2 is not CSV in UTF-8 with as many fields as the header",
        ),
    ] {
        let answers = format!("same_person,platform,predecessor,account_id\n{rows}");
        let files = [("people.csv", table), ("answered.csv", &answers)];
        let refused = linked.again(&files, &["--personas", "people.csv", "--reviewed", "answered.csv"]);
        let told = String::from_utf8(refused.failure().code(2).get_output().stderr.clone()).unwrap();
        assert!(told.contains(message) && told.contains("\n  remedy: "), "{told}");
    }
    let refused = linked.again(&[("answered.csv", "yes,no\n")], &["--reviewed", "answered.csv"]);
    let told = String::from_utf8(refused.failure().code(2).get_output().stderr.clone()).unwrap();
    assert!(told.contains("its header (line 1) has no 'platform'"), "{told}");
}

#[test]
fn the_review_asks_about_the_uncertain_first_and_reads_back() {
    let mut archive = world(90);
    // Two accounts with equal claims to one return.
    archive.accounts.extend(shows("twin", 3, 1, 21, 60_000));
    archive
        .availability
        .push(check("twin", AT + 23 * DAY, State::Suspended, 60_000));
    let linked = link(&archive, &[]);
    let review = std::fs::read_to_string(linked.out.join("review.csv")).unwrap();
    let first = review.lines().nth(1).unwrap();
    assert!(first.contains("9003"), "{first}");
    let answered = review.replacen("\n,", "\nyes,", 1);
    linked
        .again(&[("answered.csv", &answered)], &["--reviewed", "answered.csv"])
        .success();
    let personas = linked.personas();
    assert_eq!(personas["9003"].1, "reviewed");
}
