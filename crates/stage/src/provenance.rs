//! `run.json`: where a stage directory comes from. It holds what determines the output's bytes and nothing else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tables::Input;

/// File name of the provenance in every stage directory.
pub const RUN_FILE: &str = "run.json";

/// A table that a stage directory holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRecord {
    /// The table's name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// BLAKE3 of the file, in hexadecimal.
    pub blake3: String,
    /// The stage that wrote it; a table that a stage leaves unchanged is carried along.
    pub stage: String,
}

/// A run: the stage, what it read, with which options, what it wrote, and the runs before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The stage.
    pub stage: String,
    /// Its version.
    pub version: String,
    /// The options that shape the result.
    pub options: Value,
    /// What it read, in the order in which it was read.
    pub inputs: Vec<Input>,
    /// Facts about the data that later stages must know, such as `"synthetic": true`. Carried along.
    pub facts: BTreeMap<String, Value>,
    /// What it wrote or carried along, by name.
    pub tables: Vec<TableRecord>,
    /// Other files in the directory, by name, with BLAKE3 in hexadecimal.
    pub files: BTreeMap<String, String>,
    /// The run that made the input, where that was a stage.
    pub upstream: Option<Box<Provenance>>,
}

impl Provenance {
    /// Whether another run read the same, with the same options and version, so that it wrote the same.
    #[must_use]
    pub fn same_work(&self, other: &Self) -> bool {
        self.stage == other.stage
            && self.version == other.version
            && self.options == other.options
            && self.inputs == other.inputs
    }

    /// This run and those before it, the newest first.
    pub fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |run| run.upstream.as_deref())
    }
}

/// JSON with sorted keys and no white space, so that equal options give equal bytes whatever a map's order.
#[must_use]
pub fn canonical_json(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<_, _> = map.iter().collect();
            let entries: Vec<String> = sorted
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), canonical_json(value)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical_json).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_at_every_depth() {
        let value = json!({"b": [{"z": 1, "a": null}], "a\"": 1.5});
        assert_eq!(canonical_json(&value), r#"{"a\"":1.5,"b":[{"a":null,"z":1}]}"#);
    }
}
