//! Records that are about neither a post nor an account, and what they say of accounts all the same: lists, friendships, counts,
//! spaces, jobs, messages, answers to what was asked to be done.

use tables::{Follow, Timestamp};

use super::raw::User;
use super::{PLATFORM, v1};
use crate::json::unread::Left;
use crate::json::{Flag, Id, Many, Maybe, Nested, Present, Text, record};
use crate::reasons;
use crate::record::Settled;
use crate::seen::Seen;
use crate::sink::{Rejection, Sink};

/// Keys that are left unread on purpose.
static PARTY_LEFT: Left = Left::new(&[
    "all_replies",
    "blocked_by",
    "blocking",
    "can_dm",
    "following_received",
    "following_requested",
    "live_following",
    "marked_spam",
    "muted_by",
    "muting",
    "notifications_enabled",
    "screen_name",
    "want_retweets",
]);

record! {
    /// A page of things that are no posts and no accounts.
    Page<'de> { data: Many<Item<'de>> = "data", }
}

record! {
    /// A thing, with the keys that tell what it is.
    Item<'de> {
        message: Present = "event_type" | "dm_conversation_id" | "dm_event_id",
        count: Present = "tweet_count",
        job: Present = "upload_url" | "download_url",
        done: Present = "following" | "liked" | "retweeted" | "muting" | "blocking" | "bookmarked" | "hidden" | "deleted" | "updated" | "pinned" | "is_member",
        id: Id<'de> = "id",
        state: Present = "state",
        name: Present = "name",
        delete: Nested = "delete",
        dropped: Nested = "drop" | "undrop",
        withheld: Nested = "withheld",
        edit: Nested = "tweet_edit",
        scrub_geo: Nested = "scrub_geo",
        profile: Nested = "user_profile_modification",
        event: Nested = "user_suspend" | "user_unsuspend" | "user_delete" | "user_undelete" | "user_protect" | "user_unprotect" | "user_withheld",
    }
}

impl Item<'_> {
    /// What it is called where it is left out on purpose.
    pub(crate) fn left_out(&self) -> Option<&'static str> {
        let has_id = self.id.get().is_some();
        [
            (self.message.0, "direct message"),
            (self.count.0, "count of posts"),
            (self.job.0, "compliance job"),
            (self.delete.0, "delete notice"),
            (self.dropped.0, "drop notice"),
            (self.withheld.0, "status_withheld notice"),
            (self.edit.0, "edit notice"),
            (self.scrub_geo.0, "scrub_geo notice"),
            (self.profile.0, "profile notice"),
            (self.done.0 && !has_id, "answer to an action"),
            (self.state.0 && has_id, "space"),
            (self.name.0 && has_id, "list"),
        ]
        .into_iter()
        .find_map(|(is, name)| is.then_some(name))
    }
}

record! {
    /// A list of the first interface, with whose it is.
    List<'de> {
        user: Maybe<User<'de>> = "user",
        observed_at: Text<'de> = "observed_at",
    }
}

record! {
    /// A page of them.
    Lists<'de> {
        lists: Many<List<'de>> = "lists",
        observed_at: Text<'de> = "observed_at",
    }
}

/// A list says nothing that the tables have a place for, but carries the account of whose it is.
pub(crate) fn list(list: &List<'_>, stated: Option<Timestamp>, sink: &mut Sink<'_>) -> Settled {
    match list
        .user
        .get()
        .filter(|user| user.id().is_some() && user.handle.get().is_some())
    {
        Some(user) => {
            v1::account(user, Seen { stated, carried: None }, sink);
            Settled::Used
        }
        None => Settled::Skipped("list"),
    }
}

record! {
    /// What two accounts are to each other.
    Friendship<'de> {
        relationship: Maybe<Relationship<'de>> = "relationship",
        observed_at: Text<'de> = "observed_at",
    }
}

record! {
    /// The two.
    Relationship<'de> {
        source: Maybe<Party<'de>> = "source",
        target: Maybe<Party<'de>> = "target",
    }
}

record! {
    /// One of them, and whether it follows the other.
    Party<'de> called "friendship" leaving PARTY_LEFT {
        id: Id<'de> = "id",
        id_str: Id<'de> = "id_str",
        following: Flag = "following",
        followed_by: Flag = "followed_by",
    }
}

impl Party<'_> {
    fn id(&self) -> Option<&str> {
        self.id_str.get().or_else(|| self.id.get())
    }
}

/// What two accounts are to each other: a follow, two, or none.
pub(crate) fn friendship(friendship: &Friendship<'_>, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    let observed_at = sink.observed(friendship.observed_at.get())?;
    let no_account = || Rejection::new(reasons::NO_ACCOUNT);
    let relationship = friendship.relationship.get().ok_or_else(no_account)?;
    let (source, target) = relationship
        .source
        .get()
        .zip(relationship.target.get())
        .ok_or_else(no_account)?;
    let (source_id, target_id) = source.id().zip(target.id()).ok_or_else(no_account)?;
    let said = |one: Flag, other: Flag| one.0.or(other.0) == Some(true);
    let mut settled = Settled::Skipped("friendship without a follow");
    for (is, follower_id, followed_id) in [
        (said(source.following, target.followed_by), source_id, target_id),
        (said(source.followed_by, target.following), target_id, source_id),
    ] {
        if is {
            settled = Settled::Used;
            sink.follow(Follow {
                platform: PLATFORM,
                follower_id,
                followed_id,
                observed_at,
                source_file: "",
                source_line: 0,
                source_part: 0,
            });
        }
    }
    Ok(settled)
}
