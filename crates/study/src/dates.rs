//! Samples and windows: the days of a study, in UTC.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

/// Midnight at the start of a day.
fn midnight(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc()
}

/// The day after; at the end of chrono's calendar (the year 262142) the day itself.
pub(crate) fn next_day(date: NaiveDate) -> NaiveDate {
    date.checked_add_days(Days::new(1)).unwrap_or(date)
}

/// A day on which the state of the network is taken. The state is that at the **end** of the day, so that everything
/// observed on the sample day counts: the newest observation before [`Sample::instant`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sample(NaiveDate);

impl Sample {
    /// The sample of a day.
    #[must_use]
    pub fn on(date: NaiveDate) -> Self {
        Self(date)
    }

    /// The sample's day (UTC).
    #[must_use]
    pub fn date(self) -> NaiveDate {
        self.0
    }

    /// The end of the sample day, 24:00 UTC, exclusive: what was observed before this instant is known at the sample.
    /// As a timestamp this is the midnight that begins the *next* day; to label a row, use [`Sample::last_moment`].
    #[must_use]
    pub fn instant(self) -> DateTime<Utc> {
        midnight(next_day(self.0))
    }

    /// The last millisecond of the sample day. In tables whose times are whole milliseconds, `observed_at <= last_moment`
    /// is the same as `observed_at < instant`, and a row labelled with it falls on the sample's own day and in its windows.
    #[must_use]
    pub fn last_moment(self) -> DateTime<Utc> {
        self.instant() - TimeDelta::milliseconds(1)
    }
}

/// A named span of whole days, both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub(crate) name: String,
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
}

impl Window {
    /// The name of the window that is the whole period.
    pub const ALL: &'static str = "all";

    /// Its name: `all` for the whole period.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first day.
    #[must_use]
    pub fn from(&self) -> NaiveDate {
        self.from
    }

    /// The last day; it belongs to the window.
    #[must_use]
    pub fn to(&self) -> NaiveDate {
        self.to
    }

    /// 00:00 UTC of the first day, inclusive.
    #[must_use]
    pub fn start(&self) -> DateTime<Utc> {
        midnight(self.from)
    }

    /// 24:00 UTC of the last day, exclusive.
    #[must_use]
    pub fn end(&self) -> DateTime<Utc> {
        midnight(next_day(self.to))
    }

    /// Length in days, at least 1.
    #[must_use]
    pub fn days(&self) -> i64 {
        (self.to - self.from).num_days() + 1
    }

    /// Whether a moment lies in the window. Not for [`Sample::instant`], which already belongs to the next day.
    #[must_use]
    pub fn contains(&self, moment: DateTime<Utc>) -> bool {
        self.start() <= moment && moment < self.end()
    }

    /// Whether the sample's day lies in the window.
    #[must_use]
    pub fn contains_sample(&self, sample: Sample) -> bool {
        self.from <= sample.date() && sample.date() <= self.to
    }

    /// Whether the moment that labels a sample's row lies in the window, be it [`Sample::instant`] or
    /// [`Sample::last_moment`]. Not for the starts of bins: there the first moment of the window is outside.
    #[must_use]
    pub fn contains_sample_at(&self, moment: DateTime<Utc>) -> bool {
        self.start() < moment && moment <= self.end()
    }

    /// Every day of the window, as samples.
    pub fn daily(&self) -> impl Iterator<Item = Sample> + use<> {
        let to = self.to;
        self.from.iter_days().take_while(move |day| *day <= to).map(Sample)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_sample_is_the_end_of_its_day() {
        let sample = Sample::on(date("2015-12-31"));
        assert_eq!(sample.instant().to_rfc3339(), "2016-01-01T00:00:00+00:00");
        assert_eq!(sample.last_moment().to_rfc3339(), "2015-12-31T23:59:59.999+00:00");
    }

    #[test]
    fn both_ends_belong_to_a_window() {
        let window = Window {
            name: "quiet".into(),
            from: date("2015-08-24"),
            to: date("2015-09-22"),
        };
        assert_eq!(window.days(), 30);
        assert_eq!(window.daily().count(), 30);
        assert!(window.contains(window.start()));
        assert!(!window.contains(window.end()));
        let last = Sample::on(window.to());
        assert!(window.contains(last.last_moment()) && window.contains_sample(last));
        assert!(!window.contains(last.instant()));
        let before = Sample::on(date("2015-08-23"));
        for label in [Sample::instant, Sample::last_moment] {
            assert!(
                window.contains_sample_at(label(last)) && window.contains_sample_at(label(Sample::on(window.from())))
            );
            assert!(
                !window.contains_sample_at(label(before))
                    && !window.contains_sample_at(label(Sample::on(date("2015-09-23"))))
            );
        }
        assert!(!window.contains_sample(Sample::on(next_day(window.to()))));
    }
}
