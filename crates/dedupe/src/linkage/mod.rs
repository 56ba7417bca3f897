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

    fn of_profiles(profiles: Profiles, every: bool, threads: usize) -> Self {
        let candidates = Candidates::find(&profiles, threads);
        let (random, share) = random_returns(&profiles);
        let random = mapped(&random, threads, |(a, b)| profiles.compare(*a, *b));
        let compared = |pairs: &[Pair]| mapped(pairs, threads, |pair| profiles.compare(pair.earlier, pair.later));
        let returns = compared(&candidates.returns);
        let n = profiles.len() as f64;
        let possible = (share * n * (n - 1.0) / 2.0).max(1.0);
        let mut model = Model::new(&random, profiles.len());
        // To begin with, one in ten of those who were seen to go came back.
        let gone = profiles.lives.iter().filter(|life| life.first_gone.is_some()).count();
        let mut expected = (gone as f64 / 10.0).max(1.0);
        let (mut edges, mut probabilities, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..EM_ROUNDS {
            let prior = prior_bits(expected, possible);
            if round > 0 {
                // Random pairs hold matches, too: these are weighed out of u.
                let known = model.clone();
                model.estimate_u(&random, |compared| 1.0 - probability(prior + known.bits(compared, &[])));
            }
            (edges, places) = candidates
                .returns
                .iter()
                .zip(&returns)
                .enumerate()
                .map(|(place, (pair, compared))| {
                    let bits = TEMPER * model.bits(compared, &[]) + prior;
                    let Pair { earlier, later, .. } = *pair;
                    (Edge { earlier, later, bits }, place)
                })
                .filter(|(edge, _)| every || edge.bits > LEAST_BITS)
                .unzip();
            probabilities = matching::marginals(&edges);
            let found: f64 = probabilities.iter().sum();
            let matched = places.iter().map(|place| &returns[*place]).zip(probabilities.iter().copied());
            let moved = if round + 1 < EM_ROUNDS { model.estimate_m(matched) } else { 0.0 };
            let settled = (found - expected).abs() < 1e-3 * expected && moved < 1e-3;
            if std::env::var("DBG").is_ok() { eprintln!("{round} {found} {moved} edges {}", edges.len()); }
            expected = found.max(0.1);
            if settled {
                break;
            }
        }

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
            rules: pair.rules,
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
