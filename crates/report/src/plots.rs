//! Which charts the report draws of the tables, with their captions and the numbers behind them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use serde::Serialize;
use study::published::Value;
use study::{Reading, Reduce};
use tables::Timestamp;

use crate::catalogue;
use crate::chart::{self, Bar, BarChart, Curve, CurveChart, Line, Mark, Reference, Shade, Shape, TimeChart};
use crate::compare::Compared;
use crate::input::{Measured, Number, Point, Step};
use crate::methods::Methods;
use crate::number;
use crate::table::{Cell, PageTable, Row, Style, columns};
use crate::text::clean;
use crate::words;

/// A chart of the page with what belongs to it; or why there is none.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Plot {
    pub(crate) id: String,
    pub(crate) title: String,
    /// The SVG element; it is markup of ours, in which all outside text is escaped.
    pub(crate) svg: Option<String>,
    pub(crate) caption: Vec<String>,
    /// Labels of methods used, with links to them.
    pub(crate) methods: Vec<String>,
    pub(crate) table: Option<PageTable>,
}

/// Series drawn together.
struct Together {
    id: &'static str,
    title: &'static str,
    series: &'static [(&'static str, &'static str)],
    shape: Shape,
}

const TOGETHER: &[Together] = &[
    Together {
        id: "size",
        title: "Accounts alive",
        series: &[("size", "accounts")],
        shape: Shape::Line,
    },
    Together {
        id: "followers",
        title: "Followers",
        series: &[("followers.mean", "mean"), ("followers.median", "median")],
        shape: Shape::Line,
    },
    Together {
        id: "pace-lifetime",
        title: "Tweets per day over the account's lifetime",
        series: &[
            ("tweets_per_day.lifetime.mean", "mean"),
            ("tweets_per_day.lifetime.median", "median"),
        ],
        shape: Shape::Line,
    },
    Together {
        id: "pace-recent",
        title: "Recent tweets per day",
        series: &[
            ("tweets_per_day.window.mean", "between observations"),
            ("tweets_per_day.posts.mean", "posts in the archive"),
        ],
        shape: Shape::Line,
    },
    Together {
        id: "suspension",
        title: "Suspension rate",
        series: &[("suspension.rate", "newly suspended, with 95 % interval")],
        shape: Shape::Points,
    },
    Together {
        id: "posts",
        title: "Posts per week",
        series: &[("volume.posts", "posts")],
        shape: Shape::Bars(7),
    },
    Together {
        id: "posting",
        title: "Accounts that post, per week",
        series: &[("volume.accounts", "accounts")],
        shape: Shape::Bars(7),
    },
    Together {
        id: "location",
        title: "Members in the focus countries",
        series: &[("location.focus", "members")],
        shape: Shape::Line,
    },
    Together {
        id: "location-share",
        title: "Share of members in the focus countries",
        series: &[("location.focus_share", "share")],
        shape: Shape::Line,
    },
];

/// Series that stand in a chart's table but not in the chart.
const IN_NO_CHART: [&str; 2] = ["followers.q1", "followers.q3"];

/// Groups in the order in which their charts come; parts of groups have none.
const GROUPS: [&str; 3] = ["listed", "expanded", "everyone"];

/// Every chart.
pub(crate) fn plots(
    measured: &Measured,
    compared: &[Compared<'_>],
    methods: &mut Methods,
) -> anyhow::Result<Vec<Plot>> {
    let mut plots = Vec::new();
    let mut told: BTreeSet<&str> = IN_NO_CHART.into();
    for together in TOGETHER {
        told.extend(together.series.iter().map(|(series, _)| *series));
        over_time(
            measured,
            compared,
            methods,
            together.id,
            together.title,
            together.series,
            together.shape,
            &mut plots,
        )?;
        if together.id == "suspension" {
            plots.extend(survival(measured, methods)?);
            plots.extend(insularity(measured, methods)?);
            plots.extend(returns(measured, methods)?);
        }
    }
    // A series that this program does not know is drawn all the same.
    let others: BTreeSet<&str> = measured.series.iter().map(|point| point.measure.as_str()).collect();
    for (index, series) in others.difference(&told).enumerate() {
        let id = format!("series-{}", index + 1);
        over_time(
            measured,
            compared,
            methods,
            &id,
            series,
            &[(series, "value")],
            Shape::Line,
            &mut plots,
        )?;
    }
    Ok(plots)
}

#[expect(
    clippy::too_many_arguments,
    reason = "one call in each of two loops, whose items these are"
)]
fn over_time(
    measured: &Measured,
    compared: &[Compared<'_>],
    methods: &mut Methods,
    id: &str,
    title: &str,
    series: &[(&str, &str)],
    shape: Shape,
    plots: &mut Vec<Plot>,
) -> anyhow::Result<()> {
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for group in GROUPS {
        let lines: Vec<(&str, &str, Vec<&Point>)> = series
            .iter()
            .map(|(series, label)| (*series, *label, measured.points(series, group).collect::<Vec<_>>()))
            .filter(|(_, _, points)| points.iter().any(|point| point.number.value.is_some()))
            .collect();
        if !lines.is_empty() {
            let drawing = Drawing {
                measured,
                compared,
                id: format!("chart-{id}-{group}"),
                title: format!("{} of {}", clean(title), words::group(group)),
                group,
                shape,
                lines,
            };
            plots.push(drawing.plot(methods)?);
            continue;
        }
        let missing = series.iter().flat_map(|(series, _)| measured.points(series, group));
        if let Some(reason) = missing.filter_map(|point| point.number.reason.as_deref()).next() {
            reasons.entry(clean(reason)).or_default().push(words::group(group));
        }
    }
    for (index, (reason, groups)) in reasons.into_iter().enumerate() {
        plots.push(Plot {
            id: format!("chart-{id}-none-{}", index + 1),
            title: format!("{} of {}", clean(title), groups.join(" and ")),
            caption: vec![format!("Not measurable on this input: {reason}.")],
            ..Plot::default()
        });
    }
    Ok(())
}

/// Series of one group on the way to a chart.
struct Drawing<'a> {
    measured: &'a Measured,
    compared: &'a [Compared<'a>],
    id: String,
    title: String,
    group: &'a str,
    shape: Shape,
    lines: Vec<(&'a str, &'a str, Vec<&'a Point>)>,
}

impl Drawing<'_> {
    fn plot(&self, methods: &mut Methods) -> anyhow::Result<Plot> {
        let span = self.span();
        let mut chart = TimeChart {
            id: self.id.clone(),
            title: self.title.clone(),
            description: self.description(),
            span,
            lines: self
                .lines
                .iter()
                .map(|(_, label, points)| Line {
                    label: (*label).to_owned(),
                    shape: self.shape,
                    points: points.iter().map(|point| mark(point)).collect(),
                })
                .collect(),
            references: self.references(span),
            shades: self.shades(),
            unchecked: self.unchecked(),
        };
        let far = chart.drop_far_references();
        let mut caption = vec![self.described()];
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
        let present = self.all_points().filter(|point| point.number.value.is_some());
        let methods = methods.labels(present.map(|point| point.number.method.as_str()));
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
        let width = if let Shape::Bars(days) = self.shape {
            f64::from(days)
        } else {
            0.0
        };
        let points = self
            .all_points()
            .flat_map(|point| [chart::days(point.at), chart::days(point.at) + width]);
        ends.chain(points)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| {
                (low.min(at), high.max(at))
            })
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

    /// Moments at which no line has a number, for measures that are taken day by day.
    fn unchecked(&self) -> Vec<f64> {
        if self.shape != Shape::Points {
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
        let mut references = Vec::new();
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
            references.push(Reference {
                label: format!("{} {}", clean(&row.figure.id), row.figure.value),
                values,
                span: at.map_or(whole, |at| (chart::days(at), chart::days(at))),
            });
        }
        references
    }

    /// What is drawn, with n and unit.
    fn described(&self) -> String {
        let drawn: Vec<String> = self
            .lines
            .iter()
            .map(|(series, label, points)| {
                let numbers = points
                    .iter()
                    .filter(|point| point.number.value.is_some())
                    .map(|point| point.number.n);
                let (low, high) = numbers.fold((i64::MAX, i64::MIN), |(low, high), n| (low.min(n), high.max(n)));
                let n = if low == high {
                    number::count(low)
                } else {
                    format!("{} to {}", number::count(low), number::count(high))
                };
                let definition = catalogue::find(series).map_or("", |entry| entry.definition);
                let definition = if definition.is_empty() {
                    String::new()
                } else {
                    format!(", {definition}")
                };
                format!("{} ({label}){definition}; n = {n}", clean(catalogue::title(series)))
            })
            .collect();
        let unit = self
            .all_points()
            .find(|point| point.number.value.is_some())
            .map_or("", |point| point.number.unit.as_str());
        let unit = if unit.is_empty() {
            String::new()
        } else {
            format!(" Unit: {}.", clean(unit))
        };
        format!("{}.{unit}", drawn.join(". "))
    }

    /// How many moments have no number, and why.
    fn gaps(&self) -> Vec<String> {
        let mut by_reason: BTreeMap<(&str, String), usize> = BTreeMap::new();
        for (_, label, points) in &self.lines {
            for point in points.iter().filter(|point| point.number.value.is_none()) {
                *by_reason
                    .entry((label, clean(words::reason(&point.number))))
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
                Some(format!(
                    "{label}: {} points from {} ({}) to {} ({}), lowest {}, highest {}",
                    present.len(),
                    number::number(*first_value),
                    day(first.at),
                    number::number(*last_value),
                    day(last.at),
                    number::number(lowest),
                    number::number(highest)
                ))
            })
            .collect();
        format!("{}.", lines.join(". "))
    }

    /// The numbers behind the chart.
    fn table(&self) -> PageTable {
        let mut moments: BTreeMap<i64, Vec<Option<&Point>>> = BTreeMap::new();
        for (index, (_, _, points)) in self.lines.iter().enumerate() {
            for point in points {
                let row = moments
                    .entry(point.at.0)
                    .or_insert_with(|| vec![None; self.lines.len()]);
                row[index] = Some(*point);
            }
        }
        // Intervals are shown where there is one.
        let with_interval: Vec<bool> = self
            .lines
            .iter()
            .map(|(_, _, points)| points.iter().any(|point| point.number.interval.is_some()))
            .collect();
        let mut names = columns(&["day"]);
        for ((series, _, _), interval) in self.lines.iter().zip(&with_interval) {
            names.push(crate::table::Column {
                name: catalogue::find(series).map_or("value", |entry| entry.title),
                numeric: true,
            });
            if *interval {
                names.extend(columns(&["95 % interval#"]));
            }
            names.extend(columns(&["n#"]));
        }
        let rows = moments.into_iter().map(|(at, points)| {
            let mut cells = vec![Cell::text(&day(Timestamp(at)))];
            for (point, interval) in points.into_iter().zip(&with_interval) {
                cells.extend(number_cells(point.map(|point| &point.number), *interval));
            }
            Row::of(cells)
        });
        PageTable {
            id: format!("{}-numbers", self.id),
            caption: format!("Numbers behind the chart: {}", self.title),
            columns: names,
            rows: rows.collect(),
        }
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

fn mark(point: &Point) -> Mark {
    Mark {
        at: chart::days(point.at),
        value: point.number.value,
        interval: point.number.interval,
    }
}

fn day(at: Timestamp) -> String {
    DateTime::from_timestamp_millis(at.0).map_or_else(|| "–".to_owned(), |moment| moment.format("%Y-%m-%d").to_string())
}

fn survival(measured: &Measured, methods: &mut Methods) -> anyhow::Result<Option<Plot>> {
    let mut groups: Vec<&str> = measured.survival.iter().map(|step| step.group.as_str()).collect();
    groups.dedup();
    // A fifth curve could not be told from the first.
    groups.truncate(4);
    if groups.is_empty() {
        return Ok(None);
    }
    let of = |group: &str| -> Vec<&Step> { measured.survival.iter().filter(|step| step.group == group).collect() };
    let title = "Survival of accounts from creation to suspension".to_owned();
    let curves: Vec<Curve> = groups
        .iter()
        .map(|group| Curve {
            label: clean(&words::group(group)),
            steps: of(group)
                .iter()
                .map(|step| (step.days, step.survival, step.interval))
                .collect(),
        })
        .collect();
    let described: Vec<String> = groups
        .iter()
        .filter_map(|group| {
            let steps = of(group);
            let (first, last) = (steps.first()?, steps.last()?);
            let events: i64 = steps.iter().map(|step| step.events).sum();
            let censored: i64 = steps.iter().map(|step| step.censored).sum();
            let most = steps.iter().map(|step| step.at_risk).max()?;
            Some(format!(
                "{}: at most {} at risk at once, {} suspensions, {} censored; share standing {} after {} days, {} after {} days",
                clean(&words::group(group)),
                number::count(most),
                number::count(events),
                number::count(censored),
                number::number(first.survival),
                number::number(first.days),
                number::number(last.survival),
                number::number(last.days)
            ))
        })
        .collect();
    let mut caption = vec![
        "Share of accounts not yet suspended (Kaplan–Meier), by days since creation; the band is the 95 % interval. The curve ends \
         where fewer accounts are at risk than the smallest group shown."
            .to_owned(),
        format!("{}.", described.join(". ")),
    ];
    let mut used = Vec::new();
    for group in &groups {
        if let Some(row) = measured.measure("survival.median_days", group, study::Window::ALL) {
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
            used.push(row.number.method.as_str());
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
        methods: methods.labels(used),
        table: Some(survival_table(&groups, &of, last)),
    }))
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

fn insularity(measured: &Measured, methods: &mut Methods) -> anyhow::Result<Vec<Plot>> {
    const SHARES: [(&str, &str); 3] = [
        ("insularity.follows_out", "follows by members"),
        ("insularity.follows_in", "follows of members"),
        ("insularity.interactions", "interactions by members"),
    ];
    let mut plots = Vec::new();
    for group in GROUPS {
        let rows = SHARES.iter().filter_map(|(measure, label)| {
            Some((
                measured.measure(measure, group, study::Window::ALL)?,
                (*label).to_owned(),
            ))
        });
        let named = (
            format!("chart-insularity-{group}"),
            format!("Ties of {} that stay inside", words::group(group)),
        );
        let caption = "Share of ties with a member at one end that have a member at the other; the whole period. The line is one \
                       half: to its right, most ties stay inside.";
        plots.extend(bars(named, rows.collect(), (0.5, "one half"), 1.0, caption, methods)?);
    }
    Ok(plots)
}

fn returns(measured: &Measured, methods: &mut Methods) -> anyhow::Result<Vec<Plot>> {
    let mut plots = Vec::new();
    for group in GROUPS {
        let mut rows: Vec<_> = measured
            .measures
            .iter()
            .filter(|row| row.measure == "returns.followers_ratio" && row.window == study::Window::ALL)
            .filter_map(|row| {
                let number = row.group.strip_prefix(group)?.strip_prefix("/return_")?;
                Some((number.parse::<u32>().ok()?, row))
            })
            .collect();
        rows.sort_by_key(|(number, _)| *number);
        let rows = rows
            .into_iter()
            .map(|(number, row)| (row, format!("return {number}")))
            .collect();
        let named = (
            format!("chart-returns-{group}"),
            format!("Followers after each return, {}", words::group(group)),
        );
        let caption = "Most followers of the account with which persons came back, over those of their first account, by return \
                       number. At 1 a person has as many followers as before.";
        plots.extend(bars(named, rows, (1.0, "as before"), 1.0, caption, methods)?);
    }
    Ok(plots)
}

fn bars(
    (id, title): (String, String),
    rows: Vec<(&crate::input::MeasureRow, String)>,
    line: (f64, &str),
    reach: f64,
    caption: &str,
    methods: &mut Methods,
) -> anyhow::Result<Option<Plot>> {
    let mut drawn = Vec::new();
    let mut caption = vec![caption.to_owned()];
    let mut used = Vec::new();
    let mut absent = Vec::new();
    for (row, label) in &rows {
        let Some(value) = row.number.value else {
            absent.push(format!("{label}: {}.", clean(words::reason(&row.number))));
            continue;
        };
        let (shown, interval) = number::with_interval(value, row.number.interval);
        used.push(row.number.method.as_str());
        let interval = interval.map_or_else(String::new, |interval| format!(" ({interval})"));
        drawn.push(Bar {
            label: format!("{label}, n = {}", number::count(row.number.n)),
            value,
            interval: row.number.interval,
            shown: format!("{shown}{interval}"),
        });
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let described: Vec<String> = drawn
        .iter()
        .map(|bar| format!("{}: {}", bar.label, bar.shown))
        .collect();
    let svg = if drawn.is_empty() {
        None
    } else {
        let chart = BarChart {
            id: id.clone(),
            title: title.clone(),
            description: format!("{}.", described.join(". ")),
            bars: drawn,
            line: (line.0, line.1.to_owned()),
            reach,
        };
        caption.push("Numbers in brackets and whiskers: 95 % interval.".to_owned());
        caption.push(format!("{}.", described.join(". ")));
        Some(chart.svg()?)
    };
    if !absent.is_empty() {
        caption.push(format!("Not measurable: {}", absent.join(" ")));
    }
    Ok(Some(Plot {
        id,
        title,
        svg,
        caption,
        methods: methods.labels(used),
        table: None,
    }))
}
