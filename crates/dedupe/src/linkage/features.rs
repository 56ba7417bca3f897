//! What accounts show, as sorted sets of numbers: one set an account and kind, and how many accounts show the same.

/// A text as a number; the kind keeps equal texts of different kinds apart where they share a space.
pub(super) fn number(parts: &[&str]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    u64::from_le_bytes(first)
}

/// (account, feature) pairs as they are read; repetitions are taken out now and then, so that memory follows what is distinct.
#[derive(Debug)]
pub(super) struct Gathered {
    pairs: Vec<(u32, u64)>,
    compact_at: usize,
}

impl Default for Gathered {
    fn default() -> Self {
        Self {
            pairs: Vec::new(),
            compact_at: 1 << 16,
        }
    }
}

impl Gathered {
    pub(super) fn add(&mut self, account: u32, feature: u64) {
        self.pairs.push((account, feature));
        if self.pairs.len() >= self.compact_at {
            self.pairs.sort_unstable();
            self.pairs.dedup();
            self.compact_at = (2 * self.pairs.len()).max(1 << 16);
        }
    }

    /// The sets, of accounts renumbered by `place`.
    pub(super) fn sets(mut self, place: &[u32]) -> Features {
        for (account, _) in &mut self.pairs {
            *account = place.get(*account as usize).copied().unwrap_or(u32::MAX);
        }
        self.pairs.sort_unstable();
        self.pairs.dedup();
        let mut distinct: Vec<u64> = self.pairs.iter().map(|(_, feature)| *feature).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let mut features = Features {
            starts: vec![0; place.len() + 1],
            ids: Vec::with_capacity(self.pairs.len()),
            accounts: vec![0; distinct.len()],
        };
        for (account, feature) in self.pairs {
            let id = distinct.binary_search(&feature).unwrap_or_default();
            features.ids.push(u32::try_from(id).unwrap_or(u32::MAX));
            features.accounts[id] += 1;
            features.starts[account as usize + 1] += 1;
        }
        for at in 1..features.starts.len() {
            features.starts[at] += features.starts[at - 1];
        }
        features
    }
}

/// For every account a sorted set of features, and for every feature the number of accounts that have it.
#[derive(Debug, Default)]
pub(super) struct Features {
    starts: Vec<u32>,
    ids: Vec<u32>,
    accounts: Vec<u32>,
}

impl Features {
    /// The features of an account, ascending.
    pub(super) fn of(&self, account: u32) -> &[u32] {
        let at = account as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(from), Some(to)) => &self.ids[*from as usize..*to as usize],
            _ => &[],
        }
    }

    /// Accounts that have a feature.
    pub(super) fn accounts_with(&self, feature: u32) -> u32 {
        self.accounts.get(feature as usize).copied().unwrap_or(0)
    }

    /// How many features there are.
    pub(super) fn distinct(&self) -> usize {
        self.accounts.len()
    }

    /// How many (account, feature) pairs there are.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        4 * (self.starts.capacity() + self.ids.capacity() + self.accounts.capacity())
    }

    /// The features that two accounts share.
    pub(super) fn shared(&self, a: u32, b: u32) -> impl Iterator<Item = u32> + '_ {
        let (mut left, mut right) = (self.of(a), self.of(b));
        std::iter::from_fn(move || {
            while let (Some(l), Some(r)) = (left.first(), right.first()) {
                match l.cmp(r) {
                    std::cmp::Ordering::Less => left = &left[1..],
                    std::cmp::Ordering::Greater => right = &right[1..],
                    std::cmp::Ordering::Equal => {
                        left = &left[1..];
                        right = &right[1..];
                        return Some(*l);
                    }
                }
            }
            None
        })
    }

    /// The fewest accounts that have a feature which both accounts have.
    pub(super) fn rarest_shared(&self, a: u32, b: u32) -> Option<u32> {
        self.shared(a, b).map(|feature| self.accounts_with(feature)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_those_gathered_in_any_order() {
        let mut gathered = Gathered::default();
        for (account, feature) in [(0, 9), (2, 9), (0, 4), (2, 4), (2, 4), (1, 7)] {
            gathered.add(account, feature);
        }
        let features = gathered.sets(&[0, 1, 2]);
        assert_eq!((features.distinct(), features.len()), (3, 5));
        assert_eq!(features.shared(0, 2).count(), 2);
        assert_eq!(features.rarest_shared(0, 1), None);
        assert_eq!(features.rarest_shared(0, 2), Some(2));
        assert_eq!(features.of(7), [0; 0]);
    }
}
