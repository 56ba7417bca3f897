//! Escapes that are half a character, made whole for a reader that would refuse them: it shall say what else is wrong with a text.

/// The text with every lone surrogate escape made `\ufffd`; `None` when there is none.
pub(super) fn mend(json: &str) -> Option<String> {
    let bytes = json.as_bytes();
    let mut mended = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = json.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        match escape(bytes, at) {
            Some(0xd800..=0xdbff) if matches!(escape(bytes, at + 6), Some(0xdc00..=0xdfff)) => at += 12,
            Some(0xd800..=0xdfff) => {
                mended.push_str(&json[copied..at]);
                mended.push_str("\\ufffd");
                at += 6;
                copied = at;
            }
            Some(_) => at += 6,
            // A backslash escapes one ASCII character; what follows anything else is not JSON anyway.
            None if bytes.get(at + 1).is_some_and(u8::is_ascii) => at += 2,
            None => at += 1,
        }
    }
    (copied > 0).then(|| {
        mended.push_str(&json[copied..]);
        mended
    })
}

/// The code unit of a `\uXXXX` at a place.
fn escape(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits).ok()?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then(|| u32::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::mend;

    #[test]
    fn only_halves_are_replaced() {
        assert_eq!(mend(r#""\ud83d\ude00 \u00e9 \\ud83d \n""#), None);
        assert_eq!(mend(r#""\ud83d""#).as_deref(), Some(r#""\ufffd""#));
        assert_eq!(
            mend(r#""\ude00\ud83dx\ud83d\ud83d\ude00""#).as_deref(),
            Some(r#""\ufffd\ufffdx\ufffd\ud83d\ude00""#)
        );
        assert_eq!(mend(r#""\\\ud83d""#).as_deref(), Some(r#""\\\ufffd""#));
        for rubbish in ["\\", "\\u", "\\ud83", "\\é\\ud8", ""] {
            assert_eq!(mend(rubbish), None, "{rubbish}");
        }
    }
}
