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

/// Handles, case ignored, and the accounts seen under them.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    /// By the number of `@handle`.
    bearers: HashMap<AccountNumber, Vec<Bearer>>,
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
            None => bearers.push(Bearer { account, span }),
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
    }
}
