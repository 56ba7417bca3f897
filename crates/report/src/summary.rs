//! The summary: the key numbers in sentences, made only from rows of `measures`.

use std::collections::BTreeMap;

use serde::Serialize;
use tables::VerdictWord;

use crate::catalogue;
use crate::collected;
use crate::compare::Compared;
use crate::input::{Measured, Number};
use crate::number;
use crate::text::{clean, counted};
use crate::words::{self, quantity};

/// What the report says first.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Summary {
    /// How many published figures agree.
    pub(crate) verdicts: String,
    /// A sentence a finding.
    pub(crate) findings: Vec<String>,
    /// What could not be measured, by reason.
    pub(crate) unmeasured: Vec<Unmeasured>,
}

/// Measures that the input cannot support.
#[derive(Debug, Serialize)]
pub(crate) struct Unmeasured {
    pub(crate) group: String,
    pub(crate) measures: String,
    pub(crate) reason: String,
}

/// Groups that the summary speaks of, the first that has a number.
const GROUPS: [&str; 2] = ["listed", "everyone"];

pub(crate) fn summary(measured: &Measured, compared: &[Compared<'_>]) -> Summary {
    let teller = Teller { measured };
    let mut findings = Vec::new();
    findings.extend(teller.size());
    findings.extend(teller.followers());
    findings.extend(teller.pace());
    findings.extend(teller.in_windows("suspension.rate", "Suspension rate"));
    findings.extend(teller.insularity());
    findings.extend(teller.returns());
    findings.extend(teller.survival());
    findings.extend(teller.activity());
    Summary {
        verdicts: verdicts(compared),
        findings: findings.iter().map(|sentence| clean(sentence)).collect(),
        unmeasured: unmeasured(measured),
    }
}

fn verdicts(compared: &[Compared<'_>]) -> String {
    if compared.is_empty() {
        return "The study compares no published figure with its own.".to_owned();
    }
    let count = |verdict| compared.iter().filter(|row| row.verdict == verdict).count();
    format!(
        "Of {} compared with ours, {}, {} and {} on this input.",
        counted(compared.len(), "published figure", "published figures"),
        counted(count(VerdictWord::Agrees), "agrees", "agree"),
        counted(count(VerdictWord::Differs), "differs", "differ"),
        counted(
            count(VerdictWord::NotMeasurable),
            "is not measurable",
            "are not measurable"
        ),
    )
}

/// More measures than this are not named one by one.
const MOST_NAMED: usize = 8;

/// Measures of whole sets over the whole period that have no number, by group and reason, in the order of the report.
fn unmeasured(measured: &Measured) -> Vec<Unmeasured> {
    let mut by_reason: BTreeMap<(usize, &str, &str), Vec<&str>> = BTreeMap::new();
    let whole = measured
        .measures
        .iter()
        .filter(|row| row.window == study::Window::ALL && !row.group.contains('/'));
    for row in whole
        .clone()
        .filter(|row| row.number.value.is_none() && row.number.finding.is_none())
    {
        let place = GROUPS
            .iter()
            .position(|group| *group == row.group)
            .unwrap_or(GROUPS.len());
        let reason = words::reason(&row.number);
        by_reason
            .entry((place, &row.group, reason))
            .or_default()
            .push(&row.measure);
    }
    let told = by_reason.into_iter().map(|((_, group, reason), mut measures)| {
        measures.sort_by_key(|measure| (catalogue::rank(measure), *measure));
        let of_group = whole.clone().filter(|row| row.group == group).count();
        let which = if measures.len() == of_group {
            "every measure".to_owned()
        } else if measures.len() > MOST_NAMED {
            format!(
                "{} measures, named in the table of measures without a number",
                measures.len()
            )
        } else {
            measures
                .iter()
                .map(|measure| catalogue::title(measure))
                .collect::<Vec<_>>()
                .join("; ")
        };
        Unmeasured {
            group: clean(&words::group(group)),
            measures: clean(&which),
            reason: clean(reason),
        }
    });
    told.collect()
}

struct Teller<'a> {
    measured: &'a Measured,
}

/// A number that is there, with its group.
struct Found<'a> {
    value: f64,
    number: &'a Number,
    /// The group's name in the tables, and in words.
    name: &'static str,
    group: String,
}

impl Found<'_> {
    fn quantity(&self) -> String {
        quantity(self.value, self.number)
    }
}

impl Teller<'_> {
    fn find(&self, measure: &str, window: &str) -> Option<Found<'_>> {
        GROUPS.iter().find_map(|group| {
            let row = self.measured.measure(measure, group, window)?;
            Some(Found {
                value: row.number.value?,
                number: &row.number,
                name: group,
                group: words::group(group),
            })
        })
    }

    fn whole(&self, measure: &str) -> Option<Found<'_>> {
        self.find(measure, study::Window::ALL)
    }

    fn size(&self) -> Option<String> {
        let most = self.whole("size.max")?;
        let also: Vec<String> = [("size.median", "median"), ("size.min", "fewest")]
            .iter()
            .filter_map(|(measure, word)| Some(format!("{word} {}", number::number(self.whole(measure)?.value))))
            .collect();
        let also = if also.is_empty() {
            String::new()
        } else {
            format!("{}, ", also.join(", "))
        };
        Some(format!(
            "Of {}, at most {} were alive at a sample ({also}{}).",
            words::the_group(most.name),
            number::number(most.value),
            words::n(most.number)
        ))
    }

    fn followers(&self) -> Vec<String> {
        let mut told = Vec::new();
        if let Some(mean) = self.whole("followers.mean") {
            told.push(format!("Mean followers, {}: {}.", mean.group, mean.quantity()));
        }
        for window in &self.measured.windows {
            if let Some(trend) = self.find("followers.trend", &window.name) {
                told.push(format!(
                    "Over {}, the mean followers of {} changed by {}{}.",
                    window_words(&window.name),
                    words::the_group(trend.name),
                    trend.quantity(),
                    finding(trend.number)
                ));
            }
        }
        told
    }

    fn pace(&self) -> Option<String> {
        let first = self.whole("tweets_per_day.lifetime.first")?;
        let last = self.whole("tweets_per_day.lifetime.last")?;
        let trend = self
            .whole("tweets_per_day.lifetime.trend")
            .map_or_else(String::new, |trend| finding(trend.number));
        Some(format!(
            "Lifetime pace, {}: {} at the first sample, {} at the last{trend}.",
            first.group,
            first.quantity(),
            last.quantity()
        ))
    }

    fn in_windows(&self, measure: &str, begin: &str) -> Vec<String> {
        let windows = self.measured.windows.iter();
        windows
            .filter_map(|window| {
                let found = self.find(measure, &window.name)?;
                Some(format!(
                    "{begin}, {}, over {}: {}.",
                    found.group,
                    window_words(&window.name),
                    found.quantity()
                ))
            })
            .collect()
    }

    fn insularity(&self) -> Option<String> {
        let shares: Vec<String> = [
            ("insularity.follows_out", "follows by members"),
            ("insularity.follows_in", "follows of members"),
            ("insularity.interactions", "interactions by members"),
        ]
        .iter()
        .filter_map(|(measure, words)| {
            let share = self.whole(measure)?;
            Some(format!("{words}: {}{}", share.quantity(), finding(share.number)))
        })
        .collect();
        (!shares.is_empty()).then(|| format!("Shares of ties that stay among the members: {}.", shares.join("; ")))
    }

    fn returns(&self) -> Option<String> {
        let persons = self.whole("returns.persons")?;
        let accounts = self.whole("returns.accounts").map_or_else(String::new, |accounts| {
            format!(" and made {} later accounts", number::number(accounts.value))
        });
        let ratio = self.whole("returns.followers_ratio").map_or_else(String::new, |ratio| {
            format!(
                "; followers of the later account over those of the first: {}",
                ratio.quantity()
            )
        });
        Some(format!(
            "{} persons came back{accounts}{ratio}.",
            number::number(persons.value)
        ))
    }

    fn survival(&self) -> Option<String> {
        let parts: Vec<String> = [
            ("survival.median_days", "half of the accounts are gone by"),
            ("survival.at_30_days", "share that stands after 30 days:"),
            ("survival.at_90_days", "share that stands after 90 days:"),
        ]
        .iter()
        .filter_map(|(measure, words)| Some(format!("{words} {}", self.whole(measure)?.quantity())))
        .collect();
        (!parts.is_empty()).then(|| format!("From creation to suspension: {}.", parts.join("; ")))
    }

    fn activity(&self) -> Vec<String> {
        let mut told = Vec::new();
        let found: Vec<(&str, Found<'_>)> = [
            "tweets_per_day.window.mean",
            "tweets_per_day.posts.mean",
            "volume.posts",
            "volume.accounts",
            "duration.median_days",
            "duration.share_under_50_days",
        ]
        .into_iter()
        .filter_map(|measure| Some((measure, self.whole(measure)?)))
        .collect();
        let part = collected::collected(self.measured, GROUPS[0]);
        if let Some(part) = part
            .as_ref()
            .filter(|_| found.iter().any(|(measure, _)| collected::is_of_posts(measure)))
        {
            told.push(format!(
                "{}: posts, accounts that post, the pace of posts collected and durations are of what was collected, not of what was \
                 written, and durations look shorter than they were (how much: datasets/validation/README.md).",
                part.sentence()
            ));
        }
        for (measure, found) in found {
            let of_part = part.as_ref().filter(|_| collected::is_of_posts(measure));
            told.push(format!(
                "{}, {}{}: {}.",
                catalogue::title(measure),
                found.group,
                of_part.map_or_else(String::new, |part| format!(
                    ", in what was collected ({})",
                    part.percent()
                )),
                found.quantity()
            ));
        }
        let location = GROUPS.iter().find_map(|group| {
            let row = self.measured.measure("location.focus", group, study::Window::ALL)?;
            row.number.finding.as_ref().map(|finding| (group, finding))
        });
        if let Some((group, finding)) = location {
            told.push(format!(
                "Trend of the number of {} that place themselves in the focus countries: {finding}.",
                words::group(group)
            ));
        }
        told
    }
}

fn finding(number: &Number) -> String {
    number
        .finding
        .as_ref()
        .map_or_else(String::new, |finding| format!(": {finding}"))
}

fn window_words(window: &str) -> String {
    if window == study::Window::ALL {
        "the whole period".to_owned()
    } else {
        format!("the window {window}")
    }
}
