//! Numbers as a person reads them: few digits, commas between thousands, a true minus sign.

/// The minus sign. A hyphen would make a spreadsheet see a formula, and breaks across lines.
const MINUS: char = '\u{2212}';

/// A count: `1,203`.
pub(crate) fn count(count: i64) -> String {
    fixed(count as f64, 0)
}

/// A number: three digits or so, whole numbers as they are.
pub(crate) fn number(value: f64) -> String {
    with_decimals(value, decimals(value))
}

/// A number and the ends of its interval, all with as many decimals as the number and the interval need.
pub(crate) fn with_interval(value: f64, interval: Option<(f64, f64)>) -> (String, Option<String>) {
    let Some((low, high)) = interval else {
        return (number(value), None);
    };
    let all = [value, low, high];
    let decimals = if all.iter().all(|number| number.fract() == 0.0) {
        0
    } else {
        // The number decides; one of 0 would otherwise hide that its interval has a width.
        let own = decimals_of_size(if value == 0.0 { high - low } else { value });
        own.min(4)
    };
    let shown = |number: f64| with_decimals(number, decimals);
    (shown(value), Some(format!("{} to {}", shown(low), shown(high))))
}

/// A number on an axis: no more digits than it needs.
pub(crate) fn tick(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    let decimals = (0..=6).find(|decimals| {
        let scale = 10f64.powi(*decimals);
        ((rounded * scale).round() / scale - rounded).abs() < 1e-9
    });
    fixed(rounded, decimals.map_or(6, |decimals| decimals.unsigned_abs() as usize))
}

/// A size in bytes, exactly.
pub(crate) fn bytes(bytes: u64) -> String {
    count(i64::try_from(bytes).unwrap_or(i64::MAX))
}

fn decimals(value: f64) -> usize {
    if value.fract() == 0.0 {
        0
    } else {
        decimals_of_size(value)
    }
}

fn decimals_of_size(value: f64) -> usize {
    match value.abs() {
        size if size >= 1000.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 1.0 => 2,
        size if size >= 0.01 => 3,
        _ => 4,
    }
}

fn with_decimals(value: f64, decimals: usize) -> String {
    let size = value.abs();
    if size != 0.0 && !(0.000_5..1e15).contains(&size) {
        return format!("{value:.1e}").replace('-', &MINUS.to_string());
    }
    fixed(value, decimals)
}

fn fixed(value: f64, decimals: usize) -> String {
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = plain
        .split_once('.')
        .map_or((plain.as_str(), None), |(a, b)| (a, Some(b)));
    let mut text = String::with_capacity(plain.len() + 8);
    if value < 0.0 && plain.bytes().any(|digit| matches!(digit, b'1'..=b'9')) {
        text.push(MINUS);
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_grouped() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (5.0, "5"),
            (1234.0, "1,234"),
            (1_234_567.891, "1,234,568"),
            (345.26, "345.3"),
            (14.537, "14.54"),
            (0.5432, "0.543"),
            (-0.5, "−0.500"),
            (0.0021, "0.0021"),
            (0.000_012, "1.2e−5"),
            (-0.000_000_1, "−1.0e−7"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text, "{value}");
        }
        assert_eq!(count(-1203), "−1,203");
    }

    #[test]
    fn an_interval_has_the_decimals_of_its_number() {
        let shown = |value, low, high| with_interval(value, Some((low, high)));
        assert_eq!(
            shown(345.26, 330.0, 360.04),
            ("345.3".into(), Some("330.0 to 360.0".into()))
        );
        assert_eq!(
            shown(285.0, 264.0, 299.5),
            ("285.0".into(), Some("264.0 to 299.5".into()))
        );
        assert_eq!(shown(3.0, 1.0, 5.0), ("3".into(), Some("1 to 5".into())));
        assert_eq!(shown(0.0, 0.0, 0.731), ("0.000".into(), Some("0.000 to 0.731".into())));
        assert_eq!(
            shown(-0.12, -0.4, 0.2),
            ("−0.120".into(), Some("−0.400 to 0.200".into()))
        );
    }

    #[test]
    fn ticks_are_as_short_as_they_can_be() {
        assert_eq!(
            [0.0, 0.5, 0.25, 100.0, 2500.0].map(tick),
            ["0", "0.5", "0.25", "100", "2,500"]
        );
        assert_eq!(tick(0.1 + 0.2), "0.3");
    }
}
