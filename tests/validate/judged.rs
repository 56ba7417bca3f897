//! The row of one number: how near it comes to the truth, what its intervals hold, the verdict on them, and why something is not there.

use std::collections::BTreeMap;

use crate::score::{Beside, Pair, Score, Share, score};
use crate::write::{number, percent};

/// The columns (README.md of `datasets/validation` tells what they are).
pub const HEADER: [&str; 22] = [
    "measure",
    "in",
    "window",
    "unit",
    "n",
    "truth",
    "truth_spread",
    "estimate",
    "estimate_spread",
    "bias",
    "bias_percent",
    "rmse",
    "interval_width",
    "coverage",
    "coverage_expected",
    "coverage_repeated",
    "coverage_low",
    "coverage_high",
    "verdict",
    "finding_right",
    "absent",
    "note",
];
/// Those of them that a page shows.
pub const SHOWN: [&str; 15] = [
    "measure",
    "in",
    "window",
    "n",
    "truth",
    "estimate",
    "bias",
    "bias_percent",
    "rmse",
    "coverage",
    "coverage_expected",
    "coverage_repeated",
    "verdict",
    "finding_right",
    "note",
];

/// A number, its pairs of truth and estimate, and what else is told of it.
pub struct Row<'a> {
    pub measure: &'a str,
    pub place: &'a str,
    pub window: &'a str,
    pub unit: &'a str,
    pub pairs: Vec<Pair>,
    pub right: Option<Share>,
    pub absent: u64,
    pub note: String,
}

impl Row<'_> {
    /// The row of the sheet.
    pub fn cells(self) -> Vec<String> {
        let score = score(&self.pairs);
        let beside = score.as_ref().and_then(|score| score.beside.as_ref());
        let of = |read: &dyn Fn(&Score) -> String| score.as_ref().map_or_else(|| "-".to_owned(), read);
        let to_truth = |read: &dyn Fn(&Beside) -> String| beside.map_or_else(|| "-".to_owned(), read);
        let covered = |share: Option<Share>, known: bool, show: &dyn Fn(&Share) -> String| match share {
            Some(share) => show(&share),
            None if known => "no interval".to_owned(),
            None => "-".to_owned(),
        };
        let own = beside.and_then(|beside| beside.holds_own);
        let expected = beside.and_then(|beside| beside.holds_expected);
        let repeated = score.as_ref().and_then(|score| score.holds_repeated);
        let score = score.as_ref();
        vec![
            self.measure.to_owned(),
            self.place.to_owned(),
            self.window.to_owned(),
            self.unit.to_owned(),
            of(&|s| s.n.to_string()),
            to_truth(&|b| number(b.truth)),
            to_truth(&|b| number(b.truth_spread)),
            of(&|s| number(s.estimate)),
            of(&|s| number(s.estimate_spread)),
            to_truth(&|b| number(b.bias)),
            to_truth(&|b| {
                if b.truth == 0.0 {
                    "-".to_owned()
                } else {
                    number(100.0 * b.bias / b.truth.abs())
                }
            }),
            to_truth(&|b| number(b.rmse)),
            of(&|s| s.width.map_or_else(|| "no interval".to_owned(), number)),
            covered(own, beside.is_some(), &|share| percent(share.value())),
            covered(expected, beside.is_some(), &|share| percent(share.value())),
            covered(repeated, score.is_some(), &|share| percent(share.value())),
            covered(repeated, score.is_some(), &|share| percent(share.interval.0)),
            covered(repeated, score.is_some(), &|share| percent(share.interval.1)),
            covered(repeated, score.is_some(), &|share| match score {
                Some(score) if score.constant() => CONSTANT.to_owned(),
                _ => verdict(share).to_owned(),
            }),
            self.right
                .map_or_else(|| "-".to_owned(), |share| percent(share.value())),
            self.absent.to_string(),
            self.note,
        ]
    }
}

/// Whether intervals of 95 % hold in 93 % to 97 % of runs what the estimator gives on average, as far as so many runs can tell.
fn verdict(share: &Share) -> &'static str {
    let (low, high) = share.interval;
    if high < COVERAGE.0 {
        "narrow"
    } else if low > COVERAGE.1 {
        "wide"
    } else {
        "right"
    }
}

/// What counts as 95 %.
const COVERAGE: (f64, f64) = (0.93, 0.97);

/// The verdict on a number that is the same in every run.
const CONSTANT: &str = "constant";

/// Counts a reason without the numbers in it, which are those of one run.
pub fn count_reason(reasons: &mut BTreeMap<String, u64>, reason: Option<&str>) {
    let reason = reason.unwrap_or("no reason given");
    let words = reason.split(' ').map(|word| {
        let digits = |c: char| c.is_ascii_digit();
        if word.trim_matches(['(', ')', ',', '.']).chars().all(digits) && word.contains(digits) {
            word.replace(digits, "") + "N"
        } else {
            word.to_owned()
        }
    });
    let reason: Vec<String> = words.collect();
    *reasons.entry(reason.join(" ")).or_default() += 1;
}

/// The reason given most often, with how often.
fn reason(reasons: &BTreeMap<String, u64>) -> String {
    let most = reasons.iter().max_by_key(|(_, n)| **n);
    most.map_or_else(String::new, |(reason, n)| format!("absent {n} times: {reason}"))
}

/// Why there are no intervals, or why some numbers are absent.
pub fn note(measure: &str, pairs: &[Pair], reasons: &BTreeMap<String, u64>) -> String {
    let mut notes = vec![reason(reasons)];
    if pairs.iter().all(|pair| pair.interval.is_none()) {
        let counted = COUNTS.iter().any(|count| measure.starts_with(count));
        notes.push(if counted { COUNTED } else { NEVER }.to_owned());
    }
    notes.retain(|note| !note.is_empty());
    notes.join("; ")
}

/// Measures that count what was seen.
const COUNTS: [&str; 6] = [
    "size",
    "suspension.waves",
    "volume.",
    "location.focus",
    "returns.persons",
    "returns.accounts",
];
/// Why others have none: a share of 1 among all, say.
const NEVER: &str = "no interval was given in any run";
/// Why they have no interval.
const COUNTED: &str = "a count of all that was seen: no sample, no interval";
