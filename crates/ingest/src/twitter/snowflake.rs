//! The time in an identifier. Since November 2010 posts are numbered by the millisecond (and accounts since 2016): the bits above the
//! lowest 22 count from an epoch of Twitter's own. Identifiers from before that are numbers one after the other and tell no time.

use tables::Timestamp;

/// Milliseconds since 1970 at which snowflake ids begin to count.
pub(crate) const EPOCH: i64 = 1_288_834_974_657;
/// The smallest id that is certainly a snowflake. Posts numbered one after the other stayed below 3 × 10¹⁰, accounts below 10¹⁰.
pub(crate) const SMALLEST: i64 = 1 << 40;
/// The first snowflake of 2016. Accounts had no snowflakes before that: a smaller one is a post's.
// python3 -c "from datetime import *; print((int(datetime(2016,1,1,tzinfo=timezone.utc).timestamp() * 1000) - 1288834974657) << 22)"
pub(crate) const FIRST_OF_2016: i64 = 682_712_840_401_846_272;

/// The moment in a snowflake.
pub(crate) const fn moment(id: i64) -> Timestamp {
    Timestamp((id >> 22) + EPOCH)
}

/// The moment in an identifier that is a snowflake. It is read as the integer that it is, never as a fraction.
pub(crate) fn time_of(id: &str) -> Option<Timestamp> {
    let number: i64 = id.parse().ok()?;
    (number >= SMALLEST).then(|| moment(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    // 3 June 2015, 10:00:00.123 UTC, and the bits below: python3 -c "print(((1433325600123 - 1288834974657) << 22) + 4095)"
    #[test]
    fn a_snowflake_tells_its_time_and_older_ids_do_not() {
        assert_eq!(time_of("606037608354549759"), Some(Timestamp(1_433_325_600_123)));
        for none in [
            "",
            "20",
            "29700859247",
            "6.06E+17",
            "-606037608354549759",
            "99999999999999999999",
        ] {
            assert_eq!(time_of(none), None, "{none}");
        }
        // One more than what a float can tell apart from its neighbour.
        assert_eq!(time_of("9007199254740993"), Some(moment(9_007_199_254_740_993)));
    }
}
