//! Intervals by resampling, for statistics that have no formula.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::descriptive::{mean, quantile_of_sorted};
use crate::distribution::{normal_cdf, normal_quantile, two_sided_t, two_sided_z};
use crate::estimate::{Estimate, Level};
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

/// How to resample. The same settings and data give the same bits: resample i draws from xoshiro256++ (Blackman & Vigna 2021, ACM TOMS 47,
/// 36) seeded by stream i of ChaCha8, itself seeded with `seed`, so neither the order nor the number of threads could matter.
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
        let whole: Vec<usize> = (0..units).collect();
        self.each(
            units,
            || statistics(&whole),
            |left_out| statistics(&[&whole[..left_out], &whole[left_out + 1..]].concat()),
            |take| self.resample(units, |drawn| take(statistics(drawn))),
        )
    }

    /// The same of statistics that ask how many times each unit was drawn, and not in which order: 1 each in the whole sample. Where units are
    /// many this takes a fraction of the time.
    ///
    /// # Errors
    /// Of each as of [`Bootstrap::of_units`].
    pub fn of_times_each<const K: usize, F>(&self, units: usize, statistics: F) -> [Result<Estimate, Reason>; K]
    where
        F: Fn(&[u32]) -> [Result<f64, Reason>; K],
    {
        let whole = vec![1_u32; units];
        self.each(
            units,
            || statistics(&whole),
            |left_out| {
                let mut times = whole.clone();
                times[left_out] = 0;
                statistics(&times)
            },
            |take| self.resample_times(units, |times| take(statistics(times))),
        )
    }

    /// Estimates from the statistics of the whole sample, of the sample without one unit, and of every resample.
    fn each<const K: usize>(
        &self,
        units: usize,
        whole: impl Fn() -> [Result<f64, Reason>; K],
        without: impl Fn(usize) -> [Result<f64, Reason>; K],
        resamples: impl Fn(&mut dyn FnMut([Result<f64, Reason>; K])),
    ) -> [Result<Estimate, Reason>; K] {
        if let Err(reason) = self.check(units) {
            return std::array::from_fn(|_| Err(reason.clone()));
        }
        // A statistic from outside may give NaN; it counts as having no value.
        let finite = |value: Result<f64, Reason>| value.and_then(|value| crate::reason::finite("statistic", value));
        let values = whole().map(finite);
        let mut replicates = [const { Vec::new() }; K];
        if units > 1 && values.iter().any(Result::is_ok) {
            resamples(&mut |values| {
                for (replicates, value) in replicates.iter_mut().zip(values) {
                    replicates.extend(finite(value).ok());
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
                        let without = |left_out: usize| {
                            let value = without(left_out).into_iter().nth(place).map(finite);
                            value.unwrap_or(Err(Reason::TooFew { needed: 1, found: 0 }))
                        };
                        let jackknife: Vec<f64> = (0..units).map(without).collect::<Result<_, _>>()?;
                        self.bca(value, &replicates, &jackknife)
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
    fn resample(&self, units: usize, mut take: impl FnMut(&[usize])) {
        let mut drawn = vec![0_usize; units];
        for mut random in self.streams() {
            // A fixed width, so that 32-bit machines draw the same.
            drawn.fill_with(|| random.random_range(0..units as u64) as usize);
            take(&drawn);
        }
    }

    /// Hands on how many times each position is in every resample.
    pub(crate) fn resample_times(&self, units: usize, mut take: impl FnMut(&[u32])) {
        let mut times = vec![0_u32; units];
        for mut random in self.streams() {
            times.fill(0);
            for _ in 0..units {
                times[random.random_range(0..units as u64) as usize] += 1;
            }
            take(&times);
        }
    }

    /// The random numbers of every resample: a generator that takes a fifth of ChaCha's time, begun at what ChaCha's stream of the resample
    /// gives, so that no two have anything in common.
    fn streams(&self) -> impl Iterator<Item = Xoshiro256PlusPlus> + use<> {
        let seeded = ChaCha8Rng::seed_from_u64(self.seed);
        (0..self.resamples).map(move |resample| {
            let mut stream = seeded.clone();
            stream.set_stream(u64::from(resample));
            Xoshiro256PlusPlus::from_rng(&mut stream)
        })
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

    fn bca(&self, value: f64, replicates: &[f64], jackknife: &[f64]) -> Result<(f64, f64), Reason> {
        let below = replicates.partition_point(|&replicate| replicate < value);
        let not_above = replicates.partition_point(|&replicate| replicate <= value);
        // Efron & Tibshirani 1993, equation 14.14, with ties counted half; infinite, hence no interval, when all lie on
        // one side.
        let bias = normal_quantile((below + not_above) as f64 / (2.0 * replicates.len() as f64))?;
        let centre = mean(jackknife)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_units_are_drawn_is_all_that_a_mean_asks() {
        let values = [1.0, 4.0, 9.0, 16.0, 25.0, 36.0, 49.0, 64.0, 81.0];
        for interval in [
            BootstrapInterval::Percentile,
            BootstrapInterval::ExpandedPercentile,
            BootstrapInterval::Bca,
        ] {
            let bootstrap = Bootstrap {
                resamples: 500,
                seed: 7,
                level: Level::P95,
                interval,
            };
            let of_times = |times: &[u32]| {
                let n: u32 = times.iter().sum();
                let sum: f64 = values
                    .iter()
                    .zip(times)
                    .map(|(value, times)| value * f64::from(*times))
                    .sum();
                [Ok(sum / f64::from(n))]
            };
            let [by_times] = bootstrap.of_times_each(values.len(), of_times);
            assert_eq!(by_times, bootstrap.of_values(&values, mean), "sums of whole numbers");
        }
        let [without] = Bootstrap {
            resamples: 500,
            seed: 7,
            level: Level::P95,
            interval: BootstrapInterval::Percentile,
        }
        .of_times_each(0, |_| [Ok(0.0)]);
        assert_eq!(without, Err(Reason::TooFew { needed: 1, found: 0 }));
    }
}
