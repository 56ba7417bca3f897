//! Mastodon and its like, on records written for these tests.

use tables::{Accounts, Availability, Basis, PostKind, Posts, State, Timestamp};

use crate::run::Bench;

fn account(id: &str, name: &str, server: &str) -> String {
    format!(
        r#"{{"id":"{id}","username":"{name}","acct":"{name}","url":"https://{server}/@{name}","display_name":"The {name}","note":"<p>trees &amp; rain<br>hills</p>","created_at":"2015-01-02T00:00:00.000Z","followers_count":12,"following_count":3,"statuses_count":40,"locked":false,"avatar":"https://{server}/a.png"}}"#
    )
}

fn status(key: &str, author: &str, more: &str) -> String {
    format!(
        r#"{{"id":"{key}","uri":"https://s.example/users/x/statuses/{key}","created_at":"2015-06-03T10:00:00.000Z","content":"<p>rain in {key}</p>","language":"en","account":{author},"in_reply_to_id":null,"reblog":null,"favourites_count":2,"reblogs_count":1,"replies_count":0,"mentions":[],"tags":[]{more}}}"#
    )
}

#[test]
fn statuses_with_what_they_refer_to() {
    let larch = account("1", "Larch", "s.example");
    let remote = r#"{"id":"7","username":"oak","acct":"oak@Far.example","url":"https://far.example/@oak","note":""}"#;
    let inner = status("b", remote, "");
    let lines = [
        status(
            "a",
            &larch,
            r#","in_reply_to_id":"88","in_reply_to_account_id":"7","mentions":[{"id":"7","username":"oak","acct":"oak@far.example","url":"https://far.example/@oak"}],"tags":[{"name":"hills"}],"application":{"name":"Pen"},"card":{"url":"https://c.example/x"}"#,
        )
        .replace(r#""mentions":[],"tags":[],"#, ""),
        status("c", &larch, "").replace(r#""reblog":null"#, &format!(r#""reblog":{inner}"#)),
        status("d", &larch, &format!(r#","quote":{{"state":"accepted","quoted_status":{inner}}}"#)),
        status("e", &larch, &format!(r#","quote":{inner}"#)),
        status("f", &larch, r#","in_reply_to_id":"9","in_reply_to_account_id":"1""#).replacen(r#""in_reply_to_id":null,"#, "", 1),
    ];
    let ran = Bench::with("a.jsonl", lines.join("\n")).ingest(&["a.jsonl"]);
    assert_eq!(ran.ledger(), ["read 5", "used 5"], "{}", ran.stderr());
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    let kinds: Vec<PostKind> = posts.iter().map(|post| post.kind).collect();
    use PostKind::{Original, Quote, Reply, Repost};
    assert_eq!(
        kinds,
        [Reply, Repost, Original, Quote, Original, Quote, Original, Reply],
        "what is passed on or quoted follows"
    );
    let reply = &posts[0];
    assert_eq!((reply.platform, reply.account_id), ("mastodon", "larch@s.example"));
    assert_eq!(reply.post_id, Some("https://s.example/users/x/statuses/a"));
    assert_eq!(
        (reply.in_reply_to_post_id, reply.in_reply_to_account_id),
        (Some("88"), Some("oak@far.example"))
    );
    assert_eq!(reply.mentioned_handles.as_deref(), Some(&["oak@far.example"][..]));
    assert_eq!(reply.hashtags.as_deref(), Some(&["hills"][..]));
    assert_eq!(reply.urls.as_deref(), Some(&["https://c.example/x"][..]));
    assert_eq!(
        (reply.client, reply.text, reply.likes, reply.reposts),
        (Some("Pen"), Some("rain in a"), Some(2), Some(1))
    );
    // python3 -c "from datetime import *; print(datetime(2015,6,3,10,tzinfo=timezone.utc).timestamp())" → 1433325600.0
    assert_eq!(reply.posted_at, Some(Timestamp(1_433_325_600_000)));
    let repost = &posts[1];
    assert_eq!(
        (repost.reposted_account_id, repost.text),
        (Some("oak@far.example"), Some("rain in b"))
    );
    assert_eq!(posts[3].quoted_post_id, Some("https://s.example/users/x/statuses/b"));
    assert_eq!(
        posts[5].quoted_account_id,
        Some("oak@far.example"),
        "older servers quote without a shell"
    );
    assert_eq!(
        posts[7].in_reply_to_account_id,
        Some("larch@s.example"),
        "an answer to oneself"
    );
    let accounts = ran.table::<Accounts>();
    let first = accounts.rows().unwrap().next().unwrap();
    assert_eq!(first.description, Some("trees & rain\nhills"));
    assert_eq!(
        (first.followers, first.following, first.statuses),
        (Some(12), Some(3), Some(40))
    );
    assert_eq!((first.observed_basis, first.protected), (Basis::Post, Some(false)));
}

#[test]
fn accounts_streams_searches_and_moderation() {
    let larch = account("1", "larch", "truthsocial.com");
    let payload = serde_json::Value::String(status("a", &larch, ""));
    let lines = [
        larch.clone(),
        format!(r#"{{"stream":["public"],"event":"update","payload":{payload}}}"#),
        r#"{"event":"delete","payload":"88"}"#.to_owned(),
        r#"{"event":"filters_changed","payload":""}"#.to_owned(),
        format!(
            r#"{{"accounts":[{larch},3],"statuses":[{}],"hashtags":[]}}"#,
            status("b", &larch, "")
        ),
        format!(r#"{{"ancestors":[],"descendants":[{}]}}"#, status("c", &larch, "")),
        format!(
            r#"{{"id":"5","type":"mention","created_at":"2015-06-03T10:00:00Z","account":{larch},"status":{}}}"#,
            status("d", &larch, "")
        ),
        format!(
            r#"{{"id":"1","username":"larch","suspended":true,"observed_at":"2015-06-04T00:00:00Z","account":{larch}}}"#
        ),
        format!(r#"{{"id":"1","username":"larch","suspended":true,"account":{larch}}}"#),
        status("e", &larch, "").replace(r#""content":"<p>rain in e</p>""#, r#""text":"typed <by> hand""#),
    ];
    let ran = Bench::with("a.jsonl", lines.join("\n")).ingest(&["a.jsonl"]);
    assert_eq!(
        ran.ledger(),
        [
            "read 12",
            "used 8",
            "rejected no time 1",
            "rejected not a known record 1",
            "skipped delete notice 1",
            "skipped event notice 1"
        ],
        "{}",
        ran.stderr()
    );
    let posts = ran.table::<Posts>();
    let texts: Vec<_> = posts
        .rows()
        .unwrap()
        .map(|post| post.text.unwrap().to_owned())
        .collect();
    assert_eq!(
        texts,
        ["rain in a", "rain in b", "rain in c", "rain in d", "typed <by> hand"]
    );
    assert!(posts.rows().unwrap().all(|post| post.platform == "truthsocial"));
    let checks = ran.table::<Availability>();
    let check = checks.rows().unwrap().next().unwrap();
    assert_eq!(
        (check.account_id, check.state),
        ("larch@truthsocial.com", State::Suspended)
    );
    assert_eq!(checks.len(), 1);
    assert_eq!(
        ran.table::<Accounts>().len(),
        10,
        "one whose suspension has no time is kept"
    );
}
