//! A table of this stage on standard output, for the next program in a pipe.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use chrono::{DateTime, SecondsFormat};
use clap::ValueEnum;
use serde_json::Value;
use stage::Remedy;
use tables::{
    AtRisk, Content, Influence, Measures, Network, Returns, Series, Survival, Table, TableFile, TermKind, Tests,
    Timestamp, Waves,
};

/// A table that can be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Printed {
    /// One number a row
    Measures,
    /// One number a sample or bin
    Series,
    /// The steps of the survival curves
    Survival,
    /// Persons' later accounts (without account ids, which may be handles)
    Returns,
    /// Ties inside and outside the sets
    Network,
    /// Waves of suspensions
    Waves,
    /// Members by reactions drawn and given (without account ids)
    Influence,
    /// Who was at risk at which age: the table under the survival curves
    #[value(name = "at_risk")]
    AtRisk,
    /// Tests of hypotheses, their p-values as they stand and adjusted within their family (Holm)
    Tests,
    /// Hashtags, domains and clients of most posts or accounts
    Content,
}

/// How it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Comma-separated, with a header; text that a spreadsheet would run as a formula gets a leading apostrophe
    Csv,
    /// One JSON object a line
    Json,
    /// Aligned columns, for people
    Table,
}

/// Prints a table of the directory.
///
/// # Errors
/// When it cannot be read, or standard output not be written.
pub fn print(dir: &Path, table: Printed, format: Format) -> anyhow::Result<()> {
    let (columns, rows) = cells(dir, table)?;
    let out = BufWriter::new(io::stdout().lock());
    written(out, &columns, &rows, format).or_failure(
        || "cannot write to standard output".to_owned(),
        "check the program that reads it",
    )
}

fn written(mut out: impl Write, columns: &[&str], rows: &[Vec<Value>], format: Format) -> io::Result<()> {
    match format {
        Format::Csv => csv(out, columns, rows),
        Format::Json => {
            for row in rows {
                // Written field by field, since a map of serde_json would put the columns in alphabetical order.
                let fields: Vec<String> = columns
                    .iter()
                    .zip(row)
                    .map(|(column, cell)| format!("{}:{cell}", Value::from(*column)))
                    .collect();
                writeln!(out, "{{{}}}", fields.join(","))?;
            }
            out.flush()
        }
        Format::Table => aligned(out, columns, rows),
    }
}

fn csv(out: impl Write, columns: &[&str], rows: &[Vec<Value>]) -> io::Result<()> {
    // A closed pipe must stay recognisable as one.
    let as_io = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    };
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(columns).map_err(as_io)?;
    for row in rows {
        writer.write_record(row.iter().map(guarded)).map_err(as_io)?;
    }
    writer.flush()
}

/// The cell as text; text that begins as a formula does is kept from being one.
fn guarded(cell: &Value) -> String {
    match cell {
        Value::String(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        cell => plain(cell),
    }
}

fn plain(cell: &Value) -> String {
    match cell {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn aligned(mut out: impl Write, columns: &[&str], rows: &[Vec<Value>]) -> io::Result<()> {
    let shown: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(shown).collect()).collect();
    let widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(i, column)| {
            let cells = shown.iter().filter_map(|row| row.get(i));
            cells.map(|cell| cell.chars().count()).fold(column.len(), usize::max)
        })
        .collect();
    let header: Vec<String> = columns.iter().map(ToString::to_string).collect();
    let numeric: Vec<bool> = (0..columns.len())
        .map(|i| rows.iter().any(|row| row.get(i).is_some_and(Value::is_number)))
        .collect();
    for row in std::iter::once(&header).chain(&shown) {
        let mut line = String::new();
        for ((cell, width), numeric) in row.iter().zip(&widths).zip(&numeric) {
            let gap = " ".repeat(width.saturating_sub(cell.chars().count()));
            let (before, after) = if *numeric {
                (gap.as_str(), "")
            } else {
                ("", gap.as_str())
            };
            line.push_str(&format!("{before}{cell}{after}  "));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    out.flush()
}

/// Numbers to six significant digits, for people; control characters never reach a terminal.
fn shown(cell: &Value) -> String {
    match cell {
        Value::Number(number) if !number.is_i64() => number.as_f64().map_or_else(String::new, significant),
        cell => plain(cell)
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect(),
    }
}

fn significant(number: f64) -> String {
    let digits = if number == 0.0 {
        0.0
    } else {
        number.abs().log10().floor()
    };
    let decimals = (5.0 - digits).clamp(0.0, 12.0) as usize;
    let text = format!("{number:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

fn cells(dir: &Path, table: Printed) -> anyhow::Result<(Vec<&'static str>, Vec<Vec<Value>>)> {
    /// The columns of a table by name, from its declaration, and the cells of its rows in the same order.
    macro_rules! columns {
        ($table:ident: $($column:ident),+ $(,)?) => {{
            let mut rows = Vec::new();
            for batch in TableFile::<$table>::open(dir)?.batches() {
                for row in batch?.rows()? {
                    rows.push(vec![$(Cell::value(row.$column)),+]);
                }
            }
            let columns = vec![$(stringify!($column)),+];
            debug_assert!(columns.iter().all(|name| $table::COLUMNS.iter().any(|column| column.name == *name)));
            (columns, rows)
        }};
    }
    Ok(match table {
        Printed::Measures => {
            columns!(Measures: measure, group, window, value, ci_low, ci_high, n, unit, finding, reason, method)
        }
        Printed::Series => columns!(Series: measure, group, at, value, ci_low, ci_high, n, unit, reason, method),
        Printed::Survival => {
            columns!(Survival: group, time_days, at_risk, events, censored, survival, ci_low, ci_high, cumulative_hazard)
        }
        Printed::Returns => columns!(
            Returns: person_id, return_number, created_at, gone_at, gap_days, followers_peak, followers_last,
            followers_after, tweets_per_day, followers_ratio, pace_ratio,
        ),
        Printed::Network => {
            columns!(Network: group, window, relation, accounts, inside, outside, reciprocated, policy)
        }
        Printed::Waves => columns!(
            Waves: group, from_at, to_at, suspensions, account_days, excess, base_percent_per_day, ratio, ci_low, ci_high, open,
        ),
        Printed::Content => columns!(
            Content: group, window, kind, rank, platform, term, mark, posts, reposts, accounts, posts_of_group, accounts_of_group,
            share_of_posts, share_of_accounts, ci_low, ci_high,
        ),
        Printed::Influence => columns!(Influence: group, window, rank, influence, exposure, interactivity),
        Printed::AtRisk => columns!(AtRisk: group, window, time_days, at_risk, events, censored, reason),
        Printed::Tests => columns!(
            Tests: family, test, group, window, statistic, p_value, p_holm, family_size, effect, ci_low, ci_high, unit, n, n_other,
            reason, method,
        ),
    })
}

/// A cell as JSON has it.
trait Cell {
    fn value(self) -> Value;
}

impl Cell for &str {
    fn value(self) -> Value {
        Value::from(self)
    }
}

impl Cell for TermKind {
    fn value(self) -> Value {
        Value::from(self.word())
    }
}

impl Cell for bool {
    fn value(self) -> Value {
        Value::from(self)
    }
}

impl Cell for i64 {
    fn value(self) -> Value {
        Value::from(self)
    }
}

impl Cell for f64 {
    fn value(self) -> Value {
        Value::from(self)
    }
}

impl Cell for Timestamp {
    fn value(self) -> Value {
        // Beyond chrono's calendar there is only the number.
        DateTime::from_timestamp_millis(self.0).map_or(Value::from(self.0), |moment| {
            Value::from(moment.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        })
    }
}

impl<T: Cell> Cell for Option<T> {
    fn value(self) -> Value {
        self.map_or(Value::Null, Cell::value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(format: Format) -> String {
        let rows = vec![
            vec![Value::from("a"), Value::from(1), Value::Null],
            vec![Value::from("=1+1"), Value::from(-20), Value::from(0.123_456_78)],
        ];
        let mut out = Vec::new();
        written(&mut out, &["name", "n", "share"], &rows, format).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn formats() {
        assert_eq!(text(Format::Csv), "name,n,share\na,1,\n'=1+1,-20,0.12345678\n");
        assert_eq!(
            text(Format::Json),
            "{\"name\":\"a\",\"n\":1,\"share\":null}\n{\"name\":\"=1+1\",\"n\":-20,\"share\":0.12345678}\n"
        );
        assert_eq!(
            text(Format::Table),
            "name    n     share\na       1\n=1+1  -20  0.123457\n"
        );
    }

    #[test]
    fn numbers_for_people() {
        for (number, shown) in [
            (0.0, "0"),
            (1234567.0, "1234567"),
            (-0.000123456789, "-0.000123457"),
            (55.5, "55.5"),
        ] {
            assert_eq!(significant(number), shown);
        }
    }
}
