//! A run of a stage, from its command line to its exit code.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use serde_json::Value;
use tables::read::table_files;
use tables::{Flow, Footer, Input, Ledger, LedgerEntries, LedgerEntry, Table, TableWriter};

use crate::arguments::Common;
use crate::dir::StageDir;
use crate::failure::{Failure, Remedy, is_broken_pipe, render};
use crate::interrupt;
use crate::output::{Output, older_run};
use crate::progress::Progress;
use crate::provenance::{Provenance, RUN_FILE, TableRecord, canonical_json};
use crate::summary::Summary;
use crate::{sources::hash_file, stream, threads};

/// A tool: its command line and what it does.
pub trait Stage: Parser {
    /// The binary's name.
    const NAME: &'static str;
    /// Its version; raised whenever its results may change.
    const VERSION: &'static str;
    /// What it reads, opened.
    type Input;

    /// The arguments that all binaries share.
    fn common(&self) -> &Common;
    /// The options that shape the result, and nothing else: no output path, no thread count.
    fn options(&self) -> Value;
    /// Opens the inputs; says what is wrong with them before the work starts.
    ///
    /// # Errors
    /// When an input is absent or not what it should be.
    fn open(&self) -> anyhow::Result<Self::Input>;
    /// The inputs with their hashes, for `--if-changed`; `None` when they can be known only by reading them once (a pipe).
    ///
    /// # Errors
    /// When an input cannot be read.
    fn inputs(&self, input: &Self::Input) -> anyhow::Result<Option<Vec<Input>>>;
    /// Does the work.
    ///
    /// # Errors
    /// When it cannot be done; nothing is published then.
    fn run(&self, input: Self::Input, run: &mut Run) -> anyhow::Result<Outcome>;
    /// Does something else altogether, where that is asked for: nothing is written to a directory then.
    fn instead(&self) -> Option<anyhow::Result<Outcome>> {
        None
    }
    /// Whether something is asked for on standard output, so that no output directory is needed.
    fn prints(&self) -> bool {
        false
    }
    /// Prints what was asked for, from the finished directory.
    ///
    /// # Errors
    /// When it cannot be printed.
    fn print(&self, _dir: &Path) -> anyhow::Result<()> {
        Ok(())
    }
}

/// How a run that was not broken off ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Done,
    /// The output is there, but a check that was asked for did not hold.
    CheckFailed(String),
}

/// What [`Stage::run`] works with: where to write, and what to tell about it.
#[derive(Debug)]
pub struct Run {
    stage: &'static str,
    version: &'static str,
    options: Value,
    output: Output,
    threads: usize,
    shows_progress: bool,
    inputs: Vec<Input>,
    upstream: Option<Provenance>,
    facts: BTreeMap<String, Value>,
    ledger: Ledger,
    tables: Vec<TableRecord>,
    files: BTreeMap<String, String>,
}

/// Runs a tool: parses its command line, does the work, publishes the output, returns the exit code.
#[must_use]
pub fn main<S: Stage>() -> ExitCode {
    let tool = match S::try_parse() {
        Ok(tool) => tool,
        Err(error) => {
            // A reader that closed the pipe under --help is fine.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match execute(&tool) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::CheckFailed(message)) => {
            complain(&format!("{}: {message}", S::NAME));
            ExitCode::from(1)
        }
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            interrupt::unless_stopped();
            complain(&render(S::NAME, &error));
            ExitCode::from(2)
        }
    }
}

#[expect(clippy::print_stderr, reason = "the one place where a tool speaks to the person")]
pub(crate) fn complain(message: &str) {
    eprintln!("{message}");
}

fn execute<S: Stage>(tool: &S) -> anyhow::Result<Outcome> {
    interrupt::listen(S::NAME);
    let common = tool.common();
    let threads = threads::apply(common.threads);
    if let Some(outcome) = tool.instead() {
        return outcome;
    }
    if common.output.is_none() && !tool.prints() {
        return Err(Failure::new("no output given")
            .remedy("give the directory to write with -o DIR, or -o - for a pipe")
            .into());
    }
    if common.to_stdout() && (common.json || tool.prints()) {
        return Err(Failure::new("standard output cannot carry two things")
            .remedy("give -o a directory, or leave out --json and --print")
            .into());
    }
    let output = match common.directory() {
        Some(target) => Output::prepare(target, common.force || common.if_changed)?,
        None => Output::temporary()?,
    };
    let input = tool.open()?;
    if common.if_changed
        && let Some(target) = common.directory()
        && is_unchanged(tool, &input, target)?
    {
        if !common.quiet {
            complain(&format!("{}: '{}' is up to date", S::NAME, target.display()));
        }
        tool.print(target)?;
        return Ok(Outcome::Done);
    }
    let mut run = Run {
        stage: S::NAME,
        version: S::VERSION,
        options: tool.options(),
        output,
        threads,
        shows_progress: !common.quiet,
        inputs: Vec::new(),
        upstream: None,
        facts: BTreeMap::new(),
        ledger: Ledger::default(),
        tables: Vec::new(),
        files: BTreeMap::new(),
    };
    let outcome = tool.run(input, &mut run)?;
    run.write_ledger_and_provenance()?;
    let summary = run.summary();
    // Published before anything is printed: a reader that closes the pipe early does not cost the output.
    let published = run.output.publish()?;
    summary.tell(common)?;
    tool.print(published.path())?;
    if common.to_stdout() {
        stream::write(published.path(), std::io::stdout().lock())?;
    }
    Ok(outcome)
}

fn is_unchanged<S: Stage>(tool: &S, input: &S::Input, target: &Path) -> anyhow::Result<bool> {
    let Some(older) = older_run(target) else {
        return Ok(false);
    };
    let Some(inputs) = tool.inputs(input)? else {
        return Ok(false);
    };
    let same_inputs = older.inputs == inputs;
    let same_run =
        same_inputs && older.stage == S::NAME && older.version == S::VERSION && older.options == tool.options();
    Ok(same_run && !program_is_newer(target))
}

/// Whether the program was built, or put where it is, after an output was made: between two versions it changes, too, and what an
/// older one made is then no longer what this one makes.
fn program_is_newer(output: &Path) -> bool {
    let built = std::env::current_exe().and_then(|program| program.metadata()?.modified());
    let made = output.join(RUN_FILE).metadata().and_then(|run| run.modified());
    // Where a file system keeps no times, the version has to do.
    built.is_ok_and(|built| made.is_ok_and(|made| built > made))
}

impl Run {
    /// Threads that the run may use.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// The directory being written; files put here by other means are told of with [`Run::record_file`].
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.output.path()
    }

    /// A progress bar over `total` bytes.
    #[must_use]
    pub fn progress(&self, total: Option<u64>) -> Progress {
        Progress::new(self.shows_progress, total)
    }

    /// Tells of an input that was read. All inputs are told of before the first table is finished.
    pub fn add_input(&mut self, input: Input) {
        self.inputs.push(input);
    }

    /// Takes over what the stage before knows: its tables and files as inputs, its facts, ledger and provenance.
    ///
    /// # Errors
    /// When a file of the directory cannot be read.
    pub fn take_upstream(&mut self, dir: &StageDir) -> anyhow::Result<()> {
        self.inputs.extend(dir.inputs()?);
        self.facts.extend(dir.provenance().facts.clone());
        for batch in dir.table::<LedgerEntries>()?.batches() {
            for entry in batch?.rows()? {
                self.ledger.absorb_entry(&entry);
            }
        }
        self.upstream = Some(dir.provenance().clone());
        Ok(())
    }

    /// States a fact about the data that later stages must know.
    pub fn state_fact(&mut self, name: &str, value: impl Into<Value>) {
        self.facts.insert(name.to_owned(), value.into());
    }

    /// Counts records of a source.
    pub fn count(&mut self, source: &str, flow: Flow, reason: &str, records: u64) {
        self.ledger.count(
            self.stage,
            source,
            flow,
            reason,
            i64::try_from(records).unwrap_or(i64::MAX),
        );
    }

    /// What has been counted so far, in this stage and those before it.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn footer(&self) -> Footer {
        Footer {
            stage: self.stage.to_owned(),
            stage_version: self.version.to_owned(),
            options: canonical_json(&self.options),
            inputs: self.inputs.clone(),
        }
    }

    /// Starts a table.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn writer<T: Table>(&self) -> anyhow::Result<TableWriter<T>> {
        Ok(TableWriter::create(self.dir())?)
    }

    /// Finishes a table that [`Run::writer`] started.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish<T: Table>(&mut self, writer: TableWriter<T>) -> anyhow::Result<()> {
        let written = writer.finish(&self.footer())?;
        self.tables.push(TableRecord {
            name: written.table.to_owned(),
            rows: written.rows,
            blake3: written.blake3,
            stage: self.stage.to_owned(),
        });
        Ok(())
    }

    /// Writes a whole table; the rows come in the order of its key.
    ///
    /// # Errors
    /// When it cannot be written, or the rows are out of order.
    pub fn write<'a, T: Table>(&mut self, rows: impl IntoIterator<Item = T::Row<'a>>) -> anyhow::Result<()> {
        let mut writer = self.writer::<T>()?;
        for row in rows {
            writer.push(&row)?;
        }
        self.finish(writer)
    }

    /// Writes a whole table into a folder of the output that is not for the next stage (`truth`).
    ///
    /// # Errors
    /// When it cannot be written, or the rows are out of order.
    pub fn write_aside<'a, T: Table>(
        &mut self,
        folder: &str,
        rows: impl IntoIterator<Item = T::Row<'a>>,
    ) -> anyhow::Result<()> {
        let dir = self.dir().join(folder);
        std::fs::create_dir_all(&dir)
            .or_failure(|| format!("cannot write '{folder}'"), "check that the disk has room")?;
        let mut writer = TableWriter::<T>::create(&dir)?;
        for row in rows {
            writer.push(&row)?;
        }
        let written = writer.finish(&self.footer())?;
        self.files
            .insert(format!("{folder}/{}.parquet", T::NAME), written.blake3);
        Ok(())
    }

    /// Hands a table on unchanged: linked where the file system can, copied otherwise.
    ///
    /// # Errors
    /// When the table is absent or cannot be copied.
    pub fn carry<T: Table>(&mut self, from: &StageDir) -> anyhow::Result<()> {
        // Opening checks that it is what it says.
        let table = from.table::<T>()?;
        let stage = table.footer().stage.clone();
        for path in table_files(from.path(), T::NAME)? {
            let below = path.strip_prefix(from.path()).unwrap_or(&path);
            let to = self.dir().join(below);
            let failed = || format!("cannot copy '{}'", path.display());
            if let Some(parent) = to.parent() {
                std::fs::create_dir_all(parent).or_failure(failed, "check that the disk has room")?;
            }
            if std::fs::hard_link(&path, &to).is_err() {
                std::fs::copy(&path, &to).or_failure(failed, "check that the disk has room")?;
            }
        }
        let known = from.provenance().tables.iter().find(|record| record.name == T::NAME);
        let blake3 = known.map(|record| record.blake3.clone()).unwrap_or_default();
        self.tables.push(TableRecord {
            name: T::NAME.to_owned(),
            rows: table.rows(),
            blake3,
            stage,
        });
        Ok(())
    }

    /// Writes another file (`study.toml`, `report.html`).
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_file(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        std::fs::write(self.dir().join(name), bytes).or_failure(
            || format!("cannot write '{}'", self.output.shown(name).display()),
            "check that the disk has room; the old output is untouched",
        )?;
        self.record_file(name)
    }

    /// Tells of a file that was put into [`Run::dir`] by other means. The name uses `/`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn record_file(&mut self, name: &str) -> anyhow::Result<()> {
        let input = hash_file(&self.dir().join(name), name)?;
        self.files.insert(name.to_owned(), input.blake3);
        Ok(())
    }

    fn write_ledger_and_provenance(&mut self) -> anyhow::Result<()> {
        self.ledger.check()?;
        let counts: Vec<_> = self.ledger.counts().collect();
        self.write::<LedgerEntries>(counts.iter().map(|count| LedgerEntry {
            stage: &count.stage,
            source: &count.source,
            flow: count.flow,
            reason: &count.reason,
            records: count.records,
        }))?;
        self.tables.sort_by(|a, b| a.name.cmp(&b.name));
        let provenance = Provenance {
            stage: self.stage.to_owned(),
            version: self.version.to_owned(),
            options: self.options.clone(),
            inputs: self.inputs.clone(),
            facts: self.facts.clone(),
            tables: self.tables.clone(),
            files: self.files.clone(),
            upstream: self.upstream.clone().map(Box::new),
        };
        let mut text = serde_json::to_string_pretty(&provenance)?;
        text.push('\n');
        std::fs::write(self.dir().join(RUN_FILE), text).or_failure(
            || format!("cannot write '{RUN_FILE}'"),
            "check that the disk has room; the old output is untouched",
        )
    }

    fn summary(&self) -> Summary {
        Summary {
            stage: self.stage,
            version: self.version,
            ledger: self.ledger.counts().filter(|count| count.stage == self.stage).collect(),
            tables: self.tables.clone(),
        }
    }
}
