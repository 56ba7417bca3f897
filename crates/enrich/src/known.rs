//! What the records tell about each account, gathered in one pass over posts, account observations and checks.

use std::cmp::Reverse;

use tables::cell::Cell as _;
use tables::table::open_column;
use tables::{Account, Accounts, AvailabilityCheck, Basis as ObservedBasis, Post, State, TableFile, Timestamp};

use crate::accounts::{AccountNumber, AccountNumbers};
use crate::identity::{Asked, Identities};
use crate::signs::{Basis, Sign, Signs};

/// How the built-in mappings of lists of accounts that were found suspended, or back, fill `availability.detail`.
const LISTS: [&str; 2] = ["suspended list", "unsuspended list"];

/// Accounts, who bore which handle, signs of life, and the time that the data span.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Every account and handle met.
    pub numbers: AccountNumbers,
    /// Who bore which handle when.
    pub identities: Identities,
    /// Signs of life and of its end.
    pub signs: Signs,
    profiles: Vec<Profile>,
    own: Option<Span>,
    nested: Option<Span>,
}

/// What is known of an account itself.
#[derive(Debug, Default, Clone)]
pub(crate) struct Profile {
    /// Whether a record shows the account: a post of its own, an observation, a check. Being mentioned does not.
    pub seen: bool,
    /// When it was created; where records disagree, the earliest. One after the observation that tells of it is none.
    pub created_at: Option<Timestamp>,
    /// The first observation that tells it. Of an account whose creation nothing ever told nobody knows the age: one that is known to
    /// have been of an age had to live until somebody looked.
    pub creation_told_at: Option<Timestamp>,
    /// When a collector first had a record of it, as far as records tell, and of what kind. Whatever it did before that was learnt
    /// afterwards, of those who had lived until then.
    pub known_from: Option<(Timestamp, Basis)>,
    /// Its newest known handle, and when it bore it.
    handle: Option<(Option<Timestamp>, String)>,
}

impl Profile {
    /// Its newest known handle.
    pub(crate) fn handle(&self) -> Option<&str> {
        self.handle.as_ref().map(|(_, handle)| handle.as_str())
    }
}

/// A moment and the record that told of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Told {
    /// The moment.
    pub at: Timestamp,
    /// The record's file.
    pub file: String,
    /// Its line in the file.
    pub line: i64,
}

/// The first and the last moment met.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    /// The first.
    pub first: Told,
    /// The last.
    pub last: Told,
}

/// How much later than its collection a post may say that it was written: clocks and time zones are wrong by hours.
const CLOCKS_MS: i64 = tables::DAY_MS;

/// How long after it was posted a post may have been collected, to show somebody who looked then.
const AS_POSTED_MS: i64 = tables::DAY_MS;

/// Whether a post says that it was written more than a day after it was collected, which no post was. On some platforms the
/// time is whatever the author's program put there.
pub(crate) fn is_from_the_future(post: &Post<'_>) -> bool {
    matches!((post.posted_at, post.observed_at), (Some(posted), Some(seen)) if posted.0.saturating_sub(seen.0) > CLOCKS_MS)
}

impl Known {
    /// The first and the last moment of the archive's own records; of nested ones when it has no others with a time. A repost of
    /// an old post does not draw the span out.
    pub(crate) fn span(&self) -> Option<&Span> {
        self.own.as_ref().or(self.nested.as_ref())
    }

    /// What is known of an account.
    pub(crate) fn profile(&self, account: AccountNumber) -> &Profile {
        const NOTHING: &Profile = &Profile {
            seen: false,
            created_at: None,
            creation_told_at: None,
            known_from: None,
            handle: None,
        };
        self.profiles.get(account.index()).unwrap_or(NOTHING)
    }

    /// All accounts that a record shows, by platform and id.
    pub(crate) fn seen(&self) -> Vec<AccountNumber> {
        let mut seen: Vec<AccountNumber> = self
            .numbers
            .all()
            .filter(|account| self.profile(*account).seen)
            .collect();
        seen.sort_by(|a, b| self.numbers.name(*a).cmp(&self.numbers.name(*b)));
        seen
    }

    /// How many accounts that a record shows by handle only have a handle that an account with an id was seen under. Posts and
    /// observations of the two are not brought together: over a whole archive a handle may mean more than one account.
    pub(crate) fn seen_by_handle_and_by_id(&self) -> u64 {
        let by_handle = |account: &AccountNumber| {
            self.numbers.is_handle(*account)
                && self.profile(*account).seen
                && self.identities.bearer(&self.numbers, *account, None).is_some()
        };
        self.numbers.all().filter(by_handle).count() as u64
    }

    fn profile_mut(&mut self, account: AccountNumber) -> &mut Profile {
        if self.profiles.len() <= account.index() {
            self.profiles.resize(account.index() + 1, Profile::default());
        }
        &mut self.profiles[account.index()]
    }

    fn see(&mut self, account: AccountNumber, handle: Option<&str>, at: Option<Timestamp>) -> anyhow::Result<()> {
        if let Some(handle) = handle {
            self.identities.note(&mut self.numbers, account, handle, at)?;
        }
        self.show(account, handle, at);
        Ok(())
    }

    /// A record shows the account, under a handle that others have told of.
    fn show(&mut self, account: AccountNumber, handle: Option<&str>, at: Option<Timestamp>) {
        let profile = self.profile_mut(account);
        profile.seen = true;
        if let Some(handle) = handle {
            let newer = match &profile.handle {
                None => true,
                Some((known_at, known)) => (at, handle) > (*known_at, known.as_str()),
            };
            if newer {
                profile.handle = Some((at, handle.to_owned()));
            }
        }
    }

    /// A record of the account was collected at a moment.
    fn collected(&mut self, account: AccountNumber, at: Option<Timestamp>, basis: Basis) {
        let Some(at) = at else { return };
        let known = &mut self.profile_mut(account).known_from;
        // At one moment an answer of the account tells more than a post.
        *known = (*known)
            .into_iter()
            .chain([(at, basis)])
            .min_by_key(|(at, basis)| (*at, Reverse(*basis)));
    }

    fn meet(&mut self, own: bool, at: Option<Timestamp>, file: &str, line: i64) {
        let Some(at) = at else { return };
        let told = || Told {
            at,
            file: file.to_owned(),
            line,
        };
        let span = if own { &mut self.own } else { &mut self.nested };
        let span = span.get_or_insert_with(|| Span {
            first: told(),
            last: told(),
        });
        if (at, file, line) < (span.first.at, &span.first.file, span.first.line) {
            span.first = told();
        }
        // Of several records of the last moment the first, too.
        if at > span.last.at || (at == span.last.at && (file, line) < (&span.last.file, span.last.line)) {
            span.last = told();
        }
    }

    /// Takes in when accounts were created, before their ages at observations are told: it never changes, so that a record which
    /// does not say it is as good as one that does.
    pub(crate) fn meet_creations(&mut self, accounts: &TableFile<Accounts>) -> anyhow::Result<()> {
        for batch in accounts.columns(&["platform", "account_id", "created_at", "observed_at"]) {
            let batch = batch?;
            let platforms = open_column::<&str>(&batch, "platform")?;
            let ids = open_column::<&str>(&batch, "account_id")?;
            let created = open_column::<Option<Timestamp>>(&batch, "created_at")?;
            let observed = open_column::<Option<Timestamp>>(&batch, "observed_at")?;
            for row in 0..batch.num_rows() {
                let Some(created_at) = Option::<Timestamp>::get(&created, row) else {
                    continue;
                };
                let observed_at = Option::<Timestamp>::get(&observed, row);
                if observed_at.is_some_and(|observed_at| observed_at < created_at) {
                    continue;
                }
                let account = (self.numbers).number(<&str>::get(&platforms, row), <&str>::get(&ids, row))?;
                let profile = self.profile_mut(account);
                profile.created_at = profile.created_at.into_iter().chain([created_at]).min();
                profile.creation_told_at = profile.creation_told_at.into_iter().chain(observed_at).min();
            }
        }
        Ok(())
    }

    /// Takes in an observation of an account; returns the account.
    pub(crate) fn see_account(&mut self, row: &Account<'_>) -> anyhow::Result<AccountNumber> {
        let account = self.numbers.number(row.platform, row.account_id)?;
        self.see(account, row.handle, row.observed_at)?;
        self.meet(row.source_part == 0, row.observed_at, row.source_file, row.source_line);
        let is_look = row.observed_basis == ObservedBasis::Stated;
        self.collected(
            account,
            row.observed_at,
            if is_look { Basis::Observation } else { Basis::Post },
        );
        // A profile that came with a post of its own tells no more than the post: the collector may have met it much later.
        let basis = match row.observed_basis {
            ObservedBasis::Stated => Some(Basis::Observation),
            ObservedBasis::Post => (row.source_part == 0).then_some(Basis::Post),
            ObservedBasis::None => None,
        };
        if let (Some(basis), Some(at)) = (basis, row.observed_at) {
            let sign = match row.protected {
                Some(true) => Sign::new(at, State::Protected, basis),
                Some(false) => Sign::new(at, State::Active, basis),
                None => Some(Sign::of_life(at, basis)),
            };
            if let Some(sign) = sign {
                self.signs.add(account, sign);
            }
        }
        Ok(account)
    }

    /// Takes in a post; returns its author.
    pub(crate) fn see_post(&mut self, row: &Post<'_>) -> anyhow::Result<AccountNumber> {
        let account = self.numbers.number(row.platform, row.account_id)?;
        let own = row.source_part == 0;
        self.see(account, row.handle, row.posted_at)?;
        self.meet(own, row.posted_at, row.source_file, row.source_line);
        // When a nested post was collected, if its record does not say so, is known from the profile that came with it.
        let collected_at = row.observed_at.or(row.posted_at.filter(|_| own));
        self.collected(account, collected_at, Basis::Post);
        let basis = match (row.posted_at, collected_at) {
            (Some(posted), Some(collected)) if collected.0.saturating_sub(posted.0) <= AS_POSTED_MS => Basis::Post,
            _ => Basis::FetchedPost,
        };
        if let Some(sign) = row.posted_at.and_then(|at| Sign::new(at, State::Active, basis)) {
            self.signs.add(account, sign);
        }
        Ok(account)
    }

    /// Takes in what a check tells of names and times, and of an account named by its id. All checks are met before posts and
    /// observations, and before any handle is asked for, so that their order does not matter.
    pub(crate) fn meet_check(&mut self, row: &AvailabilityCheck<'_>) -> anyhow::Result<()> {
        self.meet(true, Some(row.observed_at), row.source_file, row.source_line);
        let account = self.numbers.number(row.platform, row.account_id)?;
        if let Some(handle) = row.handle {
            self.identities
                .note(&mut self.numbers, account, handle, Some(row.observed_at))?;
        }
        if !self.numbers.is_handle(account)
            && let Some(sign) = sign_of(row)
        {
            self.signs.add(account, sign);
        }
        Ok(())
    }

    /// Whom a check asked for: one by handle, the account that bore the handle then, as posts, observations and checks have told.
    /// An answer that the account was renamed concerns it though it had given the handle up.
    pub(crate) fn asked(&mut self, row: &AvailabilityCheck<'_>) -> anyhow::Result<Asked> {
        let named = self.numbers.number(row.platform, row.account_id)?;
        if !self.numbers.is_handle(named) {
            return Ok(Asked::Account(named));
        }
        if row.state == State::Renamed {
            let bearer = self.identities.bearer(&self.numbers, named, Some(row.observed_at));
            return Ok(bearer.map_or(Asked::Nobody, Asked::Account));
        }
        Ok(self.identities.asked(&self.numbers, named, row.observed_at))
    }

    /// Takes in a check; returns whom it asked for. Where that is nobody known of, it counts for the handle alone; where the
    /// handle had been given up by then, for nobody.
    pub(crate) fn see_check(&mut self, row: &AvailabilityCheck<'_>) -> anyhow::Result<Asked> {
        let asked = self.asked(row)?;
        let account = match asked {
            Asked::Account(account) => account,
            Asked::Nobody => self.numbers.number(row.platform, row.account_id)?,
            Asked::GivenUp => return Ok(asked),
        };
        self.show(account, row.handle, Some(row.observed_at));
        self.collected(account, Some(row.observed_at), Basis::Check);
        // An account named by its id has this sign already, and no sign counts twice.
        if let Some(sign) = sign_of(row) {
            self.signs.add(account, sign);
        }
        Ok(asked)
    }
}

/// What a check shows, unless its state says nothing.
fn sign_of(row: &AvailabilityCheck<'_>) -> Option<Sign> {
    let basis = match row.detail {
        Some(detail) if LISTS.contains(&detail) => Basis::List,
        _ => Basis::Check,
    };
    Sign::new(row.observed_at, row.state, basis)
}

#[cfg(test)]
mod tests {
    use super::LISTS;

    #[test]
    fn the_mappings_of_lists_say_that_they_are_lists() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/mappings");
        for (word, of) in LISTS.into_iter().zip(["suspended", "unsuspended"]) {
            for by in ["ids", "handles"] {
                let text = std::fs::read_to_string(folder.join(format!("{of}-{by}.toml"))).unwrap();
                assert!(
                    text.contains(&format!("detail = {{ constant = \"{word}\" }}")),
                    "{of}-{by}"
                );
            }
        }
    }
}
