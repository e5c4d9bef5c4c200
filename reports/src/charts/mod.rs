//! Charts: inline SVG in two widths, coloured by CSS variables.
//!
//! Every chart is drawn once for wide and once for narrow pages; the page's
//! style shows the one that fits. No font is loaded and nothing is fetched.

mod axis;
mod canvas;
mod curves;
mod rows;

pub(crate) use curves::{break_even, percentiles};
pub(crate) use rows::{cost, memory, ratios, startup};

use crate::model::ModeKind;
use canvas::Ink;

/// A chart in both widths.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chart {
    pub(crate) title: String,
    /// What is drawn and how to read it.
    pub(crate) caption: String,
    pub(crate) wide: String,
    pub(crate) narrow: String,
    /// CSS variable of the colour, and what it stands for.
    pub(crate) legend: Vec<(&'static str, String)>,
}

/// A chart that could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("a chart could not be drawn: {0}")]
pub struct ChartError(String);

impl ChartError {
    fn new(error: impl std::fmt::Display) -> Self {
        ChartError(error.to_string())
    }
}

/// Widths in pixels of the two drawings.
const WIDTHS: [i32; 2] = [920, 372];

fn both(
    draw: impl Fn(Frame) -> Result<String, ChartError>,
) -> Result<(String, String), ChartError> {
    let [wide, narrow] = WIDTHS;
    Ok((
        draw(Frame {
            width: wide,
            narrow: false,
        })?,
        draw(Frame {
            width: narrow,
            narrow: true,
        })?,
    ))
}

/// The page a drawing is meant for.
#[derive(Debug, Clone, Copy)]
struct Frame {
    width: i32,
    narrow: bool,
}

fn ink_of(kind: ModeKind) -> Ink {
    match kind {
        ModeKind::Native => Ink::Native,
        ModeKind::Aot => Ink::Aot,
        ModeKind::OptimisingJit => Ink::Optimising,
        ModeKind::BaselineJit => Ink::Baseline,
        ModeKind::Interpreter => Ink::Interpreter,
        ModeKind::Unknown => Ink::Unknown,
    }
}

/// The kinds that occur, each once, in their usual order.
fn kind_legend(kinds: impl IntoIterator<Item = ModeKind>) -> Vec<(&'static str, String)> {
    let mut kinds: Vec<ModeKind> = kinds.into_iter().collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
        .into_iter()
        .map(|kind| (ink_of(kind).variable(), kind.words().to_owned()))
        .collect()
}

/// A name that fits, with an ellipsis in its middle where it does not: modes
/// differ at their ends.
fn fitted(name: &str, most: usize) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= most {
        return name.to_owned();
    }
    let tail = most / 2;
    let head = most.saturating_sub(tail + 1);
    let (start, end) = (&letters[..head], &letters[letters.len() - tail..]);
    start.iter().chain(&['…']).chain(end).collect()
}

#[cfg(test)]
mod tests {
    use super::fitted;

    #[test]
    fn long_names_keep_both_ends() {
        assert_eq!(
            fitted("wasmtime/cranelift-aot", 22),
            "wasmtime/cranelift-aot"
        );
        assert_eq!(fitted("wasmtime/cranelift-aot", 11), "wasmt…t-aot");
    }
}
