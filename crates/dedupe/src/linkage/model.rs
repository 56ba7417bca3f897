//! The model of Fellegi and Sunter (1969): for every field and level, how frequent it is among pairs that are one person's (m)
//! and among pairs that are not (u). A field's weight is log2(m / u), and weights add up.
//!
//! u comes from pairs drawn at random, in which matches are rare and weighed out. m comes from EM (Dempster, Laird and Rubin
//! 1977; Winkler 1988 for linkage) without any labels, on the pairs that blocking found. Blocking by a field makes pairs agree in
//! it whether they match or not, so each rule is a sample of its own with its own share of matches, in which the fields that the
//! rule blocks on stay out, as Splink trains (Linacre et al. 2022); m is pooled over the rules.
//!
//! Two things keep m in bounds where matches are few: every field begins with a prior worth [`PRIOR_PAIRS`] pairs, and a higher
//! level never weighs less than a lower one (the ratios m / u are pooled until they rise: isotonic regression by pool adjacent
//! violators, Ayer et al. 1955).

use super::compare::{Compared, DEFINITIONS, FIELDS, Field, LEVELS, MISSING};

/// Pairs that the prior of a field counts for.
const PRIOR_PAIRS: f64 = 20.0;
/// Random pairs that every level is counted for beforehand.
const UNSEEN: f64 = 0.1;
/// A value that few show weighs at most so many bits more than one of the level's average frequency, one that many show so many
/// less.
const MOST_FREQUENCY_BITS: f64 = 12.0;

/// How often levels occur, by field.
pub(super) type Shares = [[f64; LEVELS]; FIELDS];

/// Estimated m and u, and the weights that follow from them.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) m: Shares,
    pub(super) u: Shares,
    weights: Shares,
    /// Chance that two random pairs agree at a level by frequency or above: what the frequency of a value is compared with.
    agreement: [f64; FIELDS],
    accounts: f64,
}

/// The chance that odds (as a logarithm to base 2) come to.
pub(super) fn probability(bits: f64) -> f64 {
    1.0 / (1.0 + (-bits).exp2())
}

impl Model {
    /// A model before EM: m as the prior has it, u of pairs drawn at random, each counted with the chance that it is no match.
    pub(super) fn new(random: &[Compared], accounts: usize) -> Self {
        let mut model = Self {
            m: [[0.0; LEVELS]; FIELDS],
            u: [[0.0; LEVELS]; FIELDS],
            weights: [[0.0; LEVELS]; FIELDS],
            agreement: [1.0; FIELDS],
            accounts: (accounts as f64).max(2.0),
        };
        for definition in &DEFINITIONS {
            let m = &mut model.m[definition.field as usize];
            m[..definition.among_matches.len()].copy_from_slice(definition.among_matches);
        }
        model.estimate_u(random, |_| 1.0);
        model
    }

    /// Counts u anew, each random pair with the chance that it is no match.
    pub(super) fn estimate_u(&mut self, random: &[Compared], no_match: impl Fn(&Compared) -> f64) {
        let mut counts = [[0.0; LEVELS]; FIELDS];
        for compared in random {
            let share = no_match(compared);
            for (field, level) in compared
                .levels
                .iter()
                .enumerate()
                .filter(|(_, level)| **level != MISSING)
            {
                counts[field][*level as usize] += share;
            }
        }
        for definition in &DEFINITIONS {
            let field = definition.field as usize;
            let levels = definition.levels.len();
            let total: f64 = counts[field][..levels].iter().sum();
            for (u, count) in self.u[field][..levels].iter_mut().zip(&counts[field]) {
                // What never occurred among so many is rare, not impossible.
                *u = (count + UNSEEN) / (total + UNSEEN * levels as f64);
            }
            let from = definition
                .by_frequency
                .iter()
                .filter(|level| **level > 1 || levels == 2)
                .min();
            self.agreement[field] = self.u[field][from.copied().unwrap_or(1)..levels].iter().sum();
        }
        self.weigh();
    }

    /// Estimates m anew from pairs, each counted with the probability that it is a match; returns by how much a share moved.
    pub(super) fn estimate_m<'c>(&mut self, pairs: impl Iterator<Item = (&'c Compared, f64)>) -> f64 {
        let mut counts = [[0.0; LEVELS]; FIELDS];
        for (compared, matched) in pairs {
            for (field, level) in compared
                .levels
                .iter()
                .enumerate()
                .filter(|(_, level)| **level != MISSING)
            {
                counts[field][*level as usize] += matched;
            }
        }
        let mut moved: f64 = 0.0;
        for definition in &DEFINITIONS {
            let field = definition.field as usize;
            let total: f64 = counts[field].iter().sum::<f64>() + PRIOR_PAIRS;
            for (level, prior) in definition.among_matches.iter().enumerate() {
                let share = (counts[field][level] + PRIOR_PAIRS * prior) / total;
                moved = moved.max((share - self.m[field][level]).abs());
                self.m[field][level] = share;
            }
        }
        self.weigh();
        moved
    }

    /// Weights from m and u: log2 of their ratio, pooled over neighbouring levels until a higher level weighs no less.
    fn weigh(&mut self) {
        for definition in &DEFINITIONS {
            let (field, levels) = (definition.field as usize, definition.levels.len());
            let mut pools: Vec<(f64, f64, usize)> = Vec::with_capacity(levels);
            for level in 0..levels {
                pools.push((self.m[field][level], self.u[field][level], 1));
                while let [.., (m, u, _), (next_m, next_u, size)] = pools[..]
                    && m * next_u > next_m * u
                {
                    pools.pop();
                    if let Some(last) = pools.last_mut() {
                        *last = (m + next_m, u + next_u, last.2 + size);
                    }
                }
            }
            let weights = pools
                .iter()
                .flat_map(|(m, u, size)| std::iter::repeat_n((m / u).log2(), *size));
            for (level, weight) in weights.enumerate() {
                self.weights[field][level] = weight;
            }
        }
    }

    /// A field's weight in bits for a pair; 0 where it is missing.
    pub(super) fn field_bits(&self, field: usize, compared: &Compared) -> f64 {
        let level = compared.levels[field];
        if level == MISSING {
            return 0.0;
        }
        let level = level as usize;
        let mut bits = self.weights[field][level];
        let definition = &DEFINITIONS[field];
        if definition.by_frequency.contains(&level) {
            let usual = if definition.by_frequency.first() == Some(&level) && definition.by_frequency.len() > 1 {
                self.u[field][level]
            } else {
                self.agreement[field]
            };
            let shown = f64::from(compared.by_chance.get(field).copied().unwrap_or(0.0));
            let frequency = shown.max(1e-3) / self.accounts;
            bits += (usual / frequency)
                .log2()
                .clamp(-MOST_FREQUENCY_BITS, MOST_FREQUENCY_BITS);
        }
        bits
    }

    /// All weights of a pair, those of the fields in `without` left out.
    pub(super) fn bits(&self, compared: &Compared, without: &[Field]) -> f64 {
        DEFINITIONS
            .iter()
            .filter(|definition| !without.contains(&definition.field))
            .map(|definition| self.field_bits(definition.field as usize, compared))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn compared(levels: [usize; FIELDS]) -> Compared {
        let level = |field: usize| {
            let levels_of = DEFINITIONS[field].levels.len();
            u8::try_from(levels[field] % (levels_of + 1)).map_or(MISSING, |level| {
                if usize::from(level) == levels_of {
                    MISSING
                } else {
                    level
                }
            })
        };
        Compared {
            levels: std::array::from_fn(level),
            by_chance: [1.0; 5],
        }
    }

    prop_compose! {
        fn any_pair()(levels in prop::array::uniform10(0..13_usize)) -> Compared {
            compared(levels)
        }
    }

    proptest! {
        #[test]
        fn more_agreement_never_weighs_less(
            random in prop::collection::vec(any_pair(), 1..60),
            pairs in prop::collection::vec((any_pair(), 0.0..1.0_f64), 0..60),
        ) {
            let mut model = Model::new(&random, 1000);
            for _ in 0..3 {
                model.estimate_m(pairs.iter().map(|(pair, matched)| (pair, *matched)));
            }
            for definition in &DEFINITIONS {
                let field = definition.field as usize;
                let weights = &model.weights[field][..definition.levels.len()];
                prop_assert!(weights.iter().all(|weight| weight.is_finite()));
                prop_assert!(weights.windows(2).all(|two| two[0] <= two[1] + 1e-12), "{} {weights:?}", definition.name);
            }
            // A missing field says nothing.
            let nothing = Compared { levels: [MISSING; FIELDS], by_chance: [0.0; 5] };
            prop_assert_eq!(model.bits(&nothing, &[]), 0.0);
        }

        #[test]
        fn what_fewer_show_weighs_more(few in 0.01..50.0_f32, more in 0.01..50.0_f32) {
            let model = Model::new(&[], 1000);
            let weight = |by_chance: f32| {
                let mut pair = Compared { levels: [MISSING; FIELDS], by_chance: [by_chance; 5] };
                pair.levels[Field::Picture as usize] = 1;
                model.bits(&pair, &[])
            };
            prop_assert_eq!(few < more, weight(few) > weight(more));
        }
    }

    /// Against the closed form: with every pair's match known, m and u are the observed shares (and the prior's pairs).
    #[test]
    fn known_matches_give_their_shares() {
        let picture = |level: usize| {
            let mut pair = compared([12; FIELDS]);
            pair.levels = [MISSING; FIELDS];
            pair.levels[Field::Picture as usize] = u8::try_from(level).unwrap();
            pair
        };
        let random: Vec<Compared> = (0..1000).map(|n| picture(usize::from(n % 100 == 0))).collect();
        let mut model = Model::new(&random, 500);
        let pairs: Vec<(Compared, f64)> = (0..80).map(|n| (picture(usize::from(n % 4 != 0)), 1.0)).collect();
        model.estimate_m(pairs.iter().map(|(pair, matched)| (pair, *matched)));
        let field = Field::Picture as usize;
        let m = (60.0 + PRIOR_PAIRS * 0.4) / (80.0 + PRIOR_PAIRS);
        let u = (10.0 + UNSEEN) / (1000.0 + 2.0 * UNSEEN);
        assert!((model.m[field][1] - m).abs() < 1e-12 && (model.u[field][1] - u).abs() < 1e-12);
        assert!((model.weights[field][1] - (m / u).log2()).abs() < 1e-12);
    }
}
