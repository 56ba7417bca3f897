//! JSON through mappings.

use tables::{Accounts, PostKind, Posts, Rejects, Timestamp};

use crate::run::{Bench, tweet};

const MAPPING: &str = r#"
platform = "example"
trim = true
null = ["", "None"]
zone = "UTC"
times = ["%Y-%m-%d %H:%M", "%epoch"]
unread = ["internal"]

[accounts]
account_id = "user.ID"
handle = "user.screen_name"
followers = { path = "user.counts.followers", optional = true }
verified = { path = "user.verified", optional = true }
created_at = { path = "user.since", optional = true }
latitude_is_no_field = "x"

[posts]
records = "posts[]"
post_id = "posts[].id"
account_id = "user.ID"
text = { path = "posts[].text", optional = true }
posted_at = { path = "posts[].at", optional = true }
kind = { path = "posts[].sort", optional = true, words = { "" = "original", share = "repost" } }
hashtags = { path = "posts[].tags", optional = true }
urls = { path = "posts[].links[].to", optional = true }
likes = { path = "posts[].likes", optional = true }
latitude = { path = "posts[].place.lat", optional = true }
"#;

fn mapping() -> String {
    MAPPING.replace("latitude_is_no_field = \"x\"\n", "")
}

fn record() -> String {
    r##"{"internal": {"a": 1}, "mood": "calm", "user": {"ID": 9007199254740993, "screen_name": "@Larch  ", "verified": true, "since": 1433325600.5,
    "counts": {"followers": 12.0, "lists": 3}},
    "posts": [
      {"id": "1", "text": "tea \u0026amp; garden \ud83c\udf31", "at": "2015-06-03 10:00", "sort": null, "tags": ["#a", null, "b"],
       "links": [{"to": "http://a.example/1"}, {"to": null}, {"from": "x"}, {"to": "http://a.example/2"}], "likes": 0, "place": {"lat": -5e-1}},
      {"id": 18446744073709551615, "text": "None", "sort": "share", "likes": "7", "tags": "c", "links": {"to": "http://a.example/3"}, "place": null},
      {"id": 9.06e17, "text": 5, "likes": -1, "tags": []},
      {"id": "4", "at": "yesterday"},
      null
    ]}"##
    .replace('\n', " ")
}

#[test]
fn nested_records_become_rows_of_their_own() {
    let bench = Bench::with("a.jsonl", format!("{}\n", record()));
    bench.put("m.toml", mapping());
    let ran = bench.ingest(&["a.jsonl", "--mapping", "m.toml"]);
    // The account, and five items of the list.
    assert_eq!(
        ran.ledger(),
        [
            "read 6",
            "used 4",
            "rejected unreadable time 1",
            "skipped null in a list of records 1"
        ],
        "{}",
        ran.stderr()
    );
    let accounts = ran.table::<Accounts>();
    let account = accounts.rows().unwrap().next().unwrap();
    assert_eq!(
        (
            account.platform,
            account.account_id,
            account.handle,
            account.followers,
            account.verified
        ),
        ("example", "9007199254740993", Some("Larch"), Some(12), Some(true))
    );
    // python3 -c "from datetime import *; print(int(datetime(2015,6,3,10,tzinfo=timezone.utc).timestamp()*1000))" → 1433325600000
    assert_eq!(account.created_at, Some(Timestamp(1_433_325_600_500)));
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert_eq!(posts.len(), 3);
    assert_eq!(
        (posts[0].text, posts[0].kind, posts[0].likes, posts[0].latitude),
        (Some("tea & garden 🌱"), PostKind::Original, Some(0), Some(-0.5))
    );
    assert_eq!(posts[0].posted_at, Some(Timestamp(1_433_325_600_000)));
    assert_eq!(posts[0].hashtags, Some(vec!["a", "b"]));
    assert_eq!(posts[0].urls, Some(vec!["http://a.example/1", "http://a.example/2"]));
    assert_eq!(
        (posts[1].post_id, posts[1].text, posts[1].kind, posts[1].likes),
        (Some("18446744073709551615"), None, PostKind::Repost, Some(7))
    );
    assert_eq!(posts[1].hashtags, Some(vec!["c"]));
    assert_eq!(
        posts[1].urls,
        Some(vec!["http://a.example/3"]),
        "one object is a list of one"
    );
    // A number that has lost digits is no identifier, and a negative count none.
    assert_eq!(
        (posts[2].post_id, posts[2].text, posts[2].likes),
        (None, Some("5"), None)
    );
    assert_eq!(posts[2].hashtags, Some(vec![]));
    assert_eq!(
        posts
            .iter()
            .map(|post| (post.source_line, post.source_part))
            .collect::<Vec<_>>(),
        [(1, 0), (1, 1), (1, 2)]
    );
    // What no path leads to is told of, once a record.
    let told = ran.stderr();
    assert!(
        told.starts_with(
            "ingest: not known and not read: key.mood (1), key.posts[].links[].from (1), key.user.counts.lists (1); "
        ),
        "{told}"
    );
}

#[test]
fn lists_lines_and_half_characters_are_read_alike() {
    let one = r#"{"who":"larch","what":"fog \ud83d"}"#;
    let bench = Bench::new();
    bench.put(
        "m.toml",
        "format = \"json\"\n[posts]\nhandle = \"who\"\ntext = \"what\"\n",
    );
    for (name, content) in [
        ("lines.jsonl", format!("{one}\n{one}\n")),
        ("list.json", format!("[{one},\n{one}]")),
        (
            "pretty.json",
            format!("{0}\n{0}", one.replace(',', ",\n").replace('{', "{\n")),
        ),
    ] {
        bench.put(name, content);
        let ran = bench.ingest_to(name.split('.').next().unwrap(), &[name, "--mapping", "m.toml"], "");
        assert_eq!(ran.ledger(), ["read 2", "used 2"], "{name}: {}", ran.stderr());
        let posts = ran.table::<Posts>();
        assert_eq!(posts.rows().unwrap().last().unwrap().text, Some("fog \u{fffd}"));
    }
}

#[test]
fn a_record_that_does_not_fit_is_what_it_is_without_a_mapping() {
    let bench = Bench::with("m.toml", mapping());
    // Nulls on the way count as keys that are there; a key that is missing is named.
    let lines = [
        tweet(1, ""),
        r#"{"user":{"ID":"5","screen_name":null},"posts":null}"#.to_owned(),
        r#"{"user":null,"posts":[]}"#.to_owned(),
        r#"{"user":{"ID":"5"},"posts":[],"text":"tea"}"#.to_owned(),
        r#"{"person":{}}"#.to_owned(),
        "{\"user\": ".to_owned(),
        "7".to_owned(),
    ];
    bench.put("a.jsonl", lines.join("\n"));
    let ran = bench.ingest(&["a.jsonl", "--mapping", "m.toml"]);
    assert_eq!(
        ran.ledger(),
        [
            "read 7",
            "used 2",
            "rejected no account 1",
            "rejected no id 1",
            "rejected not JSON 1",
            "rejected not a known record 2"
        ]
    );
    assert_eq!(ran.status(), 0, "{}", ran.stderr());
    let rejects = ran.table::<Rejects>();
    let details: Vec<_> = rejects
        .rows()
        .unwrap()
        .filter_map(|row| row.detail.map(str::to_owned))
        .collect();
    assert!(
        details.contains(&"key 'user.screen_name' is missing (mapping 'm.toml', line 11)".to_owned()),
        "{details:?}"
    );
    // Without a record that fits it, the mapping is told of; the records stay what they are.
    bench.put("b.jsonl", tweet(1, ""));
    let ran = bench.ingest_to("b", &["b.jsonl", "--mapping", "m.toml"], "");
    assert_eq!((ran.status(), ran.table::<Posts>().len()), (1, 1));
    assert!(
        ran.stderr().contains("mapping 'm.toml' fits none of the files"),
        "{}",
        ran.stderr()
    );
    // With --format csv nothing but the mapping counts.
    let ran = bench.ingest_to("c", &["a.jsonl", "--mapping", "m.toml", "--format", "csv"], "");
    assert_eq!(ran.table::<Posts>().len(), 0);
    assert_eq!(ran.table::<Accounts>().len(), 1);
}

#[test]
fn paths_may_lead_anywhere_and_go_deep() {
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let bench = Bench::with(
        "a.jsonl",
        format!(
            "{{\"a.b\":{{\"c[0]\":\"larch\"}},\"rows\":[[{{\"id\":1}},{{\"id\":2}}],[],[{{\"id\":3}}]],\"deep\":{deep},\"rows\":[[{{\"id\":4}}]]}}\n"
        ),
    );
    bench.put(
        "m.toml",
        "[posts]\nrecords = 'rows[][]'\npost_id = 'rows[][].id'\nhandle = 'a\\.b.c\\[0]'\n",
    );
    let ran = bench.ingest(&["a.jsonl", "--mapping", "m.toml"]);
    // Of two equal keys the last one counts, as everywhere.
    assert_eq!(ran.ledger(), ["read 1", "used 1"], "{}", ran.stderr());
    let posts = ran.table::<Posts>();
    let post = posts.rows().unwrap().next().unwrap();
    assert_eq!((post.post_id, post.account_id), (Some("4"), "@larch"));
    // A list of texts alone.
    bench.put("ids.json", "[\"a1\", \"b2\", 33]");
    bench.put("ids.toml", "format = \"json\"\n[roster]\naccount_id = \".\"\n");
    let ran = bench.ingest_to("ids", &["ids.json", "--mapping", "ids.toml"], "");
    assert_eq!(ran.ledger(), ["read 3", "used 3"], "{}", ran.stderr());
}

#[test]
fn a_long_list_in_a_wide_record_takes_no_time() {
    // What stands above the items is looked up once: 40,000 items under 40,000 keys, and a list of 40,000 beside them.
    let keys: String = (0..40_000).map(|number| format!("\"k{number}\":{number},")).collect();
    let items: Vec<String> = (0..40_000).map(|number| format!("{{\"id\":{number}}}")).collect();
    let bench = Bench::with(
        "a.json",
        format!("{{{keys}\"who\":\"larch\",\"posts\":[{}]}}", items.join(",")),
    );
    bench.put(
        "m.toml",
        "[posts]\nrecords = \"posts[]\"\npost_id = \"posts[].id\"\nhandle = \"who\"\n",
    );
    let ran = bench.ingest(&["a.json", "--mapping", "m.toml"]);
    assert_eq!(ran.ledger(), ["read 40000", "used 40000"]);
}
