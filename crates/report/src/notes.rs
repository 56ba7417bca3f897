//! What stands behind the numbers: the ledger, samples and windows, ties, definitions, choices and provenance.

use std::collections::BTreeMap;

use serde_json::Value;
use stage::{Provenance, canonical_json};
use study::{Listed, Study};
use tables::{Flow, LedgerCount, TermKind};

use crate::catalogue;
use crate::input::{Measured, Used};
use crate::methods::Methods;
use crate::number;
use crate::table::{Cell, PageTable, Row, Style, columns};
use crate::text::{clean, counted};
use crate::words;

/// Sources of a stage that are told one by one; more are told folder by folder.
const MOST_SOURCES: usize = 40;
/// Inputs of a run that are listed.
const MOST_INPUTS: usize = 200;

/// What became of the records of one source.
#[derive(Debug, Default)]
struct Account {
    sources: usize,
    flows: BTreeMap<&'static str, i64>,
    reasons: BTreeMap<(Flow, String), i64>,
}

impl Account {
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
    let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
    let mut total = Account::default();
    for source in &sources {
        accounts.entry(name(source)).or_default().sources += 1;
    }
    for count in counts {
        accounts.entry(name(&count.source)).or_default().add(count);
        total.add(count);
    }
    let mut rows: Vec<Row> = accounts
        .iter()
        .map(|(name, account)| {
            let mut head = Cell::styled(Style::Code, name);
            if by_folder {
                head = head.line(Style::Small, &counted(account.sources, "source", "sources"));
            }
            Row::of(account.cells(head))
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

/// The windows with their samples.
pub(crate) fn windows(measured: &Measured, study: &Study) -> PageTable {
    let rows = measured.windows.iter().map(|window| {
        let samples = study
            .window(&window.name)
            .map(|window| study.samples_in(window).count());
        Row::of(vec![
            Cell::text(&window.name),
            Cell::text(&words::day(window.from)),
            Cell::text(&words::day(window.to)),
            samples.map_or_else(Cell::none, |count| {
                Cell::count(i64::try_from(count).unwrap_or(i64::MAX))
            }),
        ])
    });
    PageTable {
        id: "windows".to_owned(),
        caption: "Windows; all is the whole period. Days are UTC, both ends belong to the window".to_owned(),
        columns: columns(&["window", "first day", "last day", "samples#"]),
        rows: rows.collect(),
    }
}

/// The ties that insularity is made of.
pub(crate) fn ties(measured: &Measured, smallest: i64) -> Option<PageTable> {
    let small = |count: i64| 0 < count && count < smallest;
    let rows: Vec<Row> = measured
        .network
        .iter()
        .map(|ties| {
            let tied = |count: i64| {
                // A few ties between few accounts would be told account by account.
                if small(count) {
                    Cell::text(&format!("fewer than {smallest}"))
                } else {
                    Cell::count(count)
                }
            };
            Row::of(vec![
                Cell::text(&words::group(&ties.group)),
                Cell::text(&ties.window),
                Cell::text(&ties.relation),
                Cell::count(ties.accounts),
                tied(ties.inside),
                tied(ties.outside),
                tied(ties.reciprocated),
                Cell::styled(Style::Small, &ties.policy),
            ])
        })
        .collect();
    (!rows.is_empty()).then(|| PageTable {
        id: "ties".to_owned(),
        caption: "Ties of members, from which insularity is computed".to_owned(),
        columns: columns(&[
            "group",
            "window",
            "relation",
            "accounts#",
            "inside#",
            "outside#",
            "reciprocated#",
            "counted how",
        ]),
        rows,
    })
}

/// Terms of each kind that the page names.
const TERMS_NAMED: usize = 10;

/// The terms that most posts of each group hold, a table for each kind. What fewer accounts used than are shown is only counted.
pub(crate) fn content(measured: &Measured, smallest: i64) -> Vec<PageTable> {
    let kinds = [
        (TermKind::Hashtag, "hashtag", "Hashtags of most posts"),
        (TermKind::Domain, "domain", "Domains that most posts link to"),
        (TermKind::Client, "client", "Clients of most posts"),
    ];
    let tables = kinds.into_iter().map(|(kind, name, caption)| {
        let rows = words::GROUPS.iter().flat_map(|group| {
            let of = measured
                .content
                .iter()
                .filter(|used| used.group == *group && used.kind == kind);
            let mut rows: Vec<Row> = of.take(TERMS_NAMED).map(used_row).collect();
            let few = measured.terms_of_few.get(&((*group).to_owned(), kind));
            if let Some(few) = few {
                rows.push(Row::of(vec![
                    Cell::text(&words::group(group)),
                    Cell::text(&format!("(fewer than {smallest} accounts)"))
                        .line(Style::Small, &format!("{} of the most used terms", number::count(*few))),
                    Cell::no_number(),
                    Cell::no_number(),
                    Cell::no_number(),
                    Cell::no_number(),
                    Cell::no_number(),
                ]));
            }
            rows
        });
        PageTable {
            id: format!("content-{name}"),
            caption: caption.to_owned(),
            columns: columns(&[
                "group",
                "term",
                "posts#",
                "share of posts#",
                "accounts#",
                "share of accounts#",
                "95 % interval#",
            ]),
            rows: rows.collect(),
        }
    });
    tables.filter(|table| !table.rows.is_empty()).collect()
}

fn used_row(used: &Used) -> Row {
    let share = |share: Option<f64>| share.map_or_else(Cell::no_number, |share| Cell::shown(number::number(share)));
    let (value, interval) = match used.share_of_accounts {
        None => (Cell::no_number(), None),
        Some(value) => {
            let (shown, interval) = number::with_interval(value, used.interval);
            (Cell::shown(shown), interval)
        }
    };
    Row::of(vec![
        Cell::text(&words::group(&used.group)),
        Cell::text(&used.term).line(Style::Small, used.mark.as_deref().unwrap_or_default()),
        Cell::count(used.posts),
        share(used.share_of_posts),
        Cell::count(used.accounts),
        value,
        interval.map_or_else(Cell::no_number, Cell::shown),
    ])
}

/// What each measure that occurs is.
pub(crate) fn definitions(measured: &Measured) -> PageTable {
    let occurs = |id: &str| {
        measured.measures.iter().any(|row| row.measure == id) || measured.series.iter().any(|point| point.measure == id)
    };
    let rows = catalogue::all().filter(|entry| occurs(entry.id)).map(|entry| {
        Row::of(vec![
            Cell::text(entry.title),
            Cell::styled(Style::Code, entry.id),
            Cell::text(entry.definition),
        ])
    });
    PageTable {
        id: "definitions".to_owned(),
        caption: "What each measure is".to_owned(),
        columns: columns(&["measure", "id", "definition"]),
        rows: rows.collect(),
    }
}

/// The methods that the numbers name.
pub(crate) fn methods(methods: &Methods) -> PageTable {
    let rows = methods.all().iter().map(|method| {
        let of = method.measures.join(", ");
        Row {
            id: Some(format!("method-{}", method.label)),
            ..Row::of(vec![
                Cell::text(&method.label),
                Cell::text(&method.text),
                Cell::styled(Style::Code, &of),
            ])
        }
    });
    PageTable {
        id: "methods-named".to_owned(),
        caption: "How numbers and intervals were made; the other tables refer to these by label".to_owned(),
        columns: columns(&["label", "method", "of"]),
        rows: rows.collect(),
    }
}

/// The choices that the study made.
pub(crate) fn choices(study: &Study) -> PageTable {
    let listed = match (study.listed(), study.roster()) {
        (Listed::Everyone, _) => "every account that the archive observed posting".to_owned(),
        (Listed::Roster, None) => "accounts on a roster at the sample".to_owned(),
        (Listed::Roster, Some(roster)) => format!("accounts on the roster {roster} at the sample"),
    };
    let choices = [
        ("Listed", listed),
        (
            "Samples",
            counted(study.samples().len(), "sample", "samples") + ", each the end of its day (UTC)",
        ),
        (
            "Flat",
            format!(
                "a trend is flat when its change over the window is shown to be smaller than {} % of the window's mean",
                number::number(study.flat_margin_percent())
            ),
        ),
        (
            "Survival intervals",
            format!(
                "95 %, on the {} scale of the survival function",
                study.interval_transform().name()
            ),
        ),
        (
            "Returns",
            format!(
                "a returned account is measured {} days after its creation",
                study.return_days_after()
            ),
        ),
        ("Focus countries", study.focus_countries().join(", ")),
        (
            "Bootstrap",
            format!(
                "{} resamples, seed {}",
                number::count(i64::from(study.resamples())),
                study.seed()
            ),
        ),
        (
            "Smallest group shown",
            format!(
                "{}; numbers that rest on fewer accounts or persons are not shown",
                study.min_group_size()
            ),
        ),
        (
            "Absent numbers",
            "never filled in: what the input cannot support has no number but a reason".to_owned(),
        ),
    ];
    PageTable {
        id: "choices".to_owned(),
        caption: "Choices of the study (study.toml)".to_owned(),
        columns: columns(&["choice", "value"]),
        rows: choices
            .iter()
            .map(|(name, value)| Row::of(vec![Cell::text(name), Cell::text(value)]))
            .collect(),
    }
}

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

#[cfg(test)]
mod tests {
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
