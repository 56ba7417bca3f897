//! Sources in, tables out: some threads read, unpack and cut, others parse and encode, the calling one puts everything in order.
//!
//! Rows of many blocks make a row group, which is encoded and compressed by whichever thread is free; the file takes the groups
//! in their order. What a group holds depends on the rows alone, so that no thread count shows in a file. Memory is bounded by the
//! number of blocks and groups under way, whatever the size of the sources.

mod groups;
mod reading;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use anyhow::{Context, Result};
use stage::heap;
use stage::{Failure, Progress, Run};
use tables::{Flow, Input, TableError};

use crate::archive::{Piece, Pieces};
use crate::detect::{Detector, Mappings, Plan};
use crate::frame::{BLOCK_BYTES, Block};
use crate::gate::Gate;
use crate::json::unread::Unread;
use crate::parse::{Rules, parse};
use crate::reasons;
use crate::sink::Chunk;
use crate::work::{Closing, Queue, Work};
use groups::{Append, Gathers, Rows, Tables};
use reading::{Openings, Reader};

/// Room at the gate for a block of common size.
const ROOM_OF_BLOCK: usize = BLOCK_BYTES + BLOCK_BYTES / 4;
/// Room that even the smallest block or piece of news takes, for what goes with it.
const LEAST_ROOM: usize = 1 << 16;
/// Row groups that are being encoded or wait for it, at most, however many threads there are: they hold the most memory.
const MOST_GROUPS: usize = 4;

/// So many keys that were not read are told apart.
const MOST_UNREAD: usize = 500;
/// What stands for all further ones.
const OTHER_KEYS: &str = "…";

/// What is done to the sources.
#[derive(Debug)]
pub struct Job {
    /// What there is to read.
    pub pieces: Pieces,
    /// Mappings of CSV files.
    pub mappings: Mappings,
    /// What holds for every record.
    pub rules: Rules,
}

/// What happens, in the order in which it takes effect.
enum Event {
    /// A piece of a source was read.
    Chunk { source: usize, chunk: Box<Chunk> },
    /// All of a source was read.
    End { source: usize, input: Input, empty: bool },
    /// A source that nobody asked for by name holds nothing that is known.
    Unknown { source: usize, input: Input },
    /// A source could not be read, or not to its end.
    Broken(Failure),
    /// A link in an archive, or something else that holds nothing.
    LeftOut { source: usize },
    /// The run cannot go on.
    Failed(anyhow::Error),
}

/// An event's place among all events: the source, and which of its events it is.
type Turn = (usize, u64);

/// What threads tell the one that writes.
enum Told {
    /// An event with its place among all events, and the bytes that it has at the gate.
    Event(Turn, Event, usize),
    /// An encoded row group with its place among all groups.
    Group(u64, bool, Result<Append, TableError>),
}

/// A row group to be encoded, with its place among all groups.
struct Group(u64, Rows);

type Tasks = Queue<Group, Task>;

/// A piece of work for a parsing thread.
struct Task {
    turn: Turn,
    /// Bytes that it has at the gate.
    bytes: usize,
    plan: Plan,
    block: Block,
}

/// What the run found out besides the tables.
#[derive(Debug, Default)]
pub struct Found {
    /// What was wrong with sources that could not be read to their end.
    pub broken: Vec<anyhow::Error>,
    /// How many sources were read to their end.
    pub whole: usize,
    /// Names of sources that hold nothing.
    pub empty: Vec<String>,
    /// Names of sources, of folders and archives, that hold nothing that is known.
    pub unknown: Vec<String>,
    /// Names of links and special files in archives.
    pub links: Vec<String>,
    /// Keys of records that were not read: of what, which, and how often they stood there.
    pub unread: BTreeMap<Unread, u64>,
    /// Whether a record says of itself that it was made up.
    pub simulated: bool,
}

impl Found {
    /// Adds keys that were not read. Of endlessly many, as where data stand for keys, the first ones are told apart.
    fn add_unread(&mut self, keys: &BTreeMap<Unread, u64>) {
        for ((of, key), times) in keys {
            let entry = (*of, key.clone());
            let entry = if self.unread.len() < MOST_UNREAD || self.unread.contains_key(&entry) {
                entry
            } else {
                (*of, OTHER_KEYS.to_owned())
            };
            *self.unread.entry(entry).or_insert(0) += times;
        }
    }
}

/// Reads all sources into the tables of `run`.
///
/// # Errors
/// When a source cannot be read or a table cannot be written.
pub fn run(job: &Job, run: &mut Run, progress: &Progress) -> Result<Found> {
    let threads = run.threads();
    let mut tables = Tables::create(run)?;
    let tasks = Tasks::default();
    // So many blocks are under way at most, and as many of sources whose turn is still to come; that bounds memory.
    let gate = Gate::new((threads + 2) * ROOM_OF_BLOCK, (threads + 1) * ROOM_OF_BLOCK);
    let mut detector = Detector::new(job.rules.kind, &job.mappings, job.rules.observed_at.is_some());
    meet_owners(&job.pieces.pieces, &mut detector);
    let openings = Mutex::new(Openings { next: 0, detector });
    let found = thread::scope(|scope| {
        // However this ends, the threads must end too.
        let closing = (Closing(&tasks), gate.closing());
        let (told, news) = channel::<Told>();
        for _ in 0..threads {
            let told = told.clone();
            scope.spawn(|| work(&tasks, told, job));
        }
        for _ in 0..threads.min(job.pieces.pieces.len()) {
            let reader = Reader {
                job,
                openings: &openings,
                gate: &gate,
                tasks: &tasks,
                told: told.clone(),
                progress: progress.clone(),
            };
            scope.spawn(move || reader.read_all());
        }
        drop(told);
        let mut writing = Writing {
            gathers: Gathers::of(&tables),
            tables: &mut tables,
            tasks: &tasks,
            groups: BTreeMap::new(),
            given: 0,
            appended: 0,
            most_groups: MOST_GROUPS.min(threads + 1),
            large: 0,
        };
        let found = writing.write(job, run, &news, &gate);
        drop(closing);
        found
    })?;
    tables.finish(run)?;
    Ok(found)
}

/// Files of an export that are read beforehand, with the bytes of each that are.
const READ_BEFORE: [(&str, u64); 2] = [("account.js", 1 << 16), ("note-tweet.js", 32 << 20)];

/// Reads whose exports there are, and their long texts, before anything else. What cannot be read is told of when its turn comes.
fn meet_owners(pieces: &[Piece], detector: &mut Detector<'_>) {
    for piece in pieces {
        let last = piece.name.rsplit('/').next();
        let wanted = READ_BEFORE.iter().find(|(name, _)| last == Some(*name));
        if let Some((_, bytes)) = wanted
            && let Ok((content, _)) = piece.open(Progress::none())
        {
            let mut start = Vec::new();
            let _ = content.take(*bytes).read_to_end(&mut start);
            detector.meet(&piece.name, &start);
        }
    }
}

/// Parses blocks and encodes groups until the queue is closed.
fn work(tasks: &Tasks, told: Sender<Told>, job: &Job) {
    while let Some(work) = tasks.take() {
        let news = match work {
            Work::First(Group(number, rows)) => {
                let group = (rows.encode)();
                if rows.is_large {
                    heap::give_back();
                }
                Told::Group(number, rows.is_large, group)
            }
            Work::Then(task) => {
                let source = task.turn.0;
                let name = &job.pieces.pieces[source].name;
                let event = match parse(&task.block, &task.plan, name, &job.rules) {
                    Ok(chunk) => Event::Chunk {
                        source,
                        chunk: Box::new(chunk),
                    },
                    Err(error) => Event::Failed(
                        anyhow::Error::new(error).context(format!("cannot turn records of '{name}' into columns")),
                    ),
                };
                if task.bytes > heap::LARGE {
                    drop(task.block);
                    heap::give_back();
                }
                Told::Event(task.turn, event, task.bytes)
            }
        };
        if told.send(news).is_err() {
            return;
        }
    }
}

/// Puts what comes in order, and into the tables.
struct Writing<'w> {
    tables: &'w mut Tables,
    gathers: Gathers,
    tasks: &'w Tasks,
    /// Encoded groups that wait for those before them.
    groups: BTreeMap<u64, Append>,
    /// Groups given out to be encoded.
    given: u64,
    /// Groups in their file.
    appended: u64,
    /// So many groups are being encoded, or wait, at most.
    most_groups: usize,
    /// Large groups among them.
    large: usize,
}

impl Writing<'_> {
    fn write(&mut self, job: &Job, run: &mut Run, news: &Receiver<Told>, gate: &Gate) -> Result<Found> {
        let mut found = Found::default();
        for archive in &job.pieces.archives {
            run.add_input(archive.clone());
        }
        let mut waiting: BTreeMap<Turn, (Event, usize)> = BTreeMap::new();
        let mut next: Turn = (0, 0);
        while next.0 < job.pieces.pieces.len() {
            // As long as too many groups are under way no more rows are taken, and so no more blocks are read.
            while self.large == 0
                && self.under_way() < self.most_groups
                && let Some((event, bytes)) = waiting.remove(&next)
            {
                gate.leave(next.0, bytes);
                if matches!(event, Event::Chunk { .. }) {
                    next.1 += 1;
                } else {
                    next = (next.0 + 1, 0);
                    gate.turn_to(next.0);
                }
                match event {
                    Event::Chunk { source, chunk } => {
                        let name = &job.pieces.pieces[source].name;
                        for ((flow, reason), records) in &chunk.counts {
                            run.count(name, *flow, reason, *records);
                        }
                        found.simulated |= chunk.simulated;
                        found.add_unread(&chunk.unread);
                        let groups = self.gathers.add(*chunk);
                        self.give_out(groups);
                    }
                    Event::End { source, input, empty } => {
                        run.count(&input.name, Flow::Read, "", 0);
                        if empty {
                            found.empty.push(input.name.clone());
                        }
                        if job.pieces.pieces[source].is_source() {
                            run.add_input(input);
                        }
                        found.whole += 1;
                    }
                    Event::Unknown { source, input } => {
                        run.count(&input.name, Flow::Read, "", 1);
                        run.count(&input.name, Flow::Skipped, reasons::UNKNOWN_FILE, 1);
                        found.unknown.push(input.name.clone());
                        if job.pieces.pieces[source].is_source() {
                            run.add_input(input);
                        }
                    }
                    Event::LeftOut { source } => {
                        let name = &job.pieces.pieces[source].name;
                        run.count(name, Flow::Read, "", 1);
                        run.count(name, Flow::Skipped, reasons::LINK, 1);
                        found.links.push(name.clone());
                    }
                    Event::Broken(failure) => found.broken.push(failure.into()),
                    Event::Failed(error) => return Err(error),
                }
            }
            if next.0 < job.pieces.pieces.len() {
                self.hear(news, &mut waiting)?;
            }
        }
        let groups = self.gathers.rest();
        self.give_out(groups);
        while self.under_way() > 0 {
            self.hear(news, &mut waiting)?;
        }
        Ok(found)
    }

    fn under_way(&self) -> usize {
        usize::try_from(self.given - self.appended).unwrap_or(usize::MAX)
    }

    fn give_out(&mut self, groups: Vec<Rows>) {
        for rows in groups {
            self.large += usize::from(rows.is_large);
            self.tasks.put_first(Group(self.given, rows));
            self.given += 1;
        }
    }

    /// Waits for news, and appends the groups whose turn has come.
    fn hear(&mut self, news: &Receiver<Told>, waiting: &mut BTreeMap<Turn, (Event, usize)>) -> Result<()> {
        match news.recv().context("a thread of this run has ended before its work")? {
            Told::Event(turn, event, bytes) => {
                waiting.insert(turn, (event, bytes));
            }
            Told::Group(number, is_large, group) => {
                self.large -= usize::from(is_large);
                self.groups.insert(number, group?);
            }
        }
        while let Some(append) = self.groups.remove(&self.appended) {
            append(self.tables)?;
            self.appended += 1;
        }
        Ok(())
    }
}
