//! HTML as Mastodon's servers write it, to the text that a person reads.
//!
//! They send a small, balanced subset, cleaned of everything that runs or styles: paragraphs, line breaks, lists, links, emphasis.
//! So the tags can be told from the text by their brackets alone, and no tree is needed, nor a parser of the web's HTML with its
//! dozens of crates. What is no tag stays text.

use crate::text::decode_entities;

/// What a person reads, and where the links lead.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plain {
    /// The text: a line break for `<br>` and for the end of a paragraph or list item, and a blank line between paragraphs.
    pub text: String,
    /// Addresses of links, in text order, those of mentions and hashtags left out.
    pub links: Vec<String>,
}

/// Reads a status or a note.
#[must_use]
pub fn plain(html: &str) -> Plain {
    let mut plain = Plain::default();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        plain.text.push_str(&decode_entities(&rest[..open]));
        let Some((tag, after)) = tag(&rest[open..]) else {
            plain.text.push('<');
            rest = &rest[open + 1..];
            continue;
        };
        let name_end = tag
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '/')
            .unwrap_or(tag.len());
        let breaks = match tag[..name_end].trim_end_matches('/').to_ascii_lowercase().as_str() {
            "br" | "li" | "ul" | "ol" | "pre" | "div" => "\n",
            "/p" | "/blockquote" | "/pre" | "/ul" | "/ol" => "\n\n",
            "a" => {
                // The class tells what a link is; a person's and a hashtag's stand in lists of their own.
                let other =
                    attribute(tag, "class").is_some_and(|class| class.contains("mention") || class.contains("hashtag"));
                if let Some(address) = attribute(tag, "href").filter(|_| !other) {
                    plain.links.push(decode_entities(address).into_owned());
                }
                ""
            }
            _ => "",
        };
        // Breaks at the very beginning are none.
        if !plain.text.is_empty() {
            let ended = plain.text.bytes().rev().take_while(|byte| *byte == b'\n').count();
            // `<br>` always breaks; of what ends a block only as much as is still missing.
            let missing = if tag.starts_with("br") {
                1
            } else {
                breaks.len().saturating_sub(ended)
            };
            plain.text.extend(std::iter::repeat_n('\n', missing));
        }
        rest = after;
    }
    plain.text.push_str(&decode_entities(rest));
    plain.text.truncate(plain.text.trim_end().len());
    plain
}

/// The inside of the tag that begins here, and what comes after it.
fn tag(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('<')?;
    if !inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
        return None;
    }
    let mut quote = None;
    for (at, byte) in inside.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some((&inside[..at], &inside[at + 1..])),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if byte == open => quote = None,
            _ => {}
        }
    }
    None
}

/// The value of an attribute.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = tag;
    while let Some(at) = rest.find(name) {
        let whole = rest[..at].ends_with(|c: char| c.is_ascii_whitespace() || c == '"' || c == '\'');
        rest = &rest[at + name.len()..];
        let value = rest.trim_start().strip_prefix('=').map(str::trim_start);
        if let (true, Some(value)) = (whole, value) {
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            return value[1..].split(quote).next();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_breaks_links_and_entities() {
        let html = r#"<p>a &amp; b<br />c</p><p><a href="https://x.example/?a=1&amp;b=2" rel="nofollow"><span class="invisible">https://</span><span>x.example/?a=1&amp;b=2</span></a></p>"#;
        let plain = plain(html);
        assert_eq!(plain.text, "a & b\nc\n\nhttps://x.example/?a=1&b=2");
        assert_eq!(plain.links, ["https://x.example/?a=1&b=2"]);
    }

    #[test]
    fn mentions_and_hashtags_are_text_and_no_links() {
        let html = r##"<p><span class="h-card"><a href="https://s.example/@birch" class="u-url mention">@<span>birch</span></a></span> <a class='mention hashtag' href='https://s.example/tags/rain'>#<span>rain</span></a></p>"##;
        let plain = plain(html);
        assert_eq!(plain.text, "@birch #rain");
        assert!(plain.links.is_empty());
    }

    #[test]
    fn what_is_no_tag_is_text() {
        for text in ["", "1 < 2", "a <", "<3", "مطر", "< p>", "<a href=\"x"] {
            assert_eq!(plain(text).text, text, "{text}");
        }
        assert_eq!(plain("<P>a</P><p>b</p>").text, "a\n\nb");
        assert_eq!(plain("<ul><li>one</li><li>two</li></ul><p>x</p>").text, "one\ntwo\n\nx");
        assert_eq!(plain("<p>a<br><br>b</p>").text, "a\n\nb");
        assert_eq!(plain("<a title=\"a > b\" href=\"u\">t</a>").text, "t");
    }
}
