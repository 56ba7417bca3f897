//! Writing a table again without the rows that are copies, and with what kept rows take from theirs.
//!
//! Every row group of the output is read, changed and encoded by one thread; whole columns are handed from the reader to the
//! encoder, and only rows that change are taken apart.

use std::iter::Peekable;
use std::ops::Range;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::{BatchCoalescer, interleave_record_batch};
use stage::Run;
use tables::{BATCH_ROWS, Batch, Duplicates, Encoder, ROW_GROUP_ROWS, RowGroup, Selected, Table, TableWriter};

use crate::place::{Dropped, Files, Place, Places};
use crate::scale::{Sorted, in_order};

/// What becomes of a row that is not kept as it is, as a record that sorts by row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Verdict {
    /// It is a copy of the row at this place.
    Dropped(Place),
    /// It is kept and takes something from its copies: what that is, as numbers that the table knows how to read.
    Changed([u64; 5]),
}

impl Verdict {
    const DROPPED: u64 = u64::MAX;

    /// The record; the first number of a change is not `u64::MAX`.
    pub(crate) fn record(self, row: u64) -> [u64; 6] {
        match self {
            Self::Dropped(kept) => {
                let [file, line, part] = kept.numbers();
                [row, Self::DROPPED, file, line, part, 0]
            }
            Self::Changed([a, b, c, d, e]) => [row, a, b, c, d, e],
        }
    }

    fn of_record([row, a, b, c, d, e]: [u64; 6]) -> (u64, Self) {
        let verdict = match a {
            Self::DROPPED => Self::Dropped(Place::of_numbers([b, c, d])),
            _ => Self::Changed([a, b, c, d, e]),
        };
        (row, verdict)
    }
}

/// A row that changes: its number in the batch and in the table, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    pub(crate) index: usize,
    pub(crate) row: u64,
    pub(crate) how: [u64; 5],
}

/// What is particular about a table.
pub(crate) trait Rewritten<T: Table>: Sync {
    /// Why the row at `index`, which is a copy, was one.
    fn reason(&self, batch: &RecordBatch, index: usize) -> &'static str;
    /// The changed rows, in their order; `taken` are the records of values for rows of this batch and of others of its group.
    fn change(&self, batch: &Batch<T>, changes: &[Change], taken: &[[u64; 4]]) -> anyhow::Result<RecordBatch>;
}

/// The rows of an output row group.
struct Piece {
    rows: Range<u64>,
    verdicts: Vec<[u64; 6]>,
    taken: Vec<[u64; 4]>,
}

/// Cuts the input so that every piece but the last keeps as many rows as an output row group has.
struct Pieces {
    next: u64,
    rows: u64,
    verdicts: Peekable<Sorted<6>>,
    taken: Peekable<Sorted<4>>,
}

/// The records of rows before `end`.
fn before<const N: usize>(sorted: &mut Peekable<Sorted<N>>, end: u64) -> anyhow::Result<Vec<[u64; N]>> {
    let mut records = Vec::new();
    while let Some(record) = sorted.next_if(|record| record.as_ref().map_or(true, |record| record[0] < end)) {
        records.push(record?);
    }
    Ok(records)
}

impl Pieces {
    fn piece(&mut self) -> anyhow::Result<Option<Piece>> {
        let start = self.next;
        if start >= self.rows {
            return Ok(None);
        }
        let most = ROW_GROUP_ROWS as u64;
        let mut kept = 0;
        let mut verdicts = Vec::new();
        loop {
            let left = most - kept;
            let within = |record: &anyhow::Result<[u64; 6]>| {
                let next = self.next;
                left > 0 && record.as_ref().map_or(true, |record| record[0] - next < left)
            };
            let Some(record) = self.verdicts.next_if(within) else {
                self.next = self.rows.min(self.next + left);
                break;
            };
            let record = record?;
            let (row, verdict) = Verdict::of_record(record);
            kept += row - self.next;
            kept += u64::from(matches!(verdict, Verdict::Changed(_)));
            self.next = row + 1;
            verdicts.push(record);
        }
        Ok(Some(Piece {
            rows: start..self.next,
            verdicts,
            taken: before(&mut self.taken, self.next)?,
        }))
    }
}

impl Iterator for Pieces {
    type Item = anyhow::Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        self.piece().transpose()
    }
}

/// Cuts sorted records into those of each row group; groups of which there is no record are left out.
pub(crate) fn by_group<const N: usize>(
    groups: impl Iterator<Item = Range<u64>> + Send,
    sorted: Sorted<N>,
) -> impl Iterator<Item = anyhow::Result<Vec<[u64; N]>>> + Send {
    let mut sorted = sorted.peekable();
    groups
        .map(move |group| before(&mut sorted, group.end))
        .filter(|records| !matches!(records, Ok(records) if records.is_empty()))
}

/// The ranges that ascending rows make up; a row that comes twice is read once.
pub(crate) fn ranges(rows: impl Iterator<Item = u64>) -> Vec<Range<u64>> {
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for row in rows {
        match ranges.last_mut() {
            Some(last) if row < last.end => {}
            Some(last) if row == last.end => last.end += 1,
            _ => ranges.push(row..row + 1),
        }
    }
    ranges
}

/// Writes the table and lists the dropped rows in `duplicates`; returns how many were dropped for which reason.
pub(crate) fn rewrite<T: Table>(
    table: &Selected<T>,
    particular: &impl Rewritten<T>,
    files: &Files,
    (verdicts, taken): (Sorted<6>, Sorted<4>),
    run: &mut Run,
    duplicates: &mut TableWriter<Duplicates>,
) -> anyhow::Result<Vec<(&'static str, u64)>> {
    let mut writer = run.writer::<T>()?;
    let encoder = writer.encoder();
    let pieces = Pieces {
        next: 0,
        rows: table.rows(),
        verdicts: verdicts.peekable(),
        taken: taken.peekable(),
    };
    let mut reasons: Vec<(&'static str, u64)> = Vec::new();
    in_order(
        run.threads(),
        pieces,
        |piece| encode(table, &encoder, particular, files, &piece),
        |(group, dropped)| {
            if let Some(group) = group {
                writer.append(group)?;
            }
            for dropped in &dropped {
                match reasons.iter_mut().find(|(reason, _)| *reason == dropped.reason) {
                    Some((_, count)) => *count += 1,
                    None => reasons.push((dropped.reason, 1)),
                }
            }
            files.duplicates(T::NAME, &dropped, |row| Ok(duplicates.push(row)?))
        },
    )?;
    run.finish(writer)?;
    Ok(reasons)
}

fn encode<T: Table>(
    table: &Selected<T>,
    encoder: &Encoder<T>,
    particular: &impl Rewritten<T>,
    files: &Files,
    piece: &Piece,
) -> anyhow::Result<(Option<RowGroup<T>>, Vec<Dropped>)> {
    let mut group = encoder.start()?;
    // The encoder gets batches of one size whatever was dropped: where a page ends depends on them.
    let mut kept = BatchCoalescer::new(T::schema(), BATCH_ROWS);
    let mut dropped = Vec::new();
    let mut rest = piece.verdicts.as_slice();
    let mut start = piece.rows.start;
    let mut rows = 0;
    for batch in table.rows_in(std::slice::from_ref(&piece.rows)) {
        let batch = batch?;
        let columns = in_schema_order::<T>(batch.arrow())?;
        let end = start + batch.len() as u64;
        let (here, after) = rest.split_at(rest.partition_point(|record| record[0] < end));
        rest = after;
        let mut is_kept = vec![true; batch.len()];
        let mut changes = Vec::new();
        let mut places = Places::of(&columns, files)?;
        for &record in here {
            let (row, verdict) = Verdict::of_record(record);
            let index = usize::try_from(row - start)?;
            match verdict {
                Verdict::Changed(how) => changes.push(Change { index, row, how }),
                Verdict::Dropped(kept) => {
                    is_kept[index] = false;
                    dropped.push(Dropped {
                        reason: particular.reason(&columns, index),
                        place: places.at(index)?,
                        kept,
                    });
                }
            }
        }
        if here.is_empty() {
            kept.push_batch(columns)?;
        } else if changes.is_empty() {
            kept.push_batch_with_filter(columns, &BooleanArray::from(is_kept))?;
        } else {
            let changed = particular.change(&batch, &changes, &piece.taken)?;
            let mut next = changes.iter().map(|change| change.index).zip(0..).peekable();
            let sources: Vec<(usize, usize)> = (0..batch.len())
                .filter(|index| is_kept[*index])
                .map(|index| match next.next_if(|(changed, _)| *changed == index) {
                    Some((_, number)) => (1, number),
                    None => (0, index),
                })
                .collect();
            kept.push_batch(interleave_record_batch(&[&columns, &changed], &sources)?)?;
        }
        while let Some(batch) = kept.next_completed_batch() {
            rows += batch.num_rows();
            group.write(&batch)?;
        }
        start = end;
    }
    kept.finish_buffered_batch()?;
    while let Some(batch) = kept.next_completed_batch() {
        rows += batch.num_rows();
        group.write(&batch)?;
    }
    let group = if rows == 0 { None } else { Some(group.finish()?) };
    Ok((group, dropped))
}

/// The columns of the schema alone, in its order.
fn in_schema_order<T: Table>(batch: &RecordBatch) -> anyhow::Result<RecordBatch> {
    let schema = T::schema();
    let columns = schema
        .fields()
        .iter()
        .filter_map(|field| batch.column_by_name(field.name()).cloned());
    let columns = columns.collect();
    Ok(RecordBatch::try_new(schema, columns)?)
}
