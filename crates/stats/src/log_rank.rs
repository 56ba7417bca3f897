//! Whether groups differ in survival.

use crate::distribution::chi_squared_upper;
use crate::reason::{Reason, at_least, finite};
use crate::risk_table::{RiskTable, Spell};

/// One group's part in a log-rank test, in the order given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogRankGroup {
    /// Spells.
    pub n: u64,
    /// Events.
    pub observed: u64,
    /// Events to be expected were all groups alike.
    pub expected: f64,
}

/// Result of a log-rank test.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRank {
    /// The statistic.
    pub chi_squared: f64,
    /// Degrees of freedom: groups that could be compared, less one.
    pub df: u32,
    /// p-value of the chi-squared approximation.
    pub p: f64,
    /// Each group, in the order given.
    pub groups: Vec<LogRankGroup>,
}

/// Log-rank test of k groups (Mantel 1966; Kalbfleisch & Prentice 2002, section 1.5), with delayed entry,
/// hypergeometric variance, and no weights. O(n log n + t·k²) for t distinct event times.
///
/// Groups that never share a risk set with another at an event time add nothing and cost a degree of freedom.
///
/// # Errors
/// As [`RiskTable::new`], where an index counts within its group; [`Reason::TooFew`] for fewer than two groups;
/// [`Reason::AllCensored`]; [`Reason::NoComparison`] when no event time has two groups at risk.
pub fn log_rank(groups: &[&[Spell]]) -> Result<LogRank, Reason> {
    at_least(2, groups.len())?;
    let k = groups.len();
    let tables: Vec<RiskTable> = groups
        .iter()
        .map(|group| RiskTable::new(group))
        .collect::<Result<_, _>>()?;
    if tables.iter().all(|table| table.events == 0) {
        return Err(Reason::AllCensored);
    }
    // Entries as sorted lists, since a group's risk set is needed at other groups' times too.
    let mut moments: Vec<(f64, usize, u64)> = Vec::new();
    for (group, table) in tables.iter().enumerate() {
        moments.extend(
            table
                .rows
                .iter()
                .filter(|row| row.events > 0)
                .map(|row| (row.time, group, row.events)),
        );
    }
    moments.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut counters: Vec<RiskCounter> = groups.iter().map(|group| RiskCounter::new(group)).collect();

    let mut expected = vec![0.0_f64; k];
    let mut covariance = vec![vec![0.0_f64; k]; k];
    let mut events = vec![0_u64; k];
    let mut at_risk = vec![0.0_f64; k];
    let mut rest = moments.as_slice();
    while let Some(&(time, _, _)) = rest.first() {
        let tied = rest.partition_point(|moment| moment.0 <= time);
        events.fill(0);
        for &(_, group, count) in &rest[..tied] {
            events[group] += count;
        }
        rest = &rest[tied..];
        for (risk, counter) in at_risk.iter_mut().zip(&mut counters) {
            *risk = counter.at_risk(time) as f64;
        }
        let d = events.iter().sum::<u64>() as f64;
        let n: f64 = at_risk.iter().sum();
        for group in 0..k {
            expected[group] += d * (at_risk[group] / n);
        }
        if n > 1.0 {
            let scale = d * ((n - d) / (n - 1.0));
            for row in 0..k {
                for column in 0..k {
                    let same = if row == column { 1.0 } else { 0.0 };
                    covariance[row][column] += scale * (at_risk[row] / n) * (same - at_risk[column] / n);
                }
            }
        }
    }
    let surplus: Vec<f64> = tables
        .iter()
        .zip(&expected)
        .map(|(table, e)| table.events as f64 - e)
        .collect();
    let (chi_squared, df) = quadratic_form(covariance, surplus);
    if df == 0 {
        return Err(Reason::NoComparison);
    }
    let chi_squared = finite("chi-squared statistic", chi_squared.max(0.0))?;
    let groups = tables
        .iter()
        .zip(&expected)
        .map(|(table, &expected)| LogRankGroup {
            n: table.spells,
            observed: table.events,
            expected,
        })
        .collect();
    Ok(LogRank {
        chi_squared,
        df,
        p: chi_squared_upper(chi_squared, df)?,
        groups,
    })
}

/// Counts one group's risk set at times that only grow.
struct RiskCounter {
    entries: Vec<f64>,
    exits: Vec<f64>,
    from_origin: usize,
    entered: usize,
    gone: usize,
}

impl RiskCounter {
    fn new(spells: &[Spell]) -> Self {
        let mut entries: Vec<f64> = spells.iter().filter_map(|spell| spell.entry).collect();
        entries.sort_unstable_by(f64::total_cmp);
        let mut exits: Vec<f64> = spells.iter().map(|spell| spell.exit).collect();
        exits.sort_unstable_by(f64::total_cmp);
        let from_origin = spells.len() - entries.len();
        RiskCounter {
            entries,
            exits,
            from_origin,
            entered: 0,
            gone: 0,
        }
    }

    fn at_risk(&mut self, time: f64) -> usize {
        while self.entries.get(self.entered).is_some_and(|&entry| entry < time) {
            self.entered += 1;
        }
        while self.exits.get(self.gone).is_some_and(|&exit| exit < time) {
            self.gone += 1;
        }
        self.from_origin + self.entered - self.gone
    }
}

/// uᵀ V⁻ u and the rank of V, by symmetric Gaussian elimination with diagonal pivots; V is positive semidefinite and at
/// least one short of full rank, so elimination simply stops where only rounding error is left.
fn quadratic_form(mut v: Vec<Vec<f64>>, mut u: Vec<f64>) -> (f64, u32) {
    let k = u.len();
    let largest = (0..k).map(|i| v[i][i]).fold(0.0, f64::max);
    let floor = largest * 1e-10;
    let mut left: Vec<usize> = (0..k).collect();
    let (mut form, mut rank) = (0.0, 0);
    while let Some(best) = (0..left.len()).reduce(|a, b| {
        if v[left[b]][left[b]] > v[left[a]][left[a]] {
            b
        } else {
            a
        }
    }) {
        let pivot = left[best];
        if v[pivot][pivot] <= floor {
            break;
        }
        left.remove(best);
        form += u[pivot] * u[pivot] / v[pivot][pivot];
        rank += 1;
        let pivot_row = v[pivot].clone();
        for &row in &left {
            let factor = pivot_row[row] / pivot_row[pivot];
            u[row] -= factor * u[pivot];
            for &column in &left {
                v[row][column] -= factor * pivot_row[column];
            }
        }
    }
    (form, rank)
}
