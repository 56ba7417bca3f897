//! The command line of `report`, and the order in which it works.

use std::path::{Path, PathBuf};

use clap::Parser;
use serde_json::{Value, json};
use stage::{Common, Failure, Outcome, Provenance, Run, Stage, StageDir, hash_file, help_footer};
use study::Study;
use study::published::{self, Figures};
use tables::{Comparison, Comparisons, Counterparts, Flow, Input, Table, Tests};

use crate::beside::{NamedDir, Other, Side, check_names, counterparts, run_name, side_by_side};
use crate::compare::{Compared, compare};
use crate::hypotheses::ELSEWHERE;
use crate::input::{self, Measured};
use crate::page::{Material, Page};
use crate::print::{self, Format, Printed};
use crate::privacy::{Privacy, SMALL_GROUP};
use crate::render;

const LONG_ABOUT: &str = "\
Print published figures beside reproduced ones.

Reads the directory that metrics wrote (study.toml, measures, series, survival, returns, network, tests, content, samples, windows, ledger) \
and writes report.html, one file that needs no network and no script, its Markdown twin report.md, and the table comparisons. With \
--beside, numbers of other runs (a counterfactual, another archive, another choice) stand beside those of this one, in a section of the \
report and in the table counterparts; where runs differ by design, the section says so.

No handle and no post text is shown, no group smaller than the study's min_group_size, and no hashtag, domain or client that fewer accounts \
used. Names of input files are shown as they were given.

Takes the memory of the tables above, which are small whatever the archive.";

const EXAMPLES: &str = "\
Examples:
  report work/4-metrics -o report
  report work/4-metrics --published figures.csv -o report --if-changed
  report work/4-metrics --name study --beside none=work/none/4-metrics -o report
  report work/4-metrics --print comparisons --as json | jq -r '[.figure, .verdict] | @tsv'
  metrics work/3-enrich -o - | report - -o report";

/// Prints published figures beside reproduced ones.
#[derive(Debug, Parser)]
#[command(name = "report", version, about, long_about = LONG_ABOUT, after_help = format!("{EXAMPLES}\n\n{}", help_footer(None)))]
pub struct Report {
    /// Directory that metrics wrote; `-` reads it from standard input as a tar stream
    #[arg(value_name = "INPUT_DIR")]
    input: PathBuf,

    /// Published figures (CSV) instead of those that come with the program
    #[arg(long, value_name = "FILE")]
    published: Option<PathBuf>,

    /// Put another run beside this one: its name and the directory that metrics wrote for it; may be given several times
    #[arg(long, value_name = "NAME=DIR")]
    beside: Vec<NamedDir>,

    /// What this run is called where others stand beside it
    #[arg(long, value_name = "NAME", default_value = "this run", value_parser = run_name)]
    name: String,

    /// Print a table to standard output; the report need not be written then
    #[arg(long, value_name = "TABLE")]
    print: Option<Printed>,

    /// How to print it
    #[arg(long = "as", value_name = "FORMAT", default_value = "table", requires = "print")]
    format: Format,

    #[command(flatten)]
    common: Common,
}

/// What the report is made from, opened.
#[derive(Debug)]
pub struct Opened {
    dir: StageDir,
    study: Study,
    figures: Figures,
    figures_file: Option<Input>,
    others: Vec<Other>,
}

impl Stage for Report {
    const NAME: &'static str = "report";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Input = Opened;

    fn common(&self) -> &Common {
        &self.common
    }

    fn options(&self) -> Value {
        // The file itself is an input; that there is one is the option.
        let mut options = json!({"published": if self.published.is_some() { "file" } else { "built in" }});
        if !self.beside.is_empty() {
            let names: Vec<&str> = self.beside.iter().map(|other| other.name.as_str()).collect();
            options["name"] = json!(self.name);
            options["beside"] = json!(names);
        }
        options
    }

    fn open(&self) -> anyhow::Result<Opened> {
        check_names(&self.name, &self.beside)?;
        if self.print == Some(Printed::Counterparts) && self.beside.is_empty() {
            return Err(Failure::new("there is no other run whose numbers could be printed")
                .remedy("name one with --beside NAME=DIR")
                .into());
        }
        let others = self.beside.iter().map(Other::open).collect::<anyhow::Result<_>>()?;
        let dir = StageDir::open(&self.input)?;
        let study = input::study(&dir)?;
        let (figures, figures_file) = match &self.published {
            None => (published::built_in()?, None),
            Some(path) => {
                let name = path
                    .file_name()
                    .map_or_else(|| "figures.csv".into(), |name| name.to_string_lossy());
                (published::read(path)?, Some(hash_file(path, &name)?))
            }
        };
        study.check_figures(&figures)?;
        Ok(Opened {
            dir,
            study,
            figures,
            figures_file,
            others,
        })
    }

    fn inputs(&self, opened: &Opened) -> anyhow::Result<Option<Vec<Input>>> {
        let mut inputs = opened.dir.inputs()?;
        inputs.extend(opened.figures_file.clone());
        for other in &opened.others {
            inputs.extend(other.inputs()?);
        }
        Ok(Some(inputs))
    }

    fn run(&self, opened: Opened, run: &mut Run) -> anyhow::Result<Outcome> {
        run.take_upstream(&opened.dir)?;
        if let Some(file) = &opened.figures_file {
            run.add_input(file.clone());
        }
        for other in &opened.others {
            other.inputs()?.into_iter().for_each(|input| run.add_input(input));
        }
        // One rule for the whole page: the strictest of all runs.
        let studies = opened.others.iter().map(|other| &other.study).chain([&opened.study]);
        let privacy = Privacy::new(studies.map(Study::min_group_size).max().unwrap_or_default());
        let mut measured = Measured::read(&opened.dir)?;
        privacy.mark(&mut measured);
        let compared = compare(&opened.study, &opened.figures, &measured, privacy);
        let taken = privacy.take_away(&mut measured);
        count(run, "", &measured, &taken);
        let mut others = Vec::new();
        for other in &opened.others {
            let mut measured = Measured::read(&other.dir)?;
            privacy.mark(&mut measured);
            let taken = privacy.take_away(&mut measured);
            count(run, &other.name, &measured, &taken);
            others.push(measured);
        }
        measured.ledger = run.ledger().counts().collect();
        write_comparisons(run, &compared)?;
        let own = Side {
            name: &self.name,
            study: &opened.study,
            measured: &measured,
            provenance: opened.dir.provenance(),
        };
        let others = opened.others.iter().zip(&others).map(|(other, measured)| Side {
            name: &other.name,
            study: &other.study,
            measured,
            provenance: other.dir.provenance(),
        });
        let sides: Vec<Side<'_>> = std::iter::once(own).chain(others).collect();
        if sides.len() > 1 {
            run.write::<Counterparts>(counterparts(&sides))?;
        }
        let runs = self.runs(&opened)?;
        let page = Page::new(Material {
            study: &opened.study,
            measured: &measured,
            compared: &compared,
            smallest: privacy.smallest(),
            runs: &runs.iter().collect::<Vec<_>>(),
            figures: self.figures_words(),
            beside: side_by_side(&sides)?,
        })?;
        run.write_file("report.html", render::html(&page)?.as_bytes())?;
        run.write_file("report.md", render::markdown(&page)?.as_bytes())?;
        Ok(Outcome::Done)
    }

    fn prints(&self) -> bool {
        self.print.is_some()
    }

    fn print(&self, dir: &Path) -> anyhow::Result<()> {
        match self.print {
            None => Ok(()),
            Some(Printed::Comparisons) => print::comparisons(dir, self.format),
            Some(Printed::Counterparts) => print::counterparts(dir, self.format),
        }
    }
}

impl Report {
    /// This run and those before it, the newest first.
    fn runs(&self, opened: &Opened) -> anyhow::Result<Vec<Provenance>> {
        let this = Provenance {
            stage: Self::NAME.to_owned(),
            version: Self::VERSION.to_owned(),
            options: self.options(),
            inputs: self.inputs(opened)?.unwrap_or_default(),
            facts: opened.dir.provenance().facts.clone(),
            tables: Vec::new(),
            files: std::collections::BTreeMap::new(),
            upstream: Some(Box::new(opened.dir.provenance().clone())),
        };
        Ok(this.chain().cloned().collect())
    }

    fn figures_words(&self) -> String {
        let name = self.published.as_deref().and_then(Path::file_name);
        name.map_or_else(
            || "the figures that come with the program (datasets/published/figures.csv)".to_owned(),
            |name| format!("the file {}", name.to_string_lossy()),
        )
    }
}

/// Counts what was read and what is not shown.
fn count(run: &mut Run, name: &str, measured: &Measured, taken: &[(&'static str, u64)]) {
    for (table, rows) in &measured.rows {
        let left_out = taken
            .iter()
            .find(|(name, _)| name == table)
            .map_or(0, |(_, rows)| *rows);
        let source = if name.is_empty() {
            (*table).to_owned()
        } else {
            format!("{name}/{table}")
        };
        run.count(&source, Flow::Read, "", *rows);
        let elsewhere = if *table == Tests::NAME {
            measured.tests_elsewhere
        } else {
            0
        };
        run.count(&source, Flow::Used, "", rows.saturating_sub(left_out + elsewhere));
        if elsewhere > 0 {
            run.count(&source, Flow::Skipped, ELSEWHERE, elsewhere);
        }
        if left_out > 0 {
            run.count(&source, Flow::Skipped, SMALL_GROUP, left_out);
        }
    }
}

fn write_comparisons(run: &mut Run, compared: &[Compared<'_>]) -> anyhow::Result<()> {
    let published: Vec<String> = compared.iter().map(|row| row.figure.value.to_string()).collect();
    let mut rows: Vec<Comparison<'_>> = compared
        .iter()
        .zip(&published)
        .map(|(row, published)| Comparison {
            figure: &row.figure.id,
            study: &row.figure.study,
            definition: &row.figure.definition,
            published,
            unit: &row.figure.unit,
            source: &row.figure.source,
            measured_as: &row.measured_as,
            reproduced: row.ours.value,
            ci_low: row.ours.interval.map(|(low, _)| low),
            ci_high: row.ours.interval.map(|(_, high)| high),
            n: row.ours.n,
            finding: row.ours.finding.as_deref(),
            verdict: row.verdict,
            note: &row.because,
        })
        .collect();
    rows.sort_by(|a, b| a.figure.cmp(b.figure));
    run.write::<Comparisons>(rows)
}
