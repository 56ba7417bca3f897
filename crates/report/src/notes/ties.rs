//! The ties that insularity is made of.

use crate::input::Measured;
use crate::table::{Cell, PageTable, Row, Style, columns};
use crate::words;

/// The ties that insularity is made of.
pub(crate) fn ties(measured: &Measured, smallest: i64) -> Option<PageTable> {
    let small = |count: i64| 0 < count && count < smallest;
    let rows: Vec<Row> = measured
        .network
        .iter()
        .map(|ties| {
            let tied = |count: i64| {
                // A few ties between few accounts would be told account by account.
                if small(count) {
                    Cell::text(&format!("fewer than {smallest}"))
                } else {
                    Cell::count(count)
                }
            };
            Row::of(vec![
                Cell::text(&words::group(&ties.group)),
                Cell::text(&ties.window),
                Cell::text(&ties.relation),
                Cell::count(ties.accounts),
                tied(ties.inside),
                tied(ties.outside),
                tied(ties.reciprocated),
                Cell::styled(Style::Small, &ties.policy),
            ])
        })
        .collect();
    (!rows.is_empty()).then(|| PageTable {
        id: "ties".to_owned(),
        caption: "Ties of members, from which insularity is computed".to_owned(),
        columns: columns(&[
            "group",
            "window",
            "relation",
            "accounts#",
            "inside#",
            "outside#",
            "reciprocated#",
            "counted how",
        ]),
        rows,
    })
}
