//! Rows of any table that hold the values at the edge of every column's type, in the order of the table's key.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int64Array, ListArray, ListBuilder, RecordBatch,
    StringArray, StringBuilder, TimestampMillisecondArray,
};
use arrow::compute::take_record_batch;
use arrow::datatypes::{DataType, Date32Type, Field, Float64Type, Int64Type, TimeUnit, TimestampMillisecondType};
use arrow::row::{RowConverter, SortField};
use serde_json::{Value, json};
use tables::{
    Basis, Flow, Footer, Input, InteractionKind, PostKind, PostedBasis, Relation, SetName, State, Table, TableError,
    TableWriter, TermKind, VerdictWord, Written,
};

/// Rows of each table: more than any column has edge values, so that each of them stands in it.
const ROWS: usize = 13;

const TEXTS: [Option<&str>; 6] = [
    None,
    Some(""),
    Some("grey river"),
    Some("نهر رمادي 🪨 e\u{301} \u{200f}"),
    Some("line\nbreak\t\"quoted\", =1+1 <b>"),
    Some("nul \0 within"),
];
const INTEGERS: [Option<i64>; 5] = [None, Some(i64::MIN), Some(-1), Some(0), Some(i64::MAX)];
const FLOATS: [Option<f64>; 6] = [
    None,
    Some(f64::MIN),
    Some(-0.1),
    Some(0.0),
    Some(f64::MIN_POSITIVE),
    Some(f64::MAX),
];
const BOOLEANS: [Option<bool>; 3] = [None, Some(false), Some(true)];
/// The years 1 and 9999, which every reader can show, and both sides of 1970.
const TIMESTAMPS: [Option<i64>; 5] = [
    None,
    Some(-62_135_596_800_000),
    Some(-1),
    Some(0),
    Some(253_402_300_799_999),
];
const DAYS: [Option<i32>; 5] = [None, Some(-719_162), Some(-1), Some(0), Some(2_932_896)];
const LISTS: [Option<&[&str]>; 4] = [None, Some(&[]), Some(&[""]), Some(&["a", "", "نهر 🪨"])];

/// The value of each row: every edge value in turn, from another one on in every column; null only where it may stand.
fn spread<V: Copy>(values: &[Option<V>], field: &Field, column: usize) -> Vec<Option<V>> {
    let allowed: Vec<Option<V>> = values
        .iter()
        .copied()
        .filter(|value| field.is_nullable() || value.is_some())
        .collect();
    (0..ROWS).map(|row| allowed[(row + column) % allowed.len()]).collect()
}

/// The words of an enumerated column; `None` for free text.
fn words(table: &str, column: &str) -> Option<Vec<&'static str>> {
    Some(match (table, column) {
        ("interactions" | "truth_interactions", "kind") => {
            InteractionKind::ALL.iter().map(|word| word.word()).collect()
        }
        ("terms" | "content", "kind") => TermKind::ALL.iter().map(|word| word.word()).collect(),
        ("posts", "kind") => PostKind::ALL.iter().map(|word| word.word()).collect(),
        ("links", "relation") => Relation::ALL.iter().map(|word| word.word()).collect(),
        (_, "state" | "end_state") => State::ALL.iter().map(|word| word.word()).collect(),
        (_, "posted_basis") => PostedBasis::ALL.iter().map(|word| word.word()).collect(),
        (_, "observed_basis") => Basis::ALL.iter().map(|word| word.word()).collect(),
        (_, "set") => SetName::ALL.iter().map(|word| word.word()).collect(),
        (_, "flow") => Flow::ALL.iter().map(|word| word.word()).collect(),
        (_, "verdict") => VerdictWord::ALL.iter().map(|word| word.word()).collect(),
        _ => return None,
    })
}

fn column(table: &str, field: &Field, index: usize) -> ArrayRef {
    match field.data_type() {
        DataType::Utf8 => match words(table, field.name()) {
            Some(words) => {
                let words: Vec<Option<&str>> = words.into_iter().map(Some).collect();
                Arc::new(StringArray::from(spread(&words, field, index)))
            }
            None => Arc::new(StringArray::from(spread(&TEXTS, field, index))),
        },
        DataType::Int64 => Arc::new(Int64Array::from(spread(&INTEGERS, field, index))),
        DataType::Float64 => Arc::new(Float64Array::from(spread(&FLOATS, field, index))),
        DataType::Boolean => Arc::new(BooleanArray::from(spread(&BOOLEANS, field, index))),
        DataType::Date32 => Arc::new(Date32Array::from(spread(&DAYS, field, index))),
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            Arc::new(TimestampMillisecondArray::from(spread(&TIMESTAMPS, field, index)).with_timezone("UTC"))
        }
        DataType::List(item) => Arc::new(list(item, &spread(&LISTS, field, index))),
        other => panic!("a column of a type that has no edge values here yet: {other}"),
    }
}

fn list(item: &Arc<Field>, rows: &[Option<&[&str]>]) -> ListArray {
    let mut builder = ListBuilder::new(StringBuilder::new()).with_field(item.clone());
    for row in rows {
        for text in row.iter().copied().flatten() {
            builder.values().append_value(text);
        }
        builder.append(row.is_some());
    }
    builder.finish()
}

/// Rows of table `T` with edge values, in the order of its key.
pub fn batch<T: Table>() -> RecordBatch {
    let schema = T::schema();
    let columns = schema.fields().iter().enumerate();
    let columns = columns.map(|(index, field)| column(T::NAME, field, index)).collect();
    let unsorted = RecordBatch::try_new(schema.clone(), columns).unwrap();
    let keys: Vec<ArrayRef> = T::KEY
        .iter()
        .map(|key| unsorted.column_by_name(key).unwrap().clone())
        .collect();
    let fields = keys.iter().map(|key| SortField::new(key.data_type().clone())).collect();
    let rows = RowConverter::new(fields).unwrap().convert_columns(&keys).unwrap();
    let mut order: Vec<u32> = (0..u32::try_from(ROWS).unwrap()).collect();
    order.sort_by_key(|row| rows.row(usize::try_from(*row).unwrap()));
    take_record_batch(&unsorted, &arrow::array::UInt32Array::from(order)).unwrap()
}

pub fn footer() -> Footer {
    Footer {
        stage: "ingest".to_owned(),
        stage_version: "0.1.0".to_owned(),
        options: r#"{"mapping":"نهر.toml","max_rejects":null}"#.to_owned(),
        inputs: vec![Input {
            name: "نهر/a \"b\".jsonl.gz".to_owned(),
            bytes: u64::MAX,
            blake3: "0".repeat(64),
        }],
    }
}

/// Writes rows in the given order, through the rows' own type.
pub fn write<T: Table>(dir: &Path, batch: &RecordBatch, order: &[usize]) -> Result<Written, TableError> {
    let columns = T::columns(batch).unwrap();
    let mut writer = TableWriter::<T>::create(dir)?;
    for &row in order {
        writer.push(&T::row(&columns, row))?;
    }
    assert_eq!(writer.rows(), order.len() as u64);
    writer.finish(&footer())
}

pub fn in_order(batch: &RecordBatch) -> Vec<usize> {
    (0..batch.num_rows()).collect()
}

/// A table as plain JSON, for a reader that knows nothing of ours: times in ms, days in days, since 1970.
pub fn plain<T: Table>(batch: &RecordBatch) -> Value {
    let columns: Vec<Value> = batch
        .schema()
        .fields()
        .iter()
        .map(|field| json!({"name": field.name(), "type": type_name(field.data_type()), "null": field.is_nullable()}))
        .collect();
    let rows: Vec<Value> = (0..batch.num_rows())
        .map(|row| batch.columns().iter().map(|column| value(column, row)).collect())
        .collect();
    let footer = footer();
    let footer = json!({
        "diminuendo.table": T::NAME,
        "diminuendo.schema_version": T::VERSION.to_string(),
        "diminuendo.stage": footer.stage,
        "diminuendo.stage_version": footer.stage_version,
        "diminuendo.options": footer.options,
        "diminuendo.inputs": serde_json::to_string(&footer.inputs).unwrap(),
    });
    json!({"table": T::NAME, "columns": columns, "rows": rows, "footer": footer})
}

fn type_name(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Utf8 => "text",
        DataType::Int64 => "integer",
        DataType::Float64 => "float",
        DataType::Boolean => "boolean",
        DataType::Date32 => "day",
        DataType::Timestamp(..) => "timestamp",
        DataType::List(_) => "list",
        _ => "other",
    }
}

fn value(column: &ArrayRef, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into(),
        DataType::Boolean => column.as_boolean().value(row).into(),
        DataType::Date32 => column.as_primitive::<Date32Type>().value(row).into(),
        DataType::Timestamp(..) => column.as_primitive::<TimestampMillisecondType>().value(row).into(),
        _ => {
            let items = column.as_list::<i32>().value(row);
            items.as_string::<i32>().iter().flatten().collect()
        }
    }
}
