//! Random numbers: one independent ChaCha8 stream per process and entity, and the few distributions the model draws from.
//!
//! A draw is addressed by (seed, process, entity, day), never by how many draws came before it elsewhere. So a change in
//! one process, or in one account's fate, leaves the draws of all others as they were. `libm` is used instead of the
//! platform's mathematics library, so that the same seed gives the same bytes on every machine.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, Poisson, StandardNormal};

/// What a stream of random numbers decides. The discriminant is part of the stream's address: never renumber.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Process {
    /// Who people are: habits, language, place, names.
    People = 1,
    /// When new people arrive.
    Arrivals = 2,
    /// What a person's next account looks like.
    Accounts = 3,
    /// The follow graph as it stands on the first day.
    InitialGraph = 4,
    /// New follows, day by day.
    Growth = 5,
    /// Who follows a returned account again.
    Refollow = 6,
    /// Removals, deactivations, renames, protection.
    Pressure = 7,
    /// Whether and when a removed person returns.
    Returns = 8,
    /// Number, times and kinds of posts.
    Posting = 9,
    /// The words of a post.
    Words = 10,
    /// When a roster lists and unlists an account.
    Roster = 11,
    /// Which posts the observer collects.
    Collection = 12,
    /// Daily lookups and availability checks.
    Lookups = 13,
    /// Which follower lists are fetched.
    FollowLists = 14,
    /// Damage: broken lines, notices, repeats.
    Damage = 15,
    /// People outside the network.
    Outsiders = 16,
}

/// All streams of one seed.
#[derive(Debug, Clone)]
pub struct Streams {
    root: ChaCha8Rng,
}

impl Streams {
    /// The streams of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            root: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// The stream in which `process` decides about `entity` (below 2^56) on `day` of the period.
    #[must_use]
    pub fn of(&self, process: Process, entity: u64, day: u32) -> ChaCha8Rng {
        let mut stream = self.root.clone();
        stream.set_stream((u64::from(process as u8) << 56) | (entity & ((1 << 56) - 1)));
        // 2^24 words per day: more than any entity draws in a day.
        stream.set_word_pos(u128::from(day) << 24);
        stream
    }
}

/// A number in [0, 1).
pub fn unit(rng: &mut ChaCha8Rng) -> f64 {
    rng.random::<f64>()
}

/// True with probability `p` (clipped to [0, 1]).
pub fn chance(rng: &mut ChaCha8Rng, p: f64) -> bool {
    unit(rng) < p
}

/// An exponential waiting time with the given mean.
pub fn waiting(rng: &mut ChaCha8Rng, mean: f64) -> f64 {
    let e: f64 = Exp1.sample(rng);
    e * mean
}

/// A lognormal number with the given mean (not median) and standard deviation of the logarithm.
pub fn lognormal(rng: &mut ChaCha8Rng, mean: f64, sigma: f64) -> f64 {
    let z: f64 = StandardNormal.sample(rng);
    mean * libm::exp(sigma * z - sigma * sigma / 2.0)
}

/// A Poisson count; 0 when the mean is not a positive finite number.
pub fn count(rng: &mut ChaCha8Rng, mean: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates"
    )]
    Poisson::new(mean).map_or(0, |d| d.sample(rng) as u32)
}

/// A uniform index below `n`; 0 when `n` is 0.
pub fn below(rng: &mut ChaCha8Rng, n: usize) -> usize {
    if n == 0 { 0 } else { rng.random_range(0..n) }
}

/// One item of a non-empty slice.
pub fn pick<T: Copy>(rng: &mut ChaCha8Rng, items: &[T]) -> T {
    items[below(rng, items.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_addressed_and_not_consumed() {
        let streams = Streams::new(7);
        let a: u64 = streams.of(Process::Posting, 3, 5).random();
        let _: u64 = streams.of(Process::Pressure, 3, 5).random();
        assert_eq!(a, streams.of(Process::Posting, 3, 5).random::<u64>());
        assert_ne!(a, streams.of(Process::Posting, 3, 6).random::<u64>());
        assert_ne!(a, streams.of(Process::Posting, 4, 5).random::<u64>());
        assert_ne!(a, streams.of(Process::Growth, 3, 5).random::<u64>());
        assert_ne!(a, Streams::new(8).of(Process::Posting, 3, 5).random::<u64>());
    }

    #[test]
    fn lognormal_has_the_mean_that_was_asked_for() {
        let mut rng = Streams::new(1).of(Process::People, 0, 0);
        let n = 200_000;
        let mean = (0..n).map(|_| lognormal(&mut rng, 14.5, 1.0)).sum::<f64>() / f64::from(n);
        assert!((mean - 14.5).abs() < 0.2, "{mean}");
    }
}
