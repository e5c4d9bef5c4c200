//! A canvas: plotters' SVG backend, with colours that follow the page's theme.

use super::{ChartError, Ink};
use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::{Color as _, DrawingArea, IntoDrawingArea as _, IntoFont as _, ShapeStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, RGBColor};

/// Where text stands relative to its point.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Parts of a pixel that the backend draws in. It knows whole numbers only, and
/// flat curves would climb in visible steps.
const FINE: i32 = 4;

/// A drawing under way. Points are pixels from the upper left.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

/// Draws a picture and returns it as an `<svg>` element that fills its parent.
pub(super) fn draw(
    size: (u32, u32),
    label: &str,
    paint: impl FnOnce(&Canvas<'_>) -> Result<(), ChartError>,
) -> Result<String, ChartError> {
    let mut svg = String::new();
    let fine_size = (size.0 * FINE as u32, size.1 * FINE as u32);
    {
        let canvas = Canvas {
            area: SVGBackend::with_string(&mut svg, fine_size).into_drawing_area(),
        };
        paint(&canvas)?;
        canvas.area.present().map_err(ChartError::new)?;
    }
    Ok(themed(&svg, fine_size, label))
}

fn themed(svg: &str, (width, height): (u32, u32), label: &str) -> String {
    let body = svg.split_once('>').map_or(svg, |(_, body)| body);
    let mut body = body
        .replace(">\n", ">")
        .replace("\n<", "<")
        .replace(" opacity=\"1\"", "");
    body = body.replace(" font-family=\"system-ui\"", "");
    for (ink, name) in Ink::ALL {
        let placeholder = format!("\"#0102{:02X}\"", ink as u8);
        if body.contains(&placeholder) {
            body = body.replace(&placeholder, &format!("\"var({name})\""));
        }
    }
    let label = escape(label);
    format!(
        "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{label}\" \
         font-family=\"system-ui, sans-serif\">{body}"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn placeholder(ink: Ink) -> RGBColor {
    RGBColor(1, 2, ink as u8)
}

fn fine((x, y): (i32, i32)) -> (i32, i32) {
    (x * FINE, y * FINE)
}

fn stroke(ink: Ink, width: u32) -> ShapeStyle {
    let color = placeholder(ink).into();
    ShapeStyle {
        color,
        filled: false,
        stroke_width: width * FINE as u32,
    }
}

impl Canvas<'_> {
    /// A filled rectangle between two corners.
    pub(super) fn block(
        &self,
        from: (i32, i32),
        to: (i32, i32),
        ink: Ink,
    ) -> Result<(), ChartError> {
        let style = ShapeStyle {
            filled: true,
            ..stroke(ink, 0)
        };
        let element = Rectangle::new([fine(from), fine(to)], style);
        self.area.draw(&element).map_err(ChartError::new)
    }

    /// A straight line.
    pub(super) fn line(
        &self,
        points: [(i32, i32); 2],
        ink: Ink,
        width: u32,
    ) -> Result<(), ChartError> {
        let element = PathElement::new(points.map(fine).to_vec(), stroke(ink, width));
        self.area.draw(&element).map_err(ChartError::new)
    }

    /// A line through many points, dashed or not.
    pub(super) fn curve(
        &self,
        points: impl Iterator<Item = (f64, f64)>,
        ink: Ink,
        dashed: bool,
    ) -> Result<(), ChartError> {
        let part = |pixels: f64| (pixels * f64::from(FINE)).round() as i32;
        let points: Vec<(i32, i32)> = points.map(|(x, y)| (part(x), part(y))).collect();
        let style = stroke(ink, 2);
        let drawn = if dashed {
            self.area
                .draw(&DashedPathElement::new(points, 6 * FINE, 4 * FINE, style))
        } else {
            self.area.draw(&PathElement::new(points, style))
        };
        drawn.map_err(ChartError::new)
    }

    /// An area between two lines, faint.
    pub(super) fn band(
        &self,
        points: impl Iterator<Item = (f64, f64)>,
        ink: Ink,
    ) -> Result<(), ChartError> {
        let part = |pixels: f64| (pixels * f64::from(FINE)).round() as i32;
        let points: Vec<(i32, i32)> = points.map(|(x, y)| (part(x), part(y))).collect();
        let element = Polygon::new(points, placeholder(ink).mix(0.16).filled());
        self.area.draw(&element).map_err(ChartError::new)
    }

    /// A dot around a point, filled or not.
    pub(super) fn dot(
        &self,
        (x, y): (i32, i32),
        radius: i32,
        ink: Ink,
        filled: bool,
    ) -> Result<(), ChartError> {
        let style = ShapeStyle {
            filled,
            ..stroke(ink, 2)
        };
        let element = Circle::new(fine((x, y)), radius * FINE, style);
        self.area.draw(&element).map_err(ChartError::new)
    }

    /// A diamond around a point.
    pub(super) fn mark(&self, (x, y): (i32, i32), ink: Ink) -> Result<(), ChartError> {
        let points = [(x - 5, y), (x, y - 5), (x + 5, y), (x, y + 5)]
            .map(fine)
            .to_vec();
        let element = Polygon::new(points, placeholder(ink).filled());
        self.area.draw(&element).map_err(ChartError::new)
    }

    /// An interval: a line with a stop at each end.
    pub(super) fn whisker(&self, low: i32, high: i32, y: i32, ink: Ink) -> Result<(), ChartError> {
        self.line([(low, y), (high, y)], ink, 1)?;
        self.line([(low, y - 4), (low, y + 4)], ink, 1)?;
        self.line([(high, y - 4), (high, y + 4)], ink, 1)
    }

    /// Text of 12 pixels, centred on the height of its point.
    pub(super) fn text(
        &self,
        text: &str,
        at: (i32, i32),
        anchor: Anchor,
        ink: Ink,
    ) -> Result<(), ChartError> {
        let horizontal = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        // The backend divides by 1.24 to get from a line's height to the letters' size.
        let height = 12.0 * f64::from(FINE) * 1.24;
        let style = ("system-ui", height, FontStyle::Normal)
            .into_font()
            .color(&placeholder(ink))
            .pos(Pos::new(horizontal, VPos::Center));
        let element = Text::new(text.to_owned(), fine(at), style);
        self.area.draw(&element).map_err(ChartError::new)
    }
}
