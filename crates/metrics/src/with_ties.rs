//! The share of accounts that have ties within a set, where who else is in the set is chance, too.
//!
//! Whether a member drew a reaction of another depends on who that is: with other members some would have drawn none. A resample of members
//! takes their ties as given, and knows nothing of it.

use stats::{CountInterval, Estimate, Level, Reason, jackknife_error, korn_graubard_of_error, mid_p};

use crate::evidence::Evidence;
use crate::resample::Persons;

const WITH_TIES: &str = "Korn-Graubard interval by person and ties, mid-P";

impl Evidence {
    /// The share of accounts that have a tie within a set: of each account, and the ties of all, whose they are and where they lead, each
    /// once. Who else is in the set is chance, too: the variance is that of leaving out one person after the other, with whatever has ties
    /// with nobody else, less what of it counts twice. That is the chance by which just these two are tied, which is in the account that has
    /// one tie and in whom it has it with: 1/n² for each such account of n (Cameron, Gelbach & Miller 2011, Journal of Business & Economic
    /// Statistics 29, 238–249, of clusters that cross). Were ties thrown at accounts as balls into bins, it would be the variance of how many
    /// bins are hit. `n` counts accounts.
    ///
    /// # Errors
    /// [`Reason::TooFew`] without accounts.
    pub(crate) fn share_with_ties(&self, accounts: &[u32], ties: &[(u32, u32)]) -> Result<Estimate, Reason> {
        let by_person = self.by_person(accounts, ties);
        let (n, having) = (
            accounts.len() as u64,
            by_person.iter().map(|person| person.having).sum(),
        );
        let alone = mid_p(having, n, Level::P95)?;
        let units = by_person.iter().filter(|person| person.accounts > 0).count();
        let error = match units {
            1 => 0.0,
            _ => variance(&by_person)?.sqrt(),
        };
        let estimate = korn_graubard_of_error((alone.value, error), units, n, CountInterval::MidP, Level::P95)?;
        Ok(Estimate {
            n,
            method: WITH_TIES,
            ..estimate
        })
    }

    /// Everybody who has an account, or a tie with one.
    fn by_person(&self, accounts: &[u32], ties: &[(u32, u32)]) -> Vec<Person> {
        let ends = || ties.iter().flat_map(|(account, other)| [*account, *other]);
        let all = || accounts.iter().copied().chain(ends());
        let places = all().max().map_or(0, |last| last as usize + 1);
        let mut met = vec![false; places];
        let all: Vec<u32> = all()
            .filter(|account| !std::mem::replace(&mut met[*account as usize], true))
            .collect();
        let persons = Persons::of(&all, &self.person_of);
        let mut whose = vec![0; places];
        for (account, person) in all.iter().zip(persons.whose()) {
            whose[*account as usize] = person;
        }
        let mut with = vec![With::Nobody; places];
        for (account, other) in ties {
            let with = &mut with[*account as usize];
            *with = with.and(whose[*other as usize]);
        }
        let mut by_person = vec![Person::default(); persons.len()];
        for account in accounts {
            let (person, with) = (whose[*account as usize], with[*account as usize]);
            by_person[person as usize].accounts += 1;
            by_person[person as usize].having += u64::from(with != With::Nobody);
            if let With::Only(other) = with
                && other != person
            {
                by_person[other as usize].lost += 1;
            }
        }
        by_person
    }
}

/// What a person takes along.
#[derive(Debug, Clone, Copy, Default)]
struct Person {
    /// Accounts that are asked about, and those of them that have a tie.
    accounts: u64,
    having: u64,
    /// Accounts of others that are asked about and have ties with nobody else.
    lost: u64,
}

/// The variance of the share, of two persons or more.
fn variance(by_person: &[Person]) -> Result<f64, Reason> {
    let sum = |of: fn(&Person) -> u64| by_person.iter().map(of).sum::<u64>();
    let (n, having, lost) = (
        sum(|person| person.accounts),
        sum(|person| person.having),
        sum(|person| person.lost),
    );
    let without = |person: &Person| (having - person.having - person.lost) as f64 / (n - person.accounts) as f64;
    // Who has no account that is asked about was drawn apart from those who have, and there may be nobody.
    let (own, other): (Vec<&Person>, Vec<&Person>) = by_person.iter().partition(|person| person.accounts > 0);
    let own = jackknife_error(&own.into_iter().map(without).collect::<Vec<_>>())?;
    let other = jackknife_error(&other.into_iter().map(without).collect::<Vec<_>>()).unwrap_or(0.0);
    let twice = lost as f64 / (n as f64).powi(2);
    Ok((own.powi(2) + other.powi(2) - twice).max(0.0))
}

/// The persons that an account has ties with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum With {
    Nobody,
    Only(u32),
    Several,
}

impl With {
    fn and(self, person: u32) -> Self {
        match self {
            Self::Nobody => Self::Only(person),
            Self::Only(only) if only == person => self,
            Self::Only(_) | Self::Several => Self::Several,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resample::tests::evidence;

    #[test]
    fn who_has_ties_only_with_a_person_is_lost_with_him() {
        // Accounts 0 to 11, persons of one or two; 20 and 21 are of others.
        let person_of: Vec<(u32, u32)> = (0..12).map(|account| (account, account * 2 / 3)).collect();
        let ties = [
            (0, 1),
            (0, 2),
            (1, 4),
            (2, 4),
            (2, 5),
            (3, 20),
            (6, 7),
            (7, 20),
            (7, 20),
            (8, 0),
            (8, 21),
            (10, 4),
        ];
        let accounts: Vec<u32> = (0..12).collect();
        let found = evidence(&person_of).share_with_ties(&accounts, &ties).unwrap();
        // The share of those that are left, one person after the other left out.
        let whose = |account: u32| person_of.get(account as usize).map_or(account, |(_, person)| *person);
        let left = |gone: Option<u32>| {
            let here = |account: &u32| Some(whose(*account)) != gone;
            let left: Vec<&u32> = accounts.iter().filter(|account| here(account)).collect();
            let has = |account: &&&u32| ties.iter().any(|(own, other)| own == **account && here(other));
            left.iter().filter(has).count() as f64 / left.len() as f64
        };
        let mut persons: Vec<u32> = accounts.iter().copied().chain([20, 21]).map(whose).collect();
        persons.dedup();
        let without: Vec<f64> = persons.iter().map(|person| left(Some(*person))).collect();
        let (own, other) = without.split_at(8);
        let squares = [own, other].map(|without| jackknife_error(without).unwrap().powi(2));
        // Accounts 1, 3, 7 and 10 have ties with one other person alone.
        let error = (squares[0] + squares[1] - 4.0 / 144.0).sqrt();
        let expected = korn_graubard_of_error(
            (left(None), error),
            persons.len() - 2,
            12,
            CountInterval::MidP,
            Level::P95,
        )
        .unwrap();
        assert_eq!((found.value, found.n, found.method), (8.0 / 12.0, 12, WITH_TIES));
        let (low, high) = found.interval().unwrap();
        let (expected_low, expected_high) = expected.interval().unwrap();
        assert!((low - expected_low).abs() < 1e-12 && (high - expected_high).abs() < 1e-12);
        // Nobody else matters where nobody has ties, or only with himself.
        for ties in [vec![], vec![(3, 3), (5, 5)]] {
            let found = evidence(&[]).share_with_ties(&accounts, &ties).unwrap();
            let (low, high) = mid_p(ties.len() as u64, 12, Level::P95).unwrap().interval().unwrap();
            let (found_low, found_high) = found.interval().unwrap();
            assert!(
                (found_low - low).abs() < 1e-9 && (found_high - high).abs() < 1e-9,
                "{found:?}"
            );
        }
        let one: Vec<(u32, u32)> = accounts.iter().map(|account| (*account, 0)).collect();
        let of_one = evidence(&one).share_with_ties(&accounts, &ties[..3]).unwrap();
        assert_eq!(of_one.no_interval, Some(Reason::TooFew { needed: 2, found: 1 }));
        assert!(evidence(&[]).share_with_ties(&[], &[]).is_err());
    }

    /// Numbers from 0 to 1 (splitmix64).
    fn uniform(state: &mut u64) -> f64 {
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = *state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Standard deviation of the share over many draws of a network; the standard error, and that of as many accounts whose ties are given.
    fn over_draws(draws: u64, mut draw: impl FnMut(&mut u64) -> (Vec<u32>, Vec<(u32, u32)>)) -> [f64; 3] {
        let none = evidence(&[]);
        let mut state = 1;
        let (mut shares, mut variances, mut alone) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..draws {
            let (accounts, ties) = draw(&mut state);
            let share = none.share_with_ties(&accounts, &ties).unwrap().value;
            shares.push(share);
            alone.push(share * (1.0 - share) / (accounts.len() as f64 - 1.0));
            variances.push(variance(&none.by_person(&accounts, &ties)).unwrap());
        }
        let root = |variances: &[f64]| stats::mean(variances).unwrap().sqrt();
        [
            stats::standard_deviation(&shares).unwrap(),
            root(&variances),
            root(&alone),
        ]
    }

    #[test]
    fn of_ties_thrown_as_balls_into_bins_it_is_the_variance_of_bins_that_are_hit() {
        // Each of 200 throws one: of bins with a mean of 1 the variance is n (e^-1 - 2 e^-2), and not n e^-1 (1 - e^-1).
        let accounts: Vec<u32> = (0..200).collect();
        let exact = ((-1.0_f64).exp() - 2.0 * (-2.0_f64).exp()) / 200.0;
        // Throwers that have bins themselves, and others.
        for first in [0, 200] {
            let thrown = |state: &mut u64| {
                let hit = (0..200).map(|thrower| ((uniform(state) * 200.0) as u32, first + thrower));
                (accounts.clone(), hit.collect())
            };
            let [deviation, error, alone] = over_draws(2000, thrown);
            assert!((deviation / exact.sqrt() - 1.0).abs() < 0.05, "{first}: {deviation}");
            assert!((error / exact.sqrt() - 1.0).abs() < 0.05, "{first}: {error}");
            assert!(alone > 1.3 * deviation, "{first}: {alone}");
        }
    }

    #[test]
    fn of_accounts_drawn_from_a_network_the_error_is_how_far_the_share_varies() {
        // A network of 2,000, some of whom address many and some of whom many address; a tenth of it is drawn each time.
        let mut state = 7;
        let mut skewed = || (-uniform(&mut state).ln()).powi(2);
        let (gives, draws): (Vec<f64>, Vec<f64>) = (0..2000).map(|_| (skewed(), skewed())).unzip();
        let mut network = Vec::new();
        for (source, given) in (0_u32..).zip(&gives) {
            for (target, drawn) in (0_u32..).zip(&draws) {
                if source != target && uniform(&mut state) < given * drawn * 0.0015 {
                    network.push((target, source));
                }
            }
        }
        let a_tenth = |state: &mut u64| {
            let drawn: Vec<bool> = (0..2000).map(|_| uniform(state) < 0.1).collect();
            let accounts = (0..2000).filter(|account| drawn[*account as usize]).collect();
            let ties = network.iter().copied();
            let inside = ties.filter(|(target, source)| drawn[*target as usize] && drawn[*source as usize]);
            (accounts, inside.collect())
        };
        let [deviation, error, alone] = over_draws(400, a_tenth);
        assert!((0.9..1.2).contains(&(error / deviation)), "{error} {deviation}");
        assert!(alone < 0.88 * deviation, "{alone} {error} {deviation}");
    }
}
