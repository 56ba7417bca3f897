//! Each account's life, as far as it was observed: one spell an account.
//!
//! The life goes from the first sign of life to the last; what a check found before the last sign of life is contradicted by it
//! (the account was reinstated, or the check was wrong) and does not end the spell. The first check after the last sign of life
//! that found it gone ends it; without one the spell is censored.

use tables::{Spell, State};

use crate::known::Known;
use crate::signs::{Sign, SignsInOrder};

/// What ends a spell.
const GONE_BASIS: &str = "check";
/// Where nothing shows an account alive at a known time.
const NO_BASIS: &str = "none";

/// The spells of all accounts seen, in the order of the table.
pub(crate) fn spells<'a>(known: &'a Known, signs: &SignsInOrder) -> Vec<Spell<'a>> {
    known
        .seen()
        .into_iter()
        .map(|account| {
            let (platform, account_id) = known.numbers.name(account);
            let profile = known.profile(account);
            let life = Life::of(signs.of(account));
            Spell {
                platform,
                account_id,
                handle: profile.handle(),
                created_at: profile.created_at,
                entered_at: life.first.map(|sign| sign.at),
                last_alive_at: life.last.map(|sign| sign.at),
                first_gone_at: life.gone.map(|sign| sign.at),
                end_state: life.gone.map_or(State::Active, Sign::state),
                censored: life.gone.is_none(),
                alive_basis: life.last.map_or(NO_BASIS, |sign| sign.basis.word()),
                gone_basis: life.gone.map(|_| GONE_BASIS),
            }
        })
        .collect()
}

/// How many accounts were seen alive after they had been found gone.
pub(crate) fn reinstated(known: &Known, signs: &SignsInOrder) -> u64 {
    let back = |account: &_| Life::of(signs.of(*account)).reinstated;
    known.seen().iter().filter(|account| back(account)).count() as u64
}

/// What the signs of an account come to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Life {
    first: Option<Sign>,
    last: Option<Sign>,
    gone: Option<Sign>,
    reinstated: bool,
}

impl Life {
    /// Of signs in order of time.
    fn of(signs: &[Sign]) -> Self {
        let last_place = signs.iter().rposition(|sign| !sign.gone);
        let (until, after) = signs.split_at(last_place.map_or(0, |place| place + 1));
        Self {
            first: until.iter().find(|sign| !sign.gone).copied(),
            last: until.last().copied(),
            gone: after.first().copied(),
            reinstated: until.iter().any(|sign| sign.gone),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signs::Basis;
    use tables::Timestamp;

    fn sign(at: i64, state: State) -> Sign {
        Sign::new(Timestamp(at), state, Basis::Check).unwrap()
    }

    #[test]
    fn the_last_sign_of_life_contradicts_what_was_found_before() {
        let alive = |at| sign(at, State::Active);
        let gone = |at| sign(at, State::Suspended);
        let life = Life::of(&[gone(1), alive(2), gone(3), alive(4), gone(5), sign(6, State::NotFound)]);
        assert_eq!(life.first, Some(alive(2)));
        assert_eq!(life.last, Some(alive(4)));
        assert_eq!(life.gone, Some(gone(5)));
        assert!(life.reinstated);
        assert_eq!(Life::of(&[]), Life::default());
        let never_seen_alive = Life::of(&[gone(1), gone(2)]);
        assert_eq!(never_seen_alive.gone, Some(gone(1)));
        assert_eq!(never_seen_alive.last, None);
        assert!(!never_seen_alive.reinstated);
    }
}
