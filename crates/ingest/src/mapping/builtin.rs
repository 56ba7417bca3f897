//! The mappings that come with the program, kept as files in `datasets/mappings`.

use super::did_you_mean;

macro_rules! builtins {
    ($($name:literal,)+) => {
        const BUILTIN: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../../../../datasets/mappings/", $name, ".toml"))),)+
        ];
    };
}

builtins! {
    "account-lookups",
    "coortweet",
    "dmi-tcat",
    "fifth-tribe",
    "five-thirty-eight",
    "five-thirty-eight-2018",
    "five-thirty-eight-authors",
    "id-list-json",
    "mib-tweets",
    "mib-users",
    "nbc-datamodel-tweets",
    "nbc-datamodel-users",
    "nbc-tweets",
    "nbc-users",
    "reddit-comments",
    "reddit-seed",
    "reddit-users",
    "suspended-handles",
    "suspended-ids",
    "tags",
    "truth-social-follows",
    "truth-social-posts",
    "truth-social-users",
    "twarc-csv",
    "twarc-csv-users",
    "twarc-json2csv",
    "twibot20",
    "twitter-io-tweets",
    "twitter-io-users",
    "unsuspended-handles",
    "unsuspended-ids",
}

/// The text of a built-in mapping.
#[must_use]
pub fn builtin(name: &str) -> Option<&'static str> {
    BUILTIN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The built-in mappings' names, in the order in which a header is tried against them.
pub fn builtin_names() -> impl Iterator<Item = &'static str> + Clone {
    BUILTIN.iter().map(|(name, _)| *name)
}

/// The built-in mapping whose name comes nearest to what was typed, if one comes near.
#[must_use]
pub fn builtin_like(typed: &str) -> Option<&'static str> {
    did_you_mean(typed, builtin_names())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_mapping_reads() {
        for name in builtin_names() {
            let mapping = crate::mapping::read(builtin(name).unwrap(), name).unwrap();
            assert!(!mapping.tables.is_empty());
        }
    }
}
