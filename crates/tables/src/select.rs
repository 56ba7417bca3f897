//! Reading some columns or some rows of a table, from several threads.

use std::fs::File;
use std::marker::PhantomData;
use std::ops::Range;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::file::metadata::PageIndexPolicy;

use crate::error::TableError;
use crate::read::{BATCH_ROWS, Batch, TableFile, checked};
use crate::table::Table;

/// A table whose rows are read by number, from 0 over all its parts. What its files say of themselves is held, so that many
/// small readings cost little.
#[derive(Debug)]
pub struct Selected<T: Table> {
    parts: Vec<Part>,
    rows: u64,
    table: PhantomData<fn() -> T>,
}

#[derive(Debug)]
struct Part {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    /// The first row of every row group, by its number in the table, and the end of the last.
    starts: Vec<u64>,
}

impl<T: Table> TableFile<T> {
    /// The table to be read by row numbers.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn select(&self) -> Result<Selected<T>, TableError> {
        let mut rows = 0;
        let mut parts = Vec::new();
        for path in self.parts() {
            let file = open(path)?;
            // Where the pages of a column begin, where the file says so: pages without a wanted row are not unpacked.
            let options = ArrowReaderOptions::new().with_offset_index_policy(PageIndexPolicy::Optional);
            let metadata = ArrowReaderMetadata::load(&file, options).map_err(|source| parquet_error(path, source))?;
            let mut starts = vec![rows];
            for group in metadata.metadata().row_groups() {
                rows += u64::try_from(group.num_rows()).unwrap_or(0);
                starts.push(rows);
            }
            parts.push(Part {
                path: path.clone(),
                metadata,
                starts,
            });
        }
        Ok(Selected {
            parts,
            rows,
            table: PhantomData,
        })
    }
}

impl<T: Table> Selected<T> {
    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The row groups, as the numbers of their rows.
    pub fn groups(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        let pairs = self.parts.iter().flat_map(|part| part.starts.windows(2));
        pairs.filter_map(|ends| match ends {
            [start, end] if start < end => Some(*start..*end),
            _ => None,
        })
    }

    /// All columns of the rows in `ranges`, which ascend and do not overlap, batch by batch.
    pub fn rows_in<'a>(&'a self, ranges: &'a [Range<u64>]) -> impl Iterator<Item = Result<Batch<T>, TableError>> + 'a {
        self.read(None, ranges)
            .map(|batch| batch.and_then(|(path, batch)| checked(path.to_owned(), batch)))
    }

    /// The columns called `names` of the rows in `ranges`, as above. They stand in the order of the schema.
    pub fn columns_in<'a>(
        &'a self,
        names: &'a [&'a str],
        ranges: &'a [Range<u64>],
    ) -> impl Iterator<Item = Result<RecordBatch, TableError>> + 'a {
        self.read(Some(names), ranges)
            .map(|batch| batch.map(|(_, batch)| batch))
    }

    fn read<'a>(
        &'a self,
        names: Option<&'a [&'a str]>,
        ranges: &'a [Range<u64>],
    ) -> impl Iterator<Item = Result<(&'a Path, RecordBatch), TableError>> + 'a {
        self.parts.iter().flat_map(move |part| {
            let opened = part.read(names, ranges);
            let (batches, error) = match opened {
                Ok(batches) => (batches, None),
                Err(error) => (None, Some(Err(error))),
            };
            let batches = batches.into_iter().flatten().map(move |batch| match batch {
                Ok(batch) => Ok((part.path.as_path(), batch)),
                Err(source) => Err(TableError::Arrow {
                    action: "read",
                    path: part.path.clone(),
                    source,
                }),
            });
            error.into_iter().chain(batches)
        })
    }
}

impl Part {
    fn read(
        &self,
        names: Option<&[&str]>,
        ranges: &[Range<u64>],
    ) -> Result<Option<parquet::arrow::arrow_reader::ParquetRecordBatchReader>, TableError> {
        let mut groups = Vec::new();
        // Rows as the reader counts them: of the chosen row groups alone.
        let mut wanted: Vec<Range<usize>> = Vec::new();
        let mut before = 0;
        let mut next = 0;
        for (number, ends) in self.starts.windows(2).enumerate() {
            let &[start, end] = ends else { continue };
            while ranges.get(next).is_some_and(|range| range.end <= start) {
                next += 1;
            }
            let inside = ranges[next..].iter().take_while(|range| range.start < end);
            let count = wanted.len();
            let place = |row: u64| before + usize::try_from(row.clamp(start, end) - start).unwrap_or(0);
            wanted.extend(inside.map(|range| place(range.start)..place(range.end)));
            if wanted.len() > count {
                groups.push(number);
                before += usize::try_from(end - start).unwrap_or(0);
            }
        }
        if groups.is_empty() {
            return Ok(None);
        }
        let failed = |source| parquet_error(&self.path, source);
        let mut reader = ParquetRecordBatchReaderBuilder::new_with_metadata(open(&self.path)?, self.metadata.clone());
        if let Some(names) = names {
            let mask = ProjectionMask::columns(reader.parquet_schema(), names.iter().copied());
            reader = reader.with_projection(mask);
        }
        if wanted.iter().map(ExactSizeIterator::len).sum::<usize>() < before {
            reader = reader.with_row_selection(RowSelection::from_consecutive_ranges(wanted.into_iter(), before));
        }
        let reader = reader.with_row_groups(groups).with_batch_size(BATCH_ROWS);
        reader.build().map(Some).map_err(failed)
    }
}

fn open(path: &Path) -> Result<File, TableError> {
    File::open(path).map_err(|source| TableError::Io {
        action: "read",
        path: path.to_owned(),
        source,
    })
}

fn parquet_error(path: &Path, source: parquet::errors::ParquetError) -> TableError {
    TableError::Parquet {
        action: "read",
        path: path.to_owned(),
        source,
    }
}
