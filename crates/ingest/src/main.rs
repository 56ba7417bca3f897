//! Raw archives to tables.

fn main() -> std::process::ExitCode {
    few_arenas();
    stage::main::<ingest::Ingest>()
}

/// Every thread would keep what its largest record needed, in an arena of its own. So what is large is taken from the system and given
/// back to it, always, and the arenas are few: but two, for two threads wait for each other in one. Measured on records of 50 MB and
/// eight threads: 390 MB of memory, where the C library left alone takes 970; one arena takes 280, and a tenth more time on small ones.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "calls of the C library with two numbers, before there is any other thread"
)]
fn few_arenas() {
    const LARGE: i32 = 4 << 20;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let arenas = i32::try_from(cores / 4).unwrap_or(2).max(2);
    // What they answer does not matter: without them, there are more arenas, and they keep more.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, arenas);
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn few_arenas() {}
