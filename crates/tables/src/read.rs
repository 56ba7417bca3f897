//! Reading a table back: one file `NAME.parquet`, or a folder `NAME/` of part files read in name order.

use std::fs::File;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::error::TableError;
use crate::footer::{self, Footer};
use crate::table::{Table, check_schema};

/// Rows in a batch that is read.
pub(crate) const BATCH_ROWS: usize = 8_192;

/// A table on disk, checked to be what it says.
#[derive(Debug)]
pub struct TableFile<T: Table> {
    parts: Vec<PathBuf>,
    footer: Footer,
    rows: u64,
    table: PhantomData<T>,
}

/// Some rows of table `T`, which borrow their texts from it.
#[derive(Debug, Clone)]
pub struct Batch<T: Table> {
    path: PathBuf,
    batch: RecordBatch,
    table: PhantomData<T>,
}

/// The files of table `name` in `dir`: `NAME.parquet`, or the `.parquet` files of `NAME/` in name order; none when absent.
///
/// # Errors
/// When the folder cannot be listed.
pub fn table_files(dir: &Path, name: &str) -> Result<Vec<PathBuf>, TableError> {
    let single = dir.join(format!("{name}.parquet"));
    if single.is_file() {
        return Ok(vec![single]);
    }
    let folder = dir.join(name);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let failed = |source| TableError::Io {
        action: "read",
        path: folder.clone(),
        source,
    };
    let mut parts = Vec::new();
    for entry in folder.read_dir().map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "parquet") {
            parts.push(path);
        }
    }
    parts.sort();
    Ok(parts)
}

impl<T: Table> TableFile<T> {
    /// Opens table `T` in the directory of a stage, and checks every part's footer and columns.
    ///
    /// # Errors
    /// When the table is absent, unreadable, foreign, of another version, or has other columns.
    pub fn open(dir: &Path) -> Result<Self, TableError> {
        let parts = table_files(dir, T::NAME)?;
        let mut rows = 0;
        let mut first_footer = None;
        for path in &parts {
            let reader = open_part(path)?;
            let metadata = reader.metadata().file_metadata();
            let entries = metadata.key_value_metadata().map_or(&[][..], Vec::as_slice);
            let footer = check_footer::<T>(path, entries)?;
            check_schema::<T>(reader.schema()).map_err(|source| TableError::Schema {
                path: path.clone(),
                table: T::NAME,
                source,
            })?;
            rows += u64::try_from(metadata.num_rows()).unwrap_or(0);
            first_footer.get_or_insert(footer);
        }
        let footer = first_footer.ok_or_else(|| TableError::Absent {
            table: T::NAME,
            dir: dir.to_owned(),
            written_by: None,
        })?;
        Ok(Self {
            parts,
            footer,
            rows,
            table: PhantomData,
        })
    }

    /// Where the rows come from.
    #[must_use]
    pub fn footer(&self) -> &Footer {
        &self.footer
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    pub(crate) fn parts(&self) -> &[PathBuf] {
        &self.parts
    }

    /// The rows, batch by batch, in the table's order.
    pub fn batches(&self) -> impl Iterator<Item = Result<Batch<T>, TableError>> + '_ {
        self.parts.iter().flat_map(|path| match open_batches::<T>(path) {
            Ok(batches) => Box::new(batches) as Box<dyn Iterator<Item = _>>,
            Err(error) => Box::new(std::iter::once(Err(error))),
        })
    }

    /// Some columns of the rows, batch by batch, in the table's order; the others are not read at all. A column is opened with
    /// [`crate::table::open_column`].
    pub fn columns<'a>(
        &'a self,
        names: &'a [&'static str],
    ) -> impl Iterator<Item = Result<RecordBatch, TableError>> + Send + 'a {
        self.parts.iter().flat_map(move |path| match open_columns(path, names) {
            Ok(batches) => Box::new(batches) as Box<dyn Iterator<Item = _> + Send>,
            Err(error) => Box::new(std::iter::once(Err(error))),
        })
    }

    /// All rows in memory at once, for small tables and for stages that sort.
    ///
    /// # Errors
    /// When a batch cannot be read.
    pub fn read(&self) -> Result<Batch<T>, TableError> {
        let batches = self
            .batches()
            .map(|batch| batch.map(|batch| batch.batch))
            .collect::<Result<Vec<_>, _>>()?;
        let path = self.parts.first().cloned().unwrap_or_default();
        let batch = arrow::compute::concat_batches(&T::schema(), &batches).map_err(|source| TableError::Arrow {
            action: "read",
            path: path.clone(),
            source,
        })?;
        checked(path, batch)
    }
}

fn open_part(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, TableError> {
    let file = File::open(path).map_err(|source| TableError::Io {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|source| TableError::Parquet {
        action: "read",
        path: path.to_owned(),
        source,
    })
}

fn check_footer<T: Table>(path: &Path, entries: &[parquet::file::metadata::KeyValue]) -> Result<Footer, TableError> {
    let foreign = |found: String| TableError::Foreign {
        path: path.to_owned(),
        expected: T::NAME,
        found,
    };
    let name = footer::value(entries, footer::TABLE_KEY).ok_or_else(|| foreign("no footer of ours".to_owned()))?;
    if name != T::NAME {
        return Err(foreign(format!("table '{name}'")));
    }
    let version = footer::value(entries, footer::VERSION_KEY).and_then(|version| version.parse().ok());
    match version {
        Some(found) if found == T::VERSION => {}
        Some(found) => {
            return Err(TableError::Version {
                path: path.to_owned(),
                table: T::NAME,
                expected: T::VERSION,
                found,
            });
        }
        None => return Err(foreign("a footer without schema version".to_owned())),
    }
    Footer::from_entries(entries).ok_or_else(|| foreign("an incomplete footer".to_owned()))
}

fn open_batches<T: Table>(
    path: &Path,
) -> Result<impl Iterator<Item = Result<Batch<T>, TableError>> + use<T>, TableError> {
    let reader = open_part(path)?
        .with_batch_size(BATCH_ROWS)
        .build()
        .map_err(|source| TableError::Parquet {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
    let path = path.to_owned();
    Ok(reader.map(move |batch| {
        let batch = batch.map_err(|source| TableError::Arrow {
            action: "read",
            path: path.clone(),
            source,
        })?;
        checked(path.clone(), batch)
    }))
}

fn open_columns(
    path: &Path,
    names: &[&'static str],
) -> Result<impl Iterator<Item = Result<RecordBatch, TableError>> + Send + use<>, TableError> {
    let reader = open_part(path)?;
    let columns = ProjectionMask::columns(reader.parquet_schema(), names.iter().copied());
    let reader = reader
        .with_projection(columns)
        .with_batch_size(BATCH_ROWS)
        .build()
        .map_err(|source| TableError::Parquet {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
    let path = path.to_owned();
    Ok(reader.map(move |batch| {
        batch.map_err(|source| TableError::Arrow {
            action: "read",
            path: path.clone(),
            source,
        })
    }))
}

/// A batch whose columns are known to open.
pub(crate) fn checked<T: Table>(path: PathBuf, batch: RecordBatch) -> Result<Batch<T>, TableError> {
    T::columns(&batch).map_err(|source| TableError::Schema {
        path: path.clone(),
        table: T::NAME,
        source,
    })?;
    Ok(Batch {
        path,
        batch,
        table: PhantomData,
    })
}

impl<T: Table> Batch<T> {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows as Arrow columns.
    #[must_use]
    pub fn arrow(&self) -> &RecordBatch {
        &self.batch
    }

    /// The rows, in order. They borrow from this batch and can be kept as long as it lives.
    ///
    /// # Errors
    /// Never for a batch that was read with [`TableFile`], which has checked the columns.
    pub fn rows(&self) -> Result<impl ExactSizeIterator<Item = T::Row<'_>> + '_, TableError> {
        let columns = T::columns(&self.batch).map_err(|source| TableError::Schema {
            path: self.path.clone(),
            table: T::NAME,
            source,
        })?;
        Ok((0..self.batch.num_rows()).map(move |index| T::row(&columns, index)))
    }
}
