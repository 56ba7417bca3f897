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

    /// The sets, of accounts renumbered by `place`; and what each feature was gathered as.
    pub(super) fn sets(mut self, place: &[u32]) -> (Features, Vec<u64>) {
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
            showing: [0; TURING + 2],
            bits_by_size: [0.0; SIZES],
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
        features.count_counts();
        (features, distinct)
    }
}

/// For every account a sorted set of features, and for every feature the number of accounts that have it.
#[derive(Debug, Default)]
pub(super) struct Features {
    starts: Vec<u32>,
    ids: Vec<u32>,
    accounts: Vec<u32>,
    /// How many features 1, 2, … show: [`Features::expected`].
    showing: [u32; TURING + 2],
    /// [`Features::expected_bits`] of two sets of 1, 2, 4, … features, over the product of their sizes.
    bits_by_size: [f64; SIZES],
}

/// Sizes of sets, as powers of two.
const SIZES: usize = 16;

/// Counts up to which the number of features with one more tells what to expect.
const TURING: usize = 6;

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

    /// Counts persons instead of accounts: `person` says whose an account is.
    pub(super) fn count_persons(&mut self, person: &[u32]) {
        let mut pairs: Vec<(u32, u32)> = Vec::with_capacity(self.ids.len());
        for (account, person) in (0..).zip(person) {
            pairs.extend(self.of(account).iter().map(|feature| (*feature, *person)));
        }
        pairs.sort_unstable();
        pairs.dedup();
        self.accounts.fill(0);
        for (feature, _) in pairs {
            self.accounts[feature as usize] += 1;
        }
        self.count_counts();
    }

    /// How surprising one shared feature is: log2 of 0.3 over the chance that a set of so many features holds it; at least 0.
    pub(super) fn bits_shared(&self, feature: u32, size: f64) -> f64 {
        let by_chance = size * f64::from(self.accounts_with(feature)) / self.len().max(1) as f64;
        (0.3 / by_chance.max(1e-9)).log2().max(0.0)
    }

    /// What two sets of such sizes share by chance, in bits, features being drawn by how many show them.
    pub(super) fn expected_bits(&self, left: usize, right: usize) -> f64 {
        let product = left as f64 * right as f64;
        let size = (product.log2() / 2.0).clamp(0.0, (SIZES - 1) as f64);
        let at = (size as usize).min(SIZES - 2);
        let beyond = size - at as f64;
        product * (self.bits_by_size[at] * (1.0 - beyond) + self.bits_by_size[at + 1] * beyond)
    }

    fn count_counts(&mut self) {
        let all = self.len().max(1) as f64;
        for size in 0..SIZES {
            let bits = |feature: u32| {
                let share = f64::from(self.accounts_with(feature)) / all;
                share * share * self.bits_shared(feature, (1_u32 << size).into())
            };
            let features = u32::try_from(self.distinct()).unwrap_or(u32::MAX);
            self.bits_by_size[size] = (0..features).map(bits).sum();
        }
        self.showing = [0; TURING + 2];
        for count in &self.accounts {
            if let Some(n) = self.showing.get_mut(*count as usize) {
                *n += 1;
            }
        }
    }

    /// How many show a feature by chance that `seen` were seen to show: the estimate of Good (1953) and Turing,
    /// (seen + 1) N(seen + 1) / N(seen), never less for more. Where values are drawn from a small pool, one that a single person
    /// shows is no rarer than the others; where they are unlimited (pictures), that one person shows it means next to nothing.
    pub(super) fn expected(&self, seen: u32) -> f64 {
        let turing = |seen: u32| {
            let at = seen as usize;
            let (n, next) = (self.showing[at], self.showing[at + 1]);
            f64::from(seen + 1) * (f64::from(next) + 0.5) / (f64::from(n) + 1.0)
        };
        if seen as usize > TURING {
            return f64::from(seen);
        }
        (1..=seen.max(1)).map(turing).fold(0.0, f64::max)
    }

    /// Makes features that stand for the same into one: `same` gives the least feature that one stands for.
    pub(super) fn unite(&mut self, same: &[u32]) {
        let mut ids = Vec::with_capacity(self.ids.len());
        let mut starts = Vec::with_capacity(self.starts.len());
        starts.push(0);
        for account in 0..self.starts.len().saturating_sub(1) {
            let from = ids.len();
            let old = &self.ids[self.starts[account] as usize..self.starts[account + 1] as usize];
            ids.extend(old.iter().map(|feature| same[*feature as usize]));
            ids[from..].sort_unstable();
            let mut kept = from;
            for at in from..ids.len() {
                if at == from || ids[at] != ids[kept - 1] {
                    ids[kept] = ids[at];
                    kept += 1;
                }
            }
            ids.truncate(kept);
            starts.push(u32::try_from(ids.len()).unwrap_or(u32::MAX));
        }
        self.ids = ids;
        self.starts = starts;
        self.accounts.fill(0);
        for feature in &self.ids {
            self.accounts[*feature as usize] += 1;
        }
        self.count_counts();
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
        let (features, _) = gathered.sets(&[0, 1, 2]);
        assert_eq!((features.distinct(), features.len()), (3, 5));
        assert_eq!(features.shared(0, 2).count(), 2);
        assert_eq!(features.rarest_shared(0, 1), None);
        assert_eq!(features.rarest_shared(0, 2), Some(2));
        assert_eq!(features.of(7), [0; 0]);
    }

    #[test]
    fn rare_where_values_are_unlimited_and_usual_where_they_are_few() {
        let sets = |value: &dyn Fn(u32) -> u64| {
            let mut gathered = Gathered::default();
            (0..4000).for_each(|account| gathered.add(account, value(account)));
            gathered.sets(&(0..4000).collect::<Vec<_>>()).0
        };
        let unlimited = sets(&|account| u64::from(account / 2 * 2 + account % 2 * u32::from(account > 20)));
        assert!(unlimited.expected(1) < 0.02, "{}", unlimited.expected(1));
        // A thousand values, drawn by a hash: four accounts a value.
        let few = sets(&|account| number(&[&account.to_string()]) % 1000);
        assert!((few.expected(1) - 4.0).abs() < 1.2, "{}", few.expected(1));
        assert!(few.expected(3) >= few.expected(2) && few.expected(50) == 50.0);
    }

    #[test]
    fn persons_are_counted_and_united() {
        let mut gathered = Gathered::default();
        for (account, feature) in [(0, 1), (1, 1), (2, 1), (0, 2), (1, 3), (2, 3), (2, 2)] {
            gathered.add(account, feature);
        }
        let (mut features, _) = gathered.sets(&[0, 1, 2]);
        features.count_persons(&[0, 0, 2]);
        assert_eq!([0, 1, 2].map(|feature| features.accounts_with(feature)), [2, 2, 2]);
        // 2 and 3 stand for the same.
        features.unite(&[0, 1, 1]);
        assert_eq!(
            [0, 1, 2].map(|account| features.of(account).to_vec()),
            [[0, 1], [0, 1], [0, 1]]
        );
        assert_eq!([0, 1, 2].map(|feature| features.accounts_with(feature)), [3, 3, 0]);
    }
}
