//! The steps of a reader of JSON: over white space, texts, numbers, whole values that nobody asked for. What it cannot read it leaves
//! ([`Stop`]) to another.

use std::fmt;

use serde::de::Error;

use super::marks::end_of_run;

/// Levels of objects and lists that are read; what is deeper is left to `serde_json`, unless it is passed over.
const DEEPEST: u32 = 120;

/// Something that this reader does not read.
#[derive(Debug)]
pub(super) struct Stop;

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not read")
    }
}

impl std::error::Error for Stop {}

impl Error for Stop {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

pub(super) type Read<T> = Result<T, Stop>;

pub(super) struct Reader<'de> {
    text: &'de str,
    pub(super) bytes: &'de [u8],
    pub(super) at: usize,
    depth: u32,
}

impl<'de> Reader<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            depth: 0,
        }
    }

    pub(super) fn rest_is_blank(&mut self) -> bool {
        self.next_byte().is_none()
    }

    /// The next byte that is no white space, left in place.
    #[inline]
    pub(super) fn next_byte(&mut self) -> Option<u8> {
        match self.bytes.get(self.at) {
            // Machines write no white space.
            Some(byte) if *byte > b' ' => Some(*byte),
            _ => self.byte_after_space(),
        }
    }

    #[cold]
    fn byte_after_space(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                other => return other.copied(),
            }
        }
    }

    /// Passes over a byte that has to be here.
    #[inline]
    pub(super) fn expect(&mut self, byte: u8) -> Read<()> {
        if self.next_byte() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(Stop)
        }
    }

    /// The text between the quotes that begin here, as it stands, and whether it holds escapes.
    #[inline]
    pub(super) fn quoted(&mut self) -> Read<(&'de str, bool)> {
        let from = self.at + 1;
        let end = end_of_run(self.bytes, from);
        if self.bytes.get(end) != Some(&b'"') {
            return self.quoted_with_escapes(from, end);
        }
        self.at = end + 1;
        Ok((self.text.get(from..end).ok_or(Stop)?, false))
    }

    #[cold]
    fn quoted_with_escapes(&mut self, from: usize, first: usize) -> Read<(&'de str, bool)> {
        let mut end = first;
        loop {
            match self.bytes.get(end) {
                Some(b'"') => break,
                // Whether the escape is sound is seen when it is resolved or passed over.
                Some(b'\\') => end = end_of_run(self.bytes, end + 2),
                _ => return Err(Stop),
            }
        }
        self.at = end + 1;
        Ok((self.text.get(from..end).ok_or(Stop)?, true))
    }

    pub(super) fn literal(&mut self, word: &str) -> Read<()> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            Err(Stop)
        }
    }

    fn digits(&mut self) -> Read<()> {
        let from = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at > from { Ok(()) } else { Err(Stop) }
    }

    /// The number that begins here, and whether it is whole.
    pub(super) fn number(&mut self) -> Read<(&'de str, bool)> {
        let from = self.at;
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        let first = self.at;
        self.digits()?;
        if self.bytes[first] == b'0' && self.at > first + 1 {
            return Err(Stop);
        }
        let mut whole = true;
        if self.bytes.get(self.at) == Some(&b'.') {
            whole = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            whole = false;
            self.at += 1;
            if matches!(self.bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok((self.text.get(from..self.at).ok_or(Stop)?, whole))
    }

    /// Passes over a key and its colon.
    fn skip_key(&mut self) -> Read<()> {
        if self.next_byte() != Some(b'"') {
            return Err(Stop);
        }
        self.skip_quoted()?;
        self.expect(b':')
    }

    fn skip_quoted(&mut self) -> Read<()> {
        let (text, escaped) = self.quoted()?;
        if escaped && !escapes_are_sound(text) {
            Err(Stop)
        } else {
            Ok(())
        }
    }

    /// Passes over a value, without recursion.
    pub(super) fn skip(&mut self) -> Read<()> {
        // A bit for each level: set for an object, clear for a list. Every 128 levels a new word begins.
        let (mut objects, mut depth, mut outer) = (0_u128, 0_usize, Vec::new());
        loop {
            match self.next_byte().ok_or(Stop)? {
                open @ (b'{' | b'[') => {
                    self.at += 1;
                    let is_object = open == b'{';
                    let close = if is_object { b'}' } else { b']' };
                    if self.next_byte() == Some(close) {
                        self.at += 1;
                    } else {
                        if depth > 0 && depth.is_multiple_of(128) {
                            outer.push(objects);
                        }
                        depth += 1;
                        objects = objects << 1 | u128::from(is_object);
                        if is_object {
                            self.skip_key()?;
                        }
                        continue;
                    }
                }
                b'"' => self.skip_quoted()?,
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                b'n' => self.literal("null")?,
                _ => {
                    self.number()?;
                }
            }
            // After a value: what it stands in goes on or ends.
            loop {
                if depth == 0 {
                    return Ok(());
                }
                let in_object = objects & 1 == 1;
                match self.next_byte() {
                    Some(b',') => {
                        self.at += 1;
                        if in_object {
                            self.skip_key()?;
                        }
                        break;
                    }
                    Some(b'}') if in_object => {}
                    Some(b']') if !in_object => {}
                    _ => return Err(Stop),
                }
                self.at += 1;
                depth -= 1;
                objects >>= 1;
                if depth > 0 && depth.is_multiple_of(128) {
                    objects = outer.pop().ok_or(Stop)?;
                }
            }
        }
    }

    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth == DEEPEST {
            return Err(Stop);
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }
}

/// Whether `serde_json` would pass over these escapes: it looks at their form, and not at what surrogates stand beside.
fn escapes_are_sound(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &bytes[at..]) {
        at += found + 2;
        match bytes.get(at - 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {}
            Some(b'u') => match bytes.get(at..at + 4) {
                Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => at += 4,
                _ => return false,
            },
            _ => return false,
        }
    }
    true
}

/// The text with its escapes resolved; half a character becomes U+FFFD.
pub(super) fn resolved(text: &str) -> Read<String> {
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = memchr::memchr(b'\\', rest.as_bytes()) {
        resolved.push_str(&rest[..found]);
        let escape = *rest.as_bytes().get(found + 1).ok_or(Stop)?;
        rest = rest.get(found + 2..).ok_or(Stop)?;
        resolved.push(match escape {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let mut unit = code_unit(&mut rest)?;
                if (0xd800..0xdc00).contains(&unit)
                    && let Some(mut after) = rest.strip_prefix("\\u")
                {
                    let low = code_unit(&mut after)?;
                    if (0xdc00..0xe000).contains(&low) {
                        unit = 0x1_0000 + ((unit - 0xd800) << 10 | (low - 0xdc00));
                        rest = after;
                    }
                }
                char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return Err(Stop),
        });
    }
    resolved.push_str(rest);
    Ok(resolved)
}

/// The four hexadecimal digits at the beginning of `rest`, which begins after them then.
fn code_unit(rest: &mut &str) -> Read<u32> {
    let digits = rest.get(..4).ok_or(Stop)?;
    let mut unit = 0;
    for digit in digits.chars() {
        unit = unit << 4 | digit.to_digit(16).ok_or(Stop)?;
    }
    *rest = &rest[4..];
    Ok(unit)
}
