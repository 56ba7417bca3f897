//! Uses of hashtags, domains and clients summed up by group and span, in one pass over rows that come by term, then account.
//!
//! Rows are counted and forgotten: what is held grows with groups, spans and accounts, not with terms. A span is a window, or the
//! seven days up to a sample.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use tables::TermKind;

use crate::evidence::Group;

/// Terms of each kind that are kept, by posts and by accounts.
pub const MOST_TERMS: usize = 50;
/// Days up to a sample, its own day among them, whose posts count for it.
pub const DAYS_TO_SAMPLE: i32 = 7;

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// A window, at its position in the study.
    Window(usize),
    /// The days up to a sample, at its position in the study.
    Sample(usize),
}

/// A term and how it was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermUse {
    /// Its platform.
    pub platform: String,
    /// The term.
    pub term: String,
    /// What is known of it.
    pub mark: Option<String>,
    /// Own posts with it.
    pub posts: u64,
    /// Reposts with it.
    pub reposts: u64,
    /// Accounts that wrote these posts.
    pub accounts: u64,
}

/// Terms of a kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KindTally {
    /// Terms in at least one own post.
    pub distinct: u64,
    /// Own posts with a term, once for each term.
    pub uses: u64,
    /// The squares of the terms' posts, summed up.
    pub squares: u128,
    /// Uses of marked terms, by mark.
    pub marked: BTreeMap<String, u64>,
    /// The terms of most posts and of most accounts, in order of posts, then accounts; equal ones by platform and term.
    pub top: Vec<TermUse>,
}

impl KindTally {
    fn add(&mut self, term: TermUse) {
        self.distinct += 1;
        self.uses += term.posts;
        self.squares += u128::from(term.posts) * u128::from(term.posts);
        if let Some(mark) = &term.mark {
            *self.marked.entry(mark.clone()).or_default() += term.posts;
        }
        self.top.push(term);
        if self.top.len() >= 8 * MOST_TERMS {
            self.cut();
        }
    }

    /// Leaves the terms of most posts and of most accounts. Terms come in order of platform and name, which the sorts keep.
    fn cut(&mut self) {
        self.top
            .sort_by(|a, b| (&a.platform, &a.term).cmp(&(&b.platform, &b.term)));
        self.top.sort_by_key(|term| Reverse((term.accounts, term.posts)));
        let mut by_accounts = 0;
        let kept: BTreeSet<(String, String)> = self
            .top
            .iter()
            .take_while(|_| {
                by_accounts += 1;
                by_accounts <= MOST_TERMS
            })
            .map(|term| (term.platform.clone(), term.term.clone()))
            .collect();
        self.top
            .sort_by(|a, b| (&a.platform, &a.term).cmp(&(&b.platform, &b.term)));
        self.top.sort_by_key(|term| Reverse((term.posts, term.accounts)));
        let mut place = 0;
        self.top.retain(|term| {
            place += 1;
            place <= MOST_TERMS || kept.contains(&(term.platform.clone(), term.term.clone()))
        });
    }
}

/// An account's own posts of a span, as far as sources tell what they hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccountPosts {
    /// All.
    pub posts: u64,
    /// Whose hashtags are told.
    pub hashtags_told: u64,
    /// With a hashtag.
    pub with_hashtag: u64,
    /// Whose links are told.
    pub links_told: u64,
    /// With a link.
    pub with_link: u64,
    /// Whose client is told.
    pub client_told: u64,
}

/// Content of a group's posts in a span.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tallied {
    kinds: [KindTally; TermKind::ALL.len()],
    /// Each account with its posts, in the order of platform and id.
    pub accounts: Vec<(u32, AccountPosts)>,
}

impl Tallied {
    /// The terms of a kind.
    #[must_use]
    pub fn kind(&self, kind: TermKind) -> &KindTally {
        &self.kinds[kind as usize]
    }
}

/// Content by group and span.
pub type Contents = BTreeMap<(Group, Span), Tallied>;

/// A span and who is counted in it.
#[derive(Debug)]
pub struct Counted {
    /// The span.
    pub span: Span,
    /// Its first and its last day.
    pub days: (i32, i32),
    /// The groups with their accounts; none: everybody.
    pub groups: Vec<(Group, Option<BTreeSet<u32>>)>,
}

/// Who belongs to what, and when.
#[derive(Debug, Default)]
pub struct Belongings {
    /// The spans.
    pub spans: Vec<Counted>,
    /// The accounts of the parts that everything is split into.
    pub parts: Vec<BTreeSet<u32>>,
}

/// Accounts by their numbers, a bit each: every row asks for all places of its day.
#[derive(Debug, Default)]
struct Members(Vec<u64>);

impl Members {
    fn of(accounts: &BTreeSet<u32>) -> Self {
        let last = accounts.last().map_or(0, |last| *last as usize + 1);
        let mut bits = vec![0; last.div_ceil(64)];
        for account in accounts {
            bits[*account as usize / 64] |= 1 << (account % 64);
        }
        Self(bits)
    }

    fn holds(&self, account: u32) -> bool {
        let word = self.0.get(account as usize / 64);
        word.is_some_and(|word| word >> (account % 64) & 1 == 1)
    }
}

/// A cell in which uses of the current term are counted.
#[derive(Debug, Clone, Copy, Default)]
struct Uses {
    posts: u64,
    reposts: u64,
    accounts: u64,
    last_account: Option<u32>,
}

/// The pass over the rows.
#[derive(Debug)]
pub struct Tally {
    /// Group, span, and who belongs, of each place.
    places: Vec<(Group, Span, Option<Members>)>,
    /// The places whose span holds a day.
    by_day: BTreeMap<i32, Vec<usize>>,
    parts: Vec<Members>,
    /// By part (0 is the whole) and place.
    tallied: Vec<Vec<Tallied>>,
    uses: Vec<Vec<Uses>>,
    touched: Vec<(usize, usize)>,
    /// The places that the row at hand counts in.
    found: Vec<(usize, usize)>,
    term: Option<(String, TermKind, String, Option<String>)>,
    /// The account whose days come, and what its posts hold by part and place.
    account: Option<u32>,
    days: BTreeMap<(usize, usize), AccountPosts>,
}

impl Tally {
    /// A pass that has seen nothing.
    #[must_use]
    pub fn new(belongings: Belongings) -> Self {
        let mut places = Vec::new();
        let mut by_day: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
        for Counted {
            span,
            days: (first, last),
            groups,
        } in belongings.spans
        {
            for (group, accounts) in groups {
                for day in first..=last {
                    by_day.entry(day).or_default().push(places.len());
                }
                places.push((group, span, accounts.as_ref().map(Members::of)));
            }
        }
        let parts = belongings.parts.len() + 1;
        Self {
            tallied: vec![vec![Tallied::default(); places.len()]; parts],
            uses: vec![vec![Uses::default(); places.len()]; parts],
            places,
            by_day,
            parts: belongings.parts.iter().map(Members::of).collect(),
            touched: Vec::new(),
            found: Vec::new(),
            term: None,
            account: None,
            days: BTreeMap::new(),
        }
    }

    /// Finds the places that an account's posts of a day count in, of the whole and of its parts.
    fn find_places(&mut self, account: u32, day: i32) {
        self.found.clear();
        for place in self.by_day.get(&day).into_iter().flatten() {
            let members = self.places[*place].2.as_ref();
            if members.is_none_or(|members| members.holds(account)) {
                self.found.push((0, *place));
                let parts = self.parts.iter().zip(1..).filter(|(part, _)| part.holds(account));
                self.found.extend(parts.map(|(_, part)| (part, *place)));
            }
        }
    }

    /// Takes a row of `terms`; rows come by platform, kind and term, then account.
    pub fn term(&mut self, row: &tables::Term<'_>, account: u32) {
        let same = self
            .term
            .as_ref()
            .is_some_and(|(platform, kind, term, _)| *kind == row.kind && term == row.term && platform == row.platform);
        if !same {
            self.end_term();
            self.term = Some((
                row.platform.to_owned(),
                row.kind,
                row.term.to_owned(),
                row.mark.map(str::to_owned),
            ));
        }
        self.find_places(account, row.day.0);
        for (part, place) in self.found.iter().copied() {
            let uses = &mut self.uses[part][place];
            if uses.posts == 0 && uses.reposts == 0 {
                self.touched.push((part, place));
            }
            let posts = u64::try_from(row.posts).unwrap_or_default();
            uses.posts += posts;
            uses.reposts += u64::try_from(row.reposts).unwrap_or_default();
            if posts > 0 && uses.last_account != Some(account) {
                uses.accounts += 1;
                uses.last_account = Some(account);
            }
        }
    }

    fn end_term(&mut self) {
        let Some((platform, kind, term, mark)) = self.term.take() else {
            return;
        };
        for (part, place) in std::mem::take(&mut self.touched) {
            let uses = std::mem::take(&mut self.uses[part][place]);
            // What was only passed on is not the group's own.
            if uses.posts > 0 {
                self.tallied[part][place].kinds[kind as usize].add(TermUse {
                    platform: platform.clone(),
                    term: term.clone(),
                    mark: mark.clone(),
                    posts: uses.posts,
                    reposts: uses.reposts,
                    accounts: uses.accounts,
                });
            }
        }
    }

    /// Takes a row of `posting_days`; rows come by account.
    pub fn day(&mut self, row: &tables::PostingDay<'_>, account: u32) {
        if self.account != Some(account) {
            self.end_account();
            self.account = Some(account);
        }
        let count = |count: i64| u64::try_from(count).unwrap_or_default();
        self.find_places(account, row.day.0);
        for place in &self.found {
            let sum = self.days.entry(*place).or_default();
            sum.posts += count(row.posts);
            sum.hashtags_told += count(row.hashtags_told);
            sum.with_hashtag += count(row.with_hashtag);
            sum.links_told += count(row.links_told);
            sum.with_link += count(row.with_link);
            sum.client_told += count(row.client_told);
        }
    }

    fn end_account(&mut self) {
        let Some(account) = self.account else { return };
        for ((part, place), posts) in std::mem::take(&mut self.days) {
            if posts.posts > 0 {
                self.tallied[part][place].accounts.push((account, posts));
            }
        }
    }

    /// The content of the whole, and that of each part.
    #[must_use]
    pub fn finish(mut self) -> Vec<Contents> {
        self.end_term();
        self.end_account();
        let places: Vec<(Group, Span)> = self.places.iter().map(|(group, span, _)| (*group, *span)).collect();
        let of_part = |tallied: Vec<Tallied>| {
            let all = places.iter().copied().zip(tallied);
            all.map(|(place, mut tallied)| {
                tallied.kinds.iter_mut().for_each(KindTally::cut);
                (place, tallied)
            })
            .collect()
        };
        self.tallied.into_iter().map(of_part).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Any order of cutting leaves the terms of most posts and of most accounts.
    #[test]
    fn the_terms_of_most_posts_and_accounts_are_kept() {
        let mut tally = KindTally::default();
        let mut all = Vec::new();
        for i in 0..3_000_u64 {
            let term = TermUse {
                platform: "twitter".to_owned(),
                term: format!("t{i:04}"),
                mark: None,
                posts: i * 7919 % 1_000 + 1,
                reposts: 0,
                accounts: i * 104_729 % 500 + 1,
            };
            all.push(term.clone());
            tally.add(term);
        }
        tally.cut();
        assert_eq!(
            (tally.distinct, tally.uses),
            (3_000, all.iter().map(|term| term.posts).sum())
        );
        let mut by_posts = all.clone();
        by_posts.sort_by_key(|term| (Reverse((term.posts, term.accounts)), term.term.clone()));
        let mut by_accounts = all;
        by_accounts.sort_by_key(|term| (Reverse((term.accounts, term.posts)), term.term.clone()));
        let kept = &by_accounts[..MOST_TERMS];
        let mut places = by_posts.into_iter().enumerate();
        let expected: Vec<TermUse> = places
            .by_ref()
            .filter(|(place, term)| *place < MOST_TERMS || kept.contains(term))
            .map(|(_, term)| term)
            .collect();
        assert_eq!(tally.top, expected);
    }
}
