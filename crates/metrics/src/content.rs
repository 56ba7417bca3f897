//! Content: the hashtags that a group wrote, the domains that it linked to, the clients that it posted with.
//!
//! Own posts count; what an account passed on is somebody else's words, and stands beside (`reposts`). A post counts once for a term.

use stats::{Level, mid_p};
use tables::TermKind;

use crate::content_tally::{AccountPosts, Span, Tallied};
use crate::evidence::{Evidence, Group};
use crate::figure::{Figure, Quantity};
use crate::results::{ContentRow, Results};

const HASHTAG_SHARE: Quantity = Quantity {
    id: "content.hashtag_share",
    unit: "share",
    definition: "of the own posts whose source tells hashtags, the share with one; n is accounts",
};
const LINK_SHARE: Quantity = Quantity {
    id: "content.link_share",
    unit: "share",
    definition: "of the own posts whose source tells links, the share with one to a domain; n is accounts",
};
const HASHTAGS: Quantity = Quantity {
    id: "content.hashtags",
    unit: "terms",
    definition: "distinct hashtags of own posts, normalised; n is accounts that posted",
};
const DOMAINS: Quantity = Quantity {
    id: "content.domains",
    unit: "terms",
    definition: "distinct registered domains that own posts link to; n is accounts that posted",
};
const CLIENTS: Quantity = Quantity {
    id: "content.clients",
    unit: "terms",
    definition: "distinct clients of own posts; n is accounts that posted",
};
const HASHTAG_CONCENTRATION: Quantity = Quantity {
    id: "content.hashtag_concentration",
    unit: "index",
    definition: "Herfindahl's index of the uses of hashtags in own posts: the chance that two uses are of one hashtag; n is accounts \
                 that posted",
};
const DOMAIN_CONCENTRATION: Quantity = Quantity {
    id: "content.domain_concentration",
    unit: "index",
    definition: "Herfindahl's index of the links of own posts by domain: the chance that two lead to one; n is accounts that posted",
};
const CLIENT_CONCENTRATION: Quantity = Quantity {
    id: "content.client_concentration",
    unit: "index",
    definition: "Herfindahl's index of own posts by client: the chance that two came from one; n is accounts that posted",
};
const TOP_CLIENT_SHARE: Quantity = Quantity {
    id: "content.top_client_share",
    unit: "share",
    definition: "of the own posts whose client is told, the share of the client with most; n is accounts that posted",
};
const AUTOMATION_SHARE: Quantity = Quantity {
    id: "content.automation_share",
    unit: "share",
    definition: "of the own posts whose client is told, the share from clients marked as posting by themselves; n is accounts that \
                 posted",
};
const ALL: [Quantity; 10] = [
    HASHTAG_SHARE,
    LINK_SHARE,
    HASHTAGS,
    DOMAINS,
    CLIENTS,
    HASHTAG_CONCENTRATION,
    DOMAIN_CONCENTRATION,
    CLIENT_CONCENTRATION,
    TOP_CLIENT_SHARE,
    AUTOMATION_SHARE,
];
/// The word of `terms.mark` for clients that post by themselves.
const AUTOMATION: &str = "automation";
const NO_OWN_POST: &str = "no account of the group wrote a post of its own in this time";

/// Measures it.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    for (position, window) in evidence.study.windows().iter().enumerate() {
        let bounds = crate::evidence::bounds_ms(window);
        for group in Group::ALL {
            let unknown = evidence.belonging(group, position).err();
            let found = of_span(evidence, group, Span::Window(position), bounds, unknown);
            if let Ok(tallied) = found {
                let key = (group.name().to_owned(), window.name().to_owned());
                results.content.insert(key, rows(tallied));
            }
            for (quantity, figure) in ALL.iter().zip(figures(evidence, found)) {
                results.measure(quantity, group.name(), window.name(), figure);
            }
        }
    }
    for (position, sample) in evidence.study.samples().iter().enumerate() {
        let end = evidence.sample_ms(position) + 1;
        let bounds = (
            end - i64::from(crate::content_tally::DAYS_TO_SAMPLE) * tables::DAY_MS,
            end,
        );
        for set in Group::SETS {
            let (group, unknown) = (Group::Set(set), evidence.sample_unknown(set, position));
            let found = of_span(evidence, group, Span::Sample(position), bounds, unknown);
            if let Ok(tallied) = found {
                let key = (group.name().to_owned(), format!("week to {}", sample.date()));
                results.content.insert(key, rows(tallied));
            }
            for (quantity, figure) in ALL.iter().zip(figures(evidence, found)) {
                let figure = figure.noting("members alive at the sample, their posts of the 7 days up to it");
                results.point(quantity, group.name(), evidence.sample_ms(position), figure);
            }
        }
    }
}

fn of_span<'a>(
    evidence: &'a Evidence,
    group: Group,
    span: Span,
    (from, to): (i64, i64),
    unknown: Option<&'static str>,
) -> Result<&'a Tallied, &'static str> {
    if let Some(reason) = unknown.or_else(|| crate::volume::missing(evidence, from, to)) {
        return Err(reason);
    }
    let found = evidence.content.get(&(group, span));
    found.filter(|tallied| !tallied.accounts.is_empty()).ok_or(NO_OWN_POST)
}

fn figures(evidence: &Evidence, found: Result<&Tallied, &'static str>) -> [Figure; 10] {
    let tallied = match found {
        Ok(tallied) => tallied,
        Err(reason) => return ALL.map(|quantity| Figure::absent(&quantity, reason)),
    };
    let accounts = tallied.accounts.len() as u64;
    let told = |part: fn(&AccountPosts) -> u64| tallied.accounts.iter().map(|(_, posts)| part(posts)).sum::<u64>();
    let terms = |quantity: &Quantity, kind, told: u64, needs| match told {
        0 => Figure::absent(quantity, needs),
        _ => Figure::plain(quantity, tallied.kind(kind).distinct as f64, accounts),
    };
    let concentration = |quantity: &Quantity, kind, told: u64, needs, none| {
        let tally = tallied.kind(kind);
        match (told, tally.uses) {
            (0, _) => Figure::absent(quantity, needs),
            (_, 0) => Figure::absent(quantity, none),
            (_, uses) => Figure::plain(quantity, tally.squares as f64 / (uses as f64 * uses as f64), accounts)
                .noting(&format!("{uses} uses")),
        }
    };
    let (hashtags, links, clients) = (
        told(|posts| posts.hashtags_told),
        told(|posts| posts.links_told),
        told(|posts| posts.client_told),
    );
    const NEEDS_HASHTAGS: &str = "needs posts.hashtags";
    const NEEDS_LINKS: &str = "needs posts.urls";
    const NEEDS_CLIENT: &str = "needs posts.client";
    let of_clients = tallied.kind(TermKind::Client);
    let of_told = |quantity: &Quantity, posts: u64| match clients {
        0 => Figure::absent(quantity, NEEDS_CLIENT),
        _ => Figure::plain(quantity, posts as f64 / clients as f64, accounts).noting(&format!("{clients} posts")),
    };
    [
        share(
            evidence,
            &HASHTAG_SHARE,
            tallied,
            |posts| (posts.with_hashtag, posts.hashtags_told),
            NEEDS_HASHTAGS,
        ),
        share(
            evidence,
            &LINK_SHARE,
            tallied,
            |posts| (posts.with_link, posts.links_told),
            NEEDS_LINKS,
        ),
        terms(&HASHTAGS, TermKind::Hashtag, hashtags, NEEDS_HASHTAGS),
        terms(&DOMAINS, TermKind::Domain, links, NEEDS_LINKS),
        terms(&CLIENTS, TermKind::Client, clients, NEEDS_CLIENT),
        concentration(
            &HASHTAG_CONCENTRATION,
            TermKind::Hashtag,
            hashtags,
            NEEDS_HASHTAGS,
            "no own post has a hashtag",
        ),
        concentration(
            &DOMAIN_CONCENTRATION,
            TermKind::Domain,
            links,
            NEEDS_LINKS,
            "no own post has a link",
        ),
        concentration(
            &CLIENT_CONCENTRATION,
            TermKind::Client,
            clients,
            NEEDS_CLIENT,
            NEEDS_CLIENT,
        ),
        of_told(&TOP_CLIENT_SHARE, of_clients.top.first().map_or(0, |top| top.posts)),
        of_told(
            &AUTOMATION_SHARE,
            of_clients.marked.get(AUTOMATION).copied().unwrap_or_default(),
        ),
    ]
}

/// A share of posts.
fn share(
    evidence: &Evidence,
    quantity: &Quantity,
    tallied: &Tallied,
    of: fn(&AccountPosts) -> (u64, u64),
    needs: &'static str,
) -> Figure {
    let each = tallied.accounts.iter().map(|(account, posts)| {
        let (part, whole) = of(posts);
        (*account, part, whole)
    });
    evidence.share_of_posts(quantity, each, needs)
}

/// The rows of the table, by kind and rank.
fn rows(tallied: &Tallied) -> Vec<ContentRow> {
    let mut rows = Vec::new();
    for kind in [TermKind::Client, TermKind::Domain, TermKind::Hashtag] {
        let told = |posts: &AccountPosts| match kind {
            TermKind::Client => posts.client_told,
            TermKind::Domain => posts.links_told,
            TermKind::Hashtag => posts.hashtags_told,
        };
        let posts_of_group: u64 = tallied.accounts.iter().map(|(_, posts)| told(posts)).sum();
        let accounts_of_group = tallied.accounts.iter().filter(|(_, posts)| told(posts) > 0).count() as u64;
        let top = &tallied.kind(kind).top;
        for (term, rank) in top.iter().zip(1..) {
            let interval = mid_p(term.accounts.min(accounts_of_group), accounts_of_group, Level::P95).ok();
            rows.push(ContentRow {
                kind,
                rank,
                term: term.clone(),
                posts_of_group,
                accounts_of_group,
                share_of_accounts: interval.map(|interval| (interval.value, interval.ci_low, interval.ci_high)),
            });
        }
    }
    rows
}
