//! For every post with several records: which is kept, and what it takes from the others.
//!
//! Its records are sorted so that the one to be kept comes first, and then each that knows more than the next; so a post is
//! decided as its records go by, however many they are.

use anyhow::Context as _;
use tables::{Post, PostKind, Posts, Selected};

use super::fills::{Fill, Known};
use super::rank::{Rank, counts};
use crate::fingerprint::Fingerprint;
use crate::place::{Files, Place, Places};
use crate::rewrite::{Verdict, by_group, ranges};
use crate::scale::{Sorted, Sorter, in_order};

/// A record of a post as numbers: the post, its rank backwards, the row, what it knows, its counts, its place.
pub(super) type Numbers = [u64; 14];

/// What a record of a post has that the kept one may lack.
#[derive(Debug, Clone, Copy)]
struct Record {
    post: u64,
    row: u64,
    known: Known,
    kind: PostKind,
    counts: [Option<i64>; 4],
    place: Place,
}

/// Kind and counts as numbers: the kind's place in its list and which counts are known; then the counts.
fn packed(kind: PostKind, counts: [Option<i64>; 4]) -> [u64; 5] {
    let kind = PostKind::ALL.iter().position(|other| *other == kind).unwrap_or(0) as u64;
    let known = counts
        .iter()
        .enumerate()
        .fold(0, |bits, (i, count)| bits | u64::from(count.is_some()) << i);
    let [a, b, c, d] = counts.map(|count| count.unwrap_or(0).cast_unsigned());
    [kind << 4 | known, a, b, c, d]
}

/// The kind and counts of such numbers.
pub(super) fn unpacked([head, a, b, c, d]: [u64; 5]) -> (PostKind, [Option<i64>; 4]) {
    let kind = usize::try_from(head >> 4).ok().and_then(|kind| PostKind::ALL.get(kind));
    let mut i = 0;
    let counts = [a, b, c, d].map(|count| {
        i += 1;
        (head & 1 << (i - 1) != 0).then(|| count.cast_signed())
    });
    (kind.copied().unwrap_or(PostKind::Original), counts)
}

impl Record {
    fn numbers(&self, rank: &Rank) -> Numbers {
        let [a, b, c, d] = rank.descending();
        let [head, counts @ ..] = packed(self.kind, self.counts);
        let [likes, reposts, replies, quotes] = counts;
        let [file, line, part] = self.place.numbers();
        let known = u64::from(self.known.bits()) << 8 | head;
        [
            self.post, a, b, c, d, self.row, known, likes, reposts, replies, quotes, file, line, part,
        ]
    }

    fn of_numbers(numbers: &Numbers) -> Self {
        let [
            post,
            _,
            _,
            _,
            _,
            row,
            known,
            likes,
            reposts,
            replies,
            quotes,
            file,
            line,
            part,
        ] = *numbers;
        let (kind, counts) = unpacked([known & 0xff, likes, reposts, replies, quotes]);
        Self {
            post,
            row,
            known: Known::of_bits(u32::try_from(known >> 8).unwrap_or(0)),
            kind,
            counts,
            place: Place::of_numbers([file, line, part]),
        }
    }
}

/// Reads the rows of posts that have several; adds what orders them and what they know to `records`.
pub(super) fn read(
    table: &Selected<Posts>,
    threads: usize,
    repeated: Sorted<2>,
    files: &Files,
    records: &mut Sorter<14>,
) -> anyhow::Result<()> {
    let work = |rows: Vec<[u64; 2]>| {
        let mut records = Vec::with_capacity(rows.len());
        let mut fingerprint = Fingerprint::default();
        let ranges = ranges(rows.iter().map(|[row, _]| *row));
        let mut rows = rows.into_iter();
        for batch in table.rows_in(&ranges) {
            let batch = batch?;
            let mut places = Places::of(batch.arrow(), files)?;
            for (index, post) in batch.rows()?.enumerate() {
                let [row, number] = rows.next().context("more posts read than asked for")?;
                let known = Known::of(&post);
                let record = Record {
                    post: number,
                    row,
                    known,
                    kind: post.kind,
                    counts: counts(&post),
                    place: places.at(index)?,
                };
                records.push(record.numbers(&Rank::of(&post, known, &mut fingerprint)));
            }
        }
        Ok(records)
    };
    in_order(
        threads,
        by_group(table.groups(), repeated),
        work,
        |found: Vec<Numbers>| found.into_iter().try_for_each(|record| records.push(record)),
    )
}

/// A post whose records go by, the kept one first.
struct Open {
    kept: Record,
    counts: [Option<i64>; 4],
    kind: PostKind,
    /// What it knows, with what it will take.
    known: Known,
}

/// Decides every post: the verdict on its rows in `verdicts`; in `wanted` the values that its kept row takes from others, as the
/// row that has it, the kept row, and the field.
pub(super) fn decide(records: Sorted<14>, verdicts: &mut Sorter<6>, wanted: &mut Sorter<3>) -> anyhow::Result<()> {
    let mut open: Option<Open> = None;
    for numbers in records {
        let record = Record::of_numbers(&numbers?);
        match &mut open {
            Some(post) if post.kept.post == record.post => {
                for (largest, count) in post.counts.iter_mut().zip(record.counts) {
                    *largest = (*largest).max(count);
                }
                post.kind = more_particular(post.kind, record.kind);
                for field in record.known.beyond(post.known) {
                    wanted.push([record.row, post.kept.row, field.number()])?;
                }
                post.known = post.known.and(record.known);
                verdicts.push(Verdict::Dropped(post.kept.place).record(record.row))?;
            }
            _ => {
                close(open.take(), verdicts)?;
                open = Some(Open {
                    kept: record,
                    counts: record.counts,
                    kind: record.kind,
                    known: record.known,
                });
            }
        }
    }
    close(open, verdicts)
}

fn close(open: Option<Open>, verdicts: &mut Sorter<6>) -> anyhow::Result<()> {
    let Some(post) = open else { return Ok(()) };
    if post.counts != post.kept.counts || post.kind != post.kept.kind || post.known != post.kept.known {
        verdicts.push(Verdict::Changed(packed(post.kind, post.counts)).record(post.kept.row))?;
    }
    Ok(())
}

/// Gives the kept record of a post the largest counts and the most particular kind of all its records.
pub(super) fn merge_into(post: &mut Post<'_>, merged: [u64; 5]) {
    let counts;
    (post.kind, counts) = unpacked(merged);
    [post.likes, post.reposts, post.replies, post.quotes] = counts;
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

/// The field of a record of wanted values.
pub(super) fn field(number: u64) -> anyhow::Result<Fill> {
    Fill::of_number(number).context("a field that no post has")
}

#[cfg(test)]
mod tests {
    use tables::PostKind;

    use super::{packed, unpacked};

    #[test]
    fn kind_and_counts_come_back() {
        for &kind in PostKind::ALL {
            for counts in [
                [None; 4],
                [Some(0), None, Some(i64::MIN), None],
                [Some(-1), Some(2), Some(3), Some(i64::MAX)],
            ] {
                assert_eq!(unpacked(packed(kind, counts)), (kind, counts));
            }
        }
    }
}
