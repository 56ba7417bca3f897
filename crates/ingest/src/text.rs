//! What is written inside a post's text and its source anchor.

use std::borrow::Cow;

/// The text with HTML entities decoded once: `&amp;amp;` becomes `&amp;`. Twitter escapes `&`, `<` and `>` only; quotes, spaces
/// and numeric references occur in its older texts and in other archives. Everything else stays as it is.
#[must_use]
pub fn decode_entities(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'&', text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let mut decoded = String::with_capacity(text.len());
    decoded.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(after) = rest.strip_prefix('&') {
        if let Some((character, after)) = reference_at(after) {
            decoded.push(character);
            rest = after;
        } else {
            decoded.push('&');
            rest = after;
        }
        let next = rest.find('&').unwrap_or(rest.len());
        decoded.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Cow::Owned(decoded)
}

/// The character that a reference stands for, whose `&` was passed over, and what follows it.
fn reference_at(after: &str) -> Option<(char, &str)> {
    // The longest reference is `&#x10FFFF;`.
    let end = after.bytes().take(9).position(|byte| byte == b';')?;
    Some((reference(&after[..end])?, &after[end + 1..]))
}

/// A span of `text`, counted in characters as it stands, counted in characters of the decoded text; `None` where it is none of it.
#[must_use]
pub fn decoded_span(text: &str, (from, to): (i64, i64)) -> Option<(i64, i64)> {
    let length = i64::try_from(text.chars().count()).ok()?;
    if from < 0 || from > to || to > length {
        return None;
    }
    let (mut shown_from, mut shown_to) = (from, to);
    let mut passed = 0;
    let mut rest = text;
    while let Some(found) = rest.find('&') {
        passed += i64::try_from(rest[..found].chars().count()).ok()?;
        let after = &rest[found + 1..];
        let behind = reference_at(after).map_or(after, |(_, behind)| behind);
        // All of a reference is ASCII. An end in the middle of one is an end before it.
        let taken = i64::try_from(after.len() - behind.len()).ok()?;
        let lost = |end: i64| {
            (end - passed)
                .max(0)
                .min(if end > passed + taken { taken } else { i64::MAX })
        };
        shown_from -= lost(from);
        shown_to -= lost(to);
        passed += taken + 1;
        rest = behind;
    }
    Some((shown_from, shown_to))
}

fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok()?,
                None if number.bytes().all(|byte| byte.is_ascii_digit()) => number.parse().ok()?,
                _ => return None,
            };
            char::from_u32(code).filter(|character| *character != '\0')
        }
    }
}

/// The program's name in a source anchor, `<a href="…">Name</a>`; text without an anchor is the name itself.
#[must_use]
pub fn client(source: &str) -> Option<Cow<'_, str>> {
    let name = match source.split_once('>') {
        Some((anchor, rest)) if anchor.trim_start().starts_with('<') => rest.split('<').next().unwrap_or(rest),
        _ => source,
    }
    .trim();
    (!name.is_empty()).then(|| decode_entities(name))
}

/// What a post's text says about itself, for archives that keep nothing but the text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Spoken<'a> {
    /// The handle after `RT @` at the start.
    pub reposted_handle: Option<&'a str>,
    /// The handle after `@` at the start, when it is no repost.
    pub in_reply_to_handle: Option<&'a str>,
    /// The text of what was passed on, without `RT @handle:`; otherwise the whole text.
    pub text: &'a str,
    /// Handles after `@`, in text order, each once.
    pub mentions: Vec<&'a str>,
    /// Words after `#`, in text order.
    pub hashtags: Vec<&'a str>,
    /// Links, in text order.
    pub urls: Vec<&'a str>,
}

/// Longest handle that Twitter allowed.
const LONGEST_HANDLE: usize = 20;

fn handle_at(text: &str) -> Option<&str> {
    let end = text
        .bytes()
        .position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_')
        .unwrap_or(text.len());
    (1..=LONGEST_HANDLE).contains(&end).then(|| &text[..end])
}

/// Reads repost, reply, mentions, hashtags and links off a text.
#[must_use]
pub fn read_off(text: &str) -> Spoken<'_> {
    let mut spoken = Spoken {
        text,
        ..Spoken::default()
    };
    // Some archives put a quote before a leading `@`, lest a spreadsheet take it for a formula.
    let start = text.trim_start_matches(['\'', '"', ' ']);
    if let Some(handle) = start.strip_prefix("RT @").and_then(handle_at) {
        spoken.reposted_handle = Some(handle);
        let rest = &start["RT @".len() + handle.len()..];
        spoken.text = rest.strip_prefix(':').unwrap_or(rest).trim_start();
    } else if let Some(handle) = start.strip_prefix('@').and_then(handle_at) {
        spoken.in_reply_to_handle = Some(handle);
    }
    let mut before: Option<char> = None;
    let mut skip_to = 0;
    for (at, character) in spoken.text.char_indices() {
        if at < skip_to {
            before = Some(character);
            continue;
        }
        let starts_word = before.is_none_or(|before| !before.is_alphanumeric() && before != '_' && before != '&');
        before = Some(character);
        let rest = &spoken.text[at..];
        if character == 'h' && starts_word && (rest.starts_with("http://") || rest.starts_with("https://")) {
            let end = rest
                .find(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '…'))
                .unwrap_or(rest.len());
            let url = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '»', '”']);
            if url.len() > "https://".len() {
                spoken.urls.push(url);
            }
            skip_to = at + end;
        } else if matches!(character, '@' | '＠') && starts_word {
            if let Some(handle) = handle_at(&rest[character.len_utf8()..]) {
                if !spoken.mentions.iter().any(|seen| seen.eq_ignore_ascii_case(handle)) {
                    spoken.mentions.push(handle);
                }
                skip_to = at + character.len_utf8() + handle.len();
            }
        } else if matches!(character, '#' | '＃') && starts_word {
            let word = &rest[character.len_utf8()..];
            let end = word
                .find(|c: char| !c.is_alphanumeric() && c != '_' && !is_mark(c))
                .unwrap_or(word.len());
            // A number alone is no hashtag.
            if word[..end].chars().any(|c| !c.is_numeric() && c != '_') {
                spoken.hashtags.push(&word[..end]);
                skip_to = at + character.len_utf8() + end;
            }
        }
    }
    spoken
}

/// Marks that stand inside words of Arabic, Hebrew and Indic scripts.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}'
        | '\u{670}' | '\u{6d6}'..='\u{6ed}' | '\u{200c}' | '\u{200d}' | '\u{900}'..='\u{94f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_decoded_once() {
        assert_eq!(
            decode_entities("a &amp;amp; b &lt;3 &#39;x&#x27; &quot;"),
            "a &amp; b <3 'x' \""
        );
        for unchanged in [
            "plain",
            "a & b",
            "&unknown;",
            "&#xZZ;",
            "&#;",
            "&;",
            "&",
            "&&&",
            "&#+39;",
            "AT&T; ok",
            "&é;",
        ] {
            assert_eq!(decode_entities(unchanged), unchanged);
        }
        assert!(matches!(decode_entities("no reference"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_span_moves_with_what_is_decoded_before_its_ends() {
        let text = "@elm a &amp; b 🌧 &lt;3 & c";
        let shown = |from: i64, to: i64| {
            let (from, to) = decoded_span(text, (from, to))?;
            let decoded: Vec<char> = decode_entities(text).chars().collect();
            let of = |end: i64| usize::try_from(end).ok();
            Some(decoded.get(of(from)?..of(to)?)?.iter().collect::<String>())
        };
        let length = i64::try_from(text.chars().count()).unwrap();
        assert_eq!(shown(0, length).as_deref(), Some("@elm a & b 🌧 <3 & c"));
        assert_eq!(shown(5, 12).as_deref(), Some("a &"));
        assert_eq!(shown(5, 13).as_deref(), Some("a & "));
        assert_eq!(shown(7, length).as_deref(), Some("& b 🌧 <3 & c"));
        assert_eq!(
            shown(13, 17).as_deref(),
            Some("b 🌧 "),
            "a character is one, however many bytes it has"
        );
        assert_eq!(
            shown(5, 10).as_deref(),
            Some("a "),
            "an end inside a reference stands before it"
        );
        assert_eq!((shown(5, length + 1), shown(3, 2), shown(-1, 2)), (None, None, None));
    }

    #[test]
    fn the_client_is_the_anchors_text() {
        assert_eq!(
            client("<a href=\"http://x.example\" rel=\"nofollow\">Pen &amp; Ink</a>").as_deref(),
            Some("Pen & Ink")
        );
        assert_eq!(client("web").as_deref(), Some("web"));
        assert_eq!(client("<a href=\"x\"></a>"), None);
        assert_eq!(client(""), None);
    }

    #[test]
    fn a_text_tells_repost_reply_mentions_tags_and_links() {
        let spoken = read_off(
            "RT @maple_1: see @birch and @Birch #river #2015 #été https://a.example/x?y=1. mail me@home.example",
        );
        assert_eq!(spoken.reposted_handle, Some("maple_1"));
        assert_eq!(spoken.mentions, ["birch"]);
        assert_eq!(spoken.hashtags, ["river", "été"]);
        assert_eq!(spoken.urls, ["https://a.example/x?y=1"]);
        assert!(spoken.text.starts_with("see @birch"));
        assert_eq!(read_off("'@oak yes").in_reply_to_handle, Some("oak"));
        assert_eq!(read_off(".@oak yes").in_reply_to_handle, None);
        assert_eq!(read_off(".@oak yes").mentions, ["oak"]);
        assert_eq!(read_off("RT @").reposted_handle, None);
        assert_eq!(read_off("#شمس الظهر").hashtags, ["شمس"]);
    }
}
