//! Insularity against chance, and what it makes of lists that were seen over a while.

use std::collections::BTreeSet;

use serde_json::json;
use tables::{InteractionKind, TableFile, Tests};

use crate::against_brute_force::Output;
use crate::given::{Dice, STUDY, World, at, name};
use crate::structure::{ask, quiet, row};

/// A world in which lists of everybody were collected, and members follow and address members more than others do.
pub fn whole_network(accounts: usize, listed: usize) -> World {
    let mut world = quiet(accounts, listed);
    let mut dice = Dice::new(6);
    for source in 0..accounts {
        for _ in 0..12 {
            let near = source < listed && dice.roll(3) == 0;
            let target = dice.roll(if near { listed } else { accounts } as u64) as usize;
            world.follows.push((source, target, Some(at(8, 5))));
            world
                .interactions
                .push((9, source, name(target), InteractionKind::Reply, 1));
        }
    }
    world.interactions.sort_by_key(|row| (row.1, row.2.clone()));
    world.interactions.dedup();
    world
}

/// The share of the first `listed` accounts' edges that lead to them, observed and over networks rewired by igraph.
const REWIRED: &str = r#"
import json, random, sys
import igraph as ig, numpy as np
case = json.load(sys.stdin); listed = case["listed"]; random.seed(1)
G = ig.Graph(n=case["n"], edges=case["edges"], directed=True)
def share(G):
    out = [b for a, b in G.get_edgelist() if a < listed]
    return sum(b < listed for b in out) / len(out)
def turned(G):
    into = [a for a, b in G.get_edgelist() if b < listed]
    return sum(a < listed for a in into) / len(into)
observed, drawn = (share(G), turned(G), G.reciprocity()), []
for _ in range(300):
    H = G.copy(); H.rewire(20 * H.ecount()); drawn.append((share(H), turned(H)))
drawn = np.array(drawn)
print(json.dumps({"observed": observed, "mean": drawn.mean(0).tolist(), "sd": drawn.std(0, ddof=1).tolist()}))
"#;

#[test]
fn insularity_against_chance_is_igraphs() {
    let (accounts, listed) = (120, 40);
    let world = whole_network(accounts, listed);
    let output = Output::of(&world, STUDY);
    let edges: BTreeSet<(usize, usize)> = world
        .follows
        .iter()
        .map(|row| (row.0, row.1))
        .filter(|(a, b)| a != b)
        .collect();
    let question = json!({"n": accounts, "listed": listed, "edges": edges});
    // Members stand out, and the index is the share turned round.
    for relation in ["follows_out", "follows_in", "interactions"] {
        let z = row(&output, &format!("insularity.{relation}.z"), "all").0.unwrap();
        assert!(z > 3.0, "{relation} {z}");
    }
    let of = |measure: &str| row(&output, &format!("insularity.{measure}"), "all").0.unwrap();
    assert!((of("ei_index.z") + of("follows_out.z")).abs() < 1e-12);
    assert!((of("ei_index.expected") - (1.0 - 2.0 * of("follows_out.expected"))).abs() < 1e-12);
    let Some(answer) = ask(REWIRED, &question) else { return };
    for (at, relation) in ["follows_out", "follows_in", "interactions"].into_iter().enumerate() {
        let number = |key: &str| answer[key][at % 2].as_f64().unwrap();
        let (mean, spread) = (number("mean"), number("sd"));
        let expected = of(&format!("{relation}.expected"));
        assert!(
            (expected - mean).abs() < 0.5 * spread,
            "{relation}: {expected}, igraph {mean} ± {spread}"
        );
        let z = of(&format!("{relation}.z"));
        let theirs = (number("observed") - mean) / spread;
        assert!((z / theirs - 1.0).abs() < 0.3, "{relation}: {z}, igraph {theirs}");
    }
}

#[test]
fn members_lists_alone_have_no_chance_to_be_held_against() {
    let mut world = whole_network(120, 40);
    world.follows.retain(|(source, target, _)| *source < 40 || *target < 40);
    let output = Output::of(&world, STUDY);
    for relation in ["follows_out", "follows_in", "ei_index"] {
        assert!(row(&output, &format!("insularity.{}", relation), "all").0.is_some());
        for figure in ["expected", "z"] {
            let (value, reason) = row(&output, &format!("insularity.{relation}.{figure}"), "all");
            assert_eq!(value, None);
            assert!(
                reason.starts_with("needs ties of accounts outside the set to one another"),
                "{reason}"
            );
        }
    }
    assert!(row(&output, "insularity.interactions.z", "all").0.unwrap() > 3.0);
}

/// The measures of ties of the listed accounts over the whole period.
fn of_follows(output: &Output) -> Vec<(&'static str, Option<f64>)> {
    let measures = ["follows_out", "follows_in", "reciprocity", "ei_index"];
    let value = |measure: &&'static str| (*measure, row(output, &format!("insularity.{measure}"), "all").0);
    measures.iter().map(value).collect()
}

#[test]
fn a_list_that_is_stamped_page_by_page_is_one_list() {
    let world = whole_network(120, 40);
    let at_once = of_follows(&Output::of(&world, STUDY));
    assert!(at_once.iter().all(|(_, value)| value.is_some()), "{at_once:?}");
    // Five seconds a follow, an hour in all.
    let mut paged = world;
    for (number, follow) in paged.follows.iter_mut().enumerate() {
        follow.2 = Some(at(8, 5) + 2_500 * number as i64);
    }
    let paged = of_follows(&Output::of(&paged, STUDY));
    for ((measure, one), (_, other)) in at_once.iter().zip(&paged) {
        assert!(
            (one.unwrap() - other.unwrap()).abs() < 1e-12,
            "{measure}: {one:?} {other:?}"
        );
    }
}

#[test]
fn follows_that_come_one_by_one_are_no_lists() {
    let mut world = whole_network(120, 40);
    let mut dice = Dice::new(3);
    for follow in &mut world.follows {
        follow.2 = Some(at(1, 0) + dice.roll(28 * 86_400) as i64 * 1_000);
    }
    let output = Output::of(&world, STUDY);
    for measure in ["follows_out", "follows_in", "follows_out.observed", "follows_in.z"] {
        let (value, reason) = row(&output, &format!("insularity.{measure}"), "all");
        assert_eq!(value, None);
        assert!(reason.starts_with("needs lists of follows"), "{measure}: {reason}");
    }
    // The index is of what is left.
    let of = |measure: &str| row(&output, &format!("insularity.{measure}"), "all").0.unwrap();
    assert!((of("ei_index") - (1.0 - 2.0 * of("interactions"))).abs() < 1e-12);
    assert!((of("ei_index.z") + of("interactions.z")).abs() < 1e-12);
}

#[test]
fn z_tells_on_which_side_of_chance_the_observed_number_lies() {
    let mut world = whole_network(120, 40);
    // Members address outsiders over and over, but not many of them.
    for (number, row) in world.interactions.iter_mut().enumerate() {
        row.4 = if number % 7 == 0 { 90 } else { 1 };
    }
    let output = Output::of(&world, STUDY);
    let mut tests = Vec::new();
    for relation in ["follows_out", "follows_in", "interactions", "ei_index"] {
        let of = |figure: &str| {
            row(&output, &format!("insularity.{relation}.{figure}"), "all")
                .0
                .unwrap()
        };
        let (above, z) = (of("observed") - of("expected"), of("z"));
        assert!(above * z > 0.0, "{relation}: {above} {z}");
        tests.extend((relation != "ei_index").then(|| (format!("insularity.{relation}"), z, above)));
    }
    let table = TableFile::<Tests>::open(&output.dir()).unwrap().read().unwrap();
    let listed = table
        .rows()
        .unwrap()
        .filter(|row| row.family == "insularity.null" && row.group == "listed" && row.window == "all");
    let listed: Vec<_> = listed.collect();
    assert_eq!(listed.len(), tests.len());
    for (test, z, above) in tests {
        let row = listed.iter().find(|row| row.test == test).unwrap();
        assert_eq!(row.statistic, Some(z));
        assert!((row.effect.unwrap() - above).abs() < 1e-12 && row.p_value.is_some());
    }
}
