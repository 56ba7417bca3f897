//! The measures of what posts hold besides words.

use super::Counts::Accounts;
use super::Is::Quantity;
use super::{Entry, entry};

/// In the order of the report.
pub(super) const ENTRIES: &[Entry] = &[
    entry(
        "content.hashtag_share",
        "Share of posts with a hashtag",
        Accounts,
        Quantity,
        "share with a hashtag, of the own posts whose source tells hashtags",
    ),
    entry(
        "content.link_share",
        "Share of posts with a link",
        Accounts,
        Quantity,
        "share with a link, of the own posts whose source tells links",
    ),
    entry(
        "content.hashtags",
        "Hashtags",
        Accounts,
        Quantity,
        "distinct hashtags of own posts",
    ),
    entry(
        "content.domains",
        "Domains linked to",
        Accounts,
        Quantity,
        "distinct registered domains that own posts link to",
    ),
    entry(
        "content.clients",
        "Clients",
        Accounts,
        Quantity,
        "distinct programs that own posts were written with",
    ),
    entry(
        "content.hashtag_concentration",
        "Concentration of hashtags",
        Accounts,
        Quantity,
        "chance that two uses of hashtags are of one (Herfindahl)",
    ),
    entry(
        "content.domain_concentration",
        "Concentration of links",
        Accounts,
        Quantity,
        "chance that two links lead to one domain (Herfindahl)",
    ),
    entry(
        "content.client_concentration",
        "Concentration of clients",
        Accounts,
        Quantity,
        "chance that two posts came from one client (Herfindahl)",
    ),
    entry(
        "content.top_client_share",
        "Share of the first client",
        Accounts,
        Quantity,
        "share from the client with most, of the own posts whose client is told",
    ),
    entry(
        "content.automation_share",
        "Share of automation clients",
        Accounts,
        Quantity,
        "share from clients known to post by themselves, of the own posts whose client is told",
    ),
];
