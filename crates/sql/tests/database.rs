//! Queries over small tables written as the stages write them.
#![allow(clippy::unwrap_used, reason = "a test says by panicking what it did not find")]

use std::path::Path;

use sql::{Database, Error, witness};
use tables::{
    DAY_MS, Day, Footer, Interaction, InteractionKind, Interactions, Sample, Samples, TableWriter, Timestamp,
};
use tempfile::TempDir;

const FIRST: i64 = 16_600 * DAY_MS;

fn footer() -> Footer {
    Footer {
        stage: "test".to_owned(),
        stage_version: "1".to_owned(),
        options: "{}".to_owned(),
        inputs: Vec::new(),
    }
}

fn write_samples(dir: &Path, days: &[i64]) {
    let mut writer = TableWriter::<Samples>::create(dir).unwrap();
    for day in days {
        let sample_at = Timestamp(FIRST + (day + 1) * DAY_MS - 1);
        writer
            .push(&Sample {
                sample_at,
                day: sample_at.day(),
                name: &format!("day {day}"),
            })
            .unwrap();
    }
    writer.finish(&footer()).unwrap();
}

/// Days on which `a` addressed somebody, and how often.
fn write_interactions(dir: &Path, rows: &[(i32, &str, i64)]) {
    let mut writer = TableWriter::<Interactions>::create(dir).unwrap();
    for (day, target, count) in rows {
        writer
            .push(&Interaction {
                platform: "twitter",
                day: Day(16_600 + day),
                source: "a",
                target,
                kind: InteractionKind::Reply,
                count: *count,
            })
            .unwrap();
    }
    writer.finish(&footer()).unwrap();
}

fn tables() -> TempDir {
    // A name that would be a pattern, were it taken for one.
    let dir = tempfile::Builder::new().prefix("od[d]*?").tempdir().unwrap();
    write_samples(dir.path(), &[1, 3, 9]);
    write_interactions(
        dir.path(),
        &[
            (0, "b", 2),
            (1, "@x\t\\\"", 1),
            (2, "b", 4),
            (3, "é\u{301}", 5),
            (12, "b", 1),
        ],
    );
    dir
}

fn open(dir: &TempDir) -> Database {
    Database::open(dir.path(), &["samples", "interactions"]).unwrap()
}

/// Every construct that the crate's documentation says is shared.
const SHARED: &str = "
-- What was said in each interval that ends with a sample; a row is a sample and a target.
WITH days AS (
    SELECT i.day AS day, MIN(s.day) AS sample_day
    FROM (SELECT DISTINCT day FROM interactions) i CROSS JOIN samples s
    WHERE s.day >= i.day
    GROUP BY i.day
),
placed AS (
    SELECT i.target, i.count, i.day, days.sample_day,
           ROW_NUMBER() OVER (PARTITION BY i.target ORDER BY i.day) AS place,
           LAG(i.day) OVER (PARTITION BY i.target ORDER BY i.day) AS before,
           MAX(i.count) OVER (
               PARTITION BY i.target ORDER BY i.day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
           ) AS most
    FROM interactions i LEFT JOIN days ON i.day = days.day
)
SELECT p.target AS target, p.day AS day, p.place AS place, p.before AS before, p.most AS most,
       CASE WHEN p.before IS NULL THEN 'first' ELSE 'later' END AS word,
       s.sample_at AS sample_at, CAST(s.sample_at AS DATE) AS sample_day, p.count > 1 AS more,
       COALESCE(s.name, 'after the last') AS name
FROM placed p JOIN (SELECT target FROM interactions WHERE count > 0 GROUP BY target) a ON p.target = a.target
LEFT JOIN samples s ON p.sample_day = s.day
UNION ALL
SELECT 'zz' AS target, MIN(day) AS day, COUNT(*) AS place, MAX(day) AS before, SUM(count) AS most,
       'all' AS word, NULL AS sample_at, NULL AS sample_day, TRUE AS more, 'total' AS name
FROM interactions
GROUP BY source
HAVING COUNT(DISTINCT target) > 2
ORDER BY target, day
";

#[test]
fn the_shared_dialect_gives_the_same_rows_here_and_in_duckdb() {
    let dir = tables();
    let database = open(&dir);
    let rows = database.query("shared.sql", SHARED).unwrap();
    // Bytes order texts, so that what is not ASCII comes last.
    assert_eq!(
        rows.all_text("target").unwrap(),
        ["@x\t\\\"", "b", "b", "b", "zz", "é\u{301}"]
    );
    assert_eq!(rows.all_integers("place").unwrap(), [1, 1, 2, 3, 5, 1]);
    assert_eq!(rows.all_integers("most").unwrap(), [1, 2, 4, 4, 13, 5]);
    let day = |day: i32| Some(Day(16_600 + day));
    assert_eq!(
        rows.days("before").unwrap(),
        [None, None, day(0), day(2), day(12), None]
    );
    assert_eq!(
        rows.days("sample_day").unwrap(),
        [day(1), day(1), day(3), None, None, day(3)]
    );
    let sample = |day: i64| Some(Timestamp(FIRST + (day + 1) * DAY_MS - 1));
    assert_eq!(
        rows.moments("sample_at").unwrap(),
        [sample(1), sample(1), sample(3), None, None, sample(3)]
    );
    assert_eq!(rows.all_flags("more").unwrap(), [false, true, true, false, true, true]);
    witness::assert_agrees(&database, "shared.sql", SHARED);
}

#[test]
fn the_witness_sees_a_difference() {
    if std::env::var_os(witness::PYTHON).is_none() {
        eprintln!("skipped: {} is not set", witness::PYTHON);
        return;
    }
    // Polars divides integers to a number, DuckDB to a number too, but the integer division of both differs below zero.
    let dir = tables();
    let text = "SELECT day, (0 - count) // 3 AS third FROM interactions ORDER BY day";
    let error = witness::compare(&open(&dir), "q.sql", text).unwrap_err().to_string();
    assert!(error.contains("row 1 differs"), "{error}");
}

#[test]
fn part_files_are_one_table_and_empty_tables_are_tables() {
    let dir = TempDir::new().unwrap();
    write_samples(dir.path(), &[]);
    std::fs::create_dir(dir.path().join("interactions")).unwrap();
    for (part, rows) in [("a", &[(0, "b", 2)][..]), ("b", &[(1, "b", 3)][..])] {
        let made = TempDir::new().unwrap();
        write_interactions(made.path(), rows);
        std::fs::copy(
            made.path().join("interactions.parquet"),
            dir.path().join(format!("interactions/{part}.parquet")),
        )
        .unwrap();
    }
    let database = open(&dir);
    let text = "SELECT target, SUM(count) AS n FROM interactions GROUP BY target ORDER BY target";
    let rows = database.query("q.sql", text).unwrap();
    assert_eq!(rows.all_integers("n").unwrap(), [5]);
    witness::assert_agrees(&database, "q.sql", text);
    let rows = database
        .query("q.sql", "SELECT sample_at, name FROM samples ORDER BY sample_at")
        .unwrap();
    assert!(rows.is_empty());
    assert_eq!(rows.moments("sample_at").unwrap(), []);
}

#[test]
fn what_is_wrong_is_an_error_that_names_the_file() {
    let dir = tables();
    let database = open(&dir);
    let refused = |text: &str| database.query("q.sql", text).unwrap_err();
    for text in [
        "SELEKT a ORDER BY a",
        "SELECT day FROM nowhere ORDER BY day",
        "SELECT nothing FROM samples ORDER BY nothing",
        "SELECT day, name + 1 AS n FROM samples ORDER BY day",
    ] {
        let error = refused(text);
        assert!(matches!(error, Error::Engine { .. }), "{text}: {error:?}");
        assert!(error.to_string().starts_with("q.sql: "), "{error}");
    }
    let error = refused("SELECT target FROM interactions ORDER BY target");
    assert_eq!(
        error.to_string(),
        "q.sql: rows 1 and 2 have the same ORDER BY key (target)"
    );
    let error = refused("SELECT target FROM interactions ORDER BY day");
    assert_eq!(error.to_string(), "q.sql: there is no column 'day' (there are: target)");
    let rows = database
        .query(
            "q.sql",
            "SELECT day, LAG(day) OVER (ORDER BY day) AS before FROM samples ORDER BY day",
        )
        .unwrap();
    let error = rows.text("day").unwrap_err().to_string();
    assert_eq!(error, "q.sql: column 'day' is date, not text");
    let error = rows.all_days("before").unwrap_err().to_string();
    assert_eq!(error, "q.sql: column 'before' is null in row 0");
}

#[test]
fn a_kept_table_is_asked_until_it_is_forgotten() {
    let dir = tables();
    let mut database = open(&dir);
    let sums = "SELECT target, SUM(count) AS n FROM interactions GROUP BY target";
    database.keep("sums", "sums.sql", sums).unwrap();
    let text = "SELECT target, n FROM sums ORDER BY target";
    assert!(!database.query("q.sql", text).unwrap().is_empty());
    // Polars would ask the table, DuckDB what the statement calls so.
    let hidden = "WITH sums AS (SELECT target, 1 AS n FROM interactions GROUP BY target) SELECT target, n FROM sums ORDER BY target";
    let error = database.query("q.sql", hidden).unwrap_err();
    assert!(matches!(error, Error::Rule { .. }), "{error:?}");
    assert!(error.to_string().contains("`sums` is a table already"), "{error}");
    database.forget("sums");
    database.forget("interactions");
    assert!(matches!(
        database.query("q.sql", text).unwrap_err(),
        Error::Engine { .. }
    ));
    let rows = database.query("q.sql", hidden).unwrap();
    assert!(rows.all_integers("n").unwrap().iter().all(|n| *n == 1));
}

#[test]
fn a_file_that_is_absent_or_broken_is_named() {
    let dir = tables();
    let error = Database::open(dir.path(), &["posts"]).unwrap_err().to_string();
    assert!(error.starts_with("there is no table 'posts' in "), "{error}");
    std::fs::write(dir.path().join("posts.parquet"), "not Parquet at all").unwrap();
    let broken = Database::open(dir.path(), &["posts"])
        .and_then(|database| database.query("q.sql", "SELECT post_id FROM posts ORDER BY post_id"));
    assert!(broken.is_err());
}
