//! Reading JSON records that platforms really sent: only the keys that are asked for, texts borrowed, and no value of an
//! unexpected type that costs the whole record. A value of another type is as good as absent; what is not JSON is an error.

mod marks;
mod mixed;
mod nested;
mod reader;
mod scalar;
mod scan;
mod surrogates;
pub mod unread;

pub use mixed::{Mixed, Mixture};
pub(crate) use nested::Key;
pub use nested::{Each, Few, Many, Maybe, Numbers, Span, Texts};
pub use reader::{from_str, from_str_again, from_str_seed};
pub use scalar::{Count, Flag, Id, Nested, Present, Real, Stamp, Text, Whole};

/// Declares a JSON object: field, type, and the key (or keys, the last one present wins) it is read from. One that is `called`
/// something says which keys are left unread on purpose; all other keys that it does not read are noted ([`unread`]).
macro_rules! record {
    (
        $(#[doc = $doc:literal])+
        $name:ident<$life:lifetime> $(called $called:literal $(leaving $left:path)?)? {
            $($field:ident: $type:ty = $($key:literal)|+,)+
        }
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
                            $($(if $left.holds(&key) {
                                map.next_value::<serde::de::IgnoredAny>()?;
                                continue;
                            })?)?
                            match &*key {
                                $($($key)|+ => record.$field = map.next_value()?,)+
                                _ => {
                                    $($crate::json::unread::note($called, &key);)?
                                    map.next_value::<serde::de::IgnoredAny>()?;
                                }
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
