//! Which of the accounts that the hand-checked table names stand in the data, and under which ids.

use std::collections::{BTreeSet, HashMap};

use stage::StageDir;
use tables::Roster;

use super::hand_table::{Claim, HandTable};

/// An account of the data: platform and id.
pub(super) type Account = (String, String);

/// Looks, while the tables go by, for the accounts that a hand-checked table names. Holds nothing about any other.
#[derive(Debug, Default)]
pub(crate) struct Census {
    by_id: HashMap<String, BTreeSet<Account>>,
    by_handle: HashMap<String, BTreeSet<Account>>,
}

/// Why an account that the table names is not one account of the data.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotFound {
    /// It stands nowhere in it.
    Unknown,
    /// Several accounts fit.
    Ambiguous(Vec<Account>),
    /// The id and the handle are those of different accounts.
    Contradiction(Vec<Account>),
}

impl Census {
    /// A census that looks for the accounts of a table.
    pub(crate) fn of(table: &HandTable) -> Self {
        let mut census = Self::default();
        for row in table.rows() {
            let Claim { account_id, handle, .. } = &row.claim;
            census.by_id.extend(account_id.clone().map(|id| (id, BTreeSet::new())));
            census
                .by_handle
                .extend(handle.clone().map(|handle| (handle, BTreeSet::new())));
        }
        census
    }

    /// Whether it looks for no account, so that it need not be shown any.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_id.is_empty() && self.by_handle.is_empty()
    }

    /// Takes note of an account of the data.
    pub(crate) fn see(&mut self, platform: &str, account_id: &str, handle: Option<&str>) {
        if let Some(seen) = self.by_id.get_mut(account_id) {
            note(seen, platform, account_id);
        }
        if self.by_handle.is_empty() {
            return;
        }
        for handle in handle.into_iter().chain(account_id.strip_prefix('@')) {
            if let Some(seen) = self.by_handle.get_mut(&handle.to_lowercase()) {
                note(seen, platform, account_id);
            }
        }
    }

    /// Takes note of the accounts of the roster.
    pub(crate) fn see_roster(&mut self, dir: &StageDir) -> anyhow::Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        for batch in dir.table::<Roster>()?.batches() {
            for entry in batch?.rows()? {
                let placeholder = entry.handle.map(|handle| format!("@{}", handle.to_lowercase()));
                if let Some(account_id) = entry.account_id.or(placeholder.as_deref()) {
                    self.see(entry.platform, account_id, entry.handle);
                }
            }
        }
        Ok(())
    }

    /// The account of the data that the table means.
    pub(super) fn find(&self, claim: &Claim) -> Result<Account, NotFound> {
        let fits = |(platform, _): &&Account| claim.platform.as_ref().is_none_or(|wanted| wanted == platform);
        let of = |seen: Option<&BTreeSet<Account>>| -> Vec<Account> {
            seen.into_iter().flatten().filter(fits).cloned().collect()
        };
        let by_handle = of(claim.handle.as_ref().and_then(|handle| self.by_handle.get(handle)));
        let found = match &claim.account_id {
            Some(account_id) => {
                let found = of(self.by_id.get(account_id));
                // A handle may change hands; it contradicts the id only when this account was never seen with it.
                let real: Vec<Account> = by_handle.into_iter().filter(|(_, id)| !id.starts_with('@')).collect();
                if !found.is_empty() && !real.is_empty() && !real.iter().any(|account| found.contains(account)) {
                    return Err(NotFound::Contradiction(real));
                }
                found
            }
            // `@handle` is the same account, as sources without ids have it.
            None if by_handle.iter().any(|(_, id)| !id.starts_with('@')) => {
                by_handle.into_iter().filter(|(_, id)| !id.starts_with('@')).collect()
            }
            None => by_handle,
        };
        match <[Account; 1]>::try_from(found) {
            Ok([account]) => Ok(account),
            Err(none) if none.is_empty() => Err(NotFound::Unknown),
            Err(several) => Err(NotFound::Ambiguous(several)),
        }
    }
}

/// Adds an account unless it is there; most of the time it is, and nothing is allocated twice over.
fn note(seen: &mut BTreeSet<Account>, platform: &str, account_id: &str) {
    if !seen.iter().any(|(known, id)| known == platform && id == account_id) {
        seen.insert((platform.to_owned(), account_id.to_owned()));
    }
}
