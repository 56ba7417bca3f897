//! No group smaller than the study's `min_group_size` is shown: a number that rests on fewer accounts or persons, or that
//! counts fewer, is replaced by the reason.
//!
//! What is hidden takes part in nothing that is shown, except that a published figure is compared with the number itself
//! before it is hidden, so that hiding cannot turn into another number; such a comparison is then hidden as a whole.

use std::collections::BTreeSet;

use crate::catalogue::{self, Counts};
use crate::input::{Hidden, Measured, Number};

/// The rule of a study.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Privacy {
    smallest: i64,
}

/// Why a row was left out, as the ledger counts it.
pub(crate) const SMALL_GROUP: &str = "group smaller than min_group_size";

impl Privacy {
    /// Shows no group smaller than `smallest`.
    pub(crate) fn new(smallest: u32) -> Self {
        Self {
            smallest: i64::from(smallest),
        }
    }

    /// The smallest group that is shown.
    pub(crate) fn smallest(self) -> i64 {
        self.smallest
    }

    /// Whether so many is a group, and too small to be shown. Nobody is no group.
    pub(crate) fn is_small(self, count: i64) -> bool {
        0 < count && count < self.smallest
    }

    fn is_small_headcount(self, value: f64) -> bool {
        // Means of counts lie between them.
        0.0 < value && value < self.smallest as f64
    }

    /// Why a number is not shown.
    pub(crate) fn reason(self) -> String {
        format!("not shown: a group smaller than {}", self.smallest)
    }

    /// Groups that are too small as a whole.
    fn small_sets(self, measured: &Measured) -> BTreeSet<String> {
        measured
            .measures
            .iter()
            .filter(|row| row.measure == "size.max" && row.window == study::Window::ALL)
            .filter(|row| row.number.value.is_some_and(|value| self.is_small_headcount(value)))
            .map(|row| row.group.clone())
            .collect()
    }

    /// Marks the numbers that are not to be shown.
    pub(crate) fn mark(self, measured: &mut Measured) {
        let small_relations: BTreeSet<(String, String, String)> = measured
            .network
            .iter()
            .filter(|ties| self.is_small(ties.accounts))
            .map(|ties| (ties.group.clone(), ties.window.clone(), ties.relation.clone()))
            .collect();
        let small_sets = self.small_sets(measured);
        for row in &mut measured.measures {
            // `follows_out.z`, too, is of the ties `follows_out`.
            let relation = row.measure.strip_prefix("insularity.").unwrap_or_default();
            let relation = relation.split('.').next().unwrap_or_default().to_owned();
            let of_few = small_sets.contains(&row.group)
                || small_relations.contains(&(row.group.clone(), row.window.clone(), relation));
            row.number.hidden = self.hides(&row.measure, &row.number, of_few);
        }
        // A share, or what few accounts wrote, gives the count away that is hidden beside it.
        let mut beside = BTreeSet::new();
        for point in &mut measured.series {
            point.number.hidden = self.hides(&point.measure, &point.number, small_sets.contains(&point.group));
            if point.number.hidden.is_some() {
                beside.insert((point.measure.clone(), point.group.clone(), point.at));
            }
        }
        for point in &mut measured.series {
            let other = match point.measure.as_str() {
                "location.focus_share" => "location.focus",
                "volume.posts" => "volume.accounts",
                _ => continue,
            };
            if beside.contains(&(other.to_owned(), point.group.clone(), point.at)) {
                point.number.hidden = Some(Hidden::RestsOnFew);
            }
        }
    }

    fn hides(self, measure: &str, number: &Number, of_few: bool) -> Option<Hidden> {
        let value = number.value;
        let headcount = catalogue::is_headcount(measure);
        let rests_on_few = match catalogue::counts(measure) {
            // A count's n may be the count itself.
            Counts::Accounts | Counts::Persons | Counts::Lives => {
                self.is_small(number.n) && !(headcount && value == Some(0.0))
            }
            Counts::Times => false,
        };
        let is_there = value.is_some() || number.finding.is_some();
        match value {
            // A number that is absent tells of few by its n and its reason.
            _ if rests_on_few || (is_there && of_few) => Some(Hidden::RestsOnFew),
            Some(value) if headcount && self.is_small_headcount(value) => Some(Hidden::CountsFew),
            _ => None,
        }
    }

    /// Takes away what [`Privacy::mark`] has marked, and what is too small in the other tables; returns how many rows of
    /// each table are not shown.
    pub(crate) fn take_away(self, measured: &mut Measured) -> Vec<(&'static str, u64)> {
        // Before the sizes that tell are hidden themselves.
        let small_sets = self.small_sets(measured);
        let mut taken = [
            ("measures", 0),
            ("series", 0),
            ("survival", 0),
            ("network", 0),
            ("content", 0),
            ("tests", 0),
        ];
        for row in measured.measures.iter_mut().filter(|row| row.number.hidden.is_some()) {
            self.hide(&mut row.number);
            taken[0].1 += 1;
        }
        for point in measured.series.iter_mut().filter(|point| point.number.hidden.is_some()) {
            self.hide(&mut point.number);
            taken[1].1 += 1;
        }
        let (steps, ties) = (measured.survival.len(), measured.network.len());
        measured.survival.retain(|step| step.at_risk >= self.smallest);
        measured.network.retain(|ties| !self.is_small(ties.accounts));
        let tests = crate::hypotheses::take_away(self, |group| small_sets.contains(group), &mut measured.tests);
        taken[2].1 = (steps - measured.survival.len()) as u64;
        taken[3].1 = (ties - measured.network.len()) as u64;
        taken[5].1 = tests;
        let few = &mut measured.terms_of_few;
        measured.content.retain(|used| {
            let shown = used.accounts >= self.smallest;
            if !shown {
                *few.entry((used.group.clone(), used.kind)).or_default() += 1;
                taken[4].1 += 1;
            }
            shown
        });
        taken.to_vec()
    }

    /// Replaces a number by the reason. A finding that tells no count stays.
    pub(crate) fn hide(self, number: &mut Number) {
        number.value = None;
        number.interval = None;
        if number.hidden == Some(Hidden::RestsOnFew) {
            number.finding = None;
            number.n = 0;
        }
        number.reason = Some(self.reason());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{MeasureRow, Point, Ties};
    use tables::Timestamp;

    fn number(value: Option<f64>, n: i64, finding: Option<&str>) -> Number {
        Number {
            value,
            n,
            finding: finding.map(str::to_owned),
            reason: value.is_none().then(|| "fewer than 5 persons (2)".to_owned()),
            ..Number::default()
        }
    }

    fn row(measure: &str, group: &str, number: Number) -> MeasureRow {
        MeasureRow {
            measure: measure.to_owned(),
            group: group.to_owned(),
            window: "all".to_owned(),
            number,
        }
    }

    fn after(mut measured: Measured) -> Measured {
        let privacy = Privacy::new(5);
        privacy.mark(&mut measured);
        privacy.take_away(&mut measured);
        measured
    }

    fn values(measures: Vec<MeasureRow>) -> Vec<(Option<f64>, Option<String>, i64)> {
        let measured = Measured {
            measures,
            ..Measured::default()
        };
        let rows = after(measured).measures.into_iter();
        rows.map(|row| (row.number.value, row.number.finding, row.number.n))
            .collect()
    }

    #[test]
    fn numbers_of_few_are_hidden_and_nobody_is_no_group() {
        let shown = values(vec![
            row("followers.mean", "listed", number(Some(300.0), 4, None)),
            row("followers.mean", "listed", number(Some(300.0), 5, None)),
            row("returns.persons", "listed", number(Some(0.0), 0, None)),
            row("returns.persons", "listed", number(Some(4.0), 4, None)),
            row("unknown", "listed", number(Some(1.0), 4, None)),
            // Few samples are not few people.
            row("followers.trend", "listed", number(Some(-0.1), 3, Some("down"))),
        ]);
        let values: Vec<Option<f64>> = shown.iter().map(|(value, _, _)| *value).collect();
        assert_eq!(values, [None, Some(300.0), Some(0.0), None, None, Some(-0.1)]);
        assert_eq!(shown[0].2, 0, "the n would tell how few");
    }

    #[test]
    fn a_small_count_is_hidden_and_the_direction_of_counts_stays() {
        let shown = values(vec![row(
            "location.focus",
            "listed",
            number(Some(3.2), 39, Some("down")),
        )]);
        assert_eq!(shown, [(None, Some("down".to_owned()), 39)]);
    }

    #[test]
    fn an_absent_number_tells_no_small_count_either() {
        let measured = Measured {
            measures: vec![row("returns.gap_days", "listed/return_6", number(None, 2, None))],
            ..Measured::default()
        };
        let number = &after(measured).measures[0].number;
        assert_eq!(
            (number.n, number.reason.as_deref()),
            (0, Some("not shown: a group smaller than 5"))
        );
    }

    #[test]
    fn everything_of_a_small_set_and_of_few_tied_accounts_is_hidden() {
        let mut measured = Measured {
            measures: vec![
                row("size.max", "everyone", number(Some(3.0), 39, None)),
                row("followers.trend", "everyone", number(Some(1.0), 39, Some("up"))),
                row("insularity.follows_out", "listed", number(Some(0.5), 100, None)),
                row("insularity.follows_in", "listed", number(Some(0.5), 100, None)),
            ],
            ..Measured::default()
        };
        measured.network.push(Ties {
            group: "listed".to_owned(),
            window: "all".to_owned(),
            relation: "follows_out".to_owned(),
            accounts: 2,
            inside: 1,
            outside: 1,
            reciprocated: 0,
            policy: String::new(),
        });
        let after = after(measured);
        let values: Vec<Option<f64>> = after.measures.iter().map(|row| row.number.value).collect();
        assert_eq!(values, [None, None, None, Some(0.5)]);
        assert!(after.network.is_empty());
    }

    #[test]
    fn a_share_does_not_give_a_hidden_count_away() {
        let point = |measure: &str, at, value| Point {
            measure: measure.to_owned(),
            group: "listed".to_owned(),
            at: Timestamp(at),
            number: number(Some(value), 400, None),
        };
        let measured = Measured {
            series: vec![
                point("location.focus", 1, 3.0),
                point("location.focus", 2, 8.0),
                point("location.focus_share", 1, 0.0075),
                point("location.focus_share", 2, 0.02),
            ],
            ..Measured::default()
        };
        let values: Vec<Option<f64>> = after(measured).series.iter().map(|point| point.number.value).collect();
        assert_eq!(values, [None, Some(8.0), None, Some(0.02)]);
    }
}
