//! What a table is: a name, a schema version, a key that orders its rows, and a row type.
//!
//! A table is declared once, with the `table!` macro, as a struct whose fields are its columns. Everything else follows from
//! that declaration: the Arrow schema, the writer's builders, the reader's row view and the data dictionary.

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};

use crate::error::SchemaMismatch;

/// A column's entry in the data dictionary.
#[derive(Debug, Clone)]
pub struct ColumnDoc {
    /// The column's name.
    pub name: &'static str,
    /// Its meaning, in the words of the declaration.
    pub doc: &'static str,
}

/// A table of the contract. Implemented by the `table!` macro on a marker type (`Posts`), whose `Row` is the row's struct
/// (`Post`).
pub trait Table: 'static {
    /// A row; texts are borrowed, from the record being ingested or from the batch being read.
    type Row<'a>;
    /// One builder a column.
    type Builders: Default;
    /// One downcast array a column.
    type Columns<'a>;

    /// The file name without `.parquet`.
    const NAME: &'static str;
    /// Raised when a column is added, removed or changes its meaning.
    const VERSION: u32;
    /// The columns that order the rows, ascending, null first.
    const KEY: &'static [&'static str];
    /// What one row is.
    const DOC: &'static str;
    /// The columns' meanings, in schema order.
    const COLUMNS: &'static [ColumnDoc];

    /// The Arrow schema.
    fn schema() -> SchemaRef;
    /// Appends a row; returns its bytes of variable length, by which batches are kept small.
    fn append(row: &Self::Row<'_>, builders: &mut Self::Builders) -> usize;
    /// The batch of all rows appended so far; the builders start afresh.
    fn finish(builders: &mut Self::Builders) -> Result<RecordBatch, arrow::error::ArrowError>;
    /// The batch's columns by name, checked for type, nulls and words.
    fn columns(batch: &RecordBatch) -> Result<Self::Columns<'_>, SchemaMismatch>;
    /// The row at `index`.
    fn row<'a>(columns: &Self::Columns<'a>, index: usize) -> Self::Row<'a>;
}

/// Declares a table: marker, name, schema version, row type, sort key, columns with their meanings.
macro_rules! table {
    (
        $(#[doc = $doc:literal])+
        $marker:ident($name:literal, $version:literal): $row:ident by [$($key:ident),* $(,)?] {
            $($(#[doc = $column_doc:literal])+ $column:ident: $type:ty,)+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq)]
        pub struct $row<'a> {
            $($(#[doc = $column_doc])+ pub $column: $type,)+
        }

        #[doc = concat!("The table `", $name, "`.")]
        #[derive(Debug, Clone, Copy)]
        pub enum $marker {}

        const _: () = {
            use arrow::datatypes::{Field, Schema, SchemaRef};
            use $crate::cell::Cell;
            use $crate::error::SchemaMismatch;

            #[derive(Default)]
            pub struct Builders { $($column: BuilderOf<'static, column_types::$column<'static>>,)+ }
            pub struct Columns<'a> { $($column: <column_types::$column<'a> as Cell<'a>>::Column,)+ }
            type BuilderOf<'a, T> = <T as Cell<'a>>::Builder;

            #[allow(non_camel_case_types, unused_imports, dead_code, type_alias_bounds)]
            mod column_types {
                use super::*;
                $(pub type $column<'a> = $type;)+
            }

            impl $crate::table::Table for $marker {
                type Row<'a> = $row<'a>;
                type Builders = Builders;
                type Columns<'a> = Columns<'a>;
                const NAME: &'static str = $name;
                const VERSION: u32 = $version;
                const KEY: &'static [&'static str] = &[$(stringify!($key)),*];
                const DOC: &'static str = concat!($($doc),+);
                const COLUMNS: &'static [$crate::table::ColumnDoc] = &[
                    $($crate::table::ColumnDoc { name: stringify!($column), doc: concat!($($column_doc),+) },)+
                ];

                fn schema() -> SchemaRef {
                    std::sync::Arc::new(Schema::new(vec![$(Field::new(
                        stringify!($column),
                        <column_types::$column<'static> as Cell<'static>>::data_type(),
                        <column_types::$column<'static> as Cell<'static>>::NULLABLE,
                    ),)+]))
                }
                fn append(row: &$row<'_>, builders: &mut Builders) -> usize {
                    $(Cell::append(&row.$column, &mut builders.$column);)+
                    0 $(+ Cell::weight(&row.$column))+
                }
                fn finish(
                    builders: &mut Builders,
                ) -> Result<arrow::array::RecordBatch, arrow::error::ArrowError> {
                    arrow::array::RecordBatch::try_new(Self::schema(), vec![
                        $(<column_types::$column<'static> as Cell<'static>>::finish(&mut builders.$column),)+
                    ])
                }
                fn columns(batch: &arrow::array::RecordBatch) -> Result<Columns<'_>, SchemaMismatch> {
                    Ok(Columns {
                        $($column: $crate::table::open_column::<column_types::$column<'_>>(batch, stringify!($column))?,)+
                    })
                }
                fn row<'a>(columns: &Self::Columns<'a>, index: usize) -> Self::Row<'a> {
                    $row {
                        $($column: <column_types::$column<'a> as Cell<'a>>::get(&columns.$column, index),)+
                    }
                }
            }
        };
    };
}
pub(crate) use table;

/// A column by name, refused when it is missing, of another type, holds nulls it may not hold, or a foreign word.
pub fn open_column<'a, C: crate::cell::Cell<'a>>(
    batch: &'a RecordBatch,
    name: &'static str,
) -> Result<C::Column, SchemaMismatch> {
    let index = batch
        .schema_ref()
        .index_of(name)
        .map_err(|_| SchemaMismatch::Missing { column: name })?;
    let array = batch.column(index);
    let wrong = || SchemaMismatch::Type {
        column: name,
        expected: C::data_type(),
        found: array.data_type().clone(),
    };
    if array.data_type() != &C::data_type() {
        return Err(wrong());
    }
    if !C::NULLABLE && array.null_count() > 0 {
        return Err(SchemaMismatch::Null { column: name });
    }
    if let Some(word) = C::unknown_word(array) {
        return Err(SchemaMismatch::Word { column: name, word });
    }
    C::column(array).ok_or_else(wrong)
}

/// Whether `found` has the columns of table `T`, with their types.
pub fn check_schema<T: Table>(found: &Schema) -> Result<(), SchemaMismatch> {
    for (field, doc) in T::schema().fields().iter().zip(T::COLUMNS) {
        match found.field_with_name(field.name()) {
            Err(_) => return Err(SchemaMismatch::Missing { column: doc.name }),
            Ok(other) if other.data_type() != field.data_type() => {
                return Err(SchemaMismatch::Type {
                    column: doc.name,
                    expected: field.data_type().clone(),
                    found: other.data_type().clone(),
                });
            }
            Ok(_) => {}
        }
    }
    Ok(())
}
