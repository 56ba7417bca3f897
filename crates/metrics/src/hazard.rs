//! What makes a suspension come sooner: Cox's model of the time from creation to suspension.
//!
//! An account enters it with what was first seen of it, so that nothing that a suspension cut short explains that suspension. A
//! person's accounts are not independent, so errors allow for persons.

use std::collections::BTreeMap;

use stats::{CoxData, Level, Spell, TimeScale, cox, proportional_hazards};

use crate::evidence::{Evidence, Group, bounds_ms};
use crate::figure::{Figure, Quantity};
use crate::results::Results;
use crate::survival;

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
const WHOLE_PERIOD: &str = "estimated over the whole period only";
/// Events for each covariate below which coefficients are unstable (Peduzzi et al. 1995, J. Clin. Epidemiol. 48, 1503-1510).
const FEWEST_EVENTS: usize = 10;

/// Measures it.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    for (position, window) in evidence.study.windows().iter().enumerate() {
        for group in Group::ALL {
            let figures = match position {
                0 => of_group(evidence, group)
                    .unwrap_or_else(|reason| ALL.map(|quantity| Figure::absent(&quantity, reason.clone()))),
                _ => ALL.map(|quantity| Figure::absent(&quantity, WHOLE_PERIOD)),
            };
            for (quantity, figure) in ALL.iter().zip(figures) {
                results.measure(quantity, group.name(), window.name(), figure);
            }
        }
    }
}

fn of_group(evidence: &Evidence, group: Group) -> Result<[Figure; 3], String> {
    let accounts = evidence.belonging(group, 0)?;
    if evidence.first_seen.values().all(|row| row.followers.is_none()) {
        return Err("needs accounts.followers".to_owned());
    }
    if evidence.first_seen.values().all(|row| row.tweets_per_day.is_none()) {
        return Err("needs accounts.statuses and accounts.created_at".to_owned());
    }
    let mut person_of: BTreeMap<u32, (u64, bool)> = BTreeMap::new();
    for (number, chain) in evidence
        .personas
        .chunk_by(|a, b| a.person_id == b.person_id)
        .enumerate()
    {
        for row in chain {
            person_of.insert(row.account, (number as u64, row.return_number > 0));
        }
    }
    let others_from = person_of.values().map(|(person, _)| person + 1).max().unwrap_or(0);
    let bounds = bounds_ms(evidence.study.period());
    let (mut spells, mut persons) = (Vec::new(), Vec::new());
    let (mut followers, mut pace, mut returned) = (Vec::new(), Vec::new(), Vec::new());
    let mut unseen = 0_u64;
    for life in evidence.spells.iter().filter(|life| accounts.holds(life.account)) {
        let Ok(spell) = survival::spell(life, survival::in_set_from(evidence, group, life.account), bounds) else {
            continue;
        };
        let seen = evidence.first_seen.get(&life.account);
        let Some((count, tweets)) = seen.and_then(|row| row.followers.zip(row.tweets_per_day)) else {
            unseen += 1;
            continue;
        };
        let own = others_from + u64::from(life.account);
        let (person, later) = person_of.get(&life.account).copied().unwrap_or((own, false));
        spells.push(spell);
        persons.push(person);
        followers.push((count.max(0) as f64 + 1.0).log2());
        pace.push((tweets.max(0.0) + 1.0).log2());
        returned.push(f64::from(u8::from(later)));
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
    let constant = proportional_hazards(&data, TimeScale::Rank).ok();
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
            return Figure::absent(quantity, reason);
        }
        match coefficients.next() {
            None => Figure::absent(quantity, "not estimated"),
            Some((position, coefficient)) => {
                let figure = Figure::of(quantity, Ok(coefficient.hazard_ratio.clone()))
                    .resting_on(model.spells)
                    .noting(&note)
                    .noting(&format!("p {:.4}", coefficient.p));
                match constant.as_ref().and_then(|tests| tests.covariates.get(position)) {
                    Some(test) => figure.noting(&format!("p {:.4} that the effect stays the same with age", test.p)),
                    None => figure,
                }
            }
        }
    }))
}
