//! How edges are spread: density, mutuality, likeness of neighbours, triangles, reach.

use super::Graph;
use crate::reason::{Reason, finite};

/// Edges over the pairs that could have one, n(n − 1), or half as many in an undirected graph.
///
/// # Errors
/// [`Reason::TooFew`] below two nodes.
pub fn density(graph: &Graph) -> Result<f64, Reason> {
    crate::reason::at_least(2, graph.nodes())?;
    let n = graph.nodes() as f64;
    let pairs = n * (n - 1.0) / if graph.is_directed() { 1.0 } else { 2.0 };
    Ok(graph.edges() as f64 / pairs)
}

/// Share of edges, self-loops left out, whose reverse is also there (igraph's `reciprocity`, networkx's `overall_reciprocity` of simple graphs, where
/// there are no self-loops). 1 in an undirected graph.
///
/// # Errors
/// [`Reason::ZeroDenominator`] without edges between two nodes.
pub fn reciprocity(graph: &Graph) -> Result<f64, Reason> {
    let (mut edges, mut mutual) = (0_u64, 0_u64);
    for node in 0..graph.nodes() {
        let from = node as u32;
        for &to in graph.successors(node).iter().filter(|&&to| to != from) {
            edges += 1;
            mutual += u64::from(graph.predecessors(node).binary_search(&to).is_ok());
        }
    }
    if edges == 0 {
        return Err(Reason::ZeroDenominator {
            what: "number of edges",
        });
    }
    Ok(mutual as f64 / edges as f64)
}

/// Pearson's correlation over edges of the degrees at their two ends (Newman 2003, Physical Review E 67, 026126): out-degree of the
/// source and in-degree of the target in a directed graph, each edge in both directions in an undirected one.
///
/// igraph (`assortativity_degree`) and networkx (`degree_assortativity_coefficient`) both compute this of graphs without self-loops (with
/// them, undirected, networkx counts a loop once in one place and twice in another; ours is igraph's), and still differ on the same
/// edge list: networkx's `DiGraph` and `Graph` collapse repeated edges when they are built, igraph keeps them. [`super::Repeated`] gives the
/// one or the other.
///
/// # Errors
/// [`Reason::ZeroDenominator`] without edges; [`Reason::Constant`] when all sources, or all targets, have the same degree.
pub fn degree_assortativity(graph: &Graph) -> Result<f64, Reason> {
    if graph.edges() == 0 {
        return Err(Reason::ZeroDenominator {
            what: "number of edges",
        });
    }
    let n = graph.nodes();
    let source = |node: usize| graph.out_degree(node) as f64;
    let target = |node: usize| graph.in_degree(node) as f64;
    let entries: f64 = (0..n).map(source).sum();
    let centre = |degree: &dyn Fn(usize) -> f64, weight: &dyn Fn(usize) -> f64| {
        (0..n).map(|node| degree(node) * weight(node)).sum::<f64>() / entries
    };
    // An end of degree d is met d times.
    let (from_centre, to_centre) = (centre(&source, &source), centre(&target, &target));
    let (mut both, mut from_spread, mut to_spread) = (0.0, 0.0, 0.0);
    for node in 0..n {
        let from = source(node) - from_centre;
        from_spread += source(node) * from * from;
        let to = target(node) - to_centre;
        to_spread += target(node) * to * to;
        both += graph
            .successors(node)
            .iter()
            .map(|&other| from * (target(other as usize) - to_centre))
            .sum::<f64>();
    }
    if from_spread <= 0.0 || to_spread <= 0.0 {
        return Err(Reason::Constant);
    }
    Ok(finite("assortativity", both / (from_spread.sqrt() * to_spread.sqrt()))?.clamp(-1.0, 1.0))
}

/// Triangles of the simple undirected graph under a graph.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clustering {
    /// Number of triangles.
    pub triangles: u64,
    /// Three times the triangles over the pairs of edges that share a node (networkx's and igraph's global transitivity); `None`
    /// without such pairs.
    pub transitivity: Option<f64>,
    /// Mean over all nodes of the share of pairs of neighbours that are neighbours, 0 below two neighbours (networkx's
    /// `average_clustering`); `None` without nodes.
    pub mean_local: Option<f64>,
}

/// Counts triangles of the simple undirected graph: each edge points to its end of more neighbours, and what its two ends both
/// point to is counted; O(m·√m).
pub fn clustering(graph: &Graph) -> Clustering {
    let simple = graph.to_simple_undirected();
    let n = simple.nodes();
    let degree = |node: usize| simple.out_degree(node);
    let above = |one: usize, other: usize| (degree(one), one) < (degree(other), other);
    let upward: Vec<Vec<u32>> = (0..n)
        .map(|node| {
            simple
                .successors(node)
                .iter()
                .copied()
                .filter(|&other| above(node, other as usize))
                .collect()
        })
        .collect();
    let mut of_node = vec![0_u64; n];
    // Whose upward list each node was last found in.
    let mut marked = vec![u32::MAX; n];
    for node in 0..n {
        for &other in &upward[node] {
            marked[other as usize] = node as u32;
        }
        for &other in &upward[node] {
            let mut closed = 0;
            for &third in &upward[other as usize] {
                if marked[third as usize] == node as u32 {
                    closed += 1;
                    of_node[third as usize] += 1;
                }
            }
            of_node[node] += closed;
            of_node[other as usize] += closed;
        }
    }
    let pairs = |node: usize| (degree(node) * degree(node).saturating_sub(1) / 2) as f64;
    let all: f64 = (0..n).map(pairs).sum();
    let corners: u64 = of_node.iter().sum();
    let local = (0..n)
        .filter(|&node| degree(node) > 1)
        .map(|node| of_node[node] as f64 / pairs(node));
    Clustering {
        triangles: corners / 3,
        transitivity: (all > 0.0).then(|| corners as f64 / all),
        mean_local: (n > 0).then(|| local.sum::<f64>() / n as f64),
    }
}

/// Distinct nodes outside `members` that point to at least one of them: whom a set reaches, followers counted once.
///
/// # Errors
/// [`Reason::OutOfRange`] for a member that is no node.
pub fn reach(graph: &Graph, members: &[u32]) -> Result<u64, Reason> {
    let mut seen = vec![false; graph.nodes()];
    for (index, &member) in members.iter().enumerate() {
        match seen.get_mut(member as usize) {
            Some(seen) => *seen = true,
            None => {
                return Err(Reason::OutOfRange {
                    what: "member",
                    index,
                    must: "a node of the graph",
                });
            }
        }
    }
    let mut reached = 0;
    for &member in members {
        for &follower in graph.predecessors(member as usize) {
            let seen = &mut seen[follower as usize];
            reached += u64::from(!*seen);
            *seen = true;
        }
    }
    Ok(reached)
}
