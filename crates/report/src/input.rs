//! What the report is made of: the tables of a `metrics` output, in memory. They are small by construction.

use std::collections::BTreeMap;

use stage::{Failure, Remedy, StageDir};
use study::Study;
use tables::{
    Content, LedgerCount, LedgerEntries, Measures, Network, Returns, Samples, Series, Survival, Table, TableError,
    TermKind, Timestamp, Windows,
};

use crate::catalogue;

/// A number with its meaning; or none, with the reason.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Number {
    pub(crate) value: Option<f64>,
    pub(crate) interval: Option<(f64, f64)>,
    pub(crate) n: i64,
    /// What n counts.
    pub(crate) counted: String,
    pub(crate) unit: String,
    pub(crate) method: String,
    pub(crate) finding: Option<String>,
    pub(crate) reason: Option<String>,
    /// Why it is there but not to be shown.
    pub(crate) hidden: Option<Hidden>,
}

/// Why a number is not to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hidden {
    /// It counts a group that is too small.
    CountsFew,
    /// It rests on a group that is too small.
    RestsOnFew,
}

/// A row of `measures`.
#[derive(Debug, Clone)]
pub(crate) struct MeasureRow {
    pub(crate) measure: String,
    pub(crate) group: String,
    pub(crate) window: String,
    pub(crate) number: Number,
}

/// A row of `series`.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    pub(crate) measure: String,
    pub(crate) group: String,
    pub(crate) at: Timestamp,
    pub(crate) number: Number,
}

/// A row of `survival`.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) group: String,
    pub(crate) days: f64,
    pub(crate) at_risk: i64,
    pub(crate) events: i64,
    pub(crate) censored: i64,
    pub(crate) survival: f64,
    pub(crate) interval: Option<(f64, f64)>,
}

/// A row of `network`.
#[derive(Debug, Clone)]
pub(crate) struct Ties {
    pub(crate) group: String,
    pub(crate) window: String,
    pub(crate) relation: String,
    pub(crate) accounts: i64,
    pub(crate) inside: i64,
    pub(crate) outside: i64,
    pub(crate) reciprocated: i64,
    pub(crate) policy: String,
}

/// A row of `content` of a whole group in the window `all`.
#[derive(Debug, Clone)]
pub(crate) struct Used {
    pub(crate) group: String,
    pub(crate) kind: TermKind,
    pub(crate) term: String,
    pub(crate) mark: Option<String>,
    pub(crate) posts: i64,
    pub(crate) accounts: i64,
    pub(crate) share_of_posts: Option<f64>,
    pub(crate) share_of_accounts: Option<f64>,
    pub(crate) interval: Option<(f64, f64)>,
}

/// A row of `windows`.
#[derive(Debug, Clone)]
pub(crate) struct WindowSpan {
    pub(crate) name: String,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

/// The tables of a `metrics` output.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measured {
    pub(crate) measures: Vec<MeasureRow>,
    pub(crate) series: Vec<Point>,
    pub(crate) survival: Vec<Step>,
    pub(crate) network: Vec<Ties>,
    pub(crate) content: Vec<Used>,
    /// Terms that are not named, since fewer accounts used each than are shown: by group and kind.
    pub(crate) terms_of_few: BTreeMap<(String, TermKind), i64>,
    pub(crate) samples: Vec<String>,
    pub(crate) windows: Vec<WindowSpan>,
    /// Accounts of persons by return number, from `returns`: 0 is the first account.
    pub(crate) chain_lengths: Vec<i64>,
    pub(crate) ledger: Vec<LedgerCount>,
    /// The tests that the page tells of.
    pub(crate) tests: Vec<crate::hypotheses::Test>,
    /// How many others there are.
    pub(crate) tests_elsewhere: u64,
    /// Records of each table, and those that the report does not show and why.
    pub(crate) rows: Vec<(&'static str, u64)>,
}

/// The study's design, from the directory.
pub(crate) fn study(dir: &StageDir) -> anyhow::Result<Study> {
    const REMEDY: &str = "give the directory that metrics wrote with -o";
    let bytes = dir
        .file("study.toml")?
        .ok_or_else(|| Failure::new(format!("there is no study.toml in '{}'", dir.path().display())).remedy(REMEDY))?;
    let text = String::from_utf8(bytes).or_failure(
        || format!("cannot read '{}'", dir.path().join("study.toml").display()),
        "save it as UTF-8 text and rerun the stages from enrich on",
    )?;
    Ok(Study::parse(&text, "study.toml")?)
}

impl Measured {
    /// Reads the tables.
    pub(crate) fn read(dir: &StageDir) -> anyhow::Result<Self> {
        let mut measured = Self::default();
        measured.read_numbers(dir)?;
        for_each::<Survival>(dir, &mut measured.rows, |row| {
            // A row without time or share is no step of a curve.
            if let (Some(days), Some(survival)) = (finite(row.time_days), finite(row.survival)) {
                measured.survival.push(Step {
                    group: row.group.to_owned(),
                    days,
                    at_risk: row.at_risk,
                    events: row.events,
                    censored: row.censored,
                    survival,
                    interval: interval(row.ci_low, row.ci_high),
                });
            }
        })?;
        for_each::<Network>(dir, &mut measured.rows, |row| {
            measured.network.push(Ties {
                group: row.group.to_owned(),
                window: row.window.to_owned(),
                relation: row.relation.to_owned(),
                accounts: row.accounts,
                inside: row.inside,
                outside: row.outside,
                reciprocated: row.reciprocated,
                policy: row.policy.to_owned(),
            });
        })?;
        for_each::<Content>(dir, &mut measured.rows, |row| {
            // Windows and parts are for the table; the page tells of the whole.
            if row.window == study::Window::ALL && !row.group.contains('/') {
                measured.content.push(Used {
                    group: row.group.to_owned(),
                    kind: row.kind,
                    term: row.term.to_owned(),
                    mark: row.mark.map(str::to_owned),
                    posts: row.posts,
                    accounts: row.accounts,
                    share_of_posts: finite(row.share_of_posts),
                    share_of_accounts: finite(row.share_of_accounts),
                    interval: interval(row.ci_low, row.ci_high),
                });
            }
        })?;
        for_each::<Samples>(dir, &mut measured.rows, |row| {
            measured.samples.push(row.name.to_owned())
        })?;
        for_each::<Windows>(dir, &mut measured.rows, |row| {
            measured.windows.push(WindowSpan {
                name: row.window.to_owned(),
                from: row.from_at,
                to: row.to_at,
            });
        })?;
        for_each::<Returns>(dir, &mut measured.rows, |row| {
            let Ok(position) = usize::try_from(row.return_number) else {
                return;
            };
            // A chain is a person's accounts; no person ever had this many.
            if position < 10_000 {
                if measured.chain_lengths.len() <= position {
                    measured.chain_lengths.resize(position + 1, 0);
                }
                measured.chain_lengths[position] += 1;
            }
        })?;
        crate::hypotheses::read(dir, &mut measured)?;
        for_each::<LedgerEntries>(dir, &mut Vec::new(), |row| {
            measured.ledger.push(LedgerCount {
                stage: row.stage.to_owned(),
                source: row.source.to_owned(),
                flow: row.flow,
                reason: row.reason.to_owned(),
                records: row.records,
            });
        })?;
        Ok(measured)
    }

    fn read_numbers(&mut self, dir: &StageDir) -> anyhow::Result<()> {
        for_each::<Measures>(dir, &mut self.rows, |row| {
            self.measures.push(MeasureRow {
                measure: row.measure.to_owned(),
                group: row.group.to_owned(),
                window: row.window.to_owned(),
                number: Number {
                    value: finite(row.value),
                    interval: interval(row.ci_low, row.ci_high),
                    n: row.n,
                    counted: catalogue::counted(row.measure, row.method),
                    unit: row.unit.to_owned(),
                    method: row.method.to_owned(),
                    finding: row.finding.map(str::to_owned),
                    reason: row.reason.map(str::to_owned),
                    hidden: None,
                },
            });
        })?;
        for_each::<Series>(dir, &mut self.rows, |row| {
            self.series.push(Point {
                measure: row.measure.to_owned(),
                group: row.group.to_owned(),
                at: row.at,
                number: Number {
                    value: finite(row.value),
                    interval: interval(row.ci_low, row.ci_high),
                    n: row.n,
                    counted: catalogue::counted(row.measure, row.method),
                    unit: row.unit.to_owned(),
                    method: row.method.to_owned(),
                    finding: None,
                    reason: row.reason.map(str::to_owned),
                    hidden: None,
                },
            });
        })?;
        Ok(())
    }

    /// The row of a measure.
    pub(crate) fn measure(&self, measure: &str, group: &str, window: &str) -> Option<&MeasureRow> {
        self.measures
            .iter()
            .find(|row| row.measure == measure && row.group == group && row.window == window)
    }

    /// The points of a series, in order of time.
    pub(crate) fn points<'a>(&'a self, measure: &'a str, group: &'a str) -> impl Iterator<Item = &'a Point> + 'a {
        self.series
            .iter()
            .filter(move |point| point.measure == measure && point.group == group)
    }
}

fn for_each<T: Table>(
    dir: &StageDir,
    rows: &mut Vec<(&'static str, u64)>,
    mut each: impl FnMut(T::Row<'_>),
) -> Result<(), TableError> {
    let table = dir.table::<T>()?;
    rows.push((T::NAME, table.rows()));
    for batch in table.batches() {
        batch?.rows()?.for_each(&mut each);
    }
    Ok(())
}

fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

fn interval(low: Option<f64>, high: Option<f64>) -> Option<(f64, f64)> {
    finite(low).zip(finite(high))
}
