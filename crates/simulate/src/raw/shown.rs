//! Accounts and posts as they show at a moment, whatever the format they are written in.

use crate::text::Composed;

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
    /// Ids of the quoted post and of its author, also when that post is gone.
    pub quotes: Option<(u64, u64)>,
    /// The post quoted, when it is there.
    pub quoted: Option<Box<Post>>,
    /// Times it was passed on.
    pub reposts: u64,
    /// Times it was liked.
    pub likes: u64,
    /// Latitude and longitude in degrees.
    pub place: Option<(f64, f64)>,
}
