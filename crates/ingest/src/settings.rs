//! What was typed about formats and limits, and what was meant.

use std::str::FromStr;

use clap::ValueEnum;

/// `--format`: what the inputs are, for those whose records do not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArgument {
    /// Look at the records
    Auto,
    /// Twitter v1.1 JSON: posts, accounts, stream notices
    TwitterV1,
    /// Twitter v2 JSON: twarc2 pages and flattened posts
    TwitterV2,
    /// Twitter: an account's own export (tweets.js, account.js, follower.js, following.js)
    TwitterExport,
    /// Twitter as activity streams (GNIP, PowerTrack)
    Activity,
    /// Bluesky: Jetstream events, profiles
    Bluesky,
    /// Mastodon, Truth Social and the like: statuses, accounts, stream events
    Mastodon,
    /// Telegram Desktop's JSON export
    Telegram,
    /// Reddit comments and submissions as Pushshift kept them
    Reddit,
    /// Ids of Twitter's posts, one to a line or in JSON lists
    PostIds,
    /// CSV through a mapping
    Csv,
    /// A list of accounts: roster, handle and/or account_id, listed_at, unlisted_at
    Roster,
    /// Checks of accounts: account_id and/or handle, observed_at, state, detail
    Availability,
    /// Who follows whom: follower_id, followed_id, observed_at
    Follows,
}

/// Which records are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// All that are known.
    Any,
    /// Twitter v1.1.
    TwitterV1,
    /// Twitter v2.
    TwitterV2,
    /// An account's own export.
    TwitterExport,
    /// Activity streams.
    Activity,
    /// Bluesky.
    Bluesky,
    /// Mastodon.
    Mastodon,
    /// Telegram.
    Telegram,
    /// Reddit.
    Reddit,
    /// Ids of posts.
    PostIds,
    /// Rows through a mapping.
    Mapped,
    /// Roster entries.
    Roster,
    /// Availability checks.
    Availability,
    /// Follows.
    Follows,
}

impl Kind {
    /// As typed after `--format`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "auto",
            Self::TwitterV1 => "twitter-v1",
            Self::TwitterV2 => "twitter-v2",
            Self::TwitterExport => "twitter-export",
            Self::Activity => "activity",
            Self::Bluesky => "bluesky",
            Self::Mastodon => "mastodon",
            Self::Telegram => "telegram",
            Self::Reddit => "reddit",
            Self::PostIds => "post-ids",
            Self::Mapped => "csv",
            Self::Roster => "roster",
            Self::Availability => "availability",
            Self::Follows => "follows",
        }
    }
}

impl From<FormatArgument> for Kind {
    fn from(argument: FormatArgument) -> Self {
        match argument {
            FormatArgument::Auto => Self::Any,
            FormatArgument::TwitterV1 => Self::TwitterV1,
            FormatArgument::TwitterV2 => Self::TwitterV2,
            FormatArgument::TwitterExport => Self::TwitterExport,
            FormatArgument::Activity => Self::Activity,
            FormatArgument::Bluesky => Self::Bluesky,
            FormatArgument::Mastodon => Self::Mastodon,
            FormatArgument::Telegram => Self::Telegram,
            FormatArgument::Reddit => Self::Reddit,
            FormatArgument::PostIds => Self::PostIds,
            FormatArgument::Csv => Self::Mapped,
            FormatArgument::Roster => Self::Roster,
            FormatArgument::Availability => Self::Availability,
            FormatArgument::Follows => Self::Follows,
        }
    }
}

/// Whose followers or friends the ids of an id list are: `--followers-of`, `--friends-of`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// The ids follow this account.
    Followers(String),
    /// This account follows the ids.
    Friends(String),
}

impl Whose {
    /// Stands for the name of the list's own file, up to its first point.
    pub const FILE: &str = "FILE";
}

/// `--max-rejects`: how many records may be rejected before the run counts as failed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxRejects {
    /// So many.
    Count(u64),
    /// So many of a hundred records read.
    Percent(f64),
}

impl MaxRejects {
    /// Whether `rejected` of `read` records are more than allowed.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a share of records needs no more digits than f64 has"
    )]
    pub fn is_exceeded(self, rejected: u64, read: u64) -> bool {
        match self {
            Self::Count(allowed) => rejected > allowed,
            Self::Percent(percent) => rejected > 0 && rejected as f64 * 100.0 > percent * read as f64,
        }
    }
}

impl std::fmt::Display for MaxRejects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl FromStr for MaxRejects {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is neither a count (20) nor a share (0.5%)");
        match text.strip_suffix('%') {
            Some(percent) => percent
                .trim()
                .parse()
                .ok()
                .filter(|percent: &f64| (0.0..=100.0).contains(percent))
                .map(Self::Percent)
                .ok_or_else(wrong),
            None => text.parse().map(Self::Count).map_err(|_| wrong()),
        }
    }
}

/// A size as typed: `65536`, `64K`, `64M`, `1G`; at most 1 GiB.
///
/// # Errors
/// When it is no such size.
pub fn size(text: &str) -> Result<usize, String> {
    let (digits, unit) = match text.char_indices().find(|(_, character)| !character.is_ascii_digit()) {
        Some((at, _)) => text.split_at(at),
        None => (text, ""),
    };
    let shift = match unit
        .trim()
        .to_ascii_lowercase()
        .trim_end_matches("ib")
        .trim_end_matches('b')
    {
        "" => Some(0),
        "k" => Some(10),
        "m" => Some(20),
        "g" => Some(30),
        _ => None,
    };
    shift
        .and_then(|shift| digits.parse::<usize>().ok()?.checked_mul(1 << shift))
        .filter(|bytes| (1..=1 << 30).contains(bytes))
        .ok_or_else(|| format!("'{text}' is no size between 1 byte and 1G (examples: 64M, 512K)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_are_allowed_by_count_or_share() {
        let allowed: MaxRejects = "2".parse().unwrap();
        assert!(!allowed.is_exceeded(2, 2) && allowed.is_exceeded(3, 1_000));
        let allowed: MaxRejects = "0.5%".parse().unwrap();
        assert!(!allowed.is_exceeded(5, 1_000) && allowed.is_exceeded(6, 1_000));
        let none: MaxRejects = "0%".parse().unwrap();
        assert!(none.is_exceeded(1, 1_000_000) && !none.is_exceeded(0, 0));
        for wrong in ["", "-1", "many", "101%", "%", "1.5"] {
            assert!(wrong.parse::<MaxRejects>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes() {
        assert_eq!(size("64M"), Ok(64 << 20));
        assert_eq!(size("512KiB"), Ok(512 << 10));
        assert_eq!(size("100"), Ok(100));
        for wrong in ["", "0", "2G", "M", "1.5M", "12T"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
