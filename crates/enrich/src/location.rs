//! Self-declared location to country, by a small gazetteer of our own.
//!
//! `datasets/gazetteer.csv` names countries, large cities and provincial capitals in English and Arabic. A text is cut into
//! words; at each place the longest name that fits is taken, and what it covers is not looked at again. Flags (🇸🇾) count as
//! their country. When all names found mean one country, that is the answer; when they disagree (`Paris, Texas`), or a name is
//! one that several places or people share (`Georgia`, `Jordan`), there is none.

use std::collections::HashMap;

/// The gazetteer: one name a line, `name,country`; a name without a country is ambiguous.
const GAZETTEER: &str = include_str!("../../../datasets/gazetteer.csv");

/// Names of places, and the countries that they lie in.
#[derive(Debug)]
pub(crate) struct Gazetteer {
    /// By the words of the name, joined by a blank; an ambiguous name has no country.
    names: HashMap<String, Option<&'static str>>,
    /// Words of the longest name.
    longest: usize,
}

impl Gazetteer {
    /// The gazetteer of this program.
    pub(crate) fn new() -> Self {
        let mut names = HashMap::new();
        let mut longest = 0;
        for line in GAZETTEER.lines().skip(1).filter(|line| !line.starts_with('#')) {
            let Some((name, country)) = line.rsplit_once(',') else {
                continue;
            };
            let words = words(name);
            longest = longest.max(words.len());
            let country = (!country.is_empty()).then_some(country);
            names
                .entry(words.join(" "))
                // The same name in two countries belongs to neither.
                .and_modify(|known: &mut Option<&'static str>| *known = known.filter(|known| Some(*known) == country))
                .or_insert(country);
        }
        Self { names, longest }
    }

    /// The country that a self-declared location means (ISO 3166-1 alpha-2); `None` when it names none or does not tell which.
    pub(crate) fn country(&self, location: &str) -> Option<String> {
        let mut found: Option<String> = None;
        let mut agree = |country: &str| match &found {
            Some(known) => known == country,
            None => {
                found = Some(country.to_owned());
                true
            }
        };
        for flag in flags(location) {
            if !agree(&flag) {
                return None;
            }
        }
        let words = words(location);
        let mut start = 0;
        while start < words.len() {
            let fits = (1..=self.longest.min(words.len() - start))
                .rev()
                .find_map(|length| Some((length, self.names.get(&words[start..start + length].join(" "))?)));
            match fits {
                Some((length, country)) => {
                    if country.is_some_and(|country| !agree(country)) {
                        return None;
                    }
                    start += length;
                }
                None => start += 1,
            }
        }
        found
    }
}

/// The countries of the flags in a text: pairs of regional indicators.
fn flags(text: &str) -> Vec<String> {
    let letter = |c: char| {
        let offset = u32::from(c).checked_sub(0x1_F1E6).filter(|offset| *offset < 26)?;
        char::from_u32(u32::from('A') + offset)
    };
    let mut flags = Vec::new();
    let mut characters = text.chars();
    while let Some(first) = characters.next() {
        if let Some(first) = letter(first)
            && let Some(second) = characters.next().and_then(letter)
        {
            flags.push(String::from_iter([first, second]));
        }
    }
    flags
}

/// The words of a text in a form in which spellings that differ by habit only are the same: lower case; apostrophes and dots of
/// abbreviations left out (`U.S.A.`); Latin accents, Arabic vowel signs and tatweel dropped; the forms of alif, ya and ta marbuta
/// each made one.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            '\'' | '’' | '`' | '.' | '\u{0300}'..='\u{036F}' | '\u{064B}'..='\u{0652}' | '\u{0640}' => {}
            _ if c.is_alphanumeric() => word.push(plain(c)),
            _ if !word.is_empty() => words.push(std::mem::take(&mut word)),
            _ => {}
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn plain(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è' | 'é' | 'ê' | 'ë' | 'ē' => 'e',
        'ğ' => 'g',
        'ì' | 'í' | 'î' | 'ï' | 'ı' | 'ī' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' => 'o',
        'ş' | 'š' => 's',
        'ù' | 'ú' | 'û' | 'ü' | 'ū' => 'u',
        'ý' => 'y',
        'ž' => 'z',
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ی' => 'ي',
        'ک' => 'ك',
        'ة' => 'ه',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{GAZETTEER, Gazetteer};

    #[test]
    fn places_in_english_and_arabic_mean_their_country() {
        let gazetteer = Gazetteer::new();
        for (text, country) in [
            ("Raqqa", "SY"),
            ("al-Raqqah, Syria", "SY"),
            ("الرقة", "SY"),
            ("ولاية نينوى - العراق", "IQ"),
            ("Mosul", "IQ"),
            ("الموصل", "IQ"),
            ("Between Aleppo and Idlib", "SY"),
            ("LONDON, u.k.", "GB"),
            ("Saudi Arabia", "SA"),
            ("المملكة العربية السعودية", "SA"),
            ("🇸🇾", "SY"),
            ("Amman, Jordan", "JO"),
            ("Albuquerque, New Mexico", "US"),
            ("Tbilisi, Georgia", "GE"),
            ("Atlanta, Georgia", "US"),
            ("côte d’ivoire", "CI"),
            ("Guinea-Bissau", "GW"),
            ("South Sudan", "SS"),
        ] {
            assert_eq!(gazetteer.country(text).as_deref(), Some(country), "{text}");
        }
    }

    #[test]
    fn what_does_not_tell_which_country_stays_open() {
        let gazetteer = Gazetteer::new();
        for text in [
            "",
            "Georgia",
            "Jordan",
            "Paris, Texas",
            "Iraq / Syria",
            "🇸🇾🇮🇶",
            "earth",
            "Omanda",
            "Maliboo",
            "somewhere over the rainbow",
            "Tripoli",
        ] {
            assert_eq!(gazetteer.country(text), None, "{text}");
        }
    }

    #[test]
    fn every_line_of_the_gazetteer_is_a_name_and_a_country_code() {
        for line in GAZETTEER.lines().skip(1) {
            let (name, country) = line.rsplit_once(',').unwrap_or_else(|| panic!("no comma in '{line}'"));
            assert!(!name.trim().is_empty(), "{line}");
            assert!(
                country.is_empty() || country.len() == 2 && country.chars().all(|c| c.is_ascii_uppercase()),
                "{line}"
            );
        }
        let gazetteer = Gazetteer::new();
        assert!(gazetteer.names.len() > 600, "{}", gazetteer.names.len());
    }
}
