//! The formats by name: what a file is called in each, how its records become bytes, how ids are written.

use std::io;

use serde_json::json;

use super::{Record, bluesky, release, v2, v11};
use crate::streams::Streams;

/// A format of posts and looked-up accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// Twitter v1.1 JSON lines, as its streaming interface sent them.
    #[default]
    #[value(name = "v1.1")]
    V11,
    /// Twitter v2 pages, one response a line.
    V2,
    /// CSV as in Twitter's Information Operations releases; looked-up accounts with statuses and time of look-up.
    Csv,
    /// Bluesky: Jetstream JSON lines (commits, account and identity events), looked-up profiles as JSON lines.
    Bluesky,
}

/// How raw files are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Compress {
    /// Gzip; a file is many members one after another.
    #[default]
    Gz,
    /// Zstandard; a file is many frames one after another.
    Zst,
    /// Not at all.
    None,
}

impl Compress {
    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Gz => "gz",
            Self::Zst => "zst",
            Self::None => "none",
        }
    }

    /// What is added to a file's name.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Gz => ".gz",
            Self::Zst => ".zst",
            Self::None => "",
        }
    }
}

/// What a file of posts or accounts holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Posts and what comes with them.
    Posts,
    /// Looked-up accounts.
    Accounts,
}

impl Format {
    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::V11 => "v1.1",
            Self::V2 => "v2",
            Self::Csv => "csv",
            Self::Bluesky => "bluesky",
        }
    }

    /// The ending of a file of posts or accounts, without that of compression.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::V11 | Self::V2 | Self::Bluesky => "jsonl",
        }
    }

    /// Whether a line is one record, so that a line can arrive cut, and other things can stand between.
    #[must_use]
    pub fn has_lines(self) -> bool {
        matches!(self, Self::V11 | Self::Bluesky)
    }

    /// Whether the stream tells of accounts that end and of new handles at their exact time.
    #[must_use]
    pub fn has_account_events(self) -> bool {
        self == Self::Bluesky
    }

    /// An account id as files of this format write it.
    #[must_use]
    pub fn account_id(self, id: u64) -> String {
        match self {
            Self::Bluesky => bluesky::did(id),
            Self::V11 | Self::V2 | Self::Csv => id.to_string(),
        }
    }

    /// A post id as files of this format write it.
    #[must_use]
    pub fn post_id(self, id: u64, account_id: u64) -> String {
        match self {
            Self::Bluesky => bluesky::post_uri(id, account_id),
            Self::V11 | Self::V2 | Self::Csv => id.to_string(),
        }
    }

    /// A handle as files of this format write it.
    #[must_use]
    pub fn handle(self, handle: &str) -> String {
        match self {
            Self::Bluesky => bluesky::handle(handle),
            Self::V11 | Self::V2 | Self::Csv => handle.to_owned(),
        }
    }

    /// What a file begins with.
    #[must_use]
    pub fn header(self, holds: Holds) -> &'static str {
        match (self, holds) {
            (Self::Csv, Holds::Posts) => release::POSTS_HEADER,
            (Self::Csv, Holds::Accounts) => release::ACCOUNTS_HEADER,
            (Self::V11 | Self::V2 | Self::Bluesky, _) => "",
        }
    }

    /// Adds the bytes of a block of records.
    ///
    /// # Errors
    /// None while writing to memory.
    pub fn render(self, streams: Streams, records: &[Record], out: &mut Vec<u8>) -> io::Result<()> {
        if self == Self::V2 {
            return v2::pages(streams, records, out);
        }
        for record in records {
            self.one(streams, record, out)?;
        }
        Ok(())
    }

    fn one(self, streams: Streams, record: &Record, out: &mut Vec<u8>) -> io::Result<()> {
        match record {
            Record::Post { post, observed_ms } => {
                let post = post.show(streams);
                match self {
                    Self::V11 => v11::post(&post, *observed_ms, out)?,
                    Self::Csv => release::post(&post, out)?,
                    Self::V2 | Self::Bluesky => bluesky::post(&post, *observed_ms, out)?,
                }
            }
            Record::Account { profile, observed_ms } => match self {
                Self::V11 => v11::account(profile, *observed_ms, out)?,
                Self::Csv => release::account(profile, *observed_ms, out)?,
                Self::V2 | Self::Bluesky => bluesky::account(profile, *observed_ms, out)?,
            },
            Record::Cut(post) => {
                let mut line = Vec::new();
                let whole = Record::Post {
                    post: post.clone(),
                    observed_ms: None,
                };
                self.one(streams, &whole, &mut line)?;
                // A cut in the middle of a character would make two faults of one.
                let cut = (0..=line.len() / 2).rev().find(|at| line[*at].is_ascii()).unwrap_or(0);
                out.extend_from_slice(&line[..cut]);
                out.push(b'\n');
            }
            Record::Line(line) => out.extend_from_slice(line),
            Record::Deletion { id, account_id, at_ms } => match self {
                Self::V11 => {
                    let notice = json!({
                        "delete": {
                            "status": {
                                "id": id, "id_str": id.to_string(), "user_id": account_id, "user_id_str": account_id.to_string(),
                            },
                            "timestamp_ms": at_ms.to_string(),
                        },
                        "simulated": true,
                    });
                    line(&notice, out)?;
                }
                Self::Bluesky => bluesky::deletion(*id, *account_id, *at_ms, out)?,
                Self::V2 | Self::Csv => {}
            },
            Record::Ended { id, taken_down, at_ms } => bluesky::ended(*id, *taken_down, *at_ms, out)?,
            Record::Renamed { id, handle, at_ms } => bluesky::renamed(*id, handle, *at_ms, out)?,
            // Other interfaces leave out who does not answer.
            Record::Missing { .. } => {}
        }
        Ok(())
    }
}

/// A value as a line.
pub(super) fn line(value: &serde_json::Value, out: &mut Vec<u8>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.push(b'\n');
    Ok(())
}
