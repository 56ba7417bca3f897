//! Mastodon and what speaks its language (Truth Social, Pleroma and others): statuses, accounts, stream events.
//!
//! The numbers that a server gives to posts and accounts are its own, and another server's for the same post differ. So a post is
//! named by its address (`uri`) and an account by `name@server`, both of which every server writes alike. The number of the post that
//! is answered is all that a reply tells about it; it is kept as it stands.

use tables::{Account, AvailabilityCheck, Post, PostKind, State, Timestamp};

use crate::html::{self, Plain};
use crate::json::unread::Left;
use crate::json::{Count, Flag, Id, Many, Maybe, Text, record};
use crate::moment;
use crate::parse::Rules;
use crate::reasons::{self, SUSPENDED_UNTIMED};
use crate::record::{Settled, record as any_record, reread, settle};
use crate::seen::{Seen, time};
use crate::sink::{RecordPlace, Rejection, Sink};

/// The platform's name in tables.
pub const PLATFORM: &str = "mastodon";
/// A server of its own kind.
const TRUTH_SOCIAL: (&str, &str) = ("truthsocial.com", "truthsocial");

/// Keys that are left unread on purpose.
static STATUS_LEFT: Left = Left::new(&[
    "bookmarked",
    "edited_at",
    "emojis",
    "favourited",
    "filtered",
    "media_attachments",
    "muted",
    "pinned",
    "poll",
    "quote_approval",
    "quote_id",
    "reblogged",
    "sensitive",
    "spoiler_text",
    "state",
    "tagged_collections",
    "visibility",
]);
/// Keys that are left unread on purpose.
static PROFILE_LEFT: Left = Left::new(&[
    "avatar_description",
    "avatar_static",
    "bot",
    "discoverable",
    "emojis",
    "feature_approval",
    "fields",
    "group",
    "header",
    "header_description",
    "header_static",
    "hide_collections",
    "indexable",
    "last_status_at",
    "limited",
    "memorial",
    "mute_expires_at",
    "noindex",
    "role",
    "roles",
    "show_featured",
    "show_media",
    "show_media_replies",
    "source",
]);

/// Keys that are left unread on purpose.
static MODERATED_LEFT: Left = Left::new(&[
    "approved",
    "confirmed",
    "created_at",
    "created_by_application_id",
    "disabled",
    "domain",
    "email",
    "emoji",
    "emoji_url",
    "group_key",
    "id",
    "invite_request",
    "invited_by_account_id",
    "ip",
    "ips",
    "last_read_id",
    "locale",
    "role",
    "sensitized",
    "silenced",
    "type",
    "unread",
    "username",
]);
/// Keys that are left unread on purpose.
static NAMED_LEFT: Left = Left::new(&["following", "history", "id", "url", "vapid_key", "website"]);
/// Keys that are left unread on purpose.
static CARD_LEFT: Left = Left::new(&[
    "author_name",
    "author_url",
    "authors",
    "blurhash",
    "description",
    "embed_url",
    "height",
    "history",
    "html",
    "image",
    "image_description",
    "language",
    "provider_name",
    "provider_url",
    "published_at",
    "title",
    "type",
    "width",
]);
/// Keys that are left unread on purpose.
static FOUND_LEFT: Left = Left::new(&["hashtags", "id", "unread"]);

record! {
    /// A status.
    Status<'de> called "status" leaving STATUS_LEFT {
        id: Id<'de> = "id",
        uri: Text<'de> = "uri",
        url: Text<'de> = "url",
        created_at: Text<'de> = "created_at",
        observed_at: Text<'de> = "observed_at",
        content: Text<'de> = "content",
        source: Text<'de> = "text",
        language: Text<'de> = "language",
        account: Maybe<Profile<'de>> = "account",
        in_reply_to_id: Id<'de> = "in_reply_to_id",
        in_reply_to_account_id: Id<'de> = "in_reply_to_account_id",
        reblog: Maybe<Status<'de>> = "reblog",
        quote: Maybe<Status<'de>> = "quote",
        quoted_status: Maybe<Status<'de>> = "quoted_status",
        mentions: Many<Mention<'de>> = "mentions",
        tags: Many<Named<'de>> = "tags",
        card: Maybe<Card<'de>> = "card",
        application: Maybe<Named<'de>> = "application",
        favourites: Count = "favourites_count",
        reblogs: Count = "reblogs_count",
        replies: Count = "replies_count",
        quotes: Count = "quotes_count",
    }
}

record! {
    /// An account.
    Profile<'de> called "account" leaving PROFILE_LEFT {
        id: Id<'de> = "id",
        username: Text<'de> = "username",
        acct: Text<'de> = "acct",
        url: Text<'de> = "url",
        uri: Text<'de> = "uri",
        display_name: Text<'de> = "display_name",
        note: Text<'de> = "note",
        location: Text<'de> = "location",
        website: Text<'de> = "website",
        avatar: Text<'de> = "avatar",
        created_at: Text<'de> = "created_at",
        observed_at: Text<'de> = "observed_at",
        followers: Count = "followers_count",
        following: Count = "following_count",
        statuses: Count = "statuses_count",
        verified: Flag = "verified",
        locked: Flag = "locked",
        suspended: Flag = "suspended",
        moved: Maybe<Profile<'de>> = "moved",
    }
}

record! {
    /// What has an account inside: an account as moderators see it (the public one, and how it stands), or a notification (who did
    /// something, and to which status).
    Moderated<'de> called "moderated account" leaving MODERATED_LEFT {
        account: Maybe<Profile<'de>> = "account",
        suspended: Flag = "suspended",
        observed_at: Text<'de> = "observed_at",
        status: Maybe<Status<'de>> = "status",
    }
}

record! {
    /// A mention.
    Mention<'de> called "mention" {
        id: Id<'de> = "id",
        username: Text<'de> = "username",
        acct: Text<'de> = "acct",
        url: Text<'de> = "url",
    }
}

record! {
    /// A tag or a program.
    Named<'de> called "tag" leaving NAMED_LEFT { name: Text<'de> = "name", }
}

record! {
    /// The preview of a link.
    Card<'de> called "card" leaving CARD_LEFT { url: Text<'de> = "url", }
}

/// The server of a web address.
pub(crate) fn server(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    rest.split(['/', '?', '#', ':'])
        .next()
        .filter(|server| !server.is_empty())
}

/// `name@server`, lower case; the name alone where no server is known.
fn full_name(acct: Option<&str>, username: Option<&str>, url: Option<&str>) -> Option<String> {
    let name = acct.or(username)?;
    let name = match url.and_then(server) {
        Some(server) if !name.contains('@') => format!("{name}@{server}"),
        _ => name.to_owned(),
    };
    Some(name.to_lowercase())
}

impl Profile<'_> {
    fn name(&self) -> Option<String> {
        full_name(
            self.acct.get(),
            self.username.get(),
            self.url.get().or_else(|| self.uri.get()),
        )
    }
}

impl Mention<'_> {
    fn name(&self) -> Option<String> {
        full_name(self.acct.get(), self.username.get(), self.url.get())
    }
}

/// The platform that an account's address tells.
pub(crate) fn platform(name: &str) -> &'static str {
    match name.rsplit('@').next() {
        Some(server) if server == TRUTH_SOCIAL.0 => TRUTH_SOCIAL.1,
        _ => PLATFORM,
    }
}

impl<'de> Status<'de> {
    fn name(&self) -> Option<&str> {
        self.uri.get().or_else(|| self.url.get()).or_else(|| self.id.get())
    }

    /// The status that this one quotes: since Mastodon 4.4 inside `quote`, elsewhere `quote` itself.
    fn quoted(&self) -> Option<&Status<'de>> {
        let quote = self.quote.get()?;
        quote
            .quoted_status
            .get()
            .or(Some(quote))
            .filter(|quoted| quoted.name().is_some())
    }
}

/// A status that stands for itself, with those nested in it.
pub(crate) fn status(status: &Status<'_>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let seen = Seen {
        stated: sink.observed(status.observed_at.get())?,
        carried: time("created_at", status.created_at.get())?,
    };
    if status.name().is_none() {
        return Err(Rejection::new(reasons::NO_ID));
    }
    if status.account.get().and_then(Profile::name).is_none() {
        return Err(Rejection::new(reasons::NO_ACCOUNT));
    }
    with_nested(status, seen, sink);
    Ok(())
}

fn with_nested(status: &Status<'_>, seen: Seen, sink: &mut Sink<'_>) {
    let Some(author) = status.account.get() else { return };
    let Some(name) = author.name() else { return };
    post(status, &name, seen, sink);
    observe(author, &name, seen, sink);
    for inner in [status.reblog.get(), status.quoted()].into_iter().flatten() {
        with_nested(inner, seen, sink);
    }
}

fn post(status: &Status<'_>, author: &str, seen: Seen, sink: &mut Sink<'_>) {
    let platform = platform(author);
    let reblog = status.reblog.get();
    // A reblog has no words of its own.
    let worded = reblog.unwrap_or(status);
    // One that was taken back to be written anew comes with the words that its author typed, and without the HTML made of them.
    let typed = || {
        worded.source.get().map(|text| Plain {
            text: text.to_owned(),
            links: Vec::new(),
        })
    };
    let content = worded.content.get().map(html::plain).or_else(typed);
    let quoted = status.quoted().filter(|_| reblog.is_none());
    let quoted_account = quoted.and_then(|quoted| quoted.account.get()).and_then(Profile::name);
    let reposted_account = reblog.and_then(|reblog| reblog.account.get()).and_then(Profile::name);
    let mentioned: Vec<String> = worded.mentions.objects().filter_map(Mention::name).collect();
    // Whom a post answers is named by a number; the mentions, or the author, say who that is.
    let answered = status.in_reply_to_account_id.get();
    let answered_account = answered.and_then(|number| {
        let mention = status
            .mentions
            .objects()
            .find(|mention| mention.id.get() == Some(number));
        let own = status.account.get().filter(|account| account.id.get() == Some(number));
        mention.and_then(Mention::name).or_else(|| own.and_then(Profile::name))
    });
    let kind = if reblog.is_some() {
        PostKind::Repost
    } else if status.in_reply_to_id.get().or(answered).is_some() {
        PostKind::Reply
    } else if quoted.is_some() {
        PostKind::Quote
    } else {
        PostKind::Original
    };
    let mut urls: Vec<&str> = content
        .as_ref()
        .map(|content| content.links.iter().map(|link| &**link).collect())
        .unwrap_or_default();
    let card = worded.card.get().and_then(|card| card.url.get());
    urls.extend(card.filter(|card| !urls.contains(card)));
    sink.post(Post {
        post_id: status.name(),
        handle: Some(author),
        posted_at: status.created_at.get().and_then(moment::parse),
        observed_at: seen.stated,
        text: content
            .as_ref()
            .map(|content| content.text.as_str())
            .filter(|text| !text.is_empty()),
        lang: worded.language.get(),
        kind,
        in_reply_to_post_id: status.in_reply_to_id.get(),
        in_reply_to_account_id: answered_account.as_deref(),
        in_reply_to_handle: answered_account.as_deref(),
        reposted_post_id: reblog.and_then(Status::name),
        reposted_account_id: reposted_account.as_deref(),
        reposted_handle: reposted_account.as_deref(),
        quoted_post_id: quoted.and_then(Status::name),
        quoted_account_id: quoted_account.as_deref(),
        quoted_handle: quoted_account.as_deref(),
        mentioned_ids: Some(mentioned.iter().map(String::as_str).collect()),
        mentioned_handles: Some(mentioned.iter().map(String::as_str).collect()),
        hashtags: Some(worded.tags.objects().filter_map(|tag| tag.name.get()).collect()),
        urls: Some(urls),
        client: status.application.get().and_then(|program| program.name.get()),
        likes: status.favourites.0,
        reposts: status.reblogs.0,
        replies: status.replies.0,
        quotes: status.quotes.0,
        ..Post::blank(platform, author)
    });
}

/// An account that stands for itself.
pub(crate) fn account(profile: &Profile<'_>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let stated = sink.observed(profile.observed_at.get())?;
    lone(profile, Seen { stated, carried: None }, profile.suspended.0, sink)
}

/// An account as moderators see it.
pub(crate) fn moderated(moderated: &Moderated<'_>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let profile = moderated
        .account
        .get()
        .ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?;
    let stated = sink.observed(moderated.observed_at.get())?;
    lone(
        profile,
        Seen { stated, carried: None },
        moderated.suspended.0.or(profile.suspended.0),
        sink,
    )
}

fn lone(profile: &Profile<'_>, seen: Seen, suspended: Option<bool>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let name = profile.name().ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?;
    observe(profile, &name, seen, sink);
    if suspended == Some(true) {
        let observed_at = seen.stated;
        let observed_at = observed_at.ok_or_else(|| Rejection::with(reasons::NO_TIME, SUSPENDED_UNTIMED))?;
        check(&name, observed_at, State::Suspended, "suspended", sink);
    }
    Ok(())
}

fn check(name: &str, observed_at: Timestamp, state: State, detail: &str, sink: &mut Sink<'_>) {
    sink.availability(AvailabilityCheck {
        platform: platform(name),
        account_id: name,
        handle: Some(name),
        observed_at,
        state,
        detail: Some(detail),
        source_file: "",
        source_line: 0,
        source_part: 0,
    });
}

fn observe(profile: &Profile<'_>, name: &str, seen: Seen, sink: &mut Sink<'_>) {
    let (observed_at, observed_basis) = seen.of_account();
    let note = profile.note.get().map(html::plain);
    sink.account(Account {
        handle: Some(name),
        display_name: profile.display_name.get(),
        description: note
            .as_ref()
            .map(|note| note.text.as_str())
            .filter(|text| !text.is_empty()),
        location: profile.location.get(),
        url: profile.website.get().or_else(|| profile.url.get()),
        avatar_url: profile.avatar.get(),
        created_at: profile.created_at.get().and_then(moment::parse),
        observed_at,
        observed_basis,
        followers: profile.followers.0,
        following: profile.following.0,
        statuses: profile.statuses.0,
        verified: profile.verified.0,
        protected: profile.locked.0,
        ..Account::blank(platform(name), name)
    });
    // It had moved when it was looked at, which may be long after the post that carries it.
    if let Some((moved, to)) = profile.moved.get().and_then(|moved| Some((moved, moved.name()?))) {
        if let Some(observed_at) = seen.stated {
            check(name, observed_at, State::Renamed, &format!("moved to {to}"), sink);
        }
        observe(moved, &to, seen, sink);
    }
}

/// What has an account inside: a notification, or an account as moderators see it.
pub(crate) fn around(around: &Moderated<'_>, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    if let Some(inner) = around.status.get() {
        status(inner, sink)?;
    }
    moderated(around, sink).map(|()| Settled::Used)
}

/// An event of a stream, whose payload is JSON in a text.
pub(crate) fn event(event: &str, payload: &str, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    match event {
        "update" | "status.update" => status(&reread(payload)?, sink).map(|()| Settled::Used),
        "delete" => Ok(Settled::Skipped("delete notice")),
        _ => Ok(Settled::Skipped("event notice")),
    }
}

record! {
    /// What surrounds a status, or what a search found.
    Found<'de> called "page" leaving FOUND_LEFT {
        ancestors: Many<Status<'de>> = "ancestors",
        descendants: Many<Status<'de>> = "descendants",
        statuses: Many<Status<'de>> = "statuses",
        accounts: Many<Profile<'de>> = "accounts",
        last_status: Maybe<Status<'de>> = "last_status",
    }
}

/// What surrounds a status, what a search found, or who talks to whom and what was said last: each counts as a record.
pub(crate) fn found(found: &Found<'_>, place: &RecordPlace<'_>, sink: &mut Sink<'_>) {
    let mut records = 0;
    let mut each = |outcome: Result<(), Rejection>, sink: &mut Sink<'_>| {
        records += 1;
        sink.read();
        settle(outcome.map(|()| Settled::Used), place, sink);
    };
    let not_known = || Err(Rejection::new(reasons::NOT_KNOWN));
    for item in [&found.ancestors, &found.descendants, &found.statuses]
        .into_iter()
        .flat_map(|list| &list.items)
    {
        let outcome = item.get().map_or_else(not_known, |item| status(item, sink));
        each(outcome, sink);
    }
    for item in &found.accounts.items {
        let outcome = item.get().map_or_else(not_known, |item| account(item, sink));
        each(outcome, sink);
    }
    if let Some(last) = found.last_status.get() {
        each(status(last, sink), sink);
    }
    if records == 0 {
        sink.read();
        sink.skip(reasons::EMPTY_PAGE);
    }
}

/// Whether content is what a server sends to a listener (server-sent events): `event: update`, `data: {…}`.
pub(crate) fn are_events(start: &[u8]) -> bool {
    let fields: [&[u8]; 3] = [b"event:", b"data:", b":"];
    let mut lines = start
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty());
    let begins = lines
        .clone()
        .next()
        .is_some_and(|line| fields.iter().any(|field| line.starts_with(field)));
    begins && lines.any(|line| line.starts_with(b"data: {") || line.starts_with(b"data:{"))
}

/// The data on a line of an event, and how many bytes stand before it; none on a line that holds none.
pub(crate) fn event_data(line: &[u8]) -> Option<(&[u8], u64)> {
    let data = line.strip_prefix(b"data:")?;
    let data = data.strip_prefix(b" ").unwrap_or(data);
    Some((data, (line.len() - data.len()) as u64))
}

/// Data of an event; a number alone is that of a status that was deleted.
pub(crate) fn of_stream(data: &str, rules: &Rules, place: &RecordPlace<'_>, sink: &mut Sink<'_>) {
    if data.trim_start().starts_with('{') {
        return any_record(data, rules, place, sink);
    }
    sink.read();
    sink.skip(if data.trim().bytes().all(|byte| byte.is_ascii_digit()) {
        "delete notice"
    } else {
        "event notice"
    });
}
