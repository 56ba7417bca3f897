//! Groups with more edges inside than chance would put there.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Components, Graph};
use crate::reason::Reason;

/// Rounds of the whole method; some ten are usual.
const MOST_ROUNDS: u32 = 100;
/// A gain in modularity below this is rounding.
const LEAST_GAIN: f64 = 1e-12;

/// Nodes by community.
#[derive(Debug, Clone, PartialEq)]
pub struct Communities {
    /// The community of each node; communities are numbered by their smallest node.
    pub of_node: Vec<u32>,
    /// Nodes in each.
    pub sizes: Vec<u64>,
    /// Modularity reached, of the undirected graph.
    pub modularity: f64,
}

/// Modularity of a division (Newman & Girvan 2004; for directed graphs Leicht & Newman 2008, Physical Review Letters 100, 118703): share of
/// edges inside communities less the share to be expected were edges drawn by degree. With edges kept by the graph's policy.
///
/// # Errors
/// [`Reason::LengthMismatch`] unless there is a label for each node; [`Reason::OutOfRange`] for a label that is not below the number of
/// nodes; [`Reason::ZeroDenominator`] without edges.
pub fn modularity(graph: &Graph, labels: &[u32]) -> Result<f64, Reason> {
    let n = graph.nodes();
    if labels.len() != n {
        return Err(Reason::LengthMismatch {
            left: n,
            right: labels.len(),
        });
    }
    if let Some(index) = labels.iter().position(|&label| label as usize >= n) {
        return Err(Reason::OutOfRange {
            what: "label",
            index,
            must: "below the number of nodes",
        });
    }
    let entries: u64 = (0..n).map(|node| graph.out_degree(node) as u64).sum();
    if entries == 0 {
        return Err(Reason::ZeroDenominator {
            what: "number of edges",
        });
    }
    let (mut inside, mut out, mut into) = (0_u64, vec![0_u64; n], vec![0_u64; n]);
    for node in 0..n {
        let label = labels[node] as usize;
        out[label] += graph.out_degree(node) as u64;
        into[label] += graph.in_degree(node) as u64;
        inside += graph
            .successors(node)
            .iter()
            .filter(|&&other| labels[other as usize] == labels[node])
            .count() as u64;
    }
    let m = entries as f64;
    let expected: f64 = out
        .iter()
        .zip(&into)
        .map(|(&out, &into)| (out as f64 / m) * (into as f64 / m))
        .sum();
    Ok(inside as f64 / m - expected)
}

/// Communities by the Leiden method (Traag, Waltman & van Eck 2019, Scientific Reports 9, 5233), maximising modularity with this
/// `resolution` (1 as a rule; larger gives smaller communities), repeated until nothing improves.
///
/// Directions are left aside: an edge counts as an undirected one, a mutual pair twice. The order in which nodes are looked at comes
/// from `seed`; refinement merges by largest gain, ties to the smallest label, where the paper draws at random, so that the same seed
/// gives the same communities on every machine. Every community is connected. Like every such method it finds a good division and
/// not a unique one: compare seeds.
///
/// # Errors
/// [`Reason::TooFew`] without nodes; [`Reason::ZeroDenominator`] without edges; [`Reason::OutOfRange`] for a resolution that is not
/// positive and finite.
pub fn leiden(graph: &Graph, resolution: f64, seed: u64) -> Result<Communities, Reason> {
    crate::reason::at_least(1, graph.nodes())?;
    if graph.edges() == 0 {
        return Err(Reason::ZeroDenominator {
            what: "number of edges",
        });
    }
    if !(resolution.is_finite() && resolution > 0.0) {
        return Err(Reason::OutOfRange {
            what: "resolution",
            index: 0,
            must: "positive and finite",
        });
    }
    let whole = Weighted::of(graph);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut labels: Vec<u32> = (0..graph.nodes() as u32).collect();
    for _ in 0..MOST_ROUNDS {
        let before = whole.quality(&labels, resolution);
        let next = round(&whole, labels.clone(), resolution, &mut random);
        if whole.quality(&next, resolution) <= before + LEAST_GAIN {
            break;
        }
        labels = next;
    }
    let Components { of_node, sizes } = Components::of_labels(&labels);
    let modularity = whole.quality(&of_node, 1.0);
    Ok(Communities {
        of_node,
        sizes,
        modularity,
    })
}

/// One round: move, refine, aggregate, until each node of the aggregate is a community of its own.
fn round(whole: &Weighted, labels: Vec<u32>, resolution: f64, random: &mut ChaCha8Rng) -> Vec<u32> {
    let mut level: Option<Weighted> = None;
    let mut labels = labels;
    // For each node of the whole graph its node on the present level.
    let mut position: Vec<u32> = (0..whole.strength.len() as u32).collect();
    loop {
        let graph = level.as_ref().unwrap_or(whole);
        graph.move_nodes(&mut labels, resolution, random);
        let distinct = compact(&mut labels);
        let done = distinct == graph.strength.len();
        let refined = if done {
            Vec::new()
        } else {
            graph.refine(&labels, resolution, random)
        };
        let mut parts = refined;
        let count = if done { 0 } else { compact(&mut parts) };
        if done || count == graph.strength.len() {
            return position.iter().map(|&node| labels[node as usize]).collect();
        }
        let next = graph.aggregate(&parts, count);
        let mut above = vec![0_u32; count];
        for (node, &part) in parts.iter().enumerate() {
            above[part as usize] = labels[node];
        }
        position.iter_mut().for_each(|node| *node = parts[*node as usize]);
        labels = above;
        level = Some(next);
    }
}

/// Renumbers labels by their first bearer; how many there are.
fn compact(labels: &mut [u32]) -> usize {
    let mut number = vec![u32::MAX; labels.iter().max().map_or(0, |&most| most as usize + 1)];
    let mut count = 0;
    for label in labels {
        let number = &mut number[*label as usize];
        if *number == u32::MAX {
            *number = count;
            count += 1;
        }
        *label = *number;
    }
    count as usize
}

/// An undirected graph with whole weights; each edge from both ends, weight inside a node apart.
struct Weighted {
    offsets: Vec<usize>,
    edges: Vec<(u32, f64)>,
    /// Weight of edges inside the node, twice.
    inside: Vec<f64>,
    /// Sum of weights at the node, inside ones twice.
    strength: Vec<f64>,
    total: f64,
}

impl Weighted {
    fn of(graph: &Graph) -> Self {
        let n = graph.nodes();
        let (mut offsets, mut edges, mut inside) = (vec![0], Vec::new(), vec![0.0; n]);
        for (node, inside) in inside.iter_mut().enumerate() {
            let into: &[u32] = if graph.is_directed() {
                graph.predecessors(node)
            } else {
                &[]
            };
            for &other in graph.successors(node).iter().chain(into) {
                if other as usize == node {
                    *inside += 1.0;
                } else {
                    edges.push((other, 1.0));
                }
            }
            offsets.push(edges.len());
        }
        Self::with_strengths(offsets, edges, inside)
    }

    fn with_strengths(offsets: Vec<usize>, edges: Vec<(u32, f64)>, inside: Vec<f64>) -> Self {
        let at = |node: usize| {
            edges[offsets[node]..offsets[node + 1]]
                .iter()
                .map(|edge| edge.1)
                .sum::<f64>()
        };
        let strength: Vec<f64> = inside.iter().enumerate().map(|(node, own)| own + at(node)).collect();
        Weighted {
            total: strength.iter().sum(),
            offsets,
            edges,
            inside,
            strength,
        }
    }

    fn of_node(&self, node: usize) -> &[(u32, f64)] {
        &self.edges[self.offsets[node]..self.offsets[node + 1]]
    }

    fn shuffled(&self, random: &mut ChaCha8Rng) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.strength.len() as u32).collect();
        for last in (1..order.len()).rev() {
            order.swap(last, random.random_range(0..=last as u64) as usize);
        }
        order
    }

    fn quality(&self, labels: &[u32], resolution: f64) -> f64 {
        let (mut inside, mut strength) = (0.0, vec![0.0_f64; self.strength.len()]);
        for (node, own) in self.inside.iter().enumerate() {
            inside += own;
            strength[labels[node] as usize] += self.strength[node];
            let same = self
                .of_node(node)
                .iter()
                .filter(|edge| labels[edge.0 as usize] == labels[node]);
            inside += same.map(|edge| edge.1).sum::<f64>();
        }
        let expected: f64 = strength.iter().map(|s| (s / self.total) * (s / self.total)).sum();
        inside / self.total - resolution * expected
    }

    /// Moves nodes to the neighbouring community of largest gain, until no node whose neighbourhood changed gains.
    fn move_nodes(&self, labels: &mut [u32], resolution: f64, random: &mut ChaCha8Rng) {
        let n = self.strength.len();
        let (mut strength, mut members) = (vec![0.0_f64; n], vec![0_u32; n]);
        for (node, &label) in labels.iter().enumerate() {
            strength[label as usize] += self.strength[node];
            members[label as usize] += 1;
        }
        let mut empty: Vec<u32> = (0..n as u32)
            .rev()
            .filter(|&label| members[label as usize] == 0)
            .collect();
        let mut queue: std::collections::VecDeque<u32> = self.shuffled(random).into();
        let (mut waiting, mut weight, mut near) = (vec![true; n], vec![0.0_f64; n], Vec::new());
        while let Some(node) = queue.pop_front() {
            let here = node as usize;
            waiting[here] = false;
            let own = labels[here];
            for &(other, edge) in self.of_node(here) {
                let label = labels[other as usize];
                if weight[label as usize] == 0.0 {
                    near.push(label);
                }
                weight[label as usize] += edge;
            }
            let share = resolution * self.strength[here] / self.total;
            strength[own as usize] -= self.strength[here];
            let gain = |label: u32, weight: &[f64]| weight[label as usize] - share * strength[label as usize];
            let (mut best, mut most) = (own, gain(own, &weight));
            for &label in &near {
                let found = gain(label, &weight);
                if found > most + LEAST_GAIN * self.total || (found >= most && label < best && best != own) {
                    (best, most) = (label, found);
                }
            }
            // Alone it would neither gain nor lose.
            if most < -LEAST_GAIN * self.total
                && members[own as usize] > 1
                && let Some(label) = empty.pop()
            {
                best = label;
            }
            near.drain(..).for_each(|label| weight[label as usize] = 0.0);
            strength[best as usize] += self.strength[here];
            if best != own {
                members[own as usize] -= 1;
                members[best as usize] += 1;
                if members[own as usize] == 0 {
                    empty.push(own);
                }
                labels[here] = best;
                for &(other, _) in self.of_node(here) {
                    if labels[other as usize] != best && !waiting[other as usize] {
                        waiting[other as usize] = true;
                        queue.push_back(other);
                    }
                }
            }
        }
    }

    /// Parts of the communities, each held together well: single nodes merge, by largest gain, into parts of their community, and only
    /// those that have enough edges to the rest of it (the paper's conditions R and T).
    fn refine(&self, labels: &[u32], resolution: f64, random: &mut ChaCha8Rng) -> Vec<u32> {
        let n = self.strength.len();
        let mut community = vec![0.0_f64; n];
        for (node, &label) in labels.iter().enumerate() {
            community[label as usize] += self.strength[node];
        }
        let mut parts: Vec<u32> = (0..n as u32).collect();
        let mut strength = self.strength.clone();
        let mut members = vec![1_u32; n];
        // Weight between a part and the rest of its community.
        let same = |node: usize, other: u32| labels[other as usize] == labels[node];
        let mut outward: Vec<f64> = (0..n)
            .map(|node| {
                self.of_node(node)
                    .iter()
                    .filter(|edge| same(node, edge.0))
                    .map(|edge| edge.1)
                    .sum()
            })
            .collect();
        let (mut weight, mut near) = (vec![0.0_f64; n], Vec::new());
        for node in self.shuffled(random) {
            let here = node as usize;
            let all = community[labels[here] as usize];
            let held = |part: usize, outward: &[f64], strength: &[f64]| {
                outward[part] >= resolution * strength[part] * (all - strength[part]) / self.total
            };
            if members[here] != 1 || parts[here] != node || !held(here, &outward, &strength) {
                continue;
            }
            for &(other, edge) in self.of_node(here).iter().filter(|edge| same(here, edge.0)) {
                let part = parts[other as usize];
                if weight[part as usize] == 0.0 {
                    near.push(part);
                }
                weight[part as usize] += edge;
            }
            let share = resolution * self.strength[here] / self.total;
            let (mut best, mut most) = (node, 0.0);
            for &part in &near {
                let gain = weight[part as usize] - share * strength[part as usize];
                let better = gain > most || (gain == most && best != node && part < best);
                if part != node && better && held(part as usize, &outward, &strength) {
                    (best, most) = (part, gain);
                }
            }
            if best != node {
                let (into, between) = (best as usize, weight[best as usize]);
                outward[into] += outward[here] - 2.0 * between;
                strength[into] += self.strength[here];
                members[into] += 1;
                members[here] = 0;
                parts[here] = best;
            }
            near.drain(..).for_each(|part| weight[part as usize] = 0.0);
        }
        parts
    }

    fn aggregate(&self, parts: &[u32], count: usize) -> Weighted {
        let mut by_part: Vec<Vec<u32>> = vec![Vec::new(); count];
        for (node, &part) in parts.iter().enumerate() {
            by_part[part as usize].push(node as u32);
        }
        let (mut offsets, mut edges, mut inside) = (vec![0], Vec::new(), vec![0.0; count]);
        let (mut weight, mut near) = (vec![0.0_f64; count], Vec::new());
        for (part, nodes) in by_part.iter().enumerate() {
            for &node in nodes {
                inside[part] += self.inside[node as usize];
                for &(other, edge) in self.of_node(node as usize) {
                    let there = parts[other as usize];
                    if there as usize == part {
                        inside[part] += edge;
                        continue;
                    }
                    if weight[there as usize] == 0.0 {
                        near.push(there);
                    }
                    weight[there as usize] += edge;
                }
            }
            near.sort_unstable();
            for there in near.drain(..) {
                edges.push((there, weight[there as usize]));
                weight[there as usize] = 0.0;
            }
            offsets.push(edges.len());
        }
        Self::with_strengths(offsets, edges, inside)
    }
}
