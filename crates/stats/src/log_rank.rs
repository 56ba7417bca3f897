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
    stratified_log_rank(&[groups])
}

/// [`log_rank`] within strata: observed less expected events and their covariances are added up over strata, so that only spells of one
/// stratum are compared (Kalbfleisch & Prentice 2002, section 1.5; R's `survdiff` with `strata`). Each stratum holds the same groups in the
/// same order; a group may be empty in some of them.
///
/// # Errors
/// As [`log_rank`], but an empty group is no error unless it is empty everywhere; [`Reason::LengthMismatch`] for strata that differ in
/// their number of groups.
pub fn stratified_log_rank(strata: &[&[&[Spell]]]) -> Result<LogRank, Reason> {
    at_least(1, strata.len())?;
    let k = strata[0].len();
    at_least(2, k)?;
    let mut sums = Sums {
        expected: vec![0.0; k],
        covariance: vec![vec![0.0; k]; k],
        observed: vec![0; k],
        spells: vec![0; k],
    };
    for groups in strata {
        if groups.len() != k {
            return Err(Reason::LengthMismatch {
                left: k,
                right: groups.len(),
            });
        }
        sums.add(groups)?;
    }
    if sums.spells.contains(&0) {
        return Err(Reason::TooFew { needed: 1, found: 0 });
    }
    if sums.observed.iter().all(|&events| events == 0) {
        return Err(Reason::AllCensored);
    }
    let surplus: Vec<f64> = sums
        .observed
        .iter()
        .zip(&sums.expected)
        .map(|(&o, e)| o as f64 - e)
        .collect();
    let (chi_squared, df) = quadratic_form(sums.covariance, surplus);
    if df == 0 {
        return Err(Reason::NoComparison);
    }
    let chi_squared = finite("chi-squared statistic", chi_squared.max(0.0))?;
    let parts = sums.spells.iter().zip(&sums.observed).zip(&sums.expected);
    let groups = parts
        .map(|((&n, &observed), &expected)| LogRankGroup { n, observed, expected })
        .collect();
    Ok(LogRank {
        chi_squared,
        df,
        p: chi_squared_upper(chi_squared, df)?,
        groups,
    })
}

/// What strata add up to.
struct Sums {
    expected: Vec<f64>,
    covariance: Vec<Vec<f64>>,
    observed: Vec<u64>,
    spells: Vec<u64>,
}

impl Sums {
    fn add(&mut self, groups: &[&[Spell]]) -> Result<(), Reason> {
        let k = groups.len();
        // Entries as sorted lists, since a group's risk set is needed at other groups' times too.
        let mut moments: Vec<(f64, usize, u64)> = Vec::new();
        for (group, spells) in groups.iter().enumerate().filter(|(_, spells)| !spells.is_empty()) {
            let table = RiskTable::new(spells)?;
            let rows = table.rows().filter(|row| row.events > 0);
            moments.extend(rows.map(|row| (row.time, group, row.events)));
            self.observed[group] += table.events;
            self.spells[group] += table.spells;
        }
        moments.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut counters: Vec<RiskCounter> = groups.iter().map(|group| RiskCounter::new(group)).collect();

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
            for (expected, risk) in self.expected.iter_mut().zip(&at_risk) {
                *expected += d * (risk / n);
            }
            if n > 1.0 {
                let scale = d * ((n - d) / (n - 1.0));
                for row in 0..k {
                    for column in 0..k {
                        let same = if row == column { 1.0 } else { 0.0 };
                        self.covariance[row][column] += scale * (at_risk[row] / n) * (same - at_risk[column] / n);
                    }
                }
            }
        }
        Ok(())
    }
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
        let mut entries: Vec<f64> = spells.iter().filter_map(Spell::late_entry).collect();
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
///
/// In units of each group's own standard deviation, since that of a group of few among very many is no rounding error.
fn quadratic_form(mut v: Vec<Vec<f64>>, mut u: Vec<f64>) -> (f64, u32) {
    const ROUNDING: f64 = 1e-10;
    let mut left: Vec<usize> = (0..u.len()).filter(|&i| v[i][i] > 0.0).collect();
    let deviations: Vec<f64> = (0..u.len()).map(|i| v[i][i].sqrt()).collect();
    for &row in &left {
        u[row] /= deviations[row];
        for &column in &left {
            v[row][column] /= deviations[row] * deviations[column];
        }
    }
    let (mut form, mut rank) = (0.0, 0);
    while let Some(best) = (0..left.len()).reduce(|a, b| {
        if v[left[b]][left[b]] > v[left[a]][left[a]] {
            b
        } else {
            a
        }
    }) {
        let pivot = left[best];
        if v[pivot][pivot] <= ROUNDING {
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
