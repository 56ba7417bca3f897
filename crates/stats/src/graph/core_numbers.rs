//! How deep in the core each node lies.

use super::Graph;

/// The core number of each node: the largest k such that it belongs to a part in which everybody has at least k edges (Batagelj &
/// Zaveršnik 2003, arXiv:cs/0310049); O(n + m).
///
/// Edges of a directed graph count whatever their direction, so that a mutual pair counts twice, as in igraph's `coreness(mode =
/// "all")`; [`Graph::to_simple_undirected`] first gives the more usual figure. Self-loops and repeated edges count where the graph's
/// policy kept them, a self-loop twice.
pub fn core_numbers(graph: &Graph) -> Vec<u32> {
    let n = graph.nodes();
    let degree_of = |node: usize| graph.out_degree(node) + if graph.is_directed() { graph.in_degree(node) } else { 0 };
    let mut degree: Vec<u32> = (0..n).map(|node| degree_of(node) as u32).collect();
    let most = degree.iter().copied().max().unwrap_or(0) as usize;
    // Nodes by degree, and where each degree begins.
    let mut starts = vec![0_u32; most + 2];
    degree.iter().for_each(|&d| starts[d as usize + 1] += 1);
    for d in 0..=most {
        starts[d + 1] += starts[d];
    }
    let mut fill = starts.clone();
    let (mut order, mut place) = (vec![0_u32; n], vec![0_u32; n]);
    for node in 0..n {
        let at = &mut fill[degree[node] as usize];
        (order[*at as usize], place[node]) = (node as u32, *at);
        *at += 1;
    }
    for index in 0..n {
        let node = order[index] as usize;
        let own = degree[node];
        let into: &[u32] = if graph.is_directed() {
            graph.predecessors(node)
        } else {
            &[]
        };
        for &other in graph.successors(node).iter().chain(into) {
            let there = other as usize;
            if degree[there] > own {
                // To the front of its bucket, whose boundary then moves over it.
                let bucket = &mut starts[degree[there] as usize];
                let first = order[*bucket as usize] as usize;
                let (from, to) = (place[there], *bucket);
                order.swap(from as usize, to as usize);
                place[there] = to;
                place[first] = from;
                *bucket += 1;
                degree[there] -= 1;
            }
        }
    }
    degree
}
