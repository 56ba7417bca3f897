//! When each account was seen alive, and when it was found gone.
//!
//! A sign of life is something that the account's own existence at that moment explains:
//!
//! * its own post, at the time when it was posted (also where the post came nested in somebody's repost: the original shows its
//!   author alive when it was written, and no later);
//! * an observation of the account by a collector who noted the time; where the time was only borrowed from the post that
//!   carried the account, it counts for the author of that post and not for accounts nested in it;
//! * a check that the account answered.
//!
//! Only a check (or a list of accounts that were found suspended, which tells of checks) can show that an account is gone.
//!
//! What contradicts other evidence is set aside ([`crate::contradictions`]).

use std::collections::BTreeMap;

use tables::{State, Timestamp};

use crate::accounts::AccountNumber;
use crate::contradictions::{Contradictions, set_aside};

/// What gave a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Basis {
    /// A post of its own that was not collected as it was posted, as far as is known: what is fetched later tells of those alone who lived
    /// until then.
    FetchedPost,
    /// A post of its own.
    Post,
    /// An observation of the account.
    Observation,
    /// A check of whether it answers.
    Check,
    /// A list of accounts that were found suspended, or back.
    List,
}

impl Basis {
    /// As the table `spells` spells it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::FetchedPost | Self::Post => "post",
            Self::Observation => "observation",
            Self::Check => "check",
            Self::List => "list",
        }
    }
}

/// An account's state at a moment, as something showed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sign {
    /// When.
    pub at: Timestamp,
    /// Whether it was gone. At the same moment life comes first.
    pub gone: bool,
    /// What showed it.
    pub basis: Basis,
    /// The state, by its place in the enumeration's order of declaration.
    state: u8,
}

/// States that a sign can carry; `Unknown` is none. Of two ends the former tells more.
const STATES: [State; 7] = [
    State::Active,
    State::Protected,
    State::Renamed,
    State::Withheld,
    State::Suspended,
    State::Deactivated,
    State::NotFound,
];

/// In place of a state: that of the sign before it, where that is protected, and active otherwise.
const UNSAID: u8 = 7;

impl Sign {
    /// A sign, unless the state says nothing.
    pub(crate) fn new(at: Timestamp, state: State, basis: Basis) -> Option<Self> {
        let gone = !state.alive()?;
        let place = STATES.iter().position(|known| *known == state)?;
        Some(Self {
            at,
            gone,
            basis,
            state: u8::try_from(place).ok()?,
        })
    }

    /// A sign that the account lives, and not whether it is protected.
    pub(crate) fn of_life(at: Timestamp, basis: Basis) -> Self {
        Self {
            at,
            gone: false,
            basis,
            state: UNSAID,
        }
    }

    /// Whether the account itself answered, and not only a post of it tells of that time.
    pub(crate) fn is_answer(self) -> bool {
        self.basis > Basis::Post
    }

    /// The state that it told, if any.
    pub(crate) fn told(self) -> Option<State> {
        STATES.get(usize::from(self.state)).copied()
    }

    /// The state that it showed.
    pub(crate) fn state(self) -> State {
        STATES[usize::from(self.state)]
    }

    /// A finding of an account that stays gone, with the more telling state of this one and a later one: that a platform hides
    /// why at first, or later, does not make it another end.
    pub(crate) fn told_better_by(self, later: Self) -> Self {
        Self {
            state: self.state.min(later.state),
            ..self
        }
    }
}

/// The signs of one account.
#[derive(Debug, Default, Clone)]
struct Collected {
    signs: Vec<Sign>,
    /// How many there were after the last compaction.
    compacted: usize,
}

/// Signs collected in any order. Of the posts of a day only the first and the last are kept, and so of its observations, so that
/// memory grows with accounts and days and not with posts; every check is kept, and on a day that found the account gone
/// everything is: whichever of them comes next tells of a return. A finding that is added after those (a check by handle) meets
/// the first and the last of its day.
#[derive(Debug, Default)]
pub(crate) struct Signs(Vec<Collected>);

impl Signs {
    /// Adds a sign.
    pub(crate) fn add(&mut self, account: AccountNumber, sign: Sign) {
        let collected = self.collected(account);
        collected.signs.push(sign);
        if collected.signs.len() > 2 * collected.compacted + 64 {
            collected.compact();
        }
    }

    fn collected(&mut self, account: AccountNumber) -> &mut Collected {
        if self.0.len() <= account.index() {
            self.0.resize(account.index() + 1, Collected::default());
        }
        &mut self.0[account.index()]
    }

    /// Leaves what is to be kept of the signs added so far, so that what is added from now on meets the same in whatever order they
    /// came.
    pub(crate) fn compact(&mut self) {
        self.0.iter_mut().for_each(Collected::compact);
    }

    /// All signs, each account's in order of time, by [`AccountNumber::index`].
    pub(crate) fn in_order(mut self) -> SignsInOrder {
        for collected in &mut self.0 {
            collected.compact();
            collected.signs.shrink_to_fit();
        }
        let mut in_order = SignsInOrder::default();
        for (place, collected) in self.0.into_iter().enumerate() {
            let mut signs = collected.signs;
            let contradictions = set_aside(&mut signs);
            say_what_was_unsaid(&mut signs);
            if contradictions != Contradictions::default() {
                in_order.contradictions.insert(place, contradictions);
            }
            in_order.signs.push(signs);
        }
        in_order
    }
}

/// Gives signs in order of time that do not tell of protection the state before them: absent is not false.
fn say_what_was_unsaid(signs: &mut [Sign]) {
    const ACTIVE: u8 = 0;
    const PROTECTED: u8 = 1;
    let mut before = ACTIVE;
    for sign in signs {
        if sign.state == UNSAID {
            sign.state = if before == PROTECTED { PROTECTED } else { ACTIVE };
        }
        before = sign.state;
    }
}

impl Collected {
    fn compact(&mut self) {
        self.signs.sort_unstable();
        self.signs.dedup();
        let mut kept = Vec::with_capacity(self.signs.len());
        for day in self.signs.chunk_by(|a, b| a.at.day() == b.at.day()) {
            let ends = |basis| {
                let of_basis = |sign: &&Sign| sign.basis == basis;
                let (first, last) = (day.iter().find(of_basis), day.iter().rfind(of_basis));
                [first, last]
            };
            let ends = [Basis::FetchedPost, Basis::Post, Basis::Observation].map(ends);
            let found_gone = day.iter().any(|sign| sign.gone);
            kept.extend(
                day.iter().filter(|sign| {
                    found_gone || sign.basis >= Basis::Check || ends.as_flattened().contains(&Some(*sign))
                }),
            );
        }
        self.signs = kept;
        self.compacted = self.signs.len();
    }
}

/// The signs of every account, in order of time, without what others contradict.
#[derive(Debug, Default)]
pub(crate) struct SignsInOrder {
    signs: Vec<Vec<Sign>>,
    /// By [`AccountNumber::index`].
    contradictions: BTreeMap<usize, Contradictions>,
}

/// How long a sign of life speaks for its account, when nothing later confirms it.
pub(crate) const CARRIED_DAYS: f64 = 30.0;

impl SignsInOrder {
    /// The signs of an account, in order of time.
    pub(crate) fn of(&self, account: AccountNumber) -> &[Sign] {
        self.signs.get(account.index()).map_or(&[], Vec::as_slice)
    }

    /// When an account was first seen alive at or after a moment, by somebody who looked then.
    pub(crate) fn seen_from(&self, account: AccountNumber, moment: Timestamp) -> Option<Timestamp> {
        let signs = self.of(account);
        let later = &signs[signs.partition_point(|sign| sign.at < moment)..];
        let seen = |sign: &&Sign| !sign.gone && sign.basis != Basis::FetchedPost;
        later.iter().find(seen).map(|sign| sign.at)
    }

    /// What was set aside of an account.
    pub(crate) fn contradictions(&self, account: AccountNumber) -> Option<&Contradictions> {
        self.contradictions.get(&account.index())
    }

    /// How many findings that an account was gone were set aside, and moments that told of two states; of all accounts.
    pub(crate) fn contradicted(&self) -> (u64, u64) {
        let sum = |of: fn(&Contradictions) -> usize| self.contradictions.values().map(of).sum::<usize>() as u64;
        (sum(|found| found.denied.len()), sum(|found| found.two_states.len()))
    }

    /// The state of an account at a moment:
    ///
    /// 1. the newest sign at or before the moment found it gone: the state in which it was found;
    /// 2. that sign and the next one show it alive: the state that the former showed;
    /// 3. that sign shows it alive and is at most [`CARRIED_DAYS`] old: the state that it showed;
    /// 4. there is no sign until then, the next one shows it alive, and it had been created by then: active;
    /// 5. otherwise unknown.
    pub(crate) fn state_at(&self, account: AccountNumber, created_at: Option<Timestamp>, moment: Timestamp) -> State {
        let signs = self.of(account);
        let (before, after) = signs.split_at(signs.partition_point(|sign| sign.at <= moment));
        let alive_after = after.first().is_some_and(|next| !next.gone);
        match before.last() {
            Some(sign) if sign.gone || alive_after || moment.days_since(sign.at) <= CARRIED_DAYS => sign.state(),
            None if alive_after && created_at.is_some_and(|created_at| created_at <= moment) => State::Active,
            _ => State::Unknown,
        }
    }
}

#[cfg(test)]
pub(crate) mod made {
    use tables::{DAY_MS, State, Timestamp};

    use super::{Basis, Sign};

    /// A sign on a day after 1970 began.
    pub(crate) fn sign(day: f64, state: State, basis: Basis) -> Sign {
        #[expect(clippy::cast_possible_truncation, reason = "small test numbers")]
        let at = Timestamp((day * DAY_MS as f64) as i64);
        Sign::new(at, state, basis).unwrap()
    }

    pub(crate) fn at(day: f64) -> Timestamp {
        sign(day, State::Active, Basis::Post).at
    }
}

#[cfg(test)]
mod tests {
    use super::made::{at, sign};
    use super::*;
    use crate::spells::lives;
    use proptest::prelude::*;

    #[test]
    fn a_day_of_posts_keeps_its_first_and_last_and_every_check() {
        let mut numbers = crate::accounts::AccountNumbers::default();
        let account = numbers.number("twitter", "1").unwrap();
        let mut forwards = Signs::default();
        let mut backwards = Signs::default();
        let mut all: Vec<Sign> = (0..300)
            .map(|i| sign(3.0 + f64::from(i) / 400.0, State::Active, Basis::Post))
            .collect();
        all.push(sign(3.5, State::Active, Basis::Check));
        all.push(sign(4.5, State::Active, Basis::Observation));
        all.iter().for_each(|sign| forwards.add(account, *sign));
        all.iter().rev().for_each(|sign| backwards.add(account, *sign));
        let (forwards, backwards) = (forwards.in_order(), backwards.in_order());
        assert_eq!(
            forwards.of(account),
            backwards.of(account),
            "the order of input does not matter"
        );
        let kept: Vec<f64> = forwards
            .of(account)
            .iter()
            .map(|sign| sign.at.days_since(Timestamp(0)))
            .collect();
        assert_eq!(kept, [3.0, 3.5, 3.7475, 4.5]);
        assert!(Sign::new(at(1.0), State::Unknown, Basis::Check).is_none());
    }

    proptest! {
        #[test]
        fn what_is_not_kept_changes_no_life(
            signs in prop::collection::vec((0.0..6.0_f64, 0..6_usize), 0..300),
        ) {
            let mut signs: Vec<Sign> = signs
                .into_iter()
                .map(|(day, what)| match what {
                    0 => sign(day, State::Suspended, Basis::Check),
                    1 => sign(day, State::Active, Basis::Check),
                    2 => sign(day, State::Active, Basis::Observation),
                    _ => sign(day, State::Active, Basis::Post),
                })
                .collect();
            // Checks by id are known before posts and observations, which come in any order.
            signs.sort_by_key(|sign| !sign.gone);
            let mut numbers = crate::accounts::AccountNumbers::default();
            let account = numbers.number("twitter", "1").unwrap();
            let mut compacted = Signs::default();
            signs.iter().for_each(|sign| compacted.add(account, *sign));
            let compacted = compacted.in_order();
            signs.sort_unstable();
            signs.dedup();
            let contradictions = set_aside(&mut signs);
            prop_assert_eq!(lives(compacted.of(account)), lives(&signs));
            prop_assert_eq!(compacted.contradictions(account).cloned().unwrap_or_default(), contradictions);
        }
    }

    #[test]
    fn an_observation_between_posts_of_its_day_brings_an_account_back() {
        let mut numbers = crate::accounts::AccountNumbers::default();
        let account = numbers.number("twitter", "1").unwrap();
        let mut signs = Signs::default();
        let day = [
            sign(5.1, State::Active, Basis::Post),
            sign(5.2, State::Suspended, Basis::Check),
            sign(5.5, State::Active, Basis::Observation),
            sign(5.8, State::Active, Basis::Post),
        ];
        day.iter().rev().for_each(|sign| signs.add(account, *sign));
        let signs = signs.in_order();
        assert_eq!(signs.of(account), day);
        assert_eq!(lives(signs.of(account)).len(), 2);
    }

    #[test]
    fn an_observation_that_does_not_tell_of_protection_leaves_it_as_it_was() {
        let mut numbers = crate::accounts::AccountNumbers::default();
        let account = numbers.number("twitter", "1").unwrap();
        let mut signs = Signs::default();
        for sign in [
            Sign::of_life(at(1.0), Basis::Observation),
            sign(2.0, State::Protected, Basis::Check),
            Sign::of_life(at(3.0), Basis::Observation),
            Sign::of_life(at(4.0), Basis::Observation),
            sign(5.0, State::Active, Basis::Observation),
            sign(6.0, State::Suspended, Basis::Check),
            Sign::of_life(at(7.0), Basis::Observation),
        ] {
            signs.add(account, sign);
        }
        let states: Vec<State> = signs.in_order().of(account).iter().map(|sign| sign.state()).collect();
        let (active, protected) = (State::Active, State::Protected);
        assert_eq!(
            states,
            [
                active,
                protected,
                protected,
                protected,
                active,
                State::Suspended,
                active
            ]
        );
    }

    #[test]
    fn the_state_at_a_moment_follows_the_rules_in_their_order() {
        let mut numbers = crate::accounts::AccountNumbers::default();
        let account = numbers.number("twitter", "1").unwrap();
        let mut signs = Signs::default();
        for sign in [
            sign(10.0, State::Active, Basis::Post),
            sign(60.0, State::Protected, Basis::Check),
            sign(100.0, State::Suspended, Basis::Check),
            sign(110.0, State::Active, Basis::Check),
        ] {
            signs.add(account, sign);
        }
        let signs = signs.in_order();
        let state = |day: f64| signs.state_at(account, Some(at(2.0)), at(day));
        assert_eq!(state(1.0), State::Unknown, "not created yet");
        assert_eq!(state(2.0), State::Active, "created, and alive later");
        assert_eq!(state(50.0), State::Active, "alive before and after");
        assert_eq!(state(60.0), State::Protected);
        assert_eq!(state(90.0), State::Protected, "30 days old");
        assert_eq!(state(91.0), State::Unknown, "older, and gone next");
        assert_eq!(state(105.0), State::Suspended);
        assert_eq!(state(140.0), State::Active);
        assert_eq!(state(141.0), State::Unknown, "nothing later");
        assert_eq!(signs.state_at(account, None, at(5.0)), State::Unknown);
    }
}
