//! A chart: what is drawn, not yet the drawing.

use super::bars::{Bar, Bars, Style};
use super::lines::{Line, Lines};
use super::points::{Point, Points};
use super::{Axis, ChartError, Ink, Unit};
use crate::model::ModeKind;
use crate::tables::Table;

/// A chart of one of four sorts. Made with [`Chart::bars`], [`Chart::ratios`],
/// [`Chart::lines`] or [`Chart::points`]; a [`Document`](crate::Document) draws it, once for
/// wide and once for narrow pages.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    pub(crate) title: String,
    pub(crate) caption: String,
    pub(crate) legend: Vec<(Ink, String)>,
    pub(super) plot: Plot,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Plot {
    Bars(Bars),
    Lines(Lines),
    Points(Points),
}

/// A chart as SVG in both widths.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Drawn {
    pub(crate) wide: String,
    pub(crate) narrow: String,
}

impl Chart {
    /// Bars from zero, one row each; the parts of a bar stand beside each other.
    pub fn bars(title: impl Into<String>, unit: Unit, bars: Vec<Bar>) -> Chart {
        Chart::new(title, Plot::Bars(Bars::new(bars, unit, Style::Stacked)))
    }

    /// Bars from zero whose parts stand under each other, each from zero.
    pub fn grouped_bars(title: impl Into<String>, unit: Unit, bars: Vec<Bar>) -> Chart {
        Chart::new(title, Plot::Bars(Bars::new(bars, unit, Style::Grouped)))
    }

    /// Marks on a logarithmic axis with a line at 1, one row each.
    pub fn ratios(title: impl Into<String>, bars: Vec<Bar>) -> Chart {
        let bars = Bars::new(bars, Unit::Ratio, Style::Ratios);
        Chart::new(title, Plot::Bars(bars))
    }

    /// Lines, each named at its end, with their bands and marks.
    pub fn lines(title: impl Into<String>, x: Axis, y: Axis, lines: Vec<Line>) -> Chart {
        Chart::new(title, Plot::Lines(Lines::new(x, y, lines)))
    }

    /// Points in a plane; those of the front are filled and joined by a line.
    pub fn points(title: impl Into<String>, x: Axis, y: Axis, points: Vec<Point>) -> Chart {
        Chart::new(title, Plot::Points(Points::new(x, y, points)))
    }

    fn new(title: impl Into<String>, plot: Plot) -> Chart {
        Chart {
            title: title.into(),
            caption: String::new(),
            legend: Vec::new(),
            plot,
        }
    }

    /// What is drawn and how to read it, in a sentence or two.
    #[must_use]
    pub fn caption(mut self, caption: impl Into<String>) -> Chart {
        self.caption = caption.into();
        self
    }

    /// Adds a colour and what it stands for.
    #[must_use]
    pub fn legend(mut self, ink: Ink, words: impl Into<String>) -> Chart {
        self.legend.push((ink, words.into()));
        self
    }

    /// Adds the kinds of modes that occur, each once, in their usual order.
    #[must_use]
    pub fn kinds(mut self, kinds: impl IntoIterator<Item = ModeKind>) -> Chart {
        let mut kinds: Vec<ModeKind> = kinds.into_iter().collect();
        kinds.sort_unstable();
        kinds.dedup();
        let words = |kind: ModeKind| (Ink::kind(kind), kind.words().to_owned());
        self.legend.extend(kinds.into_iter().map(words));
        self
    }

    /// The title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// True when there is nothing to draw; such a chart is left out.
    pub fn is_empty(&self) -> bool {
        match &self.plot {
            Plot::Bars(bars) => bars.is_empty(),
            Plot::Lines(lines) => lines.is_empty(),
            Plot::Points(points) => points.is_empty(),
        }
    }

    /// What is drawn, as numbers.
    pub fn data(&self) -> Table {
        match &self.plot {
            Plot::Bars(bars) => bars.data(),
            Plot::Lines(lines) => lines.data(),
            Plot::Points(points) => points.data(),
        }
    }

    /// What was left out of the drawing because there was too much; the data has it.
    pub(crate) fn left_out(&self) -> Option<String> {
        match &self.plot {
            Plot::Bars(bars) => bars.left_out(),
            Plot::Lines(lines) => lines.left_out(),
            Plot::Points(points) => points.left_out(),
        }
    }

    /// Draws it; `scope` says to a listener what it is about.
    pub(crate) fn draw(&self, scope: &str) -> Result<Drawn, ChartError> {
        let scope = match scope {
            "" => String::new(),
            scope => format!(", {scope}"),
        };
        let label = format!("{}{scope}: {}", self.title, self.spoken());
        let [wide, narrow] = super::FRAMES.map(|frame| match &self.plot {
            Plot::Bars(bars) => bars.draw(frame, &label),
            Plot::Lines(lines) => lines.draw(frame, &label),
            Plot::Points(points) => points.draw(frame, &label),
        });
        Ok(Drawn {
            wide: wide?,
            narrow: narrow?,
        })
    }

    fn spoken(&self) -> String {
        match &self.plot {
            Plot::Bars(bars) => bars.spoken(),
            Plot::Lines(lines) => format!("{} {}", lines.spoken(), self.caption),
            Plot::Points(points) => points.spoken(),
        }
    }
}
