//! Lines.

use std::io::Read;

use super::open::is_object;
use super::{BLOCK_BYTES, Block, Cut, Feed, KEPT_BYTES, Take, line_feeds};

/// Cuts content into blocks of whole lines. `take` returns false when it wants no more.
///
/// # Errors
/// When the content cannot be read.
pub fn lines<R: Read>(feed: &mut Feed<R>, max_line: usize, take: &mut dyn Take) -> Cut {
    let mut pending: Vec<u8> = Vec::new();
    let mut offset = feed.byte();
    let mut first_line = 1;
    loop {
        let searched = pending.len();
        match feed.append(&mut pending, BLOCK_BYTES) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                // A record that is whole needs no line feed to be so.
                if is_object(&pending) {
                    take.take(Block::Lines {
                        bytes: pending,
                        first_line,
                        offset,
                    });
                }
                return Err(error);
            }
        }
        if !take.grow(pending.len()) {
            return Ok(());
        }
        if let Some(end) = memchr::memrchr(b'\n', &pending[searched..]) {
            let rest = pending.split_off(searched + end + 1);
            let bytes = std::mem::replace(&mut pending, rest);
            let lines = line_feeds(&bytes);
            let length = bytes.len() as u64;
            let block = Block::Lines {
                bytes,
                first_line,
                offset,
            };
            if !take.take(block) {
                return Ok(());
            }
            offset += length;
            first_line += lines;
        } else if pending.len() > max_line {
            let (length, rest) = pass_over(feed, &mut pending)?;
            let block = Block::Oversized {
                line: first_line,
                offset,
                length,
                first: pending,
            };
            if !take.take(block) {
                return Ok(());
            }
            pending = rest.unwrap_or_default();
            offset = feed.byte() - pending.len() as u64;
            first_line += 1;
            if let Some(end) = memchr::memrchr(b'\n', &pending) {
                // What followed the long line may hold whole lines of its own.
                let rest = pending.split_off(end + 1);
                let bytes = std::mem::replace(&mut pending, rest);
                let lines = line_feeds(&bytes);
                let length = bytes.len() as u64;
                let block = Block::Lines {
                    bytes,
                    first_line,
                    offset,
                };
                if !take.take(block) {
                    return Ok(());
                }
                offset += length;
                first_line += lines;
            }
        }
    }
    if !pending.is_empty() {
        take.take(Block::Lines {
            bytes: pending,
            first_line,
            offset,
        });
    }
    Ok(())
}

/// Reads to the end of a line without keeping it; returns its length and what came after it.
fn pass_over<R: Read>(feed: &mut Feed<R>, line: &mut Vec<u8>) -> Result<(u64, Option<Vec<u8>>), super::ReadError> {
    let mut length = line.len() as u64;
    line.truncate(KEPT_BYTES);
    line.shrink_to_fit();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        if feed.append(&mut buffer, BLOCK_BYTES)? == 0 {
            return Ok((length, None));
        }
        if let Some(end) = memchr::memchr(b'\n', &buffer) {
            length += end as u64;
            return Ok((length, Some(buffer.split_off(end + 1))));
        }
        length += buffer.len() as u64;
    }
}
