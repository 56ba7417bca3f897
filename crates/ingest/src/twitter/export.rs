//! An account's own export ("Your archive"): JavaScript files, each a list behind `window.YTD.NAME.part0 =`.
//!
//! The files do not say whose they are; the `account.js` beside them does. Where that is missing, the owner is called after the export's
//! folder: all its posts are one account's all the same. Nor do they say the whole text of long posts; `note-tweet.js` beside them does.

use std::sync::Arc;

use tables::{Account, AvailabilityCheck, Basis, Follow, State, Timestamp};

use super::raw::{Extended, Tweet, User};
use super::{PLATFORM, v1};
use crate::json::unread::Left;
use crate::json::{Id, Maybe, Nested, Text, from_str, record};
use crate::moment;
use crate::reasons;
use crate::record::{Settled, not_json};
use crate::seen::time;
use crate::sink::{Rejection, Sink};
use crate::text::decode_entities;

/// Whose export it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The account's identifier, or a name made up for it.
    pub account_id: String,
    /// Its handle, where it is known.
    pub handle: Option<String>,
    /// The whole texts of its long posts, which `tweets.js` cuts, in the order of time.
    pub notes: Arc<Vec<Note>>,
}

/// The whole text of a long post. It has a number of its own and does not say which post it belongs to; its time and its beginning do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    at: Timestamp,
    text: String,
}

/// A post and its long text were written within this time of each other.
const NOTE_MS: i64 = 60_000;

impl Owner {
    /// The whole text of a post that is cut, if the export has it.
    fn whole(&self, text: &str, at: Timestamp) -> Option<&str> {
        // What was cut ends with a mark and a link to the whole.
        let (begins, rest) = text.rsplit_once('…')?;
        let link = rest.trim();
        if begins.is_empty() || !(link.is_empty() || link.starts_with("https://t.co/") && !link.contains(' ')) {
            return None;
        }
        let begins = decode_entities(begins.trim_end());
        let first = self
            .notes
            .partition_point(|note| note.at.0 < at.0.saturating_sub(NOTE_MS));
        let mut near = self.notes[first..]
            .iter()
            .take_while(|note| note.at.0 <= at.0.saturating_add(NOTE_MS));
        near.find(|note| decode_entities(&note.text).starts_with(&*begins))
            .map(|note| note.text.as_str())
    }
}

/// Keys that are left unread on purpose.
static OWN_ACCOUNT_LEFT: Left = Left::new(&["createdVia", "email", "phoneNumber", "timeZone"]);
/// Keys that are left unread on purpose.
static OTHER_LEFT: Left = Left::new(&["userLink"]);
/// Keys that are left unread on purpose.
static PROFILE_LEFT: Left = Left::new(&["headerMediaUrl"]);

record! {
    /// An element of a list of the export.
    Element<'de> {
        tweet: Maybe<Tweet<'de>> = "tweet",
        account: Maybe<OwnAccount<'de>> = "account",
        follower: Maybe<Other<'de>> = "follower",
        following: Maybe<Other<'de>> = "following",
        like: Nested = "like",
        suspension: Maybe<Suspension<'de>> = "accountSuspension" | "userSuspension",
        profile: Maybe<Profile<'de>> = "profile",
        note: Maybe<LongText<'de>> = "noteTweet",
    }
}

/// Keys that are left unread on purpose.
static LONG_TEXT_LEFT: Left = Left::new(&["lifecycle", "noteTweetId", "updatedAt"]);
/// Keys that are left unread on purpose: the post in `tweets.js` has its own.
static CORE_LEFT: Left = Left::new(&["cashtags", "hashtags", "mentions", "styletags", "urls"]);

record! {
    /// The whole text of a long post.
    LongText<'de> called "long text" leaving LONG_TEXT_LEFT {
        created_at: Text<'de> = "createdAt",
        core: Maybe<Core<'de>> = "core",
    }
}

record! {
    /// What it holds.
    Core<'de> called "core of a long text" leaving CORE_LEFT { text: Text<'de> = "text", }
}

record! {
    /// The owner's account.
    OwnAccount<'de> called "own account" leaving OWN_ACCOUNT_LEFT {
        account_id: Id<'de> = "accountId",
        username: Text<'de> = "username",
        display_name: Text<'de> = "accountDisplayName",
        created_at: Text<'de> = "createdAt",
    }
}

record! {
    /// That the owner's account was suspended, or no longer.
    Suspension<'de> called "suspension" {
        at: Text<'de> = "timeStamp" | "timestamp",
        action: Text<'de> = "action",
    }
}

record! {
    /// How the owner's account shows itself.
    Profile<'de> called "profile" leaving PROFILE_LEFT {
        description: Maybe<Description<'de>> = "description",
        avatar: Text<'de> = "avatarMediaUrl",
    }
}

record! {
    /// What it says of itself.
    Description<'de> called "profile description" {
        bio: Text<'de> = "bio",
        website: Text<'de> = "website",
        location: Text<'de> = "location",
    }
}

record! {
    /// Another account.
    Other<'de> called "other account" leaving OTHER_LEFT { account_id: Id<'de> = "accountId", }
}

/// The name of the list that a JavaScript file assigns (`tweets`), and how many bytes stand before its value.
#[must_use]
pub fn assigned(start: &[u8]) -> Option<(&str, usize)> {
    let head = &start[..start.len().min(256)];
    let equals = memchr::memchr(b'=', head)?;
    let target = std::str::from_utf8(&head[..equals]).ok()?.trim();
    let name = target
        .strip_prefix("window.YTD.")
        .and_then(|rest| rest.split('.').next());
    let name = name.or_else(|| target.strip_prefix("Grailbird.data."))?;
    let named = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let listed = start[equals + 1..].trim_ascii_start().starts_with(b"[");
    (named && listed).then_some((name, equals + 1))
}

/// Whose export it is, as its `account.js` says.
#[must_use]
pub fn owner(account_js: &str) -> Option<Owner> {
    let elements: Vec<Element<'_>> = from_str(account_js).ok()?;
    let account = elements.iter().find_map(|element| element.account.get())?;
    Some(Owner {
        account_id: account.account_id.get()?.to_owned(),
        handle: account.username.get().map(str::to_owned),
        notes: Arc::default(),
    })
}

/// The long texts of a `note-tweet.js`, in the order of time.
#[must_use]
pub fn notes(note_js: &str) -> Vec<Note> {
    let elements: Vec<Element<'_>> = from_str(note_js).unwrap_or_default();
    let note = |element: &Element<'_>| {
        let note = element.note.get()?;
        Some(Note {
            at: note.created_at.get().and_then(moment::parse)?,
            text: note.core.get()?.text.get()?.to_owned(),
        })
    };
    let mut notes: Vec<Note> = elements.iter().filter_map(note).collect();
    notes.sort_unstable();
    notes
}

/// The owner of an export that does not say so, called after the folder of one of its files.
#[must_use]
pub fn unnamed(source: &str) -> Owner {
    let folder = source.rsplit_once('/').map_or(".", |(folder, _)| folder);
    Owner {
        account_id: format!("owner of {folder}"),
        handle: None,
        notes: Arc::default(),
    }
}

/// Reads an element of the owner's export into the sink.
pub(crate) fn element(json: &str, owner: &Owner, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    let mut element: Element<'_> = from_str(json).map_err(|error| not_json(&error))?;
    if let Some(tweet) = element.tweet.get_mut() {
        let text = tweet.full_text.get().or_else(|| tweet.text.get());
        let at = tweet.created_at.get().and_then(moment::parse);
        if let Some(whole) = text.zip(at).and_then(|(text, at)| owner.whole(text, at)) {
            tweet.extended = Maybe::of(Extended {
                text: Text(Some(whole.into())),
                ..Extended::default()
            });
        }
        let user = User {
            id_str: Id::of(&owner.account_id),
            handle: Text(owner.handle.as_deref().map(Into::into)),
            ..User::default()
        };
        return v1::exported(tweet, &user, sink).map(|()| Settled::Used);
    }
    if let Some(account) = element.account.get() {
        let account_id = account
            .account_id
            .get()
            .ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?;
        sink.account(Account {
            handle: account.username.get(),
            display_name: account.display_name.get(),
            created_at: account.created_at.get().and_then(moment::parse),
            observed_basis: Basis::None,
            ..Account::blank(PLATFORM, account_id)
        });
        return Ok(Settled::Used);
    }
    let (follower, following) = (element.follower.get(), element.following.get());
    if let Some(other) = follower.or(following) {
        let other = other
            .account_id
            .get()
            .ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?;
        let own = owner.account_id.as_str();
        let (follower_id, followed_id) = if follower.is_some() { (other, own) } else { (own, other) };
        sink.follow(Follow {
            platform: PLATFORM,
            follower_id,
            followed_id,
            observed_at: None,
            source_file: "",
            source_line: 0,
            source_part: 0,
        });
        return Ok(Settled::Used);
    }
    if let Some(suspension) = element.suspension.get() {
        return suspended(suspension, owner, sink).map(|()| Settled::Used);
    }
    let profile = element.profile.get();
    if let Some(profile) = profile.filter(|of| of.description.get().is_some() || of.avatar.is_present()) {
        let description = profile.description.get();
        let observed_at = sink.observed(None)?;
        sink.account(Account {
            handle: owner.handle.as_deref(),
            description: description.and_then(|said| said.bio.get()),
            location: description.and_then(|said| said.location.get()),
            url: description.and_then(|said| said.website.get()),
            avatar_url: profile.avatar.get(),
            observed_at,
            observed_basis: if observed_at.is_some() {
                Basis::Stated
            } else {
                Basis::None
            },
            ..Account::blank(PLATFORM, &owner.account_id)
        });
        return Ok(Settled::Used);
    }
    if element.like.0 {
        return Ok(Settled::Skipped("like"));
    }
    if element.note.get().is_some() {
        // The post that it belongs to has it, where that is cut.
        return Ok(Settled::Skipped("long text of a post in tweets.js"));
    }
    Err(Rejection::new(reasons::NOT_KNOWN))
}

fn suspended(suspension: &Suspension<'_>, owner: &Owner, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let at = time("timeStamp", suspension.at.get())?;
    let action = suspension.action.get().unwrap_or_default();
    let lower = action.to_ascii_lowercase();
    sink.availability(AvailabilityCheck {
        platform: PLATFORM,
        account_id: &owner.account_id,
        handle: owner.handle.as_deref(),
        observed_at: at.ok_or_else(|| Rejection::new(reasons::NO_TIME))?,
        state: if lower.starts_with("unsuspend") {
            State::Active
        } else if lower.starts_with("suspend") {
            State::Suspended
        } else {
            State::Unknown
        },
        detail: Some(action).filter(|action| !action.is_empty()),
        source_file: "",
        source_line: 0,
        source_part: 0,
    });
    Ok(())
}
