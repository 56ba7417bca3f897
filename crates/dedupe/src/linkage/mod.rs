//! Who came back, found for everybody: probabilistic record linkage after Fellegi and Sunter, then chains.
//!
//! In the order in which data flows: [`profiles`] gathers what the tables say of each account, as texts that [`names`] reduces and
//! sets that [`features`] holds; [`candidates`] finds the pairs worth comparing; [`compare`] gives each pair a level by field;
//! [`model`] estimates what levels weigh; [`matching`] tells which returns can hold together, and how probable each is;
//! [`decide`] puts people's word above all that; [`review`] writes the uncertain ones for a person to answer and reads the
//! answers; [`write`] makes rows. `docs/personas.md` says it for researchers.

mod candidates;
mod compare;
mod decide;
mod features;
mod matching;
mod model;
mod names;
mod parallel;
mod profiles;
mod review;
mod write;

use std::path::Path;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use self::candidates::{Candidates, Pair};
use self::compare::{Compared, DEFINITIONS, Field, Relation};
use self::matching::Edge;
use self::model::{Model, probability};
use self::parallel::mapped;
use self::profiles::Profiles;

pub(crate) use self::review::{REVIEW_FILE, Reviewed};

/// Pairs drawn at random for u.
const RANDOM_PAIRS: usize = 400_000;
/// Rounds of EM at most.
const EM_ROUNDS: usize = 30;
/// Pairs that are no more probable than this on their own are left out of the matching.
const LEAST_BITS: f64 = -10.0;
/// Times that model and matching are fitted, each with what the time before told of whose accounts are.
const PASSES: usize = 3;

/// Probability over which a return counts as known in the next pass: high, so that two claims to one account stay two claims.
const LEARNT: f64 = 0.75;

/// A pair that was compared.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    earlier: u32,
    later: u32,
    relation: Relation,
    compared: Compared,
    /// The rules that found it, as bits.
    rules: u8,
    /// Sum of the fields' weights.
    bits: f64,
    probability: f64,
}

/// All that linkage found.
#[derive(Debug)]
pub(crate) struct Linkage {
    profiles: Profiles,
    model: Model,
    /// By earlier and later account; returns, then accounts side by side.
    links: Vec<Link>,
    told: Value,
}

/// Pairs of accounts of one platform, drawn at random (all of them where there are few), the earlier first, that may be returns;
/// and what share of all pairs these are.
fn random_returns(profiles: &Profiles) -> (Vec<(u32, u32)>, f64) {
    let n = u32::try_from(profiles.len()).unwrap_or(u32::MAX);
    let all = u64::from(n) * u64::from(n.saturating_sub(1)) / 2;
    let drawn: Vec<(u32, u32)> = if all <= RANDOM_PAIRS as u64 {
        (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).collect()
    } else {
        // A fixed seed: the same accounts, the same pairs.
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1969);
        let mut drawn = Vec::with_capacity(RANDOM_PAIRS);
        while drawn.len() < RANDOM_PAIRS {
            let (a, b) = (rng.random_range(0..n), rng.random_range(0..n));
            if a != b {
                drawn.push((a, b));
            }
        }
        drawn
    };
    let of = drawn.len().max(1) as f64;
    let returns: Vec<(u32, u32)> = drawn
        .into_iter()
        .map(|(a, b)| if profiles.is_before(a, b) { (a, b) } else { (b, a) })
        .filter(|(a, b)| profiles.keys[*a as usize].0 == profiles.keys[*b as usize].0)
        .filter(|(a, b)| profiles.relation(*a, *b) == Some(Relation::Return))
        .collect();
    let share = returns.len() as f64 / of;
    (returns, share)
}

/// The prior odds of a pair, as a logarithm to base 2.
fn prior_bits(expected: f64, pairs: f64) -> f64 {
    (expected.max(0.01) / pairs.max(1.0)).min(0.5).log2()
}

impl Linkage {
    /// Links the accounts of the tables in `dir`, with so many threads.
    ///
    /// `every` keeps all pairs that were compared, also those that are most improbable.
    pub(crate) fn of(dir: &Path, every: bool, threads: usize) -> anyhow::Result<Self> {
        let profiles = Profiles::read(dir)?;
        Ok(Self::of_profiles(profiles, every, threads))
    }

    fn of_profiles(mut profiles: Profiles, every: bool, threads: usize) -> Self {
        let (random, share) = random_returns(&profiles);
        let n = profiles.len() as f64;
        let possible = (share * n * (n - 1.0) / 2.0).max(1.0);
        let mut fitted = Fitted::new(&profiles, &random, threads);
        for pass in 0..PASSES {
            if pass > 0 {
                // What is known by now of whose accounts are tells more of the others: by frequencies of what persons show, and by
                // ties to persons instead of accounts.
                profiles.learn(fitted.persons(profiles.len()));
            }
            fitted.fit(&profiles, &random, possible, every, threads);
        }
        let Fitted {
            model,
            candidates,
            returns,
            expected,
            edges,
            places,
            probabilities,
        } = fitted;
        let mut links = Vec::new();
        for ((edge, place), probability) in edges.iter().zip(&places).zip(&probabilities) {
            links.push(Link {
                earlier: edge.earlier,
                later: edge.later,
                relation: Relation::Return,
                compared: returns[*place],
                rules: candidates.returns[*place].rules,
                bits: model.bits(&returns[*place], &[]),
                probability: *probability,
            });
        }
        let returns_considered = returns.len();
        drop(returns);
        links.extend(beside(
            &profiles,
            &candidates,
            &model,
            n * (n - 1.0) / 2.0 - possible,
            threads,
        ));
        let told = told(
            &profiles,
            &candidates,
            &model,
            expected / possible,
            expected,
            returns_considered,
        );
        Self {
            profiles,
            model,
            links,
            told,
        }
    }

    /// What is told of it beside the tables, for `linkage.json`.
    pub(crate) fn told(&self) -> &Value {
        &self.told
    }
}

/// Model and matching, and the pairs they were fitted to.
struct Fitted {
    model: Model,
    candidates: Candidates,
    /// What comparison said of `candidates.returns`.
    returns: Vec<Compared>,
    /// Returns among the candidates.
    expected: f64,
    edges: Vec<Edge>,
    /// Where in the candidates an edge stands.
    places: Vec<usize>,
    probabilities: Vec<f64>,
}

impl Fitted {
    fn new(profiles: &Profiles, random: &[(u32, u32)], threads: usize) -> Self {
        let random = mapped(random, threads, |(a, b)| profiles.compare(*a, *b));
        // To begin with, one in ten of those who were seen to go came back.
        let gone = profiles.lives.iter().filter(|life| life.first_gone.is_some()).count();
        Self {
            model: Model::new(&random, profiles.len()),
            candidates: Candidates::default(),
            returns: Vec::new(),
            expected: (gone as f64 / 10.0).max(1.0),
            edges: Vec::new(),
            places: Vec::new(),
            probabilities: Vec::new(),
        }
    }

    /// Finds candidates, and runs EM on them: the E-step is the matching, so that no account has two predecessors; the M-step
    /// estimates m from the candidates, u from random pairs, and the share of returns among all pairs that are possible ones.
    fn fit(&mut self, profiles: &Profiles, random: &[(u32, u32)], possible: f64, every: bool, threads: usize) {
        self.candidates = Candidates::find(profiles, threads);
        let found = &self.candidates.returns;
        self.returns = mapped(found, threads, |pair| profiles.compare(pair.earlier, pair.later));
        let random: Vec<Compared> = random
            .iter()
            .filter(|(a, b)| profiles.persons[*a as usize] != profiles.persons[*b as usize])
            .copied()
            .collect::<Vec<_>>()
            .chunks(1 << 16)
            .flat_map(|part| mapped(part, threads, |(a, b)| profiles.compare(*a, *b)))
            .collect();
        for round in 0..EM_ROUNDS {
            let prior = prior_bits(self.expected, possible);
            // Random pairs hold matches, too: these are weighed out of u.
            let known = self.model.clone();
            self.model
                .estimate_u(&random, |compared| 1.0 - probability(prior + known.bits(compared, &[])));
            (self.edges, self.places) = found
                .iter()
                .zip(&self.returns)
                .enumerate()
                .map(|(place, (pair, compared))| {
                    let bits = self.model.bits(compared, &[]) + prior;
                    let Pair { earlier, later, .. } = *pair;
                    (Edge { earlier, later, bits }, place)
                })
                .filter(|(edge, _)| every || edge.bits > LEAST_BITS)
                .unzip();
            self.probabilities = matching::marginals(&self.edges);
            let matches: f64 = self.probabilities.iter().sum();
            let settled = (matches - self.expected).abs() < 1e-3 * self.expected;
            self.expected = matches.max(0.1);
            if round + 1 == EM_ROUNDS {
                break;
            }
            let compared = self.places.iter().map(|place| &self.returns[*place]);
            let moved = self.model.estimate_m(compared.zip(self.probabilities.iter().copied()));
            if settled && moved < 1e-3 {
                break;
            }
        }
    }

    /// Whose accounts are: those that probable returns tie together are one person's, named by the first of them.
    fn persons(&self, accounts: usize) -> Vec<u32> {
        let mut persons: Vec<u32> = (0..u32::try_from(accounts).unwrap_or(u32::MAX)).collect();
        let find = |persons: &mut Vec<u32>, mut account: u32| {
            while persons[account as usize] != account {
                persons[account as usize] = persons[persons[account as usize] as usize];
                account = persons[account as usize];
            }
            account
        };
        for (edge, probability) in self.edges.iter().zip(&self.probabilities) {
            if *probability > LEARNT {
                let (a, b) = (find(&mut persons, edge.earlier), find(&mut persons, edge.later));
                persons[a.max(b) as usize] = a.min(b);
            }
        }
        for account in 0..u32::try_from(accounts).unwrap_or(u32::MAX) {
            persons[account as usize] = find(&mut persons, account);
        }
        persons
    }
}

/// Accounts of one person side by side: by the same weights, without those of time and reports, which speak of returns.
fn beside(profiles: &Profiles, candidates: &Candidates, model: &Model, possible: f64, threads: usize) -> Vec<Link> {
    const OTHER: [Field; 2] = [Field::Time, Field::Report];
    let compared = mapped(&candidates.parallel, threads, |pair| {
        profiles.compare(pair.earlier, pair.later)
    });
    let bits: Vec<f64> = compared.iter().map(|compared| model.bits(compared, &OTHER)).collect();
    let mut expected = 1.0;
    for _ in 0..20 {
        let prior = prior_bits(expected, possible);
        expected = bits.iter().map(|bits| probability(bits + prior)).sum::<f64>().max(0.01);
    }
    let prior = prior_bits(expected, possible);
    candidates
        .parallel
        .iter()
        .zip(compared)
        .zip(bits)
        .map(|((pair, compared), bits)| Link {
            earlier: pair.earlier,
            later: pair.later,
            relation: Relation::Parallel,
            compared,
            rules: pair.rules,
            bits,
            probability: probability(bits + prior),
        })
        .filter(|link| link.probability >= write::LEAST_TOLD)
        .collect()
}

fn told(
    profiles: &Profiles,
    candidates: &Candidates,
    model: &Model,
    prior: f64,
    expected: f64,
    considered: usize,
) -> Value {
    let rounded = |value: f64| (value * 1e6).round() / 1e6;
    let rules: Vec<Value> = candidates::RULES
        .iter()
        .map(|rule| {
            let (pairs, too_many) = candidates.told.get(rule.name()).copied().unwrap_or_default();
            json!({"rule": rule.name(), "pairs": pairs, "features_that_too_many_show": too_many})
        })
        .collect();
    let fields: Vec<Value> = DEFINITIONS
        .iter()
        .map(|definition| {
            let field = definition.field as usize;
            let levels: Vec<Value> = definition
                .levels
                .iter()
                .enumerate()
                .map(|(level, name)| json!({"level": name, "m": rounded(model.m[field][level]), "u": rounded(model.u[field][level])}))
                .collect();
            json!({"field": definition.name, "levels": levels})
        })
        .collect();
    json!({
        "accounts": profiles.len(),
        "bytes_per_account": profiles.bytes() / profiles.len().max(1),
        "pairs_compared": considered + candidates.parallel.len(),
        "possible_returns_compared": considered,
        "returns_expected": rounded(expected),
        "prior": prior,
        "rules": rules,
        "fields": fields,
    })
}
