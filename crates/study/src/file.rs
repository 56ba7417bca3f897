//! `study.toml` as it was typed: the keys, nothing checked but their names and types. What was meant is [`crate::Study`].

use serde::{Deserialize, Serialize};
use toml::{Spanned, Value};

use crate::design::{IntervalTransform, Listed, Reduce};

/// The whole file. Dates are TOML dates or text; which of them are sound is decided in `read`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StudyFile {
    pub title: String,
    #[serde(default)]
    pub synthetic: bool,
    pub period: PeriodFile,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub samples: Option<Spanned<SamplesFile>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<WindowFile>,
    #[serde(default)]
    pub sets: SetsFile,
    #[serde(default)]
    pub expanded: ExpandedFile,
    #[serde(default)]
    pub followers: FollowersFile,
    #[serde(default)]
    pub survival: SurvivalFile,
    #[serde(default)]
    pub returns: ReturnsFile,
    #[serde(default)]
    pub location: LocationFile,
    #[serde(default)]
    pub privacy: PrivacyFile,
    #[serde(default)]
    pub bootstrap: BootstrapFile,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compare: Vec<Spanned<CompareFile>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PeriodFile {
    pub from: Spanned<Value>,
    pub to: Spanned<Value>,
}

/// Either `dates`, or `every_days` with an optional span, or only `daily` windows; `daily` goes with either.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SamplesFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dates: Option<Vec<Spanned<Value>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_days: Option<Spanned<u32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Spanned<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Spanned<Value>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub daily: Vec<Spanned<String>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WindowFile {
    pub name: Spanned<String>,
    pub from: Spanned<Value>,
    pub to: Spanned<Value>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetsFile {
    #[serde(default)]
    pub listed: Listed,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roster: Option<Spanned<String>>,
}

/// A table of the file with a default for each key.
macro_rules! section {
    ($name:ident { $($key:ident: $kind:ty = $default:expr),+ $(,)? }) => {
        #[derive(Debug, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub(crate) struct $name {
            $(pub $key: $kind),+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($key: $default),+ }
            }
        }
    };
}

/// A value that stands nowhere in the file: a default, or one about to be written.
pub(crate) fn nowhere<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

// Chosen on simulated truth: datasets/validation/expanded.md.
section!(ExpandedFile {
    threshold: Spanned<f64> = nowhere(0.3),
    half_at: Spanned<f64> = nowhere(5.0),
    attention_weight: Spanned<f64> = nowhere(0.5),
    most_rounds: Spanned<u32> = nowhere(100),
});
section!(FollowersFile { flat_margin_percent: Spanned<f64> = nowhere(10.0) });
section!(SurvivalFile {
    interval: IntervalTransform = IntervalTransform::LogLog
});
section!(ReturnsFile { days_after: u32 = 7 });
section!(LocationFile { focus_countries: Vec<Spanned<String>> = ["IQ", "SY"].map(|code| nowhere(code.to_owned())).into() });
section!(PrivacyFile { min_group_size: Spanned<u32> = nowhere(5) });
// The seed is the day the study appeared; any other number would do as well.
section!(BootstrapFile { resamples: Spanned<u32> = nowhere(1000), seed: u64 = 20_160_218 });

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompareFile {
    pub figure: Spanned<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reduce: Option<Reduce>,
    #[serde(default = "listed_group")]
    pub group: String,
    #[serde(default = "whole_period")]
    pub window: Spanned<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance_percent: Option<Spanned<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

fn listed_group() -> String {
    "listed".to_owned()
}

fn whole_period() -> Spanned<String> {
    nowhere(crate::Window::ALL.to_owned())
}
