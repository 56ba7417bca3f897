//! Intervals for events over exposure.

use crate::bisection::first_where;
use crate::distribution::{gamma_quantile, poisson_cdf, poisson_upper, two_sided_z};
use crate::estimate::{Estimate, Level};
use crate::reason::{Reason, finite};

/// Above this many events the gamma quantile gets slow, and Wilson & Hilferty's cube is right to better than nine
/// digits at 95 %, to eight at 99.9 %.
const EXACT_LIMIT: u64 = 100_000;
/// Beyond this many events Blaker's interval is taken to be Garwood's.
const BLAKER_LIMIT: u64 = 10_000;

/// Rate (events per unit of exposure) with the exact Poisson interval of Garwood (1936, Biometrika 28, 437–442).
///
/// `exposure` is in whatever unit the rate is to be per, such as account-days. `n` of the result is the number of
/// events. Beyond 100,000 events the gamma quantile is taken by Wilson & Hilferty (1931, PNAS 17, 684–688), which differs
/// in the tenth digit.
///
/// # Errors
/// [`Reason::OutOfRange`] for a negative or non-finite exposure; [`Reason::ZeroDenominator`] for none.
pub fn garwood(events: u64, exposure: f64, level: Level) -> Result<Estimate, Reason> {
    let bounds = |count: f64| central(count, level);
    per_exposure(events, exposure, level, bounds, "Garwood exact Poisson interval")
}

/// Rate with the exact Poisson interval of Blaker (2000, Canadian Journal of Statistics 28, 783–798): the numbers of events to expect of which no
/// less than the tail is as unlikely as what was seen, on its side and the other together, and all between them. It covers as surely as
/// [`garwood`]'s, always lies within it, and is nearer to its level where events are few: of one to two expected, 97 % beside 98.6 %. Its two
/// tails are not held to half of the error each, which is what Garwood's is for. R: `exactci::poisson.exact(x, T, tsmethod = "blaker")`; `poisson.test`
/// gives [`garwood`]'s.
///
/// `exposure` and `n` as of [`garwood`], whose interval it is beyond 10,000 events, from which it then differs by less than a thousandth of the rate.
///
/// # Errors
/// As [`garwood`].
pub fn blaker(events: u64, exposure: f64, level: Level) -> Result<Estimate, Reason> {
    if events > BLAKER_LIMIT {
        return garwood(events, exposure, level);
    }
    let bounds = |count: f64| {
        let (low, high) = central(count, level)?;
        Ok((
            if events == 0 {
                0.0
            } else {
                blaker_low(events, low, level)?
            },
            blaker_high(events, high, level)?,
        ))
    };
    per_exposure(events, exposure, level, bounds, "Blaker exact Poisson interval")
}

/// A rate with bounds of the events to expect.
fn per_exposure(
    events: u64,
    exposure: f64,
    level: Level,
    bounds: impl Fn(f64) -> Result<(f64, f64), Reason>,
    method: &'static str,
) -> Result<Estimate, Reason> {
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
    let interval = bounds(count).map(|(low, high)| (low.min(count) / exposure, high.max(count) / exposure));
    Ok(Estimate::with_interval(value, interval, events, level, method))
}

/// Garwood's bounds of the events to expect.
fn central(count: f64, level: Level) -> Result<(f64, f64), Reason> {
    let low = match count {
        0.0 => 0.0,
        _ => tail_quantile(count, level, Side::Low)?,
    };
    Ok((low, tail_quantile(count + 1.0, level, Side::High)?))
}

/// Blaker's lower bound: the least expectation, from Garwood's on, at which as many events or more, and as few as are no likelier, come to the
/// tail's probability.
fn blaker_low(events: u64, garwood: f64, level: Level) -> Result<f64, Reason> {
    let mut few = (garwood - 2.0 * garwood.sqrt()).max(0.0) as u64;
    while few > 0 && below(few - 1, garwood)? > at_least(events, garwood)? {
        few -= 1;
    }
    while below(few, garwood)? <= at_least(events, garwood)? {
        few += 1;
    }
    // The other side gains `few` events where those become no likelier than what was seen; both together are then above the tail.
    let gains = first_where(garwood, events as f64, |mean| {
        Ok(at_least(events, mean)? > below(few, mean)?)
    })?;
    // Before that, they may be so without them.
    first_where(garwood, gains, |mean| {
        let few = few.checked_sub(1).map_or(Ok(0.0), |few| below(few, mean))?;
        Ok(at_least(events, mean)? + few > 2.0 * level.tail())
    })
}

/// Blaker's upper bound, as [`blaker_low`] from above.
fn blaker_high(events: u64, garwood: f64, level: Level) -> Result<f64, Reason> {
    let mut many = (garwood + 2.0 * garwood.sqrt()).ceil() as u64;
    while at_least(many, garwood)? > below(events, garwood)? {
        many += 1;
    }
    while many > events + 1 && at_least(many - 1, garwood)? <= below(events, garwood)? {
        many -= 1;
    }
    let likelier = many - 1;
    let gains = first_where(events as f64, garwood, |mean| {
        Ok(at_least(likelier, mean)? > below(events, mean)?)
    })?;
    first_where(gains, garwood, |mean| {
        Ok(below(events, mean)? + at_least(many, mean)? <= 2.0 * level.tail())
    })
}

/// Probability of so many events or fewer.
fn below(events: u64, mean: f64) -> Result<f64, Reason> {
    match mean > 0.0 {
        true => poisson_cdf(events, mean),
        false => Ok(1.0),
    }
}

/// Probability of so many events or more.
fn at_least(events: u64, mean: f64) -> Result<f64, Reason> {
    match events.checked_sub(1) {
        Some(fewer) if mean > 0.0 => poisson_upper(fewer, mean),
        Some(_) => Ok(0.0),
        None => Ok(1.0),
    }
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
