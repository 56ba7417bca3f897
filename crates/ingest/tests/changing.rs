//! Input that changes while it is read is told of as a file that cannot be read to its end, and never hashed as something it was not.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test says by panicking what it did not find")]

mod run;

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use run::pack::{tar, zip};
use run::{Bench, tweet};
use tables::{Posts, Rejects, TableFile};

/// How far a process has read a file that it has open; `None` when it has not.
fn position(process: u32, path: &Path) -> Option<u64> {
    let path = path.canonicalize().ok()?;
    for entry in std::fs::read_dir(format!("/proc/{process}/fd")).ok()? {
        let entry = entry.ok()?;
        if std::fs::read_link(entry.path()).is_ok_and(|target| target == path) {
            let name = entry.file_name();
            let info = std::fs::read_to_string(format!("/proc/{process}/fdinfo/{}", name.to_string_lossy())).ok()?;
            let position = info
                .lines()
                .find_map(|line| line.strip_prefix("pos:"))?
                .trim()
                .parse()
                .ok()?;
            if position > 0 {
                return Some(position);
            }
        }
    }
    None
}

fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(30) {
        if let Some(found) = found() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("{what} did not come about");
}

fn spawn(bench: &Bench, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_ingest"))
        .current_dir(bench.dir.path())
        .args(arguments)
        .args(["-o", "out", "-j", "2"])
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs over a pipe that says nothing for a while, and a file that is changed in the meantime: it is opened and read ahead as far as
/// there is room, since the pipe's turn comes first.
fn while_read(name: &str, content: &[u8], change: impl FnOnce(&Path)) -> (i32, String, Bench) {
    let bench = Bench::with(name, content);
    let pipe = bench.path("a.jsonl");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let child = spawn(&bench, &["a.jsonl", name]);
    let mut writer = OpenOptions::new().write(true).open(&pipe).unwrap();
    // So much is looked at before the next file is opened.
    let lines: String = (1..400).map(|id| tweet(id, "") + "\n").collect();
    writer.write_all(lines.as_bytes()).unwrap();
    writer.flush().unwrap();
    let path = bench.path(name);
    until("reading ahead", || position(child.id(), &path));
    // It goes on until there is no more room.
    let mut before = 0;
    until("a pause", || {
        std::thread::sleep(Duration::from_millis(50));
        let now = position(child.id(), &path)?;
        (std::mem::replace(&mut before, now) == now).then_some(())
    });
    change(&path);
    drop(writer);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), said, bench)
}

fn many_lines() -> Vec<u8> {
    let lines: String = (1..40_000).map(|id| tweet(id, "") + "\n").collect();
    lines.into_bytes()
}

fn told(name: &str, outcome: &(i32, String, Bench)) {
    let (status, said, bench) = outcome;
    assert_eq!(*status, 1, "{said}");
    assert!(said.contains("it changed while it was read"), "{said}");
    let dir = bench.path("out");
    let rejects = TableFile::<Rejects>::open(&dir).unwrap().read().unwrap();
    let found: Vec<_> = rejects
        .rows()
        .unwrap()
        .map(|row| (row.source_file.to_owned(), row.reason))
        .collect();
    // Before the break there may be a record that the cut went through.
    assert_eq!(found.last(), Some(&(name.to_owned(), "file cannot be read to its end")));
    assert!(
        found.len() <= 2 && found.iter().all(|(file, _)| file == name),
        "{found:?}"
    );
    // Its hash, which would be of neither content, is not among the inputs'.
    let run = std::fs::read_to_string(dir.join("run.json")).unwrap();
    let inputs: serde_json::Value = serde_json::from_str(&run).unwrap();
    let names: Vec<&str> = inputs["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|input| input["name"].as_str().unwrap())
        .collect();
    assert!(!names.contains(&name), "{names:?}");
    let posts = TableFile::<Posts>::open(&dir).unwrap().read().unwrap();
    assert!(posts.len() > 399, "what was read is kept");
}

#[test]
fn a_file_that_grows() {
    let outcome = while_read("b.jsonl", &many_lines(), |path| {
        let mut file = OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(tweet(50_000, "").as_bytes()).unwrap();
    });
    told("b.jsonl", &outcome);
}

#[test]
fn a_file_that_is_cut_off() {
    let outcome = while_read("b.jsonl", &many_lines(), |path| {
        let file = OpenOptions::new().write(true).open(path).unwrap();
        file.set_len(9_000_000).unwrap();
    });
    told("b.jsonl", &outcome);
}

#[test]
fn a_file_that_is_written_over_in_place() {
    let content = many_lines();
    let outcome = while_read("b.jsonl", &content, |path| {
        let mut file = OpenOptions::new().write(true).open(path).unwrap();
        file.write_all(&content).unwrap();
    });
    told("b.jsonl", &outcome);
}

#[test]
fn a_file_that_another_takes_the_place_of_is_read_as_it_was() {
    let (status, said, bench) = while_read("b.jsonl", &many_lines(), |path| {
        let other = path.with_extension("other");
        std::fs::write(&other, b"{}").unwrap();
        std::fs::rename(other, path).unwrap();
    });
    assert_eq!(status, 0, "{said}");
    let run = std::fs::read_to_string(bench.path("out/run.json")).unwrap();
    assert!(run.contains(&blake3::hash(&many_lines()).to_hex().to_string()), "{run}");
}

#[test]
fn an_archive_that_grows() {
    let content = many_lines();
    for (name, archive) in [
        ("b.tar", tar(&[("c.jsonl", &content)])),
        ("b.zip", zip(&[("x", b""), ("c.jsonl", &content)])),
    ] {
        let (status, said, bench) = while_read(name, &archive, |path| {
            File::options()
                .append(true)
                .open(path)
                .unwrap()
                .write_all(b"more")
                .unwrap();
        });
        assert_eq!(status, 1, "{name}: {said}");
        assert!(said.contains("it changed while it was read"), "{said}");
        let rejects = TableFile::<Rejects>::open(&bench.path("out")).unwrap().read().unwrap();
        let files: Vec<_> = rejects.rows().unwrap().map(|row| row.source_file.to_owned()).collect();
        // Files of it that come later cannot be relied on, either.
        assert_eq!(files[0], format!("{name}/c.jsonl"));
        assert!(files.iter().all(|file| file.starts_with(name)), "{files:?}");
    }
}
