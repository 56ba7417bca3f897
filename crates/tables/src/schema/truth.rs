//! What `simulate` knows and an observer does not: the truth that estimators are judged on.

use crate::cell::Timestamp;
use crate::schema::words::State;
use crate::table::table;

table! {
    /// An account as it really was.
    TruthAccounts("truth_accounts", 1): TruthAccount by [account_id] {
        /// The account.
        account_id: &'a str,
        /// Its handle at the end.
        handle: &'a str,
        /// The person behind it.
        person_id: &'a str,
        /// 0 is the person's first account.
        return_number: i64,
        /// When it was created.
        created_at: Timestamp,
        /// When it really ended; null: never.
        ended_at: Option<Timestamp>,
        /// How it ended; `active` when it did not.
        end_state: State,
        /// Whether the observer's roster ever held it.
        rostered: bool,
        /// Most followers it had.
        followers_peak: i64,
        /// Followers at its end, or at the end of the period.
        followers_end: i64,
        /// Posts it really wrote.
        statuses: i64,
        /// Posts of it that the observer collected, copies not counted.
        posts_collected: i64,
    }
}

table! {
    /// A measure's true value, for all accounts and all days.
    TruthMeasures("truth_measures", 1): TruthMeasure by [measure, group, window, at] {
        /// The measure's id, as in `measures` and `series`.
        measure: &'a str,
        /// The accounts it is taken over.
        group: &'a str,
        /// The window; `all` for the whole period.
        window: &'a str,
        /// The sample, for a series; null for a single number.
        at: Option<Timestamp>,
        /// The true value.
        value: Option<f64>,
        /// Its unit.
        unit: &'a str,
    }
}

table! {
    /// What was put into a raw file on purpose, or left out of it.
    TruthInjected("truth_injected", 1): TruthInjection by [source_file, kind] {
        /// The raw file.
        source_file: &'a str,
        /// What: `record`, `duplicate`, `notice`, `broken`, `missed`, …
        kind: &'a str,
        /// How many.
        records: i64,
    }
}
