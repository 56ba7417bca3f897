//! Posts and accounts as activity streams: how GNIP, and Twitter's PowerTrack after it, sent them.
//!
//! A `post` holds its text, a `share` the whole activity that is passed on. Identifiers stand behind a prefix
//! (`tag:search.twitter.com,2005:17`, `id:twitter.com:17`); positions have the latitude first.

use tables::{Account, AvailabilityCheck, Post, PostKind, State};

use super::PLATFORM;
use super::raw::Entities;
use super::v1::Lists;
use crate::json::unread::Left;
use crate::json::{Count, Flag, Many, Maybe, Numbers, Span, Text, Texts, record};
use crate::moment;
use crate::reasons;
use crate::record::Settled;
use crate::seen::{Seen, time};
use crate::sink::{Rejection, Sink};
use crate::text::{decode_entities, decoded_span};

/// Keys that are left unread on purpose.
static ACTIVITY_LEFT: Left = Left::new(&[
    "gnip",
    "link",
    "objectType",
    "provider",
    "summary",
    "twitter_extended_entities",
    "twitter_filter_level",
    "twitter_quoted_status_permalink",
]);
/// Keys that are left unread on purpose.
static ACTOR_LEFT: Left = Left::new(&["favoritesCount", "link", "objectType", "twitterTimeZone", "utcOffset"]);

/// Keys that are left unread on purpose.
static LONG_OBJECT_LEFT: Left = Left::new(&["twitter_extended_entities"]);
/// Keys that are left unread on purpose.
static NAMED_LEFT: Left = Left::new(&[
    "country_code",
    "geo",
    "id",
    "image",
    "link",
    "links",
    "locality",
    "name",
    "objectType",
    "region",
    "streetAddress",
    "summary",
    "twitter_place_type",
]);
/// Keys that are left unread on purpose.
static LINK_LEFT: Left = Left::new(&["inReplyTo", "objectType", "rel", "url"]);

record! {
    /// An activity, or the note that a post is.
    Activity<'de> called "activity" leaving ACTIVITY_LEFT {
        id: Text<'de> = "id",
        verb: Text<'de> = "verb",
        posted_time: Text<'de> = "postedTime",
        updated: Text<'de> = "updated",
        body: Text<'de> = "body",
        shown: Span = "display_text_range",
        long: Maybe<LongObject<'de>> = "long_object",
        object: Maybe<Activity<'de>> = "object",
        actor: Maybe<Actor<'de>> = "actor",
        quoted: Maybe<Activity<'de>> = "twitter_quoted_status",
        in_reply_to: Maybe<Link<'de>> = "inReplyTo",
        entities: Maybe<Entities<'de>> = "twitter_entities",
        lang: Text<'de> = "twitter_lang",
        generator: Maybe<Named<'de>> = "generator",
        retweets: Count = "retweetCount",
        favorites: Count = "favoritesCount",
        geo: Maybe<Position<'de>> = "geo",
        location: Maybe<Named<'de>> = "location",
        observed_at: Text<'de> = "observed_at",
    }
}

record! {
    /// The whole of a post that was cut.
    LongObject<'de> called "long_object" leaving LONG_OBJECT_LEFT {
        body: Text<'de> = "body",
        shown: Span = "display_text_range",
        entities: Maybe<Entities<'de>> = "twitter_entities",
    }
}

record! {
    /// An account.
    Actor<'de> called "actor" leaving ACTOR_LEFT {
        id: Text<'de> = "id",
        handle: Text<'de> = "preferredUsername",
        name: Text<'de> = "displayName",
        summary: Text<'de> = "summary",
        location: Maybe<Named<'de>> = "location",
        links: Many<Link<'de>> = "links",
        languages: Texts<'de> = "languages",
        image: Text<'de> = "image",
        posted_time: Text<'de> = "postedTime",
        followers: Count = "followersCount",
        friends: Count = "friendsCount",
        statuses: Count = "statusesCount",
        listed: Count = "listedCount",
        verified: Flag = "verified",
    }
}

record! {
    /// A program or a place.
    Named<'de> called "named" leaving NAMED_LEFT {
        name: Text<'de> = "displayName",
        country_code: Text<'de> = "twitter_country_code",
    }
}

record! {
    /// A link.
    Link<'de> called "link" leaving LINK_LEFT { link: Text<'de> = "link" | "href", }
}

record! {
    /// A position, latitude first.
    Position<'de> called "geo" {
        kind: Text<'de> = "type",
        coordinates: Numbers = "coordinates",
    }
}

/// What stands behind the prefix of an identifier: a number, or in archives made anonymous anything else.
fn number<'a>(id: &'a Text<'_>) -> Option<&'a str> {
    id.get()?.rsplit(':').next().filter(|number| !number.is_empty())
}

/// What a verb says where it is a notice, as streams of compliance have them, and no post: the notice's name, and how an account stands.
fn notice(verb: &str) -> Option<(&'static str, Option<State>)> {
    Some(match verb {
        "delete" => ("delete notice", None),
        "scrub_geo" => ("scrub_geo notice", None),
        "status_withheld" => ("status_withheld notice", None),
        "user_withheld" => ("user_withheld notice", Some(State::Withheld)),
        "user_suspend" => ("user_suspend notice", Some(State::Suspended)),
        "user_unsuspend" => ("user_unsuspend notice", Some(State::Active)),
        "user_delete" => ("user_delete notice", Some(State::Deactivated)),
        "user_undelete" => ("user_undelete notice", Some(State::Active)),
        "user_protect" => ("user_protect notice", Some(State::Protected)),
        "user_unprotect" => ("user_unprotect notice", Some(State::Active)),
        _ => return None,
    })
}

/// An activity that stands for itself, with those nested in it.
pub(crate) fn activity(activity: &Activity<'_>, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    let seen = Seen {
        stated: sink.observed(activity.observed_at.get())?,
        carried: time("postedTime", activity.posted_time.get())?,
    };
    if let Some((name, state)) = activity.verb.get().and_then(notice) {
        let actor = activity.actor.get().and_then(|actor| number(&actor.id));
        let (Some(state), Some(account_id)) = (state, actor) else {
            return Ok(Settled::Skipped(name));
        };
        let updated = activity.updated.get().and_then(moment::parse);
        let observed_at = seen.carried.or(updated).or(seen.stated);
        sink.availability(AvailabilityCheck {
            platform: PLATFORM,
            account_id,
            handle: activity.actor.get().and_then(|actor| actor.handle.get()),
            observed_at: observed_at.ok_or_else(|| Rejection::new(reasons::NO_TIME))?,
            state,
            detail: activity.verb.get(),
            source_file: "",
            source_line: 0,
            source_part: 0,
        });
        return Ok(Settled::Used);
    }
    if number(&activity.id).is_none() {
        return Err(Rejection::new(reasons::NO_ID));
    }
    if activity.actor.get().and_then(|actor| number(&actor.id)).is_none() {
        return Err(Rejection::new(reasons::NO_ACCOUNT));
    }
    with_nested(activity, seen, sink);
    Ok(Settled::Used)
}

fn with_nested(activity: &Activity<'_>, seen: Seen, sink: &mut Sink<'_>) {
    let Some((id, actor)) = number(&activity.id).zip(activity.actor.get()) else {
        return;
    };
    let Some(account_id) = number(&actor.id) else { return };
    let shared = activity.object.get().filter(|_| activity.verb.get() == Some("share"));
    post(activity, shared, id, (account_id, actor), seen, sink);
    account(account_id, actor, seen, sink);
    let quoted = activity
        .quoted
        .get()
        .filter(|_| shared.is_none_or(|shared| shared.quoted.get().is_none()));
    for inner in [shared, quoted].into_iter().flatten() {
        with_nested(inner, seen, sink);
    }
}

fn post(
    activity: &Activity<'_>,
    shared: Option<&Activity<'_>>,
    id: &str,
    (account_id, actor): (&str, &Actor<'_>),
    seen: Seen,
    sink: &mut Sink<'_>,
) {
    // A share's own text is cut; what it passes on is whole.
    let worded = shared.unwrap_or(activity);
    let long = worded.long.get();
    let (text, shown) = match long.filter(|long| long.body.is_present()) {
        Some(long) => (long.body.get(), long.shown),
        None => (worded.body.get(), worded.shown),
    };
    let shown = text.zip(shown.0).and_then(|(text, shown)| decoded_span(text, shown));
    let text = text.map(decode_entities);
    let lists = Lists::of(
        long.and_then(|long| long.entities.get())
            .or_else(|| worded.entities.get()),
    );
    let author = |of: Option<&'_ Activity<'_>>| -> (Option<String>, Option<String>) {
        let actor = of.and_then(|of| of.actor.get());
        let id = actor.and_then(|actor| number(&actor.id)).map(str::to_owned);
        (id, actor.and_then(|actor| actor.handle.get()).map(str::to_owned))
    };
    let quoted = activity.quoted.get().filter(|_| shared.is_none());
    let (shared_account, shared_handle) = author(shared);
    let (quoted_account, quoted_handle) = author(quoted);
    // `http://twitter.com/HANDLE/statuses/ID`
    let answered = activity.in_reply_to.get().and_then(|link| link.link.get());
    let mut parts = answered.into_iter().flat_map(|link| link.rsplit('/'));
    let (answered_post, answered_handle) = (parts.next(), parts.nth(1));
    let kind = if shared.is_some() {
        PostKind::Repost
    } else if answered.is_some() {
        PostKind::Reply
    } else if quoted.is_some() {
        PostKind::Quote
    } else {
        PostKind::Original
    };
    let (latitude, longitude) = match activity.geo.get().map(|geo| geo.coordinates.0.as_slice()) {
        Some(&[latitude, longitude]) if latitude.abs() <= 90.0 && longitude.abs() <= 180.0 => {
            (Some(latitude), Some(longitude))
        }
        _ => (None, None),
    };
    sink.post(Post {
        post_id: Some(id),
        handle: actor.handle.get(),
        posted_at: activity.posted_time.get().and_then(moment::parse),
        observed_at: seen.stated,
        text: text.as_deref(),
        display_from: shown.map(|(from, _)| from),
        display_to: shown.map(|(_, to)| to),
        lang: activity.lang.get(),
        kind,
        in_reply_to_post_id: answered_post,
        in_reply_to_handle: answered_handle,
        reposted_post_id: shared.and_then(|shared| number(&shared.id)),
        reposted_account_id: shared_account.as_deref(),
        reposted_handle: shared_handle.as_deref(),
        quoted_post_id: quoted.and_then(|quoted| number(&quoted.id)),
        quoted_account_id: quoted_account.as_deref(),
        quoted_handle: quoted_handle.as_deref(),
        mentioned_ids: lists.mentioned_ids,
        mentioned_handles: lists.mentioned_handles,
        hashtags: lists.hashtags,
        urls: lists.urls,
        client: activity.generator.get().and_then(|generator| generator.name.get()),
        likes: activity.favorites.0,
        reposts: activity.retweets.0,
        latitude,
        longitude,
        country: activity.location.get().and_then(|place| place.country_code.get()),
        ..Post::blank(PLATFORM, account_id)
    });
}

fn account(account_id: &str, actor: &Actor<'_>, seen: Seen, sink: &mut Sink<'_>) {
    let (observed_at, observed_basis) = seen.of_account();
    let name = actor.name.get().map(decode_entities);
    let summary = actor.summary.get().map(decode_entities);
    let location = actor
        .location
        .get()
        .and_then(|location| location.name.get())
        .map(decode_entities);
    sink.account(Account {
        handle: actor.handle.get(),
        display_name: name.as_deref(),
        description: summary.as_deref(),
        location: location.as_deref(),
        url: actor.links.objects().find_map(|link| link.link.get()),
        lang: actor.languages.first(),
        avatar_url: actor.image.get(),
        created_at: actor.posted_time.get().and_then(moment::parse),
        observed_at,
        observed_basis,
        followers: actor.followers.0,
        following: actor.friends.0,
        statuses: actor.statuses.0,
        listed: actor.listed.0,
        verified: actor.verified.0,
        ..Account::blank(PLATFORM, account_id)
    });
}
