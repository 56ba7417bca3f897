//! The measures of lives: who came back, how long accounts lived, when and where from they posted, and how much.

use super::Counts::{Accounts, Lives, Persons};
use super::Is::{Headcount, Quantity};
use super::{Entry, entry};

/// In the order of the report.
pub(super) const ENTRIES: &[Entry] = &[
    entry(
        "returns.persons",
        "Persons who came back",
        Persons,
        Headcount,
        "persons with more than one account",
    ),
    entry(
        "returns.accounts",
        "Accounts made after the first",
        Persons,
        Headcount,
        "later accounts of persons who came back",
    ),
    entry(
        "returns.followers_ratio",
        "Followers after a return",
        Persons,
        Quantity,
        "most followers of the later account over those of the person's first account",
    ),
    entry(
        "returns.gap_days",
        "Days until the return",
        Persons,
        Quantity,
        "from the first sign that an account was gone to the creation of the next",
    ),
    entry(
        "returns.pace_ratio",
        "Pace after a return",
        Persons,
        Quantity,
        "lifetime tweets per day of the later account over those of the person's first account",
    ),
    entry(
        "survival.median_days",
        "Median life of an account",
        Lives,
        Quantity,
        "days from creation to suspension by which half of the accounts are gone (Kaplan–Meier)",
    ),
    entry(
        "survival.at_30_days",
        "Accounts that stand after 30 days",
        Lives,
        Quantity,
        "share not yet suspended 30 days after creation (Kaplan–Meier)",
    ),
    entry(
        "survival.at_90_days",
        "Accounts that stand after 90 days",
        Lives,
        Quantity,
        "share not yet suspended 90 days after creation (Kaplan–Meier)",
    ),
    entry(
        "survival.restricted_mean_90_days",
        "Mean days lived of the first 90",
        Lives,
        Quantity,
        "area under the survival curve up to 90 days after creation (Kaplan–Meier)",
    ),
    entry(
        "survival.suspended_by_2_days",
        "Suspended within 2 days",
        Lives,
        Quantity,
        "share suspended within 2 days of creation (one less the Kaplan–Meier share)",
    ),
    entry(
        "survival.suspended_by_7_days",
        "Suspended within 7 days",
        Lives,
        Quantity,
        "share suspended within 7 days of creation (one less the Kaplan–Meier share)",
    ),
    entry(
        "survival.suspended_by_30_days",
        "Suspended within 30 days",
        Lives,
        Quantity,
        "share suspended within 30 days of creation (one less the Kaplan–Meier share)",
    ),
    entry(
        "survival.suspended_by_90_days",
        "Suspended within 90 days",
        Lives,
        Quantity,
        "share suspended within 90 days of creation (one less the Kaplan–Meier share)",
    ),
    entry(
        "volume.posts",
        "Posts",
        Accounts,
        Quantity,
        "posts in the archive, in the window or in the 7 days from the moment named",
    ),
    entry(
        "volume.accounts",
        "Accounts that post",
        Accounts,
        Headcount,
        "accounts with a post in the archive, in the window or in the 7 days from the moment named",
    ),
    entry(
        "volume.available_posts",
        "Posts that could be read",
        Accounts,
        Quantity,
        "posts that the members alive at a sample had written by the platform's own count, summed; over a window, the mean of its samples",
    ),
    entry(
        "volume.posts_per_day",
        "Posts a day in the archive",
        Accounts,
        Quantity,
        "posts in the archive over the days between its first and last post",
    ),
    entry(
        "duration.median_days",
        "Median duration of activity",
        Accounts,
        Quantity,
        "days from an account's first to its last post in the archive",
    ),
    entry(
        "duration.share_under_50_days",
        "Accounts active for under 50 days",
        Accounts,
        Quantity,
        "share of accounts whose first and last post in the archive are fewer than 50 days apart",
    ),
    entry(
        "location.focus",
        "Members in the focus countries",
        Accounts,
        Headcount,
        "members whose self-declared location lies in one of the study's focus countries; over a window, the mean of its samples",
    ),
    entry(
        "location.focus_share",
        "Share of members in the focus countries",
        Accounts,
        Quantity,
        "share whose location lies in one of the study's focus countries, of the members that declare one",
    ),
    entry(
        "location.none_share",
        "Share of members without a location",
        Accounts,
        Quantity,
        "share that declare no location, of the members whose profile was seen",
    ),
    entry(
        "location.ambiguous_share",
        "Share of members with an ambiguous location",
        Accounts,
        Quantity,
        "share whose location may mean several countries, of the members that declare one",
    ),
    entry(
        "tweets_per_day.lifetime.share_under_1",
        "Members below 1 tweet a day",
        Accounts,
        Quantity,
        "members that wrote fewer than 1 post a day over their accounts' lives, in percent of those with a lifetime \
         pace; over a window, the mean of its samples",
    ),
    entry(
        "tweets_per_day.lifetime.share_under_5",
        "Members below 5 tweets a day",
        Accounts,
        Quantity,
        "members that wrote fewer than 5 posts a day over their accounts' lives, in percent of those with a lifetime \
         pace; over a window, the mean of its samples",
    ),
    entry(
        "tweets_per_day.lifetime.share_over_50",
        "Members above 50 tweets a day",
        Accounts,
        Quantity,
        "members that wrote more than 50 posts a day over their accounts' lives, in percent of those with a lifetime \
         pace; over a window, the mean of its samples",
    ),
];
