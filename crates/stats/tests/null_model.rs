//! Random graphs of the same degrees beside all such graphs, and what stands out against them; witness: brute force.

#![expect(clippy::unwrap_used, reason = "helpers of a test are not themselves test functions")]

use std::collections::BTreeSet;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stats::Reason;
use stats::graph::*;

fn graph(nodes: usize, edges: &[(u32, u32)], directed: bool) -> Graph {
    Graph::new(nodes, edges, directed, Repeated::Collapse, SelfLoops::Drop).unwrap()
}

/// All simple graphs with the degrees of this one, by trying every set of as many edges.
fn same_degrees(nodes: u32, edges: &[(u32, u32)], directed: bool) -> Vec<Vec<(u32, u32)>> {
    let all: Vec<(u32, u32)> = (0..nodes)
        .flat_map(|a| (0..nodes).map(move |b| (a, b)))
        .filter(|(a, b)| if directed { a != b } else { a < b })
        .collect();
    let degrees = |edges: &[(u32, u32)]| {
        let (mut out, mut into) = (vec![0; nodes as usize], vec![0; nodes as usize]);
        for &(a, b) in edges {
            out[a as usize] += 1;
            (if directed { &mut into } else { &mut out })[b as usize] += 1;
        }
        (out, into)
    };
    let wanted = degrees(edges);
    (0_u32..1 << all.len())
        .filter(|set| set.count_ones() as usize == edges.len())
        .map(|set| {
            all.iter()
                .enumerate()
                .filter(|(i, _)| set >> i & 1 == 1)
                .map(|(_, edge)| *edge)
                .collect::<Vec<_>>()
        })
        .filter(|edges| degrees(edges) == wanted)
        .collect()
}

#[test]
fn the_null_model_draws_all_graphs_of_the_same_degrees_alike() {
    let undirected = (6, vec![(0, 1), (0, 2), (0, 3), (1, 2), (3, 4), (4, 5), (2, 5)], false);
    let directed = (
        5,
        vec![(0, 1), (1, 2), (2, 0), (0, 3), (3, 4), (4, 1), (1, 4), (3, 0)],
        true,
    );
    for (nodes, edges, is_directed) in [undirected, directed] {
        let figure = |edges: &[(u32, u32)]| Ok(edges.iter().filter(|(a, b)| *a < 3 && *b < 3).count() as f64);
        let all = same_degrees(nodes, &edges, is_directed);
        let values: Vec<f64> = all.iter().map(|edges| figure(edges).unwrap()).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let spread = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt();
        assert!(all.len() > 10 && spread > 0.0);
        let null = NullModel {
            samples: 20_000,
            first_swaps: 20,
            swaps_between: 3,
            seed: 4,
        };
        let graph = graph(nodes as usize, &edges, is_directed);
        let mut seen = BTreeSet::new();
        let found = null
            .hold(&graph, |edges| {
                let mut sorted: Vec<(u32, u32)> = edges
                    .iter()
                    .map(|&(a, b)| if is_directed || a < b { (a, b) } else { (b, a) })
                    .collect();
                sorted.sort_unstable();
                seen.insert(sorted);
                figure(edges)
            })
            .unwrap();
        assert_eq!(seen.len(), all.len(), "every graph is reached, and no other");
        assert!(
            (found.mean - mean).abs() < 0.02 && (found.standard_deviation - spread).abs() < 0.02,
            "{found:?} {mean} {spread}"
        );
        assert!(found.mixing.unwrap() < 0.3 && found.accepted > 0.05);
    }
}

#[test]
fn an_insular_set_stands_out_and_a_random_one_does_not() {
    let mut random = ChaCha8Rng::seed_from_u64(73);
    let mut edges = Vec::new();
    for _ in 0..3000 {
        let from = random.random_range(0..300_u32);
        // The first fifty mostly follow each other.
        let to = if from < 50 && random.random_bool(0.6) {
            random.random_range(0..50)
        } else {
            random.random_range(0..300)
        };
        edges.push((from, to));
    }
    let graph = graph(300, &edges, true);
    let null = NullModel {
        samples: 100,
        first_swaps: 10,
        swaps_between: 2,
        seed: 1,
    };
    let inside = |first: u32| {
        move |edges: &[(u32, u32)]| {
            let set = first..first + 50;
            let out = edges.iter().filter(|(a, _)| set.contains(a));
            let inside = out.clone().filter(|(_, b)| set.contains(b)).count();
            Ok(inside as f64 / out.count() as f64)
        }
    };
    let insular = null.hold(&graph, inside(0)).unwrap();
    assert!(insular.z.clone().unwrap() > 10.0 && insular.p < 0.01, "{insular:?}");
    assert!(insular.mixing.unwrap().abs() < 0.35);
    let ordinary = null.hold(&graph, inside(100)).unwrap();
    assert!(ordinary.z.clone().unwrap().abs() < 3.5, "{ordinary:?}");
    // Two figures of the same random graphs are the two alone.
    let (one, other) = (inside(0), inside(100));
    let both = null.hold_all(&graph, |edges| Ok([one(edges)?, other(edges)?])).unwrap();
    assert_eq!(both, [insular.clone(), ordinary]);
    // The closed form of the same null, self-loops and repeated edges apart.
    let edges = graph.edge_list();
    let out = edges.iter().filter(|(a, _)| *a < 50).count() as u64;
    let into = edges.iter().filter(|(_, b)| *b < 50).count() as u64;
    let (mean, spread) = matched_share(graph.edges(), out, into).unwrap();
    assert!((mean - insular.mean).abs() < 0.01, "{mean} {insular:?}");
    assert!(
        (spread / insular.standard_deviation - 1.0).abs() < 0.3,
        "{spread} {insular:?}"
    );
    assert_eq!(null.hold(&graph, inside(0)).unwrap(), insular);
}

#[test]
fn what_has_no_random_graph_beside_it_says_why() {
    let pair = NullModel {
        samples: 20,
        first_swaps: 1,
        swaps_between: 1,
        seed: 0,
    };
    assert!(matches!(
        pair.hold(&graph(2, &[(0, 1)], true), |_| Ok(0.0)),
        Err(Reason::TooFew { .. })
    ));
    // from scipy.stats import hypergeom; d = hypergeom(1000, 300, 200); d.mean() / 200, d.std() / 200
    let (mean, spread) = matched_share(1000, 200, 300).unwrap();
    assert!((mean - 0.3).abs() < 1e-13 && (spread - 0.02899725574672267).abs() < 1e-13);
    assert_eq!(matched_share(5, 5, 2), Ok((0.4, 0.0)));
    assert_eq!(matched_share(1, 1, 1), Ok((1.0, 0.0)));
    assert!(matches!(matched_share(5, 0, 2), Err(Reason::ZeroDenominator { .. })));
    assert!(matches!(matched_share(5, 6, 2), Err(Reason::OutOfRange { .. })));
    // A star has no other graph of its degrees.
    let star = pair
        .hold(&graph(5, &[(0, 1), (0, 2), (0, 3), (0, 4)], false), |edges| {
            Ok(edges.len() as f64)
        })
        .unwrap();
    assert_eq!((star.z, star.accepted, star.mixing), (Err(Reason::Constant), 0.0, None));
}
