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
    /// Either, post by post and sometimes sentence by sentence.
    Both,
}

impl Tongue {
    /// Its name in truth tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Arabic => "ar",
            Self::Both => "both",
        }
    }

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
    /// What the platform takes it for: `en`, `ar` or `und`.
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

    fn words(&mut self, words: &[&str]) {
        for word in words {
            self.push(word);
        }
    }

    fn link_by_chance(&mut self, rng: &mut Random, p: f64) {
        if chance(rng, p) {
            let key = below(rng, 1_000_000);
            let site = pick(rng, words::SITES);
            self.link(
                format!("https://t.example/{key:06x}"),
                format!("https://{site}.example/{}", key % 5000),
            );
        }
    }
}

/// The words of a sentence: who did what, with whom, where or when, and a remark, most of them by chance.
fn sentence(rng: &mut Random, arabic: bool) -> Vec<&'static str> {
    let mut said = Vec::with_capacity(8);
    if arabic {
        said.push(pick(rng, words::DEEDS_AR));
        said.push(pick(rng, words::THINGS_AR));
        if chance(rng, 0.4) {
            said.push(pick(rng, words::COMPANY_AR));
        }
        if chance(rng, 0.8) {
            said.push(pick(rng, words::WHEN_AR));
        }
        if chance(rng, 0.5) {
            said.push(pick(rng, words::REMARKS_AR));
        }
    } else {
        said.push(if chance(rng, 0.5) { "I" } else { "We" });
        said.push(pick(rng, words::DEEDS_EN));
        if chance(rng, 0.5) {
            said.push("the");
        }
        if chance(rng, 0.6) {
            said.push(pick(rng, words::KINDS_EN));
        }
        said.push(pick(rng, words::THINGS_EN));
        if chance(rng, 0.4) {
            said.push(pick(rng, words::COMPANY_EN));
        }
        if chance(rng, 0.8) {
            said.push(pick(rng, words::WHEN_EN));
        }
        if chance(rng, 0.5) {
            said.push(pick(rng, words::REMARKS_EN));
        }
    }
    said
}

fn begun(arabic: bool) -> Composed {
    Composed {
        lang: if arabic { "ar" } else { "en" },
        ..Composed::default()
    }
}

impl Tongue {
    /// Whether a text of such a person is Arabic this time.
    fn arabic(self, rng: &mut Random) -> bool {
        match self {
            Self::English => chance(rng, 0.04),
            Self::Arabic => chance(rng, 0.93),
            Self::Both => chance(rng, 0.45),
        }
    }
}

/// The text of a post: addressed accounts first, then sentences, a mention, hashtags, a picture sign and a link by chance.
///
/// `mentioned` are (id, handle) of accounts named in the course of the text; `addressed` is whom a reply begins with.
#[must_use]
pub fn compose(
    rng: &mut Random,
    tongue: Tongue,
    addressed: Option<(u64, &str)>,
    mentioned: Option<(u64, &str)>,
) -> Composed {
    let arabic = tongue.arabic(rng);
    let mut post = begun(arabic);
    if let Some((id, handle)) = addressed {
        post.mention(id, handle);
    }
    let sentences = 1 + usize::from(chance(rng, 0.25)) + usize::from(chance(rng, 0.06));
    for said in 0..sentences {
        // Who writes in both goes over from one to the other in the middle of a post, too.
        let other = said > 0 && tongue == Tongue::Both && chance(rng, 0.4);
        post.words(&sentence(rng, arabic != other));
    }
    // Some texts the platform does not know what to make of.
    if chance(rng, 0.02) {
        post.lang = "und";
    }
    if let Some((id, handle)) = mentioned {
        post.mention(id, handle);
    }
    if chance(rng, 0.1) {
        post.push(pick(rng, words::SIGNS));
    }
    if chance(rng, 0.28) {
        post.tag(pick(rng, words::TAGS));
    }
    post.link_by_chance(rng, 0.22);
    post
}

/// What a program writes: always the same form, a number that counts, a link.
#[must_use]
pub fn bulletin(rng: &mut Random, tongue: Tongue, number: i64) -> Composed {
    let arabic = tongue == Tongue::Arabic;
    let mut post = begun(arabic);
    let (head, things) = if arabic {
        ("نشرة", words::THINGS_AR)
    } else {
        ("Bulletin", words::THINGS_EN)
    };
    post.push(head);
    post.push(&format!("{}:", number % 10_000));
    post.push(pick(rng, things));
    post.tag(pick(rng, words::TAGS));
    post.link_by_chance(rng, 1.0);
    post
}

/// What a returned person writes first.
#[must_use]
pub fn announcement(rng: &mut Random, tongue: Tongue) -> Composed {
    let arabic = tongue.arabic(rng);
    let mut post = begun(arabic);
    post.push(pick(rng, if arabic { words::BACK_AR } else { words::BACK_EN }));
    if chance(rng, 0.4) {
        post.words(&sentence(rng, arabic));
    }
    post
}

/// What others write of a returned account, `named` by id and handle.
#[must_use]
pub fn shout_out(rng: &mut Random, tongue: Tongue, named: (u64, &str)) -> Composed {
    let arabic = tongue.arabic(rng);
    let mut post = begun(arabic);
    post.push(pick(rng, if arabic { words::FOLLOW_AR } else { words::FOLLOW_EN }));
    post.mention(named.0, named.1);
    if chance(rng, 0.3) {
        post.words(&sentence(rng, arabic));
    }
    post
}

/// A copy of a campaign's text, which `text` draws; `edits` makes it differ by one or two small edits.
///
/// The edits are those that copying hands make: another word, a mark, a picture sign in front, a hashtag more, the last
/// words left out.
#[must_use]
pub fn campaign(text: &mut Random, edits: Option<&mut Random>) -> Composed {
    let arabic = chance(text, 0.3);
    let mut said = sentence(text, arabic);
    said.extend(sentence(text, arabic));
    let tag = pick(text, words::TAGS);
    let mut post = begun(arabic);
    let mut more_tag = None;
    let mut mark = None;
    if let Some(rng) = edits {
        for _ in 0..=usize::from(chance(rng, 0.3)) {
            match below(rng, 5) {
                0 => {
                    let things = if arabic { words::THINGS_AR } else { words::THINGS_EN };
                    let at = said.iter().position(|word| things.contains(word)).unwrap_or(0);
                    // Another word than the one that stands there.
                    let there = things.iter().position(|word| *word == said[at]).unwrap_or(0);
                    said[at] = things[(there + 1 + below(rng, things.len() - 1)) % things.len()];
                }
                1 => mark = Some(pick(rng, &["!", "!!", "...", " :)"])),
                2 => {
                    post.push(pick(rng, words::SIGNS));
                }
                3 => more_tag = Some(pick(rng, words::TAGS)),
                _ if said.len() > 6 => {
                    said.pop();
                }
                _ => mark = Some("."),
            }
        }
    }
    post.words(&said);
    if let Some(mark) = mark {
        post.text.push_str(mark);
        post.length += mark.chars().count();
    }
    post.tag(tag);
    if let Some(tag) = more_tag {
        post.tag(tag);
    }
    post.link_by_chance(text, 0.5);
    post
}

/// A self-description of one to three phrases.
#[must_use]
pub fn self_description(rng: &mut Random) -> String {
    let phrases: Vec<&str> = (0..1 + below(rng, 3)).map(|_| pick(rng, words::BIO)).collect();
    phrases.join(", ")
}

/// Longest text before a post is cut.
pub const SHORT_TEXT: usize = 140;

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
    fn a_copy_differs_by_small_edits_only() {
        let streams = Streams::new(4);
        let copy = |n: u64, edit: Option<u64>| {
            let mut edits = edit.map(|e| streams.of(Process::Words, e, 0));
            campaign(&mut streams.of(Process::Campaigns, n, 0), edits.as_mut())
        };
        let (mut changed, mut shared, mut all) = (0, 0.0, 0.0);
        for n in 0..200 {
            let first = copy(n, None);
            assert_eq!(first, copy(n, None));
            assert_ne!(first.text, copy(n + 1000, None).text, "two campaigns share a text");
            let edited = copy(n, Some(n));
            changed += i32::from(edited.text != first.text);
            let words = |post: &Composed| {
                post.text
                    .split(' ')
                    .map(str::to_owned)
                    .collect::<std::collections::BTreeSet<_>>()
            };
            let (a, b) = (words(&first), words(&edited));
            shared += a.intersection(&b).count() as f64;
            all += a.union(&b).count() as f64;
        }
        assert_eq!(changed, 200);
        assert!(shared / all > 0.8, "edits are small: {}", shared / all);
    }

    #[test]
    fn shortening_counts_characters() {
        assert_eq!(shortened("المطر", 3), "الم");
        assert_eq!(shortened("tea", 3), "tea");
    }
}
