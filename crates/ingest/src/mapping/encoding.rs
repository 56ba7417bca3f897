//! Encodings of old CSV exports. All others, UTF-16 with a mark apart, are made UTF-8 before they come here.

use std::borrow::Cow;

/// How bytes stand for characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// ISO 8859-1: a byte is the character of its number.
    Latin1,
    /// Windows' extension of it, which has quotes and dashes where Latin-1 has control characters.
    Windows1252,
}

/// Characters of Windows-1252 from 0x80 to 0x9f; the five bytes that stand for none are control characters, as browsers read them.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

impl Encoding {
    /// Their names in a mapping.
    pub const NAMES: [&str; 3] = ["utf-8", "latin-1", "windows-1252"];

    /// The encoding of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Some(Self::Utf8),
            "latin-1" | "latin1" | "iso-8859-1" => Some(Self::Latin1),
            "windows-1252" | "cp1252" => Some(Self::Windows1252),
            _ => None,
        }
    }

    /// The text of some bytes; `None` where they are none. Only UTF-8 has bytes that stand for nothing.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        let character = |byte: &u8| match (self, byte) {
            (Self::Windows1252, 0x80..=0x9f) => WINDOWS[usize::from(byte - 0x80)],
            _ => char::from(*byte),
        };
        match std::str::from_utf8(bytes) {
            Ok(text) if self == Self::Utf8 || bytes.is_ascii() => Some(Cow::Borrowed(text)),
            _ if self == Self::Utf8 => None,
            _ => Some(bytes.iter().map(character).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // python3: bytes(range(256)).decode('latin-1'); for cp1252 b'\x80\x93\x94\x96\x9f\xe9'.decode('cp1252') → '€“”–Ÿé'
    #[test]
    fn old_encodings() {
        let bytes = b"\x80\x93\x94\x96\x9f\xe9";
        assert_eq!(Encoding::Windows1252.decode(bytes).unwrap(), "€“”–Ÿé");
        assert_eq!(
            Encoding::Latin1.decode(bytes).unwrap(),
            "\u{80}\u{93}\u{94}\u{96}\u{9f}é"
        );
        assert_eq!(Encoding::Utf8.decode(bytes), None);
        assert!(matches!(
            Encoding::Latin1.decode(b"plain"),
            Some(Cow::Borrowed("plain"))
        ));
        // What would be UTF-8 is not taken for it.
        assert_eq!(Encoding::Latin1.decode("é".as_bytes()).unwrap(), "Ã©");
        for name in Encoding::NAMES {
            assert!(Encoding::from_name(name).is_some());
        }
    }
}
