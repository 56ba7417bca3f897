//! Returns: what a person's later accounts came to, compared with the first.

use std::collections::{BTreeMap, BTreeSet};

use stats::{Reason, median};

use crate::evidence::{Evidence, Group, PersonaRow, SightingRow, SpellRow, as_days};
use crate::figure::{Figure, Quantity};
use crate::hypotheses::returns::{SIGN, SIGNED_RANK};
use crate::results::{Results, ReturnRow};

const PERSONS: Quantity = Quantity {
    id: "returns.persons",
    unit: "persons",
    definition: "persons with more than one account, counted; n is persons in the table of personas",
};
const ACCOUNTS: Quantity = Quantity {
    id: "returns.accounts",
    unit: "accounts",
    definition: "accounts that persons made after their first, counted; n is persons that returned",
};
const FOLLOWERS_RATIO: Quantity = Quantity {
    id: "returns.followers_ratio",
    unit: "ratio",
    definition: "median over later accounts of most followers seen / most followers seen of the person's first \
                 account; n is persons, resampled",
};
const GAP_DAYS: Quantity = Quantity {
    id: "returns.gap_days",
    unit: "days",
    definition: "median over later accounts of the days from the end of the account before (midway between last seen \
                 alive and first seen gone) to this one's creation; negative where it was made ahead; n is persons, \
                 resampled",
};
const PACE_RATIO: Quantity = Quantity {
    id: "returns.pace_ratio",
    unit: "ratio",
    definition: "median over later accounts of lifetime tweets per day when last seen / that of the person's first \
                 account; n is persons, resampled",
};
/// Why a window has no number of its own.
pub(crate) const WHOLE_PERIOD: &str = "measured over the whole period only";

/// Measures them.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    let chains = chains(evidence);
    for (position, window) in evidence.study.windows().iter().enumerate() {
        for group in Group::ALL {
            let chosen = match position {
                0 => persons_of(evidence, group, &chains),
                _ => Err(WHOLE_PERIOD),
            };
            of_group(evidence, group, window.name(), chosen, results);
        }
    }
    results.returns = chains;
}

/// The chains of the persons of whom an account belongs to the group.
///
/// # Errors
/// Why that is not known.
pub(crate) fn persons_of<'a>(
    evidence: &Evidence,
    group: Group,
    chains: &'a [ReturnRow],
) -> Result<Vec<&'a [ReturnRow]>, &'static str> {
    let accounts = evidence.belonging(group, 0)?;
    if evidence.persona_records == 0 {
        return Err("needs personas");
    }
    let chains = chains.chunk_by(|a, b| a.person_id == b.person_id);
    Ok(chains
        .filter(|chain| chain.iter().any(|row| accounts.holds(row.account)))
        .collect())
}

fn of_group(
    evidence: &Evidence,
    group: Group,
    window: &str,
    chains: Result<Vec<&[ReturnRow]>, &'static str>,
    results: &mut Results,
) {
    let chains = match chains {
        Ok(chains) => chains,
        Err(reason) => {
            for quantity in [&PERSONS, &ACCOUNTS, &FOLLOWERS_RATIO, &GAP_DAYS, &PACE_RATIO] {
                results.measure(quantity, group.name(), window, Figure::absent(quantity, reason));
            }
            return;
        }
    };
    let later = |chain: &[ReturnRow]| chain.iter().filter(|row| row.return_number > 0).count() as u64;
    let returned = chains.iter().filter(|chain| later(chain) > 0).count() as u64;
    let accounts: u64 = chains.iter().map(|chain| later(chain)).sum();
    let of_others = chains
        .iter()
        .flat_map(|chain| chain.iter())
        .filter(|row| row.return_number < 0);
    let note = match of_others.count() {
        0 => String::new(),
        others => format!("{others} later accounts of these persons are not of this part and not counted"),
    };
    let persons = Figure::plain(&PERSONS, returned as f64, chains.len() as u64);
    results.measure(&PERSONS, group.name(), window, persons.noting(&note));
    let accounts = Figure::plain(&ACCOUNTS, accounts as f64, returned);
    results.measure(&ACCOUNTS, group.name(), window, accounts.noting(&note));

    let numbers: BTreeSet<i64> = chains
        .iter()
        .flat_map(|chain| chain.iter().map(|row| row.return_number))
        .filter(|number| *number > 0)
        .collect();
    type Read = fn(&ReturnRow) -> Option<f64>;
    let kinds: [(&Quantity, Read); 3] = [
        (&FOLLOWERS_RATIO, |row| row.followers_ratio),
        (&GAP_DAYS, |row| row.gap_days),
        (&PACE_RATIO, |row| row.pace_ratio),
    ];
    for (quantity, number) in kinds {
        let whole = median_over(evidence, quantity, &chains, |row| {
            number(row).filter(|_| row.return_number > 0)
        });
        results.measure(quantity, group.name(), window, whole);
        for wanted in &numbers {
            let part = median_over(evidence, quantity, &chains, |row| {
                number(row).filter(|_| row.return_number == *wanted)
            });
            results.measure(quantity, &format!("{}/return_{wanted}", group.name()), window, part);
        }
    }
}

/// The median over accounts; persons are resampled, each with all accounts.
fn median_over(
    evidence: &Evidence,
    quantity: &Quantity,
    chains: &[&[ReturnRow]],
    number: impl Fn(&ReturnRow) -> Option<f64>,
) -> Figure {
    let persons: Vec<Vec<f64>> = chains
        .iter()
        .map(|chain| chain.iter().filter_map(&number).collect::<Vec<f64>>())
        .filter(|values| !values.is_empty())
        .collect();
    let fewest = u64::from(evidence.study.min_group_size());
    let found = persons.len() as u64;
    if found < fewest {
        let reason = format!("fewer than {fewest} persons with both numbers ({found})");
        return Figure::absent(quantity, reason).resting_on(found);
    }
    let of_drawn = |drawn: &[usize]| -> Result<f64, Reason> {
        median(
            &drawn
                .iter()
                .flat_map(|person| persons[*person].iter().copied())
                .collect::<Vec<_>>(),
        )
    };
    let accounts: usize = persons.iter().map(Vec::len).sum();
    Figure::of(quantity, evidence.bootstrap().of_units(persons.len(), of_drawn)).noting(&format!("{accounts} accounts"))
}

/// Each person's accounts, in order.
fn chains(evidence: &Evidence) -> Vec<ReturnRow> {
    let mut spells: BTreeMap<u32, Vec<&SpellRow>> = BTreeMap::new();
    for spell in &evidence.spells {
        spells.entry(spell.account).or_default().push(spell);
    }
    let lives = |account: u32| spells.get(&account).map_or(&[][..], Vec::as_slice);
    let chain = |rows: &[PersonaRow]| -> Vec<ReturnRow> {
        let mut chain: Vec<ReturnRow> = rows
            .iter()
            .map(|row| account(evidence, row, lives(row.account)))
            .collect();
        let first = chain.iter().find(|row| row.return_number == 0).cloned();
        for (position, row) in rows.iter().enumerate() {
            let before = match &row.predecessor {
                Some(id) => chain.iter().find(|other| other.account_id == *id),
                None => chain.iter().find(|other| other.return_number == row.return_number - 1),
            };
            let predecessor = before.map(|before| before.account_id.clone());
            let created_at = chain[position].created_at;
            let gap_days = before
                .and_then(|before| end_before(lives(before.account), created_at))
                .zip(created_at)
                .map(|(gone, created)| as_days(created - gone));
            let this = &mut chain[position];
            if this.return_number > 0 {
                this.gap_days = gap_days;
                this.predecessor = predecessor;
            }
            if let Some(first) = &first {
                this.followers_ratio = over(
                    this.followers_peak.map(|n| n as f64),
                    first.followers_peak.map(|n| n as f64),
                );
                this.pace_ratio = over(this.tweets_per_day, first.tweets_per_day);
            }
        }
        if let Some(part) = &evidence.part {
            let of_others = chain.iter_mut().filter(|row| !part.accounts.contains(&row.account));
            of_others.for_each(|row| row.return_number = -row.return_number);
        }
        chain
    };
    evidence
        .personas
        .chunk_by(|a, b| a.person_id == b.person_id)
        .flat_map(chain)
        .collect()
}

/// The end that a return followed: of several lives of the account before, the last end at or before the return; where all are
/// later, the first.
fn end_before(lives: &[&SpellRow], created_at: Option<i64>) -> Option<i64> {
    let ends = || lives.iter().filter_map(|life| life.ended_at());
    let before = ends()
        .filter(|end| created_at.is_none_or(|created| *end <= created))
        .max();
    before.filter(|_| created_at.is_some()).or_else(|| ends().min())
}

/// A ratio; none without both numbers or over zero.
fn over(later: Option<f64>, first: Option<f64>) -> Option<f64> {
    let (later, first) = later.zip(first)?;
    Some(later / first).filter(|ratio| first > 0.0 && ratio.is_finite())
}

/// The ages, in milliseconds, at which an account is looked at some days after its creation, both included: from so many days on, and up
/// to twice as many. Without an end, first accounts, which lived long before anybody looked, would be compared at an age of months with
/// returns at one of days.
fn ages_after(evidence: &Evidence) -> (i64, i64) {
    let days = i64::from(evidence.study.return_days_after());
    (days * tables::DAY_MS, 2 * days.max(1) * tables::DAY_MS)
}

/// Tells in the tests of followers some days after creation from which ages they are, of how many accounts, and why others have none.
pub fn tell_ages(evidence: &Evidence, results: &mut Results) {
    // Rows are read while outcomes are added to.
    let rows = std::mem::take(&mut results.returns);
    let (from, to) = ages_after(evidence);
    for group in Group::ALL {
        let Ok(chains) = persons_of(evidence, group, &rows) else {
            continue;
        };
        let accounts = || chains.iter().flat_map(|chain| chain.iter());
        let ages = |of: fn(i64) -> bool| {
            let ages = accounts().filter(|row| of(row.return_number));
            let ages: Vec<f64> = ages.filter_map(|row| row.age_after_days).collect();
            median(&ages).map_or_else(
                |_| "none".to_owned(),
                |days| format!("{days:.1} days ({} accounts)", ages.len()),
            )
        };
        let none = |created: bool| {
            let none = accounts().filter(|row| row.followers_after.is_none());
            none.filter(|row| row.created_at.is_some() == created).count()
        };
        let (from, to) = (as_days(from), as_days(to));
        let note = format!(
            "some days after creation: at the first observation {from} to {to} days after it; median age then, in the whole group, of \
             first accounts {}, of later ones {}; {} accounts without an observation at that age; {} whose creation is not known",
            ages(|number| number == 0),
            ages(|number| number > 0),
            none(true),
            none(false)
        );
        let of_returns = results.tests.iter_mut().filter(|((family, test, of, _), outcome)| {
            [SIGNED_RANK, SIGN].contains(family)
                && ["followers_after.", "followers_regained."]
                    .iter()
                    .any(|id| test.starts_with(id))
                && of.split('/').next() == Some(group.name())
                && outcome.reason.as_deref() != Some(WHOLE_PERIOD)
        });
        for (_, outcome) in of_returns {
            *outcome = outcome.clone().noting(&note);
        }
    }
    results.returns = rows;
}

fn account(evidence: &Evidence, row: &PersonaRow, lives: &[&SpellRow]) -> ReturnRow {
    let seen = evidence.sightings.get(&row.account).map_or(&[][..], Vec::as_slice);
    let created_at = lives.iter().filter_map(|life| evidence.created(life)).min();
    let with_followers: Vec<(&SightingRow, i64)> = seen.iter().filter_map(|row| Some((row, row.followers?))).collect();
    let after = created_at.and_then(|created| {
        let (from, to) = ages_after(evidence);
        let of_age = created + from..=created + to;
        let (then, followers) = with_followers
            .iter()
            .find(|(row, _)| of_age.contains(&row.observed_at))?;
        Some((*followers, as_days(then.observed_at - created)))
    });
    ReturnRow {
        person_id: row.person_id.clone(),
        return_number: row.return_number,
        account_id: row.account_id.clone(),
        account: row.account,
        created_at,
        gone_at: lives
            .iter()
            .filter_map(|life| life.first_gone_at.filter(|_| !life.censored))
            .min(),
        followers_peak: with_followers.iter().map(|(_, followers)| *followers).max(),
        followers_last: with_followers.last().map(|(_, followers)| *followers),
        followers_after: after.map(|(followers, _)| followers),
        age_after_days: after.map(|(_, days)| days),
        tweets_per_day: seen.iter().rev().find_map(|row| row.tweets_per_day),
        ..ReturnRow::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tables::State;

    #[test]
    fn a_return_followed_the_last_end_before_it() {
        let life = |number, alive: i64, gone: Option<i64>| SpellRow {
            account: 0,
            number,
            created_at: None,
            creation_told_at: None,
            first_alive_at: Some(alive),
            entered_at: Some(alive),
            last_alive_at: Some(alive),
            first_gone_at: gone,
            end_state: if gone.is_some() {
                State::Suspended
            } else {
                State::Active
            },
            censored: gone.is_none(),
        };
        // Ended at 15, reinstated, ended at 45, reinstated for good.
        let lives = [life(1, 10, Some(20)), life(2, 40, Some(50)), life(3, 60, None)];
        let lives: Vec<&SpellRow> = lives.iter().collect();
        for (created, end) in [
            (Some(30), 15),
            (Some(45), 45),
            (Some(99), 45),
            (Some(3), 15),
            (None, 15),
        ] {
            assert_eq!(end_before(&lives, created), Some(end), "{created:?}");
        }
        assert_eq!(end_before(&lives[2..], Some(99)), None);
    }
}
