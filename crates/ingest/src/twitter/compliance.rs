//! What Twitter said about accounts that went: the account events of its compliance stream, and the results of batch compliance jobs.

use tables::{Account, AvailabilityCheck, State, Timestamp};

use super::{PLATFORM, snowflake};
use crate::json::unread::Left;
use crate::json::{Id, Many, Maybe, Stamp, Text, Texts, record};
use crate::moment;
use crate::reasons;
use crate::record::Settled;
use crate::seen::{Seen, time};
use crate::sink::{Rejection, Sink};

/// Keys that are left unread on purpose.
static SUBJECT_LEFT: Left = Left::new(&["up_to_tweet_id", "user_id"]);
/// Keys that are left unread on purpose.
static OUTCOME_LEFT: Left = Left::new(&["action"]);

record! {
    /// A page of the second interface's stream.
    Page<'de> { data: Many<Event<'de>> = "data", }
}

record! {
    /// An account event; it stands under the key that names it.
    Event<'de> {
        suspend: Maybe<Subject<'de>> = "user_suspend",
        unsuspend: Maybe<Subject<'de>> = "user_unsuspend",
        delete: Maybe<Subject<'de>> = "user_delete",
        undelete: Maybe<Subject<'de>> = "user_undelete",
        protect: Maybe<Subject<'de>> = "user_protect",
        unprotect: Maybe<Subject<'de>> = "user_unprotect",
        withheld: Maybe<Subject<'de>> = "user_withheld",
        timestamp_ms: Stamp = "timestamp_ms",
        observed_at: Text<'de> = "observed_at",
    }
}

record! {
    /// The account it is about; the second interface has that one level deeper.
    Subject<'de> called "compliance event" leaving SUBJECT_LEFT {
        id: Id<'de> = "id",
        id_str: Id<'de> = "id_str",
        user: Maybe<Whom<'de>> = "user",
        timestamp_ms: Stamp = "timestamp_ms",
        event_at: Stamp = "event_at",
        countries: Texts<'de> = "withheld_in_countries",
    }
}

record! {
    /// An account.
    Whom<'de> { id: Id<'de> = "id", }
}

record! {
    /// A line of a job's result: a post or an account that is not to be kept.
    Outcome<'de> called "compliance result" leaving OUTCOME_LEFT {
        id: Id<'de> = "id",
        created_at: Text<'de> = "created_at",
        redacted_at: Text<'de> = "redacted_at",
        observed_at: Text<'de> = "observed_at",
        reason: Text<'de> = "reason",
    }
}

pub(super) fn check(account_id: &str, observed_at: Timestamp, state: State, detail: &str, sink: &mut Sink<'_>) {
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

/// An account event. Streams of posts tell of an account that is withheld without saying when: such a notice is skipped.
pub(crate) fn event(event: &Event<'_>, sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    let (subject, state, name) = [
        (&event.suspend, State::Suspended, "user_suspend"),
        (&event.unsuspend, State::Active, "user_unsuspend"),
        (&event.delete, State::Deactivated, "user_delete"),
        (&event.undelete, State::Active, "user_undelete"),
        (&event.protect, State::Protected, "user_protect"),
        (&event.unprotect, State::Active, "user_unprotect"),
        (&event.withheld, State::Withheld, "user_withheld"),
    ]
    .into_iter()
    .find_map(|(subject, state, name)| Some((subject.get()?, state, name)))
    .ok_or_else(|| Rejection::new(reasons::NOT_KNOWN))?;
    let deeper = subject.user.get().and_then(|user| user.id.get());
    let id = deeper.or_else(|| subject.id_str.get()).or_else(|| subject.id.get());
    let id = id.ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?;
    let stated = sink.observed(event.observed_at.get())?;
    let at = subject
        .event_at
        .0
        .or(subject.timestamp_ms.0)
        .or(event.timestamp_ms.0)
        .or(stated);
    let at = match at {
        Some(at) => at,
        None if state == State::Withheld => return Ok(Settled::Skipped("user_withheld notice")),
        None => return Err(Rejection::new(reasons::NO_TIME)),
    };
    let countries: Vec<&str> = subject.countries.0.iter().filter_map(Text::get).collect();
    let detail = match countries.as_slice() {
        [] => name.to_owned(),
        countries => format!("{name} in {}", countries.join(", ")),
    };
    check(id, at, state, &detail, sink);
    Ok(Settled::Used)
}

/// Whether a line is about a post. Its format does not say: but posts since November 2010 have snowflake ids and a time to the
/// millisecond, accounts have numbers one after the other, later snowflakes too, and a time to the second.
fn is_post(id: i64, created_at: &str) -> bool {
    let from_id = snowflake::moment(id);
    let agrees = moment::parse(created_at).is_some_and(|at| (at.0 - from_id.0).abs() < 2_000);
    id >= snowflake::SMALLEST && agrees && created_at.contains('.')
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
        None => sink.observed(outcome.observed_at.get())?,
    };
    // What is known of the account is kept, with or without a time.
    let (observed_at, observed_basis) = Seen {
        stated: at,
        carried: None,
    }
    .of_account();
    if let Some(created_at) = moment::parse(created_at) {
        sink.account(Account {
            created_at: Some(created_at),
            observed_at,
            observed_basis,
            ..Account::blank(PLATFORM, id)
        });
    }
    let at = at.ok_or_else(|| {
        Rejection::with(
            reasons::NO_TIME,
            "neither redacted_at nor observed_at says when the account was found so; the account is kept, the check is not",
        )
    })?;
    check(id, at, state, reason, sink);
    Ok(Settled::Used)
}
