//! Numbers of ties and reactions.

use std::collections::BTreeSet;

use tables::{Influence, TableFile};

use super::{Output, close};
use crate::given::{STUDY, WINDOWS, World, at, name};

#[test]
fn ties() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    for (window, from, to) in WINDOWS {
        let follows: BTreeSet<(usize, usize, i64)> = world
            .follows
            .iter()
            .filter(|(a, b, _)| a != b)
            .map(|(a, b, moment)| (*a, *b, moment.unwrap_or(at(21, 0) - 1)))
            .collect();
        let pairs: BTreeSet<(usize, usize)> = world.follows.iter().map(|(a, b, _)| (*a, *b)).collect();
        for (relation, turned) in [("follows_out", false), ("follows_in", true)] {
            let mut found = [0; 4];
            for member in 0..world.listed {
                let ends = follows
                    .iter()
                    .map(|(a, b, at)| if turned { (*b, *a, *at) } else { (*a, *b, *at) });
                let own: Vec<(usize, i64)> = ends
                    .filter(|(own, ..)| *own == member)
                    .map(|(_, other, at)| (other, at))
                    .collect();
                // What was seen of an account with less than six hours in between is one list, as of its last moment.
                let moments: BTreeSet<i64> = own.iter().map(|(_, at)| *at).collect();
                let moments: Vec<i64> = moments.into_iter().collect();
                let lists = moments.chunk_by(|one, next| next - one < 6 * 3_600_000);
                let lists: Vec<(i64, BTreeSet<usize>)> = lists
                    .map(|moments| (moments[moments.len() - 1], moments))
                    .filter(|(last, _)| (at(from, 0)..at(to + 1, 0)).contains(last))
                    .map(|(last, moments)| {
                        let others = own.iter().filter(|(_, at)| moments.contains(at));
                        (last, others.map(|(other, _)| *other).collect())
                    })
                    .collect();
                let last = lists.into_iter().rev().find(|(moment, others)| {
                    world.on_list(member, *moment) && others.iter().any(|other| !world.on_list(*other, *moment))
                });
                let Some((moment, others)) = last else { continue };
                let inside: Vec<&usize> = others.iter().filter(|other| world.on_list(**other, moment)).collect();
                let back = |other: &usize| if turned { (member, *other) } else { (*other, member) };
                found[0] += 1;
                found[1] += inside.len() as i64;
                found[2] += (others.len() - inside.len()) as i64;
                found[3] += inside.iter().filter(|other| pairs.contains(&back(other))).count() as i64;
            }
            assert!(
                found.iter().all(|count| *count > 0),
                "the test would say nothing: {found:?}"
            );
            assert_eq!(output.network[&(window.to_owned(), relation.to_owned())], found);
            let share = found[1] as f64 / (found[1] + found[2]) as f64;
            close(
                output.value(&format!("insularity.{relation}"), "listed", window),
                share,
                relation,
            );
            if !turned {
                close(
                    output.value("insularity.ei_index", "listed", window),
                    1.0 - 2.0 * share,
                    "E-I",
                );
                let reciprocity = found[3] as f64 / found[1] as f64;
                close(
                    output.value("insularity.reciprocity", "listed", window),
                    reciprocity,
                    "reciprocity",
                );
            }
        }

        let on_list = |account: usize, day: i64| {
            world.stays.get(account).is_some_and(|(from, to)| {
                from.is_none_or(|from| from < at(day + 1, 0)) && to.is_none_or(|to| to >= at(day, 0))
            })
        };
        let number = |name_: &str| (0..world.accounts).find(|account| name(*account) == name_);
        let events: Vec<_> = world
            .interactions
            .iter()
            .filter(|row| (from..=to).contains(&row.0) && row.2 != name(row.1) && on_list(row.1, row.0))
            .map(|row| {
                (
                    row.1,
                    &row.2,
                    number(&row.2).is_some_and(|target| on_list(target, row.0)),
                    row.4,
                )
            })
            .collect();
        let inside: i64 = events.iter().filter(|row| row.2).map(|row| row.3).sum();
        let all: i64 = events.iter().map(|row| row.3).sum();
        let pairs: BTreeSet<(String, String)> = events
            .iter()
            .filter(|row| row.2)
            .map(|row| (name(row.0), row.1.clone()))
            .collect();
        let returned = pairs
            .iter()
            .filter(|(a, b)| pairs.contains(&(b.clone(), a.clone())))
            .count() as i64;
        let found = output.network[&(window.to_owned(), "interactions".to_owned())];
        assert_eq!(found[1..], [inside, all - inside, returned]);
        close(
            output.value("insularity.interactions", "listed", window),
            inside as f64 / all as f64,
            "interactions",
        );
    }
}

/// The set is a matter of who is on its list when: what is measured of `expanded` is what is measured of `listed` where that has
/// the same list.
#[test]
fn the_expanded_set_is_measured_as_the_listed_is() {
    let mut world = World::rich();
    world.expanded = world.stays.clone();
    world.expanded[3] = (Some(at(2, 0)), Some(at(13, 0)));
    world.expanded.extend([
        (Some(at(8, 0) - 1), None),
        (Some(at(4, 0)), Some(at(16, 0))),
        (None, None),
    ]);
    let mut renamed = World::rich();
    renamed.stays = world.expanded.clone();
    renamed.listed = renamed.stays.len();
    let (output, renamed) = (Output::of(&world, STUDY), Output::of(&renamed, STUDY));
    let mut compared = 0;
    for ((measure, group, window), (value, bounds, n, finding, _)) in &output.measures {
        let Some(rest) = group.strip_prefix("expanded") else {
            continue;
        };
        let key = (measure.clone(), format!("listed{rest}"), window.clone());
        let (as_listed, as_bounds, as_n, as_finding, _) = &renamed.measures[&key];
        assert_eq!(
            (value, bounds, n, finding),
            (as_listed, as_bounds, as_n, as_finding),
            "{key:?}"
        );
        compared += u32::from(value.is_some());
    }
    assert!(compared > 40, "{compared}");
    let mut points = 0;
    for ((measure, group, at), (value, n, _)) in output.series.iter().filter(|((_, group, _), _)| group == "expanded") {
        let (as_listed, as_n, _) = &renamed.series[&(measure.clone(), group.replace("expanded", "listed"), *at)];
        assert_eq!((value, n), (as_listed, as_n), "{measure} at {at}");
        points += u32::from(value.is_some());
    }
    assert!(points > 40, "{points}");
    assert_eq!(output.expanded_network, renamed.network);
    assert_ne!(output.expanded_network, output.network);
}

#[test]
fn influence() {
    let world = World::rich();
    let output = Output::of(&world, STUDY);
    let batch = TableFile::<Influence>::open(&output.dir()).unwrap().read().unwrap();
    for (window, from, to) in WINDOWS {
        let on_list = |account: usize, day: i64| {
            world.stays.get(account).is_some_and(|(from, to)| {
                from.is_none_or(|from| from < at(day + 1, 0)) && to.is_none_or(|to| to >= at(day, 0))
            })
        };
        let members = (0..world.accounts)
            .filter(|account| world.on_list_within(*account, from, to))
            .count();
        let (mut drawn, mut given) = (vec![0; world.accounts], vec![0; world.accounts]);
        for (day, source, target, _, times) in &world.interactions {
            let Some(target) = (0..world.accounts).find(|account| name(*account) == *target) else {
                continue;
            };
            if (from..=to).contains(day) && *source != target && on_list(*source, *day) && on_list(target, *day) {
                drawn[target] += times;
                given[*source] += times;
            }
        }
        let mut expected: Vec<(i64, i64, String)> = (0..world.accounts)
            .filter(|account| drawn[*account] + given[*account] > 0)
            .map(|account| (-drawn[account] - given[account], -drawn[account], name(account)))
            .collect();
        expected.sort();
        assert!(expected.len() > 5, "the test would say nothing");
        let rows: Vec<_> = batch.rows().unwrap().filter(|row| row.window == window).collect();
        let found: Vec<_> = rows
            .iter()
            .map(|row| (-row.interactivity, -row.influence, row.account_id.to_owned()))
            .collect();
        assert_eq!(found, expected);
        assert!(rows.iter().zip(1..).all(|(row, rank)| row.rank == rank));
        assert!(rows.iter().all(|row| row.exposure + row.influence == row.interactivity));
        let share = |of: &[i64]| of.iter().filter(|times| **times > 0).count() as f64 / members as f64;
        close(
            output.value("influence.drawing_share", "listed", window),
            share(&drawn),
            window,
        );
        close(
            output.value("influence.giving_share", "listed", window),
            share(&given),
            window,
        );
        let top: i64 = *drawn.iter().max().unwrap();
        let all: i64 = drawn.iter().sum();
        assert!(members <= 10, "the top tenth is one account");
        close(
            output.value("influence.top_tenth_share", "listed", window),
            top as f64 / all as f64,
            window,
        );
    }
}
