//! CSV rows, quotes and all. A row may hold line feeds.

use std::io::Read;
use std::ops::Range;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::{BLOCK_BYTES, Block, Cut, Feed, KEPT_BYTES, ReadError, Take};
use crate::mapping::Encoding;

/// Room for a row's texts, to begin with.
const TEXT_BYTES: usize = 1 << 16;

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
        reader: ReaderBuilder::new()
            .delimiter(header.delimiter)
            .quoting(header.quote)
            .build(),
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
}

impl Cutter {
    /// Cuts the rows that end in `input`; an empty input ends the last row. False when no more is wanted.
    fn cut(&mut self, input: &[u8], take: &mut dyn Take) -> Result<bool, ReadError> {
        let mut at = 0;
        loop {
            let (result, read, written, ended) = self.reader.read_record(
                &input[at..],
                &mut self.text[self.text_len..],
                &mut self.ends[self.ends_len..],
            );
            self.keep(&input[at..at + read]);
            at += read;
            self.text_len += written;
            self.ends_len += ended;
            if self.row_length > self.max_line as u64 {
                // The texts of a row that is too long are not kept; it is only followed to its end.
                self.text_len = 0;
            }
            match result {
                ReadRecordResult::InputEmpty => return Ok(true),
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
                ReadRecordResult::Record => {
                    if !self.end_row(take) {
                        return Ok(false);
                    }
                }
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
        let room = KEPT_BYTES - self.row_kept.len();
        self.row_kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn end_row(&mut self, take: &mut dyn Take) -> bool {
        let (offset, length) = (self.row_offset, self.row_length);
        let trailing = std::mem::take(&mut self.row_ends);
        self.row_offset += length;
        self.row_length = 0;
        let (text_len, ends_len) = (self.text_len, self.ends_len);
        self.text_len = 0;
        self.ends_len = 0;
        let header = std::mem::replace(&mut self.in_header, false);
        if header {
            self.row_kept.clear();
            return true;
        }
        self.number += 1;
        let is_too_long = length > self.max_line as u64;
        let length = length - trailing;
        self.row_kept.truncate(usize::try_from(length).unwrap_or(KEPT_BYTES));
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
        });
        self.block.bytes() < 2 * BLOCK_BYTES || self.hand_over(take)
    }

    fn hand_over(&mut self, take: &mut dyn Take) -> bool {
        let block = std::mem::take(&mut self.block);
        block.rows.is_empty() || take.take(Block::Csv(block))
    }
}
