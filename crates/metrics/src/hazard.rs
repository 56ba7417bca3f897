//! What makes a suspension come sooner: Cox's model of the time from creation to suspension.
//!
//! An account enters it with what was first seen of it, so that nothing that a suspension cut short explains that suspension. A
//! person's accounts are not independent, so errors allow for persons.

use std::collections::BTreeMap;

use stats::{CoxData, Level, Spell, TimeScale, cox, proportional_hazards};

use crate::evidence::{Evidence, Group, bounds_ms};
use crate::figure::{Figure, Quantity};
use crate::hypotheses::Outcome;
use crate::lives;
use crate::results::Results;

const FOLLOWERS: Quantity = Quantity {
    id: "survival.hazard_ratio.followers_doubled",
    unit: "ratio",
    definition: "hazard of suspension of an account with twice as many followers (plus one) when first seen, over that of one \
                 with once as many, all else equal (Cox, Efron ties, late entry, errors by person); n is lives",
};
const PACE: Quantity = Quantity {
    id: "survival.hazard_ratio.pace_doubled",
    unit: "ratio",
    definition: "hazard of suspension of an account with twice the lifetime pace (plus one) when first seen, over that of one \
                 with once the pace, all else equal (Cox, Efron ties, late entry, errors by person); n is lives",
};
const RETURNED: Quantity = Quantity {
    id: "survival.hazard_ratio.returned",
    unit: "ratio",
    definition: "hazard of suspension of an account that a person made after an earlier one, over that of first accounts, all \
                 else equal (Cox, Efron ties, late entry, errors by person); n is lives",
};
const ALL: [Quantity; 3] = [FOLLOWERS, PACE, RETURNED];
/// The family: that a covariate makes no difference.
const COX: &str = "survival.cox";
/// The family: that the difference it makes stays the same with age.
const PROPORTIONALITY: &str = "survival.proportional_hazards";
const WHOLE_PERIOD: &str = "estimated over the whole period only";
/// Events for each covariate below which coefficients are unstable (Peduzzi et al. 1995, J. Clin. Epidemiol. 48, 1503-1510).
const FEWEST_EVENTS: usize = 10;

/// Measures it.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    for (position, window) in evidence.study.windows().iter().enumerate() {
        for group in Group::ALL {
            let effects = match position {
                0 => of_group(evidence, group).unwrap_or_else(|reason| ALL.map(|quantity| absent(&quantity, &reason))),
                _ => ALL.map(|quantity| absent(&quantity, WHOLE_PERIOD)),
            };
            for (quantity, (figure, outcomes)) in ALL.iter().zip(effects) {
                let test = quantity.id.rsplit('.').next().unwrap_or_default();
                for (family, outcome) in [COX, PROPORTIONALITY].into_iter().zip(outcomes) {
                    results.test(family, test, group.name(), window.name(), outcome);
                }
                results.measure(quantity, group.name(), window.name(), figure);
            }
        }
    }
}

/// The person behind each account in the table of personas, and which of the person's accounts it is: 0 is the first.
pub(crate) fn persons(evidence: &Evidence) -> BTreeMap<u32, (u64, i64)> {
    let chains = evidence.personas.chunk_by(|a, b| a.person_id == b.person_id).zip(0..);
    chains
        .flat_map(|(chain, number)| chain.iter().map(move |row| (row.account, (number, row.return_number))))
        .collect()
}

/// A covariate's effect with its tests: that it has none, and that it stays the same with age.
type Effect = (Figure, [Outcome; 2]);

fn of_group(evidence: &Evidence, group: Group) -> Result<[Effect; 3], String> {
    let accounts = evidence.belonging(group, 0)?;
    if evidence.first_seen.values().all(|row| row.followers.is_none()) {
        return Err("needs accounts.followers".to_owned());
    }
    if evidence.first_seen.values().all(|row| row.tweets_per_day.is_none()) {
        return Err("needs accounts.statuses and accounts.created_at".to_owned());
    }
    let person_of = persons(evidence);
    let others_from = person_of.values().map(|(person, _)| person + 1).max().unwrap_or(0);
    let bounds = bounds_ms(evidence.study.period());
    let (mut spells, mut persons) = (Vec::new(), Vec::new());
    let (mut followers, mut pace, mut returned) = (Vec::new(), Vec::new(), Vec::new());
    let mut unseen = 0_u64;
    for life in evidence.spells.iter().filter(|life| accounts.holds(life.account)) {
        let seen = evidence.first_seen.get(&life.account);
        let seen_in_set = lives::seen_in_set(evidence, group, life.account);
        let known_at = seen_in_set.map(|seen_at| seen_at.max(seen.map(|row| row.observed_at)));
        let Ok(spell) = known_at.and_then(|known_at| lives::spell(life, known_at, bounds)) else {
            continue;
        };
        let Some((count, tweets)) = seen.and_then(|row| row.followers.zip(row.tweets_per_day)) else {
            unseen += 1;
            continue;
        };
        let own = others_from + u64::from(life.account);
        let (person, number) = person_of.get(&life.account).copied().unwrap_or((own, 0));
        spells.push(spell);
        persons.push(person);
        followers.push((count.max(0) as f64 + 1.0).log2());
        pace.push((tweets.max(0.0) + 1.0).log2());
        returned.push(f64::from(u8::from(number > 0)));
    }
    // A covariate that is the same for all has no effect to be told, and would keep the others from being told.
    let covariates = [&followers, &pace, &returned];
    let varies = covariates.map(|values| values.windows(2).any(|pair| pair[0] != pair[1]));
    let used: Vec<&[f64]> = covariates
        .iter()
        .zip(varies)
        .filter(|(_, varies)| *varies)
        .map(|(values, _)| values.as_slice())
        .collect();
    let events = spells.iter().filter(|spell: &&Spell| spell.event).count();
    if used.is_empty() || events < FEWEST_EVENTS * used.len() {
        return Err(format!(
            "too few suspensions with known followers and pace: {events} for {} covariates",
            used.len()
        ));
    }
    let data = CoxData {
        spells: &spells,
        covariates: &used,
        strata: None,
        clusters: Some(&persons),
    };
    let model = cox(&data, Level::P95).map_err(|reason| reason.to_string())?;
    let constant = proportional_hazards(&data, TimeScale::Rank);
    let mut note = format!("{} suspensions", model.events);
    if let Some(concordance) = model.concordance {
        note.push_str(&format!("; concordance {concordance:.3}"));
    }
    if unseen > 0 {
        note.push_str(&format!("; {unseen} lives left out: followers or pace never seen"));
    }
    let mut coefficients = model.coefficients.iter().enumerate();
    Ok([0, 1, 2].map(|which| {
        let quantity = &ALL[which];
        if !varies[which] {
            let reason = match which {
                2 if evidence.persona_records == 0 => "needs personas",
                _ => "the same for all accounts",
            };
            return absent(quantity, reason);
        }
        let Some((position, coefficient)) = coefficients.next() else {
            return absent(quantity, "not estimated");
        };
        let figure = Figure::of(quantity, Ok(coefficient.hazard_ratio.clone()))
            .resting_on(model.spells)
            .noting(&note)
            .noting(&format!("p {:.4}", coefficient.p));
        let effect = Outcome::tested(quantity.unit, cox_method(quantity), Some(coefficient.z), coefficient.p)
            .with_effect(Ok(coefficient.hazard_ratio.clone()));
        let method = proportionality_method(quantity);
        let (figure, stays) = match constant.as_ref().map(|tests| tests.covariates.get(position)) {
            Ok(Some(test)) => (
                figure.noting(&format!("p {:.4} that the effect stays the same with age", test.p)),
                Outcome::tested(quantity.unit, method, Some(test.chi_squared), test.p),
            ),
            Ok(None) => (figure, Outcome::untested(quantity.unit, method, "not estimated")),
            Err(reason) => (figure, Outcome::untested(quantity.unit, method, reason.to_string())),
        };
        (figure, [effect, stays].map(|outcome| outcome.resting_on(model.spells)))
    }))
}

fn absent(quantity: &Quantity, reason: &str) -> Effect {
    let outcomes = [cox_method(quantity), proportionality_method(quantity)]
        .map(|method| Outcome::untested(quantity.unit, method, reason));
    (Figure::absent(quantity, reason), outcomes)
}

fn cox_method(quantity: &Quantity) -> String {
    format!(
        "{}; Wald test that the ratio is 1, two-sided, the statistic is z with errors by person; effect: the ratio",
        quantity.definition
    )
}

fn proportionality_method(quantity: &Quantity) -> String {
    format!(
        "{}; score test of scaled Schoenfeld residuals against the rank of age (Grambsch & Therneau) that the ratio stays the same with \
         age; the statistic is chi-squared with 1 degree of freedom; no effect",
        quantity.definition
    )
}
