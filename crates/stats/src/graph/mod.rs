//! Graphs from edge lists, and the figures of network analysis.
//!
//! A [`Graph`] is built once, under a stated policy for repeated edges and self-loops, and never changes. Each figure is a function
//! of it. Nodes are 0..n; who they are is the caller's business. Edges have no weights.

mod betweenness;
mod communities;
mod components;
mod core_numbers;
mod mixing;
mod null_model;
mod page_rank;

pub use betweenness::{betweenness, betweenness_by_pivots};
pub use communities::{Communities, leiden, modularity};
pub use components::{Components, strong_components, weak_components};
pub use core_numbers::core_numbers;
pub use mixing::{Clustering, clustering, degree_assortativity, density, reach, reciprocity};
pub use null_model::{AgainstNull, NullModel, matched_share};
pub use page_rank::{PageRank, page_rank};

use crate::reason::Reason;

/// What becomes of an edge given more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeated {
    /// It counts once (networkx's `Graph`, igraph's `simplify`). In an undirected graph a→b and b→a are the same edge.
    Collapse,
    /// It counts as often as it is given (igraph without `simplify`).
    Keep,
}

/// What becomes of an edge from a node to itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelfLoops {
    /// It is left out.
    Drop,
    /// It stays; in an undirected graph it adds two to its node's degree.
    Keep,
}

/// A compact graph: neighbours of each node in ascending order, in one slice.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    directed: bool,
    edges: u64,
    repeated: u64,
    self_loops: u64,
    out: Adjacency,
    /// Where edges come from; `None` in an undirected graph, where `out` holds both directions.
    into: Option<Adjacency>,
}

#[derive(Debug, Clone, PartialEq)]
struct Adjacency {
    offsets: Vec<usize>,
    neighbours: Vec<u32>,
}

impl Adjacency {
    /// From pairs sorted by their first node.
    fn from_sorted(nodes: usize, pairs: impl ExactSizeIterator<Item = (u32, u32)> + Clone) -> Self {
        let mut offsets = vec![0; nodes + 1];
        pairs.clone().for_each(|(from, _)| offsets[from as usize + 1] += 1);
        for node in 0..nodes {
            offsets[node + 1] += offsets[node];
        }
        Adjacency {
            offsets,
            neighbours: pairs.map(|(_, to)| to).collect(),
        }
    }

    fn of(&self, node: usize) -> &[u32] {
        &self.neighbours[self.offsets[node]..self.offsets[node + 1]]
    }

    fn degree(&self, node: usize) -> usize {
        self.offsets[node + 1] - self.offsets[node]
    }
}

/// Sorts pairs by first and second node in O(n + m): two stable counting passes.
fn sorted_pairs(nodes: usize, pairs: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    let pass = |pairs: Vec<(u32, u32)>, key: fn(&(u32, u32)) -> u32| {
        let mut places = vec![0_usize; nodes + 1];
        pairs.iter().for_each(|pair| places[key(pair) as usize + 1] += 1);
        for node in 0..nodes {
            places[node + 1] += places[node];
        }
        let mut sorted = vec![(0, 0); pairs.len()];
        for pair in pairs {
            let place = &mut places[key(&pair) as usize];
            sorted[*place] = pair;
            *place += 1;
        }
        sorted
    };
    pass(pass(pairs, |pair| pair.1), |pair| pair.0)
}

impl Graph {
    /// A graph of `nodes` nodes. O(n + m); the order of the edges makes no difference.
    ///
    /// # Errors
    /// [`Reason::OutOfRange`] for an edge to a node that is not there, or more than 2³² − 2 nodes.
    pub fn new(
        nodes: usize,
        edges: &[(u32, u32)],
        directed: bool,
        repeated: Repeated,
        self_loops: SelfLoops,
    ) -> Result<Self, Reason> {
        if nodes >= u32::MAX as usize {
            return Err(Reason::OutOfRange {
                what: "number of nodes",
                index: 0,
                must: "below 2^32 - 1",
            });
        }
        if let Some(index) = edges.iter().position(|&(from, to)| from.max(to) as usize >= nodes) {
            return Err(Reason::OutOfRange {
                what: "edge",
                index,
                must: "between nodes of the graph",
            });
        }
        let loops = edges.iter().filter(|(from, to)| from == to).count();
        let keep_loops = self_loops == SelfLoops::Keep;
        let kept = edges.iter().copied().filter(|(from, to)| keep_loops || from != to);
        let ends = |(from, to): (u32, u32)| if directed || from <= to { (from, to) } else { (to, from) };
        let mut pairs = sorted_pairs(nodes, kept.map(ends).collect());
        let before = pairs.len();
        let mut distinct = pairs.clone();
        distinct.dedup();
        let again = before - distinct.len();
        if repeated == Repeated::Collapse {
            pairs = distinct;
        }
        let edges = pairs.len() as u64;
        let turned = |pairs: &[(u32, u32)]| pairs.iter().map(|&(from, to)| (to, from)).collect::<Vec<_>>();
        let (out, into) = if directed {
            let into = sorted_pairs(nodes, turned(&pairs));
            (
                Adjacency::from_sorted(nodes, pairs.iter().copied()),
                Some(Adjacency::from_sorted(nodes, into.iter().copied())),
            )
        } else {
            let both = [turned(&pairs), pairs].concat();
            let both = sorted_pairs(nodes, both);
            (Adjacency::from_sorted(nodes, both.iter().copied()), None)
        };
        Ok(Graph {
            directed,
            edges,
            repeated: again as u64,
            self_loops: loops as u64,
            out,
            into,
        })
    }

    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        self.out.offsets.len() - 1
    }

    /// Number of edges after the policy.
    pub fn edges(&self) -> u64 {
        self.edges
    }

    /// Whether edges have a direction.
    pub fn is_directed(&self) -> bool {
        self.directed
    }

    /// How many edges were given again, self-loops left out where the policy says so.
    pub fn repeated_edges(&self) -> u64 {
        self.repeated
    }

    /// How many self-loops were given.
    pub fn self_loops(&self) -> u64 {
        self.self_loops
    }

    /// Whom `node` points to, ascending; its neighbours in an undirected graph, itself twice for a self-loop.
    ///
    /// # Panics
    /// When there is no such node.
    pub fn successors(&self, node: usize) -> &[u32] {
        self.out.of(node)
    }

    /// Who points to `node`, ascending; its neighbours in an undirected graph.
    ///
    /// # Panics
    /// When there is no such node.
    pub fn predecessors(&self, node: usize) -> &[u32] {
        self.incoming().of(node)
    }

    fn incoming(&self) -> &Adjacency {
        self.into.as_ref().unwrap_or(&self.out)
    }

    fn out_degree(&self, node: usize) -> usize {
        self.out.degree(node)
    }

    fn in_degree(&self, node: usize) -> usize {
        self.incoming().degree(node)
    }

    /// Every edge once, in order; (smaller, larger) in an undirected graph.
    pub fn edge_list(&self) -> Vec<(u32, u32)> {
        let mut edges = Vec::with_capacity(self.edges as usize);
        for node in 0..self.nodes() {
            let from = node as u32;
            let mut loops = 0;
            for &to in self.out.of(node) {
                let own = to == from && !self.directed;
                loops += usize::from(own);
                if self.directed || to > from || (own && loops % 2 == 1) {
                    edges.push((from, to));
                }
            }
        }
        edges
    }

    /// The undirected graph without directions, repetitions and self-loops.
    pub fn to_simple_undirected(&self) -> Graph {
        let edges = self.edge_list();
        // Edges of a graph lie within it, so that this cannot fail.
        Graph::new(self.nodes(), &edges, false, Repeated::Collapse, SelfLoops::Drop).unwrap_or_else(|_| self.clone())
    }
}
