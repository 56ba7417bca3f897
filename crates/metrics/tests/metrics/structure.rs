//! The networks among members beside networkx and igraph, from records to rows; what no order and no repetition may change.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tables::InteractionKind;

use crate::against_brute_force::Output;
use crate::given::{Dice, STUDY, WINDOWS, World, at, name};
use crate::insularity::whole_network;

const NETWORKS: [&str; 2] = ["follows", "interactions"];
/// What every network has a row of.
const FIGURES: [&str; 22] = [
    "accounts",
    "ties",
    "density",
    "weak_components",
    "weak_components.largest_share",
    "strong_components",
    "strong_components.largest_share",
    "core",
    "core.accounts",
    "reciprocity",
    "reciprocity.expected",
    "reciprocity.z",
    "communities",
    "modularity",
    "page_rank_gini",
    "attention_gini",
    "betweenness_gini",
    "transitivity",
    "assortativity",
    "assortativity.expected",
    "assortativity.z",
    "reach",
];
const NULLS: [&str; 12] = [
    "insularity.follows_out.observed",
    "insularity.follows_out.expected",
    "insularity.follows_out.z",
    "insularity.follows_in.observed",
    "insularity.follows_in.expected",
    "insularity.follows_in.z",
    "insularity.interactions.observed",
    "insularity.interactions.expected",
    "insularity.interactions.z",
    "insularity.ei_index.observed",
    "insularity.ei_index.expected",
    "insularity.ei_index.z",
];

/// Accounts that do nothing but follow; the first are listed all the time.
pub fn quiet(accounts: usize, listed: usize) -> World {
    World {
        accounts,
        listed,
        stays: vec![(None, None); listed],
        created: vec![at(-10, 0); accounts],
        suspended: vec![None; accounts],
        ..World::default()
    }
}

pub fn row(output: &Output, measure: &str, window: &str) -> (Option<f64>, String) {
    let key = (measure.to_owned(), "listed".to_owned(), window.to_owned());
    let row = output.measures.get(&key).unwrap_or_else(|| panic!("no row of {key:?}"));
    assert!(
        row.0.is_some() != row.4.is_some(),
        "{key:?}: a number, or why there is none"
    );
    (row.0, row.4.clone().unwrap_or_default())
}

#[track_caller]
fn close(found: Option<f64>, expected: f64, what: &str) {
    let found = found.unwrap_or_else(|| panic!("{what} is null, expected {expected}"));
    assert!(
        (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
        "{what}: {found}, expected {expected}"
    );
}

/// Seven members, two of whom are tied to nobody, and two accounts outside.
fn by_hand() -> World {
    let mut world = quiet(9, 7);
    let inside = [(0, 1), (1, 0), (1, 2), (2, 0), (2, 3), (3, 2), (4, 0), (3, 0)];
    for (from, to) in inside.into_iter().chain([(7, 0), (8, 0), (8, 3), (7, 8), (1, 8)]) {
        world.follows.push((from, to, Some(at(8, 5))));
    }
    world
}

/// Made with networkx 3 (and igraph for the communities):
/// ```text
/// E = [(0, 1), (1, 0), (1, 2), (2, 0), (2, 3), (3, 2), (4, 0), (3, 0)]
/// G = nx.DiGraph(); G.add_nodes_from(range(7)); G.add_edges_from(E); U = G.to_undirected()
/// nx.density(G); nx.number_weakly_connected_components(G); nx.number_strongly_connected_components(G)
/// max(map(len, nx.strongly_connected_components(G))); nx.core_number(U); nx.overall_reciprocity(G)
/// nx.degree_assortativity_coefficient(G); nx.transitivity(U)
/// gini(nx.pagerank(G, tol=1e-15, max_iter=10000).values()); gini(dict(G.in_degree).values())
/// gini(nx.betweenness_centrality(G, normalized=False).values())
///     # def gini(v): v = np.sort(list(v)); n = len(v); return ((2 * np.arange(1, n + 1) - n - 1) * v).sum() / (n * v.sum())
/// ig.Graph(n=7, edges=E).community_leiden("modularity", n_iterations=-1).q   # {0, 1, 4}, {2, 3}, {5}, {6}
/// ```
const BY_HAND: [(&str, f64); 17] = [
    ("accounts", 7.0),
    ("ties", 8.0),
    ("density", 0.190_476_190_476_190_47),
    ("weak_components", 3.0),
    ("weak_components.largest_share", 5.0 / 7.0),
    ("strong_components", 4.0),
    ("strong_components.largest_share", 4.0 / 7.0),
    ("core", 2.0),
    ("core.accounts", 4.0),
    ("reciprocity", 0.5),
    ("assortativity", 0.111_111_111_111_111_1),
    ("transitivity", 0.545_454_545_454_545_4),
    ("page_rank_gini", 0.440_756_724_648_430_2),
    ("attention_gini", 0.607_142_857_142_857_1),
    ("betweenness_gini", 0.619_047_619_047_619_1),
    ("modularity", 0.117_187_5),
    ("communities", 2.0),
];

#[test]
fn a_network_by_hand() {
    let world = by_hand();
    let output = Output::of(&world, STUDY);
    for (figure, expected) in BY_HAND {
        close(
            row(&output, &format!("structure.follows.{figure}"), "second-week").0,
            expected,
            figure,
        );
    }
    assert_eq!(row(&output, "structure.follows.reach", "all").0, Some(2.0));
    // Interactions with the same ends, some of them several times: attention counts the times, all else the pairs.
    let mut world = quiet(9, 7);
    for (source, target, _) in by_hand().follows {
        let kinds = [InteractionKind::Reply, InteractionKind::Repost];
        for kind in kinds.into_iter().take(if target == 0 { 2 } else { 1 }) {
            world.interactions.push((8, source, name(target), kind, 2));
        }
    }
    let output = Output::of(&world, STUDY);
    for (figure, expected) in BY_HAND.into_iter().filter(|(figure, _)| *figure != "attention_gini") {
        close(
            row(&output, &format!("structure.interactions.{figure}"), "all").0,
            expected,
            figure,
        );
    }
    // gini([16, 2, 4, 2, 0, 0, 0]), as above
    close(
        row(&output, "structure.interactions.attention_gini", "all").0,
        0.690_476_190_476_190_5,
        "attention",
    );
    assert_eq!(row(&output, "structure.follows.ties", "all").1, "needs follows");
}

/// Figures of a network by networkx and igraph, from a list of edges as it is, repetitions and all.
const WITNESS: &str = r#"
import json, math, sys, warnings
import igraph as ig, networkx as nx, numpy as np
warnings.simplefilter("ignore")

def gini(values):
    v = np.sort(np.array(list(values), float)); n = len(v)
    return float(((2 * np.arange(1, n + 1) - n - 1) * v).sum() / (n * v.sum())) if v.sum() else None

def figures(n, edges, exact):
    G = nx.DiGraph(); G.add_nodes_from(range(n)); G.add_edges_from((a, b) for a, b, _ in edges if a != b)
    U = G.to_undirected()
    K = ig.Graph(n=n, edges=list(G.edges), directed=True)
    cores = list(nx.core_number(U).values())
    weak = list(map(len, nx.weakly_connected_components(G)))
    strong = list(map(len, nx.strongly_connected_components(G)))
    drawn = [0] * n
    for a, b, times in edges:
        if a != b: drawn[b] += times
    found = {
        "accounts": n, "ties": G.number_of_edges(), "density": nx.density(G),
        "weak_components": len(weak), "weak_components.largest_share": max(weak) / n,
        "strong_components": len(strong), "strong_components.largest_share": max(strong) / n,
        "core": max(cores), "core.accounts": cores.count(max(cores)),
        "reciprocity": nx.overall_reciprocity(G), "transitivity": nx.transitivity(U),
        "assortativity": nx.degree_assortativity_coefficient(G),
        "assortativity of igraph": K.assortativity_degree(directed=True),
        "assortativity with repetitions": ig.Graph(n=n, edges=[(a, b) for a, b, _ in edges for _ in range(2 if (a + b) % 3 else 1)],
                                                   directed=True).assortativity_degree(directed=True),
        "page_rank_gini": gini(nx.pagerank(G, tol=1e-15, max_iter=10000).values()),
        "attention_gini": gini(drawn),
        "at best modularity": max(K.as_undirected(mode="each").community_leiden("modularity", n_iterations=-1).q for _ in range(5)),
    }
    if exact:
        found["betweenness_gini"] = gini(nx.betweenness_centrality(G, normalized=False).values())
    return {k: v if v is not None and math.isfinite(v) else None for k, v in found.items()}

print(json.dumps([figures(**case) for case in json.load(sys.stdin)]))
"#;

/// Asks the script in the Python of DIMINUENDO_PYTHON; nothing where there is none.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub fn ask(script: &str, question: &Value) -> Option<Value> {
    let Some(python) = std::env::var_os("DIMINUENDO_PYTHON") else {
        eprintln!("skipped: DIMINUENDO_PYTHON does not name a Python with networkx and igraph");
        return None;
    };
    let mut child = Command::new(python)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = serde_json::to_vec(question).unwrap();
    child.stdin.take().unwrap().write_all(&text).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Members on the list at any time of a window, and their ties seen in it: pairs with the times.
fn among_members(world: &World, network: &str, from: i64, to: i64) -> (Vec<usize>, Vec<(usize, usize, i64)>) {
    let members: Vec<usize> = (0..world.listed)
        .filter(|account| world.on_list_within(*account, from, to))
        .collect();
    let mut times: BTreeMap<(usize, usize), i64> = BTreeMap::new();
    if network == "follows" {
        for (source, target, moment) in &world.follows {
            let moment = moment.unwrap_or(at(21, 0) - 1);
            if (at(from, 0)..at(to + 1, 0)).contains(&moment) {
                times.insert((*source, *target), 1);
            }
        }
    } else {
        for (day, source, target, _, count) in &world.interactions {
            let target = (0..world.accounts).find(|account| name(*account) == *target);
            if let Some(target) = target.filter(|_| (from..=to).contains(day)) {
                *times.entry((*source, target)).or_default() += count;
            }
        }
    }
    let place = |account: usize| members.iter().position(|member| *member == account);
    let ties = times
        .into_iter()
        .filter(|((source, target), _)| source != target)
        .filter_map(|((source, target), times)| Some((place(source)?, place(target)?, times)))
        .collect();
    (members, ties)
}

/// Compares every figure that the witness has, and says how many.
fn compare(output: &Output, network: &str, window: &str, answer: &Value) -> usize {
    let mut compared = 0;
    for (figure, expected) in answer.as_object().unwrap() {
        let ours = |figure: &str| row(output, &format!("structure.{network}.{figure}"), window).0;
        match (figure.as_str(), expected.as_f64()) {
            ("assortativity of igraph", Some(expected)) => {
                close(ours("assortativity"), expected, "igraph's assortativity")
            }
            // Repeated edges kept, igraph has another: the reason why it differs from networkx on one list.
            ("assortativity with repetitions", Some(other)) => {
                assert!(
                    (ours("assortativity").unwrap() - other).abs() > 1e-6,
                    "{network} {window}"
                );
            }
            ("at best modularity", Some(best)) => {
                assert!(ours("modularity").unwrap() > best - 0.02, "{network} {window}: {best}");
            }
            (figure, Some(expected)) => close(ours(figure), expected, &format!("{network} {window} {figure}")),
            (figure, None) => assert!(
                figure.starts_with("assort") || ours(figure).is_none(),
                "{network} {window} {figure}"
            ),
        }
        compared += usize::from(expected.is_f64() || expected.is_u64());
    }
    compared
}

#[test]
fn a_small_study_is_networkxs_and_igraphs() {
    let mut world = World::rich();
    world.follows.push((0, 1, Some(at(8, 3))));
    let output = Output::of(&world, STUDY);
    let mut cases = Vec::new();
    for network in NETWORKS {
        for (window, from, to) in WINDOWS {
            let (members, ties) = among_members(&world, network, from, to);
            assert!(members.len() > 5 && ties.len() > 5, "the test would say nothing");
            cases.push((
                network,
                window,
                json!({"n": members.len(), "edges": ties, "exact": true}),
            ));
            // Whoever is outside and tied to a member, counted out.
            let all: Vec<(usize, usize)> = match network {
                "follows" => world
                    .follows
                    .iter()
                    .filter(|(.., moment)| (at(from, 0)..at(to + 1, 0)).contains(&moment.unwrap_or(at(21, 0) - 1)))
                    .map(|(source, target, _)| (*source, *target))
                    .collect(),
                _ => world
                    .interactions
                    .iter()
                    .filter(|row| (from..=to).contains(&row.0))
                    .filter_map(|row| Some((row.1, (0..world.accounts).find(|account| name(*account) == row.2)?)))
                    .collect(),
            };
            let outside: BTreeSet<usize> = all
                .into_iter()
                .filter(|(source, target)| !members.contains(source) && members.contains(target))
                .map(|(source, _)| source)
                .collect();
            let reach = row(&output, &format!("structure.{network}.reach"), window).0;
            assert_eq!(reach, Some(outside.len() as f64), "{network} {window}");
        }
    }
    let question: Vec<&Value> = cases.iter().map(|case| &case.2).collect();
    let Some(answers) = ask(WITNESS, &json!(question)) else {
        return;
    };
    let mut compared = 0;
    for ((network, window, _), answer) in cases.iter().zip(answers.as_array().unwrap()) {
        compared += compare(&output, network, window, answer);
    }
    assert!(compared > 60, "{compared}");
}

#[test]
fn real_networks_are_networkxs_and_igraphs() {
    let folder = std::env::var_os("DIMINUENDO_DATA").map(|folder| Path::new(&folder).join("net"));
    let Some(folder) = folder.filter(|folder| folder.join("expected_igraph.json").is_file()) else {
        eprintln!("skipped: DIMINUENDO_DATA does not name a folder with net/expected_igraph.json");
        return;
    };
    let text = std::fs::read_to_string(folder.join("expected_igraph.json")).unwrap();
    let kept: Value = serde_json::from_str(&text).unwrap();
    for file in ["wiki-Vote.txt", "musae_ENGB_edges.csv"] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let mut numbers: BTreeMap<u32, usize> = BTreeMap::new();
        let mut edges: Vec<(usize, usize, i64)> = Vec::new();
        for line in text.lines() {
            let ends = line.split(|c: char| c == ',' || c.is_whitespace());
            // Headers and comments hold words.
            let ends: Vec<Option<u32>> = ends.filter(|end| !end.is_empty()).map(|end| end.parse().ok()).collect();
            let [Some(source), Some(target)] = ends[..] else {
                continue;
            };
            let mut number = |end: u32| {
                let next = numbers.len();
                *numbers.entry(end).or_insert(next)
            };
            edges.push((number(source), number(target), 1));
        }
        let mut world = quiet(numbers.len(), numbers.len());
        world.follows = edges
            .iter()
            .map(|(source, target, _)| (*source, *target, None))
            .collect();
        let output = Output::of(&world, STUDY);
        let kept = &kept["graphs"][file];
        let expected = |key: &str| kept[key].as_f64().unwrap();
        let ours = |figure: &str| row(&output, &format!("structure.follows.{figure}"), "all").0;
        // These hold whether or not the file's edges have a direction.
        close(ours("accounts"), expected("nodes"), file);
        close(ours("ties"), expected("edges_simple"), file);
        close(ours("transitivity"), expected("transitivity_global_undirected"), file);
        close(ours("weak_components"), expected("n_wcc"), file);
        close(
            ours("weak_components.largest_share"),
            expected("largest_wcc") / expected("nodes"),
            file,
        );
        close(ours("core"), expected("max_kcore"), file);
        if kept["directed"] == true {
            close(ours("reciprocity"), expected("reciprocity"), file);
            close(ours("assortativity"), expected("assortativity_degree"), file);
        }
        let question = json!([{"n": numbers.len(), "edges": edges, "exact": false}]);
        let Some(answer) = ask(WITNESS, &question) else {
            continue;
        };
        assert!(compare(&output, "follows", "all", &answer[0]) > 14, "{file}");
    }
}

/// Rows of both families.
fn rows_of(output: &Output) -> Vec<String> {
    let measures = output.measures.iter();
    let rows =
        measures.filter(|((measure, ..), _)| measure.starts_with("structure.") || NULLS.contains(&measure.as_str()));
    rows.map(|row| format!("{row:?}")).collect()
}

#[test]
fn neither_order_nor_repetition_of_records_changes_a_network() {
    let world = whole_network(60, 20);
    let told = rows_of(&Output::of(&world, STUDY));
    let mut turned = world.clone();
    turned.follows.reverse();
    let mut dice = Dice::new(5);
    for place in 0..turned.follows.len() {
        let other = dice.roll(turned.follows.len() as u64) as usize;
        turned.follows.swap(place, other);
    }
    assert_eq!(rows_of(&Output::of(&turned, STUDY)), told, "in another order");
    let mut repeated = world.clone();
    for (source, target, _) in &world.follows {
        repeated.follows.push((*source, *target, Some(at(10, 7))));
        repeated.follows.push((*source, *source, Some(at(10, 7))));
    }
    assert_eq!(
        rows_of(&Output::of(&repeated, STUDY)),
        told,
        "seen again, and themselves"
    );
}

/// Every row is there, with a number or a reason, whatever is missing.
#[test]
fn a_network_of_hardly_anybody_has_reasons() {
    let mut alone = quiet(5, 1);
    alone.follows = vec![(1, 0, Some(at(8, 1))), (0, 2, Some(at(8, 1))), (0, 0, Some(at(8, 1)))];
    alone.interactions = vec![(8, 0, name(3), InteractionKind::Reply, 1)];
    let mut isolated = quiet(5, 4);
    isolated.follows = vec![(0, 4, Some(at(8, 1))), (4, 1, Some(at(8, 1)))];
    isolated.interactions = vec![(8, 0, name(4), InteractionKind::Reply, 3)];
    let mut elsewhere = quiet(5, 4);
    elsewhere.follows = vec![(0, 1, Some(at(1, 1)))];
    let worlds = [
        ("nobody", World::default()),
        ("nothing", quiet(5, 4)),
        ("alone", alone),
        ("isolated", isolated),
        ("elsewhere", elsewhere),
    ];
    for (case, world) in worlds {
        let output = Output::of(&world, STUDY);
        for (window, ..) in WINDOWS {
            for group in ["everyone", "expanded", "listed"] {
                let ids = NETWORKS
                    .iter()
                    .flat_map(|network| FIGURES.map(|figure| format!("structure.{network}.{figure}")));
                for id in ids.chain(NULLS.map(str::to_owned)) {
                    let key = (id, group.to_owned(), window.to_owned());
                    let row = output
                        .measures
                        .get(&key)
                        .unwrap_or_else(|| panic!("{case}: no row of {key:?}"));
                    assert!(row.0.is_some() != row.4.is_some(), "{case} {key:?}");
                    assert!(row.0.is_none_or(f64::is_finite), "{case} {key:?}");
                    assert!(group == "listed" || row.0.is_none(), "{case} {key:?}");
                }
            }
        }
        let follows = |figure: &str| row(&output, &format!("structure.follows.{figure}"), "second-week");
        match case {
            "nobody" => assert_eq!(follows("ties").1, "needs a roster"),
            "nothing" => assert_eq!(follows("ties").1, "needs follows"),
            "alone" => {
                assert_eq!(
                    (follows("accounts").0, follows("ties").0, follows("reach").0),
                    (Some(1.0), Some(0.0), Some(1.0))
                );
                assert_eq!(follows("density").1, "too few observations: 1, needs 2");
            }
            "isolated" => {
                assert_eq!(
                    (follows("weak_components").0, follows("density").0),
                    (Some(4.0), Some(0.0))
                );
                assert_eq!((follows("core").0, follows("core.accounts").0), (Some(0.0), Some(4.0)));
                assert_eq!(
                    follows("modularity").1,
                    "no tie between two members was seen in this window"
                );
            }
            _ => assert_eq!(follows("ties").1, "no tie of anybody was seen in this window"),
        }
    }
}
