//! What is taken for a return in the end: first what people said, then what the model holds for probable enough.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::Relation;
use super::matching::{Edge, accepted};
use super::review::{Answers, Reviewed};
use super::{Link, Linkage, matching};
use crate::personas::Chains;

/// How a link was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// By the model.
    Linked,
    /// A person said so in an answered review.
    Reviewed,
}

/// The decided links: which of those of [`Linkage`] are accepted, and what only people said.
#[derive(Debug)]
pub(crate) struct Verdict<'l> {
    pub(super) linkage: &'l Linkage,
    /// As in [`Linkage`]; what people said has probability 0 or 1 here.
    pub(super) links: Vec<(Link, bool, Method)>,
    /// Predecessor by account, of accepted returns.
    pub(super) predecessors: BTreeMap<u32, usize>,
}

impl Linkage {
    pub(super) fn number(&self, platform: &str, account_id: &str) -> Option<u32> {
        let key = (platform, account_id);
        let found = self.profiles.keys.binary_search_by(|(p, id)| (&**p, &**id).cmp(&key));
        found.ok().and_then(|at| u32::try_from(at).ok())
    }

    /// Decides, above a probability, under the word of a hand-checked table and of an answered review.
    ///
    /// What the table names is settled: nothing is added to its chains or taken from them but by a reviewed yes that carries one
    /// on.
    pub(crate) fn decide(
        &self,
        threshold: f64,
        chains: &Chains,
        reviewed: Option<&Reviewed>,
    ) -> anyhow::Result<Verdict<'_>> {
        let settled: BTreeSet<u32> = chains
            .accounts()
            .filter_map(|(platform, account_id)| self.number(platform, account_id))
            .collect();
        let answers = match reviewed {
            Some(reviewed) => reviewed.answers(&self.profiles, chains, |platform, id| self.number(platform, id))?,
            None => Answers::default(),
        };
        let (mut has_successor, mut has_predecessor) = (settled.clone(), settled);
        for (earlier, later) in &answers.yes {
            has_successor.insert(*earlier);
            has_predecessor.insert(*later);
        }
        let mut links: Vec<(Link, bool, Method)> = Vec::new();
        let mut edges: Vec<Edge> = Vec::new();
        let mut places: Vec<usize> = Vec::new();
        let mut confirmed: BTreeSet<(u32, u32)> = answers.yes.clone();
        for link in &self.links {
            let mut link = link.clone();
            let pair = (link.earlier, link.later);
            let said_yes = confirmed.remove(&pair);
            if said_yes {
                link.probability = 1.0;
                link.relation = Relation::Return;
                links.push((link, true, Method::Reviewed));
                continue;
            }
            if answers.no.contains(&pair) {
                link.probability = 0.0;
                links.push((link, false, Method::Reviewed));
                continue;
            }
            let open = !has_successor.contains(&link.earlier) && !has_predecessor.contains(&link.later);
            match link.relation {
                Relation::Return if open => {
                    edges.push(Edge {
                        earlier: link.earlier,
                        later: link.later,
                        bits: link.bits,
                    });
                    places.push(links.len());
                    links.push((link, false, Method::Linked));
                }
                Relation::Return => {}
                Relation::Parallel => {
                    let taken = link.probability >= threshold;
                    links.push((link, taken, Method::Linked));
                }
            }
        }
        for (earlier, later) in confirmed {
            let compared = self.profiles.compare(earlier, later);
            let link = Link {
                earlier,
                later,
                relation: Relation::Return,
                bits: self.model.bits(&compared, &[]),
                compared,
                rules: 0,
                probability: 1.0,
            };
            links.push((link, true, Method::Reviewed));
        }
        if !answers.yes.is_empty() || !answers.no.is_empty() || !has_successor.is_empty() {
            // With the settled out of the way those that remain compete anew.
            let prior = self.prior_bits();
            for edge in &mut edges {
                edge.bits += prior;
            }
            for (place, probability) in places.iter().zip(matching::marginals(&edges)) {
                links[*place].0.probability = probability;
            }
        }
        let probabilities: Vec<f64> = places.iter().map(|place| links[*place].0.probability).collect();
        for (place, taken) in places.iter().zip(accepted(&edges, &probabilities, threshold)) {
            links[*place].1 = taken;
        }
        links.sort_by_key(|(link, ..)| (link.earlier, link.later));
        let predecessors = links
            .iter()
            .enumerate()
            .filter(|(_, (link, taken, _))| *taken && link.relation == Relation::Return)
            .map(|(at, (link, ..))| (link.later, at))
            .collect();
        Ok(Verdict {
            linkage: self,
            links,
            predecessors,
        })
    }
}
