//! What all binaries do alike: arguments, exit codes, error form, progress, threads, the atomic output directory.
//!
//! A tool is a type that implements [`Stage`]: its command line, what it reads, what shapes its result, and [`Stage::run`].
//! [`main`] does the rest, so that every tool's `main` is one line. No tool's logic and no table's schema lives here.

mod arguments;
mod dir;
mod failure;
pub mod heap;
mod interrupt;
mod output;
mod progress;
mod provenance;
mod run;
mod sources;
mod stream;
mod summary;
mod threads;

pub use arguments::{Common, help_footer};
pub use dir::StageDir;
pub use failure::{Failure, Remedy};
pub use progress::Progress;
pub use provenance::{Provenance, TableRecord, canonical_json};
pub use run::{Outcome, Run, Stage, main};
pub use sources::{Place, Source, hash_file, sources};
