//! The study's design: its windows, and the choices that it made.

use study::{Listed, Study};

use crate::input::Measured;
use crate::number;
use crate::table::{Cell, PageTable, Row, columns};
use crate::text::counted;
use crate::words;

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
