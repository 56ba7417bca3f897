//! Simulated time: milliseconds since 1970 in UTC, days of the period, the forms that raw files use, and snowflake ids.

use chrono::{DateTime, NaiveDate, Utc};

/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 3_600_000;
/// Milliseconds in a day.
pub const DAY_MS: i64 = 24 * HOUR_MS;
/// Where snowflake ids begin: 2010-11-04T01:42:54.657Z, in milliseconds since 1970.
pub const SNOWFLAKE_EPOCH_MS: i64 = 1_288_834_974_657;

/// The machine part (datacenter and worker, ten bits) of post ids made here.
pub const POST_MACHINE: u64 = 0x3ff;
/// The machine part of account ids made here.
pub const ACCOUNT_MACHINE: u64 = 0x3fe;
/// The machine part of ids of posts by outsiders.
pub const OUTSIDE_POST_MACHINE: u64 = 0x3fd;

/// The snowflake id of a moment: 41 bits of time, 10 of machine, 12 of sequence. Accounts of the study's time had small
/// sequential ids, so an account id of this form belongs to nobody.
#[must_use]
pub fn snowflake(at_ms: i64, machine: u64, sequence: u64) -> u64 {
    let since = u64::try_from(at_ms - SNOWFLAKE_EPOCH_MS).unwrap_or(0);
    (since << 22) | ((machine & 0x3ff) << 12) | (sequence & 0xfff)
}

fn moment(at_ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at_ms).unwrap_or(DateTime::UNIX_EPOCH)
}

/// `Mon Jun 01 09:30:00 +0000 2015`, as Twitter v1.1 writes a moment.
#[must_use]
pub fn twitter_time(at_ms: i64) -> String {
    moment(at_ms).format("%a %b %d %H:%M:%S +0000 %Y").to_string()
}

/// `2015-06-01T09:30:00.000Z`.
#[must_use]
pub fn rfc3339(at_ms: i64) -> String {
    moment(at_ms).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// `2015-06`, for file names.
#[must_use]
pub fn year_month(at_ms: i64) -> String {
    moment(at_ms).format("%Y-%m").to_string()
}

/// A civil day as milliseconds since 1970.
#[must_use]
pub fn midnight_ms(day: NaiveDate) -> i64 {
    day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_moment() {
        let at = 1_433_151_000_000;
        assert_eq!(twitter_time(at), "Mon Jun 01 09:30:00 +0000 2015");
        assert_eq!(rfc3339(at), "2015-06-01T09:30:00.000Z");
        assert_eq!(year_month(at), "2015-06");
        // Python: ((1433151000000 - 1288834974657) << 22) | (0x3ff << 12) | 5
        assert_eq!(snowflake(at, POST_MACHINE, 5), 605_305_282_364_436_485);
    }
}
