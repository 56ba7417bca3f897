//! Everything that was measured, collected in the order of the tables' keys.

use std::collections::BTreeMap;

use crate::figure::{Figure, Quantity};
use crate::hypotheses::{Key, Outcome};
use crate::parts::Part;

/// Why a part has no number whose accounts are all unknown.
const NOBODY: &str = "no account of this part is in the data";

/// A step of a survival curve.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveRow {
    /// The accounts it is of.
    pub group: String,
    /// The step.
    pub step: stats::SurvivalRow,
    /// Hazard summed up since the curve's first step.
    pub cumulative_hazard: Option<f64>,
}

/// An account in a person's chain.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReturnRow {
    /// The person.
    pub person_id: String,
    /// 0 is the first account. Below 0, and else as it is, where the account is not of the part that is measured: others are compared
    /// with it, and it counts for nothing itself.
    pub return_number: i64,
    /// The account.
    pub account_id: String,
    /// Id of the account before it, where it is in the chain.
    pub predecessor: Option<String>,
    /// Its position among the accounts of the evidence.
    pub account: u32,
    /// When it was created, in milliseconds.
    pub created_at: Option<i64>,
    /// When it was first seen gone.
    pub gone_at: Option<i64>,
    /// Days from the predecessor's removal to its creation.
    pub gap_days: Option<f64>,
    /// Most followers seen.
    pub followers_peak: Option<i64>,
    /// Followers at the last observation.
    pub followers_last: Option<i64>,
    /// Followers some days after creation.
    pub followers_after: Option<i64>,
    /// How old it was then, in days.
    pub age_after_days: Option<f64>,
    /// Lifetime pace at the last observation.
    pub tweets_per_day: Option<f64>,
    /// Peak over that of the first account.
    pub followers_ratio: Option<f64>,
    /// Pace over that of the first account.
    pub pace_ratio: Option<f64>,
}

/// Ties of a set by relation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TieTotals {
    /// Members with at least one tie.
    pub accounts: i64,
    /// Ties between two members.
    pub inside: i64,
    /// Ties between a member and somebody else.
    pub outside: i64,
    /// Ordered pairs of members tied both ways.
    pub reciprocated: i64,
    /// How multiple ties and ties to oneself were counted.
    pub policy: &'static str,
}

/// A member's place among those who drew and gave reactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InfluenceRow {
    /// Platform.
    pub platform: String,
    /// The account.
    pub account_id: String,
    /// Reactions drawn.
    pub drawn: u64,
    /// Reactions given.
    pub given: u64,
}

/// A wave of suspensions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WaveRow {
    /// Its first moment, in milliseconds.
    pub from_at: i64,
    /// Its last.
    pub to_at: i64,
    /// Suspensions in it.
    pub suspensions: u64,
    /// Time at risk in it.
    pub account_days: f64,
    /// Suspensions beyond those that the base rate would have brought.
    pub excess: f64,
    /// Rate of the days outside all waves.
    pub base_percent_per_day: f64,
    /// Its rate over the base rate.
    pub ratio: Option<f64>,
    /// With its 95 % interval.
    pub ratio_interval: Option<(f64, f64)>,
    /// Whether it had not ended on the last day.
    pub open: bool,
}

/// A term of a group's own posts.
#[derive(Debug, Clone, PartialEq)]
pub struct ContentRow {
    /// What it is.
    pub kind: tables::TermKind,
    /// Its place among the terms kept.
    pub rank: i64,
    /// The term and its uses.
    pub term: crate::content_tally::TermUse,
    /// Own posts of the group that the uses are out of.
    pub posts_of_group: u64,
    /// Accounts that wrote those.
    pub accounts_of_group: u64,
    /// Share of the accounts that used it, with its 95 % interval.
    pub share_of_accounts: Option<(f64, Option<f64>, Option<f64>)>,
}

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// By measure, group and window.
    pub measures: BTreeMap<(&'static str, String, String), Figure>,
    /// By measure, group and moment in milliseconds.
    pub series: BTreeMap<(&'static str, String, i64), Figure>,
    /// By group, then time.
    pub survival: Vec<CurveRow>,
    /// By person, then return number.
    pub returns: Vec<ReturnRow>,
    /// By group, window and relation.
    pub network: BTreeMap<(String, String, String), TieTotals>,
    /// By group, in order of time.
    pub waves: BTreeMap<String, Vec<WaveRow>>,
    /// By group and window, in order of rank.
    pub influence: BTreeMap<(String, String), Vec<InfluenceRow>>,
    /// By group, window and age in days: who was at risk, or why that is not known.
    pub at_risk: BTreeMap<(String, String, u32), Result<stats::AtRisk, String>>,
    /// By family, test, group and window.
    pub tests: BTreeMap<Key, Outcome>,
    /// By group and window, in order of kind and rank.
    pub content: BTreeMap<(String, String), Vec<ContentRow>>,
    /// Records of a table that a measure understood and left out: table, reason, how many.
    pub left_out: BTreeMap<(&'static str, &'static str), u64>,
}

impl Results {
    /// Adds a number of a window.
    pub fn measure(&mut self, quantity: &Quantity, group: &str, window: &str, figure: Figure) {
        self.measures
            .insert((quantity.id, group.to_owned(), window.to_owned()), figure);
    }

    /// Adds a number of a sample or bin.
    pub fn point(&mut self, quantity: &Quantity, group: &str, at_ms: i64, figure: Figure) {
        self.series.insert((quantity.id, group.to_owned(), at_ms), figure);
    }

    /// Adds what another family measured. Families share no row; what they left out adds up.
    pub fn add(&mut self, other: Self) {
        self.measures.extend(other.measures);
        self.series.extend(other.series);
        self.survival.extend(other.survival);
        self.returns.extend(other.returns);
        self.network.extend(other.network);
        self.waves.extend(other.waves);
        self.influence.extend(other.influence);
        self.content.extend(other.content);
        self.at_risk.extend(other.at_risk);
        self.tests.extend(other.tests);
        for (left_out, records) in other.left_out {
            *self.left_out.entry(left_out).or_default() += records;
        }
    }

    /// Adds a test of a hypothesis.
    pub fn test(&mut self, family: &'static str, test: &str, group: &str, window: &str, outcome: Outcome) {
        let key = (family, test.to_owned(), group.to_owned(), window.to_owned());
        self.tests.insert(key, outcome);
    }

    /// Adds what was measured over a part of every group. What is told by person, not by group, stays as the whole has it.
    pub fn add_part(&mut self, part: &Part, of_part: Self) {
        let nobody = part.accounts.is_empty();
        let missing_here = |figure: Figure, whole: Option<&Figure>| match (&figure.reason, whole) {
            _ if nobody => figure.without_number(NOBODY),
            (Some(reason), Some(whole)) if reason.starts_with("needs ") && whole.value.is_some() => Figure {
                reason: Some("no account of this part has the number".to_owned()),
                ..figure
            },
            _ => figure,
        };
        for ((measure, group, window), figure) in of_part.measures {
            let named = (measure, part.of_group(&group), window.clone());
            let figure = missing_here(figure, self.measures.get(&(measure, group, window)));
            self.measures.insert(named, figure);
        }
        for ((measure, group, at), figure) in of_part.series {
            let named = (measure, part.of_group(&group), at);
            let figure = missing_here(figure, self.series.get(&(measure, group, at)));
            self.series.insert(named, figure);
        }
        for row in of_part.survival {
            let group = part.of_group(&row.group);
            self.survival.push(CurveRow { group, ..row });
        }
        self.survival.sort_by(|a, b| a.group.cmp(&b.group));
        for ((group, window, relation), totals) in of_part.network {
            self.network.insert((part.of_group(&group), window, relation), totals);
        }
        for (group, rows) in of_part.waves {
            self.waves.insert(part.of_group(&group), rows);
        }
        for ((group, window), rows) in of_part.influence {
            self.influence.insert((part.of_group(&group), window), rows);
        }
        for ((group, window, days), row) in of_part.at_risk {
            let row = if nobody { Err(NOBODY.to_owned()) } else { row };
            self.at_risk.insert((part.of_group(&group), window, days), row);
        }
        for ((family, test, group, window), outcome) in of_part.tests {
            let outcome = match nobody {
                true => Outcome::untested(outcome.unit, outcome.method, NOBODY),
                false => outcome,
            };
            self.test(family, &test, &part.of_group(&group), &window, outcome);
        }
        for ((group, window), rows) in of_part.content {
            self.content.insert((part.of_group(&group), window), rows);
        }
    }

    /// The series of a quantity that has numbers, as moments in milliseconds and figures, in order of time.
    pub fn points<'a>(&'a self, quantity: &Quantity, group: &str) -> impl Iterator<Item = (i64, &'a Figure)> + 'a {
        let from = (quantity.id, group.to_owned(), i64::MIN);
        let to = (quantity.id, group.to_owned(), i64::MAX);
        self.series.range(from..=to).map(|((_, _, at), figure)| (*at, figure))
    }
}
