//! Numbers that an independent implementation gave, each with the call that made it.
//! Python 3 with numpy 2.4.6, scipy 1.17.1 (`import scipy.stats as st`) and lifelines 0.30.3.

mod counts;
mod groups;
mod published_survival;
mod sample;
mod survival;
mod trend;

/// Whether two numbers agree to `relative` of their size.
#[track_caller]
pub fn close(found: f64, expected: f64, relative: f64) {
    let scale = expected.abs().max(1e-300);
    assert!(
        (found - expected).abs() <= relative * scale,
        "found {found:?}, expected {expected:?}"
    );
}

/// Whether an interval agrees.
#[track_caller]
pub fn interval_close(found: &stats::Estimate, expected: (f64, f64), relative: f64) {
    let (low, high) = found.interval().expect("both bounds");
    close(low, expected.0, relative);
    close(high, expected.1, relative);
}
