//! Lists in which texts stand between objects.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::nested::ignore_numbers;
use super::scalar::{drain_map, drain_seq};

/// A text or an object.
#[derive(Debug, Default)]
pub enum Mixed<'a, T> {
    /// A text.
    Text(Cow<'a, str>),
    /// An object.
    Object(Box<T>),
    /// Neither.
    #[default]
    Other,
}

struct MixedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for MixedVisitor<T> {
    type Value = Mixed<'de, T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or an object")
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Mixed::Text(Cow::Borrowed(text)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Mixed::Text(Cow::Owned(text.to_owned())))
    }
    ignore_numbers!(Mixed<'de, T>);
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        drain_seq(seq)?;
        Ok(Mixed::Other)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Ok(Mixed::Object(Box::new(T::deserialize(MapAccessDeserializer::new(
            map,
        ))?)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Mixed<'de, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MixedVisitor(PhantomData))
    }
}

/// A list of texts and objects, or one text where a list of one was meant.
#[derive(Debug)]
pub struct Mixture<'a, T>(pub Vec<Mixed<'a, T>>);

impl<T> Default for Mixture<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

struct MixtureVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for MixtureVisitor<T> {
    type Value = Mixture<'de, T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of texts and objects")
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Mixture(vec![Mixed::Text(Cow::Borrowed(text))]))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Mixture(vec![Mixed::Text(Cow::Owned(text.to_owned()))]))
    }
    ignore_numbers!(Mixture<'de, T>);
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Mixture(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        drain_map(map)?;
        Ok(Mixture::default())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Mixture<'de, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MixtureVisitor(PhantomData))
    }
}
