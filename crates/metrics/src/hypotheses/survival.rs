//! Whether groups of accounts live alike until suspension: log-rank tests with late entry, also within months of creation.
//!
//! Pressure changes with the calendar, and those who came back were created later than those they replaced. Accounts of one month
//! of creation reach an age in the same weeks, so the stratified test compares under like pressure. The tests take lives as
//! independent; a person's accounts are not, which the interval of the effect allows for.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike};
use stats::{CoxData, Estimate, Level, LogRank, Reason, Spell, cox, stratified_log_rank};
use tables::SetName;

use crate::evidence::{Evidence, Group, bounds_ms};
use crate::hazard::persons;
use crate::hypotheses::Outcome;
use crate::lives::{seen_in_set, spell};
use crate::parts::Part;
use crate::results::Results;

/// The family: that groups live alike.
pub const LOG_RANK: &str = "survival.log_rank";
const UNIT: &str = "hazard ratio";
const WHOLE_PERIOD: &str = "tested over the whole period only";
/// Suspensions below which a ratio of hazards is unstable (Peduzzi et al. 1995, J. Clin. Epidemiol. 48, 1503-1510).
const FEWEST_EVENTS: usize = 10;

/// Time until suspension as these tests take it, in words.
const SINCE_CREATION: &str = "time from creation to suspension, as survival.median_days";

/// Groups of lives that are held against each other.
pub(crate) struct Split {
    /// What is compared.
    pub(crate) words: String,
    /// What the spells measure.
    pub(crate) measured: &'static str,
    /// Of the groups; the effect is of the first over the second.
    pub(crate) names: Vec<String>,
    pub(crate) lives: Vec<Life>,
}

/// A life, and where it belongs.
pub(crate) struct Life {
    pub(crate) spell: Spell,
    pub(crate) group: usize,
    /// Months since year 0 of its creation; nothing where the test has no strata.
    pub(crate) month: u64,
    pub(crate) person: u64,
}

/// Makes those that a group's own accounts allow.
pub fn test(evidence: &Evidence, results: &mut Results) {
    for (position, window) in evidence.study.windows().iter().enumerate() {
        for group in Group::ALL {
            let splits = [
                ("by_return_number", by_return_number(evidence, group)),
                ("returned_against_first", returned(evidence, group)),
                ("listed_against_rest", listed(evidence, group)),
            ];
            for (test, split) in splits {
                let split = match position {
                    0 => split,
                    _ => Err(WHOLE_PERIOD.to_owned()),
                };
                add(evidence, test, group.name(), window.name(), split, results);
            }
        }
    }
}

/// Makes those between the parts of each group, by the columns that split them.
pub fn test_parts(evidence: &Evidence, parts: &[Part], results: &mut Results) {
    for of_column in parts.chunk_by(|a, b| a.column == b.column) {
        let test = format!("parts_by_{}", of_column[0].column);
        for (position, window) in evidence.study.windows().iter().enumerate() {
            for group in Group::ALL {
                let split = match position {
                    0 => between(evidence, group, of_column),
                    _ => Err(WHOLE_PERIOD.to_owned()),
                };
                add(evidence, &test, group.name(), window.name(), split, results);
            }
        }
    }
}

/// The lives of a group that can be watched, in groups of their own.
fn split(
    evidence: &Evidence,
    group: Group,
    place: impl Fn(u32, i64) -> Option<(usize, Option<i64>)>,
) -> Result<Vec<Life>, String> {
    let accounts = evidence.belonging(group, 0)?;
    let bounds = bounds_ms(evidence.study.period());
    let persons = persons(evidence);
    let others_from = persons.values().map(|(person, _)| person + 1).max().unwrap_or(0);
    let known = || evidence.spells.iter().filter(|life| accounts.holds(life.account));
    if known().next().is_some() && known().all(|life| life.created_at.is_none()) {
        return Err("needs accounts.created_at".to_owned());
    }
    let mut lives = Vec::new();
    for life in known() {
        let own = others_from + u64::from(life.account);
        let (person, number) = persons.get(&life.account).copied().unwrap_or((own, 0));
        let Some((at, since)) = place(life.account, number) else {
            continue;
        };
        let known_at = seen_in_set(evidence, group, life.account).map(|seen_at| seen_at.max(since));
        let month = life
            .created_at
            .and_then(DateTime::from_timestamp_millis)
            .map(|created| {
                // Any whole number does that is one a month.
                (i64::from(created.year()) * 12 + i64::from(created.month0())).cast_unsigned()
            });
        let spell = known_at.and_then(|known_at| spell(life, known_at, bounds));
        if let (Ok(spell), Some(month)) = (spell, month) {
            lives.push(Life {
                spell,
                group: at,
                month,
                person,
            });
        }
    }
    Ok(lives)
}

fn returned(evidence: &Evidence, group: Group) -> Result<Split, String> {
    needs_personas(evidence, group)?;
    Ok(Split {
        words: "accounts that a person made after an earlier one against all others".to_owned(),
        measured: SINCE_CREATION,
        names: vec!["returned".to_owned(), "others".to_owned()],
        lives: split(evidence, group, |_, number| Some((usize::from(number == 0), None)))?,
    })
}

fn by_return_number(evidence: &Evidence, group: Group) -> Result<Split, String> {
    let names = ["first", "return 1", "return 2", "later return"].map(str::to_owned);
    let last = names.len() - 1;
    let place = |_, number| Some((usize::try_from(number).unwrap_or(0).min(last), None));
    needs_personas(evidence, group)?;
    Ok(Split {
        words: "first accounts, first returns, second returns and later ones".to_owned(),
        measured: SINCE_CREATION,
        names: names.to_vec(),
        lives: split(evidence, group, place)?,
    })
}

fn needs_personas(evidence: &Evidence, group: Group) -> Result<(), String> {
    evidence.belonging(group, 0)?;
    if evidence.persona_records == 0 {
        return Err("needs personas".to_owned());
    }
    Ok(())
}

fn listed(evidence: &Evidence, group: Group) -> Result<Split, String> {
    let set = SetName::Listed;
    if group == Group::Set(set) {
        return Err("all accounts of the group are listed".to_owned());
    }
    let listed = match evidence.belonging(Group::Set(set), 0)? {
        crate::evidence::Belonging::These(listed) => listed,
        crate::evidence::Belonging::Everyone => return Err("all accounts of the group are listed".to_owned()),
    };
    let place = |account: u32, _| match listed.contains(&account) {
        // To be seen on a list it had to live until then.
        true => Some((0, seen_in_set(evidence, Group::Set(set), account).ok()?)),
        false => Some((1, None)),
    };
    Ok(Split {
        words: "accounts on the list at any time, watched from then on, against those of the group that never were"
            .to_owned(),
        measured: SINCE_CREATION,
        names: vec!["listed".to_owned(), "never listed".to_owned()],
        lives: split(evidence, group, place)?,
    })
}

fn between(evidence: &Evidence, group: Group, parts: &[Part]) -> Result<Split, String> {
    let place = |account: u32, _| {
        let at = parts.iter().position(|part| part.accounts.contains(&account))?;
        Some((at, None))
    };
    let lives = split(evidence, group, place)?;
    let names: Vec<String> = parts.iter().map(|part| part.value.clone()).collect();
    let column = parts.first().map_or("", |part| part.column.as_str());
    Ok(Split {
        words: format!("accounts of the group by {column} ({})", names.join(", ")),
        measured: SINCE_CREATION,
        names,
        lives,
    })
}

fn add(
    evidence: &Evidence,
    test: &str,
    group: &str,
    window: &str,
    split: Result<Split, String>,
    results: &mut Results,
) {
    for stratified in [false, true] {
        let outcome = match &split {
            Ok(split) => of_split(evidence, split, stratified),
            Err(reason) => untested(test, SINCE_CREATION, stratified, reason.clone()),
        };
        let suffix = if stratified { ".by_month_created" } else { "" };
        results.test(LOG_RANK, &format!("{test}{suffix}"), group, window, outcome);
    }
}

/// No test of what `words` compare, and why.
pub(crate) fn untested(words: &str, measured: &str, stratified: bool, reason: impl Into<String>) -> Outcome {
    Outcome::untested(UNIT, method(words, measured, stratified), reason)
}

fn method(compared: &str, measured: &str, stratified: bool) -> String {
    format!(
        "{compared}: {measured}; log-rank test{}, late entry, hypergeometric variance, \
         chi-squared approximation, lives taken as independent; effect: hazard of the first group over that of the second (Cox, Efron \
         ties{}, interval by person); n is lives in the first group, n_other in all others",
        if stratified { " within months of creation" } else { "" },
        if stratified {
            ", baseline by month of creation"
        } else {
            ""
        }
    )
}

/// The test of a split, within strata or not.
pub(crate) fn of_split(evidence: &Evidence, split: &Split, stratified: bool) -> Outcome {
    let method = method(&split.words, split.measured, stratified);
    let counts: Vec<u64> = (0..split.names.len())
        .map(|group| split.lives.iter().filter(|life| life.group == group).count() as u64)
        .collect();
    // A part that nobody of the group belongs to is not compared; one too small would be told by its numbers.
    let used: Vec<usize> = (0..counts.len()).filter(|group| counts[*group] > 0).collect();
    let n = used.first().map_or(0, |group| counts[*group]);
    let n_other = used.iter().skip(1).map(|group| counts[*group]).sum();
    let untested = |reason: String| Outcome::untested(UNIT, method.clone(), reason).of_two(n, n_other);
    let fewest = u64::from(evidence.study.min_group_size());
    if used.len() < 2 {
        return untested("fewer than two of the groups have lives that can be watched".to_owned());
    }
    if let Some(small) = used.iter().find(|group| counts[**group] < fewest) {
        return untested(format!(
            "fewer than {fewest} lives that can be watched in a group ({})",
            split.names[*small]
        ));
    }
    let found = match log_rank_of(split, &used, stratified) {
        Ok(found) => found,
        Err(reason) => return untested(reason.to_string()),
    };
    let sizes = used.iter().zip(&found.groups).map(|(group, of)| {
        format!(
            "{}: {} lives, {} suspended, {:.1} expected",
            split.names[*group], of.n, of.observed, of.expected
        )
    });
    let told: Vec<String> = sizes.collect();
    let plural = if found.df == 1 { "degree" } else { "degrees" };
    let outcome = Outcome::tested(UNIT, method.clone(), Some(found.chi_squared), found.p)
        .noting(&format!(
            "the statistic is chi-squared with {} {plural} of freedom",
            found.df
        ))
        .noting(&told.join(", "))
        .of_two(n, n_other);
    match used[..] {
        [first, _] => match hazard_ratio(split, first, stratified) {
            Ok(effect) => outcome.with_effect(Ok(effect)),
            Err(why) => outcome.noting(&format!("no effect: {why}")),
        },
        _ => outcome.noting("no effect: more than two groups"),
    }
}

fn log_rank_of(split: &Split, used: &[usize], stratified: bool) -> Result<LogRank, Reason> {
    let stratum = |life: &Life| if stratified { life.month } else { 0 };
    let months: BTreeSet<u64> = split.lives.iter().map(stratum).collect();
    let places: BTreeMap<u64, usize> = months.iter().copied().zip(0..).collect();
    let mut strata: Vec<Vec<Vec<Spell>>> = vec![vec![Vec::new(); used.len()]; months.len()];
    for life in &split.lives {
        if let Some(group) = used.iter().position(|group| *group == life.group) {
            strata[places[&stratum(life)]][group].push(life.spell);
        }
    }
    let slices: Vec<Vec<&[Spell]>> = strata
        .iter()
        .map(|groups| groups.iter().map(Vec::as_slice).collect())
        .collect();
    stratified_log_rank(&slices.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn hazard_ratio(split: &Split, first: usize, stratified: bool) -> Result<Estimate, String> {
    let events = split.lives.iter().filter(|life| life.spell.event).count();
    if events < FEWEST_EVENTS {
        return Err(format!("fewer than {FEWEST_EVENTS} suspensions ({events})"));
    }
    let spells: Vec<Spell> = split.lives.iter().map(|life| life.spell).collect();
    let in_first: Vec<f64> = split
        .lives
        .iter()
        .map(|life| f64::from(u8::from(life.group == first)))
        .collect();
    let months: Vec<u64> = split.lives.iter().map(|life| life.month).collect();
    let persons: Vec<u64> = split.lives.iter().map(|life| life.person).collect();
    let data = CoxData {
        spells: &spells,
        covariates: &[&in_first],
        strata: stratified.then_some(&months),
        clusters: Some(&persons),
    };
    let model = cox(&data, Level::P95).map_err(|reason| reason.to_string())?;
    let found = model
        .coefficients
        .first()
        .map(|coefficient| coefficient.hazard_ratio.clone());
    found.ok_or_else(|| "not estimated".to_owned())
}
