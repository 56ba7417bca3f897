//! The numbers behind a chart, moment by moment: for those who do not see it, and for the Markdown twin.

use std::collections::BTreeMap;

use tables::Timestamp;

use crate::input::{Number, Point};
use crate::number;
use crate::table::{Cell, Column, PageTable, Row, Style, columns};
use crate::words;

/// A row a moment, and for each line, under its heading, number, interval and n; or why there is none.
pub(super) fn table(id: &str, title: &str, lines: &[(&str, &[&Point])]) -> PageTable {
    let mut moments: BTreeMap<i64, Vec<Option<&Point>>> = BTreeMap::new();
    for (index, (_, points)) in lines.iter().enumerate() {
        for point in *points {
            let row = moments.entry(point.at.0).or_insert_with(|| vec![None; lines.len()]);
            row[index] = Some(*point);
        }
    }
    // Intervals are shown where there is one.
    let with_interval: Vec<bool> = lines
        .iter()
        .map(|(_, points)| points.iter().any(|point| point.number.interval.is_some()))
        .collect();
    let mut names = columns(&["day"]);
    for ((heading, _), interval) in lines.iter().zip(&with_interval) {
        names.push(Column::of_numbers(heading));
        if *interval {
            names.extend(columns(&["95 % interval#"]));
        }
        names.extend(columns(&["n#"]));
    }
    let rows = moments.into_iter().map(|(at, points)| {
        let mut cells = vec![Cell::text(&words::day(Timestamp(at)))];
        for (point, interval) in points.into_iter().zip(&with_interval) {
            cells.extend(number_cells(point.map(|point| &point.number), *interval));
        }
        Row::of(cells)
    });
    PageTable {
        id: format!("{}-numbers", id),
        caption: format!("Numbers behind the chart: {}", title),
        columns: names,
        rows: rows.collect(),
    }
}

fn number_cells(number: Option<&Number>, interval: bool) -> Vec<Cell> {
    let width = if interval { 3 } else { 2 };
    match number {
        None => vec![Cell::none().spanning(width)],
        Some(Number {
            value: Some(value),
            interval: ends,
            n,
            ..
        }) => {
            let (shown, ends) = number::with_interval(*value, *ends);
            let mut cells = vec![Cell::shown(shown)];
            if interval {
                cells.push(ends.map_or_else(Cell::none, Cell::shown));
            }
            cells.push(Cell::count(*n));
            cells
        }
        Some(number) => vec![Cell::styled(Style::Small, words::reason(number)).spanning(width)],
    }
}
