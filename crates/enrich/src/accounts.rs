//! Accounts as small numbers: each platform and id held once, however often it is seen.

use std::collections::HashMap;

/// An account (or, in interactions, a handle whose account is not known yet) within one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AccountNumber(u32);

/// Every account met so far.
#[derive(Debug, Default)]
pub(crate) struct AccountNumbers {
    platforms: Vec<String>,
    /// Platform and id of each number.
    names: Vec<(u16, Box<str>)>,
    numbers: Vec<HashMap<Box<str>, AccountNumber>>,
}

impl AccountNumbers {
    /// The number of an account, given now if it is new.
    pub(crate) fn number(&mut self, platform: &str, account_id: &str) -> anyhow::Result<AccountNumber> {
        let place = self.platform(platform)?;
        if let Some(number) = self.numbers[usize::from(place)].get(account_id) {
            return Ok(*number);
        }
        let number = AccountNumber(u32::try_from(self.names.len())?);
        self.names.push((place, account_id.into()));
        self.numbers[usize::from(place)].insert(account_id.into(), number);
        Ok(number)
    }

    fn platform(&mut self, platform: &str) -> anyhow::Result<u16> {
        if let Some(place) = self.platforms.iter().position(|known| known == platform) {
            return Ok(u16::try_from(place)?);
        }
        let place = u16::try_from(self.platforms.len())?;
        self.platforms.push(platform.to_owned());
        self.numbers.push(HashMap::new());
        Ok(place)
    }

    /// Every number given, in the order in which they were given.
    pub(crate) fn all(&self) -> impl Iterator<Item = AccountNumber> + use<> {
        // As many as `number` could give.
        (0..self.names.len()).filter_map(|index| u32::try_from(index).ok().map(AccountNumber))
    }

    /// Platform and id.
    pub(crate) fn name(&self, number: AccountNumber) -> (&str, &str) {
        let (platform, id) = &self.names[number.index()];
        (&self.platforms[usize::from(*platform)], id)
    }

    /// Whether the platform and id belong to an account whose platform id is unknown: `@` and its handle.
    pub(crate) fn is_handle(&self, number: AccountNumber) -> bool {
        self.name(number).1.starts_with('@')
    }
}

impl AccountNumber {
    /// Its place in a list of all accounts.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The id of an account of which only the handle is known.
pub(crate) fn id_of_handle(handle: &str) -> String {
    format!("@{}", handle.to_lowercase())
}
