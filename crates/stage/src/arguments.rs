//! The arguments that every binary takes.

use std::path::{Path, PathBuf};

use clap::Args;

/// What every `--help` ends with. `check` says what status 1 means, of a tool that has it.
///
/// Paragraphs are not wrapped: clap does that, for the reader's terminal.
#[must_use]
pub fn help_footer(check: Option<&str>) -> String {
    let check = check.map_or_else(String::new, |check| format!("  1  {check}\n"));
    format!(
        "Exit status:\n  0  done (a reader that closes the pipe early counts as done)\n{check}  2  an error: nothing was written, an \
         older output is untouched\n\nData goes to standard output, everything else to standard error. The same input and options \
         give the same bytes, whatever the thread count."
    )
}

/// Arguments shared by all binaries.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Common options")]
pub struct Common {
    /// Directory to write; appears whole or not at all. `-` writes it to standard output as a tar stream for the next stage
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// Threads to use [default: one per core]
    #[arg(short = 'j', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,

    /// Replace DIR when it holds an older output
    #[arg(long)]
    pub force: bool,

    /// Do nothing when DIR was made from the same inputs and options by this program; otherwise replace it
    #[arg(long)]
    pub if_changed: bool,

    /// Print a machine-readable summary (JSON) to standard output
    #[arg(long)]
    pub json: bool,

    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say more; twice: more still
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

impl Common {
    /// Whether the output goes to standard output.
    #[must_use]
    pub fn to_stdout(&self) -> bool {
        self.output.as_deref() == Some(Path::new("-"))
    }

    /// The output directory, unless the output goes to standard output or nowhere.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| *path != Path::new("-"))
    }
}
