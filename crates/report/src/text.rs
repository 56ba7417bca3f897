//! Text that came from outside (titles, file names, reasons, a figures file), made harmless for each place it goes to.
//!
//! HTML is escaped by the template engine. What is here is what an engine cannot know: control and direction characters,
//! Markdown, and cells that a spreadsheet would run as a formula.

/// The text on one line, without control characters and without the marks that turn the direction of what follows them.
pub(crate) fn clean(text: &str) -> String {
    let shown: String = text
        .chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            // Embeddings, overrides, isolates and marks of direction: they would reorder the text around them.
            '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect();
    shown
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The text with a capital letter at its beginning.
pub(crate) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |letter| letter.to_uppercase().chain(letters).collect())
}

/// The text as a table cell that no spreadsheet runs: one that begins like a formula gets an apostrophe before it.
pub(crate) fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The text as Markdown that means nothing but itself, inside a table cell as well.
pub(crate) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for (at, c) in text.char_indices() {
        let begins = at == 0;
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\n' | '\r' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '{' | '}' | '|' | '~' | '#' | '$' | '^' | '!' | '@' => {
                escaped.push('\\');
                escaped.push(c);
            }
            // A bare address would become a link.
            ':' if text[at..].starts_with("://") => escaped.push_str("\\:"),
            '.' if text[..at].to_ascii_lowercase().ends_with("www") => escaped.push_str("\\."),
            '-' | '+' | '=' if begins => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// A piece of text, and the address that it is where it is one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub(crate) text: &'a str,
    pub(crate) is_address: bool,
}

/// The text in pieces, web addresses (`http://`, `https://`, nothing else) apart from what stands around them.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let next = |rest: &str| match (rest.find("https://"), rest.find("http://")) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    while let Some(start) = next(rest) {
        let end = rest[start..]
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | '\\' | ')' | '|'))
            .map_or(rest.len(), |length| start + length);
        let address = rest[start..end].trim_end_matches(['.', ',', ';', ':']);
        if start > 0 {
            pieces.push(Piece {
                text: &rest[..start],
                is_address: false,
            });
        }
        pieces.push(Piece {
            text: address,
            is_address: true,
        });
        rest = &rest[start + address.len()..];
    }
    if !rest.is_empty() {
        pieces.push(Piece {
            text: rest,
            is_address: false,
        });
    }
    pieces
}

/// The text with numbers of more than three decimals cut to two: a note need not say more.
pub(crate) fn shortened(text: &str) -> String {
    let mut short = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let is_part = |c: char| c.is_ascii_digit() || c == '.';
        let end = rest[start..]
            .find(|c| !is_part(c))
            .map_or(rest.len(), |length| start + length);
        let number = &rest[start..end];
        short.push_str(&rest[..start]);
        match number.split_once('.') {
            Some((_, decimals)) if decimals.len() > 3 && !decimals.contains('.') => match number.parse::<f64>() {
                Ok(value) => short.push_str(&format!("{value:.2}")),
                Err(_) => short.push_str(number),
            },
            _ => short.push_str(number),
        }
        rest = &rest[end..];
    }
    short + rest
}

/// `1 account`, `2 accounts`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    let word = if count == 1 { one } else { many };
    format!(
        "{} {word}",
        crate::number::count(i64::try_from(count).unwrap_or(i64::MAX))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_direction_characters_are_shown_as_unknown() {
        assert_eq!(clean("a\u{202e}b\u{0}c\n\td  e"), "a\u{fffd}b\u{fffd}c d e");
        assert_eq!(clean("שלום"), "שלום");
    }

    #[test]
    fn formulas_are_guarded() {
        for text in ["=cmd()", "+1", "-1", "@sum"] {
            assert_eq!(guarded(text), format!("'{text}"));
        }
        assert_eq!(guarded("a=b"), "a=b");
    }

    #[test]
    fn markdown_means_itself() {
        assert_eq!(
            markdown("<script>|`x`|[a](b)*c*_d_#e"),
            "&lt;script&gt;\\|\\`x\\`\\|\\[a\\](b)\\*c\\*\\_d\\_\\#e"
        );
        assert_eq!(markdown("=cmd()"), "\\=cmd()");
        assert_eq!(
            markdown("see https://x.example and www.x.example"),
            "see https\\://x.example and www\\.x.example"
        );
    }

    #[test]
    fn long_decimals_are_cut() {
        assert_eq!(
            shortened("before 0.014826388888888889: 498 of 1.25, 1.2.3456 and 7.0001"),
            "before 0.01: 498 of 1.25, 1.2.3456 and 7.00"
        );
        assert_eq!(shortened("no number"), "no number");
    }

    #[test]
    fn addresses_are_found_and_nothing_else_is_a_link() {
        let found = pieces("a https://x.example/a,b/?c=1; http://y.example (see) javascript:alert(1)");
        let addresses: Vec<_> = found
            .iter()
            .filter(|piece| piece.is_address)
            .map(|piece| piece.text)
            .collect();
        assert_eq!(addresses, ["https://x.example/a,b/?c=1", "http://y.example"]);
        let whole: String = found.iter().map(|piece| piece.text).collect();
        assert_eq!(
            whole,
            "a https://x.example/a,b/?c=1; http://y.example (see) javascript:alert(1)"
        );
    }
}
