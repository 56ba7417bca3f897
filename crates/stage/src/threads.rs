//! How many threads a run may use.

use std::thread::available_parallelism;

/// Sets the thread count for this process and the libraries in it that read theirs from the environment; returns it.
///
/// Called once, first thing in `main`.
#[expect(
    unsafe_code,
    reason = "setting the environment is unsafe when other threads read it; none exists yet"
)]
pub(crate) fn apply(wanted: Option<u16>) -> usize {
    let threads = wanted.map_or_else(|| available_parallelism().map_or(1, usize::from), usize::from);
    for variable in ["POLARS_MAX_THREADS", "RAYON_NUM_THREADS"] {
        // SAFETY: `main` has started no thread before this call.
        unsafe { std::env::set_var(variable, threads.to_string()) };
    }
    threads
}
