//! Twitter v1.1.

use tables::{Accounts, Basis, PostKind, Posts, Timestamp};

use crate::run::{Bench, tweet};

// python3 -c "from datetime import *; print(int(datetime(2015,6,3,10,0,1,tzinfo=timezone.utc).timestamp()*1000))"
const FIRST: Timestamp = Timestamp(1_433_325_601_000);

const NESTED: &str = r#"{"created_at":"Tue Jun 02 09:00:00 +0000 2015","id":9007199254740993,"id_str":"9007199254740993",
 "text":"cut …","truncated":true,"extended_tweet":{"full_text":"rain &amp;amp; wind over #hills https://t.co/a @Birch","entities":
 {"hashtags":[{"text":"hills"}],"urls":[{"url":"https://t.co/a","expanded_url":"https://weather.example/hills"}],
 "user_mentions":[{"screen_name":"Birch","id":5,"id_str":"5"}]}},
 "user":{"id_str":"88","screen_name":"Rowan","name":"Rowan","followers_count":3}}"#;

#[test]
fn a_plain_post_and_its_author() {
    let more = r##""source":"<a href=\"https://x.example\" rel=\"nofollow\">Pen</a>","lang":"en","retweet_count":0,"favorite_count":4,
        "coordinates":{"type":"Point","coordinates":[7.5,51.25]},"geo":{"type":"Point","coordinates":[51.25,7.5]},
        "place":{"country_code":"DE"},"entities":{"hashtags":[{"text":"Rain"}],"urls":[],"user_mentions":[]}"##;
    let ran = Bench::with("a.jsonl", tweet(1, &more.replace('\n', ""))).ingest(&["a.jsonl"]);
    let posts = ran.table::<Posts>();
    let post = posts.rows().unwrap().next().unwrap();
    assert_eq!(
        (post.platform, post.post_id, post.account_id),
        ("twitter", Some("1"), "77")
    );
    assert_eq!(
        (post.handle, post.posted_at, post.observed_at),
        (Some("Larch"), Some(FIRST), None)
    );
    assert_eq!(
        (post.kind, post.client, post.lang),
        (PostKind::Original, Some("Pen"), Some("en"))
    );
    assert_eq!((post.likes, post.reposts, post.replies), (Some(4), Some(0), None));
    assert_eq!(
        (post.latitude, post.longitude, post.country),
        (Some(51.25), Some(7.5), Some("DE"))
    );
    assert_eq!(post.hashtags, Some(vec!["Rain"]));
    assert_eq!((post.urls, post.mentioned_ids), (Some(vec![]), Some(vec![])));
    let accounts = ran.table::<Accounts>();
    let account = accounts.rows().unwrap().next().unwrap();
    assert_eq!(
        (account.followers, account.following, account.listed),
        (Some(12), Some(0), None)
    );
    // A stream says when the post was written, and shows the account as of that moment.
    assert_eq!(
        (account.observed_at, account.observed_basis),
        (Some(FIRST), Basis::Post)
    );
    // python3 -c "from datetime import *; print(int(datetime(2015,1,5,8,tzinfo=timezone.utc).timestamp()*1000))"
    assert_eq!(account.created_at, Some(Timestamp(1_420_444_800_000)));
}

#[test]
fn a_repost_takes_its_text_from_what_it_passes_on() {
    let more = format!("\"retweeted_status\":{}", NESTED.replace('\n', ""));
    let ran = Bench::with("a.jsonl", tweet(1, &more)).ingest(&["a.jsonl"]);
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert_eq!(posts.len(), 2);
    assert_eq!((posts[0].kind, posts[1].kind), (PostKind::Repost, PostKind::Original));
    for post in &posts {
        assert_eq!(post.text, Some("rain &amp; wind over #hills https://t.co/a @Birch"));
        assert_eq!(post.hashtags, Some(vec!["hills"]));
        assert_eq!(post.urls, Some(vec!["https://weather.example/hills"]));
        assert_eq!(
            (post.mentioned_ids.clone(), post.mentioned_handles.clone()),
            (Some(vec!["5"]), Some(vec!["Birch"]))
        );
    }
    assert_eq!(posts[0].reposted_post_id, Some("9007199254740993"));
    assert_eq!(
        (posts[0].reposted_account_id, posts[0].reposted_handle),
        (Some("88"), Some("Rowan"))
    );
    assert_eq!((posts[1].source_line, posts[1].source_part), (1, 1));
    // Both accounts are seen at the moment of the outer post.
    let accounts = ran.table::<Accounts>();
    let seen: Vec<_> = accounts
        .rows()
        .unwrap()
        .map(|a| (a.account_id, a.observed_at, a.source_part))
        .collect();
    assert_eq!(seen, [("77", Some(FIRST), 0), ("88", Some(FIRST), 1)]);
}

#[test]
fn replies_and_quotes_are_told_apart() {
    let quoted = format!(
        "\"is_quote_status\":true,\"quoted_status\":{},\"quoted_status_id_str\":\"9007199254740993\"",
        NESTED.replace('\n', "")
    );
    let reply = r#""in_reply_to_status_id_str":"5","in_reply_to_user_id":6,"in_reply_to_screen_name":"Oak""#;
    let gone = r#""is_quote_status":true,"quoted_status_id":44"#;
    let lines = [
        tweet(1, &quoted),
        tweet(2, reply),
        tweet(3, &format!("{reply},{quoted}")),
        tweet(4, gone),
        tweet(5, r#""in_reply_to_screen_name":"Oak""#),
    ];
    let ran = Bench::with("a.jsonl", lines.join("\n")).ingest(&["a.jsonl"]);
    let posts = ran.table::<Posts>();
    let outer: Vec<_> = posts.rows().unwrap().filter(|post| post.source_part == 0).collect();
    let kinds: Vec<_> = outer.iter().map(|post| post.kind).collect();
    use PostKind::{Quote, Reply};
    assert_eq!(kinds, [Quote, Reply, Reply, Quote, Reply]);
    assert_eq!(
        (outer[0].quoted_account_id, outer[0].quoted_handle),
        (Some("88"), Some("Rowan"))
    );
    assert_eq!(outer[0].text, Some("rain over the hills"));
    assert_eq!(
        (outer[1].in_reply_to_account_id, outer[1].in_reply_to_handle),
        (Some("6"), Some("Oak"))
    );
    assert_eq!(outer[2].quoted_post_id, Some("9007199254740993"));
    assert_eq!(
        (outer[3].quoted_post_id, outer[3].quoted_account_id),
        (Some("44"), None)
    );
}

#[test]
fn a_collectors_time_is_stated() {
    let lines = [
        tweet(1, r#""observed_at":"2015-06-04T00:00:00Z""#),
        r#"{"id":77,"screen_name":"Larch","name":"Larch &amp; Co","verified":false,"protected":true,"observed_at":"2015-06-05T00:00:00Z"}"#.to_owned(),
        r#"{"id":78,"screen_name":"Oak"}"#.to_owned(),
    ];
    let ran = Bench::with("a.jsonl", lines.join("\n")).ingest(&["a.jsonl"]);
    assert_eq!(ran.ledger(), ["read 3", "used 3"]);
    let accounts = ran.table::<Accounts>();
    let accounts: Vec<_> = accounts.rows().unwrap().collect();
    let seen: Vec<_> = accounts
        .iter()
        .map(|a| (a.observed_at.map(|at| at.day().0), a.observed_basis))
        .collect();
    // python3 -c "from datetime import date; print((date(2015,6,4)-date(1970,1,1)).days)"
    assert_eq!(
        seen,
        [
            (Some(16_590), Basis::Stated),
            (Some(16_591), Basis::Stated),
            (None, Basis::None)
        ]
    );
    assert_eq!(
        (accounts[1].display_name, accounts[1].verified, accounts[1].protected),
        (Some("Larch & Co"), Some(false), Some(true))
    );
    assert_eq!((accounts[2].verified, accounts[2].followers), (None, None));
}

#[test]
fn every_notice_is_skipped_under_its_name() {
    let names = [
        "delete",
        "scrub_geo",
        "limit",
        "status_withheld",
        "user_withheld",
        "disconnect",
        "warning",
    ];
    let lines: Vec<String> = names
        .iter()
        .map(|name| format!("{{\"{name}\":{{\"id\":1}}}}"))
        .collect();
    let foreign = "\n{\"limit\":10,\"offset\":0}\n{\"event\":\"login\"}";
    let ran = Bench::with("a.jsonl", lines.join("\n") + foreign).ingest(&["a.jsonl"]);
    let mut expected = vec!["read 9".to_owned(), "rejected not a known record 2".to_owned()];
    let mut sorted = names;
    sorted.sort_unstable();
    expected.extend(sorted.iter().map(|name| format!("skipped {name} notice 1")));
    assert_eq!(ran.ledger(), expected);
}

#[test]
fn arrays_pages_and_objects_over_many_lines() {
    let (one, two) = (tweet(1, ""), tweet(2, ""));
    let pretty = one.replace(',', ",\n  ");
    let user =
        r#"{"id":5,"screen_name":"Oak","status":{"id":6,"text":"fog","created_at":"Tue Jun 02 09:00:00 +0000 2015"}}"#;
    for (content, expected) in [
        (format!("[{one},{two}]"), vec![(1, 0), (2, 0)]),
        (format!("[\n{pretty} ,\n\n{two}\n]\n"), vec![(1, 0), (2, 0)]),
        (pretty.clone(), vec![(1, 0)]),
        (format!("{pretty}\n{pretty}"), vec![(1, 0), (2, 0)]),
        (format!("[{one}]\n[{two},{one}]\n"), vec![(1, 0), (2, 0), (3, 0)]),
        (
            format!("{{\"statuses\":[{one},{two}],\"search_metadata\":{{}}}}"),
            vec![(1, 0), (1, 1)],
        ),
        (format!("{{\n\"results\": [{pretty}],\n\"next\": \"x\"}}"), vec![(1, 0)]),
        (format!("{{\"users\":[{user}],\"next_cursor\":0}}"), vec![(1, 0)]),
        (format!("[{user}]"), vec![(1, 0)]),
        ("[]".to_owned(), vec![]),
        ("[\n\n]\n".to_owned(), vec![]),
    ] {
        let ran = Bench::with("a.json", &content).ingest(&["a.json"]);
        assert_eq!(ran.status(), 0, "{content}");
        let posts = ran.table::<Posts>();
        let places: Vec<_> = posts
            .rows()
            .unwrap()
            .map(|post| (post.source_line, post.source_part))
            .collect();
        assert_eq!(places, expected, "{content}");
        let used = expected.len();
        let wanted = if used == 0 {
            vec!["read 0".to_owned()]
        } else {
            vec![format!("read {used}"), format!("used {used}")]
        };
        assert_eq!(ran.ledger(), wanted, "{content}");
    }
}

#[test]
fn a_first_line_that_is_cut_off_does_not_swallow_the_rest() {
    let whole = tweet(2, "");
    let ran = Bench::with("a.jsonl", format!("{}\n{whole}\n", &tweet(1, "")[..60])).ingest(&["a.jsonl"]);
    assert_eq!(ran.ledger(), ["read 2", "used 1", "rejected not JSON 1"]);
}

#[test]
fn what_lacks_id_author_or_time_is_rejected() {
    let lines = [
        r#"{"text":"fog","user":{"id":1,"screen_name":"Oak"}}"#,
        r#"{"id":9.06e+17,"text":"fog","user":{"id":1,"screen_name":"Oak"}}"#,
        r#"{"id":2,"text":"fog"}"#,
        r#"{"id":3,"text":"fog","user":null}"#,
        r#"{"id":4,"text":"fog","created_at":"yesterday","user":{"id":1,"screen_name":"Oak"}}"#,
        r#"{"id":5,"text":"fog","user":{"screen_name":"Oak"}}"#,
        r#"{"name":"a list","id":7,"user":{"id":1,"screen_name":"Oak"}}"#,
    ];
    let ran = Bench::with("a.jsonl", lines.join("\n")).ingest(&["a.jsonl"]);
    assert_eq!(
        ran.ledger(),
        [
            "read 7",
            "used 1",
            "rejected no account 2",
            "rejected no id 2",
            "rejected not a known record 1",
            "rejected unreadable time 1"
        ]
    );
    let posts = ran.table::<Posts>();
    assert_eq!(posts.rows().unwrap().next().unwrap().account_id, "@oak");
}

#[test]
fn an_odd_value_costs_only_itself() {
    let more = r#""retweet_count":"100+","favorite_count":-1,"entities":[],"coordinates":"here","lang":7,"place":[1],"retweeted_status":"no""#;
    let ran = Bench::with("a.jsonl", tweet(1, more)).ingest(&["a.jsonl"]);
    assert_eq!(ran.ledger(), ["read 1", "used 1"]);
    let posts = ran.table::<Posts>();
    let post = posts.rows().unwrap().next().unwrap();
    assert_eq!(
        (post.reposts, post.likes, post.hashtags, post.latitude),
        (None, None, None, None)
    );
    assert_eq!(post.kind, PostKind::Original);
}

#[test]
fn a_forced_format_takes_nothing_else() {
    let lines = [tweet(1, ""), r#"{"id":"2","text":"fog","author_id":"3"}"#.to_owned()];
    let bench = Bench::with("a.jsonl", lines.join("\n"));
    for (format, id) in [("twitter-v1", "1"), ("twitter-v2", "2")] {
        let ran = bench.ingest(&["a.jsonl", "--format", format, "--force"]);
        assert_eq!(ran.ledger(), ["read 2", "used 1", "rejected not a known record 1"]);
        assert_eq!(ran.table::<Posts>().rows().unwrap().next().unwrap().post_id, Some(id));
    }
}

#[test]
fn half_an_emoji_does_not_cost_the_record() {
    let line = tweet(1, r#""full_text":"fog \ud83d","lang":"en""#);
    let ran = Bench::with("a.jsonl", line).ingest(&["a.jsonl"]);
    assert_eq!(ran.ledger(), ["read 1", "used 1"]);
    assert_eq!(
        ran.table::<Posts>().rows().unwrap().next().unwrap().text,
        Some("fog \u{fffd}")
    );
}
