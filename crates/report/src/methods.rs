//! The methods that the numbers name, each told once and referred to by a label.
//!
//! A method is a list of clauses. Those that all numbers of a measure share are its method; what a single number adds
//! (`2,205 accounts`) is a note on that number.

use std::collections::BTreeMap;

use crate::input::{Measured, Number};
use crate::text::{clean, shortened};

/// Which table a number stands in; a measure and the series of the same name are made differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Series,
    Measure,
}

/// A method that is told.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) label: String,
    pub(crate) text: String,
    /// The measures that it is of.
    pub(crate) measures: Vec<String>,
}

/// The methods, in the order of the measures.
#[derive(Debug, Default)]
pub(crate) struct Methods {
    told: Vec<Method>,
    /// Which method is that of a measure, and its clauses.
    of: BTreeMap<(Kind, String), (usize, Vec<String>)>,
}

const BETWEEN: &str = "; ";
/// Notes on a single number that are told.
const MOST_NOTES: usize = 4;

fn clauses(method: &str) -> Vec<String> {
    let method = clean(method);
    method
        .split(BETWEEN)
        .filter(|clause| !clause.is_empty())
        .map(str::to_owned)
        .collect()
}

impl Methods {
    /// The methods that occur.
    pub(crate) fn of(measured: &Measured) -> Self {
        let mut numbers: BTreeMap<(Kind, usize, &str), Vec<&Number>> = BTreeMap::new();
        for point in &measured.series {
            let key = (
                Kind::Series,
                crate::catalogue::rank(&point.measure),
                point.measure.as_str(),
            );
            numbers.entry(key).or_default().push(&point.number);
        }
        for row in &measured.measures {
            let key = (
                Kind::Measure,
                crate::catalogue::rank(&row.measure),
                row.measure.as_str(),
            );
            numbers.entry(key).or_default().push(&row.number);
        }
        let mut methods = Self::default();
        for ((kind, _, measure), numbers) in numbers {
            let shared = shared(&numbers);
            if shared.is_empty() {
                continue;
            }
            let text = shared.join(BETWEEN);
            let index = methods
                .told
                .iter()
                .position(|method| method.text == text)
                .unwrap_or_else(|| {
                    methods.told.push(Method {
                        label: format!("M{}", methods.told.len() + 1),
                        text,
                        measures: Vec::new(),
                    });
                    methods.told.len() - 1
                });
            let name = match kind {
                Kind::Series => format!("series {measure}"),
                Kind::Measure => measure.to_owned(),
            };
            methods.told[index].measures.push(name);
            methods.of.insert((kind, measure.to_owned()), (index, shared));
        }
        methods
    }

    /// The label of a measure's method.
    pub(crate) fn label(&self, kind: Kind, measure: &str) -> Option<&str> {
        let (index, _) = self.of.get(&(kind, measure.to_owned()))?;
        Some(&self.told[*index].label)
    }

    /// The labels of several measures' methods, each once.
    pub(crate) fn labels<'a>(&self, kind: Kind, measures: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let mut labels: Vec<String> = Vec::new();
        for label in measures.into_iter().filter_map(|measure| self.label(kind, measure)) {
            if !labels.iter().any(|other| other == label) {
                labels.push(label.to_owned());
            }
        }
        labels
    }

    /// What a number adds to its measure's method.
    pub(crate) fn notes(&self, kind: Kind, measure: &str, method: &str) -> String {
        let shared = self
            .of
            .get(&(kind, measure.to_owned()))
            .map_or(&[][..], |(_, shared)| shared);
        let mut own: Vec<String> = clauses(method)
            .into_iter()
            .filter(|clause| !shared.contains(clause))
            .collect();
        let more = own.len().saturating_sub(MOST_NOTES);
        own.truncate(MOST_NOTES);
        if more > 0 {
            own.push(format!("and {more} more, in the table measures"));
        }
        shortened(&own.join(BETWEEN))
    }

    /// Every method.
    pub(crate) fn all(&self) -> &[Method] {
        &self.told
    }
}

/// The clauses that all numbers share; where some have none, those of the ones that do.
fn shared(numbers: &[&Number]) -> Vec<String> {
    let there: Vec<&&Number> = numbers.iter().filter(|number| number.value.is_some()).collect();
    let methods: Vec<Vec<String>> = if there.is_empty() {
        numbers.iter().map(|number| clauses(&number.method)).collect()
    } else {
        there.iter().map(|number| clauses(&number.method)).collect()
    };
    let Some((first, others)) = methods.split_first() else {
        return Vec::new();
    };
    first
        .iter()
        .filter(|clause| others.iter().all(|other| other.contains(clause)))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::MeasureRow;

    fn row(group: &str, value: Option<f64>, method: &str) -> MeasureRow {
        MeasureRow {
            measure: "returns.gap_days".to_owned(),
            group: group.to_owned(),
            window: "all".to_owned(),
            number: Number {
                value,
                method: method.to_owned(),
                ..Number::default()
            },
        }
    }

    #[test]
    fn what_all_share_is_the_method_and_the_rest_a_note() {
        let measured = Measured {
            measures: vec![
                row("listed", Some(1.0), "median; n is persons; bootstrap; 50 accounts"),
                row("everyone", Some(2.0), "median; n is persons; bootstrap; 73 accounts"),
                row("expanded", None, "median; n is persons"),
            ],
            ..Measured::default()
        };
        let methods = Methods::of(&measured);
        assert_eq!(methods.all().len(), 1);
        assert_eq!(methods.all()[0].text, "median; n is persons; bootstrap");
        assert_eq!(methods.label(Kind::Measure, "returns.gap_days"), Some("M1"));
        assert_eq!(methods.label(Kind::Series, "returns.gap_days"), None);
        let note = methods.notes(
            Kind::Measure,
            "returns.gap_days",
            "median; n is persons; bootstrap; 73 accounts",
        );
        assert_eq!(note, "73 accounts");
    }
}
