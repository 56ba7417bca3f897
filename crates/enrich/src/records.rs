//! The observations of accounts and the posts, read once and written back with what they say of themselves.

use std::collections::BTreeSet;

use stage::{Run, StageDir};
use tables::{Account, Accounts, Flow, Post, Posts};

use crate::account_language::AccountLanguages;
use crate::account_signs::Habits;
use crate::content::Content;
use crate::gazetteer::Gazetteer;
use crate::interactions::Addressed;
use crate::known::{self, Known};
use crate::{language, location, members};

/// Writes `accounts` with country, age and pace. Returns the source files that show locations.
pub(crate) fn accounts_with_places(
    dir: &StageDir,
    run: &mut Run,
    known: &mut Known,
    habits: &mut Habits,
) -> anyhow::Result<BTreeSet<String>> {
    let gazetteer = Gazetteer::new();
    let table = dir.table::<Accounts>()?;
    known.meet_creations(&table)?;
    let mut writer = run.writer::<Accounts>()?;
    let mut files_with_locations = BTreeSet::new();
    for batch in table.batches() {
        for row in batch?.rows()? {
            let account = known.see_account(&row)?;
            habits.see_account(account, &row);
            if row.location.is_some() && !files_with_locations.contains(row.source_file) {
                files_with_locations.insert(row.source_file.to_owned());
            }
            let place = row.location.map(|location| location::place(&gazetteer, location));
            let place = place.unwrap_or_default();
            let candidates = place.in_words();
            let age_days = members::age_days(known.profile(account).created_at, row.observed_at);
            writer.push(&Account {
                location_country: place.country(),
                location_candidates: candidates.as_deref(),
                age_days,
                tweets_per_day: members::tweets_per_day(row.statuses, age_days),
                ..row
            })?;
        }
    }
    run.finish(writer)?;
    count_used(run, "accounts", table.rows());
    Ok(files_with_locations)
}

/// What posts tell of those who wrote them.
pub(crate) struct Written {
    pub addressed: Addressed,
    pub languages: AccountLanguages,
    pub content: Content,
    /// Posts whose time cannot be.
    pub from_the_future: u64,
}

/// Writes `posts` with the language of each. Returns whom they address, in what languages accounts write, and what else posts hold.
/// A post whose time cannot be stays as it is, and counts as one without a time.
pub(crate) fn posts_with_languages(
    dir: &StageDir,
    run: &mut Run,
    known: &mut Known,
    habits: &mut Habits,
) -> anyhow::Result<Written> {
    let table = dir.table::<Posts>()?;
    let mut writer = run.writer::<Posts>()?;
    let mut addressed = Addressed::default();
    let mut written = AccountLanguages::default();
    let mut content = Content::default();
    let mut from_the_future = 0;
    for batch in table.batches() {
        let batch = batch?;
        let rows: Vec<Post<'_>> = batch.rows()?.collect();
        let texts: Vec<Option<&str>> = rows.iter().map(|row| row.text).collect();
        let languages = language::languages(&texts, run.threads());
        for (mut row, language) in rows.into_iter().zip(languages) {
            let posted_at = row.posted_at;
            if known::is_from_the_future(&row) {
                from_the_future += 1;
                row.posted_at = None;
            }
            let author = known.see_post(&row)?;
            addressed.take(known, author, &row)?;
            written.take(author, &row, language);
            content.take(author, &row)?;
            habits.see_post(author, &row);
            writer.push(&Post {
                detected_lang: language,
                posted_at,
                ..row
            })?;
        }
    }
    run.finish(writer)?;
    count_used(run, "posts", table.rows());
    Ok(Written {
        addressed,
        languages: written,
        content,
        from_the_future,
    })
}

pub(crate) fn count_used(run: &mut Run, table: &str, records: u64) {
    run.count(table, Flow::Read, "", records);
    run.count(table, Flow::Used, "", records);
}
