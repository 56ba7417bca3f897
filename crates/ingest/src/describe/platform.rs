//! Which platform a file is from, where it is certain: by identifiers that no other platform has. Everywhere else nobody knows.

use std::collections::BTreeSet;

use super::columns::{Column, Sample};
use super::guess::{Guess, Table};
use super::values::Look;
use crate::mapping::{Field, Target};
use crate::moment;
use crate::twitter::snowflake;

/// So many values must agree; fewer may do so by chance.
const ENOUGH: usize = 3;
/// An identifier and the time beside it are of the same minute; many files state no seconds.
const MINUTE_MS: i64 = 60_000;
/// Addresses of posts, and whose they are.
const ADDRESSES: [(&str, &str, &str); 4] = [
    ("twitter.com/", "/status/", "twitter"),
    ("x.com/", "/status/", "twitter"),
    ("bsky.app/profile/", "/post/", "bluesky"),
    ("reddit.com/r/", "/comments/", "reddit"),
];

/// The platform, and what tells it.
pub(super) fn platform(sample: &Sample, tables: &[Table]) -> Option<(&'static str, String)> {
    let columns = &sample.columns;
    columns
        .iter()
        .find_map(|column| of_names(column))
        .or_else(|| of_subreddits(columns))
        .or_else(|| of_snowflakes(columns, tables))
        .or_else(|| of_addresses(columns))
}

fn all(column: &Column, is: impl Fn(&str) -> bool) -> bool {
    column.values.len() >= ENOUGH && column.values.iter().all(|value| is(value))
}

/// Bluesky names accounts and posts by DIDs.
fn of_names(column: &Column) -> Option<(&'static str, String)> {
    let is_did = |value: &str| {
        let value = value.strip_prefix("at://").unwrap_or(value);
        value.starts_with("did:plc:") || value.starts_with("did:web:")
    };
    all(column, is_did).then(|| ("bluesky", format!("'{}' holds DIDs", column.name)))
}

fn of_subreddits(columns: &[Column]) -> Option<(&'static str, String)> {
    let named = |name: &str| {
        columns
            .iter()
            .find(|column| column.keys.last().is_some_and(|key| key == name))
    };
    let subreddit = named("subreddit").filter(|column| !column.values.is_empty())?;
    named("author").map(|_| ("reddit", format!("'{}' holds subreddits", subreddit.name)))
}

/// Twitter's identifiers tell their times.
fn of_snowflakes(columns: &[Column], tables: &[Table]) -> Option<(&'static str, String)> {
    let posts = tables.iter().find(|table| table.target == Target::Posts)?;
    let guessed = |field: Field| posts.guesses.iter().find(|guess| guess.field == field);
    let column = |guess: &Guess| guess.column.and_then(|column| columns.get(column));
    let (ids, times) = (guessed(Field::PostId)?, guessed(Field::PostedAt)?);
    let Look::Times(form) = &times.look else { return None };
    let formats: Vec<String> = form.formats.iter().map(|format| (*format).to_owned()).collect();
    let (ids, times) = (column(ids)?, column(times)?);
    let told: BTreeSet<i64> = times
        .values
        .iter()
        .filter_map(|time| moment::parse_as(time, &formats).map(|at| at.0))
        .collect();
    let agrees = |id: &str| {
        snowflake::time_of(id).is_some_and(|at| {
            let minute = at.0 - at.0.rem_euclid(MINUTE_MS);
            told.range(minute..minute + MINUTE_MS).next().is_some()
        })
    };
    all(ids, agrees).then(|| {
        (
            "twitter",
            format!("the ids in '{}' tell the times in '{}'", ids.name, times.name),
        )
    })
}

/// Addresses that end with the identifier of their record, as another column has it.
fn of_addresses(columns: &[Column]) -> Option<(&'static str, String)> {
    let is_own = |own: &Column, link: &str| {
        let end = link.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        !end.is_empty() && own.values.iter().any(|value| value == end)
    };
    columns.iter().find_map(|links| {
        let (_, _, platform) = ADDRESSES.iter().find(|(host, path, _)| {
            all(links, |link| {
                let address = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"));
                let address = address.map(|address| address.strip_prefix("www.").unwrap_or(address));
                address.is_some_and(|address| address.starts_with(host) && address.contains(path))
            })
        })?;
        let mut others = columns.iter().filter(|column| column.name != links.name);
        let own = others.find(|own| all(links, |link| is_own(own, link)))?;
        Some((
            *platform,
            format!("'{}' holds addresses of '{}' there", links.name, own.name),
        ))
    })
}
