//! Twitter's records, as its interfaces and the collectors around them (twarc and others) wrote them down.

pub mod raw;
mod v1;
mod v2;

use serde::Deserialize;

use crate::bluesky;
use crate::json::{from_str, mend};
use crate::moment;
use crate::native;
use crate::reasons;
use crate::settings::Kind;
use crate::sink::{RecordPlace, Rejection, Sink};
use raw::{Page, Tweet, User, UserPage};
use tables::{Basis, Timestamp};

/// The platform's name in tables.
pub const PLATFORM: &str = "twitter";

/// When a record was seen, and how that is known.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// The collector's own time, where it noted one.
    pub stated: Option<Timestamp>,
    /// The time of the post that carried what was seen, where the collector noted none.
    pub carried: Option<Timestamp>,
}

impl Seen {
    /// The time of an account observation, with its basis.
    #[must_use]
    pub fn of_account(&self) -> (Option<Timestamp>, Basis) {
        match (self.stated, self.carried) {
            (Some(stated), _) => (Some(stated), Basis::Stated),
            (None, Some(carried)) => (Some(carried), Basis::Post),
            (None, None) => (None, Basis::None),
        }
    }
}

/// A collector's note of when it looked.
fn stated(text: Option<&str>) -> Result<Option<Timestamp>, Rejection> {
    text.map(|text| {
        moment::parse(text).ok_or_else(|| Rejection::with(reasons::BAD_TIME, format!("observed_at '{}'", brief(text))))
    })
    .transpose()
}

/// A text short enough for a message.
fn brief(text: &str) -> String {
    text.chars().take(40).collect()
}

fn not_json(error: &serde_json::Error) -> Rejection {
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

fn reread<'de, T: Deserialize<'de>>(json: &'de str) -> Result<T, Rejection> {
    from_str(json).map_err(|error| not_json(&error))
}

/// Reads one JSON record, whatever it is, into the sink.
pub fn record(json: &str, kind: Kind, place: &RecordPlace<'_>, sink: &mut Sink<'_>) {
    let tweet: Tweet<'_> = match from_str(json) {
        Ok(tweet) => tweet,
        Err(error) => {
            if let Some(mended) = mend(json) {
                // A mended text has nothing left to mend, so this comes here once.
                return record(&mended, kind, place, sink);
            }
            sink.read();
            let rejection = if error.is_data() {
                Rejection::with(reasons::NOT_KNOWN, particulars(&error))
            } else {
                not_json(&error)
            };
            return sink.reject(place, &rejection);
        }
    };
    if tweet.simulated.0 == Some(true) {
        sink.note_simulated();
    }
    if tweet.is_page() {
        return page(json, &tweet, kind, place, sink);
    }
    sink.read();
    settle(single(json, &tweet, kind, sink), place, sink);
}

/// What became of a record.
enum Settled {
    Used,
    Skipped(&'static str),
}

fn settle(outcome: Result<Settled, Rejection>, place: &RecordPlace<'_>, sink: &mut Sink<'_>) {
    match outcome {
        Ok(Settled::Used) => sink.used(),
        Ok(Settled::Skipped(reason)) => sink.skip(reason),
        Err(rejection) => sink.reject(place, &rejection),
    }
}

fn single(json: &str, tweet: &Tweet<'_>, kind: Kind, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    if let Some(notice) = tweet.notice() {
        return Ok(Settled::Skipped(notice));
    }
    if tweet.did.0 && !tweet.is_tweet() && matches!(kind, Kind::Any | Kind::Bluesky) {
        return bluesky::record(json, sink).map(|left_out| left_out.map_or(Settled::Used, Settled::Skipped));
    }
    if tweet.is_native() {
        return native::from_json(&reread(json)?, kind, sink).map(|()| Settled::Used);
    }
    let twitter = |wanted: Kind| kind == Kind::Any || kind == wanted;
    let stated = stated(tweet.observed_at.get())?;
    if tweet.is_tweet() {
        if tweet.is_v2() && twitter(Kind::TwitterV2) {
            return v2::flat(tweet, stated, sink).map(|()| Settled::Used);
        }
        if !tweet.is_v2() && twitter(Kind::TwitterV1) {
            return v1::tweet(tweet, stated, sink).map(|()| Settled::Used);
        }
    } else if tweet.is_user() && (twitter(Kind::TwitterV1) || twitter(Kind::TwitterV2)) {
        let user: User<'_> = reread(json)?;
        return lone_user(&user, stated, sink).map(|()| Settled::Used);
    }
    Err(Rejection::new(reasons::NOT_KNOWN))
}

/// A user object that stands for itself, perhaps with its newest post.
fn lone_user(user: &User<'_>, stated: Option<Timestamp>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
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
fn page(json: &str, top: &Tweet<'_>, kind: Kind, place: &RecordPlace<'_>, sink: &mut Sink<'_>) {
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
    let stated = match stated(top.observed_at.get().or(retrieved)) {
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
        let users: UserPage<'_> = match reread(json) {
            Ok(users) if of_users => users,
            _ => UserPage::default(),
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
