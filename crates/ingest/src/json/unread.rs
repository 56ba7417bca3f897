//! Keys of records that nobody reads, so that nobody loses a field without knowing.
//!
//! Keys are noted while a record is read, in the thread that reads it, and taken when the record is in the tables: one text may be
//! read several times until it is clear what it is, and only the last time counts.

use std::cell::RefCell;

/// Keys are told up to this length.
const KEY_BYTES: usize = 64;

thread_local! {
    static NOTED: RefCell<Vec<Unread>> = const { RefCell::new(Vec::new()) };
}

/// A key that is not read: of what, and which.
pub type Unread = (&'static str, String);

/// Keys that are left unread on purpose: half of all keys that come, so they are found by a table made when this is compiled.
#[derive(Debug)]
pub struct Left {
    keys: &'static [&'static str],
    /// Where a key's place says, or after it: its number from 1.
    slots: [u8; SLOTS],
}

/// Enough for the few keys that there are to collide rarely.
const SLOTS: usize = 512;

impl Left {
    /// These keys, at most 255.
    #[must_use]
    pub const fn new(keys: &'static [&'static str]) -> Self {
        assert!(keys.len() < 256, "a key's number is a byte");
        let mut slots = [0; SLOTS];
        let mut number = 0;
        while number < keys.len() {
            let mut slot = place(keys[number].as_bytes());
            while slots[slot] != 0 {
                slot = (slot + 1) % SLOTS;
            }
            number += 1;
            slots[slot] = number as u8;
        }
        Self { keys, slots }
    }

    /// Whether it is one of them.
    #[inline]
    pub(crate) fn holds(&self, key: &str) -> bool {
        let mut slot = place(key.as_bytes());
        while self.slots[slot] != 0 {
            if self.keys[usize::from(self.slots[slot]) - 1] == key {
                return true;
            }
            slot = (slot + 1) % SLOTS;
        }
        false
    }
}

/// Where a key is looked for first.
#[inline]
const fn place(key: &[u8]) -> usize {
    if key.is_empty() {
        return 0;
    }
    let (first, middle, last) = (
        key[0] as usize,
        key[key.len() / 2] as usize,
        key[key.len() - 1] as usize,
    );
    (key.len() * 37 + first * 5 + middle * 17 + last * 67) % SLOTS
}

/// Notes a key that is not read.
#[cold]
pub(crate) fn note(of: &'static str, key: &str) {
    let key = &key[..key.floor_char_boundary(KEY_BYTES)];
    NOTED.with_borrow_mut(|noted| noted.push((of, key.to_owned())));
}

/// Forgets what was noted: a text is read anew.
pub(crate) fn forget() {
    NOTED.with_borrow_mut(Vec::clear);
}

/// Whether a key of one `of` these was noted.
pub(crate) fn is_noted(of: &str) -> bool {
    NOTED.with_borrow(|noted| noted.iter().any(|(noted, _)| *noted == of))
}

/// Takes what was noted.
pub(crate) fn take() -> Vec<Unread> {
    NOTED.with_borrow_mut(std::mem::take)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Id, Maybe, from_str, record};

    static LEFT: Left = Left::new(&["colour", "size"]);

    record! {
        /// A record for the tests.
        Sample<'de> called "sample" leaving LEFT {
            id: Id<'de> = "id",
            inner: Maybe<Sample<'de>> = "inner",
        }
    }

    #[test]
    fn keys_are_noted_wherever_they_stand_unless_they_are_left_on_purpose() {
        let text = r#"{"id": 1, "colour": 2, "mood": 3, "inner": {"id": 4, "mood": {"id": 5}, "size": 6, "taste": 7}}"#;
        assert!(
            from_str::<Sample<'_>>(text)
                .is_ok_and(|sample| sample.inner.get().is_some_and(|inner| inner.id.get().is_some()))
        );
        let noted = take();
        let keys: Vec<&str> = noted.iter().map(|(_, key)| key.as_str()).collect();
        assert_eq!(keys, ["mood", "mood", "taste"]);
        assert!(noted.iter().all(|(of, _)| *of == "sample"));
        // What is read twice counts once, and what cannot be read does not count.
        assert!(from_str::<Sample<'_>>(r#"{"mood": 1}"#).is_ok() && from_str::<Sample<'_>>(r#"{"taste": 1}"#).is_ok());
        assert_eq!(take().len(), 1);
    }

    #[test]
    fn keys_of_one_place_are_told_apart() {
        // Same length, same first, middle and last letter.
        static ALIKE: Left = Left::new(&["abcde", "aXcYe", ""]);
        assert!(["abcde", "aXcYe", ""].iter().all(|key| ALIKE.holds(key)));
        assert!(!["aZcZe", "abcd", "e"].iter().any(|key| ALIKE.holds(key)));
    }
}
