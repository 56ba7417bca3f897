//! Twitter v2 responses as a collector keeps them, one a line: what a stream sends, a post at a time with what it refers to; and
//! pages of up to 100 posts or accounts that were asked for at one moment.
//!
//! A response says once when it was retrieved, and its accounts are as they were then; so posts of different moments are never
//! in one response.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Map, Value, json};

use super::Record;
use super::format::line;
use super::shown::{Post, Profile};
use crate::clock::rfc3339;
use crate::streams::Streams;
use crate::text::{Composed, SHORT_TEXT, shortened};

/// Most records of a page.
const PAGE: usize = 100;

/// What may stand in one response with others of its kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A post as a stream sent it, which is a response of its own.
    Streamed,
    /// Posts asked for at this moment.
    Asked(i64),
    /// Accounts looked up at this moment, found or missing.
    LookedUp(i64),
    /// Anything else, which stands as it is.
    Line,
}

fn kind(record: &Record) -> Kind {
    match record {
        Record::Post { observed_ms: None, .. } => Kind::Streamed,
        Record::Post {
            observed_ms: Some(at), ..
        } => Kind::Asked(*at),
        Record::Account { observed_ms, .. } | Record::Missing { observed_ms, .. } => Kind::LookedUp(*observed_ms),
        _ => Kind::Line,
    }
}

/// The responses of a block: posts and accounts apart, each in the order of coming.
pub fn pages(streams: Streams, records: &[Record], out: &mut Vec<u8>) -> io::Result<()> {
    let mut at = 0;
    while at < records.len() {
        let kind = kind(&records[at]);
        let alone = matches!(kind, Kind::Line | Kind::Streamed);
        let most = if alone { 1 } else { PAGE };
        let length = records[at..]
            .iter()
            .take(most)
            .take_while(|record| self::kind(record) == kind)
            .count();
        let page = &records[at..at + length.max(1)];
        match (&page[0], kind) {
            (Record::Line(text), _) => out.extend_from_slice(text),
            (_, Kind::Streamed | Kind::Asked(_)) => line(&posts_page(streams, page), out)?,
            (_, Kind::LookedUp(at)) => line(&accounts_page(page, at), out)?,
            (_, Kind::Line) => {}
        }
        at += page.len();
    }
    Ok(())
}

fn posts_page(streams: Streams, records: &[Record]) -> Value {
    let mut retrieved_ms = 0;
    let mut streamed = false;
    let mut data = Vec::new();
    let (mut users, mut tweets) = (BTreeMap::new(), BTreeMap::new());
    let mut ids = Vec::new();
    for record in records {
        let Record::Post { post, observed_ms } = record else {
            continue;
        };
        let post = post.show(streams);
        streamed = observed_ms.is_none();
        retrieved_ms = observed_ms.unwrap_or(post.at_ms);
        ids.push(post.id);
        users.entry(post.author.id).or_insert_with(|| user(&post.author));
        for of in [&post.reposted, &post.quoted].into_iter().flatten() {
            users.entry(of.author.id).or_insert_with(|| user(&of.author));
            tweets.entry(of.id).or_insert_with(|| tweet(of));
        }
        data.push(tweet(&post));
    }
    let count = data.len();
    let place = if streamed { "search/stream" } else { "search/all" };
    let mut page = json!({
        "data": match data.pop() {
            Some(only) if streamed => only,
            last => data.into_iter().chain(last).collect(),
        },
        "includes": {
            "users": users.into_values().collect::<Vec<_>>(),
            "tweets": tweets.into_values().collect::<Vec<_>>(),
        },
        "__twarc": {
            "url": format!("https://api.example/2/tweets/{place}"), "version": "2.14.0",
            "retrieved_at": rfc3339(retrieved_ms),
        },
        "simulated": true,
    });
    if let (false, Some(newest), Some(oldest)) = (streamed, ids.iter().max(), ids.iter().min()) {
        page["meta"] = json!({"result_count": count, "newest_id": newest.to_string(), "oldest_id": oldest.to_string()});
    }
    page
}

fn accounts_page(records: &[Record], retrieved_ms: i64) -> Value {
    let (mut data, mut errors) = (Vec::new(), Vec::new());
    for record in records {
        match record {
            Record::Account { profile, .. } => data.push(user(profile)),
            Record::Missing { id, suspended, .. } => {
                let (title, detail) = if *suspended {
                    ("Forbidden", format!("User has been suspended: [{id}]."))
                } else {
                    ("Not Found Error", format!("Could not find user with ids: [{id}]."))
                };
                errors.push(json!({
                    "value": id.to_string(), "detail": detail, "title": title, "resource_type": "user", "parameter": "ids",
                    "resource_id": id.to_string(), "type": "https://api.twitter.com/2/problems/resource-not-found",
                }));
            }
            _ => {}
        }
    }
    let mut page = json!({
        "data": data,
        "__twarc": {"url": "https://api.example/2/users", "version": "2.14.0", "retrieved_at": rfc3339(retrieved_ms)},
        "simulated": true,
    });
    if !errors.is_empty() {
        page["errors"] = Value::Array(errors);
    }
    page
}

fn user(profile: &Profile) -> Value {
    let mut user = json!({
        "id": profile.id.to_string(),
        "name": profile.name,
        "username": profile.handle,
        "created_at": rfc3339(profile.created_ms),
        "description": profile.description.as_deref().unwrap_or(""),
        "protected": profile.protected,
        "verified": false,
        "url": "",
        "profile_image_url": format!("https://img.example/profile_images/{:012x}/face_normal.png", profile.avatar),
        "public_metrics": {
            "followers_count": profile.followers, "following_count": profile.friends,
            "tweet_count": profile.statuses, "listed_count": profile.listed,
        },
    });
    if let Some(location) = &profile.location {
        user["location"] = json!(location);
    }
    user
}

fn entities(body: &Composed, limit: usize) -> Map<String, Value> {
    let mut entities = Map::new();
    let mut put = |name: &str, list: Vec<Value>| {
        if !list.is_empty() {
            entities.insert(name.to_owned(), Value::Array(list));
        }
    };
    let within = |to: &usize| *to <= limit;
    let tags = body.hashtags.iter().filter(|s| within(&s.to));
    put(
        "hashtags",
        tags.map(|s| json!({"start": s.from, "end": s.to, "tag": s.value}))
            .collect(),
    );
    let mentions = body.mentions.iter().filter(|s| within(&s.to));
    let mention = |s: &crate::text::Span<(u64, String)>| json!({"start": s.from, "end": s.to, "username": s.value.1, "id": s.value.0.to_string()});
    put("mentions", mentions.map(mention).collect());
    let urls = body.urls.iter().filter(|s| within(&s.to));
    let url = |s: &crate::text::Span<(String, String)>| {
        let display = s.value.1.trim_start_matches("https://");
        json!({"start": s.from, "end": s.to, "url": s.value.0, "expanded_url": s.value.1, "display_url": display})
    };
    put("urls", urls.map(url).collect());
    entities
}

fn tweet(post: &Post) -> Value {
    // Only a repost's text is cut; what it passes on is carried along whole.
    let cut = post.reposted.is_some() && post.body.length > SHORT_TEXT;
    let (text, limit) = if cut {
        (
            format!("{}…", shortened(&post.body.text, SHORT_TEXT - 1)),
            SHORT_TEXT - 1,
        )
    } else {
        (post.body.text.clone(), post.body.length)
    };
    let mut tweet = json!({
        "id": post.id.to_string(),
        "edit_history_tweet_ids": [post.id.to_string()],
        "text": text,
        "author_id": post.author.id.to_string(),
        "created_at": rfc3339(post.at_ms),
        "conversation_id": post.reply_to.as_ref().map_or(post.id, |reply| reply.0).to_string(),
        "lang": post.body.lang,
        "source": post.client.0,
        "possibly_sensitive": false,
        "reply_settings": "everyone",
        "public_metrics": {"retweet_count": post.reposts, "reply_count": 0, "like_count": post.likes, "quote_count": 0},
    });
    let mut referenced = Vec::new();
    if let Some(of) = &post.reposted {
        referenced.push(json!({"type": "retweeted", "id": of.id.to_string()}));
    }
    if let Some((id, _)) = post.quotes {
        referenced.push(json!({"type": "quoted", "id": id.to_string()}));
    }
    if let Some((id, account, _)) = &post.reply_to {
        referenced.push(json!({"type": "replied_to", "id": id.to_string()}));
        tweet["in_reply_to_user_id"] = json!(account.to_string());
    }
    if !referenced.is_empty() {
        tweet["referenced_tweets"] = Value::Array(referenced);
    }
    let entities = entities(&post.body, limit);
    if !entities.is_empty() {
        tweet["entities"] = Value::Object(entities);
    }
    if let Some((latitude, longitude)) = post.place {
        tweet["geo"] = json!({"coordinates": {"type": "Point", "coordinates": [longitude, latitude]}});
    }
    tweet
}
