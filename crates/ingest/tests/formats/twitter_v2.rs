//! Twitter v2, as twarc2 writes it.

use tables::{Accounts, Availability, Basis, PostKind, Posts, State};

use crate::run::Bench;

fn page() -> String {
    r#"{"data":[
      {"id":"11","author_id":"1","created_at":"2021-04-08T10:00:00.000Z","text":"RT @Oak: fog ov…","lang":"en","source":"Pen",
       "referenced_tweets":[{"type":"retweeted","id":"21"}],"public_metrics":{"retweet_count":5,"reply_count":0,"like_count":0,"quote_count":0}},
      {"id":"12","author_id":"1","created_at":"2021-04-08T10:01:00.000Z","text":"@Oak why &amp; how","in_reply_to_user_id":"2",
       "referenced_tweets":[{"type":"replied_to","id":"21"},{"type":"quoted","id":"22"}],"geo":{"place_id":"p1"}},
      {"id":"13","text":"no author"}],
     "includes":{"users":[
       {"id":"1","username":"Larch","name":"Larch","created_at":"2020-01-01T00:00:00.000Z","public_metrics":{"followers_count":7,"following_count":0,"tweet_count":9,"listed_count":1}},
       {"id":"2","username":"Oak","name":"Oak","protected":false}],
      "tweets":[{"id":"21","author_id":"2","created_at":"2021-04-07T10:00:00.000Z","text":"fog over the whole valley",
        "entities":{"hashtags":[{"tag":"fog"}],"mentions":[{"username":"Elm","id":"3"}],"urls":[{"url":"https://t.co/b","expanded_url":"https://fog.example"}]}}],
      "places":[{"id":"p1","country_code":"NO"}]},
     "errors":[
       {"value":"Elm","detail":"User has been suspended: [Elm].","title":"Forbidden","resource_type":"user","parameter":"entities.mentions.username","resource_id":"Elm"},
       {"value":"4","detail":"Could not find user with ids: [4].","title":"Not Found Error","resource_type":"user","parameter":"ids","resource_id":"4"},
       {"value":"5","detail":"Sorry, you are not authorized to see the user with id: [5].","title":"Authorization Error","resource_type":"user","parameter":"id"},
       {"value":"22","detail":"Could not find tweet with referenced_tweets.id: [22].","title":"Not Found Error","resource_type":"tweet","parameter":"referenced_tweets.id"}],
     "meta":{"result_count":3},"__twarc":{"retrieved_at":"2021-04-09T00:00:00+00:00"}}"#
        .replace('\n', "")
}

#[test]
fn a_page_gives_posts_accounts_and_checks() {
    let ran = Bench::with("a.jsonl", page()).ingest(&["a.jsonl"]);
    assert_eq!(ran.ledger(), ["read 7", "used 6", "skipped error about a post 1"]);
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert_eq!(
        posts.iter().map(|post| post.post_id.unwrap()).collect::<Vec<_>>(),
        ["11", "12", "21"]
    );
    let (repost, reply) = (&posts[0], &posts[1]);
    assert_eq!(
        (repost.kind, repost.text),
        (PostKind::Repost, Some("fog over the whole valley"))
    );
    assert_eq!(
        (repost.reposted_account_id, repost.reposted_handle),
        (Some("2"), Some("Oak"))
    );
    assert_eq!(
        (repost.handle, repost.reposts, repost.likes),
        (Some("Larch"), Some(5), Some(0))
    );
    assert_eq!(
        (repost.hashtags.clone(), repost.urls.clone()),
        (Some(vec!["fog"]), Some(vec!["https://fog.example"]))
    );
    assert_eq!((reply.kind, reply.text), (PostKind::Reply, Some("@Oak why & how")));
    assert_eq!(
        (
            reply.in_reply_to_post_id,
            reply.in_reply_to_account_id,
            reply.in_reply_to_handle
        ),
        (Some("21"), Some("2"), Some("Oak"))
    );
    assert_eq!(
        (reply.quoted_post_id, reply.quoted_account_id, reply.country),
        (Some("22"), None, Some("NO"))
    );
    assert_eq!((reply.hashtags.clone(), reply.likes), (None, None));
    let accounts = ran.table::<Accounts>();
    let accounts: Vec<_> = accounts.rows().unwrap().collect();
    assert_eq!(
        accounts.iter().map(|account| account.account_id).collect::<Vec<_>>(),
        ["1", "2"]
    );
    assert_eq!(
        (
            accounts[0].followers,
            accounts[0].following,
            accounts[0].statuses,
            accounts[0].listed
        ),
        (Some(7), Some(0), Some(9), Some(1))
    );
    assert_eq!(
        (accounts[1].followers, accounts[1].protected, accounts[1].observed_basis),
        (None, Some(false), Basis::Stated)
    );
    let checks = ran.table::<Availability>();
    let checks: Vec<_> = checks
        .rows()
        .unwrap()
        .map(|check| {
            (
                check.account_id.to_owned(),
                check.handle.map(str::to_owned),
                check.state,
            )
        })
        .collect();
    assert_eq!(
        checks,
        [
            ("@elm".to_owned(), Some("Elm".to_owned()), State::Suspended),
            ("4".to_owned(), None, State::NotFound),
            ("5".to_owned(), None, State::Protected),
        ]
    );
}

#[test]
fn a_flattened_post_holds_what_it_refers_to() {
    let line = r#"{"id":"11","author_id":"1","created_at":"2021-04-08T10:00:00.000Z","text":"RT @Oak: fog ov…","conversation_id":"11",
      "author":{"id":"1","username":"Larch"},"referenced_tweets":[{"type":"retweeted","id":"21","author_id":"2","text":"fog over the whole valley",
      "created_at":"2021-04-07T10:00:00.000Z","author":{"id":"2","username":"Oak"}}],"__twarc":{"retrieved_at":"2021-04-09T00:00:00+00:00"}}"#
        .replace('\n', "");
    let ran = Bench::with("a.jsonl", line).ingest(&["a.jsonl"]);
    assert_eq!(ran.ledger(), ["read 1", "used 1"]);
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert_eq!(
        (posts[0].kind, posts[0].text),
        (PostKind::Repost, Some("fog over the whole valley"))
    );
    assert_eq!(
        (posts[0].reposted_handle, posts[1].handle, posts[1].source_part),
        (Some("Oak"), Some("Oak"), 1)
    );
    assert!(posts.iter().all(|post| post.observed_at.is_some()));
    let accounts = ran.table::<Accounts>();
    assert_eq!(
        accounts
            .rows()
            .unwrap()
            .map(|account| account.account_id)
            .collect::<Vec<_>>(),
        ["1", "2"]
    );
}

#[test]
fn users_single_posts_and_empty_pages() {
    let lines = [
        r#"{"data":[{"id":"1","username":"Larch","name":"L"},{"id":"2","username":"Oak"}],"meta":{}}"#,
        r#"{"data":{"id":"9","author_id":"1","text":"fog","created_at":"2021-04-08T10:00:00.000Z"},"includes":{"users":[{"id":"1","username":"Larch"}]},"matching_rules":[]}"#,
        r#"{"meta":{"result_count":0}}"#,
        r#"{"data":[{"id":"7","name":"a list"}],"meta":{}}"#,
        r#"{"errors":[{"value":"x","title":"Forbidden","resource_type":"user"}]}"#,
    ];
    let ran = Bench::with("a.jsonl", lines.join("\n")).ingest(&["a.jsonl"]);
    assert_eq!(
        ran.ledger(),
        [
            "read 6",
            "used 3",
            "rejected no time 1",
            "skipped list 1",
            "skipped page without records 1"
        ]
    );
    let accounts = ran.table::<Accounts>();
    let basis: Vec<_> = accounts
        .rows()
        .unwrap()
        .map(|account| (account.source_line, account.observed_basis))
        .collect();
    assert_eq!(basis, [(1, Basis::None), (1, Basis::None), (2, Basis::Post)]);
}

#[test]
fn a_repost_without_its_original_tells_whom_it_passes_on() {
    let line = r#"{"data":[{"id":"1","author_id":"2","text":"RT @Oak: fog &amp; ov…","referenced_tweets":[{"type":"retweeted","id":"3"}]}]}"#;
    let ran = Bench::with("a.jsonl", line).ingest(&["a.jsonl"]);
    let posts = ran.table::<Posts>();
    let post = posts.rows().unwrap().next().unwrap();
    assert_eq!((post.kind, post.text), (PostKind::Repost, Some("fog & ov…")));
    assert_eq!(
        (post.reposted_post_id, post.reposted_handle, post.reposted_account_id),
        (Some("3"), Some("Oak"), None)
    );
}

#[test]
fn an_account_of_mastodon_is_not_taken_for_one_of_twitter() {
    let account = r#"{"id":"1","username":"larch","acct":"larch@trees.example","display_name":"Larch","followers_count":3,"created_at":"2017-01-01T00:00:00Z"}"#;
    let ran = Bench::with("a.jsonl", account).ingest(&["a.jsonl", "--format", "twitter-v2"]);
    assert_eq!(ran.ledger(), ["read 1", "rejected not a known record 1"]);
}
