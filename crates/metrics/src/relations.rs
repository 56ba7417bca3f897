//! Members' ties by relation, counted from everything that was seen.
//!
//! What is counted is defined by three statements, `follows_out.sql`, `follows_in.sql` and `interactions.sql`, which anybody can run.
//! Here the same is counted on numbers in place of ids: on seven million follows the statements take minutes and 9 GB, this a few seconds.
//! The tests hold one to the other.

use std::collections::BTreeMap;

use stats::Reason;
use stats::graph::{Graph, Repeated, SelfLoops};
use study::Window;
use tables::{DAY_MS, InteractionKind, SetName};

use crate::evidence::{Group, Relation, TieRow, TieSeen, bounds_ms};

/// When accounts were on the lists of the sets: first moment and the first moment after, in milliseconds.
#[derive(Debug, Clone, Default)]
pub struct ListedWhen(BTreeMap<SetName, Vec<Vec<(i64, i64)>>>);

impl ListedWhen {
    /// Adds a stay; an end that is not known is far away.
    pub fn add(&mut self, set: SetName, account: u32, from_at: Option<i64>, to_at: Option<i64>) {
        let of_set = self.0.entry(set).or_default();
        let place = account as usize;
        if of_set.len() <= place {
            of_set.resize(place + 1, Vec::new());
        }
        of_set[place].push((from_at.unwrap_or(i64::MIN), to_at.unwrap_or(i64::MAX)));
    }

    fn of(&self, set: SetName) -> &[Vec<(i64, i64)>] {
        self.0.get(&set).map_or(&[], Vec::as_slice)
    }
}

fn at_moment(stays: &[Vec<(i64, i64)>], account: u32, at: i64) -> bool {
    let of = stays.get(account as usize).map_or(&[][..], Vec::as_slice);
    of.iter().any(|(from, to)| *from <= at && at < *to)
}

/// By the day, both ends included: who left in the course of a day was on the list that day.
fn on_day(stays: &[Vec<(i64, i64)>], account: u32, day: i64) -> bool {
    let of = stays.get(account as usize).map_or(&[][..], Vec::as_slice);
    let first = |at: i64| at.div_euclid(DAY_MS);
    of.iter()
        .any(|(from, to)| (*from == i64::MIN || first(*from) <= day) && (*to == i64::MAX || first(*to) >= day))
}

/// An account's ties seen at a moment, taken as one list; a stretch of the sightings in order.
struct List {
    from: usize,
    to: usize,
    at: i64,
}

/// The list of a member that counts in a window so far: whether it holds somebody outside, which it is, ties inside and outside.
#[derive(Clone, Copy)]
struct Chosen {
    collected: bool,
    list: usize,
    inside: u64,
    outside: u64,
}

/// Ties of members by their last list within each window, as `follows_out.sql` and `follows_in.sql` count them.
///
/// # Errors
/// More accounts than a graph can hold.
pub fn of_lists(
    seen: &[TieSeen],
    listed: &ListedWhen,
    relation: Relation,
    windows: &[Window],
) -> Result<Vec<TieRow>, Reason> {
    let turned = relation == Relation::FollowsIn;
    let ends = |tie: &TieSeen| {
        if turned {
            (tie.target, tie.source)
        } else {
            (tie.source, tie.target)
        }
    };
    let mut order: Vec<u32> = (0..seen.len() as u32).collect();
    order.sort_unstable_by_key(|place| {
        let tie = &seen[*place as usize];
        let (holder, other) = ends(tie);
        (holder, tie.at, other)
    });
    let tie = |place: u32| &seen[place as usize];
    let same_list = |one: &u32, next: &u32| (ends(tie(*one)).0, tie(*one).at) == (ends(tie(*next)).0, tie(*next).at);
    let mut lists = Vec::new();
    for list in order.chunk_by(same_list) {
        let from = lists.last().map_or(0, |list: &List| list.to);
        let at = tie(list[0]).at;
        lists.push(List {
            from,
            to: from + list.len(),
            at,
        });
    }
    let most = seen
        .iter()
        .map(|tie| tie.source.max(tie.target))
        .max()
        .map_or(0, |most| most as usize + 1);
    let pairs: Vec<(u32, u32)> = seen.iter().map(ends).collect();
    let pairs = Graph::new(most, &pairs, true, Repeated::Collapse, SelfLoops::Drop)?;
    let holder = |list: &List| ends(tie(order[list.from])).0;
    let mut rows = Vec::new();
    for set in Group::SETS {
        let stays = listed.of(set);
        let inside = |list: &List| {
            let at = list.at;
            let others = order[list.from..list.to].iter().map(|place| ends(tie(*place)).1);
            others
                .filter(move |other| at_moment(stays, *other, at))
                .collect::<Vec<u32>>()
        };
        let mut first = 0;
        for own in lists.chunk_by(|one, next| holder(one) == holder(next)) {
            let account = holder(&own[0]);
            let mut chosen: Vec<Option<Chosen>> = vec![None; windows.len()];
            for (list, place) in own.iter().zip(first..) {
                if !at_moment(stays, account, list.at) {
                    continue;
                }
                let among = inside(list).len() as u64;
                let outside = (list.to - list.from) as u64 - among;
                for (chosen, window) in chosen.iter_mut().zip(windows) {
                    let (from, to) = bounds_ms(window);
                    let collected = outside > 0;
                    // Lists come in order of time: a later one counts, unless it shows less.
                    let counts =
                        (from..to).contains(&list.at) && chosen.is_none_or(|before| collected || !before.collected);
                    if counts {
                        *chosen = Some(Chosen {
                            collected,
                            list: place,
                            inside: among,
                            outside,
                        });
                    }
                }
            }
            first += own.len();
            for (window, chosen) in chosen.into_iter().enumerate() {
                let Some(Chosen {
                    collected,
                    list,
                    inside: among,
                    outside,
                }) = chosen
                else {
                    continue;
                };
                let back = |other: &u32| pairs.successors(*other as usize).binary_search(&account).is_ok();
                rows.push(TieRow {
                    set,
                    window,
                    account,
                    relation,
                    collected,
                    inside: among,
                    outside,
                    pairs_inside: among,
                    reciprocated: inside(&lists[list]).into_iter().filter(back).count() as u64,
                });
            }
        }
    }
    Ok(rows)
}

/// Times that members addressed members and others, as `interactions.sql` counts them.
#[must_use]
pub fn of_interactions(seen: &[TieSeen], listed: &ListedWhen, windows: &[Window]) -> Vec<TieRow> {
    let mut rows = Vec::new();
    for set in Group::SETS {
        let stays = listed.of(set);
        for (position, window) in windows.iter().enumerate() {
            let (from, to) = bounds_ms(window);
            rows.extend(of_window(seen, stays, (from, to), set, position));
        }
    }
    rows
}

const KINDS: [Option<InteractionKind>; 5] = [
    None,
    Some(InteractionKind::Mention),
    Some(InteractionKind::Quote),
    Some(InteractionKind::Reply),
    Some(InteractionKind::Repost),
];

fn of_window(
    seen: &[TieSeen],
    stays: &[Vec<(i64, i64)>],
    (from, to): (i64, i64),
    set: SetName,
    window: usize,
) -> Vec<TieRow> {
    // Of each pair the times inside and outside, by kind, and in all (the first).
    let mut pairs: Vec<(u32, u32, [[u64; 2]; KINDS.len()])> = Vec::new();
    for pair in seen.chunk_by(|one, next| (one.source, one.target) == (next.source, next.target)) {
        let (source, target) = (pair[0].source, pair[0].target);
        let mut times = [[0; 2]; KINDS.len()];
        for tie in pair.iter().filter(|tie| (from..to).contains(&tie.at)) {
            let day = tie.at.div_euclid(DAY_MS);
            if !on_day(stays, source, day) {
                continue;
            }
            let outside = usize::from(!on_day(stays, target, day));
            for (times, kind) in times.iter_mut().zip(KINDS) {
                if kind.is_none() || kind == tie.kind {
                    times[outside] += u64::from(tie.times);
                }
            }
        }
        if times[0] != [0; 2] {
            pairs.push((source, target, times));
        }
    }
    // Inside, by kind as bits, of each pair that has any.
    let bits = |times: &[[u64; 2]; KINDS.len()]| {
        (0..KINDS.len()).fold(0_u8, |bits, kind| bits | u8::from(times[kind][0] > 0) << kind)
    };
    let key = |source: u32, target: u32| u64::from(source) << 32 | u64::from(target);
    let within = pairs
        .iter()
        .map(|(source, target, times)| (key(*source, *target), bits(times)));
    let mut within: Vec<(u64, u8)> = within.filter(|(_, bits)| *bits > 0).collect();
    within.sort_unstable();
    let back = |source: u32, target: u32| {
        let found = within.binary_search_by_key(&key(target, source), |pair| pair.0);
        found.map_or(0, |place| within[place].1)
    };
    let mut rows = Vec::new();
    for own in pairs.chunk_by(|one, next| one.0 == next.0) {
        let account = own[0].0;
        let returned: Vec<u8> = own.iter().map(|(source, target, _)| back(*source, *target)).collect();
        for (place, kind) in KINDS.into_iter().enumerate() {
            let total = |side: usize| own.iter().map(|(.., times)| times[place][side]).sum::<u64>();
            let (inside, outside) = (total(0), total(1));
            let met = own.iter().zip(&returned).filter(|((.., times), _)| times[place][0] > 0);
            if inside + outside > 0 {
                rows.push(TieRow {
                    set,
                    window,
                    account,
                    relation: kind.map_or(Relation::Interactions, Relation::Kind),
                    collected: true,
                    inside,
                    outside,
                    pairs_inside: met.clone().count() as u64,
                    reciprocated: met.filter(|(_, returned)| *returned >> place & 1 == 1).count() as u64,
                });
            }
        }
    }
    rows
}
