//! The press: records in, compressed files out. Each file's records are cut into blocks of a fixed number; blocks are rendered
//! and compressed side by side, each a gzip member or zstd frame of its own, and written in their order. So the bytes do not
//! depend on the number of threads, and no more than a few blocks are in memory.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::shelf::{RawFile, Shelf};
use super::{Compress, Format, Record};
use crate::streams::Streams;

/// Records of a block. A multiple of a v2 page, so that pages are full.
const BLOCK: usize = 500;
/// Gzip's level: above it, twice the time wins a few percent.
const GZIP_LEVEL: u32 = 4;
/// Zstandard's usual level.
const ZSTD_LEVEL: i32 = 3;

/// A file of a press.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(usize);

/// How records become bytes.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// In which format.
    pub format: Format,
    /// Compressed how.
    pub compress: Compress,
    /// Streams that words are drawn from.
    pub streams: Streams,
}

struct Open {
    name: String,
    compress: Compress,
    records: Vec<Record>,
    /// Bytes that the next block begins with.
    header: &'static str,
    blocks: u64,
    sink: Arc<Mutex<Sink>>,
}

/// The end of a file: blocks are written in their order, those that come early wait.
struct Sink {
    file: Box<dyn RawFile>,
    next: u64,
    early: BTreeMap<u64, Vec<u8>>,
}

impl Sink {
    fn put(&mut self, block: u64, bytes: Vec<u8>) -> io::Result<()> {
        self.early.insert(block, bytes);
        while let Some(bytes) = self.early.remove(&self.next) {
            self.file.write_all(&bytes)?;
            self.next += 1;
        }
        Ok(())
    }
}

struct Job {
    setting: Setting,
    records: Vec<Record>,
    header: &'static str,
    block: u64,
    sink: Arc<Mutex<Sink>>,
}

impl Job {
    fn run(self) -> io::Result<()> {
        let mut text = self.header.as_bytes().to_vec();
        self.setting
            .format
            .render(self.setting.streams, &self.records, &mut text)?;
        let bytes = match self.setting.compress {
            Compress::None => text,
            Compress::Gz => {
                let mut member = GzEncoder::new(Vec::with_capacity(text.len() / 6), Compression::new(GZIP_LEVEL));
                member.write_all(&text)?;
                member.finish()?
            }
            Compress::Zst => zstd::bulk::compress(&text, ZSTD_LEVEL)?,
        };
        locked(&self.sink).put(self.block, bytes)
    }
}

/// A lock whose holder panicked still holds whole values.
fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The press at work.
pub struct Press<'a> {
    shelf: &'a dyn Shelf,
    setting: Setting,
    files: Vec<Open>,
    jobs: Option<SyncSender<Job>>,
    workers: Vec<JoinHandle<()>>,
    failure: Arc<Mutex<Option<io::Error>>>,
}

impl<'a> Press<'a> {
    /// A press with so many threads, this one counted.
    #[must_use]
    pub fn new(shelf: &'a dyn Shelf, setting: Setting, threads: usize) -> Self {
        let failure = Arc::new(Mutex::new(None));
        let (sender, receiver) = sync_channel(threads);
        let receiver = Arc::new(Mutex::new(receiver));
        let workers: Vec<_> = (1..threads)
            .map(|_| {
                let (receiver, failure) = (Arc::clone(&receiver), Arc::clone(&failure));
                std::thread::spawn(move || work(&receiver, &failure))
            })
            .collect();
        Self {
            shelf,
            setting,
            files: Vec::new(),
            jobs: (!workers.is_empty()).then_some(sender),
            workers,
            failure,
        }
    }

    /// Opens a file that begins with `header`; its name says whether it is compressed.
    ///
    /// # Errors
    /// What the shelf says.
    pub fn open(&mut self, name: &str, header: &'static str) -> io::Result<FileId> {
        let compressed = !self.setting.compress.suffix().is_empty() && name.ends_with(self.setting.compress.suffix());
        let sink = Sink {
            file: self.shelf.create(name)?,
            next: 0,
            early: BTreeMap::new(),
        };
        self.files.push(Open {
            name: name.to_owned(),
            compress: if compressed {
                self.setting.compress
            } else {
                Compress::None
            },
            records: Vec::new(),
            header,
            blocks: 0,
            sink: Arc::new(Mutex::new(sink)),
        });
        Ok(FileId(self.files.len() - 1))
    }

    /// A file's name.
    #[must_use]
    pub fn name(&self, file: FileId) -> &str {
        &self.files[file.0].name
    }

    /// The file of that name, if it was opened.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<FileId> {
        self.files.iter().position(|open| open.name == name).map(FileId)
    }

    /// Adds a record to a file.
    ///
    /// # Errors
    /// What the shelf said to this or an earlier block.
    pub fn put(&mut self, file: FileId, record: Record) -> io::Result<()> {
        let records = &mut self.files[file.0].records;
        records.push(record);
        if records.len() == BLOCK {
            self.block(file)
        } else {
            Ok(())
        }
    }

    fn block(&mut self, file: FileId) -> io::Result<()> {
        let open = &mut self.files[file.0];
        let job = Job {
            setting: Setting {
                compress: open.compress,
                ..self.setting
            },
            records: std::mem::take(&mut open.records),
            header: std::mem::take(&mut open.header),
            block: open.blocks,
            sink: Arc::clone(&open.sink),
        };
        open.blocks += 1;
        // Whoever finds the others busy does it; so nothing piles up.
        let job = match &self.jobs {
            None => Some(job),
            Some(jobs) => match jobs.try_send(job) {
                Ok(()) => None,
                Err(TrySendError::Full(job) | TrySendError::Disconnected(job)) => Some(job),
            },
        };
        job.map_or(Ok(()), Job::run)?;
        locked(&self.failure).take().map_or(Ok(()), Err)
    }

    /// Writes what is pending and closes all files.
    ///
    /// # Errors
    /// What the shelf said to any block.
    pub fn finish(mut self) -> io::Result<()> {
        for file in (0..self.files.len()).map(FileId) {
            let open = &self.files[file.0];
            if !open.records.is_empty() || !open.header.is_empty() {
                self.block(file)?;
            }
        }
        drop(self.jobs);
        for worker in self.workers {
            if let Err(panic) = worker.join() {
                std::panic::resume_unwind(panic);
            }
        }
        locked(&self.failure).take().map_or(Ok(()), Err)?;
        for open in self.files {
            let sink = Arc::into_inner(open.sink).map(Mutex::into_inner);
            if let Some(sink) = sink {
                sink.unwrap_or_else(PoisonError::into_inner).file.finish()?;
            }
        }
        Ok(())
    }
}

fn work(jobs: &Mutex<Receiver<Job>>, failure: &Mutex<Option<io::Error>>) {
    loop {
        let next = locked(jobs).recv();
        let Ok(job) = next else { return };
        if let Err(error) = job.run() {
            locked(failure).get_or_insert(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::shelf::Memory;

    fn lines(threads: usize, n: usize, compress: Compress) -> Vec<u8> {
        let shelf = Memory::default();
        let setting = Setting {
            format: Format::V11,
            compress,
            streams: Streams::new(1),
        };
        let mut press = Press::new(&shelf, setting, threads);
        let name = format!("x.jsonl{}", compress.suffix());
        let file = press.open(&name, "a header\n").unwrap();
        for i in 0..n {
            press
                .put(file, Record::Line(format!("line {i}\n").into_bytes()))
                .unwrap();
        }
        press.finish().unwrap();
        shelf.files()[&name].clone()
    }

    #[test]
    fn blocks_come_out_in_order_and_alike_at_any_thread_count() {
        for n in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 20 * BLOCK + 7] {
            let expected: String = std::iter::once("a header\n".to_owned())
                .chain((0..n).map(|i| format!("line {i}\n")))
                .collect();
            assert_eq!(lines(1, n, Compress::None), expected.as_bytes());
            for compress in [Compress::None, Compress::Gz, Compress::Zst] {
                let alone = lines(1, n, compress);
                assert!(
                    alone == lines(2, n, compress) && alone == lines(5, n, compress),
                    "{n} {compress:?}"
                );
            }
        }
    }

    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::StorageFull))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    impl RawFile for Full {
        fn finish(self: Box<Self>) -> io::Result<()> {
            Ok(())
        }
    }
    impl Shelf for Full {
        fn create(&self, _: &str) -> io::Result<Box<dyn RawFile>> {
            Ok(Box::new(Full))
        }
    }

    #[test]
    fn a_full_disk_is_told_whoever_meets_it() {
        for threads in [1, 3] {
            let setting = Setting {
                format: Format::V11,
                compress: Compress::Gz,
                streams: Streams::new(1),
            };
            let mut press = Press::new(&Full, setting, threads);
            let file = press.open("x.jsonl.gz", "").unwrap();
            let put = (0..10 * BLOCK).try_for_each(|_| press.put(file, Record::Line(b"x\n".to_vec())));
            let told = put.and_then(|()| press.finish()).unwrap_err();
            assert_eq!(told.kind(), io::ErrorKind::StorageFull);
        }
    }
}
