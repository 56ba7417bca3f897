//! Running the binaries as a person would, and looking at what they wrote.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tables::{Ledger, LedgerEntries, TableFile};

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default()
}

/// The path of one of our binaries, built beside the running test.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    // A test runs from `target/PROFILE/deps`; the binaries stand one folder up.
    let test = std::env::current_exe().unwrap_or_default();
    let folder = test.ancestors().nth(2).map(Path::to_path_buf).unwrap_or_default();
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.is_file(),
        "{} is not built; build the whole workspace first",
        path.display()
    );
    path
}

/// A command that runs one of our binaries.
#[must_use]
pub fn command(name: &str) -> Command {
    let mut command = Command::new(binary(name));
    command.stdin(Stdio::null());
    command
}

/// Runs one of our binaries with arguments; the caller looks at status and output.
#[must_use]
pub fn run<S: AsRef<std::ffi::OsStr>>(name: &str, arguments: impl IntoIterator<Item = S>) -> Output {
    command(name)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{name} does not start: {error}"))
}

/// Runs one of our binaries and fails the test unless it succeeds.
pub fn run_ok<S: AsRef<std::ffi::OsStr>>(name: &str, arguments: impl IntoIterator<Item = S>) -> Output {
    let output = run(name, arguments);
    assert!(
        output.status.success(),
        "{name} failed ({}): {}",
        output.status,
        stderr(&output)
    );
    output
}

/// Runs a shell script in a folder with our binaries on its path, and fails the test unless it succeeds; returns what it printed.
pub fn run_script(script: &str, dir: &Path) -> Vec<u8> {
    let bin = binary("ingest").parent().map(Path::to_path_buf).unwrap_or_default();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("set -eu\n{script}"))
        .current_dir(dir)
        .env("PATH", format!("{}:{path}", bin.display()))
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("sh does not start: {error}"));
    assert!(output.status.success(), "{script}\n{}", stderr(&output));
    output.stdout
}

/// Copies a folder with what is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    for (name, bytes) in files(from) {
        let target = to.join(name);
        let written =
            std::fs::create_dir_all(target.parent().unwrap_or(to)).and_then(|()| std::fs::write(&target, bytes));
        written.unwrap_or_else(|error| panic!("{}: {error}", target.display()));
    }
}

/// What a run said on standard error.
#[must_use]
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every file below a folder, by its path below it, with its bytes.
#[must_use]
pub fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    fn collect(root: &Path, dir: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display())) {
            let path = entry.map(|entry| entry.path()).unwrap_or_default();
            if path.is_dir() {
                collect(root, &path, found);
            } else {
                let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
                found.insert(name, std::fs::read(&path).unwrap_or_default());
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(dir, dir, &mut found);
    found
}

/// Fails the test with the names of the files that differ, if any does.
pub fn assert_same_files(left: &Path, right: &Path) {
    let (left_files, right_files) = (files(left), files(right));
    let names: Vec<&String> = left_files.keys().chain(right_files.keys()).collect();
    let mut differing: Vec<&&String> = names
        .iter()
        .filter(|name| left_files.get(**name) != right_files.get(**name))
        .collect();
    differing.dedup();
    assert!(
        differing.is_empty(),
        "'{}' and '{}' differ in {differing:?}",
        left.display(),
        right.display()
    );
}

/// The ledger of a stage directory, which balances or fails the test.
#[must_use]
pub fn balanced_ledger(dir: &Path) -> Ledger {
    let mut ledger = Ledger::default();
    let table = TableFile::<LedgerEntries>::open(dir).unwrap_or_else(|error| panic!("{error}"));
    for batch in table.batches() {
        let batch = batch.unwrap_or_else(|error| panic!("{error}"));
        for entry in batch.rows().unwrap_or_else(|error| panic!("{error}")) {
            ledger.absorb_entry(&entry);
        }
    }
    ledger.check().unwrap_or_else(|error| panic!("{error}"));
    ledger
}
