//! What each measure is, and how its numbers were made.

use crate::catalogue;
use crate::input::Measured;
use crate::methods::Methods;
use crate::table::{Cell, PageTable, Row, Style, columns};

/// What each measure that occurs is.
pub(crate) fn definitions(measured: &Measured) -> PageTable {
    let occurs = |id: &str| {
        measured.measures.iter().any(|row| row.measure == id) || measured.series.iter().any(|point| point.measure == id)
    };
    let rows = catalogue::all().filter(|entry| occurs(entry.id)).map(|entry| {
        Row::of(vec![
            Cell::text(entry.title),
            Cell::styled(Style::Code, entry.id),
            Cell::text(entry.definition),
        ])
    });
    PageTable {
        id: "definitions".to_owned(),
        caption: "What each measure is".to_owned(),
        columns: columns(&["measure", "id", "definition"]),
        rows: rows.collect(),
    }
}

/// The methods that the numbers name.
pub(crate) fn methods(methods: &Methods) -> PageTable {
    let rows = methods.all().iter().map(|method| {
        let of = method.measures.join(", ");
        Row {
            id: Some(format!("method-{}", method.label)),
            ..Row::of(vec![
                Cell::text(&method.label),
                Cell::text(&method.text),
                Cell::styled(Style::Code, &of),
            ])
        }
    });
    PageTable {
        id: "methods-named".to_owned(),
        caption: "How numbers and intervals were made; the other tables refer to these by label".to_owned(),
        columns: columns(&["label", "method", "of"]),
        rows: rows.collect(),
    }
}
