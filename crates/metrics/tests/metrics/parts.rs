//! Groups split by a researcher's own table of attributes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use predicates::str::contains;
use serde_json::Value;

use crate::command::metrics;
use crate::given::{SAMPLE_DAYS, STUDY, World, at, name};

/// A stage directory, and a table of attributes beside it.
struct Study {
    dir: tempfile::TempDir,
    world: World,
}

impl Study {
    fn with(attributes: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let world = World::rich();
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
                // The test between parts is of the whole.
                .filter(|((_, key), _)| !key.contains("parts_by_"))
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
fn what_cannot_be_used_is_said() {
    Study::with("account_id,role\na00,x\n").refused("part", "it has no column 'part', only account_id, role");
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
