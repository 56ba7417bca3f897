//! Writing a table: rows in key order to one Parquet file, the same rows to the same bytes.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use arrow::array::{ArrayRef, RecordBatch};
use arrow::row::{OwnedRow, RowConverter, SortField};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::error::TableError;
use crate::footer::Footer;
use crate::table::Table;

/// Rows in a row group.
const ROW_GROUP_ROWS: usize = 131_072;
/// Rows in a batch handed to the encoder.
const BATCH_ROWS: usize = 8_192;
/// Bytes of text after which a batch is handed over although it has fewer rows.
const BATCH_BYTES: usize = 16 << 20;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The table.
    pub table: &'static str,
    /// Its rows.
    pub rows: u64,
    /// BLAKE3 of the file, in hexadecimal.
    pub blake3: String,
}

/// Writes the rows of table `T` to one file.
pub struct TableWriter<T: Table> {
    path: PathBuf,
    parquet: ArrowWriter<HashingFile>,
    builders: T::Builders,
    rows: u64,
    pending_rows: usize,
    pending_bytes: usize,
    order: OrderCheck,
}

impl<T: Table> std::fmt::Debug for TableWriter<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableWriter")
            .field("table", &T::NAME)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl<T: Table> TableWriter<T> {
    /// Starts `DIR/NAME.parquet`.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn create(dir: &Path) -> Result<Self, TableError> {
        let path = dir.join(format!("{}.parquet", T::NAME));
        let file = File::create(&path).map_err(|source| TableError::Io {
            action: "write",
            path: path.clone(),
            source,
        })?;
        let zstd = ZstdLevel::try_new(3).map_err(|source| parquet_error(&path, source))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(zstd))
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .set_created_by(format!("diminuendo {}", env!("CARGO_PKG_VERSION")))
            .build();
        let parquet = ArrowWriter::try_new(HashingFile::new(file), T::schema(), Some(properties))
            .map_err(|source| parquet_error(&path, source))?;
        let order = OrderCheck::new::<T>().map_err(|source| arrow_error(&path, source))?;
        Ok(Self {
            path,
            parquet,
            builders: T::Builders::default(),
            rows: 0,
            pending_rows: 0,
            pending_bytes: 0,
            order,
        })
    }

    /// Adds a row. Rows come in the order of the table's key.
    ///
    /// # Errors
    /// When the file cannot be written, or a row is out of order.
    pub fn push(&mut self, row: &T::Row<'_>) -> Result<(), TableError> {
        self.pending_bytes += T::append(row, &mut self.builders);
        self.pending_rows += 1;
        if self.pending_rows >= BATCH_ROWS || self.pending_bytes >= BATCH_BYTES {
            self.hand_over()?;
        }
        Ok(())
    }

    /// Rows added so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows + self.pending_rows as u64
    }

    fn hand_over(&mut self) -> Result<(), TableError> {
        let batch = T::finish(&mut self.builders).map_err(|source| arrow_error(&self.path, source))?;
        let in_order = self
            .order
            .accept::<T>(&batch)
            .map_err(|source| arrow_error(&self.path, source))?;
        if !in_order {
            return Err(TableError::OutOfOrder {
                table: T::NAME,
                key: T::KEY.join(", "),
            });
        }
        self.parquet
            .write(&batch)
            .map_err(|source| parquet_error(&self.path, source))?;
        self.rows += self.pending_rows as u64;
        self.pending_rows = 0;
        self.pending_bytes = 0;
        Ok(())
    }

    /// Writes what is pending and the footer, and syncs the file to disk.
    ///
    /// # Errors
    /// When the file cannot be written, or a row is out of order.
    pub fn finish(mut self, footer: &Footer) -> Result<Written, TableError> {
        self.hand_over()?;
        let entries = footer
            .to_entries(T::NAME, T::VERSION)
            .map_err(|source| TableError::Io {
                action: "write",
                path: self.path.clone(),
                source: source.into(),
            })?;
        for entry in entries {
            self.parquet.append_key_value_metadata(entry);
        }
        let file = self
            .parquet
            .into_inner()
            .map_err(|source| parquet_error(&self.path, source))?;
        let blake3 = file.finish().map_err(|source| TableError::Io {
            action: "write",
            path: self.path.clone(),
            source,
        })?;
        Ok(Written {
            table: T::NAME,
            rows: self.rows,
            blake3,
        })
    }
}

fn parquet_error(path: &Path, source: parquet::errors::ParquetError) -> TableError {
    TableError::Parquet {
        action: "write",
        path: path.to_owned(),
        source,
    }
}

fn arrow_error(path: &Path, source: arrow::error::ArrowError) -> TableError {
    TableError::Arrow {
        action: "write",
        path: path.to_owned(),
        source,
    }
}

/// A file that is hashed as it is written, so that provenance costs no second read.
#[derive(Debug)]
struct HashingFile {
    file: BufWriter<File>,
    hasher: blake3::Hasher,
}

impl HashingFile {
    fn new(file: File) -> Self {
        Self {
            file: BufWriter::with_capacity(1 << 20, file),
            hasher: blake3::Hasher::new(),
        }
    }

    fn finish(mut self) -> std::io::Result<String> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        Ok(self.hasher.finalize().to_hex().to_string())
    }
}

impl Write for HashingFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Holds a stage to the contract's order: the key of every row is at least that of the row before it.
struct OrderCheck {
    converter: RowConverter,
    last: Option<OwnedRow>,
}

impl OrderCheck {
    fn new<T: Table>() -> Result<Self, arrow::error::ArrowError> {
        let schema = T::schema();
        let fields = T::KEY
            .iter()
            .map(|key| Ok(SortField::new(schema.field_with_name(key)?.data_type().clone())))
            .collect::<Result<Vec<_>, arrow::error::ArrowError>>()?;
        Ok(Self {
            converter: RowConverter::new(fields)?,
            last: None,
        })
    }

    /// Whether the batch continues the order; remembers its last key.
    fn accept<T: Table>(&mut self, batch: &RecordBatch) -> Result<bool, arrow::error::ArrowError> {
        if batch.num_rows() == 0 {
            return Ok(true);
        }
        let keys: Vec<ArrayRef> = T::KEY
            .iter()
            .filter_map(|key| batch.column_by_name(key))
            .map(ArrayRef::clone)
            .collect();
        let rows = self.converter.convert_columns(&keys)?;
        let continues = self.last.as_ref().is_none_or(|last| last.row() <= rows.row(0));
        let ordered = continues && (1..rows.num_rows()).all(|i| rows.row(i - 1) <= rows.row(i));
        self.last = Some(rows.row(rows.num_rows() - 1).owned());
        Ok(ordered)
    }
}
