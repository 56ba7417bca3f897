//! What platforms' tags of languages mean. Which language a text is in is not told here.

/// What platforms say of a post whose language they cannot tell (ISO 639-2 `und`, `zxx`; Twitter's tags for posts of links, of pictures,
/// of hashtags and of mentions only).
const UNDETERMINED: [&str; 9] = ["", "und", "zxx", "qam", "qct", "qht", "qme", "qst", "art"];

/// The language of a tag (BCP 47) as ISO 639-1 has it today; none where the tag says that it is not known.
#[must_use]
pub fn language_of_tag(tag: &str) -> Option<&str> {
    let language = tag.split(['-', '_']).next().unwrap_or_default();
    match language {
        "iw" => Some("he"),
        "in" => Some("id"),
        "ji" => Some("yi"),
        language if UNDETERMINED.contains(&language) => None,
        language => Some(language),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_languages() {
        for (tag, language) in [
            ("en", Some("en")),
            ("en-GB", Some("en")),
            ("pt_BR", Some("pt")),
            ("iw", Some("he")),
            ("in", Some("id")),
            ("und", None),
            ("zxx", None),
            ("qme", None),
            ("", None),
        ] {
            assert_eq!(language_of_tag(tag), language, "{tag}");
        }
    }
}
