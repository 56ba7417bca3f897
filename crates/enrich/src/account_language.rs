//! The language of each account, by its posts.
//!
//! Its own words count: posts that are not reposts. An account writes in the language that more than half of its posts are in, of
//! those whose language could be told; of fewer than [`LEAST_POSTS`] nothing is said. The platform's own tags of the same posts
//! are counted by the same rule and stand beside. An account without such posts has a row, too, with the reason.

use std::collections::BTreeMap;

use tables::{AccountLanguage, Post, PostKind, language_of_tag};

use crate::accounts::AccountNumber;
use crate::known::Known;

/// Fewer posts than this do not tell what an account writes in.
const LEAST_POSTS: i64 = 3;
/// Why nothing is said of an account.
const TOO_FEW: &str = "fewer than 3 posts tell a language";
/// The same.
const NO_WORDS: &str = "no post has words of its own";
/// The same.
const NO_MAJORITY: &str = "no language has more than half of the posts";

/// Posts of one account by language.
#[derive(Debug, Default)]
struct Written {
    posts: i64,
    detected: BTreeMap<&'static str, i64>,
    declared: BTreeMap<Box<str>, i64>,
}

/// Posts by account and language. An account costs some 100 bytes, each language of it 30.
#[derive(Debug, Default)]
pub(crate) struct AccountLanguages(BTreeMap<AccountNumber, Written>);

impl AccountLanguages {
    /// Counts a post.
    pub(crate) fn take(&mut self, author: AccountNumber, post: &Post<'_>, detected: Option<&'static str>) {
        let written = self.0.entry(author).or_default();
        if post.kind == PostKind::Repost || post.text.is_none_or(|text| text.trim().is_empty()) {
            return;
        }
        written.posts += 1;
        if let Some(language) = detected {
            *written.detected.entry(language).or_default() += 1;
        }
        if let Some(language) = post.lang.and_then(language_of_tag) {
            match written.declared.get_mut(language) {
                Some(count) => *count += 1,
                None => {
                    written.declared.insert(language.into(), 1);
                }
            }
        }
    }

    /// The rows, in the order of the table.
    pub(crate) fn rows<'a>(&'a self, known: &'a Known) -> Vec<AccountLanguage<'a>> {
        let mut rows: Vec<AccountLanguage<'a>> = self
            .0
            .iter()
            .map(|(account, written)| {
                let (platform, account_id) = known.numbers.name(*account);
                let detected = Majority::of(written.detected.iter().map(|(language, posts)| (*language, *posts)));
                let declared = Majority::of(written.declared.iter().map(|(language, posts)| (&**language, *posts)));
                AccountLanguage {
                    platform,
                    account_id,
                    posts: written.posts,
                    posts_told: detected.posts,
                    lang: detected.language,
                    share: detected.share,
                    reason: if written.posts == 0 {
                        Some(NO_WORDS)
                    } else {
                        detected.reason
                    },
                    posts_declared: declared.posts,
                    declared_lang: declared.language,
                    declared_share: declared.share,
                }
            })
            .collect();
        rows.sort_by(|a, b| (a.platform, a.account_id).cmp(&(b.platform, b.account_id)));
        rows
    }
}

/// What most posts are in.
#[derive(Debug, PartialEq)]
struct Majority<'a> {
    posts: i64,
    language: Option<&'a str>,
    share: Option<f64>,
    reason: Option<&'static str>,
}

impl<'a> Majority<'a> {
    #[expect(clippy::cast_precision_loss, reason = "counts of posts are far below 2^52")]
    fn of(counts: impl Iterator<Item = (&'a str, i64)> + Clone) -> Self {
        let posts: i64 = counts.clone().map(|(_, posts)| posts).sum();
        let most = counts.max_by_key(|(_, posts)| *posts);
        let (language, reason) = match most {
            _ if posts < LEAST_POSTS => (None, Some(TOO_FEW)),
            Some((language, most)) if most * 2 > posts => (Some((language, most)), None),
            _ => (None, Some(NO_MAJORITY)),
        };
        Self {
            posts,
            language: language.map(|(language, _)| language),
            share: language.map(|(_, most)| most as f64 / posts as f64),
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_platform_cannot_tell_is_no_tag_and_accounts_without_words_have_a_row() {
        let post = |account, kind, text, lang| Post {
            kind,
            text,
            lang,
            ..Post::blank("twitter", account)
        };
        let mut known = Known::default();
        let mut languages = AccountLanguages::default();
        for (account, kind, text, lang) in [
            ("1", PostKind::Original, Some("http://t.co/x"), Some("qme")),
            ("1", PostKind::Original, Some("ok"), Some("iw")),
            ("2", PostKind::Repost, Some("the lamp in the window"), Some("en")),
            ("2", PostKind::Original, None, Some("en")),
        ] {
            let number = known.numbers.number("twitter", account).unwrap();
            languages.take(number, &post(account, kind, text, lang), None);
        }
        let rows = languages.rows(&known);
        let told: Vec<_> = rows
            .iter()
            .map(|row| (row.account_id, row.posts, row.posts_declared, row.reason))
            .collect();
        assert_eq!(told, [("1", 2, 1, Some(TOO_FEW)), ("2", 0, 0, Some(NO_WORDS))]);
    }

    #[test]
    fn more_than_half_of_at_least_three_posts_tell() {
        let of = |counts: &[(&'static str, i64)]| {
            let majority = Majority::of(counts.iter().copied());
            (majority.posts, majority.language, majority.share, majority.reason)
        };
        assert_eq!(of(&[("ar", 1), ("en", 3)]), (4, Some("en"), Some(0.75), None));
        assert_eq!(of(&[("ar", 2), ("en", 2)]), (4, None, None, Some(NO_MAJORITY)));
        assert_eq!(of(&[("en", 2)]), (2, None, None, Some(TOO_FEW)));
        assert_eq!(of(&[]), (0, None, None, Some(TOO_FEW)));
    }
}
