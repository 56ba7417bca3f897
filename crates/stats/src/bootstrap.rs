//! Intervals by resampling, for statistics that have no formula.

use std::collections::BTreeMap;

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::descriptive::{mean, quantile_of_sorted};
use crate::distribution::{normal_cdf, normal_quantile, two_sided_t, two_sided_z};
use crate::estimate::{Estimate, Level};
use crate::paired::Pair;
use crate::reason::{Reason, all_finite, at_least};

/// Fewest resamples whose tails say anything.
const FEWEST_RESAMPLES: u32 = 100;

/// Share of resamples that may lack a value before the interval is withheld.
const TOLERATED_FAILURES: f64 = 0.01;

/// How the interval is read from the resampled values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BootstrapInterval {
    /// Quantiles of type 7 of the resampled values (Efron & Tibshirani 1993, chapter 13).
    Percentile,
    /// The percentile interval at wider tails, Φ(−t·√(n/(n − 1))) each, with t the quantile of Student's t for n − 1 degrees of freedom:
    /// resampling n units as if they were all there are makes spread too small by (n − 1)/n and knows no uncertainty of the spread
    /// (Hesterberg 2015, The American Statistician 69, 371–386, section 5.3.2). For a normal mean it is the t interval.
    ExpandedPercentile,
    /// Bias-corrected and accelerated (Efron 1987, JASA 82, 171–185), the acceleration from the jackknife. For smooth
    /// statistics (means, ratios of means). The jackknife does not fit a median: use `Percentile` there.
    Bca,
}

/// How to resample. The same settings and data give the same bits: resample i draws from stream i of ChaCha8 seeded
/// with `seed`, so neither the order nor the number of threads could matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    /// Number of resamples, at least 100; some 2,000 for a 95 % interval.
    pub resamples: u32,
    /// Seed of the random streams.
    pub seed: u64,
    /// Coverage aimed at.
    pub level: Level,
    /// How the interval is read.
    pub interval: BootstrapInterval,
}

impl Bootstrap {
    /// Resamples values. The estimate is the statistic of the whole sample.
    ///
    /// The interval is missing, with a reason, for a single value, for resamples that all agree, and when more than 1 %
    /// of resamples have no value. Intervals are known to be too narrow for few values (below some 20). Neither kind
    /// promises to hold the estimate.
    ///
    /// # Errors
    /// [`Reason::NotFinite`], [`Reason::TooFew`] (values or resamples), and whatever the statistic says of the whole
    /// sample.
    pub fn of_values<F>(&self, values: &[f64], statistic: F) -> Result<Estimate, Reason>
    where
        F: Fn(&[f64]) -> Result<f64, Reason>,
    {
        all_finite("value", values)?;
        self.of_units(values.len(), |units| {
            let resample: Vec<f64> = units.iter().map(|&unit| values[unit]).collect();
            statistic(&resample)
        })
    }

    /// Resamples pairs, both values of a subject together.
    ///
    /// # Errors
    /// As [`Bootstrap::of_values`].
    pub fn of_pairs<F>(&self, pairs: &[Pair], statistic: F) -> Result<Estimate, Reason>
    where
        F: Fn(&[Pair]) -> Result<f64, Reason>,
    {
        self.of_units(pairs.len(), |units| {
            let resample: Vec<Pair> = units.iter().map(|&unit| pairs[unit]).collect();
            statistic(&resample)
        })
    }

    /// Resamples clusters, such as persons with several accounts, each with all its values (Davison & Hinkley 1997,
    /// section 3.8). `clusters[i]` names the cluster of `values[i]`. The result's `n` counts clusters, the independent
    /// units.
    ///
    /// # Errors
    /// As [`Bootstrap::of_values`]; [`Reason::LengthMismatch`].
    pub fn of_clusters<F>(&self, values: &[f64], clusters: &[u64], statistic: F) -> Result<Estimate, Reason>
    where
        F: Fn(&[f64]) -> Result<f64, Reason>,
    {
        if values.len() != clusters.len() {
            return Err(Reason::LengthMismatch {
                left: values.len(),
                right: clusters.len(),
            });
        }
        all_finite("value", values)?;
        let mut by_cluster: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        for (&value, &cluster) in values.iter().zip(clusters) {
            by_cluster.entry(cluster).or_default().push(value);
        }
        let members: Vec<Vec<f64>> = by_cluster.into_values().collect();
        self.of_units(members.len(), |units| {
            let resample: Vec<f64> = units.iter().flat_map(|&unit| members[unit].iter().copied()).collect();
            statistic(&resample)
        })
    }

    /// Resamples `units` things that only the statistic knows: it gets the positions drawn, with repetition. The whole
    /// sample is `0..units` in order.
    ///
    /// # Errors
    /// [`Reason::TooFew`] without units or with fewer than 100 resamples, and whatever the statistic says of the whole
    /// sample.
    pub fn of_units<F>(&self, units: usize, statistic: F) -> Result<Estimate, Reason>
    where
        F: Fn(&[usize]) -> Result<f64, Reason>,
    {
        let [estimate] = self.of_units_each(units, |drawn| [statistic(drawn)]);
        estimate
    }

    /// Several statistics of the same resamples, drawn once. Each estimate is what [`Bootstrap::of_units`] gives of it alone.
    ///
    /// # Errors
    /// Of each as of [`Bootstrap::of_units`].
    pub fn of_units_each<const K: usize, F>(&self, units: usize, statistics: F) -> [Result<Estimate, Reason>; K]
    where
        F: Fn(&[usize]) -> [Result<f64, Reason>; K],
    {
        if let Err(reason) = self.check(units) {
            return std::array::from_fn(|_| Err(reason.clone()));
        }
        // A statistic from outside may give NaN; it counts as having no value.
        let statistics = |drawn: &[usize]| {
            statistics(drawn).map(|value| value.and_then(|value| crate::reason::finite("statistic", value)))
        };
        let whole: Vec<usize> = (0..units).collect();
        let values = statistics(&whole);
        let mut replicates = [const { Vec::new() }; K];
        if units > 1 && values.iter().any(Result::is_ok) {
            self.resample(units, |drawn| {
                for (replicates, value) in replicates.iter_mut().zip(statistics(drawn)) {
                    replicates.extend(value.ok());
                }
            });
        }
        let mut replicates = replicates.into_iter();
        let mut place = 0..K;
        values.map(|value| {
            let (replicates, place) = (replicates.next().unwrap_or_default(), place.next().unwrap_or_default());
            let value = value?;
            let interval = match units {
                1 => Err(Reason::TooFew { needed: 2, found: 1 }),
                _ => self.sorted(replicates).and_then(|replicates| match self.interval {
                    BootstrapInterval::Percentile => Ok(between_tails(&replicates, self.level.tail())),
                    BootstrapInterval::ExpandedPercentile => {
                        let freedom = units as f64 - 1.0;
                        let reach = two_sided_t(self.level, freedom)? * (units as f64 / freedom).sqrt();
                        Ok(between_tails(&replicates, normal_cdf(-reach)?))
                    }
                    BootstrapInterval::Bca => {
                        let statistic = |drawn: &[usize]| {
                            let value = statistics(drawn).into_iter().nth(place);
                            value.unwrap_or(Err(Reason::TooFew { needed: 1, found: 0 }))
                        };
                        self.bca(value, &replicates, &whole, &statistic)
                    }
                }),
            };
            let method = match self.interval {
                BootstrapInterval::Percentile => "bootstrap, percentile interval",
                BootstrapInterval::ExpandedPercentile => "bootstrap, expanded percentile interval",
                BootstrapInterval::Bca => "bootstrap, BCa interval",
            };
            let n = units as u64;
            Ok(Estimate::with_interval(value, interval, n, self.level, method))
        })
    }

    /// Whether there are units and resamples enough.
    pub(crate) fn check(&self, units: usize) -> Result<(), Reason> {
        at_least(1, units)?;
        if self.resamples < FEWEST_RESAMPLES {
            return Err(Reason::TooFew {
                needed: u64::from(FEWEST_RESAMPLES),
                found: u64::from(self.resamples),
            });
        }
        Ok(())
    }

    /// Hands on the positions of every resample.
    pub(crate) fn resample(&self, units: usize, mut take: impl FnMut(&[usize])) {
        let seeded = ChaCha8Rng::seed_from_u64(self.seed);
        let mut drawn = vec![0_usize; units];
        for resample in 0..self.resamples {
            let mut stream = seeded.clone();
            stream.set_stream(u64::from(resample));
            draw(stream, &mut drawn);
            take(&drawn);
        }
    }

    /// The statistic of every resample that has it, sorted.
    pub(crate) fn sorted(&self, mut replicates: Vec<f64>) -> Result<Vec<f64>, Reason> {
        let failed = self.resamples - replicates.len() as u32;
        if f64::from(failed) > TOLERATED_FAILURES * f64::from(self.resamples) {
            return Err(Reason::UnstableResamples {
                failed,
                resamples: self.resamples,
            });
        }
        replicates.sort_unstable_by(f64::total_cmp);
        if replicates.first() == replicates.last() {
            return Err(Reason::Constant);
        }
        Ok(replicates)
    }

    fn bca(
        &self,
        value: f64,
        replicates: &[f64],
        whole: &[usize],
        statistic: &impl Fn(&[usize]) -> Result<f64, Reason>,
    ) -> Result<(f64, f64), Reason> {
        let below = replicates.partition_point(|&replicate| replicate < value);
        let not_above = replicates.partition_point(|&replicate| replicate <= value);
        // Efron & Tibshirani 1993, equation 14.14, with ties counted half; infinite, hence no interval, when all lie on
        // one side.
        let bias = normal_quantile((below + not_above) as f64 / (2.0 * replicates.len() as f64))?;
        let jackknife: Vec<f64> = (0..whole.len())
            .map(|left_out| statistic(&[&whole[..left_out], &whole[left_out + 1..]].concat()))
            .collect::<Result<_, _>>()?;
        let centre = mean(&jackknife)?;
        let power_sum = |power: i32| jackknife.iter().map(|&value| (centre - value).powi(power)).sum::<f64>();
        let spread = power_sum(2).powf(1.5);
        // Equation 14.15.
        let acceleration = if spread == 0.0 {
            0.0
        } else {
            power_sum(3) / (6.0 * spread)
        };
        let z = two_sided_z(self.level)?;
        let adjusted = |z: f64| {
            let shifted = bias + z;
            normal_cdf(bias + shifted / (1.0 - acceleration * shifted))
        };
        Ok((
            quantile_of_sorted(replicates, adjusted(-z)?),
            quantile_of_sorted(replicates, adjusted(z)?),
        ))
    }
}

fn between_tails(sorted: &[f64], tail: f64) -> (f64, f64) {
    (quantile_of_sorted(sorted, tail), quantile_of_sorted(sorted, 1.0 - tail))
}

/// Positions drawn at a time.
const DRAWN_AT_ONCE: usize = 256;

/// Draws as many positions as there are, each below their number: those of `random_range` one by one, several times as fast.
/// `random_range` multiplies 64 random bits by the number of positions and takes the upper half (Lemire 2019, ACM TOMACS 29).
fn draw(mut stream: ChaCha8Rng, drawn: &mut [usize]) {
    // A fixed width, so that 32-bit machines draw the same.
    let units = drawn.len() as u64;
    let at_start = stream.clone();
    let mut bytes = [0_u8; 8 * DRAWN_AT_ONCE];
    let mut once_more = false;
    for drawn in drawn.chunks_mut(DRAWN_AT_ONCE) {
        let bytes = &mut bytes[..8 * drawn.len()];
        stream.fill_bytes(bytes);
        for (position, bits) in drawn.iter_mut().zip(bytes.as_chunks().0) {
            let product = u128::from(u64::from_le_bytes(*bits)) * u128::from(units);
            *position = (product >> 64) as usize;
            once_more |= product as u64 > units.wrapping_neg();
        }
    }
    // Where the lower half comes this near its end, once in 2^64 / units, it takes more bits to round evenly.
    if once_more {
        let mut stream = at_start;
        drawn.fill_with(|| stream.random_range(0..units) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_drawn_one_by_one() {
        for units in [1, 2, 255, 256, 257, 1_000, 100_003] {
            let mut stream = ChaCha8Rng::seed_from_u64(2016);
            stream.set_stream(units as u64);
            let mut drawn = vec![0; units];
            draw(stream.clone(), &mut drawn);
            let one_by_one: Vec<usize> = (0..units)
                .map(|_| stream.random_range(0..units as u64) as usize)
                .collect();
            assert_eq!(drawn, one_by_one);
        }
    }
}
