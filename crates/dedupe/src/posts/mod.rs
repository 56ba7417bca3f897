//! One row a post, as last seen.
//!
//! The table is read twice, and once more when a kept post takes values from its copies: first to know, for every post, which
//! of its rows is kept ([`winners`]), then to fetch what that row lacks and another has ([`fills`]), then to write. Between the
//! passes only numbers about each post are held, no texts.

mod fills;
mod rank;
mod winners;

use stage::{Run, StageDir};
use tables::{Duplicates, Flow, Post, Posts, Table, TableWriter};

use self::fills::Fills;
use self::winners::Winners;
use crate::personas::Census;

/// Why posts with an id were taken for one.
const SAME_ID: &str = "same post id";
/// Why posts without an id were taken for one.
const SAME_ACT: &str = "same author, time and text";

/// Writes every post once and lists the other rows in `duplicates`; hands the table on as it is when no post stands in it twice.
pub(crate) fn one_row_a_post(
    dir: &StageDir,
    run: &mut Run,
    duplicates: &mut TableWriter<Duplicates>,
    census: &mut Census,
) -> anyhow::Result<()> {
    let table = dir.table::<Posts>()?;
    let mut winners = Winners::default();
    for batch in table.batches() {
        for post in batch?.rows()? {
            show(&post, census);
            winners.see(&post)?;
        }
    }
    run.count(Posts::NAME, Flow::Read, "", winners.rows());
    run.count(Posts::NAME, Flow::Used, "", winners.posts());
    if winners.rows() == winners.posts() {
        return run.carry::<Posts>(dir);
    }

    let fills = Fills::fetch(&table, winners.wanted())?;
    let (mut same_id, mut same_act) = (0, 0);
    let mut writer = run.writer::<Posts>()?;
    let mut row = 0;
    for batch in table.batches() {
        for mut post in batch?.rows()? {
            let group = winners.group_of(row)?;
            if winners.is_kept(group, row) {
                winners.merge_into(&mut post, group);
                fills.complete(&mut post, group);
                writer.push(&post)?;
            } else {
                let reason = if post.post_id.is_some() {
                    same_id += 1;
                    SAME_ID
                } else {
                    same_act += 1;
                    SAME_ACT
                };
                let dropped = winners.place(&post)?;
                duplicates.push(&winners.duplicate(reason, dropped, group))?;
            }
            row += 1;
        }
    }
    for (reason, records) in [(SAME_ID, same_id), (SAME_ACT, same_act)] {
        if records > 0 {
            run.count(Posts::NAME, Flow::Duplicate, reason, records);
        }
    }
    run.finish(writer)
}

/// Shows the accounts that a post names to the census.
fn show(post: &Post<'_>, census: &mut Census) {
    census.see(post.platform, post.account_id, post.handle);
    for (account_id, handle) in [
        (post.in_reply_to_account_id, post.in_reply_to_handle),
        (post.reposted_account_id, post.reposted_handle),
        (post.quoted_account_id, post.quoted_handle),
    ] {
        if let Some(account_id) = account_id {
            census.see(post.platform, account_id, handle);
        }
    }
}
