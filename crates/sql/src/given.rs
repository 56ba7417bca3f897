//! Columns that were made outside of SQL, to be asked like a table.

use polars::prelude::*;

/// A column of a table that [`crate::Database::give`] registers.
#[expect(missing_debug_implementations, reason = "an iterator shows nothing")]
pub enum Given<'a> {
    /// Texts.
    Texts(Box<dyn Iterator<Item = &'a str> + 'a>),
    /// Numbers that stand for something, of 32 bits.
    Numbers(Vec<i32>),
    /// Integers of 64 bits, or none.
    Integers(Box<dyn Iterator<Item = Option<i64>> + 'a>),
    /// Floating-point numbers, or none.
    Reals(Box<dyn Iterator<Item = Option<f64>> + 'a>),
    /// Moments in milliseconds.
    Moments(Vec<i64>),
    /// Days since 1970.
    Days(Vec<i32>),
}

impl Given<'_> {
    /// As polars has it, of the type that the tables' column of the kind would be read as.
    pub(crate) fn column(self, name: &str) -> PolarsResult<Column> {
        let name = PlSmallStr::from_str(name);
        Ok(match self {
            Self::Texts(texts) => {
                let mut builder = StringChunkedBuilder::new(name, texts.size_hint().0);
                texts.for_each(|text| builder.append_value(text));
                builder.finish().into_column()
            }
            Self::Numbers(numbers) => Int32Chunked::from_vec(name, numbers).into_column(),
            Self::Integers(integers) => Int64Chunked::from_iter_options(name, integers).into_column(),
            Self::Reals(reals) => Float64Chunked::from_iter_options(name, reals).into_column(),
            Self::Moments(moments) => {
                let zone = Some(TimeZone::UTC);
                let moments = Int64Chunked::from_vec(name, moments);
                moments.into_datetime(TimeUnit::Milliseconds, zone).into_column()
            }
            Self::Days(days) => Int32Chunked::from_vec(name, days).into_date().into_column(),
        })
    }
}
