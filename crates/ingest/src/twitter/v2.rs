//! Posts, carried-along objects and errors of the second interface.

use std::collections::{HashMap, HashSet};

use tables::{AvailabilityCheck, Post, PostKind, State, Timestamp};

use super::raw::{Entities, ErrorObject, Mention, Page, Tweet, User};
use super::v1::{Lists, account, posted_at};
use super::{PLATFORM, post_ids};
use crate::json::{Many, Maybe, record};
use crate::reasons;
use crate::record::{Settled, read_on};
use crate::seen::Seen;
use crate::sink::{Rejection, Sink};
use crate::text::{Spoken, client, decode_entities, read_off};

/// What a page carries along, by identifier, and which of it has been put out already.
pub(super) struct Includes<'p> {
    users: HashMap<&'p str, &'p User<'p>>,
    tweets: HashMap<&'p str, &'p Tweet<'p>>,
    countries: HashMap<&'p str, &'p str>,
    all_users: Vec<&'p User<'p>>,
    all_tweets: Vec<&'p Tweet<'p>>,
    /// Posts that are records of the page itself.
    own: HashSet<&'p str>,
}

impl<'p> Includes<'p> {
    pub(super) fn of(page: &'p Page<'_>) -> Self {
        let includes = page.includes.get();
        let all_users: Vec<&User<'_>> = includes.into_iter().flat_map(|i| i.users.objects()).collect();
        let all_tweets: Vec<&Tweet<'_>> = includes.into_iter().flat_map(|i| i.tweets.objects()).collect();
        let places = includes.into_iter().flat_map(|i| i.places.objects());
        Self {
            users: all_users.iter().filter_map(|user| Some((user.id()?, *user))).collect(),
            tweets: all_tweets
                .iter()
                .filter_map(|tweet| Some((tweet.id()?, *tweet)))
                .collect(),
            countries: places
                .filter_map(|place| Some((place.id.get()?, place.country_code.get()?)))
                .collect(),
            all_users,
            all_tweets,
            own: page.data.objects().filter_map(Tweet::id).collect(),
        }
    }

    fn none() -> Self {
        Self {
            users: HashMap::new(),
            tweets: HashMap::new(),
            countries: HashMap::new(),
            all_users: Vec::new(),
            all_tweets: Vec::new(),
            own: HashSet::new(),
        }
    }

    /// Puts out the carried-along accounts and posts, after the page's own.
    pub(super) fn rest(&self, seen: Seen, sink: &mut Sink<'_>) {
        for tweet in &self.all_tweets {
            if tweet.id().is_some_and(|id| !self.own.contains(id)) && tweet.is_tweet() {
                // One without an identifier cannot be placed; the page's own record is not lost with it.
                let _ = post(tweet, self, seen, sink);
            }
        }
        for user in &self.all_users {
            account(user, seen, sink);
        }
    }
}

/// The time of the one post that a page of a stream holds.
pub(super) fn carried(page: &Page<'_>) -> Option<Timestamp> {
    let tweet = page.data.objects().next().filter(|_| page.data.single)?;
    posted_at(tweet).ok().flatten()
}

/// A post of a page.
pub(super) fn tweet(
    tweet: &Tweet<'_>,
    includes: &Includes<'_>,
    seen: Seen,
    sink: &mut Sink<'_>,
) -> Result<(), Rejection> {
    post(tweet, includes, seen, sink)?;
    if let Some(author) = tweet.author.get() {
        account(author, seen, sink);
    }
    Ok(())
}

/// The post that an account has pinned, as flattened records have it.
pub(super) fn pinned(user: &User<'_>, seen: Seen, sink: &mut Sink<'_>) {
    if let Some(tweet) = user.pinned.get().filter(|tweet| tweet.is_tweet()) {
        // One without an identifier cannot be placed.
        let _ = post(tweet, &Includes::none(), seen, sink);
    }
}

record! {
    /// A flattened record read for the accounts that its mentions hold.
    WithMentioned<'de> {
        entities: Maybe<Mentioned<'de>> = "entities",
        referenced_tweets: Many<WithMentioned<'de>> = "referenced_tweets",
        author: Maybe<Mentioning<'de>> = "author",
        in_reply_to_user: Maybe<Mentioning<'de>> = "in_reply_to_user",
    }
}

record! {
    /// An account, read for those that its description mentions.
    Mentioning<'de> { entities: Maybe<Mentioned<'de>> = "entities", }
}

record! {
    /// The accounts that a text mentions.
    Mentioned<'de> {
        mentions: Many<User<'de>> = "mentions",
        description: Maybe<Mentioned<'de>> = "description",
    }
}

impl WithMentioned<'_> {
    fn put(&self, seen: Seen, sink: &mut Sink<'_>) {
        let texts = [
            self.entities.get(),
            self.author
                .get()
                .and_then(|author| author.entities.get()?.description.get()),
            self.in_reply_to_user
                .get()
                .and_then(|user| user.entities.get()?.description.get()),
        ];
        for user in texts.into_iter().flatten().flat_map(|text| text.mentions.objects()) {
            // Where the page did not carry the account along there is no more of it than its handle.
            if user.name.is_present() {
                account(user, seen, sink);
                pinned(user, seen, sink);
            }
        }
        for inner in self.referenced_tweets.objects() {
            inner.put(seen, sink);
        }
    }
}

/// Whether a text that belongs to a flattened post mentions a whole account.
fn mentions_accounts(tweet: &Tweet<'_>) -> bool {
    let of = |entities: &Entities<'_>| entities.mentions.objects().any(Mention::is_account);
    let described = |user: &User<'_>| {
        let entities = user.entities.get();
        entities.and_then(|entities| entities.description.get()).is_some_and(of)
    };
    tweet.entities.get().is_some_and(of)
        || tweet.author.get().is_some_and(described)
        || tweet.in_reply_to_user.get().is_some_and(described)
        || tweet.referenced_tweets.objects().any(mentions_accounts)
}

/// A flattened post: one line with its author and the posts it refers to inside.
pub(crate) fn flat(
    json: &str,
    tweet: &Tweet<'_>,
    stated: Option<Timestamp>,
    sink: &mut Sink<'_>,
) -> Result<(), Rejection> {
    let retrieved = tweet.twarc.get().and_then(|twarc| twarc.retrieved_at.get());
    let stated = match stated {
        Some(stated) => Some(stated),
        None => sink.observed(retrieved)?,
    };
    let seen = Seen {
        stated,
        carried: posted_at(tweet)?,
    };
    let includes = Includes::none();
    let whole: WithMentioned<'_> = if mentions_accounts(tweet) {
        read_on(json)?
    } else {
        WithMentioned::default()
    };
    post(tweet, &includes, seen, sink)?;
    flat_accounts(tweet, seen, sink);
    flat_nested(tweet, &includes, seen, sink);
    whole.put(seen, sink);
    Ok(())
}

/// The posts that a flattened one refers to, and those that they refer to.
fn flat_nested(tweet: &Tweet<'_>, includes: &Includes<'_>, seen: Seen, sink: &mut Sink<'_>) {
    for inner in tweet.referenced_tweets.objects().filter(|inner| inner.is_tweet()) {
        if post(inner, includes, seen, sink).is_ok() {
            flat_accounts(inner, seen, sink);
            flat_nested(inner, includes, seen, sink);
        }
    }
}

fn flat_accounts(tweet: &Tweet<'_>, seen: Seen, sink: &mut Sink<'_>) {
    for user in [tweet.author.get(), tweet.in_reply_to_user.get()].into_iter().flatten() {
        account(user, seen, sink);
        pinned(user, seen, sink);
    }
}

fn post<'t>(tweet: &'t Tweet<'t>, includes: &Includes<'t>, seen: Seen, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let id = tweet.id().ok_or_else(|| Rejection::new(reasons::NO_ID))?;
    let author = tweet.author.get();
    let posted_at = posted_at(tweet)?;
    // Who did not ask for authors got none.
    let Some(account_id) = tweet.author_id.get().or_else(|| author.and_then(User::id)) else {
        post_ids::put(id, posted_at, sink);
        return Ok(());
    };
    let user = author.or_else(|| includes.users.get(account_id).copied());
    let reference = |kind: &str| {
        tweet
            .referenced_tweets
            .objects()
            .find(|reference| reference.reference.get() == Some(kind))
    };
    // A flattened reference holds the post itself; otherwise the page carries it along.
    let resolve = |reference: Option<&'t Tweet<'t>>| -> Option<Target<'t>> {
        let reference = reference?;
        let id = reference.id()?;
        let whole = if reference.is_tweet() {
            Some(reference)
        } else {
            includes.tweets.get(id).copied()
        };
        let account_id = whole.and_then(|tweet| tweet.author_id.get().or_else(|| tweet.author.get()?.id()));
        let user = whole
            .and_then(|tweet| tweet.author.get())
            .or_else(|| includes.users.get(account_id?).copied());
        Some(Target {
            id,
            account_id,
            handle: user.and_then(|user| user.handle.get()),
        })
    };
    let (reposted_reference, replied_reference, quoted_reference) =
        (reference("retweeted"), reference("replied_to"), reference("quoted"));
    let (reposted, replied, quoted) = (
        resolve(reposted_reference),
        resolve(replied_reference),
        resolve(quoted_reference),
    );
    let reply_account = tweet.in_reply_to_user_id.get().or_else(|| replied.as_ref()?.account_id);
    let kind = if reposted.is_some() {
        PostKind::Repost
    } else if replied.is_some() || reply_account.is_some() {
        PostKind::Reply
    } else if quoted.is_some() {
        PostKind::Quote
    } else {
        PostKind::Original
    };
    let quoted = quoted.filter(|_| reposted.is_none());
    let original = reposted_reference.and_then(|reference| {
        if reference.is_tweet() {
            Some(reference)
        } else {
            includes.tweets.get(reference.id()?).copied()
        }
    });
    let worded = original.unwrap_or(tweet);
    let note = worded.note.get();
    let text = note
        .and_then(|note| note.text.get())
        .or_else(|| worded.text.get())
        .map(decode_entities);
    // A repost whose original did not come along tells at least whom it passes on, and the beginning of what.
    let spoken = match &text {
        Some(text) if reposted.is_some() && original.is_none() => read_off(text),
        _ => Spoken::default(),
    };
    let words = spoken.reposted_handle.map_or(text.as_deref(), |_| Some(spoken.text));
    let entities = note
        .and_then(|note| note.entities.get())
        .or_else(|| worded.entities.get());
    // The second interface leaves `entities` out where there are none.
    let lists = match entities {
        Some(_) => Lists::of(entities),
        None => Lists::default(),
    };
    let client = tweet.source.get().and_then(client);
    let metrics = tweet.metrics.get();
    let geo = tweet.geo.get();
    let (longitude, latitude) = match geo
        .and_then(|geo| geo.coordinates.get())
        .map(|point| point.coordinates.0.as_slice())
    {
        Some(&[longitude, latitude]) if longitude.abs() <= 180.0 && latitude.abs() <= 90.0 => {
            (Some(longitude), Some(latitude))
        }
        _ => (None, None),
    };
    let reply_user = tweet
        .in_reply_to_user
        .get()
        .or_else(|| includes.users.get(reply_account?).copied());
    sink.post(Post {
        post_id: Some(id),
        handle: user.and_then(|user| user.handle.get()),
        posted_at,
        observed_at: seen.stated,
        text: words,
        lang: tweet.lang.get(),
        kind,
        in_reply_to_post_id: replied.as_ref().map(|replied| replied.id),
        in_reply_to_account_id: reply_account,
        in_reply_to_handle: reply_user
            .and_then(|user| user.handle.get())
            .or_else(|| replied.as_ref()?.handle),
        reposted_post_id: reposted.as_ref().map(|reposted| reposted.id),
        reposted_account_id: reposted.as_ref().and_then(|reposted| reposted.account_id),
        reposted_handle: reposted
            .as_ref()
            .and_then(|reposted| reposted.handle)
            .or(spoken.reposted_handle),
        quoted_post_id: quoted.as_ref().map(|quoted| quoted.id),
        quoted_account_id: quoted.as_ref().and_then(|quoted| quoted.account_id),
        quoted_handle: quoted.as_ref().and_then(|quoted| quoted.handle),
        mentioned_ids: lists.mentioned_ids,
        mentioned_handles: lists.mentioned_handles,
        hashtags: lists.hashtags,
        urls: lists.urls,
        client: client.as_deref(),
        likes: metrics.and_then(|metrics| metrics.likes.0),
        reposts: metrics.and_then(|metrics| metrics.retweets.0),
        replies: metrics.and_then(|metrics| metrics.replies.0),
        quotes: metrics.and_then(|metrics| metrics.quotes.0),
        latitude,
        longitude,
        country: geo.and_then(|geo| {
            geo.country_code
                .get()
                .or_else(|| includes.countries.get(geo.place_id.get()?).copied())
        }),
        ..Post::blank(PLATFORM, account_id)
    });
    Ok(())
}

/// A post that another one refers to.
struct Target<'t> {
    id: &'t str,
    account_id: Option<&'t str>,
    handle: Option<&'t str>,
}

/// An error object: what it says about an account is an availability check.
pub(super) fn error(error: &ErrorObject<'_>, seen: Seen, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    match error.resource_type.get() {
        Some("user") => {}
        Some("tweet") => return Ok(Settled::Skipped("error about a post")),
        _ => return Ok(Settled::Skipped("error that names no account")),
    }
    let Some(value) = error.value.get().or_else(|| error.resource_id.get()) else {
        return Ok(Settled::Skipped("error that names no account"));
    };
    let observed_at = seen
        .stated
        .or(seen.carried)
        .or(sink.otherwise_observed_at())
        .ok_or_else(|| Rejection::with(reasons::NO_TIME, "the page has no __twarc.retrieved_at"))?;
    let title = error.title.get().unwrap_or_default();
    let detail = error.detail.get().unwrap_or(title);
    let lower = detail.to_ascii_lowercase();
    let state = if lower.contains("suspended") {
        State::Suspended
    } else if lower.contains("deactivated") {
        State::Deactivated
    } else if title.eq_ignore_ascii_case("Not Found Error") || lower.contains("could not find") {
        State::NotFound
    } else if lower.contains("withheld") {
        State::Withheld
    } else if title.eq_ignore_ascii_case("Authorization Error") || lower.contains("not authorized") {
        State::Protected
    } else {
        State::Unknown
    };
    let by_handle = error
        .parameter
        .get()
        .is_some_and(|parameter| parameter.contains("username"));
    let fallback = format!("@{}", value.to_lowercase());
    sink.availability(AvailabilityCheck {
        platform: PLATFORM,
        account_id: if by_handle { &fallback } else { value },
        handle: by_handle.then_some(value),
        observed_at,
        state,
        detail: Some(detail).filter(|detail| !detail.is_empty()),
        source_file: "",
        source_line: 0,
        source_part: 0,
    });
    Ok(Settled::Used)
}
