//! Raw inputs: files, folders and standard input, with names that hold on every machine.

use std::collections::BTreeMap;
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
    /// Whether the command line names it itself, and not a folder or a pattern that it was found by.
    pub asked_for: bool,
}

/// The sources that the paths on a command line name: files as they are, the files of folders (recursively, hidden ones left
/// out), what patterns match (`*`, `?`, `[…]`, `**` for folders of any depth), `-` for standard input. Sorted by name, each file once.
///
/// A file of a folder that cannot even be looked at is a source all the same: whoever reads it finds out and tells.
///
/// # Errors
/// When a path does not exist, a pattern matches nothing or a folder cannot be listed.
pub fn sources(paths: &[PathBuf]) -> anyhow::Result<Vec<Source>> {
    // Each file, and whether it was asked for itself.
    let mut files = BTreeMap::new();
    let mut stdin = false;
    for path in paths {
        if path == Path::new("-") {
            stdin = true;
        } else if is_pattern(path) {
            matching(path, &mut files)?;
        } else {
            collect(path, true, &mut files)?;
        }
    }
    let common = common_folder(files.keys().map(PathBuf::as_path));
    let mut found: Vec<Source> = files
        .into_iter()
        .map(|(path, asked_for)| Source {
            name: name_below(&path, common.as_deref()),
            place: Place::File(path),
            asked_for,
        })
        .collect();
    if stdin {
        found.push(Source {
            place: Place::Stdin,
            name: "-".to_owned(),
            asked_for: true,
        });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Whether it is a pattern and no file of that very name.
fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '[']) && std::fs::symlink_metadata(path).is_err()
}

/// The files that a pattern matches, and those of the folders that it matches.
fn matching(pattern: &Path, files: &mut BTreeMap<PathBuf, bool>) -> anyhow::Result<()> {
    let shown = pattern.display();
    // As in a shell: what is hidden has to be meant.
    let options = glob::MatchOptions {
        require_literal_leading_dot: true,
        ..glob::MatchOptions::default()
    };
    let failed = || format!("cannot use the pattern '{shown}'");
    let found = glob::glob_with(&pattern.to_string_lossy(), options).or_failure(
        failed,
        "* stands for any characters, ? for one, [ab] for a or b, ** for folders of any depth",
    )?;
    let mut held = 0;
    for path in found {
        let path = path.or_failure(failed, "check that its folders may be listed")?;
        held += collect(&path, false, files)?;
    }
    if held == 0 {
        return Err(Failure::new(format!("the pattern '{shown}' matches no file"))
            .remedy("check the path, and list its folder")
            .into());
    }
    Ok(())
}

/// Collects a file, or those of a folder; returns how many there are.
fn collect(path: &Path, asked_for: bool, files: &mut BTreeMap<PathBuf, bool>) -> anyhow::Result<usize> {
    let shown = path.display();
    let metadata = match std::fs::metadata(path) {
        // A link to nowhere, say, among other files.
        Err(_) if !asked_for => None,
        metadata => Some(metadata.or_failure(|| format!("cannot read '{shown}'"), "check the path")?),
    };
    if !metadata.is_some_and(|metadata| metadata.is_dir()) {
        *files.entry(path.to_owned()).or_insert(false) |= asked_for;
        return Ok(1);
    }
    let mut entries = std::fs::read_dir(path)
        .and_then(Iterator::collect::<io::Result<Vec<_>>>)
        .or_failure(|| format!("cannot list '{shown}'"), "check that the folder may be read")?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let mut held = 0;
    for entry in entries {
        if !entry.file_name().to_string_lossy().starts_with('.') {
            held += collect(&entry.path(), false, files)?;
        }
    }
    if asked_for && held == 0 {
        return Err(Failure::new(format!("'{shown}' holds no file"))
            .remedy("give a folder with files, or the files")
            .into());
    }
    Ok(held)
}

/// The longest folder that holds all files; `None` for no files.
fn common_folder<'f>(files: impl Iterator<Item = &'f Path>) -> Option<PathBuf> {
    let mut parents = files.map(|file| file.parent().unwrap_or(Path::new("")));
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
    fn patterns_find_files_and_the_files_of_folders() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "a/x.jsonl",
            "a/.hidden.jsonl",
            "b/x.jsonl",
            "b/c/x.jsonl",
            "b/c/y.csv",
            "odd[1].csv",
        ] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let names = |pattern: &str| -> Vec<(String, bool)> {
            let found = sources(&[dir.path().join(pattern)]).unwrap();
            found
                .into_iter()
                .map(|source| (source.name, source.asked_for))
                .collect()
        };
        let found =
            |names: &[&str]| -> Vec<(String, bool)> { names.iter().map(|name| ((*name).to_owned(), false)).collect() };
        assert_eq!(names("?/*.jsonl"), found(&["a/x.jsonl", "b/x.jsonl"]));
        assert_eq!(names("**/*.jsonl"), found(&["a/x.jsonl", "b/c/x.jsonl", "b/x.jsonl"]));
        assert_eq!(names("b*"), found(&["c/x.jsonl", "c/y.csv", "x.jsonl"]));
        assert_eq!(
            names("odd[1].csv"),
            [("odd[1].csv".to_owned(), true)],
            "a file of that very name"
        );
        let error = sources(&[dir.path().join("*.gz")]).unwrap_err();
        assert!(error.to_string().contains("matches no file"), "{error:#}");
        assert!(sources(&[dir.path().join("[z")]).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_nowhere_in_a_folder_is_a_source_like_the_others() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("x.jsonl"), "").unwrap();
        std::os::unix::fs::symlink("nowhere", dir.path().join("y.jsonl")).unwrap();
        let found = sources(&[dir.path().to_owned()]).unwrap();
        assert_eq!(found.len(), 2);
        assert!(found[1].open().is_err());
        assert!(
            sources(&[dir.path().join("y.jsonl")]).is_err(),
            "asked for, it is told of at once"
        );
    }

    #[test]
    fn an_absent_path_is_named() {
        let error = sources(&["no/such/file".into()]).unwrap_err();
        assert!(error.to_string().contains("no/such/file"));
    }
}
