//! Which record a piece of JSON is, told by its keys: those of Twitter first, since they are the most; then all others'.

use std::sync::Arc;

use serde::Deserialize;

use crate::frame::apart;
use crate::json::{Maybe, Nested, Present, Text, from_str, from_str_again, record, unread};
use crate::mapping::{BoundJson, Fit};
use crate::parse::Rules;
use crate::reasons;
use crate::settings::Kind;
use crate::sink::{RecordPlace, Rejection, Sink};
use crate::twitter::raw::{Tweet, User};
use crate::twitter::{activity, compliance, export, ids, others, post_ids, search};
use crate::{bluesky, mastodon, native, outbox, reddit, twitter, views};

/// What became of a record.
pub(crate) enum Settled {
    Used,
    Skipped(&'static str),
}

pub(crate) fn settle(outcome: Result<Settled, Rejection>, place: &RecordPlace<'_>, sink: &mut Sink<'_>) {
    match outcome {
        Ok(Settled::Used) => {
            sink.used();
            sink.unread(unread::take());
        }
        Ok(Settled::Skipped(reason)) => sink.skip(reason),
        Err(rejection) => sink.reject(place, &rejection),
    }
}

pub(crate) fn not_json(error: &serde_json::Error) -> Rejection {
    Rejection::with(reasons::NOT_JSON, particulars(error))
}

/// The reader's words, with the place counted from the record's start.
fn particulars(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match (text.strip_suffix(&place), error.line()) {
        (Some(words), 0 | 1) => format!("{words} (byte {} of the record)", error.column()),
        (Some(words), line) => format!("{words} (line {line}, byte {} of the record)", error.column()),
        (None, _) => text,
    }
}

/// Reads a record once more, as something else.
pub(crate) fn reread<'de, T: Deserialize<'de>>(json: &'de str) -> Result<T, Rejection> {
    from_str(json).map_err(|error| not_json(&error))
}

/// Tries mappings on a record: whether one of them has read it, and otherwise why the first does not fit.
fn mapped(
    mappings: &[Arc<BoundJson>],
    json: &str,
    place: &RecordPlace<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), Option<String>> {
    let mut why = None;
    for mapping in mappings {
        match mapping.apply(json, place, sink) {
            Fit::Settled => return Ok(()),
            Fit::Not(misfit) => why = why.or(Some(misfit)),
            Fit::NotJson => break,
        }
    }
    Err(why)
}

/// Reads more of a record that has been read; the keys that it does not know are as they were.
pub(crate) fn read_on<'de, T: Deserialize<'de>>(json: &'de str) -> Result<T, Rejection> {
    from_str_again(json).map_err(|error| not_json(&error))
}

/// Reads one JSON record, whatever it is, into the sink.
pub fn record(json: &str, rules: &Rules, place: &RecordPlace<'_>, sink: &mut Sink<'_>) {
    let Err(misfit) = mapped(&rules.json_asked, json, place, sink) else {
        return;
    };
    if rules.kind == Kind::Mapped {
        sink.read();
        let rejection = Rejection {
            reason: reasons::NOT_KNOWN,
            detail: misfit,
        };
        return sink.reject(place, &rejection);
    }
    if let Some(page) = twitter::Page::at_once(json) {
        if page.simulated.0 == Some(true) {
            sink.note_simulated();
        }
        return twitter::page(json, Some(page), rules, place, sink);
    }
    let tweet: Tweet<'_> = match from_str(json) {
        Ok(tweet) => tweet,
        Err(error) => {
            if let Some(values) = apart(json) {
                // Several in a line, where the line feed between them was lost.
                for (at, value) in values {
                    record(value, rules, &place.within(at, value), sink);
                }
                return;
            }
            sink.read();
            let rejection = if error.is_data() {
                Rejection::with(reasons::NOT_KNOWN, misfit.unwrap_or_else(|| particulars(&error)))
            } else {
                not_json(&error)
            };
            return sink.reject(place, &rejection);
        }
    };
    if tweet.simulated.0 == Some(true) {
        sink.note_simulated();
    }
    let wanted = |of: Kind| rules.kind == Kind::Any || rules.kind == of;
    let whole = if tweet.is_thing() && wanted(Kind::Reddit) {
        reread(json).map(|thing| reddit::thing(&thing, place, sink))
    } else if tweet.is_page() {
        return twitter::page(json, None, rules, place, sink);
    } else if (tweet.accounts.0 || tweet.ancestors.0) && wanted(Kind::Mastodon) {
        reread(json).map(|found| mastodon::found(&found, place, sink))
    } else if tweet.holds.0 && !tweet.is_tweet() && !tweet.is_user() && !tweet.did.0 {
        reread(json).and_then(|holdings| page(json, &holdings, rules, place, sink))
    } else {
        let mut outcome = single(json, &tweet, rules, sink);
        let is_unknown = matches!(&outcome, Err(rejection) if *rejection == Rejection::new(reasons::NOT_KNOWN));
        if is_unknown && rules.kind == Kind::Any && mapped(&rules.json_builtin, json, place, sink).is_ok() {
            return;
        }
        if let Err(rejection) = &mut outcome {
            rejection.detail = rejection.detail.take().or(misfit);
        }
        sink.read();
        return settle(outcome, place, sink);
    };
    if let Err(rejection) = whole {
        sink.read();
        sink.reject(place, &rejection);
    }
}

/// Counts and settles a record that a page holds.
pub(crate) fn settle_item(
    (list, index): (&str, usize),
    outcome: Result<Settled, Rejection>,
    place: &RecordPlace<'_>,
    sink: &mut Sink<'_>,
) {
    sink.read();
    let outcome = outcome.map_err(|rejection| Rejection {
        detail: Some(match rejection.detail {
            Some(detail) => format!("{list}[{index}]: {detail}"),
            None => format!("{list}[{index}]"),
        }),
        ..rejection
    });
    settle(outcome, place, sink);
}

record! {
    /// What a page of others than Twitter's posts and accounts holds.
    Holdings<'de> {
        lists: Nested = "lists",
        views: Nested = "feed" | "posts" | "profiles" | "records" | "followers" | "follows",
        outbox: Nested = "orderedItems",
        kind: Text<'de> = "type",
    }
}

fn page(
    json: &str,
    holdings: &Holdings<'_>,
    rules: &Rules,
    place: &RecordPlace<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), Rejection> {
    let wanted = |of: Kind| rules.kind == Kind::Any || rules.kind == of;
    if holdings.lists.0 && wanted(Kind::TwitterV1) {
        twitter::lists(&reread(json)?, place, sink)
    } else if holdings.outbox.0 && holdings.kind.get() == Some("OrderedCollection") && wanted(Kind::Mastodon) {
        outbox::outbox(&reread(json)?, place, sink);
        Ok(())
    } else if holdings.views.0 && wanted(Kind::Bluesky) {
        views::page(json, place, sink)
    } else {
        Err(Rejection::new(reasons::NOT_KNOWN))
    }
}

/// Reads an identifier that stands alone, on a line of its own or in a list.
pub(crate) fn identifier(text: &str, of_posts: bool, rules: &Rules, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    let id = post_ids::bare(text).ok_or_else(|| post_ids::no_id(text))?;
    if rules.kind == Kind::PostIds || of_posts && rules.whose.is_none() {
        post_ids::put(id, None, sink);
    } else {
        ids::one(id, rules.whose.as_ref(), sink)?;
    }
    Ok(Settled::Used)
}

fn single(json: &str, tweet: &Tweet<'_>, rules: &Rules, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    if let Some(notice) = tweet.notice() {
        return Ok(Settled::Skipped(notice));
    }
    let wanted = |of: Kind| rules.kind == Kind::Any || rules.kind == of;
    if rules.kind == Kind::PostIds {
        return post_ids::list(&reread(json)?, sink).map(|()| Settled::Used);
    }
    if tweet.did.0 && !tweet.is_tweet() && wanted(Kind::Bluesky) {
        return bluesky::record(json, sink).map(|left_out| left_out.map_or(Settled::Used, Settled::Skipped));
    }
    if tweet.is_native() {
        return native::from_json(&reread(json)?, rules.kind, sink).map(|()| Settled::Used);
    }
    if tweet.is_tweet() {
        let stated = sink.observed(tweet.observed_at.get())?;
        if tweet.is_v2() && wanted(Kind::TwitterV2) {
            return twitter::v2_flat(json, tweet, stated, sink).map(|()| Settled::Used);
        }
        if tweet.from_user.0 && tweet.user.get().is_none() && wanted(Kind::TwitterV1) {
            return search::found(&reread(json)?, stated, sink).map(|()| Settled::Used);
        }
        if !tweet.is_v2() && wanted(Kind::TwitterV1) {
            return twitter::v1_tweet(tweet, stated, sink).map(|()| Settled::Used);
        }
    } else if tweet.is_user() && (wanted(Kind::TwitterV1) || wanted(Kind::TwitterV2)) {
        let stated = sink.observed(tweet.observed_at.get())?;
        let user: User<'_> = reread(json)?;
        return twitter::lone_user(&user, stated, sink).map(|()| Settled::Used);
    }
    other(json, rules, sink)
}

record! {
    /// Keys that tell records of other kinds.
    Marks<'de> {
        actor: Nested = "actor",
        verb: Text<'de> = "verb",
        object_type: Text<'de> = "objectType",
        acct: Present = "acct",
        content: Present = "content",
        text: Present = "text",
        reblog: Nested = "reblog",
        account: Maybe<AccountMarks<'de>> = "account",
        event: Text<'de> = "event",
        payload: Text<'de> = "payload",
        subreddit: Present = "subreddit" | "subreddit_id",
        created_utc: Present = "created_utc",
        author: Present = "author",
        tweet: Nested = "tweet",
        follower: Nested = "follower",
        following: Nested = "following",
        like: Nested = "like",
        ids: Nested = "ids",
        action: Text<'de> = "action",
        created_at: Present = "created_at",
        user_suspend: Nested = "user_suspend" | "user_unsuspend" | "user_delete" | "user_undelete" | "user_protect" | "user_unprotect" | "user_withheld",
        member_count: Present = "member_count",
        user: Nested = "user",
        relationship: Nested = "relationship",
        name: Present = "name",
        karma: Present = "link_karma" | "comment_karma" | "total_karma" | "is_suspended",
    }
}

record! {
    /// Keys that tell whose account it is.
    AccountMarks<'de> {
        acct: Text<'de> = "acct",
        account_id: Present = "accountId",
    }
}

/// A record that is none of the best known.
fn other(json: &str, rules: &Rules, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    let marks: Marks<'_> = reread(json)?;
    let wanted = |of: Kind| rules.kind == Kind::Any || rules.kind == of;
    let used = |outcome: Result<(), Rejection>| outcome.map(|()| Settled::Used);
    if marks.actor.0 && (marks.verb.is_present() || marks.object_type.is_present()) && wanted(Kind::Activity) {
        return activity::activity(&reread(json)?, sink);
    }
    if wanted(Kind::Mastodon) {
        let account = marks.account.get();
        if account.is_some() && (marks.content.0 || marks.text.0) || marks.reblog.0 {
            return used(mastodon::status(&reread(json)?, sink));
        }
        if marks.acct.0 {
            return used(mastodon::account(&reread(json)?, sink));
        }
        if account.is_some_and(|account| account.acct.is_present()) {
            return mastodon::around(&reread(json)?, sink);
        }
        if let (Some(event), true) = (marks.event.get(), marks.payload.is_present()) {
            return mastodon::event(event, marks.payload.get().unwrap_or_default(), sink);
        }
    }
    if (marks.subreddit.0 || marks.created_utc.0) && marks.author.0 && wanted(Kind::Reddit) {
        return reddit::contribution(&reread(json)?, sink);
    }
    if marks.karma.0 && marks.name.0 && wanted(Kind::Reddit) {
        return reddit::account(&reread(json)?, sink);
    }
    if marks.user_suspend.0 && wanted(Kind::TwitterV1) {
        return compliance::event(&reread(json)?, sink);
    }
    if marks.member_count.0 && marks.user.0 && wanted(Kind::TwitterV1) {
        return twitter::list(&reread(json)?, sink);
    }
    if marks.relationship.0 && wanted(Kind::TwitterV1) {
        return others::friendship(&reread(json)?, sink);
    }
    if marks.action.is_present() && marks.created_at.0 && wanted(Kind::TwitterV2) {
        return compliance::result(&reread(json)?, sink);
    }
    if marks.ids.0 && wanted(Kind::TwitterV1) {
        return used(ids::page(&reread(json)?, rules.whose.as_ref(), sink));
    }
    let of_export = marks.tweet.0 || marks.follower.0 || marks.following.0 || marks.like.0;
    if (of_export || marks.account.get().is_some_and(|account| account.account_id.0)) && wanted(Kind::TwitterExport) {
        // Without the assignment before it, nothing tells whose export it was taken from.
        return export::element(json, &export::unnamed(sink.source()), sink);
    }
    Err(Rejection::new(reasons::NOT_KNOWN))
}
