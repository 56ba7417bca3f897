//! The command itself: same seed same bytes, another seed other bytes, errors with a remedy.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::collections::BTreeMap;
use std::path::Path;

use assert_cmd::Command;

fn simulate(args: &[&str]) -> assert_cmd::assert::Assert {
    Command::cargo_bin("simulate").unwrap().args(args).assert()
}

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for folder in [dir.to_owned(), dir.join("raw"), dir.join("truth")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.strip_prefix(dir).unwrap().to_string_lossy().into_owned();
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

#[test]
fn same_seed_same_bytes_at_any_thread_count() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).to_string_lossy().into_owned();
    simulate(&["--scale", "0.02", "-q", "-j", "1", "-o", &at("a")]).success();
    simulate(&["--scale", "0.02", "-q", "-j", "2", "-o", &at("b")]).success();
    simulate(&["--scale", "0.02", "-q", "--seed", "7", "-o", &at("c")]).success();
    let (a, b, c) = (
        files(&dir.path().join("a")),
        files(&dir.path().join("b")),
        files(&dir.path().join("c")),
    );
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, bytes) in &a {
        assert!(*bytes == b[name], "{name} differs between runs");
    }
    for name in [
        "raw/tweets-stream-2015-06.jsonl.gz",
        "raw/roster.csv",
        "truth/truth_accounts.parquet",
    ] {
        assert!(a[name] != c[name], "{name} does not depend on the seed");
    }
    for name in [
        "truth/truth_accounts.parquet",
        "truth/truth_measures.parquet",
        "truth/truth_injected.parquet",
        "personas.csv",
        "run.json",
    ] {
        assert!(a.contains_key(name), "{name} is missing");
    }
    // The gzip header holds no time: bytes 4 to 7.
    assert_eq!(a["raw/tweets-stream-2015-06.jsonl.gz"][4..8], [0; 4]);
    simulate(&["--scale", "0.02", "--if-changed", "-o", &at("a")])
        .success()
        .stderr(predicates::str::contains("is up to date"));
}

#[test]
fn another_observer_of_the_same_world_sees_others() {
    let dir = tempfile::tempdir().unwrap();
    let run = |name: &str, more: &[&str]| {
        let at = dir.path().join(name).to_string_lossy().into_owned();
        let common = ["--scale", "0.05", "-q", "--seed", "7", "--pressure", "none", "-o", &at];
        simulate(&[&common, more].concat()).success();
        files(&dir.path().join(name))
    };
    let plain = run("plain", &[]);
    let same = run("same", &["--observer-seed", "7"]);
    for (name, bytes) in plain.iter().filter(|(name, _)| name.starts_with("raw/")) {
        assert!(*bytes == same[name], "{name} differs where the seed is the same");
    }
    let other = run("other", &["--observer-seed", "8"]);
    assert_eq!(
        plain["personas.csv"], other["personas.csv"],
        "nobody is removed: the people and their accounts"
    );
    for name in [
        "raw/roster.csv",
        "raw/follows.csv",
        "raw/tweets-stream-2015-06.jsonl.gz",
    ] {
        assert!(plain[name] != other[name], "{name} does not depend on the observer");
    }
    let listed = |files: &BTreeMap<String, Vec<u8>>| {
        let rows = String::from_utf8(files["raw/roster.csv"].clone()).unwrap();
        rows.lines().filter(|row| row.starts_with("main,")).count()
    };
    let few = run("few", &["--observer-seed", "8", "--roster-coverage", "0.1"]);
    assert!(
        listed(&few) > 0 && 4 * listed(&few) < listed(&other),
        "{} of {}",
        listed(&few),
        listed(&other)
    );
}

#[test]
fn bad_arguments_are_refused_with_exit_code_2() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().join("x").to_string_lossy().into_owned();
    for args in [
        ["--scale", "0"],
        ["--scale", "NaN"],
        ["--post-share", "1.5"],
        ["--roster-coverage", "-0.1"],
        ["--observer-seed", "x"],
        ["--seed", "-1"],
    ] {
        simulate(&[args[0], args[1], "-o", &at]).code(2);
        assert!(!dir.path().join("x").exists());
    }
    simulate(&[]).code(2).stderr(predicates::str::contains("remedy"));
}
