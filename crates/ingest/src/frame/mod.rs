//! Cutting a source's content into records, without reading them: lines, JSON values, CSV rows.
//!
//! Records come in blocks of bounded size, which are parsed in parallel and written in order. A record longer than the limit
//! is passed over without being held in memory. What a block holds never depends on how the bytes arrive.

mod chats;
mod csv;
mod lines;
mod open;
mod resume;
mod values;

use std::io::{self, Read};
use std::sync::Arc;

use thiserror::Error;

pub use self::chats::chats;
pub use self::csv::{CsvBlock, CsvRow, Header, csv_first_row, csv_header, csv_rows};
pub use lines::lines;
pub(crate) use open::apart;
pub use values::values;

/// Content is gathered until a block has this many bytes.
pub const BLOCK_BYTES: usize = 1 << 20;
impl Block {
    /// Bytes that it holds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Lines { bytes, .. } => bytes.len(),
            Self::Values(block) => block.bytes.len(),
            Self::Csv(block) => block.bytes(),
            Self::Oversized { first, .. } => first.len(),
        }
    }
}

/// Bytes kept of a record that is too long.
const KEPT_BYTES: usize = 256;

/// Some whole records of a source.
#[derive(Debug)]
pub enum Block {
    /// Lines, each ended by a line feed, the last one perhaps not.
    Lines {
        /// The lines' bytes.
        bytes: Vec<u8>,
        /// Number of the first line, from 1.
        first_line: u64,
        /// Offset of the first byte in the content.
        offset: u64,
    },
    /// JSON values.
    Values(ValuesBlock),
    /// CSV rows.
    Csv(CsvBlock),
    /// A record that is too long.
    Oversized {
        /// Its line or number, from 1.
        line: u64,
        /// Offset of its first byte in the content.
        offset: u64,
        /// Its length in bytes.
        length: u64,
        /// Its first bytes.
        first: Vec<u8>,
    },
}

/// JSON values cut out of an array or a sequence.
#[derive(Debug, Default)]
pub struct ValuesBlock {
    /// The values' bytes, one after the other.
    pub bytes: Vec<u8>,
    /// For each value: number (from 1), offset in the content, end in `bytes`.
    pub ends: Vec<(u64, u64, usize)>,
    /// What holds for all of them, as JSON, where the source says something of the kind.
    pub description: Arc<[u8]>,
}

/// Content that broke off or could not be unpacked.
#[derive(Debug, Error)]
#[error("{} (line {line}, byte {byte})", words(cause))]
pub struct ReadError {
    /// The line being read.
    pub line: u64,
    /// Bytes of content read before.
    pub byte: u64,
    /// Why. Not this error's source, since its words stand in the message already.
    cause: io::Error,
}

fn words(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        "unexpected end of file".to_owned()
    } else {
        error.to_string()
    }
}

/// Reads content and knows how far it is.
#[derive(Debug)]
pub struct Feed<R> {
    reader: R,
    /// Bytes read ahead, to tell the format.
    ahead: Vec<u8>,
    ahead_at: usize,
    /// Bytes handed out.
    byte: u64,
    /// Line feeds handed out.
    line_feeds: u64,
    /// Why nothing comes after what was read ahead; told when that is handed out.
    failed: Option<io::Error>,
}

impl<R: Read> Feed<R> {
    /// A feed from the start of `reader`.
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            ahead: Vec::new(),
            ahead_at: 0,
            byte: 0,
            line_feeds: 0,
            failed: None,
        }
    }

    /// Up to `bytes` of the content that comes, left in place. That it cannot be read any further is told by [`Feed::append`].
    pub fn look_ahead(&mut self, bytes: usize) -> &[u8] {
        while self.failed.is_none() && self.ahead.len() - self.ahead_at < bytes {
            let start = self.ahead.len();
            self.ahead.resize(start + bytes.min(1 << 16), 0);
            let read = read_some(&mut self.reader, &mut self.ahead[start..]);
            self.ahead.truncate(start + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(0) => break,
                Ok(_) => {}
                Err(cause) => self.failed = Some(cause),
            }
        }
        let ahead = &self.ahead[self.ahead_at..];
        &ahead[..ahead.len().min(bytes)]
    }

    /// Why nothing comes after what was looked at, if it is so.
    pub fn failure(&mut self) -> Option<ReadError> {
        let cause = self.failed.take()?;
        Some(self.error(cause))
    }

    /// Passes over bytes that were looked at.
    pub fn pass(&mut self, bytes: usize) {
        let passed = bytes.min(self.ahead.len() - self.ahead_at);
        self.ahead_at += passed;
        self.byte += passed as u64;
    }

    /// Appends up to `bytes` to `buffer`; 0 at the end.
    ///
    /// # Errors
    /// When the content cannot be read.
    pub fn append(&mut self, buffer: &mut Vec<u8>, bytes: usize) -> Result<usize, ReadError> {
        let start = buffer.len();
        if self.ahead_at < self.ahead.len() {
            let end = self.ahead.len().min(self.ahead_at + bytes);
            buffer.extend_from_slice(&self.ahead[self.ahead_at..end]);
            self.ahead_at = end;
        } else if let Some(cause) = self.failed.take() {
            return Err(self.error(cause));
        } else {
            self.ahead = Vec::new();
            self.ahead_at = 0;
            buffer.resize(start + bytes, 0);
            let read = read_some(&mut self.reader, &mut buffer[start..]);
            buffer.truncate(start + *read.as_ref().unwrap_or(&0));
            read.map_err(|cause| self.error(cause))?;
        }
        let appended = &buffer[start..];
        self.byte += appended.len() as u64;
        self.line_feeds += line_feeds(appended);
        Ok(appended.len())
    }

    /// Bytes handed out or passed over so far.
    pub fn byte(&self) -> u64 {
        self.byte
    }

    /// That what was read cannot be relied on.
    pub fn unreliable(&self, why: &'static str) -> ReadError {
        self.error(io::Error::other(why))
    }

    /// The reader, when all is read.
    pub fn into_inner(self) -> R {
        self.reader
    }

    /// That the content ends where more of it has to come.
    fn broken_off(&self) -> ReadError {
        self.error(io::ErrorKind::UnexpectedEof.into())
    }

    fn error(&self, cause: io::Error) -> ReadError {
        // What was looked at but not handed out counts as read all the same.
        let waiting = &self.ahead[self.ahead_at.min(self.ahead.len())..];
        ReadError {
            line: 1 + self.line_feeds + line_feeds(waiting),
            byte: self.byte + waiting.len() as u64,
            cause,
        }
    }
}

/// How many line feeds there are.
fn line_feeds(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

fn read_some(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// Who takes the blocks. A closure does, with all the room there is.
pub trait Take {
    /// Takes a block; `false` when no more is wanted.
    fn take(&mut self, block: Block) -> bool;

    /// Is told how many bytes are held of what is not yet a block, before more are read; `false` when no more is wanted.
    fn grow(&mut self, _held: usize) -> bool {
        true
    }
}

impl<F: FnMut(Block) -> bool> Take for F {
    fn take(&mut self, block: Block) -> bool {
        self(block)
    }
}

/// What cutting ends with: all was cut, or whoever takes the blocks wants no more.
pub type Cut = Result<(), ReadError>;
