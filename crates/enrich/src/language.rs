//! The language that a post's own words are in.
//!
//! Links, mentions and hashtags are taken out first: they are in the platform's language, or in none. What remains must have a
//! number of letters, and the detector must be fairly sure; otherwise there is no answer.
//!
//! Measured on the test sentences of lingua-rs (1,000 a language; en, ar, fa, ur, tr, fr, de, es, id, ru, nl, in percent right and
//! wrong, the rest unanswered): whatlang with confidence above 0.9, its own notion of reliable, 71 and 0.5; above 0.5, 83 and
//! 1; above 0, 93 and 7. Of two-word texts it answers a tenth, rightly. A language that it does not know (Somali) it takes for
//! another in 45 of 100 sentences. lingua 1.8, asked only about these languages, is right in 99 (its models come from the same
//! corpora as the sentences) and in 96 of word pairs, at four times the time and a minute more of building; whichlang knows
//! neither Persian nor Urdu and gives no confidence.

use whatlang::{Lang, detect};

/// Fewer letters than this do not tell a language.
const LEAST_LETTERS: usize = 12;

/// Answers of less confidence than this are none.
const LEAST_CONFIDENCE: f64 = 0.5;

/// The language of a text (ISO 639-1), when it tells.
pub(crate) fn language(text: &str) -> Option<&'static str> {
    let words = own_words(text);
    if words.chars().filter(|c| c.is_alphabetic()).count() < LEAST_LETTERS {
        return None;
    }
    let info = detect(&words)?;
    (info.confidence() >= LEAST_CONFIDENCE).then(|| code(info.lang()))
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

/// The languages of many texts, in their order, by as many threads as given.
pub(crate) fn languages(texts: &[Option<&str>], threads: usize) -> Vec<Option<&'static str>> {
    let each = |texts: &[Option<&str>]| texts.iter().map(|text| text.and_then(language)).collect::<Vec<_>>();
    let share = texts.len().div_ceil(threads.max(1)).max(1);
    if share == texts.len() {
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
            ("ok", None),
            ("", None),
        ] {
            assert_eq!(language(text), expected, "{text}");
        }
    }

    #[test]
    fn sentences_of_real_corpora_are_told_apart() {
        let Some(data) = std::env::var_os("DIMINUENDO_DATA") else {
            eprintln!("skipped: DIMINUENDO_DATA is not set");
            return;
        };
        let folder = std::path::PathBuf::from(data).join("langid/lingua");
        for (code, least_right) in [
            ("en", 820),
            ("ar", 850),
            ("fa", 900),
            ("ur", 880),
            ("tr", 800),
            ("fr", 850),
        ] {
            let text = std::fs::read_to_string(folder.join(code).join("sentences.txt")).unwrap();
            let answers: Vec<_> = text.lines().map(language).collect();
            let right = answers.iter().filter(|answer| **answer == Some(code)).count();
            let wrong = answers.iter().flatten().count() - right;
            assert!(
                right >= least_right && wrong <= 50,
                "{code}: {right} right, {wrong} wrong of {}",
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
