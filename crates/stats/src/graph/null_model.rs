//! What a figure would be by chance, had everybody as many edges as they have.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Graph, Repeated, SelfLoops};
use crate::descriptive::{mean, standard_deviation};
use crate::reason::{Reason, at_least, finite};

/// Random graphs in which every node keeps its degree (in- and out-degree in a directed graph), by swapping the targets of two edges
/// drawn at random: a→b, c→d become a→d, c→b (Maslov & Sneppen 2002, Science 296, 910–913; Rao, Jana & Bandyopadhyay 1996, Sankhyā A
/// 58, 225–242). A swap that would make a self-loop or a repeated edge is not made, and counts as tried, so that all graphs are equally
/// likely in the long run. (In a directed graph a circle of three cannot be turned round by such swaps alone; that matters only in graphs
/// of a few nodes.)
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NullModel {
    /// Graphs drawn, at least 20.
    pub samples: u32,
    /// Swaps tried, per edge, before the first graph; ten are usual (Milo et al. 2003, arXiv:cond-mat/0312028).
    pub first_swaps: u32,
    /// Swaps tried, per edge, from one graph to the next.
    pub swaps_between: u32,
    /// Seed of the swaps.
    pub seed: u64,
}

/// A spread below this part of a figure is rounding.
const ROUNDING: f64 = 1e-12;

/// A figure beside what chance gives.
#[derive(Debug, Clone, PartialEq)]
pub struct AgainstNull {
    /// The figure of the graph itself.
    pub observed: f64,
    /// Mean over random graphs.
    pub mean: f64,
    /// Standard deviation over random graphs.
    pub standard_deviation: f64,
    /// (observed − mean)/standard deviation, or why there is none.
    pub z: Result<f64, Reason>,
    /// (1 + random graphs at least as far from the mean)/(1 + random graphs).
    pub p: f64,
    /// Share of tried swaps that were made.
    pub accepted: f64,
    /// Correlation of the figure from one random graph to the next. Well above 2/√samples means that the swaps between are too few, and
    /// `standard_deviation` and `p` are not to be trusted. `None` when the figure never changes.
    pub mixing: Option<f64>,
    /// Random graphs drawn.
    pub samples: u64,
}

impl NullModel {
    /// Holds a figure of a graph's edges against random graphs of the same degrees. Edges go to `figure` as source and target, in no
    /// order; smaller and larger of an undirected edge in either order. The graph's self-loops and repeated edges are left out first.
    ///
    /// # Errors
    /// [`Reason::TooFew`] below 20 samples or two edges, or without swaps; and whatever `figure` says of any of the graphs.
    pub fn hold<F>(&self, graph: &Graph, mut figure: F) -> Result<AgainstNull, Reason>
    where
        F: FnMut(&[(u32, u32)]) -> Result<f64, Reason>,
    {
        let [held] = self.hold_all(graph, |edges| Ok([figure(edges)?]))?;
        Ok(held)
    }

    /// [`NullModel::hold`] of several figures of the same random graphs.
    ///
    /// # Errors
    /// As [`NullModel::hold`].
    pub fn hold_all<const FIGURES: usize, F>(
        &self,
        graph: &Graph,
        mut figures: F,
    ) -> Result<[AgainstNull; FIGURES], Reason>
    where
        F: FnMut(&[(u32, u32)]) -> Result<[f64; FIGURES], Reason>,
    {
        at_least(20, self.samples as usize)?;
        at_least(1, self.first_swaps.min(self.swaps_between) as usize)?;
        let simple = Graph::new(
            graph.nodes(),
            &graph.edge_list(),
            graph.is_directed(),
            Repeated::Collapse,
            SelfLoops::Drop,
        )?;
        at_least(2, simple.edges() as usize)?;
        let mut swaps = Swaps::new(&simple, self.seed);
        let mut figures = |edges: &[(u32, u32)]| {
            let found = figures(edges)?;
            found.iter().try_for_each(|value| finite("figure", *value).map(drop))?;
            Ok(found)
        };
        let observed = figures(&swaps.edges)?;
        swaps.attempt(self.first_swaps);
        let mut drawn: [Vec<f64>; FIGURES] = std::array::from_fn(|_| Vec::with_capacity(self.samples as usize));
        for sample in 0..self.samples {
            if sample > 0 {
                swaps.attempt(self.swaps_between);
            }
            for (values, value) in drawn.iter_mut().zip(figures(&swaps.edges)?) {
                values.push(value);
            }
        }
        let accepted = swaps.made as f64 / swaps.tried as f64;
        let mut centred = [(0.0, 0.0); FIGURES];
        for (centred, values) in centred.iter_mut().zip(&drawn) {
            *centred = (mean(values)?, standard_deviation(values)?);
        }
        Ok(std::array::from_fn(|figure| {
            AgainstNull::of(observed[figure], &drawn[figure], centred[figure], accepted)
        }))
    }
}

impl AgainstNull {
    fn of(observed: f64, values: &[f64], (centre, spread): (f64, f64), accepted: f64) -> Self {
        let far = (observed - centre).abs() * (1.0 - 1e-12);
        let as_far = values.iter().filter(|value| (*value - centre).abs() >= far).count();
        let whole: f64 = values.iter().map(|v| (v - centre) * (v - centre)).sum();
        let lagged: f64 = values.windows(2).map(|v| (v[0] - centre) * (v[1] - centre)).sum();
        // A figure that never changes differs from its mean by rounding alone, and so does one summed in another order of edges.
        let largest = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        AgainstNull {
            observed,
            mean: centre,
            standard_deviation: spread,
            z: if spread > ROUNDING * largest {
                finite("z", (observed - centre) / spread)
            } else {
                Err(Reason::Constant)
            },
            p: (1 + as_far) as f64 / (1 + values.len()) as f64,
            accepted,
            mixing: Some(lagged / whole).filter(|r| r.is_finite()),
            samples: values.len() as u64,
        }
    }
}

/// Mean and standard deviation of the share of the edges out of some nodes that lead into some nodes, were the ends of all edges joined
/// at random: the hypergeometric distribution, of `edges` ends of which `into` lie in the set, `out_of` drawn without repetition. The
/// null of [`NullModel`] in a closed form, but for the self-loops and repeated edges that it lets happen (Fosdick, Larremore, Nishimura
/// & Ugander 2018, SIAM Review 60, 315–355, the stub-labelled loopy multigraph), of which a large sparse graph has few.
///
/// # Errors
/// [`Reason::ZeroDenominator`] without edges out; [`Reason::OutOfRange`] for more of either than there are edges.
pub fn matched_share(edges: u64, out_of: u64, into: u64) -> Result<(f64, f64), Reason> {
    if out_of == 0 {
        return Err(Reason::ZeroDenominator {
            what: "number of edges",
        });
    }
    if out_of.max(into) > edges {
        return Err(Reason::OutOfRange {
            what: "number of edges",
            index: 0,
            must: "at most that of all",
        });
    }
    let (all, drawn, share) = (edges as f64, out_of as f64, into as f64 / edges as f64);
    let left = if edges > 1 { (all - drawn) / (all - 1.0) } else { 0.0 };
    Ok((share, (share * (1.0 - share) * left / drawn).sqrt()))
}

struct Swaps {
    edges: Vec<(u32, u32)>,
    present: EdgeSet,
    directed: bool,
    random: ChaCha8Rng,
    tried: u64,
    made: u64,
}

impl Swaps {
    fn new(graph: &Graph, seed: u64) -> Self {
        let edges = graph.edge_list();
        let mut present = EdgeSet::for_edges(edges.len());
        let directed = graph.is_directed();
        edges.iter().for_each(|&edge| present.insert(key(edge, directed)));
        Swaps {
            edges,
            present,
            directed,
            random: ChaCha8Rng::seed_from_u64(seed),
            tried: 0,
            made: 0,
        }
    }

    fn attempt(&mut self, per_edge: u32) {
        let m = self.edges.len() as u64;
        for _ in 0..m * u64::from(per_edge) {
            self.tried += 1;
            let one = self.random.random_range(0..m) as usize;
            let other = self.random.random_range(0..m) as usize;
            let (a, b) = self.edges[one];
            let (mut c, mut d) = self.edges[other];
            // An undirected edge is met from either end.
            if !self.directed && self.random.random_range(0..2_u8) == 1 {
                (c, d) = (d, c);
            }
            if one == other || a == d || c == b {
                continue;
            }
            let (first, second) = (key((a, d), self.directed), key((c, b), self.directed));
            if first == second || self.present.contains(first) || self.present.contains(second) {
                continue;
            }
            self.present.remove(key((a, b), self.directed));
            self.present.remove(key((c, d), self.directed));
            self.present.insert(first);
            self.present.insert(second);
            (self.edges[one], self.edges[other]) = ((a, d), (c, b));
            self.made += 1;
        }
    }
}

fn key((from, to): (u32, u32), directed: bool) -> u64 {
    let (from, to) = if directed || from <= to { (from, to) } else { (to, from) };
    u64::from(from) << 32 | u64::from(to)
}

/// A set of edges that is asked far more often than anything else: open addressing, at most half full, gaps closed on removal.
struct EdgeSet {
    slots: Vec<u64>,
    mask: usize,
}

/// No edge: nodes lie below 2³² − 1.
const EMPTY: u64 = u64::MAX;

impl EdgeSet {
    fn for_edges(edges: usize) -> Self {
        let size = (edges.max(4) * 2).next_power_of_two();
        EdgeSet {
            slots: vec![EMPTY; size],
            mask: size - 1,
        }
    }

    fn home(&self, key: u64) -> usize {
        // Fibonacci hashing, halves folded so that both ends count.
        let mixed = (key ^ (key >> 29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 32) as usize & self.mask
    }

    fn find(&self, key: u64) -> Result<usize, usize> {
        let mut slot = self.home(key);
        loop {
            if self.slots[slot] == key {
                return Ok(slot);
            }
            if self.slots[slot] == EMPTY {
                return Err(slot);
            }
            slot = (slot + 1) & self.mask;
        }
    }

    fn contains(&self, key: u64) -> bool {
        self.find(key).is_ok()
    }

    fn insert(&mut self, key: u64) {
        if let Err(slot) = self.find(key) {
            self.slots[slot] = key;
        }
    }

    fn remove(&mut self, key: u64) {
        let Ok(mut gap) = self.find(key) else { return };
        let mut slot = gap;
        loop {
            slot = (slot + 1) & self.mask;
            let other = self.slots[slot];
            if other == EMPTY {
                break;
            }
            // Whoever's way from home leads over the gap moves into it.
            let way = slot.wrapping_sub(self.home(other)) & self.mask;
            if way >= (slot.wrapping_sub(gap) & self.mask) {
                self.slots[gap] = other;
                gap = slot;
            }
        }
        self.slots[gap] = EMPTY;
    }
}
