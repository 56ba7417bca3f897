//! Telegram exports, written for these tests.

use tables::{Accounts, PostKind, Posts, Timestamp};

use crate::run::Bench;

const MESSAGES: &str = r##"
   {"id":1,"type":"service","date":"2021-05-01T10:00:00","date_unixtime":"1619863200","actor":"Grove","action":"create_channel","title":"x"},
   {"id":2,"type":"message","date":"2021-05-01T12:00:00","date_unixtime":"1619863200","from":"Grove","from_id":"channel77","text":"plain [\"quoted\"] {braces}"},
   {"id":3,"type":"message","date":"2021-05-01T12:00:00","from":"Larch","from_id":1234,"reply_to_message_id":2,"forwarded_from":"Oak",
    "text":["see ",{"type":"mention","text":"@birch"}," and ",{"type":"hashtag","text":"#hills"},{"type":"text_link","text":" here","href":"https://a.example"},{"type":"link","text":"https://b.example"},{"type":"mention_name","text":"Elm","user_id":5}]},
   {"id":4,"type":"message","date":"2021-05-01T12:00:00","date_unixtime":"1619863200","from":"Larch","from_id":"user1234","reply_to_message_id":2,"reply_to_peer_id":"channel8","text":""},
   {"id":5,"type":"message","date":"whenever","from":"Larch","from_id":"user1234","text":"x"},
   {"id":6,"type":"message","date_unixtime":"1619863200","text":"nobody"}
"##;

fn chat(name: &str, id: &str, messages: &str) -> String {
    format!(
        "{{\n \"name\": \"{name}\",\n \"type\": \"public_channel\",\n \"id\": {id},\n \"messages\": [{messages}]\n}}"
    )
}

#[test]
fn messages_of_a_chat() {
    let ran = Bench::with("result.json", chat("Grove", "77", MESSAGES)).ingest(&["result.json"]);
    assert_eq!(
        ran.ledger(),
        [
            "read 6",
            "used 4",
            "rejected unreadable time 1",
            "skipped service message 1"
        ],
        "{}",
        ran.stderr()
    );
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert_eq!(
        (posts[3].account_id, posts[3].text),
        ("channel77", Some("nobody")),
        "what a channel posts is the channel's"
    );
    assert_eq!((posts[0].post_id, posts[0].account_id), (Some("77/2"), "channel77"));
    assert_eq!(posts[0].text, Some("plain [\"quoted\"] {braces}"));
    // python3 -c "from datetime import *; print(datetime(2021,5,1,10,tzinfo=timezone.utc).timestamp())" → 1619863200.0
    assert_eq!(posts[0].posted_at, Some(Timestamp(1_619_863_200_000)));
    let mixed = &posts[1];
    assert_eq!((mixed.account_id, mixed.kind), ("user1234", PostKind::Repost));
    assert_eq!(
        mixed.posted_at,
        Some(Timestamp(1_619_870_400_000)),
        "a date alone is taken for UTC"
    );
    assert_eq!(mixed.text, Some("see @birch and #hills herehttps://b.exampleElm"));
    assert_eq!(mixed.mentioned_handles.as_deref(), Some(&["birch"][..]));
    assert_eq!(mixed.mentioned_ids.as_deref(), Some(&["user5"][..]));
    assert_eq!(mixed.hashtags.as_deref(), Some(&["hills"][..]));
    assert_eq!(
        mixed.urls.as_deref(),
        Some(&["https://a.example", "https://b.example"][..])
    );
    assert_eq!(mixed.in_reply_to_post_id, Some("77/2"));
    assert_eq!(
        (posts[2].in_reply_to_post_id, posts[2].text),
        (Some("8/2"), None),
        "a picture has no text"
    );
    let accounts = ran.table::<Accounts>();
    assert_eq!(accounts.rows().unwrap().next().unwrap().display_name, Some("Grove"));
}

#[test]
fn a_whole_account_chat_by_chat_and_more_than_a_block() {
    let long = "w".repeat(40_000);
    let message = |number: usize| {
        format!(
            r#"{{"id":{number},"type":"message","date_unixtime":"1619863200","from":"Larch","from_id":"user1","text":"{long}"}}"#
        )
    };
    let many: Vec<String> = (1..=70).map(message).collect();
    let chats = [
        chat("A \\\" ] }", "1", &many.join(",")),
        chat("B", "2", &message(1)),
        chat("C", "3", ""),
    ];
    let export = format!(
        r#"{{"about":"Here is the data you requested from Telegram.","contacts":{{"list":[{{"messages":7}}]}},"chats":{{"about":"x","list":[{}]}},"left_chats":{{"list":[]}}}}"#,
        chats.join(",")
    );
    let ran = Bench::with("result.json", export).ingest(&["result.json"]);
    assert_eq!(ran.ledger(), ["read 71", "used 71"], "{}", ran.stderr());
    let posts = ran.table::<Posts>();
    let ids: Vec<String> = posts
        .rows()
        .unwrap()
        .map(|post| post.post_id.unwrap().to_owned())
        .collect();
    let expected: Vec<String> = (1..=70)
        .map(|number| format!("1/{number}"))
        .chain(["2/1".to_owned()])
        .collect();
    assert_eq!(ids, expected);
}

#[test]
fn an_export_that_breaks_off_is_told_of_and_what_stood_whole_is_kept() {
    let whole = chat("Grove", "77", MESSAGES);
    let cut = &whole[..whole.find("\"nobody\"").unwrap()];
    let ran = Bench::with("result.json", cut).ingest(&["result.json"]);
    assert_eq!(ran.status(), 2, "the only file: {}", ran.stderr());
    let bench = Bench::with("result.json", cut);
    bench.put("roster.csv", "roster,handle\na,larch\n");
    let ran = bench.ingest(&["result.json", "roster.csv"]);
    assert_eq!(ran.status(), 1, "{}", ran.stderr());
    assert!(ran.stderr().contains("unexpected end of file"), "{}", ran.stderr());
    assert_eq!(ran.table::<Posts>().len(), 3);
}
