//! Holds a stage to the contract's order: the key of every row is at least that of the row before it.

use std::path::Path;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::row::{OwnedRow, RowConverter, SortField};

use crate::error::TableError;
use crate::table::Table;
use crate::write::arrow_error;

/// Makes keys of rows, and compares them.
pub(crate) struct OrderCheck {
    converter: RowConverter,
}

/// The first and the last key of some rows that are in order.
pub(crate) struct Keys {
    first: OwnedRow,
    last: OwnedRow,
}

impl Keys {
    /// The keys of rows and of those that follow them.
    pub(crate) fn join<T: Table>(before: Option<Self>, after: Option<Self>) -> Result<Option<Self>, TableError> {
        match (before, after) {
            (Some(before), Some(after)) if before.last > after.first => Err(out_of_order::<T>()),
            (Some(before), Some(after)) => Ok(Some(Self {
                first: before.first,
                last: after.last,
            })),
            (before, after) => Ok(before.or(after)),
        }
    }
}

fn out_of_order<T: Table>() -> TableError {
    TableError::OutOfOrder {
        table: T::NAME,
        key: T::KEY.join(", "),
    }
}

impl OrderCheck {
    pub(crate) fn new<T: Table>() -> Result<Self, arrow::error::ArrowError> {
        let schema = T::schema();
        let fields = T::KEY
            .iter()
            .map(|key| Ok(SortField::new(schema.field_with_name(key)?.data_type().clone())))
            .collect::<Result<Vec<_>, arrow::error::ArrowError>>()?;
        Ok(Self {
            converter: RowConverter::new(fields)?,
        })
    }

    /// The ends of a batch, whose rows are in order or the batch is refused; nothing of no rows.
    pub(crate) fn keys<T: Table>(&self, batch: &RecordBatch, path: &Path) -> Result<Option<Keys>, TableError> {
        if batch.num_rows() == 0 {
            return Ok(None);
        }
        let keys: Vec<ArrayRef> = T::KEY
            .iter()
            .filter_map(|key| batch.column_by_name(key))
            .map(ArrayRef::clone)
            .collect();
        let rows = self
            .converter
            .convert_columns(&keys)
            .map_err(|source| arrow_error(path, source))?;
        if !(1..rows.num_rows()).all(|i| rows.row(i - 1) <= rows.row(i)) {
            return Err(out_of_order::<T>());
        }
        Ok(Some(Keys {
            first: rows.row(0).owned(),
            last: rows.row(rows.num_rows() - 1).owned(),
        }))
    }
}
