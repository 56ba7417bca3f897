//! The measures of networks: what the ties among members look like, and what chance would make of ties.

use super::Counts::Accounts;
use super::Is::{Headcount, Quantity};
use super::{Entry, entry};

macro_rules! beside {
    ($id:literal, $title:literal) => {
        [
            entry(
                concat!($id, ".expected"),
                concat!($title, ", by chance"),
                Accounts,
                Quantity,
                "mean over networks in which everybody has as many ties, tied at random",
            ),
            entry(
                concat!($id, ".z"),
                concat!($title, ", against chance"),
                Accounts,
                Quantity,
                "how many standard deviations the observed number lies above that by chance",
            ),
        ]
    };
}

macro_rules! network {
    ($network:literal, $title:literal, $ties:literal, $reach:literal) => {
        [
            entry(
                concat!("structure.", $network, ".accounts"),
                concat!($title, ": accounts"),
                Accounts,
                Headcount,
                "accounts on the list in the window",
            ),
            entry(
                concat!("structure.", $network, ".ties"),
                concat!($title, ": ties"),
                Accounts,
                Quantity,
                concat!("ordered pairs of members tied by ", $ties, ", each once"),
            ),
            entry(
                concat!("structure.", $network, ".density"),
                concat!($title, ": density"),
                Accounts,
                Quantity,
                "share of the ordered pairs of members that are tied",
            ),
            entry(
                concat!("structure.", $network, ".weak_components"),
                concat!($title, ": components"),
                Accounts,
                Quantity,
                "parts that hang together, whatever the direction; an account without a tie is one",
            ),
            entry(
                concat!("structure.", $network, ".weak_components.largest_share"),
                concat!($title, ": largest component"),
                Accounts,
                Quantity,
                "share of the accounts that are in the largest component",
            ),
            entry(
                concat!("structure.", $network, ".strong_components"),
                concat!($title, ": strong components"),
                Accounts,
                Quantity,
                "parts in which everybody is reached from everybody along ties",
            ),
            entry(
                concat!("structure.", $network, ".strong_components.largest_share"),
                concat!($title, ": largest strong component"),
                Accounts,
                Quantity,
                "share of the accounts that are in the largest strong component",
            ),
            entry(
                concat!("structure.", $network, ".core"),
                concat!($title, ": k of the innermost core"),
                Accounts,
                Quantity,
                "largest k for which some accounts are each tied to at least k others of them",
            ),
            entry(
                concat!("structure.", $network, ".core.accounts"),
                concat!($title, ": accounts in the innermost core"),
                Accounts,
                Headcount,
                "accounts that belong to the innermost core",
            ),
            entry(
                concat!("structure.", $network, ".reciprocity"),
                concat!($title, ": reciprocity"),
                Accounts,
                Quantity,
                "share of the ties that are returned, of all that were seen",
            ),
            entry(
                concat!("structure.", $network, ".assortativity"),
                concat!($title, ": assortativity"),
                Accounts,
                Quantity,
                "correlation between the numbers of ties at the two ends of a tie",
            ),
            entry(
                concat!("structure.", $network, ".transitivity"),
                concat!($title, ": transitivity"),
                Accounts,
                Quantity,
                "how often two who are tied to a third are tied to each other",
            ),
            entry(
                concat!("structure.", $network, ".communities"),
                concat!($title, ": communities"),
                Accounts,
                Quantity,
                "groups of more than one with more ties inside than by chance (Leiden)",
            ),
            entry(
                concat!("structure.", $network, ".modularity"),
                concat!($title, ": modularity"),
                Accounts,
                Quantity,
                "share of ties inside communities less that by chance",
            ),
            entry(
                concat!("structure.", $network, ".attention_gini"),
                concat!($title, ": concentration of attention"),
                Accounts,
                Quantity,
                "Gini coefficient of what members draw from members: 0 even, 1 all to one",
            ),
            entry(
                concat!("structure.", $network, ".page_rank_gini"),
                concat!($title, ": concentration of PageRank"),
                Accounts,
                Quantity,
                "Gini coefficient of PageRank: 0 even, 1 all to one",
            ),
            entry(
                concat!("structure.", $network, ".betweenness_gini"),
                concat!($title, ": concentration of betweenness"),
                Accounts,
                Quantity,
                "Gini coefficient of the shortest paths that lead through accounts",
            ),
            entry(
                concat!("structure.", $network, ".reach"),
                concat!($title, ": reach"),
                Accounts,
                Headcount,
                concat!("distinct accounts outside the set that ", $reach, " a member"),
            ),
        ]
    };
}

macro_rules! observed {
    ($id:literal, $title:literal) => {
        entry(
            concat!($id, ".observed"),
            concat!($title, ", held against chance"),
            Accounts,
            Quantity,
            "the number of the distinct pairs of the window, which is what random networks are held against",
        )
    };
}

/// The shares of insularity, and the index, that are held against chance.
const OBSERVED: &[Entry] = &[
    observed!("insularity.follows_out", "Follows of members that stay inside"),
    observed!("insularity.follows_in", "Follows of members that come from inside"),
    observed!("insularity.interactions", "Interactions of members that stay inside"),
    observed!("insularity.ei_index", "E–I index"),
];
/// What chance would make of them.
const INSULARITY: &[[Entry; 2]] = &[
    beside!("insularity.follows_out", "Follows of members that stay inside"),
    beside!("insularity.follows_in", "Follows of members that come from inside"),
    beside!("insularity.interactions", "Interactions of members that stay inside"),
    beside!("insularity.ei_index", "E–I index"),
];
const FOLLOWS: &[Entry] = &network!("follows", "Follows among members", "a follow", "follow");
const INTERACTIONS: &[Entry] = &network!(
    "interactions",
    "Interactions among members",
    "a reply, mention, repost or quote",
    "addressed"
);
/// What of either network is held against chance.
const MIXING: &[[Entry; 2]] = &[
    beside!("structure.follows.reciprocity", "Follows among members: reciprocity"),
    beside!(
        "structure.follows.assortativity",
        "Follows among members: assortativity"
    ),
    beside!(
        "structure.interactions.reciprocity",
        "Interactions among members: reciprocity"
    ),
    beside!(
        "structure.interactions.assortativity",
        "Interactions among members: assortativity"
    ),
];

/// All of them, in the order of the report.
pub(super) fn all() -> impl Iterator<Item = &'static Entry> {
    let beside = OBSERVED.iter().chain(INSULARITY.as_flattened());
    beside.chain(FOLLOWS).chain(INTERACTIONS).chain(MIXING.as_flattened())
}
