//! What posts hold besides words: the terms of most posts.

use tables::TermKind;

use crate::input::{Measured, Used};
use crate::number;
use crate::table::{Cell, PageTable, Row, Style, columns};
use crate::words;

/// Terms of each kind that the page names.
const TERMS_NAMED: usize = 10;

/// The terms that most posts of each group hold, a table for each kind. What fewer accounts used than are shown is only counted.
pub(crate) fn content(measured: &Measured, smallest: i64) -> Vec<PageTable> {
    let kinds = [
        (TermKind::Hashtag, "hashtag", "Hashtags of most posts"),
        (TermKind::Domain, "domain", "Domains that most posts link to"),
        (TermKind::Client, "client", "Clients of most posts"),
    ];
    let tables = kinds.into_iter().map(|(kind, name, caption)| {
        let rows = words::GROUPS.iter().flat_map(|group| {
            let of = measured
                .content
                .iter()
                .filter(|used| used.group == *group && used.kind == kind);
            let mut rows: Vec<Row> = of.take(TERMS_NAMED).map(used_row).collect();
            let few = measured.terms_of_few.get(&((*group).to_owned(), kind));
            if let Some(few) = few {
                rows.push(Row::of(vec![
                    Cell::text(&words::group(group)),
                    Cell::text(&format!("(fewer than {smallest} accounts)"))
                        .line(Style::Small, &format!("{} of the most used terms", number::count(*few))),
                    Cell::no_number(),
                    Cell::no_number(),
                    Cell::no_number(),
                    Cell::no_number(),
                    Cell::no_number(),
                ]));
            }
            rows
        });
        PageTable {
            id: format!("content-{name}"),
            caption: caption.to_owned(),
            columns: columns(&[
                "group",
                "term",
                "posts#",
                "share of posts#",
                "accounts#",
                "share of accounts#",
                "95 % interval#",
            ]),
            rows: rows.collect(),
        }
    });
    tables.filter(|table| !table.rows.is_empty()).collect()
}

fn used_row(used: &Used) -> Row {
    let share = |share: Option<f64>| share.map_or_else(Cell::no_number, |share| Cell::shown(number::number(share)));
    let (value, interval) = match used.share_of_accounts {
        None => (Cell::no_number(), None),
        Some(value) => {
            let (shown, interval) = number::with_interval(value, used.interval);
            (Cell::shown(shown), interval)
        }
    };
    Row::of(vec![
        Cell::text(&words::group(&used.group)),
        Cell::text(&used.term).line(Style::Small, used.mark.as_deref().unwrap_or_default()),
        Cell::count(used.posts),
        share(used.share_of_posts),
        Cell::count(used.accounts),
        value,
        interval.map_or_else(Cell::no_number, Cell::shown),
    ])
}
