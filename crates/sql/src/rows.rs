//! What a query gave: columns of plain values.

use polars::prelude::*;
use tables::{Day, Timestamp};

use crate::error::Error;

/// The rows of a query, in the order of its `ORDER BY`, read column by column.
#[derive(Debug, Clone)]
pub struct Rows {
    query: String,
    frame: DataFrame,
}

/// Two readers of a column: one that lets nulls through, and one that refuses them.
macro_rules! readers {
    ($($(#[doc = $doc:literal])+ $nullable:ident, $all:ident -> $type:ty;)+) => {
        impl Rows {
            $(
                $(#[doc = $doc])+
                ///
                /// # Errors
                /// When there is no such column, or it has another type or a null.
                pub fn $all(&self, column: &str) -> Result<Vec<$type>, Error> {
                    self.without_null(column, self.$nullable(column)?)
                }
            )+
        }
    };
}

readers! {
    /// A text column in which no row is null.
    text, all_text -> &str;
    /// An integer column in which no row is null, such as a count.
    integers, all_integers -> i64;
    /// A number column in which no row is null.
    numbers, all_numbers -> f64;
    /// A column of moments in which no row is null.
    moments, all_moments -> Timestamp;
    /// A column of days in which no row is null.
    days, all_days -> Day;
    /// A column of truth values in which no row is null.
    flags, all_flags -> bool;
}

impl Rows {
    pub(crate) fn new(query: &str, mut frame: DataFrame) -> Self {
        frame.rechunk_mut();
        Self {
            query: query.to_owned(),
            frame,
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.frame.height()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The columns' names, in the order of the statement.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        self.frame
            .get_column_names()
            .into_iter()
            .map(PlSmallStr::as_str)
            .collect()
    }

    /// A text column.
    ///
    /// # Errors
    /// When there is no such column or it is not text.
    pub fn text(&self, column: &str) -> Result<Vec<Option<&str>>, Error> {
        let found = self.column(column)?;
        let texts = found.str().map_err(|_| self.other_type(found, "text"))?;
        Ok(texts.iter().collect())
    }

    /// An integer column, of whatever width; counts are such.
    ///
    /// # Errors
    /// When there is no such column, it is not of integers, or one is beyond 64 bits.
    pub fn integers(&self, column: &str) -> Result<Vec<Option<i64>>, Error> {
        let found = self.column(column)?;
        let wrong = || self.other_type(found, "integers");
        if !found.dtype().is_integer() {
            return Err(wrong());
        }
        let wide = found.strict_cast(&DataType::Int64).map_err(|_| wrong())?;
        Ok(wide.i64().map_err(|_| wrong())?.iter().collect())
    }

    /// A column of floating-point numbers.
    ///
    /// # Errors
    /// When there is no such column or it is not of such numbers.
    pub fn numbers(&self, column: &str) -> Result<Vec<Option<f64>>, Error> {
        let found = self.column(column)?;
        let numbers = found.f64().map_err(|_| self.other_type(found, "numbers"))?;
        Ok(numbers.iter().collect())
    }

    /// A column of moments.
    ///
    /// # Errors
    /// When there is no such column or it is not of moments in milliseconds.
    pub fn moments(&self, column: &str) -> Result<Vec<Option<Timestamp>>, Error> {
        let found = self.column(column)?;
        let wrong = || self.other_type(found, "moments in milliseconds");
        let DataType::Datetime(TimeUnit::Milliseconds, _) = found.dtype() else {
            return Err(wrong());
        };
        let moments = found.datetime().map_err(|_| wrong())?;
        Ok(moments.physical().iter().map(|value| value.map(Timestamp)).collect())
    }

    /// A column of days.
    ///
    /// # Errors
    /// When there is no such column or it is not of days.
    pub fn days(&self, column: &str) -> Result<Vec<Option<Day>>, Error> {
        let found = self.column(column)?;
        let days = found.date().map_err(|_| self.other_type(found, "days"))?;
        Ok(days.physical().iter().map(|value| value.map(Day)).collect())
    }

    /// A column of truth values.
    ///
    /// # Errors
    /// When there is no such column or it is not of truth values.
    pub fn flags(&self, column: &str) -> Result<Vec<Option<bool>>, Error> {
        let found = self.column(column)?;
        let flags = found.bool().map_err(|_| self.other_type(found, "truth values"))?;
        Ok(flags.iter().collect())
    }

    fn column(&self, column: &str) -> Result<&Column, Error> {
        self.frame.column(column).map_err(|_| Error::NoColumn {
            query: self.query.clone(),
            column: column.to_owned(),
            columns: self.columns().join(", "),
        })
    }

    fn other_type(&self, column: &Column, expected: &'static str) -> Error {
        Error::Type {
            query: self.query.clone(),
            column: column.name().to_string(),
            expected,
            found: column.dtype().to_string(),
        }
    }

    fn without_null<T>(&self, column: &str, values: Vec<Option<T>>) -> Result<Vec<T>, Error> {
        let null = |row| Error::Null {
            query: self.query.clone(),
            column: column.to_owned(),
            row,
        };
        let all: Result<Vec<T>, Error> = values
            .into_iter()
            .enumerate()
            .map(|(row, value)| value.ok_or_else(|| null(row)))
            .collect();
        // What is collected in place keeps room for the nulls, twice what millions of numbers need.
        all.map(|mut all| {
            all.shrink_to_fit();
            all
        })
    }

    /// Whether the key that orders the rows tells every two of them apart. Rows are in its order, so equal keys are neighbours.
    pub(crate) fn check_key(&self, key: &[String]) -> Result<(), Error> {
        let mut differs = vec![false; self.len().saturating_sub(1)];
        for name in key {
            let column = self.column(name)?;
            if let Some(row) = (column.null_count() > 0)
                .then(|| column.is_null().iter().position(|null| null == Some(true)))
                .flatten()
            {
                return Err(Error::Null {
                    query: self.query.clone(),
                    column: name.clone(),
                    row,
                });
            }
            if differs.is_empty() {
                continue;
            }
            let series = column.as_materialized_series();
            let rest = differs.len();
            let changes = series
                .slice(0, rest)
                .not_equal(&series.slice(1, rest))
                .map_err(|error| Error::Engine {
                    query: self.query.clone(),
                    reason: error.to_string(),
                })?;
            for (differs, changes) in differs.iter_mut().zip(changes.iter()) {
                *differs |= changes == Some(true);
            }
        }
        match differs.iter().position(|differs| !differs) {
            Some(row) => Err(Error::SameKey {
                query: self.query.clone(),
                row,
                key: key.join(", "),
            }),
            None => Ok(()),
        }
    }

    /// The rows as the witness prints them: a line of column names, then a line a row.
    ///
    /// # Errors
    /// When a column is of a type that has no such form.
    pub fn lines(&self) -> Result<Vec<String>, Error> {
        let mut lines = vec![String::new(); self.len() + 1];
        for (index, column) in self.frame.columns().iter().enumerate() {
            let name = column.name().as_str();
            let cells = self.cells(column)?;
            for (line, cell) in lines.iter_mut().zip(std::iter::once(name.to_owned()).chain(cells)) {
                if index > 0 {
                    line.push('\t');
                }
                line.push_str(&cell);
            }
        }
        Ok(lines)
    }

    fn cells(&self, column: &Column) -> Result<Vec<String>, Error> {
        fn show<T>(values: Vec<Option<T>>, show: impl Fn(T) -> String) -> Vec<String> {
            values
                .into_iter()
                .map(|value| value.map_or_else(|| "null".to_owned(), &show))
                .collect()
        }
        let name = column.name().as_str();
        Ok(match column.dtype() {
            DataType::String => show(self.text(name)?, quoted),
            DataType::Boolean => show(self.flags(name)?, |flag| flag.to_string()),
            DataType::Date => show(self.days(name)?, |day| format!("day {}", day.0)),
            DataType::Datetime(..) => show(self.moments(name)?, |moment| format!("ms {}", moment.0)),
            DataType::Float64 => show(self.numbers(name)?, |number| format!("{:016x}", number.to_bits())),
            _ => show(self.integers(name)?, |integer| integer.to_string()),
        })
    }
}

/// A text in quotes, on one line.
fn quoted(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('\t', "\\t")
        .replace('\n', "\\n")
        .replace('\r', "\\r");
    format!("\"{escaped}\"")
}
