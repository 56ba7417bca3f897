//! Self-declared location to country.
//!
//! A text is cut into parts at `/`, `|`, `;`, bullets, line breaks and dashes with blanks, and into words; at each place the longest
//! name of the [`Gazetteer`] that fits is taken, and what it covers is not looked at again. A name that is an everyday word as
//! well counts only where it stands alone between separators, and one that a cue makes a call (`Free Syria`) not at all: who wishes a
//! country well need not live there. Then:
//!
//! * within a part, a country or a state says where the places beside it lie (`Paris, Texas` is in the United States), as does a code
//!   of two or three capitals behind a name (`Paris, TX`; `London, ON`). Where nothing does, a name means the country that it means alone;
//! * parts, and flags (🇸🇾), stand beside one another: what all of them may mean counts.
//!
//! What is left is one country, or several: then the location stays ambiguous, and all that it may mean are told.

mod words;

use std::collections::BTreeSet;

use self::words::{Word, parts};
use crate::gazetteer::{Gazetteer, Kind, Name, Stands};

/// What is no country: a region of many, or a word.
const NOWHERE: &str = "ZZ";
/// States and provinces by the codes that are written behind a place.
const STATES: [(&str, &str); 3] = [
    (
        "US",
        "AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC \
         SD TN TX UT VA VT WA WI WV WY",
    ),
    ("AU", "ACT NSW NT QLD SA TAS VIC WA"),
    ("CA", "AB BC MB NB NL NS NT NU ON PE QC SK YT"),
];

/// What a self-declared location tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The countries that it may mean (ISO 3166-1 alpha-2), in order; one where it tells, none where it names none.
    pub candidates: BTreeSet<&'static str>,
}

impl Place {
    /// The country that it tells.
    pub(crate) fn country(&self) -> Option<&'static str> {
        match self.candidates.len() {
            1 => self.candidates.first().copied(),
            _ => None,
        }
    }

    /// The candidates with a space between; none where there is none.
    pub(crate) fn in_words(&self) -> Option<String> {
        let words: Vec<&str> = self.candidates.iter().copied().collect();
        (!words.is_empty()).then(|| words.join(" "))
    }
}

/// Reads a location.
pub(crate) fn place(gazetteer: &Gazetteer, location: &str) -> Place {
    let mut told = flags(gazetteer, location);
    told.extend(parts(location).iter().filter_map(|part| of_part(gazetteer, part)));
    let mut candidates = match common(&told) {
        Some(common) if !common.is_empty() => common,
        _ => told.into_iter().flatten().collect(),
    };
    // What is no country makes another meaning uncertain, and is none itself.
    if candidates.len() == 1 {
        candidates.remove(NOWHERE);
    }
    Place { candidates }
}

/// What all sets share; none where there is no set.
fn common(sets: &[BTreeSet<&'static str>]) -> Option<BTreeSet<&'static str>> {
    let (first, rest) = sets.split_first()?;
    Some(rest.iter().fold(first.clone(), |common, set| &common & set))
}

/// What a part may mean; none where it names nothing.
fn of_part(gazetteer: &Gazetteer, words: &[Word]) -> Option<BTreeSet<&'static str>> {
    let plain: Vec<&str> = words.iter().map(|word| word.plain.as_str()).collect();
    let mut names: Vec<Name> = Vec::new();
    let mut stretches: Vec<usize> = Vec::new();
    let mut codes: Vec<BTreeSet<&'static str>> = Vec::new();
    let mut start = 0;
    let mut after_name = false;
    while start < words.len() {
        // Capitals behind a name may be a word elsewhere (`ME`, `IN`).
        let code = after_name.then(|| of_code(gazetteer, &words[start].written)).flatten();
        if let Some(code) = code {
            codes.push(code);
            (start, after_name) = (start + 1, false);
            continue;
        }
        let end = end_of_stretch(words, start);
        match name_at(gazetteer, words, &plain, start) {
            Some((length, _)) if gazetteer.cue_at(&plain[start + length..end], Stands::Behind).is_some() => {
                (start, after_name) = (start + length, false);
            }
            Some((length, name)) => {
                names.push(name);
                stretches.push(words[start].stretch);
                (start, after_name) = (start + length, true);
            }
            None => {
                let cue = gazetteer.cue_at(&plain[start..end], Stands::Before);
                let name = cue.map(|length| start + length).filter(|name| *name < end);
                let is_call = name.is_some_and(|name| name_at(gazetteer, words, &plain, name).is_some());
                (start, after_name) = (if is_call { end } else { start + 1 }, false);
            }
        }
    }
    if names.is_empty() {
        return None;
    }
    let all: Vec<BTreeSet<&'static str>> = names.iter().map(Name::countries).collect();
    let shared = common(&all).unwrap_or_default();
    for code in codes {
        let meant = &shared & &code;
        if meant.len() == 1 {
            return Some(meant);
        }
    }
    let certain: BTreeSet<&'static str> = names
        .iter()
        .filter(|name| name.is_certain_region())
        .filter_map(|name| name.country)
        .collect();
    if let (Some(country), 1) = (certain.first(), certain.len()) {
        // Who names a country, and a place that lies elsewhere, may mean either, unless the country stands behind the place and a
        // comma: there are more places of a name than we know (`Cairo, Illinois`).
        let mut meant = certain.clone();
        let last = names.iter().rposition(Name::is_certain_region).unwrap_or_default();
        let elsewhere = names
            .iter()
            .zip(all)
            .enumerate()
            .filter(|(position, (name, countries))| {
                !countries.contains(country)
                    && (name.kind == Kind::Region || *position > last || stretches[*position] == stretches[last])
            });
        for (_, (name, countries)) in elsewhere {
            match name.country {
                Some(other) => meant.extend([other]),
                None => meant.extend(countries),
            }
        }
        return Some(meant);
    }
    if !certain.is_empty() {
        return Some(certain);
    }
    let alone: BTreeSet<&'static str> = names.iter().filter_map(|name| name.country).collect();
    Some(match alone.first() {
        Some(country) if alone.len() == 1 && shared.contains(country) => alone,
        Some(_) if shared.len() == 1 && names.iter().any(|name| name.country.is_none()) => shared,
        Some(_) => {
            let open = names.iter().filter(|name| name.country.is_none());
            open.flat_map(|name| name.countries()).chain(alone).collect()
        }
        None if !shared.is_empty() => shared,
        None => all.into_iter().flatten().collect(),
    })
}

/// Where the stretch between separators ends that a word stands in.
fn end_of_stretch(words: &[Word], start: usize) -> usize {
    let stretch = words[start].stretch;
    let other = words[start..].iter().position(|word| word.stretch != stretch);
    other.map_or(words.len(), |length| start + length)
}

/// The name that begins at a word, where it counts, and how many words it takes.
fn name_at(gazetteer: &Gazetteer, words: &[Word], plain: &[&str], start: usize) -> Option<(usize, Name)> {
    // A name does not go on behind a comma.
    let end = end_of_stretch(words, start);
    let begins = start == 0 || words[start - 1].stretch != words[start].stretch;
    let counts = |(length, name): &(usize, Name)| name.kind != Kind::Word || (begins && start + length == end);
    let found = gazetteer.longest_at(&plain[start..end]).filter(counts);
    if found.is_some() {
        return found;
    }
    // "and", "in", "to" and "so" are written together with the Arabic name behind them, and "to" takes the alif of an article. What is
    // a word as well is one there.
    let behind = |bare: &str| {
        let mut rest = vec![bare];
        rest.extend(&plain[start + 1..end]);
        let found = gazetteer.longest_at(&rest);
        found.filter(|(_, name)| name.kind != Kind::Word && bare.chars().count() >= 3)
    };
    let bare = plain[start].strip_prefix(['و', 'ب', 'ل', 'ف'])?;
    behind(bare).or_else(|| behind(&format!("ال{}", plain[start].strip_prefix("لل")?)))
}

/// The countries that capitals behind a name may mean, as a country's code or a state's.
fn of_code(gazetteer: &Gazetteer, written: &str) -> Option<BTreeSet<&'static str>> {
    let is_code = matches!(written.len(), 2 | 3) && written.bytes().all(|byte| byte.is_ascii_uppercase());
    if !is_code {
        return None;
    }
    let of_states = STATES
        .iter()
        .filter(|(_, states)| states.split(' ').any(|state| state == written));
    let countries: BTreeSet<&'static str> = gazetteer
        .country(written)
        .into_iter()
        .chain(of_states.map(|(country, _)| *country))
        .collect();
    (!countries.is_empty()).then_some(countries)
}

/// The countries of the flags in a text, each a set: pairs of regional indicators, and a black flag with the letters of a part of a
/// country (England's).
fn flags(gazetteer: &Gazetteer, text: &str) -> Vec<BTreeSet<&'static str>> {
    let letter = |c: char, first: u32| {
        let offset = u32::from(c).checked_sub(first).filter(|offset| *offset < 26)?;
        char::from_u32(u32::from('A') + offset)
    };
    let mut flags = Vec::new();
    let mut take = |code: &str| {
        if let Some(country) = gazetteer.country(code) {
            flags.push(BTreeSet::from([country]));
        }
    };
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        if let Some(first) = letter(c, 0x1_F1E6) {
            if let Some(second) = characters.next().and_then(|c| letter(c, 0x1_F1E6)) {
                take(&String::from_iter([first, second]));
            }
        } else if c == '\u{1F3F4}' {
            let letters = characters.clone().map_while(|c| letter(c, 0xE_0061));
            take(&letters.take(2).collect::<String>());
        }
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(text: &str) -> Option<&'static str> {
        place(&Gazetteer::new(), text).country()
    }

    fn candidates(text: &str) -> String {
        place(&Gazetteer::new(), text).in_words().unwrap_or_default()
    }

    #[test]
    fn a_state_or_a_code_says_where_a_place_lies() {
        for (text, meant) in [
            ("Paris", "FR"),
            ("Jordan", "JO"),
            ("Paris, Texas", "US"),
            ("Paris, TX", "US"),
            ("Paris TX", "US"),
            ("London, ON", "CA"),
            ("Vancouver, WA", "US"),
            ("Hyderabad, IN", "IN"),
            ("Tripoli, Lebanon", "LB"),
            ("Tripoli - Lebanon", "LB"),
            ("Atlanta, Georgia", "US"),
            ("Tbilisi, Georgia", "GE"),
            ("Georgia, USA", "US"),
            ("طرابلس، لبنان", "LB"),
        ] {
            assert_eq!(country(text), Some(meant), "{text}");
        }
    }

    #[test]
    fn what_does_not_tell_stays_ambiguous_with_its_candidates() {
        for (text, all) in [
            ("Georgia", "GE US"),
            ("Iraq / Syria", "IQ SY"),
            ("Iraq and Syria", "IQ SY"),
            ("العراق وسوريا", "IQ SY"),
            ("Al-Sham", "JO LB PS SY"),
            ("Dawla", "IQ SY"),
            ("🇸🇾🇮🇶", "IQ SY"),
            ("Paris / London", "FR GB"),
            ("Birmingham", "GB US"),
        ] {
            assert_eq!(candidates(text), all, "{text}");
            assert_eq!(country(text), None, "{text}");
        }
        assert!(candidates("Tripoli").contains("LB LY"));
    }

    #[test]
    fn everyday_words_count_only_alone() {
        assert_eq!(candidates("a nice place"), "");
        assert_eq!(country("Nice, France"), Some("FR"));
        assert_eq!(country("reading in bed"), None);
        assert_eq!(country("Reading, UK"), Some("GB"));
        for text in [
            "",
            "earth",
            "somewhere over the rainbow",
            "in your heart",
            "في قلبك",
            ",,,",
            "—",
            "ME",
            "127.0.0.1",
            "🌍",
        ] {
            assert_eq!(candidates(text), "", "{text}");
        }
    }

    #[test]
    fn names_are_read_across_what_stands_for_a_blank_and_what_shows_nothing() {
        for (text, meant) in [
            ("Saudi_Arabia", "SA"),
            ("United_Kingdom", "GB"),
            ("New_York", "US"),
            ("Mosul.Iraq", "IQ"),
            ("London.UK", "GB"),
            ("الرياض.السعودية", "SA"),
            ("Saudi\u{200B} Arabia", "SA"),
            ("المملكة\u{200F} العربية السعودية", "SA"),
            ("\u{202B}المملكة العربية السعودية\u{202C}", "SA"),
            ("Mo\u{AD}sul", "IQ"),
            ("U.S.A.", "US"),
            ("St.Louis, MO", "US"),
            ("Washington D.C.", "US"),
        ] {
            assert_eq!(country(text), Some(meant), "{text}");
        }
        assert_eq!(candidates("الدولة_الإسلامية"), "IQ SY");
        assert_eq!(candidates("follow.us"), "");
    }

    #[test]
    fn particles_are_read_past_before_short_names_and_articles_too() {
        for (text, meant) in [
            ("بحلب", "SY"),
            ("لحلب", "SY"),
            ("وحلب", "SY"),
            ("بدمشق", "SY"),
            ("للموصل", "IQ"),
            ("بالموصل", "IQ"),
            ("للبنان", "LB"),
            ("بمصر", "EG"),
        ] {
            assert_eq!(country(text), Some(meant), "{text}");
        }
        assert_eq!(candidates("وكان اليوم طويلا"), "");
    }

    #[test]
    fn a_call_is_no_residence() {
        for text in [
            "Free Syria",
            "Pray for Syria",
            "not in Syria",
            "Syria will be free",
            "I love Iraq",
            "Support Gaza",
            "anti-Iran",
            "Pray for Syria and Iraq",
            "الحرية لسوريا",
            "لست في العراق",
            "تحيا مصر",
            "سوريا حرة",
            "ضد إيران",
        ] {
            assert_eq!(candidates(text), "", "{text}");
        }
        for (text, meant) in [
            ("London, free Syria", "GB"),
            ("Free Syria | London", "GB"),
            ("made with love in Paris", "FR"),
            ("free spirit in Dubai", "AE"),
            ("لندن، الحرية لسوريا", "GB"),
        ] {
            assert_eq!(country(text), Some(meant), "{text}");
        }
    }

    #[test]
    fn flags_of_countries_and_of_their_parts() {
        assert_eq!(country("🇸🇾"), Some("SY"));
        assert_eq!(
            country("🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}"),
            Some("GB")
        );
        assert_eq!(country("London 🇬🇧"), Some("GB"));
        assert_eq!(candidates("🏴"), "");
        assert_eq!(candidates("🇽🇽"), "");
        assert_eq!(candidates("🇸"), "");
    }

    #[test]
    fn a_very_long_location_is_read_as_any_other() {
        let long = "tea garden ".repeat(900) + ", Aleppo";
        assert_eq!(country(&long), Some("SY"));
        assert_eq!(candidates(&"ى".repeat(10_000)), "");
        assert_eq!(country(&"Aleppo, ".repeat(1250)), Some("SY"));
    }

    /// `datasets/gazetteer/cases.csv`: locations and what a person takes them to mean. Where we read them otherwise they stand here.
    #[test]
    fn hand_labelled_locations() {
        let gazetteer = Gazetteer::new();
        let cases = include_str!("../../../datasets/gazetteer/cases.csv");
        let mut otherwise = Vec::new();
        for line in cases.lines().skip(1) {
            let (location, means) = line.rsplit_once(',').unwrap();
            let location = location.trim_matches('"');
            let read = place(&gazetteer, location).in_words().unwrap_or_default();
            if read != means {
                otherwise.push(format!("{location}: {read}"));
            }
        }
        assert_eq!(otherwise, [""; 0]);
    }
}
