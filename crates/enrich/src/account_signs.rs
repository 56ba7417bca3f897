//! Signs of automation, each by itself: pace, clients, the times between posts, the minutes of the hour, the default picture.
//!
//! None of them is a verdict; what each means and where it comes from stands in `docs/content.md`. Memory: 8 bytes a post.

use std::collections::BTreeMap;

use tables::{Account, AccountSign, Post, Timestamp};

use crate::accounts::AccountNumber;
use crate::content::Counted;
use crate::known::Known;
use crate::terms;

/// Fewer posts do not tell whether the times between them are regular.
const LEAST_FOR_GAPS: usize = 10;
/// Fewer posts do not tell whether minutes of the hour are preferred: one a minute on average.
const LEAST_FOR_MINUTES: usize = 60;
const MINUTES: usize = 60;
/// Parts of an address by which platforms' own pictures are known: Twitter's egg and silhouette, Mastodon's, Reddit's.
const DEFAULT_AVATARS: [&str; 4] = [
    "/default_profile_images/",
    "/default_profile_",
    "/avatars/original/missing.png",
    "/avatars/defaults/",
];

/// When accounts posted, and what picture they were last seen with.
#[derive(Debug, Default)]
pub(crate) struct Habits {
    /// Seconds since 1970; moments that a day's clock of 32 bits does not reach have no part in this.
    times: Vec<(AccountNumber, u32)>,
    avatars: BTreeMap<AccountNumber, (Option<Timestamp>, bool)>,
}

impl Habits {
    /// Takes in when a post was written.
    pub(crate) fn see_post(&mut self, author: AccountNumber, post: &Post<'_>) {
        let seconds = post.posted_at.and_then(|at| u32::try_from(at.0.div_euclid(1000)).ok());
        if let Some(seconds) = seconds {
            self.times.push((author, seconds));
        }
    }

    /// Takes in an account's picture; the newest counts.
    pub(crate) fn see_account(&mut self, account: AccountNumber, row: &Account<'_>) {
        let Some(url) = row.avatar_url.filter(|url| !url.is_empty()) else {
            return;
        };
        let seen = (row.observed_at, is_default(url));
        self.avatars
            .entry(account)
            .and_modify(|known| *known = seen.max(*known))
            .or_insert(seen);
    }

    /// The rows of `account_signs`.
    pub(crate) fn rows<'a>(mut self, known: &'a Known, counted: &'a Counted) -> Vec<AccountSign<'a>> {
        let mut clients: BTreeMap<AccountNumber, BTreeMap<&str, u64>> = BTreeMap::new();
        for (account, client, posts) in counted.clients() {
            *clients.entry(account).or_default().entry(client).or_default() += posts;
        }
        let mut most: BTreeMap<AccountNumber, (u64, u64)> = BTreeMap::new();
        for (account, posts) in counted.posts_by_day() {
            let (days, most) = most.entry(account).or_default();
            *days += 1;
            *most = posts.max(*most);
        }
        self.times.sort_unstable();
        let mut times = self.times.chunk_by(|a, b| a.0 == b.0).peekable();
        let mut accounts = known.seen();
        accounts.sort_unstable();
        let mut rows: Vec<AccountSign<'a>> = Vec::with_capacity(accounts.len());
        for account in accounts {
            let (platform, account_id) = known.numbers.name(account);
            while times.peek().is_some_and(|of| of[0].0 < account) {
                times.next();
            }
            let own = times.next_if(|of| of[0].0 == account).unwrap_or_default();
            let gaps = Gaps::of(own);
            let used = clients.remove(&account).unwrap_or_default();
            let with_client: u64 = used.values().sum();
            let automated: u64 = used
                .iter()
                .filter(|(client, _)| terms::is_automation(client))
                .map(|(_, posts)| posts)
                .sum();
            // The first by name of those with most.
            let top = used.iter().rev().max_by_key(|(_, posts)| **posts);
            let (days, in_a_day) = most.get(&account).copied().unwrap_or_default();
            rows.push(AccountSign {
                platform,
                account_id,
                posts: whole(own.len() as u64),
                days_posted: whole(days),
                posts_per_day: pace(own),
                most_posts_in_a_day: (days > 0).then(|| whole(in_a_day)),
                clients: (with_client > 0).then(|| whole(used.len() as u64)),
                top_client: top.map(|(client, _)| *client),
                top_client_share: top.map(|(_, posts)| ratio(*posts, with_client)),
                automation_share: (with_client > 0).then(|| ratio(automated, with_client)),
                gap_median_seconds: gaps.map(|gaps| gaps.median),
                burstiness: gaps.and_then(|gaps| gaps.burstiness),
                minute_dispersion: minute_dispersion(own),
                default_avatar: self.avatars.get(&account).map(|(_, default)| *default),
            });
        }
        rows.sort_by(|a, b| (a.platform, a.account_id).cmp(&(b.platform, b.account_id)));
        rows
    }
}

fn is_default(url: &str) -> bool {
    DEFAULT_AVATARS.iter().any(|part| url.contains(part))
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "counts of posts are far below 2^52")]
fn ratio(part: u64, of: u64) -> f64 {
    part as f64 / of as f64
}

/// Posts a day from the first to the last.
fn pace(times: &[(AccountNumber, u32)]) -> Option<f64> {
    let (first, last) = (times.first()?.1, times.last()?.1);
    let days = f64::from(last - first) / 86_400.0;
    (days >= 1.0).then(|| ratio(times.len() as u64, 1) / days)
}

/// Times between posts.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Gaps {
    median: f64,
    burstiness: Option<f64>,
}

impl Gaps {
    /// Of times in order.
    fn of(times: &[(AccountNumber, u32)]) -> Option<Self> {
        if times.len() < LEAST_FOR_GAPS {
            return None;
        }
        let mut gaps: Vec<u32> = times.windows(2).map(|pair| pair[1].1 - pair[0].1).collect();
        gaps.sort_unstable();
        let n = gaps.len();
        let median = f64::midpoint(f64::from(gaps[(n - 1) / 2]), f64::from(gaps[n / 2]));
        let count = ratio(n as u64, 1);
        let mean = gaps.iter().map(|gap| f64::from(*gap)).sum::<f64>() / count;
        let variance = gaps.iter().map(|gap| (f64::from(*gap) - mean).powi(2)).sum::<f64>() / count;
        let spread = variance.sqrt();
        // All at one second: there is no rhythm to speak of.
        let burstiness = (mean > 0.0).then(|| (spread - mean) / (spread + mean));
        Some(Self { median, burstiness })
    }
}

/// Variance over mean of how many posts fall on each minute of the hour.
fn minute_dispersion(times: &[(AccountNumber, u32)]) -> Option<f64> {
    if times.len() < LEAST_FOR_MINUTES {
        return None;
    }
    let mut counts = [0_u32; MINUTES];
    for (_, seconds) in times {
        counts[(seconds / 60) as usize % MINUTES] += 1;
    }
    let mean = ratio(times.len() as u64, MINUTES as u64);
    let squares: f64 = counts.iter().map(|count| (f64::from(*count) - mean).powi(2)).sum();
    Some(squares / ratio(MINUTES as u64 - 1, 1) / mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::AccountNumbers;

    fn times(seconds: impl IntoIterator<Item = u32>) -> Vec<(AccountNumber, u32)> {
        let account = AccountNumbers::default().number("twitter", "1").unwrap();
        seconds.into_iter().map(|seconds| (account, seconds)).collect()
    }

    /// scipy 1.16: g = numpy.diff(t); median 30, (g.std() - g.mean()) / (g.std() + g.mean());
    /// scipy.stats.chisquare(numpy.bincount(t // 60 % 60, minlength=60)).statistic / 59
    #[test]
    fn rhythm_of_posts() {
        assert_eq!(Gaps::of(&times((0..9).map(|i| i * 60))), None, "too few");
        let clock = Gaps::of(&times((0..50).map(|i| i * 3600))).unwrap();
        assert_eq!((clock.median, clock.burstiness), (3600.0, Some(-1.0)));
        let once = Gaps::of(&times([7; 20])).unwrap();
        assert_eq!((once.median, once.burstiness), (0.0, None));
        // Gaps of 10, 20, …, 10 times over, then one of an hour: mean and spread by hand.
        let seconds = [0, 10, 30, 60, 100, 150, 210, 280, 360, 450, 550, 4150];
        let gaps = Gaps::of(&times(seconds)).unwrap();
        assert_eq!(gaps.median, 60.0);
        let mean = 4150.0 / 11.0;
        let squares = (1..=10).map(|i| f64::from(i) * 10.0).chain([3600.0]);
        let spread = (squares.map(|gap| (gap - mean) * (gap - mean)).sum::<f64>() / 11.0).sqrt();
        assert!((gaps.burstiness.unwrap() - (spread - mean) / (spread + mean)).abs() < 1e-12);
    }

    #[test]
    fn minutes_of_the_hour() {
        assert_eq!(minute_dispersion(&times((0..59).map(|i| i * 60))), None, "too few");
        assert_eq!(
            minute_dispersion(&times((0..120).map(|i| i * 60))),
            Some(0.0),
            "each alike"
        );
        // All 120 on the same minute: (118² + 59·2²) / 59 / 2 = 120.
        let on_the_hour = minute_dispersion(&times((0..120).map(|i| i * 3600))).unwrap();
        assert!((on_the_hour - 120.0).abs() < 1e-12, "{on_the_hour}");
    }

    #[test]
    fn a_pace_needs_a_day() {
        assert_eq!(pace(&times([0, 86_399])), None);
        assert_eq!(pace(&times([0, 5, 172_800])), Some(1.5));
        assert_eq!(pace(&[]), None);
    }

    #[test]
    fn the_platforms_own_pictures() {
        for url in [
            "http://abs.twimg.com/sticky/default_profile_images/default_profile_3_normal.png",
            "https://mastodon.example/avatars/original/missing.png",
            "https://www.redditstatic.com/avatars/defaults/v2/avatar_default_3.png",
        ] {
            assert!(is_default(url), "{url}");
        }
        assert!(!is_default("https://pbs.twimg.com/profile_images/1/tea_normal.jpg"));
    }
}
