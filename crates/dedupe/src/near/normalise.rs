//! What of a text is compared: composed, lower-case characters with single spaces, and what is folded taken for the same.
//!
//! Always: characters that are not seen (joiners, marks of direction, variation selectors, soft hyphens) are left out, Unicode NFKC,
//! lower case, every run of white space or control characters one space. By choice ([`Fold`]): a link becomes `↗`, a mention `@`
//! (several in a row one `@`), a number `0`; of Arabic, the stretching tatweel and the vowel marks, which do not change what is
//! read, are left out. Normalising twice changes nothing.

use clap::ValueEnum;
use unicode_normalization::UnicodeNormalization;

/// What is taken for the same wherever it stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Fold {
    /// Links: shorteners give every post its own
    Urls,
    /// Mentions: copies are sent to many accounts
    Mentions,
    /// Numbers
    Numbers,
    /// Tatweel and vowel marks of Arabic
    Arabic,
    /// None of these
    None,
}

impl Fold {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Urls => "urls",
            Self::Mentions => "mentions",
            Self::Numbers => "numbers",
            Self::Arabic => "arabic",
            Self::None => "none",
        }
    }
}

const URL: char = '↗';
const MENTION: char = '@';
const NUMBER: char = '0';

/// Normalises texts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Normaliser {
    urls: bool,
    mentions: bool,
    numbers: bool,
    arabic: bool,
}

impl Normaliser {
    pub(crate) fn new(folds: &[Fold]) -> Self {
        let has = |fold| folds.contains(&fold);
        Self {
            urls: has(Fold::Urls),
            mentions: has(Fold::Mentions),
            numbers: has(Fold::Numbers),
            arabic: has(Fold::Arabic),
        }
    }

    /// Appends the normalised text to `out`; returns how many letters and digits it has besides what was folded. `composed` is
    /// working memory.
    pub(crate) fn normalise(self, text: &str, composed: &mut String, out: &mut String) -> usize {
        composed.clear();
        if text.is_ascii() {
            composed.push_str(text);
            composed.make_ascii_lowercase();
        } else {
            // What is left out first may have stood between characters that compose; so may vowel marks, and lower case
            // can decompose, which the second pass mends.
            let seen = text.chars().filter(|c| !is_unseen(*c));
            // The sigma that ends a word has the same capital as the others.
            let lower = seen
                .nfkc()
                .flat_map(char::to_lowercase)
                .map(|c| if c == 'ς' { 'σ' } else { c });
            composed.extend(lower.filter(|c| !(self.arabic && is_arabic_ornament(*c))).nfkc());
        }
        self.fold(composed, out)
    }

    fn fold(self, text: &str, out: &mut String) -> usize {
        let mut letters = 0;
        let mut out = Folded {
            start: out.len(),
            out,
            space: false,
        };
        let mut rest = text;
        let mut in_word = false;
        while let Some(c) = rest.chars().next() {
            if self.urls && (c == 'h' || c == 'w' || c == 'p') && is_url(rest, in_word) {
                rest = rest.trim_start_matches(is_of_url);
                out.mark(URL);
                in_word = false;
            } else if self.mentions && c == '@' && !in_word && starts_handle(&rest[1..]) {
                rest = after_mention(rest);
                out.mark(MENTION);
                in_word = false;
            } else if self.numbers && c.is_numeric() {
                rest = after_number(rest);
                out.push(NUMBER);
                in_word = true;
            } else {
                rest = &rest[c.len_utf8()..];
                if c.is_whitespace() || c.is_control() {
                    out.space = true;
                    in_word = false;
                } else {
                    let is_letter = c.is_alphanumeric();
                    in_word = is_letter || c == '_';
                    letters += usize::from(is_letter);
                    out.push(c);
                }
            }
        }
        letters
    }
}

/// The end of an output that takes one text.
struct Folded<'a> {
    out: &'a mut String,
    start: usize,
    space: bool,
}

impl Folded<'_> {
    fn push(&mut self, c: char) {
        if self.space && self.out.len() > self.start {
            self.out.push(' ');
        }
        self.space = false;
        self.out.push(c);
    }

    /// Puts the sign of something folded; of several in a row, one.
    fn mark(&mut self, mark: char) {
        if self.out[self.start..].ends_with(mark) {
            self.space = false;
        } else {
            self.push(mark);
        }
    }
}

/// Characters that are not seen, and with which copies are made to look different to a program.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Tatweel; vowel marks and other signs above and below letters, those of the Quran among them (Unicode, block Arabic).
fn is_arabic_ornament(c: char) -> bool {
    matches!(c, '\u{640}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}')
}

/// Whether a link begins here. Posts are cut and glued, so that one may follow a letter.
fn is_url(text: &str, in_word: bool) -> bool {
    text.starts_with("http://")
        || text.starts_with("https://")
        || text.starts_with("pic.twitter.com/")
        || (!in_word && text.starts_with("www."))
}

/// Links of posts are ASCII; what else follows them without a space is text.
fn is_of_url(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>')
}

fn is_of_handle(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn starts_handle(text: &str) -> bool {
    text.starts_with(is_of_handle)
}

/// What follows a mention: `@name`, `@name.example.org`, `@name@example.org`.
fn after_mention(text: &str) -> &str {
    let mut rest = text;
    while rest.starts_with(['@', '.']) && starts_handle(&rest[1..]) {
        rest = rest[1..].trim_start_matches(is_of_handle);
    }
    rest
}

/// What follows a number: digits, with single marks between them.
fn after_number(text: &str) -> &str {
    let mut rest = text.trim_start_matches(char::is_numeric);
    while rest.starts_with(['.', ',', ':', '٫', '٬']) {
        let after = &rest[rest.chars().next().map_or(0, char::len_utf8)..];
        if !after.starts_with(char::is_numeric) {
            break;
        }
        rest = after.trim_start_matches(char::is_numeric);
    }
    rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: &[Fold] = &[Fold::Urls, Fold::Mentions, Fold::Numbers, Fold::Arabic];

    fn normal(text: &str, folds: &[Fold]) -> (String, usize) {
        let (mut composed, mut out) = (String::new(), "before ".to_owned());
        let letters = Normaliser::new(folds).normalise(text, &mut composed, &mut out);
        (out.strip_prefix("before ").unwrap().to_owned(), letters)
    }

    #[test]
    fn texts_that_look_alike_become_the_same() {
        for (text, normalised) in [
            ("", ""),
            (" \n\t ", ""),
            ("Green  TEA\r\nin the\u{a0}garden ", "green tea in the garden"),
            ("ｇｒｅｅｎ ﬁg ①", "green fig 1"),
            ("cafe\u{301}", "café"),
            ("g\u{200b}re\u{ad}en\u{fe0f}", "green"),
            ("e\u{200d}\u{301}", "é"),
            ("ÀÉ ΣΊΣΥΦΟΣ Привет", "àé σίσυφοσ привет"),
            ("tea\u{0}garden", "tea garden"),
            ("see https://example.org/a?b=c now", "see https://example.org/a?b=c now"),
            // Presentation forms are the same letters; vowels stay where they are not folded.
            ("ﺷﺎﻱ", "شاي"),
            ("شَاي", "شَاي"),
        ] {
            assert_eq!(normal(text, &[]).0, normalised, "{text:?}");
        }
    }

    #[test]
    fn what_is_folded_is_the_same_wherever_it_stands() {
        for (text, normalised, letters) in [
            ("Tea https://example.org/a", "tea ↗", 3),
            ("teahttp://t.example/x tea", "tea↗ tea", 6),
            ("tea pic.twitter.com/abc https://example.org…", "tea ↗", 3),
            ("www.example.org awww.nice", "↗ awww.nice", 8),
            ("شاي https://example.orgشاي", "شاي ↗شاي", 6),
            ("@Stone @fern.example.org: tea", "@: tea", 3),
            ("@stone @fern_7@example.org tea", "@ tea", 3),
            ("mail tea@example.org or @ home", "mail tea@example.org or @ home", 23),
            ("12.5 degrees, 1,000 and ٣٫٥ 7", "0 degrees, 0 and 0 0", 10),
            ("tea2 at 10:30.", "tea0 at 0.", 5),
            ("شَـــاي", "شاي", 3),
            ("أإآ", "أإآ", 3),
            ("↗ @", "↗ @", 0),
        ] {
            assert_eq!(normal(text, ALL), (normalised.to_owned(), letters), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "([a-zA-Z0-9@ .,:_/↗#…\"]|http://|www\\.|pic\\.twitter\\.com/|\\PC|[\u{600}-\u{6ff}\u{fb50}-\u{feff}]|[\u{300}-\u{36f}\u{200b}-\u{200f}]){0,30}") {
            for folds in [&[][..], ALL] {
                let once = normal(&text, folds);
                prop_assert_eq!(normal(&once.0, folds).0, once.0);
            }
        }

        #[test]
        fn ascii_goes_the_same_way_as_all_else(text in "[ -~\n\t]{0,40}") {
            // A character outside ASCII at the end takes the long way.
            let (long, short) = (normal(&format!("{text}é"), ALL).0, normal(&format!("{text}e"), ALL).0);
            if !text.ends_with(is_of_handle) && !text.ends_with(is_of_url) {
                prop_assert_eq!(long.trim_end_matches('é'), short.trim_end_matches('e'));
            }
        }
    }
}
