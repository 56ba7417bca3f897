//! What of a mapping can be checked only when the whole file is read: that tables have what they need, that paths are paths, and that
//! formats of times are formats.

use std::fmt::Write;

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, Utc};

use super::read::{PATH_REMEDY, Reader};
use super::{Field, Format, Mapping, MappingError, Names, Path, Rule, TableRules, Target};
use crate::moment;

impl Reader<'_> {
    /// Checks a whole mapping.
    pub(super) fn check(&self, mapping: &Mapping, zone: bool) -> Result<(), MappingError> {
        if mapping.tables.is_empty() {
            return Err(self.wrong(
                1,
                "it fills no table",
                "add [posts], [accounts], [availability], [follows] or [roster]",
            ));
        }
        // The file's formats have no line of their own once they are read; the first field that uses them has.
        for table in &mapping.tables {
            self.check_needed(table)?;
            for (field, rule) in &table.rules {
                for column in rule.columns() {
                    self.check_column(mapping, rule, column)?;
                }
                if field.is_time() {
                    self.check_times(mapping, zone, *field, rule)?;
                }
            }
        }
        if mapping.format == Format::Json {
            for column in mapping.columns.iter().chain(&mapping.unread) {
                Path::parse(column)
                    .map_err(|problem| self.wrong(1, format!("path '{column}' {problem}"), PATH_REMEDY))?;
            }
        }
        Ok(())
    }

    fn wrong(&self, line: usize, problem: impl Into<String>, remedy: impl Into<String>) -> MappingError {
        MappingError {
            mapping: self.name.to_owned(),
            problem: problem.into(),
            line,
            remedy: remedy.into(),
        }
    }

    /// A table names accounts; when they were observed may be said on the command line.
    fn check_needed(&self, table: &TableRules) -> Result<(), MappingError> {
        let needed: &[&[Field]] = match table.target {
            Target::Follows => &[&[Field::FollowerId], &[Field::FollowedId]],
            Target::Availability => &[&[Field::AccountId, Field::Handle], &[Field::State]],
            _ => &[&[Field::AccountId, Field::Handle]],
        };
        let has = |field: &Field| table.rules.iter().any(|(known, _)| known == field);
        match needed.iter().find(|group| !group.iter().any(has)) {
            None => Ok(()),
            Some(group) => {
                let names: Vec<&str> = group.iter().map(|field| field.name()).collect();
                Err(self.wrong(
                    table.rules.first().map_or(1, |(_, rule)| rule.line),
                    format!("[{}] lacks {}", table.target.name(), names.join(" or ")),
                    "say which column holds it",
                ))
            }
        }
    }

    fn check_column(&self, mapping: &Mapping, rule: &Rule, column: &str) -> Result<(), MappingError> {
        if mapping.format == Format::Json {
            return match Path::parse(column) {
                Ok(_) => Ok(()),
                Err(problem) => Err(self.wrong(rule.line, format!("path '{column}' {problem}"), PATH_REMEDY)),
            };
        }
        if rule.is_path {
            return Err(self.wrong(
                rule.line,
                "a path leads into JSON, and format is \"csv\"",
                "write column = \"…\", or format = \"json\" at the top",
            ));
        }
        match &mapping.names {
            Names::Given(names) if !names.iter().any(|name| name == column) => Err(self.wrong(
                rule.line,
                format!("column '{column}' is none of header"),
                format!("header says: {}", names.join(", ")),
            )),
            Names::Numbers if column.parse::<usize>().is_ok_and(|number| number > 0) => Ok(()),
            Names::Numbers => Err(self.wrong(
                rule.line,
                format!("column '{column}' is no number"),
                "without a header, columns are called \"1\", \"2\", …",
            )),
            _ => Ok(()),
        }
    }

    fn check_times(&self, mapping: &Mapping, zone: bool, field: Field, rule: &Rule) -> Result<(), MappingError> {
        let formats = rule.times.as_ref().unwrap_or(&mapping.times);
        if formats.is_empty() {
            return Err(self.wrong(
                rule.line,
                format!("{field} is a time, and no format is given"),
                "add times = [\"%Y-%m-%d %H:%M:%S\"], at the top or beside the column",
            ));
        }
        for format in formats {
            if let Err((what, remedy)) = check_format(format) {
                return Err(self.wrong(rule.line, format!("the format '{format}' of {field} {what}"), remedy));
            }
        }
        let zoned = |format: &String| {
            matches!(format.as_str(), moment::EPOCH | moment::EPOCH_MS)
                || ["%z", "%:z", "%#z", "%s", "%+"]
                    .iter()
                    .any(|mark| format.contains(mark))
        };
        if !zone && !formats.iter().all(zoned) {
            return Err(self.wrong(
                rule.line,
                format!("the times of {field} name no zone"),
                "state it: zone = \"UTC\" at the top, or a format with %z",
            ));
        }
        Ok(())
    }
}

/// Whether a format is one: what is wrong with it, and what helps.
fn check_format(format: &str) -> Result<(), (String, &'static str)> {
    if moment::NUMBERS.contains(&format) {
        return Ok(());
    }
    let mut at = 0;
    while let Some(found) = format[at..].find('%') {
        let from = at + found;
        // A directive is a letter, after marks of padding and width.
        let rest = &format[from + 1..];
        let letter = rest.find(|c: char| !matches!(c, '-' | '_' | '.' | ':' | '#' | '0'..='9'));
        let length = letter.map_or(rest.len(), |letter| {
            letter + rest[letter..].chars().next().map_or(0, char::len_utf8)
        });
        at = from + 1 + length;
        let directive = &format[from..at];
        if StrftimeItems::new(directive).any(|item| matches!(item, Item::Error)) {
            return Err((
                format!("has '{directive}', which is no directive"),
                "they are those of strftime: %Y %m %d %H %M %S %b %a %z …; or %epoch, %epoch_ms, %excel alone",
            ));
        }
    }
    // What is written in this format must be read in it, too: 2015-06-03 at 10:30, 15:45 and 22:30 UTC. Half a time of day would be
    // passed over without a word.
    // (An offset without minutes can be read, and not written.)
    let writable = format.replace("%#z", "%z");
    let items: Vec<Item<'_>> = StrftimeItems::new(&writable).collect();
    let moments = [1_433_327_400_000, 1_433_346_300_000, 1_433_370_600_000];
    let written = moments.map(|at| {
        let moment = DateTime::<Utc>::from_timestamp_millis(at).unwrap_or_default();
        let mut written = String::new();
        let _ = write!(written, "{}", moment.format_with_items(items.iter()));
        written
    });
    let dates_alone = written.iter().all(|text| *text == written[0]);
    let is_read = |(text, at): (&String, i64)| {
        moment::parse_as(text, &[format.to_owned()]).is_some_and(|found| dates_alone || found.0 == at)
    };
    if written.iter().zip(moments).all(is_read) {
        return Ok(());
    }
    Err((
        "makes no whole date".to_owned(),
        "give year, month and day; and hours (with %p, if they are %I) and minutes, or no time of day at all",
    ))
}

#[cfg(test)]
mod tests {
    use super::check_format;

    #[test]
    fn formats_of_times() {
        for sound in [
            "%Y-%m-%d",
            "%m/%d/%y %H:%M",
            "%d.%m.%Y %H:%M %z",
            "%a %b %d %H:%M:%S %z %Y",
            "%Y-%m-%dT%H:%M:%S%.fZ",
            "%Y-%m-%dT%H:%M:%S%.3fZ",
            "%Y-%m-%d %I:%M %p",
            "%s",
            "%+",
            "%Y-%m-%d %H:%M:%S%.f%#z",
            "%Y-%m-%dT%H:%M:%S%:z",
            "%c",
            "%-d/%-m/%Y",
            "%epoch",
            "%epoch_ms",
            "%excel",
        ] {
            assert_eq!(check_format(sound), Ok(()), "{sound}");
        }
        for (wrong, told) in [
            ("%Y-%m-%Q", "'%Q'"),
            ("%Y-%m-%d %", "'%'"),
            ("%Y-%m-%é", "'%é'"),
            ("%H:%M", "no whole date"),
            ("%Y-%m", "no whole date"),
            ("%Y-%m-%d %I:%M", "no whole date"),
            ("%Y-%m-%d %H", "no whole date"),
            ("", "no whole date"),
            ("yesterday", "no whole date"),
        ] {
            assert!(
                check_format(wrong).is_err_and(|(what, _)| what.contains(told)),
                "{wrong}"
            );
        }
    }
}
