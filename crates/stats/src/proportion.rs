//! Intervals for a share of counted things.

use crate::distribution::{beta_quantile, two_sided_t, two_sided_z};
use crate::estimate::{Estimate, Level};
use crate::reason::Reason;
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
    let share = checked_share(successes, trials)?;
    if trials > EXACT_LIMIT {
        return wilson(successes, trials, level);
    }
    let interval = exact_bounds(successes as f64, trials as f64, share, level);
    Ok(Estimate::with_interval(
        share,
        interval,
        trials,
        level,
        "Clopper-Pearson exact interval",
    ))
}

/// Clopper & Pearson's bounds of k of n, which need not be whole numbers.
fn exact_bounds(k: f64, n: f64, share: f64, level: Level) -> Result<(f64, f64), Reason> {
    let low = if share == 0.0 {
        0.0
    } else {
        beta_quantile(k, n - k + 1.0, level.tail())?
    };
    let high = if share == 1.0 {
        1.0
    } else {
        beta_quantile(k + 1.0, n - k, 1.0 - level.tail())?
    };
    Ok((low.clamp(0.0, share), high.clamp(share, 1.0)))
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
/// 193–201): [`clopper_pearson`]'s of n* trials, as many independent ones as would give the share's variance by unit. n* is the number of
/// `elements` over the design effect (the variance by unit over that of as many independent elements), times (t(n − 1)/t(G − 1))² for n
/// elements and G units, since the variance of few units is itself uncertain; and no more than `elements`, the things that the share is of.
///
/// Where all of them count, or none does, the variance says nothing, and n* is the number of units. Where nearly all or none do it says
/// little, since it rests on the few units that have others: it is small where the one that has many of them was not met. So an interval
/// reaches at least as far as that of none among the units, or of all.
///
/// Where every unit is one element it is [`clopper_pearson`]'s interval. Beyond a million trials it is Wilson's. The result's `n` counts
/// units.
///
/// # Errors
/// [`Reason::OutOfRange`] for totals below 0 or above their weights; [`Reason::TooFew`] without elements;
/// [`Reason::NotRepresentable`] for sums too large. One unit of which some elements count and some do not gives the share without interval.
pub fn korn_graubard(sums: &UnitSums, elements: u64, level: Level) -> Result<Estimate, Reason> {
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
    let (whole, units) = (sums.linearised()?, sums.units());
    let share = whole.value.clamp(0.0, 1.0);
    let interval = effective_trials(share, whole.std_error, units, elements, level).and_then(|trials| {
        let (low, high) = match trials > EXACT_LIMIT as f64 {
            true => score_bounds(share, trials, level)?,
            false => exact_bounds(share * trials, trials, share, level)?,
        };
        // Clopper & Pearson's bound of all units; that of none is as far from 0.
        let of_all = level.tail().powf(1.0 / units as f64);
        Ok((low.min(of_all), high.max(1.0 - of_all)))
    });
    Ok(Estimate::with_interval(
        share,
        interval,
        units as u64,
        level,
        "Korn-Graubard interval",
    ))
}

/// Korn and Graubard's n*.
fn effective_trials(share: f64, std_error: f64, units: usize, elements: u64, level: Level) -> Result<f64, Reason> {
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
    let few = two_sided_t(level, others)? / two_sided_t(level, units as f64 - 1.0)?;
    Ok(most.min(most * independent / std_error.powi(2) * few.powi(2)))
}
