//! The error of a number, by what it would have been without each of the units that it rests on.

use crate::descriptive::mean;
use crate::reason::{Reason, all_finite, at_least};

/// Standard error by the delete-one jackknife, √((G − 1)/G Σ (θ₍g₎ − mean)²), of the numbers θ₍g₎ without each of G independent units
/// (Efron & Stein 1981, Annals of Statistics 9, 586–596: on average no smaller than the true one of G − 1 units, symmetric statistics).
///
/// A unit takes with it whatever depends on it: of a network the ties of an account that is left out, so that the error knows that who
/// else is there is chance, too (Frank & Snijders 1994, Journal of Official Statistics 10, 53–67).
///
/// # Errors
/// [`Reason::TooFew`] for fewer than two units, [`Reason::NotFinite`].
pub fn jackknife_error(without: &[f64]) -> Result<f64, Reason> {
    at_least(2, without.len())?;
    all_finite("number without a unit", without)?;
    let centre = mean(without)?;
    let squares: f64 = without.iter().map(|number| (number - centre).powi(2)).sum();
    let units = without.len() as f64;
    Ok((squares * (units - 1.0) / units).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptive::standard_deviation;

    #[test]
    fn of_a_mean_it_is_its_standard_error() {
        let values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
        let total: f64 = values.iter().sum();
        let without = values.map(|value| (total - value) / 7.0);
        let expected = standard_deviation(&values).unwrap() / 8_f64.sqrt();
        assert!((jackknife_error(&without).unwrap() - expected).abs() < 1e-15);
        assert_eq!(
            jackknife_error(&without[..1]),
            Err(Reason::TooFew { needed: 2, found: 1 })
        );
        assert!(jackknife_error(&[1.0, f64::NAN]).is_err());
        assert_eq!(jackknife_error(&[0.5; 3]), Ok(0.0));
    }
}
