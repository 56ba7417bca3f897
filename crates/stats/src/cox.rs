//! Proportional hazards: how covariates multiply the hazard.

use std::collections::BTreeMap;

use crate::cox_risk::{Design, Evaluation, Moments};
use crate::distribution::{chi_squared_upper, two_sided_normal_p, two_sided_z};
use crate::estimate::{Estimate, Level};
use crate::reason::{Reason, all_finite, finite};
use crate::risk_table::{RiskTable, Spell, check_spell};
use crate::symmetric::Symmetric;

/// Newton steps after which a fit has failed; some five are usual.
const MOST_STEPS: u64 = 60;
/// A variance this many times that at zero is that of a likelihood without a maximum, which flattens for ever.
const FLAT: f64 = 1e5;
/// The same where rounding already hides which way is up.
const NEARLY_FLAT: f64 = 1e3;

/// What a Cox model is fitted to. Slices of equal length, one entry a spell.
///
/// A covariate that changes over time is given by several spells of one subject, (entry, exit] by (entry, exit], and the subject
/// as the cluster.
#[derive(Debug, Clone, Copy)]
pub struct CoxData<'a> {
    /// When each was at risk, and whether the event came.
    pub spells: &'a [Spell],
    /// One slice a covariate.
    pub covariates: &'a [&'a [f64]],
    /// Groups with a baseline hazard of their own.
    pub strata: Option<&'a [u64]>,
    /// Who belongs together (a person with several accounts): asks for standard errors that allow for it.
    pub clusters: Option<&'a [u64]>,
}

/// A test by the chi-squared approximation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquaredTest {
    /// The statistic.
    pub chi_squared: f64,
    /// Degrees of freedom.
    pub df: u32,
    /// Its p-value.
    pub p: f64,
}

/// One covariate's effect.
#[derive(Debug, Clone, PartialEq)]
pub struct CoxCoefficient {
    /// Log hazard ratio for a difference of one unit, with Wald's interval from the standard error used.
    pub log_hazard_ratio: Estimate,
    /// Its exponential, with the same interval carried over.
    pub hazard_ratio: Estimate,
    /// Standard error from the information matrix.
    pub std_error: f64,
    /// Standard error that allows for clusters (Lin & Wei 1989, JASA 84, 1074–1078); used where clusters were given.
    pub robust_std_error: Option<f64>,
    /// Estimate over the standard error used.
    pub z: f64,
    /// Two-sided p-value of `z`.
    pub p: f64,
}

/// A fitted Cox model.
#[derive(Debug, Clone, PartialEq)]
pub struct Cox {
    /// One for each covariate, in the order given.
    pub coefficients: Vec<CoxCoefficient>,
    /// Covariance of the estimates (the robust one where clusters were given).
    pub covariance: Vec<Vec<f64>>,
    /// Partial log-likelihood without covariates.
    pub null_log_likelihood: f64,
    /// Partial log-likelihood at the estimates.
    pub log_likelihood: f64,
    /// Twice their difference.
    pub likelihood_ratio: ChiSquaredTest,
    /// Estimates held against their covariance.
    pub wald: ChiSquaredTest,
    /// Score at zero; with one group indicator and no ties it is the log-rank test.
    pub score: ChiSquaredTest,
    /// Harrell's C: of the pairs in which one had the event while the other was at risk, the share in which the model gave the
    /// one the higher hazard, equal hazards counted half. `None` where there is no such pair.
    pub concordance: Option<f64>,
    /// Spells.
    pub spells: u64,
    /// Events.
    pub events: u64,
    /// Newton steps made.
    pub steps: u64,
}

/// What time is turned into before residuals are held against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeScale {
    /// Time itself.
    Identity,
    /// Logarithm of time.
    Log,
    /// Rank among the event times, ties shared.
    Rank,
    /// 1 − S(t) of Kaplan and Meier just after the event, as in lifelines; R's `cox.zph` takes it just before by default. It spreads events
    /// evenly, but where left truncation empties the risk set early and all later times have the same.
    KaplanMeier,
}

/// Whether hazards stay proportional.
#[derive(Debug, Clone, PartialEq)]
pub struct Proportionality {
    /// One test for each covariate; low p: its effect changes with time.
    pub covariates: Vec<ChiSquaredTest>,
    /// All together.
    pub global: ChiSquaredTest,
    /// Scale of time.
    pub scale: TimeScale,
}

/// Cox's model (1972, JRSS B 34, 187–220) with Efron's handling of ties (1977, JASA 72, 557–565), late entry on (entry, exit],
/// strata, and standard errors by cluster. O(n log n + steps·n·p²).
///
/// Newton's method from zero with halved steps. What R's `coxph` and lifelines give, with two differences from lifelines: it
/// ignores ties in robust standard errors, which here follow Efron as in R, and its concordance ignores late entry.
///
/// # Errors
/// [`Reason::LengthMismatch`]; [`Reason::TooFew`] without spells or covariates, or with no more
/// clusters than covariates; as [`RiskTable::new`] for times;
/// [`Reason::NotFinite`]; [`Reason::AllCensored`]; [`Reason::Collinear`]; [`Reason::Separated`] when a covariate orders the
/// events perfectly; [`Reason::NotConverged`].
pub fn cox(data: &CoxData<'_>, level: Level) -> Result<Cox, Reason> {
    let design = checked(data)?;
    let p = data.covariates.len();
    let start = design.evaluate(&vec![0.0; p]);
    let information = start.factor().map_err(|index| Reason::Collinear { index })?;
    let score = information.quadratic(&start.gradient);
    let null_log_likelihood = start.log_likelihood;
    let (beta, at, steps) = maximise(&design, start)?;
    let information = at.factor().map_err(|index| Reason::Separated { index })?;
    let scaled = information.inverse();
    let robust = data
        .clusters
        .map(|clusters| sandwich(&design, &beta, clusters, &scaled));
    let used = robust.as_ref().unwrap_or(&scaled);
    let unscaled = |matrix: &Symmetric, row: usize, column: usize| {
        // One after the other: their product may overflow.
        matrix.get(row, column) / design.scales[row] / design.scales[column]
    };
    let z_level = two_sided_z(level)?;
    let n = data.spells.len() as u64;
    let mut coefficients = Vec::with_capacity(p);
    for (index, scaled_beta) in beta.iter().enumerate() {
        let value = finite("coefficient", scaled_beta / design.scales[index])?;
        let std_error = finite("standard error", unscaled(&scaled, index, index).sqrt())?;
        let robust_std_error = robust
            .as_ref()
            .map(|matrix| unscaled(matrix, index, index).max(0.0).sqrt());
        let error = robust_std_error.unwrap_or(std_error);
        let interval = if error > 0.0 {
            Ok((value - z_level * error, value + z_level * error))
        } else {
            Err(Reason::Constant)
        };
        let method = match robust {
            None => "Cox with Efron's ties, Wald interval",
            Some(_) => "Cox with Efron's ties, Wald interval by cluster",
        };
        let ratio = interval.clone().map(|(low, high)| (low.exp(), high.exp()));
        let z = if error > 0.0 { value / error } else { 0.0 };
        coefficients.push(CoxCoefficient {
            log_hazard_ratio: Estimate::with_interval(value, interval, n, level, method),
            hazard_ratio: Estimate::with_interval(finite("hazard ratio", value.exp())?, ratio, n, level, method),
            std_error,
            robust_std_error,
            z,
            p: two_sided_normal_p(z)?,
        });
    }
    let df = p as u32;
    let test = |chi_squared: f64| chi_squared_test(chi_squared, df);
    let wald = match used.cholesky() {
        Ok(covariance) => covariance.quadratic(&beta),
        Err(index) => return Err(Reason::Collinear { index }),
    };
    let covariance = (0..p)
        .map(|row| (0..p).map(|column| unscaled(used, row, column)).collect())
        .collect();
    Ok(Cox {
        coefficients,
        covariance,
        null_log_likelihood,
        log_likelihood: at.log_likelihood,
        likelihood_ratio: test(2.0 * (at.log_likelihood - null_log_likelihood))?,
        wald: test(wald)?,
        score: test(score)?,
        concordance: design.concordance(&beta),
        spells: n,
        events: data.spells.iter().filter(|spell| spell.event).count() as u64,
        steps,
    })
}

/// Whether each covariate's effect stays the same over time: Schoenfeld's residuals, scaled, against time (Grambsch & Therneau
/// 1994, Biometrika 81, 515–526), with the covariance taken as constant over time, as lifelines and R before survival 3.0.
///
/// # Errors
/// As [`cox`]; [`Reason::TooFew`] below two events; [`Reason::Constant`] when all events come at one time;
/// [`Reason::OutOfRange`] for [`TimeScale::Log`] and an event at 0.
pub fn proportional_hazards(data: &CoxData<'_>, scale: TimeScale) -> Result<Proportionality, Reason> {
    let design = checked(data)?;
    let start = design.evaluate(&vec![0.0; data.covariates.len()]);
    start.factor().map_err(|index| Reason::Collinear { index })?;
    let (beta, at, _) = maximise(&design, start)?;
    let information = at.factor().map_err(|index| Reason::Separated { index })?;
    let variance = information.inverse();
    let residuals = design.schoenfeld(&design.moments(&beta));
    crate::reason::at_least(2, residuals.len())?;
    let times: Vec<f64> = residuals.iter().map(|(time, _)| *time).collect();
    let scaled = scaled_times(data.spells, &times, scale)?;
    let centre = crate::descriptive::mean(&scaled)?;
    let spread: f64 = scaled.iter().map(|g| (g - centre) * (g - centre)).sum();
    if spread == 0.0 {
        return Err(Reason::Constant);
    }
    let p = beta.len();
    let mut moved = vec![0.0; p];
    for (g, (_, residual)) in scaled.iter().zip(&residuals) {
        for (sum, r) in moved.iter_mut().zip(residual) {
            *sum += (g - centre) * r;
        }
    }
    let events = residuals.len() as f64;
    let projected = variance.times(&moved);
    let covariates = (0..p)
        .map(|index| {
            let statistic = events * projected[index] * projected[index] / (variance.get(index, index) * spread);
            chi_squared_test(statistic, 1)
        })
        .collect::<Result<_, _>>()?;
    let global = events * moved.iter().zip(&projected).map(|(a, b)| a * b).sum::<f64>() / spread;
    Ok(Proportionality {
        covariates,
        global: chi_squared_test(global, p as u32)?,
        scale,
    })
}

fn scaled_times(spells: &[Spell], times: &[f64], scale: TimeScale) -> Result<Vec<f64>, Reason> {
    match scale {
        TimeScale::Identity => Ok(times.to_vec()),
        TimeScale::Rank => Ok(crate::mann_kendall_corrected::ranks(times)),
        TimeScale::Log => match times.iter().position(|&time| time <= 0.0) {
            Some(index) => Err(Reason::OutOfRange {
                what: "event time",
                index,
                must: "positive for its logarithm",
            }),
            None => Ok(times.iter().map(|time| time.ln()).collect()),
        },
        TimeScale::KaplanMeier => {
            let table = RiskTable::new(spells)?;
            let mut survival = 1.0;
            let steps: Vec<(f64, f64)> = table
                .rows()
                .map(|row| {
                    survival *= 1.0 - row.events as f64 / row.at_risk as f64;
                    (row.time, 1.0 - survival)
                })
                .collect();
            let at = |time: &f64| steps[steps.partition_point(|step| step.0 <= *time).saturating_sub(1)].1;
            Ok(times.iter().map(at).collect())
        }
    }
}

pub(crate) fn chi_squared_test(chi_squared: f64, df: u32) -> Result<ChiSquaredTest, Reason> {
    let chi_squared = finite("chi-squared statistic", chi_squared)?.max(0.0);
    Ok(ChiSquaredTest {
        chi_squared,
        df,
        p: chi_squared_upper(chi_squared, df)?,
    })
}

fn checked(data: &CoxData<'_>) -> Result<Design, Reason> {
    let n = data.spells.len();
    crate::reason::at_least(1, n)?;
    crate::reason::at_least(1, data.covariates.len())?;
    let lengths = data.covariates.iter().map(|values| values.len());
    for length in lengths
        .chain(data.strata.map(<[u64]>::len))
        .chain(data.clusters.map(<[u64]>::len))
    {
        if length != n {
            return Err(Reason::LengthMismatch { left: n, right: length });
        }
    }
    if let Some(clusters) = data.clusters {
        // Residuals sum to zero, so that as many clusters as covariates leave a direction without variance.
        let distinct: std::collections::BTreeSet<u64> = clusters.iter().copied().collect();
        crate::reason::at_least(data.covariates.len() + 1, distinct.len())?;
    }
    for values in data.covariates {
        all_finite("covariate", values)?;
    }
    for (index, spell) in data.spells.iter().enumerate() {
        check_spell(index, spell)?;
    }
    if data.spells.iter().all(|spell| !spell.event) {
        return Err(Reason::AllCensored);
    }
    Design::new(data.spells, data.covariates, data.strata)
}

/// Newton's method; the estimates, the model there, and the steps made.
fn maximise(design: &Design, start: Evaluation) -> Result<(Vec<f64>, Evaluation, u64), Reason> {
    let mut beta = vec![0.0_f64; start.gradient.len()];
    let mut at = start;
    let variances = |at: &Evaluation| at.factor().map(|factor| factor.inverse());
    let at_zero = variances(&at).map_err(|index| Reason::Collinear { index })?;
    for steps in 0..MOST_STEPS {
        let largest = (0..beta.len())
            .max_by(|&a, &b| beta[a].abs().total_cmp(&beta[b].abs()))
            .unwrap_or(0);
        let separated = |index| Reason::Separated { index };
        let information = at.factor().map_err(|_| separated(largest))?;
        let now = information.inverse();
        let flat = |times: f64| (0..beta.len()).find(|&j| now.get(j, j) > times * at_zero.get(j, j));
        if let Some(index) = flat(FLAT) {
            return Err(separated(index));
        }
        let step = information.solve(&at.gradient);
        let gain: f64 = step.iter().zip(&at.gradient).map(|(a, b)| a * b).sum();
        if gain <= 1e-20 * at.log_likelihood.abs().max(1.0) {
            return Ok((beta, at, steps));
        }
        let mut share = 1.0;
        loop {
            let next: Vec<f64> = beta.iter().zip(&step).map(|(b, s)| b + share * s).collect();
            let found = design.evaluate(&next);
            // Rounding may take a last step a hair downhill.
            let slack = 1e-11 * at.log_likelihood.abs().max(1.0);
            if found.log_likelihood.is_finite() && found.log_likelihood >= at.log_likelihood - slack {
                (beta, at) = (next, found);
                break;
            }
            share *= 0.5;
            if share < 1e-9 {
                return Err(flat(NEARLY_FLAT).map_or(Reason::NotConverged { passes: steps }, separated));
            }
        }
        // As near as doubles come.
        if gain <= 1e-14 * at.log_likelihood.abs().max(1.0) {
            return Ok((beta, at, steps + 1));
        }
    }
    Err(Reason::NotConverged { passes: MOST_STEPS })
}

/// I⁻¹ (Σ over clusters of score residuals, squared) I⁻¹.
fn sandwich(design: &Design, beta: &[f64], clusters: &[u64], inverse: &Symmetric) -> Symmetric {
    let moments: Moments = design.moments(beta);
    let p = beta.len();
    let mut by_cluster: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    design.score_residuals(beta, &moments, |spell, residual| {
        let sum = by_cluster.entry(clusters[spell]).or_insert_with(|| vec![0.0; p]);
        for (sum, r) in sum.iter_mut().zip(residual) {
            *sum += r;
        }
    });
    let mut covariance = Symmetric::zero(p);
    for sum in by_cluster.values() {
        covariance.add_outer(&inverse.times(sum), 1.0);
    }
    covariance
}
