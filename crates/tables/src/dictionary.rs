//! The data dictionary, made from the schemas, so that it cannot drift from them.

use std::fmt::Write as _;

use arrow::datatypes::{DataType, TimeUnit};

use crate::schema;

/// The data dictionary of every table, as Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from(
        "# The tables\n\nMade from the schemas in `crates/tables` by `just dictionary`; do not edit by hand.\n\n\
         Identifiers are strings, whatever the platform. Times are milliseconds in UTC. Absent is null; null is never zero, and NaN \
         is never written. Rows are in the order of the table's key. Every file's footer names its table, schema version, stage, \
         options and the BLAKE3 hashes of its inputs.\n\n\
         Some columns bear names that SQL keeps for itself: `group`, `window`, `set`, `at`, `day`, `rank`, `table`. Quote them, in DuckDB \
         and polars with double quotes: `SELECT \"group\", \"window\", value FROM 'measures.parquet'`.\n",
    );
    for table in schema::all() {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n## {}\n\n{}\n\nSchema version {}. Key: {}.\n\n| column | type | null | meaning |\n|---|---|---|---|\n",
            table.name,
            sentence(table.doc),
            table.version,
            table
                .key
                .iter()
                .map(|key| format!("`{key}`"))
                .collect::<Vec<_>>()
                .join(", "),
        );
        for (field, column) in table.schema.fields().iter().zip(table.columns) {
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} |",
                field.name(),
                type_name(field.data_type()),
                if field.is_nullable() { "yes" } else { "no" },
                sentence(column.doc).replace('|', "\\|"),
            );
        }
    }
    text
}

/// A doc comment as one line.
fn sentence(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 => "text".to_owned(),
        DataType::Int64 => "integer (64 bit)".to_owned(),
        DataType::Float64 => "number (64 bit)".to_owned(),
        DataType::Boolean => "true or false".to_owned(),
        DataType::Date32 => "day".to_owned(),
        DataType::Timestamp(TimeUnit::Millisecond, Some(zone)) => format!("timestamp (ms, {zone})"),
        DataType::List(item) => format!("list of {}", type_name(item.data_type())),
        other => other.to_string(),
    }
}
