//! Measures over time: lines with bands, bars, gaps, shaded windows, and published values where they apply.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::axis::DayAxis;
use super::canvas::{
    GREY, INK, Plane, REFERENCE, SCALE, SHADE, Swatch, anchored, diamond_fill, diamond_line, done, ink, legend, plane,
    stroke, svg, text_style, unit,
};

/// A chart over time.
#[derive(Debug, Clone, Default)]
pub(crate) struct TimeChart {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) description: String,
    /// What the numbers are counted in.
    pub(crate) unit: String,
    /// First and last day, as days since 1970.
    pub(crate) span: (f64, f64),
    pub(crate) lines: Vec<Line>,
    pub(crate) references: Vec<Reference>,
    pub(crate) shades: Vec<Shade>,
    /// Moments at which there is no number, and how many days each lasts.
    pub(crate) unchecked: Vec<f64>,
    pub(crate) unchecked_days: f64,
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Points joined, broken where there is none between two.
    #[default]
    Line,
    /// Points with their intervals, not joined.
    Points,
    /// A bar from each point to the next moment, this many days wide.
    Bars(u8),
}

/// A line of a chart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) shape: Shape,
    /// In order of time; without a value where there is a gap.
    pub(crate) points: Vec<Mark>,
}

/// A point of a line.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mark {
    pub(crate) at: f64,
    pub(crate) value: Option<f64>,
    pub(crate) interval: Option<(f64, f64)>,
}

/// A published value.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    pub(crate) label: String,
    /// The value, or the two ends of a range.
    pub(crate) values: Vec<f64>,
    /// Where it applies, as days since 1970; one moment is marked by a diamond.
    pub(crate) span: (f64, f64),
}

/// A window of the study.
#[derive(Debug, Clone)]
pub(crate) struct Shade {
    pub(crate) label: String,
    pub(crate) span: (f64, f64),
}

impl TimeChart {
    /// The highest number that is drawn, published ones left out.
    fn highest_measured(&self) -> f64 {
        let marks = self.lines.iter().flat_map(|line| &line.points);
        marks
            .flat_map(|mark| [mark.value, mark.interval.map(|(_, high)| high)])
            .flatten()
            .fold(0.0, f64::max)
    }

    /// Takes out the published values that would squeeze the measured ones flat; returns them.
    pub(crate) fn drop_far_references(&mut self) -> Vec<Reference> {
        let reach = 3.0 * self.highest_measured();
        let is_near = |reference: &Reference| reference.values.iter().all(|value| *value <= reach);
        let (near, far) = std::mem::take(&mut self.references).into_iter().partition(is_near);
        self.references = near;
        far
    }

    /// The chart as an SVG element.
    pub(crate) fn svg(&self) -> anyhow::Result<String> {
        let published = self.references.iter().flat_map(|reference| &reference.values);
        let highest = published.copied().fold(self.highest_measured(), f64::max);
        let top = if highest > 0.0 { highest * 1.08 } else { 1.0 };
        svg(&self.id, &self.title, &self.description, 300, |sheet| {
            let axis = DayAxis::new(self.span.0, self.span.1);
            let label = axis.clone();
            let mut plane = plane(sheet, axis, top, "", &|value| label.label(*value), 8)?;
            self.draw_shades(&mut plane, top)?;
            self.draw_references(&mut plane)?;
            self.draw_unchecked(&mut plane, top)?;
            for (index, line) in self.lines.iter().enumerate() {
                draw_line(&mut plane, index, line)?;
            }
            self.draw_reference_marks(&mut plane)?;
            unit(sheet, &self.unit)?;
            legend(sheet, &self.legend_entries())
        })
    }

    fn legend_entries(&self) -> Vec<(Swatch, String)> {
        let mut entries = Vec::new();
        let mut has_band = false;
        for (index, line) in self.lines.iter().enumerate() {
            let swatch = match line.shape {
                Shape::Line => Swatch::Line(index),
                Shape::Points => Swatch::Point(index),
                Shape::Bars(_) => Swatch::Block(index),
            };
            let with_interval = line.points.iter().any(|mark| mark.interval.is_some());
            let whiskers = if line.shape == Shape::Points && with_interval {
                ", with 95 % interval"
            } else {
                ""
            };
            entries.push((swatch, format!("{}{whiskers}", line.label)));
            has_band |= line.shape == Shape::Line && with_interval;
        }
        if has_band {
            entries.push((Swatch::Band, "95 % interval".to_owned()));
        }
        if !self.unchecked.is_empty() {
            entries.push((Swatch::Unchecked, "no number".to_owned()));
        }
        if self
            .references
            .iter()
            .any(|reference| reference.span.0 < reference.span.1)
        {
            entries.push((Swatch::Reference, "published".to_owned()));
        } else if !self.references.is_empty() {
            entries.push((Swatch::Diamond, "published".to_owned()));
        }
        entries
    }

    fn draw_shades(&self, plane: &mut Plane<'_, '_, DayAxis>, top: f64) -> anyhow::Result<()> {
        for shade in &self.shades {
            let (from, to) = (shade.span.0.max(self.span.0), shade.span.1.min(self.span.1));
            if from >= to {
                continue;
            }
            done(plane.draw_series([Rectangle::new([(from, 0.0), (to, top)], SHADE.filled())]))?;
            let style = anchored(text_style(11, GREY), HPos::Left, VPos::Top);
            let name = Text::new(shade.label.clone(), (4 * SCALE, 3 * SCALE), style);
            done(plane.draw_series([EmptyElement::at((from, top)) + name]))?;
        }
        Ok(())
    }

    fn draw_references(&self, plane: &mut Plane<'_, '_, DayAxis>) -> anyhow::Result<()> {
        for reference in &self.references {
            let (from, to) = reference.span;
            if from >= to {
                continue;
            }
            if let [low, high] = reference.values[..] {
                let band = Rectangle::new([(from, low), (to, high)], REFERENCE.mix(0.07).filled());
                done(plane.draw_series([band]))?;
            }
            for value in &reference.values {
                done(plane.draw_series([PathElement::new(
                    vec![(from, *value), (to, *value)],
                    stroke(REFERENCE, 3),
                )]))?;
            }
            let Some(highest) = reference.values.last() else {
                continue;
            };
            let style = anchored(text_style(11, INK), HPos::Right, VPos::Bottom);
            let name = Text::new(reference.label.clone(), (-4 * SCALE, -2 * SCALE), style);
            done(plane.draw_series([EmptyElement::at((to, *highest)) + name]))?;
        }
        Ok(())
    }

    fn draw_reference_marks(&self, plane: &mut Plane<'_, '_, DayAxis>) -> anyhow::Result<()> {
        for reference in self
            .references
            .iter()
            .filter(|reference| reference.span.0 >= reference.span.1)
        {
            let at = reference.span.0;
            let in_left_half = at < f64::midpoint(self.span.0, self.span.1);
            let (anchor, side) = if in_left_half {
                (HPos::Left, 1)
            } else {
                (HPos::Right, -1)
            };
            for value in &reference.values {
                let style = anchored(text_style(11, INK), anchor, VPos::Center);
                let name = Text::new(reference.label.clone(), (side * 6 * SCALE, -side * 12 * SCALE), style);
                done(plane.draw_series([EmptyElement::at((at, *value)) + diamond_fill() + diamond_line()]))?;
                done(plane.draw_series([EmptyElement::at((at, *value)) + name]))?;
            }
        }
        Ok(())
    }

    fn draw_unchecked(&self, plane: &mut Plane<'_, '_, DayAxis>, top: f64) -> anyhow::Result<()> {
        let strips = self
            .unchecked
            .iter()
            .map(|at| (*at, (*at + self.unchecked_days).min(self.span.1)))
            .filter(|(from, to)| from < to)
            .map(|(from, to)| Rectangle::new([(from, 0.0), (to, top * 0.03)], GREY.mix(0.45).filled()));
        done(plane.draw_series(strips))?;
        Ok(())
    }
}

fn draw_line(plane: &mut Plane<'_, '_, DayAxis>, index: usize, line: &Line) -> anyhow::Result<()> {
    let ink = ink(index);
    if let Shape::Bars(days) = line.shape {
        let width = f64::from(days) * 0.86;
        let bars = line.points.iter().filter_map(|mark| {
            Some(Rectangle::new(
                [(mark.at, 0.0), (mark.at + width, mark.value?)],
                ink.mix(0.75).filled(),
            ))
        });
        done(plane.draw_series(bars))?;
        return Ok(());
    }
    for run in line.points.split(|mark| mark.value.is_none()) {
        if line.shape == Shape::Line {
            draw_band(plane, ink, run)?;
            let joined: Vec<(f64, f64)> = run.iter().filter_map(|mark| Some((mark.at, mark.value?))).collect();
            done(plane.draw_series([PathElement::new(joined, stroke(ink, 4))]))?;
        }
    }
    let whiskers = line
        .points
        .iter()
        .filter(|_| line.shape == Shape::Points)
        .filter_map(|mark| Some((mark.at, mark.interval?)))
        .map(|(at, (low, high))| PathElement::new(vec![(at, low), (at, high)], stroke(GREY, 2)));
    done(plane.draw_series(whiskers))?;
    let radius = if line.points.len() > 80 { 4 } else { 6 };
    let dots = line
        .points
        .iter()
        .filter_map(|mark| Some(Circle::new((mark.at, mark.value?), radius, ink.filled())));
    done(plane.draw_series(dots))?;
    Ok(())
}

fn draw_band(plane: &mut Plane<'_, '_, DayAxis>, ink: RGBColor, run: &[Mark]) -> anyhow::Result<()> {
    let ends: Vec<(f64, (f64, f64))> = run.iter().filter_map(|mark| Some((mark.at, mark.interval?))).collect();
    if let [(at, (low, high))] = ends[..] {
        done(plane.draw_series([PathElement::new(vec![(at, low), (at, high)], stroke(GREY, 2))]))?;
        return Ok(());
    }
    let lower = ends.iter().map(|(at, (low, _))| (*at, *low));
    let upper = ends.iter().rev().map(|(at, (_, high))| (*at, *high));
    let outline: Vec<(f64, f64)> = lower.chain(upper).collect();
    done(plane.draw_series([Polygon::new(outline, ink.mix(0.2).filled())]))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(values: &[Option<f64>]) -> TimeChart {
        TimeChart {
            id: "c".to_owned(),
            title: "<b>&".to_owned(),
            span: (16_587.0, 16_617.0),
            lines: vec![Line {
                label: "<i>".to_owned(),
                points: (0..)
                    .zip(values)
                    .map(|(day, value)| Mark {
                        at: 16_587.0 + f64::from(day),
                        value: *value,
                        interval: None,
                    })
                    .collect(),
                ..Line::default()
            }],
            ..TimeChart::default()
        }
    }

    #[test]
    fn a_line_is_broken_where_there_is_no_number() {
        let whole = chart(&[Some(1.0), Some(2.0), Some(3.0), Some(4.0)]).svg().unwrap();
        let broken = chart(&[Some(1.0), Some(2.0), None, Some(3.0), Some(4.0)])
            .svg()
            .unwrap();
        let joins = |svg: &str| svg.matches("stroke=\"#004A7A\"").count();
        assert_eq!(joins(&broken), joins(&whole) + 1);
        assert_eq!(broken.matches("<circle").count(), 4);
    }

    #[test]
    fn words_of_others_are_escaped() {
        let svg = chart(&[Some(1.0)]).svg().unwrap();
        assert!(!svg.contains("<b>") && !svg.contains("<i>"));
        assert!(svg.contains("&lt;b&gt;&amp;") && svg.contains("&lt;i&gt;"));
    }

    #[test]
    fn charts_without_numbers_or_width_can_be_drawn() {
        assert!(chart(&[]).svg().is_ok());
        assert!(chart(&[Some(0.0)]).svg().is_ok());
        let mut narrow = chart(&[Some(f64::MAX / 4.0)]);
        narrow.span = (16_587.0, 16_587.0);
        assert!(narrow.svg().is_ok());
    }

    #[test]
    fn published_values_far_above_are_left_out_of_the_drawing() {
        let mut chart = chart(&[Some(10.0)]);
        chart.references = [20.0, 300.0]
            .map(|value| Reference {
                label: String::new(),
                values: vec![value],
                span: chart.span,
            })
            .to_vec();
        let far = chart.drop_far_references();
        assert_eq!((chart.references.len(), far.len()), (1, 1));
        assert_eq!(far[0].values, [300.0]);
    }
}
