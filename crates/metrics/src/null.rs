//! Figures of a network beside those of random networks in which everybody has as many ties.
//!
//! For the shares that stay inside a set, the whole of what was observed is rewired and who belongs to the set is kept. That only
//! says something when ties of accounts outside the set are known as well: were members' lists alone rewired, the accounts on them
//! would be the same, and so would the share. So the null is of all lists that were collected, members' and others': a list is what one
//! account was seen to follow (or be followed by, or address) within the window, and the same rule as for the share itself tells
//! which were collected: those that hold an account outside the set. An account outside of which nothing but ties to members is known
//! may be known from the members' side only; with it the null would be too high.
//!
//! A random network has no sense of time and of how often. So what is held against it is the share of distinct pairs of the whole window
//! (`.observed`), which is not quite the share itself: that counts the last list of each member, and every time that somebody was
//! addressed.

use rayon::prelude::*;
use stats::Reason;
use stats::graph::{AgainstNull, Graph, NullModel, Repeated, SelfLoops, matched_share};

use crate::evidence::{Evidence, Group, Relation};
use crate::figure::{Figure, Quantity};
use crate::hypotheses::Outcome;
use crate::insularity::absent_because;
use crate::observed_graph::{Tied, each_pair};
use crate::results::Results;

/// Swaps tried per tie before the first random graph, and from one to the next.
const FIRST_SWAPS: u32 = 10;
const SWAPS_BETWEEN: u32 = 1;
/// Swaps tried in all, as long as the fewest random graphs are had.
const MOST_SWAPS: u64 = 6_000_000;
const FEWEST_GRAPHS: u64 = 20;
const MOST_GRAPHS: u64 = 100;
/// Ties beyond which rewiring would take too long.
const MOST_TIES: u64 = 600_000;

/// Why there is nothing beside a figure of a very large network.
pub const TOO_LARGE: &str = "more than 600,000 ties: rewiring them is left out";
const NO_OTHER_LISTS: &str = "needs ties of accounts outside the set to one another: rewiring members' ties alone cannot change how \
                              many stay inside";

/// How many random graphs are drawn of a network with so many ties; `None` when it is too large.
#[must_use]
pub fn model(ties: u64, seed: u64) -> Option<NullModel> {
    let graphs = (MOST_SWAPS / ties.max(1)).saturating_sub(u64::from(FIRST_SWAPS));
    (ties <= MOST_TIES).then_some(NullModel {
        samples: graphs.clamp(FEWEST_GRAPHS, MOST_GRAPHS) as u32,
        first_swaps: FIRST_SWAPS,
        swaps_between: SWAPS_BETWEEN,
        seed,
    })
}

/// How a figure lies among those of random networks.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    observed: f64,
    expected: f64,
    z: Result<f64, String>,
    /// That the network is one of those, two-sided, and how that was found.
    p: (f64, &'static str),
    note: String,
}

impl Beside {
    /// Of networks that were drawn.
    #[must_use]
    pub fn drawn(found: &AgainstNull) -> Self {
        let mixing = found
            .mixing
            .map_or_else(String::new, |r| format!(", correlation of one with the next {r:.2}"));
        Self {
            observed: found.observed,
            p: (found.p, "p from the random networks, two-sided"),
            expected: found.mean,
            z: found.z.clone().map_err(|reason| match reason {
                Reason::Constant => "every random network of these degrees has the same".to_owned(),
                other => other.to_string(),
            }),
            note: format!(
                "{} random networks of the same degrees both ways, {FIRST_SWAPS} swaps tried per tie before the first and \
                 {SWAPS_BETWEEN} in between ({:.0} % made){mixing}; observed {:.4}, mean {:.4}, standard deviation {:.4}, p {:.3}",
                found.samples,
                100.0 * found.accepted,
                found.observed,
                found.mean,
                found.standard_deviation,
                found.p,
            ),
        }
    }

    /// Of all networks whose ends are joined at random.
    fn matched(observed: f64, (expected, spread): (f64, f64), ties: u64) -> Self {
        let z = if spread > 0.0 {
            Ok((observed - expected) / spread)
        } else {
            Err("every random network of these degrees has the same".to_owned())
        };
        let p = match &z {
            Ok(z) => stats::two_sided_normal_p(*z).unwrap_or(f64::NAN),
            Err(_) => 1.0,
        };
        Self {
            observed,
            expected,
            z,
            p: (p, "p by the normal approximation, two-sided"),
            note: format!(
                "closed form for {ties} ties whose ends are joined at random (hypergeometric), in place of random networks; observed \
                 {observed:.4}, mean {expected:.4}, standard deviation {spread:.6}"
            ),
        }
    }

    /// The same of 1 − 2·figure.
    fn as_index(&self) -> Self {
        Self {
            observed: 1.0 - 2.0 * self.observed,
            p: self.p,
            expected: 1.0 - 2.0 * self.expected,
            z: self.z.clone().map(|z| -z),
            note: format!("of the inside share: {}", self.note),
        }
    }

    /// What random networks have, and how many standard deviations the figure lies above it, over `n` accounts.
    #[must_use]
    pub fn figures(&self, [expected, z]: [&Quantity; 2], n: u64) -> [Figure; 2] {
        let z = match &self.z {
            Ok(value) => Figure::plain(z, *value, n),
            Err(reason) => Figure::absent(z, reason.clone()).resting_on(n),
        };
        [
            Figure::plain(expected, self.expected, n).noting(&self.note),
            z.noting(&self.note),
        ]
    }

    /// The figure that they lie beside, over `n` accounts.
    fn observed(&self, quantity: &Quantity, n: u64) -> Figure {
        Figure::plain(quantity, self.observed, n).noting(&self.note)
    }

    /// The test that the network is one of the random ones, of a figure of this unit, over `n` accounts.
    #[must_use]
    pub fn outcome(&self, unit: &'static str, n: u64) -> Outcome {
        let method = format!(
            "{}; the statistic is z; effect: the figure less its mean in the random networks; n is accounts",
            self.p.1
        );
        let outcome = Outcome::tested(unit, method, self.z.clone().ok(), self.p.0);
        Outcome {
            effect: Some(self.observed - self.expected),
            ..outcome.resting_on(n).noting(&self.note)
        }
    }
}

struct Share {
    relation: Relation,
    share: &'static str,
    observed: Quantity,
    expected: Quantity,
    z: Quantity,
}

macro_rules! share {
    ($relation:ident, $id:literal, $holder:literal) => {
        Share {
            relation: Relation::$relation,
            share: concat!("insularity.", $id),
            observed: Quantity {
                id: concat!("insularity.", $id, ".observed"),
                unit: "share",
                definition: concat!(
                    "inside share of members' distinct pairs within the window, in all collected lists of ",
                    $holder,
                    " that hold an account outside the set: what the expected share and z are of; n is members"
                ),
            },
            expected: Quantity {
                id: concat!("insularity.", $id, ".expected"),
                unit: "share",
                definition: concat!(
                    "inside share to be expected of members by chance, were all collected lists of ",
                    $holder,
                    " rewired, each account keeping its number of ties both ways; distinct pairs within the window, ties to oneself \
                     dropped; lists count that hold an account outside the set; n is members"
                ),
            },
            z: Quantity {
                id: concat!("insularity.", $id, ".z"),
                unit: "standard deviations",
                definition: concat!(
                    "how far the observed inside share lies above that expected by chance, were all collected lists of ",
                    $holder,
                    " rewired, each account keeping its number of ties both ways; distinct pairs within the window, ties to oneself \
                     dropped; lists count that hold an account outside the set; n is members"
                ),
            },
        }
    };
}

const SHARES: [Share; 3] = [
    share!(FollowsOut, "follows_out", "accounts followed"),
    share!(FollowsIn, "follows_in", "followers"),
    share!(Interactions, "interactions", "accounts addressed"),
];
const EI_OBSERVED: Quantity = Quantity {
    id: "insularity.ei_index.observed",
    unit: "index from -1 (all inside) to 1 (all outside)",
    definition: "E-I index of members' distinct pairs within the window, of the relation that the index is of: what the expected index and z are of; n is members",
};
const EI_EXPECTED: Quantity = Quantity {
    id: "insularity.ei_index.expected",
    unit: "index from -1 (all inside) to 1 (all outside)",
    definition: "E-I index to be expected by chance, 1 - 2 times the expected inside share of the relation that the index is of; n is members",
};
const EI_Z: Quantity = Quantity {
    id: "insularity.ei_index.z",
    unit: "standard deviations",
    definition: "how far the observed E-I index lies above that expected by chance; n is members",
};

type Found = Result<(Beside, u64), String>;

/// That what stays inside does so by chance.
const NULL: &str = "insularity.null";

/// Measures them.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    let windows = evidence.study.windows().len();
    let cases: Vec<(Group, usize, usize)> = Group::ALL
        .into_iter()
        .flat_map(|group| {
            (0..windows).flat_map(move |window| (0..SHARES.len()).map(move |share| (group, window, share)))
        })
        .collect();
    let told = |(group, window, share): &(Group, usize, usize)| {
        absent_because(evidence, *group, *window, SHARES[*share].relation).map(str::to_owned)
    };
    let found: Vec<Found> = cases
        .par_iter()
        .map(|case| match told(case) {
            Some(reason) => Err(reason),
            None => beside(evidence, case.0, case.1, SHARES[case.2].relation),
        })
        .collect();
    let measured: Vec<bool> = cases.iter().map(|case| told(case).is_none()).collect();
    for (cases, (found, measured)) in cases
        .chunks(SHARES.len())
        .zip(found.chunks(SHARES.len()).zip(measured.chunks(SHARES.len())))
    {
        let (group, window) = (cases[0].0.name(), evidence.study.windows()[cases[0].1].name());
        let mut put = |[observed, expected, z]: [&Quantity; 3], found: &Found| {
            let figures = match found {
                Ok((beside, n)) => {
                    let [expected, z] = beside.figures([expected, z], *n);
                    [beside.observed(observed, *n), expected, z]
                }
                Err(reason) => [observed, expected, z].map(|quantity| Figure::absent(quantity, reason.clone())),
            };
            for (quantity, figure) in [observed, expected, z].into_iter().zip(figures) {
                results.measure(quantity, group, window, figure);
            }
        };
        for (share, found) in SHARES.iter().zip(found) {
            put([&share.observed, &share.expected, &share.z], found);
        }
        // The index is of the first share that could be measured.
        let of = measured.iter().position(|measured| *measured).unwrap_or(0);
        let index = found[of].as_ref().map(|(beside, n)| (beside.as_index(), *n));
        put([&EI_OBSERVED, &EI_EXPECTED, &EI_Z], &index.map_err(Clone::clone));
        // The index is one of the shares once more, and no test of its own.
        for (share, found) in SHARES.iter().zip(found) {
            let outcome = match found {
                Ok((beside, n)) => beside.outcome(share.observed.unit, *n),
                Err(reason) => Outcome::untested(share.observed.unit, share.observed.definition, reason.clone()),
            };
            results.test(NULL, share.share, group, window, outcome);
        }
    }
}

/// The lists of a relation within a window, as ties from their holders.
struct Lists {
    graph: Graph,
    /// Whether a node is a member of the group, and of the whole set.
    ours: Vec<bool>,
    inside: Vec<bool>,
    members: u64,
    others: u64,
}

fn lists(evidence: &Evidence, group: Group, window: usize, relation: Relation) -> Result<Lists, String> {
    let Group::Set(set) = group else {
        return Err("everyone has no outside".to_owned());
    };
    let key = (set, window);
    let (Some(members), Some(whole)) = (evidence.on_list.get(&key), evidence.in_set.get(&key)) else {
        return Err("nobody was on the list in this window".to_owned());
    };
    let tied = match relation {
        Relation::Interactions | Relation::Kind(_) => Tied::Interactions,
        Relation::FollowsOut | Relation::FollowsIn => Tied::Follows,
    };
    let seen = tied.seen(evidence);
    let most = seen.iter().map(|tie| tie.source.max(tie.target)).max().unwrap_or(0) as usize;
    let mut inside = vec![false; most + 1];
    for account in whole.iter().take_while(|account| (**account as usize) <= most) {
        inside[*account as usize] = true;
    }
    let window = &evidence.study.windows()[window];
    let turned = relation == Relation::FollowsIn;
    let ends = |source: u32, target: u32| if turned { (target, source) } else { (source, target) };
    let mut counts = vec![false; most + 1];
    each_pair(seen, window, |source, target, _| {
        let (holder, other) = ends(source, target);
        // What members wrote is known of them all.
        let known = tied == Tied::Interactions && inside[holder as usize];
        counts[holder as usize] |= known || !inside[other as usize];
    });
    // Nodes are numbered as they are met, which the order of ids decides.
    let mut place = vec![u32::MAX; most + 1];
    let (mut nodes, mut edges): (Vec<u32>, Vec<(u32, u32)>) = (Vec::new(), Vec::new());
    each_pair(seen, window, |source, target, _| {
        let (holder, other) = ends(source, target);
        if !counts[holder as usize] {
            return;
        }
        let mut node = |account: u32| {
            let place = &mut place[account as usize];
            if *place == u32::MAX {
                *place = nodes.len() as u32;
                nodes.push(account);
            }
            *place
        };
        edges.push((node(holder), node(other)));
    });
    let graph = Graph::new(nodes.len(), &edges, true, Repeated::Collapse, SelfLoops::Drop);
    let graph = graph.map_err(|reason| reason.to_string())?;
    let held = |wanted: &dyn Fn(&u32) -> bool| {
        let holders = nodes
            .iter()
            .zip(0..)
            .filter(|(_, node)| !graph.successors(*node).is_empty());
        holders.filter(|(account, _)| wanted(account)).count() as u64
    };
    Ok(Lists {
        members: held(&|account| members.contains(account)),
        others: held(&|account| !inside[*account as usize]),
        ours: nodes.iter().map(|account| members.contains(account)).collect(),
        inside: nodes.iter().map(|account| inside[*account as usize]).collect(),
        graph,
    })
}

fn beside(evidence: &Evidence, group: Group, window: usize, relation: Relation) -> Found {
    let lists = lists(evidence, group, window, relation)?;
    if lists.members == 0 {
        return Err(
            "no list that was collected of a member within the window holds an account outside the set".to_owned(),
        );
    }
    if lists.others == 0 {
        return Err(NO_OTHER_LISTS.to_owned());
    }
    let count = |edges: &[(u32, u32)], of: &dyn Fn(u32, u32) -> bool| {
        edges.iter().filter(|(holder, other)| of(*holder, *other)).count() as u64
    };
    let edges = lists.graph.edge_list();
    let out = count(&edges, &|holder, _| lists.ours[holder as usize]);
    let share = |edges: &[(u32, u32)]| {
        let inside = count(edges, &|holder, other| {
            lists.ours[holder as usize] && lists.inside[other as usize]
        });
        inside as f64 / out as f64
    };
    let ties = lists.graph.edges();
    let found = match model(ties, evidence.seed) {
        Some(model) => model
            .hold(&lists.graph, |edges| Ok(share(edges)))
            .map(|found| Beside::drawn(&found)),
        None => {
            let into = count(&edges, &|_, other| lists.inside[other as usize]);
            matched_share(ties, out, into).map(|matched| Beside::matched(share(&edges), matched, ties))
        }
    };
    let mut found = found.map_err(|reason| reason.to_string())?;
    found.note = format!(
        "lists of {} members and {} others; {}",
        lists.members, lists.others, found.note
    );
    Ok((found, lists.members))
}
