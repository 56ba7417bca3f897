//! Stage directories made by hand, as dedupe would write them; and what enrich makes of them.

use std::collections::BTreeMap;
use std::path::Path;

use assert_cmd::Command;
use stage::{Provenance, TableRecord};
use tables::{
    Account, Accounts, Availability, AvailabilityCheck, Basis, Campaigns, ClusterMembers, Clusters, DAY_MS, Duplicates,
    Follow, Follows, Footer, LedgerEntries, Personas, Post, PostIds, Posts, Rejects, Roster, RosterEntry, State, Table,
    TableFile, TableWriter, Timestamp,
};
use tempfile::TempDir;

/// 2015-06-01T00:00Z.
pub const START: i64 = 1_433_116_800_000;

pub const STUDY: &str = "\
title = 'Made by hand'
period = { from = 2015-06-01, to = 2015-06-21 }
samples = { dates = [2015-06-04, 2015-06-08, 2015-06-20] }
windows = [{ name = 'second-week', from = 2015-06-08, to = 2015-06-14 }]
";
pub const SAMPLE_DAYS: [i64; 3] = [3, 7, 19];

/// Day `day` of the study (from 0) at `hour`.
pub fn at(day: i64, hour: i64) -> Timestamp {
    Timestamp(START + day * DAY_MS + hour * 3_600_000)
}

/// The instant of the sample on a day.
pub fn sample(day: i64) -> Timestamp {
    Timestamp(START + (day + 1) * DAY_MS - 1)
}

/// The records of an archive; their lines are given by their order.
#[derive(Debug, Default, Clone)]
pub struct World {
    pub accounts: Vec<Account<'static>>,
    pub posts: Vec<Post<'static>>,
    pub checks: Vec<AvailabilityCheck<'static>>,
    pub roster: Vec<RosterEntry<'static>>,
    pub follows: Vec<Follow<'static>>,
}

pub fn account(id: &'static str, observed_at: Timestamp) -> Account<'static> {
    Account {
        observed_at: Some(observed_at),
        observed_basis: Basis::Stated,
        source_file: "users.jsonl",
        ..Account::blank("twitter", id)
    }
}

pub fn post(id: &'static str, posted_at: Timestamp) -> Post<'static> {
    Post {
        posted_at: Some(posted_at),
        source_file: "posts.jsonl",
        ..Post::blank("twitter", id)
    }
}

pub fn check(id: &'static str, observed_at: Timestamp, state: State) -> AvailabilityCheck<'static> {
    AvailabilityCheck {
        platform: "twitter",
        account_id: id,
        handle: None,
        observed_at,
        state,
        detail: None,
        source_file: "checks.csv",
        source_line: 0,
        source_part: 0,
    }
}

pub fn entry(account_id: Option<&'static str>, handle: Option<&'static str>) -> RosterEntry<'static> {
    RosterEntry {
        roster: "list",
        platform: "twitter",
        account_id,
        handle,
        listed_at: None,
        unlisted_at: None,
        source_file: "roster.csv",
        source_line: 0,
        source_part: 0,
    }
}

fn footer() -> Footer {
    Footer {
        stage: "dedupe".to_owned(),
        stage_version: "0".to_owned(),
        options: "{}".to_owned(),
        inputs: Vec::new(),
    }
}

fn put<T: Table>(dir: &Path, tables: &mut Vec<TableRecord>, rows: &[T::Row<'_>]) {
    let mut writer = TableWriter::<T>::create(dir).unwrap();
    for row in rows {
        writer.push(row).unwrap();
    }
    let written = writer.finish(&footer()).unwrap();
    tables.push(TableRecord {
        name: T::NAME.to_owned(),
        rows: written.rows,
        blake3: written.blake3,
        stage: "dedupe".to_owned(),
    });
}

/// Numbers the rows' lines in their order.
macro_rules! lines {
    ($rows:expr) => {{
        let mut rows = $rows.clone();
        for (line, row) in (1..).zip(&mut rows) {
            row.source_line = line;
        }
        rows
    }};
}

impl World {
    /// As the directory that dedupe would write.
    pub fn write(&self) -> TempDir {
        let temp = TempDir::new().unwrap();
        let dir = temp.path();
        let mut tables = Vec::new();
        put::<Accounts>(dir, &mut tables, &lines!(self.accounts));
        put::<Posts>(dir, &mut tables, &lines!(self.posts));
        put::<Availability>(dir, &mut tables, &lines!(self.checks));
        put::<Roster>(dir, &mut tables, &lines!(self.roster));
        put::<PostIds>(dir, &mut tables, &[]);
        put::<Follows>(dir, &mut tables, &lines!(self.follows));
        put::<Personas>(dir, &mut tables, &[]);
        put::<Clusters>(dir, &mut tables, &[]);
        put::<ClusterMembers>(dir, &mut tables, &[]);
        put::<Campaigns>(dir, &mut tables, &[]);
        put::<Duplicates>(dir, &mut tables, &[]);
        put::<Rejects>(dir, &mut tables, &[]);
        put::<LedgerEntries>(dir, &mut tables, &[]);
        let provenance = Provenance {
            stage: "dedupe".to_owned(),
            version: "0".to_owned(),
            options: serde_json::json!({}),
            inputs: Vec::new(),
            facts: BTreeMap::new(),
            tables,
            files: BTreeMap::new(),
            upstream: None,
        };
        std::fs::write(dir.join("run.json"), serde_json::to_vec(&provenance).unwrap()).unwrap();
        temp
    }

    /// What enrich makes of it with a study; nothing is said on the way but what `stderr` holds.
    pub fn enriched(&self, study: Option<&str>) -> Enriched {
        let input = self.write();
        let work = TempDir::new().unwrap();
        let mut command = enrich();
        command.arg(input.path()).arg("-o").arg(work.path().join("out"));
        if let Some(study) = study {
            std::fs::write(work.path().join("study.toml"), study).unwrap();
            command.arg("--study").arg(work.path().join("study.toml"));
        }
        let stderr = command.assert().success().get_output().stderr.clone();
        Enriched {
            work,
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }
}

/// The binary.
pub fn enrich() -> Command {
    Command::new(env!("CARGO_BIN_EXE_enrich"))
}

/// A finished output.
pub struct Enriched {
    work: TempDir,
    pub stderr: String,
}

impl Enriched {
    pub fn dir(&self) -> std::path::PathBuf {
        self.work.path().join("out")
    }

    /// A table's rows, each made into something that can be kept.
    pub fn rows<T: Table, R>(&self, keep: impl Fn(&T::Row<'_>) -> R) -> Vec<R> {
        let batch = TableFile::<T>::open(&self.dir()).unwrap().read().unwrap();
        let rows: Vec<R> = batch.rows().unwrap().map(|row| keep(&row)).collect();
        rows
    }
}
