//! What `metrics` and `report` fill: numbers with their meaning.

use crate::cell::Timestamp;
use crate::schema::words::{TermKind, VerdictWord};
use crate::table::table;

table! {
    /// A number with its meaning; or null, with the reason.
    Measures("measures", 1): Measure by [measure, group, window] {
        /// The measure's id, as in the list of measures.
        measure: &'a str,
        /// The accounts it is taken over: `listed`, `everyone`, a part of one (`listed/return_1`).
        group: &'a str,
        /// The window it is taken over: `all`, or a name from study.toml.
        window: &'a str,
        /// The number.
        value: Option<f64>,
        /// Lower bound of the 95 % interval.
        ci_low: Option<f64>,
        /// Upper bound of the 95 % interval.
        ci_high: Option<f64>,
        /// How many units (as `method` says) the number rests on.
        n: i64,
        /// The number's unit.
        unit: &'a str,
        /// How number and interval were made.
        method: &'a str,
        /// A qualitative finding, tested as such: `flat`, `up`, `down`, `mostly inside`, `inconclusive`, …
        finding: Option<&'a str>,
        /// Why there is no number.
        reason: Option<&'a str>,
    }
}

table! {
    /// A measure at a sample, or in a bin of time.
    Series("series", 1): SeriesPoint by [measure, group, at] {
        /// The measure's id.
        measure: &'a str,
        /// The accounts it is taken over.
        group: &'a str,
        /// The sample's instant, or the start of the bin.
        at: Timestamp,
        /// The number.
        value: Option<f64>,
        /// Lower bound of the 95 % interval.
        ci_low: Option<f64>,
        /// Upper bound of the 95 % interval.
        ci_high: Option<f64>,
        /// How many units the number rests on.
        n: i64,
        /// The number's unit.
        unit: &'a str,
        /// How number and interval were made.
        method: &'a str,
        /// Why there is no number.
        reason: Option<&'a str>,
    }
}

table! {
    /// A step of a survival curve.
    Survival("survival", 2): SurvivalRow by [group, time_days] {
        /// The accounts it is taken over.
        group: &'a str,
        /// Days since creation.
        time_days: Option<f64>,
        /// Accounts at risk just before.
        at_risk: i64,
        /// Suspensions at this time.
        events: i64,
        /// Lives censored at this time.
        censored: i64,
        /// Share still standing just after (Kaplan–Meier).
        survival: Option<f64>,
        /// Lower bound of the 95 % interval.
        ci_low: Option<f64>,
        /// Upper bound of the 95 % interval.
        ci_high: Option<f64>,
        /// Hazard summed up since the curve's first step (Nelson–Aalen).
        cumulative_hazard: Option<f64>,
    }
}

table! {
    /// An account in a person's chain, compared with the person's first.
    Returns("returns", 1): Return by [person_id, return_number] {
        /// The person.
        person_id: &'a str,
        /// 0 is the first account.
        return_number: i64,
        /// The account.
        account_id: &'a str,
        /// When it was created.
        created_at: Option<Timestamp>,
        /// When it was first seen gone.
        gone_at: Option<Timestamp>,
        /// Days from the predecessor's end, midway between last seen alive and first seen gone, to this account's creation.
        gap_days: Option<f64>,
        /// Most followers seen.
        followers_peak: Option<i64>,
        /// Followers at the last observation.
        followers_last: Option<i64>,
        /// Followers k days after creation (study.toml `returns.days_after`): at the first observation k to 2k days after it; null
        /// where there is none.
        followers_after: Option<i64>,
        /// Lifetime pace at the last observation.
        tweets_per_day: Option<f64>,
        /// `followers_peak` over that of the person's first account.
        followers_ratio: Option<f64>,
        /// `tweets_per_day` over that of the person's first account.
        pace_ratio: Option<f64>,
    }
}

table! {
    /// Ties inside and outside a set, by relation, which insularity is made of.
    Network("network", 1): NetworkRow by [group, window, relation] {
        /// The set.
        group: &'a str,
        /// The window, or `all`.
        window: &'a str,
        /// `follows_out`, `follows_in`, `interactions`, or one kind of interaction.
        relation: &'a str,
        /// Members with at least one tie of this relation.
        accounts: i64,
        /// Ties between two members.
        inside: i64,
        /// Ties between a member and somebody else.
        outside: i64,
        /// Ordered pairs of members tied both ways.
        reciprocated: i64,
        /// How multiple ties and ties to oneself were counted.
        policy: &'a str,
    }
}

table! {
    /// A wave of suspensions: days at a higher rate than the rest of the period.
    Waves("waves", 1): Wave by [group, from_at] {
        /// The accounts it is of.
        group: &'a str,
        /// The first moment of its first day.
        from_at: Timestamp,
        /// The last moment of its last day.
        to_at: Timestamp,
        /// Suspensions in it.
        suspensions: i64,
        /// Account-days at risk in it.
        account_days: Option<f64>,
        /// Suspensions beyond those that the base rate would have brought.
        excess: Option<f64>,
        /// Suspension rate of the days outside all waves, in percent per day.
        base_percent_per_day: Option<f64>,
        /// Its rate over the base rate.
        ratio: Option<f64>,
        /// Lower bound of the ratio's 95 % interval, its dates taken as known.
        ci_low: Option<f64>,
        /// Upper bound.
        ci_high: Option<f64>,
        /// Whether it had not ended on the last day.
        open: bool,
    }
}

table! {
    /// A member's reactions among the members of its set (Berger & Strathearn 2013).
    Influence("influence", 1): InfluenceRow by [group, window, rank] {
        /// The set.
        group: &'a str,
        /// The window, or `all`.
        window: &'a str,
        /// Place by interactivity, from 1; equal ones by influence, then by account.
        rank: i64,
        /// Platform, lower case.
        platform: &'a str,
        /// The account.
        account_id: &'a str,
        /// Influence: times that others on the list replied to it, mentioned, reposted or quoted it.
        influence: i64,
        /// Exposure: times that it replied to, mentioned, reposted or quoted others on the list.
        exposure: i64,
        /// Interactivity: both together.
        interactivity: i64,
    }
}

table! {
    /// Who was at risk of suspension at an age, and what had happened until then: the table under a survival curve.
    AtRisk("at_risk", 1): AtRiskRow by [group, window, time_days] {
        /// The accounts it is of.
        group: &'a str,
        /// The window, or `all`.
        window: &'a str,
        /// Days since creation.
        time_days: Option<f64>,
        /// Accounts under watch just before that age; who is first seen later is not yet among them.
        at_risk: Option<i64>,
        /// Suspensions up to that age, it included.
        events: Option<i64>,
        /// Lives censored up to that age, it included.
        censored: Option<i64>,
        /// Why there are no counts.
        reason: Option<&'a str>,
    }
}

table! {
    /// A test of a hypothesis: its p-value as it stands and adjusted for the others of its family; or null, with the reason. All p-values
    /// of one family and one window, of whatever group, are adjusted together (Holm 1979).
    Tests("tests", 1): TestRow by [family, test, group, window] {
        /// The family: the question, a point, the kind of test, such as `returns.signed_rank`.
        family: &'a str,
        /// What is compared, such as `followers_peak.against_first`, or between parts `followers.parts_by_role: a against b`.
        test: &'a str,
        /// The accounts it is taken over, as in `measures`.
        group: &'a str,
        /// The window, or `all`.
        window: &'a str,
        /// The test's statistic; `method` says which.
        statistic: Option<f64>,
        /// Two-sided p-value (of an equivalence test the larger of its two one-sided ones, of waves one-sided).
        p_value: Option<f64>,
        /// `p_value` adjusted for the family's other p-values of the same window.
        p_holm: Option<f64>,
        /// How many p-values the family has in this window.
        family_size: i64,
        /// The size of what is tested, in `unit`.
        effect: Option<f64>,
        /// Lower bound of the effect's interval: of 95 %, where `method` does not say 90 %.
        ci_low: Option<f64>,
        /// Upper bound.
        ci_high: Option<f64>,
        /// The effect's unit.
        unit: &'a str,
        /// How many units (as `method` says) the test rests on; of two groups, those in the first.
        n: i64,
        /// Those in the second group, or in all others.
        n_other: Option<i64>,
        /// What is compared and how: test, ties, exact or asymptotic, alternative, effect and interval.
        method: &'a str,
        /// Why there is no p-value.
        reason: Option<&'a str>,
    }
}

table! {
    /// A hashtag, domain or client of a group's own posts. Kept are the 50 of most posts and the 50 of most accounts of each kind.
    Content("content", 1): ContentTerm by [group, window, kind, rank] {
        /// The accounts it is taken over.
        group: &'a str,
        /// The window, or `all`; or `week to 2015-08-24`: posts of the members alive at that sample, of the seven days up to it.
        window: &'a str,
        /// What the term is.
        kind: TermKind,
        /// Place by posts, then accounts, from 1, among the terms kept: exact up to 50.
        rank: i64,
        /// Platform, lower case; a term of two platforms is two.
        platform: &'a str,
        /// The term, normalised as in `terms`.
        term: &'a str,
        /// What is known of it, as in `terms`.
        mark: Option<&'a str>,
        /// Own posts with it.
        posts: i64,
        /// Reposts with it.
        reposts: i64,
        /// Accounts whose own posts have it.
        accounts: i64,
        /// Own posts of the group whose source tells what is asked.
        posts_of_group: i64,
        /// Accounts that wrote those.
        accounts_of_group: i64,
        /// `posts` over `posts_of_group`.
        share_of_posts: Option<f64>,
        /// `accounts` over `accounts_of_group`.
        share_of_accounts: Option<f64>,
        /// Lower bound of its 95 % interval (mid-P).
        ci_low: Option<f64>,
        /// Upper bound.
        ci_high: Option<f64>,
    }
}

table! {
    /// A published figure beside the reproduced one.
    Comparisons("comparisons", 1): Comparison by [figure] {
        /// The published figure's id.
        figure: &'a str,
        /// The study that published it.
        study: &'a str,
        /// What it says, in short.
        definition: &'a str,
        /// The published value, in the grammar of the figures file.
        published: &'a str,
        /// Its unit.
        unit: &'a str,
        /// Its source.
        source: &'a str,
        /// The measure or series compared with it, and how it was reduced.
        measured_as: &'a str,
        /// The reproduced number.
        reproduced: Option<f64>,
        /// Lower bound of its 95 % interval.
        ci_low: Option<f64>,
        /// Upper bound of its 95 % interval.
        ci_high: Option<f64>,
        /// How many units it rests on.
        n: i64,
        /// The reproduced finding, for a qualitative figure.
        finding: Option<&'a str>,
        /// Whether the two agree.
        verdict: VerdictWord,
        /// The rule applied, or why nothing could be compared.
        note: &'a str,
    }
}

table! {
    /// A number of one of the runs that a report puts side by side.
    Counterparts("counterparts", 1): Counterpart by [measure, group, window, position] {
        /// The measure's id.
        measure: &'a str,
        /// The group it is of.
        group: &'a str,
        /// The window it is of.
        window: &'a str,
        /// The run's place: 0 is the report's own, the others follow in the order in which they were given.
        position: i64,
        /// The run's name.
        run: &'a str,
        /// The number.
        value: Option<f64>,
        /// Lower bound of its 95 % interval.
        ci_low: Option<f64>,
        /// Upper bound of its 95 % interval.
        ci_high: Option<f64>,
        /// How many units it rests on.
        n: i64,
        /// Its unit.
        unit: &'a str,
        /// The finding that goes with it.
        finding: Option<&'a str>,
        /// Why there is no number.
        reason: Option<&'a str>,
        /// The number less that of run 0; none where either has none, or their units differ.
        difference: Option<f64>,
        /// The number over that of run 0; none as for the difference, where either is not above zero, or where zero is the middle of the scale.
        ratio: Option<f64>,
    }
}
