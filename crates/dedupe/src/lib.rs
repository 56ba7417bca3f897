//! `dedupe`: one row a post, one person a chain of accounts.
//!
//! In the order in which data flows: [`copies`] drops account observations, checks and follows that say again what an earlier
//! row said; [`posts`] keeps each post once, as last seen, with what its other copies know; [`personas`] turns a hand-checked
//! table into chains of accounts, and [`linkage`] finds the returns that nobody has checked; [`near`] finds posts that are copies but
//! for small changes. What was dropped, and for which kept row, stands in the table `duplicates`.
//!
//! Memory: what `--memory` allows for sorting, and the row groups that are read and encoded, whatever the number of posts. Exact
//! copies are found by sorting records of numbers, which go to temporary files in the output's hidden folder past that limit.
//! No texts are held for that. What near-copies take is told in [`near`].
//! Linkage comes after that, and takes some 500 bytes for every account, four for every distinct follower, hashtag, … of it, and 40 for
//! every pair that is compared.

mod copies;
mod fingerprint;
mod linkage;
mod near;
mod personas;
mod place;
mod posts;
mod rewrite;
mod scale;

use std::path::PathBuf;

use clap::Parser;
use serde_json::{Value, json};
use stage::{Common, Outcome, Run, Stage, StageDir, help_footer};
use tables::{Accounts, Availability, Duplicates, Flow, Follows, Input, Links, Personas, PostIds, Rejects, Roster};

use crate::linkage::{Linkage, REVIEW_FILE, Reviewed};
use crate::near::NearCopies;
use crate::personas::{Census, Chains, HandTable};
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
#[command(name = "dedupe", version, after_help = format!("{EXAMPLES}\n\n{}", help_footer(None)))]
pub struct Dedupe {
    /// Directory that ingest wrote; `-` reads it from standard input, as `ingest -o -` sends it
    #[arg(value_name = "INPUT_DIR")]
    input: PathBuf,

    /// Hand-checked table of people who came back (CSV): account_id and/or handle, person_id, return_number; platform and note
    /// if wanted. return_number 0 is a person's first account, 1 the first return
    #[arg(long, value_name = "FILE")]
    personas: Option<PathBuf>,

    /// The review.csv of an earlier run, its column same_person answered yes or no: these answers win over what is found
    #[arg(long, value_name = "FILE", conflicts_with = "no_linkage")]
    reviewed: Option<PathBuf>,

    /// Probability from which an account counts as another's return, over 0 to 1
    #[arg(long, value_name = "P", default_value_t = 0.5, value_parser = probability)]
    match_threshold: f64,

    /// Do not look for people who came back: personas holds what --personas says
    #[arg(long)]
    no_linkage: bool,

    /// Write every pair that was compared into links, not only those that are at all probable: to judge the blocking rules
    #[arg(long, conflicts_with = "no_linkage")]
    all_links: bool,

    /// Memory for sorting, with kB, MB or GB; what is larger is sorted in temporary files beside the output. Results do not depend
    /// on it
    #[arg(long, value_name = "SIZE", default_value = "1GB")]
    memory: Memory,

    #[command(flatten)]
    near: NearCopies,

    #[command(flatten)]
    common: Common,
}

fn probability(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if value > 0.0 && value <= 1.0 {
        Ok(value)
    } else {
        Err("not over 0 and at most 1".to_owned())
    }
}

const EXAMPLES: &str = "\
Reads posts, post_ids, accounts, availability, follows, roster, rejects and ledger of INPUT_DIR. Writes posts, accounts, availability and \
follows (linked where nothing was dropped), duplicates, personas, links, clusters, cluster_members, campaigns and ledger; links roster and \
rejects. linkage.json tells how people were linked; review.csv holds the uncertain pairs, handles among them, for a person to answer.

Takes up to --memory for sorting, and some 100 MB a thread for what is read and written; the time grows with the posts read. For \
near-copies, every distinct text takes its length and some 150 bytes more at a threshold of 0.8, and every post 24; that comes after the \
sorting. After that, linkage takes some 5 kB for every account (most of it for the pairs that are compared, which --no-linkage leaves out).

Examples:
  dedupe work/1-ingest -o work/2-dedupe
  dedupe work/1-ingest --personas people.csv -o work/2-dedupe --if-changed
  dedupe work/1-ingest --near 0.7 --campaign-window 10m --campaign-accounts 3 -o work/2-dedupe
  dedupe work/1-ingest --reviewed answered.csv -o work/2-dedupe --force
  ingest - -o - < archive.jsonl | dedupe - -o work/2-dedupe";

/// What `dedupe` reads, opened.
#[derive(Debug)]
pub struct Inputs {
    dir: StageDir,
    personas: Option<HandTable>,
    reviewed: Option<Reviewed>,
}

impl Stage for Dedupe {
    const NAME: &'static str = "dedupe";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Input = Inputs;

    fn common(&self) -> &Common {
        &self.common
    }

    fn options(&self) -> Value {
        json!({
            "all_links": self.all_links,
            "linkage": !self.no_linkage,
            "match_threshold": self.match_threshold,
            "near": self.near.options(),
            "personas": self.personas.as_deref().map(personas::file_name),
            "reviewed": self.reviewed.as_deref().map(personas::file_name),
        })
    }

    fn open(&self) -> anyhow::Result<Inputs> {
        // The small file first: a slip in it is told before an archive is spooled from a pipe.
        let personas = self.personas.as_deref().map(HandTable::read).transpose()?;
        let reviewed = self.reviewed.as_deref().map(Reviewed::read).transpose()?;
        Ok(Inputs {
            dir: StageDir::open(&self.input)?,
            personas,
            reviewed,
        })
    }

    fn inputs(&self, input: &Inputs) -> anyhow::Result<Option<Vec<Input>>> {
        let mut inputs = input.dir.inputs()?;
        inputs.extend(input.personas.as_ref().map(|table| table.input().clone()));
        inputs.extend(input.reviewed.as_ref().map(|table| table.input().clone()));
        Ok(Some(inputs))
    }

    fn run(&self, input: Inputs, run: &mut Run) -> anyhow::Result<Outcome> {
        let Inputs {
            dir,
            personas,
            reviewed,
        } = input;
        run.take_upstream(&dir)?;
        let mut census = Census::default();
        if let Some(table) = &personas {
            run.add_input(table.input().clone());
            census = Census::of(table);
        }
        if let Some(table) = &reviewed {
            run.add_input(table.input().clone());
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

        let mut chains = Chains::default();
        if let Some(table) = &personas {
            chains = table.chains(&census)?;
            run.count(table.name(), Flow::Read, "", table.len());
            run.count(table.name(), Flow::Used, "", chains.known());
            if chains.unknown() > 0 {
                run.count(table.name(), Flow::Skipped, personas::UNKNOWN, chains.unknown());
            }
        }
        if self.no_linkage {
            run.write::<Links>([])?;
            let placed = chains.placed(|_, _, _| None);
            run.write::<Personas>(placed.iter().map(personas::Placed::row))?;
        } else {
            self.link(&chains, reviewed.as_ref(), run)?;
        }
        self.near.find(run)?;
        Ok(Outcome::Done)
    }
}

impl Dedupe {
    /// Finds who came back, and writes what was found beside what people said.
    fn link(&self, chains: &Chains, reviewed: Option<&Reviewed>, run: &mut Run) -> anyhow::Result<()> {
        // From the tables just written: each observation once, each post as last seen.
        let linkage = Linkage::of(run.dir(), self.all_links, run.threads())?;
        let verdict = linkage.decide(self.match_threshold, chains, reviewed)?;
        if let Some(table) = reviewed {
            let (lines, unanswered) = table.lines();
            run.count(&table.input().name, Flow::Read, "", lines);
            run.count(&table.input().name, Flow::Used, "", lines - unanswered);
            if unanswered > 0 {
                run.count(&table.input().name, Flow::Skipped, "no answer", unanswered);
            }
        }
        let texts = verdict.link_texts(self.all_links);
        run.write::<Links>(verdict.link_rows(&texts))?;
        let placed = verdict.personas(chains);
        run.write::<Personas>(placed.iter().map(personas::Placed::row))?;
        run.write_file(REVIEW_FILE, &verdict.review()?)?;
        let mut told = serde_json::to_vec_pretty(linkage.told())?;
        told.push(b'\n');
        run.write_file("linkage.json", &told)
    }
}
