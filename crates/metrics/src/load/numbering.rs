//! Accounts, windows and sets as statements have them, by number, and as the evidence has them.

use anyhow::Context;
use sql::{Given, Rows};
use tables::SetName;

use super::numbers::{self, Numbered};
use super::statements::{LISTINGS, NUMBERS, SPANS, WINDOW_NAMES};
use super::{Loader, OBSERVED};
use crate::family::{Families, Family};

const NOT_NUMBERED: &str = "a statement gave an account without a number";

/// The columns by which most results are keyed.
pub(super) struct Key {
    /// The sets.
    pub(super) sets: Vec<SetName>,
    /// Positions in the study.
    pub(super) windows: Vec<usize>,
    /// Numbers of the statements.
    pub(super) accounts: Vec<i64>,
}

impl Loader<'_> {
    /// Numbers the accounts that statements ask by number, and all others of whom something may be measured: an account's place among
    /// those that a number is made of is the same whatever else is asked for.
    pub(super) fn number(&mut self, families: &Families) -> anyhow::Result<()> {
        const POSTS: [Family; 4] = [Family::TweetsPerDay, Family::Volume, Family::Duration, Family::Language];
        const INTERACTIONS: [Family; 3] = [Family::Insularity, Family::Influence, Family::Structure];
        let posts = families.any(&POSTS).then(|| self.dir.table()).transpose()?;
        let accounts = families.any(&OBSERVED).then(|| self.dir.table()).transpose()?;
        let networks = families.any(&[Family::Insularity, Family::Structure]);
        let follows = networks.then(|| self.dir.table()).transpose()?;
        let interactions = families.any(&INTERACTIONS).then(|| self.dir.table()).transpose()?;
        let numbered = Numbered {
            posts: posts.as_ref(),
            accounts: accounts.as_ref(),
            follows: follows.as_ref(),
            interactions: interactions.as_ref(),
            stays: &self.dir.table()?,
            spells: &self.dir.table()?,
            personas: &self.dir.table()?,
        };
        (self.names, self.of_rows) = numbered.read()?;
        stage::heap::give_back();
        let names = || self.names.all();
        let columns = vec![
            ("platform", Given::Texts(Box::new(names().map(|name| name.0)))),
            ("account_id", Given::Texts(Box::new(names().map(|name| name.1)))),
            (
                "account",
                Given::Numbers((1..).zip(names()).map(|(number, _)| number).collect()),
            ),
        ];
        let given = self
            .database
            .give(NUMBERS.table, NUMBERS.query.name, NUMBERS.query.text, columns);
        self.given(NUMBERS, given)
    }

    /// Has who was on which list, and the windows, stand among the tables that statements ask, both by number.
    pub(super) fn lists(&mut self) -> anyhow::Result<()> {
        self.keep(&[LISTINGS, SPANS])?;
        self.forget(&[NUMBERS]);
        let rows = self.ask(WINDOW_NAMES)?;
        let position = |name: &str| {
            let position = self
                .evidence
                .study
                .windows()
                .iter()
                .position(|window| window.name() == name);
            position.ok_or_else(|| self.other_study(&format!("a window '{name}'")))
        };
        self.windows = rows
            .all_text("window_name")?
            .into_iter()
            .map(position)
            .collect::<Result<_, _>>()?;
        Ok(())
    }

    /// The number of an account. All that `enrich` tells a life of have theirs already; who else turns up comes after them.
    pub(super) fn account(&mut self, platform: &str, id: &str) -> anyhow::Result<u32> {
        self.names.see(platform, id)
    }

    /// The same of an account that a statement has by number.
    pub(super) fn numbered(&self, number: i64) -> anyhow::Result<u32> {
        let account = numbers::account(number).filter(|account| (*account as usize) < self.names.len());
        account.context(NOT_NUMBERED)
    }

    /// Platform and id of an account that a statement has by number.
    pub(super) fn name(&self, number: i64) -> anyhow::Result<(&str, &str)> {
        Ok(self.names.name(self.numbered(number)?))
    }

    /// The columns by which most results are keyed.
    pub(super) fn key(&self, rows: &Rows) -> anyhow::Result<Key> {
        let sets = rows.all_integers("set_number")?.into_iter().map(|number| match number {
            1 => SetName::Expanded,
            _ => SetName::Listed,
        });
        Ok(Key {
            sets: sets.collect(),
            windows: self.windows_of(rows)?,
            accounts: rows.all_integers("account")?,
        })
    }

    /// Of each row its window's position in the study.
    pub(super) fn windows_of(&self, rows: &Rows) -> anyhow::Result<Vec<usize>> {
        let numbers = rows.all_integers("window_number")?.into_iter();
        let position = |number: i64| {
            let place = usize::try_from(number).ok()?.checked_sub(1)?;
            self.windows.get(place).copied()
        };
        numbers
            .map(|number| position(number).context("a statement gave a window without a number"))
            .collect()
    }
}
