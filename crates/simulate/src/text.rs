//! Words put together: sentences, posts with their entities, self-descriptions.
//!
//! A post's text is a function of its seed and of whom it names, so a post reads the same wherever and whenever it is seen.

use crate::streams::{Random, below, chance, pick};
use crate::words;

/// What a person writes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// English.
    English,
    /// Arabic.
    Arabic,
    /// Either, post by post.
    Both,
}

impl Tongue {
    /// The language setting of the account.
    #[must_use]
    pub fn setting(self) -> &'static str {
        match self {
            Self::English | Self::Both => "en",
            Self::Arabic => "ar",
        }
    }
}

/// A named stretch of a text, in characters from its beginning (end exclusive).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span<T> {
    /// What stands there.
    pub value: T,
    /// First character.
    pub from: usize,
    /// One past the last character.
    pub to: usize,
}

/// A text with the places of what it names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Composed {
    /// The words.
    pub text: String,
    /// Number of characters so far (not bytes).
    pub length: usize,
    /// `en` or `ar`.
    pub lang: &'static str,
    /// Hashtags without `#`.
    pub hashtags: Vec<Span<&'static str>>,
    /// Link as shortened, and what it stands for.
    pub urls: Vec<Span<(String, String)>>,
    /// Account id and handle of whom it names.
    pub mentions: Vec<Span<(u64, String)>>,
}

impl Composed {
    fn push(&mut self, part: &str) -> (usize, usize) {
        if !self.text.is_empty() {
            self.text.push(' ');
            self.length += 1;
        }
        let from = self.length;
        self.text.push_str(part);
        self.length += part.chars().count();
        (from, self.length)
    }

    /// Adds `@handle`.
    pub fn mention(&mut self, id: u64, handle: &str) {
        let (from, to) = self.push(&format!("@{handle}"));
        self.mentions.push(Span {
            value: (id, handle.to_owned()),
            from,
            to,
        });
    }

    /// Adds a shortened link and what it stands for.
    pub fn link(&mut self, short: String, full: String) {
        let (from, to) = self.push(&short);
        self.urls.push(Span {
            value: (short, full),
            from,
            to,
        });
    }

    fn tag(&mut self, tag: &'static str) {
        let (from, to) = self.push(&format!("#{tag}"));
        self.hashtags.push(Span { value: tag, from, to });
    }

    fn sentence(&mut self, rng: &mut Random, arabic: bool) {
        let (deeds, things, when, remarks) = if arabic {
            (words::DEEDS_AR, words::THINGS_AR, words::WHEN_AR, words::REMARKS_AR)
        } else {
            (words::DEEDS_EN, words::THINGS_EN, words::WHEN_EN, words::REMARKS_EN)
        };
        if !arabic {
            self.push(if chance(rng, 0.5) { "I" } else { "We" });
        }
        self.push(pick(rng, deeds));
        if !arabic && chance(rng, 0.5) {
            self.push("the");
        }
        self.push(pick(rng, things));
        if chance(rng, 0.8) {
            self.push(pick(rng, when));
        }
        if chance(rng, 0.5) {
            self.push(pick(rng, remarks));
        }
    }
}

/// The text of a post: addressed accounts first, then sentences, a mention, hashtags and a link by chance.
///
/// `mentioned` are (id, handle) of accounts named in the course of the text; `addressed` is whom a reply begins with.
#[must_use]
pub fn compose(
    rng: &mut Random,
    tongue: Tongue,
    addressed: Option<(u64, &str)>,
    mentioned: Option<(u64, &str)>,
) -> Composed {
    let arabic = match tongue {
        Tongue::English => chance(rng, 0.04),
        Tongue::Arabic => chance(rng, 0.93),
        Tongue::Both => chance(rng, 0.45),
    };
    let mut post = Composed {
        lang: if arabic { "ar" } else { "en" },
        ..Composed::default()
    };
    if let Some((id, handle)) = addressed {
        post.mention(id, handle);
    }
    let sentences = 1 + usize::from(chance(rng, 0.25)) + usize::from(chance(rng, 0.06));
    for _ in 0..sentences {
        post.sentence(rng, arabic);
    }
    if let Some((id, handle)) = mentioned {
        post.mention(id, handle);
    }
    if chance(rng, 0.28) {
        post.tag(pick(rng, words::TAGS));
    }
    if chance(rng, 0.22) {
        let key = below(rng, 1_000_000);
        let site = pick(rng, words::SITES);
        post.link(
            format!("https://t.example/{key:06x}"),
            format!("https://{site}.example/{}", key % 5000),
        );
    }
    post
}

/// A self-description of one to three phrases.
#[must_use]
pub fn self_description(rng: &mut Random) -> String {
    let phrases: Vec<&str> = (0..1 + below(rng, 3)).map(|_| pick(rng, words::BIO)).collect();
    phrases.join(", ")
}

/// The first `limit` characters of `text`.
#[must_use]
pub fn shortened(text: &str, limit: usize) -> &str {
    text.char_indices().nth(limit).map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streams::{Process, Streams};

    #[test]
    fn spans_point_at_what_they_name() {
        for entity in 0..300 {
            let mut rng = Streams::new(3).of(Process::Words, entity, 0);
            let post = compose(&mut rng, Tongue::Both, Some((1, "maple_kite")), Some((2, "fern_7")));
            let chars: Vec<char> = post.text.chars().collect();
            assert_eq!(chars.len(), post.length);
            let at = |from: usize, to: usize| chars[from..to].iter().collect::<String>();
            for span in &post.mentions {
                assert_eq!(at(span.from, span.to), format!("@{}", span.value.1));
            }
            for span in &post.hashtags {
                assert_eq!(at(span.from, span.to), format!("#{}", span.value));
            }
            for span in &post.urls {
                assert_eq!(at(span.from, span.to), span.value.0);
            }
        }
    }

    #[test]
    fn shortening_counts_characters() {
        assert_eq!(shortened("المطر", 3), "الم");
        assert_eq!(shortened("tea", 3), "tea");
    }
}
