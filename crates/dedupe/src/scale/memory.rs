//! How much memory may be used, as it is typed.

use std::str::FromStr;

/// Bytes that the sorts of a run may hold, all together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Memory(usize);

impl Memory {
    /// No more sorts than these hold their records at one time: one that is read, and two that are filled from it.
    const SORTS: usize = 3;

    /// The share of one sort, in bytes.
    pub(crate) fn of_one_sort(self) -> usize {
        self.0 / Self::SORTS
    }
}

impl FromStr for Memory {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        let refused = || format!("'{typed}' is no amount of memory; write a number with kB, MB or GB, as 500MB");
        let split = typed.find(|c: char| !c.is_ascii_digit()).unwrap_or(typed.len());
        let (number, unit) = typed.split_at(split);
        let number: usize = number.parse().map_err(|_| refused())?;
        let unit: usize = match unit.trim_start().to_ascii_lowercase().as_str() {
            "kb" => 1_000,
            "mb" => 1_000_000,
            "gb" => 1_000_000_000,
            _ => return Err(refused()),
        };
        match number.checked_mul(unit) {
            None | Some(0) => Err(refused()),
            Some(bytes) => Ok(Self(bytes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;

    #[test]
    fn a_number_and_a_unit() {
        assert_eq!("1GB".parse(), Ok(Memory(1_000_000_000)));
        assert_eq!("20 mb".parse(), Ok(Memory(20_000_000)));
        for typed in [
            "",
            "1",
            "GB",
            "0GB",
            "-1GB",
            "1.5GB",
            "1TB",
            "99999999999999999999GB",
            "99999999999999GB",
        ] {
            assert!(typed.parse::<Memory>().is_err(), "{typed}");
        }
    }
}
