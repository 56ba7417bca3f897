//! JSON values that are not one to a line: the elements of an array, an object over many lines, one object after another.

use std::io::Read;
use std::sync::Arc;

use super::{BLOCK_BYTES, Block, Cut, Feed, KEPT_BYTES, ValuesBlock};

/// Where the scan stands.
enum State {
    /// Between values.
    Between,
    /// In an object or array, so many levels deep.
    Nested {
        depth: usize,
        in_string: bool,
        escaped: bool,
    },
    /// In a number, a word, or what is no JSON at all.
    Bare,
    /// In a text of its own.
    Quoted { escaped: bool },
}

/// Cuts content into JSON values; the elements of an outermost array are values of their own. `take` returns false when it
/// wants no more.
///
/// # Errors
/// When the content cannot be read.
pub fn values<R: Read>(feed: &mut Feed<R>, max_line: usize, take: &mut dyn FnMut(Block) -> bool) -> Cut {
    let mut cutter = Cutter::new(max_line);
    let mut state = State::Between;
    let mut in_array = false;
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
        for (at, byte) in buffer.iter().copied().enumerate() {
            let ends = match &mut state {
                State::Between => {
                    match byte {
                        b' ' | b'\t' | b'\r' | b'\n' | b',' => continue,
                        b'[' if !in_array => {
                            in_array = true;
                            continue;
                        }
                        b']' if in_array => {
                            in_array = false;
                            continue;
                        }
                        b'{' | b'[' => {
                            state = State::Nested {
                                depth: 1,
                                in_string: false,
                                escaped: false,
                            }
                        }
                        b'"' => state = State::Quoted { escaped: false },
                        _ => state = State::Bare,
                    }
                    cutter.begin(base + at as u64);
                    run = at;
                    continue;
                }
                State::Nested {
                    in_string,
                    escaped,
                    depth,
                } => {
                    if *in_string {
                        match (*escaped, byte) {
                            (true, _) => *escaped = false,
                            (false, b'\\') => *escaped = true,
                            (false, b'"') => *in_string = false,
                            _ => {}
                        }
                        continue;
                    }
                    match byte {
                        b'"' => *in_string = true,
                        b'{' | b'[' => *depth += 1,
                        b'}' | b']' => *depth -= 1,
                        _ => {}
                    }
                    *depth == 0
                }
                State::Quoted { escaped } => match (*escaped, byte) {
                    (true, _) => {
                        *escaped = false;
                        false
                    }
                    (false, b'\\') => {
                        *escaped = true;
                        false
                    }
                    (false, byte) => byte == b'"',
                },
                State::Bare => {
                    if matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',') || (byte == b']' && in_array) {
                        // What ends it is not part of it.
                        cutter.extend(&buffer[run..at]);
                        state = State::Between;
                        in_array &= byte != b']';
                        if !cutter.end(take) {
                            return Ok(());
                        }
                    }
                    continue;
                }
            };
            if ends {
                cutter.extend(&buffer[run..=at]);
                state = State::Between;
                if !cutter.end(take) {
                    return Ok(());
                }
            }
        }
        if !matches!(state, State::Between) {
            cutter.extend(&buffer[run..]);
        }
    }
    // A value that is cut off is one that cannot be read; of a list that is cut off the break tells.
    if !matches!(state, State::Between) && !in_array && !cutter.end(take) {
        return Ok(());
    }
    cutter.hand_over(take);
    if in_array { Err(feed.broken_off()) } else { Ok(()) }
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

    pub(super) fn end(&mut self, take: &mut dyn FnMut(Block) -> bool) -> bool {
        if self.length > self.max_line as u64 {
            let first = self.block.bytes.split_off(self.start);
            return self.hand_over(take)
                && take(Block::Oversized {
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

    pub(super) fn hand_over(&mut self, take: &mut dyn FnMut(Block) -> bool) -> bool {
        let mut block = std::mem::take(&mut self.block);
        block.description = Arc::clone(&self.description);
        block.ends.is_empty() || take(Block::Values(block))
    }
}
