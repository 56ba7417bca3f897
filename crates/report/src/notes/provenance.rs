//! Where the numbers come from: the runs, what they read, and what they stated of the data.

use std::collections::BTreeMap;

use serde_json::Value;
use stage::{Provenance, canonical_json};

use crate::number;
use crate::table::{Cell, PageTable, Row, Style, columns};
use crate::text::{clean, counted};

/// Inputs of a run that are listed.
const MOST_INPUTS: usize = 200;

/// Facts that runs stated about the data.
pub(crate) fn facts(run: &Provenance) -> Option<PageTable> {
    let mut facts: BTreeMap<&str, &Value> = BTreeMap::new();
    for run in run.chain() {
        for (name, value) in &run.facts {
            facts.entry(name).or_insert(value);
        }
    }
    (!facts.is_empty()).then(|| PageTable {
        id: "facts".to_owned(),
        caption: "Facts about the data that the stages stated".to_owned(),
        columns: columns(&["fact", "value"]),
        rows: facts
            .into_iter()
            .map(|(name, value)| {
                Row::of(vec![
                    Cell::text(name),
                    Cell::styled(Style::Code, &canonical_json(value)),
                ])
            })
            .collect(),
    })
}

/// The runs, the first first.
pub(crate) fn runs(newest: &[&Provenance]) -> PageTable {
    let rows = newest.iter().rev().enumerate().map(|(index, run)| {
        Row::of(vec![
            Cell::text(&run.stage).line(Style::Small, &format!("run {}", index + 1)),
            Cell::text(&run.version),
            Cell::styled(Style::Code, &canonical_json(&run.options)),
            Cell::count(i64::try_from(run.inputs.len()).unwrap_or(i64::MAX)),
            Cell::count(i64::try_from(run.tables.len()).unwrap_or(i64::MAX)),
        ])
    });
    PageTable {
        id: "runs".to_owned(),
        caption: "Runs that led to this report".to_owned(),
        columns: columns(&["stage", "version", "options", "inputs#", "tables#"]),
        rows: rows.collect(),
    }
}

/// What each run read.
pub(crate) fn inputs(newest: &[&Provenance]) -> Vec<PageTable> {
    let tables = newest
        .iter()
        .rev()
        .enumerate()
        .filter(|(_, run)| !run.inputs.is_empty())
        .map(|(index, run)| {
            let mut rows: Vec<Row> = run
                .inputs
                .iter()
                .take(MOST_INPUTS)
                .map(|input| {
                    Row::of(vec![
                        Cell::styled(Style::Code, &input.name),
                        Cell::shown(number::bytes(input.bytes)),
                        Cell::styled(Style::Code, &input.blake3),
                    ])
                })
                .collect();
            if let Some(more) = run.inputs.len().checked_sub(MOST_INPUTS).filter(|more| *more > 0) {
                let rest = counted(more, "more input", "more inputs");
                rows.push(Row::of(vec![
                    Cell::text(&format!("{rest}, listed in run.json")).spanning(3),
                ]));
            }
            PageTable {
                id: format!("inputs-{}", index + 1),
                caption: format!("Inputs of run {}, {}", index + 1, clean(&run.stage)),
                columns: columns(&["name", "bytes#", "BLAKE3"]),
                rows,
            }
        });
    tables.collect()
}
