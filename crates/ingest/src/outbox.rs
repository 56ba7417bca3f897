//! What an account of Mastodon posted, as its owner exports it (`outbox.json`): activities of ActivityPub.

use tables::{Account, Post, PostKind};

use crate::html;
use crate::json::unread::Left;
use crate::json::{Many, Mixed, Text, record};
use crate::mastodon::{platform, server};
use crate::moment;
use crate::reasons;
use crate::record::{Settled, settle_item};
use crate::seen::{Seen, time};
use crate::sink::{RecordPlace, Rejection, Sink};

/// Keys that are left unread on purpose.
static OUTBOX_LEFT: Left = Left::new(&["@context", "first", "id", "last", "totalItems", "type"]);
/// Keys that are left unread on purpose.
static ACTIVITY_LEFT: Left = Left::new(&["@context", "cc", "signature", "to"]);
/// Keys that are left unread on purpose.
static NOTE_LEFT: Left = Left::new(&[
    "atomUri",
    "attachment",
    "attributedTo",
    "cc",
    "contentMap",
    "context",
    "conversation",
    "directMessage",
    "inReplyToAtomUri",
    "interactionPolicy",
    "likes",
    "quote",
    "quoteUri",
    "quoteUrl",
    "replies",
    "sensitive",
    "shares",
    "source",
    "summary",
    "to",
    "type",
    "updated",
    "url",
    "votersCount",
]);
/// Keys that are left unread on purpose.
static TAG_LEFT: Left = Left::new(&["icon", "id", "updated"]);

record! {
    /// The outbox.
    Outbox<'de> called "outbox" leaving OUTBOX_LEFT {
        items: Many<Activity<'de>> = "orderedItems",
        observed_at: Text<'de> = "observed_at",
    }
}

record! {
    /// An activity.
    Activity<'de> called "activity" leaving ACTIVITY_LEFT {
        kind: Text<'de> = "type",
        actor: Text<'de> = "actor",
        id: Text<'de> = "id",
        published: Text<'de> = "published",
        object: Mixed<'de, Note<'de>> = "object",
    }
}

record! {
    /// A status.
    Note<'de> called "note" leaving NOTE_LEFT {
        id: Text<'de> = "id",
        published: Text<'de> = "published",
        content: Text<'de> = "content",
        in_reply_to: Text<'de> = "inReplyTo",
        tags: Many<Tag<'de>> = "tag",
    }
}

record! {
    /// A mention or a hashtag.
    Tag<'de> called "tag" leaving TAG_LEFT {
        kind: Text<'de> = "type",
        name: Text<'de> = "name",
        href: Text<'de> = "href",
    }
}

/// `name@server` of `https://server/users/name`.
fn name_of(actor: &str) -> Option<String> {
    let name = actor.rsplit('/').next()?.trim_start_matches('@');
    let server = server(actor).filter(|_| !name.is_empty())?;
    Some(format!("{name}@{server}").to_lowercase())
}

/// Puts an outbox into the sink; each activity counts as a record.
pub(crate) fn outbox(outbox: &Outbox<'_>, place: &RecordPlace<'_>, sink: &mut Sink<'_>) {
    for (index, item) in outbox.items.items.iter().enumerate() {
        let outcome = match item.get() {
            Some(item) => activity(item, outbox, sink),
            None => Err(Rejection::new(reasons::NOT_KNOWN)),
        };
        settle_item(("orderedItems", index), outcome, place, sink);
    }
    if outbox.items.items.is_empty() {
        sink.read();
        sink.skip(reasons::EMPTY_PAGE);
    }
}

fn activity(of: &Activity<'_>, outbox: &Outbox<'_>, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    let actor = of.actor.get().and_then(name_of);
    let author = actor.as_deref().ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?;
    let seen = Seen {
        stated: sink.observed(outbox.observed_at.get())?,
        carried: time("published", of.published.get())?,
    };
    match (of.kind.get(), &of.object) {
        (Some("Create"), Mixed::Object(note)) => status(note, author, seen, sink)?,
        (Some("Announce"), Mixed::Text(address)) => sink.post(Post {
            post_id: of.id.get(),
            handle: Some(author),
            posted_at: seen.carried,
            observed_at: seen.stated,
            kind: PostKind::Repost,
            reposted_post_id: Some(address),
            ..Post::blank(platform(author), author)
        }),
        _ => return Ok(Settled::Skipped("activity of another kind")),
    }
    let (observed_at, observed_basis) = seen.of_account();
    sink.account(Account {
        handle: Some(author),
        observed_at,
        observed_basis,
        ..Account::blank(platform(author), author)
    });
    Ok(Settled::Used)
}

fn status(note: &Note<'_>, author: &str, seen: Seen, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let id = note.id.get().ok_or_else(|| Rejection::new(reasons::NO_ID))?;
    let content = note.content.get().map(html::plain);
    let mentions = note.tags.objects().filter(|tag| tag.kind.get() == Some("Mention"));
    // A mention of one's own server has no server in it, but its address has.
    let mentioned: Vec<String> = mentions
        .filter_map(|tag| {
            let name = tag.name.get().map(|name| name.trim_start_matches('@'));
            name.filter(|name| name.contains('@'))
                .map(str::to_lowercase)
                .or_else(|| tag.href.get().and_then(name_of))
        })
        .collect();
    let hashtags = note.tags.objects().filter(|tag| tag.kind.get() == Some("Hashtag"));
    let answered = note.in_reply_to.get();
    sink.post(Post {
        post_id: Some(id),
        handle: Some(author),
        posted_at: note.published.get().and_then(moment::parse).or(seen.carried),
        observed_at: seen.stated,
        text: content
            .as_ref()
            .map(|content| content.text.as_str())
            .filter(|text| !text.is_empty()),
        kind: if answered.is_some() {
            PostKind::Reply
        } else {
            PostKind::Original
        },
        in_reply_to_post_id: answered,
        mentioned_ids: Some(mentioned.iter().map(String::as_str).collect()),
        mentioned_handles: Some(mentioned.iter().map(String::as_str).collect()),
        hashtags: Some(
            hashtags
                .filter_map(|tag| Some(tag.name.get()?.trim_start_matches('#')))
                .collect(),
        ),
        urls: content
            .as_ref()
            .map(|content| content.links.iter().map(|link| &**link).collect()),
        ..Post::blank(platform(author), author)
    });
    Ok(())
}
