//! One value that a strict reader of JSON refuses: half an emoji, a number out of range. It costs neither its record nor, where it
//! stands on a page, the others.

use tables::{Accounts, Posts};

use crate::run::{Bench, tweet};

/// Half an emoji, as collectors write it that cut texts.
const HALF: &str = r"\ud83c";

/// What ingest makes of a record in which `fog` became `fog` with half an emoji: the ledger, and the texts of posts and of accounts.
fn texts(name: &str, record: &str) -> (Vec<String>, Vec<String>) {
    let damaged = record
        .replace("fog", &format!("fog{HALF}"))
        .replace("\"NUMBER\"", "1e999");
    assert_ne!(damaged, record);
    let ran = Bench::with(name, damaged).ingest(&[name]);
    let (posts, accounts) = (ran.table::<Posts>(), ran.table::<Accounts>());
    let posts = posts.rows().unwrap().filter_map(|post| post.text.map(str::to_owned));
    let accounts = accounts
        .rows()
        .unwrap()
        .filter_map(|account| account.description.map(str::to_owned));
    (ran.ledger(), posts.chain(accounts).collect())
}

#[test]
fn half_an_emoji_and_a_number_out_of_range_cost_nothing() {
    let v1 = tweet(5, r#""full_text":"fog","favorite_count":"NUMBER""#);
    let v2 = r#"{"id":"9","author_id":"1","text":"fog","created_at":"2021-04-08T10:00:00.000Z","public_metrics":{"like_count":"NUMBER"}}"#;
    let user = r#"{"id":1,"screen_name":"Larch","description":"fog","followers_count":"NUMBER"}"#;
    let status = r#"{"id":"1","uri":"https://s.example/1","created_at":"2015-06-03T10:00:00Z","content":"<p>fog</p>","favourites_count":"NUMBER","account":{"username":"larch","acct":"larch","url":"https://s.example/@larch"}}"#;
    let event = |record: &str| {
        format!(
            r#"{{"did":"did:plc:larch","time_us":1433325600000000,"kind":"commit","commit":{{"operation":"create","collection":"app.bsky.feed.post","rkey":"a","record":{record}}}}}"#
        )
    };
    let activity = r#"{"id":"tag:search.twitter.com,2005:7","objectType":"activity","verb":"post","body":"fog","favoritesCount":"NUMBER","postedTime":"2015-06-03T10:00:00.000Z","actor":{"objectType":"person","id":"id:twitter.com:1","preferredUsername":"larch"}}"#;
    let chat = r#"{"name":"Grove","type":"public_channel","id":77,"messages":[{"id":2,"type":"message","date_unixtime":"1619863200","from_id":"channel77","text":["fog","NUMBER"]}]}"#;
    let export = format!(
        r#"window.YTD.tweets.part0 = [{{"tweet":{}}}]"#,
        tweet(5, r#""full_text":"fog","retweet_count":"NUMBER""#)
    );
    for (name, record, text, records) in [
        ("v1.jsonl", v1.clone(), "fog\u{fffd}", 1),
        ("page.jsonl", format!(r#"{{"statuses":[{v1},{}]}}"#, tweet(6, "")), "fog\u{fffd}", 2),
        ("users.jsonl", format!(r#"{{"users":[{user}]}}"#), "fog\u{fffd}", 1),
        ("user.jsonl", user.to_owned(), "fog\u{fffd}", 1),
        ("flat.jsonl", v2.to_owned(), "fog\u{fffd}", 1),
        ("pages.jsonl", format!(r#"{{"data":[{v2},{}],"meta":{{}}}}"#, v2.replace("fog", "rain")), "fog\u{fffd}", 2),
        ("toots.jsonl", status.to_owned(), "fog\u{fffd}", 1),
        ("found.jsonl", format!(r#"{{"accounts":[],"statuses":[{status}]}}"#), "fog\u{fffd}", 1),
        (
            "comments.jsonl",
            r#"{"id":"c1","author":"Larch","subreddit":"trees","created_utc":1433325600,"body":"fog","score":"NUMBER"}"#.to_owned(),
            "fog\u{fffd}",
            1,
        ),
        ("events.jsonl", event(r#"{"text":"fog","createdAt":"2015-06-03T10:00:00Z"}"#), "fog\u{fffd}", 1),
        ("gnip.jsonl", activity.to_owned(), "fog\u{fffd}", 1),
        ("result.json", chat.to_owned(), "fog\u{fffd}", 1),
        ("tweets.js", export, "fog\u{fffd}", 1),
    ] {
        let (ledger, found) = texts(name, &record);
        assert_eq!(ledger, [format!("read {records}"), format!("used {records}")], "{name}");
        assert!(found.iter().any(|found| found == text), "{name}: {found:?}");
    }
}

#[test]
fn a_page_is_judged_item_by_item() {
    let page = format!(
        r#"{{"statuses":[{},{{"id":7,"text":"no author"}},3,{}]}}"#,
        tweet(5, "").replace("rain", r"rain\ude00"),
        tweet(6, "").replace("Wed Jun", "Wed Nul")
    );
    let ran = Bench::with("a.jsonl", page).ingest(&["a.jsonl"]);
    assert_eq!(
        ran.ledger(),
        [
            "read 4",
            "used 1",
            "rejected no account 1",
            "rejected not a known record 1",
            "rejected unreadable time 1"
        ]
    );
}
