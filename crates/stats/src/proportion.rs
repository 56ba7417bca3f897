//! Intervals for a share of counted things.

use crate::distribution::{beta_quantile, either_beta_quantile, two_sided_t, two_sided_z};
use crate::estimate::{Estimate, Level};
use crate::reason::{Reason, finite};
use crate::unit_sums::UnitSums;

/// Above this many trials the beta quantile loses digits, and Wilson's interval agrees with the exact one to many more.
const EXACT_LIMIT: u64 = 1_000_000;

fn checked_share(successes: u64, trials: u64) -> Result<f64, Reason> {
    if trials == 0 {
        return Err(Reason::TooFew { needed: 1, found: 0 });
    }
    if successes > trials {
        return Err(Reason::OutOfRange {
            what: "successes",
            index: 0,
            must: "no more than trials",
        });
    }
    Ok(successes as f64 / trials as f64)
}

/// Share with the exact interval of Clopper & Pearson (1934, Biometrika 26, 404–413), from beta quantiles.
///
/// Covers at least at its level, usually more. Beyond a million trials it is Wilson's interval, and `method` says so.
///
/// # Errors
/// [`Reason::TooFew`] without trials; [`Reason::OutOfRange`] for more successes than trials.
pub fn clopper_pearson(successes: u64, trials: u64, level: Level) -> Result<Estimate, Reason> {
    CountInterval::ClopperPearson.of(successes, trials, level)
}

/// Share with the mid-P interval (Lancaster 1961, JASA 56, 223–234; Berry & Armitage 1995, The Statistician 44, 417–423): the shares of
/// which no more than a tail lies beyond what was counted, half of the chance of just that count included. [`clopper_pearson`] includes
/// all of it.
///
/// Covers at its level on average over shares, while Clopper & Pearson's covers more, the more so the nearer a share is to 0 or 1. It may
/// fall a little below its level at a single share. Beyond a million trials it is Wilson's interval, and `method` says so.
///
/// # Errors
/// As [`clopper_pearson`].
pub fn mid_p(successes: u64, trials: u64, level: Level) -> Result<Estimate, Reason> {
    CountInterval::MidP.of(successes, trials, level)
}

/// How much of the chance of just what was counted belongs to what lies beyond it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountInterval {
    /// All of it: [`clopper_pearson`].
    ClopperPearson,
    /// Half of it: [`mid_p`].
    MidP,
}

impl CountInterval {
    fn of(self, successes: u64, trials: u64, level: Level) -> Result<Estimate, Reason> {
        let share = checked_share(successes, trials)?;
        if trials > EXACT_LIMIT {
            return wilson(successes, trials, level);
        }
        let method = match self {
            Self::ClopperPearson => "Clopper-Pearson exact interval",
            Self::MidP => "mid-P interval",
        };
        let interval = self.bounds(successes as f64, trials as f64, share, level);
        Ok(Estimate::with_interval(share, interval, trials, level, method))
    }

    /// The bounds of k of n, which need not be whole numbers.
    fn bounds(self, k: f64, n: f64, share: f64, level: Level) -> Result<(f64, f64), Reason> {
        let of_all = self.of_all(n, level);
        if share == 0.0 {
            return Ok((0.0, 1.0 - of_all));
        }
        if share == 1.0 {
            return Ok((of_all, 1.0));
        }
        let (lower, upper) = ((k, n - k + 1.0), (k + 1.0, n - k));
        // P(more than k) is what lies below p of one beta distribution, P(k or more) what lies below it of the other.
        let (low, high) = match self {
            Self::ClopperPearson => (
                beta_quantile(lower.0, lower.1, level.tail())?,
                beta_quantile(upper.0, upper.1, 1.0 - level.tail())?,
            ),
            Self::MidP => (
                either_beta_quantile(lower, upper, level.tail())?,
                either_beta_quantile(lower, upper, 1.0 - level.tail())?,
            ),
        };
        Ok((low.clamp(0.0, share), high.clamp(share, 1.0)))
    }

    /// The lower bound where all of n count; it lies as far below 1 as the upper one of none lies above 0.
    fn of_all(self, n: f64, level: Level) -> f64 {
        let beyond = match self {
            Self::ClopperPearson => level.tail(),
            Self::MidP => 2.0 * level.tail(),
        };
        beyond.powf(1.0 / n)
    }
}

/// Share with the score interval of Wilson (1927, JASA 22, 209–212), without continuity correction.
///
/// Covers at its level on average, and may fall below it at a single true share.
///
/// # Errors
/// As [`clopper_pearson`].
pub fn wilson(successes: u64, trials: u64, level: Level) -> Result<Estimate, Reason> {
    let share = checked_share(successes, trials)?;
    Ok(Estimate::with_interval(
        share,
        score_bounds(share, trials as f64, level),
        trials,
        level,
        "Wilson score interval",
    ))
}

fn score_bounds(share: f64, n: f64, level: Level) -> Result<(f64, f64), Reason> {
    let z = two_sided_z(level)?;
    let shrink = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / shrink;
    let half = z / shrink * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    Ok(((centre - half).clamp(0.0, share), (centre + half).clamp(share, 1.0)))
}

/// Share of what units hold, Σ y / Σ x or the mean of it over parts, with the interval of Korn & Graubard (1998, Survey Methodology 24,
/// 193–201): that of n* trials, as many independent ones as would give the share's variance by unit. n* is the number of `elements` over
/// the design effect (the variance by unit over that of as many independent elements), times (t(n − 1)/t(f))² for n elements and f degrees
/// of freedom of the design effect, since the variance of few units is itself uncertain; and no more than `elements`, the things that the
/// share is of.
///
/// Theirs are the design's f, G − 1 of G units, which is too many where what the share counts is rare and one of the few units that have any
/// may have much of it. Of a [`CountInterval::ClopperPearson`] f is no more than 2 over the square of the design effect's relative error
/// (Satterthwaite 1946, Biometrics Bulletin 2, 110–114), that by leaving out each unit in turn; nor less than 1. Of a [`CountInterval::MidP`] it
/// is G − 1: of units with few elements each none can have much of what is rare.
///
/// Theirs is [`CountInterval::ClopperPearson`], here for things of which units have very different numbers, as persons have posts: being wider
/// it makes up in part for a variance that rests on few units. Of units that have one thing or few, as persons have accounts, it covers more
/// than its level, and [`CountInterval::MidP`] covers at it on average (93 to 96 % in `tests/unit_sums.rs`).
///
/// Where all of them count, or none does, the variance says nothing, and n* is the number of units. A [`CountInterval::MidP`], of units that have
/// few elements each, reaches at least as far as that of none among the units, or of all. Where what counts is rare and whoever has any has
/// nothing else, intervals of posts are too narrow: of sixty persons of whom three in five are all or nothing they hold shares of 3 % to 6 % in
/// 85 % to 87 %, of 20 % to 70 % in 95 % (`tests/unit_sums.rs`).
///
/// Where every unit is one element it is [`clopper_pearson`]'s interval, or [`mid_p`]'s. Beyond a million trials it is Wilson's. The result's `n` counts
/// units.
///
/// # Errors
/// [`Reason::OutOfRange`] for totals below 0 or above their weights; [`Reason::TooFew`] without elements;
/// [`Reason::NotRepresentable`] for sums too large. One unit of which some elements count and some do not gives the share without interval.
pub fn korn_graubard(
    sums: &UnitSums,
    elements: u64,
    interval: CountInterval,
    level: Level,
) -> Result<Estimate, Reason> {
    if !sums.within_weights() {
        return Err(Reason::OutOfRange {
            what: "total",
            index: 0,
            must: "from 0 to its weight",
        });
    }
    if elements == 0 {
        return Err(Reason::TooFew { needed: 1, found: 0 });
    }
    let whole = sums.linearised()?;
    let share = whole.value.clamp(0.0, 1.0);
    let varies = share > 0.0 && share < 1.0 && whole.std_error > 0.0 && sums.units() > 1;
    let freedom = match interval {
        CountInterval::ClopperPearson if varies => whole.design_freedom(elements as f64)?,
        _ => most_freedom(sums.units()),
    };
    by_effective_trials(
        (share, whole.std_error),
        (sums.units(), freedom),
        elements,
        interval,
        level,
    )
}

fn most_freedom(units: usize) -> f64 {
    (units as f64 - 1.0).max(1.0)
}

/// [`korn_graubard`]'s interval of a share of `elements` whose standard error, beside it, over some `units` is known otherwise, as from
/// [`jackknife_error`](crate::jackknife_error).
///
/// # Errors
/// [`Reason::OutOfRange`] for a share below 0 or above 1, [`Reason::NotFinite`] for an error that is not.
pub fn korn_graubard_of_error(
    (share, std_error): (f64, f64),
    units: usize,
    elements: u64,
    interval: CountInterval,
    level: Level,
) -> Result<Estimate, Reason> {
    if !(0.0..=1.0).contains(&share) {
        return Err(Reason::OutOfRange {
            what: "share",
            index: 0,
            must: "from 0 to 1",
        });
    }
    let std_error = finite("standard error", std_error)?;
    by_effective_trials(
        (share, std_error),
        (units, most_freedom(units)),
        elements,
        interval,
        level,
    )
}

/// The interval of a share with its error, of units whose variance has so many degrees of freedom.
fn by_effective_trials(
    (share, std_error): (f64, f64),
    (units, freedom): (usize, f64),
    elements: u64,
    interval: CountInterval,
    level: Level,
) -> Result<Estimate, Reason> {
    let trials = effective_trials((share, std_error), (units, freedom), elements, level);
    let bounds = trials.and_then(|trials| {
        let (low, high) = match trials > EXACT_LIMIT as f64 {
            true => score_bounds(share, trials, level)?,
            false => interval.bounds(share * trials, trials, share, level)?,
        };
        let of_all = interval.of_all(units as f64, level);
        Ok(match interval {
            CountInterval::ClopperPearson => (low, high),
            CountInterval::MidP => (low.min(of_all), high.max(1.0 - of_all)),
        })
    });
    Ok(Estimate::with_interval(
        share,
        bounds,
        units as u64,
        level,
        match interval {
            CountInterval::ClopperPearson => "Korn-Graubard interval",
            CountInterval::MidP => "Korn-Graubard interval, mid-P",
        },
    ))
}

/// Korn and Graubard's n*.
fn effective_trials(
    (share, std_error): (f64, f64),
    (units, freedom): (usize, f64),
    elements: u64,
    level: Level,
) -> Result<f64, Reason> {
    if share == 0.0 || share == 1.0 {
        return Ok(units as f64);
    }
    if units < 2 {
        return Err(Reason::TooFew { needed: 2, found: 1 });
    }
    let most = elements as f64;
    if std_error == 0.0 {
        return Ok(most);
    }
    let others = (most - 1.0).max(1.0);
    let independent = share * (1.0 - share) / others;
    let few = two_sided_t(level, others)? / two_sided_t(level, freedom)?;
    Ok(most.min(most * independent / std_error.powi(2) * few.powi(2)))
}
