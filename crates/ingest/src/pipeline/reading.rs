//! Threads that open sources, tell what they are, and cut them into blocks.

use std::sync::mpsc::Sender;
use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use stage::{Failure, Progress};

use super::{Event, Job, LEAST_ROOM, Task, Tasks, Told, Turn};
use crate::archive::{CHANGED, Piece, TAR_BLOCK, Watch, is_tar};
use crate::container::{Content, Unsupported};
use crate::detect::{Detector, NotKnown, Plan, unreadable};
use crate::frame::{BLOCK_BYTES, Block, Feed, ReadError, Take};
use crate::gate::Gate;
use crate::reasons;
use crate::sink::{Chunk, RecordPlace, Rejection, Sink};

/// Which source is opened next. Sources are opened one after the other, in their order, since one may tell of those after it; then
/// they are read side by side.
pub(super) struct Openings<'j> {
    pub(super) next: usize,
    pub(super) detector: Detector<'j>,
}

/// Reads sources and cuts them into blocks.
pub(super) struct Reader<'j> {
    pub(super) job: &'j Job,
    pub(super) openings: &'j Mutex<Openings<'j>>,
    pub(super) gate: &'j Gate,
    pub(super) tasks: &'j Tasks,
    pub(super) told: Sender<Told>,
    pub(super) progress: Progress,
}

/// Content, and how it is cut.
struct Opened {
    feed: Feed<Content>,
    plan: Plan,
    watch: Watch,
}

impl Reader<'_> {
    pub(super) fn read_all(self) {
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
