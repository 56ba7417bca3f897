//! How many shortest paths lead through each node.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Graph;
use crate::reason::{Reason, at_least};

/// Betweenness of every node: the sum over pairs of others of the share of their shortest paths that lead through it (Brandes 2001,
/// Journal of Mathematical Sociology 25, 163–177). Ordered pairs in a directed graph, unordered ones in an undirected graph; not
/// divided by their number. O(n·m).
///
/// Repeated edges, where kept, are paths of their own.
pub fn betweenness(graph: &Graph) -> Vec<f64> {
    let mut search = Search::new(graph);
    for source in 0..graph.nodes() {
        search.from(source);
    }
    search.scaled(1.0)
}

/// [`betweenness`] estimated from the shortest paths out of `pivots` nodes drawn without repetition (Brandes & Pich 2007,
/// International Journal of Bifurcation and Chaos 17, 2303–2318), times n/pivots: unbiased, O(pivots·m). The same seed draws the same
/// pivots; all nodes as pivots give the exact figure.
///
/// # Errors
/// [`Reason::TooFew`] without pivots; [`Reason::TooMany`] for more pivots than nodes.
pub fn betweenness_by_pivots(graph: &Graph, pivots: usize, seed: u64) -> Result<Vec<f64>, Reason> {
    let n = graph.nodes();
    at_least(1, pivots)?;
    if pivots > n {
        return Err(Reason::TooMany {
            limit: n as u64,
            found: pivots as u64,
        });
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut nodes: Vec<usize> = (0..n).collect();
    for index in 0..pivots {
        nodes.swap(index, random.random_range(index as u64..n as u64) as usize);
    }
    let mut drawn = nodes[..pivots].to_vec();
    // In order, so that all pivots sum in the order of the exact figure.
    drawn.sort_unstable();
    let mut search = Search::new(graph);
    for source in drawn {
        search.from(source);
    }
    Ok(search.scaled(n as f64 / pivots as f64))
}

struct Search<'a> {
    graph: &'a Graph,
    depth: Vec<u32>,
    paths: Vec<f64>,
    share: Vec<f64>,
    /// By what the path counts of each level were multiplied.
    shrunk: Vec<f64>,
    order: Vec<u32>,
    total: Vec<f64>,
}

const UNSEEN: u32 = u32::MAX;
/// Path counts above which those of a level are divided by as much; the next level's are at most as many times more as there are edges.
const MOST_PATHS: f64 = 1e150;

impl<'a> Search<'a> {
    fn new(graph: &'a Graph) -> Self {
        let n = graph.nodes();
        Search {
            graph,
            depth: vec![UNSEEN; n],
            paths: vec![0.0; n],
            share: vec![0.0; n],
            shrunk: Vec::new(),
            order: Vec::with_capacity(n),
            total: vec![0.0; n],
        }
    }

    fn from(&mut self, source: usize) {
        for &node in &self.order {
            let node = node as usize;
            (self.depth[node], self.paths[node], self.share[node]) = (UNSEEN, 0.0, 0.0);
        }
        self.order.clear();
        self.order.push(source as u32);
        (self.depth[source], self.paths[source]) = (0, 1.0);
        self.shrunk.clear();
        let (mut next, mut level_ends) = (0, 0);
        while let Some(&node) = self.order.get(next) {
            let here = node as usize;
            if next == level_ends {
                level_ends = self.order.len();
                self.shrink(next..level_ends);
            }
            next += 1;
            for &other in self.graph.successors(here) {
                let there = other as usize;
                if self.depth[there] == UNSEEN {
                    self.depth[there] = self.depth[here] + 1;
                    self.order.push(other);
                }
                if self.depth[there] == self.depth[here] + 1 {
                    self.paths[there] += self.paths[here];
                }
            }
        }
        for &node in self.order.iter().rev() {
            let here = node as usize;
            let mut share = 0.0;
            for &other in self.graph.successors(here) {
                let there = other as usize;
                if self.depth[there] == self.depth[here] + 1 {
                    let of_paths = self.paths[here] / self.paths[there] * self.shrunk[self.depth[there] as usize];
                    share += of_paths * (1.0 + self.share[there]);
                }
            }
            self.share[here] = share;
            if here != source {
                self.total[here] += share;
            }
        }
    }

    /// Makes the path counts of a level small enough, once all are known: they may grow with the depth beyond what a number holds, and only
    /// their ratios to those of the next level count.
    fn shrink(&mut self, level: std::ops::Range<usize>) {
        let level = &self.order[level];
        let most = level.iter().map(|node| self.paths[*node as usize]).fold(0.0, f64::max);
        let factor = if most > MOST_PATHS { 1.0 / MOST_PATHS } else { 1.0 };
        if factor < 1.0 {
            for node in level {
                self.paths[*node as usize] *= factor;
            }
        }
        self.shrunk.push(factor);
    }

    fn scaled(self, factor: f64) -> Vec<f64> {
        // Each unordered pair was met from both ends.
        let factor = if self.graph.is_directed() { factor } else { factor / 2.0 };
        self.total.into_iter().map(|total| total * factor).collect()
    }
}
