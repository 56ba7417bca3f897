//! The survival curves with their table.

use study::Window;

use super::Plot;
use crate::chart::{Curve, CurveChart, MOST_LINES, Stair};
use crate::input::{Measured, Step};
use crate::methods::{Kind, Methods};
use crate::number;
use crate::table::{Cell, PageTable, Row, columns};
use crate::text::clean;
use crate::words;

/// The survival curves, where there are any.
pub(super) fn survival(measured: &Measured, methods: &Methods) -> anyhow::Result<Option<Plot>> {
    let mut groups: Vec<&str> = measured.survival.iter().map(|step| step.group.as_str()).collect();
    groups.dedup();
    groups.sort_by_key(|group| words::group_rank(group));
    // One curve more could not be told from the first.
    groups.truncate(MOST_LINES);
    if groups.is_empty() {
        return Ok(None);
    }
    let of = |group: &str| -> Vec<&Step> { measured.survival.iter().filter(|step| step.group == group).collect() };
    let title = "Survival of accounts from creation to suspension".to_owned();
    let end = groups.iter().map(|group| nearly_gone(&of(group))).fold(1.0, f64::max);
    let curves: Vec<Curve> = groups
        .iter()
        .map(|group| Curve {
            label: clean(&words::group(group)),
            steps: drawn_steps(&of(group), end),
        })
        .collect();
    let described: Vec<String> = groups
        .iter()
        .filter_map(|group| {
            let steps = of(group);
            let last = steps.last()?;
            let events: i64 = steps.iter().map(|step| step.events).sum();
            let censored: i64 = steps.iter().map(|step| step.censored).sum();
            let most = steps.iter().map(|step| step.at_risk).max()?;
            Some(format!(
                "{}: at most {} at risk at once, {} suspensions, {} censored, followed to {} days",
                clean(&words::group(group)),
                number::count(most),
                number::count(events),
                number::count(censored),
                number::number(last.days.floor()),
            ))
        })
        .collect();
    let mut caption = vec![
        "Share of accounts not yet suspended (Kaplan–Meier), by days since creation; the band is the 95 % interval. A curve ends \
         where fewer accounts are at risk than the smallest group shown; the chart ends where every curve is below 5 %."
            .to_owned(),
        format!("In {}.", described.join("; in ")),
    ];
    for group in &groups {
        if let Some(row) = measured.measure("survival.median_days", group, Window::ALL) {
            caption.push(match row.number.value {
                Some(value) => format!(
                    "Median of {}: {}.",
                    clean(&words::group(group)),
                    words::quantity(value, &row.number)
                ),
                None => format!(
                    "Median of {}: {}.",
                    clean(&words::group(group)),
                    clean(words::reason(&row.number))
                ),
            });
        }
    }
    let last = measured.survival.iter().map(|step| step.days).fold(0.0, f64::max);
    let svg = CurveChart {
        id: "chart-survival".to_owned(),
        title: title.clone(),
        description: format!("{}.", described.join(". ")),
        curves,
    }
    .svg()?;
    Ok(Some(Plot {
        id: "chart-survival".to_owned(),
        title,
        svg: Some(svg),
        caption,
        methods: methods.labels(Kind::Measure, ["survival.median_days"]),
        table: Some(survival_table(&groups, &of, last)),
    }))
}

/// Below this share the rest of a curve is a line along the axis.
const NEARLY_GONE: f64 = 0.05;
/// Steps that a chart can show apart.
const DRAWN_STEPS: f64 = 1_400.0;

/// The time at which a curve falls below [`NEARLY_GONE`], or its last.
pub(super) fn nearly_gone(steps: &[&Step]) -> f64 {
    let gone = steps.iter().find(|step| step.survival < NEARLY_GONE);
    gone.or(steps.last()).map_or(0.0, |step| step.days)
}

/// The steps up to `end` that can be told apart, the last of each pixel: an archive has a step for every account.
pub(super) fn drawn_steps(steps: &[&Step], end: f64) -> Vec<Stair> {
    let pixel = |days: f64| (days / end * DRAWN_STEPS).floor();
    let before_end: Vec<&Step> = steps.iter().copied().filter(|step| step.days <= end).collect();
    let nexts = before_end
        .iter()
        .skip(1)
        .map(|step| Some(pixel(step.days)))
        .chain([None]);
    before_end
        .iter()
        .zip(nexts)
        .filter(|(step, next)| *next != Some(pixel(step.days)))
        .map(|(step, _)| (step.days, step.survival, step.interval))
        .collect()
}

/// What stands, and how many are at risk, at round times.
fn survival_table<'a>(groups: &[&'a str], of: &dyn Fn(&str) -> Vec<&'a Step>, last: f64) -> PageTable {
    const TIMES: [f64; 14] = [
        0.0, 1.0, 2.0, 7.0, 14.0, 30.0, 60.0, 90.0, 120.0, 180.0, 365.0, 730.0, 1095.0, 1825.0,
    ];
    let mut rows = Vec::new();
    for group in groups {
        let steps = of(group);
        for time in TIMES.into_iter().filter(|time| *time <= last) {
            let Some(at_risk) = steps.iter().find(|step| step.days >= time).map(|step| step.at_risk) else {
                continue;
            };
            let (share, interval) = steps
                .iter()
                .rfind(|step| step.days <= time)
                .map_or((None, None), |step| (Some(step.survival), step.interval));
            let (shown, interval) = share.map_or((None, None), |share| {
                let (shown, interval) = number::with_interval(share, interval);
                (Some(shown), interval)
            });
            rows.push(Row::of(vec![
                Cell::text(&words::group(group)),
                Cell::shown(number::number(time)),
                Cell::count(at_risk),
                shown.map_or_else(Cell::none, Cell::shown),
                interval.map_or_else(Cell::none, Cell::shown),
            ]));
        }
    }
    PageTable {
        id: "chart-survival-numbers".to_owned(),
        caption: "Accounts at risk and share standing at round times".to_owned(),
        columns: columns(&[
            "group",
            "days since creation#",
            "at risk#",
            "share standing#",
            "95 % interval#",
        ]),
        rows,
    }
}
