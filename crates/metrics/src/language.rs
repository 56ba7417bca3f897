//! Languages: how much of what a group wrote is English, and how many of its accounts write mostly English, by the platform's tag
//! and by the language detected.
//!
//! What an account passed on is somebody else's words and does not count.

use std::collections::BTreeMap;

use crate::evidence::{Evidence, Group, LanguageRow};
use crate::figure::{Figure, Quantity};
use crate::results::Results;

const ENGLISH: &str = "en";
const POSTS: Quantity = Quantity {
    id: "language.english.posts",
    unit: "share",
    definition: "of the own posts in the window whose language was detected, the share in English; n is accounts",
};
const TAGGED: Quantity = Quantity {
    id: "language.english.tagged_posts",
    unit: "share",
    definition: "of the own posts in the window that the platform tagged with a language, the share tagged English; n is \
                 accounts",
};
const ACCOUNTS: Quantity = Quantity {
    id: "language.english.accounts",
    unit: "share",
    definition: "of the accounts with an own post in the window whose language was detected, the share that wrote more posts in \
                 English than in all other languages together; n is accounts",
};
const AGREEMENT: Quantity = Quantity {
    id: "language.agreement",
    unit: "share",
    definition: "of the own posts in the window with both a detected language and the platform's tag, the share in which they \
                 agree; n is accounts",
};
const DETECTED: Quantity = Quantity {
    id: "language.detected",
    unit: "share",
    definition: "of the own posts in the window, the share whose language was detected: what the other shares rest on, and no sample of \
                 anything, so that it has no interval; n is accounts",
};
const ALL: [Quantity; 5] = [POSTS, TAGGED, ACCOUNTS, AGREEMENT, DETECTED];

/// An account's posts of a window, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    posts: u64,
    detected: u64,
    english: u64,
    tagged: u64,
    tagged_english: u64,
    both: u64,
    agree: u64,
}

impl Counts {
    fn add(&mut self, row: &LanguageRow) {
        let tag = tables::language_of_tag(&row.tagged);
        let detected = Some(&*row.detected).filter(|language| !language.is_empty());
        self.posts += row.posts;
        if let Some(language) = detected {
            self.detected += row.posts;
            self.english += if language == ENGLISH { row.posts } else { 0 };
        }
        if let Some(tag) = tag {
            self.tagged += row.posts;
            self.tagged_english += if tag == ENGLISH { row.posts } else { 0 };
        }
        if let (Some(tag), Some(language)) = (tag, detected) {
            self.both += row.posts;
            self.agree += if tag == language { row.posts } else { 0 };
        }
    }
}

/// Measures them.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    for (position, window) in evidence.study.windows().iter().enumerate() {
        for group in Group::ALL {
            let figures = of_window(evidence, group, position)
                .unwrap_or_else(|reason| ALL.map(|quantity| Figure::absent(&quantity, reason)));
            for (quantity, figure) in ALL.iter().zip(figures) {
                results.measure(quantity, group.name(), window.name(), figure);
            }
        }
    }
}

/// Of accounts that wrote a post at least.
fn detected(counts: &[Counts]) -> Figure {
    let sum = |number: fn(&Counts) -> u64| counts.iter().map(number).sum::<u64>();
    let share = sum(|counts| counts.detected) as f64 / sum(|counts| counts.posts) as f64;
    Figure::plain(&DETECTED, share, counts.len() as u64)
}

fn of_window(evidence: &Evidence, group: Group, position: usize) -> Result<[Figure; 5], &'static str> {
    let accounts = evidence.belonging(group, position)?;
    let window = evidence.study.windows().get(position).ok_or("no such window")?;
    let (from, to) = crate::evidence::bounds_ms(window);
    if let Some(reason) = crate::volume::missing(evidence, from, to) {
        return Err(reason);
    }
    let mut by_account: BTreeMap<u32, Counts> = BTreeMap::new();
    let rows = evidence.languages.iter().filter(|row| row.window == position);
    for row in rows.filter(|row| accounts.holds(row.account)) {
        by_account.entry(row.account).or_default().add(row);
    }
    let (accounts, counts): (Vec<u32>, Vec<Counts>) = by_account.into_iter().unzip();
    if counts.is_empty() {
        return Err("no account of the group wrote a post of its own in this window");
    }
    let share = |quantity: &Quantity, part: fn(&Counts) -> u64, whole: fn(&Counts) -> u64, none: &'static str| {
        let each = accounts.iter().zip(&counts);
        evidence.share_of_posts(
            quantity,
            each.map(|(account, counts)| (*account, part(counts), whole(counts))),
            none,
        )
    };
    let each = accounts.iter().zip(&counts);
    let mostly: Vec<(u32, bool)> = each
        .filter(|(_, counts)| counts.detected > 0)
        .map(|(account, counts)| (*account, 2 * counts.english > counts.detected))
        .collect();
    let none_detected = "the language of no post could be told";
    Ok([
        share(&POSTS, |counts| counts.english, |counts| counts.detected, none_detected),
        share(
            &TAGGED,
            |counts| counts.tagged_english,
            |counts| counts.tagged,
            "needs posts.lang",
        ),
        match mostly.is_empty() {
            true => Figure::absent(&ACCOUNTS, none_detected),
            false => Figure::of(&ACCOUNTS, evidence.share_of_accounts(&mostly)),
        },
        share(
            &AGREEMENT,
            |counts| counts.agree,
            |counts| counts.both,
            "no post has both a tag and a detected language",
        ),
        detected(&counts),
    ])
}
