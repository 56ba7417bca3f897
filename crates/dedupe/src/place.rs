//! Where a row came from, small enough to be kept for every copy in an archive.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use arrow::array::{AsArray as _, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::Int64Type;
use tables::Duplicate;

/// A row's source: file (as a number of [`Files`]), line and part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    file: u32,
    line: i64,
    part: i64,
}

impl Place {
    /// The place as numbers of a sorted record: file, line, part.
    pub(crate) fn numbers(self) -> [u64; 3] {
        [
            u64::from(self.file),
            self.line.cast_unsigned(),
            self.part.cast_unsigned(),
        ]
    }

    pub(crate) fn of_numbers([file, line, part]: [u64; 3]) -> Self {
        Self {
            // Made of 32 bits above.
            file: u32::try_from(file).unwrap_or(u32::MAX),
            line: line.cast_signed(),
            part: part.cast_signed(),
        }
    }
}

/// The names of the source files, each held once. Several threads number them as they meet them: the numbers stand in no output.
#[derive(Debug, Default)]
pub(crate) struct Files(Mutex<Names>);

#[derive(Debug, Default)]
struct Names {
    names: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Files {
    fn names(&self) -> MutexGuard<'_, Names> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn number(&self, file: &str) -> anyhow::Result<u32> {
        let mut names = self.names();
        if let Some(&number) = names.numbers.get(file) {
            return Ok(number);
        }
        let number = u32::try_from(names.names.len())?;
        names.names.push(file.to_owned());
        names.numbers.insert(file.to_owned(), number);
        Ok(number)
    }

    /// Hands the entry of the duplicates table for each dropped row to `take`.
    pub(crate) fn duplicates(
        &self,
        table: &'static str,
        dropped: &[Dropped],
        mut take: impl FnMut(&Duplicate<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let names = self.names();
        let name = |place: Place| names.names.get(place.file as usize).map_or("", String::as_str);
        for &Dropped { reason, place, kept } in dropped {
            take(&Duplicate {
                table,
                reason,
                dropped_file: name(place),
                dropped_line: place.line,
                dropped_part: place.part,
                kept_file: name(kept),
                kept_line: kept.line,
                kept_part: kept.part,
            })?;
        }
        Ok(())
    }
}

/// A row that is not kept, and the one that is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dropped {
    pub(crate) reason: &'static str,
    pub(crate) place: Place,
    pub(crate) kept: Place,
}

/// The places of a batch's rows.
#[derive(Debug)]
pub(crate) struct Places<'a> {
    names: &'a Files,
    files: &'a StringArray,
    lines: &'a Int64Array,
    parts: &'a Int64Array,
    /// Rows of one file follow one another, so that the last name is nearly always the one.
    last: Option<(&'a str, u32)>,
}

impl<'a> Places<'a> {
    pub(crate) fn of(batch: &'a RecordBatch, names: &'a Files) -> anyhow::Result<Self> {
        let column = |name| batch.column_by_name(name).context("a table without sources");
        let numbers = |name| {
            column(name)?
                .as_primitive_opt::<Int64Type>()
                .context("a source that is no number")
        };
        Ok(Self {
            names,
            files: column("source_file")?
                .as_string_opt()
                .context("a source file that is no text")?,
            lines: numbers("source_line")?,
            parts: numbers("source_part")?,
            last: None,
        })
    }

    pub(crate) fn at(&mut self, index: usize) -> anyhow::Result<Place> {
        let name = self.files.value(index);
        let file = match self.last {
            Some((last, number)) if last == name => number,
            _ => self.names.number(name)?,
        };
        self.last = Some((name, file));
        Ok(Place {
            file,
            line: self.lines.value(index),
            part: self.parts.value(index),
        })
    }
}
