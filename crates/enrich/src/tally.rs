//! Counts by key that arrive in any order, held as one list: sorted and summed up whenever it has doubled.

/// Counts by key. Memory: the size of a key and its counts, at most twice for each distinct key.
#[derive(Debug)]
pub(crate) struct Tally<K, const N: usize> {
    rows: Vec<(K, [u32; N])>,
    /// How many rows were left when it was last summed up.
    summed: usize,
}

/// Fewer rows are not worth summing up.
const FEW: usize = 1 << 16;

impl<K, const N: usize> Default for Tally<K, N> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            summed: 0,
        }
    }
}

impl<K: Ord + Copy, const N: usize> Tally<K, N> {
    /// Adds to the counts of a key.
    pub(crate) fn add(&mut self, key: K, counts: [u32; N]) {
        if self.rows.len() >= FEW.max(2 * self.summed) {
            self.sum_up();
        }
        self.rows.push((key, counts));
    }

    fn sum_up(&mut self) {
        self.rows.sort_unstable_by_key(|(key, _)| *key);
        self.rows.dedup_by(|row, kept| {
            let same = row.0 == kept.0;
            if same {
                for (sum, count) in kept.1.iter_mut().zip(row.1) {
                    *sum = sum.saturating_add(count);
                }
            }
            same
        });
        self.summed = self.rows.len();
    }

    /// Each key once with its counts, in order.
    pub(crate) fn in_order(mut self) -> Vec<(K, [u32; N])> {
        self.sum_up();
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up_however_they_come() {
        let mut tally = Tally::default();
        let mut expected = std::collections::BTreeMap::<u32, [u32; 2]>::new();
        for i in 0..300_000_u32 {
            let (key, counts) = (i.wrapping_mul(2_654_435_761) % 90_001, [1, i % 3]);
            tally.add(key, counts);
            let sum = expected.entry(key).or_default();
            sum[0] += counts[0];
            sum[1] += counts[1];
        }
        assert!(tally.rows.capacity() < 4 * 90_001, "{}", tally.rows.capacity());
        assert_eq!(tally.in_order(), expected.into_iter().collect::<Vec<_>>());
        assert_eq!(Tally::<u32, 1>::default().in_order(), []);
    }
}
