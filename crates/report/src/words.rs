//! Words that several parts of the report use for the same things.

use chrono::DateTime;
use tables::Timestamp;

use crate::input::Number;
use crate::number;

/// Groups of whole sets in the order in which the report tells of them.
pub(crate) const GROUPS: [&str; 3] = ["listed", "expanded", "everyone"];

/// A group's place in that order, with the parts of a group after it; unknown ones come last.
pub(crate) fn group_rank(group: &str) -> usize {
    let set = group.split('/').next().unwrap_or(group);
    GROUPS.iter().position(|known| *known == set).unwrap_or(GROUPS.len())
}

/// The accounts of a group.
pub(crate) fn group(group: &str) -> String {
    match group {
        "listed" => "listed accounts".to_owned(),
        "expanded" => "the expanded set".to_owned(),
        "everyone" => "all accounts observed".to_owned(),
        other => match other.split_once("/return_") {
            Some((set, number)) => format!("{}, return {number}", self::group(set)),
            None => other.replace('/', ", "),
        },
    }
}

/// The accounts of a group, within a sentence: `the listed accounts`.
pub(crate) fn the_group(name: &str) -> String {
    let group = group(name);
    if group.starts_with("the ") || group.starts_with("all ") {
        group
    } else {
        format!("the {group}")
    }
}

/// The number with its unit, interval and n: `345.3 followers (95 % interval 330.0 to 360.0, n = 39 samples)`.
pub(crate) fn quantity(value: f64, number: &Number) -> String {
    let (shown, interval) = number::with_interval(value, number.interval);
    let interval = interval.map_or_else(String::new, |interval| format!("{INTERVAL} {interval}, "));
    format!("{shown}{} ({interval}{})", unit_after(&number.unit), n(number))
}

/// What an interval is; the space before the sign does not break.
pub(crate) const INTERVAL: &str = "95\u{a0}% interval";

/// `n = 39 samples`.
pub(crate) fn n(number: &Number) -> String {
    format!("{} {}", bare_n(number.n), number.counted).trim_end().to_owned()
}

/// `n = 39`, not broken across lines; what it counts must be said beside it.
pub(crate) fn bare_n(count: i64) -> String {
    format!("n\u{a0}=\u{a0}{}", number::count(count))
}

/// The unit as it follows a number; shares, ratios and indices have none, but for what a share is of.
pub(crate) fn unit_after(unit: &str) -> String {
    match unit {
        "" | "share" | "ratio" | "probability" => String::new(),
        share if share.starts_with("share of ") => format!(" ({share})"),
        index if index.starts_with("index") => String::new(),
        percent if percent.starts_with("percent") => format!("\u{a0}%{}", &percent["percent".len()..]),
        other => format!(" {other}"),
    }
}

/// The reason why there is no number.
pub(crate) fn reason(number: &Number) -> &str {
    number.reason.as_deref().unwrap_or("no reason was given")
}

/// The UTC day of a moment.
pub(crate) fn day(at: Timestamp) -> String {
    DateTime::from_timestamp_millis(at.0).map_or_else(|| "–".to_owned(), |moment| moment.format("%Y-%m-%d").to_string())
}
