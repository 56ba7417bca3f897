//! Each account's lives, as far as they were observed: one spell a life.
//!
//! A life goes from the first sign of life to the last before the account was found gone, which ends it; without that it is
//! censored. The end's time is that of the first finding, its state the most telling until the account lives again: suspended
//! before deactivated before not found. An account that lives after that was reinstated, and lives another spell. What contradicts other
//! evidence was set aside before ([`crate::signs`]); each spell tells how much of that fell into it.

use stage::Run;
use tables::{Spell, Spells, State, Timestamp};

use crate::known::Known;
use crate::signs::{Basis, Sign, SignsInOrder};

/// Where nothing shows an account alive at a known time.
const NO_BASIS: &str = "none";

/// The spells of all accounts seen, in the order of the table.
fn spells<'a>(known: &'a Known, signs: &SignsInOrder) -> Vec<Spell<'a>> {
    let mut spells = Vec::new();
    for account in known.seen() {
        let (platform, account_id) = known.numbers.name(account);
        let profile = known.profile(account);
        let lives = lives(signs.of(account));
        for (number, life) in (1..).zip(&lives) {
            // Until the next life begins.
            let from = life.first.filter(|_| number > 1).map(|sign| sign.at);
            let to = lives.get(number).and_then(|next| next.first).map(|sign| sign.at);
            let within = |moments: &[Timestamp]| {
                let here = |at: &&Timestamp| from.is_none_or(|from| from <= **at) && to.is_none_or(|to| **at < to);
                moments.iter().filter(here).count() as i64
            };
            let contradictions = signs.contradictions(account);
            let entered = life.entered(profile.known_from);
            spells.push(Spell {
                platform,
                account_id,
                spell_number: number as i64,
                handle: profile.handle(),
                created_at: profile.created_at,
                creation_told_at: profile.creation_told_at,
                first_alive_at: life.first.map(|sign| sign.at),
                entered_at: entered.map(|(at, _)| at),
                last_alive_at: life.last.map(|sign| sign.at),
                first_gone_at: life.gone.map(|sign| sign.at),
                end_state: life.gone.map_or(State::Active, Sign::state),
                censored: life.gone.is_none(),
                entered_basis: entered.map_or(NO_BASIS, |(_, basis)| basis.word()),
                alive_basis: life.last.map_or(NO_BASIS, |sign| sign.basis.word()),
                gone_basis: life.gone.map(|sign| sign.basis.word()),
                denied_ends: contradictions.map_or(0, |found| within(&found.denied)),
                two_states: contradictions.map_or(0, |found| within(&found.two_states)),
            });
        }
    }
    spells
}

/// Writes `spells`; says how often evidence told of returns and contradicted itself.
pub(crate) fn write(
    run: &mut Run,
    known: &Known,
    signs: &SignsInOrder,
    remarks: &mut Vec<String>,
) -> anyhow::Result<()> {
    let spells = spells(known, signs);
    for (fact, count, words) in [
        (
            "reinstated_accounts",
            reinstated(&spells),
            "accounts that answered after they had been found gone, and live another spell",
        ),
        (
            "denied_ends",
            signs.contradicted().0,
            "times that an account was found gone on one day only and nothing but posts soon after deny that, set aside",
        ),
        (
            "moments_with_two_states",
            signs.contradicted().1,
            "moments at which answers told of two states of an account",
        ),
    ] {
        run.state_fact(fact, count);
        if count > 0 {
            remarks.push(format!("{words}: {count}"));
        }
    }
    run.write::<Spells>(spells)
}

/// How many accounts were reinstated.
fn reinstated(spells: &[Spell<'_>]) -> u64 {
    spells.iter().filter(|spell| spell.spell_number == 2).count() as u64
}

/// What the signs of a life come to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Life {
    first: Option<Sign>,
    last: Option<Sign>,
    gone: Option<Sign>,
}

impl Life {
    /// From when on it was watched, and what that is the time of: it was alive, and a record of the account had been collected.
    fn entered(&self, known_from: Option<(Timestamp, Basis)>) -> Option<(Timestamp, Basis)> {
        let first = self.first.map(|sign| (sign.at, sign.basis))?;
        Some(known_from.filter(|(from, _)| *from > first.0).unwrap_or(first))
    }
}

/// The lives that signs in order of time tell of; one without any sign where there is none.
pub(crate) fn lives(signs: &[Sign]) -> Vec<Life> {
    let mut lives = vec![Life::default()];
    for sign in signs {
        if let Some(life) = lives.last_mut() {
            if sign.gone {
                life.gone = Some(life.gone.map_or(*sign, |first| first.told_better_by(*sign)));
                continue;
            }
            if life.gone.is_none() {
                life.first = life.first.or(Some(*sign));
                life.last = Some(*sign);
                continue;
            }
        }
        lives.push(Life {
            first: Some(*sign),
            last: Some(*sign),
            gone: None,
        });
    }
    lives
}

#[cfg(test)]
mod tests {
    use super::*;
    use tables::Timestamp;

    fn sign(at: i64, state: State) -> Sign {
        Sign::new(Timestamp(at), state, Basis::Check).unwrap()
    }

    #[test]
    fn a_life_ends_when_first_found_gone_and_another_begins_with_the_next_sign_of_life() {
        let alive = |at| sign(at, State::Active);
        let gone = |at| sign(at, State::Suspended);
        let life = |first: i64, last: i64, end: Option<i64>| Life {
            first: Some(alive(first)),
            last: Some(alive(last)),
            gone: end.map(gone),
        };
        let told = lives(&[
            gone(1),
            alive(2),
            alive(3),
            gone(5),
            sign(6, State::NotFound),
            alive(7),
            alive(9),
        ]);
        let never_seen_alive = Life {
            gone: Some(gone(1)),
            ..Life::default()
        };
        assert_eq!(told, [never_seen_alive, life(2, 3, Some(5)), life(7, 9, None)]);
        assert_eq!(lives(&[]), [Life::default()]);
        assert_eq!(lives(&[gone(1), gone(2)]), [never_seen_alive]);
        // The first moment, and the state that tells most.
        let found = |state| {
            let lives = lives(&[
                alive(0),
                sign(1, State::NotFound),
                sign(2, state),
                sign(3, State::NotFound),
            ]);
            lives[0].gone.map(|gone| (gone.at, gone.state()))
        };
        for state in [State::NotFound, State::Deactivated, State::Suspended] {
            assert_eq!(found(state), Some((Timestamp(1), state)));
        }
    }
}
