//! Words that several parts of the report use for the same things.

use crate::catalogue;
use crate::input::Number;
use crate::number;

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

/// The measure and its group: `Mean followers of listed accounts`.
pub(crate) fn measure_of(measure: &str, group: &str) -> String {
    format!("{} of {}", catalogue::title(measure), self::group(group))
}

/// The number with its unit, interval and n: `345.3 followers (95 % interval 330.0 to 360.0, n = 39)`.
pub(crate) fn quantity(value: f64, number: &Number) -> String {
    let (shown, interval) = number::with_interval(value, number.interval);
    let interval = interval.map_or_else(String::new, |interval| format!("95 % interval {interval}, "));
    format!(
        "{shown}{} ({interval}n = {})",
        unit_after(&number.unit),
        number::count(number.n)
    )
}

/// The unit as it follows a number.
pub(crate) fn unit_after(unit: &str) -> String {
    match unit {
        "" => String::new(),
        percent if percent.starts_with("percent") => format!(" %{}", &percent["percent".len()..]),
        other => format!(" {other}"),
    }
}

/// The reason why there is no number.
pub(crate) fn reason(number: &Number) -> &str {
    number.reason.as_deref().unwrap_or("no reason was given")
}
