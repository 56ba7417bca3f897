//! The files of a zip that has lost its end, and with it the directory that says where they are: each has a header of its own before it.
//!
//! Packers that write into a pipe do not know a file's size when they write its header. They put sizes and checksum behind it; that place is
//! found by its mark, and is the right one if the size that stands there is that of all before it (APPNOTE.TXT 4.3.7 and 4.3.9).

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes of a header before its name.
const HEADER_BYTES: usize = 30;
const HEADER_MARK: &[u8] = b"PK\x03\x04";
const BEHIND_MARK: &[u8] = b"PK\x07\x08";
/// Bytes behind a file at most: mark, checksum, and two sizes of eight bytes.
const BEHIND_BYTES: usize = 24;
/// Bytes that are searched at a time.
const LOOK_BYTES: usize = 1 << 16;
/// A size that is told elsewhere.
const LARGE: u64 = u32::MAX as u64;

/// A file as its own header tells it.
#[derive(Debug, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    pub method: u16,
    pub encrypted: bool,
    /// Where its bytes begin, and how many there should be.
    pub from: u64,
    pub length: u64,
    pub sum: u32,
    /// The length of what comes out, where it is known.
    pub size: Option<u64>,
}

/// The files from the beginning of a zip of so many bytes on, to the first byte that is no header.
pub fn members(file: &File, stored: u64) -> Vec<Member> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Ok(Some((member, next))) = member(file, at, stored) {
        if !member.name.ends_with('/') {
            found.push(member);
        }
        at = next;
    }
    found
}

/// The file whose header stands at a place, and where the next header may stand.
fn member(file: &File, at: u64, stored: u64) -> io::Result<Option<(Member, u64)>> {
    let mut fixed = [0; HEADER_BYTES];
    let mut reader = file;
    reader.seek(SeekFrom::Start(at))?;
    reader.read_exact(&mut fixed)?;
    if !fixed.starts_with(HEADER_MARK) {
        return Ok(None);
    }
    let two = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
    let four = |at: usize| u32::from_le_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]);
    let (flags, method, sum) = (two(6), two(8), four(14));
    let (name, extra) = (usize::from(two(26)), usize::from(two(28)));
    let mut rest = vec![0; name + extra];
    reader.read_exact(&mut rest)?;
    let from = at + (HEADER_BYTES + rest.len()) as u64;
    let (size, length) = sizes(&rest[name..], u64::from(four(22)), u64::from(four(18)));
    let mut member = Member {
        name: String::from_utf8_lossy(&rest[..name]).into_owned(),
        method,
        encrypted: flags & 1 != 0,
        from,
        length,
        sum,
        size: Some(size),
    };
    let mut next = from.saturating_add(length);
    if flags & 8 != 0 {
        match behind(file, from, stored)? {
            Some(behind) => {
                (member.length, member.sum, member.size) = (behind.length, behind.sum, Some(behind.size));
                next = behind.next;
            }
            None => {
                // It goes on beyond the end.
                member.length = stored.saturating_sub(from).saturating_add(1);
                member.size = None;
                next = stored;
            }
        }
    }
    Ok(Some((member, next)))
}

/// The size of what comes out and of what is stored; large ones stand in the extra field.
fn sizes(extra: &[u8], size: u64, length: u64) -> (u64, u64) {
    let mut rest = extra;
    while let Some(([a, b, c, d], after)) = rest.split_first_chunk::<4>() {
        let bytes = usize::from(u16::from_le_bytes([*c, *d])).min(after.len());
        let (field, after) = after.split_at(bytes);
        if u16::from_le_bytes([*a, *b]) == 1 {
            let mut eights = field
                .chunks_exact(8)
                .map(|eight| eight.try_into().map_or(0, u64::from_le_bytes));
            let size = if size == LARGE {
                eights.next().unwrap_or(size)
            } else {
                size
            };
            let length = if length == LARGE {
                eights.next().unwrap_or(length)
            } else {
                length
            };
            return (size, length);
        }
        rest = after;
    }
    (size, length)
}

/// What stands behind a file.
struct Behind {
    sum: u32,
    length: u64,
    size: u64,
    next: u64,
}

/// Looks for what stands behind a file that begins at `from`.
fn behind(file: &File, from: u64, stored: u64) -> io::Result<Option<Behind>> {
    let mut reader = file;
    let mut window = Vec::new();
    // Where the window begins.
    let mut base = from;
    loop {
        reader.seek(SeekFrom::Start(base + window.len() as u64))?;
        let read = reader.take(LOOK_BYTES as u64).read_to_end(&mut window)?;
        for found in memchr::memmem::find_iter(&window, BEHIND_MARK) {
            let at = base + found as u64;
            if let Some(behind) = window
                .get(found + BEHIND_MARK.len()..)
                .and_then(|after| told(after, at, from))
            {
                return Ok(Some(behind));
            }
        }
        if read == 0 || base >= stored {
            return Ok(None);
        }
        // What may be the beginning of it is looked at again with what follows.
        let kept = window.len().saturating_sub(BEHIND_BYTES - 1);
        window.drain(..kept);
        base += kept as u64;
    }
}

/// What stands after the mark at `at`, if it fits a file that begins at `from`.
fn told(after: &[u8], at: u64, from: u64) -> Option<Behind> {
    let four = |place: usize| Some(u32::from_le_bytes(after.get(place..place + 4)?.try_into().ok()?));
    let eight = |place: usize| Some(u64::from_le_bytes(after.get(place..place + 8)?.try_into().ok()?));
    let length = at - from;
    let sum = four(0)?;
    if four(4).map(u64::from) == Some(length) {
        let size = u64::from(four(8)?);
        return Some(Behind {
            sum,
            length,
            size,
            next: at + 16,
        });
    }
    let size = eight(12).filter(|_| eight(4) == Some(length))?;
    Some(Behind {
        sum,
        length,
        size,
        next: at + BEHIND_BYTES as u64,
    })
}
