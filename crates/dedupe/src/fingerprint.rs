//! What a row says, as a number: equal rows have equal numbers, and different rows different ones for all practical purposes.

use tables::Timestamp;

/// Collects fields, and hashes them with BLAKE3. Every field is framed by its length and null has its own mark, so that no two
/// lists of fields run into the same bytes.
#[derive(Debug, Default)]
pub(crate) struct Fingerprint {
    bytes: Vec<u8>,
}

impl Fingerprint {
    const NULL: u8 = 0;
    const VALUE: u8 = 1;

    /// The first 128 bits of the hash of the fields collected so far, in two halves; the next field starts afresh. Among 10^9
    /// rows the chance that any two share them by accident is below 10^-20.
    pub(crate) fn take_halves(&mut self) -> [u64; 2] {
        let hash = blake3::hash(&self.bytes);
        self.bytes.clear();
        let (halves, _) = hash.as_bytes().as_chunks::<8>();
        std::array::from_fn(|half| halves.get(half).map_or(0, |bytes| u64::from_be_bytes(*bytes)))
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.bytes.push(Self::VALUE);
        self.bytes.extend((text.len() as u64).to_le_bytes());
        self.bytes.extend(text.as_bytes());
        self
    }

    fn bits(&mut self, bits: Option<u64>) -> &mut Self {
        match bits {
            None => self.bytes.push(Self::NULL),
            Some(bits) => {
                self.bytes.push(Self::VALUE);
                self.bytes.extend(bits.to_le_bytes());
            }
        }
        self
    }
}

/// A field that can be hashed.
pub(crate) trait Field {
    fn add(&self, to: &mut Fingerprint);
}

impl Field for &str {
    fn add(&self, to: &mut Fingerprint) {
        to.text(self);
    }
}

impl Field for Option<&str> {
    fn add(&self, to: &mut Fingerprint) {
        match self {
            None => to.bits(None),
            Some(text) => to.text(text),
        };
    }
}

impl Field for Option<Vec<&str>> {
    fn add(&self, to: &mut Fingerprint) {
        to.bits(self.as_ref().map(|items| items.len() as u64));
        for item in self.iter().flatten() {
            to.text(item);
        }
    }
}

impl Field for Option<i64> {
    fn add(&self, to: &mut Fingerprint) {
        to.bits(self.map(i64::cast_unsigned));
    }
}

impl Field for Timestamp {
    fn add(&self, to: &mut Fingerprint) {
        to.bits(Some(self.0.cast_unsigned()));
    }
}

impl Field for Option<Timestamp> {
    fn add(&self, to: &mut Fingerprint) {
        self.map(|at| at.0).add(to);
    }
}

impl Field for Option<f64> {
    fn add(&self, to: &mut Fingerprint) {
        to.bits(self.map(f64::to_bits));
    }
}

impl Field for Option<bool> {
    fn add(&self, to: &mut Fingerprint) {
        to.bits(self.map(u64::from));
    }
}

/// Adds the named columns of a row. The row is taken apart, so that a column added to its table must be dealt with here: named
/// as content, or, after `not`, as something that does not make two rows differ.
macro_rules! add_columns {
    ($row:expr, $type:ident { $($column:ident),+ } not { $($other:ident),* } $(words { $($word:ident),+ })?, $to:expr) => {{
        let $type { $($column,)+ $($($word,)+)? $($other: _,)* } = $row;
        $($crate::fingerprint::Field::add($column, $to);)+
        $($($crate::fingerprint::Field::add(&$word.word(), $to);)+)?
    }};
}
pub(crate) use add_columns;

#[cfg(test)]
mod tests {
    use super::*;

    fn of(fields: &[&dyn Field]) -> [u64; 2] {
        let mut fingerprint = Fingerprint::default();
        for field in fields {
            field.add(&mut fingerprint);
        }
        fingerprint.take_halves()
    }

    #[test]
    fn fields_do_not_run_into_one_another() {
        let none: Option<&str> = None;
        let different = [
            of(&[&"ab", &"c"]),
            of(&[&"a", &"bc"]),
            of(&[&"abc", &""]),
            of(&[&"abc", &none]),
            of(&[&none, &"abc"]),
            of(&[&Some(vec!["ab", "c"])]),
            of(&[&Some(vec!["abc"])]),
            of(&[&Some(Vec::<&str>::new()), &"abc"]),
            of(&[&Some(0_i64)]),
        ];
        for (i, a) in different.iter().enumerate() {
            for b in &different[i + 1..] {
                assert_ne!(a, b);
            }
        }
        assert_eq!(of(&[&"ab", &"c"]), of(&[&"ab", &Some("c")]));
    }
}
