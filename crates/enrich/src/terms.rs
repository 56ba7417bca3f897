//! Hashtags, links and clients of posts as terms that can be counted.
//!
//! * A **hashtag** loses its `#`, characters that are not seen, Arabic tatweel and vowel marks; it is made of Unicode's compatibility
//!   forms (NFKC) in lower case; the forms of alif are one (`أإآٱ` as `ا`), as writers and keyboards mix them. Ya and alif maqsura, ha
//!   and ta marbuta stay apart: they tell words apart.
//! * A **link** becomes the domain that somebody registered, by the Public Suffix List with its private part: `a.example.co.uk` is
//!   `example.co.uk`, and a blog at `name.blogspot.com` is itself. Domains are in the form in which networks ask for them (`xn--…`).
//!   An address in numbers stays as it is. What is no link to a host (`javascript:`, `mailto:`) is none.
//! * A **client** is the program's name without the tags of an anchor around it, white space made one.
//!
//! A shortener's domain says nothing of where a link leads, and a client may be known to post by itself: such terms are marked.

use std::borrow::Cow;
use std::sync::LazyLock;

use tables::TermKind;
use unicode_normalization::UnicodeNormalization;
use url::{Host, Url};

/// Longer terms are no words that somebody chose: Twitter's hashtags have at most 100 characters, domains 253.
const LONGEST: usize = 280;

/// Domains of services that stand for another address; one a line.
const SHORTENERS: &str = include_str!("../../../datasets/content/shorteners.txt");
/// Clients that post by themselves or by a timetable, in lower case; one a line.
const AUTOMATION: &str = include_str!("../../../datasets/content/automation.txt");

/// The lines of a list that are no comments, in order.
fn listed(list: &'static str) -> Vec<&'static str> {
    let mut lines: Vec<&str> = list
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    lines.sort_unstable();
    lines
}

/// The mark of a term, if it has one.
pub(crate) fn mark(kind: TermKind, term: &str) -> Option<&'static str> {
    static SHORT: LazyLock<Vec<&str>> = LazyLock::new(|| listed(SHORTENERS));
    match kind {
        TermKind::Hashtag => None,
        // Twitter puts t.co before every link; where it still stands, the source did not say where it leads.
        TermKind::Domain if term == "t.co" => Some("unresolved"),
        TermKind::Domain => SHORT.binary_search(&term).is_ok().then_some("shortener"),
        TermKind::Client => is_automation(term).then_some("automation"),
    }
}

/// Whether a client is known to post by itself or by a timetable: it is on the list, or calls itself a bot.
pub(crate) fn is_automation(client: &str) -> bool {
    static KNOWN: LazyLock<Vec<&str>> = LazyLock::new(|| listed(AUTOMATION));
    let lower = client.to_lowercase();
    KNOWN.binary_search(&lower.as_str()).is_ok()
        || lower
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| matches!(word, "bot" | "bots" | "rss" | "autopost" | "autotweet" | "scheduler"))
}

/// A hashtag as it is counted; none where nothing is left of it, or it is too long to be one.
pub(crate) fn hashtag(written: &str) -> Option<String> {
    let written = written.trim().trim_start_matches(['#', '＃']);
    if written.is_empty() || written.chars().nth(LONGEST).is_some() {
        return None;
    }
    let tag: String = if written.is_ascii() {
        let seen = written.chars().filter(|c| !c.is_ascii_control());
        seen.map(|c| c.to_ascii_lowercase()).collect()
    } else {
        let lower = written.nfkc().flat_map(char::to_lowercase);
        // The dotted capital I leaves its dot behind; what is left out may have stood between characters that compose.
        lower
            .filter(|c| !(is_unseen(*c) || c.is_control() || is_arabic_ornament(*c) || *c == '\u{307}'))
            .map(|c| match c {
                'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
                'ς' => 'σ',
                c => c,
            })
            .nfkc()
            .collect()
    };
    let tag = tag.trim();
    (!tag.is_empty()).then(|| tag.to_owned())
}

/// Characters that are not seen: joiners, marks of direction, variation selectors, soft hyphens.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Tatweel; vowel marks and other signs above and below letters.
fn is_arabic_ornament(c: char) -> bool {
    matches!(c, '\u{640}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}')
}

/// The host of a link as it is written; none where it leads to none.
pub(crate) fn host(link: &str) -> Option<&str> {
    let link = link.trim();
    let rest = match link.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => rest,
        Some(_) => return None,
        // `example.org/page`, as people and some archives write it.
        None => link.strip_prefix("//").unwrap_or(link),
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let bare = link.len() == rest.len();
    // Without a scheme, `javascript:…` and `mailto:…` are told by what stands before the colon.
    if bare && (authority.contains('@') || !host.split(':').next().unwrap_or_default().contains('.')) {
        return None;
    }
    (!host.is_empty() && !host.contains(char::is_whitespace) && host.len() <= LONGEST).then_some(host)
}

/// The registered domain of a host; none where it is none.
pub(crate) fn domain(host: &str) -> Option<String> {
    let url = Url::parse(&format!("http://{host}/")).ok()?;
    match url.host()? {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            // A name without a dot is one of a local network. A public suffix alone (`blogspot.com`) is somebody's too.
            if !name.contains('.') {
                return None;
            }
            let domain = psl::domain_str(name).unwrap_or(name);
            Some(domain.to_owned())
        }
        Host::Ipv4(address) => Some(address.to_string()),
        Host::Ipv6(address) => Some(address.to_string()),
    }
}

/// A client's name; none where there is none, or it is too long to be one.
pub(crate) fn client(written: &str) -> Option<String> {
    let mut name = String::new();
    let mut in_tag = false;
    // Of an anchor that breaks off, what stands in no tag is the name.
    let anchored = written.trim_start().starts_with('<');
    for c in written.chars() {
        match c {
            '<' if anchored => in_tag = true,
            '>' if in_tag => in_tag = false,
            c if !in_tag => name.push(if c.is_control() { ' ' } else { c }),
            _ => {}
        }
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    let name: Cow<'_, str> = match words[..] {
        [] => return None,
        [word] => word.into(),
        _ => words.join(" ").into(),
    };
    (name.chars().nth(LONGEST).is_none()).then(|| name.nfc().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashtags_that_readers_take_for_one_are_one() {
        for (tag, written) in [
            ("tea", &["Tea", "#TEA", "＃ｔｅａ", "tea\u{200d}", " tea "][..]),
            ("café", &["CAFÉ", "cafe\u{301}"]),
            ("شاي", &["شاي", "شـــاي", "شَاي", "#شاي"]),
            ("احمد", &["أحمد", "احمد", "إحمد", "ٱحمد"]),
            ("istanbul", &["İstanbul", "ISTANBUL"]),
            ("οδος", &["ΟΔΟΣ"]),
        ] {
            for written in written {
                let folded = hashtag(written).map(|tag| tag.replace('σ', "ς"));
                assert_eq!(
                    folded.as_deref().map(|t| t.replace('ς', "σ")),
                    Some(tag.replace('ς', "σ")),
                    "{written}"
                );
            }
        }
        assert_ne!(hashtag("على"), hashtag("علي"), "another word");
        assert_ne!(hashtag("حياة"), hashtag("حياه"), "left apart");
    }

    #[test]
    fn what_is_no_hashtag_is_none() {
        for written in [
            "",
            "#",
            "##",
            " ",
            "\u{200d}",
            "ـ",
            "\u{0}",
            &"x".repeat(10_240),
            &"ش".repeat(5_000),
        ] {
            assert_eq!(hashtag(written), None, "{}", written.len());
        }
        assert!(hashtag(&"x".repeat(LONGEST)).is_some());
    }

    #[test]
    fn links_are_told_by_registered_domain() {
        let of = |link: &str| host(link).and_then(domain);
        for (link, registered) in [
            ("https://example.org/tea?x=1#y", Some("example.org")),
            ("HTTP://WWW.Example.ORG", Some("example.org")),
            ("http://news.bbc.co.uk/a", Some("bbc.co.uk")),
            ("https://garden.blogspot.com/2015/06", Some("garden.blogspot.com")),
            ("https://blogspot.com/", Some("blogspot.com")),
            ("http://user:word@example.org:8080/a@b", Some("example.org")),
            ("https://example.org./", Some("example.org")),
            ("example.org/page", Some("example.org")),
            ("//example.org/page", Some("example.org")),
            ("https://t.co/abc", Some("t.co")),
            ("https://bücher.example/", Some("xn--bcher-kva.example")),
            ("https://www.موقع.com/", Some("xn--4gbrim.com")),
            ("http://192.0.2.7/x", Some("192.0.2.7")),
            ("http://[2001:db8::1]/x", Some("2001:db8::1")),
            ("http://localhost/x", None),
            ("http:///x", None),
            ("https://", None),
            ("", None),
            ("javascript:alert(1)", None),
            ("javascript:location='http://example.org'", None),
            ("mailto:tea@example.org", None),
            ("ftp://example.org/x", None),
            ("at://did:plc:abc/app.bsky.feed.post/1", None),
            ("data:text/html,example.org", None),
            ("http://exa mple.org/", None),
            ("tea", None),
        ] {
            assert_eq!(of(link).as_deref(), registered, "{link}");
        }
        assert_eq!(of(&format!("http://{}.org/", "a".repeat(10_000))), None);
    }

    #[test]
    fn clients_lose_their_anchor_however_broken() {
        for (written, name) in [
            ("Twitter for Android", Some("Twitter for Android")),
            ("<a href=\"http://x.example\" rel=\"nofollow\">Pen</a>", Some("Pen")),
            ("<a href=\"http://x.example\">Pen <b>2</b>", Some("Pen 2")),
            ("<a href=\"http://x.example\"", None),
            ("<a>Pen\n for  tea</a>", Some("Pen for tea")),
            ("a < b", Some("a < b")),
            ("", None),
            ("<a></a>", None),
        ] {
            assert_eq!(client(written).as_deref(), name, "{written}");
        }
    }

    #[test]
    fn marks() {
        assert_eq!(mark(TermKind::Domain, "bit.ly"), Some("shortener"));
        assert_eq!(mark(TermKind::Domain, "t.co"), Some("unresolved"));
        assert_eq!(mark(TermKind::Domain, "example.org"), None);
        assert_eq!(mark(TermKind::Hashtag, "bit.ly"), None);
        assert_eq!(mark(TermKind::Client, "IFTTT"), Some("automation"));
        assert_eq!(mark(TermKind::Client, "Garden Bot 2"), Some("automation"));
        assert_eq!(mark(TermKind::Client, "Both Hands"), None);
        assert_eq!(mark(TermKind::Client, "Twitter for iPhone"), None);
        for (list, kind) in [(SHORTENERS, TermKind::Domain), (AUTOMATION, TermKind::Client)] {
            let lines = listed(list);
            assert!(lines.len() > 30);
            for line in lines {
                assert!(mark(kind, line).is_some(), "{line}");
                let same = match kind {
                    TermKind::Domain => host(line).and_then(domain),
                    _ => client(line).map(|client| client.to_lowercase()),
                };
                assert_eq!(same.as_deref(), Some(line), "as it is counted");
            }
        }
    }
}
