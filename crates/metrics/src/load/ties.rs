//! Who follows and who addresses whom: what `ties.sql` and `addressed.sql` say, in the order of both accounts.

use sql::{Database, Given};
use tables::cell::Cell;
use tables::table::open_column;
use tables::{Day, Follows, InteractionKind, Interactions, TableFile, Timestamp};

use super::lists::Tie;
use super::numbers::number;
use super::statements::Kept;

/// Follows, each once for every moment at which it was seen, by who follows, who is followed, and moment.
#[derive(Debug)]
pub(super) struct Ties(Vec<Tie>);

impl Ties {
    /// Reads them; `of_rows` are the accounts of the table's rows, two of each. What has no time is taken as seen at `without_time`.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub(super) fn read(table: &TableFile<Follows>, of_rows: &[u32], without_time: i64) -> anyhow::Result<Self> {
        let mut ties = Vec::with_capacity(of_rows.len() / 2);
        let mut of_rows = of_rows.chunks_exact(2);
        for batch in table.columns(&["observed_at"]) {
            let batch = batch?;
            let at = open_column::<Option<Timestamp>>(&batch, "observed_at")?;
            for (row, ends) in (0..batch.num_rows()).zip(&mut of_rows) {
                if ends[0] != ends[1] {
                    let at = Option::<Timestamp>::get(&at, row).map_or(without_time, |at| at.0);
                    ties.push((ends[0], ends[1], at));
                }
            }
        }
        ties.sort_unstable();
        ties.dedup();
        Ok(Self(ties))
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Tie] {
        &self.0
    }
}

/// Has the table `ties` asked for what follows are.
///
/// # Errors
/// When the database refuses it.
pub(super) fn give(ties: &[Tie], database: &mut Database, table: Kept) -> Result<(), sql::Error> {
    let columns = vec![
        (
            "follower",
            Given::Numbers(ties.iter().map(|tie| number(tie.0)).collect()),
        ),
        (
            "followed",
            Given::Numbers(ties.iter().map(|tie| number(tie.1)).collect()),
        ),
        ("seen_at", Given::Moments(ties.iter().map(|tie| tie.2).collect())),
    ];
    database.give(table.table, table.query.name, table.query.text, columns)
}

/// How often an account addressed another in some way on some day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AddressedOn {
    /// Who addressed.
    pub source: u32,
    /// Who was addressed.
    pub target: u32,
    /// Days since 1970.
    pub day: i32,
    kind: u8,
    /// How often.
    pub times: i64,
}

impl AddressedOn {
    fn key(&self) -> (u32, u32, i32, u8) {
        (self.source, self.target, self.day, self.kind)
    }
}

/// Who addressed whom, each pair of accounts, day and kind once, in this order.
#[derive(Debug)]
pub(super) struct Addressed(Vec<AddressedOn>);

impl Addressed {
    /// Reads it; `of_rows` are the accounts of the table's rows, two of each.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub(super) fn read(table: &TableFile<Interactions>, of_rows: &[u32]) -> anyhow::Result<Self> {
        let mut addressed: Vec<AddressedOn> = Vec::with_capacity(of_rows.len() / 2);
        let mut of_rows = of_rows.chunks_exact(2);
        for batch in table.columns(&["kind", "day", "count"]) {
            let batch = batch?;
            let kinds = open_column::<InteractionKind>(&batch, "kind")?;
            let days = open_column::<Day>(&batch, "day")?;
            let counts = open_column::<i64>(&batch, "count")?;
            for (row, ends) in (0..batch.num_rows()).zip(&mut of_rows) {
                if ends[0] != ends[1] {
                    addressed.push(AddressedOn {
                        source: ends[0],
                        target: ends[1],
                        day: Day::get(&days, row).0,
                        kind: number_of_kind(InteractionKind::get(&kinds, row)),
                        times: i64::get(&counts, row),
                    });
                }
            }
        }
        addressed.sort_unstable();
        addressed.dedup_by(|next, kept| {
            let same = next.key() == kept.key();
            if same {
                kept.times += next.times;
            }
            same
        });
        Ok(Self(addressed))
    }

    /// All of it.
    pub(super) fn all(&self) -> &[AddressedOn] {
        &self.0
    }

    /// Has the table `addressed` asked for what this is.
    ///
    /// # Errors
    /// When the database refuses it.
    pub(super) fn give(&self, database: &mut Database, table: Kept) -> Result<(), sql::Error> {
        let rows = || self.0.iter();
        let columns = vec![
            ("source", Given::Numbers(rows().map(|row| number(row.source)).collect())),
            ("target", Given::Numbers(rows().map(|row| number(row.target)).collect())),
            ("kind", Given::Numbers(rows().map(|row| i32::from(row.kind)).collect())),
            ("on_day", Given::Days(rows().map(|row| row.day).collect())),
            ("times", Given::Integers(Box::new(rows().map(|row| Some(row.times))))),
        ];
        database.give(table.table, table.query.name, table.query.text, columns)
    }
}

/// The number of a kind in `addressed.sql`.
const fn number_of_kind(kind: InteractionKind) -> u8 {
    match kind {
        InteractionKind::Mention => 1,
        InteractionKind::Quote => 2,
        InteractionKind::Reply => 3,
        InteractionKind::Repost => 4,
    }
}
