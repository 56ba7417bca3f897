//! The mapping as a file, with comments for what is doubtful and what is left out; and a few records as it reads them.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::TimestampMillisecondType;
use arrow::util::display::array_value_to_string;
use chrono::DateTime;

use super::columns::{Column, Sample};
use super::guess::{Guess, Table, guess};
use super::platform::platform;
use super::values::{self, Look, look};
use crate::detect::{AskedMapping, Plan};
use crate::frame::{Block, Header};
use crate::mapping::{self, BoundJson, Encoding, Field, Format, Mapping, Target};
use crate::moment;
use crate::parse::{Rules, parse};
use crate::settings::Kind;
use crate::sink::Chunk;

/// Records that are shown.
const SHOWN: usize = 3;
/// Characters of a value that are shown.
const SHOWN_CHARACTERS: usize = 60;

/// What is said of a file that needs no mapping.
pub(super) fn known(shown: &str, what: &str, rows: &[String]) -> String {
    let rows = if rows.is_empty() {
        String::new()
    } else {
        format!("# Of what was looked at it makes: {}.\n", rows.join(", "))
    };
    format!("# {shown} needs no new mapping: {}.\n{rows}", comment(what))
}

/// The mapping of a sample, with the first records.
///
/// # Errors
/// When it is no mapping, which is a bug.
pub(super) fn mapping(shown: &str, sample: &Sample, note: &str) -> Result<String> {
    let tables = guess(sample);
    let text = toml(shown, sample, &tables, note);
    let mapping =
        mapping::read(&text, "described").context("the guessed mapping is none, which is a mistake of this program")?;
    let chunk = apply(sample, &mapping)?;
    Ok(text + &records(&chunk))
}

fn toml(shown: &str, sample: &Sample, tables: &[Table], note: &str) -> String {
    let mut text = format!(
        "# A mapping to start from, guessed from the first {} records of {}. Look it over, save it, and:\n#   ingest FILE --mapping THIS.toml -o \
         DIR\n# datasets/mappings/README.md says what may stand here.\n",
        sample.records,
        comment(shown),
    );
    text.push_str(note);
    match platform(sample, tables) {
        Some((platform, why)) => text.push_str(&format!("platform = {} # {}\n", quoted(platform), comment(&why))),
        None => text.push_str("platform = \"twitter\" # unsure: nothing in the file says so\n"),
    }
    match sample.format {
        Format::Json => text.push_str("format = \"json\"\n"),
        Format::Csv => csv_keys(sample, &mut text),
    }
    let padded = sample.format == Format::Json;
    if padded {
        text.push_str("trim = true\n");
    }
    let words: BTreeSet<&str> = sample
        .columns
        .iter()
        .flat_map(|column| column.nulls.iter().copied())
        .collect();
    if !words.is_empty() {
        let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        text.push_str(&format!("null = [\"\", {}]\n", words.join(", ")));
    }
    let guesses = || tables.iter().flat_map(|table| &table.guesses);
    let needs_zone = guesses().any(|guess| match &guess.look {
        Look::Times(times) if guess.field.is_time() => times.formats.iter().any(|format| !says_zone(format)),
        _ => false,
    });
    if needs_zone {
        text.push_str("zone = \"UTC\" # unsure: times in this file name no zone; no other can be read\n");
    }
    for table in tables {
        text.push_str(&format!("\n[{}]\n", table.target.name()));
        if let Some(records) = &table.records {
            text.push_str(&format!("records = {}\n", quoted(records)));
        }
        for guess in &table.guesses {
            text.push_str(&rule(sample, guess));
        }
        if table.target == Target::Posts && table.guesses.iter().any(|guess| guess.field == Field::Text) {
            text.push_str(
                "read_text = true # reposts, replies, mentions, hashtags and links where no column gives them\n",
            );
        }
        let has = |field: Field| table.guesses.iter().any(|guess| guess.field == field);
        if table.target == Target::Accounts && !has(Field::ObservedAt) {
            text.push_str("# No column says when accounts were seen: --observed-at TIME says it for all.\n");
        }
    }
    text.push_str(&left_out(sample, tables));
    text
}

fn says_zone(format: &str) -> bool {
    moment::names_offset(format) || matches!(format, moment::EPOCH | moment::EPOCH_MS)
}

fn csv_keys(sample: &Sample, text: &mut String) {
    if sample.delimiter != b',' {
        text.push_str(&format!(
            "delimiter = {}\n",
            quoted(&char::from(sample.delimiter).to_string())
        ));
    }
    match sample.encoding {
        Encoding::Utf8 => {}
        Encoding::Latin1 => text.push_str("encoding = \"latin-1\" # unsure: it is not UTF-8\n"),
        Encoding::Windows1252 => text.push_str("encoding = \"windows-1252\" # unsure: it is not UTF-8\n"),
    }
    if sample.headless {
        let names: Vec<String> = sample.columns.iter().map(|column| quoted(&column.name)).collect();
        text.push_str(&format!(
            "header = [{}] # unsure: the first row looks like a record, so these names are made up\n",
            names.join(", ")
        ));
    }
}

/// A field's line, with what is doubtful about it.
fn rule(sample: &Sample, guess: &Guess) -> String {
    let field = guess.field;
    let mut doubts: Vec<String> = guess.doubt.iter().cloned().collect();
    let Some(column) = guess.column.and_then(|at| sample.columns.get(at)) else {
        return format!(
            "{field} = {{ constant = \"unknown\" }} # unsure: {}\n",
            doubts.join("; ")
        );
    };
    let key = if sample.format == Format::Json {
        "path"
    } else {
        "column"
    };
    let mut parts = vec![format!("{key} = {}", quoted(&column.name))];
    if field.is_time() {
        match &guess.look {
            Look::Times(times) => {
                let formats: Vec<String> = times.formats.iter().map(|format| quoted(format)).collect();
                parts.push(format!("times = [{}]", formats.join(", ")));
                if let Some(other) = times.or_else {
                    doubts.push(format!(
                        "day and month cannot be told apart; it may be {}",
                        quoted(other)
                    ));
                }
            }
            // Nothing was seen, and a time needs a format.
            _ => parts.push("times = [\"%Y-%m-%dT%H:%M:%S%.f%:z\"]".to_owned()),
        }
    }
    if field.is_list()
        && !column.name.contains("[]")
        && let Some(split) = values::split(column)
    {
        parts.push(format!("split = {}", quoted(split)));
        doubts.push("look at what stands between items".to_owned());
    }
    if sample.format == Format::Json && column.list.is_none() && column.present < sample.records {
        parts.push("optional = true".to_owned());
    }
    let doubt = if doubts.is_empty() {
        String::new()
    } else {
        format!(" # unsure: {}", doubts.join("; "))
    };
    if parts.len() == 1 {
        format!("{field} = {}{doubt}\n", quoted(&column.name))
    } else {
        format!("{field} = {{ {} }}{doubt}\n", parts.join(", "))
    }
}

/// The columns that no field was found for.
fn left_out(sample: &Sample, tables: &[Table]) -> String {
    let read: Vec<usize> = tables
        .iter()
        .flat_map(|table| &table.guesses)
        .filter_map(|guess| guess.column)
        .collect();
    let left: Vec<&Column> = sample
        .columns
        .iter()
        .enumerate()
        .filter(|(at, _)| !read.contains(at))
        .map(|(_, column)| column)
        .collect();
    if left.is_empty() {
        return String::new();
    }
    let mut text = "\n# Left out, with what their values look like; those that stay so on purpose belong into unread = [\"…\"], above the tables:\n"
        .to_owned();
    for column in left {
        let different = values::different(column);
        text.push_str(&format!(
            "#   {}: {}, {different} different\n",
            comment(&column.name),
            look(column).words()
        ));
    }
    text
}

/// A text that cannot end its comment.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The first records, through the mapping.
fn apply(sample: &Sample, mapping: &Mapping) -> Result<Chunk> {
    let asked = AskedMapping {
        mapping: mapping.clone(),
        used: Arc::default(),
    };
    let rules = Rules {
        kind: Kind::Mapped,
        max_line: usize::MAX,
        whose: None,
        observed_at: None,
        json_asked: vec![Arc::new(BoundJson::new(&asked.mapping, asked.used))],
        json_builtin: Vec::new(),
    };
    let (plan, block) = match &sample.block {
        Block::Csv(block) => {
            let columns: Vec<String> = sample.columns.iter().map(|column| column.name.clone()).collect();
            let bound = mapping.bind(&columns).context("the guessed mapping does not fit")?;
            let header = Header {
                columns,
                delimiter: sample.delimiter,
                quote: true,
                in_file: !sample.headless,
            };
            let plan = Plan::Mapped {
                bound: Arc::new(bound),
                header: Arc::new(header),
            };
            let mut rows = block.rows.clone();
            rows.truncate(SHOWN);
            let first = crate::frame::CsvBlock {
                raw: block.raw.clone(),
                text: block.text.clone(),
                ends: block.ends.clone(),
                rows,
            };
            (plan, Block::Csv(first))
        }
        Block::Lines { bytes, .. } => {
            let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').take(SHOWN).collect();
            let first = Block::Lines {
                bytes: lines.concat(),
                first_line: 1,
                offset: 0,
            };
            (Plan::JsonLines, first)
        }
        _ => (Plan::Empty, Block::Values(crate::frame::ValuesBlock::default())),
    };
    parse(&block, &plan, "described", &rules).context("cannot turn records into columns")
}

/// The rows of the first records, in comments.
fn records(chunk: &Chunk) -> String {
    let mut text = format!(
        "\n# This shows content of the file: the first {SHOWN} records as the mapping above reads them, no more than {SHOWN} rows of a \
         table.\n# Delete it before you pass the mapping on.\n"
    );
    let tables = [
        ("posts", &chunk.posts),
        ("accounts", &chunk.accounts),
        ("follows", &chunk.follows),
        ("roster", &chunk.roster),
        ("rejected", &chunk.rejects),
    ];
    for (name, rows) in tables {
        let Some(rows) = rows else { continue };
        for row in 0..rows.num_rows().min(SHOWN) {
            let cells = cells(rows, row, name == "rejected");
            text.push_str(&format!("#   {name}: {}\n", cells.join(", ")));
        }
    }
    text
}

fn cells(rows: &RecordBatch, row: usize, rejected: bool) -> Vec<String> {
    let schema = rows.schema();
    let columns = schema.fields().iter().zip(rows.columns());
    let told = columns.filter(|(field, column)| {
        let is_told = if rejected {
            matches!(field.name().as_str(), "reason" | "detail")
        } else {
            !field.name().starts_with("source_")
        };
        is_told && !column.is_null(row)
    });
    told.map(|(field, column)| {
        let value = match column.as_primitive_opt::<TimestampMillisecondType>() {
            Some(times) => DateTime::from_timestamp_millis(times.value(row)).map(|time| time.to_rfc3339()),
            None => array_value_to_string(column, row).ok(),
        };
        let value = value.unwrap_or_else(|| "cannot be shown".to_owned());
        let short: String = value.chars().take(SHOWN_CHARACTERS).collect();
        let more = if short.len() < value.len() { "…" } else { "" };
        format!("{} = {short:?}{more}", field.name())
    })
    .collect()
}
