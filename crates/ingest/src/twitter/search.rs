//! Posts of the first search interface (until 2013): the author's handle, number and picture stand in the post itself.
//!
//! Until 7 November 2011 that interface numbered accounts in its own way. What was posted before goes by its handle.

use tables::{Account, Post, PostKind, Timestamp};

use super::PLATFORM;
use super::raw::{Entities, Point};
use super::v1::Lists;
use crate::json::unread::Left;
use crate::json::{Id, Many, Maybe, Text, record};
use crate::reasons;
use crate::seen::{Seen, time};
use crate::sink::{Rejection, Sink};
use crate::text::{client, decode_entities, read_off};

/// Keys that are left unread on purpose.
static FOUND_LEFT: Left = Left::new(&[
    "id",
    "metadata",
    "place",
    "recent_retweets",
    "to_user_id",
    "to_user_name",
]);

/// When the search interface began to number accounts as all others do.
// python3 -c "from datetime import *; print(int(datetime(2011,11,7,tzinfo=timezone.utc).timestamp() * 1000))"
const SAME_NUMBERS: Timestamp = Timestamp(1_320_624_000_000);

record! {
    /// A post that was found.
    Found<'de> called "tweet" leaving FOUND_LEFT {
        id: Id<'de> = "id_str" | "id",
        created_at: Text<'de> = "created_at",
        observed_at: Text<'de> = "observed_at",
        text: Text<'de> = "text",
        source: Text<'de> = "source",
        lang: Text<'de> = "iso_language_code",
        from_user: Text<'de> = "from_user",
        from_id: Id<'de> = "from_user_id_str" | "from_user_id",
        from_name: Text<'de> = "from_user_name",
        avatar: Text<'de> = "profile_image_url",
        avatar_https: Text<'de> = "profile_image_url_https",
        to_user: Text<'de> = "to_user",
        to_id: Id<'de> = "to_user_id_str",
        answered: Id<'de> = "in_reply_to_status_id_str" | "in_reply_to_status_id",
        entities: Maybe<Entities<'de>> = "entities",
        geo: Maybe<Point<'de>> = "geo",
    }
}

record! {
    /// A page of them.
    Page<'de> { results: Many<Found<'de>> = "results", }
}

/// A post that was found, and its author.
pub(crate) fn found(of: &Found<'_>, stated: Option<Timestamp>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let id = of.id.get().ok_or_else(|| Rejection::new(reasons::NO_ID))?;
    let handle = of.from_user.get().ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?;
    let posted_at = time("created_at", of.created_at.get())?;
    let same_numbers = posted_at.is_some_and(|at| at >= SAME_NUMBERS);
    let by_handle = format!("@{}", handle.to_lowercase());
    let account_id = of.from_id.get().filter(|_| same_numbers).unwrap_or(&by_handle);
    let seen = Seen {
        stated,
        carried: posted_at,
    };
    let text = of.text.get().map(decode_entities);
    let spoken = text.as_deref().map(read_off).unwrap_or_default();
    let answers = of.answered.get().or(of.to_user.get()).is_some();
    let kind = if spoken.reposted_handle.is_some() {
        PostKind::Repost
    } else if answers {
        PostKind::Reply
    } else {
        PostKind::Original
    };
    // The anchor of the program is escaped once more.
    let source = of.source.get().map(decode_entities);
    let client = source.as_deref().and_then(client);
    let lists = match of.entities.get() {
        Some(entities) => Lists::of(Some(entities)),
        None => Lists {
            mentioned_ids: None,
            mentioned_handles: Some(spoken.mentions.clone()),
            hashtags: Some(spoken.hashtags.clone()),
            urls: Some(spoken.urls.clone()),
        },
    };
    // As in `geo` of later posts, the latitude comes first.
    let (latitude, longitude) = match of.geo.get().map(|point| point.coordinates.0.as_slice()) {
        Some(&[latitude, longitude]) if latitude.abs() <= 90.0 && longitude.abs() <= 180.0 => {
            (Some(latitude), Some(longitude))
        }
        _ => (None, None),
    };
    sink.post(Post {
        post_id: Some(id),
        handle: Some(handle),
        posted_at,
        observed_at: stated,
        text: spoken.reposted_handle.map_or(text.as_deref(), |_| Some(spoken.text)),
        lang: of.lang.get(),
        kind,
        in_reply_to_post_id: of.answered.get(),
        in_reply_to_account_id: of.to_id.get().filter(|_| same_numbers && kind == PostKind::Reply),
        in_reply_to_handle: of.to_user.get().filter(|_| kind == PostKind::Reply),
        reposted_handle: spoken.reposted_handle,
        mentioned_ids: lists.mentioned_ids,
        mentioned_handles: lists.mentioned_handles,
        hashtags: lists.hashtags,
        urls: lists.urls,
        client: client.as_deref(),
        latitude,
        longitude,
        ..Post::blank(PLATFORM, account_id)
    });
    let name = of.from_name.get().map(decode_entities);
    let (observed_at, observed_basis) = seen.of_account();
    sink.account(Account {
        handle: Some(handle),
        display_name: name.as_deref(),
        avatar_url: of.avatar_https.get().or_else(|| of.avatar.get()),
        observed_at,
        observed_basis,
        ..Account::blank(PLATFORM, account_id)
    });
    Ok(())
}
