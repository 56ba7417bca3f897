//! Intervals for events over exposure.

use crate::distribution::{gamma_quantile, two_sided_z};
use crate::estimate::{Estimate, Level};
use crate::reason::{Reason, finite};

/// Above this many events the gamma quantile gets slow, and Wilson & Hilferty's cube is right to better than nine
/// digits at 95 %, to eight at 99.9 %.
const EXACT_LIMIT: u64 = 100_000;

/// Rate (events per unit of exposure) with the exact Poisson interval of Garwood (1936, Biometrika 28, 437–442).
///
/// `exposure` is in whatever unit the rate is to be per, such as account-days. `n` of the result is the number of
/// events. Beyond 100,000 events the gamma quantile is taken by Wilson & Hilferty (1931, PNAS 17, 684–688), which differs
/// in the tenth digit.
///
/// # Errors
/// [`Reason::OutOfRange`] for a negative or non-finite exposure; [`Reason::ZeroDenominator`] for none.
pub fn garwood(events: u64, exposure: f64, level: Level) -> Result<Estimate, Reason> {
    if !exposure.is_finite() || exposure < 0.0 {
        return Err(Reason::OutOfRange {
            what: "exposure",
            index: 0,
            must: "finite and not negative",
        });
    }
    if exposure == 0.0 {
        return Err(Reason::ZeroDenominator { what: "exposure" });
    }
    let count = events as f64;
    let value = finite("rate", count / exposure)?;
    let low = if events == 0 {
        Ok(0.0)
    } else {
        tail_quantile(count, level, Side::Low)
    };
    let high = tail_quantile(count + 1.0, level, Side::High);
    let interval = low.and_then(|low| Ok((low.min(count) / exposure, high?.max(count) / exposure)));
    Ok(Estimate::with_interval(
        value,
        interval,
        events,
        level,
        "Garwood exact Poisson interval",
    ))
}

enum Side {
    Low,
    High,
}

fn tail_quantile(shape: f64, level: Level, side: Side) -> Result<f64, Reason> {
    if shape > EXACT_LIMIT as f64 {
        let z = two_sided_z(level)? * if matches!(side, Side::Low) { -1.0 } else { 1.0 };
        return Ok(shape * (1.0 - 1.0 / (9.0 * shape) + z / (3.0 * shape.sqrt())).powi(3));
    }
    gamma_quantile(
        shape,
        if matches!(side, Side::Low) {
            level.tail()
        } else {
            1.0 - level.tail()
        },
    )
}
