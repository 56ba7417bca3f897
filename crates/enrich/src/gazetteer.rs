//! Names of places and the countries that they may mean (`datasets/gazetteer/names.csv`), and the words by which a name is no residence
//! (`cues.csv`); the README there says where they come from.

use std::collections::{BTreeSet, HashMap};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// One name a line: `name,kind,country,others`.
const NAMES: &str = include_str!("../../../datasets/gazetteer/names.csv");

/// Words beside a name that make it a call or a feeling (`Free Syria`), one a line: `words,stands`.
const CUES: &str = include_str!("../../../datasets/gazetteer/cues.csv");

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

/// On which side of a name the words stand that make it a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    /// `Free Syria`.
    Before,
    /// `Syria will be free`.
    Behind,
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
    /// What makes a name a call, by its first word.
    cues: HashMap<String, Vec<(Vec<String>, Stands)>>,
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
        let mut cues: HashMap<String, Vec<(Vec<String>, Stands)>> = HashMap::new();
        for line in CUES.lines().skip(1) {
            let (text, stands) = match line.split_once(',') {
                Some((text, "before")) => (text, Stands::Before),
                Some((text, "behind")) => (text, Stands::Behind),
                _ => continue,
            };
            let words: Vec<String> = plain(text).split(' ').map(str::to_owned).collect();
            if let Some(first) = words.first() {
                cues.entry(first.clone()).or_default().push((words, stands));
            }
        }
        Self {
            names,
            countries,
            longest,
            cues,
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

    /// How many words the longest cue takes that the words begin with.
    pub(crate) fn cue_at(&self, words: &[&str], side: Stands) -> Option<usize> {
        let begins = |cue: &[String]| cue.len() <= words.len() && cue.iter().zip(words).all(|(cue, word)| cue == word);
        let cues = self.cues.get(*words.first()?)?;
        cues.iter()
            .filter(|(cue, stands)| *stands == side && begins(cue))
            .map(|(cue, _)| cue.len())
            .max()
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
    fn every_cue_is_read() {
        let gazetteer = Gazetteer::new();
        for line in CUES.lines().skip(1) {
            let (text, stands) = line.split_once(',').unwrap();
            let side = if stands == "before" {
                Stands::Before
            } else {
                Stands::Behind
            };
            let plain = plain(text);
            let words: Vec<&str> = plain.split(' ').collect();
            assert_eq!(gazetteer.cue_at(&words, side), Some(words.len()), "{line}");
        }
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
