//! What a CSV is: by the mapping that was asked for, by this program's own column names, or by a mapping that comes with the program.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::Result;
use stage::Failure;

use super::{LOOK_BYTES, Mappings, NotKnown, Plan};
use crate::frame::{self, Block, Feed, Header, csv_header};
use crate::mapping::{Encoding, Format, Mapping, MissingColumn, Names};
use crate::native;
use crate::settings::Kind;

/// Rows that are looked at to tell whether they are rows.
const ROWS_LOOKED_AT: usize = 5;
/// What may stand between the fields of a CSV that no mapping describes.
const DELIMITERS: [u8; 3] = [b',', b'\t', b';'];

/// What is looked at to tell what a CSV is.
#[derive(Clone, Copy)]
pub(super) struct Look<'l> {
    pub(super) start: &'l [u8],
    /// Whether that is all there is.
    pub(super) whole: bool,
    /// What messages call the source.
    pub(super) shown: &'l str,
    /// Whether it is said when records were observed that do not say so themselves.
    pub(super) observed_at: bool,
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

pub(super) fn csv(look: Look<'_>, kind: Kind, mappings: &Mappings) -> Result<Plan> {
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
