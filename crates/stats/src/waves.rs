//! When a rate changed: change points and waves in daily counts with exposure.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::descriptive::median;
use crate::dispersion::{Counted, Dispersion, checked, rate_ratio};
use crate::estimate::{Estimate, Level};
use crate::reason::{Reason, at_least, finite};

/// Longest series of days: permutations of longer ones would take minutes.
const LONGEST: usize = 20_000;
/// Events a day from which on differences of days are told from each other well enough for their median.
const ENOUGH_EVENTS: f64 = 5.0;
/// Median of χ² with one degree of freedom (`scipy.stats.chi2.median(1)`).
const MEDIAN_OF_CHI_SQUARE: f64 = 0.454_936_423_119_572_8;
/// Rounds in which segments and dispersion settle.
const ROUNDS: usize = 20;

/// How change points are looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WaveSearch {
    /// What a change point must save, in twice the log-likelihood over the dispersion; `None` for 3·ln n of n days with exposure:
    /// ln n for each of a date and a rate, as Schwarz's criterion has it, and ln n again because every day is tried.
    pub penalty: Option<f64>,
    /// Fewest days of a segment, at least 1.
    pub fewest_days: usize,
    /// Whether counts vary more than Poisson's; if so the dispersion is estimated within segments.
    pub overdispersed: bool,
    /// Permutations of days behind the p-value; 0 for none.
    pub permutations: u32,
    /// Seed of the permutations.
    pub seed: u64,
    /// Coverage of the intervals of ratios.
    pub level: Level,
}

/// Days with one rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// Position of the first day.
    pub from: usize,
    /// Position after the last day.
    pub to: usize,
    /// Events and exposure in it.
    pub counted: Counted,
}

impl Segment {
    /// Events over exposure; `None` without exposure.
    pub fn rate(&self) -> Option<f64> {
        (self.counted.exposure > 0.0).then(|| self.counted.events as f64 / self.counted.exposure)
    }
}

/// Neighbouring segments whose rates lie above the base rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Wave {
    /// Position of the first day.
    pub from: usize,
    /// Position after the last day.
    pub to: usize,
    /// Events and exposure in it.
    pub counted: Counted,
    /// Events beyond those that the base rate would have brought.
    pub excess: f64,
    /// Rate in the wave over the base rate, with an interval as that of [`Waves::ratio`].
    pub ratio: Result<Estimate, Reason>,
    /// Whether it had not ended on the last day.
    pub open: bool,
    /// Its days with exposure.
    watched: usize,
}

/// Change points of a rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Waves {
    /// All days, in segments of one rate each.
    pub segments: Vec<Segment>,
    /// Runs of segments above the base rate.
    pub waves: Vec<Wave>,
    /// Rate of the days outside all waves.
    pub base_rate: f64,
    /// Events and exposure of those days.
    base: Counted,
    /// Dispersion within segments.
    pub dispersion: Dispersion,
    /// What a change point had to save.
    pub penalty: f64,
    /// Share of permutations of the days (the observed order counted in) that save as much by change points as the observed order
    /// does; low: when the events came is no chance. `None` when not asked for.
    pub p: Option<f64>,
    /// Days with exposure.
    watched: usize,
}

impl Waves {
    /// Rate in all waves over that of the other days.
    ///
    /// Waves are where the rate came out high, so that their rates are too high on the average, and the more so the shorter they are. The
    /// lower bound therefore holds at once for all places at which a wave of their mean length could lie (as many as fit into the days;
    /// Šidák 1967, JASA 62, 626–633), and with that for whichever were chosen. The upper bound is pointwise: choosing makes no
    /// ratio too low.
    ///
    /// By simulation (`tests/rates.rs`) it holds the true ratio of the days that were found in 97 to 99 % where days vary little but for the
    /// waves, and the pointwise interval in 69 to 93 %. Where they vary by a third to a half of their mean, the search takes some for waves:
    /// 90 to 94 %, less of weak waves that are seldom found, and the pointwise one 44 to 63 %.
    ///
    /// # Errors
    /// As [`rate_ratio`]; [`Reason::TooFew`] without waves.
    pub fn ratio(&self, level: Level) -> Result<Estimate, Reason> {
        at_least(1, self.waves.len())?;
        let inside = self.waves.iter().map(|wave| wave.counted).sum::<Counted>();
        let days: usize = self.waves.iter().map(|wave| wave.watched).sum();
        let places = (self.watched * self.waves.len()) as f64 / days as f64;
        chosen_rate_ratio(inside, self.base, self.dispersion, level, places)
    }
}

/// A rate ratio whose lower bound holds at once for so many places of which the first rate's was chosen.
fn chosen_rate_ratio(
    chosen: Counted,
    base: Counted,
    dispersion: Dispersion,
    level: Level,
    places: f64,
) -> Result<Estimate, Reason> {
    let pointwise = rate_ratio(chosen, base, dispersion, level)?;
    let tail = -((-level.tail()).ln_1p() / places.max(1.0)).exp_m1();
    let at_once = rate_ratio(chosen, base, dispersion, Level::new(1.0 - 2.0 * tail)?)?;
    Ok(Estimate {
        ci_low: at_once.ci_low,
        method: match dispersion == Dispersion::POISSON {
            true => "rate ratio, exact conditional interval, lower bound for all places of a wave at once",
            false => "rate ratio, quasi-Poisson interval, lower bound for all places of a wave at once",
        },
        ..pointwise
    })
}

/// Segments of constant rate that minimise deviance/φ + penalty·(change points), found exactly by pruned dynamic programming (PELT:
/// Killick, Fearnhead & Eckley 2012, JASA 107, 1590–1598) for Poisson counts with exposure, and the waves among them.
///
/// With `overdispersed`, φ is estimated by Pearson's statistic within segments, from a first value out of differences of
/// neighbouring days, until segments and φ agree; large waves are so found first and do not count as dispersion. The base rate is
/// that of the days outside waves. Taken from the lowest rate up, the segments with half of all exposure are quiet; one of a higher
/// rate is in a wave if setting it apart from those saves the penalty. Days without exposure (unchecked) belong to the segment around them and say nothing.
///
/// The p-value shuffles days, each count with its exposure, so that it asks whether the events came in spells, whatever the
/// distribution of a day's count; memory that is no wave (a slow drift) also lowers it. Permutation i draws from stream i.
///
/// # Errors
/// [`Reason::TooFew`] below two days with exposure or `fewest_days` of 0; [`Reason::TooMany`] beyond 20,000 days;
/// [`Reason::OutOfRange`] as [`dispersion`](crate::dispersion), or for a penalty that is negative or not finite;
/// [`Reason::ZeroDenominator`] without events; [`Reason::NotRepresentable`] for more events, or less exposure, than numbers hold.
pub fn waves(days: &[Counted], search: &WaveSearch) -> Result<Waves, Reason> {
    checked(days)?;
    at_least(1, search.fewest_days)?;
    if days.len() > LONGEST {
        return Err(Reason::TooMany {
            limit: LONGEST as u64,
            found: days.len() as u64,
        });
    }
    // Days that were not watched are left out here and come back in the segments' bounds.
    let watched: Vec<usize> = (0..days.len()).filter(|&day| days[day].exposure > 0.0).collect();
    let kept: Vec<Counted> = watched.iter().map(|&day| days[day]).collect();
    at_least(2, kept.len())?;
    if kept.iter().all(|day| day.events == 0) {
        return Err(Reason::ZeroDenominator {
            what: "number of events",
        });
    }
    let penalty = search.penalty.unwrap_or(3.0 * (kept.len() as f64).ln());
    if !(penalty.is_finite() && penalty >= 0.0) {
        return Err(Reason::OutOfRange {
            what: "penalty",
            index: 0,
            must: "finite and not negative",
        });
    }
    let sums = Sums::new(&kept);
    let (cuts, dispersion) = settle(&kept, &sums, penalty, search);
    finite("dispersion", dispersion.factor)?;
    let p = (search.permutations > 0).then(|| permuted(&kept, penalty * dispersion.factor, search));
    let segments: Vec<Segment> = cuts
        .windows(2)
        .map(|ends| Segment {
            from: if ends[0] == 0 { 0 } else { watched[ends[0]] },
            to: watched.get(ends[1]).copied().unwrap_or(days.len()),
            counted: sums.counted(ends[0], ends[1]),
        })
        .collect();
    let threshold = half_exposure_rate(&segments);
    let low = segments
        .iter()
        .filter(|segment| segment.rate().is_none_or(|rate| rate <= threshold));
    let low = low.map(|segment| segment.counted).sum::<Counted>();
    // Two quiet stretches, before and after a wave, never have quite the same rate: what counts is a difference that would have
    // been worth a change point.
    let in_wave = |segment: &Segment| {
        let saved = cost(low + segment.counted) - cost(low) - cost(segment.counted);
        segment.rate().is_some_and(|rate| rate > threshold) && saved > penalty * dispersion.factor
    };
    let base = segments.iter().filter(|segment| !in_wave(segment));
    let base = base.map(|segment| segment.counted).sum::<Counted>();
    let base_rate = base.events as f64 / base.exposure;
    let end = days.len();
    let runs = segments
        .chunk_by(|a, b| in_wave(a) == in_wave(b))
        .filter(|run| in_wave(&run[0]));
    let waves = runs
        .map(|run| {
            let counted = run.iter().map(|segment| segment.counted).sum::<Counted>();
            let (from, to) = (run[0].from, run[run.len() - 1].to);
            let days = watched.iter().filter(|day| (from..to).contains(*day)).count();
            let places = watched.len() as f64 / days as f64;
            Wave {
                from,
                to,
                counted,
                excess: counted.events as f64 - base_rate * counted.exposure,
                ratio: chosen_rate_ratio(counted, base, dispersion, search.level, places),
                open: to == end,
                watched: days,
            }
        })
        .collect();
    Ok(Waves {
        segments,
        waves,
        base_rate,
        base,
        dispersion,
        penalty,
        p,
        watched: watched.len(),
    })
}

/// The rate at which half of all exposure is reached, segments taken from the lowest rate up.
fn half_exposure_rate(segments: &[Segment]) -> f64 {
    let mut rates: Vec<(f64, f64)> = segments
        .iter()
        .filter_map(|segment| Some((segment.rate()?, segment.counted.exposure)))
        .collect();
    rates.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = rates.iter().map(|rate| rate.1).sum::<f64>() / 2.0;
    let mut reached = 0.0;
    for (rate, exposure) in rates {
        reached += exposure;
        if reached >= half {
            return rate;
        }
    }
    0.0
}

/// Segments and dispersion that agree.
fn settle(days: &[Counted], sums: &Sums, penalty: f64, search: &WaveSearch) -> (Vec<usize>, Dispersion) {
    let cut = |factor: f64| partition(sums, penalty * factor, search.fewest_days).0;
    if !search.overdispersed {
        return (cut(1.0), Dispersion::POISSON);
    }
    let mut factor = dispersion_of_differences(days);
    let mut cuts = cut(factor);
    let mut df = 1.0_f64;
    for _ in 0..ROUNDS {
        let mut pearson = 0.0;
        for ends in cuts.windows(2) {
            let whole = sums.counted(ends[0], ends[1]);
            let rate = whole.events as f64 / whole.exposure;
            let of_day = |day: &Counted| (day.events as f64 - rate * day.exposure).powi(2) / (rate * day.exposure);
            pearson += if rate > 0.0 {
                days[ends[0]..ends[1]].iter().map(of_day).sum::<f64>()
            } else {
                0.0
            };
        }
        df = (days.len().saturating_sub(cuts.len() - 1) as f64).max(1.0);
        let next = (pearson / df).max(1.0);
        let again = cut(next);
        factor = next;
        if again == cuts {
            break;
        }
        cuts = again;
    }
    (cuts, Dispersion { factor, df: Some(df) })
}

/// (y₁e₀ − y₀e₁)²/(e₀e₁(y₀ + y₁)) of neighbouring days, whose expectation is φ while the rate stays the same: where days have events enough for
/// it to be φ times a χ² of one degree of freedom, by the median, which the jumps at the ends of waves do not move; else by the mean,
/// each day with the weight of its events.
fn dispersion_of_differences(days: &[Counted]) -> f64 {
    let (mut squares, mut events, mut single) = (0.0, 0.0, Vec::with_capacity(days.len()));
    for pair in days.windows(2) {
        let (one, other) = (pair[0], pair[1]);
        let cross = other.events as f64 * one.exposure - one.events as f64 * other.exposure;
        let (square, both) = (
            cross * cross / (one.exposure * other.exposure),
            (one.events + other.events) as f64,
        );
        squares += square;
        events += both;
        if both > 0.0 {
            single.push(square / both);
        }
    }
    let mean_events = events / (2 * days.len().saturating_sub(1)) as f64;
    let factor = match median(&single) {
        Ok(median) if mean_events >= ENOUGH_EVENTS => median / MEDIAN_OF_CHI_SQUARE,
        _ => squares / events,
    };
    if factor.is_finite() { factor.max(1.0) } else { 1.0 }
}

/// Events and exposure up to each day.
struct Sums {
    events: Vec<u64>,
    exposure: Vec<f64>,
}

impl Sums {
    fn new(days: &[Counted]) -> Self {
        let (mut events, mut exposure) = (vec![0], vec![0.0]);
        for (index, day) in days.iter().enumerate() {
            events.push(events[index] + day.events);
            exposure.push(exposure[index] + day.exposure);
        }
        Sums { events, exposure }
    }

    fn counted(&self, from: usize, to: usize) -> Counted {
        Counted {
            events: self.events[to] - self.events[from],
            exposure: self.exposure[to] - self.exposure[from],
        }
    }

    fn cost(&self, from: usize, to: usize) -> f64 {
        cost(self.counted(from, to))
    }
}

/// −2 log-likelihood of days at their own common rate, but for what no segmentation changes.
fn cost(counted: Counted) -> f64 {
    let events = counted.events as f64;
    if counted.events == 0 {
        0.0
    } else {
        2.0 * events * (1.0 - (events / counted.exposure).ln())
    }
}

/// The cheapest segmentation, as ascending cuts from 0 to n, and what it costs without the penalty of its first segment.
fn partition(sums: &Sums, penalty: f64, fewest_days: usize) -> (Vec<usize>, f64) {
    let n = sums.events.len() - 1;
    let mut best = vec![f64::INFINITY; n + 1];
    let mut before = vec![0_usize; n + 1];
    best[0] = -penalty;
    let mut starts: Vec<usize> = Vec::new();
    for to in 1..=n {
        // A segment may start where the days before it make up whole segments.
        if let Some(start) = to.checked_sub(fewest_days)
            && best[start].is_finite()
        {
            starts.push(start);
        }
        let mut costs: Vec<f64> = Vec::with_capacity(starts.len());
        for &start in &starts {
            let cost = best[start] + sums.cost(start, to);
            costs.push(cost);
            if cost + penalty < best[to] {
                best[to] = cost + penalty;
                before[to] = start;
            }
        }
        // Whoever is dearer without a penalty now is never the cheapest again. With segments of several days that holds only for
        // ends that far away, for which the candidates of before are still needed.
        if fewest_days == 1 {
            let reached = best[to];
            let mut cost = costs.iter();
            starts.retain(|_| cost.next().is_some_and(|&cost| cost <= reached));
        }
    }
    if !best[n].is_finite() {
        // Too short for a segment of the fewest days: one segment.
        return (vec![0, n], sums.cost(0, n));
    }
    let mut cuts = vec![n];
    while let Some(&to) = cuts.last().filter(|&&to| to > 0) {
        cuts.push(before[to]);
    }
    cuts.reverse();
    (cuts, best[n])
}

/// (1 + permutations that save as much) / (1 + permutations).
fn permuted(days: &[Counted], penalty: f64, search: &WaveSearch) -> f64 {
    let saved = |days: &[Counted]| {
        let sums = Sums::new(days);
        sums.cost(0, days.len()) - partition(&sums, penalty, search.fewest_days).1
    };
    let observed = saved(days);
    let seeded = ChaCha8Rng::seed_from_u64(search.seed);
    let as_much = (0..search.permutations)
        .filter(|&permutation| {
            let mut stream = seeded.clone();
            stream.set_stream(u64::from(permutation));
            let mut shuffled = days.to_vec();
            for last in (1..shuffled.len()).rev() {
                shuffled.swap(last, stream.random_range(0..=last as u64) as usize);
            }
            // Rounding must not make an equal order look worse.
            saved(&shuffled) >= observed - 1e-9 * observed.abs().max(1.0)
        })
        .count();
    (1 + as_much) as f64 / (1.0 + f64::from(search.permutations))
}
