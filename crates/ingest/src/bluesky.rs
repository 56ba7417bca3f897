//! Bluesky: events as its Jetstream sends them, and profiles as its interface shows them.
//!
//! A post is named by its whole address (`at://DID/app.bsky.feed.post/KEY`), since that is how others refer to it; an account by its
//! DID. An account event says that the platform took an account down, or that its owner closed it.

use tables::{Account, AvailabilityCheck, Basis, Follow, Post, PostKind, State, Timestamp};

use crate::json::unread::Left;
use crate::json::{Count, Flag, Many, Maybe, Text, Texts, record};
use crate::moment;
use crate::reasons;
use crate::record::{read_on, reread};
use crate::seen::time;
use crate::sink::{Rejection, Sink};

/// The platform's name in tables.
pub const PLATFORM: &str = "bluesky";

/// A post's collection.
pub(crate) const POST: &str = "app.bsky.feed.post";
/// A repost's collection.
pub(crate) const REPOST: &str = "app.bsky.feed.repost";
/// A follow's collection.
pub(crate) const FOLLOW: &str = "app.bsky.graph.follow";

/// Keys that are left unread on purpose.
static RECORD_LEFT: Left = Left::new(&["$type", "banner", "joinedViaStarterPack", "labels", "pinnedPost", "via"]);

/// Keys that are left unread on purpose.
static EVENT_LEFT: Left = Left::new(&[
    "$type",
    "associated",
    "banner",
    "indexedAt",
    "labels",
    "pinnedPost",
    "simulated",
    "pronouns",
    "status",
    "verification",
    "viewer",
    "website",
]);
/// Keys that are left unread on purpose.
static COMMIT_LEFT: Left = Left::new(&["cid", "rev"]);
/// Keys that are left unread on purpose.
static REPLY_LEFT: Left = Left::new(&["$type", "root"]);
/// Keys that are left unread on purpose.
static REFERENCE_LEFT: Left = Left::new(&[
    "$type",
    "alt",
    "cid",
    "createdAt",
    "description",
    "detached",
    "embeds",
    "indexedAt",
    "thumb",
    "title",
    "via",
]);
/// Keys that are left unread on purpose.
static EMBED_LEFT: Left = Left::new(&["$type", "alt", "aspectRatio", "captions", "images", "media", "video"]);
/// Keys that are left unread on purpose.
static FACET_LEFT: Left = Left::new(&["$type"]);
/// Keys that are left unread on purpose.
static FEATURE_LEFT: Left = Left::new(&["$type"]);
/// Keys that are left unread on purpose.
static IDENTITY_LEFT: Left = Left::new(&["did", "seq", "time"]);
/// Keys that are left unread on purpose.
static ACCOUNT_STATE_LEFT: Left = Left::new(&["did", "seq"]);

record! {
    /// An event, or a profile.
    Event<'de> called "event" leaving EVENT_LEFT {
        did: Text<'de> = "did",
        time_us: Count = "time_us",
        observed_at: Text<'de> = "observed_at",
        kind: Text<'de> = "kind",
        commit: Maybe<Commit<'de>> = "commit",
        identity: Maybe<Identity<'de>> = "identity",
        account: Maybe<AccountState<'de>> = "account",
        handle: Text<'de> = "handle",
        display_name: Text<'de> = "displayName",
        description: Text<'de> = "description",
        avatar: Text<'de> = "avatar",
        followers: Count = "followersCount",
        follows: Count = "followsCount",
        posts: Count = "postsCount",
        created_at: Text<'de> = "createdAt",
    }
}

record! {
    /// A change of an account's records.
    Commit<'de> called "commit" leaving COMMIT_LEFT {
        operation: Text<'de> = "operation",
        collection: Text<'de> = "collection",
        key: Text<'de> = "rkey",
        record: Maybe<Record<'de>> = "record",
    }
}

record! {
    /// A record: a post, repost, like, follow, block or profile.
    Record<'de> called "record" leaving RECORD_LEFT {
        created_at: Text<'de> = "createdAt",
        text: Text<'de> = "text",
        langs: Texts<'de> = "langs",
        reply: Maybe<Reply<'de>> = "reply",
        embed: Maybe<Embed<'de>> = "embed",
        facets: Many<Facet<'de>> = "facets",
        display_name: Text<'de> = "displayName",
        description: Text<'de> = "description",
        subject: Maybe<Reference<'de>> = "subject",
        tags: Texts<'de> = "tags",
        avatar: Maybe<Blob<'de>> = "avatar",
    }
}

record! {
    /// A picture.
    Blob<'de> { reference: Maybe<BlobLink<'de>> = "ref", }
}

record! {
    /// Its content, by its hash.
    BlobLink<'de> { link: Text<'de> = "$link", }
}

record! {
    /// A follow, whose subject is an account and no record.
    FollowEvent<'de> { commit: Maybe<FollowCommit<'de>> = "commit", }
}

record! {
    /// Its commit.
    FollowCommit<'de> { record: Maybe<FollowRecord<'de>> = "record", }
}

record! {
    /// Its record.
    FollowRecord<'de> { subject: Text<'de> = "subject", }
}

record! {
    /// What a post answers.
    Reply<'de> called "reply" leaving REPLY_LEFT { parent: Maybe<Reference<'de>> = "parent", }
}

record! {
    /// A record by its address; of an embedded post with pictures one level deeper.
    Reference<'de> called "reference" leaving REFERENCE_LEFT {
        uri: Text<'de> = "uri",
        record: Maybe<Reference<'de>> = "record",
    }
}

record! {
    /// What a post carries: another post, a link.
    Embed<'de> called "embed" leaving EMBED_LEFT {
        record: Maybe<Reference<'de>> = "record",
        external: Maybe<Reference<'de>> = "external",
    }
}

record! {
    /// A part of a text that means something.
    Facet<'de> called "facet" leaving FACET_LEFT {
        index: Maybe<Span<'de>> = "index",
        features: Many<Feature<'de>> = "features",
    }
}

record! {
    /// The bytes that it stands on.
    Span<'de> called "index" {
        from: Count = "byteStart",
        to: Count = "byteEnd",
        kind: Text<'de> = "$type",
    }
}

record! {
    /// A mention, a tag or a link.
    Feature<'de> called "feature" leaving FEATURE_LEFT {
        did: Text<'de> = "did",
        tag: Text<'de> = "tag",
        uri: Text<'de> = "uri",
    }
}

record! {
    /// What an account is called now.
    Identity<'de> called "identity" leaving IDENTITY_LEFT { handle: Text<'de> = "handle", }
}

record! {
    /// How an account stands now.
    AccountState<'de> called "account state" leaving ACCOUNT_STATE_LEFT {
        active: Flag = "active",
        status: Text<'de> = "status",
        time: Text<'de> = "time",
    }
}

/// Reads an event or a profile into the sink; a reason is given for what is left out on purpose.
pub(crate) fn record(json: &str, sink: &mut Sink<'_>) -> Result<Option<&'static str>, Rejection> {
    let event: Event<'_> = reread(json)?;
    let did = event.did.get().ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?;
    let stated = sink.observed_or(
        event.observed_at.get(),
        event.time_us.0.map(|micros| Timestamp(micros / 1000)),
    )?;
    if let Some(commit) = event.commit.get() {
        return of_commit(json, did, commit, stated, sink);
    }
    if let Some(account) = event.account.get() {
        return of_account(did, account, stated, sink).map(|()| None);
    }
    if let Some(identity) = event.identity.get() {
        let Some(handle) = identity.handle.get() else {
            return Ok(Some("identity notice without a handle"));
        };
        sink.account(Account {
            handle: Some(handle),
            ..seen(did, stated)
        });
        return Ok(None);
    }
    if event.handle.get().is_some() {
        profile(did, &event, stated, sink);
        return Ok(None);
    }
    Err(Rejection::new(reasons::NOT_KNOWN))
}

/// An account of which nothing is known but when it was seen.
fn seen(did: &str, stated: Option<Timestamp>) -> Account<'_> {
    Account {
        observed_at: stated,
        observed_basis: if stated.is_some() { Basis::Stated } else { Basis::None },
        ..Account::blank(PLATFORM, did)
    }
}

/// An account as an interface shows it.
pub(crate) fn profile(did: &str, view: &Event<'_>, stated: Option<Timestamp>, sink: &mut Sink<'_>) {
    sink.account(Account {
        handle: view.handle.get(),
        display_name: view.display_name.get(),
        description: view.description.get(),
        avatar_url: view.avatar.get(),
        created_at: view.created_at.get().and_then(moment::parse),
        followers: view.followers.0,
        following: view.follows.0,
        statuses: view.posts.0,
        ..seen(did, stated)
    });
}

fn of_account(
    did: &str,
    account: &AccountState<'_>,
    stated: Option<Timestamp>,
    sink: &mut Sink<'_>,
) -> Result<(), Rejection> {
    let at = time("time", account.time.get())?;
    let observed_at = at
        .or(stated)
        .or(sink.otherwise_observed_at())
        .ok_or_else(|| Rejection::new(reasons::NO_TIME))?;
    let state = match (account.active.0, account.status.get()) {
        (Some(true), _) => State::Active,
        (_, Some("takendown" | "suspended")) => State::Suspended,
        (_, Some("deactivated" | "deleted")) => State::Deactivated,
        _ => State::Unknown,
    };
    sink.availability(AvailabilityCheck {
        platform: PLATFORM,
        account_id: did,
        handle: None,
        observed_at,
        state,
        detail: account.status.get(),
        source_file: "",
        source_line: 0,
        source_part: 0,
    });
    Ok(())
}

fn of_commit(
    json: &str,
    did: &str,
    commit: &Commit<'_>,
    stated: Option<Timestamp>,
    sink: &mut Sink<'_>,
) -> Result<Option<&'static str>, Rejection> {
    let collection = commit.collection.get().unwrap_or_default();
    if commit.operation.get() == Some("delete") {
        return Ok(Some("delete notice"));
    }
    let record = commit.record.get().ok_or_else(|| Rejection::new(reasons::NOT_KNOWN))?;
    let key = commit.key.get().unwrap_or_default();
    if collection != FOLLOW {
        return of_record((did, collection, key), record, stated, sink);
    }
    let follow: FollowEvent<'_> = read_on(json)?;
    let followed = follow.commit.get().and_then(|commit| commit.record.get());
    let followed = followed.and_then(|record| record.subject.get());
    self::follow(did, followed, stated, sink).map(|()| None)
}

/// A follow, which names an account and no record.
pub(crate) fn follow(
    did: &str,
    followed: Option<&str>,
    stated: Option<Timestamp>,
    sink: &mut Sink<'_>,
) -> Result<(), Rejection> {
    sink.follow(Follow {
        platform: PLATFORM,
        follower_id: did,
        followed_id: followed.ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?,
        observed_at: stated,
        source_file: "",
        source_line: 0,
        source_part: 0,
    });
    Ok(())
}

/// A record by its address, unless it is a follow.
pub(crate) fn of_record(
    (did, collection, key): (&str, &str, &str),
    record: &Record<'_>,
    stated: Option<Timestamp>,
    sink: &mut Sink<'_>,
) -> Result<Option<&'static str>, Rejection> {
    match collection {
        POST | REPOST => {
            if key.is_empty() {
                return Err(Rejection::new(reasons::NO_ID));
            }
            let uri = format!("at://{did}/{collection}/{key}");
            post(did, &uri, record, &Shown::default(), stated, sink)?;
        }
        "app.bsky.actor.profile" => {
            let picture = record.avatar.get().and_then(|blob| blob.reference.get()?.link.get());
            let avatar = picture.map(|link| format!("https://cdn.bsky.app/img/avatar/plain/{did}/{link}@jpeg"));
            sink.account(Account {
                display_name: record.display_name.get(),
                description: record.description.get(),
                avatar_url: avatar.as_deref(),
                created_at: record.created_at.get().and_then(moment::parse),
                ..seen(did, stated)
            });
        }
        "app.bsky.feed.like" => return Ok(Some("like")),
        "app.bsky.graph.block" => return Ok(Some("block")),
        _ => return Ok(Some("record of another kind")),
    }
    Ok(None)
}

/// What an interface shows of a post beside its record.
#[derive(Debug, Default)]
pub(crate) struct Shown<'a> {
    pub(crate) handle: Option<&'a str>,
    pub(crate) likes: Option<i64>,
    pub(crate) reposts: Option<i64>,
    pub(crate) replies: Option<i64>,
    pub(crate) quotes: Option<i64>,
}

/// The account in an address.
pub(crate) fn account_of(uri: &str) -> Option<&str> {
    uri.strip_prefix("at://")?
        .split('/')
        .next()
        .filter(|did| !did.is_empty())
}

/// A post, or a repost, by its address.
pub(crate) fn post(
    did: &str,
    uri: &str,
    record: &Record<'_>,
    shown: &Shown<'_>,
    stated: Option<Timestamp>,
    sink: &mut Sink<'_>,
) -> Result<(), Rejection> {
    let is_post = !uri.contains(REPOST);
    // The time that its client wrote down; where that is none, that of the event.
    let written = record.created_at.get();
    let posted_at = match written.and_then(moment::parse).or(stated) {
        Some(at) => Some(at),
        None => time("createdAt", written)?,
    };
    let parent = record.reply.get().and_then(|reply| reply.parent.get());
    let parent = parent.and_then(|parent| parent.uri.get());
    let embedded = record.embed.get().and_then(|embed| embed.record.get());
    let embedded = embedded.and_then(|of| of.uri.get().or_else(|| of.record.get()?.uri.get()));
    // Lists and feeds are embedded like posts.
    let quoted = embedded.filter(|uri| uri.contains(POST));
    let reposted = record
        .subject
        .get()
        .and_then(|subject| subject.uri.get())
        .filter(|_| !is_post);
    let text = record.text.get();
    let mut spoken = Spoken::default();
    for facet in record.facets.objects() {
        let span = facet.index.get().and_then(|index| index.from.0.zip(index.to.0));
        let words = span.and_then(|(from, to)| text?.get(usize::try_from(from).ok()?..usize::try_from(to).ok()?));
        for feature in facet.features.objects() {
            if let Some(did) = feature.did.get() {
                spoken.mentioned_ids.push(did);
                spoken
                    .mentioned_handles
                    .extend(words.and_then(|words| words.strip_prefix('@')));
            }
            spoken.hashtags.extend(feature.tag.get());
            spoken.urls.extend(feature.uri.get());
        }
    }
    // Tags that stand beside the text.
    spoken.hashtags.extend(record.tags.0.iter().filter_map(Text::get));
    let link = record.embed.get().and_then(|embed| embed.external.get()?.uri.get());
    spoken.urls.extend(link.filter(|link| !spoken.urls.contains(link)));
    let kind = if !is_post {
        PostKind::Repost
    } else if parent.is_some() {
        PostKind::Reply
    } else if quoted.is_some() {
        PostKind::Quote
    } else {
        PostKind::Original
    };
    sink.post(Post {
        post_id: Some(uri),
        posted_at,
        observed_at: stated,
        text,
        lang: record.langs.first(),
        kind,
        in_reply_to_post_id: parent,
        in_reply_to_account_id: parent.and_then(account_of),
        reposted_post_id: reposted,
        reposted_account_id: reposted.and_then(account_of),
        quoted_post_id: quoted,
        quoted_account_id: quoted.and_then(account_of),
        mentioned_ids: Some(spoken.mentioned_ids),
        mentioned_handles: Some(spoken.mentioned_handles),
        hashtags: Some(spoken.hashtags),
        urls: Some(spoken.urls),
        handle: shown.handle,
        likes: shown.likes,
        reposts: shown.reposts,
        replies: shown.replies,
        quotes: shown.quotes,
        ..Post::blank(PLATFORM, did)
    });
    Ok(())
}

/// What stands inside a text.
#[derive(Default)]
struct Spoken<'t> {
    mentioned_ids: Vec<&'t str>,
    mentioned_handles: Vec<&'t str>,
    hashtags: Vec<&'t str>,
    urls: Vec<&'t str>,
}
