//! Accounts as small numbers, in the order of platform and id: what `numbers.sql` says, without joining texts.

use std::hash::BuildHasher;

use anyhow::Context;
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use rayon::prelude::*;
use tables::cell::Cell;
use tables::table::open_column;
use tables::{Accounts, Follows, Interactions, Personas, Posts, Spells, Stays, Table, TableFile};

/// Accounts, each once, numbered from 0 in the order in which they were seen.
#[derive(Debug, Default)]
pub(super) struct Names {
    platforms: Vec<String>,
    /// All ids, one after the other.
    ids: String,
    /// Of each account the position of its platform, and where its id ends.
    ends: Vec<(u16, usize)>,
    places: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Names {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Platform and id of an account.
    pub(super) fn name(&self, account: u32) -> (&str, &str) {
        let (platform, id) = name_in(&self.ends, &self.ids, account);
        (&self.platforms[usize::from(platform)], id)
    }

    /// Platform and id of all accounts, in the order of their numbers.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &str)> + '_ {
        (0..).zip(&self.ends).map(|(account, _)| self.name(account))
    }

    /// The account, if it is among them.
    pub(super) fn find(&self, platform: &str, id: &str) -> Option<u32> {
        let platform = self.platforms.iter().position(|known| known == platform)?;
        let platform = u16::try_from(platform).ok()?;
        let is_same = |account: &u32| name_in(&self.ends, &self.ids, *account) == (platform, id);
        self.places.find(self.hasher.hash_one((platform, id)), is_same).copied()
    }

    /// Of each platform on which it is, the account that bears this id.
    pub(super) fn all_with_id<'a>(&'a self, id: &'a str) -> impl Iterator<Item = (&'a str, u32)> + 'a {
        let platforms = self.platforms.iter().map(String::as_str);
        platforms.filter_map(move |platform| Some((platform, self.find(platform, id)?)))
    }

    /// The number of an account, given now if it is new.
    pub(super) fn see(&mut self, platform: &str, id: &str) -> anyhow::Result<u32> {
        const MANY: &str = "more accounts than can be numbered";
        let platform = match self.platforms.iter().position(|known| known == platform) {
            Some(place) => place,
            None => {
                self.platforms.push(platform.to_owned());
                self.platforms.len() - 1
            }
        };
        let platform = u16::try_from(platform).context("more platforms than can be numbered")?;
        // As polars has it, of 32 bits with a sign, 1 being the first.
        let next = i32::try_from(self.ends.len() + 1).context(MANY)?;
        let next = u32::try_from(next - 1).context(MANY)?;
        let (ends, ids, hasher) = (&self.ends, &self.ids, &self.hasher);
        let is_same = |account: &u32| name_in(ends, ids, *account) == (platform, id);
        let hash_of = |account: &u32| hasher.hash_one(name_in(ends, ids, *account));
        match self.places.entry(hasher.hash_one((platform, id)), is_same, hash_of) {
            Entry::Occupied(entry) => Ok(*entry.get()),
            Entry::Vacant(entry) => {
                entry.insert(next);
                self.ids.push_str(id);
                self.ends.push((platform, self.ids.len()));
                Ok(next)
            }
        }
    }

    /// All of them in the order of platform and id, and of each of these lists the numbers there, by the numbers here.
    fn merged(lists: &[Self]) -> anyhow::Result<(Self, Vec<Vec<u32>>)> {
        let all = lists.iter().enumerate().flat_map(|(list, names)| {
            let accounts = (0..names.len()).filter_map(|account| u32::try_from(account).ok());
            accounts.map(move |account| (names.name(account), list, account))
        });
        let mut all: Vec<((&str, &str), usize, u32)> = all.collect();
        all.par_sort_unstable();
        let mut merged = Self::default();
        let mut numbers: Vec<Vec<u32>> = lists.iter().map(|names| vec![0; names.len()]).collect();
        for ((platform, id), list, account) in all {
            numbers[list][account as usize] = merged.see(platform, id)?;
        }
        Ok((merged, numbers))
    }
}

/// The number of an account in the statements, where the first has 1.
pub(super) fn number(account: u32) -> i32 {
    // `Names::see` gives no number beyond.
    i32::try_from(account).map_or(i32::MAX, |account| account + 1)
}

/// The account that has this number in the statements.
pub(super) fn account(number: i64) -> Option<u32> {
    u32::try_from(number).ok()?.checked_sub(1)
}

fn name_in<'a>(ends: &[(u16, usize)], ids: &'a str, account: u32) -> (u16, &'a str) {
    let account = account as usize;
    let (platform, end) = ends[account];
    let start = account.checked_sub(1).map_or(0, |before| ends[before].1);
    (platform, &ids[start..end])
}

/// The accounts of every row of the large tables, row by row, until they are asked for.
#[derive(Debug, Default)]
pub(super) struct OfRows {
    /// Of each post its account.
    pub posts: Vec<u32>,
    /// Of each observation its account.
    pub accounts: Vec<u32>,
    /// Of each follow who follows, then who is followed.
    pub follows: Vec<u32>,
    /// Of each row of interactions who addresses, then who is addressed.
    pub interactions: Vec<u32>,
}

/// Tables whose accounts are numbered; those that no measure asks need not be.
#[derive(Debug)]
pub(super) struct Numbered<'a> {
    /// Posts.
    pub posts: Option<&'a TableFile<Posts>>,
    /// Observations.
    pub accounts: Option<&'a TableFile<Accounts>>,
    /// Follows.
    pub follows: Option<&'a TableFile<Follows>>,
    /// Who addressed whom.
    pub interactions: Option<&'a TableFile<Interactions>>,
    /// Who was on which list when.
    pub stays: &'a TableFile<Stays>,
    /// Lives.
    pub spells: &'a TableFile<Spells>,
    /// Whose accounts are whose.
    pub personas: &'a TableFile<Personas>,
}

impl Numbered<'_> {
    /// Numbers the accounts of all of them.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub(super) fn read(&self) -> anyhow::Result<(Names, OfRows)> {
        let follows = || seen(self.follows, &["platform", "follower_id", "followed_id"]);
        let interactions = || seen(self.interactions, &["platform", "source", "target"]);
        let readings: [&(dyn Fn() -> anyhow::Result<Seen> + Sync); 7] = [
            &|| seen(self.accounts, &["platform", "account_id"]),
            &|| seen(self.posts, &["platform", "account_id"]),
            &follows,
            &interactions,
            &|| seen(Some(self.stays), &["platform", "account_id"]),
            &|| seen(Some(self.spells), &["platform", "account_id"]),
            &|| seen(Some(self.personas), &["platform", "account_id"]),
        ];
        let read: Vec<Seen> = readings.par_iter().map(|reading| reading()).collect::<Result<_, _>>()?;
        let (lists, of_rows): (Vec<Names>, Vec<Vec<u32>>) = read.into_iter().unzip();
        let (names, numbers) = Names::merged(&lists)?;
        let mut of_rows = of_rows.into_iter().zip(&numbers).map(|(mut accounts, numbers)| {
            accounts
                .iter_mut()
                .for_each(|account| *account = numbers[*account as usize]);
            accounts
        });
        let mut next = || of_rows.next().unwrap_or_default();
        let of_rows = OfRows {
            accounts: next(),
            posts: next(),
            follows: next(),
            interactions: next(),
        };
        Ok((names, of_rows))
    }
}

/// The accounts of a table, and those of its rows.
type Seen = (Names, Vec<u32>);

/// Reads them; `columns` are the platform and the ids.
fn seen<T: Table>(table: Option<&TableFile<T>>, columns: &[&'static str]) -> anyhow::Result<Seen> {
    let (mut names, mut of_rows) = (Names::default(), Vec::new());
    let (Some(table), [platform, ids @ ..]) = (table, columns) else {
        return Ok((names, of_rows));
    };
    of_rows.reserve_exact(usize::try_from(table.rows())? * ids.len());
    for batch in table.columns(columns) {
        let batch = batch?;
        let platforms = open_column::<&str>(&batch, platform)?;
        let ids: Vec<_> = ids
            .iter()
            .map(|id| open_column::<&str>(&batch, id))
            .collect::<Result<_, _>>()?;
        for row in 0..batch.num_rows() {
            let platform = <&str>::get(&platforms, row);
            for ids in &ids {
                of_rows.push(names.see(platform, <&str>::get(ids, row))?);
            }
        }
    }
    Ok((names, of_rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[(&str, &str)]) -> Names {
        let mut names = Names::default();
        for (platform, id) in of {
            names.see(platform, id).unwrap();
        }
        names
    }

    #[test]
    fn an_account_has_one_number_however_often_it_is_seen() {
        let mut names = names(&[("b", "2"), ("b", "1"), ("b", "2"), ("a", "2"), ("b", "")]);
        assert_eq!(names.len(), 4);
        assert_eq!(names.see("a", "2").unwrap(), 2);
        assert_eq!(
            (names.find("b", "1"), names.find("a", "1"), names.find("c", "2")),
            (Some(1), None, None)
        );
        assert_eq!((names.name(0), names.name(3)), (("b", "2"), ("b", "")));
        assert_eq!(names.all_with_id("2").collect::<Vec<_>>(), [("b", 0), ("a", 2)]);
    }

    #[test]
    fn lists_are_merged_in_the_order_of_platform_and_id() {
        let lists = [
            names(&[("b", "2"), ("a", "9"), ("b", "10")]),
            Names::default(),
            names(&[("a", "9"), ("a", "1")]),
        ];
        let (merged, numbers) = Names::merged(&lists).unwrap();
        let all: Vec<_> = (0..4).map(|account| merged.name(account)).collect();
        assert_eq!(all, [("a", "1"), ("a", "9"), ("b", "10"), ("b", "2")]);
        assert_eq!(numbers, [vec![3, 1, 2], vec![], vec![1, 0]]);
    }
}
