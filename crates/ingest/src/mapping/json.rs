//! A mapping bound to JSON: its paths made one shape by which a record is read once, whatever the number of fields.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::apply::{Cell, Values, put};
use super::bound::{BoundRule, BoundTable};
use super::path::{Path, Place, Shape};
use super::tree::{InShape, Tree};
use super::{Field, Mapping, Origin};
use crate::json::from_str_seed;
use crate::record::{Settled, settle};
use crate::sink::{RecordPlace, Sink};

/// What is said of an item of a list that is null.
const NULL_ITEM: &str = "null in a list of records";

/// A mapping of JSON records.
#[derive(Debug)]
pub struct BoundJson {
    mapping: Mapping,
    shape: Shape,
    /// Paths that a record must have.
    needed: Vec<Needed>,
    /// Paths that it may have.
    optional: Vec<Vec<Place>>,
    groups: Vec<Group>,
    /// Whether a record was of this shape.
    pub used: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Needed {
    path: String,
    places: Vec<Place>,
    line: usize,
}

/// Tables whose rows come from the same records.
#[derive(Debug)]
struct Group {
    records: Vec<Place>,
    tables: Vec<BoundTable>,
    cells: Vec<CellPath>,
}

/// Where a cell's value is found.
#[derive(Debug, PartialEq, Eq)]
struct CellPath {
    /// So many steps of the records' path lead there.
    shared: usize,
    /// And these lead further.
    rest: Vec<Place>,
}

/// Whether a record is of a mapping's shape.
#[derive(Debug, PartialEq, Eq)]
pub enum Fit {
    /// It is, and is in the sink with all its rows.
    Settled,
    /// It is not: why.
    Not(String),
    /// It is no JSON.
    NotJson,
}

fn path(text: &str) -> Path {
    // A mapping is checked when it is read.
    Path::parse(text).unwrap_or_else(|_| Path(Vec::new()))
}

impl BoundJson {
    /// Binds a mapping whose format is JSON.
    #[must_use]
    pub fn new(mapping: &Mapping, used: Arc<AtomicBool>) -> Self {
        let mut shape = Shape::default();
        for left in &mapping.unread {
            shape.grow(&path(left)).is_left = true;
        }
        for table in &mapping.tables {
            if let Some(records) = &table.records {
                shape.grow(&path(records));
            }
            for (_, rule) in &table.rules {
                for column in rule.columns() {
                    shape.grow(&path(column)).is_read = true;
                }
            }
        }
        // A key by which a record is told, and which no path leads through, is left unread on purpose.
        for column in &mapping.columns {
            shape.grow(&path(column)).is_left = true;
        }
        let mut needed: Vec<Needed> = Vec::new();
        let mut optional = Vec::new();
        let mut need = |text: &str, line: usize| {
            needed.push(Needed {
                path: text.to_owned(),
                places: shape.places(&path(text)),
                line,
            });
        };
        mapping.columns.iter().for_each(|column| need(column, 1));
        let mut groups: Vec<Group> = Vec::new();
        for table in &mapping.tables {
            let records_path = table.records.as_deref().map_or(Path(Vec::new()), path);
            if let Some(records) = &table.records {
                need(records, 1);
            }
            let records = shape.places(&records_path);
            let at = groups.iter().position(|group| group.records == records);
            let at = at.unwrap_or_else(|| {
                groups.push(Group {
                    records,
                    tables: Vec::new(),
                    cells: Vec::new(),
                });
                groups.len() - 1
            });
            let group = &mut groups[at];
            let mut by_field = vec![Vec::new(); Field::COUNT];
            for (field, rule) in &table.rules {
                let mut position = |column: &String| {
                    let found = path(column);
                    let places = shape.places(&found);
                    let shared = found.shared(&records_path);
                    let cell = CellPath {
                        shared,
                        rest: places[shared..].to_vec(),
                    };
                    if rule.optional {
                        optional.push(places);
                    } else {
                        need(column, rule.line);
                    }
                    let known = group.cells.iter().position(|other| *other == cell);
                    known.unwrap_or_else(|| {
                        group.cells.push(cell);
                        group.cells.len() - 1
                    })
                };
                by_field[*field as usize].push(BoundRule {
                    rule: rule.clone(),
                    position: match &rule.origin {
                        Origin::Constant(_) => None,
                        Origin::Column(column) => Some(position(column)),
                    },
                    when: rule
                        .when
                        .iter()
                        .map(|(column, value)| (position(column), value.clone()))
                        .collect(),
                });
            }
            group.tables.push(BoundTable {
                rules: table.clone(),
                by_field,
            });
        }
        Self {
            mapping: mapping.clone(),
            shape,
            needed,
            optional,
            groups,
            used,
        }
    }

    /// Reads a record into the sink, with all the rows that it stands for, if it is of this shape.
    pub fn apply(&self, json: &str, place: &RecordPlace<'_>, sink: &mut Sink<'_>) -> Fit {
        let tree = match from_str_seed(InShape(&self.shape), json) {
            Ok(tree) => tree,
            Err(_) => return Fit::NotJson,
        };
        if let Some(why) = self.misfit(&tree) {
            return Fit::Not(why);
        }
        self.used.store(true, Ordering::Relaxed);
        for group in &self.groups {
            let mut cells: Vec<Cell<'_>> = group.cells.iter().map(|_| Cell::default()).collect();
            self.walk(group, &tree, 0, &mut cells, place, sink);
        }
        Fit::Settled
    }

    /// Why a record is not of this shape.
    fn misfit(&self, tree: &Tree<'_>) -> Option<String> {
        if self.shape == Shape::default() {
            // It reads no key at all: then any record will do.
            return None;
        }
        let is_of_the_kind = match tree {
            Tree::Scalar(_) => self.shape.is_read,
            Tree::List(_) | Tree::Object(_) => true,
            _ => false,
        };
        let lacks = |path: &str, line: usize| {
            let name = &self.mapping.name;
            Some(format!("key '{path}' is missing (mapping '{name}', line {line})"))
        };
        if let Some(needed) = self
            .needed
            .iter()
            .find(|needed| !is_of_the_kind || !tree.has(&needed.places))
        {
            return lacks(&needed.path, needed.line);
        }
        if self.needed.is_empty() && !self.optional.iter().any(|places| tree.has(places)) {
            return Some(format!("it has no key of mapping '{}'", self.mapping.name));
        }
        None
    }

    /// Goes down to the records of a group. What stands above them is looked up once, not once for each.
    fn walk<'t>(
        &self,
        group: &Group,
        tree: &'t Tree<'_>,
        level: usize,
        cells: &mut Vec<Cell<'t>>,
        place: &RecordPlace<'_>,
        sink: &mut Sink<'_>,
    ) {
        for (cell, path) in cells.iter_mut().zip(&group.cells) {
            if path.shared == level {
                let mut found: Vec<&'t Cow<'_, str>> = Vec::new();
                tree.gather(&path.rest, &mut found);
                *cell = Cell {
                    values: found.into_iter().map(|text| &**text).collect(),
                    is_list: tree.is_list_at(&path.rest),
                };
            }
        }
        let Some(step) = group.records.get(level) else {
            sink.read();
            let outcome = match tree {
                Tree::Null | Tree::Absent => Ok(Settled::Skipped(NULL_ITEM)),
                _ => put(&self.mapping, &group.tables, Values::Cells(cells), sink).map(|()| Settled::Used),
            };
            return settle(outcome, place, sink);
        };
        match (step, tree) {
            (Place::Key(at), Tree::Object(values)) => {
                if let Some(value) = values.get(*at) {
                    self.walk(group, value, level + 1, cells, place, sink);
                }
            }
            (Place::Each, Tree::List(items)) => {
                for item in items {
                    self.walk(group, item, level + 1, cells, place, sink);
                }
            }
            (Place::Each, Tree::Scalar(_) | Tree::Object(_)) => self.walk(group, tree, level + 1, cells, place, sink),
            _ => {}
        }
    }
}
