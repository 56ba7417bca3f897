//! From a block of records to rows, in a thread of its own.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::error::ArrowError;
use tables::Timestamp;

use crate::detect::Plan;
use crate::frame::{Block, CsvBlock, Header};
use crate::mapping::{self, BoundJson, Encoding};
use crate::mastodon;
use crate::native;
use crate::reasons;
use crate::record::{self, Settled};
use crate::settings::{Kind, Whose};
use crate::sink::{Chunk, RecordPlace, Rejection, Sink};
use crate::telegram;
use crate::twitter::export;

/// A byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// What holds for every record.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Which records are accepted.
    pub kind: Kind,
    /// The longest record, in bytes.
    pub max_line: usize,
    /// Whose followers or friends id lists are.
    pub whose: Option<Whose>,
    /// When records were observed that do not say so themselves.
    pub observed_at: Option<Timestamp>,
    /// Mappings of JSON that were asked for, tried before anything else.
    pub json_asked: Vec<Arc<BoundJson>>,
    /// Mappings of JSON that come with the program, tried on records that are nothing else.
    pub json_builtin: Vec<Arc<BoundJson>>,
}

/// Reads a block of `source`.
///
/// # Errors
/// When rows do not make a batch, which is a bug.
pub fn parse(block: &Block, plan: &Plan, source: &str, rules: &Rules) -> Result<Chunk, ArrowError> {
    let mut sink = Sink::new(source).seen_at(rules.observed_at);
    match block {
        Block::Lines {
            bytes,
            first_line,
            offset,
        } => lines(bytes, (*first_line, *offset), plan, rules, &mut sink),
        Block::Values(block) => {
            let mut from = 0;
            for &(number, offset, end) in &block.ends {
                let bytes = &block.bytes[from..end];
                value(
                    bytes,
                    number,
                    offset,
                    &mut sink,
                    rules,
                    |text, place, sink| match plan {
                        Plan::Export { owner } => {
                            sink.read();
                            record::settle(export::element(text, owner, sink), place, sink);
                        }
                        Plan::Chats => {
                            sink.read();
                            record::settle(message(text, &block.description, sink), place, sink);
                        }
                        Plan::Ids(ids) => {
                            sink.read();
                            record::settle(record::identifier(text, ids.of_posts, rules, sink), place, sink);
                        }
                        _ => record::record(text, rules, place, sink),
                    },
                );
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

fn too_long(place: &RecordPlace<'_>, rules: &Rules, sink: &mut Sink<'_>) {
    sink.read();
    let detail = format!("{} bytes; --max-line is {}", place.length, rules.max_line);
    sink.reject(place, &Rejection::with(reasons::TOO_LONG, detail));
}

fn lines(bytes: &[u8], (first_line, offset): (u64, u64), plan: &Plan, rules: &Rules, sink: &mut Sink<'_>) {
    let measured = matches!(plan, Plan::MeasuredLines);
    let mut from = 0;
    let ends = memchr::memchr_iter(b'\n', bytes).chain(std::iter::once(bytes.len()));
    for (number, end) in (first_line..).zip(ends) {
        let line = &bytes[from..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let inside = text_of(line);
        // Streams send empty lines to keep a connection alive, and some a line with the next record's length.
        let blank = line[inside..].trim_ascii();
        if !(blank.is_empty() || measured && blank.iter().all(u8::is_ascii_digit)) {
            one_line(
                &line[inside..],
                number,
                offset + (from + inside) as u64,
                plan,
                rules,
                sink,
            );
        }
        from = end + 1;
    }
}

fn one_line(bytes: &[u8], number: u64, offset: u64, plan: &Plan, rules: &Rules, sink: &mut Sink<'_>) {
    match plan {
        Plan::Ids(ids) => value(bytes, number, offset, sink, rules, |text, place, sink| {
            sink.read();
            // The first line may name the column.
            let outcome = if number == 1
                && text
                    .trim_matches('"')
                    .bytes()
                    .all(|b| b.is_ascii_alphabetic() || b == b'_')
            {
                Ok(Settled::Skipped("header"))
            } else {
                record::identifier(text, ids.of_posts, rules, sink)
            };
            record::settle(outcome, place, sink);
        }),
        Plan::Events => {
            if let Some((data, before)) = mastodon::event_data(bytes) {
                value(data, number, offset + before, sink, rules, |text, place, sink| {
                    mastodon::of_stream(text, rules, place, sink);
                });
            }
        }
        _ => value(bytes, number, offset, sink, rules, |text, place, sink| {
            record::record(text, rules, place, sink);
        }),
    }
}

/// Where the text of a line begins: after the byte order mark of a file that was put behind another, or a hole of zeros that a crash
/// left. Zeros alone are a record that cannot be read.
fn text_of(line: &[u8]) -> usize {
    if line.starts_with(MARK) {
        return MARK.len();
    }
    match line.iter().position(|byte| *byte != 0) {
        Some(text) if line[text..].starts_with(MARK) => text + MARK.len(),
        text => text.unwrap_or(0),
    }
}

/// Hands a record over to be read, unless it is too long or no text.
fn value<'b, 's>(
    bytes: &'b [u8],
    number: u64,
    offset: u64,
    sink: &mut Sink<'s>,
    rules: &Rules,
    read: impl FnOnce(&'b str, &RecordPlace<'b>, &mut Sink<'s>),
) {
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
        Ok(text) => read(text, &place, sink),
        Err(error) => {
            sink.read();
            sink.reject(&place, &not_utf8(&error));
        }
    }
}

fn message(text: &str, description: &[u8], sink: &mut Sink<'_>) -> Result<Settled, Rejection> {
    let chat = std::str::from_utf8(description).map_err(|error| not_utf8(&error))?;
    telegram::message(text, chat, sink)
}

fn not_utf8(error: &std::str::Utf8Error) -> Rejection {
    Rejection::with(
        reasons::NOT_UTF8,
        format!("at byte {} of the record", error.valid_up_to()),
    )
}

fn csv(block: &CsvBlock, plan: &Plan, sink: &mut Sink<'_>) {
    let (encoding, unread) = match plan {
        Plan::Mapped { bound, .. } => (bound.encoding, bound.unread.clone()),
        Plan::Native { kind, header } => (Encoding::Utf8, native::unread(&header.columns, *kind)),
        _ => (Encoding::Utf8, Vec::new()),
    };
    let mut used = 0;
    for row in &block.rows {
        sink.begin_line(row.number);
        sink.read();
        let bytes = &block.raw[row.raw.clone()];
        let place = RecordPlace {
            line: row.number,
            offset: row.offset,
            length: row.length,
            bytes,
        };
        if row.is_open {
            let lines = memchr::memchr_iter(b'\n', bytes).count() + 1;
            let detail = format!("{lines} lines up to the next sound row, where reading goes on");
            sink.reject(&place, &Rejection::with(reasons::OPEN_QUOTE, detail));
            continue;
        }
        if block.fields(row).all(|field| field.trim_ascii().is_empty()) {
            sink.skip(reasons::EMPTY_ROW);
            continue;
        }
        let outcome = fields(block, row, encoding).and_then(|fields| {
            let fields: Vec<&str> = fields.iter().map(|field| &**field).collect();
            match plan {
                Plan::Native { kind, header } => {
                    check_width(header, &fields)?;
                    native::from_csv(*kind, &header.columns, &fields, sink)
                }
                Plan::Mapped { bound, header } => {
                    check_width(header, &fields)?;
                    mapping::apply(bound, &fields, sink)
                }
                _ => Err(Rejection::new(reasons::NOT_KNOWN)),
            }
        });
        match outcome {
            Ok(()) => {
                sink.used();
                used += 1;
            }
            Err(rejection) => sink.reject(&place, &rejection),
        }
    }
    sink.unread_columns(unread, used);
}

fn fields<'b>(
    block: &'b CsvBlock,
    row: &crate::frame::CsvRow,
    encoding: Encoding,
) -> Result<Vec<Cow<'b, str>>, Rejection> {
    block
        .fields(row)
        .map(|field| encoding.decode(field).ok_or_else(|| Rejection::new(reasons::NOT_UTF8)))
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
