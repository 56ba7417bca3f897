//! Messages of a Telegram export (Telegram Desktop, "machine-readable JSON").
//!
//! A message is named by its chat and its number in it, `CHAT/NUMBER`; its account is who sent it (`user17`, `channel17`). Times are those
//! of `date_unixtime`; exports before 2021 have only `date`, the clock of the exporting computer, which is taken for UTC.

use std::borrow::Cow;

use tables::{Account, Post, PostKind};

use crate::json::unread::Left;
use crate::json::{Id, Mixed, Mixture, Stamp, Text, from_str, record};
use crate::moment;
use crate::reasons;
use crate::record::{Settled, not_json};
use crate::seen::{Seen, brief};
use crate::sink::{Rejection, Sink};

/// The platform's name in tables.
pub const PLATFORM: &str = "telegram";

/// Keys that are left unread on purpose.
static MESSAGE_LEFT: Left = Left::new(&[
    "duration_seconds",
    "edited",
    "edited_unixtime",
    "file",
    "file_name",
    "file_size",
    "height",
    "media_type",
    "mime_type",
    "performer",
    "photo",
    "photo_file_size",
    "reactions",
    "sticker_emoji",
    "text_entities",
    "thumbnail",
    "thumbnail_file_size",
    "title",
    "width",
]);

/// Keys that are left unread on purpose.
static PIECE_LEFT: Left = Left::new(&["collapsed", "document_id", "language"]);

record! {
    /// What stands before the messages of a chat.
    Chat<'de> {
        id: Id<'de> = "id",
        kind: Text<'de> = "type",
        name: Text<'de> = "name",
    }
}

record! {
    /// A message.
    Message<'de> called "message" leaving MESSAGE_LEFT {
        id: Id<'de> = "id",
        kind: Text<'de> = "type",
        date: Text<'de> = "date",
        unixtime: Stamp = "date_unixtime",
        from: Text<'de> = "from",
        from_id: Id<'de> = "from_id",
        forwarded_from: Text<'de> = "forwarded_from",
        forwarded_id: Id<'de> = "forwarded_from_id",
        reply_to: Id<'de> = "reply_to_message_id",
        reply_to_chat: Id<'de> = "reply_to_peer_id",
        text: Mixture<'de, Piece<'de>> = "text",
    }
}

record! {
    /// A piece of a text that has a meaning.
    Piece<'de> called "piece" leaving PIECE_LEFT {
        kind: Text<'de> = "type",
        text: Text<'de> = "text",
        link: Text<'de> = "href",
        user_id: Id<'de> = "user_id",
    }
}

/// An account's name: a bare number, as older exports have it, is a person's.
fn account_name<'a>(id: &'a Id<'_>) -> Option<Cow<'a, str>> {
    let id = id.get()?;
    Some(if id.bytes().all(|byte| byte.is_ascii_digit()) {
        Cow::Owned(format!("user{id}"))
    } else {
        Cow::Borrowed(id)
    })
}

/// Reads a message of the chat that `chat` describes into the sink.
pub(crate) fn message(json: &str, chat: &str, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    let chat: Chat<'_> = from_str(chat).map_err(|error| not_json(&error))?;
    let message: Message<'_> = from_str(json).map_err(|error| not_json(&error))?;
    match message.kind.get() {
        Some("message") => {}
        Some("service") => return Ok(Settled::Skipped("service message")),
        _ => return Err(Rejection::new(reasons::NOT_KNOWN)),
    }
    let number = message.id.get().ok_or_else(|| Rejection::new(reasons::NO_ID))?;
    // What a channel posts is the channel's, and older exports do not say so with each message.
    let channel = || {
        let is_channel = chat.kind.get().is_some_and(|kind| kind.ends_with("channel"));
        Some(Cow::Owned(format!("channel{}", chat.id.get().filter(|_| is_channel)?)))
    };
    let account_id = account_name(&message.from_id).or_else(channel);
    let account_id = account_id.ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?;
    let by_channel = message.from_id.get().is_none();
    let display_name = message.from.get().or_else(|| chat.name.get().filter(|_| by_channel));
    let chat = chat.id.get().unwrap_or("-");
    let posted_at = match (message.unixtime.0, message.date.get()) {
        (Some(at), _) => Some(at),
        (None, Some(date)) => Some(
            moment::parse_as(date, &["%Y-%m-%dT%H:%M:%S".to_owned()])
                .ok_or_else(|| Rejection::with(reasons::BAD_TIME, format!("date '{}'", brief(date))))?,
        ),
        (None, None) => None,
    };
    let mut text = String::new();
    let (mut handles, mut ids, mut hashtags, mut urls) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for piece in &message.text.0 {
        let piece = match piece {
            Mixed::Text(words) => {
                text.push_str(words);
                continue;
            }
            Mixed::Object(piece) => piece,
            Mixed::Other => continue,
        };
        let words = piece.text.get().unwrap_or_default();
        text.push_str(words);
        match piece.kind.get() {
            Some("mention") => handles.push(words.trim_start_matches('@')),
            Some("mention_name") => ids.extend(account_name(&piece.user_id)),
            Some("hashtag") => hashtags.push(words.trim_start_matches('#')),
            Some("link") => urls.push(words),
            Some("text_link") => urls.extend(piece.link.get()),
            _ => {}
        }
    }
    let forwarded = message.forwarded_from.get().is_some() || message.forwarded_id.get().is_some();
    let forwarded_account = account_name(&message.forwarded_id);
    let answered_chat = message.reply_to_chat.get();
    let answered_chat = answered_chat.map_or(chat, |peer| peer.trim_start_matches(|c: char| c.is_ascii_alphabetic()));
    let answered = message.reply_to.get().map(|number| format!("{answered_chat}/{number}"));
    let kind = if forwarded {
        PostKind::Repost
    } else if answered.is_some() {
        PostKind::Reply
    } else {
        PostKind::Original
    };
    sink.post(Post {
        post_id: Some(&format!("{chat}/{number}")),
        posted_at,
        text: Some(&*text).filter(|text| !text.is_empty()),
        kind,
        in_reply_to_post_id: answered.as_deref(),
        reposted_account_id: forwarded_account.as_deref(),
        mentioned_ids: Some(ids.iter().map(|id| &**id).collect()),
        mentioned_handles: Some(handles),
        hashtags: Some(hashtags),
        urls: Some(urls),
        ..Post::blank(PLATFORM, &account_id)
    });
    let (observed_at, observed_basis) = Seen {
        stated: sink.observed(None)?,
        carried: posted_at,
    }
    .of_account();
    sink.account(Account {
        display_name,
        observed_at,
        observed_basis,
        ..Account::blank(PLATFORM, &account_id)
    });
    Ok(Settled::Used)
}
