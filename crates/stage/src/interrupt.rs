//! What is being written when somebody stops the run (Ctrl-C, or a scheduler's SIGTERM): removed, so that nothing half-written stays.
//!
//! A run that is killed outright cannot do that; what it leaves beside its output is swept away by the next one
//! ([`output`](crate::output)).

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Folders of this process that must not outlive it.
static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn folders() -> MutexGuard<'static, Vec<PathBuf>> {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has the folder removed when the run is stopped.
pub(crate) fn remove_when_stopped(folder: &Path) {
    folders().push(folder.to_owned());
}

/// Does what must not be broken off halfway.
pub(crate) fn whole<T>(work: impl FnOnce() -> T) -> T {
    let _held = folders();
    work()
}

/// Waits for ever where the run is being stopped: an error that comes of that is none to tell of.
pub(crate) fn unless_stopped() {
    drop(folders());
}

/// Begins to listen for a wish to stop.
#[cfg(unix)]
pub(crate) fn listen(tool: &'static str) {
    use signal_hook::consts::{SIGINT, SIGTERM};
    // Where nobody can listen, a signal ends the process as it always does, which loses only tidiness.
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else {
        return;
    };
    let wait = move || {
        if let Some(signal) = signals.forever().next() {
            stop(tool, signal);
        }
    };
    let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(wait);
}

#[cfg(not(unix))]
pub(crate) fn listen(_tool: &'static str) {}

/// Removes the folders and ends the process as the signal would have.
#[cfg(unix)]
fn stop(tool: &str, signal: std::ffi::c_int) {
    // Held until the end, so that nothing is published any more and nobody else speaks.
    let folders = folders();
    for folder in folders.iter() {
        // Others may still be writing into it.
        for _ in 0..50 {
            match std::fs::remove_dir_all(folder) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    std::thread::sleep(std::time::Duration::from_millis(10));
                }
                _ => break,
            }
        }
    }
    crate::run::complain(&format!("{tool}: stopped; nothing was written"));
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}
