//! Rejected records once more, byte for byte: `--replay` reads them from their sources at the places that the table `rejects` tells, so
//! that they can be mended and given to `ingest` again.
//!
//! The bytes are not kept in the table: it would hold everything twice that went wrong, and personal data in a place where nobody looks
//! for it. The sources must still be there, and be the same.

use std::collections::BTreeMap;
use std::io::{BufWriter, Read, Write};
use std::path::Path;

use anyhow::Result;
use stage::{Failure, Outcome, Progress, Source, hash_file};
use tables::{Input, Rejects, TableFile};

use crate::archive::{Piece, Pieces};
use crate::detect::{Detector, Mappings, Plan};
use crate::frame::{BLOCK_BYTES, Feed, csv_first_row};
use crate::reasons;
use crate::settings::Kind;

/// Bytes in which a CSV's header is looked for.
const HEADER_BYTES: usize = 1 << 16;

/// The rejected records of one source: where they begin and how long they are, each place once.
#[derive(Debug, Default)]
struct Places {
    places: Vec<(u64, u64)>,
    /// Why there are rejects that are no records: the source breaks off, or is nothing that is known.
    without_bytes: Option<&'static str>,
}

/// Writes the records that the run of `dir` rejected to standard output.
///
/// # Errors
/// When there is no such run, or nothing can be written.
pub fn replay(dir: &Path, sources: Vec<Source>, kind: Kind, mappings: &Mappings, observed_at: bool) -> Result<Outcome> {
    let rejects = TableFile::<Rejects>::open(dir)?;
    let mut wanted: BTreeMap<String, Places> = BTreeMap::new();
    for batch in rejects.batches() {
        for reject in batch?.rows()? {
            let of_source = wanted.entry(reject.source_file.to_owned()).or_default();
            match u64::try_from(reject.byte_offset)
                .ok()
                .zip(u64::try_from(reject.byte_length).ok())
            {
                Some((_, 0)) | None => {
                    of_source.without_bytes = Some(if reject.reason == reasons::UNREADABLE_FILE {
                        "could not be read as anything known, and so has no rejected records; for a CSV, give that run a --mapping"
                    } else {
                        "breaks off; what it had of its last record is not replayed"
                    });
                }
                Some(place) => of_source.places.push(place),
            }
        }
    }
    let known = &rejects.footer().inputs;
    let pieces = Pieces::of(sources)?;
    let mut detector = Detector::new(kind, mappings, observed_at);
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut missed = Vec::new();
    let mut header_before = Vec::new();
    for (name, mut places) in wanted {
        if let Some(why) = places.without_bytes {
            missed.push(format!("'{name}' {why}"));
        }
        places.places.sort_unstable();
        // The records of a page stand at one place: the page's.
        places.places.dedup();
        if places.places.is_empty() {
            continue;
        }
        let piece = match source_of(&name, &pieces, known) {
            Ok(piece) => piece,
            Err(why) => {
                missed.push(format!("{} of '{name}': {why}", places.places.len()));
                continue;
            }
        };
        let mut feed = match piece.open(Progress::none()) {
            Ok((content, _)) => Feed::new(content),
            Err(error) => {
                missed.push(format!("{} of '{name}': {error:#}", places.places.len()));
                continue;
            }
        };
        let plan = detector.detect(&mut feed, &piece.name, &piece.shown);
        if let Ok(Plan::Native { header, .. } | Plan::Mapped { header, .. }) = &plan {
            // Rows mean nothing without their header.
            let row = csv_first_row(feed.look_ahead(HEADER_BYTES), header.delimiter).to_vec();
            if row != header_before {
                line(&mut out, &row)?;
                header_before = row;
            }
        }
        if let Err(why) = copy(&mut feed, &places.places, &mut out)? {
            missed.push(format!("'{name}': {why}"));
        }
    }
    out.flush()?;
    Ok(if missed.is_empty() {
        Outcome::Done
    } else {
        Outcome::CheckFailed(format!(
            "not all rejected records could be replayed:\n  {}\n  remedy: give the same INPUTs as the run of '{}' was given",
            missed.join("\n  "),
            dir.display()
        ))
    })
}

/// The piece that a source's name means, if it still is what was read.
fn source_of<'p>(name: &str, pieces: &'p Pieces, known: &[Input]) -> Result<&'p Piece, String> {
    if name == "-" || name.starts_with("-/") {
        return Err(
            "it was standard input, which cannot be read again; keep what comes through a pipe in a file".to_owned(),
        );
    }
    let piece = pieces
        .pieces
        .iter()
        .find(|piece| piece.name == name)
        .ok_or("it is not among the INPUTs")?;
    let there = match piece.path() {
        Some(path) => hash_file(path, name).map_err(|error| format!("{error:#}"))?,
        // In an archive, which has been hashed.
        None => pieces
            .archives
            .iter()
            .filter(|archive| {
                name.strip_prefix(archive.name.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
            })
            .max_by_key(|archive| archive.name.len())
            .cloned()
            .ok_or("its archive is not among the INPUTs")?,
    };
    let was = known.iter().find(|input| input.name == there.name);
    match was {
        // What broke off has no hash: where its records stood is what the table says.
        None => Ok(piece),
        Some(was) if was.blake3 == there.blake3 => Ok(piece),
        Some(_) => Err(format!(
            "'{}' is no longer what was read (its hash differs)",
            there.name
        )),
    }
}

/// Copies what stands at the places; says why when it cannot.
fn copy<R: Read>(feed: &mut Feed<R>, places: &[(u64, u64)], out: &mut impl Write) -> Result<Result<(), String>> {
    let mut buffer = Vec::new();
    let mut base = feed.byte();
    for (offset, length) in places.iter().copied() {
        let (mut from, end) = (offset, offset.saturating_add(length));
        let mut last = 0;
        while from < end {
            let held = base + buffer.len() as u64;
            if from < base {
                return Ok(Err("records stand within one another".to_owned()));
            }
            if from >= held {
                base = held;
                buffer.clear();
                match feed.append(&mut buffer, BLOCK_BYTES) {
                    Ok(0) => return Ok(Err(format!("it ends at byte {held}, before its rejected records"))),
                    Ok(_) => continue,
                    Err(error) => return Ok(Err(error.to_string())),
                }
            }
            let stretch = usize::try_from(from - base)?..usize::try_from(end.min(held) - base)?;
            from = base + stretch.end as u64;
            out.write_all(&buffer[stretch.clone()])?;
            last = buffer[stretch.end - 1];
        }
        if last != b'\n' {
            out.write_all(b"\n")?;
        }
    }
    Ok(Ok(()))
}

fn line(out: &mut impl Write, bytes: &[u8]) -> std::io::Result<()> {
    out.write_all(bytes)?;
    out.write_all(b"\n")
}

/// That `--replay` was given together with a folder to write.
#[must_use]
pub fn two_outputs() -> anyhow::Error {
    Failure::new("--describe and --replay write to standard output")
        .remedy("leave out -o, and redirect: > FILE")
        .into()
}
