//! Structure: the shape of the networks among members, of follows and of interactions apart.
//!
//! Nodes are the accounts on the set's list at any time within the window, ties ordered pairs of them seen at any time within it, each
//! once ([`Induced`]). What was not collected is not there, so that figures of two windows compare only where as much was collected.

use std::collections::BTreeSet;

use rayon::prelude::*;
use stats::Reason;
use stats::graph::{
    Graph, betweenness_by_pivots, clustering, core_numbers, degree_assortativity, density, leiden, page_rank,
    reciprocity, strong_components, weak_components,
};

use crate::evidence::{Belonging, Evidence, Group};
use crate::figure::{Figure, Quantity};
use crate::hypotheses::Outcome;
use crate::null::{self, Beside};
use crate::observed_graph::{Induced, Tied};
use crate::results::Results;

mod attention;

const DAMPING: f64 = 0.85;
/// PageRank's error, of a whole of one.
const TOLERANCE: f64 = 1e-12;
/// Accounts and ties walked over for betweenness; beyond, shortest paths are followed from accounts drawn.
const MOST_STEPS: u64 = 10_000_000;
const FEWEST_PIVOTS: u64 = 32;

/// Declares what is measured of a network, once for all networks: the struct, all that stand in it, and a constant a network with its ids
/// and definitions. `attention` is what the Gini coefficient of attention is of, `reach` what outsiders do, `policy` closes each definition.
macro_rules! declare {
    (networks $networks:tt quantities $quantities:tt) => {
        declare!(@all $quantities);
        declare!(@each $networks $quantities);
    };
    (@all { $($field:ident: $id:literal, $unit:literal, $definition:literal;)+ }) => {
        /// What is measured of either network.
        struct Quantities {
            $($field: Quantity,)+
            attention_gini: Quantity,
            reach: Quantity,
        }

        impl Quantities {
            fn all(&self) -> impl Iterator<Item = &Quantity> {
                [$(&self.$field,)+ &self.attention_gini, &self.reach].into_iter()
            }
        }
    };
    (@each { $($name:ident: $network:literal { $($text:ident: $words:literal,)+ })+ } $quantities:tt) => {
        $(declare!(@one $name $network { $($text: $words,)+ } $quantities);)+
    };
    (@one $name:ident $network:literal { attention: $attention:literal, reach: $reach:literal, policy: $policy:literal, }
        { $($field:ident: $id:literal, $unit:literal, $definition:literal;)+ }) => {
        const $name: Quantities = Quantities {
            $($field: Quantity {
                id: concat!("structure.", $network, ".", $id),
                unit: $unit,
                definition: concat!($definition, "; ", $policy),
            },)+
            attention_gini: Quantity {
                id: concat!("structure.", $network, ".attention_gini"),
                unit: "index from 0 (even) to 1",
                definition: concat!("Gini coefficient of ", $attention, ", accounts resampled; ", $policy),
            },
            reach: Quantity {
                id: concat!("structure.", $network, ".reach"),
                unit: "accounts",
                definition: concat!(
                    "distinct accounts outside the set that ", $reach, " at least one member, seen in the window; n is members"
                ),
            },
        };
    };
}

declare! {
    networks {
        FOLLOWS: "follows" {
            attention: "the number of members who follow each member",
            reach: "follow",
            policy: "follows among accounts on the list at any time in the window, seen at any time in it: ordered pairs, each once; \
                     follows of oneself dropped; n is accounts",
        }
        INTERACTIONS: "interactions" {
            attention: "the times that each member was addressed by members",
            reach: "addressed",
            policy: "replies, mentions, reposts and quotes among accounts on the list at any time in the window: ordered pairs, each \
                     once; oneself addressed dropped; n is accounts",
        }
    }
    quantities {
        accounts: "accounts", "accounts", "accounts of the network, those without a tie too";
        ties: "ties", "ties", "ties between two members";
        density: "density", "share", "ties over ordered pairs of members, n (n - 1)";
        weak_components: "weak_components", "components",
            "parts that hang together whatever the direction of ties; an account without a tie is one";
        weak_share: "weak_components.largest_share", "share", "share of the accounts in the largest of them";
        strong_components: "strong_components", "components",
            "parts within which a path along ties leads from everybody to everybody; an account without a tie is one";
        strong_share: "strong_components.largest_share", "share", "share of the accounts in the largest of them";
        core: "core", "ties",
            "degeneracy: the largest k such that a part exists in which everybody is tied to k others of it, whatever the direction \
             (mutual ties once)";
        core_accounts: "core.accounts", "accounts", "accounts in that innermost core";
        reciprocity: "reciprocity", "share", "share of the ties whose reverse was seen as well";
        reciprocity_expected: "reciprocity.expected", "share", "reciprocity to be expected by chance";
        reciprocity_z: "reciprocity.z", "standard deviations", "how far reciprocity lies above that expected by chance";
        communities: "communities", "communities",
            "communities of more than one account found by the Leiden method (modularity, resolution 1), directions left aside, a \
             mutual pair twice";
        modularity: "modularity", "index",
            "modularity of the communities found by the Leiden method (resolution 1), directions left aside, a mutual pair twice";
        page_rank_gini: "page_rank_gini", "index from 0 (even) to 1", "Gini coefficient of PageRank (damping 0.85)";
        betweenness_gini: "betweenness_gini", "index from 0 (even) to 1",
            "Gini coefficient of betweenness: how unevenly the shortest paths lead through accounts";
        transitivity: "transitivity", "share",
            "three times the triangles over the pairs of ties that share an account, whatever the direction (mutual ties once)";
        assortativity: "assortativity", "correlation",
            "correlation over ties of the source's number of ties out and the target's number of ties in";
        assortativity_expected: "assortativity.expected", "correlation", "degree assortativity to be expected by chance";
        assortativity_z: "assortativity.z", "standard deviations",
            "how far degree assortativity lies above that expected by chance";
    }
}

const NETWORKS: [(Tied, &Quantities); 2] = [(Tied::Follows, &FOLLOWS), (Tied::Interactions, &INTERACTIONS)];
const NO_TIES: &str = "no tie between two members was seen in this window";

impl Quantities {
    /// Those that are held against random networks, each with what is to be expected of it and how far from that it lies.
    fn tested(&'static self) -> [(&'static Quantity, [&'static Quantity; 2]); 2] {
        [
            (&self.reciprocity, [&self.reciprocity_expected, &self.reciprocity_z]),
            (
                &self.assortativity,
                [&self.assortativity_expected, &self.assortativity_z],
            ),
        ]
    }
}

type Figures = Vec<(&'static Quantity, Figure)>;

/// That a network is as random ones of the same degrees are.
const NULL: &str = "structure.null";

/// What is told of a network: its figures, and the tests of those that are held against random networks.
struct Told {
    figures: Figures,
    tests: Vec<(&'static Quantity, Outcome)>,
}

impl Told {
    /// Nothing, for one reason, of `n` accounts.
    fn nothing(quantities: &'static Quantities, reason: &str, n: u64) -> Self {
        let absent = |quantity: &'static Quantity| (quantity, Figure::absent(quantity, reason).resting_on(n));
        Self {
            figures: quantities.all().map(absent).collect(),
            tests: quantities
                .tested()
                .map(|(quantity, _)| (quantity, untested(quantity, reason, n)))
                .into(),
        }
    }
}

fn untested(quantity: &Quantity, reason: &str, n: u64) -> Outcome {
    Outcome::untested(quantity.unit, quantity.definition, reason).resting_on(n)
}

/// Measures them.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    let windows = evidence.study.windows();
    let cases: Vec<(usize, Group, usize)> = (0..NETWORKS.len())
        .flat_map(|network| Group::ALL.into_iter().map(move |group| (network, group)))
        .flat_map(|(network, group)| (0..windows.len()).map(move |window| (network, group, window)))
        .collect();
    let told: Vec<Told> = cases
        .par_iter()
        .map(|(network, group, window)| {
            let (tied, quantities) = NETWORKS[*network];
            of_network(evidence, tied, quantities, *group, *window)
                .unwrap_or_else(|reason| Told::nothing(quantities, &reason, 0))
        })
        .collect();
    for ((_, group, window), told) in cases.into_iter().zip(told) {
        let window = windows[window].name();
        for (quantity, figure) in told.figures {
            results.measure(quantity, group.name(), window, figure);
        }
        for (quantity, outcome) in told.tests {
            results.test(NULL, quantity.id, group.name(), window, outcome);
        }
    }
}

fn of_network(
    evidence: &Evidence,
    tied: Tied,
    quantities: &'static Quantities,
    group: Group,
    window: usize,
) -> Result<Told, String> {
    let (Group::Set(set), Belonging::These(members)) = (group, evidence.belonging(group, window)?) else {
        return Err(crate::size::NEEDS_A_SET.to_owned());
    };
    match tied {
        Tied::Follows if evidence.table("follows").records == 0 => return Err("needs follows".to_owned()),
        Tied::Interactions if evidence.interaction_records == 0 => {
            return Err("needs interactions: posts that reply, mention, repost or quote".to_owned());
        }
        _ => {}
    }
    if members.is_empty() {
        return Err("nobody was on the list in this window".to_owned());
    }
    let whole = evidence.in_set.get(&(set, window)).unwrap_or(members);
    let window = &evidence.study.windows()[window];
    let network = Induced::of(evidence, tied, window, members, whole).map_err(|reason| reason.to_string())?;
    if !network.seen {
        return Err("no tie of anybody was seen in this window".to_owned());
    }
    let measured = Measured {
        evidence,
        quantities,
        network: &network,
        members,
        n: members.len() as u64,
    };
    Ok(measured.all(tied))
}

/// A network being measured.
struct Measured<'a> {
    evidence: &'a Evidence,
    quantities: &'static Quantities,
    network: &'a Induced,
    members: &'a BTreeSet<u32>,
    n: u64,
}

impl Measured<'_> {
    fn all(&self, tied: Tied) -> Told {
        let mut known = self.extent();
        known.push(self.reach(tied));
        if self.network.graph.edges() > 0 {
            let mut told = self.mixing();
            told.figures.extend(known);
            told.figures.extend(self.concentration(tied));
            return told;
        }
        let mut told = Told::nothing(self.quantities, NO_TIES, self.n);
        told.figures
            .retain(|(quantity, _)| known.iter().all(|(known, _)| known.id != quantity.id));
        told.figures.extend(known);
        told
    }

    fn count(&self, quantity: &'static Quantity, count: u64) -> (&'static Quantity, Figure) {
        (quantity, Figure::plain(quantity, count as f64, self.n))
    }

    fn number(&self, quantity: &'static Quantity, number: Result<f64, Reason>) -> (&'static Quantity, Figure) {
        let figure = match number {
            Ok(value) => Figure::plain(quantity, value, self.n),
            Err(reason) => Figure::absent(quantity, reason.to_string()).resting_on(self.n),
        };
        (quantity, figure)
    }

    /// How large it is, and how it hangs together; all of it has numbers even without a tie.
    fn extent(&self) -> Figures {
        let (q, graph) = (self.quantities, &self.network.graph);
        let (weak, strong) = (weak_components(graph), strong_components(graph));
        let cores = core_numbers(&graph.to_simple_undirected());
        let core = cores.iter().copied().max().unwrap_or(0);
        let share = |part: u64| Ok(part as f64 / self.n as f64);
        vec![
            self.count(&q.accounts, self.n),
            self.count(&q.ties, graph.edges()),
            self.number(&q.density, density(graph)),
            self.count(&q.weak_components, weak.sizes.len() as u64),
            self.number(&q.weak_share, share(weak.largest())),
            self.count(&q.strong_components, strong.sizes.len() as u64),
            self.number(&q.strong_share, share(strong.largest())),
            self.count(&q.core, u64::from(core)),
            self.count(&q.core_accounts, cores.iter().filter(|of| **of == core).count() as u64),
        ]
    }

    fn reach(&self, tied: Tied) -> (&'static Quantity, Figure) {
        let quantity = &self.quantities.reach;
        match (self.network.outside, tied) {
            (0, Tied::Follows) => {
                let reason =
                    "needs lists of the members' followers: every follow of a member that was seen comes from a member";
                (quantity, Figure::absent(quantity, reason).resting_on(self.n))
            }
            (outside, _) => self.count(quantity, outside),
        }
    }

    /// Who is tied to whom.
    fn mixing(&self) -> Told {
        let (q, graph) = (self.quantities, &self.network.graph);
        let (mutual, likeness) = (reciprocity(graph), degree_assortativity(graph));
        let transitivity = match clustering(graph).transitivity {
            Some(share) => self.number(&q.transitivity, Ok(share)),
            None => {
                let figure = Figure::absent(&q.transitivity, "nobody is tied to two others").resting_on(self.n);
                (&q.transitivity, figure)
            }
        };
        let mut figures = vec![
            self.number(&q.reciprocity, mutual),
            self.number(&q.assortativity, likeness.clone()),
            transitivity,
        ];
        let mut tests = Vec::new();
        for ((quantity, sides), beside) in q.tested().into_iter().zip(self.beside(likeness.err())) {
            let (of_both, outcome) = match beside {
                Ok(beside) => (beside.figures(sides, self.n), beside.outcome(quantity.unit, self.n)),
                Err(reason) => (
                    sides.map(|side| Figure::absent(side, reason.clone()).resting_on(self.n)),
                    untested(quantity, &reason, self.n),
                ),
            };
            figures.extend(sides.into_iter().zip(of_both));
            tests.push((quantity, outcome));
        }
        Told { figures, tests }
    }

    /// Reciprocity and assortativity beside random networks; without likeness, which is the same for all of these degrees, no number.
    fn beside(&self, no_likeness: Option<Reason>) -> [Result<Beside, String>; 2] {
        let graph = &self.network.graph;
        let Some(model) = null::model(graph.edges(), self.evidence.seed) else {
            return [Err(null::TOO_LARGE.to_owned()), Err(null::TOO_LARGE.to_owned())];
        };
        let drawn = |edges: &[(u32, u32)]| {
            let (repeated, loops) = (stats::graph::Repeated::Collapse, stats::graph::SelfLoops::Drop);
            let drawn = Graph::new(graph.nodes(), edges, true, repeated, loops)?;
            let likeness = if no_likeness.is_some() {
                Ok(0.0)
            } else {
                degree_assortativity(&drawn)
            };
            Ok([reciprocity(&drawn)?, likeness?])
        };
        match model.hold_all(graph, drawn) {
            Ok([mutual, likeness]) => {
                let likeness = match &no_likeness {
                    Some(reason) => Err(reason.to_string()),
                    None => Ok(Beside::drawn(&likeness)),
                };
                [Ok(Beside::drawn(&mutual)), likeness]
            }
            Err(reason) => [Err(reason.to_string()), Err(reason.to_string())],
        }
    }

    /// How unevenly ties, attention and paths are shared out, and into which communities they fall.
    fn concentration(&self, tied: Tied) -> Figures {
        let (q, graph, seed) = (self.quantities, &self.network.graph, self.evidence.seed);
        let ranks = page_rank(graph, DAMPING, TOLERANCE).and_then(|ranks| stats::gini(&ranks.of_node));
        let found = leiden(graph, 1.0, seed);
        let communities = found
            .clone()
            .map(|found| found.sizes.iter().filter(|size| **size > 1).count() as f64);
        let seeded =
            |(quantity, figure): (&'static Quantity, Figure)| (quantity, figure.noting(&format!("seed {seed}")));
        vec![
            self.number(&q.page_rank_gini, ranks),
            seeded(self.number(&q.communities, communities)),
            seeded(self.number(&q.modularity, found.map(|found| found.modularity))),
            self.betweenness(),
            self.attention(tied),
        ]
    }

    fn betweenness(&self) -> (&'static Quantity, Figure) {
        let (quantity, graph) = (&self.quantities.betweenness_gini, &self.network.graph);
        let pivots = (MOST_STEPS / (graph.edges() + self.n)).max(FEWEST_PIVOTS).min(self.n);
        let gini = betweenness_by_pivots(graph, pivots as usize, self.evidence.seed).and_then(|of| stats::gini(&of));
        let (_, figure) = match gini {
            Err(Reason::ZeroDenominator { .. }) => {
                let figure = Figure::absent(quantity, "no shortest path leads through an account").resting_on(self.n);
                (quantity, figure)
            }
            gini => self.number(quantity, gini),
        };
        let note = if pivots == self.n {
            String::new()
        } else {
            format!(
                "shortest paths from {pivots} accounts drawn, which makes it look less even; seed {}",
                self.evidence.seed
            )
        };
        (quantity, figure.noting(&note))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quantity_is_listed_once() {
        let mut ids: Vec<&str> = NETWORKS.iter().flat_map(|(_, all)| all.all()).map(|q| q.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 44);
    }
}
