//! Arabic in Latin letters, where digits stand for the letters that Latin lacks: `3` for ʿayn, `7` for ḥāʾ, `2` for hamza, `5`, `6`
//! and `9` for khāʾ, ṭāʾ and qāf or ṣād. No library knows it; they take it for Turkish, Albanian or Somali, say. The digits give it away;
//! without them, some common words do, where a library has no better answer.

use std::collections::BTreeSet;

/// The code of Arabic in Latin script (BCP 47).
pub(crate) const CODE: &str = "ar-Latn";

/// Of this many words at least, one in four at least must be such a word.
const LEAST_WORDS: usize = 2;

/// What follows a number in other languages: `2nd`, `7pm`, `5k`; a plural's `s` may stand behind (`5mins`).
const AFTER_NUMBER: [&str; 66] = [
    "st", "nd", "rd", "th", "am", "pm", "k", "m", "d", "g", "x", "s", "km", "kg", "ft", "min", "h", "hr", "hrs", "p",
    "day", "nite", "night", "morrow", "moro", "gether", "mp", "cm", "mm", "gb", "mb", "tb", "yr", "yrs", "yo", "v",
    "w", "c", "b", "a", "e", "f", "i", "o", "u", "ers", "er", "ever", "pack", "way", "sec", "hour", "week", "month",
    "year", "time", "star", "some", "face", "step", "up", "pac", "sos", "sum", "one", "z",
];

/// What writers put for an apostrophe; behind a digit it is a dot of the letter (`3'` is ghayn).
const APOSTROPHES: [char; 6] = ['\'', '’', '‘', 'ʼ', '`', '´'];

/// Words that Arabic in Latin letters has and its neighbours in this script have not, in spellings of several dialects.
const OWN_WORDS: [&str; 104] = [
    "ahlan", "akhbarak", "alladhi", "allathi", "anta", "antum", "aref", "arif", "awi", "ayez", "ayna", "aywa", "bayt",
    "beit", "bil", "bokra", "bukra", "bukrah", "delwaqti", "dhalika", "dilwaqti", "ehna", "eih", "elli", "embareh",
    "enta", "enti", "ezayak", "ezzayak", "fadlak", "fadlik", "fein", "fel", "fil", "giddan", "hadha", "hadhihi",
    "halak", "halik", "hatha", "hathihi", "hiya", "huwa", "ihna", "ila", "illi", "izzayak", "jiddan", "kaifa", "kaman",
    "kayfa", "keef", "khalas", "kif", "kteer", "ktiir", "ktir", "kull", "kulluna", "laisa", "laken", "lakin", "laysa",
    "lazem", "lazim", "leih", "leish", "lesh", "leysh", "limadha", "limatha", "maa", "madha", "mafeesh", "mafi",
    "mafish", "masaa", "matha", "mbareh", "mesh", "mish", "naharda", "nahnu", "okhti", "raheh", "rayeh", "sadiqi",
    "sahbi", "sahlan", "shlonak", "shou", "shu", "shway", "shwaya", "shwayya", "thalika", "ustadh", "wayn", "wein",
    "yaani", "yalla", "yallah", "yani", "yawm",
];

/// Formulas and forms of address that Muslims use in any language.
const FORMULAS: [&str; 57] = [
    "afwan",
    "akbar",
    "akhi",
    "akhy",
    "alaikum",
    "alaykum",
    "alhamdu",
    "alhamdulillah",
    "allah",
    "allahu",
    "allahuma",
    "allahumma",
    "ameen",
    "assalamu",
    "assalamualaikum",
    "astaghfirullah",
    "barakallah",
    "bismillah",
    "habeebi",
    "habibi",
    "habibti",
    "hamd",
    "hamdillah",
    "hamdulillah",
    "insha",
    "inshaallah",
    "inshallah",
    "iyyak",
    "iyyaki",
    "jazak",
    "jazakallah",
    "jazakallahu",
    "jazakkallah",
    "jazakum",
    "khair",
    "khairan",
    "khayr",
    "khayran",
    "lillah",
    "lillahi",
    "marhaba",
    "masha",
    "mashaallah",
    "mashallah",
    "rahmatullah",
    "rahmatullahi",
    "salaam",
    "shukran",
    "subhanallah",
    "ukhti",
    "wabarakatuh",
    "walaikum",
    "walillahil",
    "walla",
    "wallah",
    "wallahi",
    "wallahy",
];

/// Arabic words that are words of other languages, too.
const SHARED_WORDS: [&str; 36] = [
    "abi", "abu", "al", "ala", "ana", "bas", "bi", "bint", "da", "di", "el", "fi", "hada", "hal", "ibn", "inta",
    "inti", "kan", "kol", "kul", "la", "lel", "li", "ma", "men", "min", "naam", "sabah", "salam", "umm", "ummi", "w",
    "wa", "wel", "ya", "yom",
];

/// Words of Arabic in Latin letters without digits, counted.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    words: usize,
    /// Of them, from any of the three lists.
    known: usize,
    /// Different ones of [`OWN_WORDS`].
    own: usize,
    formulas: usize,
    /// `ya` calls somebody.
    calls: bool,
}

impl Known {
    fn of(text: &str) -> Self {
        let text = text.to_lowercase().replace(APOSTROPHES, "");
        let mut counts = Self::default();
        let mut own = BTreeSet::new();
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            if !word.chars().any(char::is_alphabetic) {
                continue;
            }
            counts.words += 1;
            counts.calls |= word == "ya";
            let is_own = OWN_WORDS.contains(&word);
            let is_formula = FORMULAS.contains(&word);
            if is_own {
                own.insert(word);
            }
            counts.formulas += usize::from(is_formula);
            counts.known += usize::from(is_own || is_formula || SHARED_WORDS.contains(&word));
        }
        counts.own = own.len();
        counts
    }
}

/// Whether a text that no library could tell, or that one took for a language like Somali, has the words of Arabic in Latin letters: two
/// different ones of its own and a third of all words known; or half of them, with one of its own among three, or a call and two formulas.
pub(crate) fn has_its_words(text: &str) -> bool {
    let counts = Known::of(text);
    let some = (counts.own >= 1 && counts.known >= 3) || (counts.calls && counts.formulas >= 2);
    (counts.own >= 2 && counts.known * 3 >= counts.words) || (some && counts.known * 2 >= counts.words)
}

/// The words without formulas, which are in no language: they would have a library take English for Indonesian.
pub(crate) fn without_formulas(words: &str) -> String {
    let is_own = |word: &&str| {
        let bare = word.to_lowercase().replace(APOSTROPHES, "");
        !FORMULAS.contains(&bare.trim_matches(|c: char| !c.is_alphanumeric()))
    };
    words.split(' ').filter(is_own).collect::<Vec<_>>().join(" ")
}

/// Whether a text, links and names taken out, is Arabic in Latin letters and digits.
pub(crate) fn is_arabizi(words: &str) -> bool {
    let with_letters = words
        .split_whitespace()
        .filter(|word| word.chars().any(char::is_alphabetic));
    let (mut all, mut such) = (0, 0);
    for word in with_letters {
        all += 1;
        such += usize::from(is_such_a_word(word));
    }
    such >= LEAST_WORDS && such * 4 >= all
}

/// Whether a word has a digit in the place of a letter.
fn is_such_a_word(word: &str) -> bool {
    let word = word
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase()
        .replace(APOSTROPHES, "");
    let letter = |c: u8| c.is_ascii_lowercase();
    let digit = |c: u8| matches!(c, b'2' | b'3' | b'5' | b'6' | b'7' | b'9');
    let bytes = word.as_bytes();
    if !bytes.iter().all(|c| letter(*c) || digit(*c)) || bytes.iter().filter(|c| letter(**c)).count() < 2 {
        return false;
    }
    // Two digits together are a number.
    if bytes.windows(2).any(|pair| digit(pair[0]) && digit(pair[1])) {
        return false;
    }
    let digits = bytes.iter().filter(|c| digit(**c)).count();
    // `r2d2`, `9to5`; `b2b`, where 2 is read "to".
    if digits * 2 >= bytes.len() || matches!(bytes, [_, b'2', _]) {
        return false;
    }
    let counts =
        |what: &str| AFTER_NUMBER.contains(&what) || AFTER_NUMBER.contains(&what.strip_suffix('s').unwrap_or(what));
    match (bytes.first(), bytes.last()) {
        (Some(first), _) if digit(*first) && digits == 1 => !counts(&word[1..]),
        // At the end a digit counts things (`mp3`, `top5`) in any language: it says nothing alone.
        (_, Some(last)) if digit(*last) => digits > 1,
        _ => digits > 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_among_letters_give_it_away() {
        for text in [
            "ana ra7 3al beit ba3d el shay",
            "el jaw 7elw w el warda 7amra",
            "3andi 5 bortu2anat w tofa7a",
            "sabah el 5eir, kif 7alak?",
            "bokra ra7 nezra3 el 7adi2a ma3 ba3d",
            "ma 3rft wein el meftah ba3d ma tla3na",
            "shu hal ta2s el 7elo lyom",
            "ya3ni el shay ma3 na3na3",
            "ana 3’areeb 5’alas ya akhi",
        ] {
            assert!(is_arabizi(text), "{text}");
        }
    }

    #[test]
    fn numbers_in_other_languages_do_not() {
        for text in [
            "meet me on the 2nd at 7pm, bring 3kg of tea",
            "top5 songs on mp3 and ps3",
            "gr8 day 4 tea b4 the 3rd",
            "the garden has 3 trees and 12 roses",
            "2day we plant, 2morrow we water",
            "covid19 and h5n1 and 2x4 boards, 7up",
            "ready in 5mins or 7days",
            "2years 3months since they left us",
            "it took 2weeks 3days to get there",
            "b2b and p2p marketing tips",
            "R2D2 and C3PO are droids",
            "2pac and 5sos are great music",
            "9to5 job and a 2step plan",
            "",
        ] {
            assert!(!is_arabizi(text), "{text}");
        }
    }

    #[test]
    fn sentences_in_latin_script_are_not_taken_for_it() {
        let Some(data) = std::env::var_os("DIMINUENDO_DATA") else {
            eprintln!("skipped: DIMINUENDO_DATA is not set");
            return;
        };
        let folder = std::path::PathBuf::from(data).join("langid/lingua");
        let (mut texts, mut taken, mut with_words) = (0, 0, 0);
        for language in [
            "az", "de", "en", "es", "fr", "id", "it", "ms", "nl", "pt", "so", "sw", "tr",
        ] {
            for kind in ["sentences.txt", "word-pairs.txt"] {
                let text = std::fs::read_to_string(folder.join(language).join(kind)).unwrap();
                texts += text.lines().count();
                taken += text.lines().filter(|line| is_arabizi(line)).count();
                with_words += text.lines().filter(|line| has_its_words(line)).count();
            }
        }
        assert!(
            texts > 25_000 && taken <= 1 && with_words == 0,
            "{taken} and {with_words} of {texts}"
        );
    }
}
