//! JSON values that are not one to a line: the elements of an array, an object over many lines, one object after another.

use std::io::Read;
use std::sync::Arc;

use super::open::{Open, Scan};
use super::{BLOCK_BYTES, Block, Cut, Feed, KEPT_BYTES, Take, ValuesBlock};

/// A byte order mark, as it stands where files were put together.
const MARK: &[u8; 3] = b"\xef\xbb\xbf";

/// Where the scan stands.
enum State {
    /// Between values.
    Between,
    /// In an object or array.
    Nested(Open),
    /// In a number, a word, or what is no JSON at all; so many of its first bytes are those of a byte order mark.
    Bare { mark: usize },
    /// In a text of its own.
    Quoted { escaped: bool },
}

/// Cuts content into JSON values; the elements of an outermost array are values of their own. `take` returns false when it
/// wants no more.
///
/// A value whose texts do not end costs no more than what stands before the next line that begins as its own line does.
///
/// # Errors
/// When the content cannot be read.
pub fn values<R: Read>(feed: &mut Feed<R>, max_line: usize, take: &mut dyn Take) -> Cut {
    let mut cutter = Cutter::new(max_line);
    let mut state = State::Between;
    let mut in_array = false;
    // How far the line is indented in which nothing stands so far.
    let mut column = Some(0);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let base = feed.byte();
        match feed.append(&mut buffer, BLOCK_BYTES) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                // What stood whole before the break is handed over all the same.
                cutter.hand_over(take);
                return Err(error);
            }
        }
        // Values are copied in runs; `run` is where the one being copied began.
        let mut run = 0;
        let mut at = 0;
        while let Some(byte) = buffer.get(at).copied() {
            match &mut state {
                State::Between => {
                    state = match byte {
                        b'\n' => {
                            column = Some(0);
                            at += 1;
                            continue;
                        }
                        b' ' | b'\t' | b'\r' | 0 => {
                            column = column.map(|column| column + usize::from(byte != b'\r'));
                            at += 1;
                            continue;
                        }
                        b',' | b'[' | b']' if byte == b',' || in_array == (byte == b']') => {
                            in_array = byte == b'[' || in_array && byte == b',';
                            column = None;
                            at += 1;
                            continue;
                        }
                        b'{' | b'[' => State::Nested(Open::new(column)),
                        b'"' => State::Quoted { escaped: false },
                        _ => State::Bare {
                            mark: usize::from(byte == MARK[0]),
                        },
                    };
                    cutter.begin(base + at as u64);
                    run = at;
                    at += 1;
                    column = None;
                }
                State::Nested(open) => match open.scan(&buffer[at..]) {
                    Scan::More => at = buffer.len(),
                    Scan::End(length) => {
                        at += length;
                        cutter.extend(&buffer[run..at]);
                        state = State::Between;
                        if !cutter.end(take) {
                            return Ok(());
                        }
                    }
                    Scan::Next(length) | Scan::Closed(length) => {
                        at += length;
                        column = open.column();
                        cutter.extend(&buffer[run..at]);
                        cutter.trim();
                        state = State::Between;
                        if !cutter.end(take) {
                            return Ok(());
                        }
                    }
                },
                State::Quoted { escaped } => {
                    let ends = !*escaped && byte == b'"';
                    *escaped = !*escaped && byte == b'\\';
                    at += 1;
                    if ends {
                        cutter.extend(&buffer[run..at]);
                        state = State::Between;
                        if !cutter.end(take) {
                            return Ok(());
                        }
                    }
                }
                State::Bare { mark } => {
                    if *mark > 0 && MARK.get(*mark) == Some(&byte) {
                        *mark += 1;
                        at += 1;
                        if *mark == MARK.len() {
                            cutter.forget();
                            state = State::Between;
                        }
                    } else if matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',') || (byte == b']' && in_array) {
                        // What ends it is not part of it.
                        cutter.extend(&buffer[run..at]);
                        state = State::Between;
                        if !cutter.end(take) {
                            return Ok(());
                        }
                    } else {
                        *mark = 0;
                        at += 1;
                    }
                }
            }
        }
        if !matches!(state, State::Between) {
            cutter.extend(&buffer[run..]);
            if !take.grow(cutter.held()) {
                return Ok(());
            }
        }
    }
    let closed = match &state {
        State::Between => !in_array,
        State::Nested(open) => !in_array || open.is_lost_in_closed_list(),
        _ => !in_array,
    };
    // A value that is cut off is one that cannot be read; of a list that is cut off the break tells.
    if !matches!(state, State::Between) && closed && !cutter.end(take) {
        return Ok(());
    }
    cutter.hand_over(take);
    if closed { Ok(()) } else { Err(feed.broken_off()) }
}

/// Gathers values into blocks.
pub(super) struct Cutter {
    max_line: usize,
    block: ValuesBlock,
    description: Arc<[u8]>,
    /// Values begun.
    number: u64,
    /// Where the value begins in the block.
    start: usize,
    /// Where it begins in the content.
    value_offset: u64,
    /// Its bytes so far, kept or not.
    length: u64,
}

impl Cutter {
    pub(super) fn new(max_line: usize) -> Self {
        Self {
            max_line,
            block: ValuesBlock::default(),
            description: Arc::default(),
            number: 0,
            start: 0,
            value_offset: 0,
            length: 0,
        }
    }

    /// Says what holds for the values that come. Those before have been handed over.
    pub(super) fn describe(&mut self, description: Arc<[u8]>) {
        self.description = description;
    }

    pub(super) fn begin(&mut self, offset: u64) {
        self.number += 1;
        self.start = self.block.bytes.len();
        self.value_offset = offset;
        self.length = 0;
    }

    pub(super) fn extend(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        if self.length <= self.max_line as u64 {
            self.block.bytes.extend_from_slice(bytes);
        } else {
            let kept = self.block.bytes.len() - self.start;
            self.block
                .bytes
                .extend_from_slice(&bytes[..bytes.len().min(KEPT_BYTES.saturating_sub(kept))]);
            self.block.bytes.truncate(self.start + KEPT_BYTES.max(1));
        }
    }

    /// Takes back what follows the end of a value whose end was not seen: white space and what stands between values.
    pub(super) fn trim(&mut self) {
        if self.length <= self.max_line as u64 {
            let kept = &self.block.bytes[self.start..];
            let after = kept
                .iter()
                .rev()
                .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b','));
            let after = after.count();
            self.block.bytes.truncate(self.block.bytes.len() - after);
            self.length -= after as u64;
        }
    }

    /// What was begun is no value.
    fn forget(&mut self) {
        self.number -= 1;
        self.block.bytes.truncate(self.start);
    }

    /// Bytes held.
    pub(super) fn held(&self) -> usize {
        self.block.bytes.len()
    }

    pub(super) fn end(&mut self, take: &mut dyn Take) -> bool {
        if self.length > self.max_line as u64 {
            let first = self.block.bytes.split_off(self.start);
            return self.hand_over(take)
                && take.take(Block::Oversized {
                    line: self.number,
                    offset: self.value_offset,
                    length: self.length,
                    first,
                });
        }
        self.block
            .ends
            .push((self.number, self.value_offset, self.block.bytes.len()));
        self.block.bytes.len() < BLOCK_BYTES || self.hand_over(take)
    }

    pub(super) fn hand_over(&mut self, take: &mut dyn Take) -> bool {
        let mut block = std::mem::take(&mut self.block);
        block.description = Arc::clone(&self.description);
        block.ends.is_empty() || take.take(Block::Values(block))
    }
}
