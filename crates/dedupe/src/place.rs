//! Where a row came from, small enough to be kept for every post of an archive.

use std::collections::HashMap;

use tables::Duplicate;

/// A row's source: file (as a number of [`Files`]), line and part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    file: u32,
    line: i64,
    part: i64,
}

/// The names of the source files, each held once.
#[derive(Debug, Default)]
pub(crate) struct Files {
    names: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Files {
    pub(crate) fn place(&mut self, file: &str, line: i64, part: i64) -> anyhow::Result<Place> {
        // Rows of one file follow one another, so that the last name is nearly always the one.
        let file = match self.names.last() {
            Some(last) if last == file => u32::try_from(self.names.len() - 1)?,
            _ => match self.numbers.get(file) {
                Some(&number) => number,
                None => {
                    let number = u32::try_from(self.names.len())?;
                    self.names.push(file.to_owned());
                    self.numbers.insert(file.to_owned(), number);
                    number
                }
            },
        };
        Ok(Place { file, line, part })
    }

    fn name(&self, place: Place) -> &str {
        self.names.get(place.file as usize).map_or("", String::as_str)
    }

    /// The entry of the duplicates table for a row at `dropped` that is a copy of the row at `kept`.
    pub(crate) fn duplicate(
        &self,
        table: &'static str,
        reason: &'static str,
        dropped: Place,
        kept: Place,
    ) -> Duplicate<'_> {
        Duplicate {
            table,
            reason,
            dropped_file: self.name(dropped),
            dropped_line: dropped.line,
            dropped_part: dropped.part,
            kept_file: self.name(kept),
            kept_line: kept.line,
            kept_part: kept.part,
        }
    }
}
