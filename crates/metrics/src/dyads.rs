//! Ties of a set's members one ordered pair at a time, for intervals that know which ties have an account in common.
//!
//! The same ties as the rows of [`TieRow`](crate::evidence::TieRow) hold by member: of follows, the list that counts for each member,
//! with who was on the set's list at that moment; of interactions, those of the days on which the member was on the list.

use std::collections::BTreeMap;

use stats::{DyadicShare, TieCounts};
use study::Window;
use tables::{DAY_MS, SetName};

use crate::evidence::{Evidence, Relation, Stay, TieRow, bounds_ms};

/// The ties of the members that `rows` are of, pair by pair; nothing of a single kind of interaction.
pub(crate) fn of(
    evidence: &Evidence,
    set: SetName,
    window: &Window,
    relation: Relation,
    rows: &[&TieRow],
) -> DyadicShare {
    let stays = Stays::of(evidence, set);
    match relation {
        Relation::FollowsOut | Relation::FollowsIn => of_follows(evidence, &stays, relation, rows),
        Relation::Interactions => of_interactions(evidence, &stays, window, rows),
        Relation::Kind(_) => DyadicShare::default(),
    }
}

/// Of the follows between members in the lists that `rows` are of, those that are returned, as seen at any time.
pub(crate) fn returned(evidence: &Evidence, set: SetName, relation: Relation, rows: &[&TieRow]) -> DyadicShare {
    let stays = Stays::of(evidence, set);
    let mut inside: Vec<(u32, u32)> = Vec::new();
    let mut take = |owner: u32, other: u32, at: i64| {
        if stays.at(other, at) {
            inside.push((owner, other));
        }
    };
    each_follow(evidence, relation, rows, &mut take);
    // Only those that are asked for are kept: all follows would be millions.
    let mut asked: Vec<(u32, u32)> = inside
        .iter()
        .map(|(owner, other)| follow_back(relation, *owner, *other))
        .collect();
    asked.sort_unstable();
    let mut seen = vec![false; asked.len()];
    for tie in evidence.follows_seen.iter() {
        if let Ok(place) = asked.binary_search(&(tie.source, tie.target)) {
            seen[place] = true;
        }
    }
    let mut share = DyadicShare::default();
    for (owner, other) in inside {
        let place = asked.binary_search(&follow_back(relation, owner, other));
        share.add(owner, other, counts(1, place.is_ok_and(|place| seen[place])));
    }
    share
}

/// The follow that would return a tie of an owner, as source and target.
fn follow_back(relation: Relation, owner: u32, other: u32) -> (u32, u32) {
    match relation {
        Relation::FollowsIn => (owner, other),
        _ => (other, owner),
    }
}

fn of_follows(evidence: &Evidence, stays: &Stays<'_>, relation: Relation, rows: &[&TieRow]) -> DyadicShare {
    let mut share = DyadicShare::default();
    let mut add = |owner: u32, other: u32, at: i64| share.add(owner, other, counts(1, stays.at(other, at)));
    each_follow(evidence, relation, rows, &mut add);
    share
}

/// Meets every follow of the lists that `rows` are of, each once: whose list, the account on it, and the list's last moment.
fn each_follow(evidence: &Evidence, relation: Relation, rows: &[&TieRow], meet: &mut impl FnMut(u32, u32, i64)) {
    let lists = by_account(rows.iter().filter_map(|row| Some((row.account, row.seen?))));
    let mut met = None;
    for tie in evidence.follows_seen.iter() {
        let (owner, other) = match relation {
            Relation::FollowsIn => (tie.target, tie.source),
            _ => (tie.source, tie.target),
        };
        // The sightings of a follow stand together; a list that was seen over a while can hold several.
        if let Some((first, last)) = lists.get(owner as usize).copied().flatten()
            && (first..=last).contains(&tie.at)
            && met.replace((owner, other)) != Some((owner, other))
        {
            meet(owner, other, last);
        }
    }
}

fn of_interactions(evidence: &Evidence, stays: &Stays<'_>, window: &Window, rows: &[&TieRow]) -> DyadicShare {
    let members = by_account(rows.iter().map(|row| (row.account, ())));
    let mut share = DyadicShare::default();
    each_addressed(evidence, stays, window, |source, target, ties| {
        if members.get(source as usize).copied().flatten().is_some() {
            share.add(source, target, ties);
        }
    });
    share
}

/// Who addressed whom in a window, both on the list of a set on that day: source, target and how many times, each pair once.
pub(crate) fn inside(evidence: &Evidence, set: SetName, window: &Window) -> Vec<(u32, u32, u64)> {
    let mut inside = Vec::new();
    each_addressed(evidence, &Stays::of(evidence, set), window, |source, target, ties| {
        if ties.inside > 0 {
            inside.push((source, target, ties.inside));
        }
    });
    inside
}

/// Meets every account that somebody on the list addressed in a window, on days on which that one was on it, each pair once.
fn each_addressed(evidence: &Evidence, stays: &Stays<'_>, window: &Window, mut meet: impl FnMut(u32, u32, TieCounts)) {
    let (from, to) = bounds_ms(window);
    let pairs = evidence
        .addressed
        .chunk_by(|one, next| (one.source, one.target) == (next.source, next.target));
    for pair in pairs {
        let (source, target) = (pair[0].source, pair[0].target);
        let mut ties = counts(0, false);
        let days = pair.iter().filter(|tie| (from..to).contains(&tie.at));
        for day in days.filter(|tie| stays.on_day(source, tie.at)) {
            let of_day = counts(u64::from(day.times), stays.on_day(target, day.at));
            ties.inside += of_day.inside;
            ties.outside += of_day.outside;
        }
        if ties != counts(0, false) {
            meet(source, target, ties);
        }
    }
}

fn counts(ties: u64, inside: bool) -> TieCounts {
    TieCounts {
        inside: if inside { ties } else { 0 },
        outside: if inside { 0 } else { ties },
    }
}

/// What accounts have, in the places of their numbers.
fn by_account<T: Copy>(rows: impl Iterator<Item = (u32, T)>) -> Vec<Option<T>> {
    let mut places = Vec::new();
    for (account, value) in rows {
        let place = account as usize;
        if places.len() <= place {
            places.resize(place + 1, None);
        }
        places[place] = Some(value);
    }
    places
}

/// When accounts were on the list of a set.
struct Stays<'a>(Vec<Option<&'a [Stay]>>);

impl<'a> Stays<'a> {
    fn of(evidence: &'a Evidence, set: SetName) -> Self {
        let all: &BTreeMap<(SetName, u32), Vec<Stay>> = &evidence.stays;
        let of_set = all.range((set, 0)..=(set, u32::MAX));
        Self(by_account(
            of_set.map(|((_, account), stays)| (*account, stays.as_slice())),
        ))
    }

    fn any(&self, account: u32, holds: impl Fn(&Stay) -> bool) -> bool {
        let stays = self.0.get(account as usize).copied().flatten();
        stays.is_some_and(|stays| stays.iter().any(holds))
    }

    /// Whether an account was on the list at a moment.
    fn at(&self, account: u32, at: i64) -> bool {
        self.any(account, |(from, to)| {
            from.is_none_or(|from| from <= at) && to.is_none_or(|to| to > at)
        })
    }

    /// Whether an account was on the list at any moment of the day that begins then.
    fn on_day(&self, account: u32, begins: i64) -> bool {
        self.any(account, |(from, to)| {
            from.is_none_or(|from| from < begins + DAY_MS) && to.is_none_or(|to| to >= begins)
        })
    }
}
