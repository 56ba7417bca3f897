//! UTF-16, as some systems save text, to UTF-8.

use std::io::{self, Read};

/// Bytes read at once.
const CHUNK_BYTES: usize = 1 << 16;

/// Reads UTF-16 as UTF-8. What is no character (half a pair of surrogates, half a unit at the end) becomes U+FFFD.
#[derive(Debug)]
pub struct Utf16<R> {
    inner: R,
    big_endian: bool,
    /// Bytes that are not decoded yet: half a unit, or the first half of a pair.
    rest: Vec<u8>,
    decoded: String,
    /// Bytes of it that were handed out.
    given: usize,
    ended: bool,
}

impl<R: Read> Utf16<R> {
    /// Decodes what `inner` holds; a byte order mark becomes one of UTF-8.
    pub fn new(inner: R, big_endian: bool) -> Self {
        Self {
            inner,
            big_endian,
            rest: Vec::new(),
            decoded: String::new(),
            given: 0,
            ended: false,
        }
    }

    /// What it reads from.
    pub fn into_inner(self) -> R {
        self.inner
    }

    fn refill(&mut self) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.rest);
        let kept = bytes.len();
        bytes.resize(kept + CHUNK_BYTES, 0);
        let read = self.inner.read(&mut bytes[kept..])?;
        bytes.truncate(kept + read);
        self.ended = read == 0;
        let mut units: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| {
                let pair = [pair[0], pair[1]];
                if self.big_endian {
                    u16::from_be_bytes(pair)
                } else {
                    u16::from_le_bytes(pair)
                }
            })
            .collect();
        let mut used = units.len() * 2;
        if !self.ended && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
            used -= 2;
        }
        self.rest = bytes.split_off(used);
        self.decoded.clear();
        self.given = 0;
        let characters = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
        self.decoded.extend(characters);
        if self.ended && !self.rest.is_empty() {
            self.rest.clear();
            self.decoded.push(char::REPLACEMENT_CHARACTER);
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.decoded.len() && !self.ended {
            self.refill()?;
        }
        let read = (&self.decoded.as_bytes()[self.given..]).read(buffer)?;
        self.given += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out a few bytes at a time.
    struct Trickle<'b>(&'b [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(buffer.len()).min(self.0.len());
            let (now, later) = self.0.split_at(length);
            buffer[..length].copy_from_slice(now);
            self.0 = later;
            Ok(length)
        }
    }

    #[test]
    fn pairs_are_whole_wherever_the_bytes_are_cut() {
        let text = "\u{feff}a مطر 🌧 z";
        for big_endian in [false, true] {
            let bytes: Vec<u8> = text
                .encode_utf16()
                .flat_map(|unit| {
                    if big_endian {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    }
                })
                .collect();
            for step in 1..9 {
                let mut decoded = String::new();
                Utf16::new(Trickle(&bytes, step), big_endian)
                    .read_to_string(&mut decoded)
                    .unwrap();
                assert_eq!(decoded, text);
            }
        }
    }

    #[test]
    fn halves_become_replacement_characters() {
        let mut decoded = String::new();
        Utf16::new(&b"\x3d\xd8a\0\x3d\xd8"[..], false)
            .read_to_string(&mut decoded)
            .unwrap();
        assert_eq!(decoded, "\u{fffd}a\u{fffd}");
        decoded.clear();
        Utf16::new(&b"a\0b"[..], false).read_to_string(&mut decoded).unwrap();
        assert_eq!(decoded, "a\u{fffd}");
    }
}
