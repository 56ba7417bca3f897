//! How alike two texts must be: a number that was checked once.

use std::fmt;
use std::str::FromStr;

/// The least Jaccard similarity of near-copies, from 0.5 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Similarity(f64);

impl Similarity {
    /// The threshold, if it lies from 0.5 to 1. Below that, unrelated texts on one topic are near-copies of one another.
    pub(crate) fn new(value: f64) -> Option<Self> {
        (0.5..=1.0).contains(&value).then_some(Self(value))
    }

    pub(crate) fn value(self) -> f64 {
        self.0
    }
}

/// Whether near-copies are looked for, and from what similarity on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Threshold {
    Off,
    From(Similarity),
}

impl FromStr for Threshold {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self::Off);
        }
        let value: Option<f64> = text.parse().ok();
        value
            .and_then(Similarity::new)
            .map(Self::From)
            .ok_or_else(|| "give a number from 0.5 to 1, or off".to_owned())
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::From(similarity) => similarity.0.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sensible_thresholds_are_taken() {
        for (text, value) in [("0.5", 0.5), ("0.8", 0.8), ("1", 1.0), ("1.0", 1.0)] {
            assert_eq!(text.parse(), Ok(Threshold::From(Similarity(value))));
        }
        assert_eq!("off".parse(), Ok(Threshold::Off));
        for text in ["", "0.49", "1.01", "80", "NaN", "inf", "-0.8", "on", "0,8"] {
            assert!(text.parse::<Threshold>().is_err(), "{text:?}");
        }
    }
}
