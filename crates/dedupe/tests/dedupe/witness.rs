//! DuckDB on the same Parquet, as a witness from outside.

use std::process::Command;

use tables::{Flow, Timestamp};

use crate::archive::{Archive, account, dedupe, post};

/// The statements that the program's result is held against: how many posts, which observation wins, how many account
/// observations. Null equals null in all of them, as in the program.
const PYTHON: &str = r#"
import sys, duckdb
before, after = sys.argv[1:]
posts, kept = (f"read_parquet('{folder}/posts.parquet')" for folder in (before, after))
act = "CASE WHEN post_id IS NULL THEN "
key = f"platform, post_id, {act} account_id END, {act} posted_at END, {act} text END"
one = lambda sql: duckdb.sql(sql).fetchall()[0][0]

expected = one(f"SELECT count(*) FROM (SELECT DISTINCT {key} FROM {posts})")
assert one(f"SELECT count(*) FROM {kept}") == expected, expected

# Where every observation has its own time, the latest is kept as it stands; likes are the largest.
window = f"OVER (PARTITION BY {key}"
wins = f"""SELECT source_file, source_line, source_part, handle, max(likes) {window}) AS likes FROM {posts}
           QUALIFY row_number() {window} ORDER BY observed_at DESC NULLS LAST) = 1"""
found = f"SELECT source_file, source_line, source_part, handle, likes FROM {kept}"
assert one(f"SELECT count(*) FROM (({wins}) EXCEPT ALL ({found}))") == 0
assert one(f"SELECT count(*) FROM (({found}) EXCEPT ALL ({wins}))") == 0

accounts, left = (f"read_parquet('{folder}/accounts.parquet')" for folder in (before, after))
content = "SELECT DISTINCT * EXCLUDE (source_file, source_line, source_part)"
assert one(f"SELECT count(*) FROM {left}") == one(f"SELECT count(*) FROM ({content} FROM {accounts})")
assert one(f"SELECT count(*) FROM {left}") < one(f"SELECT count(*) FROM {accounts}")

dropped = one(f"SELECT count(*) FROM read_parquet('{after}/duplicates.parquet') WHERE \"table\" = 'posts'")
assert dropped == one(f"SELECT count(*) FROM {posts}") - expected
# No row is both dropped and kept, and every kept row that duplicates names is there.
assert one(f"""SELECT count(*) FROM read_parquet('{after}/duplicates.parquet') d WHERE d.table = 'posts' AND NOT EXISTS
  (SELECT 1 FROM {kept} k WHERE (k.source_file, k.source_line, k.source_part) = (d.kept_file, d.kept_line, d.kept_part))""") == 0
assert one(f"""SELECT count(*) FROM read_parquet('{after}/duplicates.parquet') d JOIN {kept} k
  ON (k.source_file, k.source_line, k.source_part) = (d.dropped_file, d.dropped_line, d.dropped_part)
  WHERE d.table = 'posts'""") == 0
print(expected)
"#;

/// Posts from a fixed sequence: some 20,000 rows over three batches, ids of a third of them repeated, a tenth without an id.
fn archive() -> Archive {
    let mut state: u64 = 2_016;
    let mut next = |below: u64| {
        // Knuth's MMIX generator; its upper bits are used.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let texts: Vec<&'static str> = (0..40).map(|i| &*format!("word {i}").leak()).collect();
    let handles: Vec<&'static str> = (0..50).map(|i| &*format!("h{i}").leak()).collect();
    let mut archive = Archive::default();
    for line in 1..=20_000_i64 {
        let id = if next(10) == 0 {
            String::new()
        } else {
            next(9_000).to_string()
        };
        let mut record = post(id.leak(), line);
        record.text = Some(texts[usize::try_from(next(40)).unwrap()]);
        record.posted_at = (next(20) > 0).then(|| Timestamp(i64::try_from(next(30)).unwrap()));
        record.handle = Some(handles[usize::try_from(next(50)).unwrap()]);
        // A time of its own for every row: line 1 is not the earliest.
        record.observed_at = Some(Timestamp((line * 7_919) % 20_011));
        record.likes = (next(3) > 0).then(|| i64::try_from(next(1_000)).unwrap());
        archive.posts.push(record);
        if line <= 9_000 {
            let mut row = account("11", Some(handles[usize::try_from(next(50)).unwrap()]), line);
            row.followers = (next(5) > 0).then(|| i64::try_from(next(20)).unwrap());
            archive.accounts.push(row);
        }
    }
    archive
}

#[test]
fn duckdb_keeps_the_same_rows() {
    let Some(python) = std::env::var_os("DIMINUENDO_PYTHON") else {
        eprintln!("skipped: DIMINUENDO_PYTHON is not set, so no DuckDB to compare with");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let archive = archive();
    let input = archive.write(folder.path());
    let out = folder.path().join("out");
    let summary = dedupe().arg(&input).arg("-o").arg(&out).arg("--json").output().unwrap();
    assert!(summary.status.success());
    let output = Command::new(python)
        .arg("-c")
        .arg(PYTHON)
        .args([&input, &out])
        .output()
        .unwrap();
    let (found, problem) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{problem}");
    let used: u64 = found.trim().parse().unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&summary.stdout).unwrap();
    let told = summary["ledger"].as_array().unwrap().iter();
    let posts_used = told.filter(|entry| entry["source"] == "posts" && entry["flow"] == Flow::Used.word());
    assert_eq!(
        posts_used.map(|entry| entry["records"].as_u64().unwrap()).sum::<u64>(),
        used
    );
}
