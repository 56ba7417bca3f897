//! Series over time: the lines of one group, with published values, windows, gaps and the numbers behind them.

use std::collections::{BTreeMap, BTreeSet};

use study::published::Value;
use study::{Reading, Reduce};
use tables::Timestamp;

use super::{Plot, Plots, Together, numbers};
use crate::catalogue;
use crate::chart::{self, Line, Mark, Reference, Shade, Shape, TimeChart};
use crate::collected::{collected, is_of_posts};
use crate::compare::Compared;
use crate::input::{Measured, Point};
use crate::methods::{Kind, Methods};
use crate::number;
use crate::table::PageTable;
use crate::text::{capitalized, clean};
use crate::words::{self, GROUPS};

/// A series with the label of its line and its points.
type Labelled<'a> = (&'a str, &'a str, Vec<&'a Point>);

/// The charts of series that are drawn together, one a group.
pub(super) fn over_time(
    measured: &Measured,
    compared: &[Compared<'_>],
    methods: &Methods,
    together: Together<'_>,
    plots: &mut Plots,
) -> anyhow::Result<()> {
    if is_zero_throughout(measured, &together) {
        plots.miss(clean(together.title), "zero in every group, wherever a number is shown");
        return Ok(());
    }
    for group in GROUPS {
        let title = format!("{}, {}", clean(together.title), words::group(group));
        let points = |series| measured.points(series, group).collect::<Vec<_>>();
        let lines: Vec<Labelled<'_>> = together
            .series
            .iter()
            .map(|(series, label)| (*series, *label, points(series)))
            .filter(|(_, _, points)| points.iter().any(|point| point.number.value.is_some()))
            .collect();
        if lines.is_empty() {
            let mut missing = together.series.iter().flat_map(|(series, _)| points(series));
            if let Some(reason) = missing.find_map(|point| point.number.reason.as_deref()) {
                plots.miss(title, reason);
            }
            continue;
        }
        let drawing = Drawing {
            measured,
            compared,
            id: format!("chart-{}-{group}", together.id),
            title,
            group,
            shape: together.shape,
            lines,
            beside: together.beside.iter().map(|series| (*series, points(series))).collect(),
        };
        plots.drawn.push(drawing.plot(methods)?);
    }
    Ok(())
}

/// Whether there are numbers, and each of them is zero: a line along the axis shows nothing.
fn is_zero_throughout(measured: &Measured, together: &Together<'_>) -> bool {
    let names = together.series.iter().map(|(series, _)| series).chain(together.beside);
    let mut numbers = names
        .flat_map(|series| GROUPS.map(|group| measured.points(series, group)))
        .flatten()
        .filter_map(|point| point.number.value)
        .peekable();
    numbers.peek().is_some() && numbers.all(|number| number == 0.0)
}

/// Series of one group on the way to a chart.
struct Drawing<'a> {
    measured: &'a Measured,
    compared: &'a [Compared<'a>],
    id: String,
    title: String,
    group: &'a str,
    shape: Shape,
    lines: Vec<Labelled<'a>>,
    /// Series of the table alone.
    beside: Vec<(&'a str, Vec<&'a Point>)>,
}

impl Drawing<'_> {
    fn plot(&self, methods: &Methods) -> anyhow::Result<Plot> {
        let span = self.span();
        let mut chart = TimeChart {
            id: self.id.clone(),
            title: self.title.clone(),
            description: self.description(),
            unit: self.unit(),
            span,
            lines: self
                .lines
                .iter()
                .map(|(_, label, points)| Line {
                    label: clean(label),
                    shape: self.shape,
                    points: points.iter().map(|point| mark(point)).collect(),
                })
                .collect(),
            references: self.references(span),
            shades: self.shades(),
            unchecked: self.unchecked(),
            unchecked_days: self.days_each(),
        };
        let far = chart.drop_far_references();
        let mut caption = vec![self.described()];
        if self.lines.iter().any(|(series, ..)| is_of_posts(series)) {
            let part = collected(self.measured, self.group);
            caption.extend(part.map(|part| format!("{}: this is of what was collected.", part.sentence())));
        }
        caption.extend(self.gaps());
        if !chart.shades.is_empty() {
            let windows: Vec<String> = chart.shades.iter().map(|shade| shade.label.clone()).collect();
            caption.push(format!("Shaded: window {}.", windows.join(", ")));
        }
        if !chart.references.is_empty() {
            let labels: Vec<String> = chart
                .references
                .iter()
                .map(|reference| reference.label.clone())
                .collect();
            caption.push(format!("Published: {}.", labels.join("; ")));
        }
        if !far.is_empty() {
            let labels: Vec<String> = far.iter().map(|reference| reference.label.clone()).collect();
            caption.push(format!(
                "Published, and far above what is drawn: {}.",
                labels.join("; ")
            ));
        }
        let methods = methods.labels(Kind::Series, self.lines.iter().map(|(series, _, _)| *series));
        Ok(Plot {
            id: self.id.clone(),
            title: self.title.clone(),
            svg: Some(chart.svg()?),
            caption,
            methods,
            table: Some(self.table()),
        })
    }

    fn all_points(&self) -> impl Iterator<Item = &Point> {
        self.lines.iter().flat_map(|(_, _, points)| points.iter().copied())
    }

    /// The study's period and whatever was measured outside it.
    fn span(&self) -> (f64, f64) {
        let period = self
            .measured
            .windows
            .iter()
            .filter(|window| window.name == study::Window::ALL);
        let ends = period.flat_map(|window| [chart::days(window.from), chart::days(window.to)]);
        let width = if self.shape == Shape::Line {
            0.0
        } else {
            self.days_each()
        };
        let points = self
            .all_points()
            .flat_map(|point| [chart::days(point.at), chart::days(point.at) + width]);
        ends.chain(points)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| {
                (low.min(at), high.max(at))
            })
    }

    /// Days that a number of the chart stands for, where it stands for a span.
    fn days_each(&self) -> f64 {
        match self.shape {
            Shape::Bars(days) => f64::from(days),
            Shape::Line | Shape::Points => 1.0,
        }
    }

    fn shades(&self) -> Vec<Shade> {
        let windows = self
            .measured
            .windows
            .iter()
            .filter(|window| window.name != study::Window::ALL);
        windows
            .map(|window| Shade {
                label: clean(&window.name),
                span: (chart::days(window.from), chart::days(window.to)),
            })
            .collect()
    }

    /// Moments at which no line has a number, for numbers that are not joined by a line.
    fn unchecked(&self) -> Vec<f64> {
        // A line shows its gaps itself.
        if self.shape == Shape::Line {
            return Vec::new();
        }
        let present: BTreeSet<i64> = self
            .all_points()
            .filter(|point| point.number.value.is_some())
            .map(|point| point.at.0)
            .collect();
        let absent: BTreeSet<i64> = self
            .all_points()
            .map(|point| point.at.0)
            .filter(|at| !present.contains(at))
            .collect();
        absent
            .into_iter()
            .map(|at| chart::days(Timestamp(at)).floor())
            .collect()
    }

    fn references(&self, span: (f64, f64)) -> Vec<Reference> {
        let mut references: Vec<Reference> = Vec::new();
        for row in self.compared.iter().filter(|row| row.asked.group() == self.group) {
            let (series, reduce) = match row.asked.reading() {
                Reading::Measure(measure) => (measure, None),
                Reading::Series(series, reduce) => (series, Some(*reduce)),
            };
            let Some((_, _, points)) = self.lines.iter().find(|(id, _, _)| *id == series.as_str()) else {
                continue;
            };
            let values = match row.figure.value {
                Value::Number(n) | Value::Below(n) | Value::AtMost(n) | Value::Above(n) | Value::AtLeast(n) => vec![n],
                Value::Range(low, high) => vec![low, high],
                Value::Qualitative(_) => continue,
            };
            let mut present = points.iter().filter(|point| point.number.value.is_some());
            let at = match reduce {
                Some(Reduce::First) => present.next().map(|point| point.at),
                Some(Reduce::Last) => present.next_back().map(|point| point.at),
                _ => None,
            };
            let window = self
                .measured
                .windows
                .iter()
                .find(|window| window.name == row.asked.window());
            let whole = window.map_or(span, |window| (chart::days(window.from), chart::days(window.to)));
            let span = at.map_or(whole, |at| (chart::days(at), chart::days(at)));
            let label = format!("{} {}", clean(&row.figure.id), row.figure.value);
            // Two figures with the same value are one line.
            match references
                .iter_mut()
                .find(|other| other.values == values && other.span == span)
            {
                Some(other) => other.label = format!("{}, {label}", other.label),
                None => references.push(Reference { label, values, span }),
            }
        }
        references
    }

    /// The unit of what is drawn.
    fn unit(&self) -> String {
        let point = self.all_points().find(|point| point.number.value.is_some());
        point.map_or_else(String::new, |point| clean(&point.number.unit))
    }

    /// What is drawn, with n and unit.
    fn described(&self) -> String {
        let mut drawn: Vec<String> = self
            .lines
            .iter()
            .map(|(series, label, points)| {
                let present = points.iter().filter(|point| point.number.value.is_some());
                let (low, high) = present
                    .map(|point| point.number.n)
                    .fold((i64::MAX, i64::MIN), |(low, high), n| (low.min(n), high.max(n)));
                let to = if low == high {
                    String::new()
                } else {
                    format!(" to {}", number::count(high))
                };
                let counted = points.first().map_or("", |point| point.number.counted.as_str());
                let n = format!("{}{to} {counted}", words::bare_n(low));
                let definition =
                    catalogue::find(series).map_or("not a series that this report knows", |entry| entry.definition);
                // A line alone is what the title says.
                let sentence = match self.lines.len() {
                    1 => format!("{definition} ({}).", n.trim_end()),
                    _ => format!("{}: {definition} ({}).", clean(label), n.trim_end()),
                };
                capitalized(&sentence)
            })
            .collect();
        let unit = self.unit();
        if !unit.is_empty() {
            drawn.push(format!("Unit: {unit}."));
        }
        drawn.join(" ")
    }

    /// How many moments have no number, and why.
    fn gaps(&self) -> Vec<String> {
        let mut by_reason: BTreeMap<(String, String), usize> = BTreeMap::new();
        for (_, label, points) in &self.lines {
            for point in points.iter().filter(|point| point.number.value.is_none()) {
                *by_reason
                    .entry((clean(label), clean(words::reason(&point.number))))
                    .or_insert(0) += 1;
            }
        }
        by_reason
            .into_iter()
            .map(|((label, reason), count)| {
                format!(
                    "No number at {} ({label}): {reason}.",
                    crate::text::counted(count, "moment", "moments")
                )
            })
            .collect()
    }

    /// The chart in words.
    fn description(&self) -> String {
        let lines: Vec<String> = self
            .lines
            .iter()
            .filter_map(|(_, label, points)| {
                let present: Vec<(&Point, f64)> = points
                    .iter()
                    .filter_map(|point| Some((*point, point.number.value?)))
                    .collect();
                let ((first, first_value), (last, last_value)) = (present.first()?, present.last()?);
                let lowest = present.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
                let highest = present
                    .iter()
                    .map(|(_, value)| *value)
                    .fold(f64::NEG_INFINITY, f64::max);
                let label = clean(label);
                Some(format!(
                    "{label}: {} points from {} ({}) to {} ({}), lowest {}, highest {}",
                    present.len(),
                    number::number(*first_value),
                    words::day(first.at),
                    number::number(*last_value),
                    words::day(last.at),
                    number::number(lowest),
                    number::number(highest)
                ))
            })
            .collect();
        format!("{}.", lines.join(". "))
    }

    /// The numbers behind the chart.
    fn table(&self) -> PageTable {
        let lines = self
            .lines
            .iter()
            .map(|(series, _, points)| (catalogue::title(series), points.as_slice()));
        let beside = self
            .beside
            .iter()
            .map(|(series, points)| (catalogue::title(series), points.as_slice()));
        numbers::table(&self.id, &self.title, &lines.chain(beside).collect::<Vec<_>>())
    }
}

pub(super) fn mark(point: &Point) -> Mark {
    Mark {
        at: chart::days(point.at),
        value: point.number.value,
        interval: point.number.interval,
    }
}
