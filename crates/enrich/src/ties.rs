//! Who was known to follow or address whom by which sample.
//!
//! A tie is an ordered pair of different accounts, the first of which follows the second or has addressed it, however often. It is
//! known from the first sample on that has seen it; a follow without a time is known at the last sample, as `metrics` takes it as
//! seen at the end of the period. Each tie costs 12 bytes while it is gathered and 16 afterwards.

use tables::Timestamp;

use crate::accounts::AccountNumber;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Tie {
    from: AccountNumber,
    to: AccountNumber,
    /// The first sample that knows it.
    sample: u32,
}

/// Ties being gathered, in any order and as often as they are seen.
#[derive(Debug)]
pub(crate) struct Gathered {
    samples: Vec<Timestamp>,
    ties: Vec<Tie>,
    /// The newest follow of which each sample is the first to know.
    newest_follows: Vec<Option<Timestamp>>,
    /// How many there were when each pair last stood once.
    compacted: usize,
}

impl Gathered {
    /// Nothing yet, for samples in order of time.
    pub(crate) fn new(samples: Vec<Timestamp>) -> Self {
        Self {
            newest_follows: vec![None; samples.len()],
            samples,
            ties: Vec::new(),
            compacted: 0,
        }
    }

    /// Notes that `from` follows or addresses `to`, seen at a moment. What no sample sees is of no use.
    pub(crate) fn add(&mut self, from: AccountNumber, to: AccountNumber, seen_at: Timestamp) {
        self.know(from, to, self.samples.partition_point(|sample| *sample < seen_at));
    }

    /// Notes that `from` follows `to`; seen nobody knows when, it is known at the last sample.
    pub(crate) fn add_follow(&mut self, from: AccountNumber, to: AccountNumber, seen_at: Option<Timestamp>) {
        let Some(seen_at) = seen_at else {
            return self.know(from, to, self.samples.len().saturating_sub(1));
        };
        let first = self.samples.partition_point(|sample| *sample < seen_at);
        if let Some(newest) = self.newest_follows.get_mut(first) {
            *newest = Some(seen_at).max(*newest);
        }
        self.know(from, to, first);
    }

    /// How many days old the newest follow is at a sample, at least and at most, of samples by which any was seen.
    pub(crate) fn follow_ages_days(&self) -> Option<(f64, f64)> {
        let mut newest = None;
        let mut ages = Vec::with_capacity(self.samples.len());
        for (sample, seen_at) in self.samples.iter().zip(&self.newest_follows) {
            newest = newest.max(*seen_at);
            ages.extend(newest.map(|seen_at: Timestamp| sample.days_since(seen_at)));
        }
        let least = ages.iter().copied().min_by(f64::total_cmp)?;
        let most = ages.iter().copied().max_by(f64::total_cmp)?;
        Some((least, most))
    }

    fn know(&mut self, from: AccountNumber, to: AccountNumber, sample: usize) {
        if from == to || sample == self.samples.len() {
            return;
        }
        // A study has far fewer samples than days in a thousand years.
        let sample = u32::try_from(sample).unwrap_or(u32::MAX);
        self.ties.push(Tie { from, to, sample });
        if self.ties.len() > 2 * self.compacted + 1024 {
            self.compact();
        }
    }

    /// Each pair once, with the first sample that knows it.
    fn compact(&mut self) {
        self.ties.sort_unstable();
        self.ties.dedup_by_key(|tie| (tie.from, tie.to));
        self.compacted = self.ties.len();
    }

    /// All ties, by account; `accounts` is how many there are.
    pub(crate) fn ties(mut self, accounts: usize) -> Ties {
        self.compact();
        let mut ties = self.ties;
        ties.sort_unstable_by_key(|tie| (tie.from, tie.sample, tie.to));
        let outward = Rows::of(accounts, ties.iter().map(|tie| (tie.from, tie.to, tie.sample)));
        ties.sort_unstable_by_key(|tie| (tie.to, tie.sample, tie.from));
        let inward = Rows::of(accounts, ties.iter().map(|tie| (tie.to, tie.from, tie.sample)));
        Ties { outward, inward }
    }
}

/// Ties of all accounts, both ways.
#[derive(Debug)]
pub(crate) struct Ties {
    /// Whom each account follows or addresses.
    pub outward: Rows,
    /// Who follows or addresses each account.
    pub inward: Rows,
}

impl Ties {
    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.outward.ends.is_empty()
    }
}

/// The other ends of each account's ties, in the order in which samples came to know them.
#[derive(Debug)]
pub(crate) struct Rows {
    starts: Vec<usize>,
    ends: Vec<(AccountNumber, u32)>,
}

impl Rows {
    /// Of triples (account, other end, sample) in order of account and sample.
    fn of(accounts: usize, triples: impl Iterator<Item = (AccountNumber, AccountNumber, u32)>) -> Self {
        let mut starts = vec![0; accounts + 1];
        let mut ends = Vec::with_capacity(triples.size_hint().0);
        for (account, other, sample) in triples {
            starts[account.index() + 1] += 1;
            ends.push((other, sample));
        }
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        Self { starts, ends }
    }

    /// Accounts that it is tied to by this sample.
    pub(crate) fn known(&self, account: AccountNumber, sample: u32) -> impl Iterator<Item = AccountNumber> + '_ {
        let row = self.row(account);
        let known = row.partition_point(|(_, first)| *first <= sample);
        row[..known].iter().map(|(other, _)| *other)
    }

    /// Accounts of which this sample is the first to know that it is tied to them.
    pub(crate) fn new_at(&self, account: AccountNumber, sample: u32) -> impl Iterator<Item = AccountNumber> + '_ {
        let row = self.row(account);
        let before = row.partition_point(|(_, first)| *first < sample);
        row[before..]
            .iter()
            .take_while(move |(_, first)| *first == sample)
            .map(|(other, _)| *other)
    }

    fn row(&self, account: AccountNumber) -> &[(AccountNumber, u32)] {
        match (self.starts.get(account.index()), self.starts.get(account.index() + 1)) {
            (Some(from), Some(to)) => &self.ends[*from..*to],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::AccountNumbers;

    #[test]
    fn a_pair_is_one_tie_from_the_first_sample_that_saw_it() {
        let mut numbers = AccountNumbers::default();
        let [a, b, c] = ["a", "b", "c"].map(|id| numbers.number("twitter", id).unwrap());
        let mut gathered = Gathered::new(vec![Timestamp(10), Timestamp(20)]);
        for (from, to, at) in [(a, b, 15), (a, b, 20), (a, c, 10), (b, a, 21), (c, c, 1), (c, a, 11)] {
            gathered.add(from, to, Timestamp(at));
        }
        assert_eq!(gathered.follow_ages_days(), None);
        gathered.add_follow(b, c, None);
        assert_eq!(gathered.follow_ages_days(), None);
        let ties = gathered.ties(3);
        let out = |account, sample| ties.outward.known(account, sample).collect::<Vec<_>>();
        assert_eq!(out(a, 0), [c], "a moment at a sample is known by it");
        assert_eq!(out(a, 1), [c, b]);
        assert_eq!(out(b, 0), []);
        assert_eq!(
            out(b, 1),
            [c],
            "without a time; what comes after the last sample is not known"
        );
        assert_eq!(out(c, 1), [a], "not oneself");
        assert_eq!(ties.inward.new_at(a, 1).collect::<Vec<_>>(), [c]);
        assert_eq!(ties.inward.new_at(a, 0).count(), 0);
    }

    #[test]
    fn the_newest_follow_is_as_old_as_the_time_since_it_was_seen() {
        let mut numbers = AccountNumbers::default();
        let [a, b] = ["a", "b"].map(|id| numbers.number("twitter", id).unwrap());
        let day = |day: i64| Timestamp(day * tables::DAY_MS);
        let mut gathered = Gathered::new([0, 10, 11, 30].map(day).to_vec());
        for seen_at in [8, 5, 11, 40] {
            gathered.add_follow(a, b, Some(day(seen_at)));
        }
        assert_eq!(gathered.follow_ages_days(), Some((0.0, 19.0)));
    }

    #[test]
    fn however_often_a_tie_is_seen_it_takes_room_once() {
        let mut numbers = AccountNumbers::default();
        let accounts: Vec<_> = (0..20)
            .map(|id| numbers.number("twitter", &id.to_string()).unwrap())
            .collect();
        let mut gathered = Gathered::new(vec![Timestamp(0)]);
        for _ in 0..1000 {
            for to in &accounts[1..] {
                gathered.add(accounts[0], *to, Timestamp(-1));
            }
        }
        assert!(gathered.ties.len() <= 2 * 19 + 1024);
        assert_eq!(gathered.ties(20).outward.known(accounts[0], 0).count(), 19);
    }
}
