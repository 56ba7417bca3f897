//! A self-declared location as it is cut: into parts that stand beside one another, and these into words.

use crate::gazetteer::plain;

/// A word of a location.
#[derive(Debug)]
pub(super) struct Word {
    /// As it is compared.
    pub(super) plain: String,
    /// As it was written.
    pub(super) written: String,
    /// The stretch between separators that it stands in.
    pub(super) stretch: usize,
}

/// The parts of a location, in words.
pub(super) fn parts(location: &str) -> Vec<Vec<Word>> {
    let mut parts = vec![Vec::new()];
    let mut stretch = 0;
    let mut written = String::new();
    let mut before = ' ';
    let mut characters = location.chars().chain([' ']).peekable();
    while let Some(c) = characters.next() {
        if is_invisible(c) {
            continue;
        }
        let within =
            matches!(c, '\'' | '’' | '`' | '\u{640}') || (c == '.' && !parts_names(&written, characters.clone()));
        let in_word = c.is_alphanumeric() || within || is_mark(c);
        if in_word {
            written.push(c);
        } else {
            let word = plain(&written);
            if !word.is_empty() {
                let part: &mut Vec<Word> = match parts.last_mut() {
                    Some(part) => part,
                    None => return parts,
                };
                // Compatibility forms may hold blanks and signs of their own.
                part.extend(
                    word.split(|c: char| !c.is_alphanumeric())
                        .filter(|word| !word.is_empty())
                        .map(|word| Word {
                            plain: word.to_owned(),
                            written: written.clone(),
                            stretch,
                        }),
                );
            }
            written.clear();
            let apart = match c {
                '/' | '|' | ';' | '•' | '·' | '–' | '—' | '\n' | '\r' => true,
                '-' => before.is_whitespace() && characters.peek().is_some_and(|next| next.is_whitespace()),
                _ => false,
            };
            if apart {
                parts.push(Vec::new());
            }
            // Where blanks are not allowed, others stand for them (`Saudi_Arabia`).
            if !(c.is_whitespace() || matches!(c, '-' | '_' | '.' | '\u{200C}')) || apart {
                stretch += 1;
            }
        }
        before = c;
    }
    parts
}

/// Whether a dot behind a word parts names (`Mosul.Iraq`) and does not shorten one (`U.S.`).
fn parts_names(written: &str, behind: impl Iterator<Item = char>) -> bool {
    let before = written.chars().rev().take_while(|c| *c != '.');
    let letters: Vec<char> = behind.take_while(|c| c.is_alphabetic()).take(3).collect();
    let name = letters.len() == 3 || (letters.len() == 2 && letters.iter().all(|c| c.is_uppercase()));
    name && before.filter(|c| c.is_alphabetic()).count() >= 2
}

/// What shows nothing: marks of direction, joiners and blanks of no width. The non-joiner is none of them: it parts words in Persian.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}' | '\u{200D}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206F}' | '\u{FEFF}'
    )
}

/// Vowel signs and accents that stand behind a letter.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}
