//! The ledger: what became of the records, stage by stage.

use std::collections::BTreeMap;

use stage::Provenance;
use tables::{Flow, LedgerCount};

use crate::number;
use crate::table::{Cell, PageTable, Row, Style, columns};
use crate::text::{clean, counted};

/// Sources of a stage that are told one by one; more are told folder by folder.
const MOST_SOURCES: usize = 40;

/// What became of the records of one source, or of several.
#[derive(Debug, Default)]
struct Tally {
    sources: usize,
    flows: BTreeMap<&'static str, i64>,
    reasons: BTreeMap<(Flow, String), i64>,
}

impl Tally {
    fn add(&mut self, count: &LedgerCount) {
        *self.flows.entry(count.flow.word()).or_insert(0) += count.records;
        if !matches!(count.flow, Flow::Read | Flow::Used) && count.records > 0 {
            *self.reasons.entry((count.flow, count.reason.clone())).or_insert(0) += count.records;
        }
    }

    fn total(&self, flow: Flow) -> i64 {
        self.flows.get(flow.word()).copied().unwrap_or(0)
    }

    fn cells(&self, head: Cell) -> Vec<Cell> {
        let mut cells = vec![head];
        for flow in [Flow::Read, Flow::Used, Flow::Duplicate, Flow::Rejected, Flow::Skipped] {
            cells.push(Cell::count(self.total(flow)));
        }
        let mut reasons = self
            .reasons
            .iter()
            .map(|((flow, reason), records)| format!("{} {flow}: {}", number::count(*records), clean(reason)));
        let first = reasons
            .next()
            .map_or_else(Cell::none, |reason| Cell::styled(Style::Small, &reason));
        cells.push(reasons.fold(first, |cell, reason| cell.line(Style::Small, &reason)));
        cells
    }
}

/// The ledger, a table a stage, in the order in which the stages ran.
pub(crate) fn ledger(counts: &[LedgerCount], run: &Provenance) -> Vec<PageTable> {
    let mut stages: Vec<&str> = run.chain().map(|run| run.stage.as_str()).collect();
    stages.reverse();
    for count in counts {
        if !stages.contains(&count.stage.as_str()) {
            stages.push(&count.stage);
        }
    }
    let tables = stages.iter().enumerate().filter_map(|(index, stage)| {
        let of_stage: Vec<&LedgerCount> = counts.iter().filter(|count| count.stage == **stage).collect();
        (!of_stage.is_empty()).then(|| ledger_of(index, stage, &of_stage))
    });
    tables.collect()
}

fn ledger_of(index: usize, stage: &str, counts: &[&LedgerCount]) -> PageTable {
    let mut sources: Vec<&str> = counts.iter().map(|count| count.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    let by_folder = sources.len() > MOST_SOURCES;
    let name = |source: &str| match source.rsplit_once('/') {
        _ if !by_folder => source.to_owned(),
        Some((folder, _)) => format!("{folder}/"),
        None => "files without a folder".to_owned(),
    };
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut total = Tally::default();
    for source in &sources {
        tallies.entry(name(source)).or_default().sources += 1;
    }
    for count in counts {
        tallies.entry(name(&count.source)).or_default().add(count);
        total.add(count);
    }
    let mut rows: Vec<Row> = tallies
        .iter()
        .map(|(name, tally)| {
            let mut head = Cell::styled(Style::Code, name);
            if by_folder {
                head = head.line(Style::Small, &counted(tally.sources, "source", "sources"));
            }
            Row::of(tally.cells(head))
        })
        .collect();
    if rows.len() > 1 {
        rows.push(Row {
            is_total: true,
            ..Row::of(total.cells(Cell::text("all")))
        });
    }
    PageTable {
        id: format!("ledger-{}", index + 1),
        caption: format!("Records in stage {}", clean(stage)),
        columns: columns(&[
            "source",
            "in#",
            "used#",
            "duplicate#",
            "rejected#",
            "skipped#",
            "left out, and why",
        ]),
        rows,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn counts(sources: usize) -> Vec<LedgerCount> {
        let count = |source: String, flow, reason: &str, records| LedgerCount {
            stage: "ingest".to_owned(),
            source,
            flow,
            reason: reason.to_owned(),
            records,
        };
        (0..sources)
            .flat_map(|i| {
                let source = format!("follows/account-{i}.csv");
                [
                    count(source.clone(), Flow::Read, "", 10),
                    count(source.clone(), Flow::Used, "", 9),
                    count(source, Flow::Rejected, "no account", 1),
                ]
            })
            .collect()
    }

    fn run() -> Provenance {
        Provenance {
            stage: "ingest".to_owned(),
            version: String::new(),
            options: Value::Null,
            inputs: Vec::new(),
            facts: BTreeMap::new(),
            tables: Vec::new(),
            files: BTreeMap::new(),
            upstream: None,
        }
    }

    fn shown(row: &Row) -> Vec<&str> {
        row.cells.iter().map(|cell| cell.parts[0].text.as_str()).collect()
    }

    #[test]
    fn a_few_sources_are_told_one_by_one_and_summed() {
        let table = &ledger(&counts(2), &run())[0];
        assert_eq!(table.rows.len(), 3);
        assert_eq!(
            shown(&table.rows[2]),
            ["all", "20", "18", "0", "2", "0", "2 rejected: no account"]
        );
    }

    #[test]
    fn many_sources_are_told_by_folder() {
        let table = &ledger(&counts(MOST_SOURCES + 1), &run())[0];
        assert_eq!(table.rows.len(), 1);
        assert_eq!(shown(&table.rows[0])[..2], ["follows/", "410"]);
        assert_eq!(table.rows[0].cells[0].parts[1].text, "41 sources");
    }
}
