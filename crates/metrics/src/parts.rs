//! Parts of the groups: a researcher's own table of account attributes, by whose columns every measure can be split.
//!
//! A part is measured as its group is, over its accounts only. What lies outside an account stays whole: a tie goes inside the set
//! whatever part the account at its other end belongs to, and a return is held against the accounts before it whatever theirs. Accounts
//! without a value of a column are in no part of it; how many there are is counted and told.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use stage::{Failure, Remedy};
use tables::{Input, SetName};

use crate::content_tally::Contents;
use crate::evidence::{Evidence, LocationRow, SizeRow};

/// Most values of a column that groups are split by: more are no groups.
const MOST_VALUES: usize = 100;
const KEYS: [&str; 3] = ["account_id", "handle", "platform"];
const HEADER_REMEDY: &str = "begin the file with a header that names account_id or handle (platform if wanted) and the columns to \
                             split by";

/// An account as the table names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The platform, lower case, where it is said.
    pub platform: Option<String>,
    /// The platform's id.
    pub account_id: Option<String>,
    /// Lower case, without `@`.
    pub handle: Option<String>,
}

/// The table, as it was typed.
#[derive(Debug)]
pub struct Attributes {
    shown: String,
    input: Input,
    by: Vec<String>,
    /// Line, account, and its values of the columns in `by`.
    rows: Vec<(u64, Named, Vec<Option<String>>)>,
}

/// The accounts that share a value of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The column.
    pub column: String,
    /// The value.
    pub value: String,
    /// The accounts, by their numbers.
    pub accounts: BTreeSet<u32>,
    /// What their posts hold.
    pub content: Contents,
}

impl Part {
    /// The name of the part of a group: `listed/role=recruiter`.
    #[must_use]
    pub fn of_group(&self, group: &str) -> String {
        format!("{group}/{}={}", self.column, self.value)
    }
}

/// Which accounts a table tells of a column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Those with a value, by their numbers.
    pub valued: BTreeSet<u32>,
    /// Those whose value is blank.
    pub blank: BTreeSet<u32>,
}

impl Told {
    /// How many of these accounts the table tells nothing of: with a blank value, and not named at all.
    #[must_use]
    pub fn not_of<'a>(&self, accounts: impl IntoIterator<Item = &'a u32>) -> (u64, u64) {
        let (mut blank, mut not_named) = (0, 0);
        for account in accounts {
            if self.blank.contains(account) {
                blank += 1;
            } else if !self.valued.contains(account) {
                not_named += 1;
            }
        }
        (blank, not_named)
    }
}

/// What a table comes to, given the data.
#[derive(Debug)]
pub struct Parted {
    /// The parts, by column and value. One whose accounts are all unknown is there, without any.
    pub parts: Vec<Part>,
    /// By column.
    pub told: BTreeMap<String, Told>,
    /// How many rows name an account that is not in the data.
    pub unknown: u64,
}

/// The part that an [`Evidence`] is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartOf {
    /// The column.
    pub column: String,
    /// The accounts, by their numbers.
    pub accounts: BTreeSet<u32>,
    /// The accounts of the whole set that drew or gave reactions in a window, those with most first.
    pub ranked: BTreeMap<(SetName, usize), Vec<u32>>,
}

/// The accounts of the data that fit a name; more than one when it is ambiguous.
pub type Find<'a> = &'a dyn Fn(&Named) -> BTreeSet<u32>;

impl Attributes {
    /// Reads the table, for the columns in `by`.
    ///
    /// # Errors
    /// When it cannot be read, has no such column, or a column has more values than groups can have.
    pub fn read(path: &Path, by: &[String]) -> anyhow::Result<Self> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path).or_failure(
            || format!("cannot read '{shown}'"),
            "give the table of attributes as a CSV file that may be read",
        )?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let input = Input {
            name: name.unwrap_or_else(|| "attributes".to_owned()),
            bytes: bytes.len() as u64,
            blake3: blake3::hash(&bytes).to_hex().to_string(),
        };
        let mut attributes = Self {
            shown,
            input,
            by: by.to_vec(),
            rows: Vec::new(),
        };
        attributes.parse(&bytes)?;
        attributes.check_values()?;
        Ok(attributes)
    }

    /// The file as an input.
    #[must_use]
    pub fn input(&self) -> &Input {
        &self.input
    }

    /// How many accounts it names.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Whether it names none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The parts that the accounts of the data make.
    ///
    /// # Errors
    /// When a name fits several accounts, or an account is named twice.
    pub fn parts(&self, find: Find<'_>) -> anyhow::Result<Parted> {
        let mut lines: BTreeMap<u32, u64> = BTreeMap::new();
        let mut parts: BTreeMap<(usize, &str), BTreeSet<u32>> = BTreeMap::new();
        let mut told: BTreeMap<String, Told> = self.by.iter().map(|column| (column.clone(), Told::default())).collect();
        let mut unknown = 0;
        // A value that only unknown accounts have is a part all the same.
        for (_, _, values) in &self.rows {
            for (column, value) in values.iter().enumerate() {
                if let Some(value) = value {
                    parts.entry((column, value)).or_default();
                }
            }
        }
        for (line, named, values) in &self.rows {
            let found = find(named);
            if found.len() > 1 {
                return Err(self.refuse(
                    format!("line {line} fits {} accounts of the data", found.len()),
                    "say which is meant in the column account_id, and in platform where the platforms differ",
                ));
            }
            let Some(account) = found.first().copied() else {
                unknown += 1;
                continue;
            };
            if let Some(first) = lines.insert(account, *line) {
                return Err(self.refuse(
                    format!("lines {first} and {line} name the same account"),
                    "keep one line for each account",
                ));
            }
            for ((column, value), name) in values.iter().enumerate().zip(&self.by) {
                let told = told.entry(name.clone()).or_default();
                match value {
                    Some(value) => {
                        parts.entry((column, value)).or_default().insert(account);
                        told.valued.insert(account);
                    }
                    None => {
                        told.blank.insert(account);
                    }
                }
            }
        }
        let parts = parts
            .into_iter()
            .map(|((column, value), accounts)| Part {
                column: self.by.get(column).cloned().unwrap_or_default(),
                value: value.to_owned(),
                accounts,
                content: Contents::new(),
            })
            .collect();
        Ok(Parted { parts, told, unknown })
    }

    fn refuse(&self, why: String, remedy: &str) -> anyhow::Error {
        Failure::new(format!("cannot use '{}'", self.shown))
            .because(anyhow::anyhow!(why))
            .remedy(remedy)
            .into()
    }

    fn parse(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| self.refuse(no_text(bytes, error), "save it as CSV in UTF-8"))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.trim().is_empty() {
            return Err(self.refuse("it is empty".to_owned(), HEADER_REMEDY));
        }
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let malformed = |error: csv::Error| {
            let why = match error.kind() {
                csv::ErrorKind::UnequalLengths { pos, expected_len, len } => format!(
                    "line {} has {len} field{}, the header has {expected_len}",
                    pos.as_ref().map_or(0, csv::Position::line),
                    if *len == 1 { "" } else { "s" }
                ),
                _ => error.to_string(),
            };
            self.refuse(why, "give every line as many fields as the header has")
        };
        let header = reader.headers().map_err(malformed)?.clone();
        let at = |name: &str| header.iter().position(|column| column.eq_ignore_ascii_case(name));
        let [account_id, handle, platform] = KEYS.map(at);
        if account_id.or(handle).is_none() {
            let divided = match header.get(0) {
                Some(whole) if header.len() == 1 && whole.contains([';', '\t']) => ", and no comma divides its fields",
                _ => "",
            };
            let why = format!("its header (line 1) has neither account_id nor handle{divided}");
            return Err(self.refuse(why, HEADER_REMEDY));
        }
        let mut columns = Vec::new();
        for (place, name) in self.by.iter().enumerate() {
            if self.by[..place].iter().any(|other| other.eq_ignore_ascii_case(name)) {
                return Err(self.refuse(format!("--by names '{name}' twice"), "name each column once"));
            }
            let so_called = header.iter().filter(|column| column.eq_ignore_ascii_case(name));
            if so_called.count() > 1 {
                return Err(self.refuse(
                    format!("its header (line 1) has the column '{name}' more than once"),
                    "give every column a name of its own",
                ));
            }
            if KEYS.iter().any(|key| key.eq_ignore_ascii_case(name)) {
                return Err(self.refuse(
                    format!("--by {name} would split accounts from themselves"),
                    HEADER_REMEDY,
                ));
            }
            let column = at(name).ok_or_else(|| {
                let named: Vec<&str> = header.iter().collect();
                self.refuse(
                    format!("it has no column '{name}', only {}", named.join(", ")),
                    HEADER_REMEDY,
                )
            })?;
            columns.push(column);
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(malformed)?;
            let line = record.position().map_or(0, csv::Position::line);
            let cell = |column: Option<usize>| column.and_then(|at| record.get(at)).filter(|cell| !cell.is_empty());
            let named = Named {
                platform: cell(platform).map(str::to_lowercase),
                account_id: cell(account_id).map(str::to_owned),
                handle: cell(handle).map(|handle| handle.trim_start_matches('@').to_lowercase()),
            };
            if named.account_id.is_none() && named.handle.is_none() {
                return Err(self.refuse(
                    format!("line {line} has no account_id and no handle"),
                    "fill one in, or leave the line out",
                ));
            }
            let values = columns.iter().map(|column| cell(Some(*column)).map(str::to_owned));
            rows.push((line, named, values.collect()));
        }
        self.rows = rows;
        Ok(())
    }

    fn check_values(&self) -> anyhow::Result<()> {
        if self.rows.is_empty() {
            return Err(self.refuse(
                "it names no account: nothing follows its header".to_owned(),
                "give every account that is to be split off a line",
            ));
        }
        for (column, name) in self.by.iter().enumerate() {
            let values: BTreeSet<&str> = self
                .rows
                .iter()
                .filter_map(|(_, _, values)| values.get(column)?.as_deref())
                .collect();
            if values.is_empty() {
                return Err(self.refuse(
                    format!("its column '{name}' is empty"),
                    "fill it in, or split by another column",
                ));
            }
            if values.len() > MOST_VALUES {
                return Err(self.refuse(
                    format!("its column '{name}' has {} values", values.len()),
                    "split by a column with at most 100 values: bring numbers into classes first",
                ));
            }
        }
        Ok(())
    }
}

/// Why bytes are no text that is read, with the place.
fn no_text(bytes: &[u8], error: std::str::Utf8Error) -> String {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it is UTF-16, not UTF-8".to_owned(),
        [0x1f, 0x8b, ..] => "it is packed (gzip)".to_owned(),
        _ => {
            let sound = &bytes[..error.valid_up_to()];
            let line = 1 + sound.iter().filter(|byte| **byte == b'\n').count();
            format!("it is not UTF-8 (line {line}, byte {})", sound.len())
        }
    }
}

impl Evidence {
    /// What is known of a part's accounts. What others did stays: whom they follow and address lies inside or outside the whole
    /// set. Persons stay whole when one of their accounts belongs to the part, since its accounts are compared with those before them.
    #[must_use]
    pub fn of_part(&self, of: &Part) -> Self {
        let Part {
            column,
            accounts,
            content,
            ..
        } = of;
        let mut part = self.clone();
        part.part = Some(Arc::new(PartOf {
            column: column.clone(),
            accounts: accounts.clone(),
            ranked: crate::influence::ranked_accounts(self),
        }));
        part.content.clone_from(content);
        part.members.retain(|row| accounts.contains(&row.account));
        part.paces.retain(|row| accounts.contains(&row.account));
        part.ties.retain(|row| accounts.contains(&row.account));
        part.checks.retain(|row| accounts.contains(&row.account));
        part.spells.retain(|row| accounts.contains(&row.account));
        part.reactions.retain(|row| accounts.contains(&row.account));
        part.last_seen.retain(|row| accounts.contains(&row.account));
        part.languages.retain(|row| accounts.contains(&row.account));
        part.posts.retain(|account, _| accounts.contains(account));
        for listed in part.on_list.values_mut() {
            listed.retain(|account| accounts.contains(account));
        }
        let persons: BTreeSet<&str> = self
            .personas
            .iter()
            .filter(|row| accounts.contains(&row.account))
            .map(|row| row.person_id.as_str())
            .collect();
        part.personas.retain(|row| persons.contains(row.person_id.as_str()));
        part.count_members();
        part
    }

    /// Sizes and locations from the members that are left; a set stays known where none is.
    fn count_members(&mut self) {
        self.sizes.values_mut().for_each(|size| *size = SizeRow::default());
        self.locations.clear();
        for member in &self.members {
            let key = (member.set, member.sample);
            let size = self.sizes.entry(key).or_default();
            size.on_list += 1;
            size.alive += u64::from(member.alive);
            size.not_known += u64::from(!member.state_known);
            if member.alive {
                let country = member.country.as_deref().unwrap_or_default();
                let rows = self.locations.entry(key).or_default();
                let row = match rows.iter_mut().position(|row| row.country == country) {
                    Some(at) => &mut rows[at],
                    None => {
                        rows.push(LocationRow {
                            country: country.to_owned(),
                            observed: 0,
                            shown: 0,
                        });
                        let last = rows.len() - 1;
                        &mut rows[last]
                    }
                };
                row.observed += u64::from(member.location_shown.is_some());
                row.shown += u64::from(member.location_shown == Some(true));
            }
        }
    }
}
