//! How unevenly attention is shared out: followers that members have among members, or times that members address them.

use stats::{Estimate, Reason};

use super::Measured;
use crate::figure::{Figure, Quantity};
use crate::observed_graph::Tied;

impl Measured<'_> {
    pub(super) fn attention(&self, tied: Tied) -> (&'static Quantity, Figure) {
        let quantity = &self.quantities.attention_gini;
        let mut drawn: Vec<(u32, u64)> = self.members.iter().copied().zip(self.network.drawn.clone()).collect();
        drawn.sort_unstable_by_key(|(account, drawn)| (*drawn, *account));
        let (accounts, drawn): (Vec<u32>, Vec<u64>) = drawn.into_iter().unzip();
        let gini = self
            .evidence
            .resampled(&accounts, |times| gini_of_counts(&drawn, times));
        let gini = gini.and_then(|gini| self.allowing_for_givers(gini, tied));
        let figure = Figure::of(quantity, gini).noting(match tied {
            Tied::Follows => "allows for whose lists were collected",
            Tied::Interactions => "allows for who else is a member",
        });
        (quantity, figure)
    }

    fn allowing_for_givers(&self, gini: Estimate, tied: Tied) -> Result<Estimate, Reason> {
        let network = self.network;
        let drawn: Vec<f64> = network.drawn.iter().map(|count| *count as f64).collect();
        let gradient = stats::gini_gradient(&drawn)?;
        let members: Vec<u32> = self.members.iter().copied().collect();
        let tie = |source: usize, target: u32, times: f64| (members[source], times * gradient[target as usize]);
        // One by one: of follows there are millions.
        match tied {
            Tied::Follows => {
                let followed = |source| {
                    network
                        .graph
                        .successors(source)
                        .iter()
                        .map(move |target| (source, *target))
                };
                let ties = (0..network.graph.nodes()).flat_map(followed);
                let ties = ties.map(|(source, target)| tie(source, target, 1.0));
                self.evidence.allowing_for_givers(gini, ties)
            }
            Tied::Interactions => {
                let ties = network.addressed.iter();
                let ties = ties.map(|(source, target, times)| tie(*source as usize, *target, *times as f64));
                self.evidence.allowing_for_givers(gini, ties)
            }
        }
    }
}

/// [`stats::gini`] of ascending whole values, each taken some times: as a resample has them, without sorting it.
fn gini_of_counts(ascending: &[u64], times: &[u32]) -> Result<f64, Reason> {
    let n: u64 = times.iter().map(|times| u64::from(*times)).sum();
    // Σ (2i − n − 1) x over ranks i from 1: those of a value taken c times after r others sum to c (2r + c − n).
    let (mut weighted, mut total, mut before) = (0_i128, 0_i128, 0_i128);
    for (value, times) in ascending.iter().zip(times) {
        let (value, times) = (i128::from(*value), i128::from(*times));
        weighted += value * times * (2 * before + times - i128::from(n));
        total += value * times;
        before += times;
    }
    if total == 0 {
        return Err(Reason::ZeroDenominator { what: "sum of values" });
    }
    Ok(weighted as f64 / (n as f64 * total as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resamples_gini_is_that_of_its_values() {
        let ascending = [0, 0, 1, 2, 2, 7, 40];
        for times in [
            [1; 7],
            [0, 3, 0, 2, 0, 1, 1],
            [0, 0, 0, 0, 0, 0, 4],
            [2, 0, 5, 0, 1, 0, 0],
        ] {
            let values: Vec<f64> = ascending
                .iter()
                .zip(times)
                .flat_map(|(value, times)| std::iter::repeat_n(*value as f64, times as usize))
                .collect();
            let (found, expected) = (
                gini_of_counts(&ascending, &times).unwrap(),
                stats::gini(&values).unwrap(),
            );
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert!(gini_of_counts(&[0, 0], &[1, 1]).is_err());
    }
}
