//! A stage directory through a pipe: an uncompressed tar stream with no times, owners or modes that differ.

use std::io::{self, Read, Write};
use std::path::Path;

use tempfile::TempDir;

use crate::failure::{Failure, Remedy};
use crate::interrupt;
use crate::provenance::RUN_FILE;

/// Writes the files of `dir`, in name order.
pub(crate) fn write(dir: &Path, to: impl Write) -> anyhow::Result<()> {
    let failed = || "cannot write the output stream".to_owned();
    let mut archive = tar::Builder::new(to);
    for name in files_below(dir, dir)? {
        let path = dir.join(&name);
        let mut file = std::fs::File::open(&path).or_failure(
            || format!("cannot read '{}'", path.display()),
            "check that the temporary folder has room",
        )?;
        let mut header = tar::Header::new_ustar();
        header.set_size(file.metadata().or_failure(failed, "")?.len());
        header.set_mode(0o644);
        header.set_mtime(0);
        archive
            .append_data(&mut header, &name, &mut file)
            .or_failure(failed, "check the program that reads it")?;
    }
    let mut to = archive
        .into_inner()
        .or_failure(failed, "check the program that reads it")?;
    to.flush().or_failure(failed, "check the program that reads it")
}

fn files_below(root: &Path, dir: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    let entries = std::fs::read_dir(dir)
        .and_then(Iterator::collect::<io::Result<Vec<_>>>)
        .or_failure(
            || format!("cannot list '{}'", dir.display()),
            "check the temporary folder",
        )?;
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            names.extend(files_below(root, &path)?);
        } else if !entry.file_name().to_string_lossy().starts_with('.') {
            names.push(path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Unpacks a stream into a temporary directory.
pub(crate) fn spool(from: impl Read) -> anyhow::Result<TempDir> {
    const REMEDY: &str = "pipe the output of the stage before this one, run with `-o -`, into this one";
    let failed = || "standard input is not the output of a stage".to_owned();
    let dir = tempfile::tempdir().or_failure(
        || "cannot make a temporary directory".to_owned(),
        "set TMPDIR to a folder with room",
    )?;
    interrupt::remove_when_stopped(dir.path());
    let mut archive = tar::Archive::new(from);
    archive.set_preserve_mtime(false);
    archive.set_preserve_permissions(false);
    for entry in archive.entries().or_failure(failed, REMEDY)? {
        let mut entry = entry.or_failure(failed, REMEDY)?;
        if !entry.header().entry_type().is_file() {
            return Err(Failure::new(failed()).remedy(REMEDY).into());
        }
        // `unpack_in` refuses names that leave the directory.
        if !entry.unpack_in(dir.path()).or_failure(failed, REMEDY)? {
            return Err(Failure::new(failed()).remedy(REMEDY).into());
        }
    }
    if !dir.path().join(RUN_FILE).is_file() {
        return Err(Failure::new(format!("{}: it ends before {RUN_FILE}", failed()))
            .remedy(REMEDY)
            .into());
    }
    Ok(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_passes_unchanged_and_with_the_same_bytes() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(RUN_FILE), "{}").unwrap();
        std::fs::write(dir.path().join("posts.parquet"), vec![7; 100_000]).unwrap();
        let (mut first, mut second) = (Vec::new(), Vec::new());
        write(dir.path(), &mut first).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(5));
        write(dir.path(), &mut second).unwrap();
        assert_eq!(first, second);
        let copy = spool(&first[..]).unwrap();
        assert_eq!(
            std::fs::read(copy.path().join("posts.parquet")).unwrap(),
            vec![7; 100_000]
        );
    }

    #[test]
    fn what_is_no_stream_is_refused() {
        assert!(spool(&b""[..]).is_err());
        assert!(spool(&vec![b'{'; 5000][..]).is_err());
    }
}
