//! The shape of the networks among members: a chart of what lies between −1 and 1, with what chance would make of it, and a table of
//! all figures.

use study::Window;

use super::{Plot, Plots};
use crate::catalogue;
use crate::chart::{Bar, BarChart};
use crate::input::{MeasureRow, Measured, Number};
use crate::methods::{Kind, Methods};
use crate::number;
use crate::table::{Cell, PageTable, Row, Style, columns};
use crate::text::{capitalized, clean};
use crate::words::{self, GROUPS};

/// Either network: its name in ids, and in titles.
const NETWORKS: [(&str, &str); 2] = [
    ("follows", "Follows among members"),
    ("interactions", "Interactions among members"),
];

/// Figures that are drawn: the id after the network, and the label.
const DRAWN: [(&str, &str); 9] = [
    ("weak_components.largest_share", "accounts in the largest component"),
    ("strong_components.largest_share", "the same along ties"),
    ("reciprocity", "reciprocity"),
    ("assortativity", "assortativity"),
    ("transitivity", "transitivity"),
    ("modularity", "modularity of communities"),
    ("attention_gini", "concentration of attention"),
    ("page_rank_gini", "concentration of PageRank"),
    ("betweenness_gini", "concentration of betweenness"),
];

/// Figures that are told, not drawn: the id after the network, and the words before and after the number.
const TOLD: [(&str, &str, &str); 8] = [
    ("accounts", "", " accounts"),
    ("ties", "", " ties"),
    ("weak_components", "", " components"),
    ("strong_components", "", " components along ties"),
    ("core", "an innermost core in which everybody has ties to ", " others"),
    ("core.accounts", "", " accounts in that core"),
    ("communities", "", " communities"),
    ("reach", "", " accounts reached outside the set"),
];

/// A chart of each network of each set.
pub(super) fn structure(measured: &Measured, methods: &Methods, plots: &mut Plots) -> anyhow::Result<()> {
    for (network, name) in NETWORKS {
        for group in GROUPS {
            let shape = Shape {
                measured,
                network,
                group,
                title: format!("{name}, {}", words::group(group)),
            };
            shape.plot(methods, plots)?;
        }
    }
    Ok(())
}

/// A network of a set on the way to its chart.
struct Shape<'a> {
    measured: &'a Measured,
    network: &'a str,
    group: &'a str,
    title: String,
}

impl<'a> Shape<'a> {
    fn row(&self, id: &str) -> Option<&'a MeasureRow> {
        let measure = format!("structure.{}.{id}", self.network);
        self.measured.measure(&measure, self.group, Window::ALL)
    }

    fn plot(self, methods: &Methods, plots: &mut Plots) -> anyhow::Result<()> {
        let mut bars = Vec::new();
        let mut absent = Vec::new();
        let mut reason = None;
        for (id, label) in DRAWN {
            let Some(row) = self.row(id) else {
                continue;
            };
            let Some(value) = row.number.value else {
                let why = words::reason(&row.number);
                reason.get_or_insert(why);
                absent.push(format!("{label}: {}", clean(why)));
                continue;
            };
            let chance = self.row(&format!("{id}.expected")).and_then(|row| row.number.value);
            let (shown, _) = number::with_interval(value, row.number.interval);
            let by_chance =
                chance.map_or_else(String::new, |chance| format!(" (by chance {})", number::number(chance)));
            bars.push(Bar {
                label: label.to_owned(),
                value,
                interval: row.number.interval,
                chance,
                shown: format!("{shown}{by_chance}"),
            });
        }
        if bars.is_empty() {
            if let Some(reason) = reason {
                plots.miss(self.title, reason);
            }
            return Ok(());
        }
        let told: Vec<String> = TOLD
            .iter()
            .filter_map(|(id, before, after)| {
                let value = self.row(id)?.number.value?;
                Some(format!("{before}{}{after}", number::number(value)))
            })
            .collect();
        let described: Vec<String> = bars.iter().map(|bar| format!("{}: {}", bar.label, bar.shown)).collect();
        let mut caption = vec![
            "Members as accounts, ordered pairs of them as ties, over the whole period; shares and indices from 0 to 1, \
             assortativity and modularity from \u{2212}1. A broken line shows what networks have in which everybody keeps the \
             number of ties and chance decides with whom."
                .to_owned(),
        ];
        if !told.is_empty() {
            caption.push(format!("{}.", capitalized(&told.join("; "))));
        }
        caption.push(format!("{}.", capitalized(&described.join("; "))));
        if !absent.is_empty() {
            caption.push(format!("Without a number: {}.", absent.join("; ")));
        }
        let id = format!("chart-structure-{}-{}", self.network, self.group);
        let svg = BarChart {
            id: id.clone(),
            title: self.title.clone(),
            description: format!("{}.", described.join("; ")),
            bars,
            line: None,
            reach: 1.0,
        }
        .svg()?;
        let table = self.table(&id);
        let ids = DRAWN.iter().map(|(id, _)| id).chain(TOLD.iter().map(|(id, _, _)| id));
        let measures = ids.filter_map(|id| self.row(id));
        plots.drawn.push(Plot {
            methods: methods.labels(Kind::Measure, measures.map(|row| row.measure.as_str())),
            svg: Some(svg),
            caption,
            table: Some(table),
            title: self.title,
            id,
        });
        Ok(())
    }

    /// Every figure of the network, in the order of the report, with what stands beside it.
    fn table(&self, id: &str) -> PageTable {
        let of_network = format!("structure.{}.", self.network);
        let told = catalogue::all().filter(|entry| {
            let own = entry.id.strip_prefix(of_network.as_str());
            own.is_some_and(|own| !own.ends_with(".expected") && !own.ends_with(".z"))
        });
        let rows = told.filter_map(|entry| {
            let number = &self.measured.measure(entry.id, self.group, Window::ALL)?.number;
            let beside = |what: &str| {
                let row = self
                    .measured
                    .measure(&format!("{}.{what}", entry.id), self.group, Window::ALL);
                row.map(|row| &row.number)
            };
            let title = entry.title.split_once(": ").map_or(entry.title, |(_, title)| title);
            let mut cells = vec![Cell::text(title)];
            match number.value {
                Some(value) => {
                    let (shown, interval) = number::with_interval(value, number.interval);
                    cells.push(Cell::shown(shown));
                    cells.push(interval.map_or_else(Cell::no_number, Cell::shown));
                }
                None => cells.push(Cell::styled(Style::Small, words::reason(number)).spanning(2)),
            }
            match (beside("expected"), beside("z")) {
                (
                    Some(Number {
                        value: Some(chance), ..
                    }),
                    z,
                ) => {
                    cells.push(Cell::shown(number::number(*chance)));
                    let z = z.and_then(|z| z.value);
                    cells.push(z.map_or_else(Cell::no_number, |z| Cell::shown(number::number(z))));
                }
                (Some(none), _) => cells.push(Cell::styled(Style::Small, words::reason(none)).spanning(2)),
                (None, _) => cells.extend([Cell::no_number(), Cell::no_number()]),
            }
            Some(Row::of(cells))
        });
        PageTable {
            id: format!("{id}-numbers"),
            caption: format!("Numbers behind the chart: {}", self.title),
            columns: columns(&[
                "figure",
                "value#",
                "95 % interval#",
                "by chance#",
                "standard deviations above chance#",
            ]),
            rows: rows.collect(),
        }
    }
}
