//! The language that a post's own words are in.
//!
//! Links, mentions and hashtags are taken out first: they are in the platform's language, or in none; so are, before a library is asked,
//! formulas that Muslims use in any language (`alhamdulillah`). What remains must have a number of letters. Then, in this order:
//!
//! 1. Words in two scripts, each with a third of the letters or more: `mul`. Otherwise the words of the other script do not count.
//! 2. Arabic in Latin letters and digits ([`crate::arabizi`]): `ar-Latn`.
//! 3. lingua, which is asked about [`LANGUAGES`] only, when its confidence is [`LEAST_CONFIDENCE`] or more.
//! 4. whatlang, which knows more scripts, of texts in a script that none of these languages is written in, by the same confidence.
//!
//! Where lingua has no answer, or one of [`TAKEN_FOR`], words of Arabic in Latin letters make it `ar-Latn`.
//!
//! Otherwise there is no answer. How often this is right, and why these libraries: `docs/languages.md`.

use std::collections::HashMap;
use std::sync::LazyLock;

use lingua::{Language, LanguageDetector, LanguageDetectorBuilder};
use whatlang::Lang;

use crate::arabizi;

/// Fewer letters than this do not tell a language.
const LEAST_LETTERS: usize = 8;

/// Answers of less confidence than this are none.
const LEAST_CONFIDENCE: f64 = 0.5;

/// The same of the other library.
const LEAST_CONFIDENCE_OF_OTHERS: f64 = 0.5;

/// Words in two scripts.
const MIXED: &str = "mul";

/// What Arabic in Latin letters is taken for, and would not be if lingua knew it.
const TAKEN_FOR: [&str; 5] = ["bs", "id", "so", "sq", "tr"];

/// The languages that are told apart: those that the studies' accounts write, and their neighbours in script.
const LANGUAGES: [(Language, &str); 17] = [
    (Language::Albanian, "sq"),
    (Language::Arabic, "ar"),
    (Language::Bosnian, "bs"),
    (Language::Dutch, "nl"),
    (Language::English, "en"),
    (Language::French, "fr"),
    (Language::German, "de"),
    (Language::Indonesian, "id"),
    (Language::Italian, "it"),
    (Language::Persian, "fa"),
    (Language::Portuguese, "pt"),
    (Language::Russian, "ru"),
    (Language::Somali, "so"),
    (Language::Spanish, "es"),
    (Language::Turkish, "tr"),
    (Language::Ukrainian, "uk"),
    (Language::Urdu, "ur"),
];

/// Models are unpacked when first asked: some 70 MB.
static DETECTOR: LazyLock<LanguageDetector> = LazyLock::new(|| {
    let languages: Vec<Language> = LANGUAGES.iter().map(|(language, _)| *language).collect();
    LanguageDetectorBuilder::from_languages(&languages).build()
});

/// The language of a text (ISO 639-1, or as the module tells), when it tells.
pub fn language(text: &str) -> Option<&'static str> {
    let words = own_words(text);
    let [latin, arabic, other] = letters(&words);
    let all = latin + arabic + other;
    if all < LEAST_LETTERS {
        return None;
    }
    if latin.min(arabic) * 3 >= latin + arabic && latin.min(arabic) >= LEAST_LETTERS {
        return Some(MIXED);
    }
    if latin * 2 > all && arabizi::is_arabizi(&words) {
        return Some(arabizi::CODE);
    }
    // A few words of another script, a name say, would decide for it.
    let words = match latin.cmp(&arabic) {
        // Scripts without blanks between words: the letters go.
        _ if other > latin.max(arabic) => {
            words.replace(|c| script(c).is_some_and(|script| script != Script::Other), " ")
        }
        std::cmp::Ordering::Greater if arabic > 0 => without(&words, Script::Arabic),
        std::cmp::Ordering::Less if latin > 0 => without(&words, Script::Latin),
        _ => words,
    };
    let own = arabizi::without_formulas(&words);
    let is_too_short = own.len() < words.len() && letters(&own).iter().sum::<usize>() < LEAST_LETTERS;
    let told = if is_too_short { None } else { by_library(&own) };
    if latin > arabic && told.is_none_or(|told| TAKEN_FOR.contains(&told)) && arabizi::has_its_words(&words) {
        return Some(arabizi::CODE);
    }
    told
}

/// What the libraries tell of words.
fn by_library(words: &str) -> Option<&'static str> {
    let [latin, arabic, other] = letters(words);
    let all = latin + arabic + other;
    // Nothing comes back of a script that none of the languages is written in.
    let most = DETECTOR.compute_language_confidence_values(words).into_iter().next();
    let (language, confidence) = most.unwrap_or((Language::English, 0.0));
    if confidence >= LEAST_CONFIDENCE {
        return LANGUAGES
            .iter()
            .find(|(known, _)| *known == language)
            .map(|(_, code)| *code);
    }
    if confidence > 0.0 || other * 2 < all {
        return None;
    }
    let info = whatlang::detect(words)?;
    (info.confidence() >= LEAST_CONFIDENCE_OF_OTHERS).then(|| code(info.lang()))
}

/// The text without links, mentions and hashtags, and without the mark of a hand-made repost.
fn own_words(text: &str) -> String {
    let own = |word: &&str| {
        let bare = word.trim_start_matches(['"', '“', '(', '.', '\'']);
        !(bare.starts_with(['@', '#', '＃', '＠'])
            || bare.starts_with("http://")
            || bare.starts_with("https://")
            || bare.starts_with("www.")
            || matches!(*word, "RT" | "via" | "MT"))
    };
    text.split_whitespace().filter(own).collect::<Vec<_>>().join(" ")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Arabic,
    Other,
}

/// The script of a letter.
fn script(c: char) -> Option<Script> {
    c.is_alphabetic().then_some(match c {
        'a'..='z' | 'A'..='Z' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => Script::Latin,
        '\u{600}'..='\u{6FF}'
        | '\u{750}'..='\u{77F}'
        | '\u{8A0}'..='\u{8FF}'
        | '\u{FB50}'..='\u{FDFF}'
        | '\u{FE70}'..='\u{FEFF}' => Script::Arabic,
        _ => Script::Other,
    })
}

/// Letters of Latin, Arabic and any other script.
fn letters(text: &str) -> [usize; 3] {
    let mut counts = [0; 3];
    for script in text.chars().filter_map(script) {
        counts[script as usize] += 1;
    }
    counts
}

/// The words without those that have letters of a script.
fn without(words: &str, unwanted: Script) -> String {
    let wanted = |word: &&str| !word.chars().filter_map(script).any(|script| script == unwanted);
    words.split(' ').filter(wanted).collect::<Vec<_>>().join(" ")
}

/// The two-letter code (ISO 639-1).
fn code(lang: Lang) -> &'static str {
    match lang {
        Lang::Afr => "af",
        Lang::Aka => "ak",
        Lang::Amh => "am",
        Lang::Ara => "ar",
        Lang::Aze => "az",
        Lang::Bel => "be",
        Lang::Ben => "bn",
        Lang::Bul => "bg",
        Lang::Cat => "ca",
        Lang::Ces => "cs",
        Lang::Cmn => "zh",
        Lang::Cym => "cy",
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Ell => "el",
        Lang::Eng => "en",
        Lang::Epo => "eo",
        Lang::Est => "et",
        Lang::Fin => "fi",
        Lang::Fra => "fr",
        Lang::Guj => "gu",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Hye => "hy",
        Lang::Ind => "id",
        Lang::Ita => "it",
        Lang::Jav => "jv",
        Lang::Jpn => "ja",
        Lang::Kan => "kn",
        Lang::Kat => "ka",
        Lang::Khm => "km",
        Lang::Kor => "ko",
        Lang::Lat => "la",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Mal => "ml",
        Lang::Mar => "mr",
        Lang::Mkd => "mk",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Nld => "nl",
        Lang::Nob => "nb",
        Lang::Ori => "or",
        Lang::Pan => "pa",
        Lang::Pes => "fa",
        Lang::Pol => "pl",
        Lang::Por => "pt",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Sin => "si",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Sna => "sn",
        Lang::Spa => "es",
        Lang::Srp => "sr",
        Lang::Swe => "sv",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Tgl => "tl",
        Lang::Tha => "th",
        Lang::Tuk => "tk",
        Lang::Tur => "tr",
        Lang::Ukr => "uk",
        Lang::Urd => "ur",
        Lang::Uzb => "uz",
        Lang::Vie => "vi",
        Lang::Yid => "yi",
        Lang::Zul => "zu",
    }
}

/// The languages of many texts, in their order, by as many threads as given. Equal texts are asked about once: reposts bring the
/// same text again and again.
pub(crate) fn languages(texts: &[Option<&str>], threads: usize) -> Vec<Option<&'static str>> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut different: Vec<&str> = Vec::new();
    for text in texts.iter().copied().flatten() {
        places.entry(text).or_insert_with(|| {
            different.push(text);
            different.len() - 1
        });
    }
    let told = of_each(&different, threads);
    texts
        .iter()
        .map(|text| text.and_then(|text| told[*places.get(text)?]))
        .collect()
}

fn of_each(texts: &[&str], threads: usize) -> Vec<Option<&'static str>> {
    let each = |texts: &[&str]| texts.iter().map(|text| language(text)).collect::<Vec<_>>();
    let share = texts.len().div_ceil(threads.max(1)).max(1);
    if share >= texts.len() {
        return each(texts);
    }
    std::thread::scope(|scope| {
        let parts: Vec<_> = texts
            .chunks(share)
            .map(|texts| (texts, scope.spawn(move || each(texts))))
            .collect();
        parts
            .into_iter()
            // A thread that broke off does not cost the answer; the work is done here once more.
            .flat_map(|(texts, part)| part.join().unwrap_or_else(|_| each(texts)))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_words_tell_the_language_and_links_and_tags_do_not() {
        for (text, expected) in [
            (
                "the lamp in the small window was still burning when we came home",
                Some("en"),
            ),
            (
                "كان المصباح في النافذة الصغيرة ما زال مضاء عندما عدنا إلى البيت",
                Some("ar"),
            ),
            (
                "RT @someone: https://example.org/a/long/english/address #english #words",
                None,
            ),
            (
                "RT: المصباح في النافذة الصغيرة ما زال مضاء عندما عدنا إلى البيت (John)",
                Some("ar"),
            ),
            (
                "the lamp in the window is still burning المصباح في النافذة ما زال مضاء",
                Some("mul"),
            ),
            ("ana ra7 3al beit ba3d el shay, el jaw 7elw", Some("ar-Latn")),
            ("המנורה בחלון הקטן עדיין דלקה כשחזרנו הביתה", Some("he")),
            ("こんにちは世界 hello", Some("ja")),
            ("今日はとても良い天気ですねiPhoneで撮りました", Some("ja")),
            ("ok", None),
            ("", None),
            ("🌱🌱🌱 ... !!! 12345678", None),
        ] {
            assert_eq!(language(text), expected, "{text}");
        }
    }

    /// Texts written for this test, not collected: Arabic in Latin letters, and what must not be taken for it.
    #[test]
    fn transliterated_arabic_is_told_from_other_languages() {
        let texts = include_str!("../tests/transliterated.csv");
        let (mut told, mut all) = (0, 0);
        for (expected, text) in texts.lines().skip(1).filter_map(|line| line.split_once(',')) {
            let answer = language(text);
            if expected == arabizi::CODE {
                all += 1;
                told += usize::from(answer == Some(arabizi::CODE));
                assert!(
                    answer.is_none_or(|answer| answer == arabizi::CODE || answer == "so"),
                    "{text}: {answer:?}"
                );
            } else {
                assert!(answer.is_none_or(|answer| answer == expected), "{text}: {answer:?}");
            }
        }
        assert!(told >= 64, "{told} of {all}");
    }

    #[test]
    fn sentences_of_real_corpora_are_told_apart() {
        let Some(data) = std::env::var_os("DIMINUENDO_DATA") else {
            eprintln!("skipped: DIMINUENDO_DATA is not set");
            return;
        };
        let folder = std::path::PathBuf::from(data).join("langid/lingua");
        // Per thousand; a little less than docs/languages.md tells.
        for (code, least_right) in [
            ("en", 940),
            ("ar", 980),
            ("fa", 970),
            ("ur", 930),
            ("tr", 970),
            ("fr", 970),
            ("so", 970),
        ] {
            let text = std::fs::read_to_string(folder.join(code).join("sentences.txt")).unwrap();
            let answers: Vec<_> = text.lines().map(language).collect();
            let right = answers.iter().filter(|answer| **answer == Some(code)).count();
            // Lines of the corpus that mix in English are not mistaken.
            let told = answers.iter().flatten().filter(|answer| **answer != MIXED).count();
            let wrong = told - right;
            let mut others: Vec<&str> = answers
                .iter()
                .flatten()
                .copied()
                .filter(|answer| *answer != code)
                .collect();
            others.sort_unstable();
            assert!(
                right >= least_right && wrong <= 15,
                "{code}: {right} right, {wrong} wrong of {}: {others:?}",
                answers.len()
            );
        }
    }

    #[test]
    fn threads_change_nothing() {
        let texts: Vec<Option<&str>> = (0..7)
            .map(|i| {
                (i != 3).then_some(if i % 2 == 0 {
                    "the bread and the salt are on the table"
                } else {
                    "x"
                })
            })
            .collect();
        for threads in [1, 2, 3, 100] {
            assert_eq!(languages(&texts, threads), languages(&texts, 1));
        }
        assert!(languages(&[], 2).is_empty());
    }
}
