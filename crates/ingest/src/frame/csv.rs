//! CSV rows, quotes and all. A row may hold line feeds.
//!
//! A quote that somebody forgot to close swallows rows: to the next quote, or all of the file. So a row of several lines that is not
//! sound, by its number of fields or by what follows its quotes, is looked at again ([`super::resume`]), and rows go on from the first of
//! its lines that is a sound row by itself.

use std::io::Read;
use std::ops::Range;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::resume::{Form, SOUND_ROWS, next_row};
use super::{BLOCK_BYTES, Block, Cut, Feed, KEPT_BYTES, ReadError, Take};
use crate::mapping::Encoding;

/// Room for a row's texts, to begin with.
const TEXT_BYTES: usize = 1 << 16;
/// A row that is longer than this is looked at again before its end, since that may be far.
const LONG_ROW_BYTES: usize = 1 << 20;
/// Bytes may be read again so many times, all in all, so that no file takes for ever.
const TIMES_AGAIN: u64 = 4;

/// A CSV file's first row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The columns' names.
    pub columns: Vec<String>,
    /// What stands between fields.
    pub delimiter: u8,
    /// Whether fields may stand in quotes; otherwise a quote is a character like any other.
    pub quote: bool,
    /// Whether it stands in the file; otherwise the file's first row is data.
    pub in_file: bool,
}

/// Reads the first row of a CSV text that may be cut off; `None` when it is no text or has no whole row.
#[must_use]
pub fn csv_header(start: &[u8], delimiter: u8, whole: bool, encoding: Encoding) -> Option<Header> {
    let mut input = start.to_vec();
    if whole {
        input.push(b'\n');
    }
    let mut output = vec![0; input.len() + 1];
    let mut ends = vec![0; input.len() + 1];
    let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
    let (result, _, _, fields) = reader.read_record(&input, &mut output, &mut ends);
    if !matches!(result, ReadRecordResult::Record) {
        return None;
    }
    let mut from = 0;
    let mut columns = Vec::with_capacity(fields);
    for end in &ends[..fields] {
        columns.push(encoding.decode(output.get(from..*end)?)?.trim().to_owned());
        from = *end;
    }
    Some(Header {
        columns,
        delimiter,
        quote: true,
        in_file: true,
    })
}

/// The bytes of the first row of a CSV text, without its line's end.
#[must_use]
pub fn csv_first_row(start: &[u8], delimiter: u8) -> &[u8] {
    let mut output = vec![0; start.len() + 1];
    let mut ends = vec![0; start.len() + 1];
    let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
    let (_, read, _, _) = reader.read_record(start, &mut output, &mut ends);
    start[..read].trim_ascii()
}

/// Some CSV rows.
#[derive(Debug, Default)]
pub struct CsvBlock {
    /// The first bytes of the rows as they stand in the file.
    pub raw: Vec<u8>,
    /// The fields' texts, unquoted, one after the other.
    pub text: Vec<u8>,
    /// Where each field ends in `text`.
    pub ends: Vec<usize>,
    /// The rows.
    pub rows: Vec<CsvRow>,
}

/// One CSV row of a block.
#[derive(Debug, Clone)]
pub struct CsvRow {
    /// Its number, from 1, the header not counted.
    pub number: u64,
    /// Offset of its first byte in the content.
    pub offset: u64,
    /// Its bytes in the content.
    pub length: u64,
    /// Where its first bytes stand in `raw`.
    pub raw: Range<usize>,
    /// Its fields, as indices into `ends`.
    pub fields: Range<usize>,
    /// Whether it is no row, but what a quote that is not closed has made unreadable. `raw` holds all of it then.
    pub is_open: bool,
}

impl CsvBlock {
    /// Bytes that it holds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.raw.len() + self.text.len() + self.ends.len() * size_of::<usize>()
    }

    /// The fields of a row, as bytes.
    pub fn fields<'b>(&'b self, row: &CsvRow) -> impl ExactSizeIterator<Item = &'b [u8]> + use<'b> {
        row.fields.clone().map(|index| {
            let from = if index == 0 { 0 } else { self.ends[index - 1] };
            &self.text[from..self.ends[index]]
        })
    }
}

/// Cuts content into CSV rows, the header left out where there is one. `take` returns false when it wants no more.
///
/// # Errors
/// When the content cannot be read.
pub fn csv_rows<R: Read>(feed: &mut Feed<R>, header: &Header, max_line: usize, take: &mut dyn Take) -> Cut {
    let mut cutter = Cutter {
        reader: reader(header.delimiter, header.quote),
        max_line,
        block: CsvBlock::default(),
        text: vec![0; TEXT_BYTES],
        text_len: 0,
        ends: vec![0; 64],
        ends_len: 0,
        row_offset: feed.byte(),
        row_length: 0,
        row_ends: 0,
        row_kept: Vec::new(),
        number: 0,
        in_header: header.in_file,
        form: Form {
            delimiter: header.delimiter,
            fields: header.columns.len(),
        },
        quoting: header.quote,
        keeps_whole: header.quote,
        again: 0,
    };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let end = match feed.append(&mut buffer, BLOCK_BYTES) {
            Ok(bytes) => bytes == 0,
            Err(error) => {
                // What stood whole before the break is handed over all the same.
                cutter.hand_over(take);
                return Err(error);
            }
        };
        if !cutter.cut(&buffer, take)? || !take.grow(cutter.block.bytes() + cutter.text.len()) {
            return Ok(());
        }
        if end {
            cutter.hand_over(take);
            return Ok(());
        }
    }
}

fn reader(delimiter: u8, quoting: bool) -> Reader {
    ReaderBuilder::new().delimiter(delimiter).quoting(quoting).build()
}

struct Cutter {
    reader: Reader,
    max_line: usize,
    block: CsvBlock,
    text: Vec<u8>,
    text_len: usize,
    ends: Vec<usize>,
    ends_len: usize,
    row_offset: u64,
    row_length: u64,
    /// Line ends that its bytes so far end with.
    row_ends: u64,
    row_kept: Vec<u8>,
    number: u64,
    in_header: bool,
    form: Form,
    quoting: bool,
    /// Whether all of the row is in `row_kept`, and not its first bytes alone.
    keeps_whole: bool,
    /// Bytes that were read again.
    again: u64,
}

/// Whether there is something to be read again.
enum Resumed {
    No,
    With(Vec<u8>),
    /// No more is wanted.
    NoMore,
}

impl Cutter {
    /// Cuts the rows that end in `input`; an empty input ends the last row. False when no more is wanted.
    fn cut(&mut self, input: &[u8], take: &mut dyn Take) -> Result<bool, ReadError> {
        let mut at = 0;
        // What is read again, before the rest of the input; the last first, each from a place on.
        let mut again: Vec<(Vec<u8>, usize)> = Vec::new();
        loop {
            let (bytes, from) = match again.last_mut() {
                Some((bytes, from)) if *from == bytes.len() => {
                    again.pop();
                    continue;
                }
                Some((bytes, from)) => (bytes.as_slice(), from),
                // To the reader an empty input is the end of the file.
                None if at == input.len() && !input.is_empty() => match self.look_at_long_row(take) {
                    Resumed::No => return Ok(true),
                    Resumed::NoMore => return Ok(false),
                    Resumed::With(rest) => {
                        again.push((rest, 0));
                        continue;
                    }
                },
                None => (input, &mut at),
            };
            let (result, read, written, ended) = self.reader.read_record(
                &bytes[*from..],
                &mut self.text[self.text_len..],
                &mut self.ends[self.ends_len..],
            );
            self.keep(&bytes[*from..*from + read]);
            *from += read;
            self.text_len += written;
            self.ends_len += ended;
            if self.row_length > self.max_line as u64 {
                // The texts of a row that is too long are not kept; it is only followed to its end.
                self.text_len = 0;
            }
            match result {
                ReadRecordResult::InputEmpty if input.is_empty() && again.is_empty() => return Ok(true),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => {
                    if self.text_len >= self.text.len() {
                        self.text.resize(self.text.len() * 2, 0);
                    }
                }
                ReadRecordResult::OutputEndsFull => {
                    if self.row_length > self.max_line as u64 {
                        self.ends_len = 0;
                    } else {
                        self.ends.resize(self.ends.len() * 2, 0);
                    }
                }
                ReadRecordResult::Record => match self.resume(1, take) {
                    Resumed::With(rest) => again.push((rest, 0)),
                    Resumed::NoMore => return Ok(false),
                    Resumed::No => {
                        if !self.end_row(take) {
                            return Ok(false);
                        }
                    }
                },
                ReadRecordResult::End => return Ok(true),
            }
        }
    }

    /// Keeps a row's first bytes.
    fn keep(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        if self.row_kept.is_empty() {
            // The line feed of the row before, and empty lines.
            let blank = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            self.row_offset += blank as u64;
            bytes = &bytes[blank..];
        }
        self.row_length += bytes.len() as u64;
        let ends = bytes
            .iter()
            .rev()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        self.row_ends = ends as u64 + if ends == bytes.len() { self.row_ends } else { 0 };
        let room = if self.keeps_whole {
            bytes.len()
        } else {
            KEPT_BYTES.saturating_sub(self.row_kept.len())
        };
        self.row_kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// Looks at a row that goes on beyond all that was read so far, once it is long.
    fn look_at_long_row(&mut self, take: &mut dyn Take) -> Resumed {
        if !self.keeps_whole || self.row_kept.len() <= LONG_ROW_BYTES {
            return Resumed::No;
        }
        let outcome = self.resume(SOUND_ROWS, take);
        if matches!(outcome, Resumed::No) {
            // It is a long row.
            self.keeps_whole = false;
            self.row_kept.truncate(KEPT_BYTES);
            self.row_kept.shrink_to_fit();
        }
        outcome
    }

    /// Where the row in hand is unsound because of a quote: gives out the lines up to the next sound row as what they are; what
    /// follows is to be read again. So many rows must be sound, one after the other.
    fn resume(&mut self, sound_rows: usize, take: &mut dyn Take) -> Resumed {
        let is_whole = sound_rows == 1;
        if !self.keeps_whole || self.in_header || memchr::memchr(b'\n', &self.row_kept).is_none() {
            return Resumed::No;
        }
        if is_whole && self.ends_len == self.form.fields && self.form.is_sound(&self.row_kept) {
            return Resumed::No;
        }
        let allowed = TIMES_AGAIN * (self.row_offset + self.row_length) + LONG_ROW_BYTES as u64;
        let next = next_row(&self.row_kept, self.form, sound_rows).filter(|_| self.again < allowed);
        let Some(next) = next else {
            return Resumed::No;
        };
        let rest = self.row_kept.split_off(next);
        self.again += rest.len() as u64;
        self.number += 1;
        let length = self.row_kept.trim_ascii_end().len();
        let raw_from = self.block.raw.len();
        self.block.raw.extend_from_slice(&self.row_kept[..length]);
        let no_field = self.block.ends.len();
        self.block.rows.push(CsvRow {
            number: self.number,
            offset: self.row_offset,
            length: length as u64,
            raw: raw_from..self.block.raw.len(),
            fields: no_field..no_field,
            is_open: true,
        });
        self.row_offset += next as u64;
        (self.row_length, self.row_ends) = (0, 0);
        (self.text_len, self.ends_len) = (0, 0);
        self.row_kept.clear();
        self.reader = reader(self.form.delimiter, self.quoting);
        if self.block.bytes() >= 2 * BLOCK_BYTES && !self.hand_over(take) {
            return Resumed::NoMore;
        }
        Resumed::With(rest)
    }

    fn end_row(&mut self, take: &mut dyn Take) -> bool {
        let (offset, length) = (self.row_offset, self.row_length);
        let trailing = std::mem::take(&mut self.row_ends);
        self.row_offset += length;
        self.row_length = 0;
        let (text_len, ends_len) = (self.text_len, self.ends_len);
        self.text_len = 0;
        self.ends_len = 0;
        self.keeps_whole = self.quoting;
        let header = std::mem::replace(&mut self.in_header, false);
        if header {
            self.row_kept.clear();
            return true;
        }
        self.number += 1;
        let is_too_long = length > self.max_line as u64;
        let length = length - trailing;
        self.row_kept
            .truncate(usize::try_from(length).unwrap_or(KEPT_BYTES).min(KEPT_BYTES));
        if is_too_long {
            let first = std::mem::take(&mut self.row_kept);
            return self.hand_over(take)
                && take.take(Block::Oversized {
                    line: self.number,
                    offset,
                    length,
                    first,
                });
        }
        let raw_from = self.block.raw.len();
        self.block.raw.append(&mut self.row_kept);
        let base = self.block.text.len();
        if base == 0 && text_len > BLOCK_BYTES {
            // A row that fills a block is not held twice.
            self.block.text = std::mem::replace(&mut self.text, vec![0; TEXT_BYTES]);
            self.block.text.truncate(text_len);
        } else {
            self.block.text.extend_from_slice(&self.text[..text_len]);
        }
        let first_end = self.block.ends.len();
        self.block
            .ends
            .extend(self.ends[..ends_len].iter().map(|end| base + end));
        self.block.rows.push(CsvRow {
            number: self.number,
            offset,
            length,
            raw: raw_from..self.block.raw.len(),
            fields: first_end..first_end + ends_len,
            is_open: false,
        });
        self.block.bytes() < 2 * BLOCK_BYTES || self.hand_over(take)
    }

    fn hand_over(&mut self, take: &mut dyn Take) -> bool {
        let block = std::mem::take(&mut self.block);
        block.rows.is_empty() || take.take(Block::Csv(block))
    }
}
