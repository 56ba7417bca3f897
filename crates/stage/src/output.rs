//! The output directory: it appears whole or not at all.
//!
//! Work happens in a hidden directory beside the final place, on the same file system. It holds a lock as long as its process
//! lives, so that what a killed run left behind is known and swept away by the next one.

use std::fs::File;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::failure::{Failure, Remedy};
use crate::interrupt;
use crate::provenance::{Provenance, RUN_FILE};

const LOCK_FILE: &str = ".lock";

/// A directory being written.
#[derive(Debug)]
pub(crate) struct Output {
    target: Option<PathBuf>,
    partial: TempDir,
    lock: Option<File>,
}

impl Output {
    /// Prepares to write `target`, so that an output that cannot be written is known before the work starts.
    pub(crate) fn prepare(target: &Path, replace: bool) -> anyhow::Result<Self> {
        let shown = target.display();
        check_replaceable(target, replace)?;
        let (parent, name) = parent_and_name(target)?;
        std::fs::create_dir_all(&parent).or_failure(
            || format!("cannot make the folder '{}'", parent.display()),
            "check that the folder above may be written to",
        )?;
        sweep(&parent, &name);
        let partial = tempfile::Builder::new()
            .prefix(&format!(".{name}.partial-"))
            .tempdir_in(&parent)
            .or_failure(
                || format!("cannot write '{shown}'"),
                "check that its folder may be written to, or give another -o",
            )?;
        interrupt::remove_when_stopped(partial.path());
        let lock = File::create(partial.path().join(LOCK_FILE))
            .or_failure(|| format!("cannot write '{shown}'"), "check that the disk has room")?;
        // Not every file system can lock; then nothing is swept later, which loses only tidiness.
        let lock = lock.try_lock().is_ok().then_some(lock);
        Ok(Self {
            target: Some(target.to_owned()),
            partial,
            lock,
        })
    }

    /// Prepares a directory that is not kept: its content goes to standard output.
    pub(crate) fn temporary() -> anyhow::Result<Self> {
        let partial = tempfile::tempdir().or_failure(
            || "cannot make a temporary directory".to_owned(),
            "set TMPDIR to a folder with room",
        )?;
        interrupt::remove_when_stopped(partial.path());
        Ok(Self {
            target: None,
            partial,
            lock: None,
        })
    }

    /// Where to write.
    pub(crate) fn path(&self) -> &Path {
        self.partial.path()
    }

    /// What a file of it is called in messages: by its final place, where it has one.
    pub(crate) fn shown(&self, name: &str) -> PathBuf {
        self.target
            .as_deref()
            .map_or_else(|| name.into(), |target| target.join(name))
    }

    /// Puts the directory in its final place, in one step where the system can exchange two directories. Returns where the
    /// output now is; a temporary one lives as long as what is returned.
    pub(crate) fn publish(self) -> anyhow::Result<Published> {
        let Some(target) = self.target else {
            return Ok(Published::Temporary(self.partial));
        };
        let (partial, lock) = (self.partial, self.lock);
        // A run that is stopped meanwhile ends with the new output or with the old one.
        interrupt::whole(|| put(&partial, lock, target))
    }
}

fn put(partial: &TempDir, lock: Option<File>, target: PathBuf) -> anyhow::Result<Published> {
    const REMEDY: &str = "check that its folder may be written to; the old output is untouched";
    let failed = || format!("cannot write '{}'", target.display());
    drop(lock);
    // The lock file is not part of the output; it may be absent only if somebody removed it.
    let _ = std::fs::remove_file(partial.path().join(LOCK_FILE));
    open_permissions(partial.path()).or_failure(failed, REMEDY)?;
    sync_folder(partial.path()).or_failure(failed, REMEDY)?;
    if target.exists() {
        // The old output then stands in the partial directory's place and goes with it.
        exchange(partial.path(), &target).or_failure(failed, REMEDY)?;
    } else {
        std::fs::rename(partial.path(), &target).or_failure(failed, REMEDY)?;
    }
    let (parent, _) = parent_and_name(&target)?;
    sync_folder(&parent).or_failure(failed, REMEDY)?;
    Ok(Published::Kept(target))
}

/// A finished output.
#[derive(Debug)]
pub(crate) enum Published {
    /// In its final place.
    Kept(PathBuf),
    /// Not kept: gone when this is dropped.
    Temporary(TempDir),
}

impl Published {
    /// Where the output is.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Kept(path) => path,
            Self::Temporary(dir) => dir.path(),
        }
    }
}

fn parent_and_name(target: &Path) -> anyhow::Result<(PathBuf, String)> {
    let name = target.file_name().ok_or_else(|| {
        Failure::new(format!("cannot write '{}': it names no directory", target.display()))
            .remedy("give a new directory with -o")
    })?;
    let parent = target
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    Ok((parent.to_owned(), name.to_string_lossy().into_owned()))
}

/// An old output is replaced only when asked for, anything else never.
fn check_replaceable(target: &Path, replace: bool) -> anyhow::Result<()> {
    let shown = target.display();
    if std::fs::symlink_metadata(target).is_err() {
        return Ok(());
    }
    if !target.is_dir() {
        return Err(Failure::new(format!("cannot write '{shown}': it is a file"))
            .remedy("give a new directory with -o")
            .into());
    }
    let empty = std::fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_none());
    if empty {
        return Ok(());
    }
    if !target.join(RUN_FILE).is_file() {
        return Err(
            Failure::new(format!("cannot write '{shown}': it holds files that no stage wrote"))
                .remedy("give another directory with -o; nothing but an older output is ever replaced")
                .into(),
        );
    }
    if !replace {
        return Err(Failure::new(format!("cannot write '{shown}': it already exists"))
            .remedy("use --force to replace it, or --if-changed to replace it when its inputs have changed")
            .into());
    }
    Ok(())
}

/// Removes what killed runs left behind. Best effort: what cannot be removed stays.
fn sweep(parent: &Path, name: &str) {
    let prefix = format!(".{name}.partial-");
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(&prefix) {
            continue;
        }
        let abandoned = File::open(entry.path().join(LOCK_FILE)).is_ok_and(|lock| lock.try_lock().is_ok());
        if abandoned {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// A temporary directory is private; an output is as readable as any new directory, so its mode is that of one.
fn open_permissions(path: &Path) -> std::io::Result<()> {
    let probe = path.join(".mode");
    std::fs::create_dir(&probe)?;
    let permissions = std::fs::metadata(&probe)?.permissions();
    std::fs::remove_dir(&probe)?;
    std::fs::set_permissions(path, permissions)
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(target_os = "linux")]
fn exchange(new: &Path, old: &Path) -> std::io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(()),
        // Some network file systems cannot exchange.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => exchange_in_steps(new, old),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn exchange(new: &Path, old: &Path) -> std::io::Result<()> {
    exchange_in_steps(new, old)
}

fn exchange_in_steps(new: &Path, old: &Path) -> std::io::Result<()> {
    let aside = new.with_extension("old");
    std::fs::rename(old, &aside)?;
    if let Err(error) = std::fs::rename(new, old) {
        std::fs::rename(&aside, old)?;
        return Err(error);
    }
    std::fs::rename(&aside, new)
}

/// The provenance of an older output, if there is a sound one.
pub(crate) fn older_run(target: &Path) -> Option<Provenance> {
    let run: Provenance = serde_json::from_slice(&std::fs::read(target.join(RUN_FILE)).ok()?).ok()?;
    let whole = run
        .tables
        .iter()
        .all(|table| tables::read::table_files(target, &table.name).is_ok_and(|parts| !parts.is_empty()))
        && run.files.keys().all(|name| target.join(name).is_file());
    whole.then_some(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(dir: &Path) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_dropped_output_leaves_nothing_and_a_published_one_only_its_files() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("out");
        drop(Output::prepare(&target, false).unwrap());
        assert!(entries(dir.path()).is_empty());
        let output = Output::prepare(&target, false).unwrap();
        std::fs::write(output.path().join(RUN_FILE), "1").unwrap();
        output.publish().unwrap();
        assert_eq!(entries(dir.path()), ["out"]);
        assert_eq!(entries(&target), [RUN_FILE]);
    }

    #[test]
    fn an_older_output_is_replaced_only_when_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("out");
        std::fs::create_dir(&target).unwrap();
        std::fs::write(target.join(RUN_FILE), "old").unwrap();
        assert!(
            Output::prepare(&target, false)
                .unwrap_err()
                .to_string()
                .contains("already exists")
        );
        let output = Output::prepare(&target, true).unwrap();
        std::fs::write(output.path().join(RUN_FILE), "new").unwrap();
        assert_eq!(std::fs::read_to_string(target.join(RUN_FILE)).unwrap(), "old");
        output.publish().unwrap();
        assert_eq!(std::fs::read_to_string(target.join(RUN_FILE)).unwrap(), "new");
        assert_eq!(entries(dir.path()), ["out"]);
    }

    #[test]
    fn what_no_stage_wrote_is_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("thesis.tex"), "years of work").unwrap();
        assert!(
            Output::prepare(dir.path(), true)
                .unwrap_err()
                .to_string()
                .contains("no stage wrote")
        );
    }

    #[test]
    fn what_a_killed_run_left_is_swept_and_a_living_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("out");
        let abandoned = dir.path().join(".out.partial-dead");
        std::fs::create_dir(&abandoned).unwrap();
        std::fs::write(abandoned.join(LOCK_FILE), "").unwrap();
        let living = Output::prepare(&target, false).unwrap();
        assert!(!abandoned.exists());
        let second = Output::prepare(&target, false).unwrap();
        assert!(living.path().exists() && second.path().exists());
    }
}
