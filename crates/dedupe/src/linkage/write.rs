//! Rows of the tables `personas` and `links`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tables::{PersonaLink, Relation as RelationWord};

use super::candidates::{RULES, Rule};
use super::compare::{DEFINITIONS, Relation};
use super::decide::{Method, Verdict};
use super::{Link, Linkage};
use crate::personas::{Chains, Placed};

/// Links less probable than this are not told of.
pub(super) const LEAST_TOLD: f64 = 0.01;

/// A method's name in the tables.
fn word(method: Method) -> &'static str {
    match method {
        Method::Linked => "linked",
        Method::Reviewed => "reviewed",
    }
}

impl Linkage {
    /// The evidence of a pair by field: level and weight in bits; nothing of what is missing.
    fn evidence(&self, link: &Link) -> String {
        let fields: Vec<_> = DEFINITIONS
            .iter()
            .filter_map(|definition| {
                let field = definition.field as usize;
                let level = definition.levels.get(link.compared.levels[field] as usize)?;
                let bits = self.model.field_bits(field, &link.compared);
                Some(json!({"field": definition.name, "level": level, "bits": rounded(bits, 100.0)}))
            })
            .collect();
        json!(fields).to_string()
    }

    pub(super) fn prior_bits(&self) -> f64 {
        self.told["prior"].as_f64().map_or(-20.0, f64::log2)
    }
}

fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

/// Texts that rows of `links` borrow.
#[derive(Debug)]
pub(crate) struct LinkTexts {
    rows: Vec<(usize, String, String)>,
}

impl Verdict<'_> {
    /// The evidence of the links that are told of.
    ///
    /// `every`: of all that were compared.
    pub(crate) fn link_texts(&self, every: bool) -> LinkTexts {
        let rows = self
            .links
            .iter()
            .enumerate()
            .filter(|(_, (link, taken, method))| {
                every || *taken || *method == Method::Reviewed || link.probability >= LEAST_TOLD
            })
            .map(|(at, (link, ..))| {
                let rules = RULES.into_iter().filter(|rule| link.rules & (1 << *rule as u8) != 0);
                let rules: Vec<&str> = rules.map(Rule::name).collect();
                (at, self.linkage.evidence(link), rules.join(", "))
            })
            .collect();
        LinkTexts { rows }
    }

    /// The rows of `links`, in its order.
    pub(crate) fn link_rows<'t>(&'t self, texts: &'t LinkTexts) -> impl Iterator<Item = PersonaLink<'t>> {
        texts.rows.iter().map(|(at, evidence, found_by)| {
            let (link, accepted, method) = &self.links[*at];
            let profiles = &self.linkage.profiles;
            let (platform, predecessor) = &profiles.keys[link.earlier as usize];
            PersonaLink {
                platform,
                predecessor,
                account_id: &profiles.keys[link.later as usize].1,
                relation: match link.relation {
                    Relation::Return => RelationWord::Return,
                    Relation::Parallel => RelationWord::Parallel,
                },
                match_weight: Some(rounded(link.bits, 1e4)),
                match_probability: Some(rounded(link.probability, 1e9)),
                gap_days: profiles
                    .gap_days(link.earlier, link.later)
                    .filter(|_| link.relation == Relation::Return),
                accepted: *accepted,
                method: word(*method),
                found_by,
                evidence,
            }
        })
    }

    /// The accounts of all chains: those of the hand-checked table, carried on where a person said so, and those found.
    pub(crate) fn personas(&self, chains: &Chains) -> Vec<Placed> {
        let profiles = &self.linkage.profiles;
        let key = |account: u32| {
            let (platform, id) = &profiles.keys[account as usize];
            (&**platform, &**id)
        };
        let successors: BTreeMap<u32, usize> = self
            .predecessors
            .values()
            .map(|at| (self.links[*at].0.earlier, *at))
            .collect();
        let gap = |predecessor: Option<&str>, platform: &str, account_id: &str| {
            let earlier = self.linkage.number(platform, predecessor?)?;
            profiles.gap_days(earlier, self.linkage.number(platform, account_id)?)
        };
        let mut placed: Vec<Placed> = chains.placed(gap);
        let taken: BTreeSet<String> = placed.iter().map(|row| row.persona_id.clone()).collect();
        let heads = successors
            .keys()
            .filter(|account| !self.predecessors.contains_key(*account));
        for head in heads {
            let (platform, account_id) = key(*head);
            let (persona_id, mut number) = match chains.place((platform, account_id)) {
                Some((person, number, _)) => (person.to_owned(), number),
                None => {
                    let mut name = format!("linked-{platform}-{account_id}");
                    while taken.contains(&name) {
                        name.push('+');
                    }
                    placed.push(Placed {
                        persona_id: name.clone(),
                        return_number: 0,
                        platform: platform.to_owned(),
                        account_id: account_id.to_owned(),
                        predecessor: None,
                        match_probability: None,
                        match_weight: None,
                        gap_days: None,
                        evidence: None,
                        method: "linked",
                    });
                    (name, 0)
                }
            };
            let mut account = *head;
            while let Some(at) = successors.get(&account) {
                let (link, _, method) = &self.links[*at];
                number += 1;
                placed.push(Placed {
                    persona_id: persona_id.clone(),
                    return_number: number,
                    platform: platform.to_owned(),
                    account_id: key(link.later).1.to_owned(),
                    predecessor: Some(key(account).1.to_owned()),
                    match_probability: Some(rounded(link.probability, 1e9)),
                    match_weight: Some(rounded(link.bits, 1e4)),
                    gap_days: profiles.gap_days(account, link.later),
                    evidence: Some(self.linkage.evidence(link)),
                    method: word(*method),
                });
                account = link.later;
            }
        }
        placed.sort_by(|a, b| {
            let key = |row: &Placed| (row.persona_id.clone(), row.return_number, row.account_id.clone());
            key(a).cmp(&key(b))
        });
        placed
    }
}
