//! Raw inputs: files, folders and standard input, with names that hold on every machine.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use tables::Input;

use crate::failure::{Failure, Remedy};

/// Where a source's bytes come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

/// A raw input with its name in tables and ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where its bytes come from.
    pub place: Place,
    /// Path below the inputs' common folder, with `/`; `-` for standard input.
    pub name: String,
}

/// The sources that the paths on a command line name: files as they are, the files of folders (recursively, hidden ones left
/// out), `-` for standard input. Sorted by name, each file once.
///
/// # Errors
/// When a path does not exist or a folder cannot be listed.
pub fn sources(paths: &[PathBuf]) -> anyhow::Result<Vec<Source>> {
    let mut files = Vec::new();
    let mut stdin = false;
    for path in paths {
        if path == Path::new("-") {
            stdin = true;
        } else {
            collect(path, true, &mut files)?;
        }
    }
    files.sort();
    files.dedup();
    let common = common_folder(&files);
    let mut found: Vec<Source> = files
        .into_iter()
        .map(|path| Source {
            name: name_below(&path, common.as_deref()),
            place: Place::File(path),
        })
        .collect();
    if stdin {
        found.push(Source {
            place: Place::Stdin,
            name: "-".to_owned(),
        });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn collect(path: &Path, named: bool, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let shown = path.display();
    let metadata = std::fs::metadata(path).or_failure(
        || format!("cannot read '{shown}'"),
        "check the path; quote a pattern that the shell should not expand",
    )?;
    if !metadata.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut entries = std::fs::read_dir(path)
        .and_then(Iterator::collect::<io::Result<Vec<_>>>)
        .or_failure(|| format!("cannot list '{shown}'"), "check that the folder may be read")?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let before = files.len();
    for entry in entries {
        if !entry.file_name().to_string_lossy().starts_with('.') {
            collect(&entry.path(), false, files)?;
        }
    }
    if named && files.len() == before {
        return Err(Failure::new(format!("'{shown}' holds no file"))
            .remedy("give a folder with files, or the files")
            .into());
    }
    Ok(())
}

/// The longest folder that holds all files; `None` for no files.
fn common_folder(files: &[PathBuf]) -> Option<PathBuf> {
    let mut parents = files.iter().map(|file| file.parent().unwrap_or(Path::new("")));
    let mut common: Vec<Component<'_>> = parents.next()?.components().collect();
    for parent in parents {
        let shared = common
            .iter()
            .zip(parent.components())
            .take_while(|(a, b)| **a == *b)
            .count();
        common.truncate(shared);
    }
    Some(common.into_iter().collect())
}

fn name_below(path: &Path, folder: Option<&Path>) -> String {
    let below = folder.and_then(|folder| path.strip_prefix(folder).ok()).unwrap_or(path);
    below
        .components()
        .filter_map(|component| match component {
            Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
            Component::ParentDir => Some("..".to_owned()),
            _ => None,
        })
        .collect::<Vec<_>>()
        .join("/")
}

impl Source {
    /// Size in bytes, where known.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        match &self.place {
            Place::File(path) => std::fs::metadata(path).ok().map(|metadata| metadata.len()),
            Place::Stdin => None,
        }
    }

    /// Opens the source for reading.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(&self) -> anyhow::Result<Box<dyn Read + Send>> {
        match &self.place {
            Place::Stdin => Ok(Box::new(io::stdin())),
            Place::File(path) => {
                let file = File::open(path).or_failure(
                    || format!("cannot read '{}'", path.display()),
                    "check that the file may be read",
                )?;
                Ok(Box::new(file))
            }
        }
    }

    /// How the source is called in messages.
    #[must_use]
    pub fn display(&self) -> String {
        match &self.place {
            Place::File(path) => format!("'{}'", path.display()),
            Place::Stdin => "standard input".to_owned(),
        }
    }
}

/// Size and BLAKE3 of a file's bytes, as an input called `name`.
///
/// # Errors
/// When the file cannot be read.
pub fn hash_file(path: &Path, name: &str) -> anyhow::Result<Input> {
    let failed = || format!("cannot read '{}'", path.display());
    let mut hasher = blake3::Hasher::new();
    let mut file = File::open(path).or_failure(failed, "check that the file exists and may be read")?;
    let bytes = io::copy(&mut file, &mut hasher).or_failure(failed, "check that the file may be read")?;
    Ok(Input {
        name: name.to_owned(),
        bytes,
        blake3: hasher.finalize().to_hex().to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_start_below_the_common_folder() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a/x.jsonl", "b/x.jsonl", "b/.hidden", "b/c/y.csv"] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let names =
            |paths: &[PathBuf]| -> Vec<String> { sources(paths).unwrap().into_iter().map(|s| s.name).collect() };
        assert_eq!(names(&[dir.path().to_owned()]), ["a/x.jsonl", "b/c/y.csv", "b/x.jsonl"]);
        assert_eq!(names(&[dir.path().join("b/x.jsonl")]), ["x.jsonl"]);
        assert_eq!(
            names(&[dir.path().join("b/x.jsonl"), dir.path().join("b"), "-".into()]),
            ["-", "c/y.csv", "x.jsonl"]
        );
    }

    #[test]
    fn an_absent_path_is_named() {
        let error = sources(&["no/such/file".into()]).unwrap_err();
        assert!(error.to_string().contains("no/such/file"));
    }
}
