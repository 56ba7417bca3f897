//! Sorting by whole numbers that stand for times, on all cores.

use rayon::prelude::*;

/// Keys that one thread sorts in one go; fewer are not worth a second one.
const KEYS_AT_ONCE: usize = 1 << 15;

/// Groups that many keys are dealt into before each is sorted: of a million some 250 a group, which a core's nearest cache holds.
const GROUPS: usize = 1 << 12;

/// Groups that one thread takes at a time, at least.
const GROUPS_AT_ONCE: usize = 16;

/// Keys, or some more, that tell in which range most of them lie.
const SAMPLE: usize = 1 << 10;

/// What can be sorted here.
pub(crate) trait Key: Ord + Copy + Default + Send + Sync {
    /// What the keys are dealt by: a key with less of it is the smaller one.
    fn leading(self) -> u64;
}

impl Key for u64 {
    fn leading(self) -> u64 {
        self
    }
}

/// A number above a position of 32 bits.
impl Key for u128 {
    fn leading(self) -> u64 {
        (self >> 32) as u64
    }
}

impl<T: Ord + Copy + Default + Send + Sync> Key for (u64, T) {
    fn leading(self) -> u64 {
        self.0
    }
}

/// All keys of the parts, sorted. Equal keys cannot be told apart, so the order is the same however many threads take part.
pub(crate) fn sorted<K: Key>(parts: Vec<Vec<K>>) -> Vec<K> {
    let all: usize = parts.iter().map(Vec::len).sum();
    if all <= KEYS_AT_ONCE {
        let mut keys = parts.concat();
        keys.sort_unstable();
        return keys;
    }
    // Keys of numbers run with their logarithms: one that is next to nothing would leave most groups empty. So the ends go by a sample,
    // and what lies outside joins the first group or the last.
    let keys = parts.iter().flat_map(|part| part.iter().step_by(all / SAMPLE));
    let mut sample: Vec<u64> = keys.map(|key| key.leading()).collect();
    sample.sort_unstable();
    let outside = sample.len() / 256;
    let (least, most) = (sample[outside], sample[sample.len() - 1 - outside]);
    let shift = (u64::BITS - (most - least).leading_zeros()).saturating_sub(GROUPS.ilog2());
    let group = |key: K| ((key.leading().saturating_sub(least) >> shift) as usize).min(GROUPS - 1);

    let dealt: Vec<Dealt<K>> = parts.into_par_iter().map(|keys| Dealt::new(&keys, group)).collect();
    let mut sorted = vec![K::default(); all];
    let mut rest = sorted.as_mut_slice();
    let mut places = Vec::with_capacity(GROUPS);
    for group in 0..GROUPS {
        let size = dealt.iter().map(|part| part.group(group).len()).sum();
        places.push(rest.split_off_mut(..size).unwrap_or_default());
    }
    let gather = |(group, place): (usize, &mut [K])| {
        let mut filled = 0;
        for part in &dealt {
            let keys = part.group(group);
            place[filled..filled + keys.len()].copy_from_slice(keys);
            filled += keys.len();
        }
        // Where most keys are nearly alike, one group has most of them.
        match place.len() {
            0..=KEYS_AT_ONCE => place.sort_unstable(),
            _ => place.par_sort_unstable(),
        }
    };
    let places = places.into_par_iter().enumerate();
    places.with_min_len(GROUPS_AT_ONCE).for_each(gather);
    sorted
}

/// How many of so many items each thread takes, so that their keys are [`sorted`] in as few parts as there are threads.
pub(crate) fn part_size(items: usize) -> usize {
    items.div_ceil(rayon::current_num_threads()).max(KEYS_AT_ONCE)
}

/// Keys in the order of their groups.
struct Dealt<K> {
    keys: Vec<K>,
    /// Where each group begins, and where the last one ends.
    starts: Vec<usize>,
}

impl<K: Key> Dealt<K> {
    fn new(keys: &[K], group: impl Fn(K) -> usize) -> Self {
        let mut starts = vec![0; GROUPS + 1];
        for key in keys {
            starts[group(*key) + 1] += 1;
        }
        for group in 0..GROUPS {
            starts[group + 1] += starts[group];
        }
        let mut next = starts.clone();
        let mut dealt = vec![K::default(); keys.len()];
        for key in keys {
            let place = &mut next[group(*key)];
            dealt[*place] = *key;
            *place += 1;
        }
        Dealt { keys: dealt, starts }
    }

    fn group(&self, group: usize) -> &[K] {
        &self.keys[self.starts[group]..self.starts[group + 1]]
    }
}

/// A whole number that orders as the time does. Times are not negative; adding 0.0 turns −0 into +0.
#[inline]
pub(crate) fn time_key(time: f64) -> u64 {
    (time + 0.0).to_bits()
}

/// The time of such a number.
#[inline]
pub(crate) fn time_of(key: u64) -> f64 {
    f64::from_bits(key)
}

/// A whole number that orders as any number but NaN does, with both zeros alike.
#[inline]
pub(crate) fn number_key(number: f64) -> u64 {
    let bits = (number + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// Positions of the items, ascending by key; of equal keys the earlier position first.
pub(crate) fn positions<T: Sync>(items: &[T], key: impl Fn(&T) -> u64 + Sync) -> Vec<u32> {
    let size = part_size(items.len());
    let pairs = |(part, items): (usize, &[T])| -> Vec<u128> {
        let numbered = (part * size..).zip(items);
        numbered
            .map(|(place, item)| u128::from(key(item)) << 32 | place as u128)
            .collect()
    };
    let pairs = sorted(items.par_chunks(size).enumerate().map(pairs).collect());
    pairs.par_iter().map(|&pair| pair as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers in [0, 1) from a linear congruential generator (Knuth's MMIX).
    fn numbers() -> impl Iterator<Item = f64> {
        let step = |state: &u64| {
            let factor = 6_364_136_223_846_793_005;
            Some(state.wrapping_mul(factor).wrapping_add(1_442_695_040_888_963_407))
        };
        let states = std::iter::successors(Some(1_u64), step);
        states.map(|state| (state >> 11) as f64 / (1_u64 << 53) as f64)
    }

    fn are_sorted(name: &str, numbers: impl Iterator<Item = f64>) {
        let keys: Vec<u64> = numbers.map(number_key).take(3 * KEYS_AT_ONCE + 1).collect();
        let mut expected: Vec<(u64, u32)> = keys.iter().copied().zip(0..).collect();
        expected.sort();
        let found = positions(&keys, |&key| key);
        assert!(found.iter().eq(expected.iter().map(|pair| &pair.1)), "{name}");
        let parts = vec![keys[..7].to_vec(), Vec::new(), keys[7..].to_vec()];
        assert!(sorted(parts).iter().eq(expected.iter().map(|pair| &pair.0)), "{name}");
    }

    #[test]
    fn many_keys_are_sorted_as_few_are() {
        are_sorted("even", numbers());
        are_sorted("many alike", numbers().map(|number| (number * 300.0).floor()));
        are_sorted("of either sign", numbers().map(|number| number - 0.5));
        are_sorted("over many powers", numbers().map(|number| (1.0 / number).powi(60)));
        are_sorted("next to nothing", numbers().map(|number| (-2000.0 * number).exp()));
        are_sorted("close together", numbers().map(|number| 1.7e9 + number));
        are_sorted("all alike", numbers().map(|_| 7.0));
        let ends = [f64::MAX, f64::MIN, 0.0, f64::INFINITY, f64::NEG_INFINITY];
        are_sorted("with the extremes", ends.into_iter().chain(numbers()));
        assert!(sorted(vec![Vec::<u64>::new(); 2]).is_empty());
        are_sorted(
            "one far off",
            std::iter::once(1e300).chain(numbers().map(|number| 50.0 + number)),
        );
    }

    #[test]
    fn keys_order_as_numbers_do() {
        let ascending = [
            f64::NEG_INFINITY,
            -2.5,
            -1.0,
            0.0,
            f64::MIN_POSITIVE,
            1.0,
            2.5,
            f64::INFINITY,
        ];
        for pair in ascending.windows(2) {
            assert!(number_key(pair[0]) < number_key(pair[1]));
        }
        assert_eq!(number_key(-0.0), number_key(0.0));
        assert_eq!((time_key(-0.0), time_of(time_key(2.5))), (time_key(0.0), 2.5));
    }
}
