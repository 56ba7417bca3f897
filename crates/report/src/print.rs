//! The comparison table on standard output, for the next program in a pipe.

use std::io::Write;

use clap::ValueEnum;
use serde_json::{Value, json};
use stage::Remedy;
use tables::{Comparison, Comparisons, TableFile};

use crate::number;
use crate::text::{clean, guarded};

/// What can be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Printed {
    /// Published figures beside reproduced ones.
    Comparisons,
}

/// How it is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Comma-separated values with a header; texts that begin like a formula get an apostrophe before them.
    Csv,
    /// One JSON object a line.
    Json,
    /// Columns for the eye.
    #[default]
    Table,
}

/// Prints the comparisons of a finished directory.
pub(crate) fn comparisons(dir: &std::path::Path, format: Format) -> anyhow::Result<()> {
    let batch = TableFile::<Comparisons>::open(dir)?.read()?;
    let rows: Vec<Comparison<'_>> = batch.rows()?.collect();
    let stdout = std::io::stdout().lock();
    let written = match format {
        Format::Csv => csv(&rows, stdout),
        Format::Json => json_lines(&rows, stdout),
        Format::Table => table(&rows, stdout),
    };
    written.or_failure(|| "cannot write to standard output".to_owned(), "")
}

const COLUMNS: [&str; 14] = [
    "figure",
    "study",
    "definition",
    "published",
    "unit",
    "source",
    "measured_as",
    "reproduced",
    "ci_low",
    "ci_high",
    "n",
    "finding",
    "verdict",
    "note",
];

fn values(row: &Comparison<'_>) -> [Value; 14] {
    [
        json!(row.figure),
        json!(row.study),
        json!(row.definition),
        json!(row.published),
        json!(row.unit),
        json!(row.source),
        json!(row.measured_as),
        json!(row.reproduced),
        json!(row.ci_low),
        json!(row.ci_high),
        json!(row.n),
        json!(row.finding),
        json!(row.verdict.word()),
        json!(row.note),
    ]
}

fn csv(rows: &[Comparison<'_>], out: impl Write) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(COLUMNS)?;
    for row in rows {
        writer.write_record(values(row).iter().map(|value| match value {
            Value::Null => String::new(),
            Value::String(text) => guarded(text),
            other => other.to_string(),
        }))?;
    }
    writer.flush()
}

fn json_lines(rows: &[Comparison<'_>], mut out: impl Write) -> std::io::Result<()> {
    for row in rows {
        let object: serde_json::Map<String, Value> =
            COLUMNS.iter().map(|name| (*name).to_owned()).zip(values(row)).collect();
        writeln!(out, "{}", Value::Object(object))?;
    }
    Ok(())
}

fn table(rows: &[Comparison<'_>], mut out: impl Write) -> std::io::Result<()> {
    let mut lines = vec![
        [
            "figure",
            "published",
            "reproduced",
            "95 % interval",
            "n",
            "verdict",
            "note",
        ]
        .map(str::to_owned),
    ];
    for row in rows {
        let interval = row.ci_low.zip(row.ci_high);
        let (shown, interval) = row.reproduced.map_or((None, None), |value| {
            let (shown, interval) = number::with_interval(value, interval);
            (Some(shown), interval)
        });
        lines.push([
            clean(row.figure),
            clean(row.published),
            clean(
                &shown
                    .or_else(|| row.finding.map(str::to_owned))
                    .unwrap_or_else(|| "–".to_owned()),
            ),
            interval.unwrap_or_else(|| "–".to_owned()),
            number::count(row.n),
            row.verdict.word().replace('_', " "),
            clean(row.note),
        ]);
    }
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..7).map(width).collect();
    for line in &lines {
        let mut text = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', width + 2 - cell.chars().count()));
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}
