//! Scalars of JSON objects, each of which takes what it can use and treats everything else as absent.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use tables::Timestamp;

use crate::moment;

/// A scalar that says what it makes of each JSON type; by default nothing.
trait Scalar<'de>: Default {
    fn borrowed(text: &'de str) -> Self {
        Self::text(text)
    }
    fn text(_text: &str) -> Self {
        Self::default()
    }
    fn owned(text: String) -> Self {
        Self::text(&text)
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
    fn visit_string<E>(self, text: String) -> Result<T, E> {
        Ok(T::owned(text))
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

pub(super) fn drain_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<(), A::Error> {
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

pub(super) fn drain_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
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
deserialize_scalar!(Text<'de>, Id<'de>, Count, Whole, Real, Flag, Stamp, Present, Nested);

/// A text.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Text<'a>(pub Option<Cow<'a, str>>);

impl<'de> Scalar<'de> for Text<'de> {
    fn borrowed(text: &'de str) -> Self {
        Self(Some(Cow::Borrowed(text)))
    }
    fn owned(text: String) -> Self {
        Self(Some(Cow::Owned(text)))
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
    fn owned(text: String) -> Self {
        Self(Some(Cow::Owned(text)))
    }
    fn text(text: &str) -> Self {
        Self(Some(Cow::Owned(text.to_owned())))
    }
    fn unsigned(value: u64) -> Self {
        Self(Some(Cow::Owned(value.to_string())))
    }
}

impl<'a> Id<'a> {
    /// An identifier that is known from elsewhere.
    #[must_use]
    pub const fn of(id: &'a str) -> Self {
        Self(Some(Cow::Borrowed(id)))
    }

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

/// A whole number, or a text that is one.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Whole(pub Option<i64>);

impl Scalar<'_> for Whole {
    fn text(text: &str) -> Self {
        Self(text.trim().parse().ok())
    }
    fn unsigned(value: u64) -> Self {
        Self(i64::try_from(value).ok())
    }
    fn signed(value: i64) -> Self {
        Self(Some(value))
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

/// A moment: a number of seconds or milliseconds since 1970, or a text that states a time.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(pub Option<Timestamp>);

impl Scalar<'_> for Stamp {
    fn text(text: &str) -> Self {
        Self(moment::parse(text))
    }
    fn unsigned(value: u64) -> Self {
        Self(i64::try_from(value).ok().map(moment::of_number))
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a moment beyond an i64 is clamped, and is none of ours"
    )]
    fn real(value: f64) -> Self {
        Self(Some(moment::of_number(value.trunc() as i64)).filter(|_| value >= 0.0))
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

/// Whether a key is there with an object or a list.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Nested(pub bool);

impl Scalar<'_> for Nested {
    fn nested() -> Self {
        Self(true)
    }
}
