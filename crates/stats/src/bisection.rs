//! Where a condition begins to hold.

use crate::reason::Reason;

/// The least number, to the last digit, from which on a condition holds that does not at `low` and does at `high`.
pub(crate) fn first_where(low: f64, high: f64, holds: impl Fn(f64) -> Result<bool, Reason>) -> Result<f64, Reason> {
    let (mut low, mut high) = (low, high);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return Ok(high);
        }
        if holds(middle)? {
            high = middle;
        } else {
            low = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_to_the_last_digit() {
        let found = first_where(0.0, 10.0, |x| Ok(x * x >= 2.0)).unwrap();
        assert!(found * found >= 2.0 && found.next_down() * found.next_down() < 2.0);
        assert_eq!(first_where(1.0, 2.0, |_| Ok(false)), Ok(2.0));
        assert_eq!(first_where(3.0, 3.0, |_| Ok(true)), Ok(3.0));
        assert!(first_where(0.0, 1.0, |_| Err(Reason::Constant)).is_err());
    }
}
