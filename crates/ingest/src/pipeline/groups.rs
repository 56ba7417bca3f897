//! Rows of many blocks as row groups, and the tables that take these.

use anyhow::Result;
use arrow::array::{Array, RecordBatch};
use stage::Run;
use tables::{
    Accounts, Availability, Encoder, Follows, PostIds, Posts, Rejects, Roster, Table, TableError, TableWriter,
};

use crate::sink::Chunk;

/// Rows of a row group.
const GROUP_ROWS: usize = 131_072;
/// Bytes of a row group's columns, not encoded, at which it ends although it has fewer rows.
const GROUP_BYTES: usize = 32 << 20;
/// Bytes from which on a row group is encoded while no more rows are taken: its rows are few and long.
const LARGE_GROUP_BYTES: usize = GROUP_BYTES / 2 * 3;

/// Puts a row group into its file.
pub(super) type Append = Box<dyn FnOnce(&mut Tables) -> Result<(), TableError> + Send>;
/// Encodes a row group.
pub(super) type Encode = Box<dyn FnOnce() -> Result<Append, TableError> + Send>;
/// A row group to be encoded, and whether it is a large one.
pub(super) struct Rows {
    pub(super) is_large: bool,
    pub(super) encode: Encode,
}

/// Rows of a table that are not yet a row group.
struct Gather<T: Table> {
    encoder: Encoder<T>,
    file: fn(&mut Tables) -> &mut TableWriter<T>,
    batches: Vec<RecordBatch>,
    rows: usize,
    bytes: usize,
}

impl<T: Table> Gather<T> {
    fn new(tables: &Tables, of: fn(&Tables) -> &TableWriter<T>, file: fn(&mut Tables) -> &mut TableWriter<T>) -> Self {
        Self {
            encoder: of(tables).encoder(),
            file,
            batches: Vec::new(),
            rows: 0,
            bytes: 0,
        }
    }

    fn add(&mut self, batch: Option<RecordBatch>, groups: &mut Vec<Rows>) {
        let Some(batch) = batch else { return };
        self.rows += batch.num_rows();
        self.bytes += used_bytes(&batch);
        self.batches.push(batch);
        if self.rows >= GROUP_ROWS || self.bytes >= GROUP_BYTES {
            groups.extend(self.group());
        }
    }

    fn group(&mut self) -> Option<Rows> {
        let is_large = self.bytes > LARGE_GROUP_BYTES;
        (self.rows, self.bytes) = (0, 0);
        let batches = std::mem::take(&mut self.batches);
        if batches.is_empty() {
            return None;
        }
        let (encoder, file) = (self.encoder.clone(), self.file);
        Some(Rows {
            is_large,
            encode: Box::new(move || {
                let group = encoder.encode(&batches)?;
                let append: Append = Box::new(move |tables| file(tables).append(group));
                Ok(append)
            }),
        })
    }
}

/// Bytes that a batch's columns use, which its rows alone decide.
fn used_bytes(batch: &RecordBatch) -> usize {
    let columns = batch.columns().iter();
    columns
        .map(|column| column.to_data().get_slice_memory_size().unwrap_or(0))
        .sum()
}

/// The rows of every table.
pub(super) struct Gathers {
    posts: Gather<Posts>,
    post_ids: Gather<PostIds>,
    accounts: Gather<Accounts>,
    availability: Gather<Availability>,
    follows: Gather<Follows>,
    roster: Gather<Roster>,
    rejects: Gather<Rejects>,
}

impl Gathers {
    pub(super) fn of(tables: &Tables) -> Self {
        Self {
            posts: Gather::new(tables, |t| &t.posts, |t| &mut t.posts),
            post_ids: Gather::new(tables, |t| &t.post_ids, |t| &mut t.post_ids),
            accounts: Gather::new(tables, |t| &t.accounts, |t| &mut t.accounts),
            availability: Gather::new(tables, |t| &t.availability, |t| &mut t.availability),
            follows: Gather::new(tables, |t| &t.follows, |t| &mut t.follows),
            roster: Gather::new(tables, |t| &t.roster, |t| &mut t.roster),
            rejects: Gather::new(tables, |t| &t.rejects, |t| &mut t.rejects),
        }
    }

    /// Adds what a piece of a source held; returns the groups that are whole.
    pub(super) fn add(&mut self, chunk: Chunk) -> Vec<Rows> {
        let mut groups = Vec::new();
        self.posts.add(chunk.posts, &mut groups);
        self.post_ids.add(chunk.post_ids, &mut groups);
        self.accounts.add(chunk.accounts, &mut groups);
        self.availability.add(chunk.availability, &mut groups);
        self.follows.add(chunk.follows, &mut groups);
        self.roster.add(chunk.roster, &mut groups);
        self.rejects.add(chunk.rejects, &mut groups);
        groups
    }

    /// What is left when all is read.
    pub(super) fn rest(&mut self) -> Vec<Rows> {
        [
            self.posts.group(),
            self.post_ids.group(),
            self.accounts.group(),
            self.availability.group(),
            self.follows.group(),
            self.roster.group(),
            self.rejects.group(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The tables being written.
pub(super) struct Tables {
    posts: TableWriter<Posts>,
    post_ids: TableWriter<PostIds>,
    accounts: TableWriter<Accounts>,
    availability: TableWriter<Availability>,
    follows: TableWriter<Follows>,
    roster: TableWriter<Roster>,
    rejects: TableWriter<Rejects>,
}

impl Tables {
    pub(super) fn create(run: &Run) -> Result<Self> {
        Ok(Self {
            posts: run.writer()?,
            post_ids: run.writer()?,
            accounts: run.writer()?,
            availability: run.writer()?,
            follows: run.writer()?,
            roster: run.writer()?,
            rejects: run.writer()?,
        })
    }

    pub(super) fn finish(self, run: &mut Run) -> Result<()> {
        run.finish(self.posts)?;
        run.finish(self.post_ids)?;
        run.finish(self.accounts)?;
        run.finish(self.availability)?;
        run.finish(self.follows)?;
        run.finish(self.roster)?;
        run.finish(self.rejects)
    }
}
