//! The shape of the workspace: stages are separate programs that meet only in Parquet, so none knows another; what all of them share is
//! below them and knows none of them. Binaries know `stage`, `tables` and `study`; of estimators only `metrics` and `simulate` know,
//! of the SQL engine only `enrich` and `metrics`, through `sql`; `stats` and `tables` know nobody.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::collections::BTreeMap;

use pipeline_tests::root;

fn manifest(path: &str) -> toml::Table {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    text.parse().unwrap()
}

fn dependencies(package: &str) -> Vec<String> {
    manifest(&format!("crates/{package}/Cargo.toml"))["dependencies"]
        .as_table()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

/// The folders of `crates`.
fn crates() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Each of our crates, and those of ours that it may know.
const MAY_KNOW: [(&str, &[&str]); 12] = [
    ("dedupe", &["stage", "tables"]),
    ("enrich", &["sql", "stage", "study", "tables"]),
    ("ingest", &["stage", "tables"]),
    ("just", &[]),
    ("metrics", &["sql", "stage", "stats", "study", "tables"]),
    ("report", &["stage", "study", "tables"]),
    ("simulate", &["stage", "stats", "study", "tables"]),
    ("sql", &["tables"]),
    ("stage", &["tables"]),
    ("stats", &[]),
    ("study", &[]),
    ("tables", &[]),
];

#[test]
fn stages_meet_only_in_parquet() {
    let known: Vec<&str> = MAY_KNOW.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        crates(),
        known,
        "a crate is new or gone: say in MAY_KNOW whom it may know"
    );
    let workspace = manifest("Cargo.toml");
    for (package, allowed) in MAY_KNOW {
        for dependency in dependencies(package) {
            let ours = workspace["workspace"]["dependencies"][&dependency]
                .get("path")
                .is_some();
            assert!(
                !ours || allowed.contains(&dependency.as_str()),
                "{package} must not know {dependency}"
            );
        }
    }
}

#[test]
fn only_sql_sees_polars() {
    for package in crates() {
        let sees_polars = dependencies(&package)
            .iter()
            .any(|dependency| dependency.starts_with("polars"));
        assert_eq!(sees_polars, package == "sql", "{package}");
    }
}

#[test]
fn one_arrow_in_the_tree() {
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in manifest("Cargo.lock")["package"].as_array().unwrap() {
        let text = |key: &str| package[key].as_str().unwrap().to_owned();
        versions.entry(text("name")).or_default().push(text("version"));
    }
    for name in ["arrow", "arrow-array", "arrow-schema", "parquet"] {
        assert_eq!(versions[name].len(), 1, "{name}: {:?}", versions[name]);
        assert!(versions[name][0].starts_with("59."), "{name}: {:?}", versions[name]);
    }
}

#[test]
fn citation_and_changelog_name_the_version_of_the_manifest() {
    let version = manifest("Cargo.toml")["workspace"]["package"]["version"]
        .as_str()
        .unwrap()
        .to_owned();
    let citation = std::fs::read_to_string(root().join("CITATION.cff")).unwrap();
    assert!(
        citation.lines().any(|line| line == format!("version: {version}")),
        "CITATION.cff is stale"
    );
    let changelog = std::fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    assert!(
        changelog.contains(&format!("## {version}")),
        "CHANGELOG.md does not tell of {version}"
    );
}

/// What a download left behind weighs on every clone for ever; data of this project are small, made samples.
#[test]
fn nothing_tracked_is_large() {
    let listed = std::process::Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root())
        .output();
    let Some(listed) = listed.ok().filter(|listed| listed.status.success()) else {
        eprintln!("skipped: this is no checkout of git");
        return;
    };
    let names = String::from_utf8(listed.stdout).unwrap();
    let names: Vec<&str> = names.split('\0').filter(|name| !name.is_empty()).collect();
    assert!(names.contains(&"Cargo.toml"));
    for name in names {
        // What is deleted but not yet committed has no size.
        let bytes = std::fs::metadata(root().join(name)).map_or(0, |file| file.len());
        assert!(bytes <= 1_000_000, "'{name}' has {bytes} bytes");
    }
}
