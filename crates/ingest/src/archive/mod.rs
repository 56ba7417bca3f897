//! Files that hold files: zip, and tar in anything that [`crate::container`] unpacks. Each file in them becomes a piece of its own, in
//! the order of names as everywhere, and is read from where it lies. Nothing is ever written under a name that an archive gives.
//!
//! A packed tar, and an archive on standard input, is unpacked once to a temporary file without a name (in `TMPDIR`), since its files are
//! read in another order than it holds them in.

mod listing;
mod part;
mod salvage;
mod watch;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, anyhow};
use stage::{Failure, Place, Progress, Remedy, Source, hash_file};
use tables::Input;

use crate::container::{ALWAYS_UNPACKED, Content, MAGIC_BYTES, Stored};
use listing::Listing;
use part::{Archive, Part};
use watch::Stamp;
pub use watch::{CHANGED, Watch};

/// Where a tar says that it is one, and what it says.
const TAR_MARK: (usize, &[u8]) = (257, b"ustar");
/// A tar's blocks have this length; its mark stands in the first.
pub const TAR_BLOCK: usize = 512;
/// Bytes of standard input looked at to tell whether a tar is packed in it: more than a block of any packer.
const PIPE_LOOK_BYTES: u64 = 1 << 20;

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
    /// To how many bytes it may be unpacked, however few it is stored in.
    allowance: u64,
    place: Where,
}

#[derive(Debug)]
enum Where {
    Source(Source),
    /// Standard input, of which some was looked at.
    Pipe(Mutex<Option<Pipe>>),
    /// A stretch of an archive.
    Part(Part),
    /// An archive that cannot be read, or not further than the pieces before.
    Broken(String),
    /// A link, or something else that holds nothing.
    Left,
}

/// What comes through a pipe.
struct Pipe(Box<dyn Read + Send>);

impl std::fmt::Debug for Pipe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pipe")
    }
}

/// Takes the archives among the sources apart.
#[derive(Debug, Default)]
pub struct Pieces {
    /// What there is to read, in name order.
    pub pieces: Vec<Piece>,
    /// The archives as inputs. Other sources are inputs of their own, once they are read.
    pub archives: Vec<Input>,
}

/// What a source turned out to be.
enum Taken {
    Whole(Where, Source),
    Archive(Input, Vec<Piece>),
}

impl Pieces {
    /// The pieces of some sources.
    ///
    /// # Errors
    /// When an archive finds no room to be unpacked.
    pub fn of(sources: Vec<Source>) -> Result<Self> {
        let mut found = Self::default();
        for source in sources {
            let taken = match &source.place {
                // A pipe with a name can be read but once, as standard input can.
                Place::File(path) if std::fs::metadata(path).is_ok_and(|metadata| is_pipe(&metadata)) => {
                    match File::open(path) {
                        Ok(pipe) => of_pipe(source, Box::new(pipe)),
                        Err(_) => of_file(source),
                    }
                }
                Place::File(_) => of_file(source),
                Place::Stdin => of_pipe(source, Box::new(io::stdin())),
            };
            match taken? {
                Taken::Whole(place, source) => found.pieces.push(Piece {
                    name: source.name.clone(),
                    shown: source.display(),
                    asked_for: source.asked_for,
                    bytes: source.bytes(),
                    allowance: ALWAYS_UNPACKED,
                    place,
                }),
                Taken::Archive(input, pieces) => {
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

/// What a file is. What cannot be read is no archive here; whoever reads it tells.
fn of_file(source: Source) -> Result<Taken> {
    let whole = |source: Source| Ok(Taken::Whole(Where::Source(source.clone()), source));
    let Place::File(path) = source.place.clone() else {
        return whole(source);
    };
    let Ok(mut file) = File::open(&path) else {
        return whole(source);
    };
    let mut magic = Vec::new();
    if (&file).take(MAGIC_BYTES as u64).read_to_end(&mut magic).is_err() || file.rewind().is_err() {
        return whole(source);
    }
    let stamp = Stamp::of(&file);
    if is_zip(&magic) {
        let mut listing = Listing::new(&source, Archive::File(path.clone(), stamp));
        listing.zip(file);
        return Ok(Taken::Archive(hash_file(&path, &source.name)?, listing.pieces));
    }
    let Ok(mut content) = Content::open(Box::new(file), Progress::none()) else {
        return whole(source);
    };
    let mut start = Vec::new();
    if (&mut content).take(TAR_BLOCK as u64).read_to_end(&mut start).is_err() || !is_tar(&start) {
        return whole(source);
    }
    if content.is_plain() {
        let mut listing = Listing::new(&source, Archive::File(path.clone(), stamp));
        listing.tar(&File::open(&path)?);
        return Ok(Taken::Archive(hash_file(&path, &source.name)?, listing.pieces));
    }
    let mut taken = unpacked(&source, &start, content)?;
    let watch = File::open(&path).and_then(|file| Watch::since(file, stamp));
    if let (Taken::Archive(input, pieces), Ok(watch)) = (&mut taken, watch)
        && watch.has_changed(Some(input.bytes))
    {
        pieces.push(Piece::broken(&source, CHANGED));
    }
    Ok(taken)
}

/// Whether it is neither file nor folder.
fn is_pipe(metadata: &std::fs::Metadata) -> bool {
    !metadata.is_file() && !metadata.is_dir()
}

/// What comes through a pipe.
fn of_pipe(source: Source, mut pipe: Box<dyn Read + Send>) -> Result<Taken> {
    let shown = source.display();
    let failed = || format!("cannot read {shown}");
    let remedy = "check what writes into the pipe";
    let mut head = Vec::new();
    let mut more = |head: &mut Vec<u8>, bytes: u64| (&mut pipe).take(bytes).read_to_end(head);
    more(&mut head, TAR_BLOCK as u64).or_failure(failed, remedy)?;
    let packed =
        Content::open(Box::new(Cursor::new(head.clone())), Progress::none()).is_ok_and(|content| !content.is_plain());
    if packed {
        more(&mut head, PIPE_LOOK_BYTES).or_failure(failed, remedy)?;
    }
    let mut start = Vec::new();
    if let Ok(content) = Content::open(Box::new(Cursor::new(head.clone())), Progress::none()) {
        // What was looked at may break off anywhere.
        let _ = content.take(TAR_BLOCK as u64).read_to_end(&mut start);
    }
    let zipped = is_zip(&head);
    let all = Cursor::new(head).chain(pipe);
    if zipped {
        let mut stored = Stored::new(Box::new(all), Progress::none());
        let (spool, copied) = spooled(&source, &[], &mut stored)?;
        let mut listing = Listing::new(&source, Archive::Unpacked(Arc::new(Mutex::new(spool.try_clone()?))));
        listing.zip(spool);
        listing.broken_by(copied);
        return Ok(Taken::Archive(stored.finish(&source.name)?, listing.pieces));
    }
    if is_tar(&start) {
        return unpacked(&source, &[], Content::open(Box::new(all), Progress::none())?);
    }
    Ok(Taken::Whole(Where::Pipe(Mutex::new(Some(Pipe(Box::new(all))))), source))
}

/// A tar that is unpacked to a temporary file.
fn unpacked(source: &Source, start: &[u8], mut content: Content) -> Result<Taken> {
    let (spool, copied) = spooled(source, start, &mut content)?;
    let mut listing = Listing::new(source, Archive::Unpacked(Arc::new(Mutex::new(spool.try_clone()?))));
    listing.tar(&spool);
    // What could be unpacked is read all the same; the rest is told of.
    listing.broken_by(copied);
    Ok(Taken::Archive(content.finish(&source.name)?, listing.pieces))
}

/// A temporary file with all that can be read, and why there is no more.
fn spooled(source: &Source, start: &[u8], content: &mut impl Read) -> Result<(File, io::Result<u64>)> {
    let shown = source.display();
    let mut spool = tempfile::tempfile().or_failure(
        || format!("cannot unpack {shown}"),
        "point TMPDIR to a folder that may be written to",
    )?;
    spool.write_all(start)?;
    let copied = io::copy(content, &mut spool);
    if let Err(error) = &copied
        && error.kind() == io::ErrorKind::StorageFull
    {
        let message = format!("cannot unpack {shown}: no space left in the folder for temporary files");
        return Err(Failure::new(message)
            .remedy("point TMPDIR to a folder with more room")
            .into());
    }
    spool.rewind()?;
    Ok((spool, copied))
}

fn is_zip(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}

/// Whether this is the first block of a tar.
#[must_use]
pub fn is_tar(start: &[u8]) -> bool {
    start.get(TAR_MARK.0..).is_some_and(|rest| rest.starts_with(TAR_MARK.1))
}

impl Piece {
    /// That a source cannot be read, or not further.
    fn broken(source: &Source, why: &str) -> Self {
        Self {
            name: source.name.clone(),
            shown: source.display(),
            asked_for: source.asked_for,
            bytes: None,
            allowance: 0,
            place: Where::Broken(why.to_owned()),
        }
    }

    /// Opens its content, and watches whether it changes.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&self, progress: Progress) -> Result<(Content, Watch)> {
        let (stored, watch): (Box<dyn Read + Send>, _) = match &self.place {
            Where::Source(source) => match &source.place {
                Place::File(path) => open_file(path)?,
                Place::Stdin => (source.open()?, Watch::default()),
            },
            Where::Pipe(pipe) => {
                let pipe = pipe.lock().unwrap_or_else(PoisonError::into_inner).take();
                let Pipe(reader) = pipe.ok_or_else(|| anyhow!("a pipe can be read but once"))?;
                (reader, Watch::default())
            }
            Where::Part(part) => part.open()?,
            Where::Broken(why) => return Err(anyhow!("{why}")),
            Where::Left => (Box::new(io::empty()), Watch::default()),
        };
        Ok((Content::within(stored, progress, self.allowance)?, watch))
    }

    /// Whether it is a link, or something else in an archive that holds nothing.
    #[must_use]
    pub const fn is_left_out(&self) -> bool {
        matches!(self.place, Where::Left)
    }

    /// The file that it is, where it is one of its own.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
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
        matches!(self.place, Where::Source(_) | Where::Pipe(_))
    }
}

fn open_file(path: &Path) -> Result<(Box<dyn Read + Send>, Watch)> {
    let failed = || format!("cannot read '{}'", path.display());
    let file = File::open(path).or_failure(failed, "check that the file may be read")?;
    let watch = file.try_clone().and_then(Watch::new);
    Ok((
        Box::new(file),
        watch.or_failure(failed, "check that the file may be read")?,
    ))
}
