//! Bluesky: Jetstream events and profiles, on records written for these tests.

use tables::{Accounts, Availability, Basis, Follows, PostKind, Posts, Rejects, State, Timestamp};

use crate::run::Bench;

fn commit(operation: &str, collection: &str, key: &str, record: &str) -> String {
    let record = if record.is_empty() {
        String::new()
    } else {
        format!(r#","cid":"bafy","record":{record}"#)
    };
    format!(
        r#"{{"did":"did:plc:larch","time_us":1433325600123456,"kind":"commit","commit":{{"rev":"r","operation":"{operation}","collection":"{collection}","rkey":"{key}"{record}}}}}"#
    )
}

fn account(active: bool, status: &str) -> String {
    let status = if status.is_empty() {
        String::new()
    } else {
        format!(r#","status":"{status}""#)
    };
    format!(
        r#"{{"did":"did:plc:larch","time_us":1433325600123456,"kind":"account","account":{{"active":{active},"did":"did:plc:larch","seq":7,"time":"2015-06-03T10:00:00.000Z"{status}}}}}"#
    )
}

#[test]
fn posts_with_what_they_refer_to() {
    let facets = r##","facets":[{"index":{"byteStart":0,"byteEnd":6},"features":[{"$type":"app.bsky.richtext.facet#mention","did":"did:plc:birch"}]},{"index":{"byteStart":12,"byteEnd":18},"features":[{"$type":"app.bsky.richtext.facet#tag","tag":"hills"}]},{"index":{"byteStart":900,"byteEnd":901},"features":[{"$type":"app.bsky.richtext.facet#link","uri":"https://a.example/x"}]}]"##;
    let embed = r#","embed":{"$type":"app.bsky.embed.recordWithMedia","record":{"record":{"cid":"c","uri":"at://did:plc:oak/app.bsky.feed.post/q"}}}"#;
    let lines = [
        commit(
            "create",
            "app.bsky.feed.post",
            "a",
            &format!(
                r##"{{"$type":"app.bsky.feed.post","createdAt":"2015-06-03T09:59:58Z","langs":["ar","en"],"text":"@birch مطر #hills"{facets}}}"##
            ),
        ),
        commit(
            "create",
            "app.bsky.feed.post",
            "b",
            r#"{"createdAt":"2015-06-03T10:00:00Z","text":"yes","reply":{"root":{"uri":"at://did:plc:elm/app.bsky.feed.post/r"},"parent":{"uri":"at://did:plc:oak/app.bsky.feed.post/p"}}}"#,
        ),
        commit(
            "create",
            "app.bsky.feed.post",
            "c",
            &format!(r#"{{"createdAt":"2015-06-03T10:00:00Z","text":"see"{embed}}}"#),
        ),
        commit(
            "create",
            "app.bsky.feed.post",
            "d",
            r#"{"text":"a list","embed":{"record":{"uri":"at://did:plc:oak/app.bsky.graph.list/l"},"external":{"uri":"https://b.example"}}}"#,
        ),
        commit(
            "create",
            "app.bsky.feed.repost",
            "e",
            r#"{"createdAt":"2015-06-03T10:00:00Z","subject":{"cid":"c","uri":"at://did:plc:oak/app.bsky.feed.post/p"}}"#,
        ),
    ];
    let ran = Bench::with("a.jsonl", lines.join("\n")).ingest(&["a.jsonl"]);
    assert_eq!(ran.ledger(), ["read 5", "used 5"], "{}", ran.stderr());
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    let kinds: Vec<PostKind> = posts.iter().map(|post| post.kind).collect();
    assert_eq!(
        kinds,
        [
            PostKind::Original,
            PostKind::Reply,
            PostKind::Quote,
            PostKind::Original,
            PostKind::Repost
        ]
    );
    let first = &posts[0];
    assert_eq!((first.platform, first.account_id), ("bluesky", "did:plc:larch"));
    assert_eq!(first.post_id, Some("at://did:plc:larch/app.bsky.feed.post/a"));
    // python3 -c "from datetime import *; print(datetime(2015,6,3,9,59,58,tzinfo=timezone.utc).timestamp())" → 1433325598.0
    assert_eq!(first.posted_at, Some(Timestamp(1_433_325_598_000)));
    assert_eq!(
        first.observed_at,
        Some(Timestamp(1_433_325_600_123)),
        "the event's own time, in milliseconds"
    );
    assert_eq!((first.text, first.lang), (Some("@birch مطر #hills"), Some("ar")));
    assert_eq!(first.mentioned_ids.as_deref(), Some(&["did:plc:birch"][..]));
    assert_eq!(
        first.mentioned_handles.as_deref(),
        Some(&["birch"][..]),
        "by the bytes it stands on"
    );
    assert_eq!(first.hashtags.as_deref(), Some(&["hills"][..]));
    assert_eq!(
        first.urls.as_deref(),
        Some(&["https://a.example/x"][..]),
        "a facet beyond the text keeps its link"
    );
    assert_eq!(
        posts[1].in_reply_to_post_id,
        Some("at://did:plc:oak/app.bsky.feed.post/p")
    );
    assert_eq!(posts[1].in_reply_to_account_id, Some("did:plc:oak"));
    assert_eq!(
        (posts[2].quoted_account_id, posts[2].quoted_post_id.is_some()),
        (Some("did:plc:oak"), true)
    );
    assert_eq!(posts[3].quoted_post_id, None, "a list is no post");
    assert_eq!(posts[3].urls.as_deref(), Some(&["https://b.example"][..]));
    assert_eq!(
        posts[3].posted_at, posts[3].observed_at,
        "where the client noted no time, the event's counts"
    );
    assert_eq!(
        (posts[4].reposted_account_id, posts[4].text),
        (Some("did:plc:oak"), None)
    );
}

#[test]
fn account_events_are_checks_and_identities_are_observations() {
    let lines = [
        account(true, ""),
        account(false, "takendown"),
        account(false, "suspended"),
        account(false, "deactivated"),
        account(false, "deleted"),
        account(false, "throttled"),
        account(false, ""),
        r#"{"did":"did:plc:larch","time_us":1433325600000000,"kind":"identity","identity":{"did":"did:plc:larch","handle":"larch2.example","seq":8,"time":"2015-06-03T10:00:00Z"}}"#.to_owned(),
        r#"{"did":"did:plc:larch","time_us":1433325600000000,"kind":"identity","identity":{"did":"did:plc:larch","seq":9,"time":"2015-06-03T10:00:00Z"}}"#.to_owned(),
        r#"{"did":"did:plc:larch","handle":"larch.example","displayName":"Larch","followersCount":12,"followsCount":3,"postsCount":340,"createdAt":"2015-01-05T08:00:00Z","observed_at":"2015-06-03T10:00:00Z"}"#.to_owned(),
    ];
    let ran = Bench::with("a.jsonl", lines.join("\n")).ingest(&["a.jsonl", "--format", "bluesky"]);
    assert_eq!(
        ran.ledger(),
        ["read 10", "used 9", "skipped identity notice without a handle 1"]
    );
    let checks = ran.table::<Availability>();
    let states: Vec<State> = checks.rows().unwrap().map(|check| check.state).collect();
    assert_eq!(
        states,
        [
            State::Active,
            State::Suspended,
            State::Suspended,
            State::Deactivated,
            State::Deactivated,
            State::Unknown,
            State::Unknown
        ]
    );
    let details: Vec<Option<String>> = checks
        .rows()
        .unwrap()
        .map(|check| check.detail.map(str::to_owned))
        .collect();
    assert_eq!(
        details[1].as_deref(),
        Some("takendown"),
        "the platform's own word is kept"
    );
    let accounts = ran.table::<Accounts>();
    let accounts: Vec<_> = accounts.rows().unwrap().collect();
    assert_eq!(
        (accounts[0].handle, accounts[0].followers),
        (Some("larch2.example"), None)
    );
    let view = &accounts[1];
    assert_eq!(
        (view.followers, view.following, view.statuses),
        (Some(12), Some(3), Some(340))
    );
    assert_eq!((view.observed_basis, view.created_at.is_some()), (Basis::Stated, true));
}

#[test]
fn other_records_are_left_out_by_name_and_broken_ones_rejected() {
    let like = r#"{"createdAt":"2015-06-03T10:00:00Z","subject":{"uri":"at://did:plc:oak/app.bsky.feed.post/p"}}"#;
    let follow = r#"{"createdAt":"2015-06-03T10:00:00Z","subject":"did:plc:oak"}"#;
    let lines = [
        commit("create", "app.bsky.feed.like", "a", like),
        commit("create", "app.bsky.graph.block", "b", follow),
        commit("create", "app.bsky.graph.follow", "c", follow),
        commit("delete", "app.bsky.feed.post", "d", ""),
        commit("create", "example.other.thing", "e", "{}"),
        commit(
            "update",
            "app.bsky.actor.profile",
            "self",
            r#"{"displayName":"Larch","description":"trees"}"#,
        ),
        commit("create", "app.bsky.graph.follow", "f", "{}"),
        commit("create", "app.bsky.feed.post", "", r#"{"text":"x"}"#),
        commit(
            "create",
            "app.bsky.feed.post",
            "h",
            r#"{"text":"x","createdAt":"soon"}"#,
        ),
        commit("create", "app.bsky.feed.post", "i", ""),
        r#"{"did":"did:plc:larch","kind":"something"}"#.to_owned(),
        r#"{"did":"","handle":"x.example"}"#.to_owned(),
    ];
    let ran = Bench::with("a.jsonl", lines.join("\n")).ingest(&["a.jsonl"]);
    assert_eq!(
        ran.ledger(),
        [
            "read 12",
            "used 3",
            "rejected no account 2",
            "rejected no id 1",
            "rejected not a known record 2",
            "skipped block 1",
            "skipped delete notice 1",
            "skipped like 1",
            "skipped record of another kind 1"
        ]
    );
    let follows = ran.table::<Follows>();
    let follow = follows.rows().unwrap().next().unwrap();
    assert_eq!(
        (follow.follower_id, follow.followed_id, follow.platform),
        ("did:plc:larch", "did:plc:oak", "bluesky")
    );
    assert_eq!(ran.table::<Rejects>().len(), 5);
    let posts = ran.table::<Posts>();
    let post = posts.rows().unwrap().next().unwrap();
    assert_eq!(
        post.posted_at, post.observed_at,
        "a time that cannot be read is that of the event"
    );
}

#[test]
fn an_account_id_tells_its_platform() {
    let bench = Bench::new();
    bench.put("checks.csv", "account_id,handle,observed_at,state,detail\ndid:plc:larch,larch.example,2015-06-02,active,\n77,Larch,2015-06-02,active,\n,@oak.example,2015-06-02,active,\n");
    bench.put(
        "follows.csv",
        "follower_id,followed_id\ndid:plc:larch,did:web:oak.example\n",
    );
    let ran = bench.ingest(&["checks.csv", "follows.csv"]);
    let checks = ran.table::<Availability>();
    let platforms: Vec<String> = checks.rows().unwrap().map(|check| check.platform.to_owned()).collect();
    assert_eq!(platforms, ["bluesky", "twitter", "bluesky"]);
    let follows = ran.table::<Follows>();
    assert_eq!(follows.rows().unwrap().next().unwrap().platform, "bluesky");
}
