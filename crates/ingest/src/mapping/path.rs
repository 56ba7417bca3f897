//! Paths into JSON records, and the shape that they make together: what of a record is read at all.
//!
//! A path always begins at the record: `profile.screen_name`, `entities.urls[].expanded_url`, or `.` for the record itself. Of a table
//! whose rows come from a nested list (`records = "tweet[]"`) the paths that begin with that list mean the row's own item.

use std::fmt;

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// To the value of a key.
    Key(String),
    /// To each item of a list.
    Each,
}

/// A path into a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// Reads a path; a backslash takes a point, bracket or backslash of a key for what it is.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text == "." {
            return Ok(Self(Vec::new()));
        }
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let mut key = String::new();
            let mut end = rest.len();
            let mut characters = rest.char_indices();
            while let Some((at, character)) = characters.next() {
                match character {
                    '\\' => key.push(characters.next().ok_or("ends with a backslash")?.1),
                    '.' | '[' => {
                        end = at;
                        break;
                    }
                    _ => key.push(character),
                }
            }
            // Items of a record that is a list itself have no key before them.
            let begins_with_items = steps.is_empty() && rest.starts_with("[]");
            if !begins_with_items {
                if key.is_empty() {
                    return Err("has an empty key");
                }
                steps.push(Step::Key(key));
            }
            rest = &rest[end..];
            while let Some(after) = rest.strip_prefix("[]") {
                steps.push(Step::Each);
                rest = after;
            }
            match rest.strip_prefix('.') {
                Some("") => return Err("ends with a point"),
                Some(after) => rest = after,
                None if rest.is_empty() => {}
                None => return Err("has a bracket that is not []"),
            }
        }
        if steps.is_empty() {
            return Err("is empty");
        }
        Ok(Self(steps))
    }

    /// How many steps it shares with the beginning of `records`, the path of a table's rows.
    pub(super) fn shared(&self, records: &Self) -> usize {
        self.0.iter().zip(&records.0).take_while(|(a, b)| a == b).count()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str(".");
        }
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::Each => f.write_str("[]")?,
                Step::Key(key) => {
                    if number > 0 {
                        f.write_str(".")?;
                    }
                    for character in key.chars() {
                        if matches!(character, '.' | '[' | '\\') {
                            f.write_str("\\")?;
                        }
                        write!(f, "{character}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// What of a value is read: the part of all paths that lies below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// Keys that lead further.
    pub(super) keys: Vec<(String, Shape)>,
    /// What is read of its items, where it is a list.
    pub(super) each: Option<Box<Shape>>,
    /// Whether a path ends here.
    pub(super) is_read: bool,
    /// Whether it is left unread on purpose.
    pub(super) is_left: bool,
    /// How it is called in messages.
    pub(super) name: String,
}

impl Shape {
    /// The place of a path in the shape, which grows by it.
    pub(super) fn grow(&mut self, path: &Path) -> &mut Self {
        let mut shape = self;
        for (number, step) in path.0.iter().enumerate() {
            let name = || Path(path.0[..=number].to_vec()).to_string();
            shape = match step {
                Step::Each => shape.each.get_or_insert_with(|| {
                    Box::new(Self {
                        name: name(),
                        ..Self::default()
                    })
                }),
                Step::Key(key) => {
                    let at = shape.keys.iter().position(|(known, _)| known == key);
                    let at = at.unwrap_or_else(|| {
                        let below = Self {
                            name: name(),
                            ..Self::default()
                        };
                        shape.keys.push((key.clone(), below));
                        shape.keys.len() - 1
                    });
                    &mut shape.keys[at].1
                }
            };
        }
        shape
    }

    /// A path's steps with keys as their places in the shape. The path is part of the shape.
    pub(super) fn places(&self, path: &Path) -> Vec<Place> {
        let mut shape = self;
        let mut places = Vec::with_capacity(path.0.len());
        for step in &path.0 {
            let (place, below) = match step {
                Step::Each => (Place::Each, shape.each.as_deref()),
                Step::Key(key) => {
                    let at = shape.keys.iter().position(|(known, _)| known == key).unwrap_or(0);
                    (Place::Key(at), shape.keys.get(at).map(|(_, below)| below))
                }
            };
            places.push(place);
            let Some(below) = below else { break };
            shape = below;
        }
        places
    }
}

/// A step of a path through a value that was read by a [`Shape`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// To the value of the key of this number.
    Key(usize),
    /// To each item.
    Each,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_and_written_alike() {
        let key = |key: &str| Step::Key(key.to_owned());
        for (text, steps) in [
            (".", vec![]),
            ("id", vec![key("id")]),
            ("profile.screen_name", vec![key("profile"), key("screen_name")]),
            (
                "entities.urls[].url",
                vec![key("entities"), key("urls"), Step::Each, key("url")],
            ),
            ("a[][]", vec![key("a"), Step::Each, Step::Each]),
            ("[].id", vec![Step::Each, key("id")]),
            (r"author\.name.x\\y\[]", vec![key("author.name"), key("x\\y[]")]),
        ] {
            let path = Path::parse(text).unwrap();
            assert_eq!(path.0, steps, "{text}");
            assert_eq!(Path::parse(&path.to_string()), Ok(path));
        }
    }

    #[test]
    fn what_is_no_path() {
        for text in ["", "..", "a..b", ".a", "a.", "a[0]", "a[", "a[]b", "a\\", "[]."] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }
}
