//! Size: the accounts of each set that were alive at each sample.

use tables::SetName;

use crate::evidence::{Evidence, Group};
use crate::figure::{Figure, Quantity};
use crate::results::Results;

const SIZE: Quantity = Quantity {
    id: "size",
    unit: "accounts",
    definition: "accounts of the set alive at the sample, counted; n is accounts whose state was known",
};
const MAX: Quantity = Quantity {
    id: "size.max",
    unit: "accounts",
    definition: "largest size at a sample of the window; n is samples",
};
const MEDIAN: Quantity = Quantity {
    id: "size.median",
    unit: "accounts",
    definition: "median size over the samples of the window; n is samples",
};
const MIN: Quantity = Quantity {
    id: "size.min",
    unit: "accounts",
    definition: "smallest size at a sample of the window; n is samples",
};

/// Why a measure of samples has no number for everyone.
pub const NEEDS_A_SET: &str = "taken over the members of a set at samples";

/// Measures it.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    for set in Group::SETS {
        for sample in 0..evidence.study.samples().len() {
            let figure = at_sample(evidence, set, sample);
            results.point(&SIZE, set.word(), evidence.sample_ms(sample), figure);
        }
    }
    for (position, window) in evidence.study.windows().iter().enumerate() {
        for set in Group::SETS {
            let untold = untold(evidence, set, position);
            let sizes: Vec<f64> = evidence
                .in_window(window, results.points(&SIZE, set.word()))
                .into_iter()
                .map(|(_, size)| size)
                .collect();
            for (quantity, reduced) in [
                (&MAX, sizes.iter().copied().reduce(f64::max)),
                (&MEDIAN, stats::median(&sizes).ok()),
                (&MIN, sizes.iter().copied().reduce(f64::min)),
            ] {
                let figure = match (reduced, evidence.set_unknown(set)) {
                    (Some(size), _) => Figure::plain(quantity, size, sizes.len() as u64).noting(&untold),
                    (None, Some(reason)) => Figure::absent(quantity, reason),
                    (None, None) => Figure::absent(quantity, "no sample of this window was observed"),
                };
                results.measure(quantity, set.word(), window.name(), figure);
            }
        }
        for quantity in [&MAX, &MEDIAN, &MIN] {
            let figure = Figure::absent(quantity, NEEDS_A_SET);
            results.measure(quantity, Group::Everyone.name(), window.name(), figure);
        }
    }
}

/// Of a part: how many accounts of the whole set are in no part of the column, since they have no value of it.
fn untold(evidence: &Evidence, set: SetName, window: usize) -> String {
    let Some(part) = &evidence.part else {
        return String::new();
    };
    let (Some(told), Some(on_list)) = (evidence.told.get(&part.column), evidence.in_set.get(&(set, window))) else {
        return String::new();
    };
    let all = on_list.len();
    match told.not_of(on_list) {
        (0, 0) => String::new(),
        (blank, not_named) => format!(
            "of {all} accounts ever on the list then, {blank} have a blank {} and {not_named} are not in the table of attributes",
            part.column
        ),
    }
}

/// The size at a sample, or why it is not known.
pub(crate) fn at_sample(evidence: &Evidence, set: SetName, sample: usize) -> Figure {
    if let Some(reason) = evidence.sample_unknown(set, sample) {
        return Figure::absent(&SIZE, reason);
    }
    let size = evidence.sizes.get(&(set, sample)).copied().unwrap_or_default();
    let known = size.on_list - size.not_known;
    if size.on_list > 0 && known == 0 {
        return Figure::absent(&SIZE, "the state of no account on the list was known");
    }
    let figure = Figure::plain(&SIZE, size.alive as f64, known);
    match size.not_known {
        0 => figure,
        not_known => figure.noting(&format!("{not_known} more were on the list, their state not known")),
    }
}
