//! What posts hold besides words, counted by account and day: hashtags, domains of links, clients ([`terms`](crate::terms)); and
//! the days on which accounts post. Two tables, so that nobody who counts them has to read posts.
//!
//! A post counts once for a term, however often it has it. Memory grows with the distinct terms (some 100 bytes each), with the
//! distinct (term, account, day) (24 bytes, at most twice) and with the days on which accounts posted (40 bytes, at most twice).

use std::collections::HashMap;

use stage::Run;
use tables::{AccountSigns, Day, Post, PostKind, PostingDay, PostingDays, Term, TermKind, Terms};

use crate::account_signs::Habits;
use crate::accounts::{AccountNumber, AccountNumbers};
use crate::known::Known;
use crate::tally::Tally;
use crate::terms;

/// Spellings that are remembered; then their memory is given back, so that a stream of names never seen again cannot fill it.
const REMEMBERED: usize = 1 << 20;

/// A term within one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct TermNumber(u32);

/// Terms as small numbers, each held once.
#[derive(Debug, Default)]
struct TermNumbers {
    names: Vec<(TermKind, Box<str>)>,
    numbers: [HashMap<Box<str>, TermNumber>; 3],
    /// What spellings were found to be, by kind.
    spellings: [HashMap<Box<str>, Option<TermNumber>>; 3],
}

impl TermNumbers {
    /// The term that a spelling is, by `normalise` where it was not met before.
    fn number(
        &mut self,
        kind: TermKind,
        written: &str,
        normalise: fn(&str) -> Option<String>,
    ) -> anyhow::Result<Option<TermNumber>> {
        let place = kind as usize;
        if let Some(known) = self.spellings[place].get(written) {
            return Ok(*known);
        }
        let number = match normalise(written) {
            None => None,
            Some(term) => Some(match self.numbers[place].get(term.as_str()) {
                Some(known) => *known,
                None => {
                    let number = TermNumber(u32::try_from(self.names.len())?);
                    self.names.push((kind, term.as_str().into()));
                    self.numbers[place].insert(term.into_boxed_str(), number);
                    number
                }
            }),
        };
        if self.spellings[place].len() >= REMEMBERED {
            self.spellings[place].clear();
        }
        self.spellings[place].insert(written.into(), number);
        Ok(number)
    }

    /// The place of each term in the order of kind and term.
    fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..).take(self.names.len()).collect();
        order.sort_by(|a, b| {
            let name = |number: &u32| {
                let (kind, term) = &self.names[*number as usize];
                (kind.word(), term)
            };
            name(a).cmp(&name(b))
        });
        ranks(&order)
    }
}

/// Turns an order of numbers into the place of each.
fn ranks(order: &[u32]) -> Vec<u32> {
    let mut ranks = vec![0; order.len()];
    for (rank, number) in (0..).zip(order) {
        ranks[*number as usize] = rank;
    }
    ranks
}

/// What posts hold, by account and day.
#[derive(Debug, Default)]
pub(crate) struct Content {
    terms: TermNumbers,
    /// Own posts and reposts.
    uses: Tally<(TermNumber, AccountNumber, i32), 2>,
    /// Own posts, reposts; own posts whose hashtags are told, with one; whose links are told, with one; whose client is told.
    days: Tally<(AccountNumber, i32), 7>,
    /// Spellings of hashtags, links and clients that are none, by kind.
    pub left_out: [u64; 3],
    /// Posts without a time, which are not counted.
    pub without_time: u64,
    found: Vec<TermNumber>,
}

impl Content {
    /// Counts what a post holds.
    pub(crate) fn take(&mut self, author: AccountNumber, post: &Post<'_>) -> anyhow::Result<()> {
        let Some(posted_at) = post.posted_at else {
            self.without_time += 1;
            return Ok(());
        };
        let day = posted_at.day().0;
        self.found.clear();
        for written in post.hashtags.iter().flatten() {
            self.find(TermKind::Hashtag, written, terms::hashtag)?;
        }
        let hashtags = self.found.len();
        for link in post.urls.iter().flatten() {
            // The many links to a host are met as one spelling.
            match terms::host(link) {
                Some(host) => self.find(TermKind::Domain, host, terms::domain)?,
                None => self.left_out[TermKind::Domain as usize] += 1,
            }
        }
        let domains = self.found.len() - hashtags;
        if let Some(client) = post.client {
            self.find(TermKind::Client, client, terms::client)?;
        }
        let clients = self.found.len() - hashtags - domains;
        let own = post.kind != PostKind::Repost;
        let counts = [u32::from(own), u32::from(!own)];
        for term in &self.found {
            self.uses.add((*term, author, day), counts);
        }
        let when = |holds: bool| u32::from(own && holds);
        self.days.add(
            (author, day),
            [
                counts[0],
                counts[1],
                when(post.hashtags.is_some()),
                when(hashtags > 0),
                when(post.urls.is_some()),
                when(domains > 0),
                when(clients > 0),
            ],
        );
        Ok(())
    }

    fn find(&mut self, kind: TermKind, written: &str, normalise: fn(&str) -> Option<String>) -> anyhow::Result<()> {
        match self.terms.number(kind, written, normalise)? {
            Some(term) if !self.found.contains(&term) => self.found.push(term),
            Some(_) => {}
            None => self.left_out[kind as usize] += 1,
        }
        Ok(())
    }

    /// Everything in the order of the tables.
    pub(crate) fn in_order(self, accounts: &AccountNumbers) -> Counted {
        let mut order: Vec<u32> = (0..).take(accounts.all().count()).collect();
        let numbers: Vec<AccountNumber> = accounts.all().collect();
        order.sort_by(|a, b| {
            accounts
                .name(numbers[*a as usize])
                .cmp(&accounts.name(numbers[*b as usize]))
        });
        let account_ranks = ranks(&order);
        let rank = |account: AccountNumber| account_ranks[account.index()];
        let term_ranks = self.terms.ranks();
        // The first account of each platform, in the order of platforms, by which millions of rows are sorted faster than by name.
        let platform = |number: &u32| accounts.name(numbers[*number as usize]).0;
        let firsts = order.iter().enumerate().filter(|(place, number)| {
            let before = place.checked_sub(1).and_then(|before| order.get(before));
            before.is_none_or(|before| platform(before) != platform(number))
        });
        let firsts: Vec<u32> = firsts.map(|(_, number)| account_ranks[*number as usize]).collect();
        let mut uses = self.uses.in_order();
        uses.sort_unstable_by_key(|((term, account, day), _)| {
            let account = rank(*account);
            let platform = firsts.partition_point(|first| *first <= account);
            (platform, term_ranks[term.0 as usize], account, *day)
        });
        let mut days = self.days.in_order();
        days.sort_unstable_by_key(|((account, day), _)| (rank(*account), *day));
        Counted {
            names: self.terms.names,
            uses,
            days,
        }
    }
}

/// Content in the order of the tables.
#[derive(Debug)]
pub(crate) struct Counted {
    names: Vec<(TermKind, Box<str>)>,
    uses: Vec<((TermNumber, AccountNumber, i32), [u32; 2])>,
    days: Vec<((AccountNumber, i32), [u32; 7])>,
}

impl Counted {
    /// The rows of `terms`.
    pub(crate) fn terms<'a>(&'a self, accounts: &'a AccountNumbers) -> impl Iterator<Item = Term<'a>> {
        self.uses.iter().map(|((term, account, day), [posts, reposts])| {
            let (kind, term) = &self.names[term.0 as usize];
            let (platform, account_id) = accounts.name(*account);
            Term {
                platform,
                kind: *kind,
                term,
                mark: terms::mark(*kind, term),
                account_id,
                day: Day(*day),
                posts: i64::from(*posts),
                reposts: i64::from(*reposts),
            }
        })
    }

    /// The rows of `posting_days`.
    pub(crate) fn days<'a>(&'a self, accounts: &'a AccountNumbers) -> impl Iterator<Item = PostingDay<'a>> {
        self.days.iter().map(|((account, day), counts)| {
            let (platform, account_id) = accounts.name(*account);
            let [
                posts,
                reposts,
                hashtags_told,
                with_hashtag,
                links_told,
                with_link,
                client_told,
            ] = counts.map(i64::from);
            PostingDay {
                platform,
                account_id,
                day: Day(*day),
                posts,
                reposts,
                hashtags_told,
                with_hashtag,
                links_told,
                with_link,
                client_told,
            }
        })
    }

    /// Posts of each account by client: account, client, posts and reposts, in no order that matters.
    pub(crate) fn clients(&self) -> impl Iterator<Item = (AccountNumber, &str, u64)> {
        let of_clients = self
            .uses
            .iter()
            .filter(|((term, ..), _)| self.names[term.0 as usize].0 == TermKind::Client);
        of_clients.map(|((term, account, _), [posts, reposts])| {
            (
                *account,
                &*self.names[term.0 as usize].1,
                u64::from(*posts) + u64::from(*reposts),
            )
        })
    }

    /// Days on which accounts posted, with all their posts.
    pub(crate) fn posts_by_day(&self) -> impl Iterator<Item = (AccountNumber, u64)> {
        self.days
            .iter()
            .map(|((account, _), counts)| (*account, u64::from(counts[0]) + u64::from(counts[1])))
    }
}

/// Writes `terms`, `posting_days` and `account_signs`.
pub(crate) fn write(
    run: &mut Run,
    known: &Known,
    content: Content,
    habits: Habits,
    remarks: &mut Vec<String>,
) -> anyhow::Result<()> {
    run.state_fact("posts_without_time", content.without_time);
    for kind in TermKind::ALL {
        let left_out = content.left_out[*kind as usize];
        run.state_fact(&format!("no_{kind}"), left_out);
        if left_out > 0 {
            let what = match kind {
                TermKind::Client => "clients without a name",
                TermKind::Domain => "links that lead to no host",
                TermKind::Hashtag => "hashtags that are empty or longer than 280 characters",
            };
            remarks.push(format!("{what}, not counted in terms: {left_out}"));
        }
    }
    let counted = content.in_order(&known.numbers);
    run.write::<Terms>(counted.terms(&known.numbers))?;
    run.write::<PostingDays>(counted.days(&known.numbers))?;
    run.write::<AccountSigns>(habits.rows(known, &counted))
}
