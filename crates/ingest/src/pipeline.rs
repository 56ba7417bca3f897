//! Sources in, tables out: some threads read, unpack and cut, others parse and encode, the calling one puts everything in order.
//!
//! Rows of many blocks make a row group, which is encoded and compressed by whichever thread is free; the file takes the groups
//! in their order. What a group holds depends on the rows alone, so that no thread count shows in a file. Memory is bounded by the
//! number of blocks and groups under way, whatever the size of the sources.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use arrow::array::{Array, RecordBatch};
use stage::{Failure, Progress, Run};
use tables::{
    Accounts, Availability, Encoder, Flow, Follows, Input, PostIds, Posts, Rejects, Roster, Table, TableError,
    TableWriter,
};

use crate::archive::{CHANGED, Piece, Pieces, TAR_BLOCK, Watch, is_tar};
use crate::container::{Content, Unsupported};
use crate::detect::{Detector, Mappings, NotKnown, Plan, unreadable};
use crate::frame::{BLOCK_BYTES, Block, Feed, ReadError, Take};
use crate::gate::Gate;
use crate::heap;
use crate::json::unread::Unread;
use crate::parse::{Rules, parse};
use crate::reasons;
use crate::sink::{Chunk, RecordPlace, Rejection, Sink};
use crate::work::{Closing, Queue, Work};

/// Rows of a row group.
const GROUP_ROWS: usize = 131_072;
/// Bytes of a row group's columns, not encoded, at which it ends although it has fewer rows.
const GROUP_BYTES: usize = 32 << 20;
/// Room at the gate for a block of common size.
const ROOM_OF_BLOCK: usize = BLOCK_BYTES + BLOCK_BYTES / 4;
/// Room that even the smallest block or piece of news takes, for what goes with it.
const LEAST_ROOM: usize = 1 << 16;
/// Bytes from which on a row group is encoded while no more rows are taken: its rows are few and long.
const LARGE_GROUP_BYTES: usize = GROUP_BYTES / 2 * 3;
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

/// Puts a row group into its file.
type Append = Box<dyn FnOnce(&mut Tables) -> Result<(), TableError> + Send>;
/// Encodes a row group.
type Encode = Box<dyn FnOnce() -> Result<Append, TableError> + Send>;
/// A row group to be encoded, and whether it is a large one.
struct Rows {
    is_large: bool,
    encode: Encode,
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

/// Which source is opened next. Sources are opened one after the other, in their order, since one may tell of those after it; then
/// they are read side by side.
struct Openings<'j> {
    next: usize,
    detector: Detector<'j>,
}

/// Reads sources and cuts them into blocks.
struct Reader<'j> {
    job: &'j Job,
    openings: &'j Mutex<Openings<'j>>,
    gate: &'j Gate,
    tasks: &'j Tasks,
    told: Sender<Told>,
    progress: Progress,
}

/// Content, and how it is cut.
struct Opened {
    feed: Feed<Content>,
    plan: Plan,
    watch: Watch,
}

impl Reader<'_> {
    fn read_all(self) {
        loop {
            let mut openings = self.openings.lock().unwrap_or_else(PoisonError::into_inner);
            let source = openings.next;
            let Some(piece) = self.job.pieces.pieces.get(source) else {
                return;
            };
            openings.next += 1;
            self.progress.message(piece.name.clone());
            let opened = self.open(source, piece, &mut openings.detector);
            drop(openings);
            let mut turn = (source, 0);
            let outcome = opened.and_then(|opened| match opened {
                Ok(opened) => self.read(piece, opened, &mut turn),
                Err(event) => Ok(Some(event)),
            });
            let event = match outcome {
                Ok(Some(event)) => event,
                // The writer has given up.
                Ok(None) => return,
                // One file that breaks off does not cost the others.
                Err(error) => match error
                    .downcast::<Broken>()
                    .map(|broken| (broken.chunk(&piece.name), broken))
                {
                    Ok((Ok(chunk), broken)) => {
                        let chunk = Box::new(chunk);
                        if !self.tell(turn, Event::Chunk { source, chunk }) {
                            return;
                        }
                        turn.1 += 1;
                        Event::Broken(broken.failure)
                    }
                    Ok((Err(error), _)) => Event::Failed(error.into()),
                    Err(error) => Event::Failed(error),
                },
            };
            if !self.tell(turn, event) {
                return;
            }
        }
    }

    /// Tells the writer; `false` when it has given up.
    fn tell(&self, turn: Turn, event: Event) -> bool {
        self.gate.enter(turn.0, LEAST_ROOM) && self.told.send(Told::Event(turn, event, LEAST_ROOM)).is_ok()
    }

    /// Opens a piece and tells what it is; an event where that is all there is to it.
    fn open(&self, source: usize, piece: &Piece, detector: &mut Detector<'_>) -> Result<Result<Opened, Event>> {
        let shown = &piece.shown;
        if piece.is_left_out() {
            return Ok(Err(Event::LeftOut { source }));
        }
        let opened = piece.open(self.progress.clone());
        let (content, watch) = opened.map_err(|error| Broken::unopened(shown, error))?;
        let mut feed = Feed::new(content);
        if is_tar(feed.look_ahead(TAR_BLOCK)) {
            return Err(Broken::unopened(shown, Unsupported::TAR.into()).into());
        }
        let detected = detector.detect(&mut feed, &piece.name, shown);
        if detected.is_err()
            && let Some(error) = feed.failure()
        {
            // What breaks off before it can be told what it is.
            return Err(Broken::off(shown, error).into());
        }
        match detected {
            Ok(plan) => Ok(Ok(Opened { feed, plan, watch })),
            Err(error) => match error.downcast::<NotKnown>() {
                Ok(_) if !piece.asked_for => {
                    let input = feed.into_inner().finish(&piece.name)?;
                    Ok(Err(Event::Unknown { source, input }))
                }
                Ok(NotKnown(failure)) => Err(Broken::not_told(failure).into()),
                // CSV without a mapping, say: that does not cost the other files.
                Err(error) => Err(error
                    .downcast::<Failure>()
                    .map_or_else(|error| error, |f| Broken::not_told(f).into())),
            },
        }
    }

    /// Reads a piece to its end; `None` when the writer has given up.
    fn read(&self, piece: &Piece, opened: Opened, turn: &mut Turn) -> Result<Option<Event>> {
        let shown = &piece.shown;
        let Opened { mut feed, plan, watch } = opened;
        let max_line = self.job.rules.max_line;
        let mut taking = Taking {
            reader: self,
            plan: &plan,
            turn,
            wanted: true,
        };
        let cut = plan.cut(&mut feed, max_line, &mut taking);
        let wanted = taking.wanted;
        let changed = feed.unreliable(CHANGED);
        // A file that is cut off under the reader's hands ends there, and not where its container breaks off.
        cut.map_err(|error| {
            Broken::off(
                shown,
                if watch.has_changed(None) {
                    feed.unreliable(CHANGED)
                } else {
                    error
                },
            )
        })?;
        if !wanted {
            return Ok(None);
        }
        let input = feed
            .into_inner()
            .finish(&piece.name)
            .map_err(|error| Broken::unopened(shown, error.into()))?;
        if watch.has_changed(piece.is_source().then_some(input.bytes)) {
            return Err(Broken::off(shown, changed).into());
        }
        Ok(Some(Event::End {
            source: turn.0,
            input,
            empty: matches!(plan, Plan::Empty),
        }))
    }
}

/// Takes the blocks of a source, as far as there is room.
struct Taking<'t, 'r> {
    reader: &'t Reader<'r>,
    plan: &'t Plan,
    turn: &'t mut Turn,
    wanted: bool,
}

impl Take for Taking<'_, '_> {
    fn take(&mut self, block: Block) -> bool {
        let bytes = block.bytes().max(LEAST_ROOM);
        let task = Task {
            turn: *self.turn,
            bytes,
            plan: self.plan.clone(),
            block,
        };
        self.turn.1 += 1;
        self.wanted = self.reader.gate.enter(self.turn.0, bytes);
        if self.wanted {
            self.reader.tasks.put(task);
        }
        self.wanted
    }

    fn grow(&mut self, held: usize) -> bool {
        // Every reader may have a common block in hand.
        self.wanted = held <= 2 * BLOCK_BYTES || self.reader.gate.gather(self.turn.0, held);
        self.wanted
    }
}

/// A source that could not be read to its end.
#[derive(Debug, thiserror::Error)]
#[error("{detail}")]
struct Broken {
    /// The line at which it breaks off, from 1.
    line: u64,
    /// Bytes of content before that.
    byte: u64,
    detail: String,
    reason: &'static str,
    failure: Failure,
}

impl Broken {
    /// Of a source of which cannot be told how to read it.
    fn not_told(failure: Failure) -> Self {
        let why = std::error::Error::source(&failure).map_or_else(|| failure.to_string(), ToString::to_string);
        Self {
            line: 1,
            byte: 0,
            detail: why,
            reason: reasons::UNREADABLE_FILE,
            failure,
        }
    }

    /// Of a source that breaks off.
    fn off(shown: &str, error: ReadError) -> Self {
        Self {
            line: error.line,
            byte: error.byte,
            detail: error.to_string(),
            reason: reasons::BROKEN_OFF,
            failure: unreadable(shown, error),
        }
    }

    /// Of a source that could not even be opened.
    fn unopened(shown: &str, error: anyhow::Error) -> Self {
        let remedy = error
            .downcast_ref::<Unsupported>()
            .map_or("check that it is a file that may be read", |unsupported| {
                unsupported.remedy
            });
        let detail = format!("{error:#}");
        Self {
            line: 1,
            byte: 0,
            failure: match error.downcast::<Failure>() {
                Ok(failure) => failure,
                Err(error) => Failure::new(format!("cannot read {shown}"))
                    .remedy(remedy)
                    .because(error),
            },
            detail,
            reason: reasons::BROKEN_OFF,
        }
    }

    /// What the tables say of it: a record that was begun and could not be used.
    fn chunk(&self, source: &str) -> Result<Chunk, arrow::error::ArrowError> {
        let mut sink = Sink::new(source);
        sink.begin_line(self.line);
        sink.read();
        let place = RecordPlace {
            line: self.line,
            offset: self.byte,
            length: 0,
            bytes: &[],
        };
        sink.reject(&place, &Rejection::with(self.reason, self.detail.clone()));
        sink.finish()
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

/// Rows of a table that are not yet a row group.
struct Gather<T: Table> {
    encoder: Encoder<T>,
    file: fn(&mut Tables) -> &mut TableWriter<T>,
    batches: Vec<RecordBatch>,
    rows: usize,
    bytes: usize,
}

impl<T: Table> Gather<T> {
    fn new(tables: &Tables, of: fn(&Tables) -> &TableWriter<T>, file: fn(&mut Tables) -> &mut TableWriter<T>) -> Self {
        Self {
            encoder: of(tables).encoder(),
            file,
            batches: Vec::new(),
            rows: 0,
            bytes: 0,
        }
    }

    fn add(&mut self, batch: Option<RecordBatch>, groups: &mut Vec<Rows>) {
        let Some(batch) = batch else { return };
        self.rows += batch.num_rows();
        self.bytes += used_bytes(&batch);
        self.batches.push(batch);
        if self.rows >= GROUP_ROWS || self.bytes >= GROUP_BYTES {
            groups.extend(self.group());
        }
    }

    fn group(&mut self) -> Option<Rows> {
        let is_large = self.bytes > LARGE_GROUP_BYTES;
        (self.rows, self.bytes) = (0, 0);
        let batches = std::mem::take(&mut self.batches);
        if batches.is_empty() {
            return None;
        }
        let (encoder, file) = (self.encoder.clone(), self.file);
        Some(Rows {
            is_large,
            encode: Box::new(move || {
                let group = encoder.encode(&batches)?;
                let append: Append = Box::new(move |tables| file(tables).append(group));
                Ok(append)
            }),
        })
    }
}

/// Bytes that a batch's columns use, which its rows alone decide.
fn used_bytes(batch: &RecordBatch) -> usize {
    let columns = batch.columns().iter();
    columns
        .map(|column| column.to_data().get_slice_memory_size().unwrap_or(0))
        .sum()
}

/// The rows of every table.
struct Gathers {
    posts: Gather<Posts>,
    post_ids: Gather<PostIds>,
    accounts: Gather<Accounts>,
    availability: Gather<Availability>,
    follows: Gather<Follows>,
    roster: Gather<Roster>,
    rejects: Gather<Rejects>,
}

impl Gathers {
    fn of(tables: &Tables) -> Self {
        Self {
            posts: Gather::new(tables, |t| &t.posts, |t| &mut t.posts),
            post_ids: Gather::new(tables, |t| &t.post_ids, |t| &mut t.post_ids),
            accounts: Gather::new(tables, |t| &t.accounts, |t| &mut t.accounts),
            availability: Gather::new(tables, |t| &t.availability, |t| &mut t.availability),
            follows: Gather::new(tables, |t| &t.follows, |t| &mut t.follows),
            roster: Gather::new(tables, |t| &t.roster, |t| &mut t.roster),
            rejects: Gather::new(tables, |t| &t.rejects, |t| &mut t.rejects),
        }
    }

    /// Adds what a piece of a source held; returns the groups that are whole.
    fn add(&mut self, chunk: Chunk) -> Vec<Rows> {
        let mut groups = Vec::new();
        self.posts.add(chunk.posts, &mut groups);
        self.post_ids.add(chunk.post_ids, &mut groups);
        self.accounts.add(chunk.accounts, &mut groups);
        self.availability.add(chunk.availability, &mut groups);
        self.follows.add(chunk.follows, &mut groups);
        self.roster.add(chunk.roster, &mut groups);
        self.rejects.add(chunk.rejects, &mut groups);
        groups
    }

    /// What is left when all is read.
    fn rest(&mut self) -> Vec<Rows> {
        [
            self.posts.group(),
            self.post_ids.group(),
            self.accounts.group(),
            self.availability.group(),
            self.follows.group(),
            self.roster.group(),
            self.rejects.group(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The tables being written.
struct Tables {
    posts: TableWriter<Posts>,
    post_ids: TableWriter<PostIds>,
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
            post_ids: run.writer()?,
            accounts: run.writer()?,
            availability: run.writer()?,
            follows: run.writer()?,
            roster: run.writer()?,
            rejects: run.writer()?,
        })
    }

    fn finish(self, run: &mut Run) -> Result<()> {
        run.finish(self.posts)?;
        run.finish(self.post_ids)?;
        run.finish(self.accounts)?;
        run.finish(self.availability)?;
        run.finish(self.follows)?;
        run.finish(self.roster)?;
        run.finish(self.rejects)
    }
}
