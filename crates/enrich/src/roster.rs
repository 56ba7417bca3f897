//! The roster with its names found: who on it is which account.

use tables::{Flow, Roster, RosterEntry};

use stage::{Run, StageDir};

use crate::accounts::id_of_handle;
use crate::known::Known;
use crate::stays::OnList;

/// The ledger's reason for an entry whose account no record shows.
pub(crate) const NOT_SEEN: &str = "roster name not seen in the data";
/// The ledger's reason for an entry of a list that the study does not mean.
pub(crate) const OTHER_ROSTER: &str = "on a roster that the study does not use";

/// Writes `roster` with account_id filled in where only the handle was known: the account that bore the handle nearest to
/// listed_at. An entry whose account no record shows stays as it is; one of another roster than the study's is left out. Returns
/// how many entries were found, and when each account with an id was on the list.
pub(crate) fn write(
    dir: &StageDir,
    run: &mut Run,
    known: &mut Known,
    wanted: Option<&str>,
) -> anyhow::Result<(u64, Vec<OnList>)> {
    let table = dir.table::<Roster>()?;
    let mut writer = run.writer::<Roster>()?;
    let (mut used, mut not_seen, mut other) = (0, 0, 0);
    let mut stays = Vec::new();
    for batch in table.batches() {
        let batch = batch?;
        for row in batch.rows()? {
            if wanted.is_some_and(|wanted| wanted != row.roster) {
                other += 1;
                continue;
            }
            let account = account_of(known, &row)?;
            if let Some(id) = account.as_deref().or(row.account_id) {
                stays.push(OnList {
                    account: known.numbers.number(row.platform, id)?,
                    from_at: row.listed_at,
                    to_at: row.unlisted_at,
                });
            }
            *if account.is_some() { &mut used } else { &mut not_seen } += 1;
            writer.push(&RosterEntry {
                account_id: account.as_deref().or(row.account_id),
                ..row
            })?;
        }
    }
    run.finish(writer)?;
    run.count("roster", Flow::Read, "", table.rows());
    run.count("roster", Flow::Used, "", used);
    for (reason, records) in [(NOT_SEEN, not_seen), (OTHER_ROSTER, other)] {
        if records > 0 {
            run.count("roster", Flow::Skipped, reason, records);
        }
    }
    Ok((used, stays))
}

fn account_of(known: &mut Known, row: &RosterEntry<'_>) -> anyhow::Result<Option<String>> {
    let named = match (row.account_id, row.handle) {
        (Some(id), _) => id.to_owned(),
        (None, Some(handle)) => id_of_handle(handle.trim_start_matches('@')),
        (None, None) => return Ok(None),
    };
    let named = known.numbers.number(row.platform, &named)?;
    let account = known.identities.resolve(&known.numbers, named, row.listed_at);
    Ok(known
        .profile(account)
        .seen
        .then(|| known.numbers.name(account).1.to_owned()))
}
