//! `--describe FILE`: a mapping to start from, for a file that nobody knows, guessed from names and values of its first records; and those
//! records as that mapping reads them. What is printed is a mapping file: all that is not mapping stands in comments.
//!
//! [`columns`] takes a sample, [`values`] tells what values look like, [`guess`] finds fields for columns by [`names`] and values, [`platform`] whose it is, [`write`] writes it all down.

mod columns;
mod guess;
mod names;
mod platform;
mod values;
mod write;

use anyhow::{Context, Result};
use stage::{Failure, Progress};
use tables::Flow;

use crate::archive::Pieces;
use crate::detect::{Detector, Mappings, NotKnown, Plan};
use crate::frame::{Block, Feed};
use crate::parse::{Rules, parse};
use columns::Sample;

/// Bytes that are looked at.
const LOOK_BYTES: usize = 1 << 20;

/// What is printed of the one file that there is.
///
/// # Errors
/// When there are several, or it cannot be read, or is neither CSV nor JSON.
pub fn describe(pieces: &Pieces, mappings: &Mappings, rules: &Rules) -> Result<String> {
    let [piece] = &pieces.pieces[..] else {
        let files = pieces.pieces.len();
        return Err(
            Failure::new(format!("--describe looks at one file, and there are {files}"))
                .remedy("name one of them")
                .into(),
        );
    };
    let shown = &piece.shown;
    let (content, _) = piece
        .open(Progress::none())
        .with_context(|| format!("cannot read {shown}"))?;
    let mut feed = Feed::new(content);
    let start = feed.look_ahead(LOOK_BYTES).to_vec();
    let mut detector = Detector::new(rules.kind, mappings, rules.observed_at.is_some());
    let plan = match detector.detect(&mut feed, &piece.name, shown) {
        // Of bare ids only a person can say whose they are: a mapping makes them a roster, say.
        Ok(Plan::Ids(ids)) if ids.lines && !ids.of_posts => {
            if let Some(sample) = Sample::of_csv(&start, start.len() < LOOK_BYTES) {
                return write::mapping(shown, &sample, "");
            }
            Plan::Ids(ids)
        }
        Ok(plan) => plan,
        Err(unknown) => {
            return match Sample::of_csv(&start, start.len() < LOOK_BYTES) {
                Some(sample) => write::mapping(shown, &sample, ""),
                None => Err(match unknown.downcast::<NotKnown>() {
                    Ok(NotKnown(failure)) => failure.into(),
                    Err(other) => other,
                }),
            };
        }
    };
    let known = match &plan {
        Plan::Empty => Some("it is empty".to_owned()),
        Plan::Export { .. } => Some("a list of an account's own export from Twitter".to_owned()),
        Plan::Chats => Some("a Telegram export".to_owned()),
        Plan::Ids(ids) if ids.of_posts => Some("a list of posts' ids".to_owned()),
        Plan::Ids(_) => Some("a list of ids (--followers-of or --friends-of says whose)".to_owned()),
        Plan::Events => Some("a stream of Mastodon's events".to_owned()),
        Plan::Native { kind, .. } => Some(format!("a list of this program's own kind '{}'", kind.name())),
        Plan::Mapped { bound, .. } => Some(format!("CSV that the mapping '{}' reads", bound.name())),
        Plan::JsonLines | Plan::JsonValues | Plan::MeasuredLines => None,
    };
    if let Some(known) = known {
        return Ok(write::known(shown, &known, &[]));
    }
    let mut first = None;
    let mut take = |block: Block| {
        first = Some(block);
        false
    };
    // What stands before a break is enough.
    let _ = plan.cut(&mut feed, rules.max_line, &mut take);
    let Some(block) = first else {
        return Ok(write::known(shown, "it holds no record", &[]));
    };
    let chunk = parse(&block, &plan, &piece.name, rules).context("cannot turn records into columns")?;
    let count = |wanted: &[Flow]| -> u64 {
        let counts = chunk.counts.iter().filter(|((flow, _), _)| wanted.contains(flow));
        counts.map(|(_, records)| records).sum()
    };
    if count(&[Flow::Used, Flow::Skipped]) > count(&[Flow::Rejected]) {
        let tables = [
            ("posts", &chunk.posts),
            ("post_ids", &chunk.post_ids),
            ("accounts", &chunk.accounts),
            ("availability", &chunk.availability),
            ("follows", &chunk.follows),
            ("roster", &chunk.roster),
        ];
        let rows: Vec<String> = tables
            .into_iter()
            .filter_map(|(table, rows)| Some(format!("{table} {}", rows.as_ref()?.num_rows())))
            .collect();
        return Ok(write::known(shown, "JSON that is read without a mapping", &rows));
    }
    let rejected = chunk.counts.iter().filter(|((flow, _), _)| *flow == Flow::Rejected);
    let reasons: Vec<&str> = rejected.map(|((_, reason), _)| *reason).collect();
    let note = format!(
        "# Without a mapping its records are rejected: {}.\n",
        reasons.join(", ")
    );
    match Sample::of_json(&block) {
        Some(sample) => write::mapping(shown, &sample, &note),
        None => Err(Failure::new(format!(
            "cannot describe {shown}: its first records are no JSON objects"
        ))
        .remedy("look at the file; docs/formats.md says what is read")
        .into()),
    }
}
