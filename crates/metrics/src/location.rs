//! Members that place themselves in the countries that the study looks at.

use tables::SetName;

use crate::evidence::{Evidence, Group};
use crate::figure::{Figure, Quantity};
use crate::results::Results;
use crate::trend;

const FOCUS: Quantity = Quantity {
    id: "location.focus",
    unit: "accounts",
    definition: "members alive whose self-declared location is in the study's countries, counted; a location \
                 that may mean several countries counts where all of them are; n is members whose profile was seen",
};
const FOCUS_SHARE: Quantity = Quantity {
    id: "location.focus_share",
    unit: "share",
    definition: "of the members alive that declare a location, the share whose location is in the study's countries; \
                 n is accounts",
};
const NONE_SHARE: Quantity = Quantity {
    id: "location.none_share",
    unit: "share",
    definition: "of the members alive whose profile was seen, the share that declare no location; n is accounts",
};
const AMBIGUOUS_SHARE: Quantity = Quantity {
    id: "location.ambiguous_share",
    unit: "share",
    definition: "of the members alive that declare a location, the share whose location may mean several countries; n is accounts",
};
const FOCUS_MEAN: Quantity = Quantity {
    id: "location.focus",
    unit: "accounts",
    definition: "members alive whose self-declared location is in the study's countries: mean of the counts at the \
                 window's samples; the finding is the direction of the counts; n is samples",
};

/// Measures them.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    for set in Group::SETS {
        for sample in 0..evidence.study.samples().len() {
            for (quantity, figure) in [FOCUS, FOCUS_SHARE, NONE_SHARE, AMBIGUOUS_SHARE]
                .iter()
                .zip(at_sample(evidence, set, sample))
            {
                results.point(quantity, set.word(), evidence.sample_ms(sample), figure);
            }
        }
    }
    for window in evidence.study.windows() {
        for set in Group::SETS {
            let points = evidence.in_window(window, results.points(&FOCUS, set.word()));
            let figure = match (evidence.set_unknown(set), trend::mean(&points)) {
                (Some(reason), _) => Figure::absent(&FOCUS_MEAN, reason),
                (None, Err(_)) => Figure::absent(&FOCUS_MEAN, missing(evidence)),
                (None, Ok(mean)) => {
                    let direction = trend::direction(&points, evidence.study.flat_margin_percent());
                    Figure::plain(&FOCUS_MEAN, mean, points.len() as u64)
                        .noting(&direction.note)
                        .finding(direction.word)
                        .doubting(evidence.cannot_move(set, window))
                }
            };
            results.measure(&FOCUS_MEAN, set.word(), window.name(), figure);
        }
        let figure = Figure::absent(&FOCUS_MEAN, crate::size::NEEDS_A_SET);
        results.measure(&FOCUS_MEAN, Group::Everyone.name(), window.name(), figure);
    }
}

fn missing(evidence: &Evidence) -> &'static str {
    if evidence.study.focus_countries().is_empty() {
        "the study names no countries to look at"
    } else if evidence.locations.values().flatten().all(|row| row.observed == 0) {
        "needs accounts.location"
    } else {
        "no sample of this window has a number"
    }
}

fn at_sample(evidence: &Evidence, set: SetName, sample: usize) -> [Figure; 4] {
    let absent = |reason: &'static str| {
        [FOCUS, FOCUS_SHARE, NONE_SHARE, AMBIGUOUS_SHARE].map(|quantity| Figure::absent(&quantity, reason))
    };
    if let Some(reason) = evidence.sample_unknown(set, sample) {
        return absent(reason);
    }
    let rows = evidence.locations.get(&(set, sample)).map_or(&[][..], Vec::as_slice);
    let countries = evidence.study.focus_countries();
    let observed: u64 = rows.iter().map(|row| row.observed).sum();
    let shown: u64 = rows.iter().map(|row| row.shown).sum();
    let focus = rows
        .iter()
        .filter(|row| {
            !row.country.is_empty()
                && row
                    .country
                    .split(' ')
                    .all(|country| countries.iter().any(|focus| focus == country))
        })
        .map(|row| row.shown)
        .sum();
    if observed == 0 {
        return absent(if evidence.locations.values().flatten().any(|row| row.observed > 0) {
            "no profile of a member was seen by this sample"
        } else {
            missing(evidence)
        });
    }
    let share = |quantity, part, whole| Figure::of(quantity, stats::mid_p(part, whole, stats::Level::P95));
    let none = share(&NONE_SHARE, observed - shown, observed);
    const NO_LOCATION: &str = "no member declares a location";
    let several = rows
        .iter()
        .filter(|row| row.country.contains(' '))
        .map(|row| row.shown)
        .sum();
    let ambiguous = match shown {
        0 => Figure::absent(&AMBIGUOUS_SHARE, NO_LOCATION),
        _ => share(&AMBIGUOUS_SHARE, several, shown),
    };
    if countries.is_empty() {
        let [focus, focus_share, ..] = absent(missing(evidence));
        return [focus, focus_share, none, ambiguous];
    }
    [
        Figure::plain(&FOCUS, focus as f64, observed),
        match shown {
            0 => Figure::absent(&FOCUS_SHARE, NO_LOCATION),
            _ => share(&FOCUS_SHARE, focus, shown),
        },
        none,
        ambiguous,
    ]
}
