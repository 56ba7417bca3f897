//! The distinct texts, once each.

use anyhow::Context as _;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use tables::Timestamp;

/// A text among the distinct ones, in the order in which they were first seen.
pub(crate) type TextId = u32;

/// Distinct normalised texts, one after the other in one buffer, with the time of each one's first post.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    buffer: String,
    ends: Vec<usize>,
    hashes: Vec<u64>,
    first_at: Vec<Option<Timestamp>>,
    ids: HashTable<TextId>,
}

/// What stands for a text where order must not depend on where it was found: the first 64 bits of its BLAKE3 hash.
pub(crate) fn hash(text: &str) -> u64 {
    let hash = blake3::hash(text.as_bytes());
    hash.as_bytes()
        .iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl Texts {
    /// The number of a text that was posted at some time, and whether it is a new one. `hash` is the text's.
    pub(crate) fn see(&mut self, text: &str, hash: u64, at: Option<Timestamp>) -> anyhow::Result<(TextId, bool)> {
        let next = TextId::try_from(self.len()).context("more distinct texts than can be numbered")?;
        let (hashes, ends, buffer) = (&self.hashes, &self.ends, &self.buffer);
        let is_same = |id: &TextId| hashes[*id as usize] == hash && slice(buffer, ends, *id) == text;
        match self.ids.entry(hash, is_same, |id| hashes[*id as usize]) {
            Entry::Occupied(entry) => {
                let id = *entry.get();
                let first = &mut self.first_at[id as usize];
                *first = earlier(*first, at);
                Ok((id, false))
            }
            Entry::Vacant(entry) => {
                entry.insert(next);
                self.buffer.push_str(text);
                self.ends.push(self.buffer.len());
                self.hashes.push(hash);
                self.first_at.push(at);
                Ok((next, true))
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn text(&self, id: TextId) -> &str {
        slice(&self.buffer, &self.ends, id)
    }

    pub(crate) fn hash(&self, id: TextId) -> u64 {
        self.hashes[id as usize]
    }

    /// When it was first posted; `None` where no time is known.
    pub(crate) fn first_at(&self, id: TextId) -> Option<Timestamp> {
        self.first_at[id as usize]
    }

    /// No more texts come: what was needed to tell them apart is given back.
    pub(crate) fn close(&mut self) {
        self.ids = HashTable::new();
        self.buffer.shrink_to_fit();
    }
}

fn slice<'a>(buffer: &'a str, ends: &[usize], id: TextId) -> &'a str {
    let id = id as usize;
    let start = if id == 0 { 0 } else { ends[id - 1] };
    &buffer[start..ends[id]]
}

/// The earlier of two times; an unknown one is later than any.
fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once_with_its_earliest_time_even_where_hashes_collide() {
        let mut texts = Texts::default();
        let times = [None, Some(Timestamp(5)), Some(Timestamp(3)), None];
        for (round, at) in times.into_iter().enumerate() {
            for (id, text) in (0..).zip(["tea", "", "garden"]) {
                assert_eq!(texts.see(text, 7, at).unwrap(), (id, round == 0));
            }
        }
        assert_eq!(texts.len(), 3);
        assert_eq!([0, 1, 2].map(|id| texts.text(id)), ["tea", "", "garden"]);
        assert_eq!(texts.first_at(2), Some(Timestamp(3)));
    }
}
