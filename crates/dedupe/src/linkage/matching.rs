//! Of all possible returns, those that can hold together: an account has at most one predecessor and at most one successor.
//!
//! The pairs form a bipartite graph (account as predecessor, account as successor), a set of returns is a matching in it, and its
//! weight is the product of its pairs' odds. The probability of a pair is the share of matchings that hold it. Sum-product belief
//! propagation computes it (exact on trees, here a fixed number of damped rounds; Huang and Jebara 2009 for matchings): a pair
//! competes with the other candidates of both its ends, and a chain A, B, C is not broken by the shortcut from A to C. Earlier
//! comes before later in every pair, so that a matching is a set of chains and no cycle can arise.

/// Rounds of messages at most.
const ROUNDS: usize = 60;
/// Messages that change by less than this share are settled.
const SETTLED: f64 = 1e-6;

/// A possible return.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) earlier: u32,
    pub(super) later: u32,
    /// Odds of the pair on its own, as a logarithm to base 2.
    pub(super) bits: f64,
}

/// Edges by one of their ends.
struct Groups {
    order: Vec<u32>,
    starts: Vec<usize>,
}

impl Groups {
    fn of(edges: &[Edge], end: impl Fn(&Edge) -> u32) -> Self {
        let mut order: Vec<u32> = (0..u32::try_from(edges.len()).unwrap_or(u32::MAX)).collect();
        order.sort_by_key(|at| end(&edges[*at as usize]));
        let same = |a: &u32, b: &u32| end(&edges[*a as usize]) == end(&edges[*b as usize]);
        let mut starts = vec![0];
        starts.extend(order.chunk_by(same).scan(0, |at, group| {
            *at += group.len();
            Some(*at)
        }));
        Self { order, starts }
    }
}

/// Messages of the ends of each kind: 1 / (1 + sum over the other edges of the end of odds × the message from their other end).
///
/// Returns the largest change, as a share of the message.
fn messages(groups: &Groups, odds: &[f64], from_others: &[f64], to: &mut [f64]) -> f64 {
    let mut before = Vec::new();
    let mut moved: f64 = 0.0;
    for ends in groups.starts.windows(2) {
        let group = &groups.order[ends[0]..ends[1]];
        let term = |at: u32| odds[at as usize] * from_others[at as usize];
        // Sums of those before and those after, never a difference: one pair may outweigh all others a trillion times.
        before.clear();
        let mut sum = 0.0;
        for at in group {
            before.push(sum);
            sum += term(*at);
        }
        let mut after = 0.0;
        for (at, before) in group.iter().zip(&before).rev() {
            let new = 1.0 / (1.0 + before + after);
            let message = &mut to[*at as usize];
            // Geometric damping: messages span many orders of magnitude.
            let damped = (*message * new).sqrt();
            moved = moved.max((damped / *message - 1.0).abs());
            *message = damped;
            after += term(*at);
        }
    }
    moved
}

/// The probability of every edge in a matching. The edges stand by earlier and later account.
pub(super) fn marginals(edges: &[Edge]) -> Vec<f64> {
    let (by_earlier, by_later) = (
        Groups::of(edges, |edge| edge.earlier),
        Groups::of(edges, |edge| edge.later),
    );
    let odds: Vec<f64> = edges.iter().map(|edge| edge.bits.min(1000.0).exp2()).collect();
    let (mut of_earlier, mut of_later) = (vec![1.0; edges.len()], vec![1.0; edges.len()]);
    let mut past = of_earlier.clone();
    for _ in 0..ROUNDS {
        past.copy_from_slice(&of_earlier);
        let first = messages(&by_earlier, &odds, &of_later, &mut of_earlier);
        let second = messages(&by_later, &odds, &past, &mut of_later);
        if first.max(second) < SETTLED {
            break;
        }
    }
    let messages = of_earlier.iter().zip(&of_later);
    odds.iter()
        .zip(messages)
        .map(|(odds, (a, b))| {
            let odds = odds * a * b;
            odds / (1.0 + odds)
        })
        .collect()
}

/// The edges that are taken: the most probable first, and with them only those of which both ends are free. Above one half no
/// two edges of a matching contend; below it this is what decides.
pub(super) fn accepted(edges: &[Edge], probabilities: &[f64], threshold: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..edges.len()).filter(|at| probabilities[*at] >= threshold).collect();
    order.sort_by(|a, b| {
        let by_probability = probabilities[*b].total_cmp(&probabilities[*a]);
        let by_bits = edges[*b].bits.total_cmp(&edges[*a].bits);
        by_probability.then(by_bits).then(a.cmp(b))
    });
    let mut taken = vec![false; edges.len()];
    let (mut has_successor, mut has_predecessor) = (std::collections::HashSet::new(), std::collections::HashSet::new());
    for at in order {
        let Edge { earlier, later, .. } = edges[at];
        if !has_successor.contains(&earlier) && !has_predecessor.contains(&later) {
            has_successor.insert(earlier);
            has_predecessor.insert(later);
            taken[at] = true;
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The share of matchings that hold each edge, by going through all of them.
    fn by_brute_force(edges: &[Edge]) -> Vec<f64> {
        let mut sums = vec![0.0; edges.len()];
        let mut all = 0.0;
        for chosen in 0..1_u32 << edges.len() {
            let held: Vec<usize> = (0..edges.len()).filter(|at| chosen & (1 << at) != 0).collect();
            let disjoint = held.iter().all(|a| {
                held.iter()
                    .all(|b| a == b || edges[*a].earlier != edges[*b].earlier && edges[*a].later != edges[*b].later)
            });
            if disjoint {
                let weight: f64 = held.iter().map(|at| edges[*at].bits.exp2()).product();
                all += weight;
                held.iter().for_each(|at| sums[*at] += weight);
            }
        }
        sums.into_iter().map(|sum| sum / all).collect()
    }

    fn edges(list: &[(u32, u32, f64)]) -> Vec<Edge> {
        list.iter()
            .map(|(earlier, later, bits)| Edge {
                earlier: *earlier,
                later: *later,
                bits: *bits,
            })
            .collect()
    }

    #[test]
    fn on_trees_it_is_the_share_of_matchings() {
        for list in [
            vec![(0, 1, 3.0), (0, 2, 1.0), (1, 2, 4.0)],
            vec![(0, 1, 40.0), (0, 2, 40.0), (1, 2, 41.0), (1, 3, -2.0)],
            vec![(0, 5, 0.0), (1, 5, 2.0), (2, 5, 2.0), (2, 6, -1.0)],
        ] {
            let edges = edges(&list);
            for (found, exact) in marginals(&edges).into_iter().zip(by_brute_force(&edges)) {
                assert!((found - exact).abs() < 1e-6, "{found} {exact}");
            }
        }
    }

    #[test]
    fn a_chain_is_not_broken_by_its_shortcut() {
        let edges = edges(&[(0, 1, 20.0), (0, 2, 19.0), (1, 2, 20.0)]);
        let p = marginals(&edges);
        assert!(p[0] > 0.999 && p[2] > 0.999 && p[1] < 0.001, "{p:?}");
        assert_eq!(accepted(&edges, &p, 0.9), [true, false, true]);
    }

    #[test]
    fn two_equal_claims_to_one_account_stay_open() {
        let edges = edges(&[(0, 2, 30.0), (1, 2, 30.0)]);
        let p = marginals(&edges);
        assert!((p[0] - 0.5).abs() < 1e-6 && (p[1] - 0.5).abs() < 1e-6, "{p:?}");
        assert_eq!(accepted(&edges, &p, 0.9), [false, false]);
        assert_eq!(accepted(&edges, &p, 0.4), [true, false]);
    }

    #[test]
    fn a_chain_of_two_thousand() {
        let list: Vec<(u32, u32, f64)> = (0..2000).map(|at| (at, at + 1, 10.0)).collect();
        let edges = edges(&list);
        assert!(accepted(&edges, &marginals(&edges), 0.9).into_iter().all(|taken| taken));
    }
}
