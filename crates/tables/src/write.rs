//! Writing a table: rows in key order to one Parquet file, the same rows to the same bytes.
//!
//! A row group can be encoded apart from the file, in any thread ([`Encoder`]), and appended afterwards: encoding and compressing
//! is most of the work.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

use crate::error::TableError;
use crate::footer::Footer;
use crate::order::{Keys, OrderCheck};
use crate::table::Table;

/// Rows in a row group.
pub const ROW_GROUP_ROWS: usize = 131_072;
/// Rows in a batch handed to the encoder.
pub const BATCH_ROWS: usize = 8_192;
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

/// Encodes row groups of table `T` apart from its file, in any thread.
pub struct Encoder<T: Table> {
    path: PathBuf,
    columns: Arc<ArrowRowGroupWriterFactory>,
    order: Arc<OrderCheck>,
    table: PhantomData<fn() -> T>,
}

impl<T: Table> Clone for Encoder<T> {
    fn clone(&self) -> Self {
        Self {
            path: self.path.clone(),
            columns: Arc::clone(&self.columns),
            order: Arc::clone(&self.order),
            table: PhantomData,
        }
    }
}

impl<T: Table> std::fmt::Debug for Encoder<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder")
            .field("table", &T::NAME)
            .finish_non_exhaustive()
    }
}

/// A row group that is encoded and stands in no file yet.
pub struct RowGroup<T: Table> {
    columns: Vec<ArrowColumnChunk>,
    rows: usize,
    keys: Option<Keys>,
    table: PhantomData<fn() -> T>,
}

impl<T: Table> std::fmt::Debug for RowGroup<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowGroup")
            .field("table", &T::NAME)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl<T: Table> Encoder<T> {
    /// Encodes batches, in their order, as one row group.
    ///
    /// # Errors
    /// When a batch is not of the table's schema, or its rows are out of order.
    pub fn encode(&self, batches: &[RecordBatch]) -> Result<RowGroup<T>, TableError> {
        let mut group = self.start()?;
        for batch in batches {
            group.write(batch)?;
        }
        group.finish()
    }

    /// Starts a row group whose batches are encoded as they come, so that they need not be held together.
    ///
    /// # Errors
    /// When the columns cannot be set up.
    pub fn start(&self) -> Result<GroupEncoder<T>, TableError> {
        let group = OpenGroup::new(&self.columns).map_err(|source| parquet_error(&self.path, source))?;
        Ok(GroupEncoder {
            encoder: self.clone(),
            group,
            keys: None,
        })
    }
}

/// Encodes one row group, batch by batch.
pub struct GroupEncoder<T: Table> {
    encoder: Encoder<T>,
    group: OpenGroup,
    keys: Option<Keys>,
}

impl<T: Table> std::fmt::Debug for GroupEncoder<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GroupEncoder")
            .field("table", &T::NAME)
            .field("rows", &self.group.rows)
            .finish_non_exhaustive()
    }
}

impl<T: Table> GroupEncoder<T> {
    /// Adds the rows of a batch.
    ///
    /// # Errors
    /// When the batch is not of the table's schema, or its rows are out of order.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        let Encoder { order, path, .. } = &self.encoder;
        let more = order.keys::<T>(batch, path)?;
        self.keys = Keys::join::<T>(self.keys.take(), more)?;
        self.group.write(batch).map_err(|source| parquet_error(path, source))
    }

    /// The row group, to be appended to its file.
    ///
    /// # Errors
    /// When a column cannot be encoded.
    pub fn finish(self) -> Result<RowGroup<T>, TableError> {
        let rows = self.group.rows;
        let columns = self.group.close();
        Ok(RowGroup {
            columns: columns.map_err(|source| parquet_error(&self.encoder.path, source))?,
            rows,
            keys: self.keys,
            table: PhantomData,
        })
    }
}

/// A row group that still takes rows.
struct OpenGroup {
    columns: Vec<ArrowColumnWriter>,
    rows: usize,
}

impl OpenGroup {
    fn new(columns: &ArrowRowGroupWriterFactory) -> Result<Self, ParquetError> {
        Ok(Self {
            // The number of the group matters to encryption alone.
            columns: columns.create_column_writers(0)?,
            rows: 0,
        })
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), ParquetError> {
        let mut columns = self.columns.iter_mut();
        for (field, array) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            for leaf in compute_leaves(field, array)? {
                if let Some(column) = columns.next() {
                    column.write(&leaf)?;
                }
            }
        }
        self.rows += batch.num_rows();
        Ok(())
    }

    fn close(self) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
        self.columns.into_iter().map(ArrowColumnWriter::close).collect()
    }
}

/// Writes the rows of table `T` to one file.
pub struct TableWriter<T: Table> {
    path: PathBuf,
    file: SerializedFileWriter<HashingFile>,
    encoder: Encoder<T>,
    open: Option<OpenGroup>,
    builders: T::Builders,
    rows: u64,
    pending_rows: usize,
    pending_bytes: usize,
    keys: Option<Keys>,
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
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(zstd))
            .set_created_by(format!("diminuendo {}", env!("CARGO_PKG_VERSION")));
        // A dictionary of values of which nearly each stands once costs time and saves nothing.
        for column in ["post_id", "first_bytes"] {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
        }
        for column in ["source_line", "posted_at", "observed_at", "byte_offset"] {
            properties = properties
                .set_column_dictionary_enabled(ColumnPath::from(column), false)
                .set_column_encoding(ColumnPath::from(column), Encoding::DELTA_BINARY_PACKED);
        }
        // The least and the greatest text of a page tell a reader nothing that it could leave out: texts stand in no order.
        for field in T::schema().fields() {
            match field.data_type() {
                DataType::Utf8 => {
                    let column = ColumnPath::from(field.name().as_str());
                    properties = properties.set_column_statistics_enabled(column, EnabledStatistics::None);
                }
                DataType::List(item) => {
                    let path = [field.name().as_str(), "list", item.name().as_str()].map(str::to_owned);
                    let column = ColumnPath::new(path.to_vec());
                    properties = properties.set_column_statistics_enabled(column, EnabledStatistics::None);
                }
                _ => {}
            }
        }
        let properties = properties.build();
        let (file, columns) = ArrowWriter::try_new(HashingFile::new(file), T::schema(), Some(properties))
            .and_then(ArrowWriter::into_serialized_writer)
            .map_err(|source| parquet_error(&path, source))?;
        let order = OrderCheck::new::<T>().map_err(|source| arrow_error(&path, source))?;
        let encoder = Encoder {
            path: path.clone(),
            columns: Arc::new(columns),
            order: Arc::new(order),
            table: PhantomData,
        };
        Ok(Self {
            path,
            file,
            encoder,
            open: None,
            builders: T::Builders::default(),
            rows: 0,
            pending_rows: 0,
            pending_bytes: 0,
            keys: None,
        })
    }

    /// What encodes row groups for this file elsewhere.
    #[must_use]
    pub fn encoder(&self) -> Encoder<T> {
        self.encoder.clone()
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

    /// Adds a row group that was encoded elsewhere, after all that came before.
    ///
    /// # Errors
    /// When the file cannot be written, or the group does not continue the order.
    pub fn append(&mut self, group: RowGroup<T>) -> Result<(), TableError> {
        self.hand_over()?;
        self.close_group()?;
        self.keys = Keys::join::<T>(self.keys.take(), group.keys)?;
        self.rows += group.rows as u64;
        self.write_group(group.columns)
    }

    /// Rows added so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows + self.pending_rows as u64
    }

    fn hand_over(&mut self) -> Result<(), TableError> {
        if self.pending_rows == 0 {
            return Ok(());
        }
        let batch = T::finish(&mut self.builders).map_err(|source| arrow_error(&self.path, source))?;
        let more = self.encoder.order.keys::<T>(&batch, &self.path)?;
        self.keys = Keys::join::<T>(self.keys.take(), more)?;
        let mut written = 0;
        while written < batch.num_rows() {
            let group = match &mut self.open {
                Some(group) => group,
                none => none
                    .insert(OpenGroup::new(&self.encoder.columns).map_err(|source| parquet_error(&self.path, source))?),
            };
            let rows = (batch.num_rows() - written).min(ROW_GROUP_ROWS - group.rows);
            group
                .write(&batch.slice(written, rows))
                .map_err(|source| parquet_error(&self.path, source))?;
            written += rows;
            if group.rows >= ROW_GROUP_ROWS {
                self.close_group()?;
            }
        }
        self.rows += self.pending_rows as u64;
        self.pending_rows = 0;
        self.pending_bytes = 0;
        Ok(())
    }

    fn close_group(&mut self) -> Result<(), TableError> {
        let Some(group) = self.open.take() else { return Ok(()) };
        let columns = group.close().map_err(|source| parquet_error(&self.path, source))?;
        self.write_group(columns)
    }

    fn write_group(&mut self, columns: Vec<ArrowColumnChunk>) -> Result<(), TableError> {
        let write = || {
            let mut group = self.file.next_row_group()?;
            for column in columns {
                column.append_to_row_group(&mut group)?;
            }
            group.close().map(|_| ())
        };
        write().map_err(|source| parquet_error(&self.path, source))
    }

    /// Writes what is pending and the footer, and syncs the file to disk.
    ///
    /// # Errors
    /// When the file cannot be written, or a row is out of order.
    pub fn finish(mut self, footer: &Footer) -> Result<Written, TableError> {
        self.hand_over()?;
        self.close_group()?;
        let entries = footer
            .to_entries(T::NAME, T::VERSION)
            .map_err(|source| TableError::Io {
                action: "write",
                path: self.path.clone(),
                source: source.into(),
            })?;
        for entry in entries {
            self.file.append_key_value_metadata(entry);
        }
        let file = self
            .file
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

pub(crate) fn arrow_error(path: &Path, source: arrow::error::ArrowError) -> TableError {
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
