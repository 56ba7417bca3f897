//! Intervals for a share of counted things.

use crate::distribution::{beta_quantile, two_sided_z};
use crate::estimate::{Estimate, Level};
use crate::reason::Reason;

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
    let (k, n) = (successes as f64, trials as f64);
    let low = if successes == 0 {
        Ok(0.0)
    } else {
        beta_quantile(k, n - k + 1.0, level.tail())
    };
    let high = if successes == trials {
        Ok(1.0)
    } else {
        beta_quantile(k + 1.0, n - k, 1.0 - level.tail())
    };
    let interval = low.and_then(|low| Ok((low.clamp(0.0, share), high?.clamp(share, 1.0))));
    Ok(Estimate::with_interval(
        share,
        interval,
        trials,
        level,
        "Clopper-Pearson exact interval",
    ))
}

/// Share with the score interval of Wilson (1927, JASA 22, 209–212), without continuity correction.
///
/// Covers at its level on average, and may fall below it at a single true share.
///
/// # Errors
/// As [`clopper_pearson`].
pub fn wilson(successes: u64, trials: u64, level: Level) -> Result<Estimate, Reason> {
    let share = checked_share(successes, trials)?;
    let n = trials as f64;
    let interval = two_sided_z(level).map(|z| {
        let shrink = 1.0 + z * z / n;
        let centre = (share + z * z / (2.0 * n)) / shrink;
        let half = z / shrink * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
        ((centre - half).clamp(0.0, share), (centre + half).clamp(share, 1.0))
    });
    Ok(Estimate::with_interval(
        share,
        interval,
        trials,
        level,
        "Wilson score interval",
    ))
}
