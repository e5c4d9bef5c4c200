//! Charts: inline SVG in two widths, coloured by CSS variables.
//!
//! Every chart is drawn once for wide and once for narrow pages; the page's
//! style shows the one that fits. No font is loaded and nothing is fetched.

mod axes;
mod bars;
mod canvas;
mod chart;
mod ink;
mod lines;
mod points;
mod span;
mod unit;

pub use axes::Axis;
pub use bars::Bar;
pub use chart::Chart;
pub(crate) use chart::Drawn;
pub use ink::Ink;
pub use lines::Line;
pub use points::Point;
pub use unit::Unit;

/// A chart that could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("a chart could not be drawn: {0}")]
pub struct ChartError(String);

impl ChartError {
    fn new(error: impl std::fmt::Display) -> Self {
        ChartError(error.to_string())
    }
}

/// The page a drawing is meant for.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Width in pixels.
    width: i32,
    narrow: bool,
}

const FRAMES: [Frame; 2] = [
    Frame {
        width: 920,
        narrow: false,
    },
    Frame {
        width: 372,
        narrow: true,
    },
];

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

/// A number as data: as short as it can be read back, at most six digits.
fn datum(value: f64) -> String {
    match value.is_finite() {
        false => String::new(),
        true => format!("{value:.5e}")
            .parse::<f64>()
            .unwrap_or(value)
            .to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{datum, fitted};

    #[test]
    fn long_names_keep_both_ends() {
        assert_eq!(
            fitted("wasmtime/cranelift-aot", 22),
            "wasmtime/cranelift-aot"
        );
        assert_eq!(fitted("wasmtime/cranelift-aot", 11), "wasmt…t-aot");
    }

    #[test]
    fn data_is_written_to_six_digits_and_nonsense_not_at_all() {
        assert_eq!(datum(1_234.567_89), "1234.57");
        assert_eq!(datum(61_000_000.0), "61000000");
        assert_eq!(datum(f64::NAN), "");
    }
}
