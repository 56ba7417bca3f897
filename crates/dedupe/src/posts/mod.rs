//! One row a post, as last seen.
//!
//! In four steps, each over the whole table in several threads: what makes rows the same post is read from few columns, and sorted
//! to find the posts that have several rows ([`keys`]); the rows of these alone are compared ([`records`]); what a kept row lacks
//! is fetched from its copies ([`fills`]); then the table is written ([`crate::rewrite`]). Between the steps stand records of
//! numbers, sorted on disk where they are more than the memory may hold.

mod fills;
mod keys;
mod rank;
mod records;

use arrow::array::{Array as _, RecordBatch};
use stage::{Run, StageDir};
use tables::{Batch, Duplicates, Flow, Posts, Selected, Table, TableWriter};

use self::fills::Fills;
use crate::personas::Census;
use crate::place::Files;
use crate::rewrite::{Change, Rewritten, rewrite};
use crate::scale::{Memory, Sorter};

/// Why posts with an id were taken for one.
const SAME_ID: &str = "same post id";
/// Why posts without an id were taken for one.
const SAME_ACT: &str = "same author, time and text";

/// Writes every post once and lists the other rows in `duplicates`; hands the table on as it is when no post stands in it twice.
pub(crate) fn one_row_a_post(
    dir: &StageDir,
    run: &mut Run,
    memory: Memory,
    duplicates: &mut TableWriter<Duplicates>,
    census: &mut Census,
) -> anyhow::Result<()> {
    let table = dir.table::<Posts>()?.select()?;
    if !census.is_empty() {
        show(&table, census)?;
    }
    let (threads, share, out) = (run.threads(), memory.of_one_sort(), run.dir().to_owned());
    let keys = Sorter::new(share, &out, threads).expect(table.rows());
    let (repeated, copies) = keys::repeated(&table, threads, keys, Sorter::new(share, &out, threads))?;
    run.count(Posts::NAME, Flow::Read, "", table.rows());
    run.count(Posts::NAME, Flow::Used, "", table.rows() - copies);
    if copies == 0 {
        return run.carry::<Posts>(dir);
    }

    let files = Files::default();
    let mut found = Sorter::new(share, &out, threads).expect(2 * copies);
    records::read(&table, threads, repeated.sorted()?, &files, &mut found)?;
    let mut verdicts = Sorter::new(share, &out, threads).expect(copies);
    let mut wanted = Sorter::new(share, &out, threads);
    records::decide(found.sorted()?, &mut verdicts, &mut wanted)?;
    let mut taken = Sorter::new(share, &out, threads);
    let fills = Fills::fetch(&table, threads, wanted.sorted()?, &out, &mut taken)?;
    let verdicts = (verdicts.sorted()?, taken.sorted()?);
    for (reason, records) in rewrite(&table, &fills, &files, verdicts, run, duplicates)? {
        run.count(Posts::NAME, Flow::Duplicate, reason, records);
    }
    Ok(())
}

impl Rewritten<Posts> for Fills {
    fn reason(&self, batch: &RecordBatch, index: usize) -> &'static str {
        match batch.column_by_name("post_id") {
            Some(ids) if ids.is_valid(index) => SAME_ID,
            _ => SAME_ACT,
        }
    }

    fn change(&self, batch: &Batch<Posts>, changes: &[Change], taken: &[[u64; 4]]) -> anyhow::Result<RecordBatch> {
        let columns = Posts::columns(batch.arrow())?;
        let mut changed = <Posts as Table>::Builders::default();
        for &Change { index, row, how } in changes {
            let start = taken.partition_point(|record| record[0] < row);
            let end = taken.partition_point(|record| record[0] <= row);
            let values = self.read(taken.get(start..end).unwrap_or_default())?;
            let mut post = Posts::row(&columns, index);
            records::merge_into(&mut post, how);
            fills::complete(&mut post, &values);
            Posts::append(&post, &mut changed);
        }
        Ok(Posts::finish(&mut changed)?)
    }
}

/// Shows the accounts that posts name to the census; reads no other columns.
fn show(table: &Selected<Posts>, census: &mut Census) -> anyhow::Result<()> {
    const OTHERS: [(&str, &str); 3] = [
        ("in_reply_to_account_id", "in_reply_to_handle"),
        ("reposted_account_id", "reposted_handle"),
        ("quoted_account_id", "quoted_handle"),
    ];
    let mut names = vec!["platform", "account_id", "handle"];
    names.extend(OTHERS.iter().flat_map(|(id, handle)| [id, handle]));
    for batch in table.columns_in(&names, std::slice::from_ref(&(0..table.rows()))) {
        let batch = batch?;
        let column = |name| keys::texts(&batch, name);
        let platforms = column("platform")?;
        let own = (column("account_id")?, column("handle")?);
        let mut accounts = vec![own];
        for (id, handle) in OTHERS {
            accounts.push((column(id)?, column(handle)?));
        }
        for index in 0..batch.num_rows() {
            for (ids, handles) in &accounts {
                if let Some(id) = keys::text(ids, index) {
                    census.see(platforms.value(index), id, keys::text(handles, index));
                }
            }
        }
    }
    Ok(())
}
