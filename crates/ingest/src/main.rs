//! Raw archives to tables.

fn main() -> std::process::ExitCode {
    few_arenas();
    stage::main::<ingest::Ingest>()
}

/// Every thread would keep what its largest record needed, in an arena of its own: the arenas are few, so that threads use one
/// another's. Measured on records of 50 MB and eight threads: 320 MB of memory instead of 970, and no slower.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "a call of the C library with two numbers, before there is any other thread"
)]
fn few_arenas() {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let arenas = i32::try_from(cores / 4).unwrap_or(1).max(1);
    // What it answers does not matter: without it, there are more arenas.
    unsafe { libc::mallopt(libc::M_ARENA_MAX, arenas) };
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn few_arenas() {}
