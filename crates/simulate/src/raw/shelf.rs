//! Where raw files are put: a directory or memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// A file being written. Dropping it without [`RawFile::finish`] leaves it incomplete.
pub trait RawFile: Write + Send {
    /// Writes what is pending and closes the file.
    ///
    /// # Errors
    /// What the file system says.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// A place that files can be created in.
pub trait Shelf {
    /// Creates a file.
    ///
    /// # Errors
    /// What the file system says.
    fn create(&self, name: &str) -> io::Result<Box<dyn RawFile>>;
}

/// Where a file stands in the output: what an observer would hand to `ingest` is in `raw/`, the hand-checked table beside it.
#[must_use]
pub fn place(name: &str) -> String {
    if name == PERSONAS {
        name.to_owned()
    } else {
        format!("{RAW_FOLDER}/{name}")
    }
}

/// The folder of the raw files.
pub const RAW_FOLDER: &str = "raw";
/// The table of people who came back, as `dedupe --personas` reads it.
pub const PERSONAS: &str = "personas.csv";

/// A directory.
#[derive(Debug, Clone)]
pub struct Directory {
    /// An existing directory that holds a folder [`RAW_FOLDER`].
    pub path: PathBuf,
}

impl Shelf for Directory {
    fn create(&self, name: &str) -> io::Result<Box<dyn RawFile>> {
        let file = File::create_new(self.path.join(place(name)))?;
        Ok(Box::new(OnDisk(BufWriter::with_capacity(1 << 16, file))))
    }
}

struct OnDisk(BufWriter<File>);

impl Write for OnDisk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl RawFile for OnDisk {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.into_inner()?.sync_all()
    }
}

type Files = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// Files in memory, for tests.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: Files,
}

impl Memory {
    /// All finished files by name.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct InMemory {
    name: String,
    bytes: Vec<u8>,
    files: Files,
}

impl Write for InMemory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl RawFile for InMemory {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.files
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(self.name, self.bytes);
        Ok(())
    }
}

impl Shelf for Memory {
    fn create(&self, name: &str) -> io::Result<Box<dyn RawFile>> {
        Ok(Box::new(InMemory {
            name: name.to_owned(),
            bytes: Vec::new(),
            files: Arc::clone(&self.files),
        }))
    }
}
