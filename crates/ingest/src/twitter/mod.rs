//! Twitter's records, as its interfaces and the collectors around them (twarc and others) wrote them down.

pub mod activity;
pub mod compliance;
pub mod export;
pub mod ids;
pub mod raw;
mod v1;
mod v2;

use tables::Timestamp;

use crate::reasons;
use crate::record::{Settled, reread, settle};
use crate::seen::{Seen, time};
use crate::settings::Kind;
use crate::sink::{RecordPlace, Rejection, Sink};
use raw::{Page, Tweet, User, UserPage};

pub(crate) use v1::tweet as v1_tweet;
pub(crate) use v2::flat as v2_flat;

/// The platform's name in tables.
pub const PLATFORM: &str = "twitter";

/// A user object that stands for itself, perhaps with its newest post.
pub(crate) fn lone_user(user: &User<'_>, stated: Option<Timestamp>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    if user.id().is_none() {
        return Err(Rejection::new(reasons::NO_ID));
    }
    let seen = Seen { stated, carried: None };
    v1::account(user, seen, sink);
    if let Some(status) = user.status.get() {
        v1::status_of(user, status, seen, sink);
    }
    Ok(())
}

/// A page of records, each of which is counted; a page that holds none counts as one.
pub(crate) fn page(json: &str, top: &Tweet<'_>, kind: Kind, place: &RecordPlace<'_>, sink: &mut Sink<'_>) {
    let reject_whole = |rejection: &Rejection, sink: &mut Sink<'_>| {
        sink.read();
        sink.reject(place, rejection);
    };
    if !matches!(kind, Kind::Any | Kind::TwitterV1 | Kind::TwitterV2) {
        return reject_whole(&Rejection::new(reasons::NOT_KNOWN), sink);
    }
    let page: Page<'_> = match reread(json) {
        Ok(page) => page,
        Err(rejection) => return reject_whole(&rejection, sink),
    };
    let retrieved = page.twarc.get().and_then(|twarc| twarc.retrieved_at.get());
    let stated = match time("observed_at", top.observed_at.get().or(retrieved)) {
        Ok(stated) => stated,
        Err(rejection) => return reject_whole(&rejection, sink),
    };
    let mut records = 0;
    let mut each = |sink: &mut Sink<'_>, name: &str, index: usize, outcome: Result<Settled, Rejection>| {
        records += 1;
        sink.read();
        let outcome = outcome.map_err(|rejection| Rejection {
            detail: Some(match rejection.detail {
                Some(detail) => format!("{name}[{index}]: {detail}"),
                None => format!("{name}[{index}]"),
            }),
            ..rejection
        });
        settle(outcome, place, sink);
    };
    for (name, list) in [("statuses", &page.statuses), ("results", &page.results)] {
        for (index, item) in list.items.iter().enumerate() {
            let outcome = match item.get() {
                Some(tweet) if tweet.is_tweet() && kind != Kind::TwitterV2 => v1::tweet(tweet, stated, sink),
                _ => Err(Rejection::new(reasons::NOT_KNOWN)),
            };
            each(sink, name, index, outcome.map(|()| Settled::Used));
        }
    }
    for (index, item) in page.users.items.iter().enumerate() {
        let outcome = match item.get() {
            Some(user) if kind != Kind::TwitterV2 => lone_user(user, stated, sink),
            _ => Err(Rejection::new(reasons::NOT_KNOWN)),
        };
        each(sink, "users", index, outcome.map(|()| Settled::Used));
    }
    // An error of v1.1 says nothing about an account; one of v2 names it.
    let v2 = kind != Kind::TwitterV1;
    let carried = v2::carried(&page);
    let seen = Seen { stated, carried };
    if page.data.present {
        let of_users = page.data.objects().any(|item| item.is_user() && !item.is_tweet());
        let users: UserPage<'_> = if of_users {
            reread(json).unwrap_or_default()
        } else {
            UserPage::default()
        };
        let includes = v2::Includes::of(&page);
        for (index, item) in page.data.items.iter().enumerate() {
            let user = users.data.items.get(index).and_then(|user| user.get());
            let outcome = match (item.get(), user) {
                _ if !v2 => Err(Rejection::new(reasons::NOT_KNOWN)),
                (Some(tweet), _) if tweet.is_tweet() => v2::tweet(tweet, &includes, seen, sink),
                (Some(item), Some(user)) if item.is_user() => lone_user(user, stated, sink),
                _ => Err(Rejection::new(reasons::NOT_KNOWN)),
            };
            each(sink, "data", index, outcome.map(|()| Settled::Used));
        }
        if v2 {
            includes.rest(seen, sink);
        }
    }
    for (index, error) in page.errors.items.iter().enumerate() {
        let outcome = match error.get() {
            Some(error) if v2 => v2::error(error, seen, sink),
            _ => Ok(Settled::Skipped("error that names no account")),
        };
        each(sink, "errors", index, outcome);
    }
    if records == 0 {
        sink.read();
        let known = page.meta.0 || page.data.present || page.has_lists();
        settle(
            if known {
                Ok(Settled::Skipped("page without records"))
            } else {
                Err(Rejection::new(reasons::NOT_KNOWN))
            },
            place,
            sink,
        );
    }
}
