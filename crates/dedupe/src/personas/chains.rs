//! Chains of accounts, as the personas table has them.

use std::collections::BTreeMap;

use serde_json::json;
use tables::Persona;

use super::census::{Account, Census, NotFound};
use super::hand_table::{HandRow, HandTable};

/// Why a row of the hand-checked table was left out.
pub(crate) const UNKNOWN: &str = "account not in the data";

const METHOD: &str = "hand-checked";

/// A person's account.
#[derive(Debug)]
struct Link {
    person_id: String,
    return_number: i64,
    account: Account,
    predecessor: Option<String>,
    evidence: Option<String>,
}

/// The chains of all persons.
#[derive(Debug, Default)]
pub(crate) struct Chains {
    links: Vec<Link>,
    /// Where in them an account stands.
    places: BTreeMap<Account, usize>,
    unknown: u64,
}

impl HandTable {
    /// The accounts of the table, as they stand in the data. An account that the data does not know is left out; the numbers of
    /// the others stay, since the person did have it.
    pub(crate) fn chains(&self, census: &Census) -> anyhow::Result<Chains> {
        let mut chains = Chains::default();
        let mut owner: BTreeMap<Account, &HandRow> = BTreeMap::new();
        for chain in self.rows().chunk_by(|a, b| a.person_id == b.person_id) {
            let mut predecessor: Option<String> = None;
            for row in chain {
                let account = match census.find(&row.claim) {
                    Ok(account) => account,
                    Err(NotFound::Unknown) => {
                        // The predecessor of the next one all the same, where its id is known.
                        predecessor = row.claim.account_id.clone();
                        chains.unknown += 1;
                        continue;
                    }
                    Err(why) => return Err(self.refuse_claim(row, &why)),
                };
                if let Some(first) = owner.insert(account.clone(), row) {
                    return Err(self.refuse_twice(&format!("account '{}'", account.1), first, row));
                }
                chains.places.insert(account.clone(), chains.links.len());
                chains.links.push(Link {
                    person_id: row.person_id.clone(),
                    return_number: i64::from(row.return_number),
                    predecessor: predecessor.replace(account.1.clone()),
                    account,
                    evidence: row.note.as_ref().map(|note| json!({ "note": note }).to_string()),
                });
            }
        }
        Ok(chains)
    }

    fn refuse_claim(&self, row: &HandRow, why: &NotFound) -> anyhow::Error {
        let (claim, line) = (&row.claim, row.line);
        match why {
            NotFound::Ambiguous(accounts) => self.refuse(
                format!("{claim} (line {line}) is that of several accounts: {}", list(accounts)),
                "say which one is meant in the column account_id, and in the column platform where the platforms differ",
            ),
            NotFound::Contradiction(accounts) => self.refuse(
                format!(
                    "{claim} (line {line}) was never seen with the handle '{}', which is that of {}",
                    claim.handle.as_deref().unwrap_or_default(),
                    list(accounts)
                ),
                "correct the account_id or the handle, or leave the handle out",
            ),
            NotFound::Unknown => self.refuse(format!("{claim} (line {line}) is not in the data"), "leave the line out"),
        }
    }
}

fn list(accounts: &[Account]) -> String {
    let named: Vec<String> = accounts
        .iter()
        .map(|(platform, account_id)| format!("'{account_id}' ({platform})"))
        .collect();
    named.join(" and ")
}

impl Chains {
    /// Accounts that stand in the data.
    pub(crate) fn known(&self) -> u64 {
        self.links.len() as u64
    }

    /// Accounts that do not.
    pub(crate) fn unknown(&self) -> u64 {
        self.unknown
    }

    /// The accounts: platform and id.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.links.iter().map(|link| (&*link.account.0, &*link.account.1))
    }

    /// Whose account one is, its number, and whether it is the last of its chain.
    pub(crate) fn place(&self, (platform, account_id): (&str, &str)) -> Option<(&str, i64, bool)> {
        let at = *self.places.get(&(platform.to_owned(), account_id.to_owned()))?;
        let link = &self.links[at];
        let last = self
            .links
            .get(at + 1)
            .is_none_or(|next| next.person_id != link.person_id);
        Some((&link.person_id, link.return_number, last))
    }

    /// The accounts as the personas table has them, in its order; `gap` knows the days between an account (platform, id) and its
    /// predecessor.
    pub(crate) fn placed(&self, gap: impl Fn(Option<&str>, &str, &str) -> Option<f64>) -> Vec<Placed> {
        let placed = self.links.iter().map(|link| Placed {
            persona_id: link.person_id.clone(),
            return_number: link.return_number,
            platform: link.account.0.clone(),
            account_id: link.account.1.clone(),
            gap_days: gap(link.predecessor.as_deref(), &link.account.0, &link.account.1),
            predecessor: link.predecessor.clone(),
            match_probability: (link.return_number > 0).then_some(1.0),
            match_weight: None,
            evidence: link.evidence.clone(),
            method: METHOD,
        });
        placed.collect()
    }
}

/// An account's place in a person's chain, however it was found.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) persona_id: String,
    pub(crate) return_number: i64,
    pub(crate) platform: String,
    pub(crate) account_id: String,
    pub(crate) predecessor: Option<String>,
    pub(crate) match_probability: Option<f64>,
    pub(crate) match_weight: Option<f64>,
    pub(crate) gap_days: Option<f64>,
    pub(crate) evidence: Option<String>,
    pub(crate) method: &'static str,
}

impl Placed {
    /// The row of `personas`.
    pub(crate) fn row(&self) -> Persona<'_> {
        Persona {
            persona_id: &self.persona_id,
            return_number: self.return_number,
            platform: &self.platform,
            account_id: &self.account_id,
            predecessor: self.predecessor.as_deref(),
            match_probability: self.match_probability,
            match_weight: self.match_weight,
            gap_days: self.gap_days,
            evidence: self.evidence.as_deref(),
            method: self.method,
        }
    }
}
