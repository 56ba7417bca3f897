//! A reader of JSON that does no more than is asked of it: texts are borrowed where they hold no escape, and values of keys that
//! nobody asked for are passed over without being taken apart, however deep they are.
//!
//! It judges no mistakes: whatever it cannot read is read once more by `serde_json`, whose verdict and words count. What it accepts
//! is what `serde_json` accepts, with the same values; a test holds the two together. In two things it is milder, since a strict
//! reader would refuse a record, or a page of a hundred records, for one value:
//!
//! * Half a character. Collectors cut texts in the middle of an emoji, so that `\ud83d` stands alone; it becomes U+FFFD, as UTF-8
//!   decoders do.
//! * A number beyond what a float holds (`1e999`) is no value, as if it were null.

use std::fmt;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::marks::end_of_run;
use super::surrogates::mend;
use super::unread;

/// Reads a record.
///
/// # Errors
/// What `serde_json` says of the text, but for halves of characters.
pub fn from_str<'de, T: Deserialize<'de>>(text: &'de str) -> serde_json::Result<T> {
    unread::forget();
    from_str_again(text)
}

/// Reads a record that was read before as something else that counts, too: keys that were noted stay noted.
///
/// # Errors
/// As [`from_str`].
pub fn from_str_again<'de, T: Deserialize<'de>>(text: &'de str) -> serde_json::Result<T> {
    let mut reader = Reader::new(text);
    match T::deserialize(&mut reader) {
        Ok(value) if reader.rest_is_blank() => Ok(value),
        _ => {
            unread::forget();
            serde_json::from_str(text).map_err(|error| {
                // A half is not what is wrong with it; `mend` moves no place.
                let mended = mend(text).filter(|_| !error.is_data());
                mended
                    .and_then(|mended| serde_json::from_str::<IgnoredAny>(&mended).err())
                    .unwrap_or(error)
            })
        }
    }
}

/// Reads a record by a seed.
///
/// # Errors
/// What `serde_json` says of the text.
pub fn from_str_seed<'de, S: DeserializeSeed<'de> + Copy>(seed: S, text: &'de str) -> serde_json::Result<S::Value> {
    unread::forget();
    let mut reader = Reader::new(text);
    match seed.deserialize(&mut reader) {
        Ok(value) if reader.rest_is_blank() => Ok(value),
        _ => {
            unread::forget();
            let mut other = serde_json::Deserializer::from_str(text);
            let value = seed.deserialize(&mut other)?;
            other.end()?;
            Ok(value)
        }
    }
}

/// Levels of objects and lists that are read; what is deeper is left to `serde_json`, unless it is passed over.
const DEEPEST: u32 = 120;

/// Something that this reader does not read.
#[derive(Debug)]
struct Stop;

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

type Read<T> = Result<T, Stop>;

struct Reader<'de> {
    text: &'de str,
    bytes: &'de [u8],
    at: usize,
    depth: u32,
}

impl<'de> Reader<'de> {
    fn new(text: &'de str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            depth: 0,
        }
    }

    fn rest_is_blank(&mut self) -> bool {
        self.next_byte().is_none()
    }

    /// The next byte that is no white space, left in place.
    #[inline]
    fn next_byte(&mut self) -> Option<u8> {
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
    fn expect(&mut self, byte: u8) -> Read<()> {
        if self.next_byte() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(Stop)
        }
    }

    /// The text between the quotes that begin here, as it stands, and whether it holds escapes.
    #[inline]
    fn quoted(&mut self) -> Read<(&'de str, bool)> {
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

    fn literal(&mut self, word: &str) -> Read<()> {
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
    fn number(&mut self) -> Read<(&'de str, bool)> {
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
    fn skip(&mut self) -> Read<()> {
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

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
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
fn resolved(text: &str) -> Read<String> {
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

/// A number that is no integer, or fits none; beyond what a float holds it is no value.
fn visit_real<'de, V: Visitor<'de>>(text: &str, visitor: V) -> Read<V::Value> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => visitor.visit_f64(number),
        Ok(_) => visitor.visit_unit(),
        Err(_) => Err(Stop),
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Stop;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.next_byte().ok_or(Stop)? {
            b'"' => match self.quoted()? {
                (text, false) => visitor.visit_borrowed_str(text),
                (text, true) => visitor.visit_string(resolved(text)?),
            },
            b'{' => self.deeper(|reader| visitor.visit_map(Members { reader, begun: false })),
            b'[' => self.deeper(|reader| visitor.visit_seq(Items { reader, begun: false })),
            b't' => {
                self.literal("true")?;
                visitor.visit_bool(true)
            }
            b'f' => {
                self.literal("false")?;
                visitor.visit_bool(false)
            }
            b'n' => {
                self.literal("null")?;
                visitor.visit_unit()
            }
            first => match self.number()? {
                (digits, true) if first == b'-' => match digits.parse() {
                    Ok(0) | Err(_) => visit_real(digits, visitor),
                    Ok(number) => visitor.visit_i64(number),
                },
                (digits, true) => match digits.parse() {
                    Ok(number) => visitor.visit_u64(number),
                    Err(_) => visit_real(digits, visitor),
                },
                (text, false) => visit_real(text, visitor),
            },
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if self.next_byte() == Some(b'n') {
            self.literal("null")?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Read<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], _: V) -> Read<V::Value> {
        Err(Stop)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier
    }
}

/// The members of an object.
struct Members<'r, 'de> {
    reader: &'r mut Reader<'de>,
    begun: bool,
}

impl<'de> MapAccess<'de> for Members<'_, 'de> {
    type Error = Stop;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        match self.reader.next_byte() {
            Some(b'}') => {
                self.reader.at += 1;
                return Ok(None);
            }
            Some(b',') if self.begun => {
                self.reader.at += 1;
                self.reader.next_byte();
            }
            _ if self.begun => return Err(Stop),
            _ => self.begun = true,
        }
        if self.reader.bytes.get(self.reader.at) != Some(&b'"') {
            return Err(Stop);
        }
        match self.reader.quoted()? {
            (key, false) => seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some),
            (key, true) => seed.deserialize(resolved(key)?.into_deserializer()).map(Some),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Read<V::Value> {
        self.reader.expect(b':')?;
        seed.deserialize(&mut *self.reader)
    }
}

/// The items of a list.
struct Items<'r, 'de> {
    reader: &'r mut Reader<'de>,
    begun: bool,
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Stop;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        match self.reader.next_byte() {
            Some(b']') => {
                self.reader.at += 1;
                return Ok(None);
            }
            Some(b',') if self.begun => {
                self.reader.at += 1;
                if self.reader.next_byte() == Some(b']') {
                    return Err(Stop);
                }
            }
            _ if self.begun => return Err(Stop),
            _ => self.begun = true,
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;
    use serde_json::Value;

    use super::*;

    fn fast<'de, T: Deserialize<'de>>(text: &'de str) -> Option<T> {
        let mut reader = Reader::new(text);
        T::deserialize(&mut reader).ok().filter(|_| reader.rest_is_blank())
    }

    /// What both readers say of a text: this one may leave a text to the other, and never accept more or something else, but for
    /// halves of characters and numbers out of range.
    fn held_together(text: &str) {
        if let Some(found) = fast::<Value>(text) {
            let mended = mend(text);
            match serde_json::from_str::<Value>(mended.as_deref().unwrap_or(text)) {
                // A fraction may differ by its last digit: the other reader rounds faster and less exactly.
                Ok(_) if text.contains(['.', 'e', 'E']) || has_long_number(text) => {}
                Ok(expected) => assert_eq!(found, expected, "{text}"),
                Err(error) => assert!(error.to_string().starts_with("number out of range"), "{text}: {error}"),
            }
        }
        let skipped = fast::<IgnoredAny>(text).is_some();
        let passes = serde_json::from_str::<IgnoredAny>(text).is_ok();
        assert!(!skipped || passes, "{text} is passed over here and refused there");
    }

    /// Whether it has a number that fits no integer.
    fn has_long_number(text: &str) -> bool {
        text.split(|c: char| !c.is_ascii_digit())
            .any(|digits| digits.len() > 18)
    }

    #[test]
    fn half_a_character_and_numbers_out_of_range_cost_nothing_else() {
        for (text, expected) in [
            (r#"["\ud83d","\ude00"]"#, r#"["\ufffd","\ufffd"]"#),
            (
                r#"["a\ud83d\u0041\ud83d\ud83d\ude00\ud83d"]"#,
                r#"["a\ufffdA\ufffd😀\ufffd"]"#,
            ),
            (r#"{"\ud83d":1,"b":2}"#, r#"{"\ufffd":1,"b":2}"#),
            ("[1e999,-1e999,1]", "[null,null,1]"),
            ("[99999999999999999999]", "[1e20]"),
            ("[-99999999999999999999]", "[-1e20]"),
        ] {
            let expected: Value = serde_json::from_str(expected).unwrap();
            assert_eq!(from_str::<Value>(text).unwrap(), expected, "{text}");
        }
        assert!(from_str::<Value>("-0").is_ok_and(|zero| zero.as_f64() == Some(0.0)));
        // They are not what is wrong with a text that is damaged besides.
        for (text, words) in [
            (r#"["\ud83d",}"#, "expected value at line 1 column 11"),
            (r#"["\ud83d"#, "EOF while parsing a string at line 1 column 8"),
        ] {
            assert_eq!(from_str::<Value>(text).unwrap_err().to_string(), words);
        }
    }

    #[test]
    fn what_is_sound_is_read_here() {
        for text in [
            "{}",
            "[]",
            " { \"a\" : [ 1 , -2 , 3.5 , 1e3 , true , false , null , \"x\" ] , \"b\" : { } } ",
            r#"{"text":"caf\u00e9 \ud83d\ude00 \"q\" \\ \/ \b\f\n\r\t","n":18446744073709551615}"#,
            r#"{"a":{"b":[{"c":[[],{}]}]}}"#,
            "\"نص\"",
        ] {
            assert!(fast::<Value>(text).is_some(), "{text}");
            assert!(fast::<IgnoredAny>(text).is_some(), "{text}");
            held_together(text);
        }
    }

    #[test]
    fn what_is_not_sound_is_left_to_the_other() {
        for text in [
            "",
            "{",
            "}",
            "[1,]",
            "{\"a\":1,}",
            "{,}",
            "[,]",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "01",
            "-",
            "1.",
            ".5",
            "1e",
            "tru",
            "nul",
            "\"\n\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"",
            "\"\\",
            "1 2",
            "[1 2]",
            "{\"a\":1 \"b\":2}",
            "[}",
            "{]",
            "\u{feff}1",
        ] {
            assert!(fast::<Value>(text).is_none(), "{text}");
            held_together(text);
        }
    }

    #[test]
    fn what_is_deep_is_no_danger() {
        for depth in [119, 121, 127, 128, 129, 255, 256, 257, 10_000, 1_000_000] {
            for (open, close) in [("[", "]"), ("{\"a\":[", "]}"), ("[{\"a\":[", "]}]")] {
                let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
                assert!(fast::<IgnoredAny>(&text).is_some(), "{depth}");
                let crossed = text.replacen(close, &close.chars().rev().collect::<String>(), 1);
                let sound = serde_json::from_str::<IgnoredAny>(&crossed).is_ok();
                assert_eq!(fast::<IgnoredAny>(&crossed).is_some(), sound, "{depth}");
            }
            let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            assert!(
                from_str::<IgnoredAny>(&text).is_ok(),
                "the other reader passes over any depth"
            );
            assert!(from_str::<Value>(&text).is_err() || depth < 128);
        }
    }

    #[test]
    fn the_end_of_a_run_is_found_wherever_it_stands() {
        for length in 0..40 {
            for mark in [b'"', b'\\', 0, 0x1f] {
                let mut bytes = vec![0xc3; length];
                bytes.push(mark);
                bytes.extend([b'"'; 9]);
                assert_eq!(end_of_run(&bytes, 0), length);
            }
            assert_eq!(end_of_run(&vec![b'x'; length], 0), length);
            assert_eq!(end_of_run(&vec![0x7f; length], length), length);
        }
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            "\\PC{0,12}".prop_map(Value::from),
            "[\\\\\"\u{0}-\u{1f}a-c\u{627}-\u{64a}😀]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("[a-z\\\\\"]{0,6}", inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn sound_texts_are_read_alike(value in json()) {
            let text = value.to_string();
            prop_assert_eq!(fast::<Value>(&text), Some(value));
            prop_assert!(fast::<IgnoredAny>(&text).is_some());
        }

        #[test]
        fn damaged_texts_are_judged_alike(value in json(), place in any::<prop::sample::Index>(), with in "[\\[\\]{}:,\"\\\\0-9.eE+tfnu \n-]{0,2}") {
            let text = value.to_string();
            let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let at = ends[place.index(ends.len())];
            let after = text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
            held_together(&format!("{}{with}{}", &text[..at], &text[after..]));
            held_together(&text[..at]);
        }
    }
}
