//! Comparing texts that share a band, and joining those that are near.
//!
//! Texts already joined are not compared again: the sets that come out are the connected components of all near pairs among those
//! that share a band, whichever thread is first. In a bucket of few texts every pair is looked at. A large one, as a template with
//! many fillings makes it, would take the square of its texts; there
//!
//! 1. every text is compared with the same few texts, which joins most of what is one cluster;
//! 2. if more than one set remains, texts are compared that share one of their rarest shingles: two sets of similarity t or more
//!    share one among the |A| - ⌈t |A|⌉ + 1 rarest of each (prefix filtering: Chaudhuri, Ganti and Kaushik 2006), so that nothing
//!    is lost;
//! 3. where a shingle that is among the rarest of very many texts brings together as many again, these are treated as in 1. alone;
//! 4. when all bands are done, and few of such texts stand outside the largest set of theirs, these are compared with all of them;
//!    where many do, the texts are counted, unless one set holds them all in the end.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::components::Components;
use super::shingles::{Shingling, is_near, scatter};
use super::texts::{TextId, Texts};

/// Texts in a bucket of which all pairs are looked at.
const FEW: usize = 64;
/// Texts that all of a large bucket are compared with.
const PIVOTS: usize = 8;
/// Counters by which the rarity of shingles is told in a large bucket; a power of two.
const COUNTERS: usize = 1 << 20;

/// What the texts are compared by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Comparison<'a> {
    pub(crate) texts: &'a Texts,
    pub(crate) shingling: Shingling,
    pub(crate) least: f64,
    /// Texts in a bucket, or sharing a rare shingle, of which all pairs are looked at; [`Comparison::new`] has the usual number.
    few: usize,
}

/// The texts joined, and those of which not all pairs were looked at.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) components: Components,
    /// Ascending.
    pub(crate) not_all_compared: Vec<TextId>,
}

/// Pairs known not to be near, by their own hash: bands bring the same pair again. Forgets a pair for another one.
#[derive(Debug)]
struct NotNear(Vec<u64>);

impl NotNear {
    const PLACES: usize = 1 << 14;

    fn place(a: TextId, b: TextId) -> (usize, u64) {
        let pair = u64::from(a.min(b)) << 32 | u64::from(a.max(b));
        #[expect(clippy::cast_possible_truncation, reason = "fewer places than 2^32")]
        let place = scatter(pair) as usize % Self::PLACES;
        (place, pair)
    }

    fn has(&self, a: TextId, b: TextId) -> bool {
        let (place, pair) = Self::place(a, b);
        self.0[place] == pair
    }

    fn insert(&mut self, a: TextId, b: TextId) {
        let (place, pair) = Self::place(a, b);
        self.0[place] = pair;
    }
}

/// What a thread works with.
struct Desk {
    symbols: Vec<u64>,
    /// Sets of shingles of texts at hand; empty where not made yet, as no text's is.
    sets: Vec<Vec<u64>>,
    other: Vec<u64>,
    not_near: NotNear,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            symbols: Vec::new(),
            sets: Vec::new(),
            other: Vec::new(),
            // No text is paired with itself.
            not_near: NotNear(vec![0; NotNear::PLACES]),
        }
    }
}

impl<'a> Comparison<'a> {
    pub(crate) fn new(texts: &'a Texts, shingling: Shingling, least: f64) -> Self {
        Self {
            texts,
            shingling,
            least,
            few: FEW,
        }
    }

    /// Joins all near texts that share a band; takes the bands one after the other, and gives back what they held.
    pub(crate) fn join(self, bands: Vec<Vec<u32>>) -> Joined {
        #[expect(clippy::cast_possible_truncation, reason = "texts are numbered with 32 bits")]
        let count = self.texts.len() as TextId;
        let components = Components::new(count);
        let open = Mutex::new(BTreeSet::new());
        for band in bands {
            let mut entries: Vec<u64> = band
                .par_iter()
                .zip(0..count)
                .map(|(hash, id)| u64::from(*hash) << 32 | u64::from(id))
                .collect();
            drop(band);
            entries.par_sort_unstable();
            let buckets = entries
                .par_chunk_by(|a, b| a >> 32 == b >> 32)
                .filter(|bucket| bucket.len() > 1);
            buckets.for_each_init(Desk::default, |desk, bucket| {
                #[expect(clippy::cast_possible_truncation, reason = "the lower half is the text")]
                let mut ids: Vec<TextId> = bucket.iter().map(|entry| *entry as TextId).collect();
                self.bucket(&mut ids, &components, desk, &open);
            });
        }
        let open = open.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Which texts are here beyond those of several sets depends on which thread was first; what becomes of these does not: all
        // go by the sets as they are now.
        let open: Vec<Vec<TextId>> = open.into_iter().filter(|ids| !is_one(ids, &components)).collect();
        let roots: Vec<TextId> = (0..count).map(|id| components.root(id)).collect();
        let left: Vec<&Vec<TextId>> = open
            .par_iter()
            .map_init(Desk::default, |desk, ids| {
                let outside = outside_largest(ids, &roots);
                let are_few = outside.len() <= self.few;
                if are_few {
                    self.with_pivots(ids, &outside, &components, desk);
                }
                (!are_few).then_some(ids)
            })
            .flatten()
            .collect();
        let left = left.into_iter().filter(|ids| !is_one(ids, &components));
        let mut not_all_compared: Vec<TextId> = left.flatten().copied().collect();
        not_all_compared.sort_unstable();
        not_all_compared.dedup();
        Joined {
            components,
            not_all_compared,
        }
    }

    fn bucket(self, ids: &mut [TextId], components: &Components, desk: &mut Desk, open: &Mutex<BTreeSet<Vec<TextId>>>) {
        if is_one(ids, components) {
            return;
        }
        if ids.len() <= self.few {
            return self.all_pairs(ids, components, desk);
        }
        // Texts are numbered as they come; which of them are the pivots must not depend on that.
        ids.sort_unstable_by_key(|id| (self.texts.hash(*id), *id));
        self.with_pivots(ids, &ids[..PIVOTS.min(ids.len())], components, desk);
        if is_one(ids, components) {
            return;
        }
        for run in self.sharing_rare_shingles(ids, desk).chunk_by(|a, b| a.0 == b.0) {
            let run: Vec<TextId> = run.iter().map(|(_, at)| ids[*at as usize]).collect();
            if run.len() <= self.few {
                self.all_pairs(&run, components, desk);
            } else if !is_one(&run, components) {
                self.with_pivots(&run, &run[..PIVOTS.min(run.len())], components, desk);
                if !is_one(&run, components) {
                    // The bands bring the same texts together again and again.
                    open.lock().unwrap_or_else(PoisonError::into_inner).insert(run);
                }
            }
        }
    }

    /// Looks at every pair.
    fn all_pairs(self, ids: &[TextId], components: &Components, desk: &mut Desk) {
        desk.forget(ids.len());
        for (at, id) in ids.iter().enumerate().skip(1) {
            for (other_at, other) in ids[..at].iter().enumerate() {
                if components.are_joined(*id, *other) || desk.not_near.has(*id, *other) {
                    continue;
                }
                self.make(*id, at, desk);
                self.make(*other, other_at, desk);
                if is_near(&desk.sets[at], &desk.sets[other_at], self.least) {
                    components.join(*id, *other);
                } else {
                    desk.not_near.insert(*id, *other);
                }
            }
        }
    }

    /// Compares every text with some.
    fn with_pivots(self, ids: &[TextId], pivots: &[TextId], components: &Components, desk: &mut Desk) {
        desk.forget(pivots.len());
        for id in ids {
            let mut made = false;
            for (at, pivot) in pivots.iter().enumerate() {
                if components.are_joined(*id, *pivot) {
                    continue;
                }
                self.make(*pivot, at, desk);
                if !made {
                    self.shingling
                        .set(self.texts.text(*id), &mut desk.symbols, &mut desk.other);
                    made = true;
                }
                if is_near(&desk.other, &desk.sets[at], self.least) {
                    components.join(*id, *pivot);
                }
            }
        }
    }

    /// For every text, its rarest shingles with its place among `ids`, in order.
    fn sharing_rare_shingles(self, ids: &[TextId], desk: &mut Desk) -> Vec<(u32, u32)> {
        let counter = |shingle: u64| {
            #[expect(clippy::cast_possible_truncation, reason = "the place of one of the counters")]
            let place = scatter(shingle) as usize % COUNTERS;
            place
        };
        let mut counts = vec![0_u32; COUNTERS];
        for id in ids {
            self.shingling
                .set(self.texts.text(*id), &mut desk.symbols, &mut desk.other);
            for shingle in &desk.other {
                counts[counter(*shingle)] += 1;
            }
        }
        let mut rare = Vec::new();
        for (at, id) in (0..).zip(ids) {
            let set = &mut desk.other;
            self.shingling.set(self.texts.text(*id), &mut desk.symbols, set);
            // Any order that is the same for all texts will do; which shingles share a counter only makes it a worse one.
            set.sort_unstable_by_key(|shingle| (counts[counter(*shingle)], *shingle));
            // Half of a shingle's hash: two that share it bring together texts that need not have been, no more.
            #[expect(clippy::cast_possible_truncation, reason = "the lower half")]
            rare.extend(
                set[..prefix(set.len(), self.least)]
                    .iter()
                    .map(|shingle| (*shingle as u32, at)),
            );
        }
        rare.par_sort_unstable();
        rare.dedup();
        rare
    }

    fn make(self, id: TextId, at: usize, desk: &mut Desk) {
        let Desk { symbols, sets, .. } = desk;
        if sets[at].is_empty() {
            self.shingling.set(self.texts.text(id), symbols, &mut sets[at]);
        }
    }
}

impl Desk {
    /// Makes room for so many sets, none made.
    fn forget(&mut self, sets: usize) {
        self.sets.iter_mut().for_each(Vec::clear);
        if self.sets.len() < sets {
            self.sets.resize_with(sets, Vec::new);
        }
    }
}

/// The texts that are not of the set that most of them are of.
fn outside_largest(ids: &[TextId], roots: &[TextId]) -> Vec<TextId> {
    let mut by_root: Vec<(TextId, TextId)> = ids.iter().map(|id| (roots[*id as usize], *id)).collect();
    by_root.sort_unstable();
    let largest = by_root.chunk_by(|a, b| a.0 == b.0).max_by_key(|set| set.len());
    let largest = largest.map(|set| set[0].0);
    by_root
        .into_iter()
        .filter(|(root, _)| Some(*root) != largest)
        .map(|(_, id)| id)
        .collect()
}

fn is_one(ids: &[TextId], components: &Components) -> bool {
    ids.windows(2).all(|pair| components.are_joined(pair[0], pair[1]))
}

/// How many of the rarest shingles a set and another one of similarity `least` or more must share one of.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a text has fewer shingles than 2^52"
)]
fn prefix(size: usize, least: f64) -> usize {
    // Rounded down a little before it is rounded up: one shingle too many loses nothing.
    let shared = (least * size as f64 - 1e-9).ceil() as usize;
    (size - shared.min(size) + 1).min(size)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::near::shingles::jaccard;
    use crate::near::texts;

    fn distinct(all: &[String]) -> Texts {
        let mut distinct = Texts::default();
        for text in all {
            distinct.see(text, texts::hash(text), None).unwrap();
        }
        distinct
    }

    #[test]
    fn sets_that_are_near_share_a_shingle_of_the_prefix() {
        // Ten of twelve shared: the three rarest of eleven hold at least one of them.
        assert_eq!(prefix(11, 10.0 / 12.0), 2);
        assert_eq!(
            [prefix(1, 0.5), prefix(10, 0.8), prefix(100, 0.8), prefix(10, 1.0)],
            [1, 3, 21, 1]
        );
    }

    proptest! {
        /// All texts share the one band.
        #[test]
        fn no_near_pair_of_a_bucket_is_missed_in_silence(
            all in prop::collection::vec("(tea|pot|cup|jug){1,6}(garden){0,4}", 2..60), few in 2..20_usize, least in 0.5..1.0_f64,
        ) {
            let texts = distinct(&all);
            let count = texts.len() as TextId;
            let shingling = Shingling::Characters(3);
            let comparison = Comparison { few, ..Comparison::new(&texts, shingling, least) };
            let joined = comparison.join(vec![vec![0; texts.len()]]);
            let sets: Vec<Vec<u64>> = (0..count).map(|id| {
                let mut set = Vec::new();
                shingling.set(texts.text(id), &mut Vec::new(), &mut set);
                set
            }).collect();
            let exact = Components::new(count);
            let told = |id: TextId| joined.not_all_compared.binary_search(&id).is_ok();
            for a in 0..count {
                for b in 0..a {
                    if jaccard(&sets[a as usize], &sets[b as usize]) >= least {
                        exact.join(a, b);
                        prop_assert!(joined.components.are_joined(a, b) || (told(a) && told(b)));
                    }
                }
            }
            for id in 0..count {
                prop_assert!(exact.are_joined(id, joined.components.root(id)));
            }
        }
    }
}
