//! Twitter's further records: activity streams, an account's own export, compliance, id lists. Written for these tests.

use tables::{Accounts, Availability, Follows, PostKind, Posts, Rejects, State, Timestamp};

use crate::run::Bench;

fn actor(id: &str, name: &str) -> String {
    format!(
        r#"{{"objectType":"person","id":"id:twitter.com:{id}","preferredUsername":"{name}","displayName":"{name} &amp; co","summary":"trees","links":[{{"href":null,"rel":"me"}}],"postedTime":"2015-01-02T00:00:00.000Z","image":"https://a.example/i.png","followersCount":12,"friendsCount":3,"listedCount":1,"statusesCount":40,"languages":["en"],"location":{{"objectType":"place","displayName":"the hills"}},"verified":false}}"#
    )
}

fn activity(id: &str, verb: &str, author: &str, body: &str, more: &str) -> String {
    format!(
        r#"{{"id":"tag:search.twitter.com,2005:{id}","objectType":"activity","verb":"{verb}","postedTime":"2015-06-03T10:00:00.000Z","generator":{{"displayName":"Pen"}},"body":"{body}","actor":{author},"retweetCount":1,"favoritesCount":2,"twitter_lang":"en","twitter_entities":{{"hashtags":[],"urls":[],"user_mentions":[]}}{more}}}"#
    )
}

#[test]
fn activity_streams() {
    let (larch, oak) = (actor("1", "larch"), actor("2", "oak"));
    let original = activity(
        "10",
        "post",
        &oak,
        "cut…",
        r#","long_object":{"body":"the whole of it","twitter_entities":{"hashtags":[{"text":"hills"}],"urls":[],"user_mentions":[]}},"object":{"objectType":"note","id":"object:search.twitter.com,2005:10"}"#,
    );
    let lines = [
        original.clone(),
        activity(
            "11",
            "share",
            &larch,
            "RT @oak: cut…",
            &format!(r#","object":{original}"#),
        ),
        activity(
            "12",
            "post",
            &larch,
            "yes",
            r#","inReplyTo":{"link":"http://twitter.com/oak/statuses/10"},"geo":{"type":"Point","coordinates":[40.5,-105.25]},"location":{"twitter_country_code":"US"}"#,
        ),
        activity(
            "13",
            "post",
            &larch,
            "see",
            &format!(r#","twitter_quoted_status":{original}"#),
        ),
        activity("", "post", &larch, "x", ""),
        activity("14", "post", "{}", "x", ""),
        r#"{"info":{"message":"Replay Request Completed","activity_count":4}}"#.to_owned(),
    ];
    let ran = Bench::with("a.jsonl", lines.join("\n")).ingest(&["a.jsonl"]);
    assert_eq!(
        ran.ledger(),
        [
            "read 7",
            "used 4",
            "rejected no account 1",
            "rejected no id 1",
            "skipped info notice 1"
        ],
        "{}",
        ran.stderr()
    );
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    use PostKind::{Original, Quote, Reply, Repost};
    let kinds: Vec<PostKind> = posts.iter().map(|post| post.kind).collect();
    assert_eq!(kinds, [Original, Repost, Original, Reply, Quote, Original]);
    assert_eq!(
        (posts[0].post_id, posts[0].account_id, posts[0].text),
        (Some("10"), "2", Some("the whole of it"))
    );
    assert_eq!(posts[0].hashtags.as_deref(), Some(&["hills"][..]));
    assert_eq!(
        (posts[1].text, posts[1].reposted_account_id, posts[1].reposted_post_id),
        (Some("the whole of it"), Some("2"), Some("10"))
    );
    assert_eq!(
        (posts[3].in_reply_to_post_id, posts[3].in_reply_to_handle),
        (Some("10"), Some("oak"))
    );
    assert_eq!(
        (posts[3].latitude, posts[3].longitude, posts[3].country),
        (Some(40.5), Some(-105.25), Some("US"))
    );
    assert_eq!(
        (posts[4].quoted_post_id, posts[4].quoted_handle),
        (Some("10"), Some("oak"))
    );
    let accounts = ran.table::<Accounts>();
    let first = accounts.rows().unwrap().next().unwrap();
    assert_eq!(
        (first.display_name, first.location, first.url),
        (Some("oak & co"), Some("the hills"), None)
    );
    assert_eq!(
        (first.followers, first.following, first.listed, first.statuses),
        (Some(12), Some(3), Some(1), Some(40))
    );
}

const TWEETS: &str = r#"window.YTD.tweets.part0 = [
  { "tweet" : { "id_str" : "20", "created_at" : "Wed Jun 03 10:00:00 +0000 2015", "full_text" : "RT @Oak: rain", "source" : "<a href=\"x\">Pen</a>", "favorite_count" : "0", "retweet_count" : "3",
      "entities" : { "user_mentions" : [ { "screen_name" : "oak", "id_str" : "2" } ], "hashtags" : [ ], "urls" : [ ] } } },
  { "tweet" : { "id_str" : "21", "created_at" : "Wed Jun 03 10:00:00 +0000 2015", "full_text" : "sun &amp; rain", "in_reply_to_user_id_str" : "2" } }
]"#;

#[test]
fn an_accounts_own_export_knows_its_owner_from_account_js() {
    let bench = Bench::new();
    bench.put("data/tweets.js", TWEETS);
    bench.put("data/account.js", r#"window.YTD.account.part0 = [ { "account" : { "accountId" : "1", "username" : "larch", "accountDisplayName" : "L", "createdAt" : "2015-01-02T00:00:00.000Z" } } ]"#);
    bench.put(
        "data/follower.js",
        r#"window.YTD.follower.part0 = [ { "follower" : { "accountId" : "2", "userLink" : "x" } } ]"#,
    );
    bench.put(
        "data/following.js",
        r#"window.YTD.following.part0 = [ { "following" : { "accountId" : "3" } } ]"#,
    );
    bench.put(
        "data/like.js",
        r#"window.YTD.like.part0 = [ { "like" : { "tweetId" : "9" } } ]"#,
    );
    bench.put(
        "data/ageinfo.js",
        r#"window.YTD.ageinfo.part0 = [ { "ageMeta" : { } } ]"#,
    );
    let ran = bench.ingest(&["data"]);
    assert_eq!(
        ran.ledger(),
        ["read 7", "used 5", "rejected not a known record 1", "skipped like 1"],
        "{}",
        ran.stderr()
    );
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert!(
        posts
            .iter()
            .all(|post| (post.account_id, post.handle) == ("1", Some("larch")))
    );
    assert_eq!((posts[0].kind, posts[0].text), (PostKind::Repost, Some("rain")));
    assert_eq!(
        (posts[0].reposted_handle, posts[0].reposted_account_id),
        (Some("Oak"), Some("2"))
    );
    assert_eq!(
        (posts[0].likes, posts[0].reposts, posts[0].client),
        (Some(0), Some(3), Some("Pen"))
    );
    assert_eq!((posts[1].kind, posts[1].text), (PostKind::Reply, Some("sun & rain")));
    let follows = ran.table::<Follows>();
    let follows: Vec<(String, String)> = follows
        .rows()
        .unwrap()
        .map(|f| (f.follower_id.to_owned(), f.followed_id.to_owned()))
        .collect();
    assert_eq!(
        follows,
        [("2".to_owned(), "1".to_owned()), ("1".to_owned(), "3".to_owned())]
    );
    let accounts = ran.table::<Accounts>();
    let account = accounts.rows().unwrap().next().unwrap();
    assert_eq!((account.handle, account.created_at.is_some()), (Some("larch"), true));
}

#[test]
fn a_long_post_of_an_export_has_its_whole_text() {
    let cut = "tea &amp; rain in the garden, all day long… https://t.co/abc";
    let whole = "tea & rain in the garden, all day long, and then some weather";
    let tweet = |id: u8, minute: u8, text: &str| {
        format!(
            r#"{{ "tweet" : {{ "id_str" : "{id}", "created_at" : "Wed Jun 03 10:{minute:02}:00 +0000 2015", "full_text" : "{text}" }} }}"#
        )
    };
    let note = |minute: u8, text: &str| {
        format!(
            r#"{{ "noteTweet" : {{ "noteTweetId" : "99", "createdAt" : "2015-06-03T10:{minute:02}:00.000Z", "core" : {{ "text" : "{text}", "urls" : [ ] }} }} }}"#
        )
    };
    let bench = Bench::new();
    let tweets = [
        tweet(20, 0, cut),
        tweet(21, 30, cut),
        tweet(22, 0, "sun… and fog"),
        tweet(23, 0, "sun…"),
    ];
    bench.put(
        "data/tweets.js",
        format!("window.YTD.tweets.part0 = [ {} ]", tweets.join(", ")),
    );
    let notes = [note(40, whole), note(0, "sun and fog"), note(0, whole)];
    bench.put(
        "data/note-tweet.js",
        format!("window.YTD.note_tweet.part0 = [ {} ]", notes.join(", ")),
    );
    let ran = bench.ingest(&["data"]);
    assert_eq!(
        ran.ledger(),
        ["read 7", "used 4", "skipped long text of a post in tweets.js 3"],
        "{}",
        ran.stderr()
    );
    let posts = ran.table::<Posts>();
    let texts: Vec<_> = posts.rows().unwrap().map(|post| post.text.unwrap()).collect();
    // Another minute, no mark at its end: nothing of it is known.
    assert_eq!(
        texts,
        [
            whole,
            "tea & rain in the garden, all day long… https://t.co/abc",
            "sun… and fog",
            "sun and fog"
        ]
    );
}

#[test]
fn an_export_without_account_js_is_one_unnamed_accounts() {
    let bench = Bench::new();
    bench.put("a/tweets.js", TWEETS);
    bench.put("b/tweets.js", TWEETS);
    let ran = bench.ingest(&["a", "b"]);
    assert_eq!(ran.ledger(), ["read 4", "used 4"], "{}", ran.stderr());
    let posts = ran.table::<Posts>();
    let owners: Vec<String> = posts.rows().unwrap().map(|post| post.account_id.to_owned()).collect();
    assert_eq!(owners, ["owner of a", "owner of a", "owner of b", "owner of b"]);
}

#[test]
fn compliance_says_who_went() {
    let lines = [
        r#"{"user_suspend":{"id":5,"timestamp_ms":"1433325600000"}}"#,
        r#"{"user_unsuspend":{"id_str":"5","timestamp_ms":1433412000000}}"#,
        r#"{"user_delete":{"id":6,"timestamp_ms":"1433325600000"}}"#,
        r#"{"user_protect":{"id":7,"timestamp_ms":"1433325600000"}}"#,
        r#"{"user_protect":{"id":7}}"#,
        // python3 -c "print((1433324674000 - 1288834974657) << 22)": the id of that millisecond
        r#"{"id":"606033723913142272","action":"delete","created_at":"2015-06-03T09:44:34.000Z","reason":"deleted"}"#,
        r#"{"id":"1001","action":"delete","created_at":"2013-06-04T16:25:04+00:00","redacted_at":"2015-06-03T10:00:00.000Z","reason":"suspended"}"#,
        r#"{"id":"1002","action":"delete","created_at":"2013-06-04T16:25:04+00:00","observed_at":"2015-06-03T10:00:00Z","reason":"deactivated"}"#,
        r#"{"id":"1003","action":"delete","created_at":"2013-06-04T16:25:04+00:00","reason":"protected"}"#,
    ];
    let ran = Bench::with("a.jsonl", lines.join("\n")).ingest(&["a.jsonl"]);
    assert_eq!(
        ran.ledger(),
        [
            "read 9",
            "used 6",
            "rejected no time 2",
            "skipped compliance result about a post 1"
        ],
        "{}",
        ran.stderr()
    );
    let checks = ran.table::<Availability>();
    let checks: Vec<_> = checks
        .rows()
        .unwrap()
        .map(|check| (check.account_id.to_owned(), check.state, check.observed_at))
        .collect();
    let (first, second) = (Timestamp(1_433_325_600_000), Timestamp(1_433_412_000_000));
    use State::{Active, Deactivated, Protected, Suspended};
    let expected = [
        ("5", Suspended, first),
        ("5", Active, second),
        ("6", Deactivated, first),
        ("7", Protected, first),
        ("1001", Suspended, first),
        ("1002", Deactivated, first),
    ];
    assert_eq!(checks, expected.map(|(id, state, at)| (id.to_owned(), state, at)));
}

#[test]
fn id_lists_need_to_be_told_whose_they_are() {
    let list = "{\"previous_cursor\":0,\"ids\":[20,\"21\",18446744073709551615],\"next_cursor\":0}\n{\"ids\":[22],\"next_cursor\":0,\"observed_at\":\"2015-06-03T10:00:00Z\"}\n{\"ids\":[1.5]}\n";
    let bench = Bench::with("77.jsonl", list);
    let ran = bench.ingest_to("a", &["77.jsonl"], "");
    assert_eq!(ran.ledger(), ["read 3", "rejected no account 3"]);
    let rejects = ran.table::<Rejects>();
    assert!(
        rejects
            .rows()
            .unwrap()
            .next()
            .unwrap()
            .detail
            .unwrap()
            .contains("--followers-of")
    );
    let edges = |out: &str, options: &[&str]| -> Vec<(String, String)> {
        let ran = bench.ingest_to(out, &[&["77.jsonl"], options].concat(), "");
        assert_eq!(
            ran.ledger(),
            ["read 3", "used 2", "rejected no account 1"],
            "{}",
            ran.stderr()
        );
        let follows = ran.table::<Follows>();
        follows
            .rows()
            .unwrap()
            .map(|f| (f.follower_id.to_owned(), f.followed_id.to_owned()))
            .collect()
    };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    assert_eq!(
        edges("b", &["--followers-of", "FILE"]),
        pairs(&[("20", "77"), ("21", "77"), ("18446744073709551615", "77"), ("22", "77")])
    );
    assert_eq!(
        edges("c", &["--friends-of", "5"]),
        pairs(&[("5", "20"), ("5", "21"), ("5", "18446744073709551615"), ("5", "22")])
    );
    let both = bench.ingest_to("d", &["77.jsonl", "--friends-of", "5", "--followers-of", "6"], "");
    assert_eq!(both.status(), 2);
}
