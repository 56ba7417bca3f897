//! Sources in, tables out: one thread reads and cuts, several parse, the calling one writes, everything in order.
//!
//! Memory is bounded by the number of blocks under way, whatever the size of the sources.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use arrow::array::RecordBatch;
use stage::{Failure, Progress, Run, Source};
use tables::{Accounts, Availability, Flow, Follows, Input, Posts, Rejects, Roster, Table, TableWriter};

use crate::container::{Content, Unsupported};
use crate::detect::{Mappings, Plan, detect, unreadable};
use crate::frame::{self, Block, Feed};
use crate::parse::{Rules, parse};
use crate::sink::Chunk;

/// What is done to the sources.
#[derive(Debug)]
pub struct Job {
    /// The sources, in name order.
    pub sources: Vec<Source>,
    /// Mappings of CSV files.
    pub mappings: Mappings,
    /// What holds for every record.
    pub rules: Rules,
}

/// What happens to a source, in the order in which it is written.
enum Event {
    /// A piece of it was read.
    Chunk { source: usize, chunk: Box<Chunk> },
    /// All of it was read.
    End { input: Input, empty: bool },
    /// The run cannot go on.
    Failed(anyhow::Error),
}

/// A piece of work for a parsing thread.
struct Task {
    number: u64,
    source: usize,
    plan: Plan,
    block: Block,
}

/// What the run found out besides the tables.
#[derive(Debug, Default)]
pub struct Found {
    /// Names of sources that hold nothing.
    pub empty: Vec<String>,
    /// Whether a record says of itself that it was made up.
    pub simulated: bool,
}

/// Reads all sources into the tables of `run`.
///
/// # Errors
/// When a source cannot be read or a table cannot be written.
pub fn run(job: &Job, run: &mut Run, progress: &Progress) -> Result<Found> {
    let threads = run.threads();
    // So many blocks are under way at most; that bounds memory.
    let under_way = 2 * threads + 2;
    let mut tables = Tables::create(run)?;
    let found = thread::scope(|scope| {
        let (permits, permit_back) = sync_channel::<()>(under_way);
        let (tasks, task_queue) = sync_channel::<Task>(under_way);
        let (events, event_queue) = sync_channel::<(u64, Event)>(under_way);
        let task_queue = Arc::new(Mutex::new(task_queue));
        for _ in 0..threads {
            let (queue, events) = (Arc::clone(&task_queue), events.clone());
            scope.spawn(move || work(&queue, &events, job));
        }
        drop(task_queue);
        let reader = Reader {
            job,
            permits,
            tasks,
            events,
            progress: progress.clone(),
        };
        scope.spawn(move || reader.read_all());
        write(job, run, &mut tables, &event_queue, &permit_back)
    })?;
    tables.finish(run)?;
    Ok(found)
}

/// Parses blocks until there are none.
fn work(queue: &Mutex<Receiver<Task>>, events: &SyncSender<(u64, Event)>, job: &Job) {
    loop {
        let task = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(task) = task else { return };
        let name = &job.sources[task.source].name;
        let event = match parse(&task.block, &task.plan, name, job.rules) {
            Ok(chunk) => Event::Chunk {
                source: task.source,
                chunk: Box::new(chunk),
            },
            Err(error) => Event::Failed(
                anyhow::Error::new(error).context(format!("cannot turn records of '{name}' into columns")),
            ),
        };
        if events.send((task.number, event)).is_err() {
            return;
        }
    }
}

/// Reads the sources and cuts them into blocks.
struct Reader<'j> {
    job: &'j Job,
    permits: SyncSender<()>,
    tasks: SyncSender<Task>,
    events: SyncSender<(u64, Event)>,
    progress: Progress,
}

impl Reader<'_> {
    fn read_all(self) {
        let mut number = 0;
        for (index, source) in self.job.sources.iter().enumerate() {
            self.progress.message(source.name.clone());
            let event = match self.read(index, source, &mut number) {
                Ok(Some((input, empty))) => Event::End { input, empty },
                // The writer has given up.
                Ok(None) => return,
                Err(error) => Event::Failed(error),
            };
            let failed = matches!(event, Event::Failed(_));
            if self.permits.send(()).is_err() || self.events.send((number, event)).is_err() || failed {
                return;
            }
            number += 1;
        }
    }

    /// Reads one source; `None` when the writer has given up.
    fn read(&self, index: usize, source: &Source, number: &mut u64) -> Result<Option<(Input, bool)>> {
        let shown = source.display();
        let content =
            Content::open(source, self.progress.clone()).map_err(|error| match error.downcast::<Unsupported>() {
                Ok(unsupported) => {
                    let remedy = unsupported.remedy;
                    Failure::new(format!("cannot read {shown}"))
                        .remedy(remedy)
                        .because(unsupported)
                        .into()
                }
                Err(error) if error.downcast_ref::<Failure>().is_some() => error,
                Err(error) => Failure::new(format!("cannot read {shown}"))
                    .remedy("check that it is a file that may be read")
                    .because(error)
                    .into(),
            })?;
        let mut feed = Feed::new(content);
        let plan = detect(&mut feed, self.job.rules.kind, &self.job.mappings, &shown)?;
        let mut wanted = true;
        let max_line = self.job.rules.max_line;
        let mut take = |block: Block| {
            let task = Task {
                number: *number,
                source: index,
                plan: plan.clone(),
                block,
            };
            *number += 1;
            wanted = self.permits.send(()).is_ok() && self.tasks.send(task).is_ok();
            wanted
        };
        let cut = match &plan {
            Plan::Empty => Ok(()),
            Plan::JsonLines => frame::lines(&mut feed, max_line, &mut take),
            Plan::JsonValues => frame::values(&mut feed, max_line, &mut take),
            Plan::Native { header, .. } | Plan::Mapped { header, .. } => {
                frame::csv_rows(&mut feed, header.delimiter, max_line, &mut take)
            }
        };
        cut.map_err(|error| unreadable(&shown, error))?;
        if !wanted {
            return Ok(None);
        }
        let input = feed
            .into_inner()
            .finish(&source.name)
            .with_context(|| format!("cannot read {shown}"))?;
        Ok(Some((input, matches!(plan, Plan::Empty))))
    }
}

/// Writes what comes, in order.
fn write(
    job: &Job,
    run: &mut Run,
    tables: &mut Tables,
    events: &Receiver<(u64, Event)>,
    permits: &Receiver<()>,
) -> Result<Found> {
    let mut found = Found::default();
    let mut waiting: BTreeMap<u64, Event> = BTreeMap::new();
    let mut next = 0;
    for (number, event) in events {
        waiting.insert(number, event);
        while let Some(event) = waiting.remove(&next) {
            next += 1;
            // A permit was given for every event; one that is gone with its reader is not missed.
            let _ = permits.try_recv();
            match event {
                Event::Chunk { source, chunk } => {
                    let name = &job.sources[source].name;
                    for ((flow, reason), records) in &chunk.counts {
                        run.count(name, *flow, reason, *records);
                    }
                    found.simulated |= chunk.simulated;
                    tables.write(&chunk)?;
                }
                Event::End { input, empty } => {
                    run.count(&input.name, Flow::Read, "", 0);
                    if empty {
                        found.empty.push(input.name.clone());
                    }
                    run.add_input(input);
                }
                Event::Failed(error) => return Err(error),
            }
        }
    }
    Ok(found)
}

/// The tables being written.
struct Tables {
    posts: TableWriter<Posts>,
    accounts: TableWriter<Accounts>,
    availability: TableWriter<Availability>,
    follows: TableWriter<Follows>,
    roster: TableWriter<Roster>,
    rejects: TableWriter<Rejects>,
}

impl Tables {
    fn create(run: &Run) -> Result<Self> {
        Ok(Self {
            posts: run.writer()?,
            accounts: run.writer()?,
            availability: run.writer()?,
            follows: run.writer()?,
            roster: run.writer()?,
            rejects: run.writer()?,
        })
    }

    fn write(&mut self, chunk: &Chunk) -> Result<()> {
        push(&mut self.posts, chunk.posts.as_ref())?;
        push(&mut self.accounts, chunk.accounts.as_ref())?;
        push(&mut self.availability, chunk.availability.as_ref())?;
        push(&mut self.follows, chunk.follows.as_ref())?;
        push(&mut self.roster, chunk.roster.as_ref())?;
        push(&mut self.rejects, chunk.rejects.as_ref())
    }

    fn finish(self, run: &mut Run) -> Result<()> {
        run.finish(self.posts)?;
        run.finish(self.accounts)?;
        run.finish(self.availability)?;
        run.finish(self.follows)?;
        run.finish(self.roster)?;
        run.finish(self.rejects)
    }
}

fn push<T: Table>(writer: &mut TableWriter<T>, batch: Option<&RecordBatch>) -> Result<()> {
    let Some(batch) = batch else { return Ok(()) };
    let columns = T::columns(batch).context("a batch does not fit its table")?;
    for row in 0..batch.num_rows() {
        writer.push(&T::row(&columns, row))?;
    }
    Ok(())
}
