//! A sample of a file: its columns or paths with the values of the first records.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::values;
use crate::detect::{is_csv, is_text};
use crate::frame::{self, Block, Feed, Header, csv_header};
use crate::json::{Key, from_str};
use crate::mapping::{Encoding, Format, Path, Step};

/// Records that are looked at.
const RECORDS: usize = 300;
/// Columns or paths that are looked at.
const COLUMNS: usize = 400;
/// Words that stand for no value.
const NULLS: [&str; 9] = ["null", "NULL", "None", "NaN", "nan", "n/a", "N/A", "NA", "\\N"];
/// Levels of nested values that are looked at.
const LEVELS: usize = 8;

/// A column, or a path that leads to scalars.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// As a mapping calls it.
    pub(super) name: String,
    /// Its keys, from the outside.
    pub(super) keys: Vec<String>,
    /// The outermost list that it stands in, with its brackets.
    pub(super) list: Option<String>,
    /// Its values that are not empty.
    pub(super) values: Vec<String>,
    /// Words for no value that stood there.
    pub(super) nulls: Vec<&'static str>,
    /// Records that have it, empty or not.
    pub(super) present: usize,
}

impl Column {
    fn add(&mut self, value: &str) {
        let value = value.trim();
        match NULLS.iter().find(|null| **null == value) {
            Some(null) if !self.nulls.contains(null) => self.nulls.push(null),
            Some(_) => {}
            None if value.is_empty() || self.values.len() >= 4 * RECORDS => {}
            None => self.values.push(value.to_owned()),
        }
    }
}

/// The first records of a file.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) format: Format,
    pub(super) delimiter: u8,
    pub(super) encoding: Encoding,
    /// Whether the names are given by us since the file has none.
    pub(super) headless: bool,
    pub(super) columns: Vec<Column>,
    /// How many records were looked at.
    pub(super) records: usize,
    /// The records themselves, for showing a few of them.
    pub(super) block: Block,
}

impl Sample {
    /// Of CSV; `None` when it is none.
    pub(super) fn of_csv(start: &[u8], whole: bool) -> Option<Self> {
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        if !is_text(start, whole) {
            return None;
        }
        let valid = match std::str::from_utf8(start) {
            Ok(_) => start.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => 0,
        };
        let encoding = match start {
            _ if valid > 0 || start.is_empty() => Encoding::Utf8,
            _ if start.iter().any(|byte| matches!(byte, 0x80..=0x9f)) => Encoding::Windows1252,
            _ => Encoding::Latin1,
        };
        let (delimiter, first) = [b',', b'\t', b';', b'|']
            .into_iter()
            .filter_map(|delimiter| Some((delimiter, is_csv(start, whole, delimiter)?)))
            .max_by_key(|(_, header)| header.columns.len())
            .or_else(|| one_column(start, whole).map(|header| (b',', header)))?;
        let header = csv_header(start, delimiter, whole, encoding).unwrap_or(first);
        let headless = header.columns.iter().any(|name| values::is_no_name(name));
        let names: Vec<String> = if headless {
            (1..=header.columns.len())
                .map(|number| format!("column {number}"))
                .collect()
        } else {
            header.columns.clone()
        };
        let header = Header {
            columns: names.clone(),
            in_file: !headless,
            ..header
        };
        let mut columns: Vec<Column> = names
            .into_iter()
            .map(|name| Column {
                keys: name.split('.').map(str::to_owned).collect(),
                name,
                list: None,
                values: Vec::new(),
                nulls: Vec::new(),
                present: 0,
            })
            .collect();
        let mut first = None;
        let mut take = |block: Block| {
            first = Some(block);
            false
        };
        frame::csv_rows(&mut Feed::new(start), &header, start.len().max(1), &mut take).ok()?;
        let Some(Block::Csv(mut block)) = first else {
            return None;
        };
        // The last row may be cut off where the look ends.
        if !whole {
            block.rows.pop();
        }
        block.rows.truncate(RECORDS);
        for row in &block.rows {
            for (column, field) in columns.iter_mut().zip(block.fields(row)) {
                column.present += 1;
                column.add(&encoding.decode(field).unwrap_or_default());
            }
        }
        (!block.rows.is_empty()).then_some(Self {
            format: Format::Csv,
            delimiter,
            encoding,
            headless,
            columns,
            records: block.rows.len(),
            block: Block::Csv(block),
        })
    }

    /// Of JSON; `None` when there is no object or text among the records.
    pub(super) fn of_json(block: &Block) -> Option<Self> {
        let texts: Vec<&str> = match block {
            Block::Lines { bytes, .. } => {
                let lines = bytes
                    .split(|byte| *byte == b'\n')
                    .filter(|line| !line.trim_ascii().is_empty());
                lines
                    .filter_map(|line| std::str::from_utf8(line).ok())
                    .take(RECORDS)
                    .collect()
            }
            Block::Values(values) => {
                let starts = std::iter::once(0).chain(values.ends.iter().map(|(_, _, end)| *end));
                let records = starts
                    .zip(&values.ends)
                    .map(|(from, (_, _, end))| &values.bytes[from..*end]);
                records
                    .filter_map(|record| std::str::from_utf8(record).ok())
                    .take(RECORDS)
                    .collect()
            }
            _ => return None,
        };
        let mut found = Found::default();
        let mut records = 0;
        let mut kept = Vec::new();
        for text in texts {
            let Ok(value) = from_str::<Value>(text) else { continue };
            records += 1;
            found.record = records;
            found.add(&value, &mut Vec::new());
            kept.extend_from_slice(text.as_bytes());
            kept.push(b'\n');
        }
        // What is null in one record and a list or an object in another is told by the other.
        let names: Vec<String> = found.columns.iter().map(|column| column.name.clone()).collect();
        let leads_on = |name: &str| {
            let rests = names.iter().filter_map(|other| other.strip_prefix(name));
            rests.into_iter().any(|rest| rest.starts_with(['[', '.']))
        };
        found
            .columns
            .retain(|column| !column.values.is_empty() || !leads_on(&column.name));
        let block = Block::Lines {
            bytes: kept,
            first_line: 1,
            offset: 0,
        };
        (!found.columns.is_empty()).then_some(Self {
            format: Format::Json,
            delimiter: b',',
            encoding: Encoding::Utf8,
            headless: false,
            columns: found.columns,
            records,
            block,
        })
    }
}

/// The header of a list of names, one to a line.
fn one_column(start: &[u8], whole: bool) -> Option<Header> {
    let header = csv_header(start, b',', whole, Encoding::Latin1).filter(|header| header.columns.len() == 1)?;
    let mut lines = start.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let is_list = lines.all(|line| line.len() < 100 && !line.contains(&b' ') && !line.contains(&b','));
    is_list.then_some(header)
}

/// Columns found in JSON, in the order in which they first appear.
#[derive(Default)]
struct Found {
    columns: Vec<Column>,
    by_name: BTreeMap<String, (usize, usize)>,
    record: usize,
}

impl Found {
    fn add(&mut self, value: &Value, steps: &mut Vec<Step>) {
        match value {
            Value::Object(members) if steps.len() < LEVELS => {
                for (key, member) in members {
                    steps.push(Step::Key(key.clone()));
                    self.add(member, steps);
                    steps.pop();
                }
            }
            Value::List(items) if steps.len() < LEVELS => {
                steps.push(Step::Each);
                items.iter().for_each(|item| self.add(item, steps));
                steps.pop();
            }
            Value::Scalar(text) => self.note(steps, Some(text)),
            Value::Null => self.note(steps, None),
            _ => {}
        }
    }

    fn note(&mut self, steps: &[Step], value: Option<&str>) {
        let name = Path(steps.to_vec()).to_string();
        let (at, last) = match self.by_name.get(&name) {
            Some(known) => *known,
            None if self.columns.len() < COLUMNS => {
                let list = steps.iter().position(|step| *step == Step::Each);
                self.columns.push(Column {
                    name: name.clone(),
                    keys: steps
                        .iter()
                        .filter_map(|step| match step {
                            Step::Key(key) => Some(key.clone()),
                            Step::Each => None,
                        })
                        .collect(),
                    list: list.map(|at| Path(steps[..=at].to_vec()).to_string()),
                    values: Vec::new(),
                    nulls: Vec::new(),
                    present: 0,
                });
                (self.columns.len() - 1, 0)
            }
            None => return,
        };
        let column = &mut self.columns[at];
        if last != self.record {
            column.present += 1;
        }
        self.by_name.insert(name, (at, self.record));
        column.add(value.unwrap_or_default());
    }
}

/// A JSON value of which all is read.
enum Value {
    Null,
    Scalar(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Scalar(text.to_owned()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Scalar(value.to_string()))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Scalar(value.to_string()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Scalar(format!("{value:?}")))
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Scalar(value.to_string()))
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Key(key), value)) = map.next_entry()? {
            members.push((key.into_owned(), value));
        }
        Ok(Value::Object(members))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}
