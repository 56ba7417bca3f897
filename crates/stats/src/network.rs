//! Shares of ties in a network, from counts alone.
//!
//! Whether self-loops and repeated ties count is the caller's policy, to be stated beside the number.

use crate::Estimate;
use crate::estimate::Level;
use crate::proportion::wilson;
use crate::reason::Reason;

/// Ties of a set, counted by where they lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TieCounts {
    /// Ties that stay inside the set.
    pub inside: u64,
    /// Ties that leave it.
    pub outside: u64,
}

impl TieCounts {
    fn total(self) -> Result<u64, Reason> {
        let total = self
            .inside
            .checked_add(self.outside)
            .ok_or(Reason::NotRepresentable { what: "number of ties" })?;
        if total == 0 {
            Err(Reason::ZeroDenominator { what: "number of ties" })
        } else {
            Ok(total)
        }
    }
}

/// Share of ties that stay inside, with Wilson's interval.
///
/// The interval takes ties as independent, which ties of one account are not; for an interval that respects accounts,
/// resample accounts ([`Bootstrap::of_units`](crate::Bootstrap::of_units)).
///
/// # Errors
/// [`Reason::ZeroDenominator`] without ties.
pub fn inside_share(ties: TieCounts, level: Level) -> Result<Estimate, Reason> {
    wilson(ties.inside, ties.total()?, level)
}

/// Share of directed ties that are returned: 2·mutual pairs / directed ties, as igraph's and networkx's overall
/// reciprocity.
///
/// `directed_ties` counts distinct ordered pairs without self-loops, `mutual_pairs` the unordered pairs tied both ways.
///
/// # Errors
/// [`Reason::ZeroDenominator`] without ties; [`Reason::OutOfRange`] when the pairs need more ties than there are.
pub fn reciprocity(mutual_pairs: u64, directed_ties: u64) -> Result<f64, Reason> {
    if directed_ties == 0 {
        return Err(Reason::ZeroDenominator { what: "number of ties" });
    }
    if mutual_pairs > directed_ties / 2 {
        return Err(Reason::OutOfRange {
            what: "mutual pairs",
            index: 0,
            must: "at most half the directed ties",
        });
    }
    Ok(2.0 * mutual_pairs as f64 / directed_ties as f64)
}
