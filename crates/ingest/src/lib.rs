//! Raw archives to tables: posts, account observations, availability checks, follows, rosters, and what could not be used.
//!
//! The story of a run, in the order in which data flows: [`archive`] takes archives apart, [`container`] unpacks and hashes a source, [`detect`] tells what it
//! is, [`frame`] cuts it into records, [`parse`] reads them ([`record`] and the platforms' own modules; [`mapping`] and [`native`] for
//! CSV) into a [`sink`], and [`pipeline`] with its queue of [`work`] and its [`gate`] write the tables in order. [`trial`] says what must hold for any bytes. No record goes missing without a word:
//! the ledger counts every one.

pub mod archive;
pub mod bluesky;
pub mod container;
pub mod describe;
pub mod detect;
pub mod frame;
pub mod gate;
pub mod html;
pub mod json;
pub mod mapping;
pub mod mastodon;
pub mod moment;
pub mod native;
pub mod outbox;
pub mod parse;
pub mod pipeline;
pub mod reasons;
pub mod record;
pub mod reddit;
pub mod replay;
pub mod seen;
pub mod settings;
pub mod sink;
pub mod telegram;
pub mod text;
pub mod trial;
pub mod twitter;
pub mod utf16;
pub mod views;
pub mod work;

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::Result;
use clap::Parser;
use serde_json::{Value, json};
use stage::{Common, Failure, Outcome, Place, Remedy, Run, Source, Stage, hash_file, help_footer, sources};
use tables::{Flow, Input, Timestamp};

use archive::Pieces;
use detect::{AskedMapping, Mappings};
use mapping::{Field, Mapping, TableRules, Target};
use parse::Rules;
use pipeline::{Found, Job};
use settings::{FormatArgument, Kind, MaxRejects, Whose, size};

const EXAMPLES: &str = "\
Reads, told by the records themselves, several formats in one run: Twitter v1.1 and v2 JSON, activity streams (GNIP), an account's own \
export (tweets.js), compliance results and id lists (of posts with --format post-ids); Bluesky (Jetstream events, profiles); Mastodon and Truth Social; Telegram \
Desktop's export; Reddit as Pushshift kept it; CSV through a mapping; rosters, availability checks and follower lists as CSV or JSON \
lines with the tables' own column names. docs/formats.md has the table. Lists without a column platform are Twitter's, or Bluesky's \
where an account_id is a DID or a handle alone is a domain. Plain or UTF-16, packed as gz, bz2, xz or zst, in zip and tar archives, in \
folders: told by content. Quoted patterns (*, ?, [ab], **) are understood. A packed tar, and an archive on standard input, is unpacked into TMPDIR once.

Writes the tables posts, post_ids, accounts, availability, follows, roster and rejects, those that stay empty too, and the ledger.

Needs less than 400 MB of memory on up to eight threads, whatever the size of the input and the length of its records (up to the 64M of \
--max-line): commonly 200 MB. More is needed for longer records, four times their length, and by packed files that ask for it: a window \
of zstd --long=31 has 2 GB, each file of xz -9 needs 65 MB.

Built-in mappings: account-lookups, coortweet, dmi-tcat, fifth-tribe, five-thirty-eight, five-thirty-eight-2018, \
five-thirty-eight-authors, id-list-json, mib-tweets, mib-users, nbc-datamodel-tweets, nbc-datamodel-users, nbc-tweets, \
nbc-users, reddit-comments, reddit-seed, reddit-users, suspended-handles, suspended-ids, tags, truth-social-follows, \
truth-social-posts, truth-social-users, twarc-csv, twarc-csv-users, twarc-json2csv, twibot20, twitter-io-tweets, \
twitter-io-users, unsuspended-handles, unsuspended-ids. \
They are recognised by their columns or keys, but for those of lists without a header, which have to be asked for.

Examples:
  ingest archive/ roster.csv -o work/1-ingest
  ingest archive/ roster.csv --replay work/1-ingest > rejected.jsonl
  ingest 'dumps/**/2015-*.jsonl.gz' lists.tar.gz -o work/1-ingest
  ingest tweets.csv --mapping fifth-tribe -o work/1-ingest
  ingest --describe unknown.csv > mine.toml
  zcat tweets.jsonl.gz | ingest - -o work/1-ingest
  ingest - --format twitter-v2 --max-rejects 0.1% -o - < pages.jsonl | dedupe - -o work/2-dedupe
";

/// What status 1 means.
const CHECKS: &str = "written, but more records were rejected than --max-rejects allows, a file among others could not be read to its \
                      end, or a --mapping fitted no file; of --replay: printed, but not every rejected record was found";

/// Raw archives to tables: posts, account observations, checks, follows, rosters
#[derive(Debug, Parser)]
#[command(name = "ingest", version, about, before_long_help = EXAMPLES, after_help = help_footer(Some(CHECKS)))]
pub struct Ingest {
    /// Files, folders, archives, quoted patterns, or `-` for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,

    /// What the inputs are, where their records should not decide
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "auto")]
    format: FormatArgument,

    /// What a CSV's columns mean: a file, or the name of a built-in mapping. May be repeated; a file's header decides which
    #[arg(long, value_name = "FILE|NAME")]
    mapping: Vec<String>,

    /// Lists of ids (followers/ids) are of accounts that follow this one; FILE stands for the name of the list's file up to its first point
    #[arg(long, value_name = "ACCOUNT_ID|FILE", conflicts_with = "friends_of")]
    followers_of: Option<String>,

    /// Lists of ids (friends/ids) are of accounts that this one follows
    #[arg(long, value_name = "ACCOUNT_ID|FILE")]
    friends_of: Option<String>,

    /// When records were observed that do not say so themselves: 2015-06-03, 2015-06-03T10:00:00Z. Lists of suspended accounts need it
    #[arg(long, value_name = "TIME", value_parser = moment)]
    observed_at: Option<Timestamp>,

    /// Print a mapping to start from for one CSV or JSON file that nobody knows, and its first three records as that mapping reads them
    #[arg(long, conflicts_with_all = ["output", "json", "if_changed", "force"])]
    describe: bool,

    /// End with status 1 when more records are rejected: a count (20) or a share of those read (0.5%)
    #[arg(long, value_name = "N|P%")]
    max_rejects: Option<MaxRejects>,

    /// Reject longer records: 65536, 512K, 64M; at most 1G
    #[arg(long, value_name = "BYTES", default_value = "64M", value_parser = size)]
    max_line: usize,

    /// Print the records that the run of DIR rejected, byte for byte as they stand in the INPUTs (the same as that run's), to mend them
    /// and read them again
    #[arg(long, value_name = "DIR")]
    replay: Option<PathBuf>,

    #[command(flatten)]
    common: Common,
}

/// The text of a mapping that was asked for.
fn mapping_text(asked: &str) -> Result<String> {
    if let Some(text) = mapping::builtin(asked) {
        return Ok(text.to_owned());
    }
    let meant = mapping::builtin_like(asked).map_or_else(String::new, |name| format!("did you mean '{name}'? Or "));
    let names: Vec<&str> = mapping::builtin_names().collect();
    std::fs::read_to_string(asked).or_failure(
        || format!("cannot read mapping '{asked}'"),
        &format!("{meant}give a mapping file, or one of: {}", names.join(", ")),
    )
}

fn read_mapping(text: &str, name: &str) -> Result<Mapping> {
    mapping::read(text, name).map_err(|error| {
        let remedy = error.remedy.clone();
        Failure::new(error.to_string()).remedy(remedy).into()
    })
}

/// A time as typed.
fn moment(text: &str) -> Result<Timestamp, String> {
    moment::parse(text).ok_or_else(|| format!("'{text}' is no time (examples: 2015-06-03, 2015-06-03T10:00:00Z)"))
}

/// What was asked for, checked: what is read, and how.
#[derive(Debug)]
pub struct Asked {
    sources: Vec<Source>,
    mappings: Mappings,
    rules: Rules,
}

impl Ingest {
    /// Checks of accounts have a time, from the file or for all of them.
    fn check_observed(&self, mapping: &Mapping) -> Result<()> {
        let lacks = |table: &TableRules| {
            table.target == Target::Availability && !table.rules.iter().any(|(field, _)| *field == Field::ObservedAt)
        };
        if self.observed_at.is_none() && mapping.tables.iter().any(lacks) {
            return Err(Failure::new(format!(
                "mapping '{}' does not say when the accounts were checked",
                mapping.name
            ))
            .remedy("give --observed-at TIME, or say in [availability] which column holds observed_at")
            .into());
        }
        Ok(())
    }
}

impl Stage for Ingest {
    const NAME: &'static str = "ingest";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Input = Asked;

    fn common(&self) -> &Common {
        &self.common
    }

    fn options(&self) -> Value {
        // A mapping shapes the result by what it says, not by where it lies. One that cannot be read is told of by `open`.
        let mappings: Vec<Value> = self
            .mapping
            .iter()
            .map(|asked| match mapping_text(asked) {
                Ok(text) => json!(blake3::hash(text.as_bytes()).to_hex().to_string()),
                Err(_) => Value::Null,
            })
            .collect();
        json!({
            "format": Kind::from(self.format).name(),
            "mappings": mappings,
            "max_line": self.max_line,
            "followers_of": self.followers_of,
            "friends_of": self.friends_of,
            "observed_at": self.observed_at.map(|at| at.0),
        })
    }

    fn instead(&self) -> Option<Result<Outcome>> {
        if self.common.directory().is_some() && (self.describe || self.replay.is_some()) {
            return Some(Err(replay::two_outputs()));
        }
        if self.describe {
            return Some(self.open().and_then(|asked| {
                let pieces = Pieces::of(asked.sources)?;
                let text = describe::describe(&pieces, &asked.mappings, &asked.rules)?;
                std::io::stdout()
                    .write_all(text.as_bytes())
                    .or_failure(|| "cannot write to standard output".to_owned(), "")?;
                Ok(Outcome::Done)
            }));
        }
        let dir = self.replay.as_deref()?;
        Some(self.open().and_then(|asked| {
            let kind = asked.rules.kind;
            replay::replay(
                dir,
                asked.sources,
                kind,
                &asked.mappings,
                asked.rules.observed_at.is_some(),
            )
        }))
    }

    fn open(&self) -> Result<Asked> {
        let asked = self
            .mapping
            .iter()
            .map(|asked| {
                Ok(AskedMapping {
                    mapping: read_mapping(&mapping_text(asked)?, asked)?,
                    used: Arc::default(),
                })
            })
            .collect::<Result<Vec<AskedMapping>>>()?;
        for asked in &asked {
            self.check_observed(&asked.mapping)?;
        }
        let builtin = mapping::builtin_names()
            .filter_map(|name| Some((mapping::builtin(name)?, name)))
            .map(|(text, name)| read_mapping(text, name))
            .collect::<Result<Vec<Mapping>>>()?;
        let mappings = Mappings { asked, builtin };
        let (json_asked, json_builtin) = mappings.of_json();
        Ok(Asked {
            sources: sources(&self.inputs)?,
            mappings,
            rules: Rules {
                kind: self.format.into(),
                max_line: self.max_line,
                whose: match (&self.followers_of, &self.friends_of) {
                    (Some(account), _) => Some(Whose::Followers(account.clone())),
                    (None, Some(account)) => Some(Whose::Friends(account.clone())),
                    (None, None) => None,
                },
                observed_at: self.observed_at,
                json_asked,
                json_builtin,
            },
        })
    }

    fn inputs(&self, asked: &Asked) -> Result<Option<Vec<Input>>> {
        // What was too many rejects the first time is so the second time, too, and what fitted nothing fits nothing; only a run tells.
        if self.max_rejects.is_some() || !self.mapping.is_empty() {
            return Ok(None);
        }
        // A file that cannot be hashed cannot be read: that is for the run to tell.
        let inputs = asked.sources.iter().map(|source| match &source.place {
            // A pipe can be read but once.
            Place::File(path) if path.is_file() => hash_file(path, &source.name).ok(),
            Place::File(_) | Place::Stdin => None,
        });
        Ok(inputs.collect())
    }

    fn run(&self, asked: Asked, run: &mut Run) -> Result<Outcome> {
        let job = Job {
            pieces: Pieces::of(asked.sources)?,
            mappings: asked.mappings,
            rules: asked.rules,
        };
        let progress = run.progress(job.pieces.pieces.iter().map(|piece| piece.bytes).sum());
        let found = pipeline::run(&job, run, &progress);
        progress.finish();
        let mut found = found?;
        if found.whole == 0 && !found.broken.is_empty() {
            return Err(found.broken.remove(0));
        }
        if found.whole == 0 && !(found.unknown.is_empty() && found.links.is_empty()) {
            return Err(Failure::new(format!(
                "none of these files holds anything known: {}",
                some_of(&[&found.unknown[..], &found.links].concat())
            ))
            .remedy("docs/formats.md says what is read; CSV may need --mapping FILE.toml")
            .into());
        }
        if found.simulated {
            run.state_fact("synthetic", true);
        }
        if !found.unread.is_empty() {
            let keys = found.unread.iter();
            let keys: serde_json::Map<String, Value> = keys
                .map(|((of, key), times)| (format!("{of}.{key}"), json!(times)))
                .collect();
            run.state_fact("unread_keys", keys);
        }
        if !self.common.quiet {
            if !found.unread.is_empty() {
                let mut keys: Vec<_> = found.unread.iter().collect();
                keys.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
                let named = keys.iter().take(FEW);
                let named: Vec<String> = named
                    .map(|((of, key), times)| format!("{of}.{key} ({times})"))
                    .collect();
                let more = if keys.len() > FEW { ", …" } else { "" };
                tell(&format!(
                    "not known and not read: {}{more}; all with their counts under unread_keys in run.json",
                    named.join(", ")
                ));
            }
            for name in &found.empty {
                tell(&format!("'{name}' is empty"));
            }
            if !found.unknown.is_empty() {
                let (files, names) = (found.unknown.len(), some_of(&found.unknown));
                tell(&format!("{files} left out, of no known format: {names}"));
            }
            if !found.links.is_empty() {
                let (links, names) = (found.links.len(), some_of(&found.links));
                tell(&format!(
                    "{links} left out, links or special files in archives: {names}"
                ));
            }
        }
        let total = |flow| u64::try_from(run.ledger().total(Self::NAME, flow)).unwrap_or(0);
        let (rejected, read) = (total(Flow::Rejected), total(Flow::Read));
        let unused = job
            .mappings
            .asked
            .iter()
            .filter(|asked| !asked.used.load(Ordering::Relaxed));
        let unused: Vec<&str> = unused.map(|asked| asked.mapping.name.as_str()).collect();
        let wrong: Vec<String> = [broken_told(&found), unused_told(&unused)]
            .into_iter()
            .flatten()
            .collect();
        if !wrong.is_empty() {
            return Ok(Outcome::CheckFailed(wrong.join("\ningest: ")));
        }
        Ok(match self.max_rejects {
            Some(allowed) if allowed.is_exceeded(rejected, read) => Outcome::CheckFailed(format!(
                "{rejected} of {read} records were rejected, more than --max-rejects {allowed} allows (see the table rejects)"
            )),
            _ => Outcome::Done,
        })
    }
}

/// What is said of files that could not be read, or not to their end.
fn broken_told(found: &Found) -> Option<String> {
    let (broken, of) = (found.broken.len(), found.broken.len() + found.whole);
    let each: Vec<String> = found.broken.iter().map(|error| format!("\n  {error:#}")).collect();
    let mut advice: Vec<String> = Vec::new();
    for error in &found.broken {
        let given = error.downcast_ref::<Failure>().and_then(Failure::advice);
        let given = given.map(|given| format!("\n  remedy: {given}"));
        advice.extend(given.filter(|given| !advice.contains(given)));
    }
    (broken > 0).then(|| {
        format!(
            "{broken} of {of} files could not be read, or not to their end; what stands before a break is in the tables, the place \
             in the table rejects:{}{}",
            each.concat(),
            advice.concat()
        )
    })
}

/// What is said of mappings that were asked for and fitted nothing.
fn unused_told(unused: &[&str]) -> Option<String> {
    let names: Vec<String> = unused.iter().map(|name| format!("'{name}'")).collect();
    (!unused.is_empty()).then(|| {
        format!(
            "mapping {} fits none of the files\n  remedy: compare its columns with the files' headers, or leave it out",
            names.join(", ")
        )
    })
}

/// So many of a list are named.
const FEW: usize = 5;

/// The first few of some names.
fn some_of(names: &[String]) -> String {
    let mut some: Vec<String> = names.iter().take(FEW).map(|name| format!("'{name}'")).collect();
    if names.len() > FEW {
        some.push("…".to_owned());
    }
    some.join(", ")
}

#[expect(clippy::print_stderr, reason = "a note for the person, beside the summary")]
fn tell(message: &str) {
    eprintln!("{}: {message}", Ingest::NAME);
}
