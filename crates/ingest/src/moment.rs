//! Times as sources write them.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime};
use tables::Timestamp;

/// Seconds below which a bare number is seconds since 1970 and from which it is milliseconds: the year 5138, or March 1973.
const SECONDS_BELOW: i64 = 100_000_000_000;

/// A moment that names its zone or needs none: RFC 3339, Twitter's and mail's form, seconds or milliseconds since 1970; also
/// `YYYY-MM-DD`, and `YYYY-MM-DD HH:MM:SS` with a space or a `T` between, which stand for UTC.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    match text.as_bytes() {
        [b'0'..=b'9', .., b'0'..=b'9'] if text.bytes().all(|byte| byte.is_ascii_digit()) => epoch(text),
        [b'0'..=b'9', ..] => rfc3339(text).or_else(|| plain(text)),
        _ => twitter(text).or_else(|| {
            DateTime::parse_from_rfc2822(text)
                .ok()
                .map(|moment| Timestamp(moment.timestamp_millis()))
        }),
    }
}

fn epoch(digits: &str) -> Option<Timestamp> {
    // Eight digits are a date without separators and too early for a post; they are no time of ours.
    let number: i64 = digits.parse().ok().filter(|_| digits.len() > 8)?;
    Some(of_number(number))
}

/// The moment of a number that is seconds or milliseconds since 1970.
#[must_use]
pub const fn of_number(number: i64) -> Timestamp {
    Timestamp(if number < SECONDS_BELOW { number * 1000 } else { number })
}

fn rfc3339(text: &str) -> Option<Timestamp> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|moment| Timestamp(moment.timestamp_millis()))
}

fn plain(text: &str) -> Option<Timestamp> {
    let moment = match text.len() {
        10 => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0)?,
        _ => ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
            .into_iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?,
    };
    has_four_digits(moment.year()).then(|| Timestamp(moment.and_utc().timestamp_millis()))
}

/// Whether a year was written with four digits. chrono's `%Y` takes fewer, and so would read `1/1/17` as a day of the year 17.
const fn has_four_digits(year: i32) -> bool {
    matches!(year, 1_000..=9_999)
}

/// `Wed Aug 27 13:08:45 +0000 2008`.
fn twitter(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    if bytes.len() != 30
        || bytes[3] != b' '
        || bytes[7] != b' '
        || bytes[13] != b':'
        || bytes[16] != b':'
        || !text.is_ascii()
    {
        return None;
    }
    let month = match &bytes[4..7] {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    };
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let year = i32::try_from(number(26, 30)?).ok()?;
    let local = NaiveDate::from_ymd_opt(year, month, number(8, 10)?)?.and_hms_opt(
        number(11, 13)?,
        number(14, 16)?,
        number(17, 19)?.min(59),
    )?;
    let minutes = i64::from(number(21, 23)?) * 60 + i64::from(number(23, 25)?);
    let offset = match bytes[20] {
        b'+' => minutes,
        b'-' => -minutes,
        _ => return None,
    };
    Some(Timestamp(local.and_utc().timestamp_millis() - offset * 60_000))
}

/// The format of seconds since 1970, fraction allowed.
pub const EPOCH: &str = "%epoch";
/// The format of milliseconds since 1970.
pub const EPOCH_MS: &str = "%epoch_ms";
/// The format of a spreadsheet's dates: days since 30 December 1899, the time of day as fraction.
pub const EXCEL: &str = "%excel";
/// All formats of times that are numbers.
pub const NUMBERS: [&str; 3] = [EPOCH, EPOCH_MS, EXCEL];

/// Days from the spreadsheet's first to 1970. It counts a 29 February 1900 that never was, so dates before March 1900 are none.
const EXCEL_1970: f64 = 25_569.0;

/// A time in one of `formats` (as chrono's strftime, or one of [`NUMBERS`]); one that names no zone stands for UTC, and a year has four digits unless the
/// format says `%y`.
#[must_use]
pub fn parse_as(text: &str, formats: &[String]) -> Option<Timestamp> {
    let text = text.trim();
    formats.iter().find_map(|format| parse_one(text, format))
}

/// Whether times of a format have their offset with them.
#[must_use]
pub fn names_offset(format: &str) -> bool {
    ["%z", "%:z", "%::z", "%#z", "%+"]
        .iter()
        .any(|mark| format.contains(mark))
}

fn year_of(at: Timestamp) -> i32 {
    DateTime::from_timestamp_millis(at.0).map_or(0, |moment| moment.year())
}

/// A number of units since some day, as a whole number of others since 1970.
fn counted(text: &str, times: f64, since: f64) -> Option<Timestamp> {
    // Whole numbers do not pass through a float.
    if since == 0.0
        && let Ok(whole) = text.parse::<i64>()
    {
        #[expect(clippy::cast_possible_truncation, reason = "it is 1 or 1000")]
        let times = times as i64;
        return whole.checked_mul(times).map(Timestamp).filter(|at| year_of(*at) > 0);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.starts_with(|first: char| first.is_ascii_digit());
    let number: f64 = text.parse().ok().filter(|_| plain)?;
    let moved = ((number - since) * times).round();
    #[expect(clippy::cast_possible_truncation, reason = "checked to be far from the ends of i64")]
    (moved.abs() < 9e15).then_some(Timestamp(moved as i64))
}

/// What a format of digits makes of a text.
enum Digits {
    Time(Timestamp),
    /// It lacks a mark of the format.
    Never,
    /// What chrono makes of it counts.
    Unsure,
}

/// A time as most tables write it: numbers of full width with single marks between (`%Y-%m-%d %H:%M`). Reading these at once takes a
/// twentieth of what chrono takes to read the format and then the text.
fn in_digits(text: &str, format: &str) -> Digits {
    let text = text.as_bytes();
    // Year, month, day, hour, minute, second.
    let mut fields: [Option<u32>; 6] = [None; 6];
    let (mut at, mut fits, mut lacks) = (0, true, false);
    let mut specs = format.bytes();
    while let Some(byte) = specs.next() {
        if byte != b'%' {
            fits &= text.get(at) == Some(&byte);
            lacks |= matches!(byte, b'-' | b':' | b'/' | b'.') && !text.contains(&byte);
            at += 1;
            continue;
        }
        let (slot, width) = match specs.next() {
            Some(b'Y') => (0, 4),
            Some(b'm') => (1, 2),
            Some(b'd') => (2, 2),
            Some(b'H') => (3, 2),
            Some(b'M') => (4, 2),
            Some(b'S') => (5, 2),
            _ => return Digits::Unsure,
        };
        let digits = text.get(at..at + width).unwrap_or_default();
        fits &= digits.len() == width && digits.iter().all(u8::is_ascii_digit) && fields[slot].is_none();
        fields[slot] = Some(
            digits
                .iter()
                .fold(0, |value, digit| value * 10 + u32::from(digit & 0xf)),
        );
        at += width;
    }
    if lacks {
        return Digits::Never;
    }
    let clock = match fields[3..] {
        [Some(hour), Some(minute), second] => Some((hour, minute, second.unwrap_or(0))),
        [None, None, None] => Some((0, 0, 0)),
        _ => None,
    };
    let ([Some(year), Some(month), Some(day), ..], Some((hour, minute, second)), true, true) =
        (fields, clock, fits, at == text.len())
    else {
        return Digits::Unsure;
    };
    let date = i32::try_from(year).ok().filter(|year| has_four_digits(*year));
    let moment = date
        .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
        .and_then(|date| date.and_hms_opt(hour, minute, second));
    moment.map_or(Digits::Unsure, |moment| {
        Digits::Time(Timestamp(moment.and_utc().timestamp_millis()))
    })
}

fn parse_one(text: &str, format: &str) -> Option<Timestamp> {
    match format {
        EPOCH => return counted(text, 1000.0, 0.0),
        EPOCH_MS => return counted(text, 1.0, 0.0),
        // A fraction of a day in digits is rarely the second that was meant; the nearest one is.
        EXCEL => {
            return counted(text, 86_400.0, EXCEL_1970)
                .map(|seconds| Timestamp(seconds.0 * 1000))
                .filter(|at| (1900..=9999).contains(&year_of(*at)));
        }
        _ => {}
    }
    match in_digits(text, format) {
        Digits::Time(at) => return Some(at),
        Digits::Never => return None,
        Digits::Unsure => {}
    }
    let naive =
        |moment: NaiveDateTime| has_four_digits(moment.year()).then(|| Timestamp(moment.and_utc().timestamp_millis()));
    // chrono reads and drops an offset here, so formats with one are read below.
    if !names_offset(format)
        && let Ok(moment) = NaiveDateTime::parse_from_str(text, format)
    {
        return naive(moment);
    }
    if let Ok(moment) = DateTime::parse_from_str(text, format) {
        return has_four_digits(moment.year()).then(|| Timestamp(moment.timestamp_millis()));
    }
    naive(NaiveDate::parse_from_str(text, format).ok()?.and_hms_opt(0, 0, 0)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    // python3 -c "from datetime import *; print(int(datetime(2008,8,27,13,8,45,tzinfo=timezone.utc).timestamp()))"
    const MOMENT: Timestamp = Timestamp(1_219_842_525_000);

    #[test]
    fn forms_of_the_same_moment() {
        for text in [
            "Wed Aug 27 13:08:45 +0000 2008",
            "Wed Aug 27 15:08:45 +0200 2008",
            "Wed, 27 Aug 2008 13:08:45 +0000",
            "2008-08-27T13:08:45Z",
            "2008-08-27T13:08:45.000Z",
            "2008-08-27T11:08:45-02:00",
            "2008-08-27 13:08:45",
            "2008-08-27T13:08:45",
            "2008-08-27T13:08:45.000000",
            "2008-08-27 13:08:45+00:00",
            "2008-08-27 13:08:45Z",
            "1219842525",
            "1219842525000",
        ] {
            assert_eq!(parse(text), Some(MOMENT), "{text}");
        }
        assert_eq!(parse("2008-08-27"), Some(Timestamp(MOMENT.0 - 47_325_000)));
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "yesterday",
            "Wed Aug 32 13:08:45 +0000 2008",
            "20080827",
            "2008-13-01",
            "08-08-27 13:08:45",
            "2008-08-27T13:08",
            "Wed Äug 27 13:08:45 +000 2008",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn formats_of_a_mapping() {
        let formats = |text: &str| vec![text.to_owned()];
        // python3 -c "from datetime import *; print(int(datetime(2015,1,6,21,7,tzinfo=timezone.utc).timestamp()))"
        let expected = Some(Timestamp(1_420_578_420_000));
        assert_eq!(parse_as("1/6/2015 21:07", &formats("%m/%d/%Y %H:%M")), expected);
        assert_eq!(parse_as("1/6/15 21:07", &formats("%m/%d/%y %H:%M")), expected);
        assert_eq!(
            parse_as("2015-01-06 23:07:00 +0200", &formats("%Y-%m-%d %H:%M:%S %z")),
            expected
        );
        assert_eq!(
            parse_as("2015-01-06", &formats("%Y-%m-%d")),
            Some(Timestamp(1_420_502_400_000))
        );
        for (text, format) in [
            ("2015-01-06T23:07:00+02:00", "%+"),
            ("2015-01-06T23:07:00+02:00", "%Y-%m-%dT%H:%M:%S%:z"),
            ("2015-01-06 23:07:00+02", "%Y-%m-%d %H:%M:%S%#z"),
        ] {
            assert_eq!(parse_as(text, &formats(format)), expected, "{text}");
        }
        assert_eq!(parse_as("6.1.2015", &formats("%Y-%m-%d")), None);
    }

    #[test]
    fn what_is_read_at_once_is_what_chrono_reads() {
        let chrono = |text: &str, format: &str| {
            let moment = NaiveDateTime::parse_from_str(text, format)
                .ok()
                .or_else(|| NaiveDate::parse_from_str(text, format).ok()?.and_hms_opt(0, 0, 0))?;
            has_four_digits(moment.year()).then(|| Timestamp(moment.and_utc().timestamp_millis()))
        };
        let formats = [
            "%Y-%m-%d %H:%M",
            "%Y-%m-%d %H:%M:%S",
            "%Y-%m-%d",
            "%m/%d/%Y %H:%M",
            "%d.%m.%Y",
            "%Y%m%d",
            "%Y-%m",
            "%Y-%m-%d %H",
            "%d/%m/%Y %M:%H:%S",
            "%Y-%Y-%d",
            "%H:%M",
            "%Y-%m-%d-%H.%M.%S",
        ];
        let texts = [
            "2015-06-03 10:07",
            "2015-06-03 10:07:59",
            "2015-06-03 10:07:60",
            "2015-06-03",
            "2015-6-3",
            "2015-06-03 1:07",
            "06/03/2015 10:07",
            "6/3/2015 10:07",
            "03.06.2015",
            "20150603",
            "2015-06",
            "2015-02-30",
            "2016-02-29 23:59",
            "0015-06-03",
            "12015-06-03",
            "2015-06-03  10:07",
            "2015-06-03 24:00",
            "2015-06-03-10.07.09",
            "2015-2015-03",
            "10:07",
            "",
            "2015-06-03 10:07 ",
            "2015-06-03T10:07",
        ];
        for format in formats {
            for text in texts {
                assert_eq!(parse_one(text, format), chrono(text, format), "'{text}' as {format}");
            }
        }
    }

    #[test]
    fn times_that_are_numbers() {
        let parse = |text: &str, format: &str| parse_as(text, &[format.to_owned()]).map(|at| at.0);
        // python3 -c "from datetime import *; print(datetime(1899,12,30)+timedelta(42793.62), datetime(1899,12,30)+timedelta(42075.5))"
        //   2017-02-27 14:52:48 2015-03-12 12:00:00; … .replace(tzinfo=timezone.utc).timestamp() → 1488207168, 1426161600
        assert_eq!(parse("42793.62", EXCEL), Some(1_488_207_168_000));
        assert_eq!(parse(" 42075.5 ", EXCEL), Some(1_426_161_600_000));
        assert_eq!(parse("25569", EXCEL), Some(0));
        assert_eq!(parse("1219842525", EPOCH), Some(1_219_842_525_000));
        assert_eq!(parse("1219842525.0", EPOCH), Some(1_219_842_525_000));
        assert_eq!(parse("1219842525.25", EPOCH), Some(1_219_842_525_250));
        assert_eq!(parse("1219842525123", EPOCH_MS), Some(1_219_842_525_123));
        assert_eq!(parse("-5", EPOCH), Some(-5_000));
        for text in [
            "",
            "x",
            "NaN",
            "inf",
            "2015-06-03",
            "9999999999999999999",
            "99999999999999",
            "1e300",
        ] {
            assert_eq!(parse(text, EPOCH), None, "{text}");
            assert_eq!(parse(text, EXCEL), None, "{text}");
        }
    }

    #[test]
    fn a_year_of_two_digits_is_none_of_four() {
        let formats = ["%m/%d/%Y %H:%M".to_owned(), "%m/%d/%y %H:%M".to_owned()];
        // python3 -c "from datetime import *; print(int(datetime(2017,1,1,9,5,tzinfo=timezone.utc).timestamp()))"
        let expected = Some(Timestamp(1_483_261_500_000));
        for text in ["1/1/17 9:05", "1/1/2017 9:05", "01/01/17 09:05"] {
            assert_eq!(parse_as(text, &formats), expected, "{text}");
        }
        for text in ["1/1/17 9:05", "1/1/017 9:05", "1/1/0017 9:05", "1/1/12017 9:05"] {
            assert_eq!(parse_as(text, &formats[..1]), None, "{text}");
        }
        assert_eq!(parse_as("17-01-01", &["%Y-%m-%d".to_owned()]), None);
        assert_eq!(
            parse_as("17-01-01 00:00:00 +0000", &["%Y-%m-%d %H:%M:%S %z".to_owned()]),
            None
        );
    }
}
