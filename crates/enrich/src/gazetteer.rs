//! Names of places and the countries that they may mean: `datasets/gazetteer/names.csv`, whose README says where they come from.

use std::collections::{BTreeSet, HashMap};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// One name a line: `name,kind,country,others`.
const NAMES: &str = include_str!("../../../datasets/gazetteer/names.csv");

/// What a name may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name {
    /// What it is the name of.
    pub kind: Kind,
    /// The country that it means alone; none where it does not tell.
    pub country: Option<&'static str>,
    /// The other countries that it may mean, with a space between.
    others: &'static str,
}

/// What a name is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A country or a part of one.
    Region,
    /// A city.
    City,
    /// A city whose name is an everyday word as well.
    Word,
}

impl Name {
    /// Every country that it may mean.
    pub(crate) fn countries(&self) -> BTreeSet<&'static str> {
        self.country
            .into_iter()
            .chain(self.others.split_ascii_whitespace())
            .collect()
    }

    /// Whether it can only mean one country, and is large enough to say in which country other places lie.
    pub(crate) fn is_certain_region(&self) -> bool {
        self.kind == Kind::Region && self.country.is_some() && self.others.is_empty()
    }
}

/// The names.
#[derive(Debug)]
pub(crate) struct Gazetteer {
    names: HashMap<&'static str, Name>,
    countries: BTreeSet<&'static str>,
    /// Words of the longest name.
    longest: usize,
}

impl Gazetteer {
    /// The gazetteer of this program.
    pub(crate) fn new() -> Self {
        let mut names = HashMap::new();
        let mut countries = BTreeSet::new();
        let mut longest = 0;
        for line in NAMES.lines().skip(1) {
            let mut cells = line.split(',');
            let (Some(name), Some(kind), Some(country), Some(others)) =
                (cells.next(), cells.next(), cells.next(), cells.next())
            else {
                continue;
            };
            let kind = match kind {
                "region" => Kind::Region,
                "word" => Kind::Word,
                _ => Kind::City,
            };
            let country = (!country.is_empty()).then_some(country);
            countries.extend(country);
            longest = longest.max(name.split(' ').count());
            names.insert(name, Name { kind, country, others });
        }
        Self {
            names,
            countries,
            longest,
        }
    }

    /// The longest name that the words begin with, and how many of them it takes.
    pub(crate) fn longest_at(&self, words: &[&str]) -> Option<(usize, Name)> {
        let mut joined = String::new();
        let mut found = None;
        for (length, word) in (1..=self.longest).zip(words) {
            if length > 1 {
                joined.push(' ');
            }
            joined.push_str(word);
            if let Some(name) = self.names.get(joined.as_str()) {
                found = Some((length, *name));
            }
        }
        found
    }

    /// The country of a code (ISO 3166-1 alpha-2) in capitals.
    pub(crate) fn country(&self, code: &str) -> Option<&'static str> {
        self.countries.get(code).copied()
    }
}

/// A text in a form in which spellings that differ by habit only are the same: compatibility forms, lower case; accents, Arabic
/// vowel signs, tatweel, apostrophes and the dots of abbreviations left out; forms of alif, ya, kaf and ha made one.
pub(crate) fn plain(text: &str) -> String {
    let decomposed = text.nfkd().flat_map(char::to_lowercase).nfkd();
    let mut plain = String::with_capacity(text.len());
    for c in decomposed {
        match c {
            '\'' | '’' | '`' | '´' | 'ʿ' | 'ʾ' | 'ʻ' | 'ʼ' | '.' | '\u{640}' => {}
            c if is_combining_mark(c) => {}
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'þ' => plain.push_str("th"),
            'ı' => plain.push('i'),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' | 'ð' => plain.push('d'),
            'ٱ' => plain.push('ا'),
            'ى' | 'ی' => plain.push('ي'),
            'ک' => plain.push('ك'),
            'ة' | 'ہ' | 'ھ' | 'ە' => plain.push('ه'),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_name_as_it_is_compared_a_kind_and_codes() {
        let mut met = BTreeSet::new();
        for line in NAMES.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let [name, kind, country, others] = cells[..] else {
                panic!("not four cells: {line}")
            };
            assert!(met.insert(name), "twice: {line}");
            assert_eq!(plain(name), name, "{line}");
            assert!(
                name.chars().all(|c| c.is_alphanumeric() || c == ' ') && !name.is_empty(),
                "{line}"
            );
            assert!(["region", "city", "word"].contains(&kind), "{line}");
            let codes: Vec<&str> = Some(country)
                .filter(|country| !country.is_empty())
                .into_iter()
                .chain(others.split(' ').filter(|code| !code.is_empty()))
                .collect();
            assert!(!codes.is_empty(), "{line}");
            assert!(
                codes
                    .iter()
                    .all(|code| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())),
                "{line}"
            );
        }
        let gazetteer = Gazetteer::new();
        // ISO 3166-1 has 249 codes, and Kosovo's is its own.
        assert_eq!(gazetteer.countries.len(), 250, "{:?}", gazetteer.countries);
    }

    #[test]
    fn every_country_has_a_name_in_both_scripts() {
        let gazetteer = Gazetteer::new();
        let arabic = |name: &str| name.chars().any(|c| ('\u{621}'..='\u{64a}').contains(&c));
        let mut named = BTreeSet::new();
        #[expect(clippy::iter_over_hash_type, reason = "gathered into a sorted set")]
        for (name, entry) in &gazetteer.names {
            for country in entry.countries() {
                named.insert((country, arabic(name)));
            }
        }
        for country in &gazetteer.countries {
            assert!(
                named.contains(&(country, true)) && named.contains(&(country, false)),
                "{country}"
            );
        }
    }
}
