//! Graph figures beside igraph and networkx on real and random graphs, and beside brute force.

#![expect(clippy::unwrap_used, reason = "helpers of a test are not themselves test functions")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use stats::Reason;
use stats::graph::*;

const SIMPLE: (Repeated, SelfLoops) = (Repeated::Collapse, SelfLoops::Drop);

fn graph(nodes: usize, edges: &[(u32, u32)], directed: bool) -> Graph {
    Graph::new(nodes, edges, directed, SIMPLE.0, SIMPLE.1).unwrap()
}

#[track_caller]
fn close(found: f64, expected: f64, relative: f64) {
    assert!(
        (found - expected).abs() <= relative * expected.abs().max(1e-6),
        "{found} is not {expected}"
    );
}

fn net() -> Option<PathBuf> {
    let folder = Path::new(&std::env::var_os("DIMINUENDO_DATA")?).join("net");
    folder.join("expected_igraph.json").is_file().then_some(folder)
}

/// Names of nodes in order of appearance, and edges between their positions.
fn read(file: &Path) -> (Vec<String>, Vec<(u32, u32)>) {
    let bytes = std::fs::read(file).unwrap();
    let mut text = String::new();
    if file.extension().is_some_and(|end| end == "gz") {
        flate2::read::GzDecoder::new(&bytes[..])
            .read_to_string(&mut text)
            .unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    let (mut names, mut places) = (Vec::new(), BTreeMap::new());
    let mut edges = Vec::new();
    for line in text.lines() {
        let mut ends = line
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|part| !part.is_empty());
        let (Some(from), Some(to)) = (ends.next(), ends.next()) else {
            continue;
        };
        if from.parse::<u32>().is_err() || to.parse::<u32>().is_err() {
            continue;
        }
        let mut place = |name: &str| {
            *places.entry(name.to_owned()).or_insert_with(|| {
                names.push(name.to_owned());
                (names.len() - 1) as u32
            })
        };
        edges.push((place(from), place(to)));
    }
    (names, edges)
}

#[test]
fn real_networks_are_igraphs() {
    let Some(folder) = net() else {
        eprintln!("skipped: DIMINUENDO_DATA does not name a folder with net/expected_igraph.json");
        return;
    };
    let expected: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.join("expected_igraph.json")).unwrap()).unwrap();
    let graphs = expected["graphs"].as_object().unwrap();
    assert!(graphs.len() >= 5);
    for (file, expected) in graphs {
        let (names, edges) = read(&folder.join(file));
        let directed = expected["directed"].as_bool().unwrap();
        let number = |key: &str| expected[key].as_f64().unwrap_or_else(|| panic!("{file} {key}"));
        let graph = graph(names.len(), &edges, directed);
        assert_eq!(edges.len() as f64, number("lines"), "{file}");
        assert_eq!(
            (graph.nodes() as f64, graph.edges() as f64, graph.self_loops() as f64),
            (number("nodes"), number("edges_simple"), number("self_loops"))
        );
        close(density(&graph).unwrap(), number("density"), 1e-12);
        let triangles = clustering(&graph);
        assert_eq!(triangles.triangles as f64, number("triangles_undirected"));
        close(
            triangles.transitivity.unwrap(),
            number("transitivity_global_undirected"),
            1e-12,
        );
        close(
            triangles.mean_local.unwrap(),
            number("avg_local_clustering_zero"),
            1e-12,
        );
        close(
            degree_assortativity(&graph).unwrap(),
            number("assortativity_degree"),
            1e-9,
        );
        let weak = weak_components(&graph);
        assert_eq!(
            (weak.largest() as f64, weak.sizes.len() as f64),
            (number("largest_wcc"), number("n_wcc"))
        );
        if directed {
            close(reciprocity(&graph).unwrap(), number("reciprocity"), 1e-12);
            assert_eq!(strong_components(&graph).largest() as f64, number("largest_scc"));
        } else {
            assert_eq!(strong_components(&graph), weak);
        }
        let core = core_numbers(&graph.to_simple_undirected());
        assert_eq!(
            f64::from(core.into_iter().max().unwrap()),
            number("max_kcore"),
            "{file}"
        );
        let ranks = page_rank(&graph, 0.85, 1e-13).unwrap().of_node;
        close(ranks.iter().sum::<f64>(), 1.0, 1e-12);
        let mut order: Vec<usize> = (0..ranks.len()).collect();
        order.sort_by(|&a, &b| ranks[b].total_cmp(&ranks[a]));
        for (place, expected) in order.iter().zip(expected["pagerank_top5"].as_array().unwrap()) {
            // Eight decimals are kept there.
            assert!((ranks[*place] - expected[1].as_f64().unwrap()).abs() < 1e-8);
            assert_eq!(Some(names[*place].as_str()), expected[0].as_str());
        }
    }
}

/// Answers from networkx and igraph, one list of numbers a question.
const WITNESS: &str = r#"
import json, math, sys, warnings
import igraph as ig, networkx as nx
warnings.simplefilter("ignore")

def figures(n, edges, directed, labels):
    G = (nx.DiGraph if directed else nx.Graph)(); G.add_nodes_from(range(n)); G.add_edges_from(edges)
    K = ig.Graph(n=n, edges=edges, directed=directed)  # repeated edges and self-loops kept
    U = nx.Graph(); U.add_nodes_from(range(n)); U.add_edges_from((a, b) for a, b in edges if a != b)
    G.remove_edges_from(list(nx.selfloop_edges(G)))
    groups = {}
    for node, label in enumerate(labels): groups.setdefault(label, []).append(node)
    rank, core = nx.pagerank(G, tol=1e-15, max_iter=10000), nx.core_number(U)
    between = nx.betweenness_centrality(G, normalized=False)
    degree = lambda: nx.degree_assortativity_coefficient(G)
    strong = nx.strongly_connected_components(G) if directed else nx.connected_components(G)
    weak = nx.weakly_connected_components(G) if directed else nx.connected_components(G)
    at = lambda of: [float(of[node]) for node in range(n)]
    return [at(rank), at(core), at(between), [degree()], [K.assortativity_degree(directed=directed)],
            K.pagerank(), [float(c) for c in K.coreness(mode="all")],
            [nx.community.modularity(G, groups.values()), K.modularity(labels, directed=directed)],
            sorted(map(len, strong)), sorted(map(len, weak)), [nx.transitivity(U), nx.average_clustering(U)],
            [max(K.simplify().as_undirected(mode="each" if directed else "collapse").community_leiden("modularity", n_iterations=-1).q for _ in range(5))]]

def clean(x):
    if isinstance(x, list): return [clean(y) for y in x]
    return x if x is not None and math.isfinite(x) else None

print(json.dumps([clean(figures(**case)) for case in json.load(sys.stdin)]))
"#;

fn random_graph(random: &mut ChaCha8Rng) -> (usize, Vec<(u32, u32)>, bool) {
    let nodes = random.random_range(6..40_u32);
    let edges = random.random_range(nodes..4 * nodes);
    // Low numbers are met more often, so that degrees differ; repetitions and self-loops come of themselves.
    let mut end = || random.random_range(0..nodes).min(random.random_range(0..nodes));
    let edges = (0..edges).map(|_| (end(), end())).collect();
    (nodes as usize, edges, random.random_bool(0.5))
}

#[test]
fn random_graphs_are_networkx_and_igraphs() {
    let Some(python) = std::env::var_os("DIMINUENDO_PYTHON") else {
        eprintln!("skipped: DIMINUENDO_PYTHON does not name a Python with networkx and igraph");
        return;
    };
    let mut random = ChaCha8Rng::seed_from_u64(71);
    let cases: Vec<_> = (0..60)
        .map(|_| {
            let case = random_graph(&mut random);
            let labels: Vec<u32> = (0..case.0).map(|_| random.random_range(0..3)).collect();
            (case, labels)
        })
        .collect();
    let question: Vec<Value> = cases
        .iter()
        .map(|((n, edges, directed), labels)| json!({"n": n, "edges": edges, "directed": directed, "labels": labels}))
        .collect();
    let mut child = Command::new(python)
        .args(["-c", WITNESS])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(&serde_json::to_vec(&question).unwrap())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answers.len(), cases.len());
    let (mut compared, mut ours, mut theirs) = (0, 0.0, 0.0);
    for (((n, edges, directed), labels), answer) in cases.iter().zip(&answers) {
        let numbers = |index: usize| {
            answer[index]
                .as_array()
                .unwrap()
                .iter()
                .map(Value::as_f64)
                .collect::<Vec<_>>()
        };
        let agree = |found: &[f64], index: usize, within: f64| {
            let expected = numbers(index);
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(expected) {
                close(*found, expected.unwrap(), within);
            }
        };
        let simple = graph(*n, edges, *directed);
        let kept = Graph::new(*n, edges, *directed, Repeated::Keep, SelfLoops::Keep).unwrap();
        assert_eq!(kept.edges() as usize, edges.len());
        let real = |numbers: Vec<u32>| numbers.into_iter().map(f64::from).collect::<Vec<_>>();
        agree(&page_rank(&simple, 0.85, 1e-15).unwrap().of_node, 0, 1e-9);
        agree(&real(core_numbers(&simple.to_simple_undirected())), 1, 0.0);
        agree(&betweenness(&simple), 2, 1e-9);
        for (graph, index) in [(&simple, 3), (&kept, 4)] {
            match (degree_assortativity(graph), numbers(index)[0]) {
                (Ok(found), Some(expected)) => {
                    close(found, expected, 1e-8);
                    compared += 1;
                }
                (found, expected) => assert!(
                    found.is_err() || found == Ok(0.0) || expected.is_none(),
                    "{found:?} {expected:?}"
                ),
            }
        }
        agree(&page_rank(&kept, 0.85, 1e-15).unwrap().of_node, 5, 1e-9);
        agree(&real(core_numbers(&kept)), 6, 0.0);
        agree(
            &[modularity(&simple, labels).unwrap(), modularity(&kept, labels).unwrap()],
            7,
            1e-9,
        );
        let sizes = |components: Components| {
            let mut sizes: Vec<f64> = components.sizes.iter().map(|&size| size as f64).collect();
            sizes.sort_by(f64::total_cmp);
            sizes
        };
        agree(&sizes(strong_components(&simple)), 8, 0.0);
        agree(&sizes(weak_components(&simple)), 9, 0.0);
        let triangles = clustering(&simple);
        agree(
            &[triangles.transitivity.unwrap_or(0.0), triangles.mean_local.unwrap()],
            10,
            1e-9,
        );
        let best = (0..5)
            .map(|seed| leiden(&simple, 1.0, seed).unwrap().modularity)
            .fold(-1.0, f64::max);
        assert!(best >= numbers(11)[0].unwrap() - 0.03, "{best} {:?}", numbers(11));
        ours += best;
        theirs += numbers(11)[0].unwrap();
    }
    assert!(compared > 80, "{compared}");
    assert!(ours >= theirs - 0.005 * 60.0, "{ours} {theirs}");
}

#[test]
fn communities_of_real_networks_are_as_good_as_igraphs() {
    let Some(folder) = net() else {
        eprintln!("skipped: DIMINUENDO_DATA does not name a folder with net/expected_igraph.json");
        return;
    };
    // igraph 1.0.0: random.seed(s); g.simplify().as_undirected(mode="each").community_leiden("modularity", n_iterations=-1).q, best and
    // worst of s in 0..5
    for (file, directed, worst) in [
        ("wiki-Vote.txt", true, 0.42093703927005666), // best 0.4332118017616201
        ("email-Eu-core.txt.gz", true, 0.42858144101851453), // best 0.42927599488246815
        ("facebook_combined.txt.gz", false, 0.8357414412609442), // best 0.835863873344259
        ("musae_ENGB_edges.csv", false, 0.4727987440521963), // best 0.4776242629643587
    ] {
        let (names, edges) = read(&folder.join(file));
        let graph = graph(names.len(), &edges, directed);
        let found = leiden(&graph, 1.0, 1).unwrap();
        assert!(
            found.modularity >= worst - 0.004,
            "{file}: {} {worst}",
            found.modularity
        );
        assert_eq!(found, leiden(&graph, 1.0, 1).unwrap());
        if !directed {
            close(modularity(&graph, &found.of_node).unwrap(), found.modularity, 1e-9);
        }
        // Each community hangs together.
        let inside: Vec<(u32, u32)> = edges
            .iter()
            .copied()
            .filter(|(a, b)| found.of_node[*a as usize] == found.of_node[*b as usize])
            .collect();
        let parts = weak_components(&Graph::new(names.len(), &inside, false, SIMPLE.0, SIMPLE.1).unwrap());
        assert_eq!(parts.sizes.len(), found.sizes.len());
    }
}

#[test]
fn pivots_come_near_and_all_of_them_there() {
    let mut random = ChaCha8Rng::seed_from_u64(72);
    let edges: Vec<(u32, u32)> = (0..3000)
        .map(|_| (random.random_range(0..400), random.random_range(0..400)))
        .collect();
    for directed in [false, true] {
        let graph = graph(400, &edges, directed);
        let exact = betweenness(&graph);
        assert_eq!(betweenness_by_pivots(&graph, 400, 9).unwrap(), exact);
        let sampled = betweenness_by_pivots(&graph, 100, 9).unwrap();
        assert_eq!(betweenness_by_pivots(&graph, 100, 9).unwrap(), sampled);
        let (total, off) = exact
            .iter()
            .zip(&sampled)
            .fold((0.0, 0.0), |sum, (e, s)| (sum.0 + e, sum.1 + (e - s)));
        assert!(f64::abs(off / total) < 0.05, "{}", off / total);
    }
}

fn edges() -> impl Strategy<Value = (usize, Vec<(u32, u32)>, bool)> {
    (2_u32..12, any::<bool>()).prop_flat_map(|(n, directed)| {
        prop::collection::vec((0..n, 0..n), 0..40).prop_map(move |edges| (n as usize, edges, directed))
    })
}

proptest! {
    #[test]
    fn policies_hold((n, edges, directed) in edges(), seed in any::<u64>()) {
        let build = |edges: &[(u32, u32)], repeated, loops| Graph::new(n, edges, directed, repeated, loops).unwrap();
        let simple = build(&edges, Repeated::Collapse, SelfLoops::Drop);
        let mut shuffled = edges.clone();
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        for last in (1..shuffled.len()).rev() { shuffled.swap(last, random.random_range(0..=last)); }
        // The order of edges changes nothing; giving them all twice changes nothing where they collapse, and doubles them else.
        prop_assert_eq!(&build(&shuffled, Repeated::Collapse, SelfLoops::Drop), &simple);
        let twice = [edges.clone(), edges.clone()].concat();
        prop_assert_eq!(build(&twice, Repeated::Collapse, SelfLoops::Drop).edge_list(), simple.edge_list());
        let kept = build(&edges, Repeated::Keep, SelfLoops::Keep);
        prop_assert_eq!(build(&twice, Repeated::Keep, SelfLoops::Keep).edges(), 2 * kept.edges());
        let mut listed = kept.edge_list();
        let mut given: Vec<(u32, u32)> =
            edges.iter().map(|&(a, b)| if directed || a <= b { (a, b) } else { (b, a) }).collect();
        given.sort_unstable();
        listed.sort_unstable();
        prop_assert_eq!(listed, given);
        let dropped = edges.iter().filter(|(a, b)| a == b).count() as u64;
        prop_assert_eq!(simple.self_loops(), dropped);
        prop_assert_eq!(simple.edges() + simple.repeated_edges() + dropped, edges.len() as u64);
        // Everybody is in a core, a component, a community.
        prop_assert_eq!(weak_components(&simple).sizes.iter().sum::<u64>(), n as u64);
        prop_assert_eq!(strong_components(&simple).sizes.iter().sum::<u64>(), n as u64);
        let core = core_numbers(&simple);
        for k in 1..=core.iter().copied().max().unwrap_or(0) {
            for node in (0..n).filter(|&node| core[node] >= k) {
                let mut neighbours = simple.successors(node).to_vec();
                if directed { neighbours.extend(simple.predecessors(node)); }
                let inside = neighbours.iter().filter(|&&other| core[other as usize] >= k).count();
                prop_assert!(inside >= k as usize);
            }
        }
        if simple.edges() > 0 {
            let found = leiden(&simple, 1.0, seed).unwrap();
            prop_assert!(found.modularity >= -1e-12 && found.sizes.iter().sum::<u64>() == n as u64);
        }
        let members: Vec<u32> = (0..n as u32 / 2).collect();
        let outside: BTreeSet<u32> = simple.edge_list().iter().flat_map(|&(a, b)| if directed { vec![(a, b)] } else { vec![(a, b), (b, a)] })
            .filter(|(a, b)| !members.contains(a) && members.contains(b)).map(|(a, _)| a).collect();
        prop_assert_eq!(reach(&simple, &members).unwrap(), outside.len() as u64);
    }
}

#[test]
fn edges_of_graphs() {
    let empty = graph(0, &[], true);
    assert_eq!(weak_components(&empty).largest(), 0);
    assert_eq!(core_numbers(&empty), Vec::<u32>::new());
    assert_eq!(
        page_rank(&empty, 0.85, 1e-9),
        Err(Reason::TooFew { needed: 1, found: 0 })
    );
    let alone = graph(1, &[(0, 0)], true);
    assert_eq!(page_rank(&alone, 0.85, 1e-9).unwrap().of_node, [1.0]);
    assert_eq!(density(&alone), Err(Reason::TooFew { needed: 2, found: 1 }));
    assert!(matches!(reciprocity(&alone), Err(Reason::ZeroDenominator { .. })));
    assert!(matches!(leiden(&alone, 1.0, 1), Err(Reason::ZeroDenominator { .. })));
    let nobody = graph(5, &[], false);
    assert!(matches!(
        degree_assortativity(&nobody),
        Err(Reason::ZeroDenominator { .. })
    ));
    assert_eq!(clustering(&nobody).transitivity, None);
    let circle = graph(4, &[(0, 1), (1, 2), (2, 3), (3, 0)], false);
    assert_eq!(degree_assortativity(&circle), Err(Reason::Constant));
    assert!(matches!(
        Graph::new(2, &[(0, 2)], true, SIMPLE.0, SIMPLE.1),
        Err(Reason::OutOfRange { index: 0, .. })
    ));
}
