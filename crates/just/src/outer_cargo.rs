//! What `cargo run` adds to the environment of the program it starts, and how to take it away again.
//!
//! Cargo's reference lists the variables ("Environment variables Cargo sets for 3rd party subcommands" and "for crates").
//! What rustup sets (`CARGO_HOME`, `RUSTUP_TOOLCHAIN`) and what a person sets (`CARGO_TARGET_DIR`, `CARGO_BUILD_JOBS`, …)
//! stays: the recipes' cargo must use the same toolchain and the same target directory.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Where the system looks for shared libraries; cargo puts its own folders first.
const LIBRARY_PATH: &str = if cfg!(windows) {
    "PATH"
} else if cfg!(target_vendor = "apple") {
    "DYLD_FALLBACK_LIBRARY_PATH"
} else {
    "LD_LIBRARY_PATH"
};

/// The changes that undo `cargo run`: a variable's name with its earlier value, or `None` to remove it. Sorted by name;
/// empty when nothing has to change, so that a second look finds nothing to do. `exe` is the running program.
pub(crate) fn undo(
    vars: impl IntoIterator<Item = (OsString, OsString)>,
    exe: &Path,
) -> Vec<(OsString, Option<OsString>)> {
    let vars: Vec<_> = vars.into_iter().collect();
    let toolchain = vars
        .iter()
        .find(|(name, _)| name == "CARGO")
        .and_then(|(_, cargo)| toolchain_root(cargo));
    let mut changes: Vec<_> = vars
        .into_iter()
        .filter_map(|(name, value)| {
            if describes_package(&name) {
                Some((name, None))
            } else if name == LIBRARY_PATH {
                let kept = without_leading(&value, |entry| added_by_cargo(entry, exe, toolchain.as_deref()))?;
                Some((name, (!kept.is_empty()).then_some(kept)))
            } else {
                None
            }
        })
        .collect();
    changes.sort();
    changes
}

/// Whether the variable tells about the package that the outer cargo is running.
fn describes_package(name: &OsStr) -> bool {
    name == "CARGO"
        || name == "OUT_DIR"
        || name
            .to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
}

/// `…/toolchain` for `…/toolchain/bin/cargo`.
fn toolchain_root(cargo: &OsStr) -> Option<PathBuf> {
    Some(Path::new(cargo).parent()?.parent()?.to_path_buf())
}

fn added_by_cargo(entry: &Path, exe: &Path, toolchain: Option<&Path>) -> bool {
    let of_build = exe.parent().is_some_and(|folder| entry.starts_with(folder));
    let of_toolchain = toolchain.is_some_and(|root| {
        let lib = root.join("lib");
        entry == lib || entry == root.join("bin") || entry.starts_with(lib.join("rustlib"))
    });
    of_build || of_toolchain
}

/// The path list without its first entries that `added` names; `None` when there are none of them.
fn without_leading(list: &OsStr, added: impl Fn(&Path) -> bool) -> Option<OsString> {
    let entries: Vec<PathBuf> = env::split_paths(list).collect();
    let first_own = entries.iter().position(|entry| !added(entry)).unwrap_or(entries.len());
    if first_own == 0 {
        return None;
    }
    env::join_paths(&entries[first_own..]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
        pairs
            .iter()
            .map(|(name, value)| (OsString::from(name), OsString::from(value)))
            .collect()
    }

    const EXE: &str = "/home/me/diminuendo/target/debug/run-just";

    #[test]
    fn variables_about_this_package_go_and_those_of_the_user_stay() {
        let changes = undo(
            vars(&[
                ("PATH", "/usr/bin"),
                ("CARGO_PKG_NAME", "run-just"),
                ("CARGO", "/rust/bin/cargo"),
                ("CARGO_HOME", "/home/me/.cargo"),
                ("CARGO_MANIFEST_DIR", "/home/me/diminuendo/crates/just"),
                ("CARGO_TARGET_DIR", "/fast/target"),
                ("RUSTUP_TOOLCHAIN", "stable"),
            ]),
            Path::new(EXE),
        );
        let names: Vec<_> = changes.iter().map(|(name, _)| name.to_str().unwrap()).collect();
        assert_eq!(names, ["CARGO", "CARGO_MANIFEST_DIR", "CARGO_PKG_NAME"]);
        assert!(changes.iter().all(|(_, value)| value.is_none()));
    }

    #[test]
    fn nothing_to_undo_in_a_plain_environment() {
        assert_eq!(undo(vars(&[("CARGO_HOME", "/c"), ("LANG", "C")]), Path::new(EXE)), []);
    }

    #[test]
    #[cfg(all(unix, not(target_vendor = "apple")))]
    fn the_library_path_is_as_it_was_before() {
        let cargo = ("CARGO", "/rust/bin/cargo");
        let added = "/home/me/diminuendo/target/debug:/home/me/diminuendo/target/debug/deps:\
                     /rust/lib/rustlib/x86_64-unknown-linux-gnu/lib:/rust/lib";
        let with_own = format!("{added}:/opt/cuda/lib:/rust/lib");
        let of = |list: &str| {
            let changes = undo(vars(&[cargo, ("LD_LIBRARY_PATH", list)]), Path::new(EXE));
            changes
                .into_iter()
                .find(|(name, _)| name == "LD_LIBRARY_PATH")
                .map(|(_, value)| value)
        };
        assert_eq!(of(added), Some(None));
        assert_eq!(of(&with_own), Some(Some("/opt/cuda/lib:/rust/lib".into())));
        assert_eq!(of("/opt/cuda/lib"), None);
    }
}
