//! Where a series of a window goes: its slope, whether that is a trend at all, and whether it is flat.
//!
//! Samples share most of their accounts with the next, so neighbouring points are alike; intervals and tests allow for that.

use stats::{
    Level, Margin, PMethod, Reason, TrendCorrection, TrendVerdict, flat_test_autocorrelated, mann_kendall,
    mann_kendall_corrected, theil_sen_autocorrelated,
};

use crate::figure::{Figure, Quantity};

/// A finding that decides nothing.
pub const INCONCLUSIVE: &str = "inconclusive";

/// A point of a series: days since 1970 and the value.
pub type Point = (f64, f64);

/// The direction of a series, and how that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Direction {
    /// `flat`, `up`, `down` or `inconclusive`.
    pub word: &'static str,
    /// The test behind it, in words.
    pub note: String,
}

/// The direction of a series by an equivalence test against ± `margin_percent` of its mean.
#[must_use]
pub fn direction(points: &[Point], margin_percent: f64) -> Direction {
    let (times, values) = split(points);
    let test = Margin::new(margin_percent / 100.0).and_then(|margin| flat_test_autocorrelated(&times, &values, margin));
    match test {
        Ok(test) => {
            let word = match test.verdict {
                TrendVerdict::Flat => "flat",
                TrendVerdict::Up => "up",
                TrendVerdict::Down => "down",
                TrendVerdict::Inconclusive => INCONCLUSIVE,
            };
            let (low, high) = test.change.interval().unwrap_or_default();
            let note = format!(
                "change over the window {:+.1} % of the mean (90 % interval {:+.1} to {:+.1} %, flat within ±{margin_percent} %)",
                100.0 * test.change.value,
                100.0 * low,
                100.0 * high
            );
            Direction { word, note }
        }
        Err(reason) => Direction {
            word: INCONCLUSIVE,
            note: format!("direction not tested: {reason}"),
        },
    }
}

/// The Theil–Sen slope per day with its 95 % interval, and the direction as finding.
#[must_use]
pub fn slope(quantity: &Quantity, points: &[Point], margin_percent: f64) -> Figure {
    let (times, values) = split(points);
    let trend = match theil_sen_autocorrelated(&times, &values, Level::P95) {
        Ok(trend) => trend,
        Err(reason) => return Figure::absent(quantity, reason.to_string()).resting_on(points.len() as u64),
    };
    let mut figure = Figure::of(quantity, Ok(trend.line.slope));
    if let Some((alike, walk)) = trend.neighbour_correlation.zip(trend.random_walk_weight) {
        figure = figure.noting(&format!(
            "neighbouring points alike by {alike:.2}, a random walk weighs {walk:.2}"
        ));
    }
    let direction = direction(points, margin_percent);
    figure.noting(&direction.note).finding(direction.word)
}

/// Likeness of neighbouring points beyond which the Mann–Kendall test is not given: corrected or not, it finds a trend in one of five
/// series without any whose neighbours are alike by 0.5, in half of those that are random walks (`coverage.rs` among the tests of stats).
const MOST_ALIKE: f64 = 0.3;

/// The p-value of the Mann–Kendall test for a monotone trend, its variance corrected for autocorrelation where there are points enough to
/// see any (Hamed & Rao 1998).
#[must_use]
pub fn mann_kendall_p(quantity: &Quantity, points: &[Point]) -> Figure {
    let (times, values) = split(points);
    let absent = |reason: String| Figure::absent(quantity, reason).resting_on(points.len() as u64);
    let trend = theil_sen_autocorrelated(&times, &values, Level::P95);
    if let Some(alike) = trend.ok().and_then(|trend| trend.neighbour_correlation)
        && alike > MOST_ALIKE
    {
        return absent(format!(
            "neighbouring points are alike by {alike:.2}, where this test finds trends in what only wanders; that of the slope does not"
        ));
    }
    let tested = |p: f64, tau: f64, n: u64, how: &str| {
        Figure::plain(quantity, p, n).noting(&format!("{how}; Kendall's tau-b {tau:.2}"))
    };
    if let Ok(corrected) = mann_kendall_corrected(&times, &values, TrendCorrection::HamedRao, points.len()) {
        let how = format!(
            "normal, corrected for ties, and for autocorrelation (Hamed & Rao; variance times {:.2})",
            corrected.inflation
        );
        return tested(corrected.test.p, corrected.test.tau, corrected.test.n, &how);
    }
    match mann_kendall(&times, &values) {
        Ok(test) => {
            let how = match test.p_method {
                PMethod::Exact => "exact",
                PMethod::NormalContinuityCorrected => "normal, corrected for ties and continuity",
            };
            tested(test.p, test.tau, test.n, how)
        }
        Err(reason) => absent(reason.to_string()),
    }
}

/// The mean of a series over its points, without interval: the points share accounts.
///
/// # Errors
/// [`Reason::TooFew`] without points.
pub fn mean(points: &[Point]) -> Result<f64, Reason> {
    stats::mean(&split(points).1)
}

fn split(points: &[Point]) -> (Vec<f64>, Vec<f64>) {
    points.iter().copied().unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOPE: Quantity = Quantity {
        id: "slope",
        unit: "per day",
        definition: "slope",
    };

    fn line(n: u32, from: f64, step: f64) -> Vec<Point> {
        (0..n)
            .map(|i| (f64::from(i), from + step * f64::from(i) + f64::from(i % 2) * 0.01))
            .collect()
    }

    #[test]
    fn words() {
        assert_eq!(direction(&line(20, 100.0, 0.1), 10.0).word, "flat");
        assert_eq!(direction(&line(20, 100.0, 5.0), 10.0).word, "up");
        assert_eq!(direction(&line(20, 100.0, -3.0), 10.0).word, "down");
        assert_eq!(
            direction(&[(0.0, 1.0), (1.0, 9.0), (2.0, 1.0), (3.0, 9.0)], 10.0).word,
            INCONCLUSIVE
        );
    }

    #[test]
    fn few_points_give_a_slope_without_a_finding_and_one_gives_nothing() {
        let two = slope(&SLOPE, &line(2, 1.0, 2.0), 10.0);
        assert_eq!((two.value.is_some(), two.finding), (true, Some(INCONCLUSIVE)));
        let one = slope(&SLOPE, &line(1, 1.0, 2.0), 10.0);
        assert_eq!((one.value, one.n, one.finding), (None, 1, None));
        assert!(slope(&SLOPE, &[], 10.0).reason.is_some());
    }

    #[test]
    fn a_constant_series_is_flat_and_has_no_p() {
        let constant = line(10, 5.0, 0.0).iter().map(|(t, _)| (*t, 5.0)).collect::<Vec<_>>();
        let figure = slope(&SLOPE, &constant, 10.0);
        assert_eq!((figure.value, figure.finding), (Some(0.0), Some("flat")));
        assert_eq!(
            mann_kendall_p(&SLOPE, &constant).reason.as_deref(),
            Some("all values are equal")
        );
    }

    #[test]
    fn a_series_whose_neighbours_are_alike_has_no_p_of_mann_and_kendall() {
        let walk: Vec<Point> = (0..40)
            .map(|day| (f64::from(day), (f64::from(day) / 6.0).sin()))
            .collect();
        let reason = mann_kendall_p(&SLOPE, &walk).reason.unwrap();
        assert!(reason.starts_with("neighbouring points are alike by 1.00"), "{reason}");
        let shuffled: Vec<Point> = (0..40_u32)
            .map(|day| (f64::from(day), f64::from(day * 17 % 41)))
            .collect();
        let found = mann_kendall_p(&SLOPE, &shuffled);
        assert!(
            found.value.is_some_and(|p| p > 0.05) && found.method.contains("tau-b"),
            "{found:?}"
        );
    }
}
