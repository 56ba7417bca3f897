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
    let mut windows: BTreeMap<(&str, &str, String), Vec<&str>> = BTreeMap::new();
    for row in sorted.iter().filter(|row| !says_something(row)) {
        let of_measure = windows.entry((&row.measure, &row.group, why(row))).or_default();
        of_measure.push(&row.window);
    }
    let mut places = BTreeMap::new();
    let mut told: Vec<(String, &str, String, Vec<&str>)> = Vec::new();
    for row in sorted.iter().filter(|row| !says_something(row)) {
        // The first of its windows speaks for all.
        let Some(windows) = windows.remove(&(row.measure.as_str(), row.group.as_str(), why(row))) else {
            continue;
        };
        let (reason, windows) = (why(row), windows.join(", "));
        let key = (reason.clone(), row.group.as_str(), windows.clone());
        let place = *places.entry(key).or_insert(told.len());
        if place == told.len() {
            told.push((reason, &row.group, windows, Vec::new()));
        }
        told[place].3.push(&row.measure);
    }
    let rows: Vec<Row> = told
        .iter()
        .map(|(reason, group, windows, measures)| {
            Row::of(vec![
                Cell::text(reason),
                Cell::text(group),
                Cell::text(windows),
                named(measures),
            ])
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
