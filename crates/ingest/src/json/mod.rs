//! Reading JSON records that platforms really sent: only the keys that are asked for, texts borrowed, and no value of an
//! unexpected type that costs the whole record. A value of another type is as good as absent; what is not JSON is an error.

mod surrogates;
mod value;

pub use surrogates::mend;
pub(crate) use value::Key;
pub use value::{Count, Flag, Id, Many, Maybe, Numbers, Present, Real, Text};

/// Declares a JSON object: field, type, and the key (or keys, the last one present wins) it is read from.
macro_rules! record {
    (
        $(#[doc = $doc:literal])+
        $name:ident<$life:lifetime> { $($field:ident: $type:ty = $($key:literal)|+,)+ }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Default)]
        pub struct $name<$life> { $($(#[doc = concat!("`", $key, "` ")])+ pub $field: $type,)+ }

        impl<$life> serde::Deserialize<$life> for $name<$life> {
            fn deserialize<D: serde::Deserializer<$life>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl<$life> serde::de::Visitor<$life> for Visitor {
                    type Value = $name<$life>;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: serde::de::MapAccess<$life>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let mut record = $name::default();
                        while let Some($crate::json::Key(key)) = map.next_key()? {
                            match &*key {
                                $($($key)|+ => record.$field = map.next_value()?,)+
                                _ => { map.next_value::<serde::de::IgnoredAny>()?; }
                            }
                        }
                        Ok(record)
                    }
                }
                deserializer.deserialize_map(Visitor)
            }
        }
    };
}
pub(crate) use record;
