//! Survival curves: steps with bands, one a group, and the half line.

use plotters::prelude::*;

use super::canvas::{REFERENCE, Swatch, done, ink, legend, plane, stroke, svg};

/// A chart of survival curves.
#[derive(Debug, Clone)]
pub(crate) struct CurveChart {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) curves: Vec<Curve>,
}

/// A curve: what stands just after each time, with its interval, in order of time.
#[derive(Debug, Clone)]
pub(crate) struct Curve {
    pub(crate) label: String,
    pub(crate) steps: Vec<Stair>,
}

/// A step of a curve: days, the share that stands from then on, and the ends of its interval.
pub(crate) type Stair = (f64, f64, Option<(f64, f64)>);

impl CurveChart {
    /// The chart as an SVG element.
    pub(crate) fn svg(&self) -> anyhow::Result<String> {
        let times = self
            .curves
            .iter()
            .flat_map(|curve| curve.steps.iter().map(|step| step.0));
        let last = times.fold(1.0, f64::max);
        svg(&self.id, &self.title, &self.description, 320, |sheet| {
            let axis: plotters::coord::types::RangedCoordf64 = (0.0..last).into();
            let mut plane = plane(
                sheet,
                axis,
                1.02,
                "days since creation",
                &|value| crate::number::tick(*value),
                9,
            )?;
            let half = PathElement::new(vec![(0.0, 0.5), (last, 0.5)], stroke(REFERENCE, 3));
            done(plane.draw_series([half]))?;
            for (index, curve) in self.curves.iter().enumerate() {
                let ink = ink(index);
                let bounds = |pick: fn((f64, f64)) -> f64| {
                    let known = curve
                        .steps
                        .iter()
                        .filter_map(|(at, _, interval)| Some((*at, pick((*interval)?))));
                    stairs(known)
                };
                let (lower, upper) = (bounds(|interval| interval.0), bounds(|interval| interval.1));
                let band: Vec<_> = lower.into_iter().chain(upper.into_iter().rev()).collect();
                done(plane.draw_series([Polygon::new(band, ink.mix(0.18).filled())]))?;
                let line = stairs(curve.steps.iter().map(|(at, share, _)| (*at, *share)));
                done(plane.draw_series([PathElement::new(line, stroke(ink, 4))]))?;
            }
            let mut entries = Vec::new();
            for (index, curve) in self.curves.iter().enumerate() {
                entries.push((Swatch::Line(index), curve.label.clone()));
            }
            let has_band = |curve: &Curve| curve.steps.iter().any(|(_, _, interval)| interval.is_some());
            if self.curves.iter().any(has_band) {
                entries.push((Swatch::Band, "95 % interval".to_owned()));
            }
            entries.push((Swatch::Reference, "one half".to_owned()));
            legend(sheet, &entries)
        })
    }
}

/// The corners of a curve that keeps each value until the next: a share stands at 1 until the first time.
fn stairs(steps: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut corners: Vec<(f64, f64)> = Vec::new();
    for (at, share) in steps {
        let before = corners.last().map_or(1.0, |(_, before)| *before);
        corners.push((at, before));
        corners.push((at, share));
    }
    corners
}
