//! Posts and accounts of which there is nothing but a number.

use tables::{Follows, PostIds, PostedBasis, Rejects, Timestamp};

use crate::run::{Bench, Ran};

fn ids(ran: &Ran) -> Vec<(String, Option<i64>, PostedBasis)> {
    let table = ran.table::<PostIds>();
    let rows = table.rows().unwrap();
    rows.map(|row| (row.post_id.to_owned(), row.posted_at.map(|at| at.0), row.posted_basis))
        .collect()
}

// python3 -c "print((606037608354549759 >> 22) + 1288834974657)" → 1433325600123
const OF_2015: (&str, i64) = ("606037608354549759", 1_433_325_600_123);
const OF_2020: (&str, i64) = ("1212092628029698048", 1_577_820_376_771);

#[test]
fn a_file_of_ids_is_told_by_one_that_only_a_post_can_have() {
    let (a, b) = (OF_2015.0, OF_2020.0);
    let expected = [
        (a.to_owned(), Some(OF_2015.1), PostedBasis::Snowflake),
        ("20".to_owned(), None, PostedBasis::None),
        (b.to_owned(), Some(OF_2020.1), PostedBasis::Snowflake),
        (
            "9007199254740993".to_owned(),
            Some((9_007_199_254_740_993 >> 22) + 1_288_834_974_657),
            PostedBasis::Snowflake,
        ),
    ];
    for (name, content) in [
        ("ids.txt", format!("{a}\r\n20\r\n{b}\r\n9007199254740993\r\n")),
        ("ids.json", format!("[{a}, 20,\n \"{b}\",9007199254740993]")),
    ] {
        let ran = Bench::with(name, content).ingest(&[name]);
        assert_eq!(ran.ledger(), ["read 4", "used 4"], "{name}: {}", ran.stderr());
        assert_eq!(ids(&ran), expected, "{name}");
    }
    let table = Bench::with("ids.txt", format!("{a}\n{b}\n"))
        .ingest(&["ids.txt"])
        .table::<PostIds>();
    let places: Vec<_> = table
        .rows()
        .unwrap()
        .map(|row| (row.source_line, row.platform.to_owned()))
        .collect();
    assert_eq!(places, [(1, "twitter".to_owned()), (2, "twitter".to_owned())]);
}

#[test]
fn ids_that_may_be_accounts_have_to_be_told() {
    let list = format!("783214\n{}\n", OF_2020.0);
    let bench = Bench::with("larch.txt", &list);
    bench.put("larch.json", format!("[783214,{}]", OF_2020.0));
    for name in ["larch.txt", "larch.json"] {
        let untold = bench.ingest_to("untold", &[name, "--force"], "");
        assert_eq!(untold.ledger(), ["read 2", "rejected not a known record 2"]);
        let rejects = untold.table::<Rejects>();
        let detail = rejects.rows().unwrap().next().unwrap().detail.map(str::to_owned);
        assert!(
            detail.is_some_and(|detail| detail.contains("--format post-ids")),
            "{name}"
        );
        let posts = bench.ingest_to("posts", &[name, "--format", "post-ids", "--force"], "");
        assert_eq!(posts.ledger(), ["read 2", "used 2"]);
        assert_eq!(ids(&posts)[1].2, PostedBasis::Snowflake);
        let follows = bench.ingest_to("follows", &[name, "--followers-of", "FILE", "--force"], "");
        assert_eq!(follows.ledger(), ["read 2", "used 2"]);
        let table = follows.table::<Follows>();
        let edge = table.rows().unwrap().next().unwrap();
        assert_eq!((edge.follower_id, edge.followed_id), ("783214", "larch"));
    }
}

#[test]
fn what_is_no_id_is_told_of_line_by_line() {
    let content = format!(
        "tweet_id\n\"{}\"\n9.06E+17\n\n{}x\n{{\"ids\":[1,2]}}\n",
        OF_2015.0, OF_2015.0
    );
    let ran = Bench::with("ids.csv", content).ingest(&["ids.csv", "--format", "post-ids"]);
    assert_eq!(
        ran.ledger(),
        ["read 5", "used 1", "rejected no id 3", "skipped header 1"]
    );
    let ran =
        Bench::with("a.jsonl", "{\"ids\":[1,2]}\n{\"text\":\"x\"}\n").ingest(&["a.jsonl", "--format", "post-ids"]);
    assert_eq!((ran.ledger()[0].as_str(), ids(&ran).len()), ("read 2", 2));
}

#[test]
fn a_post_of_v2_without_its_author_is_kept_by_its_id() {
    let id = OF_2015.0;
    let lines = [
        format!(r#"{{"data":[{{"id":"{id}","text":"rain","edit_history_tweet_ids":["{id}"]}}],"meta":{{}}}}"#),
        format!(
            r#"{{"id":"{id}","text":"rain","edit_history_tweet_ids":["{id}"],"created_at":"2015-06-03T10:00:00.000Z"}}"#
        ),
    ];
    let ran = Bench::with("a.jsonl", lines.join("\n")).ingest(&["a.jsonl"]);
    assert_eq!(ran.ledger(), ["read 2", "used 2"]);
    let stated = Timestamp(1_433_325_600_000);
    assert_eq!(
        ids(&ran),
        [
            (id.to_owned(), Some(OF_2015.1), PostedBasis::Snowflake),
            (id.to_owned(), Some(stated.0), PostedBasis::Stated),
        ]
    );
}
