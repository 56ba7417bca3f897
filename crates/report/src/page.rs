//! The whole page: every section as plain data that the two templates write out.

use std::collections::BTreeMap;

use serde::Serialize;
use stage::Provenance;
use study::Study;
use tables::VerdictWord;

use crate::beside::SideBySide;
use crate::catalogue;
use crate::compare::Compared;
use crate::hypotheses;
use crate::input::{MeasureRow, Measured};
use crate::methods::{Kind, Methods};
use crate::notes;
use crate::number;
use crate::plots::{Absent, Plot, Plots, plots};
use crate::summary::{Summary, summary};
use crate::table::{Cell, PageTable, Part, Row, Style, columns, linked};
use crate::text::clean;
use crate::unmeasured;
use crate::words;

/// The report.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    title: String,
    synthetic: bool,
    period: String,
    smallest: String,
    summary: Summary,
    comparison: PageTable,
    sources: Vec<Source>,
    plots: Vec<Plot>,
    absent: Vec<Absent>,
    beside: Option<SideBySide>,
    measures: PageTable,
    unmeasured: Option<PageTable>,
    notes: Option<PageTable>,
    tests: Option<PageTable>,
    content: Vec<PageTable>,
    ledger: Vec<PageTable>,
    samples: Vec<String>,
    windows: PageTable,
    ties: Option<PageTable>,
    choices: PageTable,
    definitions: PageTable,
    methods: PageTable,
    facts: Option<PageTable>,
    runs: PageTable,
    inputs: Vec<PageTable>,
    figures: String,
}

/// A source of published figures.
#[derive(Debug, Serialize)]
pub(crate) struct Source {
    number: usize,
    parts: Vec<Part>,
}

/// What the page is made of.
pub(crate) struct Material<'a> {
    pub(crate) study: &'a Study,
    pub(crate) measured: &'a Measured,
    pub(crate) compared: &'a [Compared<'a>],
    pub(crate) smallest: i64,
    /// This run, then those before it.
    pub(crate) runs: &'a [&'a Provenance],
    /// Where the published figures come from.
    pub(crate) figures: String,
    /// Other runs beside this one.
    pub(crate) beside: Option<SideBySide>,
}

/// Whether any run, or the study, says that the data were made up.
pub(crate) fn is_synthetic(study: &Study, runs: &[&Provenance]) -> bool {
    let said = runs.iter().filter_map(|run| run.facts.get("synthetic"));
    // Anything but a plain no counts: a report must not look real by a slip.
    study.synthetic()
        || said
            .into_iter()
            .any(|fact| !fact.is_null() && *fact != serde_json::Value::Bool(false))
}

impl Page {
    /// Puts the page together.
    pub(crate) fn new(material: Material<'_>) -> anyhow::Result<Self> {
        let Material {
            study,
            measured,
            compared,
            smallest,
            runs,
            figures,
            beside,
        } = material;
        let methods = Methods::of(measured);
        let Plots { drawn, absent } = plots(measured, compared, &methods)?;
        let sources = Sources::of(compared);
        let newest = runs.first().copied();
        let period = study.period();
        Ok(Self {
            title: clean(study.title()),
            synthetic: is_synthetic(study, runs),
            period: format!("{} to {}", period.from(), period.to()),
            smallest: number::count(smallest),
            summary: summary(measured, compared),
            comparison: comparison_table(compared, &sources),
            sources: sources.listed(),
            plots: drawn,
            absent,
            beside,
            measures: measures_table(measured, &methods),
            unmeasured: unmeasured::table(&sorted_measures(measured)),
            notes: notes_table(measured, &methods),
            tests: hypotheses::table(measured),
            content: notes::content(measured, smallest),
            ledger: newest.map_or_else(Vec::new, |newest| notes::ledger(&measured.ledger, newest)),
            samples: measured.samples.iter().map(|name| clean(name)).collect(),
            windows: notes::windows(measured, study),
            ties: notes::ties(measured, smallest),
            choices: notes::choices(study),
            definitions: notes::definitions(measured),
            methods: notes::methods(&methods),
            facts: newest.and_then(notes::facts),
            runs: notes::runs(runs),
            inputs: notes::inputs(runs),
            figures: clean(&figures),
        })
    }
}

/// The sources of the compared figures, numbered in the order in which they come.
struct Sources<'a>(Vec<&'a str>);

impl<'a> Sources<'a> {
    fn of(compared: &'a [Compared<'_>]) -> Self {
        let mut sources: Vec<&str> = Vec::new();
        for row in compared {
            if !sources.contains(&row.figure.source.as_str()) {
                sources.push(&row.figure.source);
            }
        }
        Self(sources)
    }

    fn number(&self, source: &str) -> usize {
        self.0
            .iter()
            .position(|other| *other == source)
            .map_or(0, |index| index + 1)
    }

    fn listed(&self) -> Vec<Source> {
        let numbered = self.0.iter().enumerate();
        numbered
            .map(|(index, source)| Source {
                number: index + 1,
                parts: linked(source),
            })
            .collect()
    }
}

fn verdict_cell(verdict: VerdictWord) -> Cell {
    match verdict {
        VerdictWord::Agrees => Cell::styled(Style::Agrees, "✓ agrees"),
        VerdictWord::Differs => Cell::styled(Style::Differs, "✗ differs"),
        VerdictWord::NotMeasurable => Cell::styled(Style::Open, "○ not measurable"),
    }
}

fn comparison_table(compared: &[Compared<'_>], sources: &Sources<'_>) -> PageTable {
    let rows = compared.iter().map(|row| {
        let (figure, ours) = (row.figure, &row.ours);
        let source = sources.number(&figure.source);
        let ours_cell = match ours.value {
            Some(value) => {
                let (shown, interval) = number::with_interval(value, ours.interval);
                let mut cell = Cell::shown(shown).and(Style::Plain, words::unit_after(&ours.unit).trim_start());
                if let Some(interval) = interval {
                    cell = cell.line(Style::Small, &format!("{} {interval}", words::INTERVAL));
                }
                cell.line(Style::Small, &words::n(ours))
                    .line(Style::Plain, ours.finding.as_deref().unwrap_or_default())
            }
            None => match &ours.finding {
                Some(finding) => Cell::text(finding).line(Style::Small, &words::n(ours)),
                None => Cell::none(),
            },
        };
        let published = match &figure.value {
            study::published::Value::Qualitative(word) => Cell::text(word).line(Style::Small, "in words"),
            value => Cell::text(&value.to_string()).and(Style::Plain, &figure.unit),
        };
        Row::of(vec![
            Cell::styled(Style::Strong, &figure.id)
                .and(Style::Plain, &figure.definition)
                .line(Style::Small, &format!("{}, {}", figure.study, figure.period))
                .link(&format!("source {source}"), &format!("#source-{source}")),
            published,
            ours_cell,
            verdict_cell(row.verdict),
            Cell::text(&row.measured_as)
                .line(Style::Small, &row.because)
                .line(Style::Small, row.asked.note().unwrap_or_default()),
        ])
    });
    PageTable {
        id: "comparison-table".to_owned(),
        caption: "Published figures beside reproduced ones".to_owned(),
        columns: columns(&[
            "figure",
            "published",
            "reproduced",
            "verdict",
            "read as; rule and what it found; definition used",
        ]),
        rows: rows.collect(),
    }
}

/// The rows of `measures` in the order of the report.
fn sorted_measures(measured: &Measured) -> Vec<&MeasureRow> {
    let windows: BTreeMap<&str, usize> = measured
        .windows
        .iter()
        .enumerate()
        .map(|(index, window)| (window.name.as_str(), index))
        .collect();
    let mut sorted: Vec<&MeasureRow> = measured.measures.iter().collect();
    sorted.sort_by_key(|row| {
        (
            catalogue::rank(&row.measure),
            &row.measure,
            words::group_rank(&row.group),
            &row.group,
            windows.get(row.window.as_str()).copied().unwrap_or(usize::MAX),
        )
    });
    sorted
}

fn measures_table(measured: &Measured, methods: &Methods) -> PageTable {
    let rows = sorted_measures(measured)
        .into_iter()
        .filter(|row| unmeasured::says_something(row))
        .map(|row| measure_row(row, methods));
    PageTable {
        id: "measures-table".to_owned(),
        caption: "Every measure that has a number".to_owned(),
        columns: columns(&[
            "measure",
            "group",
            "window",
            "value#",
            "95 % interval#",
            "unit",
            "n#",
            "finding",
            "method",
        ]),
        rows: rows.collect(),
    }
}

fn measure_row(row: &MeasureRow, methods: &Methods) -> Row {
    let number = &row.number;
    let mut head = Cell::text(catalogue::title(&row.measure));
    if catalogue::find(&row.measure).is_some() {
        head = head.line(Style::Code, &row.measure);
    }
    let mut cells = vec![head, Cell::text(&row.group), Cell::text(&row.window)];
    match number.value {
        Some(value) => {
            let (shown, interval) = number::with_interval(value, number.interval);
            cells.push(Cell::shown(shown));
            cells.push(interval.map_or_else(Cell::no_number, Cell::shown));
            cells.push(Cell::text(&number.unit));
        }
        None => {
            cells.push(Cell::text(&unmeasured::why(row)).spanning(3));
        }
    }
    // What nobody was counted for has no n either.
    let has_n = number.hidden.is_none() && (number.value.is_some() || number.n > 0);
    cells.push(if has_n {
        Cell::count(number.n)
    } else {
        Cell::no_number()
    });
    cells.push(number.finding.as_deref().map_or_else(Cell::none, Cell::text));
    let label = methods.label(Kind::Measure, &row.measure);
    cells.push(label.map_or_else(Cell::none, |label| Cell::of_link(label, &format!("#method-{label}"))));
    Row::of(cells)
}

/// What single numbers add to their methods.
fn notes_table(measured: &Measured, methods: &Methods) -> Option<PageTable> {
    let rows: Vec<Row> = sorted_measures(measured)
        .into_iter()
        .filter(|row| row.number.value.is_some())
        .filter_map(|row| {
            let notes = methods.notes(Kind::Measure, &row.measure, &row.number.method);
            let place = |text: &str| Cell::text(text);
            (!notes.is_empty()).then(|| {
                Row::of(vec![
                    place(catalogue::title(&row.measure)),
                    place(&row.group),
                    place(&row.window),
                    Cell::styled(Style::Small, &notes),
                ])
            })
        })
        .collect();
    (!rows.is_empty()).then(|| PageTable {
        id: "notes-table".to_owned(),
        caption: "Notes on single numbers".to_owned(),
        columns: columns(&["measure", "group", "window", "what it adds to its method"]),
        rows,
    })
}
