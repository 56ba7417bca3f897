//! Posts and accounts of the v1.1 interface.

use std::borrow::Cow;

use tables::{Account, Post, PostKind, Timestamp};

use super::PLATFORM;
use super::raw::{Entities, Tweet, User};
use crate::json::Span;
use crate::moment;
use crate::reasons;
use crate::seen::{Seen, time};
use crate::sink::{Rejection, Sink};
use crate::text::{Spoken, client, decode_entities, decoded_span, read_off};

/// A post that stands for itself, with the posts and accounts nested in it.
pub(crate) fn tweet(tweet: &Tweet<'_>, stated: Option<Timestamp>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    check(tweet)?;
    let user = tweet.user.get().ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?;
    if user.id().is_none() && user.handle.get().is_none() {
        return Err(Rejection::new(reasons::NO_ACCOUNT));
    }
    let posted_at = posted_at(tweet)?;
    let seen = Seen {
        stated,
        carried: posted_at,
    };
    with_nested(tweet, user, seen, sink);
    Ok(())
}

fn check(tweet: &Tweet<'_>) -> Result<(), Rejection> {
    match tweet.id() {
        Some(_) => Ok(()),
        None => Err(Rejection::new(reasons::NO_ID)),
    }
}

/// A post of an account's own export, where reposts are told by their words only.
pub(super) fn exported(tweet: &Tweet<'_>, owner: &User<'_>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    check(tweet)?;
    let seen = Seen {
        stated: None,
        carried: posted_at(tweet)?,
    };
    post(tweet, owner, seen, Reposts::ByWords, sink);
    Ok(())
}

/// How a record says that it is a repost.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reposts {
    /// It holds the post that it passes on.
    Nested,
    /// Its text begins with `RT @handle:`.
    ByWords,
}

/// When it was posted; a time that is there but unreadable is a reason to reject.
pub(super) fn posted_at(tweet: &Tweet<'_>) -> Result<Option<Timestamp>, Rejection> {
    let created_at = tweet.created_at.get();
    match created_at
        .and_then(moment::parse)
        .or_else(|| tweet.timestamp_ms.get().and_then(moment::parse))
    {
        Some(at) => Ok(Some(at)),
        None => time("created_at", created_at),
    }
}

/// The newest post of an account, which comes without its author.
pub(super) fn status_of(user: &User<'_>, status: &Tweet<'_>, seen: Seen, sink: &mut Sink<'_>) {
    if status.id().is_some() && status.is_tweet() {
        post(status, user, seen, Reposts::Nested, sink);
        nested(status, seen, sink);
    }
}

fn with_nested(tweet: &Tweet<'_>, user: &User<'_>, seen: Seen, sink: &mut Sink<'_>) {
    post(tweet, user, seen, Reposts::Nested, sink);
    account(user, seen, sink);
    nested(tweet, seen, sink);
}

fn nested(tweet: &Tweet<'_>, seen: Seen, sink: &mut Sink<'_>) {
    let reposted = tweet.retweeted_status.get();
    // A repost of a quote carries the quoted post twice.
    let quoted = tweet
        .quoted_status
        .get()
        .filter(|_| reposted.and_then(|reposted| reposted.quoted_status.get()).is_none());
    for inner in [reposted, quoted].into_iter().flatten() {
        match inner.user.get() {
            Some(user) if inner.id().is_some() && (user.id().is_some() || user.handle.get().is_some()) => {
                with_nested(inner, user, seen, sink);
            }
            _ => {}
        }
    }
}

/// The account's identifier; `@` and the lower-case handle where there is none.
pub(super) fn account_id<'a>(user: &'a User<'_>) -> Option<Cow<'a, str>> {
    user.id().map(Cow::Borrowed).or_else(|| {
        user.handle
            .get()
            .map(|handle| Cow::Owned(format!("@{}", handle.to_lowercase())))
    })
}

/// The whole text, what part of it is shown, and what stands in it.
fn whole<'t>(tweet: &'t Tweet<'_>) -> (Option<&'t str>, Span, Option<&'t Entities<'t>>) {
    let extended = tweet.extended.get();
    let (text, shown) = match extended.filter(|extended| extended.text.is_present()) {
        Some(extended) => (extended.text.get(), extended.shown),
        None => (tweet.full_text.get().or_else(|| tweet.text.get()), tweet.shown),
    };
    let entities = extended
        .and_then(|extended| extended.entities.get())
        .or_else(|| tweet.entities.get());
    (text, shown, entities)
}

fn post(tweet: &Tweet<'_>, user: &User<'_>, seen: Seen, reposts: Reposts, sink: &mut Sink<'_>) {
    let Some(account_id) = account_id(user) else { return };
    let reposted = tweet.retweeted_status.get();
    // A repost's own text is cut; what it passes on is whole.
    let (text, shown, entities) = whole(reposted.unwrap_or(tweet));
    let shown = text.zip(shown.0).and_then(|(text, shown)| decoded_span(text, shown));
    let text = text.map(decode_entities);
    let spoken = match &text {
        Some(text) if reposts == Reposts::ByWords => read_off(text),
        _ => Spoken::default(),
    };
    let words = spoken.reposted_handle.map_or(text.as_deref(), |_| Some(spoken.text));
    // The handle of whom an export passes on is taken off the text.
    let shown = shown.filter(|_| spoken.reposted_handle.is_none());
    let client = tweet.source.get().and_then(client);
    let reply_post = tweet
        .in_reply_to_status_id_str
        .get()
        .or_else(|| tweet.in_reply_to_status_id.get());
    let reply_account = tweet
        .in_reply_to_user_id_str
        .get()
        .or_else(|| tweet.in_reply_to_user_id.get());
    let reply_handle = tweet.in_reply_to_screen_name.get();
    let quoted = tweet.quoted_status.get();
    let quoted_id = tweet
        .quoted_status_id_str
        .get()
        .or_else(|| tweet.quoted_status_id.get())
        .or_else(|| quoted.and_then(Tweet::id));
    let kind = if reposted.is_some() || spoken.reposted_handle.is_some() {
        PostKind::Repost
    } else if reply_post.or(reply_account).or(reply_handle).is_some() {
        PostKind::Reply
    } else if quoted_id.is_some() || tweet.is_quote_status.0 == Some(true) {
        PostKind::Quote
    } else {
        PostKind::Original
    };
    // What a repost quotes is quoted by what it passes on.
    let (quoted, quoted_id) = if reposted.is_some() {
        (None, None)
    } else {
        (quoted, quoted_id)
    };
    let reposted_user = reposted.and_then(|reposted| reposted.user.get());
    let quoted_user = quoted.and_then(|quoted| quoted.user.get());
    let named_account = spoken.reposted_handle.and_then(|handle| {
        let mentions = entities.into_iter().flat_map(|entities| entities.mentions.objects());
        let mut named = mentions.filter(|mention| {
            mention
                .handle
                .get()
                .is_some_and(|known| known.eq_ignore_ascii_case(handle))
        });
        named.find_map(|mention| mention.id_str.get().or_else(|| mention.id.get()).map(Cow::Borrowed))
    });
    let reposted_account = reposted_user.and_then(self::account_id).or(named_account);
    let quoted_account = quoted_user.and_then(self::account_id);
    let (longitude, latitude) = position(tweet);
    let lists = Lists::of(entities);
    sink.post(Post {
        post_id: tweet.id(),
        handle: user.handle.get(),
        posted_at: posted_at(tweet).ok().flatten(),
        observed_at: seen.stated,
        text: words,
        display_from: shown.map(|(from, _)| from),
        display_to: shown.map(|(_, to)| to),
        lang: tweet.lang.get(),
        kind,
        in_reply_to_post_id: reply_post,
        in_reply_to_account_id: reply_account,
        in_reply_to_handle: reply_handle,
        reposted_post_id: reposted.and_then(Tweet::id),
        reposted_account_id: reposted_account.as_deref(),
        reposted_handle: reposted_user
            .and_then(|user| user.handle.get())
            .or(spoken.reposted_handle),
        quoted_post_id: quoted_id,
        quoted_account_id: quoted_account.as_deref(),
        quoted_handle: quoted_user.and_then(|user| user.handle.get()),
        mentioned_ids: lists.mentioned_ids,
        mentioned_handles: lists.mentioned_handles,
        hashtags: lists.hashtags,
        urls: lists.urls,
        client: client.as_deref(),
        likes: tweet.favorite_count.0,
        reposts: tweet.retweet_count.0,
        replies: tweet.reply_count.0,
        quotes: tweet.quote_count.0,
        latitude,
        longitude,
        country: tweet.place.get().and_then(|place| place.country_code.get()),
        ..Post::blank(PLATFORM, &account_id)
    });
}

/// Longitude and latitude of a point.
fn position(tweet: &Tweet<'_>) -> (Option<f64>, Option<f64>) {
    match tweet.coordinates.get().map(|point| point.coordinates.0.as_slice()) {
        Some(&[longitude, latitude]) if longitude.abs() <= 180.0 && latitude.abs() <= 90.0 => {
            (Some(longitude), Some(latitude))
        }
        _ => (None, None),
    }
}

/// What stands in a text, as lists; null where the record has no entities.
#[derive(Default)]
pub(super) struct Lists<'e> {
    pub(super) mentioned_ids: Option<Vec<&'e str>>,
    pub(super) mentioned_handles: Option<Vec<&'e str>>,
    pub(super) hashtags: Option<Vec<&'e str>>,
    pub(super) urls: Option<Vec<&'e str>>,
}

impl<'e> Lists<'e> {
    pub(super) fn of(entities: Option<&'e Entities<'e>>) -> Self {
        let Some(entities) = entities else {
            return Self::default();
        };
        Self {
            mentioned_ids: Some(
                entities
                    .mentions
                    .objects()
                    .filter_map(|mention| mention.id_str.get().or_else(|| mention.id.get()))
                    .collect(),
            ),
            mentioned_handles: Some(
                entities
                    .mentions
                    .objects()
                    .filter_map(|mention| mention.handle.get())
                    .collect(),
            ),
            hashtags: Some(
                entities
                    .hashtags
                    .objects()
                    .filter_map(|hashtag| hashtag.text.get())
                    .collect(),
            ),
            urls: Some(
                entities
                    .urls
                    .objects()
                    .filter_map(|url| url.expanded.get().or_else(|| url.url.get()))
                    .collect(),
            ),
        }
    }
}

/// An account as it was seen.
pub(super) fn account(user: &User<'_>, seen: Seen, sink: &mut Sink<'_>) {
    // An author of whom only the id was asked for was not observed.
    let (Some(account_id), Some(handle)) = (account_id(user), user.handle.get()) else {
        return;
    };
    let (observed_at, observed_basis) = seen.of_account();
    let metrics = user.metrics.get();
    let name = user.name.get().map(decode_entities);
    let description = user.description.get().map(decode_entities);
    let location = user.location.get().map(decode_entities);
    let expanded = user
        .entities
        .get()
        .and_then(|entities| entities.url.get())
        .and_then(|url| url.urls.objects().find_map(|url| url.expanded.get()));
    sink.account(Account {
        handle: Some(handle),
        display_name: name.as_deref(),
        description: description.as_deref(),
        location: location.as_deref(),
        url: expanded.or_else(|| user.url.get()),
        lang: user.lang.get(),
        avatar_url: user.avatar_https.get().or_else(|| user.avatar.get()),
        created_at: user.created_at.get().and_then(moment::parse),
        observed_at,
        observed_basis,
        followers: user.followers.0.or_else(|| metrics?.followers.0),
        following: user.friends.0.or_else(|| metrics?.following.0),
        statuses: user.statuses.0.or_else(|| metrics?.tweets.0),
        listed: user.listed.0.or_else(|| metrics?.listed.0),
        verified: user.verified.0,
        protected: user.protected.0,
        ..Account::blank(PLATFORM, &account_id)
    });
}
