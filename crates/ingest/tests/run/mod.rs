//! Running the binary on files made for a test, and reading back what it wrote.

#![allow(dead_code, reason = "each test binary uses its part")]

pub mod pack;

use std::path::{Path, PathBuf};
use std::process::Output;
use std::rc::Rc;

use assert_cmd::Command;
use tables::{Batch, Flow, LedgerEntries, Table, TableFile};
use tempfile::TempDir;

/// A folder of inputs, and what a run made of them.
pub struct Bench {
    pub dir: Rc<TempDir>,
}

impl Bench {
    pub fn new() -> Self {
        Self {
            dir: Rc::new(tempfile::tempdir().unwrap()),
        }
    }

    pub fn with(name: &str, content: impl AsRef<[u8]>) -> Self {
        let bench = Self::new();
        bench.put(name, content);
        bench
    }

    pub fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs `ingest ARGUMENTS -o out` in the folder.
    pub fn ingest(&self, arguments: &[&str]) -> Ran {
        self.ingest_to("out", arguments, "")
    }

    pub fn ingest_to(&self, out: &str, arguments: &[&str], stdin: impl Into<Vec<u8>>) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_ingest"))
            .current_dir(self.dir.path())
            .args(arguments)
            .args(["-o", out])
            .write_stdin(stdin)
            .output()
            .unwrap();
        Ran {
            output,
            _bench: Rc::clone(&self.dir),
            dir: self.dir.path().join(out),
        }
    }
}

/// A finished run.
pub struct Ran {
    pub output: Output,
    pub dir: PathBuf,
    _bench: Rc<TempDir>,
}

impl Ran {
    pub fn status(&self) -> i32 {
        self.output.status.code().unwrap()
    }

    pub fn stderr(&self) -> String {
        String::from_utf8(self.output.stderr.clone()).unwrap()
    }

    pub fn table<T: Table>(&self) -> Batch<T> {
        TableFile::<T>::open(&self.dir).unwrap().read().unwrap()
    }

    /// What became of the records: `used 3`, `rejected not JSON 1`, …, over all sources; checks that each source balances.
    pub fn ledger(&self) -> Vec<String> {
        let batch = self.table::<LedgerEntries>();
        let mut sums = std::collections::BTreeMap::new();
        let mut balance = std::collections::BTreeMap::new();
        for entry in batch.rows().unwrap() {
            let sign = if entry.flow == Flow::Read { 1 } else { -1 };
            *balance.entry(entry.source.to_owned()).or_insert(0) += sign * entry.records;
            *sums.entry((entry.flow, entry.reason.to_owned())).or_insert(0) += entry.records;
        }
        assert!(balance.values().all(|sum| *sum == 0), "{balance:?}");
        sums.into_iter()
            .map(|((flow, reason), records)| format!("{flow} {reason} {records}").replace("  ", " "))
            .collect()
    }
}

/// A v1.1 post with its author, as JSON without the closing brace's line feed.
pub fn tweet(id: u64, more: &str) -> String {
    let comma = if more.is_empty() { "" } else { "," };
    format!(
        r#"{{"created_at":"Wed Jun 03 10:00:{:02} +0000 2015","id":{id},"id_str":"{id}","text":"rain over the hills","user":{{"id":77,"id_str":"77","screen_name":"Larch","name":"Larch","followers_count":12,"friends_count":0,"statuses_count":340,"created_at":"Mon Jan 05 08:00:00 +0000 2015"}}{comma}{more}}}"#,
        id % 60
    )
}

pub fn files_of(dir: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().to_string_lossy().into_owned(),
                std::fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}
