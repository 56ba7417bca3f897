//! Where raw files are put: a directory (compressed by file name) or memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::rc::Rc;

use flate2::Compression;
use flate2::write::GzEncoder;

/// A file being written. Dropping it without [`RawFile::finish`] leaves it incomplete.
pub trait RawFile: Write {
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

/// A directory; `.gz` files are compressed, without name or time in their header, so that equal content is equal bytes.
#[derive(Debug, Clone)]
pub struct Directory {
    /// An existing directory that holds a folder [`RAW_FOLDER`].
    pub path: PathBuf,
}

impl Shelf for Directory {
    fn create(&self, name: &str) -> io::Result<Box<dyn RawFile>> {
        let file = BufWriter::with_capacity(1 << 16, File::create_new(self.path.join(place(name)))?);
        if name.ends_with(".gz") {
            Ok(Box::new(Compressed(GzEncoder::new(file, Compression::new(4)))))
        } else {
            Ok(Box::new(Plain(file)))
        }
    }
}

struct Plain(BufWriter<File>);

impl Write for Plain {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl RawFile for Plain {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.into_inner()?.sync_all()
    }
}

struct Compressed(GzEncoder<BufWriter<File>>);

impl Write for Compressed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl RawFile for Compressed {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish()?.into_inner()?.sync_all()
    }
}

/// Files in memory, uncompressed, for tests.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: Rc<RefCell<BTreeMap<String, Vec<u8>>>>,
}

impl Memory {
    /// All finished files by name.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.files.borrow().clone()
    }
}

struct MemoryFile {
    name: String,
    bytes: Vec<u8>,
    files: Rc<RefCell<BTreeMap<String, Vec<u8>>>>,
}

impl Write for MemoryFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl RawFile for MemoryFile {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.files.borrow_mut().insert(self.name, self.bytes);
        Ok(())
    }
}

impl Shelf for Memory {
    fn create(&self, name: &str) -> io::Result<Box<dyn RawFile>> {
        Ok(Box::new(MemoryFile {
            name: name.to_owned(),
            bytes: Vec::new(),
            files: Rc::clone(&self.files),
        }))
    }
}
