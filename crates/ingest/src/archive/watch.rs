//! Whether a file changes while it is read. What was read would be neither its old content nor its new one.

use std::fs::File;
use std::io;
use std::time::SystemTime;

/// What is said of a file that did.
pub const CHANGED: &str = "it changed while it was read";

/// What tells a file's content from another, as far as its system tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// Which file it is, where files have numbers.
    number: u64,
}

impl Stamp {
    /// The stamp of a file as it is now; `None` for what is no file but a pipe, say.
    pub fn of(file: &File) -> Option<Self> {
        let metadata = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
        Some(Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            number: std::os::unix::fs::MetadataExt::ino(&metadata),
            #[cfg(not(unix))]
            number: 0,
        })
    }
}

/// Watches a file that is being read. Nothing is watched where nothing can be.
#[derive(Debug, Default)]
pub struct Watch(Option<(File, Stamp)>);

impl Watch {
    /// Watches an open file from now on.
    ///
    /// # Errors
    /// Never, so far.
    pub fn new(file: File) -> io::Result<Self> {
        let stamp = Stamp::of(&file);
        Self::since(file, stamp)
    }

    /// Watches an open file since the moment of a stamp.
    ///
    /// # Errors
    /// Never, so far.
    pub fn since(file: File, stamp: Option<Stamp>) -> io::Result<Self> {
        Ok(Self(stamp.map(|stamp| (file, stamp))))
    }

    /// Whether it has changed, or other than all of its bytes were read.
    #[must_use]
    pub fn has_changed(&self, read: Option<u64>) -> bool {
        self.0.as_ref().is_some_and(|(file, stamp)| {
            Stamp::of(file) != Some(*stamp) || read.is_some_and(|read| read != stamp.length)
        })
    }
}
