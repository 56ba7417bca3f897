//! How many members post little, some, or very much: the classes of the "ISIS Twitter Census" (Berger & Morgan 2015), by lifetime
//! pace.

use crate::evidence::{Evidence, Group};
use crate::figure::{Figure, Quantity};
use crate::per_sample::PerSample;
use crate::results::Results;

const PERCENT: f64 = 100.0;

/// A class and whether a pace falls into it.
type Class = (Quantity, fn(f64) -> bool);

const CLASSES: [Class; 3] = [
    (
        Quantity {
            id: "tweets_per_day.lifetime.share_under_1",
            unit: "percent of accounts",
            definition: "of the members alive with a lifetime pace (posts written / max(age in days, 1), newest observation at \
                         or before the sample), those below 1 a day; n is accounts",
        },
        |pace| pace < 1.0,
    ),
    (
        Quantity {
            id: "tweets_per_day.lifetime.share_under_5",
            unit: "percent of accounts",
            definition: "of the members alive with a lifetime pace (posts written / max(age in days, 1), newest observation at \
                         or before the sample), those below 5 a day; n is accounts",
        },
        |pace| pace < 5.0,
    ),
    (
        Quantity {
            id: "tweets_per_day.lifetime.share_over_50",
            unit: "percent of accounts",
            definition: "of the members alive with a lifetime pace (posts written / max(age in days, 1), newest observation at \
                         or before the sample), those above 50 a day; n is accounts",
        },
        |pace| pace > 50.0,
    ),
];

/// Measures it at each sample; over a window, the mean of its samples' shares.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    let paces = PerSample::new(evidence, |member| member.tweets_per_day);
    for (quantity, belongs) in CLASSES {
        let members = PerSample::new(evidence, |member| {
            member
                .tweets_per_day
                .map(|pace| if belongs(pace) { PERCENT } else { 0.0 })
        });
        for set in Group::SETS {
            for sample in 0..evidence.study.samples().len() {
                let paces = paces.at(set, sample);
                let figure = match evidence.sample_unknown(set, sample) {
                    Some(reason) => Figure::absent(&quantity, reason),
                    None if paces.is_empty() => Figure::absent(&quantity, "no member alive has a lifetime pace"),
                    None => {
                        let inside: Vec<(u32, bool)> =
                            paces.iter().map(|(account, pace)| (*account, belongs(*pace))).collect();
                        Figure::of(&quantity, evidence.share_of_accounts(&inside)).times(PERCENT)
                    }
                };
                results.point(&quantity, set.word(), evidence.sample_ms(sample), figure);
            }
        }
        for (position, window) in evidence.study.windows().iter().enumerate() {
            for group in Group::ALL {
                let figure = match group {
                    Group::Everyone => Figure::absent(&quantity, crate::size::NEEDS_A_SET),
                    Group::Set(set) => match evidence.set_unknown(set) {
                        Some(reason) => Figure::absent(&quantity, reason),
                        None => members.share_over_window(evidence, &quantity, set, position, PERCENT),
                    },
                };
                results.measure(&quantity, group.name(), window.name(), figure);
            }
        }
    }
}
