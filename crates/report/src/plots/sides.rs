//! Numbers side by side: what share of ties stays inside, and how many followers come back.

use study::Window;

use super::{Plot, Plots};
use crate::chart::{Bar, BarChart};
use crate::input::{MeasureRow, Measured};
use crate::methods::{Kind, Methods};
use crate::number;
use crate::text::{capitalized, clean};
use crate::words::{self, GROUPS};

/// The shares of ties that stay inside.
pub(super) fn insularity(measured: &Measured, methods: &Methods, plots: &mut Plots) -> anyhow::Result<()> {
    const SHARES: [(&str, &str); 3] = [
        ("insularity.follows_out", "follows by members"),
        ("insularity.follows_in", "follows of members"),
        ("insularity.interactions", "interactions by members"),
    ];
    for group in GROUPS {
        let rows = SHARES
            .iter()
            .filter_map(|(measure, label)| Some((measured.measure(measure, group, Window::ALL)?, (*label).to_owned())));
        let sides = Sides {
            measured,
            id: format!("chart-insularity-{group}"),
            title: format!("Ties that stay inside, {}", words::group(group)),
            rows: rows.collect(),
            line: (0.5, "one half"),
            caption: "Share of the ties with a member at one end that have a member at the other too, over the whole period; \
                      follows by members go out to others, follows of members come in from others. Where a bar passes one \
                      half, most ties stay inside.",
        };
        sides.plot(methods, plots)?;
    }
    Ok(())
}

/// Followers after each return.
pub(super) fn returns(measured: &Measured, methods: &Methods, plots: &mut Plots) -> anyhow::Result<()> {
    for group in GROUPS {
        let mut rows: Vec<(u32, &MeasureRow)> = measured
            .measures
            .iter()
            .filter(|row| row.measure == "returns.followers_ratio" && row.window == Window::ALL)
            .filter_map(|row| {
                let number = row.group.strip_prefix(group)?.strip_prefix("/return_")?;
                Some((number.parse().ok()?, row))
            })
            .collect();
        rows.sort_by_key(|(number, _)| *number);
        let sides = Sides {
            measured,
            id: format!("chart-returns-{group}"),
            title: format!("Followers after each return, {}", words::group(group)),
            rows: rows
                .into_iter()
                .map(|(number, row)| (row, format!("return {number}")))
                .collect(),
            line: (1.0, "as before"),
            caption: "Most followers of the account with which persons came back, over those of their first account, by \
                      return number. At 1 a person has as many followers as before.",
        };
        sides.plot(methods, plots)?;
    }
    Ok(())
}

/// Rows on the way to a chart.
struct Sides<'a> {
    measured: &'a Measured,
    id: String,
    title: String,
    rows: Vec<(&'a MeasureRow, String)>,
    line: (f64, &'static str),
    caption: &'static str,
}

impl Sides<'_> {
    fn plot(self, methods: &Methods, plots: &mut Plots) -> anyhow::Result<()> {
        let mut bars = Vec::new();
        let mut described = Vec::new();
        let mut absent = Vec::new();
        let mut by_chance = Vec::new();
        for (row, label) in &self.rows {
            let Some(value) = row.number.value else {
                absent.push(format!("{label}: {}", clean(words::reason(&row.number))));
                continue;
            };
            let (shown, interval) = number::with_interval(value, row.number.interval);
            let interval = interval.map_or_else(String::new, |interval| format!(" ({interval})"));
            let beside = |figure: &str| {
                let id = format!("{}.{figure}", row.measure);
                let found = self.measured.measure(&id, &row.group, Window::ALL);
                found.and_then(|row| row.number.value)
            };
            let held = beside("observed").zip(beside("expected"));
            by_chance.extend(held.map(|(observed, expected)| {
                let (observed, expected) = (number::number(observed), number::number(expected));
                format!("{label}: {expected} in place of {observed}")
            }));
            // What random networks are held against is not quite the number of the bar, so the line keeps its distance.
            let chance = held.map(|(observed, expected)| value - (observed - expected));
            described.push(format!("{label}, {}: {shown}{interval}", words::n(&row.number)));
            bars.push(Bar {
                // What n counts stands in the caption: a bar's label is short.
                label: format!("{label}, {}", words::bare_n(row.number.n)),
                value,
                interval: row.number.interval,
                chance,
                shown: format!("{shown}{interval}"),
            });
        }
        if bars.is_empty() {
            if let Some((row, _)) = self.rows.first() {
                plots.miss(self.title, words::reason(&row.number));
            }
            return Ok(());
        }
        let mut caption = vec![
            self.caption.to_owned(),
            format!(
                "{}; whiskers and brackets are the {}.",
                capitalized(&described.join("; ")),
                words::INTERVAL
            ),
        ];
        if !by_chance.is_empty() {
            caption.push(format!(
                "A broken line shows how far it would lie were lists drawn by chance, everybody keeping the number of ties (of the distinct \
                 pairs of the whole period {}).",
                by_chance.join("; ")
            ));
        }
        if !absent.is_empty() {
            caption.push(format!("Without a number: {}.", absent.join("; ")));
        }
        let svg = BarChart {
            id: self.id.clone(),
            title: self.title.clone(),
            description: format!("{}.", described.join("; ")),
            bars,
            line: Some((self.line.0, self.line.1.to_owned())),
            reach: 1.0,
        }
        .svg()?;
        let measures = self.rows.iter().map(|(row, _)| row.measure.as_str());
        plots.drawn.push(Plot {
            id: self.id,
            title: self.title,
            svg: Some(svg),
            caption,
            methods: methods.labels(Kind::Measure, measures),
            table: None,
        });
        Ok(())
    }
}
