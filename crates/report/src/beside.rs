//! Other runs beside this one: which they are, in what they differ by design, and their numbers.
//!
//! A run is a `metrics` output: a counterfactual of the same simulation, another archive, another choice in `study.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Serialize;
use stage::{Failure, Provenance, StageDir, canonical_json};
use study::{Study, Window};
use tables::{Counterpart, Input};

use crate::catalogue;
use crate::chart::MOST_LINES;
use crate::input::{self, MeasureRow, Measured, Number};
use crate::number;
use crate::page::is_synthetic;
use crate::plots::{Plot, beside};
use crate::table::{Cell, Column, PageTable, Row, Style, columns};
use crate::text::clean;
use crate::words::{self, GROUPS};

/// Longer names would not fit a legend.
const LONGEST_NAME: usize = 24;

/// A run and its name, as given: `NAME=DIR`.
#[derive(Debug, Clone)]
pub(crate) struct NamedDir {
    pub(crate) name: String,
    dir: PathBuf,
}

impl std::str::FromStr for NamedDir {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, dir) = text
            .split_once('=')
            .ok_or("write NAME=DIR, as in none=out/none/4-metrics")?;
        if dir.is_empty() {
            return Err(format!("'{text}' names no directory; write NAME=DIR"));
        }
        Ok(Self {
            name: run_name(name)?,
            dir: dir.into(),
        })
    }
}

/// A run's name, fit for a legend.
pub(crate) fn run_name(name: &str) -> Result<String, String> {
    let name = clean(name);
    let length = name.chars().count();
    if (1..=LONGEST_NAME).contains(&length) {
        Ok(name)
    } else {
        Err(format!(
            "a run's name has 1 to {LONGEST_NAME} characters; this one has {length}"
        ))
    }
}

/// Refuses names that stand twice, and more runs than a chart can show apart.
pub(crate) fn check_names(own: &str, others: &[NamedDir]) -> anyhow::Result<()> {
    if others.len() >= MOST_LINES {
        let most = MOST_LINES - 1;
        return Err(Failure::new(format!(
            "{} runs are given with --beside, and charts can show {most} apart",
            others.len()
        ))
        .remedy("make two reports")
        .into());
    }
    let mut names = BTreeSet::from([own]);
    match others.iter().find(|other| !names.insert(&other.name)) {
        None => Ok(()),
        Some(twice) => Err(Failure::new(format!("two runs are called '{}'", twice.name))
            .remedy("give each --beside a name of its own; --name names the run that the report is of")
            .into()),
    }
}

/// Another run, opened.
#[derive(Debug)]
pub(crate) struct Other {
    pub(crate) name: String,
    pub(crate) dir: StageDir,
    pub(crate) study: Study,
}

impl Other {
    /// Opens its directory.
    pub(crate) fn open(named: &NamedDir) -> anyhow::Result<Self> {
        let dir = StageDir::open(&named.dir)?;
        Ok(Self {
            name: named.name.clone(),
            study: input::study(&dir)?,
            dir,
        })
    }

    /// Its tables and files, under its name.
    pub(crate) fn inputs(&self) -> anyhow::Result<Vec<Input>> {
        let inputs = self.dir.inputs()?.into_iter();
        Ok(inputs
            .map(|input| Input {
                name: format!("{}/{}", self.name, input.name),
                ..input
            })
            .collect())
    }
}

/// A run as it is compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Side<'a> {
    pub(crate) name: &'a str,
    pub(crate) study: &'a Study,
    pub(crate) measured: &'a Measured,
    pub(crate) provenance: &'a Provenance,
}

impl Side<'_> {
    fn is_synthetic(&self) -> bool {
        is_synthetic(self.study, &self.provenance.chain().collect::<Vec<_>>())
    }
}

/// Two numbers of a measure in one unit, set against each other: difference and ratio of the second to the first.
fn against(measure: &str, first: &Number, second: &Number) -> (Option<f64>, Option<f64>) {
    let Some((of, to)) = second.value.zip(first.value).filter(|_| first.unit == second.unit) else {
        return (None, None);
    };
    // Where zero is the middle of a scale, twice as much means nothing.
    let is_signed = measure.ends_with(".trend") || first.unit.starts_with("index");
    let ratio = (of > 0.0 && to > 0.0 && !is_signed).then(|| of / to);
    (Some(of - to), ratio)
}

/// Every number of every run beside that of the first.
pub(crate) fn counterparts<'a>(sides: &[Side<'a>]) -> Vec<Counterpart<'a>> {
    let mut rows = Vec::new();
    for (position, side) in (0..).zip(sides) {
        for row in &side.measured.measures {
            let number = &row.number;
            let (difference, ratio) = match sides[0].measured.measure(&row.measure, &row.group, &row.window) {
                Some(own) if position > 0 => against(&row.measure, &own.number, number),
                _ => (None, None),
            };
            rows.push(Counterpart {
                measure: &row.measure,
                group: &row.group,
                window: &row.window,
                position,
                run: side.name,
                value: number.value,
                ci_low: number.interval.map(|(low, _)| low),
                ci_high: number.interval.map(|(_, high)| high),
                n: number.n,
                unit: &number.unit,
                finding: number.finding.as_deref(),
                reason: number.reason.as_deref(),
                difference,
                ratio,
            });
        }
    }
    rows.sort_by_key(|row| (row.measure, row.group, row.window, row.position));
    rows
}

/// The section of the page.
#[derive(Debug, Serialize)]
pub(crate) struct SideBySide {
    runs: PageTable,
    /// In what the runs differ by design, so that a difference in numbers is not taken for more than it is.
    cautions: Vec<String>,
    measures: PageTable,
    plots: Vec<Plot>,
}

/// What the table on the page shows; the table `counterparts` has all.
const SHOWN: [&str; 22] = [
    "size.max",
    "size.median",
    "followers.mean",
    "followers.median",
    "followers.trend",
    "tweets_per_day.lifetime.first",
    "tweets_per_day.lifetime.last",
    "tweets_per_day.window.mean",
    "suspension.rate",
    "suspension.other_ends",
    "insularity.follows_out",
    "insularity.follows_in",
    "insularity.interactions",
    "insularity.ei_index",
    "returns.persons",
    "returns.accounts",
    "returns.followers_ratio",
    "survival.median_days",
    "survival.at_30_days",
    "volume.posts",
    "volume.accounts",
    "location.focus",
];

/// The section, where there is another run.
pub(crate) fn side_by_side(sides: &[Side<'_>]) -> anyhow::Result<Option<SideBySide>> {
    if sides.len() < 2 {
        return Ok(None);
    }
    Ok(Some(SideBySide {
        runs: runs_table(sides),
        cautions: cautions(sides),
        measures: measures_table(sides),
        plots: beside::plots(sides)?,
    }))
}

fn runs_table(sides: &[Side<'_>]) -> PageTable {
    let rows = sides.iter().map(|side| {
        let period = side.study.period();
        Row::of(vec![
            Cell::styled(Style::Strong, side.name),
            Cell::text(side.study.title()),
            Cell::text(&format!("{} to {}", period.from(), period.to())),
            Cell::count(i64::try_from(side.study.samples().len()).unwrap_or(i64::MAX)),
            Cell::text(if side.is_synthetic() {
                "synthetic"
            } else {
                "not said to be synthetic"
            }),
        ])
    });
    PageTable {
        id: "side-runs".to_owned(),
        caption: "The runs; the first is that of the rest of this report".to_owned(),
        columns: columns(&["run", "study", "period", "samples#", "data"]),
        rows: rows.collect(),
    }
}

/// In what the others differ from the first beyond their numbers.
fn cautions(sides: &[Side<'_>]) -> Vec<String> {
    let mut told = Vec::new();
    let (own, others) = (&sides[0], &sides[1..]);
    let days = |side: &Side<'_>| -> BTreeSet<String> {
        let days = side.study.samples().iter();
        days.map(|sample| sample.date().to_string()).collect()
    };
    for other in others {
        let name = other.name;
        if other.is_synthetic() != own.is_synthetic() {
            let (made, not) = if own.is_synthetic() {
                (own.name, name)
            } else {
                (name, own.name)
            };
            told.push(format!(
                "{made} is synthetic, {not} is not said to be: no difference between them is a finding."
            ));
        }
        if other.study.title() != own.study.title() {
            told.push(format!("{name} is of another study, with definitions of its own."));
        }
        let (ours, theirs) = (days(own), days(other));
        let shared = ours.intersection(&theirs).count();
        if ours != theirs {
            told.push(format!(
                "The samples of {name} are others: {} of its {} are also of {}; numbers over samples rest on different days.",
                shared,
                theirs.len(),
                own.name
            ));
        }
        for window in own.study.windows() {
            match other.study.window(window.name()) {
                None => told.push(format!("{name} has no window {}.", window.name())),
                Some(theirs) if (theirs.from(), theirs.to()) != (window.from(), window.to()) => told.push(format!(
                    "The window {} of {name} is {} to {}, not {} to {}.",
                    window.name(),
                    theirs.from(),
                    theirs.to(),
                    window.from(),
                    window.to()
                )),
                Some(_) => {}
            }
        }
        told.extend(other_ways(own, other));
    }
    told.iter().map(|caution| clean(caution)).collect()
}

/// Stages that ran in another version or with other options. What a stage read may differ; that is what is compared.
fn other_ways(own: &Side<'_>, other: &Side<'_>) -> Vec<String> {
    let theirs: BTreeMap<&str, &Provenance> = other.provenance.chain().map(|run| (run.stage.as_str(), run)).collect();
    let mut told = Vec::new();
    for ours in own.provenance.chain() {
        let Some(theirs) = theirs.get(ours.stage.as_str()) else {
            told.push(format!("{} did not pass through {}.", other.name, ours.stage));
            continue;
        };
        if theirs.version != ours.version {
            told.push(format!(
                "{} of {} is version {}, not {}.",
                ours.stage, other.name, theirs.version, ours.version
            ));
        }
        if theirs.options != ours.options {
            told.push(format!(
                "{} of {} ran with the options {}, not {}.",
                ours.stage,
                other.name,
                canonical_json(&theirs.options),
                canonical_json(&ours.options)
            ));
        }
    }
    told
}

fn measures_table(sides: &[Side<'_>]) -> PageTable {
    let mut rows = Vec::new();
    for measure in SHOWN {
        let of_group = |group: &'static str| -> Option<(&'static str, Vec<Option<&MeasureRow>>)> {
            let found = sides
                .iter()
                .map(|side| side.measured.measure(measure, group, Window::ALL));
            let found: Vec<Option<&MeasureRow>> = found.collect();
            let has_number = |row: &&MeasureRow| row.number.value.is_some();
            found.iter().flatten().any(has_number).then_some((group, found))
        };
        // The widest view of a measure would repeat the first.
        if let Some((group, found)) = GROUPS.into_iter().find_map(of_group) {
            let unit = found
                .iter()
                .flatten()
                .map(|row| &row.number.unit)
                .find(|unit| !unit.is_empty());
            let mut cells = vec![
                Cell::text(catalogue::title(measure))
                    .line(Style::Small, &words::group(group))
                    .line(Style::Small, unit.map_or("", String::as_str)),
            ];
            cells.extend(found.iter().map(|row| side_cell(found[0], *row)));
            rows.push(Row::of(cells));
        }
    }
    let mut names = columns(&["measure, whole period"]);
    names.extend(sides.iter().map(|side| Column::of_numbers(side.name)));
    PageTable {
        id: "side-measures".to_owned(),
        caption: format!(
            "Measures side by side; under each number its 95 % interval and the ratio to {}, or the difference where a \
             ratio means nothing",
            clean(sides[0].name)
        ),
        columns: names,
        rows,
    }
}

fn side_cell(own: Option<&MeasureRow>, row: Option<&MeasureRow>) -> Cell {
    let Some(row) = row else {
        return Cell::styled(Style::Small, "not measured");
    };
    let number = &row.number;
    let Some(value) = number.value else {
        return Cell::styled(Style::Small, words::reason(number));
    };
    let (shown, interval) = number::with_interval(value, number.interval);
    let cell = Cell::shown(shown).line(Style::Small, interval.as_deref().unwrap_or_default());
    let Some(own) = own.filter(|own| !std::ptr::eq(*own, row)) else {
        return cell;
    };
    match against(&row.measure, &own.number, number) {
        (_, Some(ratio)) => cell.line(Style::Small, &format!("× {ratio:.2}")),
        (Some(difference), None) => {
            let sign = if difference > 0.0 { "+" } else { "" };
            cell.line(
                Style::Small,
                &format!("difference {sign}{}", number::number(difference)),
            )
        }
        (None, None) => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: f64, unit: &str) -> Number {
        Number {
            value: Some(value),
            unit: unit.to_owned(),
            ..Number::default()
        }
    }

    #[test]
    fn numbers_of_one_unit_are_set_against_each_other() {
        let (two, three) = (number(2.0, "days"), number(3.0, "days"));
        assert_eq!(against("m", &two, &three), (Some(1.0), Some(1.5)));
        assert_eq!(against("m", &number(0.0, "days"), &three), (Some(3.0), None));
        assert_eq!(against("m", &number(-1.0, "days"), &three), (Some(4.0), None));
        assert_eq!(against("m", &number(2.0, "hours"), &three), (None, None));
        assert_eq!(against("m", &Number::default(), &three), (None, None));
        assert_eq!(against("m.trend", &two, &three), (Some(1.0), None));
    }

    #[test]
    fn names_are_short_and_each_has_one_run() {
        let named = |text: &str| text.parse::<NamedDir>();
        assert_eq!(named("none=a=b").unwrap().dir, PathBuf::from("a=b"));
        for bad in ["none", "=dir", "none=", " =dir", &format!("{}=dir", "n".repeat(25))] {
            assert!(named(bad).is_err(), "{bad}");
        }
        let others = [named("a=x").unwrap(), named("b=y").unwrap()];
        assert!(check_names("this run", &others).is_ok());
        assert!(check_names("b", &others).is_err());
        let many: Vec<NamedDir> = (0..6).map(|n| named(&format!("{n}=x")).unwrap()).collect();
        assert!(check_names("this run", &many).is_err());
    }
}
