//! Arabic in Latin letters, where digits stand for the letters that Latin lacks: `3` for ʿayn, `7` for ḥāʾ, `2` for hamza, `5`, `6`
//! and `9` for khāʾ, ṭāʾ and qāf or ṣād. No library knows it; they take it for Turkish, Albanian or Somali, say. Only the digits give it away, so that Arabic in Latin
//! letters without them stays undecided or mistaken.

/// The code of Arabic in Latin script (BCP 47).
pub(crate) const CODE: &str = "ar-Latn";

/// Of this many words at least, one in four at least must be such a word.
const LEAST_WORDS: usize = 2;

/// What follows a number in other languages: `2nd`, `7pm`, `5k`.
const AFTER_NUMBER: [&str; 50] = [
    "st", "nd", "rd", "th", "am", "pm", "k", "m", "d", "g", "x", "s", "km", "kg", "ft", "min", "h", "hr", "hrs", "p",
    "day", "nite", "night", "morrow", "moro", "gether", "mp", "cm", "mm", "gb", "mb", "tb", "yr", "yrs", "yo", "v",
    "w", "c", "b", "a", "e", "f", "i", "o", "u", "ers", "er", "ever", "pack", "way",
];

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
        .replace('\'', "");
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
    match (bytes.first(), bytes.last()) {
        (Some(first), _) if digit(*first) && digits == 1 => !AFTER_NUMBER.contains(&&word[1..]),
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
        let (mut texts, mut taken) = (0, 0);
        for language in [
            "az", "de", "en", "es", "fr", "id", "it", "ms", "nl", "pt", "so", "sw", "tr",
        ] {
            for kind in ["sentences.txt", "word-pairs.txt"] {
                let text = std::fs::read_to_string(folder.join(language).join(kind)).unwrap();
                texts += text.lines().count();
                taken += text.lines().filter(|line| is_arabizi(line)).count();
            }
        }
        assert!(texts > 25_000 && taken <= 1, "{taken} of {texts}");
    }
}
