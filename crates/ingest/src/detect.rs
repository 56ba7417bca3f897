//! What a source is, told by its first bytes and not by its name.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use anyhow::Result;
use stage::Failure;

use crate::frame::{self, Block, Cut, Feed, Header, ReadError, Take, csv_header};
use crate::mapping::{Bound, Mapping, MissingColumn};
use crate::native;
use crate::settings::Kind;
use crate::twitter::export::{self, Owner};

/// Bytes that are looked at.
const LOOK_BYTES: usize = 1 << 16;
/// Rows that are looked at to tell whether they are rows.
const ROWS_LOOKED_AT: usize = 5;
/// What may stand between the fields of a CSV that no mapping describes.
const DELIMITERS: [u8; 3] = [b',', b'\t', b';'];

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
            Self::JsonLines | Self::MeasuredLines => frame::lines(feed, max_line, take),
            Self::JsonValues | Self::Export { .. } => frame::values(feed, max_line, take),
            Self::Chats => frame::chats(feed, max_line, take),
            Self::Native { header, .. } | Self::Mapped { header, .. } => {
                frame::csv_rows(feed, header.delimiter, max_line, take)
            }
        }
    }
}

/// A source that holds nothing that is known, and not even rows under a header.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct NotKnown(pub Failure);

/// The mappings that a header is tried against.
#[derive(Debug)]
pub struct Mappings {
    /// Those asked for.
    pub asked: Vec<Mapping>,
    /// Those that come with the program.
    pub builtin: Vec<Mapping>,
}

/// Tells what sources are, one after the other.
#[derive(Debug)]
pub struct Detector<'m> {
    kind: Kind,
    mappings: &'m Mappings,
    owners: Owners,
}

impl<'m> Detector<'m> {
    /// A detector of records of a kind.
    #[must_use]
    pub fn new(kind: Kind, mappings: &'m Mappings) -> Self {
        Self {
            kind,
            mappings,
            owners: Owners::default(),
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
        if matches!(first, b'{' | b'[') {
            if kind == Kind::Mapped {
                return Err(Failure::new(format!("cannot read {shown} as CSV: it is JSON"))
                    .remedy("leave out --format csv")
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
        match csv(start, whole, kind, self.mappings, shown) {
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

/// Whose the exports are, by folder: an `account.js` comes before the other files, since files are read in the order of their names.
#[derive(Debug, Default)]
struct Owners(BTreeMap<String, Arc<Owner>>);

impl Owners {
    fn of(&mut self, list: &str, value: &[u8], name: &str) -> Arc<Owner> {
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        if list == "account"
            && let Some(owner) = std::str::from_utf8(value).ok().and_then(export::owner)
        {
            self.0.insert(folder.to_owned(), Arc::new(owner));
        }
        self.0
            .get(folder)
            .map_or_else(|| Arc::new(export::unnamed(name)), Arc::clone)
    }
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

fn csv(start: &[u8], whole: bool, kind: Kind, mappings: &Mappings, shown: &str) -> Result<Plan> {
    let header_of = |delimiter: u8| csv_header(start, delimiter, whole).map(Arc::new);
    let mut missing: Option<MissingColumn> = None;
    if matches!(kind, Kind::Any | Kind::Mapped) {
        for mapping in &mappings.asked {
            let Some(header) = header_of(mapping.delimiter) else {
                continue;
            };
            match mapping.bind(&header.columns) {
                Ok(bound) => {
                    let bound = Arc::new(bound);
                    return Ok(Plan::Mapped { bound, header });
                }
                Err(error) => missing = missing.or(Some(error)),
            }
        }
    }
    if matches!(kind, Kind::Roster | Kind::Availability | Kind::Follows) {
        return native(start, whole, kind, shown);
    }
    if kind == Kind::Any {
        for header in DELIMITERS.into_iter().filter_map(header_of) {
            if let Some(kind) = native::recognise(&header.columns) {
                return Ok(Plan::Native { kind, header });
            }
        }
    }
    if missing.is_none() && matches!(kind, Kind::Any | Kind::Mapped) {
        for mapping in &mappings.builtin {
            let Some(header) = header_of(mapping.delimiter) else {
                continue;
            };
            if let Ok(bound) = mapping.bind(&header.columns) {
                let bound = Arc::new(bound);
                return Ok(Plan::Mapped { bound, header });
            }
        }
    }
    if let Some(missing) = missing {
        let remedy = match &missing.meant {
            Some(meant) => format!("did you mean '{meant}'? Correct the mapping, or mark the field optional = true"),
            None => "correct the mapping, mark the field optional = true, or leave the file out".to_owned(),
        };
        let failure = Failure::new(format!("cannot read {shown}"))
            .remedy(remedy)
            .because(missing);
        // A note beside the CSV files of a folder is not one of them.
        let rows = DELIMITERS
            .into_iter()
            .filter_map(header_of)
            .any(|header| has_rows(start, &header));
        return Err(if rows { failure.into() } else { NotKnown(failure).into() });
    }
    Err(unknown(start, whole, shown))
}

fn native(start: &[u8], whole: bool, kind: Kind, shown: &str) -> Result<Plan> {
    let headers: Vec<Header> = DELIMITERS
        .into_iter()
        .filter_map(|delimiter| csv_header(start, delimiter, whole))
        .collect();
    if let Some(header) = headers
        .iter()
        .find(|header| native::missing(&header.columns, kind).is_none())
    {
        return Ok(Plan::Native {
            kind,
            header: Arc::new(header.clone()),
        });
    }
    let Some(header) = headers.into_iter().max_by_key(|header| header.columns.len()) else {
        return Err(unknown(start, whole, shown));
    };
    let column = native::missing(&header.columns, kind)
        .unwrap_or_default()
        .join("' or '");
    Err(Failure::new(format!(
        "cannot read {shown}: column '{column}' is missing (line 1; the file has: {})",
        header.columns.join(", ")
    ))
    .remedy("rename the column, or describe the file in a mapping (--mapping)")
    .into())
}

fn unknown(start: &[u8], whole: bool, shown: &str) -> anyhow::Error {
    let failure = Failure::new(format!("cannot read {shown}: its format is not known"));
    let text = std::str::from_utf8(start).is_ok_and(|text| !text.contains('\0'))
        || (!whole && std::str::from_utf8(start).is_err_and(|error| error.error_len().is_none()));
    let header = csv_header(start, b',', whole).filter(|header| text && has_rows(start, header));
    match header {
        Some(header) => {
            let mut columns = header.columns;
            let more = if columns.len() > 12 { ", …" } else { "" };
            columns.truncate(12);
            Failure::new(format!(
                "cannot read {shown}: no mapping for a CSV with these columns: {}{more}",
                columns.join(", ")
            ))
            .remedy(
                "say what they mean with --mapping FILE.toml (see datasets/mappings/README.md), or leave the file out",
            )
            .into()
        }
        None => NotKnown(failure.remedy(
            "give JSON, JSON lines or CSV (with --mapping FILE.toml), plain or packed (docs/formats.md); or leave the file out",
        ))
        .into(),
    }
}

/// Whether the rows below a header have its columns. A note in prose has commas, too.
fn has_rows(start: &[u8], header: &Header) -> bool {
    let mut alike = true;
    let mut looked_at = 0;
    let mut look = |block: Block| {
        if let Block::Csv(block) = &block {
            for row in block.rows.iter().take(ROWS_LOOKED_AT) {
                looked_at += 1;
                alike &= block.fields(row).count() == header.columns.len();
            }
        }
        looked_at < ROWS_LOOKED_AT
    };
    let read = frame::csv_rows(&mut Feed::new(start), header.delimiter, LOOK_BYTES, &mut look);
    header.columns.len() > 1 && read.is_ok() && alike
}
