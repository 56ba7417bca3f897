//! Files that hold files: zip, and tar in anything that [`crate::container`] unpacks. Each file in them becomes a piece of its own, in
//! the order of names as everywhere, and is read from where it lies. Nothing is ever written under a name that an archive gives.
//!
//! A packed tar is unpacked once, to a temporary file without a name (in `TMPDIR`), since its files are read in another order than it
//! holds them in.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, anyhow};
use flate2::Crc;
use flate2::read::DeflateDecoder;
use stage::{Failure, Place, Progress, Remedy, Source, hash_file};
use tables::Input;
use zip::{CompressionMethod, ZipArchive};

use crate::container::{Content, MAGIC_BYTES, within};

/// Where a tar says that it is one, and what it says.
const TAR_MARK: (usize, &[u8]) = (257, b"ustar");
/// A tar's blocks have this length; its mark stands in the first.
pub const TAR_BLOCK: usize = 512;

/// Something to read: a source, or a file in an archive.
#[derive(Debug)]
pub struct Piece {
    /// Its name in tables and ledger: the source's, and below an archive's the path in it.
    pub name: String,
    /// How it is called in messages.
    pub shown: String,
    /// Whether the command line names it itself.
    pub asked_for: bool,
    /// Bytes to read, where known.
    pub bytes: Option<u64>,
    place: Where,
}

#[derive(Debug)]
enum Where {
    Source(Source),
    /// A stretch of an archive.
    Part(Part),
    /// An archive that cannot be read, or not further than the pieces before.
    Broken(String),
}

#[derive(Debug)]
struct Part {
    archive: Arc<Archive>,
    from: u64,
    length: u64,
    /// Of a zip: whether it is deflated, and the checksum of what comes out.
    zipped: Option<(bool, u32)>,
}

/// Where an archive's bytes are.
#[derive(Debug)]
enum Archive {
    File(std::path::PathBuf),
    /// A tar, unpacked. Its pieces are read side by side, and there is but one place in the file.
    Unpacked(Arc<Mutex<File>>),
}

/// Takes the archives among the sources apart.
#[derive(Debug, Default)]
pub struct Pieces {
    /// What there is to read, in name order.
    pub pieces: Vec<Piece>,
    /// The archives as inputs. Other sources are inputs of their own, once they are read.
    pub archives: Vec<Input>,
}

impl Pieces {
    /// The pieces of some sources.
    ///
    /// # Errors
    /// When a packed tar finds no room to be unpacked.
    pub fn of(sources: Vec<Source>) -> Result<Self> {
        let mut found = Self::default();
        for source in sources {
            match archive(&source)? {
                None => found.pieces.push(whole(source)),
                Some((input, pieces)) => {
                    found.archives.push(input);
                    found.pieces.extend(pieces);
                }
            }
        }
        found.pieces.sort_by(|a, b| a.name.cmp(&b.name));
        // Archives may hold a path more than once; names may not.
        let mut times: BTreeMap<String, u32> = BTreeMap::new();
        for piece in &mut found.pieces {
            let time = times.entry(piece.name.clone()).or_insert(0);
            *time += 1;
            if *time > 1 {
                piece.name = format!("{}#{time}", piece.name);
            }
        }
        found.pieces.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }
}

fn whole(source: Source) -> Piece {
    Piece {
        name: source.name.clone(),
        shown: source.display(),
        asked_for: source.asked_for,
        bytes: source.bytes(),
        place: Where::Source(source),
    }
}

/// The pieces of a source, if it is an archive. What cannot be read is no archive here; whoever reads it tells.
fn archive(source: &Source) -> Result<Option<(Input, Vec<Piece>)>> {
    let Place::File(path) = &source.place else {
        return Ok(None);
    };
    let Ok(mut file) = File::open(path) else {
        return Ok(None);
    };
    let mut magic = Vec::new();
    if (&file).take(MAGIC_BYTES as u64).read_to_end(&mut magic).is_err() || file.rewind().is_err() {
        return Ok(None);
    }
    if magic.starts_with(b"PK\x03\x04") || magic.starts_with(b"PK\x05\x06") {
        let mut listing = Listing::new(source, Archive::File(path.clone()));
        listing.zip(file);
        return Ok(Some((hash_file(path, &source.name)?, listing.pieces)));
    }
    let Ok(mut content) = Content::open(Box::new(file), Progress::none()) else {
        return Ok(None);
    };
    let mut start = Vec::new();
    if (&mut content).take(TAR_BLOCK as u64).read_to_end(&mut start).is_err() || !is_tar(&start) {
        return Ok(None);
    }
    if content.is_plain() {
        let mut listing = Listing::new(source, Archive::File(path.clone()));
        listing.tar(&File::open(path)?);
        return Ok(Some((hash_file(path, &source.name)?, listing.pieces)));
    }
    let mut spool = tempfile::tempfile().or_failure(
        || format!("cannot unpack {}", source.display()),
        "point TMPDIR to a folder that may be written to",
    )?;
    io::Write::write_all(&mut spool, &start)?;
    // What could be unpacked is read all the same; the rest is told of.
    let copied = io::copy(&mut content, &mut spool);
    if let Err(error) = &copied
        && error.kind() == io::ErrorKind::StorageFull
    {
        let message = format!(
            "cannot unpack {}: no space left in the folder for temporary files",
            source.display()
        );
        return Err(Failure::new(message)
            .remedy("point TMPDIR to a folder with more room")
            .into());
    }
    spool.rewind()?;
    let mut listing = Listing::new(source, Archive::Unpacked(Arc::new(Mutex::new(spool.try_clone()?))));
    listing.tar(&spool);
    if let Err(error) = copied
        && !listing.is_broken()
    {
        listing.broken(&error.to_string());
    }
    Ok(Some((hash_file(path, &source.name)?, listing.pieces)))
}

/// Whether this is the first block of a tar.
#[must_use]
pub fn is_tar(start: &[u8]) -> bool {
    start.get(TAR_MARK.0..).is_some_and(|rest| rest.starts_with(TAR_MARK.1))
}

/// What an archive holds.
struct Listing<'s> {
    source: &'s Source,
    archive: Arc<Archive>,
    pieces: Vec<Piece>,
}

impl<'s> Listing<'s> {
    fn new(source: &'s Source, archive: Archive) -> Self {
        Self {
            source,
            archive: Arc::new(archive),
            pieces: Vec::new(),
        }
    }

    fn is_broken(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece.place, Where::Broken(_)))
    }

    fn add(&mut self, path: &str, bytes: Option<u64>, place: Where) {
        // As in folders, what is hidden is left out; so is what one system's packer adds about the files.
        let mut parts: Vec<&str> = path
            .split(['/', '\\'])
            .filter(|part| !matches!(*part, "" | "." | ".."))
            .collect();
        if parts.iter().any(|part| part.starts_with('.') || *part == "__MACOSX") {
            return;
        }
        if parts.is_empty() {
            parts.push("unnamed");
        }
        let path = parts.join("/");
        self.pieces.push(Piece {
            name: format!("{}/{path}", self.source.name),
            shown: format!("'{path}' in {}", self.source.display()),
            asked_for: false,
            bytes,
            place,
        });
    }

    fn broken(&mut self, why: &str) {
        self.pieces.push(Piece {
            name: self.source.name.clone(),
            shown: self.source.display(),
            asked_for: self.source.asked_for,
            bytes: None,
            place: Where::Broken(why.to_owned()),
        });
    }

    fn zip(&mut self, file: File) {
        let mut zip = match ZipArchive::new(file) {
            Ok(zip) => zip,
            Err(error) => return self.broken(&error.to_string()),
        };
        for index in 0..zip.len() {
            let entry = match zip.by_index_raw(index) {
                Ok(entry) => entry,
                Err(error) => {
                    self.broken(&error.to_string());
                    continue;
                }
            };
            if !entry.is_file() {
                continue;
            }
            let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
            let method = entry.compression();
            let (deflated, readable) = match method {
                CompressionMethod::Stored => (false, true),
                CompressionMethod::Deflated => (true, true),
                _ => (false, false),
            };
            let place = if entry.encrypted() {
                Where::Broken("it is encrypted".to_owned())
            } else if !readable {
                Where::Broken(format!("it is packed with {method}, which is not unpacked here"))
            } else if let Some(from) = entry.data_start() {
                Where::Part(Part {
                    archive: Arc::clone(&self.archive),
                    from,
                    length: entry.compressed_size(),
                    zipped: Some((deflated, entry.crc32())),
                })
            } else {
                Where::Broken("the archive does not say where it begins".to_owned())
            };
            let bytes = entry.size();
            drop(entry);
            self.add(&name, Some(bytes), place);
        }
    }

    fn tar(&mut self, file: &File) {
        let mut tar = tar::Archive::new(file);
        let entries = match tar.entries_with_seek() {
            Ok(entries) => entries,
            Err(error) => return self.broken(&error.to_string()),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => return self.broken(&error.to_string()),
            };
            if !matches!(
                entry.header().entry_type(),
                tar::EntryType::Regular | tar::EntryType::Continuous
            ) {
                continue;
            }
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let place = Where::Part(Part {
                archive: Arc::clone(&self.archive),
                from: entry.raw_file_position(),
                length: entry.size(),
                zipped: None,
            });
            self.add(&name, Some(entry.size()), place);
        }
    }
}

impl Piece {
    /// Opens it for reading.
    ///
    /// # Errors
    /// When it cannot be.
    pub fn open(&self) -> Result<Box<dyn Read + Send>> {
        match &self.place {
            Where::Source(source) => source.open(),
            Where::Part(part) => part.open(),
            Where::Broken(why) => Err(anyhow!("{why}")),
        }
    }

    /// The file that it is, where it is one of its own.
    #[must_use]
    pub fn path(&self) -> Option<&std::path::Path> {
        match &self.place {
            Where::Source(Source {
                place: Place::File(path),
                ..
            }) => Some(path),
            _ => None,
        }
    }

    /// Whether it is a source of its own, whose hash is that of an input.
    #[must_use]
    pub const fn is_source(&self) -> bool {
        matches!(self.place, Where::Source(_))
    }
}

impl Part {
    fn open(&self) -> Result<Box<dyn Read + Send>> {
        let stretch = Stretch {
            handle: match &*self.archive {
                Archive::File(path) => Handle::Own(File::open(path)?),
                Archive::Unpacked(file) => Handle::Shared(Arc::clone(file)),
            },
            at: self.from,
            left: self.length,
        };
        Ok(match self.zipped {
            None => Box::new(stretch),
            Some((false, sum)) => Box::new(Checked::new(stretch, sum, self.length)),
            Some((true, sum)) => Box::new(Checked::new(DeflateDecoder::new(stretch), sum, self.length)),
        })
    }
}

/// A stretch of an archive.
struct Stretch {
    handle: Handle,
    at: u64,
    left: u64,
}

enum Handle {
    Own(File),
    Shared(Arc<Mutex<File>>),
}

impl Stretch {
    fn fetch(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut shared;
        let file = match &mut self.handle {
            Handle::Own(file) => file,
            Handle::Shared(file) => {
                shared = file.lock().unwrap_or_else(PoisonError::into_inner);
                &mut *shared
            }
        };
        file.seek(SeekFrom::Start(self.at))?;
        file.read(buffer)
    }
}

impl Read for Stretch {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let read = self.fetch(&mut buffer[..wanted])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += read as u64;
        self.left -= read as u64;
        Ok(read)
    }
}

/// What comes out of a zip, held to its checksum at the end.
struct Checked<R> {
    inner: R,
    crc: Crc,
    sum: u32,
    /// Bytes that came out.
    bytes: u64,
    /// Bytes that it is stored in.
    stored: u64,
}

impl<R> Checked<R> {
    fn new(inner: R, sum: u32, stored: u64) -> Self {
        Self {
            inner,
            crc: Crc::new(),
            sum,
            bytes: 0,
            stored,
        }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.crc.update(&buffer[..read]);
        self.bytes += read as u64;
        within(self.bytes, self.stored)?;
        if read == 0 && !buffer.is_empty() && self.crc.sum() != self.sum {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "its checksum does not agree with its content",
            ));
        }
        Ok(read)
    }
}
