//! What the measures mean, in the words of the report: titles, definitions, and what their n counts.
//!
//! A measure that is not here is reported all the same, under its id.

mod compared;
mod content;
mod lives;
mod members;
mod structure;

use crate::text::clean;

/// What the n of a number counts, which decides how it is read and when it is too few to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    /// Accounts; fewer than the study's smallest group are not shown.
    Accounts,
    /// Persons; the same.
    Persons,
    /// Lives of accounts; an account that was reinstated has several.
    Lives,
    /// Samples or bins of time: few of them are few moments, not few people.
    Times,
}

impl Counts {
    fn noun(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Persons => "persons",
            Self::Lives => "lives",
            Self::Times => "samples",
        }
    }
}

/// Whether the number itself is a count of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Is {
    /// A count of accounts or persons; a small one shows a small group.
    Headcount,
    /// Anything else.
    Quantity,
}

/// What the report knows of a measure.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) definition: &'static str,
    pub(crate) counts: Counts,
    pub(crate) is: Is,
}

const fn entry(id: &'static str, title: &'static str, counts: Counts, is: Is, definition: &'static str) -> Entry {
    Entry {
        id,
        title,
        definition,
        counts,
        is,
    }
}

/// Every measure that the report knows, in its order.
pub(crate) fn all() -> impl Iterator<Item = &'static Entry> {
    let lists = [members::ENTRIES, lives::ENTRIES, compared::ENTRIES, content::ENTRIES];
    lists.into_iter().flatten().chain(structure::all())
}

/// What the report knows of a measure, by its id.
pub(crate) fn find(id: &str) -> Option<&'static Entry> {
    all().find(|entry| entry.id == id)
}

/// The measure's title, or its id.
pub(crate) fn title(id: &str) -> &str {
    find(id).map_or(id, |entry| entry.title)
}

/// The measure's place in the report; unknown ones come last.
pub(crate) fn rank(id: &str) -> usize {
    all().position(|entry| entry.id == id).unwrap_or(usize::MAX)
}

/// What its n counts, in a word; numbers of an unknown measure are taken to rest on accounts.
pub(crate) fn counts(id: &str) -> Counts {
    find(id).map_or(Counts::Accounts, |entry| entry.counts)
}

/// What the n of a number counts, in words: as its method says (`n is samples`), else as its measure has it.
pub(crate) fn counted(id: &str, method: &str) -> String {
    let said = method.split("; ").find_map(|clause| clause.strip_prefix("n is "));
    let said = said.and_then(|said| said.split(',').next()).map(clean);
    said.filter(|said| !said.is_empty())
        .unwrap_or_else(|| counts(id).noun().to_owned())
}

/// Whether the number is itself a count of people.
pub(crate) fn is_headcount(id: &str) -> bool {
    find(id).is_some_and(|entry| entry.is == Is::Headcount)
}
