//! `cargo just RECIPE`: the `just` command runner for people who have not installed it.
//!
//! The work is done by the `just` crate; like the installed program it looks for a justfile in this folder and in those
//! above it. What is ours is a clean environment: `cargo run` describes this package to us in variables that the recipes'
//! own cargo must not inherit, since build scripts that watch them would run again at every change between `cargo just`
//! and a plain `cargo`. See [`outer_cargo`].

mod outer_cargo;

use std::env;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    // Without the program's path nothing can be started over; the recipes then run with the outer cargo's variables.
    let Ok(exe) = env::current_exe() else { return run_just() };
    let changes = outer_cargo::undo(env::vars_os(), &exe);
    if changes.is_empty() {
        return run_just();
    }
    // Changing the environment of a running process is unsafe in Rust; starting over with another one is not.
    let mut again = Command::new(&exe);
    again.args(env::args_os().skip(1));
    for (name, value) in changes {
        match value {
            Some(value) => again.env(name, value),
            None => again.env_remove(name),
        };
    }
    become_command(again, &exe)
}

fn run_just() -> ExitCode {
    match just::run(env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(code) => u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from),
    }
}

/// Replaces this process, so that signals and exit codes need no passing on. Returns only if that failed.
#[cfg(unix)]
fn become_command(mut command: Command, exe: &std::path::Path) -> ExitCode {
    use std::os::unix::process::CommandExt as _;
    cannot_start(exe, &command.exec())
}

/// Runs the command and passes its exit code on, where a process cannot be replaced.
#[cfg(not(unix))]
fn become_command(mut command: Command, exe: &std::path::Path) -> ExitCode {
    match command.status() {
        Ok(status) => status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .map_or(ExitCode::FAILURE, ExitCode::from),
        Err(error) => cannot_start(exe, &error),
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the one message of a program that has no shell around it"
)]
fn cannot_start(exe: &std::path::Path, error: &std::io::Error) -> ExitCode {
    eprintln!("run-just: cannot start '{}': {error}", exe.display());
    eprintln!("Try `cargo just` once more; if it stays, install just (https://just.systems) and type `just`.");
    ExitCode::FAILURE
}
