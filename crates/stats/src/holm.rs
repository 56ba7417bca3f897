//! Several tests of one family.

use crate::reason::{Reason, at_least};

/// Holm's step-down adjustment (1979, Scandinavian Journal of Statistics 6, 65–70): in ascending order the i-th smallest of m is
/// multiplied by m − i + 1, and none is below one before it. An adjusted value at most α rejects with the chance of any false rejection in
/// the family at most α, whatever the dependence. In the order given.
///
/// # Errors
/// [`Reason::TooFew`] without values; [`Reason::OutOfRange`] unless all lie from 0 to 1.
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>, Reason> {
    at_least(1, p_values.len())?;
    if let Some(index) = p_values.iter().position(|p| !(0.0..=1.0).contains(p)) {
        return Err(Reason::OutOfRange {
            what: "p-value",
            index,
            must: "from 0 to 1",
        });
    }
    let m = p_values.len();
    let mut order: Vec<usize> = (0..m).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; m];
    let mut highest = 0.0_f64;
    for (rank, &index) in order.iter().enumerate() {
        highest = highest.max(((m - rank) as f64 * p_values[index]).min(1.0));
        adjusted[index] = highest;
    }
    Ok(adjusted)
}
