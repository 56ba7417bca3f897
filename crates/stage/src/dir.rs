//! The directory that a stage wrote, as the next stage sees it.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use tables::read::table_files;
use tables::{Input, Table, TableError, TableFile};
use tempfile::TempDir;

use crate::failure::{Failure, Remedy};
use crate::provenance::{Provenance, RUN_FILE};
use crate::sources::hash_file;
use crate::stream;

/// A stage directory with its provenance. `-` is a stage directory that arrives on standard input as a tar stream.
#[derive(Debug)]
pub struct StageDir {
    path: PathBuf,
    provenance: Provenance,
    inputs: OnceCell<Vec<Input>>,
    /// Holds the directory when it came through a pipe; removed when dropped.
    _spool: Option<TempDir>,
}

impl StageDir {
    /// Opens the directory, or spools it from standard input when `path` is `-`.
    ///
    /// # Errors
    /// When the path is no stage directory, or standard input is no stream of one.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        if path == Path::new("-") {
            let spool = stream::spool(std::io::stdin().lock())?;
            return Self::open_at(spool.path().to_owned(), "standard input", Some(spool));
        }
        Self::open_at(path.to_owned(), &format!("'{}'", path.display()), None)
    }

    fn open_at(path: PathBuf, shown: &str, spool: Option<TempDir>) -> anyhow::Result<Self> {
        const REMEDY: &str = "give the directory that the stage before this one wrote with -o";
        if !path.is_dir() {
            let what = if path.exists() {
                "is not a directory"
            } else {
                "does not exist"
            };
            return Err(Failure::new(format!("{shown} {what}")).remedy(REMEDY).into());
        }
        let run_file = path.join(RUN_FILE);
        if !run_file.is_file() {
            return Err(
                Failure::new(format!("{shown} is not a stage output: it has no {RUN_FILE}"))
                    .remedy(REMEDY)
                    .into(),
            );
        }
        let text = std::fs::read(&run_file).or_failure(|| format!("cannot read {RUN_FILE} of {shown}"), REMEDY)?;
        let provenance = serde_json::from_slice(&text).or_failure(
            || format!("cannot read {RUN_FILE} of {shown}"),
            "rerun the stage that wrote it",
        )?;
        Ok(Self {
            path,
            provenance,
            inputs: OnceCell::new(),
            _spool: spool,
        })
    }

    /// Where the directory is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where it comes from.
    #[must_use]
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// Opens one of its tables.
    ///
    /// # Errors
    /// When the table is absent, unreadable, foreign or of another version.
    pub fn table<T: Table>(&self) -> Result<TableFile<T>, TableError> {
        TableFile::open(&self.path).map_err(|error| match error {
            TableError::Absent { table, dir, .. } => TableError::Absent {
                table,
                dir,
                written_by: Some(self.provenance.stage.clone()),
            },
            other => other,
        })
    }

    /// The bytes of another file in it (`study.toml`); `None` when it is absent.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn file(&self, name: &str) -> anyhow::Result<Option<Vec<u8>>> {
        match std::fs::read(self.path.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).or_failure(
                || format!("cannot read '{}'", self.path.join(name).display()),
                "check that it may be read",
            ),
        }
    }

    /// Every table and file in it with size and hash, by name: what a later stage's footers call its inputs.
    ///
    /// # Errors
    /// When a file that the provenance names is gone or cannot be read, or a table is not as its stage left it: bytes that a disk or a
    /// copy lost can still be Parquet with other numbers.
    pub fn inputs(&self) -> anyhow::Result<Vec<Input>> {
        if let Some(inputs) = self.inputs.get() {
            return Ok(inputs.clone());
        }
        let mut inputs = Vec::new();
        for table in &self.provenance.tables {
            for path in table_files(&self.path, &table.name)? {
                let name = path
                    .strip_prefix(&self.path)
                    .unwrap_or(&path)
                    .to_string_lossy()
                    .into_owned();
                let input = hash_file(&path, &name)?;
                let whole = name == format!("{}.parquet", table.name);
                if whole && input.blake3 != table.blake3 {
                    return Err(Failure::new(format!(
                        "'{}' is not as {} left it: its content has another hash than {RUN_FILE} says",
                        path.display(),
                        table.stage
                    ))
                    .remedy("copy the folder again, or rerun the stage that wrote it")
                    .into());
                }
                inputs.push(input);
            }
        }
        for name in self.provenance.files.keys() {
            inputs.push(hash_file(&self.path.join(name), name)?);
        }
        inputs.sort();
        Ok(self.inputs.get_or_init(|| inputs).clone())
    }
}
