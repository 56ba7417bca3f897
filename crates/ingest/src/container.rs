//! From a source's stored bytes to its content: hashing on the way, gzip and zstd unpacked, told by their first bytes and not
//! by name.

use std::io::{self, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use stage::{Progress, Source};
use tables::Input;
use thiserror::Error;

/// Bytes of stored content looked at to tell the container.
const MAGIC_BYTES: usize = 8;
/// Content is unpacked from buffers of this size.
const BUFFER_BYTES: usize = 1 << 18;
/// The widest zstd window that is accepted: 128 MiB, what `zstd --ultra --long=27` writes.
const ZSTD_WINDOW_LOG: u32 = 27;

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

/// A source's content.
#[derive(Debug)]
pub enum Content {
    /// Stored as it is.
    Plain(Box<Stored>),
    /// One or more gzip members.
    Gzip(Box<MultiGzDecoder<BufReader<Stored>>>),
    /// One or more zstd frames.
    Zstd(Box<ZstdDecoder>),
}

/// Unpacks zstd.
pub struct ZstdDecoder(zstd::stream::read::Decoder<'static, BufReader<Stored>>);

impl std::fmt::Debug for ZstdDecoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ZstdDecoder")
    }
}

impl Content {
    /// Opens a source and tells its container.
    ///
    /// # Errors
    /// When it cannot be read, or is in a container that is not unpacked here.
    pub fn open(source: &Source, progress: Progress) -> anyhow::Result<Self> {
        let mut stored = Stored {
            inner: source.open()?,
            head: Vec::new(),
            head_at: 0,
            hasher: blake3::Hasher::new(),
            bytes: 0,
            progress,
        };
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
        match stored.head.as_slice() {
            [0x1f, 0x8b, ..] => {
                let decoder = MultiGzDecoder::new(BufReader::with_capacity(BUFFER_BYTES, stored));
                Ok(Self::Gzip(Box::new(decoder)))
            }
            [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                let buffered = BufReader::with_capacity(BUFFER_BYTES, stored);
                let mut decoder = zstd::stream::read::Decoder::with_buffer(buffered)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG)?;
                Ok(Self::Zstd(Box::new(ZstdDecoder(decoder))))
            }
            _ => Ok(Self::Plain(Box::new(stored))),
        }
    }

    /// Reads what is left of the stored bytes and tells what was read.
    ///
    /// # Errors
    /// When the rest cannot be read.
    pub fn finish(self, name: &str) -> io::Result<Input> {
        let mut stored = match self {
            Self::Plain(stored) => *stored,
            Self::Gzip(decoder) => decoder.into_inner().into_inner(),
            Self::Zstd(decoder) => decoder.0.finish().into_inner(),
        };
        let mut rest = [0; 1 << 13];
        while stored.fetch(&mut rest)? > 0 {}
        Ok(Input {
            name: name.to_owned(),
            bytes: stored.bytes,
            blake3: stored.hasher.finalize().to_hex().to_string(),
        })
    }
}

impl Read for Content {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stored) => stored.read(buffer),
            Self::Gzip(decoder) => decoder.read(buffer),
            Self::Zstd(decoder) => decoder.0.read(buffer),
        }
    }
}

fn unsupported(head: &[u8]) -> Option<Unsupported> {
    let (kind, remedy) = match head {
        [b'B', b'Z', b'h', ..] => ("a bzip2 file", "unpack it: bzcat FILE | ingest - …"),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => ("an xz file", "unpack it: xzcat FILE | ingest - …"),
        [b'P', b'K', 3 | 5, ..] => ("a zip archive", "unpack it and give the files in it"),
        [b'P', b'A', b'R', b'1', ..] => ("a Parquet file", "give raw records; tables go to the next stage"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            ("UTF-16 text", "convert it: iconv -f UTF-16 -t UTF-8 FILE | ingest - …")
        }
        _ => return None,
    };
    Some(Unsupported { kind, remedy })
}
