//! What of a JSON record is read: scalars as texts, in the shape of a mapping's paths. All else is passed over and told of.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::path::{Place, Shape};
use crate::json::{Key, unread};

/// What the unread keys of mapped records are called after.
pub(super) const KEY: &str = "key";

/// A value, as far as it is read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Tree<'v> {
    /// The key is not there.
    #[default]
    Absent,
    /// Null.
    Null,
    /// A text, number or boolean, as text.
    Scalar(Cow<'v, str>),
    /// A list.
    List(Vec<Tree<'v>>),
    /// An object: the values of the shape's keys, in their order.
    Object(Vec<Tree<'v>>),
    /// An object or list that no path leads into.
    Closed,
}

impl<'v> Tree<'v> {
    /// The scalars at the end of a path, none for what is null or not there. One value where a list was meant is a list of one.
    pub(super) fn gather<'t>(&'t self, places: &[Place], found: &mut Vec<&'t Cow<'v, str>>) {
        match (places.split_first(), self) {
            (None, Tree::Scalar(text)) => found.push(text),
            (None, Tree::List(items)) => items.iter().for_each(|item| item.gather(&[], found)),
            (Some((Place::Key(at), rest)), Tree::Object(values)) => {
                if let Some(value) = values.get(*at) {
                    value.gather(rest, found);
                }
            }
            (Some((Place::Each, rest)), Tree::List(items)) => items.iter().for_each(|item| item.gather(rest, found)),
            (Some((Place::Each, rest)), Tree::Scalar(_) | Tree::Object(_)) => self.gather(rest, found),
            _ => {}
        }
    }

    /// Whether there is a list at the end of a path.
    pub(super) fn is_list_at(&self, places: &[Place]) -> bool {
        match (places.split_first(), self) {
            (None, Tree::List(_)) | (Some((Place::Each, _)), _) => true,
            (Some((Place::Key(at), rest)), Tree::Object(values)) => {
                values.get(*at).is_some_and(|value| value.is_list_at(rest))
            }
            _ => false,
        }
    }

    /// Whether a record has the keys of a path: a missing one it has not, null on the way counts; what is in lists is not asked for.
    pub(super) fn has(&self, places: &[Place]) -> bool {
        match (places.split_first(), self) {
            (_, Tree::Absent) => false,
            (None | Some((Place::Each, _)), _) | (_, Tree::Null) => true,
            (Some((Place::Key(at), rest)), Tree::Object(values)) => {
                values.get(*at).is_some_and(|value| value.has(rest))
            }
            _ => false,
        }
    }
}

/// Reads a value in a shape.
#[derive(Debug, Clone, Copy)]
pub(super) struct InShape<'s>(pub(super) &'s Shape);

impl<'de> DeserializeSeed<'de> for InShape<'_> {
    type Value = Tree<'de>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for InShape<'_> {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Tree<'de>, E> {
        Ok(Tree::Scalar(Cow::Borrowed(text)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Tree<'de>, E> {
        Ok(Tree::Scalar(Cow::Owned(text.to_owned())))
    }
    fn visit_string<E>(self, text: String) -> Result<Tree<'de>, E> {
        Ok(Tree::Scalar(Cow::Owned(text)))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Tree<'de>, E> {
        Ok(Tree::Scalar(Cow::Owned(value.to_string())))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Tree<'de>, E> {
        Ok(Tree::Scalar(Cow::Owned(value.to_string())))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Tree<'de>, E> {
        Ok(Tree::Scalar(Cow::Owned(real(value))))
    }
    fn visit_bool<E>(self, value: bool) -> Result<Tree<'de>, E> {
        Ok(Tree::Scalar(Cow::Borrowed(if value { "true" } else { "false" })))
    }
    fn visit_unit<E>(self) -> Result<Tree<'de>, E> {
        Ok(Tree::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree<'de>, A::Error> {
        let leaf = Shape {
            is_read: true,
            ..Shape::default()
        };
        let shape = match (&self.0.each, self.0.is_read) {
            (Some(each), _) => each,
            // A list where a path ends stands for its items.
            (None, true) => &leaf,
            (None, false) => {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(Tree::Closed);
            }
        };
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(InShape(shape))? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree<'de>, A::Error> {
        let keys = &self.0.keys;
        if let (true, Some(each)) = (keys.is_empty(), &self.0.each) {
            // One object where a list was meant.
            return InShape(each).visit_map(map);
        }
        if keys.is_empty() {
            if !self.0.name.is_empty() && !self.0.is_left {
                unread::note(KEY, &self.0.name);
            }
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Tree::Closed);
        }
        let mut values: Vec<Tree<'de>> = keys.iter().map(|_| Tree::Absent).collect();
        while let Some(Key(key)) = map.next_key()? {
            let Some(at) = keys.iter().position(|(known, _)| *known == key) else {
                let name = &self.0.name;
                let point = if name.is_empty() { "" } else { "." };
                unread::note(KEY, &format!("{name}{point}{key}"));
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let shape = &keys[at].1;
            if shape.is_left && !shape.is_read && shape.keys.is_empty() && shape.each.is_none() {
                map.next_value::<IgnoredAny>()?;
                values[at] = Tree::Closed;
            } else {
                values[at] = map.next_value_seed(InShape(shape))?;
            }
        }
        Ok(Tree::Object(values))
    }
}

/// A number with fraction or exponent as text; one that is whole keeps a mark of it, since as an identifier it has lost digits.
fn real(value: f64) -> String {
    let text = format!("{value:?}");
    match text.split_once('e') {
        Some((digits, power)) if !power.starts_with('-') => format!("{digits}e+{power}"),
        _ => text,
    }
}
