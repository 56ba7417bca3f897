//! Whether series of samples move, and whether they are shown to stay: two questions, since failing to see a trend shows no
//! standstill.

use stats::{Level, Margin, flat_test_autocorrelated, slope_equivalence_p, slope_p, theil_sen_autocorrelated};
use study::Window;
use tables::SetName;

use crate::evidence::{Evidence, Group, bounds_ms};
use crate::family::{Families, Family};
use crate::figure::{Figure, Quantity};
use crate::hypotheses::Outcome;
use crate::results::Results;
use crate::trend::Point;

/// That the slope of a series is 0.
pub const SLOPE: &str = "trend.slope";
/// That a series changes by the margin or more.
pub const EQUIVALENCE: &str = "trend.equivalence";

/// A series that is tested, and the unit of its slope.
struct Series {
    id: &'static str,
    per_day: &'static str,
    family: Family,
}

const SERIES: [Series; 6] = [
    Series {
        id: "followers.mean",
        per_day: "followers per day",
        family: Family::Followers,
    },
    Series {
        id: "followers.median",
        per_day: "followers per day",
        family: Family::Followers,
    },
    Series {
        id: "location.focus",
        per_day: "accounts per day",
        family: Family::Location,
    },
    Series {
        id: "size",
        per_day: "accounts per day",
        family: Family::Size,
    },
    Series {
        id: "tweets_per_day.lifetime.mean",
        per_day: "tweets per day, per day",
        family: Family::TweetsPerDay,
    },
    Series {
        id: "tweets_per_day.window.mean",
        per_day: "tweets per day, per day",
        family: Family::TweetsPerDay,
    },
];

/// Makes them from the series that are measured by now.
pub fn test(evidence: &Evidence, families: &Families, results: &mut Results) {
    let margin = evidence.study.flat_margin_percent();
    let asked: Vec<&Series> = SERIES.iter().filter(|series| families.has(series.family)).collect();
    if asked.is_empty() {
        return;
    }
    for window in evidence.study.windows() {
        for group in Group::ALL {
            let doubt = match group {
                Group::Set(set) => evidence.cannot_move(set, window),
                Group::Everyone => None,
            };
            for series in &asked {
                let points = match group {
                    Group::Everyone => Err(crate::size::NEEDS_A_SET.to_owned()),
                    Group::Set(set) => points(evidence, results, series, set, window),
                };
                let n = points.as_ref().map_or(0, Vec::len) as u64;
                let outcomes = [
                    moves(series, points.as_deref()),
                    stays(series, points.as_deref(), margin),
                ];
                for (family, outcome) in [SLOPE, EQUIVALENCE].into_iter().zip(outcomes) {
                    // Who is counted can change although nobody was observed anew.
                    let doubt = doubt.as_deref().filter(|_| series.family != Family::Size);
                    let outcome = outcome.resting_on(n).noting(doubt.unwrap_or_default());
                    results.test(family, series.id, group.name(), window.name(), outcome);
                }
            }
        }
    }
}

/// The points of a series in a window, or why it has none.
fn points(
    evidence: &Evidence,
    results: &Results,
    series: &Series,
    set: SetName,
    window: &Window,
) -> Result<Vec<Point>, String> {
    let quantity = Quantity {
        id: series.id,
        unit: series.per_day,
        definition: "",
    };
    let found = evidence.in_window(window, results.points(&quantity, set.word()));
    if found.is_empty() {
        return Err(no_point(
            evidence,
            set,
            bounds_ms(window),
            results.points(&quantity, set.word()),
        ));
    }
    Ok(found)
}

/// Why no sample of a window has a number, as its first sample says.
fn no_point<'a>(
    evidence: &Evidence,
    set: SetName,
    (from, to): (i64, i64),
    mut points: impl Iterator<Item = (i64, &'a Figure)>,
) -> String {
    let said = points
        .find(|(at, _)| (from..to).contains(at))
        .and_then(|(_, figure)| figure.reason.clone());
    said.or_else(|| evidence.set_unknown(set).map(str::to_owned))
        .unwrap_or_else(|| "no sample of this window has a number".to_owned())
}

fn moves(series: &Series, points: Result<&[Point], &String>) -> Outcome {
    let method = format!(
        "{} at the samples of the window; test of its Theil-Sen slope, two-sided; p from a mixture of t distributions over what memory \
         the errors may have, so there is no statistic; effect: that slope, interval for autocorrelated errors, which leaves 0 out \
         where p is under 0.05; n is samples",
        series.id
    );
    let points = match points {
        Ok(points) => points,
        Err(reason) => return Outcome::untested(series.per_day, method, reason),
    };
    let (times, values): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let slope = theil_sen_autocorrelated(&times, &values, Level::P95).map(|trend| trend.line.slope);
    match slope_p(&times, &values) {
        Ok(p) => Outcome::tested(series.per_day, method, None, p),
        Err(reason) => Outcome::untested(series.per_day, method, reason.to_string()),
    }
    .with_effect(slope)
}

fn stays(series: &Series, points: Result<&[Point], &String>, margin_percent: f64) -> Outcome {
    let unit = "percent of the mean";
    let method = format!(
        "{} at the samples of the window; two one-sided tests (Schuirmann) that the change over the window reaches -{margin_percent} % \
         or +{margin_percent} % of the mean; a low p shows it flat; p from a mixture of t distributions over what memory the errors may \
         have, so there is no statistic; effect: Theil-Sen change over the window in percent of the mean, 90 % interval, which lies \
         within the margin where p is under 0.05; n is samples",
        series.id
    );
    let points = match points {
        Ok(points) => points,
        Err(reason) => return Outcome::untested(unit, method, reason),
    };
    let (times, values): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let tested = Margin::new(margin_percent / 100.0).and_then(|margin| {
        let found = flat_test_autocorrelated(&times, &values, margin)?;
        Ok((margin, found.change))
    });
    let (margin, change) = match tested {
        Ok(tested) => tested,
        Err(reason) => return Outcome::untested(unit, method, reason.to_string()),
    };
    let (first, last) = times
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), time| {
            (low.min(*time), high.max(*time))
        });
    let mean = stats::mean(&values).unwrap_or_default().abs();
    let outcome = match slope_equivalence_p(&times, &values, margin.share_of_mean() * mean / (last - first)) {
        Ok(p) => Outcome::tested(unit, method, None, p),
        Err(reason) => Outcome::untested(unit, method, reason.to_string()),
    };
    let percent = |number: f64| 100.0 * number;
    outcome.with_effect(Ok(stats::Estimate {
        value: percent(change.value),
        ci_low: change.ci_low.map(percent),
        ci_high: change.ci_high.map(percent),
        ..change
    }))
}
