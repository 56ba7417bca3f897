//! A mapping bound to the header of one file: columns are positions now.

use super::{Encoding, Field, Mapping, MissingColumn, Origin, Rule, TableRules, did_you_mean};

/// A rule with its column's position.
#[derive(Debug, Clone)]
pub(super) struct BoundRule {
    pub(super) rule: Rule,
    /// Position in the row; none for a constant.
    pub(super) position: Option<usize>,
    /// Positions with the values that must stand there for the rule to count.
    pub(super) when: Vec<(usize, String)>,
}

/// The rules of one table by field.
#[derive(Debug, Clone)]
pub(super) struct BoundTable {
    pub(super) rules: TableRules,
    pub(super) by_field: Vec<Vec<BoundRule>>,
}

/// A mapping bound to a file's header.
#[derive(Debug, Clone)]
pub struct Bound {
    pub(super) mapping: Mapping,
    pub(super) tables: Vec<BoundTable>,
    /// How its file's bytes stand for characters.
    pub encoding: Encoding,
    /// Columns that no rule reads, but for those left unread on purpose and those by which the file is recognised.
    pub unread: Vec<String>,
}

impl Bound {
    /// The mapping's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.mapping.name
    }
}

impl Mapping {
    /// Positions of the columns that hold a name: of an account or a post, as the platform gives them, without a space.
    pub fn names_in(&self, header: &[String]) -> impl Iterator<Item = usize> {
        let rules = self.tables.iter().flat_map(|table| &table.rules);
        rules.filter_map(|(field, rule)| match &rule.origin {
            Origin::Column(column) if field.is_name() => header.iter().position(|found| found == column),
            _ => None,
        })
    }

    /// Binds the mapping to a header.
    ///
    /// # Errors
    /// Names the first column that the file lacks.
    pub fn bind(&self, header: &[String]) -> Result<Bound, MissingColumn> {
        let position = |column: &str| header.iter().position(|found| found == column);
        let missing = |column: &str, line: usize| MissingColumn {
            column: column.to_owned(),
            mapping: self.name.clone(),
            line,
            found: header.join(", "),
            delimiter: self.delimiter,
            meant: did_you_mean(column, header.iter().map(String::as_str)).map(str::to_owned),
        };
        if let Some(column) = self.columns.iter().find(|column| position(column).is_none()) {
            return Err(missing(column, 1));
        }
        let mut tables = Vec::new();
        for table in &self.tables {
            let mut by_field = vec![Vec::new(); Field::COUNT];
            for (field, rule) in &table.rules {
                if let Some(column) = rule.columns().find(|column| position(column).is_none()) {
                    if rule.optional {
                        continue;
                    }
                    return Err(missing(column, rule.line));
                }
                let when = rule.when.iter();
                by_field[*field as usize].push(BoundRule {
                    rule: rule.clone(),
                    position: match &rule.origin {
                        Origin::Constant(_) => None,
                        Origin::Column(column) => position(column),
                    },
                    when: when
                        .filter_map(|(column, value)| Some((position(column)?, value.clone())))
                        .collect(),
                });
            }
            tables.push(BoundTable {
                rules: table.clone(),
                by_field,
            });
        }
        let is_read = |column: &String| {
            let mut rules = self.tables.iter().flat_map(|table| &table.rules);
            rules.any(|(_, rule)| rule.columns().any(|read| read == column))
        };
        let left =
            |column: &&String| !is_read(column) && !self.columns.contains(column) && !self.unread.contains(column);
        Ok(Bound {
            mapping: self.clone(),
            tables,
            encoding: self.encoding,
            unread: header.iter().filter(left).cloned().collect(),
        })
    }
}
