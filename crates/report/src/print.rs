//! Tables on standard output, for the next program in a pipe.

use std::io::Write;
use std::path::Path;

use clap::ValueEnum;
use serde_json::{Value, json};
use stage::Remedy;
use tables::{Comparison, Comparisons, Counterpart, Counterparts, TableFile};

use crate::number;
use crate::text::{clean, guarded};

/// What can be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Printed {
    /// Published figures beside reproduced ones.
    Comparisons,
    /// The numbers of other runs beside those of this one.
    Counterparts,
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

/// A table on its way out.
struct Sheet {
    columns: &'static [&'static str],
    rows: Vec<Vec<Value>>,
    /// The same for the eye, the headings first.
    lines: Vec<Vec<String>>,
}

/// Prints the comparisons of a finished directory.
pub(crate) fn comparisons(dir: &Path, format: Format) -> anyhow::Result<()> {
    let batch = TableFile::<Comparisons>::open(dir)?.read()?;
    let rows: Vec<Comparison<'_>> = batch.rows()?.collect();
    let headings = [
        "figure",
        "published",
        "reproduced",
        "95 % interval",
        "n",
        "verdict",
        "note",
    ];
    let mut lines = vec![headings.map(str::to_owned).to_vec()];
    lines.extend(rows.iter().map(comparison_line));
    let sheet = Sheet {
        columns: &[
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
        ],
        rows: rows.iter().map(comparison_values).collect(),
        lines,
    };
    sheet.print(format)
}

/// Prints the numbers of runs beside each other.
pub(crate) fn counterparts(dir: &Path, format: Format) -> anyhow::Result<()> {
    let batch = TableFile::<Counterparts>::open(dir)?.read()?;
    let rows: Vec<Counterpart<'_>> = batch.rows()?.collect();
    let headings = [
        "measure",
        "group",
        "window",
        "run",
        "value",
        "95 % interval",
        "ratio",
        "difference",
        "reason",
    ];
    let mut lines = vec![headings.map(str::to_owned).to_vec()];
    lines.extend(rows.iter().map(counterpart_line));
    let sheet = Sheet {
        columns: &[
            "measure",
            "group",
            "window",
            "position",
            "run",
            "value",
            "ci_low",
            "ci_high",
            "n",
            "unit",
            "finding",
            "reason",
            "difference",
            "ratio",
        ],
        rows: rows.iter().map(counterpart_values).collect(),
        lines,
    };
    sheet.print(format)
}

fn comparison_values(row: &Comparison<'_>) -> Vec<Value> {
    vec![
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

fn counterpart_values(row: &Counterpart<'_>) -> Vec<Value> {
    vec![
        json!(row.measure),
        json!(row.group),
        json!(row.window),
        json!(row.position),
        json!(row.run),
        json!(row.value),
        json!(row.ci_low),
        json!(row.ci_high),
        json!(row.n),
        json!(row.unit),
        json!(row.finding),
        json!(row.reason),
        json!(row.difference),
        json!(row.ratio),
    ]
}

fn comparison_line(row: &Comparison<'_>) -> Vec<String> {
    let (shown, interval) = shown(row.reproduced, row.ci_low.zip(row.ci_high));
    let shown = shown.or_else(|| row.finding.map(clean));
    vec![
        clean(row.figure),
        clean(row.published),
        shown.unwrap_or_else(nothing),
        interval.unwrap_or_else(nothing),
        number::count(row.n),
        row.verdict.word().replace('_', " "),
        clean(row.note),
    ]
}

fn counterpart_line(row: &Counterpart<'_>) -> Vec<String> {
    let (shown, interval) = shown(row.value, row.ci_low.zip(row.ci_high));
    vec![
        clean(row.measure),
        clean(row.group),
        clean(row.window),
        clean(row.run),
        shown.unwrap_or_else(nothing),
        interval.unwrap_or_else(nothing),
        row.ratio.map_or_else(nothing, number::number),
        row.difference.map_or_else(nothing, number::number),
        clean(row.reason.unwrap_or_default()),
    ]
}

fn nothing() -> String {
    "–".to_owned()
}

fn shown(value: Option<f64>, interval: Option<(f64, f64)>) -> (Option<String>, Option<String>) {
    value.map_or((None, None), |value| {
        let (shown, interval) = number::with_interval(value, interval);
        (Some(shown), interval)
    })
}

impl Sheet {
    fn print(&self, format: Format) -> anyhow::Result<()> {
        let stdout = std::io::stdout().lock();
        let written = match format {
            Format::Csv => self.csv(stdout),
            Format::Json => self.json_lines(stdout),
            Format::Table => self.table(stdout),
        };
        written.or_failure(|| "cannot write to standard output".to_owned(), "")
    }

    fn csv(&self, out: impl Write) -> std::io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(self.columns)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(|value| match value {
                Value::Null => String::new(),
                Value::String(text) => guarded(text),
                other => other.to_string(),
            }))?;
        }
        writer.flush()
    }

    fn json_lines(&self, mut out: impl Write) -> std::io::Result<()> {
        for row in &self.rows {
            let named = self
                .columns
                .iter()
                .map(|name| (*name).to_owned())
                .zip(row.iter().cloned());
            writeln!(out, "{}", Value::Object(named.collect()))?;
        }
        Ok(())
    }

    fn table(&self, mut out: impl Write) -> std::io::Result<()> {
        let columns = self.lines.first().map_or(0, Vec::len);
        let width = |column: usize| {
            self.lines
                .iter()
                .map(|line| line[column].chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for line in &self.lines {
            let mut text = String::new();
            for (cell, width) in line.iter().zip(&widths) {
                text.push_str(cell);
                text.extend(std::iter::repeat_n(' ', width + 2 - cell.chars().count()));
            }
            writeln!(out, "{}", text.trim_end())?;
        }
        Ok(())
    }
}
