//! What was seen of accounts when, in the order of accounts and moments, and what `observations.sql` says of it.

use sql::{Database, Given};
use tables::cell::Cell;
use tables::table::open_column;
use tables::{Accounts, TableFile, Timestamp};

use super::numbers::number;
use super::statements::Kept;

/// Where a count is not known; below every count, so that the greatest of several is the greatest known one.
const NONE: i64 = i64::MIN;
/// The same of numbers; none of the tables holds an infinite one.
const NO_NUMBER: f64 = f64::NEG_INFINITY;

/// Observations with a time, as they were read, and their order.
#[derive(Debug)]
pub(super) struct Observations {
    accounts: Vec<u32>,
    at: Vec<i64>,
    followers: Vec<i64>,
    following: Vec<i64>,
    statuses: Vec<i64>,
    tweets_per_day: Vec<f64>,
    moments: Moments,
}

/// What was seen of an account at a moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Observed {
    /// The account.
    pub account: u32,
    /// When, in milliseconds.
    pub at: i64,
    /// Followers.
    pub followers: Option<i64>,
    /// Posts per day of its life until then.
    pub tweets_per_day: Option<f64>,
}

impl Observations {
    /// Reads them; `of_rows` are the accounts of the table's rows, of which there are `accounts` different ones.
    ///
    /// # Errors
    /// When the table cannot be read, or has more rows than can be numbered.
    pub(super) fn read(table: &TableFile<Accounts>, of_rows: &[u32], accounts: usize) -> anyhow::Result<Self> {
        const COLUMNS: [&str; 5] = ["observed_at", "followers", "following", "statuses", "tweets_per_day"];
        u32::try_from(of_rows.len())?;
        let mut read = Self {
            accounts: Vec::with_capacity(of_rows.len()),
            at: Vec::with_capacity(of_rows.len()),
            followers: Vec::with_capacity(of_rows.len()),
            following: Vec::with_capacity(of_rows.len()),
            statuses: Vec::with_capacity(of_rows.len()),
            tweets_per_day: Vec::with_capacity(of_rows.len()),
            moments: Moments::default(),
        };
        let mut of_rows = of_rows.iter();
        for batch in table.columns(&COLUMNS) {
            let batch = batch?;
            let at = open_column::<Option<Timestamp>>(&batch, "observed_at")?;
            let followers = open_column::<Option<i64>>(&batch, "followers")?;
            let following = open_column::<Option<i64>>(&batch, "following")?;
            let statuses = open_column::<Option<i64>>(&batch, "statuses")?;
            let tweets_per_day = open_column::<Option<f64>>(&batch, "tweets_per_day")?;
            for (row, account) in (0..batch.num_rows()).zip(&mut of_rows) {
                let Some(Timestamp(moment)) = Option::<Timestamp>::get(&at, row) else {
                    continue;
                };
                read.accounts.push(*account);
                read.at.push(moment);
                read.followers.push(Option::<i64>::get(&followers, row).unwrap_or(NONE));
                read.following.push(Option::<i64>::get(&following, row).unwrap_or(NONE));
                read.statuses.push(Option::<i64>::get(&statuses, row).unwrap_or(NONE));
                let pace = Option::<f64>::get(&tweets_per_day, row);
                read.tweets_per_day.push(pace.unwrap_or(NO_NUMBER));
            }
        }
        read.moments = Moments::of(&read.accounts, &read.at, accounts);
        Ok(read)
    }

    /// What was seen, by account, then moment.
    pub(super) fn observed(&self) -> impl Iterator<Item = Observed> + '_ {
        self.moments.all().map(|here| Observed {
            account: self.accounts[here[0] as usize],
            at: self.at[here[0] as usize],
            followers: known(here, &self.followers),
            tweets_per_day: known_number(here, &self.tweets_per_day),
        })
    }

    /// Has the table `observations` asked for what they are.
    ///
    /// # Errors
    /// When the database refuses it.
    pub(super) fn give(self, database: &mut Database, table: Kept) -> Result<(), sql::Error> {
        let Self {
            accounts,
            at,
            followers,
            following,
            statuses,
            tweets_per_day,
            mut moments,
        } = self;
        moments.keep_ends_of_days(&accounts, &at, &statuses);
        let firsts = || moments.all().map(|here| here[0] as usize);
        let numbers = firsts().map(|first| number(accounts[first])).collect();
        let observed_at = firsts().map(|first| at[first]).collect();
        drop((accounts, at));
        let columns = vec![
            ("account", Given::Numbers(numbers)),
            ("observed_at", Given::Moments(observed_at)),
            ("followers", moments.counts(followers)),
            ("following", moments.counts(following)),
            ("statuses", moments.counts(statuses)),
            ("tweets_per_day", moments.numbers(tweets_per_day)),
        ];
        database.give(table.table, table.query.name, table.query.text, columns)
    }
}

/// Positions of observations by account, then moment, and where in that order those of one account at one moment stand: from and up to.
#[derive(Debug, Default)]
struct Moments {
    order: Vec<u32>,
    places: Vec<(u32, u32)>,
}

impl Moments {
    fn of(accounts: &[u32], at: &[i64], different: usize) -> Self {
        let order = in_order(accounts, at, different);
        let mut places: Vec<(u32, u32)> = Vec::with_capacity(order.len());
        let mut before = None;
        for (place, position) in (0..).zip(&order) {
            let here = Some((accounts[*position as usize], at[*position as usize]));
            match places.last_mut() {
                Some(last) if here == before => last.1 = place + 1,
                _ => places.push((place, place + 1)),
            }
            before = here;
        }
        Self { order, places }
    }

    /// Leaves of each account and day the first and the last moment, and the first and the last at which posts were counted.
    fn keep_ends_of_days(&mut self, accounts: &[u32], at: &[i64], statuses: &[i64]) {
        let Self { order, places } = self;
        let day = |place: &(u32, u32)| {
            let first = order[place.0 as usize] as usize;
            (accounts[first], Timestamp(at[first]).day())
        };
        let counted = |place: &(u32, u32)| {
            let here = &order[place.0 as usize..place.1 as usize];
            known(here, statuses).is_some()
        };
        let mut kept: Vec<(u32, u32)> = Vec::new();
        for of_day in places.chunk_by(|one, next| day(one) == day(next)) {
            let last = of_day.len() - 1;
            let ends = [of_day.iter().position(counted), of_day.iter().rposition(counted)];
            let ends = [Some(0), ends[0], ends[1], Some(last)].into_iter().flatten();
            let mut next = 0;
            for end in ends {
                // In order of time; one moment may be several of them.
                if end >= next {
                    kept.push(of_day[end]);
                    next = end + 1;
                }
            }
        }
        *places = kept;
    }

    /// Of each account and moment the positions of what was seen then.
    fn all(&self) -> impl ExactSizeIterator<Item = &[u32]> + '_ {
        let places = self.places.iter();
        places.map(|place| &self.order[place.0 as usize..place.1 as usize])
    }

    fn counts(&self, counts: Vec<i64>) -> Given<'_> {
        Given::Integers(Box::new(self.all().map(move |here| known(here, &counts))))
    }

    fn numbers(&self, numbers: Vec<f64>) -> Given<'_> {
        Given::Reals(Box::new(self.all().map(move |here| known_number(here, &numbers))))
    }
}

/// Positions by account, of which there are so many different ones, then moment.
fn in_order(accounts: &[u32], at: &[i64], different: usize) -> Vec<u32> {
    let mut ends = vec![0_u32; different + 1];
    accounts.iter().for_each(|account| ends[*account as usize + 1] += 1);
    for account in 0..different {
        ends[account + 1] += ends[account];
    }
    let mut order = vec![0_u32; accounts.len()];
    let mut next = ends.clone();
    for (position, account) in (0..).zip(accounts) {
        let place = &mut next[*account as usize];
        order[*place as usize] = position;
        *place += 1;
    }
    let mut rest = order.as_mut_slice();
    for ends in ends.windows(2) {
        let (of_account, others) = std::mem::take(&mut rest).split_at_mut((ends[1] - ends[0]) as usize);
        // Most stand in the order of time already.
        of_account.sort_by_key(|position| at[*position as usize]);
        rest = others;
    }
    order
}

/// The greatest count that is known among these.
fn known(positions: &[u32], counts: &[i64]) -> Option<i64> {
    let greatest = positions.iter().map(|position| counts[*position as usize]).max();
    greatest.filter(|count| *count != NONE)
}

fn known_number(positions: &[u32], numbers: &[f64]) -> Option<f64> {
    let greatest = positions
        .iter()
        .map(|position| numbers[*position as usize])
        .reduce(f64::max);
    greatest.filter(|number| *number != NO_NUMBER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_observations_at_one_moment_the_greatest_known_counts_stand() {
        let moments = Moments::of(&[1, 0, 1, 1, 0, 1], &[5, 9, 3, 5, 9, 5], 3);
        let all: Vec<&[u32]> = moments.all().collect();
        assert_eq!(all, [&[1, 4][..], &[2], &[0, 3, 5]]);
        let counts = [NONE, NONE, 7, 4, NONE, -2];
        assert_eq!(
            all.iter().map(|here| known(here, &counts)).collect::<Vec<_>>(),
            [None, Some(7), Some(4)]
        );
        let numbers = [NO_NUMBER, 0.5, 2.0, -1.0, NO_NUMBER, NO_NUMBER];
        let found: Vec<Option<f64>> = all.iter().map(|here| known_number(here, &numbers)).collect();
        assert_eq!(found, [Some(0.5), Some(2.0), Some(-1.0)]);
        assert_eq!(Moments::of(&[], &[], 0).all().len(), 0);
    }

    #[test]
    fn of_a_day_its_ends_are_kept_and_the_ends_of_what_was_counted() {
        let day = tables::DAY_MS;
        let at = [0, 1, 2, 3, 4, day - 1, day, day + 1, day + 2, 3 * day];
        let statuses = [NONE, 5, 6, 7, NONE, NONE, 8, 9, 10, NONE];
        let accounts = [0; 10];
        let mut moments = Moments::of(&accounts, &at, 1);
        moments.keep_ends_of_days(&accounts, &at, &statuses);
        let kept: Vec<u32> = moments.all().map(|here| here[0]).collect();
        assert_eq!(kept, [0, 1, 3, 5, 6, 8, 9]);
    }
}
