//! The same series of several runs in one chart.

use study::Window;

use super::{Plot, numbers, over_time, survival};
use crate::beside::Side;
use crate::catalogue;
use crate::chart::{self, Curve, CurveChart, Line, Shape, TimeChart};
use crate::collected::{collected, is_of_posts};
use crate::input::{Point, Step};
use crate::number;
use crate::text::{capitalized, clean};
use crate::words::{self, GROUPS};

/// The series that are drawn.
const DRAWN: [&str; 5] = [
    "size",
    "followers.mean",
    "tweets_per_day.lifetime.mean",
    "volume.posts",
    "location.focus",
];

/// The charts of series and of survival, of the first group that has numbers in two runs or more.
pub(crate) fn plots(sides: &[Side<'_>]) -> anyhow::Result<Vec<Plot>> {
    let first =
        |of: &dyn Fn(&str) -> anyhow::Result<Option<Plot>>| GROUPS.into_iter().find_map(|group| of(group).transpose());
    let mut plots = Vec::new();
    for series in DRAWN {
        plots.extend(first(&|group| over_time_of(sides, series, group)).transpose()?);
    }
    plots.extend(first(&|group| survival_of(sides, group)).transpose()?);
    Ok(plots)
}

fn over_time_of(sides: &[Side<'_>], series: &str, group: &str) -> anyhow::Result<Option<Plot>> {
    let lines: Vec<(&Side<'_>, Vec<&Point>)> = sides
        .iter()
        .map(|side| (side, side.measured.points(series, group).collect::<Vec<_>>()))
        .filter(|(_, points)| points.iter().any(|point| point.number.value.is_some()))
        .collect();
    let Some((_, first)) = lines.first().filter(|_| lines.len() > 1) else {
        return Ok(None);
    };
    let unit = first.iter().find(|point| point.number.value.is_some());
    let unit = unit.map_or("", |point| point.number.unit.as_str());
    let entry = catalogue::find(series);
    let title = format!("{}, {}", catalogue::title(series), words::group(group));
    let title = clean(&title);
    let id = format!("chart-side-{}-{group}", series.replace('.', "-"));
    let moments = lines.iter().flat_map(|(_, points)| points.iter().map(|point| point.at));
    let of_windows = sides.iter().flat_map(|side| &side.measured.windows);
    let whole = of_windows.filter(|window| window.name == Window::ALL);
    let span = whole
        .flat_map(|window| [window.from, window.to])
        .chain(moments)
        .map(chart::days)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| {
            (low.min(at), high.max(at))
        });
    let described: Vec<String> = lines
        .iter()
        .filter_map(|(side, points)| {
            let mut numbers = points.iter().filter_map(|point| point.number.value);
            let first = numbers.next()?;
            let last = numbers.next_back().unwrap_or(first);
            let (first, last) = (number::number(first), number::number(last));
            Some(format!("{}: {first} at first, {last} at last", clean(side.name)))
        })
        .collect();
    let chart = TimeChart {
        id: id.clone(),
        title: title.clone(),
        description: format!("{}.", described.join("; ")),
        unit: clean(unit),
        span,
        lines: lines
            .iter()
            .map(|(side, points)| Line {
                label: clean(side.name),
                shape: Shape::Line,
                points: points
                    .iter()
                    .map(|point| chart::Mark {
                        // Bands of several runs would hide each other; intervals stand in the table.
                        interval: None,
                        ..over_time::mark(point)
                    })
                    .collect(),
            })
            .collect(),
        ..TimeChart::default()
    };
    let definition = entry.map_or(series, |entry| entry.definition);
    let parts = lines.iter().filter(|_| is_of_posts(series)).filter_map(|(side, _)| {
        let part = collected(side.measured, group)?;
        Some(format!(
            "{}: {}; this is of what was collected.",
            clean(side.name),
            part.sentence()
        ))
    });
    let table: Vec<(&str, &[&Point])> = lines
        .iter()
        .map(|(side, points)| (side.name, points.as_slice()))
        .collect();
    Ok(Some(Plot {
        svg: Some(chart.svg()?),
        caption: [
            format!("{}.", capitalized(&clean(definition))),
            format!("{}.", described.join("; ")),
        ]
        .into_iter()
        .chain(parts)
        .collect(),
        table: Some(numbers::table(&id, &title, &table)),
        id,
        title,
        ..Plot::default()
    }))
}

fn survival_of(sides: &[Side<'_>], group: &str) -> anyhow::Result<Option<Plot>> {
    let curves: Vec<(&Side<'_>, Vec<&Step>)> = sides
        .iter()
        .map(|side| {
            let steps = side.measured.survival.iter().filter(|step| step.group == group);
            (side, steps.collect::<Vec<_>>())
        })
        .filter(|(_, steps)| !steps.is_empty())
        .collect();
    if curves.len() < 2 {
        return Ok(None);
    }
    let title = format!("Survival from creation to suspension, {}", words::group(group));
    let id = format!("chart-side-survival-{group}");
    let end = curves
        .iter()
        .map(|(_, steps)| survival::nearly_gone(steps))
        .fold(1.0, f64::max);
    let medians: Vec<String> = curves
        .iter()
        .filter_map(|(side, _)| {
            let row = side.measured.measure("survival.median_days", group, Window::ALL)?;
            let words = match row.number.value {
                Some(value) => words::quantity(value, &row.number),
                None => words::reason(&row.number).to_owned(),
            };
            Some(format!("{}: {}", clean(side.name), clean(&words)))
        })
        .collect();
    let chart = CurveChart {
        id: id.clone(),
        title: title.clone(),
        description: format!("Median by run: {}.", medians.join("; ")),
        curves: curves
            .iter()
            .map(|(side, steps)| Curve {
                label: clean(side.name),
                steps: survival::drawn_steps(steps, end)
                    .into_iter()
                    .map(|(at, share, _)| (at, share, None))
                    .collect(),
            })
            .collect(),
    };
    Ok(Some(Plot {
        svg: Some(chart.svg()?),
        caption: vec![
            "Share of accounts not yet suspended (Kaplan–Meier), by days since creation.".to_owned(),
            format!("Median by run: {}.", medians.join("; ")),
        ],
        id,
        title,
        ..Plot::default()
    }))
}
