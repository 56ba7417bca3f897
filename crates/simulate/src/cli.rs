//! The command: arguments, and what they come to.

use std::io;
use std::path::Path;

use clap::Parser;
use serde_json::{Value, json};
use stage::{Common, Failure, Outcome, Remedy, Run, Stage, hash_file, help_footer};
use tables::Input;

use crate::observer::{Lookups, Manner};
use crate::params::{self, Params, Regime};
use crate::raw::shelf::{Directory, RAW_FOLDER};
use crate::raw::{Compress, Format};
use crate::record::record;
use crate::simulate;

const ABOUT: &str = "\
Makes a synthetic study: a network of supporters' accounts under suspension pressure, as the raw files that an observer of it would hold, \
with the truth beside them.

Nothing in it is about anybody: people, handles, ids and texts are drawn from a seed and from word lists about weather, food, sport and \
gardens. Every JSON record carries \"simulated\": true.

Writes into DIR (names of the v1.1 format; --format and --compress change their ends):
  raw/tweets-stream-YYYY-MM.jsonl.gz: posts as a stream sent them, with notices and some damage
  raw/tweets-overlap.jsonl.gz: a second collection of the same: exact copies, and posts that the first missed
  raw/tweets-refetched.jsonl.gz: samples fetched again after a day and after thirty (\"observed_at\"), with newer counts and without what was \
gone by then
  raw/users-YYYY-MM.jsonl.gz: looked-up accounts, each with the time of the look-up
  raw/roster.csv, availability.csv, follows.csv
  personas.csv: people who came back, as `dedupe --personas` reads them
  truth/*.parquet: what was really so: persons, accounts, interactions, copies, signs of return, every measure, and what was put into which \
file

Takes about 50 MB of memory at scale 1, 300 MB at scale 10, in proportion to --scale and hardly to --post-share: posts are written as they \
come. --newest N holds 80 bytes for each of the newest N posts of every account that lives (90 MB in all for N = 200 at scale 1), and \
writes a lot: the same posts come again at each look-up.";

const EXAMPLES: &str = "\
Examples:
  simulate -o simulated && ingest simulated/raw -o work/1-ingest
  simulate --pressure none -o unhindered
  simulate --scale 0.1 --format v2 --compress zst --newest 20 --lookups daily -o pages
  simulate --seed 7 --scale 0.1 -o small && zcat small/raw/tweets-overlap.jsonl.gz | head -n 1";

/// The command line of `simulate`.
#[derive(Debug, Parser)]
#[command(name = "simulate", version, about = "Makes a synthetic study: raw files and the truth behind them", long_about = ABOUT, after_long_help = format!("{EXAMPLES}\n\n{}", help_footer(None)))]
pub struct Simulate {
    /// Seed of all chance; the same seed and options give the same bytes
    #[arg(long, value_name = "N", default_value_t = 2016)]
    seed: u64,

    /// Seed of what is seen of the same world: who is listed, which posts and lists of follows are collected [default: --seed]
    #[arg(long, value_name = "N")]
    observer_seed: Option<u64>,

    /// Parameters of the model: a TOML file, or the name of one that comes with the program (diminishing-returns-2016,
    /// isis-census-2014)
    #[arg(long, value_name = "FILE|NAME", default_value = "diminishing-returns-2016")]
    params: String,

    /// Which removals happen: those of the parameters, or a counterfactual of the same seed
    #[arg(long, value_name = "REGIME", default_value = "study")]
    pressure: Regime,

    /// Times the people of the study, 0.01 to 100; below 1 the mean of followers shrinks with the number of people, above 1
    /// it grows a little (a quarter at 10), for in a larger crowd the same two people meet less often
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = scale)]
    scale: f64,

    /// Share of the core's accounts that get on the main roster, 0 to 1 [default: the parameters', 0.93 in those of the study]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    roster_coverage: Option<f64>,

    /// Share of listed accounts' posts that are collected, 0 to 1 [default: the parameters', 0.03 in those of the study];
    /// counts of posts written stay true whatever it is
    #[arg(long, value_name = "SHARE", value_parser = share)]
    post_share: Option<f64>,

    /// Instead of a share of posts as they come: the newest N of each listed account at each look-up
    #[arg(long, value_name = "N", conflicts_with = "post_share", value_parser = clap::value_parser!(u16).range(1..=3200))]
    newest: Option<u16>,

    /// When listed accounts are looked up: on the parameters' days, or every day
    #[arg(long, value_name = "WHEN", default_value = "sampled")]
    lookups: Lookups,

    /// Format of posts and looked-up accounts
    #[arg(long, value_name = "FORMAT", default_value = "v1.1")]
    format: Format,

    /// Compression of their files
    #[arg(long, value_name = "HOW", default_value = "gz")]
    compress: Compress,

    #[command(flatten)]
    common: Common,
}

fn number(text: &str, from: f64, to: f64) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (from..=to).contains(&value) {
        Ok(value)
    } else {
        Err(format!("not between {from} and {to}"))
    }
}

fn scale(text: &str) -> Result<f64, String> {
    number(text, 0.01, 100.0)
}

fn share(text: &str) -> Result<f64, String> {
    number(text, 0.0, 1.0)
}

/// What the command was given, opened.
pub struct Opened {
    params: Params,
    /// The parameter file, when it is not one that comes with the program.
    file: Option<Input>,
}

impl Simulate {
    fn manner(&self) -> Manner {
        Manner {
            format: self.format,
            compress: self.compress,
            newest: self.newest.map(usize::from),
            lookups: self.lookups,
        }
    }

    fn read_params(&self) -> anyhow::Result<(Params, Option<Input>)> {
        let path = Path::new(&self.params);
        if let Some(text) = params::builtin(&self.params) {
            return Ok((params::parse(text, &self.params)?, None));
        }
        let remedy = || {
            let names: Vec<&str> = params::builtin_names().collect();
            format!("give a TOML file, or one of the names {}", names.join(", "))
        };
        let text = std::fs::read_to_string(path)
            .or_failure(|| format!("cannot read the parameters '{}'", self.params), &remedy())?;
        let name = path
            .file_name()
            .map_or_else(|| "parameters".into(), |name| name.to_string_lossy());
        let read = params::parse(&text, &self.params).map_err(|fault| {
            Failure::new(fault.to_string())
                .remedy("correct it; datasets/diminishing-returns-2016/parameters.toml is a whole one")
        })?;
        Ok((read, Some(hash_file(path, &name)?)))
    }
}

impl Stage for Simulate {
    const NAME: &'static str = "simulate";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Input = Opened;

    fn common(&self) -> &Common {
        &self.common
    }

    fn options(&self) -> Value {
        let params = params::builtin(&self.params).map_or("file", |_| self.params.as_str());
        json!({
            "compress": self.compress.word(),
            "format": self.format.word(),
            "lookups": self.lookups.word(),
            "newest": self.newest,
            "observer_seed": self.observer_seed,
            "params": params,
            "post_share": self.post_share,
            "pressure": self.pressure.word(),
            "roster_coverage": self.roster_coverage,
            "scale": self.scale,
            "seed": self.seed,
        })
    }

    fn open(&self) -> anyhow::Result<Opened> {
        let (mut params, file) = self.read_params()?;
        if let Some(share) = self.post_share {
            params.observer.post_share = share;
        }
        if let Some(share) = self.roster_coverage {
            params.observer.roster_coverage = share;
        }
        params.observer_seed = self.observer_seed;
        params.regime = self.pressure;
        Ok(Opened {
            params: params.of(self.seed, self.scale),
            file,
        })
    }

    fn inputs(&self, opened: &Opened) -> anyhow::Result<Option<Vec<Input>>> {
        Ok(Some(opened.file.iter().cloned().collect()))
    }

    fn run(&self, Opened { params, file }: Opened, run: &mut Run) -> anyhow::Result<Outcome> {
        file.into_iter().for_each(|file| run.add_input(file));
        let progress = run.progress(None);
        let days = params.period.days;
        let shelf = Directory {
            path: run.dir().to_owned(),
        };
        std::fs::create_dir_all(run.dir().join(RAW_FOLDER)).or_failure(
            || "cannot write the raw files".to_owned(),
            "check that the disk has room",
        )?;
        let simulation: io::Result<_> = simulate(params, self.manner(), run.threads(), &shelf, |day| {
            progress.message(format!("day {} of {days}", day + 1))
        });
        progress.finish();
        let simulation = simulation.or_failure(
            || "cannot write the raw files".to_owned(),
            "check that the disk has room (some 100 MB at scale 1)",
        )?;
        run.state_fact("synthetic", true);
        record(&simulation, run)?;
        Ok(Outcome::Done)
    }
}
