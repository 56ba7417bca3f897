//! How large an effect would a design have seen: added pressure of several strengths in the quiet window, seen through designs
//! with more and fewer samples.

use std::path::PathBuf;

use anyhow::Context;
use pipeline_tests::root;
use tables::DAY_MS;

use crate::Runs;
use crate::chain::{Chain, each, progress};
use crate::numbers::{Measured, Truth};
use crate::score::Share;
use crate::truth::{change_percent, points};
use crate::write::{Sheet, number, percent, print, text};

const PARAMETERS: &str = "datasets/diminishing-returns-2016/parameters.toml";
const WINDOW: &str = "quiet";
/// Additional chance of removal per account and day over the whole window; 0 asks for false alarms.
const HAZARDS: [f64; 6] = [0.0, 0.0025, 0.005, 0.01, 0.02, 0.04];
/// Samples within the window, by name.
const DESIGNS: [(&str, &str); 4] = [
    ("daily", "daily = [\"quiet\"]"),
    ("every 3 days", "every_days = 3\nfrom = 2015-08-24\nto = 2015-09-22"),
    ("weekly", "every_days = 7\nfrom = 2015-08-24\nto = 2015-09-22"),
    ("first and last", "dates = [2015-08-24, 2015-09-22]"),
];

/// What one design made of one run.
struct Seen {
    /// True change of mean followers over the window, in percent.
    change: Option<f64>,
    /// True and estimated suspensions, percent per day.
    rate: Option<(f64, f64, (f64, f64))>,
    followers: String,
    pace: String,
}

/// What is looked at.
const FAMILIES: &str = "followers,tweets_per_day,suspension";

/// Answers the question.
pub fn run(asked: &Runs) -> anyhow::Result<()> {
    std::fs::create_dir_all(&asked.output).with_context(|| format!("cannot make '{}'", asked.output.display()))?;
    let folder = tempfile::TempDir::new().context("cannot make a temporary folder")?;
    let base = std::fs::read_to_string(root().join(PARAMETERS)).context("cannot read the parameters")?;
    let written = |name: String, content: &str| -> anyhow::Result<PathBuf> {
        let path = folder.path().join(name);
        text(&path, content)?;
        Ok(path)
    };
    let mut parameters = Vec::new();
    for hazard in HAZARDS {
        // `waves` is a list of tables, which may be added to at the end.
        let wave = format!("\n[[waves]]\nfrom_day = 84\ndays = 30\nhazard = {hazard}\n");
        parameters.push(written(format!("parameters-{hazard}.toml"), &(base.clone() + &wave))?);
    }
    let mut studies = Vec::new();
    for (number, (_, samples)) in DESIGNS.iter().enumerate() {
        let study = format!(
            "title = \"A design\"\n[period]\nfrom = 2015-06-01\nto = 2015-10-31\n[samples]\n{samples}\n[[windows]]\n\
             name = \"quiet\"\nfrom = 2015-08-24\nto = 2015-09-22\n[bootstrap]\nresamples = 200\n"
        );
        studies.push(written(format!("study-{number}.toml"), &study)?);
    }
    let jobs: Vec<(usize, u64)> = (0..HAZARDS.len())
        .flat_map(|effect| asked.seeds().into_iter().map(move |seed| (effect, seed)))
        .collect();
    let seen = each(&jobs, usize::from(asked.jobs), progress("runs"), |(effect, seed)| {
        let file = parameters[*effect].display().to_string();
        let mut options = asked.options();
        options.extend(["--params".to_owned(), file]);
        let chain = Chain::simulate(*seed, &options)?;
        chain.prepare()?;
        let truth = Truth::read(&chain.path("simulated/truth"))?;
        let through = |(number, study): (usize, &PathBuf)| {
            let dir = chain.measure(&number.to_string(), study, Some(FAMILIES))?;
            Ok(look(&truth, &Measured::read(&dir)?))
        };
        studies
            .iter()
            .enumerate()
            .map(through)
            .collect::<anyhow::Result<Vec<Seen>>>()
    })?;
    let sheet = sheet(&jobs, &seen);
    sheet.csv(&asked.output.join("power.csv"))?;
    let table = sheet.markdown(&sheet.header);
    let page = format!(
        "# How large an effect a design sees\n\n{} seeds from {} on, at scale {}, by effect and design. README.md beside this file \
         tells what the columns are.\n\n{table}",
        asked.seeds, asked.first_seed, asked.scale
    );
    text(&asked.output.join("power.md"), &page)?;
    print(&table);
    Ok(())
}

fn look(truth: &Truth, measured: &Measured) -> Seen {
    let key = |measure: &str| (measure.to_owned(), "listed".to_owned(), WINDOW.to_owned());
    let found = |measure: &str| {
        let number = measured.measures.get(&key(measure));
        number
            .and_then(|number| number.finding.clone())
            .unwrap_or_else(|| "no finding".to_owned())
    };
    // The change is the world's, whatever the samples: over all days of the window.
    let (from, to) = measured.window(WINDOW).unwrap_or_default();
    let daily = Measured {
        samples: (from / DAY_MS..=to / DAY_MS)
            .map(|day| (day + 1) * DAY_MS - 1)
            .collect(),
        windows: measured.windows.clone(),
        ..Measured::default()
    };
    let rate = truth
        .measures
        .get(&key("suspension.rate"))
        .and_then(|(value, _)| *value);
    let ours = measured.measures.get(&key("suspension.rate"));
    Seen {
        change: change_percent(&points(truth, &daily, "followers.mean", "listed", WINDOW)),
        rate: rate
            .zip(ours)
            .and_then(|(rate, ours)| Some((rate, ours.value?, ours.interval?))),
        followers: found("followers.trend"),
        pace: found("tweets_per_day.lifetime.trend"),
    }
}

fn sheet(jobs: &[(usize, u64)], seen: &[Vec<Seen>]) -> Sheet {
    let of = |effect: usize, design: usize| -> Vec<&Seen> {
        let same = jobs.iter().zip(seen).filter(|((this, _), _)| *this == effect);
        same.filter_map(|(_, designs)| designs.get(design)).collect()
    };
    let mean = |values: Vec<f64>| stats::mean(&values).ok();
    // What a world without the effect has on average: an interval that leaves it out sees the effect.
    let unmoved = mean(of(0, 0).iter().filter_map(|run| Some(run.rate?.0)).collect());
    let mut sheet = Sheet {
        header: vec![
            "hazard",
            "true_change_percent",
            "design",
            "seeds",
            "followers_down",
            "followers_flat",
            "followers_open",
            "pace_down",
            "true_rate",
            "rate",
            "rate_seen",
        ],
        rows: Vec::new(),
    };
    for (effect, hazard) in HAZARDS.iter().enumerate() {
        for (design, (name, _)) in DESIGNS.iter().enumerate() {
            let runs = of(effect, design);
            let share = |is: &dyn Fn(&Seen) -> bool| {
                let held = runs.iter().filter(|run| is(run)).count();
                Share::of(held as u64, runs.len() as u64).map_or_else(|| "-".to_owned(), |s| percent(s.value()))
            };
            let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), number);
            let leaves_out = |run: &Seen| {
                let beyond = |low: f64, high: f64, rate: f64| rate < low || high < rate;
                run.rate
                    .zip(unmoved)
                    .is_some_and(|((.., (low, high)), rate)| beyond(low, high, rate))
            };
            sheet.rows.push(vec![
                hazard.to_string(),
                shown(mean(runs.iter().filter_map(|run| run.change).collect())),
                (*name).to_owned(),
                runs.len().to_string(),
                share(&|run| run.followers == "down"),
                share(&|run| run.followers == "flat"),
                share(&|run| !["down", "flat", "up"].contains(&run.followers.as_str())),
                share(&|run| run.pace == "down"),
                shown(mean(runs.iter().filter_map(|run| Some(run.rate?.0)).collect())),
                shown(mean(runs.iter().filter_map(|run| Some(run.rate?.1)).collect())),
                share(&leaves_out),
            ]);
        }
    }
    sheet
}
