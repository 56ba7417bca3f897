//! Who had which handle when, so that a name on a list finds its account.

use std::collections::HashMap;

use tables::Timestamp;

use crate::accounts::{AccountNumber, AccountNumbers, id_of_handle};

/// When an account was seen under a handle.
#[derive(Debug, Clone, Copy)]
struct Bearer {
    account: AccountNumber,
    /// First and last time; `None` when it was seen without a time only.
    span: Option<(Timestamp, Timestamp)>,
}

/// Whom somebody who asked for a handle asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The account that bore the handle then.
    Account(AccountNumber),
    /// Nobody that is known of: the account nearest to the moment was under another handle by then.
    GivenUp,
    /// Nobody was ever seen under it.
    Nobody,
}

/// Handles, case ignored, and the accounts seen under them.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    /// By the number of `@handle`.
    bearers: HashMap<AccountNumber, Vec<Bearer>>,
    /// The handles that each account was seen under.
    borne: HashMap<AccountNumber, Vec<AccountNumber>>,
}

impl Identities {
    /// Notes that `account` bore `handle` at a moment. An account of which only the handle is known says nothing new.
    pub(crate) fn note(
        &mut self,
        numbers: &mut AccountNumbers,
        account: AccountNumber,
        handle: &str,
        at: Option<Timestamp>,
    ) -> anyhow::Result<()> {
        if numbers.is_handle(account) || handle.is_empty() {
            return Ok(());
        }
        let platform = numbers.name(account).0.to_owned();
        let handle = numbers.number(&platform, &id_of_handle(handle))?;
        let bearers = self.bearers.entry(handle).or_default();
        let span = at.map(|at| (at, at));
        match bearers.iter_mut().find(|bearer| bearer.account == account) {
            None => {
                bearers.push(Bearer { account, span });
                self.borne.entry(account).or_default().push(handle);
            }
            Some(bearer) => {
                bearer.span = match (bearer.span, span) {
                    (Some((first, last)), Some((at, _))) => Some((first.min(at), last.max(at))),
                    (known, new) => known.or(new),
                }
            }
        }
        Ok(())
    }

    /// The account that a handle means at a moment: of those seen under it, the one seen nearest to the moment; without a
    /// moment, or where two are as near, the one seen under it last; then the smaller id. `None` when nobody was.
    pub(crate) fn bearer(
        &self,
        numbers: &AccountNumbers,
        handle: AccountNumber,
        at: Option<Timestamp>,
    ) -> Option<AccountNumber> {
        let distance = |bearer: &Bearer| match (bearer.span, at) {
            (Some((first, last)), Some(at)) => (first.0.saturating_sub(at.0)).max(at.0.saturating_sub(last.0)).max(0),
            (Some(_), None) => 0,
            (None, _) => i64::MAX,
        };
        self.bearers
            .get(&handle)?
            .iter()
            .min_by(|a, b| {
                let last = |bearer: &Bearer| bearer.span.map(|(_, last)| last);
                distance(a)
                    .cmp(&distance(b))
                    .then_with(|| last(b).cmp(&last(a)))
                    .then_with(|| numbers.name(a.account).cmp(&numbers.name(b.account)))
            })
            .map(|bearer| bearer.account)
    }

    /// Whom a handle meant to somebody who asked for it at a moment. Unlike a name on a list, which may be an old one, it meant
    /// nobody that is known of where its nearest bearer was seen under another handle between that and the moment.
    pub(crate) fn asked(&self, numbers: &AccountNumbers, handle: AccountNumber, at: Timestamp) -> Asked {
        match self.bearer(numbers, handle, Some(at)) {
            None => Asked::Nobody,
            Some(account) if self.had_another(account, handle, at) => Asked::GivenUp,
            Some(account) => Asked::Account(account),
        }
    }

    /// Whether an account was seen under another handle between a moment and the nearest one at which it was seen under this.
    fn had_another(&self, account: AccountNumber, handle: AccountNumber, at: Timestamp) -> bool {
        let span_under = |handle| {
            let mut bearers = self.bearers.get(&handle)?.iter();
            bearers.find(|bearer| bearer.account == account)?.span
        };
        let Some((first, last)) = span_under(handle) else {
            return false;
        };
        let others = self.borne.get(&account).into_iter().flatten();
        others
            .filter(|other| **other != handle)
            .filter_map(|other| span_under(*other))
            .any(|(from, to)| (last < at && from <= at && last < to) || (at < first && at <= to && from < first))
    }

    /// The account itself, or, where only its handle is known, the account that bore the handle then.
    pub(crate) fn resolve(
        &self,
        numbers: &AccountNumbers,
        account: AccountNumber,
        at: Option<Timestamp>,
    ) -> AccountNumber {
        if !numbers.is_handle(account) {
            return account;
        }
        self.bearer(numbers, account, at).unwrap_or(account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_means_the_account_seen_under_it_nearest_to_the_day() {
        let mut numbers = AccountNumbers::default();
        let mut identities = Identities::default();
        let old = numbers.number("twitter", "11").unwrap();
        let new = numbers.number("twitter", "12").unwrap();
        for (account, handle, at) in [
            (old, "Lamp", 100),
            (old, "lamp", 200),
            (new, "LAMP", 500),
            (new, "other", 900),
        ] {
            identities
                .note(&mut numbers, account, handle, Some(Timestamp(at)))
                .unwrap();
        }
        let handle = numbers.number("twitter", "@lamp").unwrap();
        let bearer = |at| identities.bearer(&numbers, handle, at);
        assert_eq!(bearer(Some(Timestamp(0))), Some(old));
        assert_eq!(bearer(Some(Timestamp(150))), Some(old));
        assert_eq!(bearer(Some(Timestamp(340))), Some(old));
        assert_eq!(bearer(Some(Timestamp(350))), Some(new), "as near to both: the later");
        assert_eq!(bearer(Some(Timestamp(9_999))), Some(new));
        assert_eq!(bearer(None), Some(new));
        let unknown = numbers.number("twitter", "@nobody").unwrap();
        assert_eq!(identities.resolve(&numbers, unknown, None), unknown);
        assert_eq!(identities.asked(&numbers, unknown, Timestamp(0)), Asked::Nobody);
    }

    #[test]
    fn a_handle_given_up_by_then_asks_for_nobody() {
        let mut numbers = AccountNumbers::default();
        let mut identities = Identities::default();
        let account = numbers.number("twitter", "11").unwrap();
        for (handle, at) in [
            ("lamp", 100),
            ("lamp", 200),
            ("wick", 300),
            ("wick", 400),
            ("Lamp", 150),
        ] {
            identities
                .note(&mut numbers, account, handle, Some(Timestamp(at)))
                .unwrap();
        }
        let [lamp, wick] = ["@lamp", "@wick"].map(|handle| numbers.number("twitter", handle).unwrap());
        let asked = |handle, at| identities.asked(&numbers, handle, Timestamp(at));
        for at in [0, 100, 200, 299] {
            assert_eq!(asked(lamp, at), Asked::Account(account), "{at}");
        }
        for at in [300, 350, 999] {
            assert_eq!(asked(lamp, at), Asked::GivenUp, "{at}");
            assert_eq!(asked(wick, at), Asked::Account(account), "{at}");
        }
        assert_eq!(asked(wick, 250), Asked::Account(account), "between the two");
        assert_eq!(asked(wick, 200), Asked::GivenUp, "still under the other");
    }
}
