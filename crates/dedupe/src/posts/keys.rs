//! Which rows are records of one post.

use std::ops::Range;

use anyhow::Context as _;
use arrow::array::{Array as _, AsArray as _, RecordBatch, StringArray};
use arrow::datatypes::TimestampMillisecondType;
use tables::{Posts, Selected, Timestamp};

use crate::fingerprint::{Field, Fingerprint};
use crate::scale::{Sorter, in_order};

/// A column of texts.
pub(super) fn texts<'a>(batch: &'a RecordBatch, name: &str) -> anyhow::Result<&'a StringArray> {
    let column = batch.column_by_name(name).and_then(|column| column.as_string_opt());
    column.with_context(|| format!("the table 'posts' without texts in '{name}'"))
}

/// The text of a row, where there is one.
pub(super) fn text(texts: &StringArray, index: usize) -> Option<&str> {
    texts.is_valid(index).then(|| texts.value(index))
}

/// What makes rows the same post: the platform's id, or, where there is none, author, time and text. Rows and their posts'
/// numbers, of every post that has several rows; and how many rows there are more than posts.
pub(super) fn repeated(
    table: &Selected<Posts>,
    threads: usize,
    mut keys: Sorter<3>,
    mut repeated: Sorter<2>,
) -> anyhow::Result<(Sorter<2>, u64)> {
    in_order(
        threads,
        table.groups().map(Ok),
        |rows| keys_of(table, rows),
        |records| records.into_iter().try_for_each(|record| keys.push(record)),
    )?;
    let (mut post, mut copies) = (0, 0);
    let mut before: Option<([u64; 2], u64)> = None;
    let mut has_copies = false;
    for record in keys.sorted()? {
        let [high, low, row] = record?;
        match before {
            Some((key, first)) if key == [high, low] => {
                if !has_copies {
                    repeated.push([first, post])?;
                    has_copies = true;
                }
                repeated.push([row, post])?;
                copies += 1;
            }
            _ => {
                before = Some(([high, low], row));
                post += 1;
                has_copies = false;
            }
        }
    }
    Ok((repeated, copies))
}

/// The key of every row, with the row.
fn keys_of(table: &Selected<Posts>, rows: Range<u64>) -> anyhow::Result<Vec<[u64; 3]>> {
    let mut keys: Vec<[u64; 3]> = Vec::with_capacity(usize::try_from(rows.end - rows.start)?);
    let mut fingerprint = Fingerprint::default();
    let mut without_id = Vec::new();
    let mut row = rows.start;
    for batch in table.columns_in(&["platform", "post_id"], std::slice::from_ref(&rows)) {
        let batch = batch?;
        let (platforms, ids) = (texts(&batch, "platform")?, texts(&batch, "post_id")?);
        anyhow::ensure!(
            platforms.null_count() == 0,
            "the table 'posts' holds a post without a platform"
        );
        for index in 0..batch.num_rows() {
            match text(ids, index) {
                Some(id) => {
                    platforms.value(index).add(&mut fingerprint);
                    Some(id).add(&mut fingerprint);
                    let [high, low] = fingerprint.take_halves();
                    keys.push([high, low, row]);
                }
                None => without_id.push(row),
            }
            row += 1;
        }
    }
    if without_id.is_empty() {
        return Ok(keys);
    }
    let ranges = crate::rewrite::ranges(without_id.iter().copied());
    let mut without_id = without_id.into_iter();
    for batch in table.columns_in(&["platform", "account_id", "posted_at", "text"], &ranges) {
        let batch = batch?;
        let (platforms, accounts) = (texts(&batch, "platform")?, texts(&batch, "account_id")?);
        anyhow::ensure!(
            accounts.null_count() == 0,
            "the table 'posts' holds a post without an account"
        );
        let posted = batch.column_by_name("posted_at");
        let posted = posted.and_then(|column| column.as_primitive_opt::<TimestampMillisecondType>());
        let posted = posted.context("the table 'posts' without times in 'posted_at'")?;
        let written = texts(&batch, "text")?;
        for (index, row) in (0..batch.num_rows()).zip(&mut without_id) {
            platforms.value(index).add(&mut fingerprint);
            None::<&str>.add(&mut fingerprint);
            accounts.value(index).add(&mut fingerprint);
            let at = posted.is_valid(index).then(|| Timestamp(posted.value(index)));
            at.add(&mut fingerprint);
            text(written, index).add(&mut fingerprint);
            let [high, low] = fingerprint.take_halves();
            keys.push([high, low, row]);
        }
    }
    Ok(keys)
}
