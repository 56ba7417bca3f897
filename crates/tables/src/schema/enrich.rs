//! What `enrich` fills: the study's times, lives, memberships and who addressed whom.

use crate::cell::{Day, Timestamp};
use crate::schema::words::{InteractionKind, SetName, State, TermKind};
use crate::table::table;

table! {
    /// A sample of the study, so that queries need no other file.
    Samples("samples", 1): Sample by [sample_at] {
        /// The last moment of the sample's day.
        sample_at: Timestamp,
        /// The sample's day.
        day: Day,
        /// The day as text (`2015-08-24`), for people.
        name: &'a str,
    }
}

table! {
    /// A window of the study; `all` is the whole period.
    Windows("windows", 1): WindowRow by [window] {
        /// Its name.
        window: &'a str,
        /// Its first moment.
        from_at: Timestamp,
        /// Its last moment.
        to_at: Timestamp,
    }
}

table! {
    /// An account's life, as far as it was observed; one that was reinstated has another life after that.
    Spells("spells", 3): Spell by [platform, account_id, spell_number] {
        /// Platform, lower case.
        platform: &'a str,
        /// The account.
        account_id: &'a str,
        /// 1 is the account's first life that is known of, 2 the one after its first reinstatement, …
        spell_number: i64,
        /// Its newest known handle.
        handle: Option<&'a str>,
        /// When the account was created: the earliest time that a record tells, unless the record was made before it.
        created_at: Option<Timestamp>,
        /// When a record first told that, by the time of its observation; null where no such record has one.
        creation_told_at: Option<Timestamp>,
        /// First known to have lived, by whatever record, of whatever time.
        first_alive_at: Option<Timestamp>,
        /// Watched from this moment (left truncation): alive, and a record of it collected. What was fetched later tells of an earlier
        /// life only because the account lived until then. Of a post whose record does not say when it was collected, the time when it
        /// was posted. May come after `last_alive_at`: nothing of the life was watched then.
        entered_at: Option<Timestamp>,
        /// Last seen alive.
        last_alive_at: Option<Timestamp>,
        /// First seen gone; the end lies between `last_alive_at` and this moment.
        first_gone_at: Option<Timestamp>,
        /// The state it was found in, of several until it lived again the most telling: `suspended` before `deactivated` before
        /// `not_found`; `active` when censored.
        end_state: State,
        /// Whether the life was still going on when last observed.
        censored: bool,
        /// What `entered_at` is the time of: an `observation`, a `check`, a `list` (of accounts that are back) or a `post`; `none` where
        /// nothing showed the account alive.
        entered_basis: &'a str,
        /// What told that it was alive last.
        alive_basis: &'a str,
        /// What told that it was gone: `check` or `list` (of accounts found suspended); null when censored.
        gone_basis: Option<&'a str>,
        /// Times that it was found gone, on one day only, and posts of the next 30 days deny it, no answer having told that it was
        /// back: set aside.
        denied_ends: i64,
        /// Moments at which answers told of two states, one of them an end; of life and end, life counts.
        two_states: i64,
    }
}

table! {
    /// An account's membership of a set at a sample, with what was known of the account then: its newest observation at or
    /// before the sample.
    Members("members", 3): Member by [set, sample_at, platform, account_id] {
        /// The set.
        set: SetName,
        /// The sample's instant.
        sample_at: Timestamp,
        /// Platform, lower case.
        platform: &'a str,
        /// The account.
        account_id: &'a str,
        /// Its state at the sample, from the newest check or sign of life at or before it, or from both sides of it.
        state: State,
        /// Whether it counts as a member that answers at the sample.
        alive: bool,
        /// In-network score, 0 to 1, where the set is admitted by score: the weighted mean of `attention` and `insularity`.
        score: Option<f64>,
        /// The score's part of attention, 0 to 1: `ties_in` / (`ties_in` + half_at of study.toml).
        attention: Option<f64>,
        /// The score's part of its own ties, 0 to 1: `ties_out` / (`ties_out` + half_at), times the share of `ties_out` in
        /// `ties_own`, as compared with the median listed account, at most 1.
        insularity: Option<f64>,
        /// Members that were known to follow or address it by the sample.
        ties_in: Option<i64>,
        /// Members that it was known to follow or address.
        ties_out: Option<i64>,
        /// Accounts that it was known to follow or address, or followed by its own count (at the newest observation, or the first
        /// where there is none by the sample) where that is more.
        ties_own: Option<i64>,
        /// The round that admitted it, from 1; 0 for the listed.
        admitted_in_round: Option<i64>,
        /// When the newest observation at or before the sample was made.
        observed_at: Option<Timestamp>,
        /// Days from that observation to the sample.
        observation_age_days: Option<f64>,
        /// When the account was created.
        created_at: Option<Timestamp>,
        /// Followers then.
        followers: Option<i64>,
        /// Followed accounts then.
        following: Option<i64>,
        /// Posts written until then.
        statuses: Option<i64>,
        /// Days from creation to that observation.
        age_days: Option<f64>,
        /// Lifetime pace then: statuses / max(age_days, 1).
        tweets_per_day: Option<f64>,
        /// Whether the account declared any location then; null where not observed.
        location_shown: Option<bool>,
        /// Country of the self-declared location then (ISO 3166-1 alpha-2).
        location_country: Option<&'a str>,
        /// All countries that it may mean, as in `accounts`.
        location_candidates: Option<&'a str>,
    }
}

table! {
    /// A time during which an account was on the list of a set. An account has several when it left the list and came back; they
    /// neither touch nor overlap.
    Stays("stays", 2): Stay by [set, platform, account_id, from_at] {
        /// The set.
        set: SetName,
        /// Platform, lower case.
        platform: &'a str,
        /// The account.
        account_id: &'a str,
        /// On the list from this moment; null: from the start.
        from_at: Option<Timestamp>,
        /// Off the list from this moment; null: to the end.
        to_at: Option<Timestamp>,
        /// First seen alive from `from_at` on, by somebody who looked then: not by a post that was fetched more than a day later. A list may
        /// name an account that is gone already, and whoever ends before anybody looks is seen to end by nobody. Null where it never was, and
        /// where it was on the list from the start.
        seen_at: Option<Timestamp>,
    }
}

table! {
    /// The language that an account writes in, by its own posts that have words (reposts are not its own). Every account with a post has a
    /// row.
    AccountLanguages("account_languages", 1): AccountLanguage by [platform, account_id] {
        /// Platform, lower case.
        platform: &'a str,
        /// The account.
        account_id: &'a str,
        /// Posts with words of its own.
        posts: i64,
        /// Of them, those whose language was detected.
        posts_told: i64,
        /// The language that more than half of those are in, as in `posts.detected_lang`; null where fewer than three tell, or none
        /// has more than half.
        lang: Option<&'a str>,
        /// Its share of them, 0 to 1.
        share: Option<f64>,
        /// Why there is none.
        reason: Option<&'a str>,
        /// Of its posts with words, those that the platform tags with a language, not with a code for not knowing (`und`, `qme`, …).
        posts_declared: i64,
        /// The language (ISO 639-1) that the platform tags more than half of those with, by the same rule.
        declared_lang: Option<&'a str>,
        /// Its share of them, 0 to 1.
        declared_share: Option<f64>,
    }
}

table! {
    /// How often an account addressed another on a day.
    Interactions("interactions", 1): Interaction by [platform, day, source, target, kind] {
        /// Platform, lower case.
        platform: &'a str,
        /// The UTC day.
        day: Day,
        /// The account that addressed.
        source: &'a str,
        /// The account that was addressed; `@` and the lower-case handle where only that is known.
        target: &'a str,
        /// How.
        kind: InteractionKind,
        /// How often.
        count: i64,
    }
}

table! {
    /// In how many posts of a day an account used a hashtag, linked to a domain, or posted with a client. Posts without a time are
    /// not counted.
    Terms("terms", 1): Term by [platform, kind, term, account_id, day] {
        /// Platform, lower case.
        platform: &'a str,
        /// What the term is.
        kind: TermKind,
        /// The term, normalised (`docs/content.md`).
        term: &'a str,
        /// What is known of it: `shortener`, `unresolved` (t.co) of a domain, `automation` of a client.
        mark: Option<&'a str>,
        /// The account.
        account_id: &'a str,
        /// The UTC day.
        day: Day,
        /// Its own posts with the term (original, reply, quote).
        posts: i64,
        /// Reposts with it: of a hashtag or link somebody else's words, passed on.
        reposts: i64,
    }
}

table! {
    /// How many posts an account wrote on a day, and in how many of them a hashtag, a link or a client could be looked for: what
    /// `terms` is counted out of.
    PostingDays("posting_days", 1): PostingDay by [platform, account_id, day] {
        /// Platform, lower case.
        platform: &'a str,
        /// The account.
        account_id: &'a str,
        /// The UTC day.
        day: Day,
        /// Its own posts (original, reply, quote).
        posts: i64,
        /// Posts of others that it passed on.
        reposts: i64,
        /// Own posts whose source says which hashtags they have.
        hashtags_told: i64,
        /// Of those, posts with a hashtag.
        with_hashtag: i64,
        /// Own posts whose source says which links they have.
        links_told: i64,
        /// Of those, posts with a link to a domain.
        with_link: i64,
        /// Own posts whose source says the client.
        client_told: i64,
    }
}

table! {
    /// Signs of automation of an account, each by itself: none of them is a verdict. What they mean: `docs/content.md`.
    AccountSigns("account_signs", 1): AccountSign by [platform, account_id] {
        /// Platform, lower case.
        platform: &'a str,
        /// The account.
        account_id: &'a str,
        /// Posts in the archive, reposts too, that have a time.
        posts: i64,
        /// Days on which there is one.
        days_posted: i64,
        /// Posts a day from the first to the last of them; null where they span less than a day.
        posts_per_day: Option<f64>,
        /// Posts on the day with most.
        most_posts_in_a_day: Option<i64>,
        /// Clients that it posted with.
        clients: Option<i64>,
        /// The client of most of its posts; of several, the first by name.
        top_client: Option<&'a str>,
        /// Its share of the posts whose client is known.
        top_client_share: Option<f64>,
        /// Share of the posts whose client is known that came from clients marked `automation`.
        automation_share: Option<f64>,
        /// Median time between a post and the next, in seconds; null below 10 posts.
        gap_median_seconds: Option<f64>,
        /// Burstiness of those times, (s − m) / (s + m) with their mean m and standard deviation s: −1 is a clock, 0 chance, towards 1
        /// bursts (Goh & Barabási 2008). Null below 10 posts.
        burstiness: Option<f64>,
        /// How unevenly its posts lie on the 60 minutes of the hour: variance over mean of the minutes' counts, about 1 where the minute
        /// is chance (after Zhang & Paxson 2011). Null below 60 posts.
        minute_dispersion: Option<f64>,
        /// Whether its newest known picture is the platform's own; null where none was seen.
        default_avatar: Option<bool>,
    }
}
