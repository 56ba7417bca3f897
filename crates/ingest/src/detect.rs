//! What a source is, told by its first bytes and not by its name.

mod csv;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Result;
use stage::Failure;

use crate::frame::{self, Cut, Feed, Header, ReadError, Take};
use crate::mapping::{Bound, BoundJson, Format, Mapping, Names};
use crate::mastodon;
use crate::settings::Kind;
use crate::twitter::export::{self, Note, Owner};
use crate::twitter::post_ids::{self, BareIds};
use csv::{Look, csv};
pub(crate) use csv::{is_csv, is_text};

/// Bytes that are looked at.
const LOOK_BYTES: usize = 1 << 16;
/// What a source holds and how it is cut.
#[derive(Debug, Clone)]
pub enum Plan {
    /// Nothing at all.
    Empty,
    /// JSON, one record to a line.
    JsonLines,
    /// JSON, one record to a line, before each a line with its length.
    MeasuredLines,
    /// JSON values that are not one to a line.
    JsonValues,
    /// Lists of an account's own export.
    Export {
        /// Whose it is.
        owner: Arc<Owner>,
    },
    /// Identifiers alone.
    Ids(BareIds),
    /// Events as a server sends them, `data:` before each.
    Events,
    /// A Telegram export.
    Chats,
    /// CSV of this program's own columns.
    Native {
        /// Roster, availability or follows.
        kind: Kind,
        /// The columns.
        header: Arc<Header>,
    },
    /// CSV through a mapping.
    Mapped {
        /// The mapping, bound to the header.
        bound: Arc<Bound>,
        /// The columns.
        header: Arc<Header>,
    },
}

impl Plan {
    /// Cuts content into blocks of records. `take` returns false when it wants no more.
    ///
    /// # Errors
    /// When the content cannot be read to its end.
    pub fn cut<R: Read>(&self, feed: &mut Feed<R>, max_line: usize, take: &mut dyn Take) -> Cut {
        match self {
            // Nothing, or nothing that could be read.
            Self::Empty => feed.append(&mut Vec::new(), 1).map(|_| ()),
            Self::JsonLines | Self::MeasuredLines | Self::Events | Self::Ids(BareIds { lines: true, .. }) => {
                frame::lines(feed, max_line, take)
            }
            Self::Ids(BareIds { lines: false, .. }) | Self::JsonValues | Self::Export { .. } => {
                frame::values(feed, max_line, take)
            }
            Self::Chats => frame::chats(feed, max_line, take),
            Self::Native { header, .. } | Self::Mapped { header, .. } => frame::csv_rows(feed, header, max_line, take),
        }
    }
}

/// A source that holds nothing that is known, and not even rows under a header.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct NotKnown(pub Failure);

/// A mapping that was asked for.
#[derive(Debug)]
pub struct AskedMapping {
    /// The mapping.
    pub mapping: Mapping,
    /// Whether a source was of its shape.
    pub used: Arc<AtomicBool>,
}

/// The mappings that a header is tried against.
#[derive(Debug)]
pub struct Mappings {
    /// Those asked for.
    pub asked: Vec<AskedMapping>,
    /// Those that come with the program.
    pub builtin: Vec<Mapping>,
}

impl Mappings {
    /// Those of JSON, bound: asked for, and built in.
    #[must_use]
    pub fn of_json(&self) -> (Vec<Arc<BoundJson>>, Vec<Arc<BoundJson>>) {
        let asked = self.asked.iter().filter(|asked| asked.mapping.format == Format::Json);
        let builtin = self.builtin.iter().filter(|mapping| mapping.format == Format::Json);
        (
            asked
                .map(|asked| Arc::new(BoundJson::new(&asked.mapping, Arc::clone(&asked.used))))
                .collect(),
            builtin
                .map(|mapping| Arc::new(BoundJson::new(mapping, Arc::default())))
                .collect(),
        )
    }
}

/// Tells what sources are, one after the other.
#[derive(Debug)]
pub struct Detector<'m> {
    kind: Kind,
    mappings: &'m Mappings,
    observed_at: bool,
    owners: Owners,
}

impl<'m> Detector<'m> {
    /// A detector of records of a kind; `observed_at` says whether it is known when records were observed that do not say so.
    #[must_use]
    pub fn new(kind: Kind, mappings: &'m Mappings, observed_at: bool) -> Self {
        Self {
            kind,
            mappings,
            observed_at,
            owners: Owners::default(),
        }
    }

    /// Takes note of whose the exports in a folder are, from the `account.js` in it, and of long texts, from its `note-tweet.js`: some of
    /// its files come before them.
    pub fn meet(&mut self, name: &str, file: &[u8]) {
        let content = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        match export::assigned(content) {
            Some(("note_tweet", before)) => self.owners.note(&content[before..], name),
            Some((list, before)) => {
                self.owners.of(list, &content[before..], name);
            }
            None => {}
        }
    }

    /// Tells what the source `name` is, which messages call `shown`.
    ///
    /// # Errors
    /// When it is nothing that is known.
    pub fn detect<R: Read>(&mut self, feed: &mut Feed<R>, name: &str, shown: &str) -> Result<Plan> {
        let kind = self.kind;
        if feed.look_ahead(3).starts_with(b"\xef\xbb\xbf") {
            feed.pass(3);
        }
        let start = feed.look_ahead(LOOK_BYTES);
        let whole = start.len() < LOOK_BYTES;
        // A hole of zeros, as a crash leaves, says as little as white space.
        let said = |byte: &&u8| !byte.is_ascii_whitespace() && **byte != 0;
        let Some(first) = start.iter().find(said) else {
            // A file may begin with more white space than is looked at; then it is cut into lines, which tell.
            return Ok(if whole { Plan::Empty } else { Plan::JsonLines });
        };
        let of_export = matches!(kind, Kind::Any | Kind::TwitterExport | Kind::TwitterV1);
        if let Some((list, before)) = export::assigned(start).filter(|_| of_export) {
            // Older exports hold whole posts, authors and all.
            let grailbird = start.starts_with(b"Grailbird");
            let plan = if grailbird {
                Plan::JsonValues
            } else {
                Plan::Export {
                    owner: self.owners.of(list, &start[before..], name),
                }
            };
            feed.pass(before);
            return Ok(plan);
        }
        if *first == b'{' && (kind == Kind::Telegram || kind == Kind::Any && is_telegram(start)) {
            return Ok(Plan::Chats);
        }
        // Whoever gives a mapping of lists or of JSON says what such a list is.
        let told =
            |asked: &AskedMapping| asked.mapping.names != Names::FirstRow || asked.mapping.format == Format::Json;
        if matches!(kind, Kind::Any | Kind::PostIds | Kind::TwitterV1)
            && !self.mappings.asked.iter().any(told)
            && let Some(ids) = post_ids::bare_ids(start, whole)
        {
            return Ok(Plan::Ids(ids));
        }
        if kind == Kind::PostIds && !matches!(first, b'{' | b'[') {
            // A header, or a line that is damaged.
            let of_posts = true;
            return Ok(Plan::Ids(BareIds { lines: true, of_posts }));
        }
        if matches!(kind, Kind::Any | Kind::Mastodon) && mastodon::are_events(start) {
            return Ok(Plan::Events);
        }
        if matches!(first, b'{' | b'[') {
            let mut asked = self.mappings.asked.iter();
            if kind == Kind::Mapped && !asked.any(|asked| asked.mapping.format == Format::Json) {
                return Err(Failure::new(format!("cannot read {shown} as CSV: it is JSON"))
                    .remedy("leave out --format csv, or give a --mapping with format = \"json\"")
                    .into());
            }
            return Ok(if is_lines(start, whole) {
                Plan::JsonLines
            } else {
                Plan::JsonValues
            });
        }
        if is_json(kind) && is_measured(start) {
            return Ok(Plan::MeasuredLines);
        }
        let look = Look {
            start,
            whole,
            shown,
            observed_at: self.observed_at,
        };
        match csv(look, kind, self.mappings) {
            // A piece of a longer file begins anywhere.
            Err(_) if is_json(kind) && holds_objects(start) => Ok(Plan::JsonLines),
            plan => plan,
        }
    }
}

/// Whether records of a kind may be JSON.
const fn is_json(kind: Kind) -> bool {
    !matches!(kind, Kind::Mapped)
}

/// Whether the first line is the length of the second, which is an object: so streams told their readers how much to wait for.
fn is_measured(start: &[u8]) -> bool {
    let mut lines = start.split_inclusive(|byte| *byte == b'\n');
    let first = lines.find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    let length: Option<usize> = std::str::from_utf8(first)
        .ok()
        .and_then(|line| line.trim().parse().ok());
    // The length may count the line's end.
    length.zip(lines.next()).is_some_and(|(length, line)| {
        let told = (line.trim_ascii_end().len()..=line.len()).contains(&length);
        line.starts_with(b"{") && (told || !line.ends_with(b"\n"))
    })
}

/// Whether a line is a whole object.
fn holds_objects(start: &[u8]) -> bool {
    start
        .split(|byte| *byte == b'\n')
        .filter(|line| line.starts_with(b"{"))
        .any(|line| serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok())
}

/// Why a source cannot be read, with what to do.
pub fn unreadable(shown: &str, error: ReadError) -> Failure {
    Failure::new(format!("cannot read {shown}"))
        .remedy("fetch the file again, or leave it out")
        .because(error)
}

/// Whose the exports are, and the long texts in them, by folder.
#[derive(Debug, Default)]
struct Owners {
    owners: BTreeMap<String, Owner>,
    notes: BTreeMap<String, Arc<Vec<Note>>>,
}

impl Owners {
    fn of(&mut self, list: &str, value: &[u8], name: &str) -> Arc<Owner> {
        let folder = folder(name);
        if list == "account"
            && let Some(owner) = std::str::from_utf8(value).ok().and_then(export::owner)
        {
            self.owners.insert(folder.to_owned(), owner);
        }
        let owner = self.owners.get(folder).cloned();
        Arc::new(Owner {
            notes: self.notes.get(folder).cloned().unwrap_or_default(),
            ..owner.unwrap_or_else(|| export::unnamed(name))
        })
    }

    fn note(&mut self, value: &[u8], name: &str) {
        let notes = std::str::from_utf8(value).map(export::notes).unwrap_or_default();
        self.notes.insert(folder(name).to_owned(), Arc::new(notes));
    }
}

/// The folder of a file.
fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether an object is a Telegram export, of a chat or of everything.
fn is_telegram(start: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(start, word).is_some();
    let of_chat = has(b"\"messages\"") && CHAT_TYPES.iter().any(|kind| has(kind.as_bytes()));
    let inside = start.trim_ascii_start().strip_prefix(b"{").unwrap_or_default();
    let of_everything = inside.trim_ascii_start().starts_with(b"\"about\"");
    of_chat || of_everything && has(b"Telegram")
}

/// What an export calls its chats.
const CHAT_TYPES: [&str; 8] = [
    "\"personal_chat\"",
    "\"bot_chat\"",
    "\"saved_messages\"",
    "\"private_group\"",
    "\"private_supergroup\"",
    "\"public_supergroup\"",
    "\"private_channel\"",
    "\"public_channel\"",
];

/// Whether JSON stands one record to a line. An array is cut into its elements, wherever its line feeds are.
fn is_lines(start: &[u8], whole: bool) -> bool {
    let mut lines = start.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let Some(first) = lines.by_ref().find(|line| !line.is_empty()) else {
        return true;
    };
    if first.starts_with(b"[") {
        // The rest of a line that began in another piece of the file may look like a list.
        let parsed = serde_json::from_slice::<serde::de::IgnoredAny>(first);
        return parsed.is_err_and(|error| !error.is_eof()) && holds_objects(start);
    }
    if !start.contains(&b'\n') && !whole {
        // A line longer than what is looked at.
        return true;
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(first) {
        Ok(_) => true,
        // An object over many lines, unless the lines after it are objects of their own and the first is merely cut off.
        Err(error) if error.is_eof() => holds_objects(start),
        Err(_) => true,
    }
}
