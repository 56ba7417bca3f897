//! A JSON object or list that is being passed over, to its end or to where the next one must begin.

/// An object or list that is open. It holds no bytes.
#[derive(Debug)]
pub(super) struct Open {
    depth: usize,
    in_text: bool,
    escaped: bool,
    /// How far its line is indented, where it stands first in a line.
    column: Option<usize>,
    /// That a text goes on over a line's end, which no JSON has: a quotation mark is missing, and what is text and what is not
    /// cannot be told any more. How far the line is indented so far; nothing when more than white space came.
    lost: Option<Option<usize>>,
    /// The last byte that is no white space, once it is lost.
    last: u8,
}

/// Where a scan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scan {
    /// It goes on.
    More,
    /// It ends before this byte.
    End(usize),
    /// It has no end, but at this byte the next one begins: first in its line, as far indented.
    Next(usize),
    /// It has no end, but at this byte the list that it stands in is closed.
    Closed(usize),
}

impl Open {
    /// What begins with a brace or bracket, which has been read, so far indented if it stands first in a line.
    pub(super) fn new(column: Option<usize>) -> Self {
        Self {
            depth: 1,
            in_text: false,
            escaped: false,
            column,
            lost: None,
            last: 0,
        }
    }

    /// How far its line is indented, where it stands first in a line.
    pub(super) const fn column(&self) -> Option<usize> {
        self.column
    }

    /// Whether it can be said where it ends; when not, and the content ends, whether the list around it is closed all the same.
    pub(super) fn is_lost_in_closed_list(&self) -> bool {
        self.lost.is_some() && self.last == b']'
    }

    /// Passes over bytes that follow.
    pub(super) fn scan(&mut self, bytes: &[u8]) -> Scan {
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            if self.lost.is_some() {
                return self.find(bytes, at);
            }
            if self.escaped {
                self.escaped = false;
            } else if self.in_text {
                let Some(found) = memchr::memchr3(b'"', b'\\', b'\n', &bytes[at..]) else {
                    return Scan::More;
                };
                at += found;
                match bytes[at] {
                    b'"' => self.in_text = false,
                    b'\\' => self.escaped = true,
                    _ => self.lost = self.column.map(|_| Some(0)),
                }
            } else {
                match byte {
                    b'"' => self.in_text = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => {
                        self.depth -= 1;
                        if self.depth == 0 {
                            return Scan::End(at + 1);
                        }
                    }
                    _ => {}
                }
            }
            at += 1;
        }
        Scan::More
    }

    /// Looks for the line at which the next one begins, or the list ends.
    fn find(&mut self, bytes: &[u8], from: usize) -> Scan {
        let mut line = self.lost.flatten();
        for (at, byte) in bytes.iter().enumerate().skip(from) {
            match (byte, line) {
                (b'\n', _) => line = Some(0),
                (b' ' | b'\t', Some(columns)) => line = Some(columns + 1),
                (b' ' | b'\t' | b'\r', _) => {}
                (b'{', Some(columns)) if self.column == Some(columns) => return Scan::Next(at),
                (b']', Some(columns)) if self.column >= Some(columns) => return Scan::Closed(at),
                (byte, _) => {
                    self.last = *byte;
                    line = None;
                }
            }
        }
        self.lost = Some(line);
        Scan::More
    }
}

/// Objects that stand one after the other in one line, with where each begins; `None` unless there are several.
pub(crate) fn apart(line: &str) -> Option<Vec<(usize, &str)>> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        let blank = |byte: &&u8| matches!(**byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | 0);
        at += bytes[at..].iter().take_while(blank).count();
        match bytes.get(at) {
            None => break,
            Some(b'{') => {}
            // What is no object is left to whoever reads what stands before it.
            Some(_) if found.is_empty() => return None,
            Some(_) => {}
        }
        let end = match Open::new(None).scan(&bytes[at + 1..]) {
            Scan::End(length) if bytes[at] == b'{' => at + 1 + length,
            _ => bytes.len(),
        };
        found.push((at, line.get(at..end)?));
        at = end;
    }
    (found.len() > 1).then_some(found)
}

/// Whether bytes are one object from end to end.
pub(super) fn is_object(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii();
    bytes
        .strip_prefix(b"{")
        .is_some_and(|inside| Open::new(None).scan(inside) == Scan::End(inside.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_found_wherever_the_bytes_are_cut() {
        let text = r#""a":"}\"]","b":[{}, {"c":"\\"}]} more"#;
        let end = text.len() - " more".len();
        for cut in 0..end {
            let mut open = Open::new(Some(0));
            let (first, second) = text.as_bytes().split_at(cut);
            assert_eq!(open.scan(first), Scan::More);
            assert_eq!(open.scan(second), Scan::End(end - cut));
        }
    }

    #[test]
    fn a_missing_quotation_mark_costs_what_comes_before_the_next_line_that_begins_alike() {
        let text = "\n    \"a\": \"fog},\n    \"b\": {\n      \"c\": 1\n    }\n  },\n  {\n";
        let next = text.rfind('{').unwrap();
        for cut in 0..next {
            let mut open = Open::new(Some(2));
            let (first, second) = text.as_bytes().split_at(cut);
            assert_eq!(open.scan(first), Scan::More);
            assert_eq!(open.scan(second), Scan::Next(next - cut));
        }
        let mut open = Open::new(Some(2));
        assert_eq!(open.scan(b"\"a\": \"fog}\n  }\n]"), Scan::Closed(15));
        let mut open = Open::new(Some(2));
        assert_eq!(open.scan(b"\"a\": \"fog}\n  }]"), Scan::More);
        assert!(open.is_lost_in_closed_list());
    }

    #[test]
    fn objects_of_one_line_are_cut_apart() {
        let found = |line| apart(line).map(|found| found.into_iter().map(|(_, one)| one).collect::<Vec<_>>());
        assert_eq!(
            found(r#"{"a":"}{"}{"b":{}} , {"c""#),
            Some(vec![r#"{"a":"}{"}"#, r#"{"b":{}}"#, r#"{"c""#])
        );
        assert_eq!(found(r#"{"a":1}é"#), Some(vec![r#"{"a":1}"#, "é"]));
        for one in [r#"{"a":1}"#, "{", "x{}{}", "", "[]{}", r#"{"a":1},"#] {
            assert_eq!(found(one), None, "{one}");
        }
    }
}
