//! What must hold for any bytes at all, as checks that say what does not: fuzz targets (`fuzz/`) and a bounded replay among the tests try
//! them on damaged records of every format, on every container and on archives.
//!
//! Whatever comes in: every record that was read is used, skipped or rejected; every reject stands at the place that is told of it; and
//! neither depends on how the bytes arrive. That nothing panics or hangs is for whoever tries to see.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use stage::{Place, Progress, Source};
use tables::{Flow, Rejects, Table};
use thiserror::Error;

use crate::archive::{Pieces, TAR_BLOCK, is_tar};
use crate::container::Content;
use crate::detect::{AskedMapping, Detector, Mappings};
use crate::frame::{Block, Feed};
use crate::mapping;
use crate::parse::{Rules, parse};
use crate::settings::{Kind, Whose};

/// Bytes that are tried of what a container holds: enough for several blocks, little enough for thousands of trials.
const MOST_BYTES: u64 = 3 << 20;
/// Pieces of an archive that are tried.
const MOST_PIECES: usize = 16;
/// A mapping that takes something from every kind of field.
const MAPPING: &str = r#"
platform = "board"
times = ["%Y-%m-%d %H:%M:%S"]
zone = "UTC"
[posts]
post_id = "id"
handle = "who"
posted_at = "when"
text = "what"
likes = "likes"
"#;

/// Something that must hold and does not.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct Wrong(String);

/// What bytes are tried as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Records of a format, or of any.
    Records(Kind),
    /// Rosters, checks and follows, as CSV and JSON.
    Lists,
    /// Anything packed or encoded.
    Containers,
    /// Zip and tar.
    Archives,
}

/// Every target with its name, which is that of its fuzz target and of its folder of seeds.
pub const TARGETS: [(&str, Target); 13] = [
    ("any", Target::Records(Kind::Any)),
    ("twitter_v1", Target::Records(Kind::TwitterV1)),
    ("twitter_v2", Target::Records(Kind::TwitterV2)),
    ("twitter_export", Target::Records(Kind::TwitterExport)),
    ("activity", Target::Records(Kind::Activity)),
    ("bluesky", Target::Records(Kind::Bluesky)),
    ("mastodon", Target::Records(Kind::Mastodon)),
    ("telegram", Target::Records(Kind::Telegram)),
    ("reddit", Target::Records(Kind::Reddit)),
    ("csv", Target::Records(Kind::Mapped)),
    ("lists", Target::Lists),
    ("containers", Target::Containers),
    ("archives", Target::Archives),
];

impl Target {
    /// The target of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        TARGETS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, target)| *target)
    }

    /// Tries some bytes.
    ///
    /// # Errors
    /// When something does not hold.
    pub fn hold(self, bytes: &[u8]) -> Result<(), Wrong> {
        match self {
            Self::Records(kind) => records(bytes, kind),
            Self::Lists => [Kind::Roster, Kind::Availability, Kind::Follows, Kind::Any]
                .into_iter()
                .try_for_each(|kind| records(bytes, kind)),
            Self::Containers => container(bytes),
            Self::Archives => archive(bytes),
        }
    }
}

/// What became of content.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Records by flow and reason.
    pub counts: BTreeMap<(Flow, &'static str), u64>,
    /// Rows of posts, accounts, availability, follows, roster, rejects, post_ids.
    pub rows: [usize; 7],
    /// Line and byte of the break, and why, where the content could not be read to its end.
    pub broken: Option<String>,
}

/// Detects, cuts and reads content as a run does, without writing anything; `None` when it is nothing that is known.
///
/// # Errors
/// When records are not accounted for, or a block does not become rows.
pub fn read(
    content: impl Read,
    kind: Kind,
    max_line: usize,
    check: &mut dyn FnMut(i64, i64, &str) -> Result<(), Wrong>,
) -> Result<Option<Seen>, Wrong> {
    let mut feed = Feed::new(content);
    let mappings = mappings()?;
    let Ok(plan) = Detector::new(kind, mappings, false).detect(&mut feed, "x", "x") else {
        return Ok(None);
    };
    let (json_asked, json_builtin) = mappings.of_json();
    let rules = Rules {
        kind,
        max_line,
        whose: Some(Whose::Followers("1".to_owned())),
        observed_at: None,
        json_asked,
        json_builtin,
    };
    let mut seen = Seen::default();
    let mut wrong = None;
    let mut take = |block: Block| {
        let taken = take(&block, &plan, &rules, &mut seen, check);
        wrong = taken.err();
        wrong.is_none()
    };
    let cut = plan.cut(&mut feed, max_line, &mut take);
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    seen.broken = cut.err().map(|error| error.to_string());
    let sum = |wanted: &dyn Fn(Flow) -> bool| -> u64 {
        let counts = seen.counts.iter().filter(|((flow, _), _)| wanted(*flow));
        counts.map(|(_, records)| records).sum()
    };
    let (read, told) = (sum(&|flow| flow == Flow::Read), sum(&|flow| flow != Flow::Read));
    ensure(read == told, || {
        format!("{read} records read, {told} accounted for: {:?}", seen.counts)
    })?;
    let rejected = sum(&|flow| flow == Flow::Rejected);
    ensure(rejected == seen.rows[5] as u64, || {
        format!("{rejected} records rejected, {} in the table", seen.rows[5])
    })?;
    Ok(Some(seen))
}

fn take(
    block: &Block,
    plan: &crate::detect::Plan,
    rules: &Rules,
    seen: &mut Seen,
    check: &mut dyn FnMut(i64, i64, &str) -> Result<(), Wrong>,
) -> Result<(), Wrong> {
    let no_rows = |error: &dyn std::fmt::Display| Wrong(format!("records do not become rows: {error}"));
    let chunk = parse(block, plan, "x", rules).map_err(|error| no_rows(&error))?;
    if let Some(rejects) = &chunk.rejects {
        let columns = Rejects::columns(rejects).map_err(|error| no_rows(&error))?;
        for index in 0..rejects.num_rows() {
            let reject = Rejects::row(&columns, index);
            check(reject.byte_offset, reject.byte_length, reject.first_bytes)?;
        }
    }
    for (sum, rows) in seen.rows.iter_mut().zip(chunk.rows()) {
        *sum += rows;
    }
    for (key, records) in chunk.counts {
        *seen.counts.entry(key).or_insert(0) += records;
    }
    Ok(())
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Wrong> {
    if holds { Ok(()) } else { Err(Wrong(otherwise())) }
}

fn mappings() -> Result<&'static Mappings, Wrong> {
    static MAPPINGS: OnceLock<Result<Mappings, String>> = OnceLock::new();
    let known = MAPPINGS.get_or_init(|| {
        let builtin = mapping::builtin_names()
            .filter_map(|name| Some((mapping::builtin(name)?, name)))
            .map(|(text, name)| mapping::read(text, name).map_err(|error| error.to_string()))
            .collect::<Result<_, _>>()?;
        let asked = vec![AskedMapping {
            mapping: mapping::read(MAPPING, "trial").map_err(|error| error.to_string())?,
            used: Arc::default(),
        }];
        Ok(Mappings { asked, builtin })
    });
    known.as_ref().map_err(|error| Wrong(error.clone()))
}

/// Hands out a few bytes at a time.
struct Trickle<R> {
    inner: R,
    step: usize,
}

impl<R: Read> Read for Trickle<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.step.min(buffer.len());
        self.inner.read(&mut buffer[..length])
    }
}

/// Content with its rejects where they say they are, however it arrives.
fn records(content: &[u8], kind: Kind) -> Result<(), Wrong> {
    let mut check = |offset: i64, length: i64, first: &str| {
        let place = usize::try_from(offset).ok().zip(usize::try_from(length).ok());
        let bytes = place.and_then(|(from, length)| content.get(from..from.checked_add(length)?));
        let Some(bytes) = bytes else {
            return Err(Wrong(format!(
                "a reject stands at {offset} and has {length} bytes, in content of {}",
                content.len()
            )));
        };
        let there = String::from_utf8_lossy(&bytes[..bytes.len().min(256)]);
        ensure(there == first, || {
            format!("a reject at {offset} has other bytes: {first:?} instead of {there:?}")
        })
    };
    let step = 1 + content.iter().map(|byte| usize::from(*byte)).sum::<usize>() % 61;
    for max_line in [1 << 20, content.len() / 3 + 1] {
        let mut reading = |step: usize| {
            let inner = Cursor::new(content);
            read(Trickle { inner, step }, kind, max_line, &mut check)
        };
        let (at_once, bit_by_bit) = (reading(usize::MAX)?, reading(step)?);
        ensure(at_once == bit_by_bit, || {
            format!("in steps of {step} bytes it is {bit_by_bit:?}, at once {at_once:?}")
        })?;
    }
    Ok(())
}

/// Anything packed: what comes out is content like any other.
fn container(stored: &[u8]) -> Result<(), Wrong> {
    let open = || Content::open(Box::new(Cursor::new(stored.to_vec())), Progress::none());
    let Ok(content) = open() else { return Ok(()) };
    let mut held = Vec::new();
    // What can be unpacked before it breaks off stays.
    let unpacked = content.take(MOST_BYTES).read_to_end(&mut held);
    if unpacked.is_ok() && (held.len() as u64) < MOST_BYTES {
        let again = open().map_err(|error| Wrong(error.to_string()))?;
        let mut again = Trickle { inner: again, step: 7 };
        let mut other = Vec::new();
        again
            .read_to_end(&mut other)
            .map_err(|error| Wrong(format!("it unpacks only if read at once: {error}")))?;
        ensure(other == held, || {
            "it unpacks to another content in small steps".to_owned()
        })?;
        let input = again.inner.finish("x").map_err(|error| Wrong(error.to_string()))?;
        ensure(input.blake3 == blake3::hash(stored).to_hex().as_str(), || {
            "its hash is not that of its bytes".to_owned()
        })?;
    }
    records(&held, Kind::Any)
}

/// An archive: each of its pieces is content, or says why not.
fn archive(stored: &[u8]) -> Result<(), Wrong> {
    let failed = |error: io::Error| Wrong(format!("no temporary file: {error}"));
    let mut file = tempfile::NamedTempFile::new().map_err(failed)?;
    io::Write::write_all(&mut file, stored).map_err(failed)?;
    let source = Source {
        place: Place::File(PathBuf::from(file.path())),
        name: "x".to_owned(),
        asked_for: true,
    };
    let pieces = Pieces::of(vec![source]).map_err(|error| Wrong(format!("{error:#}")))?;
    let mut names: Vec<&str> = pieces.pieces.iter().map(|piece| piece.name.as_str()).collect();
    ensure(
        names.iter().all(|name| {
            let mut parts = name.split('/');
            let top = parts.next().unwrap_or_default();
            (top == "x" || top.starts_with("x#")) && parts.all(|part| !matches!(part, "" | "." | ".."))
        }),
        || "a path of the archive leads out of it".to_owned(),
    )?;
    let pieces_named = names.len();
    names.dedup();
    ensure(names.len() == pieces_named, || "two pieces have one name".to_owned())?;
    for piece in pieces.pieces.iter().take(MOST_PIECES) {
        let Ok((content, _)) = piece.open(Progress::none()) else {
            continue;
        };
        let mut held = Vec::new();
        let _ = content.take(MOST_BYTES).read_to_end(&mut held);
        if !is_tar(held.get(..TAR_BLOCK).unwrap_or_default()) {
            read(&held[..], Kind::Any, 1 << 20, &mut |_, _, _| Ok(()))?;
        }
    }
    Ok(())
}
