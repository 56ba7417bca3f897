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
use self::model::{Model, Sample, probability};
use self::parallel::mapped;
use self::profiles::Profiles;

pub(crate) use self::review::{REVIEW_FILE, Reviewed};

/// Pairs drawn at random for u.
const RANDOM_PAIRS: usize = 400_000;
/// Pairs of each kind that EM runs on at most; of more, evenly spaced ones are taken.
const TRAINING_PAIRS: usize = 1_000_000;
/// Pairs that are no more probable than this on their own are left out of the matching.
const LEAST_BITS: f64 = -20.0;
/// How far evidence is trusted: the logarithm of the odds that the fields give together is multiplied by this, since fields are
/// not quite independent. Fitted on simulations (docs/personas.md).
const TEMPER: f64 = 1.0;

/// A pair that was compared.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    earlier: u32,
    later: u32,
    relation: Relation,
    compared: Compared,
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
    pub(crate) fn of(dir: &Path, threads: usize) -> anyhow::Result<Self> {
        let profiles = Profiles::read(dir)?;
        Ok(Self::of_profiles(profiles, threads))
    }

    fn of_profiles(profiles: Profiles, threads: usize) -> Self {
        let candidates = Candidates::find(&profiles, threads);
        let (random, share) = random_returns(&profiles);
        let random = mapped(&random, threads, |(a, b)| profiles.compare(*a, *b));
        let compared = |pairs: &[Pair]| mapped(pairs, threads, |pair| profiles.compare(pair.earlier, pair.later));
        let returns = compared(&candidates.returns);
        let every = candidates.returns.len().div_ceil(TRAINING_PAIRS).max(1);
        let samples: Vec<Sample> = candidates
            .returns
            .iter()
            .zip(&returns)
            .step_by(every)
            .map(|(pair, compared)| Sample {
                pair: *pair,
                compared: *compared,
            })
            .collect();

        let n = profiles.len() as f64;
        let possible = (share * n * (n - 1.0) / 2.0).max(1.0);
        let mut model = Model::new(&random, profiles.len());
        let mut shares = model.maximise(&samples);
        let mut expected = n / 100.0;
        let (mut edges, mut probabilities) = (Vec::new(), Vec::new());
        for round in 0..12 {
            let prior = prior_bits(expected, possible);
            if round == 4 || round == 8 {
                // Random pairs hold matches, too; now that they can be told they are weighed out of u, and m is estimated anew.
                let known = model.clone();
                model.estimate_u(&random, |compared| 1.0 - probability(prior + known.bits(compared, &[])));
                shares = model.maximise(&samples);
            }
            edges = candidates
                .returns
                .iter()
                .zip(&returns)
                .map(|(pair, compared)| Edge {
                    earlier: pair.earlier,
                    later: pair.later,
                    bits: TEMPER * model.bits(compared, &[]) + prior,
                })
                .filter(|edge| edge.bits > LEAST_BITS)
                .collect::<Vec<_>>();
            probabilities = matching::marginals(&edges);
            let found: f64 = probabilities.iter().sum();
            let settled = (found - expected).abs() < 1e-3 * expected;
            expected = found.max(0.1);
            if settled && round > 8 {
                break;
            }
        }

        let mut links = Vec::new();
        let mut at = 0;
        for (pair, compared) in candidates.returns.iter().zip(&returns) {
            if edges
                .get(at)
                .is_some_and(|edge| (edge.earlier, edge.later) == (pair.earlier, pair.later))
            {
                links.push(Link {
                    earlier: pair.earlier,
                    later: pair.later,
                    relation: Relation::Return,
                    compared: *compared,
                    bits: model.bits(compared, &[]),
                    probability: probabilities[at],
                });
                at += 1;
            }
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
            &shares,
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
        expected = bits
            .iter()
            .map(|bits| probability(TEMPER * bits + prior))
            .sum::<f64>()
            .max(0.01);
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
            bits,
            probability: probability(TEMPER * bits + prior),
        })
        .filter(|link| link.probability >= write::LEAST_TOLD)
        .collect()
}

fn told(
    profiles: &Profiles,
    candidates: &Candidates,
    model: &Model,
    shares: &[(candidates::Rule, f64)],
    prior: f64,
    expected: f64,
    considered: usize,
) -> Value {
    let rounded = |value: f64| (value * 1e6).round() / 1e6;
    let rules: Vec<Value> = shares
        .iter()
        .map(|(rule, share)| {
            let (pairs, too_many) = candidates.told.get(rule.name()).copied().unwrap_or_default();
            json!({
                "rule": rule.name(), "pairs": pairs, "share_of_matches": rounded(*share),
                "features_that_too_many_show": too_many,
            })
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
