//! Directories as ingest writes them, made by hand, and the command run on them.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::{Value, json};
use stage::{Provenance, TableRecord};
use tables::{
    Account, Accounts, Availability, AvailabilityCheck, Basis, Batch, Flow, Follow, Follows, Footer, LedgerEntries,
    LedgerEntry, Post, PostIds, Posts, Rejects, Roster, RosterEntry, State, Table, TableFile, TableWriter, Timestamp,
};
use tempfile::TempDir;

/// What ingest would have written. Rows stand in the order of their source.
#[derive(Default)]
pub struct Archive {
    pub posts: Vec<Post<'static>>,
    pub accounts: Vec<Account<'static>>,
    pub availability: Vec<AvailabilityCheck<'static>>,
    pub follows: Vec<Follow<'static>>,
    pub roster: Vec<RosterEntry<'static>>,
}

pub const AT: i64 = 1_440_000_000_000;

/// A post on line `line` of `a.jsonl` that knows nothing but its id, author, time and text.
pub fn post(post_id: &'static str, line: i64) -> Post<'static> {
    Post {
        post_id: (!post_id.is_empty()).then_some(post_id),
        posted_at: Some(Timestamp(AT)),
        text: Some("grey river stone"),
        source_file: "a.jsonl",
        source_line: line,
        ..Post::blank("twitter", "11")
    }
}

pub fn account(account_id: &'static str, handle: Option<&'static str>, line: i64) -> Account<'static> {
    Account {
        handle,
        observed_at: Some(Timestamp(AT)),
        observed_basis: Basis::Stated,
        followers: Some(300),
        source_file: "a.jsonl",
        source_line: line,
        ..Account::blank("twitter", account_id)
    }
}

pub fn check(account_id: &'static str, at: i64, state: State, line: i64) -> AvailabilityCheck<'static> {
    AvailabilityCheck {
        platform: "twitter",
        account_id,
        handle: None,
        observed_at: Timestamp(at),
        state,
        detail: None,
        source_file: "checks.csv",
        source_line: line,
        source_part: 0,
    }
}

pub fn follow(follower_id: &'static str, followed_id: &'static str, at: Option<i64>, line: i64) -> Follow<'static> {
    Follow {
        platform: "twitter",
        follower_id,
        followed_id,
        observed_at: at.map(Timestamp),
        source_file: "follows.csv",
        source_line: line,
        source_part: 0,
    }
}

fn table<T: Table>(dir: &Path, rows: &[T::Row<'_>]) -> TableRecord {
    let mut writer = TableWriter::<T>::create(dir).unwrap();
    for row in rows {
        writer.push(row).unwrap();
    }
    let footer = Footer {
        stage: "ingest".to_owned(),
        stage_version: "0.1.0".to_owned(),
        options: "{}".to_owned(),
        inputs: Vec::new(),
    };
    let written = writer.finish(&footer).unwrap();
    TableRecord {
        name: written.table.to_owned(),
        rows: written.rows,
        blake3: written.blake3,
        stage: "ingest".to_owned(),
    }
}

impl Archive {
    pub fn of_posts(posts: Vec<Post<'static>>) -> Self {
        Self {
            posts,
            ..Self::default()
        }
    }

    /// Writes the directory `ingest` below `dir`.
    pub fn write(&self, dir: &Path) -> PathBuf {
        let dir = dir.join("ingest");
        std::fs::create_dir_all(&dir).unwrap();
        let records = i64::try_from(self.posts.len()).unwrap();
        let entry = |flow| LedgerEntry {
            stage: "ingest",
            source: "a.jsonl",
            flow,
            reason: "",
            records,
        };
        let tables = vec![
            table::<Accounts>(&dir, &self.accounts),
            table::<Availability>(&dir, &self.availability),
            table::<PostIds>(&dir, &[]),
            table::<Follows>(&dir, &self.follows),
            table::<LedgerEntries>(&dir, &[entry(Flow::Read), entry(Flow::Used)]),
            table::<Posts>(&dir, &self.posts),
            table::<Rejects>(&dir, &[]),
            table::<Roster>(&dir, &self.roster),
        ];
        let provenance = Provenance {
            stage: "ingest".to_owned(),
            version: "0.1.0".to_owned(),
            options: json!({}),
            inputs: Vec::new(),
            facts: [("synthetic".to_owned(), json!(true))].into(),
            tables,
            files: [].into(),
            upstream: None,
        };
        std::fs::write(dir.join("run.json"), serde_json::to_string(&provenance).unwrap()).unwrap();
        dir
    }
}

/// A finished run.
pub struct Ran {
    pub dir: PathBuf,
    pub stderr: String,
    /// What `--json` printed.
    pub summary: Value,
    _folder: TempDir,
}

pub fn dedupe() -> Command {
    Command::new(env!("CARGO_BIN_EXE_dedupe"))
}

/// Runs the command on an archive, with a hand-checked table if there is one; it must succeed.
pub fn run(archive: &Archive, personas: Option<&str>) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let input = archive.write(folder.path());
    let mut command = dedupe();
    if let Some(text) = personas {
        std::fs::write(folder.path().join("people.csv"), text).unwrap();
        command.arg("--personas").arg(folder.path().join("people.csv"));
    }
    let dir = folder.path().join("out");
    let output = command.arg(&input).arg("-o").arg(&dir).arg("--json").output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    Ran {
        dir,
        stderr,
        summary: serde_json::from_slice(&output.stdout).unwrap(),
        _folder: folder,
    }
}

/// The message of a run with this hand-checked table that must fail with exit code 2 and write nothing.
pub fn refused(archive: &Archive, personas: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let input = archive.write(folder.path());
    std::fs::write(folder.path().join("people.csv"), personas).unwrap();
    let output = dedupe()
        .current_dir(folder.path())
        .args(["--personas", "people.csv", "-o", "out"])
        .arg(&input)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!folder.path().join("out").exists());
    String::from_utf8(output.stderr).unwrap()
}

impl Ran {
    pub fn read<T: Table>(&self) -> Batch<T> {
        read(&self.dir)
    }

    /// Records of a source in a flow, over all reasons.
    pub fn records(&self, source: &str, flow: Flow) -> i64 {
        self.ledger()
            .iter()
            .filter(|(entry, of, _, _)| entry == source && *of == flow)
            .map(|(_, _, _, records)| records)
            .sum()
    }

    /// The stage's own ledger: source, flow, reason, records.
    pub fn ledger(&self) -> Vec<(String, Flow, String, i64)> {
        let batch = self.read::<LedgerEntries>();
        batch
            .rows()
            .unwrap()
            .filter(|entry| entry.stage == "dedupe")
            .map(|entry| {
                (
                    entry.source.to_owned(),
                    entry.flow,
                    entry.reason.to_owned(),
                    entry.records,
                )
            })
            .collect()
    }
}

pub fn read<T: Table>(dir: &Path) -> Batch<T> {
    TableFile::<T>::open(dir).unwrap().read().unwrap()
}
