//! This program's own records: availability checks, follows and roster entries, as CSV or JSON lines with the contract's names.
//!
//! Times are RFC 3339, `YYYY-MM-DD`, `YYYY-MM-DD HH:MM:SS` (UTC), or seconds or milliseconds since 1970.

use tables::{AvailabilityCheck, Follow, RosterEntry, State};

use crate::bluesky;
use crate::json::{Id, Text, record};
use crate::reasons;
use crate::seen::{brief, time};
use crate::settings::Kind;
use crate::sink::{Rejection, Sink};
use crate::twitter;

record! {
    /// A line of JSON; which of the three it is, its keys tell.
    NativeRecord<'de> {
        platform: Text<'de> = "platform",
        account_id: Id<'de> = "account_id",
        handle: Text<'de> = "handle",
        observed_at: Id<'de> = "observed_at",
        state: Text<'de> = "state",
        detail: Text<'de> = "detail",
        follower_id: Id<'de> = "follower_id",
        followed_id: Id<'de> = "followed_id",
        roster: Text<'de> = "roster",
        listed_at: Id<'de> = "listed_at",
        unlisted_at: Id<'de> = "unlisted_at",
    }
}

/// What a record says, wherever it stood.
#[derive(Debug, Default, Clone, Copy)]
struct Said<'r> {
    platform: Option<&'r str>,
    account_id: Option<&'r str>,
    handle: Option<&'r str>,
    observed_at: Option<&'r str>,
    state: Option<&'r str>,
    detail: Option<&'r str>,
    follower_id: Option<&'r str>,
    followed_id: Option<&'r str>,
    roster: Option<&'r str>,
    listed_at: Option<&'r str>,
    unlisted_at: Option<&'r str>,
}

/// The columns of each kind's CSV: those that must be there, and those that may.
struct Columns {
    kind: Kind,
    /// One of each group must be there.
    needed: &'static [&'static [&'static str]],
    /// One of these tells the kind, whatever else is there.
    telling: &'static [&'static str],
    allowed: &'static [&'static str],
}

const COLUMNS: [Columns; 3] = [
    Columns {
        kind: Kind::Follows,
        needed: &[&["follower_id"], &["followed_id"]],
        telling: &["follower_id"],
        allowed: &["platform", "follower_id", "followed_id", "observed_at"],
    },
    Columns {
        kind: Kind::Availability,
        needed: &[&["account_id", "handle"], &["observed_at"], &["state"]],
        telling: &["state"],
        allowed: &["platform", "account_id", "handle", "observed_at", "state", "detail"],
    },
    Columns {
        kind: Kind::Roster,
        needed: &[&["account_id", "handle"]],
        telling: &["roster", "listed_at", "unlisted_at"],
        allowed: &["roster", "platform", "account_id", "handle", "listed_at", "unlisted_at"],
    },
];

/// Which kind a CSV header is, if it is one of ours: it has the columns that tell the kind, or none but the kind's. Further
/// columns are passed over, as unknown keys of JSON are. When rows were observed may be said for all of them (`observed_at`).
#[must_use]
pub fn recognise(header: &[String], observed_at: bool) -> Option<Kind> {
    let has = |name: &&str| header.iter().any(|column| column.eq_ignore_ascii_case(name));
    COLUMNS
        .iter()
        .find(|columns| {
            let no_other = header
                .iter()
                .all(|column| columns.allowed.iter().any(|name| column.eq_ignore_ascii_case(name)));
            let has_group = |group: &&[&'static str]| group.iter().any(has) || is_said(group, observed_at);
            columns.needed.iter().all(has_group) && (no_other || columns.telling.iter().any(has))
        })
        .map(|columns| columns.kind)
}

/// Whether the command line says what a column would.
fn is_said(group: &[&str], observed_at: bool) -> bool {
    observed_at && group == ["observed_at"]
}

/// Columns of a header that nobody reads.
#[must_use]
pub fn unread(header: &[String], kind: Kind) -> Vec<String> {
    let columns = COLUMNS.iter().find(|columns| columns.kind == kind);
    let allowed = columns.map_or(&[][..], |columns| columns.allowed);
    let is_read = |column: &&String| allowed.iter().any(|name| column.eq_ignore_ascii_case(name));
    header.iter().filter(|column| !is_read(column)).cloned().collect()
}

/// The first group of columns that a kind needs and the header lacks.
#[must_use]
pub fn missing(header: &[String], kind: Kind, observed_at: bool) -> Option<&'static [&'static str]> {
    let columns = COLUMNS.iter().find(|columns| columns.kind == kind)?;
    columns.needed.iter().copied().find(|group| {
        !is_said(group, observed_at)
            && !header
                .iter()
                .any(|column| group.iter().any(|name| column.eq_ignore_ascii_case(name)))
    })
}

/// Reads a line of JSON into the sink.
///
/// # Errors
/// Why it cannot be used.
pub fn from_json(record: &NativeRecord<'_>, wanted: Kind, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let said = Said {
        platform: record.platform.get(),
        account_id: record.account_id.get(),
        handle: record.handle.get(),
        observed_at: record.observed_at.get(),
        state: record.state.get(),
        detail: record.detail.get(),
        follower_id: record.follower_id.get(),
        followed_id: record.followed_id.get(),
        roster: record.roster.get(),
        listed_at: record.listed_at.get(),
        unlisted_at: record.unlisted_at.get(),
    };
    let kind = if said.follower_id.is_some() {
        Kind::Follows
    } else if said.state.is_some() {
        Kind::Availability
    } else {
        Kind::Roster
    };
    if wanted != Kind::Any && wanted != kind {
        return Err(Rejection::new(reasons::NOT_KNOWN));
    }
    put(kind, said, sink)
}

/// Reads a CSV row into the sink.
///
/// # Errors
/// Why it cannot be used.
pub fn from_csv(kind: Kind, header: &[String], fields: &[&str], sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let mut said = Said::default();
    for (column, field) in header.iter().zip(fields) {
        let slot = match column.to_ascii_lowercase().as_str() {
            "platform" => &mut said.platform,
            "account_id" => &mut said.account_id,
            "handle" => &mut said.handle,
            "observed_at" => &mut said.observed_at,
            "state" => &mut said.state,
            "detail" => &mut said.detail,
            "follower_id" => &mut said.follower_id,
            "followed_id" => &mut said.followed_id,
            "roster" => &mut said.roster,
            "listed_at" => &mut said.listed_at,
            "unlisted_at" => &mut said.unlisted_at,
            _ => continue,
        };
        *slot = Some(field.trim()).filter(|field| !field.is_empty());
    }
    put(kind, said, sink)
}

fn put(kind: Kind, said: Said<'_>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let id = said.account_id.or(said.follower_id);
    let handle_is_domain = id.is_none() && said.handle.is_some_and(|handle| handle.contains('.'));
    let platform = match said.platform {
        Some(platform) => platform.to_lowercase(),
        // Twitter knows no DID, and no handle with a point in it.
        None if handle_is_domain || id.is_some_and(|id| id.starts_with("did:")) => bluesky::PLATFORM.to_owned(),
        None => twitter::PLATFORM.to_owned(),
    };
    let handle = said
        .handle
        .map(|handle| handle.trim_start_matches('@'))
        .filter(|handle| !handle.is_empty());
    let observed_at = time("observed_at", said.observed_at)?;
    match kind {
        Kind::Follows => {
            let (Some(follower_id), Some(followed_id)) = (said.follower_id, said.followed_id) else {
                return Err(Rejection::new(reasons::NO_ACCOUNT));
            };
            sink.follow(Follow {
                platform: &platform,
                follower_id,
                followed_id,
                observed_at,
                source_file: "",
                source_line: 0,
                source_part: 0,
            });
        }
        Kind::Availability => {
            let fallback = handle.map(|handle| format!("@{}", handle.to_lowercase()));
            let account_id = said
                .account_id
                .or(fallback.as_deref())
                .ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?;
            let word = said.state.unwrap_or_default().to_lowercase();
            let state = State::from_word(&word).ok_or_else(|| {
                let words: Vec<&str> = State::ALL.iter().map(|state| state.word()).collect();
                let (shown, known) = (brief(&word), words.join(", "));
                Rejection::with(reasons::BAD_STATE, format!("'{shown}'; known: {known}"))
            })?;
            sink.availability(AvailabilityCheck {
                platform: &platform,
                account_id,
                handle,
                observed_at: observed_at
                    .or(sink.otherwise_observed_at())
                    .ok_or_else(|| Rejection::new(reasons::NO_TIME))?,
                state,
                detail: said.detail,
                source_file: "",
                source_line: 0,
                source_part: 0,
            });
        }
        _ => {
            if said.account_id.is_none() && handle.is_none() {
                return Err(Rejection::new(reasons::NO_ACCOUNT));
            }
            let (listed_at, unlisted_at) = (
                time("listed_at", said.listed_at)?,
                time("unlisted_at", said.unlisted_at)?,
            );
            let roster = said.roster.unwrap_or_else(|| stem(sink.source()));
            sink.roster(RosterEntry {
                roster,
                platform: &platform,
                account_id: said.account_id,
                handle,
                listed_at,
                unlisted_at,
                source_file: "",
                source_line: 0,
                source_part: 0,
            });
        }
    }
    Ok(())
}

/// A list without a name is called after its file, up to the first point.
pub(crate) fn stem(source: &str) -> &str {
    let name = source.rsplit('/').next().unwrap_or(source);
    name.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or(name)
}
