//! Reading a mapping file: every key is known or refused with its line and the key that may have been meant.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{
    Encoding, Field, Format, Mapping, MappingError, Names, Origin, Path, Rule, Step, TableRules, Target, did_you_mean,
};

const KEYS: [&str; 15] = [
    "title",
    "source",
    "platform",
    "format",
    "delimiter",
    "quote",
    "encoding",
    "header",
    "exact",
    "trim",
    "null",
    "zone",
    "times",
    "columns",
    "unread",
];
const RULE_KEYS: [&str; 8] = [
    "column", "path", "constant", "when", "optional", "words", "split", "times",
];

/// What to do about a path that is none.
pub(super) const PATH_REMEDY: &str =
    "write it like user.name or entities.urls[].url; \\\\. is a point that belongs to a key";

/// Reads the text of a mapping; `name` is what messages call it.
///
/// # Errors
/// When it is not TOML, holds an unknown key, or a rule makes no sense.
pub fn read(text: &str, name: &str) -> Result<Mapping, MappingError> {
    let reader = Reader { text, name };
    let table = DeTable::parse(text).map_err(|error| {
        reader.refuse(
            error.span().map_or(0, |span| span.start),
            error.message().to_owned(),
            "datasets/mappings/README.md shows what a mapping looks like",
        )
    })?;
    reader.mapping(table.get_ref())
}

type Entry<'v, 't> = (&'v str, usize, &'v Spanned<DeValue<'t>>);

/// A table's entries in the order of the file, so that the first mistake is the one told.
fn entries<'v, 't>(table: &'v DeTable<'t>) -> Vec<Entry<'v, 't>> {
    let mut entries: Vec<Entry<'v, 't>> = table
        .iter()
        .map(|(key, value)| (&**key.get_ref(), key.span().start, value))
        .collect();
    entries.sort_by_key(|(_, at, _)| *at);
    entries
}

pub(super) struct Reader<'t> {
    text: &'t str,
    pub(super) name: &'t str,
}

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        1 + self.text.bytes().take(at).filter(|byte| *byte == b'\n').count()
    }

    fn refuse(&self, at: usize, problem: impl Into<String>, remedy: impl Into<String>) -> MappingError {
        MappingError {
            mapping: self.name.to_owned(),
            problem: problem.into(),
            line: self.line(at),
            remedy: remedy.into(),
        }
    }

    fn unknown<'w>(&self, at: usize, key: &str, known: impl Iterator<Item = &'w str> + Clone) -> MappingError {
        let list: Vec<&str> = known.clone().collect();
        let list = list.join(", ");
        let remedy = match did_you_mean(key, known) {
            Some(word) => format!("did you mean '{word}'? Possible here: {list}"),
            None => format!("possible here: {list}"),
        };
        self.refuse(at, format!("unknown key '{key}'"), remedy)
    }

    fn mapping(&self, table: &DeTable<'_>) -> Result<Mapping, MappingError> {
        let mut mapping = Mapping {
            name: self.name.to_owned(),
            platform: "twitter".to_owned(),
            format: Format::Csv,
            delimiter: b',',
            encoding: Encoding::Utf8,
            quote: true,
            names: Names::FirstRow,
            exact: false,
            trim: false,
            null: vec![String::new()],
            times: Vec::new(),
            columns: Vec::new(),
            unread: Vec::new(),
            tables: Vec::new(),
        };
        let mut zone = None;
        let mut format = None;
        // Keys that make sense for CSV alone.
        let mut csv_key = None;
        for (key, at, value) in entries(table) {
            if matches!(key, "delimiter" | "quote" | "encoding" | "header" | "exact") {
                csv_key = csv_key.or(Some((key, at)));
            }
            match key {
                "format" => {
                    format = Some(match self.string(key, value)?.as_str() {
                        "csv" => Format::Csv,
                        "json" => Format::Json,
                        other => return Err(self.unknown(at, other, ["csv", "json"].into_iter())),
                    });
                }
                "encoding" => {
                    let name = self.string(key, value)?;
                    mapping.encoding = Encoding::from_name(&name)
                        .ok_or_else(|| self.unknown(at, &name, Encoding::NAMES.into_iter()))?;
                }
                "header" => {
                    mapping.names = match value.get_ref() {
                        DeValue::Boolean(true) => Names::FirstRow,
                        DeValue::Boolean(false) => Names::Numbers,
                        _ => Names::Given(self.strings(key, value)?),
                    }
                }
                "quote" => mapping.quote = self.boolean(key, value)?,
                "exact" => mapping.exact = self.boolean(key, value)?,
                "trim" => mapping.trim = self.boolean(key, value)?,
                "title" | "source" => {
                    self.string(key, value)?;
                }
                "platform" => mapping.platform = self.string(key, value)?.to_lowercase(),
                "delimiter" => {
                    mapping.delimiter = match self.string(key, value)?.as_bytes() {
                        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => *byte,
                        _ => {
                            return Err(self.refuse(
                                at,
                                "delimiter is not one character",
                                "write \",\", \";\" or \"\\t\"",
                            ));
                        }
                    };
                }
                "null" => mapping.null = self.strings(key, value)?,
                "zone" => zone = Some(self.string(key, value)?),
                "times" => mapping.times = self.strings(key, value)?,
                "columns" => mapping.columns = self.strings(key, value)?,
                "unread" => mapping.unread = self.strings(key, value)?,
                _ => match Target::from_name(key) {
                    Some(target) => match value.get_ref() {
                        DeValue::Array(tables) => {
                            for table in tables {
                                mapping.tables.push(self.table(target, table)?);
                            }
                        }
                        _ => mapping.tables.push(self.table(target, value)?),
                    },
                    None => {
                        let known = KEYS.into_iter().chain(Target::ALL.into_iter().map(Target::name));
                        return Err(self.unknown(at, key, known));
                    }
                },
            }
        }
        if let Some(zone) = &zone
            && zone != "UTC"
        {
            return Err(self.refuse(
                table
                    .iter()
                    .find(|(key, _)| &**key.get_ref() == "zone")
                    .map_or(0, |(key, _)| key.span().start),
                format!("zone '{zone}' is not known"),
                "times without a zone can be read as \"UTC\" only; give the others with their offset (%z)",
            ));
        }
        let has_path = mapping
            .tables
            .iter()
            .any(|table| table.records.is_some() || table.rules.iter().any(|(_, rule)| rule.is_path));
        mapping.format = format.unwrap_or(if has_path { Format::Json } else { Format::Csv });
        if let (Format::Json, Some((key, at))) = (mapping.format, csv_key) {
            return Err(self.refuse(
                at,
                format!("'{key}' makes no sense for JSON"),
                "leave it out: JSON is UTF-8 and has keys of its own",
            ));
        }
        self.check(&mapping, zone.is_some())?;
        Ok(mapping)
    }

    fn table(&self, target: Target, value: &Spanned<DeValue<'_>>) -> Result<TableRules, MappingError> {
        let DeValue::Table(table) = value.get_ref() else {
            return Err(self.refuse(
                value.span().start,
                format!("'{}' is not a table", target.name()),
                format!("write [{}] on a line of its own, the fields below it", target.name()),
            ));
        };
        let mut rules = TableRules {
            target,
            records: None,
            rules: Vec::new(),
            read_text: false,
            observed_with_post: false,
        };
        for (key, at, value) in entries(table) {
            match (key, target) {
                ("records", _) => {
                    let records = self.string(key, value)?;
                    let path = Path::parse(&records)
                        .map_err(|problem| self.refuse(at, format!("path '{records}' {problem}"), PATH_REMEDY))?;
                    if !path.0.contains(&Step::Each) {
                        return Err(self.refuse(
                            at,
                            format!("records '{records}' is no list"),
                            format!("write records = \"{records}[]\""),
                        ));
                    }
                    rules.records = Some(records);
                }
                ("read_text", Target::Posts) => rules.read_text = self.boolean(key, value)?,
                ("observed_with_post", Target::Accounts) => rules.observed_with_post = self.boolean(key, value)?,
                _ => {
                    let known = target.fields();
                    let Some(field) = known.iter().find(|field| field.name() == key) else {
                        let special = match target {
                            Target::Posts => Some("read_text"),
                            Target::Accounts => Some("observed_with_post"),
                            _ => None,
                        };
                        let special = special.into_iter().chain(["records"]);
                        return Err(self.unknown(at, key, known.iter().map(|field| field.name()).chain(special)));
                    };
                    match value.get_ref() {
                        DeValue::Array(several) => {
                            for value in several {
                                rules
                                    .rules
                                    .push((*field, self.rule(*field, value.span().start, value)?));
                            }
                        }
                        _ => rules.rules.push((*field, self.rule(*field, at, value)?)),
                    }
                }
            }
        }
        Ok(rules)
    }

    fn rule(&self, field: Field, at: usize, value: &Spanned<DeValue<'_>>) -> Result<Rule, MappingError> {
        let mut rule = Rule {
            origin: Origin::Constant(String::new()),
            when: BTreeMap::new(),
            optional: false,
            words: BTreeMap::new(),
            split: None,
            times: None,
            is_path: false,
            line: self.line(at),
        };
        let table = match value.get_ref() {
            DeValue::String(column) => {
                rule.origin = Origin::Column(column.to_string());
                return self.checked(field, at, rule);
            }
            DeValue::Table(table) => table,
            _ => {
                return Err(self.refuse(
                    value.span().start,
                    format!("'{field}' is neither a column's name nor a rule"),
                    format!("write {field} = \"column\" or {field} = {{ column = \"column\", … }}"),
                ));
            }
        };
        let mut origin = None;
        for (key, key_at, value) in entries(table) {
            match key {
                "column" | "path" => {
                    rule.is_path = key == "path";
                    origin = Some(Origin::Column(self.string(key, value)?));
                }
                "constant" => origin = Some(Origin::Constant(self.string(key, value)?)),
                "optional" => rule.optional = self.boolean(key, value)?,
                "when" => rule.when = self.words(key, value)?,
                "words" => rule.words = self.words(key, value)?,
                "split" => rule.split = Some(self.string(key, value)?).filter(|split| !split.is_empty()),
                "times" => rule.times = Some(self.strings(key, value)?),
                _ => return Err(self.unknown(key_at, key, RULE_KEYS.into_iter())),
            }
        }
        rule.origin = origin.ok_or_else(|| {
            self.refuse(
                at,
                format!("'{field}' has neither column (or path) nor constant"),
                format!("write {field} = {{ column = \"column\", … }}"),
            )
        })?;
        self.checked(field, at, rule)
    }

    /// Words of an enumeration are checked here, where their line is known.
    fn checked(&self, field: Field, at: usize, rule: Rule) -> Result<Rule, MappingError> {
        let known: &[&str] = match field {
            Field::Kind => &["original", "reply", "repost", "quote"],
            Field::State => &[
                "active",
                "suspended",
                "deactivated",
                "protected",
                "renamed",
                "not_found",
                "withheld",
                "unknown",
            ],
            _ => return Ok(rule),
        };
        let constant = match &rule.origin {
            Origin::Constant(word) => Some(word),
            Origin::Column(_) => None,
        };
        match rule
            .words
            .values()
            // The empty text is no value.
            .filter(|word| !word.is_empty())
            .chain(constant)
            .find(|word| !known.contains(&word.as_str()))
        {
            None => Ok(rule),
            Some(word) => Err(self.unknown(at, word, known.iter().copied())),
        }
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) -> MappingError {
        self.refuse(
            value.span().start,
            format!("'{key}' is not {wanted}"),
            format!("write {wanted}"),
        )
    }

    fn string(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<String, MappingError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            _ => Err(self.wrong_type(key, value, "a text in quotes")),
        }
    }

    fn boolean(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<bool, MappingError> {
        match value.get_ref() {
            DeValue::Boolean(flag) => Ok(*flag),
            _ => Err(self.wrong_type(key, value, "true or false")),
        }
    }

    fn strings(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, MappingError> {
        match value.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| self.string(key, item)).collect(),
            _ => Err(self.wrong_type(key, value, "a list of texts, [\"…\", \"…\"]")),
        }
    }

    fn words(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<BTreeMap<String, String>, MappingError> {
        match value.get_ref() {
            DeValue::Table(table) => entries(table)
                .into_iter()
                .map(|(theirs, _, value)| Ok((theirs.to_owned(), self.string(theirs, value)?)))
                .collect(),
            _ => Err(self.wrong_type(key, value, "a table, { theirs = \"ours\" }")),
        }
    }
}
