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

    /// Marks the numbers that are not to be shown.
    pub(crate) fn mark(self, measured: &mut Measured) {
        let small_relations: BTreeSet<(String, String, String)> = measured
            .network
            .iter()
            .filter(|ties| self.is_small(ties.accounts))
            .map(|ties| (ties.group.clone(), ties.window.clone(), ties.relation.clone()))
            .collect();
        let small_sets: BTreeSet<String> = measured
            .measures
            .iter()
            .filter(|row| row.measure == "size.max" && row.window == study::Window::ALL)
            .filter(|row| row.number.value.is_some_and(|value| self.is_small_headcount(value)))
            .map(|row| row.group.clone())
            .collect();
        for row in &mut measured.measures {
            let relation = row.measure.strip_prefix("insularity.").unwrap_or_default().to_owned();
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
            Counts::Accounts | Counts::Persons => self.is_small(number.n) && !(headcount && value == Some(0.0)),
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
        let mut taken = [("measures", 0), ("series", 0), ("survival", 0), ("network", 0)];
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
        taken[2].1 = (steps - measured.survival.len()) as u64;
        taken[3].1 = (ties - measured.network.len()) as u64;
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
