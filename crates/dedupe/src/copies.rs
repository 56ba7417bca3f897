//! Rows that say again, in every field but their source, what an earlier row of their table said: the first is kept.
//!
//! An account seen at the same moment with different content was seen twice, and both rows stay.

use std::ops::Range;

use arrow::array::RecordBatch;
use stage::{Run, StageDir};
use tables::{
    Account, Accounts, Availability, AvailabilityCheck, Batch, Duplicates, Flow, Follow, Follows, Selected, Table,
    TableWriter,
};

use crate::fingerprint::{Fingerprint, add_columns};
use crate::personas::Census;
use crate::place::{Files, Place, Places};
use crate::rewrite::{Change, Rewritten, Verdict, rewrite};
use crate::scale::{Memory, Sorter, in_order};

/// A table whose exact copies are dropped.
pub(crate) trait Repeated: Table {
    /// Why a copy was dropped, in the table duplicates and in the ledger.
    const REASON: &'static str;
    /// Adds every field but the source.
    fn content(row: &Self::Row<'_>, to: &mut Fingerprint);
    /// Shows the accounts of a row to the census.
    fn show(row: &Self::Row<'_>, census: &mut Census);
}

impl Repeated for Accounts {
    const REASON: &'static str = "same account observation";

    fn content(row: &Account<'_>, to: &mut Fingerprint) {
        add_columns!(row, Account {
            platform, account_id, handle, display_name, description, location, location_country, location_candidates, url, lang,
            avatar_url, created_at, observed_at, followers, following, statuses, listed, verified, protected, age_days, tweets_per_day
        } not { source_file, source_line, source_part } words { observed_basis }, to);
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

    fn show(row: &Follow<'_>, census: &mut Census) {
        census.see(row.platform, row.follower_id, None);
        census.see(row.platform, row.followed_id, None);
    }
}

/// Writes table `T` without its copies and lists these in `duplicates`; hands the table on as it is when it has none.
pub(crate) fn drop_copies<T: Repeated>(
    dir: &StageDir,
    run: &mut Run,
    memory: Memory,
    duplicates: &mut TableWriter<Duplicates>,
    census: &mut Census,
) -> anyhow::Result<()> {
    let table = dir.table::<T>()?;
    if !census.is_empty() {
        for batch in table.batches() {
            for row in batch?.rows()? {
                T::show(&row, census);
            }
        }
    }
    let table = table.select()?;
    let files = Files::default();
    let threads = run.threads();
    let sorter = |bytes| Sorter::new(bytes, run.dir(), threads);
    // Content, row, and where the row stands.
    let mut contents = sorter(memory.of_one_sort()).expect(table.rows());
    let work = |rows: Range<u64>| contents_of(&table, rows, &files);
    in_order(threads, table.groups().map(Ok), work, |records| {
        records.into_iter().try_for_each(|record| contents.push(record))
    })?;

    let mut verdicts = sorter(memory.of_one_sort());
    let mut copies = 0;
    let mut first: Option<[u64; 6]> = None;
    for record in contents.sorted()? {
        let record @ [high, low, row, ..] = record?;
        match first {
            Some([first_high, first_low, _, file, line, part]) if (first_high, first_low) == (high, low) => {
                copies += 1;
                verdicts.push(Verdict::Dropped(Place::of_numbers([file, line, part])).record(row))?;
            }
            _ => first = Some(record),
        }
    }
    run.count(T::NAME, Flow::Read, "", table.rows());
    run.count(T::NAME, Flow::Used, "", table.rows() - copies);
    if copies == 0 {
        return run.carry::<T>(dir);
    }
    run.count(T::NAME, Flow::Duplicate, T::REASON, copies);
    let verdicts = (verdicts.sorted()?, Sorter::new(0, run.dir(), threads).sorted()?);
    rewrite(&table, &Same(T::REASON), &files, verdicts, run, duplicates)?;
    Ok(())
}

/// The content of every row, with the row and its place.
fn contents_of<T: Repeated>(table: &Selected<T>, rows: Range<u64>, files: &Files) -> anyhow::Result<Vec<[u64; 6]>> {
    let mut records = Vec::new();
    let mut fingerprint = Fingerprint::default();
    let mut number = rows.start;
    for batch in table.rows_in(&[rows]) {
        let batch = batch?;
        let mut places = Places::of(batch.arrow(), files)?;
        for (index, row) in batch.rows()?.enumerate() {
            T::content(&row, &mut fingerprint);
            let [high, low] = fingerprint.take_halves();
            let [file, line, part] = places.at(index)?.numbers();
            records.push([high, low, number, file, line, part]);
            number += 1;
        }
    }
    Ok(records)
}

/// Copies that are the same in everything: nothing is taken from them.
struct Same(&'static str);

impl<T: Table> Rewritten<T> for Same {
    fn reason(&self, _batch: &RecordBatch, _index: usize) -> &'static str {
        self.0
    }

    fn change(&self, batch: &Batch<T>, _changes: &[Change], _taken: &[[u64; 4]]) -> anyhow::Result<RecordBatch> {
        Ok(batch.arrow().slice(0, 0))
    }
}
