//! Recipes run from any sub-folder, in the environment that was there before cargo, and their exit code is passed on.

use std::path::PathBuf;
use std::process::{Command, Output};

/// A folder with a justfile and a folder two levels below it, which is returned.
fn deep_folder(name: &str, justfile: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let deep = root.join("a/b");
    std::fs::create_dir_all(&deep).expect("a folder for the test");
    std::fs::write(root.join("justfile"), justfile).expect("a justfile for the test");
    deep
}

fn run(folder: &PathBuf, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_run-just"));
    // What `cargo run` would add; `cargo test` has set the rest for this test and so for its children.
    command
        .env("CARGO_PKG_NAME", "run-just")
        .env("CARGO_MANIFEST_DIR", "/elsewhere")
        .env("CARGO_BUILD_JOBS", "2");
    command
        .args(args)
        .current_dir(folder)
        .output()
        .expect("run-just starts")
}

#[test]
fn arguments_exit_code_and_folder_are_passed_on() {
    let folder = deep_folder("passed-on", "show *args:\n    @echo \"{{args}}\"\nfail:\n    @exit 7\n");
    let output = run(&folder, &["show", "one", "--two"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "one --two");
    assert!(output.status.success());
    assert_eq!(run(&folder, &["fail"]).status.code(), Some(7));
    assert_eq!(run(&folder, &["no-such-recipe"]).status.code(), Some(1));
}

#[test]
#[cfg(unix)]
fn recipes_do_not_see_the_outer_cargo() {
    let folder = deep_folder("environment", "env:\n    @env\n");
    let output = run(&folder, &["env"]);
    let text = String::from_utf8_lossy(&output.stdout);
    let seen: Vec<&str> = text
        .lines()
        .filter(|line| {
            ["CARGO=", "CARGO_PKG_", "CARGO_MANIFEST_"]
                .iter()
                .any(|name| line.starts_with(name))
        })
        .collect();
    assert!(seen.is_empty(), "{seen:?}");
    assert!(text.contains("CARGO_BUILD_JOBS=2"), "a variable of the user's is gone");
}
