//! The grammar of a published value: `n`, `<n`, `<=n`, `>n`, `>=n`, `lo-hi`, `qualitative:word`.

use std::fmt;
use std::str::FromStr;

/// A published value. Numbers are finite and not negative, as in every figure so far (a drop is given as its size).
///
/// ```
/// use study::published::Value;
/// let value: Value = "300-400".parse()?;
/// assert_eq!(value, Value::Range(300.0, 400.0));
/// assert_eq!(value.to_string(), "300-400");
/// # Ok::<(), study::published::ValueError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `n`: this number.
    Number(f64),
    /// `<n`
    Below(f64),
    /// `<=n`
    AtMost(f64),
    /// `>n`
    Above(f64),
    /// `>=n`
    AtLeast(f64),
    /// `lo-hi`: from the first to the second, both included; the first is not the larger.
    Range(f64, f64),
    /// `qualitative:word`: a finding in words. It is never turned into a number.
    Qualitative(String),
}

/// Why a text is not a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct ValueError {
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: &'static str,
}

const GRAMMAR: &str =
    "A value is n, <n, <=n, >n, >=n, lo-hi or qualitative:word, such as 300, <=1000, 300-400, qualitative:flat.";

impl Value {
    /// Whether a number lies within the published bound or range; `None` for a single number, which has no width of its
    /// own, and for a qualitative finding.
    #[must_use]
    pub fn admits(&self, number: f64) -> Option<bool> {
        match *self {
            Self::Below(bound) => Some(number < bound),
            Self::AtMost(bound) => Some(number <= bound),
            Self::Above(bound) => Some(number > bound),
            Self::AtLeast(bound) => Some(number >= bound),
            Self::Range(low, high) => Some(low <= number && number <= high),
            Self::Number(_) | Self::Qualitative(_) => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n) => write!(f, "{n}"),
            Self::Below(n) => write!(f, "<{n}"),
            Self::AtMost(n) => write!(f, "<={n}"),
            Self::Above(n) => write!(f, ">{n}"),
            Self::AtLeast(n) => write!(f, ">={n}"),
            Self::Range(low, high) => write!(f, "{low}-{high}"),
            Self::Qualitative(word) => write!(f, "qualitative:{word}"),
        }
    }
}

impl FromStr for Value {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        if let Some(word) = text.strip_prefix("qualitative:") {
            if word.is_empty() || word.trim() != word || word.contains(char::is_control) {
                return Err(wrong(text, "needs a word after `qualitative:`", GRAMMAR));
            }
            return Ok(Self::Qualitative(word.to_owned()));
        }
        // The longer signs first: `<=` also begins with `<`.
        type Bound = fn(f64) -> Value;
        let bounds: [(&str, Bound); 4] = [
            ("<=", Self::AtMost),
            (">=", Self::AtLeast),
            ("<", Self::Below),
            (">", Self::Above),
        ];
        for (sign, bound) in bounds {
            if let Some(rest) = text.strip_prefix(sign) {
                return number(rest, text).map(bound);
            }
        }
        match text.split_once('-') {
            Some((low, high)) if !low.is_empty() => {
                let (low, high) = (number(low, text)?, number(high, text)?);
                if low > high {
                    return Err(wrong(
                        text,
                        "is a range whose end is below its start",
                        "Write the smaller number first.",
                    ));
                }
                Ok(Self::Range(low, high))
            }
            Some(_) => Err(wrong(
                text,
                "is negative",
                "Write the size of a fall, and say in the unit that it is one.",
            )),
            None => number(text, text).map(Self::Number),
        }
    }
}

/// Digits with at most one decimal point between them.
fn number(digits: &str, whole: &str) -> Result<f64, ValueError> {
    let (integer, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parsed = if plain(integer) && plain(fraction) {
        digits.parse().ok()
    } else {
        None
    };
    parsed.filter(|n: &f64| n.is_finite()).ok_or_else(|| {
        let remedy = match () {
            () if whole.contains(',') => "Write numbers without separators and with a decimal point: 1000, 14.5.",
            () if whole.contains(['–', '—', '−', '≤', '≥']) => "Use the plain signs -, <= and >=.",
            () if whole.contains('%') => "Leave out the percent sign; the unit has its own column.",
            () => GRAMMAR,
        };
        wrong(whole, "is not a value", remedy)
    })
}

fn wrong(text: &str, what: &str, remedy: &'static str) -> ValueError {
    let problem = if text.is_empty() {
        "the value is empty".to_owned()
    } else {
        format!("`{}` {what}", text.escape_debug())
    };
    ValueError { problem, remedy }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_form_is_read() {
        let cases = [
            ("46000", Value::Number(46000.0)),
            ("14.5", Value::Number(14.5)),
            ("<1000", Value::Below(1000.0)),
            ("<=1000", Value::AtMost(1000.0)),
            (">2000", Value::Above(2000.0)),
            (">=45000", Value::AtLeast(45000.0)),
            ("300-400", Value::Range(300.0, 400.0)),
            ("0.5-0.5", Value::Range(0.5, 0.5)),
            ("qualitative:mostly inside", Value::Qualitative("mostly inside".into())),
        ];
        for (text, value) in cases {
            assert_eq!(text.parse(), Ok(value.clone()), "{text}");
            assert_eq!(value.to_string(), text);
        }
    }

    #[test]
    fn what_is_not_in_the_grammar_is_refused() {
        let wrong = [
            "",
            " ",
            "<",
            "<=",
            "-",
            "--",
            "-5",
            "5-",
            "400-300",
            "1-2-3",
            "1e3",
            "NaN",
            "inf",
            "+5",
            ".5",
            "5.",
            "1.2.3",
            "1,000",
            "300–400",
            "≤1000",
            "12%",
            " 5",
            "5 ",
            "< 5",
            "<<5",
            "=5",
            "<1-2",
            "qualitative:",
            "qualitative: flat",
            "Qualitative:flat",
            "flat",
            "٣",
        ];
        for text in wrong {
            assert!(text.parse::<Value>().is_err(), "{text:?} was accepted");
        }
        assert!(
            "9".repeat(400).parse::<Value>().is_err(),
            "a number beyond f64 was accepted"
        );
    }

    #[test]
    fn a_remedy_fits_the_mistake() {
        let remedy = |text: &str| text.parse::<Value>().unwrap_err().remedy;
        assert!(remedy("1,000").contains("without separators"));
        assert!(remedy("300–400").contains("plain signs"));
        assert!(remedy("12%").contains("percent"));
        assert!(remedy("400-300").contains("smaller number first"));
    }

    #[test]
    fn bounds_are_strict_or_not_as_written() {
        assert_eq!(Value::Below(2.0).admits(2.0), Some(false));
        assert_eq!(Value::AtMost(2.0).admits(2.0), Some(true));
        assert_eq!(Value::Above(2.0).admits(2.0), Some(false));
        assert_eq!(Value::AtLeast(2.0).admits(2.0), Some(true));
        assert_eq!(Value::Range(1.0, 2.0).admits(2.0), Some(true));
        assert_eq!(Value::Number(2.0).admits(2.0), None);
        assert_eq!(Value::Range(1.0, 2.0).admits(f64::NAN), Some(false));
    }

    fn any_number() -> impl Strategy<Value = f64> {
        prop_oneof![
            (0u64..1 << 53).prop_map(|n| n as f64),
            0.0..1e6,
            proptest::num::f64::POSITIVE | proptest::num::f64::ZERO
        ]
        .prop_map(f64::abs)
    }

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            any_number().prop_map(Value::Number),
            any_number().prop_map(Value::Below),
            any_number().prop_map(Value::AtMost),
            any_number().prop_map(Value::Above),
            any_number().prop_map(Value::AtLeast),
            (any_number(), any_number()).prop_map(|(a, b)| Value::Range(a.min(b), a.max(b))),
            "[a-z<>=0-9-]{1,8}( [a-z-]{1,8})?".prop_map(Value::Qualitative),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value in any_value()) {
            prop_assert_eq!(value.to_string().parse(), Ok(value));
        }

        #[test]
        fn what_is_read_is_written_in_one_form(text in "(<|>|<=|>=)?[0-9]{1,4}(\\.[0-9]{1,3})?(-[0-9]{1,5})?") {
            if let Ok(value) = text.parse::<Value>() {
                let written = value.to_string();
                prop_assert_eq!(written.parse::<Value>(), Ok(value));
            }
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,20}") {
            let _ = text.parse::<Value>();
        }
    }
}
