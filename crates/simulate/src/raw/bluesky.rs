//! Bluesky: events as its Jetstream sends them (commits, identities, accounts), and profiles as its interface shows them.
//!
//! Identifiers are made from ours by mixing: a DID has 24 letters of base32, a record key is the moment in sortable base32, a
//! content id has the form of one and is the hash of nothing.

use std::io;

use serde_json::{Value, json};

use super::format::line;
use super::shown::{Post, Profile};
use crate::clock::{SNOWFLAKE_EPOCH_MS, rfc3339};
use crate::streams::mixed;
use crate::text::Composed;

const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const SORTABLE: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";

/// So many letters of base32 that depend on `seed` alone.
fn letters(seed: u64, length: usize) -> String {
    let mut state = seed;
    (0..length)
        .map(|at| {
            if at % 12 == 0 {
                state = mixed(state.wrapping_add(0x9e37_79b9_7f4a_7c15));
            }
            char::from(BASE32[(state >> (5 * (at % 12)) & 31) as usize])
        })
        .collect()
}

/// An account's identifier.
#[must_use]
pub fn did(id: u64) -> String {
    format!("did:plc:{}", letters(id, 24))
}

/// A handle as a name of a domain, which has no underscores.
#[must_use]
pub fn handle(handle: &str) -> String {
    let name = handle.to_ascii_lowercase().replace('_', "-");
    let inner = name.trim_matches('-');
    // What is trimmed tells handles apart.
    let trimmed = name.len() - inner.len();
    let mark = if trimmed > 0 {
        format!("-{trimmed}")
    } else {
        String::new()
    };
    format!("{inner}{mark}.social.example")
}

/// A record key: 53 bits of microseconds and 10 of clock, in 13 sortable letters.
fn record_key(id: u64) -> String {
    let at_ms = (id >> 22) + SNOWFLAKE_EPOCH_MS.unsigned_abs();
    let tid = ((at_ms * 1000 + (id & 0xfff) % 1000) << 10) | (mixed(id) & 0x3ff);
    (0..13)
        .rev()
        .map(|at| char::from(SORTABLE[(tid >> (5 * at) & 31) as usize]))
        .collect()
}

/// A post's address.
#[must_use]
pub fn post_uri(id: u64, account_id: u64) -> String {
    format!("at://{}/app.bsky.feed.post/{}", did(account_id), record_key(id))
}

fn reference(id: u64, account_id: u64) -> Value {
    json!({"cid": content_id(id), "uri": post_uri(id, account_id)})
}

fn content_id(id: u64) -> String {
    format!("bafyrei{}", letters(id ^ 0xc1d, 52))
}

/// Mentions, links and tags by the bytes they stand on.
fn facets(body: &Composed) -> Vec<Value> {
    // Byte of each character, and of the end.
    let bytes: Vec<usize> = body
        .text
        .char_indices()
        .map(|(at, _)| at)
        .chain([body.text.len()])
        .collect();
    let facet = |from: usize, to: usize, feature: Value| json!({"index": {"byteStart": bytes[from], "byteEnd": bytes[to]}, "features": [feature]});
    let mut facets: Vec<(usize, Value)> = Vec::new();
    for span in &body.mentions {
        let feature = json!({"$type": "app.bsky.richtext.facet#mention", "did": did(span.value.0)});
        facets.push((span.from, facet(span.from, span.to, feature)));
    }
    for span in &body.hashtags {
        let feature = json!({"$type": "app.bsky.richtext.facet#tag", "tag": span.value});
        facets.push((span.from, facet(span.from, span.to, feature)));
    }
    for span in &body.urls {
        let feature = json!({"$type": "app.bsky.richtext.facet#link", "uri": span.value.1});
        facets.push((span.from, facet(span.from, span.to, feature)));
    }
    facets.sort_by_key(|(from, _)| *from);
    facets.into_iter().map(|(_, facet)| facet).collect()
}

fn micros(at_ms: i64) -> i64 {
    at_ms * 1000
}

/// A post's or repost's commit.
pub fn post(post: &Post, observed_ms: Option<i64>, out: &mut Vec<u8>) -> io::Result<()> {
    let (collection, record) = if let Some(of) = &post.reposted {
        let subject = reference(of.id, of.author.id);
        let record = json!({"$type": "app.bsky.feed.repost", "createdAt": rfc3339(post.at_ms), "subject": subject});
        ("app.bsky.feed.repost", record)
    } else {
        let mut record = json!({
            "$type": "app.bsky.feed.post",
            "createdAt": rfc3339(post.at_ms),
            "langs": [post.body.lang],
            "text": post.body.text,
        });
        let facets = facets(&post.body);
        if !facets.is_empty() {
            record["facets"] = Value::Array(facets);
        }
        if let Some((id, account, _)) = &post.reply_to {
            let parent = reference(*id, *account);
            record["reply"] = json!({"parent": parent, "root": parent});
        }
        if let Some((id, account)) = post.quotes {
            record["embed"] = json!({"$type": "app.bsky.embed.record", "record": reference(id, account)});
        }
        ("app.bsky.feed.post", record)
    };
    let mut event = json!({
        "did": did(post.author.id),
        "time_us": micros(post.at_ms),
        "kind": "commit",
        "commit": {
            "rev": record_key(post.id), "operation": "create", "collection": collection, "rkey": record_key(post.id),
            "record": record, "cid": content_id(post.id),
        },
        "simulated": true,
    });
    if let Some(observed) = observed_ms {
        event["observed_at"] = json!(rfc3339(observed));
    }
    line(&event, out)
}

/// A post's deletion.
pub fn deletion(id: u64, account_id: u64, at_ms: i64, out: &mut Vec<u8>) -> io::Result<()> {
    let commit = json!({
        "rev": record_key(id ^ 1), "operation": "delete", "collection": "app.bsky.feed.post", "rkey": record_key(id),
    });
    line(
        &json!({"did": did(account_id), "time_us": micros(at_ms), "kind": "commit", "commit": commit, "simulated": true}),
        out,
    )
}

/// An account's end: taken down by the platform, or deactivated by its owner.
pub fn ended(id: u64, taken_down: bool, at_ms: i64, out: &mut Vec<u8>) -> io::Result<()> {
    let status = if taken_down { "takendown" } else { "deactivated" };
    let account = json!({
        "active": false, "did": did(id), "seq": micros(at_ms) / 100, "status": status, "time": rfc3339(at_ms),
    });
    line(
        &json!({"did": did(id), "time_us": micros(at_ms), "kind": "account", "account": account, "simulated": true}),
        out,
    )
}

/// An account's new handle.
pub fn renamed(id: u64, new: &str, at_ms: i64, out: &mut Vec<u8>) -> io::Result<()> {
    let identity = json!({"did": did(id), "handle": handle(new), "seq": micros(at_ms) / 100, "time": rfc3339(at_ms)});
    line(
        &json!({"did": did(id), "time_us": micros(at_ms), "kind": "identity", "identity": identity, "simulated": true}),
        out,
    )
}

/// A looked-up profile, with the time of look-up.
pub fn account(profile: &Profile, observed_ms: i64, out: &mut Vec<u8>) -> io::Result<()> {
    let view = json!({
        "did": did(profile.id),
        "handle": handle(&profile.handle),
        "displayName": profile.name,
        "description": profile.description.as_deref().unwrap_or(""),
        "avatar": format!("https://img.example/avatar/{}/{:012x}@jpeg", did(profile.id), profile.avatar),
        "followersCount": profile.followers,
        "followsCount": profile.friends,
        "postsCount": profile.statuses,
        "createdAt": rfc3339(profile.created_ms),
        "indexedAt": rfc3339(profile.created_ms),
        "labels": [],
        "observed_at": rfc3339(observed_ms),
        "simulated": true,
    });
    line(&view, out)
}
