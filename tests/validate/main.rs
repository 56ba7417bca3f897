//! `validate`: what the simulated truth says of every estimator, and of the simulation itself.
//!
//! `estimators` runs many seeds through all stages and sets what comes out beside what was so; `power` asks how large an effect
//! designs of some kind would see; `expanded`, who is admitted to the expanded set; `personas`, how well returning people are found;
//! `calibrate` asks how near a simulated study comes to the published figures. In the order in
//! which data flows: [`chain`] runs the stages, [`numbers`] reads what they wrote, [`truth`] brings the truth to the same form,
//! [`score`] judges, [`estimators`], [`power`], [`expanded`], [`personas`] and [`calibrate`] are the questions, [`write`] is how
//! answers look.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts of seeds and of accounts are small"
)]

mod calibrate;
mod chain;
mod estimators;
mod expanded;
mod judged;
mod numbers;
mod personas;
mod power;
mod score;
mod truth;
mod write;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

const STATUS: &str = "\
Exit status:
  0  done
  1  written, but personas found fewer than its bar asks for (--least-f1, --least-precision), or calibrate lands on a target in fewer than \
nine of ten seeds
  2  an error

Results are tables (CSV) with a page beside them (Markdown). The same seeds give the same bytes, whatever the number of --jobs.";

/// Judges estimators, designs and the simulation itself by simulated truth.
#[derive(Debug, Parser)]
#[command(name = "validate", version, after_help = STATUS)]
struct Validate {
    #[command(subcommand)]
    question: Question,
}

#[derive(Debug, Subcommand)]
enum Question {
    /// Truth, estimate, bias, RMSE and coverage of every estimator, over many seeds
    Estimators(estimators::Asked),
    /// How often designs of some kinds see effects of some sizes
    Power(Runs),
    /// Who is admitted to the expanded set, and who of them is of the network
    Expanded(Runs),
    /// How well people who came back are found, in settings in which they keep more or less of what they showed
    Personas(personas::Asked),
    /// How near the truth of a parameter file comes to published figures
    Calibrate(calibrate::Calibrate),
}

/// Which simulations are run.
#[derive(Debug, Clone, Args)]
struct Runs {
    /// How many seeds
    #[arg(long, value_name = "K", default_value_t = 20, value_parser = clap::value_parser!(u16).range(2..=10_000))]
    seeds: u16,

    /// The first of them
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    first_seed: u64,

    /// Times the people of the study
    #[arg(long, value_name = "X", default_value_t = 0.1)]
    scale: f64,

    /// Share of the listed accounts' posts that the observer collects [default: the parameters']
    #[arg(long, value_name = "SHARE")]
    post_share: Option<f64>,

    /// Seeds that run at the same time
    #[arg(short, long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..))]
    jobs: u8,

    /// Folder of the results
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

impl Runs {
    /// What `simulate` is told of scale and of posts.
    fn options(&self) -> Vec<String> {
        let mut options = vec!["--scale".to_owned(), self.scale.to_string()];
        if let Some(share) = self.post_share {
            options.extend(["--post-share".to_owned(), share.to_string()]);
        }
        options
    }

    fn seeds(&self) -> Vec<u64> {
        (0..u64::from(self.seeds)).map(|n| self.first_seed + n).collect()
    }
}

#[expect(clippy::print_stderr, reason = "what a command line tool says, it says here")]
fn main() -> ExitCode {
    let result = match Validate::parse().question {
        Question::Estimators(runs) => estimators::run(&runs).map(|()| true),
        Question::Power(runs) => power::run(&runs).map(|()| true),
        Question::Expanded(runs) => expanded::run(&runs).map(|()| true),
        Question::Personas(asked) => personas::run(&asked),
        Question::Calibrate(asked) => calibrate::run(&asked),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("validate: {error:#}");
            ExitCode::from(2)
        }
    }
}
