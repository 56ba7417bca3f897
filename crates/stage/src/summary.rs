//! What a run tells at its end: what became of the records and what was written.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::{Value, json};
use tables::{Flow, LedgerCount};

use crate::arguments::Common;
use crate::failure::Remedy;
use crate::provenance::TableRecord;
use crate::run::complain;

/// What a run has to tell.
#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) stage: &'static str,
    pub(crate) version: &'static str,
    /// The stage's own counts.
    pub(crate) ledger: Vec<LedgerCount>,
    pub(crate) tables: Vec<TableRecord>,
}

impl Summary {
    /// Tells a program on standard output (`--json`) and a person on standard error (unless `--quiet`).
    pub(crate) fn tell(&self, common: &Common) -> anyhow::Result<()> {
        if common.json {
            let mut stdout = std::io::stdout().lock();
            writeln!(stdout, "{}", self.json()).or_failure(|| "cannot write to standard output".to_owned(), "")?;
        }
        if common.quiet {
            return Ok(());
        }
        if !self.ledger.is_empty() {
            complain(&format!("{}: {}", self.stage, self.records_line()));
        }
        if common.verbose > 0 {
            for count in &self.ledger {
                let LedgerCount {
                    source,
                    flow,
                    reason,
                    records,
                    ..
                } = count;
                complain(&format!(
                    "{}: {source}: {} {flow} {reason}",
                    self.stage,
                    grouped(*records)
                ));
            }
        }
        if let Some(target) = common.directory() {
            let written: Vec<String> = self
                .tables
                .iter()
                .filter(|table| table.stage == self.stage && (table.rows > 0 || common.verbose > 0))
                .map(|table| {
                    format!(
                        "{} {}",
                        table.name,
                        grouped(i64::try_from(table.rows).unwrap_or(i64::MAX))
                    )
                })
                .collect();
            let tables = match written.join(", ") {
                none if none.is_empty() => none,
                tables => format!(": {tables}"),
            };
            complain(&format!("{}: wrote '{}'{tables}", self.stage, target.display()));
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let ledger: Vec<Value> = self
            .ledger
            .iter()
            .map(|count| {
                json!({
                    "source": count.source,
                    "flow": count.flow.word(),
                    "reason": count.reason,
                    "records": count.records,
                })
            })
            .collect();
        let tables: BTreeMap<&str, u64> = self
            .tables
            .iter()
            .map(|table| (table.name.as_str(), table.rows))
            .collect();
        json!({"stage": self.stage, "version": self.version, "ledger": ledger, "tables": tables})
    }

    /// `1,203 records read: 1,200 used, 3 rejected (no id 1, not JSON 2)`
    fn records_line(&self) -> String {
        let total = |flow| {
            self.ledger
                .iter()
                .filter(|count| count.flow == flow)
                .map(|count| count.records)
                .sum::<i64>()
        };
        let mut line = format!(
            "{} records read: {} used",
            grouped(total(Flow::Read)),
            grouped(total(Flow::Used))
        );
        for flow in [Flow::Duplicate, Flow::Rejected, Flow::Skipped] {
            let mut reasons: BTreeMap<&str, i64> = BTreeMap::new();
            for count in self
                .ledger
                .iter()
                .filter(|count| count.flow == flow && count.records > 0)
            {
                *reasons.entry(&count.reason).or_insert(0) += count.records;
            }
            if !reasons.is_empty() {
                let reasons: Vec<String> = reasons
                    .into_iter()
                    .map(|(reason, records)| format!("{reason} {}", grouped(records)))
                    .collect();
                line.push_str(&format!(", {} {flow} ({})", grouped(total(flow)), reasons.join(", ")));
            }
        }
        line
    }
}

/// A count with commas between thousands.
fn grouped(count: i64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) && text != "-" {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_by_thousands() {
        assert_eq!(
            ["0", "999", "1,000", "1,234,567", "-100"],
            [0, 999, 1000, 1_234_567, -100].map(grouped)[..]
        );
    }

    #[test]
    fn reasons_are_summed_over_sources() {
        let count = |source: &str, flow, reason: &str, records| LedgerCount {
            stage: "ingest".to_owned(),
            source: source.to_owned(),
            flow,
            reason: reason.to_owned(),
            records,
        };
        let summary = Summary {
            stage: "ingest",
            version: "0",
            ledger: vec![
                count("a", Flow::Read, "", 1200),
                count("a", Flow::Used, "", 1198),
                count("a", Flow::Rejected, "not JSON", 2),
                count("b", Flow::Read, "", 1),
                count("b", Flow::Rejected, "not JSON", 1),
            ],
            tables: Vec::new(),
        };
        assert_eq!(
            summary.records_line(),
            "1,201 records read: 1,198 used, 3 rejected (not JSON 3)"
        );
    }
}
