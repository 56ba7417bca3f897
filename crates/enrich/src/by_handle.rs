//! Checks and follows with their names found: which account a handle asked for, or on a list of followers, means.
//!
//! A table in which no handle finds its account is carried as it is; one in which some do is written with their ids, so that
//! `metrics` counts checks and follows of an account whichever way they name it.

use stage::{Run, StageDir};
use tables::{Availability, AvailabilityCheck, Follow, Follows};

use crate::accounts::AccountNumber;
use crate::identity::Asked;
use crate::known::Known;
use crate::records::count_used;
use crate::ties::Gathered;

/// Takes in what the checks tell of names and times, before any of them is taken in.
pub(crate) fn meet_checks(dir: &StageDir, known: &mut Known) -> anyhow::Result<()> {
    for batch in dir.table::<Availability>()?.batches() {
        for row in batch?.rows()? {
            known.meet_check(&row)?;
        }
    }
    Ok(())
}

/// Takes in the checks and writes `availability` with the id of the account that each handle asked for meant then.
pub(crate) fn write_checks(
    dir: &StageDir,
    run: &mut Run,
    known: &mut Known,
    remarks: &mut Vec<String>,
) -> anyhow::Result<()> {
    let table = dir.table::<Availability>()?;
    known.signs.compact();
    let (mut found, mut given_up) = (0_u64, 0_u64);
    for batch in table.batches() {
        for row in batch?.rows()? {
            match known.see_check(&row)? {
                Asked::Account(account) => found += u64::from(known.numbers.name(account).1 != row.account_id),
                Asked::GivenUp => given_up += 1,
                Asked::Nobody => {}
            }
        }
    }
    if found > 0 {
        let mut writer = run.writer::<Availability>()?;
        for batch in table.batches() {
            for row in batch?.rows()? {
                let account = known.asked(&row)?;
                writer.push(&match account {
                    Asked::Account(account) => AvailabilityCheck {
                        account_id: known.numbers.name(account).1,
                        // What was asked for stays told.
                        handle: row.handle.or_else(|| row.account_id.strip_prefix('@')),
                        ..row
                    },
                    Asked::GivenUp | Asked::Nobody => row,
                })?;
            }
        }
        run.finish(writer)?;
    } else {
        run.carry::<Availability>(dir)?;
    }
    count_used(run, "availability", table.rows());
    for (fact, count, words) in [
        (
            "checks_by_handle",
            found,
            "checks by handle that found the account that bore it",
        ),
        (
            "checks_of_handles_given_up",
            given_up,
            "checks of a handle that its bearer had given up by then, which say nothing of the account",
        ),
    ] {
        run.state_fact(fact, count);
        if count > 0 {
            remarks.push(format!("{words}: {count}"));
        }
    }
    Ok(())
}

/// Takes in who was seen to follow whom and writes `follows` with the ids of the accounts that handles meant then.
pub(crate) fn write_follows(
    dir: &StageDir,
    run: &mut Run,
    known: &mut Known,
    ties: &mut Gathered,
    remarks: &mut Vec<String>,
) -> anyhow::Result<()> {
    let table = dir.table::<Follows>()?;
    let mut found = 0_u64;
    for batch in table.batches() {
        for row in batch?.rows()? {
            let [from, to] = both(known, &row)?;
            ties.add_follow(from, to, row.observed_at);
            let ids = (known.numbers.name(from).1, known.numbers.name(to).1);
            found += u64::from(ids != (row.follower_id, row.followed_id));
        }
    }
    if found > 0 {
        let mut writer = run.writer::<Follows>()?;
        for batch in table.batches() {
            for row in batch?.rows()? {
                let [from, to] = both(known, &row)?;
                writer.push(&Follow {
                    follower_id: known.numbers.name(from).1,
                    followed_id: known.numbers.name(to).1,
                    ..row
                })?;
            }
        }
        run.finish(writer)?;
        remarks.push(format!(
            "follows by handle that found the accounts that bore them: {found}"
        ));
    } else {
        run.carry::<Follows>(dir)?;
    }
    run.state_fact("follows_by_handle", found);
    count_used(run, "follows", table.rows());
    Ok(())
}

fn both(known: &mut Known, row: &Follow<'_>) -> anyhow::Result<[AccountNumber; 2]> {
    let mut account = |id| -> anyhow::Result<_> {
        let named = known.numbers.number(row.platform, id)?;
        Ok(known.identities.resolve(&known.numbers, named, row.observed_at))
    };
    Ok([account(row.follower_id)?, account(row.followed_id)?])
}
