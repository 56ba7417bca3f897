//! Reddit's comments and submissions, one to a line, as Pushshift kept them.
//!
//! Posts are named with their kind before them (`t1_` a comment, `t3_` a submission), as Reddit itself names parents. An account has its
//! own id (`t2_…`) in newer records only; so an account is its name, `@` before it, in all of them. `[deleted]` stands where an account
//! was deleted or its post removed: no author is known then.
//!
//! As Pushshift kept them they are bare; Reddit's own interface wraps them (`{"kind": "t1", "data": …}`) and lists them.

use std::borrow::Cow;

use tables::{Account, AvailabilityCheck, Post, PostKind, State};

use crate::json::unread::Left;
use crate::json::{Count, Flag, Id, Many, Maybe, Present, Stamp, Text, Whole, record};
use crate::reasons::{self, SUSPENDED_UNTIMED};
use crate::record::{Settled, settle_item};
use crate::seen::Seen;
use crate::sink::{RecordPlace, Rejection, Sink};
use crate::text::decode_entities;

/// The platform's name in tables.
pub const PLATFORM: &str = "reddit";

/// Keys that are left unread on purpose.
static CONTRIBUTION_LEFT: Left = Left::new(&[
    "_meta",
    "accept_chats",
    "accept_followers",
    "accept_pms",
    "all_awardings",
    "allow_live_comments",
    "approved_at_utc",
    "approved_by",
    "archived",
    "associated_award",
    "author_cakeday",
    "author_flair_background_color",
    "author_flair_css_class",
    "author_flair_richtext",
    "author_flair_template_id",
    "author_flair_text",
    "author_flair_text_color",
    "author_flair_type",
    "author_fullname",
    "author_id",
    "author_is_blocked",
    "author_patreon_flair",
    "author_premium",
    "awardee_karma",
    "awarder_karma",
    "awarders",
    "banned_at_utc",
    "banned_by",
    "body_html",
    "brand_safe",
    "can_gild",
    "can_mod_post",
    "category",
    "clicked",
    "collapsed",
    "collapsed_because_crowd_control",
    "collapsed_reason",
    "collapsed_reason_code",
    "comment_karma",
    "comment_type",
    "content_categories",
    "contest_mode",
    "controversiality",
    "depth",
    "discussion_type",
    "distinguished",
    "downs",
    "edited",
    "event_end",
    "event_is_live",
    "event_start",
    "from",
    "from_id",
    "from_kind",
    "gallery_data",
    "gilded",
    "gildings",
    "has_subscribed",
    "has_verified_email",
    "hidden",
    "hide_from_robots",
    "hide_score",
    "icon_img",
    "is_blocked",
    "is_created_from_ads_ui",
    "is_crosspostable",
    "is_employee",
    "is_friend",
    "is_gallery",
    "is_gold",
    "is_meta",
    "is_mod",
    "is_original_content",
    "is_reddit_media_domain",
    "is_robot_indexable",
    "is_self",
    "is_submitter",
    "is_video",
    "likes",
    "link_flair_background_color",
    "link_flair_css_class",
    "link_flair_richtext",
    "link_flair_template_id",
    "link_flair_text",
    "link_flair_text_color",
    "link_flair_type",
    "link_id",
    "link_karma",
    "locked",
    "media",
    "media_embed",
    "media_metadata",
    "media_only",
    "mod_note",
    "mod_reason_by",
    "mod_reason_title",
    "mod_reports",
    "nest_level",
    "no_follow",
    "num_reports",
    "over_18",
    "parent_whitelist_status",
    "permalink",
    "pinned",
    "poll_data",
    "post_hint",
    "pref_show_snoovatar",
    "preview",
    "profile_img",
    "profile_over_18",
    "promoted",
    "promoted_by",
    "promoted_display_name",
    "promoted_url",
    "pwls",
    "quarantine",
    "quarantined",
    "removal_reason",
    "removed_by",
    "removed_by_category",
    "report_reasons",
    "rte_mode",
    "saved",
    "score_hidden",
    "secure_media",
    "secure_media_embed",
    "selftext_html",
    "send_replies",
    "snoovatar_img",
    "snoovatar_size",
    "spoiler",
    "stickied",
    "subreddit",
    "subreddit_id",
    "subreddit_name_prefixed",
    "subreddit_subscribers",
    "subreddit_type",
    "suggested_sort",
    "third_party_trackers",
    "third_party_tracking",
    "third_party_tracking_2",
    "thumbnail",
    "thumbnail_height",
    "thumbnail_width",
    "top_awarded_type",
    "total_awards_received",
    "total_karma",
    "treatment_tags",
    "unrepliable_reason",
    "updated_on",
    "updated_utc",
    "ups",
    "upvote_ratio",
    "url_overridden_by_dest",
    "user_reports",
    "verified",
    "view_count",
    "visited",
    "whitelist_status",
    "wls",
]);

record! {
    /// A comment or a submission.
    Contribution<'de> called "contribution" leaving CONTRIBUTION_LEFT {
        id: Id<'de> = "id",
        author: Text<'de> = "author",
        author_created: Stamp = "author_created_utc",
        created: Stamp = "created_utc",
        created_local: Stamp = "created",
        retrieved: Stamp = "retrieved_on" | "retrieved_utc",
        observed_at: Text<'de> = "observed_at",
        body: Text<'de> = "body",
        title: Text<'de> = "title",
        selftext: Text<'de> = "selftext",
        url: Text<'de> = "url",
        domain: Text<'de> = "domain",
        parent: Text<'de> = "parent_id",
        crosspost_of: Text<'de> = "crosspost_parent",
        crosspost_list: Many<Contribution<'de>> = "crosspost_parent_list",
        score: Whole = "score",
        comments: Count = "num_comments",
        crossposts: Count = "num_crossposts",
        replies: Maybe<Thing<'de>> = "replies",
        name: Text<'de> = "name",
        suspended: Flag = "is_suspended",
        children: Many<Thing<'de>> = "children",
        after: Present = "after" | "before" | "dist" | "modhash" | "geo_filter",
    }
}

record! {
    /// A thing as Reddit's interface wraps it: what it is (`t1` a comment, `t3` a submission, `t2` an account, a `Listing` of things).
    Thing<'de> called "thing" {
        kind: Text<'de> = "kind",
        data: Maybe<Contribution<'de>> = "data",
    }
}

/// A thing and those in it, each of which is counted.
pub(crate) fn thing(of: &Thing<'_>, place: &RecordPlace<'_>, sink: &mut Sink<'_>) {
    if !things(of, 0, place, sink) {
        sink.read();
        sink.skip(reasons::EMPTY_PAGE);
    }
}

/// The same; whether there was any.
fn things(of: &Thing<'_>, index: usize, place: &RecordPlace<'_>, sink: &mut Sink<'_>) -> bool {
    let kind = of.kind.get().unwrap_or_default();
    let outcome = match (kind, of.data.get()) {
        ("Listing", Some(listing)) => {
            let each = listing.children.objects().enumerate();
            return each.fold(false, |any, (index, child)| things(child, index, place, sink) | any);
        }
        ("t1" | "t3", Some(data)) => contribution(data, sink),
        ("t2", Some(data)) => account(data, sink),
        ("more", _) => Ok(Settled::Skipped("comments that were not loaded")),
        ("t4" | "t5" | "t6" | "wiki" | "wikipage" | "LiveUpdate" | "UserList" | "TrophyList", _) => {
            Ok(Settled::Skipped("record of another kind"))
        }
        _ => Err(Rejection::new(reasons::NOT_KNOWN)),
    };
    settle_item((kind, index), outcome, place, sink);
    if let Some(replies) = of.data.get().and_then(|data| data.replies.get()) {
        things(replies, 0, place, sink);
    }
    true
}

/// An account, of which Reddit says little once it is suspended.
pub(crate) fn account(of: &Contribution<'_>, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    let name = of.name.get().ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?;
    let account_id = named(name);
    let stated = sink.observed_or(of.observed_at.get(), of.retrieved.0)?;
    let (observed_at, observed_basis) = Seen { stated, carried: None }.of_account();
    sink.account(Account {
        handle: Some(name),
        created_at: of.created.0,
        observed_at,
        observed_basis,
        ..Account::blank(PLATFORM, &account_id)
    });
    if of.suspended.0 == Some(true) {
        let observed_at = stated.ok_or_else(|| Rejection::with(reasons::NO_TIME, SUSPENDED_UNTIMED))?;
        sink.availability(AvailabilityCheck {
            platform: PLATFORM,
            account_id: &account_id,
            handle: Some(name),
            observed_at,
            state: State::Suspended,
            detail: Some("is_suspended"),
            source_file: "",
            source_line: 0,
            source_part: 0,
        });
    }
    Ok(Settled::Used)
}

/// An account by its name.
fn named(author: &str) -> String {
    format!("@{}", author.to_lowercase())
}

/// A comment or a submission; an author that Reddit has taken out is none.
pub(crate) fn contribution(of: &Contribution<'_>, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    let id = of.id.get().ok_or_else(|| Rejection::new(reasons::NO_ID))?;
    let author = match of.author.get() {
        Some("[deleted]" | "[removed]") => return Ok(Settled::Skipped("author deleted")),
        author => author.ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?,
    };
    let account_id = named(author);
    let is_comment = of.body.is_present();
    let post_id = if id.starts_with("t1_") || id.starts_with("t3_") {
        Cow::Borrowed(id)
    } else {
        Cow::Owned(format!("{}_{id}", if is_comment { "t1" } else { "t3" }))
    };
    let posted_at = of.created.0.or(of.created_local.0);
    let seen = Seen {
        stated: sink.observed_or(of.observed_at.get(), of.retrieved.0)?,
        carried: posted_at,
    };
    let own_words = |text: &&str| !matches!(*text, "[deleted]" | "[removed]");
    let text = if is_comment {
        of.body.get().filter(own_words).map(Cow::Borrowed)
    } else {
        match (of.title.get(), of.selftext.get().filter(own_words)) {
            (Some(title), Some(text)) => Some(Cow::Owned(format!("{title}\n\n{text}"))),
            (title, text) => title.or(text).map(Cow::Borrowed),
        }
    };
    let text = text.as_deref().map(decode_entities);
    let own_link = of.domain.get().is_none_or(|domain| domain.starts_with("self."));
    let link = of.url.get().filter(|_| !own_link).map(decode_entities);
    let kind = if is_comment {
        PostKind::Reply
    } else if of.crosspost_of.get().is_some() {
        PostKind::Repost
    } else {
        PostKind::Original
    };
    let reposted = of
        .crosspost_list
        .objects()
        .next()
        .filter(|_| of.crosspost_of.get().is_some());
    let reposted_author = reposted
        .and_then(|parent| parent.author.get())
        .filter(|author| !author.starts_with('['));
    let reposted_account = reposted_author.map(named);
    sink.post(Post {
        post_id: Some(&post_id),
        handle: Some(author),
        posted_at,
        observed_at: seen.stated,
        text: text.as_deref(),
        kind,
        in_reply_to_post_id: of.parent.get(),
        reposted_post_id: of.crosspost_of.get(),
        reposted_account_id: reposted_account.as_deref(),
        reposted_handle: reposted_author,
        urls: (!is_comment).then(|| link.iter().map(|link| &**link).collect()),
        likes: of.score.0,
        reposts: of.crossposts.0,
        replies: of.comments.0,
        ..Post::blank(PLATFORM, &account_id)
    });
    if let Some(created_at) = of.author_created.0 {
        let (observed_at, observed_basis) = seen.of_account();
        sink.account(Account {
            handle: Some(author),
            created_at: Some(created_at),
            observed_at,
            observed_basis,
            ..Account::blank(PLATFORM, &account_id)
        });
    }
    if let Some(parent) = reposted {
        // A crosspost whose original has lost its author still passes on that original.
        let _ = contribution(parent, sink);
    }
    Ok(Settled::Used)
}
