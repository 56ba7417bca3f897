//! Survival: time from an account's creation to its suspension.
//!
//! What a life is, and from when on it was watched: [`crate::lives`].

use crate::evidence::{Evidence, Group, SpellRow, bounds_ms};
use crate::figure::{Figure, Quantity};
use crate::lives::{NO_CREATION, NO_TIME, between_looks, seen_in_set, spell};
use crate::results::{CurveRow, Results};
use stats::{
    Bootstrap, Caution, Estimate, IntervalSpell, IntervalTransform, KaplanMeier, Level, Reason, RiskTable, Spell,
    kaplan_meier, nelson_aalen, turnbull_median,
};

const MEDIAN_DAYS: Quantity = Quantity {
    id: "survival.median_days",
    unit: "days since creation",
    definition: "Kaplan-Meier median of the time from creation to suspension; watched from the first observation on, \
                 once its creation was told and it was seen alive on the list (left truncation); a suspension lies midway between \
                 last seen alive and first seen gone; other ends censor when last seen alive; n is lives",
};
const AT_30_DAYS: Quantity = Quantity {
    id: "survival.at_30_days",
    unit: "share",
    definition: "Kaplan-Meier share of accounts not suspended 30 days after creation; as survival.median_days",
};
const AT_90_DAYS: Quantity = Quantity {
    id: "survival.at_90_days",
    unit: "share",
    definition: "Kaplan-Meier share of accounts not suspended 90 days after creation; as survival.median_days",
};
const RESTRICTED_MEAN: Quantity = Quantity {
    id: "survival.restricted_mean_90_days",
    unit: "days",
    definition: "area under the Kaplan-Meier curve up to 90 days after creation, from where the curve begins: the mean time lived \
                 until then; as survival.median_days",
};

/// The share suspended by an age, as Conway et al. 2017 tell it.
macro_rules! suspended_by {
    ($id:literal, $days:literal) => {
        (
            Quantity {
                id: $id,
                unit: "share",
                definition: concat!(
                    "one less the Kaplan-Meier share of accounts not suspended ",
                    $days,
                    " days after creation; as survival.median_days"
                ),
            },
            $days as f64,
        )
    };
}

const SUSPENDED_BY: [(Quantity, f64); 4] = [
    suspended_by!("survival.suspended_by_2_days", 2),
    suspended_by!("survival.suspended_by_7_days", 7),
    suspended_by!("survival.suspended_by_30_days", 30),
    suspended_by!("survival.suspended_by_90_days", 90),
];

const TURNBULL: Quantity = Quantity {
    id: "survival.turnbull_median_days",
    unit: "days since creation",
    definition: "Turnbull median of the time from creation to suspension, which is known only to lie between last seen alive \
                 and first seen gone; watched from the first observation on, once its creation was told and it was seen \
                 alive on the list (left truncation); other ends censor when last seen alive; n is lives, those of a person resampled together",
};
/// Ages in days of the table under the curve.
const AGES: [u32; 9] = [0, 7, 30, 60, 90, 180, 365, 730, 1095];
const WHOLE_PERIOD: &str = "estimated over the whole period only";
/// Fewest at risk at the ages that Turnbull's curve is drawn over.
const FEWEST_AT_RISK: u64 = 20;
/// Most resamples behind Turnbull's interval, each of which is a fit of its own.
const MOST_RESAMPLES: u32 = 100;

/// Measures it.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    for group in Group::ALL {
        for (position, window) in evidence.study.windows().iter().enumerate() {
            let curve = curve(evidence, group, position, results);
            let mut add = |quantity: &Quantity, read: &dyn Fn(&KaplanMeier) -> Result<Estimate, Reason>| {
                let figure = match &curve {
                    Ok(curve) => curve.figure(quantity, read),
                    Err(reason) => Figure::absent(quantity, reason.clone()),
                };
                results.measure(quantity, group.name(), window.name(), figure);
            };
            add(&MEDIAN_DAYS, &KaplanMeier::median);
            add(&AT_30_DAYS, &|curve| curve.survival_at(30.0));
            add(&AT_90_DAYS, &|curve| curve.survival_at(90.0));
            add(&RESTRICTED_MEAN, &|curve| curve.restricted_mean(90.0));
            for (quantity, days) in &SUSPENDED_BY {
                add(quantity, &|curve| curve.event_share_at(*days));
            }
            let counted = curve.as_ref().map_err(|reason| (*reason).clone()).and_then(|curve| {
                let ages = AGES.map(f64::from);
                KaplanMeier::at_risk_table(&curve.spells, &ages).map_err(|reason| reason.to_string())
            });
            for (place, age) in AGES.into_iter().enumerate() {
                let row = counted.as_ref().map(|rows| rows[place]).map_err(Clone::clone);
                results
                    .at_risk
                    .insert((group.name().to_owned(), window.name().to_owned(), age), row);
            }
            let turnbull = match position {
                0 => between_looks_median(evidence, group),
                _ => Figure::absent(&TURNBULL, WHOLE_PERIOD),
            };
            results.measure(&TURNBULL, group.name(), window.name(), turnbull);
            if let Ok(curve) = curve
                && position == 0
            {
                results.survival.extend(curve.estimate.rows().map(|step| CurveRow {
                    group: group.name().to_owned(),
                    step,
                    cumulative_hazard: curve.cumulative_hazard(step.time),
                }));
            }
        }
    }
}

struct Curve {
    spells: Vec<Spell>,
    estimate: KaplanMeier,
    /// Time and hazard summed up since the first step.
    hazards: Vec<(f64, f64)>,
    note: String,
}

impl Curve {
    fn cumulative_hazard(&self, time: f64) -> Option<f64> {
        let at = self.hazards.partition_point(|(step, _)| *step < time);
        self.hazards
            .get(at)
            .filter(|(step, _)| *step == time)
            .map(|(_, hazard)| *hazard)
    }

    fn figure(&self, quantity: &Quantity, read: impl Fn(&KaplanMeier) -> Result<Estimate, Reason>) -> Figure {
        let events = self.estimate.events;
        if events == 0 {
            return Figure::absent(quantity, Reason::AllCensored.to_string()).resting_on(self.estimate.spells);
        }
        Figure::of(quantity, read(&self.estimate))
            .resting_on(self.estimate.spells)
            .noting(&format!("{events} suspensions"))
            .noting(&self.note)
    }
}

/// Turnbull's median for the whole period, over the ages at which the study's smallest group or more were at risk: with fewer, early
/// on, a single end takes the whole curve down, and there may be no maximum of the likelihood at all.
fn between_looks_median(evidence: &Evidence, group: Group) -> Figure {
    let accounts = match evidence.belonging(group, 0) {
        Ok(accounts) => accounts,
        Err(reason) => return Figure::absent(&TURNBULL, reason),
    };
    let bounds = bounds_ms(evidence.study.period());
    let lives: Vec<(&SpellRow, Option<i64>)> = evidence
        .spells
        .iter()
        .filter(|life| accounts.holds(life.account))
        .filter_map(|life| Some((life, seen_in_set(evidence, group, life.account).ok()?)))
        .collect();
    let placed: Vec<Spell> = lives
        .iter()
        .filter_map(|(life, listed)| spell(life, *listed, bounds).ok())
        .collect();
    let fewest = u64::from(evidence.study.min_group_size());
    let ages = match RiskTable::new(&placed) {
        Err(_) => return Figure::absent(&TURNBULL, "no life has created_at and was watched for any time"),
        Ok(table) => {
            let last = table
                .rows()
                .filter(|row| row.at_risk >= fewest.max(FEWEST_AT_RISK))
                .last();
            let from = table.thin_until(fewest.max(FEWEST_AT_RISK)).map_or(0.0, f64::ceil);
            (from, last.map_or(0.0, |row| row.time.floor()))
        }
    };
    let whose = |account: u32| match evidence.person_of.get(&account) {
        Some(person) => u64::from(*person),
        // A person of its own.
        None => u64::from(u32::MAX) + 1 + u64::from(account),
    };
    let (spells, persons): (Vec<IntervalSpell>, Vec<u64>) = lives
        .iter()
        .filter_map(|(life, listed)| Some((between_looks(life, *listed, ages)?, whose(life.account))))
        .unzip();
    if spells.is_empty() {
        return Figure::absent(
            &TURNBULL,
            format!("fewer than {FEWEST_AT_RISK} were at risk at any age"),
        );
    }
    let bootstrap = Bootstrap {
        resamples: evidence.bootstrap().resamples.min(MOST_RESAMPLES),
        ..evidence.bootstrap()
    };
    let events = spells.iter().filter(|spell| spell.first_gone.is_some()).count();
    let median = turnbull_median(&spells, &persons, &bootstrap).map(|median| Estimate {
        n: spells.len() as u64,
        ..median
    });
    Figure::of(&TURNBULL, median).noting(&format!(
        "{events} suspensions; over ages of {:.0} to {:.0} days",
        ages.0, ages.1
    ))
}

fn curve(evidence: &Evidence, group: Group, window: usize, results: &mut Results) -> Result<Curve, String> {
    let accounts = evidence.belonging(group, window)?;
    let bounds = evidence.study.windows().get(window).map(bounds_ms).unwrap_or_default();
    let mut spells = Vec::new();
    let mut left_out: std::collections::BTreeMap<&'static str, u64> = std::collections::BTreeMap::new();
    for life in evidence.spells.iter().filter(|life| accounts.holds(life.account)) {
        let seen_in_set = seen_in_set(evidence, group, life.account);
        match seen_in_set.and_then(|seen_at| spell(life, seen_at, bounds)) {
            Ok(spell) => spells.push(spell),
            Err(reason) => *left_out.entry(reason).or_default() += 1,
        }
    }
    if group == Group::Everyone && window == 0 {
        for (reason, lives) in &left_out {
            results.left_out.insert(("spells", reason), *lives);
        }
    }
    if spells.is_empty() {
        let most = left_out
            .iter()
            .max_by_key(|(_, lives)| **lives)
            .map(|(reason, _)| *reason);
        return Err(match most {
            Some(NO_CREATION) => "needs accounts.created_at".to_owned(),
            Some(NO_TIME) => "nobody was watched: each was last seen, or gone, before a record of it that tells its age was collected, or \
                              outside the window"
                .to_owned(),
            Some(reason) => format!("no life can be used: {reason}"),
            None => "no life was observed".to_owned(),
        });
    }
    let fewest = u64::from(evidence.study.min_group_size());
    // A suspension among very few, early on, would take a large and lasting share off a curve that most lives had no part in.
    let from = RiskTable::new(&spells)
        .map_err(|reason| reason.to_string())?
        .thin_until(fewest);
    let transform = match evidence.study.interval_transform() {
        study::IntervalTransform::LogLog => IntervalTransform::LogLog,
        study::IntervalTransform::Log => IntervalTransform::Log,
        study::IntervalTransform::Plain => IntervalTransform::Plain,
    };
    let estimate = kaplan_meier(&spells, from, Level::P95, transform).map_err(|reason| reason.to_string())?;
    let mut notes: Vec<String> = Vec::new();
    if let Some(days) = from {
        notes.push(format!(
            "given survival to day {days:.1}, since fewer than {fewest} were at risk at a suspension until then"
        ));
    }
    notes.extend(cautions(&estimate.cautions));
    notes.extend(
        left_out
            .iter()
            .map(|(reason, lives)| format!("{lives} lives left out: {reason}")),
    );
    let mut hazards: Vec<(f64, f64)> = nelson_aalen(&spells, Level::P95)
        .map(|hazard| {
            hazard
                .rows
                .iter()
                .map(|row| (row.time, row.cumulative_hazard))
                .collect()
        })
        .unwrap_or_default();
    // Since the first step of the curve, which may begin late.
    let first = estimate.rows().next().map_or(0.0, |row| row.time);
    let before = hazards
        .iter()
        .rev()
        .find(|(time, _)| *time < first)
        .map_or(0.0, |(_, hazard)| *hazard);
    hazards.retain(|(time, _)| *time >= first);
    hazards.iter_mut().for_each(|(_, hazard)| *hazard -= before);
    Ok(Curve {
        spells,
        estimate,
        hazards,
        note: notes.join("; "),
    })
}

/// What left truncation does to the curve, in days to one decimal; of several gaps the first.
fn cautions(found: &[Caution]) -> Vec<String> {
    let gaps = found
        .iter()
        .filter(|caution| matches!(caution, Caution::Gap { .. }))
        .count();
    let mut told_of_gap = false;
    let mut notes = Vec::new();
    for caution in found {
        match caution {
            Caution::LateStart { time } => notes.push(format!(
                "nobody was at risk before day {time:.1}, so survival is given survival to it"
            )),
            Caution::RiskSetEmptied { time, later_spells } => notes.push(format!(
                "all at risk were suspended by day {time:.1}, where the curve ends, yet {later_spells} lives are later"
            )),
            Caution::Gap { from, to } if !told_of_gap => {
                told_of_gap = true;
                let more = if gaps > 1 {
                    format!(" (the first of {gaps} gaps)")
                } else {
                    String::new()
                };
                notes.push(format!("nobody was at risk from day {from:.1} to day {to:.1}{more}"));
            }
            Caution::Gap { .. } => {}
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_gaps_the_first_is_told() {
        let found = [
            Caution::LateStart { time: 0.25 },
            Caution::Gap { from: 1.0, to: 2.06 },
            Caution::Gap { from: 3.0, to: 4.0 },
        ];
        let told = [
            "nobody was at risk before day 0.2, so survival is given survival to it",
            "nobody was at risk from day 1.0 to day 2.1 (the first of 2 gaps)",
        ];
        assert_eq!(cautions(&found), told);
    }
}
