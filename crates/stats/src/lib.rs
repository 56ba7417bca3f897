//! Numbers in, numbers out: estimators, intervals and tests for slices of numbers.
//!
//! What lives here: the statistics that the measures need, each with the source of its formula. What does not: files,
//! tables, columns, units, and any other crate of ours.
//!
//! Three promises hold for every public function.
//!
//! * **No NaN, no panic.** A result is a finite number or a typed [`Reason`] why there is none. Empty, constant,
//!   infinite and huge input is answered, not suffered. Where a value exists but an interval does not, the [`Estimate`]
//!   says why.
//! * **Same input, same bits.** Sums run in slice order, sorting is by a total order, and chance comes from a named,
//!   seeded stream per resample. Large sorts and curves use rayon's threads, in parts that do not depend on how many there are, so no
//!   thread count can change a result.
//! * **A named method.** Where several formulas go by one name (quantile types, interval transforms, handling of
//!   zeros), the choice is an enum or stands in the name, never a hidden default.

mod bisection;
mod bootstrap;
mod concentration;
mod cox;
mod cox_risk;
mod descriptive;
mod dispersion;
mod distribution;
mod dyadic;
mod estimate;
mod flat;
pub mod graph;
mod holm;
mod jackknife;
mod kaplan_meier;
mod log_rank;
mod mann_kendall;
mod mann_kendall_corrected;
mod memory;
mod nelson_aalen;
mod network;
mod order;
mod proportion;
mod rate;
mod reason;
mod risk_table;
mod segment_slopes;
mod segmented;
mod symmetric;
mod theil_sen;
mod trend_interval;
mod turnbull;
mod two_samples;
mod unit_sums;
mod waves;
mod wilcoxon;

pub use bootstrap::{Bootstrap, BootstrapInterval};
pub use concentration::{gini, gini_gradient};
pub use cox::{ChiSquaredTest, Cox, CoxCoefficient, CoxData, Proportionality, TimeScale, cox, proportional_hazards};
pub use descriptive::{mean, mean_t_interval, median, quantile, standard_deviation, sum};
pub use dispersion::{Counted, Dispersion, dispersion, overdispersed_rate, rate_ratio};
pub use distribution::two_sided_normal_p;
pub use dyadic::DyadicShare;
pub use estimate::{Estimate, Level};
pub use flat::{FlatTest, Margin, TrendVerdict, flat_test, flat_test_autocorrelated};
pub use holm::holm;
pub use jackknife::jackknife_error;
pub use kaplan_meier::{AtRisk, Caution, IntervalTransform, KaplanMeier, SurvivalRow, kaplan_meier};
pub use log_rank::{LogRank, LogRankGroup, log_rank, stratified_log_rank};
pub use mann_kendall::{MannKendall, mann_kendall};
pub use mann_kendall_corrected::{CorrectedMannKendall, TrendCorrection, mann_kendall_corrected};
pub use nelson_aalen::{HazardRow, NelsonAalen, nelson_aalen};
pub use network::{TieCounts, inside_share, reciprocity};
pub use proportion::{CountInterval, clopper_pearson, korn_graubard, korn_graubard_of_error, mid_p, wilson};
pub use rate::{blaker, garwood};
pub use reason::Reason;
pub use risk_table::{RiskRow, RiskRows, RiskTable, Spell};
pub use segment_slopes::{SegmentSlope, UnitPart, segment_slopes, segment_slopes_by_unit};
pub use segmented::{Bandwidth, Break, Coefficient, SegmentedRegression, segmented_regression};
pub use theil_sen::{TheilSen, theil_sen};
pub use trend_interval::{AutocorrelatedTrend, slope_equivalence_p, slope_p, theil_sen_autocorrelated};
pub use turnbull::{IntervalSpell, MassInterval, Turnbull, turnbull, turnbull_median};
pub use two_samples::{BrunnerMunzel, MannWhitney, brunner_munzel, hodges_lehmann, mann_whitney, sign_test};
pub use unit_sums::UnitSums;
pub use waves::{Segment, Wave, WaveSearch, Waves, waves};
pub use wilcoxon::{PMethod, WilcoxonSignedRank, ZeroHandling, wilcoxon_signed_rank};
