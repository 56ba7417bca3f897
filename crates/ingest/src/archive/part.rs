//! A file in an archive, read from where it lies.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use bzip2::bufread::BzDecoder;
use deflate64::Deflate64Decoder;
use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::watch::{Stamp, Watch};
use crate::container::{BUFFER_BYTES, xz_decoder, zstd_decoder};

/// Where an archive's bytes are.
#[derive(Debug)]
pub enum Archive {
    /// In a file, which was like this when it was listed.
    File(PathBuf, Option<Stamp>),
    /// In a temporary one. Its pieces are read side by side, and there is but one place in the file.
    Unpacked(Arc<Mutex<File>>),
}

/// A stretch of an archive that holds a file.
#[derive(Debug)]
pub struct Part {
    pub archive: Arc<Archive>,
    pub from: u64,
    pub length: u64,
    /// How it is packed in a zip.
    pub zipped: Option<Zipped>,
}

/// What a zip says of a file.
#[derive(Debug, Clone, Copy)]
pub struct Zipped {
    pub packing: Packing,
    /// The checksum of what comes out.
    pub sum: u32,
    /// The length of what comes out.
    pub size: u64,
}

/// How a file is packed in a zip.
#[derive(Debug, Clone, Copy)]
pub enum Packing {
    Stored,
    Deflate,
    Deflate64,
    Bzip2,
    Zstd,
    Xz,
}

impl Part {
    pub fn open(&self) -> Result<(Box<dyn Read + Send>, Watch)> {
        let (handle, watch) = match &*self.archive {
            Archive::File(path, stamp) => {
                let file = File::open(path)?;
                let watch = Watch::since(file.try_clone()?, *stamp)?;
                (Handle::Own(file), watch)
            }
            Archive::Unpacked(file) => (Handle::Shared(Arc::clone(file)), Watch::default()),
        };
        let stretch = Stretch {
            handle,
            at: self.from,
            left: self.length,
        };
        let Some(zipped) = self.zipped else {
            return Ok((Box::new(stretch), watch));
        };
        let unpacked: Box<dyn Read + Send> = match zipped.packing {
            Packing::Stored => Box::new(stretch),
            Packing::Deflate => Box::new(DeflateDecoder::new(stretch)),
            Packing::Deflate64 => Box::new(Deflate64Decoder::new(stretch)),
            Packing::Bzip2 => Box::new(BzDecoder::new(buffered(stretch))),
            Packing::Zstd => Box::new(zstd_decoder(buffered(stretch))?),
            Packing::Xz => Box::new(xz_decoder(buffered(stretch))?),
        };
        Ok((Box::new(Checked::new(unpacked, zipped)), watch))
    }
}

fn buffered<R: Read>(reader: R) -> BufReader<R> {
    BufReader::with_capacity(BUFFER_BYTES, reader)
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

/// What comes out of a zip, held to the length and the checksum that it tells.
struct Checked {
    inner: Box<dyn Read + Send>,
    crc: Crc,
    zipped: Zipped,
    /// Bytes that came out.
    bytes: u64,
}

impl Checked {
    fn new(inner: Box<dyn Read + Send>, zipped: Zipped) -> Self {
        Self {
            inner,
            crc: Crc::new(),
            zipped,
            bytes: 0,
        }
    }
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.crc.update(&buffer[..read]);
        self.bytes += read as u64;
        let damaged = |why| Err(io::Error::new(io::ErrorKind::InvalidData, why));
        if self.bytes > self.zipped.size {
            return damaged("it is longer than the archive says");
        }
        if read == 0 && !buffer.is_empty() && self.crc.sum() != self.zipped.sum {
            return damaged("its checksum does not agree with its content");
        }
        Ok(read)
    }
}
