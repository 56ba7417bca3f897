//! Where a random follower of edges is found.

use super::Graph;
use crate::reason::{Reason, at_least};

/// Sweeps after which a tolerance counts as out of reach.
const MOST_SWEEPS: u32 = 10_000;

/// PageRank of every node.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRank {
    /// Shares that sum to one.
    pub of_node: Vec<f64>,
    /// Sweeps made.
    pub sweeps: u32,
}

/// PageRank (Brin & Page 1998): follows an edge with probability `damping` (0.85 as a rule), else jumps anywhere; from a node without
/// edges out it jumps anywhere. Repeated edges weigh as often as they were kept.
///
/// Solves x = 1 + damping·Pᵀx, which after scaling to one is the same as the usual iteration (Langville & Meyer 2004, Internet
/// Mathematics 1, 335–380, section 8.3), by sweeps of Gauss and Seidel in the order of nodes, each using what the sweep has already
/// found, which takes about half as many passes. After each the whole is scaled to the sum that the solution has, Σx = n + damping·Σx of the
/// nodes with edges out: left alone, the sum is what comes right last, by a factor of about damping² a sweep. One thread, one order: the
/// same bits everywhere. Ends when a sweep moves less than `tolerance` of the whole, which bounds the error by
/// tolerance·damping/(1 − damping).
///
/// # Errors
/// [`Reason::TooFew`] without nodes; [`Reason::OutOfRange`] unless 0 ≤ damping < 1 and tolerance > 0; [`Reason::NotConverged`].
pub fn page_rank(graph: &Graph, damping: f64, tolerance: f64) -> Result<PageRank, Reason> {
    let n = graph.nodes();
    at_least(1, n)?;
    for (what, sound) in [
        ("damping", (0.0..1.0).contains(&damping)),
        ("tolerance", tolerance > 0.0),
    ] {
        if !sound {
            return Err(Reason::OutOfRange {
                what,
                index: 0,
                must: "a damping from 0 to below 1, a tolerance above 0",
            });
        }
    }
    // What each node passes along every edge: damping·x/out-degree.
    let weights: Vec<f64> = (0..n)
        .map(|node| match graph.out_degree(node) {
            0 => 0.0,
            degree => damping / degree as f64,
        })
        .collect();
    let into = graph.incoming();
    let first = 1.0 / (1.0 - damping);
    let mut passed: Vec<f64> = weights.iter().map(|weight| weight * first).collect();
    let mut whole = vec![first; n];
    for sweeps in 1..=MOST_SWEEPS {
        let (mut moved, mut total, mut total_passed) = (0.0, 0.0, 0.0);
        for node in 0..n {
            // Four sums side by side, so that one addition need not wait for the other.
            let mut sums = [0.0_f64; 4];
            let sources = into.of(node);
            let mut fours = sources.chunks_exact(4);
            for four in &mut fours {
                for (sum, &source) in sums.iter_mut().zip(four) {
                    *sum += passed[source as usize];
                }
            }
            for (sum, &source) in sums.iter_mut().zip(fours.remainder()) {
                *sum += passed[source as usize];
            }
            let next = 1.0 + ((sums[0] + sums[1]) + (sums[2] + sums[3]));
            moved += (next - whole[node]).abs();
            total += next;
            whole[node] = next;
            passed[node] = weights[node] * next;
            if weights[node] > 0.0 {
                total_passed += next;
            }
        }
        if moved <= tolerance * total {
            whole.iter_mut().for_each(|rank| *rank /= total);
            return Ok(PageRank { of_node: whole, sweeps });
        }
        let scale = n as f64 / (total - damping * total_passed);
        whole.iter_mut().chain(&mut passed).for_each(|value| *value *= scale);
    }
    Err(Reason::NotConverged {
        passes: u64::from(MOST_SWEEPS),
    })
}
