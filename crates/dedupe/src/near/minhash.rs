//! MinHash signatures in bands (Broder 1997; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4).
//!
//! The least value that a random function takes on a set is the same for two sets with the probability of their Jaccard similarity
//! s. Functions are bundled into bands of r; two texts are compared when they agree in all functions of any of b bands, which
//! happens with the probability 1 - (1 - s^r)^b. The functions are x -> a x + b over 32 bits, a odd, x the upper half of a
//! shingle's hash; a and b come from a fixed seed.

use super::shingles::scatter;
use super::similarity::Similarity;

/// How likely a pair at the threshold itself must be compared.
const FOUND_AT_THRESHOLD: f64 = 0.999;
/// Similarity of posts that have no more in common than a language, generously: by runs of four characters, 0.01 is usual and one
/// pair in a hundred is above 0.06 (datasets/validation/near-shingles.md).
const UNRELATED: f64 = 0.05;
/// Of as many unrelated texts, how many a text may be compared with.
const COMPARED_IN_VAIN: f64 = 1e-6;
/// The most functions: their number is what a signature costs.
const MOST_FUNCTIONS: usize = 450;
/// Where the functions come from.
const SEED: u64 = 0x6469_6d69_6e75_656e;

/// How a signature is cut into bands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Banding {
    pub(crate) bands: usize,
    pub(crate) rows: usize,
}

impl Banding {
    /// The fewest rows with which hardly any unrelated texts are compared, and as many bands as find the pairs at the threshold.
    pub(crate) fn of(threshold: Similarity) -> Self {
        let mut chosen = Self { bands: 1, rows: 1 };
        for rows in 1.. {
            let banding = Self {
                bands: bands(threshold.value(), rows),
                rows,
            };
            if banding.bands * rows > MOST_FUNCTIONS {
                break;
            }
            chosen = banding;
            if banding.probability(UNRELATED) <= COMPARED_IN_VAIN {
                break;
            }
        }
        chosen
    }

    /// How likely two texts of this similarity are compared.
    pub(crate) fn probability(self, similarity: f64) -> f64 {
        let missed = 1.0 - power(similarity, self.rows);
        1.0 - power(missed, self.bands)
    }
}

/// The fewest bands of so many rows that find a pair of this similarity.
fn bands(similarity: f64, rows: usize) -> usize {
    let missed = 1.0 - power(similarity, rows);
    let mut bands = 1;
    let mut all_missed = missed;
    while all_missed > 1.0 - FOUND_AT_THRESHOLD && bands <= MOST_FUNCTIONS {
        all_missed *= missed;
        bands += 1;
    }
    bands
}

/// Products alone, so that every machine comes to the same banding.
fn power(base: f64, exponent: usize) -> f64 {
    (0..exponent).fold(1.0, |product, _| product * base)
}

/// The functions.
#[derive(Debug, Clone)]
pub(crate) struct MinHash {
    banding: Banding,
    factors: Vec<u32>,
    terms: Vec<u32>,
}

impl MinHash {
    pub(crate) fn new(banding: Banding) -> Self {
        let functions = banding.bands * banding.rows;
        let mut state = SEED;
        let mut draw = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            upper(scatter(state))
        };
        let factors = (0..functions).map(|_| draw() | 1).collect();
        let terms = (0..functions).map(|_| draw()).collect();
        Self {
            banding,
            factors,
            terms,
        }
    }

    /// Numbers that stand for a text.
    pub(crate) fn bands_in_all(&self) -> usize {
        self.banding.bands
    }

    /// Appends a number a band of a text with these shingles. `least` is working memory.
    pub(crate) fn bands(&self, shingles: &[u64], least: &mut Vec<u32>, bands: &mut Vec<u32>) {
        least.clear();
        least.resize(self.factors.len(), u32::MAX);
        for shingle in shingles {
            let x = upper(*shingle);
            for ((least, factor), term) in least.iter_mut().zip(&self.factors).zip(&self.terms) {
                *least = (*least).min(factor.wrapping_mul(x).wrapping_add(*term));
            }
        }
        bands.extend(least.chunks_exact(self.banding.rows).map(|rows| {
            let hash = rows.iter().fold(1, |hash: u64, row| scatter(hash ^ u64::from(*row)));
            upper(hash)
        }));
    }
}

/// The upper half.
fn upper(number: u64) -> u32 {
    (number >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(threshold: f64) -> Banding {
        Banding::of(Similarity::new(threshold).unwrap())
    }

    #[test]
    fn bands_find_what_is_at_the_threshold_and_leave_out_what_is_unrelated() {
        for threshold in [0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0] {
            let banding = at(threshold);
            assert!(banding.probability(threshold) >= 0.999, "{threshold}: {banding:?}");
            assert!(banding.probability(0.05) < 1e-3, "{threshold}: {banding:?}");
            assert!(banding.bands * banding.rows <= MOST_FUNCTIONS);
        }
        // As docs/near-copies.md has them.
        let chosen = [0.9, 0.8, 0.7, 0.6, 0.5].map(|threshold| (at(threshold).bands, at(threshold).rows));
        assert_eq!(chosen, [(10, 6), (23, 6), (56, 6), (86, 5), (108, 4)]);
    }

    #[test]
    fn pairs_are_compared_as_often_as_they_should_be() {
        // Pairs of sets of known similarity from random numbers: 60 shared and 15 or 40 of each's own, and so on.
        let mut state = 7;
        let mut draw = || {
            state += 1;
            scatter(scatter(state))
        };
        for (threshold, shared, own) in [
            (0.8, 80, 10),
            (0.8, 60, 20),
            (0.8, 8, 1),
            (0.9, 90, 5),
            (0.5, 50, 25),
            (0.5, 30, 35),
        ] {
            let banding = at(threshold);
            let minhash = MinHash::new(banding);
            let pairs = 4_000;
            let mut compared = 0;
            for _ in 0..pairs {
                let common: Vec<u64> = (0..shared).map(|_| draw()).collect();
                let bands = [0, 1].map(|_| {
                    let set: Vec<u64> = common.iter().copied().chain((0..own).map(|_| draw())).collect();
                    let mut bands = Vec::new();
                    minhash.bands(&set, &mut Vec::new(), &mut bands);
                    bands
                });
                assert_eq!(bands[0].len(), banding.bands);
                compared += u32::from(bands[0].iter().zip(&bands[1]).any(|(a, b)| a == b));
            }
            let expected = banding.probability(f64::from(shared) / f64::from(shared + 2 * own));
            let found = f64::from(compared) / f64::from(pairs);
            // Four standard errors, and what functions that are nearly random may cost.
            let error = 4.0 * (expected * (1.0 - expected) / f64::from(pairs)).sqrt() + 0.01;
            assert!(
                (found - expected).abs() < error,
                "{threshold}, {shared} shared: {found} for {expected}"
            );
        }
    }
}
