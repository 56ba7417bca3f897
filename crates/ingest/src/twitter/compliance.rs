//! What Twitter said about accounts that went: the account events of its compliance stream, and the results of batch compliance jobs.

use tables::{AvailabilityCheck, State, Timestamp};

use super::PLATFORM;
use crate::json::{Id, Maybe, Stamp, Text, record};
use crate::moment;
use crate::reasons;
use crate::record::Settled;
use crate::seen::time;
use crate::sink::{Rejection, Sink};

record! {
    /// An account event; it stands under the key that names it.
    Event<'de> {
        suspend: Maybe<Subject<'de>> = "user_suspend",
        unsuspend: Maybe<Subject<'de>> = "user_unsuspend",
        delete: Maybe<Subject<'de>> = "user_delete",
        undelete: Maybe<Subject<'de>> = "user_undelete",
        protect: Maybe<Subject<'de>> = "user_protect",
        unprotect: Maybe<Subject<'de>> = "user_unprotect",
    }
}

record! {
    /// The account it is about.
    Subject<'de> {
        id: Id<'de> = "id",
        id_str: Id<'de> = "id_str",
        timestamp_ms: Stamp = "timestamp_ms",
    }
}

record! {
    /// A line of a job's result: a post or an account that is not to be kept.
    Outcome<'de> {
        id: Id<'de> = "id",
        created_at: Text<'de> = "created_at",
        redacted_at: Text<'de> = "redacted_at",
        observed_at: Text<'de> = "observed_at",
        reason: Text<'de> = "reason",
    }
}

fn check(account_id: &str, observed_at: Timestamp, state: State, detail: &str, sink: &mut Sink<'_>) {
    sink.availability(AvailabilityCheck {
        platform: PLATFORM,
        account_id,
        handle: None,
        observed_at,
        state,
        detail: Some(detail),
        source_file: "",
        source_line: 0,
        source_part: 0,
    });
}

/// An account event.
pub(crate) fn event(event: &Event<'_>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let (subject, state, detail) = [
        (&event.suspend, State::Suspended, "user_suspend"),
        (&event.unsuspend, State::Active, "user_unsuspend"),
        (&event.delete, State::Deactivated, "user_delete"),
        (&event.undelete, State::Active, "user_undelete"),
        (&event.protect, State::Protected, "user_protect"),
        (&event.unprotect, State::Active, "user_unprotect"),
    ]
    .into_iter()
    .find_map(|(subject, state, detail)| Some((subject.get()?, state, detail)))
    .ok_or_else(|| Rejection::new(reasons::NOT_KNOWN))?;
    let id = subject.id_str.get().or_else(|| subject.id.get());
    let id = id.ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?;
    let at = subject.timestamp_ms.0.ok_or_else(|| Rejection::new(reasons::NO_TIME))?;
    check(id, at, state, detail, sink);
    Ok(())
}

/// Milliseconds since 1970 at which snowflake ids begin to count.
const SNOWFLAKE_EPOCH: i64 = 1_288_834_974_657;
/// The smallest id that is certainly a snowflake; accounts numbered one after the other stayed below it.
const SMALLEST_SNOWFLAKE: i64 = 1 << 40;

/// Whether a line is about a post. Its format does not say: but posts since November 2010 have snowflake ids and a time to the
/// millisecond, accounts have numbers one after the other, later snowflakes too, and a time to the second.
fn is_post(id: i64, created_at: &str) -> bool {
    let from_id = (id >> 22) + SNOWFLAKE_EPOCH;
    let agrees = moment::parse(created_at).is_some_and(|at| (at.0 - from_id).abs() < 2_000);
    id >= SMALLEST_SNOWFLAKE && agrees && created_at.contains('.')
}

/// A line of a job's result. What it says of a post says nothing certain about an account.
pub(crate) fn result(outcome: &Outcome<'_>, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    let id = outcome.id.get().ok_or_else(|| Rejection::new(reasons::NO_ID))?;
    let created_at = outcome.created_at.get().unwrap_or_default();
    if id.parse().is_ok_and(|id| is_post(id, created_at)) {
        return Ok(Settled::Skipped("compliance result about a post"));
    }
    let reason = outcome.reason.get().unwrap_or_default();
    let state = match reason {
        "suspended" => State::Suspended,
        "deactivated" | "deleted" => State::Deactivated,
        "protected" => State::Protected,
        _ => State::Unknown,
    };
    let at = match time("redacted_at", outcome.redacted_at.get())? {
        Some(at) => Some(at),
        None => time("observed_at", outcome.observed_at.get())?,
    };
    let at = at.or(sink.otherwise_observed_at()).ok_or_else(|| {
        Rejection::with(
            reasons::NO_TIME,
            "neither redacted_at nor observed_at says when the account was found so",
        )
    })?;
    check(id, at, state, reason, sink);
    Ok(Settled::Used)
}
