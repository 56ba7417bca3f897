//! What posts hold, from raw files to the table `content`, counted again by DuckDB, numpy and Python.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::path::Path;
use std::process::Command;

use pipeline_tests::{root, run_ok};

/// Holds a finished pipeline against the witness; gives what it printed, or nothing where there is no Python.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn witnessed(enriched: &Path, measured: &Path) -> Option<String> {
    let Some(python) = std::env::var_os("DIMINUENDO_PYTHON") else {
        eprintln!("skipped: content in DuckDB, since DIMINUENDO_PYTHON is not set");
        return None;
    };
    let output = Command::new(python)
        .arg(root().join("tests/content_witness.py"))
        .args([enriched, measured])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(said)
}

/// Rows that the witness compared of something.
fn compared(said: &str, what: &str) -> u64 {
    let line = said
        .lines()
        .find_map(|line| line.strip_prefix(what)?.strip_prefix(": "));
    line.unwrap().split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn the_synthetic_study_is_counted_alike() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let study = root().join("datasets/diminishing-returns-2016/study.toml");
    let study = study.display().to_string();
    run_ok(
        "simulate",
        ["--seed", "11", "--scale", "0.2", "-q", "-o", &path("simulated")],
    );
    run_ok("ingest", [&path("simulated/raw"), "-q", "-o", &path("1")]);
    run_ok("dedupe", [&path("1"), "--no-linkage", "-q", "-o", &path("2")]);
    run_ok("enrich", [&path("2"), "--study", &study, "-q", "-o", &path("3")]);
    run_ok("metrics", [&path("3"), "--measure", "content", "-q", "-o", &path("4")]);
    let Some(said) = witnessed(Path::new(&path("3")), Path::new(&path("4"))) else {
        return;
    };
    for (what, least) in [
        ("terms, hashtag", 1_000),
        ("terms, client", 1_000),
        ("terms, domain", 1_000),
        ("posting_days", 1_000),
        ("account_signs", 50),
        ("content of windows", 50),
        ("content of samples", 500),
        ("members as of their samples", 1_000),
    ] {
        assert!(compared(&said, what) >= least, "{what} says little:\n{said}");
    }
}

/// Words that are odd in every way, through the mapping that a person would write.
#[test]
fn odd_words_end_no_run_and_are_counted_or_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let long = "x".repeat(10_240);
    let tweet = |id: u32, hashtags: &[&str], links: &[&str], client: &str, location: &str| {
        let tags: Vec<_> = hashtags
            .iter()
            .map(|tag| serde_json::json!({"text": tag, "indices": [0, 1]}))
            .collect();
        let urls: Vec<_> = links
            .iter()
            .map(|link| serde_json::json!({"url": "https://t.co/x", "expanded_url": link, "indices": [0, 1]}))
            .collect();
        serde_json::json!({
            "id_str": id.to_string(), "created_at": "Mon Jun 01 10:00:00 +0000 2015", "text": "tea in the garden",
            "source": client, "entities": {"hashtags": tags, "urls": urls},
            "user": {"id_str": "7", "screen_name": "maple", "location": location, "followers_count": 3,
                     "profile_image_url": "http://abs.twimg.com/sticky/default_profile_images/default_profile_1_normal.png"},
        })
        .to_string()
    };
    let lines = [
        tweet(
            1,
            &["Tea", "TEA", "", "#"],
            &["http://www.bbc.co.uk/x", "javascript:alert(1)"],
            "<a href=\"x",
            "🇸🇾",
        ),
        tweet(
            2,
            &[&long],
            &["http:///nowhere", "https://bit.ly/x", "not a link"],
            "<a href='y'>IFTTT</a>",
            &"سوريا، ".repeat(1_500),
        ),
        tweet(3, &["شـاي", "أحمد"], &["https://www.موقع.com/"], "Pen & Ink", "Tripoli"),
    ];
    std::fs::write(folder.path().join("tweets.jsonl"), lines.join("\n") + "\n").unwrap();
    run_ok("ingest", [&path("tweets.jsonl"), "-q", "-o", &path("1")]);
    run_ok("dedupe", [&path("1"), "-q", "-o", &path("2")]);
    run_ok("enrich", [&path("2"), "-o", &path("3")]);
    let terms = tables::TableFile::<tables::Terms>::open(Path::new(&path("3")))
        .unwrap()
        .read()
        .unwrap();
    let found: Vec<(&str, &str, Option<&str>)> = terms
        .rows()
        .unwrap()
        .map(|row| (row.kind.word(), row.term, row.mark))
        .collect();
    assert_eq!(
        found,
        [
            ("client", "IFTTT", Some("automation")),
            ("client", "Pen & Ink", None),
            ("domain", "bbc.co.uk", None),
            ("domain", "bit.ly", Some("shortener")),
            ("domain", "xn--4gbrim.com", None),
            ("hashtag", "tea", None),
            ("hashtag", "احمد", None),
            ("hashtag", "شاي", None),
        ]
    );
    let accounts = tables::TableFile::<tables::Accounts>::open(Path::new(&path("3")))
        .unwrap()
        .read()
        .unwrap();
    let places: Vec<_> = accounts
        .rows()
        .unwrap()
        .map(|row| (row.location_country, row.location_candidates))
        .collect();
    assert_eq!(
        places,
        [
            (Some("SY"), Some("SY")),
            (Some("SY"), Some("SY")),
            (None, Some("LB LY"))
        ]
    );
    let signs = tables::TableFile::<tables::AccountSigns>::open(Path::new(&path("3")))
        .unwrap()
        .read()
        .unwrap();
    let sign = signs.rows().unwrap().next().unwrap();
    assert_eq!(
        (sign.posts, sign.default_avatar, sign.automation_share),
        (3, Some(true), Some(0.5))
    );
}

/// Real posts, by counts only.
#[test]
fn real_posts_are_counted_alike() {
    let Some(data) = std::env::var_os("DIMINUENDO_DATA") else {
        eprintln!("skipped: content of real posts, since DIMINUENDO_DATA is not set");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let posts = Path::new(&data).join("fifthtribe").display().to_string();
    run_ok("ingest", [&posts, "-q", "-o", &path("1")]);
    run_ok("dedupe", [&path("1"), "--no-linkage", "-q", "-o", &path("2")]);
    run_ok("enrich", [&path("2"), "-q", "-o", &path("3")]);
    run_ok("metrics", [&path("3"), "--measure", "content", "-q", "-o", &path("4")]);
    if let Some(said) = witnessed(Path::new(&path("3")), Path::new(&path("4"))) {
        assert!(compared(&said, "terms, hashtag") > 1_000, "{said}");
    }
}
