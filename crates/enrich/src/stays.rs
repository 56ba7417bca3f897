//! When each account was on the list of which set: the one place where that is told.
//!
//! Of `listed`, an account is on the list from `listed_at` until before `unlisted_at` of each of its roster entries; a null leaves
//! that side open. Entries that touch or overlap are one stay; one that ends before it begins is none. Where the archive itself
//! is the list, each member is on it all the time.

use stage::Run;
use tables::{SetName, Stay, Stays, Timestamp};

use crate::accounts::{AccountNumber, AccountNumbers};
use crate::signs::SignsInOrder;

/// A time on a list: from its first moment until before its last; `None` leaves that side open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OnList {
    /// Who.
    pub account: AccountNumber,
    /// The first moment.
    pub from_at: Option<Timestamp>,
    /// The first moment after it.
    pub to_at: Option<Timestamp>,
}

impl OnList {
    /// Whether it lasts any time.
    fn lasts(&self) -> bool {
        !matches!((self.from_at, self.to_at), (Some(from), Some(to)) if to <= from)
    }
}

/// Stays of accounts that are on the list all the time.
pub(crate) fn always(accounts: &[AccountNumber]) -> Vec<OnList> {
    accounts
        .iter()
        .map(|account| OnList {
            account: *account,
            from_at: None,
            to_at: None,
        })
        .collect()
}

/// Joins what touches or overlaps; the result is in order of account and time.
pub(crate) fn joined(mut stays: Vec<OnList>) -> Vec<OnList> {
    stays.retain(OnList::lasts);
    // None sorts before every moment, as it should for the first moment.
    stays.sort_unstable();
    let mut joined: Vec<OnList> = Vec::with_capacity(stays.len());
    for stay in stays {
        match joined.last_mut() {
            Some(last) if last.account == stay.account && last.to_at.is_none_or(|to| stay.from_at <= Some(to)) => {
                last.to_at = match (last.to_at, stay.to_at) {
                    (Some(a), Some(b)) => Some(a.max(b)),
                    _ => None,
                };
            }
            _ => joined.push(stay),
        }
    }
    joined
}

/// The rows of a set, in the order of the table; `stays` need not be joined.
fn rows<'a>(set: SetName, stays: Vec<OnList>, numbers: &'a AccountNumbers, signs: &SignsInOrder) -> Vec<Stay<'a>> {
    let mut rows: Vec<Stay<'_>> = joined(stays)
        .into_iter()
        .map(|stay| {
            let (platform, account_id) = numbers.name(stay.account);
            Stay {
                set,
                platform,
                account_id,
                from_at: stay.from_at,
                to_at: stay.to_at,
                seen_at: stay.from_at.and_then(|from| signs.seen_from(stay.account, from)),
            }
        })
        .collect();
    rows.sort_by(|a, b| (a.platform, a.account_id, a.from_at).cmp(&(b.platform, b.account_id, b.from_at)));
    rows
}

/// Writes `stays`: who was listed, and with them who was admitted, where any were.
pub(crate) fn write(
    run: &mut Run,
    listed: Vec<OnList>,
    admitted: Option<Vec<OnList>>,
    numbers: &AccountNumbers,
    signs: &SignsInOrder,
) -> anyhow::Result<()> {
    let expanded = match admitted {
        Some(admitted) => admitted.into_iter().chain(listed.iter().copied()).collect(),
        None => Vec::new(),
    };
    let mut stays = rows(SetName::Expanded, expanded, numbers, signs);
    stays.extend(rows(SetName::Listed, listed, numbers, signs));
    run.write::<Stays>(stays)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_that_touch_are_one_stay_and_empty_ones_none() {
        let mut numbers = AccountNumbers::default();
        let a = numbers.number("twitter", "a").unwrap();
        let b = numbers.number("twitter", "b").unwrap();
        let stay = |account, from: Option<i64>, to: Option<i64>| OnList {
            account,
            from_at: from.map(Timestamp),
            to_at: to.map(Timestamp),
        };
        let joined = joined(vec![
            stay(b, Some(5), None),
            stay(a, Some(30), Some(40)),
            stay(a, None, Some(10)),
            stay(a, Some(10), Some(20)),
            stay(a, Some(12), Some(15)),
            stay(a, Some(25), Some(25)),
            stay(a, Some(27), Some(26)),
            stay(b, Some(9), Some(12)),
        ]);
        assert_eq!(
            joined,
            [
                stay(a, None, Some(20)),
                stay(a, Some(30), Some(40)),
                stay(b, Some(5), None)
            ]
        );
    }
}
