//! Groups split by a researcher's own table of attributes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use predicates::str::contains;
use serde_json::Value;
use tables::{Flow, InteractionKind, LedgerEntries, Measures, TableFile};

use crate::command::metrics;
use crate::given::{Dice, SAMPLE_DAYS, STUDY, World, at, name};

/// A stage directory, and a table of attributes beside it.
struct Study {
    dir: tempfile::TempDir,
    world: World,
}

impl Study {
    fn with(attributes: &str) -> Self {
        Self::of(World::rich(), attributes)
    }

    fn of(world: World, attributes: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("enriched")).unwrap();
        world.write(&dir.path().join("enriched"), STUDY);
        std::fs::write(dir.path().join("people.csv"), attributes).unwrap();
        Self { dir, world }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The rows of a table, with the group and the rest apart.
    fn rows(&self, by: &str, table: &str) -> BTreeMap<(String, String), Value> {
        let output = metrics()
            .arg(self.path("enriched"))
            .args([
                "--attributes",
                &self.path("people.csv").display().to_string(),
                "--by",
                by,
            ])
            .args(["-q", "--print", table, "--as", "json"])
            .assert()
            .success();
        let text = String::from_utf8(output.get_output().stdout.clone()).unwrap();
        let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        rows.map(|mut row| {
            let group = row["group"].as_str().unwrap().to_owned();
            row.as_object_mut().unwrap().remove("group");
            let key: Vec<String> = [
                "measure",
                "window",
                "at",
                "relation",
                "time_days",
                "kind",
                "rank",
                "family",
                "test",
            ]
            .iter()
            .map(|column| row[*column].to_string())
            .collect();
            ((group, key.join(" ")), row)
        })
        .collect()
    }

    /// Runs the tool; gives what it says on standard error.
    fn run(&self, more: &[&str]) -> String {
        let attributes = self.path("people.csv").display().to_string();
        let assert = metrics()
            .arg(self.path("enriched"))
            .args(["--attributes", &attributes])
            .args(more)
            .assert()
            .success();
        String::from_utf8(assert.get_output().stderr.clone()).unwrap()
    }

    fn refused(&self, by: &str, why: &str) {
        metrics()
            .arg(self.path("enriched"))
            .args([
                "--attributes",
                &self.path("people.csv").display().to_string(),
                "--by",
                by,
            ])
            .args(["-q", "-o"])
            .arg(self.path("out"))
            .assert()
            .code(2)
            .stderr(contains(why))
            .stderr(contains("people.csv"));
        assert!(!Path::new(&self.path("out")).exists());
    }
}

/// Everybody, with a column that is the same for all and one that splits them by whether their number is even.
fn everybody() -> String {
    let rows = (0..16).map(|account| format!("{},yes,{}\n", name(account), ["even", "odd"][account % 2]));
    format!("account_id,whole,parity\n{}", rows.collect::<String>())
}

#[test]
fn a_part_that_holds_everybody_is_the_whole() {
    let study = Study::with(&everybody());
    for table in [
        "measures",
        "series",
        "survival",
        "network",
        "influence",
        "at_risk",
        "tests",
        "content",
    ] {
        let rows = study.rows("whole", table);
        let of = |suffix: &str| -> BTreeMap<(String, String), &Value> {
            rows.iter()
                // The test between parts is of the whole, and only a part has labels.
                .filter(|((_, key), _)| !key.contains("parts_by_") && !key.contains("influence.precision_at_"))
                .filter_map(|((group, key), row)| {
                    let group = match suffix {
                        "" if group.contains('=') => return None,
                        suffix => group.strip_suffix(suffix)?,
                    };
                    // `listed/return_1` of the whole stands as `listed/return_1/whole=yes` beside it.
                    Some(((group.to_owned(), key.clone()), row))
                })
                .collect()
        };
        let (whole, part) = (of(""), of("/whole=yes"));
        assert!(!whole.is_empty(), "{table}");
        assert_eq!(whole, part, "{table}");
    }
}

#[test]
fn parts_add_up() {
    let study = Study::with(&everybody());
    let network = study.rows("parity", "network");
    let mut told = 0;
    for ((group, key), whole) in network.iter().filter(|((group, _), _)| !group.contains('=')) {
        for column in ["accounts", "inside", "outside", "reciprocated"] {
            let of = |part: &str| match network.get(&(format!("{group}/parity={part}"), key.clone())) {
                Some(row) => row[column].as_i64().unwrap(),
                None => 0,
            };
            assert_eq!(of("even") + of("odd"), whole[column].as_i64().unwrap(), "{group} {key}");
            told += of("even");
        }
    }
    assert!(told > 0, "the test would say nothing");
    let measures = study.rows("parity", "measures");
    let value = |measure: &str, group: &str| {
        let key = format!("\"{measure}\" \"all\" null null null null null null null");
        measures[&(group.to_owned(), key)]["value"].as_f64()
    };
    for measure in ["volume.posts", "volume.accounts"] {
        for group in ["everyone", "listed"] {
            let of = |part: &str| value(measure, &format!("{group}/parity={part}")).unwrap();
            assert_eq!(Some(of("even") + of("odd")), value(measure, group));
        }
    }
}

#[test]
fn a_part_is_measured_over_its_accounts() {
    // Three accounts by handle-like id, one of whom nobody knows.
    let study = Study::with("role,ACCOUNT_ID\nvoice,a00\nvoice,a03\n,a05\nvoice,nobody\nother,a07\n");
    let series = study.rows("role", "series");
    for day in SAMPLE_DAYS {
        let moment = at(day + 1, 0) - 1;
        let alive: Vec<usize> = [0, 3]
            .into_iter()
            .filter(|account| study.world.on_list(*account, moment) && study.world.alive(*account, moment))
            .collect();
        let found = |measure: &str| {
            let rows = series
                .iter()
                .filter(|((group, key), _)| group == "listed/role=voice" && key.starts_with(&format!("\"{measure}\"")));
            let day = 1 + usize::try_from(day).unwrap();
            rows.filter(|((_, key), _)| key.contains(&format!("2015-06-{day:02}T23:59:59")))
                .map(|(_, row)| row["value"].as_f64())
                .next()
                .unwrap()
        };
        assert_eq!(found("size"), Some(alive.len() as f64), "day {day}");
        let followers = alive
            .iter()
            .map(|account| study.world.newest(*account, moment).unwrap().1);
        let mean = followers.sum::<i64>() as f64 / alive.len() as f64;
        assert_eq!(
            found("followers.mean"),
            (!alive.is_empty()).then_some(mean),
            "day {day}"
        );
    }
    let out = study.path("out");
    metrics()
        .arg(study.path("enriched"))
        .args([
            "--attributes",
            &study.path("people.csv").display().to_string(),
            "--by",
            "role",
            "-o",
        ])
        .arg(&out)
        .assert()
        .success()
        .stderr(contains("account not in the data"));
}

#[test]
fn a_value_that_only_unknown_accounts_have_is_a_part_without_numbers() {
    let study = Study::with("account_id,role\na00,voice\na03,voice\nnobody,ghost\nnobody else,ghost\na05,other\n");
    for table in ["measures", "series", "at_risk", "tests"] {
        let rows = study.rows("role", table);
        let of = |part: &str| -> BTreeMap<(String, String), &Value> {
            let rows = rows.iter().filter(|((_, key), _)| !key.contains("parts_by_"));
            let rows =
                rows.filter_map(|((group, key), row)| Some(((group.strip_suffix(part)?.to_owned(), key.clone()), row)));
            rows.collect()
        };
        let (known, ghosts) = (of("/role=voice"), of("/role=ghost"));
        let whole = |rows: &BTreeMap<(String, String), &Value>| -> Vec<(String, String)> {
            rows.keys().filter(|(group, _)| !group.contains('/')).cloned().collect()
        };
        assert!(!ghosts.is_empty(), "{table}");
        assert_eq!(whole(&ghosts), whole(&known), "{table}");
        for (key, row) in ghosts {
            assert_eq!(
                row["reason"], "no account of this part is in the data",
                "{table} {key:?}"
            );
            for number in ["value", "ci_low", "ci_high", "p_value", "effect", "events", "finding"] {
                assert!(row.get(number).is_none_or(Value::is_null), "{table} {key:?}: {row}");
            }
            if table != "at_risk" {
                assert_eq!(row["n"], 0, "{table} {key:?}");
            }
        }
    }
    // Nor is an account in the data of whom only others' lists of follows tell.
    let mut world = World::rich();
    world.accounts = 17;
    world.created.push(at(-9, 0));
    world.suspended.push(None);
    world.follows.push((3, 16, Some(at(5, 1))));
    let study = Study::of(world, "account_id,role\na00,voice\na16,ghost\n");
    for asked in ["size", "structure"] {
        let out = study.path(asked);
        study.run(&["--by", "role", "--measure", asked, "-o", &out.display().to_string()]);
        let measures = TableFile::<Measures>::open(&out).unwrap().read().unwrap();
        let mut ghosts = measures
            .rows()
            .unwrap()
            .filter(|row| row.group == "listed/role=ghost")
            .peekable();
        assert!(ghosts.peek().is_some());
        assert!(
            ghosts.all(|row| row.reason == Some("no account of this part is in the data")),
            "{asked}"
        );
    }
}

#[test]
fn accounts_without_a_value_are_told() {
    // Ten accounts were ever on the list: of two the column is blank, five are not in the table.
    let study = Study::with("account_id,role\na00,voice\na01,\na02,\na03,voice\na04,other\na15,other\n");
    let measures = study.rows("role", "measures");
    let method = |measure: &str, group: &str| {
        let key = format!("\"{measure}\" \"all\" null null null null null null null");
        measures[&(group.to_owned(), key)]["method"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let told = "of 10 accounts ever on the list then, 2 have a blank role and 5 are not in the table of attributes";
    for part in ["voice", "other"] {
        for measure in ["size.max", "size.median", "size.min"] {
            let method = method(measure, &format!("listed/role={part}"));
            assert!(method.contains(told), "{method}");
        }
    }
    assert!(!method("size.max", "listed").contains("role"));
    let out = study.path("out");
    let said = study.run(&["--by", "role", "-o", &out.display().to_string()]);
    assert!(
        said.contains("a blank value 2") && said.contains("not in the table of attributes 5"),
        "{said}"
    );
    let ledger = TableFile::<LedgerEntries>::open(&out).unwrap().read().unwrap();
    let of_lists: Vec<(Flow, i64)> = ledger
        .rows()
        .unwrap()
        .filter(|row| row.source == "attributes of accounts on a list")
        .map(|row| (row.flow, row.records))
        .collect();
    assert!(
        of_lists.contains(&(Flow::Read, 10)) && of_lists.contains(&(Flow::Used, 3)),
        "{of_lists:?}"
    );
}

#[test]
fn later_accounts_of_parts_add_up() {
    // Persons are a01 and a02; a04, a05 and a06; a08 alone: their accounts are of both parts.
    let study = Study::with(&everybody());
    let measures = study.rows("parity", "measures");
    let row = |measure: &str, group: &str| {
        let key = format!("\"{measure}\" \"all\" null null null null null null null");
        measures[&(group.to_owned(), key)].clone()
    };
    for group in ["everyone", "listed"] {
        let value = |measure: &str, part: &str| row(measure, &format!("{group}{part}"))["value"].as_f64().unwrap();
        let parts = |measure: &str| ["/parity=even", "/parity=odd"].map(|part| value(measure, part));
        assert_eq!(
            (parts("returns.accounts"), value("returns.accounts", "")),
            ([2.0, 1.0], 3.0)
        );
        // The second person returned as an account of either part.
        assert_eq!(
            (parts("returns.persons"), value("returns.persons", "")),
            ([2.0, 1.0], 2.0)
        );
    }
    let of_odd = row("returns.accounts", "everyone/parity=odd");
    let told = "2 later accounts of these persons are not of this part and not counted";
    assert!(of_odd["method"].as_str().unwrap().contains(told), "{of_odd}");
    // Held against the first account, which is of the other part: a02 against a01, a06 against a04.
    let peak = |account: usize| {
        let seen = study.world.seen.iter().filter(|seen| seen.0 == account);
        seen.map(|seen| seen.2).max().unwrap() as f64
    };
    let median = (peak(2) / peak(1) + peak(6) / peak(4)) / 2.0;
    let found = row("returns.followers_ratio", "everyone/parity=even")["value"]
        .as_f64()
        .unwrap();
    assert!((found - median).abs() < 1e-12, "{found} {median}");
    let tests = study.rows("parity", "tests");
    let n = |part: &str| {
        let mut of = tests.iter().filter(|((group, key), _)| {
            *group == format!("everyone/parity={part}")
                && key.contains("\"all\"")
                && key.contains("returns.sign\" \"followers_peak.against_first")
        });
        of.next().unwrap().1["n"].as_i64()
    };
    assert_eq!((n("even"), n("odd")), (Some(2), Some(1)));
}

/// A hundred and thirty accounts on the list that address one another, some more than others.
fn talkative() -> World {
    let mut dice = Dice::new(31);
    let mut world = World {
        accounts: 130,
        listed: 130,
        stays: vec![(None, None); 130],
        created: vec![at(-30, 0); 130],
        suspended: vec![None; 130],
        ..World::default()
    };
    for account in 0..130 {
        world.seen.push((account, at(0, 9), 10, 10));
    }
    let mut told = BTreeSet::new();
    for _ in 0..900 {
        let most = 1 + dice.roll(130);
        let (day, from, to) = (dice.roll(20) as i64, dice.roll(130), dice.roll(most));
        if from != to && told.insert((day, from, to)) {
            let kind = InteractionKind::Reply;
            world
                .interactions
                .push((day, from as usize, name(to as usize), kind, 1 + dice.roll(3) as i64));
        }
    }
    world
}

#[test]
fn precision_is_the_share_with_a_value_among_those_who_rank_highest() {
    let world = talkative();
    let value = |account: usize| match account {
        account if account % 5 == 0 => "",
        account if account % 3 == 0 || account < 40 => "yes",
        _ => "no",
    };
    let rows: String = (0..120)
        .map(|account| format!("{},{}\n", name(account), value(account)))
        .collect();
    let study = Study::of(world.clone(), &format!("account_id,supports\n{rows}"));
    let mut reactions = vec![(0, 0); 130];
    for (_, from, to, _, times) in &world.interactions {
        let to = (0..130).find(|account| name(*account) == *to).unwrap();
        reactions[to].0 += times;
        reactions[*from].1 += times;
    }
    let mut ranked: Vec<usize> = (0..130).filter(|account| reactions[*account] != (0, 0)).collect();
    ranked.sort_by_key(|account| {
        let (drawn, given) = reactions[*account];
        (-drawn - given, -drawn, name(*account))
    });
    assert!((100..200).contains(&ranked.len()));
    let labelled = |accounts: &[usize]| -> (f64, f64) {
        let of = |wanted: &str| {
            accounts
                .iter()
                .filter(|account| **account < 120 && value(**account) == wanted)
                .count() as f64
        };
        (of("yes"), of("no"))
    };
    let measures = study.rows("supports", "measures");
    let row = |k: usize, group: &str| {
        let key = format!("\"influence.precision_at_{k}\" \"all\" null null null null null null null");
        measures[&(group.to_owned(), key)].clone()
    };
    let (yes, no) = labelled(&ranked[..100]);
    assert!(yes > 0.0 && no > 0.0 && yes + no < 100.0);
    for (part, count) in [("yes", yes), ("no", no)] {
        let found = row(100, &format!("listed/supports={part}"));
        assert_eq!(found["value"].as_f64(), Some(count / (yes + no)), "{found}");
        assert_eq!(found["n"].as_f64(), Some(yes + no));
        assert!(found["ci_low"].as_f64() < found["value"].as_f64(), "{found}");
    }
    let (all_yes, all_no) = labelled(&ranked);
    let told = format!(
        "of all {} ranked accounts with a value, {all_yes} have this one",
        all_yes + all_no
    );
    assert!(
        row(100, "listed/supports=yes")["method"]
            .as_str()
            .unwrap()
            .contains(&told)
    );
    for k in [200, 400] {
        let reason = format!(
            "fewer than {k} accounts on the list addressed another or were addressed ({})",
            ranked.len()
        );
        assert_eq!(row(k, "listed/supports=yes")["reason"], reason);
    }
    let whole = row(100, "listed");
    assert!(
        whole["value"].is_null() && whole["reason"].as_str().unwrap().starts_with("needs labels"),
        "{whole}"
    );
}

#[test]
fn what_cannot_be_used_is_said() {
    Study::with("account_id,role\na00,x\n").refused("part", "it has no column 'part', only account_id, role");
    Study::with("account_id,handle,role\na00,a00,x\n")
        .refused("Handle", "--by Handle would split accounts from themselves");
    Study::with("account_id,role\na00,x\n")
        .refused("account_id", "--by account_id would split accounts from themselves");
    Study::with("name,role\na00,x\n").refused("role", "neither account_id nor handle");
    Study::with("account_id,role\na00,x\na00,y\n").refused("role", "lines 2 and 3 name the same account");
    Study::with("account_id,role\na00,x,1\n").refused("role", "line 2 has 3 fields, the header has 2");
    Study::with("account_id,role\n,x\n").refused("role", "line 2 has no account_id and no handle");
    Study::with("account_id,role\na00,\n").refused("role", "its column 'role' is empty");
    Study::with("").refused("role", "it is empty");
    Study::with("account_id,role\n").refused("role", "it names no account");
    Study::with("account_id,role,Role\na00,x,y\n").refused("role", "has the column 'role' more than once");
    Study::with("account_id,role\na00,x\n").refused("role,role", "--by names 'role' twice");
    Study::with("account_id;role\na00;x\n").refused("role", "no comma divides its fields");
    Study::with("account_id,role\n\"a00,x\n").refused("role", "line 2 has 1 field, the header has 2");
    let many: String = (0..101).map(|row| format!("n{row},{row}\n")).collect();
    Study::with(&format!("account_id,role\n{many}")).refused("role", "its column 'role' has 101 values");
    let study = Study::with("");
    std::fs::write(study.path("people.csv"), b"account_id,role\n\xff,x\n").unwrap();
    study.refused("role", "it is not UTF-8 (line 2, byte 16)");
    std::fs::write(study.path("people.csv"), b"\xff\xfea\0c\0").unwrap();
    study.refused("role", "it is UTF-16, not UTF-8");
    std::fs::write(study.path("people.csv"), b"\x1f\x8b\x08").unwrap();
    study.refused("role", "it is packed (gzip)");
    std::fs::remove_file(study.path("people.csv")).unwrap();
    study.refused("role", "cannot read");
}
