//! Twitter's records, as its interfaces and the collectors around them (twarc and others) wrote them down.

pub mod activity;
pub mod compliance;
pub mod export;
pub mod ids;
pub mod others;
pub mod post_ids;
pub mod raw;
pub mod search;
pub(crate) mod snowflake;
mod v1;
mod v2;

use tables::{State, Timestamp};

use crate::parse::Rules;
use crate::reasons;
use crate::record::{Settled, read_on, reread, settle, settle_item};
use crate::seen::Seen;
use crate::settings::Kind;
use crate::sink::{RecordPlace, Rejection, Sink};
use raw::{Tweet, User, UserPage};

pub(crate) use raw::Page;
pub(crate) use v1::tweet as v1_tweet;
pub(crate) use v2::flat as v2_flat;

/// The platform's name in tables.
pub const PLATFORM: &str = "twitter";

/// A user object that stands for itself, perhaps with its newest post or the one that it pinned.
pub(crate) fn lone_user(user: &User<'_>, stated: Option<Timestamp>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    if user.id().is_none() {
        return Err(Rejection::new(reasons::NO_ID));
    }
    let seen = Seen { stated, carried: None };
    v1::account(user, seen, sink);
    if let Some(status) = user.status.get() {
        v1::status_of(user, status, seen, sink);
    }
    v2::pinned(user, seen, sink);
    if let (Some(true), Some(account_id)) = (user.suspended.0, user.id()) {
        let at = stated.ok_or_else(|| Rejection::with(reasons::NO_TIME, reasons::SUSPENDED_UNTIMED))?;
        compliance::check(account_id, at, State::Suspended, "suspended", sink);
    }
    Ok(())
}

/// A list of the first interface.
pub(crate) fn list(list: &others::List<'_>, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    let stated = sink.observed(list.observed_at.get())?;
    Ok(others::list(list, stated, sink))
}

/// A page of such lists, each of which is counted.
pub(crate) fn lists(page: &others::Lists<'_>, place: &RecordPlace<'_>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let stated = sink.observed(page.observed_at.get())?;
    for (index, item) in page.lists.items.iter().enumerate() {
        let outcome = match item.get() {
            Some(list) => Ok(others::list(list, stated, sink)),
            None => Err(Rejection::new(reasons::NOT_KNOWN)),
        };
        settle_item(("lists", index), outcome, place, sink);
    }
    if page.lists.items.is_empty() {
        sink.read();
        sink.skip(reasons::EMPTY_PAGE);
    }
    Ok(())
}

/// A page of records, each of which is counted; a page that holds none counts as one. It may have been read already.
pub(crate) fn page(json: &str, page: Option<Page<'_>>, rules: &Rules, place: &RecordPlace<'_>, sink: &mut Sink<'_>) {
    let read = if matches!(rules.kind, Kind::Any | Kind::TwitterV1 | Kind::TwitterV2) {
        page.map_or_else(|| reread(json), Ok).and_then(|page| {
            let retrieved = page.twarc.get().and_then(|twarc| twarc.retrieved_at.get());
            let stated = sink.observed(page.observed_at.get().or(retrieved))?;
            Ok((page, stated))
        })
    } else {
        Err(Rejection::new(reasons::NOT_KNOWN))
    };
    let (page, stated) = match read {
        Ok(read) => read,
        Err(rejection) => {
            sink.read();
            return sink.reject(place, &rejection);
        }
    };
    let reading = Reading {
        json,
        page: &page,
        rules,
        seen: Seen {
            stated,
            carried: v2::carried(&page),
        },
        place,
    };
    if !reading.of_v1(sink) & !reading.of_v2(sink) {
        sink.read();
        let known = page.meta.0 || page.data.present || page.has_lists();
        let outcome = if known {
            Ok(Settled::Skipped(reasons::EMPTY_PAGE))
        } else {
            Err(Rejection::new(reasons::NOT_KNOWN))
        };
        settle(outcome, place, sink);
    }
}

/// A page that is being read.
struct Reading<'p> {
    json: &'p str,
    page: &'p Page<'p>,
    rules: &'p Rules,
    seen: Seen,
    place: &'p RecordPlace<'p>,
}

impl Reading<'_> {
    /// What stands under the first interface's keys; whether there was anything.
    fn of_v1(&self, sink: &mut Sink<'_>) -> bool {
        let (page, stated, v1) = (self.page, self.seen.stated, self.rules.kind != Kind::TwitterV2);
        let old = page
            .results
            .objects()
            .any(|item| item.from_user.0 && item.user.get().is_none());
        let old: search::Page<'_> = if old {
            reread(self.json).unwrap_or_default()
        } else {
            search::Page::default()
        };
        for (name, list) in [("statuses", &page.statuses), ("results", &page.results)] {
            for (index, item) in list.items.iter().enumerate() {
                let found = old.results.items.get(index).and_then(|found| found.get());
                let outcome = match (item.get(), found) {
                    (Some(tweet), _) if !v1 || !tweet.is_tweet() => Err(Rejection::new(reasons::NOT_KNOWN)),
                    (Some(tweet), Some(found)) if name == "results" && tweet.user.get().is_none() => {
                        search::found(found, stated, sink)
                    }
                    (Some(tweet), _) => v1::tweet(tweet, stated, sink),
                    (None, _) => Err(Rejection::new(reasons::NOT_KNOWN)),
                };
                settle_item((name, index), outcome.map(|()| Settled::Used), self.place, sink);
            }
        }
        for (index, item) in page.users.items.iter().enumerate() {
            let outcome = match item.get() {
                Some(user) if v1 => self.user(user, page.cursor.0, sink),
                _ => Err(Rejection::new(reasons::NOT_KNOWN)),
            };
            settle_item(("users", index), outcome.map(|()| Settled::Used), self.place, sink);
        }
        page.statuses.items.len() + page.results.items.len() + page.users.items.len() > 0
    }

    /// An account of a page; of one in a list with a cursor it may be known whom it follows, or who follows it.
    fn user(&self, user: &User<'_>, of_list: bool, sink: &mut Sink<'_>) -> Result<(), Rejection> {
        lone_user(user, self.seen.stated, sink)?;
        if let (Some(whose), Some(id)) = (self.rules.whose.as_ref().filter(|_| of_list), user.id()) {
            ids::follow(id, whose, self.seen.stated, sink);
        }
        Ok(())
    }

    /// What stands under the second interface's keys; whether there was anything.
    fn of_v2(&self, sink: &mut Sink<'_>) -> bool {
        // An error of v1.1 says nothing about an account; one of v2 names it.
        let (page, v2) = (self.page, self.rules.kind != Kind::TwitterV1);
        let is_account = |item: &Tweet<'_>| item.is_user() && !item.is_tweet();
        let of_users = page.data.objects().any(is_account);
        let users: UserPage<'_> = if of_users {
            reread(self.json).unwrap_or_default()
        } else {
            UserPage::default()
        };
        let of_others = page.data.objects().any(|item| !item.is_user() && !item.is_tweet());
        let others: others::Page<'_> = if of_others {
            reread(self.json).unwrap_or_default()
        } else {
            others::Page::default()
        };
        let includes = v2::Includes::of(page);
        for (index, item) in page.data.items.iter().enumerate() {
            let user = users.data.items.get(index).and_then(|user| user.get());
            let outcome = match item.get() {
                Some(tweet) if v2 && tweet.is_tweet() => {
                    v2::tweet(tweet, &includes, self.seen, sink).map(|()| Settled::Used)
                }
                Some(item) if v2 && item.is_user() => match user {
                    Some(user) => self.user(user, page.meta.0, sink).map(|()| Settled::Used),
                    None => Err(Rejection::new(reasons::NOT_KNOWN)),
                },
                Some(_) if v2 => match others.data.items.get(index).and_then(|other| other.get()) {
                    Some(other) => self.other(other, index, sink),
                    None => Err(Rejection::new(reasons::NOT_KNOWN)),
                },
                _ => Err(Rejection::new(reasons::NOT_KNOWN)),
            };
            settle_item(("data", index), outcome, self.place, sink);
        }
        if v2 {
            includes.rest(self.seen, sink);
        }
        for (index, error) in page.errors.items.iter().enumerate() {
            let outcome = match error.get() {
                Some(error) if v2 => v2::error(error, self.seen, sink),
                _ => Ok(Settled::Skipped("error that names no account")),
            };
            settle_item(("errors", index), outcome, self.place, sink);
        }
        page.data.items.len() + page.errors.items.len() > 0
    }

    /// What is neither a post nor an account.
    fn other(&self, other: &others::Item<'_>, index: usize, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
        if other.event.0 {
            let events: compliance::Page<'_> = read_on(self.json)?;
            let event = events.data.items.get(index).and_then(|event| event.get());
            return event.map_or_else(
                || Err(Rejection::new(reasons::NOT_KNOWN)),
                |event| compliance::event(event, sink),
            );
        }
        other.left_out().map_or_else(
            || Err(Rejection::new(reasons::NOT_KNOWN)),
            |kind| Ok(Settled::Skipped(kind)),
        )
    }
}
