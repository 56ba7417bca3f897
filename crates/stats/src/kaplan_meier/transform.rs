//! The scale on which a curve's pointwise intervals are symmetric, and their bounds.

use super::Stand;

/// The scale on which the interval is symmetric (Kalbfleisch & Prentice 2002, section 1.4; R's `conf.type`). With z the
/// normal quantile, S the survival and g Greenwood's sum Σ d/(n(n − d)):
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalTransform {
    /// S ± z·S·√g, cut to [0, 1].
    Plain,
    /// S·exp(±z·√g), cut at 1; the default of R's `survfit`.
    Log,
    /// S^exp(±z·√g / ln S); what lifelines gives.
    LogLog,
}

impl IntervalTransform {
    /// A name to show beside the numbers.
    pub fn name(self) -> &'static str {
        match self {
            IntervalTransform::Plain => "Kaplan-Meier, plain interval",
            IntervalTransform::Log => "Kaplan-Meier, log interval",
            IntervalTransform::LogLog => "Kaplan-Meier, log-log interval",
        }
    }

    /// The lower bound and the upper one.
    #[inline(always)]
    pub(super) fn interval(self, stand: Stand, z: f64) -> (f64, f64) {
        let (survival, half) = (stand.survival, z * stand.greenwood.sqrt());
        let (low, high) = match self {
            IntervalTransform::Plain => (survival - survival * half, survival + survival * half),
            IntervalTransform::Log => (survival + survival * growth(-half), survival + survival * growth(half)),
            IntervalTransform::LogLog => {
                let log = survival.ln();
                log_log(survival, log, half / log.abs(), growth)
            }
        };
        (low.clamp(0.0, survival), high.clamp(survival, 1.0))
    }

    /// The bounds of many, in the order of `stands`: the same numbers, sooner, since those of several are worked out at a time.
    pub(super) fn intervals(self, stands: &[Stand], z: f64, bounds: &mut Vec<(f64, f64)>) {
        bounds.clear();
        let near = self == IntervalTransform::LogLog && log_log_near(stands, z, bounds);
        if !near {
            bounds.clear();
            bounds.extend(stands.iter().map(|stand| self.interval(*stand, z)));
        }
    }
}

/// Bounds symmetric on the log-log scale, uncut. `half` is half of the interval on that scale.
#[inline(always)]
fn log_log(survival: f64, log: f64, half: f64, growth: impl Fn(f64) -> f64) -> (f64, f64) {
    let bound = |half| survival + survival * growth(log * growth(half));
    (bound(half), bound(-half))
}

/// The log-log bounds where all are near the curve; whether they are. No branch is taken but at the end, so that the compiler may take
/// several at a time.
fn log_log_near(stands: &[Stand], z: f64, bounds: &mut Vec<(f64, f64)>) -> bool {
    let mut near = true;
    bounds.extend(stands.iter().map(|stand| (stand.survival.ln(), 0.0)));
    for (stand, (log, half)) in stands.iter().zip(bounds.iter_mut()) {
        let width = z * stand.greenwood.sqrt();
        *half = width / log.abs();
        // The inner growth is no more than half·(1 + half), and with the logarithm before it width·(1 + half).
        near &= (*half <= SMALL) & (width <= SMALL / (1.0 + SMALL));
    }
    if near {
        for (stand, bound) in stands.iter().zip(bounds.iter_mut()) {
            let (log, half) = *bound;
            let (low, high) = log_log(stand.survival, log, half, growth_of_small);
            *bound = (low.max(0.0).min(stand.survival), high.max(stand.survival).min(1.0));
        }
    }
    near
}

/// Below it, in absolute value, [`growth_of_small`] is as good as the library's function.
const SMALL: f64 = 0.01;

/// exp(x) − 1. Bounds of a curve of very many are mostly so near to it that the series will do, which takes a part of the time.
#[inline(always)]
fn growth(x: f64) -> f64 {
    if x.abs() > SMALL {
        return x.exp_m1();
    }
    growth_of_small(x)
}

/// exp(x) − 1 by six terms of the series: with |x| below [`SMALL`] the next is below 1e-17.
#[inline(always)]
fn growth_of_small(x: f64) -> f64 {
    let square = x * x;
    let last = (1.0 / 120.0 + x * (1.0 / 720.0)) * square;
    x * ((1.0 + x * 0.5) + square * ((1.0 / 6.0 + x * (1.0 / 24.0)) + last))
}
