//! Twitter v1.1 objects as its streaming interface sent them, with the field order and the empty fields of the original.

use serde::{Serialize, Serializer, ser::SerializeSeq};

use crate::clock::twitter_time;
use crate::text::{Composed, Span, shortened};

/// What an account shows of itself at a moment.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// Account id.
    pub id: u64,
    /// Handle without `@`.
    pub handle: String,
    /// Display name.
    pub name: String,
    /// Self-declared location.
    pub location: Option<String>,
    /// Self-description.
    pub description: Option<String>,
    /// Language setting.
    pub lang: &'static str,
    /// Key of the picture.
    pub avatar: u64,
    /// When the account was made, milliseconds since 1970.
    pub created_ms: i64,
    /// Followers.
    pub followers: u64,
    /// Accounts followed.
    pub friends: u64,
    /// Posts ever written, this moment's included.
    pub statuses: u64,
    /// Lists it is on.
    pub listed: u64,
    /// Posts it liked.
    pub favourites: u64,
    /// Whether its posts are for followers only.
    pub protected: bool,
    /// Time zone's name and offset in hours.
    pub zone: Option<(&'static str, i32)>,
}

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

/// A looked-up account: the user object and when the collector asked.
#[derive(Debug, Serialize)]
pub struct Lookup<'a> {
    /// The user object.
    #[serde(flatten)]
    pub profile: &'a Profile,
    /// RFC 3339, added by the collector.
    pub observed_at: String,
    /// Always true: this record was made up.
    pub simulated: bool,
}

/// A post as seen at a moment.
#[derive(Debug, Clone)]
pub struct Post {
    /// Post id.
    pub id: u64,
    /// When it was written, milliseconds since 1970.
    pub at_ms: i64,
    /// Its text and what it names.
    pub body: Composed,
    /// Who wrote it, as of the moment of observation.
    pub author: Profile,
    /// Client's name and address.
    pub client: (&'static str, &'static str),
    /// The answered post, its author's id and handle.
    pub reply_to: Option<(u64, u64, String)>,
    /// The post passed on.
    pub reposted: Option<Box<Post>>,
    /// Id of the quoted post, also when that post is gone.
    pub quotes: Option<u64>,
    /// The post quoted, when it is there.
    pub quoted: Option<Box<Post>>,
    /// Times it was passed on.
    pub reposts: u64,
    /// Times it was liked.
    pub likes: u64,
    /// Latitude and longitude in degrees.
    pub place: Option<(f64, f64)>,
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

/// Longest text before a post is cut and carries `extended_tweet`.
pub const SHORT_TEXT: usize = 140;

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
            quoted_status_id: self.quotes,
            quoted_status_id_str: self.quotes.map(|id| id.to_string()),
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

/// A line of a collection: the post, when it was captured, and the mark that it was made up.
#[derive(Debug, Serialize)]
pub struct Captured<'a> {
    /// The post.
    #[serde(flatten)]
    pub post: &'a Post,
    /// Milliseconds since 1970 of the post, as the stream adds them.
    pub timestamp_ms: String,
    /// When a later fetch saw it (RFC 3339); a stream says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<String>,
    /// Always true: this record was made up.
    pub simulated: bool,
}
