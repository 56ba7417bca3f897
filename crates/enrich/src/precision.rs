//! How many of the accounts that network analysis admits are rightly there, by labels that people gave: precision at k.
//!
//! The accounts admitted at a sample stand by their score, the highest first, and of the first k those that are labelled are counted.
//! Precision is the share of `in` among the labelled, as in Berger & Morgan, who checked such a list from the top. It holds for the
//! others as far as those labelled were drawn from them by chance, so that labelled and unlabelled stand beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::DateTime;
use stage::{Failure, Remedy, Run, hash_file};
use tables::{Flow, Input, Members, SetName, TableFile, Timestamp};

use crate::accounts::{AccountNumber, id_of_handle};
use crate::known::Known;

/// The name of the labels within inputs and ledger.
const LABELS_FILE: &str = "labels.csv";
/// The name of what is written.
const PRECISION_FILE: &str = "precision.csv";
const HEADER_REMEDY: &str = "begin the file with a header like account_id,label; handle may stand beside account_id or instead of it, platform may \
                             be added where ids of several platforms meet; a label is in or out";
/// Where precision is told; beyond them, of all admitted.
const FIRST: [usize; 4] = [50, 100, 200, 400];

/// A label of the file.
#[derive(Debug, Clone)]
struct Label {
    line: u64,
    platform: Option<String>,
    /// The platform's id, or `@` and the handle in lower case.
    id: String,
    is_in: bool,
}

/// The labels given on the command line.
#[derive(Debug)]
pub(crate) struct Labels {
    /// The file as an input.
    pub input: Input,
    labels: Vec<Label>,
    path: PathBuf,
}

impl Labels {
    /// Reads and checks the file.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let input = hash_file(path, LABELS_FILE)?;
        let failed = || format!("cannot read '{}'", path.display());
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_path(path)
            .or_failure(failed, "check that the file exists and may be read")?;
        let header = reader.headers().or_failure(failed, HEADER_REMEDY)?.clone();
        let column = |name: &str| {
            header
                .iter()
                .position(|cell| cell.trim_start_matches('\u{FEFF}') == name)
        };
        let (ids, handles, platforms) = (column("account_id"), column("handle"), column("platform"));
        let Some(words) = column("label").filter(|_| ids.is_some() || handles.is_some()) else {
            return Err(refused(
                path,
                "lacks the columns label and account_id or handle",
                HEADER_REMEDY,
            ));
        };
        let mut labels = Vec::new();
        for record in reader.records() {
            let record = record.or_failure(failed, "correct that line of the file")?;
            let line = record.position().map_or(0, csv::Position::line);
            let cell = |column: Option<usize>| {
                column
                    .and_then(|column| record.get(column))
                    .filter(|cell| !cell.is_empty())
            };
            let id = match (cell(ids), cell(handles)) {
                (Some(id), _) => id.to_owned(),
                (None, Some(handle)) => id_of_handle(handle.trim_start_matches('@')),
                (None, None) => {
                    return Err(refused(
                        path,
                        &format!("names no account in line {line}"),
                        HEADER_REMEDY,
                    ));
                }
            };
            let is_in = match cell(Some(words)).map(str::to_lowercase).as_deref() {
                Some("in") => true,
                Some("out") => false,
                _ => {
                    return Err(refused(
                        path,
                        &format!("has neither in nor out as label in line {line}"),
                        HEADER_REMEDY,
                    ));
                }
            };
            labels.push(Label {
                line,
                platform: cell(platforms).map(str::to_lowercase),
                id,
                is_in,
            });
        }
        Ok(Self {
            input,
            labels,
            path: path.to_owned(),
        })
    }

    /// The labels of each account, by their place in the file, handles read as at a moment.
    fn by_account(
        &self,
        known: &mut Known,
        platforms: &[String],
        at: Timestamp,
    ) -> anyhow::Result<BTreeMap<AccountNumber, Vec<usize>>> {
        let mut found: BTreeMap<AccountNumber, Vec<usize>> = BTreeMap::new();
        for (place, label) in self.labels.iter().enumerate() {
            for platform in platforms {
                if label.platform.as_ref().is_some_and(|wanted| wanted != platform) {
                    continue;
                }
                let named = known.numbers.number(platform, &label.id)?;
                let account = known.identities.resolve(&known.numbers, named, Some(at));
                let places = found.entry(account).or_default();
                places.push(place);
                let first = &self.labels[places[0]];
                if first.is_in != label.is_in {
                    let lines = format!(
                        "labels one account both in and out, in lines {} and {}",
                        first.line, label.line
                    );
                    return Err(refused(&self.path, &lines, "keep one of the two lines"));
                }
            }
        }
        Ok(found)
    }
}

fn refused(path: &Path, why: &str, remedy: &str) -> anyhow::Error {
    Failure::new(format!("'{}' {why}", path.display()))
        .remedy(remedy)
        .into()
}

/// Precision among the first accounts of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct At {
    /// How many accounts of the list are looked at.
    k: usize,
    labelled: usize,
    right: usize,
}

impl At {
    /// The share of `in` among the labelled; none where none is.
    #[expect(clippy::cast_precision_loss, reason = "counts of accounts are far below 2^52")]
    fn precision(&self) -> Option<f64> {
        (self.labelled > 0).then(|| self.right as f64 / self.labelled as f64)
    }
}

/// Precision at each of [`FIRST`] that the list is long enough for, and of the whole list.
fn at_each(labels: &[Option<bool>]) -> Vec<At> {
    let first = FIRST.into_iter().filter(|k| *k < labels.len());
    first
        .chain([labels.len()])
        .map(|k| {
            let of = &labels[..k];
            At {
                k,
                labelled: of.iter().flatten().count(),
                right: of.iter().flatten().filter(|is_in| **is_in).count(),
            }
        })
        .collect()
}

/// Writes precision at k of each sample's admitted accounts to `precision.csv`, from the table `members` of the run, and returns what
/// there is to say of the last sample.
pub(crate) fn write(run: &mut Run, labels: &Labels, known: &mut Known) -> anyhow::Result<String> {
    let mut admitted: BTreeMap<Timestamp, Vec<(f64, String, String)>> = BTreeMap::new();
    for batch in TableFile::<Members>::open(run.dir())?.batches() {
        for row in batch?.rows()? {
            if row.set == SetName::Expanded && row.admitted_in_round.is_some_and(|round| round > 0) {
                let name = (
                    row.score.unwrap_or(0.0),
                    row.platform.to_owned(),
                    row.account_id.to_owned(),
                );
                admitted.entry(row.sample_at).or_default().push(name);
            }
        }
    }
    let mut platforms: Vec<String> = known
        .numbers
        .all()
        .map(|account| known.numbers.name(account).0.to_owned())
        .collect();
    platforms.sort_unstable();
    platforms.dedup();

    let mut text = String::from("sample_at,k,admitted,labelled,unlabelled,in,precision\n");
    let mut said = "no account was admitted, so that no precision can be told".to_owned();
    let mut used = BTreeSet::new();
    for (sample_at, mut accounts) in admitted {
        accounts.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (&a.1, &a.2).cmp(&(&b.1, &b.2))));
        let by_account = labels.by_account(known, &platforms, sample_at)?;
        let mut found = Vec::with_capacity(accounts.len());
        for (_, platform, account_id) in &accounts {
            let places = by_account.get(&known.numbers.number(platform, account_id)?);
            found.push(places.map(|places| labels.labels[places[0]].is_in));
            used.extend(places.into_iter().flatten().copied());
        }
        let each = at_each(&found);
        for at in &each {
            let precision = at.precision().map_or_else(String::new, |share| share.to_string());
            let (k, all, labelled, right) = (at.k, accounts.len(), at.labelled, at.right);
            let sample_at = in_words(sample_at);
            text += &format!(
                "{sample_at},{k},{all},{labelled},{},{right},{precision}\n",
                k - labelled
            );
        }
        let words = each.iter().map(|at| match at.precision() {
            Some(share) => format!("{share:.2} at {} ({} of {} labelled)", at.k, at.right, at.labelled),
            None => format!("none at {}, where nothing is labelled", at.k),
        });
        said = format!(
            "precision of the accounts admitted at the last sample, by score: {}; all samples stand in {PRECISION_FILE}",
            words.collect::<Vec<_>>().join(", ")
        );
    }
    run.write_file(PRECISION_FILE, text.as_bytes())?;
    let (all, used) = (labels.labels.len() as u64, used.len() as u64);
    run.count(LABELS_FILE, Flow::Read, "", all);
    run.count(LABELS_FILE, Flow::Used, "", used);
    if used < all {
        run.count(
            LABELS_FILE,
            Flow::Skipped,
            "label of an account that was not admitted",
            all - used,
        );
    }
    Ok(said)
}

/// The instant as RFC 3339 has it.
fn in_words(at: Timestamp) -> String {
    DateTime::from_timestamp_millis(at.0).map_or_else(String::new, |at| at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_is_told_of_the_first_and_of_all_among_the_labelled() {
        let (right, wrong) = (Some(true), Some(false));
        assert_eq!(
            at_each(&[]),
            [At {
                k: 0,
                labelled: 0,
                right: 0
            }]
        );
        assert_eq!(
            At {
                k: 3,
                labelled: 0,
                right: 0
            }
            .precision(),
            None
        );
        let labels: Vec<Option<bool>> = (0..120)
            .map(|i| {
                if i < 40 {
                    right
                } else if i < 60 {
                    wrong
                } else {
                    None
                }
            })
            .collect();
        let each = at_each(&labels);
        assert_eq!(
            each,
            [
                At {
                    k: 50,
                    labelled: 50,
                    right: 40
                },
                At {
                    k: 100,
                    labelled: 60,
                    right: 40
                },
                At {
                    k: 120,
                    labelled: 60,
                    right: 40
                },
            ]
        );
        assert_eq!(each[0].precision(), Some(0.8));
        assert_eq!(at_each(&labels[..50]).len(), 1);
    }
}
