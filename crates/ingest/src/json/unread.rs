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

/// Notes a key that is not read, unless it is one of those `left` on purpose, which are in the order of their bytes.
#[inline(never)]
pub(crate) fn note(of: &'static str, left: &[&str], key: &str) {
    if left.binary_search(&key).is_err() {
        let key = &key[..key.floor_char_boundary(KEY_BYTES)];
        NOTED.with_borrow_mut(|noted| noted.push((of, key.to_owned())));
    }
}

/// Whether keys stand in the order of their bytes, each once.
pub(crate) const fn is_sorted(keys: &[&str]) -> bool {
    let mut next = 1;
    while next < keys.len() {
        let (a, b) = (keys[next - 1].as_bytes(), keys[next].as_bytes());
        let mut at = 0;
        while at < a.len() && at < b.len() && a[at] == b[at] {
            at += 1;
        }
        if at == b.len() || (at < a.len() && a[at] > b[at]) {
            return false;
        }
        next += 1;
    }
    true
}

/// Forgets what was noted: a text is read anew.
pub(crate) fn forget() {
    NOTED.with_borrow_mut(Vec::clear);
}

/// Takes what was noted.
pub(crate) fn take() -> Vec<Unread> {
    NOTED.with_borrow_mut(std::mem::take)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Id, Maybe, from_str, record};

    const LEFT: [&str; 2] = ["colour", "size"];

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
}
