//! How a Rust type becomes a column: one [`Cell`] implementation per type that a row may hold.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, BooleanBuilder, Date32Array, Date32Builder, Float64Array, Float64Builder,
    Int64Array, Int64Builder, ListArray, ListBuilder, StringArray, StringBuilder, TimestampMillisecondArray,
    TimestampMillisecondBuilder,
};
use arrow::datatypes::{DataType, Date32Type, Field, Float64Type, Int64Type, TimeUnit, TimestampMillisecondType};

/// A moment: milliseconds since 1970-01-01T00:00:00 UTC, leap seconds not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A civil day in UTC: days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

/// Milliseconds in a day.
pub const DAY_MS: i64 = 86_400_000;

impl Timestamp {
    /// The UTC day that holds this moment.
    #[must_use]
    pub fn day(self) -> Day {
        // Every i64 of milliseconds divided by a day's milliseconds would need 38 bits; beyond i32 the day saturates.
        Day(i32::try_from(self.0.div_euclid(DAY_MS)).unwrap_or(if self.0 < 0 { i32::MIN } else { i32::MAX }))
    }

    /// Days (with fraction) from `earlier` to this moment; negative when `earlier` is later.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of any plausible time span are exact in f64"
    )]
    pub fn days_since(self, earlier: Self) -> f64 {
        self.0.saturating_sub(earlier.0) as f64 / DAY_MS as f64
    }
}

/// A value that can stand in a column: its Arrow type, how it is appended, and how it is read back.
pub trait Cell<'a>: Sized {
    /// Collects values of this type into an array.
    type Builder: Default;
    /// The downcast array that values are read from.
    type Column: 'a;
    /// Whether null may stand in the column.
    const NULLABLE: bool;
    /// The Arrow type of the column.
    fn data_type() -> DataType;
    /// Appends this value.
    fn append(&self, builder: &mut Self::Builder);
    /// The array of all values appended so far; the builder starts afresh.
    fn finish(builder: &mut Self::Builder) -> ArrayRef;
    /// The array as the type that [`Cell::get`] reads; `None` when the array has another type.
    fn column(array: &'a ArrayRef) -> Option<Self::Column>;
    /// The value in row `row`.
    fn get(column: &Self::Column, row: usize) -> Self;
    /// A word in the array that this type does not know, if there is one.
    fn unknown_word(_array: &ArrayRef) -> Option<String> {
        None
    }
    /// Bytes of variable length that this value adds to a batch.
    fn weight(&self) -> usize {
        0
    }
}

/// The builder of a timestamp column carries the zone, which its own default leaves out.
#[derive(Debug)]
pub struct TimestampColumn(TimestampMillisecondBuilder);

impl Default for TimestampColumn {
    fn default() -> Self {
        Self(TimestampMillisecondBuilder::new().with_timezone("UTC"))
    }
}

/// The builder of a list column; items of a list are never null.
#[derive(Debug)]
pub struct TextListColumn(ListBuilder<StringBuilder>);

impl Default for TextListColumn {
    fn default() -> Self {
        Self(ListBuilder::new(StringBuilder::new()).with_field(list_item()))
    }
}

fn list_item() -> Arc<Field> {
    Arc::new(Field::new("item", DataType::Utf8, false))
}

macro_rules! primitive_cell {
    ($type:ty, $data_type:expr, $builder:ty, $array:ty, $arrow_type:ty, $into:expr, $from:expr) => {
        impl<'a> Cell<'a> for $type {
            type Builder = $builder;
            type Column = &'a $array;
            const NULLABLE: bool = false;
            fn data_type() -> DataType {
                $data_type
            }
            fn append(&self, builder: &mut Self::Builder) {
                builder.append_value($into(*self));
            }
            fn finish(builder: &mut Self::Builder) -> ArrayRef {
                Arc::new(builder.finish())
            }
            fn column(array: &'a ArrayRef) -> Option<Self::Column> {
                array.as_primitive_opt::<$arrow_type>()
            }
            fn get(column: &Self::Column, row: usize) -> Self {
                $from(column.value(row))
            }
        }
        impl<'a> Cell<'a> for Option<$type> {
            type Builder = $builder;
            type Column = &'a $array;
            const NULLABLE: bool = true;
            fn data_type() -> DataType {
                $data_type
            }
            fn append(&self, builder: &mut Self::Builder) {
                builder.append_option(self.map($into));
            }
            fn finish(builder: &mut Self::Builder) -> ArrayRef {
                Arc::new(builder.finish())
            }
            fn column(array: &'a ArrayRef) -> Option<Self::Column> {
                array.as_primitive_opt::<$arrow_type>()
            }
            fn get(column: &Self::Column, row: usize) -> Self {
                column.is_valid(row).then(|| $from(column.value(row)))
            }
        }
    };
}

primitive_cell!(
    i64,
    DataType::Int64,
    Int64Builder,
    Int64Array,
    Int64Type,
    |v: i64| v,
    |v: i64| v
);
primitive_cell!(
    Day,
    DataType::Date32,
    Date32Builder,
    Date32Array,
    Date32Type,
    |v: Day| v.0,
    Day
);

impl TimestampColumn {
    fn append_value(&mut self, value: i64) {
        self.0.append_value(value);
    }
    fn append_option(&mut self, value: Option<i64>) {
        self.0.append_option(value);
    }
    fn finish(&mut self) -> TimestampMillisecondArray {
        // `finish` drops the zone of the builder's type, so it is set again.
        self.0.finish().with_timezone("UTC")
    }
}

primitive_cell!(
    Timestamp,
    DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
    TimestampColumn,
    TimestampMillisecondArray,
    TimestampMillisecondType,
    |v: Timestamp| v.0,
    Timestamp
);

// NaN is never written: a float that is not a number is a bug upstream and becomes null where the column allows it.
impl<'a> Cell<'a> for Option<f64> {
    type Builder = Float64Builder;
    type Column = &'a Float64Array;
    const NULLABLE: bool = true;
    fn data_type() -> DataType {
        DataType::Float64
    }
    fn append(&self, builder: &mut Self::Builder) {
        builder.append_option(self.filter(|v| v.is_finite()));
    }
    fn finish(builder: &mut Self::Builder) -> ArrayRef {
        Arc::new(builder.finish())
    }
    fn column(array: &'a ArrayRef) -> Option<Self::Column> {
        array.as_primitive_opt::<Float64Type>()
    }
    fn get(column: &Self::Column, row: usize) -> Self {
        column.is_valid(row).then(|| column.value(row))
    }
}

impl<'a> Cell<'a> for bool {
    type Builder = BooleanBuilder;
    type Column = &'a BooleanArray;
    const NULLABLE: bool = false;
    fn data_type() -> DataType {
        DataType::Boolean
    }
    fn append(&self, builder: &mut Self::Builder) {
        builder.append_value(*self);
    }
    fn finish(builder: &mut Self::Builder) -> ArrayRef {
        Arc::new(builder.finish())
    }
    fn column(array: &'a ArrayRef) -> Option<Self::Column> {
        array.as_boolean_opt()
    }
    fn get(column: &Self::Column, row: usize) -> Self {
        column.value(row)
    }
}

impl<'a> Cell<'a> for Option<bool> {
    type Builder = BooleanBuilder;
    type Column = &'a BooleanArray;
    const NULLABLE: bool = true;
    fn data_type() -> DataType {
        DataType::Boolean
    }
    fn append(&self, builder: &mut Self::Builder) {
        builder.append_option(*self);
    }
    fn finish(builder: &mut Self::Builder) -> ArrayRef {
        Arc::new(builder.finish())
    }
    fn column(array: &'a ArrayRef) -> Option<Self::Column> {
        array.as_boolean_opt()
    }
    fn get(column: &Self::Column, row: usize) -> Self {
        column.is_valid(row).then(|| column.value(row))
    }
}

impl<'a> Cell<'a> for &'a str {
    type Builder = StringBuilder;
    type Column = &'a StringArray;
    const NULLABLE: bool = false;
    fn data_type() -> DataType {
        DataType::Utf8
    }
    fn append(&self, builder: &mut Self::Builder) {
        builder.append_value(self);
    }
    fn finish(builder: &mut Self::Builder) -> ArrayRef {
        Arc::new(builder.finish())
    }
    fn column(array: &'a ArrayRef) -> Option<Self::Column> {
        array.as_string_opt::<i32>()
    }
    fn get(column: &Self::Column, row: usize) -> Self {
        column.value(row)
    }
    fn weight(&self) -> usize {
        self.len()
    }
}

impl<'a> Cell<'a> for Option<&'a str> {
    type Builder = StringBuilder;
    type Column = &'a StringArray;
    const NULLABLE: bool = true;
    fn data_type() -> DataType {
        DataType::Utf8
    }
    fn append(&self, builder: &mut Self::Builder) {
        builder.append_option(*self);
    }
    fn finish(builder: &mut Self::Builder) -> ArrayRef {
        Arc::new(builder.finish())
    }
    fn column(array: &'a ArrayRef) -> Option<Self::Column> {
        array.as_string_opt::<i32>()
    }
    fn get(column: &Self::Column, row: usize) -> Self {
        column.is_valid(row).then(|| column.value(row))
    }
    fn weight(&self) -> usize {
        self.map_or(0, str::len)
    }
}

impl<'a> Cell<'a> for Option<Vec<&'a str>> {
    type Builder = TextListColumn;
    type Column = &'a ListArray;
    const NULLABLE: bool = true;
    fn data_type() -> DataType {
        DataType::List(list_item())
    }
    fn append(&self, builder: &mut Self::Builder) {
        match self {
            Some(items) => {
                for item in items {
                    builder.0.values().append_value(item);
                }
                builder.0.append(true);
            }
            None => builder.0.append(false),
        }
    }
    fn finish(builder: &mut Self::Builder) -> ArrayRef {
        Arc::new(builder.0.finish())
    }
    fn column(array: &'a ArrayRef) -> Option<Self::Column> {
        array
            .as_list_opt::<i32>()
            .filter(|list| list.values().as_string_opt::<i32>().is_some())
    }
    fn get(column: &Self::Column, row: usize) -> Self {
        // Reading through the offsets keeps the texts borrowed from the column itself.
        let items = column.values().as_string_opt::<i32>()?;
        let offsets = column.value_offsets();
        let (from, to) = (
            usize::try_from(offsets[row]).ok()?,
            usize::try_from(offsets[row + 1]).ok()?,
        );
        column
            .is_valid(row)
            .then(|| (from..to).map(|i| items.value(i)).collect())
    }
    fn weight(&self) -> usize {
        self.as_ref()
            .map_or(0, |items| items.iter().map(|item| item.len()).sum())
    }
}

/// An enumeration that is stored as a lower-case word; a foreign word in a file is refused when the file is read.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// Every word, in declared order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word as it stands in a table.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The value of a word; `None` for a foreign one.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }

        $crate::cell::word_cell!($name);
    };
}

macro_rules! word_cell {
    ($name:ident) => {
        impl<'a> $crate::cell::Cell<'a> for $name {
            type Builder = arrow::array::StringBuilder;
            type Column = &'a arrow::array::StringArray;
            const NULLABLE: bool = false;
            fn data_type() -> arrow::datatypes::DataType {
                arrow::datatypes::DataType::Utf8
            }
            fn append(&self, builder: &mut Self::Builder) {
                builder.append_value(self.word());
            }
            fn finish(builder: &mut Self::Builder) -> arrow::array::ArrayRef {
                std::sync::Arc::new(builder.finish())
            }
            fn column(array: &'a arrow::array::ArrayRef) -> Option<Self::Column> {
                arrow::array::AsArray::as_string_opt::<i32>(array)
            }
            fn get(column: &Self::Column, row: usize) -> Self {
                // `unknown_word` has refused every other word when the batch was opened.
                Self::from_word(column.value(row)).unwrap_or(Self::ALL[0])
            }
            fn unknown_word(array: &arrow::array::ArrayRef) -> Option<String> {
                let column = <Self as $crate::cell::Cell>::column(array)?;
                column
                    .iter()
                    .flatten()
                    .find(|word| Self::from_word(word).is_none())
                    .map(str::to_owned)
            }
        }
    };
}

pub(crate) use {word_cell, words};
