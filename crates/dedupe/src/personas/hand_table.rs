//! The hand-checked table of people who came back, as it was typed: its rows, and whether they contradict one another.

use std::collections::BTreeMap;
use std::path::Path;

use stage::{Failure, Remedy};
use tables::Input;

const COLUMNS: [&str; 6] = ["account_id", "handle", "person_id", "return_number", "platform", "note"];

const HEADER_REMEDY: &str = "begin the file with a header like account_id,person_id,return_number; handle may stand beside account_id or instead \
     of it, platform and note may be added";

/// How the table names an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Claim {
    /// The platform's id.
    pub(super) account_id: Option<String>,
    /// Lower case, without `@`.
    pub(super) handle: Option<String>,
    /// Lower case; needed only where an id or handle stands on two platforms.
    pub(super) platform: Option<String>,
}

impl std::fmt::Display for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.account_id, &self.handle) {
            (Some(account_id), _) => write!(f, "account '{account_id}'"),
            (None, Some(handle)) => write!(f, "handle '{handle}'"),
            (None, None) => f.write_str("an account"),
        }
    }
}

/// A row of the table.
#[derive(Debug, Clone)]
pub(crate) struct HandRow {
    pub(super) line: u64,
    pub(super) person_id: String,
    pub(super) return_number: u32,
    pub(super) claim: Claim,
    pub(super) note: Option<String>,
}

/// The table, known not to contradict itself: each person's return numbers are 0, 1, 2, … and no account stands in it twice.
#[derive(Debug)]
pub(crate) struct HandTable {
    shown: String,
    input: Input,
    rows: Vec<HandRow>,
}

/// A path's last part: what the file is called in ledger and provenance, which hold no folder of this machine.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| "personas".to_owned(), |name| name.to_string_lossy().into_owned())
}

impl HandTable {
    /// Reads and checks the file.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path).or_failure(
            || format!("cannot read '{shown}'"),
            "give the hand-checked table as a CSV file that may be read",
        )?;
        let input = Input {
            name: file_name(path),
            bytes: bytes.len() as u64,
            blake3: blake3::hash(&bytes).to_hex().to_string(),
        };
        let rows = parse(&shown, &bytes)?;
        let mut table = Self { shown, input, rows };
        // By person and number, so that a person's chain stands together.
        table
            .rows
            .sort_by(|a, b| (&a.person_id, a.return_number, a.line).cmp(&(&b.person_id, b.return_number, b.line)));
        table.check_claims()?;
        table.check_numbers()?;
        Ok(table)
    }

    /// The file as an input.
    pub(crate) fn input(&self) -> &Input {
        &self.input
    }

    /// The file's name.
    pub(crate) fn name(&self) -> &str {
        &self.input.name
    }

    /// How many accounts it names.
    pub(crate) fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Its rows, by person and return number.
    pub(super) fn rows(&self) -> &[HandRow] {
        &self.rows
    }

    /// The error that the table cannot be used for a reason.
    pub(super) fn refuse(&self, why: String, remedy: &str) -> anyhow::Error {
        refuse(&self.shown, why, remedy)
    }

    /// The error that two rows name one account.
    pub(super) fn refuse_twice(&self, account: &str, first: &HandRow, second: &HandRow) -> anyhow::Error {
        let (first, second) = if first.line <= second.line {
            (first, second)
        } else {
            (second, first)
        };
        if first.person_id == second.person_id {
            return self.refuse(
                format!(
                    "{account} stands twice in the chain of person '{}' (lines {} and {})",
                    first.person_id, first.line, second.line
                ),
                "nobody returns as the account that was suspended; keep one of the two lines and number the rest anew",
            );
        }
        self.refuse(
            format!(
                "{account} is claimed by two persons, '{}' (line {}) and '{}' (line {})",
                first.person_id, first.line, second.person_id, second.line
            ),
            "keep the line of the person it belongs to; if both are one person, give all their accounts one person_id",
        )
    }

    fn check_claims(&self) -> anyhow::Result<()> {
        let mut seen: BTreeMap<(&'static str, &str, Option<&str>), &HandRow> = BTreeMap::new();
        for row in &self.rows {
            let Claim {
                account_id,
                handle,
                platform,
            } = &row.claim;
            let name = match (account_id, handle) {
                (Some(account_id), _) => ("id", account_id.as_str(), platform.as_deref()),
                (None, Some(handle)) => ("handle", handle.as_str(), platform.as_deref()),
                (None, None) => continue,
            };
            if let Some(first) = seen.insert(name, row) {
                return Err(self.refuse_twice(&row.claim.to_string(), first, row));
            }
        }
        Ok(())
    }

    fn check_numbers(&self) -> anyhow::Result<()> {
        for chain in self.rows.chunk_by(|a, b| a.person_id == b.person_id) {
            for (expected, row) in (0..).zip(chain) {
                let (person, found, line) = (&row.person_id, row.return_number, row.line);
                if found < expected {
                    // Sorted, so that a number below its place repeats the one before.
                    let before = chain.get(expected as usize - 1).map_or(line, |row| row.line);
                    return Err(self.refuse(
                        format!(
                            "person '{person}' has two accounts with return_number {found} (lines {before} and {line})"
                        ),
                        "number a person's accounts 0, 1, 2, … in the order in which they were used",
                    ));
                }
                if found > expected {
                    return Err(self.refuse(
                        format!("person '{person}' has return_number {found} (line {line}) but no {expected}"),
                        "number a person's accounts 0, 1, 2, … without gaps; an account nobody knows is left out and not counted",
                    ));
                }
            }
        }
        Ok(())
    }
}

fn refuse(shown: &str, why: String, remedy: &str) -> anyhow::Error {
    Failure::new(format!("cannot use '{shown}'"))
        .because(anyhow::anyhow!(why))
        .remedy(remedy)
        .into()
}

/// Where the columns stand.
struct Header {
    columns: [Option<usize>; COLUMNS.len()],
}

impl Header {
    fn of(shown: &str, record: &csv::StringRecord) -> anyhow::Result<Self> {
        let mut columns = [None; COLUMNS.len()];
        for (index, name) in record.iter().enumerate() {
            let name = name.to_lowercase();
            let Some(known) = COLUMNS.iter().position(|column| *column == name) else {
                let why = format!(
                    "its header (line 1) names a column '{name}', which is none of {}",
                    COLUMNS.join(", ")
                );
                return Err(refuse(shown, why, HEADER_REMEDY));
            };
            if columns[known].replace(index).is_some() {
                return Err(refuse(
                    shown,
                    format!("its header (line 1) names '{name}' twice"),
                    HEADER_REMEDY,
                ));
            }
        }
        let [account_id, handle, person_id, return_number, ..] = columns;
        let missing = [
            (account_id.or(handle), "'account_id' or 'handle'"),
            (person_id, "'person_id'"),
            (return_number, "'return_number'"),
        ]
        .into_iter()
        .find(|(column, _)| column.is_none());
        match missing {
            Some((_, name)) => Err(refuse(
                shown,
                format!("its header (line 1) has no {name}"),
                HEADER_REMEDY,
            )),
            None => Ok(Self { columns }),
        }
    }

    /// The row's fields in the order of [`COLUMNS`]; an empty one is absent.
    fn fields<'r>(&self, record: &'r csv::StringRecord) -> [Option<&'r str>; COLUMNS.len()] {
        self.columns.map(|column| {
            column
                .and_then(|index| record.get(index))
                .filter(|field| !field.is_empty())
        })
    }
}

fn parse(shown: &str, bytes: &[u8]) -> anyhow::Result<Vec<HandRow>> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        refuse(
            shown,
            format!("it is not UTF-8 (line {line}, byte {})", error.valid_up_to()),
            "save it as CSV in UTF-8",
        )
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let malformed = |error: csv::Error| {
        let why = match error.kind() {
            csv::ErrorKind::UnequalLengths { pos, expected_len, len } => format!(
                "line {} has {len} fields, the header has {expected_len}",
                pos.as_ref().map_or(0, csv::Position::line)
            ),
            _ => error.to_string(),
        };
        refuse(
            shown,
            why,
            "give every line as many fields as the header has; quote a field that holds a comma",
        )
    };
    let header = reader.headers().map_err(malformed)?;
    if header.iter().all(str::is_empty) {
        return Err(refuse(shown, "it is empty".to_owned(), HEADER_REMEDY));
    }
    let header = Header::of(shown, header)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(malformed)?;
        let line = record.position().map_or(0, csv::Position::line);
        let [account_id, handle, person_id, return_number, platform, note] = header.fields(&record);
        let absent = |name: &str| {
            refuse(
                shown,
                format!("line {line} has no {name}"),
                "fill it in, or leave the line out",
            )
        };
        let person_id = person_id.ok_or_else(|| absent("person_id"))?;
        let return_number = return_number.ok_or_else(|| absent("return_number"))?;
        let return_number = return_number.parse().map_err(|_| {
            refuse(
                shown,
                format!("return_number '{return_number}' is not a whole number from 0 (line {line})"),
                "0 is a person's first account, 1 the first return, 2 the second, …",
            )
        })?;
        let claim = claim(account_id, handle, platform).ok_or_else(|| absent("account_id and no handle"))?;
        rows.push(HandRow {
            line,
            person_id: person_id.to_owned(),
            return_number,
            claim,
            note: note.map(str::to_owned),
        });
    }
    Ok(rows)
}

/// The account that a row names; an id that is `@handle` names a handle. `None` when it names none.
fn claim(account_id: Option<&str>, handle: Option<&str>, platform: Option<&str>) -> Option<Claim> {
    let (placeholder, account_id) = match account_id {
        Some(id) if id.starts_with('@') => (Some(id), None),
        id => (None, id),
    };
    let handle = handle
        .or(placeholder)
        .map(|handle| handle.trim_start_matches('@').to_lowercase())
        .filter(|handle| !handle.is_empty());
    (account_id.is_some() || handle.is_some()).then(|| Claim {
        account_id: account_id.map(str::to_owned),
        handle,
        platform: platform.map(str::to_lowercase),
    })
}
