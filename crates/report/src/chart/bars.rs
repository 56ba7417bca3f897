//! Numbers side by side: a bar each, with its interval, against a line that means something (one half; as before) or, each for
//! itself, against what chance would make of it.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{GREY, GRID, INK, REFERENCE, SCALE, WIDTH, anchored, done, ink, stroke, svg, text_style};

/// A chart of bars.
#[derive(Debug, Clone)]
pub(crate) struct BarChart {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) bars: Vec<Bar>,
    /// A number to compare with, and what it means.
    pub(crate) line: Option<(f64, String)>,
    /// The least that the axis reaches to.
    pub(crate) reach: f64,
}

/// A bar.
#[derive(Debug, Clone)]
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) value: f64,
    pub(crate) interval: Option<(f64, f64)>,
    /// What the number would be by chance.
    pub(crate) chance: Option<f64>,
    /// The number in words, which stands beside the bar.
    pub(crate) shown: String,
}

const ROW: i32 = 34;
const TOP: i32 = 28;
const LABELS: i32 = 250;
const NUMBERS: i32 = 190;

impl BarChart {
    /// The chart as an SVG element.
    pub(crate) fn svg(&self) -> anyhow::Result<String> {
        let rows = i32::try_from(self.bars.len()).unwrap_or(i32::MAX / 1_000);
        let height = TOP + rows * ROW + 30;
        let line = self.line.as_ref().map_or(0.0, |(at, _)| *at);
        let numbers = self.bars.iter().flat_map(|bar| {
            let (low, high) = bar.interval.unzip();
            [Some(bar.value), low, high, bar.chance].into_iter().flatten()
        });
        // Bars begin at 0, which is on the axis whatever the numbers; below it the axis reaches to the next half.
        let (lowest, highest) = numbers.fold((line.min(0.0), self.reach.max(line)), |(low, high), number| {
            (low.min((2.0 * number).floor() / 2.0), high.max(number))
        });
        svg(&self.id, &self.title, &self.description, height, |sheet| {
            let (left, right) = (LABELS * SCALE, (WIDTH - NUMBERS) * SCALE);
            let (top, bottom) = (TOP * SCALE, (TOP + rows * ROW) * SCALE);
            let axis: plotters::coord::types::RangedCoordf64 = (lowest..highest).into();
            let x = |value: f64| axis.map(&value, (left, right));
            for tick in axis.key_points(6) {
                done(sheet.draw(&PathElement::new(
                    vec![(x(tick), top), (x(tick), bottom)],
                    stroke(GRID, 1),
                )))?;
                let style = anchored(text_style(12, INK), HPos::Center, VPos::Top);
                done(sheet.draw(&Text::new(
                    crate::number::tick(tick),
                    (x(tick), bottom + 6 * SCALE),
                    style,
                )))?;
            }
            for (bar, row) in self.bars.iter().zip(0..) {
                let middle = (TOP + row * ROW + ROW / 2) * SCALE;
                let style = anchored(text_style(13, INK), HPos::Right, VPos::Center);
                done(sheet.draw(&Text::new(bar.label.clone(), (left - 10 * SCALE, middle), style)))?;
                let half = 8 * SCALE;
                let (from, to) = (x(bar.value.min(0.0)), x(bar.value.max(0.0)));
                let corners = [(from, middle - half), (to, middle + half)];
                done(sheet.draw(&Rectangle::new(corners, ink(0).mix(0.55).filled())))?;
                if let Some((low, high)) = bar.interval {
                    let (low, high) = (x(low), x(high));
                    done(sheet.draw(&PathElement::new(vec![(low, middle), (high, middle)], stroke(INK, 3))))?;
                    for end in [low, high] {
                        let cap = vec![(end, middle - 4 * SCALE), (end, middle + 4 * SCALE)];
                        done(sheet.draw(&PathElement::new(cap, stroke(INK, 3))))?;
                    }
                }
                if let Some(chance) = bar.chance {
                    let at = x(chance);
                    for part in [-12, -4, 4] {
                        let dash = vec![(at, middle + part * SCALE), (at, middle + (part + 6) * SCALE)];
                        done(sheet.draw(&PathElement::new(dash, stroke(REFERENCE, 3))))?;
                    }
                }
                let style = anchored(text_style(12, INK), HPos::Left, VPos::Center);
                done(sheet.draw(&Text::new(bar.shown.clone(), (right + 10 * SCALE, middle), style)))?;
            }
            let nought = vec![(x(0.0), top), (x(0.0), bottom)];
            done(sheet.draw(&PathElement::new(nought, stroke(GREY, 2))))?;
            let Some((at, meaning)) = &self.line else {
                return Ok(());
            };
            let at = x(*at);
            done(sheet.draw(&PathElement::new(
                vec![(at, top - 4 * SCALE), (at, bottom)],
                stroke(REFERENCE, 3),
            )))?;
            let style = anchored(text_style(11, INK), HPos::Center, VPos::Bottom);
            done(sheet.draw(&Text::new(meaning.clone(), (at, top - 6 * SCALE), style)))
        })
    }
}
