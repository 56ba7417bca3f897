//! What a kept post lacks and another record of it has.
//!
//! Each field comes from the best record that knows it. Fields that belong together (the two coordinates) come from one record.

use std::collections::BTreeMap;

use tables::{Post, Posts, TableFile, Timestamp};

use super::winners::Group;

/// A value taken from another record, owned.
#[derive(Debug)]
enum Value {
    Text(String),
    Texts(Vec<String>),
    At(Timestamp),
    Position(Option<f64>, Option<f64>),
    Whole(WholeText),
}

/// A text that was not cut, with what the platform found in it.
#[derive(Debug)]
struct WholeText {
    text: String,
    lists: [Option<Vec<String>>; 4],
}

fn owned(items: &[&str]) -> Vec<String> {
    items.iter().map(|&item| item.to_owned()).collect()
}

fn borrowed(items: &[String]) -> Vec<&str> {
    items.iter().map(String::as_str).collect()
}

/// Declares the fields that can be filled: plain texts and lists by column, the rest by hand.
macro_rules! fills {
    (texts { $($text:ident = $text_column:ident),+ $(,)? } lists { $($list:ident = $list_column:ident),+ $(,)? }) => {
        /// A field of a post that may be unknown and is then taken from another record.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub(super) enum Fill {
            /// An account id of the platform's rather than `@handle`.
            AccountId,
            PostedAt,
            Position,
            /// A text that was not cut.
            WholeText,
            $($text,)+
            $($list,)+
        }

        impl Fill {
            const ALL: &[Self] = &[
                Self::AccountId, Self::PostedAt, Self::Position, Self::WholeText, $(Self::$text,)+ $(Self::$list,)+
            ];

            const FIRST: Self = Self::AccountId;
            const LAST: Self = Self::Urls;

            /// Whether a record knows the field.
            fn known(self, post: &Post<'_>) -> bool {
                match self {
                    Self::AccountId => !post.account_id.starts_with('@'),
                    Self::PostedAt => post.posted_at.is_some(),
                    Self::Position => post.latitude.is_some() || post.longitude.is_some(),
                    Self::WholeText => post.text.is_some_and(|text| uncut_part(text).is_none()),
                    $(Self::$text => post.$text_column.is_some(),)+
                    $(Self::$list => post.$list_column.is_some(),)+
                }
            }

            /// The field's value in a record that knows it.
            fn value(self, post: &Post<'_>) -> Option<Value> {
                match self {
                    Self::AccountId => Some(Value::Text(post.account_id.to_owned())),
                    Self::PostedAt => post.posted_at.map(Value::At),
                    Self::Position => Some(Value::Position(post.latitude, post.longitude)),
                    Self::WholeText => post.text.map(|text| Value::Whole(WholeText {
                        text: text.to_owned(),
                        lists: [&post.mentioned_ids, &post.mentioned_handles, &post.hashtags, &post.urls]
                            .map(|list| list.as_deref().map(owned)),
                    })),
                    $(Self::$text => post.$text_column.map(|text| Value::Text(text.to_owned())),)+
                    $(Self::$list => post.$list_column.as_deref().map(|items| Value::Texts(owned(items))),)+
                }
            }

            /// Puts the value into a record that does not know the field.
            fn complete<'a>(self, post: &mut Post<'a>, value: &'a Value) {
                match (self, value) {
                    (Self::AccountId, Value::Text(text)) => post.account_id = text,
                    (Self::PostedAt, Value::At(at)) => post.posted_at = Some(*at),
                    (Self::Position, Value::Position(latitude, longitude)) => {
                        (post.latitude, post.longitude) = (*latitude, *longitude);
                    }
                    (Self::WholeText, Value::Whole(whole)) => whole.complete(post),
                    $((Self::$text, Value::Text(text)) => { post.$text_column.get_or_insert(text); })+
                    $((Self::$list, Value::Texts(items)) => { post.$list_column.get_or_insert_with(|| borrowed(items)); })+
                    // `value` gives each field its own kind of value.
                    _ => {}
                }
            }
        }
    };
}

fills! {
    texts {
        Text = text,
        Handle = handle,
        Lang = lang,
        DetectedLang = detected_lang,
        InReplyToPostId = in_reply_to_post_id,
        InReplyToAccountId = in_reply_to_account_id,
        InReplyToHandle = in_reply_to_handle,
        RepostedPostId = reposted_post_id,
        RepostedAccountId = reposted_account_id,
        RepostedHandle = reposted_handle,
        QuotedPostId = quoted_post_id,
        QuotedAccountId = quoted_account_id,
        QuotedHandle = quoted_handle,
        Client = client,
        Country = country,
    }
    lists {
        MentionedIds = mentioned_ids,
        MentionedHandles = mentioned_handles,
        Hashtags = hashtags,
        Urls = urls,
    }
}

impl WholeText {
    /// Completes a cut text, with the lists that were cut with it; a text that does not begin like this one is left alone.
    fn complete<'a>(&'a self, post: &mut Post<'a>) {
        let begins_like_this = match post.text {
            None => true,
            Some(text) => uncut_part(text).is_some_and(|part| self.text.starts_with(part)),
        };
        if !begins_like_this {
            return;
        }
        post.text = Some(&self.text);
        let [ids, handles, hashtags, urls] = &self.lists;
        for (list, whole) in [
            (&mut post.mentioned_ids, ids),
            (&mut post.mentioned_handles, handles),
            (&mut post.hashtags, hashtags),
            (&mut post.urls, urls),
        ] {
            if let Some(items) = whole {
                *list = Some(borrowed(items));
            }
        }
    }
}

/// What stands before the cut of a text that a platform cut: `words…`, or `words… https://t.co/x`. `None` for a text that does
/// not look cut.
fn uncut_part(text: &str) -> Option<&str> {
    let text = text.trim_end();
    let before_link = match text.rsplit_once(char::is_whitespace) {
        Some((before, last)) if last.starts_with("https://") || last.starts_with("http://") => before.trim_end(),
        _ => text,
    };
    before_link.strip_suffix('…').or_else(|| text.strip_suffix('…'))
}

/// The fields that a record knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known(u32);

impl Known {
    pub(super) fn of(post: &Post<'_>) -> Self {
        let bits = Fill::ALL.iter().filter(|field| field.known(post));
        Self(bits.fold(0, |bits, field| bits | 1 << *field as u8))
    }

    pub(super) fn has(self, field: Fill) -> bool {
        self.0 & 1 << field as u8 != 0
    }

    pub(super) fn has_whole_text(self) -> bool {
        self.has(Fill::WholeText)
    }

    pub(super) fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// The fields known here and not there.
    pub(super) fn beyond(self, other: Self) -> impl Iterator<Item = Fill> {
        let beyond = Self(self.0 & !other.0);
        Fill::ALL.iter().copied().filter(move |field| beyond.has(*field))
    }
}

/// A value to fetch: a field of a row, for a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Want {
    pub(super) row: u64,
    pub(super) group: Group,
    pub(super) field: Fill,
}

/// The values that kept posts take from their other records.
#[derive(Debug, Default)]
pub(super) struct Fills(BTreeMap<(Group, Fill), Value>);

impl Fills {
    /// Reads the wanted values; does not read the table when there are none.
    pub(super) fn fetch(table: &TableFile<Posts>, mut wanted: Vec<Want>) -> anyhow::Result<Self> {
        let mut values = BTreeMap::new();
        wanted.sort_unstable();
        let mut wanted = wanted.into_iter().peekable();
        let mut row = 0;
        for batch in table.batches() {
            if wanted.peek().is_none() {
                break;
            }
            for post in batch?.rows()? {
                while let Some(want) = wanted.next_if(|want| want.row == row) {
                    if let Some(value) = want.field.value(&post) {
                        values.insert((want.group, want.field), value);
                    }
                }
                row += 1;
            }
        }
        Ok(Self(values))
    }

    /// Completes the kept record of a post.
    pub(super) fn complete<'a>(&'a self, post: &mut Post<'a>, group: Group) {
        // In the order of `Fill`, so that a whole text, whose lists go with it, comes before a text or list that is
        // missing altogether.
        let of_group = (group, Fill::FIRST)..=(group, Fill::LAST);
        for ((_, field), value) in self.0.range(of_group) {
            field.complete(post, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::uncut_part;

    #[test]
    fn a_cut_is_a_last_ellipsis_before_at_most_one_link() {
        for (text, part) in [
            ("grey river…", Some("grey river")),
            ("grey river… https://example.org/x", Some("grey river")),
            ("grey river …\n http://example.org ", Some("grey river ")),
            ("نهر رمادي… https://example.org", Some("نهر رمادي")),
            ("…", Some("")),
            ("https://example.org/x…", Some("https://example.org/x")),
            ("see https://example.org/x…", Some("see https://example.org/x")),
            ("", None),
            ("grey river", None),
            ("grey… river", None),
            ("grey river...", None),
            ("https://example.org", None),
            ("grey… https://example.org https://example.org", None),
        ] {
            assert_eq!(uncut_part(text), part, "{text:?}");
        }
    }
}
