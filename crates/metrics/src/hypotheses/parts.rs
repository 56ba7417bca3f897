//! Whether the parts of a researcher's own column differ: followers, pace, share that returned, and how fast they are suspended.
//!
//! Two parts are compared at a time, each with every other; of a column with more than [`MOST_PAIRED`] values each part is held
//! against all other accounts that have a value, since pairs would be too many to tell anything after adjustment. Survival by age
//! ([`survival`](super::survival)) has one test over all parts of a column.
//!
//! Suspensions are compared by the calendar, not by pooled rates: at each moment that has one, who was suspended is held against who
//! was at risk then. Waves, which multiply the rate of all parts alike, so cancel out, as they would not where one part was watched
//! more in quiet weeks than another. All tests take accounts as independent.

use std::collections::BTreeMap;

use stats::{Level, Spell, brunner_munzel};

use crate::contrast;
use crate::evidence::{Evidence, Group, LastSeenRow, as_days, bounds_ms};
use crate::family::{Families, Family};
use crate::hazard::persons;
use crate::hypotheses::survival::{Life, Split, of_split, untested};
use crate::hypotheses::{Outcome, two_groups};
use crate::parts::Part;
use crate::results::Results;
use crate::returns::WHOLE_PERIOD;
use crate::suspension::stretches;

/// That two parts have one distribution.
pub const MANN_WHITNEY: &str = "parts.mann_whitney";
/// That neither part tends to larger numbers, whatever their spreads.
pub const BRUNNER_MUNZEL: &str = "parts.brunner_munzel";
/// That as large a share of either part has something.
pub const SHARE: &str = "parts.share";
/// That both parts are suspended alike at every moment.
pub const LOG_RANK: &str = "parts.log_rank";

/// Most values of a column that are compared pair by pair.
pub const MOST_PAIRED: usize = 6;
const SHARE_UNIT: &str = "percentage points";
const ONE_VALUE: &str = "the column has one value: there is nothing to compare";
const BY_CALENDAR: &str = "suspensions of accounts that are checked (as suspension.rate), by the calendar, so that waves that strike \
                           both alike say nothing";

/// The families and those whose tables the tests between parts ask as well.
#[must_use]
pub fn also_needed(families: &Families) -> Families {
    let mut others = Vec::new();
    if families.any(&[Family::Followers, Family::TweetsPerDay]) {
        // What was last seen of an account.
        others.push(Family::Contrast);
    }
    if families.has(Family::Suspension) {
        // Whose account it is.
        others.push(Family::Returns);
    }
    families.and(&others)
}

/// Two parts, or a part and all others of its column.
struct Pair {
    /// Follows the name of what is tested; empty where the column has one value.
    name: String,
    words: String,
    names: [String; 2],
    first: usize,
    second: Option<usize>,
}

impl Pair {
    /// All that the parts of a column make; one that compares nothing where there is one part.
    fn of(parts: &[Part]) -> Vec<Self> {
        let column = parts.first().map_or("", |part| part.column.as_str());
        let pair = |first: usize, second: Option<usize>| {
            let one = shown(&parts[first].value);
            let other = second.map_or_else(|| "the rest".to_owned(), |second| shown(&parts[second].value));
            Self {
                name: format!("{one} against {other}"),
                words: format!("accounts of the group by {column}, {one} against {other}"),
                names: [one, other],
                first,
                second,
            }
        };
        match parts.len() {
            0 => Vec::new(),
            1 => {
                let name = shown(&parts[0].value);
                vec![Self {
                    name: String::new(),
                    words: format!("accounts of the group by {column}, {name} alone"),
                    names: [name, String::new()],
                    first: 0,
                    second: Some(1),
                }]
            }
            2..=MOST_PAIRED => (0..parts.len())
                .flat_map(|first| (first + 1..parts.len()).map(move |second| (first, second)))
                .map(|(first, second)| pair(first, Some(second)))
                .collect(),
            _ => (0..parts.len()).map(|first| pair(first, None)).collect(),
        }
    }

    /// On which side of it a part stands: 0 the first, 1 the second.
    fn side(&self, part: usize) -> Option<usize> {
        match self.second {
            _ if part == self.first => Some(0),
            Some(second) => (part == second).then_some(1),
            None => Some(1),
        }
    }

    fn compares_nothing(&self) -> bool {
        self.name.is_empty()
    }
}

/// A value as it stands in the name of a test; one that holds the word between two values is quoted, so that no two names are one.
fn shown(value: &str) -> String {
    if value.contains(" against ") || value.starts_with('"') || value == "the rest" {
        format!("{value:?}")
    } else {
        value.to_owned()
    }
}

/// Parts of one column.
struct Column<'a> {
    name: &'a str,
    /// The part that an account belongs to.
    part_of: BTreeMap<u32, usize>,
    pairs: Vec<Pair>,
}

/// Makes those that the families asked for allow.
pub fn test(evidence: &Evidence, parts: &[Part], families: &Families, results: &mut Results) {
    for of_column in parts.chunk_by(|a, b| a.column == b.column) {
        let accounts = of_column.iter().zip(0..);
        let column = Column {
            name: &of_column[0].column,
            part_of: accounts
                .flat_map(|(part, at)| part.accounts.iter().map(move |account| (*account, at)))
                .collect(),
            pairs: Pair::of(of_column),
        };
        for (position, window) in evidence.study.windows().iter().enumerate() {
            for group in Group::ALL {
                let mut add = |family, measure: &str, pair: &Pair, outcome| {
                    let separator = if pair.compares_nothing() { "" } else { ": " };
                    let test = format!("{measure}.parts_by_{}{separator}{}", column.name, pair.name);
                    results.test(family, &test, group.name(), window.name(), outcome);
                };
                for counted in COUNTED.iter().filter(|counted| families.has(counted.family)) {
                    let values = last_seen(evidence, counted, group, position);
                    for pair in &column.pairs {
                        let [ranks, placements] = by_ranks(evidence, &column, pair, counted, &values);
                        add(MANN_WHITNEY, counted.name, pair, ranks);
                        add(BRUNNER_MUNZEL, counted.name, pair, placements);
                    }
                }
                if families.has(Family::Returns) {
                    let values = match position {
                        0 => returned(evidence, group),
                        _ => Err(WHOLE_PERIOD),
                    };
                    for pair in &column.pairs {
                        add(SHARE, "returned", pair, by_share(evidence, &column, pair, &values));
                    }
                }
                if families.has(Family::Suspension) {
                    let lives = watched(evidence, &column, group, position);
                    for pair in &column.pairs {
                        add(LOG_RANK, "suspension", pair, by_calendar(evidence, pair, &lives));
                    }
                }
            }
        }
    }
}

/// Something counted of an account as last seen.
struct Counted {
    family: Family,
    of: fn(&LastSeenRow) -> Option<f64>,
    needs: &'static str,
    name: &'static str,
    unit: &'static str,
    words: &'static str,
}

const COUNTED: [Counted; 2] = [
    Counted {
        family: Family::Followers,
        of: |row| row.followers.map(|count| count as f64),
        needs: "needs accounts.followers",
        name: "followers",
        unit: "followers",
        words: "followers when last seen by the window's end",
    },
    Counted {
        family: Family::TweetsPerDay,
        of: |row| row.tweets_per_day,
        needs: "needs accounts.statuses and accounts.created_at",
        name: "pace",
        unit: "tweets per day",
        words: "lifetime tweets per day when last seen by the window's end",
    },
];

/// A number of each account of a group that has it, or why there is none.
type Values = Result<Vec<(u32, f64)>, &'static str>;

fn last_seen(evidence: &Evidence, counted: &Counted, group: Group, window: usize) -> Values {
    let accounts = evidence.belonging(group, window)?;
    if evidence.last_seen.iter().all(|row| (counted.of)(row).is_none()) {
        return Err(counted.needs);
    }
    let rows = evidence.last_seen.iter();
    Ok(rows
        .filter(|row| row.window == window && accounts.holds(row.account))
        .filter_map(|row| Some((row.account, (counted.of)(row)?)))
        .collect())
}

/// 1 for an account suspended in the period whose person made another after it, 0 for one whose person did not.
fn returned(evidence: &Evidence, group: Group) -> Values {
    let accounts = evidence.belonging(group, 0)?;
    if evidence.persona_records == 0 {
        return Err("needs personas");
    }
    let suspended = contrast::suspended(evidence, bounds_ms(evidence.study.period()))?;
    let chains = evidence.personas.chunk_by(|a, b| a.person_id == b.person_id);
    let followed: BTreeMap<u32, bool> = chains
        .flat_map(|chain| {
            let last = chain.iter().map(|row| row.return_number).max();
            chain
                .iter()
                .map(move |row| (row.account, Some(row.return_number) < last))
        })
        .collect();
    let of_group = suspended.into_iter().filter(|account| accounts.holds(*account));
    Ok(of_group
        .map(|account| {
            let came_back = followed.get(&account).copied().unwrap_or(false);
            (account, f64::from(u8::from(came_back)))
        })
        .collect())
}

/// The numbers of either side of a pair, sorted, or why they cannot be compared, with how many there are.
fn sides(
    evidence: &Evidence,
    column: &Column<'_>,
    pair: &Pair,
    values: &Values,
) -> Result<[Vec<f64>; 2], (String, [u64; 2])> {
    let values = values.as_ref().map_err(|reason| ((*reason).to_owned(), [0, 0]))?;
    let mut sides = [Vec::new(), Vec::new()];
    for (account, value) in values {
        let side = column.part_of.get(account).and_then(|part| pair.side(*part));
        if let Some(side) = side {
            sides[side].push(*value);
        }
    }
    sides.iter_mut().for_each(|side| side.sort_unstable_by(f64::total_cmp));
    let counts = [0, 1].map(|side: usize| sides[side].len() as u64);
    if pair.compares_nothing() {
        return Err((ONE_VALUE.to_owned(), counts));
    }
    too_few(evidence, pair, counts).map_or(Ok(sides), |reason| Err((reason, counts)))
}

/// Why so few accounts are not compared: the numbers of one could be told from them.
fn too_few(evidence: &Evidence, pair: &Pair, counts: [u64; 2]) -> Option<String> {
    let fewest = u64::from(evidence.study.min_group_size());
    let [one, other] = &pair.names;
    (counts[0].min(counts[1]) < fewest).then(|| {
        format!(
            "fewer than {fewest} accounts with the number in a part ({one}: {}, {other}: {})",
            counts[0], counts[1]
        )
    })
}

fn by_ranks(evidence: &Evidence, column: &Column<'_>, pair: &Pair, counted: &Counted, values: &Values) -> [Outcome; 2] {
    let compared = format!(
        "{} of {}; n is accounts of the first, n_other of the second, taken as independent",
        counted.words, pair.words
    );
    let methods = [
        format!(
            "{compared}; Mann-Whitney test, normal, corrected for ties and continuity, two-sided; the statistic is U of the first; \
             effect: Hodges-Lehmann shift, first less second, with its rank interval"
        ),
        format!(
            "{compared}; Brunner-Munzel test, t approximation, two-sided; the statistic is positive where the first tend to more; \
             effect: probability that one of the first has more than one of the second, equal ones counted half, with its t interval"
        ),
    ];
    match sides(evidence, column, pair, values) {
        Ok([first, second]) => two_groups::of_two(counted.unit, methods, &first, &second),
        Err((reason, [n, n_other])) => {
            two_groups::untested(counted.unit, methods, &reason).map(|outcome| outcome.of_two(n, n_other))
        }
    }
}

fn by_share(evidence: &Evidence, column: &Column<'_>, pair: &Pair, values: &Values) -> Outcome {
    let method = format!(
        "share of the accounts suspended in the period whose person made another after it, as far as personas tell, of {}; who was \
         suspended late had little time to; Brunner-Munzel test of the two shares, t approximation, two-sided; effect: share of the \
         first less that of the second, with its t interval; n is accounts of the first, n_other of the second, taken as independent",
        pair.words
    );
    let [first, second] = match sides(evidence, column, pair, values) {
        Ok(sides) => sides,
        Err((reason, [n, n_other])) => return Outcome::untested(SHARE_UNIT, method, reason).of_two(n, n_other),
    };
    let had = |side: &[f64]| side.iter().filter(|value| **value > 0.0).count();
    let told = format!("{} and {} of them", had(&first), had(&second));
    let outcome = match brunner_munzel(&first, &second, Level::P95) {
        Ok(found) => {
            // Of zeros and ones, P(first > second) + P(equal)/2 is a half and half the difference of the shares.
            let points = |probability: f64| 200.0 * (probability - 0.5);
            Outcome::tested(SHARE_UNIT, method, Some(found.t), found.p)
                .noting(&format!("{:.1} degrees of freedom", found.df))
                .with_effect(Ok(stats::Estimate {
                    value: points(found.superiority.value),
                    ci_low: found.superiority.ci_low.map(points),
                    ci_high: found.superiority.ci_high.map(points),
                    ..found.superiority
                }))
        }
        Err(reason) => Outcome::untested(SHARE_UNIT, method, reason.to_string()),
    };
    outcome.noting(&told).of_two(first.len() as u64, second.len() as u64)
}

/// Time at risk in a window, of an account and the part that it belongs to.
struct Watched {
    account: u32,
    person: u64,
    part: usize,
    spell: Spell,
}

fn watched(
    evidence: &Evidence,
    column: &Column<'_>,
    group: Group,
    window: usize,
) -> Result<Vec<Watched>, &'static str> {
    if let Some(reason) = evidence.group_unknown(group) {
        return Err(reason);
    }
    if evidence.checks.is_empty() {
        return Err("needs availability checks");
    }
    let Some(window) = evidence.study.windows().get(window) else {
        return Ok(Vec::new());
    };
    let (from, to) = bounds_ms(window);
    let persons = persons(evidence);
    let others_from = persons.values().map(|(person, _)| person + 1).max().unwrap_or(0);
    let mut lives = Vec::new();
    for stretch in stretches(evidence, group) {
        let (entry, exit) = (stretch.from.max(from), stretch.to.min(to));
        let Some(part) = column.part_of.get(&stretch.account).copied().filter(|_| entry < exit) else {
            continue;
        };
        let own = others_from + u64::from(stretch.account);
        lives.push(Watched {
            account: stretch.account,
            person: persons.get(&stretch.account).map_or(own, |(person, _)| *person),
            part,
            spell: Spell::entered(
                as_days(entry - from),
                as_days(exit - from),
                stretch.suspended && stretch.to < to,
            ),
        });
    }
    Ok(lives)
}

fn by_calendar(evidence: &Evidence, pair: &Pair, watched: &Result<Vec<Watched>, &'static str>) -> Outcome {
    let untested = |reason: &str| untested(&pair.words, BY_CALENDAR, false, reason);
    let watched = match watched {
        Ok(watched) => watched,
        Err(reason) => return untested(reason),
    };
    let mut lives = Vec::new();
    let mut accounts: [Vec<u32>; 2] = [Vec::new(), Vec::new()];
    for life in watched {
        let Some(side) = pair.side(life.part) else {
            continue;
        };
        accounts[side].push(life.account);
        lives.push(Life {
            spell: life.spell,
            group: side,
            month: 0,
            person: life.person,
        });
    }
    // An account that was reinstated is watched twice and is one account still. They come in order.
    let counts = accounts.map(|mut side| {
        side.dedup();
        side.len() as u64
    });
    if pair.compares_nothing() {
        return untested(ONE_VALUE).of_two(counts[0], counts[1]);
    }
    if let Some(reason) = too_few(evidence, pair, counts) {
        return untested(&reason).of_two(counts[0], counts[1]);
    }
    let split = Split {
        words: pair.words.clone(),
        measured: BY_CALENDAR,
        names: pair.names.to_vec(),
        lives,
    };
    of_split(evidence, &split, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content_tally::Contents;

    fn parts(values: &[&str]) -> Vec<Part> {
        let part = |value: &&str| Part {
            column: "role".to_owned(),
            value: (*value).to_owned(),
            accounts: std::collections::BTreeSet::new(),
            content: Contents::new(),
        };
        values.iter().map(part).collect()
    }

    #[test]
    fn parts_are_paired_while_they_are_few() {
        let names =
            |values: &[&str]| -> Vec<String> { Pair::of(&parts(values)).into_iter().map(|pair| pair.name).collect() };
        assert_eq!(names(&[]), Vec::<String>::new());
        assert_eq!(names(&["a"]), [""]);
        assert_eq!(names(&["a", "b", "c"]), ["a against b", "a against c", "b against c"]);
        assert_eq!(names(&["a", "b", "c", "d", "e", "f"]).len(), 15);
        assert_eq!(names(&["a", "b", "c", "d", "e", "f", "g"])[6], "g against the rest");
        let sides = Pair::of(&parts(&["a", "b", "c"]));
        assert_eq!([0, 1, 2].map(|part| sides[1].side(part)), [Some(0), None, Some(1)]);
    }

    #[test]
    fn no_two_pairs_have_one_name() {
        let pairs = Pair::of(&parts(&["a", "a against b", "b against c", "c"]));
        let names: std::collections::BTreeSet<String> = pairs.into_iter().map(|pair| pair.name).collect();
        assert_eq!(names.len(), 6);
    }
}
