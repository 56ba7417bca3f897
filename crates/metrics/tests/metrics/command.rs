//! The tool as a person runs it: options, pipes, bad input, nothing to measure.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command as Plain, Stdio};

use assert_cmd::Command;
use tables::{Flow, Ledger, LedgerEntries, TableFile, Tests};

use crate::against_brute_force::Output;
use crate::given::{DAY, STUDY, World, at};

pub fn metrics() -> Command {
    Command::new(env!("CARGO_BIN_EXE_metrics"))
}

fn given(world: &World) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    world.write(dir.path(), STUDY);
    dir
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

fn stdout(command: &mut Command) -> String {
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}

#[test]
fn threads_change_no_byte() {
    let from = given(&World::rich());
    let to = tempfile::tempdir().unwrap();
    let outputs = ["1", "2"].map(|threads| {
        let dir = to.path().join(threads);
        metrics()
            .arg(from.path())
            .args(["-q", "-j", threads, "-o"])
            .arg(&dir)
            .assert()
            .success();
        files(&dir)
    });
    let names: Vec<&String> = outputs[0].keys().collect();
    assert_eq!(names.len(), 20, "{names:?}");
    assert_eq!(outputs[0], outputs[1]);
}

#[test]
fn nothing_observed_gives_every_row_with_a_reason() {
    let rich = Output::of(&World::rich(), STUDY);
    let empty = Output::of(&World::default(), STUDY);
    for (key, row) in &empty.measures {
        assert_eq!((row.0, row.1), (None, (None, None)), "{key:?}");
        assert!(row.4.is_some(), "{key:?} has no reason");
    }
    assert!(empty.series.values().all(|row| row.0.is_none() && row.2.is_some()));
    let subgroup = |group: &str| group.contains('/');
    let missing: Vec<_> = rich
        .measures
        .keys()
        .filter(|key| !subgroup(&key.1) && !empty.measures.contains_key(key))
        .collect();
    assert_eq!(missing, Vec::<&(String, String, String)>::new());
    assert_eq!(empty.series.len(), rich.series.len());
    let reason = |measure: &str, group: &str| {
        empty.measures[&(measure.to_owned(), group.to_owned(), "all".to_owned())]
            .4
            .clone()
            .unwrap()
    };
    assert_eq!(reason("size.max", "listed"), "needs a roster");
    assert_eq!(
        reason("size.max", "expanded"),
        "needs follows or interactions, and accounts that are listed"
    );
    assert_eq!(reason("suspension.rate", "everyone"), "needs availability checks");
    assert_eq!(reason("volume.posts", "everyone"), "needs posts");
    assert_eq!(reason("returns.persons", "everyone"), "needs personas");
}

#[test]
fn what_is_missing_is_named() {
    let mut world = World::rich();
    world.follows.clear();
    world.checks.clear();
    world.interactions.clear();
    let output = Output::of(&world, STUDY);
    let reason = |measure: &str| {
        output.measures[&(measure.to_owned(), "listed".to_owned(), "all".to_owned())]
            .4
            .clone()
            .unwrap()
    };
    assert_eq!(reason("insularity.follows_out"), "needs follows");
    assert_eq!(reason("insularity.reciprocity"), "needs follows");
    assert_eq!(reason("insularity.interactions"), "needs posts that address others");
    assert_eq!(reason("insularity.ei_index"), "needs follows");
    assert_eq!(reason("suspension.rate"), "needs availability checks");
}

#[test]
fn follower_lists_alone_do_not_show_whom_members_follow() {
    let mut world = World::rich();
    // Those who are on the list all the time.
    world.follows.retain(|(_, followed, _)| (1..8).contains(followed));
    let output = Output::of(&world, STUDY);
    let row = |measure: &str| &output.measures[&(measure.to_owned(), "listed".to_owned(), "all".to_owned())];
    assert_eq!(row("insularity.follows_out").0, None);
    assert!(
        row("insularity.follows_out")
            .4
            .as_ref()
            .unwrap()
            .starts_with("needs lists of the accounts")
    );
    assert!(row("insularity.follows_in").0.is_some());
    assert!(row("insularity.reciprocity").0.is_some());
}

#[test]
fn numbers_seen_once_have_no_direction() {
    let finding = |world: &World, measure: &str| {
        let output = Output::of(world, STUDY);
        let row = &output.measures[&(measure.to_owned(), "listed".to_owned(), "all".to_owned())];
        (row.0.is_some(), row.3.clone().unwrap())
    };
    let mut world = World::rich();
    // All grow alike, so there is a direction to be found.
    for row in &mut world.seen {
        row.2 = 100 + (row.1 - at(0, 0)) / DAY;
    }
    assert_eq!(finding(&world, "followers.trend"), (true, "up".to_owned()));
    world.seen.retain(|row| row.1 < at(1, 0));
    for measure in ["followers.trend", "tweets_per_day.lifetime.trend", "location.focus"] {
        assert_eq!(finding(&world, measure), (true, "inconclusive".to_owned()), "{measure}");
    }
}

#[test]
fn a_single_account_is_no_trouble() {
    let mut world = World::rich();
    (world.accounts, world.listed) = (1, 1);
    world.stays.truncate(1);
    world.posts.retain(|row| row.0 == 0);
    world.checks.retain(|row| row.0 == 0);
    world.seen.retain(|row| row.0 == 0);
    world.follows.clear();
    world.interactions.clear();
    world.personas = vec![("p", 0, 0)];
    let output = Output::of(&world, STUDY);
    let row = |measure: &str| &output.measures[&(measure.to_owned(), "listed".to_owned(), "all".to_owned())];
    assert_eq!((row("size.max").0, row("returns.persons").0), (Some(1.0), Some(0.0)));
    assert_eq!(
        row("survival.median_days").4.as_deref(),
        Some("no events: all spells are censored")
    );
    assert_eq!(row("followers.mean").1, (None, None), "one account has no interval");
    assert!(output.measures.values().all(|row| row.0.is_some() != row.4.is_some()));
}

#[test]
fn the_ledger_balances() {
    let from = given(&World::rich());
    let to = tempfile::tempdir().unwrap();
    let dir = to.path().join("m");
    let said = metrics()
        .arg(from.path())
        .arg("-o")
        .arg(&dir)
        .assert()
        .success()
        .get_output()
        .stderr
        .clone();
    assert!(String::from_utf8(said).unwrap().contains("records read"));
    let mut ledger = Ledger::default();
    let batch = TableFile::<LedgerEntries>::open(&dir).unwrap().read().unwrap();
    for entry in batch.rows().unwrap() {
        ledger.absorb_entry(&entry);
    }
    ledger.check().unwrap();
    let skipped: Vec<(String, String)> = ledger
        .counts()
        .filter(|count| count.flow == Flow::Skipped)
        .map(|count| (count.source, count.reason))
        .collect();
    for (source, reason) in [
        ("availability", "the answer tells no state"),
        ("follows", "follows itself"),
        ("interactions", "addresses itself"),
        ("posts", "no posted_at"),
    ] {
        assert!(skipped.contains(&(source.to_owned(), reason.to_owned())), "{skipped:?}");
    }
}

#[test]
fn a_part_is_measured_as_in_the_whole() {
    let from = given(&World::rich());
    let print = |more: &[&str]| {
        stdout(
            metrics()
                .arg(from.path())
                .args(["-q", "--print", "measures", "--as", "csv"])
                .args(more),
        )
    };
    let (whole, part) = (print(&[]), print(&["--measure", "size,duration"]));
    assert!(part.lines().count() < whole.lines().count() / 2);
    let whole: Vec<&str> = whole.lines().collect();
    assert!(part.lines().all(|line| whole.contains(&line)));
    assert!(
        part.lines()
            .skip(1)
            .all(|line| line.starts_with("size") || line.starts_with("duration"))
    );
}

#[test]
fn the_seed_moves_intervals_and_no_value() {
    let from = given(&World::rich());
    let print = |seed: &[&str]| {
        let text = stdout(
            metrics()
                .arg(from.path())
                .args(["-q", "--print", "measures", "--as", "json"])
                .args(seed),
        );
        let rows = text
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let rows: Vec<_> = rows
            .filter(|row| row["measure"] == "followers.mean" && row["group"] == "listed")
            .collect();
        (rows[0]["value"].clone(), rows[0]["ci_low"].clone())
    };
    let (study, same, other) = (print(&[]), print(&["--seed", "7"]), print(&["--seed", "8"]));
    assert_eq!(study, same);
    assert_eq!(study.0, other.0);
    assert_ne!(study.1, other.1);
}

#[test]
fn every_table_prints_in_every_format() {
    let from = given(&World::rich());
    let to = tempfile::tempdir().unwrap();
    let dir = to.path().join("m");
    for table in [
        "measures", "series", "survival", "returns", "network", "at_risk", "tests", "content",
    ] {
        let print = |format: &str| {
            stdout(
                metrics()
                    .arg(from.path())
                    .args(["-q", "--if-changed", "--print", table, "--as", format, "-o"])
                    .arg(&dir),
            )
        };
        let (csv, json, aligned) = (print("csv"), print("json"), print("table"));
        let rows = json.lines().count();
        assert!(rows > 0, "{table}");
        assert_eq!(
            (csv.lines().count(), aligned.lines().count()),
            (rows + 1, rows + 1),
            "{table}"
        );
        assert!(!csv.contains("NaN") && !csv.contains("inf,"), "{table}");
        let header = csv.lines().next().unwrap();
        let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
        let names: Vec<&str> = header.split(',').collect();
        assert!(names.iter().all(|name| first.get(name).is_some()), "{table}");
        assert!(!names.contains(&"account_id"), "an account id may be a handle");
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let from = given(&World::rich());
    let mut child = Plain::new(env!("CARGO_BIN_EXE_metrics"))
        .arg(from.path())
        .args(["-q", "--print", "series", "--as", "csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn bad_input_is_named_with_a_remedy_and_leaves_nothing() {
    let to = tempfile::tempdir().unwrap();
    let refused = |from: &Path, what: &str| {
        let dir = to.path().join("m");
        let output = metrics()
            .arg(from)
            .args(["-q", "-o"])
            .arg(&dir)
            .assert()
            .code(2)
            .get_output()
            .clone();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.starts_with("metrics: ") && said.contains(what) && said.contains("remedy: "),
            "{said}"
        );
        assert!(output.stdout.is_empty());
        assert_eq!(
            std::fs::read_dir(to.path()).unwrap().count(),
            0,
            "something was left behind"
        );
    };
    refused(Path::new("/nonexistent/enriched"), "does not exist");
    refused(to.path(), "not a stage output");

    let from = given(&World::rich());
    std::fs::write(from.path().join("study.toml"), STUDY.replace("title", "titel")).unwrap();
    refused(from.path(), "titel");
    std::fs::remove_file(from.path().join("study.toml")).unwrap();
    refused(from.path(), "study.toml");

    let from = given(&World::rich());
    std::fs::write(from.path().join("members.parquet"), "not Parquet").unwrap();
    refused(from.path(), "members");
    std::fs::remove_file(from.path().join("members.parquet")).unwrap();
    refused(from.path(), "members");

    let from = given(&World::rich());
    std::fs::write(from.path().join("study.toml"), STUDY.replace("2015-06-04, ", "")).unwrap();
    refused(from.path(), "a sample that their study.toml does not have");
}

#[test]
fn the_readme_names_every_id_and_no_other() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let output = Output::of(&World::rich(), STUDY);
    let rows = readme.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    let (mut measures, mut series) = (BTreeSet::new(), BTreeSet::new());
    for cells in cells {
        let ids = cells[1].split(", ").map(|id| id.trim_matches('`').to_owned());
        for id in ids {
            if cells[2] != "series" {
                measures.insert(id.clone());
            }
            if cells[2] != "measures" {
                series.insert(id);
            }
        }
    }
    assert_eq!(
        output.measures.keys().map(|key| key.0.clone()).collect::<BTreeSet<_>>(),
        measures
    );
    assert_eq!(
        output.series.keys().map(|key| key.0.clone()).collect::<BTreeSet<_>>(),
        series
    );
    let named: BTreeSet<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| **")?.split("**").next())
        // Those between parts need a table of attributes.
        .filter(|family| !family.starts_with("parts."))
        .collect();
    let tests = TableFile::<Tests>::open(&output.dir()).unwrap().read().unwrap();
    assert_eq!(
        tests.rows().unwrap().map(|row| row.family).collect::<BTreeSet<_>>(),
        named
    );
}

/// Whatever is asked for, its rows are the same to the last digit of an interval: chance falls on accounts by their place, which must
/// not hang on what else is read.
#[test]
fn whatever_is_asked_for_has_the_rows_of_a_full_run() {
    let mut world = World::rich();
    world.expanded = vec![(None, None); 14];
    // Ties in every number, and accounts of which only posts or follows tell.
    world
        .seen
        .iter_mut()
        .for_each(|row| (row.2, row.3) = (row.2 / 40 * 40, 50));
    world.seen.retain(|row| row.0 != 2 && row.0 != 11);
    let from = given(&world);
    let print = |table: &str, asked: &[&str]| -> BTreeMap<String, serde_json::Value> {
        let more = ["-q", "--print", table, "--as", "json"];
        let text = stdout(metrics().arg(from.path()).args(more).args(asked));
        let rows = text.lines().map(|line| {
            let mut row: serde_json::Value = serde_json::from_str(line).unwrap();
            // What was not asked for is no member of a family of tests.
            for column in ["p_holm", "family_size"] {
                row.as_object_mut().unwrap().remove(column);
            }
            let key =
                ["family", "test", "measure", "group", "window", "at", "time_days"].map(|key| row[key].to_string());
            (key.join(" "), row)
        });
        rows.collect()
    };
    for table in ["measures", "series", "tests", "survival"] {
        let whole = print(table, &[]);
        for asked in [
            "contrast",
            "followers",
            "tweets_per_day",
            "duration",
            "influence",
            "insularity",
            "returns",
            "survival",
            "content,size",
            "language,location",
            "structure,volume",
            "suspension",
        ] {
            for (key, row) in print(table, &["--measure", asked]) {
                // Waves are told with the sizes and followers that were measured beside them.
                if !key.contains("persistence.") {
                    assert_eq!(Some(&row), whole.get(&key), "{asked}: {key}");
                }
            }
        }
    }
}
