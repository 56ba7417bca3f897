//! Sorting by whole numbers that stand for times, on all cores.

use rayon::prelude::*;

/// Keys that one thread sorts in one go; fewer are not worth a second one.
const KEYS_AT_ONCE: usize = 1 << 15;

/// Sorts keys of which equal ones cannot be told apart, so that the order is the same however many threads take part.
pub(crate) fn sort<K: Ord + Copy + Send>(keys: &mut [K]) {
    if keys.len() <= KEYS_AT_ONCE {
        keys.sort_unstable();
        return;
    }
    keys.par_sort_unstable();
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

/// Positions of the keys, ascending; of equal keys the earlier position first.
pub(crate) fn positions(keys: impl IndexedParallelIterator<Item = u64>) -> Vec<u32> {
    let mut pairs: Vec<u128> = keys
        .enumerate()
        .map(|(position, key)| u128::from(key) << 32 | position as u128)
        .collect();
    sort(&mut pairs);
    pairs.par_iter().map(|&pair| pair as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_keys_are_sorted_as_few_are() {
        // A linear congruential generator (Knuth's MMIX).
        let mut state = 1_u64;
        let keys: Vec<u64> = (0..3 * KEYS_AT_ONCE + 1)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                state >> 48
            })
            .collect();
        let mut expected: Vec<(u64, u32)> = keys.iter().copied().zip(0..).collect();
        expected.sort();
        let found = positions(keys.par_iter().copied());
        assert!(found.iter().eq(expected.iter().map(|pair| &pair.1)));
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
