//! Values of JSON objects, each of which takes what it can use and treats everything else as absent.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A scalar that says what it makes of each JSON type; by default nothing.
trait Scalar<'de>: Default {
    fn borrowed(text: &'de str) -> Self {
        Self::text(text)
    }
    fn text(_text: &str) -> Self {
        Self::default()
    }
    fn unsigned(_value: u64) -> Self {
        Self::default()
    }
    fn signed(_value: i64) -> Self {
        Self::default()
    }
    fn real(_value: f64) -> Self {
        Self::default()
    }
    fn boolean(_value: bool) -> Self {
        Self::default()
    }
    fn nested() -> Self {
        Self::default()
    }
}

struct ScalarVisitor<T>(PhantomData<T>);

impl<'de, T: Scalar<'de>> Visitor<'de> for ScalarVisitor<T> {
    type Value = T;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<T, E> {
        Ok(T::borrowed(text))
    }
    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::text(text))
    }
    fn visit_u64<E>(self, value: u64) -> Result<T, E> {
        Ok(T::unsigned(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<T, E> {
        Ok(T::signed(value))
    }
    fn visit_f64<E>(self, value: f64) -> Result<T, E> {
        Ok(T::real(value))
    }
    fn visit_bool<E>(self, value: bool) -> Result<T, E> {
        Ok(T::boolean(value))
    }
    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
        drain_seq(seq)?;
        Ok(T::nested())
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        drain_map(map)?;
        Ok(T::nested())
    }
}

fn drain_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<(), A::Error> {
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

fn drain_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

macro_rules! deserialize_scalar {
    ($($type:ty),+) => {
        $(impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(ScalarVisitor(PhantomData))
            }
        })+
    };
}
deserialize_scalar!(Text<'de>, Id<'de>, Count, Real, Flag, Present);

/// A text.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Text<'a>(pub Option<Cow<'a, str>>);

impl<'de> Scalar<'de> for Text<'de> {
    fn borrowed(text: &'de str) -> Self {
        Self(Some(Cow::Borrowed(text)))
    }
    fn text(text: &str) -> Self {
        Self(Some(Cow::Owned(text.to_owned())))
    }
}

impl Text<'_> {
    /// The text, unless it is absent or empty.
    #[must_use]
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }
    /// Whether the key was there with a text.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.0.is_some()
    }
}

/// An identifier: an integer or a text of its own. A number with fraction or exponent has lost digits and is no identifier.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Id<'a>(Option<Cow<'a, str>>);

impl<'de> Scalar<'de> for Id<'de> {
    fn borrowed(text: &'de str) -> Self {
        Self(Some(Cow::Borrowed(text)))
    }
    fn text(text: &str) -> Self {
        Self(Some(Cow::Owned(text.to_owned())))
    }
    fn unsigned(value: u64) -> Self {
        Self(Some(Cow::Owned(value.to_string())))
    }
}

impl Id<'_> {
    /// The identifier, unless it is absent or empty.
    #[must_use]
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }
}

/// A count: a whole number, or a text that is one. A negative one is no count.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Count(pub Option<i64>);

impl Scalar<'_> for Count {
    fn text(text: &str) -> Self {
        Self(text.trim().parse().ok().filter(|count| *count >= 0))
    }
    fn unsigned(value: u64) -> Self {
        Self(i64::try_from(value).ok())
    }
}

/// A number with fraction.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Real(pub Option<f64>);

impl Scalar<'_> for Real {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a coordinate given as a whole number is small"
    )]
    fn unsigned(value: u64) -> Self {
        Self(Some(value as f64))
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a coordinate given as a whole number is small"
    )]
    fn signed(value: i64) -> Self {
        Self(Some(value as f64))
    }
    fn real(value: f64) -> Self {
        Self(Some(value))
    }
}

/// Yes or no.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Flag(pub Option<bool>);

impl Scalar<'_> for Flag {
    fn text(text: &str) -> Self {
        Self(match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })
    }
    fn boolean(value: bool) -> Self {
        Self(Some(value))
    }
}

/// Whether a key is there with anything but null.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Present(pub bool);

impl Scalar<'_> for Present {
    fn text(_text: &str) -> Self {
        Self(true)
    }
    fn unsigned(_value: u64) -> Self {
        Self(true)
    }
    fn signed(_value: i64) -> Self {
        Self(true)
    }
    fn real(_value: f64) -> Self {
        Self(true)
    }
    fn boolean(_value: bool) -> Self {
        Self(true)
    }
    fn nested() -> Self {
        Self(true)
    }
}

macro_rules! ignore_scalars {
    ($value:ty) => {
        fn visit_borrowed_str<E>(self, _: &'de str) -> Result<$value, E> {
            Ok(Default::default())
        }
        fn visit_str<E>(self, _: &str) -> Result<$value, E> {
            Ok(Default::default())
        }
        fn visit_u64<E>(self, _: u64) -> Result<$value, E> {
            Ok(Default::default())
        }
        fn visit_i64<E>(self, _: i64) -> Result<$value, E> {
            Ok(Default::default())
        }
        fn visit_f64<E>(self, _: f64) -> Result<$value, E> {
            Ok(Default::default())
        }
        fn visit_bool<E>(self, _: bool) -> Result<$value, E> {
            Ok(Default::default())
        }
        fn visit_unit<E>(self) -> Result<$value, E> {
            Ok(Default::default())
        }
    };
}

/// An object.
#[derive(Debug)]
pub struct Maybe<T>(Option<Box<T>>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Maybe<T> {
    /// The object, unless it is absent.
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        self.0.as_deref()
    }
}

struct MaybeVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for MaybeVisitor<T> {
    type Value = Maybe<T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    ignore_scalars!(Maybe<T>);
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Maybe<T>, A::Error> {
        drain_seq(seq)?;
        Ok(Maybe(None))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Maybe<T>, A::Error> {
        Ok(Maybe(Some(Box::new(T::deserialize(MapAccessDeserializer::new(map))?))))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MaybeVisitor(PhantomData))
    }
}

/// A list of objects, or one object where a list of one was meant.
#[derive(Debug)]
pub struct Many<T> {
    /// The items, as many as there were; an item that is no object is empty.
    pub items: Vec<Maybe<T>>,
    /// Whether there was one object and no list.
    pub single: bool,
    /// Whether there was a list or an object at all.
    pub present: bool,
}

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            single: false,
            present: false,
        }
    }
}

impl<T> Many<T> {
    /// The items that are objects.
    pub fn objects(&self) -> impl Iterator<Item = &T> {
        self.items.iter().filter_map(Maybe::get)
    }
}

struct ManyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ManyVisitor<T> {
    type Value = Many<T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }
    ignore_scalars!(Many<T>);
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Many<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Many {
            items,
            single: false,
            present: true,
        })
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Many<T>, A::Error> {
        let item = T::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Many {
            items: vec![Maybe(Some(Box::new(item)))],
            single: true,
            present: true,
        })
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ManyVisitor(PhantomData))
    }
}

/// A list of numbers; one that holds anything else is empty.
#[derive(Debug, Default)]
pub struct Numbers(pub Vec<f64>);

struct NumbersVisitor;

impl<'de> Visitor<'de> for NumbersVisitor {
    type Value = Numbers;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of numbers")
    }
    ignore_scalars!(Numbers);
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Numbers, A::Error> {
        let mut numbers = Vec::new();
        let mut sound = true;
        while let Some(Real(number)) = seq.next_element()? {
            sound &= number.is_some();
            numbers.extend(number);
        }
        Ok(Numbers(if sound { numbers } else { Vec::new() }))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Numbers, A::Error> {
        drain_map(map)?;
        Ok(Numbers::default())
    }
}

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumbersVisitor)
    }
}

/// A key, borrowed unless it holds an escape.
#[derive(Debug)]
pub(crate) struct Key<'a>(pub(crate) Cow<'a, str>);

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_borrowed_str<E: Error>(self, key: &'de str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Borrowed(key)))
    }
    fn visit_str<E: Error>(self, key: &str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(key.to_owned())))
    }
}

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::json::record! {
        /// A record for the tests.
        Sample<'de> {
            id: Id<'de> = "id_str" | "id",
            text: Text<'de> = "text",
            likes: Count = "likes",
            seen: Present = "seen",
            nested: Maybe<Sample<'de>> = "nested",
            list: Many<Sample<'de>> = "list",
        }
    }

    fn read(json: &str) -> Sample<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn ids_never_pass_through_a_float() {
        assert_eq!(
            read(r#"{"id": 9223372036854775809}"#).id.get(),
            Some("9223372036854775809")
        );
        assert_eq!(read(r#"{"id": "0017"}"#).id.get(), Some("0017"));
        for damaged in ["9.06E+17", "1.5", "-3", "null", "[1]", "18446744073709551616"] {
            assert_eq!(read(&format!(r#"{{"id": {damaged}}}"#)).id.get(), None, "{damaged}");
        }
    }

    #[test]
    fn a_value_of_another_type_is_absent_and_costs_nothing_else() {
        let sample = read(r#"{"likes": {"a": [1]}, "nested": 3, "list": "x", "seen": [], "text": "kept", "other": 1}"#);
        assert_eq!(sample.likes, Count(None));
        assert!(sample.nested.get().is_none() && sample.list.items.is_empty() && !sample.list.present);
        assert!(sample.seen.0);
        assert_eq!(sample.text.get(), Some("kept"));
    }

    #[test]
    fn zero_is_a_count_and_null_is_not() {
        assert_eq!(read(r#"{"likes": 0}"#).likes, Count(Some(0)));
        assert_eq!(read(r#"{"likes": "12"}"#).likes, Count(Some(12)));
        assert_eq!(read(r#"{"likes": null}"#).likes, Count(None));
        assert_eq!(read(r#"{"likes": "100+"}"#).likes, Count(None));
    }

    #[test]
    fn the_last_of_two_equal_keys_wins_and_one_object_is_a_list_of_one() {
        let sample = read(r#"{"text": "a", "text": "b", "list": {"id": 1}}"#);
        assert_eq!(sample.text.get(), Some("b"));
        assert!(sample.list.single);
        assert_eq!(sample.list.objects().count(), 1);
    }
}
