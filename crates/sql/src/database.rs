//! Tables registered under their names, and queries over them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use polars::prelude::*;
use polars::sql::SQLContext;
use tables::read::table_files;

use crate::error::Error;
use crate::given::Given;
use crate::rows::Rows;
use crate::statement::{check, named_within, order_key};

/// Tables of stage directories, to be asked by SQL.
pub struct Database {
    context: SQLContext,
    files: Vec<(String, Vec<PathBuf>)>,
    kept: Vec<(String, String)>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database")
            .field("files", &self.files)
            .field("kept", &self.kept.iter().map(|(table, _)| table).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl Database {
    /// Registers `tables` of the stage directory `dir`, each `NAME.parquet` or the part files of `NAME/`.
    ///
    /// That they are what they say (name, version, columns) is checked by whoever opens them as [`tables::TableFile`].
    ///
    /// # Errors
    /// When a table is absent or its footer cannot be read.
    pub fn open(dir: &Path, tables: &[&str]) -> Result<Self, Error> {
        let mut database = Self {
            context: SQLContext::new(),
            files: Vec::new(),
            kept: Vec::new(),
        };
        database.add(dir, tables)?;
        Ok(database)
    }

    /// Registers tables of another directory besides; a name that was registered before now means the new table.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn add(&mut self, dir: &Path, tables: &[&str]) -> Result<(), Error> {
        for table in tables {
            let paths = table_files(dir, table)?;
            let Some(first) = paths.first().cloned() else {
                return Err(Error::Absent {
                    table: (*table).to_owned(),
                    dir: dir.to_owned(),
                });
            };
            let frame = scan(&paths, &first)?;
            self.context.register(table, frame);
            self.files.retain(|(name, _)| name != table);
            self.files.push(((*table).to_owned(), paths));
        }
        Ok(())
    }

    /// The files behind each registered table, for whoever asks another engine.
    pub(crate) fn files(&self) -> &[(String, Vec<PathBuf>)] {
        &self.files
    }

    /// The tables that statements made ([`Database::keep`]) or would make ([`Database::give`]), each with its statement, in the order in which they were made.
    pub(crate) fn kept(&self) -> &[(String, String)] {
        &self.kept
    }

    /// Runs one statement and registers what it gives as a table in memory, for the statements after it. As a table has no order,
    /// the statement needs no `ORDER BY`.
    ///
    /// # Errors
    /// When the statement breaks a rule of this crate, and when the engine refuses it or fails.
    pub fn keep(&mut self, table: &str, name: &str, text: &str) -> Result<(), Error> {
        check(name, text)?;
        let frame = self.collect(name, text)?;
        self.context.register(table, frame.lazy());
        self.kept.push((table.to_owned(), text.to_owned()));
        Ok(())
    }

    /// Registers columns of one length that were made outside of SQL as the table that a statement would give. The statement, in the
    /// file `name`, is its definition: any other engine makes the table by it, and a test can hold what was made to it.
    ///
    /// # Errors
    /// When the statement breaks a rule of this crate, and when the columns differ in length.
    pub fn give(&mut self, table: &str, name: &str, text: &str, columns: Vec<(&str, Given<'_>)>) -> Result<(), Error> {
        check(name, text)?;
        let columns: PolarsResult<Vec<Column>> = columns.into_iter().map(|(name, given)| given.column(name)).collect();
        let frame = columns.and_then(DataFrame::new_infer_height);
        let frame = frame.map_err(|error| Error::Engine {
            query: name.to_owned(),
            reason: error.to_string(),
        })?;
        self.context.register(table, frame.lazy());
        self.kept.push((table.to_owned(), text.to_owned()));
        Ok(())
    }

    /// Forgets a table that [`Database::keep`] or [`Database::give`] registered, and gives its memory back; statements can no longer ask it.
    pub fn forget(&mut self, table: &str) {
        if self.kept.iter().any(|(kept, _)| kept == table) {
            self.context.unregister(table);
            self.kept.retain(|(kept, _)| kept != table);
        }
    }

    /// Runs one statement. `name` is the file that it stands in, for errors: `database.query("x.sql", include_str!("sql/x.sql"))`.
    ///
    /// # Errors
    /// When the statement breaks a rule of this crate, when the engine refuses it or fails, and when two rows share its key.
    pub fn query(&self, name: &str, text: &str) -> Result<Rows, Error> {
        let key = order_key(name, text)?;
        let frame = self.collect(name, text)?;
        let rows = Rows::new(name, frame);
        rows.check_key(&key)?;
        Ok(rows)
    }

    fn collect(&self, query: &str, text: &str) -> Result<DataFrame, Error> {
        let failed = |reason: String| Error::Engine {
            query: query.to_owned(),
            reason,
        };
        let tables = self
            .files
            .iter()
            .map(|(table, _)| table)
            .chain(self.kept.iter().map(|(table, _)| table));
        let tables: Vec<&String> = tables.collect();
        if let Some(name) = named_within(text).into_iter().find(|name| tables.contains(&name)) {
            return Err(Error::Rule {
                query: query.to_owned(),
                rule: format!("`{name}` is a table already: polars would ask that, other engines what WITH calls so"),
            });
        }
        // Polars panics where it has not finished a feature; from here it is an error like any other.
        catch_unwind(AssertUnwindSafe(|| {
            let mut context = self.context.clone();
            let result = context.execute(text)?.collect_with_engine(Engine::Streaming)?;
            PolarsResult::Ok(result.unwrap_single())
        }))
        .map_err(|panic| failed(format!("the engine broke off: {}", panic_text(&*panic))))?
        .map_err(|error| failed(error.to_string()))
    }
}

fn scan(paths: &[PathBuf], first: &Path) -> Result<LazyFrame, Error> {
    let failed = |path: &Path, reason: String| Error::Scan {
        path: path.to_owned(),
        reason,
    };
    let paths = paths
        .iter()
        .map(|path| {
            path.to_str()
                .map(PlRefPath::new)
                .ok_or_else(|| failed(path, "the path is not UTF-8".to_owned()))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let arguments = ScanArgsParquet {
        // The files are listed already, and a folder's name may hold `*` or `[`.
        glob: false,
        ..ScanArgsParquet::default()
    };
    LazyFrame::scan_parquet_files(paths.into_iter().collect(), arguments)
        .map_err(|error| failed(first, error.to_string()))
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "no reason given".to_owned())
}
