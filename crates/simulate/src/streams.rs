//! Random numbers: one independent stream per process, entity and day, and the few distributions the model draws from.
//!
//! A draw is addressed by (seed, process, entity, day), never by how many draws came before it elsewhere. So a change in
//! one process, or in one account's fate, leaves the draws of all others as they were. `libm` is used instead of the
//! platform's mathematics library, so that the same seed gives the same bytes on every machine.
//!
//! Streams are short (a few draws for one post), so what counts is how fast one begins: xoshiro256++ seeded by mixing the
//! address begins in some nanoseconds, where a counter-based cipher first computes a block of 256 bytes.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
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
    /// Who joins a campaign when, and its text.
    Campaigns = 17,
    /// Who tells of a returned account.
    ShoutOuts = 18,
    /// To whom a post turns.
    Turns = 19,
}

impl Process {
    /// Whether it decides what is seen of the world. Who stands on a roster touches the world a little: its readers look at them.
    fn is_of_seeing(self) -> bool {
        use Process::{Collection, Damage, FollowLists, Lookups, Roster};
        matches!(self, Roster | Collection | Lookups | FollowLists | Damage)
    }
}

/// A stream of random numbers.
pub type Random = Xoshiro256PlusPlus;

/// All streams of one seed, or of two: of what is so, and of what is seen of it.
#[derive(Debug, Clone, Copy)]
pub struct Streams {
    seed: u64,
    seeing: u64,
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection in which every input bit changes half of the output.
pub(crate) fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Streams {
    /// The streams of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::seen(seed, seed)
    }

    /// The streams of `seed`, seen as by `observer_seed`: others who are listed, other posts that are collected.
    #[must_use]
    pub fn seen(seed: u64, observer_seed: u64) -> Self {
        let begun = |seed: u64| mixed(seed.wrapping_add(0x9e37_79b9_7f4a_7c15));
        Self {
            seed: begun(seed),
            seeing: begun(observer_seed),
        }
    }

    /// The stream in which `process` decides about `entity` (below 2^56) on `day` of the period.
    #[must_use]
    pub fn of(self, process: Process, entity: u64, day: u32) -> Random {
        let address = (u64::from(process as u8) << 56) | (entity & ((1 << 56) - 1));
        let seed = if process.is_of_seeing() { self.seeing } else { self.seed };
        let of_entity = mixed(seed ^ mixed(address));
        Random::seed_from_u64(mixed(
            of_entity.wrapping_add(u64::from(day).wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        ))
    }
}

/// A number in [0, 1).
pub fn unit(rng: &mut Random) -> f64 {
    rng.random::<f64>()
}

/// True with probability `p` (clipped to [0, 1]).
pub fn chance(rng: &mut Random, p: f64) -> bool {
    unit(rng) < p
}

/// An exponential waiting time with the given mean.
pub fn waiting(rng: &mut Random, mean: f64) -> f64 {
    let e: f64 = Exp1.sample(rng);
    e * mean
}

/// A lognormal number with the given mean (not median) and standard deviation of the logarithm.
pub fn lognormal(rng: &mut Random, mean: f64, sigma: f64) -> f64 {
    let z: f64 = StandardNormal.sample(rng);
    mean * libm::exp(sigma * z - sigma * sigma / 2.0)
}

/// A Poisson count; 0 when the mean is not a positive finite number.
pub fn count(rng: &mut Random, mean: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates"
    )]
    Poisson::new(mean).map_or(0, |d| d.sample(rng) as u32)
}

/// A uniform index below `n`; 0 when `n` is 0.
pub fn below(rng: &mut Random, n: usize) -> usize {
    if n == 0 { 0 } else { rng.random_range(0..n) }
}

/// One item of a non-empty slice.
pub fn pick<T: Copy>(rng: &mut Random, items: &[T]) -> T {
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
    fn another_observer_sees_otherwise_what_is_the_same() {
        let (own, other) = (Streams::new(7), Streams::seen(7, 8));
        let first = |streams: Streams, process| streams.of(process, 3, 5).random::<u64>();
        for process in [
            Process::Roster,
            Process::Collection,
            Process::Lookups,
            Process::FollowLists,
            Process::Damage,
        ] {
            assert_ne!(first(own, process), first(other, process), "{process:?}");
            assert_eq!(first(other, process), first(Streams::new(8), process), "{process:?}");
        }
        for process in [Process::People, Process::Pressure, Process::Posting, Process::Turns] {
            assert_eq!(first(own, process), first(other, process), "{process:?}");
        }
    }

    #[test]
    fn lognormal_has_the_mean_that_was_asked_for() {
        let mut rng = Streams::new(1).of(Process::People, 0, 0);
        let n = 200_000;
        let mean = (0..n).map(|_| lognormal(&mut rng, 14.5, 1.0)).sum::<f64>() / f64::from(n);
        assert!((mean - 14.5).abs() < 0.2, "{mean}");
    }
}
