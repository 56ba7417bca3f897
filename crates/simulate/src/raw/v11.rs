//! Twitter v1.1 objects as its streaming interface sent them, with the field order and the empty fields of the original.

use serde::{Serialize, Serializer, ser::SerializeSeq};

use super::shown::{Post, Profile};
use crate::clock::{rfc3339, twitter_time};
use crate::text::{Composed, SHORT_TEXT, Span, shortened};

#[derive(Serialize)]
struct UserObject<'a> {
    id: u64,
    id_str: String,
    name: &'a str,
    screen_name: &'a str,
    location: Option<&'a str>,
    url: Option<&'a str>,
    description: Option<&'a str>,
    protected: bool,
    followers_count: u64,
    friends_count: u64,
    listed_count: u64,
    created_at: String,
    favourites_count: u64,
    utc_offset: Option<i32>,
    time_zone: Option<&'a str>,
    geo_enabled: bool,
    verified: bool,
    statuses_count: u64,
    lang: &'a str,
    contributors_enabled: bool,
    is_translator: bool,
    profile_background_color: &'a str,
    profile_image_url: String,
    profile_image_url_https: String,
    profile_use_background_image: bool,
    default_profile: bool,
    default_profile_image: bool,
    following: Option<bool>,
    follow_request_sent: Option<bool>,
    notifications: Option<bool>,
}

impl Serialize for Profile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        UserObject {
            id: self.id,
            id_str: self.id.to_string(),
            name: &self.name,
            screen_name: &self.handle,
            location: self.location.as_deref(),
            url: None,
            description: self.description.as_deref(),
            protected: self.protected,
            followers_count: self.followers,
            friends_count: self.friends,
            listed_count: self.listed,
            created_at: twitter_time(self.created_ms),
            favourites_count: self.favourites,
            utc_offset: self.zone.map(|(_, hours)| hours * 3600),
            time_zone: self.zone.map(|(name, _)| name),
            geo_enabled: false,
            verified: false,
            statuses_count: self.statuses,
            lang: self.lang,
            contributors_enabled: false,
            is_translator: false,
            profile_background_color: "C0DEED",
            profile_image_url: format!("http://img.example/profile_images/{:012x}/face.png", self.avatar),
            profile_image_url_https: format!("https://img.example/profile_images/{:012x}/face.png", self.avatar),
            profile_use_background_image: true,
            default_profile: true,
            default_profile_image: false,
            following: None,
            follow_request_sent: None,
            notifications: None,
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
struct Hashtag<'a> {
    text: &'a str,
    indices: [usize; 2],
}

#[derive(Serialize)]
struct Url<'a> {
    url: &'a str,
    expanded_url: &'a str,
    display_url: &'a str,
    indices: [usize; 2],
}

#[derive(Serialize)]
struct Mention<'a> {
    screen_name: &'a str,
    name: &'a str,
    id: u64,
    id_str: String,
    indices: [usize; 2],
}

struct List<'a, T, O: Serialize>(&'a [Span<T>], usize, fn(&'a Span<T>) -> O);

impl<T, O: Serialize> Serialize for List<'_, T, O> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for span in self.0.iter().filter(|span| span.to <= self.1) {
            list.serialize_element(&(self.2)(span))?;
        }
        list.end()
    }
}

#[derive(Serialize)]
struct Entities<'a> {
    hashtags: List<'a, &'static str, Hashtag<'a>>,
    urls: List<'a, (String, String), Url<'a>>,
    user_mentions: List<'a, (u64, String), Mention<'a>>,
    symbols: [u8; 0],
}

/// The entities that lie wholly within the first `limit` characters.
fn entities(body: &Composed, limit: usize) -> Entities<'_> {
    Entities {
        hashtags: List(&body.hashtags, limit, |s| Hashtag {
            text: s.value,
            indices: [s.from, s.to],
        }),
        urls: List(&body.urls, limit, |s| Url {
            url: &s.value.0,
            expanded_url: &s.value.1,
            display_url: s.value.1.trim_start_matches("https://"),
            indices: [s.from, s.to],
        }),
        user_mentions: List(&body.mentions, limit, |s| Mention {
            screen_name: &s.value.1,
            name: &s.value.1,
            id: s.value.0,
            id_str: s.value.0.to_string(),
            indices: [s.from, s.to],
        }),
        symbols: [],
    }
}

#[derive(Serialize)]
struct Extended<'a> {
    full_text: &'a str,
    display_text_range: [usize; 2],
    entities: Entities<'a>,
}

#[derive(Serialize)]
struct Point {
    r#type: &'static str,
    coordinates: [f64; 2],
}

#[derive(Serialize)]
struct StatusObject<'a> {
    created_at: String,
    id: u64,
    id_str: String,
    text: String,
    source: String,
    truncated: bool,
    in_reply_to_status_id: Option<u64>,
    in_reply_to_status_id_str: Option<String>,
    in_reply_to_user_id: Option<u64>,
    in_reply_to_user_id_str: Option<String>,
    in_reply_to_screen_name: Option<&'a str>,
    user: &'a Profile,
    geo: Option<Point>,
    coordinates: Option<Point>,
    place: Option<bool>,
    contributors: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quoted_status_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quoted_status_id_str: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quoted_status: Option<&'a Post>,
    is_quote_status: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    retweeted_status: Option<&'a Post>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extended_tweet: Option<Extended<'a>>,
    retweet_count: u64,
    favorite_count: u64,
    entities: Entities<'a>,
    favorited: bool,
    retweeted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    possibly_sensitive: Option<bool>,
    filter_level: &'static str,
    lang: &'static str,
}

impl Serialize for Post {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cut = self.body.length > SHORT_TEXT;
        // A cut text ends in an ellipsis and a link to the whole.
        let (text, kept) = if cut {
            let kept = SHORT_TEXT - 28;
            (
                format!(
                    "{}… https://t.example/s{:07x}",
                    shortened(&self.body.text, kept),
                    self.id & 0xfff_ffff
                ),
                kept,
            )
        } else {
            (self.body.text.clone(), self.body.length)
        };
        // A repost carries the whole text only in what it passes on.
        let extended = cut && self.reposted.is_none();
        let reply = self.reply_to.as_ref();
        StatusObject {
            created_at: twitter_time(self.at_ms),
            id: self.id,
            id_str: self.id.to_string(),
            text,
            source: format!("<a href=\"{}\" rel=\"nofollow\">{}</a>", self.client.1, self.client.0),
            truncated: extended,
            in_reply_to_status_id: reply.map(|r| r.0),
            in_reply_to_status_id_str: reply.map(|r| r.0.to_string()),
            in_reply_to_user_id: reply.map(|r| r.1),
            in_reply_to_user_id_str: reply.map(|r| r.1.to_string()),
            in_reply_to_screen_name: reply.map(|r| r.2.as_str()),
            user: &self.author,
            // `geo` is latitude first, `coordinates` longitude first, as the original had it.
            geo: self.place.map(|(lat, lon)| Point {
                r#type: "Point",
                coordinates: [lat, lon],
            }),
            coordinates: self.place.map(|(lat, lon)| Point {
                r#type: "Point",
                coordinates: [lon, lat],
            }),
            place: None,
            contributors: None,
            quoted_status_id: self.quotes.map(|(id, _)| id),
            quoted_status_id_str: self.quotes.map(|(id, _)| id.to_string()),
            quoted_status: self.quoted.as_deref(),
            is_quote_status: self.quotes.is_some(),
            retweeted_status: self.reposted.as_deref(),
            extended_tweet: extended.then(|| Extended {
                full_text: &self.body.text,
                display_text_range: [0, self.body.length],
                entities: entities(&self.body, usize::MAX),
            }),
            retweet_count: self.reposts,
            favorite_count: self.likes,
            entities: entities(&self.body, kept),
            favorited: false,
            retweeted: false,
            possibly_sensitive: (!self.body.urls.is_empty()).then_some(false),
            filter_level: "low",
            lang: self.body.lang,
        }
        .serialize(serializer)
    }
}

/// A looked-up account: the user object and when the collector asked.
#[derive(Serialize)]
struct Lookup<'a> {
    #[serde(flatten)]
    profile: &'a Profile,
    observed_at: String,
    simulated: bool,
}

/// A line of a collection: the post, its moment as the stream adds it, and when a later fetch saw it.
#[derive(Serialize)]
struct Captured<'a> {
    #[serde(flatten)]
    post: &'a Post,
    timestamp_ms: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed_at: Option<String>,
    simulated: bool,
}

/// A post's line; `observed_ms` when a later fetch saw it, a stream says nothing.
///
/// # Errors
/// None while writing to memory.
pub fn post(post: &Post, observed_ms: Option<i64>, out: &mut Vec<u8>) -> serde_json::Result<()> {
    let captured = Captured {
        post,
        timestamp_ms: post.at_ms.to_string(),
        observed_at: observed_ms.map(rfc3339),
        simulated: true,
    };
    serde_json::to_writer(&mut *out, &captured)?;
    out.push(b'\n');
    Ok(())
}

/// A looked-up account's line.
///
/// # Errors
/// None while writing to memory.
pub fn account(profile: &Profile, observed_ms: i64, out: &mut Vec<u8>) -> serde_json::Result<()> {
    let lookup = Lookup {
        profile,
        observed_at: rfc3339(observed_ms),
        simulated: true,
    };
    serde_json::to_writer(&mut *out, &lookup)?;
    out.push(b'\n');
    Ok(())
}
