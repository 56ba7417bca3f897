//! What `simulate` knows and an observer does not: the truth that estimators are judged on.

use crate::cell::Timestamp;
use crate::schema::words::{InteractionKind, State};
use crate::table::table;

table! {
    /// A person as they really are.
    TruthPersons("truth_persons", 2): TruthPerson by [person_id] {
        /// The person.
        person_id: &'a str,
        /// Whether rosters list this person's accounts sooner or later.
        core: bool,
        /// Whether a program runs the accounts.
        bot: bool,
        /// What they write in: `en`, `ar` or `both`.
        lang: &'a str,
        /// Whether they live in Iraq or Syria.
        in_theatre: bool,
        /// What the profile says of the place: `truth`, `falsehood`, `fanciful` or `nothing`.
        declares: &'a str,
        /// When the first account was made.
        arrived_at: Timestamp,
        /// Accounts until the end of the period.
        accounts: i64,
        /// Whether the last account ended within the period and its owner will not return, not even after it.
        gave_up: bool,
    }
}

table! {
    /// An account as it really was, and what the observer saw of it.
    TruthAccounts("truth_accounts", 3): TruthAccount by [account_id] {
        /// The account.
        account_id: &'a str,
        /// Its handle at the end.
        handle: &'a str,
        /// Its first handle.
        first_handle: &'a str,
        /// The person behind it.
        person_id: &'a str,
        /// 0 is the person's first account.
        return_number: i64,
        /// When it was created.
        created_at: Timestamp,
        /// When it closed itself to all but its followers; null: never.
        protected_at: Option<Timestamp>,
        /// When it really ended; null: never.
        ended_at: Option<Timestamp>,
        /// How it ended; `active` when it did not.
        end_state: State,
        /// Whether a wave ended it, and not the routine.
        in_wave: bool,
        /// Whether the observer's roster ever held it.
        rostered: bool,
        /// Most followers it had.
        followers_peak: i64,
        /// Followers at its end, or at the end of the period.
        followers_end: i64,
        /// Of them, those within the network.
        followers_inside: i64,
        /// Accounts it followed then, within the network.
        following_inside: i64,
        /// Accounts it followed then, outside.
        following_outside: i64,
        /// Posts it really wrote.
        statuses: i64,
        /// Of them, those of the period.
        posts_written: i64,
        /// Posts of it that the observer collected, copies not counted.
        posts_collected: i64,
        /// How often it changed its handle.
        renames: i64,
        /// Followers in the lists of it that the observer fetched; a follower in two of them counts twice.
        followers_fetched: i64,
        /// When a roster first held it; null: never.
        listed_at: Option<Timestamp>,
        /// Look-ups that found it.
        lookups: i64,
        /// Availability checks that answered.
        checks: i64,
        /// First moment the observer saw it gone; null: never.
        seen_gone_at: Option<Timestamp>,
    }
}

table! {
    /// How often an account really addressed others during the period.
    TruthInteractions("truth_interactions", 2): TruthInteraction by [account_id, kind] {
        /// Who addressed others.
        account_id: &'a str,
        /// How.
        kind: InteractionKind,
        /// Accounts that were on a roster on the day.
        to_listed: i64,
        /// Accounts of the network, those on a roster among them.
        to_network: i64,
        /// Accounts outside the network.
        to_outside: i64,
        /// Of all these, those in posts that the observer collected.
        collected: i64,
    }
}

table! {
    /// A copy of a campaign's text: those of a campaign are near-copies of one another.
    TruthCopies("truth_copies", 1): TruthCopy by [cluster_id, post_id] {
        /// The campaign.
        cluster_id: i64,
        /// The post.
        post_id: &'a str,
        /// Its author.
        account_id: &'a str,
        /// When it was posted.
        posted_at: Timestamp,
        /// Whether it differs by small edits from the text that the campaign began with.
        edited: bool,
        /// Whether the observer holds it.
        collected: bool,
    }
}

table! {
    /// A post that is a sign of a return: of the one who returned, or of somebody else who names the new account.
    TruthSigns("truth_signs", 1): TruthSign by [post_id] {
        /// The post.
        post_id: &'a str,
        /// Its author.
        account_id: &'a str,
        /// When it was posted.
        posted_at: Timestamp,
        /// The account that its owner returned with; the author's own where the owner announces it.
        returned_account_id: &'a str,
        /// Whether the observer holds it.
        collected: bool,
    }
}

table! {
    /// A measure's true value, by the definition of `measures` and `series`, of everything that happened.
    TruthMeasures("truth_measures", 2): TruthMeasure by [measure, group, window, at] {
        /// The measure's id, as in `measures` and `series`; and `suspension.chance`, what share would be suspended on such a day on the average, by the chance of each account.
        measure: &'a str,
        /// The accounts it is taken over.
        group: &'a str,
        /// The window; `all` for the whole period.
        window: &'a str,
        /// The last millisecond of the day that a sample stands for, or the first of the day or week that is counted; null for a
        /// single number.
        at: Option<Timestamp>,
        /// The true value.
        value: Option<f64>,
        /// Its unit.
        unit: &'a str,
    }
}

table! {
    /// What stands in a raw file, kind by kind.
    TruthInjected("truth_injected", 1): TruthInjection by [source_file, kind] {
        /// The raw file.
        source_file: &'a str,
        /// What: `post`, `exact_copy`, `refetched_post`, `deletion_notice`, `limit_notice`, `cut_line`, `foreign_json`,
        /// `invalid_utf8`, `unusable_row`, `lookup`, `lookup_error`, `account_event`, `availability_check`, `follow`, `roster_row` or
        /// `persona_row`.
        kind: &'a str,
        /// How many.
        records: i64,
    }
}
