//! What the footer of every table file says about where its rows come from.

use parquet::file::metadata::KeyValue;
use serde::{Deserialize, Serialize};

/// An input of a stage: its name within the inputs and what it held.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Input {
    /// Name relative to the inputs' common folder, or table file name; never an absolute path.
    pub name: String,
    /// Size in bytes, as stored (compressed, where it is).
    pub bytes: u64,
    /// BLAKE3 of those bytes, in hexadecimal.
    pub blake3: String,
}

/// Provenance of a table: everything that determines its bytes, and nothing else (no clock, no host, no path, no thread count).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footer {
    /// The stage that wrote the table.
    pub stage: String,
    /// Its version.
    pub stage_version: String,
    /// Its options as canonical JSON: keys sorted, no white space.
    pub options: String,
    /// Its inputs, in the order in which they were read.
    pub inputs: Vec<Input>,
}

/// The footer's key of the table's name.
pub const TABLE_KEY: &str = "diminuendo.table";
/// The footer's key of the schema version.
pub const VERSION_KEY: &str = "diminuendo.schema_version";
const STAGE_KEY: &str = "diminuendo.stage";
const STAGE_VERSION_KEY: &str = "diminuendo.stage_version";
const OPTIONS_KEY: &str = "diminuendo.options";
const INPUTS_KEY: &str = "diminuendo.inputs";

impl Footer {
    /// The footer's entries for table `table` in schema version `version`.
    pub(crate) fn to_entries(&self, table: &str, version: u32) -> Result<Vec<KeyValue>, serde_json::Error> {
        let entry = |key: &str, value: String| KeyValue::new(key.to_owned(), value);
        Ok(vec![
            entry(TABLE_KEY, table.to_owned()),
            entry(VERSION_KEY, version.to_string()),
            entry(STAGE_KEY, self.stage.clone()),
            entry(STAGE_VERSION_KEY, self.stage_version.clone()),
            entry(OPTIONS_KEY, self.options.clone()),
            entry(INPUTS_KEY, serde_json::to_string(&self.inputs)?),
        ])
    }

    /// The footer in a file's entries; `None` when any part of it is missing.
    pub(crate) fn from_entries(entries: &[KeyValue]) -> Option<Self> {
        Some(Self {
            stage: value(entries, STAGE_KEY)?.to_owned(),
            stage_version: value(entries, STAGE_VERSION_KEY)?.to_owned(),
            options: value(entries, OPTIONS_KEY)?.to_owned(),
            inputs: serde_json::from_str(value(entries, INPUTS_KEY)?).ok()?,
        })
    }
}

/// The value of a footer entry.
pub(crate) fn value<'a>(entries: &'a [KeyValue], key: &str) -> Option<&'a str> {
    entries.iter().find(|entry| entry.key == key)?.value.as_deref()
}
