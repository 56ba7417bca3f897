//! How deep in the core each node lies.

use super::Graph;

/// The core number of each node: the largest k such that it belongs to a part in which everybody has at least k edges. Takes away,
/// level by level, those with the fewest edges (Seidman 1983, Social Networks 5, 269–287), and at each level looks once at those that
/// are left, which is as often in all as core numbers add up to: O(n + m).
///
/// Edges of a directed graph count whatever their direction, so that a mutual pair counts twice, as in igraph's `coreness(mode =
/// "all")`; [`Graph::to_simple_undirected`] first gives the more usual figure. Self-loops and repeated edges count where the graph's
/// policy kept them, a self-loop twice.
pub fn core_numbers(graph: &Graph) -> Vec<u32> {
    let n = graph.nodes();
    let degree_of = |node: usize| graph.out_degree(node) + if graph.is_directed() { graph.in_degree(node) } else { 0 };
    let mut degree: Vec<u32> = (0..n).map(|node| degree_of(node) as u32).collect();
    let mut left: Vec<u32> = (0..n as u32).collect();
    let mut leaving = Vec::new();
    let mut level = 0;
    // Whoever has left keeps the degree with which he left.
    while !left.is_empty() {
        let mut least = u32::MAX;
        left.retain(|&node| {
            let own = degree[node as usize];
            if own == level {
                leaving.push(node);
            } else if own > level {
                least = least.min(own);
            }
            own > level
        });
        if leaving.is_empty() {
            level = least;
            continue;
        }
        while let Some(node) = leaving.pop() {
            let into: &[u32] = match graph.is_directed() {
                true => graph.predecessors(node as usize),
                false => &[],
            };
            for list in [graph.successors(node as usize), into] {
                for &other in list {
                    // Whether the other is still there comes without a pattern, so no branch is taken on it.
                    let degree = &mut degree[other as usize];
                    let before = *degree;
                    *degree = before - u32::from(before > level);
                    if before == level + 1 {
                        leaving.push(other);
                    }
                }
            }
        }
        level += 1;
    }
    degree
}
