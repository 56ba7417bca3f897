//! Followers of the members at each sample, their mean over a window, and where it goes.

use tables::SetName;

use crate::evidence::{Evidence, Group};
use crate::figure::{Figure, Quantity};
use crate::per_sample::{self, PerSample};
use crate::results::Results;
use crate::trend;

const MEAN_AT_SAMPLE: Quantity = Quantity {
    id: "followers.mean",
    unit: "followers",
    definition: "mean of members alive, newest observation at or before the sample; n is accounts, resampled",
};
const QUANTILES: [(Quantity, f64); 3] = [
    (
        Quantity {
            id: "followers.median",
            unit: "followers",
            definition: "median of members alive, newest observation at or before the sample; n is accounts, resampled",
        },
        0.5,
    ),
    (
        Quantity {
            id: "followers.q1",
            unit: "followers",
            definition: "lower quartile (type 7) of members alive, newest observation at or before the sample; n is \
                         accounts, resampled",
        },
        0.25,
    ),
    (
        Quantity {
            id: "followers.q3",
            unit: "followers",
            definition: "upper quartile (type 7) of members alive, newest observation at or before the sample; n is \
                         accounts, resampled",
        },
        0.75,
    ),
];
const MEAN: Quantity = Quantity {
    id: "followers.mean",
    unit: "followers",
    definition: "mean over the window's samples of the mean of members alive; n is accounts, resampled with all \
                 their samples",
};
const TREND: Quantity = Quantity {
    id: "followers.trend",
    unit: "followers per day",
    definition: "slope of the sample means over the window; n is samples",
};
const TREND_P: Quantity = Quantity {
    id: "followers.trend_p",
    unit: "probability",
    definition: "Mann-Kendall test, two-sided, of the sample means over the window; n is samples",
};

/// Measures them.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    let followers = PerSample::new(evidence, |member| member.followers.map(|count| count as f64));
    for set in Group::SETS {
        let quantities = (&MEAN_AT_SAMPLE, &QUANTILES);
        per_sample::series(
            evidence,
            &followers,
            set,
            quantities,
            "needs accounts.followers",
            results,
        );
    }
    for (position, window) in evidence.study.windows().iter().enumerate() {
        for set in Group::SETS {
            let points = evidence.in_window(window, results.points(&MEAN_AT_SAMPLE, set.word()));
            let margin = evidence.study.flat_margin_percent();
            let figures = match missing(evidence, set, points.is_empty()) {
                Some(reason) => [&MEAN, &TREND, &TREND_P].map(|quantity| Figure::absent(quantity, reason)),
                None => [
                    followers.mean_over_window(evidence, &MEAN, set, position),
                    trend::slope(&TREND, &points, margin).doubting(evidence.cannot_move(set, window)),
                    trend::mann_kendall_p(&TREND_P, &points),
                ],
            };
            for (quantity, figure) in [&MEAN, &TREND, &TREND_P].into_iter().zip(figures) {
                results.measure(quantity, set.word(), window.name(), figure);
            }
        }
        for quantity in [&MEAN, &TREND, &TREND_P] {
            let figure = Figure::absent(quantity, crate::size::NEEDS_A_SET);
            results.measure(quantity, Group::Everyone.name(), window.name(), figure);
        }
    }
}

fn missing(evidence: &Evidence, set: SetName, nothing: bool) -> Option<&'static str> {
    match evidence.set_unknown(set) {
        Some(reason) => Some(reason),
        None if nothing && evidence.members.iter().all(|member| member.followers.is_none()) => {
            Some("needs accounts.followers")
        }
        None => nothing.then_some("no sample of this window has a number"),
    }
}
