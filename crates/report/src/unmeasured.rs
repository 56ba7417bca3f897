//! What has no number, and why.
//!
//! One reason often holds for all measures of a kind, and for all windows: a row is a reason, not a measure.

use std::collections::BTreeMap;

use crate::catalogue;
use crate::input::MeasureRow;
use crate::table::{Cell, PageTable, Row, Style, columns};
use crate::words;

/// Whether a row holds more than the reason why there is no number.
pub(crate) fn says_something(row: &MeasureRow) -> bool {
    row.number.value.is_some() || row.number.finding.is_some()
}

/// Why a row has no number.
pub(crate) fn why(row: &MeasureRow) -> String {
    let reason = words::reason(&row.number);
    let says_so = row.number.hidden.is_some() || reason.starts_with("not ");
    let why = if says_so { "" } else { "not measurable: " };
    format!("{why}{reason}")
}

/// The rows of `measures` without a number, by reason, group and windows; `sorted` is in the order of the report, which a reason takes from
/// its first measure. Nothing where every measure has a number.
pub(crate) fn table(sorted: &[&MeasureRow]) -> Option<PageTable> {
    let without: Vec<&MeasureRow> = sorted.iter().copied().filter(|row| !says_something(row)).collect();
    // Why, of which group and in which windows, with the measures; in the order of their first measure.
    let mut told: Vec<([String; 3], Vec<&str>)> = Vec::new();
    let mut places = BTreeMap::new();
    for of_measure in without.chunk_by(|a, b| (&a.measure, &a.group) == (&b.measure, &b.group)) {
        let mut windows: Vec<(String, Vec<&str>)> = Vec::new();
        for row in of_measure {
            let why = why(row);
            match windows.iter_mut().find(|(known, _)| *known == why) {
                Some((_, windows)) => windows.push(&row.window),
                None => windows.push((why, vec![&row.window])),
            }
        }
        for (why, windows) in windows {
            let key = [why, of_measure[0].group.clone(), windows.join(", ")];
            let place = *places.entry(key.clone()).or_insert(told.len());
            if place == told.len() {
                told.push((key, Vec::new()));
            }
            told[place].1.push(&of_measure[0].measure);
        }
    }
    let rows: Vec<Row> = told
        .iter()
        .map(|(key, measures)| {
            Row::of(
                key.iter()
                    .map(|text| Cell::text(text))
                    .chain([named(measures)])
                    .collect(),
            )
        })
        .collect();
    (!rows.is_empty()).then(|| PageTable {
        id: "unmeasured-table".to_owned(),
        caption: "Measures without a number, by reason".to_owned(),
        columns: columns(&["why", "group", "windows", "measures"]),
        rows,
    })
}

/// Measures by name, each with its id.
fn named(measures: &[&str]) -> Cell {
    let name = |measure: &&str| match catalogue::find(measure) {
        Some(_) => format!("{} ({measure})", catalogue::title(measure)),
        None => catalogue::title(measure).to_owned(),
    };
    let names: Vec<String> = measures.iter().map(name).collect();
    Cell::styled(Style::Small, &names.join("; "))
}
