//! `dedupe`: one row a post, one person a chain of accounts.
//!
//! In the order in which data flows: [`copies`] drops account observations, checks and follows that say again what an earlier
//! row said; [`posts`] keeps each post once, as last seen, with what its other copies know; [`personas`] turns a hand-checked
//! table into chains of accounts; [`near`] finds posts that are copies but for small changes. What was dropped, and for which kept
//! row, stands in the table `duplicates`.
//!
//! Finding unknown returns is not done here yet.
//!
//! Memory: what `--memory` allows for sorting, and the row groups that are read and encoded, whatever the number of posts. Exact
//! copies are found by sorting records of numbers, which go to temporary files in the output's hidden folder past that limit.
//! No texts are held for that. What near-copies take is told in [`near`].

mod copies;
mod fingerprint;
mod near;
mod personas;
mod place;
mod posts;
mod rewrite;
mod scale;

use std::path::PathBuf;

use clap::Parser;
use serde_json::{Value, json};
use stage::{Common, HELP_FOOTER, Outcome, Run, Stage, StageDir};
use tables::{Accounts, Availability, Duplicates, Flow, Follows, Input, Personas, PostIds, Rejects, Roster};

use crate::near::NearCopies;
use crate::personas::{Census, HandTable};
use crate::scale::Memory;

/// One row a post, one person a chain of accounts.
///
/// Reads the directory that ingest wrote. Of several records of one post, the one seen last is kept: the latest observed_at;
/// then the one with more likes, reposts, replies and quotes; then the fuller one. Its counts are the largest seen, what it leaves
/// open is taken from its copies, and a text cut by the platform is completed. Account observations, availability checks and
/// follows that repeat an earlier row in every field but their source are dropped. Every dropped row is listed in the table
/// duplicates with the row kept for it.
///
/// Posts other than reposts whose texts are the same but for small changes come in the tables clusters and cluster_members, and where
/// many accounts posted them within little time, in campaigns.
///
/// Posts are the same when platform and post_id are; without a post_id, when platform, account_id, posted_at and text are.
#[derive(Debug, Parser)]
#[command(name = "dedupe", version, after_help = format!("{EXAMPLES}\n\n{HELP_FOOTER}"))]
pub struct Dedupe {
    /// Directory that ingest wrote; `-` reads it from standard input, as `ingest -o -` sends it
    #[arg(value_name = "INPUT_DIR")]
    input: PathBuf,

    /// Hand-checked table of people who came back (CSV): account_id and/or handle, person_id, return_number; platform and note
    /// if wanted. return_number 0 is a person's first account, 1 the first return
    #[arg(long, value_name = "FILE")]
    personas: Option<PathBuf>,

    /// Memory for sorting, with kB, MB or GB; what is larger is sorted in temporary files beside the output. Results do not depend
    /// on it
    #[arg(long, value_name = "SIZE", default_value = "1GB")]
    memory: Memory,

    #[command(flatten)]
    near: NearCopies,

    #[command(flatten)]
    common: Common,
}

const EXAMPLES: &str = "\
Reads posts, post_ids, accounts, availability, follows, roster, rejects and ledger of INPUT_DIR. Writes
posts, accounts, availability and follows (linked where nothing was dropped), duplicates,
personas, clusters, cluster_members, campaigns and ledger; links roster and rejects.

Takes up to --memory for sorting, and some 100 MB a thread for what is read and written; the time grows with the
posts read. For near-copies, every distinct text takes its length and some 150 bytes more at a threshold of 0.8,
and every post 24; that comes after the sorting.

Examples:
  dedupe work/1-ingest -o work/2-dedupe
  dedupe work/1-ingest --personas people.csv -o work/2-dedupe --if-changed
  dedupe work/1-ingest --near 0.7 --campaign-window 10m --campaign-accounts 3 -o work/2-dedupe
  ingest - -o - < archive.jsonl | dedupe - -o work/2-dedupe";

/// What `dedupe` reads, opened.
#[derive(Debug)]
pub struct Inputs {
    dir: StageDir,
    personas: Option<HandTable>,
}

impl Stage for Dedupe {
    const NAME: &'static str = "dedupe";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Input = Inputs;

    fn common(&self) -> &Common {
        &self.common
    }

    fn options(&self) -> Value {
        json!({"near": self.near.options(), "personas": self.personas.as_deref().map(personas::file_name)})
    }

    fn open(&self) -> anyhow::Result<Inputs> {
        // The small file first: a slip in it is told before an archive is spooled from a pipe.
        let personas = self.personas.as_deref().map(HandTable::read).transpose()?;
        Ok(Inputs {
            dir: StageDir::open(&self.input)?,
            personas,
        })
    }

    fn inputs(&self, input: &Inputs) -> anyhow::Result<Option<Vec<Input>>> {
        let mut inputs = input.dir.inputs()?;
        inputs.extend(input.personas.as_ref().map(|table| table.input().clone()));
        Ok(Some(inputs))
    }

    fn run(&self, input: Inputs, run: &mut Run) -> anyhow::Result<Outcome> {
        let Inputs { dir, personas } = input;
        run.take_upstream(&dir)?;
        let mut census = Census::default();
        if let Some(table) = &personas {
            run.add_input(table.input().clone());
            census = Census::of(table);
        }

        // In the order of the duplicates table: by name of the table that the copies stood in.
        let mut duplicates = run.writer::<Duplicates>()?;
        copies::drop_copies::<Accounts>(&dir, run, self.memory, &mut duplicates, &mut census)?;
        copies::drop_copies::<Availability>(&dir, run, self.memory, &mut duplicates, &mut census)?;
        copies::drop_copies::<Follows>(&dir, run, self.memory, &mut duplicates, &mut census)?;
        posts::one_row_a_post(&dir, run, self.memory, &mut duplicates, &mut census)?;
        run.finish(duplicates)?;

        census.see_roster(&dir)?;
        run.carry::<PostIds>(&dir)?;
        run.carry::<Roster>(&dir)?;
        run.carry::<Rejects>(&dir)?;

        match &personas {
            None => run.write::<Personas>([])?,
            Some(table) => {
                let chains = table.chains(&census)?;
                run.count(table.name(), Flow::Read, "", table.len());
                run.count(table.name(), Flow::Used, "", chains.known());
                if chains.unknown() > 0 {
                    run.count(table.name(), Flow::Skipped, personas::UNKNOWN, chains.unknown());
                }
                run.write::<Personas>(chains.rows())?;
            }
        }
        self.near.find(run)?;
        Ok(Outcome::Done)
    }
}
