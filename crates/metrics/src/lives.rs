//! Lives as they were watched: what every estimate of survival asks of one.
//!
//! Accounts are watched only from their first observation (left truncation) and often to no end (right censoring). A post that was
//! fetched long after it was written is no observation of that time: it was there to be fetched because its author lived on. A suspension
//! happened between the last sign of life and the first sight of it gone; it is placed midway. Any other end censors.

use stats::{IntervalSpell, Spell};
use tables::State;

use crate::evidence::{Evidence, Group, SpellRow, as_days};

/// Reasons to leave a life out.
const NOT_SEEN: &str = "never seen alive";
const NOT_SEEN_LISTED: &str = "never seen alive once it was listed";
/// Survival is the time to the first suspension; who is suspended twice is not two accounts.
const LATER_LIFE: &str = "life after a reinstatement";
pub(crate) const NO_CREATION: &str = "no created_at";
pub(crate) const NO_TIME: &str = "not watched for any time";
const CREATED_LATER: &str = "created after it was first seen";

/// A first life of a known age, as far as it was watched; moments in milliseconds.
struct Watched {
    created: i64,
    from: i64,
    last_alive: i64,
    /// When it was found suspended, if ever.
    suspended_by: Option<i64>,
}

/// How a life was watched: from its first observation, but not before its creation was told, nor before `known_at` (it was seen on a list, or
/// what is compared was seen): to be known to be of an age, and one of those, it had to live until then.
fn watched(life: &SpellRow, known_at: Option<i64>) -> Result<Watched, &'static str> {
    if life.number > 1 {
        return Err(LATER_LIFE);
    }
    let created = life.created_at.ok_or(NO_CREATION)?;
    let (entered, last_alive) = life.entered_at.zip(life.last_alive_at).ok_or(NOT_SEEN)?;
    if life.first_alive_at.is_some_and(|alive| created > alive) {
        return Err(CREATED_LATER);
    }
    let is_suspended = !life.censored && life.end_state == State::Suspended;
    Ok(Watched {
        created,
        from: known_at
            .max(life.creation_told_at)
            .map_or(entered, |known| entered.max(known)),
        last_alive,
        suspended_by: life.first_gone_at.filter(|_| is_suspended),
    })
}

/// A life as the estimator takes it, within `[from, to)`; `known_at` is that of [`watched`].
pub(crate) fn spell(life: &SpellRow, known_at: Option<i64>, (from, to): (i64, i64)) -> Result<Spell, &'static str> {
    let Watched {
        created,
        from: entered,
        last_alive,
        suspended_by,
    } = watched(life, known_at)?;
    let (end, suspended) = match suspended_by {
        Some(gone) => (last_alive + (gone - last_alive) / 2, true),
        None => (last_alive, false),
    };
    let entry = entered.max(from);
    let (exit, event) = if end < to { (end, suspended) } else { (to, false) };
    if entry >= exit {
        return Err(NO_TIME);
    }
    Ok(Spell::entered(as_days(entry - created), as_days(exit - created), event))
}

/// When an account was first seen alive as one of a set, which no member could be seen to end before; `None` for one that was in it from the
/// start.
///
/// # Errors
/// The reason to leave out an account that was never seen so.
pub(crate) fn seen_in_set(evidence: &Evidence, group: Group, account: u32) -> Result<Option<i64>, &'static str> {
    let Group::Set(set) = group else { return Ok(None) };
    let seen_at = evidence.seen_in_set.get(&(set, account));
    seen_at.map(|seen_at| seen_at.ok_or(NOT_SEEN_LISTED)).transpose()
}

/// A life as an end between two looks: watched from its entry, alive when last seen so, gone when first seen so. In whole days, the nearest,
/// which is as fine as lists and look-ups are, and keeps the number of different moments in bounds. (Outward, every life would be watched for
/// half a day in which nobody can be seen to end.)
pub(crate) fn between_looks(life: &SpellRow, known_at: Option<i64>, (from, to): (f64, f64)) -> Option<IntervalSpell> {
    let life = watched(life, known_at).ok()?;
    let age = |moment: i64| as_days(moment - life.created);
    let entry = age(life.from).round().max(from);
    let last_alive = age(life.last_alive).round().max(entry);
    let first_gone = life
        .suspended_by
        .map(|gone| age(gone).round().max(last_alive + 1.0))
        // Beyond the end of the curve it is only known to have come later.
        .filter(|gone| *gone <= to);
    let last_alive = last_alive.min(to);
    let watched = entry >= 0.0 && entry < to && first_gone.map_or(last_alive > entry, |gone| gone > entry);
    watched.then_some(IntervalSpell {
        entry: Some(entry),
        last_alive,
        first_gone,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = tables::DAY_MS;

    fn life(times: [Option<i64>; 4], end_state: State) -> SpellRow {
        let [created_at, entered_at, last_alive_at, first_gone_at] = times.map(|day| day.map(|day| day * DAY));
        SpellRow {
            account: 0,
            number: 1,
            created_at,
            creation_told_at: None,
            first_alive_at: entered_at,
            entered_at,
            last_alive_at,
            first_gone_at,
            end_state,
            censored: end_state == State::Active,
        }
    }

    #[test]
    fn a_life_within_a_window() {
        let whole = (0, 1000 * DAY);
        let suspended = life([Some(10), Some(15), Some(20), Some(22)], State::Suspended);
        assert_eq!(spell(&suspended, None, whole), Ok(Spell::entered(5.0, 11.0, true)));
        assert_eq!(
            spell(&suspended, None, (18 * DAY, 20 * DAY)),
            Ok(Spell::entered(8.0, 10.0, false))
        );
        assert_eq!(spell(&suspended, None, (21 * DAY, 30 * DAY)), Err(NO_TIME));
        assert_eq!(
            spell(&suspended, Some(18 * DAY), whole),
            Ok(Spell::entered(8.0, 11.0, true))
        );
        let closed = life([Some(10), Some(15), Some(20), Some(22)], State::Deactivated);
        assert_eq!(spell(&closed, None, whole), Ok(Spell::entered(5.0, 10.0, false)));
        assert_eq!(
            spell(&life([None, Some(1), Some(2), None], State::Active), None, whole),
            Err(NO_CREATION)
        );
        assert_eq!(
            spell(&life([Some(0), None, None, Some(3)], State::Suspended), None, whole),
            Err(NOT_SEEN)
        );
        assert_eq!(
            spell(&life([Some(3), Some(2), Some(5), None], State::Active), None, whole),
            Err(CREATED_LATER)
        );
        // Posts of days 12 to 20, collected on day 16, or when it was gone already.
        let fetched = |entered| SpellRow {
            first_alive_at: Some(12 * DAY),
            entered_at: Some(entered * DAY),
            ..suspended
        };
        assert_eq!(spell(&fetched(16), None, whole), Ok(Spell::entered(6.0, 11.0, true)));
        assert_eq!(spell(&fetched(21), None, whole), Err(NO_TIME));
        // Found alive on day 15; on day 17 a profile told how old it was.
        let told = |day| SpellRow {
            creation_told_at: Some(day * DAY),
            ..suspended
        };
        assert_eq!(spell(&told(17), None, whole), Ok(Spell::entered(7.0, 11.0, true)));
        assert_eq!(
            spell(&told(17), Some(18 * DAY), whole),
            Ok(Spell::entered(8.0, 11.0, true))
        );
    }
}
