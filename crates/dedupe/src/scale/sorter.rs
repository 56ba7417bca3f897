//! Sorting more records than the memory holds.
//!
//! A record is some numbers, compared from the first on. They are collected up to a limit, sorted, and written to a temporary
//! file as a run; in the end the runs are merged. Up to the limit nothing is written. The file has no name, so that nothing of it
//! is left when a run is killed.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stage::Remedy as _;

/// Collects records to be sorted.
#[derive(Debug)]
pub(crate) struct Sorter<const N: usize> {
    held: Vec<[u64; N]>,
    /// Records that may be held.
    most: usize,
    threads: usize,
    dir: PathBuf,
    file: Option<File>,
    /// Where the runs stand in the file, in records.
    runs: Vec<Range<u64>>,
}

/// Records in their order.
#[derive(Debug)]
pub(crate) enum Sorted<const N: usize> {
    Held(std::vec::IntoIter<[u64; N]>),
    Merged(Merge<N>),
}

/// The runs of a file, merged.
#[derive(Debug)]
pub(crate) struct Merge<const N: usize> {
    runs: Vec<RunReader<N>>,
    heads: BinaryHeap<Reverse<([u64; N], usize)>>,
    failed: Option<anyhow::Error>,
}

#[derive(Debug)]
struct RunReader<const N: usize> {
    file: Arc<File>,
    left: Range<u64>,
    /// Records read at once.
    most: u64,
    buffer: Vec<[u64; N]>,
}

/// Records held at least, however small the limit.
const LEAST: usize = 16;
/// Records that are not worth a second thread.
const FEW: usize = 1 << 14;

impl<const N: usize> Sorter<N> {
    /// A sorter that holds up to `bytes` of records and writes the others to a file in `dir`.
    pub(crate) fn new(bytes: usize, dir: &Path, threads: usize) -> Self {
        Self {
            held: Vec::new(),
            most: (bytes / size_of::<[u64; N]>()).max(LEAST),
            threads,
            dir: dir.to_owned(),
            file: None,
            runs: Vec::new(),
        }
    }

    /// Makes room for as many records as come at most, so that a growing list is not copied.
    pub(crate) fn expect(mut self, records: u64) -> Self {
        let records = usize::try_from(records).unwrap_or(usize::MAX);
        self.held.reserve_exact(records.min(self.most));
        self
    }

    /// Adds a record.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub(crate) fn push(&mut self, record: [u64; N]) -> anyhow::Result<()> {
        if self.held.len() >= self.most {
            self.spill()?;
        }
        self.held.push(record);
        Ok(())
    }

    fn spill(&mut self) -> anyhow::Result<()> {
        sort(&mut self.held, self.threads);
        let spill = |file: &mut Option<File>, dir: &Path| -> std::io::Result<()> {
            let file = match file {
                Some(file) => file,
                none => none.insert(tempfile::tempfile_in(dir)?),
            };
            let mut file = BufWriter::with_capacity(1 << 20, file);
            for number in self.held.as_flattened() {
                file.write_all(&number.to_le_bytes())?;
            }
            file.flush()
        };
        spill(&mut self.file, &self.dir).or_failure(
            || "cannot write what is too large for the memory".to_owned(),
            "make room on the disk of the output, or give more --memory",
        )?;
        let start = self.runs.last().map_or(0, |run| run.end);
        self.runs.push(start..start + self.held.len() as u64);
        self.held.clear();
        Ok(())
    }

    /// The records in ascending order.
    ///
    /// # Errors
    /// When the temporary file cannot be written or read.
    pub(crate) fn sorted(mut self) -> anyhow::Result<Sorted<N>> {
        if self.file.is_none() {
            sort(&mut self.held, self.threads);
            return Ok(Sorted::Held(self.held.into_iter()));
        }
        if !self.held.is_empty() {
            self.spill()?;
        }
        let Self {
            most, file, runs, held, ..
        } = self;
        drop(held);
        let Some(file) = file.map(Arc::new) else {
            return Ok(Sorted::Held(Vec::new().into_iter()));
        };
        let each = (most / runs.len().max(1)).clamp(LEAST, 1 << 16);
        let mut runs: Vec<RunReader<N>> = runs
            .into_iter()
            .map(|left| RunReader {
                file: Arc::clone(&file),
                left,
                most: each as u64,
                buffer: Vec::new(),
            })
            .collect();
        let mut heads = BinaryHeap::with_capacity(runs.len());
        for (number, run) in runs.iter_mut().enumerate() {
            heads.extend(run.next()?.map(|head| Reverse((head, number))));
        }
        Ok(Sorted::Merged(Merge {
            runs,
            heads,
            failed: None,
        }))
    }
}

/// Sorts in place: halved around a middle record until there is a piece for every thread. Equal records are alike, so that the
/// number of threads makes no difference.
fn sort<const N: usize>(records: &mut [[u64; N]], threads: usize) {
    if threads < 2 || records.len() < FEW {
        records.sort_unstable();
        return;
    }
    let middle = records.len() / 2;
    let (low, _, high) = records.select_nth_unstable(middle);
    std::thread::scope(|scope| {
        scope.spawn(move || sort(low, threads / 2));
        sort(high, threads - threads / 2);
    });
}

impl<const N: usize> RunReader<N> {
    fn next(&mut self) -> anyhow::Result<Option<[u64; N]>> {
        if self.buffer.is_empty() && !self.left.is_empty() {
            self.fill().or_failure(
                || "cannot read back what was too large for the memory".to_owned(),
                "give more --memory, or an output on another disk",
            )?;
        }
        Ok(self.buffer.pop())
    }

    fn fill(&mut self) -> std::io::Result<()> {
        let count = self.most.min(self.left.end - self.left.start);
        let size = size_of::<[u64; N]>() as u64;
        let mut bytes = vec![0; usize::try_from(count * size).map_err(std::io::Error::other)?];
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(self.left.start * size))?;
        file.read_exact(&mut bytes)?;
        let (numbers, _) = bytes.as_chunks::<8>();
        let mut numbers = numbers.iter().map(|bytes| u64::from_le_bytes(*bytes));
        for _ in 0..count {
            self.buffer.push(std::array::from_fn(|_| numbers.next().unwrap_or(0)));
        }
        // Taken from the end.
        self.buffer.reverse();
        self.left.start += count;
        Ok(())
    }
}

impl<const N: usize> Iterator for Sorted<N> {
    type Item = anyhow::Result<[u64; N]>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Held(records) => records.next().map(Ok),
            Self::Merged(merge) => merge.next(),
        }
    }
}

impl<const N: usize> Iterator for Merge<N> {
    type Item = anyhow::Result<[u64; N]>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.failed.take() {
            self.heads.clear();
            return Some(Err(error));
        }
        let mut head = self.heads.peek_mut()?;
        let Reverse((least, run)) = *head;
        match self.runs[run].next() {
            Ok(Some(next)) => *head = Reverse((next, run)),
            Ok(None) => {
                std::collections::binary_heap::PeekMut::pop(head);
            }
            Err(error) => {
                drop(head);
                self.failed = Some(error);
            }
        }
        Some(Ok(least))
    }
}

#[cfg(test)]
mod tests {
    use super::{FEW, Sorter};

    #[test]
    fn the_same_order_with_and_without_a_file() {
        let folder = tempfile::tempdir().unwrap();
        // A full cycle of a linear congruence: every number once, in disorder; then some of them again.
        let count = 3 * FEW as u64;
        let records: Vec<[u64; 2]> = (0..count)
            .chain(0..100)
            .map(|i| [i * 5 % 31, i * 7_919 % count])
            .collect();
        let mut expected = records.clone();
        expected.sort_unstable();
        for (bytes, threads) in [(0, 1), (1_000, 3), (160_000, 2), (usize::MAX, 1), (usize::MAX, 3)] {
            let mut sorter = Sorter::new(bytes, folder.path(), threads).expect(count + 100);
            for record in &records {
                sorter.push(*record).unwrap();
            }
            let sorted: Vec<_> = sorter.sorted().unwrap().map(Result::unwrap).collect();
            assert!(sorted == expected, "{bytes} bytes, {threads} threads");
        }
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            0,
            "the files have no names"
        );
    }

    #[test]
    fn nothing_is_sorted_too() {
        let folder = tempfile::tempdir().unwrap();
        let sorter = Sorter::<3>::new(0, folder.path(), 2);
        assert_eq!(sorter.sorted().unwrap().count(), 0);
    }
}
