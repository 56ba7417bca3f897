//! From a block of records to rows, in a thread of its own.

use arrow::error::ArrowError;

use crate::detect::Plan;
use crate::frame::{Block, CsvBlock, Header};
use crate::mapping;
use crate::native;
use crate::reasons;
use crate::settings::Kind;
use crate::sink::{Chunk, RecordPlace, Rejection, Sink};
use crate::twitter;

/// What holds for every record.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Which records are accepted.
    pub kind: Kind,
    /// The longest record, in bytes.
    pub max_line: usize,
}

/// Reads a block of `source`.
///
/// # Errors
/// When rows do not make a batch, which is a bug.
pub fn parse(block: &Block, plan: &Plan, source: &str, rules: Rules) -> Result<Chunk, ArrowError> {
    let mut sink = Sink::new(source);
    match block {
        Block::Lines {
            bytes,
            first_line,
            offset,
        } => lines(bytes, *first_line, *offset, rules, &mut sink),
        Block::Values(block) => {
            let mut from = 0;
            for &(number, offset, end) in &block.ends {
                json(&block.bytes[from..end], number, offset, rules, &mut sink);
                from = end;
            }
        }
        Block::Csv(block) => csv(block, plan, &mut sink),
        Block::Oversized {
            line,
            offset,
            length,
            first,
        } => {
            let place = RecordPlace {
                line: *line,
                offset: *offset,
                length: *length,
                bytes: first,
            };
            sink.begin_line(*line);
            too_long(&place, rules, &mut sink);
        }
    }
    sink.finish()
}

fn too_long(place: &RecordPlace<'_>, rules: Rules, sink: &mut Sink<'_>) {
    sink.read();
    let detail = format!("{} bytes; --max-line is {}", place.length, rules.max_line);
    sink.reject(place, &Rejection::with(reasons::TOO_LONG, detail));
}

fn lines(bytes: &[u8], first_line: u64, offset: u64, rules: Rules, sink: &mut Sink<'_>) {
    let mut from = 0;
    let ends = memchr::memchr_iter(b'\n', bytes).chain(std::iter::once(bytes.len()));
    for (number, end) in (first_line..).zip(ends) {
        let line = &bytes[from..end];
        let trimmed = line.strip_suffix(b"\r").unwrap_or(line);
        // Streams send empty lines to keep a connection alive.
        if !trimmed.trim_ascii().is_empty() {
            json(trimmed, number, offset + from as u64, rules, sink);
        }
        from = end + 1;
    }
}

fn json(bytes: &[u8], number: u64, offset: u64, rules: Rules, sink: &mut Sink<'_>) {
    sink.begin_line(number);
    let place = RecordPlace {
        line: number,
        offset,
        length: bytes.len() as u64,
        bytes,
    };
    if bytes.len() > rules.max_line {
        return too_long(&place, rules, sink);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => twitter::record(text, rules.kind, &place, sink),
        Err(error) => {
            sink.read();
            sink.reject(&place, &not_utf8(&error));
        }
    }
}

fn not_utf8(error: &std::str::Utf8Error) -> Rejection {
    Rejection::with(
        reasons::NOT_UTF8,
        format!("at byte {} of the record", error.valid_up_to()),
    )
}

fn csv(block: &CsvBlock, plan: &Plan, sink: &mut Sink<'_>) {
    for row in &block.rows {
        sink.begin_line(row.number);
        sink.read();
        let bytes = &block.raw[row.raw.clone()];
        let place = RecordPlace {
            line: row.number,
            offset: row.offset,
            length: bytes.len() as u64,
            bytes,
        };
        let outcome = fields(block, row).and_then(|fields| match plan {
            Plan::Native { kind, header } => {
                check_width(header, &fields)?;
                native::from_csv(*kind, &header.columns, &fields, sink)
            }
            Plan::Mapped { bound, header } => {
                check_width(header, &fields)?;
                mapping::apply(bound, &fields, sink)
            }
            Plan::Empty | Plan::JsonLines | Plan::JsonValues => Err(Rejection::new(reasons::NOT_KNOWN)),
        });
        match outcome {
            Ok(()) => sink.used(),
            Err(rejection) => sink.reject(&place, &rejection),
        }
    }
}

fn fields<'b>(block: &'b CsvBlock, row: &crate::frame::CsvRow) -> Result<Vec<&'b str>, Rejection> {
    block
        .fields(row)
        .map(|field| std::str::from_utf8(field).map_err(|_| Rejection::new(reasons::NOT_UTF8)))
        .collect()
}

fn check_width(header: &Header, fields: &[&str]) -> Result<(), Rejection> {
    let (expected, found) = (header.columns.len(), fields.len());
    if expected == found {
        return Ok(());
    }
    Err(Rejection::with(
        reasons::WRONG_FIELDS,
        format!("{found} fields, {expected} columns"),
    ))
}
