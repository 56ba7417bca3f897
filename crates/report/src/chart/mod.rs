//! Charts as SVG that stands in the page: no script, no font file, readable in black and white, with a title and a
//! description for those who do not see it.
//!
//! `plotters` maps data to the page and draws axes; what a chart of a study needs beyond it (windows shaded, published
//! bounds, unchecked days, months on an axis) is here.

mod axis;
mod bars;
mod canvas;
mod curve;
mod time;

pub(crate) use axis::days;
pub(crate) use bars::{Bar, BarChart};
pub(crate) use canvas::MOST_LINES;
pub(crate) use curve::{Curve, CurveChart, Stair};
pub(crate) use time::{Line, Mark, Reference, Shade, Shape, TimeChart};
