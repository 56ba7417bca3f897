//! Which follows were seen of an account at one time, as one list.

use std::collections::BTreeMap;

/// Sightings of an account's ties less than this far apart, in milliseconds, are of one list: a collector that stamps each page takes
/// minutes, or hours where it has to wait; the next collection comes a day later at the earliest.
const PAUSE_MS: i64 = 6 * 3_600_000;

/// A follow with its moment: who follows, who is followed, and when that was seen.
pub(super) type Tie = (u32, u32, i64);

/// Whose lists they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// Of the accounts that follow: whom they follow.
    Follower,
    /// Of the accounts that are followed: who follows them.
    Followed,
}

impl Owner {
    fn of(self, tie: &Tie) -> u32 {
        match self {
            Owner::Follower => tie.0,
            Owner::Followed => tie.1,
        }
    }
}

/// Follows by the list they stand on.
#[derive(Debug, PartialEq)]
pub(super) struct Lists {
    /// Each once on every list, with the last moment of the list in place of its own; by who follows, who is followed, and moment.
    pub ties: Vec<Tie>,
    /// The first moment of a list, by account and last moment, where these differ.
    pub begun: BTreeMap<(u32, i64), i64>,
}

/// The lists that ties in their order stand on; nothing where every list was seen at one moment, so that the ties are that already.
pub(super) fn lists(ties: &[Tie], owner: Owner) -> Option<Lists> {
    let mut sightings: Vec<(u32, i64)> = ties.iter().map(|tie| (owner.of(tie), tie.2)).collect();
    sightings.sort_unstable();
    sightings.dedup();
    // Account, first moment and last one.
    let mut found: Vec<(u32, i64, i64)> = Vec::new();
    for (account, at) in sightings {
        match found.last_mut() {
            Some((of, _, last)) if *of == account && at - *last < PAUSE_MS => *last = at,
            _ => found.push((account, at, at)),
        }
    }
    if found.iter().all(|(_, first, last)| first == last) {
        return None;
    }
    let list_of = |tie: &Tie| {
        let after = found.partition_point(|(account, first, _)| (*account, *first) <= (owner.of(tie), tie.2));
        found[after - 1].2
    };
    let mut on_lists: Vec<Tie> = ties.iter().map(|tie| (tie.0, tie.1, list_of(tie))).collect();
    on_lists.dedup();
    let uneven = found.iter().filter(|(_, first, last)| first != last);
    Some(Lists {
        ties: on_lists,
        begun: uneven
            .map(|(account, first, last)| ((*account, *last), *first))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn lists_of_one_moment_each_are_as_they_are() {
        let ties = [(1, 2, 0), (1, 2, 24 * HOUR), (1, 3, 0), (2, 3, HOUR)];
        assert_eq!(lists(&ties, Owner::Follower), None);
        // Account 3 was seen to be followed an hour apart.
        assert!(lists(&ties, Owner::Followed).is_some());
    }

    #[test]
    fn pages_of_a_list_are_one_and_the_next_day_is_another() {
        let day = 24 * HOUR;
        let ties = [
            (1, 2, 0),
            (1, 2, HOUR),
            (1, 2, day),
            (1, 3, 5 * HOUR),
            (1, 4, day + 1),
            (7, 2, 0),
        ];
        let found = lists(&ties, Owner::Follower).unwrap();
        assert_eq!(
            found.ties,
            [
                (1, 2, 5 * HOUR),
                (1, 2, day + 1),
                (1, 3, 5 * HOUR),
                (1, 4, day + 1),
                (7, 2, 0)
            ]
        );
        assert_eq!(found.begun, BTreeMap::from([((1, 5 * HOUR), 0), ((1, day + 1), day)]));
    }
}
