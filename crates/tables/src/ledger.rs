//! The ledger: what went into a stage, what came out, what was left out and why. It balances, or the run fails.

use std::collections::BTreeMap;

use crate::schema::{Flow, LedgerEntry};
use thiserror::Error;

/// A source whose records do not add up. Always a bug of the stage.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the ledger of {stage} does not balance for '{source_name}': {read} read, {accounted} accounted for")]
pub struct Unbalanced {
    /// The stage.
    pub stage: String,
    /// The file or table.
    pub source_name: String,
    /// Records read.
    pub read: i64,
    /// Records used, dropped, rejected or skipped.
    pub accounted: i64,
}

/// What became of the records of one source, for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerCount {
    /// The stage that counted.
    pub stage: String,
    /// The file or table.
    pub source: String,
    /// What became of the records.
    pub flow: Flow,
    /// Why; empty for read and used.
    pub reason: String,
    /// How many.
    pub records: i64,
}

/// Counts of one stage, with those of the stages before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    counts: BTreeMap<(String, String, &'static str, String), i64>,
}

impl Ledger {
    /// Adds `records` of `source` in `stage` to a flow. Counting 0 makes the row appear, so that an empty file is seen.
    pub fn count(&mut self, stage: &str, source: &str, flow: Flow, reason: &str, records: i64) {
        let key = (stage.to_owned(), source.to_owned(), flow.word(), reason.to_owned());
        *self.counts.entry(key).or_insert(0) += records;
    }

    /// Adds every count of another ledger: another file's, or the stage before's.
    pub fn absorb(&mut self, other: &Self) {
        for (key, records) in &other.counts {
            *self.counts.entry(key.clone()).or_insert(0) += records;
        }
    }

    /// Adds a row read from a ledger table.
    pub fn absorb_entry(&mut self, entry: &LedgerEntry<'_>) {
        self.count(entry.stage, entry.source, entry.flow, entry.reason, entry.records);
    }

    /// All counts, in the table's order.
    pub fn counts(&self) -> impl Iterator<Item = LedgerCount> + '_ {
        self.counts
            .iter()
            .filter_map(|((stage, source, flow, reason), records)| {
                Some(LedgerCount {
                    stage: stage.clone(),
                    source: source.clone(),
                    flow: Flow::from_word(flow)?,
                    reason: reason.clone(),
                    records: *records,
                })
            })
    }

    /// Records of `stage` in `flow`, over all its sources and reasons.
    #[must_use]
    pub fn total(&self, stage: &str, flow: Flow) -> i64 {
        self.counts()
            .filter(|count| count.stage == stage && count.flow == flow)
            .map(|count| count.records)
            .sum()
    }

    /// Checks that for every stage and source, records read = used + duplicate + rejected + skipped.
    ///
    /// # Errors
    /// Names the first source that does not balance.
    pub fn check(&self) -> Result<(), Unbalanced> {
        let mut sums: BTreeMap<(&str, &str), (i64, i64)> = BTreeMap::new();
        for ((stage, source, flow, _), records) in &self.counts {
            let (read, accounted) = sums.entry((stage, source)).or_insert((0, 0));
            *if *flow == Flow::Read.word() { read } else { accounted } += records;
        }
        match sums.into_iter().find(|(_, (read, accounted))| read != accounted) {
            None => Ok(()),
            Some(((stage, source), (read, accounted))) => Err(Unbalanced {
                stage: stage.to_owned(),
                source_name: source.to_owned(),
                read,
                accounted,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_record_is_found() {
        let mut ledger = Ledger::default();
        ledger.count("ingest", "a.jsonl", Flow::Read, "", 3);
        ledger.count("ingest", "a.jsonl", Flow::Used, "", 1);
        ledger.count("ingest", "a.jsonl", Flow::Rejected, "not JSON", 1);
        let error = ledger.check().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the ledger of ingest does not balance for 'a.jsonl': 3 read, 2 accounted for"
        );
        ledger.count("ingest", "a.jsonl", Flow::Skipped, "delete notice", 1);
        assert_eq!(ledger.check(), Ok(()));
    }

    #[test]
    fn one_source_does_not_make_up_for_another() {
        let mut ledger = Ledger::default();
        ledger.count("ingest", "a", Flow::Read, "", 1);
        ledger.count("ingest", "b", Flow::Used, "", 1);
        assert!(ledger.check().is_err());
    }
}
