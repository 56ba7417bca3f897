//! What a kept post lacks and another record of it has.
//!
//! Each field comes from the best record that knows it. Fields that belong together (the two coordinates) come from one record.

use std::fs::File;
use std::io::{BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use stage::Remedy as _;
use tables::{Post, Posts, Selected, Timestamp};

use crate::rewrite::{by_group, ranges};
use crate::scale::{Sorted, Sorter, in_order};

/// A value taken from another record, owned.
#[derive(Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Texts(Vec<String>),
    At(Timestamp),
    Position(Option<f64>, Option<f64>),
    Whole(WholeText),
}

/// A text that was not cut, with what the platform found in it.
#[derive(Debug, PartialEq)]
pub(super) struct WholeText {
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

            /// Its number, by which fields are ordered.
            pub(super) fn number(self) -> u64 {
                u64::from(self as u8)
            }

            /// The field of a number.
            pub(super) fn of_number(number: u64) -> Option<Self> {
                Self::ALL.get(usize::try_from(number).ok()?).copied()
            }

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

    pub(super) fn bits(self) -> u32 {
        self.0
    }

    pub(super) fn of_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The fields known here or there.
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn has(self, field: Fill) -> bool {
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

/// The values that kept posts take from their other records, in a temporary file: they are texts, of which there may be more than
/// the memory holds. The file has no name, so that nothing of it is left when a run is killed.
#[derive(Debug)]
pub(super) struct Fills(Option<Mutex<File>>);

fn on_disk<T>(result: std::io::Result<T>) -> anyhow::Result<T> {
    result.or_failure(
        || "cannot keep what posts take from their copies".to_owned(),
        "make room on the disk of the output",
    )
}

impl Fills {
    /// Reads the wanted values (the row that has it, the kept row, the field); for each, the kept row, the field, and where the
    /// value stands goes to `taken`. Does not read the table when there are none.
    pub(super) fn fetch(
        table: &Selected<Posts>,
        threads: usize,
        wanted: Sorted<3>,
        dir: &Path,
        taken: &mut Sorter<4>,
    ) -> anyhow::Result<Self> {
        let mut file: Option<BufWriter<File>> = None;
        let mut end = 0;
        let work = |wanted: Vec<[u64; 3]>| fetch(table, &wanted);
        in_order(threads, by_group(table.groups(), wanted), work, |(values, bytes)| {
            let mut start = 0;
            for (row, field, to) in values {
                taken.push([row, field, end + start, to - start])?;
                start = to;
            }
            end += start;
            let file = match &mut file {
                Some(file) => file,
                none => none.insert(BufWriter::new(on_disk(tempfile::tempfile_in(dir))?)),
            };
            on_disk(file.write_all(&bytes))
        })?;
        let file = file.map(|file| on_disk(file.into_inner().map_err(std::io::IntoInnerError::into_error)));
        Ok(Self(file.transpose()?.map(Mutex::new)))
    }

    /// The values of the given records, in the order of [`Fill`].
    pub(super) fn read(&self, taken: &[[u64; 4]]) -> anyhow::Result<Vec<(Fill, Value)>> {
        let Some(file) = &self.0 else { return Ok(Vec::new()) };
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut values = Vec::new();
        for &[_, field, start, length] in taken {
            let mut bytes = vec![0; usize::try_from(length)?];
            on_disk(file.seek(SeekFrom::Start(start)))?;
            on_disk(file.read_exact(&mut bytes))?;
            let value = Value::decoded(&bytes).context("a value that no post took")?;
            values.push((super::records::field(field)?, value));
        }
        Ok(values)
    }
}

/// Values and their bytes: for each the kept row, the field, and where its bytes end.
type Fetched = (Vec<(u64, u64, u64)>, Vec<u8>);

fn fetch(table: &Selected<Posts>, wanted: &[[u64; 3]]) -> anyhow::Result<Fetched> {
    let rows = ranges(wanted.iter().map(|[row, ..]| *row));
    let mut numbers = rows.iter().flat_map(Range::clone);
    let mut wanted = wanted.iter().peekable();
    let (mut values, mut bytes) = (Vec::new(), Vec::new());
    for batch in table.rows_in(&rows) {
        let batch = batch?;
        for post in batch.rows()? {
            let number = numbers.next().context("more posts read than asked for")?;
            while let Some(&[_, kept, field]) = wanted.next_if(|[row, ..]| *row == number) {
                if let Some(value) = super::records::field(field)?.value(&post) {
                    value.encode(&mut bytes);
                    values.push((kept, field, bytes.len() as u64));
                }
            }
        }
    }
    Ok((values, bytes))
}

/// Completes the kept record of a post; the values come in the order of [`Fill`], so that a whole text, whose lists go with it,
/// comes before a text or list that is missing altogether.
pub(super) fn complete<'a>(post: &mut Post<'a>, values: &'a [(Fill, Value)]) {
    for (field, value) in values {
        field.complete(post, value);
    }
}

impl Value {
    /// Adds the value to `bytes`: its kind, and every text and list with its length.
    fn encode(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Text(text) => {
                bytes.push(0);
                put_text(text, bytes);
            }
            Self::Texts(items) => {
                bytes.push(1);
                put_list(Some(items), bytes);
            }
            Self::At(at) => {
                bytes.push(2);
                bytes.extend(at.0.to_le_bytes());
            }
            Self::Position(latitude, longitude) => {
                bytes.push(3);
                for degrees in [latitude, longitude] {
                    bytes.push(u8::from(degrees.is_some()));
                    bytes.extend(degrees.unwrap_or(0.0).to_le_bytes());
                }
            }
            Self::Whole(whole) => {
                bytes.push(4);
                put_text(&whole.text, bytes);
                for list in &whole.lists {
                    put_list(list.as_ref(), bytes);
                }
            }
        }
    }

    /// The value of such bytes.
    fn decoded(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Encoded(bytes);
        let [kind] = bytes.take()?;
        Some(match kind {
            0 => Self::Text(bytes.text()?),
            1 => Self::Texts(bytes.list()??),
            2 => Self::At(Timestamp(i64::from_le_bytes(bytes.take()?))),
            3 => Self::Position(bytes.degrees()?, bytes.degrees()?),
            _ => Self::Whole(WholeText {
                text: bytes.text()?,
                lists: [bytes.list()?, bytes.list()?, bytes.list()?, bytes.list()?],
            }),
        })
    }
}

fn put_text(text: &str, bytes: &mut Vec<u8>) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

fn put_list(items: Option<&Vec<String>>, bytes: &mut Vec<u8>) {
    // A list that is not there has a length that none has.
    bytes.extend(items.map_or(u64::MAX, |items| items.len() as u64).to_le_bytes());
    for item in items.into_iter().flatten() {
        put_text(item, bytes);
    }
}

/// What is left of an encoded value.
struct Encoded<'a>(&'a [u8]);

impl Encoded<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*head)
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(u64::from_le_bytes(self.take()?)).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }

    fn list(&mut self) -> Option<Option<Vec<String>>> {
        match u64::from_le_bytes(self.take()?) {
            u64::MAX => Some(None),
            length => (0..length).map(|_| self.text()).collect::<Option<_>>().map(Some),
        }
    }

    fn degrees(&mut self) -> Option<Option<f64>> {
        let [is_known] = self.take()?;
        let degrees = f64::from_le_bytes(self.take()?);
        Some((is_known != 0).then_some(degrees))
    }
}

#[cfg(test)]
mod tests {
    use tables::Timestamp;

    use super::{Value, WholeText, uncut_part};

    #[test]
    fn values_come_back() {
        let list = |items: &[&str]| Some(items.iter().map(|&item| item.to_owned()).collect::<Vec<_>>());
        for value in [
            Value::Text(String::new()),
            Value::Text("نهر رمادي".to_owned()),
            Value::Texts(vec![]),
            Value::Texts(vec!["water".to_owned(), String::new()]),
            Value::At(Timestamp(-1)),
            Value::Position(None, Some(-0.5)),
            Value::Whole(WholeText {
                text: "grey river".to_owned(),
                lists: [None, list(&[]), list(&["a", "b"]), None],
            }),
        ] {
            let mut bytes = Vec::new();
            value.encode(&mut bytes);
            assert_eq!(Value::decoded(&bytes).as_ref(), Some(&value));
            assert_eq!(Value::decoded(&bytes[..bytes.len() - 1]), None, "{value:?}");
        }
    }

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
