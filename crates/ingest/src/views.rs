//! Pages of Bluesky's interface: what an account posted (`feed`), posts by address (`posts`), accounts (`profiles`, `followers`,
//! `follows`), and the records of a repository (`records`).

use tables::{Post, PostKind, Timestamp};

use crate::bluesky::{self, Event, FOLLOW, FollowRecord, PLATFORM, Record, Shown};
use crate::json::unread::Left;
use crate::json::{Count, Many, Maybe, Text, record};
use crate::moment;
use crate::reasons;
use crate::record::{Settled, read_on, reread, settle_item};
use crate::sink::{RecordPlace, Rejection, Sink};

/// Keys that are left unread on purpose.
static PAGE_LEFT: Left = Left::new(&["cursor", "hitsTotal"]);
/// Keys that are left unread on purpose.
static FEED_ITEM_LEFT: Left = Left::new(&["feedContext", "reply", "reqId"]);
/// Keys that are left unread on purpose.
static REASON_LEFT: Left = Left::new(&["$type", "cid"]);
/// Keys that are left unread on purpose.
static POST_VIEW_LEFT: Left = Left::new(&[
    "$type",
    "bookmarkCount",
    "cid",
    "embed",
    "indexedAt",
    "labels",
    "threadgate",
    "viewer",
]);
/// Keys that are left unread on purpose.
static LISTED_LEFT: Left = Left::new(&["cid"]);

record! {
    /// A page.
    Page<'de> called "page" leaving PAGE_LEFT {
        feed: Many<FeedItem<'de>> = "feed",
        posts: Many<PostView<'de>> = "posts",
        profiles: Many<Event<'de>> = "profiles",
        followers: Many<Event<'de>> = "followers",
        follows: Many<Event<'de>> = "follows",
        subject: Maybe<Event<'de>> = "subject",
        records: Many<Listed<'de>> = "records",
        observed_at: Text<'de> = "observed_at",
    }
}

record! {
    /// A post in a feed, and why it stands there.
    FeedItem<'de> called "feed item" leaving FEED_ITEM_LEFT {
        post: Maybe<PostView<'de>> = "post",
        reason: Maybe<Reason<'de>> = "reason",
    }
}

record! {
    /// Who passed it on, and when.
    Reason<'de> called "reason" leaving REASON_LEFT {
        by: Maybe<Event<'de>> = "by",
        indexed_at: Text<'de> = "indexedAt",
        uri: Text<'de> = "uri",
    }
}

record! {
    /// A post as the interface shows it.
    PostView<'de> called "post view" leaving POST_VIEW_LEFT {
        uri: Text<'de> = "uri",
        author: Maybe<Event<'de>> = "author",
        record: Maybe<Record<'de>> = "record",
        replies: Count = "replyCount",
        reposts: Count = "repostCount",
        likes: Count = "likeCount",
        quotes: Count = "quoteCount",
    }
}

record! {
    /// A record of a repository.
    Listed<'de> called "listed record" leaving LISTED_LEFT {
        uri: Text<'de> = "uri",
        value: Maybe<Record<'de>> = "value",
    }
}

record! {
    /// The records of a repository, read for the accounts that follows name.
    FollowPage<'de> { records: Many<ListedFollow<'de>> = "records", }
}

record! {
    /// A follow of a repository.
    ListedFollow<'de> { value: Maybe<FollowRecord<'de>> = "value", }
}

/// Puts a page into the sink; each item counts as a record.
pub(crate) fn page(json: &str, place: &RecordPlace<'_>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let page: Page<'_> = reread(json)?;
    let stated = sink.observed(page.observed_at.get())?;
    let follows: FollowPage<'_> = if page.records.objects().any(Listed::is_follow) {
        read_on(json)?
    } else {
        FollowPage::default()
    };
    let not_known = || Err(Rejection::new(reasons::NOT_KNOWN));
    let mut records = 0;
    let mut each = |list, index, outcome: Result<Settled, Rejection>, sink: &mut Sink<'_>| {
        records += 1;
        settle_item((list, index), outcome, place, sink);
    };
    for (index, item) in page.feed.items.iter().enumerate() {
        let outcome = item.get().map_or_else(not_known, |item| feed_item(item, stated, sink));
        each("feed", index, outcome, sink);
    }
    for (index, item) in page.posts.items.iter().enumerate() {
        let outcome = item.get().map_or_else(not_known, |view| post(view, stated, sink));
        each("posts", index, outcome, sink);
    }
    let subject = page.subject.get().and_then(|subject| subject.did.get());
    for (list, items) in [
        ("profiles", &page.profiles),
        ("followers", &page.followers),
        ("follows", &page.follows),
    ] {
        for (index, item) in items.items.iter().enumerate() {
            let outcome = item.get().map_or_else(not_known, |view| {
                let did = view.did.get().ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?;
                bluesky::profile(did, view, stated, sink);
                match (list, subject) {
                    ("followers", Some(subject)) => bluesky::follow(did, Some(subject), stated, sink)?,
                    ("follows", Some(subject)) => bluesky::follow(subject, Some(did), stated, sink)?,
                    _ => {}
                }
                Ok(Settled::Used)
            });
            each(list, index, outcome, sink);
        }
    }
    for (index, item) in page.records.items.iter().enumerate() {
        let follow = follows
            .records
            .items
            .get(index)
            .and_then(|follow| follow.get()?.value.get());
        let outcome = item
            .get()
            .map_or_else(not_known, |listed| record(listed, follow, stated, sink));
        each("records", index, outcome, sink);
    }
    if records == 0 {
        sink.read();
        sink.skip(reasons::EMPTY_PAGE);
    }
    Ok(())
}

/// A post, and perhaps that it was passed on.
fn feed_item(item: &FeedItem<'_>, stated: Option<Timestamp>, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    let view = item.post.get().ok_or_else(|| Rejection::new(reasons::NOT_KNOWN))?;
    let reason = item.reason.get();
    // One that is pinned to the top of a feed gives a reason, too, and nobody's name.
    if let Some((reason, by)) = reason.and_then(|reason| Some((reason, reason.by.get()?)))
        && let Some(did) = by.did.get()
    {
        sink.post(Post {
            post_id: reason.uri.get(),
            handle: by.handle.get(),
            posted_at: reason.indexed_at.get().and_then(moment::parse),
            observed_at: stated,
            kind: PostKind::Repost,
            text: view.record.get().and_then(|record| record.text.get()),
            reposted_post_id: view.uri.get(),
            reposted_account_id: view.author.get().and_then(|author| author.did.get()),
            reposted_handle: view.author.get().and_then(|author| author.handle.get()),
            ..Post::blank(PLATFORM, did)
        });
        bluesky::profile(did, by, stated, sink);
    }
    post(view, stated, sink)
}

fn post(view: &PostView<'_>, stated: Option<Timestamp>, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    let uri = view.uri.get().ok_or_else(|| Rejection::new(reasons::NO_ID))?;
    let author = view.author.get();
    let did = author
        .and_then(|author| author.did.get())
        .or_else(|| bluesky::account_of(uri));
    let did = did.ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?;
    let record = view.record.get().ok_or_else(|| Rejection::new(reasons::NOT_KNOWN))?;
    let shown = Shown {
        handle: author.and_then(|author| author.handle.get()),
        likes: view.likes.0,
        reposts: view.reposts.0,
        replies: view.replies.0,
        quotes: view.quotes.0,
    };
    bluesky::post(did, uri, record, &shown, stated, sink)?;
    if let Some(author) = author {
        bluesky::profile(did, author, stated, sink);
    }
    Ok(Settled::Used)
}

impl Listed<'_> {
    fn is_follow(&self) -> bool {
        self.uri.get().is_some_and(|uri| uri.contains(FOLLOW))
    }
}

/// A record of a repository by its address, `at://DID/COLLECTION/KEY`.
fn record(
    listed: &Listed<'_>,
    follow: Option<&FollowRecord<'_>>,
    stated: Option<Timestamp>,
    sink: &mut Sink<'_>,
) -> Result<Settled, Rejection> {
    let address = listed.uri.get().and_then(|uri| uri.strip_prefix("at://"));
    let mut parts = address.into_iter().flat_map(|address| address.split('/'));
    let (Some(did), Some(collection), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(Rejection::new(reasons::NO_ID));
    };
    if listed.is_follow() {
        let followed = follow.and_then(|follow| follow.subject.get());
        return bluesky::follow(did, followed, stated, sink).map(|()| Settled::Used);
    }
    let record = listed.value.get().ok_or_else(|| Rejection::new(reasons::NOT_KNOWN))?;
    let left_out = bluesky::of_record((did, collection, key), record, stated, sink)?;
    Ok(left_out.map_or(Settled::Used, Settled::Skipped))
}
