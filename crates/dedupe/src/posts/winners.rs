//! For every post, the row that is kept, and what is merged into it from the others as they go by.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use anyhow::Context as _;
use tables::{Duplicate, Post, PostKind, Posts, Table};

use super::fills::{Fill, Known, Want};
use super::rank::{Rank, counts};
use crate::fingerprint::{Field, Fingerprint};
use crate::place::{Files, Place};

/// A post among the distinct ones, in the order in which they were first seen.
pub(super) type Group = u32;

/// A record of a post.
#[derive(Debug, Clone, Copy)]
struct Record {
    rank: Rank,
    row: u64,
    place: Place,
    known: Known,
}

/// What is held of a post.
#[derive(Debug)]
struct Kept {
    best: Record,
    /// The largest likes, reposts, replies and quotes of all its records.
    counts: [Option<i64>; 4],
    /// The most particular kind of all its records.
    kind: PostKind,
}

/// The best record of every post seen so far.
#[derive(Debug, Default)]
pub(super) struct Winners {
    groups: HashMap<u128, Group>,
    group_of_row: Vec<Group>,
    kept: Vec<Kept>,
    /// For a field that the best record may lack: the best record that has it.
    providers: BTreeMap<(Group, Fill), (Rank, u64)>,
    files: Files,
    fingerprint: Fingerprint,
}

impl Winners {
    /// Takes in the next row of the table.
    pub(super) fn see(&mut self, post: &Post<'_>) -> anyhow::Result<()> {
        let known = Known::of(post);
        let record = Record {
            rank: Rank::of(post, known, &mut self.fingerprint),
            row: self.rows(),
            place: self.place(post)?,
            known,
        };
        let next = Group::try_from(self.kept.len()).context("more posts than can be numbered")?;
        let group = match self.groups.entry(key(post, &mut self.fingerprint)) {
            Entry::Vacant(entry) => {
                self.kept.push(Kept {
                    best: record,
                    counts: counts(post),
                    kind: post.kind,
                });
                *entry.insert(next)
            }
            Entry::Occupied(entry) => *entry.get(),
        };
        self.group_of_row.push(group);
        if group != next {
            self.compare(group, record, post);
        }
        Ok(())
    }

    fn compare(&mut self, group: Group, record: Record, post: &Post<'_>) {
        let kept = &mut self.kept[group as usize];
        for (largest, count) in kept.counts.iter_mut().zip(counts(post)) {
            *largest = (*largest).max(count);
        }
        kept.kind = more_particular(kept.kind, post.kind);
        // Of equal ranks the row that stands first is kept: rows come in the order of their source.
        let lesser = if record.rank > kept.best.rank {
            std::mem::replace(&mut kept.best, record)
        } else {
            record
        };
        // Every record but the best is the lesser one just once, so that no provider is missed.
        for field in lesser.known.beyond(kept.best.known) {
            let provider = self
                .providers
                .entry((group, field))
                .or_insert((lesser.rank, lesser.row));
            if lesser.rank > provider.0 {
                *provider = (lesser.rank, lesser.row);
            }
        }
    }

    /// Rows seen.
    pub(super) fn rows(&self) -> u64 {
        self.group_of_row.len() as u64
    }

    /// Distinct posts among them.
    pub(super) fn posts(&self) -> u64 {
        self.kept.len() as u64
    }

    /// The fields that kept rows lack, with the rows that have them.
    pub(super) fn wanted(&self) -> Vec<Want> {
        self.providers
            .iter()
            // A record that came to be the best later may have the field itself.
            .filter(|((group, field), _)| !self.kept[*group as usize].best.known.has(*field))
            .map(|(&(group, field), &(_, row))| Want { row, group, field })
            .collect()
    }

    /// The post that row `row` is a record of.
    pub(super) fn group_of(&self, row: usize) -> anyhow::Result<Group> {
        let group = self.group_of_row.get(row).copied();
        group.context("the table 'posts' grew while it was read")
    }

    pub(super) fn is_kept(&self, group: Group, row: usize) -> bool {
        self.kept[group as usize].best.row == row as u64
    }

    /// Gives the kept record of a post the largest counts and the most particular kind of all its records.
    pub(super) fn merge_into(&self, post: &mut Post<'_>, group: Group) {
        let kept = &self.kept[group as usize];
        [post.likes, post.reposts, post.replies, post.quotes] = kept.counts;
        post.kind = kept.kind;
    }

    pub(super) fn place(&mut self, post: &Post<'_>) -> anyhow::Result<Place> {
        self.files.place(post.source_file, post.source_line, post.source_part)
    }

    /// The entry of the duplicates table for a dropped record of a post.
    pub(super) fn duplicate(&self, reason: &'static str, dropped: Place, group: Group) -> Duplicate<'_> {
        let kept = self.kept[group as usize].best.place;
        self.files.duplicate(Posts::NAME, reason, dropped, kept)
    }
}

/// What makes two records the same post: the platform's id, or, where there is none, author, time and text.
fn key(post: &Post<'_>, fingerprint: &mut Fingerprint) -> u128 {
    post.platform.add(fingerprint);
    post.post_id.add(fingerprint);
    if post.post_id.is_none() {
        post.account_id.add(fingerprint);
        post.posted_at.add(fingerprint);
        post.text.add(fingerprint);
    }
    fingerprint.take()
}

/// A record that does not know what a post answers, passes on or quotes calls it original; one that knows is right.
fn more_particular(a: PostKind, b: PostKind) -> PostKind {
    let rank = |kind| match kind {
        PostKind::Original => 0,
        PostKind::Quote => 1,
        PostKind::Reply => 2,
        PostKind::Repost => 3,
    };
    if rank(b) > rank(a) { b } else { a }
}
