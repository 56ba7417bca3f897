//! The sheet that a chart is drawn on: its size, its inks, its legend, and the SVG element around it.

use std::fmt::Write as _;

use anyhow::anyhow;
use minijinja::HtmlEscape;
use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// `plotters` draws on whole pixels; drawn at twice its size, a curve is smooth.
pub(super) const SCALE: i32 = 2;
/// Width in the page's own pixels.
pub(super) const WIDTH: i32 = 760;

pub(super) type Sheet<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(super) type Plane<'a, 'b, X> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<X, RangedCoordf64>>;

pub(super) const INK: RGBColor = RGBColor(34, 34, 34);
pub(super) const GRID: RGBColor = RGBColor(214, 214, 214);
pub(super) const SHADE: RGBColor = RGBColor(240, 238, 228);
pub(super) const GREY: RGBColor = RGBColor(105, 105, 105);
/// Line inks, dark enough for grey paper, each with its own dash: without colour they are told apart by that.
const LINES: [RGBColor; 6] = [
    RGBColor(0, 74, 122),
    RGBColor(176, 74, 0),
    RGBColor(90, 90, 90),
    RGBColor(0, 105, 80),
    RGBColor(140, 50, 120),
    RGBColor(110, 95, 0),
];
/// As many lines as a chart can show apart.
pub(crate) const MOST_LINES: usize = LINES.len();

/// The ink of a chart's line.
pub(super) fn ink(index: usize) -> RGBColor {
    LINES[index % LINES.len()]
}

/// The ink of published values, which is dotted.
pub(super) const REFERENCE: RGBColor = RGBColor(60, 20, 60);
/// `plotters` would draw each dash as a path of its own; SVG knows dashes, so each ink is given one afterwards.
const DASHES: [(RGBColor, &str); 6] = [
    (LINES[1], "16 8"),
    (LINES[2], "4 7"),
    (LINES[3], "24 7 5 7"),
    (LINES[4], "9 5"),
    (LINES[5], "18 5 4 5 4 5"),
    (REFERENCE, "3 6"),
];

/// Draws a chart of `height` and gives its SVG element.
pub(super) fn svg(
    id: &str,
    title: &str,
    description: &str,
    height: i32,
    draw: impl FnOnce(&Sheet<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<String> {
    let size = (WIDTH * SCALE, height * SCALE);
    let mut drawn = String::new();
    {
        let sheet =
            SVGBackend::with_string(&mut drawn, (size.0.unsigned_abs(), size.1.unsigned_abs())).into_drawing_area();
        draw(&sheet)?;
        done(sheet.present())?;
    }
    // The element is written anew: its size is the page's matter, and its names are ours.
    let inside = drawn
        .find('>')
        .and_then(|end| drawn.get(end + 1..))
        .and_then(|rest| rest.trim_end().strip_suffix("</svg>"))
        .ok_or_else(|| anyhow!("the chart '{id}' could not be drawn"))?;
    let mut element = String::with_capacity(inside.len() + 512);
    write!(
        element,
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>",
        size.0,
        size.1,
        HtmlEscape(title),
        HtmlEscape(description),
    )?;
    let mut inside = inside.to_owned();
    for (RGBColor(red, green, blue), dash) in DASHES {
        let ink = format!("stroke=\"#{red:02X}{green:02X}{blue:02X}\"");
        inside = inside.replace(&ink, &format!("{ink} stroke-dasharray=\"{dash}\""));
    }
    element.push_str(&inside);
    element.push_str("</svg>");
    Ok(element)
}

/// A drawing step's result with an error that can be passed on.
pub(super) fn done<T, E: std::fmt::Display>(result: Result<T, E>) -> anyhow::Result<T> {
    result.map_err(|error| anyhow!("a chart could not be drawn: {error}"))
}

/// Text of `size` points.
pub(super) fn text_style(size: i32, ink: RGBColor) -> TextStyle<'static> {
    ("sans-serif", size * SCALE).into_font().color(&ink)
}

/// Where text stands as seen from its point.
pub(super) fn anchored(style: TextStyle<'static>, h: HPos, v: VPos) -> TextStyle<'static> {
    style.pos(Pos::new(h, v))
}

pub(super) fn stroke(ink: RGBColor, width: u32) -> ShapeStyle {
    ink.stroke_width(width)
}

/// The part of the sheet that axes span, with the axes drawn.
pub(super) fn plane<'a, 'b, X>(
    sheet: &'a Sheet<'b>,
    x: X,
    top_of_y: f64,
    x_name: &str,
    x_label: &dyn Fn(&f64) -> String,
    x_ticks: usize,
) -> anyhow::Result<Plane<'a, 'b, X>>
where
    X: Ranged<ValueType = f64> + ValueFormatter<f64> + AsRangedCoord<CoordDescType = X, Value = f64>,
{
    let bottom = if x_name.is_empty() { 30 } else { 42 };
    let mut plane = done(
        ChartBuilder::on(sheet)
            .margin_top(34 * SCALE)
            .margin_right(30 * SCALE)
            .margin_left(4 * SCALE)
            .set_label_area_size(LabelAreaPosition::Left, 58 * SCALE)
            .set_label_area_size(LabelAreaPosition::Bottom, bottom * SCALE)
            .build_cartesian_2d(x, 0.0..top_of_y),
    )?;
    done(
        plane
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(stroke(GRID, 1))
            .axis_style(stroke(GREY, 2))
            .set_all_tick_mark_size(4 * SCALE)
            .label_style(text_style(12, INK))
            .axis_desc_style(text_style(12, INK))
            .x_desc(x_name)
            .x_labels(x_ticks)
            .y_labels(6)
            .x_label_formatter(&|value| x_label(value))
            .y_label_formatter(&|value| crate::number::tick(*value))
            .draw(),
    )?;
    Ok(plane)
}

/// Writes the unit above the plane, at the right.
pub(super) fn unit(sheet: &Sheet<'_>, unit: &str) -> anyhow::Result<()> {
    let style = anchored(text_style(12, GREY), HPos::Right, VPos::Center);
    let place = ((WIDTH - 14) * SCALE, 14 * SCALE);
    done(sheet.draw(&Text::new(unit.to_owned(), place, style)))
}

/// How a legend shows its entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Swatch {
    Line(usize),
    Point(usize),
    Band,
    Block(usize),
    Reference,
    Diamond,
    Unchecked,
}

/// Where a legend begins, and how wide the sign of an entry is, in the page's own pixels.
const FIRST_ENTRY: i32 = 62;
const SWATCH: i32 = 26;

/// Draws the legend above the plane.
pub(super) fn legend(sheet: &Sheet<'_>, entries: &[(Swatch, String)]) -> anyhow::Result<()> {
    let (mut x, y) = (FIRST_ENTRY * SCALE, 14 * SCALE);
    let letters = |label: &str| i32::try_from(label.chars().count()).unwrap_or(0);
    let wanted: i32 = entries.iter().map(|(_, label)| SWATCH + 7 * letters(label) + 20).sum();
    // Without font files a label's width is a guess; a wide one leaves only more room, as long as there is some.
    let (letter, gap) = if wanted > WIDTH - FIRST_ENTRY { (6, 12) } else { (7, 20) };
    for (swatch, label) in entries {
        let end = x + SWATCH * SCALE;
        let middle = (x + end) / 2;
        match swatch {
            Swatch::Line(index) => {
                let line = PathElement::new(vec![(x, y), (end, y)], stroke(ink(*index), 4));
                done(sheet.draw(&line))?;
            }
            Swatch::Point(index) => {
                let whisker = PathElement::new(vec![(middle, y - 7 * SCALE), (middle, y + 7 * SCALE)], stroke(GREY, 2));
                done(sheet.draw(&whisker))?;
                done(sheet.draw(&Circle::new((middle, y), 6, ink(*index).filled())))?;
            }
            Swatch::Band => {
                let band = Rectangle::new([(x, y - 5 * SCALE), (end, y + 5 * SCALE)], GREY.mix(0.25).filled());
                done(sheet.draw(&band))?;
            }
            Swatch::Block(index) => {
                let block = Rectangle::new(
                    [(middle - 6 * SCALE, y - 5 * SCALE), (middle + 6 * SCALE, y + 5 * SCALE)],
                    ink(*index).mix(0.75).filled(),
                );
                done(sheet.draw(&block))?;
            }
            Swatch::Reference => {
                done(sheet.draw(&PathElement::new(vec![(x, y), (end, y)], stroke(REFERENCE, 3))))?;
            }
            Swatch::Diamond => {
                done(sheet.draw(&(EmptyElement::at((middle, y)) + diamond_fill() + diamond_line())))?;
            }
            Swatch::Unchecked => {
                let strip = Rectangle::new([(x, y - 3 * SCALE), (end, y + 3 * SCALE)], GREY.mix(0.45).filled());
                done(sheet.draw(&strip))?;
            }
        }
        let style = anchored(text_style(12, INK), HPos::Left, VPos::Center);
        done(sheet.draw(&Text::new(label.clone(), (end + 6 * SCALE, y), style)))?;
        x = end + (letter * letters(label) + gap) * SCALE;
    }
    Ok(())
}

/// A diamond's corners around its middle.
const DIAMOND: [(i32, i32); 5] = [(0, -12), (12, 0), (0, 12), (-12, 0), (0, -12)];

/// The inside of a published value's diamond.
pub(super) fn diamond_fill() -> Polygon<(i32, i32)> {
    Polygon::new(DIAMOND.to_vec(), WHITE.filled())
}

/// Its outline.
pub(super) fn diamond_line() -> PathElement<(i32, i32)> {
    PathElement::new(DIAMOND.to_vec(), stroke(INK, 3))
}
