//! What a source is, told by its first bytes and not by its name.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use stage::Failure;

use crate::frame::{self, Block, Cut, Feed, Header, ReadError, Take, csv_header};
use crate::mapping::{Bound, BoundJson, Encoding, Format, Mapping, MissingColumn, Names};
use crate::mastodon;
use crate::native;
use crate::settings::Kind;
use crate::twitter::export::{self, Note, Owner};
use crate::twitter::post_ids::{self, BareIds};

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

/// What is looked at to tell what a CSV is.
#[derive(Clone, Copy)]
struct Look<'l> {
    start: &'l [u8],
    /// Whether that is all there is.
    whole: bool,
    /// What messages call the source.
    shown: &'l str,
    /// Whether it is said when records were observed that do not say so themselves.
    observed_at: bool,
}

impl Look<'_> {
    fn header(&self, delimiter: u8, encoding: Encoding) -> Option<Header> {
        csv_header(self.start, delimiter, self.whole, encoding)
    }

    /// Binds a mapping to the header that the file has or, if the mapping says that there is none, to the one it gives.
    fn bind(&self, mapping: &Mapping) -> Option<Result<Plan, MissingColumn>> {
        let mut header = self.header(mapping.delimiter, mapping.encoding)?;
        header.quote = mapping.quote;
        let header = match &mapping.names {
            Names::FirstRow => header,
            Names::Given(names) => self.headless(mapping, &header, names.clone())?,
            Names::Numbers => {
                let numbers = (1..=header.columns.len()).map(|number| number.to_string());
                self.headless(mapping, &header, numbers.collect())?
            }
        };
        let bound = mapping.bind(&header.columns);
        if mapping.exact && bound.as_ref().is_ok_and(|bound| !bound.unread.is_empty()) {
            return None;
        }
        Some(bound.map(|bound| Plan::Mapped {
            bound: Arc::new(bound),
            header: Arc::new(header),
        }))
    }

    /// The header of a file without one, if its first rows are such rows: as many fields, and no sentence where a name should stand.
    fn headless(&self, mapping: &Mapping, first: &Header, columns: Vec<String>) -> Option<Header> {
        let header = Header {
            columns,
            delimiter: first.delimiter,
            quote: first.quote,
            in_file: false,
        };
        let is_name = |field: &[u8]| !field.trim_ascii().contains(&b' ');
        let fits = is_text(self.start, self.whole)
            && first.columns.len() == header.columns.len()
            && rows_are(self.start, &header, |fields| {
                fields.len() == header.columns.len()
                    && mapping
                        .names_in(&header.columns)
                        .all(|at| fields.get(at).is_some_and(|field| is_name(field)))
            });
        fits.then_some(header)
    }
}

fn csv(look: Look<'_>, kind: Kind, mappings: &Mappings) -> Result<Plan> {
    let mut missing: Option<MissingColumn> = None;
    let is_mapped = matches!(kind, Kind::Any | Kind::Mapped);
    let asked = mappings
        .asked
        .iter()
        .filter(|asked| is_mapped && asked.mapping.format == Format::Csv);
    // A mapping of files without a header fits many a file that has one: it is asked last.
    let (headed, headless): (Vec<_>, Vec<_>) = asked.partition(|asked| asked.mapping.names == Names::FirstRow);
    for asked in headed {
        match look.bind(&asked.mapping) {
            Some(Ok(plan)) => {
                asked.used.store(true, Ordering::Relaxed);
                return Ok(plan);
            }
            Some(Err(error)) => missing = missing.or(Some(error)),
            None => {}
        }
    }
    if matches!(kind, Kind::Roster | Kind::Availability | Kind::Follows) {
        return native(look, kind);
    }
    if kind == Kind::Any {
        for header in DELIMITERS
            .into_iter()
            .filter_map(|delimiter| look.header(delimiter, Encoding::Utf8))
        {
            if let Some(kind) = native::recognise(&header.columns, look.observed_at) {
                let header = Arc::new(header);
                return Ok(Plan::Native { kind, header });
            }
        }
    }
    if is_mapped && let Some(plan) = builtin(look, &mappings.builtin) {
        return Ok(plan);
    }
    for asked in headless {
        if let Some(Ok(plan)) = look.bind(&asked.mapping) {
            asked.used.store(true, Ordering::Relaxed);
            return Ok(plan);
        }
    }
    if let Some(missing) = missing.filter(|missing| is_csv(look.start, look.whole, missing.delimiter).is_some()) {
        let remedy = match &missing.meant {
            Some(meant) => format!("did you mean '{meant}'? Correct the mapping, or mark the field optional = true"),
            None => "correct the mapping, mark the field optional = true, or leave the file out".to_owned(),
        };
        let failure = Failure::new(format!("cannot read {}", look.shown))
            .remedy(remedy)
            .because(missing);
        // A note beside the CSV files of a folder is not one of them.
        let headers = DELIMITERS
            .into_iter()
            .filter_map(|delimiter| look.header(delimiter, Encoding::Utf8));
        let rows = headers.into_iter().any(|header| has_rows(look.start, &header));
        return Err(if rows { failure.into() } else { NotKnown(failure).into() });
    }
    Err(unknown(look))
}

/// The built-in mapping that leaves the fewest columns of a file unread.
fn builtin(look: Look<'_>, builtin: &[Mapping]) -> Option<Plan> {
    let recognised = builtin
        .iter()
        .filter(|mapping| mapping.format == Format::Csv && mapping.names == Names::FirstRow);
    let mut best: Option<(usize, Plan)> = None;
    for mapping in recognised {
        let Some(Ok(plan)) = look.bind(mapping) else { continue };
        let unread = match &plan {
            Plan::Mapped { bound, .. } => bound.unread.len(),
            _ => 0,
        };
        let better = best.as_ref().is_none_or(|(fewest, _)| unread < *fewest);
        if better {
            best = Some((unread, plan));
        }
    }
    best.map(|(_, plan)| plan)
}

fn native(look: Look<'_>, kind: Kind) -> Result<Plan> {
    let headers: Vec<Header> = DELIMITERS
        .into_iter()
        .filter_map(|delimiter| look.header(delimiter, Encoding::Utf8))
        .collect();
    let missing = |header: &Header| native::missing(&header.columns, kind, look.observed_at);
    if let Some(header) = headers.iter().find(|header| missing(header).is_none()) {
        return Ok(Plan::Native {
            kind,
            header: Arc::new(header.clone()),
        });
    }
    let Some(header) = headers.into_iter().max_by_key(|header| header.columns.len()) else {
        return Err(unknown(look));
    };
    let column = missing(&header).unwrap_or_default().join("' or '");
    Err(Failure::new(format!(
        "cannot read {}: column '{column}' is missing (line 1; the file has: {})",
        look.shown,
        header.columns.join(", ")
    ))
    .remedy("rename the column, or describe the file in a mapping (--mapping)")
    .into())
}

/// The header of what is CSV by the look of its rows, described or not.
pub(crate) fn is_csv(start: &[u8], whole: bool, delimiter: u8) -> Option<Header> {
    // Old exports are of Latin-1, where any byte is a character.
    csv_header(start, delimiter, whole, Encoding::Latin1)
        .filter(|header| is_text(start, whole) && header.columns.len() > 1 && has_rows(start, header))
}

/// Whether bytes are a text: they are UTF-8 with hardly a control character, or another encoding without any.
pub(crate) fn is_text(start: &[u8], whole: bool) -> bool {
    let is_utf8 = std::str::from_utf8(start).is_ok()
        || (!whole && std::str::from_utf8(start).is_err_and(|error| error.error_len().is_none()));
    let is_control = |byte: &&u8| matches!(byte, 0..=8 | 0x0e..=0x1a | 0x1c..=0x1f);
    // Databases leave some NULs in their exports.
    let allowed = if is_utf8 { start.len() / 100 } else { 0 };
    start.iter().filter(is_control).count() <= allowed
}

fn unknown(look: Look<'_>) -> anyhow::Error {
    let Look {
        start, whole, shown, ..
    } = look;
    let failure = Failure::new(format!("cannot read {shown}: its format is not known"));
    match DELIMITERS.into_iter().find_map(|delimiter| is_csv(start, whole, delimiter)) {
        Some(header) => {
            let mut columns = header.columns;
            let more = if columns.len() > 12 { ", …" } else { "" };
            columns.truncate(12);
            Failure::new(format!(
                "cannot read {shown}: no mapping for a CSV with these columns: {}{more}",
                columns.join(", ")
            ))
            .remedy(
                "say what they mean with --mapping FILE.toml (see datasets/mappings/README.md; ingest --describe FILE makes a start), or \
                 leave the file out",
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
    rows_are(start, header, |fields| fields.len() == header.columns.len())
}

/// Whether the first rows are such as are wanted.
fn rows_are(start: &[u8], header: &Header, wanted: impl Fn(&[&[u8]]) -> bool) -> bool {
    let mut alike = true;
    let mut looked_at = 0;
    let mut look = |block: Block| {
        if let Block::Csv(block) = &block {
            // The last row may be cut off where the look ends.
            let rows = block.rows.len().saturating_sub(usize::from(start.len() == LOOK_BYTES));
            for row in block.rows.iter().take(rows.min(ROWS_LOOKED_AT)) {
                looked_at += 1;
                alike &= wanted(&block.fields(row).collect::<Vec<_>>());
            }
        }
        looked_at < ROWS_LOOKED_AT
    };
    let read = frame::csv_rows(&mut Feed::new(start), header, LOOK_BYTES, &mut look);
    read.is_ok() && alike
}
