//! The uncertain pairs as a table that a person can answer, and the answers read back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use stage::{Failure, Remedy};
use tables::Input;

use super::compare::{DEFINITIONS, Relation};
use super::decide::Verdict;
use super::profiles::Profiles;
use crate::personas::{Chains, file_name};

/// Its name in the stage directory.
pub(crate) const REVIEW_FILE: &str = "review.csv";
/// Pairs that a person is asked about at most.
const MOST_ASKED: usize = 1000;

/// Pairs that people said something about, by number of the earlier and the later account.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub(super) yes: BTreeSet<(u32, u32)>,
    pub(super) no: BTreeSet<(u32, u32)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
}

#[derive(Debug)]
struct Line {
    line: u64,
    platform: String,
    predecessor: String,
    account_id: String,
    answer: Answer,
}

/// An answered review.
#[derive(Debug)]
pub(crate) struct Reviewed {
    shown: String,
    input: Input,
    lines: Vec<Line>,
    unanswered: u64,
}

impl Reviewed {
    /// Reads a file that a stage wrote as `review.csv` and a person answered in the column `same_person`.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path).or_failure(
            || format!("cannot read '{shown}'"),
            "give the review.csv of an earlier run, answered",
        )?;
        let input = Input {
            name: file_name(path),
            bytes: bytes.len() as u64,
            blake3: blake3::hash(&bytes).to_hex().to_string(),
        };
        let mut reviewed = Self {
            shown,
            input,
            lines: Vec::new(),
            unanswered: 0,
        };
        reviewed.parse(&bytes)?;
        Ok(reviewed)
    }

    fn refuse(&self, why: String, remedy: &str) -> anyhow::Error {
        Failure::new(format!("cannot use '{}'", self.shown))
            .because(anyhow::anyhow!(why))
            .remedy(remedy)
            .into()
    }

    fn parse(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        const HEADER: &str =
            "keep the columns platform, predecessor, account_id and same_person of review.csv; others may go";
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        // Spreadsheets of some countries write semicolons.
        let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let delimiter = if first.contains(&b';') && !first.contains(&b',') {
            b';'
        } else {
            b','
        };
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .delimiter(delimiter)
            .from_reader(bytes);
        let malformed = |error: &csv::Error| {
            let place = error.position().map_or(1, csv::Position::line);
            (
                format!("line {place} is not CSV in UTF-8 with as many fields as the header"),
                "save it as CSV in UTF-8",
            )
        };
        let header = match reader.headers() {
            Ok(header) => header.clone(),
            Err(error) => {
                let (why, remedy) = malformed(&error);
                return Err(self.refuse(why, remedy));
            }
        };
        let column = |name: &str| header.iter().position(|column| column.eq_ignore_ascii_case(name));
        let mut columns = [0; 4];
        for (place, name) in columns
            .iter_mut()
            .zip(["platform", "predecessor", "account_id", "same_person"])
        {
            *place = column(name).ok_or_else(|| self.refuse(format!("its header (line 1) has no '{name}'"), HEADER))?;
        }
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let (why, remedy) = malformed(&error);
                    return Err(self.refuse(why, remedy));
                }
            };
            let line = record.position().map_or(0, csv::Position::line);
            let [platform, predecessor, account_id, answer] = columns.map(|at| record.get(at).unwrap_or_default());
            let answer = match answer.to_lowercase().as_str() {
                "" => {
                    self.unanswered += 1;
                    continue;
                }
                "yes" | "y" => Answer::Yes,
                "no" | "n" => Answer::No,
                other => {
                    let why = format!("same_person is '{other}' (line {line})");
                    return Err(self.refuse(why, "answer yes or no, or leave it empty"));
                }
            };
            let text = |text: &str| text.trim_start_matches('\'').to_owned();
            self.lines.push(Line {
                line,
                platform: platform.to_lowercase(),
                predecessor: text(predecessor),
                account_id: text(account_id),
                answer,
            });
        }
        Ok(())
    }

    /// The file as an input.
    pub(crate) fn input(&self) -> &Input {
        &self.input
    }

    /// Its lines: all, those without an answer.
    pub(crate) fn lines(&self) -> (u64, u64) {
        (self.lines.len() as u64 + self.unanswered, self.unanswered)
    }

    /// What was answered, checked against itself and against the hand-checked table.
    pub(super) fn answers(
        &self,
        profiles: &Profiles,
        chains: &Chains,
        number: impl Fn(&str, &str) -> Option<u32>,
    ) -> anyhow::Result<Answers> {
        let mut said: BTreeMap<(u32, u32), &Line> = BTreeMap::new();
        let (mut successors, mut predecessors): (BTreeMap<u32, &Line>, BTreeMap<u32, &Line>) = Default::default();
        let mut answers = Answers::default();
        for line in &self.lines {
            let at = line.line;
            let of = |account: &str| {
                number(&line.platform, account).ok_or_else(|| {
                    self.refuse(
                        format!("account '{account}' (line {at}) is not in the data"),
                        "correct platform and account id (spreadsheets round long numbers: import the columns as text), or \
                         leave the answer empty",
                    )
                })
            };
            let pair = (of(&line.predecessor)?, of(&line.account_id)?);
            if let Some(before) = said.insert(pair, line)
                && before.answer != line.answer
            {
                return Err(self.refuse(
                    format!(
                        "'{}' as the return of '{}' is answered yes and no (lines {} and {at})",
                        line.account_id, line.predecessor, before.line
                    ),
                    "keep one of the two answers",
                ));
            }
            if line.answer == Answer::No {
                answers.no.insert(pair);
                continue;
            }
            if !profiles.is_before(pair.0, pair.1) {
                return Err(self.refuse(
                    format!(
                        "'{}' was there before its predecessor '{}' (line {at})",
                        line.account_id, line.predecessor
                    ),
                    "nobody returns before leaving; exchange the two, or answer no",
                ));
            }
            for (ends, end, shown, what) in [
                (
                    &mut successors,
                    pair.0,
                    &line.predecessor,
                    "two accounts are the return of",
                ),
                (&mut predecessors, pair.1, &line.account_id, "two accounts came before"),
            ] {
                if let Some(before) = ends.insert(end, line)
                    && (&before.predecessor, &before.account_id) != (&line.predecessor, &line.account_id)
                {
                    return Err(self.refuse(
                        format!("{what} '{shown}' (lines {} and {at})", before.line),
                        "answer yes for the one that followed directly, no for the other",
                    ));
                }
            }
            answers.yes.insert(pair);
        }
        for ((earlier, later), line) in &said {
            let key = |account: &u32| {
                let (platform, id) = &profiles.keys[*account as usize];
                (&**platform, &**id)
            };
            let (place, next) = (chains.place(key(earlier)), chains.place(key(later)));
            let contradicts = match (line.answer, place, next) {
                (_, None, None) => false,
                (Answer::Yes, Some((_, _, last)), None) => !last,
                (Answer::Yes, Some(a), Some(b)) => a.0 != b.0 || a.1 + 1 != b.1,
                (Answer::Yes, None, Some(_)) => true,
                (Answer::No, Some(a), Some(b)) => a.0 == b.0 && a.1 + 1 == b.1,
                (Answer::No, ..) => false,
            };
            if contradicts {
                return Err(self.refuse(
                    format!(
                        "the answer on '{}' and '{}' (line {}) contradicts the hand-checked table of people",
                        line.predecessor, line.account_id, line.line
                    ),
                    "correct one of the two, or leave the answer empty",
                ));
            }
        }
        // What the table says already needs no second saying.
        answers.yes.retain(|pair| {
            let (platform, id) = &profiles.keys[pair.1 as usize];
            chains.place((&**platform, &**id)).is_none()
        });
        Ok(answers)
    }
}

/// How much an answer would tell: most where the model is undecided (the entropy of the probability, 1 bit at one half).
fn information(probability: f64) -> f64 {
    let term = |p: f64| if p > 0.0 { -p * p.log2() } else { 0.0 };
    term(probability) + term(1.0 - probability)
}

impl Verdict<'_> {
    /// The review file: pairs that an answer would tell most about first, with what is to be compared.
    pub(crate) fn review(&self) -> anyhow::Result<Vec<u8>> {
        let mut asked: Vec<(f64, usize)> = self
            .links
            .iter()
            .enumerate()
            .filter(|(_, (link, _, method))| {
                link.relation == Relation::Return && *method == super::decide::Method::Linked
            })
            .map(|(at, (link, ..))| (information(link.probability), at))
            .filter(|(bits, _)| *bits >= 0.05)
            .collect();
        asked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        asked.truncate(MOST_ASKED);
        let mut writer = csv::Writer::from_writer(Vec::new());
        let fields = DEFINITIONS.iter().map(|definition| definition.name);
        let head = [
            "same_person",
            "match_probability",
            "match_weight",
            "gap_days",
            "platform",
            "predecessor",
            "account_id",
            "predecessor_handle",
            "handle",
            "predecessor_name",
            "name",
        ];
        writer.write_record(head.into_iter().chain(fields))?;
        let profiles = &self.linkage.profiles;
        for (_, at) in asked {
            let (link, ..) = &self.links[at];
            let (a, b) = (link.earlier as usize, link.later as usize);
            let gap = profiles.gap_days(link.earlier, link.later);
            let mut record = vec![
                String::new(),
                format!("{:.4}", link.probability),
                format!("{:.2}", link.bits),
                gap.map_or_else(String::new, |days| format!("{days:.1}")),
            ];
            for text in [
                &profiles.keys[a].0,
                &profiles.keys[a].1,
                &profiles.keys[b].1,
                &profiles.handles[a],
                &profiles.handles[b],
                &profiles.names[a],
                &profiles.names[b],
            ] {
                record.push(as_text(text));
            }
            for definition in &DEFINITIONS {
                let field = definition.field as usize;
                let level = definition.levels.get(link.compared.levels[field] as usize);
                let bits = self.linkage.model.field_bits(field, &link.compared);
                record.push(level.map_or_else(String::new, |level| format!("{level} ({bits:+.1})")));
            }
            writer.write_record(&record)?;
        }
        Ok(writer.into_inner().map_err(|error| error.into_error())?)
    }
}

/// A text as a spreadsheet leaves it alone: what would be read as a formula or rounded as a long number gets an apostrophe.
fn as_text(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let long_number = text.len() >= 15 && text.bytes().all(|byte| byte.is_ascii_digit());
    if formula || long_number {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
