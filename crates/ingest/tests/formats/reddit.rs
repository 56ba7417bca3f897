//! Reddit's comments and submissions, written for these tests.

use tables::{Accounts, Basis, PostKind, Posts, Timestamp};

use crate::run::Bench;

#[test]
fn comments_and_submissions_of_every_age() {
    let lines = [
        r#"{"id":"c1","author":"Larch","subreddit":"trees","created_utc":"1433325600","body":"rain &gt; sun","parent_id":"t3_s1","link_id":"t3_s1","score":-4}"#,
        r#"{"id":"c2","name":"t1_c2","author":"Oak","author_fullname":"t2_9","author_created_utc":1420156800,"subreddit_id":"t5_x","created_utc":1433325600.0,"created":1433354400.0,"retrieved_on":1433412000,"body":"[removed]","parent_id":"t1_c1","score":3}"#,
        r#"{"id":"c3","author":"[deleted]","subreddit":"trees","created_utc":1433325600,"body":"[deleted]","parent_id":"t1_c1"}"#,
        r#"{"id":"s1","author":"Oak","subreddit":"trees","created_utc":1433325600,"title":"Hills","selftext":"","url":"https://a.example/?x=1&amp;y=2","domain":"a.example","num_comments":2,"score":9}"#,
        r#"{"id":"s2","author":"Oak","subreddit":"trees","created_utc":1433325600,"title":"Hills","selftext":"and rivers","url":"https://www.reddit.com/r/trees/s2","domain":"self.trees","retrieved_utc":1433412000}"#,
        r#"{"id":"s3","author":"Elm","subreddit":"other","created_utc":1433325600,"title":"Hills","selftext":"","crosspost_parent":"t3_s1","crosspost_parent_list":[{"id":"s1","author":"Oak","subreddit":"trees","created_utc":1433325600,"title":"Hills","selftext":""}]}"#,
        r#"{"author":"Elm","subreddit":"other","created_utc":1433325600,"title":"no id"}"#,
    ];
    let ran = Bench::with("RC_2015-06", lines.join("\n")).ingest(&["RC_2015-06"]);
    assert_eq!(
        ran.ledger(),
        ["read 7", "used 5", "rejected no id 1", "skipped author deleted 1"],
        "{}",
        ran.stderr()
    );
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert!(
        posts
            .iter()
            .all(|post| post.posted_at == Some(Timestamp(1_433_325_600_000)) && post.platform == "reddit")
    );
    let first = &posts[0];
    assert_eq!(
        (first.post_id, first.account_id, first.kind),
        (Some("t1_c1"), "@larch", PostKind::Reply)
    );
    assert_eq!(
        (first.text, first.in_reply_to_post_id, first.likes),
        (Some("rain > sun"), Some("t3_s1"), Some(-4)),
        "a score is kept as it was sent"
    );
    assert_eq!(
        (posts[1].text, posts[1].observed_at),
        (None, Some(Timestamp(1_433_412_000_000)))
    );
    assert_eq!((posts[2].post_id, posts[2].text), (Some("t3_s1"), Some("Hills")));
    assert_eq!(posts[2].urls.as_deref(), Some(&["https://a.example/?x=1&y=2"][..]));
    assert_eq!(
        (posts[3].text, posts[3].urls.as_deref()),
        (Some("Hills\n\nand rivers"), Some(&[][..]))
    );
    assert_eq!(
        (posts[4].kind, posts[4].reposted_post_id, posts[4].reposted_account_id),
        (PostKind::Repost, Some("t3_s1"), Some("@oak"))
    );
    assert_eq!(posts.len(), 6, "a crosspost brings its original along");
    let accounts = ran.table::<Accounts>();
    let account = accounts.rows().unwrap().next().unwrap();
    assert_eq!(
        (account.created_at, account.observed_basis),
        (Some(Timestamp(1_420_156_800_000)), Basis::Stated)
    );
}
