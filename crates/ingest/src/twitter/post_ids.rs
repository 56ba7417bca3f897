//! Posts of which only the identifier is known: lists of ids, as data sets of posts are handed on, and posts without an author.

use tables::{PostId, PostedBasis, Timestamp};

use super::{PLATFORM, snowflake};
use crate::json::{Each, Id, record};
use crate::reasons;
use crate::seen::brief;
use crate::sink::{Rejection, Sink};

record! {
    /// A list of ids in an object.
    List<'de> { ids: Each<Id<'de>> = "ids", }
}

/// Puts out a post by its identifier, with the time that is stated, or that in the identifier.
pub(crate) fn put(post_id: &str, stated: Option<Timestamp>, sink: &mut Sink<'_>) {
    let (posted_at, posted_basis) = match (stated, snowflake::time_of(post_id)) {
        (Some(stated), _) => (Some(stated), PostedBasis::Stated),
        (None, Some(derived)) => (Some(derived), PostedBasis::Snowflake),
        (None, None) => (None, PostedBasis::None),
    };
    sink.post_id(PostId {
        platform: PLATFORM,
        post_id,
        posted_at,
        posted_basis,
        source_file: "",
        source_line: 0,
        source_part: 0,
    });
}

/// A list of ids in an object, of which the caller said that they are posts'.
pub(crate) fn list(list: &List<'_>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let ids: Option<Vec<&str>> = list.ids.0.iter().map(Id::get).collect();
    let ids = ids.ok_or_else(|| Rejection::with(reasons::NO_ID, "the list holds something that is no id"))?;
    for id in ids {
        put(id, None, sink);
    }
    Ok(())
}

/// An identifier as a line or an element of a list: digits, perhaps in quotes.
pub(crate) fn bare(text: &str) -> Option<&str> {
    let text = text.trim();
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let id = quoted.unwrap_or(text);
    (1..=20)
        .contains(&id.len())
        .then_some(id)
        .filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What is wrong with something that should be an identifier.
pub(crate) fn no_id(text: &str) -> Rejection {
    Rejection::with(reasons::NO_ID, format!("'{}' is no id", brief(text)))
}

/// What the beginning of a file of bare ids says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BareIds {
    /// Whether they stand one to a line, rather than in a JSON list.
    pub lines: bool,
    /// Whether they can be nothing but posts' ids.
    pub of_posts: bool,
}

/// Whether content is nothing but ids, one to a line or in a JSON list, as far as its beginning shows.
pub(crate) fn bare_ids(start: &[u8], whole: bool) -> Option<BareIds> {
    let inside = start.trim_ascii_start().strip_prefix(b"[");
    let separates = |byte: &u8| byte.is_ascii_whitespace() || inside.is_some() && matches!(byte, b',' | b']');
    let mut ids = inside
        .unwrap_or(start)
        .split(separates)
        .filter(|id| !id.is_empty())
        .peekable();
    let (mut any, mut of_posts) = (false, false);
    while let Some(id) = ids.next() {
        // The last one may be cut off.
        if !whole && ids.peek().is_none() {
            break;
        }
        let id: i128 = bare(std::str::from_utf8(id).ok()?)?.parse().ok()?;
        of_posts |= (i128::from(snowflake::SMALLEST)..i128::from(snowflake::FIRST_OF_2016)).contains(&id);
        any = true;
    }
    any.then_some(BareIds {
        lines: inside.is_none(),
        of_posts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_ids_are_told_and_whose_they_are() {
        let told = |text: &str| bare_ids(text.as_bytes(), true).map(|ids| (ids.lines, ids.of_posts));
        assert_eq!(told("606037608354549759\r\n20\n"), Some((true, true)));
        assert_eq!(told("[606037608354549759,\n\"20\"]"), Some((false, true)));
        // Numbered one after the other, or late enough to be an account's.
        assert_eq!(told("20\n783214\n"), Some((true, false)));
        assert_eq!(told("1212092628029698048"), Some((true, false)));
        for other in [
            "",
            "[]",
            "a\n1",
            "1,2",
            "1;2",
            "[1,{}]",
            "[[1]]",
            "6.06E+17",
            "{\"a\":1}",
            "-1",
        ] {
            assert_eq!(told(other), None, "{other}");
        }
        assert_eq!(bare_ids(b"{\"a\":1", false), None);
        assert_eq!(bare_ids(b"20\n6060376083", false).map(|ids| ids.of_posts), Some(false));
    }
}
