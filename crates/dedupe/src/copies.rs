//! Rows that say again, in every field but their source, what an earlier row of their table said: the first is kept.
//!
//! An account seen at the same moment with different content was seen twice, and both rows stay.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use anyhow::Context as _;
use stage::{Run, StageDir};
use tables::{
    Account, Accounts, Availability, AvailabilityCheck, Duplicates, Flow, Follow, Follows, Table, TableWriter,
};

use crate::fingerprint::{Fingerprint, add_columns};
use crate::personas::Census;
use crate::place::{Files, Place};

/// A table whose exact copies are dropped.
pub(crate) trait Repeated: Table {
    /// Why a copy was dropped, in the table duplicates and in the ledger.
    const REASON: &'static str;
    /// Adds every field but the source.
    fn content(row: &Self::Row<'_>, to: &mut Fingerprint);
    /// The row's source.
    fn place(row: &Self::Row<'_>, files: &mut Files) -> anyhow::Result<Place>;
    /// Shows the accounts of a row to the census.
    fn show(row: &Self::Row<'_>, census: &mut Census);
}

impl Repeated for Accounts {
    const REASON: &'static str = "same account observation";

    fn content(row: &Account<'_>, to: &mut Fingerprint) {
        add_columns!(row, Account {
            platform, account_id, handle, display_name, description, location, location_country, url, lang, avatar_url,
            created_at, observed_at, followers, following, statuses, listed, verified, protected, age_days, tweets_per_day
        } not { source_file, source_line, source_part } words { observed_basis }, to);
    }

    fn place(row: &Account<'_>, files: &mut Files) -> anyhow::Result<Place> {
        files.place(row.source_file, row.source_line, row.source_part)
    }

    fn show(row: &Account<'_>, census: &mut Census) {
        census.see(row.platform, row.account_id, row.handle);
    }
}

impl Repeated for Availability {
    const REASON: &'static str = "same check";

    fn content(row: &AvailabilityCheck<'_>, to: &mut Fingerprint) {
        add_columns!(row, AvailabilityCheck { platform, account_id, handle, observed_at, detail }
            not { source_file, source_line, source_part } words { state }, to);
    }

    fn place(row: &AvailabilityCheck<'_>, files: &mut Files) -> anyhow::Result<Place> {
        files.place(row.source_file, row.source_line, row.source_part)
    }

    fn show(row: &AvailabilityCheck<'_>, census: &mut Census) {
        census.see(row.platform, row.account_id, row.handle);
    }
}

impl Repeated for Follows {
    const REASON: &'static str = "same follow";

    fn content(row: &Follow<'_>, to: &mut Fingerprint) {
        add_columns!(row, Follow { platform, follower_id, followed_id, observed_at }
            not { source_file, source_line, source_part }, to);
    }

    fn place(row: &Follow<'_>, files: &mut Files) -> anyhow::Result<Place> {
        files.place(row.source_file, row.source_line, row.source_part)
    }

    fn show(row: &Follow<'_>, census: &mut Census) {
        census.see(row.platform, row.follower_id, None);
        census.see(row.platform, row.followed_id, None);
    }
}

/// Writes table `T` without its copies and lists these in `duplicates`; hands the table on as it is when it has none.
pub(crate) fn drop_copies<T: Repeated>(
    dir: &StageDir,
    run: &mut Run,
    duplicates: &mut TableWriter<Duplicates>,
    census: &mut Census,
) -> anyhow::Result<()> {
    let table = dir.table::<T>()?;
    let mut files = Files::default();
    let mut first: HashMap<u128, Place> = HashMap::new();
    let mut dropped: Vec<u64> = Vec::new();
    let mut fingerprint = Fingerprint::default();
    let mut read: u64 = 0;
    for batch in table.batches() {
        for row in batch?.rows()? {
            T::show(&row, census);
            let place = T::place(&row, &mut files)?;
            T::content(&row, &mut fingerprint);
            match first.entry(fingerprint.take()) {
                Entry::Vacant(entry) => {
                    entry.insert(place);
                }
                Entry::Occupied(kept) => {
                    dropped.push(read);
                    duplicates.push(&files.duplicate(T::NAME, T::REASON, place, *kept.get()))?;
                }
            }
            read += 1;
        }
    }
    let copies = u64::try_from(dropped.len()).context("more rows than can be counted")?;
    run.count(T::NAME, Flow::Read, "", read);
    run.count(T::NAME, Flow::Used, "", read - copies);
    if copies == 0 {
        return run.carry::<T>(dir);
    }
    run.count(T::NAME, Flow::Duplicate, T::REASON, copies);
    drop(first);
    let mut writer = run.writer::<T>()?;
    let mut dropped = dropped.into_iter().peekable();
    let mut index = 0;
    for batch in table.batches() {
        for row in batch?.rows()? {
            if dropped.next_if_eq(&index).is_none() {
                writer.push(&row)?;
            }
            index += 1;
        }
    }
    run.finish(writer)
}
