//! How near a simulated study comes to what was published: its own truth, over many seeds, against published figures.

use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use study::published::{self, Figure, Value};
use study::verdict::{Point, Reproduced, Tolerance, Verdict, compare_series};
use study::{Comparison, Reading, Study};

use crate::Runs;
use crate::chain::{Chain, each, progress};
use crate::numbers::{Measured, Truth};
use crate::truth::of_measure;
use crate::write::{Sheet, number, print, text};

/// Share of seeds that must land on a target.
const ENOUGH: f64 = 0.9;

/// What is asked.
#[derive(Debug, Args)]
pub struct Calibrate {
    /// Parameter file, or the name of one that comes with simulate
    #[arg(long, value_name = "FILE|NAME")]
    params: String,

    /// A study file whose [[compare]] entries are the targets
    #[arg(long, value_name = "FILE")]
    targets: PathBuf,

    /// A bound of ours beside the published figures, such as `returns.followers_ratio<0.8` or
    /// `returns.followers_ratio@return_3<0.5` (a measure of the listed or of a part of them, window all)
    #[arg(long, value_name = "BOUND")]
    bound: Vec<String>,

    #[command(flatten)]
    runs: Runs,
}

/// Something to land on.
struct Target {
    id: String,
    published: String,
    /// What counts as landing.
    within: String,
    unit: String,
    what: String,
    note: String,
}

/// What one seed came to.
struct Landed {
    value: Option<f64>,
    finding: Option<String>,
    agrees: bool,
}

/// Answers the question; false when a target is missed too often.
pub fn run(asked: &Calibrate) -> anyhow::Result<bool> {
    let output = &asked.runs.output;
    std::fs::create_dir_all(output).with_context(|| format!("cannot make '{}'", output.display()))?;
    let study = Study::read(&asked.targets)?;
    let figures = published::built_in()?;
    study.check_figures(&figures)?;
    let bounds = asked
        .bound
        .iter()
        .map(|text| bound(text))
        .collect::<anyhow::Result<Vec<_>>>()?;
    // The truth is the same whatever is collected, so as little as possible is.
    let runs = Runs {
        post_share: asked.runs.post_share.or(Some(0.0)),
        ..asked.runs.clone()
    };
    let mut options = runs.options();
    options.extend(["--params".to_owned(), asked.params.clone()]);
    let truths = each(
        &asked.runs.seeds(),
        usize::from(asked.runs.jobs),
        progress("seeds"),
        |seed| Truth::read(&Chain::simulate(*seed, &options)?.path("simulated/truth")),
    )?;
    // The samples and windows that a run of this design would have.
    let design = Measured {
        samples: study
            .samples()
            .iter()
            .map(|sample| sample.last_moment().timestamp_millis())
            .collect(),
        windows: study
            .windows()
            .iter()
            .map(|w| {
                (
                    w.name().to_owned(),
                    w.start().timestamp_millis(),
                    w.end().timestamp_millis() - 1,
                )
            })
            .collect(),
        ..Measured::default()
    };
    let mut rows: Vec<(Target, Vec<Landed>)> = Vec::new();
    for asked in study.comparisons() {
        let figure = figures
            .get(asked.figure())
            .ok_or_else(|| anyhow!("no figure {}", asked.figure()))?;
        let tolerance = Tolerance::of(figure, asked.tolerance_percent());
        let target = Target {
            id: asked.figure().to_owned(),
            published: figure.value.to_string(),
            within: within(&figure.value, tolerance),
            unit: figure.unit.clone(),
            what: what(asked),
            note: asked.note().unwrap_or_default().to_owned(),
        };
        let landed = truths
            .iter()
            .map(|truth| landed(truth, &design, asked, figure, tolerance));
        let landed = landed.collect();
        rows.push((target, landed));
    }
    for Bound { measure, group, value } in &bounds {
        let target = Target {
            id: "ours".to_owned(),
            published: value.to_string(),
            within: "the bound".to_owned(),
            unit: String::new(),
            what: format!("{measure} of {group}"),
            note: "no number was published; the bound is ours".to_owned(),
        };
        let landed = truths.iter().map(|truth| {
            let key = (measure.clone(), group.clone(), "all".to_owned());
            let found = of_measure(truth, &design, &key).value;
            Landed {
                value: found,
                finding: None,
                agrees: found.and_then(|found| value.admits(found)).unwrap_or(false),
            }
        });
        let landed = landed.collect();
        rows.push((target, landed));
    }
    report(asked, &rows)
}

/// A bound of ours.
#[derive(Debug, PartialEq)]
struct Bound {
    measure: String,
    group: String,
    value: Value,
}

/// `returns.followers_ratio<0.8`, `returns.followers_ratio@return_3<0.5`
fn bound(text: &str) -> anyhow::Result<Bound> {
    let at = text
        .find(['<', '>'])
        .ok_or_else(|| anyhow!("the bound '{text}' has no < or >; write measure<0.8"))?;
    let value: Value = text[at..]
        .parse()
        .with_context(|| format!("cannot read the bound '{text}'"))?;
    let (measure, group) = match text[..at].trim().split_once('@') {
        Some((measure, part)) => (measure.to_owned(), format!("listed/{part}")),
        None => (text[..at].trim().to_owned(), "listed".to_owned()),
    };
    Ok(Bound { measure, group, value })
}

/// What counts as landing on a published value, in words.
fn within(published: &Value, tolerance: Tolerance) -> String {
    match (published, tolerance) {
        (Value::Number(_), Tolerance::Percent(percent)) => format!("{percent} % of it"),
        (Value::Number(_), Tolerance::Rounding) => "rounding".to_owned(),
        (Value::Qualitative(_), _) => "the word".to_owned(),
        _ => "the bound".to_owned(),
    }
}

fn what(asked: &Comparison) -> String {
    let (group, window) = (asked.group(), asked.window());
    match asked.reading() {
        Reading::Measure(measure) => format!("{measure} of {group}, {window}"),
        Reading::Series(series, reduce) => format!("{} of {series} of {group}, {window}", reduce.name()),
    }
}

fn landed(truth: &Truth, design: &Measured, asked: &Comparison, figure: &Figure, tolerance: Tolerance) -> Landed {
    let (ours, verdict) = match asked.reading() {
        Reading::Measure(measure) => {
            let key = (measure.clone(), asked.group().to_owned(), asked.window().to_owned());
            let really = of_measure(truth, design, &key);
            let ours = Reproduced {
                value: really.value,
                finding: really.finding.map(str::to_owned),
                ..Reproduced::default()
            };
            let verdict = asked.judge(figure, &ours).verdict;
            (ours, verdict)
        }
        Reading::Series(series, reduce) => {
            let points = crate::truth::points(truth, design, series, asked.group(), asked.window());
            let points: Vec<Point> = points
                .into_iter()
                .map(|(_, value)| Point {
                    value: Some(value),
                    interval: None,
                })
                .collect();
            let (ours, outcome) = compare_series(&figure.value, tolerance, &points, *reduce);
            (ours, outcome.verdict)
        }
    };
    Landed {
        value: ours.value,
        finding: ours.finding,
        agrees: verdict == Verdict::Agrees,
    }
}

fn report(asked: &Calibrate, rows: &[(Target, Vec<Landed>)]) -> anyhow::Result<bool> {
    let mut sheet = Sheet {
        header: vec![
            "figure",
            "target",
            "within",
            "unit",
            "measured_as",
            "mean",
            "sd",
            "min",
            "max",
            "landed",
            "seeds",
            "note",
        ],
        rows: Vec::new(),
    };
    let mut all_land = true;
    for (target, landed) in rows {
        let values: Vec<f64> = landed.iter().filter_map(|seed| seed.value).collect();
        let agree = landed.iter().filter(|seed| seed.agrees).count();
        all_land &= agree as f64 >= ENOUGH * landed.len() as f64;
        let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), number);
        let mut findings: Vec<&str> = landed.iter().filter_map(|seed| seed.finding.as_deref()).collect();
        findings.sort_unstable();
        findings.dedup();
        let note = match (findings.is_empty(), target.note.is_empty()) {
            (true, _) => target.note.clone(),
            (false, true) => format!("found {}", findings.join(", ")),
            (false, false) => format!("found {}; {}", findings.join(", "), target.note),
        };
        sheet.rows.push(vec![
            target.id.clone(),
            target.published.clone(),
            target.within.clone(),
            target.unit.clone(),
            target.what.clone(),
            shown(stats::mean(&values).ok()),
            shown(stats::standard_deviation(&values).ok()),
            shown(values.iter().copied().reduce(f64::min)),
            shown(values.iter().copied().reduce(f64::max)),
            agree.to_string(),
            landed.len().to_string(),
            note,
        ]);
    }
    if sheet.rows.is_empty() {
        bail!("'{}' has no [[compare]] entry", asked.targets.display());
    }
    let output = &asked.runs.output;
    sheet.csv(&output.join("calibration.csv"))?;
    let table = sheet.markdown(&[
        "figure",
        "target",
        "within",
        "measured_as",
        "mean",
        "sd",
        "min",
        "max",
        "landed",
        "seeds",
    ]);
    let page = format!(
        "# How near the synthetic study comes\n\nThe truth of `{}` at scale {}, {} seeds from {} on, against what was published. A \
         seed has landed\nwhen its true number lies within what `within` says.\n\n{table}",
        asked.params, asked.runs.scale, asked.runs.seeds, asked.runs.first_seed
    );
    text(&output.join("calibration.md"), &page)?;
    print(&table);
    Ok(all_land)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_a_measure_and_a_value() {
        let all = bound("returns.followers_ratio<0.8").unwrap();
        assert_eq!(
            (all.measure.as_str(), all.group.as_str()),
            ("returns.followers_ratio", "listed")
        );
        assert_eq!(
            (all.value.admits(0.7), all.value.admits(0.8)),
            (Some(true), Some(false))
        );
        let third = bound("returns.followers_ratio@return_3<0.5").unwrap();
        assert_eq!(
            (third.measure, third.group),
            (all.measure, "listed/return_3".to_owned())
        );
        assert!(bound("returns.followers_ratio").is_err() && bound("x<y").is_err());
    }
}
