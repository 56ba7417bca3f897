//! Pages and records that are about something else and say something of accounts and posts all the same.

use tables::{Accounts, Availability, Follows, PostKind, Posts, State, Timestamp};

use crate::run::{Bench, Ran, tweet};

/// 2015-06-03T10:00:00Z.
const MORNING: Timestamp = Timestamp(1_433_325_600_000);

fn run(name: &str, content: impl AsRef<[u8]>, options: &[&str]) -> Ran {
    Bench::with(name, content).ingest(&[&[name], options].concat())
}

fn checks(ran: &Ran) -> Vec<(String, State, i64)> {
    let table = ran.table::<Availability>();
    let rows = table.rows().unwrap();
    rows.map(|row| (row.account_id.to_owned(), row.state, row.observed_at.0))
        .collect()
}

fn edges(ran: &Ran) -> Vec<(String, String)> {
    let table = ran.table::<Follows>();
    let rows = table.rows().unwrap();
    rows.map(|row| (row.follower_id.to_owned(), row.followed_id.to_owned()))
        .collect()
}

fn accounts(ran: &Ran) -> Vec<String> {
    let table = ran.table::<Accounts>();
    table.rows().unwrap().map(|row| row.account_id.to_owned()).collect()
}

#[test]
fn lists_carry_the_account_of_whose_they_are_and_friendships_are_follows() {
    let list = |user: &str| {
        format!(r#"{{"id":3,"full_name":"@larch/trees","member_count":2,"slug":"trees","mode":"public"{user}}}"#)
    };
    let owned = list(r#","user":{"id":1,"screen_name":"Larch","followers_count":3}"#);
    let friendship = |following: bool, followed: bool| {
        format!(
            r#"{{"relationship":{{"source":{{"id_str":"1","following":{following},"followed_by":{followed}}},"target":{{"id_str":"2","following":{followed},"followed_by":{following}}}}}}}"#
        )
    };
    let lines = [
        owned.clone(),
        format!(r#"{{"lists":[{owned},{},4],"next_cursor":0}}"#, list("")),
        friendship(true, true),
        friendship(false, true),
        friendship(false, false),
    ];
    let ran = run("a.jsonl", lines.join("\n"), &[]);
    assert_eq!(
        ran.ledger(),
        [
            "read 7",
            "used 4",
            "rejected not a known record 1",
            "skipped friendship without a follow 1",
            "skipped list 1"
        ]
    );
    assert_eq!(accounts(&ran), ["1", "1"]);
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(edges(&ran), [pair("1", "2"), pair("2", "1"), pair("2", "1")]);
}

#[test]
fn what_v2_answers_besides_posts_and_accounts_is_skipped_by_kind() {
    let data = [
        r#"{"start":"2021-04-07T00:00:00.000Z","end":"2021-04-08T00:00:00.000Z","tweet_count":5}"#,
        r#"{"id":"7","name":"a list","member_count":2}"#,
        r#"{"id":"1a","state":"live","title":"tea"}"#,
        r#"{"id":"5","type":"users","upload_url":"https://u.example","status":"created"}"#,
        r#"{"id":"6","event_type":"MessageCreate","text":"tea?","sender_id":"1"}"#,
        r#"{"following":true,"pending_follow":false}"#,
        r#"{"colour":"green"}"#,
    ];
    let ran = run(
        "a.jsonl",
        format!(r#"{{"data":[{}],"meta":{{}}}}"#, data.join(",")),
        &[],
    );
    assert_eq!(
        ran.ledger(),
        [
            "read 7",
            "rejected not a known record 1",
            "skipped answer to an action 1",
            "skipped compliance job 1",
            "skipped count of posts 1",
            "skipped direct message 1",
            "skipped list 1",
            "skipped space 1"
        ]
    );
}

#[test]
fn compliance_of_both_interfaces_and_accounts_without_a_time() {
    let lines = [
        r#"{"data":{"user_suspend":{"user":{"id":"1"},"event_at":"2015-06-03T10:00:00.000Z"}}}"#,
        r#"{"data":{"user_withheld":{"user":{"id":"2"},"withheld_in_countries":["DE","AR"],"event_at":"2015-06-03T10:00:00.000Z"}}}"#,
        r#"{"data":{"delete":{"tweet":{"id":"9","author_id":"1"},"event_at":"2015-06-03T10:00:00.000Z"}}}"#,
        r#"{"user_withheld":{"id":3,"withheld_in_countries":["DE"]}}"#,
        r#"{"user_withheld":{"id":3,"withheld_in_countries":["DE"]},"timestamp_ms":"1433325600000"}"#,
        r#"{"id":"4","action":"delete","created_at":"2012-01-02T03:04:05Z","reason":"suspended"}"#,
        r#"{"id":5,"screen_name":"Oak","suspended":true,"observed_at":"2015-06-03T10:00:00Z"}"#,
        r#"{"id":6,"screen_name":"Elm","suspended":true}"#,
    ];
    let ran = run("a.jsonl", lines.join("\n"), &[]);
    assert_eq!(
        ran.ledger(),
        [
            "read 8",
            "used 4",
            "rejected no time 2",
            "skipped delete notice 1",
            "skipped user_withheld notice 1"
        ]
    );
    let check = |id: &str, state| (id.to_owned(), state, MORNING.0);
    assert_eq!(
        checks(&ran),
        [
            check("1", State::Suspended),
            check("2", State::Withheld),
            check("3", State::Withheld),
            check("5", State::Suspended)
        ]
    );
    assert_eq!(accounts(&ran), ["4", "5", "6"], "what is known without a time is kept");
}

#[test]
fn followers_come_as_accounts_too() {
    let v1 = r#"{"users":[{"id":1,"screen_name":"Larch"},{"id":2,"screen_name":"Oak"}],"next_cursor":0}"#;
    let v2 = r#"{"data":[{"id":"3","username":"elm","name":"Elm"}],"meta":{"result_count":1}}"#;
    let lookup = r#"{"users":[{"id":4,"screen_name":"Ash"}]}"#;
    let bench = Bench::with("9.jsonl", [v1, v2, lookup].join("\n"));
    let ran = bench.ingest(&["9.jsonl", "--followers-of", "FILE"]);
    assert_eq!(ran.ledger(), ["read 4", "used 4"]);
    let edge = |id: &str| (id.to_owned(), "9".to_owned());
    assert_eq!(edges(&ran), [edge("1"), edge("2"), edge("3")]);
    assert_eq!(accounts(&ran), ["1", "2", "3", "4"]);
    assert!(edges(&bench.ingest_to("without", &["9.jsonl"], "")).is_empty());
}

#[test]
fn the_first_search_interface() {
    let found = |at: &str| {
        format!(
            r#"{{"id":7,"id_str":"7","created_at":"{at}","from_user":"Larch","from_user_id":1,"from_user_id_str":"1","from_user_name":"Larch T","to_user":"Oak","to_user_id_str":"2","text":"@Oak tea &amp; rain #fog","source":"&lt;a href=&quot;http:\/\/pen.example\/&quot;&gt;Pen&lt;\/a&gt;","iso_language_code":"en","profile_image_url":"http://a.example/a.png","geo":{{"type":"Point","coordinates":[50.5,7.5]}}}}"#
        )
    };
    let page = format!(
        r#"{{"results":[{},{}],"page":1,"query":"tea"}}"#,
        found("Wed, 03 Jun 2009 10:00:00 +0000"),
        found("Wed, 06 Jun 2012 10:00:00 +0000")
    );
    let ran = run(
        "a.jsonl",
        [page, found("Wed, 06 Jun 2012 10:00:00 +0000")].join("\n"),
        &[],
    );
    assert_eq!(ran.ledger(), ["read 3", "used 3"]);
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    let ids: Vec<_> = posts.iter().map(|post| post.account_id).collect();
    assert_eq!(
        ids,
        ["@larch", "1", "1"],
        "that interface had its own numbers until November 2011"
    );
    let post = &posts[1];
    assert_eq!((post.kind, post.in_reply_to_account_id), (PostKind::Reply, Some("2")));
    assert_eq!((post.text, post.client), (Some("@Oak tea & rain #fog"), Some("Pen")));
    assert_eq!(
        (post.latitude, post.longitude, post.hashtags.as_deref()),
        (Some(50.5), Some(7.5), Some(&["fog"][..]))
    );
}

#[test]
fn reddit_as_its_interface_wraps_it() {
    let comment = |id: &str, author: &str, replies: &str| {
        format!(
            r#"{{"kind":"t1","data":{{"id":"{id}","name":"t1_{id}","author":"{author}","subreddit":"trees","created_utc":1433325600.0,"body":"rain","parent_id":"t3_s1","score":-3,"replies":{replies}}}}}"#
        )
    };
    let listing = |children: &str| format!(r#"{{"kind":"Listing","data":{{"after":null,"children":[{children}]}}}}"#);
    let inner = listing(&format!(
        r#"{},{{"kind":"more","data":{{"count":3,"children":["x","y"]}}}}"#,
        comment("c2", "[deleted]", "\"\"")
    ));
    let lines = [
        listing(&comment("c1", "Larch", &inner)),
        listing(""),
        r#"{"kind":"t2","data":{"name":"Oak","id":"9","created_utc":1420156800,"link_karma":3}}"#.to_owned(),
        r#"{"kind":"t2","data":{"name":"Elm","is_suspended":true},"retrieved_on":1433412000}"#.to_owned(),
        r#"{"name":"Ash","is_suspended":true,"observed_at":"2015-06-03T10:00:00Z"}"#.to_owned(),
    ];
    let ran = run("a.jsonl", lines.join("\n"), &[]);
    assert_eq!(
        ran.ledger(),
        [
            "read 7",
            "used 3",
            "rejected no time 1",
            "skipped author deleted 1",
            "skipped comments that were not loaded 1",
            "skipped page without records 1"
        ]
    );
    assert_eq!(accounts(&ran), ["@oak", "@elm", "@ash"]);
    assert_eq!(checks(&ran), [("@ash".to_owned(), State::Suspended, MORNING.0)]);
    assert_eq!(ran.table::<Posts>().rows().unwrap().next().unwrap().likes, Some(-3));
}

#[test]
fn pages_of_bluesky() {
    let author = r#"{"did":"did:plc:larch","handle":"larch.example","displayName":"Larch"}"#;
    let view = format!(
        r#"{{"uri":"at://did:plc:larch/app.bsky.feed.post/a","author":{author},"record":{{"$type":"app.bsky.feed.post","text":"rain","tags":["fog"],"createdAt":"2015-06-03T10:00:00Z"}},"likeCount":4,"replyCount":0}}"#
    );
    let lines = [
        format!(
            r#"{{"feed":[{{"post":{view}}},{{"post":{view},"reason":{{"$type":"app.bsky.feed.defs#reasonRepost","by":{{"did":"did:plc:oak","handle":"oak.example"}},"indexedAt":"2015-06-03T10:00:00Z"}}}}],"cursor":"x"}}"#
        ),
        format!(r#"{{"profiles":[{author}]}}"#),
        format!(r#"{{"subject":{{"did":"did:plc:oak","handle":"oak.example"}},"followers":[{author}]}}"#),
        r#"{"records":[{"uri":"at://did:plc:larch/app.bsky.graph.follow/f","value":{"subject":"did:plc:elm","createdAt":"2015-06-03T10:00:00Z"}},{"uri":"at://did:plc:larch/app.bsky.feed.like/g","value":{}}]}"#.to_owned(),
        r#"{"did":"did:plc:larch","time_us":1433325600000000,"kind":"commit","commit":{"operation":"create","collection":"app.bsky.actor.profile","rkey":"self","record":{"displayName":"Larch","createdAt":"2015-01-02T00:00:00Z","avatar":{"$type":"blob","ref":{"$link":"bafkx"}}}}}"#.to_owned(),
    ];
    let ran = run("a.jsonl", lines.join("\n"), &[]);
    assert_eq!(ran.ledger(), ["read 7", "used 6", "skipped like 1"]);
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    let kinds: Vec<_> = posts.iter().map(|post| (post.account_id, post.kind)).collect();
    use PostKind::{Original, Repost};
    assert_eq!(
        kinds,
        [
            ("did:plc:larch", Original),
            ("did:plc:oak", Repost),
            ("did:plc:larch", Original)
        ]
    );
    assert_eq!(
        (posts[0].likes, posts[0].handle, posts[0].posted_at),
        (Some(4), Some("larch.example"), Some(MORNING))
    );
    assert_eq!(
        (posts[0].hashtags.as_deref(), posts[1].reposted_account_id),
        (Some(&["fog"][..]), Some("did:plc:larch"))
    );
    let pair = |a: &str, b: &str| (format!("did:plc:{a}"), format!("did:plc:{b}"));
    assert_eq!(edges(&ran), [pair("larch", "oak"), pair("larch", "elm")]);
    let table = ran.table::<Accounts>();
    let profile = table.rows().unwrap().last().unwrap();
    assert!(
        profile.created_at.is_some()
            && profile
                .avatar_url
                .is_some_and(|url| url.contains("/did:plc:larch/bafkx"))
    );
}

#[test]
fn mastodon_streams_outboxes_and_conversations() {
    let status = r#"{"id":"1","uri":"https://s.example/1","created_at":"2015-06-03T10:00:00Z","content":"<p>rain</p>","account":{"username":"larch","acct":"larch","url":"https://s.example/@larch","moved":{"username":"larch","acct":"larch@far.example"}}}"#;
    let stream = format!(
        ":)\n\nevent: update\ndata: {status}\n\n:thump\n\nevent: delete\ndata: 17\n\nevent: update\ndata: {{broken\n\n"
    );
    let ran = run("stream.txt", stream, &[]);
    assert_eq!(
        ran.ledger(),
        ["read 3", "used 1", "rejected not JSON 1", "skipped delete notice 1"]
    );
    assert_eq!(
        accounts(&ran),
        ["larch@s.example", "larch@far.example"],
        "where it moved to is an account, too"
    );
    let talk =
        format!(r#"{{"id":"5","unread":false,"accounts":[{{"acct":"oak@far.example"}}],"last_status":{status}}}"#);
    assert_eq!(run("a.jsonl", talk, &[]).ledger(), ["read 2", "used 2"]);
    let outbox = r##"{"@context":"https://www.w3.org/ns/activitystreams","id":"outbox.json","type":"OrderedCollection","orderedItems":[
      {"id":"https://s.example/users/Larch/statuses/1/activity","type":"Create","actor":"https://s.example/users/Larch","published":"2015-06-03T10:00:00Z","object":{"id":"https://s.example/users/Larch/statuses/1","type":"Note","inReplyTo":"https://far.example/9","published":"2015-06-03T10:00:00Z","content":"<p>rain &amp; fog</p>","tag":[{"type":"Mention","href":"https://far.example/users/Oak","name":"@Oak@far.example"},{"type":"Hashtag","name":"#hills"}]}},
      {"id":"https://s.example/users/Larch/statuses/2/activity","type":"Announce","actor":"https://s.example/users/Larch","published":"2015-06-03T10:00:00Z","object":"https://far.example/users/oak/statuses/8"},
      {"type":"Move","actor":"https://s.example/users/Larch","object":"x"}]}"##;
    let ran = run("outbox.json", outbox, &[]);
    assert_eq!(
        ran.ledger(),
        ["read 3", "used 2", "skipped activity of another kind 1"],
        "{}",
        ran.stderr()
    );
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert_eq!(
        (posts[0].account_id, posts[0].text, posts[0].kind),
        ("larch@s.example", Some("rain & fog"), PostKind::Reply)
    );
    assert_eq!(posts[0].mentioned_handles.as_deref(), Some(&["oak@far.example"][..]));
    assert_eq!(posts[0].hashtags.as_deref(), Some(&["hills"][..]));
    assert_eq!(
        (posts[1].kind, posts[1].reposted_post_id),
        (PostKind::Repost, Some("https://far.example/users/oak/statuses/8"))
    );
}

#[test]
fn notices_of_activity_streams_are_no_posts() {
    let activity = |verb: &str, more: &str| {
        format!(
            r#"{{"id":"tag:search.twitter.com,2005:7","objectType":"activity","verb":"{verb}","actor":{{"objectType":"person","id":"id:twitter.com:1"}}{more}}}"#
        )
    };
    let at = r#","postedTime":"2015-06-03T10:00:00.000Z""#;
    let lines = [
        activity("delete", at),
        activity("scrub_geo", at),
        activity("user_suspend", at),
        activity("user_delete", ""),
        activity("lorem", at),
    ];
    let ran = run("a.jsonl", lines.join("\n"), &[]);
    assert_eq!(
        ran.ledger(),
        [
            "read 5",
            "used 2",
            "rejected no time 1",
            "skipped delete notice 1",
            "skipped scrub_geo notice 1"
        ]
    );
    assert_eq!(checks(&ran), [("1".to_owned(), State::Suspended, MORNING.0)]);
    assert_eq!(ran.table::<Posts>().len(), 1, "what is unknown stays a post");
}

#[test]
fn an_export_tells_of_suspensions_and_the_profile() {
    let bench = Bench::with(
        "x/account.js",
        r#"window.YTD.account.part0 = [{"account":{"accountId":"9","username":"Larch","createdAt":"2015-01-02T00:00:00.000Z"}}]"#,
    );
    bench.put(
        "x/account-suspension.js",
        r#"window.YTD.account_suspension.part0 = [{"accountSuspension":{"timeStamp":"2015-06-03T10:00:00.000Z","action":"Suspend"}},{"accountSuspension":{"timeStamp":"2015-06-03T10:00:00.000Z","action":"Unsuspend"}}]"#,
    );
    bench.put(
        "x/profile.js",
        r#"window.YTD.profile.part0 = [{"profile":{"description":{"bio":"trees","website":"https://w.example","location":"hills"},"avatarMediaUrl":"https://a.example/a.png"}}]"#,
    );
    bench.put(
        "x/note-tweet.js",
        r#"window.YTD.note_tweet.part0 = [{"noteTweet":{"noteTweetId":"5","core":{"text":"long"}}}]"#,
    );
    let ran = bench.ingest(&["x"]);
    assert_eq!(
        ran.ledger(),
        ["read 5", "used 4", "skipped long text of a post in tweets.js 1"]
    );
    // Files are read in the order of their names, and this one comes before account.js.
    let check = |state| ("9".to_owned(), state, MORNING.0);
    assert_eq!(checks(&ran), [check(State::Suspended), check(State::Active)]);
    let table = ran.table::<Accounts>();
    let profile = table
        .rows()
        .unwrap()
        .find(|row| row.description == Some("trees"))
        .unwrap();
    assert_eq!(
        (profile.account_id, profile.location, profile.handle),
        ("9", Some("hills"), Some("Larch"))
    );
}

#[test]
fn what_part_of_a_text_is_shown() {
    let lines = [
        tweet(
            1,
            r#""full_text":"@Oak @Elm tea &amp; rain https://t.co/x","display_text_range":[10,24]"#,
        ),
        tweet(
            2,
            r#""truncated":true,"display_text_range":[0,9],"extended_tweet":{"full_text":"@Oak 🌧 all day","display_text_range":[5,14]}"#,
        ),
        tweet(3, r#""display_text_range":[0,999]"#),
        tweet(4, ""),
        tweet(
            5,
            r#""retweeted_status":{"id":9,"full_text":"@Oak fog","display_text_range":[5,8],"user":{"id":2,"screen_name":"Elm"}},"display_text_range":[0,20]"#,
        ),
    ];
    let ran = run("a.jsonl", lines.join("\n"), &[]);
    let posts = ran.table::<Posts>();
    let shown: Vec<_> = posts
        .rows()
        .unwrap()
        .map(|post| {
            let (from, to) = post.display_from.zip(post.display_to)?;
            let text: Vec<char> = post.text?.chars().collect();
            let of = |end: i64| usize::try_from(end).unwrap();
            Some(text[of(from)..of(to)].iter().collect::<String>())
        })
        .collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        shown,
        [
            some("tea & rain"),
            some("🌧 all day"),
            None,
            None,
            some("fog"),
            some("fog")
        ]
    );
}

#[test]
fn keys_that_nobody_knows_are_listed_at_any_depth() {
    let lines = [
        r#"{"data":[{"id":"1","author_id":"2","text":"tea","entities":{"moods":[],"hashtags":[{"tag":"a","mood":1,"start":0}],"annotations":[]}}],"includes":{"moods":[],"media":[]},"errors":[{"mood":1,"title":"x","type":"y"}],"moods":[],"meta":{}}"#,
        r#"{"did":"did:plc:larch","time_us":1433325600000000,"mood":1,"kind":"commit","commit":{"rev":"x","mood":1,"operation":"create","collection":"app.bsky.graph.follow","rkey":"a","record":{"subject":"did:plc:oak","mood":1}}}"#,
        r#"{"relationship":{"source":{"id":1,"following":true,"mood":1,"muting":false},"target":{"id":2}}}"#,
    ];
    let ran = run("a.jsonl", lines.join("\n"), &[]);
    let told: serde_json::Value = serde_json::from_slice(&std::fs::read(ran.dir.join("run.json")).unwrap()).unwrap();
    let keys: Vec<&str> = told["facts"]["unread_keys"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        [
            "commit.mood",
            "entities.moods",
            "error.mood",
            "event.mood",
            "friendship.mood",
            "hashtag.mood",
            "includes.moods",
            "page.moods",
            "record.mood"
        ]
    );
}

#[test]
fn a_page_is_the_same_whatever_key_it_begins_with() {
    let post = r#"{"id":"7","author_id":"1","created_at":"2021-04-08T10:00:00.000Z","text":"tea","colour":"red"}"#;
    let includes = r#"{"users":[{"id":"1","username":"larch","name":"L","public_metrics":{"followers_count":3}}]}"#;
    let parts = [
        format!(r#""data":[{post},{{"text":"no id"}},3]"#),
        format!(r#""includes":{includes}"#),
        r#""__twarc":{"retrieved_at":"2021-04-09T10:00:00.000Z"}"#.to_owned(),
        r#""meta":{"result_count":3}"#.to_owned(),
        r#""errors":[{"resource_type":"user","resource_id":"9","title":"Not Found Error","detail":"Could not find user"}]"#.to_owned(),
        r#""simulated":true"#.to_owned(),
        r#""taste":"sweet""#.to_owned(),
    ];
    let mut seen = Vec::new();
    for (number, first) in (0..2 * parts.len()).map(|number| (number, number % parts.len())) {
        let mut keys = parts.to_vec();
        keys.rotate_left(first);
        // A key that no page has is looked at more closely.
        let is_odd = number < parts.len();
        keys.retain(|key| is_odd || !key.contains("taste"));
        let ran = run("a.jsonl", format!("{{{}}}\n", keys.join(", ")), &[]);
        let report = std::fs::read_to_string(ran.dir.join("run.json")).unwrap();
        assert_eq!(report.contains("page.taste"), is_odd, "{report}");
        assert!(report.contains("tweet.colour"), "{report}");
        let posts = ran.table::<Posts>();
        let posts: Vec<String> = posts.rows().unwrap().map(|post| format!("{post:?}")).collect();
        seen.push((ran.ledger(), posts, accounts(&ran), checks(&ran)));
    }
    assert_eq!(
        seen[0].0,
        ["read 4", "used 2", "rejected no id 1", "rejected not a known record 1"]
    );
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:#?}");
}
