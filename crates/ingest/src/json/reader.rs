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

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::scan::{Read, Reader, Stop, resolved};
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

    use super::super::marks::end_of_run;
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
