//! What the C library keeps of memory that is no longer used: as little as can be without slowing small records down.
//!
//! Left alone it keeps what the largest record of each thread of `ingest` needed, thread by thread: 970 MB on records of 50 MB and eight
//! threads; and of `metrics` what earlier queries needed: 0.7 GB more at seven million follows.

#![cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(
        unsafe_code,
        reason = "calls of the C library that take numbers and touch no memory of ours"
    )
)]

/// What is at least as large as this is taken from the system and given back to it, each time; and after a record of this size all that
/// is free is given back.
pub const LARGE: usize = 4 << 20;

/// The heap grows and shrinks in steps of so many bytes. With the common ones of 128 KiB, a twentieth of the time went into them.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const STEP: i32 = 1 << 20;

/// Sets what is kept, before there is any other thread. Two arenas: in one, two threads wait for each other, a sixth of their time.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn set_up() {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let arenas = i32::try_from((cores / 4).max(2)).unwrap_or(2);
    let large = i32::try_from(LARGE).unwrap_or(i32::MAX);
    // What they answer does not matter: without them, more is kept, or it takes longer.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, arenas);
        libc::mallopt(libc::M_MMAP_THRESHOLD, large);
        libc::mallopt(libc::M_TOP_PAD, STEP);
        libc::mallopt(libc::M_TRIM_THRESHOLD, 2 * STEP);
    }
}

/// Gives back what is free, after something large: its parts were small, and stay where they were.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back() {
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Other systems give back what they see fit.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn set_up() {}

/// Other systems give back what they see fit.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back() {}
