//! From a source's stored bytes to its content: hashing on the way; gzip, bzip2, xz and zstd unpacked, UTF-16 made UTF-8, told by their
//! first bytes and not by name. What holds several files is taken apart by [`crate::archive`].

use std::io::{self, BufReader, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use liblzma::bufread::XzDecoder;
use liblzma::stream::{CONCATENATED, Stream};
use stage::Progress;
use tables::Input;
use thiserror::Error;

use crate::utf16::Utf16;

/// Bytes of stored content looked at to tell the container.
pub const MAGIC_BYTES: usize = 8;
/// Content is unpacked from buffers of this size.
pub(crate) const BUFFER_BYTES: usize = 1 << 18;
/// The widest zstd window that is accepted: 2 GiB, what `zstd --long=31` writes and the archives of Pushshift have. A reader needs as
/// much memory as the window that a frame asks for, and no more.
const ZSTD_WINDOW_LOG: u32 = 31;
/// Memory that unpacking xz may take, in bytes: four times what `xz -9` needs.
const XZ_MEMORY: u64 = 256 << 20;
/// Content may be so many times as long as what it is stored in. Posts pack to a tenth or a twentieth; the rest is for tables of
/// constants. What goes beyond is a bomb, or damaged.
const MOST_UNPACKED: u64 = 400;
/// Content up to this length is never too long.
pub(crate) const ALWAYS_UNPACKED: u64 = 1 << 30;

/// A container that is not unpacked here.
#[derive(Debug, Error)]
#[error("it is {kind}")]
pub struct Unsupported {
    kind: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

/// Stored bytes, hashed as they are read.
pub struct Stored {
    inner: Box<dyn Read + Send>,
    head: Vec<u8>,
    head_at: usize,
    hasher: blake3::Hasher,
    bytes: u64,
    progress: Progress,
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stored")
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

impl Stored {
    /// Bytes as a source holds them.
    pub(crate) fn new(inner: Box<dyn Read + Send>, progress: Progress) -> Self {
        Self {
            inner,
            head: Vec::new(),
            head_at: 0,
            hasher: blake3::Hasher::new(),
            bytes: 0,
            progress,
        }
    }

    /// Reads what is left and tells what was read.
    pub(crate) fn finish(mut self, name: &str) -> io::Result<Input> {
        let mut rest = [0; 1 << 13];
        while self.fetch(&mut rest)? > 0 {}
        Ok(Input {
            name: name.to_owned(),
            bytes: self.bytes,
            blake3: self.hasher.finalize().to_hex().to_string(),
        })
    }

    fn fetch(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = loop {
            match self.inner.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.hasher.update(&buffer[..read]);
        self.bytes += read as u64;
        self.progress.advance(read as u64);
        Ok(read)
    }
}

impl Read for Stored {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.head_at < self.head.len() {
            let read = (&self.head[self.head_at..]).read(buffer)?;
            self.head_at += read;
            return Ok(read);
        }
        self.fetch(buffer)
    }
}

type Packed = BufReader<Stored>;

/// What unpacks stored bytes.
enum Unpacking {
    Plain(Box<Stored>),
    Utf16(Box<Utf16<Stored>>),
    Gzip(Box<MultiGzDecoder<Packed>>),
    Bzip2(Box<MultiBzDecoder<Packed>>),
    Xz(Box<XzDecoder<Packed>>),
    Zstd(Box<zstd::stream::read::Decoder<'static, Packed>>),
}

/// A source's content.
pub struct Content {
    unpacking: Unpacking,
    /// Bytes of content handed out.
    bytes: u64,
    /// So many are never too many.
    allowance: u64,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Content")
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

impl Content {
    /// Tells the container of stored bytes.
    ///
    /// # Errors
    /// When they cannot be read, or are in a container that is not unpacked here.
    pub fn open(stored: Box<dyn Read + Send>, progress: Progress) -> anyhow::Result<Self> {
        Self::within(stored, progress, ALWAYS_UNPACKED)
    }

    /// The same for content that may have `allowance` bytes however few they are stored in.
    ///
    /// # Errors
    /// As for [`Content::open`].
    pub fn within(stored: Box<dyn Read + Send>, progress: Progress, allowance: u64) -> anyhow::Result<Self> {
        let mut stored = Stored::new(stored, progress);
        let mut head = [0; MAGIC_BYTES];
        let mut filled = 0;
        while filled < head.len() {
            match stored.fetch(&mut head[filled..])? {
                0 => break,
                read => filled += read,
            }
        }
        stored.head = head[..filled].to_vec();
        if let Some(unsupported) = unsupported(&stored.head) {
            return Err(unsupported.into());
        }
        let packed = |stored| BufReader::with_capacity(BUFFER_BYTES, stored);
        let unpacking = match *stored.head.as_slice() {
            [0x1f, 0x8b, ..] => Unpacking::Gzip(Box::new(MultiGzDecoder::new(packed(stored)))),
            [b'B', b'Z', b'h', ..] => Unpacking::Bzip2(Box::new(MultiBzDecoder::new(packed(stored)))),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Unpacking::Xz(Box::new(xz_decoder(packed(stored))?)),
            // A frame, or one that is to be skipped, with which some packers begin.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
                Unpacking::Zstd(Box::new(zstd_decoder(packed(stored))?))
            }
            [0xff, 0xfe, ..] => Unpacking::Utf16(Box::new(Utf16::new(stored, false))),
            [0xfe, 0xff, ..] => Unpacking::Utf16(Box::new(Utf16::new(stored, true))),
            // Without a mark: every other byte of what any format begins with is zero.
            [a, 0, b, 0, ..] if is_plain(a) && is_plain(b) => Unpacking::Utf16(Box::new(Utf16::new(stored, false))),
            [0, a, 0, b, ..] if is_plain(a) && is_plain(b) => Unpacking::Utf16(Box::new(Utf16::new(stored, true))),
            _ => Unpacking::Plain(Box::new(stored)),
        };
        Ok(Self {
            unpacking,
            bytes: 0,
            allowance,
        })
    }

    /// Whether content is what is stored, byte for byte.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        matches!(self.unpacking, Unpacking::Plain(_))
    }

    /// The stored bytes that were read, where they are packed.
    fn stored(&self) -> Option<&Stored> {
        match &self.unpacking {
            Unpacking::Plain(_) | Unpacking::Utf16(_) => None,
            Unpacking::Gzip(decoder) => Some(decoder.get_ref().get_ref()),
            Unpacking::Bzip2(decoder) => Some(decoder.get_ref().get_ref()),
            Unpacking::Xz(decoder) => Some(decoder.get_ref().get_ref()),
            Unpacking::Zstd(decoder) => Some(decoder.get_ref().get_ref()),
        }
    }

    /// Reads what is left of the stored bytes and tells what was read.
    ///
    /// # Errors
    /// When the rest cannot be read.
    pub fn finish(self, name: &str) -> io::Result<Input> {
        let stored = match self.unpacking {
            Unpacking::Plain(stored) => *stored,
            Unpacking::Utf16(decoder) => decoder.into_inner(),
            Unpacking::Gzip(decoder) => decoder.into_inner().into_inner(),
            Unpacking::Bzip2(decoder) => decoder.into_inner().into_inner(),
            Unpacking::Xz(decoder) => decoder.into_inner().into_inner(),
            Unpacking::Zstd(decoder) => decoder.finish().into_inner(),
        };
        stored.finish(name)
    }
}

/// Unpacks zstd, windows of any width.
///
/// # Errors
/// When the library refuses.
pub(crate) fn zstd_decoder<R: io::BufRead>(packed: R) -> io::Result<zstd::stream::read::Decoder<'static, R>> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG)?;
    Ok(decoder)
}

/// Unpacks xz, several streams one after the other, within a limit of memory.
///
/// # Errors
/// When the library refuses.
pub(crate) fn xz_decoder<R: io::BufRead>(packed: R) -> io::Result<XzDecoder<R>> {
    let stream = Stream::new_stream_decoder(XZ_MEMORY, CONCATENATED)?;
    Ok(XzDecoder::new_stream(packed, stream))
}

impl Read for Content {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.unpacking {
            Unpacking::Plain(stored) => stored.read(buffer),
            Unpacking::Utf16(decoder) => decoder.read(buffer),
            Unpacking::Gzip(decoder) => decoder.read(buffer),
            Unpacking::Bzip2(decoder) => decoder.read(buffer),
            Unpacking::Xz(decoder) => decoder.read(buffer),
            Unpacking::Zstd(decoder) => decoder.read(buffer),
        }?;
        self.bytes += read as u64;
        if let Some(stored) = self.stored() {
            within(self.bytes, stored.bytes, self.allowance)?;
        }
        Ok(read)
    }
}

/// Whether a byte is one of plain text.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() || byte.is_ascii_whitespace()
}

/// How much so many bytes may unpack to, where nothing else is known.
pub(crate) const fn most_unpacked(stored: u64) -> u64 {
    stored.saturating_mul(MOST_UNPACKED)
}

/// Holds content to what is stored.
///
/// # Errors
/// When there is far more of it than honest packing can have made so small.
pub(crate) fn within(unpacked: u64, stored: u64, allowance: u64) -> io::Result<()> {
    if unpacked > allowance && unpacked / MOST_UNPACKED > stored {
        return Err(io::Error::other(format!(
            "it unpacks to more than {MOST_UNPACKED} times its size; if that is right, unpack it yourself"
        )));
    }
    Ok(())
}

impl Unsupported {
    /// A tar where none can be taken apart.
    pub(crate) const TAR: Self = Self {
        kind: "a tar archive",
        remedy: "unpack the outer archive, and give this one as a file of its own",
    };
}

fn unsupported(head: &[u8]) -> Option<Unsupported> {
    let (kind, remedy) = match head {
        [b'P', b'K', 3 | 5, ..] => (
            "a zip archive",
            "unpack the outer archive, and give this one as a file of its own",
        ),
        [b'P', b'A', b'R', b'1', ..] => ("a Parquet file", "give raw records; tables go to the next stage"),
        [b'R', b'a', b'r', b'!', ..] => ("a RAR archive", "unpack it and give the files in it"),
        [b'7', b'z', 0xbc, 0xaf, ..] => ("a 7z archive", "unpack it and give the files in it"),
        _ => return None,
    };
    Some(Unsupported { kind, remedy })
}
