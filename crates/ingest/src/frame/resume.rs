//! Where CSV goes on after a quote that is not closed.
//!
//! A row that spans lines is left as it is if each of its quotes opens a field or closes one (RFC 4180) and it has the header's number of
//! fields. Otherwise the lines after its first are tried as rows of their own; one that is sound within its line, with the header's number
//! of fields, is where reading goes on. A text of several lines that happens to hold such a line is in danger only where its row is
//! unsound anyway.

use memchr::memchr_iter;

/// So many sound lines, one after the other, end a row that has no end yet: a long text may hold one that looks like a row.
pub(super) const SOUND_ROWS: usize = 3;

/// What makes a row sound.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    pub(super) delimiter: u8,
    /// The header's number of fields.
    pub(super) fields: usize,
}

impl Form {
    /// Whether each quote of a row opens a field or closes one, in pairs.
    pub(super) fn is_sound(self, row: &[u8]) -> bool {
        self.count(row).is_some()
    }

    /// The number of fields of one row, line feeds in quotes and all, if its quotes are sound.
    fn count(self, row: &[u8]) -> Option<usize> {
        let ends = row
            .iter()
            .rev()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        let row = &row[..row.len() - ends];
        let mut fields = 1;
        let mut at = 0;
        loop {
            if row.get(at) == Some(&b'"') {
                at += 1;
                loop {
                    at += memchr::memchr(b'"', &row[at..])? + 1;
                    if row.get(at) != Some(&b'"') {
                        break;
                    }
                    at += 1;
                }
            } else {
                at += memchr::memchr(self.delimiter, &row[at..]).unwrap_or(row.len() - at);
            }
            match row.get(at) {
                None => return Some(fields),
                Some(byte) if *byte == self.delimiter => {
                    fields += 1;
                    at += 1;
                }
                // A quote that something else follows.
                Some(_) => return None,
            }
        }
    }

    /// Whether a line is a row by itself. Of a single column any line would be one.
    fn is_row(self, line: &[u8]) -> bool {
        self.fields > 1 && self.count(line) == Some(self.fields)
    }
}

/// Where, after the first line of these, so many sound rows begin, one line each.
pub(super) fn next_row(lines: &[u8], form: Form, rows: usize) -> Option<usize> {
    let mut starts = memchr_iter(b'\n', lines).map(|end| end + 1);
    let mut start = starts.next()?;
    let (mut first, mut sound) = (None, 0);
    // The last of several is whole only if its end is there.
    let last = (rows == 1).then_some(lines.len());
    for next in starts.chain(last) {
        if form.is_row(&lines[start..next]) {
            first = first.or(Some(start));
            sound += 1;
            if sound == rows {
                return first;
            }
        } else {
            (first, sound) = (None, 0);
        }
        start = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: Form = Form {
        delimiter: b',',
        fields: 3,
    };

    #[test]
    fn rows_that_are_sound() {
        for row in ["a,b,c", "\"a\",\"b\"\"b\",c\r\n", "\"a,\nb\",,", ",,", "a \"b\",c,d"] {
            assert_eq!(THREE.count(row.as_bytes()), Some(3), "{row}");
        }
        for row in ["\"a,b,c", "\"a\"b,c,d", "\"a\"\",b,c", "a,b,\""] {
            assert_eq!(THREE.count(row.as_bytes()), None, "{row}");
        }
        assert_eq!(THREE.count(b""), Some(1));
    }

    #[test]
    fn reading_goes_on_at_the_first_sound_line() {
        let lines = b"1,\"tea,x\nin the garden\n2,rain,y\n3,sun,z\n4,wind,w\n";
        assert_eq!(next_row(lines, THREE, 1), Some(23));
        assert_eq!(next_row(lines, THREE, 3), Some(23));
        assert_eq!(next_row(lines, THREE, 4), None);
        assert_eq!(next_row(b"1,\"tea,x\n2,rain", THREE, 1), None);
        let one = Form { fields: 1, ..THREE };
        assert_eq!(next_row(b"\"tea\nrain\n", one, 1), None);
    }
}
