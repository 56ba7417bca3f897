//! What the measures mean, in the words of the report: titles, definitions, and what their n counts.
//!
//! A measure that is not here is reported all the same, under its id.

mod structure;

/// What the n of a number counts, which decides how it is read and when it is too few to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    /// Accounts; fewer than the study's smallest group are not shown.
    Accounts,
    /// Persons; the same.
    Persons,
    /// Samples or bins of time: few of them are few moments, not few people.
    Times,
}

/// Whether the number itself is a count of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Is {
    /// A count of accounts or persons; a small one shows a small group.
    Headcount,
    /// Anything else.
    Quantity,
}

/// What the report knows of a measure.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) definition: &'static str,
    pub(crate) counts: Counts,
    pub(crate) is: Is,
}

const fn entry(id: &'static str, title: &'static str, counts: Counts, is: Is, definition: &'static str) -> Entry {
    Entry {
        id,
        title,
        definition,
        counts,
        is,
    }
}

use Counts::{Accounts, Persons, Times};
use Is::{Headcount, Quantity};

/// Every measure of the list of measures, in the order in which the report tells of them.
const ENTRIES: &[Entry] = &[
    entry(
        "size",
        "Accounts alive",
        Accounts,
        Headcount,
        "accounts of the group that answer at the sample",
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
        "median over the members, else as the mean",
    ),
    entry(
        "followers.q1",
        "Lower quartile of followers",
        Accounts,
        Quantity,
        "first quartile over the members",
    ),
    entry(
        "followers.q3",
        "Upper quartile of followers",
        Accounts,
        Quantity,
        "third quartile over the members",
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
        "the same, median over the members",
    ),
    entry(
        "tweets_per_day.lifetime.first",
        "Lifetime tweets per day, first sample",
        Accounts,
        Quantity,
        "the mean at the window's first sample that has one",
    ),
    entry(
        "tweets_per_day.lifetime.last",
        "Lifetime tweets per day, last sample",
        Accounts,
        Quantity,
        "the mean at the window's last sample that has one",
    ),
    entry(
        "tweets_per_day.lifetime.trend",
        "Trend of lifetime tweets per day",
        Times,
        Quantity,
        "slope of the mean over the window's samples",
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
        "Tweets per day in the archive",
        Accounts,
        Quantity,
        "posts of members in the archive per account-day: over the 7 days that end with a sample, or over the window",
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
        Accounts,
        Quantity,
        "days from creation to suspension by which half of the accounts are gone (Kaplan–Meier)",
    ),
    entry(
        "survival.at_30_days",
        "Accounts that stand after 30 days",
        Accounts,
        Quantity,
        "share not yet suspended 30 days after creation (Kaplan–Meier)",
    ),
    entry(
        "survival.at_90_days",
        "Accounts that stand after 90 days",
        Accounts,
        Quantity,
        "share not yet suspended 90 days after creation (Kaplan–Meier)",
    ),
    entry(
        "survival.restricted_mean_90_days",
        "Mean days lived of the first 90",
        Accounts,
        Quantity,
        "area under the survival curve up to 90 days after creation (Kaplan–Meier)",
    ),
    entry(
        "survival.suspended_by_2_days",
        "Suspended within 2 days",
        Accounts,
        Quantity,
        "share suspended within 2 days of creation (one less the Kaplan–Meier share)",
    ),
    entry(
        "survival.suspended_by_7_days",
        "Suspended within 7 days",
        Accounts,
        Quantity,
        "share suspended within 7 days of creation (one less the Kaplan–Meier share)",
    ),
    entry(
        "survival.suspended_by_30_days",
        "Suspended within 30 days",
        Accounts,
        Quantity,
        "share suspended within 30 days of creation (one less the Kaplan–Meier share)",
    ),
    entry(
        "survival.suspended_by_90_days",
        "Suspended within 90 days",
        Accounts,
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
        Times,
        Headcount,
        "accounts with a post in the archive, in the window or in the 7 days from the moment named",
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
        "of the members that declare a location",
    ),
    entry(
        "location.none_share",
        "Share of members without a location",
        Accounts,
        Quantity,
        "of the members whose profile was seen, those that declare no location",
    ),
    entry(
        "location.ambiguous_share",
        "Share of members with an ambiguous location",
        Accounts,
        Quantity,
        "of the members that declare a location, those whose location may mean several countries",
    ),
    entry(
        "tweets_per_day.lifetime.share_under_1",
        "Members below 1 tweet a day",
        Accounts,
        Quantity,
        "of the members with a lifetime pace; over a window, the mean of its samples",
    ),
    entry(
        "tweets_per_day.lifetime.share_under_5",
        "Members below 5 tweets a day",
        Accounts,
        Quantity,
        "of the members with a lifetime pace; over a window, the mean of its samples",
    ),
    entry(
        "tweets_per_day.lifetime.share_over_50",
        "Members above 50 tweets a day",
        Accounts,
        Quantity,
        "of the members with a lifetime pace; over a window, the mean of its samples",
    ),
    entry(
        "contrast.followers.suspended",
        "Suspended: followers",
        Accounts,
        Quantity,
        "median followers of accounts suspended in the window, as last seen",
    ),
    entry(
        "contrast.followers.standing",
        "Not suspended: followers",
        Accounts,
        Quantity,
        "median followers of accounts that outlived the window, as last seen by its end",
    ),
    entry(
        "contrast.followers.ratio",
        "Suspended by not suspended: followers",
        Accounts,
        Quantity,
        "ratio of the medians of followers; those not suspended were seen later and had more time to grow",
    ),
    entry(
        "contrast.following.suspended",
        "Suspended: followed accounts",
        Accounts,
        Quantity,
        "median followed accounts of accounts suspended in the window, as last seen",
    ),
    entry(
        "contrast.following.standing",
        "Not suspended: followed accounts",
        Accounts,
        Quantity,
        "median followed accounts of accounts that outlived the window, as last seen by its end",
    ),
    entry(
        "contrast.following.ratio",
        "Suspended by not suspended: followed accounts",
        Accounts,
        Quantity,
        "ratio of the medians of followed accounts; those not suspended were seen later and had more time to grow",
    ),
    entry(
        "contrast.statuses.suspended",
        "Suspended: posts written",
        Accounts,
        Quantity,
        "median posts written of accounts suspended in the window, as last seen",
    ),
    entry(
        "contrast.statuses.standing",
        "Not suspended: posts written",
        Accounts,
        Quantity,
        "median posts written of accounts that outlived the window, as last seen by its end",
    ),
    entry(
        "contrast.statuses.ratio",
        "Suspended by not suspended: posts written",
        Accounts,
        Quantity,
        "ratio of the medians of posts written; those not suspended were seen later and had more time to grow",
    ),
    entry(
        "contrast.pace.suspended",
        "Suspended: lifetime pace",
        Accounts,
        Quantity,
        "median lifetime pace of accounts suspended in the window, as last seen",
    ),
    entry(
        "contrast.pace.standing",
        "Not suspended: lifetime pace",
        Accounts,
        Quantity,
        "median lifetime pace of accounts that outlived the window, as last seen by its end",
    ),
    entry(
        "contrast.pace.ratio",
        "Suspended by not suspended: lifetime pace",
        Accounts,
        Quantity,
        "ratio of the medians of lifetime pace; those not suspended were seen later and had more time to grow",
    ),
    entry(
        "language.english.posts",
        "Posts in English",
        Accounts,
        Quantity,
        "share of own posts whose language was detected; reposts do not count",
    ),
    entry(
        "language.english.tagged_posts",
        "Posts tagged English",
        Accounts,
        Quantity,
        "share of own posts that the platform tagged with a language",
    ),
    entry(
        "language.english.accounts",
        "Accounts that write mostly English",
        Accounts,
        Quantity,
        "share of accounts with more own posts in English than in all other languages, as detected",
    ),
    entry(
        "language.agreement",
        "Agreement of tag and detection",
        Accounts,
        Quantity,
        "share of own posts with both in which they agree",
    ),
    entry(
        "language.detected",
        "Posts whose language was detected",
        Accounts,
        Quantity,
        "share of own posts",
    ),
    entry(
        "influence.top_tenth_share",
        "Reactions drawn by the top tenth",
        Accounts,
        Quantity,
        "of the times that members addressed one another, the share that went to the tenth who were addressed most",
    ),
    entry(
        "influence.drawing_share",
        "Members that draw reactions",
        Accounts,
        Quantity,
        "share of the accounts on the list that another on it addressed at least once",
    ),
    entry(
        "influence.giving_share",
        "Members that give reactions",
        Accounts,
        Quantity,
        "share of the accounts on the list that addressed another on it at least once",
    ),
    entry(
        "suspension.waves",
        "Waves of suspensions",
        Accounts,
        Quantity,
        "stretches of days with more suspensions than the rest of the period",
    ),
    entry(
        "suspension.wave_share",
        "Suspensions in waves",
        Accounts,
        Quantity,
        "share of the suspensions that fell into waves",
    ),
    entry(
        "suspension.wave_ratio",
        "Rate in waves by rate outside",
        Accounts,
        Quantity,
        "suspension rate in waves over that of all other days",
    ),
    entry(
        "persistence.size",
        "Size after a wave",
        Times,
        Quantity,
        "slope of the set's size from a wave to the next",
    ),
    entry(
        "persistence.followers",
        "Mean followers after a wave",
        Times,
        Quantity,
        "slope of the members' mean followers from a wave to the next",
    ),
    entry(
        "survival.turnbull_median_days",
        "Median life, ends between two looks",
        Accounts,
        Quantity,
        "days from creation to suspension by which half of the accounts are gone, each suspension known only to lie between two looks (Turnbull)",
    ),
    entry(
        "survival.hazard_ratio.followers_doubled",
        "Hazard with twice the followers",
        Accounts,
        Quantity,
        "hazard of suspension with twice the followers when first seen, all else equal (Cox)",
    ),
    entry(
        "survival.hazard_ratio.pace_doubled",
        "Hazard with twice the pace",
        Accounts,
        Quantity,
        "hazard of suspension with twice the lifetime pace when first seen, all else equal (Cox)",
    ),
    entry(
        "survival.hazard_ratio.returned",
        "Hazard of returned accounts",
        Accounts,
        Quantity,
        "hazard of suspension of a person's later account over that of first accounts, all else equal (Cox)",
    ),
    entry(
        "content.hashtag_share",
        "Share of posts with a hashtag",
        Accounts,
        Quantity,
        "of the own posts whose source tells hashtags",
    ),
    entry(
        "content.link_share",
        "Share of posts with a link",
        Accounts,
        Quantity,
        "of the own posts whose source tells links",
    ),
    entry(
        "content.hashtags",
        "Hashtags",
        Accounts,
        Quantity,
        "distinct hashtags of own posts",
    ),
    entry(
        "content.domains",
        "Domains linked to",
        Accounts,
        Quantity,
        "distinct registered domains that own posts link to",
    ),
    entry(
        "content.clients",
        "Clients",
        Accounts,
        Quantity,
        "distinct programs that own posts were written with",
    ),
    entry(
        "content.hashtag_concentration",
        "Concentration of hashtags",
        Accounts,
        Quantity,
        "chance that two uses of hashtags are of one (Herfindahl)",
    ),
    entry(
        "content.domain_concentration",
        "Concentration of links",
        Accounts,
        Quantity,
        "chance that two links lead to one domain (Herfindahl)",
    ),
    entry(
        "content.client_concentration",
        "Concentration of clients",
        Accounts,
        Quantity,
        "chance that two posts came from one client (Herfindahl)",
    ),
    entry(
        "content.top_client_share",
        "Share of the first client",
        Accounts,
        Quantity,
        "of the own posts whose client is told, those of the client with most",
    ),
    entry(
        "content.automation_share",
        "Share of automation clients",
        Accounts,
        Quantity,
        "of the own posts whose client is told, those from clients known to post by themselves",
    ),
];

/// Every measure that the report knows, in its order.
pub(crate) fn all() -> impl Iterator<Item = &'static Entry> {
    ENTRIES.iter().chain(structure::all())
}

/// What the report knows of a measure, by its id.
pub(crate) fn find(id: &str) -> Option<&'static Entry> {
    all().find(|entry| entry.id == id)
}

/// The measure's title, or its id.
pub(crate) fn title(id: &str) -> &str {
    find(id).map_or(id, |entry| entry.title)
}

/// The measure's place in the report; unknown ones come last.
pub(crate) fn rank(id: &str) -> usize {
    all().position(|entry| entry.id == id).unwrap_or(usize::MAX)
}

/// What its n counts, in a word; numbers of an unknown measure are taken to rest on accounts.
pub(crate) fn counts(id: &str) -> Counts {
    find(id).map_or(Accounts, |entry| entry.counts)
}

/// Whether the number is itself a count of people.
pub(crate) fn is_headcount(id: &str) -> bool {
    find(id).is_some_and(|entry| entry.is == Headcount)
}
