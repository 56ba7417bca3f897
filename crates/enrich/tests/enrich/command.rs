//! The command: pipes, threads, what is wrong with an input.

use std::collections::BTreeMap;
use std::path::Path;

use tables::{Flow, Ledger, LedgerEntries, TableFile};
use tempfile::TempDir;

use crate::given::{STUDY, World, account, at, check, enrich, entry, post};
use tables::State;

fn small() -> World {
    let mut seen = account("1", at(1, 0));
    seen.handle = Some("lamp");
    World {
        accounts: vec![seen],
        posts: (0..50)
            .map(|i| tables::Post {
                text: Some("the lamp in the small window was still burning when we came home"),
                in_reply_to_handle: Some("lamp"),
                ..post("2", at(i % 20, 3))
            })
            .collect(),
        checks: vec![
            check("1", at(3, 0), State::Active),
            check("1", at(9, 0), State::Suspended),
        ],
        roster: vec![entry(None, Some("Lamp")), entry(None, Some("unknown"))],
        ..World::default()
    }
}

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                std::fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}

/// Standard error of a run that must fail with exit code 2 and leave nothing behind.
fn refused(input: &Path, study: Option<&str>) -> String {
    let work = TempDir::new().unwrap();
    let mut command = enrich();
    command.arg(input).arg("-o").arg(work.path().join("out"));
    command.current_dir(work.path());
    if let Some(text) = study {
        std::fs::write(work.path().join("study.toml"), text).unwrap();
        command.args(["--study", "study.toml"]);
    }
    let output = command.assert().code(2).get_output().clone();
    assert!(!work.path().join("out").exists());
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn threads_change_no_byte_and_the_ledger_balances() {
    let input = small().write();
    let work = TempDir::new().unwrap();
    std::fs::write(work.path().join("study.toml"), STUDY).unwrap();
    let outputs = ["1", "2"].map(|threads| {
        let out = work.path().join(threads);
        enrich()
            .arg(input.path())
            .args(["-q", "-j", threads, "-o"])
            .arg(&out)
            .arg("--study")
            .arg(work.path().join("study.toml"))
            .assert()
            .success()
            .stderr("");
        files(&out)
    });
    let names: Vec<&str> = outputs[0].keys().map(String::as_str).collect();
    let expected = [
        "account_languages.parquet",
        "account_signs.parquet",
        "accounts.parquet",
        "availability.parquet",
        "campaigns.parquet",
        "cluster_members.parquet",
        "clusters.parquet",
        "duplicates.parquet",
        "follows.parquet",
        "interactions.parquet",
        "ledger.parquet",
        "members.parquet",
        "personas.parquet",
        "post_ids.parquet",
        "posting_days.parquet",
        "posts.parquet",
        "rejects.parquet",
        "roster.parquet",
        "run.json",
        "samples.parquet",
        "spells.parquet",
        "stays.parquet",
        "study.toml",
        "terms.parquet",
        "windows.parquet",
    ];
    assert_eq!(names, expected);
    assert_eq!(outputs[0], outputs[1]);
    assert_eq!(outputs[0]["study.toml"], STUDY.as_bytes());

    let mut ledger = Ledger::default();
    let table = TableFile::<LedgerEntries>::open(&work.path().join("1")).unwrap();
    for row in table.read().unwrap().rows().unwrap() {
        ledger.absorb_entry(&row);
    }
    ledger.check().unwrap();
    assert_eq!(ledger.total("enrich", Flow::Read), 55);
    assert_eq!(ledger.total("enrich", Flow::Skipped), 1);
}

#[test]
fn nothing_is_done_again_until_the_study_changes() {
    let input = small().write();
    let work = TempDir::new().unwrap();
    let study = work.path().join("study.toml");
    let run = |text: &str| {
        std::fs::write(&study, text).unwrap();
        let output = enrich()
            .arg(input.path())
            .args(["--if-changed", "--study"])
            .arg(&study)
            .arg("-o")
            .arg(work.path().join("out"))
            .assert()
            .success()
            .get_output()
            .clone();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(run(STUDY).contains("wrote"));
    assert!(run(STUDY).contains("is up to date"));
    assert!(run(&STUDY.replace("2015-06-20]", "2015-06-21]")).contains("wrote"));
}

#[test]
fn a_slip_in_the_study_is_told_with_its_place_and_the_word_that_was_meant() {
    let input = small().write();
    let error = refused(input.path(), Some(&STUDY.replace("windows =", "window =")));
    assert!(
        error.starts_with("enrich: cannot read 'study.toml': unknown key `window` (line 4, column 1)"),
        "{error}"
    );
    assert!(error.contains("remedy: Did you mean `windows`?"), "{error}");
    let error = refused(input.path(), Some(&format!("{STUDY}sets = {{ roster = 'lists' }}\n")));
    assert_eq!(
        error,
        "enrich: 'study.toml' names the roster 'lists', which the data do not hold\n  remedy: set sets.roster to one of \
         'list', or leave it out to use all\n"
    );
}

#[test]
fn a_directory_that_is_no_stage_output_is_refused() {
    let empty = TempDir::new().unwrap();
    let error = refused(empty.path(), None);
    assert!(
        error.contains("is not a stage output: it has no run.json\n  remedy: "),
        "{error}"
    );
    let input = small().write();
    std::fs::remove_file(input.path().join("posts.parquet")).unwrap();
    let error = refused(input.path(), Some(STUDY));
    assert!(error.contains("there is no table 'posts'"), "{error}");
    let error = refused(&input.path().join("nowhere"), None);
    assert!(error.contains("does not exist"), "{error}");
}

#[test]
fn a_broken_table_is_an_error_and_not_a_crash() {
    let input = small().write();
    let path = input.path().join("accounts.parquet");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes.truncate(middle);
    std::fs::write(&path, bytes).unwrap();
    let error = refused(input.path(), Some(STUDY));
    assert!(error.contains("accounts.parquet' is not as dedupe left it"), "{error}");
    assert!(
        error.contains("remedy: copy the folder again, or rerun the stage that wrote it"),
        "{error}"
    );
}

#[test]
fn no_record_at_all_needs_a_study() {
    let input = World::default().write();
    let error = refused(input.path(), None);
    assert_eq!(
        error,
        "enrich: no study given, and no record carries a time from which to derive one\n  remedy: give --study study.toml; \
         datasets/README.md explains it\n"
    );
    let enriched = World::default().enriched(Some(STUDY));
    assert!(
        enriched.stderr.contains("no account is on the roster"),
        "{}",
        enriched.stderr
    );
    assert_eq!(enriched.rows::<tables::Members, _>(|_| ()).len(), 0);
    assert_eq!(enriched.rows::<tables::Samples, _>(|_| ()).len(), 3);
}

#[test]
fn a_span_that_no_platform_has_lived_is_refused_with_the_record_that_draws_it_out() {
    let world = World {
        posts: vec![post("1", at(0, 0)), post("2", at(2_916_309, 0)), post("3", at(1, 0))],
        ..World::default()
    };
    assert_eq!(
        refused(world.write().path(), None),
        "enrich: no study given, and the data span 2015-06-01 ('posts.jsonl' line 1) to 9999-12-31 ('posts.jsonl' line 2), \
         which asks for 95815 samples; at most 360 are derived\n  remedy: give --study study.toml with the period that is \
         meant, or correct the record; datasets/README.md explains it\n"
    );
    world.enriched(Some(STUDY));
}

#[test]
fn a_stage_directory_can_come_and_go_through_pipes() {
    let input = small().write();
    let work = TempDir::new().unwrap();
    std::fs::write(work.path().join("study.toml"), STUDY).unwrap();
    let piped = enrich()
        .arg(input.path())
        .args(["-o", "-", "--study"])
        .arg(work.path().join("study.toml"))
        .assert()
        .success()
        .get_output()
        .stdout
        .clone();
    // What enrich wrote is a stage directory again, from which it can start anew.
    enrich()
        .args(["-", "-q", "-o"])
        .arg(work.path().join("again"))
        .arg("--study")
        .arg(work.path().join("study.toml"))
        .write_stdin(piped)
        .assert()
        .success();
    assert!(work.path().join("again/members.parquet").is_file());
}
