//! Graphs of what was seen of a network within a window: who follows whom, who addressed whom.
//!
//! A tie is an ordered pair of different accounts, seen at any time within the window; however often it was seen, it is one edge.
//! Members of a set are those on its list at any time within the window, whenever the tie was seen.

use std::collections::BTreeSet;

use stats::Reason;
use stats::graph::{Graph, Repeated, SelfLoops};
use study::Window;

use crate::evidence::{Evidence, TieSeen, bounds_ms};

/// What ties accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tied {
    /// The source follows the target.
    Follows,
    /// The source addressed the target: replied, mentioned, reposted or quoted.
    Interactions,
}

impl Tied {
    /// Every tie that the archive holds.
    #[must_use]
    pub fn seen(self, evidence: &Evidence) -> &[TieSeen] {
        match self {
            Self::Follows => &evidence.follows_seen,
            Self::Interactions => &evidence.addressed,
        }
    }
}

/// The network among members.
#[derive(Debug, Clone, PartialEq)]
pub struct Induced {
    /// Its directed graph; members in the order of their numbers.
    pub graph: Graph,
    /// Times that each member was addressed by other members; of follows, the members who follow it.
    pub drawn: Vec<u64>,
    /// Of interactions, who addressed whom, by positions, and how many times.
    pub addressed: Vec<(u32, u32, u64)>,
    /// Distinct accounts outside the set that are tied to a member.
    pub outside: u64,
    /// Whether any tie was seen in the window, of whomever.
    pub seen: bool,
}

impl Induced {
    /// The network among `members`, of a set that is `whole`.
    ///
    /// # Errors
    /// More accounts than a graph can hold.
    pub fn of(
        evidence: &Evidence,
        tied: Tied,
        window: &Window,
        members: &BTreeSet<u32>,
        whole: &BTreeSet<u32>,
    ) -> Result<Self, Reason> {
        let places = Places::of(members);
        let whole = Places::of(whole);
        let (mut edges, mut drawn, mut seen) = (Vec::new(), vec![0; members.len()], false);
        let (mut addressed, mut outside) = (Vec::new(), BTreeSet::new());
        each_pair(tied.seen(evidence), window, |source, target, times| {
            seen = true;
            let Some(there) = places.get(target) else { return };
            if let Some(here) = places.get(source) {
                edges.push((here, there));
                drawn[there as usize] += match tied {
                    Tied::Follows => 1,
                    Tied::Interactions => {
                        addressed.push((here, there, times));
                        times
                    }
                };
            } else if whole.get(source).is_none() {
                outside.insert(source);
            }
        });
        let graph = Graph::new(members.len(), &edges, true, Repeated::Collapse, SelfLoops::Drop)?;
        Ok(Self {
            graph,
            drawn,
            addressed,
            outside: outside.len() as u64,
            seen,
        })
    }
}

/// Every ordered pair that was tied within a window, once, with the times that it was.
pub fn each_pair(ties: &[TieSeen], window: &Window, mut meet: impl FnMut(u32, u32, u64)) {
    let (from, to) = bounds_ms(window);
    // What was seen of a pair stands together.
    for pair in ties.chunk_by(|one, next| (one.source, one.target) == (next.source, next.target)) {
        let within = pair.iter().filter(|tie| (from..to).contains(&tie.at));
        let times: u64 = within.map(|tie| u64::from(tie.times)).sum();
        if times > 0 {
            meet(pair[0].source, pair[0].target, times);
        }
    }
}

/// Positions of accounts in a graph.
#[derive(Debug)]
pub struct Places(Vec<u32>);

const NOWHERE: u32 = u32::MAX;

impl Places {
    /// In the order of their numbers.
    #[must_use]
    pub fn of(accounts: &BTreeSet<u32>) -> Self {
        let mut places = vec![NOWHERE; accounts.last().map_or(0, |last| *last as usize + 1)];
        for (place, account) in (0..).zip(accounts) {
            places[*account as usize] = place;
        }
        Self(places)
    }

    /// The position of an account, if it has one.
    #[must_use]
    pub fn get(&self, account: u32) -> Option<u32> {
        self.0.get(account as usize).copied().filter(|place| *place != NOWHERE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_met_once_and_only_within_the_window() {
        let study = "title = 't'\nperiod = { from = 2015-06-01, to = 2015-06-10 }\nsamples = { dates = [2015-06-04] }\n\
                     windows = [{ name = 'w', from = 2015-06-02, to = 2015-06-03 }]";
        let study = study::Study::parse(study, "t").unwrap();
        let window = study.window("w").unwrap();
        let (first, day_ms) = (bounds_ms(window).0, tables::DAY_MS);
        let tie = |source, target, day, times| TieSeen {
            source,
            target,
            at: first + day * day_ms,
            times,
        };
        let ties = [
            tie(3, 1, -1, 9),
            tie(3, 1, 0, 2),
            tie(3, 1, 1, 5),
            tie(3, 1, 2, 9),
            tie(3, 2, 2, 1),
            tie(4, 1, 1, 1),
        ];
        let mut met = Vec::new();
        each_pair(&ties, window, |source, target, times| met.push((source, target, times)));
        assert_eq!(met, [(3, 1, 7), (4, 1, 1)]);
    }
}
