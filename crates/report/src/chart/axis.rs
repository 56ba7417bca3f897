//! An axis of days whose ticks are days that people name: first days of months and years, or every so many days.

use std::ops::Range;

use chrono::{DateTime, Datelike, Days, NaiveDate};
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use tables::{DAY_MS, Timestamp};

/// Ticks that an axis has room for.
const MOST_TICKS: usize = 8;

/// A moment as days since 1970, with fraction.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of any plausible time are exact in f64"
)]
pub(crate) fn days(at: Timestamp) -> f64 {
    at.0 as f64 / DAY_MS as f64
}

/// Days since 1970 as a date; `None` beyond the calendar.
#[expect(
    clippy::cast_possible_truncation,
    reason = "float casts saturate, and beyond the calendar there is no date"
)]
fn date(days: f64) -> Option<NaiveDate> {
    DateTime::from_timestamp_millis((days * DAY_MS as f64) as i64).map(|moment| moment.date_naive())
}

fn day_number(date: NaiveDate) -> f64 {
    f64::from(date.num_days_from_ce() - 719_163)
}

/// The axis.
#[derive(Debug, Clone)]
pub(super) struct DayAxis {
    from: f64,
    to: f64,
    ticks: Vec<f64>,
    /// Whether ticks are first days of months, whose day need not be written.
    by_month: bool,
}

impl DayAxis {
    /// An axis from one moment to a later one.
    pub(super) fn new(from: f64, to: f64) -> Self {
        let to = if to > from { to } else { from + 1.0 };
        let mut axis = Self {
            from,
            to,
            ticks: Vec::new(),
            by_month: false,
        };
        let (Some(first), Some(last)) = (date(from), date(to)) else {
            return axis;
        };
        for step in [1, 2, 7, 14] {
            axis.ticks = every_days(first, last, step, from);
            if axis.ticks.len() <= MOST_TICKS {
                return axis;
            }
        }
        axis.by_month = true;
        for step in [1, 2, 3, 6, 12, 24, 60, 120] {
            axis.ticks = every_months(first, last, step, from);
            if axis.ticks.len() <= MOST_TICKS {
                break;
            }
        }
        axis
    }

    /// How a tick is written.
    pub(super) fn label(&self, value: f64) -> String {
        date(value).map_or_else(String::new, |date| {
            date.format(if self.by_month { "%Y-%m" } else { "%Y-%m-%d" })
                .to_string()
        })
    }
}

fn every_days(first: NaiveDate, last: NaiveDate, step: u64, from: f64) -> Vec<f64> {
    let days = std::iter::successors(Some(first), |day| day.checked_add_days(Days::new(step)));
    days.take_while(|day| *day <= last)
        .take(MOST_TICKS + 2)
        .map(day_number)
        .filter(|day| *day >= from)
        .collect()
}

fn every_months(first: NaiveDate, last: NaiveDate, step: i32, from: f64) -> Vec<f64> {
    let month = |date: NaiveDate| date.year() * 12 + date.month0().cast_signed();
    (month(first)..=month(last))
        .filter(|month| month.rem_euclid(step) == 0)
        .filter_map(|month| NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12).unsigned_abs() + 1, 1))
        .map(day_number)
        .filter(|day| *day >= from)
        .take(MOST_TICKS + 2)
        .collect()
}

impl Ranged for DayAxis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (left, right): (i32, i32)) -> i32 {
        let share = (value - self.from) / (self.to - self.from);
        #[expect(clippy::cast_possible_truncation, reason = "pixels; float casts saturate")]
        let offset = (share * f64::from(right - left)).round() as i32;
        left.saturating_add(offset)
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.from..self.to
    }
}

impl ValueFormatter<f64> for DayAxis {
    fn format_ext(&self, value: &f64) -> String {
        self.label(*value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(from: &str, to: &str) -> Vec<String> {
        let day = |text: &str| day_number(text.parse().unwrap());
        let axis = DayAxis::new(day(from), day(to));
        axis.ticks.iter().map(|tick| axis.label(*tick)).collect()
    }

    #[test]
    fn day_numbers_count_from_1970() {
        assert_eq!(day_number("1970-01-01".parse().unwrap()), 0.0);
        assert_eq!(days(Timestamp(DAY_MS)), 1.0);
    }

    #[test]
    fn ticks_are_days_that_people_name() {
        assert_eq!(
            labels("2015-06-01", "2015-06-03"),
            ["2015-06-01", "2015-06-02", "2015-06-03"]
        );
        assert_eq!(
            labels("2015-06-10", "2015-10-31"),
            ["2015-07", "2015-08", "2015-09", "2015-10"]
        );
        assert_eq!(labels("2014-12-12", "2017-12-24").len(), 6);
        assert_eq!(labels("2015-06-01", "2015-06-01"), ["2015-06-01", "2015-06-02"]);
        assert!(!labels("0001-01-01", "9999-12-31").is_empty());
    }
}
