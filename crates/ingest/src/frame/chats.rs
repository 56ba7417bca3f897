//! The messages of a Telegram export: one JSON value of any size, whose lists named `messages` hold the records.

use std::io::Read;
use std::sync::Arc;

use super::open::{Open, Scan};
use super::values::Cutter;
use super::{BLOCK_BYTES, Cut, Feed, Take};

/// The key whose list is cut.
const KEY: &[u8] = b"messages";
/// Bytes kept of what an object says before its messages.
const HEADER_BYTES: usize = 1 << 12;
/// Levels whose objects are looked at; an export has six.
const LEVELS: usize = 64;

/// An object or list that is open.
#[derive(Default)]
struct Level {
    is_object: bool,
    /// An object's own scalars so far, as JSON; nested values are null.
    header: Vec<u8>,
    /// The text read last: the key of the value that comes, in an object.
    last: Vec<u8>,
}

/// Cuts the messages out; each block of them has the description of its chat. `take` returns false when it wants no more.
///
/// # Errors
/// When the content cannot be read.
pub fn chats<R: Read>(feed: &mut Feed<R>, max_line: usize, take: &mut dyn Take) -> Cut {
    let mut cutter = Cutter::new(max_line);
    let mut levels: Vec<Level> = Vec::new();
    // Lists and objects deeper than is looked at.
    let mut deeper = 0_usize;
    // The message that is being cut.
    let mut message: Option<Open> = None;
    // How far the line is indented in which nothing stands so far.
    let mut column = None;
    let (mut in_text, mut escaped) = (false, false);
    let mut in_messages = false;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let base = feed.byte();
        match feed.append(&mut buffer, BLOCK_BYTES) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                cutter.hand_over(take);
                return Err(error);
            }
        }
        let mut run = 0;
        let mut at = 0;
        while let Some(byte) = buffer.get(at).copied() {
            if let Some(open) = &mut message {
                let (length, lost) = match open.scan(&buffer[at..]) {
                    Scan::More => break,
                    Scan::End(length) => (length, false),
                    Scan::Next(length) | Scan::Closed(length) => (length, true),
                };
                at += length;
                cutter.extend(&buffer[run..at]);
                if lost {
                    column = open.column();
                    cutter.trim();
                }
                message = None;
                if !cutter.end(take) {
                    return Ok(());
                }
                continue;
            }
            at += 1;
            if in_text {
                match (escaped, byte) {
                    (true, _) => escaped = false,
                    (false, b'\\') => escaped = true,
                    (false, b'"') => in_text = false,
                    _ => {}
                }
                if deeper == 0
                    && let Some(level) = levels.last_mut()
                {
                    level.keep(byte);
                    if in_text && level.last.len() <= KEY.len() {
                        level.last.push(byte);
                    }
                }
                continue;
            }
            let indent = column;
            column = match byte {
                b'\n' => Some(0),
                b' ' | b'\t' => column.map(|column| column + 1),
                b'\r' => column,
                _ => None,
            };
            match byte {
                b'"' => {
                    in_text = true;
                    if deeper == 0
                        && let Some(level) = levels.last_mut()
                    {
                        level.keep(byte);
                        level.last.clear();
                    }
                }
                b'{' if in_messages => {
                    message = Some(Open::new(indent));
                    cutter.begin(base + at as u64 - 1);
                    run = at - 1;
                }
                b'{' | b'[' if deeper > 0 || levels.len() == LEVELS => deeper += 1,
                b'{' | b'[' => {
                    let holder = levels.last_mut().filter(|holder| holder.is_object);
                    if let Some(holder) = holder {
                        in_messages = byte == b'[' && holder.last == KEY;
                        holder.header.extend_from_slice(b"null");
                        if in_messages {
                            cutter.describe(holder.description());
                        }
                    }
                    let mut level = Level {
                        is_object: byte == b'{',
                        ..Level::default()
                    };
                    level.keep(byte);
                    levels.push(level);
                }
                b'}' | b']' if deeper > 0 => deeper -= 1,
                b'}' | b']' => {
                    levels.pop();
                    if in_messages {
                        in_messages = false;
                        if !cutter.hand_over(take) {
                            return Ok(());
                        }
                    }
                }
                _ => {
                    if deeper == 0
                        && let Some(level) = levels.last_mut()
                    {
                        level.keep(byte);
                    }
                }
            }
        }
        if message.is_some() {
            cutter.extend(&buffer[run..]);
            if !take.grow(cutter.held()) {
                return Ok(());
            }
        }
    }
    // A message that is cut off is the break itself.
    cutter.hand_over(take);
    if levels.is_empty() {
        Ok(())
    } else {
        Err(feed.broken_off())
    }
}

impl Level {
    fn keep(&mut self, byte: u8) {
        if self.is_object && self.header.len() < HEADER_BYTES {
            self.header.push(byte);
        }
    }

    /// The object so far, closed.
    fn description(&self) -> Arc<[u8]> {
        let mut description = self.header.clone();
        description.push(b'}');
        description.into()
    }
}
