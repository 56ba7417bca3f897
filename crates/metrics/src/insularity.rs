//! Insularity: how many ties of a set's members stay inside the set.
//!
//! Follows are distinct ordered pairs of different accounts; interactions are counted each time, those with oneself never. Ties that
//! have an account in common are alike, whichever end it stands at, and the interval of a share allows for that ([`DyadicShare`]): one
//! that resamples members alone would not know that an outsider whom many follow adds to the outside of each.
//!
//! Lists of follows are seldom collected of all members. A member whose own list was not is still seen in the lists of others, who
//! are members, so that all its ties seem to stay inside. Only lists that hold an outsider are taken as collected and counted. Where
//! follows come one by one, as a stream of events tells of them, nobody's list is known.

#[cfg(doc)]
use stats::DyadicShare;
use stats::{Level, Reason, TieCounts, inside_share};

use crate::dyads;
use crate::evidence::{Evidence, Group, Relation, TieRow};
use crate::figure::{Figure, Quantity};
use crate::results::{Results, TieTotals};
use crate::trend::INCONCLUSIVE;

const SHARES: [(Relation, Quantity); 3] = [
    (
        Relation::FollowsOut,
        Quantity {
            id: "insularity.follows_out",
            unit: "share",
            definition: "of the accounts that members follow, the share that are members too; in the last list \
                         collected of each member; n is members, the interval allows for ties that share an account",
        },
    ),
    (
        Relation::FollowsIn,
        Quantity {
            id: "insularity.follows_in",
            unit: "share",
            definition: "of the accounts that follow members, the share that are members too; in the last list \
                         collected of each member; n is members, the interval allows for ties that share an account",
        },
    ),
    (
        Relation::Interactions,
        Quantity {
            id: "insularity.interactions",
            unit: "share",
            definition: "of the times that members addressed others, the share that went to members; n is members, \
                         the interval allows for ties that share an account",
        },
    ),
];
const RECIPROCITY: Quantity = Quantity {
    id: "insularity.reciprocity",
    unit: "share",
    definition: "of the follows between members, the share that are returned; in the last list collected of each \
                 member; n is members, the interval allows for ties that share an account",
};
const EI_INDEX: Quantity = Quantity {
    id: "insularity.ei_index",
    unit: "index from -1 (all inside) to 1 (all outside)",
    definition: "E-I index (outside - inside) / (outside + inside); n is members, the interval that of the share; the finding holds when \
                 the intervals of all shares that could be measured lie on one side of one half",
};
const MOSTLY_INSIDE: &str = "mostly inside";
const MOSTLY_OUTSIDE: &str = "mostly outside";
const FOLLOWS_POLICY: &str =
    "the last list collected of each member: ordered pairs, each once; follows of oneself dropped";
const INTERACTIONS_POLICY: &str =
    "each time counted; interactions with oneself dropped; reciprocated pairs are distinct";

/// Fewest lists by which it is told whether they are lists.
const FEWEST_LISTS: usize = 5;

/// Measures it.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    for group in Group::ALL {
        for (position, window) in evidence.study.windows().iter().enumerate() {
            let shares = SHARES.map(|(relation, quantity)| share(evidence, group, position, relation, &quantity));
            let reciprocity = reciprocity(evidence, group, position);
            let index = index(&shares);
            for ((_, quantity), figure) in SHARES.iter().zip(shares) {
                results.measure(quantity, group.name(), window.name(), figure);
            }
            results.measure(&RECIPROCITY, group.name(), window.name(), reciprocity);
            results.measure(&EI_INDEX, group.name(), window.name(), index);
        }
    }
    network(evidence, results);
}

fn ties_of(evidence: &Evidence, group: Group, window: usize, relation: Relation) -> Vec<&TieRow> {
    let Group::Set(set) = group else { return Vec::new() };
    let ties = evidence.ties.iter();
    ties.filter(|row| row.set == set && row.window == window && row.relation == relation && row.collected)
        .collect()
}

fn totals(ties: &[&TieRow]) -> TieCounts {
    TieCounts {
        inside: ties.iter().map(|row| row.inside).sum(),
        outside: ties.iter().map(|row| row.outside).sum(),
    }
}

/// Why a share cannot be measured, apart from there being no ties.
fn unknown(evidence: &Evidence, group: Group, window: usize, relation: Relation) -> Option<&'static str> {
    if group == Group::Everyone {
        return Some("everyone has no outside");
    }
    if let Err(reason) = evidence.belonging(group, window) {
        return Some(reason);
    }
    let follows = matches!(relation, Relation::FollowsOut | Relation::FollowsIn);
    if follows && evidence.table("follows").records == 0 {
        return Some("needs follows");
    }
    if !follows && evidence.interaction_records == 0 {
        return Some("needs posts that address others");
    }
    None
}

/// Why there is no share, for whatever reason.
pub(crate) fn absent_because(
    evidence: &Evidence,
    group: Group,
    window: usize,
    relation: Relation,
) -> Option<&'static str> {
    let reason = unknown(evidence, group, window, relation);
    if reason.is_some() {
        return reason;
    }
    let ties = ties_of(evidence, group, window, relation);
    if ties.is_empty() {
        return Some(not_collected(evidence, group, window, relation));
    }
    let lists = ties.iter().filter(|row| row.seen.is_some());
    let mut sizes: Vec<u64> = lists.map(|row| row.inside + row.outside).collect();
    sizes.sort_unstable();
    // Most members would have to have one follow only.
    let one_by_one = sizes.len() >= FEWEST_LISTS && sizes[sizes.len() / 2] == 1;
    one_by_one.then_some(
        "needs lists of follows: most that were seen of a member at one time are single ones, as a stream tells of them",
    )
}

fn share(evidence: &Evidence, group: Group, window: usize, relation: Relation, quantity: &Quantity) -> Figure {
    if let Some(reason) = absent_because(evidence, group, window, relation) {
        return Figure::absent(quantity, reason);
    }
    let ties = ties_of(evidence, group, window, relation);
    let total = totals(&ties);
    let Group::Set(set) = group else {
        return Figure::absent(quantity, "everyone has no outside");
    };
    let Some(bounds) = evidence.study.windows().get(window) else {
        return Figure::absent(quantity, "no such window");
    };
    let pairs = dyads::of(evidence, set, bounds, relation, &ties).estimate(Level::P95);
    let figure = match pairs {
        // No tie differs from another, so those seen tell no spread; they still are finitely many.
        Ok(estimate) if estimate.no_interval == Some(Reason::Constant) => {
            Figure::of(quantity, inside_share(total, Level::P95))
                .noting("all ties are alike, so the interval is of ties")
        }
        pairs => Figure::of(quantity, pairs),
    }
    .resting_on(ties.len() as u64);
    let word = finding(&figure);
    figure
        .noting(&format!("{} inside, {} outside", total.inside, total.outside))
        .finding(word)
}

/// Why there is nothing to count.
fn not_collected(evidence: &Evidence, group: Group, window: usize, relation: Relation) -> &'static str {
    let seen = evidence
        .ties
        .iter()
        .any(|row| Group::Set(row.set) == group && row.window == window && row.relation == relation);
    match relation {
        Relation::FollowsOut if seen => {
            "needs lists of the accounts that members follow: every follow seen leads to a member"
        }
        Relation::FollowsIn if seen => "needs lists of the members' followers: every follow seen comes from a member",
        _ => "no such tie of a member was seen in this window",
    }
}

fn finding(share: &Figure) -> &'static str {
    match share.interval() {
        Some((low, _)) if low > 0.5 => MOSTLY_INSIDE,
        Some((_, high)) if high < 0.5 => MOSTLY_OUTSIDE,
        _ => INCONCLUSIVE,
    }
}

fn reciprocity(evidence: &Evidence, group: Group, window: usize) -> Figure {
    if let Some(reason) = unknown(evidence, group, window, Relation::FollowsOut) {
        return Figure::absent(&RECIPROCITY, reason);
    }
    // A follow between members stands in the list of either, so lists of followers do as well.
    let both = [Relation::FollowsOut, Relation::FollowsIn].map(|of| (of, ties_of(evidence, group, window, of)));
    let measured = both.into_iter().find(|(_, ties)| totals(ties).inside > 0);
    let (Some((relation, ties)), Group::Set(set)) = (measured, group) else {
        return Figure::absent(&RECIPROCITY, "no list that was collected of a member holds a member");
    };
    let follows = totals(&ties).inside;
    Figure::of(
        &RECIPROCITY,
        dyads::returned(evidence, set, relation, &ties).estimate(Level::P95),
    )
    .resting_on(ties.len() as u64)
    .noting(&format!("{follows} follows between members"))
}

/// 1 − 2·share of the first relation that could be measured, with a finding over all that could.
fn index(shares: &[Figure; 3]) -> Figure {
    let measured: Vec<(&str, &Figure)> = SHARES
        .iter()
        .zip(shares)
        .filter(|(_, figure)| figure.value.is_some())
        .map(|((relation, _), figure)| (relation.name(), figure))
        .collect();
    let Some((relation, figure)) = measured.first() else {
        let reason = shares[0]
            .reason
            .clone()
            .unwrap_or_else(|| "no share could be measured".to_owned());
        return Figure::absent(&EI_INDEX, reason);
    };
    let index = |share: f64| 1.0 - 2.0 * share;
    let words: Vec<&'static str> = measured.iter().map(|(_, figure)| finding(figure)).collect();
    let word = match words.as_slice() {
        [first, rest @ ..] if rest.iter().all(|word| word == first) => first,
        _ => INCONCLUSIVE,
    };
    let each: Vec<String> = measured
        .iter()
        .zip(&words)
        .map(|((relation, figure), word)| format!("{relation} {:.3} {word}", figure.value.unwrap_or_default()))
        .collect();
    let mut ei = Figure::plain(&EI_INDEX, figure.value.map(index).unwrap_or_default(), figure.n);
    ei.ci_low = figure.ci_high.map(index);
    ei.ci_high = figure.ci_low.map(index);
    ei.noting(&format!("of {relation}"))
        .noting(&format!("inside shares: {}", each.join(", ")))
        .finding(word)
}

/// The table `network`: every relation that occurs, and the three of the shares even where nothing was seen.
fn network(evidence: &Evidence, results: &mut Results) {
    for set in Group::SETS {
        if evidence.set_unknown(set).is_some() {
            continue;
        }
        for (position, window) in evidence.study.windows().iter().enumerate() {
            for (relation, _) in &SHARES {
                let policy = policy(*relation);
                let key = (
                    set.word().to_owned(),
                    window.name().to_owned(),
                    relation.name().to_owned(),
                );
                results.network.insert(
                    key,
                    TieTotals {
                        policy,
                        ..TieTotals::default()
                    },
                );
            }
            for row in evidence
                .ties
                .iter()
                .filter(|row| row.set == set && row.window == position && row.collected)
            {
                let key = (
                    set.word().to_owned(),
                    window.name().to_owned(),
                    row.relation.name().to_owned(),
                );
                let totals = results.network.entry(key).or_default();
                totals.policy = policy(row.relation);
                totals.accounts += 1;
                totals.inside += row.inside as i64;
                totals.outside += row.outside as i64;
                totals.reciprocated += row.reciprocated as i64;
            }
        }
    }
}

fn policy(relation: Relation) -> &'static str {
    match relation {
        Relation::FollowsOut | Relation::FollowsIn => FOLLOWS_POLICY,
        Relation::Interactions | Relation::Kind(_) => INTERACTIONS_POLICY,
    }
}
