//! The measures of the sets at samples: how many members, their followers and pace, how fast they are suspended, how insular they are.

use super::Counts::{Accounts, Times};
use super::Is::{Headcount, Quantity};
use super::{Entry, entry};

/// In the order of the report.
pub(super) const ENTRIES: &[Entry] = &[
    entry(
        "size",
        "Accounts alive",
        Accounts,
        Headcount,
        "accounts of the set that answer at the sample",
    ),
    entry(
        "size.max",
        "Most accounts alive",
        Times,
        Headcount,
        "largest size at any sample of the window",
    ),
    entry(
        "size.median",
        "Median accounts alive",
        Times,
        Headcount,
        "median size over the window's samples",
    ),
    entry(
        "size.min",
        "Fewest accounts alive",
        Times,
        Headcount,
        "smallest size at any sample of the window",
    ),
    entry(
        "followers.mean",
        "Mean followers",
        Accounts,
        Quantity,
        "mean over the members of the followers in the newest observation at or before the sample; over a window, the mean of \
         its samples",
    ),
    entry(
        "followers.median",
        "Median followers",
        Accounts,
        Quantity,
        "median over the members of the followers in the newest observation at or before the sample",
    ),
    entry(
        "followers.q1",
        "Lower quartile of followers",
        Accounts,
        Quantity,
        "first quartile over the members of the followers in the newest observation at or before the sample",
    ),
    entry(
        "followers.q3",
        "Upper quartile of followers",
        Accounts,
        Quantity,
        "third quartile over the members of the followers in the newest observation at or before the sample",
    ),
    entry(
        "followers.trend",
        "Trend of mean followers",
        Times,
        Quantity,
        "slope of the mean followers over the window's samples; flat is shown by equivalence within the study's margin, not by a \
         failure to find a slope",
    ),
    entry(
        "followers.trend_p",
        "Trend of mean followers, p",
        Times,
        Quantity,
        "probability of a trend at least as strong if there were none",
    ),
    entry(
        "tweets_per_day.lifetime.mean",
        "Lifetime tweets per day, mean",
        Accounts,
        Quantity,
        "posts since creation over age in days (at least one), mean over the members at the sample",
    ),
    entry(
        "tweets_per_day.lifetime.median",
        "Lifetime tweets per day, median",
        Accounts,
        Quantity,
        "posts since creation over age in days (at least one), median over the members at the sample",
    ),
    entry(
        "tweets_per_day.lifetime.first",
        "Lifetime tweets per day, first sample",
        Accounts,
        Quantity,
        "mean lifetime pace of the members at the window's first sample that has one",
    ),
    entry(
        "tweets_per_day.lifetime.last",
        "Lifetime tweets per day, last sample",
        Accounts,
        Quantity,
        "mean lifetime pace of the members at the window's last sample that has one",
    ),
    entry(
        "tweets_per_day.lifetime.trend",
        "Trend of lifetime tweets per day",
        Times,
        Quantity,
        "slope of the members' mean lifetime pace over the window's samples",
    ),
    entry(
        "tweets_per_day.window.mean",
        "Tweets per day between observations",
        Accounts,
        Quantity,
        "growth of an account's count of posts between two observations, over the days between them; mean over the members",
    ),
    entry(
        "tweets_per_day.posts.mean",
        "Tweets per day collected",
        Accounts,
        Quantity,
        "posts collected of members per account-day: over the 7 days that end with a sample, or over the window; posts seen only inside \
         others' reposts and quotes are not counted",
    ),
    entry(
        "suspension.rate",
        "Suspension rate",
        Accounts,
        Quantity,
        "accounts newly found suspended over accounts alive at their check before, per day of exposure",
    ),
    entry(
        "suspension.other_ends",
        "Rate of other ends",
        Accounts,
        Quantity,
        "accounts newly found deactivated or not found, without word of a suspension, per day of exposure",
    ),
    entry(
        "insularity.follows_out",
        "Follows of members that stay inside",
        Accounts,
        Quantity,
        "share of the members' follows that go to members",
    ),
    entry(
        "insularity.follows_in",
        "Follows of members that come from inside",
        Accounts,
        Quantity,
        "share of the follows of members that come from members",
    ),
    entry(
        "insularity.interactions",
        "Interactions of members that stay inside",
        Accounts,
        Quantity,
        "share of the members' replies, mentions, reposts and quotes that address members",
    ),
    entry(
        "insularity.reciprocity",
        "Reciprocity",
        Accounts,
        Quantity,
        "share of the follows between members that are returned",
    ),
    entry(
        "insularity.ei_index",
        "E–I index",
        Accounts,
        Quantity,
        "outside ties less inside ties, over all ties (Krackhardt & Stern 1988): −1 is all inside, 1 all outside",
    ),
];
