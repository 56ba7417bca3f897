//! Evidence that contradicts other evidence is set aside and counted, so that lives and states at samples see the same:
//!
//! * at one moment an answer says that the account lives and another that it is gone: the former counts;
//! * it was found gone on one day only, and posts of the next 30 days show it alive, but no answer (check, list of accounts that
//!   are back, observation) until it was found gone the next time, if ever: the finding counts for nothing. With an answer, or
//!   found gone on more days than one, or silent for longer, it was reinstated, and lives another spell.

use tables::Timestamp;

use crate::signs::{CARRIED_DAYS, Sign};

/// Moments at which evidence contradicts other evidence.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Contradictions {
    /// It was found gone, and posts of a later time show it alive.
    pub denied: Vec<Timestamp>,
    /// Answers told of two states, one of which is an end.
    pub two_states: Vec<Timestamp>,
}

/// Takes out of signs in order of time what others contradict.
pub(crate) fn set_aside(signs: &mut Vec<Sign>) -> Contradictions {
    let mut found = Contradictions::default();
    for together in signs.chunk_by(|a, b| a.at == b.at) {
        let mut told = together.iter().filter(|sign| sign.is_answer()).map(|sign| sign.told());
        let first = told.next();
        if told.any(|state| Some(state) != first) && together.iter().any(|sign| sign.gone) {
            found.two_states.push(together[0].at);
        }
    }
    // Life comes first at a moment, so that an answer that denies an end stands before it.
    let mut alive_at = None;
    signs.retain(|sign| {
        if !sign.gone && sign.is_answer() {
            alive_at = Some(sign.at);
        }
        !sign.gone || alive_at != Some(sign.at)
    });
    let mut kept: Vec<Sign> = Vec::with_capacity(signs.len());
    let mut runs = signs.chunk_by(|a, b| a.gone == b.gone).peekable();
    while let Some(run) = runs.next() {
        let denied = is_isolated(run) && runs.peek().is_some_and(|next| is_denial(run, next));
        if denied {
            found.denied.extend(run.iter().map(|sign| sign.at));
        } else {
            kept.extend_from_slice(run);
        }
    }
    *signs = kept;
    found
}

/// Whether an account was found gone, and on one day only: what a collector's or the platform's passing fault looks like.
fn is_isolated(run: &[Sign]) -> bool {
    run[0].gone && run[0].at.day() == run[run.len() - 1].at.day()
}

/// Whether the signs of life that follow a finding soon deny it: posts alone, which show no return.
fn is_denial(finding: &[Sign], next: &[Sign]) -> bool {
    next[0].at.days_since(finding[finding.len() - 1].at) <= CARRIED_DAYS && !next.iter().any(|sign| sign.is_answer())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signs::Basis;
    use crate::signs::made::{at, sign};
    use tables::State;

    fn settled(signs: &[Sign]) -> (Vec<Sign>, Contradictions) {
        let mut kept = signs.to_vec();
        kept.sort_unstable();
        let contradictions = set_aside(&mut kept);
        (kept, contradictions)
    }

    #[test]
    fn an_end_found_on_one_day_that_only_posts_deny_is_set_aside_and_one_that_an_answer_denies_is_not() {
        let post = |day| sign(day, State::Active, Basis::Post);
        let gone = |day| sign(day, State::Suspended, Basis::Check);
        let back = |day, basis| sign(day, State::Active, basis);
        let (kept, found) = settled(&[post(1.0), gone(2.0), gone(2.5), post(4.0), gone(5.0)]);
        assert_eq!(kept, [post(1.0), post(4.0), gone(5.0)]);
        assert_eq!(found.denied, [at(2.0), at(2.5)]);
        // Each on a day of its own, with life between them, is isolated.
        let (kept, found) = settled(&[gone(2.0), post(3.0), gone(4.0), post(5.0)]);
        assert_eq!(kept, [post(3.0), post(5.0)]);
        assert_eq!(found.denied, [at(2.0), at(4.0)]);
        // Found on two days, or silent for longer than a sign speaks: it came back.
        for signs in [
            [post(1.0), gone(2.0), gone(3.0), post(4.0)],
            [post(1.0), gone(2.0), gone(2.5), post(33.0)],
        ] {
            let (kept, found) = settled(&signs);
            assert_eq!(kept, signs);
            assert_eq!(found, Contradictions::default());
        }
        for basis in [Basis::Check, Basis::List, Basis::Observation] {
            let (kept, found) = settled(&[post(1.0), gone(2.0), post(3.0), back(4.0, basis)]);
            assert_eq!(kept.len(), 4);
            assert_eq!(found, Contradictions::default());
        }
        // The answer comes after it was found gone a second time: the first finding stays denied.
        let (kept, found) = settled(&[gone(2.0), post(3.0), gone(4.0), back(5.0, Basis::Check)]);
        assert_eq!(kept, [post(3.0), gone(4.0), back(5.0, Basis::Check)]);
        assert_eq!(found.denied, [at(2.0)]);
    }

    #[test]
    fn two_states_at_a_moment_are_counted_and_life_counts() {
        let check = |state| sign(2.0, state, Basis::Check);
        let (kept, found) = settled(&[
            check(State::Suspended),
            check(State::Active),
            sign(3.0, State::NotFound, Basis::Check),
        ]);
        assert_eq!(kept, [check(State::Active), sign(3.0, State::NotFound, Basis::Check)]);
        assert_eq!(found.two_states, [at(2.0)]);
        let (kept, found) = settled(&[check(State::Suspended), check(State::NotFound)]);
        assert_eq!(kept.len(), 2);
        assert_eq!(found.two_states, [at(2.0)], "two ends differ, too");
        let (_, found) = settled(&[check(State::Protected), check(State::Active)]);
        assert_eq!(found.two_states, [], "alive both ways");
        // A post of the very moment denies nothing: it was the last.
        let (kept, found) = settled(&[sign(2.0, State::Active, Basis::Post), check(State::Suspended)]);
        assert_eq!(kept.len(), 2);
        assert_eq!(found, Contradictions::default());
    }
}
