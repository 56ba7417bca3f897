//! Files that are not what they should be: refused with what is wrong and what to do.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::KeyValue;
use tables::{Availability, Table, TableError, TableFile};

use crate::boundary::{batch, in_order, write};

const FOOTER: [(&str, &str); 6] = [
    ("diminuendo.table", "availability"),
    ("diminuendo.schema_version", "1"),
    ("diminuendo.stage", "ingest"),
    ("diminuendo.stage_version", "0.1.0"),
    ("diminuendo.options", "{}"),
    ("diminuendo.inputs", "[]"),
];

/// The footer with one entry changed, or left out.
fn changed(key: &str, value: Option<&'static str>) -> Vec<(&'static str, &'static str)> {
    FOOTER
        .into_iter()
        .filter_map(|(name, old)| {
            if name == key {
                value.map(|value| (name, value))
            } else {
                Some((name, old))
            }
        })
        .collect()
}

/// A Parquet file by another hand.
fn foreign(dir: &Path, batch: &RecordBatch, footer: &[(&str, &str)]) {
    let file = File::create(dir.join("availability.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    for (key, value) in footer {
        writer.append_key_value_metadata(KeyValue::new((*key).to_owned(), (*value).to_owned()));
    }
    writer.close().unwrap();
}

/// What is said about a table: the message with its causes, and the remedy. Paths are cut down to the file.
fn told(dir: &Path) -> (String, &'static str) {
    let error = TableFile::<Availability>::open(dir)
        .and_then(|table| table.read())
        .unwrap_err();
    let mut message = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        message.push_str(&format!(": {error}"));
        cause = error.source();
    }
    (message.replace(&format!("{}/", dir.display()), ""), error.remedy())
}

/// The batch with one column replaced.
fn with_column(column: &str, array: ArrayRef) -> RecordBatch {
    let good = batch::<Availability>();
    let index = good.schema().index_of(column).unwrap();
    let mut fields: Vec<Field> = good
        .schema()
        .fields()
        .iter()
        .map(|field| field.as_ref().clone())
        .collect();
    fields[index] = Field::new(column, array.data_type().clone(), true);
    let mut columns = good.columns().to_vec();
    columns[index] = array;
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

#[test]
fn the_foreign_hand_can_write_what_is_accepted() {
    let dir = tempfile::tempdir().unwrap();
    let good = batch::<Availability>();
    foreign(dir.path(), &good, &FOOTER);
    assert_eq!(
        TableFile::<Availability>::open(dir.path())
            .unwrap()
            .read()
            .unwrap()
            .arrow(),
        &good
    );
    // More columns than ours do no harm.
    let schema = good.schema();
    let fields = schema.fields().iter().map(|field| field.as_ref().clone());
    let fields: Vec<Field> = fields.chain([Field::new("note", DataType::Utf8, true)]).collect();
    let mut columns = good.columns().to_vec();
    columns.push(Arc::new(StringArray::new_null(good.num_rows())));
    let more = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
    foreign(dir.path(), &more, &FOOTER);
    let table = TableFile::<Availability>::open(dir.path()).unwrap();
    assert_eq!(
        table.batches().next().unwrap().unwrap().rows().unwrap().len(),
        good.num_rows()
    );
}

#[test]
fn footers_that_are_not_ours() {
    let dir = tempfile::tempdir().unwrap();
    let good = batch::<Availability>();
    let ours = "give the directory that a diminuendo stage wrote; other Parquet files are not read";
    for (footer, message, remedy) in [
        (
            vec![],
            "'availability.parquet' is not a table 'availability' (found: no footer of ours)",
            ours,
        ),
        (
            changed("diminuendo.table", Some("accounts")),
            "'availability.parquet' is not a table 'availability' (found: table 'accounts')",
            ours,
        ),
        (
            changed("diminuendo.schema_version", None),
            "'availability.parquet' is not a table 'availability' (found: a footer without schema version)",
            ours,
        ),
        (
            changed("diminuendo.inputs", Some("{")),
            "'availability.parquet' is not a table 'availability' (found: an incomplete footer)",
            ours,
        ),
        (
            changed("diminuendo.stage", None),
            "'availability.parquet' is not a table 'availability' (found: an incomplete footer)",
            ours,
        ),
        (
            changed("diminuendo.schema_version", Some("2")),
            "'availability.parquet' has schema version 2 of table 'availability', this program reads version 1",
            "upgrade this program, or rerun the stage",
        ),
        (
            changed("diminuendo.schema_version", Some("0")),
            "'availability.parquet' has schema version 0 of table 'availability', this program reads version 1",
            "rerun the stage that wrote it with this version",
        ),
    ] {
        foreign(dir.path(), &good, &footer);
        assert_eq!(told(dir.path()), (message.to_owned(), remedy));
    }
}

#[test]
fn columns_that_are_not_the_tables() {
    let dir = tempfile::tempdir().unwrap();
    let good = batch::<Availability>();
    let rows = good.num_rows();
    let text = |value: Option<&'static str>| -> ArrayRef { Arc::new(StringArray::from(vec![value; rows])) };
    let without_state: Vec<usize> = (0..good.num_columns())
        .filter(|i| good.schema().field(*i).name() != "state")
        .collect();
    for (bad, why) in [
        (good.project(&without_state).unwrap(), "column 'state' is missing"),
        (
            with_column("source_line", text(Some("1"))),
            "column 'source_line' is Utf8, not Int64",
        ),
        (
            with_column("observed_at", Arc::new(Int64Array::from(vec![1; rows]))),
            "column 'observed_at' is Int64, not Timestamp(ms, \"UTC\")",
        ),
        (
            with_column("account_id", text(None)),
            "column 'account_id' holds a null, which it may not",
        ),
        (
            with_column("state", text(Some("vanished"))),
            "column 'state' holds the unknown word 'vanished'",
        ),
    ] {
        foreign(dir.path(), &bad, &FOOTER);
        let (message, remedy) = told(dir.path());
        assert_eq!(
            message,
            format!("'availability.parquet' does not fit table 'availability': {why}")
        );
        assert_eq!(remedy, "rerun the stage that wrote it");
    }
}

#[test]
fn files_that_are_absent_cut_or_no_parquet() {
    let dir = tempfile::tempdir().unwrap();
    let (message, remedy) = told(dir.path());
    assert!(
        message.starts_with("there is no table 'availability' in '"),
        "{message}"
    );
    assert_eq!(
        remedy,
        "give the directory that the stage before this one wrote with -o"
    );
    let good = batch::<Availability>();
    write::<Availability>(dir.path(), &good, &in_order(&good)).unwrap();
    let path = dir.path().join(format!("{}.parquet", Availability::NAME));
    let bytes = std::fs::read(&path).unwrap();
    for length in [0, 3, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..length]).unwrap();
        let (message, remedy) = told(dir.path());
        assert!(
            message.starts_with("cannot read 'availability.parquet' as Parquet: "),
            "{message}"
        );
        assert_eq!(remedy, "rerun the stage that wrote it");
    }
}

#[test]
fn a_folder_that_cannot_be_written_to() {
    let absent = tempfile::tempdir().unwrap().path().join("absent");
    let good = batch::<Availability>();
    let error = write::<Availability>(&absent, &good, &[]).unwrap_err();
    assert!(matches!(error, TableError::Io { action: "write", .. }));
    assert!(error.remedy().starts_with("check that the disk has room"));
}
